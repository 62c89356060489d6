//! The tree: a node has a record for each value of the next bit, which is another node, nothing, or a place in the data.

use super::corrupt;
use super::metadata::Metadata;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use std::net::{IpAddr, Ipv6Addr};

/// The place in the data section of what is said of an address.
pub(super) fn find(stream: &dyn ReadAt, metadata: &Metadata, address: IpAddr) -> Result<Option<u64>, Cause> {
    let (bits, count) = match (address, metadata.ip_version) {
        (IpAddr::V4(v4), 4) => (u128::from(v4.to_bits()), 32u32),
        (IpAddr::V6(v6), 4) => match v6.to_ipv4_mapped() {
            Some(v4) => (u128::from(v4.to_bits()), 32),
            None => return Ok(None),
        },
        // IPv4 lies below ninety-six zeros.
        (IpAddr::V4(v4), _) => (u128::from(v4.to_bits()), 128),
        (IpAddr::V6(v6), _) => (v6.to_ipv4_mapped().map_or(Ipv6Addr::to_bits(v6), |v4| u128::from(v4.to_bits())), 128),
    };
    let mut node = 0u64;
    for step in (0..count).rev() {
        let is_one = bits.checked_shr(step).unwrap_or(0) & 1 == 1;
        let record = record(stream, metadata, node, is_one)?;
        if record < metadata.nodes {
            node = record;
            continue;
        }
        let place = record.saturating_sub(metadata.nodes);
        return match place.checked_sub(16) {
            Some(place) => Ok(Some(place)),
            None if place == 0 => Ok(None),
            None => Err(corrupt("a record points between the tree and the data", offset(metadata, node))),
        };
    }
    // A tree that is deeper than an address is long.
    Err(corrupt("the tree does not end", offset(metadata, node)))
}

fn offset(metadata: &Metadata, node: u64) -> u64 {
    node.saturating_mul(metadata.node_bytes())
}

fn record(stream: &dyn ReadAt, metadata: &Metadata, node: u64, is_one: bool) -> Result<u64, Cause> {
    let mut bytes = [0u8; 8];
    let length = usize::try_from(metadata.node_bytes()).unwrap_or(8).min(8);
    let place = offset(metadata, node);
    let wanted = bytes.get_mut(..length).unwrap_or_default();
    if read_full(stream, place, wanted)? < length {
        return Err(corrupt("the tree is cut off", place));
    }
    let [a, b, c, d, e, f, g, h] = bytes;
    let record = match (metadata.record_bits, is_one) {
        (24, false) => [0, a, b, c],
        (24, true) => [0, d, e, f],
        // The middle byte holds the highest bits of both.
        (28, false) => [d >> 4, a, b, c],
        (28, true) => [d & 0x0f, e, f, g],
        (_, false) => [a, b, c, d],
        (_, true) => [e, f, g, h],
    };
    Ok(u64::from(u32::from_be_bytes(record)))
}
