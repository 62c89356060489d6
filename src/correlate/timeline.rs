//! Everything that is dated, in order, with what its clock is worth.

use super::kinds::{self, Kind};
use crate::artifact::event::Event;
use crate::base::time::{FileTimes, Timestamp};
use crate::case::timeline::{Clock, TimelineEntry};
use crate::case::{self, Case};
use std::collections::BTreeMap;

/// Characters of one entry.
const TEXT: usize = 300;

/// The timeline of a case whose events are settled. What lies beyond `most` is left out, the latest first; the second value
/// is how many there were.
pub(super) fn of(
    case: &Case,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    most: usize,
) -> (Vec<TimelineEntry>, usize) {
    let mut entries: Vec<TimelineEntry> = Vec::new();
    for event in &case.events {
        of_event(event, &mut entries);
    }
    let local: BTreeMap<&str, bool> = case
        .evidence
        .iter()
        .flat_map(|evidence| &evidence.volumes)
        .map(|volume| {
            let is_fat = volume.filesystem.as_deref().is_some_and(|name| name.starts_with("fat"));
            (volume.id.as_str(), volume.clock.is_some() || is_fat)
        })
        .collect();
    let clock = |volume: Option<&String>| match volume.and_then(|volume| local.get(volume.as_str())) {
        Some(true) => Clock::FileSystemLocal,
        _ => Clock::FileSystem,
    };
    for script in &case.scripts {
        of_file(&script.path, &script.id, &script.times, clock(script.volume.as_ref()), "script", &mut entries);
        if let Some(time) = script.deleted_at {
            entries.push(entry(
                time,
                clock(script.volume.as_ref()),
                "script thrown away",
                script.path.clone(),
                &script.id,
            ));
        }
    }
    for payload in &case.payloads {
        let path = payload.path.as_deref().unwrap_or_default();
        of_file(path, &payload.id, &payload.times, clock(payload.volume.as_ref()), "payload", &mut entries);
    }
    entries.retain(|entry| from.is_none_or(|from| entry.time >= from) && to.is_none_or(|to| entry.time <= to));
    entries.sort();
    entries.dedup();
    let count = entries.len();
    entries.truncate(most);
    (entries, count)
}

fn entry(time: Timestamp, clock: Clock, kind: &str, text: String, reference: &str) -> TimelineEntry {
    let text = text.get(..text.floor_char_boundary(TEXT)).unwrap_or_default().to_owned();
    TimelineEntry { time, clock, kind: kind.to_owned(), text, host: None, refs: vec![reference.to_owned()], note: None }
}

fn of_file(path: &str, id: &str, times: &FileTimes, clock: Clock, what: &str, entries: &mut Vec<TimelineEntry>) {
    let note = (clock == Clock::FileSystemLocal).then(|| "local time of the host, whose zone is not told".to_owned());
    for (time, word) in [(times.created, "created"), (times.modified, "modified"), (times.changed, "metadata changed")]
    {
        if let Some(time) = time {
            entries.push(TimelineEntry {
                note: note.clone(),
                ..entry(time, clock, &format!("{what} {word}"), path.to_owned(), id)
            });
        }
    }
}

fn of_event(event: &case::Event, entries: &mut Vec<TimelineEntry>) {
    let fact = &event.fact;
    let kind = kinds::of(fact);
    let (word, clock) = match kind {
        Kind::ProcessStart => ("process started", logged(fact)),
        Kind::ProcessEnd => ("process ended", logged(fact)),
        Kind::Connection => ("connection", logged(fact)),
        Kind::Question => ("name asked for", logged(fact)),
        Kind::FileCreated | Kind::StreamCreated => ("file written", logged(fact)),
        Kind::FileDeleted => ("file deleted", logged(fact)),
        Kind::Starts => ("autostart", logged(fact)),
        Kind::Runs => ("program ran", logged(fact)),
        Kind::Presence => ("program known", Clock::KeyLastWrite),
        Kind::ScriptBlock => ("script block", logged(fact)),
        Kind::Registry => ("registry", logged(fact)),
        Kind::LogCleared => ("log cleared", logged(fact)),
        Kind::TimeChanged => ("clock set", logged(fact)),
        Kind::PolicyChanged => ("recording changed", logged(fact)),
        Kind::Other => ("record", logged(fact)),
    };
    let text = text(fact);
    let make = |time| TimelineEntry { host: fact.host.clone(), ..entry(time, clock, word, text.clone(), &event.id) };
    let last = fact.runs.as_ref().map(|runs| runs.last.as_slice()).unwrap_or_default();
    entries.extend(last.iter().take(16).map(|time| make(*time)));
    if let Some(time) = fact.time.filter(|time| !last.contains(time)) {
        let mut made = make(time);
        if kind == Kind::TimeChanged {
            made.note = Some("instants of this host before and after are not of one clock".to_owned());
        }
        entries.push(made);
    }
}

fn logged(event: &Event) -> Clock {
    let source = event.source.as_str();
    match source {
        "usn" => Clock::Journal,
        "prefetch" => Clock::Prefetch,
        "bam" | "dam" | "userassist" | "pca" => Clock::ExecutionArtifact,
        "zone-identifier" => Clock::FileSystem,
        _ if source.starts_with("sysmon-") => Clock::Event,
        _ if event.starts.is_some() && !source.contains(|c: char| c.is_ascii_digit()) => Clock::KeyLastWrite,
        _ => Clock::LogRecord,
    }
}

/// One line of what an event tells.
pub(super) fn text(event: &Event) -> String {
    let process = event.process.as_ref();
    let program = process.and_then(|process| process.command_line.as_ref().or(process.executable.as_ref()));
    let mut text = format!("[{}]", event.source);
    let mut say = |part: &str| {
        text.push(' ');
        text.push_str(part);
    };
    if let Some(program) = program {
        say(program);
    }
    if let Some(network) = &event.network {
        for (sign, end) in [("from", &network.source), ("to", &network.destination)] {
            if let Some(end) = end {
                let port = end.port.map(|port| format!(":{port}")).unwrap_or_default();
                say(&format!("{sign} {}{port}", end.ip.as_deref().or(end.domain.as_deref()).unwrap_or("?")));
            }
        }
    }
    if let Some(dns) = &event.dns {
        say(&format!("{} = {}", dns.question, dns.answers.join(", ")));
    }
    if let Some(file) = &event.file {
        say(event.action.as_deref().unwrap_or("file"));
        say(&file.path);
    }
    if let Some(registry) = &event.registry {
        say(&format!("{}\\{} = {}", registry.key, registry.value, registry.data.as_deref().unwrap_or_default()));
    }
    if let Some(starts) = &event.starts {
        say(&format!("{} {}: {}", starts.mechanism, starts.name, starts.command_line.as_deref().unwrap_or("?")));
    }
    text
}
