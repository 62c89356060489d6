//! WinSCP's stored passwords (its `core/Security.cpp`): two digits a byte, the complement combined with a fixed byte. In
//! front stand a mark, a version, the length and the number of random bytes to skip; the text begins with user and host.

use super::{password, unhex};
use crate::base::secret::Secret;

const MAGIC: u8 = 0xa3;
/// First byte where a version and the user and host follow.
const MARK: u8 = 0xff;

/// What a stored password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// The password.
    Plain(Secret),
    /// Encrypted with a master password.
    Locked,
    /// Not what WinSCP stores for this user and host.
    Broken,
}

/// The password that is stored for a user and a host.
#[must_use]
pub fn winscp(text: &str, user: &str, host: &str) -> Stored {
    let Some(bytes) = unhex(text) else { return Stored::Broken };
    let mut bytes = bytes.iter().map(|byte| !(byte ^ MAGIC));
    let mut next = || bytes.next().map(usize::from);
    let (marked, length) = match next() {
        Some(mark) if mark == usize::from(MARK) => match next() {
            Some(0) => (true, next()),
            Some(1) => return Stored::Locked,
            Some(2) => (true, next().zip(next()).map(|(high, low)| high << 8 | low)),
            _ => return Stored::Broken,
        },
        length => (false, length),
    };
    let (Some(length), Some(skipped)) = (length, next()) else { return Stored::Broken };
    let plain: Vec<u8> = bytes.skip(skipped).take(length).collect();
    if plain.len() < length {
        return Stored::Broken;
    }
    let key = format!("{user}{host}");
    let own = if marked { plain.strip_prefix(key.as_bytes()) } else { Some(plain.as_slice()) };
    own.and_then(password).map_or(Stored::Broken, Stored::Plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn obscured(text: &str, version: u8, skipped: u8) -> String {
        let length = text.len();
        let head = match version {
            2 => vec![MARK, 2, (length >> 8) as u8, (length & 0xff) as u8, skipped],
            _ => vec![MARK, version, length as u8, skipped],
        };
        let random = (0..skipped).map(|byte| byte.wrapping_mul(77));
        let bytes = head.into_iter().chain(random).chain(text.bytes()).chain([7, 8, 9]);
        bytes.map(|byte| format!("{:02X}", !byte ^ MAGIC)).collect()
    }

    #[test]
    fn passwords_belong_to_user_and_host() {
        let stored = obscured("annh.xp\u{e4}ss", 0, 20);
        assert_eq!(winscp(&stored, "ann", "h.x"), Stored::Plain(Secret::new("p\u{e4}ss")));
        assert_eq!(winscp(&stored, "bob", "h.x"), Stored::Broken);
        let long = "y".repeat(300);
        assert_eq!(winscp(&obscured(&format!("ah{long}"), 2, 0), "a", "h"), Stored::Plain(Secret::new(long)));
        assert_eq!(winscp(&obscured("x", 1, 0), "a", "h"), Stored::Locked);
        for text in ["A3FF9876543210", "", "A3", "A35C", "zz"] {
            assert_eq!(winscp(text, "a", "h"), Stored::Broken, "{text}");
        }
    }
}
