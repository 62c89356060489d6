//! Expansion of words: parameters, command substitution, arithmetic, braces; then splitting into fields.
//!
//! What the text does not define stays as it is written, and is remembered as doubtful: a comparison with it has no known
//! outcome. A variable that holds nothing but what is unknown stays under its own name.

use super::arithmetic::Evaluation;
use super::parse::is_name;
use super::pattern::Pattern;
use super::run::Interpreter;
use super::syntax::{List, Operation, Parameter, Part, Word};
use crate::base::number::to_i64;
use crate::script::writer::emulation::Input;
use std::rc::Rc;

/// How much of a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Doubt {
    /// All of it.
    #[default]
    None,
    /// Some of it stands as written.
    Partly,
    /// Nothing.
    Wholly,
}

/// A value with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) doubt: Doubt,
}

impl Value {
    pub(super) fn known(text: impl Into<String>) -> Self {
        Self { text: text.into(), doubt: Doubt::None }
    }

    pub(super) fn is_known(&self) -> bool {
        self.doubt == Doubt::None
    }
}

/// How a piece of an expanded word behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stood bare in the text.
    Bare,
    /// Stays together.
    Quoted,
    /// Is split into fields.
    Split,
    /// Ends a field: between the items of `"$@"`.
    Break,
    /// `"$@"` without items, whose quotes make no field.
    Absent,
}

#[derive(Debug, Clone)]
struct Chunk {
    text: String,
    kind: Kind,
    doubt: Doubt,
}

/// Words that one pair of braces may make.
const BRACES: usize = 64;

impl Interpreter<'_, '_> {
    /// The fields that words become.
    pub(super) fn fields(&mut self, words: &[Word]) -> Vec<Value> {
        let mut fields = Vec::new();
        for word in words {
            for word in self.braces(word) {
                let chunks = self.chunks(&word);
                self.split(chunks, &mut fields);
            }
            if fields.len() > self.emulation.limits.line_bytes {
                self.emulation.cap("a command of this text has more words than the limit");
                break;
            }
        }
        fields
    }

    /// The text that a word becomes where it is not split: a value, a here-document, the word of a case.
    pub(super) fn joined(&mut self, word: &Word) -> Value {
        let chunks = self.chunks(word);
        join(chunks.into_iter())
    }

    /// The text of a pattern: what was quoted is protected by backslashes.
    pub(super) fn pattern(&mut self, word: &Word) -> (Pattern, bool) {
        let mut text = String::new();
        let mut known = true;
        for chunk in self.chunks(word) {
            known &= chunk.doubt == Doubt::None;
            if chunk.kind == Kind::Quoted {
                for character in chunk.text.chars() {
                    if matches!(character, '*' | '?' | '[' | ']' | '\\' | '-' | '!') {
                        text.push('\\');
                    }
                    text.push(character);
                }
            } else {
                text.push_str(&chunk.text);
            }
        }
        (Pattern::new(&text), known)
    }

    fn braces(&self, word: &Word) -> Vec<Word> {
        let mut done = Vec::new();
        let mut left = vec![word.clone()];
        while let Some(word) = left.pop() {
            let found = if self.flavour.has_braces() && done.len().saturating_add(left.len()) < BRACES {
                word.parts.iter().enumerate().find_map(|(number, part)| {
                    let Part::Bare(text) = part else { return None };
                    Some((number, brace(text)?))
                })
            } else {
                None
            };
            match found {
                None => done.push(word),
                Some((number, made)) => left.extend(made.into_iter().rev().map(|text| {
                    let mut parts = word.parts.clone();
                    if let Some(part) = parts.get_mut(number) {
                        *part = Part::Bare(text);
                    }
                    Word { parts, line: word.line }
                })),
            }
        }
        done
    }

