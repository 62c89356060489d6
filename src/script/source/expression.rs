//! Expressions: operands, members, calls, concatenation, formats, assignments.

use super::format;
use super::lexer::{Kind, Part};
use super::tongue::Tongue;
use super::value::{Value, Words};
use super::walker::{Actions, Argument, Call, NESTING, Walker};

/// How tightly an operator binds; nothing for what is none.
fn binding(tongue: Tongue, symbol: &str) -> Option<u8> {
    Some(match symbol {
        "?" if tongue != Tongue::Sql => 1,
        "||" | "&&" => 2,
        "==" | "!=" | "===" | "!==" | "<" | ">" | "<=" | ">=" | "=~" | "!~" => 3,
        "=" if tongue == Tongue::AutoIt => 3,
        "|" | "^" => 4,
        "&" => 5,
        "<<" | ">>" => 6,
        "+" | "-" | ".." => 7,
        "." if !tongue.has_dot_members() => 7,
        "*" | "/" | "%" | "**" => 8,
        _ => return None,
    })
}

impl<A: Actions> Walker<A> {
    /// Evaluates the expression that stands here.
    pub(super) fn expression(&mut self) -> Value {
        self.binary(0)
    }

    pub(super) fn binary(&mut self, least: u8) -> Value {
        if self.depth >= NESTING || !self.spend(1) {
            self.step(1);
            return Value::Nothing;
        }
        self.depth = self.depth.saturating_add(1);
        let from = self.at;
        let mut left = self.operand();
        loop {
            let symbol = match self.kind(0) {
                Some(Kind::Symbol(symbol)) => *symbol,
                // `#13#10'x'` of Delphi is one text; so are a literal and a macro of C.
                Some(Kind::Text(_)) if self.tongue == Tongue::Delphi && matches!(left, Value::Text(_)) => "+",
                Some(Kind::Name(name)) => match name.as_str() {
                    "or" | "and" if self.tongue != Tongue::Sql => "||",
                    "x" if self.tongue == Tongue::Perl => "*",
                    "if" | "else" | "in" | "is" | "not" if self.tongue == Tongue::Python => "?",
                    "if" | "unless" if self.tongue.calls_without_parentheses() => "||",
                    _ => break,
                },
                _ => break,
            };
            let Some(binds) = binding(self.tongue, symbol) else { break };
            if binds < least {
                break;
            }
            let joined_without_sign = matches!(self.kind(0), Some(Kind::Text(_)));
            if !joined_without_sign {
                self.step(1);
            }
            let before = self.at;
            let right = self.binary(binds.saturating_add(1));
            let line = self.line();
            left = self.combined(left, symbol, right, (from, before), line);
            if symbol == "?" && self.is(0, ":") && self.tongue != Tongue::Python {
                self.step(1);
                self.binary(1);
            }
        }
        self.depth = self.depth.saturating_sub(1);
        left
    }

    pub(super) fn combined(
        &mut self,
        left: Value,
        symbol: &str,
        right: Value,
        (from, before): (usize, usize),
        line: u32,
    ) -> Value {
        if self.tongue.joins(symbol) || symbol == "+" && matches!(self.tongue, Tongue::JavaScript) {
            return match (left, right) {
                (Value::List(mut items), Value::List(more)) => {
                    items.extend(more.into_iter().take(1000));
                    Value::List(items)
                }
                (Value::Nothing, right) => right,
                (left, Value::Nothing | Value::Object(_)) => left,
                (Value::Unknown(_), Value::Unknown(_)) => Value::Unknown(self.source(from, self.at)),
                (left, right) => {
                    let mut words = left.words();
                    words.append(&right.words());
                    self.spend(words.text.len() / 32);
                    Value::Text(words)
                }
            };
        }
        match (symbol, &left) {
            ("%", Value::Text(format)) if matches!(self.tongue, Tongue::Python | Tongue::Ruby) => {
                let values = match right {
                    Value::List(values) => values,
                    value => vec![value],
                };
                // What is not known stays by its name.
                let named = |value| match value {
                    Value::Unknown(source) => Value::Text(Words::field(source)),
                    value => value,
                };
                let values: Vec<Value> = values.into_iter().map(named).collect();
                self.spend(format.text.len() / 32);
                Value::Text(format::percent(format, &values))
            }
            ("<<", Value::Object(object)) => {
                self.actions.shift(*object, &right, line);
                left
            }
            ("?", _) => right,
            ("||" | "&&" | "|" | "&", Value::Text(_) | Value::Object(_) | Value::List(_)) => left,
            ("||", Value::Nothing | Value::Unknown(_)) if matches!(right, Value::Text(_)) => {
                // A default: what is not known may as well be something else.
                Value::Unknown(self.source(from, before.saturating_sub(1)))
            }
            _ => Value::Unknown(self.source(from, self.at)),
        }
    }

