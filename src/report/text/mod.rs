//! The report for people: findings first, then what they rest on; 80 columns unless the terminal tells otherwise.

mod clocks;
mod contents;
mod coverage;
pub mod explained;
pub mod lines;
mod page;
mod payloads;
mod runs;
mod scripts;

use crate::base::number::to_u64;
use crate::case::host::Host;
use crate::case::{Case, EvidenceKind, Volume};
use page::{Page, Tone};
use std::io::{self, Write};

/// How a text is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Columns.
    pub width: usize,
    /// Whether colours may be used: only ever on a terminal.
    pub color: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { width: 80, color: false }
    }
}

/// Writes a case.
///
/// # Errors
/// What the output says.
pub fn write(case: &Case, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(layout, out);
    summary(case, &mut page)?;
    findings(case, &mut page)?;
    scripts::write(case, &mut page)?;
    payloads::write(case, &mut page)?;
    runs::write(case, &mut page)?;
    logins(case, &mut page)?;
    events(case, &mut page)?;
    errors(case, &mut page)?;
    coverage::write(case, &mut page)
}

/// A number with its noun.
fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A size as people read it, with the exact number of bytes where that differs.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = None;
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut value = bytes as f64;
    for name in UNITS {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = Some(name);
    }
    unit.map_or(counted(bytes, "byte"), |unit| format!("{value:.1} {unit} ({bytes} bytes)"))
}

fn summary(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    let counts = &case.scan.counts;
    let sums = [
        counted(counts.scripts, "script"),
        counted(counts.sessions, "session"),
        counted(counts.transfers, "transfer"),
        counted(counts.payloads, "payload"),
        counted(counts.findings, "finding"),
    ];
    page.toned(0, Tone::Strong, &format!("{} {}: {}", case.tool.name, case.tool.version, sums.join(", ")))?;
    if let Some(host) = &case.scan.host {
        host_lines(host, page)?;
    }
    for evidence in &case.evidence {
        let kind = match evidence.kind {
            EvidenceKind::Directory => "directory",
            EvidenceKind::File => "file",
            EvidenceKind::Image => "image",
            EvidenceKind::Archive => "archive",
        };
        page.field(0, "evidence", &format!("{}  {} ({kind})", evidence.id, evidence.path))?;
        for volume in &evidence.volumes {
            page.field(0, "", &volume_line(volume))?;
        }
        if let Some(acquisition) = &evidence.acquisition {
            page.field(0, "", lines::acquisition(acquisition))?;
        }
        if let Some(spooled) = evidence.spooled {
            page.field(0, "", &format!("unpacked into a temporary file without a name, {}", size(spooled)))?;
        }
        if let Ok(read @ 1..) = u64::try_from(evidence.read_from_volume.len()) {
            let files = counted(read, "file");
            page.field(
                0,
                "",
                &format!("{files} read from the volume, past the system: in use or closed to this user"),
            )?;
        }
    }
    let read = [counted(counts.files, "file"), size(counts.bytes_read), counted(counts.errors, "error")];
    let whole = if case.scan.complete { "complete" } else { "INCOMPLETE" };
    page.field(0, "scan", &format!("{whole}: {}", read.join(", ")))?;
    let bounds = [("before", case.scan.from), ("after", case.scan.to)];
    let bounds: Vec<String> =
        bounds.iter().filter_map(|(word, time)| Some(format!("nothing {word} {}", (*time)?))).collect();
    if !bounds.is_empty() {
        page.field(0, "bounds", &format!("{} is shown of what the host recorded", bounds.join(" and ")))?;
    }
    if let Some(unread) = &case.scan.unread {
        let left = [counted(unread.files, "file"), counted(unread.folders, "folder")].join(" and ");
        let places = unread.places.join(", ");
        page.field(0, "not read", &format!("{}: {left} that are known, and what lies in: {places}", unread.why))?;
    }
    Ok(())
}

/// Who the host is that a triage ran on, and what its clock said.
fn host_lines(host: &Host, page: &mut Page<'_>) -> io::Result<()> {
    let words =
        |facts: &[&Option<String>]| facts.iter().filter_map(|fact| (*fact).clone()).collect::<Vec<_>>().join(" ");
    let id = host.machine_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    page.field(0, "host", &format!("{}{id}", host.name.as_deref().unwrap_or("of unknown name")))?;
    page.field(0, "", format!("{} {}", words(&[&host.os, &host.os_version]), host.architecture).trim_start())?;
    let mut times = vec![format!("clock {}", host.clock)];
    times.extend(host.time_zone.as_ref().map(|zone| format!("zone {zone}")));
    times.extend(host.booted.map(|time| format!("up since {time}")));
    page.field(0, "", &times.join(", "))?;
    if host.backup_privilege == Some(true) {
        page.field(0, "", "read by the privilege to back up files (SeBackupPrivilege)")?;
    }
    Ok(())
}

