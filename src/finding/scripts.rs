//! Rules over scripts, their launches, sessions and transfers.

use super::judge::{Draft, Matter};
use super::{interpreters, places};
use crate::base::secret::Secret;
use crate::case::{Script, Source};
use crate::script::local_path;
use crate::script::session::{AddressClass, Scheme, Session};
use crate::script::transfer::{Direction, Mode, Transfer};

/// Names that are listed in one explanation.
const NAMES: usize = 5;

pub(super) fn judge(matter: &Matter<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for script in matter.scripts() {
        drafts.extend(executes_download(matter, script));
        drafts.extend(credentials(matter, script));
        drafts.extend(writable_folder(matter, script));
    }
    for (script, session) in matter.sessions() {
        drafts.extend(transfers(script, session, Direction::Download));
        drafts.extend(transfers(script, session, Direction::Upload));
        drafts.extend(host(session));
        drafts.extend(ascii(session));
        drafts.extend(shell_escape(script, session));
        drafts.extend(login(session));
    }
    drafts.extend(script_gone(matter));
    drafts
}

fn executes_download(matter: &Matter<'_>, script: &Script) -> Vec<Draft> {
    let is_download =
        |id: &str| matter.transfer(id).is_some_and(|(_, _, transfer)| transfer.direction == Direction::Download);
    let mut drafts = Vec::new();
    for start in &script.starts {
        let fetched: Vec<String> = start.transfers.iter().filter(|id| is_download(id)).cloned().collect();
        if !fetched.is_empty() {
            let explanation = format!(
                "{} runs {} in line {}, which {} downloads.",
                script.path,
                quoted(&start.command_line),
                start.line,
                fetched.join(", ")
            );
            let refs = [vec![script.id.clone()], fetched].concat();
            let attack = interpreters::fetch_and_run(interpreters::of(script));
            drafts.push(Draft { attack: Some(attack), ..Draft::new("script.executes-download", refs, explanation) });
        }
    }
    for session in script.sessions.iter().filter(|session| session.active && !session.executes.is_empty()) {
        let downloads = session.transfers.iter().filter(|transfer| transfer.direction == Direction::Download);
        let downloads: Vec<&Transfer> = downloads.collect();
        let names = downloads.iter().enumerate().map(|(place, transfer)| {
            let name = transfer.local_path.as_deref().map(local_path::file_name).unwrap_or_default();
            (name.to_ascii_lowercase(), place)
        });
        let mut by_name: Vec<(String, usize)> = names.collect();
        by_name.sort_unstable();
        let first = |word: &str| {
            let word = word.to_ascii_lowercase();
            let (name, place) = by_name.get(by_name.partition_point(|(name, _)| *name < word))?;
            (*name == word).then_some(*place)
        };
        for command_line in &session.executes {
            let words = command_line.split([' ', '\t', '"', ',']).map(local_path::file_name);
            let named = words.filter(|word| !word.is_empty()).filter_map(first).min();
            let told = |transfer: &Transfer| {
                script.starts.iter().any(|start| {
                    start.command_line.trim() == command_line.trim() && start.transfers.contains(&transfer.id)
                })
            };
            let transfer = named.and_then(|place| downloads.get(place).copied());
            if let Some(transfer) = transfer.filter(|transfer| !told(transfer)) {
                let refs = vec![script.id.clone(), session.id.clone(), transfer.id.clone()];
                let explanation = format!(
                    "{} runs {} through the client's shell, which {} downloads.",
                    script.path,
                    quoted(command_line),
                    transfer.id
                );
                let attack = interpreters::fetch_and_run(interpreters::of_client(script));
                drafts
                    .push(Draft { attack: Some(attack), ..Draft::new("script.executes-download", refs, explanation) });
            }
        }
    }
    drafts
}

