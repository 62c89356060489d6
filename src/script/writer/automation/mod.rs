//! The objects of COM that scripts and macros write files and start programs with, the same in VBScript, VBA and JScript:
//! `Scripting.FileSystemObject`, `WScript.Shell`, `ADODB.Stream`, `MSXML2.XMLHTTP`, the functions of WinINet,
//! `CuteFTPPro.TEConnection`.
//!
//! They work on the emulation's file system in memory. What a text does not tell has a name ([`Value::Unknown`]), and what
//! is called on an object of which only the name is known is taken by the method's own name where that leaves no doubt:
//! `Run`, `Exec`, `OpenTextFile`. Names of members are compared folded, as COM does.

mod file_system;
mod http;
mod shell;
mod stream;
mod transfer_engine;
pub mod value;
mod wininet;

use super::emulation::Emulation;
use super::files::Piece;
use crate::script::launch::Client;
use crate::script::session::Session;
use http::Request;
use std::collections::{BTreeMap, BTreeSet};
use stream::{BinaryStream, TextStream};
use transfer_engine::Engine;
use value::{ObjectId, Value};

/// Evaluations that count as one step of the emulation.
const EVALUATIONS: usize = 16;

/// Deepest nesting of evaluations: what a language's interpreter may recurse into.
const DEPTH: usize = 64;

/// An object.
#[derive(Debug)]
pub enum Object {
    /// An array.
    List(Vec<Value>),
    /// An object of JScript, or a `Scripting.Dictionary` (folded keys).
    Record(BTreeMap<String, Value>),
    /// A function of JScript: its place in the program, and the scope that it was made in.
    Closure(usize, usize),
    /// `Scripting.FileSystemObject`.
    FileSystem,
    /// A text stream of the file system object.
    TextStream(TextStream),
    /// `ADODB.Stream`.
    BinaryStream(BinaryStream),
    /// The script host, `WScript`.
    Host,
    /// `WScript.Shell`.
    Shell,
    /// The environment block of `WScript.Shell`.
    Environment,
    /// `Shell.Application`.
    Application,
    /// A folder of `Shell.Application`, by its path.
    Folder(Value),
    /// A program that `WScript.Shell` has started with its streams in hand.
    Process(Process),
    /// The standard input of such a program.
    ProcessInput(ObjectId),
    /// An HTTP client's request.
    Request(Request),
    /// What a request received.
    Body(usize),
    /// A connection of WinINet, by its session.
    Connection(usize),
    /// A connection of CuteFTP's Transfer Engine.
    TransferEngine(Engine),
}

/// A program started by `Exec`: it runs once what it reads is known.
#[derive(Debug, Default)]
pub struct Process {
    command_line: String,
    line: u32,
    input: Vec<Piece>,
    started: bool,
}

/// The objects of one text under emulation.
pub struct Automation<'e, 'a> {
    /// Where all takes effect.
    pub emulation: &'e mut Emulation<'a>,
    /// Whether the script has ended itself (`WScript.Quit`); the interpreter takes it back where that is in doubt.
    pub ended: bool,
    objects: Vec<Object>,
    sessions: Vec<Session>,
    /// The sessions that CuteFTP's Transfer Engine opens.
    of_engine: BTreeSet<usize>,
    properties: BTreeMap<(String, String), Value>,
    temporary_names: usize,
    evaluations: usize,
    produced: usize,
    depth: usize,
}

impl<'e, 'a> Automation<'e, 'a> {
    /// No object yet.
    #[must_use]
    pub fn new(emulation: &'e mut Emulation<'a>) -> Self {
        Self {
            emulation,
            ended: false,
            objects: Vec::new(),
            sessions: Vec::new(),
            of_engine: BTreeSet::new(),
            properties: BTreeMap::new(),
            temporary_names: 0,
            evaluations: 0,
            produced: 0,
            depth: 0,
        }
    }

    /// Ends the emulation of the text: programs that still wait for input start, sessions are handed over.
    pub fn finish(mut self) {
        for id in 0..self.objects.len() {
            self.start_process(id);
        }
        for (number, session) in std::mem::take(&mut self.sessions).into_iter().enumerate() {
            if session.host.as_deref().is_some_and(|host| !is_unknown_host(host)) {
                let client = if self.of_engine.contains(&number) { Client::Cuteftp } else { Client::Wininet };
                self.emulation.outcome.library = Some(client);
                self.emulation.open_session(session);
            }
        }
    }

    /// Counts an evaluation; false once there were too many.
    pub fn tick(&mut self) -> bool {
        self.evaluations = self.evaluations.saturating_add(1);
        if self.evaluations.is_multiple_of(EVALUATIONS) { self.emulation.step() } else { !self.emulation.is_capped() }
    }

    /// Goes one evaluation deeper; false where that is too deep. Each true wants an [`Automation::ascend`].
    pub fn descend(&mut self) -> bool {
        let may = self.depth < DEPTH && self.tick();
        if may {
            self.depth = self.depth.saturating_add(1);
        }
        may
    }

