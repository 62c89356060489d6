//! The parser of PowerShell's statements and commands. It never fails: what it does not understand it passes over.

use super::cursor::{self, Cursor};
use super::syntax::{Block, Parameter, Pipeline, Statement, StatementKind};
use std::rc::Rc;

/// Deepest nesting of braces and parentheses.
const DEPTH: usize = 32;

/// A parser and its place in the text.
#[derive(Debug)]
pub(super) struct Parser<'s> {
    pub(super) cursor: Cursor<'s>,
    pub(super) depth: usize,
}

/// The statements of a text.
pub(super) fn script(source: &str) -> Block {
    let mut parser = Parser { cursor: Cursor::new(source), depth: 0 };
    parser.body(source, false)
}

/// The parameters of a script, and its statements one by one: a long script is never held as a whole.
pub(super) fn statement_by_statement(source: &str) -> (Block, impl Iterator<Item = Statement>) {
    let mut parser = Parser { cursor: Cursor::new(source), depth: 0 };
    let head = parser.head("");
    (head, std::iter::from_fn(move || parser.next_statement(None)))
}

impl Parser<'_> {
    /// Goes a level deeper; false where that is too deep.
    pub(super) fn enter(&mut self) -> bool {
        let may = self.depth < DEPTH;
        if may {
            self.depth = self.depth.saturating_add(1);
        }
        may
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A block in braces, where one stands here; an empty one elsewhere.
    pub(super) fn block(&mut self) -> Block {
        self.cursor.blanks(true);
        if !self.cursor.eat("{") {
            return Block::default();
        }
        let start = self.cursor.at;
        if !self.enter() {
            self.pass_group('{', '}');
            return Block::default();
        }
        let mut block = self.body("", true);
        block.text = self.cursor.since(start).to_owned();
        self.cursor.eat("}");
        self.leave();
        block
    }

    /// Statements up to a closing brace or parenthesis, or the end of the text.
    fn body(&mut self, text: &str, braced: bool) -> Block {
        let mut block = self.head(text);
        block.statements = self.statements(if braced { Some('}') } else { None });
        block
    }

    /// A block with its parameters alone, up to its first statement.
    fn head(&mut self, text: &str) -> Block {
        let mut block = Block { text: text.to_owned(), ..Block::default() };
        self.cursor.blanks(true);
        self.attributes();
        if self.cursor.word().eq_ignore_ascii_case("param") {
            self.cursor.skip(5);
            block.parameters = self.parameters();
        }
        block
    }

    /// Statements up to a closing character, which stays.
    pub(super) fn statements(&mut self, close: Option<char>) -> Vec<Statement> {
        std::iter::from_fn(|| self.next_statement(close)).collect()
    }

    /// The next statement before a closing character, which stays, or the end.
    fn next_statement(&mut self, close: Option<char>) -> Option<Statement> {
        loop {
            self.cursor.blanks(true);
            while matches!(self.cursor.peek(), Some(';')) {
                self.cursor.skip(1);
                self.cursor.blanks(true);
            }
            if self.cursor.is_end() || close.is_some() && self.cursor.peek() == close {
                return None;
            }
            let before = self.cursor.at;
            let statement = self.statement();
            if self.cursor.at == before {
                self.cursor.next();
            }
            if !matches!(statement.kind, StatementKind::Nothing) {
                return Some(statement);
            }
        }
    }

    /// `[CmdletBinding()]` and the like before `param`.
    fn attributes(&mut self) {
        loop {
            let saved = self.cursor;
            if self.cursor.peek() != Some('[') {
                return;
            }
            let name = self.type_name().to_ascii_lowercase();
            if !name.contains('(') && !name.starts_with("cmdletbinding") {
                self.cursor = saved;
                return;
            }
            self.cursor.blanks(true);
        }
    }

    /// `(…)` of `param` or of a function.
    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        self.cursor.blanks(true);
        if !self.cursor.eat("(") || !self.enter() {
            return parameters;
        }
        loop {
            self.cursor.blanks(true);
            let mut is_switch = false;
            while self.cursor.peek() == Some('[') {
                is_switch |= self.type_name().to_ascii_lowercase().ends_with("switch");
                self.cursor.blanks(true);
            }
            match self.cursor.peek() {
                Some('$') => {
                    let Some(name) = self.variable_name() else {
                        self.cursor.skip(1);
                        continue;
                    };
                    self.cursor.blanks(true);
                    let default = self.cursor.eat("=").then(|| {
                        self.cursor.blanks(true);
                        self.chain_without_comma()
                    });
                    parameters.push(Parameter { name, is_switch, default });
                }
                Some(',') => self.cursor.skip(1),
                Some(')') => {
                    self.cursor.skip(1);
                    break;
                }
                Some(_) => {
                    self.cursor.next();
                }
                None => break,
            }
        }
        self.leave();
        parameters
    }

    pub(super) fn statement(&mut self) -> Statement {
        self.cursor.blanks(true);
        let line = self.cursor.line;
        let kind = if self.enter() {
            let kind = self.statement_kind();
            self.leave();
            kind
        } else {
            self.pass_line();
            StatementKind::Nothing
        };
        Statement { line, kind }
    }

    fn statement_kind(&mut self) -> StatementKind {
        let word = self.cursor.word().to_ascii_lowercase();
        let length = word.len();
        let keyword = |parser: &mut Self| {
            parser.cursor.skip(length);
            parser.cursor.blanks(true);
        };
        match word.as_str() {
            "if" => {
                keyword(self);
                self.branches()
            }
            "while" => {
                keyword(self);
                let condition = self.condition();
                StatementKind::While { condition, body: self.block() }
            }
            "do" => {
                keyword(self);
                let body = self.block();
                self.cursor.blanks(true);
                let word = self.cursor.word();
                if word.eq_ignore_ascii_case("while") || word.eq_ignore_ascii_case("until") {
                    self.cursor.skip(5);
                    self.condition();
                }
                StatementKind::Do { body }
            }
            "for" => {
                keyword(self);
                self.counted()
            }
            "foreach" => {
                keyword(self);
                self.for_each()
            }
            "switch" => {
                keyword(self);
                self.switch()
            }
            "function" | "filter" | "workflow" => {
                keyword(self);
                self.function()
            }
            "try" => {
                keyword(self);
                let body = self.block();
                StatementKind::Try { body, rest: self.catches() }
            }
            "begin" | "process" | "end" | "dynamicparam" | "trap" | "parallel" | "sequence" | "inlinescript" => {
                let saved = self.cursor;
                keyword(self);
                while self.cursor.peek() == Some('[') {
                    self.type_name();
                    self.cursor.blanks(true);
                }
                if self.cursor.peek() == Some('{') {
                    return StatementKind::Try { body: self.block(), rest: Vec::new() };
                }
                self.cursor = saved;
                StatementKind::Pipeline(self.pipeline())
            }
            "class" | "enum" => {
                keyword(self);
                self.pass_to_block();
                StatementKind::Nothing
            }
            "using" => {
                self.pass_line();
                StatementKind::Nothing
            }
            "return" | "exit" | "throw" => {
                self.cursor.skip(length);
                self.cursor.blanks(false);
                let stops = matches!(self.cursor.peek(), None | Some('\r' | '\n' | ';' | '}' | ')'));
                let value = (!stops).then(|| Box::new(self.statement()));
                if word == "return" { StatementKind::Return(value) } else { StatementKind::Exit }
            }
            "break" | "continue" => {
                self.cursor.skip(length);
                if word == "break" { StatementKind::Break } else { StatementKind::Continue }
            }
            _ => StatementKind::Pipeline(self.pipeline()),
        }
    }

    /// `( … )` of a condition.
    fn condition(&mut self) -> Pipeline {
        self.cursor.blanks(true);
        if !self.cursor.eat("(") {
            return Pipeline::default();
        }
        self.cursor.blanks(true);
        let pipeline = self.pipeline();
        self.close(')');
        pipeline
    }

    /// Passes over blanks and the closing character; over what else stands before it, where something does.
    pub(super) fn close(&mut self, close: char) {
        self.cursor.blanks(true);
        if self.cursor.peek() == Some(close) {
            self.cursor.next();
            return;
        }
        let open = match close {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        self.pass_group(open, close);
    }

    /// Passes over the rest of a group whose opening character was read.
    pub(super) fn pass_group(&mut self, open: char, close: char) {
        let mut level = 1usize;
        while let Some(character) = self.cursor.peek() {
            if cursor::is_single_quote(character) || cursor::is_double_quote(character) {
                self.pass_quoted();
                continue;
            }
            self.cursor.next();
            if character == open {
                level = level.saturating_add(1);
            } else if character == close {
                level = level.saturating_sub(1);
                if level == 0 {
                    return;
                }
            }
        }
    }

    fn pass_quoted(&mut self) {
        let Some(quote) = self.cursor.next() else { return };
        let same = |c: char| {
            if cursor::is_single_quote(quote) { cursor::is_single_quote(c) } else { cursor::is_double_quote(c) }
        };
        while let Some(character) = self.cursor.next() {
            if character == '`' && cursor::is_double_quote(quote) {
                self.cursor.next();
            } else if same(character) {
                return;
            }
        }
    }

    fn pass_line(&mut self) {
        let rest = self.cursor.rest();
        self.cursor.skip(rest.find('\n').unwrap_or(rest.len()));
    }

    fn pass_to_block(&mut self) {
        let rest = self.cursor.rest();
        self.cursor.skip(rest.find('{').map_or(rest.len(), |at| at.saturating_add(1)));
        self.pass_group('{', '}');
    }

    fn branches(&mut self) -> StatementKind {
        let condition = self.condition();
        let mut clauses = vec![(condition, self.block())];
        loop {
            let saved = self.cursor;
            self.cursor.blanks(true);
            let word = self.cursor.word();
            if word.eq_ignore_ascii_case("elseif") {
                self.cursor.skip(6);
                let condition = self.condition();
                clauses.push((condition, self.block()));
            } else if word.eq_ignore_ascii_case("else") {
                self.cursor.skip(4);
                let otherwise = Some(self.block());
                return StatementKind::If { clauses, otherwise };
            } else {
                self.cursor = saved;
                return StatementKind::If { clauses, otherwise: None };
            }
        }
    }

    fn counted(&mut self) -> StatementKind {
        self.cursor.eat("(");
        let nothing = |line| Box::new(Statement { line, kind: StatementKind::Nothing });
        let line = self.cursor.line;
        let part = |parser: &mut Self| {
            parser.cursor.blanks(true);
            let stops = matches!(parser.cursor.peek(), None | Some(';' | ')'));
            let statement = if stops { nothing(line) } else { Box::new(parser.statement()) };
            parser.cursor.blanks(true);
            parser.cursor.eat(";");
            statement
        };
        let first = part(self);
        let condition = match part(self).kind {
            StatementKind::Pipeline(pipeline) => pipeline,
            _ => Pipeline::default(),
        };
        let step = part(self);
        self.close(')');
        StatementKind::For { first, condition, step, body: self.block() }
    }

    fn for_each(&mut self) -> StatementKind {
        while self.cursor.peek() == Some('-') {
            self.cursor.skip(1);
            let length = self.cursor.word().len();
            self.cursor.skip(length);
            self.cursor.blanks(true);
        }
        self.cursor.eat("(");
        self.cursor.blanks(true);
        let variable = self.variable_name().unwrap_or_default();
        self.cursor.blanks(true);
        if self.cursor.word().eq_ignore_ascii_case("in") {
            self.cursor.skip(2);
        }
        self.cursor.blanks(true);
        let items = self.pipeline();
        self.close(')');
        StatementKind::ForEach { variable, items, body: self.block() }
    }

    fn switch(&mut self) -> StatementKind {
        while self.cursor.peek().is_some_and(cursor::is_dash) {
            self.cursor.next();
            let length = self.cursor.word().len();
            self.cursor.skip(length);
            self.cursor.blanks(true);
        }
        let subject = self.condition();
        let mut clauses = Vec::new();
        self.cursor.blanks(true);
        if self.cursor.eat("{") {
            loop {
                self.cursor.blanks(true);
                while self.cursor.eat(";") {
                    self.cursor.blanks(true);
                }
                if self.cursor.is_end() || self.cursor.eat("}") {
                    break;
                }
                let before = self.cursor.at;
                let label = self.argument(false);
                let body = self.block();
                clauses.push((label, body));
                if self.cursor.at == before {
                    self.cursor.next();
                }
            }
        }
        StatementKind::Switch { subject, clauses }
    }

    fn function(&mut self) -> StatementKind {
        let rest = self.cursor.rest();
        let end = rest.find(|c: char| cursor::ends_word(c)).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        self.cursor.skip(end);
        self.cursor.blanks(true);
        let parameters = if self.cursor.peek() == Some('(') { self.parameters() } else { Vec::new() };
        let mut block = self.block();
        if block.parameters.is_empty() {
            block.parameters = parameters;
        }
        StatementKind::Function { name, block: Rc::new(block) }
    }

    fn catches(&mut self) -> Vec<Block> {
        let mut rest = Vec::new();
        loop {
            let saved = self.cursor;
            self.cursor.blanks(true);
            let word = self.cursor.word();
            if !word.eq_ignore_ascii_case("catch") && !word.eq_ignore_ascii_case("finally") {
                self.cursor = saved;
                return rest;
            }
            self.cursor.skip(word.len());
            self.cursor.blanks(true);
            while matches!(self.cursor.peek(), Some('[' | ',')) {
                if !self.cursor.eat(",") {
                    self.type_name();
                }
                self.cursor.blanks(true);
            }
            rest.push(self.block());
        }
    }

    /// Commands between `|`, with `&&` and `||` taken for ends of statements.
    pub(super) fn pipeline(&mut self) -> Pipeline {
        let mut elements = Vec::new();
        loop {
            self.cursor.blanks(!elements.is_empty());
            let before = self.cursor.at;
            elements.push(self.element());
            self.cursor.blanks(false);
            let rest = self.cursor.rest();
            if rest.starts_with("||") || rest.starts_with("&&") {
                self.cursor.skip(2);
                break;
            }
            if rest.starts_with('|') && self.cursor.at > before {
                self.cursor.skip(1);
                continue;
            }
            if rest.starts_with('&') && self.cursor.at > before {
                self.cursor.skip(1);
            }
            let saved = self.cursor;
            self.cursor.blanks(true);
            if self.cursor.rest().starts_with('|') && self.cursor.at > before && self.cursor.at > saved.at {
                self.cursor.skip(1);
                continue;
            }
            self.cursor = saved;
            break;
        }
        Pipeline { elements }
    }
}
