//! WinSCP at work on the commands of a script or of its command line.

use super::site::{self, Site};
use super::words::{self, Options};
use crate::script::client::journal::{self, Journal};
use crate::script::client::world::{StoredSite, World};
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::reading::Interpretation;
use crate::script::session::{Role, Scheme};
use crate::script::transfer::{Direction, Mode, Transfer};
use crate::script::url;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Open,
    Close,
    Session,
    Exit,
    Get,
    Put,
    Synchronize,
    KeepUpToDate,
    ChangeDirectory,
    LocalDirectory,
    MakeDirectory,
    Remove,
    RemoveDirectory,
    Move,
    ChangeMode,
    Call,
    Option,
    Ascii,
    Binary,
    Nothing,
}

/// The commands with the least and the greatest number of parameters.
const COMMANDS: &[(&str, Verb, usize, usize)] = &[
    ("!", Verb::Call, 1, MANY),
    ("ascii", Verb::Ascii, 0, 0),
    ("binary", Verb::Binary, 0, 0),
    ("bye", Verb::Exit, 0, 0),
    ("call", Verb::Call, 1, MANY),
    ("cd", Verb::ChangeDirectory, 0, 1),
    ("checksum", Verb::Nothing, 2, 2),
    ("chmod", Verb::ChangeMode, 2, MANY),
    ("close", Verb::Close, 0, 1),
    ("cp", Verb::Nothing, 2, MANY),
    ("dir", Verb::Nothing, 0, 1),
    ("echo", Verb::Nothing, 0, MANY),
    ("exit", Verb::Exit, 0, 0),
    ("get", Verb::Get, 1, MANY),
    ("help", Verb::Nothing, 0, MANY),
    ("keepuptodate", Verb::KeepUpToDate, 0, 2),
    ("lcd", Verb::LocalDirectory, 1, 1),
    ("lls", Verb::Nothing, 0, 1),
    ("ln", Verb::Nothing, 2, 2),
    ("lpwd", Verb::Nothing, 0, 0),
    ("ls", Verb::Nothing, 0, 1),
    ("man", Verb::Nothing, 0, MANY),
    ("mget", Verb::Get, 1, MANY),
    ("mkdir", Verb::MakeDirectory, 1, 1),
    ("mput", Verb::Put, 1, MANY),
    ("mv", Verb::Move, 2, MANY),
    ("open", Verb::Open, 0, MANY),
    ("option", Verb::Option, 0, 2),
    ("put", Verb::Put, 1, MANY),
    ("pwd", Verb::Nothing, 0, 0),
    ("recv", Verb::Get, 1, MANY),
    ("rename", Verb::Move, 2, MANY),
    ("rm", Verb::Remove, 1, MANY),
    ("rmdir", Verb::RemoveDirectory, 1, MANY),
    ("send", Verb::Put, 1, MANY),
    ("session", Verb::Session, 0, 1),
    ("stat", Verb::Nothing, 1, 1),
    ("symlink", Verb::Nothing, 2, 2),
    ("synchronize", Verb::Synchronize, 1, 3),
];

const MANY: usize = usize::MAX;

/// The kinds of files that `-transfer=automatic` takes for text by default.
const TEXTS: [&str; 19] = [
    "html", "htm", "txt", "php", "php3", "cgi", "c", "cpp", "h", "pas", "bas", "tex", "pl", "js", "css", "cfg", "ini",
    "sh", "xml",
];

/// The command that a word means: its name in letters of either case, cut short as far as no other begins alike.
pub(super) fn lookup(word: &str) -> Result<(&'static str, Verb, usize, usize), &'static str> {
    let lower = word.to_ascii_lowercase();
    if let Some(command) = COMMANDS.iter().find(|(name, ..)| *name == lower) {
        return Ok(*command);
    }
    let mut begun = COMMANDS.iter().filter(|(name, ..)| !lower.is_empty() && name.starts_with(&lower));
    match (begun.next(), begun.next()) {
        (Some(command), None) => Ok(*command),
        (Some(_), Some(_)) => Err("Ambiguous command"),
        (None, _) => Err("Unknown command"),
    }
}

/// How the bytes are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransferMode {
    Binary,
    Ascii,
    Automatic,
}

