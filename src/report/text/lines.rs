//! Scripts explained line by line, inspections, listings and rules for people.

use super::page::{Page, Tone};
use super::{Layout, payloads};
use crate::case::Case;
use crate::case::listing::{Inspection, Listed};
use crate::finding::rules::RULES;
use crate::script::session::{Command, Role};
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
    let modified = entry.times.modified.map(|time| time.to_string()).unwrap_or_default();
    let kind = serde_json::to_value(entry.kind).ok();
    let kind = kind.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    let digests = [&entry.digests.md5, &entry.digests.sha1, &entry.digests.sha256];
    let digests: String = digests.into_iter().flatten().map(|digest| format!("{digest}  ")).collect();
    writeln!(out, "{kind:<9} {size:>12}  {modified:<30}  {digests}{}", crate::base::escape::terminal(&entry.path))
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

/// Writes the scripts of a case line by line: what the client takes each line for and what it sends.
///
/// # Errors
/// What the output says.
pub fn explained(case: &Case, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(layout, out);
    for script in &case.scripts {
        let client = script.dialect.as_deref().unwrap_or("no client");
        page.toned(0, Tone::Strong, &format!("{} ({}, run as by {client})", script.path, script.id))?;
        let mut lines: Vec<&Command> = script.sessions.iter().flat_map(|session| &session.commands).collect();
        lines.sort_by_key(|command| command.line);
        for command in lines {
            explain(command, &mut page)?;
        }
    }
    super::write(case, layout, out)
}

fn explain(command: &Command, page: &mut Page<'_>) -> io::Result<()> {
    let (word, tone) = match command.role {
        Role::Command => ("command", Tone::Plain),
        Role::Answer => ("answer", Tone::Plain),
        Role::Ignored => ("ignored", Tone::Faint),
        Role::Error => ("error", Tone::Warning),
        Role::Unread => ("unread", Tone::Faint),
    };
    page.toned(0, tone, &format!("{:>4}  {word:<8} {}", command.line, command.text))?;
    if let Some(verb) = command.verb.as_deref().filter(|_| command.role == Role::Answer) {
        page.line(15, &format!("answers {verb}"))?;
    }
    for line in &command.wire {
        page.line(15, &format!("sends {line}"))?;
    }
    command.message.as_deref().map_or(Ok(()), |message| page.line(15, message))
}
