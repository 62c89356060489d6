//! 7-Zip archives (7zFormat.txt): CRC-32 of the start header and of the header at the end.

use super::{Bytes, Finding, Proof};
use crate::base::fields::Fields;
use crate::base::limits::Limits;

pub(super) fn check(file: Bytes<'_>, limits: &Limits) -> Option<Finding> {
    let head = file.array::<32>(0)?;
    let head = Fields(&head);
    if file.crc32(12, 20)? != head.u32(8) {
        return Some(Finding::broken("the CRC-32 of the start header is another"));
    }
    let (at, length) = (head.u64(12).checked_add(32)?, head.u64(20));
    let declared = at.checked_add(length)?;
    if declared > file.len() || length > limits.ascii_search_bytes {
        return Some(Finding::broken("the header at the end lies outside the file").declaring(declared));
    }
    if file.crc32(at, length)? != head.u32(28) {
        return Some(Finding::broken("the CRC-32 of the header at the end is another").declaring(declared));
    }
    Some(Finding { proofs: vec![Proof::Checksums, Proof::Structure], ..Finding::default().declaring(declared) })
}
