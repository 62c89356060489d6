//! Evaluates expressions, calls functions.

use super::operators::{self, truth};
use super::run::{Flow, Interpreter, Scope};
use super::syntax::{Expression, Step};
use super::{methods, parse};
use crate::script::writer::automation::Object;
use crate::script::writer::automation::value::Value;
use crate::script::writer::written::Numbering;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Functions that call each other, deepest.
const CALLS: usize = 12;

impl Interpreter<'_, '_> {
    pub(super) fn evaluate(&mut self, expression: &Expression) -> Value {
        if let Expression::Literal(value) = expression {
            return value.clone();
        }
        if !self.automation.descend() {
            return Value::unknown("expression");
        }
        let value = self.evaluate_deeper(expression);
        self.automation.ascend();
        value
    }

    fn evaluate_deeper(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Pattern(..) => Value::unknown("pattern"),
            Expression::Name(name) => self.name(name),
            Expression::This => self.this(),
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.evaluate(item)).collect();
                self.automation.list(items)
            }
            Expression::Record(members) => {
                let mut record = BTreeMap::new();
                for (key, value) in members {
                    let value = self.evaluate(value);
                    record.insert(key.to_string(), value);
                }
                self.automation.add(Object::Record(record))
            }
            Expression::Function(function) => self.automation.add(Object::Closure(*function, self.scope)),
            Expression::Unary(operator, operand) => {
                let operand = self.evaluate(operand);
                operators::unary(operator, &operand)
            }
            Expression::Update { target, by, after } => {
                let old = self.evaluate(target);
                let number = operators::number(&old);
                let new = number.map_or_else(|| old.clone(), |number| operators::finite(number + by));
                self.assign(target, new.clone());
                if *after { old } else { new }
            }
            Expression::Chain(first, rest) => self.chain(first, rest),
            Expression::Conditional(parts) => {
                let [condition, first, second] = &**parts;
                let condition = self.evaluate(condition);
                match truth(&condition) {
                    Some(true) => self.evaluate(first),
                    Some(false) => self.evaluate(second),
                    None => {
                        let first = self.evaluate(first);
                        let second = self.evaluate(second);
                        if second.is_known() { second } else { first }
                    }
                }
            }
            Expression::Assign(target, operator, value) => {
                let mut value = self.evaluate(value);
                if !operator.is_empty() {
                    let old = self.evaluate(target);
                    value = operators::apply(&mut self.automation, operator, &old, &value);
                }
                self.assign(target, value.clone());
                value
            }
            Expression::Sequence(all) => all.iter().fold(Value::Empty, |_, one| self.evaluate(one)),
            Expression::Of(base, steps) => self.of(base, steps),
            Expression::New(class, arguments) => self.create(class, arguments),
        }
    }

    fn this(&self) -> Value {
        self.scopes.get(self.scope).map_or(Value::Empty, |scope| scope.this.clone())
    }

    fn name(&mut self, name: &Rc<str>) -> Value {
        if let Some(value) = self.variable(name) {
            return value.clone();
        }
        match &**name {
            "WScript" | "WSH" => self.automation.add(Object::Host),
            _ => Value::unknown(name),
        }
    }

    fn chain(&mut self, first: &Expression, rest: &[(&'static str, Expression)]) -> Value {
        let mut value = self.evaluate(first);
        for (operator, operand) in rest {
            value = match (*operator, truth(&value)) {
                ("||", Some(true)) | ("&&", Some(false)) => value,
                ("||", Some(false)) | ("&&", Some(true)) => self.evaluate(operand),
                // Either may come out: the one that is known.
                ("||" | "&&", None) => {
                    let operand = self.evaluate(operand);
                    if *operator == "||" && operand.is_known() { operand } else { value }
                }
                (operator, _) => {
                    let operand = self.evaluate(operand);
                    operators::apply(&mut self.automation, operator, &value, &operand)
                }
            };
        }
        value
    }

    fn assign(&mut self, target: &Expression, value: Value) {
        match target {
            Expression::Name(name) => self.assign_variable(name, value),
            Expression::Of(base, steps) => {
                let Some((last, head)) = steps.split_last() else { return };
                let object = self.of(base, head);
                match last {
                    Step::Member(member) => self.set_member(&object, member, value),
                    Step::Index(index) => {
                        let index = self.evaluate(index);
                        self.set_index(&object, &index, value);
                    }
                    // `env("X") = value`.
                    Step::Call(arguments) => {
                        let arguments: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
                        self.automation.set(&object, "", &arguments, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn set_member(&mut self, object: &Value, member: &str, value: Value) {
        if is_global(object) {
            if let Some(scope) = self.scopes.first_mut() {
                scope.variables.insert(member.into(), value);
            }
            return;
        }
        match self.automation.object_mut(object) {
            Some(Object::Record(record)) => {
                record.insert(member.to_owned(), value);
            }
            _ => self.automation.set(object, member, &[], value),
        }
    }

    fn set_index(&mut self, object: &Value, index: &Value, value: Value) {
        let at = operators::index(index).filter(|at| *at < 1 << 16);
        match (self.automation.object_mut(object), at) {
            (Some(Object::List(items)), Some(at)) => {
                let grows = at.saturating_add(1).saturating_sub(items.len());
                if grows > 0 {
                    items.resize(at.saturating_add(1), Value::Empty);
                }
                if let Some(item) = items.get_mut(at) {
                    *item = value;
                }
                self.automation.produce(grows.saturating_mul(24));
            }
            _ if index.is_text() || matches!(index, Value::Number(_)) => self.set_member(object, &index.text(), value),
            _ => {}
        }
    }

    /// A base and what is taken of it; a member that is called is called on what it is a member of.
    fn of(&mut self, base: &Expression, steps: &[Step]) -> Value {
        let mut steps = steps.iter().peekable();
        let mut value = match (base, steps.peek()) {
            (Expression::Name(name), Some(Step::Call(arguments))) => {
                steps.next();
                let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
                self.call_name(name, &values)
            }
            (Expression::Pattern(..), _) => Value::unknown("pattern"),
            (base, _) => self.evaluate(base),
        };
        while let Some(step) = steps.next() {
            let member: Rc<str> = match step {
                Step::Member(name) => name.clone(),
                Step::Index(index) => {
                    let index = self.evaluate(index);
                    match &index {
                        Value::Text(name) => name.clone(),
                        _ => {
                            value = self.item(&value, &index);
                            continue;
                        }
                    }
                }
                Step::Call(arguments) => {
                    let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
                    value = match self.automation.object(&value) {
                        Some(Object::Closure(..)) => self.call_value(&value, &values, None),
                        Some(_) => self.automation.call(&value, "", &values),
                        None => value,
                    };
                    continue;
                }
            };
            value = match steps.next_if(|next| matches!(next, Step::Call(_))) {
                Some(Step::Call(arguments)) => self.call_member(&value, &member, arguments),
                _ => self.member(&value, &member),
            };
        }
        value
    }

    fn item(&mut self, of: &Value, index: &Value) -> Value {
        let Some(at) = operators::index(index) else { return Value::unknown(of.name_or("item")) };
        if let Value::Text(text) = of {
            let cost = text.len() >> 4;
            let character = text.chars().nth(at).map(|character| character.to_string());
            self.automation.produce(cost);
            return character.map_or(Value::Empty, |character| Value::Text(character.into()));
        }
        match self.automation.object(of) {
            Some(Object::List(items)) => items.get(at).cloned().unwrap_or_default(),
            Some(Object::Record(record)) => record.get(&index.text()).cloned().unwrap_or_default(),
            _ => Value::unknown(of.name_or("item")),
        }
    }

    fn member(&mut self, of: &Value, name: &Rc<str>) -> Value {
        if is_global(of) {
            return self.name(name);
        }
        match (self.automation.object(of), &**name) {
            (Some(Object::List(items)), "length") => crate::script::writer::automation::value::counted(items.len()),
            (Some(Object::List(_)), _) => Value::unknown(name),
            (Some(Object::Record(record)), name) => record.get(name).cloned().unwrap_or_default(),
            (None, "length") if of.is_text() => methods::length(of),
            _ => self.automation.call(of, name, &[]),
        }
    }

    fn call_member(&mut self, of: &Value, name: &Rc<str>, arguments: &[Expression]) -> Value {
        // `text.replace(/pattern/g, with)`: the pattern is none of the values.
        let pattern = match arguments.first() {
            Some(Expression::Pattern(pattern, global)) => Some((pattern.clone(), *global)),
            _ => None,
        };
        let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
        if is_global(of) {
            return self.call_name(name, &values);
        }
        let method = match self.automation.object(of) {
            Some(Object::Record(record)) => record.get(&**name).cloned(),
            Some(Object::Closure(..)) => {
                let arguments = match (&**name, values.split_first()) {
                    ("call", Some((_, rest))) => rest.to_vec(),
                    ("apply", Some((_, [list, ..]))) => self.automation.items(list).cloned().unwrap_or_default(),
                    _ => Vec::new(),
                };
                return self.call_value(of, &arguments, values.first());
            }
            _ => None,
        };
        if let Some(method) =
            method.filter(|method| matches!(self.automation.object(method), Some(Object::Closure(..))))
        {
            return self.call_value(&method, &values, Some(of));
        }
        if let Some(value) = methods::call(self, of, name, &values, pattern) {
            return value;
        }
        self.call_back(&values);
        self.automation.call(of, name, &values)
    }

    /// A function by its name: the text's own, or one that is there from the beginning.
    pub(super) fn call_name(&mut self, name: &Rc<str>, values: &[Value]) -> Value {
        if let Some(function) = self.variable(name).cloned() {
            return match self.automation.object(&function) {
                Some(Object::Closure(..)) => self.call_value(&function, values, None),
                Some(_) => self.automation.call(&function, "", values),
                None => function,
            };
        }
        if &**name == "eval" || &**name == "execScript" {
            return self.execute(values.first());
        }
        match methods::function(self, name, values) {
            Some(value) => value,
            None => {
                self.call_back(values);
                Value::unknown(name)
            }
        }
    }

    /// Functions that are given to something unknown are called by it, once.
    fn call_back(&mut self, values: &[Value]) {
        for value in values {
            if let Some(Object::Closure(function, _)) = self.automation.object(value) {
                let function = *function;
                let Some(parameters) = self.functions.get(function).map(|function| function.parameters.clone()) else {
                    continue;
                };
                if !self.called.contains(&function) {
                    let arguments: Vec<Value> = parameters.iter().map(|name| Value::unknown(name)).collect();
                    self.call_value(value, &arguments, None);
                }
            }
        }
    }

    /// Calls a function of the text.
    pub(super) fn call_value(&mut self, closure: &Value, values: &[Value], this: Option<&Value>) -> Value {
        let Some(Object::Closure(index, outer)) = self.automation.object(closure) else {
            return Value::unknown("call");
        };
        let (index, outer) = (*index, *outer);
        let Some(function) = self.functions.get(index).cloned() else { return Value::Empty };
        if self.calls >= CALLS || !self.automation.descend() {
            return Value::unknown("call");
        }
        self.called.insert(index);
        self.calls = self.calls.saturating_add(1);
        let mut variables = BTreeMap::new();
        for (at, name) in function.parameters.iter().enumerate() {
            variables.insert(name.clone(), values.get(at).cloned().unwrap_or_default());
        }
        let arguments = self.automation.list(values.to_vec());
        variables.insert("arguments".into(), arguments);
        let this = this.cloned().unwrap_or_else(|| Value::unknown("this"));
        self.scopes.push(Scope { variables, outer: Some(outer), this });
        let before = std::mem::replace(&mut self.scope, self.scopes.len().saturating_sub(1));
        let line = self.automation.emulation.line;
        let flow = self.body(&function.body);
        self.automation.emulation.line = line;
        self.scope = before;
        self.calls = self.calls.saturating_sub(1);
        self.automation.ascend();
        match flow {
            Flow::Return(value) => value,
            Flow::End => {
                self.automation.ended = true;
                Value::Empty
            }
            _ => Value::Empty,
        }
    }

    fn create(&mut self, class: &Expression, arguments: &[Expression]) -> Value {
        let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
        let name = match class {
            Expression::Name(name) => name.clone(),
            _ => "".into(),
        };
        match &*name {
            "ActiveXObject" => match values.first() {
                Some(class) if class.is_text() => self.automation.create(&class.text()),
                _ => Value::unknown("ActiveXObject"),
            },
            "Array" => methods::array(self, &values),
            "Object" => self.automation.add(Object::Record(BTreeMap::new())),
            "String" => {
                values.first().map_or_else(|| Value::Text("".into()), |value| operators::text(&self.automation, value))
            }
            // `new Function("a", "code")` is called for its code.
            "Function" => match values.last() {
                Some(code) if code.is_text() => self.function_of(&code.text()),
                _ => Value::unknown("Function"),
            },
            "Enumerator" | "Date" | "RegExp" | "Error" => Value::unknown(&name),
            _ => {
                let constructor = self.evaluate(class);
                if !matches!(self.automation.object(&constructor), Some(Object::Closure(..))) {
                    return match class {
                        // `new this["ActiveXObject"](…)`.
                        Expression::Of(_, steps) if values.len() == 1 && names_active_x(steps) => {
                            self.automation.create(&values.first().map(Value::text).unwrap_or_default())
                        }
                        _ => Value::unknown(constructor.name_or("object")),
                    };
                }
                let object = self.automation.add(Object::Record(BTreeMap::new()));
                match self.call_value(&constructor, &values, Some(&object)) {
                    result @ Value::Object(_) => result,
                    _ => object,
                }
            }
        }
    }

    fn function_of(&mut self, code: &str) -> Value {
        let source = format!("function anonymous() {{\n{code}\n}}");
        let numbering = Numbering::Fixed(self.automation.emulation.line);
        if !self.automation.produce(source.len().saturating_mul(8)) {
            return Value::unknown("Function");
        }
        let program = parse::program(&source, numbering, self.functions.len());
        self.take_over(program);
        let last = self.functions.len().saturating_sub(1);
        self.automation.add(Object::Closure(last, 0))
    }

    /// `eval` of a text that is known.
    fn execute(&mut self, code: Option<&Value>) -> Value {
        let Some(code) = code.filter(|code| code.is_text()).map(Value::text) else {
            return code.cloned().unwrap_or_default();
        };
        if !self.automation.descend() {
            return Value::unknown("eval");
        }
        let numbering = Numbering::Fixed(self.automation.emulation.line);
        let mut value = Value::Empty;
        if self.automation.produce(code.len().saturating_mul(8)) {
            let lines = self.take_over(parse::program(&code, numbering, self.functions.len()));
            if let [line] = lines.as_slice()
                && let super::syntax::Statement::Expression(expression) = &line.statement
            {
                value = self.evaluate(expression);
            } else if self.body(&lines) == Flow::End {
                self.automation.ended = true;
            }
        }
        self.automation.ascend();
        value
    }
}

/// Whether a value is the global object.
fn is_global(value: &Value) -> bool {
    matches!(value, Value::Unknown(name) if matches!(&**name, "this" | "window" | "self" | "globalThis"))
}

fn names_active_x(steps: &[Step]) -> bool {
    match steps.last() {
        Some(Step::Member(name)) => &**name == "ActiveXObject",
        Some(Step::Index(Expression::Literal(Value::Text(name)))) => &**name == "ActiveXObject",
        _ => false,
    }
}
