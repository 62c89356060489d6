//! The FTP classes of .NET: `FtpWebRequest`, and what is built on it (`WebClient`, `Invoke-WebRequest` of Windows
//! PowerShell).
//!
//! What goes over the wire follows the source of `FtpControlStream`: login, `OPTS utf8 on`, `PWD`, `CWD` for listings
//! alone, `TYPE`, `PASV`, the command with the whole path, `QUIT`. A connection may be used again for the next request to
//! the same host and user; each request is shown as a session of its own.

use crate::base::secret::Secret;
use crate::script::session::{Command, Credential, Role, Scheme, Session};
use crate::script::transfer::{Direction, Mode, Transfer};
use crate::script::url;

/// What a request that is given no login sends: `anonymous` with this password.
const ANONYMOUS_PASSWORD: &str = "anonymous@";

/// What a request asks the server for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `RETR`
    Retrieve,
    /// `STOR`
    Store,
    /// `STOU`
    StoreUnique,
    /// `APPE`
    Append,
    /// `LIST`
    List,
    /// `NLST`
    NameList,
    /// `DELE`
    Delete,
    /// `MKD`
    MakeDirectory,
    /// `RMD`
    RemoveDirectory,
    /// `RENAME`, which sends `RNFR` and `RNTO`.
    Rename,
    /// `SIZE`
    Size,
    /// `MDTM`
    ModificationTime,
    /// `PWD`
    PrintDirectory,
}

/// The methods by the command that `Method` is set to, and by the name in `WebRequestMethods.Ftp`.
const METHODS: &[(&str, &str, Method)] = &[
    ("RETR", "downloadfile", Method::Retrieve),
    ("STOR", "uploadfile", Method::Store),
    ("STOU", "uploadfilewithuniquename", Method::StoreUnique),
    ("APPE", "appendfile", Method::Append),
    ("LIST", "listdirectorydetails", Method::List),
    ("NLST", "listdirectory", Method::NameList),
    ("DELE", "deletefile", Method::Delete),
    ("MKD", "makedirectory", Method::MakeDirectory),
    ("RMD", "removedirectory", Method::RemoveDirectory),
    ("RENAME", "rename", Method::Rename),
    ("SIZE", "getfilesize", Method::Size),
    ("MDTM", "getdatetimestamp", Method::ModificationTime),
    ("PWD", "printworkingdirectory", Method::PrintDirectory),
];

impl Method {
    /// The method that a request is set to: a command of FTP, or a word of HTTP that stands for one.
    #[must_use]
    pub fn of(command: &str) -> Option<Self> {
        let upper = command.trim().to_ascii_uppercase();
        let upper = match upper.as_str() {
            "GET" => "RETR",
            "PUT" | "POST" => "STOR",
            "DELETE" => "DELE",
            other => other,
        };
        METHODS.iter().find(|(name, _, _)| *name == upper).map(|(_, _, method)| *method)
    }

    /// The command that the name of a constant of `WebRequestMethods.Ftp` stands for.
    #[must_use]
    pub fn command_of(constant: &str) -> Option<&'static str> {
        METHODS.iter().find(|(_, name, _)| constant.eq_ignore_ascii_case(name)).map(|(command, _, _)| *command)
    }

    /// The command.
    #[must_use]
    pub fn command(self) -> &'static str {
        METHODS.iter().find(|(_, _, method)| *method == self).map_or("RETR", |(command, _, _)| command)
    }

    fn moves_data(self) -> bool {
        self.direction().is_some() || matches!(self, Self::List | Self::NameList)
    }

    fn direction(self) -> Option<Direction> {
        match self {
            Self::Retrieve => Some(Direction::Download),
            Self::Store | Self::StoreUnique | Self::Append => Some(Direction::Upload),
            _ => None,
        }
    }
}

/// A request as a program makes it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address.
    pub address: String,
    /// What is asked for.
    pub method: Method,
    /// User and password that are set on the request; they go before those in the address. A password that is not known
    /// is nothing.
    pub login: Option<(String, Option<String>)>,
    /// Whether a login is set that is not known.
    pub login_unknown: bool,
    /// `UseBinary`
    pub binary: bool,
    /// `UsePassive`
    pub passive: bool,
    /// `EnableSsl`
    pub tls: bool,
    /// `RenameTo`
    pub rename_to: Option<String>,
    /// The file on this host.
    pub local_path: Option<String>,
    /// The member that makes the request, as the report names it.
    pub call: String,
    /// The line that makes it.
    pub line: u32,
}

