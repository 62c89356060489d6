//! The functions of the language and the methods of texts and arrays.

use super::operators::{self, finite, index};
use super::run::Interpreter;
use crate::base::number::to_usize;
use crate::script::writer::automation::Object;
use crate::script::writer::automation::value::{self, Value};
use std::rc::Rc;

/// A regular expression, and whether it is global.
pub(super) type Pattern = Option<(Rc<str>, bool)>;

/// A function that is there from the beginning; nothing where it is none.
pub(super) fn function(interpreter: &mut Interpreter<'_, '_>, name: &str, values: &[Value]) -> Option<Value> {
    let first = values.first().cloned().unwrap_or_default();
    Some(match name {
        "String" => operators::text(&interpreter.automation, &first),
        "Number" => operators::number(&first).map_or_else(|| Value::unknown(first.name_or("number")), finite),
        "parseInt" => parsed(&first, values.get(1)),
        "parseFloat" => operators::number(&first).map_or_else(|| Value::unknown("number"), finite),
        "unescape" | "decodeURIComponent" | "decodeURI" => match &first {
            Value::Text(text) if name == "unescape" => {
                let text = value::unescaped(text);
                interpreter.automation.text(text)
            }
            Value::Text(text) => {
                let text = crate::script::url::percent_decoded(text);
                interpreter.automation.text(text)
            }
            other => other.clone(),
        },
        "Array" => array(interpreter, values),
        "GetObject" | "CreateObject" if first.is_text() => interpreter.automation.create(&first.text()),
        "isNaN" if first.is_known() => Value::Flag(operators::number(&first).is_none()),
        _ => return None,
    })
}

/// `Array(…)`.
pub(super) fn array(interpreter: &mut Interpreter<'_, '_>, values: &[Value]) -> Value {
    let items = match values {
        [Value::Number(_)] => Vec::new(),
        values => values.to_vec(),
    };
    interpreter.automation.list(items)
}

fn parsed(value: &Value, radix: Option<&Value>) -> Value {
    let text = match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(number) => {
            return value::integer(*number).map_or(Value::Empty, |_| Value::Number(number.trunc()));
        }
        other => return Value::unknown(other.name_or("number")),
    };
    let (text, radix) = match (text.strip_prefix("0x"), radix.and_then(Value::integer)) {
        (Some(digits), None | Some(0 | 16)) => (digits, 16),
        (_, radix) => (text.as_str(), radix.unwrap_or(10)),
    };
    let Some(radix) = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix)) else {
        return Value::unknown("number");
    };
    let end = text.find(|c: char| !c.is_digit(radix)).unwrap_or(text.len());
    let number = text.get(..end).and_then(|digits| u32::from_str_radix(digits, radix).ok());
    number.map_or_else(|| Value::unknown("NaN"), |number| Value::Number(f64::from(number)))
}

/// The number of a text's characters.
pub(super) fn length(of: &Value) -> Value {
    match of {
        Value::Text(text) => value::counted(text.chars().count()),
        other => Value::unknown(other.name_or("length")),
    }
}

/// A method of a text, an array, or one of the language's own objects; nothing where it is none.
pub(super) fn call(
    interpreter: &mut Interpreter<'_, '_>,
    of: &Value,
    name: &str,
    values: &[Value],
    pattern: Pattern,
) -> Option<Value> {
    match of {
        Value::Unknown(object) => own_object(interpreter, object, name, values),
        Value::Text(_) | Value::Partial(_) => text_method(interpreter, of, name, values, pattern),
        Value::Number(number) if name == "toString" => {
            let radix = values.first().and_then(Value::integer).unwrap_or(10);
            Some(match (value::integer(*number), radix) {
                (Some(number), 16) => Value::Text(format!("{number:x}").into()),
                (Some(number), 8) => Value::Text(format!("{number:o}").into()),
                (Some(number), 2) => Value::Text(format!("{number:b}").into()),
                _ => Value::Text(of.text().into()),
            })
        }
        Value::Object(_) => match interpreter.automation.object(of) {
            Some(Object::List(_)) => list_method(interpreter, of, name, values),
            Some(Object::Record(_)) if matches!(name, "toString" | "hasOwnProperty") => Some(Value::unknown(name)),
            _ => None,
        },
        _ => None,
    }
}