    fn chunks(&mut self, word: &Word) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        for part in &word.parts {
            match part {
                Part::Bare(text) => chunks.push(Chunk { text: text.clone(), kind: Kind::Bare, doubt: Doubt::None }),
                Part::Quoted(text) => chunks.push(Chunk { text: text.clone(), kind: Kind::Quoted, doubt: Doubt::None }),
                Part::Unknown(raw) => chunks.push(self.as_written(raw)),
                Part::Parameter { parameter, quoted, raw } => self.parameter(parameter, *quoted, raw, &mut chunks),
                Part::Command { body, quoted, raw } => {
                    let chunk = match self.substitute(body) {
                        Some(Value { text, doubt }) => {
                            Chunk { text, kind: if *quoted { Kind::Quoted } else { Kind::Split }, doubt }
                        }
                        None => self.as_written(raw),
                    };
                    chunks.push(chunk);
                }
                Part::Arithmetic { expression, raw } => {
                    let value = self.joined(expression);
                    let number = if value.is_known() { self.arithmetic(&value.text) } else { None };
                    chunks.push(match number {
                        Some(number) => Chunk { text: number.to_string(), kind: Kind::Quoted, doubt: Doubt::None },
                        None => self.as_written(raw),
                    });
                }
                Part::Process { body, reads } => {
                    let name = format!("/dev/fd/{}", 63usize.saturating_add(self.processes));
                    self.processes = self.processes.saturating_add(1);
                    if *reads && self.emulation.step() {
                        let capture = self.emulation.begin_capture();
                        self.subshell(|shell| shell.list(body));
                        if let Input::Text(pieces) = self.emulation.end_capture(capture) {
                            self.emulation.files.put(&name, None, pieces);
                        }
                    }
                    chunks.push(Chunk { text: name, kind: Kind::Quoted, doubt: Doubt::None });
                }
            }
        }
        let cap = self.emulation.limits.line_bytes.saturating_mul(8);
        if chunks.iter().map(|chunk| chunk.text.len()).sum::<usize>() > cap {
            self.emulation.cap("a word of this text grew beyond the limit of a line");
            chunks.clear();
        }
        chunks
    }

    /// An expansion that is not known.
    fn as_written(&mut self, raw: &str) -> Chunk {
        self.emulation.outcome.leave_unresolved(raw);
        Chunk { text: raw.to_owned(), kind: Kind::Quoted, doubt: Doubt::Wholly }
    }

    /// What commands print; nothing where that is not known.
    fn substitute(&mut self, body: &Rc<List>) -> Option<Value> {
        if !self.emulation.enter() {
            return None;
        }
        let capture = self.emulation.begin_capture();
        let opaque = std::mem::take(&mut self.opaque);
        let doubt = std::mem::take(&mut self.printed_doubt);
        self.subshell(|shell| shell.list(body));
        let was_opaque = std::mem::replace(&mut self.opaque, opaque);
        let doubt = std::mem::replace(&mut self.printed_doubt, doubt);
        let input = self.emulation.end_capture(capture);
        self.emulation.leave();
        let Input::Text(pieces) = input else { return None };
        if was_opaque {
            return None;
        }
        let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        Some(Value {
            text: text.trim_end_matches('\n').to_owned(),
            doubt: if doubt { Doubt::Partly } else { Doubt::None },
        })
    }

    /// The value of an expression, whose assignments are carried out.
    pub(super) fn arithmetic(&mut self, text: &str) -> Option<i64> {
        let lookup = |name: &str| {
            let value = self.variable(name)?;
            value.is_known().then(|| value.text.trim().parse().ok()).flatten()
        };
        let mut evaluation = Evaluation::new(text, &lookup);
        let value = evaluation.value();
        let assigned = std::mem::take(&mut evaluation.assigned);
        for (name, number) in assigned {
            self.assign(&name, Value::known(number.to_string()));
        }
        value
    }

    /// The value of a variable; nothing where the text never set it.
    pub(super) fn variable(&self, name: &str) -> Option<Value> {
        match self.doubts.get(name) {
            Some(Doubt::Wholly) => Some(Value { text: String::new(), doubt: Doubt::Wholly }),
            doubt => {
                let text = self.emulation.environment.get(name)?.clone();
                Some(Value { text, doubt: doubt.copied().unwrap_or_default() })
            }
        }
    }

    /// The value of a parameter of any kind; nothing where it is not set or not known.
    fn value_of(&self, parameter: &Parameter) -> Option<Value> {
        let name = parameter.name.as_str();
        if let Some(index) = &parameter.index {
            let array = self.arrays.get(name)?;
            let known = self.variable(index).filter(Value::is_known).map(|value| value.text);
            let number = known.as_deref().unwrap_or(index).parse::<usize>().ok()?;
            return array.get(number).cloned();
        }
        if let Some(array) = self.arrays.get(name) {
            return array.first().cloned();
        }
        match name {
            "0" => self.own_name.clone(),
            "#" => Some(Value::known(self.arguments.as_ref()?.len().to_string())),
            "?" => Some(Value::known(self.status?.to_string())),
            "PWD" => self.variable("PWD").or_else(|| self.emulation.directory.clone().map(Value::known)),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => {
                let number: usize = name.parse().ok()?;
                let arguments = self.arguments.as_ref()?;
                Some(arguments.get(number.checked_sub(1)?).cloned().unwrap_or_default())
            }
            _ if is_name(name) => self.variable(name),
            _ => None,
        }
    }

    fn parameter(&mut self, parameter: &Parameter, quoted: bool, raw: &str, chunks: &mut Vec<Chunk>) {
        let all = matches!(parameter.name.as_str(), "@" | "*") || matches!(parameter.index.as_deref(), Some("@" | "*"));
        if all {
            let items = match &parameter.index {
                Some(_) => self.arrays.get(&parameter.name).cloned(),
                None => self.arguments.clone(),
            };
            let star = parameter.name == "*" || parameter.index.as_deref() == Some("*");
            match (items, &parameter.operation) {
                (Some(items), Operation::None) => items_into(&items, quoted, quoted && star, chunks),
                (Some(items), Operation::Length) => {
                    chunks.push(Chunk { text: items.len().to_string(), kind: Kind::Quoted, doubt: Doubt::None })
                }
                _ => {
                    let chunk = self.as_written(raw);
                    chunks.push(chunk);
                }
            }
            return;
        }
        let kind = if quoted { Kind::Quoted } else { Kind::Split };
        if let Some(word) = self.word_instead(parameter) {
            for chunk in self.chunks(word) {
                let kind =
                    if chunk.kind == Kind::Bare || quoted && chunk.kind == Kind::Split { kind } else { chunk.kind };
                chunks.push(Chunk { kind, ..chunk });
            }
            return;
        }
        match self.operated(parameter) {
            Some(Value { doubt: Doubt::Wholly, .. }) | None => {
                let chunk = self.as_written(raw);
                chunks.push(chunk);
            }
            // What is not known might hold blanks in its own syntax: it stays together.
            Some(Value { text, doubt: Doubt::Partly }) => {
                chunks.push(Chunk { text, kind: Kind::Quoted, doubt: Doubt::Partly });
            }
            Some(Value { text, doubt }) => chunks.push(Chunk { text, kind, doubt }),
        }
    }

    /// The word of `${x-w}` or `${x+w}`, where it takes the place of the value: what is quoted in it stays together.
    fn word_instead<'w>(&self, parameter: &'w Parameter) -> Option<&'w Word> {
        let Operation::Otherwise { sign, colon, word } = &parameter.operation else { return None };
        let holds = holds(self.value_of(parameter).as_ref(), *colon);
        matches!((sign, holds), ('+', true) | ('-', false)).then_some(word)
    }

    fn operated(&mut self, parameter: &Parameter) -> Option<Value> {
        let value = self.value_of(parameter);
        if let Operation::Otherwise { sign, colon, word } = &parameter.operation {
            return match (sign, holds(value.as_ref(), *colon)) {
                ('+', _) => Some(Value::default()),
                (_, true) => value,
                ('=', false) => {
                    let made = self.joined(word);
                    self.assign(&parameter.name, made.clone());
                    Some(made)
                }
                _ => None,
            };
        }
        let value = value?;
        if value.doubt != Doubt::None && !matches!(parameter.operation, Operation::None) {
            return None;
        }
        let text = match &parameter.operation {
            Operation::None | Operation::Otherwise { .. } => return Some(value),
            Operation::Length => value.text.chars().count().to_string(),
            Operation::Trim { suffix, longest, pattern } => {
                let (pattern, known) = self.pattern(pattern);
                pattern.trim(&value.text, *suffix, *longest).filter(|_| known)?
            }
            Operation::Replace { all, anchor, pattern, replacement } => {
                let (pattern, known) = self.pattern(pattern);
                let with = self.joined(replacement);
                let text = pattern.replace(&value.text, &with.text, *all, *anchor).filter(|_| known)?;
                return (with.doubt != Doubt::Wholly).then_some(Value { text, doubt: with.doubt });
            }
            Operation::Substring { offset, length } => {
                let offset = self.number(offset)?;
                let length = match length {
                    Some(length) => Some(self.number(length)?),
                    None => None,
                };
                substring(&value.text, offset, length)
            }
            Operation::Case { upper, all } => {
                let change = |text: &str| if *upper { text.to_uppercase() } else { text.to_lowercase() };
                let end = if *all { value.text.len() } else { value.text.chars().next().map_or(0, char::len_utf8) };
                let (head, tail) = value.text.split_at_checked(end)?;
                format!("{}{tail}", change(head))
            }
        };
        Some(Value::known(text))
    }

    fn number(&mut self, word: &Word) -> Option<i64> {
        let value = self.joined(word);
        if value.is_known() { self.arithmetic(&value.text) } else { None }
    }

    /// The characters at which fields end.
    pub(super) fn separators(&self) -> String {
        match self.variable("IFS") {
            Some(value) if value.is_known() => value.text,
            _ => " \t\n".to_owned(),
        }
    }

    fn split(&self, chunks: Vec<Chunk>, fields: &mut Vec<Value>) {
        let separators = self.separators();
        let mut current: Vec<Chunk> = Vec::new();
        let mut end = |current: &mut Vec<Chunk>| {
            let absent = current.iter().any(|chunk| chunk.kind == Kind::Absent);
            if absent && current.iter().all(|chunk| chunk.text.is_empty()) {
                current.clear();
            }
            if !current.is_empty() {
                fields.push(join(current.drain(..)));
            }
        };
        for chunk in chunks {
            match chunk.kind {
                Kind::Break => end(&mut current),
                Kind::Split => {
                    let mut rest = chunk.text.as_str();
                    loop {
                        let at = rest.find(|c| separators.contains(c));
                        let (head, tail) = rest.split_at_checked(at.unwrap_or(rest.len())).unwrap_or((rest, ""));
                        if !head.is_empty() {
                            current.push(Chunk { text: head.to_owned(), ..chunk.clone() });
                        }
                        let Some(sign) = tail.chars().next() else { break };
                        if !sign.is_whitespace() && current.is_empty() {
                            current.push(Chunk { text: String::new(), kind: Kind::Quoted, doubt: Doubt::None });
                        }
                        end(&mut current);
                        rest = tail.get(sign.len_utf8()..).unwrap_or_default();
                    }
                }
                Kind::Bare | Kind::Quoted | Kind::Absent => current.push(chunk),
            }
        }
        end(&mut current);
    }
}

