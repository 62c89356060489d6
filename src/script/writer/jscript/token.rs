//! The tokens of JScript (ECMA-262, third edition, section 7).

use crate::script::writer::written::Numbering;
use std::rc::Rc;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A keyword or a name.
    Word(Rc<str>),
    /// A string literal with its escapes worked off.
    Text(Rc<str>),
    /// A number.
    Number(f64),
    /// A regular expression, and whether it is global.
    Pattern(Rc<str>, bool),
    /// An operator or another sign.
    Sign(&'static str),
}

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// The line of the emulated text.
    pub(super) line: u32,
    /// Whether a line ends before it.
    pub(super) begins_line: bool,
}

/// The signs, longer ones before those that they begin with.
const SIGNS: [&str; 53] = [
    ">>>=", "===", "!==", ">>>", "<<=", ">>=", "...", "=>", "==", "!=", "<=", ">=", "&&", "||", "++", "--", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "{", "}", "(", ")", "[", "]", ".", ";", ",", "<", ">", "+", "-",
    "*", "%", "&", "|", "^", "!", "~", "?", ":", "=", "/", "@", "#", "\\",
];

/// Characters of the longest regular expression that is looked for.
const PATTERN: usize = 1000;

/// The tokens of a text; what is none is left out.
pub(super) fn tokens(text: &str, numbering: Numbering<'_>) -> Vec<Token> {
    let mut scanner = Scanner { rest: text, line: 1, numbering, tokens: Vec::new(), begins_line: true };
    while !scanner.rest.is_empty() {
        scanner.next();
    }
    scanner.tokens
}

struct Scanner<'t> {
    rest: &'t str,
    line: u32,
    numbering: Numbering<'t>,
    tokens: Vec<Token>,
    begins_line: bool,
}

