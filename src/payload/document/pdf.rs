//! PDF: names that make a document act, in the objects as they lie and in streams of objects. ISO 32000-1.
//!
//! Names may be written with `#xx` for any character. Other streams are passed over: their bytes hold any name by chance.

use super::Document;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::escape::lossless;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::window::{Window, bytes_at};
use crate::payload::archive::zip::inflate;
use memchr::memmem;
use std::io;

/// Bytes searched at a time; the window over the file holds more, so that short streams cost no reads.
const BLOCK: usize = 16 << 10;
/// Bytes that a name, and what is read after it, may take.
const OVERLAP: usize = 4096;
/// Streams of objects that are unpacked, and bytes of one.
const OBJECT_STREAMS: u32 = 256;
const OBJECT_STREAM: u64 = 1 << 20;

/// Names that are counted.
const NAMES: &[&str] = &[
    "JavaScript",
    "JS",
    "OpenAction",
    "AA",
    "Launch",
    "EmbeddedFile",
    "RichMedia",
    "XFA",
    "SubmitForm",
    "ImportData",
    "GoToR",
    "GoToE",
    "AcroForm",
    "JBIG2Decode",
];

/// Reads the names.
pub(super) fn read(
    stream: &dyn ReadAt,
    limits: &Limits,
    document: &mut Document,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    document.format = "pdf";
    let end = stream.len().min(limits.payload_parse_bytes);
    if end < stream.len() {
        let limit = limits.payload_parse_bytes;
        note(Cause::Abridged { what: "bytes of a PDF that are searched", limit });
    }
    let mut window = Window::new(stream);
    let (mut at, mut unpacked) = (0u64, 0u32);
    while at < end {
        let block = window.get(at, BLOCK)?;
        let last = at.saturating_add(to_u64(block.len())) >= end;
        // What begins in the overlap is left to the next block.
        let limit = if last { block.len() } else { block.len().saturating_sub(OVERLAP) };
        if limit == 0 {
            break;
        }
        let data = data_start(block, limit);
        let upto = data.map_or(limit, |(keyword, _)| keyword);
        let marks = names(block, upto, document);
        let Some((_, data)) = data else {
            at = at.saturating_add(to_u64(limit));
            continue;
        };
        let start = at.saturating_add(to_u64(data));
        let objects = marks.object_stream;
        let Some(stop) = find_end(stream, start, end)? else { break };
        if objects && unpacked < OBJECT_STREAMS {
            unpacked = unpacked.saturating_add(1);
            let (bytes, _) = inflate(stream, start, stop.saturating_sub(start), OBJECT_STREAM, true)?;
            names(&bytes, bytes.len(), document);
        }
        at = stop.saturating_add(9);
    }
    if unpacked == OBJECT_STREAMS {
        note(Cause::Abridged { what: "streams of objects of a PDF that are unpacked", limit: OBJECT_STREAMS.into() });
    }
    Ok(())
}

/// Where the keyword `stream` stands within the first bytes, and where the data after it begins.
fn data_start(block: &[u8], limit: usize) -> Option<(usize, usize)> {
    memmem::find_iter(block, b"stream").take_while(|at| *at < limit).find_map(|at| {
        let after = at.saturating_add(6);
        match block.get(after..) {
            _ if at >= 3 && block.get(at.saturating_sub(3)..at) == Some(b"end") => None,
            Some([b'\r', b'\n', ..]) => Some((at, after.saturating_add(2))),
            Some([b'\n' | b'\r', ..]) => Some((at, after.saturating_add(1))),
            _ => None,
        }
    })
}

/// Where the data of a stream ends.
fn find_end(stream: &dyn ReadAt, start: u64, end: u64) -> io::Result<Option<u64>> {
    let mut at = start;
    while at < end {
        let block = bytes_at(stream, at, 16 << 10)?;
        if let Some(found) = memmem::find(&block, b"endstream") {
            return Ok(Some(at.saturating_add(to_u64(found))));
        }
        let step = block.len().saturating_sub(8);
        if step == 0 {
            break;
        }
        at = at.saturating_add(to_u64(step));
    }
    Ok(None)
}

