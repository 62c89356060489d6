//! `find`, `findstr`, `more` and `sort` over texts that are known.

use super::run::Interpreter;
use crate::script::client::switches;
use crate::script::writer::files::Piece;

/// Lines of a filtered text.
const LINES: usize = 100_000;

impl Interpreter<'_, '_> {
    /// `find [/v] [/c] [/n] [/i] "string" [file…]`.
    pub(super) fn find(&mut self, rest: &str) {
        let words = switches::split_arguments(rest);
        let has = |letter: &str| words.iter().any(|word| word.eq_ignore_ascii_case(letter));
        let mut others = words.iter().filter(|word| !word.starts_with('/'));
        let Some(wanted) = others.next().cloned() else { return };
        let files: Vec<String> = others.cloned().collect();
        let options =
            Options { inverts: has("/v"), folds: has("/i"), counts: has("/c"), numbers: has("/n"), names: false };
        let patterns = vec![Pattern::literal(&wanted, options.folds)];
        if files.is_empty() {
            self.filter(None, &patterns, options);
        }
        for file in files {
            self.emulation.print(&format!("\r\n---------- {}\r\n", file.to_uppercase()));
            self.filter(Some(&file), &patterns, options);
        }
    }

    /// `findstr [/b] [/e] [/l] [/r] [/i] [/x] [/v] [/n] [/c:string] strings [file…]`.
    pub(super) fn find_pattern(&mut self, rest: &str) {
        let words = switches::split_arguments(rest);
        let (mut letters, mut wanted, mut files) = (String::new(), Vec::new(), Vec::new());
        let mut whole = false;
        for word in words {
            let lower = word.to_ascii_lowercase();
            if let Some(text) = lower.strip_prefix("/c:").and_then(|_| word.get(3..)) {
                whole = true;
                wanted.push(text.to_owned());
            } else if word.starts_with('/') && lower.get(2..3) != Some(":") {
                letters.push_str(&lower);
            } else if word.starts_with('/') {
                self.blind = true;
                return;
            } else if wanted.is_empty() {
                wanted.extend(word.split(' ').filter(|word| !word.is_empty()).map(str::to_owned));
            } else {
                files.push(word);
            }
        }
        let has = |letter: char| letters.contains(letter);
        let is_literal = has('l') || whole && !has('r');
        let folds = has('i');
        let patterns: Vec<Pattern> = wanted
            .iter()
            .map(|text| {
                let mut pattern =
                    if is_literal { Pattern::literal(text, folds) } else { Pattern::expression(text, folds) };
                pattern.at_start |= has('b') || has('x');
                pattern.at_end |= has('e') || has('x');
                pattern
            })
            .collect();
        let options = Options { inverts: has('v'), folds, counts: false, numbers: has('n'), names: files.len() > 1 };
        if files.is_empty() {
            self.filter(None, &patterns, options);
        }
        for file in files {
            self.filter(Some(&file), &patterns, options);
        }
    }

    fn filter(&mut self, file: Option<&str>, patterns: &[Pattern], options: Options) {
        let pieces = match file {
            Some(path) => self.read_file(path),
            None => self.read_input(),
        };
        let Some(pieces) = pieces else {
            self.blind = true;
            self.success = None;
            return;
        };
        let mut kept = Vec::new();
        for (number, line) in (1usize..).zip(lines_of(pieces)) {
            let text = line.text.trim_end_matches(['\r', '\n']);
            self.emulation.spend(text.len().saturating_mul(patterns.len()) / 256);
            if self.emulation.is_capped() {
                return;
            }
            let text = if options.folds { text.to_ascii_lowercase() } else { text.to_owned() };
            if patterns.iter().any(|pattern| pattern.is_in(&text)) != options.inverts {
                let mut shown = String::new();
                if let (true, Some(path)) = (options.names, file) {
                    shown.push_str(&format!("{path}:"));
                }
                if options.numbers {
                    shown.push_str(&if file.is_some() || !options.counts {
                        format!("{number}:")
                    } else {
                        String::new()
                    });
                }
                shown.push_str(line.text.trim_end_matches(['\r', '\n']));
                shown.push_str("\r\n");
                kept.push(Piece { text: shown, ..line });
            }
        }
        self.success = Some(!kept.is_empty());
        self.error_level = Some(i32::from(kept.is_empty()));
        if options.counts {
            self.emulation.print(&format!("{}\r\n", kept.len()));
        } else {
            self.print_pieces(kept);
        }
    }

    /// `more [+n] [file…]`: the text from its nth line on.
    pub(super) fn more(&mut self, rest: &str) {
        let words = switches::split_arguments(rest);
        let skip = words.iter().find_map(|word| word.strip_prefix('+')?.parse::<usize>().ok()).unwrap_or(0);
        let files: Vec<Option<String>> =
            words.into_iter().filter(|word| !word.starts_with(['/', '+'])).map(Some).collect();
        let sources = if files.is_empty() { vec![None] } else { files };
        for source in sources {
            let pieces = match &source {
                Some(path) => self.read_file(path),
                None => self.read_input(),
            };
            match pieces {
                Some(pieces) => {
                    let lines = lines_of(pieces).into_iter().skip(skip).collect();
                    self.print_pieces(lines);
                }
                None => {
                    self.blind = true;
                    self.success = None;
                    if let Some(path) = self.unread(source) {
                        self.emulation.type_file(&path);
                    }
                }
            }
        }
    }

    /// The name of what a filter reads that is not known, so that the next command of a pipe knows it.
    fn unread(&self, source: Option<String>) -> Option<String> {
        match (&source, &self.emulation.input) {
            (Some(_), _) => source,
            (None, crate::script::writer::emulation::Input::File(path)) => Some(path.clone()),
            _ => None,
        }
    }

