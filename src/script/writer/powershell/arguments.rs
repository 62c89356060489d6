//! The parser of PowerShell's commands: names, parameters, words without quotes, redirections.

use super::cursor;
use super::parse::Parser;
use super::syntax::{Command, Element, Expression, Kind, Redirect, Segment, Word};

impl Parser<'_> {
    pub(super) fn element(&mut self) -> Element {
        let rest = self.cursor.rest();
        let second = self.cursor.peek_second();
        let first = self.cursor.peek().unwrap_or(' ');
        let is_expression = match first {
            '$' | '(' | '@' | '[' | '{' | '!' | ',' => true,
            '+' => second.is_some_and(|c| c == '+' || c == '$' || c.is_ascii_digit()),
            '.' => second.is_some_and(|c| c.is_ascii_digit()),
            c if c.is_ascii_digit() => is_number_word(rest),
            c if cursor::is_dash(c) => {
                let word: String = rest.chars().skip(1).take_while(char::is_ascii_alphabetic).collect();
                second.is_some_and(|c| c.is_ascii_digit() || c == '-' || c == '$' || c == '(')
                    || super::expression::is_unary(&word.to_ascii_lowercase())
            }
            c => cursor::is_single_quote(c) || cursor::is_double_quote(c),
        };
        if is_expression {
            let expression = self.expression();
            self.cursor.blanks(false);
            let redirects = self.redirects();
            return Element::Expression(expression, redirects);
        }
        Element::Command(self.command())
    }

    fn redirects(&mut self) -> Vec<Redirect> {
        let mut redirects = Vec::new();
        loop {
            self.cursor.blanks(false);
            match self.redirect() {
                Some(redirect) => redirects.push(redirect),
                None => return redirects,
            }
        }
    }

    /// `>`, `2>>`, `*>`, `2>&1` where one stands here.
    fn redirect(&mut self) -> Option<Redirect> {
        let rest = self.cursor.rest();
        let stream = rest.chars().next().filter(|c| c.is_ascii_digit() || *c == '*');
        let after = stream.map_or(rest, |_| rest.get(1..).unwrap_or_default());
        if !after.starts_with('>') {
            return None;
        }
        self.cursor.skip(rest.len().saturating_sub(after.len()).saturating_add(1));
        let append = self.cursor.eat(">");
        if self.cursor.eat("&") {
            self.cursor.next();
            return Some(Redirect { is_output: false, append, target: None });
        }
        self.cursor.blanks(false);
        let target = Some(self.argument(false));
        Some(Redirect { is_output: matches!(stream, None | Some('1' | '*')), append, target })
    }

    fn command(&mut self) -> Command {
        let line = self.cursor.line;
        let invoked = match (self.cursor.peek(), self.cursor.peek_second()) {
            (Some('&'), _) => true,
            (Some('.'), Some(c)) => {
                c.is_whitespace()
                    || matches!(c, '(' | '$' | '{')
                    || cursor::is_single_quote(c)
                    || cursor::is_double_quote(c)
            }
            _ => false,
        };
        if invoked {
            self.cursor.next();
            self.cursor.blanks(false);
        }
        let name = self.argument(false);
        let mut command = Command { line, invoked, name, words: Vec::new(), redirects: Vec::new() };
        loop {
            self.cursor.blanks(false);
            let rest = self.cursor.rest();
            match self.cursor.peek() {
                None | Some('\n' | '\r' | ';' | '|' | '&' | ')' | '}') => break,
                Some(',') => self.cursor.skip(1),
                Some('<') => self.cursor.skip(1),
                _ if rest.starts_with("--%") => {
                    self.cursor.skip(3);
                    let rest = self.cursor.rest();
                    let end = rest.find(['\n', '|']).unwrap_or(rest.len());
                    command.words.push(Word::Verbatim(rest.get(..end).unwrap_or_default().trim().to_owned()));
                    self.cursor.skip(end);
                }
                _ => {
                    let before = self.cursor.at;
                    if let Some(redirect) = self.redirect() {
                        command.redirects.push(redirect);
                    } else {
                        let word = self.word();
                        command.words.push(word);
                    }
                    if self.cursor.at == before {
                        self.cursor.next();
                    }
                }
            }
        }
        command
    }

    fn word(&mut self) -> Word {
        let rest = self.cursor.rest();
        let mut characters = rest.chars();
        let (first, second) = (characters.next().unwrap_or(' '), characters.next().unwrap_or(' '));
        if first == '@' && (second.is_alphabetic() || second == '_') {
            self.cursor.skip(1);
            let length = self.cursor.word().len().max(1);
            let name = self.cursor.rest().get(..length).unwrap_or_default().to_ascii_lowercase();
            self.cursor.skip(length);
            return Word::Splat(name);
        }
        if cursor::is_dash(first) && (second.is_alphabetic() || second == '_' || second == '?') {
            return self.parameter();
        }
        Word::Value(self.argument(true))
    }

    fn parameter(&mut self) -> Word {
        let mut raw = String::from("-");
        self.cursor.next();
        while let Some(character) = self.cursor.peek() {
            if character == '`' {
                self.cursor.next();
                raw.extend(self.cursor.next());
                continue;
            }
            if cursor::ends_word(character) || cursor::is_double_quote(character) || cursor::is_single_quote(character)
            {
                break;
            }
            self.cursor.next();
            raw.push(character);
            if character == ':' {
                break;
            }
        }
        let joined = self.cursor.peek().is_some_and(|c| cursor::is_double_quote(c) || cursor::is_single_quote(c));
        let value = if raw.ends_with(':') || joined {
            self.cursor.blanks(false);
            let stops = matches!(self.cursor.peek(), None | Some('\n' | '\r' | ';' | '|' | '}' | ')'));
            (!stops).then(|| self.argument(true))
        } else {
            None
        };
        Word::Parameter { raw, value }
    }

    /// An argument of a command: several where commas stand between them and `lists` says so.
    pub(super) fn argument(&mut self, lists: bool) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let first = self.single_argument();
        let mut items = vec![first];
        if lists {
            self.further_arguments(&mut items);
        }
        match (items.len(), items.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                items.extend(last);
                Expression { line, raw: super::expression::cut(self.cursor.since(start)), kind: Kind::List(items) }
            }
        }
    }

    /// What stands behind commas.
    fn further_arguments(&mut self, items: &mut Vec<Expression>) {
        loop {
            let saved = self.cursor;
            self.cursor.blanks(false);
            if !self.cursor.eat(",") {
                self.cursor = saved;
                return;
            }
            self.cursor.blanks(true);
            let before = self.cursor.at;
            items.push(self.single_argument());
            if self.cursor.at == before {
                return;
            }
        }
    }

    fn single_argument(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let mut segments = Vec::new();
        match self.cursor.peek() {
            Some('(' | '{' | '@') => return self.operand(),
            Some('[') if self.looks_like_type() => return self.operand(),
            Some('$') => {
                let value = self.operand();
                if self.cursor.peek().is_none_or(cursor::ends_word) {
                    return value;
                }
                segments.push(Segment::Value(value));
            }
            Some(c) if cursor::is_single_quote(c) || cursor::is_double_quote(c) => return self.operand(),
            _ => {}
        }
        self.bare_word(line, start, segments)
    }

    /// A word without quotes around it, in which quotes, variables and backticks may stand.
    fn bare_word(&mut self, line: u32, start: usize, mut segments: Vec<Segment>) -> Expression {
        let mut text = String::new();
        let flush = |text: &mut String, segments: &mut Vec<Segment>| {
            if !text.is_empty() {
                segments.push(Segment::Literal { text: std::mem::take(text), line });
            }
        };
        while let Some(character) = self.cursor.peek() {
            if cursor::ends_word(character) {
                break;
            }
            if character == '`' {
                self.cursor.next();
                text.extend(self.cursor.next().map(cursor::escaped));
            } else if character == '$' && self.begins_variable() {
                flush(&mut text, &mut segments);
                segments.push(Segment::Value(self.variable_or_sub()));
            } else if cursor::is_single_quote(character) || cursor::is_double_quote(character) {
                flush(&mut text, &mut segments);
                segments.push(Segment::Value(self.quoted()));
            } else {
                self.cursor.next();
                text.push(character);
            }
        }
        let raw = super::expression::cut(self.cursor.since(start));
        if segments.is_empty() {
            let number = super::expression::number(&text).filter(|_| !text.starts_with('+'));
            return Expression { line, raw, kind: number.map_or(Kind::Text(text), Kind::Number) };
        }
        flush(&mut text, &mut segments);
        Expression { line, raw, kind: Kind::Expandable(segments) }
    }
}

/// Whether a word that begins with a digit is a number, not the name of a program.
fn is_number_word(rest: &str) -> bool {
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '.').collect();
    super::expression::number(&word).is_some() || word.contains("..")
}
