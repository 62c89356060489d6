//! The tokens of source code.

use super::tongue::Tongue;

/// A part of a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Characters, with escapes worked off.
    Known(String),
    /// An expression that is put in, and how it is written there.
    Field { source: String, written: String },
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name with its sigil.
    Name(String),
    /// A string.
    Text(Vec<Part>),
    /// A command line between backticks.
    Command(Vec<Part>),
    /// A number.
    Number(String),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of a line that ends a statement, with the indentation of the next.
    Line(usize),
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Line, from 1.
    pub(super) line: u32,
    /// First character, and the one behind the last.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Most tokens of one text.
const TOKENS: usize = 400_000;

const SYMBOLS: &[&str] = &[
    "===", "!==", "<<=", "...", "->", "=>", "::", ":=", "==", "!=", "<=", ">=", "<<", ">>", "&&", "||", "++", "--",
    "+=", "-=", "*=", "/=", ".=", "|=", "&=", "=~", "!~", "..", "**", "?.", "(", ")", "[", "]", "{", "}", ";", ",",
    ".", ":", "?", "=", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~", "<", ">", "@", "$", "\\", "#",
];

/// Takes a text apart.
pub(super) struct Lexer {
    pub(super) tongue: Tongue,
    pub(super) characters: Vec<char>,
    pub(super) at: usize,
    pub(super) line: u32,
    pub(super) tokens: Vec<Token>,
    brackets: usize,
    /// Here-documents that begin with the next line: their word, whether they are put together, whether indentation falls.
    pub(super) heredocs: Vec<Heredoc>,
}

/// A here-document that is announced.
#[derive(Debug, Clone)]
pub(super) struct Heredoc {
    pub(super) word: String,
    pub(super) fields: bool,
    pub(super) indented: bool,
    /// The token that it is the text of.
    pub(super) token: usize,
}

impl Lexer {
    pub(super) fn new(tongue: Tongue, content: &str, line: u32) -> Self {
        let characters = content.chars().collect();
        Self { tongue, characters, at: 0, line, tokens: Vec::new(), brackets: 0, heredocs: Vec::new() }
    }

