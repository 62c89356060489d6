//! What a client did with its script, command by command, where it may hold several connections at a time: lftp, WinSCP and
//! the clients of SFTP.

use super::told::{MORE_SESSIONS, SESSIONS, Told};
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::reading::Interpretation;
use crate::script::session::{Command, Diagnostic, Role, Session};
use crate::script::transfer::{Direction, Mode, Transfer};

/// The run of a client so far.
#[derive(Debug, Default)]
pub struct Journal {
    client: Client,
    sessions: Vec<Session>,
    current: Option<usize>,
    /// What was done before the first connection.
    aside: Session,
    told: Told,
    diagnostics: Vec<Diagnostic>,
}

impl Journal {
    /// A run in which nothing has happened yet.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client, ..Self::default() }
    }

    /// The session that commands act on now, by its index; nothing before the first connection.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        self.current
    }

    /// Lets commands act on another session.
    pub fn switch(&mut self, session: Option<usize>) {
        self.current = session.filter(|index| *index < self.sessions.len());
    }

    /// The sessions opened so far.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Opens a connection: the command that opens it, which was recorded last, is the first of the new session. What was
    /// done before any connection belongs to the first one.
    pub fn open(&mut self, session: Session) {
        if self.sessions.len() >= SESSIONS {
            self.note(0, "too-many-sessions", MORE_SESSIONS);
            return;
        }
        let mut session = session;
        if self.sessions.is_empty() {
            let aside = std::mem::take(&mut self.aside);
            session.commands = aside.commands;
            session.executes = aside.executes;
            session.local_writes = aside.local_writes;
            session.uncertain.splice(0..0, aside.uncertain);
        } else {
            let opener = self.session().commands.pop_if(|command| command.line == session.line);
            session.commands.extend(opener);
        }
        self.sessions.push(session);
        self.current = self.sessions.len().checked_sub(1);
    }

    /// The session in force; before the first connection, what is to be part of it.
    pub fn session(&mut self) -> &mut Session {
        let index = self.current.unwrap_or_else(|| self.sessions.len().saturating_sub(1));
        self.sessions.get_mut(index).unwrap_or(&mut self.aside)
    }

    /// Records a command and what the client takes it for.
    pub fn record(&mut self, line: u32, role: Role, verb: Option<&str>, arguments: &[String], text: &str) {
        let current = self.current.and_then(|index| self.sessions.get(index));
        if self.told.next_line(self.sessions.len(), current, false) {
            self.session().commands.pop();
        }
        self.session().commands.push(Command {
            line,
            role,
            verb: verb.map(str::to_owned),
            arguments: arguments.to_vec(),
            wire: Vec::new(),
            text: text.to_owned(),
            message: None,
        });
    }

    /// Notes a transfer of the session in force.
    pub fn transfer(&mut self, transfer: Transfer) {
        if self.told.takes_transfer() {
            self.session().transfers.push(transfer);
        }
    }

    /// Says something of the command recorded last.
    pub fn say(&mut self, message: impl Into<String>) {
        if let Some(command) = self.session().commands.last_mut() {
            command.message = Some(message.into());
        }
    }

    /// The command recorded last is refused.
    pub fn refuse(&mut self, message: impl Into<String>) {
        if let Some(command) = self.session().commands.last_mut() {
            command.role = Role::Error;
            command.message = Some(message.into());
        }
    }

    /// Puts a command on the control channel, on account of the one recorded last.
    pub fn send(&mut self, command: impl Into<String>) {
        if let Some(last) = self.session().commands.last_mut() {
            last.wire.push(command.into());
        }
    }

    /// Says once what the script alone cannot tell.
    pub fn doubt(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let uncertain = &mut self.session().uncertain;
        if !uncertain.contains(&sentence) {
            uncertain.push(sentence);
        }
    }

    /// Tells something of the script as a whole or of one of its lines.
    pub fn note(&mut self, line: u32, code: &str, message: &str) {
        if !self.diagnostics.iter().any(|diagnostic| diagnostic.line == line && diagnostic.code == code) {
            self.diagnostics.push(Diagnostic::new(line, code, message));
        }
    }

    /// What comes out. Without any connection there is one session where the script did something at all.
    #[must_use]
    pub fn finish(mut self) -> Interpretation {
        if self.sessions.is_empty() && !(self.aside.commands.is_empty() && self.aside.executes.is_empty()) {
            self.sessions.push(self.aside);
        }
        self.diagnostics.extend(self.told.diagnostics());
        Interpretation {
            client: self.client,
            sessions: self.sessions,
            diagnostics: self.diagnostics,
            login_assumed: None,
        }
    }
}