/// What a volume is, where it lies, and which drive it is.
fn volume_line(volume: &Volume) -> String {
    let mut line = volume.id.clone();
    if let Some(length) = volume.length {
        let name = volume.filesystem.as_deref().unwrap_or("unknown");
        let offset = volume.offset.unwrap_or(0);
        line.push_str(&format!("  {name} at {offset}, {}", size(length)));
    }
    if let Some(label) = &volume.label {
        line.push_str(&format!(" “{label}”"));
    }
    if let Some(of) = &volume.snapshot_of {
        let created = volume.created.map(|time| format!(" of {time}")).unwrap_or_default();
        line.push_str(&format!(", shadow copy{created} of {of}"));
    }
    let known = volume.drive_known_by.as_deref().unwrap_or_default();
    if volume.clock.is_some() {
        line.push_str(", its times are local times");
    }
    match (&volume.drive, volume.length) {
        (Some(drive), Some(_)) => line.push_str(&format!(", {drive} ({known})")),
        (Some(drive), None) => {
            let folder = volume.folder.as_deref().unwrap_or("the root");
            line.push_str(&format!("  {drive} is {folder} ({known})"));
        }
        (None, Some(_)) => {}
        (None, None) => line.push_str(&format!("  / is {}", volume.folder.as_deref().unwrap_or("the root"))),
    }
    line
}

fn findings(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    if case.findings.is_empty() {
        return Ok(());
    }
    page.heading("FINDINGS")?;
    for finding in &case.findings {
        let techniques: Vec<&str> = finding.attack.iter().map(|attack| attack.technique).collect();
        let head =
            format!("{:<4} {:<13} {:<31} {}", finding.id, finding.severity.word(), finding.rule, techniques.join(" "));
        page.toned(1, Tone::of(finding.severity), head.trim_end())?;
        page.line(6, &finding.explanation)?;
        if let Some(words) = finding.allowed_words() {
            page.line(6, &format!("known to be good by {words}"))?;
        }
        page.line(6, &finding.evidence_refs.join(" "))?;
    }
    Ok(())
}

fn events(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    if case.events.is_empty() {
        return Ok(());
    }
    page.heading("EVENTS")?;
    for event in &case.events {
        let fact = &event.fact;
        let time = fact.time.map_or_else(|| "at a time that is not known".to_owned(), |time| time.to_string());
        let action = fact.action.as_deref().unwrap_or_default();
        let file = fact.file.as_ref().map_or("", |file| file.path.as_str());
        page.line(1, &format!("{:<4} {time}  {} {action}  {file}", event.id, fact.source))?;
        let links = [&event.links.scripts, &event.links.payloads, &event.links.launches];
        let links: Vec<&str> = links.into_iter().flatten().map(String::as_str).collect();
        page.line(6, &links.join(" "))?;
    }
    Ok(())
}

fn logins(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    if case.credentials.is_empty() {
        return Ok(());
    }
    page.heading("LOGINS")?;
    for used in &case.credentials {
        let host = used.host.as_deref().unwrap_or("a host that is not named");
        let port = used.port.map(|port| format!(":{port}")).unwrap_or_default();
        let login = scripts::login(used.username.as_deref(), used.password.as_ref(), &used.protected);
        let reused = if used.reused { "; used for other hosts too" } else { "" };
        page.line(1, &format!("{login} at {host}{port} in {}{reused}", used.sessions.join(" ")))?;
    }
    Ok(())
}

fn errors(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    if case.errors.is_empty() {
        return Ok(());
    }
    page.heading("NOT READ, DAMAGED OR CUT SHORT")?;
    for error in &case.errors {
        let place = [error.evidence.as_str(), &error.path].join(" ");
        page.line(1, &format!("{} [{}] {}", place.trim(), error.stage, error.message))?;
    }
    let listed = to_u64(case.errors.len());
    match case.scan.counts.errors.saturating_sub(listed) {
        0 => Ok(()),
        more => page.line(1, &format!("and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn a_host_that_was_read_by_privilege_says_so() {
        let host = |backup_privilege| Host {
            name: Some("PC7".to_owned()),
            machine_id: None,
            os: Some("Windows 10 Pro".to_owned()),
            os_version: None,
            architecture: "x86_64".to_owned(),
            booted: None,
            time_zone: None,
            bias_minutes: None,
            backup_privilege,
            clock: Timestamp::from_unix(0, 0).unwrap(),
        };
        for (held, said) in [(Some(true), true), (Some(false), false), (None, false)] {
            let mut out = Vec::new();
            host_lines(&host(held), &mut Page::new(Layout::default(), &mut out)).unwrap();
            assert_eq!(String::from_utf8(out).unwrap().contains("SeBackupPrivilege"), said, "{held:?}");
            let json = serde_json::to_value(host(held)).unwrap();
            assert_eq!(json.get("backup_privilege").and_then(serde_json::Value::as_bool), held);
        }
    }
}
