//! Programs that print what they read, changed: the simple uses are worked out; of the others what they read is passed on.

use super::expand::Value;
use super::pattern::Pattern;
use super::run::Interpreter;
use crate::base::base64;
use crate::script::writer::files::Piece;

/// Longest text that is decoded or changed line by line, bytes.
const TEXT: usize = 1 << 18;

impl Interpreter<'_, '_> {
    /// Runs a filter; false where the program is none.
    pub(super) fn filter(&mut self, name: &str, arguments: &[Value]) -> bool {
        let known = arguments.iter().all(Value::is_known);
        let words: Vec<&str> = arguments.iter().map(|argument| argument.text.as_str()).collect();
        match name {
            "seq" => {
                if !self.sequence(&words) {
                    self.note_opaque();
                    self.status = None;
                }
                return true;
            }
            "sed" | "tr" | "cut" | "head" | "tail" | "grep" | "egrep" | "fgrep" | "sort" | "uniq" | "awk" | "gawk"
            | "unix2dos" | "dos2unix" | "todos" | "fromdos" | "fold" | "iconv" | "envsubst" | "rev" | "paste"
            | "pv" | "dd" | "base64" | "xxd" | "openssl" | "gunzip" | "gzip" => {}
            _ => return false,
        }
        self.status = None;
        let file = words.iter().skip(1).rev().find(|word| !word.starts_with('-') && self.known_file(word).is_some());
        let pieces = match file {
            Some(path) => self.known_file(path),
            None => self.known_input(),
        };
        let Some(pieces) = pieces else {
            self.note_opaque();
            return true;
        };
        let in_place = name == "sed" && words.iter().any(|word| word.starts_with("-i"));
        let changed = match name {
            "envsubst" if known => Some(self.substituted(&pieces)),
            _ if known => changed(name, &words, &pieces),
            _ => None,
        };
        if in_place {
            if let (Some(pieces), Some(path)) = (changed, file) {
                let directory = self.emulation.directory.clone();
                self.emulation.files.put(path, directory.as_deref(), pieces);
            }
            return true;
        }
        match changed {
            Some(pieces) => {
                self.status = Some(0);
                self.print_pieces(pieces);
            }
            None => {
                // What it makes of it is not known; a client behind it is fed something like this.
                self.note_opaque();
                self.print_pieces(pieces);
            }
        }
        true
    }

    /// `envsubst`: variables that are set are put in, `$NAME` and `${NAME}`; others stay as written.
    fn substituted(&mut self, pieces: &[Piece]) -> Vec<Piece> {
        self.emulation.spend(pieces.len());
        let environment = &self.emulation.environment;
        each(pieces, |text| {
            let mut made = String::with_capacity(text.len());
            let mut rest = text;
            while let Some((before, after)) = rest.split_once('$') {
                made.push_str(before);
                let bare = after.strip_prefix('{').unwrap_or(after);
                let length = bare.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(bare.len());
                let (name, tail) = bare.split_at_checked(length).unwrap_or((bare, ""));
                let closed = if bare.len() == after.len() { Some(tail) } else { tail.strip_prefix('}') };
                match (environment.get(name), closed) {
                    (Some(value), Some(tail)) if made.len() < TEXT => {
                        made.push_str(value);
                        rest = tail;
                    }
                    _ => {
                        made.push('$');
                        rest = after;
                    }
                }
            }
            made + rest
        })
    }

    /// `seq [first [step]] last`.
    fn sequence(&mut self, words: &[&str]) -> bool {
        let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
        let (first, step, last) = match numbers.as_deref() {
            Some([last]) => (1, 1, *last),
            Some([first, last]) => (*first, 1, *last),
            Some([first, step, last]) => (*first, *step, *last),
            _ => return false,
        };
        let mut number = first;
        for _ in 0..256 {
            if step == 0 || step > 0 && number > last || step < 0 && number < last {
                break;
            }
            self.emulation.print(&format!("{number}\n"));
            number = number.saturating_add(step);
        }
        self.status = Some(0);
        true
    }
}

