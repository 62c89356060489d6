//! The central directory of a zip: where it is, and the headers in it. APPNOTE 6.3.10, 4.3.12 to 4.3.16.

use super::super::window::{Fields, Window};
use super::header::{CENTRAL, Header};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::source::Source;
use memchr::memmem;
use std::io;

/// The end record, its longest comment, and the locator of the 64-bit one before it.
const TAIL: u64 = 22 + 65_535 + 20;
/// Bytes read at a time.
const BLOCK: usize = 256 << 10;
/// End records that are tried: bytes like theirs may stand in a comment.
const TRIES: usize = 16;

/// Where the central directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Directory {
    /// Offset of its first header.
    pub(super) start: u64,
    /// Offset of what follows it.
    pub(super) end: u64,
    /// Headers that it should hold.
    pub(super) entries: u64,
    /// What is to be added to offsets: bytes that were put before the archive.
    pub(super) before: u64,
}

/// Finds the central directory by the record at the end.
pub(super) fn find(source: &dyn ReadAt) -> io::Result<Option<Directory>> {
    let start = source.len().saturating_sub(TAIL);
    let mut tail = vec![0u8; usize::try_from(source.len().saturating_sub(start)).unwrap_or(0)];
    let count = read_full(source, start, &mut tail)?;
    tail.truncate(count);
    for at in memmem::rfind_iter(&tail, b"PK\x05\x06").take(TRIES) {
        let offset = start.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
        if let Some(directory) = of_record(source, &tail, at, offset)? {
            return Ok(Some(directory));
        }
    }
    Ok(None)
}

/// The directory that the record at `offset` names, if a header lies where it should, or none should.
fn of_record(source: &dyn ReadAt, tail: &[u8], at: usize, offset: u64) -> io::Result<Option<Directory>> {
    let record = Fields(tail.get(at..).unwrap_or_default());
    let (Some(entries), Some(size), Some(start)) = (record.u16(10), record.u32(12), record.u32(16)) else {
        return Ok(None);
    };
    if record.u16(20).and_then(|comment| record.bytes(22, comment.into())).is_none() {
        return Ok(None);
    }
    let mut told = (u64::from(entries), u64::from(size), u64::from(start), offset);
    let locator = at.checked_sub(20).and_then(|at| tail.get(at..)).map(Fields);
    if let Some(locator) = locator.filter(|locator| locator.u32(0) == Some(0x0706_4b50)) {
        let before = offset.saturating_sub(20);
        let places = [locator.u64(8).unwrap_or(u64::MAX), before.saturating_sub(56)];
        for place in places {
            let mut bytes = [0u8; 56];
            let count = if place < before { read_full(source, place, &mut bytes)? } else { 0 };
            let wide = Fields(bytes.get(..count).unwrap_or_default());
            if wide.u32(0) == Some(0x0606_4b50)
                && let (Some(entries), Some(size), Some(start)) = (wide.u64(32), wide.u64(40), wide.u64(48))
            {
                told = (entries, size, start, place);
                break;
            }
        }
    }
    let (entries, size, start, end) = told;
    // Offsets count from the start of the archive, which need not be that of the file.
    let before = end.checked_sub(size).and_then(|by_size| by_size.checked_sub(start));
    for before in before.into_iter().chain((before != Some(0)).then_some(0)) {
        let start = start.saturating_add(before);
        let mut signature = [0u8; 4];
        let count = if start < end { read_full(source, start, &mut signature)? } else { 0 };
        if (count == 4 && signature == *b"PK\x01\x02") || (entries == 0 && start == end) {
            return Ok(Some(Directory { start, end, entries, before }));
        }
    }
    Ok(None)
}

/// Reads the headers, until the first that is none or `visit` says that it is enough; the offset where they stopped.
pub(super) fn read(source: &Source, directory: &Directory, visit: &mut dyn FnMut(Header) -> bool) -> io::Result<u64> {
    let mut window = Window::new(source.clone(), BLOCK);
    let mut at = directory.start;
    while at < directory.end {
        let Some(length) = window.get(at, CENTRAL)?.and_then(Header::central_length) else { break };
        let Some(mut header) = window.get(at, length)?.and_then(Header::central) else { break };
        at = at.saturating_add(header.length);
        header.offset = header.offset.saturating_add(directory.before);
        if !visit(header) {
            break;
        }
    }
    Ok(at)
}
