//! The superblock: the measures of a file system and the features that it uses. Sources: Linux kernel,
//! `Documentation/filesystems/ext4/super.rst` and `fs/ext4/ext4.h`.

use super::damage::Damage;
use super::joined;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};

/// Features that a reader must know (`s_feature_incompat`).
pub(super) mod incompatible {
    pub(in super::super) const COMPRESSION: u32 = 0x1;
    pub(in super::super) const FILE_TYPE: u32 = 0x2;
    pub(in super::super) const NEEDS_RECOVERY: u32 = 0x4;
    pub(in super::super) const JOURNAL_DEVICE: u32 = 0x8;
    pub(in super::super) const META_GROUPS: u32 = 0x10;
    pub(in super::super) const WIDE: u32 = 0x80;
    pub(in super::super) const DIRECTORY_DATA: u32 = 0x1000;
    pub(in super::super) const LARGE_DIRECTORY: u32 = 0x4000;
    /// Those of which all files can be read: the above, extents (0x40), mmp (0x100), flex_bg (0x200), ea_inode (0x400),
    /// metadata_csum_seed (0x2000), inline_data (0x8000), encrypt (0x10000) and casefold (0x20000).
    pub(super) const KNOWN: u32 = 0x3_f7df;
    /// Those that ext3 knows too.
    pub(super) const EXT3: u32 = COMPRESSION | FILE_TYPE | NEEDS_RECOVERY | META_GROUPS;
}

/// Features that a writer must know (`s_feature_ro_compat`).
mod read_only {
    pub(super) const SPARSE_SUPER: u32 = 0x1;
    pub(super) const GROUP_CHECKSUMS: u32 = 0x10;
    pub(super) const BIG_ALLOC: u32 = 0x200;
    pub(super) const METADATA_CHECKSUMS: u32 = 0x400;
    /// sparse_super, large_file and btree_dir: those that ext3 knows too.
    pub(super) const EXT3: u32 = 0x7;
}

/// Features that nobody must know (`s_feature_compat`).
mod compatible {
    pub(super) const HAS_JOURNAL: u32 = 0x4;
    pub(super) const SPARSE_SUPER2: u32 = 0x200;
}

/// Bytes of a superblock.
const LENGTH: usize = 1024;

/// Where the first one lies, in bytes.
const OFFSET: u64 = 1024;

/// Groups in which a copy is looked for where the first one is damaged: without `sparse_super` every group has one.
const BACKUPS: [u32; 8] = [1, 3, 5, 7, 9, 25, 27, 49];

/// The measures of a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Superblock {
    /// Bytes of a block: 1024 to 65 536.
    pub block_size: u64,
    /// Blocks in all.
    pub blocks: u64,
    /// The block in which the first group begins.
    pub first_data_block: u64,
    /// Blocks of a group.
    pub blocks_per_group: u64,
    /// Blocks for which one bit of a block bitmap stands.
    pub cluster_blocks: u64,
    /// Inodes of a group.
    pub inodes_per_group: u32,
    /// Bytes of an inode.
    pub inode_size: usize,
    /// The first inode that is not reserved.
    pub first_inode: u32,
    /// Bytes of a group descriptor.
    pub descriptor_size: usize,
    /// The first block of descriptors that lies in its own meta group.
    pub first_meta_group: u64,
    /// Blocks kept for more descriptors.
    pub reserved_descriptor_blocks: u64,
    /// The volume's name.
    pub label: Option<String>,
    /// Inodes beyond the reserved ones that no directory names: quotas, the orphan file.
    pub hidden: [u32; 5],
    /// The group in which this copy lies.
    pub group: u32,
    backup_groups: [u32; 2],
    compatible: u32,
    incompatible: u32,
    read_only: u32,
}

impl Superblock {
    /// Reads the superblock of a volume, or a copy of it where the first one is damaged; then says what the damage is.
    ///
    /// # Errors
    /// There is none, or the file system uses a feature without which it cannot be read.
    pub(super) fn find(volume: &dyn ReadAt) -> Result<(Self, Option<Damage>), Cause> {
        let damage = match Self::read(volume, OFFSET) {
            Ok(superblock) => return Ok((superblock, None)),
            Err(Cause::Corrupt { what, offset }) => Damage::new(what, offset),
            Err(cause) => return Err(cause),
        };
        match Self::backup(volume) {
            Some(superblock) => {
                let what = format!("{}: the copy in group {} is used", damage.what, superblock.group);
                Ok((superblock, Some(Damage { what, ..damage })))
            }
            None => Err(damage.into()),
        }
    }

