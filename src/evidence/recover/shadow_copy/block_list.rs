//! The list of blocks of a store: in the order in which the provider wrote it, later descriptors change what earlier ones
//! said.

use super::BLOCK;
use crate::base::fields::Fields;
use crate::base::number::to_u32;
use std::collections::HashMap;

/// Bytes of a descriptor.
pub(super) const DESCRIPTOR: usize = 32;

/// Where a block of the volume is to be had at the time of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// Number of the block on the volume.
    pub block: u32,
    /// Whether it is to be had from the next newer state of the volume, not from the volume as it is.
    pub forwards: bool,
    /// Offset there.
    pub target: u64,
}

/// Sectors over a block, as the store's own reading sees it; older stores do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overlay {
    /// Number of the block on the volume.
    pub block: u32,
    /// A bit for each of the 32 sectors of 512 bytes that it has, the first lowest.
    pub sectors: u32,
    /// Offset of the block that holds them on the volume.
    pub target: u64,
}

/// The descriptors as they are read.
#[derive(Default)]
pub(super) struct Reading {
    descriptors: Vec<Descriptor>,
    /// The blocks that forwarders point to, with those that they stand for.
    forwarded: HashMap<u32, u32>,
    /// Descriptors of blocks that no volume can have.
    pub outside: usize,
}

struct Descriptor {
    block: u32,
    sequence: u32,
    kind: Kind,
    target: u64,
}

enum Kind {
    Stored,
    Forwarder,
    Overlay(u32),
}

const FORWARDER: u32 = 1;
const OVERLAY: u32 = 2;
const NOT_USED: u32 = 4;

impl Reading {
    /// Descriptors that are kept.
    pub(super) fn len(&self) -> usize {
        self.descriptors.len()
    }

    /// Takes the next descriptor; `blocks` are those that the volume has.
    pub(super) fn push(&mut self, descriptor: &[u8], blocks: u32) {
        let fields = Fields(descriptor);
        let (original, relative, stored) = (fields.u64(0), fields.u64(8), fields.u64(16));
        let flags = fields.u32(24);
        if flags & NOT_USED != 0 || descriptor.iter().all(|byte| *byte == 0) {
            return;
        }
        let number = |offset: u64| u32::try_from(offset / BLOCK).ok().filter(|block| *block < blocks);
        let Some(mut block) = number(original) else {
            self.outside = self.outside.saturating_add(1);
            return;
        };
        let (kind, target) = match flags {
            _ if flags & OVERLAY != 0 => (Kind::Overlay(fields.u32(28)), stored),
            _ if flags & FORWARDER != 0 => (Kind::Forwarder, relative),
            _ => (Kind::Stored, stored),
        };
        if !matches!(kind, Kind::Overlay(_)) {
            // It was moved before: what is kept of it belongs where the forwarder stood.
            block = self.forwarded.remove(&block).unwrap_or(block);
        }
        if matches!(kind, Kind::Forwarder) {
            let Some(to) = number(relative) else {
                self.outside = self.outside.saturating_add(1);
                return;
            };
            if to == block {
                return;
            }
            self.forwarded.insert(to, block);
        }
        let sequence = to_u32(self.descriptors.len());
        self.descriptors.push(Descriptor { block, sequence, kind, target });
    }

    /// What the whole list says: the blocks kept, the overlays, and the blocks that forwarders point to, each in the order
    /// of the blocks.
    pub(super) fn finish(mut self) -> (Vec<Kept>, Vec<Overlay>, Vec<u32>) {
        self.descriptors.sort_unstable_by_key(|descriptor| (descriptor.block, descriptor.sequence));
        let (mut kept, mut overlays): (Vec<Kept>, Vec<Overlay>) = (Vec::new(), Vec::new());
        for Descriptor { block, kind, target, .. } in self.descriptors {
            if let Kind::Overlay(sectors) = kind {
                match overlays.last_mut().filter(|overlay| overlay.block == block) {
                    Some(overlay) => overlay.sectors |= sectors,
                    None => overlays.push(Overlay { block, sectors, target }),
                }
                continue;
            }
            let new = Kept { block, forwards: matches!(kind, Kind::Forwarder), target };
            match kept.last_mut().filter(|kept| kept.block == block) {
                Some(kept) => *kept = new,
                None => kept.push(new),
            }
        }
        let mut forwarded: Vec<u32> = self.forwarded.into_keys().collect();
        forwarded.sort_unstable();
        (kept, overlays, forwarded)
    }
}
