//! The literals of the languages: quotes, prefixes, escapes, what is put in, here-documents.

use super::lexer::{Heredoc, Kind, Lexer, Part};
use super::tongue::Tongue;

/// How the inside of a literal is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Inside {
    /// Backslashes escape as in C.
    escapes: bool,
    /// Backslashes escape only themselves and the quote (Perl's, PHP's and Ruby's single quotes).
    escapes_quote: bool,
    /// A doubled quote is one.
    doubles: bool,
    /// What puts an expression in.
    fields: Fields,
}

/// How an expression is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fields {
    #[default]
    None,
    /// `$name`, `${name}`, `{$name}`.
    Dollar,
    /// `{expression}`.
    Brace,
    /// `#{expression}`.
    Hash,
    /// `${expression}`.
    DollarBrace,
}

impl Lexer {
    /// Reads a literal; false where none begins here.
    pub(super) fn string(&mut self) -> bool {
        let Some(first) = self.peek(0) else { return false };
        match self.tongue {
            Tongue::Python => self.prefixed(4, |c| "rRbBuUfF".contains(c)),
            Tongue::C => self.prefixed(4, |c| "LuU8R".contains(c)),
            Tongue::Rust => self.rust(),
            Tongue::Sql if matches!(first, 'N' | 'n') && self.peek(1) == Some('\'') => self.prefixed(2, |c| c != '\''),
            Tongue::CSharp if matches!(first, '$' | '@') => self.prefixed(3, |c| matches!(c, '$' | '@')),
            Tongue::Perl | Tongue::Ruby if first == '%' || first.is_alphabetic() => self.quote_like(),
            Tongue::Perl if first == '/' && self.expects_operand() => {
                self.pattern(1);
                true
            }
            Tongue::JavaScript | Tongue::Ruby if first == '/' && self.expects_operand() && self.is_pattern() => {
                self.pattern(1);
                true
            }
            Tongue::Perl | Tongue::Ruby | Tongue::Php if self.looking_at("<<") => self.announced(),
            Tongue::Delphi if first == '#' && self.peek(1).is_some_and(|c| c.is_ascii_digit() || c == '$') => {
                self.delphi();
                true
            }
            Tongue::Sql if first == '"' || first == '[' && self.peek(1).is_some_and(char::is_alphabetic) => {
                self.identifier(first);
                true
            }
            _ => self.plain(""),
        }
    }

    /// A literal behind letters that say how it is read.
    pub(super) fn prefixed(&mut self, most: usize, is_prefix: impl Fn(char) -> bool) -> bool {
        let mut prefix = String::new();
        while let Some(character) = self.peek(prefix.len()).filter(|c| is_prefix(*c)) {
            prefix.push(character);
            if prefix.len() >= most {
                return false;
            }
        }
        match self.peek(prefix.len()) {
            Some('"' | '\'') => {
                self.skip(prefix.len());
                self.plain(&prefix)
            }
            _ => false,
        }
    }

    pub(super) fn plain(&mut self, prefix: &str) -> bool {
        let (start, line) = (self.at, self.line);
        let Some(quote) = self.peek(0).filter(|c| matches!(c, '"' | '\'' | '`')) else { return false };
        let escaping = Inside { escapes: true, ..Inside::default() };
        let doubling = Inside { doubles: true, ..Inside::default() };
        let has = |letter: char| prefix.chars().any(|c| c.eq_ignore_ascii_case(&letter));
        let inside = match (self.tongue, quote) {
            (Tongue::C, '"') if prefix.contains('R') => return self.raw_of_cpp(start, line),
            (Tongue::C | Tongue::Java | Tongue::Json, '"') | (Tongue::Go, '"') => escaping,
            (Tongue::C | Tongue::Java | Tongue::CSharp | Tongue::Go, '\'') if self.is_character() => escaping,
            (Tongue::CSharp, '"') => Inside {
                escapes: !prefix.contains('@'),
                doubles: prefix.contains('@'),
                fields: if prefix.contains('$') { Fields::Brace } else { Fields::None },
                ..Inside::default()
            },
            (Tongue::JavaScript, '`') => Inside { fields: Fields::DollarBrace, ..escaping },
            (Tongue::JavaScript, _) => escaping,
            (Tongue::Go, '`') => Inside::default(),
            (Tongue::Python, '"' | '\'') => Inside {
                escapes: !has('r'),
                escapes_quote: false,
                doubles: false,
                fields: if has('f') { Fields::Brace } else { Fields::None },
            },
            (Tongue::Perl | Tongue::Php, '"' | '`') => Inside { fields: Fields::Dollar, ..escaping },
            (Tongue::Ruby, '"' | '`') => Inside { fields: Fields::Hash, ..escaping },
            (Tongue::Perl | Tongue::Php | Tongue::Ruby, _) => Inside { escapes_quote: true, ..Inside::default() },
            (Tongue::Delphi | Tongue::Sql, '\'') => doubling,
            (Tongue::AutoIt, '"' | '\'') => doubling,
            _ => return false,
        };
        self.take();
        let triple = matches!(self.tongue, Tongue::Python | Tongue::Java | Tongue::CSharp)
            && self.peek(0) == Some(quote)
            && self.peek(1) == Some(quote);
        let end = if triple {
            self.skip(2);
            quote.to_string().repeat(3)
        } else {
            quote.to_string()
        };
        let one_line = !triple
            && !matches!(self.tongue, Tongue::Perl | Tongue::Php | Tongue::Ruby | Tongue::Sql | Tongue::Rust)
            && quote != '`'
            && (self.tongue != Tongue::CSharp || !inside.doubles);
        let parts = self.inside(&end, inside, one_line, None);
        let is_command = quote == '`' && matches!(self.tongue, Tongue::Perl | Tongue::Php | Tongue::Ruby);
        self.push(if is_command { Kind::Command(parts) } else { Kind::Text(parts) }, start, line);
        true
    }

