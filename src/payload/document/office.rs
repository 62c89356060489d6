//! Office Open XML: macros, relationships that lead out, objects, DDE, properties. ECMA-376.

use super::compound::Compound;
use super::{Document, Properties, ole};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::time::Timestamp;
use crate::base::zip::{Header, directory};
use crate::payload::archive::Archive;
use crate::payload::archive::zip;
use memchr::memmem;
use std::io;

/// Parts of each sort that are read.
const PARTS: u32 = 64;
/// Bytes of a part of XML, and of one that is a compound file.
const XML: u64 = 4 << 20;
const BINARY: u64 = 16 << 20;
/// Relationships of a part that are looked at.
const RELATIONSHIPS: usize = 4096;

/// Whether an archive is such a document, by the names in it.
pub(super) fn is_office(archive: &Archive) -> bool {
    let holds = |prefix: &str| archive.members.iter().any(|member| member.name.starts_with(prefix));
    archive.format == "zip" && holds("[Content_Types].xml") && (holds("word/") || holds("xl/") || holds("ppt/"))
}

/// Reads the parts that matter.
pub(super) fn read(stream: &dyn ReadAt, document: &mut Document, note: &mut dyn FnMut(Cause)) -> io::Result<()> {
    document.format = "ooxml";
    let Some(directory) = directory::locate(stream)? else { return Ok(()) };
    let mut seen = [0u32; 6];
    directory::read(stream, &directory, &mut |header| {
        let name = String::from_utf8_lossy(header.best_name()).replace('\\', "/").to_ascii_lowercase();
        let base = name.rsplit('/').next().unwrap_or_default();
        let sort = match () {
            () if base.ends_with(".rels") => 0,
            () if base == "vbaproject.bin" => 1,
            () if name.contains("/embeddings/") || name.contains("/activex/") => 2,
            () if name == "word/document.xml" || name.contains("externallinks/") => 3,
            () if name.starts_with("docprops/") && base.ends_with(".xml") => 4,
            () if name.contains("/macrosheets/") => 5,
            () => return Ok(true),
        };
        let Some(count) = seen.get_mut(sort) else { return Ok(true) };
        *count = count.saturating_add(1);
        if *count > PARTS {
            return Ok(true);
        }
        part(stream, &header, sort, &name, document, note)?;
        Ok(true)
    })?;
    if seen.iter().any(|count| *count > PARTS) {
        note(Cause::Abridged { what: "parts of a document that are read of one sort", limit: PARTS.into() });
    }
    Ok(())
}

fn part(
    stream: &dyn ReadAt,
    header: &Header,
    sort: usize,
    name: &str,
    document: &mut Document,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    let most = if matches!(sort, 1 | 2) { BINARY } else { XML };
    let Some((bytes, whole)) = zip::content(stream, header, most)? else {
        note(Cause::Unsupported(format!("the part {name} of a document is encrypted or compressed by unusual means")));
        return Ok(());
    };
    if !whole {
        let what = format!("the part {name} of a document is damaged or too large");
        note(Cause::Corrupt { what, offset: header.offset });
    }
    match sort {
        0 => relationships(&bytes, document),
        1 | 2 => {
            if sort == 2 && !name.ends_with(".bin") {
                let base = name.rsplit('/').next().unwrap_or_default().to_owned();
                document.add_object(super::object(base, name, header.size, &bytes));
            }
            if let Some(compound) = Compound::open(&bytes)? {
                ole::parts(&compound, name, document)?;
            }
        }
        3 => dde(&bytes, document),
        4 => properties(&bytes, document.properties.get_or_insert_default()),
        _ => {
            if document.macro_sheets.len() < super::LISTED {
                document.macro_sheets.push(name.rsplit('/').next().unwrap_or_default().to_owned());
            }
        }
    }
    Ok(())
}

