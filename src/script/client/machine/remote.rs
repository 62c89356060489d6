//! Commands that act on the server's files and directories, and the transfer type.

use super::{CommandLine, Machine};
use crate::script::client::dialect::Verb;
use crate::script::local_path;
use crate::script::transfer::Mode;

impl Machine<'_> {
    pub(super) fn remote(&mut self, line: &mut CommandLine, verb: Verb) {
        match verb {
            Verb::PrintDirectory => self.send("PWD"),
            Verb::System => self.send("SYST"),
            Verb::ChangeUp => {
                self.send("CDUP");
                self.enter_remote("..");
            }
            Verb::RemoteHelp => self.send_words("HELP", line.arguments()),
            Verb::Rename => self.rename(line),
            Verb::Site => self.site(line),
            Verb::ChangeMode => match line.arguments() {
                [mode, file] => {
                    let command = format!("SITE CHMOD {mode} {file}");
                    self.send(command.clone());
                    self.session().raw.push(command);
                }
                _ => self.usage(line),
            },
            _ => self.on_one_name(line, verb),
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
        self.send(format!("{command} {name}"));
        match verb {
            Verb::ChangeDirectory => self.enter_remote(&name),
            Verb::Delete => self.session().deletes.push(name),
            Verb::MakeDirectory => self.session().makes_directories.push(name),
            Verb::RemoveDirectory => self.session().removes_directories.push(name),
            _ => {}
        }
    }

    fn rename(&mut self, line: &mut CommandLine) {
        if line.arguments().is_empty() && !self.another(line, "From name")
            || line.arguments().len() < 2 && !self.another(line, "To name")
        {
            self.usage(line);
            return;
        }
        if let (Some(from), Some(to)) = (line.argument(1).map(str::to_owned), line.argument(2).map(str::to_owned)) {
            self.send(format!("RNFR {from}"));
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

    pub(super) fn send_words(&mut self, verb: &str, words: &[String]) {
        let command = std::iter::once(verb).chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        self.send(command);
    }

    pub(super) fn enter_remote(&mut self, target: &str) {
        if let Some(connection) = &mut self.connection {
            connection.remote_directory = Some(local_path::remote_join(connection.remote_directory.as_deref(), target));
        }
    }

    /// `ascii`, `binary`: told to the server at once; one that refuses (no login yet) leaves the type as it was.
    pub(super) fn set_mode(&mut self, mode: Mode) {
        self.send(match mode {
            Mode::Ascii => "TYPE A",
            Mode::Binary => "TYPE I",
        });
        match &mut self.connection {
            Some(connection) if connection.logged_in => {
                connection.server_mode = mode;
                self.mode = mode;
            }
            _ => self.doubt("the type is set before the login: a server that refuses it leaves the type as it was"),
        }
    }

    pub(super) fn set_type(&mut self, line: &CommandLine) {
        match line.argument(1).map(str::to_ascii_lowercase).as_deref() {
            None => {}
            Some("ascii") => self.set_mode(Mode::Ascii),
            Some("binary" | "image" | "tenex") => self.set_mode(Mode::Binary),
            Some(_) => self.usage(line),
        }
    }

    /// Tells the server the type that the next data connection needs, if it differs from the last one told.
    pub(super) fn agree_on(&mut self, mode: Mode) {
        let differs = self.connection.as_ref().is_some_and(|connection| connection.server_mode != mode);
        if differs {
            self.send(match mode {
                Mode::Ascii => "TYPE A",
                Mode::Binary => "TYPE I",
            });
            if let Some(connection) = &mut self.connection {
                connection.server_mode = mode;
            }
        }
    }
}
