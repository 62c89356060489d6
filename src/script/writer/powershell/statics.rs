//! The static members of classes: `[IO.File]::WriteAllText(…)`, `[Convert]::FromBase64String(…)`.

use super::encoding;
use super::evaluate::{source, type_name};
use super::operators;
use super::run::Interpreter;
use super::value::{Source, Text, Value};
use crate::base::base64;
use crate::script::client::dotnet::Method;
use crate::script::local_path;
use std::rc::Rc;

impl Interpreter<'_, '_> {
    /// `[class]::name`
    pub(super) fn static_property(&mut self, class: &str, name: &str, raw: &str) -> Value {
        let line = self.emulation.line;
        match (class, name) {
            ("environment", "newline") => Value::text("\r\n", line),
            ("environment", "currentdirectory") => {
                self.emulation.directory.clone().map_or_else(|| Value::unknown(raw), |at| Value::text(at, line))
            }
            ("string", "empty") => Value::text("", line),
            ("text.encoding", _) => Value::Type(format!("text.encoding.{name}")),
            ("net.webrequestmethods+ftp", constant) => {
                Method::command_of(constant).map_or_else(|| Value::unknown(raw), |command| Value::text(command, line))
            }
            ("io.path", "directoryseparatorchar") => Value::Char('\\'),
            ("int", "maxvalue") => Value::Number(i64::from(i32::MAX)),
            ("net.servicepointmanager" | "net.webrequest", _) => Value::Nothing,
            _ => Value::text(raw.rsplit("::").next().unwrap_or(raw), line),
        }
    }

