//! OLE compound files ([MS-CFB]): whole sectors, the directory and the sector tables where the header says.

use super::{Bytes, Finding, Proof};
use crate::base::fields::Fields;

pub(super) fn check(file: Bytes<'_>) -> Option<Finding> {
    let head = file.array::<512>(0)?;
    let head = Fields(&head);
    let shift = head.u16(30);
    if !matches!(shift, 9 | 12) || head.u16(28) != 0xfffe {
        return Some(Finding::broken("the header of the compound file is damaged"));
    }
    let sector = 1u64 << shift;
    let start = |number: u32| u64::from(number).saturating_add(1).saturating_mul(sector);
    let root = "Root Entry".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let directory = file.get(start(head.u32(48)), 64);
    if !directory.is_some_and(|entry| entry.starts_with(&root) || entry.starts_with(b"R\0\0\0")) {
        return Some(Finding::broken("the directory of the compound file is not where the header says"));
    }
    let tables = head.u32(44);
    for index in 0..usize::try_from(tables.min(109)).ok()? {
        let number = head.u32(76usize.saturating_add(index.saturating_mul(4)));
        // A sector of the table marks itself (FFFFFFFD) in the table.
        let per_sector = u32::try_from(sector >> 2).ok()?;
        let (holder, slot) = (number.checked_div(per_sector)?, number.checked_rem(per_sector)?);
        let holder = head.u32(76usize.saturating_add(usize::try_from(holder).ok()?.min(108).saturating_mul(4)));
        let mark = file.array(start(holder).saturating_add(u64::from(slot).saturating_mul(4)));
        if number.checked_div(per_sector)? < 109 && mark.map(u32::from_le_bytes) != Some(0xffff_fffd) {
            return Some(Finding::broken("the sector table of the compound file does not list itself"));
        }
    }
    // Some writers leave the last sector short: then the size proves nothing.
    Some(if file.len().is_multiple_of(512) { Finding::proven(Proof::Structure) } else { Finding::default() })
}