/// A transfer of which only the command and the way are known yet.
#[must_use]
pub fn transfer(line: u32, command: &str, direction: Direction) -> Transfer {
    Transfer {
        id: String::new(),
        line,
        command: command.to_owned(),
        direction,
        remote_path: None,
        remote_directory: None,
        local_path: None,
        local_directory: None,
        resolved_path: None,
        pattern: false,
        mode: Mode::Binary,
        payloads: Vec::new(),
    }
}

/// A local path of a Unix program seen from a directory; one that is absolute on either system stays.
#[must_use]
pub fn unix_join(directory: Option<&str>, path: &str) -> String {
    match directory {
        Some(directory) if !local_path::is_absolute(path) && !local_path::has_drive_root(path) => {
            if directory.contains('\\') && !directory.contains('/') {
                local_path::join(directory, path)
            } else {
                local_path::normalise(&format!("{}/{path}", directory.trim_end_matches('/')))
            }
        }
        _ => local_path::normalise(path),
    }
}

/// The remote directory in force after `cd target`: nothing is the login directory, a path without a slash in front starts
/// from it.
#[must_use]
pub fn remote_enter(directory: Option<&str>, target: &str) -> Option<String> {
    let (absolute, base, target) = if target.starts_with('/') {
        (true, "", target)
    } else if let Some(rest) = target.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        (false, "", rest)
    } else {
        let base = directory.unwrap_or_default();
        (base.starts_with('/'), base, target)
    };
    let mut names: Vec<&str> = Vec::new();
    for name in base.split('/').chain(target.split('/')) {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            ".." if absolute => {}
            _ => names.push(name),
        }
    }
    match (absolute, names.is_empty()) {
        (false, true) => None,
        (true, _) => Some(format!("/{}", names.join("/"))),
        (false, false) => Some(names.join("/")),
    }
}

/// Whether a name is a pattern of the shell.
#[must_use]
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Everything below a directory, as a pattern: `up/**`; `.` is where one stands.
#[must_use]
pub fn everything_below(directory: &str, separator: char) -> String {
    let bare = directory.trim_end_matches(['/', '\\']);
    match (bare, directory) {
        ("", "") | (".", _) => "**".to_owned(),
        _ => format!("{bare}{separator}**"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_directories() {
        let cases = [
            (None, "sub", Some("sub")),
            (Some("sub"), "..", None),
            (Some("sub"), "../..", Some("..")),
            (Some("/a/b"), "../c/", Some("/a/c")),
            (Some("/a"), "../..", Some("/")),
            (Some("/a"), "~", None),
            (Some("/a"), "~/x", Some("x")),
            (Some("a"), "/x//y", Some("/x/y")),
        ];
        for (directory, target, result) in cases {
            assert_eq!(remote_enter(directory, target).as_deref(), result, "{directory:?} {target}");
        }
    }

    #[test]
    fn local_paths() {
        let cases = [
            (None, "./a", "a"),
            (Some("d"), "a", "d/a"),
            (Some("/d/"), "../a", "/a"),
            (Some("/d"), "/x", "/x"),
            (Some("C:\\d"), "a", "C:\\d\\a"),
            (Some("/d"), "C:\\a", "C:\\a"),
        ];
        for (directory, path, joined) in cases {
            assert_eq!(unix_join(directory, path), joined);
        }
        assert_eq!(everything_below("up/", '/'), "up/**");
        assert_eq!(everything_below("/", '/'), "/**");
        assert_eq!(everything_below(".", '/'), "**");
        assert_eq!(everything_below("C:\\s", '\\'), "C:\\s\\**");
    }
}
