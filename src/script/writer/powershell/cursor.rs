//! A place in a text of PowerShell: what stands there, and the blanks that are passed over.

use crate::base::number::to_u32;

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'s> {
    source: &'s str,
    pub(super) at: usize,
    pub(super) line: u32,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, at: 0, line: 1 }
    }

    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn since(&self, start: usize) -> &'s str {
        self.source.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.source.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(super) fn before(&self) -> Option<char> {
        self.source.get(..self.at).and_then(|head| head.chars().next_back())
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at = self.at.saturating_add(character.len_utf8());
        if character == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(character)
    }

    /// Passes over `bytes` bytes, to the end of the text at most.
    pub(super) fn skip(&mut self, bytes: usize) {
        let end = self.at.saturating_add(bytes).min(self.source.len());
        let lines = self.source.get(self.at..end).map_or(0, |text| text.matches('\n').count());
        self.line = self.line.saturating_add(to_u32(lines));
        self.at = end;
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        if there {
            self.skip(text.len());
        }
        there
    }

    /// Passes over blanks, remarks and continued lines; over ends of lines too where `lines` says so.
    pub(super) fn blanks(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            match self.peek() {
                Some('\n' | '\r') if lines => self.skip(1),
                Some('\n' | '\r') | None => return,
                Some(character) if character.is_whitespace() || character == '\u{feff}' => {
                    self.next();
                }
                Some('`') if rest.starts_with("`\r\n") => self.skip(3),
                Some('`') if rest.starts_with("`\n") => self.skip(2),
                Some('<') if rest.starts_with("<#") => {
                    self.skip(rest.find("#>").map_or(rest.len(), |end| end.saturating_add(2)));
                }
                Some('#') => self.skip(rest.find('\n').unwrap_or(rest.len())),
                Some(_) => return,
            }
        }
    }

    /// The word of letters, digits and underscores that stands here, without passing over it.
    pub(super) fn word(&self) -> &'s str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }
}

/// Whether a character ends a word of a command.
pub(super) fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, ';' | '|' | '&' | '(' | ')' | '{' | '}' | ',' | '<' | '>')
}

/// Double quotes: PowerShell takes the typographic ones as well.
pub(super) fn is_double_quote(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// Single quotes, the typographic ones as well.
pub(super) fn is_single_quote(character: char) -> bool {
    matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}')
}

/// Dashes that begin a parameter or an operator.
pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// What a backtick makes of the character behind it.
pub(super) fn escaped(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        other => other,
    }
}
