//! A store: the blocks that were kept for one shadow copy.

use super::block_list::{DESCRIPTOR, Kept, Overlay, Reading};
use super::catalog::{Listed, Place};
use super::chain::{self, HEADER, IDENTITY, Record};
use super::{BLOCK, corrupt, guid};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_u32;

/// Bytes of the bitmaps that are kept: those of a volume of 2 TiB.
const BITMAP: usize = 16 << 20;

/// What a store keeps.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// The identity of the shadow copy.
    pub id: Option<[u8; 16]>,
    kept: Vec<Kept>,
    overlays: Vec<Overlay>,
    /// Blocks that forwarders point to; of the newest store only.
    forwarded: Vec<u32>,
    /// A bit for each block of the volume that was in no use, the first lowest; of the newest store only.
    unused: Vec<u8>,
}

/// Reads a store; of the newest also what was in no use. `left` is how many blocks may still be kept.
///
/// # Errors
/// There is none on this volume, or more blocks than are left: then that is zero.
pub(super) fn read(
    volume: &dyn ReadAt,
    listed: &Listed,
    newest: bool,
    left: &mut usize,
) -> Result<(Store, Vec<Cause>), Cause> {
    let Some(place) = listed.place else {
        let id = guid(&listed.id);
        return Err(Cause::Unsupported(format!("shadow copy {id}: its store is not on this volume")));
    };
    let mut store = Store { id: identity(volume, &place), ..Store::default() };
    let mut causes = Vec::new();
    let damaged = |cause: Cause| {
        let told = |what: &str| {
            let id = guid(&listed.id);
            format!("shadow copy {id}: {what}; where it lacks blocks, they are those of a later time")
        };
        match cause {
            Cause::Corrupt { what, offset } => corrupt(told(&what), offset),
            other => Cause::Unsupported(told(&other.to_string())),
        }
    };
    let blocks = to_u32(volume.len().div_ceil(BLOCK));
    let mut reading = Reading::default();
    let walked = chain::walk(volume, place.blocks, Record::BlockList, &mut |descriptors| {
        for descriptor in descriptors.chunks_exact(DESCRIPTOR) {
            reading.push(descriptor, blocks);
        }
        let full = reading.len() > *left;
        if full { Err(Cause::Unsupported(String::new())) } else { Ok(()) }
    });
    if reading.len() > *left {
        *left = 0;
        return Err(Cause::Unsupported(format!("shadow copy {}: too many blocks", guid(&listed.id))));
    }
    causes.extend(walked.err().map(damaged));
    if reading.outside > 0 {
        let outside = reading.outside;
        causes.push(damaged(corrupt(format!("{outside} blocks beyond the end of the volume"), place.blocks)));
    }
    let forwarded;
    (store.kept, store.overlays, forwarded) = reading.finish();
    *left = left.saturating_sub(store.kept.len().saturating_add(store.overlays.len()));
    if newest {
        store.forwarded = forwarded;
        let (unused, cause) = unused(volume, &place, blocks);
        store.unused = unused;
        causes.extend(cause.map(damaged));
    }
    Ok((store, causes))
}

/// The identity in the store's header.
fn identity(volume: &dyn ReadAt, place: &Place) -> Option<[u8; 16]> {
    let mut header = [0u8; HEADER + 64];
    let whole = read_full(volume, place.header, &mut header).ok()? == header.len();
    let fields = Fields(&header);
    let is_header = whole && fields.array(0) == IDENTITY && fields.u32(20) == Record::StoreHeader as u32;
    is_header.then(|| fields.array(HEADER.saturating_add(16)))
}

/// The blocks that are in no use by the store nor by the one before.
fn unused(volume: &dyn ReadAt, place: &Place, blocks: u32) -> (Vec<u8>, Option<Cause>) {
    let most = usize::try_from(blocks.div_ceil(8)).unwrap_or(0).min(BITMAP);
    let read = |first: u64| {
        let mut bits: Vec<u8> = Vec::new();
        let walked = chain::walk(volume, first, Record::Bitmap, &mut |part| {
            let part = part.get(..most.saturating_sub(bits.len())).unwrap_or(part);
            bits.extend_from_slice(part);
            Ok(())
        });
        (bits, walked.err())
    };
    let (mut bits, mut cause) = read(place.bitmap);
    if place.previous_bitmap != 0 {
        let (previous, other) = read(place.previous_bitmap);
        bits.truncate(previous.len());
        for (bits, previous) in bits.iter_mut().zip(previous) {
            *bits &= previous;
        }
        cause = cause.or(other);
    }
    (bits, cause)
}

impl Store {
    /// Where a block is kept.
    pub(super) fn kept(&self, block: u32) -> Option<&Kept> {
        let at = self.kept.binary_search_by_key(&block, |kept| kept.block).ok()?;
        self.kept.get(at)
    }

    /// What lies over a block.
    pub(super) fn overlay(&self, block: u32) -> Option<&Overlay> {
        let at = self.overlays.binary_search_by_key(&block, |overlay| overlay.block).ok()?;
        self.overlays.get(at)
    }

    /// Whether a block was in no use when the shadow copy was taken, so that it was not kept.
    pub(super) fn is_unused(&self, block: u32) -> bool {
        let byte = usize::try_from(block / 8).ok().and_then(|at| self.unused.get(at)).copied().unwrap_or(0);
        byte & (1 << (block % 8)) != 0 && self.forwarded.binary_search(&block).is_err()
    }
}
