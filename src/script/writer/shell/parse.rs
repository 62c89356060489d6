//! The grammar of commands: POSIX shell with the common extensions of bash and the Korn shell.
//!
//! A script that breaks the grammar is not refused as a shell would: the parser passes the rest of the line and goes on.
//! It always moves forward.

use super::source::{Lines, Source};
use super::syntax::{Assignment, Body, Junction, List, Node, Part, Redirect, RedirectKind, Word};
use std::collections::VecDeque;
use std::rc::Rc;

/// Deepest nesting of commands and substitutions.
const NESTING: usize = 32;

/// Words that end a list of commands where a command could begin.
const CLOSERS: [&str; 8] = ["then", "fi", "else", "elif", "do", "done", "esac", "}"];

/// A here-document whose lines come after the end of the line.
#[derive(Debug)]
pub(super) struct Pending {
    body: Body,
    delimiter: String,
    quoted: bool,
    strip_tabs: bool,
}

/// The parser of one text.
#[derive(Debug)]
pub(super) struct Parser {
    pub(super) source: Source,
    pub(super) depth: usize,
    pending: Vec<Pending>,
    /// Commands of the program that are parsed and not taken yet.
    parsed: VecDeque<Node>,
    /// Whether the text is for the C shell, whose compound commands are other ones: they are passed over line by line.
    c_shell: bool,
    /// Whether `cmd |&` at the end of a line starts a coprocess.
    coprocesses: bool,
}

impl Parser {
    pub(super) fn new(text: &str, lines: Lines) -> Self {
        let coprocesses = text.contains("print -p") || text.contains(">&p") || text.contains("print -u");
        Self {
            source: Source::new(text, lines),
            depth: 0,
            pending: Vec::new(),
            parsed: VecDeque::new(),
            c_shell: false,
            coprocesses,
        }
    }

    /// A parser of the C shell's texts.
    pub(super) fn of_c_shell(text: &str, lines: Lines) -> Self {
        Self { c_shell: true, ..Self::new(text, lines) }
    }

    /// A parser of a text inside another, as deep as that.
    pub(super) fn inner(text: &str, lines: Lines, depth: usize) -> Self {
        Self { depth: depth.saturating_add(1), ..Self::new(text, lines) }
    }

    /// All commands of the text.
    pub(super) fn program(&mut self) -> List {
        std::iter::from_fn(|| self.next_of_program()).collect()
    }

    /// The next command of a whole text: what closes something that was never opened is passed over.
    pub(super) fn next_of_program(&mut self) -> Option<Node> {
        // A command is whole when the here-documents behind its line are read.
        while self.parsed.is_empty() || !self.pending.is_empty() {
            if let Some(node) = self.next_of_list(&[]) {
                self.parsed.push_back(node);
                continue;
            }
            if self.source.bump().is_none() {
                break;
            }
            while self.source.peek().is_some_and(|c| c.is_ascii_lowercase()) {
                self.source.bump();
            }
        }
        self.parsed.pop_front()
    }

    /// The next command of the text and what hangs on it, up to the end of its line; nothing at the text's end.
    pub(super) fn next_command(&mut self) -> Option<Node> {
        loop {
            self.skip_separators();
            self.source.peek()?;
            let before = self.source.at();
            let node = self.chain();
            if self.source.at() == before {
                self.skip_line();
            }
            self.end_command();
            if node.is_some() {
                return node;
            }
        }
    }

    /// Passes the end of the line and the here-documents after it; how many lines were passed since the text began.
    pub(super) fn end_line(&mut self) -> usize {
        self.skip_blanks();
        if self.source.peek() == Some('\n') {
            self.source.bump();
            self.read_documents();
        }
        self.source.lines_passed()
    }

    /// Commands up to one of these words, which is not passed.
    pub(super) fn list(&mut self, closers: &[&str]) -> List {
        std::iter::from_fn(|| self.next_of_list(closers)).collect()
    }