/// Whether a parameter counts as set.
fn holds(value: Option<&Value>, colon: bool) -> bool {
    value.is_some_and(|value| value.doubt != Doubt::None || !colon || !value.text.is_empty())
}

/// The items of `$@` or of an array. A star in quotes joins them by blanks.
fn items_into(items: &[Value], quoted: bool, star: bool, chunks: &mut Vec<Chunk>) {
    if items.is_empty() && quoted && !star {
        chunks.push(Chunk { text: String::new(), kind: Kind::Absent, doubt: Doubt::None });
    }
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            let (text, kind) = if star { (" ", Kind::Quoted) } else { ("", Kind::Break) };
            chunks.push(Chunk { text: text.to_owned(), kind, doubt: Doubt::None });
        }
        let kind = if quoted || item.doubt != Doubt::None { Kind::Quoted } else { Kind::Split };
        chunks.push(Chunk { text: item.text.clone(), kind, doubt: item.doubt });
    }
}

fn join(chunks: impl Iterator<Item = Chunk>) -> Value {
    let mut value = Value::default();
    let (mut known, mut unknown) = (false, false);
    let mut partly = false;
    for chunk in chunks {
        if chunk.kind == Kind::Break {
            value.text.push(' ');
        }
        known |= chunk.doubt == Doubt::None && !chunk.text.is_empty();
        unknown |= chunk.doubt == Doubt::Wholly;
        partly |= chunk.doubt == Doubt::Partly;
        value.text.push_str(&chunk.text);
    }
    value.doubt = match (unknown, known || partly) {
        (true, false) => Doubt::Wholly,
        (true, true) => Doubt::Partly,
        (false, _) if partly => Doubt::Partly,
        (false, _) => Doubt::None,
    };
    value
}

