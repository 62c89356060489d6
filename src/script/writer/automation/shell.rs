//! `WScript`, `WScript.Shell` and `Shell.Application`: what starts programs.

use super::value::{ObjectId, Value};
use super::{Automation, Object, Process};
use crate::script::local_path;
use crate::script::writer::emulation::Input;
use crate::script::writer::files::Piece;

impl Automation<'_, '_> {
    /// A member of the script host.
    pub(super) fn script_host(&mut self, member: &str, arguments: &[Value]) -> Value {
        match (member, arguments) {
            ("createobject" | "getobject", [class, ..]) => self.create(&class.text()),
            ("scriptfullname", _) => self.own_path().unwrap_or_else(|| Value::unknown("WScript.ScriptFullName")),
            ("scriptname", _) if !self.emulation.origin.name.is_empty() => {
                Value::Text(self.emulation.origin.name.into())
            }
            ("fullname", _) => Value::Partial("%SystemRoot%\\System32\\wscript.exe".into()),
            ("path", _) => Value::Partial("%SystemRoot%\\System32".into()),
            ("quit", _) => {
                self.ended = true;
                Value::Empty
            }
            ("run", [_, ..]) => self.shell("run", arguments),
            ("sleep" | "echo", _) => Value::Empty,
            _ => Value::unknown(member),
        }
    }

    /// The path of the emulated text.
    #[must_use]
    pub fn own_path(&self) -> Option<Value> {
        let directory = self.own_directory()?;
        let name = self.emulation.origin.name;
        (!name.is_empty()).then(|| Value::Text(local_path::join(&directory.text(), name).into()))
    }

    /// The directory of the emulated text.
    #[must_use]
    pub fn own_directory(&self) -> Option<Value> {
        self.emulation.origin.directory.map(|directory| Value::Text(directory.into()))
    }

    pub(super) fn shell(&mut self, member: &str, arguments: &[Value]) -> Value {
        let first = arguments.first().cloned().unwrap_or_default();
        match member {
            "run" => {
                self.start(&first);
                Value::Number(0.0)
            }
            "exec" => {
                let process = Process {
                    command_line: first.text(),
                    line: self.emulation.line,
                    started: !first.is_text(),
                    ..Process::default()
                };
                self.add(Object::Process(process))
            }
            "expandenvironmentstrings" => {
                let expanded = self.with_variables(&first.text());
                Value::expanded(&expanded)
            }
            "environment" if arguments.len() < 2 => self.add(Object::Environment),
            "specialfolders" => special_folder(&first.text()),
            "currentdirectory" => match &self.emulation.directory {
                Some(directory) => Value::expanded(directory),
                None => self.own_directory().unwrap_or_else(|| Value::unknown("CurrentDirectory")),
            },
            _ => Value::unknown(member),
        }
    }

    /// Starts a command line.
    pub fn start(&mut self, command_line: &Value) {
        let text = command_line.text();
        if command_line.is_text() && !text.trim().is_empty() {
            self.emulation.start(text.trim());
        }
    }

    /// Starts a program by its name, its arguments and its directory, as `ShellExecute` does.
    pub fn start_program(&mut self, file: &Value, arguments: Option<&Value>, directory: Option<&Value>) {
        let (file, arguments) = (file.text(), arguments.map(Value::text).unwrap_or_default());
        let quoted = if file.contains(' ') && !file.starts_with('"') { format!("\"{file}\"") } else { file };
        if quoted.trim().is_empty() {
            return;
        }
        let before = self.emulation.directory.clone();
        if let Some(directory) = directory.filter(|directory| directory.is_text() && !directory.text().is_empty()) {
            self.change_directory(directory);
        }
        self.emulation.start(format!("{quoted} {arguments}").trim_end());
        self.emulation.directory = before;
    }

    /// Changes the working directory.
    pub fn change_directory(&mut self, target: &Value) {
        let target = target.text();
        if target.is_empty() {
            return;
        }
        let known = self.emulation.directory.as_deref().or(self.emulation.origin.directory);
        self.emulation.directory = Some(match known {
            Some(directory) => local_path::join(directory, &target),
            None => local_path::normalise(&target),
        });
    }

