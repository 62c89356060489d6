//! The table of clusters: which cluster follows which.

use super::geometry::{Geometry, Variant};
use crate::base::bytes::{AlignedBuffer, read_full};
use crate::base::source::Source;
use std::sync::{Mutex, PoisonError};

/// Clusters that lie one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Geometry {
    /// A stretch of clusters as runs: one, cut at the last cluster, or none.
    pub(super) fn run(&self, first: u32, count: u32) -> Vec<Run> {
        let rest = if self.holds(first) { self.end().saturating_sub(first) } else { 0 };
        let count = count.min(rest);
        if count == 0 { Vec::new() } else { vec![Run { first, count }] }
    }
}

/// What the table says of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// The next one.
    Next(u32),
    /// It is the last of its chain.
    Last,
    /// It belongs to no file.
    Free,
    /// A number that is no cluster's, or a mark for a bad one.
    Outside,
    /// The table cannot be read there.
    Unreadable,
}

/// Why a chain went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As many clusters as were wanted.
    Wanted,
    Last,
    Free,
    Outside,
    Unreadable,
    Loop,
    TooManyRuns,
}

impl End {
    /// What is to be told where the chain is shorter than its file.
    pub(super) fn shortfall(self) -> Option<&'static str> {
        match self {
            Self::Wanted => None,
            Self::Last => Some("a chain of clusters that is shorter than its file"),
            Self::Free => Some("a chain that leads to a free cluster"),
            Self::Outside => Some("a chain that leads out of the volume"),
            Self::Unreadable => Some("a chain that cannot be read"),
            Self::Loop => Some("a chain that comes back to itself"),
            Self::TooManyRuns => Some("a chain in more pieces than are followed"),
        }
    }
}

/// The clusters of a file or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) runs: Vec<Run>,
    pub(super) end: End,
}

/// Pieces of one file that are followed; each takes eight bytes while the file is open.
const MOST_RUNS: usize = 1 << 20;

/// The table of a volume.
pub(super) struct Chains {
    geometry: Geometry,
    table: Mutex<Blocks>,
}

impl Chains {
    pub(super) fn new(volume: Source, geometry: Geometry) -> Self {
        Self { geometry, table: Mutex::new(Blocks::new(volume, geometry.table, geometry.table_length)) }
    }

    pub(super) fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Calls `work` with what reads the table; it is locked once for many clusters.
    pub(super) fn links<T>(&self, work: impl FnOnce(&mut dyn FnMut(u32) -> Link) -> T) -> T {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let geometry = self.geometry;
        work(&mut |cluster| link(&mut table, &geometry, cluster))
    }

    /// Follows a chain until so many clusters are had.
    pub(super) fn follow(&self, first: u32, wanted: u32) -> Chain {
        if wanted == 0 {
            return Chain { runs: Vec::new(), end: End::Wanted };
        }
        if !self.geometry.holds(first) {
            return Chain { runs: Vec::new(), end: End::Outside };
        }
        self.links(|link| follow(link, first, wanted))
    }
}

fn follow(link: &mut dyn FnMut(u32) -> Link, first: u32, wanted: u32) -> Chain {
    let (mut runs, mut at, mut clusters) = (Vec::<Run>::new(), first, 0u32);
    // Brent's search for a loop: a cluster is kept, further and further on, that only a loop comes back to.
    let (mut kept, mut steps, mut power) = (first, 0u32, 1u32);
    loop {
        let full = runs.len() >= MOST_RUNS;
        match runs.last_mut() {
            Some(run) if run.first.checked_add(run.count) == Some(at) => run.count = run.count.saturating_add(1),
            _ if full => return Chain { runs, end: End::TooManyRuns },
            _ => runs.push(Run { first: at, count: 1 }),
        }
        clusters = clusters.saturating_add(1);
        if clusters >= wanted {
            return Chain { runs, end: End::Wanted };
        }
        at = match link(at) {
            Link::Next(next) => next,
            Link::Last => return Chain { runs, end: End::Last },
            Link::Free => return Chain { runs, end: End::Free },
            Link::Outside => return Chain { runs, end: End::Outside },
            Link::Unreadable => return Chain { runs, end: End::Unreadable },
        };
        steps = steps.saturating_add(1);
        if at == kept {
            cut(&mut runs, different(link, first, steps));
            return Chain { runs, end: End::Loop };
        }
        if steps == power {
            (kept, steps, power) = (at, 0, power.saturating_mul(2));
        }
    }
}

