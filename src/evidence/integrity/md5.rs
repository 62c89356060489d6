//! MD5 (RFC 1321) of a whole medium, which takes minutes of a processor.
//!
//! It is the slowest of the digests by far, and nothing of it can be done side by side: each step waits for the last. The crate
//! `md-5` takes 0.63 GB/s, because its constants are folded into additions of three parts, which take the processor longer
//! than two of two; here they are loaded, for 0.79 GB/s. The crate is the oracle of the tests.

use crate::base::number::to_u64;

/// A digest in the making.
#[derive(Debug, Clone)]
pub(super) struct Md5 {
    state: [u32; 4],
    length: u64,
    rest: [u8; BLOCK],
    held: usize,
}

/// Bytes of a block.
const BLOCK: usize = 64;

/// The integer parts of 2³² × |sin i|.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

impl Default for Md5 {
    fn default() -> Self {
        let state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
        Self { state, length: 0, rest: [0; BLOCK], held: 0 }
    }
}

impl Md5 {
    /// Takes the next bytes of the stream.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.update_beside(bytes, |_| {});
    }

    /// Takes the next bytes of the stream, and gives each part of them to `beside` as well, which works while this waits for
    /// itself.
    #[inline]
    pub(super) fn update_beside(&mut self, bytes: &[u8], mut beside: impl FnMut(&[u8])) {
        self.length = self.length.wrapping_add(to_u64(bytes.len()));
        let mut bytes = bytes;
        if self.held > 0 {
            let (head, tail) = bytes.split_at(bytes.len().min(BLOCK.saturating_sub(self.held)));
            self.hold(head);
            beside(head);
            bytes = tail;
            if self.held < BLOCK {
                return;
            }
            let block = self.rest;
            compress(&mut self.state, &block, &SINES);
            self.held = 0;
        }
        let (blocks, tail) = bytes.as_chunks::<BLOCK>();
        // Loaded, not folded into the code: see above.
        let sines = std::hint::black_box(&SINES);
        let mut state = self.state;
        for block in blocks {
            // First, so that it is at hand while the steps before are still waited for: behind, it costs a tenth of all.
            beside(block);
            compress(&mut state, block, sines);
        }
        self.state = state;
        self.hold(tail);
        beside(tail);
    }

    /// The digest of all bytes taken.
    #[must_use]
    pub(super) fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        let zeros = BLOCK.saturating_sub(self.held).wrapping_sub(9) % BLOCK;
        self.update(&[0x80]);
        self.update([0u8; BLOCK].get(..zeros).unwrap_or_default());
        self.update(&bits.to_le_bytes());
        let [a, b, c, d] = self.state.map(u32::to_le_bytes);
        let mut digest = [0u8; 16];
        for (target, source) in digest.iter_mut().zip([a, b, c, d].as_flattened()) {
            *target = *source;
        }
        digest
    }

    fn hold(&mut self, bytes: &[u8]) {
        for (target, source) in self.rest.iter_mut().skip(self.held).zip(bytes) {
            *target = *source;
        }
        self.held = self.held.saturating_add(bytes.len()).min(BLOCK);
    }
}

/// One step: the part that waits for `$mix` comes last, so that the rest is done before.
macro_rules! step {
    ($a:ident $b:ident, $shift:literal, $known:expr, $mix:expr) => {
        $a = $a.wrapping_add($known).wrapping_add($mix).rotate_left($shift).wrapping_add($b);
    };
}

/// Four steps of one round with the words and constants at those places.
macro_rules! steps {
    ($mix:ident, $words:ident, $sines:ident, [$a:ident $b:ident $c:ident $d:ident], [$s0:literal $s1:literal $s2:literal $s3:literal],
     [$w0:literal $w1:literal $w2:literal $w3:literal], $at:literal) => {
        step!($a $b, $s0, $words[$w0].wrapping_add($sines[$at]), $mix!($b, $c, $d));
        step!($d $a, $s1, $words[$w1].wrapping_add($sines[$at + 1]), $mix!($a, $b, $c));
        step!($c $d, $s2, $words[$w2].wrapping_add($sines[$at + 2]), $mix!($d, $a, $b));
        step!($b $c, $s3, $words[$w3].wrapping_add($sines[$at + 3]), $mix!($c, $d, $a));
    };
}

macro_rules! first {
    ($x:ident, $y:ident, $z:ident) => {
        $z ^ ($x & ($y ^ $z))
    };
}
macro_rules! second {
    // The two halves share no bit: their sum is their union, and the first does not wait for `x`.
    ($x:ident, $y:ident, $z:ident) => {
        (!$z & $y).wrapping_add($z & $x)
    };
}
macro_rules! third {
    ($x:ident, $y:ident, $z:ident) => {
        ($y ^ $z) ^ $x
    };
}
macro_rules! fourth {
    ($x:ident, $y:ident, $z:ident) => {
        $y ^ ($x | !$z)
    };
}

#[allow(clippy::indexing_slicing, reason = "every place is a constant inside its array")]
#[allow(clippy::inline_always, reason = "the state stays in registers from block to block")]
#[inline(always)]
fn compress(state: &mut [u32; 4], block: &[u8; BLOCK], sines: &[u32; 64]) {
    let mut words = [0u32; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d] = *state;
    steps!(first, words, sines, [a b c d], [7 12 17 22], [0 1 2 3], 0);
    steps!(first, words, sines, [a b c d], [7 12 17 22], [4 5 6 7], 4);
    steps!(first, words, sines, [a b c d], [7 12 17 22], [8 9 10 11], 8);
    steps!(first, words, sines, [a b c d], [7 12 17 22], [12 13 14 15], 12);
    steps!(second, words, sines, [a b c d], [5 9 14 20], [1 6 11 0], 16);
    steps!(second, words, sines, [a b c d], [5 9 14 20], [5 10 15 4], 20);
    steps!(second, words, sines, [a b c d], [5 9 14 20], [9 14 3 8], 24);
    steps!(second, words, sines, [a b c d], [5 9 14 20], [13 2 7 12], 28);
    steps!(third, words, sines, [a b c d], [4 11 16 23], [5 8 11 14], 32);
    steps!(third, words, sines, [a b c d], [4 11 16 23], [1 4 7 10], 36);
    steps!(third, words, sines, [a b c d], [4 11 16 23], [13 0 3 6], 40);
    steps!(third, words, sines, [a b c d], [4 11 16 23], [9 12 15 2], 44);
    steps!(fourth, words, sines, [a b c d], [6 10 15 21], [0 7 14 5], 48);
    steps!(fourth, words, sines, [a b c d], [6 10 15 21], [12 3 10 1], 52);
    steps!(fourth, words, sines, [a b c d], [6 10 15 21], [8 15 6 13], 56);
    steps!(fourth, words, sines, [a b c d], [6 10 15 21], [4 11 2 9], 60);
    for (sum, part) in state.iter_mut().zip([a, b, c, d]) {
        *sum = sum.wrapping_add(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use md5::Digest as _;

    #[test]
    fn digests_are_those_of_the_crate() {
        let bytes: Vec<u8> = (0..1000u32).map(|n| (n * n / 5) as u8).collect();
        for length in (0..300).chain([511, 512, 1000]) {
            for part in [1, 7, 63, 64, 65, 1000] {
                let mut digest = Md5::default();
                bytes[..length].chunks(part).for_each(|part| digest.update(part));
                let expected: [u8; 16] = md5::Md5::digest(&bytes[..length]).into();
                assert_eq!(digest.finish(), expected, "{length} in parts of {part}");
            }
        }
    }
}