    pub(super) fn operand(&mut self) -> Value {
        let from = self.at;
        let Some(kind) = self.kind(0).cloned() else { return Value::Nothing };
        match kind {
            Kind::Text(parts) => {
                self.step(1);
                let mut words = self.put_together(&parts);
                while self.tongue.joins_neighbours() {
                    let next = match self.kind(0) {
                        Some(Kind::Text(parts)) => Value::Text(self.put_together(&parts.clone())),
                        // A macro between literals.
                        Some(Kind::Name(name)) if self.tongue == Tongue::C => match self.variables.get(name) {
                            Some(value @ Value::Text(_)) if !self.is(1, "=") => value.clone(),
                            _ => break,
                        },
                        _ => break,
                    };
                    words.append(&next.words());
                    self.step(1);
                }
                self.members(Value::Text(words), None, from)
            }
            Kind::Command(parts) => {
                let line = self.line();
                self.step(1);
                let words = self.put_together(&parts);
                self.actions.command(&words, line);
                Value::Unknown(self.source(from, self.at))
            }
            Kind::Number(number) => {
                self.step(1);
                Value::known(number.trim_end_matches(['u', 'U', 'l', 'L']))
            }
            Kind::Line(_) => Value::Nothing,
            Kind::Name(name) => self.named(&name, from),
            Kind::Symbol("(") => self.parenthesised(from),
            Kind::Symbol("[") => {
                self.step(1);
                let items = self.arguments("]", false);
                let value = collected(items);
                self.members(value, None, from)
            }
            Kind::Symbol("{") => {
                self.step(1);
                let items = self.arguments("}", false);
                collected(items)
            }
            Kind::Symbol(
                "-" | "+" | "!" | "~" | "*" | "&" | "\\" | "++" | "--" | "@" | "$" | "..." | "**" | "::" | "<" | "^",
            ) => {
                self.step(1);
                let value = self.binary(9);
                match (kind, value) {
                    (Kind::Symbol("-"), Value::Text(words)) => Value::known(format!("-{}", words.text)),
                    (Kind::Symbol("!" | "~"), _) => Value::Unknown(self.source(from, self.at)),
                    (_, value) => value,
                }
            }
            Kind::Symbol(")" | "]" | "}" | "," | ";" | ":") => Value::Nothing,
            Kind::Symbol(_) => {
                self.step(1);
                Value::Nothing
            }
        }
    }

    /// `(a)`, `(a, b)`, a cast of C's before its operand.
    pub(super) fn parenthesised(&mut self, from: usize) -> Value {
        self.step(1);
        let items = self.arguments(")", false);
        let operand_follows = matches!(self.kind(0), Some(Kind::Text(_)))
            || matches!(self.kind(0), Some(Kind::Name(_)))
                && matches!(self.tongue, Tongue::C | Tongue::Java | Tongue::CSharp);
        let is_cast = items.len() == 1
            && matches!(items.first(), Some(Argument { value: Value::Unknown(_) | Value::Nothing, .. }))
            && matches!(self.tongue, Tongue::C | Tongue::Java | Tongue::CSharp | Tongue::Php | Tongue::Go);
        if is_cast && operand_follows {
            return self.binary(9);
        }
        if self.is(0, "=") && items.iter().all(|item| item.place.is_some()) && !items.is_empty() {
            self.step(1);
            let value = self.expression();
            self.spread(&items, value.clone());
            return value;
        }
        let value = match <[Argument; 1]>::try_from(items) {
            Ok([Argument { name: None, value, .. }]) => value,
            Ok([single]) => collected(vec![single]),
            Err(items) => collected(items),
        };
        self.members(value, None, from)
    }

    /// `my ($a, $b) = (…)`.
    pub(super) fn spread(&mut self, places: &[Argument], value: Value) {
        let mut items = match value {
            Value::List(items) => items.into_iter(),
            other => vec![other].into_iter(),
        };
        for place in places.iter().filter_map(|argument| argument.place.clone()) {
            match items.next() {
                Some(Value::Unknown(_)) | None => self.variables.remove(&place),
                Some(value) => self.variables.insert(place, value),
            };
        }
    }

    /// A literal with what is put into it.
    pub(super) fn put_together(&mut self, parts: &[Part]) -> Words {
        let mut words = Words::default();
        for part in parts {
            match part {
                Part::Known(text) => words.append(&Words::known(text.clone())),
                Part::Field { source, written } => {
                    let value = if self.depth < NESTING {
                        self.depth = self.depth.saturating_add(4);
                        let value = self.within(source, |walker| walker.expression());
                        self.depth = self.depth.saturating_sub(4);
                        value
                    } else {
                        Value::Nothing
                    };
                    match value {
                        Value::Text(known) => words.append(&known),
                        _ => words.append(&Words::field(written.clone())),
                    }
                }
            }
        }
        self.spend(words.text.len() / 32);
        words
    }

