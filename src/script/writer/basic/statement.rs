//! The statements out of tokens.

use super::parse::{Block, Parser};
use super::syntax::{Case, Condition, Declared, Exit, Expression, Line, Operator, Statement, Test};
use super::token::{AT_LEAST, AT_MOST, Kind, NOT_EQUAL};
use crate::script::writer::automation::value::Value;

/// Words before a declaration.
const SCOPES: [&str; 6] = ["public", "private", "friend", "global", "static", "default"];

impl Parser {
    /// One statement; nothing where it says nothing that is followed.
    pub(super) fn statement(&mut self) -> Option<Statement> {
        // Numbers of lines.
        if matches!(self.peek().map(|token| &token.kind), Some(Kind::Number(_))) {
            self.advance();
        }
        let declares = SCOPES.contains(&self.word_at(0));
        while SCOPES.contains(&self.word_at(0)) {
            self.advance();
        }
        match (self.word_at(0), self.word_at(1)) {
            ("sub" | "function" | "property", following) if !following.is_empty() => {
                self.procedure();
                None
            }
            ("declare", _) => {
                self.declaration_of_library();
                None
            }
            ("dim" | "redim", _) => {
                self.advance();
                self.declarations()
            }
            ("const", _) => {
                self.advance();
                self.constants()
            }
            (
                "class" | "type" | "enum" | "option" | "attribute" | "event" | "implements" | "on" | "goto" | "resume",
                next,
            ) if !next.is_empty() || self.word_at(0) == "resume" => {
                self.skip_line();
                None
            }
            ("end", "class" | "type" | "enum") => None,
            // The form's description in a module of Visual Basic ends its blocks so, outside of procedures.
            ("end", "") if self.open.contains(&Block::Procedure) => {
                self.advance();
                Some(Statement::Exit(Exit::Program))
            }
            ("stop", "") => None,
            ("if", _) => self.condition(),
            ("select", "case") => self.selection(),
            ("for", "each") => self.for_each(),
            ("for", _) => self.counted(),
            ("do" | "while", _) => self.repetition(),
            ("with", _) => {
                self.advance();
                let object = self.expression();
                let body = self.block(Block::With);
                self.end_block(Block::With);
                Some(Statement::With(object?, body))
            }
            ("exit", _) => self.exit(),
            ("call", _) => {
                self.advance();
                self.expression().map(Statement::Call)
            }
            ("set" | "let" | "lset" | "rset", _) => {
                self.advance();
                self.assignment_or_call()
            }
            ("open", _) => self.open_file(),
            ("print" | "write", _) if self.is_sign_at(1, '#') => self.print(),
            ("put", _) if self.is_sign_at(1, '#') => self.put(),
            ("line", "input") => {
                self.advance();
                self.read()
            }
            ("input", _) if self.is_sign_at(1, '#') => self.read(),
            ("close" | "reset", _) if !self.is_sign_at(1, '=') && !self.is_sign_at(1, '(') => self.close(),
            ("name", _) if !self.is_sign_at(1, '=') => self.rename(),
            _ if declares => self.declarations(),
            _ => self.assignment_or_call(),
        }
    }

