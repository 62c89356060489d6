//! LZX as WIM archives and the Windows Overlay Filter use it: chunks of 32 KiB that stand alone, a window of the same size.
//!
//! The codes are those of MS-PATCH 2; the headers of blocks are shorter, and the targets of x86 calls are always
//! translated, as if the file were 12,000,000 bytes long.

use crate::base::compression::copy;
use crate::base::compression::huffman::{Bits, Code};
use crate::base::number::to_usize;

/// Bytes of content of one chunk.
pub(super) const CHUNK: u64 = 32_768;

/// Slots of distances in a window of 32 KiB.
const SLOTS: usize = 30;

/// Symbols of the main code: 256 bytes, and 8 lengths for each slot.
const MAIN: usize = 256 + SLOTS * 8;

/// Symbols of the code of longer lengths.
const LENGTHS: usize = 249;

/// Symbols of the code that the lengths of the other codes are written in.
const PRE: usize = 20;

/// The length of file that the targets of calls are translated for.
const TRANSLATED: i32 = 12_000_000;

/// What a chunk is decompressed with; made once, used for many.
pub(super) struct Lzx {
    main: Code<MAIN>,
    length: Code<LENGTHS>,
    aligned: Code<8>,
    pre: Code<PRE>,
}

/// The kinds of blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Verbatim,
    Aligned,
}

impl Lzx {
    /// With room for the codes.
    pub(super) fn new() -> Self {
        Self { main: Code::new(), length: Code::new(), aligned: Code::new(), pre: Code::new() }
    }

    /// Decompresses a chunk, which must fill `content`.
    ///
    /// # Errors
    /// The data contradicts the format.
    pub(super) fn decompress(&mut self, data: &[u8], content: &mut [u8]) -> Result<(), &'static str> {
        let mut bits = Bits::new(data);
        let mut recent = [1usize; 3];
        let (mut main, mut length) = ([0u8; MAIN], [0u8; LENGTHS]);
        let mut at = 0usize;
        while at < content.len() {
            let kind = bits.take(3)?;
            let size = if bits.take(1)? == 1 { 32_768 } else { bits.take(16)? };
            let end =
                at.checked_add(size).filter(|end| size > 0 && *end <= content.len()).ok_or("WOF: size of a block")?;
            let block = match kind {
                1 => Block::Verbatim,
                2 => Block::Aligned,
                3 => {
                    bits.align(data);
                    for offset in &mut recent {
                        let field = bits.bytes(4)?.first_chunk().map_or(0, |field| u32::from_le_bytes(*field));
                        *offset = to_usize(field);
                    }
                    let bytes = bits.bytes(size)?;
                    if let Some(target) = content.get_mut(at..end) {
                        target.copy_from_slice(bytes);
                    }
                    if size & 1 == 1 {
                        bits.bytes(1)?;
                    }
                    bits.restart();
                    at = end;
                    continue;
                }
                _ => return Err("WOF: kind of a block"),
            };
            self.codes(&mut bits, block, &mut main, &mut length)?;
            self.block(&mut bits, block, &mut recent, content.get_mut(..end).unwrap_or_default(), at)?;
            at = end;
        }
        untranslate(content);
        Ok(())
    }

    /// Reads the codes of a block; their lengths are told as differences to those of the block before.
    fn codes(
        &mut self,
        bits: &mut Bits<'_>,
        block: Block,
        main: &mut [u8; MAIN],
        length: &mut [u8; LENGTHS],
    ) -> Result<(), &'static str> {
        if block == Block::Aligned {
            let mut lengths = [0u8; 8];
            for length in &mut lengths {
                *length = u8::try_from(bits.take(3)?).unwrap_or(0);
            }
            self.aligned.build(&lengths)?;
        }
        let (bytes, pairs) = main.split_at_mut(256);
        self.lengths(bits, bytes)?;
        self.lengths(bits, pairs)?;
        self.lengths(bits, length)?;
        self.main.build(main)?;
        self.length.build(length)
    }

    fn lengths(&mut self, bits: &mut Bits<'_>, lengths: &mut [u8]) -> Result<(), &'static str> {
        let mut pre = [0u8; PRE];
        for length in &mut pre {
            *length = u8::try_from(bits.take(4)?).unwrap_or(0);
        }
        self.pre.build(&pre)?;
        let difference = |before: u8, symbol: usize| {
            let symbol = u8::try_from(symbol).unwrap_or(0);
            before.saturating_add(17).checked_sub(symbol).map(|length| length % 17).ok_or("WOF: length of a code")
        };
        let mut at = 0usize;
        while let Some(before) = lengths.get(at).copied() {
            let (count, length) = match self.pre.decode(bits)? {
                17 => (bits.take(4)?.saturating_add(4), 0),
                18 => (bits.take(5)?.saturating_add(20), 0),
                19 => {
                    let count = bits.take(1)?.saturating_add(4);
                    (count, difference(before, self.pre.decode(bits)?)?)
                }
                symbol => (1, difference(before, symbol)?),
            };
            let end = at.saturating_add(count).min(lengths.len());
            lengths.get_mut(at..end).unwrap_or_default().fill(length);
            at = end;
        }
        Ok(())
    }

    /// Decompresses a block to the end of `content`.
    fn block(
        &self,
        bits: &mut Bits<'_>,
        block: Block,
        recent: &mut [usize; 3],
        content: &mut [u8],
        mut at: usize,
    ) -> Result<(), &'static str> {
        while let Some(target) = content.get_mut(at) {
            let symbol = self.main.decode(bits)?;
            let Some(pair) = symbol.checked_sub(256) else {
                *target = u8::try_from(symbol).unwrap_or(0);
                at = at.saturating_add(1);
                continue;
            };
            let mut length = (pair & 7).saturating_add(2);
            if pair & 7 == 7 {
                length = length.saturating_add(self.length.decode(bits)?);
            }
            let slot = pair >> 3;
            let distance = if slot < 3 {
                recent.swap(0, slot);
                recent.first().copied().unwrap_or(0)
            } else {
                let extra = u32::try_from((slot >> 1).saturating_sub(1)).unwrap_or(0);
                let base = (2 | (slot & 1)).checked_shl(extra).unwrap_or(0);
                let rest = if block == Block::Aligned && extra >= 3 {
                    let high = bits.take(extra.saturating_sub(3))? << 3;
                    high | self.aligned.decode(bits)?
                } else {
                    bits.take(extra)?
                };
                recent.rotate_right(1);
                let distance = base.saturating_add(rest).saturating_sub(2);
                if let Some(first) = recent.first_mut() {
                    *first = distance;
                }
                distance
            };
            let start =
                at.checked_sub(distance).filter(|_| distance > 0).ok_or("WOF: before the start of the chunk")?;
            let end =
                at.checked_add(length).filter(|end| *end <= content.len()).ok_or("WOF: beyond the end of a block")?;
            copy(content, start, at, end);
            at = end;
        }
        Ok(())
    }
}

