//! Little-endian fields of NTFS structures, the references that point at records, and its names and times.

use crate::base::time::Timestamp;

/// The `u16` at an offset; nothing where the bytes end before.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|field| u16::from_le_bytes(*field))
}

/// The `u32` at an offset.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field))
}

/// The `u64` at an offset.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|field| u64::from_le_bytes(*field))
}

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

/// Appends UTF-16LE as UTF-8; a lone surrogate becomes the three bytes of its code point (WTF-8).
pub(super) fn push_text(text: &mut Vec<u8>, utf16: &[u8]) {
    let units = utf16.chunks_exact(2).map(|unit| unit.first_chunk().map_or(0, |unit| u16::from_le_bytes(*unit)));
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                text.extend_from_slice(&[
                    0xe0 | (high >> 4),
                    0x80 | ((high & 0x0f) << 2) | (low >> 6),
                    0x80 | (low & 0x3f),
                ]);
            }
        }
    }
}

/// A FILETIME, 100 ns since 1601, as an instant; zero and what no calendar holds is none.
pub(super) fn time(filetime: u64) -> Option<Timestamp> {
    const TO_UNIX: i64 = 11_644_473_600;
    if filetime == 0 {
        return None;
    }
    let seconds = i64::try_from(filetime / 10_000_000).ok()?.checked_sub(TO_UNIX)?;
    let nanoseconds = i32::try_from(filetime % 10_000_000).ok()?.checked_mul(100)?;
    Timestamp::from_unix(seconds, nanoseconds)
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
    fn times_that_no_calendar_holds_are_none() {
        assert_eq!(
            time(132_223_104_000_000_001).map(|at| at.to_string()).as_deref(),
            Some("2020-01-01T00:00:00.0000001Z")
        );
        assert_eq!(time(1).map(|at| at.to_string()).as_deref(), Some("1601-01-01T00:00:00.0000001Z"));
        for raw in [0, u64::MAX, 1 << 63, 0x7fff_ffff_ffff_ffff] {
            assert_eq!(time(raw), None, "{raw:#x}");
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