    fn is_sign_at(&self, ahead: usize, sign: char) -> bool {
        self.peek_at(ahead).is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    /// `a, b(3) As String, c As New Scripting.FileSystemObject`.
    fn declarations(&mut self) -> Option<Statement> {
        let preserves = self.take_word("preserve");
        self.take_word("withevents");
        let mut declared = Vec::new();
        while let Some(name) = self.word() {
            let mut variable = Declared { name, bound: None, class: None, creates: false, is_number: false, preserves };
            if self.take_signs(&['(']).is_some() {
                variable.bound = Some(self.expression().unwrap_or(Expression::Missing));
                if self.take_word("to") {
                    variable.bound = self.expression();
                }
                while !self.at_end_of_statement() && self.take_signs(&[')']).is_none() {
                    self.advance();
                }
            }
            if self.take_word("as") {
                variable.creates = self.take_word("new");
                variable.class = self.dotted_name();
                variable.is_number = variable.class.as_ref().is_some_and(|class| {
                    matches!(&*class.folded, "integer" | "long" | "byte" | "double" | "single" | "currency" | "longptr")
                });
                if self.take_signs(&['*']).is_some() {
                    self.expression();
                }
            }
            // A variable of VB.NET or of a page may be set where it is declared; BASIC's own are not.
            declared.push(variable);
            if self.take_signs(&[',']).is_none() {
                break;
            }
        }
        (!declared.is_empty()).then_some(Statement::Declare(declared))
    }

    /// `Const a = 1, b As String = "x"`: the first one becomes the statement, further ones follow as an `If` of one line
    /// would hold them.
    fn constants(&mut self) -> Option<Statement> {
        let mut lines = Vec::new();
        let number = self.line_number();
        while let Some(name) = self.word() {
            if self.take_word("as") {
                self.dotted_name();
            }
            if self.take_signs(&['=']).is_none() {
                break;
            }
            let value = self.expression()?;
            let statement = Statement::Assign(Expression::Access(Some(name), Vec::new()), value);
            lines.push(Line { number, statement });
            if self.take_signs(&[',']).is_none() {
                break;
            }
        }
        match lines.len() {
            0 => None,
            1 => lines.pop().map(|line| line.statement),
            _ => Some(Statement::If(vec![(Expression::Literal(Value::Flag(true)), lines)], None)),
        }
    }

    fn condition(&mut self) -> Option<Statement> {
        self.advance();
        let condition = self.expression();
        let condition = condition.unwrap_or(Expression::Literal(Value::unknown("condition")));
        while !self.at_end_of_line() && self.word_at(0) != "then" {
            self.advance();
        }
        self.take_word("then");
        if !self.at_end_of_line() {
            return Some(self.one_line(condition));
        }
        let mut branches = vec![(condition, self.block(Block::If))];
        let mut otherwise = None;
        loop {
            match (self.word_at(0), self.word_at(1)) {
                ("elseif", _) => self.advance(),
                ("else", "if") => {
                    self.advance();
                    self.advance();
                }
                ("else", _) => {
                    self.advance();
                    otherwise = Some(self.block(Block::If));
                    continue;
                }
                _ => break,
            }
            let condition = self.expression().unwrap_or(Expression::Missing);
            self.take_word("then");
            branches.push((condition, self.block(Block::If)));
        }
        self.end_block(Block::If);
        Some(Statement::If(branches, otherwise))
    }

    fn one_line(&mut self, condition: Expression) -> Statement {
        let mut branches = vec![(condition, self.block(Block::OneLine))];
        let mut otherwise = None;
        while !self.at_end_of_line() {
            match (self.word_at(0), self.word_at(1)) {
                ("elseif", _) => {
                    self.advance();
                    let condition = self.expression().unwrap_or(Expression::Missing);
                    self.take_word("then");
                    branches.push((condition, self.block(Block::OneLine)));
                }
                ("else", _) if otherwise.is_none() => {
                    self.advance();
                    otherwise = Some(self.block(Block::OneLine));
                }
                ("end", "if") | ("endif", _) => {
                    self.advance();
                    self.take_word("if");
                    break;
                }
                _ => break,
            }
        }
        Statement::If(branches, otherwise)
    }

    fn selection(&mut self) -> Option<Statement> {
        self.advance();
        self.advance();
        let subject = self.expression();
        self.skip_statement();
        // What stands before the first case is nothing.
        self.block(Block::Select);
        let (mut cases, mut otherwise) = (Vec::new(), None);
        while self.take_word("case") {
            if self.take_word("else") {
                otherwise = Some(self.block(Block::Select));
                continue;
            }
            let mut tests = Vec::new();
            while !self.at_end_of_statement() {
                tests.extend(self.test());
                if self.take_signs(&[',']).is_none() {
                    break;
                }
            }
            self.skip_statement();
            cases.push(Case { tests, body: self.block(Block::Select) });
        }
        self.end_block(Block::Select);
        Some(Statement::Select(subject?, cases, otherwise))
    }

    fn test(&mut self) -> Option<Test> {
        self.take_word("is");
        let operator = match self.take_signs(&['<', '>', '=', NOT_EQUAL, AT_MOST, AT_LEAST]) {
            Some('<') => Operator::Less,
            Some('>') => Operator::More,
            Some(NOT_EQUAL) => Operator::NotEqual,
            Some(AT_MOST) => Operator::AtMost,
            Some(AT_LEAST) => Operator::AtLeast,
            Some(_) => Operator::Equal,
            None => {
                let from = self.expression()?;
                return Some(if self.take_word("to") {
                    Test::Range(from, self.expression()?)
                } else {
                    Test::Equal(from)
                });
            }
        };
        Some(Test::Compared(operator, self.expression()?))
    }

    fn counted(&mut self) -> Option<Statement> {
        self.advance();
        let variable = self.word();
        self.take_signs(&['=']);
        let from = self.expression();
        self.take_word("to");
        let to = self.expression();
        let step = if self.take_word("step") { self.expression() } else { None };
        let body = self.block(Block::For);
        self.end_block(Block::For);
        Some(Statement::For { variable: variable?, from: from?, to: to?, step, body })
    }

    fn for_each(&mut self) -> Option<Statement> {
        self.advance();
        self.advance();
        let variable = self.word();
        self.take_word("in");
        let list = self.expression();
        let body = self.block(Block::For);
        self.end_block(Block::For);
        Some(Statement::ForEach { variable: variable?, list: list?, body })
    }

    fn repetition(&mut self) -> Option<Statement> {
        let block = if self.word_at(0) == "while" { Block::While } else { Block::Loop };
        let before = if block == Block::While {
            self.advance();
            self.expression().map(|expression| Condition { until: false, expression })
        } else {
            self.advance();
            self.loop_condition()
        };
        let body = self.block(block);
        let mut after = None;
        if block == Block::Loop && self.take_word("loop") {
            after = self.loop_condition();
        } else {
            self.end_block(block);
        }
        Some(Statement::Loop { before, after, body })
    }

    fn loop_condition(&mut self) -> Option<Condition> {
        let until = match self.word_at(0) {
            "until" => true,
            "while" => false,
            _ => return None,
        };
        self.advance();
        Some(Condition { until, expression: self.expression()? })
    }

    /// `Open path For Output [Access Write] [Lock …] As [#]n [Len = m]`.
    fn open_file(&mut self) -> Option<Statement> {
        self.advance();
        let path = self.expression()?;
        if !self.take_word("for") {
            return None;
        }
        let mode = self.word()?;
        while !self.at_end_of_statement() && !self.take_word("as") {
            self.advance();
        }
        self.take_signs(&['#']);
        let number = self.expression()?;
        let writes = matches!(&*mode.folded, "output" | "append" | "binary" | "random");
        Some(Statement::Open { path, append: !mode.is("output"), writes, number })
    }

    fn print(&mut self) -> Option<Statement> {
        let quotes = self.word()?.is("write");
        self.advance();
        let number = self.expression()?;
        self.take_signs(&[',']);
        let mut items = Vec::new();
        while !self.at_end_of_statement() {
            let item = match self.take_signs(&[';', ',']) {
                Some(separator) => (Expression::Missing, Some(separator)),
                None => {
                    let item = self.expression()?;
                    (item, self.take_signs(&[';', ',']))
                }
            };
            items.push(item);
        }
        Some(Statement::Print { number, items, quotes })
    }

    fn put(&mut self) -> Option<Statement> {
        self.advance();
        self.advance();
        let number = self.expression()?;
        self.take_signs(&[',']);
        if !self.peek_sign(',') {
            self.expression();
        }
        self.take_signs(&[',']);
        Some(Statement::Put(number, self.expression()?))
    }

    fn read(&mut self) -> Option<Statement> {
        self.advance();
        self.take_signs(&['#']);
        self.expression()?;
        self.take_signs(&[',']);
        Some(Statement::Read(self.arguments()))
    }

    fn close(&mut self) -> Option<Statement> {
        self.advance();
        let mut numbers = Vec::new();
        while !self.at_end_of_statement() {
            self.take_signs(&['#']);
            numbers.push(self.expression()?);
            if self.take_signs(&[',']).is_none() {
                break;
            }
        }
        Some(Statement::Close(numbers))
    }

    fn rename(&mut self) -> Option<Statement> {
        self.advance();
        let from = self.expression()?;
        self.take_word("as").then_some(())?;
        Some(Statement::Rename(from, self.expression()?))
    }
}
