//! WinSCP's .NET assembly in source code: `SessionOptions` say where to go, `Session` goes there.
//!
//! Source: WinSCP, "WinSCP .NET Assembly and COM Library", its pages on `Session` and `SessionOptions`. Options that name no
//! protocol mean SFTP. What goes over the wire is the program's own affair, which the assembly starts.

use super::link::{Link, Operation};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::{Call, Value, Words};
use crate::script::transfer::Mode;

pub(super) fn opens(call: &Call) -> Option<Effect> {
    let is_session = call.constructs && matches!(call.path.as_str(), "Session" | "WinSCP.Session");
    is_session.then(|| Effect::Opens(Box::new(Link::new(Client::Winscp, Scheme::Sftp, Mode::Binary, call.line))))
}

/// The methods of a session.
pub(super) fn on(call: &Call) -> Option<Vec<Operation>> {
    let (first, second) = (call.words(0), call.words(1));
    Some(match call.name.as_str() {
        "Open" => opened(call)?,
        "PutFiles" | "PutFileToDirectory" | "PutFilesToDirectory" | "PutFile" => {
            vec![Operation::Put(first, second?, None)]
        }
        "GetFiles" | "GetFileToDirectory" | "GetFilesToDirectory" | "GetFile" => {
            vec![Operation::Get(first?, second, None)]
        }
        "SynchronizeDirectories" => {
            let remote = call.words(2)?;
            match first?.text.rsplit('.').next() {
                Some("Local") => vec![Operation::Get(remote, second, None)],
                _ => vec![Operation::Put(second, remote, None)],
            }
        }
        "RemoveFiles" | "RemoveFile" => vec![Operation::Delete(first?)],
        "CreateDirectory" => vec![Operation::Make(first?)],
        "MoveFile" => vec![Operation::Rename(first?, second?)],
        "ExecuteCommand" => vec![Operation::Raw(first?)],
        "ListDirectory" | "EnumerateRemoteFiles" => vec![Operation::List("LIST", first)],
        "Close" | "Dispose" | "Abort" => vec![Operation::Quit],
        _ => return None,
    })
}

/// What the options say; nothing where the protocol is none of FTP or SFTP.
fn opened(call: &Call) -> Option<Vec<Operation>> {
    let Some(Value::Map(options)) = call.value(0) else { return None };
    let option = |name: &str| {
        let found = options.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.words()).filter(|words| !words.text.is_empty())
    };
    let word = |name: &str| option(name).and_then(|words| Some(words.text.rsplit('.').next()?.to_ascii_lowercase()));
    let login = |user, password| Operation::Login(Some(user), password, None);
    if let Some(address) = option("ParseUrl") {
        let parsed = crate::script::url::parse(&address.text)?;
        let (link, _) = addresses::link(Client::Winscp, &address, call)?;
        let known = |text: &str| Words { text: text.to_owned(), fields: address.fields.clone() };
        let port = parsed.port.map(|port| Words::known(port.to_string()));
        let mut operations = vec![Operation::Scheme(link.scheme()), Operation::Connect(known(&parsed.host), port)];
        operations.extend(
            parsed
                .username
                .as_deref()
                .map(|user| login(known(user), parsed.password.as_ref().map(|password| known(password.reveal())))),
        );
        return Some(operations);
    }
    let secure = word("FtpSecure").unwrap_or_default();
    let scheme = match word("Protocol").as_deref() {
        Some("ftp") if matches!(secure.as_str(), "" | "none") => Scheme::Ftp,
        Some("ftp") => Scheme::Ftps,
        None | Some("sftp" | "scp") => Scheme::Sftp,
        Some(_) => return None,
    };
    let port = option("PortNumber").or_else(|| (secure == "implicit").then(|| Words::known("990")));
    let mut operations = vec![Operation::Scheme(scheme), Operation::Connect(option("HostName")?, port)];
    let password = option("Password").or_else(|| option("SecurePassword"));
    operations.extend(option("UserName").map(|user| login(user, password)));
    Some(operations)
}