    /// Whether a single quote begins a character and no lifetime, digit separator or apostrophe.
    pub(super) fn is_character(&self) -> bool {
        self.peek(1) == Some('\\') || self.peek(2) == Some('\'')
    }

    /// `R"delimiter(…)delimiter"`.
    pub(super) fn raw_of_cpp(&mut self, start: usize, line: u32) -> bool {
        self.take();
        let mut end = String::from(")");
        while let Some(character) = self.peek(0).filter(|c| *c != '(' && end.len() < 20) {
            end.push(character);
            self.take();
        }
        self.take();
        end.push('"');
        let parts = self.inside(&end, Inside::default(), false, None);
        self.push(Kind::Text(parts), start, line);
        true
    }

    /// `"…"`, `r"…"`, `r#"…"#`, `b"…"`; a single quote is a character only where it closes.
    pub(super) fn rust(&mut self) -> bool {
        let (start, line) = (self.at, self.line);
        let mut ahead = 0usize;
        let mut raw = false;
        if self.peek(ahead) == Some('b') {
            ahead = ahead.saturating_add(1);
        }
        if self.peek(ahead) == Some('r') {
            raw = true;
            ahead = ahead.saturating_add(1);
        }
        let mut hashes = 0usize;
        while raw && self.peek(ahead) == Some('#') && hashes < 16 {
            hashes = hashes.saturating_add(1);
            ahead = ahead.saturating_add(1);
        }
        match self.peek(ahead) {
            Some('"') => {
                self.skip(ahead.saturating_add(1));
                let end = format!("\"{}", "#".repeat(hashes));
                let parts = self.inside(&end, Inside { escapes: !raw, ..Inside::default() }, false, None);
                self.push(Kind::Text(parts), start, line);
                true
            }
            Some('\'') if ahead == 0 && self.is_character() => {
                self.take();
                let parts = self.inside("'", Inside { escapes: true, ..Inside::default() }, true, None);
                self.push(Kind::Text(parts), start, line);
                true
            }
            _ => false,
        }
    }

    /// Perl's `q() qq() qw() qx() m{} s/// tr/// y///` and Ruby's `%q() %Q() %w() %x() %()`.
    pub(super) fn quote_like(&mut self) -> bool {
        let (start, line) = (self.at, self.line);
        let mut word = String::new();
        let ruby = self.tongue == Tongue::Ruby;
        if ruby && (self.peek(0) != Some('%') || !self.expects_operand()) || !ruby && self.peek(0) == Some('%') {
            return false;
        }
        let before = usize::from(ruby);
        while let Some(letter) =
            self.peek(before.saturating_add(word.len())).filter(|c| c.is_alphanumeric() || *c == '_')
        {
            word.push(letter);
            if word.len() > 2 {
                return false;
            }
        }
        let known = if ruby {
            ["", "q", "Q", "w", "W", "i", "x", "r", ""]
        } else {
            ["q", "qq", "qw", "qx", "qr", "m", "s", "tr", "y"]
        };
        let after_member = self.tokens.last().is_some_and(|token| token.kind == Kind::Symbol("->"));
        if !known.contains(&word.as_str()) || after_member {
            return false;
        }
        let ahead = before.saturating_add(word.len());
        let Some(open) = self.peek(ahead).filter(|c| {
            c.is_ascii_punctuation()
                && !matches!(c, ',' | ';' | ')' | '=' | '.' | '-' | '>' | '_' | '\'' | '"' | '}' | ':')
        }) else {
            return false;
        };
        if open == '#'
            && !ruby
            && matches!(word.as_str(), "s" | "y" | "m")
            && self.peek(ahead.saturating_add(1)) == Some(' ')
        {
            return false;
        }
        self.skip(ahead);
        let close = closing(open);
        match word.as_str() {
            "m" | "qr" | "r" => self.pattern(1),
            "s" | "tr" | "y" => self.pattern(2),
            _ => {
                self.take();
                let put = if ruby { Fields::Hash } else { Fields::Dollar };
                let inside = match word.as_str() {
                    "q" | "w" | "qw" | "i" => Inside { escapes_quote: true, ..Inside::default() },
                    _ => Inside { escapes: true, fields: put, ..Inside::default() },
                };
                let nests = (open != close).then_some(open);
                let parts = self.inside(&close.to_string(), inside, false, nests);
                let kind = match word.as_str() {
                    "qx" | "x" => Kind::Command(parts),
                    "qw" | "w" | "W" => {
                        self.words(&parts, start, line);
                        return true;
                    }
                    _ => Kind::Text(parts),
                };
                self.push(kind, start, line);
            }
        }
        true
    }

