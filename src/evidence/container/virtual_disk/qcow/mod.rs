//! QCOW2, the disks of QEMU, versions 2 and 3 (QEMU, docs/interop/qcow2.rst).
//!
//! The crates that read it give wrong bytes without an error for backing files and subclusters, or refuse them.

mod header;
pub(super) mod legacy;
mod map;

use super::family::{Family, Reference};
use super::fields::wide;
use super::unpack::Codec;
use super::{Disk, fields};
use crate::base::anomaly::Cause;
use crate::base::source::Source;
use header::Header;
use map::Clusters;

/// Bytes of the name of a backing file, at most (section "Header").
const NAME: u64 = 1023;

pub(super) fn open(source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
    let header = Header::read(&source)?;
    let mut damage = header.notes();
    let parent = if header.backing.1 == 0 {
        None
    } else {
        let stated = fields::bounded(&source, header.backing.0, header.backing.1, NAME)?;
        let stated = String::from_utf8_lossy(&stated).trim_start_matches("file:").to_owned();
        let raw = header.backing_format.as_deref() == Some(b"raw");
        family.parent(&[Reference { stated, raw }], &mut damage, |_| true)
    };
    let tables = family.pooled(source.clone());
    let data = match &header.data_file {
        None => None,
        Some(name) => {
            let stated = String::from_utf8_lossy(name).trim_start_matches("file:").to_owned();
            let found = family.beside(&Reference { stated, raw: true }, &mut damage);
            let missing = || Cause::Unsupported("the file that holds the data of the disk is not beside it".to_owned());
            Some(found.ok_or_else(missing)?.1)
        }
    };
    let clusters = Clusters::new(&header, tables.clone(), data.is_some());
    let data = data.map_or(tables, |data| family.pooled(data));
    Ok(Disk::layer(clusters, data, parent, damage))
}
