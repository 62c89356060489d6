//! The functions and constants of the language (Microsoft's references of VBScript and VBA).

use super::run::Interpreter;
use crate::script::writer::automation::value::{self, Value};

/// The value of a constant or the result of a function; nothing where it is neither.
pub(super) fn call(interpreter: &mut Interpreter<'_, '_>, name: &str, arguments: &[Value]) -> Option<Value> {
    if let (Some(value), []) = (constant(name), arguments) {
        return Some(value);
    }
    let first = arguments.first().cloned().unwrap_or_default();
    text_function(interpreter, name, &first, arguments)
        .or_else(|| number_function(name, &first))
        .or_else(|| list_function(interpreter, name, &first, arguments))
        .or_else(|| system_function(interpreter, name, &first, arguments))
}

fn constant(name: &str) -> Option<Value> {
    Some(match name {
        "vbcrlf" | "vbnewline" => Value::Text("\r\n".into()),
        "vbcr" => Value::Text("\r".into()),
        "vblf" => Value::Text("\n".into()),
        "vbtab" => Value::Text("\t".into()),
        "vbnullstring" => Value::Text("".into()),
        "vbnullchar" => Value::Text("\0".into()),
        "vbback" => Value::Text("\u{8}".into()),
        "vbformfeed" => Value::Text("\u{c}".into()),
        "vbverticaltab" => Value::Text("\u{b}".into()),
        "vbhide" | "vbbinarycompare" | "vbfalse" | "tristatefalse" | "windowsfolder" => Value::Number(0.0),
        "vbnormalfocus"
        | "vbtextcompare"
        | "forreading"
        | "systemfolder"
        | "adtypebinary"
        | "adsavecreatenotexist"
        | "adwriteline" => Value::Number(1.0),
        "vbminimizedfocus" | "forwriting" | "temporaryfolder" | "adtypetext" | "adsavecreateoverwrite" => {
            Value::Number(2.0)
        }
        "vbmaximizedfocus" => Value::Number(3.0),
        "vbnormalnofocus" => Value::Number(4.0),
        "vbminimizednofocus" => Value::Number(6.0),
        "forappending" => Value::Number(8.0),
        "vbtrue" | "tristatetrue" => Value::Number(-1.0),
        "tristateusedefault" => Value::Number(-2.0),
        "internet_service_ftp" | "ftp_transfer_type_ascii" => Value::Number(1.0),
        "ftp_transfer_type_binary" | "icftp" => Value::Number(2.0),
        "internet_default_ftp_port" => Value::Number(21.0),
        "internet_invalid_port_number" => Value::Number(0.0),
        _ => return None,
    })
}

