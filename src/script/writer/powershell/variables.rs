//! Variables, parameters and calls, and what stays as written.

use super::evaluate::unbraced;
use super::run::{Function, Interpreter, Jump};
use super::syntax::Block;
use super::value::{Text, Unknown, Value};
use crate::script::local_path;
use std::collections::BTreeMap;

impl Interpreter<'_, '_> {
    /// Sets a variable, or one of the environment.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        if let Some(name) = name.strip_prefix("env:") {
            let text = self.spelled(&value);
            if text.len() <= self.emulation.limits.line_bytes {
                self.emulation.environment.insert(name.to_uppercase(), text);
            }
        } else if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }

    /// The value of a variable; one that is not known stays as written.
    pub(super) fn variable(&mut self, name: &str, raw: &str) -> Value {
        let line = self.emulation.line;
        if let Some(value) = self.scopes.iter().rev().find_map(|scope| scope.get(name)) {
            return match value {
                Value::Unknown(unknown) => {
                    Value::Unknown(Unknown { raw: unbraced(raw), source: unknown.source.clone() })
                }
                value => value.clone(),
            };
        }
        let text = |text: &str| Value::text(text, line);
        if let Some(name) = name.strip_prefix("env:") {
            return match self.emulation.environment.get(&name.to_uppercase()) {
                Some(value) => text(value),
                // The letters of its path are what scripts put other words together from.
                None if name == "comspec" => text("C:\\WINDOWS\\system32\\cmd.exe"),
                None => Value::unknown(unbraced(raw)),
            };
        }
        match name {
            "null" => Value::Nothing,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "pwd" => self.emulation.directory.clone().map_or_else(|| Value::unknown(raw), |directory| text(&directory)),
            "psscriptroot" => self.emulation.origin.directory.map_or_else(|| Value::unknown(raw), text),
            "pscommandpath" | "myinvocation" if !self.emulation.origin.name.is_empty() => {
                let name = self.emulation.origin.name;
                text(&self.emulation.origin.directory.map_or(name.to_owned(), |at| local_path::join(at, name)))
            }
            "pshome" => text("C:\\Windows\\System32\\WindowsPowerShell\\v1.0"),
            "shellid" => text("Microsoft.PowerShell"),
            "verbosepreference" | "debugpreference" => text("SilentlyContinue"),
            "ofs" => text(" "),
            _ => Value::unknown(unbraced(raw)),
        }
    }

    /// A value as text; variables in it that are not known are noted.
    pub(super) fn text_of(&mut self, value: &Value) -> Text {
        match value {
            Value::Unknown(unknown) => {
                let raw = unknown.raw.clone();
                self.note_unresolved(&raw);
            }
            Value::List(items) => {
                for item in items.iter() {
                    if let Value::Unknown(unknown) = item {
                        let raw = unknown.raw.clone();
                        self.note_unresolved(&raw);
                    }
                }
            }
            Value::Object(index) => return self.object_text(*index),
            _ => {}
        }
        value.to_text(self.emulation.line)
    }

    /// A value as plain text: a name, a path.
    pub(super) fn spelled(&mut self, value: &Value) -> String {
        self.text_of(value).content.to_string()
    }

    /// Remembers what stayed as written.
    pub(super) fn note_unresolved(&mut self, raw: &str) {
        if raw.contains('$') {
            self.emulation.outcome.leave_unresolved(raw);
        }
    }

    /// Gives parameters their values in the scope at hand: by name, by place, by default; others are unknown.
    pub(super) fn bind(&mut self, block: &Block, named: Vec<(String, Value)>, positional: Vec<Value>) {
        let mut named = named;
        let mut positional = positional.into_iter();
        for parameter in &block.parameters {
            let at = named.iter().position(|(name, _)| {
                !name.is_empty() && parameter.name.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            });
            let given = at.map(|at| named.swap_remove(at).1);
            let value = match given {
                Some(value) => value,
                None if parameter.is_switch => Value::Bool(false),
                None => match (positional.next(), &parameter.default) {
                    (Some(value), _) => value,
                    (None, Some(default)) => self.evaluate(default),
                    (None, None) => Value::unknown(format!("${}", parameter.name)),
                },
            };
            self.set(&parameter.name, value);
        }
        let rest: Vec<Value> = positional.collect();
        if !rest.is_empty() {
            self.set("args", Value::list(rest));
        }
    }

    /// Calls a function of the script.
    pub(super) fn call_function(
        &mut self,
        name: &str,
        named: Vec<(String, Value)>,
        positional: Vec<Value>,
        input: Vec<Value>,
    ) -> Vec<Value> {
        let Some(Function { block, .. }) = self.functions.get(name).cloned() else { return Vec::new() };
        if let Some(function) = self.functions.get_mut(name) {
            function.called = true;
        }
        self.call_block(&block, named, positional, input)
    }

    /// Runs a block in a scope of its own.
    pub(super) fn call_block(
        &mut self,
        block: &Block,
        named: Vec<(String, Value)>,
        positional: Vec<Value>,
        input: Vec<Value>,
    ) -> Vec<Value> {
        let mut output = Vec::new();
        if !self.emulation.enter() {
            return output;
        }
        if self.enter() {
            self.scopes.push(BTreeMap::new());
            if !input.is_empty() {
                self.set("_", Value::collected(input.clone()));
                self.set("input", Value::list(input));
            }
            self.bind(block, named, positional);
            self.statements(&block.statements, &mut output);
            self.scopes.pop();
            if matches!(self.jump, Some(Jump::Return)) {
                self.jump = None;
            }
            self.leave();
        }
        self.emulation.leave();
        output
    }
}
