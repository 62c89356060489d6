//! The command language of lftp: words, quotes, `;`, `&`, `&&`, `||`, groups, redirections.
//!
//! Source: lftp(1), and experiments with lftp 4.9.2: a backslash is an escape only before a quote of the kind in force,
//! before itself, before `!`, and outside quotes before a blank or an operator; `#` begins a comment only where a command
//! could begin; `!` takes all up to the end of the line; an end of line ends a word even within quotes.

/// On what a command depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// On nothing.
    Any,
    /// On the success of the command before.
    And,
    /// On its failure.
    Or,
}

/// Where the output of a command goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// Into a file.
    File(String),
    /// To a command line of the local shell.
    Filter(String),
}

/// What a command is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// A command of lftp, and the text that follows its first word, for aliases.
    Words {
        /// The command and its arguments, with quotes worked off.
        words: Vec<String>,
        /// The text behind the first word as it stands.
        tail: String,
    },
    /// A command line for the local shell.
    Shell(String),
    /// Commands in parentheses, run with a state of their own.
    Group {
        /// What stands between the parentheses.
        text: String,
        /// Its first line.
        line: u32,
    },
    /// A remark.
    Remark,
    /// An operator without what it needs.
    Broken(&'static str),
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its line.
    pub(super) line: u32,
    /// Its text.
    pub(super) text: String,
    /// On what it depends.
    pub(super) condition: Condition,
    /// What it is.
    pub(super) body: Body,
    /// Where its output goes; nothing for the screen.
    pub(super) output: Option<Output>,
}

/// Reads commands one by one, each only when the one before has been carried out: an alias may change what follows.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Reader<'a> {
    /// A reader of a text whose first line has this number.
    #[must_use]
    pub(super) fn new(text: &'a str, line: u32) -> Self {
        Self { text, at: 0, line }
    }

    /// The lines that were not read, with their numbers.
    pub(super) fn unread(self) -> impl Iterator<Item = (u32, &'a str)> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        (self.line..).zip(rest.lines()).filter(|(_, line)| !line.trim().is_empty())
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at = self.at.saturating_add(character.len_utf8());
        if character == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(character)
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at = self.at.saturating_add(token.len());
        }
        found
    }

    /// Takes the end of a line that a backslash hides.
    fn takes_continuation(&mut self) -> bool {
        let hidden = self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n");
        if hidden {
            while self.take().is_some_and(|character| character != '\n') {}
        }
        hidden
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => {
                    self.take();
                }
                Some('\\') if self.takes_continuation() => {}
                _ => return,
            }
        }
    }

    /// A word, or the name behind an operator, which for a filter goes on over blanks.
    fn word(&mut self, is_filter: bool) -> String {
        let mut word = String::new();
        let mut quote = None;
        while let Some(character) = self.peek() {
            if character == '\\' {
                if self.takes_continuation() {
                    continue;
                }
                let next = self.second();
                if next.is_some_and(|next| is_quotable(next, quote)) {
                    self.take();
                    word.extend(self.take());
                    continue;
                }
            } else if character == '\n' || quote.is_none() && ends_word(character, is_filter) {
                break;
            } else if quote == Some(character) {
                quote = None;
                self.take();
                continue;
            } else if quote.is_none() && matches!(character, '"' | '\'') {
                quote = Some(character);
                self.take();
                continue;
            }
            word.extend(self.take());
        }
        if word.ends_with('\r') {
            word.pop();
        }
        word
    }

    fn rest_of_line(&mut self) -> String {
        let mut line = String::new();
        loop {
            if self.takes_continuation() {
                continue;
            }
            match self.take() {
                None | Some('\n') => return line.trim().to_owned(),
                Some(character) => line.push(character),
            }
        }
    }

    /// What stands between parentheses, which may nest; the text to its end where none closes them.
    fn group(&mut self) -> String {
        let (mut text, mut level, mut quoted) = (String::new(), 1usize, false);
        while let Some(character) = self.take() {
            match character {
                '\\' if matches!(self.peek(), Some('"' | '\\')) || level == 1 && self.peek() == Some(')') => {
                    text.push(character);
                    text.extend(self.take());
                    continue;
                }
                '"' => quoted = !quoted,
                '(' if !quoted => level = level.saturating_add(1),
                ')' if !quoted => {
                    level = level.saturating_sub(1);
                    if level == 0 {
                        return text;
                    }
                }
                _ => {}
            }
            text.push(character);
        }
        text
    }
}

impl Iterator for Reader<'_> {
    type Item = Statement;

    fn next(&mut self) -> Option<Statement> {
        loop {
            let condition = if self.takes("&&") {
                Condition::And
            } else if self.takes("||") {
                Condition::Or
            } else {
                Condition::Any
            };
            self.skip_blanks();
            let (start, line) = (self.at, self.line);
            let (body, output) = self.statement();
            let text = self.text.get(start..self.at).unwrap_or_default();
            let text = text.trim().trim_end_matches([';', '&']).trim_end().to_owned();
            if let Some(body) = body {
                return Some(Statement { line, text, condition, body, output });
            }
            self.peek()?;
        }
    }
}

