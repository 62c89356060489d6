//! The grammar of words: quotes, and what a dollar sign or a backquote begins.

use super::parse::Parser;
use super::source::Lines;
use super::syntax::{Operation, Parameter, Part, Word};
use std::rc::Rc;

/// Longest arithmetic expression that is looked for, characters.
const EXPRESSION: usize = 2048;

/// In what a piece of a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Nothing quotes it.
    Bare,
    /// Double quotes.
    Quoted,
    /// A here-document: like double quotes, but a double quote is a character.
    Document,
}

/// The parts of a word as they come in.
#[derive(Debug, Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn bare(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Part::Bare(text)) => text.push(character),
            _ => self.0.push(Part::Bare(character.to_string())),
        }
    }

    fn quoted(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Part::Quoted(text)) => text.push(character),
            _ => self.0.push(Part::Quoted(character.to_string())),
        }
    }

    /// Quotes with nothing in them make a word all the same.
    fn quote(&mut self) {
        if !matches!(self.0.last(), Some(Part::Quoted(_))) {
            self.0.push(Part::Quoted(String::new()));
        }
    }

    fn push(&mut self, character: char, context: Context) {
        if context == Context::Bare { self.bare(character) } else { self.quoted(character) }
    }
}

impl Parser {
    /// The word that stands here, if one does.
    pub(super) fn word(&mut self) -> Option<Word> {
        let (start, line) = (self.source.at(), self.source.line());
        let mut parts = Parts::default();
        while let Some(character) = self.source.peek() {
            match character {
                '<' | '>' if self.source.peek_at(1) == Some('(') && parts.0.is_empty() => {
                    self.source.bump();
                    self.source.bump();
                    let body = Rc::new(self.inside());
                    self.source.eat(")");
                    parts.0.push(Part::Process { body, reads: character == '<' });
                }
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                _ => self.piece(&mut parts, Context::Bare),
            }
        }
        (self.source.at() > start).then_some(Word { parts: parts.0, line })
    }

    /// The lines of a here-document whose delimiter is not quoted.
    pub(super) fn document(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        let (mut parts, mut line) = (Parts::default(), self.source.line());
        while let Some(character) = self.source.peek() {
            if character == '\n' {
                self.source.bump();
                parts.quoted('\n');
                words.push(Word { parts: std::mem::take(&mut parts.0), line });
                line = self.source.line();
            } else {
                self.piece(&mut parts, Context::Document);
            }
        }
        if !parts.0.is_empty() {
            words.push(Word { parts: parts.0, line });
        }
        words
    }

    /// One character, quotation or expansion.
    fn piece(&mut self, parts: &mut Parts, context: Context) {
        let Some(character) = self.source.bump() else { return };
        match (character, context) {
            ('\\', Context::Bare) => match self.source.bump() {
                Some('\n') => {}
                Some(next) => parts.quoted(next),
                None => parts.bare('\\'),
            },
            ('\\', _) => match self.source.peek() {
                Some('\n') => {
                    self.source.bump();
                }
                Some(next @ ('$' | '`' | '\\')) => {
                    self.source.bump();
                    parts.quoted(next);
                }
                Some('"') if context == Context::Quoted => {
                    self.source.bump();
                    parts.quoted('"');
                }
                _ => parts.quoted('\\'),
            },
            ('\'', Context::Bare) => {
                parts.quote();
                while let Some(next) = self.source.bump().filter(|next| *next != '\'') {
                    parts.quoted(next);
                }
            }
            ('"', Context::Bare) => self.double_quoted(parts),
            ('$', _) => self.dollar(parts, context),
            ('`', _) => self.backquoted(parts, context),
            (_, _) => parts.push(character, context),
        }
    }

    fn double_quoted(&mut self, parts: &mut Parts) {
        parts.quote();
        while let Some(next) = self.source.peek() {
            if next == '"' {
                self.source.bump();
                break;
            }
            self.piece(parts, Context::Quoted);
        }
    }

