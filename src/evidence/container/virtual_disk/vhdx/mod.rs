//! VHDX, the disks of Hyper-V since 2012 (Microsoft, [MS-VHDX]).
//!
//! The crate `vhdx-core` reads it well, but with a lock around each read and with no parent but one of its own, which it
//! cannot find by itself.

mod blocks;
mod metadata;
mod regions;

use super::Disk;
use super::family::{Family, Reference};
use crate::base::anomaly::Cause;
use crate::base::source::Source;
use blocks::Blocks;
use metadata::Metadata;
use regions::{Headers, Regions};

#[cfg(test)]
pub(super) use regions::sum;

/// A GUID as it lies in the file.
type Guid = [u8; 16];

fn corrupt(what: &str, offset: u64) -> Cause {
    Cause::Corrupt { what: format!("a VHDX whose {what}"), offset }
}

pub(super) fn open(source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
    let mut damage = Vec::new();
    let headers = Headers::read(&source, &mut damage)?;
    let regions = Regions::read(&source, &mut damage)?;
    let metadata = Metadata::read(&source, &regions.metadata)?;
    let mut parent = None;
    if metadata.differs {
        let references: Vec<Reference> = metadata.paths.iter().cloned().map(Reference::new).collect();
        let linked = metadata.linkage.clone();
        parent =
            family.parent(&references, &mut damage, |parent| linked.is_empty() || linked.contains(&parent.identity));
    }
    let file = family.pooled(source);
    let map = Blocks::new(file.clone(), &metadata, regions);
    Ok(Disk::layer(map, file, parent, damage).known_as(headers.data_write))
}
