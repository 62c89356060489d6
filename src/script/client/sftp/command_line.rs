//! Command lines of the clients of SFTP.

use crate::script::client::world::StoredSite;
use crate::script::launch::{Client, Launch};
use crate::script::local_path;

/// What a command line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    /// The directory to start in, or the file to fetch.
    pub(super) path: Option<String>,
    pub(super) key: bool,
    pub(super) script: Option<String>,
    /// The session of PuTTY that `-load` names.
    pub(super) load: Option<String>,
    /// The session of PuTTY that is meant, where it is known.
    pub(super) stored: Option<StoredSite>,
    /// Copies of `scp`: remote and local names, and whether the remote one is the target.
    pub(super) copies: Vec<(String, String, bool)>,
}

/// Which program it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Sftp,
    Psftp,
    Scp,
    Pscp,
}

fn program(word: &str) -> Option<Program> {
    let name = local_path::file_name(word.trim_matches(['"', '\'', '@'])).to_ascii_lowercase();
    match name.strip_suffix(".exe").unwrap_or(&name) {
        "sftp" => Some(Program::Sftp),
        "psftp" => Some(Program::Psftp),
        "scp" => Some(Program::Scp),
        "pscp" => Some(Program::Pscp),
        _ => None,
    }
}

/// The launch of a client of SFTP; nothing if the program is another or its line names no server.
#[must_use]
pub fn launch(words: &[String]) -> Option<Launch> {
    let (word, arguments) = words.split_first()?;
    let program = program(word)?;
    let target = parse(program, arguments);
    let copies = matches!(program, Program::Scp | Program::Pscp);
    let is_named = target.host.is_some() || target.load.is_some();
    if !is_named && target.script.is_none() || copies && target.copies.is_empty() {
        return None;
    }
    Some(Launch {
        client: if matches!(program, Program::Sftp | Program::Scp) { Client::Sftp } else { Client::Psftp },
        would_run: true,
        script_path: target.script.clone().filter(|script| script != "-"),
        host: target.host.clone(),
        port: target.port,
        tells_all: target.script.is_none()
            && (copies || target.user.is_some() || target.path.is_some() || target.host.is_none()),
        needs_store: target.script.is_none() && target.host.is_none(),
        reads_input: !copies,
        ..Launch::default()
    })
}

/// What the arguments of a launch say.
pub(super) fn read(word: &str, client: Client, arguments: &[String]) -> Option<Target> {
    let program = program(word).unwrap_or(if client == Client::Psftp { Program::Psftp } else { Program::Sftp });
    (!arguments.is_empty()).then(|| parse(program, arguments))
}

fn parse(program: Program, arguments: &[String]) -> Target {
    let mut target = Target::default();
    let mut places: Vec<&str> = Vec::new();
    let mut rest = arguments.iter();
    let putty = matches!(program, Program::Psftp | Program::Pscp);
    while let Some(argument) = rest.next() {
        let Some(body) = argument.strip_prefix('-').filter(|body| !body.is_empty()) else {
            places.push(argument);
            continue;
        };
        if putty {
            let mut value = || rest.next().cloned();
            match body {
                "pw" => target.password = value(),
                "l" => target.user = value(),
                "P" => target.port = value().and_then(|port| port.parse().ok()),
                "b" => target.script = value(),
                "i" => target.key = value().is_some(),
                "load" => target.load = value(),
                "pwfile" | "hostkey" | "sshlog" | "sshrawlog" | "proxycmd" | "logappend" => {
                    value();
                }
                _ => {}
            }
            continue;
        }
        for (at, letter) in body.char_indices() {
            if !"BbcDFiJloPRsSX".contains(letter) {
                continue;
            }
            let inline = body.get(at.saturating_add(1)..).unwrap_or_default();
            let value =
                if inline.is_empty() { rest.next().cloned() } else { Some(inline.to_owned()) }.unwrap_or_default();
            match letter {
                'b' if program == Program::Sftp => target.script = Some(value),
                'P' => target.port = value.parse().ok(),
                'i' => target.key = true,
                'o' => option(&value, &mut target),
                _ => {}
            }
            break;
        }
    }
    if matches!(program, Program::Scp | Program::Pscp) {
        copies(&places, &mut target);
    } else if let Some(place) = places.first() {
        server(place, &mut target);
    }
    target
}

/// `-o Name=value`
fn option(text: &str, target: &mut Target) {
    let (name, value) = text.split_once(['=', ' ']).unwrap_or((text, ""));
    match name.to_ascii_lowercase().as_str() {
        "port" => target.port = value.trim().parse().ok(),
        "user" => target.user = Some(value.trim().to_owned()),
        "identityfile" => target.key = true,
        _ => {}
    }
}

/// `[user@]host[:path]`, `sftp://[user[:password]@]host[:port][/path]`
fn server(place: &str, target: &mut Target) {
    if let Some(url) = crate::script::url::parse(place) {
        target.user = url.username.clone().or(target.user.take());
        target.password = url.password.as_ref().map(|secret| secret.reveal().to_owned()).or(target.password.take());
        target.port = url.port.or(target.port);
        target.path = Some(url.path.clone()).filter(|path| !path.is_empty());
        target.host = Some(url.host);
        return;
    }
    let (login, host) = place.rsplit_once('@').map_or((None, place), |(login, host)| (Some(login), host));
    target.user = login.map(str::to_owned).or(target.user.take());
    let (host, path) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((host, path)) => (host, path.strip_prefix(':')),
        None => host.split_once(':').map_or((host, None), |(host, path)| (host, Some(path))),
    };
    target.path = path.filter(|path| !path.is_empty()).map(str::to_owned);
    target.host = Some(host.to_owned()).filter(|host| !host.is_empty());
}

/// The copies of `scp a b user@host:target` and the other way round; only places with a user are taken for remote ones, as
/// a drive is written alike.
fn copies(places: &[&str], target: &mut Target) {
    let is_remote = |place: &str| {
        let login = place.split_once(':').map_or("", |(login, _)| login);
        login.contains('@') && !login.contains(['/', '\\']) || crate::script::url::parse(place).is_some()
    };
    let Some((last, sources)) = places.split_last() else { return };
    if is_remote(last) {
        server(last, target);
        let remote = target.path.take().unwrap_or_default();
        for source in sources.iter().filter(|source| !is_remote(source)) {
            let file = local_path::file_name(source.trim_end_matches(['/', '\\']));
            let remote = match remote.as_str() {
                "" => file.to_owned(),
                path if path.ends_with('/') || matches!(path, "." | "~") => {
                    format!("{}/{file}", path.trim_end_matches('/'))
                }
                path => path.to_owned(),
            };
            target.copies.push((remote, (*source).to_owned(), true));
        }
        return;
    }
    for source in sources.iter().filter(|source| is_remote(source)) {
        server(source, target);
        let remote = target.path.take().unwrap_or_default();
        let file = local_path::file_name(&remote);
        let local = match *last {
            "." => file.to_owned(),
            path if path.ends_with(['/', '\\']) => format!("{path}{file}"),
            path => path.to_owned(),
        };
        target.copies.push((remote, local, false));
    }
}
