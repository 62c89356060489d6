//! The commands that read, write and move files: `type`, `copy`, `move`, `ren`, `del`, `certutil -decode`.

use super::run::{Interpreter, is_nothing};
use crate::base::base64;
use crate::script::client::switches;
use crate::script::local_path;
use crate::script::writer::emulation::{self, Input};
use crate::script::writer::files::Piece;
use std::sync::Arc;

impl Interpreter<'_, '_> {
    /// What a file holds, line by line: one that was written, the batch file itself, or a neighbour.
    pub(super) fn read_file(&mut self, path: &str) -> Option<Vec<Piece>> {
        let path = path.trim().trim_matches('"');
        let directory = self.emulation.directory.clone();
        if let Some(file) = self.emulation.files.get(path, directory.as_deref()) {
            let pieces = file.pieces.clone();
            self.emulation.spend(pieces.len());
            return Some(pieces);
        }
        if path.is_empty() || self.emulation.files.is_gone(path, directory.as_deref()) {
            return None;
        }
        if self.of_file && self.emulation.file.is_none() && emulation::names_itself(path, self.emulation.origin) {
            self.emulation.spend(self.lines.len());
            let piece = |(line, text): &(u32, &str)| Piece { text: format!("{text}\r\n"), line: *line, file: None };
            return Some(self.lines.iter().map(piece).collect());
        }
        let text = self.emulation.neighbours.text(path, directory.as_deref())?;
        self.emulation.spend(text.len() / 32);
        let file: Arc<str> = Arc::from(path);
        let piece = |(line, text): (u32, &str)| Piece { text: text.to_owned(), line, file: Some(Arc::clone(&file)) };
        Some((1u32..).zip(text.split_inclusive('\n')).map(piece).collect())
    }

    /// What a command reads that is given no file: nothing where that is not known.
    pub(super) fn read_input(&mut self) -> Option<Vec<Piece>> {
        match self.emulation.input.clone() {
            Input::Keyboard => None,
            Input::File(path) => self.read_file(&path),
            Input::Text(pieces) => Some(pieces),
        }
    }

    /// Prints pieces, each as coming from its own line.
    pub(super) fn print_pieces(&mut self, pieces: Vec<Piece>) {
        let (line, file) = (self.emulation.line, self.emulation.file.clone());
        for piece in pieces {
            if self.emulation.is_capped() {
                break;
            }
            (self.emulation.line, self.emulation.file) = (piece.line, piece.file);
            self.emulation.print(&piece.text);
        }
        (self.emulation.line, self.emulation.file) = (line, file);
    }

    pub(super) fn type_files(&mut self, rest: &str) {
        for path in switches::split_arguments(rest) {
            if is_nothing(&path.to_ascii_lowercase()) || path.starts_with('/') {
                continue;
            }
            let pieces = if path.eq_ignore_ascii_case("con") { self.read_input() } else { self.read_file(&path) };
            match pieces {
                Some(pieces) => self.print_pieces(pieces),
                None => {
                    self.blind = true;
                    self.success = None;
                    self.emulation.type_file(&path);
                }
            }
        }
    }

    /// `copy [/switches] a[+b…] [target]`.
    pub(super) fn copy(&mut self, rest: &str) {
        let spaced = rest.replace('+', " + ");
        let words: Vec<String> =
            switches::split_arguments(&spaced).into_iter().filter(|word| !word.starts_with('/')).collect();
        let (mut sources, mut targets): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut joins = true;
        for word in words {
            if word == "+" {
                joins = true;
            } else if std::mem::take(&mut joins) {
                sources.push(word.trim_end_matches(',').to_owned());
            } else {
                targets.push(word);
            }
        }
        sources.retain(|source| !source.is_empty());
        let Some(first) = sources.first().cloned() else { return };
        let target = match targets.first() {
            Some(target) => in_folder(target, &first),
            None if sources.len() > 1 => first.clone(),
            None => local_path::file_name(&first).to_owned(),
        };
        if first.eq_ignore_ascii_case("con") && sources.len() == 1 {
            match self.emulation.input.clone() {
                Input::Keyboard => self.typing = Some(target),
                _ => {
                    let pieces = self.read_input().unwrap_or_default();
                    self.put(&target, pieces);
                }
            }
            return;
        }
        let folded = local_path::file_name(&first).to_ascii_lowercase();
        let program = folded.strip_suffix(".exe").unwrap_or(&folded);
        if sources.len() == 1 && (matches!(program, "ftp" | "cmd") || self.aliases.contains_key(program)) {
            self.alias(&target, program);
        }
        let mut pieces = Vec::new();
        let mut is_known = true;
        for source in &sources {
            self.emulation.note_renamed(source, &target);
            if is_nothing(&source.to_ascii_lowercase()) {
                continue;
            }
            match self.read_file(source) {
                Some(more) => pieces.extend(more),
                None => is_known = false,
            }
        }
        if !is_known {
            self.success = None;
        }
        if target.eq_ignore_ascii_case("con") {
            self.print_pieces(pieces);
        } else if !pieces.is_empty() && self.emulation.step() {
            self.put(&target, pieces);
        }
    }

