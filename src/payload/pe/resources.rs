//! The version resource: what the file says of itself (`VS_VERSIONINFO`, Windows SDK).

use super::image::Image;
use std::collections::BTreeMap;

const VERSION: u32 = 16;
const SUBDIRECTORY: u32 = 0x8000_0000;
/// Entries of one directory that are looked at, strings that are kept, bytes of the resource that are read.
const ENTRIES: u16 = 4096;
const STRINGS: usize = 256;
const BYTES: u32 = 1 << 16;

/// The strings of the first version resource.
pub(super) fn version(image: &Image<'_>, (root, _): (u32, u32)) -> BTreeMap<String, String> {
    let mut strings = BTreeMap::new();
    if let Some(resource) = find(image, root) {
        node(resource, 0, &mut strings);
    }
    strings
}

/// Type, then name, then language: three directories deep.
fn find<'a>(image: &Image<'a>, root: u32) -> Option<&'a [u8]> {
    let kind = entry(image, root, 0, Some(VERSION))?;
    let name = entry(image, root, kind.checked_sub(SUBDIRECTORY)?, None)?;
    let language = match name.checked_sub(SUBDIRECTORY) {
        Some(directory) => entry(image, root, directory, None)?,
        None => name,
    };
    let data = root.checked_add(language)?;
    let (address, size) = (image.u32_at(data)?, image.u32_at(data.checked_add(4)?)?);
    let offset = image.offset(address)?;
    let end = offset.saturating_add(usize::try_from(size.min(BYTES)).ok()?).min(image.bytes.len());
    image.bytes.get(offset..end)
}

/// What the entry of an identity, or the first one, points to.
fn entry(image: &Image<'_>, root: u32, directory: u32, identity: Option<u32>) -> Option<u32> {
    let start = root.checked_add(directory)?;
    let (named, numbered) = (image.u16_at(start.checked_add(12)?)?, image.u16_at(start.checked_add(14)?)?);
    for index in 0..named.saturating_add(numbered).min(ENTRIES) {
        let at = start.checked_add(16)?.checked_add(u32::from(index).checked_mul(8)?)?;
        if identity.is_none_or(|identity| image.u32_at(at) == Some(identity)) {
            return image.u32_at(at.checked_add(4)?);
        }
    }
    None
}

/// One node of the tree: length, length of the value, type, key, value, children, all aligned to four bytes.
fn node(bytes: &[u8], depth: usize, strings: &mut BTreeMap<String, String>) -> Option<usize> {
    let word = |at: usize| bytes.get(at..)?.first_chunk().map(|word| usize::from(u16::from_le_bytes(*word)));
    let length = word(0)?.min(bytes.len());
    let (value_length, is_text) = (word(2)?, word(4)? == 1);
    let whole = bytes.get(..length)?;
    let (key, after_key) = text(whole.get(6..)?)?;
    let value_at = after_key.checked_add(6)?.next_multiple_of(4);
    // A value of text counts characters, one of bytes bytes; compilers get it wrong, so a string ends at its NUL.
    if depth == 3 {
        let (value, _) = text(whole.get(value_at..).unwrap_or_default()).unwrap_or_default();
        if strings.len() < STRINGS && !key.is_empty() && !value.is_empty() {
            strings.entry(key).or_insert(value);
        }
        return Some(length);
    }
    if depth == 1 && key != "StringFileInfo" {
        return Some(length);
    }
    let value_bytes = if is_text { value_length.checked_mul(2)? } else { value_length };
    let mut at = value_at.checked_add(value_bytes)?.next_multiple_of(4);
    while let Some(rest) = whole.get(at..).filter(|rest| rest.len() >= 6) {
        match node(rest, depth.checked_add(1)?, strings) {
            Some(length) if length >= 6 => at = at.checked_add(length)?.next_multiple_of(4),
            _ => break,
        }
    }
    Some(length)
}

/// UTF-16 text up to its NUL or the end, and the bytes that it took with the NUL.
fn text(bytes: &[u8]) -> Option<(String, usize)> {
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|unit| *unit != 0).collect();
    let taken = units.len().checked_add(1)?.checked_mul(2)?;
    Some((String::from_utf16_lossy(&units).trim().to_owned(), taken))
}
