//! `mget`, `mput`, `mdelete`: patterns, and a question for each name that they meet.
//!
//! How many names a pattern meets is not in the script. With prompting on, each takes a line: the longest run of lines
//! that read like answers is taken for them, and the doubt is reported.

use super::{CommandLine, Machine, Representation};
use crate::script::client::dialect::Confirmation;
use crate::script::session::Role;
use crate::script::transfer::Direction;

/// What an answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consent {
    Yes,
    No,
    /// Yes, and no more questions of this command.
    All,
    /// No, and no more names.
    Stop,
}

impl Machine<'_> {
    pub(super) fn multiple_get(&mut self, line: &mut CommandLine) {
        let Some(patterns) = self.patterns(line, "Remote files") else { return };
        for pattern in &patterns {
            let local = self.name_on_the_other_side(pattern);
            self.transfer(line, Direction::Download, pattern.clone(), local);
        }
        let mut names = self.remote_matches(&patterns);
        if self.unique_local && self.globbing && self.dialect.refuses_extra_names {
            // tnftp then keeps the list under another name, too, and finds nothing in it.
            names = Some(Vec::new());
        }
        if self.dialect.looks_first {
            // tnftp skips names that lead out of the directory, or into one that is not there.
            let leads_out = |name: &String| name.contains('/') && self.world.can_write(name) == Some(false);
            names = names.map(|names| names.into_iter().filter(|name| !leads_out(name)).collect());
        }
        self.for_each_confirmed(names, |machine, name| {
            let local = machine.folded(name.to_owned());
            machine.receive(name, &local);
        });
    }

    pub(super) fn multiple_put(&mut self, line: &mut CommandLine) {
        let Some(patterns) = self.patterns(line, "Local files") else { return };
        for pattern in &patterns {
            let remote = self.name_on_the_other_side(pattern);
            self.transfer(line, Direction::Upload, remote, pattern.clone());
        }
        let names = if self.globbing {
            let names = patterns.iter().map(|pattern| {
                let names = self.world.local_names(pattern)?;
                Some(if names.is_empty() { vec![pattern.clone()] } else { names })
            });
            names.collect::<Option<Vec<_>>>().map(|names| names.concat())
        } else {
            Some(patterns)
        };
        self.for_each_confirmed(names, |machine, name| {
            let remote = machine.name_on_the_other_side(name);
            machine.send_file("STOR", name, &remote);
        });
    }

    pub(super) fn multiple_delete(&mut self, line: &mut CommandLine) {
        let Some(patterns) = self.patterns(line, "Remote files") else { return };
        self.session().deletes.extend(patterns.iter().cloned());
        let mut names = self.remote_matches(&patterns);
        if self.unique_local && self.globbing && self.dialect.refuses_extra_names {
            names = Some(Vec::new());
        }
        self.for_each_confirmed(names, |machine, name| {
            machine.send(format!("DELE {name}"));
        });
    }

    fn patterns(&mut self, line: &mut CommandLine, prompt: &str) -> Option<Vec<String>> {
        if line.arguments().is_empty() && !self.another(line, prompt) {
            self.usage(line);
            return None;
        }
        Some(line.arguments().to_vec())
    }

    /// Asks the server what each pattern meets, in ASCII; without globbing the patterns are the names.
    fn remote_matches(&mut self, patterns: &[String]) -> Option<Vec<String>> {
        if !self.globbing {
            return Some(patterns.to_vec());
        }
        for pattern in patterns {
            self.agree_on(Representation::Ascii);
            if !self.send_for_data(format!("NLST {pattern}")) && !self.is_logged_in() {
                return Some(Vec::new());
            }
        }
        patterns
            .iter()
            .map(|pattern| self.world.remote_names(pattern))
            .collect::<Option<Vec<_>>>()
            .map(|names| names.concat())
    }

    fn for_each_confirmed(&mut self, names: Option<Vec<String>>, mut act: impl FnMut(&mut Self, &str)) {
        let Some(names) = names else {
            self.take_probable_answers();
            return;
        };
        let mut asking = true;
        for name in names {
            match if asking { self.ask() } else { Consent::Yes } {
                Consent::Yes => {}
                Consent::All => asking = false,
                Consent::No => continue,
                Consent::Stop => break,
            }
            act(self, &name);
        }
    }

    /// Asks, where prompting is on, and takes the next line for the answer.
    fn ask(&mut self) -> Consent {
        if !self.prompting {
            return Consent::Yes;
        }
        loop {
            let Some(answer) = self.answer("Confirm") else { return Consent::Stop };
            let first = answer.chars().next().map(|c| c.to_ascii_lowercase());
            return match (first, self.dialect.confirmation) {
                (Some('n'), _) => Consent::No,
                (Some('q'), Confirmation::NoQuitElseYes | Confirmation::NoQuitAllPrompt) => Consent::Stop,
                (Some('a'), Confirmation::NoQuitAllPrompt) => Consent::All,
                (Some('p'), Confirmation::NoQuitAllPrompt) => {
                    self.prompting = false;
                    Consent::Yes
                }
                (Some('?'), Confirmation::NoQuitAllPrompt) => continue,
                _ => Consent::Yes,
            };
        }
    }

    fn take_probable_answers(&mut self) {
        if !self.prompting {
            return;
        }
        let mut taken = 0u32;
        while self.lines.get(self.next).is_some_and(|(_, text)| reads_like_confirmation(text)) {
            self.answer("Confirm");
            taken = taken.saturating_add(1);
        }
        self.doubt(format!(
            "prompting is on: the client asks for each name that the pattern meets and takes a line each time; {taken} \
             lines that read like answers were taken, more names would take the commands after them"
        ));
    }

    /// Takes the next line as the answer to a question that only some clients ask, where it reads like one.
    pub(super) fn take_probable_answer(&mut self) -> bool {
        let reads = self.lines.get(self.next).is_some_and(|(_, text)| reads_like_confirmation(text));
        if reads {
            self.answer("Confirm");
        }
        reads
    }

    /// The answer to a question that the client certainly asks: false for no.
    pub(super) fn confirmed(&mut self) -> bool {
        let yes = matches!(self.ask(), Consent::Yes | Consent::All);
        if !yes && let Some(command) = self.log.last_mut().filter(|command| command.role == Role::Answer) {
            command.message = Some("no".to_owned());
        }
        yes
    }
}

fn reads_like_confirmation(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "y" | "n" | "q" | "yes" | "no")
}
