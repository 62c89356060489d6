//! Arguments and items, in parentheses or without.

use super::lexer::{Kind, Part};
use super::tongue::Tongue;
use super::value::Value;
use super::walker::{Actions, Argument, Call, Walker};

impl<A: Actions> Walker<A> {
    /// The items up to a closing bracket, which is taken.
    pub(super) fn arguments(&mut self, close: &str, named: bool) -> Vec<Argument> {
        let mut arguments = Vec::new();
        while self.at < self.end && self.spend(1) {
            match self.kind(0) {
                Some(Kind::Symbol(symbol)) if *symbol == close => {
                    self.step(1);
                    break;
                }
                Some(Kind::Symbol(")" | "]" | "}")) => break,
                Some(Kind::Symbol("," | ";" | ":" | "=>") | Kind::Line(_)) => {
                    self.step(1);
                    continue;
                }
                _ => {}
            }
            let name = self.key(named);
            let place = match (self.kind(0), self.kind(1)) {
                (Some(Kind::Name(name)), Some(Kind::Symbol("," | ")"))) => Some(self.folded(name)),
                (Some(Kind::Symbol("&")), Some(Kind::Name(name))) => Some(self.folded(name)),
                _ => None,
            };
            let before = self.at;
            let value = self.expression();
            if self.at == before {
                self.step(1);
            }
            if arguments.len() < 4096 {
                arguments.push(Argument { name, value, place });
            }
            self.skip_to_comma(close);
        }
        arguments
    }

    /// What is left of an item that was not understood is evaluated and dropped.
    pub(super) fn skip_to_comma(&mut self, close: &str) {
        while self.at < self.end && self.spend(1) {
            match self.kind(0) {
                Some(Kind::Symbol(symbol)) if *symbol == close => return,
                Some(Kind::Symbol("," | ")" | "]" | "}" | ";")) => return,
                _ => {}
            }
            let before = self.at;
            self.expression();
            if self.at == before {
                self.step(1);
            }
        }
    }

    /// The key in front of an item: `name=` in Python's calls, `name:` and `name =>` elsewhere.
    pub(super) fn key(&mut self, named: bool) -> Option<String> {
        let key = match self.kind(0)? {
            Kind::Name(name) => name.clone(),
            Kind::Text(parts) => match parts.as_slice() {
                [Part::Known(text)] => text.clone(),
                _ => return None,
            },
            Kind::Number(number) => number.clone(),
            _ => return None,
        };
        let is_name = matches!(self.kind(0), Some(Kind::Name(_)));
        let sign = match self.kind(1) {
            Some(Kind::Symbol(sign)) => *sign,
            _ => return None,
        };
        let takes = match sign {
            "=>" => !matches!(self.tongue, Tongue::JavaScript | Tongue::CSharp | Tongue::Rust) && !key.starts_with('$'),
            "=" => is_name && named && matches!(self.tongue, Tongue::Python | Tongue::CSharp),
            ":" => matches!(
                self.tongue,
                Tongue::Python | Tongue::JavaScript | Tongue::CSharp | Tongue::Ruby | Tongue::Go | Tongue::Json
            ),
            _ => false,
        };
        if !takes {
            return None;
        }
        self.step(2);
        Some(key)
    }

    pub(super) fn starts_argument(&self) -> bool {
        matches!(self.kind(0), Some(Kind::Text(_) | Kind::Number(_)))
            || matches!(self.kind(0), Some(Kind::Name(name)) if !matches!(name.as_str(), "do" | "if" | "unless" | "end" | "and" | "or" | "then" | "x" | "eq" | "ne"))
    }

    pub(super) fn is_bare_call(&self, name: &str) -> bool {
        let known = [
            "system", "exec", "open", "print", "printf", "puts", "close", "say", "spawn", "getstore", "mirror",
            "getprint", "shift", "popen",
        ];
        known.contains(&name) && !self.is(0, "(") && !self.is(0, "->") && !self.is(0, "=>")
            || matches!(name, "print" | "printf" | "say") && self.tongue == Tongue::Perl
    }

