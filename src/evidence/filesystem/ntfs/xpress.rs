//! XPRESS with Huffman codes (MS-XCA 2.2.4): one chunk of at most 64 KiB.

use super::huffman::{Bits, Code};
use super::lznt1::copy;

/// Symbols of the code: 256 bytes, and 16 lengths for each of 16 magnitudes of distance.
const SYMBOLS: usize = 512;

/// What a chunk is decompressed with; made once, used for many.
pub(super) struct Xpress {
    code: Code<SYMBOLS>,
}

impl Xpress {
    /// With room for the code.
    pub(super) fn new() -> Self {
        Self { code: Code::new() }
    }

    /// Decompresses a chunk, which must fill `content`.
    ///
    /// # Errors
    /// The data contradicts the format.
    pub(super) fn decompress(&mut self, data: &[u8], content: &mut [u8]) -> Result<(), &'static str> {
        let (table, data) = data.split_at_checked(SYMBOLS / 2).ok_or("WOF: chunk cut off")?;
        let mut lengths = [0u8; SYMBOLS];
        for (pair, byte) in lengths.chunks_exact_mut(2).zip(table) {
            if let [even, odd] = pair {
                (*even, *odd) = (byte & 0x0f, byte >> 4);
            }
        }
        self.code.build(&lengths)?;
        let mut bits = Bits::new(data);
        let mut at = 0usize;
        while let Some(target) = content.get_mut(at) {
            let symbol = self.code.decode(&mut bits)?;
            let Some(pair) = symbol.checked_sub(256) else {
                *target = u8::try_from(symbol).unwrap_or(0);
                at = at.saturating_add(1);
                continue;
            };
            let mut length = pair & 0x0f;
            if length == 15 {
                length = match bits.bytes(1)? {
                    [255] => match bits.bytes(2)? {
                        [0, 0] => bits
                            .bytes(4)?
                            .first_chunk()
                            .map_or(0, |long| usize::try_from(u32::from_le_bytes(*long)).unwrap_or(usize::MAX)),
                        long => usize::from(long.first_chunk().map_or(0, |long| u16::from_le_bytes(*long))),
                    },
                    byte => usize::from(byte.first().copied().unwrap_or(0)).saturating_add(15),
                };
            }
            let length = length.saturating_add(3);
            let magnitude = u32::try_from(pair >> 4).unwrap_or(0);
            let distance = bits.take(magnitude)? | 1usize.checked_shl(magnitude).unwrap_or(0);
            let start = at.checked_sub(distance).ok_or("WOF: before the start of the chunk")?;
            let end = at.saturating_add(length).min(content.len());
            copy(content, start, at, end);
            at = end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of MS-XCA 3.2: all letters, and a long repetition.
    #[test]
    fn the_examples_of_the_specification() {
        let mut letters = vec![0u8; 256];
        letters[49..59].fill(0x55);
        for (at, byte) in [(48, 0x50), (59, 0x45), (60, 0x44), (61, 0x04), (128, 0x04)] {
            letters[at] = byte;
        }
        letters.extend_from_slice(&[
            0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f, 0xf9, 0xd6, 0x7c, 0xdf, 0x8d, 0x04, 0, 0, 0, 0,
        ]);
        let mut content = [0u8; 26];
        assert_eq!(Xpress::new().decompress(&letters, &mut content), Ok(()));
        assert_eq!(&content, b"abcdefghijklmnopqrstuvwxyz");

        let mut repeated = vec![0u8; 256];
        for (at, byte) in [(48, 0x30), (49, 0x23), (128, 0x02), (143, 0x20)] {
            repeated[at] = byte;
        }
        repeated.extend_from_slice(&[0xa8, 0xdc, 0x00, 0x00, 0xff, 0x26, 0x01]);
        let mut content = [0u8; 300];
        assert_eq!(Xpress::new().decompress(&repeated, &mut content), Ok(()));
        assert!(content.chunks(3).all(|letters| letters == b"abc"));
    }

    #[test]
    fn lying_chunks_are_bounded() {
        let mut content = [0u8; 4096];
        let mut xpress = Xpress::new();
        assert!(xpress.decompress(&[], &mut content).is_err());
        assert!(xpress.decompress(&[0; 300], &mut content).is_err());
        assert!(xpress.decompress(&[0x11; 300], &mut content).is_err());
        assert!(xpress.decompress(&[0xff; 300], &mut content).is_err());
        let mut back = [0u8; 300];
        back[128] = 0x11;
        assert_eq!(xpress.decompress(&back, &mut content), Err("WOF: before the start of the chunk"));
    }
}
