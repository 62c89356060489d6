//! Requests of FTP that scripts make by the classes of .NET, and where their bytes come from and go to.

use super::evaluate::source;
use super::run::Interpreter;
use super::value::{Source, Text, Value};
use crate::script::client::dotnet::{self, Method, Request};
use crate::script::session::Session;
use crate::script::writer::outcome::Outcome;

/// Sessions that one script may open.
const SESSIONS: usize = 1000;

/// The parts of a request that its caller sets.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) address: String,
    pub(super) command: String,
    pub(super) credentials: Value,
    pub(super) local: Option<String>,
    pub(super) rename_to: Option<String>,
    pub(super) call: String,
    pub(super) is_ascii: bool,
    pub(super) is_active: bool,
    pub(super) is_secured: bool,
}

impl Interpreter<'_, '_> {
    /// Makes a request; the index of its session, or nothing where its address is none of FTP.
    pub(super) fn request(&mut self, asked: Asked) -> Option<usize> {
        if self.sessions.len() >= SESSIONS {
            return None;
        }
        let (login, login_unknown) = match asked.credentials {
            Value::Nothing => (None, false),
            Value::Object(index) => {
                let (user, password) =
                    self.object(index).map(|object| (object.field("username"), object.field("password")))?;
                let user = self.spelled(&user);
                let password = (!matches!(password, Value::Nothing)).then(|| self.spelled(&password));
                (Some((user, password)), false)
            }
            _ => (None, true),
        };
        let request = Request {
            address: asked.address,
            method: Method::of(&asked.command).unwrap_or(Method::Retrieve),
            login,
            login_unknown,
            binary: !asked.is_ascii,
            passive: !asked.is_active,
            tls: asked.is_secured,
            rename_to: asked.rename_to,
            local_path: asked.local,
            call: asked.call,
            line: self.emulation.line,
        };
        let mut session = dotnet::session(&request)?;
        if let Some(directory) = &self.emulation.directory {
            session.transfers.iter_mut().for_each(|transfer| transfer.local_directory = Some(directory.clone()));
        }
        session.unresolved = self.unresolved_in(&session, &request.address);
        self.sessions.push(session);
        self.sessions.len().checked_sub(1)
    }

    /// The variables that stand in a session as written.
    pub(super) fn unresolved_in(&self, session: &Session, address: &str) -> Vec<String> {
        let credential = session.credentials.first();
        let texts = [
            Some(address),
            credential.and_then(|credential| credential.username.as_deref()),
            credential.and_then(|credential| credential.password.as_ref()).map(crate::base::secret::Secret::reveal),
            session.transfers.first().and_then(|transfer| transfer.local_path.as_deref()),
        ];
        let said: Vec<&str> = texts.into_iter().flatten().collect();
        Outcome::unresolved_in(&self.emulation.outcome.unresolved, &said.join("\n"))
    }

    /// Says which file of this host a session moves.
    fn moves(&mut self, session: usize, path: &str) {
        let Some(session) = self.sessions.get_mut(session) else { return };
        if let Some(transfer) = session.transfers.first_mut() {
            if transfer.local_path.is_none() {
                transfer.pattern = path.contains(['*', '?']);
                transfer.local_path = Some(path.to_owned());
            }
        } else if !session.local_writes.iter().any(|known| known == path) {
            session.local_writes.push(path.to_owned());
        }
    }

    /// A file of this host becomes what a value holds.
    pub(super) fn received_at(&mut self, path: &str, value: &Value) {
        if let Source::Received(session) = source(value) {
            self.moves(session, path);
        }
    }

    /// What is written to a file that is open as a stream, or to the stream of a request.
    pub(super) fn received_into(&mut self, stream: usize, value: &Value) {
        let value = match value {
            Value::Object(buffer) => self.object(*buffer).map_or(Value::Nothing, |object| object.field("source")),
            value => value.clone(),
        };
        self.sent_from(stream, &value);
    }

