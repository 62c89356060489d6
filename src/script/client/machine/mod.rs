//! The machine that all line-based clients are: it reads a line, looks the command up, asks for what is missing.
//!
//! One line is one command or one answer, strictly in the order of the file: a prompt takes the very next line, whatever it
//! looks like. An error stops nothing.

mod connect;
mod listing;
mod local;
mod macros;
mod multiple;
mod remote;
mod transfer;

use super::dialect::{Dialect, Lookup, Verb};
use super::netrc::Macro;
use super::tokens;
use super::told::{self, Told};
use super::world::World;
use super::zos_ftp;
use crate::base::limits::Limits;
use crate::base::text::{Encoding, Text};
use crate::script::launch::{Launch, Switches};
use crate::script::local_path;
use crate::script::reading::Interpretation;
use crate::script::session::{Command, Diagnostic, Role, Session};
use crate::script::transfer::Mode;

/// A client in the middle of its script.
pub struct Machine<'a> {
    dialect: &'static Dialect,
    switches: &'a Switches,
    world: &'a dyn World,
    lines: Vec<(u32, String)>,
    next: usize,
    connection: Option<Connection>,
    prompting: bool,
    globbing: bool,
    representation: Representation,
    restart_at: Option<u64>,
    fold_case: bool,
    unique_local: bool,
    unique_remote: bool,
    start_directory: Option<String>,
    local_directory: Option<String>,
    last_host: Option<String>,
    macros: Vec<Macro>,
    macro_depth: u32,
    macro_steps: u32,
    shows_macro_lines: bool,
    /// The last command failed without a word to the server.
    failed: bool,
    /// The line of the running macro was no command.
    macro_broken: bool,
    /// The client knows the directory on the server and need not ask for it.
    knows_directory: bool,
    session: Option<Session>,
    sessions: Vec<Session>,
    log: Vec<Command>,
    command_start: usize,
    stray_logins: Vec<String>,
    told: Told,
    diagnostics: Vec<Diagnostic>,
    ended: bool,
}

/// Lines that are kept as what may be a login that was not asked for.
const STRAY: usize = 64;

/// How the bytes of a file are represented on the way (RFC 959, 3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Representation {
    Ascii,
    Image,
    Tenex,
    Ebcdic,
}

impl Representation {
    fn command(self) -> &'static str {
        match self {
            Self::Ascii => "TYPE A",
            Self::Image => "TYPE I",
            Self::Tenex => "TYPE L 8",
            Self::Ebcdic => "TYPE E",
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::Ascii | Self::Ebcdic => Mode::Ascii,
            Self::Image | Self::Tenex => Mode::Binary,
        }
    }
}

/// Whether a server is known to have refused: its reply is of the fourth or fifth hundred.
fn is_refusal(reply: Option<u16>) -> bool {
    reply.is_some_and(|code| code >= 400)
}

/// The control connection.
struct Connection {
    /// The type that the client last told the server.
    told: Representation,
    logged_in: bool,
    /// The client has asked for the server's system and features.
    greeted: bool,
    /// The client could not have connected: the session is what its author meant.
    doomed: bool,
    remote_directory: Option<String>,
    rename_from: Option<String>,
}

impl<'a> Machine<'a> {
    /// A client that is about to read `text`.
    #[must_use]
    pub fn new(
        text: &Text,
        dialect: &'static Dialect,
        switches: &'a Switches,
        world: &'a dyn World,
        limits: &Limits,
    ) -> Self {
        let mut machine = Self {
            dialect,
            switches,
            world,
            lines: Vec::new(),
            next: 0,
            connection: None,
            prompting: !switches.no_prompting,
            globbing: !switches.no_globbing,
            representation: Representation::Ascii,
            restart_at: None,
            fold_case: false,
            unique_local: false,
            unique_remote: false,
            start_directory: switches.working_directory.clone(),
            local_directory: switches.working_directory.clone(),
            last_host: None,
            macros: Vec::new(),
            macro_depth: 0,
            macro_steps: 0,
            shows_macro_lines: false,
            failed: false,
            macro_broken: false,
            knows_directory: false,
            session: None,
            sessions: Vec::new(),
            log: Vec::new(),
            command_start: 0,
            stray_logins: Vec::new(),
            told: Told::default(),
            diagnostics: Vec::new(),
            ended: false,
        };
        machine.take_in(text, limits);
        machine
    }

    /// The lines of macros are lines of the text that is reported: `.netrc`.
    pub(super) fn show_macro_lines(&mut self) {
        self.shows_macro_lines = true;
    }

