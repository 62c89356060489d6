//! Formats made of records at fixed distances: tar, xz, registry hives.

use super::{Bytes, Depth, Finding, Proof};
use crate::base::fields::Fields;

/// Records that are walked.
const RECORDS: usize = 100_000;

/// Headers of tar members (POSIX 1003.1, pax): each sums its own bytes.
pub(super) fn tar(file: Bytes<'_>) -> Option<Finding> {
    let mut at = 0u64;
    for _ in 0..RECORDS {
        let Some(header) = file.array::<512>(at) else {
            return Some(Finding::broken("a member lies outside the archive"));
        };
        if header.iter().all(|byte| *byte == 0) {
            // What is missing of the last member shows only in the size.
            return Some(if file.len().is_multiple_of(512) {
                Finding::proven(Proof::Structure)
            } else {
                Finding::broken("the archive does not consist of whole records")
            });
        }
        let octal = |at: usize, length: usize| {
            let digits = header.get(at..)?.get(..length)?.iter().skip_while(|byte| **byte == b' ');
            let mut digits = digits.take_while(|byte| (b'0'..=b'7').contains(*byte));
            digits.try_fold(0u64, |value, digit| value.checked_mul(8)?.checked_add(u64::from(digit & 7)))
        };
        let sum =
            header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) });
        if octal(148, 8) != Some(sum.sum()) {
            return Some(Finding::broken(format!("no member starts at byte {at}, where the one before ends")));
        }
        if header.get(124).is_some_and(|byte| byte & 0x80 != 0) {
            return Some(Finding::default());
        }
        let size = octal(124, 12)?.div_ceil(512).saturating_mul(512);
        at = at.saturating_add(512).saturating_add(size);
        if at >= file.len() {
            return Some(Finding::proven(Proof::Structure).declaring(at));
        }
    }
    Some(Finding::default())
}

/// Header and footer of an xz file (xz file format 1.2), each with a CRC-32, and the index before the footer.
pub(super) fn xz(file: Bytes<'_>) -> Option<Finding> {
    let head = file.array::<12>(0)?;
    let head = Fields(&head);
    if file.crc32(6, 2)? != head.u32(8) {
        return Some(Finding::broken("the CRC-32 of the header is another"));
    }
    let start = file.len().checked_sub(12)?;
    let footer = file.array::<12>(start)?;
    let fields = Fields(&footer);
    let index = u64::from(fields.u32(4)).saturating_add(1).saturating_mul(4);
    let index_at = start.checked_sub(index);
    let covered = index_at.and_then(|at| file.crc32(at, index.saturating_sub(4)));
    let stored = file.array(start.checked_sub(4)?).map(u32::from_le_bytes);
    let blocks = index_at.and_then(|at| blocks(file, at, index));
    // The index counts the bytes of every block: all of the file but itself, header and footer.
    let whole = blocks == index_at.and_then(|at| at.checked_sub(12))
        && footer.ends_with(b"YZ")
        && file.crc32(start.checked_add(4)?, 6)? == fields.u32(0)
        && covered == stored;
    Some(if whole { Finding::proven(Proof::Checksums) } else { Finding::broken("footer and index do not hold") })
}

/// Bytes of all blocks, as the index counts them.
fn blocks(file: Bytes<'_>, at: u64, length: u64) -> Option<u64> {
    let index = file.get(at, usize::try_from(length.min(1 << 20)).ok()?)?;
    let mut rest = index.strip_prefix(&[0])?;
    let mut number = || {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let (byte, next) = rest.split_first()?;
            rest = next;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    };
    let count = number()?;
    let mut total = 0u64;
    for _ in 0..count {
        total = total.checked_add(number()?.div_ceil(4).checked_mul(4)?)?;
        number()?;
    }
    Some(total)
}

/// Base block and bins of a registry hive.
pub(super) fn hive(file: Bytes<'_>, depth: Depth) -> Option<Finding> {
    let base = file.array::<512>(0)?;
    let words = base.chunks_exact(4).take(127).map(|word| Fields(word).u32(0));
    if words.fold(0, |sum, word| sum ^ word) != Fields(&base).u32(508) {
        return Some(Finding::broken("the checksum of the base block is another"));
    }
    let end = u64::from(Fields(&base).u32(40)).saturating_add(4096);
    if end > file.len() {
        return Some(Finding::broken(format!("the bins end at byte {end}, the file at {}", file.len())));
    }
    let mut at = 4096u64;
    for _ in 0..RECORDS {
        if at >= end {
            return Some(Finding::proven(Proof::Structure));
        }
        let Some(bin) = file.array::<12>(at).filter(|bin| bin.starts_with(b"hbin")) else {
            return Some(Finding::broken(format!("no bin starts at byte {at}, where the one before ends")));
        };
        let next = at.saturating_add(u64::from(Fields(&bin).u32(8)).max(4096));
        if depth == Depth::Full && !cells_hold(file, at, next) {
            return Some(Finding::broken(format!("the cells of the bin at byte {at} do not follow each other")));
        }
        at = next;
    }
    Some(Finding::default())
}

/// Whether the cells of a bin fill it: each begins with its size, negative where it is in use.
fn cells_hold(file: Bytes<'_>, bin: u64, end: u64) -> bool {
    let mut at = bin.saturating_add(32);
    while at < end {
        let Some(size) = file.array(at).map(i32::from_le_bytes) else { return false };
        let size = u64::from(size.unsigned_abs());
        if size < 8 || !size.is_multiple_of(8) {
            return false;
        }
        at = at.saturating_add(size);
    }
    at == end
}