    /// The words of `qw(a b)`, as a list.
    pub(super) fn words(&mut self, parts: &[Part], start: usize, line: u32) {
        let text: String = parts
            .iter()
            .map(|part| match part {
                Part::Known(text) | Part::Field { written: text, .. } => text.as_str(),
            })
            .collect();
        self.push(Kind::Symbol("["), start, line);
        for word in text.split_whitespace() {
            self.push(Kind::Text(vec![Part::Known(word.to_owned())]), start, line);
            self.push(Kind::Symbol(","), start, line);
        }
        self.push(Kind::Symbol("]"), start, line);
    }

    /// Whether a slash of JavaScript or Ruby begins a pattern that ends in its line.
    pub(super) fn is_pattern(&self) -> bool {
        let rest = self.characters.get(self.at.saturating_add(1)..).unwrap_or_default();
        rest.iter().take(500).take_while(|c| **c != '\n').any(|c| *c == '/') && self.peek(1) != Some(' ')
    }

    /// Skips a pattern of one or two parts, and its flags.
    pub(super) fn pattern(&mut self, parts: usize) {
        let Some(open) = self.peek(0) else { return };
        let close = closing(open);
        let (start, line) = (self.at, self.line);
        let nests = (open != close).then_some(open);
        for part in 0..parts {
            if part == 0 || nests.is_some() {
                while self.peek(0).is_some_and(|c| c != open && c.is_whitespace()) {
                    self.take();
                }
                self.take();
            }
            let inside = Inside { escapes_quote: true, ..Inside::default() };
            self.inside(&close.to_string(), inside, open == '/' && parts == 1, nests);
        }
        while self.peek(0).is_some_and(|c| c.is_ascii_lowercase()) {
            self.take();
        }
        self.push(Kind::Number("0".to_owned()), start, line);
    }

