//! Trees of extents. Source: Linux kernel, `Documentation/filesystems/ext4/ifork.rst`, "Extent Tree".

use super::joined;
use super::map::Mapper;
use crate::base::fields::Fields;
use std::ops::Range;

const MAGIC: u16 = 0xf30a;

/// Bytes of a header, an index entry and an extent alike.
const ENTRY: usize = 12;

/// The deepest tree: five levels reach every block that a file can have.
const DEPTH: u16 = 5;

/// The longest extent that was written; longer ones, less this, are kept for the file and read as zeros.
const WRITTEN: u16 = 32_768;

impl Mapper<'_> {
    /// Reads the tree whose root stands in an inode.
    pub(super) fn extents(&mut self, root: &[u8]) {
        let depth = Fields(root).u16(6);
        let range = 0..self.end;
        if depth > DEPTH {
            self.damaged("a tree of extents that is too deep", 0);
            self.lose(0, range.end);
            return;
        }
        self.extent_node(root, depth, range, 0);
    }

    /// Reads a node of a depth, which has the blocks of the file in `range`; `offset` is where it lies.
    fn extent_node(&mut self, node: &[u8], depth: u16, range: Range<u64>, offset: u64) {
        let header = Fields(node);
        if header.u16(0) != MAGIC || header.u16(6) != depth {
            self.damaged("a node of extents without its header", offset);
            self.lose(range.start, range.end.saturating_sub(range.start));
            return;
        }
        let entries = node.get(ENTRY..).unwrap_or_default().chunks_exact(ENTRY).map(Fields);
        let entries = entries.take(header.u16(2).into());
        let mut entries = entries.peekable();
        while let Some(entry) = entries.next() {
            let first = u64::from(entry.u32(0));
            if first < self.next.max(range.start) || first >= range.end {
                // What lies beyond the end of the file was kept for it, and is not part of it.
                if first < self.end {
                    self.damaged("extents that are not in order", offset);
                }
                continue;
            }
            if depth == 0 {
                self.extent(entry, first, offset);
                continue;
            }
            let next = entries.peek().map_or(range.end, |next| u64::from(next.u32(0)));
            let below = first..next.clamp(first, range.end);
            let block = joined(entry.u32(4), entry.u16(8).into());
            match self.node(block) {
                Some(child) => self.extent_node(&child, depth.saturating_sub(1), below, self.volume.offset(block)),
                None => self.lose(below.start, below.end.saturating_sub(below.start)),
            }
        }
    }

    fn extent(&mut self, entry: Fields<'_>, first: u64, offset: u64) {
        match entry.u16(4) {
            0 => self.damaged("an extent without blocks", offset),
            length @ 1..=WRITTEN => self.add(first, length.into(), joined(entry.u32(8), entry.u16(6).into())),
            unwritten => self.next = first.saturating_add(unwritten.saturating_sub(WRITTEN).into()),
        }
    }
}
