//! `rclone` (rclone.org, "Syntax of remote paths", "FTP"): `rclone copy C:\d :ftp:in --ftp-host …`,
//! `rclone copy ":ftp,host=…,user=…:dir" /d`.

use super::call::{Call, Orders};
use super::options::{self, Grammar, Item};
use super::visit::{Move, Visit, local_join, remote_join};
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::client::world::StoredSite;
use crate::script::launch::Client;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};
use crate::script::transfer::Mode;
use std::collections::BTreeMap;

const GRAMMAR: Grammar = Grammar {
    letters: "",
    attached: "",
    names: &[
        "ftp-host",
        "ftp-user",
        "ftp-pass",
        "ftp-port",
        "sftp-host",
        "sftp-user",
        "sftp-pass",
        "sftp-port",
        "config",
        "include",
        "exclude",
        "filter",
        "files-from",
        "include-from",
        "exclude-from",
        "filter-from",
        "min-age",
        "max-age",
        "min-size",
        "max-size",
        "bwlimit",
        "transfers",
        "checkers",
        "log-file",
        "log-level",
        "retries",
        "timeout",
        "contimeout",
        "stats",
        "backup-dir",
        "max-depth",
        "max-transfer",
        "low-level-retries",
        "buffer-size",
    ],
    flags: &[],
};

/// The verbs that move or change files: those for which a remote is looked up.
const MOVES: [&str; 13] = [
    "copy",
    "sync",
    "move",
    "bisync",
    "copyto",
    "moveto",
    "rcat",
    "cat",
    "delete",
    "purge",
    "deletefile",
    "mkdir",
    "rmdir",
];

/// A server as a path names it: by its options, or by the name of a remote that is in store.
#[derive(Debug, Clone, Default)]
struct Remote {
    own: BTreeMap<String, String>,
    scheme: Scheme,
    stored: Option<StoredSite>,
}

/// One side of a transfer.
enum Side<'a> {
    /// A path of this host.
    Here(&'a str),
    /// A path on the server, with the options that stand in it.
    There(Box<Remote>, &'a str),
    /// Another remote: nothing that this tool reads.
    Elsewhere,
}

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    let mut options = BTreeMap::new();
    let mut operands = Vec::new();
    let mut store = None;
    for item in options::items(call.arguments, GRAMMAR) {
        match item {
            Item::Option(name, Some(value)) if name.starts_with("ftp-") || name.starts_with("sftp-") => {
                options.insert(name.to_owned(), value.to_owned());
            }
            Item::Option(name @ ("ftp-tls" | "ftp-explicit-tls"), None) => {
                options.insert(name.to_owned(), "true".to_owned());
            }
            Item::Option("config", file) => store = file,
            Item::Option(..) => {}
            Item::Operand(word) => operands.push(word),
        }
    }
    let (verb, paths) = operands.split_first()?;
    if *verb == "config" {
        return configured(paths, call);
    }
    let asks = |name: &str| call.world.and_then(|world| world.site(Client::Rclone, name, store));
    let sides: Vec<Side<'_>> = paths.iter().map(|path| side(path, &options, &asks)).collect();
    if call.world.is_none() && MOVES.contains(verb) && sides.iter().any(|side| matches!(side, Side::Elsewhere)) {
        let known = sides.iter().any(|side| matches!(side, Side::There(..)));
        if !known {
            return Some(Orders { needs_store: true, ..Orders::default() });
        }
    }
    let session = match (*verb, sides.as_slice()) {
        ("copy" | "sync" | "move" | "bisync", [from, to, ..]) => between(call, &options, from, to, true),
        ("copyto" | "moveto", [from, to, ..]) => between(call, &options, from, to, false),
        ("rcat", [Side::There(server, path), ..]) => {
            let mut visit = open(call, &options, server)?;
            visit.transfer(Move::put(*path, None));
            visit.doubt("what is uploaded comes from standard input");
            Some(visit.finish())
        }
        ("cat", [Side::There(server, path), ..]) => {
            let mut visit = open(call, &options, server)?;
            visit.transfer(Move::get(*path, call.output.map(str::to_owned)));
            Some(visit.finish())
        }
        (verb, [Side::There(server, path), ..]) => {
            let mut visit = open(call, &options, server)?;
            match verb {
                "delete" | "purge" | "deletefile" => visit.session.deletes.push((*path).to_owned()),
                "mkdir" => visit.session.makes_directories.push((*path).to_owned()),
                "rmdir" | "rmdirs" => visit.session.removes_directories.push((*path).to_owned()),
                _ => {}
            }
            Some(visit.finish())
        }
        _ => None,
    };
    Orders::of(session.into_iter().collect())
}