    /// The client is given no script: its command line is the only line that is reported.
    pub(super) fn show_command_line(&mut self, launch: &Launch) {
        self.log.push(Command {
            line: 1,
            role: Role::Command,
            verb: launch
                .command_line
                .split([' ', '\t'])
                .next()
                .map(|program| local_path::file_name(program).to_owned()),
            arguments: launch.arguments.clone(),
            wire: Vec::new(),
            text: launch.command_line.clone(),
            message: None,
        });
    }

    /// Runs the script to its end.
    #[must_use]
    pub fn run(mut self) -> Interpretation {
        if let Some(host) = self.switches.host.clone() {
            self.connect(0, Some(&host), self.switches.port);
        } else if self.switches.host_unknown {
            self.connect(0, None, None);
        } else if self.is_zos() {
            self.connect_to_first_line();
        }
        while !self.ended {
            let Some((number, text)) = self.take_line() else { break };
            if self.sessions.len() >= told::SESSIONS {
                self.note(number, "too-many-sessions", told::MORE_SESSIONS);
                self.next = self.lines.len();
                break;
            }
            self.execute(number, &text);
        }
        if self.connection.is_some() {
            self.send("QUIT");
        }
        self.command_start = self.log.len();
        let unread = self.lines.split_off(self.next.min(self.lines.len()));
        for (line, text) in unread.into_iter().filter(|(_, text)| !text.trim().is_empty()).take(told::LINES) {
            self.record(line, Role::Unread, &text, None, Vec::new());
        }
        if self.session.is_none() && self.sessions.is_empty() && !self.log.is_empty() {
            self.session = Some(Session::default());
        }
        self.command_start = self.log.len();
        self.end_session();
        self.diagnostics.extend(self.told.diagnostics());
        Interpretation {
            client: self.dialect.client,
            sessions: self.sessions,
            diagnostics: self.diagnostics,
            login_assumed: None,
        }
    }

    /// Takes the lines over, as the client gets them from the file.
    fn take_in(&mut self, text: &Text, limits: &Limits) {
        if text.byte_order_mark && text.encoding == Encoding::Utf8 {
            self.note(
                1,
                "byte-order-mark",
                "a byte-order mark stands in front of the first command; a client that does not skip it refuses that line",
            );
        }
        if matches!(text.encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            self.note(0, "utf-16", "the script is UTF-16: ftp.exe reads bytes and would probably not understand it");
        }
        if text.ends_lines_with_cr() && !self.dialect.unix {
            self.note(0, "cr-line-ends", "the lines end with CR alone: ftp.exe would take the whole text for one line");
        }
        let cr = |line: &str| if self.dialect.unix && line.ends_with('\r') { "\r" } else { "" };
        let separator = if text.content.contains('\n') { '\n' } else { '\r' };
        let mut capped = None;
        let mut lines: Vec<(u32, String)> = Vec::new();
        let mut number = 0u32;
        for raw in text.content.split_terminator(separator) {
            number = number.saturating_add(1);
            if lines.len() >= limits.script_lines {
                capped = Some(number);
                break;
            }
            let mut line = raw.trim_end_matches('\r').to_owned();
            if self.is_zos() {
                line = zos_ftp::line_of_input(&line).to_owned();
                let continued = |(_, text): &&mut (u32, String)| text.ends_with(" +");
                if let Some((_, text)) = lines.last_mut().filter(continued) {
                    text.pop();
                    text.push_str(line.trim_start());
                    text.truncate(text.floor_char_boundary(limits.line_bytes));
                    continue;
                }
            }
            if line.len() > limits.line_bytes {
                line.truncate(line.floor_char_boundary(limits.line_bytes));
                self.diagnostics.push(Diagnostic::new(
                    number,
                    "long-line",
                    "the line is longer than the limit and was cut",
                ));
            }
            line.push_str(cr(raw));
            lines.push((number, line));
        }
        if let Some(number) = capped {
            self.note(number, "too-many-lines", "the script has more lines than the limit; the rest was not run");
        }
        if let Some((number, _)) = lines.iter().find(|(_, line)| line.contains('\u{1a}')) {
            self.diagnostics.push(Diagnostic::new(
                *number,
                "ctrl-z",
                "a Ctrl-Z stands here: a client that reads in text mode takes it for the end of the script",
            ));
        }
        if text.byte_order_mark
            && text.encoding == Encoding::Utf8
            && self.dialect.unix
            && let Some((_, first)) = lines.first_mut()
        {
            first.insert(0, '\u{feff}');
        }
        self.lines = lines;
    }

    fn take_line(&mut self) -> Option<(u32, String)> {
        let line = self.lines.get(self.next).cloned()?;
        self.next = self.next.saturating_add(1);
        Some(line)
    }

