//! MD5, SHA-1 and SHA-256 of a stream in one pass.

use crate::base::escape::hex;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::Digest as _;

/// The three digests that the field exchanges, in lower-case hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Digests {
    /// MD5 (RFC 1321): for look-ups only, it proves nothing.
    pub md5: String,
    /// SHA-1 (FIPS 180-4).
    pub sha1: String,
    /// SHA-256 (FIPS 180-4).
    pub sha256: String,
}

impl Digests {
    /// The digests of bytes that are at hand.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(bytes);
        hasher.finish()
    }
}

/// Digests in the making.
#[derive(Default, Clone)]
pub struct Hasher {
    md5: md5::Md5,
    sha1: sha1::Sha1,
    sha256: sha2::Sha256,
}

impl Hasher {
    /// Takes the next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sha1.update(bytes);
        self.sha256.update(bytes);
    }

    /// The digests of all bytes taken.
    #[must_use]
    pub fn finish(self) -> Digests {
        Digests {
            md5: hex(&self.md5.finalize()),
            sha1: hex(&self.sha1.finalize()),
            sha256: hex(&self.sha256.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_the_standards() {
        let digests = Digests::of(b"abc");
        assert_eq!(digests.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(digests.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(digests.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn chunking_does_not_matter() {
        let bytes: Vec<u8> = (0..100_000u32).map(|n| n.to_le_bytes()[0]).collect();
        for size in [1, 63, 4096, 70_000] {
            let mut hasher = Hasher::default();
            bytes.chunks(size).for_each(|chunk| hasher.update(chunk));
            assert_eq!(hasher.finish(), Digests::of(&bytes));
        }
    }
}
