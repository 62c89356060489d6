//! ext2, ext3 and ext4.
//!
//! Reads block maps and extents, inline data, linear and hashed directories, with all sizes of blocks, inodes and groups
//! that the three have. Checksums are not checked: damage is found where it matters, and what is readable is read. The
//! journal is not replayed. Names of encrypted directories are given as they are stored.

#[cfg(all(test, unix))]
mod against_tools;
mod bitmap;
mod block_map;
mod damage;
mod deleted;
mod directory;
mod extents;
mod group;
mod inode;
mod map;
mod orphan;
mod stream;
mod superblock;
mod tables;
#[cfg(test)]
mod testimage;
#[cfg(test)]
mod tests;
mod volume;
mod walk;
mod xattr;

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::evidence::mounted::{Mounted, NotedCause};
use superblock::{Superblock, incompatible};
use volume::Volume;
use walk::Walk;

/// Reads the names of a volume.
///
/// # Errors
/// There is neither a superblock nor a copy of it, or a feature is used without which nothing can be read.
pub(super) fn mount(volume: Source, limits: &Limits) -> Result<Mounted, Cause> {
    let (volume, damage) = Volume::open(volume)?;
    let mut walk = Walk::new(&volume, limits);
    for damage in damage {
        walk.note(damage);
    }
    if volume.superblock.uses(incompatible::NEEDS_RECOVERY) {
        let what = "the journal was not replayed: what it holds was not written to its place yet";
        walk.note(NotedCause::Unsupported(what.to_owned()));
    }
    walk.names();
    walk.orphans();
    let (tree, noted) = walk.finish();
    let (kind, label) = (volume.superblock.kind(), volume.superblock.label.clone());
    let mut mounted = Mounted::new(kind, tree, stream::Files::new(volume), noted);
    mounted.label = label;
    Ok(mounted)
}

/// Whether a volume without its first superblock has a copy of it.
pub(super) fn has_backup(volume: &dyn ReadAt) -> bool {
    Superblock::backup(volume).is_some()
}

/// A number of which the low and the high part lie apart.
fn joined(low: u32, high: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}