fn credentials(matter: &Matter<'_>, script: &Script) -> Option<Draft> {
    let sessions = script.sessions.iter().filter(|session| session.active);
    let mut users: Vec<String> = Vec::new();
    for session in sessions {
        let has = |password: Option<&Secret>| password.is_some_and(|password| !password.is_empty());
        let sent = session.credentials.iter().filter(|sent| !sent.anonymous && has(sent.password.as_ref()));
        let meant = session.intended.iter().filter(|meant| has(meant.password.as_ref()));
        let names = sent.map(|sent| sent.username.clone()).chain(meant.map(|meant| meant.username.clone()));
        for name in names {
            let login = format!(
                "{} for {}",
                name.map_or("a password without a user name".to_owned(), |name| quoted(&name)),
                session.host.as_deref().unwrap_or("a host that it does not name")
            );
            if !users.contains(&login) {
                users.push(login);
            }
        }
    }
    (!users.is_empty()).then(|| {
        let holder = match maker(matter, script) {
            Some(maker) => format!("{}, which makes {},", maker.path, script.path),
            None => script.path.clone(),
        };
        let explanation = format!("{holder} holds a login in the clear: {}.", some(&users));
        Draft::new("script.credentials", vec![script.id.clone()], explanation)
    })
}

/// What makes a script that is no file of the evidence.
fn maker<'a>(matter: &Matter<'a>, script: &Script) -> Option<&'a Script> {
    let writer = script.written_by.as_ref().filter(|_| script.source.is_no_file())?;
    matter.index.script(&writer.script)
}

fn writable_folder(matter: &Matter<'_>, script: &Script) -> Option<Draft> {
    let acts = script.sessions.iter().any(|session| session.active);
    let (folder, writers) = places::writable(&script.path).filter(|_| acts)?;
    let whose = writers.clause();
    let explanation = match maker(matter, script) {
        Some(maker) if script.source == Source::WrittenByScript => {
            format!("{} would be written to {folder}, {whose}, by {}.", script.path, maker.path)
        }
        // A command line lies where what says it lies.
        Some(maker) => format!("{} lies in {folder}, {whose}.", maker.path),
        None => format!("{} lies in {folder}, {whose}.", script.path),
    };
    Some(Draft::new("script.writable-folder", vec![script.id.clone()], explanation))
}

fn transfers(script: &Script, session: &Session, direction: Direction) -> Option<Draft> {
    let moved: Vec<&Transfer> = session.transfers.iter().filter(|transfer| transfer.direction == direction).collect();
    let (rule, verb, preposition) = match direction {
        Direction::Download => ("transfer.download", "downloads", "from"),
        Direction::Upload => ("transfer.upload", "uploads", "to"),
    };
    let name = |transfer: &&Transfer| {
        let (here, there) = (&transfer.local_path, &transfer.remote_path);
        let name = if direction == Direction::Download {
            there.as_ref().or(here.as_ref())
        } else {
            here.as_ref().or(there.as_ref())
        };
        name.map_or("a file without a name".to_owned(), |name| quoted(name))
    };
    let names: Vec<String> = moved.iter().map(name).collect();
    let refs = [vec![session.id.clone()], moved.iter().map(|transfer| transfer.id.clone()).collect()].concat();
    let host = session.host.as_deref().unwrap_or("a host that it does not name");
    let explanation = format!("{} {verb} {} {preposition} {host}.", script.path, some(&names));
    (!moved.is_empty()).then(|| Draft::new(rule, refs, explanation))
}

fn host(session: &Session) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let Some(host) = session.host.as_deref() else { return drafts };
    if session.address_class == Some(AddressClass::Public) {
        let explanation = format!("Session {} goes to {host}, a public address without a name.", session.id);
        drafts.push(Draft::new("session.raw-public-address", vec![session.id.clone()], explanation));
    }
    let standard = match session.scheme {
        Scheme::Ftp => 21,
        Scheme::Ftps => 990,
        Scheme::Sftp => 22,
    };
    let is_standard = |port: u16| port == standard || (session.scheme == Scheme::Ftps && port == 21);
    if let Some(port) = session.port.filter(|port| !is_standard(*port)) {
        let explanation =
            format!("Session {} goes to port {port} of {host}; the standard port is {standard}.", session.id);
        drafts.push(Draft::new("session.nonstandard-port", vec![session.id.clone()], explanation));
    }
    drafts
}

