//! The parser of PowerShell's expressions: operators by precedence, operands, texts in quotes.

use super::cursor;
use super::parse::Parser;
use super::syntax::{Expression, Kind, Postfix, Statement};
use std::rc::Rc;

/// The operators from the loosest to the tightest; the comma is tighter than all of them.
const LEVELS: &[&[&str]] = &[
    &["-and", "-or", "-xor"],
    &["-band", "-bor", "-bxor"],
    &[
        "-eq",
        "-ne",
        "-gt",
        "-ge",
        "-lt",
        "-le",
        "-like",
        "-notlike",
        "-match",
        "-notmatch",
        "-contains",
        "-notcontains",
        "-in",
        "-notin",
        "-replace",
        "-split",
        "-join",
        "-is",
        "-isnot",
        "-as",
        "-shl",
        "-shr",
    ],
    &["+", "-"],
    &["*", "/", "%"],
    &["-f"],
    &[".."],
];

/// Bytes of an expression's text that are kept.
const RAW: usize = 160;

/// The operators before an operand that are words.
pub(super) fn is_unary(word: &str) -> bool {
    matches!(word, "not" | "bnot" | "join" | "split" | "csplit" | "isplit")
}

/// A text cut to what is kept.
pub(super) fn cut(text: &str) -> String {
    text.get(..text.floor_char_boundary(RAW)).unwrap_or_default().to_owned()
}

/// The value of a word that is a whole number: decimal or `0x`, with `kb`, `mb`, `gb`.
pub(super) fn number(word: &str) -> Option<i64> {
    let lower = word.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok();
    }
    let (digits, factor) = [("kb", 1i64 << 10), ("mb", 1 << 20), ("gb", 1 << 30), ("l", 1)]
        .iter()
        .find_map(|(suffix, factor)| Some((lower.strip_suffix(suffix)?, *factor)))
        .unwrap_or((lower.as_str(), 1));
    digits.parse::<i64>().ok()?.checked_mul(factor)
}

