//! The members of texts, lists, numbers and tables.

use super::evaluate::{ITEMS, source};
use super::operators;
use super::run::Interpreter;
use super::value::{Source, Text, Value};
use crate::base::number::to_i64;
use crate::script::local_path;
use crate::script::url;

impl Interpreter<'_, '_> {
    /// `value.name`; `raw` is how the script writes it.
    pub(super) fn property(&mut self, value: &Value, name: &str, raw: &str) -> Value {
        let line = self.emulation.line;
        let text = |text: &str| Value::text(text, line);
        let count = |count: usize| Value::Number(to_i64(count));
        match (value, name) {
            (Value::Type(class), _) => self.static_property(&class.clone(), name, raw),
            (Value::Object(index), _) => self.object_property(*index, name, raw),
            (Value::Table(pairs), "keys") => Value::list(pairs.iter().map(|(key, _)| text(key)).collect()),
            (Value::Table(pairs), "values") => Value::list(pairs.iter().map(|(_, value)| value.clone()).collect()),
            (Value::Table(pairs), "count") => count(pairs.len()),
            (Value::Table(pairs), _) => pairs
                .iter()
                .rev()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map_or(Value::Nothing, |(_, value)| value.clone()),
            (Value::Unknown(unknown), "fullname" | "name" | "path" | "directoryname" | "pspath" | "providerpath") => {
                let source = match (&unknown.source, name) {
                    (Source::Path(path), "name") => Source::Path(local_path::file_name(path).to_owned()),
                    (Source::Path(path), "fullname" | "path" | "providerpath") => {
                        if !path.contains(['*', '?']) && local_path::is_absolute(path) {
                            return text(path);
                        }
                        Source::Path(path.clone())
                    }
                    _ => Source::Nowhere,
                };
                Value::unknown_from(raw, source)
            }
            // What a session receives is read through streams and properties.
            (Value::Unknown(unknown), "content" | "rawcontent" | "rawcontentstream" | "result") => {
                Value::unknown_from(raw, unknown.source.clone())
            }
            (Value::Unknown(_), _) => Value::unknown(raw),
            (Value::Text(content), "length") => count(content.content.chars().count()),
            (Value::Bytes(bytes), "length" | "count" | "longlength") => count(bytes.len()),
            (Value::List(items), "length" | "count") => count(items.len()),
            (_, "count" | "length") => count(1),
            (Value::Text(content), _) => match (url::parse(&content.content), name) {
                (Some(url), "host") => text(&url.host),
                (Some(url), "absolutepath") => text(&format!("/{}", url.path)),
                (Some(_), "absoluteuri" | "originalstring") => value.clone(),
                _ if matches!(name, "name" | "fullname" | "path" | "providerpath") => {
                    if name == "name" {
                        text(local_path::file_name(&content.content))
                    } else {
                        value.clone()
                    }
                }
                _ => Value::unknown(raw),
            },
            (Value::List(items), _) => {
                let found: Vec<Value> = items.iter().take(ITEMS).map(|item| self.property(item, name, raw)).collect();
                Value::list(found)
            }
            _ => Value::unknown(raw),
        }
    }

