//! Scripts that logs tell: command lines of processes and tasks, script blocks of PowerShell, read like scripts on disk.

use super::read::Gathered;
use crate::base::digest::Digests;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
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

/// A text that an event holds.
struct Told<'e> {
    content: &'e str,
    /// The folder that it was run in.
    directory: Option<&'e str>,
}

/// The texts of events that speak of FTP, each once: one process may be told by two logs, and by each of its children.
pub(in crate::scan) fn texts(gathered: &Gathered, limits: &Limits) -> Vec<TextFile> {
    let all = || {
        gathered
            .events
            .iter()
            .enumerate()
            .flat_map(|(number, event)| told(event).map(move |told| (number, event, told)))
    };
    // A record that tells the folder says more than one that does not.
    let placed: BTreeSet<&str> =
        all().filter(|(_, _, told)| told.directory.is_some()).map(|(_, _, told)| told.content).collect();
    let mut seen = BTreeSet::new();
    let mut texts: Vec<TextFile> = Vec::new();
    for (number, event, Told { content, directory }) in all() {
        let known = directory.is_none() && placed.contains(content) || !seen.insert((content, directory));
        let Some(place) = gathered.places.get(number).filter(|_| !known) else { continue };
        let Some(reading) = reading(event, content, directory, limits) else { continue };
        let path = |more: &str| {
            EntryPath::new([place.as_bytes(), format!("#{}{more}", event.fact.record).as_bytes()].concat())
        };
        let is_second = texts.last().is_some_and(|last| last.path == path(""));
        texts.push(TextFile {
            path: path(if is_second { "-parent" } else { "" }),
            size: to_u64(content.len()),
            digests: Digests::of(content.as_bytes()),
            examined: None,
            times: FileTimes::default(),
            text: Text::from_content(content),
            reading,
            event: Some(event.id.clone()),
        });
    }
    texts
}

/// The texts that an event holds: a script block, or the command lines of a process and of the one that started it.
fn told(event: &case::Event) -> impl Iterator<Item = Told<'_>> {
    let fact = &event.fact;
    let block = fact.script_block.as_ref().map(|block| Told { content: &block.text, directory: None });
    let starts = matches!(fact.source.as_str(), "sysmon-1" | "security-4688") && block.is_none();
    let process = fact.process.as_ref().filter(|_| starts);
    let own = process.and_then(|process| {
        let directory = process.working_directory.as_deref();
        Some(Told { content: process.command_line.as_deref()?, directory })
    });
    let parent = process.and_then(|process| process.parent.as_ref()?.command_line.as_deref());
    let parent = parent.map(|content| Told { content, directory: None });
    block.into_iter().chain(own).chain(parent)
}

fn reading(event: &case::Event, content: &str, directory: Option<&str>, limits: &Limits) -> Option<TextReading> {
    if event.fact.script_block.is_some() {
        let origin = Origin { directory, name: "block.ps1" };
        return read::read(&Text::from_content(content.to_owned()), origin, &Alone, limits);
    }
    read::read_command_line(content, directory, Origin { directory, name: "" }, &Alone, limits)
}
