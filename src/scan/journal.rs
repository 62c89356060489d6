//! What change journals tell of the scripts and payloads of a case, and of scripts that are gone.

use super::payloads::Located;
use super::volume::VolumeView;
use crate::artifact::event::{self, File};
use crate::base::anomaly::Anomaly;
use crate::base::limits::Limits;
use crate::case::{Event, EventLinks, Script};
use crate::evidence::entry::EntryPath;
use crate::evidence::recover::history::{self, FileEvent};
use crate::evidence::recover::usn::Reference;
use crate::script::launch::Launch;
use crate::script::local_path;
use std::collections::{BTreeMap, BTreeSet};

/// What the journals of one piece of evidence tell.
pub(super) struct Told {
    pub(super) events: Vec<Event>,
    /// Journals that were read.
    pub(super) journals: u64,
}

/// Reads the journals for files that ever lay where a script or a payload is or was. A file is followed under its other
/// names; one of the same name elsewhere is none of the case. `first` is the number of the first event.
pub(super) fn read(
    evidence: &str,
    volume: &VolumeView<'_>,
    (scripts, launches, payloads): (&[Script], &[Launch], &[Located]),
    first: usize,
    limits: &Limits,
    anomalies: &mut Vec<Anomaly>,
) -> Told {
    let subjects = subjects(scripts, launches, payloads);
    let names: BTreeSet<String> = subjects.keys().map(|path| local_path::file_name(path).to_owned()).collect();
    if names.is_empty() {
        return Told { events: Vec::new(), journals: 0 };
    }
    let history = history::of(volume.file_system, &names, limits.journal_events);
    anomalies.extend(history.anomalies);
    let mut tied: BTreeMap<(&EntryPath, Reference), EventLinks> = BTreeMap::new();
    for event in &history.events {
        let place = event.path.as_ref().map(|path| folded(&volume.display(path)));
        if let Some(links) = place.and_then(|place| subjects.get(&place)) {
            let known = tied.entry((&event.volume, event.file)).or_default();
            known.scripts.extend(links.scripts.iter().cloned());
            known.payloads.extend(links.payloads.iter().cloned());
            known.launches.extend(links.launches.iter().cloned());
        }
    }
    let bears = |event: &FileEvent| tied.get(&(&event.volume, event.file)).cloned();
    let bearing = history.events.iter().filter_map(|event| Some((event, bears(event)?)));
    let events = (first..).zip(bearing).map(|(number, (event, links))| Event {
        id: format!("v{number}"),
        evidence: evidence.to_owned(),
        volume: volume.id(&event.journal),
        path: volume.display(&event.journal),
        fact: Box::new(event::Event {
            time: event.time,
            source: "usn".to_owned(),
            record: event.offset,
            action: Some(event.happened.word().to_owned()),
            file: Some(File {
                path: event.path.as_ref().map_or(event.name.clone(), |path| volume.display(path)),
                ..File::default()
            }),
            ..event::Event::default()
        }),
        links,
    });
    Told { events: events.collect(), journals: history.journals }
}

/// The places of scripts and payloads, folded, and of scripts that a launch names and that are not there.
fn subjects(scripts: &[Script], launches: &[Launch], payloads: &[Located]) -> BTreeMap<String, EventLinks> {
    let mut subjects: BTreeMap<String, EventLinks> = BTreeMap::new();
    for script in scripts {
        for path in [Some(&script.path), script.original_path.as_ref()].into_iter().flatten() {
            subjects.entry(folded(path)).or_default().scripts.insert(script.id.clone());
        }
    }
    for payload in payloads.iter().map(|located| &located.payload) {
        if let Some(path) = &payload.path {
            subjects.entry(folded(path)).or_default().payloads.insert(payload.id.clone());
        }
    }
    for launch in launches.iter().filter(|launch| launch.scripts.is_empty()) {
        if let Some(path) = launch.script_path.as_ref().filter(|path| local_path::is_absolute(path)) {
            subjects.entry(folded(path)).or_default().launches.insert(launch.id.clone());
        }
    }
    subjects.retain(|path, _| !local_path::file_name(path).is_empty());
    subjects
}

/// A path by which two are compared: without case, and without the stream of a file, of which a journal tells nothing.
fn folded(path: &str) -> String {
    let path = path.to_lowercase().replace('/', "\\");
    let (folder, name) = path.rsplit_once('\\').map_or(("", path.as_str()), |(folder, name)| (folder, name));
    let name = name.split(':').next().unwrap_or_default();
    format!("{folder}\\{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_without_case_and_stream() {
        assert_eq!(folded("C:\\Users\\A.txt:s"), folded("c:/users/a.TXT"));
        assert_eq!(folded("a.txt"), "\\a.txt");
        assert_ne!(folded("C:\\a.txt"), folded("D:\\a.txt"));
    }
}
