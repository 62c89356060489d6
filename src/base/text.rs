//! Text out of bytes: which encoding, which lines, and where each line lies in the bytes.
//!
//! Windows writes scripts in UTF-8, UTF-16 (PowerShell's `>`), the ANSI code page (Notepad) and the OEM code page (`echo`),
//! with and without a byte-order mark. A text that is none of these is binary.

use crate::base::number::to_u64;
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;

/// How the bytes were read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, Default)]
pub enum Encoding {
    /// UTF-8, which includes ASCII.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// The western ANSI code page.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// The OEM code page of a western console.
    #[serde(rename = "cp437")]
    Cp437,
}

impl Encoding {
    /// Bytes that `text` takes in this encoding.
    #[must_use]
    pub fn encoded_len(self, text: &str) -> u64 {
        let length = match self {
            Self::Utf8 => text.len(),
            Self::Utf16Le | Self::Utf16Be => text.encode_utf16().count().saturating_mul(2),
            Self::Windows1252 | Self::Cp437 => text.chars().count(),
        };
        to_u64(length)
    }
}

/// A decoded text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The characters, without the byte-order mark.
    pub content: String,
    /// How they were encoded.
    pub encoding: Encoding,
    /// Whether a byte-order mark stood in front.
    pub byte_order_mark: bool,
    /// Whether some bytes were no text in this encoding (they became U+FFFD).
    pub lossy: bool,
}

/// One line of a text, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Number of the line, from 1.
    pub number: u32,
    /// The characters of the line.
    pub text: &'a str,
    /// Offset of its first byte in the encoded text, bytes.
    pub offset: u64,
    /// Length in bytes as encoded, without the line end.
    pub length: u64,
}

impl Text {
    /// A text that is already decoded.
    #[must_use]
    pub fn from_content(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// The lines: ended by LF or CR LF, or by CR alone where the text has no LF at all.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let separator = if self.content.contains('\n') { '\n' } else { '\r' };
        let mut offset = if self.byte_order_mark { self.encoding.encoded_len("\u{feff}") } else { 0 };
        let mut number = 0u32;
        self.content.split_inclusive(separator).map(move |piece| {
            let text = piece.trim_end_matches(['\r', '\n']);
            number = number.saturating_add(1);
            let line = Line { number, text, offset, length: self.encoding.encoded_len(text) };
            offset = offset.saturating_add(self.encoding.encoded_len(piece));
            line
        })
    }

    /// Whether every line end is a lone CR, which no client of Windows takes for a line end.
    #[must_use]
    pub fn ends_lines_with_cr(&self) -> bool {
        self.content.contains('\r') && !self.content.contains('\n')
    }
}

/// Fewest bytes of a text that NULs pad.
const SHORTEST: usize = 8;

/// The encoding that the first bytes of a file speak for, with the length of its byte-order mark; nothing for binary.
///
/// `head` may be cut anywhere. A NUL is taken for text where its parity says UTF-16, and where it pads: before the first line,
/// behind the last, and at a line's end, as a history has them that was written when its host crashed.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<(Encoding, usize)> {
    match head {
        [0xef, 0xbb, 0xbf, ..] => return Some((Encoding::Utf8, 3)),
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => return Some((Encoding::Utf16Be, 2)),
        _ => {}
    }
    if memchr::memchr(0, head).is_some() {
        let utf16 = utf16_by_parity(without_padding(head));
        return utf16.or_else(|| is_padded(head).then(|| eight_bit(head))).map(|encoding| (encoding, 0));
    }
    if ftpsift_bulk::count_binary_controls(head).saturating_mul(50) > head.len() {
        return None;
    }
    Some((eight_bit(head), 0))
}

/// UTF-16 without the characters U+0000 at its end.
fn without_padding(mut head: &[u8]) -> &[u8] {
    while let [rest @ .., 0, 0] = head
        && rest.len().checked_rem(2) == Some(0)
    {
        head = rest;
    }
    head
}