    /// `sort [/r] [file]`.
    pub(super) fn sort(&mut self, rest: &str) {
        let words = switches::split_arguments(rest);
        let reversed = words.iter().any(|word| word.to_ascii_lowercase().starts_with("/r"));
        let pieces = match words.iter().find(|word| !word.starts_with('/')) {
            Some(path) => self.read_file(&path.clone()),
            None => self.read_input(),
        };
        let Some(pieces) = pieces else {
            self.blind = true;
            return;
        };
        let mut lines = lines_of(pieces);
        lines.sort_by_key(|line| line.text.to_lowercase());
        if reversed {
            lines.reverse();
        }
        self.print_pieces(lines);
    }
}

/// The pieces cut and joined to lines, each with the place of its beginning.
pub(super) fn lines_of(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut lines: Vec<Piece> = Vec::new();
    let mut is_open = false;
    for piece in pieces {
        for part in piece.text.split_inclusive('\n') {
            let is_full = lines.len() >= LINES;
            match lines.last_mut() {
                Some(last) if is_open => last.text.push_str(part),
                _ if is_full => return lines,
                _ => lines.push(Piece { text: part.to_owned(), line: piece.line, file: piece.file.clone() }),
            }
            is_open = !part.ends_with('\n');
        }
    }
    lines
}

#[derive(Debug, Clone, Copy)]
struct Options {
    inverts: bool,
    folds: bool,
    counts: bool,
    numbers: bool,
    names: bool,
}

/// One character of an expression, which a star lets stand any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Atom {
    class: Class,
    repeats: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Any,
    One(char),
    Of { ranges: Vec<(char, char)>, inverted: bool },
}

impl Class {
    fn holds(&self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::One(own) => *own == character,
            Self::Of { ranges, inverted } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *inverted
            }
        }
    }
}

/// What `findstr` looks for: literal text, or its small regular expressions (`.`, `*`, `[…]`, `^`, `$`, `\x`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    atoms: Vec<Atom>,
    at_start: bool,
    at_end: bool,
}

impl Pattern {
    fn literal(text: &str, folds: bool) -> Self {
        let text = if folds { text.to_ascii_lowercase() } else { text.to_owned() };
        let atoms = text.chars().map(|c| Atom { class: Class::One(c), repeats: false }).collect();
        Self { atoms, at_start: false, at_end: false }
    }

    fn expression(text: &str, folds: bool) -> Self {
        let text = if folds { text.to_ascii_lowercase() } else { text.to_owned() };
        let mut pattern = Self { atoms: Vec::new(), at_start: false, at_end: false };
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let class = match character {
                '^' if pattern.atoms.is_empty() && !pattern.at_start => {
                    pattern.at_start = true;
                    continue;
                }
                '$' if characters.peek().is_none() => {
                    pattern.at_end = true;
                    continue;
                }
                '*' if !pattern.atoms.is_empty() => {
                    if let Some(last) = pattern.atoms.last_mut() {
                        last.repeats = true;
                    }
                    continue;
                }
                '.' => Class::Any,
                '\\' => Class::One(characters.next().unwrap_or('\\')),
                '[' => {
                    let inverted = characters.next_if_eq(&'^').is_some();
                    let mut ranges = Vec::new();
                    while let Some(from) = characters.next().filter(|c| *c != ']' || ranges.is_empty()) {
                        let to = match characters.next_if_eq(&'-') {
                            Some(_) => characters.next().unwrap_or(from),
                            None => from,
                        };
                        ranges.push((from, to));
                    }
                    Class::Of { ranges, inverted }
                }
                other => Class::One(other),
            };
            pattern.atoms.push(Atom { class, repeats: false });
        }
        pattern
    }

    /// Whether it is found; all places where the match may stand are followed at once.
    fn is_in(&self, text: &str) -> bool {
        let end = self.atoms.len();
        let mut states = vec![false; end.saturating_add(1)];
        let mut first = true;
        for character in text.chars().map(Some).chain([None]) {
            if first || !self.at_start {
                self.enter(&mut states, 0);
            }
            first = false;
            if states.last() == Some(&true) && (!self.at_end || character.is_none()) {
                return true;
            }
            let Some(character) = character else { return false };
            let mut next = vec![false; states.len()];
            for ((at, atom), _) in self.atoms.iter().enumerate().zip(&states).filter(|(_, on)| **on) {
                if atom.class.holds(character) {
                    self.enter(&mut next, if atom.repeats { at } else { at.saturating_add(1) });
                }
            }
            states = next;
        }
        false
    }

    /// Marks a state, and those behind atoms that may be absent.
    fn enter(&self, states: &mut [bool], mut at: usize) {
        while let Some(state) = states.get_mut(at) {
            *state = true;
            if !self.atoms.get(at).is_some_and(|atom| atom.repeats) {
                return;
            }
            at = at.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let cases = [
            ("^::", "::x", true),
            ("^::", "x::", false),
            ("open", "an open door", true),
            ("a.c$", "xabc", true),
            ("a.c$", "abcd", false),
            ("^[a-z]*:", "host:x", true),
            ("^[^:]*$", "host:x", false),
            ("a*b", "xb", true),
            ("\\.ftp", "a.ftp", true),
            ("\\.ftp", "axftp", false),
            ("", "x", true),
        ];
        for (pattern, text, found) in cases {
            assert_eq!(Pattern::expression(pattern, false).is_in(text), found, "{pattern} {text}");
        }
        assert!(Pattern::literal("A.b", true).is_in("xa.b"));
    }
}
