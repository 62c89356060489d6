//! Block groups: where the bitmaps and inode tables lie. Source: Linux kernel,
//! `Documentation/filesystems/ext4/group_descr.rst`, and `descriptor_loc` of `fs/ext4/super.c` for meta groups.

use super::damage::Damage;
use super::joined;
use super::superblock::{Superblock, incompatible};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};

/// Groups believed of a superblock that names more blocks than there are; of a real file system those of 8 TiB.
const UNSEEN_GROUPS: u64 = 65_536;

/// One group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    /// The block of the block bitmap.
    pub block_bitmap: u64,
    /// The block of the inode bitmap.
    pub inode_bitmap: u64,
    /// The first block of the inode table; nothing where it cannot be one.
    pub inode_table: Option<u64>,
    /// Inodes at the end of the table that were never used.
    pub unused_inodes: u32,
    /// The block bitmap was never written: no block of the group is used but for its own structures.
    pub block_bitmap_unwritten: bool,
    /// The inode table and its bitmap were never used.
    pub inodes_unwritten: bool,
    /// The whole table was written, unused inodes with zeros.
    pub table_zeroed: bool,
}

/// Reads all group descriptors; a copy where the first ones are damaged. Then says so.
pub(super) fn read(volume: &dyn ReadAt, superblock: &Superblock) -> (Vec<Group>, Option<Damage>) {
    let there =
        volume.len().checked_div(superblock.block_size.saturating_mul(superblock.blocks_per_group)).unwrap_or(0);
    let count = superblock.groups().min(there.saturating_add(1).max(UNSEEN_GROUPS));
    let copies = [u64::from(superblock.group), 0, 1, 3, 5, 7, 9];
    let mut best: Option<(u64, u64, Vec<Group>)> = None;
    for copy in copies.into_iter().filter(|copy| *copy < count) {
        let groups = read_copy(volume, superblock, count, copy);
        let bad = groups.iter().filter(|group| group.inode_table.is_none()).count();
        let bad = count.saturating_sub(to_u64(groups.len())).saturating_add(to_u64(bad));
        if best.as_ref().is_none_or(|(least, ..)| bad < *least) {
            best = Some((bad, copy, groups));
        }
        if bad == 0 {
            break;
        }
    }
    let (bad, copy, groups) = best.unwrap_or_default();
    let offset = superblock.block_size.max(2048);
    let damage = if bad > 0 {
        Some(Damage::new(format!("{bad} of {count} group descriptors are damaged or missing"), offset))
    } else if copy != u64::from(superblock.group) {
        Some(Damage::new(format!("group descriptors: the copy in group {copy} is used"), offset))
    } else if count < superblock.groups() {
        Some(Damage::new(format!("{} groups of blocks, of which {count} can be there", superblock.groups()), offset))
    } else {
        None
    };
    (groups, damage)
}

fn read_copy(volume: &dyn ReadAt, superblock: &Superblock, count: u64, copy: u64) -> Vec<Group> {
    let per_block = superblock.block_length().checked_div(superblock.descriptor_size).unwrap_or(1).max(1);
    let mut block = vec![0u8; superblock.block_length()];
    let mut groups = Vec::new();
    // Copies are written when a file system is made or grown: what was never used changes later.
    let has_flags = superblock.has_group_flags() && copy == 0;
    for number in 0..count.div_ceil(to_u64(per_block)) {
        let at = table_block(superblock, number, to_u64(per_block), copy).saturating_mul(superblock.block_size);
        let length = read_full(volume, at, &mut block).unwrap_or(0);
        let read = block.get(..length).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        let wanted = to_usize(count.saturating_sub(to_u64(groups.len()))).min(per_block);
        let descriptors = read.chunks_exact(superblock.descriptor_size).take(wanted);
        groups.extend(descriptors.map(|descriptor| parse(descriptor, superblock, has_flags)));
    }
    groups
}

/// Where a block of descriptors lies.
fn table_block(superblock: &Superblock, number: u64, per_block: u64, copy: u64) -> u64 {
    if superblock.uses(incompatible::META_GROUPS) && number >= superblock.first_meta_group {
        // Copies of a meta group's block lie in its second and in its last group.
        let group = number.saturating_mul(per_block).saturating_add(copy.min(1));
        let shifted = superblock.block_size == 1024 && group == 0 && superblock.first_data_block == 0;
        let skipped = u64::from(superblock.has_copy(group)).saturating_add(shifted.into());
        return superblock.first_block(group).saturating_add(skipped);
    }
    let shifted = superblock.block_size == 1024 && copy == 0 && superblock.first_data_block == 0;
    superblock.first_block(copy).saturating_add(number).saturating_add(1).saturating_add(shifted.into())
}

fn parse(descriptor: &[u8], superblock: &Superblock, has_flags: bool) -> Group {
    let (fields, wide) = (Fields(descriptor), descriptor.len() >= 64);
    let pair = |low, high| joined(fields.u32(low), if wide { fields.u32(high) } else { 0 });
    let table = pair(0x8, 0x28);
    let length = u64::from(superblock.inodes_per_group).saturating_mul(to_u64(superblock.inode_size));
    let end = table.saturating_add(length.div_ceil(superblock.block_size));
    let unused_high = if wide { fields.u16(0x32) } else { 0 };
    let unused = (u32::from(unused_high) << 16) | u32::from(fields.u16(0x1c));
    let flags = if has_flags { fields.u16(0x12) } else { 0 };
    Group {
        block_bitmap: pair(0x0, 0x20),
        inode_bitmap: pair(0x4, 0x24),
        inode_table: (table > superblock.first_data_block && end <= superblock.blocks).then_some(table),
        unused_inodes: if has_flags { unused.min(superblock.inodes_per_group) } else { 0 },
        block_bitmap_unwritten: flags & 0x2 != 0,
        inodes_unwritten: flags & 0x1 != 0,
        table_zeroed: !has_flags || flags & 0x4 != 0,
    }
}
