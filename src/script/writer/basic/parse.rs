//! Programs out of tokens. What is not understood is passed over to the end of its statement.

use super::syntax::{Exit, Expression, Line, Parameter, Procedure, Program, Statement, Step};
use super::token::{self, Kind, NAMED, Name, Token};
use crate::script::writer::written::Numbering;

/// Deepest nesting of blocks and expressions.
const NESTING: usize = 32;

/// The blocks that may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Program,
    Procedure,
    /// `If … End If`.
    If,
    /// The statements of an `If` of one line.
    OneLine,
    Select,
    For,
    Loop,
    While,
    With,
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nesting: usize,
    pub(super) open: Vec<Block>,
    /// Whether a parenthesis after a blank begins the arguments of a statement rather than belonging to the name.
    pub(super) in_statement_head: bool,
    program: Program,
}

/// The program that a text is.
pub(super) fn program(text: &str, numbering: Numbering<'_>) -> Program {
    let mut parser = Parser {
        tokens: token::tokens(text, numbering),
        at: 0,
        nesting: 0,
        open: Vec::new(),
        in_statement_head: false,
        program: Program::default(),
    };
    let lines = parser.block(Block::Program);
    parser.program.lines = lines;
    parser.program
}

impl Parser {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at.saturating_add(ahead))
    }

    pub(super) fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    pub(super) fn peek_sign(&self, sign: char) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    /// The folded word that stands `ahead`.
    pub(super) fn word_at(&self, ahead: usize) -> &str {
        match self.peek_at(ahead).map(|token| &token.kind) {
            Some(Kind::Word(name)) => &name.folded,
            _ => "",
        }
    }

    pub(super) fn word(&mut self) -> Option<Name> {
        let Kind::Word(name) = &self.peek()?.kind else { return None };
        let name = name.clone();
        self.advance();
        Some(name)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.word_at(0) == word;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn take_signs(&mut self, signs: &[char]) -> Option<char> {
        match self.peek()?.kind {
            Kind::Sign(sign) if signs.contains(&sign) => {
                self.advance();
                Some(sign)
            }
            _ => None,
        }
    }

    pub(super) fn at_end_of_line(&self) -> bool {
        self.peek().is_none_or(|token| token.kind == Kind::NewLine)
    }

    pub(super) fn at_end_of_statement(&self) -> bool {
        self.peek().is_none_or(|token| matches!(token.kind, Kind::NewLine | Kind::Colon))
            || self.open.last() == Some(&Block::OneLine) && self.word_at(0) == "else"
    }

    pub(super) fn skip_statement(&mut self) {
        while !self.at_end_of_statement() {
            self.advance();
        }
    }

    pub(super) fn skip_line(&mut self) {
        while !self.at_end_of_line() {
            self.advance();
        }
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

    pub(super) fn line_number(&self) -> u32 {
        self.peek().map_or(0, |token| token.line)
    }

    /// The statements up to what ends the block, which is left to be read; a block too deep is passed over by statements.
    pub(super) fn block(&mut self, block: Block) -> Vec<Line> {
        let mut lines = Vec::new();
        let runs = self.deeper();
        self.open.push(block);
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::NewLine if block == Block::OneLine => break,
                Kind::NewLine | Kind::Colon => {
                    self.advance();
                    continue;
                }
                _ => {}
            }
            match self.ended_by() {
                Some(by) if self.open.contains(&by) => break,
                Some(_) => {
                    self.skip_statement();
                    continue;
                }
                None => {}
            }
            if !runs {
                self.skip_statement();
                continue;
            }
            let (number, before) = (self.line_number(), self.at);
            if let Some(statement) = self.statement() {
                lines.push(Line { number, statement });
            }
            if !self.at_end_of_statement() {
                self.skip_statement();
            }
            if self.at == before {
                self.advance();
            }
        }
        self.open.pop();
        if runs {
            self.shallower();
        }
        // A program is held as a whole, and most blocks have one line.
        lines.shrink_to_fit();
        lines
    }

    /// The block that the words at hand end or go on with.
    fn ended_by(&self) -> Option<Block> {
        let inside_line = self.open.last() == Some(&Block::OneLine);
        match (self.word_at(0), self.word_at(1)) {
            ("end", "if") | ("endif", _) if inside_line => Some(Block::OneLine),
            ("else" | "elseif", _) if inside_line => Some(Block::OneLine),
            ("end", "if") | ("endif" | "else" | "elseif", _) => Some(Block::If),
            ("end", "select") | ("case", _) => Some(Block::Select),
            ("end", "with") => Some(Block::With),
            ("end", "sub" | "function" | "property") => Some(Block::Procedure),
            ("next", _) => Some(Block::For),
            ("loop", _) => Some(Block::Loop),
            ("wend", _) => Some(Block::While),
            _ => None,
        }
    }

    /// Passes over what ended a block, where it is what should have.
    pub(super) fn end_block(&mut self, block: Block) {
        if self.ended_by() == Some(block) {
            self.skip_statement();
        }
    }

    /// A procedure, which may stand anywhere: nested ones are those whose outer one was not ended.
    pub(super) fn procedure(&mut self) {
        let line = self.line_number();
        let kind = self.word();
        if kind.is_some_and(|kind| kind.is("property")) && !self.take_word("get") {
            self.skip_line();
            self.block(Block::Procedure);
            self.end_block(Block::Procedure);
            return;
        }
        let Some(name) = self.word() else { return };
        let mut parameters = Vec::new();
        if self.take_signs(&['(']).is_some() {
            while !self.at_end_of_line() && !self.peek_sign(')') {
                parameters.extend(self.parameter());
            }
            self.take_signs(&[')']);
        }
        if self.peek().is_some_and(|token| token.kind != Kind::Colon) {
            self.skip_statement();
        }
        let outer = std::mem::take(&mut self.open);
        let begin = self.at;
        let body = self.block(Block::Procedure);
        self.open = vec![Block::Procedure];
        self.end_block(Block::Procedure);
        self.open = outer;
        let words = self.tokens.get(begin..self.at).unwrap_or_default().iter().filter_map(|token| match &token.kind {
            Kind::Word(name) => Some(name.folded.clone()),
            _ => None,
        });
        let words = words.collect();
        self.program.procedures.push(Procedure { name, parameters, body, line, words });
    }

    fn parameter(&mut self) -> Option<Parameter> {
        let mut by_value = false;
        let mut name = None;
        let mut default = None;
        while !self.at_end_of_line() && !self.peek_sign(')') {
            match self.word_at(0) {
                "byval" => {
                    by_value = true;
                    self.advance();
                }
                "byref" | "optional" | "paramarray" => self.advance(),
                "as" => {
                    self.advance();
                    self.dotted_name();
                }
                _ => match self.take_signs(&[',', '=', '(']) {
                    Some(',') => break,
                    Some('=') => default = self.expression(),
                    // The parentheses of an array.
                    Some(_) => {
                        self.take_signs(&[')']);
                    }
                    None => match self.word() {
                        Some(word) => name = name.or(Some(word)),
                        None => self.advance(),
                    },
                },
            }
        }
        Some(Parameter { name: name?, by_value, default })
    }

    /// `Declare [PtrSafe] Function Name Lib "wininet.dll" Alias "FtpPutFileA" (…)`.
    pub(super) fn declaration_of_library(&mut self) {
        self.advance();
        self.take_word("ptrsafe");
        self.advance();
        let Some(name) = self.word() else { return };
        let mut own = name.folded.to_string();
        while !self.at_end_of_statement() {
            if self.take_word("alias")
                && let Some(Kind::Text(alias)) = self.peek().map(|token| &token.kind)
            {
                own = alias.to_ascii_lowercase();
            }
            self.advance();
        }
        self.program.declared.push((name.folded.to_string(), own));
    }

    /// An assignment or a call.
    pub(super) fn assignment_or_call(&mut self) -> Option<Statement> {
        let start = self.at;
        self.in_statement_head = true;
        let target = self.target();
        self.in_statement_head = false;
        let mut target = target?;
        if self.take_signs(&['=']).is_some() {
            let value = self.expression()?;
            return Some(Statement::Assign(target, value));
        }
        // A named argument, or a label.
        if self.peek().is_some_and(|token| token.kind == Kind::Sign(NAMED)) {
            self.at = start;
            return None;
        }
        if self.at_end_of_statement() {
            return Some(Statement::Call(target));
        }
        // `f.Write ("a") & "b"`: the parenthesis was no list of arguments but the first operand of one.
        let steps = match &mut target {
            Expression::Access(_, steps) | Expression::Of(_, steps) => steps,
            _ => return None,
        };
        let follows = match self.peek().map(|token| &token.kind) {
            Some(Kind::Sign(sign)) => *sign,
            _ => ' ',
        };
        if matches!(follows, '&' | '+' | '*' | '/')
            || follows == ',' && matches!(steps.last(), Some(Step::Arguments(_)))
        {
            let Some(Step::Arguments(_)) = steps.last() else { return None };
            steps.pop();
            self.at = self.opening_parenthesis(start)?;
        }
        let arguments = self.arguments();
        steps.push(Step::Arguments(arguments));
        Some(Statement::Call(target))
    }

    /// What an assignment may name: a variable, a member, an item.
    fn target(&mut self) -> Option<Expression> {
        match &self.peek()?.kind {
            Kind::Sign('.') => Some(Expression::Access(None, self.steps(true))),
            Kind::Word(name) => {
                let name = name.clone();
                self.advance();
                let steps = self.steps(false);
                Some(Expression::Access(Some(name), steps))
            }
            _ => None,
        }
    }

    /// The parenthesis that the one just read closes.
    fn opening_parenthesis(&self, start: usize) -> Option<usize> {
        let mut depth = 0usize;
        let mut at = self.at;
        while at > start {
            at = at.saturating_sub(1);
            match self.tokens.get(at)?.kind {
                Kind::Sign(')') => depth = depth.saturating_add(1),
                Kind::Sign('(') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn exit(&mut self) -> Option<Statement> {
        self.advance();
        let exit = match self.word_at(0) {
            "for" | "do" | "while" => Exit::Loop,
            "sub" | "function" | "property" => Exit::Procedure,
            _ => return None,
        };
        self.advance();
        Some(Statement::Exit(exit))
    }
}
