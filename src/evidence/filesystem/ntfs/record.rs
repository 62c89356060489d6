//! File records: their update sequence and their header.

use super::field::Reference;
use crate::base::fields::{u16_at, u32_at};
use crate::base::number::to_usize;

/// Bytes that one update sequence number protects, whatever the size of sectors.
const STRIDE: usize = 512;

/// How whole a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integrity {
    /// Every sector of it was written together.
    Whole,
    /// Its sectors are of different writes, or its update sequence makes no sense: what it says may be wrong.
    Torn,
}

/// Puts the bytes back that the update sequence took from the end of each sector; nothing where there is no record.
///
/// A sector whose end does not match is left as it is.
pub(super) fn restore(record: &mut [u8]) -> Option<Integrity> {
    let mut torn = match record.get(..4)? {
        b"FILE" => false,
        // What `chkdsk` and the driver write over the signature of a record that they found torn.
        b"BAAD" => true,
        _ => return None,
    };
    let start = usize::from(u16_at(record, 4)?);
    let count = usize::from(u16_at(record, 6)?);
    let number = u16_at(record, start);
    if count.saturating_sub(1).saturating_mul(STRIDE) != record.len() {
        torn = true;
    }
    let mut saved = start;
    let mut end = STRIDE.saturating_sub(2);
    for _ in 1..count.min((record.len() / STRIDE).saturating_add(1)) {
        saved = saved.saturating_add(2);
        let (found, original) = (u16_at(record, end), u16_at(record, saved));
        match (number, found, original) {
            (Some(number), Some(found), Some(original)) if number == found => {
                if let Some(target) = record.get_mut(end..).and_then(<[u8]>::first_chunk_mut) {
                    *target = original.to_le_bytes();
                }
            }
            _ => torn = true,
        }
        end = end.saturating_add(STRIDE);
    }
    Some(if torn { Integrity::Torn } else { Integrity::Whole })
}

/// What the header of a record says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// How often the record was freed.
    pub sequence: u16,
    /// Whether it belongs to a file that is there.
    pub in_use: bool,
    /// Whether the file is a directory.
    pub directory: bool,
    /// The record that this one continues; number zero and sequence zero where it stands for itself.
    pub base: Reference,
    /// Where its attributes begin.
    pub attributes: usize,
    /// Where they end.
    pub used: usize,
}

impl Header {
    /// Reads the header of a restored record.
    pub(super) fn of(record: &[u8]) -> Option<Self> {
        let flags = u16_at(record, 22)?;
        Some(Self {
            sequence: u16_at(record, 16)?,
            in_use: flags & 1 != 0,
            directory: flags & 2 != 0,
            base: Reference::at(record, 32)?,
            attributes: usize::from(u16_at(record, 20)?),
            used: to_usize(u32_at(record, 24)?).min(record.len()),
        })
    }

    /// Whether the record continues another.
    pub(super) fn is_extension(&self) -> bool {
        self.base.record != 0 || self.base.sequence != 0
    }
}

/// The number that a record has of itself, since NTFS 3.1.
pub(super) fn own_number(record: &[u8]) -> Option<u32> {
    (u16_at(record, 4)? >= 48).then(|| u32_at(record, 44)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(start: u16, count: u16) -> Vec<u8> {
        let mut record = vec![0u8; 1024];
        record[..4].copy_from_slice(b"FILE");
        record[4..6].copy_from_slice(&start.to_le_bytes());
        record[6..8].copy_from_slice(&count.to_le_bytes());
        record[48..54].copy_from_slice(&[7, 0, 0xaa, 0xbb, 0xcc, 0xdd]);
        record[510..512].copy_from_slice(&[7, 0]);
        record[1022..].copy_from_slice(&[7, 0]);
        record
    }

    #[test]
    fn the_ends_of_sectors_are_put_back() {
        let mut whole = record(48, 3);
        assert_eq!(restore(&mut whole), Some(Integrity::Whole));
        assert_eq!((&whole[510..512], &whole[1022..]), (&[0xaa, 0xbb][..], &[0xcc, 0xdd][..]));
    }

    #[test]
    fn torn_records_are_told_and_left() {
        for (start, count) in [(65_328, 3), (48, 0), (48, 1), (48, 65_535), (1022, 3), (48, 2), (49, 3)] {
            assert_eq!(restore(&mut record(start, count)), Some(Integrity::Torn), "{start} {count}");
        }
        let mut torn = record(48, 3);
        torn[1022] = 8;
        assert_eq!(restore(&mut torn), Some(Integrity::Torn));
        assert_eq!((&torn[510..512], &torn[1022..]), (&[0xaa, 0xbb][..], &[8, 0][..]));
        torn[..4].copy_from_slice(b"BAAD");
        assert_eq!(restore(&mut torn), Some(Integrity::Torn));
        torn[..4].copy_from_slice(b"\0\0\0\0");
        assert_eq!(restore(&mut torn), None);
        assert_eq!(restore(&mut []), None);
        assert_eq!(restore(&mut b"FILE\x30\0".to_vec()), None);
    }
}