    /// `[class]::name(arguments)`
    pub(super) fn static_method(&mut self, class: &str, name: &str, arguments: &[Value], raw: &str) -> Value {
        let line = self.emulation.line;
        let first = arguments.first().cloned().unwrap_or(Value::Nothing);
        let second = arguments.get(1).cloned().unwrap_or(Value::Nothing);
        match (class, name) {
            (_, "new") => self.new_object(class, arguments),
            ("activator", "createinstance") => match first {
                Value::Type(class) => self.new_object(&class, &[]),
                _ => Value::unknown(raw),
            },
            ("net.webrequest" | "net.ftpwebrequest" | "net.httpwebrequest", "create" | "createdefault") => {
                let address = Value::Text(self.text_of(&first));
                self.make("net.ftpwebrequest", vec![("address", address)])
            }
            ("io.file", _) => self.file_method(name, &first, &second, arguments, raw),
            ("io.path", _) => self.path_method(name, arguments, raw),
            ("io.directory", "setcurrentdirectory") | ("environment", "set_currentdirectory") => {
                let directory = self.spelled(&first);
                self.emulation.directory = Some(self.full_path(&directory));
                Value::Nothing
            }
            ("convert", "frombase64string") => {
                let text = self.text_of(&first);
                match base64::decode(&text.content) {
                    Some(bytes) if !first.is_unknown() => Value::Bytes(Rc::new(bytes)),
                    _ => Value::unknown(raw),
                }
            }
            ("convert", "toint32" | "toint16" | "tobyte") => match (self.text_of(&first), second.number()) {
                (text, Some(base @ (2 | 8 | 10 | 16))) => {
                    let digits = text.content.trim_start_matches("0x");
                    u32::try_from(base)
                        .ok()
                        .and_then(|base| i64::from_str_radix(digits, base).ok())
                        .map_or_else(|| Value::unknown(raw), Value::Number)
                }
                _ => first.number().map_or_else(|| Value::unknown(raw), Value::Number),
            },
            ("convert", "tochar") | ("char", "convertfromutf32") => self.cast("char", first),
            ("convert", "tostring") => Value::Text(self.text_of(&first)),
            ("string", "join") => {
                let items: Vec<Value> = match arguments.get(1..).unwrap_or_default() {
                    [only] => operators::as_list(only),
                    several => several.to_vec(),
                };
                let between = self.text_of(&first);
                items.iter().for_each(|item| {
                    self.text_of(item);
                });
                Value::Text(operators::join(&items, &between, line))
            }
            ("string", "concat") => {
                let items: Vec<Value> = match arguments {
                    [only] => operators::as_list(only),
                    several => several.to_vec(),
                };
                Value::Text(operators::join(&items, &Text::new("", line), line))
            }
            ("string", "format") => {
                let template = self.text_of(&first);
                let rest = match arguments.get(1..).unwrap_or_default() {
                    [Value::List(items)] => items.to_vec(),
                    several => several.to_vec(),
                };
                rest.iter().for_each(|item| {
                    self.text_of(item);
                });
                Value::Text(operators::format(&template, &rest, line, self.emulation.limits.batch_output))
            }
            ("string", "isnullorempty" | "isnullorwhitespace") => match first.truth() {
                Some(truth) => Value::Bool(!truth),
                None => Value::unknown(raw),
            },
            ("scriptblock", "create") if first.is_unknown() => Value::unknown_from(raw, source(&first)),
            ("reflection.assembly", "load") => {
                self.runs_received(&first, "Assembly.Load");
                Value::unknown(raw)
            }
            ("scriptblock", "create") => {
                let text = self.spelled(&first);
                if !self.emulation.step() {
                    return Value::Nothing;
                }
                Value::Block(Rc::new(super::parse::script(&text)))
            }
            ("regex", "replace") => {
                let third = arguments.get(2).cloned().unwrap_or(Value::Nothing);
                let rule = Value::list(vec![second, third]);
                operators::binary("c--replace", &first, &rule, line, self.emulation.limits.batch_output)
                    .unwrap_or_else(|| Value::unknown(raw))
            }
            ("regex", "split") => {
                operators::binary("c--split", &first, &second, line, self.emulation.limits.batch_output)
                    .unwrap_or_else(|| Value::unknown(raw))
            }
            ("regex", "unescape" | "escape") | ("uri" | "net.webutility", "unescapedatastring" | "urldecode") => {
                Value::Text(self.text_of(&first))
            }
            ("environment", "getenvironmentvariable") => {
                let name = self.spelled(&first);
                match self.emulation.environment.get(&name.to_uppercase()) {
                    Some(value) => Value::text(value.clone(), line),
                    None => Value::unknown(format!("$env:{name}")),
                }
            }
            ("environment", "setenvironmentvariable") => {
                let name = self.spelled(&first);
                self.set(&format!("env:{name}"), second);
                Value::Nothing
            }
            ("environment", "getfolderpath") => {
                let name = self.spelled(&first);
                folder(&name).map_or_else(|| Value::unknown(raw), |at| self.place(at))
            }
            ("environment", "expandenvironmentvariables") => Value::Text(self.text_of(&first)),
            ("environment", "exit") => {
                if self.doubt == 0 {
                    self.jump = Some(super::run::Jump::Exit);
                }
                Value::Nothing
            }
            ("diagnostics.process", "start") => {
                match first {
                    Value::Object(info) if self.is_fed(info) => {
                        return self.make("diagnostics.process", vec![("startinfo", Value::Object(info))]);
                    }
                    Value::Object(info) => self.start_info(info),
                    first => {
                        let program = self.spelled(&first);
                        let rest = match second {
                            Value::Nothing => String::new(),
                            value => self.spelled(&value),
                        };
                        self.start_program(&program, &rest, None, None);
                    }
                }
                self.make("process.started", Vec::new())
            }
            ("wmi:win32_process", "create") => {
                let command = self.spelled(&first);
                self.emulation.start(&command);
                Value::Nothing
            }
            // A protected text is opened again.
            (
                "runtime.interopservices.marshal",
                "securestringtobstr"
                | "ptrtostringauto"
                | "ptrtostringbstr"
                | "ptrtostringuni"
                | "securestringtoglobalallocunicode",
            ) => first,
            ("powershell" | "management.automation.powershell", "create") => self.make("powershell", Vec::new()),
            ("text.encoding", "getencoding") => {
                let name = self.spelled(&first).to_ascii_lowercase();
                let name = match name.as_str() {
                    "utf-16" | "utf-16le" | "1200" | "unicode" => "unicode",
                    "utf-8" | "65001" => "utf8",
                    _ => "ascii",
                };
                Value::Type(format!("text.encoding.{name}"))
            }
            _ if class.starts_with("text.encoding.") || class.starts_with("text.") && class.ends_with("encoding") => {
                self.encoding_method(class, name, &first, raw)
            }
            _ => Value::unknown(raw),
        }
    }

    /// `[Text.Encoding]::UTF8.GetString(…)`
    fn encoding_method(&mut self, class: &str, name: &str, first: &Value, raw: &str) -> Value {
        let line = self.emulation.line;
        let is_wide = class.ends_with("unicode") || class.ends_with("unicodeencoding");
        match (name, first) {
            ("getstring", Value::Bytes(bytes)) => Value::text(encoding::text(bytes, is_wide), line),
            ("getstring", Value::List(_)) => match self.cast("byte[]", first.clone()) {
                Value::Bytes(bytes) => Value::text(encoding::text(&bytes, is_wide), line),
                _ => Value::unknown(raw),
            },
            ("getbytes", Value::Unknown(unknown)) => Value::unknown_from(raw, unknown.source.clone()),
            ("getbytes", value) => {
                let text = self.text_of(value);
                let bytes: Vec<u8> = if is_wide {
                    text.content.encode_utf16().flat_map(u16::to_le_bytes).collect()
                } else {
                    text.content.as_bytes().to_vec()
                };
                Value::Bytes(Rc::new(bytes))
            }
            (_, value) => Value::unknown_from(raw, source(value)),
        }
    }

