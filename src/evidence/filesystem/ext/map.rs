//! Which blocks of the volume hold a file: extents or a block map, as runs.

use super::bitmap::BlockBitmap;
use super::damage::Damage;
use super::inode::Inode;
use super::volume::{Budget, Volume};
use crate::base::number::{to_u64, to_usize};
use std::collections::HashSet;

/// Runs kept for one file; a real one of so many pieces has at least four gigabytes.
const RUNS: usize = 1 << 20;

/// Blocks of a file that follow each other on the volume. What no run covers reads as zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// The first one, counted in the file.
    pub file_block: u64,
    /// How many.
    pub count: u64,
    /// Where the first one lies; nothing where damage hides it.
    pub block: Option<u64>,
}

impl Run {
    /// The block of the file that follows the run.
    pub(super) fn end(self) -> u64 {
        self.file_block.saturating_add(self.count)
    }

    /// A part of the run: `count` blocks of it after the first `skipped`.
    pub(super) fn part(self, skipped: u64, count: u64) -> Self {
        let block = self.block.map(|block| block.saturating_add(skipped));
        Self { file_block: self.file_block.saturating_add(skipped), count, block }
    }
}

/// The runs of a file, in its order, and the first damage of its map.
#[derive(Debug, Default)]
pub(super) struct Map {
    pub runs: Vec<Run>,
    pub damage: Option<Damage>,
}

/// The most bytes that a file can have by the form of its map.
pub(super) fn longest(volume: &Volume, inode: Inode<'_>) -> u64 {
    let pointers = volume.superblock.block_size >> 2;
    let blocks = if inode.has_extents() {
        1 << 32
    } else {
        let levels = [12, pointers, pointers.saturating_pow(2), pointers.saturating_pow(3)];
        levels.iter().fold(0u64, |all, level| all.saturating_add(*level)).min(1 << 32)
    };
    volume.offset(blocks)
}

/// Reads the map of a file. Where `free` is given the file is deleted, and blocks of the map that are in use again are
/// not believed.
pub(super) fn read(volume: &Volume, inode: Inode<'_>, budget: &mut Budget, free: Option<&mut BlockBitmap>) -> Map {
    let size = inode.size(&volume.superblock).min(longest(volume, inode));
    let end = size.div_ceil(volume.superblock.block_size.max(1));
    let mut mapper = Mapper { volume, budget, free, visited: HashSet::new(), map: Map::default(), end, next: 0 };
    if inode.has_extents() {
        mapper.extents(inode.map());
    } else {
        mapper.block_map(inode.map());
    }
    mapper.map
}

/// A map in the making.
pub(super) struct Mapper<'m> {
    pub(super) volume: &'m Volume,
    budget: &'m mut Budget,
    free: Option<&'m mut BlockBitmap>,
    visited: HashSet<u64>,
    pub(super) map: Map,
    /// The block of the file after its last one.
    pub(super) end: u64,
    /// The block of the file after the last run.
    pub(super) next: u64,
}

impl Mapper<'_> {
    /// Adds blocks, as far as the file goes and the volume has them.
    pub(super) fn add(&mut self, file_block: u64, count: u64, block: u64) {
        let holds = self.volume.holds(block, count);
        if !holds {
            self.damaged("a block that a file system of this size does not have", self.volume.offset(block));
        }
        self.push(Run { file_block, count, block: holds.then_some(block) });
    }

    /// Adds blocks of which it is not known where they are.
    pub(super) fn lose(&mut self, file_block: u64, count: u64) {
        self.push(Run { file_block, count, block: None });
    }

    /// Notes damage; the first one is told.
    pub(super) fn damaged(&mut self, what: &str, offset: u64) {
        self.map.damage.get_or_insert_with(|| Damage::new(what, offset));
    }

    /// Reads a block of the map itself: each but once, and no more than there are.
    pub(super) fn node(&mut self, block: u64) -> Option<Vec<u8>> {
        let offset = self.volume.offset(block);
        if !self.volume.holds(block, 1) || !self.visited.insert(block) {
            self.damaged("a map of blocks that leads out of the volume or to itself", offset);
            return None;
        }
        if !self.budget.take(1) {
            self.damaged("maps of blocks are larger than their file system", offset);
            return None;
        }
        let volume = self.volume;
        if self.free.as_mut().is_some_and(|free| free.is_used(volume, block)) {
            return None;
        }
        let mut node = vec![0u8; volume.superblock.block_length()];
        match volume.read_block(block, &mut node) {
            Ok(()) => Some(node),
            Err(damage) => {
                self.map.damage.get_or_insert(damage);
                None
            }
        }
    }

    fn push(&mut self, run: Run) {
        let count = run.count.min(self.end.saturating_sub(run.file_block));
        if count == 0 || run.file_block < self.next {
            return;
        }
        let run = Run { count, ..run };
        self.next = run.end();
        if let Some(last) = self.map.runs.last_mut()
            && last.end() == run.file_block
            && last.block.map(|block| block.saturating_add(last.count)) == run.block
        {
            last.count = last.count.saturating_add(count);
            return;
        }
        if self.map.runs.len() >= RUNS {
            self.damaged("a file of more pieces than are read", 0);
            self.map.runs.push(Run { count: self.end.saturating_sub(run.file_block), block: None, ..run });
            self.next = self.end;
            return;
        }
        self.map.runs.push(run);
    }
}

/// The bytes of runs, in pieces that a buffer holds; `visit` gets their offset and says whether to go on.
pub(super) fn each_piece(
    volume: &Volume,
    runs: &[Run],
    buffer: &mut [u8],
    mut visit: impl FnMut(&[u8], u64) -> bool,
) -> Result<(), Damage> {
    let per_piece = to_u64(buffer.len()).checked_div(volume.superblock.block_size).unwrap_or(0).max(1);
    for run in runs {
        let Some(first) = run.block else { continue };
        let mut skipped = 0;
        while skipped < run.count {
            let count = per_piece.min(run.count.saturating_sub(skipped));
            let offset = volume.offset(first.saturating_add(skipped));
            let Some(piece) = buffer.get_mut(..to_usize(volume.offset(count))) else { return Ok(()) };
            volume.read(offset, piece)?;
            if !visit(piece, offset) {
                return Ok(());
            }
            skipped = skipped.saturating_add(count);
        }
    }
    Ok(())
}
