//! The volume that holds the file system: where its blocks, inodes and bitmaps are.

use super::damage::Damage;
use super::group::{self, Group};
use super::superblock::Superblock;
use crate::base::anomaly::Cause;
use crate::base::bytes::read_full;
use crate::base::number::{to_u32, to_u64, to_usize};
use crate::base::source::Source;

/// A volume, its measures and its groups.
pub(super) struct Volume {
    pub source: Source,
    pub superblock: Superblock,
    pub groups: Vec<Group>,
}

/// What is left of the blocks that may be read for one purpose: loops and shared blocks cannot make it more than there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    all: u64,
    rest: u64,
    refused: bool,
}

impl Budget {
    /// So many blocks.
    pub(super) fn new(blocks: u64) -> Self {
        Self { all: blocks, rest: blocks, refused: false }
    }

    /// What the map of one file may have.
    pub(super) fn for_one(volume: &Volume) -> Self {
        Self::new(volume.blocks_there().saturating_mul(2).saturating_add(64))
    }

    /// Takes some of it; not if there is less.
    pub(super) fn take(&mut self, blocks: u64) -> bool {
        let rest = self.rest.checked_sub(blocks);
        self.rest = rest.unwrap_or(self.rest);
        self.refused |= rest.is_none();
        rest.is_some()
    }

    /// All that it was, if more than that was wanted.
    pub(super) fn exceeded(&self) -> Option<u64> {
        self.refused.then_some(self.all)
    }
}

impl Volume {
    /// Reads superblock and groups, and says what is damaged of them.
    ///
    /// # Errors
    /// There is no superblock, or a feature is used without which nothing can be read.
    pub(super) fn open(source: Source) -> Result<(Self, Vec<Damage>), Cause> {
        let (superblock, first) = Superblock::find(&source)?;
        let (groups, second) = group::read(&source, &superblock);
        let end = superblock.blocks.saturating_mul(superblock.block_size);
        let cut = (source.len() < end).then(|| {
            Damage::new(format!("the volume ends before its file system, which has {end} bytes"), source.len())
        });
        Ok((Self { source, superblock, groups }, first.into_iter().chain(second).chain(cut).collect()))
    }

    /// The blocks that are there.
    pub(super) fn blocks_there(&self) -> u64 {
        self.source.len().div_ceil(self.superblock.block_size.max(1)).min(self.superblock.blocks)
    }

    /// Where a block begins, in bytes.
    pub(super) fn offset(&self, block: u64) -> u64 {
        block.saturating_mul(self.superblock.block_size)
    }

    /// Whether a block, and those that follow it, can hold what belongs to a file.
    pub(super) fn holds(&self, block: u64, count: u64) -> bool {
        block > self.superblock.first_data_block && block.saturating_add(count) <= self.superblock.blocks
    }

    /// Reads one block.
    pub(super) fn read_block(&self, block: u64, buffer: &mut [u8]) -> Result<(), Damage> {
        self.read(self.offset(block), buffer)
    }

    /// Fills a buffer.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Damage> {
        match read_full(&self.source, offset, buffer) {
            Ok(length) if length == buffer.len() => Ok(()),
            Ok(_) => Err(Damage::new("a block beyond the end of the volume", offset)),
            Err(error) => Err(Damage::new(format!("a block that cannot be read ({error})"), offset)),
        }
    }

    /// The last inode that there can be.
    pub(super) fn last_inode(&self) -> u32 {
        let count = to_u64(self.groups.len()).saturating_mul(self.superblock.inodes_per_group.into());
        to_u32(count)
    }

    /// The group of an inode, and its place in the group's table in bytes.
    pub(super) fn place(&self, inode: u32) -> Option<(usize, u64)> {
        let number = inode.checked_sub(1)?;
        let group = number.checked_div(self.superblock.inodes_per_group)?;
        let at = number.checked_rem(self.superblock.inodes_per_group)?;
        let group = usize::try_from(group).ok().filter(|group| *group < self.groups.len())?;
        Some((group, u64::from(at).saturating_mul(to_u64(self.superblock.inode_size))))
    }

    /// Where the inode table of a group begins, in bytes.
    pub(super) fn table_offset(&self, group: usize) -> Result<u64, Damage> {
        let table = self.groups.get(group).and_then(|group| group.inode_table);
        let damage = || Damage::new(format!("an inode of group {group}, of which the table is not known"), 0);
        table.map(|table| self.offset(table)).ok_or_else(damage)
    }

    /// Where an inode lies, in bytes; the start of the volume where that is not known.
    pub(super) fn inode_offset(&self, inode: u32) -> u64 {
        let place = self.place(inode).and_then(|(group, at)| Some(self.table_offset(group).ok()?.saturating_add(at)));
        place.unwrap_or(0)
    }

    /// The bytes of an inode.
    pub(super) fn inode_bytes(&self, inode: u32) -> Result<Vec<u8>, Damage> {
        let (group, at) = self.place(inode).ok_or_else(|| no_such_inode(inode))?;
        let mut bytes = vec![0u8; self.superblock.inode_size];
        self.read(self.table_offset(group)?.saturating_add(at), &mut bytes)?;
        Ok(bytes)
    }

    /// Whether the bitmap of its group says that an inode is in use; nothing where the bitmap cannot be read.
    pub(super) fn is_inode_used(&self, inode: u32) -> Option<bool> {
        let (group, _) = self.place(inode)?;
        let described = self.groups.get(group)?;
        if described.inodes_unwritten {
            return Some(false);
        }
        let bit = inode.checked_sub(1)?.checked_rem(self.superblock.inodes_per_group)?;
        let mut byte = [0u8; 1];
        self.read(self.offset(described.inode_bitmap).saturating_add(u64::from(bit >> 3)), &mut byte).ok()?;
        Some(is_set(&byte, u64::from(bit & 7)))
    }
}

/// The damage of an inode number that is beyond the last.
pub(super) fn no_such_inode(inode: u32) -> Damage {
    Damage::new(format!("there is no inode {inode}"), 0)
}

/// Whether a bit of a bitmap is set; one beyond its end is.
pub(super) fn is_set(bitmap: &[u8], bit: u64) -> bool {
    bitmap.get(to_usize(bit >> 3)).is_none_or(|byte| byte >> (bit & 7) & 1 != 0)
}