    /// `value.name(arguments)`; `raw` is how the script writes it.
    pub(super) fn method(&mut self, value: &Value, name: &str, arguments: &[Value], raw: &str) -> Value {
        let line = self.emulation.line;
        match value {
            Value::Type(class) => self.static_method(&class.clone(), name, arguments, raw),
            Value::Object(index) => self.object_method(*index, name, arguments, raw),
            Value::Block(block) if matches!(name, "invoke" | "invokereturnasis") => {
                let block = std::rc::Rc::clone(block);
                Value::collected(self.call_block(&block, Vec::new(), arguments.to_vec(), Vec::new()))
            }
            Value::Text(text) if name == "invoke" => {
                let name = text.content.to_string();
                Value::collected(self.invoke_named(&name, arguments))
            }
            Value::Text(text) => self.text_method(&text.clone(), name, arguments, raw),
            Value::Char(_) | Value::Number(_) | Value::Bool(_) => match name {
                "tostring" => match arguments.first() {
                    Some(form) => {
                        let template = format!("{{0:{}}}", self.spelled(form));
                        let cap = self.emulation.limits.line_bytes;
                        let template = Text::new(template, line);
                        Value::Text(operators::format(&template, std::slice::from_ref(value), line, cap))
                    }
                    None => Value::Text(value.to_text(line)),
                },
                _ => {
                    let text = value.to_text(line);
                    self.text_method(&text, name, arguments, raw)
                }
            },
            Value::Table(pairs) => match (name, arguments) {
                ("item", [key]) => self.property(value, &self.key(key), raw),
                ("containskey" | "contains", [key]) => {
                    let key = self.key(key);
                    Value::Bool(pairs.iter().any(|(known, _)| known.eq_ignore_ascii_case(&key)))
                }
                ("getenumerator", _) => value.clone(),
                _ => Value::Nothing,
            },
            Value::List(items) => match name {
                "contains" => arguments
                    .first()
                    .and_then(|wanted| operators::binary("-contains", value, wanted, line, ITEMS))
                    .unwrap_or_else(|| Value::unknown(raw)),
                "tostring" => Value::text("System.Object[]", line),
                "foreach" | "where" => match arguments {
                    [Value::Block(block), ..] if name == "foreach" => {
                        let block = std::rc::Rc::clone(block);
                        let items = items.to_vec();
                        Value::collected(self.each(items, &block))
                    }
                    _ => value.clone(),
                },
                "getvalue" => arguments.first().map_or(Value::Nothing, |index| self.indexed(value, index, raw)),
                _ => {
                    let found: Vec<Value> =
                        items.iter().take(64).map(|item| self.method(item, name, arguments, raw)).collect();
                    Value::list(found)
                }
            },
            Value::Unknown(_) if matches!(name, "invoke" | "invokereturnasis") => {
                self.runs_received(value, "Invoke");
                Value::unknown(raw)
            }
            Value::Unknown(_) if matches!(name, "invokescript" | "newscriptblock") => {
                // `$ExecutionContext.InvokeCommand`, whatever it is called.
                let script = arguments.first().cloned().unwrap_or_default();
                if name == "invokescript" {
                    self.runs_received(&script, "InvokeScript");
                    return Value::unknown(raw);
                }
                Value::unknown_from(raw, source(&script))
            }
            Value::Unknown(unknown) => {
                // Bytes, streams and texts made of what is received or read are that still.
                let source = match name {
                    "tostring" | "getresponsestream" | "toarray" | "trim" => unknown.source.clone(),
                    _ => Source::Nowhere,
                };
                Value::unknown_from(raw, source)
            }
            _ => Value::unknown(raw),
        }
    }

    fn key(&self, key: &Value) -> String {
        key.to_text(0).content.to_string()
    }

