//! Commands that change what lies on the server.

use super::commands::{self, Verb};
use super::machine::Machine;
use super::options;
use crate::script::client::journal::is_pattern;

impl Machine<'_> {
    pub(super) fn on_server(&mut self, verb: Verb, arguments: &[String]) {
        let known = if verb == Verb::MultipleMove { commands::MOVE } else { commands::ON_NAMES };
        let given = match options::read(arguments, known) {
            Ok(given) => given,
            Err(option) => {
                self.journal.refuse(format!("the command has no option {option}"));
                return;
            }
        };
        let names = given.words.clone();
        match verb {
            Verb::Move => match names.as_slice() {
                [from, to] if !to.ends_with('/') => self.rename(from, to),
                [_, .., _] => self.move_to(&names),
                _ => self.journal.refuse("usage: mv <file1> <file2>"),
            },
            Verb::MultipleMove => match given.value('O') {
                Some(directory) => self.move_to(&[names.as_slice(), &[directory.to_owned()]].concat()),
                None if names.len() > 1 => self.move_to(&names),
                None => self.journal.refuse("usage: mmv [OPTS] <files> <target-dir>"),
            },
            Verb::ChangeMode => match names.split_first() {
                Some((mode, files)) if !files.is_empty() => {
                    for file in files {
                        self.raw(format!("SITE CHMOD {mode} {file}"));
                    }
                }
                _ => self.journal.refuse("usage: chmod [OPTS] mode file..."),
            },
            _ if names.is_empty() => self.journal.refuse("the name is missing"),
            _ => {
                for name in &names {
                    self.on_name(verb, name, given.has('p'), given.has('r'));
                }
            }
        }
    }

    fn on_name(&mut self, verb: Verb, name: &str, parents: bool, recursive: bool) {
        match verb {
            Verb::MakeDirectory => {
                let mut made = vec![name.to_owned()];
                if parents {
                    let cuts = name.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
                    let above = cuts.filter_map(|at| name.get(..at)).filter(|part| !matches!(*part, "." | ".."));
                    made = above.map(str::to_owned).take(32).chain(made).collect();
                }
                for directory in made {
                    self.tell(format!("MKD {directory}"));
                }
                self.journal.session().makes_directories.push(name.to_owned());
            }
            Verb::RemoveDirectory => {
                if !is_pattern(name) {
                    self.tell(format!("RMD {name}"));
                }
                self.journal.session().removes_directories.push(name.to_owned());
            }
            _ => {
                // What a directory holds is not in the script.
                let multiple = verb == Verb::MultipleRemove && is_pattern(name);
                if recursive {
                    self.ready();
                } else if multiple {
                    for name in self.met_on_server(name) {
                        self.tell(format!("DELE {name}"));
                    }
                } else {
                    self.tell(format!("DELE {name}"));
                }
                self.journal.session().deletes.push(name.to_owned());
            }
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        self.tell(format!("RNFR {from}"));
        self.tell(format!("RNTO {to}"));
        self.journal.session().renames.push([from.to_owned(), to.to_owned()]);
    }

    /// Moves files into a directory, the last of the names.
    fn move_to(&mut self, names: &[String]) {
        let Some((directory, files)) = names.split_last() else { return };
        for file in files {
            let last = file.rsplit('/').next().unwrap_or(file);
            self.rename(file, &format!("{}/{last}", directory.trim_end_matches('/')));
        }
    }

    /// Sends a command as it is.
    pub(super) fn raw(&mut self, command: String) {
        self.tell(command.clone());
        self.journal.session().raw.push(command);
    }

    fn tell(&mut self, command: String) {
        if self.ready() {
            self.journal.send(command);
        }
    }
}
