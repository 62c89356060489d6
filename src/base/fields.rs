//! Integers at offsets of a record, little-endian. Bytes past its end read as zeros, for the size of a record is checked once,
//! where it is had; where an integer itself says whether a record goes on, there is nothing past the end.

/// The fields of a record.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// So many bytes; those past the end are zeros.
    #[must_use]
    pub fn array<const N: usize>(self, at: usize) -> [u8; N] {
        if let Some(array) = self.0.get(at..).and_then(<[u8]>::first_chunk) {
            return *array;
        }
        let mut array = [0u8; N];
        for (target, source) in array.iter_mut().zip(self.0.get(at..).unwrap_or_default()) {
            *target = *source;
        }
        array
    }

    /// The bytes of a range, as many of them as there are.
    #[must_use]
    pub fn bytes(self, at: usize, length: usize) -> &'a [u8] {
        let rest = self.0.get(at..).unwrap_or_default();
        rest.get(..length).unwrap_or(rest)
    }

    /// One byte.
    #[must_use]
    pub fn u8(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    /// Two bytes.
    #[must_use]
    pub fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    /// Four bytes.
    #[must_use]
    pub fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    /// Eight bytes.
    #[must_use]
    pub fn u64(self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }
}

/// The `u16` at an offset; nothing where the bytes end before.
#[must_use]
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|field| u16::from_le_bytes(*field))
}

/// The `u32` at an offset.
#[must_use]
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field))
}

/// The `u64` at an offset.
#[must_use]
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|field| u64::from_le_bytes(*field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_past_the_end_is_zero() {
        let fields = Fields(&[1, 2, 3, 4, 5]);
        assert_eq!((fields.u8(4), fields.u8(5), fields.u16(1), fields.u16(4)), (5, 0, 0x0302, 5));
        assert_eq!((fields.u32(usize::MAX), fields.u64(0)), (0, 0x05_0403_0201));
        assert_eq!((fields.bytes(3, 9), fields.bytes(9, 1)), (&[4u8, 5][..], &[][..]));
    }
    #[test]
    fn an_integer_that_is_not_whole_is_none() {
        let bytes = [1, 2, 3, 4, 5];
        assert_eq!((u16_at(&bytes, 3), u16_at(&bytes, 4), u16_at(&bytes, usize::MAX)), (Some(0x0504), None, None));
        assert_eq!((u32_at(&bytes, 1), u32_at(&bytes, 2), u64_at(&bytes, 0)), (Some(0x0504_0302), None, None));
    }
}
