//! PNG images (ISO/IEC 15948): lengths and CRC-32 of the chunks.

use super::{Bytes, Depth, Finding, Proof};

pub(super) fn check(file: Bytes<'_>, depth: Depth) -> Option<Finding> {
    let mut at = 8u64;
    loop {
        let Some(head) = file.array::<8>(at) else {
            return Some(Finding::broken("a chunk lies outside the file"));
        };
        let [a, b, c, d, kind @ ..] = head;
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Some(Finding::broken(format!("no chunk starts at byte {at}, where the one before ends")));
        }
        let body = at.saturating_add(4);
        let end = body.saturating_add(4).saturating_add(length);
        if depth == Depth::Full || length < 64 {
            let Some(stored) = file.array(end) else { return Some(Finding::broken("a chunk ends outside the file")) };
            if file.crc32(body, length.saturating_add(4)) != Some(u32::from_be_bytes(stored)) {
                return Some(Finding::broken(format!("the CRC-32 of the chunk at byte {at} is another")));
            }
        }
        at = end.saturating_add(4);
        if &kind == b"IEND" {
            return Some(Finding::proven(Proof::Checksums).declaring(at));
        }
    }
}
