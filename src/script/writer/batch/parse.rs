//! The parser of cmd.exe: a line, already with its percent variables put in, becomes commands.

use super::expand::LOOP_SIGN;
use super::tree::{Node, Operator, Redirect, RedirectKind};

/// Deepest nesting of parentheses, `if` and `for` that is followed.
const DEPTH: usize = 32;

/// A reader of one logical line; a block or a list that stays open asks for further lines.
pub(super) struct Parser<'a> {
    characters: Vec<(char, usize)>,
    at: usize,
    depth: usize,
    blocks: usize,
    more: &'a mut dyn FnMut() -> Option<(usize, String)>,
}

impl<'a> Parser<'a> {
    /// A parser of `line`, which stands at line number `number`; `more` gives the lines after it.
    pub(super) fn new(line: &str, number: usize, more: &'a mut dyn FnMut() -> Option<(usize, String)>) -> Self {
        Self { characters: line.chars().map(|c| (c, number)).collect(), at: 0, depth: 0, blocks: 0, more }
    }

    /// All commands of the line.
    pub(super) fn line(&mut self) -> Node {
        let node = self.chain(Operator::Then);
        // A stray `)` at the start of a line is what is left of a block; cmd.exe ignores the rest of it.
        self.end_line();
        node
    }

    /// One command without operators, as `call` reads its argument a second time.
    pub(super) fn called(&mut self) -> Node {
        self.blanks();
        self.simple()
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

    fn end_line(&mut self) {
        self.at = self.characters.len();
    }

    fn number(&self) -> usize {
        let last = || self.characters.last().map_or(0, |(_, number)| *number);
        self.characters.get(self.at).map_or_else(last, |(_, number)| *number)
    }

    /// Takes the next line in; false where there is none.
    fn take_line(&mut self) -> bool {
        let Some((number, line)) = (self.more)() else { return false };
        self.at = self.at.min(self.characters.len());
        self.characters.extend(line.chars().map(|c| (c, number)));
        true
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| is_delimiter(c) || c == '@') {
            self.skip(1);
        }
    }