fn text_function(
    interpreter: &mut Interpreter<'_, '_>,
    name: &str,
    first: &Value,
    arguments: &[Value],
) -> Option<Value> {
    // Those of VBA end with a dollar sign, which the tokens have left out, or begin as those of bytes do.
    let name = name
        .strip_suffix('b')
        .filter(|bare| matches!(*bare, "chr" | "left" | "right" | "mid" | "len" | "asc" | "instr"))
        .unwrap_or(name);
    let count = |at: usize| arguments.get(at).and_then(Value::index);
    let is_whole = matches!(first, Value::Text(_) | Value::Number(_) | Value::Flag(_) | Value::Empty | Value::Null);
    Some(match name {
        "chr" | "chrw" => match first.integer().and_then(|code| u32::try_from(code).ok()).and_then(character) {
            Some(character) => interpreter.automation.text(character.to_string()),
            None => Value::unknown(first.name_or("Chr")),
        },
        "asc" | "ascw" => match first.text().chars().next().filter(|_| is_whole) {
            Some(character) => Value::Number(f64::from(code_of(character, name == "asc"))),
            None => Value::unknown("Asc"),
        },
        "cstr" | "trim" | "ltrim" | "rtrim" | "lcase" | "ucase" | "str" | "strreverse" if arguments.is_empty() => {
            return None;
        }
        "cstr" => first.mapped(str::to_owned),
        "str" => first.mapped(|text| if text.starts_with('-') { text.to_owned() } else { format!(" {text}") }),
        "trim" => first.mapped(|text| text.trim_matches(' ').to_owned()),
        "ltrim" => first.mapped(|text| text.trim_start_matches(' ').to_owned()),
        "rtrim" => first.mapped(|text| text.trim_end_matches(' ').to_owned()),
        "lcase" => known_only(first, |text| text.to_lowercase()),
        "ucase" => known_only(first, |text| text.to_uppercase()),
        "strreverse" => known_only(first, |text| text.chars().rev().collect()),
        "len" | "lenb" => interpreter.length(first),
        "left" if is_whole => {
            let count = count(1)?;
            let text = first.text().chars().take(count).collect();
            interpreter.automation.text(text)
        }
        "right" if is_whole => {
            let text = first.text();
            let skipped = text.chars().count().saturating_sub(count(1)?);
            let text = text.chars().skip(skipped).collect();
            interpreter.automation.text(text)
        }
        "mid" if is_whole => {
            let Some(from) = arguments.get(1).and_then(Interpreter::position) else {
                return Some(Value::unknown("Mid"));
            };
            let length = match arguments.get(2) {
                None | Some(Value::Empty) => usize::MAX,
                Some(length) => match length.index() {
                    Some(length) => length,
                    None => return Some(Value::unknown("Mid")),
                },
            };
            let text = first.text();
            let text = text.chars().skip(from).take(length).collect();
            interpreter.automation.text(text)
        }
        "left" | "right" | "mid" => first.clone(),
        "replace" => return Some(replace(interpreter, first, arguments)),
        "instr" => return Some(position(arguments, false)),
        "instrrev" => return Some(position(arguments, true)),
        "space" => match first.index() {
            Some(count) if interpreter.automation.produce(count) => Value::Text(" ".repeat(count).into()),
            _ => Value::unknown("Space"),
        },
        "string" => {
            let fill = arguments.get(1)?;
            let fill = match fill.number().filter(|_| !fill.is_text()) {
                Some(code) => value::integer(code).and_then(|code| u32::try_from(code).ok()).and_then(character),
                None => fill.text().chars().next(),
            };
            match (first.index(), fill) {
                (Some(count), Some(fill)) if interpreter.automation.produce(count.saturating_mul(4)) => {
                    Value::Text(fill.to_string().repeat(count).into())
                }
                _ => Value::unknown("String"),
            }
        }
        "hex" => {
            first.integer().map_or_else(|| Value::unknown("Hex"), |number| Value::Text(format!("{number:X}").into()))
        }
        "oct" => {
            first.integer().map_or_else(|| Value::unknown("Oct"), |number| Value::Text(format!("{number:o}").into()))
        }
        "strcomp" => match arguments {
            [left, right, ..] if left.is_known() && right.is_known() => {
                let order = match left.text().cmp(&right.text()) {
                    std::cmp::Ordering::Less => -1.0,
                    std::cmp::Ordering::Equal => 0.0,
                    std::cmp::Ordering::Greater => 1.0,
                };
                Value::Number(order)
            }
            _ => Value::unknown("StrComp"),
        },
        "unescape" => known_only(first, crate::script::writer::automation::value::unescaped),
        "strconv" => match (first, arguments.get(1).and_then(Value::integer)) {
            // The bytes of a text, or a text of bytes: the characters stay.
            (first, Some(64 | 128)) => first.clone(),
            _ => Value::unknown(first.name_or("StrConv")),
        },
        "format" if arguments.len() == 1 => first.mapped(str::to_owned),
        _ => return None,
    })
}

fn number_function(name: &str, first: &Value) -> Option<Value> {
    Some(match name {
        "cint" | "clng" | "cbyte" | "clnglng" => match first.number().and_then(|number| value::integer(number.round()))
        {
            Some(number) => super::operators::whole(number),
            None => Value::unknown(first.name_or("number")),
        },
        "int" | "fix" => match first.number() {
            Some(number) => Value::Number(if name == "int" { number.floor() } else { number.trunc() }),
            None => Value::unknown(first.name_or("number")),
        },
        "cdbl" | "csng" => first.number().map_or_else(|| Value::unknown(first.name_or("number")), Value::Number),
        "val" => match first {
            Value::Text(text) => {
                let text = text.trim();
                let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
                Value::Number(text.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0.0))
            }
            other => other.clone(),
        },
        "abs" => first.number().map_or_else(|| Value::unknown("Abs"), |number| Value::Number(number.abs())),
        "cbool" => super::operators::truth(first).map_or_else(|| Value::unknown("CBool"), Value::Flag),
        "cvar" | "cdate" | "clngptr" => first.clone(),
        _ => return None,
    })
}

fn list_function(
    interpreter: &mut Interpreter<'_, '_>,
    name: &str,
    first: &Value,
    arguments: &[Value],
) -> Option<Value> {
    Some(match name {
        "array" => interpreter.automation.list(arguments.to_vec()),
        "split" => {
            let separator = arguments.get(1).map_or_else(|| " ".to_owned(), Value::text);
            match first {
                Value::Text(text) | Value::Partial(text) => {
                    let parts: Vec<Value> = if separator.is_empty() {
                        vec![first.clone()]
                    } else {
                        let is_known = first.is_known();
                        text.split(&separator)
                            .map(|part| if is_known { Value::Text(part.into()) } else { Value::expanded(part) })
                            .collect()
                    };
                    interpreter.automation.list(parts)
                }
                _ => Value::unknown(first.name_or("Split")),
            }
        }
        "join" => match interpreter.automation.items(first).cloned() {
            Some(items) => {
                let separator = arguments.get(1).map_or_else(|| " ".to_owned(), Value::text);
                interpreter.automation.join(&items, &separator)
            }
            None => Value::unknown(first.name_or("Join")),
        },
        "ubound" => match interpreter.automation.items(first) {
            Some(items) => match items.len().checked_sub(1) {
                Some(last) => value::counted(last),
                None => Value::Number(-1.0),
            },
            None => Value::unknown("UBound"),
        },
        "lbound" => Value::Number(0.0),
        "isarray" => Value::Flag(interpreter.automation.items(first).is_some()),
        "isempty" => match first {
            Value::Unknown(_) => Value::unknown("IsEmpty"),
            other => Value::Flag(*other == Value::Empty),
        },
        "isnull" | "isnumeric" | "isdate" | "isobject" | "typename" | "vartype" => Value::unknown(name),
        "iif" => match super::operators::truth(first) {
            Some(true) => arguments.get(1).cloned().unwrap_or_default(),
            Some(false) => arguments.get(2).cloned().unwrap_or_default(),
            None => Value::unknown("IIf"),
        },
        _ => return None,
    })
}