/// WinSCP in the middle of its commands.
pub(super) struct Machine<'a> {
    pub(super) journal: Journal,
    world: &'a dyn World,
    /// The configuration that the command line names.
    store: Option<&'a str>,
    /// The remote directory of each session; nothing is the login directory.
    remote: Vec<Option<String>>,
    open: Vec<bool>,
    start: Option<String>,
    local: Option<String>,
    mode: TransferMode,
    /// `option batch abort` was given: an error ends the script.
    aborts: bool,
    foreign: bool,
    ended: bool,
    line: u32,
}

impl<'a> Machine<'a> {
    pub(super) fn new(directory: Option<String>, world: &'a dyn World, store: Option<&'a str>) -> Self {
        Self {
            journal: Journal::new(Client::Winscp),
            world,
            store,
            remote: Vec::new(),
            open: Vec::new(),
            start: directory.clone(),
            local: directory,
            mode: TransferMode::Binary,
            aborts: false,
            foreign: false,
            ended: false,
            line: 0,
        }
    }

    pub(super) fn finish(self) -> Interpretation {
        self.journal.finish()
    }

    /// Carries out one command; one that comes after the end is not read.
    pub(super) fn command(&mut self, line: u32, text: &str) {
        self.line = line;
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            self.journal.record(line, Role::Ignored, None, &[], text);
            return;
        }
        if self.ended {
            self.journal.record(line, Role::Unread, None, &[], text);
            return;
        }
        let words = words::split(trimmed);
        let Some((word, arguments)) = words.split_first() else { return };
        let (name, verb, least, most) = match lookup(word) {
            Ok(command) => command,
            Err(message) => {
                self.journal.record(line, Role::Error, None, arguments, text);
                self.fail(format!("{message} '{word}'."));
                return;
            }
        };
        self.journal.record(line, Role::Command, Some(name), arguments, text);
        let options = Options::new(arguments, &['-']);
        let takers: &[&str] = if verb == Verb::Open { &["rawsettings"] } else { &["rawtransfersettings"] };
        let parameters: Vec<String> = options.parameters(takers).into_iter().map(str::to_owned).collect();
        if verb != Verb::Open && parameters.len() < least {
            self.fail(format!("Missing parameter for command '{name}'."));
        } else if verb != Verb::Open && parameters.len() > most {
            self.fail(format!("Too many parameters for command '{name}'."));
        } else if verb.needs_session() && self.is_closed() {
            self.fail(if self.foreign { "the server in use speaks another protocol than FTP" } else { "No session." });
        } else {
            self.carry_out(name, verb, &options, &parameters, trimmed);
        }
    }

    fn carry_out(&mut self, name: &str, verb: Verb, options: &Options, parameters: &[String], text: &str) {
        let first = parameters.first().map(String::as_str);
        match verb {
            Verb::Open => match first {
                Some(site) => self.open(site, options),
                None => self.fail("the host is asked for"),
            },
            Verb::Close => {
                if let Some(index) = self.chosen(first) {
                    self.open.get_mut(index).into_iter().for_each(|open| *open = false);
                    let next = self.open.iter().position(|open| *open);
                    if self.journal.current() == Some(index) {
                        self.journal.switch(next.or(Some(index)));
                    }
                }
            }
            Verb::Session => {
                let chosen = self.chosen(first);
                self.journal.switch(chosen);
            }
            Verb::Exit => self.ended = true,
            Verb::Get => self.get(name, options, parameters),
            Verb::Put => self.put(name, options, parameters),
            Verb::Synchronize => self.synchronize(name, options, parameters),
            Verb::KeepUpToDate => self.trees(name, options, parameters, &[Direction::Upload]),
            Verb::ChangeDirectory => {
                let new = first.and_then(|target| journal::remote_enter(self.remote().as_deref(), target));
                if let Some(remote) = self.journal.current().and_then(|index| self.remote.get_mut(index)) {
                    *remote = new;
                }
            }
            Verb::LocalDirectory => {
                let target = first.unwrap_or_default();
                self.local = Some(match &self.local {
                    Some(directory) => local_path::join(directory, target),
                    None => target.to_owned(),
                });
            }
            Verb::MakeDirectory => self.journal.session().makes_directories.extend(parameters.iter().cloned()),
            Verb::Remove => self.journal.session().deletes.extend(parameters.iter().cloned()),
            Verb::RemoveDirectory => self.journal.session().removes_directories.extend(parameters.iter().cloned()),
            Verb::Move => self.rename(parameters),
            Verb::ChangeMode => {
                if let Some((mode, files)) = parameters.split_first() {
                    let raw = files.iter().map(|file| format!("SITE CHMOD {mode} {file}"));
                    let raw: Vec<String> = if self.is_ftp() { raw.collect() } else { Vec::new() };
                    self.journal.session().raw.extend(raw);
                }
            }
            Verb::Call => {
                let command = text.split_once([' ', '\t']).map_or(text.trim_start_matches('!'), |(_, rest)| rest);
                self.journal.session().raw.push(command.trim().to_owned());
                if !self.is_ftp() {
                    self.journal.say("runs a command of the server's shell");
                }
            }
            Verb::Option => self.option(parameters),
            Verb::Ascii => self.mode = TransferMode::Ascii,
            Verb::Binary => self.mode = TransferMode::Binary,
            Verb::Nothing => {}
        }
    }

    /// Opens the session that the word names, as `open` does and a word on the command line.
    pub(super) fn open(&mut self, word: &str, options: &Options) {
        if let Some(site) = self.in_store(word) {
            let mut session = site.session_at(self.line);
            site::add_login(&mut session, None, None, options);
            self.add(session, site.directory);
            return;
        }
        match site::of(word, options, self.line) {
            Site::Foreign => {
                self.foreign = true;
                self.journal.say("the address is of another protocol than FTP");
            }
            Site::Server(session, directory) => self.add(*session, directory),
            Site::Stored(session) => self.add(*session, None),
        }
    }

    /// The stored site that a word names: it comes before a host of that name.
    pub(super) fn in_store(&self, word: &str) -> Option<StoredSite> {
        let is_name = !word.is_empty() && !word.contains("://");
        is_name.then(|| self.world.site(Client::Winscp, &url::percent_decoded(word), self.store)).flatten()
    }

    fn add(&mut self, session: crate::script::session::Session, directory: Option<String>) {
        self.journal.open(session);
        self.foreign = false;
        while self.remote.len() < self.journal.sessions().len() {
            self.remote.push(directory.clone());
            self.open.push(true);
        }
    }

    /// Stands at another line: that of the command line's own session is 0.
    pub(super) fn stand_at(&mut self, line: u32) {
        self.line = line;
    }

    fn is_closed(&self) -> bool {
        self.foreign || self.journal.current().is_none_or(|index| self.open.get(index) != Some(&true))
    }

    /// The session of a number, from 1; the one in force without.
    fn chosen(&self, number: Option<&str>) -> Option<usize> {
        match number {
            None => self.journal.current(),
            Some(number) => number.parse::<usize>().ok()?.checked_sub(1).filter(|index| *index < self.open.len()),
        }
    }

    fn is_ftp(&self) -> bool {
        let session = self.journal.current().and_then(|index| self.journal.sessions().get(index));
        session.is_some_and(|session| session.scheme != Scheme::Sftp)
    }

    fn remote(&self) -> Option<String> {
        self.journal.current().and_then(|index| self.remote.get(index)).cloned().flatten()
    }

    /// A command is refused, which ends a script unless `option batch` says otherwise; older versions asked.
    fn fail(&mut self, message: impl Into<String>) {
        self.journal.refuse(message);
        if self.aborts {
            self.ended = true;
        } else {
            self.journal.doubt(format!(
                "line {} is refused, which ends the script in newer versions unless `option batch continue` is set",
                self.line
            ));
        }
    }

    fn option(&mut self, parameters: &[String]) {
        let [name, value] = parameters else { return };
        let begins = |full: &str, given: &str| {
            !given.is_empty() && full.get(..given.len()).is_some_and(|head| head.eq_ignore_ascii_case(given))
        };
        if begins("batch", name) {
            self.aborts = begins("abort", value);
        } else if begins("transfer", name)
            && let Some(mode) = transfer_mode(value)
        {
            self.mode = mode;
        }
    }

    /// `get file … [target]`: the last of several is where they go.
    fn get(&mut self, name: &str, options: &Options, parameters: &[String]) {
        let (sources, target) = sources_and_target(parameters);
        let (directory, mask) = match target {
            Some(target) => match target.rsplit_once(['\\', '/']) {
                Some((_, mask)) => (target.strip_suffix(mask).unwrap_or(target), mask),
                None => ("", target),
            },
            None => ("", ""),
        };
        for source in sources {
            let file = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
            let local = format!("{directory}{}", masked(file, mask));
            if options.has("delete") {
                self.journal.session().deletes.push(source.clone());
            }
            let transfer = Transfer {
                remote_path: Some(source.clone()),
                remote_directory: self.remote(),
                pattern: is_pattern(source),
                mode: self.mode_of(options, file),
                ..journal::transfer(self.line, name, Direction::Download)
            };
            self.push(transfer, &local);
        }
    }

    /// `put file … [target]`
    fn put(&mut self, name: &str, options: &Options, parameters: &[String]) {
        let (sources, target) = sources_and_target(parameters);
        let (directory, mask) = match target {
            Some(target) => match target.rsplit_once('/') {
                Some((_, mask)) => (target.strip_suffix(mask).unwrap_or(target), mask),
                None => ("", target),
            },
            None => ("", ""),
        };
        for source in sources {
            let file = local_path::file_name(source.trim_end_matches(['\\', '/']));
            if options.has("delete") {
                self.journal.say("deletes the local files after the upload");
            }
            let directory = directory.strip_prefix("./").unwrap_or(directory);
            let transfer = Transfer {
                remote_path: Some(format!("{directory}{}", masked(file, mask))),
                remote_directory: self.remote(),
                pattern: is_pattern(source),
                mode: self.mode_of(options, file),
                ..journal::transfer(self.line, name, Direction::Upload)
            };
            self.push(transfer, source);
        }
    }

    /// `synchronize local|remote|both [local directory [remote directory]]`
    fn synchronize(&mut self, name: &str, options: &Options, parameters: &[String]) {
        let Some((mode, directories)) = parameters.split_first() else { return };
        let begins = |full: &str| full.get(..mode.len()).is_some_and(|head| head.eq_ignore_ascii_case(mode));
        let directions: &[Direction] = if begins("local") {
            &[Direction::Download]
        } else if begins("remote") {
            &[Direction::Upload]
        } else if begins("both") {
            &[Direction::Download, Direction::Upload]
        } else {
            self.fail(format!("Unknown value '{mode}'."));
            return;
        };
        if options.has("preview") {
            self.journal.say("only shows what it would do");
            return;
        }
        self.trees(name, options, directories, directions);
    }

    fn trees(&mut self, name: &str, options: &Options, directories: &[String], directions: &[Direction]) {
        if options.has("delete") {
            self.journal.doubt("synchronize deletes files at the target that the source does not have");
        }
        let local = directories.first().map_or(".", String::as_str);
        let remote = directories.get(1).map_or(".", String::as_str);
        for direction in directions {
            let transfer = Transfer {
                remote_path: Some(journal::everything_below(remote, '/')),
                remote_directory: self.remote(),
                pattern: true,
                mode: self.mode_of(options, ""),
                ..journal::transfer(self.line, name, *direction)
            };
            let separator = if local.contains('/') && !local.contains('\\') { '/' } else { '\\' };
            self.push(transfer, &journal::everything_below(local, separator));
        }
    }

    fn push(&mut self, transfer: Transfer, local: &str) {
        let resolved = match &self.local {
            Some(directory) => Some(local_path::join(directory, local)),
            None => local_path::is_absolute(local).then(|| local_path::normalise(local)),
        };
        let is_stream = local == "-" || local == "*-";
        let transfer = Transfer {
            local_path: Some(local.to_owned()),
            local_directory: self.local.clone().or_else(|| self.start.clone()),
            resolved_path: resolved.filter(|_| !is_stream),
            ..transfer
        };
        self.journal.transfer(transfer);
    }

    fn rename(&mut self, parameters: &[String]) {
        let Some((target, sources)) = parameters.split_last() else { return };
        for source in sources {
            let file = source.rsplit('/').next().unwrap_or(source);
            let to = match target.rsplit_once('/') {
                Some((_, mask)) => format!("{}{}", target.strip_suffix(mask).unwrap_or(target), masked(file, mask)),
                None => masked(file, target),
            };
            self.journal.session().renames.push([source.clone(), to]);
        }
    }

    fn mode_of(&self, options: &Options, file: &str) -> Mode {
        let mode = options.value("transfer").and_then(transfer_mode).unwrap_or(self.mode);
        let is_text = || {
            let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
            extension.is_some_and(|extension| TEXTS.contains(&extension.as_str()) || extension.ends_with("html"))
        };
        match mode {
            TransferMode::Ascii => Mode::Ascii,
            TransferMode::Automatic if is_text() => Mode::Ascii,
            TransferMode::Binary | TransferMode::Automatic => Mode::Binary,
        }
    }
}

