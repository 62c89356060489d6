//! Functions that only make texts of texts, and the rule in which order a call is looked up.

use super::format;
use super::tongue::Tongue;
use super::value::{Value, Words};
use super::walker::{Actions, Call, Walker};

impl<A: Actions> Walker<A> {
    /// Calls a function: one of the text's own, one that makes texts, or one that acts.
    pub(super) fn invoke(&mut self, call: &Call) -> Value {
        let unknown = || Value::Unknown(call.source.clone());
        let own = call.receiver.is_none()
            || matches!(call.receiver_place.as_deref(), Some("self" | "this" | "$this" | "cls"));
        let own = own || call.path.starts_with("self::") || call.path.starts_with("self.");
        // What an object of a library is asked (`self.ftp.connect(…)`) is no function of the text.
        let own = own && !matches!(call.receiver, Some(Value::Object(_)));
        let makes = call.receiver.is_none() && self.classes.contains(&call.name);
        let constructor = super::functions::constructor(&call.name);
        if makes && self.is_defined(&constructor) {
            self.enter(&constructor, &call.arguments);
            return Value::instance();
        }
        if (own || call.receiver.as_ref().is_some_and(Value::is_instance)) && self.is_defined(&call.name) {
            return match self.enter(&call.name.clone(), &call.arguments) {
                Value::Nothing if call.constructs => Value::instance(),
                Value::Nothing => unknown(),
                value => value,
            };
        }
        if self.tongue == Tongue::Sql && matches!(call.name.as_str(), "sp_executesql" | "") {
            if let Some(words) = call.words(0) {
                self.invoke_sql_text(&words.text);
            }
            return Value::Nothing;
        }
        if let Some(value) = self.makes_text(call) {
            self.spend(value.cost());
            return value;
        }
        let aliased = self.aliased(call);
        let call = aliased.as_ref().unwrap_or(call);
        let value = self.actions.call(call);
        // `open(my $fh, …)` and `open(F, …)` of Perl put the handle into their first argument.
        if let (Tongue::Perl, "open", Some(Value::Object(_))) = (self.tongue, call.name.as_str(), &value)
            && let Some(place) = call
                .arguments
                .first()
                .and_then(|argument| argument.place.clone().or_else(|| handle_name(&argument.value)))
            && let Some(value) = value.clone()
        {
            self.variables.insert(place, value);
        }
        // Pascal's `AssignFile(f, 'x')` makes its first argument a file; so does a C++ stream that is opened later.
        if matches!(
            call.name.to_ascii_lowercase().as_str(),
            "assignfile" | "assign" | "fopen_s" | "sp_oacreate" | "_wfopen_s"
        ) && let (Some(place), Some(value)) =
            (call.arguments.iter().find_map(|argument| argument.place.clone()), value.clone())
        {
            self.variables.insert(place, value);
        }
        // The third argument of `sp_OAMethod` takes what the method returns.
        if let ("sp_oamethod", Some(Value::Object(_)), Some(place)) =
            (call.name.as_str(), &value, call.arguments.get(2).and_then(|argument| argument.place.clone()))
        {
            self.variables.insert(place, value.clone().unwrap_or_default());
        }
        value.unwrap_or_else(|| if makes { Value::instance() } else { unknown() })
    }

    /// The call by the name that an import gives it.
    fn aliased(&mut self, call: &Call) -> Option<Call> {
        if self.tongue != Tongue::Python {
            return None;
        }
        let (head, tail) =
            call.path.split_once('.').map_or((call.path.as_str(), None), |(head, tail)| (head, Some(tail)));
        let full = self.variables.get(&format!("import {head}"))?.words().text;
        let path = tail.map_or_else(|| full.clone(), |tail| format!("{full}.{tail}"));
        let name = path.rsplit('.').next().unwrap_or_default().to_owned();
        Some(Call { path, name, ..call.clone() })
    }

