//! A position in bytes that are at hand, with the numbers of variable length that archives write.

/// A position in a slice. Every step past the end gives nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the start of the bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// So many bytes.
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// So many bytes, by a number of the file.
    pub(super) fn take_u64(&mut self, length: u64) -> Option<&'a [u8]> {
        self.take(usize::try_from(length).ok()?)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of RAR 5: seven bits a byte, low ones first, the high bit says that more follow. RAR 5.0 archive format,
    /// "General archive structure".
    pub(super) fn vint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70u32).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A number of 7z: the first byte's leading ones say how many bytes follow, its other bits are the highest ones.
    /// 7zFormat.txt, "UINT64".
    pub(super) fn number(&mut self) -> Option<u64> {
        let first = self.u8()?;
        let following = usize::try_from(first.leading_ones()).ok()?;
        let mut low = [0u8; 8];
        for (target, source) in low.iter_mut().zip(self.take(following)?) {
            *target = *source;
        }
        let mask = 0x7fu8.checked_shr(first.leading_ones()).unwrap_or(0);
        let high = u64::from(first & mask).checked_shl(first.leading_ones().saturating_mul(8)).unwrap_or(0);
        Some(u64::from_le_bytes(low) | high)
    }

    /// Text that a zero byte ends.
    pub(super) fn zero_ended(&mut self) -> Option<&'a [u8]> {
        let length = memchr::memchr(0, self.rest)?;
        let text = self.take(length)?;
        self.take(1)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_variable_length() {
        let of_7z: [(&[u8], Option<u64>); 7] = [
            (&[0x7f], Some(0x7f)),
            (&[0x80, 0x80], Some(0x80)),
            (&[0x81, 0x02], Some(0x102)),
            (&[0xc1, 0x02, 0x03], Some(0x1_0302)),
            (&[0xfe, 1, 2, 3, 4, 5, 6, 7], Some(0x07_0605_0403_0201)),
            (&[0xff, 1, 2, 3, 4, 5, 6, 7, 8], Some(0x0807_0605_0403_0201)),
            (&[0xff, 1], None),
        ];
        for (bytes, value) in of_7z {
            assert_eq!(Cursor::new(bytes).number(), value, "{bytes:x?}");
        }
        let of_rar: [(&[u8], Option<u64>); 4] =
            [(&[5], Some(5)), (&[0x81, 1], Some(129)), (&[0x80], None), (&[0x80; 11], None)];
        for (bytes, value) in of_rar {
            assert_eq!(Cursor::new(bytes).vint(), value, "{bytes:x?}");
        }
    }
}
