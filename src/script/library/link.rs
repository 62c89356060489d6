//! One connection of a class library, from its opening to the end of the program.

use crate::base::secret::Secret;
use crate::script::address;
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::{AddressClass, Command, Credential, Role, Scheme, Session};
use crate::script::source::{Call, Value, Words};
use crate::script::transfer::{Direction, Mode, Transfer};

/// Commands kept of one link.
const COMMANDS: usize = 1000;

/// What one call does on a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Connects to a host.
    Connect(Words, Option<Words>),
    /// Logs in with a name, a password and an account.
    Login(Option<Words>, Option<Words>, Option<Words>),
    /// Sets how the bytes are moved from now on.
    Type(Mode),
    /// Changes the remote directory.
    Directory(Words),
    /// Downloads: remote name, local name; in a mode of its own where it has one.
    Get(Words, Option<Words>, Option<Mode>),
    /// Uploads: local name, remote name.
    Put(Option<Words>, Words, Option<Mode>),
    /// Appends a local file to a remote one.
    Append(Option<Words>, Words, Option<Mode>),
    /// Deletes a file.
    Delete(Words),
    /// Renames a file.
    Rename(Words, Words),
    /// Makes a directory.
    Make(Words),
    /// Removes a directory.
    Remove(Words),
    /// Sends a command as it is.
    Raw(Words),
    /// Lists; what it would send.
    List(&'static str, Option<Words>),
    /// Ends.
    Quit,
    /// Changes the protocol, for options that ask for TLS.
    Scheme(Scheme),
}

/// A link and the session that becomes of it.
#[derive(Debug, Clone)]
pub struct Link {
    client: Client,
    session: Session,
    mode: Mode,
    directory: Option<String>,
    host_known: bool,
    password_known: bool,
    acts: bool,
}

impl Link {
    /// A link of a library that begins in a mode.
    #[must_use]
    pub fn new(client: Client, scheme: Scheme, mode: Mode, line: u32) -> Self {
        let session = Session { line, scheme, ..Session::default() };
        Self { client, session, mode, directory: None, host_known: false, password_known: false, acts: false }
    }

