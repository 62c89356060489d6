//! The characters of a script under the parser's eye, and the line of the evidence that each stands in.

use crate::base::number::to_usize;
use std::rc::Rc;

/// Which line of the evidence a line of the text is.
#[derive(Debug, Clone)]
pub(super) enum Lines {
    /// The text's first line has this number, its second the next.
    From(u32),
    /// All of the text stands in one line: the argument of `eval` or `sh -c`.
    At(u32),
    /// Each line's number: a here-document.
    Table(Rc<[u32]>),
}

/// A text and a place in it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    characters: Vec<char>,
    at: usize,
    passed: u32,
    lines: Lines,
}

impl Source {
    pub(super) fn new(text: &str, lines: Lines) -> Self {
        Self { characters: text.chars().collect(), at: 0, passed: 0, lines }
    }

    /// Place in the text, characters from its begin.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Line of the evidence.
    pub(super) fn line(&self) -> u32 {
        match &self.lines {
            Lines::From(first) => first.saturating_add(self.passed),
            Lines::At(line) => *line,
            Lines::Table(lines) => {
                let index = to_usize(self.passed);
                lines.get(index).or_else(|| lines.last()).copied().unwrap_or(0)
            }
        }
    }

    /// Line ends that were passed.
    pub(super) fn lines_passed(&self) -> usize {
        to_usize(self.passed)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at.saturating_add(ahead)).copied()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at = self.at.saturating_add(1);
        if character == '\n' {
            self.passed = self.passed.saturating_add(1);
        }
        Some(character)
    }

    /// Whether this text stands here.
    pub(super) fn sees(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, character)| self.peek_at(ahead) == Some(character))
    }

    /// Passes this text where it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let seen = self.sees(text);
        if seen {
            for _ in text.chars() {
                self.bump();
            }
        }
        seen
    }

    /// The text from a place to here.
    pub(super) fn since(&self, from: usize) -> String {
        self.characters.get(from..self.at).unwrap_or_default().iter().collect()
    }

    /// Goes on to a place further on.
    pub(super) fn advance_to(&mut self, at: usize) {
        while self.at < at && self.bump().is_some() {}
    }

    /// The rest of the line, without its end, which is passed too.
    pub(super) fn take_line(&mut self) -> String {
        let from = self.at;
        while self.peek().is_some_and(|character| character != '\n') {
            self.bump();
        }
        let line = self.since(from);
        self.bump();
        line
    }
}
