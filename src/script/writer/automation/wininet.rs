//! The functions of WinINet as Visual Basic declares them, and the Internet Transfer Control (`Inet`).
//!
//! Source: Microsoft's reference of WinINet (`InternetConnect`, `FtpPutFile`, …) and of the control's `Execute` method.

use super::http::credential;
use super::value::Value;
use super::{Automation, Object};
use crate::script::address;
use crate::script::local_path;
use crate::script::session::{Command, Role, Session};
use crate::script::transfer::{Direction, Mode};
use crate::script::url;

impl Automation<'_, '_> {
    /// Calls a function of WinINet or URLMON by its folded name, with or without the letter of its character set; nothing
    /// where it is none.
    pub fn internet_function(&mut self, folded: &str, arguments: &[Value]) -> Option<Value> {
        let name = match folded {
            "internetconnecta" | "internetconnectw" | "internetopena" | "internetopenw" | "internetopenurla"
            | "internetopenurlw" | "urldownloadtofilea" | "urldownloadtofilew" => {
                folded.get(..folded.len().saturating_sub(1))?
            }
            _ if folded.starts_with("ftp") => folded.strip_suffix(['a', 'w']).unwrap_or(folded),
            _ => folded,
        };
        let text = |at: usize| arguments.get(at).filter(|value| !matches!(value, Value::Empty)).map(Value::text);
        match name {
            "internetopen" => Some(Value::unknown("InternetOpen")),
            "internetconnect" => Some(self.connect(arguments)),
            "internetopenurl" => {
                let written = text(1)?;
                if let Some(address) = url::parse(&written) {
                    self.add_url_session(&address, Direction::Download, "InternetOpenUrl", &written, None);
                }
                Some(Value::unknown("InternetOpenUrl"))
            }
            "urldownloadtofile" => {
                let (written, local) = (text(1)?, text(2));
                if let Some(address) = url::parse(&written) {
                    self.add_url_session(&address, Direction::Download, "URLDownloadToFile", &written, local);
                }
                Some(Value::Number(0.0))
            }
            "ftpputfile"
            | "ftpgetfile"
            | "ftpsetcurrentdirectory"
            | "ftpdeletefile"
            | "ftpcreatedirectory"
            | "ftpremovedirectory"
            | "ftprenamefile"
            | "ftpcommand"
            | "ftpopenfile"
            | "ftpfindfirstfile" => {
                self.on_connection(name, arguments);
                Some(Value::Flag(true))
            }
            _ => None,
        }
    }

    /// `InternetConnect(session, server, port, user, password, service, flags, context)`; service 1 is FTP.
    fn connect(&mut self, arguments: &[Value]) -> Value {
        let text = |at: usize| arguments.get(at).filter(|value| !matches!(value, Value::Number(_))).map(Value::text);
        let is_ftp = match arguments.get(5) {
            Some(Value::Unknown(name)) => name.to_ascii_lowercase().contains("ftp"),
            Some(value) => value.integer() == Some(1),
            None => false,
        };
        let Some(host) = text(1).filter(|host| is_ftp && !host.is_empty()) else {
            return Value::unknown("InternetConnect");
        };
        let line = self.emulation.line;
        // INTERNET_INVALID_PORT_NUMBER (0) asks for the service's own port.
        let port = match arguments.get(2).and_then(Value::integer) {
            Some(0) => Some(21),
            Some(port) => u16::try_from(port).ok(),
            None => Some(21),
        };
        // Without a name WinINet logs in as `anonymous`.
        let username = text(3).filter(|name| !name.is_empty()).unwrap_or_else(|| "anonymous".to_owned());
        let password = text(4).filter(|password| !password.is_empty());
        let session = Session {
            line,
            address_class: Some(address::classify(&host)),
            credentials: vec![credential(&username, password.as_deref(), line)],
            commands: vec![command(
                line,
                "InternetConnect",
                std::slice::from_ref(&host),
                &[format!("USER {username}")],
            )],
            host: Some(host),
            port,
            ..Session::default()
        };
        let session = self.add_session(session);
        self.add(Object::Connection(session))
    }

