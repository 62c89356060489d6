//! `ls`, `dir`, `mls`, `mdir`: listings, to the screen or into a local file.

use super::{CommandLine, Machine, Representation};
use crate::script::local_path;

impl Machine<'_> {
    pub(super) fn list(&mut self, line: &CommandLine, verb: &str) {
        let file = line.argument(2).map(|file| self.globbed(file.to_owned())).filter(|file| !self.is_stream(file));
        if let Some(file) = &file
            && !self.may_write(file)
        {
            return;
        }
        self.agree_on(Representation::Ascii);
        let command = line.argument(1).map_or_else(|| verb.to_owned(), |directory| format!("{verb} {directory}"));
        if self.send_for_data(command)
            && let Some(file) = file
        {
            let file = self.unique(&file);
            self.write(&file);
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
        let (file, directories) = (self.globbed(file.clone()), directories.to_vec());
        let to_file = !self.is_stream(&file);
        if to_file && !self.may_write(&file) {
            return;
        }
        for directory in directories {
            self.agree_on(Representation::Ascii);
            let command =
                if directory == "-" && self.is_windows() { verb.to_owned() } else { format!("{verb} {directory}") };
            if self.send_for_data(command) && to_file {
                let file = self.unique(&file);
                self.write(&file);
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
            if self.dialect.unix {
                if !self.confirmed() {
                    self.failed = true;
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
        !(self.dialect.looks_first && self.world.can_write(file) == Some(false))
    }
}