/// The session of a request; nothing where its address is none of FTP.
#[must_use]
pub fn session(request: &Request) -> Option<Session> {
    let url = url::parse(&request.address).filter(|url| url.scheme != Scheme::Sftp)?;
    let mut session = url.session(request.line);
    let explicit = request.tls && url.scheme == Scheme::Ftp;
    if explicit {
        session.scheme = Scheme::Ftps;
    }
    if url.scheme == Scheme::Ftps {
        session.uncertain.push("the classes of .NET know no ftps addresses: the request would fail".to_owned());
    }
    let credential = login(request, url.credential(request.line));
    let mut wire = Vec::new();
    if explicit {
        wire.push("AUTH TLS".to_owned());
    }
    if let Some(credential) = credential {
        if let Some(user) = &credential.username {
            wire.push(format!("USER {user}"));
        }
        if let Some(password) = &credential.password {
            wire.push(format!("PASS {}", password.reveal()));
        }
        session.credentials = vec![credential];
    } else {
        session.credentials.clear();
        session.uncertain.push("the login is set at run time".to_owned());
    }
    if explicit {
        wire.extend(["PBSZ 0".to_owned(), "PROT P".to_owned()]);
    }
    wire.extend(["OPTS utf8 on".to_owned(), "PWD".to_owned()]);
    let binary = url.mode.map_or(request.binary, |mode| mode == Mode::Binary);
    asked(request, &url.path, binary, &mut session, &mut wire);
    wire.push("QUIT".to_owned());
    session.commands.push(Command {
        line: request.line,
        role: Role::Command,
        verb: Some(request.call.clone()),
        arguments: std::iter::once(request.address.clone()).chain(request.local_path.clone()).collect(),
        wire,
        text: format!("{} {}", request.method.command(), request.address),
        message: None,
    });
    Some(session)
}

/// The login that is sent; nothing where it is not known.
fn login(request: &Request, of_address: Option<Credential>) -> Option<Credential> {
    if request.login_unknown {
        return None;
    }
    match &request.login {
        Some((user, password)) if !user.is_empty() || password.as_ref().is_some_and(|text| !text.is_empty()) => {
            Some(Credential {
                username: Some(user.clone()),
                password: password.clone().map(Secret::new),
                anonymous: matches!(user.as_str(), "anonymous" | "ftp"),
                line: request.line,
                ..Credential::default()
            })
        }
        None if of_address.is_some() => of_address,
        _ => Some(Credential {
            username: Some("anonymous".to_owned()),
            password: Some(Secret::new(ANONYMOUS_PASSWORD)),
            anonymous: true,
            line: request.line,
            ..Credential::default()
        }),
    }
}

