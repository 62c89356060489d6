//! Scripts of expect: what they send to the client that they spawn is its input, line by line.
//!
//! The language is Tcl; of it those commands are run that set variables, spawn, send and branch. What is sent in answer to
//! a pattern is taken as sent, in the order of the text; answers to a timeout are not.

use super::source::{Lines, Source};
use crate::script::client;
use crate::script::launch::Platform;
use crate::script::writer::emulation::{Emulation, Input};
use crate::script::writer::files::Piece;
use std::collections::BTreeMap;

/// Deepest nesting of bodies.
const NESTING: usize = 16;

/// Commands of one script that are run.
const STEPS: usize = 4000;

/// A word of Tcl.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    /// In braces, in which nothing is put in.
    braced: bool,
    line: u32,
}

struct Expect<'e, 'a> {
    emulation: &'e mut Emulation<'a>,
    variables: BTreeMap<String, String>,
    procedures: BTreeMap<String, (Vec<String>, Word)>,
    spawned: Option<(Vec<String>, u32)>,
    sent: Vec<Piece>,
    depth: usize,
    steps: usize,
    ended: bool,
}

/// Runs a script of expect.
pub(super) fn run(emulation: &mut Emulation<'_>, text: &str, lines: Lines) {
    let line = emulation.line;
    let mut expect = Expect {
        emulation,
        variables: BTreeMap::new(),
        procedures: BTreeMap::new(),
        spawned: None,
        sent: Vec::new(),
        depth: 0,
        steps: 0,
        ended: false,
    };
    expect.script(text, lines);
    expect.flush();
    emulation.line = line;
}

