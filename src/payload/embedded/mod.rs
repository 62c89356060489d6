//! Executables that are hidden in something else: at an offset, in base64, in hexadecimal or decimal numbers, under a mask of
//! one byte, backwards; and scripts in pictures.
//!
//! All bytes are searched while they pass for their digests; only what then proves to be a PE by its headers is told.

mod outline;
mod scan;
mod source;

pub(super) use scan::Scanner;

use super::archive::Archive;
use super::filetype::{self, Family, FileType};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::digest::{Digests, Hasher};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::window::bytes_at;
use memchr::memmem;
use outline::Outline;
use scan::{Hit, Needle};
use schemars::JsonSchema;
use serde::Serialize;
use source::{Form, Source};
use std::io::{self, Read};

/// Something that is hidden in the payload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Embedded {
    /// `pe`, `zip`, `javascript`, `hta` or `php`.
    pub what: &'static str,
    /// How it is written: `plain`, `base64`, `base64-reversed`, `base64+gzip`, `hexadecimal`, `decimal`, `xor` or `reversed`.
    pub encoding: &'static str,
    /// Where it begins in the payload, in bytes.
    pub offset: u64,
    /// Bytes when decoded; absent where the end is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The mask, such as `0x5a`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The mask leaves zeros, and bytes like itself, as they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keeps_zeros: bool,
    /// The text is UTF-16.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub utf16: bool,
    /// The text is wrapped like a certificate, as `certutil -encode` does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub certificate_wrapper: bool,
    /// Less is there than the headers of the executable say.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut_off: bool,
    /// Whether it is a library, and for which machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The digests of the decoded bytes; absent where their end is not known or the limits do not allow it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
}

/// Findings that are told.
const FOUND: usize = 32;
/// Bytes of the head by which an executable is told.
const HEAD: usize = 4096;
/// How far before a header of a PE its start is looked for.
const LOOK_BACK: u64 = 4096;

/// Judges what the search came upon.
pub(super) fn read(
    stream: &dyn ReadAt,
    head: &[u8],
    file_type: &FileType,
    archive: Option<&Archive>,
    scanner: Scanner,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Vec<Embedded> {
    let size = stream.len();
    let mut judge = Judge {
        stream,
        size,
        found: Vec::new(),
        covered: Vec::new(),
        budget: limits.payload_parse_bytes,
        capped: false,
    };
    let (hits, capped) = scanner.finish();
    judge.capped |= capped;
    if let Err(error) = judge.all(head, file_type, archive, &hits) {
        note(error.into());
    }
    if judge.capped {
        let limit = to_u64(FOUND);
        note(Cause::Abridged { what: "executables hidden in a payload", limit });
    }
    judge.found.sort_by_key(|found| found.offset);
    judge.found
}

struct Judge<'s> {
    stream: &'s dyn ReadAt,
    size: u64,
    found: Vec<Embedded>,
    /// Ranges of what was found: what lies in them is a part of it.
    covered: Vec<(u64, u64)>,
    /// Bytes that may still be hashed.
    budget: u64,
    capped: bool,
}

