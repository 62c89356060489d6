//! What follows an operand: members, calls, subscripts, an assignment.

use super::expression::cut;
use super::lexer::Kind;
use super::tongue::Tongue;
use super::value::Value;
use super::walker::{Actions, Call, Walker};

impl<A: Actions> Walker<A> {
    /// Members, calls, subscripts and an assignment behind an operand.
    pub(super) fn members(&mut self, mut value: Value, mut place: Option<String>, from: usize) -> Value {
        let mut path = place.clone().unwrap_or_default();
        let perl = self.tongue == Tongue::Perl;
        while let Some(kind) = self.kind(0).cloned() {
            match kind {
                Kind::Symbol(symbol @ ("." | "->" | "::" | "?."))
                    if (symbol != "." || self.tongue.has_dot_members())
                        && matches!(self.kind(1), Some(Kind::Name(_))) =>
                {
                    let member = self.name_at(1).unwrap_or_default().to_owned();
                    let folded = self.folded(&member);
                    self.step(2);
                    let line = self.line();
                    let is_call = self.is(0, "(");
                    let bare =
                        !is_call && (perl && symbol == "->" || self.tongue == Tongue::Ruby && self.starts_argument());
                    let receiver_place = place.clone();
                    let whole = format!("{path}{symbol}{folded}");
                    if is_call || bare {
                        let arguments = match is_call {
                            true => {
                                self.step(1);
                                self.arguments(")", true)
                            }
                            false if perl => Vec::new(),
                            false => self.bare_arguments(),
                        };
                        let receiver =
                            if symbol == "::" && matches!(value, Value::Unknown(_)) { None } else { Some(value) };
                        let source = self.source(from, self.at);
                        let call = Call {
                            receiver,
                            receiver_place,
                            path: cut(whole.clone()),
                            name: member,
                            arguments,
                            constructs: false,
                            line,
                            source,
                        };
                        value = self.invoke(&call);
                        place = None;
                        path = cut(whole);
                    } else {
                        let whole = cut(whole);
                        let object = match value {
                            Value::Object(object) => Some(object),
                            _ => None,
                        };
                        // A field of the class is declared by its name alone.
                        let field = match path.as_str() {
                            "self" | "this" | "cls" | "self::" => Some(folded.clone()),
                            "$this" => Some(format!("${folded}")),
                            class if self.classes.iter().any(|known| known == class) => Some(folded.clone()),
                            _ => None,
                        };
                        let known = self.value_of(&whole).or_else(|| self.value_of(&field?));
                        if let (Some(object), true) = (object, self.is(0, "=")) {
                            self.step(1);
                            let set = self.expression();
                            let line = self.line();
                            self.actions.set(object, &folded, &set, line);
                            self.variables.insert(whole, set.clone());
                            return set;
                        }
                        value = match (known, object) {
                            (Some(known), _) => known,
                            // `process.stdin` and the like are the object itself.
                            (None, Some(object)) => Value::Object(object),
                            (None, None) => Value::Unknown(self.source(from, self.at)),
                        };
                        place = Some(whole.clone());
                        path = whole;
                    }
                }
                Kind::Symbol("(") if !path.is_empty() && place.is_some() => {
                    let line = self.line();
                    self.step(1);
                    let arguments = self.arguments(")", true);
                    let name = path.rsplit(['.', ':', '>']).next().unwrap_or_default().to_owned();
                    let source = self.source(from, self.at);
                    let call = Call {
                        receiver: None,
                        receiver_place: None,
                        path: path.clone(),
                        name,
                        arguments,
                        constructs: false,
                        line,
                        source,
                    };
                    value = self.invoke(&call);
                    place = None;
                }
                Kind::Symbol("!") if self.tongue == Tongue::Rust && self.is(1, "(") => {
                    self.step(1);
                }
                Kind::Symbol("[") => {
                    self.step(1);
                    let key = self
                        .arguments("]", false)
                        .pop()
                        .map(|argument| argument.value.words().text)
                        .unwrap_or_default();
                    (value, place) = self.subscripted(value, &path, &key, from);
                    path = place.clone().unwrap_or_default();
                }
                // A block's parameter is what the call makes.
                Kind::Name(word)
                    if word == "do" && self.tongue == Tongue::Ruby && self.is(1, "|") && self.is(3, "|") =>
                {
                    if let Some(parameter) = self.name_at(2).map(str::to_owned) {
                        self.stored(&parameter, value.clone());
                    }
                    self.step(4);
                    break;
                }
                Kind::Symbol("{") if self.tongue == Tongue::Ruby && self.is(1, "|") && self.is(3, "|") => {
                    if let Some(parameter) = self.name_at(2).map(str::to_owned) {
                        self.stored(&parameter, value.clone());
                    }
                    self.step(4);
                    break;
                }
                Kind::Symbol("->") if perl && (self.is(1, "{") || self.is(1, "[")) => self.step(1),
                Kind::Symbol("{")
                    if perl && (place.is_some() || matches!(value, Value::Map(_))) && self.is_adjacent() =>
                {
                    self.step(1);
                    let key = match (self.kind(0).cloned(), self.is(1, "}")) {
                        (Some(Kind::Name(name)), true) if !name.starts_with('$') => {
                            self.step(2);
                            name
                        }
                        _ => self
                            .arguments("}", false)
                            .pop()
                            .map(|argument| argument.value.words().text)
                            .unwrap_or_default(),
                    };
                    (value, place) = self.subscripted(value, &path, &key, from);
                    path = place.clone().unwrap_or_default();
                }
                Kind::Symbol(symbol @ ("=" | ":=" | "+=" | ".=" | "&=" | "||="))
                    if place.is_some() && !(symbol == "=" && self.is(1, "=")) =>
                {
                    let target = place.clone().unwrap_or_default();
                    return self.assigned(&target, symbol, value);
                }
                // `char command[] = "x"` was read as a subscript; a type between a name and its value as nothing.
                Kind::Symbol(":") if place.is_some() && self.tongue == Tongue::Delphi && self.is(1, "=") => {
                    self.step(2);
                    let target = place.clone().unwrap_or_default();
                    let set = self.expression();
                    return self.stored(&target, set);
                }
                _ => break,
            }
        }
        value
    }

