//! Expressions: what they come to, as far as the script tells.

use super::operators;
use super::run::Interpreter;
use super::syntax::{Expression, Kind, Postfix, Segment, Statement};
use super::value::{Source, Text, Value};
use std::rc::Rc;

/// Items that a list may have.
pub(super) const ITEMS: usize = 1 << 16;

impl Interpreter<'_, '_> {
    /// The value of an expression.
    pub(super) fn evaluate(&mut self, expression: &Expression) -> Value {
        if !self.enter() {
            return Value::unknown(expression.raw.clone());
        }
        let value = self.value_of(expression);
        self.leave();
        if let Value::Text(text) = &value {
            self.charge(text.content.len());
        }
        value
    }

    fn value_of(&mut self, expression: &Expression) -> Value {
        let line = self.line_of(expression.line);
        match &expression.kind {
            Kind::Nothing => Value::Nothing,
            Kind::Number(number) => Value::Number(*number),
            Kind::Text(text) => Value::Text(self.literal(text, line)),
            Kind::Expandable(segments) => self.expanded(segments),
            Kind::Variable(name) => self.variable(name, &expression.raw),
            Kind::List(items) => {
                let values: Vec<Value> = items.iter().map(|item| self.evaluate(item)).collect();
                Value::list(values)
            }
            Kind::Group(statement) => self.grouped(statement),
            Kind::Sub(statements) => Value::collected(self.collected(statements)),
            Kind::Array(statements) => Value::list(self.collected(statements)),
            Kind::Hash(pairs) => {
                let pairs: Vec<(String, Value)> = pairs
                    .iter()
                    .map(|(key, value)| {
                        let key = self.evaluate(key);
                        (self.spelled(&key), self.grouped(value))
                    })
                    .collect();
                Value::Table(pairs.into())
            }
            Kind::Block(block) => Value::Block(Rc::clone(block)),
            Kind::Type(name) => Value::Type(type_name(name)),
            Kind::Cast(name, operand) => {
                let value = self.evaluate(operand);
                self.cast(&type_name(name), value)
            }
            Kind::Unary(operator, operand) => self.unary(operator, operand, line),
            Kind::Chain(first, rest) => self.chain(first, rest, line),
            Kind::Postfix(base, postfixes) => self.postfix(base, postfixes, &expression.raw),
            Kind::Assign { target, operator, value } => self.assign(target, operator, value),
        }
    }

    /// A text that stands in the script: its lines are those of the script, unless the script stands on one line.
    fn literal(&self, text: &str, line: u32) -> Text {
        if self.fixed_line.is_some() { Text::new(text, line) } else { Text::literal(text, line) }
    }

    fn expanded(&mut self, segments: &[Segment]) -> Value {
        // What is received stays that between quotes.
        if let [Segment::Value(expression)] = segments {
            let value = self.evaluate(expression);
            if super::received::is_received(std::slice::from_ref(&value)) {
                return value;
            }
            return Value::Text(self.segment(value, expression));
        }
        let mut parts = Vec::with_capacity(segments.len());
        for segment in segments {
            match segment {
                Segment::Literal { text, line } => {
                    let line = self.line_of(*line);
                    parts.push(self.literal(text, line));
                }
                Segment::Value(expression) => {
                    let value = self.evaluate(expression);
                    parts.push(self.segment(value, expression));
                }
            }
        }
        Value::Text(Text::concat(&parts))
    }

    /// What an expression of a text comes to, as text.
    fn segment(&mut self, value: Value, expression: &Expression) -> Text {
        match value {
            Value::Unknown(_) => {
                let raw = unbraced(&expression.raw);
                self.note_unresolved(&raw);
                Text::new(raw, self.line_of(expression.line))
            }
            value => self.text_of(&value),
        }
    }

    fn collected(&mut self, statements: &[Statement]) -> Vec<Value> {
        let mut output = Vec::new();
        self.statements(statements, &mut output);
        output
    }

    /// The value of a statement in parentheses, or behind `=`.
    fn grouped(&mut self, statement: &Statement) -> Value {
        if let super::syntax::StatementKind::Pipeline(pipeline) = &statement.kind
            && let [super::syntax::Element::Expression(expression, redirects)] = pipeline.elements.as_slice()
            && redirects.is_empty()
        {
            // A list of one item stays a list.
            return self.evaluate(expression);
        }
        let mut output = Vec::new();
        if let super::syntax::StatementKind::If { clauses, otherwise } = &statement.kind {
            // A variable holds what one of the branches gives, never what all of them do.
            let first = self.branches(clauses, otherwise.as_ref(), &mut output);
            if let Some(first) = first.filter(|first| *first > 0) {
                output.truncate(first);
            }
        } else {
            self.statement(statement, &mut output);
        }
        Value::collected(output)
    }

