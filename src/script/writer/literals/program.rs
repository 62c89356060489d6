//! A program in source code as it acts: its files, its pipes, the programs that it starts, the sessions that it opens.

use super::files::{self, Opened, Target};
use super::processes::{self, Started};
use super::run_shell;
use crate::script::launch::Client;
use crate::script::library::{self, Curl, Effect, Link};
use crate::script::reading::Feed;
use crate::script::source::{Actions, Call, Tongue, Value, Words};
use crate::script::writer::emulation::{Emulation, Input};
use crate::script::writer::files::{Piece, VirtualFile};
use std::collections::BTreeMap;

/// Options that are set of one object.
const OPTIONS: usize = 64;

/// Objects of one program.
const OBJECTS: usize = 4096;

/// An object that calls make.
#[derive(Debug)]
enum Object {
    /// An open file.
    File(Words),
    /// A program that waits for its input.
    Pipe { started: Started, pieces: Vec<Piece>, line: u32 },
    /// A program that is described before it is started.
    Process { program: Words, arguments: Option<Words>, words: Vec<Words>, line: u32, done: bool },
    /// A link of a class library.
    Link(Box<Link>),
    /// A handle of curl.
    Curl(Box<Curl>),
    /// Options by their names, given to a session when it is opened.
    Options(Vec<(String, Value)>),
    /// One that has ended.
    Done,
}

/// A program and what it did so far.
pub(super) struct Program<'e, 'a> {
    emulation: &'e mut Emulation<'a>,
    tongue: Tongue,
    /// The line of all that happens, where the source stands in one line of another text.
    line: Option<u32>,
    objects: Vec<Object>,
    /// What was written to handles of which the text does not say what they are, by their names.
    loose: BTreeMap<String, Vec<Piece>>,
    /// Lists of lines that are saved as a whole.
    lists: BTreeMap<String, Words>,
}

impl<'e, 'a> Program<'e, 'a> {
    pub(super) fn new(emulation: &'e mut Emulation<'a>, tongue: Tongue, line: Option<u32>) -> Self {
        Self { emulation, tongue, line, objects: Vec::new(), loose: BTreeMap::new(), lists: BTreeMap::new() }
    }

    /// The end of the program: pipes are closed, sessions are noted in the order in which they were opened.
    pub(super) fn finish(mut self) {
        for index in 0..self.objects.len() {
            self.close(index);
        }
        let mut seen = Vec::new();
        for object in std::mem::take(&mut self.objects) {
            let link = match object {
                Object::Link(link) => *link,
                Object::Curl(curl) => match curl.finish() {
                    Some(link) => link,
                    None => continue,
                },
                _ => continue,
            };
            let client = link.client();
            let Some(mut session) = link.finish() else { continue };
            if let Some(line) = self.line {
                session.line = line;
                session.commands.iter_mut().for_each(|command| command.line = line);
                session.credentials.iter_mut().for_each(|login| login.line = line);
                session.transfers.iter_mut().for_each(|transfer| transfer.line = line);
            }
            // A function that is called twice with what is not known opens the same session twice.
            if seen.contains(&session) {
                continue;
            }
            seen.push(session.clone());
            for field in &session.unresolved {
                self.emulation.line = self.line.unwrap_or(session.line);
                self.emulation.diagnose("template", format!("{field} is not known: the session is that of a template"));
            }
            self.emulation.outcome.library.get_or_insert(client);
            self.emulation.open_session(session);
        }
    }

    fn at(&mut self, line: u32) {
        self.emulation.line = self.line.unwrap_or(line);
    }

    fn add(&mut self, object: Object) -> Option<Value> {
        if self.objects.len() >= OBJECTS {
            return None;
        }
        self.objects.push(object);
        Some(Value::Object(self.objects.len().saturating_sub(1)))
    }