impl Verb {
    fn needs_session(self) -> bool {
        !matches!(
            self,
            Self::Open | Self::Exit | Self::LocalDirectory | Self::Option | Self::Ascii | Self::Binary | Self::Nothing
        )
    }
}

fn transfer_mode(value: &str) -> Option<TransferMode> {
    let begins =
        |full: &str| !value.is_empty() && full.get(..value.len()).is_some_and(|head| head.eq_ignore_ascii_case(value));
    match value {
        _ if begins("binary") => Some(TransferMode::Binary),
        _ if begins("ascii") => Some(TransferMode::Ascii),
        _ if begins("automatic") => Some(TransferMode::Automatic),
        _ => None,
    }
}

fn sources_and_target(parameters: &[String]) -> (&[String], Option<&str>) {
    match parameters {
        [sources @ .., target] if !sources.is_empty() => (sources, Some(target)),
        sources => (sources, None),
    }
}

/// The name that a file gets by an operation mask: `*.*`, `*` and nothing keep it, `*.bak` changes its kind.
fn masked(file: &str, mask: &str) -> String {
    let (stem, extension) = file.rsplit_once('.').map_or((file, ""), |(stem, extension)| (stem, extension));
    let (stem_mask, extension_mask) = match mask.rsplit_once('.') {
        _ if matches!(mask, "" | "*" | "*.*" | ".") => return file.to_owned(),
        Some(parts) => parts,
        None => (mask, ""),
    };
    if !mask.contains(['*', '?']) {
        return mask.to_owned();
    }
    let stem = stem_mask.replace('*', stem);
    let extension = extension_mask.replace('*', extension);
    if extension.is_empty() { stem } else { format!("{stem}.{extension}") }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}