impl Reader<'_> {
    /// What follows, to the end of the command; no body where nothing stands there.
    fn statement(&mut self) -> (Option<Body>, Option<Output>) {
        match self.peek() {
            Some('#') => {
                self.rest_of_remark();
                return (Some(Body::Remark), None);
            }
            Some('!') => {
                self.take();
                return (Some(Body::Shell(self.rest_of_line())), None);
            }
            Some('(') => {
                self.take();
                let line = self.line;
                let text = self.group();
                self.skip_blanks();
                self.end();
                return (Some(Body::Group { text, line }), None);
            }
            _ => {}
        }
        let mut words = Vec::new();
        let mut tail = self.at;
        loop {
            self.skip_blanks();
            if self.peek().is_none_or(|character| character == '\n' || ends_word(character, false)) {
                break;
            }
            words.push(self.word(false));
            if words.len() == 1 {
                tail = self.at;
            }
        }
        let tail = self.text.get(tail..self.at).unwrap_or_default().to_owned();
        let output = if self.rest().starts_with("&&") || self.rest().starts_with("||") {
            None
        } else if let Some(operator @ ('>' | '|')) = self.peek() {
            self.take();
            if operator == '>' && self.peek() == Some('>') {
                self.take();
            }
            self.skip_blanks();
            if self.peek().is_none_or(|character| matches!(character, '\n' | ';' | '&')) {
                self.end();
                return (Some(Body::Broken("the name behind > or | is missing")), None);
            }
            let name = self.word(operator == '|').trim().to_owned();
            self.skip_blanks();
            Some(if operator == '|' { Output::Filter(name) } else { Output::File(name) })
        } else {
            None
        };
        self.end();
        if words.is_empty() && output.is_none() { (None, None) } else { (Some(Body::Words { words, tail }), output) }
    }

    /// Takes what ends a command, but leaves `&&` and `||` to the next.
    fn end(&mut self) {
        if !self.rest().starts_with("&&") && matches!(self.peek(), Some(';' | '&' | '\n')) {
            self.take();
        }
    }

    /// A remark ends with its line; no backslash hides that end.
    fn rest_of_remark(&mut self) {
        while self.take().is_some_and(|character| character != '\n') {}
    }
}

fn is_quotable(character: char, quote: Option<char>) -> bool {
    match quote {
        _ if matches!(character, '\\' | '!') => true,
        Some(quote) => character == quote,
        None => matches!(character, '"' | '\'' | ' ' | '\t' | '>' | '|' | ';' | '&'),
    }
}

fn ends_word(character: char, is_filter: bool) -> bool {
    match character {
        ';' | '&' => true,
        ' ' | '\t' | '>' | '|' => !is_filter,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        Reader::new(text, 1)
            .map(|statement| match statement.body {
                Body::Words { words, .. } => words,
                Body::Shell(line) => vec!["!".to_owned(), line],
                Body::Group { text, .. } => vec!["(".to_owned(), text],
                Body::Remark => vec!["#".to_owned()],
                Body::Broken(_) => vec!["?".to_owned()],
            })
            .collect()
    }

    #[test]
    fn commands_and_words() {
        let cases: [(&str, &[&[&str]]); 22] = [
            ("get a b", &[&["get", "a", "b"]]),
            ("a;b & c\nd", &[&["a"], &["b"], &["c"], &["d"]]),
            ("a&&b||c", &[&["a"], &["b"], &["c"]]),
            ("get 'x y' \"a b\" c\\ d", &[&["get", "x y", "a b", "c d"]]),
            ("get \"a\\\"b\" 'a\\'b' 'a\"b' \"x'y\" a\"b\"c", &[&["get", "a\"b", "a'b", "a\"b", "x'y", "abc"]]),
            (
                "get \"a\\'b\" 'a\\\\b' a\\#b C:\\x\\y a\\!b \\a",
                &[&["get", "a\\'b", "a\\b", "a\\#b", "C:\\x\\y", "a!b", "\\a"]],
            ),
            ("get a\\;b", &[&["get", "a;b"]]),
            ("# one\nget a # b", &[&["#"], &["get", "a", "#", "b"]]),
            ("a;# rest; b\nc", &[&["a"], &["#"], &["c"]]),
            ("!touch a; touch b\nc", &[&["!", "touch a; touch b"], &["c"]]),
            ("get a\\\n b\nc", &[&["get", "a", "b"], &["c"]]),
            (";;\n ; a ;", &[&["a"]]),
            ("(cd x; get y) && z", &[&["(", "cd x; get y"], &["z"]]),
            ("( a \")\" (b) ) & c", &[&["(", " a \")\" (b) "], &["c"]]),
            ("cat a > b", &[&["cat", "a"]]),
            ("cat a >", &[&["?"]]),
            ("cat a > b c", &[&["cat", "a"], &["c"]]),
            ("a\r\nb c\r\n", &[&["a"], &["b", "c"]]),
            ("get \"a\nb", &[&["get", "a"], &["b"]]),
            ("get \"\" x", &[&["get", "", "x"]]),
            ("", &[]),
            ("  \n\t", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn operators() {
        let all: Vec<_> = Reader::new("a && b\nc || d > 'e f'\ncat x | sh -c 'y z' ; q", 1).collect();
        let conditions: Vec<_> = all.iter().map(|statement| (statement.line, statement.condition)).collect();
        let any = Condition::Any;
        assert_eq!(conditions, [(1, any), (1, Condition::And), (2, any), (2, Condition::Or), (3, any), (3, any)]);
        assert_eq!(all[3].output, Some(Output::File("e f".to_owned())));
        assert_eq!(all[4].output, Some(Output::Filter("sh -c y z".to_owned())));
        assert_eq!(all[3].text, "d > 'e f'");
    }
}
