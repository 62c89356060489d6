//! What a triage leaves behind on a host: its output, and nothing else.

use super::host;
use crate::support::program;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Sets every access time far back: whatever updates it, under any rule of the mount, shows.
fn age(root: &Path) -> bool {
    for entry in walkdir::WalkDir::new(root).contents_first(true) {
        let entry = entry.unwrap();
        let times = fs::FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH);
        fs::File::open(entry.path()).unwrap().set_times(times).unwrap();
    }
    // Whether the file system keeps them at all.
    let probe = root.join("Logs/d00/f00000.log");
    let _ = fs::read(&probe).unwrap();
    let kept = fs::metadata(&probe).unwrap().atime() != 0;
    let times = fs::FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH);
    fs::File::open(&probe).unwrap().set_times(times).unwrap();
    kept
}

/// Paths whose access time is no longer the one that was set. `lstat` of what is known reads no folder.
fn touched(paths: &[PathBuf]) -> Vec<&PathBuf> {
    paths.iter().filter(|path| fs::symlink_metadata(path).unwrap().atime() != 0).collect()
}

#[test]
fn access_times_stay() {
    let root = tempfile::tempdir().unwrap();
    host(root.path(), 60);
    let paths: Vec<PathBuf> =
        walkdir::WalkDir::new(root.path()).into_iter().map(|entry| entry.unwrap().into_path()).collect();
    if !age(root.path()) {
        println!("skipped: this file system keeps no access times");
        return;
    }
    for verb in ["triage", "scan"] {
        let out = program().arg(verb).arg(root.path()).output().unwrap();
        assert_eq!(out.status.code(), Some(1));
        assert_eq!(touched(&paths), Vec::<&PathBuf>::new(), "{verb}");
    }
}

/// The system calls of a run, by their names; nothing where they cannot be had.
fn traced(root: &Path, folder: &Path) -> Option<BTreeMap<String, Vec<String>>> {
    let log = folder.join("trace");
    let decoy = folder.join("decoy");
    fs::create_dir(&decoy).unwrap();
    for name in ["ftpsift.toml", ".ftpsift.toml", "config.toml", "allow.toml"] {
        fs::write(decoy.join(name), "quiet = true").unwrap();
    }
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-s", "4096", "-e", "trace=%file,%desc,%network,setpriority", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_ftpsift"))
        .arg("triage")
        .arg(root)
        .args(["--format", "json", "-o"])
        .arg(folder.join("report.json"))
        .current_dir(&decoy)
        .output();
    let code = traced.ok().and_then(|out| out.status.code());
    if code != Some(1) {
        println!("skipped: strace is not here, or may not trace ({code:?})");
        return None;
    }
    let mut calls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let call = line.split_once(' ').unwrap().1.trim();
        let name = call.split('(').next().unwrap_or_default();
        calls.entry(name.to_owned()).or_default().push(call.to_owned());
    }
    Some(calls)
}

#[test]
fn nothing_is_written_but_the_output_and_nobody_is_called() {
    let (root, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    host(root.path(), 40);
    let Some(calls) = traced(root.path(), folder.path()) else { return };
    let of = |names: &[&str]| -> Vec<&String> { names.iter().filter_map(|name| calls.get(*name)).flatten().collect() };
    let opened = of(&["open", "openat", "openat2", "creat"]);
    assert!(opened.iter().any(|call| call.contains("z.txt")), "the trace shows what is read");
    let written: Vec<&&String> = opened
        .iter()
        .filter(|call| ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"].iter().any(|flag| call.contains(flag)))
        .collect();
    assert!(!written.is_empty());
    for call in written {
        assert!(call.contains(folder.path().to_str().unwrap()) && call.contains("report.json"), "{call}");
        assert!(call.contains("O_EXCL"), "{call}");
    }
    let calls_out = of(&["socket", "connect", "bind", "listen", "accept", "sendto", "sendmsg"]);
    assert_eq!(calls_out, Vec::<&String>::new());
    let changed = of(&[
        "unlink",
        "unlinkat",
        "mkdir",
        "mkdirat",
        "rename",
        "renameat",
        "renameat2",
        "link",
        "linkat",
        "symlink",
        "symlinkat",
        "chmod",
        "fchmod",
        "fchmodat",
        "chown",
        "fchown",
        "fchownat",
        "truncate",
        "ftruncate",
        "utime",
        "utimes",
        "utimensat",
        "setxattr",
        "lsetxattr",
        "fsetxattr",
    ]);
    for call in changed {
        assert!(call.contains("report.json"), "{call}");
    }
    // Nothing of the working folder is read: all paths that are opened are whole ones, and none lies there.
    for call in opened {
        let path = call.split('"').nth(1).unwrap_or_default();
        assert!(path.starts_with('/') && !path.contains("/decoy/"), "{call}");
    }
    let lowered = of(&["setpriority"]);
    assert!(lowered.iter().any(|call| call.contains("PRIO_PROCESS, 0, 19")), "{lowered:?}");
}

#[test]
fn the_output_takes_no_place_that_is_taken_meanwhile() {
    let (root, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    host(root.path(), 1);
    let out = folder.path().join("report.json");
    let run = || program().arg("triage").arg(root.path()).args(["-f", "json", "-o"]).arg(&out).output().unwrap();
    assert_eq!(run().status.code(), Some(1));
    let whole = fs::read(&out).unwrap();
    assert_eq!(run().status.code(), Some(2));
    assert_eq!(fs::read(&out).unwrap(), whole);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
