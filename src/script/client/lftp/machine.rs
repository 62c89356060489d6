//! lftp at work: it reads a command, carries it out, and goes on whatever comes of it.

use super::commands::{self, Lookup, Verb};
use super::parse::{Body, Condition, Output, Reader, Statement};
use crate::base::limits::Limits;
use crate::base::number::to_usize;
use crate::base::secret::Secret;
use crate::script::client::journal::{self, Journal};
use crate::script::client::world::World;
use crate::script::launch::Client;
use crate::script::reading::Interpretation;
use crate::script::session::{Credential, Role, Scheme};
use crate::script::transfer::Mode;
use std::collections::{BTreeMap, BTreeSet};

/// Deepest nesting of groups, aliases and commands that run commands.
const DEPTH: usize = 16;

/// Aliases, bookmarks and slots that are kept, each.
const NAMES: usize = 256;

/// Where commands act: the state that a group in parentheses has for itself, and that a slot keeps.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) session: Option<usize>,
    pub(super) remote: Option<String>,
    pub(super) previous_remote: Option<String>,
    pub(super) local: Option<String>,
    pub(super) previous_local: Option<String>,
    /// The server speaks another protocol than those of file transfer.
    pub(super) foreign: bool,
}

/// A connection, which lftp makes only when a command needs it.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) connected: bool,
    /// The directory that the server is in.
    pub(super) server: Option<String>,
    /// Directories that were entered once: lftp does not try them again.
    pub(super) verified: BTreeSet<Option<String>>,
    pub(super) mode: Mode,
}

impl Default for Link {
    fn default() -> Self {
        Self { connected: false, server: None, verified: BTreeSet::from([None]), mode: Mode::Ascii }
    }
}

/// lftp in the middle of its commands.
pub(super) struct Machine<'a> {
    pub(super) world: &'a dyn World,
    pub(super) journal: Journal,
    pub(super) place: Place,
    /// One for each session.
    pub(super) links: Vec<Link>,
    pub(super) bookmarks: BTreeMap<String, String>,
    pub(super) default_scheme: Scheme,
    pub(super) forces_tls: bool,
    /// The command depends on the failure of the one before: it is told, and nothing else.
    pub(super) is_alternative: bool,
    pub(super) line: u32,
    aliases: BTreeMap<String, String>,
    slots: BTreeMap<String, Place>,
    slot: Option<String>,
    depth: usize,
    /// Bytes of commands that may still be carried out.
    budget: usize,
    statements: usize,
    ended: bool,
    leaves_group: bool,
}

impl<'a> Machine<'a> {
    /// A client that has read nothing yet.
    #[must_use]
    pub(super) fn new(directory: Option<String>, world: &'a dyn World, limits: &Limits) -> Self {
        Self {
            world,
            journal: Journal::new(Client::Lftp),
            place: Place { local: directory, ..Place::default() },
            links: Vec::new(),
            bookmarks: BTreeMap::new(),
            default_scheme: Scheme::Ftp,
            forces_tls: false,
            is_alternative: false,
            line: 0,
            aliases: commands::ALIASES.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            slots: BTreeMap::new(),
            slot: None,
            depth: 0,
            budget: to_usize(limits.script_bytes).saturating_add(limits.batch_output),
            statements: limits.script_lines,
            ended: false,
            leaves_group: false,
        }
    }

    /// Carries out the commands of a text whose first line has this number; what is left after its end is unread.
    pub(super) fn run_text(&mut self, text: &str, line: u32) {
        let mut reader = Reader::new(text, line);
        while !self.ended && !self.leaves_group {
            let Some(statement) = reader.next() else { return };
            self.budget = self.budget.saturating_sub(statement.text.len());
            self.statements = self.statements.saturating_sub(1);
            if self.budget == 0 || self.statements == 0 {
                self.journal.note(
                    statement.line,
                    "too-many-lines",
                    "the script is longer than the limit; the rest was not run",
                );
                self.ended = true;
                return;
            }
            self.carry_out(&statement);
        }
        if self.depth == 0 {
            let unread: Vec<_> = reader.unread().take(self.statements).collect();
            for (line, text) in unread {
                self.journal.record(line, Role::Unread, None, &[], text);
            }
        }
    }

