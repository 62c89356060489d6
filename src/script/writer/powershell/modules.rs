//! Libraries that speak FTP or SFTP for scripts: WinSCP's .NET assembly, and the modules Posh-SSH and PSFTP.
//!
//! Each keeps one session open for several transfers; what goes over the wire is the library's own affair and not shown.

use super::operators;
use super::parameters::Argument;
use super::run::Interpreter;
use super::value::{Source, Value};
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::launch::Client;
use crate::script::session::{Command, Credential, Role, Scheme, Session};
use crate::script::transfer::{Direction, Mode, Transfer};
use crate::script::url;

/// Sessions that one script may open, and what one may do in each.
const MOST: usize = 1000;

impl Interpreter<'_, '_> {
    /// The methods of `WinSCP.Session` and `WinSCP.SessionOptions`.
    pub(super) fn winscp_method(&mut self, index: usize, name: &str, arguments: &[Value], raw: &str) -> Value {
        let first = arguments.first().cloned().unwrap_or(Value::Nothing);
        let second = arguments.get(1).cloned().unwrap_or(Value::Nothing);
        match name {
            "parseurl" => {
                self.set_property(index, "url", first);
                Value::Nothing
            }
            "open" => {
                if let Value::Object(options) = first
                    && let Some(session) = self.winscp_session(options)
                {
                    self.library = Client::Winscp;
                    self.open_library_session(index, session);
                }
                Value::Nothing
            }
            "putfiles" | "putfiletodirectory" | "putfilestodirectory" => {
                self.library_transfer(index, Direction::Upload, &second, &first, raw)
            }
            "getfiles" | "getfiletodirectory" | "getfilestodirectory" => {
                self.library_transfer(index, Direction::Download, &first, &second, raw)
            }
            "synchronizedirectories" => {
                let third = arguments.get(2).cloned().unwrap_or(Value::Nothing);
                let mode = self.spelled(&first).to_ascii_lowercase();
                let way = if mode == "local" { Direction::Download } else { Direction::Upload };
                self.library_transfer(index, way, &third, &second, raw)
            }
            "removefiles" | "removefile" => {
                let path = self.spelled(&first);
                self.in_session(index, raw, |session| session.deletes.push(path));
                Value::Nothing
            }
            "createdirectory" => {
                let path = self.spelled(&first);
                self.in_session(index, raw, |session| session.makes_directories.push(path));
                Value::Nothing
            }
            "movefile" => {
                let pair = [self.spelled(&first), self.spelled(&second)];
                self.in_session(index, raw, |session| session.renames.push(pair));
                Value::Nothing
            }
            "executecommand" => {
                let command = self.spelled(&first);
                self.in_session(index, raw, |session| session.raw.push(command));
                Value::Nothing
            }
            "dispose" | "close" | "abort" => Value::Nothing,
            _ => Value::unknown(raw),
        }
    }

    /// The session that WinSCP's options describe: SFTP where they name no protocol.
    fn winscp_session(&mut self, options: usize) -> Option<Session> {
        let line = self.emulation.line;
        let object = self.object(options)?;
        let field = |name: &str| object.field(name);
        let (host, user, password) = (field("hostname"), field("username"), field("password"));
        let password = if matches!(password, Value::Nothing) { field("securepassword") } else { password };
        let (protocol, secure, port, address) =
            (field("protocol"), field("ftpsecure"), field("portnumber"), field("url"));
        if !matches!(address, Value::Nothing) {
            let address = self.spelled(&address);
            return url::parse(&address).map(|url| url.session(line));
        }
        let protocol = self.spelled(&protocol).to_ascii_lowercase();
        let secure = self.spelled(&secure).to_ascii_lowercase();
        let implicit = secure == "implicit";
        let scheme = match protocol.as_str() {
            "ftp" if secure.is_empty() || secure == "none" => Scheme::Ftp,
            "ftp" => Scheme::Ftps,
            "" | "sftp" | "scp" => Scheme::Sftp,
            _ => return None,
        };
        let usual = match scheme {
            Scheme::Sftp => 22,
            _ if implicit => 990,
            _ => 21,
        };
        let port = port.number().filter(|port| *port > 0).and_then(|port| u16::try_from(port).ok()).unwrap_or(usual);
        self.library_session(scheme, &host, port, &user, &password)
    }

    /// A session with what a library is given; nothing where no host is named.
    fn library_session(
        &mut self,
        scheme: Scheme,
        host: &Value,
        port: u16,
        user: &Value,
        password: &Value,
    ) -> Option<Session> {
        let line = self.emulation.line;
        let host = self.spelled(host);
        if host.is_empty() {
            return None;
        }
        let credential = (!matches!(user, Value::Nothing)).then(|| {
            let username = self.spelled(user);
            Credential {
                anonymous: matches!(username.as_str(), "anonymous" | "ftp"),
                username: Some(username),
                password: (!matches!(password, Value::Nothing)).then(|| Secret::new(self.spelled(password))),
                line,
                ..Credential::default()
            }
        });
        let address_class = Some(address::classify(&host));
        let credentials: Vec<Credential> = credential.into_iter().collect();
        Some(Session {
            line,
            scheme,
            host: Some(host),
            port: Some(port),
            address_class,
            credentials,
            ..Session::default()
        })
    }

