//! Maps of blocks with one, two and three levels of indirection. Source: Linux kernel,
//! `Documentation/filesystems/ext4/ifork.rst`, "Direct/Indirect Block Addressing".
use super::map::Mapper;
use crate::base::fields::Fields;
use crate::base::number::to_u64;

/// Pointers in the inode that lead to the content itself.
const DIRECT: usize = 12;

const POINTER: usize = 4;

impl Mapper<'_> {
    /// Reads the map that stands in an inode.
    pub(super) fn block_map(&mut self, map: &[u8]) {
        let pointers = self.volume.superblock.block_size >> 2;
        let (direct, indirect) = map.split_at_checked(DIRECT.saturating_mul(POINTER)).unwrap_or((map, &[]));
        self.pointers(direct, 0, 0);
        let mut first = to_u64(DIRECT);
        for (level, pointer) in (1u32..).zip(indirect.chunks_exact(POINTER)) {
            self.indirect(Fields(pointer).u32(0), level, first);
            first = first.saturating_add(pointers.saturating_pow(level));
        }
    }

    /// Reads pointers, each to so many levels of further pointers.
    fn pointers(&mut self, pointers: &[u8], level: u32, first: u64) {
        let span = (self.volume.superblock.block_size >> 2).saturating_pow(level);
        let mut at = first;
        for pointer in pointers.chunks_exact(POINTER) {
            if at >= self.end {
                return;
            }
            self.indirect(Fields(pointer).u32(0), level, at);
            at = at.saturating_add(span);
        }
    }

    fn indirect(&mut self, block: u32, level: u32, first: u64) {
        if block == 0 || first >= self.end {
            return;
        }
        let Some(below) = level.checked_sub(1) else {
            self.add(first, 1, block.into());
            return;
        };
        match self.node(block.into()) {
            Some(node) => self.pointers(&node, below, first),
            None => self.lose(first, (self.volume.superblock.block_size >> 2).saturating_pow(level)),
        }
    }
}