    /// Whether this token follows the one before without a blank.
    pub(super) fn is_adjacent(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map(|token| token.end);
        before == self.tokens.get(self.at).map(|token| token.start)
    }

    pub(super) fn subscripted(&mut self, value: Value, path: &str, key: &str, from: usize) -> (Value, Option<String>) {
        let place = cut(format!("{path}[{key}]"));
        // An array of characters is its name.
        if self.tongue == Tongue::C
            && (key.is_empty() || matches!(value, Value::Text(_) | Value::Unknown(_)))
            && self.is(0, "=")
        {
            return (value, Some(path.to_owned()));
        }
        let known = value.get(key).cloned().or_else(|| self.value_of(&place));
        // `$h{k}` and `$a[0]` are parts of `%h` and `@a`.
        let known = known.or_else(|| {
            let name = path.strip_prefix('$').filter(|_| self.tongue == Tongue::Perl)?;
            let whole = self.value_of(&format!("@{name}")).or_else(|| self.value_of(&format!("%{name}")))?;
            match whole {
                Value::List(items) if key.parse::<usize>().is_err() => {
                    let at = items.iter().position(|item| item.words().text == key)?;
                    items.get(at.saturating_add(1)).cloned()
                }
                whole => whole.get(key).cloned(),
            }
        });
        let value = known.unwrap_or_else(|| Value::Unknown(self.source(from, self.at)));
        (value, Some(place))
    }

    pub(super) fn assigned(&mut self, target: &str, symbol: &str, old: Value) -> Value {
        self.step(1);
        let new = self.expression();
        let value = if matches!(symbol, "+=" | ".=" | "&=") && !matches!(old, Value::Nothing | Value::Unknown(_)) {
            let mut words = old.words();
            words.append(&new.words());
            self.spend(words.text.len() / 32);
            Value::Text(words)
        } else if symbol == "+=" || symbol == ".=" {
            Value::Unknown(target.to_owned())
        } else {
            new
        };
        self.stored(target, value)
    }

    /// Keeps a value; an unknown one is known by the name of its variable.
    pub(super) fn stored(&mut self, target: &str, value: Value) -> Value {
        self.spend(value.cost());
        match &value {
            Value::Unknown(_) | Value::Nothing => self.variables.remove(target),
            known => self.variables.insert(target.to_owned(), known.clone()),
        };
        value
    }
}
