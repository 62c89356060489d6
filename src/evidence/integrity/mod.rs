//! Whether a medium is still what its acquisition noted.

mod md5;

use super::container::StoredDigests;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::escape::hex;
use crate::base::number::to_u64;
use md5::Md5;
use sha2::Digest as _;
use std::io;

/// Bytes read at a time: they are hashed while the processor's cache still holds them.
const BLOCK: usize = 128 << 10;

/// The digests of a medium that are stored, in one pass; MD5 where none is.
///
/// # Errors
/// The medium cannot be read to its end.
pub fn digests(medium: &dyn ReadAt, stored: &StoredDigests) -> io::Result<StoredDigests> {
    let mut buffer = AlignedBuffer::new(BLOCK);
    let none = *stored == StoredDigests::default();
    let mut md5 = (stored.md5.is_some() || none).then(Md5::default);
    let mut sha1 = stored.sha1.as_ref().map(|_| sha1::Sha1::new());
    let mut sha256 = stored.sha256.as_ref().map(|_| sha2::Sha256::new());
    let mut offset = 0u64;
    loop {
        let count = read_full(medium, offset, buffer.space())?;
        if count == 0 {
            let (md5, sha1) = (md5.map(|md5| hex(&md5.finish())), sha1.map(|sha1| hex(&sha1.finalize())));
            return Ok(StoredDigests { md5, sha1, sha256: sha256.map(|sha256| hex(&sha256.finalize())) });
        }
        let bytes = buffer.filled(count);
        match (&mut md5, &mut sha1) {
            (Some(md5), Some(sha1)) => md5.update_beside(bytes, |block| sha1.update(block)),
            (md5, sha1) => {
                md5.iter_mut().for_each(|md5| md5.update(bytes));
                sha1.iter_mut().for_each(|sha1| sha1.update(bytes));
            }
        }
        sha256.iter_mut().for_each(|sha256| sha256.update(bytes));
        offset = offset.saturating_add(to_u64(count));
    }
}

/// Whether the stored digests are those computed; nothing where none is stored.
#[must_use]
pub fn verified(stored: &StoredDigests, computed: &StoredDigests) -> Option<bool> {
    let pairs = [(&stored.md5, &computed.md5), (&stored.sha1, &computed.sha1), (&stored.sha256, &computed.sha256)];
    let mut told = pairs.iter().filter_map(|(stored, computed)| stored.as_ref().map(|_| stored == computed));
    told.next().map(|first| told.fold(first, |all, one| all && one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_digest_must_be_right() {
        let medium = b"abc".to_vec();
        let computed = |stored: &StoredDigests| digests(&medium, stored).unwrap();
        let none = StoredDigests::default();
        let right = computed(&none);
        assert_eq!(right.md5.as_deref(), Some("900150983cd24fb0d6963f7d28e17f72"));
        assert_eq!(right.sha1, None);
        let half = StoredDigests { sha1: Some("0".repeat(40)), ..right.clone() };
        assert_eq!(computed(&half).sha1.as_deref(), Some("a9993e364706816aba3e25717850c26c9cd0d89d"));
        assert_eq!(verified(&none, &computed(&none)), None);
        assert_eq!(verified(&right, &computed(&right)), Some(true));
        assert_eq!(verified(&half, &computed(&half)), Some(false));
    }
}
