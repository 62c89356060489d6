//! Expressions out of tokens, by the ranks of their operators ([MS-VBAL], section 5.6.9).

use super::parse::Parser;
use super::syntax::{Expression, Operator, Step};
use super::token::{AT_LEAST, AT_MOST, Kind, NAMED, NOT_EQUAL, Name};
use crate::script::writer::automation::value::Value;

/// The binary operators from the loosest rank to the tightest.
const RANKS: usize = 8;

/// Words that end an expression.
const ENDS: [&str; 9] = ["then", "else", "to", "step", "goto", "as", "for", "in", "while"];

impl Parser {
    /// An expression; nothing where none stands here.
    pub(super) fn expression(&mut self) -> Option<Expression> {
        if !self.deeper() {
            return None;
        }
        let expression = self.rank(0);
        self.shallower();
        expression
    }

    fn rank(&mut self, rank: usize) -> Option<Expression> {
        if rank >= RANKS {
            return self.signed();
        }
        // `Not` binds tighter than `And`, looser than a comparison.
        if rank == 2 && self.take_word("not") {
            if !self.deeper() {
                return None;
            }
            let operand = self.rank(2);
            self.shallower();
            return operand.map(|operand| Expression::Not(Box::new(operand)));
        }
        let first = self.rank(rank.saturating_add(1))?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator(rank) {
            let Some(operand) = self.rank(rank.saturating_add(1)) else { break };
            rest.push((operator, operand));
        }
        Some(if rest.is_empty() { first } else { Expression::Chain(Box::new(first), rest) })
    }

    fn operator(&mut self, rank: usize) -> Option<Operator> {
        let operator = match (&self.peek()?.kind, rank) {
            (Kind::Word(name), _) => match (&*name.folded, rank) {
                ("or", 0) => Operator::Or,
                ("xor", 0) => Operator::Xor,
                ("eqv", 0) => Operator::Equivalent,
                ("imp", 0) => Operator::Implies,
                ("and", 1) => Operator::And,
                ("is", 3) => Operator::Is,
                ("like", 3) => Operator::Like,
                ("mod", 6) => Operator::Modulo,
                _ => return None,
            },
            (Kind::Sign('='), 3) => Operator::Equal,
            (Kind::Sign(NOT_EQUAL), 3) => Operator::NotEqual,
            (Kind::Sign('<'), 3) => Operator::Less,
            (Kind::Sign('>'), 3) => Operator::More,
            (Kind::Sign(AT_MOST), 3) => Operator::AtMost,
            (Kind::Sign(AT_LEAST), 3) => Operator::AtLeast,
            (Kind::Sign('&'), 4) => Operator::Concatenate,
            (Kind::Sign('+'), 5) => Operator::Add,
            (Kind::Sign('-'), 5) => Operator::Subtract,
            (Kind::Sign('*'), 6) => Operator::Multiply,
            (Kind::Sign('/'), 6) => Operator::Divide,
            (Kind::Sign('\\'), 6) => Operator::DivideWhole,
            (Kind::Sign('^'), 7) => Operator::Power,
            _ => return None,
        };
        self.advance();
        Some(operator)
    }

    fn signed(&mut self) -> Option<Expression> {
        let mut negated = false;
        while let Some(sign) = self.take_signs(&['-', '+']) {
            negated ^= sign == '-';
        }
        let operand = self.operand()?;
        Some(if negated { Expression::Negated(Box::new(operand)) } else { operand })
    }

    fn operand(&mut self) -> Option<Expression> {
        let token = self.peek()?.clone();
        let base = match token.kind {
            Kind::Text(text) => {
                self.advance();
                Expression::Literal(Value::Text(text))
            }
            Kind::Number(number) => {
                self.advance();
                Expression::Literal(Value::Number(number))
            }
            Kind::Sign('(') => {
                self.advance();
                let inner = self.expression()?;
                self.take_signs(&[')']);
                inner
            }
            Kind::Sign('#') => return self.date(),
            Kind::Sign('.' | '!') => return Some(Expression::Access(None, self.steps(true))),
            Kind::Word(name) if ENDS.iter().any(|word| name.is(word)) => return None,
            Kind::Word(name) => {
                self.advance();
                return Some(self.named(name));
            }
            _ => return None,
        };
        let steps = self.steps(false);
        Some(if steps.is_empty() { base } else { Expression::Of(Box::new(base), steps) })
    }

    fn named(&mut self, name: Name) -> Expression {
        match &*name.folded {
            "true" => Expression::Literal(Value::Flag(true)),
            "false" => Expression::Literal(Value::Flag(false)),
            "nothing" | "null" => Expression::Literal(Value::Null),
            "empty" => Expression::Literal(Value::Empty),
            "new" => Expression::New(self.dotted_name().unwrap_or(name)),
            "byval" | "addressof" => self.expression().unwrap_or(Expression::Missing),
            _ => {
                let steps = self.steps(false);
                Expression::Access(Some(name), steps)
            }
        }
    }

    /// `#1/2/2026#`.
    fn date(&mut self) -> Option<Expression> {
        self.advance();
        while self.peek().is_some_and(|token| !matches!(token.kind, Kind::NewLine | Kind::Sign('#'))) {
            self.advance();
        }
        self.take_signs(&['#']).map(|_| Expression::Literal(Value::unknown("date")))
    }

    /// A class by its name: `Scripting.FileSystemObject`.
    pub(super) fn dotted_name(&mut self) -> Option<Name> {
        let mut name = self.word()?.written.to_string();
        while self.peek_sign('.') {
            self.advance();
            let Some(part) = self.word() else { break };
            name.push('.');
            name.push_str(&part.written);
        }
        Some(Name::new(&name))
    }

    /// Members and arguments. `begins` where a dot that stands free is the first of them.
    pub(super) fn steps(&mut self, mut begins: bool) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(token) = self.peek() {
            let spaced = token.spaced && !begins;
            match token.kind {
                Kind::Sign('.' | '!') if !spaced => {
                    self.advance();
                    let Some(name) = self.word() else { break };
                    steps.push(Step::Member(name));
                }
                Kind::Sign('(') if !spaced || !self.in_statement_head => {
                    self.advance();
                    let head = std::mem::replace(&mut self.in_statement_head, false);
                    let arguments = self.arguments();
                    self.in_statement_head = head;
                    self.take_signs(&[')']);
                    steps.push(Step::Arguments(arguments));
                }
                _ => break,
            }
            begins = false;
        }
        steps.shrink_to_fit();
        steps
    }

    /// Arguments up to the end of the statement or the closing parenthesis.
    pub(super) fn arguments(&mut self) -> Vec<Expression> {
        let mut arguments = Vec::new();
        loop {
            if self.peek_sign(')') && arguments.is_empty() || self.at_end_of_statement() {
                break;
            }
            if self.peek_sign(',') {
                self.advance();
                arguments.push(Expression::Missing);
                continue;
            }
            self.skip_argument_name();
            let Some(argument) = self.expression() else { break };
            arguments.push(argument);
            if self.take_signs(&[',', ';']).is_none() {
                break;
            }
            if self.peek_sign(')') {
                arguments.push(Expression::Missing);
            }
        }
        arguments
    }

    /// `name:=`: arguments by name are taken in the order in which they stand.
    fn skip_argument_name(&mut self) {
        let named = matches!(self.peek().map(|token| &token.kind), Some(Kind::Word(_)))
            && matches!(self.peek_at(1).map(|token| &token.kind), Some(Kind::Sign(NAMED)));
        if named {
            self.advance();
            self.advance();
        }
    }
}