    fn text_method(&mut self, text: &Text, name: &str, arguments: &[Value], raw: &str) -> Value {
        let line = self.emulation.line;
        let content = &*text.content;
        let made = |content: String| Value::text(content, line);
        let words: Vec<String> = arguments.iter().map(|argument| argument.to_text(line).content.to_string()).collect();
        let numbers: Vec<Option<usize>> =
            arguments.iter().map(|argument| argument.number().and_then(|n| usize::try_from(n).ok())).collect();
        let letters = || -> Vec<char> {
            let given: Vec<char> = arguments
                .iter()
                .flat_map(operators::as_list)
                .flat_map(|item| item.to_text(line).content.chars().collect::<Vec<_>>())
                .collect();
            given
        };
        let blank = |c: char| c.is_whitespace();
        match (name, words.as_slice()) {
            ("tostring" | "trim" | "clone" | "normalize", []) if name != "trim" => Value::Text(text.clone()),
            ("trim", []) => trimmed(text, content.trim(), line),
            ("trimstart", []) => trimmed(text, content.trim_start_matches(blank), line),
            ("trimend", []) => trimmed(text, content.trim_end_matches(blank), line),
            ("trim", _) => trimmed(text, content.trim_matches(letters().as_slice()), line),
            ("trimstart", _) => trimmed(text, content.trim_start_matches(letters().as_slice()), line),
            ("trimend", _) => trimmed(text, content.trim_end_matches(letters().as_slice()), line),
            ("toupper" | "toupperinvariant", _) => made(content.to_uppercase()),
            ("tolower" | "tolowerinvariant", _) => made(content.to_lowercase()),
            ("replace", [from, to, ..]) if !from.is_empty() => {
                let grown = content.matches(from.as_str()).count().saturating_mul(to.len());
                if grown > self.emulation.limits.batch_output {
                    return Value::unknown(raw);
                }
                replaced(text, from, to, line)
            }
            ("substring", _) => {
                let length = content.chars().count();
                let start = numbers.first().copied().flatten().unwrap_or(0);
                let count = numbers.get(1).copied().flatten().unwrap_or(length);
                made(content.chars().skip(start).take(count).collect())
            }
            ("remove", _) => {
                let start = numbers.first().copied().flatten().unwrap_or(0);
                let count = numbers.get(1).copied().flatten().unwrap_or(usize::MAX);
                let kept =
                    content.chars().enumerate().filter(|(at, _)| *at < start || *at >= start.saturating_add(count));
                made(kept.map(|(_, c)| c).collect())
            }
            ("insert", [_, inserted, ..]) => {
                let start = numbers.first().copied().flatten().unwrap_or(0);
                let head: String = content.chars().take(start).collect();
                let tail: String = content.chars().skip(start).collect();
                made(format!("{head}{inserted}{tail}"))
            }
            ("padleft" | "padright", _) => {
                let width = numbers.first().copied().flatten().unwrap_or(0).min(1024);
                let fill = words.get(1).and_then(|word| word.chars().next()).unwrap_or(' ');
                let missing = width.saturating_sub(content.chars().count());
                let filling: String = std::iter::repeat_n(fill, missing).collect();
                made(if name == "padleft" { filling + content } else { format!("{content}{filling}") })
            }
            ("split", _) => {
                // Characters each split; one text splits as a whole where it is a list of texts.
                let separators = letters();
                let drops_empty = words.iter().any(|word| word.eq_ignore_ascii_case("RemoveEmptyEntries"));
                let separators: Vec<char> = if drops_empty {
                    arguments
                        .first()
                        .map(|first| {
                            operators::as_list(first)
                                .iter()
                                .flat_map(|item| item.to_text(line).content.chars().collect::<Vec<_>>())
                                .collect()
                        })
                        .unwrap_or_default()
                } else {
                    separators
                };
                let parts: Vec<&str> = if separators.is_empty() {
                    content.split(char::is_whitespace).take(ITEMS).collect()
                } else {
                    content.split(separators.as_slice()).take(ITEMS).collect()
                };
                Value::list(
                    parts
                        .into_iter()
                        .filter(|part| !drops_empty || !part.is_empty())
                        .map(|part| Value::text(part, line))
                        .collect(),
                )
            }
            ("tochararray", _) => Value::list(content.chars().take(ITEMS).map(Value::Char).collect()),
            ("startswith", [what, ..]) => Value::Bool(content.starts_with(what.as_str())),
            ("endswith", [what, ..]) => Value::Bool(content.ends_with(what.as_str())),
            ("contains", [what, ..]) => Value::Bool(content.contains(what.as_str())),
            ("equals", [what, ..]) => Value::Bool(content == what),
            ("indexof" | "lastindexof", [what, ..]) => {
                let found = if name == "indexof" { content.find(what.as_str()) } else { content.rfind(what.as_str()) };
                let at = found.and_then(|at| i64::try_from(content.get(..at)?.chars().count()).ok());
                Value::Number(at.unwrap_or(-1))
            }
            ("getnetworkcredential" | "geturi" | "gettype" | "getbytes", _) => Value::Text(text.clone()),
            _ => Value::unknown(raw),
        }
    }

    /// What is known of the file that a value stands for: its path.
    pub(super) fn file_of(&mut self, value: &Value) -> Option<String> {
        match source(value) {
            Source::Content(path) | Source::Path(path) => Some(path),
            Source::Received(_) | Source::Printed(_) => None,
            Source::Nowhere => match value {
                Value::Nothing | Value::Object(_) | Value::Bytes(_) => None,
                value => Some(self.spelled(value)).filter(|path| !path.is_empty()),
            },
        }
    }
}

/// A part of a text; the whole of it keeps its lines.
fn trimmed(text: &Text, part: &str, line: u32) -> Value {
    if part.len() == text.content.len() { Value::Text(text.clone()) } else { Value::text(part, line) }
}

/// The text with one part replaced; what stays keeps its lines.
fn replaced(text: &Text, from: &str, to: &str, line: u32) -> Value {
    if from.contains('\n') || from.contains('\r') {
        return Value::text(text.content.replace(from, to), line);
    }
    let parts: Vec<Text> =
        text.pieces().into_iter().map(|(piece, line)| Text::new(piece.replace(from, to), line)).collect();
    // Parts of a text from several places may hold what is replaced across their border.
    let result = Text::concat(&parts);
    let whole = text.content.replace(from, to);
    if *result.content == *whole { Value::Text(result) } else { Value::text(whole, line) }
}
