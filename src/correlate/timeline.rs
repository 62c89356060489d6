//! Everything that is dated, in order, with what its clock is worth.

use super::kinds::{self, Kind};
use super::processes::host_key;
use crate::artifact::event::Event;
use crate::base::time::{FileTimes, Timestamp};
use crate::case::timeline::{Clock, TimelineEntry};
use crate::case::{self, Case};
use crate::script::launch::Launch;
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
    let steps = Steps::of(case);
    for entry in &mut entries {
        steps.note(entry);
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
    entries.extend(case.launches.iter().filter_map(of_launch));
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
    let of_modified = if times.modified_is_local { Clock::FileSystemLocal } else { clock };
    let told = [
        (times.created, "created", clock),
        (times.modified, "modified", of_modified),
        (times.changed, "metadata changed", clock),
    ];
    for (time, word, clock) in told {
        if let Some(time) = time {
            let local = clock == Clock::FileSystemLocal;
            entries.push(TimelineEntry {
                note: local.then(|| "local time of the host, whose zone is not told".to_owned()),
                ..entry(time, clock, &format!("{what} {word}"), path.to_owned(), id)
            });
        }
    }
}

/// A client that somebody called, where a history or a log of commands tells when.
fn of_launch(launch: &Launch) -> Option<TimelineEntry> {
    let time = launch.found_in.time?;
    let note = Some("by the history or the log of commands that holds the line".to_owned());
    Some(TimelineEntry { note, ..entry(time, Clock::Stated, "client called", launch.command_line.clone(), &launch.id) })
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
        Kind::Loaded => ("file loaded", logged(fact)),
        Kind::Starts => ("autostart", logged(fact)),
        Kind::Runs => ("program ran", logged(fact)),
        Kind::Presence => ("program known", Clock::KeyLastWrite),
        Kind::ScriptBlock => ("script block", logged(fact)),
        Kind::Registry => ("registry", logged(fact)),
        Kind::LogCleared => ("log cleared", logged(fact)),
        Kind::TimeChanged => ("clock set", logged(fact)),
        Kind::PolicyChanged => ("recording changed", logged(fact)),
        Kind::Restarted => ("host started or ended", logged(fact)),
        Kind::Other => ("record", logged(fact)),
    };
    let text = text(fact);
    let recovered = fact.recovered.then_some("found in what is left of records that the source no longer lists");
    let worth = [fact.time_quality.as_deref(), recovered].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let note = (!worth.is_empty()).then_some(worth);
    let make = |time| TimelineEntry {
        host: fact.host.clone(),
        note: note.clone(),
        ..entry(time, clock, word, text.clone(), &event.id)
    };
    let last = fact.runs.as_ref().map(|runs| runs.last.as_slice()).unwrap_or_default();
    entries.extend(last.iter().take(16).map(|time| make(*time)));
    if let Some(time) = fact.time.filter(|time| !last.contains(time)) {
        let mut made = make(time);
        if kind == Kind::TimeChanged {
            add(&mut made.note, "instants of this host before and after are not of one clock");
        }
        entries.push(made);
    }
}

/// Adds to what a reader should know of an instant.
fn add(note: &mut Option<String>, more: &str) {
    match note {
        Some(note) => {
            note.push_str("; ");
            note.push_str(more);
        }
        None => *note = Some(more.to_owned()),
    }
}

/// How the clock of each host was set: when, by how many seconds, by which record.
#[derive(Debug, Default)]
struct Steps<'c> {
    by_host: BTreeMap<String, Vec<(Timestamp, f64, &'c str)>>,
}

impl<'c> Steps<'c> {
    fn of(case: &'c Case) -> Self {
        let mut steps = Self::default();
        for event in case.events.iter().filter(|event| kinds::of(&event.fact) == Kind::TimeChanged) {
            let Some(clock) = &event.fact.clock else { continue };
            let (Some(from), Some(to)) = (clock.from, clock.to) else { continue };
            let of_host = steps.by_host.entry(host_key(event.fact.host.as_deref())).or_default();
            // The record itself is written by the new clock: what came before is told by the old one.
            of_host.push((from, to.seconds_since(from), event.id.as_str()));
        }
        steps.by_host.values_mut().for_each(|of_host| of_host.sort_by(|a, b| (a.0, a.2).cmp(&(b.0, b.2))));
        steps
    }

    /// Says of an instant what the next setting of its clock makes of it: it was told by a clock that was found to be wrong by
    /// so much, or it is one that a clock which was set back told twice.
    fn note(&self, entry: &mut TimelineEntry) {
        if !matches!(entry.clock, Clock::Event | Clock::LogRecord) {
            return;
        }
        let Some(steps) = entry.host.as_deref().and_then(|host| self.by_host.get(&host_key(Some(host)))) else {
            return;
        };
        let at = steps.partition_point(|(time, ..)| *time <= entry.time);
        let Some((time, by, event)) = steps.get(at) else { return };
        if entry.refs.iter().any(|id| id == event) {
            return;
        }
        let is_twice = *by < 0.0 && entry.time.seconds_since(*time) >= *by;
        let what = if is_twice {
            format!(
                "the clock was set back by {:.0} s at {time} ({event}), so that it told this instant twice",
                by.abs()
            )
        } else {
            format!("the clock was set by {by:+.0} s after this, at {time} ({event})")
        };
        add(&mut entry.note, &what);
    }
}

fn logged(event: &Event) -> Clock {
    let source = event.source.as_str();
    match source {
        "usn" => Clock::Journal,
        "prefetch" => Clock::Prefetch,
        "bam" | "dam" | "userassist" | "pca" => Clock::ExecutionArtifact,
        "zone-identifier" | "policy-scripts" | "launchd" | "mof" => Clock::FileSystem,
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
    if let Some(block) = &event.script_block {
        let first = block.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let path = block.path.as_deref().unwrap_or("no file");
        say(&format!("block {} of {path} (part {} of {}): {first}", block.id, block.parts.0, block.parts.1));
    }
    if let Some(log) = &event.log {
        say(&format!("{} {} {}", log.channel, log.change, log.detail.as_deref().unwrap_or_default()));
    }
    if let Some(logon) = &event.logon {
        say(&format!(
            "logon {} from {}",
            logon.id,
            logon.source.as_ref().and_then(|end| end.ip.as_deref()).unwrap_or("?")
        ));
    }
    if let Some(registry) = &event.registry {
        say(&format!("{}\\{} = {}", registry.key, registry.value, registry.data.as_deref().unwrap_or_default()));
    }
    if let Some(starts) = &event.starts {
        say(&format!("{} {}: {}", starts.mechanism, starts.name, starts.command_line.as_deref().unwrap_or("?")));
    }
    text
}
