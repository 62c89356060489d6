//! Walks the statements of a source text: functions, loops over known lists, everything else in order.

use super::lexer::{Kind, Lexer, Token};
use super::tongue::Tongue;
use super::value::{Value, Words};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Deepest nesting of expressions and of calls that is followed.
pub(super) const NESTING: usize = 32;

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name, where it is given by name.
    pub name: Option<String>,
    /// Its value.
    pub value: Value,
    /// The variable that it is, if it is one.
    pub place: Option<String>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The object or value whose method is called.
    pub receiver: Option<Value>,
    /// The variable that holds the receiver, if one does.
    pub receiver_place: Option<String>,
    /// The function as written, with all that leads to it: `subprocess.call`, `Net::FTP::new`.
    pub path: String,
    /// The last name of it.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Argument>,
    /// Whether it is `new NAME(…)`.
    pub constructs: bool,
    /// Line, from 1.
    pub line: u32,
    /// The call as written.
    pub source: String,
}

impl Call {
    /// The value of a positional argument.
    #[must_use]
    pub fn value(&self, index: usize) -> Option<&Value> {
        self.arguments.iter().filter(|argument| argument.name.is_none()).nth(index).map(|argument| &argument.value)
    }

    /// The value of an argument given by name or position.
    #[must_use]
    pub fn either(&self, name: &str, index: usize) -> Option<&Value> {
        let named = self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
        named.map(|argument| &argument.value).or_else(|| self.value(index))
    }

    /// A positional argument as a text; nothing where it is missing.
    #[must_use]
    pub fn words(&self, index: usize) -> Option<Words> {
        self.value(index).map(Value::words).filter(|words| !words.text.is_empty())
    }
}

/// What the calls of a program do.
pub trait Actions {
    /// A call; nothing where it is none that matters.
    fn call(&mut self, call: &Call) -> Option<Value>;
    /// `object << value`; false where the object takes nothing.
    fn shift(&mut self, object: usize, value: &Value, line: u32) -> bool;
    /// An attribute of an object is set.
    fn set(&mut self, object: usize, member: &str, value: &Value, line: u32);
    /// A command line between backticks.
    fn command(&mut self, text: &Words, line: u32);
}

/// A function of the text.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) parameters: Vec<String>,
    /// What parameters are where a call does not give them.
    pub(super) defaults: Vec<(String, Value)>,
    pub(super) body: (usize, usize),
    pub(super) called: bool,
}

/// The walk over one text.
pub struct Walker<A> {
    pub(super) tongue: Tongue,
    pub(super) tokens: Rc<[Token]>,
    pub(super) characters: Rc<[char]>,
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) variables: BTreeMap<String, Value>,
    pub(super) functions: BTreeMap<String, Function>,
    /// The classes that the text defines, the last one last.
    pub(super) classes: Vec<String>,
    pub(super) budget: usize,
    is_cut: bool,
    pub(super) depth: usize,
    pub(super) calls: usize,
    pub(super) returned: Option<Value>,
    /// What the calls do.
    pub actions: A,
}

impl<A: Actions> Walker<A> {
    /// A walk over a text whose first line has the given number.
    #[must_use]
    pub fn new(tongue: Tongue, content: &str, line: u32, actions: A) -> Self {
        let (tokens, characters, is_cut) = Lexer::new(tongue, content, line).run();
        let budget = tokens.len().saturating_mul(8).saturating_add(20_000);
        Self {
            tongue,
            end: tokens.len(),
            tokens: tokens.into(),
            characters: characters.into(),
            at: 0,
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            classes: Vec::new(),
            budget,
            is_cut,
            depth: 0,
            calls: 0,
            returned: None,
            actions,
        }
    }

