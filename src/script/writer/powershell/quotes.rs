//! The parser of PowerShell's variables and of texts in quotes.

use super::cursor;
use super::parse::Parser;
use super::syntax::{Expression, Kind, Segment};

impl Parser<'_> {
    /// Whether the dollar sign that stands here begins a variable or `$(`.
    pub(super) fn begins_variable(&self) -> bool {
        self.cursor
            .peek_second()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '{' | '(' | '?' | '^' | '$' | ':'))
    }

    /// `$name`, `${name}`, `$env:name`, `$( … )`.
    pub(super) fn variable_or_sub(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let kind = if self.cursor.rest().starts_with("$(") {
            self.cursor.skip(2);
            self.grouped(')', |parser| Kind::Sub(parser.statements(Some(')'))))
        } else {
            match self.variable_name() {
                Some(name) => Kind::Variable(name),
                None => {
                    self.cursor.next();
                    Kind::Text("$".to_owned())
                }
            }
        };
        Expression { line, raw: super::expression::cut(self.cursor.since(start)), kind }
    }

    /// The name of the variable that stands here, in lower case, without a scope that is no `env:`.
    pub(super) fn variable_name(&mut self) -> Option<String> {
        let rest = self.cursor.rest().strip_prefix('$')?;
        let name = if let Some(inner) = rest.strip_prefix('{') {
            let (name, _) = inner.split_once('}')?;
            self.cursor.skip(name.len().saturating_add(3));
            name.replace('`', "")
        } else if rest.starts_with(['?', '^', '$']) {
            self.cursor.skip(2);
            rest.get(..1).unwrap_or_default().to_owned()
        } else {
            let mut end = 0usize;
            let mut characters = rest.char_indices().peekable();
            while let Some((at, c)) = characters.next() {
                let next = characters.peek().map(|(_, c)| *c);
                let scope = c == ':' && at > 0 && next.is_some_and(|c| c.is_alphanumeric() || c == '_');
                if !(c.is_alphanumeric() || c == '_' || scope) {
                    break;
                }
                end = at.saturating_add(c.len_utf8());
            }
            if end == 0 {
                return None;
            }
            self.cursor.skip(end.saturating_add(1));
            rest.get(..end).unwrap_or_default().to_owned()
        };
        let lower = name.to_ascii_lowercase();
        let bare = ["script:", "global:", "local:", "private:", "using:", "variable:"]
            .iter()
            .find_map(|scope| lower.strip_prefix(scope));
        Some(bare.map_or(lower.clone(), str::to_owned))
    }

    /// A text in single or double quotes.
    pub(super) fn quoted(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let quote = self.cursor.next().unwrap_or('\'');
        let kind = if cursor::is_single_quote(quote) {
            let mut text = String::new();
            while let Some(character) = self.cursor.next() {
                if !cursor::is_single_quote(character) {
                    text.push(character);
                } else if self.cursor.peek().is_some_and(cursor::is_single_quote) {
                    text.extend(self.cursor.next());
                } else {
                    break;
                }
            }
            Kind::Text(text)
        } else {
            self.expandable(|parser| {
                let quoted = parser.cursor.peek().is_some_and(cursor::is_double_quote);
                let doubled = quoted && parser.cursor.peek_second().is_some_and(cursor::is_double_quote);
                if doubled {
                    parser.cursor.next();
                    return None;
                }
                Some(quoted)
            })
        };
        if !cursor::is_single_quote(quote) {
            self.cursor.next();
        }
        Expression { line, raw: super::expression::cut(self.cursor.since(start)), kind }
    }

    /// `@"` or `@'` and what follows up to a line that begins with the closing pair.
    pub(super) fn here_string(&mut self) -> Expression {
        let start = self.cursor.at;
        self.cursor.skip(1);
        let quote = self.cursor.next().unwrap_or('"');
        let rest = self.cursor.rest();
        self.cursor.skip(rest.find('\n').map_or(rest.len(), |at| at.saturating_add(1)));
        let line = self.cursor.line;
        let is_end = |text: &str| {
            let mut characters = text.chars();
            let closing = characters.next().is_some_and(|c| {
                if cursor::is_single_quote(quote) { cursor::is_single_quote(c) } else { cursor::is_double_quote(c) }
            });
            closing && characters.next() == Some('@')
        };
        let kind = if cursor::is_single_quote(quote) {
            let rest = self.cursor.rest();
            let mut length = 0usize;
            for part in rest.split_inclusive('\n') {
                if is_end(part) {
                    break;
                }
                length = length.saturating_add(part.len());
            }
            let text = rest.get(..length).unwrap_or_default();
            self.cursor.skip(length);
            Kind::Text(without_line_end(text).to_owned())
        } else {
            let mut kind = self.expandable(|parser| {
                let starts = matches!(parser.cursor.before(), None | Some('\n'));
                Some(starts && is_end(parser.cursor.rest()))
            });
            let last = match &mut kind {
                Kind::Text(text) => Some(text),
                Kind::Expandable(segments) => match segments.last_mut() {
                    Some(Segment::Literal { text, .. }) => Some(text),
                    _ => None,
                },
                _ => None,
            };
            if let Some(text) = last {
                text.truncate(without_line_end(text).len());
            }
            kind
        };
        self.cursor.next();
        self.cursor.eat("@");
        Expression { line, raw: super::expression::cut(self.cursor.since(start)), kind }
    }

    /// Text with variables up to where `ends` says so. `ends` answers nothing where it has passed over a quote that is
    /// to be taken as text.
    fn expandable(&mut self, ends: impl Fn(&mut Self) -> Option<bool>) -> Kind {
        let mut segments = Vec::new();
        let mut text = String::new();
        let mut line = self.cursor.line;
        while !self.cursor.is_end() {
            let taken = match ends(self) {
                Some(true) => break,
                Some(false) => false,
                None => true,
            };
            match self.cursor.peek() {
                Some('`') if !taken => {
                    self.cursor.next();
                    text.extend(self.cursor.next().map(cursor::escaped));
                }
                Some('$') if !taken && self.begins_variable() => {
                    if !text.is_empty() {
                        segments.push(Segment::Literal { text: std::mem::take(&mut text), line });
                    }
                    segments.push(Segment::Value(self.variable_or_sub()));
                    line = self.cursor.line;
                }
                _ => text.extend(self.cursor.next()),
            }
        }
        if segments.is_empty() {
            return Kind::Text(text);
        }
        if !text.is_empty() {
            segments.push(Segment::Literal { text, line });
        }
        Kind::Expandable(segments)
    }
}

fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