    fn note_fields(&mut self, words: &Words) {
        for field in &words.fields {
            if !self.emulation.outcome.unresolved.contains(field) {
                self.emulation.outcome.leave_unresolved(field);
                self.emulation.diagnose("template", format!("{field} is not known and stays as the source has it"));
            }
        }
    }

    /// Runs a command line as the call gives it.
    fn start(&mut self, started: &Started) {
        if !self.emulation.enter() {
            return;
        }
        let before = self.emulation.outcome.launches.len();
        match started {
            Started::Shell(words) => {
                self.note_fields(words);
                run_shell(self.emulation, &words.text);
            }
            Started::Line(words) => {
                self.note_fields(words);
                self.emulation.start(words.text.trim());
            }
            Started::Words(words) => {
                words.iter().for_each(|words| self.note_fields(words));
                let texts: Vec<String> = words.iter().map(|words| words.text.clone()).collect();
                let quoted: Vec<String> = texts
                    .iter()
                    .map(|text| if text.contains([' ', '\t']) { format!("\"{text}\"") } else { text.clone() })
                    .collect();
                self.emulation.start_words(&texts, &quoted.join(" "));
            }
        }
        self.emulation.leave();
        self.feed_loose(before);
    }

    /// A script that no call is seen to open is what was written to the only handle of which nothing is known.
    fn feed_loose(&mut self, before: usize) {
        if self.loose.len() != 1 {
            return;
        }
        let Some(pieces) = self.loose.values().next().cloned() else { return };
        let outcome = &mut self.emulation.outcome;
        for (launch, feed) in outcome.launches.iter_mut().skip(before) {
            let (Some(path), Feed::Elsewhere) = (&launch.script_path, *feed) else { continue };
            let file = VirtualFile {
                path: path.clone(),
                directory: launch.working_directory.clone(),
                pieces: pieces.clone(),
                ..VirtualFile::default()
            };
            outcome.fed.push(file);
            *feed = Feed::Written(outcome.fed.len().saturating_sub(1));
        }
    }

    /// Ends a pipe or a file.
    fn close(&mut self, index: usize) {
        let Some(object) = self.objects.get_mut(index) else { return };
        if !matches!(object, Object::Pipe { .. }) {
            return;
        }
        let Object::Pipe { started, pieces, line } = std::mem::replace(object, Object::Done) else { return };
        self.at(line);
        let keyboard = std::mem::replace(&mut self.emulation.input, Input::Text(pieces));
        self.start(&started);
        self.emulation.input = keyboard;
    }

    fn write(&mut self, target: Target, words: &Words) -> Option<Value> {
        self.note_fields(words);
        match target {
            Target::Path(path, appends) => {
                self.note_fields(&path);
                self.emulation.write_file(&path.text, &words.text, appends);
                Some(Value::Nothing)
            }
            Target::Handle(Value::Object(index)) => {
                let piece =
                    Piece { text: words.text.clone(), line: self.emulation.line, file: self.emulation.file.clone() };
                match self.objects.get_mut(index)? {
                    Object::File(path) => {
                        let path = path.text.clone();
                        self.emulation.write_file(&path, &words.text, true);
                    }
                    Object::Pipe { pieces, .. } => {
                        if self.emulation.files.count(words.text.len(), self.emulation.limits.batch_output) {
                            pieces.push(piece);
                        }
                    }
                    _ => return None,
                }
                Some(Value::Object(index))
            }
            Target::Handle(handle) => {
                let name = handle.words().text;
                if !name.is_empty()
                    && self.loose.len() < 16
                    && self.emulation.files.count(words.text.len(), self.emulation.limits.batch_output)
                {
                    let piece = Piece {
                        text: words.text.clone(),
                        line: self.emulation.line,
                        file: self.emulation.file.clone(),
                    };
                    self.loose.entry(name).or_default().push(piece);
                }
                None
            }
        }
    }