fn between(
    call: &Call<'_>,
    options: &BTreeMap<String, String>,
    from: &Side<'_>,
    to: &Side<'_>,
    whole: bool,
) -> Option<Session> {
    let name = |path: &str, local: bool| match (whole, local) {
        (true, true) => local_join(path.trim_end_matches(['/', '\\']), "**"),
        (true, false) => remote_join(path.trim_end_matches('/'), "**"),
        (false, _) => path.to_owned(),
    };
    let (server, moved) = match (from, to) {
        (Side::Here(local), Side::There(server, remote)) => {
            (server, Move::put(name(remote, false), Some(name(local, true))))
        }
        (Side::There(server, remote), Side::Here(local)) => {
            (server, Move::get(name(remote, false), Some(name(local, true))))
        }
        (Side::There(server, remote), Side::Elsewhere) => (server, Move::get(name(remote, false), None)),
        (Side::Elsewhere, Side::There(server, remote)) => (server, Move::put(name(remote, false), None)),
        _ => return None,
    };
    let mut visit = open(call, options, server)?;
    visit.transfer(Move { mode: Mode::Binary, pattern: whole, ..moved });
    Some(visit.finish())
}

/// The server: options in the path come before those of the command line.
fn open<'a>(call: &'a Call<'a>, options: &BTreeMap<String, String>, server: &Remote) -> Option<Visit<'a>> {
    let Remote { own, scheme, stored } = server;
    let scheme = *scheme;
    if let Some(site) = stored {
        let mut visit = Visit::stored(site, call, 0);
        if let Some(host) = own.get("host") {
            visit.session.host = Some(host.clone());
            visit.session.address_class = Some(address::classify(host));
        }
        if let Some(port) = own.get("port").and_then(|port| port.parse().ok()) {
            visit.session.port = Some(port);
        }
        if let Some(user) = own.get("user") {
            visit.login(user, own.get("pass").and_then(|pass| obscured::rclone(pass)));
        }
        visit.send_login();
        return Some(visit);
    }
    let family = if scheme == Scheme::Sftp { "sftp" } else { "ftp" };
    let option = |name: &str| own.get(name).or_else(|| options.get(&format!("{family}-{}", name.replace('_', "-"))));
    let is_set = |name: &str| option(name).is_some_and(|value| value != "false");
    let host = option("host")?;
    let implicit = scheme == Scheme::Ftp && is_set("tls");
    let scheme = if implicit || scheme == Scheme::Ftp && is_set("explicit_tls") { Scheme::Ftps } else { scheme };
    let default = match scheme {
        Scheme::Sftp => 22,
        _ if implicit => 990,
        _ => 21,
    };
    let port = option("port").and_then(|port| port.parse().ok()).unwrap_or(default);
    let mut visit = Visit::at(scheme, host, port, call, 0);
    let password = option("pass").map(|pass| obscured::rclone(pass));
    if let Some(None) = password {
        visit.doubt("the password is obscured in a way that cannot be revealed");
    }
    if let Some(user) = option("user") {
        visit.login(user, password.flatten());
    } else if let Some(password) = password.flatten() {
        // Without a name rclone takes that of the user who runs it.
        visit
            .session
            .credentials
            .push(crate::script::session::Credential { password: Some(password), ..Default::default() });
    }
    visit.send_login();
    Some(visit)
}

