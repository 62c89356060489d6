//! SmartFTP: hexadecimal digits of UTF-16 under RC4 with a key that is the same in every copy of the client.
//!
//! Source: Metasploit's `post/windows/gather/credentials/smartftp`, which has Windows derive the key from the MD5 of
//! `SmartFTP` in UTF-16. The bytes that then run beside every password are the same each time, and other programs that
//! recover these passwords hold them as a table.

use super::unhex;
use crate::base::secret::Secret;
use crate::base::wide;
use md5::{Digest, Md5};

/// Bytes of a password that are decoded; more is none.
const LONGEST: usize = 4096;

/// A password as SmartFTP's favourites hold it. Any bytes give some text: only letters of alphabets in which passwords are
/// typed pass for one.
#[must_use]
pub fn smart_ftp(text: &str) -> Option<Secret> {
    let mut bytes = unhex(text).filter(|bytes| (1..=LONGEST).contains(&bytes.len()))?;
    let name: Vec<u8> = "SmartFTP".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut stream = Rc4::new(&Md5::digest(&name));
    bytes.iter_mut().for_each(|byte| *byte ^= stream.next_byte());
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units: Vec<u16> = wide::units(&bytes).collect();
    let end = units.iter().rposition(|unit| *unit != 0).map_or(0, |last| last.saturating_add(1));
    let text = String::from_utf16(units.get(..end)?).ok()?;
    let typed = |character: char| !character.is_control() && character < '\u{590}';
    text.chars().all(typed).then(|| Secret::new(text))
}

/// RC4.
struct Rc4 {
    state: [u8; 256],
    first: u8,
    second: u8,
}

impl Rc4 {
    fn new(key: &[u8]) -> Self {
        let mut state = [0u8; 256];
        for (place, value) in state.iter_mut().zip(0u8..=255) {
            *place = value;
        }
        let mut other = 0u8;
        for (at, key) in (0u8..=255).zip(key.iter().cycle()) {
            other = other.wrapping_add(of(&state, at)).wrapping_add(*key);
            state.swap(usize::from(at), usize::from(other));
        }
        Self { state, first: 0, second: 0 }
    }

    fn next_byte(&mut self) -> u8 {
        self.first = self.first.wrapping_add(1);
        self.second = self.second.wrapping_add(of(&self.state, self.first));
        self.state.swap(usize::from(self.first), usize::from(self.second));
        of(&self.state, of(&self.state, self.first).wrapping_add(of(&self.state, self.second)))
    }
}

fn of(state: &[u8; 256], at: u8) -> u8 {
    state.get(usize::from(at)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_published_vectors() {
        // RFC 6229, section 2: a key of 40 bits.
        let mut stream = Rc4::new(&[1, 2, 3, 4, 5]);
        let begin: Vec<u8> = (0..8).map(|_| stream.next_byte()).collect();
        assert_eq!(begin, [0xb2, 0x39, 0x63, 0x05, 0xf0, 0x3d, 0xc0, 0x27]);
    }

    #[test]
    fn passwords() {
        // The table that recovery programs hold begins e7 22 f6 2f b6 7c dd 5a.
        let cases = [
            ("9722972FC57CAE5A", Some("pass")),
            ("9722", Some("p")),
            ("972297", None),
            ("0000", None),
            ("", None),
            ("zz", None),
            ("pw", None),
        ];
        for (stored, expected) in cases {
            let shown = smart_ftp(stored).map(|secret| secret.reveal().to_owned());
            assert_eq!(shown.as_deref(), expected, "{stored}");
        }
    }
}