    fn makes_text(&mut self, call: &Call) -> Option<Value> {
        let name = call.name.to_ascii_lowercase();
        let receiver = call.receiver.as_ref();
        let values: Vec<Value> = call.arguments.iter().map(|argument| argument.value.clone()).collect();
        let from = |index: usize| values.get(index..).unwrap_or_default();
        let text = |index: usize| values.get(index).map(Value::words);
        // What a variable of the environment is where nobody set it.
        if self.tongue == Tongue::Python
            && matches!(call.path.as_str(), "os.environ.get" | "environ.get" | "os.getenv" | "getenv")
        {
            return values.get(1).filter(|value| matches!(value, Value::Text(_))).cloned();
        }
        if self.tongue == Tongue::Python && matches!(call.path.as_str(), "os.path.join" | "path.join") {
            return path_of(&values);
        }
        if let Some(Value::Text(words)) = receiver {
            match name.as_str() {
                "format" | "formatted" if self.tongue == Tongue::Java => {
                    return Some(Value::Text(format::percent(words, &values)));
                }
                "format" => {
                    let named: Vec<(String, Value)> = call
                        .arguments
                        .iter()
                        .filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())))
                        .collect();
                    let positional: Vec<Value> = call
                        .arguments
                        .iter()
                        .filter(|argument| argument.name.is_none())
                        .map(|argument| argument.value.clone())
                        .collect();
                    return Some(Value::Text(format::braces(words, &positional, &named)));
                }
                "join" => {
                    let Some(Value::List(items)) = values.first() else {
                        return Some(Value::Unknown(call.source.clone()));
                    };
                    return Some(Value::Text(joined(words, items)));
                }
                "strip" | "trim" => {
                    return Some(Value::Text(Words { text: words.text.trim().to_owned(), ..words.clone() }));
                }
                "encode" | "decode" | "c_str" | "tostring" | "to_string" | "to_owned" | "into" | "str" | "data"
                | "tostr" | "as_str" | "getbytes" => {
                    return Some(Value::Text(words.clone()));
                }
                "append" | "concat" => {
                    let mut all = words.clone();
                    values.iter().for_each(|value| all.append(&value.words()));
                    if let Some(place) = call.receiver_place.clone().filter(|_| name == "append") {
                        self.stored(&place, Value::Text(all.clone()));
                    }
                    return Some(Value::Text(all));
                }
                "split" => {
                    let separator = text(0).map(|words| words.text).filter(|separator| !separator.is_empty());
                    let parts: Vec<Value> = match separator {
                        Some(separator) => words.text.split(separator.as_str()).take(4096).map(Value::known).collect(),
                        None => words.text.split_whitespace().take(4096).map(Value::known).collect(),
                    };
                    return Some(Value::List(parts));
                }
                _ => {}
            }
        }
        if let (Some(Value::List(items)), Some(place), "append" | "push" | "add") =
            (receiver, &call.receiver_place, name.as_str())
        {
            let mut items = items.clone();
            items.extend(values.first().cloned());
            items.truncate(4096);
            self.stored(&place.clone(), Value::List(items));
            return Some(Value::Nothing);
        }
        if let (Tongue::Perl, "shift", None) = (self.tongue, name.as_str(), receiver) {
            let Some(Value::List(items)) = self.variables.get_mut("@_") else {
                return Some(Value::Unknown("shift".to_owned()));
            };
            return Some(if items.is_empty() { Value::Unknown("shift".to_owned()) } else { items.remove(0) });
        }
        match name.as_str() {
            "_t" | "text" | "_text" | "l" | "str" | "string" | "lpctstr" | "bytes" | "unicode" | "qstring"
            | "cstring" | "wstring" | "strdup" | "qlatin1string" | "uri"
                if values.len() == 1 && matches!(values.first(), Some(Value::Text(_))) =>
            {
                values.first().cloned()
            }
            "quotedstr" | "escapeshellarg" | "quote" => {
                let mut words = Words::known("'");
                words.append(&text(0)?);
                words.append(&Words::known("'"));
                Some(Value::Text(words))
            }
            "chr" | "char" | "asc" if values.len() == 1 => {
                let code = text(0)?.text.parse::<u32>().ok()?;
                Some(Value::known(char::from_u32(code)?.to_string()))
            }
            "sprintf" | "wsprintf" | "wsprintfa" | "wsprintfw" | "_stprintf" | "swprintf"
                if self.tongue == Tongue::C =>
            {
                let skip = if text(1).is_some_and(|words| words.text.parse::<u32>().is_ok())
                    || !matches!(values.get(1), Some(Value::Text(_)))
                {
                    2
                } else {
                    1
                };
                self.print_into(call, skip)
            }
            "snprintf" | "_snprintf" | "sprintf_s" | "_snwprintf" | "stringcchprintf" | "stringcchprintfa"
            | "stringcchprintfw" | "stringcbprintf" | "swprintf_s" | "_snprintf_s"
                if self.tongue == Tongue::C =>
            {
                let skip = values
                    .iter()
                    .skip(1)
                    .position(|value| value.text().is_some_and(|words| words.text.parse::<u32>().is_err()));
                self.print_into(call, skip.unwrap_or(1).saturating_add(1))
            }
            "strcpy" | "wcscpy" | "lstrcpy" | "lstrcpya" | "lstrcpyw" | "_tcscpy" | "strcpy_s" | "stringcchcopy"
            | "stringcchcopya" | "strncpy" | "memcpy" | "strcat" | "wcscat" | "lstrcat" | "lstrcata" | "lstrcatw"
            | "_tcscat" | "strcat_s" | "stringcchcat" | "stringcchcata" | "strncat"
                if self.tongue == Tongue::C =>
            {
                let place = call.arguments.first().and_then(|argument| argument.place.clone())?;
                let counted = name.ends_with("_s") || name.contains("cch");
                let added = text(usize::from(counted && values.len() > 2).saturating_add(1))?;
                let mut words = if name.contains("cat") {
                    values.first().and_then(Value::text).cloned().unwrap_or_default()
                } else {
                    Words::default()
                };
                words.append(&added);
                Some(self.stored(&place, Value::Text(words)))
            }
            "sprintf" | "format"
                if self.tongue != Tongue::C && receiver.is_none_or(|value| !matches!(value, Value::Object(_))) =>
            {
                let format = values.first()?.text()?.clone();
                Some(Value::Text(match self.tongue {
                    Tongue::CSharp => format::braces(&format, from(1), &[]),
                    Tongue::Rust => format::braces(&format, from(1), &[]),
                    Tongue::Delphi => match values.get(1) {
                        Some(Value::List(items)) => format::percent(&format, items),
                        _ => format::percent(&format, from(1)),
                    },
                    _ => format::percent(&format, from(1)),
                }))
            }
            "stringformat" => Some(Value::Text(format::percent(values.first()?.text()?, from(1)))),
            "explode" if self.tongue == Tongue::Php => {
                let (separator, whole) =
                    (text(0).filter(|separator| !separator.text.is_empty())?, values.get(1)?.text()?);
                if !whole.is_known() {
                    return None;
                }
                let parts = whole.text.split(separator.text.as_str()).take(4096);
                Some(Value::List(parts.map(Value::known).collect()))
            }
            "implode" | "join" => match (values.first(), values.get(1)) {
                (Some(Value::Text(separator)), Some(Value::List(items))) if values.len() == 2 => {
                    Some(Value::Text(joined(separator, items)))
                }
                (Some(Value::Text(separator)), Some(_)) if self.tongue == Tongue::Perl => {
                    Some(Value::Text(joined(separator, from(1))))
                }
                (Some(Value::Text(_)), Some(Value::Text(_)))
                    if call.path.contains("path") || call.path.contains("Path") =>
                {
                    let separator =
                        if values.first().is_some_and(|value| value.words().text.contains('\\')) { "\\" } else { "/" };
                    Some(Value::Text(joined(&Words::known(separator), &values)))
                }
                _ => None,
            },
            "combine" if call.path.to_ascii_lowercase().contains("path") => {
                Some(Value::Text(joined(&Words::known("\\"), &values)))
            }
            "basename" | "file_name" if matches!(values.first(), Some(Value::Text(_))) => {
                let words = text(0)?;
                let name = crate::script::local_path::file_name(&words.text).to_owned();
                Some(Value::Text(Words {
                    fields: words.fields.into_iter().filter(|field| name.contains(field.as_str())).collect(),
                    text: name,
                }))
            }
            "dict" if self.tongue == Tongue::Python => Some(Value::Map(
                call.arguments
                    .iter()
                    .filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())))
                    .collect(),
            )),
            "array" | "list" | "tuple" | "arrays.aslist" | "aslist" | "asList" => {
                Some(if call.arguments.iter().any(|argument| argument.name.is_some()) {
                    Value::Map(
                        call.arguments
                            .iter()
                            .filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())))
                            .collect(),
                    )
                } else {
                    Value::List(values)
                })
            }
            "define" if self.tongue == Tongue::Php => {
                let (name, value) = (text(0)?, values.get(1)?.clone());
                self.stored(&name.text, value);
                Some(Value::Nothing)
            }
            _ => None,
        }
    }

    /// `sprintf(buffer, …, format, …)`.
    fn print_into(&mut self, call: &Call, at: usize) -> Option<Value> {
        let place = call.arguments.first().and_then(|argument| argument.place.clone())?;
        let values: Vec<Value> = call.arguments.iter().map(|argument| argument.value.clone()).collect();
        let format = values.get(at).or_else(|| values.get(1))?.text()?.clone();
        let filled = format::percent(&format, values.get(at.saturating_add(1)..).unwrap_or_default());
        Some(self.stored(&place, Value::Text(filled)))
    }
}