/// Relationships whose target lies outside.
fn relationships(xml: &[u8], document: &mut Document) {
    for at in memmem::find_iter(xml, b"<Relationship ").take(RELATIONSHIPS) {
        let tag = xml.get(at..).unwrap_or_default();
        let tag = tag.get(..memchr::memchr(b'>', tag).unwrap_or(tag.len())).unwrap_or_default();
        if attribute(tag, b"TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("External"))
            && let Some(target) = attribute(tag, b"Target")
        {
            let kind = attribute(tag, b"Type").unwrap_or_default();
            document.add_external(kind.rsplit('/').next().unwrap_or_default(), &target);
        }
    }
}

/// The value of an attribute of a tag, without its entities.
fn attribute(tag: &[u8], name: &[u8]) -> Option<String> {
    let at = memmem::find_iter(tag, name).find(|at| {
        let before = at.checked_sub(1).and_then(|at| tag.get(at));
        let after = tag.get(at.saturating_add(name.len()));
        before.is_some_and(u8::is_ascii_whitespace) && after.is_some_and(|byte| *byte == b'=' || *byte == b' ')
    })?;
    let rest = tag.get(at.saturating_add(name.len())..)?;
    let start = rest.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let quote = *rest.get(start)?;
    let value = rest.get(start.saturating_add(1)..)?;
    let value = value.get(..memchr::memchr(quote, value)?)?;
    Some(plain(value))
}

/// Text without the five entities of XML.
fn plain(text: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(text).into_owned();
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
        if text.contains(entity) {
            text = text.replace(entity, character);
        }
    }
    text
}

/// Fields of DDE in Word, whose text may be cut into runs, and links of DDE in Excel.
fn dde(xml: &[u8], document: &mut Document) {
    let mut instructions = String::new();
    for at in memmem::find_iter(xml, b"<w:instrText") {
        let rest = xml.get(at..).unwrap_or_default();
        let start = memchr::memchr(b'>', rest).map_or(rest.len(), |end| end.saturating_add(1));
        let text = rest.get(start..).unwrap_or_default();
        let text = text.get(..memchr::memchr(b'<', text).unwrap_or(text.len())).unwrap_or_default();
        instructions.push_str(&plain(text));
        if instructions.len() > 64 << 10 {
            break;
        }
    }
    for at in memmem::find_iter(xml, b"w:instr=\"").take(256) {
        let text = xml.get(at.saturating_add(9)..).unwrap_or_default();
        instructions.push_str(&plain(text.get(..memchr::memchr(b'"', text).unwrap_or(0)).unwrap_or_default()));
    }
    let upper = instructions.to_ascii_uppercase();
    for word in ["DDEAUTO", "DDE "] {
        if let Some(at) = upper.find(word) {
            let detail = instructions.get(at..).unwrap_or_default().chars().take(256).collect();
            document.add_active("DDE", Some(detail));
            break;
        }
    }
    for at in memmem::find_iter(xml, b"<ddeLink").take(16) {
        let tag = xml.get(at..).unwrap_or_default();
        let tag = tag.get(..memchr::memchr(b'>', tag).unwrap_or(tag.len())).unwrap_or_default();
        let said = [attribute(tag, b"ddeService"), attribute(tag, b"ddeTopic")];
        document.add_active("DDE", Some(said.into_iter().flatten().collect::<Vec<_>>().join(" ")));
    }
}

fn properties(xml: &[u8], properties: &mut Properties) {
    let text = |name: &str| {
        let at = memmem::find(xml, format!("<{name}").as_bytes())?;
        let rest = xml.get(at..)?;
        let value = rest.get(memchr::memchr(b'>', rest)?.checked_add(1)?..)?;
        let value: String = plain(value.get(..memchr::memchr(b'<', value)?)?).chars().take(1024).collect();
        (!value.trim().is_empty()).then_some(value)
    };
    let time = |name: &str| text(name).and_then(|time| Timestamp::parse(&time));
    let found = Properties {
        title: text("dc:title"),
        subject: text("dc:subject"),
        author: text("dc:creator"),
        last_saved_by: text("cp:lastModifiedBy"),
        template: text("Template"),
        application: text("Application"),
        created: time("dcterms:created"),
        saved: time("dcterms:modified"),
    };
    let known = std::mem::take(properties);
    *properties = Properties {
        title: known.title.or(found.title),
        subject: known.subject.or(found.subject),
        author: known.author.or(found.author),
        last_saved_by: known.last_saved_by.or(found.last_saved_by),
        template: known.template.or(found.template),
        application: known.application.or(found.application),
        created: known.created.or(found.created),
        saved: known.saved.or(found.saved),
    };
}
