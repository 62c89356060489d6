//! `ls`, `dir`, `mls`, `mdir`: listings, to the screen or into a local file.

use super::{CommandLine, Machine};
use crate::script::local_path;
use crate::script::transfer::Mode;

impl Machine<'_> {
    pub(super) fn list(&mut self, line: &CommandLine, verb: &str) {
        if let Some(file) = line.argument(2).map(str::to_owned)
            && !self.may_write(&file)
        {
            return;
        }
        self.agree_on(Mode::Ascii);
        let directory = line.argument(1).map(str::to_owned);
        match directory {
            Some(directory) => self.send_if_logged_in(format!("{verb} {directory}")),
            None => self.send_if_logged_in(verb.to_owned()),
        }
    }

    /// The last name is the local file; on Windows `-` as directory is the current one, as file the screen.
    pub(super) fn multiple_list(&mut self, line: &mut CommandLine, verb: &str) {
        let given = (!line.arguments().is_empty() || self.another(line, "Remote files"))
            && (line.arguments().len() > 1 || self.another(line, "Local file"));
        let Some((file, directories)) = line.arguments().split_last().filter(|_| given) else {
            self.usage(line);
            return;
        };
        let (file, directories) = (file.clone(), directories.to_vec());
        if !self.may_write(&file) {
            return;
        }
        for directory in directories {
            self.agree_on(Mode::Ascii);
            if directory == "-" && self.is_windows() {
                self.send_if_logged_in(verb.to_owned());
            } else {
                self.send_if_logged_in(format!("{verb} {directory}"));
            }
        }
    }

    /// Notes the local file that a listing is written to. Clients of Unix ask first where prompting is on; whether
    /// Windows' does is not known, so there a line is taken only if it reads like an answer.
    fn may_write(&mut self, file: &str) -> bool {
        if file == "-" || file.starts_with('|') {
            return true;
        }
        if self.prompting {
            if !self.is_windows() {
                if !self.confirmed() {
                    return false;
                }
            } else if !self.take_probable_answer() {
                self.doubt(
                    "prompting is on: the client may ask before it writes the listing and take the next line as answer",
                );
            }
        }
        let path = match &self.local_directory {
            Some(directory) => local_path::join(directory, file),
            None => file.to_owned(),
        };
        self.session().local_writes.push(path);
        true
    }
}