fn own_object(interpreter: &mut Interpreter<'_, '_>, object: &str, name: &str, values: &[Value]) -> Option<Value> {
    let numbers: Option<Vec<f64>> = values.iter().map(operators::number).collect();
    match (object, name) {
        ("String", "fromCharCode") => {
            let numbers = numbers?;
            let text: String = numbers
                .iter()
                .filter_map(|number| value::integer(*number).and_then(|code| u32::try_from(code).ok()))
                .filter_map(char::from_u32)
                .collect();
            Some(interpreter.automation.text(text))
        }
        ("Math", _) => {
            let numbers = numbers?;
            let first = *numbers.first()?;
            Some(finite(match (name, numbers.as_slice()) {
                ("floor", _) => first.floor(),
                ("ceil", _) => first.ceil(),
                ("round", _) => (first + 0.5).floor(),
                ("abs", _) => first.abs(),
                ("pow", [_, second, ..]) => first.powf(*second),
                ("sqrt", _) => first.sqrt(),
                ("max", all) => all.iter().copied().fold(first, f64::max),
                ("min", all) => all.iter().copied().fold(first, f64::min),
                _ => return None,
            }))
        }
        _ => None,
    }
}

fn text_method(
    interpreter: &mut Interpreter<'_, '_>,
    of: &Value,
    name: &str,
    values: &[Value],
    pattern: Pattern,
) -> Option<Value> {
    let text = of.text();
    interpreter.automation.produce(text.len() >> 4);
    let first = values.first().cloned().unwrap_or_default();
    // On a text that is known in part positions are not.
    let is_whole = matches!(of, Value::Text(_));
    let count = || text.chars().count();
    let from_end = |value: &Value, otherwise: usize| match operators::number(value).and_then(value::integer) {
        Some(number) if number < 0 => {
            usize::try_from(number.unsigned_abs()).map_or(0, |number| count().saturating_sub(number))
        }
        Some(number) => to_usize(number),
        None => otherwise,
    };
    let part = |from: usize, length: usize| text.chars().skip(from).take(length).collect::<String>();
    Some(match name {
        "toString" | "valueOf" => of.clone(),
        "concat" => {
            let mut parts = vec![of.clone()];
            parts.extend(values.iter().map(|value| operators::text(&interpreter.automation, value)));
            interpreter.automation.join(&parts, "")
        }
        "toLowerCase" if is_whole => Value::Text(text.to_lowercase().into()),
        "toUpperCase" if is_whole => Value::Text(text.to_uppercase().into()),
        "trim" => of.mapped(|text| text.trim().to_owned()),
        "split" => {
            let parts: Vec<Value> = match (&first, pattern) {
                (_, Some((pattern, _))) => match literal_of(&pattern) {
                    Some(literal) => text.split(&literal).map(Value::expanded).collect(),
                    None => return Some(Value::unknown("split")),
                },
                (Value::Empty, _) => vec![of.clone()],
                (separator, _) if separator.text().is_empty() => {
                    text.chars().map(|character| Value::Text(character.to_string().into())).collect()
                }
                (separator, _) if is_whole => {
                    text.split(&separator.text()).map(|part| Value::Text(part.into())).collect()
                }
                (separator, _) => text.split(&separator.text()).map(Value::expanded).collect(),
            };
            interpreter.automation.list(parts)
        }
        "replace" => return Some(replace(interpreter, of, &text, values, pattern)),
        _ if !is_whole => {
            return Some(of.clone())
                .filter(|_| matches!(name, "toLowerCase" | "toUpperCase" | "substr" | "substring" | "slice"));
        }
        "charAt" => Value::Text(part(index(&first).unwrap_or(0), 1).into()),
        "charCodeAt" => match text.chars().nth(index(&first).unwrap_or(0)) {
            Some(character) => Value::Number(f64::from(u32::from(character))),
            None => Value::unknown("NaN"),
        },
        "substr" => {
            let from = from_end(&first, 0);
            let length = values.get(1).map_or(usize::MAX, |length| index(length).unwrap_or(0));
            interpreter.automation.text(part(from, length))
        }
        "substring" | "slice" => {
            let from = from_end(&first, 0);
            let to = values.get(1).map_or(usize::MAX, |to| from_end(to, usize::MAX));
            let (from, to) = if name == "substring" && to < from { (to, from) } else { (from, to) };
            interpreter.automation.text(part(from, to.saturating_sub(from)))
        }
        "indexOf" | "lastIndexOf" => {
            let find = first.text();
            let found = if name == "indexOf" { text.find(&find) } else { text.rfind(&find) };
            match found.and_then(|at| text.get(..at)) {
                Some(before) => value::counted(before.chars().count()),
                None => Value::Number(-1.0),
            }
        }
        _ => return None,
    })
}

