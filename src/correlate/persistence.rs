//! What starts a payload, a script or a client without its user.

use super::client;
use super::kinds::Kind;
use super::paths::{self, Place};
use super::subjects::{Subject, Subjects, TiedBy};
use crate::artifact::event::Event;
use crate::base::limits::Limits;
use crate::case::Case;
use crate::case::claim::{Claim, Persistence};
use std::collections::{BTreeMap, BTreeSet};

/// Programs with which something is set up to be started.
const TOOLS: &[(&str, &str, &str)] = &[
    ("schtasks", "/create", "scheduled-task"),
    ("at", "", "scheduled-task"),
    ("sc", "create", "service"),
    ("sc", "config", "service"),
    ("reg", "add", "run-key"),
];

/// One thing that starts something, whatever recorded it.
struct Set<'a> {
    mechanism: String,
    name: String,
    command_line: String,
    directory: Option<&'a str>,
    disabled: bool,
}

/// Ties everything that starts something to the claims, and returns all that bears on the case.
pub(super) fn tie(
    events: &[(&Event, &str, &str)],
    kinds: &[Kind],
    claims: &mut [Claim],
    subjects: &Subjects,
    case: &Case,
    limits: &Limits,
) -> Vec<Persistence> {
    let mut all: Vec<Persistence> = Vec::new();
    let most = limits.join_candidates.saturating_mul(16);
    for ((event, id, _), kind) in events.iter().zip(kinds) {
        let Some(set) = set(event, *kind) else { continue };
        let mut ties: BTreeMap<Subject, TiedBy> = BTreeMap::new();
        let mut starts_client = false;
        for word in paths::words(&set.command_line) {
            let Some(place) = Place::seen_from(set.directory, word) else { continue };
            starts_client |= client::dedicated(place.name()).is_some();
            for (subject, tied) in subjects.at(&place) {
                let best = ties.entry(subject).or_insert(tied);
                *best = (*best).min(tied);
            }
        }
        // A copy in a Startup folder has another path.
        let sha256 = event.file.as_ref().and_then(|file| file.hashes.get("sha256"));
        for (subject, tied) in subjects.of_hash(sha256) {
            ties.entry(subject).or_insert(tied);
        }
        if ties.is_empty() && !starts_client || all.len() >= most {
            continue;
        }
        let mut named: BTreeSet<String> = BTreeSet::new();
        named.extend(starts_client.then(|| "ftp-client".to_owned()));
        for subject in ties.keys() {
            named.extend(match subject {
                Subject::Claim(number) => claims.get(*number).map(|claim| match &claim.payload {
                    Some(payload) => payload.clone(),
                    None => format!("c{}", number.saturating_add(1)),
                }),
                Subject::Script(number) => case.scripts.get(*number).map(|script| script.id.clone()),
                Subject::Launch(number) => case.launches.get(*number).map(|launch| launch.id.clone()),
            });
        }
        let start = Persistence {
            mechanism: set.mechanism,
            name: set.name,
            command_line: (!set.command_line.is_empty()).then_some(set.command_line),
            time: event.time,
            subjects: named,
            tied_by: ties.values().min().map_or("client", |tied| tied.word()).to_owned(),
            disabled: set.disabled,
            refs: vec![(*id).to_owned()],
        };
        for (subject, tied) in &ties {
            let Subject::Claim(number) = subject else { continue };
            let Some(claim) = claims.get_mut(*number) else { continue };
            if claim.persistence.len() < limits.join_candidates {
                claim.persistence.push(Persistence { tied_by: tied.word().to_owned(), ..start.clone() });
            }
        }
        all.push(start);
    }
    all
}

fn set(event: &Event, kind: Kind) -> Option<Set<'_>> {
    if matches!(event.action.as_deref(), Some("deleted" | "disabled")) {
        return None;
    }
    match kind {
        Kind::Starts => {
            let starts = event.starts.as_ref()?;
            Some(Set {
                mechanism: starts.mechanism.clone(),
                name: starts.name.clone(),
                command_line: starts.command_line.clone()?,
                directory: starts.working_directory.as_deref(),
                disabled: starts.disabled,
            })
        }
        Kind::Registry => {
            let registry = event.registry.as_ref()?;
            let key = registry.key.to_lowercase();
            let mechanism = if key.contains("\\currentversion\\run") || key.contains("\\policies\\explorer\\run") {
                "run-key"
            } else if key.contains("\\image file execution options\\") {
                "image-file-execution-options"
            } else if key.contains("\\winlogon") {
                "winlogon"
            } else if key.contains("\\services\\") {
                "service"
            } else {
                return None;
            };
            Some(Set {
                mechanism: mechanism.to_owned(),
                name: format!("{}\\{}", registry.key, registry.value),
                command_line: registry.data.clone()?,
                directory: None,
                disabled: false,
            })
        }
        Kind::ProcessStart => {
            let process = event.process.as_ref()?;
            let stem = client::stem(process.executable.as_deref()?);
            let line = process.command_line.clone()?;
            let lower = line.to_lowercase();
            let (_, _, mechanism) = TOOLS.iter().find(|(tool, verb, _)| *tool == stem && lower.contains(verb))?;
            if stem == "reg" && !lower.contains("\\run") {
                return None;
            }
            Some(Set {
                mechanism: (*mechanism).to_owned(),
                name: format!("set up with {stem}"),
                command_line: line,
                directory: process.working_directory.as_deref(),
                disabled: false,
            })
        }
        Kind::FileCreated => {
            let path = &event.file.as_ref()?.path;
            let in_startup = path.to_lowercase().replace('/', "\\").contains("\\start menu\\programs\\startup\\");
            in_startup.then(|| Set {
                mechanism: "startup-folder".to_owned(),
                name: crate::script::local_path::file_name(path).to_owned(),
                command_line: format!("\"{path}\""),
                directory: None,
                disabled: false,
            })
        }
        _ => None,
    }
}
