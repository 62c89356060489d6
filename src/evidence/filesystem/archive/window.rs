//! Headers of an archive, read in blocks.

use crate::base::bytes::read_full;
use crate::base::source::Source;
use std::io;

/// The last block that was read of a source.
pub(super) struct Window {
    source: Source,
    block: usize,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// On a source that is read in blocks of so many bytes.
    pub(super) fn new(source: Source, block: usize) -> Self {
        Self { source, block, start: 0, bytes: Vec::new() }
    }

    /// The `length` bytes at an offset; nothing where there are fewer. `length` must come from what a format can say in
    /// 16 bits, or be checked before.
    pub(super) fn get(&mut self, offset: u64, length: usize) -> io::Result<Option<&[u8]>> {
        let inside = |start: u64, bytes: &[u8]| {
            let from = usize::try_from(offset.checked_sub(start)?).ok()?;
            let until = from.checked_add(length)?;
            (until <= bytes.len()).then_some(from..until)
        };
        if inside(self.start, &self.bytes).is_none() {
            let rest = usize::try_from(self.source.len().saturating_sub(offset)).unwrap_or(usize::MAX);
            self.bytes.resize(self.block.max(length).min(rest), 0);
            self.start = offset;
            let read = read_full(&*self.source, offset, &mut self.bytes);
            self.bytes.truncate(*read.as_ref().unwrap_or(&0));
            read?;
        }
        Ok(inside(self.start, &self.bytes).and_then(|range| self.bytes.get(range)))
    }
}

/// Little-endian fields of a header.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// Bytes of the header.
    pub(super) fn bytes(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(length)?)
    }

    /// A field of 16 bits.
    pub(super) fn u16(self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.bytes(at, 2)?.try_into().ok()?))
    }

    /// A field of 32 bits.
    pub(super) fn u32(self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(at, 4)?.try_into().ok()?))
    }

    /// A field of 64 bits.
    pub(super) fn u64(self, at: usize) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(at, 8)?.try_into().ok()?))
    }
}
