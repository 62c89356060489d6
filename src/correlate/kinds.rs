//! What an event is, whatever source recorded it.

use crate::artifact::event::Event;
use crate::artifact::seen::Seen;

/// What an event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    ProcessStart,
    ProcessEnd,
    Connection,
    Question,
    /// A file that was created, written, renamed to or detected.
    FileCreated,
    /// A named stream: `Zone.Identifier` and others.
    StreamCreated,
    FileDeleted,
    /// A file that a process loaded as a program or a library.
    Loaded,
    Starts,
    /// A memory of programs that ran: Prefetch, BAM, UserAssist.
    Runs,
    /// A memory of programs that were there: Amcache, ShimCache.
    Presence,
    ScriptBlock,
    Registry,
    LogCleared,
    TimeChanged,
    /// What is recorded was changed.
    PolicyChanged,
    /// The host was started or shut down, or ended without.
    Restarted,
    Other,
}

/// What an event is, by its source's word first, by its content where that says nothing.
pub(super) fn of(event: &Event) -> Kind {
    if let Some(kind) = of_source(&event.source) {
        return if kind == Kind::TimeChanged && !is_step(event) { Kind::Other } else { kind };
    }
    if event.starts.is_some() {
        return Kind::Starts;
    }
    match event.action.as_deref() {
        Some("started") if event.process.is_some() && event.network.is_none() => return Kind::ProcessStart,
        Some("ended") if event.process.is_some() => return Kind::ProcessEnd,
        Some("deleted" | "renamed-from") if event.file.is_some() => return Kind::FileDeleted,
        Some("created" | "renamed-to" | "written" | "extended") if event.file.is_some() => return Kind::FileCreated,
        Some("log-cleared") => return Kind::LogCleared,
        _ => {}
    }
    if event.runs.is_some() {
        Kind::Runs
    } else if event.network.is_some() {
        Kind::Connection
    } else if event.dns.is_some() {
        Kind::Question
    } else if event.script_block.is_some() {
        Kind::ScriptBlock
    } else if event.registry.is_some() {
        Kind::Registry
    } else if event.file.is_some() {
        Kind::FileCreated
    } else {
        Kind::Other
    }
}

/// What an event is that a record was seen to tell of.
pub(super) fn of_seen(seen: &Seen<'_>) -> Kind {
    of_source(seen.source).unwrap_or(match seen.source {
        "sysmon-12" | "sysmon-13" | "sysmon-14" => Kind::Registry,
        _ => Kind::Other,
    })
}

fn of_source(source: &str) -> Option<Kind> {
    Some(match source {
        "sysmon-1" | "security-4688" => Kind::ProcessStart,
        "sysmon-5" | "security-4689" => Kind::ProcessEnd,
        "sysmon-3" | "security-5156" | "firewall-5156" => Kind::Connection,
        // A port that was bound or listened at, and a connection that the firewall stopped, are none.
        "security-5154" | "security-5157" | "security-5158" => Kind::Other,
        "sysmon-22" => Kind::Question,
        "sysmon-11" | "sysmon-29" => Kind::FileCreated,
        "sysmon-7" => Kind::Loaded,
        // A file that Sysmon kept from being made.
        "sysmon-27" => Kind::Other,
        "sysmon-15" => Kind::StreamCreated,
        "sysmon-23" | "sysmon-26" => Kind::FileDeleted,
        "security-1102" | "system-104" | "eventlog-104" | "eventlog-1102" => Kind::LogCleared,
        "security-4616" | "system-1" => Kind::TimeChanged,
        "security-4719" | "sysmon-16" | "sysmon-4" | "sysmon-255" | "security-1100" | "system-1100" => {
            Kind::PolicyChanged
        }
        "system-41" | "system-6005" | "system-6006" | "system-6008" => Kind::Restarted,
        "amcache" | "shimcache" => Kind::Presence,
        "prefetch" | "bam" | "dam" | "userassist" | "pca" => Kind::Runs,
        _ => return None,
    })
}

/// Seconds by which the service of time sets a clock every day: nobody set it.
const STEP: f64 = 2.0;

/// Whether a clock was set so far that instants before and after are not of one clock. What a host takes from its hardware as
/// it wakes is no such thing: its clock stood still in between.
fn is_step(event: &Event) -> bool {
    let Some(clock) = &event.clock else { return true };
    clock.reason != Some(2) && clock.from.zip(clock.to).is_none_or(|(from, to)| to.seconds_since(from).abs() >= STEP)
}

/// The program that a memory of programs speaks of: its path, or its name alone.
pub(super) fn program(event: &Event) -> Option<&str> {
    let process = event.process.as_ref().and_then(|process| process.executable.as_deref());
    process.or(event.file.as_ref().map(|file| file.path.as_str())).filter(|path| !path.is_empty())
}
