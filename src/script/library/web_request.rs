//! .NET in source code: `WebClient`, `FtpWebRequest`, `NetworkCredential`.
//!
//! Source: the API documentation of System.Net. `FtpWebRequest.UseBinary` is true unless it is set otherwise, its method
//! RETR; `WebClient.UploadFile` stores.

use super::link::{Link, Operation, given};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::{Call, Value, Words};
use crate::script::transfer::Mode;

pub(super) fn opens(call: &Call) -> Option<Effect> {
    let empty = || Link::new(Client::Dotnet, Scheme::Ftp, Mode::Binary, call.line);
    match (call.name.as_str(), call.constructs) {
        ("WebClient", true) => Some(Effect::Opens(Box::new(empty()))),
        ("Create", false) if call.path.contains("WebRequest") => {
            let (link, path) = addresses::link(Client::Dotnet, &call.words(0)?, call)?;
            let get = Operation::Get(path, Some(Words::default()), None);
            Some(Effect::Opens(Box::new(link.with(call, [get]))))
        }
        _ => None,
    }
}

/// The methods of a client, each with the address that it is for.
pub(super) fn on(call: &Call) -> Option<Vec<Operation>> {
    let address = call.words(0)?;
    let (_, path) = addresses::link(Client::Dotnet, &address, call)?;
    let parsed = crate::script::url::parse(&address.text)?;
    let known = |text: &str| Words {
        text: text.to_owned(),
        fields: address.fields.iter().filter(|field| text.contains(field.as_str())).cloned().collect(),
    };
    let mut operations =
        vec![Operation::Connect(known(&parsed.host), parsed.port.map(|port| Words::known(port.to_string())))];
    if let Some(user) = &parsed.username {
        operations.push(Operation::Login(
            Some(known(user)),
            parsed.password.as_ref().map(|password| known(password.reveal())),
            None,
        ));
    }
    let last =
        call.arguments.iter().rev().map(|argument| &argument.value).find(|value| !matches!(value, Value::Nothing));
    operations.push(match call.name.as_str() {
        "DownloadFile" | "DownloadFileAsync" | "DownloadFileTaskAsync" => Operation::Get(path, call.words(1), None),
        "DownloadString" | "DownloadData" | "OpenRead" => Operation::Get(path, Some(Words::default()), None),
        "UploadFile" | "UploadFileAsync" | "UploadFileTaskAsync" => Operation::Put(given(last), path, None),
        "UploadString" | "UploadData" | "OpenWrite" => Operation::Put(None, path, None),
        _ => return None,
    });
    Some(operations)
}