impl Parser<'_> {
    /// An expression, with an assignment where it is the target of one.
    pub(super) fn expression(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let target = self.chain(0);
        let saved = self.cursor;
        self.cursor.blanks(false);
        let rest = self.cursor.rest();
        let operator = ["+=", "-=", "*=", "/=", "%=", "??="].iter().find(|operator| rest.starts_with(**operator));
        let operator = operator.copied().or_else(|| (rest.starts_with('=') && !rest.starts_with("==")).then_some("="));
        let Some(operator) = operator else {
            self.cursor = saved;
            return target;
        };
        self.cursor.skip(operator.len());
        let value = Box::new(self.statement());
        let kind = Kind::Assign { target: Box::new(target), operator: operator.to_owned(), value };
        Expression { line, raw: cut(self.cursor.since(start)), kind }
    }

    /// An expression in which a comma is no operator: a default value, an argument of a method.
    pub(super) fn chain_without_comma(&mut self) -> Expression {
        self.level(0, false)
    }

    fn chain(&mut self, level: usize) -> Expression {
        self.level(level, true)
    }

    fn level(&mut self, level: usize, commas: bool) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let Some(operators) = LEVELS.get(level) else {
            return if commas { self.list() } else { self.unary() };
        };
        let next = level.saturating_add(1);
        let first = self.level(next, commas);
        let mut rest = Vec::new();
        loop {
            let saved = self.cursor;
            self.cursor.blanks(false);
            let Some(operator) = self.operator(operators) else {
                self.cursor = saved;
                break;
            };
            self.cursor.blanks(true);
            let before = self.cursor.at;
            let operand = self.level(next, commas);
            if self.cursor.at == before {
                break;
            }
            rest.push((operator, operand));
        }
        if rest.is_empty() {
            return first;
        }
        Expression { line, raw: cut(self.cursor.since(start)), kind: Kind::Chain(Box::new(first), rest) }
    }

    /// The operator of one level that stands here, without the letter for case in front of it (`-ceq`, `-ireplace`).
    fn operator(&mut self, operators: &[&str]) -> Option<String> {
        let rest = self.cursor.rest();
        let first = self.cursor.peek()?;
        if cursor::is_dash(first) {
            let word: String = rest.chars().skip(1).take_while(char::is_ascii_alphabetic).collect();
            let lower = word.to_ascii_lowercase();
            if lower.is_empty() {
                return operators.contains(&"-").then(|| {
                    self.cursor.next();
                    "-".to_owned()
                });
            }
            let plain = format!("-{lower}");
            let folded = lower.strip_prefix(['c', 'i']).map(|bare| format!("-{bare}"));
            let name = if operators.contains(&plain.as_str()) {
                plain
            } else {
                let name = folded.filter(|name| operators.contains(&name.as_str()))?;
                if lower.starts_with('c') { format!("c{name}") } else { name }
            };
            self.cursor.next();
            self.cursor.skip(word.len());
            return Some(name);
        }
        let symbol = operators.iter().find(|symbol| !symbol.starts_with('-') && rest.starts_with(**symbol))?;
        let after = rest.get(symbol.len()..).unwrap_or_default();
        if *symbol != ".." && (after.starts_with('=') || *symbol == "+" && after.starts_with('+')) {
            return None;
        }
        self.cursor.skip(symbol.len());
        Some((*symbol).to_owned())
    }

    fn list(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let mut items = Vec::new();
        let mut commas = false;
        loop {
            if self.cursor.eat(",") {
                commas = true;
                self.cursor.blanks(true);
                continue;
            }
            let before = self.cursor.at;
            items.push(self.unary());
            if self.cursor.at == before {
                break;
            }
            let saved = self.cursor;
            self.cursor.blanks(false);
            if !self.cursor.rest().starts_with(',') {
                self.cursor = saved;
                break;
            }
        }
        match (items.len(), items.pop()) {
            (1, Some(only)) if !commas => only,
            (_, last) => {
                items.extend(last);
                Expression { line, raw: cut(self.cursor.since(start)), kind: Kind::List(items) }
            }
        }
    }

    /// An operand with the operators and casts before it.
    fn unary(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        if !self.enter() {
            self.cursor.next();
            return Expression { line, raw: String::new(), kind: Kind::Nothing };
        }
        let kind = self.unary_kind();
        self.leave();
        match kind {
            Some(kind) => Expression { line, raw: cut(self.cursor.since(start)), kind },
            None => self.operand(),
        }
    }

    fn unary_kind(&mut self) -> Option<Kind> {
        let rest = self.cursor.rest();
        let first = self.cursor.peek()?;
        if rest.starts_with("++") || rest.starts_with("--") {
            self.cursor.skip(2);
            let operand = self.unary();
            return Some(Kind::Unary(rest.get(..2).unwrap_or_default().to_owned(), Box::new(operand)));
        }
        if first == '!' || first == '+' {
            self.cursor.skip(1);
            self.cursor.blanks(false);
            let operand = self.unary();
            return Some(Kind::Unary(first.to_string(), Box::new(operand)));
        }
        if cursor::is_dash(first) {
            let word: String = rest.chars().skip(1).take_while(char::is_ascii_alphabetic).collect();
            let lower = word.to_ascii_lowercase();
            if word.is_empty() {
                self.cursor.next();
                let operand = self.unary();
                return Some(Kind::Unary("-".to_owned(), Box::new(operand)));
            }
            if is_unary(&lower) {
                self.cursor.next();
                self.cursor.skip(word.len());
                self.cursor.blanks(true);
                // `-join 'a','b'` joins the list: the comma is tighter.
                let operand = if lower == "not" || lower == "bnot" { self.unary() } else { self.list() };
                return Some(Kind::Unary(format!("-{lower}"), Box::new(operand)));
            }
            return None;
        }
        if first == '[' {
            let saved = self.cursor;
            let name = self.type_name();
            let after = self.cursor;
            self.cursor.blanks(false);
            let begins = match self.cursor.peek() {
                Some('$' | '(' | '@' | '{' | '[') => true,
                Some(c) => {
                    cursor::is_single_quote(c)
                        || cursor::is_double_quote(c)
                        || c.is_ascii_digit()
                        || c == '-' && self.cursor.peek_second().is_some_and(|c| c.is_ascii_digit())
                }
                None => false,
            };
            if begins && !after.rest().starts_with("::") {
                let operand = self.unary();
                return Some(Kind::Cast(name, Box::new(operand)));
            }
            self.cursor = saved;
        }
        None
    }

    /// Whether the bracket that stands here opens the name of a type.
    pub(super) fn looks_like_type(&self) -> bool {
        let rest = self.cursor.rest();
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(']').unwrap_or(0);
        let name = inner.get(..end).unwrap_or_default();
        !name.is_empty()
            && name.starts_with(|c: char| c.is_alphabetic())
            && !name.contains(['*', '?', ' ', '/', '\\'])
            && inner.get(end..).is_some_and(|tail| {
                tail.starts_with("]::")
                    || tail.starts_with("](")
                    || tail.starts_with("]$")
                    || tail.starts_with("]'")
                    || tail.starts_with("]\"")
                    || tail.starts_with("[]]")
            })
    }

    /// `[Name]` with what nests in it; the name alone.
    pub(super) fn type_name(&mut self) -> String {
        self.cursor.skip(1);
        let start = self.cursor.at;
        self.pass_group('[', ']');
        let inner = self.cursor.since(start);
        inner.strip_suffix(']').unwrap_or(inner).split_whitespace().collect()
    }

    /// An operand with its members and indices.
    pub(super) fn operand(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let base = self.primary();
        let mut postfixes = Vec::new();
        loop {
            let rest = self.cursor.rest();
            let mut after = rest.chars();
            match (after.next(), after.next()) {
                (Some('.'), Some(c)) if c.is_alphabetic() || matches!(c, '$' | '(' | '\'' | '"' | '_' | '`') => {
                    self.cursor.skip(1);
                    postfixes.push(self.member());
                }
                (Some('?'), Some('.')) => {
                    self.cursor.skip(2);
                    postfixes.push(self.member());
                }
                (Some(':'), Some(':')) => {
                    self.cursor.skip(2);
                    self.cursor.blanks(false);
                    postfixes.push(self.member());
                }
                (Some('['), _) if self.cursor.before().is_some_and(|c| !c.is_whitespace()) => {
                    self.cursor.skip(1);
                    self.cursor.blanks(true);
                    if !self.enter() {
                        self.pass_group('[', ']');
                        break;
                    }
                    let index = self.chain(0);
                    self.close(']');
                    self.leave();
                    postfixes.push(Postfix::Index(index));
                }
                (Some('+'), Some('+')) => {
                    self.cursor.skip(2);
                    postfixes.push(Postfix::Step(true));
                }
                (Some('-'), Some('-')) if !rest.starts_with("--%") => {
                    self.cursor.skip(2);
                    postfixes.push(Postfix::Step(false));
                }
                _ => break,
            }
        }
        if postfixes.is_empty() {
            return base;
        }
        Expression { line, raw: cut(self.cursor.since(start)), kind: Kind::Postfix(Box::new(base), postfixes) }
    }

    fn member(&mut self) -> Postfix {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let name = match self.cursor.peek() {
            Some('$' | '(') => self.primary(),
            Some(c) if cursor::is_single_quote(c) || cursor::is_double_quote(c) => self.quoted(),
            _ => {
                let mut name = String::new();
                while let Some(c) = self.cursor.peek().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '`')) {
                    self.cursor.next();
                    if c != '`' {
                        name.push(c);
                    }
                }
                Expression { line, raw: cut(self.cursor.since(start)), kind: Kind::Text(name) }
            }
        };
        let arguments = (self.cursor.peek() == Some('(')).then(|| self.arguments());
        Postfix::Member { name, arguments }
    }

    fn arguments(&mut self) -> Vec<Expression> {
        self.cursor.skip(1);
        let mut arguments = Vec::new();
        if !self.enter() {
            self.pass_group('(', ')');
            return arguments;
        }
        loop {
            self.cursor.blanks(true);
            if matches!(self.cursor.peek(), None | Some(')')) {
                break;
            }
            let before = self.cursor.at;
            arguments.push(self.chain_without_comma());
            self.cursor.blanks(true);
            if !self.cursor.eat(",") && self.cursor.at == before {
                break;
            }
            if !matches!(self.cursor.peek(), Some(')')) && self.cursor.before() != Some(',') {
                break;
            }
        }
        self.close(')');
        self.leave();
        arguments
    }

    fn primary(&mut self) -> Expression {
        let line = self.cursor.line;
        let start = self.cursor.at;
        let rest = self.cursor.rest();
        let kind = match self.cursor.peek() {
            Some('$') => return self.variable_or_sub(),
            Some('(') => {
                self.cursor.skip(1);
                self.grouped(')', |parser| {
                    let statement = parser.statement();
                    Kind::Group(Box::new(statement))
                })
            }
            Some('@') if rest.starts_with("@(") => {
                self.cursor.skip(2);
                self.grouped(')', |parser| Kind::Array(parser.statements(Some(')'))))
            }
            Some('@') if rest.starts_with("@{") => {
                self.cursor.skip(2);
                self.grouped('}', |parser| Kind::Hash(parser.pairs()))
            }
            Some('@')
                if rest
                    .get(1..)
                    .and_then(|t| t.chars().next())
                    .is_some_and(|c| cursor::is_single_quote(c) || cursor::is_double_quote(c)) =>
            {
                return self.here_string();
            }
            Some('{') => Kind::Block(Rc::new(self.block())),
            Some('[') => Kind::Type(self.type_name()),
            Some(c) if cursor::is_single_quote(c) || cursor::is_double_quote(c) => return self.quoted(),
            Some(c) if c.is_ascii_digit() => {
                let word: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                self.cursor.skip(word.len());
                match number(&word) {
                    Some(value) => {
                        let fraction: String = self
                            .cursor
                            .rest()
                            .strip_prefix('.')
                            .map(|tail| tail.chars().take_while(char::is_ascii_digit).collect())
                            .unwrap_or_default();
                        if fraction.is_empty() {
                            Kind::Number(value)
                        } else {
                            self.cursor.skip(fraction.len().saturating_add(1));
                            Kind::Text(format!("{word}.{fraction}"))
                        }
                    }
                    None => Kind::Text(word),
                }
            }
            _ => Kind::Nothing,
        };
        Expression { line, raw: cut(self.cursor.since(start)), kind }
    }

    pub(super) fn grouped(&mut self, close: char, parse: impl FnOnce(&mut Self) -> Kind) -> Kind {
        if !self.enter() {
            self.pass_group(if close == ')' { '(' } else { '{' }, close);
            return Kind::Nothing;
        }
        self.cursor.blanks(true);
        let kind = if self.cursor.peek() == Some(close) && close == ')' { None } else { Some(parse(self)) };
        self.close(close);
        self.leave();
        kind.unwrap_or(Kind::List(Vec::new()))
    }

    /// The pairs of a hash table, up to its brace.
    fn pairs(&mut self) -> Vec<(Expression, Statement)> {
        let mut pairs = Vec::new();
        loop {
            self.cursor.blanks(true);
            while self.cursor.eat(";") || self.cursor.eat(",") {
                self.cursor.blanks(true);
            }
            if matches!(self.cursor.peek(), None | Some('}')) {
                return pairs;
            }
            let before = self.cursor.at;
            let line = self.cursor.line;
            let key = match self.cursor.peek() {
                Some(c) if c == '$' || c == '(' || cursor::is_single_quote(c) || cursor::is_double_quote(c) => {
                    self.operand()
                }
                _ => {
                    let length = self.cursor.word().len();
                    let name = self.cursor.rest().get(..length).unwrap_or_default().to_owned();
                    self.cursor.skip(length);
                    Expression { line, raw: name.clone(), kind: Kind::Text(name) }
                }
            };
            self.cursor.blanks(false);
            if self.cursor.eat("=") {
                let value = self.statement();
                pairs.push((key, value));
            }
            if self.cursor.at == before {
                self.cursor.next();
            }
        }
    }
}