/// `replace`: the first occurrence of a text, or all those of a pattern that is a text.
fn replace(interpreter: &mut Interpreter<'_, '_>, of: &Value, text: &str, values: &[Value], pattern: Pattern) -> Value {
    let Some(with) = values.get(1) else { return of.clone() };
    let (find, all) = match pattern {
        Some((pattern, all)) => match literal_of(&pattern) {
            Some(literal) => (literal, all),
            None => return Value::unknown("replace"),
        },
        None => match values.first() {
            Some(find) if find.is_known() => (find.text(), false),
            _ => return of.clone(),
        },
    };
    if find.is_empty() || matches!(with, Value::Object(_)) {
        return of.clone();
    }
    let replacement = with.text();
    let hits = if all { text.matches(&find).count() } else { 1 };
    if !interpreter.automation.produce(hits.saturating_mul(replacement.len()).saturating_add(text.len())) {
        return Value::unknown("replace");
    }
    let replaced = if all { text.replace(&find, &replacement) } else { text.replacen(&find, &replacement, 1) };
    if of.is_known() && with.is_known() { Value::Text(replaced.into()) } else { Value::Partial(replaced.into()) }
}

/// The text that a pattern without any operator stands for.
fn literal_of(pattern: &str) -> Option<String> {
    let mut literal = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next()? {
                'n' => literal.push('\n'),
                'r' => literal.push('\r'),
                't' => literal.push('\t'),
                escaped if escaped.is_ascii_alphanumeric() => return None,
                escaped => literal.push(escaped),
            },
            '.' | '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '|' | '^' | '$' => return None,
            other => literal.push(other),
        }
    }
    (!literal.is_empty()).then_some(literal)
}

fn list_method(interpreter: &mut Interpreter<'_, '_>, of: &Value, name: &str, values: &[Value]) -> Option<Value> {
    let mut items = interpreter.automation.items(of)?.clone();
    if !interpreter.automation.produce(items.len()) {
        return None;
    }
    Some(match name {
        "join" => {
            let separator = values.first().map_or_else(|| ",".to_owned(), Value::text);
            interpreter.automation.join(&items, &separator)
        }
        "toString" => interpreter.automation.join(&items, ","),
        "reverse" | "sort" => {
            if name == "reverse" {
                items.reverse();
            } else {
                items.sort_by_key(Value::text);
            }
            set_items(interpreter, of, items);
            of.clone()
        }
        "push" | "unshift" => {
            if name == "push" {
                items.extend(values.iter().cloned());
            } else {
                items.splice(0..0, values.iter().cloned());
            }
            let length = value::counted(items.len());
            set_items(interpreter, of, items);
            length
        }
        "pop" | "shift" => {
            let item = if name == "pop" {
                items.pop()
            } else if items.is_empty() {
                None
            } else {
                Some(items.remove(0))
            };
            set_items(interpreter, of, items);
            item.unwrap_or_default()
        }
        "slice" => {
            let from = values.first().and_then(index).unwrap_or(0);
            let to = values.get(1).and_then(index).unwrap_or(usize::MAX);
            let part = items.into_iter().skip(from).take(to.saturating_sub(from)).collect();
            interpreter.automation.list(part)
        }
        "concat" => {
            for value in values {
                match interpreter.automation.items(value).cloned() {
                    Some(more) => items.extend(more),
                    None => items.push(value.clone()),
                }
            }
            interpreter.automation.list(items)
        }
        "forEach" | "map" => {
            let mut results = Vec::new();
            let function = values.first().cloned().unwrap_or_default();
            for item in items {
                if !interpreter.automation.tick() {
                    break;
                }
                results.push(interpreter.call_value(&function, &[item], None));
            }
            interpreter.automation.list(results)
        }
        _ => return None,
    })
}

fn set_items(interpreter: &mut Interpreter<'_, '_>, of: &Value, new: Vec<Value>) {
    if let Some(Object::List(items)) = interpreter.automation.object_mut(of) {
        *items = new;
    }
}
