//! QCOW, the first version of the format (QEMU, block/qcow.c).

use super::fields::{self, be32, be64, header, split};
use super::{Codec, Disk, Family, NAME, Reference};
use crate::base::anomaly::Cause;
use crate::base::fields::Fields;
use crate::base::source::Source;
use crate::evidence::container::virtual_disk::map::{Map, Packed, Place, Run};
use crate::evidence::container::virtual_disk::pool::Pooled;
use std::io;
use std::ops::Range;

const COMPRESSED: u64 = 1 << 63;

/// The map of a QCOW.
struct Clusters {
    file: Pooled,
    cluster_bits: u32,
    l2_bits: u32,
    size: u64,
    l1: u64,
    tables: Vec<Range<u64>>,
}

pub(in super::super) fn open(source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
    let corrupt = |what: &str, offset: u64| Cause::Corrupt { what: format!("a QCOW whose {what}"), offset };
    let Some(head) = header::<48>(&source, 0)? else { return Err(corrupt("header is cut short", source.len())) };
    let [cluster_bits, l2_bits] = Fields(&head).array(32);
    if !(9..=16).contains(&cluster_bits) || !(6..=13).contains(&l2_bits) {
        return Err(corrupt("clusters have an impossible size", 32));
    }
    if be32(&head, 36) != 0 {
        return Err(Cause::Unsupported("QCOW encrypted with AES".to_owned()));
    }
    let (cluster_bits, l2_bits) = (u32::from(cluster_bits), u32::from(l2_bits));
    let (size, l1) = (be64(&head, 24), be64(&head, 40));
    let mut damage = Vec::new();
    let (name, length) = (be64(&head, 8), u64::from(be32(&head, 16)));
    let parent = if name == 0 || length == 0 {
        None
    } else {
        let stated = String::from_utf8_lossy(&fields::bounded(&source, name, length, NAME)?).into_owned();
        family.parent(&[Reference::new(stated)], &mut damage, |_| true)
    };
    let l1_bytes = size.div_ceil(1 << cluster_bits.saturating_add(l2_bits)).saturating_mul(8);
    let Some(l1_end) = l1.checked_add(l1_bytes).filter(|end| *end <= source.len()) else {
        return Err(corrupt("first table lies outside the file", l1));
    };
    let tables = vec![0..48, l1..l1_end];
    let map = Clusters { file: family.pooled(source.clone()), cluster_bits, l2_bits, size, l1, tables };
    let data = map.file.clone();
    Ok(Disk::layer(map, data, parent, damage))
}

impl Clusters {
    fn cluster(&self) -> u64 {
        1u64.checked_shl(self.cluster_bits).unwrap_or(1)
    }

    /// Bytes of the disk that one table of the second level covers.
    fn covered(&self) -> u64 {
        1u64.checked_shl(self.cluster_bits.saturating_add(self.l2_bits)).unwrap_or(1)
    }

    fn run(&self, offset: u64, unit: u64, place: Place) -> Run {
        let left = unit.saturating_sub(split(offset, unit).1);
        Run { place, length: left.min(self.size.saturating_sub(offset)).max(1) }
    }
}

impl Map for Clusters {
    fn len(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Run> {
        let covered = self.covered();
        let (number, below) = split(offset, covered);
        let table = self.file.entry(self.l1.saturating_add(number.saturating_mul(8)))?.map_or(0, u64::from_be_bytes);
        if table == 0 {
            return Ok(self.run(offset, covered, Place::Below));
        }
        if self.tables.iter().any(|known| known.contains(&table)) {
            return Ok(self.run(offset, covered, Place::Lost("its table would lie in the tables above it")));
        }
        if table >= self.file.source.len() {
            return Ok(self.run(offset, covered, Place::Lost("its table lies outside the file")));
        }
        let cluster = self.cluster();
        let (number, within) = split(below, cluster);
        let Some(entry) = self.file.entry(table.saturating_add(number.saturating_mul(8)))?.map(u64::from_be_bytes)
        else {
            return Ok(self.run(offset, cluster, Place::Lost("its table is cut short")));
        };
        let place = if entry == 0 {
            Place::Below
        } else if entry & COMPRESSED != 0 {
            let bits = 63u32.saturating_sub(self.cluster_bits);
            let at = entry & 1u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
            let stored = entry.checked_shr(bits).unwrap_or(0) & cluster.saturating_sub(1);
            Place::Packed { unit: Packed { at, stored, size: cluster, codec: Codec::Deflate }, within }
        } else {
            Place::Stored(entry.saturating_add(within))
        };
        Ok(self.run(offset, cluster, place))
    }

    fn tables(&self) -> &[Range<u64>] {
        &self.tables
    }

    fn tail(&self) -> u64 {
        self.cluster()
    }
}
