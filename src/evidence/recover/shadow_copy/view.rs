//! The bytes of a volume at the time of a shadow copy.

use super::BLOCK;
use super::store::Store;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use std::io;
use std::sync::Arc;

/// Sectors of an overlay, in bytes.
const SECTOR: u64 = 512;

/// A volume as it was.
pub(super) struct View {
    volume: Source,
    /// The newest first.
    stores: Arc<[Arc<Store>]>,
    /// The store of this shadow copy.
    index: usize,
    length: u64,
}

/// Where bytes are to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On the volume as it is, at an offset.
    Volume(u64),
    /// Nowhere: they were in no use.
    Nowhere,
}

impl View {
    pub(super) fn new(volume: Source, stores: Arc<[Arc<Store>]>, index: usize, length: u64) -> Self {
        Self { volume, stores, index, length }
    }

    /// Where the bytes from an offset on are, and how many of them at least: to the end of the block or the sectors.
    fn place(&self, offset: u64) -> (Place, u64) {
        let mut at = offset;
        let mut length = u64::MAX;
        // From this store to the newest, which is the first.
        for (index, store) in (0..=self.index).rev().filter_map(|index| Some((index, self.stores.get(index)?))) {
            let within = at % BLOCK;
            length = length.min(BLOCK.saturating_sub(within));
            let Ok(block) = u32::try_from(at / BLOCK) else { break };
            if let Some(overlay) = store.overlay(block).filter(|_| index == self.index) {
                let rest = overlay.sectors.checked_shr(u32::try_from(within / SECTOR).unwrap_or(0)).unwrap_or(0);
                let (over, sectors) =
                    if rest & 1 != 0 { (true, rest.trailing_ones()) } else { (false, rest.trailing_zeros()) };
                let end = (within / SECTOR).saturating_add(u64::from(sectors)).saturating_mul(SECTOR);
                length = length.min(end.saturating_sub(within));
                if over {
                    return (Place::Volume(overlay.target.saturating_add(within)), length);
                }
            }
            match store.kept(block) {
                Some(kept) if kept.forwards => at = kept.target.saturating_add(within),
                Some(kept) => return (Place::Volume(kept.target.saturating_add(within)), length),
                // What was in no use when the newest one was taken may have been overwritten without a copy.
                None if self.index == 0 && store.is_unused(block) => return (Place::Nowhere, length),
                None => {}
            }
        }
        (Place::Volume(at), length)
    }
}

impl ReadAt for View {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = to_usize(self.length.saturating_sub(offset));
        let wanted = buffer.len().min(rest);
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        let mut filled = 0usize;
        while filled < wanted {
            let at = |filled: usize| offset.saturating_add(to_u64(filled));
            let (place, length) = self.place(at(filled));
            let mut end = filled.saturating_add(to_usize(length)).min(wanted);
            // Blocks that lie one behind the other are read at once.
            while end < wanted {
                let (next, length) = self.place(at(end));
                let follows = match (place, next) {
                    (Place::Volume(first), Place::Volume(next)) => {
                        let length = to_u64(end.saturating_sub(filled));
                        first.saturating_add(length) == next
                    }
                    (first, next) => first == next,
                };
                if !follows {
                    break;
                }
                end = end.saturating_add(to_usize(length)).min(wanted);
            }
            let Some(part) = buffer.get_mut(filled..end).filter(|part| !part.is_empty()) else { break };
            match place {
                Place::Nowhere => part.fill(0),
                Place::Volume(from) => {
                    let count = read_full(&self.volume, from, part)?;
                    if count < part.len() {
                        let what = "a block of a shadow copy beyond the end of the volume";
                        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
                    }
                }
            }
            filled = end;
        }
        Ok(filled)
    }

    fn len(&self) -> u64 {
        self.length
    }
}
