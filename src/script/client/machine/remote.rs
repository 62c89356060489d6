//! Commands that act on the server's files and directories, and the transfer type.

use super::{CommandLine, Machine, Representation, is_refusal};
use crate::script::client::dialect::Verb;
use crate::script::local_path;

impl Machine<'_> {
    pub(super) fn remote(&mut self, line: &mut CommandLine, verb: Verb) {
        match verb {
            Verb::PrintDirectory => self.print_directory(),
            Verb::System => {
                self.send("SYST");
            }
            Verb::ChangeUp => {
                if !is_refusal(self.send("CDUP")) {
                    self.knows_directory = false;
                    self.enter_remote("..");
                }
            }
            Verb::RemoteHelp => self.send_with(line, "HELP"),
            Verb::RemoteStatus => self.send_with(line, "STAT"),
            Verb::Idle => self.send_with(line, "SITE IDLE"),
            Verb::Umask => self.send_with(line, "SITE UMASK"),
            Verb::MachineList => self.list(line, "MLSD"),
            Verb::MachineStatus => self.send_with(line, "MLST"),
            Verb::Account => self.account(line),
            Verb::Pass => self.pass(line),
            Verb::Restart => self.restart_at = line.argument(1).and_then(|place| place.parse().ok()),
            Verb::Rename => self.rename(line),
            Verb::Site => self.site(line),
            Verb::ChangeMode => self.change_mode(line),
            _ => self.on_one_name(line, verb),
        }
    }

    /// `pwd`; tnftp remembers the answer until it changes the directory itself.
    fn print_directory(&mut self) {
        if !(self.dialect.refuses_extra_names && self.knows_directory) {
            let reply = self.send("PWD");
            self.knows_directory = !is_refusal(reply);
        }
    }

    fn on_one_name(&mut self, line: &mut CommandLine, verb: Verb) {
        let (prompt, command) = match verb {
            Verb::ChangeDirectory => ("Remote directory", "CWD"),
            Verb::Delete => ("Remote file", "DELE"),
            Verb::MakeDirectory => ("Directory name", "MKD"),
            Verb::RemoveDirectory => ("Directory name", "RMD"),
            Verb::Size => ("Remote file", "SIZE"),
            _ => ("Remote file", "MDTM"),
        };
        if line.arguments().is_empty() && !self.another(line, prompt) {
            self.usage(line);
            return;
        }
        let name = line.argument(1).unwrap_or_default().to_owned();
        let done = !is_refusal(self.send(format!("{command} {name}")));
        match verb {
            _ if !done => {}
            Verb::ChangeDirectory => {
                self.knows_directory = false;
                self.enter_remote(&name);
            }
            Verb::Delete => self.session().deletes.push(name),
            Verb::MakeDirectory => self.session().makes_directories.push(name),
            Verb::RemoveDirectory => self.session().removes_directories.push(name),
            _ => {}
        }
    }

    fn rename(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "From name")
            || line.arguments().len() < 2 && !self.another(line, "To name")
            || self.is_too_much(line, 2)
        {
            self.usage(line);
            return;
        }
        if let (Some(from), Some(to)) = (line.argument(1).map(str::to_owned), line.argument(2).map(str::to_owned)) {
            if is_refusal(self.send(format!("RNFR {from}"))) {
                return;
            }
            self.send(format!("RNTO {to}"));
            self.session().renames.push([from, to]);
        }
    }

    fn site(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "Arguments to SITE command") {
            self.usage(line);
            return;
        }
        let command = format!("SITE {}", line.arguments().join(" "));
        self.send(command.clone());
        self.session().raw.push(command);
    }

    fn change_mode(&mut self, line: &mut CommandLine) {
        let given = (!line.arguments().is_empty() || self.another(line, "Mode"))
            && (line.arguments().len() > 1 || self.another(line, "File name"));
        if self.is_too_much(line, 2) {
            self.usage(line);
            return;
        }
        let [mode, file, ..] = line.arguments() else {
            self.usage(line);
            return;
        };
        if given {
            let command = format!("SITE CHMOD {mode} {file}");
            self.send(command.clone());
            self.session().raw.push(command);
        }
    }

    /// `account`: the words are joined without blanks; without any, the next line is asked for.
    fn account(&mut self, line: &CommandLine) {
        let account = match line.arguments() {
            [] => self.answer("Account").unwrap_or_default(),
            words => words.concat(),
        };
        self.send(format!("ACCT {account}"));
        if let Some(credential) = self.session().credentials.last_mut() {
            credential.account = Some(account);
        }
    }

    /// `pass`: the password for the user named before.
    fn pass(&mut self, line: &CommandLine) {
        let password = line.argument(1).unwrap_or_default().to_owned();
        let reply = self.send(format!("PASS {password}"));
        if let Some(credential) = self.session().credentials.last_mut() {
            credential.password = Some(crate::base::secret::Secret::new(password));
        }
        self.note_login(reply);
    }

    /// Sends a command with the first argument, if there is one.
    fn send_with(&mut self, line: &CommandLine, verb: &str) {
        let command = line.argument(1).map_or_else(|| verb.to_owned(), |argument| format!("{verb} {argument}"));
        self.send(command);
    }

    pub(super) fn enter_remote(&mut self, target: &str) {
        if let Some(connection) = &mut self.connection {
            connection.remote_directory = Some(local_path::remote_join(connection.remote_directory.as_deref(), target));
        }
    }

    /// `ascii`, `binary`: told to the server at once; one that refuses (no login yet) leaves the type as it was.
    pub(super) fn set_type(&mut self, representation: Representation) {
        let reply = self.send(representation.command());
        let logged_in = self.is_logged_in();
        if reply.map_or(logged_in, |code| code < 400) {
            self.representation = representation;
            if let Some(connection) = &mut self.connection {
                connection.told = representation;
            }
        } else if reply.is_none() {
            self.doubt("the type is set before the login: a server that refuses it leaves the type as it was");
        }
    }

    pub(super) fn type_command(&mut self, line: &CommandLine) {
        let Some(word) = line.argument(1) else { return };
        let word = if self.dialect.case_sensitive { word.to_owned() } else { word.to_ascii_lowercase() };
        match word.as_str() {
            "ascii" => self.set_type(Representation::Ascii),
            "binary" | "image" => self.set_type(Representation::Image),
            "tenex" if self.dialect.unix => self.set_type(Representation::Tenex),
            "tenex" => self.set_type(Representation::Image),
            "ebcdic" if !self.is_windows() => self.set_type(Representation::Ebcdic),
            "a" if self.is_zos() => self.set_type(Representation::Ascii),
            "i" if self.is_zos() => self.set_type(Representation::Image),
            "e" if self.is_zos() => self.set_type(Representation::Ebcdic),
            _ => self.usage(line),
        }
    }

    /// Tells the server the type that the next data connection needs, if it differs from the last one told.
    pub(super) fn agree_on(&mut self, representation: Representation) {
        if self.connection.as_ref().is_some_and(|connection| connection.told != representation) {
            let reply = self.send(representation.command());
            let logged_in = self.is_logged_in();
            if let Some(connection) = &mut self.connection
                && reply.map_or(logged_in, |code| code < 400)
            {
                connection.told = representation;
            }
        }
    }
}
