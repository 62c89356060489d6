//! Finds which of the programs that a text starts are files that its own transfers move.

use super::resolve;
use super::texts::TextFile;
use super::tie::{TextId, Tie};
use crate::case::{Script, Start};
use crate::script::local_path;
use crate::script::reading::{Renamed, Run, TextReading};
use crate::script::transfer::{Direction, Transfer};
use std::collections::{BTreeMap, BTreeSet};

/// Shortest name that is looked for among the arguments of a program; a shorter one must be the program itself.
const TELLING: usize = 4;

/// Transfers of one name that a new name of the file is tied to.
const RENAMED: usize = 64;

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
            moved.call(&name, place);
        }
        moved
    }
}

impl Moved {
    fn call(&mut self, name: &str, place: usize) {
        if let Some((stem, "exe" | "com" | "bat" | "cmd" | "vbs" | "scr")) = name.rsplit_once('.') {
            self.by_word.entry(stem.to_owned()).or_default().push(place);
        }
        self.by_word.entry(name.to_owned()).or_default().push(place);
    }

    /// Takes the other names that files get into account.
    fn rename(&mut self, renames: &[Renamed]) {
        for Renamed { from, to } in renames {
            let [from, to] = [from, to].map(|path| local_path::file_name(path.trim_matches('"')).to_lowercase());
            if from == to || to.is_empty() {
                continue;
            }
            let places: Vec<usize> = self.by_word.get(&from).into_iter().flatten().take(RENAMED).copied().collect();
            let known: BTreeSet<usize> = self.by_word.get(&to).into_iter().flatten().copied().collect();
            for place in places.into_iter().filter(|place| !known.contains(place)) {
                self.call(&to, place);
            }
        }
    }

    fn of(&self, words: impl Iterator<Item = String>) -> Vec<String> {
        let places: BTreeSet<usize> = words.filter_map(|word| self.by_word.get(&word)).flatten().copied().collect();
        places.into_iter().filter_map(|place| self.transfers.get(place).cloned()).collect()
    }
}