    fn on_connection(&mut self, name: &str, arguments: &[Value]) {
        let connection = arguments.first().and_then(|value| match self.object(value) {
            Some(Object::Connection(session)) => Some(*session),
            _ => None,
        });
        // A handle that went through something unknown is that of the last connection.
        let Some(number) = connection.or_else(|| self.sessions.len().checked_sub(1)) else { return };
        let names: Vec<String> = arguments.iter().skip(1).take(2).map(Value::text).collect();
        let first = names.first().cloned().unwrap_or_default();
        let second = names.get(1).cloned().unwrap_or_default();
        // FTP_TRANSFER_TYPE_ASCII is 1; everything else moves bytes as they are.
        let flags = |at: usize| match arguments.get(at) {
            Some(Value::Unknown(name)) if name.to_ascii_lowercase().contains("ascii") => Mode::Ascii,
            Some(value) if value.integer() == Some(1) => Mode::Ascii,
            _ => Mode::Binary,
        };
        match name {
            "ftpputfile" => self.move_file(number, "FtpPutFile", Direction::Upload, first, second, flags(3)),
            "ftpgetfile" => self.move_file(number, "FtpGetFile", Direction::Download, second, first, flags(5)),
            // GENERIC_WRITE is 0x40000000; what is written then is the program's own.
            "ftpopenfile" => {
                let writes = arguments.get(2).and_then(Value::integer) == Some(0x4000_0000);
                let direction = if writes { Direction::Upload } else { Direction::Download };
                self.move_file(number, "FtpOpenFile", direction, String::new(), first, flags(3));
            }
            "ftpsetcurrentdirectory" => self.act(number, "cd", &[first]),
            "ftpdeletefile" => self.act(number, "delete", &[first]),
            "ftpcreatedirectory" => self.act(number, "mkdir", &[first]),
            "ftpremovedirectory" => self.act(number, "rmdir", &[first]),
            "ftprenamefile" => self.act(number, "rename", &[first, second]),
            "ftpfindfirstfile" => self.act(number, "dir", &[first]),
            _ => {
                let raw = arguments.get(3).map(Value::text).unwrap_or_default();
                self.act(number, "quote", &[raw]);
            }
        }
    }

    pub(super) fn move_file(
        &mut self,
        number: usize,
        verb: &str,
        direction: Direction,
        local: String,
        remote: String,
        mode: Mode,
    ) {
        let remote = if remote.is_empty() { local_path::file_name(&local).to_owned() } else { remote };
        let line = self.emulation.line;
        let directory = self.directories_of(number);
        let local_name = Some(local.clone()).filter(|local| !local.is_empty());
        let transfer = self.transfer(verb, direction, Some(remote.clone()), directory, local_name, mode);
        let Some(session) = self.sessions.get_mut(number) else { return };
        let kind = if mode == Mode::Ascii { "TYPE A" } else { "TYPE I" };
        let (order, names) = match direction {
            Direction::Upload => ("STOR", [local, remote.clone()]),
            Direction::Download => ("RETR", [remote.clone(), local]),
        };
        session.commands.push(command(line, verb, &names, &[kind.to_owned(), format!("{order} {remote}")]));
        session.transfers.push(transfer);
    }

    /// The remote directory in force: that of the last change, which commands remember.
    fn directories_of(&self, number: usize) -> Option<String> {
        let session = self.sessions.get(number)?;
        session.commands.iter().filter(|command| command.verb.as_deref() == Some("cd")).fold(
            None,
            |directory, command| {
                let target = command.arguments.first()?;
                Some(local_path::remote_join(directory.as_deref(), target))
            },
        )
    }

