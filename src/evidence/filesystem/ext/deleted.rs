//! What is left of a deleted file: the blocks of its map that no other file uses by now.

use super::bitmap::BlockBitmap;
use super::inode::Inode;
use super::map::{self, Run};
use super::volume::{Budget, Volume};
use crate::evidence::entry::{EntryKind, Recovery};

/// The runs of a file of which nothing is known to be used by others, and whether they are all that it had.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Remains {
    pub runs: Vec<Run>,
    pub complete: bool,
}

/// How much of a deleted inode's content can be had. ext3 and ext4 mostly clear the map of what they delete; ext2 does
/// not. `held` says that the inode is still in use: it was deleted while it was open, and its blocks are its own.
pub(super) fn recovery(
    volume: &Volume,
    inode: Inode<'_>,
    held: bool,
    bitmap: &mut BlockBitmap,
    budget: &mut Budget,
) -> Recovery {
    if !matches!(inode.kind(), Some(EntryKind::File | EntryKind::Directory)) {
        return Recovery::NameOnly;
    }
    if inode.is_inline() {
        let is_empty = inode.inline_content(&volume.superblock).is_empty();
        return if is_empty { Recovery::NameOnly } else { Recovery::Resident };
    }
    let remains = remains(volume, inode, held, bitmap, budget);
    match (remains.runs.is_empty(), remains.complete) {
        (true, _) => Recovery::NameOnly,
        (false, true) => Recovery::ClustersFree,
        (false, false) => Recovery::ClustersReused,
    }
}

/// The runs that can be had.
pub(super) fn remains(
    volume: &Volume,
    inode: Inode<'_>,
    held: bool,
    bitmap: &mut BlockBitmap,
    budget: &mut Budget,
) -> Remains {
    let map = map::read(volume, inode, budget, (!held).then_some(&mut *bitmap));
    let known = map.runs.iter().all(|run| run.block.is_some()) && map.damage.is_none();
    let mut remains = Remains { runs: Vec::new(), complete: known };
    for run in map.runs {
        let Some(first) = run.block else { continue };
        if held {
            remains.runs.push(run);
            continue;
        }
        if !budget.take(run.count) {
            remains.complete = false;
            break;
        }
        let mut start = 0u64;
        for (at, block) in (0..run.count).zip(first..) {
            if bitmap.is_used(volume, block) {
                remains.push(run, start, at);
                start = at.saturating_add(1);
                remains.complete = false;
            }
        }
        remains.push(run, start, run.count);
    }
    remains
}

impl Remains {
    fn push(&mut self, run: Run, start: u64, end: u64) {
        if start < end {
            self.runs.push(run.part(start, end.saturating_sub(start)));
        }
    }
}