    /// The next command before one of these words; nothing where one of them or the text's end comes first.
    fn next_of_list(&mut self, closers: &[&str]) -> Option<Node> {
        if self.depth > NESTING {
            return None;
        }
        loop {
            self.skip_separators();
            let next = self.source.peek()?;
            if next == ')' || self.source.sees(";;") || self.source.sees(";&") {
                return None;
            }
            if let Some(word) = self.reserved()
                && (closers.contains(&word.as_str()) || CLOSERS.contains(&word.as_str()) && !self.c_shell)
            {
                return None;
            }
            let before = self.source.at();
            let node = self.chain();
            let node = match node {
                Some(node) => {
                    self.skip_blanks();
                    let background = self.source.peek() == Some('&') && self.source.peek_at(1) != Some('&');
                    Some(if background { Node::Background(Box::new(node)) } else { node })
                }
                None => {
                    self.skip_line();
                    None
                }
            };
            if self.source.at() == before {
                self.source.bump();
            }
            self.end_command();
            if node.is_some() {
                return node;
            }
        }
    }

    /// Commands up to the parenthesis that closes them, which is not passed.
    pub(super) fn list_in_parentheses(&mut self) -> List {
        let mut list = List::new();
        loop {
            list.extend(self.list(&[]));
            if matches!(self.source.peek(), None | Some(')')) || self.depth > NESTING {
                return list;
            }
            self.source.bump();
        }
    }

    /// Passes the sign that ends a command; the rest of a line that no grammar explains is passed too.
    fn end_command(&mut self) {
        self.skip_blanks();
        match self.source.peek() {
            Some(';') if self.source.peek_at(1) == Some(';') || self.source.peek_at(1) == Some('&') => {}
            Some(';' | '&') => {
                self.source.bump();
            }
            Some('(' | '<' | '>') => self.skip_line(),
            _ => {}
        }
    }

    fn skip_line(&mut self) {
        while self.source.peek().is_some_and(|c| c != '\n') {
            self.source.bump();
        }
    }