    fn dollar(&mut self, parts: &mut Parts, context: Context) {
        let start = self.source.at().saturating_sub(1);
        let quoted = context != Context::Bare;
        match self.source.peek() {
            Some('\'') if context == Context::Bare => {
                self.source.bump();
                parts.quote();
                self.ansi_quoted(parts);
            }
            Some('"') if context == Context::Bare => {
                self.source.bump();
                self.double_quoted(parts);
            }
            Some('(') => {
                if let Some(expression) = self.arithmetic("((") {
                    parts.0.push(Part::Arithmetic { expression, raw: self.source.since(start) });
                    return;
                }
                self.source.bump();
                let body = Rc::new(self.inside());
                self.source.eat(")");
                parts.0.push(Part::Command { body, quoted, raw: self.source.since(start) });
            }
            Some('{') => {
                self.source.bump();
                let parameter = self.braced(context);
                let raw = self.source.since(start);
                parts.0.push(match parameter {
                    Some(parameter) => Part::Parameter { parameter: Box::new(parameter), quoted, raw },
                    None => Part::Unknown(raw),
                });
            }
            Some(next)
                if next.is_ascii_alphanumeric() || matches!(next, '_' | '@' | '*' | '#' | '?' | '$' | '!' | '-') =>
            {
                let name = self.name();
                let parameter = Box::new(Parameter { name, index: None, operation: Operation::None });
                parts.0.push(Part::Parameter { parameter, quoted, raw: self.source.since(start) });
            }
            _ => parts.push('$', context),
        }
    }

