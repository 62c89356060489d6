//! VHDX, the disks of Hyper-V since 2012 (Microsoft, [MS-VHDX]).
//!
//! The crate `vhdx-core` reads it well, but what is no file of this host only behind a lock and without a parent.

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

#[cfg(test)]
mod tests {
    use super::super::testimage::{self as build, Filled, Folder, put};

    #[test]
    fn one_of_two_headers_and_tables_is_enough() {
        let image = build::vhdx(1, None, &[Filled(1)]);
        let changed = |places: &[usize]| {
            let mut image = image.clone();
            for at in places {
                put(&mut image, *at, &[0xee]);
            }
            Folder::new([("disk", image)])
        };
        for (place, words) in [(64 << 10, "one header is damaged"), (192 << 10, "one table of regions is damaged")] {
            let (bytes, told) = changed(&[place + 100]).read();
            assert!(bytes[0] == 1 && told.len() == 1 && told[0].contains(words), "{told:?}");
        }
        for (places, words) in [
            ([64 << 10, 128 << 10], "headers are both damaged"),
            ([192 << 10, 256 << 10], "tables of regions are both damaged"),
            ([320 << 10, 320 << 10], "metadata are missing"),
        ] {
            let error = changed(&places).open().map(|_| ()).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_log_that_was_not_applied_is_told() {
        let mut image = build::vhdx(1, None, &[Filled(1)]);
        for at in [64usize << 10, 128 << 10] {
            put(&mut image, at + 48, &[1]);
            put(&mut image, at + 4, &[0; 4]);
            let sum = super::sum(&image[at..at + 4096]);
            put(&mut image, at + 4, &sum.to_le_bytes());
        }
        let (bytes, told) = Folder::new([("disk", image)]).read();
        assert!(bytes[0] == 1 && told.len() == 1 && told[0].contains("log holds changes"), "{told:?}");
    }
}
