//! RAR archives (technote of RARLAB, versions 4 and 5): checksums of the block headers, up to the end block.

use super::{Bytes, Finding, Proof};
use crate::base::fields::Fields;

/// Blocks that are walked.
const BLOCKS: usize = 100_000;

pub(super) fn check(file: Bytes<'_>) -> Option<Finding> {
    if file.array::<8>(0)? == *b"Rar!\x1a\x07\x01\0" { version_5(file) } else { version_4(file) }
}

fn version_5(file: Bytes<'_>) -> Option<Finding> {
    let mut at = 8u64;
    for _ in 0..BLOCKS {
        let broken = || Some(Finding::broken(format!("the CRC-32 of the block header at byte {at} is another")));
        let length = usize::try_from(file.len().checked_sub(at)?.min(64)).ok()?;
        let Some(block) = file.get(at, length).filter(|block| block.len() > 6) else { return broken() };
        let stored = Fields(&block).u32(0);
        let Some((size, used)) = variable(&block, 4) else { return broken() };
        let covered = size.saturating_add(used);
        if size > 2 << 20 || file.crc32(at.saturating_add(4), covered) != Some(stored) {
            return broken();
        }
        let mut cursor = 4usize.saturating_add(usize::try_from(used).ok()?);
        let mut next = || {
            let (value, used) = variable(&block, cursor)?;
            cursor = cursor.saturating_add(usize::try_from(used).ok()?);
            Some(value)
        };
        let (kind, flags) = (next()?, next()?);
        if flags & 1 != 0 {
            next()?;
        }
        let data = if flags & 2 != 0 { next()? } else { 0 };
        at = at.saturating_add(4).saturating_add(covered).saturating_add(data);
        // An encryption header hides the rest, so that nothing speaks for that.
        if kind == 4 {
            return Some(Finding::default());
        }
        if kind == 5 {
            return Some(Finding::proven(Proof::Checksums).declaring(at));
        }
    }
    Some(Finding::default())
}

/// An integer of seven bits a byte, and how many bytes it took.
fn variable(bytes: &[u8], at: usize) -> Option<(u64, u64)> {
    let mut value = 0u64;
    for (index, byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        let index = u32::try_from(index).ok()?;
        value |= u64::from(byte & 0x7f).checked_shl(index.saturating_mul(7))?;
        if byte & 0x80 == 0 {
            return Some((value, u64::from(index).saturating_add(1)));
        }
    }
    None
}

fn version_4(file: Bytes<'_>) -> Option<Finding> {
    let mut at = 7u64;
    let mut seen = false;
    for _ in 0..BLOCKS {
        if at == file.len() && seen {
            return Some(Finding::proven(Proof::Checksums).declaring(at));
        }
        let broken = || Some(Finding::broken(format!("the CRC of the block header at byte {at} is another")));
        let Some(fixed) = file.array::<7>(at) else { return broken() };
        let fields = Fields(&fixed);
        let (kind, flags, size) = (fields.u8(2), fields.u16(3), u64::from(fields.u16(5)));
        let Some(rest) = size.checked_sub(2) else { return broken() };
        let crc = file.crc32(at.saturating_add(2), rest).map(|crc| crc & 0xffff);
        if size < 7 || crc != Some(u32::from(fields.u16(0))) {
            return broken();
        }
        let long = flags & 0x8000 != 0;
        let data = if long { u32::from_le_bytes(file.array(at.saturating_add(7))?) } else { 0 };
        let high =
            if kind == 0x74 && flags & 0x100 != 0 { u32::from_le_bytes(file.array(at.saturating_add(32))?) } else { 0 };
        let data = u64::from(high) << 32 | u64::from(data);
        at = at.saturating_add(size).saturating_add(data);
        // Encrypted headers follow the main header where it says so.
        if kind == 0x73 && flags & 0x80 != 0 {
            return Some(Finding::default());
        }
        if kind == 0x7b {
            return Some(Finding::proven(Proof::Checksums).declaring(at));
        }
        seen = true;
    }
    Some(Finding::default())
}
