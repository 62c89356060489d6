//! Statements that are no expressions: imports, macros, assignments to several names, the statements of SQL.

use super::lexer::Kind;
use super::tongue::Tongue;
use super::value::Value;
use super::walker::{Actions, Argument, Call, Walker};

/// Most names that one assignment gives values to.
const NAMES: usize = 16;

impl<A: Actions> Walker<A> {
    /// `#define NAME VALUE`.
    pub(super) fn macro_definition(&mut self) {
        self.step(1);
        let Some(name) = self.name_at(0).map(str::to_owned) else { return };
        self.step(1);
        let adjacent = self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map(|token| token.end)
            == self.tokens.get(self.at).map(|token| token.start);
        if self.is(0, "(") && adjacent || matches!(self.kind(0), None | Some(Kind::Line(_))) {
            while !matches!(self.kind(0), None | Some(Kind::Line(_))) {
                self.step(1);
            }
            return;
        }
        let value = self.expression();
        if matches!(value, Value::Text(_)) {
            self.variables.insert(name, value);
        }
    }

    /// `import ftplib as f`, `from ftplib import FTP as F`: the second name stands for the first.
    pub(super) fn import(&mut self) {
        let mut module = String::new();
        let from = self.name_at(0) == Some("from");
        let mut last = String::new();
        let mut in_names = !from;
        while let Some(kind) = self.kind(0).cloned() {
            match kind {
                Kind::Line(_) | Kind::Symbol(";") => break,
                Kind::Name(name) if name == "import" => in_names = true,
                Kind::Name(name) if name == "as" => {
                    if let Some(alias) = self.name_at(1) {
                        self.variables.insert(format!("import {alias}"), Value::known(last.clone()));
                    }
                    self.step(1);
                }
                Kind::Name(name) if name != "from" => {
                    if in_names && !from {
                        last = if last.ends_with('.') { format!("{last}{name}") } else { name };
                    } else if in_names {
                        last = format!("{module}.{name}");
                        self.variables.insert(format!("import {name}"), Value::known(last.clone()));
                    } else {
                        module = if module.ends_with('.') { format!("{module}{name}") } else { name };
                    }
                }
                Kind::Symbol(".") => {
                    let target = if in_names { &mut last } else { &mut module };
                    if target.len() < 200 {
                        target.push('.');
                    }
                }
                _ => {}
            }
            self.step(1);
        }
    }

    /// `with EXPRESSION as NAME, …:`.
    pub(super) fn with(&mut self) {
        loop {
            let before = self.at;
            let value = self.expression();
            if self.name_at(0) == Some("as") {
                self.step(1);
                if let Some(name) = self.name_at(0).map(str::to_owned) {
                    self.variables.insert(name, value);
                    self.step(1);
                }
            }
            if !self.is(0, ",") || self.at == before {
                break;
            }
            self.step(1);
        }
    }

    /// The names before the sign of an assignment to several, `a, b, c = …`; none where it is no such assignment.
    pub(super) fn names_assigned(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut ahead = 0usize;
        while let Some(name) = self.name_at(ahead) {
            names.push(name.to_owned());
            let sign = ahead.saturating_add(1);
            if self.is(sign, "=") || self.is(sign, ":=") {
                return if names.len() > 1 { names } else { Vec::new() };
            }
            if !self.is(sign, ",") || names.len() >= NAMES {
                break;
            }
            ahead = ahead.saturating_add(2);
        }
        Vec::new()
    }

    /// `a, b = VALUE, VALUE` and `a, b = LIST`. In Go, `f, err := VALUE`, the names behind the first are of no use.
    pub(super) fn assign_several(&mut self, names: &[String]) {
        self.step(names.len().saturating_mul(2));
        let mut values = vec![self.expression()];
        while self.is(0, ",") {
            self.step(1);
            values.push(self.expression());
        }
        let values = match (values.pop(), values.is_empty()) {
            (Some(Value::List(items)), true) if self.tongue != Tongue::Go => items,
            (Some(value), true) if self.tongue == Tongue::Go => {
                self.stored(names.first().map_or("", String::as_str), value);
                return;
            }
            (last, _) => values.into_iter().chain(last).collect(),
        };
        // Where they do not match, which is whose is not known.
        let known = values.len() == names.len();
        for (name, value) in names.iter().zip(values.into_iter().chain(std::iter::repeat(Value::Nothing))) {
            self.stored(name, if known { value } else { Value::Nothing });
        }
    }

