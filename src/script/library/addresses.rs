//! Addresses of FTP that a function opens by itself: `urlopen`, `file_get_contents`, `getstore`, `DownloadFile`.

use super::link::{Link, Operation, named_like};
use crate::script::launch::Client;
use crate::script::source::{Call, Words};
use crate::script::transfer::Mode;
use crate::script::url;

/// A link to the host of an address, logged in, and the path behind it; nothing where the text is no address of FTP.
pub(super) fn link(client: Client, address: &Words, call: &Call) -> Option<(Link, Words)> {
    let parsed = url::parse(&address.text)?;
    let put = |text: &str| Words {
        text: text.to_owned(),
        fields: address.fields.iter().filter(|field| text.contains(field.as_str())).cloned().collect(),
    };
    let host = put(&parsed.host);
    let port = parsed.port.map(|port| Words::known(port.to_string()));
    let mut operations = vec![Operation::Connect(host, port)];
    if let Some(user) = &parsed.username {
        let password = parsed.password.as_ref().map(|password| put(password.reveal()));
        operations.push(Operation::Login(Some(put(user)), password, None));
    }
    let mode = parsed.mode.unwrap_or(Mode::Binary);
    let mut link = Link::new(client, parsed.scheme, mode, call.line);
    link.apply(call, &call.source, operations);
    Some((link, put(&parsed.path)))
}

/// A download of an address; the local name is the last one of the path where none is given.
pub(super) fn download(client: Client, address: &Words, local: Option<Words>, call: &Call) -> Option<Box<Link>> {
    let (link, path) = link(client, address, call)?;
    let local = local.unwrap_or_else(|| named_like(&path));
    Some(Box::new(link.with(call, [Operation::Get(path, Some(local), None)])))
}

/// An upload to an address.
pub(super) fn upload(client: Client, address: &Words, local: Option<Words>, call: &Call) -> Option<Box<Link>> {
    let (link, path) = link(client, address, call)?;
    Some(Box::new(link.with(call, [Operation::Put(local, path, None)])))
}
