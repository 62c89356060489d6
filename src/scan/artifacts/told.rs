//! Scripts that logs tell: command lines of processes and tasks, script blocks of PowerShell, read like scripts on disk.

use super::read::Gathered;
use crate::base::digest::Digests;
use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::base::time::FileTimes;
use crate::case;
use crate::evidence::entry::EntryPath;
use crate::scan::texts::TextFile;
use crate::script::read;
use crate::script::reading::TextReading;
use crate::script::writer::emulation::Alone;
use crate::script::writer::outcome::Origin;
use std::collections::BTreeSet;

/// The texts of events that speak of FTP, each once: a log repeats what a parent and its child both show.
pub(in crate::scan) fn texts(gathered: &Gathered, limits: &Limits) -> Vec<TextFile> {
    let mut seen = BTreeSet::new();
    let found = gathered.events.iter().enumerate().filter_map(|(number, event)| {
        let (content, directory) = told(event)?;
        if !seen.insert((content.clone(), directory.map(str::to_owned))) {
            return None;
        }
        let reading = reading(event, &content, directory, limits)?;
        let place = gathered.places.get(number)?;
        let path = EntryPath::new([place.as_bytes(), format!("#{}", event.fact.record).as_bytes()].concat());
        Some(TextFile {
            path,
            size: u64::try_from(content.len()).unwrap_or(u64::MAX),
            digests: Digests::of(content.as_bytes()),
            times: FileTimes { created: event.fact.time, ..FileTimes::default() },
            text: Text::from_content(content),
            reading,
            event: Some(event.id.clone()),
        })
    });
    found.collect()
}

/// The text that an event holds, and the folder that it was run in.
fn told(event: &case::Event) -> Option<(String, Option<&str>)> {
    if let Some(block) = &event.fact.script_block {
        return Some((block.text.clone(), None));
    }
    let process = event.fact.process.as_ref()?;
    let starts = matches!(event.fact.source.as_str(), "sysmon-1" | "security-4688");
    let line = process.command_line.as_ref().filter(|_| starts)?;
    Some((line.clone(), process.working_directory.as_deref()))
}

fn reading(event: &case::Event, content: &str, directory: Option<&str>, limits: &Limits) -> Option<TextReading> {
    if event.fact.script_block.is_some() {
        let origin = Origin { directory, name: "block.ps1" };
        return read::read(&Text::from_content(content.to_owned()), origin, &Alone, limits);
    }
    read::read_command_line(content, directory, Origin { directory, name: "" }, &Alone, limits)
}
