//! Tables: where the chunks of a disk lie in a segment.

use super::Version;
use crate::base::bytes::read_full;
use crate::base::source::Source;
use std::io;

/// A table of chunks that follow each other on the disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// The index of its segment.
    pub(super) segment: usize,
    /// The number of its first chunk on the disk, where it is known.
    pub(super) first: Option<u64>,
    /// Chunks.
    pub(super) count: u32,
    /// Where its entries lie in the segment.
    pub(super) entries: u64,
    /// What the offsets of its entries count from (version 1).
    pub(super) base: u64,
    /// Where the data of its chunks end in the segment (version 1).
    pub(super) end: u64,
    /// The first entry whose offset has all 32 bits (version 1). EnCase 6.7 and later write more than 2 GiB of chunks into one
    /// section, and the last of them, none compressed, use the bit that else says whether a chunk is.
    pub(super) wide_from: u32,
    /// How its entries are laid out.
    pub(super) version: Version,
}

/// Where a chunk's data are, and how they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// A zlib stream (RFC 1950) of at most so many bytes.
    Deflated { offset: u64, size: u64 },
    /// The bytes, with an Adler-32 behind them where `summed`.
    Plain { offset: u64, size: u64, summed: bool },
    /// Eight bytes again and again.
    Pattern([u8; 8]),
}

/// Entries held at a time.
const PAGE: u32 = 512;
/// Bytes of the longest entry.
const WIDEST: usize = 16;

/// Entries of one table that were read last.
pub(super) struct Page {
    held: Option<(usize, u32)>,
    bytes: Vec<u8>,
}

impl Table {
    /// The number of the chunk behind its last.
    pub(super) fn end_chunk(&self) -> u64 {
        self.first.unwrap_or(0).saturating_add(u64::from(self.count))
    }

    /// Bytes of one entry.
    pub(super) fn entry_size(version: Version) -> u64 {
        match version {
            Version::One => 4,
            Version::Two => 16,
        }
    }

    fn offset_of(&self, index: u32, raw: u32) -> u64 {
        let relative = if index >= self.wide_from { raw } else { raw & 0x7fff_ffff };
        self.base.saturating_add(u64::from(relative))
    }
}

impl Page {
    pub(super) fn new() -> Self {
        let room = usize::try_from(PAGE.saturating_add(1)).unwrap_or(0).saturating_mul(WIDEST);
        Self { held: None, bytes: vec![0; room] }
    }

    /// Where the chunk of that index in a table is; nothing where the table ends before. `number` tells tables apart.
    pub(super) fn find(
        &mut self,
        segment: &Source,
        number: usize,
        table: &Table,
        index: u32,
    ) -> io::Result<Option<Stored>> {
        let start = index.saturating_sub(index.checked_rem(PAGE).unwrap_or(0));
        if self.held != Some((number, start)) {
            self.held = None;
            let size = Table::entry_size(table.version);
            let entries = table.count.saturating_sub(start).min(PAGE.saturating_add(1));
            let wanted = usize::try_from(size.saturating_mul(u64::from(entries))).unwrap_or(0);
            let at = table.entries.saturating_add(size.saturating_mul(u64::from(start)));
            let Some(target) = self.bytes.get_mut(..wanted) else { return Ok(None) };
            if read_full(segment, at, target)? < wanted {
                return Ok(None);
            }
            self.held = Some((number, start));
        }
        let within = index.saturating_sub(start);
        Ok(match table.version {
            Version::One => self.find_v1(table, index, within),
            Version::Two => self.find_v2(within),
        })
    }

    fn find_v1(&self, table: &Table, index: u32, within: u32) -> Option<Stored> {
        let at = usize::try_from(within).ok()?.checked_mul(4)?;
        let raw = u32::from_le_bytes(*self.bytes.get(at..)?.first_chunk()?);
        let offset = table.offset_of(index, raw);
        let following = index.checked_add(1).filter(|following| *following < table.count).and_then(|following| {
            let raw = u32::from_le_bytes(*self.bytes.get(at.checked_add(4)?..)?.first_chunk()?);
            Some(table.offset_of(following, raw)).filter(|next| *next > offset)
        });
        let size = following.unwrap_or(table.end).saturating_sub(offset);
        let deflated = index < table.wide_from && raw & 0x8000_0000 != 0;
        Some(if deflated { Stored::Deflated { offset, size } } else { Stored::Plain { offset, size, summed: true } })
    }

    fn find_v2(&self, within: u32) -> Option<Stored> {
        const DEFLATED: u32 = 1;
        const SUMMED: u32 = 2;
        const PATTERN: u32 = 4;
        let at = usize::try_from(within).ok()?.checked_mul(16)?;
        let entry: [u8; 16] = *self.bytes.get(at..)?.first_chunk()?;
        let [head @ .., s0, s1, s2, s3, f0, f1, f2, f3] = entry;
        let offset = u64::from_le_bytes(head);
        let size = u64::from(u32::from_le_bytes([s0, s1, s2, s3]));
        let flags = u32::from_le_bytes([f0, f1, f2, f3]);
        Some(if flags & DEFLATED != 0 && flags & PATTERN != 0 {
            Stored::Pattern(head)
        } else if flags & DEFLATED != 0 {
            Stored::Deflated { offset, size }
        } else {
            Stored::Plain { offset, size, summed: flags & SUMMED != 0 }
        })
    }
}
