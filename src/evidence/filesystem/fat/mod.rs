//! FAT12, FAT16, FAT32 and exFAT, with what was deleted from them.
//!
//! Sources: Microsoft Extensible Firmware Initiative FAT32 File System Specification 1.03; Microsoft exFAT File System
//! Specification 1.00.

mod chain;
mod content;
mod entry;
mod exfat;
mod geometry;
mod name;
mod space;
#[cfg(test)]
mod testvolume;
mod walk;

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::evidence::entry::{EntryPath, Origin, Recovery};
use crate::evidence::mounted::{Mounted, Noted, NotedCause, Streams};
use crate::evidence::tree::Node;
use chain::Chains;
use content::Content;
use geometry::Geometry;
use space::Space;
use std::ops::Range;

/// Reads the names of a FAT or exFAT volume.
///
/// # Errors
/// The boot sector contradicts itself.
pub(super) fn mount(volume: Source, limits: &Limits) -> Result<Mounted, Cause> {
    let (geometry, damage) = Geometry::read(&volume)?;
    let variant = geometry.variant;
    let whole = |what: NotedCause| Noted { path: EntryPath::default(), what };
    let mut noted: Vec<Noted> = damage.into_iter().map(whole).collect();
    let chains = Chains::new(volume.clone(), geometry);
    let walked = walk::walk(&volume, &chains, limits);
    noted.extend(walked.noted);
    let label = walked.label.or_else(|| geometry.label(&volume));
    let volume = Volume { source: volume, chains, space: walked.space, valid: walked.valid };
    let mut mounted = Mounted::new(variant.name(), walked.tree, volume, noted);
    mounted.label = label;
    Ok(mounted)
}

/// What opens the streams of a volume.
struct Volume {
    source: Source,
    chains: Chains,
    space: Space,
    /// How many bytes of a stream were ever written, for the few where that is not all of it.
    valid: Vec<u64>,
}

/// Where the clusters of a file are; what [`Node::id`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    first: u32,
    layout: Layout,
}

/// How the clusters of a file follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// By the table.
    Chained,
    /// One after the other.
    Contiguous,
    /// One after the other, as far as they are free.
    WhereFree,
}

impl Place {
    fn id(self) -> u64 {
        let layout = match self.layout {
            Layout::Chained => 0,
            Layout::Contiguous => 1u64 << 32,
            Layout::WhereFree => 2u64 << 32,
        };
        u64::from(self.first) | layout
    }

    fn of(id: u64) -> Self {
        let layout = match id >> 32 {
            0 => Layout::Chained,
            1 => Layout::Contiguous,
            _ => Layout::WhereFree,
        };
        Self { first: u32::try_from(id & u64::from(u32::MAX)).unwrap_or(0), layout }
    }
}

impl Streams for Volume {
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        if node.origin == Origin::Deleted(Recovery::NameOnly) {
            return Err(Cause::Unsupported("deleted, and where its content was is not known".to_owned()));
        }
        let (place, geometry) = (Place::of(node.id), self.chains.geometry());
        let wanted = geometry.clusters_of(node.stat.size);
        let (runs, shortfall) = match place.layout {
            Layout::Chained => {
                let chain = self.chains.follow(place.first, wanted);
                (chain.runs, chain.end.shortfall())
            }
            Layout::Contiguous => (geometry.run(place.first, wanted), Some("a file that lies beyond the last cluster")),
            Layout::WhereFree => {
                let free = self.space.free_from(&self.chains, place.first, wanted);
                if free == 0 && wanted > 0 {
                    return Err(Cause::Unsupported(
                        "deleted, and its first cluster belongs to another file".to_owned(),
                    ));
                }
                (geometry.run(place.first, free), Some("deleted, and the next cluster belongs to another file"))
            }
        };
        let number = usize::try_from(node.stream).unwrap_or(0);
        let valid = number.checked_sub(1).and_then(|number| self.valid.get(number)).copied();
        let mut content = Content::new(self.source.clone(), geometry, &runs, node.stat.size, shortfall);
        content.written(valid.unwrap_or(u64::MAX));
        Ok(Box::new(content))
    }

    fn cluster(&self) -> Option<u64> {
        Some(self.chains.geometry().cluster)
    }

    fn unallocated(&self) -> Vec<Range<u64>> {
        self.space.ranges(&self.chains, ReadAt::len(&self.source))
    }
}

#[cfg(test)]
mod tests;