impl Judge<'_> {
    fn all(&mut self, head: &[u8], file_type: &FileType, archive: Option<&Archive>, hits: &[Hit]) -> io::Result<()> {
        self.masked_whole(head)?;
        if let Some(offset) = archive.and_then(|archive| archive.offset)
            && archive.is_some_and(|archive| archive.format == "zip")
            // Programs and scripts that carry an archive are told as such; bytes of no known format before it are a header
            // of a kind of archive, as modules of Java have.
            && matches!(file_type.family, Family::Image | Family::Media | Family::Document | Family::Font | Family::Other)
        {
            self.push(Embedded { what: "zip", encoding: "plain", offset, ..Embedded::default() });
        }
        if head.starts_with(b"GIF8") && matches!(head.get(6..8), Some(b"/*" | [b'=', _])) {
            self.push(Embedded { what: "javascript", encoding: "plain", offset: 6, ..Embedded::default() });
        }
        // What archives and compound files hold is told by their members, and need not lie in one piece.
        let in_pieces =
            archive.is_some_and(|archive| archive.offset.is_none()) || head.starts_with(b"\xd0\xcf\x11\xe0");
        for hit in hits {
            if self.found.len() >= FOUND {
                self.capped = true;
                break;
            }
            if self.covered.iter().any(|(start, end)| (*start..*end).contains(&hit.offset)) {
                continue;
            }
            match hit.needle {
                Needle::Header if !in_pieces => self.plain(hit.offset)?,
                Needle::ReversedHeader => self.reversed(hit.offset)?,
                Needle::Stub(key) => self.masked(hit.offset, key)?,
                Needle::Text(form, utf16) => self.text(hit.offset, form, utf16)?,
                Needle::Script(what) => {
                    let fits = if what == "php" {
                        file_type.family == Family::Image
                    } else {
                        !matches!(file_type.family, Family::Text | Family::Script | Family::Unknown)
                    };
                    if fits && !self.found.iter().any(|found| found.what == what) {
                        self.push(Embedded { what, encoding: "plain", offset: hit.offset, ..Embedded::default() });
                    }
                }
                Needle::Header => {}
            }
        }
        Ok(())
    }

    fn push(&mut self, found: Embedded) {
        if self.found.len() < FOUND {
            self.found.push(found);
        } else {
            self.capped = true;
        }
    }

    /// A PE at an offset, by the place of its header.
    fn plain(&mut self, header: u64) -> io::Result<()> {
        let from = header.saturating_sub(LOOK_BACK);
        let before = bytes_at(self.stream, from, header.saturating_sub(from).saturating_add(64))?;
        for at in memmem::rfind_iter(&before, b"MZ").take(64) {
            let offset = from.saturating_add(to_u64(at));
            if offset == 0 || lfanew(&before, at).is_none_or(|lfanew| offset.saturating_add(lfanew) != header) {
                continue;
            }
            let source = Source::plain(offset);
            if let Some(found) =
                self.executable(&source, Embedded { encoding: "plain", offset, ..Embedded::default() })?
            {
                self.cover(offset, found.size);
                self.push(found);
                break;
            }
        }
        Ok(())
    }

    /// A file that is masked as a whole.
    fn masked_whole(&mut self, head: &[u8]) -> io::Result<()> {
        let [first, second, ..] = head else { return Ok(()) };
        for key in [first ^ b'M', second ^ b'Z'] {
            // A mask that leaves bytes like itself may leave one of the two.
            let masks = |plain: u8, byte: u8| plain ^ key == byte || (plain == key && byte == key);
            if key != 0 && masks(b'M', *first) && masks(b'Z', *second) {
                return self.masked_at(0, key);
            }
        }
        Ok(())
    }

    /// A masked PE by its DOS stub, which stands soon after its start.
    fn masked(&mut self, stub: u64, key: u8) -> io::Result<()> {
        if key == 0 {
            return Ok(());
        }
        let from = stub.saturating_sub(512);
        let before = bytes_at(self.stream, from, stub.saturating_sub(from))?;
        let mark = [b'M' ^ key, b'Z' ^ key];
        for at in memmem::rfind_iter(&before, &mark).take(16) {
            let known = self.found.len();
            self.masked_at(from.saturating_add(to_u64(at)), key)?;
            if self.found.len() > known {
                break;
            }
        }
        Ok(())
    }

    fn masked_at(&mut self, offset: u64, key: u8) -> io::Result<()> {
        for keeps_zeros in [false, true] {
            let source = Source { form: Form::Xor(key, keeps_zeros), offset, utf16: false };
            let key = Some(format!("{key:#04x}"));
            let like = Embedded { encoding: "xor", offset, key, keeps_zeros, ..Embedded::default() };
            if let Some(found) = self.executable(&source, like)? {
                self.cover(offset, found.size);
                self.push(found);
                break;
            }
        }
        Ok(())
    }

    /// A PE backwards, by the place of its header, which ends at the mark.
    fn reversed(&mut self, mark: u64) -> io::Result<()> {
        let after = bytes_at(self.stream, mark, LOOK_BACK)?;
        for at in memmem::find_iter(&after, b"ZM").take(64) {
            let end = mark.saturating_add(to_u64(at)).saturating_add(2);
            let source = Source { form: Form::Reversed, offset: end, utf16: false };
            let like = Embedded { encoding: "reversed", offset: end, ..Embedded::default() };
            let Some(mut found) = self.executable(&source, like)? else { continue };
            // It begins where it ends: told is the lowest offset.
            found.offset = end.saturating_sub(found.size.unwrap_or(0));
            self.cover(found.offset, found.size);
            self.push(found);
            break;
        }
        Ok(())
    }

    /// A PE as text.
    fn text(&mut self, offset: u64, form: Form, utf16: bool) -> io::Result<()> {
        let source = Source { form, offset, utf16 };
        let like = Embedded { encoding: form.name(), offset, utf16, ..Embedded::default() };
        let Some(mut found) = self.executable(&source, like)? else { return Ok(()) };
        let before = bytes_at(self.stream, offset.saturating_sub(64), offset.min(64))?;
        found.certificate_wrapper = memmem::find(&before, b"-----BEGIN ").is_some();
        // Four characters are three bytes of base64; the shortest of the others takes two for one.
        let spread = if matches!(form, Form::Base64 | Form::ReversedBase64) { 1 } else { 2 };
        self.cover(offset, found.size.map(|size| size.saturating_mul(spread)));
        self.push(found);
        Ok(())
    }

    fn cover(&mut self, offset: u64, size: Option<u64>) {
        self.covered.push((offset, offset.saturating_add(size.unwrap_or(HEAD.try_into().unwrap_or(0)))));
    }

    /// What a source holds, if it is a PE: how large, and with which digests.
    fn executable(&mut self, source: &Source, like: Embedded) -> io::Result<Option<Embedded>> {
        let mut head = Vec::new();
        let limit = to_u64(HEAD);
        source.open(self.stream).take(limit).read_to_end(&mut head)?;
        if !filetype::is_pe(&head) {
            return Ok(None);
        }
        let Some(outline) = Outline::read(&head) else { return Ok(None) };
        let mut found = Embedded { what: "pe", description: Some(outline.description()), ..like };
        // Text ends by itself, and what follows the image belongs to the file; else the headers say where it ends.
        let most = if source.form.ends_by_itself() { None } else { Some(outline.size) };
        let whole_file = source.offset == 0 && matches!(source.form, Form::Xor(..));
        let most = if whole_file { Some(self.size) } else { most };
        let wanted = most.unwrap_or(u64::MAX);
        let allowed = wanted.min(self.budget);
        let mut hasher = Hasher::default();
        let mut count = 0u64;
        let mut buffer = vec![0u8; 64 << 10];
        let mut reader = source.open(self.stream).take(allowed);
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
            count = count.saturating_add(to_u64(read));
        }
        self.budget = self.budget.saturating_sub(count);
        let ended = count < allowed || allowed == wanted;
        if ended {
            found.size = Some(count);
            found.digests = Some(hasher.finish());
            found.cut_off = count < outline.size;
        } else {
            found.size = most.map(|most| most.min(self.size));
            self.capped = true;
        }
        Ok(Some(found))
    }
}

/// The offset of the new header, of a DOS header within bytes.
fn lfanew(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at.checked_add(0x3c)?..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*field).into())
}

#[cfg(test)]
mod tests;
