//! Which blocks are in use. Source: Linux kernel, `Documentation/filesystems/ext4/bitmaps.rst` and, for bitmaps that were
//! never written, `ext4_init_block_bitmap` of `fs/ext4/balloc.c`.
use super::group::Group;
use super::volume::{Volume, is_set};
use crate::base::number::{to_u64, to_usize};
use std::ops::Range;

/// The block bitmaps, of which the last one asked for is held.
#[derive(Debug, Default)]
pub(super) struct BlockBitmap {
    group: Option<u64>,
    bits: Vec<u8>,
}

impl BlockBitmap {
    /// Whether a block is in use; so it is where nothing says that it is not.
    pub(super) fn is_used(&mut self, volume: &Volume, block: u64) -> bool {
        let superblock = &volume.superblock;
        let Some(at) = block.checked_sub(superblock.first_data_block) else { return true };
        let Some(group) = at.checked_div(superblock.blocks_per_group) else { return true };
        if self.group != Some(group) {
            self.load(volume, group);
        }
        let within = at.checked_rem(superblock.blocks_per_group).unwrap_or(0);
        is_set(&self.bits, within.checked_div(superblock.cluster_blocks).unwrap_or(0))
    }

    /// The ranges of the volume that no block in use covers, in bytes.
    pub(super) fn free_ranges(volume: &Volume) -> Vec<Range<u64>> {
        let superblock = &volume.superblock;
        let mut bitmap = Self::default();
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let end = volume.source.len().min(volume.offset(superblock.blocks));
        for group in 0..to_u64(volume.groups.len()) {
            let first = superblock.first_block(group);
            if volume.offset(first) >= end {
                break;
            }
            bitmap.load(volume, group);
            if bitmap.bits.is_empty() {
                continue;
            }
            let last = superblock.first_block(group.saturating_add(1)).min(superblock.blocks);
            let clusters = last.saturating_sub(first).div_ceil(superblock.cluster_blocks.max(1));
            let mut cluster = 0;
            while cluster < clusters {
                // Eight at a time where they are all alike.
                let byte = bitmap.bits.get(to_usize(cluster >> 3)).copied().unwrap_or(0xff);
                let alike = cluster & 7 == 0 && matches!(byte, 0 | 0xff);
                let step = if alike { 8 } else { 1 };
                if !is_set(&bitmap.bits, cluster) {
                    let block = first.saturating_add(cluster.saturating_mul(superblock.cluster_blocks));
                    let next = block.saturating_add(superblock.cluster_blocks.saturating_mul(step)).min(last);
                    let (start, stop) = (volume.offset(block).min(end), volume.offset(next).min(end));
                    match ranges.last_mut() {
                        Some(before) if before.end == start => before.end = stop,
                        _ if start < stop => ranges.push(start..stop),
                        _ => {}
                    }
                }
                cluster = cluster.saturating_add(step);
            }
        }
        ranges
    }

    /// Holds the bitmap of a group; one that cannot be read is empty, which means that all is in use.
    fn load(&mut self, volume: &Volume, group: u64) {
        self.group = Some(group);
        self.bits.clear();
        let Some(described) = usize::try_from(group).ok().and_then(|group| volume.groups.get(group)) else { return };
        self.bits.resize(volume.superblock.block_length(), 0);
        if described.block_bitmap_unwritten {
            self.mark_structures(volume, group, *described);
        } else if !volume.holds(described.block_bitmap, 1)
            || volume.read_block(described.block_bitmap, &mut self.bits).is_err()
        {
            self.bits.clear();
        }
    }

    /// A bitmap that was never written: only the group's own structures are in use.
    fn mark_structures(&mut self, volume: &Volume, group: u64, described: Group) {
        let superblock = &volume.superblock;
        let first = superblock.first_block(group);
        let table = u64::from(superblock.inodes_per_group).saturating_mul(to_u64(superblock.inode_size));
        let copy = (first, superblock.copied_blocks(group, to_u64(volume.groups.len())));
        let table = (described.inode_table.unwrap_or(0), table.div_ceil(superblock.block_size.max(1)));
        for (block, count) in [copy, (described.block_bitmap, 1), (described.inode_bitmap, 1), table] {
            let end = block.saturating_add(count).min(superblock.first_block(group.saturating_add(1)));
            for block in block.max(first)..end {
                let bit = block.saturating_sub(first).checked_div(superblock.cluster_blocks).unwrap_or(0);
                if let Some(byte) = self.bits.get_mut(to_usize(bit >> 3)) {
                    *byte |= 1 << (bit & 7);
                }
            }
        }
    }
}
