//! The parser of cmd.exe: a line, already with its percent variables put in, becomes commands.

/// A command with its redirections, or several tied together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// One command: its text with carets worked off and redirections taken out.
    Simple { text: String, redirects: Vec<Redirect> },
    /// Commands in parentheses.
    Block { body: Vec<(usize, Node)>, redirects: Vec<Redirect> },
    /// Two commands tied by an operator.
    Chain { left: Box<Node>, operator: Operator, right: Box<Node> },
    /// `if CONDITION BODY [else OTHER]`.
    If { condition: String, body: Box<Node>, otherwise: Option<Box<Node>> },
    /// `for [/x options] %v in (LIST) do BODY`.
    For { options: String, variable: String, list: String, body: Box<Node> },
    /// Nothing, or a remark.
    Nothing,
}

/// How two commands are tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `&`, `&&`, `||`: one after the other, the outcome being unknown.
    Then,
    /// `|`.
    Pipe,
}

/// One redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirect {
    /// The handle: 0 to 9.
    pub(super) handle: u8,
    /// `<` or `>` or `>>`.
    pub(super) kind: RedirectKind,
    /// The file.
    pub(super) target: String,
}

/// The kind of a redirection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RedirectKind {
    /// `<`.
    Input,
    /// `>`.
    Overwrite,
    /// `>>`.
    Append,
    /// `>&1`.
    Duplicate,
}

/// Deepest nesting of parentheses, `if` and `for` that is followed.
const DEPTH: usize = 32;

/// A reader of one logical line; a block that stays open asks for further lines.
pub(super) struct Parser<'a> {
    characters: Vec<(char, usize)>,
    at: usize,
    depth: usize,
    more: &'a mut dyn FnMut() -> Option<(usize, String)>,
}

impl<'a> Parser<'a> {
    /// A parser of `line`, which stands at line number `number`; `more` gives the lines after it.
    pub(super) fn new(line: &str, number: usize, more: &'a mut dyn FnMut() -> Option<(usize, String)>) -> Self {
        Self { characters: line.chars().map(|c| (c, number)).collect(), at: 0, depth: 0, more }
    }