    /// PHP's `list($a, , $b) = VALUE` and `[$a, $b] = VALUE`, whose first name stands `ahead`; false where it is none of both.
    pub(super) fn assign_list(&mut self, ahead: usize, close: &str) -> bool {
        let mut names: Vec<Option<String>> = vec![None];
        let mut at = ahead;
        while !self.is(at, close) {
            let is_room = names.len() < NAMES;
            match (self.kind(at), names.last_mut()) {
                (Some(Kind::Symbol(",")), _) if is_room => names.push(None),
                (Some(Kind::Name(name)), Some(last @ None)) if name.starts_with('$') => *last = Some(name.clone()),
                _ => return false,
            }
            at = at.saturating_add(1);
        }
        if !self.is(at.saturating_add(1), "=") {
            return false;
        }
        self.step(at.saturating_add(2));
        let value = self.expression();
        for (place, name) in names.into_iter().enumerate() {
            let Some(name) = name else { continue };
            let item = match &value {
                Value::List(items) => items.get(place).cloned(),
                _ => None,
            };
            self.stored(&name, item.unwrap_or(Value::Nothing));
        }
        true
    }

    /// `DECLARE @x … = VALUE`, `SET @x = VALUE`, `SELECT @x = VALUE`, `EXEC [@r =] PROCEDURE ARGUMENTS`.
    pub(super) fn sql_statement(&mut self, word: &str) -> bool {
        match word {
            "exec" | "execute" | "call" => {
                self.step(1);
                if self.name_at(0).is_some_and(|name| name.starts_with('@')) && self.is(1, "=") {
                    self.step(2);
                }
                self.procedure();
                true
            }
            "declare" => {
                self.step(1);
                self.sql_declarations();
                true
            }
            "set" | "select" => {
                self.step(1);
                true
            }
            _ => {
                // A procedure may stand without EXEC where it is the first statement of a batch.
                let procedure = word.starts_with("xp_") || word.starts_with("sp_");
                if procedure || matches!(word, "master" | "msdb" | "dbo") && self.is(1, ".") {
                    self.procedure();
                    return true;
                }
                false
            }
        }
    }

    /// `@x varchar(8000) = VALUE, @y …`.
    pub(super) fn sql_declarations(&mut self) {
        while let Some(name) = self.name_at(0).filter(|name| name.starts_with('@')).map(str::to_ascii_lowercase) {
            self.step(1);
            while matches!(self.kind(0), Some(Kind::Name(word)) if !word.starts_with('@')) && self.spend(1) {
                let ends = self.name_at(0).is_some_and(|word| {
                    ["exec", "execute", "set", "select", "declare", "if", "begin"]
                        .contains(&word.to_ascii_lowercase().as_str())
                });
                if ends {
                    return;
                }
                self.step(1);
                if self.is(0, "(") {
                    self.step(1);
                    self.arguments(")", false);
                }
            }
            if self.is(0, "=") {
                self.step(1);
                let value = self.expression();
                self.stored(&name, value);
            }
            if !self.is(0, ",") {
                return;
            }
            self.step(1);
        }
    }

    /// `master..xp_cmdshell 'x', no_output` or with parentheses; arguments may have names.
    pub(super) fn procedure(&mut self) {
        let from = self.at;
        let line = self.line();
        let mut path = String::new();
        while let Some(kind) = self.kind(0) {
            match kind {
                Kind::Name(name) if path.is_empty() || path.ends_with('.') => path.push_str(&name.to_ascii_lowercase()),
                Kind::Symbol("." | "..") if !path.is_empty() => path.push('.'),
                _ => break,
            }
            self.step(1);
        }
        let parenthesised = self.is(0, "(");
        if parenthesised {
            self.step(1);
        }
        let mut arguments = Vec::new();
        let starts = |walker: &Self| match walker.kind(0) {
            Some(Kind::Text(_) | Kind::Number(_)) => true,
            Some(Kind::Name(name)) => {
                name.starts_with('@') || matches!(name.to_ascii_lowercase().as_str(), "null" | "no_output")
            }
            _ => false,
        };
        while starts(self) {
            let name = match self.name_at(0) {
                Some(name) if name.starts_with('@') && self.is(1, "=") => Some(name.to_ascii_lowercase()),
                _ => None,
            };
            if name.is_some() {
                self.step(2);
            }
            let place = self.name_at(0).filter(|name| name.starts_with('@')).map(str::to_ascii_lowercase);
            let value = self.expression();
            if matches!(self.name_at(0), Some(word) if matches!(word.to_ascii_lowercase().as_str(), "out" | "output")) {
                self.step(1);
            }
            arguments.push(Argument { name, value, place });
            if !self.is(0, ",") {
                break;
            }
            self.step(1);
        }
        if path.is_empty() && !parenthesised {
            return;
        }
        let name = path.rsplit('.').next().unwrap_or_default().to_owned();
        let source = self.source(from, self.at);
        let call =
            Call { receiver: None, receiver_place: None, path, name, arguments, constructs: false, line, source };
        self.invoke(&call);
    }
}