/// Finds, among the programs that a text starts, those whose file its own transfers move.
pub(super) fn tie(texts: &[TextFile], ties: &[Tie], ids: &BTreeMap<TextId, String>, scripts: &mut [Script]) {
    let mut places: Vec<(String, usize)> =
        scripts.iter().enumerate().map(|(place, script)| (script.id.clone(), place)).collect();
    places.sort_unstable();
    let place_of = |text: &TextId| {
        let id = ids.get(text)?;
        let (known, place) = places.get(places.partition_point(|(known, _)| known < id))?;
        (known == id).then_some(*place)
    };
    let mut by_file: Vec<&Tie> = ties.iter().collect();
    by_file.sort_by(|one, other| one.file.cmp(&other.file));
    for text in texts {
        let Some(own) = place_of(&TextId::File(text.path.clone())) else { continue };
        let begin = by_file.partition_point(|tie| tie.file < text.path);
        let fed: Vec<&Tie> = by_file.iter().skip(begin).take_while(|tie| tie.file == text.path).copied().collect();
        let mut run: BTreeSet<usize> = fed.iter().flat_map(|tie| &tie.scripts).filter_map(place_of).collect();
        run.insert(own);
        let mut moved: Moved = run
            .iter()
            .filter_map(|place| scripts.get(*place))
            .flat_map(|script| &script.sessions)
            .flat_map(|session| &session.transfers)
            .filter_map(|transfer| Some((transfer.id.clone(), resolve::moved_name(transfer)?)))
            .collect();
        moved.rename(&text.reading.renames);
        let piped = if text.reading.runs.iter().any(|run| run.runs_output_of.is_some()) {
            let clients = fed.iter().flat_map(|tie| printed(tie, &text.reading, scripts, &place_of));
            clients.chain(scripts.get(own).into_iter().flat_map(received)).collect()
        } else {
            Vec::new()
        };
        let starts: Vec<Start> = text
            .reading
            .runs
            .iter()
            .filter_map(|run| match run.runs_output_of {
                Some(line) => start_of_output(run, line, &piped),
                None => start_of(run.line, &run.command_line, &moved),
            })
            .collect();
        if let Some(script) = scripts.get_mut(own) {
            script.starts = starts;
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

/// A download that a client prints instead of keeping it.
struct Printed {
    line: u32,
    command_line: String,
    transfer: String,
}

/// What a text receives by a class library, and keeps in no file.
fn received(script: &Script) -> impl Iterator<Item = Printed> {
    let sessions = script.sessions.iter().filter(|session| session.active);
    sessions.flat_map(|session| &session.transfers).filter(|transfer| keeps_no_file(transfer)).map(|transfer| Printed {
        line: transfer.line,
        command_line: transfer.command.clone(),
        transfer: transfer.id.clone(),
    })
}

fn keeps_no_file(transfer: &Transfer) -> bool {
    let local = transfer.local_path.as_deref();
    transfer.direction == Direction::Download && local.is_none_or(|local| local == "-" || local == "/dev/stdout")
}

/// What the command line of a launch prints.
fn printed(
    tie: &Tie,
    reading: &TextReading,
    scripts: &[Script],
    place_of: &dyn Fn(&TextId) -> Option<usize>,
) -> Vec<Printed> {
    let Some((launch, _)) = reading.launches.get(tie.launch) else { return Vec::new() };
    let told = tie.scripts.iter().filter(|text| matches!(text, TextId::CommandLine(..)));
    let scripts = told.filter_map(place_of).filter_map(|place| scripts.get(place));
    scripts
        .flat_map(|script| &script.sessions)
        .filter(|session| session.active)
        .flat_map(|session| &session.transfers)
        .filter(|transfer| keeps_no_file(transfer))
        .map(|transfer| Printed {
            line: launch.found_in.line.unwrap_or(0),
            command_line: launch.command_line.clone(),
            transfer: transfer.id.clone(),
        })
        .collect()
}

/// A shell that runs what clients of a line print.
fn start_of_output(run: &Run, line: u32, piped: &[Printed]) -> Option<Start> {
    let meant = |printed: &&Printed| printed.line == line;
    let first = piped.iter().find(meant)?;
    let command_line = match run.command_line.strip_prefix('|') {
        Some(shell) => format!("{} | {}", first.command_line, shell.trim_start()),
        None => run.command_line.clone(),
    };
    let transfers = piped.iter().filter(meant).map(|printed| printed.transfer.clone()).collect();
    Some(Start { line: run.line, command_line, transfers })
}

/// The start of a moved file: one of the words names it.
fn start_of(line: u32, command_line: &str, moved: &Moved) -> Option<Start> {
    let words = command_line.split([' ', '\t', ',', '"', '\'']).filter(|word| !word.is_empty());
    let mut words = words.map(|word| (word, local_path::file_name(word).to_lowercase()));
    let (_, first) = words.next()?;
    if only_touches(&first) {
        return None;
    }
    let mut hands_on = starts_others(&first);
    let arguments = words.filter_map(|(word, name)| {
        let is_switch = word.starts_with(['-', '+']) || word.starts_with('/') && name.len() < TELLING && word.len() < 5;
        let is_program = hands_on && !is_switch;
        hands_on &= is_switch || starts_others(&name);
        (is_program || name.len() >= TELLING).then_some(name)
    });
    let transfers = moved.of(std::iter::once(first.clone()).chain(arguments));
    (!transfers.is_empty()).then(|| Start { line, command_line: command_line.to_owned(), transfers })
}

/// Programs that change or look at a file that they are given, and run none.
fn only_touches(program: &str) -> bool {
    matches!(
        program,
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
            | "rm"
            | "mv"
            | "cp"
            | "ls"
            | "cat"
            | "tar"
            | "gzip"
            | "gunzip"
            | "unzip"
            | "chmod"
            | "chown"
            | "file"
            | "md5sum"
            | "sha1sum"
            | "sha256sum"
    )
}

/// Programs that run what they are given first.
fn starts_others(program: &str) -> bool {
    matches!(
        program.strip_suffix(".exe").unwrap_or(program),
        "start"
            | "call"
            | "cmd"
            | "sh"
            | "bash"
            | "dash"
            | "ksh"
            | "zsh"
            | "ash"
            | "sudo"
            | "nohup"
            | "exec"
            | "python"
            | "python2"
            | "python3"
            | "perl"
            | "php"
            | "ruby"
            | "wscript"
            | "cscript"
            | "rundll32"
            | "regsvr32"
            | "msiexec"
            | "powershell"
            | "setsid"
            | "nice"
    )
}