/// Whether the NULs of bytes pad a text: they stand at its ends, or at the end of a line.
fn is_padded(bytes: &[u8]) -> bool {
    let begin = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(begin, |last| last.saturating_add(1));
    let text = bytes.get(begin..end).unwrap_or_default();
    let is_end = |byte: Option<&u8>| matches!(byte, Some(b'\r' | b'\n'));
    let mut at = 0usize;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(0, rest)) {
        let first = at.saturating_add(found);
        let run = text.get(first..).unwrap_or_default().iter().take_while(|byte| **byte == 0).count();
        at = first.saturating_add(run);
        if !is_end(first.checked_sub(1).and_then(|before| text.get(before))) && !is_end(text.get(at)) {
            return false;
        }
    }
    // What little stands between the NULs of a binary is seldom all text, and seldom long.
    text.len() >= SHORTEST && text.iter().all(|byte| *byte == 0 || !ftpsift_bulk::is_binary_control(*byte))
}

/// The bytes as text, or nothing if they are binary.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Text> {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let (guess, mark) = sniff(head)?;
    let body = bytes.get(mark..).unwrap_or_default();
    let (mut content, encoding, lossy) = match guess {
        Encoding::Utf16Le => utf16(body, encoding_rs::UTF_16LE, guess),
        Encoding::Utf16Be => utf16(body, encoding_rs::UTF_16BE, guess),
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Cp437 => {
            // Padding is blank: every character stays where it was.
            let is_padded = mark == 0 && memchr::memchr(0, body).is_some();
            let blank = |byte: &u8| if *byte == 0 { b' ' } else { *byte };
            let body: Cow<'_, [u8]> =
                if is_padded { Cow::Owned(body.iter().map(blank).collect()) } else { Cow::Borrowed(body) };
            match std::str::from_utf8(&body) {
                Ok(text) => (text.to_owned(), Encoding::Utf8, false),
                Err(_) if mark > 0 => (String::from_utf8_lossy(&body).into_owned(), Encoding::Utf8, true),
                Err(_) => code_page(&body),
            }
        }
    };
    if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) && content.ends_with('\0') {
        content = content.replace('\0', " ");
    }
    Some(Text { content, encoding, byte_order_mark: mark > 0, lossy })
}

/// The bytes with UTF-16 folded to one byte a character (`\x01` for characters beyond Latin-1), for searches in ASCII.
#[must_use]
pub fn narrow(bytes: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let fold = |low: u8, high: u8| if high == 0 { low } else { 1 };
    match encoding {
        Encoding::Utf16Le => Cow::Owned(pairs.iter().map(|[low, high]| fold(*low, *high)).collect()),
        Encoding::Utf16Be => Cow::Owned(pairs.iter().map(|[high, low]| fold(*low, *high)).collect()),
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Cp437 => Cow::Borrowed(bytes),
    }
}

/// Puts what [`narrow`] makes of the bytes behind others, in lower case: for many bytes.
pub fn extend_lowercase(target: &mut Vec<u8>, bytes: &[u8], encoding: Encoding) {
    match encoding {
        Encoding::Utf16Le => ftpsift_bulk::extend_narrowed_lowercase(target, bytes, false),
        Encoding::Utf16Be => ftpsift_bulk::extend_narrowed_lowercase(target, bytes, true),
        Encoding::Utf8 | Encoding::Windows1252 | Encoding::Cp437 => ftpsift_bulk::extend_lowercase(target, bytes),
    }
}

