//! Perl: `Net::FTP` and its relatives with TLS, `LWP::Simple`.
//!
//! Source: the documentation of Net::FTP. The type is ASCII until `binary` or `type` changes it; `get` without a local
//! name and `put` without a remote one take the last name of the other; `login` without a name is that of .netrc or
//! anonymous.

use super::link::{Link, Operation, given, named_like};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::Call;
use crate::script::transfer::Mode;

pub(super) fn effect(call: &Call, receiver: Option<(usize, Client)>) -> Option<Effect> {
    if let Some((object, _)) = receiver {
        return operations(call).map(|operations| Effect::On(object, operations));
    }
    match (call.path.as_str(), call.name.as_str()) {
        ("Net::FTP->new" | "Net::FTP::new", _) => Some(Effect::Opens(Box::new(opened(call, Scheme::Ftp)))),
        ("Net::FTP", _) if call.constructs => Some(Effect::Opens(Box::new(opened(call, Scheme::Ftp)))),
        ("Net::FTPSSL->new" | "Net::FTP::SSL->new" | "Net::FTPSSL", _) => {
            Some(Effect::Opens(Box::new(opened(call, Scheme::Ftps))))
        }
        ("Net::SFTP->new" | "Net::SFTP::Foreign->new", _) => {
            let named =
                |name: &str| given(call.arguments.iter().find(|a| a.name.as_deref() == Some(name)).map(|a| &a.value));
            let link = Link::new(Client::Sftp, Scheme::Sftp, Mode::Binary, call.line);
            let host = call.words(0).map(|host| Operation::Connect(host, named("port")));
            let login = named("user").map(|user| Operation::Login(Some(user), named("password"), None));
            Some(Effect::Opens(Box::new(link.with(call, host.into_iter().chain(login)))))
        }
        (_, "getstore" | "mirror") => {
            Some(Effect::Whole(addresses::download(Client::NetFtp, &call.words(0)?, call.words(1), call)?))
        }
        (_, "get" | "getprint") if call.receiver.is_none() => {
            let nowhere = Some(crate::script::source::Words::default());
            Some(Effect::Whole(addresses::download(Client::NetFtp, &call.words(0)?, nowhere, call)?))
        }
        _ => None,
    }
}

fn opened(call: &Call, scheme: Scheme) -> Link {
    let named = |name: &str| {
        let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
        given(argument.map(|argument| &argument.value))
    };
    let scheme = if named("SSL").is_some_and(|value| value.text != "0") { Scheme::Ftps } else { scheme };
    let link = Link::new(Client::NetFtp, scheme, Mode::Ascii, call.line);
    let host = call.words(0).or_else(|| named("Host")).map(|host| Operation::Connect(host, named("Port")));
    link.with(call, host)
}

fn operations(call: &Call) -> Option<Vec<Operation>> {
    let one = || call.words(0);
    Some(vec![match call.name.as_str() {
        "login" => Operation::Login(one(), call.words(1), call.words(2)),
        "binary" | "image" => Operation::Type(Mode::Binary),
        "ascii" => Operation::Type(Mode::Ascii),
        "type" => {
            Operation::Type(if one()?.text.to_ascii_uppercase().starts_with('A') { Mode::Ascii } else { Mode::Binary })
        }
        "cwd" => Operation::Directory(one().unwrap_or_else(|| crate::script::source::Words::known("/"))),
        "cdup" => Operation::Directory(crate::script::source::Words::known("..")),
        "get" => Operation::Get(one()?, call.words(1), None),
        "put" | "put_unique" => {
            let local = one()?;
            let remote = call.words(1).unwrap_or_else(|| named_like(&local));
            Operation::Put(Some(local), remote, None)
        }
        "append" => {
            let local = one()?;
            let remote = call.words(1).unwrap_or_else(|| named_like(&local));
            Operation::Append(Some(local), remote, None)
        }
        "retr" => Operation::Get(one()?, Some(Default::default()), None),
        "stor" => Operation::Put(None, one()?, None),
        "delete" | "remove" => Operation::Delete(one()?),
        "rename" => Operation::Rename(one()?, call.words(1)?),
        "mkdir" => Operation::Make(one()?),
        "rmdir" => Operation::Remove(one()?),
        "site" => {
            let mut words = crate::script::source::Words::known("SITE");
            for argument in &call.arguments {
                words.append(&crate::script::source::Words::known(" "));
                words.append(&argument.value.words());
            }
            Operation::Raw(words)
        }
        "quot" => {
            let mut words = one()?;
            for argument in call.arguments.iter().skip(1) {
                words.append(&crate::script::source::Words::known(" "));
                words.append(&argument.value.words());
            }
            Operation::Raw(words)
        }
        "ls" => Operation::List("NLST", one()),
        "dir" => Operation::List("LIST", one()),
        "quit" | "close" => Operation::Quit,
        "pwd" | "size" | "mdtm" | "message" | "passive" | "pasv" | "hash" | "code" | "ok" | "starttls" => {
            return Some(Vec::new());
        }
        _ => return None,
    }])
}