    /// Whether a macro of the script is running: its lines have had their fate when they were read.
    fn is_replaying(&self) -> bool {
        self.macro_depth > 0 && !self.shows_macro_lines
    }

    fn execute(&mut self, number: u32, text: &str) {
        if !self.is_replaying() {
            let opens = |command: &Command| command.verb.as_deref() == Some("open");
            let connects = self.log.get(self.command_start).is_some_and(opens);
            if self.told.next_line(self.sessions.len(), self.session.as_ref(), connects) {
                self.log.truncate(self.command_start);
            }
            self.command_start = self.log.len();
        }
        let mut words = tokens::split(text, self.dialect.unix);
        if self.is_zos()
            && let Some(at) = words.iter().position(|word| word.starts_with('('))
        {
            // Options of the command: `(REPLACE`.
            words.truncate(at);
        }
        self.macro_broken = false;
        let Some(word) = words.first() else {
            if !self.is_replaying() {
                self.record(number, Role::Ignored, text, None, Vec::new());
            }
            return;
        };
        match self.dialect.lookup(word) {
            Lookup::Invalid => {
                if self.connection.as_ref().is_some_and(|connection| !connection.logged_in) {
                    self.note_stray(text.trim());
                }
                self.refuse(number, text, None, &words, "Invalid command.");
            }
            Lookup::Ambiguous => self.refuse(number, text, None, &words, "Ambiguous command."),
            Lookup::Command(name, verb) if verb.needs_connection() && self.connection.is_none() => {
                if verb == Verb::User {
                    words.get(1).into_iter().for_each(|word| self.note_stray(word));
                }
                self.refuse(number, text, Some(name), &words, "Not connected.");
            }
            Lookup::Command(name, verb) => {
                let arguments = words.get(1..).unwrap_or_default().to_vec();
                if !self.is_replaying() {
                    self.record(number, Role::Command, text, Some(name), arguments);
                }
                self.carry_out(number, text, name, verb, words);
            }
        }
    }

    fn carry_out(&mut self, number: u32, text: &str, name: &'static str, verb: Verb, words: Vec<String>) {
        let mut line = CommandLine { number, name, text: text.to_owned(), words };
        if self.most_arguments(verb).is_some_and(|most| line.arguments().len() > most) {
            self.usage(&line);
            return;
        }
        match verb {
            Verb::Shell => self.shell(&line),
            Verb::Bye => self.bye(),
            Verb::Close => self.close(),
            Verb::Open => self.open(&mut line),
            Verb::User => self.user(&mut line),
            Verb::Quote => self.quote(&mut line),
            Verb::Ascii => self.set_type(Representation::Ascii),
            Verb::Binary => self.set_type(Representation::Image),
            Verb::Ebcdic => self.set_type(Representation::Ebcdic),
            Verb::Tenex => self.set_type(Representation::Tenex),
            Verb::Type => self.type_command(&line),
            Verb::FoldCase => self.fold_case = !self.fold_case,
            Verb::UniqueLocal => self.unique_local = !self.unique_local,
            Verb::UniqueRemote => self.unique_remote = !self.unique_remote,
            Verb::DefineMacro => self.define_macro(&mut line),
            Verb::RunMacro => self.run_macro(&mut line),
            Verb::Page => self.page(&mut line),
            Verb::PagedList => self.list(&line, "LIST"),
            Verb::TranslateNames => {
                self.doubt("the client is told to translate names; the names shown are those before")
            }
            Verb::Prompt => {
                self.failed = false;
                self.prompting = self.toggled(&line, self.prompting);
            }
            Verb::Glob => {
                self.failed = false;
                self.globbing = self.toggled(&line, self.globbing);
            }
            Verb::LocalDirectory => self.local_directory(&line),
            Verb::Get => self.get(&mut line),
            Verb::Put => self.put(&mut line, "STOR"),
            Verb::Append => self.put(&mut line, "APPE"),
            Verb::MultipleGet => self.multiple_get(&mut line),
            Verb::MultiplePut => self.multiple_put(&mut line),
            Verb::MultipleDelete => self.multiple_delete(&mut line),
            Verb::List => self.list(&line, self.dialect.list_sends),
            Verb::NameList => self.list(&line, "NLST"),
            Verb::Dir => self.list(&line, "LIST"),
            Verb::MultipleList => self.multiple_list(&mut line, "NLST"),
            Verb::MultipleDir => self.multiple_list(&mut line, "LIST"),
            Verb::ChangeDirectory
            | Verb::ChangeUp
            | Verb::Delete
            | Verb::MakeDirectory
            | Verb::RemoveDirectory
            | Verb::Rename
            | Verb::PrintDirectory
            | Verb::RemoteHelp
            | Verb::Site
            | Verb::ChangeMode
            | Verb::System
            | Verb::Size
            | Verb::ModificationTime
            | Verb::Account
            | Verb::Idle
            | Verb::Umask
            | Verb::RemoteStatus
            | Verb::Restart
            | Verb::MachineList
            | Verb::MachineStatus
            | Verb::Pass => self.remote(&mut line, verb),
            Verb::Remote if !line.arguments().is_empty() => self.failed = true,
            Verb::Local | Verb::Remote | Verb::LocalSite => {}
        }
    }