    /// What was done in all. `active` tells whether the client would have started.
    #[must_use]
    pub(super) fn finish(mut self, active: bool) -> Interpretation {
        for index in 0..self.links.len() {
            self.journal.switch(Some(index));
            if self.links.get(index).is_some_and(|link| link.connected) {
                self.journal.send("QUIT");
            }
        }
        let mut run = self.journal.finish();
        run.sessions.iter_mut().for_each(|session| session.active = active);
        run
    }

    fn carry_out(&mut self, statement: &Statement) {
        self.line = statement.line;
        let text = statement.text.as_str();
        let before = std::mem::replace(&mut self.is_alternative, statement.condition == Condition::Or);
        match &statement.body {
            Body::Remark => self.journal.record(self.line, Role::Ignored, None, &[], text),
            Body::Broken(message) => {
                self.journal.record(self.line, Role::Error, None, &[], text);
                self.journal.say(*message);
            }
            Body::Shell(command) => {
                self.journal.record(self.line, Role::Command, Some("!"), std::slice::from_ref(command), text);
                self.shell(command);
            }
            Body::Group { text, line } => self.nested(|machine| {
                let place = machine.place.clone();
                machine.run_text(text, *line);
                machine.leaves_group = false;
                machine.return_to(place);
            }),
            Body::Words { words, tail } => self.words(text, words, Some(tail), statement.output.as_ref()),
        }
        self.is_alternative = before;
    }

    /// Runs something one level deeper, or says that this is too deep.
    pub(super) fn nested(&mut self, run: impl FnOnce(&mut Self)) {
        if self.depth >= DEPTH {
            self.journal.note(
                self.line,
                "too-deep",
                "commands are nested deeper than the limit; the innermost were not run",
            );
            return;
        }
        self.depth = self.depth.saturating_add(1);
        run(self);
        self.depth = self.depth.saturating_sub(1);
    }

    fn words(&mut self, text: &str, words: &[String], tail: Option<&str>, output: Option<&Output>) {
        let Some((word, arguments)) = words.split_first() else {
            self.journal.record(self.line, Role::Command, None, &[], text);
            self.output(output);
            return;
        };
        if let (Some(value), Some(tail)) = (self.aliases.get(word).cloned(), tail) {
            let line = self.line;
            let expanded = format!("{value}{tail}");
            self.nested(|machine| {
                let shadowed = machine.aliases.remove_entry(word);
                machine.run_text(&expanded, line);
                machine.aliases.extend(shadowed);
            });
            return;
        }
        match commands::lookup(word) {
            Lookup::Unknown => {
                self.journal.record(self.line, Role::Error, None, arguments, text);
                self.journal.say(format!("Unknown command `{word}'."));
            }
            Lookup::Ambiguous => {
                self.journal.record(self.line, Role::Error, None, arguments, text);
                self.journal.say(format!("Ambiguous command `{word}'."));
            }
            Lookup::Command(name, verb) => {
                self.journal.record(self.line, Role::Command, Some(name), arguments, text);
                if self.is_alternative && !tells_of_files(verb) {
                    self.journal.say("runs only if the command before it fails");
                    return;
                }
                if self.place.foreign && verb.needs_server() {
                    self.journal.say("the server in use speaks another protocol than FTP");
                    return;
                }
                if self.place.session.is_none() && verb.needs_server() {
                    self.journal.refuse("Not connected.");
                    return;
                }
                self.obey(name, verb, arguments, output);
            }
        }
    }

    fn obey(&mut self, name: &'static str, verb: Verb, arguments: &[String], output: Option<&Output>) {
        if !matches!(verb, Verb::Print | Verb::Open | Verb::Exit) {
            self.output(output);
        }
        match verb {
            Verb::Open => self.open(arguments),
            Verb::User => self.user(arguments),
            Verb::Anonymous => self.login(None),
            Verb::Close => self.close(),
            Verb::ChangeDirectory => self.change_directory(arguments),
            Verb::LocalDirectory => self.local_directory(arguments),
            Verb::Get => self.get(name, arguments),
            Verb::GetOne => self.get_one(name, arguments),
            Verb::MultipleGet => self.multiple_get(name, arguments),
            Verb::Put => self.put(name, arguments),
            Verb::MultiplePut => self.multiple_put(name, arguments),
            Verb::Mirror => self.mirror(name, arguments),
            Verb::Print => self.print(name, arguments, output),
            Verb::Remove
            | Verb::MultipleRemove
            | Verb::RemoveDirectory
            | Verb::MakeDirectory
            | Verb::Move
            | Verb::MultipleMove
            | Verb::ChangeMode => self.on_server(verb, arguments),
            Verb::Quote => self.raw(arguments.join(" ")),
            Verb::Site => self.raw(format!("SITE {}", arguments.join(" "))),
            Verb::List => {
                self.connect();
            }
            Verb::Set => self.set(arguments),
            Verb::Alias => self.alias(arguments),
            Verb::Bookmark => self.bookmark(arguments),
            Verb::Source => self.source(arguments),
            Verb::Queue => self.queue(arguments),
            Verb::Repeat => self.repeat(arguments),
            Verb::At => {
                let command = arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect::<Vec<_>>();
                self.run_words(&command);
            }
            Verb::Run => self.run_given(name, arguments),
            Verb::Glob => self.glob(arguments),
            Verb::Local => self.journal.say("works on local files"),
            Verb::Shell => self.shell(&arguments.join(" ")),
            Verb::Slot => self.slot(arguments.first().map(String::as_str)),
            Verb::Exit => self.exit(arguments),
            Verb::Nothing => {}
        }
    }