impl Expect<'_, '_> {
    fn script(&mut self, text: &str, lines: Lines) {
        if self.depth >= NESTING {
            return;
        }
        self.depth = self.depth.saturating_add(1);
        let mut source = Source::new(text, lines);
        while let Some(words) = command(&mut source) {
            self.steps = self.steps.saturating_add(1);
            if self.ended || self.steps > STEPS || !self.emulation.step() {
                break;
            }
            self.command(&words);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn body(&mut self, word: &Word) {
        self.script(&word.text, Lines::From(word.line));
    }

    /// A body of which nobody knows whether it runs: it does not end the script.
    fn doubtful(&mut self, word: &Word) {
        self.body(word);
        self.ended = false;
    }

    fn command(&mut self, words: &[Word]) {
        let Some((first, rest)) = words.split_first() else { return };
        let name = self.value(first);
        self.emulation.line = first.line;
        match name.as_str() {
            "set" => {
                if let [name, value] = rest {
                    let (name, value) = (self.value(name), self.value(value));
                    if value.len() <= self.emulation.limits.line_bytes {
                        self.variables.insert(name, value);
                    }
                }
            }
            "spawn" => {
                self.flush();
                let words: Vec<String> = rest.iter().map(|word| self.value(word)).collect();
                let program = words.iter().position(|word| !word.starts_with('-')).unwrap_or(words.len());
                self.spawned = Some((words.get(program..).unwrap_or_default().to_vec(), first.line));
            }
            "send" | "exp_send" => self.send(rest, first.line),
            "expect" | "exp_expect" => self.expect(rest),
            "if" => self.condition(rest),
            "while" | "for" => {
                if let Some(body) = rest.last() {
                    self.doubtful(body);
                }
            }
            "foreach" => self.each(rest),
            "catch" | "uplevel" | "eval" | "time" => match rest {
                [body, ..] if body.braced => self.doubtful(body),
                words => self.command(words),
            },
            "proc" => {
                if let [name, parameters, body] = rest {
                    let parameters = split_list(&parameters.text).into_iter().map(|word| word.text).collect();
                    self.procedures.insert(name.text.clone(), (parameters, body.clone()));
                }
            }
            "exit" | "interact" => self.ended = name == "exit",
            _ => {
                if let Some((parameters, body)) = self.procedures.get(&name).cloned() {
                    for (parameter, word) in parameters.into_iter().zip(rest) {
                        let value = self.value(word);
                        self.variables.insert(parameter, value);
                    }
                    self.body(&body);
                }
            }
        }
    }

    fn send(&mut self, words: &[Word], line: u32) {
        let mut rest = words;
        while let Some((first, tail)) = rest.split_first() {
            match first.text.as_str() {
                "--" => {
                    rest = tail;
                    break;
                }
                "-i" => rest = tail.get(1..).unwrap_or_default(),
                switch if switch.starts_with('-') && !first.braced && switch.len() < 6 && !tail.is_empty() => {
                    rest = tail
                }
                _ => break,
            }
        }
        let Some(word) = rest.first() else { return };
        let text = self.value(word).replace("\r\n", "\n").replace('\r', "\n");
        let sent = self.sent.iter().map(|piece| piece.text.len()).sum::<usize>().saturating_add(text.len());
        if self.spawned.is_some() && sent <= self.emulation.limits.batch_output.min(1 << 18) {
            self.sent.push(Piece { text, line, file: self.emulation.file.clone() });
        }
    }

    /// `expect pattern`, `expect pattern body …`, `expect { pattern body … }`.
    fn expect(&mut self, words: &[Word]) {
        let listed;
        let words = match words {
            [word] if word.braced && word.text.contains(['{', '\n']) => {
                listed = split_list_at(&word.text, word.line);
                listed.as_slice()
            }
            words => words,
        };
        let mut rest = words.iter().peekable();
        while let Some(word) = rest.next() {
            if matches!(word.text.as_str(), "-i" | "-timeout") && !word.braced {
                rest.next();
                continue;
            }
            if word.text.starts_with('-') && !word.braced {
                continue;
            }
            let Some(body) = rest.next() else { break };
            let skipped = matches!(word.text.as_str(), "timeout" | "eof" | "default" | "full_buffer")
                || word.text.contains("yes/no")
                || word.text.contains("(yes");
            if !skipped {
                self.doubtful(body);
            }
        }
    }

    /// The first branch is taken: nothing tells which one runs.
    fn condition(&mut self, words: &[Word]) {
        let body = match words {
            [_, then, body, ..] if then.text == "then" => Some(body),
            [_, body, ..] => Some(body),
            _ => None,
        };
        let ends = body.is_some_and(|body| body.text.contains("exit"));
        if let Some(body) = body.filter(|_| !ends) {
            self.doubtful(body);
        } else if let [.., otherwise, body] = words
            && otherwise.text == "else"
        {
            self.doubtful(body);
        }
    }

    fn each(&mut self, words: &[Word]) {
        let [variable, list, body] = words else { return };
        let list = self.value(list);
        let items = split_list(&list);
        for item in items.into_iter().take(64) {
            self.variables.insert(variable.text.clone(), item.text);
            self.doubtful(body);
        }
    }

    /// The client runs with what was sent to it.
    fn flush(&mut self) {
        let sent = std::mem::take(&mut self.sent);
        let Some((words, line)) = self.spawned.take() else { return };
        let own = std::mem::replace(&mut self.emulation.line, line);
        let command_line = words.join(" ");
        if let Some(launch) = client::launch(&words, &command_line, Platform::Unix) {
            let input = std::mem::replace(&mut self.emulation.input, Input::Text(sent));
            self.emulation.launch(launch);
            self.emulation.input = input;
        } else if !words.is_empty() {
            self.emulation.note_run(&command_line);
        }
        self.emulation.line = own;
    }

    /// The word with variables and escapes put in; what is not known stays as it is written.
    fn value(&mut self, word: &Word) -> String {
        if word.braced {
            return word.text.clone();
        }
        let mut out = String::new();
        let mut source = Source::new(&word.text, Lines::At(word.line));
        while let Some(character) = source.bump() {
            match character {
                '\\' => out.push_str(&escape(&mut source)),
                '$' => {
                    let start = source.at();
                    let braces = source.eat("{");
                    let from = source.at();
                    while source
                        .peek()
                        .is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':' || braces && c != '}')
                    {
                        source.bump();
                    }
                    let name = source.since(from);
                    if braces {
                        source.eat("}");
                    }
                    let indexed = source.peek() == Some('(');
                    match self.variables.get(&name).filter(|_| !indexed) {
                        Some(value) => out.push_str(value),
                        None => {
                            if indexed {
                                while source.bump().is_some_and(|c| c != ')') {}
                            }
                            let raw = format!("${}", source.since(start));
                            if raw.len() > 1 {
                                self.emulation.outcome.leave_unresolved(&raw);
                            }
                            out.push_str(&raw);
                        }
                    }
                }
                '[' => {
                    let start = source.at();
                    let mut open = 0usize;
                    while let Some(next) = source.bump() {
                        match next {
                            '[' => open = open.saturating_add(1),
                            ']' if open == 0 => break,
                            ']' => open = open.saturating_sub(1),
                            _ => {}
                        }
                    }
                    let raw = format!("[{}", source.since(start));
                    self.emulation.outcome.leave_unresolved(&raw);
                    out.push_str(&raw);
                }
                _ => out.push(character),
            }
            if out.len() > self.emulation.limits.line_bytes.saturating_mul(8) {
                break;
            }
        }
        out
    }
}

fn escape(source: &mut Source) -> String {
    let Some(letter) = source.bump() else { return "\\".to_owned() };
    match letter {
        'n' => "\n".to_owned(),
        'r' => "\r".to_owned(),
        't' => "\t".to_owned(),
        '\n' => " ".to_owned(),
        'x' | '0'..='3' => {
            let radix = if letter == 'x' { 16 } else { 8 };
            let mut value = letter.to_digit(8).unwrap_or(0);
            for _ in 0..2 {
                let Some(digit) = source.peek().and_then(|c| c.to_digit(radix)) else { break };
                source.bump();
                value = value.saturating_mul(radix).saturating_add(digit);
            }
            char::from_u32(value).map(String::from).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

/// The words of the next command; nothing at the end of the text.
fn command(source: &mut Source) -> Option<Vec<Word>> {
    loop {
        match source.peek()? {
            c if c.is_whitespace() || c == ';' => {
                source.bump();
            }
            '#' => {
                source.take_line();
            }
            _ => break,
        }
    }
    let mut words = Vec::new();
    loop {
        while source.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\r')) || source.sees("\\\n") {
            if source.bump() == Some('\\') {
                source.bump();
            }
        }
        match source.peek() {
            None | Some('\n' | ';') => break,
            Some(_) => words.push(word(source, false)),
        }
    }
    Some(words)
}

/// The words of a list.
fn split_list(text: &str) -> Vec<Word> {
    split_list_at(text, 0)
}

fn split_list_at(text: &str, line: u32) -> Vec<Word> {
    let mut source = Source::new(text, Lines::From(line));
    let mut words = Vec::new();
    loop {
        while source.peek().is_some_and(|c| c.is_whitespace() || c == '\\' && source.peek_at(1) == Some('\n')) {
            source.bump();
        }
        if source.peek().is_none() {
            return words;
        }
        words.push(word(&mut source, true));
    }
}

/// The word that stands here; it is not empty of characters.
fn word(source: &mut Source, listed: bool) -> Word {
    let line = source.line();
    let start = source.at();
    match source.peek() {
        Some('{') => {
            source.bump();
            let mut open = 0usize;
            let from = source.at();
            let mut text = None;
            while let Some(next) = source.peek() {
                match next {
                    '\\' => {
                        source.bump();
                    }
                    '{' => open = open.saturating_add(1),
                    '}' if open == 0 => {
                        text = Some(source.since(from));
                        source.bump();
                        break;
                    }
                    '}' => open = open.saturating_sub(1),
                    _ => {}
                }
                source.bump();
            }
            Word { text: text.unwrap_or_else(|| source.since(from)), braced: true, line }
        }
        Some('"') => {
            source.bump();
            let from = source.at();
            let mut text = None;
            while let Some(next) = source.peek() {
                match next {
                    '\\' => {
                        source.bump();
                    }
                    '"' => {
                        text = Some(source.since(from));
                        source.bump();
                        break;
                    }
                    _ => {}
                }
                source.bump();
            }
            Word { text: text.unwrap_or_else(|| source.since(from)), braced: false, line }
        }
        _ => {
            let mut open = 0usize;
            while let Some(next) = source.peek() {
                match next {
                    '\\' => {
                        source.bump();
                    }
                    '[' => open = open.saturating_add(1),
                    ']' => open = open.saturating_sub(1),
                    ';' if open == 0 && !listed => break,
                    c if c.is_whitespace() && (open == 0 || c == '\n') => break,
                    _ => {}
                }
                source.bump();
            }
            if source.at() == start {
                source.bump();
            }
            Word { text: source.since(start), braced: false, line }
        }
    }
}