/// Extensions of files that the rewriting of line ends damages.
const BINARY: &[&str] = &[
    "exe", "dll", "sys", "scr", "ocx", "cpl", "msi", "com", "zip", "rar", "7z", "gz", "tgz", "cab", "iso", "jpg",
    "png", "gif", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "jar", "bin", "elf", "so", "deb", "rpm", "apk",
    "mp3", "mp4", "pst", "mdb", "evtx", "dmp", "kirbi", "lnk",
];

fn ascii(session: &Session) -> Vec<Draft> {
    let damaged = |transfer: &&Transfer| {
        let name = transfer.remote_path.as_deref().or(transfer.local_path.as_deref()).unwrap_or_default();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
        transfer.mode == Mode::Ascii && BINARY.contains(&extension.as_str())
    };
    let explain = |transfer: &Transfer| {
        let name = transfer.remote_path.as_deref().or(transfer.local_path.as_deref()).unwrap_or_default();
        let explanation = format!(
            "Transfer {} moves {} in ASCII mode, since no line before it says binary: what arrives is damaged.",
            transfer.id,
            quoted(name)
        );
        Draft::new("transfer.ascii-executable", vec![transfer.id.clone()], explanation)
    };
    session.transfers.iter().filter(damaged).map(explain).collect()
}

fn shell_escape(script: &Script, session: &Session) -> Option<Draft> {
    let commands: Vec<String> = session.executes.iter().map(|command| quoted(command)).collect();
    (!commands.is_empty()).then(|| {
        let explanation = format!("{} runs {} through the client's shell.", script.path, some(&commands));
        let attack = interpreters::run(interpreters::of_client(script));
        Draft { attack: Some(attack), ..Draft::new("script.shell-escape", vec![session.id.clone()], explanation) }
    })
}

fn login(session: &Session) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if session.credentials.iter().any(|sent| sent.anonymous) {
        let explanation = format!("Session {} logs in anonymously.", session.id);
        drafts.push(Draft::new("session.anonymous", vec![session.id.clone()], explanation));
    }
    if let Some(meant) = &session.intended {
        let sent = session.credentials.last().and_then(|sent| sent.username.as_deref());
        let name = |name: Option<&str>| name.map_or("no user name".to_owned(), quoted);
        let explanation = if sent == meant.username.as_deref() {
            format!("Session {} sends another password for {} than its author meant.", session.id, name(sent))
        } else {
            let meant = name(meant.username.as_deref());
            format!("Session {} sends {} as its user name, its author meant {meant}.", session.id, name(sent))
        };
        drafts.push(Draft::new("session.intended-login-differs", vec![session.id.clone()], explanation));
    }
    drafts
}

fn script_gone(matter: &Matter<'_>) -> Vec<Draft> {
    let gone = matter.case.launches.iter().filter(|launch| launch.would_run && launch.scripts.is_empty());
    gone.filter_map(|launch| {
        let script = launch.script_path.as_deref()?;
        let explanation = format!(
            "{} is started with the script {}, which is not on the evidence.",
            quoted(&launch.command_line),
            quoted(script)
        );
        let found_in = launch.found_in.script.iter().cloned();
        Some(Draft::new(
            "launch.script-gone",
            std::iter::once(launch.id.clone()).chain(found_in).collect(),
            explanation,
        ))
    })
    .collect()
}

pub(super) fn quoted(text: &str) -> String {
    format!("“{text}”")
}

/// The first few of a list, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    let listed = names.get(..NAMES).unwrap_or(names).join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