    fn chain(&mut self, first: &Expression, rest: &[(String, Expression)], line: u32) -> Value {
        let left = self.evaluate(first);
        let mut left = self.contents(left);
        let mut spelled = first.raw.clone();
        let cap = self.emulation.limits.batch_output;
        // Texts of a long sum are joined once, at its end.
        let mut parts: Vec<Text> = Vec::new();
        for (operator, operand) in rest {
            let decided = match (operator.as_str(), left.truth()) {
                ("-and", Some(false)) => Some(false),
                ("-or", Some(true)) => Some(true),
                _ => None,
            };
            if let Some(decided) = decided {
                left = Value::Bool(decided);
                continue;
            }
            let right = self.evaluate(operand);
            let right = self.contents(right);
            for value in [&left, &right] {
                if let (Value::Unknown(unknown), true) = (value, makes_text(operator)) {
                    let raw = unknown.raw.clone();
                    self.note_unresolved(&raw);
                }
            }
            if let ("+", Value::Text(text)) = (operator.as_str(), &left) {
                if parts.is_empty() {
                    parts.push(text.clone());
                }
                let part = self.text_of(&right);
                self.charge(part.content.len());
                parts.push(part);
                continue;
            }
            if !parts.is_empty() {
                left = Value::Text(Text::concat(&std::mem::take(&mut parts)));
            }
            spelled = super::expression::cut(&format!("{spelled} {operator} {}", operand.raw));
            let cap = if operator == ".." { ITEMS } else { cap };
            left = operators::binary(operator, &left, &right, line, cap)
                .unwrap_or_else(|| Value::unknown(spelled.clone()));
            self.charge(size(&left));
        }
        if parts.is_empty() { left } else { Value::Text(Text::concat(&parts)) }
    }

    fn unary(&mut self, operator: &str, operand: &Expression, line: u32) -> Value {
        if operator == "++" || operator == "--" {
            return self.stepped(operand, operator == "++");
        }
        let value = self.evaluate(operand);
        let value = self.contents(value);
        match operator {
            "!" | "-not" => {
                value.truth().map_or_else(|| Value::unknown(operand.raw.clone()), |truth| Value::Bool(!truth))
            }
            "-join" => Value::Text(operators::join(&operators::as_list(&value), &Text::new("", line), line)),
            "-split" | "-isplit" | "-csplit" => {
                let text = self.text_of(&value);
                Value::list(text.content.split_whitespace().map(|word| Value::text(word, line)).collect())
            }
            "-" => value.number().map_or(Value::Nothing, |number| Value::Number(number.saturating_neg())),
            "+" => value.number().map_or(value.clone(), Value::Number),
            _ => Value::unknown(operand.raw.clone()),
        }
    }

    fn postfix(&mut self, base: &Expression, postfixes: &[Postfix], raw: &str) -> Value {
        let mut value = self.evaluate(base);
        if let ([Postfix::Step(up)], Kind::Variable(_)) = (postfixes, &base.kind) {
            self.stepped(base, *up);
            return Value::Nothing;
        }
        // What a member without arguments was taken from: `.Invoke` calls it.
        let mut owner: Option<(Value, String)> = None;
        for postfix in postfixes {
            let owned = owner.take();
            value = match postfix {
                Postfix::Step(_) => value,
                Postfix::Index(index) => {
                    let index = self.evaluate(index);
                    let value = self.contents(value);
                    self.indexed(&value, &index, raw)
                }
                Postfix::Member { name, arguments } => {
                    let name = self.evaluate(name);
                    let name = self.spelled(&name).to_ascii_lowercase();
                    match arguments {
                        None => {
                            let property = self.property(&value, &name, raw);
                            owner = Some((value, name));
                            property
                        }
                        Some(arguments) => {
                            if let ("invoke", Some((object, method))) = (name.as_str(), owned) {
                                let values = self.values(arguments);
                                self.method(&object, &method, &values, raw)
                            } else if name == "reverse" && matches!(&value, Value::Type(class) if class == "array") {
                                self.reverse(arguments.first());
                                Value::Nothing
                            } else {
                                let values = self.values(arguments);
                                self.method(&value, &name, &values, raw)
                            }
                        }
                    }
                }
            };
            self.charge(size(&value));
        }
        value
    }

