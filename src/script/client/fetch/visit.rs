//! A session in the making: the login, the way to a directory, the transfers, and what of it goes over the wire.

use super::call::Call;
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::client::world::StoredSite;
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::{Command, Credential, Role, Scheme, Session};
use crate::script::store::EVERY_HOST;
use crate::script::transfer::{Direction, Mode, Transfer};
use crate::script::url::Url;
use crate::script::writer::batch;

/// One file, or one pattern, to be moved.
#[derive(Debug, Clone)]
pub(super) struct Move {
    /// Which way.
    pub(super) direction: Direction,
    /// Name on the server as sent.
    pub(super) remote: Option<String>,
    /// Name on this host; nothing for the screen, a pipe.
    pub(super) local: Option<String>,
    /// How.
    pub(super) mode: Mode,
    /// Whether the names stand for many files.
    pub(super) pattern: bool,
    /// Whether it is written on at the end of what is there.
    pub(super) append: bool,
}

impl Move {
    /// A download in binary.
    pub(super) fn get(remote: impl Into<String>, local: Option<String>) -> Self {
        Self {
            direction: Direction::Download,
            remote: Some(remote.into()),
            local,
            mode: Mode::Binary,
            pattern: false,
            append: false,
        }
    }

    /// An upload in binary.
    pub(super) fn put(remote: impl Into<String>, local: Option<String>) -> Self {
        Self { direction: Direction::Upload, ..Self::get(remote, local) }
    }
}

/// Sessions that one call may lead to: a sequence may stand for hosts.
pub(super) const SESSIONS: usize = 200;

/// Transfers of one session that are kept.
const TRANSFERS: usize = 2000;

/// A session in the making.
pub(super) struct Visit<'a> {
    call: &'a Call<'a>,
    /// What is known so far.
    pub(super) session: Session,
    /// What goes over the control channel so far.
    pub(super) wire: Vec<String>,
    directory: Option<String>,
    mode: Option<Mode>,
    line: u32,
}

impl<'a> Visit<'a> {
    /// A visit to the server of an address, with its login where it carries one. `line` is 0 where the command line opens it.
    pub(super) fn to(url: &Url, call: &'a Call<'a>, line: u32) -> Self {
        let mut visit = Self::at(url.scheme, &url.host, url.effective_port(), call, line);
        visit.session.uncertain = url.doubts();
        if let Some(username) = &url.username {
            visit.login(username, url.password.clone());
        }
        visit
    }

    /// A visit to a server by name and port.
    pub(super) fn at(scheme: Scheme, host: &str, port: u16, call: &'a Call<'a>, line: u32) -> Self {
        let session = Session {
            line,
            scheme,
            address_class: Some(address::classify(host)),
            host: (!host.is_empty()).then(|| host.to_owned()),
            port: Some(port),
            ..Session::default()
        };
        Self { call, session, wire: Vec::new(), directory: None, mode: None, line: line.max(1) }
    }

    /// The line whose command is carried out.
    pub(super) fn set_line(&mut self, line: u32) {
        self.line = line;
    }

    /// The login that is sent, in place of any other.
    pub(super) fn login(&mut self, username: &str, password: Option<Secret>) {
        let anonymous = matches!(username.to_ascii_lowercase().as_str(), "anonymous" | "ftp");
        self.session.credentials = vec![Credential {
            username: Some(username.to_owned()),
            password,
            anonymous,
            line: self.line,
            ..Credential::default()
        }];
    }

    /// A visit to a site in store.
    pub(super) fn stored(site: &StoredSite, call: &'a Call<'a>, line: u32) -> Self {
        let mut visit = Self::at(Scheme::Ftp, "", 21, call, line);
        visit.session = Session { line, ..site.session_at(line.max(1)) };
        visit
    }

    /// Takes what is missing of the login from the user's `.netrc`, or from the file that the command line names in its
    /// place; false where that holds nothing of the server.
    pub(super) fn login_by_netrc(&mut self, file: Option<&str>) -> bool {
        let login = self.session.credentials.first();
        let user = login.and_then(|login| login.username.clone());
        if login.is_some_and(|login| login.password.is_some()) {
            return false;
        }
        let host = self.session.host.as_deref().unwrap_or_default();
        let entry = self.call.world.and_then(|world| world.netrc(host, user.as_deref(), file));
        let Some(entry) = entry else { return false };
        let Some(name) = user.or(entry.username) else { return false };
        self.login(&name, entry.password);
        if let Some(login) = self.session.credentials.first_mut() {
            login.account = entry.account;
            login.source = entry.source;
        }
        if let Some(doubt) = entry.doubt {
            self.doubt(doubt);
        }
        true
    }

    /// Takes the login from the client's own settings in the home of its user.
    pub(super) fn login_by_settings(&mut self, client: Client) {
        if !self.session.credentials.is_empty() {
            return;
        }
        let site = self.call.world.and_then(|world| world.site(client, EVERY_HOST, None));
        let Some(site) = site else { return };
        let Session { credentials, uncertain, .. } = site.session_at(self.line.max(1));
        self.session.credentials = credentials;
        // The first is what the store says of itself.
        if let Some(doubt) = uncertain.into_iter().nth(1) {
            self.doubt(doubt);
        }
    }

    /// The login that the client uses by itself where none is given.
    pub(super) fn login_or_anonymous(&mut self, password: &str) {
        if self.session.credentials.is_empty() && self.session.scheme != Scheme::Sftp {
            self.login("anonymous", Some(Secret::new(password)));
        }
    }