    /// A copy of the superblock at the places where `mke2fs` puts them.
    pub(super) fn backup(volume: &dyn ReadAt) -> Option<Self> {
        // Of `bigalloc`, a cluster has 16 blocks unless told otherwise.
        let layouts = (0..7u32).flat_map(|log| [1, 16].map(|ratio| (OFFSET << log, ratio)));
        let places = layouts.flat_map(|(block, ratio)| BACKUPS.map(|group| (block, ratio, group)));
        places.into_iter().find_map(|(block, ratio, group)| {
            let per_group = block.saturating_mul(8).saturating_mul(ratio);
            let first = u64::from(block == OFFSET && ratio == 1);
            let at = per_group.saturating_mul(group.into()).saturating_add(first).saturating_mul(block);
            let found = (at < volume.len()).then(|| Self::read(volume, at).ok()).flatten()?;
            let is_there = found.block_size == block
                && found.group == group
                && found.first_block(group.into()) == at.checked_div(block)?;
            is_there.then_some(found)
        })
    }

    fn read(volume: &dyn ReadAt, offset: u64) -> Result<Self, Cause> {
        let mut bytes = [0u8; LENGTH];
        if read_full(volume, offset, &mut bytes)? < LENGTH {
            return Err(Damage::new("the volume is too small for a superblock", offset).into());
        }
        Self::parse(&bytes, offset)
    }

    fn parse(bytes: &[u8; LENGTH], offset: u64) -> Result<Self, Cause> {
        let fields = Fields(bytes);
        let word = |at| fields.u32(at);
        let wrong = |what: &str, at: u64| Cause::from(Damage::new(what, offset.saturating_add(at)));
        if fields.u16(0x38) != 0xef53 {
            return Err(wrong("no superblock", 0x38));
        }
        let block_size = (word(0x18) <= 6).then(|| OFFSET.checked_shl(word(0x18))).flatten();
        let block_size = block_size.ok_or_else(|| wrong("superblock: block size", 0x18))?;
        let dynamic = word(0x4c) > 0;
        let feature = |at| if dynamic { word(at) } else { 0 };
        let (compatible, incompatible, read_only) = (feature(0x5c), feature(0x60), feature(0x64));
        check(incompatible)?;
        let wide = incompatible & incompatible::WIDE != 0;
        let blocks = joined(word(0x4), if wide { word(0x150) } else { 0 });
        let first_data_block = u64::from(word(0x14));
        if blocks <= first_data_block || first_data_block > 1 {
            return Err(wrong("superblock: number of blocks", 0x4));
        }
        let (cluster_blocks, clusters_per_group) = if read_only & read_only::BIG_ALLOC == 0 {
            (1, u64::from(word(0x20)))
        } else {
            let log = word(0x1c).checked_sub(word(0x18)).filter(|log| *log <= 16);
            let ratio = log.and_then(|log| 1u64.checked_shl(log));
            (ratio.ok_or_else(|| wrong("superblock: cluster size", 0x1c))?, u64::from(word(0x24)))
        };
        let bits = block_size.saturating_mul(8);
        if clusters_per_group == 0 || clusters_per_group > bits || !clusters_per_group.is_multiple_of(8) {
            return Err(wrong("superblock: blocks per group", 0x20));
        }
        let inodes_per_group = word(0x28);
        if inodes_per_group == 0 || u64::from(inodes_per_group) > bits {
            return Err(wrong("superblock: inodes per group", 0x28));
        }
        let inode_size = if dynamic { usize::from(fields.u16(0x58)) } else { 128 };
        if inode_size < 128 || !inode_size.is_power_of_two() || inode_size > to_usize(block_size) {
            return Err(wrong("superblock: inode size", 0x58));
        }
        let descriptor_size = if wide { usize::from(fields.u16(0xfe)) } else { 32 };
        if !(32..=1024).contains(&descriptor_size) || !descriptor_size.is_power_of_two() {
            return Err(wrong("superblock: size of group descriptors", 0xfe));
        }
        Ok(Self {
            block_size,
            blocks,
            first_data_block,
            blocks_per_group: clusters_per_group.saturating_mul(cluster_blocks),
            cluster_blocks,
            inodes_per_group,
            inode_size,
            first_inode: if dynamic { word(0x54).max(11) } else { 11 },
            descriptor_size,
            first_meta_group: word(0x104).into(),
            reserved_descriptor_blocks: fields.u16(0xce).into(),
            label: label(bytes.get(0x78..0x88).unwrap_or_default()),
            // s_usr_quota_inum, s_grp_quota_inum, s_prj_quota_inum, s_orphan_file_inum, s_journal_inum
            hidden: [0x240, 0x244, 0x26c, 0x280, 0xe0].map(feature),
            group: fields.u16(0x5a).into(),
            backup_groups: [word(0x24c), word(0x250)],
            compatible,
            incompatible,
            read_only,
        })
    }

