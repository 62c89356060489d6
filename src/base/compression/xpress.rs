//! XPRESS with Huffman codes (MS-XCA 2.2.4): chunks of 64 KiB of content, each behind a code of its own.

use super::copy;
use super::huffman::{Bits, Code};
use crate::base::number::to_usize;

/// Symbols of the code: 256 bytes, and 16 lengths for each of 16 magnitudes of distance.
const SYMBOLS: usize = 512;

/// Bytes of content that share a code.
const CHUNK: usize = 65_536;

/// What a chunk is decompressed with; made once, used for many.
pub struct Xpress {
    code: Code<SYMBOLS>,
}

impl Default for Xpress {
    fn default() -> Self {
        Self::new()
    }
}

impl Xpress {
    /// With room for the code.
    #[must_use]
    pub fn new() -> Self {
        Self { code: Code::new() }
    }

    /// Decompresses a chunk that stands alone, of at most 64 KiB, which must fill `content`.
    ///
    /// # Errors
    /// The data contradicts the format.
    pub fn decompress(&mut self, data: &[u8], content: &mut [u8]) -> Result<(), &'static str> {
        let end = content.len();
        self.chunk(data, content, &mut 0, end).map(|_| ())
    }

    /// Decompresses chunks that follow each other and repeat what those before them hold, up to `size` bytes of content;
    /// memory grows with what comes out. What came before the data contradicted the format is there, with what it is.
    #[must_use]
    pub fn stream(&mut self, mut data: &[u8], size: usize) -> (Vec<u8>, Option<&'static str>) {
        let (mut content, mut at, mut trouble) = (Vec::new(), 0usize, None);
        while at < size && trouble.is_none() {
            let end = at.saturating_add(CHUNK).min(size);
            // Nothing keeps a repetition from going on behind the end of its chunk.
            content.resize(end.saturating_add(CHUNK).min(size), 0);
            match self.chunk(data, &mut content, &mut at, end) {
                Ok(rest) => data = rest,
                Err(what) => trouble = Some(what),
            }
        }
        content.truncate(at);
        (content, trouble)
    }

    /// Decompresses one chunk from `at` on, until `end` is reached; gives the data that comes behind it.
    fn chunk<'a>(
        &mut self,
        data: &'a [u8],
        content: &mut [u8],
        at: &mut usize,
        end: usize,
    ) -> Result<&'a [u8], &'static str> {
        let (table, data) = data.split_at_checked(SYMBOLS / 2).ok_or("compressed data cut off")?;
        let mut lengths = [0u8; SYMBOLS];
        for (pair, byte) in lengths.chunks_exact_mut(2).zip(table) {
            if let [even, odd] = pair {
                (*even, *odd) = (byte & 0x0f, byte >> 4);
            }
        }
        self.code.build(&lengths)?;
        let mut bits = Bits::new(data);
        while *at < end {
            let symbol = self.code.decode(&mut bits)?;
            let Some(pair) = symbol.checked_sub(256) else {
                if let Some(target) = content.get_mut(*at) {
                    *target = u8::try_from(symbol).unwrap_or(0);
                }
                *at = at.saturating_add(1);
                continue;
            };
            let length = run(&mut bits, pair & 0x0f)?;
            let magnitude = u32::try_from(pair >> 4).unwrap_or(0);
            let distance = bits.take(magnitude)? | 1usize.checked_shl(magnitude).unwrap_or(0);
            let start = at.checked_sub(distance).ok_or("XPRESS: before the start of the content")?;
            let behind = at.saturating_add(length).min(content.len());
            copy(content, start, *at, behind);
            *at = behind;
        }
        Ok(bits.rest())
    }
}

/// The length of a repetition, of which a symbol holds four bits.
fn run(bits: &mut Bits<'_>, short: usize) -> Result<usize, &'static str> {
    let mut length = short;
    if length == 15 {
        length = match bits.bytes(1)? {
            [255] => match bits.bytes(2)? {
                [0, 0] => bits.bytes(4)?.first_chunk().map_or(0, |long| to_usize(u32::from_le_bytes(*long))),
                long => usize::from(long.first_chunk().map_or(0, |long| u16::from_le_bytes(*long))),
            },
            byte => usize::from(byte.first().copied().unwrap_or(0)).saturating_add(15),
        };
    }
    Ok(length.saturating_add(3))
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

    /// A chunk of literals, with the word behind it that a reader looks ahead at.
    fn literals(content: &[u8]) -> Vec<u8> {
        let mut data = [[0x88u8; 128], [0; 128]].concat();
        data.extend(content.chunks(2).flat_map(|pair| [*pair.get(1).unwrap_or(&0), pair[0]]));
        data.extend([0, 0]);
        data
    }

    #[test]
    fn chunks_of_a_stream_repeat_what_came_before_them() {
        let first: Vec<u8> = (0..65_536u32).map(|at| (at / 251) as u8).collect();
        let mut data = literals(&first);
        // One bit each for `x` and for a repetition of 18 and more from 32,768 and more bytes before.
        let mut table = [0u8; 256];
        (table[usize::from(b'x') / 2], table[255]) = (0x01, 0x10);
        data.extend(table);
        data.extend([0x04, 0x80, 0, 0, 7]);
        let mut expected = first.clone();
        expected.extend_from_within(65_536 - 0x8004..65_536 - 0x8004 + 25);
        expected.extend(b"xxxxx");
        let mut xpress = Xpress::new();
        assert!(xpress.stream(&data, expected.len()) == (expected.clone(), None));
        let (content, trouble) = xpress.stream(&data[..data.len() - 1], expected.len());
        assert!(content == first && trouble == Some("compressed data cut off"));
        assert_eq!(xpress.stream(&[], usize::MAX), (Vec::new(), Some("compressed data cut off")));
        let (content, trouble) = xpress.stream(&data, usize::MAX);
        assert!(content.starts_with(&expected) && content.len() < expected.len() + 64 && trouble.is_some());
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
        assert_eq!(xpress.decompress(&back, &mut content), Err("XPRESS: before the start of the content"));
    }
}
