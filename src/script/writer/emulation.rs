//! What the emulations of one text share, whatever language it is in: the files that it writes, where output and input go,
//! the clients and programs that it starts.
//!
//! Languages nest (a batch file runs PowerShell, which runs a command line): each interpreter works on the same
//! [`Emulation`], and [`Emulation::start`] hands a command line to the interpreter of the language that it is in.

use super::budget::{Budget, Loop};
use super::files::{Files, Piece, VirtualFile};
use super::outcome::{Origin, Outcome};
use super::{batch, embedded, literals, piped, powershell, shell, written};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::script::client::{self, shape};
use crate::script::launch::{Launch, Platform};
use crate::script::local_path;
use crate::script::reading::{Feed, Renamed, Run};
use crate::script::session::{Diagnostic, Session};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The screen.
    Screen,
    /// A file, by its path and the directory in force when it was opened.
    File(String, Option<String>),
    /// The next command of a pipe, or a variable: kept in memory.
    Pipe,
}

/// Where input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The keyboard.
    Keyboard,
    /// A file that the text redirects or types into the program.
    File(String),
    /// Text that is known: a pipe, a here-document.
    Text(Vec<Piece>),
}

/// Other texts that the emulated one names and that are at hand: a batch file that it calls, a file that it copies.
pub trait Neighbours {
    /// The text of a file, by its path as the text names it and the directory in force.
    fn text(&self, path: &str, directory: Option<&str>) -> Option<String>;
}

/// No other text is at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Neighbours for Alone {
    fn text(&self, _: &str, _: Option<&str>) -> Option<String> {
        None
    }
}

/// Deepest nesting of languages and subroutines that is followed.
const DEPTH: usize = 8;

/// Programs noted as started, and clients noted as launched, each.
const STARTS: usize = 1000;

/// What a capture interrupts.
#[derive(Debug)]
pub struct Capture {
    output: Output,
    piped: Vec<Piece>,
    typed: Option<String>,
}

/// The emulation of one text.
pub struct Emulation<'a> {
    /// The text itself: its directory and name.
    pub origin: Origin<'a>,
    /// The caps.
    pub limits: &'a Limits,
    /// Other texts.
    pub neighbours: &'a dyn Neighbours,
    /// The system that the text is written for.
    pub platform: Platform,
    /// Whether the text is of no language and at most quotes command lines, among prose that reads like some.
    pub only_quotes: bool,
    /// The files written so far.
    pub files: Files,
    /// What comes out.
    pub outcome: Outcome,
    /// Environment variables that the text has set: upper-case names on Windows, names as they are on Unix.
    pub environment: BTreeMap<String, String>,
    /// The working directory, as far as the text says.
    pub directory: Option<String>,
    /// The line of the text that is being run.
    pub line: u32,
    /// The file that the line stands in, where that is another one than the text itself.
    pub file: Option<Arc<str>>,
    /// Where output goes.
    pub output: Output,
    /// Where input comes from.
    pub input: Input,
    /// The line of the client whose output the input is, through a pipe: what it fetches is not known.
    pub piped_from: Option<u32>,
    /// Whether what is run is commented out or can never be reached: the clients that it names would not run.
    pub dead: bool,
    /// What a reader should know of the clients that are started now: why they would not run, on which host they do.
    pub note: Option<String>,
    /// When the line that is being run was typed or run, as the history of a shell, or a log of commands, tells.
    pub typed_at: Option<Timestamp>,
    piped: Vec<Piece>,
    typed: Option<String>,
    depth: usize,
    budget: Budget,
    capped: bool,
}

impl<'a> Emulation<'a> {
    /// An emulation in which nothing has happened yet.
    #[must_use]
    pub fn new(origin: Origin<'a>, platform: Platform, neighbours: &'a dyn Neighbours, limits: &'a Limits) -> Self {
        Self {
            origin,
            limits,
            neighbours,
            platform,
            only_quotes: false,
            files: Files::new(platform, origin.directory),
            outcome: Outcome::default(),
            environment: BTreeMap::new(),
            directory: None,
            line: 0,
            file: None,
            output: Output::Screen,
            input: Input::Keyboard,
            piped_from: None,
            dead: false,
            note: None,
            typed_at: None,
            piped: Vec::new(),
            typed: None,
            depth: 0,
            budget: Budget::new(limits.batch_steps),
            capped: false,
        }
    }

