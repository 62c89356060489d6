//! What a database says of itself, at its end.

use super::corrupt;
use super::data::{Section, Value};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::to_u64;
use crate::base::time::Timestamp;

const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// The marker lies within so many bytes of the end.
const SEARCHED: usize = 128 << 10;
/// Zeros between the tree and the data.
const SEPARATOR: u64 = 16;

/// What a database says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Nodes of the tree.
    pub nodes: u64,
    /// Bits of one record of a node: 24, 28 or 32.
    pub record_bits: u64,
    /// 4, or 6, which holds addresses of both.
    pub ip_version: u64,
    /// What is in it: `GeoLite2-City`.
    pub kind: String,
    /// When it was made.
    pub built: Option<Timestamp>,
}

impl Metadata {
    /// Bytes of one node.
    pub(super) fn node_bytes(&self) -> u64 {
        self.record_bits.saturating_mul(2) / 8
    }

    /// Where the data section begins.
    pub(super) fn data_start(&self) -> u64 {
        self.nodes.saturating_mul(self.node_bytes()).saturating_add(SEPARATOR)
    }
}

/// Finds and reads the metadata behind the last marker.
pub(super) fn find(stream: &dyn ReadAt) -> Result<Metadata, Cause> {
    let searched = to_u64(SEARCHED).min(stream.len());
    let start = stream.len().saturating_sub(searched);
    let mut tail = vec![0u8; usize::try_from(searched).unwrap_or(0)];
    let count = read_full(stream, start, &mut tail)?;
    let tail = tail.get(..count).unwrap_or_default();
    let at = memchr::memmem::rfind(tail, MARKER).ok_or_else(|| corrupt("it has no metadata", start))?;
    let begins = at.saturating_add(MARKER.len());
    let own = tail.get(begins..).unwrap_or_default().to_vec();
    let offset = start.saturating_add(to_u64(begins));
    let map = Section { stream: &own, start: 0 }.value(0)?;
    let number = |name: &str| map.get(name).and_then(Value::number);
    let metadata = Metadata {
        nodes: number("node_count").unwrap_or(0),
        record_bits: number("record_size").unwrap_or(0),
        ip_version: number("ip_version").unwrap_or(0),
        kind: map.get("database_type").and_then(Value::text).unwrap_or_default().to_owned(),
        built: number("build_epoch")
            .and_then(|seconds| i64::try_from(seconds).ok())
            .and_then(|seconds| Timestamp::from_unix(seconds, 0)),
    };
    if number("binary_format_major_version") != Some(2) {
        return Err(Cause::Unsupported("database of addresses: another version of the format than 2".to_owned()));
    }
    if !matches!(metadata.record_bits, 24 | 28 | 32) || !matches!(metadata.ip_version, 4 | 6) {
        return Err(corrupt("its records or its addresses have a size that there is not", offset));
    }
    if metadata.nodes == 0 || metadata.nodes > u64::from(u32::MAX) || metadata.data_start() > offset {
        return Err(corrupt("its tree does not lie within it", offset));
    }
    Ok(metadata)
}
