//! The records of one chunk: those that it lists, and those that its end still holds from before.
//!
//! Source: J. Metz, "Windows XML Event Log (EVTX)", §3 (libevtx).

use crate::base::fields::Fields;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Bytes of a chunk.
pub(super) const SIZE: usize = 65_536;
/// Bytes of its header and tables.
pub(super) const HEADER: usize = 512;
/// What it begins with.
pub(super) const MAGIC: &[u8] = b"ElfChnk\0";

const RECORD_MAGIC: &[u8] = b"**\0\0";
/// Header of a record, and the copy of its size.
const LEAST: usize = 28;

static RECORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(RECORD_MAGIC));

/// A record as it lies in the chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Where it starts in the chunk.
    pub at: usize,
    /// Its size in bytes.
    pub size: usize,
    /// Its number in this log.
    pub id: u64,
    /// When it was written, as a FILETIME.
    pub written: u64,
    /// Whether the chunk does not list it any more.
    pub recovered: bool,
}

/// What is wrong with a chunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Its header is none.
    pub header: bool,
    /// A checksum does not match.
    pub checksum: bool,
    /// It ends before its time, or records of it could not be found.
    pub records: bool,
}

/// A record that starts there, if its size can be.
fn span(chunk: &[u8], at: usize, recovered: bool) -> Option<Span> {
    let fields = Fields(chunk.get(at..)?);
    let size = usize::try_from(fields.u32(4)).ok()?;
    let right = fields.bytes(0, 4) == RECORD_MAGIC && size >= LEAST && size <= fields.0.len();
    right.then(|| Span { at, size, id: fields.u64(8), written: fields.u64(16), recovered })
}

/// The next record from `at` on that is one without doubt: the size at its end is that at its start.
fn search(chunk: &[u8], mut at: usize, recovered: bool) -> Option<Span> {
    loop {
        at = at.saturating_add(RECORD.find(chunk.get(at..)?)?);
        let copy = |span: &Span| {
            let end = span.at.saturating_add(span.size).saturating_sub(4);
            usize::try_from(Fields(chunk).u32(end)).ok() == Some(span.size)
        };
        match span(chunk, at, recovered).filter(copy) {
            Some(found) => return Some(found),
            None => at = at.saturating_add(1),
        }
    }
}

/// Whether the header's and the records' checksums are right. A chunk may say that it has none.
fn checksums(chunk: &[u8], free: usize) -> bool {
    const NONE: u32 = 4;
    let fields = Fields(chunk);
    if fields.u32(120) & NONE != 0 {
        return true;
    }
    let mut header = crc32fast::Hasher::new();
    header.update(fields.bytes(0, 120));
    header.update(fields.bytes(128, 384));
    let records = chunk.get(HEADER..free).unwrap_or_default();
    header.finalize() == fields.u32(124) && crc32fast::hash(records) == fields.u32(52)
}

/// The records of a chunk, in their order, and what is wrong with it. A chunk that ends too early is read as far as it goes.
#[must_use]
pub(super) fn records(chunk: &[u8]) -> (Vec<Span>, Wrong) {
    let fields = Fields(chunk);
    let mut wrong = Wrong { header: !chunk.starts_with(MAGIC), ..Wrong::default() };
    let free = usize::try_from(fields.u32(48)).unwrap_or(0);
    let mut spans = Vec::new();
    let mut at = HEADER;
    if !wrong.header {
        wrong.records = chunk.len() < SIZE;
        let listed = match free {
            HEADER..=SIZE => free.min(chunk.len()),
            _ => {
                wrong.records = true;
                chunk.len()
            }
        };
        wrong.checksum = !wrong.records && !checksums(chunk, free);
        while at < listed {
            let next = span(chunk, at, false).or_else(|| {
                wrong.records |= !(free > SIZE || chunk.len() < SIZE);
                search(chunk, at, false).filter(|next| next.at < listed)
            });
            let Some(next) = next else { break };
            at = next.at.saturating_add(next.size);
            spans.push(next);
        }
        at = at.max(listed);
    }
    while let Some(next) = search(chunk, at, true) {
        at = next.at.saturating_add(next.size);
        spans.push(next);
    }
    (spans, wrong)
}