    fn open(&mut self, opened: Opened) -> Option<Value> {
        match opened {
            Opened::Pipe(command) => {
                let line = self.emulation.line;
                self.add(Object::Pipe { started: Started::Shell(command), pieces: Vec::new(), line })
            }
            Opened::File(opening) => {
                if opening.writes {
                    let directory = self.emulation.directory.clone();
                    self.emulation.files.open(&opening.path.text, directory.as_deref(), opening.appends);
                }
                self.add(Object::File(opening.path))
            }
        }
    }

    /// Calls that describe a program first: `ProcessBuilder`, `ProcessStartInfo`, `Command::new`.
    fn describe(&mut self, call: &Call) -> Option<Value> {
        let line = self.emulation.line;
        let fresh = |program: Words, arguments: Option<Words>, words: Vec<Words>| Object::Process {
            program,
            arguments,
            words,
            line,
            done: false,
        };
        match (self.tongue, call.name.as_str()) {
            (Tongue::Java, "ProcessBuilder") if call.constructs => {
                let words = match call.value(0) {
                    Some(Value::List(items)) => items.iter().map(Value::words).collect(),
                    _ => call.arguments.iter().map(|argument| argument.value.words()).collect(),
                };
                self.add(fresh(Words::default(), None, words))
            }
            (
                Tongue::Java,
                "File"
                | "BufferedWriter"
                | "OutputStreamWriter"
                | "PrintWriter"
                | "BufferedOutputStream"
                | "BufferedInputStream",
            ) if call.constructs => call.value(0).cloned(),
            (Tongue::Java, "get" | "of") if matches!(call.path.as_str(), "Paths.get" | "Path.of") => {
                call.value(0).cloned()
            }
            (Tongue::CSharp, "ProcessStartInfo" | "Process") if call.constructs => {
                let named = |name: &str| {
                    let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
                    argument.map(|argument| argument.value.words())
                };
                let program = call.words(0).or_else(|| named("FileName")).unwrap_or_default();
                self.add(fresh(program, call.words(1).or_else(|| named("Arguments")), Vec::new()))
            }
            (Tongue::CSharp, "SessionOptions") if call.constructs => self.add(Object::Options(Vec::new())),
            (Tongue::CSharp, "NetworkCredential") if call.constructs => {
                Some(Value::List(call.arguments.iter().map(|argument| argument.value.clone()).collect()))
            }
            (Tongue::Rust, "new") if call.path.ends_with("Command::new") => {
                let words = vec![call.words(0)?];
                self.add(fresh(Words::default(), None, words))
            }
            _ => None,
        }
    }

    /// Methods of a described program.
    fn on_process(&mut self, index: usize, call: &Call) -> Option<Value> {
        let Some(Object::Process { program, arguments, words, line, done }) = self.objects.get_mut(index) else {
            return None;
        };
        match call.name.as_str() {
            "arg" | "args" | "command" => {
                for argument in &call.arguments {
                    match &argument.value {
                        Value::List(items) => words.extend(items.iter().map(Value::words)),
                        value => words.push(value.words()),
                    }
                }
                Some(Value::Object(index))
            }
            "start" | "Start" | "spawn" | "output" | "status" | "execute" => {
                if std::mem::replace(done, true) {
                    return Some(Value::Nothing);
                }
                let started = if words.is_empty() {
                    Started::Line(processes::joined(program.clone(), arguments.clone())?)
                } else {
                    Started::Words(words.clone())
                };
                let line = *line;
                self.at(line.max(call.line));
                self.start(&started);
                Some(Value::Nothing)
            }
            _ => Some(Value::Object(index)),
        }
    }

