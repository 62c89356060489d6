//! Blocks that name the next: the form of catalogs, block lists and bitmaps.

use super::{BLOCK, corrupt};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use std::collections::BTreeSet;

/// What marks everything of the provider, `3808876b-c176-4e48-b7ae-04046e6cc752`.
pub(super) const IDENTITY: [u8; 16] = *b"\x6b\x87\x08\x38\x76\xc1\x48\x4e\xb7\xae\x04\x04\x6e\x6c\xc7\x52";

/// Bytes before what a block holds.
pub(super) const HEADER: usize = 128;

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Record {
    /// The list of stores.
    Catalog = 2,
    /// Descriptors of blocks.
    BlockList = 3,
    /// What a store is.
    StoreHeader = 4,
    /// Which blocks are in use.
    Bitmap = 6,
}

/// Reads the blocks of a chain, and gives what each holds. A block is read once: a chain has at most as many blocks as
/// find room on the volume.
///
/// # Errors
/// Where the chain ends too early; what came before has been given.
pub(super) fn walk(
    volume: &dyn ReadAt,
    first: u64,
    record: Record,
    visit: &mut dyn FnMut(&[u8]) -> Result<(), Cause>,
) -> Result<(), Cause> {
    let mut seen = BTreeSet::new();
    let mut block = vec![0u8; usize::try_from(BLOCK).unwrap_or(0)];
    let room = volume.len() / BLOCK;
    let mut at = first;
    while at != 0 {
        if !seen.insert(at) || to_u64(seen.len()) > room {
            return Err(corrupt("a chain of blocks of a shadow copy that comes back to itself", at));
        }
        if read_full(volume, at, &mut block)? < block.len() {
            return Err(corrupt("a block of a shadow copy beyond the end of the volume", at));
        }
        let fields = Fields(&block);
        if fields.array(0) != IDENTITY || fields.u32(20) != record as u32 {
            return Err(corrupt("a block of a shadow copy that is none", at));
        }
        visit(block.get(HEADER..).unwrap_or_default())?;
        at = fields.u64(40);
    }
    Ok(())
}