    /// Where the output of a command that prints goes.
    pub(super) fn output(&mut self, output: Option<&Output>) {
        match output {
            None => {}
            Some(Output::File(path)) => {
                let path = journal::unix_join(self.place.local.as_deref(), path);
                self.journal.session().local_writes.push(path);
            }
            Some(Output::Filter(command)) => self.shell(command),
        }
    }

    pub(super) fn shell(&mut self, command: &str) {
        if command.trim().is_empty() {
            self.journal.doubt("`!` alone starts an interactive shell, which may read the lines that follow");
        } else {
            self.journal.session().executes.push(command.to_owned());
        }
    }

    fn exit(&mut self, arguments: &[String]) {
        let is = |word: &str| arguments.iter().any(|argument| argument == word);
        if self.depth > 0 && !is("top") {
            self.leaves_group = true;
        } else {
            self.ended = true;
        }
    }

    fn set(&mut self, arguments: &[String]) {
        let Some(name) = arguments.first() else { return };
        let value = arguments.get(1).map(String::as_str).unwrap_or_default();
        let (name, closure) = name.split_once('/').unwrap_or((name, ""));
        let name = name.rsplit(':').next().unwrap_or(name);
        match name {
            "default-protocol" => {
                self.default_scheme = match value {
                    "sftp" | "fish" => Scheme::Sftp,
                    "ftps" => Scheme::Ftps,
                    _ => Scheme::Ftp,
                }
            }
            "ssl-force" if closure.is_empty() => {
                self.forces_tls =
                    matches!(value.to_ascii_lowercase().as_str(), "yes" | "true" | "on" | "1" | "y" | "t");
                self.apply_tls();
            }
            _ => {}
        }
    }

    fn alias(&mut self, arguments: &[String]) {
        let Some((name, value)) = arguments.split_first() else { return };
        self.aliases.remove(name);
        if !value.is_empty() && self.aliases.len() < NAMES {
            self.aliases.insert(name.clone(), value.join(" "));
        }
    }

    fn bookmark(&mut self, arguments: &[String]) {
        if let [command, name, rest @ ..] = arguments
            && command == "add"
            && self.bookmarks.len() < NAMES
        {
            let here = || self.journal.current().and_then(|index| self.journal.sessions().get(index)?.host.clone());
            if let Some(place) = rest.first().cloned().or_else(here) {
                self.bookmarks.insert(name.clone(), place);
            }
        }
    }

    fn source(&mut self, arguments: &[String]) {
        match arguments {
            [option, command @ ..] if option == "-e" => {
                let command = command.join(" ");
                self.shell(&command);
                self.journal.doubt("runs the commands that a program prints, which the script alone does not tell");
            }
            [file, ..] => self.journal.doubt(format!("runs the commands of another file: {file}")),
            [] => {}
        }
    }

    fn queue(&mut self, arguments: &[String]) {
        let mut command = arguments;
        while let [option, rest @ ..] = command
            && option.starts_with('-')
        {
            command = match (option.as_str(), rest) {
                ("-n", [_, rest @ ..]) => rest,
                ("-q" | "-v" | "-Q", _) => rest,
                _ => return,
            };
        }
        if !matches!(command, [word] if word == "stop" || word == "start") {
            self.run_words(command);
        }
    }

