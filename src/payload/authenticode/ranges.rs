//! The bytes of an executable that are signed, and their digest.
//!
//! Left out are the checksum, the directory entry of the certificate table and the table itself; the rest is taken in the
//! order of the file.

use super::algorithm::DigestAlgorithm;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::escape::hex;
use crate::base::number::{to_u64, to_usize};
use sha2::Digest;
use std::io;
use std::ops::Range;

/// The signed ranges, in the order of the file; nothing if the headers do not allow any.
pub(super) fn of(stream: &dyn ReadAt, size: u64, (table, length): (u32, u32)) -> Option<Vec<Range<u64>>> {
    let header = u64::from(u32::from_le_bytes(bytes_at(stream, 0x3c)?));
    let optional = header.checked_add(24)?;
    let entry = match u16::from_le_bytes(bytes_at(stream, optional)?) {
        0x10b => optional.checked_add(128)?,
        0x20b => optional.checked_add(144)?,
        _ => return None,
    };
    let checksum = optional.checked_add(64)?;
    let table_end = u64::from(table).checked_add(u64::from(length))?;
    let ranges = vec![
        0..checksum,
        checksum.checked_add(4)?..entry,
        entry.checked_add(8)?..u64::from(table),
        table_end..size.max(table_end),
    ];
    ranges.iter().all(|range| range.start <= range.end && range.end <= size).then_some(ranges)
}

fn bytes_at<const N: usize>(stream: &dyn ReadAt, offset: u64) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    (read_full(stream, offset, &mut bytes).ok()? == N).then_some(bytes)
}

/// The digest over ranges of the stream.
///
/// # Errors
/// What the stream says of a read; an end before the end of the ranges is an error of kind `UnexpectedEof`.
pub(super) fn digest(stream: &dyn ReadAt, ranges: &[Range<u64>], algorithm: DigestAlgorithm) -> io::Result<String> {
    match algorithm {
        DigestAlgorithm::Md5 => over::<md5::Md5>(stream, ranges),
        DigestAlgorithm::Sha1 => over::<sha1::Sha1>(stream, ranges),
        DigestAlgorithm::Sha256 => over::<sha2::Sha256>(stream, ranges),
        DigestAlgorithm::Sha384 => over::<sha2::Sha384>(stream, ranges),
        DigestAlgorithm::Sha512 => over::<sha2::Sha512>(stream, ranges),
    }
}

fn over<D: Digest>(stream: &dyn ReadAt, ranges: &[Range<u64>]) -> io::Result<String> {
    let mut digest = D::new();
    let longest = ranges.iter().map(|range| range.end.saturating_sub(range.start)).max().unwrap_or(0);
    let mut buffer = vec![0u8; usize::try_from(longest.min(1 << 18)).unwrap_or_default()];
    for range in ranges {
        let mut at = range.start;
        while at < range.end {
            let wanted = to_usize(range.end.saturating_sub(at)).min(buffer.len());
            let count = read_full(stream, at, buffer.get_mut(..wanted).unwrap_or_default())?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            digest.update(buffer.get(..count).unwrap_or_default());
            at = at.saturating_add(to_u64(count));
        }
    }
    Ok(hex(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_directory_entry_and_table_are_left_out() {
        let mut file: Vec<u8> = (0..=255).cycle().take(1024).collect();
        file[0x3c..0x40].copy_from_slice(&[0x80, 0, 0, 0]);
        file[0x98..0x9a].copy_from_slice(&[0x0b, 0x01]);
        let ranges = of(&file, 1024, (512, 100)).unwrap();
        assert_eq!(ranges, [0..0xd8, 0xdc..0x118, 0x120..512, 612..1024]);
        let before = digest(&file, &ranges, DigestAlgorithm::Sha256).unwrap();
        for (at, changes) in [(0xd8, false), (0x118, false), (520, false), (0x120, true), (700, true)] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(digest(&changed, &ranges, DigestAlgorithm::Sha256).unwrap() != before, changes, "{at:#x}");
        }
    }

    #[test]
    fn headers_that_allow_no_ranges_give_none() {
        assert_eq!(of(&vec![0u8; 100], 100, (50, 10)), None);
        assert_eq!(of(&Vec::new(), 0, (0, 0)), None);
    }
}
