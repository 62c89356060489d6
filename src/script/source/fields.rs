//! What is put into a literal, and escapes.

use super::lexer::Lexer;
use super::strings::Fields;
use super::tongue::Tongue;

impl Lexer {
    /// The expression that is put in here, and how it is written.
    pub(super) fn field(&self, fields: Fields) -> Option<(String, String)> {
        let first = self.peek(0)?;
        let next = self.peek(1);
        match fields {
            Fields::None => None,
            Fields::Brace if first == '{' && next != Some('{') => {
                self.braced(1, |inner| inner.split(['!', ':']).next().unwrap_or_default().trim().to_owned())
            }
            Fields::Hash if first == '#' && next == Some('{') => self.braced(2, str::to_owned),
            Fields::DollarBrace if first == '$' && next == Some('{') => self.braced(2, str::to_owned),
            Fields::Dollar if first == '{' && next == Some('$') && self.tongue == Tongue::Php => {
                self.braced(1, str::to_owned)
            }
            Fields::Dollar if matches!(first, '$' | '@') && next == Some('{') => {
                self.braced(2, |inner| format!("{first}{inner}"))
            }
            Fields::Dollar if first == '$' || first == '@' && self.tongue == Tongue::Perl => {
                let mut name = String::from(first);
                while let Some(letter) = self
                    .peek(name.chars().count())
                    .filter(|c| c.is_alphanumeric() || *c == '_')
                    .filter(|_| name.len() < 80)
                {
                    name.push(letter);
                }
                if !name.chars().nth(1).is_some_and(|c| c.is_alphabetic() || c == '_') {
                    return None;
                }
                // An address of mail is no array, unless `strict` would have refused it.
                if first == '@'
                    && name.chars().count() > 1
                    && self
                        .at
                        .checked_sub(1)
                        .is_some_and(|before| self.characters.get(before).is_some_and(|c| c.is_alphanumeric()))
                {
                    return None;
                }
                let name = self.subscripted(name);
                Some((name.clone(), name))
            }
            _ => None,
        }
    }

    /// `$h{key}`, `$a[0]`, `$o->name` inside a literal.
    pub(super) fn subscripted(&self, mut name: String) -> String {
        let at = name.chars().count();
        let (open, close, skip) =
            match (self.peek(at), self.peek(at.saturating_add(1)), self.peek(at.saturating_add(2))) {
                (Some('['), _, _) => ('[', ']', 0),
                (Some('{'), _, _) if self.tongue == Tongue::Perl => ('{', '}', 0),
                (Some('-'), Some('>'), Some('{')) if self.tongue == Tongue::Perl => ('{', '}', 2),
                (Some('-'), Some('>'), Some(next)) if self.tongue == Tongue::Php && next.is_alphabetic() => {
                    name.push_str("->");
                    while let Some(letter) = self
                        .peek(name.chars().count())
                        .filter(|c| c.is_alphanumeric() || *c == '_')
                        .filter(|_| name.len() < 120)
                    {
                        name.push(letter);
                    }
                    return name;
                }
                _ => return name,
            };
        let mut tail = String::new();
        for ahead in 0usize..64 {
            let Some(character) = self.peek(at.saturating_add(ahead)) else { return name };
            tail.push(character);
            if character == close {
                let key = tail.trim_matches(['-', '>', open, close]);
                let simple = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '\'' | '"' | '$'));
                return if simple && !key.is_empty() && ahead >= skip { format!("{name}{tail}") } else { name };
            }
        }
        name
    }

    /// What stands between braces from `ahead` on, however deep.
    pub(super) fn braced(&self, ahead: usize, source: impl Fn(&str) -> String) -> Option<(String, String)> {
        let mut depth = 1usize;
        let mut written: String = (0..ahead).filter_map(|at| self.peek(at)).collect();
        let mut inner = String::new();
        for at in ahead..ahead.saturating_add(200) {
            let character = self.peek(at)?;
            written.push(character);
            match character {
                '{' => depth = depth.saturating_add(1),
                '}' => depth = depth.saturating_sub(1),
                '\n' => return None,
                _ => {}
            }
            if depth == 0 {
                return (!inner.trim().is_empty()).then(|| (source(&inner), written));
            }
            inner.push(character);
        }
        None
    }

    /// Takes an escape and adds what it stands for.
    pub(super) fn escape(&mut self, text: &mut String) {
        self.take();
        let Some(letter) = self.take() else { return };
        let hexadecimal = |lexer: &mut Self, most: usize| {
            let mut code = 0u32;
            for _ in 0..most {
                let Some(digit) = lexer.peek(0).and_then(|c| c.to_digit(16)) else { break };
                code = code.saturating_mul(16).saturating_add(digit);
                lexer.take();
            }
            char::from_u32(code)
        };
        match letter {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'a' => text.push('\u{7}'),
            'b' => text.push('\u{8}'),
            'e' => text.push('\u{1b}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            '\n' => {}
            '\r' if self.peek(0) == Some('\n') => {
                self.take();
            }
            'x' | 'u' if self.peek(0) == Some('{') => {
                self.take();
                text.extend(hexadecimal(self, 6));
                if self.peek(0) == Some('}') {
                    self.take();
                }
            }
            'x' if self.peek(0).is_some_and(|c| c.is_ascii_hexdigit()) => text.extend(hexadecimal(self, 2)),
            'u' if self.peek(0).is_some_and(|c| c.is_ascii_hexdigit()) => text.extend(hexadecimal(self, 4)),
            'U' if self.peek(0).is_some_and(|c| c.is_ascii_hexdigit()) => text.extend(hexadecimal(self, 8)),
            '0'..='7' => {
                let mut code = letter.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = self.peek(0).and_then(|c| c.to_digit(8)) else { break };
                    code = code.saturating_mul(8).saturating_add(digit);
                    self.take();
                }
                text.extend(char::from_u32(code).filter(|c| *c != '\0'));
            }
            '\\' | '"' | '\'' | '`' | '$' | '@' | '/' | '#' | '{' | '}' | '?' => text.push(letter),
            // Python and PHP keep a backslash that escapes nothing; so does a path that its author did not escape.
            _ => {
                text.push('\\');
                text.push(letter);
            }
        }
    }
}
