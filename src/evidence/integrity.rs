//! Whether a medium is still what its acquisition noted.

use super::container::StoredDigests;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::digest::{Digests, Hasher};
use std::io;

/// Bytes read at a time.
const BLOCK: usize = 1 << 20;

/// All digests of a medium, in one pass.
///
/// # Errors
/// The medium cannot be read to its end.
pub fn digests(medium: &dyn ReadAt) -> io::Result<Digests> {
    let mut buffer = AlignedBuffer::new(BLOCK);
    let mut hasher = Hasher::default();
    let mut offset = 0u64;
    loop {
        let count = read_full(medium, offset, buffer.space())?;
        if count == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(buffer.filled(count));
        offset = offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// Whether the stored digests are those computed; nothing where none is stored.
#[must_use]
pub fn verified(stored: &StoredDigests, computed: &Digests) -> Option<bool> {
    let pairs = [(&stored.md5, &computed.md5), (&stored.sha1, &computed.sha1), (&stored.sha256, &computed.sha256)];
    let mut told = pairs.iter().filter_map(|(stored, computed)| stored.as_ref().map(|stored| stored == *computed));
    told.next().map(|first| told.fold(first, |all, one| all && one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_digest_must_be_right() {
        let computed = digests(&b"abc".to_vec()).unwrap();
        let right = StoredDigests { md5: Some(computed.md5.clone()), ..StoredDigests::default() };
        let half = StoredDigests { sha1: Some("0".repeat(40)), ..right.clone() };
        assert_eq!(computed.md5, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(verified(&StoredDigests::default(), &computed), None);
        assert_eq!(verified(&right, &computed), Some(true));
        assert_eq!(verified(&half, &computed), Some(false));
    }
}