    fn open_library_session(&mut self, object: usize, mut session: Session) {
        if self.sessions.len() >= MOST {
            return;
        }
        let host = session.host.clone().unwrap_or_default();
        session.unresolved = self.unresolved_in(&session, &host);
        self.sessions.push(session);
        let index = self.sessions.len().saturating_sub(1);
        self.set_property(object, "session", Value::Number(i64::try_from(index).unwrap_or(0)));
    }

    /// Does something in the session that an object keeps open, and notes the command.
    fn in_session(&mut self, object: usize, raw: &str, act: impl FnOnce(&mut Session)) {
        let line = self.emulation.line;
        let index = self.object(object).and_then(|object| object.field("session").number());
        let Some(session) = index
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| self.sessions.get_mut(index))
            .filter(|session| session.commands.len() < MOST)
        else {
            return;
        };
        session.commands.push(Command {
            line,
            role: Role::Command,
            verb: None,
            arguments: Vec::new(),
            wire: Vec::new(),
            text: raw.to_owned(),
            message: None,
        });
        act(session);
    }

    fn library_transfer(
        &mut self,
        object: usize,
        direction: Direction,
        remote: &Value,
        local: &Value,
        raw: &str,
    ) -> Value {
        let line = self.emulation.line;
        let remote = self.spelled(remote);
        let local = self.file_of(local);
        let local_directory = self.emulation.directory.clone();
        let command = raw.split('(').next().unwrap_or(raw).rsplit('.').next().unwrap_or(raw).to_owned();
        self.in_session(object, raw, |session| {
            session.transfers.push(Transfer {
                id: String::new(),
                line,
                command,
                direction,
                pattern: local.as_deref().is_some_and(|local| local.contains(['*', '?']))
                    || remote.contains(['*', '?']),
                remote_path: Some(remote).filter(|remote| !remote.is_empty()),
                remote_directory: None,
                local_path: local,
                local_directory,
                resolved_path: None,
                mode: Mode::Binary,
                payloads: Vec::new(),
            });
        });
        Value::unknown(raw)
    }

    /// The commands of Posh-SSH and PSFTP; nothing for other commands.
    pub(super) fn module_command(&mut self, name: &str, arguments: Vec<Argument>) -> Option<Vec<Value>> {
        let sftp = matches!(
            name,
            "new-sftpsession" | "set-sftpfile" | "set-sftpitem" | "get-sftpfile" | "get-sftpitem" | "remove-sftpitem"
        );
        let ftp = matches!(name, "set-ftpconnection" | "add-ftpitem" | "get-ftpitem" | "remove-ftpitem");
        if !sftp && !ftp {
            return None;
        }
        let (named, positional) = super::invoke::loose(arguments);
        let find = |names: &[&str]| {
            named
                .iter()
                .find(|(name, _)| names.contains(&name.as_str()))
                .map(|(_, value)| value.clone())
                .unwrap_or(Value::Nothing)
        };
        if name.starts_with("new-") || name == "set-ftpconnection" {
            let (user, password) = match find(&["credential", "credentials"]) {
                Value::Object(index) => {
                    self.object(index).map(|object| (object.field("username"), object.field("password")))?
                }
                _ => (Value::Nothing, Value::Nothing),
            };
            let host = match find(&["computername", "server"]) {
                Value::Nothing => positional.first().cloned().unwrap_or(Value::Nothing),
                host => host,
            };
            let host = self.spelled(&host);
            let bare = host.split_once("://").map_or(host.as_str(), |(_, rest)| rest).trim_end_matches('/');
            let scheme = if sftp { Scheme::Sftp } else { Scheme::Ftp };
            let usual = if sftp { 22 } else { 21 };
            let port = find(&["port"])
                .number()
                .filter(|port| *port > 0)
                .and_then(|port| u16::try_from(port).ok())
                .unwrap_or(usual);
            let host = Value::text(bare, self.emulation.line);
            let session = self.library_session(scheme, &host, port, &user, &password)?;
            let object = self.make("module.session", Vec::new());
            if let Value::Object(index) = object {
                self.open_library_session(index, session);
                self.set("*module", object.clone());
            }
            return Some(vec![object]);
        }
        let Value::Object(object) = self.variable("*module", "") else { return Some(Vec::new()) };
        let local = find(&["localpath", "localfile"]);
        let mut remote = find(&["remotepath", "remotefile", "destination"]);
        let path = find(&["path"]);
        let raw = name.to_owned();
        let (direction, local) = match name {
            "set-sftpfile" | "set-sftpitem" => {
                (Direction::Upload, if matches!(local, Value::Nothing) { path } else { local })
            }
            "add-ftpitem" => {
                remote = path;
                (Direction::Upload, local)
            }
            "remove-ftpitem" | "remove-sftpitem" => {
                let path = self.spelled(&path);
                self.in_session(object, &raw, |session| session.deletes.push(path));
                return Some(Vec::new());
            }
            _ => {
                let target = if matches!(local, Value::Nothing) { remote.clone() } else { local };
                if !matches!(path, Value::Nothing) {
                    remote = path;
                }
                (Direction::Download, target)
            }
        };
        for local in operators::as_list(&local) {
            self.library_transfer(object, direction, &remote, &local, &raw);
        }
        Some(vec![Value::unknown_from(raw, Source::Nowhere)])
    }
}
