//! The tokens of BASIC as VBScript, VBA and Visual Basic 6 write it ([MS-VBAL], section 3.3).

use crate::script::writer::written::Numbering;
use std::rc::Rc;

/// A name: compared without case, shown as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) written: Rc<str>,
    pub(super) folded: Rc<str>,
}

impl Name {
    pub(super) fn new(written: &str) -> Self {
        Self { written: written.into(), folded: written.to_ascii_lowercase().into() }
    }

    pub(super) fn is(&self, word: &str) -> bool {
        &*self.folded == word
    }
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A keyword or a name.
    Word(Name),
    /// A string literal with its doubled quotes worked off.
    Text(Rc<str>),
    /// A number.
    Number(f64),
    /// An operator or another sign; `<>`, `<=`, `>=` and `:=` are one.
    Sign(char),
    /// The end of a line.
    NewLine,
    /// A colon between statements.
    Colon,
}

/// `<>`, `<=`, `>=`, `:=` as signs of one character.
pub(super) const NOT_EQUAL: char = '≠';
pub(super) const AT_MOST: char = '≤';
pub(super) const AT_LEAST: char = '≥';
pub(super) const NAMED: char = '≔';

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Number of its line in the text, from 1.
    pub(super) line: u32,
    /// Whether a blank stands before it, which tells `f .x` (a member of the `With`) from `f.x`.
    pub(super) spaced: bool,
}

/// The tokens of a text. Signs that BASIC does not have are tokens, too: their line is passed over.
pub(super) fn tokens(text: &str, numbering: Numbering<'_>) -> Vec<Token> {
    let mut scanner = Scanner {
        rest: text,
        line: 1,
        numbering,
        tokens: Vec::new(),
        spaced: true,
        ends_with_cr: !text.contains('\n'),
    };
    while scanner.next() {}
    scanner.push(Kind::NewLine);
    scanner.tokens
}

struct Scanner<'t> {
    rest: &'t str,
    line: u32,
    numbering: Numbering<'t>,
    tokens: Vec<Token>,
    spaced: bool,
    ends_with_cr: bool,
}

