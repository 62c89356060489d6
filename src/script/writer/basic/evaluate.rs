//! Evaluates expressions, calls procedures.

use super::operators;
use super::run::{Flow, Frame, Interpreter};
use super::syntax::{Expression, Operator, Parameter, Step};
use super::token::Name;
use super::{functions, parse};
use crate::script::writer::automation::value::Value;
use crate::script::writer::automation::{Object, value};
use crate::script::writer::written::Numbering;

/// Procedures that call each other, deepest.
const CALLS: usize = 12;

impl Interpreter<'_, '_> {
    pub(super) fn evaluate(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::Literal(value) => return value.clone(),
            Expression::Missing => return Value::Empty,
            _ => {}
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
            Expression::Missing => Value::Empty,
            Expression::Negated(inner) => {
                let value = self.evaluate(inner);
                value.number().map_or_else(|| value.clone(), |number| Value::Number(-number))
            }
            Expression::Not(inner) => {
                let value = self.evaluate(inner);
                operators::not(&value)
            }
            Expression::Chain(first, rest) => self.chain(first, rest),
            Expression::New(class) => match self.by_name.get("class_initialize") {
                // A class of the text's own: its methods are procedures.
                Some(_) => Value::unknown(&class.written),
                None => self.automation.create(&class.written),
            },
            Expression::Access(name, steps) => self.access(name.as_ref(), steps),
            Expression::Of(base, steps) => {
                let base = self.evaluate(base);
                self.walk(base, steps)
            }
        }
    }

    /// Operands from left to right; texts that are put together are put together at once.
    fn chain(&mut self, first: &Expression, rest: &[(Operator, Expression)]) -> Value {
        let mut value = self.evaluate(first);
        let mut parts: Vec<Value> = Vec::new();
        for (operator, operand) in rest {
            let operand = self.evaluate(operand);
            if *operator == Operator::Concatenate {
                if parts.is_empty() {
                    parts.push(std::mem::take(&mut value));
                }
                parts.push(operand);
                continue;
            }
            if !parts.is_empty() {
                value = self.automation.join(&std::mem::take(&mut parts), "");
            }
            value = operators::apply(&mut self.automation, *operator, &value, &operand);
        }
        if parts.is_empty() { value } else { self.automation.join(&parts, "") }
    }

    /// A name, and what is taken of it.
    pub(super) fn access(&mut self, name: Option<&Name>, steps: &[Step]) -> Value {
        let Some(name) = name else {
            let base = self.withs.last().cloned().unwrap_or_default();
            return self.walk(base, steps);
        };
        let arguments = match steps.first() {
            Some(Step::Arguments(arguments)) => Some(arguments.as_slice()),
            _ => None,
        };
        let after = if arguments.is_some() { steps.get(1..).unwrap_or_default() } else { steps };
        let recurses = arguments.is_some() && self.is_current(&name.folded);
        if !recurses && let Some(value) = self.variable(&name.folded).cloned() {
            return self.walk(value, steps);
        }
        if let Some(index) = self.by_name.get(&*name.folded).copied() {
            let value = self.call_with(index, arguments.unwrap_or_default());
            return self.walk(value, after);
        }
        if let Some((value, rest)) = self.known_object(name, steps) {
            return self.walk(value, rest);
        }
        let values: Vec<Value> = arguments.unwrap_or_default().iter().map(|argument| self.evaluate(argument)).collect();
        if matches!(&*name.folded, "execute" | "executeglobal" | "eval") && arguments.is_some() {
            return self.execute(&name.folded, values.first());
        }
        let value = match functions::call(self, &name.folded, &values) {
            Some(value) => value,
            None => {
                let own = self.declared.get(&*name.folded).cloned().unwrap_or_else(|| name.folded.to_string());
                match self.automation.internet_function(&own, &values) {
                    Some(value) => value,
                    None => Value::unknown(&name.written),
                }
            }
        };
        self.walk(value, after)
    }

    /// Whether a name is that of the procedure that runs.
    fn is_current(&self, folded: &str) -> bool {
        let current = self.frames.last().and_then(|frame| self.procedures.get(frame.procedure));
        current.is_some_and(|procedure| procedure.name.is(folded))
    }

    /// The objects that are there without being made, with the steps that are left.
    fn known_object<'s>(&mut self, name: &Name, steps: &'s [Step]) -> Option<(Value, &'s [Step])> {
        let (member, rest) = match steps {
            [Step::Member(member), rest @ ..] => (&*member.folded, rest),
            _ => ("", steps),
        };
        match (&*name.folded, member) {
            ("wscript" | "wsh", _) => Some((self.automation.add(Object::Host), steps)),
            (
                "thisworkbook" | "activeworkbook" | "thisdocument" | "activedocument" | "app" | "currentproject",
                "path",
            ) => Some((self.automation.own_directory()?, rest)),
            ("thisworkbook" | "activeworkbook" | "thisdocument" | "activedocument" | "currentproject", "fullname") => {
                Some((self.automation.own_path()?, rest))
            }
            // Modules and the object itself hold the procedures of the text.
            (_, member) if !member.is_empty() && self.by_name.contains_key(member) => {
                let index = *self.by_name.get(member)?;
                let (arguments, rest) = match rest {
                    [Step::Arguments(arguments), rest @ ..] => (arguments.as_slice(), rest),
                    _ => (&[][..], rest),
                };
                Some((self.call_with(index, arguments), rest))
            }
            _ => None,
        }
    }

    /// Members and arguments, one after the other.
    fn walk(&mut self, base: Value, steps: &[Step]) -> Value {
        let mut value = base;
        let mut steps = steps.iter().peekable();
        while let Some(step) = steps.next() {
            let (name, arguments) = match step {
                Step::Member(name) => {
                    let arguments = steps.next_if(|next| matches!(next, Step::Arguments(_)));
                    (Some(name), arguments)
                }
                Step::Arguments(_) => (None, Some(step)),
            };
            let arguments = match arguments {
                Some(Step::Arguments(arguments)) => arguments.as_slice(),
                _ => &[],
            };
            let own = match (name, &value) {
                (Some(name), Value::Unknown(_) | Value::Null | Value::Empty) => {
                    self.by_name.get(&*name.folded).copied()
                }
                _ => None,
            };
            if let Some(index) = own {
                value = self.call_with(index, arguments);
                continue;
            }
            let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
            value = match name {
                None if values.is_empty() => value,
                None if value.is_text() => Value::unknown("item"),
                name => self.automation.call(&value, name.map_or("", |name| &name.written), &values),
            };
        }
        value
    }

    /// Calls a procedure with expressions; what it assigns to its parameters comes back to the caller's variables.
    fn call_with(&mut self, index: usize, arguments: &[Expression]) -> Value {
        let values: Vec<Value> = arguments.iter().map(|argument| self.evaluate(argument)).collect();
        let Some(procedure) = self.procedures.get(index).cloned() else { return Value::Empty };
        let Some((result, variables)) = self.run_procedure(index, &values) else {
            return Value::unknown(&procedure.name.written);
        };
        for (argument, parameter) in arguments.iter().zip(&procedure.parameters) {
            if let (Expression::Access(Some(name), steps), false) = (argument, parameter.by_value)
                && steps.is_empty()
                && self.variable(&name.folded).is_some()
                && let Some(value) = variables.get(&*parameter.name.folded)
            {
                self.assign_variable(&name.folded, value.clone());
            }
        }
        result
    }

    /// Calls a procedure with values.
    pub(super) fn call_procedure(&mut self, index: usize, values: &[Value]) {
        self.run_procedure(index, values);
    }

    fn run_procedure(
        &mut self,
        index: usize,
        values: &[Value],
    ) -> Option<(Value, std::collections::BTreeMap<String, Value>)> {
        let procedure = self.procedures.get(index).cloned()?;
        if self.frames.len() >= CALLS || !self.automation.descend() {
            return None;
        }
        self.called.insert(index);
        let mut frame = Frame { procedure: index, ..Frame::default() };
        frame.variables.insert(procedure.name.folded.to_string(), Value::Empty);
        for (at, parameter) in procedure.parameters.iter().enumerate() {
            let value = self.argument(parameter, values.get(at));
            frame.variables.insert(parameter.name.folded.to_string(), value);
        }
        self.frames.push(frame);
        let withs = std::mem::take(&mut self.withs);
        let line = self.automation.emulation.line;
        let flow = self.block(&procedure.body);
        self.automation.emulation.line = line;
        self.withs = withs;
        let mut variables = self.frames.pop().unwrap_or_default().variables;
        self.automation.ascend();
        if flow == Flow::Exit(super::syntax::Exit::Program) {
            self.automation.ended = true;
        }
        Some((variables.remove(&*procedure.name.folded).unwrap_or_default(), variables))
    }

    fn argument(&mut self, parameter: &Parameter, value: Option<&Value>) -> Value {
        match (value, &parameter.default) {
            (None | Some(Value::Empty), Some(default)) => self.evaluate(default),
            (Some(value), _) => value.clone(),
            (None, None) => Value::Empty,
        }
    }

    /// `Execute`, `ExecuteGlobal`, `Eval` of a text that is known.
    pub(super) fn execute(&mut self, function: &str, code: Option<&Value>) -> Value {
        let Some(code) = code.filter(|code| code.is_text()).map(Value::text) else { return Value::unknown(function) };
        if !self.automation.descend() {
            return Value::unknown(function);
        }
        let numbering = Numbering::Fixed(self.automation.emulation.line);
        let source = if function == "eval" { format!("eval={code}") } else { code };
        let mut value = Value::Empty;
        if self.automation.produce(source.len().saturating_mul(8)) {
            let lines = self.take_over(parse::program(&source, numbering));
            let flow = self.block(&lines);
            self.automation.ended |= flow == Flow::Exit(super::syntax::Exit::Program);
            if function == "eval" {
                value = self.variable("eval").cloned().unwrap_or_default();
            }
        }
        self.automation.ascend();
        value
    }

    /// The number of a text's characters, or of an array's items.
    pub(super) fn length(&self, of: &Value) -> Value {
        match of {
            Value::Partial(_) | Value::Unknown(_) => Value::unknown("Len"),
            other => value::counted(other.text().chars().count()),
        }
    }
}