    /// Gives a variable its value before the walk: a name that the language defines.
    pub fn define(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_owned(), value);
    }

    /// Walks all of it: first what stands outside functions, then the functions that nothing calls. Tells whether it came to
    /// the end: long texts are cut, and work is limited.
    pub fn run(mut self) -> (A, bool) {
        self.statements();
        let mentioned = self.mentions();
        let rounds: [&dyn Fn(&str) -> bool; 2] =
            [&|name: &str| mentioned.get(name).copied().unwrap_or(0) < 2, &|_: &str| true];
        for round in rounds {
            let mut waiting: Vec<(usize, String)> = self
                .functions
                .iter()
                .filter(|(name, function)| !function.called && round(name.as_str()))
                .map(|(name, function)| (function.body.0, name.clone()))
                .collect();
            waiting.sort();
            for (_, name) in waiting {
                if self.functions.get(&name).is_some_and(|function| !function.called) {
                    self.enter(&name, &[]);
                }
            }
        }
        let is_whole = !self.is_cut && self.budget > 0;
        (self.actions, is_whole)
    }

    /// How often each name stands in the text.
    pub(super) fn mentions(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for token in self.tokens.iter() {
            if let Kind::Name(name) = &token.kind {
                let count: &mut usize = counts.entry(name.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
        counts
    }

    pub(super) fn kind(&self, ahead: usize) -> Option<&Kind> {
        let at = self.at.saturating_add(ahead);
        if at < self.end { self.tokens.get(at).map(|token| &token.kind) } else { None }
    }

    pub(super) fn is(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.kind(ahead), Some(Kind::Symbol(have)) if *have == symbol)
    }

    pub(super) fn name_at(&self, ahead: usize) -> Option<&str> {
        match self.kind(ahead) {
            Some(Kind::Name(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn line(&self) -> u32 {
        let token = self.tokens.get(self.at).or_else(|| self.tokens.last());
        token.map_or(1, |token| token.line)
    }

    pub(super) fn step(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    /// What the text says from one token to another, cut short.
    pub(super) fn source(&self, from: usize, to: usize) -> String {
        let start = self.tokens.get(from).map_or(0, |token| token.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.end);
        let characters = self.characters.get(start..end).unwrap_or_default();
        characters.iter().take(200).collect::<String>().trim().to_owned()
    }

    /// A name as it is looked up.
    pub(super) fn folded(&self, name: &str) -> String {
        if self.tongue.folds_names() { name.to_ascii_lowercase() } else { name.to_owned() }
    }

    /// Counts work; false when there was too much.
    pub(super) fn spend(&mut self, cost: usize) -> bool {
        self.budget = self.budget.saturating_sub(cost.max(1));
        self.budget > 0
    }

    pub(super) fn statements(&mut self) {
        while self.at < self.end && self.spend(1) {
            self.statement();
        }
    }

    pub(super) fn statement(&mut self) {
        if let Some(Kind::Symbol(";" | "," | ")" | "]" | "}" | "{" | ":" | "=" | "=>" | "@") | Kind::Line(_)) =
            self.kind(0)
        {
            self.step(1);
            return;
        }
        if self.keyword() || self.tongue == Tongue::Php && self.is(0, "[") && self.assign_list(1, "]") {
            return;
        }
        let before = self.at;
        let value = self.expression();
        self.declaration(before, &value);
        if self.at == before {
            self.step(1);
        }
    }

    /// A statement that begins with a word of the language; false where it is an expression.
    pub(super) fn keyword(&mut self) -> bool {
        let Some(word) = self.name_at(0).map(str::to_owned) else { return false };
        match (self.tongue, word.as_str()) {
            (Tongue::Python | Tongue::Php, "class") => self.class(),
            (Tongue::Python, "def") | (Tongue::Go, "func") | (Tongue::Rust, "fn") => self.definition(),
            (Tongue::Perl, "sub") | (Tongue::Php | Tongue::JavaScript, "function") => self.definition(),
            (Tongue::Python, "import" | "from") => {
                self.import();
                true
            }
            (Tongue::Php, "list") if self.is(1, "(") => self.assign_list(2, ")"),
            (Tongue::Python, "with") => {
                self.step(1);
                self.with();
                true
            }
            (Tongue::Python, "for") => self.python_loop(),
            (Tongue::Php, "foreach") => self.foreach(),
            (Tongue::Perl, "foreach" | "for") => self.foreach(),
            (_, "return") => {
                self.step(1);
                let value = self.expression();
                if self.returned.is_none() && !matches!(value, Value::Nothing | Value::Unknown(_)) {
                    self.returned = Some(value);
                }
                true
            }
            (Tongue::Go | Tongue::Python | Tongue::Ruby, _) if self.is(1, ",") => {
                let names = self.names_assigned();
                if !names.is_empty() {
                    self.assign_several(&names);
                }
                !names.is_empty()
            }
            (Tongue::C, "#define") => {
                self.macro_definition();
                true
            }
            (Tongue::Sql, _) => self.sql_statement(&word.to_ascii_lowercase()),
            (Tongue::C | Tongue::Java | Tongue::CSharp, _) => self.braced_definition(),
            _ => false,
        }
    }

    /// The batch `EXEC('…')` runs is a text of SQL.
    pub(super) fn invoke_sql_text(&mut self, text: &str) {
        if self.calls >= 4 {
            return;
        }
        self.within(text, |walker| walker.statements());
    }

    /// Does something over the tokens of another text with the same variables.
    pub(super) fn within<T>(&mut self, text: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        let line = self.line();
        let (mut tokens, characters, _) = Lexer::new(self.tongue, text, line).run();
        tokens.iter_mut().for_each(|token| token.line = line);
        self.spend(tokens.len());
        self.calls = self.calls.saturating_add(1);
        let end = std::mem::replace(&mut self.end, tokens.len());
        let tokens = std::mem::replace(&mut self.tokens, tokens.into());
        let characters = std::mem::replace(&mut self.characters, characters.into());
        let at = std::mem::replace(&mut self.at, 0);
        let result = act(self);
        (self.at, self.end, self.tokens, self.characters) = (at, end, tokens, characters);
        self.calls = self.calls.saturating_sub(1);
        result
    }
}
