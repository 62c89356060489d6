//! The Transfer Engine of CuteFTP, `CuteFTPPro.TEConnection`: what its macro recorder writes and its help shows.
//!
//! Source: Globalscape, help of CuteFTP 8 and 9, "About the Transfer Engine" and its pages on methods and properties, and
//! scripts in public repositories. Properties say where to go; `Connect` goes there, and so does the first method that needs
//! the server. Only FTP and SFTP are followed: the engine speaks HTTP, too.

use super::http::credential;
use super::value::{ObjectId, Value};
use super::{Automation, Object};
use crate::script::address;
use crate::script::local_path;
use crate::script::session::{Scheme, Session};
use crate::script::transfer::{Direction, Mode};
use crate::script::url;
use std::collections::BTreeMap;

/// Properties that are kept.
const PROPERTIES: usize = 64;

/// A connection object.
#[derive(Debug, Default)]
pub struct Engine {
    /// Its properties by their folded names.
    properties: BTreeMap<String, Value>,
    /// The session that is open.
    session: Option<usize>,
}

impl Engine {
    fn text(&self, name: &str) -> Option<String> {
        self.properties.get(name).filter(|value| value.is_text()).map(Value::text).filter(|text| !text.is_empty())
    }

    /// The text, or the name of what is not known.
    fn spelled(&self, name: &str) -> Option<String> {
        self.properties.get(name).map(Value::text).filter(|text| !text.is_empty())
    }
}

impl Automation<'_, '_> {
    /// Assigns to a property. A folder on the server is gone to at once where a session is open.
    pub(super) fn set_engine(&mut self, id: ObjectId, folded: &str, value: Value) {
        let Some(Object::TransferEngine(engine)) = self.objects.get_mut(id) else { return };
        let folder = Some(value.text()).filter(|folder| folded == "remotefolder" && !folder.is_empty());
        if engine.properties.len() < PROPERTIES {
            engine.properties.insert(folded.to_owned(), value);
        }
        if let (Some(session), Some(folder)) = (engine.session, folder) {
            self.on_engine(session, "cd", &[folder]);
        }
    }

    /// Calls a method, or reads a property.
    pub(super) fn engine(&mut self, id: ObjectId, folded: &str, arguments: &[Value]) -> Value {
        let Some(Object::TransferEngine(engine)) = self.objects.get_mut(id) else { return Value::Empty };
        let text = |at: usize| arguments.get(at).filter(|value| !matches!(value, Value::Empty)).map(Value::text);
        let first = text(0).unwrap_or_default();
        match folded {
            "connect" => {
                engine.session = None;
                self.opened(id);
            }
            "disconnect" | "close" => engine.session = None,
            "download" | "downloadasync" => self.move_by_engine(id, Direction::Download, &first, text(1)),
            "upload" | "uploadasync" => self.move_by_engine(id, Direction::Upload, &first, text(1)),
            "synchronize" => self.synchronise(id, arguments),
            "transferurl" => {
                if let Some(address) = url::parse(&first) {
                    let session = self.add_url_session(&address, Direction::Download, "TransferURL", &first, None);
                    self.of_engine.insert(session);
                }
            }
            "remoteremove" => self.by_engine(id, "delete", &[first]),
            "remoterename" => self.by_engine(id, "rename", &[first, text(1).unwrap_or_default()]),
            "createremotefolder" => self.by_engine(id, "mkdir", &[first]),
            "remotecommand" => self.by_engine(id, "quote", &[first]),
            "getlist" => {
                self.by_engine(id, "dir", &[first]);
                let list = text(1).filter(|list| !list.is_empty());
                if let Some(session) = self.opened(id).and_then(|session| self.sessions.get_mut(session)) {
                    session.local_writes.extend(list);
                }
            }
            _ => return engine.properties.get(folded).cloned().unwrap_or_else(|| Value::unknown(folded)),
        }
        Value::unknown(folded)
    }