    /// A name, and what follows it: words of the language are passed over.
    pub(super) fn named(&mut self, name: &str, from: usize) -> Value {
        self.step(1);
        match (self.tongue, name) {
            (Tongue::Php | Tongue::Java | Tongue::CSharp | Tongue::JavaScript | Tongue::C, "new") => {
                return self.constructed(from);
            }
            (Tongue::Perl, "new") if matches!(self.kind(0), Some(Kind::Name(_))) => return self.constructed(from),
            (
                _,
                "await" | "my" | "our" | "local" | "var" | "let" | "const" | "yield" | "throw" | "raise" | "static",
            ) => {
                return if matches!(self.kind(0), Some(Kind::Name(_) | Kind::Symbol("("))) {
                    self.binary(9)
                } else {
                    Value::Nothing
                };
            }
            (Tongue::Php, "echo" | "print" | "return" | "else") => return self.expression(),
            (Tongue::Python, "lambda") => {
                while !matches!(self.kind(0), None | Some(Kind::Line(_) | Kind::Symbol(":" | ")" | ","))) {
                    self.step(1);
                }
                self.step(usize::from(self.is(0, ":")));
                return self.expression();
            }
            (Tongue::Python, "not") => return self.binary(3),
            (Tongue::Python, "True" | "False" | "None") => return Value::Nothing,
            (_, "null" | "NULL" | "nullptr" | "nil" | "undef" | "undefined") => return Value::Nothing,
            _ => {}
        }
        if self.tongue.calls_without_parentheses() && self.is_bare_call(name) {
            return self.bare_call(name, from);
        }
        let folded = self.folded(name);
        let value = self.value_of(&folded);
        self.members(value.unwrap_or_else(|| Value::Unknown(name.to_owned())), Some(folded), from)
    }

    pub(super) fn value_of(&mut self, place: &str) -> Option<Value> {
        let value = self.variables.get(place)?.clone();
        self.spend(value.cost());
        Some(value)
    }

    /// `new NAME(…)`.
    pub(super) fn constructed(&mut self, from: usize) -> Value {
        let line = self.line();
        let mut path = String::new();
        while let Some(kind) = self.kind(0) {
            match kind {
                Kind::Name(name) if path.is_empty() || path.ends_with(['.', ':', '\\']) => path.push_str(name),
                Kind::Symbol(symbol @ ("." | "::" | "\\")) => path.push_str(symbol),
                _ => break,
            }
            self.step(1);
        }
        while self.is(0, "<") {
            while !matches!(self.kind(0), None | Some(Kind::Symbol(">" | ";" | "("))) {
                self.step(1);
            }
            self.step(usize::from(self.is(0, ">")));
        }
        if self.is(0, "[") {
            self.step(1);
            self.arguments("]", false);
        }
        let (mut arguments, mut set) = (Vec::new(), Vec::new());
        if self.is(0, "(") {
            self.step(1);
            arguments = self.arguments(")", true);
        }
        if self.is(0, "{") && matches!(self.tongue, Tongue::Java | Tongue::CSharp) {
            // `new String[] {…}` and `new T {A = x}`.
            self.step(1);
            let items = self.arguments("}", true);
            if items.iter().all(|item| item.name.is_none()) {
                return collected(items);
            }
            set.clone_from(&items);
            arguments.extend(items);
        }
        let name = path.rsplit(['.', ':', '\\']).next().unwrap_or_default().to_owned();
        let source = self.source(from, self.at);
        let call = Call { receiver: None, receiver_place: None, path, name, arguments, constructs: true, line, source };
        let value = self.invoke(&call);
        if let Value::Object(object) = value {
            for Argument { name, value, .. } in set {
                self.actions.set(object, name.as_deref().unwrap_or_default(), &value, line);
            }
        }
        self.members(value, None, from)
    }
}

/// Items as a list, or as a map where they have keys.
fn collected(items: Vec<Argument>) -> Value {
    if items.iter().any(|item| item.name.is_some()) {
        Value::Map(items.into_iter().filter_map(|item| Some((item.name?, item.value))).collect())
    } else {
        Value::List(items.into_iter().map(|item| item.value).collect())
    }
}

/// A path of members, which grows with every call of a long chain.
pub(super) fn cut(mut path: String) -> String {
    path.truncate(path.floor_char_boundary(200));
    path
}