/// A file handle of Perl, which is a bare word.
fn handle_name(value: &Value) -> Option<String> {
    match value {
        Value::Unknown(name) if name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) => {
            Some(name.clone())
        }
        _ => None,
    }
}

fn joined(separator: &Words, items: &[Value]) -> Words {
    let mut words = Words::default();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            words.append(separator);
        }
        words.append(&item.words());
    }
    words
}

/// `os.path.join`: one separator between the parts, that of the first; an absolute part begins anew. Nothing is known of a file
/// in a folder that is not: a library's test that writes a `.netrc` into one of its own leaves none that a client reads.
fn path_of(parts: &[Value]) -> Option<Value> {
    if !matches!(parts.first(), Some(Value::Text(_))) {
        return None;
    }
    let mut path = Words::default();
    for part in parts {
        let part = match part {
            Value::Unknown(source) => Words::field(source.clone()),
            part => part.words(),
        };
        let is_absolute = part.text.starts_with(['/', '\\']) || part.text.get(1..2) == Some(":");
        if is_absolute || path.text.is_empty() {
            path = part;
            continue;
        }
        if !path.text.ends_with(['/', '\\']) {
            path.append(&Words::known(if path.text.contains('\\') { "\\" } else { "/" }));
        }
        path.append(&part);
    }
    Some(Value::Text(path))
}
