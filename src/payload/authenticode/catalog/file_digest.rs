//! The digests by which catalogs list an executable.

use super::super::DigestAlgorithm;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::to_u64;
use sha2::Digest;
use std::io;
use std::ops::Range;

/// Bytes read at a time.
const CHUNK: usize = 1 << 18;

/// SHA-256 and SHA-1 over the ranges that Authenticode covers, in one pass. What is not a multiple of eight bytes long is
/// listed with zeros behind it, as a signer would have filled it up; some makers of catalogs leave that out, so both come.
///
/// # Errors
/// What the stream says of a read; an end before the end of the ranges is an error of kind `UnexpectedEof`.
pub(in super::super) fn of(
    stream: &dyn ReadAt,
    ranges: &[Range<u64>],
    size: u64,
) -> io::Result<Vec<(DigestAlgorithm, Vec<u8>)>> {
    let (mut sha256, mut sha1) = (sha2::Sha256::new(), sha1::Sha1::new());
    let longest = ranges.iter().map(|range| range.end.saturating_sub(range.start)).max().unwrap_or(0);
    let mut buffer = vec![0u8; usize::try_from(longest).unwrap_or(CHUNK).min(CHUNK)];
    for range in ranges {
        let mut at = range.start;
        while at < range.end {
            let wanted = usize::try_from(range.end.saturating_sub(at)).unwrap_or(CHUNK).min(buffer.len());
            let count = read_full(stream, at, buffer.get_mut(..wanted).unwrap_or_default())?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let bytes = buffer.get(..count).unwrap_or_default();
            sha256.update(bytes);
            sha1.update(bytes);
            at = at.saturating_add(to_u64(count));
        }
    }
    let mut digests = Vec::new();
    let missing = usize::try_from(size.next_multiple_of(8).saturating_sub(size)).unwrap_or(0);
    if missing > 0 {
        let zeros = [0u8; 8];
        let zeros = zeros.get(..missing).unwrap_or_default();
        digests.push((DigestAlgorithm::Sha256, sha256.clone().chain_update(zeros).finalize().to_vec()));
        digests.push((DigestAlgorithm::Sha1, sha1.clone().chain_update(zeros).finalize().to_vec()));
    }
    digests.push((DigestAlgorithm::Sha256, sha256.finalize().to_vec()));
    digests.push((DigestAlgorithm::Sha1, sha1.finalize().to_vec()));
    Ok(digests)
}

/// The bytes that hexadecimal digits stand for.
pub(in super::super) fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |character: u8| char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lengths_come_filled_up_and_as_they_are() {
        let file: Vec<u8> = (0..=255).cycle().take(603).collect();
        let digests = of(&file, &[0..100, 200..603], 603).unwrap();
        let part = [&file[..100], &file[200..]].concat();
        let filled = [&part[..], &[0; 5]].concat();
        let (sha256, sha1) = (sha2::Sha256::digest, sha1::Sha1::digest);
        let expected = [
            (DigestAlgorithm::Sha256, sha256(&filled).to_vec()),
            (DigestAlgorithm::Sha1, sha1(&filled).to_vec()),
            (DigestAlgorithm::Sha256, sha256(&part).to_vec()),
            (DigestAlgorithm::Sha1, sha1(&part).to_vec()),
        ];
        assert_eq!(digests, expected);
        assert_eq!(of(&file, &[0..600], 600).unwrap().len(), 2);
        assert!(of(&file, &[0..604], 604).is_err());
    }
}