fn system_function(
    interpreter: &mut Interpreter<'_, '_>,
    name: &str,
    first: &Value,
    arguments: &[Value],
) -> Option<Value> {
    let automation = &mut interpreter.automation;
    Some(match name {
        "createobject" | "getobject" if first.is_text() => automation.create(&first.text()),
        "environ" => automation.environment_variable(arguments),
        "shell" if first.is_text() => {
            automation.start(first);
            Value::unknown("Shell")
        }
        "winexec" if first.is_text() => {
            automation.start(first);
            Value::Number(33.0)
        }
        // ShellExecute(window, verb, file, arguments, directory, show).
        "shellexecute" | "shellexecutea" if arguments.len() >= 3 => {
            automation.start_program(arguments.get(2)?, arguments.get(3), arguments.get(4));
            Value::Number(33.0)
        }
        "freefile" => interpreter.free_file(),
        "chdir" => {
            automation.change_directory(first);
            Value::Empty
        }
        "chdrive" | "mkdir" | "rmdir" | "randomize" | "doevents" | "sleep" | "msgbox" => Value::Empty,
        "kill" => {
            automation.delete(first);
            Value::Empty
        }
        "filecopy" => {
            automation.copy(first, arguments.get(1)?, false);
            Value::Empty
        }
        "curdir" => match &automation.emulation.directory {
            Some(directory) => Value::expanded(directory),
            None => Value::unknown("CurDir"),
        },
        "dir" => {
            if first.is_text() && automation.is_written(first) {
                first.file_name()
            } else {
                Value::unknown("Dir")
            }
        }
        _ => return None,
    })
}

/// The character of a code: below 256 that of the code page of the west.
fn character(code: u32) -> Option<char> {
    match u8::try_from(code) {
        Ok(byte) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next(),
        Err(_) => char::from_u32(code),
    }
}

/// The code of a character: that of the code page of the west where it has one and is asked for.
fn code_of(character: char, ansi: bool) -> u32 {
    let text = character.to_string();
    match encoding_rs::WINDOWS_1252.encode(&text) {
        (bytes, _, false) if ansi => bytes.first().copied().map_or(0, u32::from),
        _ => u32::from(character),
    }
}

/// A function that does right on known texts alone.
fn known_only(value: &Value, change: impl FnOnce(&str) -> String) -> Value {
    match value {
        Value::Partial(_) | Value::Unknown(_) | Value::Object(_) => value.clone(),
        known => Value::Text(change(&known.text()).into()),
    }
}

/// `Replace(text, find, with[, start[, count]])`.
fn replace(interpreter: &mut Interpreter<'_, '_>, first: &Value, arguments: &[Value]) -> Value {
    let (Some(find), Some(with)) = (arguments.get(1), arguments.get(2)) else { return first.clone() };
    let (text, find) = (first.text(), find.text());
    if matches!(first, Value::Unknown(_)) || find.is_empty() || !first.is_text() && text.is_empty() {
        return first.clone();
    }
    let count = arguments.get(4).and_then(Value::index).unwrap_or(usize::MAX);
    let hits = text.matches(&find).count().min(count);
    let replacement = with.text();
    if !interpreter.automation.produce(hits.saturating_mul(replacement.len()).saturating_add(text.len())) {
        return Value::unknown("Replace");
    }
    let replaced =
        if count == usize::MAX { text.replace(&find, &replacement) } else { text.replacen(&find, &replacement, count) };
    if first.is_known() && with.is_known() { Value::Text(replaced.into()) } else { Value::Partial(replaced.into()) }
}

/// `InStr([start,] text, find)`, `InStrRev(text, find)`: from 1, 0 where it does not occur.
fn position(arguments: &[Value], last: bool) -> Value {
    let (start, text, find) = match arguments {
        [start, text, find, ..] if !last && !start.is_text() => (start.index().unwrap_or(1).max(1), text, find),
        [text, find, ..] => (1, text, find),
        _ => return Value::unknown("InStr"),
    };
    if !text.is_known() || !find.is_known() {
        return Value::unknown("InStr");
    }
    let (text, find) = (text.text(), find.text());
    let skipped = text.char_indices().nth(start.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let tail = text.get(skipped..).unwrap_or_default();
    let found = if last { tail.rfind(&find) } else { tail.find(&find) };
    match found.and_then(|at| tail.get(..at)) {
        Some(before) => value::counted(before.chars().count().saturating_add(start)),
        None => Value::Number(0.0),
    }
}
