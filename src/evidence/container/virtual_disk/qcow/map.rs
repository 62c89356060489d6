//! The two tables of a QCOW2: the first names the clusters of the second, these the clusters of the disk.

use super::Codec;
use super::header::Header;
use crate::evidence::container::virtual_disk::fields::split;
use crate::evidence::container::virtual_disk::map::{Map, Packed, Place, Run};
use crate::evidence::container::virtual_disk::pool::Pooled;
use std::io;
use std::ops::Range;

/// The bits of an entry that are an offset in the file (section "Cluster mapping").
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;

/// Subclusters of a cluster.
const SUBCLUSTERS: u64 = 32;

/// The map of a QCOW2.
pub(super) struct Clusters {
    file: Pooled,
    version: u32,
    cluster_bits: u32,
    size: u64,
    l1: (u64, u64),
    codec: Codec,
    subclusters: bool,
    external: bool,
    tables: Vec<Range<u64>>,
}

impl Clusters {
    /// The map that a header names; `external` where the data lie in a file of their own.
    pub(super) fn new(header: &Header, file: Pooled, external: bool) -> Self {
        Self {
            file,
            version: header.version,
            cluster_bits: header.cluster_bits,
            size: header.size,
            l1: header.l1,
            codec: header.codec,
            subclusters: header.subclusters,
            external,
            tables: vec![0..1u64.checked_shl(header.cluster_bits).unwrap_or(1), header.l1_range()],
        }
    }

    fn cluster(&self) -> u64 {
        1u64.checked_shl(self.cluster_bits).unwrap_or(1)
    }

    /// Bits of an offset that one table of the second level covers.
    fn covered_bits(&self) -> u32 {
        self.cluster_bits.saturating_mul(2).saturating_sub(if self.subclusters { 4 } else { 3 })
    }

    /// The run of the disk at `offset` in units of `unit` bytes.
    fn run(&self, offset: u64, unit: u64, place: Place) -> Run {
        let left = unit.saturating_sub(split(offset, unit).1);
        Run { place, length: left.min(self.size.saturating_sub(offset)).max(1) }
    }

    fn compressed(&self, entry: u64, within: u64) -> Place {
        let bits = 62u32.saturating_sub(self.cluster_bits.saturating_sub(8));
        let mask = 1u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
        let at = entry & mask;
        let sectors = (entry & !(COPIED | COMPRESSED)).checked_shr(bits).unwrap_or(0).saturating_add(1);
        let stored = sectors.saturating_mul(512).saturating_sub(at % 512);
        Place::Packed { unit: Packed { at, stored, size: self.cluster(), codec: self.codec }, within }
    }

    /// The run where the bitmap of a cluster of subclusters says how each of them is had.
    fn subcluster(&self, offset: u64, within: u64, entry: u64, bitmap: u64) -> Run {
        let unit = self.cluster() / SUBCLUSTERS;
        let (number, _) = split(within, unit);
        let has = |bit: u64| bitmap.checked_shr(u32::try_from(bit).unwrap_or(63)).unwrap_or(0) & 1 == 1;
        let (stored, zero) = (has(number), has(number.saturating_add(SUBCLUSTERS)));
        let host = entry & OFFSET;
        let place = match (stored, zero) {
            (true, true) => Place::Lost("it would be both data and zeros"),
            (true, false) if host == 0 && !self.external => Place::Lost("its data are nowhere"),
            (true, false) => Place::Stored(host.saturating_add(within)),
            (false, true) => Place::Zeros,
            (false, false) => Place::Below,
        };
        self.run(offset, unit, place)
    }
}

impl Map for Clusters {
    fn len(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Run> {
        let covered = 1u64.checked_shl(self.covered_bits()).unwrap_or(u64::MAX);
        let (number, below) = split(offset, covered);
        let Some(entry) = self.file.entry(self.l1.0.saturating_add(number.saturating_mul(8)))? else {
            return Ok(self.run(offset, covered, Place::Lost("the first table ends before it")));
        };
        let table = u64::from_be_bytes(entry) & OFFSET;
        if table == 0 {
            return Ok(self.run(offset, covered, Place::Below));
        }
        let length = self.file.source.len();
        if !table.is_multiple_of(self.cluster()) || table.checked_add(8).is_none_or(|end| end > length) {
            return Ok(self.run(offset, covered, Place::Lost("its table lies outside the file")));
        }
        if self.tables.iter().any(|known| known.contains(&table)) {
            return Ok(self.run(offset, covered, Place::Lost("its table would lie in the tables above it")));
        }
        let cluster = self.cluster();
        let (number, within) = split(below, cluster);
        let size = if self.subclusters { 16 } else { 8 };
        let at = table.saturating_add(number.saturating_mul(size));
        let Some(entry) = self.file.entry(at)?.map(u64::from_be_bytes) else {
            return Ok(self.run(offset, cluster, Place::Lost("its table is cut short")));
        };
        if entry & COMPRESSED != 0 {
            let place = if self.external {
                Place::Lost("compressed data in a file of their own")
            } else {
                self.compressed(entry, within)
            };
            return Ok(self.run(offset, cluster, place));
        }
        if self.subclusters {
            let Some(bitmap) = self.file.entry(at.saturating_add(8))?.map(u64::from_be_bytes) else {
                return Ok(self.run(offset, cluster, Place::Lost("its table is cut short")));
            };
            return Ok(self.subcluster(offset, within, entry, bitmap));
        }
        let host = entry & OFFSET;
        let place = if entry & ZERO != 0 && self.version >= 3 {
            Place::Zeros
        } else if host == 0 && !(self.external && entry & COPIED != 0) {
            Place::Below
        } else if !host.is_multiple_of(cluster) {
            Place::Lost("its data would not begin where a cluster does")
        } else {
            Place::Stored(host.saturating_add(within))
        };
        Ok(self.run(offset, cluster, place))
    }

    fn tables(&self) -> &[Range<u64>] {
        if self.external { &[] } else { &self.tables }
    }

    fn tail(&self) -> u64 {
        self.cluster()
    }
}