    /// `mklink [/switch] link target`.
    pub(super) fn link(&mut self, rest: &str) {
        let words: Vec<String> =
            switches::split_arguments(rest).into_iter().filter(|word| !word.starts_with('/')).collect();
        if let [link, target] = words.as_slice() {
            let folded = local_path::file_name(target).to_ascii_lowercase();
            let program = folded.strip_suffix(".exe").unwrap_or(&folded).to_owned();
            if matches!(program.as_str(), "ftp" | "cmd") {
                self.alias(&link.clone(), &program);
            }
        }
    }

    /// From now on a program's copy stands for it.
    fn alias(&mut self, target: &str, program: &str) {
        let folded = local_path::file_name(target).to_ascii_lowercase();
        let name = folded.strip_suffix(".exe").unwrap_or(&folded).to_owned();
        let stands = self.aliases.get(program).cloned().unwrap_or_else(|| program.to_owned());
        if name != stands && self.aliases.len() < 32 {
            self.aliases.insert(name, stands);
        }
    }

    fn put(&mut self, target: &str, pieces: Vec<Piece>) {
        let directory = self.emulation.directory.clone();
        let bytes = pieces.iter().map(|piece| piece.text.len()).fold(0usize, usize::saturating_add);
        if self.emulation.files.count(bytes, self.emulation.limits.batch_output) {
            self.emulation.files.put(target, directory.as_deref(), pieces);
        } else {
            self.emulation.cap("the emulation of this text wrote more than the limit and was ended");
        }
    }

    /// `move a b`, `ren a b`; a new name without a folder stays in that of the old one.
    pub(super) fn rename(&mut self, rest: &str) {
        let words: Vec<String> =
            switches::split_arguments(rest).into_iter().filter(|word| !word.starts_with('/')).collect();
        let [source, target] = words.as_slice() else { return };
        let folded = local_path::file_name(source).to_ascii_lowercase();
        let program = folded.strip_suffix(".exe").unwrap_or(&folded).to_owned();
        if self.aliases.contains_key(&program) {
            self.alias(&target.clone(), &program);
        }
        let target = match local_path::directory(source) {
            Some(folder) if !target.contains(['\\', '/', ':']) => format!("{folder}\\{target}"),
            _ => in_folder(target, source),
        };
        let directory = self.emulation.directory.clone();
        self.emulation.note_renamed(source, &target);
        match self.emulation.files.remove(source, directory.as_deref()) {
            Some(file) => self.emulation.files.put(&target, directory.as_deref(), file.pieces),
            None => self.success = None,
        }
    }

    pub(super) fn delete(&mut self, rest: &str) {
        for path in switches::split_arguments(rest).iter().filter(|word| !word.starts_with('/')) {
            let directory = self.emulation.directory.clone();
            if let Some(file) = self.emulation.files.remove(path, directory.as_deref()) {
                self.emulation.outcome.left.push(file);
            }
        }
    }

    /// `certutil -decode in out`: Base64, with or without header lines. False where it is none that can be done.
    pub(super) fn decode(&mut self, rest: &str) -> bool {
        let words = switches::split_arguments(rest);
        let is_switch = |name: &str| ["decode", "decodehex"].iter().any(|known| name.eq_ignore_ascii_case(known));
        let Some(switch) = words.iter().filter_map(|word| word.get(1..)).find(|name| is_switch(name)) else {
            return false;
        };
        let names: Vec<&String> = words.iter().filter(|word| !word.starts_with(['-', '/'])).collect();
        let [source, target, ..] = names.as_slice() else { return false };
        self.emulation.note_renamed(source, target);
        if !switch.eq_ignore_ascii_case("decode") || names.len() > 2 {
            return false;
        }
        let Some(pieces) = self.read_file(source) else { return false };
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        let encoded: String = text.lines().filter(|line| !line.contains("-----")).collect();
        let Some(content) = base64::decode(&encoded).and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return false;
        };
        let (line, file) = pieces.first().map_or((self.emulation.line, None), |piece| (piece.line, piece.file.clone()));
        self.put(&(*target).clone(), vec![Piece { text: content, line, file }]);
        true
    }
}

/// A target that is a folder takes the source's name.
fn in_folder(target: &str, source: &str) -> String {
    let name = local_path::file_name(source);
    match target {
        "." => name.to_owned(),
        _ if target.ends_with(['\\', '/']) => format!("{target}{name}"),
        _ => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_take_the_name() {
        assert_eq!(in_folder("d\\", "c:\\a.txt"), "d\\a.txt");
        assert_eq!(in_folder("b.txt", "a.txt"), "b.txt");
    }
}
