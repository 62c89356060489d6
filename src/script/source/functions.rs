//! Functions of the text itself, and loops: bodies that run when they are called, or once an item.

use super::lexer::Kind;
use super::tongue::Tongue;
use super::value::Value;
use super::walker::{Actions, Argument, Function, NESTING, Walker};

/// Items of a known list over which a loop is run.
const ITEMS: usize = 16;

/// Tokens through which the beginning of a statement's line is searched.
const INDENTATION: usize = 4096;

/// Classes that one text may define.
const CLASSES: usize = 64;

/// The name under which what makes objects of a class is kept.
pub(super) fn constructor(class: &str) -> String {
    format!("{class}.new")
}

impl<A: Actions> Walker<A> {
    /// The body of the statement that stands here. Looking for it is work that nesting would square, so it is counted.
    fn body(&mut self, indented: bool) -> Option<(usize, usize)> {
        let body = if indented { self.indented_body() } else { self.braced_body(self.at) };
        let seen = body.map_or(self.end, |(_, end)| end).saturating_sub(self.at);
        self.spend(seen / 16).then_some(body).flatten()
    }

    /// Where the indented body ends that begins behind the colon of the statement that stands here.
    pub(super) fn indented_body(&self) -> Option<(usize, usize)> {
        let own = self
            .tokens
            .get(..self.at)?
            .iter()
            .rev()
            .take(INDENTATION)
            .find_map(|token| match token.kind {
                Kind::Line(indent) => Some(indent),
                _ => None,
            })
            .unwrap_or(0);
        let mut depth = 0usize;
        let mut start = None;
        for at in self.at..self.end {
            match &self.tokens.get(at)?.kind {
                Kind::Symbol("(" | "[" | "{") => depth = depth.saturating_add(1),
                Kind::Symbol(")" | "]" | "}") => depth = depth.saturating_sub(1),
                Kind::Symbol(":") if depth == 0 && start.is_none() => start = Some(at.saturating_add(1)),
                Kind::Line(indent) => match start {
                    Some(start) if *indent <= own => return Some((start, at)),
                    Some(_) => {}
                    None => return None,
                },
                _ => {}
            }
        }
        start.map(|start| (start, self.end))
    }

