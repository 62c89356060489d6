//! What concerns this host alone: the directory, the shell, the settings that toggle.

use super::{CommandLine, Machine};
use crate::script::client::dialect::Verb;
use crate::script::local_path;

impl Machine<'_> {
    /// How many arguments a command takes, where more make the client show its usage.
    pub(super) fn most_arguments(&self, verb: Verb) -> Option<usize> {
        let (unix, strict) = (self.dialect.unix, self.dialect.refuses_extra_names);
        match verb {
            Verb::Type | Verb::LocalDirectory if unix => Some(1),
            Verb::List | Verb::Dir | Verb::NameList if unix => Some(2),
            Verb::PrintDirectory if strict => Some(0),
            Verb::ChangeDirectory
            | Verb::Delete
            | Verb::MakeDirectory
            | Verb::RemoveDirectory
            | Verb::Size
            | Verb::ModificationTime
            | Verb::Account
            | Verb::Prompt
            | Verb::Glob
            | Verb::Idle
            | Verb::Umask
                if strict =>
            {
                Some(1)
            }
            Verb::Rename | Verb::ChangeMode if strict => Some(2),
            _ => None,
        }
    }

    /// Whether there are more arguments than a strict client takes, now that those missing were asked for.
    pub(super) fn is_too_much(&self, line: &CommandLine, most: usize) -> bool {
        self.dialect.refuses_extra_names && line.arguments().len() > most
    }

    /// `prompt` and `glob` toggle; tnftp alone obeys `on` and `off`.
    pub(super) fn toggled(&self, line: &CommandLine, now: bool) -> bool {
        match line.argument(1) {
            Some("on") if self.dialect.refuses_extra_names => true,
            Some("off") if self.dialect.refuses_extra_names => false,
            _ => !now,
        }
    }

    pub(super) fn shell(&mut self, line: &CommandLine) {
        let command = line.text.trim_start().strip_prefix('!').unwrap_or_default().trim().to_owned();
        if command.is_empty() {
            self.doubt("`!` alone starts an interactive shell, which may read the lines that follow");
        } else {
            self.session().executes.push(command);
        }
    }

    pub(super) fn local_directory(&mut self, line: &CommandLine) {
        let target = line.argument(1).map(|target| self.globbed(target.to_owned()));
        if self.world.enters(target.as_deref().unwrap_or("~")) == Some(false) {
            self.fail_command("The directory cannot be entered.");
            return;
        }
        self.local_directory = match target {
            // Windows: the directory in which the client was started; Unix: the user's home.
            None if self.dialect.unix => Some("~".to_owned()),
            None => self.start_directory.clone(),
            Some(target) => Some(match &self.local_directory {
                Some(directory) => local_path::join(directory, &target),
                None => target,
            }),
        };
    }
}
