//! Every way of writing, feeding and running an FTP script that is known from practice, and what must come out of each.
//!
//! A row holds the files of a host and, line by line, what a scan of it must say: of each session the server and the login,
//! then what it moves, runs and changes; then the launches that stand for themselves.

mod clients;
mod scripts;
mod writers;

use crate::support::case;
use ftpsift::case::{Case, Source};
use ftpsift::report::json;
use ftpsift::report::secrets::{self, Secrets};
use ftpsift::script::launch::Launch;
use ftpsift::script::reading::Confidence;
use ftpsift::script::session::{Credential, Role, Scheme, Session};
use ftpsift::script::transfer::{Direction, Mode, Transfer};

/// What is on the host, and what must be said of it.
struct Variant {
    about: &'static str,
    files: &'static [(&'static str, &'static str)],
    says: &'static [&'static str],
}

/// A row whose only file is named here.
const fn variant(
    about: &'static str,
    files: &'static [(&'static str, &'static str)],
    says: &'static [&'static str],
) -> Variant {
    Variant { about, files, says }
}

#[test]
fn every_variant_comes_out_as_it_must() {
    let rows: Vec<&Variant> = rows().collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let said = told(&case(row.files.iter().copied()));
        if said != row.says {
            wrong.push(format!("{}\n  must say {:#?}\n  says     {said:#?}", row.about, row.says));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
#[cfg(unix)]
fn their_reports_satisfy_the_schema() {
    let schema = crate::support::run(&["schema", "scan"]).stdout;
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    for row in rows() {
        let report = serde_json::from_str(&written(&case(row.files.iter().copied()))).unwrap();
        let faults: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{}", row.about);
    }
}

#[test]
fn their_reports_keep_secrets_when_asked() {
    for row in rows() {
        let mut case = case(row.files.iter().copied());
        let passwords = passwords(&case);
        let shown = written(&case);
        secrets::protect(&mut case, &mut [], &Secrets::Mask);
        let masked = written(&case);
        for password in passwords {
            assert!(shown.contains(&password), "{}: {password} is not shown when it should be", row.about);
            assert!(!masked.contains(&password), "{}: {password} is shown in\n{masked}", row.about);
        }
    }
}

/// The passwords of a case that are long enough to be no part of another word.
fn passwords(case: &Case) -> Vec<String> {
    let sessions = case.scripts.iter().flat_map(|script| &script.sessions);
    let logins = sessions.flat_map(|session| &session.credentials).filter(|login| !login.anonymous);
    let passwords = logins.filter_map(|login| Some(login.password.as_ref()?.reveal().trim().to_owned()));
    passwords.filter(|password| password.len() > 3 && !password.contains(['\\', '"'])).collect()
}

fn written(case: &Case) -> String {
    let mut out = Vec::new();
    json::write(case, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn rows() -> impl Iterator<Item = &'static Variant> {
    [scripts::VARIANTS, writers::VARIANTS, clients::VARIANTS].into_iter().flatten()
}

/// All that a scan says of FTP, one line for each fact.
fn told(case: &Case) -> Vec<String> {
    let mut lines = Vec::new();
    for script in &case.scripts {
        for session in &script.sessions {
            lines.push(opened(session, script.confidence));
            lines.extend(session.credentials.iter().skip(1).map(|login| format!("  then as {}", login_of(login))));
            lines.extend(facts(session));
        }
        if script.source != Source::CommandLine {
            lines.extend(script.diagnostics.iter().map(|diagnostic| format!("! {}", diagnostic.code)));
        }
    }
    lines.extend(case.launches.iter().map(|launch| started(launch, case)));
    lines
}

fn opened(session: &Session, confidence: Confidence) -> String {
    let scheme = match session.scheme {
        Scheme::Ftp => "",
        Scheme::Ftps => "ftps ",
        Scheme::Sftp => "sftp ",
    };
    let host = session.host.as_deref().unwrap_or("(no host)");
    let port = session.port.map(|port| format!(":{port}")).unwrap_or_default();
    let login = session.credentials.first().map(|login| format!(" as {}", login_of(login))).unwrap_or_default();
    let meant = session.intended.as_ref().map(|meant| {
        let password = meant.password.as_ref().map_or("-", |password| password.reveal());
        format!(" meaning {}/{password}", meant.username.as_deref().unwrap_or("-"))
    });
    let inactive = if session.active { "" } else { " inactive" };
    let possible = if confidence == Confidence::Possible { " possibly" } else { "" };
    format!("{scheme}{host}{port}{login}{}{inactive}{possible}", meant.unwrap_or_default())
}

fn login_of(login: &Credential) -> String {
    let password = login.password.as_ref().map_or("-", |password| password.reveal());
    let account = login.account.as_ref().map(|account| format!("/{account}")).unwrap_or_default();
    format!("{:?}/{password:?}{account}", login.username.as_deref().unwrap_or("-"))
        .replace("\"-\"", "-")
        .replace('"', "'")
}

fn facts(session: &Session) -> Vec<String> {
    let list = |word: &str, names: &[String]| names.iter().map(|name| format!("  {word} {name}")).collect::<Vec<_>>();
    let mut lines: Vec<String> = session.transfers.iter().map(moved).collect();
    lines.extend(list("runs", &session.executes));
    lines.extend(list("deletes", &session.deletes));
    lines.extend(session.renames.iter().map(|[from, to]| format!("  renames {from} to {to}")));
    lines.extend(list("makes", &session.makes_directories));
    lines.extend(list("writes", &session.local_writes));
    lines.extend(list("sends", &session.raw));
    lines.extend(list("also names", &session.also_named_hosts));
    lines.extend(
        session.commands.iter().filter(|c| c.role == Role::Error).map(|command| format!("  refuses {}", command.text)),
    );
    lines.extend(list("unknown", &session.unresolved));
    if !session.uncertain.is_empty() {
        lines.push("  uncertain".to_owned());
    }
    lines
}

fn moved(transfer: &Transfer) -> String {
    let join = |directory: &Option<String>, name: &Option<String>| {
        let name = name.as_deref().unwrap_or("-");
        directory.as_ref().map_or_else(|| name.to_owned(), |directory| format!("{name} in {directory}"))
    };
    let remote = join(&transfer.remote_directory, &transfer.remote_path);
    let local = join(&transfer.local_directory, &transfer.local_path);
    let mode = if transfer.mode == Mode::Binary { "binary" } else { "ascii" };
    let pattern = if transfer.pattern { " all of" } else { "" };
    match transfer.direction {
        Direction::Download => format!("  gets{pattern} {remote} as {local}, {mode}"),
        Direction::Upload => format!("  puts{pattern} {local} as {remote}, {mode}"),
    }
}

fn started(launch: &Launch, case: &Case) -> String {
    let script = launch.script_path.as_deref().unwrap_or("-");
    let fed = launch.scripts.iter().filter_map(|id| case.scripts.iter().find(|script| script.id == *id)).count();
    let runs = if launch.would_run { "runs" } else { "would not run" };
    let anonymously = if launch.anonymous { " anonymously" } else { "" };
    format!("{} {runs} {script} ({fed}){anonymously}", launch.client.dialect())
}
