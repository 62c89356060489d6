//! Python: `ftplib`, `urllib.request`, and of SFTP `pysftp` and `paramiko`.
//!
//! Source: The Python Standard Library, `ftplib` and `urllib.request`. `FTP(host)` connects, `FTP(host, user, …)` logs in
//! too; `login()` without a name is anonymous; `retrbinary` and `storbinary` send TYPE I, `retrlines` and `storlines`
//! TYPE A, whatever was sent before.

use super::link::{Link, Operation, given};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::{Call, Value, Words};
use crate::script::transfer::Mode;

pub(super) fn effect(call: &Call, receiver: Option<(usize, Client)>) -> Option<Effect> {
    if let Some((object, client)) = receiver {
        let operations = if client == Client::Sftp { sftp(call) } else { ftp(call) };
        return operations.map(|operations| Effect::On(object, operations));
    }
    match call.path.as_str() {
        "ftplib.FTP" | "FTP" => Some(Effect::Opens(Box::new(opened(call, Scheme::Ftp)))),
        "ftplib.FTP_TLS" | "FTP_TLS" => Some(Effect::Opens(Box::new(opened(call, Scheme::Ftps)))),
        "pysftp.Connection" | "paramiko.SSHClient" | "paramiko.client.SSHClient" | "paramiko.Transport" => {
            let link = Link::new(Client::Sftp, Scheme::Sftp, Mode::Binary, call.line);
            let host = match call.either("host", 0) {
                Some(Value::List(place)) => Some(Operation::Connect(given(place.first())?, given(place.get(1)))),
                value => given(value).map(|host| Operation::Connect(host, given(call.either("port", 4)))),
            };
            let login = given(call.either("username", 1))
                .map(|user| Operation::Login(Some(user), given(call.either("password", 3)), None));
            Some(Effect::Opens(Box::new(link.with(call, host.into_iter().chain(login)))))
        }
        "paramiko.SFTPClient.from_transport" | "SFTPClient.from_transport" => match call.value(0) {
            Some(Value::Object(object)) => Some(Effect::On(*object, Vec::new())),
            _ => None,
        },
        _ => match call.name.as_str() {
            "urlretrieve" => {
                let link =
                    addresses::download(Client::Ftplib, &call.words(0)?, given(call.either("filename", 1)), call)?;
                Some(Effect::Whole(link))
            }
            "urlopen" => {
                // What is opened is read by the program, and no file of a name that is known here.
                let link = addresses::download(Client::Ftplib, &call.words(0)?, Some(Words::default()), call)?;
                Some(Effect::Whole(link))
            }
            _ => None,
        },
    }
}

fn opened(call: &Call, scheme: Scheme) -> Link {
    let link = Link::new(Client::Ftplib, scheme, Mode::Ascii, call.line);
    let host = given(call.either("host", 0)).map(|host| Operation::Connect(host, None));
    let login = given(call.either("user", 1))
        .map(|user| Operation::Login(Some(user), given(call.either("passwd", 2)), given(call.either("acct", 3))));
    link.with(call, host.into_iter().chain(login))
}

fn ftp(call: &Call) -> Option<Vec<Operation>> {
    let one = |name: &str| given(call.either(name, 0));
    Some(vec![match call.name.as_str() {
        "connect" => Operation::Connect(one("host")?, given(call.either("port", 1))),
        "login" => Operation::Login(one("user"), given(call.either("passwd", 1)), given(call.either("acct", 2))),
        "cwd" => Operation::Directory(one("dirname")?),
        "retrbinary" | "retrlines" => {
            let mode = if call.name == "retrbinary" { Mode::Binary } else { Mode::Ascii };
            let command = one("cmd")?;
            let local = given(call.either("callback", 1));
            match argument_of(&command, "RETR") {
                // A callback that is no file's leaves no name.
                Some(remote) => Operation::Get(remote, Some(local.unwrap_or_default()), Some(mode)),
                None => Operation::List("LIST", None),
            }
        }
        "storbinary" | "storlines" => {
            let mode = if call.name == "storbinary" { Mode::Binary } else { Mode::Ascii };
            let command = one("cmd")?;
            let local = given(call.either("fp", 1));
            match (argument_of(&command, "STOR"), argument_of(&command, "APPE")) {
                (Some(remote), _) => Operation::Put(local, remote, Some(mode)),
                (None, Some(remote)) => Operation::Append(local, remote, Some(mode)),
                (None, None) => Operation::Raw(command),
            }
        }
        "delete" => Operation::Delete(one("filename")?),
        "rename" => Operation::Rename(one("fromname")?, given(call.either("toname", 1))?),
        "mkd" => Operation::Make(one("dirname")?),
        "rmd" => Operation::Remove(one("dirname")?),
        "sendcmd" | "voidcmd" | "putcmd" => Operation::Raw(one("cmd")?),
        "nlst" => Operation::List("NLST", one("args")),
        "dir" => Operation::List("LIST", one("args")),
        "mlsd" => Operation::List("MLSD", one("path")),
        "quit" | "close" => Operation::Quit,
        "pwd" | "size" | "set_pasv" | "set_debuglevel" | "prot_p" | "auth" | "getwelcome" => return Some(Vec::new()),
        _ => return None,
    }])
}

/// What a command names, if it is the one asked for; all of it where even the command is not known.
fn argument_of(command: &Words, verb: &str) -> Option<Words> {
    let (head, argument) = command.text.split_once(' ')?;
    if !head.eq_ignore_ascii_case(verb) {
        return None;
    }
    Some(Words { text: argument.trim().to_owned(), fields: command.fields.clone() })
}

fn sftp(call: &Call) -> Option<Vec<Operation>> {
    let one = |name: &str| given(call.either(name, 0));
    Some(match call.name.as_str() {
        "connect" => {
            let login = given(call.either("username", 2))
                .map(|user| Operation::Login(Some(user), given(call.either("password", 3)), None));
            let host = one("hostname").map(|host| Operation::Connect(host, given(call.either("port", 1))));
            host.into_iter().chain(login).collect()
        }
        "put" | "putfo" => {
            let local = one("localpath")?;
            let remote = given(call.either("remotepath", 1)).unwrap_or_else(|| super::link::named_like(&local));
            vec![Operation::Put(Some(local), remote, None)]
        }
        "get" | "getfo" => vec![Operation::Get(one("remotepath")?, given(call.either("localpath", 1)), None)],
        "chdir" | "cwd" | "cd" => vec![Operation::Directory(one("path")?)],
        "remove" | "unlink" => vec![Operation::Delete(one("path")?)],
        "mkdir" | "makedirs" => vec![Operation::Make(one("path")?)],
        "rmdir" => vec![Operation::Remove(one("path")?)],
        "rename" => vec![Operation::Rename(one("oldpath")?, given(call.either("newpath", 1))?)],
        "open_sftp" | "close" | "set_missing_host_key_policy" | "load_system_host_keys" => Vec::new(),
        _ => return None,
    })
}
