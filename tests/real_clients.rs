//! What the interpreters predict against what the clients that are installed here do, each run against a loopback server:
//! the control lines that arrive, the local files that appear, and the files that the server holds in the end.

use crate::support::client_run::{self, Case, Deeds};
use crate::support::generated;
use crate::support::prediction::{predict, without_noise};
use crate::support::workshop;
use ftpsift::script::launch::Client;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Share of the cases that must be predicted right; it only ever rises.
const FLOOR: f64 = 0.98;

/// Scripts that are generated, and threads that run clients.
const GENERATED: usize = 200;
const THREADS: usize = 4;

#[test]
fn inetutils_does_what_is_predicted() {
    compare("inetutils-ftp", Client::Inetutils);
}

#[test]
fn tnftp_does_what_is_predicted() {
    compare("tnftp", Client::Tnftp);
}

fn compare(program: &str, client: Client) {
    let Some(path) = client_run::installed(program) else { return };
    let mut cases = recorded_scripts(client);
    cases.extend((0..count_from_environment()).map(generated::case));
    let user = user_name();
    let (next, misses) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Some(miss) = differs(&path, client, case, &user) {
                        misses.lock().unwrap().push(miss);
                    }
                }
            });
        }
    });
    let mut misses = misses.into_inner().unwrap();
    misses.sort();
    for miss in &misses {
        println!("{miss}");
    }
    let good = cases.len() - misses.len();
    let share = good as f64 / cases.len() as f64;
    println!("{program}: {good}/{} cases predicted = {:.1} %", cases.len(), share * 100.0);
    assert!(share >= FLOOR);
}

/// How a client's deeds differ from the prediction; nothing where they do not.
fn differs(program: &Path, client: Client, case: &Case, user: &str) -> Option<String> {
    let deeds = client_run::run(program, case).unwrap();
    // Which port the server had is told by nothing that is compared.
    let predicted = predict(client, case, 2121, user);
    let done = Deeds { control: without_noise(deeds.control), ..deeds };
    let control: Vec<String> = done.control.iter().map(|line| line.replace(&deeds.port.to_string(), "2121")).collect();
    let same = control == predicted.control
        && done.new_files == predicted.new_files
        && done.remote_files == predicted.remote_files
        && !done.killed;
    (!same).then(|| {
        format!(
            "{} {:?} netrc {:?}{}\n  script    {:?}\n  predicted {:?} {:?} {:?}\n  done      {:?} {:?} {:?}",
            case.name,
            case.arguments,
            case.netrc,
            if done.killed { " KILLED" } else { "" },
            case.script,
            predicted.control,
            predicted.new_files,
            predicted.remote_files,
            control,
            done.new_files,
            done.remote_files
        )
    })
}

/// The scripts of the recordings, where they are at hand.
fn recorded_scripts(client: Client) -> Vec<Case> {
    let Some(path) = workshop("oracle/results_bsd.jsonl") else { return Vec::new() };
    let rows = std::fs::read_to_string(path).unwrap();
    let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    // `lcd` alone goes to the user's home, whatever `HOME` says: nothing may be written there.
    let stays = |case: &Case| !case.script.lines().any(|line| line.trim() == "lcd");
    rows.filter(|row| row["client"] == if client == Client::Tnftp { "tnftp" } else { "inetutils" })
        .map(|row| crate::recorded_clients::case(&row))
        .filter(stays)
        .collect()
}

fn count_from_environment() -> usize {
    std::env::var("FTPSIFT_GENERATED").ok().and_then(|count| count.parse().ok()).unwrap_or(GENERATED)
}

fn user_name() -> String {
    let out = Command::new("id").arg("-un").output().map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    out.unwrap_or_default()
}