    /// `subprocess.Popen(…, stdin=PIPE)`, `subprocess.run(…, input="…")`, `stdin=open("f")`.
    fn start_with_input(&mut self, call: &Call, started: Started) -> Option<Value> {
        let named = |name: &str| {
            call.arguments
                .iter()
                .find(|argument| argument.name.as_deref() == Some(name))
                .map(|argument| argument.value.clone())
        };
        if let Some(Value::Text(words)) = named("input") {
            let piece = Piece { text: words.text, line: self.emulation.line, file: self.emulation.file.clone() };
            let keyboard = std::mem::replace(&mut self.emulation.input, Input::Text(vec![piece]));
            self.start(&started);
            self.emulation.input = keyboard;
            return Some(Value::Nothing);
        }
        match named("stdin") {
            Some(Value::Object(index)) => {
                let path = match self.objects.get(index) {
                    Some(Object::File(path)) => path.text.clone(),
                    _ => return None,
                };
                let keyboard = std::mem::replace(&mut self.emulation.input, Input::File(path));
                self.start(&started);
                self.emulation.input = keyboard;
                Some(Value::Nothing)
            }
            Some(value) if value.words().text.ends_with("PIPE") => {
                let line = self.emulation.line;
                self.add(Object::Pipe { started, pieces: Vec::new(), line })
            }
            _ => {
                self.start(&started);
                None
            }
        }
    }

    /// `TStringList`: lines are added and saved.
    fn list(&mut self, call: &Call) -> Option<Value> {
        let place = call.receiver_place.clone().filter(|_| self.tongue == Tongue::Delphi)?;
        match call.name.to_ascii_lowercase().as_str() {
            "add" => {
                if self.lists.len() < 64 {
                    let list = self.lists.entry(place).or_default();
                    list.append(&call.words(0).unwrap_or_default());
                    list.append(&Words::known("\r\n"));
                }
                Some(Value::Nothing)
            }
            "clear" => {
                self.lists.remove(&place);
                Some(Value::Nothing)
            }
            "savetofile" => {
                let words = self.lists.get(&place)?.clone();
                self.write(Target::Path(call.words(0)?, false), &words)
            }
            _ => None,
        }
    }

    fn curl(&mut self, call: &Call) -> Option<Value> {
        match (self.tongue, call.name.as_str()) {
            (Tongue::Php, "curl_init") => {
                let curl = Curl::new(call.words(0).unwrap_or_default(), call);
                self.add(Object::Curl(Box::new(curl)))
            }
            (Tongue::Php, "curl_setopt" | "curl_setopt_array") => {
                let Some(Value::Object(index)) = call.value(0) else { return None };
                let Some(Object::Curl(curl)) = self.objects.get_mut(*index) else { return None };
                match call.value(1) {
                    Some(Value::Map(options)) => {
                        for (option, value) in options {
                            curl.set(option, value.words(), call);
                        }
                    }
                    Some(option) => {
                        curl.set(&option.words().text, call.value(2).map(Value::words).unwrap_or_default(), call)
                    }
                    None => {}
                }
                Some(Value::Nothing)
            }
            _ => None,
        }
    }

    /// What the call does to sessions.
    fn session(&mut self, call: &Call) -> Option<Value> {
        let objects = &self.objects;
        let client_of = |index: usize| -> Option<Client> {
            match objects.get(index) {
                Some(Object::Link(link)) => Some(link.client()),
                _ => None,
            }
        };
        match library::effect(self.tongue, call, &client_of)? {
            Effect::Opens(link) => self.add(Object::Link(link)),
            Effect::Whole(link) => {
                self.add(Object::Link(link));
                None
            }
            Effect::On(index, operations) => {
                let text = call.source.clone();
                if let Some(Object::Link(link)) = self.objects.get_mut(index) {
                    link.apply(call, &text, operations);
                }
                Some(Value::Object(index))
            }
        }
    }

    /// The call with open files as their paths, and options as what they are set to.
    fn with_paths(&self, call: &Call) -> Call {
        let mut call = call.clone();
        for argument in &mut call.arguments {
            if let Value::Object(index) = argument.value {
                match self.objects.get(index) {
                    Some(Object::File(path)) => argument.value = Value::Text(path.clone()),
                    Some(Object::Options(options)) => argument.value = Value::Map(options.clone()),
                    _ => {}
                }
            }
        }
        call
    }
}

