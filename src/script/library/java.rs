//! Java: `FTPClient` of Apache Commons Net, and JSch's SFTP.
//!
//! Source: the API documentation of `org.apache.commons.net.ftp.FTPClient`: the file type is ASCII until `setFileType`.

use super::Effect;
use super::link::{Link, Operation};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::Call;
use crate::script::transfer::Mode;

pub(super) fn effect(call: &Call, receiver: Option<(usize, Client)>) -> Option<Effect> {
    if let Some((object, _)) = receiver {
        return operations(call).map(|operations| Effect::On(object, operations));
    }
    if !call.constructs {
        return None;
    }
    let scheme = match call.name.as_str() {
        "FTPClient" | "FTPHTTPClient" => Scheme::Ftp,
        "FTPSClient" => Scheme::Ftps,
        _ => return None,
    };
    Some(Effect::Opens(Box::new(Link::new(Client::CommonsNet, scheme, Mode::Ascii, call.line))))
}

fn operations(call: &Call) -> Option<Vec<Operation>> {
    let one = || call.words(0);
    Some(vec![match call.name.as_str() {
        "connect" => Operation::Connect(one()?, call.words(1)),
        "login" => Operation::Login(one(), call.words(1), call.words(2)),
        "changeWorkingDirectory" | "cwd" => Operation::Directory(one()?),
        "setFileType" => {
            Operation::Type(if one()?.text.to_ascii_uppercase().contains("ASCII") { Mode::Ascii } else { Mode::Binary })
        }
        "retrieveFile" => Operation::Get(one()?, Some(call.words(1).unwrap_or_default()), None),
        "retrieveFileStream" => Operation::Get(one()?, Some(Default::default()), None),
        "storeFile" | "storeUniqueFile" => Operation::Put(call.words(1), one()?, None),
        "storeFileStream" => Operation::Put(None, one()?, None),
        "appendFile" => Operation::Append(call.words(1), one()?, None),
        "deleteFile" => Operation::Delete(one()?),
        "rename" => Operation::Rename(one()?, call.words(1)?),
        "makeDirectory" => Operation::Make(one()?),
        "removeDirectory" => Operation::Remove(one()?),
        "sendCommand" | "sendSiteCommand" => Operation::Raw(one()?),
        "listFiles" | "listNames" => Operation::List("LIST", one()),
        "logout" | "disconnect" => Operation::Quit,
        _ => return None,
    }])
}
