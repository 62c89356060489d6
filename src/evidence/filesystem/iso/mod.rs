//! ISO 9660, with the long names of Joliet or of Rock Ridge.
//!
//! Sources: ECMA-119 (4th edition, 2019), sections 8 and 9; Microsoft, "Joliet Specification" (1995); IEEE P1282 draft
//! 1.12, "Rock Ridge Interchange Protocol"; IEEE P1281 draft 1.12, "System Use Sharing Protocol".

mod descriptor;
mod record;
#[cfg(test)]
mod testdisc;
mod walk;

use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_by_parts, read_full};
use crate::base::limits::Limits;
use crate::base::number::to_usize;
use crate::base::source::Source;
use crate::evidence::mounted::{Mounted, Streams};
use crate::evidence::tree::Node;
use descriptor::Disc;
use std::io;

/// Bytes of a sector, and of a block on nearly every disc.
const SECTOR: u64 = 2048;

/// Reads the names of an ISO 9660 volume.
///
/// # Errors
/// It has no descriptor of a volume that can be read.
pub(super) fn mount(volume: Source, limits: &Limits) -> Result<Mounted, Cause> {
    let disc = Disc::read(&volume)?;
    let walked = walk::walk(&volume, &disc, limits);
    let mut mounted = Mounted::new("iso9660", walked.tree, Files { volume, extents: walked.extents }, walked.noted);
    mounted.label = disc.label;
    Ok(mounted)
}

/// A stretch of the volume, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    start: u64,
    length: u64,
}

/// What opens the files of a disc. A node's id is the offset of its one extent; where it has many, its stream is the number
/// of their list, counted from 1.
struct Files {
    volume: Source,
    extents: Vec<Vec<Extent>>,
}

impl Streams for Files {
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        let list = usize::try_from(node.stream).ok().and_then(|number| self.extents.get(number.checked_sub(1)?));
        let one = [Extent { start: node.id, length: node.stat.size }];
        let (mut end, mut extents) = (0u64, Vec::new());
        for extent in list.map_or(&one[..], Vec::as_slice) {
            end = end.saturating_add(extent.length);
            extents.push((end, *extent));
        }
        Ok(Box::new(File { volume: self.volume.clone(), extents, length: node.stat.size }))
    }
}

/// The bytes of a file, from its extents, each with its end in the file.
struct File {
    volume: Source,
    extents: Vec<(u64, Extent)>,
    length: u64,
}

impl ReadAt for File {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_by_parts(offset, buffer, |at, target| {
            let Some((end, extent)) = self.extents.get(self.extents.partition_point(|(end, _)| *end <= at)) else {
                return Ok(0);
            };
            let rest = end.saturating_sub(at);
            let wanted = to_usize(rest).min(target.len());
            let start = extent.start.saturating_add(extent.length).saturating_sub(rest);
            match read_full(&self.volume, start, target.get_mut(..wanted).unwrap_or_default())? {
                0 => Err(io::Error::other("a file that lies beyond the end of the image")),
                count => Ok(count),
            }
        })
    }

    fn len(&self) -> u64 {
        self.length
    }

    fn extents(&self) -> Vec<(u64, u64)> {
        self.extents.iter().map(|(_, extent)| (extent.start, extent.length)).collect()
    }
}

#[cfg(test)]
mod tests;
