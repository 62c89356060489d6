//! Inspections, listings and rules for people.

use super::page::{Page, Tone};
use super::{Layout, payloads};
use crate::base::escape::terminal;
use crate::case::listing::{Inspection, Listed};
use crate::case::{Acquisition, Case, Source};
use crate::finding::rules::RULES;
use crate::report::collection::Collected;
use std::io::{self, Write};

/// Writes what `ftpsift inspect` found.
///
/// # Errors
/// What the output says.
pub fn inspection(inspection: &Inspection, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    payloads::write_inspection(inspection, layout, out)
}

/// Writes one entry of `ftpsift ls`: type, size, time of modification, digests, path.
///
/// # Errors
/// What the output says.
pub fn entry(entry: &Listed, out: &mut dyn Write) -> io::Result<()> {
    let size = entry.size.map(|size| size.to_string()).unwrap_or_default();
    let modified = entry.times.shown_modified().unwrap_or_default();
    let mut line = String::with_capacity(entry.path.len().saturating_add(80));
    // By hand: the formatter's padding, character by character, takes longer than the rest of a listing.
    line.push_str(entry.kind.word());
    pad(&mut line, 10);
    pad(&mut line, 22usize.saturating_sub(size.len()));
    line.push_str(&size);
    line.push_str("  ");
    line.push_str(&modified);
    pad(&mut line, 56);
    for digest in [&entry.digests.md5, &entry.digests.sha1, &entry.digests.sha256].into_iter().flatten() {
        line.push_str(digest);
        line.push_str("  ");
    }
    line.push_str(&terminal(&entry.path));
    if entry.deleted {
        line.push_str(" (deleted)");
    }
    if entry.source == Some(Source::ShadowCopy) {
        line.push_str(" (shadow copy ");
        line.push_str(entry.volume.as_deref().unwrap_or_default());
        line.push(')');
    }
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// Blanks up to a column; what is longer stays.
fn pad(line: &mut String, column: usize) {
    const BLANKS: &str = "                                                            ";
    let wanted = column.saturating_sub(line.len()).min(BLANKS.len());
    line.push_str(BLANKS.get(..wanted).unwrap_or_default());
}

/// Writes what `ftpsift collect` copied out, and what it could not read.
///
/// # Errors
/// What the output says.
pub fn collected(files: &[Collected], case: &Case, out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        let (name, path) = (&file.file, terminal(&file.path));
        let from = match file.source {
            Source::WrittenByScript | Source::CommandLine => "rebuilt, no file of the evidence:",
            Source::Event => "from the record",
            _ => "from",
        };
        writeln!(out, "{name}\n    {from} {path}\n    sha256 {}", file.sha256)?;
    }
    // As of a scan, not everything that is noted costs completeness.
    let word = if case.scan.complete { "noted" } else { "not complete" };
    for error in &case.errors {
        writeln!(out, "{word}: {}: {}", terminal(&error.path), terminal(&error.message))?;
    }
    let unit = if files.len() == 1 { "file" } else { "files" };
    writeln!(out, "{} {unit}; manifest.json says where each comes from, report.json is the report", files.len())
}

/// Writes the rules.
///
/// # Errors
/// What the output says.
pub fn rules(layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(layout, out);
    for rule in RULES {
        let techniques: Vec<&str> = rule.attack.iter().map(|attack| attack.technique).collect();
        let head = format!("{:<31} {:<13} {}", rule.id, rule.severity.word(), techniques.join(" "));
        page.toned(0, Tone::of(rule.severity), head.trim_end())?;
        page.line(4, &format!("{}. {}", rule.title, rule.about))?;
    }
    Ok(())
}

/// Whether an image is what was acquired, in words.
pub fn acquisition(acquisition: &Acquisition) -> &'static str {
    let computed = [&acquisition.md5_computed, &acquisition.sha1_computed, &acquisition.sha256_computed];
    match acquisition.verified {
        Some(true) => "verified: every digest that the acquisition noted is right",
        Some(false) => "NOT WHAT WAS ACQUIRED: a digest that the acquisition noted is another",
        None if computed.iter().any(|digest| digest.is_some()) => "the acquisition noted no digest to compare with",
        None => "the acquisition noted digests; --verify compares them",
    }
}
