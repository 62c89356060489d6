//! Deflated data (RFC 1951) and gzip files (RFC 1952).

use super::{Bytes, Finding, Proof};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use flate2::{Decompress, FlushDecompress, Status};

/// What came out.
pub(in crate::payload::ascii_damage) struct Inflated {
    /// Bytes taken.
    pub(in crate::payload::ascii_damage) taken: u64,
    /// Bytes given.
    pub(in crate::payload::ascii_damage) size: u64,
    /// CRC-32 of these.
    pub(in crate::payload::ascii_damage) crc: u32,
}

/// Inflates raw deflated data, at most `most` bytes of it; nothing if it is damaged, unfinished or larger.
pub(in crate::payload::ascii_damage) fn inflate(file: Bytes<'_>, at: u64, length: u64, most: u64) -> Option<Inflated> {
    let mut stream = Decompress::new(false);
    let mut out = vec![0u8; 1 << 16];
    let mut hasher = crc32fast::Hasher::new();
    let (mut failed, mut done) = (false, false);
    let whole = file.each(at, length, &mut |bytes| {
        let mut rest = bytes;
        while !failed && !done {
            let (taken, given) = (stream.total_in(), stream.total_out());
            let status = stream.decompress(rest, &mut out, FlushDecompress::None);
            let took = to_usize(stream.total_in().saturating_sub(taken));
            let gave = to_usize(stream.total_out().saturating_sub(given));
            hasher.update(out.get(..gave).unwrap_or_default());
            rest = rest.get(took..).unwrap_or_default();
            failed = status.is_err() || stream.total_out() > most;
            done = matches!(status, Ok(Status::StreamEnd));
            if rest.is_empty() && gave < out.len() || took == 0 && gave == 0 {
                break;
            }
        }
    });
    (whole && done && !failed).then(|| Inflated {
        taken: stream.total_in(),
        size: stream.total_out(),
        crc: hasher.finalize(),
    })
}

/// Bytes of a gzip header, by its flags; names are at most 64 KiB.
pub(in crate::payload::ascii_damage) fn header(file: Bytes<'_>, at: u64) -> Option<u64> {
    let fixed = file.array::<10>(at)?;
    if !fixed.starts_with(b"\x1f\x8b\x08") {
        return None;
    }
    let flags = Fields(&fixed).u8(3);
    let mut length = 10u64;
    if flags & 4 != 0 {
        let extra = u16::from_le_bytes(file.array(at.checked_add(length)?)?);
        length = length.saturating_add(2).saturating_add(u64::from(extra));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let start = at.checked_add(length)?;
            let rest = usize::try_from(file.len().checked_sub(start)?.min(1 << 16)).ok()?;
            let end = file.get(start, rest)?.iter().position(|byte| *byte == 0)?;
            length = length.saturating_add(to_u64(end)).saturating_add(1);
        }
    }
    Some(length.saturating_add(if flags & 2 != 0 { 2 } else { 0 }))
}

/// Every member of a gzip file.
pub(super) fn check(file: Bytes<'_>, limits: &Limits) -> Option<Finding> {
    let mut at = 0u64;
    while at < file.len() {
        let Some(skip) = header(file, at) else {
            // Padding of tapes and blocks.
            let rest = usize::try_from(file.len().saturating_sub(at).min(1 << 16)).ok()?;
            let zeros = at > 0 && file.get(at, rest)?.iter().all(|byte| *byte == 0);
            if zeros {
                break;
            }
            return Some(Finding::broken("bytes that are no gzip member"));
        };
        let data = at.saturating_add(skip);
        let length = file.len().checked_sub(data)?;
        let Some(out) = inflate(file, data, length, limits.ascii_search_bytes) else {
            return Some(Finding::broken("the deflated data is damaged"));
        };
        let trailer = file.array::<8>(data.saturating_add(out.taken))?;
        let trailer = Fields(&trailer);
        if trailer.u32(0) != out.crc || u64::from(trailer.u32(4)) != out.size & 0xffff_ffff {
            return Some(Finding::broken("the CRC-32 or the size in the trailer is another"));
        }
        at = data.saturating_add(out.taken).saturating_add(8);
    }
    Some(Finding::proven(Proof::Checksums))
}