    /// A variable of the environment: as the text has set it, else as it is written.
    pub fn environment_variable(&mut self, arguments: &[Value]) -> Value {
        let Some(name) = arguments.first() else { return Value::unknown("Environment") };
        match (self.emulation.environment.get(&name.text().to_uppercase()), name) {
            (Some(value), _) => Value::expanded(value),
            (None, Value::Text(name)) => Value::Partial(format!("%{name}%").into()),
            _ => Value::unknown("Environment"),
        }
    }

    fn with_variables(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            let value = after
                .split_once('%')
                .and_then(|(name, tail)| Some((self.emulation.environment.get(&name.to_uppercase())?, tail)));
            match value {
                Some((value, tail)) => {
                    out.push_str(value);
                    rest = tail;
                }
                None => {
                    out.push('%');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }

    pub(super) fn process(&mut self, id: ObjectId, member: &str) -> Value {
        match member {
            "stdin" => self.add(Object::ProcessInput(id)),
            "stdout" | "stderr" => {
                self.start_process(id);
                Value::unknown("StdOut")
            }
            "terminate" => {
                self.start_process(id);
                Value::Empty
            }
            _ => Value::unknown(member),
        }
    }

    pub(super) fn process_input(&mut self, process: ObjectId, member: &str, arguments: &[Value]) -> Value {
        let text = arguments.first().map(Value::text).unwrap_or_default();
        let text = match member {
            "write" => text,
            "writeline" => format!("{text}\r\n"),
            "writeblanklines" => "\r\n".to_owned(),
            "close" => {
                self.start_process(process);
                return Value::Empty;
            }
            _ => return Value::Empty,
        };
        if !self.emulation.files.count(text.len(), self.emulation.limits.batch_output) {
            return Value::Empty;
        }
        let piece = Piece { text, line: self.emulation.line, file: self.emulation.file.clone() };
        if let Some(Object::Process(process)) = self.objects.get_mut(process) {
            process.input.push(piece);
        }
        Value::Empty
    }

    /// Starts a process that waits for its input, which is complete now.
    pub(super) fn start_process(&mut self, id: ObjectId) {
        let Some(Object::Process(process)) = self.objects.get_mut(id) else { return };
        if std::mem::replace(&mut process.started, true) {
            return;
        }
        let (command_line, line, input) =
            (process.command_line.clone(), process.line, std::mem::take(&mut process.input));
        let line = std::mem::replace(&mut self.emulation.line, line);
        let keyboard = self.emulation.input.clone();
        if !input.is_empty() {
            self.emulation.input = Input::Text(input);
        }
        self.emulation.start(command_line.trim());
        self.emulation.input = keyboard;
        self.emulation.line = line;
    }

    pub(super) fn application(&mut self, member: &str, arguments: &[Value]) -> Value {
        match (member, arguments) {
            ("shellexecute", [file, rest @ ..]) => {
                self.start_program(file, rest.first(), rest.get(1));
                Value::Empty
            }
            ("open" | "explore", [file]) => {
                self.start_program(&Value::Text("explorer".into()), Some(file), None);
                Value::Empty
            }
            ("namespace", [path]) => match path.integer() {
                Some(number) => Value::unknown(&format!("NameSpace.{number}")),
                None => self.add(Object::Folder(path.clone())),
            },
            _ => Value::unknown(member),
        }
    }
}

/// `SpecialFolders` of `WScript.Shell` as the environment tells them.
fn special_folder(name: &str) -> Value {
    let path = match name.to_ascii_lowercase().as_str() {
        "desktop" => "%USERPROFILE%\\Desktop",
        "mydocuments" => "%USERPROFILE%\\Documents",
        "appdata" => "%APPDATA%",
        "startup" => "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
        "programs" => "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs",
        "allusersdesktop" => "%PUBLIC%\\Desktop",
        "allusersstartup" => "%ProgramData%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
        _ => return Value::unknown("SpecialFolders"),
    };
    Value::Partial(path.into())
}