    /// The tokens, the characters that they stand in, and whether there were more than are read.
    pub(super) fn run(mut self) -> (Vec<Token>, Vec<char>, bool) {
        if self.tongue == Tongue::Php && self.find("<?").is_some() {
            self.outside_php();
        }
        while self.at < self.characters.len() && self.tokens.len() < TOKENS {
            self.token();
        }
        let is_cut = self.at < self.characters.len();
        (self.tokens, self.characters, is_cut)
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at.saturating_add(ahead)).copied()
    }

    /// Takes a character.
    pub(super) fn take(&mut self) -> Option<char> {
        let character = self.peek(0)?;
        self.at = self.at.saturating_add(1);
        if character == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(character)
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, wanted)| self.peek(ahead) == Some(wanted))
    }

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.take();
        }
    }

    fn find(&self, text: &str) -> Option<usize> {
        let first = text.chars().next()?;
        let rest = self.characters.get(self.at..)?;
        rest.iter().enumerate().find_map(|(offset, character)| {
            let same = *character == first
                && text.chars().enumerate().all(|(ahead, wanted)| {
                    rest.get(offset.saturating_add(ahead)).is_some_and(|character| *character == wanted)
                });
            same.then_some(offset)
        })
    }

    /// Skips up to a text and over it; to the end where it does not come.
    pub(super) fn skip_past(&mut self, text: &str) {
        match self.find(text) {
            Some(offset) => self.skip(offset.saturating_add(text.chars().count())),
            None => self.skip(self.characters.len().saturating_sub(self.at)),
        }
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, line: u32) {
        self.tokens.push(Token { kind, line, start, end: self.at });
    }

    fn at_line_start(&self) -> bool {
        self.at.checked_sub(1).is_none_or(|before| self.characters.get(before) == Some(&'\n'))
    }

    fn token(&mut self) {
        let (start, line) = (self.at, self.line);
        let Some(character) = self.peek(0) else { return };
        if character == '\n' {
            self.line_end(start, line);
        } else if character.is_whitespace() || character == '\u{feff}' {
            self.take();
        } else if self.remark() || self.string() {
        } else if character.is_ascii_digit() {
            self.number(start, line);
        } else if is_name_start(character) || self.sigil_name(character) {
            self.name(start, line);
        } else {
            self.symbol(start, line);
        }
    }

    fn line_end(&mut self, start: usize, line: u32) {
        self.take();
        for heredoc in std::mem::take(&mut self.heredocs) {
            self.heredoc(&heredoc);
        }
        let directive = self.tongue == Tongue::C;
        if (self.tongue.ends_with_lines() && self.brackets == 0) || directive {
            let rest = self.characters.get(self.at..).unwrap_or_default();
            let indent = rest.iter().take_while(|c| matches!(c, ' ' | '\t')).count();
            let blank = rest.get(indent).is_none_or(|c| matches!(c, '\r' | '\n' | '#'));
            // In C a line ends something only where it is a directive's.
            if directive {
                let in_directive = self
                    .tokens
                    .iter()
                    .rev()
                    .take_while(|token| token.line == line)
                    .any(|token| matches!(&token.kind, Kind::Name(name) if name.starts_with('#')));
                if in_directive {
                    self.push(Kind::Line(0), start, line);
                }
            } else if !blank || rest.get(indent) == Some(&'#') && self.tongue == Tongue::AutoIt {
                self.push(Kind::Line(indent), start, line);
            }
        }
    }

    /// Skips a remark, a directive or documentation; false where there is none.
    fn remark(&mut self) -> bool {
        let begins = self.at_line_start();
        match self.tongue {
            Tongue::Perl if begins && self.peek(0) == Some('=') && self.peek(1).is_some_and(char::is_alphabetic) => {
                self.skip_past("\n=cut");
                return true;
            }
            Tongue::Perl if begins && (self.looking_at("__END__") || self.looking_at("__DATA__")) => {
                self.at = self.characters.len();
                return true;
            }
            Tongue::Ruby if begins && self.looking_at("=begin") => {
                self.skip_past("\n=end");
                return true;
            }
            Tongue::AutoIt if self.looking_at("#cs") || self.looking_at("#comments-start") => {
                self.skip_past("\n#c");
                self.skip_line();
                return true;
            }
            Tongue::AutoIt if begins && self.peek(0) == Some('#') => {
                self.skip_line();
                return true;
            }
            Tongue::Php if self.looking_at("?>") => {
                self.skip(2);
                self.outside_php();
                return true;
            }
            Tongue::C if self.peek(0) == Some('#') => return self.directive(),
            Tongue::Python if self.peek(0) == Some('\\') && matches!(self.peek(1), Some('\r' | '\n')) => {
                self.skip(if self.peek(1) == Some('\r') { 3 } else { 2 });
                return true;
            }
            _ => {}
        }
        let not_a_variable = !(self.tongue == Tongue::Perl
            && self.at.checked_sub(1).is_some_and(|before| matches!(self.characters.get(before), Some('$' | '@'))));
        if not_a_variable && self.tongue.line_remarks().iter().any(|mark| self.looking_at(mark)) {
            self.skip_line();
            return true;
        }
        let block = self.tongue.block_remarks().iter().find(|(open, _)| self.looking_at(open));
        if let Some((open, close)) = block {
            self.skip(open.len());
            self.skip_past(close);
            return true;
        }
        false
    }

    /// To the end of the line, which stays. PHP's code ends within a line remark.
    fn skip_line(&mut self) {
        while let Some(character) = self.peek(0) {
            if character == '\n' || self.tongue == Tongue::Php && self.looking_at("?>") {
                return;
            }
            self.take();
        }
    }

    /// `#define NAME VALUE` is an assignment; other directives are passed over.
    fn directive(&mut self) -> bool {
        let (start, line) = (self.at, self.line);
        let rest = self.characters.get(self.at.saturating_add(1)..).unwrap_or_default();
        let blanks = rest.iter().take_while(|c| matches!(c, ' ' | '\t')).count();
        self.skip(blanks.saturating_add(1));
        if self.looking_at("define") {
            self.skip(6);
            self.push(Kind::Name("#define".to_owned()), start, line);
        } else if self.peek(0).is_some_and(char::is_alphabetic) {
            self.skip_line();
        }
        true
    }

    /// Everything up to the next `<?php` is page.
    fn outside_php(&mut self) {
        let (start, line) = (self.at, self.line);
        self.skip_past("<?");
        for word in ["php", "="] {
            if self.looking_at(word) {
                self.skip(word.len());
            }
        }
        self.push(Kind::Symbol(";"), start, line);
    }

    fn number(&mut self, start: usize, line: u32) {
        let mut digits = String::new();
        while let Some(character) = self.peek(0) {
            let dot = character == '.' && self.peek(1).is_some_and(|next| next.is_ascii_digit());
            if !character.is_ascii_alphanumeric() && character != '_' && !dot {
                break;
            }
            digits.push(character);
            self.take();
        }
        self.push(Kind::Number(digits), start, line);
    }

    fn sigil_name(&self, character: char) -> bool {
        let next = self.peek(1);
        let declares = matches!(self.tokens.last().map(|token| &token.kind), Some(Kind::Name(word)) if matches!(word.as_str(), "my" | "our" | "local"));
        if self.tongue == Tongue::Perl && character == '%' {
            return next.is_some_and(is_name_start) && (declares || self.expects_operand());
        }
        self.tongue.is_sigil(character)
            && (next.is_some_and(|next| is_name_start(next) || next == '@' && self.tongue != Tongue::Perl)
                || self.tongue == Tongue::Perl
                    && next.is_some_and(|next| next.is_ascii_digit() || next == '{' || next == '$'))
    }

    fn name(&mut self, start: usize, line: u32) {
        let mut name = String::new();
        while self.peek(0).is_some_and(|c| self.tongue.is_sigil(c) || c == '%' && name.is_empty()) {
            name.extend(self.take());
        }
        // Perl's `${name}` and `@{name}` are `$name` and `@name`.
        let braced = self.tongue == Tongue::Perl && self.peek(0) == Some('{');
        if braced {
            self.take();
        }
        while let Some(character) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            name.push(character);
            self.take();
        }
        if braced && self.peek(0) == Some('}') {
            self.take();
        }
        self.push(Kind::Name(name), start, line);
    }

    fn symbol(&mut self, start: usize, line: u32) {
        let Some(symbol) = SYMBOLS.iter().find(|symbol| self.looking_at(symbol)) else {
            self.take();
            return;
        };
        self.skip(symbol.chars().count());
        match *symbol {
            "(" | "[" | "{" => self.brackets = self.brackets.saturating_add(1),
            ")" | "]" | "}" => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        // Braces of Ruby hold statements.
        if self.tongue == Tongue::Ruby && matches!(*symbol, "{" | "}") {
            self.brackets = 0;
        }
        self.push(Kind::Symbol(symbol), start, line);
    }

    /// Whether an operand could stand here: then a slash begins a pattern, and a percent sign a literal of Ruby's.
    pub(super) fn expects_operand(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None | Some(Kind::Line(_)) => true,
            Some(Kind::Symbol(symbol)) => !matches!(*symbol, ")" | "]" | "}"),
            Some(Kind::Name(name)) => {
                matches!(name.as_str(), "return" | "and" | "or" | "not" | "if" | "unless" | "while" | "split" | "grep")
            }
            Some(Kind::Text(_) | Kind::Command(_) | Kind::Number(_)) => false,
        }
    }
}

pub(super) fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}