impl Scanner<'_> {
    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token { kind, line: self.numbering.of(self.line), spaced: self.spaced });
        self.spaced = false;
    }

    fn bump(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn end_line(&mut self) {
        // A lone CR ends a line where the text has no LF at all.
        let counts = self.ends_with_cr || self.rest.starts_with('\n') || self.rest.starts_with("\r\n");
        let length = if self.rest.starts_with("\r\n") { 2 } else { 1 };
        self.bump(length);
        self.line = self.line.saturating_add(u32::from(counts));
    }

    fn skip_line(&mut self) {
        let end = self.rest.find(['\r', '\n']).unwrap_or(self.rest.len());
        self.bump(end);
    }

    fn at_statement(&self) -> bool {
        self.tokens.last().is_none_or(|token| match &token.kind {
            Kind::NewLine | Kind::Colon => true,
            Kind::Word(name) => name.is("then") || name.is("else"),
            _ => false,
        })
    }

    fn next(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        match first {
            '\r' | '\n' => {
                self.push(Kind::NewLine);
                self.end_line();
                self.spaced = true;
            }
            '_' if self.continues() => {
                self.skip_line();
                self.end_line();
                self.spaced = true;
            }
            _ if first.is_whitespace() || first == '\u{feff}' => {
                self.bump(first.len_utf8());
                self.spaced = true;
            }
            '\'' | '‘' | '’' => self.skip_line(),
            '"' | '“' | '”' => self.literal(first),
            '&' => self.ampersand(),
            '[' => {
                let end = self.rest.find([']', '\r', '\n']).unwrap_or(self.rest.len());
                let name = self.rest.get(1..end).unwrap_or_default();
                let name = Name::new(name);
                self.push(Kind::Word(name));
                self.bump(end.saturating_add(1));
            }
            '.' if !self.rest.get(1..).unwrap_or_default().starts_with(|c: char| c.is_ascii_digit()) => {
                self.sign('.', 1);
            }
            _ if first.is_ascii_digit() || first == '.' => self.number(),
            _ if first.is_alphabetic() || first == '_' => self.word(),
            ':' if self.rest.starts_with(":=") => self.sign(NAMED, 2),
            ':' => {
                self.push(Kind::Colon);
                self.bump(1);
            }
            '<' if self.rest.starts_with("<>") => self.sign(NOT_EQUAL, 2),
            '<' if self.rest.starts_with("<=") => self.sign(AT_MOST, 2),
            '>' if self.rest.starts_with(">=") => self.sign(AT_LEAST, 2),
            _ => self.sign(first, first.len_utf8()),
        }
        true
    }

    fn sign(&mut self, sign: char, bytes: usize) {
        self.push(Kind::Sign(sign));
        self.bump(bytes);
    }

    /// Whether an underscore stands last in its line.
    fn continues(&self) -> bool {
        let after = self.rest.get(1..).unwrap_or_default().trim_start_matches([' ', '\t']);
        after.starts_with(['\r', '\n'])
    }

    fn literal(&mut self, quote: char) {
        let typographic = quote != '"';
        let ends = |c: char| c == '"' || typographic && matches!(c, '“' | '”');
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1).peekable();
        let mut end = self.rest.len();
        while let Some((at, character)) = characters.next() {
            if matches!(character, '\r' | '\n') {
                end = at;
                break;
            }
            if !ends(character) {
                text.push(character);
            } else if characters.peek().is_some_and(|(_, next)| *next == '"' && character == '"') {
                characters.next();
                text.push('"');
            } else {
                end = at.saturating_add(character.len_utf8());
                break;
            }
        }
        self.push(Kind::Text(text.into()));
        self.bump(end);
    }

    /// `&H1F`, `&O17`, or the operator.
    fn ampersand(&mut self) {
        let rest = self.rest.get(1..).unwrap_or_default();
        let (radix, digits) = match rest.chars().next() {
            Some('h' | 'H') => (16, rest.get(1..).unwrap_or_default()),
            Some('o' | 'O') => (8, rest.get(1..).unwrap_or_default()),
            _ => return self.sign('&', 1),
        };
        let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let (value, tail) = digits.split_at_checked(length).unwrap_or((digits, ""));
        match u32::from_str_radix(value, radix) {
            Ok(number) if !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                self.push(Kind::Number(f64::from(number)));
                let suffix = usize::from(tail.starts_with('&') && !tail.starts_with("& "));
                self.bump(length.saturating_add(2).saturating_add(suffix));
            }
            _ => self.sign('&', 1),
        }
    }

    fn number(&mut self) {
        let rest = self.rest;
        let mut end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let tail = rest.get(end..).unwrap_or_default();
        let exponent = tail.strip_prefix(['e', 'E']).map(|tail| tail.trim_start_matches(['+', '-']));
        if exponent.is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit())) {
            let digits = tail.get(2..).unwrap_or_default();
            let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            end = end.saturating_add(2).saturating_add(length);
        }
        let number = rest.get(..end).and_then(|digits| digits.parse().ok()).filter(|number: &f64| number.is_finite());
        self.push(Kind::Number(number.unwrap_or(0.0)));
        self.bump(end);
        // The signs of its type.
        if self.rest.starts_with(['%', '!', '@', '#']) {
            self.bump(1);
        }
    }

    fn word(&mut self) {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, tail) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        if word.eq_ignore_ascii_case("rem") && self.at_statement() {
            return self.skip_line();
        }
        let name = Name::new(word);
        let mut suffix = usize::from(tail.starts_with(['$', '%', '@']));
        if let Some(after) = tail.strip_prefix(['!', '#']) {
            suffix = usize::from(!after.starts_with(|c: char| c.is_alphanumeric() || c == '['));
        }
        self.push(Kind::Word(name));
        self.bump(end.saturating_add(suffix));
    }
}
