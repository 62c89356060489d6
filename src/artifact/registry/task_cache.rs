//! Scheduled tasks as the scheduler itself keeps them: `Schedule\TaskCache`.
//!
//! Source: cyber.wtf, "Windows Registry Analysis – Today's Episode: Tasks" (2022); Microsoft, "Tarrasque malware uses
//! scheduled tasks for defense evasion" (2022), for tasks without a security descriptor; ATT&CK T1053.005. A task is a key of
//! `Tree`, whose `Id` names one of `Tasks`. It is kept out of all lists where its key in `Tree` is gone, has no `SD`, or has
//! `Index` 0.

use super::task_actions::{Action, actions};
use super::{Place, Reading};
use crate::artifact::event::{Event, Runs, Starts};
use crate::base::anomaly::Cause;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
use std::collections::{HashMap, HashSet};

const CACHE: &str = "Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache";
/// Where the flags of a task lie in its `Triggers`, behind the version and the two bounds of its time.
const FLAGS: usize = 40;
/// The flag of a task that is switched on.
const ENABLED: u32 = 0x40_0000;

/// Tasks that are read.
const TASKS: usize = 10_000;

/// What `Tree` says of a task.
struct Entry {
    path: String,
    id: String,
    hidden: bool,
    index: Option<u64>,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let Some(tasks) = reading.place(&format!("{CACHE}\\Tasks")) else { return };
    let tasks: Vec<(String, Place)> =
        reading.below(&tasks).take(TASKS).map(|place| (reading.hive.name(place.key).to_lowercase(), place)).collect();
    if tasks.len() >= TASKS {
        let limit = to_u64(TASKS);
        (reading.note)(Cause::LimitReached { what: "scheduled tasks of a registry hive", limit });
    }
    let places: HashMap<&str, &Place> = tasks.iter().map(|(id, place)| (id.as_str(), place)).collect();
    let mut seen = HashSet::new();
    for entry in entries(reading) {
        let id = entry.id.to_lowercase();
        if let Some(place) = places.get(id.as_str()) {
            task(reading, place, &entry);
        }
        seen.insert(id);
    }
    for (id, place) in tasks.iter().filter(|(id, _)| !seen.contains(id)) {
        let path = reading.text(place, "Path").unwrap_or_else(|| id.clone());
        task(reading, place, &Entry { path, id: id.clone(), hidden: true, index: None });
    }
}

/// A task whose key in `Tasks` was deleted.
pub(super) fn deleted(reading: &mut Reading<'_>, place: &Place) {
    let below = place.path.get(CACHE.len()..).filter(|_| place.path.is_char_boundary(CACHE.len()));
    let id = below.and_then(|below| below.strip_prefix("\\Tasks\\")).filter(|id| id.starts_with('{'));
    if let Some(id) = id.filter(|id| !id.contains('\\')) {
        let path = reading.text(place, "Path").unwrap_or_else(|| id.to_owned());
        task(reading, place, &Entry { path, id: id.to_owned(), hidden: false, index: None });
    }
}

fn entries(reading: &Reading<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let Some(tree) = reading.place(&format!("{CACHE}\\Tree")) else { return entries };
    reading.hive.walk(tree.key, &mut |path, key| {
        let values = reading.hive.values(key);
        let named = |name: &str| values.iter().find(|value| value.name.eq_ignore_ascii_case(name));
        if let Some(id) = named("Id").and_then(super::said) {
            let index = named("Index").and_then(|value| value.number());
            let hidden = named("SD").is_none_or(|value| value.data.is_empty()) || index == Some(0);
            entries.push(Entry { path: format!("\\{}", path.join("\\")), id, hidden, index });
        }
        entries.len() < TASKS
    });
    entries
}

fn task(reading: &mut Reading<'_>, place: &Place, entry: &Entry) {
    let values = reading.hive.values(place.key);
    let named = |name: &str| values.iter().find(|value| value.name.eq_ignore_ascii_case(name));
    let (actions, context) = named("Actions").map(|value| actions(&value.data)).unwrap_or_default();
    // Its version is 3 on all Windows that have one; a creation and a run are behind it.
    let told = named("DynamicInfo").map(|value| Fields(&value.data)).filter(|told| told.0.len() >= 28);
    let [created, last] = [4, 12].map(|at| told.and_then(|told| Timestamp::from_filetime(told.u64(at))));
    let flags =
        named("Triggers").map(|value| Fields(&value.data)).filter(|bytes| bytes.0.len() > FLAGS.saturating_add(4));
    let trigger = match entry.index {
        Some(1) => Some("at boot"),
        Some(2) => Some("at logon"),
        _ => None,
    };
    let starts = Starts {
        mechanism: "scheduled-task".to_owned(),
        name: entry.path.clone(),
        run_as: context,
        triggers: trigger.map(str::to_owned).into_iter().collect(),
        author: named("Author").and_then(super::said),
        hidden: entry.hidden,
        disabled: flags.is_some_and(|flags| flags.u32(FLAGS) & ENABLED == 0),
        ..Starts::default()
    };
    let runs = last.map(|last| Runs { last: vec![last], ..Runs::default() });
    let actions = if actions.is_empty() { vec![Action::default()] } else { actions };
    for action in actions {
        let mut event = reading.event("scheduled-task", place, None);
        if created.is_some() {
            event.time = created;
            event.time_quality = Some("registration of the task".to_owned());
        }
        let starts = Starts {
            command_line: line(&action),
            working_directory: action.working_directory,
            library: action.class,
            ..starts.clone()
        };
        reading.hand(Event { starts: Some(starts), runs: runs.clone(), ..event });
    }
}

/// The command line of an action: a command with spaces is quoted, as the scheduler quotes it.
fn line(action: &Action) -> Option<String> {
    let command = action.command.as_deref()?;
    let quoted =
        if command.contains(' ') && !command.starts_with('"') { format!("\"{command}\"") } else { command.to_owned() };
    Some(match action.arguments.as_deref() {
        Some(arguments) => format!("{quoted} {arguments}"),
        None => quoted,
    })
}
