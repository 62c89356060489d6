//! `get`, `put`, `append`: one file each way.

use super::{CommandLine, Machine};
use crate::script::local_path;
use crate::script::transfer::{Direction, Transfer};

impl Machine<'_> {
    pub(super) fn get(&mut self, line: &mut CommandLine) {
        if !self.two_names(line, "Remote file", "Local file") {
            return;
        }
        let remote = line.argument(1).unwrap_or_default().to_owned();
        let local = line.argument(2).map_or_else(|| self.name_on_the_other_side(&remote), str::to_owned);
        self.agree_on(self.mode);
        self.send_if_logged_in(format!("RETR {remote}"));
        self.pipe(&local);
        self.transfer(line, Direction::Download, remote, local);
    }

    pub(super) fn put(&mut self, line: &mut CommandLine, verb: &str) {
        if !self.two_names(line, "Local file", "Remote file") {
            return;
        }
        let local = line.argument(1).unwrap_or_default().to_owned();
        let remote = line.argument(2).map_or_else(|| self.name_on_the_other_side(&local), str::to_owned);
        self.agree_on(self.mode);
        let absent = self.world.local_names(&local).is_some_and(|names| names.is_empty());
        if !absent {
            self.send_if_logged_in(format!("{verb} {remote}"));
        }
        self.pipe(&local);
        self.transfer(line, Direction::Upload, remote, local);
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

    /// On Unix a local name that begins with `|` is a command.
    fn pipe(&mut self, local: &str) {
        if let Some(command) = local.strip_prefix('|').filter(|_| self.dialect.unix).map(str::to_owned) {
            self.session().executes.push(command);
        }
    }

    /// A server refuses the data connection before the login, so that the transfer's command is never sent.
    pub(super) fn send_if_logged_in(&mut self, command: String) {
        if self.connection.as_ref().is_some_and(|connection| connection.logged_in) {
            self.send(command);
        } else {
            self.doubt("there was no login before this transfer: the server would refuse it");
        }
    }

    pub(super) fn transfer(&mut self, line: &CommandLine, direction: Direction, remote: String, local: String) {
        let wildcard = |name: &str| name.contains(['*', '?']);
        let resolved = match &self.local_directory {
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
            mode: self.mode,
            payloads: Vec::new(),
        };
        self.session().transfers.push(transfer);
    }
}