    /// The library.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client
    }

    /// The protocol.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.session.scheme
    }

    /// The link with an operation done at once.
    #[must_use]
    pub fn with(mut self, call: &Call, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.apply(call, &call.source, operations);
        self
    }

    /// The session, if the program says where it goes and does something there: a host that it names itself, with a login
    /// or an action; or a login of its own that goes to a host that it is told.
    #[must_use]
    pub fn finish(self) -> Option<Session> {
        let logs_in = !self.session.credentials.is_empty();
        let local = matches!(self.session.address_class, Some(AddressClass::Loopback))
            || self.session.host.as_deref() == Some("localhost");
        let goes_somewhere = self.host_known && (self.acts || logs_in) && (!local || self.password_known);
        let tells_login = self.password_known && self.acts && self.session.host.is_some();
        (goes_somewhere || tells_login).then_some(self.session)
    }

    /// Does what a call says; `text` is how a report shows it.
    pub fn apply(&mut self, call: &Call, text: &str, operations: impl IntoIterator<Item = Operation>) {
        let mut wire = Vec::new();
        for operation in operations {
            self.operate(call, operation, &mut wire);
        }
        if self.session.commands.len() < COMMANDS {
            self.session.commands.push(Command {
                line: call.line,
                role: Role::Command,
                verb: Some(call.name.clone()),
                arguments: call.arguments.iter().map(|argument| argument.value.words().text).collect(),
                wire,
                text: text.to_owned(),
                message: None,
            });
        }
    }

    /// Another method for a request that was made as a download: `STOR`, `WebRequestMethods.Ftp.UploadFile`.
    pub fn set_method(&mut self, method: &str) {
        let method = method.rsplit('.').next().unwrap_or_default();
        let (upload, command) = match method {
            "STOR" | "UploadFile" | "STOU" | "UploadFileWithUniqueName" => (true, "STOR"),
            "APPE" | "AppendFile" => (true, "APPE"),
            "RETR" | "DownloadFile" | "GET" => return,
            _ => (false, method),
        };
        if upload {
            if let Some(transfer) = self.session.transfers.last_mut() {
                transfer.direction = Direction::Upload;
                transfer.local_path = None;
                transfer.command = command.to_owned();
            }
        } else if let Some(transfer) = self.session.transfers.pop() {
            let name = transfer.remote_path.unwrap_or_default();
            match method {
                "DELE" | "DeleteFile" => self.session.deletes.push(name),
                "MKD" | "MakeDirectory" => self.session.makes_directories.push(name),
                "RMD" | "RemoveDirectory" => self.session.removes_directories.push(name),
                _ => {}
            }
        }
        if let Some(command) = self.session.commands.last_mut() {
            command.wire.clear();
        }
    }

    fn operate(&mut self, call: &Call, operation: Operation, wire: &mut Vec<String>) {
        match operation {
            Operation::Connect(host, port) => self.connect(&host, port.as_ref()),
            Operation::Login(user, password, account) => self.login(call, user, password, account, wire),
            Operation::Type(mode) => {
                self.mode = mode;
                wire.push(type_command(mode));
            }
            Operation::Directory(words) => {
                let target = self.noted(&words);
                wire.push(format!("CWD {target}"));
                self.directory = Some(local_path::remote_join(self.directory.as_deref(), &target));
            }
            Operation::Get(remote, local, mode) => {
                let local = local.unwrap_or_else(|| named_like(&remote));
                self.transfer(call, Direction::Download, "RETR", Some(local), remote, mode, wire);
            }
            Operation::Put(local, remote, mode) => {
                self.transfer(call, Direction::Upload, "STOR", local, remote, mode, wire);
            }
            Operation::Append(local, remote, mode) => {
                self.transfer(call, Direction::Upload, "APPE", local, remote, mode, wire);
            }
            Operation::Delete(words) => {
                let name = self.acted(&words);
                wire.push(format!("DELE {name}"));
                self.session.deletes.push(name);
            }
            Operation::Rename(from, to) => {
                let (from, to) = (self.acted(&from), self.acted(&to));
                wire.extend([format!("RNFR {from}"), format!("RNTO {to}")]);
                self.session.renames.push([from, to]);
            }
            Operation::Make(words) => {
                let name = self.acted(&words);
                wire.push(format!("MKD {name}"));
                self.session.makes_directories.push(name);
            }
            Operation::Remove(words) => {
                let name = self.acted(&words);
                wire.push(format!("RMD {name}"));
                self.session.removes_directories.push(name);
            }
            Operation::Raw(words) => self.raw(call, &words, wire),
            Operation::List(verb, words) => {
                let name = words.map(|words| self.acted(&words)).unwrap_or_default();
                self.acts = true;
                wire.push(format!("{verb} {name}").trim_end().to_owned());
            }
            Operation::Quit => wire.push("QUIT".to_owned()),
            Operation::Scheme(scheme) => self.session.scheme = scheme,
        }
        // Of SFTP's packets no line of text goes over the wire.
        if self.session.scheme == Scheme::Sftp {
            wire.clear();
        }
    }

    fn connect(&mut self, host: &Words, port: Option<&Words>) {
        let text = self.noted(host);
        let text = text.trim();
        let (name, given) = match text.rsplit_once(':').filter(|(name, _)| !name.contains(':')) {
            Some((name, digits)) if digits.parse::<u16>().is_ok() => (name, digits.parse().ok()),
            _ => (text, None),
        };
        if name.is_empty() {
            return;
        }
        self.host_known = host.is_known() && address::classify(name) != AddressClass::Invalid;
        self.session.address_class =
            Some(if host.is_known() { address::classify(name) } else { AddressClass::Invalid });
        self.session.host = Some(name.to_owned());
        let standard = match self.session.scheme {
            Scheme::Sftp => 22,
            Scheme::Ftp | Scheme::Ftps => 21,
        };
        let port = port.filter(|port| !matches!(port.text.as_str(), "" | "0"));
        self.session.port = match port {
            Some(port) => {
                let text = self.noted(port);
                text.parse().ok()
            }
            None => given.or(Some(standard)),
        };
    }

    fn login(
        &mut self,
        call: &Call,
        user: Option<Words>,
        password: Option<Words>,
        account: Option<Words>,
        wire: &mut Vec<String>,
    ) {
        let known = password.as_ref().is_some_and(|password| password.is_known() && !password.text.is_empty());
        let mut take = |words: Option<Words>| words.map(|words| self.noted(&words));
        let (user, password, account) = (take(user), take(password), take(account));
        let username = user.filter(|user| !user.is_empty()).unwrap_or_else(|| "anonymous".to_owned());
        let anonymous = matches!(username.as_str(), "anonymous" | "ftp");
        self.password_known |= known && !anonymous;
        wire.push(format!("USER {username}"));
        // All of the libraries send something of this kind where nothing else is given.
        let password = password.or_else(|| anonymous.then(|| "anonymous@".to_owned()));
        wire.extend(password.as_ref().map(|password| format!("PASS {password}")));
        wire.extend(account.as_ref().filter(|account| !account.is_empty()).map(|account| format!("ACCT {account}")));
        self.session.credentials.push(Credential {
            username: Some(username),
            password: password.map(Secret::new),
            account: account.filter(|account| !account.is_empty()),
            anonymous,
            line: call.line,
            ..Credential::default()
        });
    }

    #[allow(clippy::too_many_arguments)]
    fn transfer(
        &mut self,
        call: &Call,
        direction: Direction,
        verb: &str,
        local: Option<Words>,
        remote: Words,
        mode: Option<Mode>,
        wire: &mut Vec<String>,
    ) {
        let remote = self.acted(&remote);
        let local = local.map(|words| self.noted(&words)).filter(|name| !name.is_empty());
        let mode = mode.unwrap_or(self.mode);
        wire.extend([type_command(mode), format!("{verb} {remote}")]);
        if self.session.transfers.len() >= COMMANDS {
            return;
        }
        let transfer = Transfer {
            id: String::new(),
            line: call.line,
            command: call.name.clone(),
            direction,
            remote_path: Some(remote.clone()),
            remote_directory: self.directory.clone(),
            pattern: remote.contains(['*', '?']),
            local_path: local,
            local_directory: None,
            resolved_path: None,
            mode,
            payloads: Vec::new(),
        };
        // A call that is read once more, for another branch or another round, moves nothing new.
        if !self.session.transfers.contains(&transfer) {
            self.session.transfers.push(transfer);
        }
    }

    /// A command that is sent as it is may be a login, a type or an action after all.
    fn raw(&mut self, call: &Call, words: &Words, wire: &mut Vec<String>) {
        let text = self.noted(words);
        let (verb, argument) = text.split_once(' ').unwrap_or((text.as_str(), ""));
        let argument = Words { text: argument.trim().to_owned(), fields: words.fields.clone() };
        match verb.to_ascii_uppercase().as_str() {
            "USER" => {
                self.login(call, Some(argument), Some(Words::default()), None, wire);
                wire.pop();
                if let Some(credential) = self.session.credentials.last_mut() {
                    credential.password = None;
                }
            }
            "PASS" => {
                self.password_known |= argument.is_known();
                wire.push(text);
                if let Some(credential) = self.session.credentials.last_mut() {
                    credential.password = Some(Secret::new(argument.text));
                }
            }
            "TYPE" => self.operate(call, Operation::Type(type_of(&argument.text)), wire),
            "CWD" => self.operate(call, Operation::Directory(argument), wire),
            "DELE" => self.operate(call, Operation::Delete(argument), wire),
            "MKD" => self.operate(call, Operation::Make(argument), wire),
            "RMD" => self.operate(call, Operation::Remove(argument), wire),
            _ => {
                self.acts = true;
                self.session.raw.push(text.clone());
                wire.push(text);
            }
        }
    }

    fn acted(&mut self, words: &Words) -> String {
        self.acts = true;
        self.noted(words)
    }

    /// The text; what of it is not known is listed.
    fn noted(&mut self, words: &Words) -> String {
        for field in &words.fields {
            if !self.session.unresolved.contains(field) && self.session.unresolved.len() < COMMANDS {
                self.session.unresolved.push(field.clone());
            }
        }
        words.text.clone()
    }
}

/// The mode of a representation type as it is sent.
fn type_of(argument: &str) -> Mode {
    if argument.trim().to_ascii_uppercase().starts_with('A') { Mode::Ascii } else { Mode::Binary }
}

fn type_command(mode: Mode) -> String {
    match mode {
        Mode::Ascii => "TYPE A".to_owned(),
        Mode::Binary => "TYPE I".to_owned(),
    }
}

/// The last name of a path, which is what a file is called where it gets no name of its own.
pub(super) fn named_like(path: &Words) -> Words {
    let text = local_path::file_name(&path.text).to_owned();
    Words { fields: path.fields.iter().filter(|field| text.contains(field.as_str())).cloned().collect(), text }
}

/// A value as words, where it says anything.
pub(super) fn given(value: Option<&Value>) -> Option<Words> {
    value.map(Value::words).filter(|words| !words.text.is_empty())
}