    /// From behind the next brace to its fellow.
    pub(super) fn braced_body(&self, from: usize) -> Option<(usize, usize)> {
        let mut depth = 0usize;
        let mut start = None;
        for at in from..self.end {
            match &self.tokens.get(at)?.kind {
                Kind::Symbol("{") => {
                    start.get_or_insert(at.saturating_add(1));
                    depth = depth.saturating_add(1);
                }
                Kind::Symbol("}") => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return start.map(|start| (start, at));
                    }
                }
                Kind::Symbol(";") if start.is_none() => return None,
                _ => {}
            }
        }
        start.map(|start| (start, self.end))
    }

    /// Runs a loop's body once for each item; once with the variable as written where the items are not known.
    pub(super) fn repeat(&mut self, name: &str, items: &Value, body: (usize, usize)) {
        let after = body.1;
        match items {
            Value::List(items) if !items.is_empty() && items.len() <= ITEMS => {
                for item in items.clone() {
                    self.variables.insert(name.to_owned(), item);
                    self.run_range(body);
                }
            }
            _ => {
                self.variables.remove(name);
                self.run_range(body);
            }
        }
        self.at = after;
    }

    pub(super) fn run_range(&mut self, (start, end): (usize, usize)) {
        if self.calls >= NESTING {
            return;
        }
        self.calls = self.calls.saturating_add(1);
        let outer = (self.at, self.end);
        (self.at, self.end) = (start, end);
        self.statements();
        (self.at, self.end) = outer;
        self.calls = self.calls.saturating_sub(1);
    }

    /// `for NAME in EXPRESSION:`.
    pub(super) fn python_loop(&mut self) -> bool {
        if self.name_at(2) != Some("in") {
            return false;
        }
        let (Some(name), Some(body)) = (self.name_at(1).map(str::to_owned), self.body(true)) else {
            return false;
        };
        self.step(3);
        let items = self.expression();
        self.repeat(&name, &items, body);
        true
    }

    /// PHP's `foreach (EXPRESSION as $key => $name) {`, Perl's `foreach my $name (EXPRESSION) {`.
    pub(super) fn foreach(&mut self) -> bool {
        let Some(body) = self.body(false) else { return false };
        let (name, items) = if self.tongue == Tongue::Php {
            self.step(2);
            let items = self.expression();
            if self.name_at(0) != Some("as") {
                return true;
            }
            self.step(if self.is(2, "=>") { 3 } else { 1 });
            (self.name_at(0).unwrap_or_default().to_owned(), items)
        } else {
            let ahead = if matches!(self.name_at(1), Some("my" | "our")) { 2 } else { 1 };
            let Some(name) = self.name_at(ahead).map(str::to_owned) else { return false };
            self.step(ahead.saturating_add(1));
            let items = match self.expression() {
                value @ Value::Text(_) => Value::List(vec![value]),
                other => other,
            };
            (name, items)
        };
        self.repeat(&name, &items, body);
        true
    }

    /// `class NAME`, with the classes that it is made from: what follows defines its functions.
    pub(super) fn class(&mut self) -> bool {
        let Some(name) = self.name_at(1).map(str::to_owned) else { return false };
        self.step(2);
        if self.is(0, "(") {
            while !self.is(0, ")") && !self.is(0, ":") && self.kind(0).is_some() {
                self.step(1);
            }
        }
        if self.classes.len() < CLASSES {
            self.classes.push(name);
        }
        true
    }

    /// `def`, `function`, `sub`, `func`, `fn`: kept until it is called.
    pub(super) fn definition(&mut self) -> bool {
        let mut ahead = 1usize;
        if self.tongue == Tongue::Go && self.is(1, "(") {
            while ahead < 40 && !self.is(ahead, ")") {
                ahead = ahead.saturating_add(1);
            }
            ahead = ahead.saturating_add(1);
        }
        let Some(name) = self.name_at(ahead).map(str::to_owned) else { return false };
        ahead = ahead.saturating_add(1);
        let parameters = self.parameters(ahead);
        let defaults = self.defaults(ahead);
        let body = if self.tongue == Tongue::Python { self.body(true) } else { self.body(false) };
        let Some(body) = body else { return false };
        let name = match (name.as_str(), self.classes.last()) {
            ("__init__" | "__construct", Some(class)) => constructor(class),
            _ => name,
        };
        self.functions.insert(name, Function { parameters, defaults, body, called: false });
        self.at = body.1;
        true
    }

    /// What the parameters between the parentheses that stand `ahead` are where a call does not give them, in Python and PHP.
    fn defaults(&mut self, ahead: usize) -> Vec<(String, Value)> {
        let mut defaults = Vec::new();
        if !self.is(ahead, "(") || !matches!(self.tongue, Tongue::Python | Tongue::Php) {
            return defaults;
        }
        let start = self.at;
        self.step(ahead.saturating_add(1));
        let (mut depth, mut name) = (1usize, None);
        while depth > 0 && defaults.len() < 32 && self.spend(1) {
            match self.kind(0) {
                Some(Kind::Symbol("(" | "[" | "{")) => depth = depth.saturating_add(1),
                Some(Kind::Symbol(")" | "]" | "}")) => depth = depth.saturating_sub(1),
                Some(Kind::Symbol(",")) if depth == 1 => name = None,
                Some(Kind::Name(word))
                    if name.is_none() && (self.tongue == Tongue::Python || word.starts_with('$')) =>
                {
                    name = Some(word.clone());
                }
                Some(Kind::Symbol("=")) if depth == 1 => {
                    self.step(1);
                    let value = self.expression();
                    if let (Some(name), Value::Text(_)) = (name.take(), &value) {
                        defaults.push((name, value));
                    }
                    continue;
                }
                None => break,
                _ => {}
            }
            self.step(1);
        }
        self.at = start;
        defaults
    }

    /// `TYPE NAME(PARAMETERS) {` of C and its heirs, told by the brace behind the parentheses.
    pub(super) fn braced_definition(&mut self) -> bool {
        let Some(name) = self.name_at(0).map(str::to_owned) else { return false };
        let control =
            ["if", "while", "for", "switch", "catch", "using", "foreach", "lock", "synchronized", "fixed", "try"];
        if !self.is(1, "(") || control.contains(&name.as_str()) {
            return false;
        }
        let mut depth = 0usize;
        let mut ahead = 1usize;
        loop {
            match self.kind(ahead) {
                Some(Kind::Symbol("(")) => depth = depth.saturating_add(1),
                Some(Kind::Symbol(")")) => depth = depth.saturating_sub(1),
                Some(Kind::Symbol("{" | ";")) | None => return false,
                // Parameters hold no literals; this keeps the search short.
                Some(Kind::Text(_)) => return false,
                _ => {}
            }
            ahead = ahead.saturating_add(1);
            if depth == 0 {
                break;
            }
            if ahead > 400 {
                return false;
            }
        }
        if self.name_at(ahead) == Some("throws") {
            while ahead < 400 && !self.is(ahead, "{") && self.kind(ahead).is_some() {
                ahead = ahead.saturating_add(1);
            }
        }
        if matches!(self.name_at(ahead), Some("const" | "noexcept" | "override")) {
            ahead = ahead.saturating_add(1);
        }
        if !self.is(ahead, "{") {
            return false;
        }
        let parameters = self.parameters(1);
        let Some(body) = self.braced_body(self.at.saturating_add(ahead)) else { return false };
        if !self.spend(body.1.saturating_sub(self.at) / 16) {
            return false;
        }
        self.functions.insert(name, Function { parameters, defaults: Vec::new(), body, called: false });
        self.at = body.1;
        true
    }

    /// The names of parameters between the parentheses that stand `ahead`: the last name of each, or the first in Python,
    /// PHP, Go and Rust.
    pub(super) fn parameters(&self, mut ahead: usize) -> Vec<String> {
        if !self.is(ahead, "(") {
            return Vec::new();
        }
        let first =
            matches!(self.tongue, Tongue::Python | Tongue::Php | Tongue::Go | Tongue::Rust | Tongue::JavaScript);
        let mut parameters = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut depth = 1usize;
        while depth > 0 && parameters.len() < 32 {
            ahead = ahead.saturating_add(1);
            match self.kind(ahead) {
                Some(Kind::Symbol("(" | "[" | "{")) => depth = depth.saturating_add(1),
                Some(Kind::Symbol(")" | "]" | "}")) => depth = depth.saturating_sub(1),
                Some(Kind::Name(name)) if self.tongue != Tongue::Php || name.starts_with('$') => {
                    names.push(name.clone())
                }
                None => break,
                _ => {}
            }
            if self.is(ahead, ",") && depth == 1 || depth == 0 {
                let name = if first { names.first() } else { names.last() };
                parameters.extend(name.cloned());
                names.clear();
            }
        }
        if parameters.first().is_some_and(|name| matches!(name.as_str(), "self" | "cls")) {
            parameters.remove(0);
        }
        parameters
    }

    /// Whether the text defines a function of this name.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// Runs a function of the text with its arguments, and says what it returns.
    pub(super) fn enter(&mut self, name: &str, arguments: &[Argument]) -> Value {
        let Some(function) = self.functions.get_mut(name) else { return Value::Nothing };
        function.called = true;
        let function = function.clone();
        if self.calls >= NESTING / 4 || !self.spend(16) {
            return Value::Nothing;
        }
        let mut saved = Vec::new();
        let mut positional = arguments.iter().filter(|argument| argument.name.is_none());
        for parameter in &function.parameters {
            let named = arguments.iter().find(|argument| argument.name.as_deref() == Some(parameter));
            let given = named.or_else(|| positional.next()).map(|argument| argument.value.clone());
            let default = function.defaults.iter().find(|(name, _)| name == parameter).map(|(_, value)| value.clone());
            let old = match given.or(default) {
                Some(value) if !matches!(value, Value::Unknown(_)) => self.variables.insert(parameter.clone(), value),
                _ => self.variables.remove(parameter),
            };
            saved.push((parameter.clone(), old));
        }
        if self.tongue == Tongue::Perl {
            let list = Value::List(arguments.iter().map(|argument| argument.value.clone()).collect());
            saved.push(("@_".to_owned(), self.variables.insert("@_".to_owned(), list)));
        }
        let outer = self.returned.take();
        self.run_range(function.body);
        let result = std::mem::replace(&mut self.returned, outer);
        for (name, value) in saved {
            match value {
                Some(value) => self.variables.insert(name, value),
                None => self.variables.remove(&name),
            };
        }
        result.unwrap_or(Value::Nothing)
    }
}
