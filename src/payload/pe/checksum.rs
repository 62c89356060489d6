//! The checksum of the optional header, which Windows demands of drivers only.

use crate::base::number::to_u32;
use schemars::JsonSchema;
use serde::Serialize;

/// The checksum as it stands and as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checksum {
    /// In the header; zero where the linker made none.
    pub stored: u32,
    /// Over the bytes as they are; absent where not all are held in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<u32>,
}

/// The sum of all 16-bit words with their carries, without that of the four bytes at `field`, and the length (`imagehlp`,
/// `CheckSumMappedFile`).
pub(super) fn compute(bytes: &[u8], field: usize) -> u32 {
    // Words of 32 bits give the same sum: 2^16 is one in this arithmetic.
    let (words, rest) = bytes.as_chunks::<4>();
    let mut sum: u64 = words.iter().map(|word| u64::from(u32::from_le_bytes(*word))).fold(0, u64::wrapping_add);
    let mut last = [0u8; 4];
    last.iter_mut().zip(rest).for_each(|(target, source)| *target = *source);
    sum = sum.wrapping_add(u64::from(u32::from_le_bytes(last)));
    // The field may stand at an odd offset: its bytes are taken off one by one, as they were added.
    for at in field..field.saturating_add(4) {
        let byte = u64::from(bytes.get(at).copied().unwrap_or(0));
        sum = sum.wrapping_sub(byte << (at % 4).saturating_mul(8));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff).wrapping_add(sum >> 16);
    }
    let length = to_u32(bytes.len());
    u32::try_from(sum).unwrap_or(0).wrapping_add(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the documentation has it: words, each carry added at once.
    fn by_the_book(bytes: &[u8], field: usize) -> u32 {
        let mut bytes = bytes.to_vec();
        let length = bytes.len() as u32;
        bytes[field..field + 4].fill(0);
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        let mut sum = 0u32;
        for pair in bytes.chunks(2) {
            sum += u32::from(u16::from_le_bytes([pair[0], pair[1]]));
            sum = (sum & 0xffff) + (sum >> 16);
        }
        sum + length
    }

    #[test]
    fn the_sum_is_that_of_the_book() {
        let bytes: Vec<u8> = (0..997u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
        for (length, field) in [(997, 200), (996, 201), (995, 202), (994, 203), (400, 396)] {
            assert_eq!(compute(&bytes[..length], field), by_the_book(&bytes[..length], field), "{length} {field}");
        }
    }
}
