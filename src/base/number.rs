//! Lengths in memory and numbers of a format, each as the other. What does not fit is the largest that there is: no slice has
//! it as an index, and no limit lies above it.

const _: () = assert!(usize::BITS <= u64::BITS, "every length in memory is a number of 64 bits");

/// A length in memory, among offsets in streams and limits.
#[must_use]
pub const fn to_u64(length: usize) -> u64 {
    length as u64
}

/// A number as a length in memory.
#[must_use]
pub fn to_usize(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

/// A number as one of 32 bits.
#[must_use]
pub fn to_u32(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

/// A number as one with a sign.
#[must_use]
pub fn to_i64(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_the_largest() {
        assert_eq!((to_u64(7), to_usize(7u32), to_u32(7usize), to_i64(7usize)), (7, 7, 7, 7));
        assert_eq!((to_u64(usize::MAX), to_usize(u128::MAX)), (usize::MAX as u64, usize::MAX));
        assert_eq!((to_u32(u64::MAX), to_i64(u64::MAX)), (u32::MAX, i64::MAX));
    }
}
