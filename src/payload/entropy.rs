//! Shannon entropy of a stream: over all bytes, and its profile by block.

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

/// Entropy in the making.
#[derive(Debug)]
pub struct Profile {
    counts: [u64; 256],
    /// The block that is not yet full.
    rest: Vec<u8>,
    blocks: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for Profile {
    fn default() -> Self {
        Self { counts: [0; 256], rest: Vec::new(), blocks: 0, sum: 0.0, min: f64::INFINITY, max: 0.0 }
    }
}

impl Profile {
    /// Takes the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(count) = self.counts.get_mut(usize::from(*byte)) {
                *count = count.saturating_add(1);
            }
        }
        let missing = BLOCK.saturating_sub(self.rest.len());
        let (first, others) = bytes.split_at(missing.min(bytes.len()));
        self.rest.extend_from_slice(first);
        if self.rest.len() < BLOCK {
            return;
        }
        let full = std::mem::take(&mut self.rest);
        self.block(&full);
        let mut blocks = others.chunks_exact(BLOCK);
        blocks.by_ref().for_each(|block| self.block(block));
        self.rest = full;
        self.rest.clear();
        self.rest.extend_from_slice(blocks.remainder());
    }

    fn block(&mut self, block: &[u8]) {
        let entropy = of(block);
        self.blocks = self.blocks.saturating_add(1);
        self.sum += entropy;
        self.min = self.min.min(entropy);
        self.max = self.max.max(entropy);
    }

    /// How often each byte was seen.
    #[must_use]
    pub fn counts(&self) -> &[u64; 256] {
        &self.counts
    }

    /// The entropy of all bytes taken; nothing if there were none.
    #[must_use]
    pub fn finish(mut self) -> Option<Entropy> {
        if self.blocks == 0 && !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            self.block(&rest);
        }
        #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 bytes are out of reach")]
        let (total, blocks) = (self.counts.iter().sum::<u64>() as f64, self.blocks as f64);
        if total == 0.0 {
            return None;
        }
        let overall: f64 = self
            .counts
            .iter()
            .filter(|count| **count > 0)
            .map(|count| {
                #[expect(clippy::cast_precision_loss, reason = "as above")]
                let share = *count as f64 / total;
                -share * share.log2()
            })
            .sum();
        let size = u64::try_from(BLOCK).unwrap_or_default();
        let mean = self.sum / blocks;
        Some(Entropy {
            overall: rounded(overall),
            blocks: Blocks { size, min: rounded(self.min), mean: rounded(mean), max: rounded(self.max) },
        })
    }
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
