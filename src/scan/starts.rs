//! Finds which of the programs that a text starts are files that its own transfers move.

use super::resolve;
use super::texts::TextFile;
use super::tie::{TextId, Tie};
use crate::case::{Script, Start};
use crate::evidence::entry::EntryPath;
use crate::script::local_path;
use crate::script::reading::Run;
use std::collections::{BTreeMap, BTreeSet};

/// The transfers of a text by the words that name what they move: the name, with or without an extension of programs.
#[derive(Debug, Default)]
struct Moved {
    transfers: Vec<String>,
    by_word: BTreeMap<String, Vec<usize>>,
}

impl FromIterator<(String, String)> for Moved {
    /// From identities of transfers and the names of what they move.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(named: I) -> Self {
        let mut moved = Self::default();
        for (id, name) in named {
            let place = moved.transfers.len();
            moved.transfers.push(id);
            if let Some((stem, "exe" | "com" | "bat" | "cmd" | "vbs" | "scr")) = name.rsplit_once('.') {
                moved.by_word.entry(stem.to_owned()).or_default().push(place);
            }
            moved.by_word.entry(name).or_default().push(place);
        }
        moved
    }
}

/// Finds, among the programs that a text starts, those whose file its own transfers move.
pub(super) fn tie(texts: &[TextFile], ties: &[Tie], ids: &BTreeMap<TextId, String>, scripts: &mut [Script]) {
    let places: BTreeMap<String, usize> =
        scripts.iter().enumerate().map(|(place, script)| (script.id.clone(), place)).collect();
    let place_of = |text: &TextId| ids.get(text).and_then(|id| places.get(id)).copied();
    let mut fed: BTreeMap<&EntryPath, BTreeSet<usize>> = BTreeMap::new();
    for tie in ties {
        fed.entry(&tie.file).or_default().extend(tie.scripts.iter().filter_map(place_of));
    }
    for text in texts {
        let Some(own) = place_of(&TextId::File(text.path.clone())) else { continue };
        let mut run = fed.remove(&text.path).unwrap_or_default();
        run.insert(own);
        let moved: Moved = run
            .iter()
            .filter_map(|place| scripts.get(*place))
            .flat_map(|script| &script.sessions)
            .flat_map(|session| &session.transfers)
            .filter_map(|transfer| Some((transfer.id.clone(), resolve::name_to_look_for(transfer)?)))
            .collect();
        let starts = |runs: &[Run]| -> Vec<Start> {
            runs.iter().filter_map(|run| start_of(run.line, &run.command_line, &moved)).collect()
        };
        if let Some(script) = scripts.get_mut(own) {
            script.starts = starts(&text.reading.runs);
        }
        for place in run {
            let Some(script) = scripts.get_mut(place) else { continue };
            let shell = script.sessions.iter().flat_map(|session| {
                session
                    .commands
                    .iter()
                    .filter(|command| command.verb.as_deref() == Some("!"))
                    .map(|command| (command.line, command.text.clone()))
            });
            let started: Vec<Start> = shell
                .filter_map(|(line, text)| start_of(line, text.trim_start_matches([' ', '\t', '!']), &moved))
                .collect();
            for start in started {
                if !script.starts.contains(&start) {
                    script.starts.push(start);
                }
            }
        }
    }
}

/// The start of a moved file: one of the words names it.
fn start_of(line: u32, command_line: &str, moved: &Moved) -> Option<Start> {
    let words = command_line.split([' ', '\t', ',', '"', '\'']).map(|word| local_path::file_name(word).to_lowercase());
    let first = words.clone().find(|word| !word.is_empty())?;
    let only_touches = matches!(
        first.as_str(),
        "del"
            | "erase"
            | "attrib"
            | "certutil"
            | "certutil.exe"
            | "icacls"
            | "find"
            | "findstr"
            | "mkdir"
            | "md"
            | "rename"
            | "ren"
    );
    if only_touches {
        return None;
    }
    let places: BTreeSet<usize> = words.filter_map(|word| moved.by_word.get(&word)).flatten().copied().collect();
    let transfers: Vec<String> = places.into_iter().filter_map(|place| moved.transfers.get(place).cloned()).collect();
    (!transfers.is_empty()).then(|| Start { line, command_line: command_line.to_owned(), transfers })
}
