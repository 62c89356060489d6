//! Archives of MFC, Microsoft's classes for C++: numbers, texts behind their length, objects behind the name of their class.
//!
//! Source: Microsoft, "TN002: Persistent Object Data Format", and `AfxReadStringLength` of MFC's sources. All numbers are
//! little-endian. Every length is untrusted: what does not fit is nothing.

use crate::base::wide;
use std::borrow::Cow;

/// What is left of an archive.
#[derive(Debug, Clone)]
pub(super) struct Archive<'a> {
    rest: &'a [u8],
}

/// A text as it is stored.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Characters<'a> {
    bytes: &'a [u8],
    wide: bool,
}

impl<'a> Archive<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// A byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// A number of two bytes.
    pub(super) fn short(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    /// A number of four bytes.
    pub(super) fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A text: its length in one byte, in two behind `ff`, in four behind `ffff`; `fffe` says that characters have two bytes.
    pub(super) fn text(&mut self) -> Option<Characters<'a>> {
        let (mut length, mut wide) = (self.length()?, false);
        if length == Length::Wide {
            (length, wide) = (self.length()?, true);
        }
        let Length::Characters(count) = length else { return None };
        let bytes = self.take(if wide { count.checked_mul(2)? } else { count })?;
        Some(Characters { bytes, wide })
    }

    fn length(&mut self) -> Option<Length> {
        let count = match self.byte()? {
            0xff => match self.short()? {
                0xfffe => return Some(Length::Wide),
                0xffff => usize::try_from(self.number()?).ok()?,
                count => usize::from(count),
            },
            count => usize::from(count),
        };
        Some(Length::Characters(count))
    }

    /// What stands before an object: the name of its class where it is the first of it, else the number of a class.
    pub(super) fn object(&mut self, classes: &[&[u8]]) -> Option<()> {
        let mut ahead = self.clone();
        let tag = ahead.short()?;
        if tag == NEW_CLASS {
            return self.new_class(classes);
        }
        *self = ahead;
        // The highest bit tells the number of a class from that of an object which came before; zero is no object.
        (tag & 0x8000 != 0).then_some(())
    }

    /// The tag of a class that has not come before: a version, and its name, which must be one of these.
    pub(super) fn new_class(&mut self, classes: &[&[u8]]) -> Option<()> {
        if self.short()? != NEW_CLASS {
            return None;
        }
        self.short()?;
        let length = usize::from(self.short()?);
        let name = self.take(length)?;
        classes.contains(&name).then_some(())
    }
}

/// The tag before the name of a class.
const NEW_CLASS: u16 = 0xffff;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Characters(usize),
    Wide,
}

impl<'a> Characters<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether a character has two bytes.
    pub(super) fn is_wide(self) -> bool {
        self.wide
    }

    /// The bytes as they stand.
    pub(super) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text: UTF-16, or Windows-1252, for the code page of the machine is not stored.
    pub(super) fn text(self) -> String {
        if self.wide {
            return wide::text(wide::units(self.bytes));
        }
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(self.bytes).0.into_owned()
    }

    /// The bytes of the text in one-byte characters; nothing where it has others.
    pub(super) fn narrow(self) -> Option<Cow<'a, [u8]>> {
        if !self.wide {
            return Some(Cow::Borrowed(self.bytes));
        }
        let text = self.text();
        let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
        (!lossy).then(|| Cow::Owned(bytes.into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let long = [&[0xff, 0x00, 0x01][..], &[b'x'; 256]].concat();
        let cases: [(&[u8], Option<String>); 9] = [
            (b"\x03abc", Some("abc".to_owned())),
            (b"\x00", Some(String::new())),
            (b"\x01\xe9", Some("é".to_owned())),
            (b"\xff\xfe\xff\x02\xe9\x00b\x00", Some("éb".to_owned())),
            (b"\xff\xff\xff\x01\x00\x00\x00a", Some("a".to_owned())),
            (&long, Some("x".repeat(256))),
            (b"\x04abc", None),
            (b"\xff\xfe\xff\xff\xfe\xff\x01a\x00", None),
            (b"\xff\xff\xff\xff\xff\xff\xffa", None),
        ];
        for (bytes, expected) in cases {
            let text = Archive::new(bytes).text().map(Characters::text);
            assert_eq!(text, expected, "{bytes:x?}");
        }
    }

    #[test]
    fn tags_of_objects() {
        let classes: [&[u8]; 1] = [b"CSite"];
        let cases: [(&[u8], bool); 6] = [
            (b"\xff\xff\x01\x00\x05\x00CSite", true),
            (b"\x01\x80", true),
            (b"\xff\xff\x01\x00\x05\x00COther", false),
            (b"\xff\xff\x01\x00\xff\xffCSite", false),
            (b"\x01\x00", false),
            (b"\x00\x00", false),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Archive::new(bytes).object(&classes).is_some(), expected, "{bytes:x?}");
        }
    }
}
