//! HTTP clients of COM that are given an address of FTP, and folders of the Windows shell that are one.
//!
//! `MSXML2.XMLHTTP` goes through WinINet, which speaks FTP; `WinHttp.WinHttpRequest` and `MSXML2.ServerXMLHTTP` go through
//! WinHTTP, which refuses every scheme but those of HTTP (`ERROR_WINHTTP_UNRECOGNIZED_SCHEME`).

use super::value::{ObjectId, Value};
use super::{Automation, Object};
use crate::base::secret::Secret;
use crate::script::local_path;
use crate::script::session::{Command, Credential, Role, Session};
use crate::script::transfer::{Direction, Mode, Transfer};
use crate::script::url::{self, Url};

/// A request.
#[derive(Debug, Default)]
pub struct Request {
    speaks_ftp: bool,
    method: String,
    address: String,
    username: Option<String>,
    password: Option<String>,
    /// The session that it opened.
    session: Option<usize>,
}

impl Request {
    pub(super) fn new(class: &str) -> Self {
        let folded = class.to_ascii_lowercase();
        let speaks_ftp = !folded.contains("winhttp") && !folded.contains("server");
        Self { speaks_ftp, ..Self::default() }
    }
}

impl Automation<'_, '_> {
    pub(super) fn request(&mut self, id: ObjectId, member: &str, arguments: &[Value]) -> Value {
        let text = |at: usize| arguments.get(at).filter(|value| value.is_text()).map(Value::text);
        let Some(Object::Request(request)) = self.objects.get_mut(id) else { return Value::Empty };
        match member {
            "open" => {
                request.method = text(0).unwrap_or_default().to_ascii_uppercase();
                request.address = text(1).unwrap_or_default();
                request.username = text(3);
                request.password = text(4);
                request.session = None;
                Value::Empty
            }
            "setcredentials" => {
                request.username = text(0);
                request.password = text(1);
                Value::Empty
            }
            "send" => {
                self.send(id);
                Value::Empty
            }
            "responsebody" | "responsestream" => match request.session {
                Some(session) => self.add(Object::Body(session)),
                None => Value::unknown(member),
            },
            _ => Value::unknown(member),
        }
    }

    fn send(&mut self, id: ObjectId) {
        let Some(Object::Request(request)) = self.objects.get_mut(id) else { return };
        let Some(address) = url::parse(&request.address) else { return };
        let (speaks_ftp, upload) = (request.speaks_ftp, matches!(request.method.as_str(), "PUT" | "POST"));
        let login = request.username.take().map(|username| (username, request.password.take()));
        let (method, written) = (request.method.clone(), request.address.clone());
        let direction = if upload { Direction::Upload } else { Direction::Download };
        let session = self.add_url_session(&address, direction, &method, &written, None);
        if let Some(Object::Request(request)) = self.objects.get_mut(id) {
            request.session = Some(session);
        }
        let line = self.emulation.line;
        let Some(session) = self.sessions.get_mut(session) else { return };
        if let Some((username, password)) = login {
            session.credentials = vec![credential(&username, password.as_deref(), line)];
        }
        if !speaks_ftp {
            session.uncertain.push("WinHTTP knows no FTP: the request fails".to_owned());
        } else if upload {
            session.uncertain.push("what is sent is not told: the request's body".to_owned());
        }
    }

    /// A session of one transfer of an address; its number among the sessions.
    pub(super) fn add_url_session(
        &mut self,
        address: &Url,
        direction: Direction,
        verb: &str,
        written: &str,
        local: Option<String>,
    ) -> usize {
        let line = self.emulation.line;
        let mut session = address.session(line);
        let (directory, name) = address.split_path();
        session.commands.push(Command {
            line,
            role: Role::Command,
            verb: Some(verb.to_owned()),
            arguments: Vec::new(),
            wire: Vec::new(),
            text: format!("{verb} {}", without_password(written)),
            message: None,
        });
        if !name.is_empty() {
            let directory = Some(directory.to_owned()).filter(|directory| !directory.is_empty());
            session.transfers.push(self.transfer(
                verb,
                direction,
                Some(name.to_owned()),
                directory,
                local,
                address.mode.unwrap_or(Mode::Binary),
            ));
        }
        self.add_session(session)
    }

    pub(super) fn add_session(&mut self, session: Session) -> usize {
        if self.sessions.len() < 1000 {
            self.sessions.push(session);
        }
        self.sessions.len().saturating_sub(1)
    }

    pub(super) fn transfer(
        &self,
        command: &str,
        direction: Direction,
        remote: Option<String>,
        remote_directory: Option<String>,
        local: Option<String>,
        mode: Mode,
    ) -> Transfer {
        let directory = self.emulation.directory.clone();
        let resolved = local.as_deref().and_then(|local| match &directory {
            Some(directory) => Some(local_path::join(directory, local)),
            None => local_path::is_absolute(local).then(|| local_path::normalise(local)),
        });
        Transfer {
            id: String::new(),
            line: self.emulation.line,
            command: command.to_owned(),
            direction,
            pattern: false,
            remote_path: remote,
            remote_directory,
            local_path: local,
            local_directory: directory,
            resolved_path: resolved,
            mode,
            payloads: Vec::new(),
        }
    }

    /// The answer of a request is saved: the local file of its transfer.
    pub(super) fn save_body(&mut self, session: usize, path: &Value) {
        let path = path.text();
        let directory = self.emulation.directory.clone();
        let Some(transfer) = self.sessions.get_mut(session).and_then(|session| session.transfers.last_mut()) else {
            return;
        };
        transfer.resolved_path = match &directory {
            Some(directory) => Some(local_path::join(directory, &path)),
            None => local_path::is_absolute(&path).then(|| local_path::normalise(&path)),
        };
        transfer.local_directory = directory;
        transfer.local_path = Some(path);
    }

    /// A member of a folder of the Windows shell: `CopyHere` into an address of FTP uploads.
    pub(super) fn shell_folder(&mut self, path: &Value, member: &str, arguments: &[Value]) -> Value {
        if !matches!(member, "copyhere" | "movehere") {
            return if member == "self" { path.clone() } else { Value::unknown(member) };
        }
        let Some(item) = arguments.first() else { return Value::Empty };
        let written = path.text();
        if let Some(address) = url::parse(&written) {
            let local = item.text();
            let session = self.add_url_session(&address, Direction::Upload, "CopyHere", &written, None);
            let name = local_path::file_name(&local).to_owned();
            let directory = Some(address.path.trim_end_matches('/').to_owned()).filter(|path| !path.is_empty());
            let transfer =
                self.transfer("CopyHere", Direction::Upload, Some(name), directory, Some(local), Mode::Binary);
            if let Some(session) = self.sessions.get_mut(session) {
                session.transfers = vec![transfer];
            }
        }
        Value::Empty
    }
}

pub(super) fn credential(username: &str, password: Option<&str>, line: u32) -> Credential {
    Credential {
        username: Some(username.to_owned()),
        password: password.map(Secret::new),
        anonymous: matches!(username.to_ascii_lowercase().as_str(), "anonymous" | "ftp"),
        line,
        ..Credential::default()
    }
}

/// The address with its password left out, for the text of a command.
fn without_password(address: &str) -> String {
    let parts = address.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (login, place) = authority.rsplit_once('@')?;
        let user = login.split_once(':').map_or(login, |(user, _)| user);
        Some(format!("{scheme}://{user}@{place}{path}"))
    });
    parts.unwrap_or_else(|| address.to_owned())
}