/// How many clusters a chain has before it repeats one, where its loop has so many.
fn different(link: &mut dyn FnMut(u32) -> Link, first: u32, looped: u32) -> u32 {
    let mut next = |cluster| if let Link::Next(next) = link(cluster) { next } else { cluster };
    let mut ahead = first;
    for _ in 0..looped {
        ahead = next(ahead);
    }
    let (mut behind, mut before) = (first, 0u32);
    while behind != ahead && before < u32::MAX {
        (behind, ahead, before) = (next(behind), next(ahead), before.saturating_add(1));
    }
    before.saturating_add(looped)
}

fn cut(runs: &mut Vec<Run>, clusters: u32) {
    let mut rest = clusters;
    runs.retain_mut(|run| {
        run.count = run.count.min(rest);
        rest = rest.saturating_sub(run.count);
        run.count > 0
    });
}

fn link(table: &mut Blocks, geometry: &Geometry, cluster: u32) -> Link {
    let at = u64::from(cluster);
    let value = match geometry.variant {
        Variant::Fat12 => table.word::<2>(at.saturating_add(at >> 1)).map(|word| {
            let word = u32::from(u16::from_le_bytes(word));
            // The last values are marks in every width: they are widened, so that one comparison does for all.
            widen(if cluster & 1 == 1 { word >> 4 } else { word & 0x0fff }, 0x0ff7)
        }),
        Variant::Fat16 => {
            table.word::<2>(at.saturating_mul(2)).map(|word| widen(u32::from(u16::from_le_bytes(word)), 0xfff7))
        }
        Variant::Fat32 => {
            table.word::<4>(at.saturating_mul(4)).map(|word| widen(u32::from_le_bytes(word) & 0x0fff_ffff, 0x0fff_fff7))
        }
        Variant::ExFat => table.word::<4>(at.saturating_mul(4)).map(u32::from_le_bytes),
    };
    match value {
        None => Link::Unreadable,
        Some(0) => Link::Free,
        Some(0xffff_fff8..) => Link::Last,
        Some(next) if geometry.holds(next) => Link::Next(next),
        Some(_) => Link::Outside,
    }
}

fn widen(value: u32, marks: u32) -> u32 {
    if value >= marks { value | 0xffff_fff0 } else { value }
}

/// A part of a source that is read in large blocks, of which the last few are kept.
pub(super) struct Blocks {
    source: Source,
    start: u64,
    length: u64,
    slots: Vec<Slot>,
}

struct Slot {
    block: u64,
    filled: usize,
    buffer: AlignedBuffer,
}

impl Blocks {
    const SIZE: usize = 1 << 16;
    const BITS: u32 = 16;
    const COUNT: u64 = 16;

    pub(super) fn new(source: Source, start: u64, length: u64) -> Self {
        Self { source, start, length, slots: Vec::new() }
    }

    /// So many bytes at an offset; nothing past the end, or where they cannot be read. They may not span two blocks, which
    /// no aligned entry does, nor one of a FAT12 table, as that is shorter than a block.
    pub(super) fn word<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let inside = usize::try_from(at & 0xffff).ok()?;
        let block = self.block(at >> Self::BITS)?;
        block.get(inside..)?.first_chunk::<N>().copied()
    }

    fn block(&mut self, block: u64) -> Option<&[u8]> {
        let number = usize::try_from(block.checked_rem(Self::COUNT)?).ok()?;
        while self.slots.len() <= number {
            self.slots.push(Slot { block: u64::MAX, filled: 0, buffer: AlignedBuffer::new(0) });
        }
        let slot = self.slots.get_mut(number)?;
        if slot.block != block {
            if slot.block == u64::MAX {
                slot.buffer = AlignedBuffer::new(Self::SIZE);
            }
            slot.block = block;
            let offset = block << Self::BITS;
            let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(Self::SIZE).min(Self::SIZE);
            let space = slot.buffer.space().get_mut(..rest)?;
            slot.filled = read_full(&self.source, self.start.saturating_add(offset), space).unwrap_or(0);
        }
        Some(slot.buffer.filled(slot.filled))
    }
}
