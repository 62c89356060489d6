//! XML as it lies in evidence, perhaps cut off, perhaps damaged: how it is read, and what its references stand for.

use crate::base::number::to_u32;
use quick_xml::Reader;
use quick_xml::events::BytesRef;

/// A reader that goes on as far as the text is sound.
pub fn reader(content: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(content);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

/// The character that a reference of a document stands for; nothing where only the document's type would tell.
pub fn referenced(reference: &BytesRef<'_>) -> Option<char> {
    character(&reference.xml10_content())
}

/// The character of the name between `&` and `;`: one of the five of XML 1.0 (section 4.6), or a number (section 4.1).
pub fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value).filter(|character| *character != '\0')
        }
    }
}

/// Line numbers of rising offsets.
pub struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    /// Begins at the first line.
    pub fn of(content: &'a str) -> Self {
        Self { text: content.as_bytes(), at: 0, line: 1 }
    }

    /// The line of an offset that is not before the last one asked for.
    pub fn at(&mut self, offset: usize) -> u32 {
        let passed = self.text.get(self.at..offset.max(self.at)).unwrap_or_default();
        let ends = memchr::memchr_iter(b'\n', passed).count();
        self.line = self.line.saturating_add(to_u32(ends));
        self.at = offset.max(self.at);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let cases = [
            ("amp", Some('&')),
            ("lt", Some('<')),
            ("gt", Some('>')),
            ("quot", Some('"')),
            ("apos", Some('\'')),
            ("#46", Some('.')),
            ("#x2e", Some('.')),
            ("#X2E", Some('.')),
            ("#10", Some('\n')),
            ("#0", None),
            ("#xD800", None),
            ("#x110000", None),
            ("#", None),
            ("AMP", None),
            ("own", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(character(name), expected, "{name}");
        }
    }

    #[test]
    fn lines_of_offsets() {
        let mut lines = Lines::of("a\nb\n\nc");
        assert_eq!([0, 2, 2, 5, 99].map(|offset| lines.at(offset)), [1, 2, 2, 4, 4]);
    }
}
