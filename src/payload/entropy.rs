//! Shannon entropy of a stream: over all bytes, and its profile by block.

use crate::base::number::to_u64;
use schemars::JsonSchema;
use serde::Serialize;

/// Shannon entropy in bits per byte, 0 to 8, rounded to four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Entropy {
    /// Over all bytes.
    pub overall: f64,
    /// Over the blocks.
    pub blocks: Blocks,
}

/// How the entropy is spread over the file: a packed or encrypted part stands out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Blocks {
    /// Bytes of a block. A shorter rest counts only where it is all there is.
    pub size: u64,
    /// The lowest.
    pub min: f64,
    /// The mean.
    pub mean: f64,
    /// The highest.
    pub max: f64,
}

const BLOCK: usize = 4096;

/// Tables in which the bytes of a block are counted by turns: with one, the bytes of a run wait for each other.
const TABLES: usize = 4;

/// Entropy in the making.
#[derive(Debug)]
pub struct Profile {
    /// Of the blocks that are full.
    counts: [u64; 256],
    /// Of the block that is not yet full.
    block: [[u32; 256]; TABLES],
    /// Bytes in it.
    length: usize,
    blocks: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for Profile {
    fn default() -> Self {
        let block = [[0; 256]; TABLES];
        Self { counts: [0; 256], block, length: 0, blocks: 0, sum: 0.0, min: f64::INFINITY, max: 0.0 }
    }
}

impl Profile {
    /// Takes the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let missing = BLOCK.saturating_sub(self.length);
            let (part, others) = rest.split_at(missing.min(rest.len()));
            self.count(part);
            if self.length == BLOCK {
                self.close();
            }
            rest = others;
        }
    }

    fn count(&mut self, part: &[u8]) {
        self.length = self.length.saturating_add(part.len());
        let turns = part.chunks_exact(TABLES);
        let last = turns.remainder();
        for bytes in turns.chain([last]) {
            for (table, byte) in self.block.iter_mut().zip(bytes) {
                if let Some(count) = table.get_mut(usize::from(*byte)) {
                    // A block is far shorter than what would wrap.
                    *count = count.wrapping_add(1);
                }
            }
        }
    }

    /// The counts of the block in all its tables.
    fn of_block(&self) -> [u64; 256] {
        let mut counts = [0u64; 256];
        for table in &self.block {
            counts.iter_mut().zip(table).for_each(|(sum, count)| *sum = sum.saturating_add(u64::from(*count)));
        }
        counts
    }

    /// Ends the block.
    fn close(&mut self) {
        let counts = self.of_block();
        let entropy = rounded(of_counts(&counts));
        self.counts.iter_mut().zip(counts).for_each(|(all, count)| *all = all.saturating_add(count));
        self.block = [[0; 256]; TABLES];
        self.length = 0;
        self.blocks = self.blocks.saturating_add(1);
        self.sum += entropy;
        self.min = self.min.min(entropy);
        self.max = self.max.max(entropy);
    }

    /// How often each byte was seen.
    #[must_use]
    pub fn counts(&self) -> [u64; 256] {
        let mut counts = self.of_block();
        counts.iter_mut().zip(self.counts).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        counts
    }

    /// The entropy of all bytes taken; nothing if there were none.
    #[must_use]
    pub fn finish(mut self) -> Option<Entropy> {
        let overall = rounded(of_counts(&self.counts()));
        if self.blocks == 0 && self.length > 0 {
            self.close();
        }
        if self.blocks == 0 {
            return None;
        }
        let size = to_u64(BLOCK);
        #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 blocks are out of reach")]
        let mean = self.sum / self.blocks as f64;
        let blocks = Blocks { size, min: rounded(self.min), mean: rounded(mean), max: rounded(self.max) };
        Some(Entropy { overall, blocks })
    }
}

/// Entropy of as many bytes of each value.
fn of_counts(counts: &[u64; 256]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 bytes are out of reach")]
    let exact = |count: u64| count as f64;
    let total = exact(counts.iter().fold(0, |sum, count| sum.saturating_add(*count)));
    if total == 0.0 {
        return 0.0;
    }
    // Σ −n/N·log2(n/N), taken apart so that what occurs once costs nothing.
    let terms = counts.iter().filter(|count| **count > 1).map(|count| exact(*count) * exact(*count).log2());
    total.log2() - terms.sum::<f64>() / total
}

/// Entropy of bytes that are at hand, rounded to four decimals.
#[must_use]
pub fn of(bytes: &[u8]) -> f64 {
    rounded(f64::from(::entropy::shannon_entropy(bytes)))
}

/// Four decimals, never below zero (a sum of one part gives −0).
fn rounded(value: f64) -> f64 {
    ((value * 10_000.0).round() / 10_000.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(bytes: &[u8], chunk: usize) -> Option<Entropy> {
        let mut profile = Profile::default();
        bytes.chunks(chunk).for_each(|bytes| profile.update(bytes));
        profile.finish()
    }

    #[test]
    fn known_values() {
        let every: Vec<u8> = (0..=255).collect();
        let cases: [(&[u8], f64); 4] = [(b"aaaa", 0.0), (b"ab", 1.0), (b"abcd", 2.0), (&every, 8.0)];
        for (bytes, overall) in cases {
            assert_eq!(profile(bytes, 7).unwrap().overall, overall);
        }
        assert_eq!(profile(b"", 7), None);
    }

    #[test]
    fn chunking_does_not_matter_and_the_crate_agrees() {
        let bytes: Vec<u8> = (0..50_000u32).map(|n| n.wrapping_mul(n).to_le_bytes()[1]).collect();
        let whole = profile(&bytes, bytes.len()).unwrap();
        for chunk in [1, 100, 4095, 4096, 4097, 30_000] {
            assert_eq!(profile(&bytes, chunk).unwrap(), whole, "{chunk}");
        }
        assert!((whole.overall - of(&bytes)).abs() < 1e-3);
    }

    #[test]
    fn a_dense_part_stands_out() {
        let mut bytes = vec![b' '; 3 * BLOCK];
        bytes.extend((0..BLOCK).map(|n| u8::try_from(n % 256).unwrap()));
        let blocks = profile(&bytes, 1000).unwrap().blocks;
        assert_eq!((blocks.min, blocks.mean, blocks.max), (0.0, 2.0, 8.0));
    }
}