impl Actions for Program<'_, '_> {
    fn call(&mut self, call: &Call) -> Option<Value> {
        if self.emulation.is_capped() {
            return None;
        }
        self.at(call.line);
        if let Some(value) = self.curl(&self.with_paths(call)) {
            return Some(value);
        }
        if let Some(value) = self.session(&self.with_paths(call)) {
            return Some(value);
        }
        if let Some(Value::Object(index)) = call.receiver
            && matches!(self.objects.get(index), Some(Object::Process { .. }))
        {
            return self.on_process(index, call);
        }
        if let Some(Value::Object(index)) = call.receiver
            && let Some(Object::Options(options)) = self.objects.get_mut(index)
        {
            if let (Some(value), true) = (call.value(0), options.len() < OPTIONS) {
                options.push((call.name.clone(), value.clone()));
            }
            return Some(Value::Nothing);
        }
        // `Process.Start(info)`.
        if let (Tongue::CSharp, Some(Value::Object(index)), true) =
            (self.tongue, call.value(0), call.path.ends_with("Process.Start"))
        {
            let start = Call { name: "Start".to_owned(), ..call.clone() };
            return self.on_process(*index, &start);
        }
        if let Some(opened) = files::opened(self.tongue, &self.with_paths(call)) {
            return self.open(opened);
        }
        let objects = &self.objects;
        let is_file = |value: &Value| match value {
            Value::Object(index) => matches!(objects.get(*index), Some(Object::File(_) | Object::Pipe { .. })),
            _ => false,
        };
        if let Some((target, words)) = files::written(self.tongue, call, &is_file) {
            return self.write(target, &words);
        }
        let closes = ["close", "pclose", "_pclose", "fclose", "closefile", "wait", "communicate"];
        if closes.contains(&call.name.to_ascii_lowercase().as_str()) {
            let target = call.receiver.as_ref().or_else(|| call.value(0));
            if let Some(Value::Object(index)) = target {
                self.close(*index);
                return Some(Value::Nothing);
            }
        }
        if let Some(started) = processes::started(self.tongue, call) {
            return self.start_with_input(call, started);
        }
        self.list(call).or_else(|| self.describe(call))
    }

    fn shift(&mut self, object: usize, value: &Value, line: u32) -> bool {
        self.at(line);
        let words = match value {
            Value::Unknown(source) if matches!(source.as_str(), "endl" | "std::endl") => Words::known("\n"),
            value => value.words(),
        };
        self.write(Target::Handle(Value::Object(object)), &words).is_some()
    }

    fn set(&mut self, object: usize, member: &str, value: &Value, line: u32) {
        self.at(line);
        match self.objects.get_mut(object) {
            Some(Object::Process { program, arguments, .. }) => match member {
                "FileName" => *program = value.words(),
                "Arguments" => *arguments = Some(value.words()),
                _ => {}
            },
            Some(Object::Options(options)) if options.len() < OPTIONS => {
                options.push((member.to_owned(), value.clone()));
            }
            Some(Object::Link(link)) => match (member, value) {
                ("Credentials", Value::List(login)) => {
                    let call = Call {
                        receiver: None,
                        receiver_place: None,
                        path: "Credentials".to_owned(),
                        name: "Credentials".to_owned(),
                        arguments: Vec::new(),
                        constructs: false,
                        line,
                        source: String::new(),
                    };
                    let operation = library::Operation::Login(
                        login.first().map(Value::words),
                        login.get(1).map(Value::words),
                        None,
                    );
                    link.apply(&call, "Credentials", [operation]);
                }
                ("Method", value) => link.set_method(&value.words().text),
                _ => {}
            },
            _ => {}
        }
    }

    fn command(&mut self, text: &Words, line: u32) {
        self.at(line);
        self.start(&Started::Shell(text.clone()));
    }
}