    /// The session that is open; one is opened where there is none, and nothing where it is none of FTP or SFTP.
    fn opened(&mut self, id: ObjectId) -> Option<usize> {
        let Some(Object::TransferEngine(engine)) = self.objects.get(id) else { return None };
        if engine.session.is_some() {
            return engine.session;
        }
        let line = self.emulation.line;
        let protocol = engine.text("protocol").unwrap_or_default().trim().to_ascii_uppercase();
        let (scheme, own_port) = match protocol.as_str() {
            "" | "FTP" => (Scheme::Ftp, 21),
            "FTPS_IMPLICIT" => (Scheme::Ftps, 990),
            "SFTP" | "SSH2" => (Scheme::Sftp, 22),
            _ if protocol.starts_with("FTPS") => (Scheme::Ftps, 21),
            _ => return None,
        };
        let written = engine.spelled("host")?;
        let port = engine.properties.get("port").and_then(Value::integer).and_then(|port| u16::try_from(port).ok());
        let login = engine.spelled("login").map(|login| (login, engine.spelled("password")));
        let folder = engine.spelled("remotefolder");
        let is_automatic = matches!(engine.text("transfertype").as_deref(), None | Some("AUTO" | "DEFAULT"));
        // A host may be an address, or have a folder behind it.
        let mut session = match (url::parse(&written), written.split_once('/')) {
            (Some(address), _) => Session { port: address.port, ..address.session(line) },
            (None, _) if written.contains("://") => return None,
            (None, Some((host, _))) => Session { host: Some(host.to_owned()), ..Session::default() },
            (None, None) => Session { host: Some(written.clone()), ..Session::default() },
        };
        session.line = line;
        if session.scheme == Scheme::Ftp {
            session.scheme = scheme;
        }
        session.port = port.filter(|port| *port > 0).or(session.port).or(Some(own_port));
        session.address_class = session.host.as_deref().map(address::classify);
        match login {
            Some((login, password)) => session.credentials = vec![credential(&login, password.as_deref(), line)],
            None if session.credentials.is_empty() => session.credentials = vec![credential("anonymous", None, line)],
            None => {}
        }
        if is_automatic && session.scheme != Scheme::Sftp {
            session
                .uncertain
                .push("TransferType AUTO: the client tells text from binary by the name of a file".to_owned());
        }
        let user = session.credentials.first().and_then(|login| login.username.clone()).unwrap_or_default();
        let wire = if session.scheme == Scheme::Sftp { Vec::new() } else { vec![format!("USER {user}")] };
        let host = session.host.clone().unwrap_or_default();
        session.commands.push(super::wininet::command(line, "Connect", &[host], &wire));
        let below =
            written.split_once('/').filter(|_| !written.contains("://")).map(|(_, folder)| format!("/{folder}"));
        let number = self.add_session(session);
        self.of_engine.insert(number);
        if let Some(Object::TransferEngine(engine)) = self.objects.get_mut(id) {
            engine.session = Some(number);
        }
        for folder in [below, folder].into_iter().flatten().filter(|folder| folder.len() > 1) {
            self.on_engine(number, "cd", &[folder]);
        }
        Some(number)
    }

    fn by_engine(&mut self, id: ObjectId, verb: &str, names: &[String]) {
        if let Some(session) = self.opened(id) {
            self.on_engine(session, verb, names);
        }
    }

    fn on_engine(&mut self, session: usize, verb: &str, names: &[String]) {
        self.act(session, verb, names);
        self.settle(session, false);
    }

    fn move_by_engine(&mut self, id: ObjectId, direction: Direction, source: &str, target: Option<String>) {
        let Some(session) = self.opened(id) else { return };
        let verb = if direction == Direction::Upload { "Upload" } else { "Download" };
        let name = local_path::file_name(source);
        let target = match target.filter(|target| !target.is_empty()) {
            Some(folder) if folder.ends_with(['/', '\\']) => format!("{folder}{name}"),
            Some(target) => target,
            None => name.to_owned(),
        };
        let (local, remote) = match direction {
            Direction::Upload => (source.to_owned(), target),
            Direction::Download => (target, source.to_owned()),
        };
        let mode = self.mode_of(id);
        self.move_file(session, verb, direction, local, remote, mode);
        self.place(id, session, source.contains(['*', '?']));
    }

    /// `Synchronize remote, local, direction, action, case, recursive, links, delete, prompt`; 0 makes the server like this
    /// host, 1 this host like the server, 2 both like each other. Without more, what the source lacks is deleted.
    fn synchronise(&mut self, id: ObjectId, arguments: &[Value]) {
        let Some(session) = self.opened(id) else { return };
        let text = |at: usize| arguments.get(at).map(Value::text).unwrap_or_default();
        let direction = arguments.get(2).and_then(Value::integer);
        let directions: &[Direction] = match direction {
            Some(0) => &[Direction::Upload],
            Some(1) => &[Direction::Download],
            _ => &[Direction::Upload, Direction::Download],
        };
        for direction in directions {
            self.move_file(session, "Synchronize", *direction, text(1), text(0), Mode::Binary);
            self.place(id, session, true);
        }
        let deletes = arguments.get(7).and_then(Value::integer) != Some(0) && matches!(direction, Some(0 | 1));
        if let Some(session) = self.sessions.get_mut(session).filter(|_| deletes) {
            session.uncertain.push("Synchronize deletes at its target what its source lacks".to_owned());
        }
    }

    fn mode_of(&self, id: ObjectId) -> Mode {
        match self.objects.get(id) {
            Some(Object::TransferEngine(engine))
                if engine.text("transfertype").is_some_and(|kind| kind.eq_ignore_ascii_case("ASCII")) =>
            {
                Mode::Ascii
            }
            _ => Mode::Binary,
        }
    }

    /// Puts the last transfer into the engine's folder on this host.
    fn place(&mut self, id: ObjectId, session: usize, pattern: bool) {
        let folder = match self.objects.get(id) {
            Some(Object::TransferEngine(engine)) => engine.spelled("localfolder"),
            _ => None,
        };
        if let Some(moved) = self.sessions.get_mut(session).and_then(|session| session.transfers.last_mut()) {
            moved.pattern = pattern;
            if let (Some(folder), Some(local)) = (folder, &moved.local_path) {
                moved.resolved_path = Some(local_path::join(&folder, local));
                moved.local_directory = Some(folder);
            }
        }
        self.settle(session, pattern);
    }

    /// What goes over the wire is told where it is known: not of SFTP, and not of several files at once.
    fn settle(&mut self, session: usize, pattern: bool) {
        let Some(session) = self.sessions.get_mut(session) else { return };
        if (pattern || session.scheme == Scheme::Sftp)
            && let Some(command) = session.commands.last_mut()
        {
            command.wire.clear();
        }
    }
}
