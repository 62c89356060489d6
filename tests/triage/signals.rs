//! Signals at any moment: the report is whole, partial and says so, or not there at all.

use super::host;
use crate::support::program;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::Duration;

/// A run that is sent a signal after a while; its exit and the report, where there is one. What matters must hold for every
/// length of the while.
fn signalled(root: &Path, out: &Path, signal: Signal, after: Duration) -> (ExitStatus, Option<Value>) {
    let mut child: Child =
        program().arg("triage").arg(root).args(["--format", "json", "--full-speed", "-o"]).arg(out).spawn().unwrap();
    std::thread::sleep(after);
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    // One that is over already has no need of it.
    let _ = kill_process(pid, signal);
    let status = child.wait().unwrap();
    let report = fs::read(out).ok().map(|bytes| serde_json::from_slice(&bytes).expect("a whole report"));
    let _ = fs::remove_file(out);
    (status, report)
}

#[test]
fn a_signal_ends_a_run_with_a_whole_report() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 1500);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.json");
    for round in 0..20u64 {
        let signal = if round % 2 == 0 { Signal::INT } else { Signal::TERM };
        let (status, report) = signalled(root.path(), &out, signal, Duration::from_millis(round * 23 % 170));
        match status.code() {
            // The signal came before the program listened to it.
            None => assert!(report.is_none(), "{round}"),
            Some(130) => assert!(report.unwrap()["scan"]["complete"].is_boolean(), "{round}"),
            Some(1) => assert_eq!(report.unwrap()["scan"]["complete"], true, "{round}"),
            other => panic!("{round}: {other:?}"),
        }
        if status.code().is_some() {
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{round}: nothing stays beside the report");
        }
    }
}

#[test]
fn a_run_that_is_killed_leaves_no_half_report() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 300);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.json");
    for round in 0..20u64 {
        let after = Duration::from_millis(round * 31 % 190);
        let (status, report) = signalled(root.path(), &out, Signal::KILL, after);
        if let Some(report) = report {
            assert_eq!(report["scan"]["complete"], true, "{round} {status}");
        }
    }
}
