//! PHP: the `ftp_*` functions, `ftp://` streams, curl, and of SFTP `ssh2_*` and phpseclib.
//!
//! Source: the PHP manual, FTP functions and "ftp://" wrapper. `FTP_BINARY` is the default mode of `ftp_get` and
//! `ftp_put`; before PHP 7.3 it had to be given. Streams are always binary.

use super::link::{Link, Operation, given};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::{Call, Value, Words};
use crate::script::transfer::Mode;

pub(super) fn effect(call: &Call, client_of: &dyn Fn(usize) -> Option<Client>) -> Option<Effect> {
    let name = call.name.to_ascii_lowercase();
    match name.as_str() {
        "ftp_connect" | "ftp_ssl_connect" => {
            let scheme = if name == "ftp_connect" { Scheme::Ftp } else { Scheme::Ftps };
            let link = Link::new(Client::PhpFtp, scheme, Mode::Binary, call.line);
            let host = call.words(0).map(|host| Operation::Connect(host, call.words(1)));
            Some(Effect::Opens(Box::new(link.with(call, host))))
        }
        "ssh2_connect" => {
            let link = Link::new(Client::Sftp, Scheme::Sftp, Mode::Binary, call.line);
            let host = call.words(0).map(|host| Operation::Connect(host, call.words(1)));
            Some(Effect::Opens(Box::new(link.with(call, host))))
        }
        "sftp" | "net_sftp" if call.constructs => {
            let link = Link::new(Client::Sftp, Scheme::Sftp, Mode::Binary, call.line);
            let host = call.words(0).map(|host| Operation::Connect(host, call.words(1)));
            Some(Effect::Opens(Box::new(link.with(call, host))))
        }
        "file_get_contents" | "file" | "readfile" | "fopen" => {
            let address = call.words(0)?;
            let writes =
                name == "fopen" && call.words(1).is_some_and(|mode| mode.text.starts_with(['w', 'a', 'x', 'c']));
            let link = if writes {
                addresses::upload(Client::PhpFtp, &address, None, call)
            } else {
                addresses::download(Client::PhpFtp, &address, Some(Words::default()), call)
            };
            Some(Effect::Whole(link?))
        }
        "file_put_contents" => {
            let local = match call.value(1) {
                Some(Value::Unknown(_)) | None => None,
                value => given(value).filter(|words| words.text.len() < 300 && !words.text.contains('\n')),
            };
            Some(Effect::Whole(addresses::upload(Client::PhpFtp, &call.words(0)?, local, call)?))
        }
        "copy" => {
            let (from, to) = (call.words(0)?, call.words(1)?);
            let link = addresses::download(Client::PhpFtp, &from, Some(to.clone()), call)
                .or_else(|| addresses::upload(Client::PhpFtp, &to, Some(from), call))?;
            Some(Effect::Whole(link))
        }
        "unlink" => {
            let (link, path) = addresses::link(Client::PhpFtp, &call.words(0)?, call)?;
            Some(Effect::Whole(Box::new(link.with(call, [Operation::Delete(path)]))))
        }
        _ => on_link(call, &name, client_of),
    }
}

/// The functions whose first argument is the link, and the methods of phpseclib.
fn on_link(call: &Call, name: &str, client_of: &dyn Fn(usize) -> Option<Client>) -> Option<Effect> {
    let link = |value: Option<&Value>| match value {
        Some(Value::Object(object)) => client_of(*object).map(|client| (*object, client)),
        _ => None,
    };
    if let Some((object, Client::Sftp)) = link(call.receiver.as_ref()) {
        let operation = match name {
            "login" => Operation::Login(call.words(0), call.words(1), None),
            "put" => Operation::Put(call.words(1), call.words(0)?, None),
            "get" => Operation::Get(call.words(0)?, call.words(1), None),
            "chdir" => Operation::Directory(call.words(0)?),
            "delete" => Operation::Delete(call.words(0)?),
            _ => return None,
        };
        return Some(Effect::On(object, vec![operation]));
    }
    let (object, _) = link(call.value(0))?;
    let one = || call.words(1);
    let mode = |index: usize| {
        let word = call.words(index)?.text.to_ascii_uppercase();
        Some(if word.contains("ASCII") || word.contains("TEXT") || word == "1" { Mode::Ascii } else { Mode::Binary })
    };
    let operations = vec![match name {
        "ftp_login" | "ssh2_auth_password" => Operation::Login(one(), call.words(2), None),
        "ftp_chdir" => Operation::Directory(one()?),
        "ftp_cdup" => Operation::Directory(Words::known("..")),
        "ftp_get" | "ftp_nb_get" => Operation::Get(call.words(2)?, one(), mode(3)),
        "ftp_fget" | "ftp_nb_fget" => Operation::Get(call.words(2)?, Some(one().unwrap_or_default()), mode(3)),
        "ftp_put" | "ftp_nb_put" | "ftp_fput" | "ftp_nb_fput" => Operation::Put(call.words(2), one()?, mode(3)),
        "ftp_append" => Operation::Append(call.words(2), one()?, mode(3)),
        "ssh2_scp_send" => Operation::Put(one(), call.words(2)?, None),
        "ssh2_scp_recv" => Operation::Get(one()?, call.words(2), None),
        "ftp_delete" => Operation::Delete(one()?),
        "ftp_rename" => Operation::Rename(one()?, call.words(2)?),
        "ftp_mkdir" => Operation::Make(one()?),
        "ftp_rmdir" => Operation::Remove(one()?),
        "ftp_site" => Operation::Raw(prefixed("SITE ", &one()?)),
        "ftp_exec" => Operation::Raw(prefixed("SITE EXEC ", &one()?)),
        "ftp_chmod" => Operation::Raw(Words {
            text: format!("SITE CHMOD {} {}", one()?.text, call.words(2)?.text),
            fields: Vec::new(),
        }),
        "ftp_raw" => Operation::Raw(one()?),
        "ftp_nlist" => Operation::List("NLST", one()),
        "ftp_rawlist" | "ftp_mlsd" => Operation::List("LIST", one()),
        "ftp_close" | "ftp_quit" => Operation::Quit,
        "ftp_pasv" | "ftp_pwd" | "ftp_size" | "ftp_mdtm" | "ftp_set_option" | "ftp_systype" | "ssh2_sftp" => {
            return Some(Effect::On(object, Vec::new()));
        }
        _ => return None,
    }];
    Some(Effect::On(object, operations))
}

fn prefixed(head: &str, words: &Words) -> Words {
    Words { text: format!("{head}{}", words.text), fields: words.fields.clone() }
}