    /// Which of the three it is, in the word of the report: ext4 has features that ext3 does not know, ext3 a journal.
    pub(super) fn kind(&self) -> &'static str {
        if self.incompatible & !incompatible::EXT3 != 0 || self.read_only & !read_only::EXT3 != 0 {
            "ext4"
        } else if self.compatible & compatible::HAS_JOURNAL != 0 {
            "ext3"
        } else {
            "ext2"
        }
    }

    /// Whether one of the features of [`incompatible`] is used.
    pub(super) fn uses(&self, feature: u32) -> bool {
        self.incompatible & feature != 0
    }

    /// Whether group descriptors say what of their bitmaps and tables was never written.
    pub(super) fn has_group_flags(&self) -> bool {
        self.read_only & (read_only::GROUP_CHECKSUMS | read_only::METADATA_CHECKSUMS) != 0
    }

    /// The number of groups by the number of blocks.
    pub(super) fn groups(&self) -> u64 {
        self.blocks.saturating_sub(self.first_data_block).div_ceil(self.blocks_per_group.max(1))
    }

    /// The block in which a group begins.
    pub(super) fn first_block(&self, group: u64) -> u64 {
        group.saturating_mul(self.blocks_per_group).saturating_add(self.first_data_block)
    }

    /// Whether a group begins with a copy of the superblock.
    pub(super) fn has_copy(&self, group: u64) -> bool {
        if self.compatible & compatible::SPARSE_SUPER2 != 0 {
            return group == 0 || self.backup_groups.iter().any(|backup| u64::from(*backup) == group);
        }
        self.read_only & read_only::SPARSE_SUPER == 0
            || group <= 1
            || [3, 5, 7].iter().any(|base| is_power(group, *base))
    }

    /// Blocks at the start of a group that a copy of the superblock and of descriptors takes (`ext4_num_base_meta_blocks`).
    pub(super) fn copied_blocks(&self, group: u64, groups: u64) -> u64 {
        let copy = u64::from(self.has_copy(group));
        let per_block = self.block_size.checked_div(to_u64(self.descriptor_size)).unwrap_or(1).max(1);
        let has_meta_groups = self.uses(incompatible::META_GROUPS);
        if has_meta_groups && group >= self.first_meta_group.saturating_mul(per_block) {
            let place = group.checked_rem(per_block).unwrap_or(0);
            return copy.saturating_add(u64::from(place <= 1 || place.saturating_add(1) == per_block));
        }
        let descriptors = if has_meta_groups { self.first_meta_group } else { groups.div_ceil(per_block) };
        copy.saturating_mul(descriptors.saturating_add(self.reserved_descriptor_blocks).saturating_add(1))
    }

    /// Bytes of a block as the length of a buffer.
    pub(super) fn block_length(&self) -> usize {
        to_usize(self.block_size)
    }
}

/// Whether a number is a power of a base, one aside.
fn is_power(number: u64, base: u64) -> bool {
    std::iter::successors(Some(base), |power| power.checked_mul(base))
        .take_while(|power| *power <= number)
        .any(|power| power == number)
}

/// Refuses what cannot be read, by its name.
fn check(features: u32) -> Result<(), Cause> {
    if features & incompatible::JOURNAL_DEVICE != 0 {
        return Err(Cause::Unsupported("journal_dev: the journal of another volume".to_owned()));
    }
    match features & !incompatible::KNOWN {
        0 => Ok(()),
        unknown => Err(Cause::Unsupported(format!("ext4 with features that are not known: {unknown:#x}"))),
    }
}

fn label(bytes: &[u8]) -> Option<String> {
    let label = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    (!label.is_empty()).then(|| crate::base::escape::lossless(label))
}
