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