    fn blanks_only(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.skip(1);
        }
    }

    fn chain(&mut self, operator: Operator) -> Node {
        let operand = |parser: &mut Self| match operator.stronger() {
            Some(stronger) => parser.chain(stronger),
            None => parser.one(),
        };
        let mut nodes = vec![operand(self)];
        while self.takes(operator) {
            nodes.push(operand(self));
        }
        if operator == Operator::Then {
            nodes.retain(|node| *node != Node::Nothing);
        }
        match nodes.len() {
            0 => Node::Nothing,
            1 => nodes.pop().unwrap_or(Node::Nothing),
            _ => Node::Chain { operator, nodes },
        }
    }

    /// Whether the operator stands at the cursor, which then moves behind it.
    fn takes(&mut self, operator: Operator) -> bool {
        let found = match (self.peek(), self.peek_at(1)) {
            (Some('&'), Some('&')) => Operator::AndThen,
            (Some('&'), _) => Operator::Then,
            (Some('|'), Some('|')) => Operator::Otherwise,
            (Some('|'), _) => Operator::Pipe,
            _ => return false,
        };
        let taken = found == operator;
        if taken {
            self.skip(operator.sign().len());
        }
        taken
    }

    fn one(&mut self) -> Node {
        self.blanks();
        if self.depth >= DEPTH {
            self.end_line();
            return Node::Nothing;
        }
        self.depth = self.depth.saturating_add(1);
        let node = match self.peek() {
            None | Some('&' | '|') => Node::Nothing,
            Some(')') if self.blocks > 0 => Node::Nothing,
            Some(')' | ':') => {
                self.end_line();
                Node::Nothing
            }
            Some('(') => self.block(Vec::new()),
            Some(_) if self.word_is("if") => self.condition(),
            Some(_) if self.word_is("for") => self.repetition(),
            Some(_) if self.word_is("rem") => self.remark(),
            Some(_) => self.simple(),
        };
        self.depth = self.depth.saturating_sub(1);
        node
    }

    /// Whether the word stands at the cursor, carets between its letters not counted.
    fn word_is(&self, word: &str) -> bool {
        self.word_length(word).is_some()
    }

    fn word_length(&self, word: &str) -> Option<usize> {
        let mut ahead = 0usize;
        for letter in word.chars() {
            while self.peek_at(ahead) == Some('^') {
                ahead = ahead.saturating_add(1);
            }
            self.peek_at(ahead).filter(|c| c.eq_ignore_ascii_case(&letter))?;
            ahead = ahead.saturating_add(1);
        }
        let ends =
            |c: char| is_delimiter(c) || matches!(c, '(' | '/' | '"' | '&' | '|' | '<' | '>' | '%' | '!' | LOOP_SIGN);
        self.peek_at(ahead).is_none_or(ends).then_some(ahead)
    }

    fn skip_word(&mut self, word: &str) {
        let length = self.word_length(word).unwrap_or(0);
        self.skip(length);
    }

    /// A remark swallows its line, unless nothing but `&` follows the word.
    fn remark(&mut self) -> Node {
        self.skip_word("rem");
        self.blanks_only();
        if !matches!(self.peek(), Some('&' | '|')) {
            self.end_line();
        }
        Node::Nothing
    }

    /// A block, whose redirections may stand before or after it.
    fn block(&mut self, mut redirects: Vec<Redirect>) -> Node {
        self.skip(1);
        self.blocks = self.blocks.saturating_add(1);
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
                    let node = self.chain(Operator::Then);
                    if node != Node::Nothing {
                        body.push((number, node));
                    }
                    if self.at == before {
                        self.skip(1);
                    }
                }
                None => {
                    if !self.take_line() {
                        break;
                    }
                }
            }
        }
        self.blocks = self.blocks.saturating_sub(1);
        loop {
            self.blanks_only();
            match self.redirect() {
                Some(redirect) => redirects.push(redirect),
                None => return Node::Block { body, redirects },
            }
        }
    }

    fn condition(&mut self) -> Node {
        self.skip_word("if");
        let mut condition = Vec::new();
        loop {
            self.blanks_only();
            let word = self.condition_word();
            if word.is_empty() {
                break;
            }
            condition.push(word);
            if condition_is_whole(&condition) {
                break;
            }
        }
        self.blanks_only();
        let body = Box::new(self.guarded());
        self.blanks_only();
        let otherwise = if self.word_is("else") {
            self.skip_word("else");
            self.blanks_only();
            Some(Box::new(self.guarded()))
        } else {
            None
        };
        Node::If { condition, body, otherwise }
    }

    /// What `if` and `do` guard: a block, or the rest of the chain.
    fn guarded(&mut self) -> Node {
        self.blanks();
        if self.peek() == Some('(') { self.one() } else { self.chain(Operator::Then) }
    }

    fn condition_word(&mut self) -> String {
        let mut word = String::new();
        let mut quoted = false;
        while let Some(character) = self.peek() {
            match character {
                '"' => quoted = !quoted,
                '^' if !quoted => {
                    word.extend(self.peek_at(1));
                    self.skip(2);
                    continue;
                }
                ' ' | '\t' | '&' | '|' | '<' | '>' if !quoted => break,
                '(' if !quoted && word.ends_with('"') => break,
                ')' if !quoted && self.blocks > 0 => break,
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
        self.skip_word("for");
        let (mut options, mut variable) = (String::new(), String::new());
        loop {
            self.blanks();
            let before = self.at;
            let word = self.condition_word();
            if word.is_empty() || word.eq_ignore_ascii_case("in") {
                break;
            }
            if word.len() > 2 && word.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("in(")) {
                self.at = before.saturating_add(2);
                break;
            }
            if word.starts_with(['%', LOOP_SIGN]) && !word.contains('/') {
                variable = word;
            } else {
                options.push(' ');
                options.push_str(&word);
            }
        }
        self.blanks();
        let list = self.list();
        self.blanks();
        self.skip_word("do");
        self.blanks();
        Node::For { options: options.trim().to_owned(), variable, list, body: Box::new(self.guarded()) }
    }

    /// The text in the parentheses of `in (…)`, which may reach over lines.
    fn list(&mut self) -> String {
        let mut text = String::new();
        if self.peek() != Some('(') {
            return text;
        }
        self.skip(1);
        let mut quoted = false;
        loop {
            let Some(character) = self.peek() else {
                if !self.take_line() {
                    return text;
                }
                text.push(' ');
                continue;
            };
            self.skip(1);
            match character {
                '"' => quoted = !quoted,
                ')' if !quoted => return text,
                '^' if !quoted => {
                    text.extend(self.peek());
                    self.skip(1);
                    continue;
                }
                _ => {}
            }
            text.push(character);
        }
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
                    self.skip(1);
                    // A caret at the end of a line takes the next line into this one, its first character literally.
                    if self.peek().is_some() || self.take_line() {
                        text.extend(self.peek());
                        self.skip(1);
                    }
                }
                '&' | '|' if !quoted => break,
                ')' if !quoted && self.blocks > 0 => break,
                '<' | '>' if !quoted => {
                    let handle = handle_before(&text);
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
                        if self.peek() == Some('(') && self.depth < DEPTH {
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
        let standard = u32::from(sign == '>');
        let handle = u8::try_from(handle.unwrap_or(standard)).unwrap_or(1);
        if self.peek() == Some('&') {
            self.skip(1);
            self.blanks_only();
            let digit = self.peek().filter(char::is_ascii_digit);
            self.skip(usize::from(digit.is_some()));
            return Some(Redirect { handle, kind: RedirectKind::Duplicate, target: digit.into_iter().collect() });
        }
        while self.peek().is_some_and(is_delimiter) {
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
                '&' | '|' | '<' | '>' if !quoted => break,
                ')' if !quoted && self.blocks > 0 => break,
                _ if !quoted && is_delimiter(character) => break,
                _ => target.push(character),
            }
            self.skip(1);
        }
        Some(Redirect { handle, kind, target })
    }
}

