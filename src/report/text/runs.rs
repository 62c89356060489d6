//! What the host recorded, for people: runs of clients, and what became of each file.

use super::page::{Page, Tone};
use crate::case::Case;
use crate::case::claim::Claim;
use crate::case::run::{ClientRun, Relative};
use std::io;

/// Ancestors and children that are told of one run; the report as JSON has all.
const RELATIVES: usize = 6;

pub(super) fn write(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    if !case.runs.is_empty() {
        page.heading("RUNS THAT THE HOST RECORDED")?;
    }
    case.runs.iter().try_for_each(|run| told(run, page))?;
    if !case.claims.is_empty() {
        page.heading("WHAT BECAME OF THE FILES")?;
    }
    case.claims.iter().try_for_each(|claim| claimed(claim, page))?;
    if !case.persistence.is_empty() {
        page.heading("WHAT STARTS THEM AGAIN")?;
    }
    for one in &case.persistence {
        let line = one.command_line.as_deref().unwrap_or_default();
        let off = if one.disabled { " (disabled: it starts nothing now)" } else { "" };
        page.toned(1, Tone::Strong, &format!("{} {}{off}", one.mechanism, one.name))?;
        page.field(6, "", line)?;
    }
    Ok(())
}

fn told(run: &ClientRun, page: &mut Page<'_>) -> io::Result<()> {
    let time = run.when().unwrap_or_else(|| "at a time that is not known".to_owned());
    let program = run.program.path.as_deref().unwrap_or("a client");
    page.toned(1, Tone::Strong, &format!("{:<4} {time}  {program}", run.id))?;
    let who = [run.host.as_deref(), run.user.as_deref(), run.integrity_level.as_deref()];
    let who: Vec<&str> = who.into_iter().flatten().collect();
    let fields = [("command", run.command_line.as_deref()), ("folder", run.working_directory.as_deref())];
    for (name, value) in fields {
        if let Some(value) = value {
            page.field(6, name, value)?;
        }
    }
    if !who.is_empty() {
        page.field(6, "on", &who.join(", "))?;
    }
    if let Some(signature) = &run.program.signature {
        page.field(6, "signature", signature)?;
    }
    if let Some(logon) = &run.logon {
        let kind = logon.kind.as_deref().unwrap_or("a kind that is not told");
        let from = logon.from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
        page.field(6, "logon", &format!("{kind}{from}"))?;
    }
    for block in run.script_blocks.iter().take(RELATIVES) {
        let path = block.path.as_deref().map(|path| format!(" of {path}")).unwrap_or_default();
        page.field(6, "block", &format!("{}{path} [{}]", block.id, block.event))?;
    }
    for parent in run.parents.iter().take(RELATIVES) {
        page.field(6, "below", &relative(parent))?;
    }
    for child in run.children.iter().take(RELATIVES) {
        page.field(6, "started", &relative(child))?;
    }
    for destination in &run.network.destinations {
        let names = destination.names.join(", ");
        let names = if names.is_empty() { names } else { format!(" ({names})") };
        let place = destination.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
        page.field(6, "went to", &format!("{}{names}, {}{place}", destination.address, destination.class))?;
    }
    for contradiction in &run.network.contradictions {
        page.field(6, "BUT", contradiction)?;
    }
    for verdict in &run.verdicts {
        page.field(6, &verdict.technique, &verdict.why)?;
    }
    run.notes.iter().try_for_each(|note| page.field(6, "note", note))
}

fn relative(relative: &Relative) -> String {
    let program = relative.executable.as_deref().unwrap_or("a process");
    relative.command_line.as_ref().map_or_else(|| program.to_owned(), |line| format!("{program}: {line}"))
}

fn claimed(claim: &Claim, page: &mut Page<'_>) -> io::Result<()> {
    page.toned(1, Tone::Strong, &format!("{:<4} {}", claim.id, claim.file))?;
    for state in &claim.states {
        let refs: Vec<&str> = state.refs.iter().map(String::as_str).collect();
        let refs = if refs.is_empty() { String::new() } else { format!(" [{}]", refs.join(" ")) };
        page.field(6, state.state.word(), &format!("{}{refs}", state.why))?;
    }
    claim.notes.iter().try_for_each(|note| page.field(6, "note", note))
}