    fn file_method(&mut self, name: &str, first: &Value, second: &Value, arguments: &[Value], raw: &str) -> Value {
        let line = self.emulation.line;
        let path = self.spelled(first);
        let encoding = arguments.get(2).cloned().unwrap_or(Value::Nothing);
        match name {
            "writealltext" | "appendalltext" | "writealllines" | "appendalllines" => {
                let lines = name.ends_with("lines");
                let values = if lines { operators::as_list(second) } else { vec![second.clone()] };
                self.write_values(&path, &values, name.starts_with("append"), &encoding, lines);
                Value::Nothing
            }
            "writeallbytes" => {
                match second {
                    Value::Bytes(bytes) => {
                        let text = Value::text(encoding::text(bytes, false), line);
                        self.write_values(&path, &[text], false, &Value::Nothing, false);
                    }
                    value => self.received_at(&path, value),
                }
                Value::Nothing
            }
            "readalltext" => self.content_of(&path, true),
            "readalllines" | "readlines" => self.content_of(&path, false),
            "readallbytes" => Value::unknown_from(raw, Source::Content(path)),
            "openread" | "open" | "openwrite" | "create" => {
                let file = Value::text(path, line);
                self.make("io.filestream", vec![("path", file)])
            }
            "createtext" | "appendtext" => self.open_writer(&path, name == "appendtext", &Value::Nothing),
            "delete" => {
                self.delete(&path);
                Value::Nothing
            }
            "copy" | "move" => {
                let target = self.spelled(second);
                self.copy(&path, &target, name == "move");
                Value::Nothing
            }
            _ => Value::unknown(raw),
        }
    }

    /// A place that a variable of the environment names.
    fn place(&mut self, path: &str) -> Value {
        self.note_unresolved(path.split('\\').next().unwrap_or(path));
        Value::text(path, self.emulation.line)
    }

    /// A file whose name Windows makes up.
    pub(super) fn temporary_file(&mut self) -> Value {
        let name = self.made_name("GetTempFileName");
        self.place(&format!("$env:TEMP\\tmp{name}.tmp"))
    }

    /// A name that is made when it is asked for, each time another one.
    fn made_name(&mut self, maker: &str) -> String {
        self.made_names = self.made_names.saturating_add(1);
        match self.made_names {
            1 => format!("%{maker}%"),
            number => format!("%{maker}{number}%"),
        }
    }

    fn path_method(&mut self, name: &str, arguments: &[Value], raw: &str) -> Value {
        let line = self.emulation.line;
        let words: Vec<String> =
            arguments.iter().flat_map(operators::as_list).map(|argument| self.spelled(&argument)).collect();
        let first = words.first().map_or("", String::as_str);
        let file = local_path::file_name(first);
        let text = |text: &str| Value::text(text, line);
        match name {
            "combine" | "join" => {
                let joined = words.iter().fold(String::new(), |base, word| joined(&base, word));
                text(&joined)
            }
            "getfilename" => text(file),
            "getfilenamewithoutextension" => text(file.rsplit_once('.').map_or(file, |(stem, _)| stem)),
            "getextension" => text(&file.rsplit_once('.').map(|(_, end)| format!(".{end}")).unwrap_or_default()),
            "getdirectoryname" => text(local_path::directory(first).unwrap_or_default()),
            "getfullpath" => text(&self.full_path(first)),
            "changeextension" => {
                let stem = first.rsplit_once('.').map_or(first, |(stem, _)| stem);
                let end = words.get(1).map_or("", |end| end.trim_start_matches('.'));
                text(&format!("{stem}.{end}"))
            }
            "gettemppath" => self.place("$env:TEMP\\"),
            "gettempfilename" => self.temporary_file(),
            "getrandomfilename" => {
                let name = self.made_name("GetRandomFileName");
                Value::text(name, line)
            }
            _ => Value::unknown(raw),
        }
    }
}

/// `Join-Path`: one separator between the parts.
pub(super) fn joined(base: &str, word: &str) -> String {
    if base.is_empty() {
        return word.to_owned();
    }
    format!("{}\\{}", base.trim_end_matches(['\\', '/']), word.trim_start_matches(['\\', '/']))
}

/// The variable of the environment that holds a special folder.
fn folder(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "applicationdata" => "$env:APPDATA",
        "localapplicationdata" => "$env:LOCALAPPDATA",
        "commonapplicationdata" => "$env:ProgramData",
        "userprofile" => "$env:USERPROFILE",
        "desktop" | "desktopdirectory" => "$env:USERPROFILE\\Desktop",
        "mydocuments" | "personal" => "$env:USERPROFILE\\Documents",
        "system" => "$env:SystemRoot\\System32",
        "windows" => "$env:SystemRoot",
        "programfiles" => "$env:ProgramFiles",
        _ => return None,
    })
}

/// The type that a text names where a class is wanted.
pub(super) fn class_of(value: &Value) -> String {
    match value {
        Value::Type(name) => name.clone(),
        value => type_name(&value.to_text(0).content),
    }
}
