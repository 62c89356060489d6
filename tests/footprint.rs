//! What a run leaves on the machine, as the kernel saw it: no socket, nothing written but the report, no access time changed.

use crate::support::{program, testdata};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// Copies a folder and gives all in it an access time that reading would change, also under `relatime`.
fn evidence(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            evidence(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    for path in fs::read_dir(to).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let times = fs::FileTimes::new().set_accessed(long_ago).set_modified(long_ago + Duration::from_secs(1));
        fs::File::options().write(true).open(path).unwrap().set_times(times).unwrap();
    }
}

fn access_times(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().accessed().unwrap())).collect()
}

/// The calls of a run, a line each.
fn traced(folder: &Path, arguments: &[&str]) -> Option<Vec<String>> {
    let has = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    if !has.is_ok_and(|out| out.status.success()) {
        eprintln!("skipped: strace is not here, or may not trace");
        return None;
    }
    let trace = folder.join("trace");
    let spool = folder.join("spool");
    fs::create_dir(&spool).unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-s", "4096", "-o"]).arg(&trace).arg("-e").arg("trace=%file,%network,%desc,ftruncate");
    command.arg(program().get_program()).args(arguments).env("TMPDIR", &spool);
    let out = command.output().unwrap();
    assert!(matches!(out.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&out.stderr));
    Some(fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect())
}

const NETWORK: &[&str] = &[
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "sendto",
    "sendmsg",
    "recvfrom",
    "recvmsg",
];
const CHANGES: &[&str] = &[
    "creat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmodat",
    "chown",
    "lchown",
    "fchownat",
    "truncate",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "lsetxattr",
    "removexattr",
    "lremovexattr",
    "mknod",
    "mknodat",
    "mount",
    "umount2",
];

/// Name of the call and its arguments; signals and ends of processes are none.
fn call(line: &str) -> Option<(&str, &str)> {
    let line = line.split_once(' ')?.1.trim_start();
    let (name, arguments) = line.split_once('(')?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some((name, arguments))
}

#[test]
fn a_run_writes_its_report_alone_and_opens_no_socket() {
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().join("host");
    evidence(&testdata("host"), &host);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let report = out.join("report.json.gz");
    let before = access_times(&host);
    let arguments = ["scan", host.to_str().unwrap(), "-f", "json", "-o", report.to_str().unwrap()];
    let Some(lines) = traced(folder.path(), &arguments) else { return };
    assert_eq!(access_times(&host), before);
    assert!(report.exists());
    let (mut opened, mut written) = (0, 0);
    for (line, (name, arguments)) in lines.iter().filter_map(|line| Some((line, call(line)?))) {
        assert!(!NETWORK.contains(&name), "{line}");
        let writes = match name {
            "open" | "openat" | "openat2" => {
                opened += 1;
                // Without a path, an unnamed file: O_TMPFILE.
                ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"].iter().any(|flag| arguments.contains(flag))
            }
            _ => CHANGES.contains(&name),
        };
        if writes {
            written += 1;
            let allowed = [out.to_str().unwrap(), folder.path().join("spool").to_str().unwrap()]
                .iter()
                .any(|place| arguments.contains(place));
            assert!(allowed, "{line}");
        }
    }
    // The trace saw the evidence read, and the report made and named.
    assert!(opened > 12 && written >= 2, "{opened} {written}");
    assert!(lines.iter().any(|line| line.contains("a.txt")));
}