/// What stands between a command and its arguments.
pub(super) fn is_delimiter(character: char) -> bool {
    matches!(character, ' ' | '\t' | ',' | ';' | '=' | '\u{b}' | '\u{c}' | '\u{ff}')
}

/// The handle that a digit before `>` is: only where it stands alone, after a delimiter or at the start.
fn handle_before(text: &str) -> Option<u32> {
    let mut characters = text.chars().rev();
    let digit = characters.next()?.to_digit(10)?;
    characters.next().is_none_or(|before| is_delimiter(before) || before == '(').then_some(digit)
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
    use RedirectKind::{Append, Duplicate, Input, Overwrite};

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
        let cases = [
            ("echo open h 21>a.txt", simple("echo open h 21", &[(1, Overwrite, "a.txt")])),
            ("echo user bob 1>>x", simple("echo user bob ", &[(1, Append, "x")])),
            ("echo user bob 2>>x", simple("echo user bob ", &[(2, Append, "x")])),
            ("echo pw1>>x", simple("echo pw1", &[(1, Append, "x")])),
            ("echo bye >> ftp.txt", simple("echo bye ", &[(1, Append, "ftp.txt")])),
            (">s.dat echo open h", simple("echo open h", &[(1, Overwrite, "s.dat")])),
            ("1>s.dat echo open h", simple("echo open h", &[(1, Overwrite, "s.dat")])),
            ("echo a >f b", simple("echo a  b", &[(1, Overwrite, "f")])),
            ("echo p^&w>>f", simple("echo p&w", &[(1, Append, "f")])),
            ("echo \"a>b\">f", simple("echo \"a>b\"", &[(1, Overwrite, "f")])),
            ("echo x>\"C:\\a b\\c.txt\"", simple("echo x", &[(1, Overwrite, "C:\\a b\\c.txt")])),
            ("echo x>f.txt:s", simple("echo x", &[(1, Overwrite, "f.txt:s")])),
            ("echo x 1>&2", simple("echo x ", &[(1, Duplicate, "2")])),
            ("p >f 2>&1", simple("p  ", &[(1, Overwrite, "f"), (2, Duplicate, "1")])),
            ("ftp -n<a.txt>nul", simple("ftp -n", &[(0, Input, "a.txt"), (1, Overwrite, "nul")])),
            ("echo x>a^&b", simple("echo x", &[(1, Overwrite, "a&b")])),
            ("echo x>,;=f", simple("echo x", &[(1, Overwrite, "f")])),
            ("echo a)>f)", simple("echo a)", &[(1, Overwrite, "f)")])),
        ];
        for (line, node) in cases {
            assert_eq!(parsed(line), node, "{line}");
        }
    }

    #[test]
    fn operators_bind_by_their_strength() {
        let cases: [(&str, Operator, &[Operator]); 4] = [
            ("a & b | c", Operator::Then, &[Operator::Pipe]),
            ("a && b || c & d", Operator::Then, &[Operator::Otherwise]),
            ("a || b && c", Operator::Otherwise, &[Operator::AndThen]),
            ("a|b|c", Operator::Pipe, &[]),
        ];
        for (line, outer, inner) in cases {
            let Node::Chain { operator, nodes } = parsed(line) else { panic!("{line}") };
            let found: Vec<Operator> = nodes
                .iter()
                .filter_map(|node| match node {
                    Node::Chain { operator, .. } => Some(*operator),
                    _ => None,
                })
                .collect();
            assert_eq!((operator, found.as_slice()), (outer, inner), "{line}");
        }
    }

    #[test]
    fn carets_join_and_escape() {
        let mut lines = ["  b>f".to_owned()].into_iter().map(|line| (2, line));
        assert_eq!(
            Parser::new("e^c^h^o a^", 1, &mut || lines.next()).line(),
            simple("echo a  b", &[(1, Overwrite, "f")])
        );
        assert_eq!(parsed("echo \"a^b\" ^^ ^> ^\"a>f"), simple("echo \"a^b\" ^ > \"a", &[(1, Overwrite, "f")]));
        assert_eq!(parsed("@@,;=echo x"), simple("echo x", &[]));
    }

    #[test]
    fn blocks_reach_over_lines() {
        let mut lines = ["echo b".to_owned(), ") > f".to_owned()].into_iter().enumerate().map(|(i, l)| (i + 2, l));
        let node = Parser::new("(echo a", 1, &mut || lines.next()).line();
        let Node::Block { body, redirects } = node else { panic!("{node:?}") };
        assert_eq!(body, [(1, simple("echo a", &[])), (2, simple("echo b", &[]))]);
        assert_eq!(redirects[0].target, "f");
        let Node::Block { redirects, .. } = parsed(">f (echo a&echo b)") else { panic!() };
        assert_eq!(redirects[0].target, "f");
    }

    #[test]
    fn remarks_end_the_line() {
        assert_eq!(parsed("rem echo x & echo y>f"), Node::Nothing);
        assert_eq!(parsed("rem & echo y"), simple("echo y", &[]));
        assert_eq!(parsed("echo x & rem y & z"), simple("echo x ", &[]));
        assert_eq!(parsed("remove x"), simple("remove x", &[]));
        assert_eq!(parsed(") echo x"), Node::Nothing);
    }

    #[test]
    fn conditions_and_loops() {
        let Node::If { condition, otherwise, .. } = parsed("if not exist a.txt (echo x) else echo y") else { panic!() };
        assert_eq!((condition.join(" ").as_str(), otherwise.is_some()), ("not exist a.txt", true));
        let Node::If { condition, .. } = parsed("if \"%1\"==\"\" goto end") else { panic!() };
        assert_eq!(condition, ["\"%1\"", "==", "\"\""]);
        let Node::If { condition, .. } = parsed("i^f a==b echo x") else { panic!() };
        assert_eq!(condition, ["a", "==", "b"]);
        let Node::For { options, variable, list, .. } = parsed("for /L %i in (1,1,1024) do echo %i") else { panic!() };
        assert_eq!((options.as_str(), variable.as_str(), list.as_str()), ("/L", "%i", "1,1,1024"));
        let Node::For { options, list, .. } =
            parsed("for /f \"tokens=1* delims=, \" %a in ('type a ^| find \"x)\"') do echo %a")
        else {
            panic!()
        };
        assert_eq!((options.as_str(), list.as_str()), ("/f \"tokens=1* delims=, \"", "'type a | find \"x)\"'"));
    }

    #[test]
    fn long_and_deep_lines_end() {
        let _ = parsed(&"a&".repeat(200_000));
        let _ = parsed(&"a|".repeat(200_000));
        let _ = parsed(&"(".repeat(10_000));
        let _ = parsed(&"if a==a ".repeat(10_000));
        let _ = parsed(&">f(".repeat(10_000));
    }
}
