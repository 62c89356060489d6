//! Rich text: objects, which lie there as hexadecimal digits, and templates from elsewhere. RTF 1.9.1, and what Word accepts
//! beyond it: digits among white space and other control words.

use super::compound::Compound;
use super::{Document, ole, package};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::window::bytes_at;
use memchr::memmem;
use std::io;

/// Objects that are decoded, and bytes of one.
const OBJECTS: usize = 32;
const OBJECT: usize = 4 << 20;

/// Control words that are counted.
const WORDS: &[(&[u8], &str)] = &[
    (b"\\objdata", "objdata"),
    (b"\\objupdate", "objupdate"),
    (b"\\objautlink", "objautlink"),
    (b"\\objlink", "objlink"),
    (b"\\objemb", "objemb"),
    (b"\\objocx", "objocx"),
    (b"\\objhtml", "objhtml"),
];

/// Reads the objects.
pub(super) fn read(
    stream: &dyn ReadAt,
    limits: &Limits,
    document: &mut Document,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    document.format = "rtf";
    // Twice the text is held at no time; a quarter of what a payload may take is plenty for a document of text.
    let most = limits.payload_parse_bytes / 4;
    if stream.len() > most {
        note(Cause::Abridged { what: "bytes of a rich text that are searched", limit: most });
    }
    let text = bytes_at(stream, 0, most)?;
    for at in memchr::memchr_iter(b'\\', &text) {
        let rest = text.get(at..).unwrap_or_default();
        for (word, name) in WORDS {
            if rest.starts_with(word) && !rest.get(word.len()).is_some_and(u8::is_ascii_alphabetic) {
                document.add_active(name, None);
            }
        }
    }
    let mut objects = 0usize;
    for at in memmem::find_iter(&text, b"\\objdata") {
        objects = objects.saturating_add(1);
        if objects > OBJECTS {
            note(Cause::Abridged { what: "objects of a rich text that are decoded", limit: 32 });
            break;
        }
        let data = digits(text.get(at.saturating_add(8)..).unwrap_or_default());
        let found_in = format!("objdata at offset {at}");
        let Some((object, data)) = package::object_of_ole1(&data, &found_in) else { continue };
        document.add_object(object);
        if let Some(compound) = Compound::open(&data.to_vec())? {
            ole::parts(&compound, &found_in, document)?;
        }
    }
    for at in memmem::find_iter(&text, b"\\*\\template") {
        let rest = text.get(at.saturating_add(11)..).unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b'}' | b'{')).unwrap_or(0);
        let target = String::from_utf8_lossy(rest.get(..end.min(1024)).unwrap_or_default());
        if !target.trim().is_empty() {
            document.add_external("template", target.trim());
        }
    }
    Ok(())
}

/// The bytes of hexadecimal digits up to the end of the group. Control words among them are passed over with their
/// parameters, and so is what groups inside hold.
fn digits(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut high: Option<u8> = None;
    let mut depth = 0usize;
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' => depth = depth.saturating_add(1),
            b'}' if depth == 0 => break,
            b'}' => depth = depth.saturating_sub(1),
            b'\\' => {
                let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
                rest = rest.get(word.max(1)..).unwrap_or_default();
            }
            _ if depth > 0 => {}
            _ => {
                let digit = char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                let Some(digit) = digit else { continue };
                match high.take() {
                    None => high = Some(digit),
                    Some(high) if bytes.len() < OBJECT => bytes.push(high << 4 | digit),
                    Some(_) => break,
                }
            }
        }
    }
    bytes
}
