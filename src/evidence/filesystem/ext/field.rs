//! Little-endian fields of a record; a field beyond the end of its record is zero.

/// The 16 bits at an offset.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    field.map_or(0, |field| u16::from_le_bytes(*field))
}

/// The 32 bits at an offset.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk);
    field.map_or(0, |field| u32::from_le_bytes(*field))
}

/// A number of which the low and the high part lie apart.
pub(super) fn joined(low: u32, high: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

/// A number of bytes as an index; one that no buffer has where it does not fit.
pub(super) fn index(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// An index as a number of bytes.
pub(super) fn bytes(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}
