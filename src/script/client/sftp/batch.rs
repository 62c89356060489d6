//! Batch commands of `sftp` and `psftp`.

use super::command_line::Target;
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::client::journal::{self, Journal, is_pattern, unix_join};
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::{Credential, Role, Scheme, Session};
use crate::script::transfer::{Direction, Transfer};

/// A client in the middle of its commands.
pub(super) struct Machine {
    pub(super) journal: Journal,
    putty: bool,
    connected: bool,
    remote: Option<String>,
    local: Option<String>,
    ended: bool,
    line: u32,
}

impl Machine {
    pub(super) fn new(client: Client, directory: Option<String>) -> Self {
        Self {
            journal: Journal::new(client),
            putty: client == Client::Psftp,
            connected: false,
            remote: None,
            local: directory,
            ended: false,
            line: 0,
        }
    }

    /// Connects as the command line says, and copies what it names.
    pub(super) fn begin(&mut self, target: &Target, line: u32) {
        self.line = line;
        if target.host.is_none() && target.stored.is_none() {
            return;
        }
        self.open(target);
        for (remote, local, is_upload) in &target.copies {
            let direction = if *is_upload { Direction::Upload } else { Direction::Download };
            self.transfer("scp", direction, remote, local, is_pattern(if *is_upload { local } else { remote }));
        }
        if let Some(path) = &target.path {
            // A path that is a file is fetched, a directory is entered: the command line alone does not tell which.
            let file = local_path::file_name(path);
            if target.script.is_none() && file.contains('.') && !file.starts_with('.') {
                self.transfer("get", Direction::Download, path, file, is_pattern(path));
                self.journal.doubt("the path on the command line may be a directory that is entered");
            } else {
                self.remote = journal::remote_enter(None, path);
            }
        }
    }

    fn open(&mut self, target: &Target) {
        let mut session = Session {
            line: self.line,
            scheme: Scheme::Sftp,
            address_class: target.host.as_deref().map(address::classify),
            host: target.host.clone(),
            port: Some(target.port.unwrap_or(22)),
            ..Session::default()
        };
        if let Some(site) = &target.stored {
            session = Session { port: target.port.or(site.session.port), ..site.session_at(self.line) };
            let login = session.credentials.first_mut().filter(|_| target.user.is_none());
            if let (Some(login), Some(password)) = (login, &target.password) {
                login.password = Some(Secret::new(password.clone()));
            }
        }
        if target.user.is_some() || target.password.is_some() && session.credentials.is_empty() {
            session.credentials.clear();
            session.credentials.push(Credential {
                username: target.user.clone(),
                password: target.password.clone().map(Secret::new),
                line: self.line,
                ..Credential::default()
            });
        }
        if target.key {
            session.uncertain.push("logs in with a private key".to_owned());
        }
        self.journal.open(session);
        self.connected = true;
        self.remote = None;
    }

    /// Carries out one line of a batch.
    pub(super) fn command(&mut self, line: u32, text: &str) {
        self.line = line;
        // OpenSSH: a dash in front lets an error pass, an at sign hides the echo.
        let bare = if self.putty { text.trim() } else { text.trim().trim_start_matches(['-', '@']).trim_start() };
        if bare.is_empty() || bare.starts_with('#') {
            self.journal.record(line, Role::Ignored, None, &[], text);
            return;
        }
        if self.ended {
            self.journal.record(line, Role::Unread, None, &[], text);
            return;
        }
        if let Some(command) = bare.strip_prefix('!') {
            let command = command.trim().to_owned();
            self.journal.record(line, Role::Command, Some("!"), std::slice::from_ref(&command), text);
            self.journal.session().executes.push(command);
            return;
        }
        let words = words(bare, self.putty);
        let Some((word, arguments)) = words.split_first() else { return };
        let verb = word.to_ascii_lowercase();
        let names: Vec<String> = arguments.iter().filter(|word| !is_option(word)).cloned().collect();
        self.journal.record(line, Role::Command, Some(&verb), arguments, text);
        if !self.obey(&verb, &names) {
            self.journal.refuse("Invalid command.");
        }
    }

