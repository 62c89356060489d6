//! Streams of a PDF file (ISO 32000-1, 7.3.8): where their data begins, how long it should be, and whether it has a checksum.

use super::Bytes;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use std::collections::BTreeMap;

/// Bytes of a dictionary that are looked at.
const DICTIONARY: usize = 4096;
/// Digits of the number of an object.
const DIGITS: usize = 10;
/// Streams and objects that are looked at.
const MOST: usize = 50_000;

/// A stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payload::ascii_damage) struct Stream {
    /// Where the line end behind the word `stream` stands.
    pub(in crate::payload::ascii_damage) line_end: usize,
    /// Where its data begins.
    pub(in crate::payload::ascii_damage) start: usize,
    /// Bytes that it should have.
    pub(in crate::payload::ascii_damage) length: usize,
    /// Whether its data is compressed by zlib, with a checksum of its own.
    pub(in crate::payload::ascii_damage) is_zlib: bool,
}

impl Stream {
    /// What follows its data: the word `endstream`, behind a line end or not; nothing where that does not stand at an offset.
    pub(in crate::payload::ascii_damage) fn ends_at(bytes: &[u8], at: usize) -> bool {
        let rest = bytes.get(at..).unwrap_or_default();
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        rest.strip_prefix(b"\n").unwrap_or(rest).starts_with(b"endstream")
    }
}

/// The streams of a file whose dictionaries give their length, in order. Data is passed over as far as it is known to reach:
/// `slack` bytes of it may be missing.
pub(in crate::payload::ascii_damage) fn streams(bytes: &[u8], slack: usize) -> Vec<Stream> {
    let encrypted = memmem::find(bytes, b"/Encrypt").is_some();
    let objects = objects(bytes);
    let mut found = Vec::new();
    let mut from = 0usize;
    while let Some(at) = bytes.get(from..).and_then(|rest| memmem::find(rest, b"stream")) {
        let word = from.saturating_add(at);
        from = word.saturating_add(6);
        let before = bytes.get(..word).unwrap_or_default().trim_ascii_end();
        let line_end = match bytes.get(from..) {
            Some([b'\n', ..]) => 1usize,
            Some([b'\r', b'\n', ..]) => 2,
            _ => continue,
        };
        if !before.ends_with(b">>") || found.len() >= MOST {
            continue;
        }
        let window = before.get(before.len().saturating_sub(DICTIONARY)..).unwrap_or_default();
        let dictionary = window.get(memmem::rfind(window, b" obj").unwrap_or(0)..).unwrap_or_default();
        let start = from.saturating_add(line_end);
        let Some(length) = length(bytes, dictionary, &objects) else { continue };
        let filter = memmem::find(dictionary, b"/Filter").and_then(|at| dictionary.get(at.saturating_add(7)..));
        let first = filter.map(|filter| filter.trim_ascii_start());
        let first = first.map(|filter| filter.strip_prefix(b"[").unwrap_or(filter).trim_ascii_start());
        let is_zlib = !encrypted && first.is_some_and(|filter| filter.starts_with(b"/FlateDecode"));
        found.push(Stream { line_end: from, start, length, is_zlib });
        from = start.saturating_add(length.saturating_sub(slack)).min(bytes.len());
    }
    found
}

/// Where the values of objects stand: `12 0 obj` and what follows.
fn objects(bytes: &[u8]) -> BTreeMap<u64, usize> {
    let mut objects = BTreeMap::new();
    for at in memmem::find_iter(bytes, b" 0 obj") {
        let before = bytes.get(at.saturating_sub(DIGITS)..at).unwrap_or_default();
        let start = before.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last.saturating_add(1));
        let number = super::pdf::number(before.get(start..).unwrap_or_default());
        if let Some((number, _)) = number.filter(|_| objects.len() < MOST) {
            objects.entry(number).or_insert(at.saturating_add(6));
        }
    }
    objects
}

/// `/Length 123`, or `/Length 12 0 R`, which an object of its own gives.
fn length(bytes: &[u8], dictionary: &[u8], objects: &BTreeMap<u64, usize>) -> Option<usize> {
    let key = memmem::find_iter(dictionary, b"/Length").find_map(|at| {
        let rest = dictionary.get(at.saturating_add(7)..)?;
        rest.first().is_some_and(u8::is_ascii_whitespace).then_some(rest)
    });
    let (first, rest) = super::pdf::number(key?)?;
    let second = super::pdf::number(rest).filter(|(_, rest)| rest.trim_ascii_start().starts_with(b"R"));
    if second.is_none() {
        return usize::try_from(first).ok();
    }
    let value = super::pdf::number(bytes.get(*objects.get(&first)?..)?)?.0;
    usize::try_from(value).ok()
}

/// Whether data is a whole zlib stream whose Adler-32 holds; what comes out is taken from the budget.
pub(in crate::payload::ascii_damage) fn inflates(data: &[u8], budget: &mut u64) -> bool {
    let mut stream = Decompress::new(true);
    let mut out = vec![0u8; 1 << 15];
    let mut rest = data;
    loop {
        let (taken, given) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(rest, &mut out, FlushDecompress::None);
        let took = stream.total_in().saturating_sub(taken);
        let gave = stream.total_out().saturating_sub(given);
        rest = usize::try_from(took).ok().and_then(|took| rest.get(took..)).unwrap_or_default();
        *budget = budget.saturating_sub(took.max(gave));
        match status {
            Ok(Status::StreamEnd) => return stream.total_in() == to_u64(data.len()),
            Ok(_) if *budget > 0 && (took > 0 || gave > 0) => {}
            _ => return false,
        }
    }
}

/// Whether every stream ends where its length says, and every compressed one is whole: nothing for a file that is too large,
/// or that has no compressed ones.
pub(super) fn hold(file: Bytes<'_>, limits: &Limits) -> Option<bool> {
    let length = Some(file.len()).filter(|length| *length <= limits.payload_parse_bytes / 4)?;
    let bytes = file.get(0, usize::try_from(length).ok()?)?;
    let all = streams(&bytes, 0);
    let mut budget = limits.ascii_search_bytes / 4;
    let mut whole = |stream: &Stream| {
        let end = stream.start.checked_add(stream.length)?;
        let data = bytes.get(stream.start..end)?;
        Some(Stream::ends_at(&bytes, end) && (!stream.is_zlib || inflates(data, &mut budget)))
    };
    let checked = all.iter().any(|stream| stream.is_zlib);
    checked.then(|| all.iter().all(|stream| whole(stream).unwrap_or(false)))
}
