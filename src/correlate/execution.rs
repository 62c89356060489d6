//! What ran afterwards: starts of what came, of programs that were given it, and what Windows remembers of it.

use super::client;
use super::kinds::{self, Kind};
use super::origin::Origin;
use super::paths::{self, Place};
use super::run::Runs;
use super::subjects::{Subject, Subjects, TiedBy};
use crate::artifact::event::{Event, Process};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::case::Case;
use crate::case::claim::{Claim, Execution, Follows};
use crate::case::run::RecognisedBy;
use crate::script::transfer::Direction;
use std::collections::{BTreeMap, BTreeSet};

/// Programs that run what they are given.
const HOSTS: &[&str] = &[
    "rundll32",
    "regsvr32",
    "mshta",
    "powershell",
    "pwsh",
    "wscript",
    "cscript",
    "msiexec",
    "installutil",
    "regasm",
    "regsvcs",
    "msbuild",
    "control",
    "hh",
    "forfiles",
    "pcalua",
    "python",
    "pythonw",
    "perl",
    "java",
    "javaw",
    "node",
    "cmstp",
    "odbcconf",
    "mavinject",
    "wmic",
    "psexec",
    "runas",
    "explorer",
    "conhost",
    "scriptrunner",
    "msdt",
    "presentationhost",
];

/// Ties the starts of processes, and what Windows remembers of programs, to the claims.
pub(super) fn tie(
    events: &[(&Event, &str, &str)],
    kinds: &[Kind],
    runs: &Runs,
    claims: &mut [Claim],
    subjects: &Subjects,
    case: &Case,
    limits: &Limits,
) {
    let origins = Origin::of_all(claims, case, runs);
    let children: BTreeSet<&str> = runs
        .drafts
        .iter()
        .flat_map(|draft| draft.run.children.iter().filter_map(|child| child.event.as_deref()))
        .collect();
    for ((event, id, _), kind) in events.iter().zip(kinds) {
        let found = match kind {
            Kind::ProcessStart => event.process.as_ref().map(|process| started(event, process, runs, subjects)),
            Kind::Loaded => Some(loaded(event, subjects)),
            Kind::Runs => Some(remembered(event, subjects)),
            Kind::Presence => kinds::program(event).and_then(Place::of).map(|place| {
                let found = subjects.at(&place).into_iter();
                found.map(|(subject, tied)| (subject, (tied, "itself".to_owned(), false))).collect()
            }),
            _ => None,
        };
        for (subject, (tied, by, proves)) in found.unwrap_or_default() {
            let Subject::Claim(number) = subject else { continue };
            let Some(claim) = claims.get_mut(number) else { continue };
            // A file that is sent away is named by many programs.
            if by != "itself" && !claim.directions.contains(&Direction::Download) {
                continue;
            }
            if claim.executions.len() >= limits.join_candidates {
                let text = "more records tell of its start than are listed".to_owned();
                if !claim.notes.contains(&text) {
                    claim.notes.push(text);
                }
                continue;
            }
            let origin = origins.get(number).copied().unwrap_or_default();
            let is_loaded = *kind == Kind::Loaded;
            let hash = match is_loaded {
                true => event.file.as_ref().and_then(|file| file.hashes.get("sha256")),
                false => event.process.as_ref().and_then(|process| process.hashes.get("sha256")),
            };
            let is_other = (is_loaded || by == "itself")
                && claim.sha256.as_ref().zip(hash).is_some_and(|(own, other)| !own.eq_ignore_ascii_case(other));
            let execution = Execution {
                source: event.source.clone(),
                command_line: event.process.as_ref().and_then(|process| process.command_line.clone()),
                child_of_client: children.contains(*id),
                tied_by: tied.word().to_owned(),
                refs: vec![(*id).to_owned()],
                by,
                ..Execution::default()
            };
            let execution = dated(execution, event, origin, proves, is_other);
            if let Some(note) = execution.note.as_ref().filter(|_| proves && !is_other && execution.follows.is_none()) {
                let text = format!("a record tells of its start: {note}");
                if claim.notes.len() < limits.join_candidates && !claim.notes.contains(&text) {
                    claim.notes.push(text);
                }
            }
            claim.executions.push(execution);
        }
    }
    for claim in claims {
        claim.executions.sort_by(|a, b| (a.time.is_none(), a.time, &a.refs).cmp(&(b.time.is_none(), b.time, &b.refs)));
    }
}