    /// `system "…"`, `print $fh "…"`, `open F, ">x" or die`: arguments without parentheses.
    pub(super) fn bare_call(&mut self, name: &str, from: usize) -> Value {
        let line = self.line();
        let prints = matches!(name, "print" | "printf" | "say") && self.tongue == Tongue::Perl;
        let parenthesised = prints && self.is(0, "(");
        if parenthesised {
            self.step(1);
        }
        let mut arguments = Vec::new();
        if prints {
            let braced = usize::from(self.is(0, "{"));
            let handle = self.name_at(braced).map(str::to_owned);
            let follows = braced.saturating_add(1).saturating_add(braced);
            let operand = matches!(
                self.kind(follows),
                Some(Kind::Text(_) | Kind::Name(_) | Kind::Number(_)) | Some(Kind::Symbol("("))
            );
            let word = self.name_at(follows).is_some_and(|word| {
                matches!(word, "x" | "eq" | "ne" | "if" | "unless" | "or" | "and" | "for" | "foreach")
            });
            let is_call = braced == 0
                && self.is(follows, "(")
                && !handle.as_deref().is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
            if let Some(handle) = handle.filter(|_| operand && !word && !is_call) {
                self.step(follows);
                let value = self.value_of(&handle).unwrap_or(Value::Unknown(handle.clone()));
                arguments.push(Argument { name: Some("handle".to_owned()), value, place: Some(handle) });
            }
        }
        arguments.extend(if parenthesised { self.arguments(")", false) } else { self.bare_arguments() });
        let source = self.source(from, self.at);
        let (path, name) = (name.to_owned(), name.to_owned());
        let call =
            Call { receiver: None, receiver_place: None, path, name, arguments, constructs: false, line, source };
        let value = self.invoke(&call);
        self.members(value, None, from)
    }

    pub(super) fn bare_arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        while self.at < self.end && self.spend(1) {
            match self.kind(0) {
                Some(Kind::Symbol(";" | ")" | "]" | "}" | "||" | "&&") | Kind::Line(_)) | None => break,
                Some(Kind::Name(name))
                    if matches!(name.as_str(), "or" | "and" | "if" | "unless" | "do" | "end" | "for" | "foreach") =>
                {
                    break;
                }
                Some(Kind::Symbol(",")) => {
                    self.step(1);
                    continue;
                }
                _ => {}
            }
            let name = self.key(true);
            let place = match (self.kind(0), self.kind(1)) {
                (Some(Kind::Name(my)), Some(Kind::Name(name))) if my == "my" => Some(name.clone()),
                (Some(Kind::Name(name)), Some(Kind::Symbol(",") | Kind::Text(_))) => Some(name.clone()),
                _ => None,
            };
            let before = self.at;
            // An argument ends before `or`, which binds loosest.
            let value = self.binary(3);
            if self.at == before {
                self.step(1);
            }
            arguments.push(Argument { name, value, place });
            if !self.is(0, ",") && !self.is(0, "=>") {
                break;
            }
        }
        arguments
    }

    /// `std::ofstream out("f")`, `std::string s("x")`: a type, a name and arguments.
    pub(super) fn declaration(&mut self, before: usize, value: &Value) {
        let (Tongue::C, Value::Unknown(path)) = (self.tongue, value) else { return };
        let class = path.rsplit("::").next().unwrap_or_default().to_owned();
        let classes = ["ofstream", "wofstream", "fstream", "wfstream", "string", "wstring", "CString", "QString"];
        if !classes.contains(&class.as_str()) || !(self.is(1, "(") || self.is(1, "{")) {
            return;
        }
        let Some(name) = self.name_at(0).map(str::to_owned) else { return };
        let line = self.line();
        let close = if self.is(1, "(") { ")" } else { "}" };
        self.step(2);
        let arguments = self.arguments(close, false);
        let source = self.source(before, self.at);
        let call = Call {
            receiver: None,
            receiver_place: None,
            path: class.clone(),
            name: class,
            arguments,
            constructs: true,
            line,
            source,
        };
        let value = self.invoke(&call);
        self.stored(&name, value);
    }
}
