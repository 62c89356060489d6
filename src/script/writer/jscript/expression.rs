//! Expressions out of tokens, by the ranks of their operators (ECMA-262, section 11).

use super::parse::Parser;
use super::syntax::{Expression, Step};
use super::token::Kind;
use crate::script::writer::automation::value::Value;

/// The binary operators from the loosest rank to the tightest.
const RANKS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!=", "===", "!=="],
    &["<", ">", "<=", ">="],
    &["<<", ">>", ">>>"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// Assignments with the operator that each carries out.
const ASSIGNMENTS: [(&str, &str); 12] = [
    ("=", ""),
    ("+=", "+"),
    ("-=", "-"),
    ("*=", "*"),
    ("/=", "/"),
    ("%=", "%"),
    ("<<=", "<<"),
    (">>=", ">>"),
    (">>>=", ">>>"),
    ("&=", "&"),
    ("|=", "|"),
    ("^=", "^"),
];

impl Parser {
    /// Expressions with commas between them.
    pub(super) fn sequence(&mut self) -> Option<Expression> {
        let first = self.expression()?;
        let mut all = vec![first];
        while self.take_sign(",") {
            all.extend(self.expression());
        }
        if all.len() == 1 { all.pop() } else { Some(Expression::Sequence(all)) }
    }

    /// One expression; nothing where none stands here.
    pub(super) fn expression(&mut self) -> Option<Expression> {
        if !self.deeper() {
            return None;
        }
        let expression = self.assignment();
        self.shallower();
        expression
    }

    /// What follows an operand that was read already.
    pub(super) fn rest_of(&mut self, operand: Expression) -> Expression {
        let steps = self.steps();
        if steps.is_empty() { operand } else { Expression::Of(Box::new(operand), steps) }
    }

    fn assignment(&mut self) -> Option<Expression> {
        let target = self.rank(0)?;
        if self.take_sign("?") {
            let head = std::mem::replace(&mut self.in_head, false);
            let first = self.expression().unwrap_or(Expression::Literal(Value::Empty));
            self.in_head = head;
            self.take_sign(":");
            let second = self.expression().unwrap_or(Expression::Literal(Value::Empty));
            return Some(Expression::Conditional(Box::new([target, first, second])));
        }
        let found = ASSIGNMENTS.iter().find(|(sign, _)| self.is_sign(sign));
        if let Some((_, operator)) = found {
            self.advance();
            let value = self.expression()?;
            return Some(Expression::Assign(Box::new(target), operator, Box::new(value)));
        }
        Some(target)
    }

    fn rank(&mut self, rank: usize) -> Option<Expression> {
        let Some(signs) = RANKS.get(rank) else { return self.unary() };
        let first = self.rank(rank.saturating_add(1))?;
        let mut rest = Vec::new();
        while let Some(sign) = self.binary(signs, rank) {
            self.advance();
            let Some(operand) = self.rank(rank.saturating_add(1)) else { break };
            rest.push((sign, operand));
        }
        Some(if rest.is_empty() { first } else { Expression::Chain(Box::new(first), rest) })
    }

    fn binary(&self, signs: &[&'static str], rank: usize) -> Option<&'static str> {
        if rank == 6 {
            let words = ["instanceof", "in"].into_iter().find(|word| self.is_word(word));
            if let Some(word) = words.filter(|word| *word != "in" || !self.in_head) {
                return Some(word);
            }
        }
        signs.iter().copied().find(|sign| self.is_sign(sign))
    }

    fn unary(&mut self) -> Option<Expression> {
        for sign in ["!", "-", "+", "~"] {
            if self.take_sign(sign) {
                return self.applied(sign);
            }
        }
        for word in ["typeof", "void", "delete"] {
            if self.take_word(word) {
                return self.applied(word);
            }
        }
        for (sign, by) in [("++", 1.0), ("--", -1.0)] {
            if self.take_sign(sign) {
                let target = Box::new(self.operand()?);
                return Some(Expression::Update { target, by, after: false });
            }
        }
        let operand = self.operand()?;
        if !self.peek().is_some_and(|token| token.begins_line) {
            for (sign, by) in [("++", 1.0), ("--", -1.0)] {
                if self.take_sign(sign) {
                    return Some(Expression::Update { target: Box::new(operand), by, after: true });
                }
            }
        }
        Some(operand)
    }

    fn applied(&mut self, operator: &'static str) -> Option<Expression> {
        if !self.deeper() {
            return None;
        }
        let operand = self.unary();
        self.shallower();
        operand.map(|operand| Expression::Unary(operator, Box::new(operand)))
    }

    fn operand(&mut self) -> Option<Expression> {
        let base = self.primary()?;
        Some(self.rest_of(base))
    }

    fn primary(&mut self) -> Option<Expression> {
        let kind = self.peek()?.kind.clone();
        match kind {
            Kind::Text(text) => {
                self.advance();
                Some(Expression::Literal(Value::Text(text)))
            }
            Kind::Number(number) => {
                self.advance();
                Some(Expression::Literal(Value::Number(number)))
            }
            Kind::Pattern(pattern, global) => {
                self.advance();
                Some(Expression::Pattern(pattern, global))
            }
            Kind::Sign("(") => {
                self.advance();
                let head = std::mem::replace(&mut self.in_head, false);
                let inner = self.sequence();
                self.in_head = head;
                self.take_sign(")");
                inner
            }
            Kind::Sign("[") => {
                self.advance();
                let items = self.list("]");
                Some(Expression::Array(items))
            }
            Kind::Sign("{") => Some(self.record()),
            Kind::Word(word) => self.word_expression(&word),
            Kind::Sign(_) => None,
        }
    }

    fn word_expression(&mut self, word: &str) -> Option<Expression> {
        if matches!(word, "in" | "else" | "case" | "default" | "var" | "if" | "for" | "while" | "return" | "catch") {
            return None;
        }
        self.advance();
        Some(match word {
            "true" => Expression::Literal(Value::Flag(true)),
            "false" => Expression::Literal(Value::Flag(false)),
            "null" => Expression::Literal(Value::Null),
            "undefined" => Expression::Literal(Value::Empty),
            "this" => Expression::This,
            "function" => {
                // A name of its own is known inside alone; it is taken for the variable that holds it.
                self.word();
                Expression::Function(self.function())
            }
            "new" => self.creation()?,
            name => Expression::Name(name.into()),
        })
    }

    /// `new Class(arguments)`.
    fn creation(&mut self) -> Option<Expression> {
        if !self.deeper() {
            return None;
        }
        let class = self.primary();
        self.shallower();
        let mut class = class?;
        let mut members = Vec::new();
        while self.is_sign(".") || self.is_sign("[") {
            if self.take_sign(".") {
                members.push(Step::Member(self.word()?));
            } else {
                self.advance();
                members.push(Step::Index(self.sequence()?));
                self.take_sign("]");
            }
        }
        if !members.is_empty() {
            class = Expression::Of(Box::new(class), members);
        }
        let arguments = if self.take_sign("(") { self.list(")") } else { Vec::new() };
        Some(Expression::New(Box::new(class), arguments))
    }

    fn record(&mut self) -> Expression {
        self.advance();
        let mut members = Vec::new();
        while !self.is_sign("}") && self.peek().is_some() {
            let key = match self.peek().map(|token| token.kind.clone()) {
                Some(Kind::Word(key) | Kind::Text(key)) => key,
                Some(Kind::Number(number)) => Value::Number(number).text().into(),
                _ => break,
            };
            self.advance();
            if !self.take_sign(":") {
                break;
            }
            let Some(value) = self.expression() else { break };
            members.push((key, value));
            if !self.take_sign(",") {
                break;
            }
        }
        self.take_sign("}");
        Expression::Record(members)
    }

    /// Expressions with commas between them up to a closing sign.
    fn list(&mut self, end: &str) -> Vec<Expression> {
        let head = std::mem::replace(&mut self.in_head, false);
        let mut items = Vec::new();
        while !self.is_sign(end) && self.peek().is_some() {
            if self.take_sign(",") {
                items.push(Expression::Literal(Value::Empty));
                continue;
            }
            let Some(item) = self.expression() else { break };
            items.push(item);
            if !self.take_sign(",") {
                break;
            }
        }
        self.take_sign(end);
        self.in_head = head;
        items
    }

    fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            if self.take_sign(".") {
                let Some(name) = self.word() else { break };
                steps.push(Step::Member(name));
            } else if self.take_sign("[") {
                let head = std::mem::replace(&mut self.in_head, false);
                let index = self.sequence();
                self.in_head = head;
                self.take_sign("]");
                let Some(index) = index else { break };
                steps.push(Step::Index(index));
            } else if self.take_sign("(") {
                steps.push(Step::Call(self.list(")")));
            } else {
                break;
            }
        }
        steps.shrink_to_fit();
        steps
    }
}
