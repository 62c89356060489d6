//! Fields of headers: fixed arrays of bytes, with zeros where the header ends before them.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use std::io;

/// A header of `N` bytes, nothing where the file ends inside it.
pub(super) fn header<const N: usize>(source: &dyn ReadAt, offset: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0u8; N];
    let count = read_full(source, offset, &mut bytes)?;
    Ok((count == N).then_some(bytes))
}

/// At most `most` bytes at an offset, only as many as the file has.
pub(super) fn bounded(source: &dyn ReadAt, offset: u64, length: u64, most: u64) -> io::Result<Vec<u8>> {
    let there = length.min(most).min(source.len().saturating_sub(offset));
    let mut bytes = vec![0u8; to_usize(there)];
    let count = read_full(source, offset, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

/// A 32-bit field of a big-endian header.
pub(super) fn be32(header: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(Fields(header).array(at))
}

/// A 64-bit field of a big-endian header.
pub(super) fn be64(header: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(Fields(header).array(at))
}

/// The number of the unit that an offset lies in, and the offset there.
pub(super) fn split(offset: u64, unit: u64) -> (u64, u64) {
    (offset.checked_div(unit).unwrap_or(0), offset.checked_rem(unit).unwrap_or(0))
}