/// Makes the absolute targets of x86 calls relative again, as they were before compression.
fn untranslate(content: &mut [u8]) {
    let end = content.len().saturating_sub(10);
    let mut at = 0usize;
    while let Some(found) = content.get(at..end).and_then(|rest| rest.iter().position(|byte| *byte == 0xe8)) {
        at = at.saturating_add(found);
        let place = i32::try_from(at).unwrap_or(0);
        let field = content.get_mut(at.saturating_add(1)..).and_then(<[u8]>::first_chunk_mut::<4>);
        if let Some(field) = field {
            let target = i32::from_le_bytes(*field);
            if (0..TRANSLATED).contains(&target) {
                *field = target.wrapping_sub(place).to_le_bytes();
            } else if target < 0 && target >= place.saturating_neg() {
                *field = target.wrapping_add(TRANSLATED).to_le_bytes();
            }
        }
        at = at.saturating_add(5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block that is stored as it is: of a size (0110, then 16 bits) or whole (0111), the offsets, the bytes, a byte to
    /// make their number even.
    fn stored(content: &[u8]) -> Vec<u8> {
        let [high, low] = (content.len() as u16).to_be_bytes();
        let header = u32::from_be_bytes([0x60 | high >> 4, high << 4 | low >> 4, low << 4, 0]);
        let words = [(header >> 16) as u16, header as u16].map(u16::to_le_bytes).concat();
        let odd = vec![0; content.len() % 2];
        [words.as_slice(), &[1, 0, 0, 0].repeat(3), content, &odd].concat()
    }

    #[test]
    fn stored_blocks_are_taken_as_they_are() {
        let data = [stored(b"hello"), stored(b" world")].concat();
        let mut content = [0u8; 11];
        assert_eq!(Lzx::new().decompress(&data, &mut content), Ok(()));
        assert_eq!(&content, b"hello world");
    }

    #[test]
    fn lying_blocks_are_bounded() {
        let mut content = [0u8; 64];
        let cases: [(&[u8], &str); 5] = [
            (&[], "compressed data cut off"),
            (&[0, 0, 0, 0], "WOF: size of a block"),
            (&[0, 0x10], "WOF: size of a block"),
            (&[0, 0xe0, 0, 0xf0, 0, 0], "WOF: kind of a block"),
            (&[0, 0x60, 0, 0x50], "compressed data cut off"),
        ];
        for (data, what) in cases {
            assert_eq!(Lzx::new().decompress(data, &mut content), Err(what), "{data:x?}");
        }
        assert!(Lzx::new().decompress(&[0xff; 400], &mut content).is_err());
    }
}