    /// All commands of the line.
    pub(super) fn line(&mut self) -> Node {
        let node = self.chain();
        // A stray `)` at the start of a line is what is left of a block; cmd.exe ignores the rest of it.
        if self.peek() == Some(')') {
            self.at = self.characters.len()
        }
        node
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).map(|(character, _)| *character)
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at.saturating_add(ahead)).map(|(character, _)| *character)
    }

    fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    fn number(&self) -> usize {
        let last = || self.characters.last().map_or(0, |(_, number)| *number);
        self.characters.get(self.at).map_or_else(last, |(_, number)| *number)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | ',' | ';' | '=' | '@')) {
            self.skip(1);
        }
    }

    fn chain(&mut self) -> Node {
        let mut left = self.one();
        loop {
            let (operator, length) = match (self.peek(), self.peek_at(1)) {
                (Some('&'), Some('&')) | (Some('|'), Some('|')) => (Operator::Then, 2),
                (Some('&'), _) => (Operator::Then, 1),
                (Some('|'), _) => (Operator::Pipe, 1),
                _ => return left,
            };
            self.skip(length);
            let right = self.one();
            if right == Node::Nothing {
                continue;
            }
            left = Node::Chain { left: Box::new(left), operator, right: Box::new(right) };
        }
    }

    fn one(&mut self) -> Node {
        self.blanks();
        if self.depth >= DEPTH {
            self.at = self.characters.len();
            return Node::Nothing;
        }
        self.depth = self.depth.saturating_add(1);
        let node = match self.peek() {
            None | Some('&' | '|' | ')') => Node::Nothing,
            Some('(') => self.block(Vec::new()),
            Some(':') => {
                self.at = self.characters.len();
                Node::Nothing
            }
            Some(_) if self.word_is("if") => self.condition(),
            Some(_) if self.word_is("for") => self.repetition(),
            Some(_) if self.word_is("rem") => {
                self.at = self.characters.len();
                Node::Nothing
            }
            Some(_) => self.simple(),
        };
        self.depth = self.depth.saturating_sub(1);
        node
    }

    fn word_is(&self, word: &str) -> bool {
        let length = word.chars().count();
        let same =
            word.chars().enumerate().all(|(ahead, c)| self.peek_at(ahead).is_some_and(|p| p.eq_ignore_ascii_case(&c)));
        same && self.peek_at(length).is_none_or(|c| matches!(c, ' ' | '\t' | '(' | '/' | ',' | ';' | '=' | '"'))
    }

    /// A block, whose redirections may stand before or after it.
    fn block(&mut self, mut redirects: Vec<Redirect>) -> Node {
        self.skip(1);
        let mut body = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(')') => {
                    self.skip(1);
                    break;
                }
                Some('&' | '|') => self.skip(1),
                Some(_) => {
                    let (number, before) = (self.number(), self.at);
                    let node = self.chain();
                    if node != Node::Nothing {
                        body.push((number, node));
                    }
                    if self.at == before {
                        self.skip(1);
                    }
                }
                None => match (self.more)() {
                    Some((number, line)) => self.characters.extend(line.chars().map(|c| (c, number))),
                    None => break,
                },
            }
        }
        loop {
            while matches!(self.peek(), Some(' ' | '\t')) {
                self.skip(1);
            }
            match self.redirect() {
                Some(redirect) => redirects.push(redirect),
                None => return Node::Block { body, redirects },
            }
        }
    }

    fn condition(&mut self) -> Node {
        self.skip(2);
        let mut words = Vec::new();
        loop {
            self.blanks_only();
            let word = self.condition_word();
            if word.is_empty() {
                break;
            }
            words.push(word);
            if condition_is_whole(&words) {
                break;
            }
        }
        self.blanks_only();
        let body = Box::new(self.guarded());
        self.blanks_only();
        let otherwise = if self.word_is("else") {
            self.skip(4);
            self.blanks_only();
            Some(Box::new(self.guarded()))
        } else {
            None
        };
        Node::If { condition: words.join(" "), body, otherwise }
    }

    /// What `if` and `do` guard: a block, or the rest of the chain.
    fn guarded(&mut self) -> Node {
        if self.peek() == Some('(') { self.one() } else { self.chain() }
    }

    fn blanks_only(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.skip(1);
        }
    }

    fn condition_word(&mut self) -> String {
        let mut word = String::new();
        let mut quoted = false;
        while let Some(character) = self.peek() {
            match character {
                '"' => quoted = !quoted,
                ' ' | '\t' if !quoted => break,
                '(' | ')' | '&' | '|' | '<' | '>' if !quoted => break,
                '=' if !quoted && self.peek_at(1) == Some('=') && !word.is_empty() => break,
                '=' if !quoted && self.peek_at(1) == Some('=') => {
                    self.skip(2);
                    return "==".to_owned();
                }
                _ => {}
            }
            word.push(character);
            self.skip(1);
        }
        word
    }

    fn repetition(&mut self) -> Node {
        self.skip(3);
        let mut options = String::new();
        let mut variable = String::new();
        loop {
            self.blanks_only();
            let word = self.condition_word();
            if word.is_empty() || word.eq_ignore_ascii_case("in") {
                break;
            }
            if word.starts_with('%') && !word.contains('/') {
                variable = word;
            } else {
                options.push(' ');
                options.push_str(&word);
            }
        }
        self.blanks_only();
        let list = self.list();
        self.blanks_only();
        if self.word_is("do") {
            self.skip(2);
        }
        self.blanks_only();
        Node::For { options: options.trim().to_owned(), variable, list, body: Box::new(self.guarded()) }
    }

    /// The text in the parentheses of `in (…)`.
    fn list(&mut self) -> String {
        let mut text = String::new();
        if self.peek() != Some('(') {
            return text;
        }
        self.skip(1);
        let mut quoted = false;
        while let Some(character) = self.peek() {
            self.skip(1);
            match character {
                '"' => quoted = !quoted,
                ')' if !quoted => break,
                _ => {}
            }
            text.push(character);
        }
        text
    }

    fn simple(&mut self) -> Node {
        let mut text = String::new();
        let mut redirects = Vec::new();
        let mut quoted = false;
        while let Some(character) = self.peek() {
            match character {
                '"' => {
                    quoted = !quoted;
                    text.push(character);
                    self.skip(1);
                }
                '^' if !quoted => {
                    text.extend(self.peek_at(1));
                    self.skip(2);
                    if self.at > self.characters.len() {
                        self.continue_line();
                    }
                }
                '&' | '|' if !quoted => break,
                ')' if !quoted && self.depth > 1 && self.in_block() => break,
                '<' | '>' if !quoted => {
                    let handle =
                        text.chars().last().filter(|_| handle_stands_alone(&text)).and_then(|c| c.to_digit(10));
                    if handle.is_some() {
                        text.pop();
                    }
                    match self.redirect_of(handle) {
                        Some(redirect) => redirects.push(redirect),
                        None => self.skip(1),
                    }
                    if text.trim().is_empty() {
                        text.clear();
                        self.blanks();
                        if self.peek() == Some('(') {
                            return self.block(redirects);
                        }
                    }
                }
                _ => {
                    text.push(character);
                    self.skip(1);
                }
            }
        }
        Node::Simple { text, redirects }
    }

    /// A caret at the end of a line takes the next line into this one.
    fn continue_line(&mut self) {
        self.at = self.characters.len();
        if let Some((number, line)) = (self.more)() {
            self.characters.extend(line.chars().map(|c| (c, number)));
        }
    }

    fn in_block(&self) -> bool {
        let before = self.characters.get(..self.at).unwrap_or_default();
        let mut depth = 0i32;
        let mut quoted = false;
        for (character, _) in before {
            match character {
                '"' => quoted = !quoted,
                '(' if !quoted => depth = depth.saturating_add(1),
                ')' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        depth > 0
    }

    /// A redirection that stands at the cursor, with or without its handle.
    fn redirect(&mut self) -> Option<Redirect> {
        match (self.peek(), self.peek_at(1)) {
            (Some('<' | '>'), _) => self.redirect_of(None),
            (Some(digit), Some('<' | '>')) if digit.is_ascii_digit() => {
                self.skip(1);
                self.redirect_of(digit.to_digit(10))
            }
            _ => None,
        }
    }

    fn redirect_of(&mut self, handle: Option<u32>) -> Option<Redirect> {
        let sign = self.peek()?;
        self.skip(1);
        let mut kind = if sign == '<' { RedirectKind::Input } else { RedirectKind::Overwrite };
        if sign == '>' && self.peek() == Some('>') {
            kind = RedirectKind::Append;
            self.skip(1);
        }
        if self.peek() == Some('&') {
            kind = RedirectKind::Duplicate;
            self.skip(1);
        }
        while matches!(self.peek(), Some(' ' | '\t' | ',' | ';' | '=')) {
            self.skip(1);
        }
        let mut target = String::new();
        let mut quoted = false;
        while let Some(character) = self.peek() {
            match character {
                '"' => quoted = !quoted,
                '^' if !quoted => {
                    target.extend(self.peek_at(1));
                    self.skip(2);
                    continue;
                }
                ' ' | '\t' | '&' | '|' | '<' | '>' | ')' | ';' | ',' | '=' if !quoted => break,
                _ => target.push(character),
            }
            self.skip(1);
        }
        let standard = u32::from(sign == '>');
        Some(Redirect { handle: u8::try_from(handle.unwrap_or(standard)).unwrap_or(1), kind, target })
    }
}

/// A digit is a handle only where it stands alone: after a blank, a separator, or at the start.
fn handle_stands_alone(text: &str) -> bool {
    let mut characters = text.chars().rev();
    characters.next().is_some_and(|digit| digit.is_ascii_digit())
        && characters.next().is_none_or(|before| matches!(before, ' ' | '\t' | ',' | ';' | '=' | '(' | '"'))
}

fn condition_is_whole(words: &[String]) -> bool {
    let mut rest = words.iter().map(|word| word.to_ascii_lowercase());
    let mut next = rest.next();
    while next.as_deref().is_some_and(|word| word == "/i" || word == "not") {
        next = rest.next();
    }
    match next.as_deref() {
        None => false,
        Some("exist" | "defined" | "errorlevel" | "cmdextversion") => rest.next().is_some(),
        Some(_) => match rest.next().as_deref() {
            Some("==" | "equ" | "neq" | "lss" | "leq" | "gtr" | "geq") => rest.next().is_some(),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Node {
        Parser::new(line, 1, &mut || None).line()
    }

    fn simple(text: &str, redirects: &[(u8, RedirectKind, &str)]) -> Node {
        let redirects = redirects
            .iter()
            .map(|(handle, kind, target)| Redirect { handle: *handle, kind: *kind, target: (*target).to_owned() })
            .collect();
        Node::Simple { text: text.to_owned(), redirects }
    }

    #[test]
    fn redirections() {
        use RedirectKind::{Append, Overwrite};
        let cases = [
            ("echo open h 21>a.txt", simple("echo open h 21", &[(1, Overwrite, "a.txt")])),
            ("echo user bob 1>>x", simple("echo user bob ", &[(1, Append, "x")])),
            ("echo user bob 2>>x", simple("echo user bob ", &[(2, Append, "x")])),
            ("echo pw1>>x", simple("echo pw1", &[(1, Append, "x")])),
            ("echo bye >> ftp.txt", simple("echo bye ", &[(1, Append, "ftp.txt")])),
            (">s.dat echo open h", simple("echo open h", &[(1, Overwrite, "s.dat")])),
            ("echo a >f b", simple("echo a  b", &[(1, Overwrite, "f")])),
            ("echo p^&w>>f", simple("echo p&w", &[(1, Append, "f")])),
            ("echo \"a>b\">f", simple("echo \"a>b\"", &[(1, Overwrite, "f")])),
            ("echo x>\"C:\\a b\\c.txt\"", simple("echo x", &[(1, Overwrite, "C:\\a b\\c.txt")])),
        ];
        for (line, node) in cases {
            assert_eq!(parsed(line), node, "{line}");
        }
    }

    #[test]
    fn blocks_reach_over_lines() {
        let mut lines = ["echo b".to_owned(), ") > f".to_owned()].into_iter().enumerate().map(|(i, l)| (i + 2, l));
        let node = Parser::new("(echo a", 1, &mut || lines.next()).line();
        let Node::Block { body, redirects } = node else { panic!("{node:?}") };
        assert_eq!(body, [(1, simple("echo a", &[])), (2, simple("echo b", &[]))]);
        assert_eq!(redirects[0].target, "f");
    }

    #[test]
    fn conditions_and_loops() {
        let Node::If { condition, otherwise, .. } = parsed("if not exist a.txt (echo x) else echo y") else { panic!() };
        assert_eq!((condition.as_str(), otherwise.is_some()), ("not exist a.txt", true));
        let Node::If { condition, .. } = parsed("if \"%1\"==\"\" goto end") else { panic!() };
        assert_eq!(condition, "\"%1\" == \"\"");
        let Node::For { options, variable, list, .. } = parsed("for /L %i in (1,1,1024) do echo %i") else { panic!() };
        assert_eq!((options.as_str(), variable.as_str(), list.as_str()), ("/L", "%i", "1,1,1024"));
    }
}