    /// What comes out in the end: files that were written and never fed to a client are left.
    #[must_use]
    pub fn finish(self) -> Outcome {
        let mut outcome = self.outcome;
        outcome.left.extend(self.files.into_files().filter(|file| !file.pieces.is_empty()));
        let fed = &outcome.fed;
        // What another file alone has written is found with that file.
        outcome.left.retain(|file| {
            !fed.iter().any(|fed| fed.pieces == file.pieces) && file.pieces.iter().any(|piece| piece.file.is_none())
        });
        outcome
    }

    /// Begins again with nothing written and nothing set: the text is run a second time with other branches taken.
    pub fn begin_again(&mut self) {
        let files = std::mem::replace(&mut self.files, Files::new(self.platform, self.origin.directory));
        let known = &self.outcome.left;
        let left: Vec<VirtualFile> =
            files.into_files().filter(|file| !file.pieces.is_empty() && !known.contains(file)).collect();
        self.outcome.left.extend(left);
        self.environment.clear();
        self.directory = None;
        self.output = Output::Screen;
        self.input = Input::Keyboard;
    }

    /// Allows for a text of so many bytes that is about to be run: running each of its commands once never reaches the limit.
    pub fn allow(&mut self, bytes: usize) {
        self.budget.allow(bytes);
    }

    /// Whether most of the steps that may be taken are left.
    #[must_use]
    pub fn has_steps_left(&self) -> bool {
        self.budget.has_half()
    }

    /// Forgets the launches from this one on that are given no script: what a remark or a manual says of a client.
    pub fn keep_fed_launches(&mut self, from: usize) {
        let mut number = 0usize;
        self.outcome.launches.retain(|(launch, feed)| {
            number = number.saturating_add(1);
            number <= from || *feed != Feed::Elsewhere || launch.script_path.is_some()
        });
    }

    /// Counts a step; false once there were too many, which is reported once.
    pub fn step(&mut self) -> bool {
        if !self.budget.step() {
            self.cap("the emulation of this text took more steps than the limit and was ended");
        }
        !self.capped
    }

    /// Counts work that one step does on many things.
    pub fn spend(&mut self, things: usize) {
        self.budget.spend(things);
    }

    /// Begins a loop, which wants [`Emulation::another_round`] before each round but the first, and an
    /// [`Emulation::end_loop`].
    pub fn begin_loop(&mut self) -> Loop {
        self.budget.begin_loop()
    }

    /// Whether a loop may go round once more: one that has used up its share of the steps is left, which is told, and what
    /// follows it is run.
    pub fn another_round(&mut self, running: &Loop) -> bool {
        if !self.capped && !self.budget.may_repeat(running) {
            self.diagnose("loop-capped", "a loop took more steps than the limit and was left");
            return false;
        }
        !self.capped
    }

    /// Ends a loop.
    pub fn end_loop(&mut self, running: Loop) {
        self.budget.end_loop(running);
    }

    /// Whether a jump back over so many lines may be made: jumps share the steps of the loops.
    pub fn may_go_back(&mut self, lines: usize) -> bool {
        self.budget.may_go_back(lines)
    }

    /// Ends the emulation because a cap was reached.
    pub fn cap(&mut self, message: &str) {
        if !self.capped {
            self.capped = true;
            self.outcome.capped = true;
            self.diagnose("emulation-capped", message);
        }
    }

    /// Tells that a cap left something out of an emulation that goes on.
    pub fn leave_out(&mut self, message: &str) {
        self.outcome.capped = true;
        self.diagnose("emulation-capped", message);
    }

