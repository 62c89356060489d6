//! The Windows Internet API in C, Delphi and AutoIt: `InternetConnect`, `FtpPutFile`, `FtpGetFile`, `URLDownloadToFile`.
//!
//! Source: Microsoft's documentation of wininet.h and urlmon. Transfers are binary unless `FTP_TRANSFER_TYPE_ASCII` (1) is
//! among the flags. AutoIt's `_FTP_*` functions are the same calls.

use super::link::{Link, Operation};
use super::{Effect, addresses};
use crate::script::launch::Client;
use crate::script::session::Scheme;
use crate::script::source::{Call, Value};
use crate::script::transfer::Mode;

pub(super) fn effect(call: &Call, client_of: &dyn Fn(usize) -> Option<Client>) -> Option<Effect> {
    let folded = call.name.to_ascii_lowercase();
    let name = folded
        .strip_suffix(['a', 'w'])
        .filter(|name| name.ends_with("connect") || name.ends_with("file") || name.ends_with("directory"))
        .unwrap_or(&folded);
    let autoit = name.starts_with("_ftp_");
    match name {
        "internetconnect" | "_ftp_connect" => {
            let is_ftp = autoit
                || call.arguments.iter().any(|argument| {
                    let text = argument.value.words().text;
                    text == "INTERNET_SERVICE_FTP" || text == "1"
                });
            if !is_ftp {
                return None;
            }
            let (host, port, user) = if autoit { (1, 5, 2) } else { (1, 2, 3) };
            let port = call.words(port).filter(|port| port.text.parse::<u16>().is_ok());
            let connect = Operation::Connect(call.words(host)?, port);
            let login =
                call.words(user).map(|name| Operation::Login(Some(name), call.words(user.saturating_add(1)), None));
            let link = Link::new(Client::Wininet, Scheme::Ftp, Mode::Binary, call.line);
            return Some(Effect::Opens(Box::new(link.with(call, std::iter::once(connect).chain(login)))));
        }
        "urldownloadtofile" | "urldownloadtocachefile" => {
            let link = addresses::download(Client::Wininet, &call.words(1)?, call.words(2), call)?;
            return Some(Effect::Whole(link));
        }
        "inetget" => {
            return Some(Effect::Whole(addresses::download(Client::Wininet, &call.words(0)?, call.words(1), call)?));
        }
        _ => {}
    }
    let object = match call.value(0) {
        Some(Value::Object(object)) if client_of(*object).is_some() => *object,
        _ => return None,
    };
    let one = || call.words(1);
    let ascii = call.arguments.iter().any(|argument| argument.value.words().text.contains("FTP_TRANSFER_TYPE_ASCII"));
    let mode = Some(if ascii { Mode::Ascii } else { Mode::Binary });
    Some(Effect::On(
        object,
        vec![match name {
            "ftpputfile" | "_ftp_fileput" => Operation::Put(one(), call.words(2)?, mode),
            "ftpgetfile" | "_ftp_fileget" => Operation::Get(one()?, call.words(2), mode),
            "ftpdeletefile" | "_ftp_filedelete" => Operation::Delete(one()?),
            "ftprenamefile" | "_ftp_filerename" => Operation::Rename(one()?, call.words(2)?),
            "ftpcreatedirectory" | "_ftp_dircreate" => Operation::Make(one()?),
            "ftpremovedirectory" | "_ftp_dirdelete" => Operation::Remove(one()?),
            "ftpsetcurrentdirectory" | "_ftp_dirsetcurrent" => Operation::Directory(one()?),
            _ => return None,
        }],
    ))
}
