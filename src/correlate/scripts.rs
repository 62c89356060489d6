//! Which launch and which script of the case a run carries out, and whether the script is at hand.

use super::paths::Place;
use super::run::Draft;
use super::subjects::{Subject, Subjects, TiedBy, script_place};
use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::case::run::{RecognisedBy, RunKnownBy, ScriptState};
use crate::case::{Case, Script, Source};
use crate::script::launch::Launch;
use crate::script::read;
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;
use std::collections::BTreeMap;

/// Processes above a run whose command lines are read for a script that they write.
const ANCESTORS: usize = 6;
/// Lines shown of such a script.
const LINES: usize = 64;

/// The scripts of a case by their identity.
pub(super) type ScriptsById<'c> = BTreeMap<&'c str, &'c Script>;

/// The launches of a case by what a run can be compared with.
#[derive(Debug, Default)]
pub(super) struct Launches {
    by_script: BTreeMap<String, Vec<usize>>,
    by_arguments: BTreeMap<String, Vec<usize>>,
    by_event: BTreeMap<String, Vec<usize>>,
    most: usize,
}

impl Launches {
    pub(super) fn of(case: &Case, limits: &Limits) -> Self {
        let mut launches = Self { most: limits.join_candidates.max(1), ..Self::default() };
        for (number, launch) in case.launches.iter().enumerate() {
            match script_place(launch) {
                Some(place) => launches.by_script.entry(place.name().to_owned()).or_default().push(number),
                None => launches.by_arguments.entry(arguments(launch)).or_default().push(number),
            }
            if let Some(event) = &launch.found_in.event {
                launches.by_event.entry(event.clone()).or_default().push(number);
            }
        }
        launches
    }

    fn matching(&self, draft: &Draft, place: Option<&Place>, case: &Case) -> Vec<usize> {
        if draft.run.program.recognised_by.contains(&RecognisedBy::ScriptText) {
            // It speaks FTP itself; what its text starts is another's run.
            return Vec::new();
        }
        let mut found: Vec<usize> = Vec::new();
        let events = draft.run.events.iter().chain(draft.run.parents.iter().filter_map(|parent| parent.event.as_ref()));
        found.extend(events.filter_map(|event| self.by_event.get(event)).flatten().take(self.most));
        let candidates = match (place, &draft.launch) {
            (Some(place), _) => self.by_script.get(place.name()),
            (None, Some(own)) if !own.arguments.is_empty() => self.by_arguments.get(&arguments(own)),
            _ => None,
        };
        let candidates = candidates.filter(|numbers| numbers.len() <= self.most);
        for number in candidates.into_iter().flatten() {
            let Some(launch) = case.launches.get(*number) else { continue };
            let agrees = match (script_place(launch), place) {
                (Some(theirs), Some(ours)) => theirs.is(ours) || theirs.is_name_only() || ours.is_name_only(),
                _ => true,
            };
            if agrees && launch.client == draft.run.client {
                found.push(*number);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn arguments(launch: &Launch) -> String {
    launch.arguments.join(" ").to_lowercase()
}

/// Ties a run to the launches and scripts that it carries out, and says what is known of its script.
pub(super) fn tie(
    draft: &mut Draft,
    launches: &Launches,
    subjects: &Subjects,
    (case, by_id): (&Case, &ScriptsById<'_>),
    limits: &Limits,
) {
    let path = draft.launch.as_ref().and_then(|launch| launch.script_path.clone());
    let directory = draft.run.working_directory.clone();
    let place = path.as_deref().and_then(|path| Place::seen_from(directory.as_deref(), path));
    let mut scripts: Vec<&Script> = Vec::new();
    for number in launches.matching(draft, place.as_ref(), case) {
        let Some(launch) = case.launches.get(number) else { continue };
        draft.run.launches.insert(launch.id.clone());
        draft.run.scripts.extend(launch.scripts.iter().cloned());
    }
    if let Some(place) = &place {
        for (subject, by) in subjects.at(place) {
            let Subject::Script(number) = subject else { continue };
            let Some(script) = case.scripts.get(number) else { continue };
            draft.run.scripts.insert(script.id.clone());
            if by == TiedBy::Name {
                draft.run.notes.push(format!("{} is tied to it by its name alone", script.id));
            }
        }
    }
    scripts.extend(draft.run.scripts.iter().filter_map(|id| by_id.get(id.as_str())));
    let resolved = path.as_deref().map(|path| match directory.as_deref() {
        Some(directory) => crate::script::local_path::join(directory, path.trim_matches('"')),
        None => path.to_owned(),
    });
    draft.run.script.path = resolved;
    draft.run.script.state = match (scripts.iter().map(|script| state(script.source)).max(), &draft.launch, &place) {
        (Some(state), ..) => state,
        (None, Some(launch), _) if launch.tells_all => ScriptState::InCommandLine,
        (None, _, Some(place)) => match written_above(draft, place, limits) {
            Some(lines) => {
                draft.run.script.commands = lines;
                ScriptState::WrittenByKnown
            }
            None => ScriptState::Missing,
        },
        (None, Some(_), None) => ScriptState::NoneNamed,
        (None, None, None) if draft.run.command_line.is_some() => ScriptState::NoneNamed,
        _ => ScriptState::Unknown,
    };
    let in_block = draft.run.known_by == RunKnownBy::ScriptBlock;
    if in_block && draft.run.script.state == ScriptState::InCommandLine {
        draft.run.script.state = ScriptState::InScriptBlock;
        draft.run.script.path = draft.run.script_blocks.iter().find_map(|block| block.path.clone());
    }
}

fn state(source: Source) -> ScriptState {
    match source {
        Source::WrittenByScript => ScriptState::WrittenByKnown,
        Source::CommandLine | Source::Event => ScriptState::InCommandLine,
        Source::DeletedRecord | Source::RecycleBin | Source::Unallocated | Source::ShadowCopy => {
            ScriptState::AcquiredDeleted
        }
        Source::File | Source::AlternateStream | Source::ArchiveMember => ScriptState::Acquired,
    }
}

/// The script that a command line above the run writes: its commands, without what is a login.
fn written_above(draft: &Draft, place: &Place, limits: &Limits) -> Option<Vec<String>> {
    let lines = draft.run.parents.iter().take(ANCESTORS).filter_map(|parent| parent.command_line.as_deref());
    for line in lines.filter(|line| line.contains('>')) {
        let origin = Origin { directory: draft.run.working_directory.as_deref(), name: "command.cmd" };
        let Some(reading) = read::read(&Text::from_content(line), origin, &Alone, limits) else { continue };
        let same = |path: &String| Place::of(path).is_some_and(|written| written.name() == place.name());
        if let Some(written) = reading.written.iter().find(|written| written.path.as_ref().is_some_and(same)) {
            return Some(written.text.content.lines().take(LINES).map(shown).collect());
        }
    }
    None
}

/// Commands whose arguments are no secret.
const SHOWN: &[&str] = &[
    "open", "get", "recv", "mget", "put", "send", "mput", "append", "binary", "ascii", "bin", "lcd", "cd", "dir", "ls",
    "bye", "quit", "close", "prompt", "hash", "delete", "!", "type",
];

fn shown(line: &str) -> String {
    let word = line.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    if SHOWN.contains(&word.as_str()) { line.trim().to_owned() } else { "(a login or an answer)".to_owned() }
}