    /// Whether a cap has ended the emulation.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        self.capped
    }

    /// Says something of the line that is being run.
    pub fn diagnose(&mut self, code: &str, message: impl Into<String>) {
        let diagnostic = Diagnostic::new(self.line, code, message);
        if self.outcome.diagnostics.len() < STARTS && !self.outcome.diagnostics.contains(&diagnostic) {
            self.outcome.diagnostics.push(diagnostic);
        }
    }

    /// Goes one level deeper; false where that is too deep or a cap was reached. Each true wants a [`Emulation::leave`].
    pub fn enter(&mut self) -> bool {
        let may = self.depth < DEPTH && self.step();
        if may {
            self.depth = self.depth.saturating_add(1);
        }
        may
    }

    /// Comes back from a deeper level.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Writes to wherever output goes.
    pub fn print(&mut self, text: &str) {
        let piece = Piece { text: text.to_owned(), line: self.line, file: self.file.clone() };
        match self.output.clone() {
            Output::Screen => {}
            Output::Pipe => {
                if self.files.count(text.len(), self.limits.batch_output) {
                    self.piped.push(piece);
                } else {
                    self.cap("the emulation of this text wrote more than the limit and was ended");
                }
            }
            Output::File(path, directory) => self.write(&path, directory.as_deref(), piece),
        }
    }

    /// Opens a file in the working directory, emptied or to be written on at its end, and writes text to it.
    pub fn write_file(&mut self, path: &str, text: &str, append: bool) {
        let directory = self.directory.clone();
        self.files.open(path, directory.as_deref(), append);
        let piece = Piece { text: text.to_owned(), line: self.line, file: self.file.clone() };
        self.write(path, directory.as_deref(), piece);
    }

    fn write(&mut self, path: &str, directory: Option<&str>, piece: Piece) {
        if !self.files.write(path, directory, piece, self.limits.batch_output) {
            self.cap("the emulation of this text wrote more than the limit and was ended");
        }
    }

    /// From now on output is kept, as for a pipe; [`Emulation::end_capture`] takes it and restores what was before.
    pub fn begin_capture(&mut self) -> Capture {
        Capture {
            output: std::mem::replace(&mut self.output, Output::Pipe),
            piped: std::mem::take(&mut self.piped),
            typed: self.typed.take(),
        }
    }

    /// What was printed since the capture began: the text, or the name of the file alone that was typed and is not known.
    pub fn end_capture(&mut self, capture: Capture) -> Input {
        self.output = capture.output;
        let pieces = std::mem::replace(&mut self.piped, capture.piped);
        match std::mem::replace(&mut self.typed, capture.typed) {
            Some(file) if pieces.is_empty() => Input::File(file),
            _ => Input::Text(pieces),
        }
    }

    /// Prints a file: what was written to it, or what a neighbour holds; one that is not known is remembered by name.
    pub fn type_file(&mut self, path: &str) {
        let directory = self.directory.clone();
        if let Some(file) = self.files.get(path, directory.as_deref()).cloned() {
            let (line, source) = (self.line, self.file.clone());
            for piece in file.pieces {
                (self.line, self.file) = (piece.line, piece.file);
                self.print(&piece.text);
            }
            (self.line, self.file) = (line, source);
        } else if let Some(text) = self.neighbours.text(path, directory.as_deref()) {
            let (line, source) = (self.line, self.file.replace(Arc::from(path)));
            for (number, part) in (1u32..).zip(text.split_inclusive('\n')) {
                self.line = number;
                self.print(part);
            }
            (self.line, self.file) = (line, source);
        } else if self.output == Output::Pipe {
            self.typed = Some(path.to_owned());
        }
    }

    /// Notes a session that the text opens by its own means, without a client of its own name: a class library.
    pub fn open_session(&mut self, session: Session) {
        if self.outcome.sessions.len() < STARTS {
            self.outcome.sessions.push(session);
        } else {
            self.leave_out("this text opens more sessions than are told");
        }
    }

    /// Starts a program by its command line as Windows splits it: a client, a shell, or another.
    pub fn start(&mut self, command_line: &str) {
        let words = match self.platform {
            Platform::Windows => client::switches::split_arguments(command_line),
            Platform::Unix => shell::words(command_line),
        };
        self.start_words(&words, command_line);
    }

    /// Starts a program whose command line is split already; `command_line` is what a reader is shown.
    pub fn start_words(&mut self, words: &[String], command_line: &str) {
        let Some(program) = words.first() else { return };
        if let Some(launch) = client::launch(words, command_line, self.platform) {
            if self.is_meant(&launch) {
                self.launch(launch);
            }
            return;
        }
        if let Some(line) = self.piped_from.filter(|_| piped::reads_program(words, command_line)) {
            self.note_run_of_output(&format!("| {command_line}"), line);
        }
        let ran = match program_name(program).as_str() {
            "cmd" | "command" | "%comspec%" | "!comspec!" => batch::run_shell(self, command_line),
            "powershell" | "pwsh" => powershell::run_program(self, words, command_line),
            "sh" | "bash" | "dash" | "ksh" | "zsh" | "ash" => shell::run_program(self, words),
            _ => literals::run_program(self, words) || written::run(self, words, command_line),
        };
        if ran {
            return;
        }
        if !embedded::run(self, words, command_line) {
            self.note_run(command_line);
        }
    }

    /// Notes a program as started.
    pub fn note_run(&mut self, command_line: &str) {
        self.note_start(command_line, None);
    }

    /// Notes a shell as started that takes for its text what the programs of a line print.
    pub fn note_run_of_output(&mut self, command_line: &str, line: u32) {
        self.note_start(command_line, Some(line));
    }

    fn note_start(&mut self, command_line: &str, runs_output_of: Option<u32>) {
        if self.outcome.runs.len() < STARTS {
            self.outcome.runs.push(Run {
                line: self.line,
                command_line: command_line.trim().to_owned(),
                working_directory: self.directory.clone(),
                runs_output_of,
            });
        }
    }

    /// How many clients and sessions there are so far, for [`Emulation::fetched_since`].
    #[must_use]
    pub fn fetches(&self) -> (usize, usize) {
        (self.outcome.launches.len(), self.outcome.sessions.len())
    }

    /// The line of the first client that was started, or of the first session that was opened, since then.
    #[must_use]
    pub fn fetched_since(&self, (launches, sessions): (usize, usize)) -> Option<u32> {
        let launched = self.outcome.launches.get(launches).and_then(|(launch, _)| launch.found_in.line);
        launched.or_else(|| self.outcome.sessions.get(sessions).map(|session| session.line))
    }

    /// Notes that a file gets another name, or that another one is made of it.
    pub fn note_renamed(&mut self, from: &str, to: &str) {
        if self.outcome.renames.len() < STARTS && from != to {
            self.outcome.renames.push(Renamed { from: from.to_owned(), to: to.to_owned() });
        }
    }

    /// Whether somebody meant the command line: prose that begins with a client's name gives it no script and no host.
    fn is_meant(&self, launch: &Launch) -> bool {
        launch.script_path.is_some()
            || launch.tells_all && !(launch.needs_store && self.only_quotes)
            || self.input != Input::Keyboard && (launch.would_run || !self.only_quotes)
            || launch.would_run && launch.host.as_deref().map_or(!self.only_quotes, |host| self.is_host(host))
    }

    fn is_host(&self, word: &str) -> bool {
        let has_inner_dot = || word.trim_matches('.').contains(['.', ':', '%', '$']);
        shape::is_host(word) && (!self.only_quotes || has_inner_dot())
    }

    /// Notes a client as started and finds out what it is fed.
    pub fn launch(&mut self, mut launch: Launch) {
        if self.outcome.launches.len() >= STARTS {
            self.leave_out("this text starts more clients than are told");
            return;
        }
        launch.working_directory.clone_from(&self.directory);
        launch.switches.working_directory.clone_from(&self.directory);
        launch.found_in.line = Some(self.line);
        launch.found_in.time = self.typed_at;
        if let Output::File(path, _) = &self.output {
            launch.output = Some(path.clone());
        }
        launch.is_dead = self.dead && launch.would_run;
        launch.would_run &= !self.dead;
        if self.note.is_some() && (self.dead || launch.note.is_none()) {
            launch.note.clone_from(&self.note);
        }
        let (input, directory) = (self.input.clone(), self.directory.clone());
        let feed = match (&launch.script_path, input) {
            (Some(path), _) if names_itself(path, self.origin) => Feed::Itself,
            (Some(path), _) => match self.feed(&path.clone(), directory.as_deref()) {
                Feed::Elsewhere if launch.tells_all => Feed::CommandLine,
                feed => feed,
            },
            (None, input) if launch.tells_all && !(launch.reads_input && input != Input::Keyboard) => Feed::CommandLine,
            (None, Input::File(path)) => {
                launch.script_path = Some(path.clone());
                match names_itself(&path, self.origin) {
                    true => Feed::Itself,
                    false => self.feed(&path, directory.as_deref()),
                }
            }
            (None, Input::Text(pieces)) if self.whole_file(&pieces).is_some() => {
                launch.script_path = self.whole_file(&pieces);
                Feed::Elsewhere
            }
            (None, Input::Text(pieces)) if !pieces.is_empty() => {
                let inactive = self.dead;
                self.take(VirtualFile { directory, pieces, inactive, ..VirtualFile::default() })
            }
            (None, _) if launch.tells_all => Feed::CommandLine,
            (None, _) => Feed::Elsewhere,
        };
        let others = match (&launch.script_path, feed) {
            (Some(path), Feed::Written(_)) => self.files.others(path, launch.working_directory.as_deref()),
            _ => Vec::new(),
        };
        self.note_launch(launch.clone(), feed);
        for other in others {
            let note = "its script depends on a condition that is not known; this is another content of it";
            launch.note.get_or_insert_with(|| note.to_owned());
            let feed = self.take(VirtualFile { inactive: self.dead, ..other });
            self.note_launch(launch.clone(), feed);
        }
    }

    fn note_launch(&mut self, launch: Launch, feed: Feed) {
        let entry = (launch, feed);
        if !self.outcome.launches.contains(&entry) {
            self.outcome.launches.push(entry);
        }
    }

    /// The file as it is now; the same file fed twice unchanged is one script.
    fn feed(&mut self, path: &str, directory: Option<&str>) -> Feed {
        let Some(file) = self.files.get(path, directory).filter(|file| !file.pieces.is_empty()) else {
            return Feed::Elsewhere;
        };
        let file = VirtualFile { inactive: self.dead, ..file.clone() };
        self.take(file)
    }

    /// The path of the file that a text is, where it is all of a file that lies beside and nothing else.
    fn whole_file(&self, pieces: &[Piece]) -> Option<String> {
        let path = pieces.first()?.file.as_deref()?;
        let alone = pieces.iter().all(|piece| piece.file.as_deref() == Some(path));
        let text = self.neighbours.text(path, self.directory.as_deref()).filter(|_| alone)?;
        let lengths = pieces.iter().map(|piece| piece.text.len());
        (text.len() == lengths.sum::<usize>()).then(|| path.to_owned())
    }

    fn take(&mut self, file: VirtualFile) -> Feed {
        if let Some(index) = self.outcome.fed.iter().position(|fed| *fed == file) {
            return Feed::Written(index);
        }
        self.outcome.fed.push(file);
        Feed::Written(self.outcome.fed.len().saturating_sub(1))
    }
}

/// The program's name alone, folded, without `.exe` or `.com`.
#[must_use]
pub fn program_name(program: &str) -> String {
    let name = local_path::file_name(program.trim_matches(['"', '\'', '@'])).to_ascii_lowercase();
    let bare = name.strip_suffix(".exe").or_else(|| name.strip_suffix(".com"));
    bare.map(str::to_owned).unwrap_or(name)
}

/// Whether a path means the batch file itself.
#[must_use]
pub fn names_itself(path: &str, origin: Origin<'_>) -> bool {
    let modifiers = path.strip_prefix('%').and_then(|rest| rest.strip_suffix('0'));
    let by_argument = modifiers
        .is_some_and(|m| m.is_empty() || m.starts_with('~') && m.chars().skip(1).all(|c| c.is_ascii_alphabetic()));
    by_argument || !origin.name.is_empty() && local_path::file_name(path).eq_ignore_ascii_case(origin.name)
}