/// `${x:offset:length}`; both count from the end where negative.
fn substring(text: &str, offset: i64, length: Option<i64>) -> String {
    let characters: Vec<char> = text.chars().collect();
    let total = to_i64(characters.len());
    let place = |number: i64| if number < 0 { total.saturating_add(number) } else { number }.clamp(0, total);
    let begin = place(offset);
    let end = match length {
        None => total,
        Some(length) if length < 0 => place(length),
        Some(length) => begin.saturating_add(length).clamp(0, total),
    };
    let take = usize::try_from(end.saturating_sub(begin)).unwrap_or(0);
    characters.iter().skip(usize::try_from(begin).unwrap_or(0)).take(take).collect()
}

/// What the first pair of braces in a text makes of it: `a{b,c}d`, `a{1..3}d`.
fn brace(text: &str) -> Option<Vec<String>> {
    let open = text.find('{')?;
    let (head, rest) = (text.get(..open)?, text.get(open.saturating_add(1)..)?);
    let (mut depth, mut close, mut commas) = (0usize, None, Vec::new());
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth = depth.saturating_add(1),
            '}' if depth == 0 => {
                close = Some(at);
                break;
            }
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => commas.push(at),
            _ => {}
        }
    }
    let close = close?;
    let (inner, tail) = (rest.get(..close)?, rest.get(close.saturating_add(1)..)?);
    let mut items: Vec<String> = Vec::new();
    if commas.is_empty() {
        let (from, to) = inner.split_once("..")?;
        let width = if from.starts_with('0') && from.len() > 1 { from.len() } else { 0 };
        let (from, to) = (from.parse::<i64>().ok()?, to.parse::<i64>().ok()?);
        let count = usize::try_from(from.abs_diff(to)).ok()?;
        let step = if from <= to { 1 } else { -1 };
        let mut number = from;
        for _ in 0..=count.min(BRACES) {
            items.push(format!("{number:0width$}"));
            number = number.saturating_add(step);
        }
    } else {
        let mut from = 0usize;
        for comma in commas.into_iter().chain([close]) {
            items.push(inner.get(from..comma)?.to_owned());
            from = comma.saturating_add(1);
        }
    }
    Some(items.into_iter().take(BRACES).map(|item| format!("{head}{item}{tail}")).collect())
}