    /// A stream is given what a value holds: a file goes to a server, or what comes from one to a file.
    pub(super) fn sent_from(&mut self, target: usize, value: &Value) {
        let Some(object) = self.object(target) else { return };
        match (object.class.as_str(), source(value)) {
            ("io.filestream" | "io.streamwriter", Source::Received(session)) => {
                let path = object.field("path");
                if let Some(path) = self.file_of(&path) {
                    self.moves(session, &path);
                }
            }
            ("stream", Source::Content(path) | Source::Path(path)) => {
                if let Some(session) = object.field("session").number().and_then(|n| usize::try_from(n).ok()) {
                    self.moves(session, &path);
                }
            }
            _ => {}
        }
    }

    /// What is known of what a stream gives.
    pub(super) fn stream_source(&mut self, index: usize) -> Source {
        let Some(object) = self.object(index) else { return Source::Nowhere };
        let of_session = |object: &super::classes::Object| {
            let session = object.fields.get("session").and_then(Value::number).and_then(|n| usize::try_from(n).ok());
            session.map_or(Source::Nowhere, Source::Received)
        };
        match object.class.as_str() {
            "io.filestream" => {
                let path = object.field("path");
                self.file_of(&path).map_or(Source::Nowhere, Source::Content)
            }
            "io.streamreader" => match object.field("stream") {
                Value::Object(inner) => match self.object(inner) {
                    Some(object) if object.class == "io.filestream" => {
                        let path = object.field("path");
                        self.file_of(&path).map_or(Source::Nowhere, Source::Content)
                    }
                    Some(object) => of_session(object),
                    None => Source::Nowhere,
                },
                Value::Text(path) => Source::Content(path.content.to_string()),
                value => source(&value),
            },
            _ => of_session(object),
        }
    }

    /// The members of the classes that make requests.
    pub(super) fn web_method(
        &mut self,
        index: usize,
        class: &str,
        name: &str,
        arguments: &[Value],
        raw: &str,
    ) -> Value {
        match class {
            "net.webclient" => self.web_client(index, name, arguments, raw),
            "net.ftpwebrequest" => self.ftp_request(index, name, raw),
            _ => match name {
                "getresponsestream" => Value::Object(index),
                "write" | "writeasync" => {
                    if let Some(first) = arguments.first() {
                        self.received_into(index, first);
                    }
                    Value::Nothing
                }
                "read" => {
                    if let Some(Value::Object(buffer)) = arguments.first() {
                        let source = self.stream_source(index);
                        self.set_property(*buffer, "source", Value::unknown_from(raw, source));
                    }
                    Value::unknown(raw)
                }
                "copyto" | "copytoasync" => {
                    let source = self.stream_source(index);
                    if let Some(Value::Object(target)) = arguments.first() {
                        self.sent_from(*target, &Value::unknown_from(raw, source));
                    }
                    Value::Nothing
                }
                "close" => Value::Nothing,
                _ => Value::unknown_from(raw, self.stream_source(index)),
            },
        }
    }

    fn web_client(&mut self, index: usize, name: &str, arguments: &[Value], raw: &str) -> Value {
        let credentials = self.object(index).map_or(Value::Nothing, |object| object.field("credentials"));
        let base = self.object(index).map_or(Value::Nothing, |object| object.field("baseaddress"));
        let Some(first) = arguments.first() else { return Value::unknown(raw) };
        let mut address = self.spelled(first);
        if !address.contains("://") && !matches!(base, Value::Nothing) {
            address = format!("{}/{}", self.spelled(&base).trim_end_matches('/'), address.trim_start_matches('/'));
        }
        let name = name.trim_end_matches("taskasync").trim_end_matches("async");
        let last = arguments.last().filter(|_| arguments.len() > 1);
        let method = arguments.get(1).filter(|_| arguments.len() > 2).cloned();
        let method = method.map(|method| self.spelled(&method)).filter(|method| Method::of(method).is_some());
        let (command, local) = match name {
            "downloadfile" => ("RETR".to_owned(), arguments.get(1).and_then(|file| self.file_of(file))),
            "downloadstring" | "downloaddata" | "openread" => ("RETR".to_owned(), None),
            "uploadfile" => (method.unwrap_or("STOR".to_owned()), last.and_then(|file| self.file_of(file))),
            "uploadstring" | "uploaddata" => {
                let content = last.map_or(Source::Nowhere, source);
                let local = match content {
                    Source::Content(path) => Some(path),
                    _ => None,
                };
                (method.unwrap_or("STOR".to_owned()), local)
            }
            "openwrite" => ("STOR".to_owned(), None),
            _ => return Value::Nothing,
        };
        let call = format!("WebClient.{}", spelled_call(name));
        let session = self.request(Asked { address, command, credentials, local, call, ..Asked::default() });
        let Some(session) = session else { return Value::unknown(raw) };
        let number = Value::Number(i64::try_from(session).unwrap_or(0));
        match name {
            "downloadstring" | "downloaddata" => Value::unknown_from(raw, Source::Received(session)),
            "openread" | "openwrite" => self.make("stream", vec![("session", number)]),
            _ => Value::Nothing,
        }
    }