    /// `#13#10` and `#$0D`, as a text of its own; a quote that follows is joined by the walker's concatenation.
    pub(super) fn delphi(&mut self) {
        let (start, line) = (self.at, self.line);
        let mut text = String::new();
        while self.peek(0) == Some('#') {
            self.take();
            let radix = if self.peek(0) == Some('$') { 16 } else { 10 };
            if radix == 16 {
                self.take();
            }
            let mut code = 0u32;
            while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(radix)) {
                code = code.saturating_mul(radix).saturating_add(digit);
                self.take();
            }
            text.extend(char::from_u32(code));
        }
        self.push(Kind::Text(vec![Part::Known(text)]), start, line);
    }

    /// `"name"` and `[name]` of SQL.
    pub(super) fn identifier(&mut self, open: char) {
        let (start, line) = (self.at, self.line);
        let close = if open == '[' { ']' } else { '"' };
        self.take();
        let parts = self.inside(&close.to_string(), Inside::default(), true, None);
        let name = parts.into_iter().fold(String::new(), |mut name, part| {
            if let Part::Known(text) = part {
                name.push_str(&text);
            }
            name
        });
        // A command line between double quotes is a string where QUOTED_IDENTIFIER is off.
        let kind = if name.contains(' ') { Kind::Text(vec![Part::Known(name)]) } else { Kind::Name(name) };
        self.push(kind, start, line);
    }

    /// `<<WORD`, `<<"WORD"`, `<<~WORD`, `<<<WORD`: its text begins with the next line.
    pub(super) fn announced(&mut self) -> bool {
        let (start, line) = (self.at, self.line);
        let mut ahead = 2usize;
        if self.tongue == Tongue::Php {
            if self.peek(2) != Some('<') {
                return false;
            }
            ahead = 3;
            while self.peek(ahead) == Some(' ') {
                ahead = ahead.saturating_add(1);
            }
        }
        let indented = matches!(self.peek(ahead), Some('~' | '-')) || self.tongue == Tongue::Php;
        if matches!(self.peek(ahead), Some('~' | '-')) {
            ahead = ahead.saturating_add(1);
        }
        let quote = self.peek(ahead).filter(|c| matches!(c, '"' | '\''));
        if quote.is_some() {
            ahead = ahead.saturating_add(1);
        }
        let mut word = String::new();
        while let Some(letter) = self.peek(ahead).filter(|c| c.is_alphanumeric() || *c == '_') {
            word.push(letter);
            ahead = ahead.saturating_add(1);
        }
        let unquoted = quote.is_none();
        if word.is_empty() || unquoted && !word.starts_with(|c: char| c.is_uppercase() || c == '_') {
            return false;
        }
        self.skip(ahead.saturating_add(usize::from(!unquoted)));
        let token = self.tokens.len();
        self.heredocs.push(Heredoc { word, fields: quote != Some('\''), indented, token });
        self.push(Kind::Text(Vec::new()), start, line);
        true
    }

    /// The text of a here-document, put into the token that announced it.
    pub(super) fn heredoc(&mut self, heredoc: &Heredoc) {
        let mut body: Vec<String> = Vec::new();
        let first_line = self.line;
        while self.at < self.characters.len() {
            let mut line = String::new();
            while let Some(character) = self.take().filter(|c| *c != '\n') {
                line.push(character);
            }
            let bare = line.trim_end_matches('\r');
            let word = if heredoc.indented { bare.trim_start() } else { bare };
            let tail = word.strip_prefix(heredoc.word.as_str());
            if tail.is_some_and(|tail| tail.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_')) {
                // PHP's may be followed by the rest of the statement, which is a bracket or a semicolon.
                break;
            }
            body.push(bare.to_owned());
        }
        if heredoc.indented {
            let indent = |line: &String| line.chars().take_while(|c| matches!(c, ' ' | '\t')).count();
            let least = body.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
            body.iter_mut().for_each(|line| *line = line.chars().skip(least).collect());
        }
        let mut content = body.join("\n");
        if !content.is_empty() && self.tongue != Tongue::Php {
            content.push('\n');
        }
        let fields = match self.tongue {
            _ if !heredoc.fields => Fields::None,
            Tongue::Ruby => Fields::Hash,
            _ => Fields::Dollar,
        };
        let mut inner = Lexer::new(self.tongue, &content, first_line);
        let parts = inner.inside("", Inside { escapes: heredoc.fields, fields, ..Inside::default() }, false, None);
        if let Some(token) = self.tokens.get_mut(heredoc.token) {
            token.kind = Kind::Text(parts);
        }
    }

    /// The inside of a literal up to its end, which is taken too. A literal of one line that does not end ends with it.
    fn inside(&mut self, end: &str, inside: Inside, one_line: bool, nests: Option<char>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut depth = 0usize;
        while let Some(character) = self.peek(0) {
            if !end.is_empty() && depth == 0 && self.looking_at(end) {
                let doubled = inside.doubles && end.len() == 1 && self.peek(1) == Some(character);
                self.skip(end.chars().count());
                if !doubled {
                    break;
                }
                self.take();
                text.push(character);
                continue;
            }
            if one_line && character == '\n' {
                break;
            }
            if Some(character) == nests {
                depth = depth.saturating_add(1);
            } else if depth > 0 && end.starts_with(character) {
                depth = depth.saturating_sub(1);
            }
            if character == '\\' && inside.escapes {
                self.escape(&mut text);
            } else if character == '\\' && inside.escapes_quote {
                let next = self.peek(1);
                self.take();
                if next == Some('\\') || next.is_some_and(|next| end.starts_with(next)) {
                    self.take();
                    text.extend(next);
                } else {
                    text.push('\\');
                }
            } else if let Some((source, written)) = self.field(inside.fields) {
                if !text.is_empty() {
                    parts.push(Part::Known(std::mem::take(&mut text)));
                }
                self.skip(written.chars().count());
                parts.push(Part::Field { source, written });
            } else {
                if inside.fields == Fields::Brace && matches!(character, '{' | '}') && self.peek(1) == Some(character) {
                    self.take();
                }
                self.take();
                text.push(character);
            }
        }
        if !text.is_empty() || parts.is_empty() {
            parts.push(Part::Known(text));
        }
        parts
    }
}

/// What closes what a character opens: its mirror image, else itself.
const fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    }
}