    /// The arguments of a method.
    fn values(&mut self, arguments: &[Expression]) -> Vec<Value> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let value = self.evaluate(argument);
            values.push(self.contents(value));
        }
        values
    }

    /// `[array]::Reverse($a)` changes the variable.
    fn reverse(&mut self, argument: Option<&Expression>) {
        let Some(Expression { kind: Kind::Variable(name), raw, .. }) = argument else { return };
        if let Value::List(items) = self.variable(name, raw) {
            let reversed = items.iter().rev().cloned().collect();
            self.set(name, Value::list(reversed));
        }
    }

    fn stepped(&mut self, operand: &Expression, up: bool) -> Value {
        let Kind::Variable(name) = &operand.kind else { return Value::Nothing };
        if let Some(number) = self.variable(name, &operand.raw).number() {
            self.set(name, Value::Number(number.saturating_add(if up { 1 } else { -1 })));
        }
        Value::Nothing
    }

    /// An item, or several where the index is a list; negative ones count from the end.
    pub(super) fn indexed(&mut self, value: &Value, index: &Value, raw: &str) -> Value {
        if let Value::Table(pairs) = value {
            let key = self.spelled(index);
            let found = pairs.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(&key));
            return found.map_or(Value::Nothing, |(_, value)| value.clone());
        }
        if let Value::List(indices) = index {
            let picked: Vec<Value> = indices.iter().map(|index| self.indexed(value, index, raw)).collect();
            return Value::list(picked);
        }
        let at = |length: usize| {
            let number = index.number()?;
            if number < 0 {
                length.checked_sub(usize::try_from(number.unsigned_abs()).ok()?)
            } else {
                usize::try_from(number).ok()
            }
        };
        match value {
            Value::Text(text) => {
                let at =
                    if text.content.is_ascii() { at(text.content.len()) } else { at(text.content.chars().count()) };
                let found = at.and_then(|at| {
                    if text.content.is_ascii() {
                        text.content.as_bytes().get(at).map(|byte| char::from(*byte))
                    } else {
                        text.content.chars().nth(at)
                    }
                });
                found.map_or(Value::Nothing, Value::Char)
            }
            Value::List(items) => at(items.len()).and_then(|at| items.get(at).cloned()).unwrap_or(Value::Nothing),
            Value::Bytes(bytes) => at(bytes.len())
                .and_then(|at| bytes.get(at))
                .map_or(Value::Nothing, |byte| Value::Number(i64::from(*byte))),
            _ => Value::unknown(raw),
        }
    }

    fn assign(&mut self, target: &Expression, operator: &str, value: &Statement) -> Value {
        let mut value = self.grouped(value);
        if operator != "=" {
            let before = self.evaluate(target);
            let symbol = operator.trim_end_matches('=');
            let line = self.emulation.line;
            let cap = self.emulation.limits.batch_output;
            value = if symbol == "??" {
                if matches!(before, Value::Nothing | Value::Unknown(_)) { value } else { before }
            } else {
                // What was never set is nothing, whatever the script adds to it.
                let before = if self.is_undefined(target) { Value::Nothing } else { before };
                operators::binary(symbol, &before, &value, line, cap)
                    .unwrap_or_else(|| Value::unknown(target.raw.clone()))
            };
            self.charge(size(&value));
        }
        self.store(target, value);
        Value::Nothing
    }

    fn is_undefined(&self, target: &Expression) -> bool {
        matches!(&target.kind, Kind::Variable(name) if !self.scopes.iter().any(|scope| scope.contains_key(name)))
    }

    fn store(&mut self, target: &Expression, value: Value) {
        match &target.kind {
            Kind::Variable(name) => self.set(name, value),
            Kind::Cast(class, inner) => {
                let value = self.cast(&type_name(class), value);
                self.store(inner, value);
            }
            Kind::List(targets) => {
                let values = operators::as_list(&value);
                for (at, target) in targets.iter().enumerate() {
                    self.store(target, values.get(at).cloned().unwrap_or(Value::Nothing));
                }
            }
            Kind::Postfix(base, postfixes) => {
                let Some((last, before)) = postfixes.split_last() else { return };
                let object =
                    if before.is_empty() { self.evaluate(base) } else { self.postfix(base, before, &target.raw) };
                let key = match last {
                    Postfix::Member { name, .. } => self.evaluate(name),
                    Postfix::Index(index) => self.evaluate(index),
                    Postfix::Step(_) => return,
                };
                let key_text = self.spelled(&key);
                match (object, &base.kind) {
                    (Value::Object(index), _) => self.set_property(index, &key_text.to_ascii_lowercase(), value),
                    (Value::Table(pairs), Kind::Variable(name)) if before.is_empty() => {
                        let mut pairs = pairs.to_vec();
                        pairs.retain(|(known, _)| !known.eq_ignore_ascii_case(&key_text));
                        pairs.push((key_text, value));
                        self.charge(pairs.len());
                        self.set(name, Value::Table(pairs.into()));
                    }
                    (Value::List(items), Kind::Variable(name)) if before.is_empty() => {
                        let mut items = items.to_vec();
                        let at = key.number().and_then(|at| usize::try_from(at).ok());
                        if let Some(item) = at.and_then(|at| items.get_mut(at)) {
                            *item = value;
                            self.charge(items.len());
                            self.set(name, Value::list(items));
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// `[Name]value`
    pub(super) fn cast(&mut self, class: &str, value: Value) -> Value {
        let value = if class.starts_with("collections.") { value } else { self.contents(value) };
        let element = class.strip_suffix("[]");
        if let Some(element) = element {
            return match (element, &value) {
                // A buffer stays the object that streams fill.
                (_, Value::Unknown(_) | Value::Object(_)) | ("byte", Value::Bytes(_)) => value,
                ("char", Value::Text(text)) => Value::list(text.content.chars().take(ITEMS).map(Value::Char).collect()),
                ("byte", value) => {
                    let bytes: Vec<u8> =
                        operators::as_list(value).iter().filter_map(|item| u8::try_from(item.number()?).ok()).collect();
                    Value::Bytes(Rc::new(bytes))
                }
                (element, value) => {
                    let items: Vec<Value> =
                        operators::as_list(value).into_iter().map(|item| self.cast(element, item)).collect();
                    Value::list(items)
                }
            };
        }
        match class {
            "char" => match (&value, value.number()) {
                (Value::Text(text), _) if text.content.chars().count() == 1 => {
                    text.content.chars().next().map_or(Value::Nothing, Value::Char)
                }
                (_, Some(number)) => {
                    u32::try_from(number).ok().and_then(char::from_u32).map_or(Value::Nothing, Value::Char)
                }
                _ => value,
            },
            "int" | "int32" | "int64" | "long" | "byte" | "uint32" | "int16" => match (&value, value.number()) {
                (Value::Unknown(_), _) | (_, None) => value,
                (_, Some(number)) => Value::Number(number),
            },
            "string" | "uri" => match value {
                Value::Unknown(_) => value,
                value => Value::Text(self.text_of(&value)),
            },
            "bool" | "boolean" => value.truth().map_or(value, Value::Bool),
            "array" => Value::list(operators::as_list(&value)),
            "void" | "null" => Value::Nothing,
            "scriptblock" | "ordered" | "hashtable" | "securestring" => value,
            "wmiclass" | "type" | "net.webrequest" | "net.ftpwebrequest" if matches!(value, Value::Text(_)) => {
                let name = self.spelled(&value);
                Value::Type(if class == "wmiclass" {
                    "wmi:".to_owned() + &name.to_ascii_lowercase()
                } else {
                    type_name(&name)
                })
            }
            "pscustomobject" | "psobject" => value,
            _ => match value {
                Value::Table(pairs) => self.object_of(class, &pairs),
                Value::List(_) | Value::Nothing if class.starts_with("collections.") => {
                    self.new_object(class, &[value])
                }
                value => value,
            },
        }
    }
}

/// Whether an operator makes a text of what it is given.
fn makes_text(operator: &str) -> bool {
    matches!(operator, "+" | "-f" | "-join")
}

/// A type's name in lower case, without `system.` and without the parts of a generic one.
pub(super) fn type_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace('`', "");
    let lower = lower.split(',').next().unwrap_or_default();
    lower.strip_prefix("system.").unwrap_or(lower).to_owned()
}

/// `${name}` as `$name`.
pub(super) fn unbraced(raw: &str) -> String {
    match raw.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
        Some((name, tail)) if name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':') => {
            format!("${name}{tail}")
        }
        _ => raw.to_owned(),
    }
}

/// What a value is charged for.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.content.len(),
        Value::List(items) => items.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Table(pairs) => pairs.len(),
        _ => 1,
    }
}

/// What is known of a value that is not.
pub(super) fn source(value: &Value) -> Source {
    match value {
        Value::Unknown(unknown) => unknown.source.clone(),
        _ => Source::Nowhere,
    }
}