    /// Asks for what is missing: the answer is appended to the line and the whole is split anew, so that one answer may
    /// hold several arguments. False where the answer is empty or the input ends: the command is then given up.
    fn another(&mut self, line: &mut CommandLine, prompt: &str) -> bool {
        let before = line.words.len();
        let Some(answer) = self.answer(prompt) else { return false };
        line.text = format!("{} {answer}", line.text);
        line.words = tokens::split(&line.text, self.dialect.unix);
        line.words.len() > before
    }

    /// The next line, whatever it is, as the answer to a prompt.
    fn answer(&mut self, prompt: &str) -> Option<String> {
        let (number, text) = self.take_line()?;
        self.record(number, Role::Answer, &text, Some(prompt), Vec::new());
        Some(text)
    }

    fn usage(&mut self, line: &CommandLine) {
        self.fail_command(&format!("usage: {}: the arguments do not fit, nothing is done.", line.name));
    }

    /// Keeps what may be the answer to a question that was not asked.
    fn note_stray(&mut self, text: &str) {
        if self.stray_logins.len() < STRAY {
            self.stray_logins.push(text.to_owned());
        }
    }

    fn fail_command(&mut self, message: &str) {
        self.failed = true;
        if let Some(command) =
            self.log.get_mut(self.command_start).filter(|_| self.macro_depth == 0 || self.shows_macro_lines)
        {
            command.role = Role::Error;
            command.message = Some(message.to_owned());
        }
    }

    fn refuse(&mut self, line: u32, text: &str, verb: Option<&str>, words: &[String], message: &str) {
        self.macro_broken = verb.is_none();
        let arguments = words.get(1..).unwrap_or_default().to_vec();
        if self.is_replaying() {
            return;
        }
        self.record(line, Role::Error, text, verb, arguments);
        if let Some(command) = self.log.last_mut() {
            command.message = Some(message.to_owned());
        }
    }

    fn record(&mut self, line: u32, role: Role, text: &str, verb: Option<&str>, arguments: Vec<String>) {
        self.log.push(Command {
            line,
            role,
            verb: verb.map(str::to_owned),
            arguments,
            wire: Vec::new(),
            text: text.to_owned(),
            message: None,
        });
    }

    /// Puts a command on the control channel, on account of the line read last; the reply, if the world knows it.
    fn send(&mut self, command: impl Into<String>) -> Option<u16> {
        if self.connection.as_ref().is_none_or(|connection| connection.doomed) {
            return None;
        }
        self.failed = false;
        let command = command.into();
        let reply = self.world.reply(&command);
        if let Some(last) = self.log.last_mut() {
            last.wire.push(command);
        }
        reply
    }

    fn session(&mut self) -> &mut Session {
        self.session.get_or_insert_with(Session::default)
    }

    fn doubt(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let uncertain = &mut self.session().uncertain;
        if !uncertain.contains(&sentence) {
            uncertain.push(sentence);
        }
    }

    fn note(&mut self, line: u32, code: &str, message: &str) {
        self.diagnostics.push(Diagnostic::new(line, code, message));
    }

    /// Files the session away with all lines up to the command at hand.
    fn end_session(&mut self) {
        let rest = self.log.split_off(self.command_start.min(self.log.len()));
        if let Some(mut session) = self.session.take() {
            session.commands.append(&mut self.log);
            session.intended = super::login::intended(&session, &self.stray_logins);
            self.stray_logins.clear();
            self.sessions.push(session);
        } else if let Some(last) = self.sessions.last_mut() {
            last.commands.append(&mut self.log);
        }
        self.log.extend(rest);
        self.command_start = 0;
    }
}

/// A command line being worked on.
struct CommandLine {
    number: u32,
    name: &'static str,
    text: String,
    words: Vec<String>,
}

impl CommandLine {
    /// The argument at `index`; the command itself is at 0.
    fn argument(&self, index: usize) -> Option<&str> {
        self.words.get(index).map(String::as_str)
    }

    /// All arguments.
    fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