/// What a filter makes of its input; nothing where that is not worked out.
fn changed(name: &str, words: &[&str], pieces: &[Piece]) -> Option<Vec<Piece>> {
    if pieces.iter().map(|piece| piece.text.len()).sum::<usize>() > TEXT {
        return None;
    }
    match name {
        "unix2dos" | "todos" => Some(each(pieces, |text| text.replace('\n', "\r\n"))),
        "dos2unix" | "fromdos" | "tr" if name != "tr" || words == ["-d", "\\r"] || words == ["-d", "\r"] => {
            Some(each(pieces, |text| text.replace('\r', "")))
        }
        "tr" => translated(words, pieces),
        "sed" => substituted(words, pieces),
        "cut" => cut(words, pieces),
        "head" | "tail" => some_lines(name, words, pieces),
        "base64" if words.iter().any(|word| matches!(*word, "-d" | "-D" | "--decode" | "-di")) => decoded(pieces),
        "pv" | "iconv" => Some(pieces.to_vec()),
        _ => None,
    }
}

fn each(pieces: &[Piece], change: impl Fn(&str) -> String) -> Vec<Piece> {
    pieces.iter().map(|piece| Piece { text: change(&piece.text), ..piece.clone() }).collect()
}

/// The lines of the input, each with its end, as pieces of their own.
fn lines(pieces: &[Piece]) -> Vec<Piece> {
    let mut lines: Vec<Piece> = Vec::new();
    let mut open = false;
    for piece in pieces {
        for part in piece.text.split_inclusive('\n') {
            match lines.last_mut() {
                Some(line) if open => line.text.push_str(part),
                _ => lines.push(Piece { text: part.to_owned(), ..piece.clone() }),
            }
            open = !part.ends_with('\n');
        }
    }
    lines
}

/// `tr -d set`, `tr from to` with plain sets and ranges.
fn translated(words: &[&str], pieces: &[Piece]) -> Option<Vec<Piece>> {
    let set = |text: &str| -> Option<Vec<char>> {
        let text = match text {
            "[:upper:]" => "A-Z",
            "[:lower:]" => "a-z",
            "[:space:]" => " \\t\\n\\r",
            text if text.contains("[:") => return None,
            text => text,
        };
        let (text, _) = super::print::escaped(text, super::print::Escapes::FORMAT);
        let characters: Vec<char> = text.chars().collect();
        let mut set = Vec::new();
        let mut at = 0usize;
        while let Some(low) = characters.get(at) {
            let high = characters.get(at.saturating_add(2));
            match (characters.get(at.saturating_add(1)), high) {
                (Some('-'), Some(high)) => {
                    set.extend((*low..=*high).take(256));
                    at = at.saturating_add(3);
                }
                _ => {
                    set.push(*low);
                    at = at.saturating_add(1);
                }
            }
        }
        Some(set)
    };
    match words {
        ["-d", from] => {
            let from = set(from)?;
            Some(each(pieces, |text| text.chars().filter(|c| !from.contains(c)).collect()))
        }
        [from, to] if !from.starts_with('-') => {
            let (from, to) = (set(from)?, set(to)?);
            Some(each(pieces, |text| {
                text.chars()
                    .map(|c| match from.iter().position(|other| *other == c) {
                        Some(at) => to.get(at).or(to.last()).copied().unwrap_or(c),
                        None => c,
                    })
                    .collect()
            }))
        }
        _ => None,
    }
}

