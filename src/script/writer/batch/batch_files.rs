//! Batch files that a batch file runs: those that it has written itself, and those that lie beside it.

use super::commands::batch_arguments;
use super::run::Interpreter;
use crate::script::local_path;
use crate::script::reading::Feed;
use crate::script::writer::emulation;
use crate::script::writer::files::Piece;
use std::sync::Arc;

impl Interpreter<'_, '_> {
    /// Runs a batch file by the word that names it; false where it is none that is known.
    pub(super) fn run_batch(&mut self, word: &str, rest: &str) -> bool {
        let path = word.trim_matches('"');
        let name = local_path::file_name(path).to_ascii_lowercase();
        let is_batch = name.ends_with(".bat") || name.ends_with(".cmd");
        if name.contains('.') && !is_batch || path.contains(['*', '?']) {
            return false;
        }
        let directory = self.emulation.directory.clone();
        let candidates =
            if is_batch { vec![path.to_owned()] } else { vec![format!("{path}.bat"), format!("{path}.cmd")] };
        let written = candidates
            .iter()
            .find_map(|path| self.emulation.files.get(path, directory.as_deref()).map(|file| file.pieces.clone()));
        let (pieces, neighbour) = match written {
            Some(pieces) => (pieces, None),
            // A batch file that starts itself anew does what it does already.
            None if (is_batch || path.starts_with('%')) && emulation::names_itself(path, self.emulation.origin) => {
                return true;
            }
            None if is_batch && !path.contains('%') => match self.read_file(path) {
                Some(pieces) => (pieces, Some(Arc::<str>::from(path))),
                None => return false,
            },
            None => return false,
        };
        if !self.emulation.enter() {
            return true;
        }
        match neighbour {
            None => self.run_pieces(pieces, rest),
            Some(file) => self.run_neighbour(pieces, &file, rest),
        }
        self.emulation.leave();
        true
    }

    fn run_pieces(&mut self, pieces: Vec<Piece>, rest: &str) {
        self.emulation.spend(pieces.len());
        self.emulation.allow(pieces.iter().map(|piece| piece.text.len()).sum());
        let lines = super::filters::lines_of(pieces);
        let borrowed: Vec<(u32, &str)> =
            lines.iter().map(|line| (line.line, line.text.trim_end_matches(['\r', '\n']))).collect();
        let (line, file) = (self.emulation.line, self.emulation.file.clone());
        self.emulation.file = lines.first().and_then(|line| line.file.clone());
        let mut inner = Interpreter::new(&mut *self.emulation, borrowed);
        inner.aliases.clone_from(&self.aliases);
        inner.run_called(batch_arguments(rest));
        (self.emulation.line, self.emulation.file) = (line, file);
    }

    /// A neighbour is read for itself too: only that is kept here which it does to the files of this text.
    fn run_neighbour(&mut self, pieces: Vec<Piece>, file: &Arc<str>, rest: &str) {
        let outcome = &self.emulation.outcome;
        let (launches, runs, fed) = (outcome.launches.len(), outcome.runs.len(), outcome.fed.len());
        let sessions = outcome.sessions.len();
        self.run_pieces(pieces, rest);
        let line = self.emulation.line;
        let outcome = &mut self.emulation.outcome;
        let added = outcome.launches.split_off(launches.min(outcome.launches.len()));
        for (mut launch, feed) in added {
            let Feed::Written(index) = feed else { continue };
            let is_mixed = outcome
                .fed
                .get(index)
                .is_some_and(|script| script.pieces.iter().any(|piece| piece.file.as_deref() != Some(&**file)));
            if is_mixed {
                launch.found_in.line = Some(line);
                outcome.launches.push((launch, feed));
            }
        }
        if outcome.launches.len() == launches {
            outcome.fed.truncate(fed);
        }
        outcome.runs.truncate(runs);
        outcome.sessions.truncate(sessions);
    }
}