/// Dates an execution. What was started before the file came is no start of what came; a duration is never negative.
fn dated(mut execution: Execution, event: &Event, origin: Origin, proves: bool, is_other: bool) -> Execution {
    let last = event.runs.as_ref().map(|runs| runs.last.as_slice()).unwrap_or_default();
    let mut times: Vec<Timestamp> = last.iter().copied().chain(event.time).collect();
    times.sort_unstable();
    let arrival = origin.arrival;
    let from = arrival.or(origin.script);
    let after = from.and_then(|from| times.iter().copied().find(|time| time.seconds_since(from) >= 0.0));
    execution.time = after.or_else(|| times.last().copied());
    execution.proves = proves && !is_other;
    execution.follows = after.map(|_| if arrival.is_some() { Follows::Arrival } else { Follows::Script });
    execution.delay_s = after.zip(arrival).map(|(time, arrival)| time.seconds_since(arrival));
    if is_other {
        execution.note = Some("the record's SHA-256 is that of another file".to_owned());
    } else if arrival.is_some() && after.is_none() && execution.time.is_some() {
        execution.proves = false;
        execution.note = Some(
            "it lies before the arrival of the file: another file of that name, or clocks that do not agree".to_owned(),
        );
    } else if !proves && execution.tied_by == TiedBy::Name.word() {
        execution.note = Some("tied by the name alone".to_owned());
    } else if proves && after.is_none() && origin.is_brought {
        let (is_before, note) = origin.without_arrival(execution.time);
        execution.proves = !is_before;
        execution.note = Some(note);
    }
    execution
}

type Ties = BTreeMap<Subject, (TiedBy, String, bool)>;

fn started(event: &Event, process: &Process, runs: &Runs, subjects: &Subjects) -> Ties {
    let mut ties = Ties::new();
    // The client's own command line names what it moves; that of a host of scripts which speak FTP names what it runs.
    let owner = runs.owner(event, process).and_then(|at| runs.drafts.get(at));
    if owner.is_some_and(|draft| !draft.run.program.recognised_by.contains(&RecognisedBy::ScriptText)) {
        return ties;
    }
    let image = process.executable.as_deref().and_then(Place::of);
    let of_image = image.as_ref().map(|place| subjects.at(place)).unwrap_or_default();
    for (subject, tied) in of_image.into_iter().chain(subjects.of_hash(process.hashes.get("sha256"))) {
        ties.entry(subject).or_insert((tied, "itself".to_owned(), tied != TiedBy::Name));
    }
    let stem = process.executable.as_deref().map(client::stem).unwrap_or_default();
    let is_host = HOSTS.contains(&stem.as_str());
    for word in paths::words(process.command_line.as_deref().unwrap_or_default()) {
        let Some(place) = Place::seen_from(process.working_directory.as_deref(), word) else { continue };
        let name = place.name();
        let runs_it = is_host || stem == "cmd" && (name.ends_with(".bat") || name.ends_with(".cmd"));
        for (subject, tied) in subjects.at(&place) {
            ties.entry(subject).or_insert((
                tied,
                stem.clone(),
                runs_it && (tied != TiedBy::Name || place.is_name_only()),
            ));
        }
    }
    ties
}

/// A library that a process loads runs in it. That a program loads its own file says no more than its start.
fn loaded(event: &Event, subjects: &Subjects) -> Ties {
    let place = |path: Option<&str>| path.and_then(Place::of);
    let process = event.process.as_ref().and_then(|process| process.executable.as_deref());
    let Some(file) = place(event.file.as_ref().map(|file| file.path.as_str())) else { return Ties::new() };
    if place(process).is_some_and(|own| own.is(&file)) {
        return Ties::new();
    }
    let by = process.map_or_else(|| "a process that is not told".to_owned(), client::stem);
    let found = subjects.at(&file).into_iter();
    found.map(|(subject, tied)| (subject, (tied, by.clone(), tied != TiedBy::Name))).collect()
}

fn remembered(event: &Event, subjects: &Subjects) -> Ties {
    let Some(place) = kinds::program(event).and_then(Place::of) else { return Ties::new() };
    let files = event.runs.as_ref().map(|runs| runs.files.as_slice()).unwrap_or_default();
    let mut ties: Ties = subjects
        .at(&place)
        .into_iter()
        .map(|(subject, tied)| (subject, (tied, "itself".to_owned(), tied != TiedBy::Name)))
        .collect();
    let stem = client::stem(place.name());
    let is_host = HOSTS.contains(&stem.as_str());
    for file in files.iter().take(2048).filter_map(|file| Place::of(file)).filter(|file| !file.is_name_only()) {
        let itself = file.name() == place.name();
        if !itself && !is_host {
            continue;
        }
        for (subject, tied) in subjects.at(&file).into_iter().filter(|(_, tied)| *tied == TiedBy::Path) {
            let by = if itself { "itself".to_owned() } else { stem.clone() };
            ties.insert(subject, (tied, by, true));
        }
    }
    ties
}
