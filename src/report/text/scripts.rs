//! Launches, scripts, sessions and transfers for people.

use super::clocks::Clocks;
use super::page::{Page, Tone};
use super::{counted, size};
use crate::base::number::to_u64;
use crate::base::secret::{Protected, Secret};
use crate::case::index::Index;
use crate::case::{Case, PayloadStatus, Script, Source};
use crate::script::launch::Launch;
use crate::script::session::{AddressClass, Session};
use crate::script::transfer::{Direction, Mode, Transfer};
use std::io;

pub(super) fn write(case: &Case, page: &mut Page<'_>) -> io::Result<()> {
    if !case.scripts.is_empty() {
        page.heading("SCRIPTS")?;
    }
    let (index, clocks) = (Index::of(case), Clocks::of(case));
    for script in &case.scripts {
        script_head(&index, &clocks, script, page)?;
        for session in &script.sessions {
            session_body(&index, session, page)?;
        }
    }
    let gone: Vec<&Launch> = case.launches.iter().filter(|launch| launch.scripts.is_empty()).collect();
    if !gone.is_empty() {
        page.heading("LAUNCHES WITHOUT A SCRIPT ON THE EVIDENCE")?;
    }
    for launch in gone {
        page.line(1, &launch_line(&index, launch))?;
        if let Some(note) = &launch.note {
            page.line(6, note)?;
        }
    }
    Ok(())
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn script_head(index: &Index<'_>, clocks: &Clocks<'_>, script: &Script, page: &mut Page<'_>) -> io::Result<()> {
    page.toned(1, Tone::Strong, &format!("{:<4} {}", script.id, script.path))?;
    let client = script.dialect.as_deref().map(|dialect| format!(" for {dialect}")).unwrap_or_default();
    let mark = if script.byte_order_mark { " with a byte-order mark" } else { "" };
    let kind = [
        format!("{}{client}, {}", word(script.form), word(script.confidence)),
        format!("{}{mark}", word(script.encoding)),
        size(script.size),
    ];
    page.line(6, &kind.join("; "))?;
    if let Some(examined) = script.bytes_examined {
        page.field(6, "PARTLY", &format!("only the first {} could be read; the digest is of these", size(examined)))?;
    }
    page.field(6, "sha256", &script.sha256)?;
    if let Some(time) = script.times.modified {
        page.field(6, "modified", &clocks.shown(script.volume.as_ref(), time))?;
    }
    if let Some(line) = source_line(index, script) {
        page.field(6, "source", &line)?;
    }
    if let Some(original) = &script.original_path {
        let time = script.deleted_at.map(|time| format!(", thrown away {time}")).unwrap_or_default();
        page.field(6, "was", &format!("{original}{time}"))?;
    }
    if let Some(writer) = script.written_by.as_ref().filter(|_| !script.source.is_no_file()) {
        page.field(6, "writer", &format!("{} from line {}", writer.script, writer.line))?;
    }
    for launch in index.launches(&script.launches) {
        page.field(6, "launch", &launch_line(index, launch))?;
    }
    if let Some(assumed) = script.login_assumed {
        page.field(6, "login", &format!("no launch was seen; assumed: {}", word(assumed)))?;
    }
    for start in &script.starts {
        let line = format!("{} (line {}), moved by {}", start.command_line, start.line, start.transfers.join(" "));
        page.field(6, "starts", &line)?;
    }
    for diagnostic in &script.diagnostics {
        page.field(6, &format!("line {}", diagnostic.line), &diagnostic.message)?;
    }
    Ok(())
}

/// How the bytes were come by, where the script is no ordinary file, and where they lie.
fn source_line(index: &Index<'_>, script: &Script) -> Option<String> {
    /// Runs of bytes that are named.
    const RUNS: usize = 4;
    if matches!(script.source, Source::WrittenByScript | Source::CommandLine) {
        let writer = script.written_by.as_ref()?;
        let path = index.script(&writer.script).map_or("", |script| script.path.as_str());
        return Some(format!(
            "not on the evidence as a file; rebuilt from {path} line {} ({})",
            writer.line, writer.script
        ));
    }
    if script.source == Source::File {
        return None;
    }
    let mut line = word(script.source).replace('-', " ");
    if let Some(recovery) = script.recovery {
        line.push_str(&format!(", {}", word(recovery).replace('-', " ")));
    }
    for (number, extent) in script.extents.iter().take(RUNS).enumerate() {
        let lead = if number == 0 { "; bytes at" } else { "," };
        line.push_str(&format!("{lead} {} ({})", extent.offset, extent.length));
    }
    if script.extents.len() > RUNS {
        line.push_str(&format!(" and {} more", script.extents.len().saturating_sub(RUNS)));
    }
    Some(line)
}

fn launch_line(index: &Index<'_>, launch: &Launch) -> String {
    let place = launch.found_in.script.as_deref().map(|id| {
        let path = index.script(id).map_or(id, |script| script.path.as_str());
        let line = launch.found_in.line.map(|line| format!(" line {line}")).unwrap_or_default();
        let typed = launch.found_in.time.map(|time| format!(", at {time}")).unwrap_or_default();
        format!(" in {path}{line}{typed}")
    });
    let idle = if launch.would_run { "" } else { " (would not run)" };
    format!("{}  {}{}{idle}", launch.id, launch.command_line, place.unwrap_or_default())
}

/// The login as it is shown.
pub(super) fn login(username: Option<&str>, password: Option<&Secret>, protected: &Protected) -> String {
    let username = username.unwrap_or("(no user name)");
    let password = match (password, &protected.password_masked, &protected.password_sha256) {
        (Some(password), ..) if password.is_empty() => "(empty password)".to_owned(),
        (Some(password), ..) => password.reveal().to_owned(),
        (_, Some(mask), _) => mask.clone(),
        (_, _, Some(digest)) => format!("hmac-sha256:{digest}"),
        _ => "(no password)".to_owned(),
    };
    format!("{username} / {password}")
}

fn session_body(index: &Index<'_>, session: &Session, page: &mut Page<'_>) -> io::Result<()> {
    let scheme = session.scheme.name();
    let class = match session.address_class {
        Some(AddressClass::Public) => " (public address)",
        Some(AddressClass::Private) => " (private address)",
        Some(AddressClass::Loopback) => " (this host)",
        Some(AddressClass::LinkLocal) => " (link-local address)",
        Some(AddressClass::Documentation) => " (address reserved for documentation)",
        Some(AddressClass::Invalid) => " (no valid host)",
        Some(AddressClass::Name) | None => "",
    };
    let host = session.host.as_deref().unwrap_or("(no host)");
    let port = session.port.map(|port| format!(":{port}")).unwrap_or_default();
    let idle = if session.active { "" } else { " – commented out or unreachable" };
    page.toned(6, Tone::Strong, &format!("{}  {scheme} {host}{port}{class}{idle}", session.id))?;
    if let Some(site) = &session.site {
        page.field(8, "site", &format!("stored in {} line {}", site.path, site.line))?;
    }
    for sent in &session.credentials {
        let anonymous = if sent.anonymous { ", anonymous" } else { "" };
        let account = sent.account.as_deref().map(|account| format!(", account {account}")).unwrap_or_default();
        let shown = login(sent.username.as_deref(), sent.password.as_ref(), &sent.protected);
        let source = sent.source.as_ref();
        let source = source.map(|from| format!(", stored in {} line {}", from.path, from.line)).unwrap_or_default();
        page.field(8, "sends", &format!("{shown}{account} (line {}{anonymous}{source})", sent.line))?;
    }
    if let Some(meant) = &session.intended {
        page.field(8, "meant", &login(meant.username.as_deref(), meant.password.as_ref(), &meant.protected))?;
    }
    for transfer in &session.transfers {
        transfer_line(index, transfer, page)?;
    }
    let lists: [(&str, &[String]); 7] = [
        ("deletes", &session.deletes),
        ("makes", &session.makes_directories),
        ("removes", &session.removes_directories),
        ("executes", &session.executes),
        ("writes", &session.local_writes),
        ("raw", &session.raw),
        ("uncertain", &session.uncertain),
    ];
    for (name, values) in lists {
        for value in values {
            page.field(8, name, value)?;
        }
    }
    for [from, to] in &session.renames {
        page.field(8, "renames", &format!("{from} to {to}"))?;
    }
    if !session.unresolved.is_empty() {
        page.field(8, "undefined", &session.unresolved.join(" "))?;
    }
    Ok(())
}

fn transfer_line(index: &Index<'_>, transfer: &Transfer, page: &mut Page<'_>) -> io::Result<()> {
    let remote = match (&transfer.remote_directory, &transfer.remote_path) {
        (Some(directory), Some(path)) if !path.starts_with('/') => {
            format!("{}/{path}", directory.trim_end_matches('/'))
        }
        (_, Some(path)) => path.clone(),
        (_, None) => "?".to_owned(),
    };
    let local = transfer.resolved_path.as_deref().or(transfer.local_path.as_deref()).unwrap_or("?");
    let (word, from, to) = match transfer.direction {
        Direction::Download => ("downloads", remote.as_str(), local),
        Direction::Upload => ("uploads", local, remote.as_str()),
    };
    let mode = match transfer.mode {
        Mode::Ascii => "ascii",
        Mode::Binary => "binary",
    };
    let payloads = index.payloads(&transfer.payloads).into_iter().map(|payload| {
        let status = match payload.status {
            PayloadStatus::Found => "found",
            PayloadStatus::Deleted => "deleted",
            PayloadStatus::Candidate => "candidate",
            PayloadStatus::Missing => "missing",
        };
        format!("{} {status}", payload.id)
    });
    let payloads: Vec<String> = payloads.collect();
    let shown = match payloads.len() {
        0 => String::new(),
        1..=4 => format!(" [{}]", payloads.join(", ")),
        more => format!(" [{}]", counted(to_u64(more), "payload")),
    };
    page.field(8, word, &format!("{from} -> {to} ({mode}, line {}){shown}", transfer.line))
}