fn utf16_by_parity(head: &[u8]) -> Option<Encoding> {
    let pairs = head.chunks_exact(2);
    let total = pairs.len();
    // Most binaries have far too few zeros for either order, or two of them together soon.
    if memchr::memchr_iter(0, head).count().saturating_mul(5) < total.saturating_mul(3) {
        return None;
    }
    let (mut high_first, mut low_first, mut odd) = (0usize, 0usize, 0usize);
    for pair in pairs {
        match pair {
            [0, 0] => odd = odd.saturating_add(1),
            [0, byte] if !ftpsift_bulk::is_binary_control(*byte) => high_first = high_first.saturating_add(1),
            [byte, 0] if !ftpsift_bulk::is_binary_control(*byte) => low_first = low_first.saturating_add(1),
            [0, _] | [_, 0] => odd = odd.saturating_add(1),
            _ => {}
        }
        if odd.saturating_mul(100) > total {
            return None;
        }
    }
    let most = |count: usize| total > 1 && count.saturating_mul(5) >= total.saturating_mul(3);
    if most(low_first) && high_first.saturating_mul(20) <= low_first {
        Some(Encoding::Utf16Le)
    } else if most(high_first) && low_first.saturating_mul(20) <= high_first {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

fn utf16(body: &[u8], decoder: &'static encoding_rs::Encoding, encoding: Encoding) -> (String, Encoding, bool) {
    let (content, lossy) = decoder.decode_without_bom_handling(body);
    (content.into_owned(), encoding, lossy)
}

/// UTF-8 if the head is valid as far as it goes, else the likelier code page.
fn eight_bit(head: &[u8]) -> Encoding {
    match std::str::from_utf8(head) {
        Ok(_) => Encoding::Utf8,
        Err(error) if error.error_len().is_none() => Encoding::Utf8,
        Err(_) => likelier_code_page(head),
    }
}

/// Letters lie at 0x80–0xA5 in the OEM code pages and at 0xC0–0xFF in the ANSI one: what stands beside letters decides.
fn likelier_code_page(bytes: &[u8]) -> Encoding {
    let (mut oem, mut ansi) = (0usize, 0usize);
    let mut before = b' ';
    let mut follows = bytes.iter().skip(1);
    for byte in bytes {
        let after = follows.next().copied().unwrap_or(b' ');
        if before.is_ascii_alphabetic() || after.is_ascii_alphabetic() {
            match byte {
                0x80..=0xa5 => oem = oem.saturating_add(1),
                0xc0..=0xff => ansi = ansi.saturating_add(1),
                _ => {}
            }
        }
        before = *byte;
    }
    if oem > ansi { Encoding::Cp437 } else { Encoding::Windows1252 }
}

fn code_page(body: &[u8]) -> (String, Encoding, bool) {
    match likelier_code_page(body) {
        Encoding::Cp437 => {
            let table = &oem_cp::code_table::DECODING_TABLE_CP437;
            (oem_cp::decode_string_complete_table(body, table), Encoding::Cp437, false)
        }
        _ => {
            let (content, lossy) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(body);
            (content.into_owned(), Encoding::Windows1252, lossy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    /// The loops over many bytes look at several together; here they are held against each byte by itself.
    #[test]
    fn many_bytes_are_treated_as_each_is() {
        let all: Vec<u8> = (0..1000u32).map(|at| u8::try_from((at * 7 + at / 256) % 256).unwrap()).collect();
        for length in [0, 1, 2, 3, 31, 255, 256, 257, 1000] {
            let bytes = &all[..length];
            let one_by_one = bytes.iter().filter(|byte| ftpsift_bulk::is_binary_control(**byte)).count();
            assert_eq!(ftpsift_bulk::count_binary_controls(bytes), one_by_one);
            for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
                let mut ours = b"A".to_vec();
                extend_lowercase(&mut ours, bytes, encoding);
                let theirs = [b"A".to_vec(), narrow(bytes, encoding).to_ascii_lowercase()].concat();
                assert_eq!(ours, theirs, "{encoding:?} {length}");
            }
        }
        let text: Vec<u8> = (0..=255).filter(|byte| !ftpsift_bulk::is_binary_control(*byte)).collect();
        let expected: Vec<u8> = (9..=13).chain([0x1a, 0x1b]).chain(0x20..=0x7e).chain(0x80..=0xff).collect();
        assert_eq!(text, expected);
    }

    #[test]
    fn encodings_are_told_apart() {
        let script = "open 192.0.2.1\r\nuser bob pw\r\nbye\r\n";
        let marked = |mark: &[u8], body: Vec<u8>| [mark.to_vec(), body].concat();
        let cases: [(Vec<u8>, Encoding, bool); 7] = [
            (script.into(), Encoding::Utf8, false),
            (marked(b"\xef\xbb\xbf", script.into()), Encoding::Utf8, true),
            (utf16_bytes(script, false), Encoding::Utf16Le, false),
            (utf16_bytes(script, true), Encoding::Utf16Be, false),
            (marked(b"\xff\xfe", utf16_bytes(script, false)), Encoding::Utf16Le, true),
            (marked(b"\xfe\xff", utf16_bytes(script, true)), Encoding::Utf16Be, true),
            (marked(b"", script.into()), Encoding::Utf8, false),
        ];
        for (bytes, encoding, mark) in cases {
            let text = decode(&bytes).expect("is text");
            assert_eq!((text.content.as_str(), text.encoding, text.byte_order_mark), (script, encoding, mark));
        }
    }

    #[test]
    fn code_pages_are_told_apart_by_where_their_letters_lie() {
        let ansi = decode(b"user M\xfcller gr\xfc\xdfe").unwrap();
        assert_eq!((ansi.encoding, ansi.content.as_str()), (Encoding::Windows1252, "user Müller grüße"));
        let oem = decode(b"user M\x81ller gr\x81n").unwrap();
        assert_eq!((oem.encoding, oem.content.as_str()), (Encoding::Cp437, "user Müller grün"));
    }

    #[test]
    fn binary_is_no_text() {
        for bytes in [&b"MZ\x90\0\x03\0\0\0\x04\0\0\0"[..], b"\xff\xfe\0\0a\0\0\0", b"\x01\x02\x03\x04", b"a\0b"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn nuls_may_pad_a_text() {
        let script = "open 192.0.2.1\r\nbye\r\n";
        let zeros = |count: usize| vec![0u8; count];
        let cases: [(Vec<u8>, Option<&str>); 7] = [
            ([script.as_bytes(), &zeros(1)].concat(), Some("open 192.0.2.1\r\nbye\r\n ")),
            ([&zeros(3), script.as_bytes(), &zeros(2)].concat(), Some("   open 192.0.2.1\r\nbye\r\n  ")),
            (b"cd /tmp\n\0\0\0ls -la\n".to_vec(), Some("cd /tmp\n   ls -la\n")),
            (b"cd /tmp\0\0\nls -la\n".to_vec(), Some("cd /tmp  \nls -la\n")),
            (b"cd /tmp\0ls -la\n".to_vec(), None),
            (b"\0\0open\x01\x02 192.0.2.1\0".to_vec(), None),
            (zeros(64), None),
        ];
        for (bytes, content) in cases {
            assert_eq!(decode(&bytes).as_ref().map(|text| text.content.as_str()), content, "{bytes:?}");
        }
        // Where the padding lies beyond what is looked at first, too.
        let long = [b"rem\n".repeat(2000), zeros(9), b"ls\n".to_vec()].concat();
        assert!(decode(&long).unwrap().content.ends_with("rem\n         ls\n"));
        let padded = decode(&[utf16_bytes(script, false), zeros(100)].concat()).unwrap();
        assert_eq!((padded.encoding, padded.content.trim_end_matches(' ')), (Encoding::Utf16Le, script));
    }

    #[test]
    fn lines_know_their_bytes() {
        let text = decode(&[b"\xff\xfe".to_vec(), utf16_bytes("ab\r\nc", false)].concat()).unwrap();
        let lines: Vec<_> = text.lines().map(|line| (line.number, line.text, line.offset, line.length)).collect();
        assert_eq!(lines, [(1, "ab", 2, 4), (2, "c", 10, 2)]);
        let mac = Text::from_content("a\rb\r");
        assert_eq!(mac.lines().map(|line| line.text).collect::<Vec<_>>(), ["a", "b"]);
        assert!(mac.ends_lines_with_cr());
    }
}
