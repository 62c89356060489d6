//! Little-endian fields of NTFS structures, the references that point at records, and its names.

use crate::base::fields::u64_at;
use crate::base::wide;

/// A file reference: the number of a record, and the sequence that the record had when it was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference {
    /// The record's number.
    pub record: u64,
    /// Its sequence; zero means whichever.
    pub sequence: u16,
}

impl Reference {
    /// The reference at an offset: 48 bits of number, 16 of sequence.
    pub(super) fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let field = u64_at(bytes, at)?;
        Some(Self { record: field & 0xffff_ffff_ffff, sequence: u16::try_from(field >> 48).unwrap_or(0) })
    }

    /// Whether a record of that sequence is the one that was meant. The sequence grows by one when a record is freed, past
    /// zero: a deleted record still is what references to the sequence before mean.
    pub(super) fn means(self, sequence: u16, in_use: bool) -> bool {
        let freed = if self.sequence == u16::MAX { 1 } else { self.sequence.saturating_add(1) };
        self.sequence == sequence || (!in_use && freed == sequence) || (in_use && self.sequence == 0)
    }
}

/// Appends UTF-16LE as UTF-8.
pub(super) fn push_text(text: &mut Vec<u8>, utf16: &[u8]) {
    wide::push(text, wide::units(utf16));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_lone_surrogates() {
        let cases: [(&[u16], &[u8]); 4] = [
            (&[0x61, 0xe9, 0x20ac], "aé€".as_bytes()),
            (&[0xd83d, 0xde00], "😀".as_bytes()),
            (&[0x61, 0xd83d], b"a\xed\xa0\xbd"),
            (&[0xdc00, 0x62], b"\xed\xb0\x80b"),
        ];
        for (units, expected) in cases {
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let mut text = Vec::new();
            push_text(&mut text, &bytes);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn references_mean_records_before_and_after_their_deletion() {
        let reference = |sequence| Reference { record: 9, sequence };
        assert!(reference(3).means(3, true) && !reference(3).means(4, true));
        assert!(reference(3).means(3, false) && reference(3).means(4, false) && !reference(3).means(5, false));
        assert!(reference(u16::MAX).means(1, false) && reference(0).means(7, true) && !reference(0).means(7, false));
    }
}
