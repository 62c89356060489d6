//! What payloads hold, for people: damage by a transfer, archives, documents, hidden programs.

use super::page::Page;
use super::size;
use crate::payload::Facts;
use crate::payload::archive::{Archive, Inside};
use crate::payload::ascii_damage::{AsciiDamage, Verdict};
use crate::payload::document::Document;
use crate::payload::embedded::Embedded;
use std::io;

/// Names that are told of a list; the report as JSON has all.
const NAMES: usize = 8;

pub(super) fn write(facts: &Facts, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(damage) = &facts.ascii_damage {
        ascii_damage(damage, page)?;
    }
    if let Some(archive_facts) = &facts.archive {
        archive(archive_facts, page)?;
    }
    if let Some(document_facts) = &facts.document {
        document(document_facts, page)?;
    }
    facts.embedded.iter().try_for_each(|hidden| embedded(hidden, page))
}

fn ascii_damage(damage: &AsciiDamage, page: &mut Page<'_>) -> io::Result<()> {
    let sure = match damage.verdict {
        Verdict::Certain => "",
        Verdict::Likely => "likely: ",
        Verdict::Possible => "possibly: ",
    };
    page.field(6, "DAMAGED", &format!("by a transfer in ASCII mode: {sure}{}", damage.conversion))?;
    if let Some(kind) = &damage.original_type {
        page.field(6, "was", kind.description)?;
    }
    for candidate in damage.candidates.iter().take(NAMES) {
        let known = if candidate.proofs.is_empty() { "not proven" } else { "proven" };
        page.field(6, "undone", &format!("{known}, {}, {}", size(candidate.size), candidate.undone_by))?;
        page.field(6, "", &format!("md5 {}", candidate.digests.md5))?;
        page.field(6, "", &format!("sha256 {}", candidate.digests.sha256))?;
        for record in candidate.recorded_by.iter().take(NAMES) {
            let of = record.path.as_ref().map_or(String::new(), |path| format!(" of {path}"));
            page.field(
                6,
                "",
                &format!("its {} was recorded by {} {}{of}", record.algorithm, record.event, record.source),
            )?;
        }
    }
    damage.unrestorable.as_ref().map_or(Ok(()), |why| page.field(6, "", why))
}

fn archive(archive: &Archive, page: &mut Page<'_>) -> io::Result<()> {
    let mut words =
        vec![format!("{}, {} members, {}", archive.format, archive.member_count, size(archive.unpacked_size))];
    words.extend(archive.offset.map(|offset| format!("at offset {offset}")));
    words.extend(archive.self_extracting.then(|| "self-extracting".to_owned()));
    words.extend(archive.volume.as_ref().map(|_| "one of several parts".to_owned()));
    page.field(6, "archive", &words.join(", "))?;
    if let Some(encrypted) = &archive.encrypted {
        let names = if encrypted.names_visible { "names can be read" } else { "names too" };
        page.field(6, "ENCRYPTED", &format!("{}; {names}", encrypted.methods.join(", ")))?;
    }
    inside("programs", &archive.executables_inside, page)?;
    inside("scripts", &archive.scripts_inside, page)?;
    inside("archives", &archive.archives_inside, page)?;
    listed("ESCAPES", &archive.escaping_names, page)
}

fn inside(what: &str, members: &[Inside], page: &mut Page<'_>) -> io::Result<()> {
    let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
    listed(what, &names, page)
}

fn listed(what: &str, names: &[String], page: &mut Page<'_>) -> io::Result<()> {
    let more = names.len().saturating_sub(NAMES);
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    if shown.is_empty() { Ok(()) } else { page.field(6, what, &format!("{}{more}", shown.join(", "))) }
}

fn document(document: &Document, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(by) = document.encrypted {
        page.field(6, "ENCRYPTED", by)?;
    }
    if let Some(macros) = &document.macros {
        page.field(6, "macros", &macros.modules.join(" "))?;
        if !macros.automatic.is_empty() {
            page.field(6, "", &format!("run by themselves: {}", macros.automatic.join(" ")))?;
        }
        if !macros.reaches_out.is_empty() {
            page.field(6, "", &format!("reach out by {}", macros.reaches_out.join(" ")))?;
        }
        listed("addresses", &macros.addresses, page)?;
    }
    listed("XLM", &document.macro_sheets, page)?;
    let objects: Vec<String> = document.embedded.iter().map(|object| object.name.clone()).collect();
    listed("objects", &objects, page)?;
    let external: Vec<String> = document.external.iter().map(|external| external.target.clone()).collect();
    listed("external", &external, page)
}

fn embedded(hidden: &Embedded, page: &mut Page<'_>) -> io::Result<()> {
    let mut words = format!("{} as {} at offset {}", hidden.what, hidden.encoding, hidden.offset);
    words.extend(hidden.key.iter().map(|key| format!(", mask {key}")));
    words.extend(hidden.size.map(|bytes| format!(", {}", size(bytes))));
    page.field(6, "HIDDEN", &words)?;
    hidden.digests.as_ref().map_or(Ok(()), |digests| page.field(6, "", &format!("sha256 {}", digests.sha256)))
}
