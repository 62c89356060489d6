//! Bytes behind the image: installers and droppers keep their cargo there.

use super::Overlay;
use super::image::Image;
use crate::base::number::{to_u64, to_usize};
use crate::payload::entropy;
use goblin::pe::header::CoffHeader;
use std::iter;

/// Finds the overlay: what lies behind the end of the last section, header or table. The certificate table, which stands
/// there by its nature, is left out.
pub(super) fn find(
    image: &Image<'_>,
    pe_pointer: u32,
    coff: &CoffHeader,
    directories: &[(u32, u32)],
    certificates: Option<(u32, u32)>,
    size: u64,
) -> Option<Overlay> {
    let optional = u64::from(pe_pointer).saturating_add(24);
    let mut end = 0;
    let headers = (optional, u64::from(coff.size_of_optional_header));
    let sections = image
        .sections
        .iter()
        .map(|section| (u64::from(section.pointer_to_raw_data), u64::from(section.size_of_raw_data)));
    let tables = directories
        .iter()
        .filter_map(|(address, length)| Some((u64::try_from(image.offset(*address)?).ok()?, u64::from(*length))));
    for (offset, length) in iter::once(headers).chain(sections).chain(tables) {
        let next = offset.saturating_add(length);
        if next > end && next <= size {
            end = next;
        }
    }
    let table = certificates.map_or((size, 0), |(offset, length)| (u64::from(offset), u64::from(length)));
    let table_end = table.0.saturating_add(table.1).min(size);
    if (end..=end.saturating_add(8)).contains(&table.0) && table.1 > 0 {
        // The table is aligned to eight bytes, its length often is not.
        end = table_end.next_multiple_of(8);
    }
    let inside = if table.0 >= end { table_end.saturating_sub(table.0) } else { 0 };
    let length = size.saturating_sub(end).saturating_sub(inside);
    if length == 0 {
        return None;
    }
    let whole = to_u64(image.bytes.len()) == size;
    let at = |offset: u64| to_usize(offset).min(image.bytes.len());
    let entropy = whole.then(|| {
        let (pause, resume) = if inside > 0 { (table.0, table_end) } else { (size, size) };
        let before = image.bytes.get(at(end)..at(pause)).unwrap_or_default();
        let after = image.bytes.get(at(resume)..).unwrap_or_default();
        entropy::of(&[before, after].concat())
    });
    Some(Overlay { offset: end, size: length, entropy })
}

/// The bytes behind the image that are held in memory, up to the certificate table.
pub(super) fn bytes<'a>(overlay: Option<&Overlay>, certificates: Option<(u32, u32)>, bytes: &'a [u8]) -> &'a [u8] {
    let Some(overlay) = overlay else { return &[] };
    let table = certificates.map(|(offset, _)| u64::from(offset)).filter(|offset| *offset > overlay.offset);
    let end = overlay.offset.saturating_add(overlay.size);
    let end = table.map_or(end, |table| table.min(end));
    let at = |offset: u64| to_usize(offset).min(bytes.len());
    bytes.get(at(overlay.offset)..at(end)).unwrap_or_default()
}
