//! Event logs ([MS-EVEN6], libevtx): CRC-32 of the file header, of each chunk's header and of its records.

use super::{Bytes, Depth, Finding, Proof};
use crate::base::fields::Fields;

/// Bytes of the file header's block, and of a chunk.
pub(in crate::payload::ascii_damage) const HEADER: u64 = 4096;
pub(in crate::payload::ascii_damage) const CHUNK: u64 = 65_536;
/// Where the records of a chunk begin.
pub(in crate::payload::ascii_damage) const RECORDS: u64 = 512;

pub(super) fn check(file: Bytes<'_>, depth: Depth) -> Option<Finding> {
    let head = file.array::<128>(0)?;
    if file.crc32(0, 120)? != Fields(&head).u32(124) {
        return Some(Finding::broken("the CRC-32 of the header is another"));
    }
    let chunks = u64::from(Fields(&head).u16(42));
    let declared = chunks.saturating_mul(CHUNK).saturating_add(HEADER);
    let mut checked = false;
    for index in 0..chunks {
        let at = index.saturating_mul(CHUNK).saturating_add(HEADER);
        let Some(chunk) = file.array::<128>(at).filter(|chunk| chunk.starts_with(b"ElfChnk\0")) else {
            return Some(Finding::broken(format!("no chunk starts at byte {at}")).declaring(declared));
        };
        if depth == Depth::Full {
            if !chunk_holds(file, at, &chunk) {
                return Some(Finding::broken(format!("a CRC-32 of the chunk at byte {at} is another")));
            }
            checked = true;
        }
    }
    if file.len() < declared {
        return Some(Finding::broken("the last chunk ends outside the file").declaring(declared));
    }
    let proof = if checked { Proof::Checksums } else { Proof::Structure };
    Some(Finding::proven(proof))
}

/// The header of a chunk has one checksum over itself without it (bytes 0 to 120 and 128 to 512), its records another.
fn chunk_holds(file: Bytes<'_>, at: u64, head: &[u8; 128]) -> bool {
    let fields = Fields(head);
    let free = u64::from(fields.u32(48));
    let mut hasher = crc32fast::Hasher::new();
    let (tail_at, tail) = (at.saturating_add(128), RECORDS.saturating_sub(128));
    let whole = file.each(at, 120, &mut |bytes| hasher.update(bytes))
        && file.each(tail_at, tail, &mut |bytes| hasher.update(bytes));
    let records = free.checked_sub(RECORDS).filter(|_| free <= CHUNK);
    let records = records.and_then(|length| file.crc32(at.saturating_add(RECORDS), length));
    whole && hasher.finalize() == fields.u32(124) && records == Some(fields.u32(52))
}
