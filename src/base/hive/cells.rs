//! The cells of a hive, read where they lie, through a cache of a few blocks.

use super::overlay::Overlay;
use super::{BINS, NONE};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use std::cell::{Cell, RefCell};

/// Cells that are read of a small hive; one more for every eight bytes of it, which is the size of the smallest cell.
const CELLS: u64 = 200_000;
/// Cells that are read of any hive.
const MOST_CELLS: u64 = 16_000_000;
/// Bytes of values that are read of a small hive; as many more as four times its own.
const DATA: u64 = 64 << 20;
/// Bytes of values that are read of any hive.
const MOST_DATA: u64 = 1 << 30;
/// Bytes of one block of the cache.
const BLOCK: usize = 16_384;
/// Blocks of the cache; a block has one place in it.
const BLOCKS: usize = 32;

/// The cells of one hive.
pub(super) struct Cells<'a> {
    bytes: Bytes<'a>,
    limit: u64,
    left: Cell<u64>,
    data_left: Cell<u64>,
    missing: Cell<Option<(u64, u64)>>,
    cache: RefCell<Vec<Option<(u64, Vec<u8>)>>>,
}

/// What the cells lie in.
enum Bytes<'a> {
    AsStored(&'a dyn ReadAt),
    Recovered(Overlay<'a>),
}

impl Bytes<'_> {
    fn get(&self) -> &dyn ReadAt {
        match self {
            Self::AsStored(stream) => *stream,
            Self::Recovered(overlay) => overlay,
        }
    }

    fn stored(&self) -> u64 {
        match self {
            Self::AsStored(stream) => stream.len(),
            Self::Recovered(overlay) => overlay.stored(),
        }
    }
}

impl<'a> Cells<'a> {
    pub(super) fn new(stream: &'a dyn ReadAt) -> Self {
        Self::of(Bytes::AsStored(stream))
    }

    pub(super) fn laid_over(overlay: Overlay<'a>) -> Self {
        Self::of(Bytes::Recovered(overlay))
    }

    fn of(bytes: Bytes<'a>) -> Self {
        let length = bytes.stored();
        let limit = CELLS.saturating_add(length / 8).min(MOST_CELLS);
        let data = DATA.saturating_add(length.saturating_mul(4)).min(MOST_DATA);
        let cache = RefCell::new(vec![None; BLOCKS]);
        Self { bytes, limit, left: Cell::new(limit), data_left: Cell::new(data), missing: Cell::new(None), cache }
    }

    pub(super) fn length(&self) -> u64 {
        self.bytes.get().len()
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0 || self.data_left.get() == 0
    }

    /// Reads no more: the hive holds more than any does.
    pub(super) fn exhaust(&self) {
        self.left.set(0);
    }

    /// Bytes that there are.
    pub(super) fn stored(&self) -> u64 {
        self.bytes.stored()
    }

    /// How many references led to nothing, and where the first of them pointed.
    pub(super) fn missing(&self) -> Option<(u64, u64)> {
        self.missing.get()
    }

    /// Where the content of a cell lies.
    pub(super) fn place(offset: u32) -> u64 {
        BINS.saturating_add(u64::from(offset))
    }

    /// Counts a reference to a cell that is not there.
    pub(super) fn miss(&self, offset: u32) {
        if offset != NONE && !self.is_exhausted() {
            let (count, first) = self.missing.get().unwrap_or((0, Self::place(offset)));
            self.missing.set(Some((count.saturating_add(1), first)));
        }
    }

    /// So many bytes of a cell; nothing where it is shorter.
    pub(super) fn exactly(&self, offset: u32, length: usize) -> Option<Vec<u8>> {
        self.up_to(offset, length).filter(|bytes| bytes.len() == length)
    }

    /// At most so many bytes of a value's cell.
    pub(super) fn data(&self, offset: u32, length: usize) -> Option<Vec<u8>> {
        let left = self.data_left.get();
        let length = length.min(to_usize(left));
        let bytes = self.up_to(offset, length)?;
        // A value takes up a little even where it holds nothing.
        let taken = to_u64(bytes.len()).saturating_add(8);
        self.data_left.set(left.saturating_sub(taken));
        Some(bytes)
    }

    /// At most so many bytes of a cell, in use or not: a dirty hive may say either.
    pub(super) fn up_to(&self, offset: u32, length: usize) -> Option<Vec<u8>> {
        if offset == NONE {
            return None;
        }
        self.left.set(self.left.get().checked_sub(1)?);
        let at = Self::place(offset);
        let mut size = [0u8; 4];
        if self.read(at, &mut size)? < size.len() {
            return None;
        }
        let at = at.saturating_add(4);
        let size = u64::from(i32::from_le_bytes(size).unsigned_abs()).saturating_sub(4);
        let size = size.min(self.bytes.get().len().saturating_sub(at));
        let length = length.min(to_usize(size));
        let mut bytes = vec![0u8; length];
        let count = self.read(at, &mut bytes)?;
        bytes.truncate(count);
        Some(bytes)
    }

    /// Reads from an offset of the file; tells how much there was.
    pub(super) fn read(&self, at: u64, buffer: &mut [u8]) -> Option<usize> {
        let block = u64::try_from(BLOCK).ok()?;
        let (number, within) = (at.checked_div(block)?, usize::try_from(at.checked_rem(block)?).ok()?);
        if within.saturating_add(buffer.len()) > BLOCK {
            return read_full(self.bytes.get(), at, buffer).ok();
        }
        let mut cache = self.cache.borrow_mut();
        let slot = usize::try_from(number.checked_rem(u64::try_from(BLOCKS).ok()?)?).ok()?;
        let kept = cache.get_mut(slot)?;
        if kept.as_ref().is_none_or(|(known, _)| *known != number) {
            let mut bytes = vec![0u8; BLOCK];
            let start = number.saturating_mul(block);
            // What cannot be read as a block may still be read in part.
            let Ok(count) = read_full(self.bytes.get(), start, &mut bytes) else {
                return read_full(self.bytes.get(), at, buffer).ok();
            };
            bytes.truncate(count);
            *kept = Some((number, bytes));
        }
        let (_, bytes) = kept.as_ref()?;
        let rest = bytes.get(within..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (target, source) in buffer.iter_mut().zip(rest) {
            *target = *source;
        }
        Some(count)
    }
}