/// What the names before a stream say of it.
#[derive(Default)]
struct Marks {
    object_stream: bool,
}

/// Takes the names that begin within the first bytes.
fn names(block: &[u8], limit: usize, document: &mut Document) -> Marks {
    let mut marks = Marks::default();
    for at in memchr::memchr_iter(b'/', block.get(..limit).unwrap_or(block)) {
        let rest = block.get(at.saturating_add(1)..).unwrap_or_default();
        let (name, length) = name(rest);
        let after = rest.get(length..).unwrap_or_default();
        match name.as_slice() {
            // Of the dictionary before the stream itself: an earlier one was passed with its data.
            b"ObjStm" => marks.object_stream = true,
            b"Encrypt" => document.encrypted = Some("PDF encryption"),
            b"URI" => {
                if let Some(target) = text(after).filter(|target| is_telling(target)) {
                    document.add_external("URI", &target);
                }
            }
            name => {
                if let Some(known) = NAMES.iter().find(|known| known.as_bytes() == name) {
                    let detail = match *known {
                        "Launch" | "GoToR" | "GoToE" | "SubmitForm" => file_near(block, at),
                        "JS" => text(after).map(|code| code.chars().take(256).collect()),
                        _ => None,
                    };
                    document.add_active(known, detail);
                }
            }
        }
    }
    marks
}

/// Links into the web and to people are in half of all documents.
fn is_telling(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    let runs = [".exe", ".zip", ".js", ".vbs", ".hta", ".iso", ".lnk", ".scr", ".msi", ".7z", ".rar"];
    !["http://", "https://", "mailto:", "www.", "doi:", "#"].iter().any(|usual| lower.starts_with(usual))
        || runs.iter().any(|end| lower.ends_with(end))
}

/// The file that an action names, and the parameters: in its dictionary before the name, or soon after.
fn file_near(block: &[u8], at: usize) -> Option<String> {
    let before = block.get(at.saturating_sub(512)..at).unwrap_or_default();
    let before = before.get(memmem::rfind(before, b"<<").unwrap_or(before.len())..).unwrap_or_default();
    let after = block.get(at..).unwrap_or_default();
    let after = after.get(..512).unwrap_or(after);
    let value = |part: &[u8], key: &[u8]| {
        memmem::find_iter(part, key).find_map(|at| text(part.get(at.saturating_add(key.len())..)?))
    };
    let either = |key: &[u8]| value(before, key).or_else(|| value(after, key));
    let file = either(b"/F")?;
    Some(match either(b"/P") {
        Some(parameters) => format!("{file} {parameters}"),
        None => file,
    })
}

/// A name without its `#xx`, and how many bytes it takes.
fn name(rest: &[u8]) -> (Vec<u8>, usize) {
    let mut name = Vec::new();
    let mut at = 0usize;
    while let Some(byte) =
        rest.get(at).filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'_' | b'.'))
    {
        if name.len() >= 32 {
            break;
        }
        let pair = rest.get(at.saturating_add(1)..at.saturating_add(3)).and_then(|pair| std::str::from_utf8(pair).ok());
        let escaped = pair.filter(|_| *byte == b'#').and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match escaped {
            Some(byte) => {
                name.push(byte);
                at = at.saturating_add(3);
            }
            None => {
                name.push(*byte);
                at = at.saturating_add(1);
            }
        }
    }
    (name, at)
}

/// The text in brackets that follows.
fn text(rest: &[u8]) -> Option<String> {
    let rest = rest.trim_ascii_start();
    if rest.first() != Some(&b'(') {
        return None;
    }
    let mut depth = 0usize;
    let mut text = Vec::new();
    let mut bytes = rest.iter().copied().take(1024);
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => text.extend(bytes.next()),
            b'(' => {
                depth = depth.saturating_add(1);
                if depth > 1 {
                    text.push(byte);
                }
            }
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
                text.push(byte);
            }
            _ => text.push(byte),
        }
    }
    Some(lossless(&text))
}
