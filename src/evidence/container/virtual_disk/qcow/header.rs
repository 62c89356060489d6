//! The header of a QCOW2 and its extensions.

use super::Codec;
use super::fields::{be32, be64, bounded};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};
use std::ops::Range;

/// Bits of the incompatible features.
const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
const EXTENDED_L2: u64 = 1 << 4;
const KNOWN: u64 = DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

/// Types of the extensions.
const BACKING_FORMAT: u32 = 0xe279_2aca;
const DATA_FILE: u32 = 0x4441_5441;

/// Bytes of the header and its extensions that are looked at: they must lie in the first cluster.
const EXTENSIONS: u64 = 64 << 10;

/// What the header says, checked against the file.
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) cluster_bits: u32,
    /// Bytes of the disk.
    pub(super) size: u64,
    /// Where the first table lies, and its entries.
    pub(super) l1: (u64, u64),
    /// Where the name of the backing file lies, and its bytes.
    pub(super) backing: (u64, u64),
    pub(super) backing_format: Option<Vec<u8>>,
    pub(super) data_file: Option<Vec<u8>>,
    pub(super) codec: Codec,
    pub(super) subclusters: bool,
    features: u64,
    snapshots: u32,
}

impl Header {
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self, Cause> {
        let corrupt = |what: &str, offset: u64| Cause::Corrupt { what: format!("a QCOW2 whose {what}"), offset };
        let mut bytes = [0u8; 112];
        let there = bounded(source, 0, 112, 112)?;
        if there.len() < 72 {
            return Err(corrupt("header is cut short", to_u64(there.len())));
        }
        for (target, byte) in bytes.iter_mut().zip(&there) {
            *target = *byte;
        }
        let version = be32(&bytes, 4);
        if !matches!(version, 2 | 3) {
            return Err(Cause::Unsupported(format!("QCOW version {version}")));
        }
        let cluster_bits = be32(&bytes, 20);
        if !(9..=21).contains(&cluster_bits) {
            return Err(corrupt("clusters have an impossible size", 20));
        }
        let modern = version >= 3;
        let (features, length) = if modern { (be64(&bytes, 72), u64::from(be32(&bytes, 100))) } else { (0, 72) };
        if features & !KNOWN != 0 {
            return Err(Cause::Unsupported(format!("QCOW2 with the unknown features {:#x}", features & !KNOWN)));
        }
        match be32(&bytes, 32) {
            0 => {}
            1 => return Err(Cause::Unsupported("QCOW2 encrypted with AES".to_owned())),
            2 => return Err(Cause::Unsupported("QCOW2 encrypted with LUKS".to_owned())),
            method => return Err(Cause::Unsupported(format!("QCOW2 encrypted by the method {method}"))),
        }
        let compression = if modern && length > 104 { Fields(&bytes).array::<1>(104) } else { [0] };
        let codec = match compression {
            [0] => Codec::Deflate,
            [1] => Codec::Zstd,
            [other] => return Err(Cause::Unsupported(format!("QCOW2 compressed by the method {other}"))),
        };
        let size = be64(&bytes, 24);
        let subclusters = features & EXTENDED_L2 != 0;
        let l1 = (be64(&bytes, 40), u64::from(be32(&bytes, 36)));
        // A table of entries of 8 or 16 bytes fills one cluster.
        let covered_bits = cluster_bits.saturating_mul(2).saturating_sub(if subclusters { 4 } else { 3 });
        if l1.1.checked_mul(1u64.checked_shl(covered_bits).unwrap_or(u64::MAX)).is_some_and(|covered| covered < size) {
            return Err(corrupt("first table does not cover the disk", 36));
        }
        if l1.0.checked_add(l1.1.saturating_mul(8)).is_none_or(|end| end > source.len()) {
            return Err(corrupt("first table lies outside the file", l1.0));
        }
        let backing = if be64(&bytes, 8) == 0 { (0, 0) } else { (be64(&bytes, 8), u64::from(be32(&bytes, 16))) };
        let mut found = Self {
            version,
            cluster_bits,
            size,
            l1,
            backing,
            backing_format: None,
            data_file: None,
            codec,
            subclusters,
            features,
            snapshots: be32(&bytes, 60),
        };
        found.read_extensions(source, length)?;
        if features & EXTERNAL_DATA != 0 && found.data_file.is_none() {
            return Err(corrupt("header does not name the file that holds the data", 72));
        }
        if features & EXTERNAL_DATA == 0 {
            found.data_file = None;
        }
        Ok(found)
    }

    fn read_extensions(&mut self, source: &dyn ReadAt, start: u64) -> Result<(), Cause> {
        let end = 1u64.checked_shl(self.cluster_bits).unwrap_or(0).min(EXTENSIONS);
        let bytes = bounded(source, 0, end, EXTENSIONS)?;
        let mut at = to_usize(start);
        while at.saturating_add(8) <= bytes.len() {
            let (kind, length) = (be32(&bytes, at), to_usize(be32(&bytes, at.saturating_add(4))));
            let data = at.saturating_add(8);
            let Some(content) = bytes.get(data..data.saturating_add(length)).filter(|_| kind != 0) else { break };
            match kind {
                BACKING_FORMAT => self.backing_format = Some(content.to_vec()),
                DATA_FILE => self.data_file = Some(content.to_vec()),
                _ => {}
            }
            at = data.saturating_add(length.checked_next_multiple_of(8).unwrap_or(length));
        }
        Ok(())
    }

    /// Where the first table lies.
    pub(super) fn l1_range(&self) -> Range<u64> {
        self.l1.0..self.l1.0.saturating_add(self.l1.1.saturating_mul(8))
    }

    /// What an examiner should know of the disk's state.
    pub(super) fn notes(&self) -> Vec<Cause> {
        let mut notes = Vec::new();
        if self.features & DIRTY != 0 {
            notes.push(Cause::Unsupported("the QCOW2 was not closed; its tables may be behind".to_owned()));
        }
        if self.features & CORRUPT != 0 {
            notes.push(Cause::Corrupt { what: "the QCOW2 is marked as corrupt".to_owned(), offset: 72 });
        }
        if self.snapshots > 0 {
            let what = format!("only the present state of the disk is read, not its snapshots ({})", self.snapshots);
            notes.push(Cause::Unsupported(what));
        }
        notes
    }
}