impl Scanner<'_> {
    fn push(&mut self, kind: Kind) {
        let begins_line = std::mem::take(&mut self.begins_line);
        self.tokens.push(Token { kind, line: self.numbering.of(self.line), begins_line });
    }

    fn bump(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Passes over a stretch in which lines may end.
    fn bump_lines(&mut self, bytes: usize) {
        let passed = self.rest.get(..bytes).unwrap_or(self.rest);
        let ends = passed.matches('\n').count();
        self.line = self.line.saturating_add(u32::try_from(ends).unwrap_or(0));
        self.begins_line |= ends > 0;
        self.bump(bytes);
    }

    fn skip_line(&mut self) {
        let end = self.rest.find('\n').unwrap_or(self.rest.len());
        self.bump(end);
    }

    fn next(&mut self) {
        let Some(first) = self.rest.chars().next() else { return };
        match first {
            _ if first.is_whitespace() || first == '\u{feff}' => self.bump_lines(first.len_utf8()),
            '/' if self.rest.starts_with("//") => self.skip_line(),
            // A page hides its script from old browsers so.
            '<' if self.rest.starts_with("<!--") => self.skip_line(),
            '-' if self.rest.starts_with("-->") && self.begins_line => self.skip_line(),
            // Conditional compilation: what it holds is code.
            '/' if self.rest.starts_with("/*@cc_on") => self.bump(8),
            '@' if self.rest.starts_with("@*/") => self.bump(3),
            '/' if self.rest.starts_with("/*") => {
                let end = self.rest.find("*/").map_or(self.rest.len(), |end| end.saturating_add(2));
                self.bump_lines(end);
            }
            '/' if self.expects_operand() => self.pattern(),
            '"' | '\'' | '`' => self.literal(first),
            _ if first.is_ascii_digit() => self.number(),
            '.' if self.rest.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => {
                self.number()
            }
            _ if is_word(first) => {
                let end = self.rest.find(|c: char| !is_word(c)).unwrap_or(self.rest.len());
                let word: Rc<str> = self.rest.get(..end).unwrap_or_default().into();
                self.push(Kind::Word(word));
                self.bump(end);
            }
            _ => match SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) {
                Some(sign) => {
                    self.push(Kind::Sign(sign));
                    self.bump(sign.len());
                }
                None => self.bump(first.len_utf8()),
            },
        }
    }

    /// Whether a slash at hand begins a regular expression.
    fn expects_operand(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None => true,
            Some(Kind::Sign(sign)) => !matches!(*sign, ")" | "]" | "}" | "++" | "--"),
            Some(Kind::Word(word)) => matches!(&**word, "return" | "typeof" | "case" | "in"),
            Some(_) => false,
        }
    }

    fn pattern(&mut self) {
        let (mut escaped, mut class) = (false, false);
        let end = self.rest.char_indices().skip(1).take(PATTERN).find(|(_, character)| {
            let ends = match character {
                '\n' => true,
                '/' => !escaped && !class,
                _ => false,
            };
            class = !escaped && (*character == '[' || class && *character != ']');
            escaped = !escaped && *character == '\\';
            ends
        });
        let Some((end, '/')) = end else {
            self.push(Kind::Sign("/"));
            return self.bump(1);
        };
        let pattern: Rc<str> = self.rest.get(1..end).unwrap_or_default().into();
        let flags = self.rest.get(end.saturating_add(1)..).unwrap_or_default();
        let length = flags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(flags.len());
        let global = flags.get(..length).is_some_and(|flags| flags.contains('g'));
        self.push(Kind::Pattern(pattern, global));
        self.bump(end.saturating_add(length).saturating_add(1));
    }

    fn literal(&mut self, quote: char) {
        let mut text = String::new();
        let mut rest = self.rest.get(1..).unwrap_or_default();
        let whole = self.rest.len();
        while let Some(character) = rest.chars().next() {
            let after = rest.get(character.len_utf8()..).unwrap_or_default();
            if character == quote {
                rest = after;
                break;
            }
            match character {
                '\n' if quote != '`' => break,
                '\\' => rest = escape(after, &mut text),
                _ => {
                    text.push(character);
                    rest = after;
                }
            }
        }
        self.push(Kind::Text(text.into()));
        let begins_line = self.begins_line;
        self.bump_lines(whole.saturating_sub(rest.len()));
        self.begins_line = begins_line;
    }

    fn number(&mut self) {
        if let Some(digits) = self.rest.strip_prefix("0x").or_else(|| self.rest.strip_prefix("0X")) {
            let length = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            let number = digits.get(..length).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
            self.push(Kind::Number(f64::from(number)));
            return self.bump(length.saturating_add(2));
        }
        let rest = self.rest;
        let mut end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let tail = rest.get(end..).unwrap_or_default();
        if let Some(exponent) = tail.strip_prefix(['e', 'E']) {
            let digits = exponent.trim_start_matches(['+', '-']);
            let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            end = end
                .saturating_add(1)
                .saturating_add(exponent.len().saturating_sub(digits.len()))
                .saturating_add(length);
        }
        let number = rest.get(..end).and_then(|digits| digits.parse().ok()).filter(|number: &f64| number.is_finite());
        self.push(Kind::Number(number.unwrap_or(0.0)));
        self.bump(end);
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

/// Works one escape off; the text behind it is left.
fn escape<'t>(after: &'t str, text: &mut String) -> &'t str {
    let Some(character) = after.chars().next() else { return after };
    let rest = after.get(character.len_utf8()..).unwrap_or_default();
    let coded = |digits: usize, radix: u32, from: &'t str| {
        let code = from.get(..digits).and_then(|digits| u32::from_str_radix(digits, radix).ok());
        code.and_then(char::from_u32).map(|character| (character, from.get(digits..).unwrap_or_default()))
    };
    let plain = match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\r' => return rest.strip_prefix('\n').unwrap_or(rest),
        '\n' => return rest,
        'x' | 'u' => match coded(if character == 'x' { 2 } else { 4 }, 16, rest) {
            Some((character, rest)) => {
                text.push(character);
                return rest;
            }
            None => character,
        },
        '0'..='7' => {
            let length = after.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            match coded(length, 8, after) {
                Some((character, rest)) => {
                    text.push(character);
                    return rest;
                }
                None => character,
            }
        }
        other => other,
    };
    text.push(plain);
    rest
}