    /// Blanks and joined lines.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.source.peek() {
                Some(' ' | '\t' | '\r') => {
                    self.source.bump();
                }
                Some('\\') if self.source.peek_at(1) == Some('\n') => {
                    self.source.bump();
                    self.source.bump();
                }
                _ => break,
            }
        }
    }

    /// Blanks, line ends (after which here-documents begin), remarks and lone semicolons.
    pub(super) fn skip_separators(&mut self) {
        loop {
            self.skip_blanks();
            match self.source.peek() {
                Some('\n') => {
                    self.source.bump();
                    self.read_documents();
                }
                Some('#') => self.skip_line(),
                Some(';') if !self.source.sees(";;") && !self.source.sees(";&") => {
                    self.source.bump();
                }
                _ => break,
            }
        }
    }

    /// The word of the grammar that stands here, not passed.
    fn reserved(&self) -> Option<String> {
        let mut word = String::new();
        for ahead in 0..9 {
            match self.source.peek_at(ahead) {
                Some(c) if c.is_ascii_lowercase() || matches!(c, '{' | '}' | '!' | '[') => word.push(c),
                None => break,
                Some(c) if c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>') => break,
                Some(_) => return None,
            }
        }
        (!word.is_empty()).then_some(word)
    }

    pub(super) fn eat_reserved(&mut self, word: &str) -> bool {
        self.reserved().as_deref() == Some(word) && self.source.eat(word)
    }

    fn chain(&mut self) -> Option<Node> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip_blanks();
            let junction = if self.source.eat("&&") {
                Junction::And
            } else if self.source.eat("||") {
                Junction::Or
            } else {
                break;
            };
            self.skip_separators();
            let Some(node) = self.pipeline() else { break };
            rest.push((junction, node));
        }
        Some(if rest.is_empty() { first } else { Node::Chain { first: Box::new(first), rest } })
    }

    fn pipeline(&mut self) -> Option<Node> {
        self.skip_blanks();
        let negated = self.eat_reserved("!");
        self.skip_blanks();
        if self.eat_reserved("time") {
            self.skip_blanks();
            self.source.eat("-p ");
            self.skip_blanks();
        }
        let mut stages = vec![self.command()?];
        loop {
            self.skip_blanks();
            if self.source.sees("||") || self.source.peek() != Some('|') {
                break;
            }
            self.source.bump();
            if self.source.eat("&") {
                self.skip_blanks();
                if self.coprocesses && matches!(self.source.peek(), None | Some('\n' | ';' | '#')) {
                    let node = stages.pop()?;
                    return Some(Node::Coprocess(Box::new(node)));
                }
            }
            self.skip_separators();
            match self.command() {
                Some(stage) => stages.push(stage),
                None => break,
            }
        }
        match stages.len() {
            1 if !negated => stages.pop(),
            _ => Some(Node::Pipeline { stages, negated }),
        }
    }

    fn command(&mut self) -> Option<Node> {
        if self.depth >= NESTING {
            self.skip_line();
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let node = self.command_inside();
        self.depth = self.depth.saturating_sub(1);
        node
    }

    fn command_inside(&mut self) -> Option<Node> {
        if self.source.peek() == Some('(') {
            if let Some(expression) = self.arithmetic("((") {
                return Some(Node::Arithmetic(expression));
            }
            self.source.bump();
            let body = self.list(&[]);
            self.source.eat(")");
            return Some(Node::Subshell { body, redirects: self.redirects() });
        }
        let word = self.reserved().unwrap_or_default();
        if self.c_shell {
            if matches!(
                word.as_str(),
                "if" | "else" | "endif" | "foreach" | "end" | "while" | "switch" | "case" | "breaksw" | "endsw"
            ) {
                self.skip_line();
                return None;
            }
            return self.simple();
        }
        match word.as_str() {
            "{" => {
                self.source.bump();
                let body = self.list(&["}"]);
                self.source.eat("}");
                Some(Node::Group { body, redirects: self.redirects() })
            }
            "if" => self.condition(),
            "while" | "until" => {
                self.source.eat(&word);
                let condition = self.list(&["do"]);
                let body = self.loop_body();
                Some(Node::Loop { until: word == "until", condition, body, redirects: self.redirects() })
            }
            "for" | "select" => self.repetition(&word),
            "case" => self.cases(),
            "function" => {
                self.source.eat("function");
                self.skip_blanks();
                let name = self.word()?.plain()?;
                self.skip_blanks();
                if self.source.eat("(") {
                    self.skip_blanks();
                    self.source.eat(")");
                }
                self.function(name)
            }
            "[[" => self.test(),
            "coproc" => {
                self.source.eat("coproc");
                self.skip_blanks();
                Some(Node::Coprocess(Box::new(self.command()?)))
            }
            _ => self.simple(),
        }
    }

    fn function(&mut self, name: String) -> Option<Node> {
        self.skip_separators();
        let body = self.command()?;
        Some(Node::Function { name, body: Rc::new(body) })
    }

    pub(super) fn redirects(&mut self) -> Vec<Redirect> {
        let mut redirects = Vec::new();
        loop {
            self.skip_blanks();
            match self.redirect() {
                Some(redirect) => redirects.push(redirect),
                None => break,
            }
        }
        redirects
    }

    /// A redirection, if one stands here.
    fn redirect(&mut self) -> Option<Redirect> {
        let mut digits = 0usize;
        while self.source.peek_at(digits).is_some_and(|c| c.is_ascii_digit()) && digits < 4 {
            digits = digits.saturating_add(1);
        }
        let both = self.source.sees("&>") && digits == 0;
        let sign = self.source.peek_at(digits);
        if !both && !matches!(sign, Some('<' | '>')) {
            return None;
        }
        if digits == 0 && (self.source.sees("<(") || self.source.sees(">(")) {
            return None;
        }
        let mut descriptor = None;
        for _ in 0..digits {
            let digit = self.source.bump().and_then(|c| c.to_digit(10)).unwrap_or(0);
            descriptor = Some(descriptor.unwrap_or(0u32).saturating_mul(10).saturating_add(digit));
        }
        let signs: [(&str, RedirectKind); 13] = [
            ("&>>", RedirectKind::WriteBoth { append: true }),
            ("&>", RedirectKind::WriteBoth { append: false }),
            ("<<<", RedirectKind::Text),
            ("<<-", RedirectKind::Document(Body::default())),
            ("<<", RedirectKind::Document(Body::default())),
            ("<>", RedirectKind::Read),
            ("<&", RedirectKind::DuplicateInput),
            ("<", RedirectKind::Read),
            (">>&", RedirectKind::WriteBoth { append: true }),
            (">>", RedirectKind::Write { append: true }),
            (">|", RedirectKind::Write { append: false }),
            (">&", RedirectKind::DuplicateOutput),
            (">", RedirectKind::Write { append: false }),
        ];
        let (sign, kind) = signs.into_iter().find(|(sign, _)| self.source.sees(sign))?;
        self.source.eat(sign);
        self.skip_blanks();
        let target = self.word().unwrap_or_default();
        if let RedirectKind::Document(body) = &kind {
            let quoted = target.parts.iter().any(|part| matches!(part, Part::Quoted(_)));
            let delimiter = target.as_written();
            self.pending.push(Pending { body: Rc::clone(body), delimiter, quoted, strip_tabs: sign == "<<-" });
        }
        Some(Redirect { descriptor, kind, target })
    }

    /// The here-documents that begin after this line end.
    pub(super) fn read_documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let mut text = String::new();
            let mut numbers = Vec::new();
            let mut joined = false;
            while self.source.peek().is_some() {
                let number = self.source.line();
                let line = self.source.take_line();
                // A line that a backslash joins to the last keeps its tabs.
                let strip = pending.strip_tabs && !joined;
                let line = if strip { line.trim_start_matches('\t') } else { line.as_str() };
                if !joined && line == pending.delimiter {
                    break;
                }
                let slashes = line.chars().rev().take_while(|c| *c == '\\').count();
                joined = !pending.quoted && slashes.checked_rem(2) == Some(1);
                text.push_str(line);
                text.push('\n');
                numbers.push(number);
            }
            let words = if pending.quoted {
                let lines = text.split_inclusive('\n').zip(&numbers);
                lines.map(|(text, line)| Word { parts: vec![Part::Quoted(text.to_owned())], line: *line }).collect()
            } else {
                Parser::inner(&text, Lines::Table(numbers.into()), self.depth).document()
            };
            let _ = pending.body.set(words);
        }
    }

    fn simple(&mut self) -> Option<Node> {
        let line = self.source.line();
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect() {
                redirects.push(redirect);
                continue;
            }
            if self.source.peek() == Some('#') {
                break;
            }
            let Some(word) = self.word() else { break };
            if words.is_empty()
                && let Some(assignment) = self.assignment(&word)
            {
                assignments.push(assignment);
                continue;
            }
            if words.is_empty() && assignments.is_empty() && redirects.is_empty() {
                self.skip_blanks();
                let blanks = usize::from(self.source.sees("( )"));
                if self.source.peek() == Some('(') && self.source.peek_at(1usize.saturating_add(blanks)) == Some(')') {
                    self.source.eat("(");
                    self.skip_blanks();
                    self.source.eat(")");
                    return self.function(word.plain()?);
                }
            }
            words.push(word);
            // `local a=(x)` and its like.
            let declared = words.last().and_then(|word| self.assignment_of_array(word));
            if let Some(assignment) = declared {
                words.pop();
                assignments.push(assignment);
            }
        }
        let empty = assignments.is_empty() && words.is_empty() && redirects.is_empty();
        (!empty).then_some(Node::Simple { line, assignments, words, redirects })
    }

    fn assignment_of_array(&mut self, word: &Word) -> Option<Assignment> {
        let ends = matches!(word.parts.as_slice(), [Part::Bare(text)] if text.ends_with('='));
        (ends && self.source.peek() == Some('(')).then(|| self.assignment(word)).flatten()
    }

    fn assignment(&mut self, word: &Word) -> Option<Assignment> {
        let (name, append, value) = split_assignment(word)?;
        let mut array = None;
        if value.parts.is_empty() && self.source.peek() == Some('(') {
            self.source.bump();
            let mut words = Vec::new();
            loop {
                self.skip_separators();
                match self.word() {
                    Some(word) => words.push(word),
                    None => break,
                }
            }
            self.source.eat(")");
            array = Some(words);
        }
        Some(Assignment { name, append, value, array })
    }
}

/// The parts of `name=value`, if the word is one.
pub(super) fn split_assignment(word: &Word) -> Option<(String, bool, Word)> {
    let Some(Part::Bare(first)) = word.parts.first() else { return None };
    let (name, value) = first.split_once('=')?;
    let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    let bare = name.split_once('[').filter(|(_, index)| index.ends_with(']')).map_or(name, |(name, _)| name);
    if !is_name(bare) {
        return None;
    }
    let mut parts = Vec::new();
    if !value.is_empty() {
        parts.push(Part::Bare(value.to_owned()));
    }
    parts.extend(word.parts.iter().skip(1).cloned());
    Some((name.to_owned(), append, Word { parts, line: word.line }))
}

/// Whether a variable may have this name.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