    /// Comes back from a deeper evaluation.
    pub fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts what an operation makes, bytes; false once that is too much.
    pub fn produce(&mut self, bytes: usize) -> bool {
        self.produced = self.produced.saturating_add(bytes);
        let cap = self.emulation.limits.batch_output.saturating_mul(32);
        if bytes > self.emulation.limits.batch_output || self.produced > cap {
            self.emulation.cap("the emulation of this text made more text than the limit and was ended");
        }
        !self.emulation.is_capped()
    }

    /// A known text as a value.
    pub fn text(&mut self, text: String) -> Value {
        if self.produce(text.len()) { Value::Text(text.into()) } else { Value::unknown("text") }
    }

    /// Texts put together; unknown parts stand in the result by their names.
    pub fn join(&mut self, parts: &[Value], separator: &str) -> Value {
        let length = parts.iter().fold(0usize, |sum, part| {
            let own = match part {
                Value::Text(text) | Value::Partial(text) => text.len(),
                _ => 32,
            };
            sum.saturating_add(own).saturating_add(separator.len())
        });
        if !self.produce(length) {
            return Value::unknown("text");
        }
        let mut text = String::with_capacity(length);
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                text.push_str(separator);
            }
            text.push_str(&part.text());
        }
        if parts.iter().all(Value::is_known) { Value::Text(text.into()) } else { Value::Partial(text.into()) }
    }

    /// A new array.
    pub fn list(&mut self, items: Vec<Value>) -> Value {
        if !self.produce(items.len().saturating_mul(size_of::<Value>())) {
            return Value::unknown("array");
        }
        self.add(Object::List(items))
    }

    /// A new object.
    pub fn add(&mut self, object: Object) -> Value {
        self.objects.push(object);
        Value::Object(self.objects.len().saturating_sub(1))
    }

    /// The object that a value is.
    #[must_use]
    pub fn object(&self, value: &Value) -> Option<&Object> {
        match value {
            Value::Object(id) => self.objects.get(*id),
            _ => None,
        }
    }

    /// The object that a value is, to be changed.
    pub fn object_mut(&mut self, value: &Value) -> Option<&mut Object> {
        match value {
            Value::Object(id) => self.objects.get_mut(*id),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn items(&self, value: &Value) -> Option<&Vec<Value>> {
        match self.object(value) {
            Some(Object::List(items)) => Some(items),
            _ => None,
        }
    }

    /// Makes an object by its programmatic identifier or by the name of its class in a type library.
    pub fn create(&mut self, class: &str) -> Value {
        let folded = class.trim().to_ascii_lowercase();
        // A version may follow: `MSXML2.XMLHTTP.6.0`.
        let bare = folded.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let object = match bare {
            "scripting.filesystemobject" | "filesystemobject" => Object::FileSystem,
            "wscript.shell"
            | "wshshell"
            | "iwshruntimelibrary.wshshell"
            | "wshshellclass"
            | "iwshruntimelibrary.iwshshell" => Object::Shell,
            "shell.application" | "shell" | "shell32.shell" => Object::Application,
            "adodb.stream" => Object::BinaryStream(BinaryStream::default()),
            "scripting.dictionary" | "dictionary" => Object::Record(BTreeMap::new()),
            "cuteftppro.teconnection" | "teconnection" => Object::TransferEngine(Engine::default()),
            _ if bare.ends_with("xmlhttp")
                || bare.contains("winhttprequest")
                || bare.starts_with("xmlhttp")
                || bare.starts_with("msxml2.xmlhttp")
                || bare.starts_with("msxml2.serverxmlhttp") =>
            {
                Object::Request(Request::new(class))
            }
            _ => return Value::unknown(class),
        };
        self.add(object)
    }

    /// Calls a method, or reads a property. `name` is folded here; empty, it is the default member.
    pub fn call(&mut self, base: &Value, name: &str, arguments: &[Value]) -> Value {
        let folded = name.to_ascii_lowercase();
        let value = self.call_folded(base, name, &folded, arguments);
        match &value {
            // What is not known is called as the text calls it.
            Value::Unknown(unknown) if **unknown == *folded => match self.object(base) {
                Some(Object::Host) => Value::unknown(&format!("WScript.{name}")),
                _ => Value::unknown(name),
            },
            _ => value,
        }
    }

    fn call_folded(&mut self, base: &Value, name: &str, folded: &str, arguments: &[Value]) -> Value {
        let id = match base {
            Value::Object(id) => *id,
            Value::Text(_) | Value::Partial(_) => return self.file_member(base, folded, arguments),
            _ => return self.call_unknown(base, name, folded, arguments),
        };
        match self.objects.get(id) {
            Some(Object::FileSystem) => self.file_system(folded, arguments),
            Some(Object::TextStream(_)) => self.text_stream(id, folded, arguments),
            Some(Object::BinaryStream(_)) => self.binary_stream(id, folded, arguments),
            Some(Object::Host) => self.script_host(folded, arguments),
            Some(Object::Shell) => self.shell(folded, arguments),
            Some(Object::Environment) => self.environment_variable(arguments),
            Some(Object::Application) => self.application(folded, arguments),
            Some(Object::Folder(path)) => {
                let path = path.clone();
                self.shell_folder(&path, folded, arguments)
            }
            Some(Object::Process(_)) => self.process(id, folded),
            Some(Object::ProcessInput(process)) => {
                let process = *process;
                self.process_input(process, folded, arguments)
            }
            Some(Object::Request(_)) => self.request(id, folded, arguments),
            Some(Object::TransferEngine(_)) => self.engine(id, folded, arguments),
            Some(Object::Record(_)) => self.dictionary(id, folded, arguments),
            Some(Object::List(items)) => {
                let item = arguments.first().and_then(Value::index).and_then(|index| items.get(index)).cloned();
                item.unwrap_or_else(|| Value::unknown("item"))
            }
            _ => Value::unknown(name),
        }
    }

    /// Assigns to a property; with arguments, to one of its items.
    pub fn set(&mut self, base: &Value, name: &str, arguments: &[Value], value: Value) {
        let folded = name.to_ascii_lowercase();
        match base {
            Value::Object(id) => self.set_member(*id, &folded, arguments, value),
            Value::Unknown(object) if self.properties.len() < 1000 => {
                self.properties.insert((object.to_ascii_lowercase(), folded), value);
            }
            _ => {}
        }
    }

    fn set_member(&mut self, id: ObjectId, folded: &str, arguments: &[Value], value: Value) {
        match self.objects.get_mut(id) {
            Some(Object::Shell) if folded == "currentdirectory" => self.change_directory(&value),
            Some(Object::Environment) => {
                if let Some(variable) = arguments.first() {
                    self.emulation.environment.insert(variable.text().to_uppercase(), value.text());
                }
            }
            Some(Object::BinaryStream(stream)) => stream.set(folded, &value),
            Some(Object::TransferEngine(_)) if arguments.is_empty() => self.set_engine(id, folded, value),
            Some(Object::Record(record)) if matches!(folded, "" | "item") => {
                if let Some(key) = arguments.first() {
                    record.insert(key.text(), value);
                }
            }
            _ => {}
        }
    }

    /// A property that the text itself has set on an object of which only the name is known.
    #[must_use]
    pub fn property(&self, object: &str, name: &str) -> Option<&Value> {
        self.properties.get(&(object.to_ascii_lowercase(), name.to_ascii_lowercase()))
    }

    fn dictionary(&mut self, id: ObjectId, folded: &str, arguments: &[Value]) -> Value {
        let Some(Object::Record(record)) = self.objects.get_mut(id) else { return Value::Empty };
        match (folded, arguments) {
            ("add", [key, value]) => {
                record.insert(key.text(), value.clone());
                Value::Empty
            }
            ("" | "item", [key]) => record.get(&key.text()).cloned().unwrap_or_else(|| Value::unknown("item")),
            ("exists", [key]) => Value::Flag(record.contains_key(&key.text())),
            ("count", []) => value::counted(record.len()),
            ("keys", []) => {
                let keys = record.keys().map(|key| Value::Text(key.as_str().into())).collect();
                self.list(keys)
            }
            ("items", []) => {
                let items = record.values().cloned().collect();
                self.list(items)
            }
            _ => Value::unknown(folded),
        }
    }

    /// A member of an object of which only the name is known, or which failed to come into being.
    fn call_unknown(&mut self, base: &Value, name: &str, folded: &str, arguments: &[Value]) -> Value {
        let object = base.name_or("");
        if let (Some(value), []) = (self.property(object, name), arguments) {
            return value.clone();
        }
        let told = arguments.first().is_some_and(Value::is_text);
        match folded {
            "run" | "exec" if told => self.shell(folded, arguments),
            "shellexecute" if told => self.application(folded, arguments),
            // WMI: `Win32_Process.Create commandline, …`.
            "create" if told => self.shell("run", arguments),
            "opentextfile" | "createtextfile" | "getspecialfolder" | "buildpath" if !arguments.is_empty() => {
                self.file_system(folded, arguments)
            }
            "createobject" if told => self.create(&arguments.first().map(Value::text).unwrap_or_default()),
            "expandenvironmentstrings" if told => self.shell(folded, arguments),
            "execute" if !object.is_empty() => self.inet_control(object, arguments),
            _ if object.is_empty() => Value::unknown(name),
            _ if name.is_empty() => base.clone(),
            _ => Value::unknown(&format!("{object}.{name}")),
        }
    }
}

/// Whether a host is no more than the name of something that the text does not tell.
fn is_unknown_host(host: &str) -> bool {
    host.is_empty()
        || host.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(|name| !name.contains('%'))
}
