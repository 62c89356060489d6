//! Ruby: `Net::FTP` of the standard library, and `open-uri`.
//!
//! Source: the documentation of Net::FTP. `binary` is true unless it is set otherwise; the remote name of a `put` and the
//! local one of a `get` are the last name of the other.

use super::link::{Link, Operation, given, named_like};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::{Call, Value, Words};
use crate::script::transfer::Mode;

pub(super) fn effect(call: &Call, receiver: Option<(usize, Client)>) -> Option<Effect> {
    if let Some((object, _)) = receiver {
        return operations(call).map(|operations| Effect::On(object, operations));
    }
    match call.path.as_str() {
        "Net::FTP.new" | "Net::FTP.open" => {
            let named = |name: &str| {
                let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
                given(argument.map(|argument| &argument.value))
            };
            let scheme = if named("ssl").is_some() { Scheme::Ftps } else { Scheme::Ftp };
            let link = Link::new(Client::RubyFtp, scheme, Mode::Binary, call.line);
            let host = call.words(0).map(|host| Operation::Connect(host, named("port")));
            let user = call.words(1).or_else(|| named("username"));
            let login = user
                .map(|user| Operation::Login(Some(user), call.words(2).or_else(|| named("password")), call.words(3)));
            Some(Effect::Opens(Box::new(link.with(call, host.into_iter().chain(login)))))
        }
        "URI.open" | "open" => {
            let link = addresses::download(Client::RubyFtp, &call.words(0)?, Some(Words::default()), call)?;
            Some(Effect::Whole(link))
        }
        _ => None,
    }
}

fn operations(call: &Call) -> Option<Vec<Operation>> {
    let one = || call.words(0);
    let mode = match call.name.as_str() {
        "gettextfile" | "puttextfile" => Some(Mode::Ascii),
        "getbinaryfile" | "putbinaryfile" => Some(Mode::Binary),
        _ => None,
    };
    Some(vec![match call.name.as_str() {
        "connect" => Operation::Connect(one()?, call.words(1)),
        "login" => Operation::Login(one(), call.words(1), call.words(2)),
        "chdir" => Operation::Directory(one()?),
        "get" | "getbinaryfile" | "gettextfile" => Operation::Get(one()?, call.words(1), mode),
        "put" | "putbinaryfile" | "puttextfile" => {
            let local = one()?;
            let remote = call.words(1).unwrap_or_else(|| named_like(&local));
            Operation::Put(Some(local), remote, mode)
        }
        "delete" => Operation::Delete(one()?),
        "rename" => Operation::Rename(one()?, call.words(1)?),
        "mkdir" => Operation::Make(one()?),
        "rmdir" => Operation::Remove(one()?),
        "sendcmd" | "voidcmd" => Operation::Raw(one()?),
        "site" => Operation::Raw(Words::known(format!("SITE {}", one()?.text))),
        "nlst" => Operation::List("NLST", one()),
        "list" | "ls" | "dir" => Operation::List("LIST", one()),
        "quit" | "close" => Operation::Quit,
        _ => match call.receiver {
            Some(Value::Object(_)) => return Some(Vec::new()),
            _ => return None,
        },
    }])
}
