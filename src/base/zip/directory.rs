//! The central directory of a ZIP: where it is, and the headers in it. APPNOTE 4.3.12 to 4.3.16.

use super::header::{CENTRAL, Header};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::window::{Window, bytes_at};
use memchr::memmem;
use std::io;

/// The end record and its longest comment, with the locator of the 64-bit record before it.
const TAIL: u64 = 22 + 65_535 + 20;
/// End records that are tried: bytes like theirs may stand in a comment.
const TRIES: usize = 16;

/// Where the central directory is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Offset of its first header.
    pub start: u64,
    /// Offset of what follows it.
    pub end: u64,
    /// Headers that it should hold.
    pub entries: u64,
    /// What is to be added to offsets: bytes that were put before the archive.
    pub before: u64,
    /// Number of this disk, from 0; that of the last one of an archive in parts.
    pub disk: u32,
    /// The directory itself is encrypted, APPNOTE 7.3.
    pub encrypted: bool,
    /// The comment of the archive.
    pub comment: Vec<u8>,
}

/// Finds the central directory by the record at the end.
pub fn locate(stream: &dyn ReadAt) -> io::Result<Option<Directory>> {
    let start = stream.len().saturating_sub(TAIL);
    let tail = bytes_at(stream, start, TAIL)?;
    // Forwards is many times as fast as backwards, and every payload is searched so.
    let records: Vec<usize> = memmem::find_iter(&tail, b"PK\x05\x06").collect();
    for at in records.into_iter().rev().take(TRIES) {
        let offset = start.saturating_add(to_u64(at));
        if let Some(directory) = of_record(stream, &tail, at, offset)? {
            return Ok(Some(directory));
        }
    }
    Ok(None)
}

/// The directory that the record at `offset` names, if a header lies where it should, or none should.
fn of_record(stream: &dyn ReadAt, tail: &[u8], at: usize, offset: u64) -> io::Result<Option<Directory>> {
    let bytes = tail.get(at..).unwrap_or_default();
    let record = Fields(bytes);
    let comment = record.bytes(22, record.u16(20).into());
    if bytes.len() < 22 || comment.len() < usize::from(record.u16(20)) {
        return Ok(None);
    }
    let mut told =
        (u64::from(record.u16(10)), u64::from(record.u32(12)), u64::from(record.u32(16)), offset, record.u16(4).into());
    let mut encrypted = false;
    let locator = Fields(at.checked_sub(20).and_then(|at| tail.get(at..)).unwrap_or_default());
    if locator.u32(0) == 0x0706_4b50 {
        let before = offset.saturating_sub(20);
        for place in [locator.u64(8), before.saturating_sub(56)] {
            let mut bytes = [0u8; 84];
            let count = if place < before { read_full(stream, place, &mut bytes)? } else { 0 };
            let wide = Fields(&bytes);
            if count >= 56 && wide.u32(0) == 0x0606_4b50 {
                // Version 2 of the record goes on with the method by which the directory is compressed and the cipher.
                encrypted = wide.u64(4) >= 72 && wide.u16(66) != 0;
                told = (wide.u64(32), wide.u64(40), wide.u64(48), place, wide.u32(16));
                break;
            }
        }
    }
    let (entries, size, start, end, disk) = told;
    let found = |start, before| {
        let comment = comment.to_vec();
        Some(Directory { start, end, entries, before, disk, encrypted, comment })
    };
    // Offsets count from the start of the archive, which need not be that of the file. The last part of a divided archive
    // may hold the directory, or a part of it, at an offset of that part.
    let before = end.checked_sub(size).and_then(|by_size| by_size.checked_sub(start));
    for before in before.into_iter().chain((before != Some(0)).then_some(0)) {
        let start = start.saturating_add(before);
        let mut signature = [0u8; 4];
        let count = if start < end { read_full(stream, start, &mut signature)? } else { 0 };
        if (count == 4 && (signature == *b"PK\x01\x02" || encrypted)) || (entries == 0 && start == end) {
            return Ok(found(start, before));
        }
    }
    Ok(None)
}

/// Reads the headers, until the first that is none or `visit` says that it is enough; the offset where they stopped.
pub fn read(
    stream: &dyn ReadAt,
    directory: &Directory,
    visit: &mut dyn FnMut(Header) -> io::Result<bool>,
) -> io::Result<u64> {
    let mut window = Window::new(stream);
    let mut at = directory.start;
    while at < directory.end {
        let Some(length) = Header::central_length(window.get(at, CENTRAL)?) else { break };
        let Some(mut header) = Header::central(window.get(at, length)?) else { break };
        at = at.saturating_add(header.length);
        header.offset = header.offset.saturating_add(directory.before);
        if !visit(header)? {
            break;
        }
    }
    Ok(at)
}