    /// A name, one digit, or one of the signs that name a parameter.
    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(next) = self.source.peek() {
            let goes_on = next.is_ascii_alphabetic() || next == '_' || next.is_ascii_digit() && !name.is_empty();
            if !goes_on {
                break;
            }
            name.push(next);
            self.source.bump();
        }
        if name.is_empty() {
            name.extend(self.source.bump());
        }
        name
    }

    /// Commands in parentheses, one level deeper.
    fn inside(&mut self) -> Vec<super::syntax::Node> {
        self.depth = self.depth.saturating_add(1);
        let list = self.list_in_parentheses();
        self.depth = self.depth.saturating_sub(1);
        list
    }

    fn backquoted(&mut self, parts: &mut Parts, context: Context) {
        let start = self.source.at().saturating_sub(1);
        let line = self.source.line();
        let mut inner = String::new();
        while let Some(next) = self.source.bump().filter(|next| *next != '`') {
            match (next, self.source.peek()) {
                ('\\', Some(escaped @ ('`' | '\\' | '$'))) => {
                    self.source.bump();
                    inner.push(escaped);
                }
                ('\\', Some('"')) if context == Context::Quoted => {
                    self.source.bump();
                    inner.push('"');
                }
                _ => inner.push(next),
            }
        }
        let body = Rc::new(Parser::inner(&inner, Lines::At(line), self.depth).program());
        parts.0.push(Part::Command { body, quoted: context != Context::Bare, raw: self.source.since(start) });
    }

    /// `$'…'`.
    fn ansi_quoted(&mut self, parts: &mut Parts) {
        while let Some(next) = self.source.bump().filter(|next| *next != '\'') {
            if next != '\\' {
                parts.quoted(next);
                continue;
            }
            let Some(letter) = self.source.bump() else { break };
            let number = |parser: &mut Self, radix: u32, most: usize, first: u32| {
                let mut value = first;
                for _ in 0..most {
                    let Some(digit) = parser.source.peek().and_then(|c| c.to_digit(radix)) else { break };
                    parser.source.bump();
                    value = value.saturating_mul(radix).saturating_add(digit);
                }
                char::from_u32(value).unwrap_or('\u{fffd}')
            };
            let character = match letter {
                'n' | 't' | 'r' | 'a' | 'b' | 'f' | 'v' | 'e' | 'E' => super::print::control(letter),
                'x' => number(self, 16, 2, 0),
                'u' => number(self, 16, 4, 0),
                'U' => number(self, 16, 8, 0),
                '0'..='7' => number(self, 8, 2, letter.to_digit(8).unwrap_or(0)),
                '\\' | '\'' | '"' | '?' => letter,
                _ => {
                    parts.quoted('\\');
                    letter
                }
            };
            parts.quoted(character);
        }
    }

    /// The expression after these parentheses, if they are closed by two: `((1 + 2))` but not `((a); (b))`.
    pub(super) fn arithmetic(&mut self, opening: &str) -> Option<Word> {
        if !self.source.sees(opening) {
            return None;
        }
        let begin = opening.len();
        let mut open = 0usize;
        let mut end = None;
        for ahead in begin..EXPRESSION {
            match self.source.peek_at(ahead)? {
                '(' => open = open.saturating_add(1),
                ')' if open == 0 => {
                    end = (self.source.peek_at(ahead.saturating_add(1)) == Some(')')).then_some(ahead);
                    break;
                }
                ')' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        let end = end?;
        let (line, from) = (self.source.line(), self.source.at().saturating_add(begin));
        let till = self.source.at().saturating_add(end);
        self.source.advance_to(from);
        self.source.advance_to(till);
        let text = self.source.since(from);
        self.source.eat("))");
        let mut inner = Parser::inner(&text, Lines::At(line), self.depth);
        let mut parts = Parts::default();
        while inner.source.peek().is_some() {
            inner.piece(&mut parts, Context::Quoted);
        }
        Some(Word { parts: parts.0, line })
    }

    /// What follows `${`, up to the brace that closes it. Nothing where it is not understood; the brace is passed all the same.
    fn braced(&mut self, context: Context) -> Option<Parameter> {
        let parameter = if self.depth < 32 { self.parameter(context) } else { None };
        let closed = self.source.peek() == Some('}');
        if !closed {
            // Not understood: on to the brace, or the end of the line.
            let mut open = 0usize;
            while let Some(next) = self.source.peek().filter(|next| *next != '\n') {
                match next {
                    '{' => open = open.saturating_add(1),
                    '}' if open == 0 => break,
                    '}' => open = open.saturating_sub(1),
                    _ => {}
                }
                self.source.bump();
            }
        }
        self.source.eat("}");
        parameter.filter(|_| closed)
    }

    fn parameter(&mut self, context: Context) -> Option<Parameter> {
        let length = self.source.peek() == Some('#')
            && self.source.peek_at(1).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '*'));
        if length || self.source.peek() == Some('!') && self.source.peek_at(1) != Some('}') {
            self.source.bump();
            if !length {
                return None;
            }
        }
        let mut name = String::new();
        while let Some(digit) = self.source.peek().filter(char::is_ascii_digit) {
            name.push(digit);
            self.source.bump();
        }
        if name.is_empty() {
            name = self.name();
        }
        let mut index = None;
        if self.source.peek() == Some('[') {
            self.source.bump();
            let from = self.source.at();
            while self.source.peek().is_some_and(|c| !matches!(c, ']' | '}' | '\n')) {
                self.source.bump();
            }
            index = Some(self.source.since(from));
            self.source.eat("]");
        }
        let operation = if length { Operation::Length } else { self.operation(context)? };
        Some(Parameter { name, index, operation })
    }

    fn operation(&mut self, context: Context) -> Option<Operation> {
        let two = |parser: &mut Self, sign: &str| parser.source.eat(sign);
        let quoted = if context == Context::Bare { Context::Bare } else { Context::Quoted };
        Some(match self.source.peek()? {
            '}' => Operation::None,
            ':' => {
                self.source.bump();
                match self.source.peek()? {
                    sign @ ('-' | '=' | '?' | '+') => {
                        self.source.bump();
                        Operation::Otherwise { sign, colon: true, word: self.operand(quoted, &['}']) }
                    }
                    _ => {
                        let offset = self.operand(Context::Quoted, &[':', '}']);
                        let length = self.source.eat(":").then(|| self.operand(Context::Quoted, &['}']));
                        Operation::Substring { offset, length }
                    }
                }
            }
            sign @ ('-' | '=' | '?' | '+') => {
                self.source.bump();
                Operation::Otherwise { sign, colon: false, word: self.operand(quoted, &['}']) }
            }
            sign @ ('%' | '#') => {
                self.source.bump();
                let longest = two(self, &sign.to_string());
                Operation::Trim { suffix: sign == '%', longest, pattern: self.operand(Context::Bare, &['}']) }
            }
            '/' => {
                self.source.bump();
                let all = two(self, "/");
                let anchor = self.source.peek().filter(|c| !all && matches!(c, '#' | '%'));
                if anchor.is_some() {
                    self.source.bump();
                }
                let pattern = self.operand(Context::Bare, &['/', '}']);
                let replacement =
                    if self.source.eat("/") { self.operand(Context::Bare, &['}']) } else { Word::default() };
                Operation::Replace { all, anchor, pattern, replacement }
            }
            sign @ ('^' | ',') => {
                self.source.bump();
                Operation::Case { upper: sign == '^', all: two(self, &sign.to_string()) }
            }
            _ => return None,
        })
    }

    /// The word after the sign of an operation.
    fn operand(&mut self, context: Context, ends: &[char]) -> Word {
        let line = self.source.line();
        self.depth = self.depth.saturating_add(1);
        let mut parts = Parts::default();
        while let Some(next) = self.source.peek().filter(|next| !ends.contains(next)) {
            match next {
                '"' if context == Context::Quoted => {
                    self.source.bump();
                    self.double_quoted(&mut parts);
                }
                '\\' if context == Context::Quoted && self.source.peek_at(1) == Some('}') => {
                    self.source.bump();
                    self.source.bump();
                    parts.quoted('}');
                }
                _ => self.piece(&mut parts, context),
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Word { parts: parts.0, line }
    }
}