    fn ftp_request(&mut self, index: usize, name: &str, raw: &str) -> Value {
        let name = name.trim_end_matches("async");
        match name {
            "getresponse" | "begingetresponse" | "getrequeststream" | "begingetrequeststream" => {}
            _ => return Value::unknown(raw),
        }
        let Some(object) = self.object(index) else { return Value::Nothing };
        let known = object.fields.get("session").cloned();
        let number = match known {
            Some(number) => number,
            None => {
                let field = |name: &str| object.field(name);
                let (address, command, credentials) = (field("address"), field("method"), field("credentials"));
                let renamed = field("renameto");
                let off = |name: &str| field(name).truth() == Some(false) && object.fields.contains_key(name);
                let (is_ascii, is_active) = (off("usebinary"), off("usepassive"));
                let is_secured = field("enablessl").truth() == Some(true);
                let asked = Asked {
                    address: self.spelled(&address),
                    command: self.spelled(&command),
                    credentials,
                    local: None,
                    rename_to: (!matches!(renamed, Value::Nothing)).then(|| self.spelled(&renamed)),
                    call: "FtpWebRequest".to_owned(),
                    is_ascii,
                    is_active,
                    is_secured,
                };
                let Some(session) = self.request(asked) else { return Value::unknown(raw) };
                let number = Value::Number(i64::try_from(session).unwrap_or(0));
                self.set_property(index, "session", number.clone());
                number
            }
        };
        let class = if name.ends_with("requeststream") { "stream" } else { "net.ftpwebresponse" };
        self.make(class, vec![("session", number)])
    }

    /// `Invoke-WebRequest` and its kin. A session comes of an address of FTP alone.
    pub(super) fn invoke_web_request(&mut self, asked: Asked, method: &str, raw: &str) -> Value {
        let puts = matches!(method.to_ascii_lowercase().as_str(), "put" | "post") || asked.command == "STOR";
        let command = if puts { "STOR".to_owned() } else { "RETR".to_owned() };
        let is_core = self.is_core;
        let session = self.request(Asked { command, ..asked });
        let Some(session) = session else { return Value::unknown(raw) };
        if let Some(session) = self.sessions.get_mut(session) {
            if is_core {
                session.uncertain.push("PowerShell 6 and later speak no FTP here: the request would fail".to_owned());
            } else if !method.is_empty() {
                session.uncertain.push(format!(
                    "FtpWebRequest takes commands of FTP for methods and may refuse {}",
                    method.to_ascii_uppercase()
                ));
            }
        }
        Value::unknown_from(raw, Source::Received(session))
    }

    /// Writes a text through a writer: to its file, or to a server.
    pub(super) fn write_stream(&mut self, index: usize, text: &Text) {
        let Some(object) = self.object(index) else { return };
        let path = match object.field("stream") {
            Value::Object(inner) => match self.object(inner) {
                Some(object) if object.class == "io.filestream" => object.field("path"),
                _ => return,
            },
            _ => object.field("path"),
        };
        if let Some(path) = self.file_of(&path) {
            self.write_text(&path, text, true);
        }
    }
}

/// A member's name as .NET writes it.
fn spelled_call(name: &str) -> String {
    for prefix in ["download", "upload", "open"] {
        if let Some(rest) = name.strip_prefix(prefix) {
            let capital = |word: &str| {
                let mut characters = word.chars();
                let first = characters.next().map(|c| c.to_ascii_uppercase());
                first.into_iter().chain(characters).collect::<String>()
            };
            return capital(prefix) + &capital(rest);
        }
    }
    name.to_owned()
}