/// What the request does on the server.
fn asked(request: &Request, path: &str, binary: bool, session: &mut Session, wire: &mut Vec<String>) {
    let method = request.method;
    // A directory's name goes without the slash at its end.
    let directory = path.strip_suffix('/').filter(|bare| !bare.is_empty()).unwrap_or(path);
    let listing = matches!(method, Method::List | Method::NameList | Method::StoreUnique);
    let (parent, name) = match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((parent, name)) => (parent, name),
        None => ("", path),
    };
    if listing && !parent.is_empty() {
        wire.push(format!("CWD {parent}"));
    }
    if method.moves_data() {
        wire.push(format!("TYPE {}", if binary { "I" } else { "A" }));
        if request.passive {
            wire.push("PASV".to_owned());
        }
    }
    let command = method.command();
    match method {
        Method::Rename => {
            let base = if parent.is_empty() { String::new() } else { format!("{}/", parent.trim_end_matches('/')) };
            wire.push(format!("RNFR {base}{name}"));
            if let Some(to) = &request.rename_to {
                let to = if to.starts_with('/') { to.clone() } else { format!("{base}{to}") };
                wire.push(format!("RNTO {to}"));
                session.renames.push([path.to_owned(), to]);
            }
        }
        Method::PrintDirectory | Method::StoreUnique => wire.push(command.to_owned()),
        Method::List | Method::NameList if name.is_empty() => wire.push(command.to_owned()),
        Method::List | Method::NameList => wire.push(format!("{command} {name}")),
        Method::MakeDirectory | Method::RemoveDirectory => wire.push(format!("{command} {directory}")),
        _ => wire.push(format!("{command} {path}")),
    }
    match method {
        Method::Delete => session.deletes.push(path.to_owned()),
        Method::MakeDirectory => session.makes_directories.push(directory.to_owned()),
        Method::RemoveDirectory => session.removes_directories.push(directory.to_owned()),
        Method::List | Method::NameList => session.local_writes.extend(request.local_path.clone()),
        _ => {}
    }
    let Some(direction) = method.direction() else { return };
    let local = request.local_path.clone();
    session.transfers.push(Transfer {
        id: String::new(),
        line: request.line,
        command: request.call.clone(),
        direction,
        remote_path: (method != Method::StoreUnique).then(|| path.to_owned()),
        remote_directory: (method == Method::StoreUnique && !parent.is_empty()).then(|| parent.to_owned()),
        pattern: local.as_deref().is_some_and(|local| local.contains(['*', '?'])),
        local_path: local,
        local_directory: None,
        resolved_path: None,
        mode: if binary { Mode::Binary } else { Mode::Ascii },
        payloads: Vec::new(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(address: &str, method: Method) -> Request {
        Request {
            address: address.to_owned(),
            method,
            login: None,
            login_unknown: false,
            binary: true,
            passive: true,
            tls: false,
            rename_to: None,
            local_path: None,
            call: "x".to_owned(),
            line: 1,
        }
    }

    fn wire(request: &Request) -> String {
        session(request).expect("is of FTP").commands[0].wire.join("|")
    }

    #[test]
    fn requests_on_the_wire() {
        let cases = [
            (
                "ftp://bob:p%40w@h.example/a/b.exe",
                Method::Retrieve,
                "USER bob|PASS p@w|OPTS utf8 on|PWD|TYPE I|PASV|RETR a/b.exe|QUIT",
            ),
            ("ftp://h.example/d.7z", Method::Delete, "USER anonymous|PASS anonymous@|OPTS utf8 on|PWD|DELE d.7z|QUIT"),
            (
                "ftp://h.example/in/",
                Method::NameList,
                "USER anonymous|PASS anonymous@|OPTS utf8 on|PWD|CWD in|TYPE I|PASV|NLST|QUIT",
            ),
            (
                "ftp://h.example/in/new/",
                Method::MakeDirectory,
                "USER anonymous|PASS anonymous@|OPTS utf8 on|PWD|MKD in/new|QUIT",
            ),
            (
                "ftp://h.example//etc/x",
                Method::Retrieve,
                "USER anonymous|PASS anonymous@|OPTS utf8 on|PWD|TYPE I|PASV|RETR /etc/x|QUIT",
            ),
        ];
        for (address, method, expected) in cases {
            assert_eq!(wire(&request(address, method)), expected, "{address}");
        }
        let renamed = Request { rename_to: Some("b".to_owned()), ..request("ftp://h.example/d/a", Method::Rename) };
        assert!(wire(&renamed).contains("RNFR d/a|RNTO d/b"));
        let secured =
            Request { tls: true, binary: false, passive: false, ..request("ftp://h.example/a", Method::Store) };
        assert_eq!(
            wire(&secured),
            "AUTH TLS|USER anonymous|PASS anonymous@|PBSZ 0|PROT P|OPTS utf8 on|PWD|TYPE A|STOR a|QUIT"
        );
        assert_eq!(session(&secured).map(|session| (session.scheme, session.port)), Some((Scheme::Ftps, Some(21))));
    }

    #[test]
    fn a_login_that_is_set_goes_before_that_of_the_address() {
        let login = Some(("eve".to_owned(), Some("p2".to_owned())));
        let both = Request { login, ..request("ftp://bob:pw@h.example/a", Method::Retrieve) };
        assert!(wire(&both).starts_with("USER eve|PASS p2|"));
        let unknown = Request { login_unknown: true, ..request("ftp://bob:pw@h.example/a", Method::Retrieve) };
        let session = session(&unknown).expect("is of FTP");
        assert!(session.credentials.is_empty() && session.uncertain.len() == 1);
    }

    #[test]
    fn other_addresses_are_none() {
        for address in ["http://h/x", "sftp://h/x", "C:\\x", ""] {
            assert_eq!(session(&request(address, Method::Retrieve)), None, "{address}");
        }
    }
}
