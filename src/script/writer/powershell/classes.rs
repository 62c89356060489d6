//! The classes that scripts make objects of: their properties and methods.

use super::evaluate::type_name;
use super::run::Interpreter;
use super::value::{Source, Text, Value};
use crate::base::number::to_i64;
use crate::script::local_path;
use std::collections::BTreeMap;

/// Objects that one script may make.
const OBJECTS: usize = 4096;

/// An object: its class, and its properties by their names in lower case.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) class: String,
    pub(super) fields: BTreeMap<String, Value>,
}

impl Object {
    pub(super) fn field(&self, name: &str) -> Value {
        self.fields.get(name).cloned().unwrap_or(Value::Nothing)
    }
}

impl Interpreter<'_, '_> {
    pub(super) fn object(&self, index: usize) -> Option<&Object> {
        self.objects.get(index)
    }

    /// A new object of a class with some properties.
    pub(super) fn make(&mut self, class: &str, fields: Vec<(&str, Value)>) -> Value {
        if self.objects.len() >= OBJECTS {
            self.emulation.cap("this script makes more objects than the limit and its emulation was ended");
            return Value::Nothing;
        }
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.objects.push(Object { class: class.to_owned(), fields });
        Value::Object(self.objects.len().saturating_sub(1))
    }

    /// An object whose properties a table gives: `[Name]@{…}`, `New-Object -Property`.
    pub(super) fn object_of(&mut self, class: &str, pairs: &[(String, Value)]) -> Value {
        let object = self.new_object(class, &[]);
        if let Value::Object(index) = object {
            for (name, value) in pairs {
                self.set_property(index, &name.to_ascii_lowercase(), value.clone());
            }
        }
        object
    }

    /// `New-Object class arguments`, `[class]::new(arguments)`
    pub(super) fn new_object(&mut self, class: &str, arguments: &[Value]) -> Value {
        let class = type_name(class);
        let argument = |at: usize| arguments.get(at).cloned().unwrap_or(Value::Nothing);
        match class.as_str() {
            "uri" => Value::Text(self.text_of(&argument(0))),
            "string" => match argument(0) {
                Value::List(items) => {
                    Value::Text(super::operators::join(&items, &Text::new("", 0), self.emulation.line))
                }
                value => match argument(1).number() {
                    Some(count) => super::operators::binary(
                        "*",
                        &Value::Text(self.text_of(&value)),
                        &Value::Number(count),
                        self.emulation.line,
                        1 << 16,
                    )
                    .unwrap_or(Value::Nothing),
                    None => Value::Text(self.text_of(&value)),
                },
            },
            "net.networkcredential" => {
                let name = match argument(2) {
                    Value::Nothing => argument(0),
                    domain => {
                        let (domain, user) = (self.spelled(&domain), self.spelled(&argument(0)));
                        Value::text(format!("{domain}\\{user}"), self.emulation.line)
                    }
                };
                self.make("net.networkcredential", vec![("username", name), ("password", argument(1))])
            }
            "management.automation.pscredential" | "pscredential" => {
                self.make("net.networkcredential", vec![("username", argument(0)), ("password", argument(1))])
            }
            "io.streamwriter" => {
                let (target, append) = (argument(0), argument(1));
                if let Value::Object(stream) = target {
                    return self.make("io.streamwriter", vec![("stream", Value::Object(stream))]);
                }
                let path = self.spelled(&target);
                let appends = append.truth() == Some(true) && !matches!(append, Value::Text(_));
                let encoding = argument(2);
                self.open_writer(&path, appends, &encoding)
            }
            "io.streamreader" => self.make("io.streamreader", vec![("stream", argument(0))]),
            "io.filestream" => {
                let (path, mode) = (argument(0), argument(1));
                self.make("io.filestream", vec![("path", path), ("mode", mode)])
            }
            "byte[]" => self.make("buffer", vec![("length", argument(0))]),
            "text.stringbuilder" => self.make("text.stringbuilder", vec![("text", argument(0))]),
            "diagnostics.processstartinfo" => {
                self.make(&class, vec![("filename", argument(0)), ("arguments", argument(1))])
            }
            _ if class.starts_with("collections.") => {
                let items = super::operators::as_list(&argument(0));
                let items = if items.iter().any(|item| matches!(item, Value::Number(_))) { Vec::new() } else { items };
                self.make("list", vec![("items", Value::list(items))])
            }
            _ => self.make(&class, Vec::new()),
        }
    }

    /// A collection as the values that it holds, which is what all but its own methods see of it.
    pub(super) fn contents(&self, value: Value) -> Value {
        match &value {
            Value::Object(index) => match self.object(*index) {
                Some(object) if object.class == "list" => {
                    Value::list(super::operators::as_list(&object.field("items")))
                }
                _ => value,
            },
            _ => value,
        }
    }

