//! Statements out of tokens. What is not understood is passed over.

use super::syntax::{Expression, Function, Line, Program, Statement};
use super::token::{self, Kind, Token};
use crate::script::writer::automation::value::Value;
use crate::script::writer::written::Numbering;
use std::rc::Rc;

/// Deepest nesting of blocks and expressions.
const NESTING: usize = 32;

pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nesting: usize,
    /// How many functions the interpreter has already.
    first: usize,
    pub(super) functions: Vec<Function>,
    /// Whether `in` belongs to the head of a loop.
    pub(super) in_head: bool,
}

/// The program that a text is, its functions numbered from `first`.
pub(super) fn program(text: &str, numbering: Numbering<'_>, first: usize) -> Program {
    let tokens = token::tokens(text, numbering);
    let mut parser = Parser { tokens, at: 0, nesting: 0, first, functions: Vec::new(), in_head: false };
    let mut lines = Vec::new();
    while parser.peek().is_some() {
        lines.extend(parser.statements());
        // A brace that nothing has opened.
        parser.advance();
    }
    Program { lines, functions: parser.functions }
}

impl Parser {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek().map(|token| &token.kind), Some(Kind::Sign(found)) if *found == sign)
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek().map(|token| &token.kind), Some(Kind::Word(found)) if &**found == word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn word(&mut self) -> Option<Rc<str>> {
        let Kind::Word(word) = &self.peek()?.kind else { return None };
        let word = word.clone();
        self.advance();
        Some(word)
    }

    pub(super) fn deeper(&mut self) -> bool {
        let may = self.nesting < NESTING;
        if may {
            self.nesting = self.nesting.saturating_add(1);
        }
        may
    }

    pub(super) fn shallower(&mut self) {
        self.nesting = self.nesting.saturating_sub(1);
    }

    fn begins_line(&self) -> bool {
        self.peek().is_none_or(|token| token.begins_line)
    }

    /// Statements up to a closing brace or a branch of a `switch`.
    fn statements(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        while let Some(token) = self.peek() {
            let number = token.line;
            if self.is_sign("}") || self.is_word("case") || self.is_word("default") {
                break;
            }
            let before = self.at;
            if let Some(statement) = self.statement() {
                lines.push(Line { number, statement });
            }
            if self.at == before {
                self.advance();
            }
        }
        // A program is held as a whole, and most blocks have one line.
        lines.shrink_to_fit();
        lines
    }

    /// A block in braces, or one statement.
    fn body(&mut self) -> Vec<Line> {
        if !self.deeper() {
            self.skip_balanced();
            return Vec::new();
        }
        let lines = if self.take_sign("{") {
            let lines = self.statements();
            self.take_sign("}");
            lines
        } else {
            let number = self.peek().map_or(0, |token| token.line);
            self.statement().into_iter().map(|statement| Line { number, statement }).collect()
        };
        self.shallower();
        lines
    }

    /// Passes over what is too deep: a block with all in it, or up to the end of the statement.
    fn skip_balanced(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Sign("{") => depth = depth.saturating_add(1),
                Kind::Sign("}") if depth == 0 => return,
                Kind::Sign("}") => depth = depth.saturating_sub(1),
                _ => {}
            }
            let ends = depth == 0 && matches!(token.kind, Kind::Sign("}" | ";"));
            self.advance();
            if ends {
                return;
            }
        }
    }

    fn statement(&mut self) -> Option<Statement> {
        let word = match &self.peek()?.kind {
            Kind::Sign("{") => return Some(Statement::Block(self.body())),
            Kind::Sign(";") => {
                self.advance();
                return None;
            }
            Kind::Word(word) => word.clone(),
            _ => return self.expression_statement(),
        };
        let is_label =
            matches!(self.tokens.get(self.at.saturating_add(1)).map(|token| &token.kind), Some(Kind::Sign(":")));
        if is_label {
            self.advance();
            self.advance();
            return None;
        }
        match &*word {
            "var" | "let" | "const" => {
                self.advance();
                let variables = self.variables();
                self.take_sign(";");
                Some(Statement::Variables(variables))
            }
            "function" => {
                self.advance();
                let name = self.word();
                let function = self.function();
                Some(match name {
                    Some(name) => Statement::Function(name, function),
                    None => Statement::Expression(self.rest_of(Expression::Function(function))),
                })
            }
            "if" => {
                self.advance();
                Some(self.condition())
            }
            "for" => {
                self.advance();
                self.counted()
            }
            "while" => {
                self.advance();
                let condition = self.parenthesised();
                Some(Statement::While { condition, body: self.body(), body_first: false })
            }
            "do" => {
                self.advance();
                let body = self.body();
                self.take_word("while");
                let condition = self.parenthesised();
                self.take_sign(";");
                Some(Statement::While { condition, body, body_first: true })
            }
            "switch" => {
                self.advance();
                Some(self.switch())
            }
            "try" => {
                self.advance();
                Some(self.attempt())
            }
            "with" => {
                self.advance();
                self.parenthesised();
                Some(Statement::Block(self.body()))
            }
            "return" => {
                self.advance();
                let value = if self.begins_line() || self.is_sign(";") { None } else { self.sequence() };
                self.take_sign(";");
                Some(Statement::Return(value))
            }
            "throw" => {
                self.advance();
                self.sequence();
                self.take_sign(";");
                Some(Statement::Throw)
            }
            "break" | "continue" => {
                self.advance();
                if !self.begins_line() {
                    self.word();
                }
                self.take_sign(";");
                Some(if &*word == "break" { Statement::Break } else { Statement::Continue })
            }
            _ => self.expression_statement(),
        }
    }

    fn expression_statement(&mut self) -> Option<Statement> {
        let expression = self.sequence();
        if expression.is_none() {
            self.skip_broken();
        }
        self.take_sign(";");
        expression.map(Statement::Expression)
    }

    /// Passes over the rest of a statement that is none.
    fn skip_broken(&mut self) {
        self.advance();
        while !self.begins_line() && !self.is_sign(";") && !self.is_sign("}") {
            self.advance();
        }
    }

    fn variables(&mut self) -> Vec<(Rc<str>, Option<Expression>)> {
        let mut variables = Vec::new();
        while let Some(name) = self.word() {
            let value = if self.take_sign("=") { self.expression() } else { None };
            variables.push((name, value));
            if !self.take_sign(",") {
                break;
            }
        }
        variables
    }

    /// Parameters and body; the function's number.
    pub(super) fn function(&mut self) -> usize {
        let line = self.peek().map_or(0, |token| token.line);
        let mut parameters = Vec::new();
        if self.take_sign("(") {
            while !self.is_sign(")") && self.peek().is_some() {
                match self.word() {
                    Some(word) => parameters.push(word),
                    None => self.advance(),
                }
            }
            self.take_sign(")");
        }
        let head = std::mem::replace(&mut self.in_head, false);
        let body = self.body();
        self.in_head = head;
        self.functions.push(Function { parameters, body, line });
        self.first.saturating_add(self.functions.len()).saturating_sub(1)
    }

    fn parenthesised(&mut self) -> Expression {
        self.take_sign("(");
        let expression = self.sequence().unwrap_or(Expression::Literal(Value::unknown("condition")));
        while self.peek().is_some() && !self.is_sign(")") && !self.is_sign("{") && !self.is_sign("}") {
            self.advance();
        }
        self.take_sign(")");
        expression
    }

    fn condition(&mut self) -> Statement {
        let mut branches = vec![(self.parenthesised(), self.body())];
        let mut otherwise = None;
        while self.take_word("else") {
            if self.take_word("if") {
                branches.push((self.parenthesised(), self.body()));
            } else {
                otherwise = Some(self.body());
                break;
            }
        }
        Statement::If(branches, otherwise)
    }

    fn counted(&mut self) -> Option<Statement> {
        self.take_sign("(");
        self.in_head = true;
        let number = self.peek().map_or(0, |token| token.line);
        let declares = self.take_word("var") || self.take_word("let") || self.take_word("const");
        let begin = self.at;
        let loops_over = self.word().filter(|_| self.is_word("in") || self.is_word("of"));
        if let Some(variable) = loops_over {
            let items = self.is_word("of");
            self.advance();
            self.in_head = false;
            let list = self.sequence().unwrap_or(Expression::Literal(Value::unknown("list")));
            self.take_sign(")");
            return Some(Statement::ForIn { variable, list, items, body: self.body() });
        }
        self.at = begin;
        let first = if declares {
            Some(Statement::Variables(self.variables()))
        } else {
            self.sequence().map(Statement::Expression)
        };
        self.in_head = false;
        self.take_sign(";");
        let condition = self.sequence();
        self.take_sign(";");
        let after = self.sequence();
        self.take_sign(")");
        let before = first.into_iter().map(|statement| Line { number, statement }).collect();
        Some(Statement::For { before, condition, after, body: self.body() })
    }

    fn switch(&mut self) -> Statement {
        let subject = self.parenthesised();
        let mut branches = Vec::new();
        if !self.deeper() {
            self.skip_balanced();
            return Statement::Switch(subject, branches);
        }
        self.take_sign("{");
        loop {
            let test = if self.take_word("case") {
                self.sequence()
            } else if self.take_word("default") {
                None
            } else {
                break;
            };
            self.take_sign(":");
            branches.push((test, self.statements()));
        }
        self.take_sign("}");
        self.shallower();
        Statement::Switch(subject, branches)
    }

    fn attempt(&mut self) -> Statement {
        let body = self.body();
        let (mut name, mut handler, mut last) = (None, Vec::new(), Vec::new());
        if self.take_word("catch") {
            if self.take_sign("(") {
                name = self.word();
                self.take_sign(")");
            }
            handler = self.body();
        }
        if self.take_word("finally") {
            last = self.body();
        }
        Statement::Try { body, name, handler, last }
    }
}