    /// Puts the login on the wire.
    pub(super) fn send_login(&mut self) {
        let credentials = self.session.credentials.clone();
        for credential in &credentials {
            if let Some(username) = &credential.username {
                self.send(format!("USER {username}"));
            }
            if let Some(password) = &credential.password {
                self.send(format!("PASS {}", password.reveal()));
            }
            if let Some(account) = &credential.account {
                self.send(format!("ACCT {account}"));
            }
        }
    }

    /// Puts a command on the wire.
    pub(super) fn send(&mut self, command: impl Into<String>) {
        if self.session.scheme != Scheme::Sftp {
            self.wire.push(command.into());
        }
    }

    /// Changes the remote directory, from the login directory: by one command, or by one for each part.
    pub(super) fn enter(&mut self, directory: &str, step_by_step: bool) {
        let directory = Some(directory).filter(|directory| !directory.is_empty());
        if self.directory.as_deref() == directory {
            return;
        }
        self.directory = directory.map(str::to_owned);
        let Some(directory) = directory else { return };
        if !step_by_step {
            self.send(format!("CWD {directory}"));
            return;
        }
        if directory.starts_with('/') {
            self.send("CWD /");
        }
        for part in directory.split('/').filter(|part| !part.is_empty()) {
            self.send(format!("CWD {part}"));
        }
    }

    /// Sets the type where it is another one than the server was last told.
    pub(super) fn set_mode(&mut self, mode: Mode) {
        if self.mode.replace(mode) != Some(mode) {
            self.send(if mode == Mode::Ascii { "TYPE A" } else { "TYPE I" });
        }
    }

    /// Moves a file.
    pub(super) fn transfer(&mut self, moved: Move) {
        if self.session.transfers.len() >= TRANSFERS {
            self.doubt("more files are asked for than are listed");
            return;
        }
        self.set_mode(moved.mode);
        if let Some(remote) = moved.remote.as_deref().filter(|_| !moved.pattern) {
            let verb = match moved.direction {
                Direction::Download => "RETR",
                Direction::Upload if moved.append => "APPE",
                Direction::Upload => "STOR",
            };
            self.send(format!("{verb} {remote}"));
        }
        let directory = self.call.directory;
        let resolved = moved.local.as_deref().and_then(|local| match directory {
            Some(directory) => Some(local_path::join(directory, local)),
            None => local_path::is_absolute(local).then(|| local_path::normalise(local)),
        });
        self.session.transfers.push(Transfer {
            id: String::new(),
            line: self.line,
            command: self.call.program.to_owned(),
            direction: moved.direction,
            remote_path: moved.remote,
            remote_directory: self.directory.clone(),
            resolved_path: resolved.filter(|_| moved.local.as_deref() != Some("-")),
            local_path: moved.local,
            local_directory: directory.map(str::to_owned),
            pattern: moved.pattern,
            mode: moved.mode,
            payloads: Vec::new(),
        });
    }

    /// Notes a command that the caller gives for the server as it is, and what it does.
    pub(super) fn quote(&mut self, command: &str) {
        let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
        let argument = argument.trim().to_owned();
        match verb.to_ascii_uppercase().as_str() {
            "DELE" => self.session.deletes.push(argument),
            "MKD" | "XMKD" => self.session.makes_directories.push(argument),
            "RMD" | "XRMD" => self.session.removes_directories.push(argument),
            "RNFR" => self.session.renames.push([argument, String::new()]),
            "RNTO" => {
                if let Some([_, to]) = self.session.renames.last_mut() {
                    *to = argument;
                }
            }
            _ => {}
        }
        self.session.raw.push(command.to_owned());
        self.send(command);
    }

    /// What the command line alone does not tell.
    pub(super) fn doubt(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.session.uncertain.contains(&sentence) {
            self.session.uncertain.push(sentence);
        }
    }

    /// The session; where the client reads no text, its one command is the call.
    pub(super) fn finish(mut self) -> Session {
        if self.call.script.is_none() {
            self.session.commands = vec![Command {
                line: 1,
                role: Role::Command,
                verb: Some(self.call.program.to_owned()),
                arguments: self.call.arguments.to_vec(),
                wire: self.wire,
                text: self.call.command_line.to_owned(),
                message: None,
            }];
        }
        let mut names = Vec::new();
        let session = &self.session;
        let logins = session
            .credentials
            .iter()
            .flat_map(|login| [login.username.as_deref(), login.password.as_ref().map(|password| password.reveal())]);
        let moved = session
            .transfers
            .iter()
            .flat_map(|t| [t.remote_path.as_deref(), t.remote_directory.as_deref(), t.local_path.as_deref()]);
        for text in logins.chain(moved).chain([session.host.as_deref()]).flatten() {
            names.extend(batch::unresolved(text));
        }
        names.sort();
        names.dedup();
        self.session.unresolved = names;
        self.session
    }
}

/// A name behind a directory of this host, with the separator that the directory uses.
pub(super) fn local_join(directory: &str, name: &str) -> String {
    match directory {
        "" | "." => name.to_owned(),
        _ if directory.ends_with(['/', '\\']) => format!("{directory}{name}"),
        _ if directory.contains('\\') || directory.ends_with(':') => format!("{directory}\\{name}"),
        _ => format!("{directory}/{name}"),
    }
}

/// A name behind a directory of the server.
pub(super) fn remote_join(directory: &str, name: &str) -> String {
    if directory.is_empty() || directory.ends_with('/') {
        format!("{directory}{name}")
    } else {
        format!("{directory}/{name}")
    }
}