    /// `repeat [-c count] [-d delay] [--while-ok] [delay] command`, carried out once.
    fn repeat(&mut self, arguments: &[String]) {
        let mut command = arguments;
        while let [option, rest @ ..] = command {
            let is_delay = option.starts_with(|c: char| c.is_ascii_digit());
            command = match (option.as_str(), rest) {
                ("-c" | "-d" | "--count" | "--delay", [_, rest @ ..]) => rest,
                _ if option.starts_with('-') || is_delay => rest,
                _ => break,
            };
        }
        self.journal.say("is done again and again; it is told once");
        self.run_words(command);
    }

    fn run_given(&mut self, name: &str, arguments: &[String]) {
        match arguments {
            [option, format, values @ ..] if name == "eval" && option == "-f" => {
                let mut command = format.replace("$@", &values.join(" "));
                for (index, value) in (0usize..10).zip(values) {
                    command = command.replace(&format!("${index}"), value);
                }
                command.truncate(command.floor_char_boundary(self.budget.min(1 << 16)));
                let line = self.line;
                self.nested(|machine| machine.run_text(&command, line));
            }
            _ if name == "eval" => {
                let (command, line) = (arguments.join(" "), self.line);
                self.nested(|machine| machine.run_text(&command, line));
            }
            _ => self.run_words(arguments),
        }
    }

    /// `glob [-fda] [--exist|--not-exist] command patterns`.
    fn glob(&mut self, arguments: &[String]) {
        let command = arguments.iter().skip_while(|word| word.starts_with('-')).cloned().collect::<Vec<_>>();
        let Some((word, patterns)) = command.split_first() else { return };
        if arguments.iter().any(|word| word.ends_with("exist")) {
            return;
        }
        let multiple = match commands::lookup(word) {
            Lookup::Command(_, Verb::Get) => "mget",
            Lookup::Command(_, Verb::Put) => "mput",
            Lookup::Command(_, Verb::Remove) => "mrm",
            _ => word,
        };
        self.run_words(&[&[multiple.to_owned()], patterns].concat());
    }

    /// Carries out a command that another one is given: one word is a text of its own.
    pub(super) fn run_words(&mut self, command: &[String]) {
        let line = self.line;
        match command {
            [] => {}
            [text] => self.nested(|machine| machine.run_text(text, line)),
            words => {
                let text = words.join(" ");
                self.budget = self.budget.saturating_sub(text.len());
                if self.budget > 0 {
                    self.nested(|machine| machine.words(&text, words, None, None));
                }
            }
        }
    }

    /// Goes over to another slot; a new one begins where one stands.
    pub(super) fn slot(&mut self, name: Option<&str>) {
        let Some(name) = name else { return };
        if let Some(old) = self.slot.replace(name.to_owned())
            && self.slots.len() < NAMES
        {
            self.slots.insert(old, self.place.clone());
        }
        if let Some(place) = self.slots.get(name).cloned() {
            self.return_to(place);
        }
    }

    fn return_to(&mut self, place: Place) {
        self.journal.switch(place.session);
        self.place = place;
    }

    /// Runs the program's own arguments: what `open` does with them.
    pub(super) fn run_open(&mut self, arguments: &[String], line: u32, text: &str) {
        self.line = line;
        if line > 0 {
            self.journal.record(line, Role::Command, Some("open"), arguments, text);
        }
        self.open(arguments);
    }

    /// Runs the words of `-c` where they are several: one command.
    pub(super) fn run_command(&mut self, words: &[String], line: u32) {
        self.line = line;
        self.run_words(words);
    }

    /// The login as the report shows it.
    pub(super) fn credential(&self, username: &str, password: Option<&str>) -> Credential {
        Credential {
            username: Some(username.to_owned()),
            password: password.map(Secret::new),
            anonymous: matches!(username, "anonymous" | "ftp"),
            line: self.line,
            ..Credential::default()
        }
    }
}

impl Verb {
    /// Whether the command acts on the server in use.
    fn needs_server(self) -> bool {
        matches!(
            self,
            Self::ChangeDirectory
                | Self::Remove
                | Self::MultipleRemove
                | Self::RemoveDirectory
                | Self::MakeDirectory
                | Self::Move
                | Self::MultipleMove
                | Self::Quote
                | Self::Site
                | Self::ChangeMode
                | Self::List
        )
    }
}

/// Whether a command that may not run is told all the same: what it would transfer is worth knowing.
fn tells_of_files(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Get
            | Verb::GetOne
            | Verb::MultipleGet
            | Verb::Put
            | Verb::MultiplePut
            | Verb::Mirror
            | Verb::Print
            | Verb::Shell
    )
}
