//! The content of files.

use super::bitmap::BlockBitmap;
use super::deleted;
use super::inode::Inode;
use super::map::{self, Run};
use super::volume::{Budget, Volume};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_by_parts};
use crate::base::number::to_usize;
use crate::base::source::Source;
use crate::evidence::entry::{Origin, Recovery};
use crate::evidence::mounted::Streams;
use crate::evidence::tree::Node;
use std::io;
use std::ops::Range;

/// Opens the files of a volume.
pub(super) struct Files {
    volume: Volume,
}

impl Files {
    pub(super) fn new(volume: Volume) -> Self {
        Self { volume }
    }
}

impl Streams for Files {
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        if node.origin == Origin::Deleted(Recovery::NameOnly) {
            return Err(Cause::Unsupported("deleted: nothing but the name is left".to_owned()));
        }
        let volume = &self.volume;
        let number = u32::try_from(node.id).unwrap_or(0);
        let raw = volume.inode_bytes(number)?;
        let inode = Inode::new(&raw);
        if inode.is_encrypted() {
            return Err(Cause::Unsupported("encrypted (fscrypt)".to_owned()));
        }
        if inode.is_compressed(&volume.superblock) {
            return Err(Cause::Unsupported("compressed (e2compr)".to_owned()));
        }
        if inode.is_inline() {
            return Ok(Box::new(inode.inline_content(&volume.superblock).into_owned()));
        }
        let length = inode.size(&volume.superblock);
        if length > map::longest(volume, inode) {
            let what = format!("a size that no file can have: {length}");
            return Err(Cause::Corrupt { what, offset: volume.inode_offset(number) });
        }
        let mut budget = Budget::for_one(volume);
        let runs = if node.origin.is_deleted() {
            let held = volume.is_inode_used(number) == Some(true);
            deleted::remains(volume, inode, held, &mut BlockBitmap::default(), &mut budget).runs
        } else {
            map::read(volume, inode, &mut budget, None).runs
        };
        Ok(Box::new(Blocks { source: volume.source.clone(), block_size: volume.superblock.block_size, runs, length }))
    }

    fn cluster(&self) -> Option<u64> {
        Some(self.volume.superblock.block_size)
    }

    fn unallocated(&self) -> Vec<Range<u64>> {
        BlockBitmap::free_ranges(&self.volume)
    }
}

/// A file whose content lies in blocks.
struct Blocks {
    source: Source,
    block_size: u64,
    runs: Vec<Run>,
    length: u64,
}

impl Blocks {
    /// Reads from one run, or from the zeros before it, and says how many bytes.
    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let block = offset.checked_div(self.block_size).unwrap_or(0);
        let at = self.runs.partition_point(|run| run.end() <= block);
        let run = self.runs.get(at);
        let upto = |end: u64| to_usize(end.saturating_mul(self.block_size).saturating_sub(offset)).min(buffer.len());
        let Some(run) = run.filter(|run| run.file_block <= block) else {
            let count = upto(run.map_or(u64::MAX, |run| run.file_block));
            buffer.get_mut(..count).unwrap_or_default().fill(0);
            return Ok(count);
        };
        let count = upto(run.end());
        let Some(first) = run.block else {
            let what = "the map of the file's blocks is damaged here";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        };
        let within = offset.saturating_sub(run.file_block.saturating_mul(self.block_size));
        let from = first.saturating_mul(self.block_size).saturating_add(within);
        match self.source.read_at(from, buffer.get_mut(..count).unwrap_or_default())? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the volume ends before the file")),
            count => Ok(count),
        }
    }
}

impl ReadAt for Blocks {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(to_usize(self.length.saturating_sub(offset)));
        read_by_parts(offset, buffer.get_mut(..wanted).unwrap_or_default(), |at, rest| self.read_once(at, rest))
    }

    fn len(&self) -> u64 {
        self.length
    }

    fn extents(&self) -> Vec<(u64, u64)> {
        let place = |run: &Run| {
            let (from, to) =
                (run.file_block.saturating_mul(self.block_size), run.end().saturating_mul(self.block_size));
            let length = to.min(self.length).checked_sub(from).filter(|length| *length > 0)?;
            Some((run.block?.saturating_mul(self.block_size), length))
        };
        self.runs.iter().filter_map(place).collect()
    }
}