fn side<'a>(path: &'a str, options: &BTreeMap<String, String>, asks: &dyn Fn(&str) -> Option<StoredSite>) -> Side<'a> {
    let mut quote = None;
    let colon = path.char_indices().skip(1).find(|(_, c)| match (quote, c) {
        (Some(open), c) if open == *c => {
            quote = None;
            false
        }
        (None, '"' | '\'') => {
            quote = Some(*c);
            false
        }
        (None, ':') => true,
        _ => false,
    });
    let Some((at, _)) = colon else { return Side::Here(path) };
    let (remote, tail) = path.split_at_checked(at).unwrap_or((path, ""));
    if remote.chars().count() == 1 || remote.contains(['/', '\\']) && !remote.starts_with(':') {
        return Side::Here(path);
    }
    let mut parts = split_quoted(remote);
    let name = if parts.is_empty() { String::new() } else { parts.remove(0) };
    let own: BTreeMap<String, String> = parts
        .iter()
        .map(|part| part.split_once('=').unwrap_or((part, "true")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let tail = tail.strip_prefix(':').unwrap_or(tail);
    match name.as_str() {
        ":ftp" => Side::There(Box::new(Remote { own, ..Remote::default() }), tail),
        ":sftp" => Side::There(Box::new(Remote { own, scheme: Scheme::Sftp, ..Remote::default() }), tail),
        // A remote by name whose server the command line overrides.
        _ if options.contains_key("ftp-host") => Side::There(Box::new(Remote { own, ..Remote::default() }), tail),
        name => match asks(name) {
            Some(site) => Side::There(Box::new(Remote { own, scheme: site.session.scheme, stored: Some(site) }), tail),
            None => Side::Elsewhere,
        },
    }
}

/// The parts between commas; a value in quotes may hold commas and doubled quotes.
fn split_quoted(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(last) = parts.last_mut() else { break };
        match (quote, character) {
            (Some(open), c) if open == c => {
                if characters.next_if_eq(&open).is_some() {
                    last.push(open);
                } else {
                    quote = None;
                }
            }
            (None, '"' | '\'') => quote = Some(character),
            (None, ',') => parts.push(String::new()),
            _ => last.push(character),
        }
    }
    parts
}

/// `rclone config create NAME ftp host=… user=… pass=…`: a login that is put in store. It obscures a plain password itself.
fn configured(words: &[&str], call: &Call<'_>) -> Option<Orders> {
    let ["create" | "update", _, kind @ ("ftp" | "sftp"), rest @ ..] = words else { return None };
    let pairs: Vec<(&str, &str)> = if rest.iter().all(|word| word.contains('=')) {
        rest.iter().filter_map(|word| word.split_once('=')).collect()
    } else {
        rest.iter().zip(rest.iter().skip(1)).step_by(2).map(|(key, value)| (*key, *value)).collect()
    };
    let value = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let (scheme, default) = if *kind == "ftp" { (Scheme::Ftp, 21) } else { (Scheme::Sftp, 22) };
    let port = value("port").and_then(|port| port.parse().ok()).unwrap_or(default);
    let mut visit = Visit::at(scheme, value("host")?, port, call, 0);
    if let Some(user) = value("user") {
        let password = value("pass").map(|pass| obscured::rclone(pass).unwrap_or_else(|| Secret::new(pass)));
        visit.login(user, password);
    }
    visit.wire.clear();
    Orders::of(vec![visit.finish()])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, sessions};
    use crate::script::launch::Platform;

    #[test]
    fn remotes_on_the_command_line() {
        check(
            Platform::Windows,
            &[
                (
                    "rclone copy C:\\d :ftp:in --ftp-host 192.0.2.75 --ftp-user ann --ftp-pass YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ",
                    &["ftp ann:potato@192.0.2.75:21 put in/** <- C:\\d\\** *"],
                ),
                (
                    "rclone copy C:\\d :ftp:in --ftp-host h.x --ftp-user ann --ftp-pass ???",
                    &["ftp ann:?@h.x:21 put in/** <- C:\\d\\** *"],
                ),
                (
                    "rclone sync \":ftp,host=h.x,user=ann,port=2121:a/b\" /d",
                    &["ftp ann:?@h.x:2121 get a/b/** -> /d/** *"],
                ),
                ("rclone copyto a.z \":ftp,host=\"\"h.x\"\":in/b.z\" --ftp-tls", &["ftps h.x:990 put in/b.z <- a.z"]),
                ("rclone copyto :sftp,host=h.x,user=ann:a b", &["sftp ann:?@h.x:22 get a -> b"]),
                ("rclone config create n ftp host=h.x user=ann pass=pw", &["ftp ann:pw@h.x:21"]),
                ("rclone copy C:\\d remote:in", &[]),
                ("rclone version", &[]),
            ],
        );
        assert_eq!(sessions("rclone purge :ftp,host=h.x:old", Platform::Unix)[0].deletes, ["old"]);
    }
}