/// `sed s/from/to/g` with expressions that hold no signs of a regular expression.
fn substituted(words: &[&str], pieces: &[Piece]) -> Option<Vec<Piece>> {
    let mut lines = lines(pieces);
    let mut scripts: Vec<&str> = Vec::new();
    let mut rest = words.iter().filter(|word| !word.starts_with("-i") && !matches!(**word, "-r" | "-E"));
    while let Some(word) = rest.next() {
        match *word {
            "-e" => scripts.push(rest.next()?),
            word if word.starts_with('-') => return None,
            word if scripts.is_empty() => scripts.push(word),
            _ => {}
        }
    }
    for command in scripts.iter().flat_map(|script| script.split([';', '\n'])).map(str::trim) {
        if command.is_empty() {
            continue;
        }
        let sign = command.strip_prefix('s')?.chars().next()?;
        let mut parts = command.get(1usize.saturating_add(sign.len_utf8())..)?.split(sign);
        let (from, to, flags) = (parts.next()?, parts.next()?, parts.next()?);
        let (begins, ends) = (from.starts_with('^'), from.ends_with('$') && !from.ends_with("\\$"));
        let literal = from.trim_start_matches('^').trim_end_matches('$').replace("\\r", "\r").replace("\\.", "\u{0}");
        if literal.contains(['*', '[', '\\', '+', '?', '(', '|', '{'])
            || to.contains(['\\', '&'])
            || parts.next().is_some()
        {
            return None;
        }
        // A dot takes any character: only where it can mean nothing but itself is it worked out.
        let literal = literal.replace('\u{0}', ".");
        if literal.is_empty() && !begins && !ends {
            return None;
        }
        for line in &mut lines {
            let (text, end) = line.text.strip_suffix('\n').map_or((line.text.as_str(), ""), |text| (text, "\n"));
            let made = match (begins, ends) {
                (true, true) if text == literal => to.to_owned(),
                (true, false) if text.starts_with(&literal) => {
                    format!("{to}{}", text.strip_prefix(&literal).unwrap_or(text))
                }
                (false, true) if text.ends_with(&literal) => {
                    format!("{}{to}", text.strip_suffix(&literal).unwrap_or(text))
                }
                (false, false) => Pattern::new(&protected(&literal)).replace(text, to, flags.contains('g'), None)?,
                _ => text.to_owned(),
            };
            line.text = format!("{made}{end}");
        }
    }
    Some(lines)
}

fn protected(literal: &str) -> String {
    literal.chars().flat_map(|c| ['\\', c]).collect()
}

/// `cut -d x -f n`, `cut -c a-b`.
fn cut(words: &[&str], pieces: &[Piece]) -> Option<Vec<Piece>> {
    let (mut sign, mut fields, mut by_character) = ('\t', None, false);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (switch, glued) = word.split_at_checked(2)?;
        let value = if glued.is_empty() { *rest.next()? } else { glued };
        match switch {
            "-d" => sign = value.chars().next()?,
            "-f" => fields = Some(value),
            "-c" | "-b" => {
                fields = Some(value);
                by_character = true;
            }
            _ => return None,
        }
    }
    let fields = fields?;
    let (from, to) = match fields.split_once('-') {
        None => {
            let number = fields.parse::<usize>().ok()?;
            (number, number)
        }
        Some((from, to)) => (
            if from.is_empty() { 1 } else { from.parse().ok()? },
            if to.is_empty() { usize::MAX } else { to.parse().ok()? },
        ),
    };
    let (skip, take) = (from.checked_sub(1)?, to.checked_sub(from)?.saturating_add(1));
    Some(
        lines(pieces)
            .into_iter()
            .map(|line| {
                let text = line.text.strip_suffix('\n').unwrap_or(&line.text);
                let kept: String = if by_character {
                    text.chars().skip(skip).take(take).collect()
                } else if text.contains(sign) {
                    text.split(sign).skip(skip).take(take).collect::<Vec<_>>().join(&sign.to_string())
                } else {
                    text.to_owned()
                };
                Piece { text: format!("{kept}\n"), ..line }
            })
            .collect(),
    )
}

fn some_lines(name: &str, words: &[&str], pieces: &[Piece]) -> Option<Vec<Piece>> {
    let count = match words {
        [] => "10",
        ["-n", count] => count,
        [count] => count.strip_prefix("-n").or_else(|| count.strip_prefix('-'))?,
        _ => return None,
    };
    let lines = lines(pieces);
    match (name, count.strip_prefix('+')) {
        ("tail", Some(from)) => Some(lines.into_iter().skip(from.parse::<usize>().ok()?.saturating_sub(1)).collect()),
        (_, Some(_)) => None,
        ("head", None) => Some(lines.into_iter().take(count.parse().ok()?).collect()),
        (_, None) => {
            let skip = lines.len().saturating_sub(count.parse().ok()?);
            Some(lines.into_iter().skip(skip).collect())
        }
    }
}

/// `base64 -d`.
fn decoded(pieces: &[Piece]) -> Option<Vec<Piece>> {
    let encoded: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let bytes = base64::decode(&encoded)?;
    let text = String::from_utf8(bytes).ok()?;
    let first = pieces.first()?;
    Some(vec![Piece { text, ..first.clone() }])
}