    /// Carries a command out; false for one that the clients do not have.
    fn obey(&mut self, verb: &str, names: &[String]) -> bool {
        let first = names.first().map_or("", String::as_str);
        match verb {
            "open" if self.putty => {
                let (user, host) = first.rsplit_once('@').map_or((None, first), |(user, host)| (Some(user), host));
                let target = Target {
                    user: user.map(str::to_owned),
                    host: Some(host.to_owned()),
                    port: names.get(1).and_then(|port| port.parse().ok()),
                    ..Target::default()
                };
                self.open(&target);
            }
            "get" | "reget" | "recv" => match (self.putty, names) {
                (_, [remote]) => self.get(verb, remote, None),
                (_, [remote, local, ..]) => self.get(verb, remote, Some(local)),
                _ => return false,
            },
            "put" | "reput" | "send" => match names {
                [local] => self.put(verb, local, None),
                [local, remote, ..] => self.put(verb, local, Some(remote)),
                _ => return false,
            },
            "mget" => names.iter().for_each(|remote| self.get(verb, remote, None)),
            "mput" => names.iter().for_each(|local| self.put(verb, local, None)),
            "cd" | "chdir" => {
                self.remote = journal::remote_enter(self.remote.as_deref(), if first.is_empty() { "~" } else { first })
            }
            "lcd" | "lchdir" => {
                self.local = Some(unix_join(self.local.as_deref(), if first.is_empty() { "~" } else { first }))
            }
            "mkdir" => self.journal.session().makes_directories.extend(names.iter().cloned()),
            "rm" | "del" | "delete" => self.journal.session().deletes.extend(names.iter().cloned()),
            "rmdir" => self.journal.session().removes_directories.extend(names.iter().cloned()),
            "rename" | "mv" | "ren" => match names {
                [from, to] => self.journal.session().renames.push([from.clone(), to.clone()]),
                _ => return false,
            },
            "bye" | "exit" | "quit" => self.ended = true,
            "close" if self.putty => self.connected = false,
            "chmod" | "chown" | "chgrp" | "ls" | "dir" | "lls" | "pwd" | "lpwd" | "ln" | "symlink" | "lmkdir"
            | "lumask" | "progress" | "version" | "help" | "?" | "df" | "copy" | "cp" | "open" => {}
            _ => return false,
        }
        true
    }

    fn get(&mut self, verb: &str, remote: &str, local: Option<&str>) {
        let file = local_path::file_name(remote.trim_end_matches('/'));
        let local = match local {
            None | Some("." | "./") => file.to_owned(),
            Some(local) if local.ends_with(['/', '\\']) => format!("{local}{file}"),
            Some(local) => local.to_owned(),
        };
        self.transfer(verb, Direction::Download, remote, &local, is_pattern(remote));
    }

    fn put(&mut self, verb: &str, local: &str, remote: Option<&str>) {
        let file = local_path::file_name(local.trim_end_matches(['/', '\\']));
        let remote = match remote {
            None | Some("." | "./") => file.to_owned(),
            Some(remote) if remote.ends_with('/') => format!("{remote}{file}"),
            Some(remote) => remote.to_owned(),
        };
        self.transfer(verb, Direction::Upload, &remote, local, is_pattern(local));
    }

    fn transfer(&mut self, verb: &str, direction: Direction, remote: &str, local: &str, pattern: bool) {
        let resolved =
            (self.local.is_some() || local_path::is_absolute(local)).then(|| unix_join(self.local.as_deref(), local));
        let transfer = Transfer {
            remote_path: Some(remote.to_owned()),
            remote_directory: self.remote.clone(),
            local_path: Some(local.to_owned()),
            local_directory: self.local.clone(),
            resolved_path: resolved,
            pattern,
            ..journal::transfer(self.line, verb, direction)
        };
        // Without a server named anywhere the session is one of SFTP all the same.
        self.journal.session().scheme = Scheme::Sftp;
        self.journal.transfer(transfer);
    }
}

fn is_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && word.chars().skip(1).all(|c| c.is_ascii_alphanumeric())
}

/// Words: quotes group; in OpenSSH a backslash quotes one character, in PuTTY a doubled quote is one.
fn words(text: &str, putty: bool) -> Vec<String> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut quote = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', _)
                if !putty
                    && characters.peek().is_some_and(|c| matches!(c, ' ' | '\\' | '"' | '\'' | '*' | '?' | '#')) =>
            {
                word.extend(characters.next());
            }
            ('"', Some('"')) if putty && characters.peek() == Some(&'"') => word.extend(characters.next()),
            ('"', None) => quote = Some('"'),
            ('\'', None) if !putty => quote = Some('\''),
            (_, Some(open)) if open == character => quote = None,
            (' ' | '\t', None) => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            ('#', None) if !putty && !begun => break,
            _ => word.push(character),
        }
        begun = true;
    }
    words.extend(begun.then_some(word));
    words
}