    pub(super) fn set_property(&mut self, index: usize, name: &str, value: Value) {
        if let Some(object) = self.objects.get_mut(index) {
            object.fields.insert(name.to_owned(), value);
        }
    }

    pub(super) fn object_property(&mut self, index: usize, name: &str, raw: &str) -> Value {
        let Some(object) = self.object(index) else { return Value::Nothing };
        let class = object.class.clone();
        let field = object.fields.get(name).cloned();
        match (class.as_str(), name) {
            ("list", "count") => {
                let count = super::operators::as_list(&object.field("items")).len();
                Value::Number(to_i64(count))
            }
            ("diagnostics.process", "startinfo") if field.is_none() => {
                let info = self.make("diagnostics.processstartinfo", Vec::new());
                self.set_property(index, "startinfo", info.clone());
                info
            }
            ("diagnostics.process", "standardinput") => {
                self.make("process.input", vec![("process", Value::Object(index))])
            }
            ("net.webclient", "headers" | "querystring" | "proxy") => Value::Nothing,
            ("buffer", "length" | "count") => Value::unknown(raw),
            _ => field.unwrap_or_else(|| Value::unknown(raw)),
        }
    }

    /// How an object prints.
    pub(super) fn object_text(&self, index: usize) -> Text {
        let line = self.emulation.line;
        match self.object(index) {
            Some(object) if object.class == "text.stringbuilder" => object.field("text").to_text(line),
            Some(object) if object.class == "list" => object.field("items").to_text(line),
            Some(object) if object.class == "net.networkcredential" => object.field("username").to_text(line),
            _ => Text::new("", line),
        }
    }

    pub(super) fn object_method(&mut self, index: usize, name: &str, arguments: &[Value], raw: &str) -> Value {
        let class = self.object(index).map(|object| object.class.clone()).unwrap_or_default();
        let first = arguments.first().cloned().unwrap_or(Value::Nothing);
        let line = self.emulation.line;
        match (class.as_str(), name) {
            (_, "dispose" | "flush" | "gettype") => Value::Nothing,
            ("winscp.session" | "winscp.sessionoptions", _) => self.winscp_method(index, name, arguments, raw),
            ("net.webclient" | "net.ftpwebrequest" | "stream" | "net.ftpwebresponse" | "net.http.httpclient", _) => {
                self.web_method(index, &class, name, arguments, raw)
            }
            ("io.streamwriter", "write" | "writeline" | "writeasync" | "writelineasync") => {
                let mut text = match arguments {
                    [template, rest @ ..] if !rest.is_empty() => {
                        let template = self.text_of(template);
                        super::operators::format(&template, rest, line, self.emulation.limits.batch_output)
                    }
                    _ => self.text_of(&first),
                };
                if name.starts_with("writeline") {
                    text = Text::concat(&[text, Text::new("\r\n", line)]);
                }
                self.write_stream(index, &text);
                Value::Nothing
            }
            ("io.streamreader" | "io.filestream", "readtoend" | "readline" | "readalltext") => {
                let source = self.stream_source(index);
                if let (Source::Content(path), "readtoend") = (&source, name) {
                    return self.content_of(&path.clone(), true);
                }
                Value::unknown_from(raw, source)
            }
            ("io.filestream", "read") => {
                if let Value::Object(buffer) = first {
                    let source = self.stream_source(index);
                    self.set_property(buffer, "source", Value::unknown_from(raw, source));
                }
                Value::unknown(raw)
            }
            ("io.filestream", "write") => {
                self.received_into(index, &first);
                Value::Nothing
            }
            ("io.filestream", "copyto" | "copytoasync") => {
                let source = self.stream_source(index);
                if let Value::Object(target) = first {
                    self.sent_from(target, &Value::unknown_from(raw, source));
                }
                Value::Nothing
            }
            ("text.stringbuilder", "append" | "appendline" | "appendformat") => {
                let before = self.object(index).map_or(Value::Nothing, |object| object.field("text"));
                let text = match (name, arguments) {
                    ("appendformat", [template, rest @ ..]) => {
                        let template = self.text_of(template);
                        super::operators::format(&template, rest, line, self.emulation.limits.batch_output)
                    }
                    _ => self.text_of(&first),
                };
                let end = Text::new(if name == "appendline" { "\r\n" } else { "" }, line);
                let whole = Text::concat(&[before.to_text(line), text, end]);
                self.charge(whole.content.len());
                self.set_property(index, "text", Value::Text(whole));
                Value::Object(index)
            }
            ("text.stringbuilder", "tostring") => Value::Text(self.object_text(index)),
            ("list", "add" | "addrange" | "toarray") => {
                let held = self.object(index).map_or(Value::Nothing, |object| object.field("items"));
                if name == "toarray" {
                    return held;
                }
                let added = if name == "add" { Value::list(vec![first]) } else { first };
                let items = super::operators::binary("+", &held, &added, line, super::evaluate::ITEMS);
                self.charge(super::operators::as_list(&held).len());
                self.set_property(index, "items", items.unwrap_or(held));
                Value::Nothing
            }
            ("net.networkcredential", "getnetworkcredential") => Value::Object(index),
            ("diagnostics.process", "start") => {
                let info = self.object(index).map_or(Value::Nothing, |object| object.field("startinfo"));
                // What is written to its input comes after the start: it runs when the input is closed.
                if let Value::Object(info) = info
                    && !self.is_fed(info)
                {
                    self.start_info(info);
                }
                Value::Bool(true)
            }
            ("process.input", "write" | "writeline") => {
                let mut text = self.text_of(&first);
                if name == "writeline" {
                    text = Text::concat(&[text, Text::new("\r\n", line)]);
                }
                if let Some(Value::Object(process)) = self.object(index).map(|object| object.field("process")) {
                    let before = self.object(process).map_or(Value::Nothing, |object| object.field("typed"));
                    let whole = Text::concat(&[before.to_text(line), text]);
                    self.charge(whole.content.len());
                    self.set_property(process, "typed", Value::Text(whole));
                }
                Value::Nothing
            }
            ("process.input", "close") | ("diagnostics.process", "waitforexit" | "close") => {
                let process = match class.as_str() {
                    "process.input" => self.object(index).map(|object| object.field("process")),
                    _ => Some(Value::Object(index)),
                };
                if let Some(Value::Object(process)) = process {
                    self.feed_process(process);
                }
                Value::Nothing
            }
            ("wscript.shell", "run" | "exec") => {
                let command = self.spelled(&first);
                self.emulation.start(&command);
                Value::Nothing
            }
            ("shell.application", "shellexecute" | "open") => {
                let program = self.spelled(&first);
                let rest = arguments.get(1).map(|value| self.spelled(value)).unwrap_or_default();
                self.start_program(&program, &rest, None, None);
                Value::Nothing
            }
            ("scripting.filesystemobject", "createtextfile" | "opentextfile") => {
                let path = self.spelled(&first);
                let appends = arguments.get(1).and_then(Value::number) == Some(8);
                self.open_writer(&path, appends, &Value::Nothing)
            }
            ("powershell", "addscript" | "addcommand") => {
                self.set_property(index, "script", first);
                Value::Object(index)
            }
            ("powershell", "invoke" | "begininvoke") => {
                let script = self.object(index).map_or(Value::Nothing, |object| object.field("script"));
                if script.is_unknown() {
                    self.runs_received(&script, "PowerShell.Invoke");
                    return Value::unknown(raw);
                }
                let script = self.spelled(&script);
                Value::collected(self.run_text(&script))
            }
            _ => Value::unknown(raw),
        }
    }