    /// A command on the server that moves no file.
    pub(super) fn act(&mut self, number: usize, verb: &str, names: &[String]) {
        let line = self.emulation.line;
        let Some(session) = self.sessions.get_mut(number) else { return };
        let [first, rest @ ..] = names else { return };
        let wire = match (verb, rest) {
            ("cd", _) => vec![format!("CWD {first}")],
            ("delete", _) => {
                session.deletes.push(first.clone());
                vec![format!("DELE {first}")]
            }
            ("mkdir", _) => {
                session.makes_directories.push(first.clone());
                vec![format!("MKD {first}")]
            }
            ("rmdir", _) => {
                session.removes_directories.push(first.clone());
                vec![format!("RMD {first}")]
            }
            ("rename", [to, ..]) => {
                session.renames.push([first.clone(), to.clone()]);
                vec![format!("RNFR {first}"), format!("RNTO {to}")]
            }
            ("dir", _) => vec![format!("LIST {first}").trim_end().to_owned()],
            _ => {
                session.raw.push(first.clone());
                vec![first.clone()]
            }
        };
        session.commands.push(command(line, verb, names, &wire));
    }

    /// `Inet1.Execute address, "PUT local remote"`: the control's properties tell what the call does not.
    pub(super) fn inet_control(&mut self, object: &str, arguments: &[Value]) -> Value {
        let property = |name: &str| self.property(object, name).filter(|value| value.is_text()).map(Value::text);
        let given = arguments.first().filter(|value| value.is_text()).map(Value::text).filter(|text| !text.is_empty());
        let host = property("remotehost");
        let written = given.or_else(|| property("url")).or_else(|| host.clone());
        let Some(written) = written else { return Value::unknown("Execute") };
        let is_address = written.contains("://");
        // icFTP is 2; a host alone is one of FTP only where the control or its name says so.
        let protocol = self.property(object, "protocol");
        let is_ftp = protocol
            .is_some_and(|value| value.integer() == Some(2) || value.name_or("").eq_ignore_ascii_case("icFTP"))
            || host.is_some();
        let written = if is_address || !is_ftp { written } else { format!("ftp://{written}") };
        let Some(address) = url::parse(&written) else { return Value::unknown("Execute") };
        let login = property("username").map(|username| (username, property("password")));
        let operation = arguments.get(1).map(Value::text).unwrap_or_default();
        let words = crate::script::client::switches::split_arguments(&operation);
        let line = self.emulation.line;
        let known = self.sessions.iter().position(|session| session.id == object);
        let number = known.unwrap_or_else(|| {
            // The control's name stands for the session until a report numbers it.
            let mut session = Session { id: object.to_owned(), ..address.session(line) };
            if let Some((username, password)) = login {
                session.credentials = vec![credential(&username, password.as_deref(), line)];
            }
            self.add_session(session)
        });
        let word = |at: usize| words.get(at).cloned().unwrap_or_default();
        match word(0).to_ascii_uppercase().as_str() {
            "PUT" | "SEND" => self.move_file(number, "PUT", Direction::Upload, word(1), word(2), Mode::Binary),
            "GET" | "RECV" => {
                let local = if words.len() > 2 { word(2) } else { local_path::file_name(&word(1)).to_owned() };
                self.move_file(number, "GET", Direction::Download, local, word(1), Mode::Binary);
            }
            "CD" => self.act(number, "cd", &[word(1)]),
            "DELETE" => self.act(number, "delete", &[word(1)]),
            "MKDIR" => self.act(number, "mkdir", &[word(1)]),
            "RMDIR" => self.act(number, "rmdir", &[word(1)]),
            "RENAME" => self.act(number, "rename", &[word(1), word(2)]),
            "DIR" | "LS" => self.act(number, "dir", &[word(1)]),
            _ => {}
        }
        Value::Empty
    }
}

pub(super) fn command(line: u32, verb: &str, names: &[String], wire: &[String]) -> Command {
    Command {
        line,
        role: Role::Command,
        verb: Some(verb.to_owned()),
        arguments: names.to_vec(),
        wire: wire.to_vec(),
        text: format!("{verb} {}", names.join(", ")).trim_end().to_owned(),
        message: None,
    }
}
