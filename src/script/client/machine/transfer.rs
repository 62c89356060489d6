//! `get`, `put`, `append`: one file each way.

use super::{CommandLine, Machine, Representation};
use crate::script::client::dialect::Greets;
use crate::script::local_path;
use crate::script::transfer::{Direction, Transfer};

impl Machine<'_> {
    pub(super) fn get(&mut self, line: &mut CommandLine) {
        if !self.two_names(line, "Remote file", "Local file") {
            return;
        }
        let remote = line.argument(1).unwrap_or_default().to_owned();
        let local = match line.argument(2) {
            Some(local) => local.to_owned(),
            None => self.folded(self.name_on_the_other_side(&remote)),
        };
        let local = self.globbed(local);
        let there = self.world.reads(&local);
        match (line.name, there) {
            // inetutils wants the beginning of the file; tnftp then gets it from its beginning.
            ("reget", Some(false)) if !self.dialect.looks_first => {}
            ("newer", Some(true)) => {
                self.send(format!("MDTM {remote}"));
                self.doubt("the file is fetched only if it is newer than the one that is there");
            }
            _ => self.receive(&remote, &local),
        }
        self.pipe(&local);
        self.transfer(line, Direction::Download, remote, local);
    }

    /// Fetches one file, if the server and the local directory have it so.
    pub(super) fn receive(&mut self, remote: &str, local: &str) {
        let to_file = !self.is_stream(local);
        if to_file && self.dialect.looks_first && self.world.can_write(local) == Some(false) {
            self.failed = true;
            return;
        }
        let local = if to_file { self.unique(local) } else { local.to_owned() };
        self.agree_on(self.representation);
        if self.trips_over_failure() {
            return;
        }
        self.restart();
        if self.send_for_data(format!("RETR {remote}")) && to_file {
            self.write(&local);
        }
    }

    /// tnftp gives a transfer up where the question for the size failed. After a quoted login it does not know whether the
    /// server has sizes, and in ASCII it does not ask: then the failure of the command before is taken for that of the
    /// question.
    fn trips_over_failure(&self) -> bool {
        self.failed
            && self.dialect.greets == Greets::AfterLogin
            && self.representation == Representation::Ascii
            && self.connection.as_ref().is_some_and(|connection| !connection.greeted)
    }

    /// Writes a local file with what the server sends; where that is impossible the transfer is broken off.
    pub(super) fn write(&mut self, local: &str) {
        if self.world.can_write(local) == Some(false) {
            self.send("ABOR");
        } else {
            self.world.wrote(local);
        }
    }

    pub(super) fn put(&mut self, line: &mut CommandLine, verb: &str) {
        if !self.two_names(line, "Local file", "Remote file") {
            return;
        }
        let given = line.argument(1).unwrap_or_default().to_owned();
        let local = self.globbed(given);
        let remote = line.argument(2).map_or_else(|| self.name_on_the_other_side(&local), str::to_owned);
        self.send_file(verb, &local, &remote);
        self.pipe(&local);
        self.transfer(line, Direction::Upload, remote, local);
    }

    /// Sends one file, if it is there.
    pub(super) fn send_file(&mut self, verb: &str, local: &str, remote: &str) {
        self.agree_on(self.representation);
        let verb = if verb == "STOR" && self.unique_remote { "STOU" } else { verb };
        if !self.is_stream(local) && self.world.reads(local) == Some(false) {
            self.failed = true;
        } else {
            self.restart();
            if self.send_for_data(format!("{verb} {remote}")) && local == "-" && self.dialect.unix {
                self.send_the_rest();
            }
        }
    }

    /// `put - x` sends what is left of the input.
    fn send_the_rest(&mut self) {
        while self.answer("Data").is_some() {}
    }

    /// Both names are asked for only where none is given.
    fn two_names(&mut self, line: &mut CommandLine, first: &str, second: &str) -> bool {
        let missing = line.arguments().is_empty();
        let given = !missing || self.another(line, first) && (line.arguments().len() > 1 || self.another(line, second));
        if !given || self.dialect.refuses_extra_names && line.arguments().len() > 2 {
            self.usage(line);
            return false;
        }
        true
    }

    /// The name used where only one is given: on Windows the last name alone.
    pub(super) fn name_on_the_other_side(&self, name: &str) -> String {
        if self.dialect.keeps_directories { name.to_owned() } else { local_path::file_name(name).to_owned() }
    }

    /// After `case`, a remote name without small letters is written in them.
    pub(super) fn folded(&self, name: String) -> String {
        if self.fold_case && !name.contains(|c: char| c.is_ascii_lowercase()) {
            name.to_ascii_lowercase()
        } else {
            name
        }
    }

    /// Clients of Unix take a local name for a pattern, of which the first match counts.
    pub(super) fn globbed(&self, name: String) -> String {
        if !self.dialect.unix || !self.globbing || self.is_stream(&name) {
            return name;
        }
        self.world.local_names(&name).and_then(|names| names.into_iter().next()).unwrap_or(name)
    }

    /// After `runique`, a name that is not taken. inetutils always adds a number.
    pub(super) fn unique(&self, name: &str) -> String {
        let taken = |name: &str| self.world.reads(name) == Some(true);
        if !self.unique_local || self.dialect.looks_first && !taken(name) {
            return name.to_owned();
        }
        (1..100u32).map(|number| format!("{name}.{number}")).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Whether a local name is standard input or output (`-`) or a command (`|…`), as on Unix.
    pub(super) fn is_stream(&self, local: &str) -> bool {
        self.dialect.unix && (local == "-" || local.starts_with('|'))
    }

    /// On Unix a local name that begins with `|` is a command.
    fn pipe(&mut self, local: &str) {
        if let Some(command) = local.strip_prefix('|').filter(|_| self.dialect.unix).map(str::to_owned) {
            self.session().executes.push(command.trim().to_owned());
        }
    }

    /// After `restart`, the place in the file is told first.
    fn restart(&mut self) {
        if let Some(place) = self.restart_at.take()
            && self.connection.as_ref().is_some_and(|connection| connection.logged_in)
        {
            self.send(format!("REST {place}"));
        }
    }

    /// Sends a command that moves data; whether data flows then. A server refuses the data connection before the login, so
    /// that the transfer's command is never sent.
    pub(super) fn send_for_data(&mut self, command: String) -> bool {
        // The commands for the data connection, at the least, are answered.
        self.failed = false;
        if self.connection.as_ref().is_some_and(|connection| connection.logged_in) {
            !super::is_refusal(self.send(command))
        } else {
            self.doubt("there was no login before this transfer: the server would refuse it");
            false
        }
    }

    pub(super) fn transfer(&mut self, line: &CommandLine, direction: Direction, remote: String, local: String) {
        let wildcard = |name: &str| name.contains(['*', '?']);
        let resolved = match &self.local_directory {
            _ if self.is_stream(&local) => None,
            Some(directory) => Some(local_path::join(directory, &local)),
            None => local_path::is_absolute(&local).then(|| local_path::normalise(&local)),
        };
        let transfer = Transfer {
            id: String::new(),
            line: line.number,
            command: line.name.to_owned(),
            direction,
            remote_directory: self.connection.as_ref().and_then(|connection| connection.remote_directory.clone()),
            pattern: line.name.starts_with('m') && (wildcard(&remote) || wildcard(&local)),
            remote_path: Some(remote),
            local_path: Some(local),
            local_directory: self.local_directory.clone(),
            resolved_path: resolved,
            mode: self.representation.mode(),
            payloads: Vec::new(),
        };
        if self.told.takes_transfer() {
            self.session().transfers.push(transfer);
        }
    }

    /// `page` and the like: a file to the screen.
    pub(super) fn page(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "Remote file") {
            self.usage(line);
            return;
        }
        let remote = line.argument(1).unwrap_or_default().to_owned();
        self.agree_on(Representation::Ascii);
        self.send_for_data(format!("RETR {remote}"));
    }
}