    /// Starts the process that a start info describes.
    pub(super) fn start_info(&mut self, index: usize) {
        let Some(object) = self.object(index) else { return };
        let (program, arguments, directory) =
            (object.field("filename"), object.field("arguments"), object.field("workingdirectory"));
        let (program, arguments) = (self.spelled(&program), self.spelled(&arguments));
        let directory = match directory {
            Value::Nothing => None,
            value => Some(self.spelled(&value)).filter(|directory| !directory.is_empty()),
        };
        self.start_program(&program, &arguments, directory.as_deref(), None);
    }

    /// Whether a process takes its input from the script.
    pub(super) fn is_fed(&self, info: usize) -> bool {
        self.object(info).is_some_and(|object| object.field("redirectstandardinput").truth() == Some(true))
    }

    /// Starts a process with what was written to its input.
    fn feed_process(&mut self, process: usize) {
        let Some(object) = self.objects.get_mut(process) else { return };
        let Some(Value::Text(typed)) = object.fields.remove("typed") else { return };
        let info = object.field("startinfo");
        let pieces = typed.pieces().into_iter().map(|(text, line)| (text.to_owned(), line)).collect::<Vec<_>>();
        let capture = self.emulation.begin_capture();
        let line = self.emulation.line;
        for (text, piece_line) in pieces {
            self.emulation.line = piece_line;
            self.emulation.print(&text);
        }
        self.emulation.line = line;
        let input = self.emulation.end_capture(capture);
        let keyboard = std::mem::replace(&mut self.emulation.input, input);
        if let Value::Object(info) = info {
            self.start_info(info);
        }
        self.emulation.input = keyboard;
    }

    /// The path of a value that is a file, seen from the working directory.
    pub(super) fn full_path(&self, path: &str) -> String {
        match &self.emulation.directory {
            Some(directory) => local_path::join(directory, path),
            None => path.to_owned(),
        }
    }
}
