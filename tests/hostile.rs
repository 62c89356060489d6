//! Evidence that resists: everything else is still reported, what was skipped is listed.

use crate::support::{case, program, scan_json};
use serde_json::Value;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

const SCRIPT: &str = "open 192.0.2.1\r\nuser bob pw\r\nget nc.exe\r\nbye\r\n";

/// Scans a folder that holds a script among other things, and sees that the script is still found.
fn scan(folder: &Path, more: &[&str]) -> (Option<i32>, Value) {
    fs::write(folder.join("zz-script.txt"), SCRIPT).unwrap();
    let (code, report) = scan_json(folder, more);
    let found = report["scripts"].as_array().unwrap().iter().any(|script| script["path"] == "zz-script.txt");
    assert!(found, "{report:#}");
    (code, report)
}

fn errors(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["errors"].as_array().unwrap().iter().map(|error| (text(&error["path"]), text(&error["message"]))).collect()
}

#[cfg(unix)]
#[test]
fn special_files_are_listed_and_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("device")).unwrap();
    let (code, report) = scan(folder.path(), &[]);
    let errors = errors(&report);
    assert_eq!(code, Some(1));
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].1.contains("named pipe") && errors[1].1.contains("socket"), "{errors:?}");
    let out = program().arg("scan").arg(&pipe).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), SCRIPT).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    link(folder.path(), "loop");
    link(outside.path(), "out");
    link(&outside.path().join("secret.txt"), "nc.exe");
    let (_, report) = scan(folder.path(), &[]);
    assert_eq!(report["scripts"].as_array().unwrap().len(), 1);
    assert_eq!(report["payloads"][0]["status"], "missing");
    assert_eq!(report["coverage"][1]["source"], "links");
    assert_eq!(report["coverage"][1]["records"], 3);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_told_apart() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    for name in [&b"a\xff.txt"[..], b"a\xfe.txt", b"a\x1b[31m.txt"] {
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), SCRIPT).unwrap();
    }
    let (_, report) = scan(folder.path(), &[]);
    let paths: Vec<&str> = report["scripts"].as_array().unwrap().iter().map(|s| s["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["a\u{1b}[31m.txt", "a\\xFE.txt", "a\\xFF.txt", "zz-script.txt"]);
    assert_eq!(report["scripts"][1]["path_raw"], "61fe2e747874");
    let out = program().arg("scan").arg(folder.path()).output().unwrap();
    assert!(!out.stdout.contains(&0x1b));
}

#[cfg(unix)]
#[test]
fn a_folder_five_thousand_deep_is_walked_to_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    // Made from inside: the whole path is longer than a system call takes.
    let script = "import os,sys\nos.chdir(sys.argv[1])\nfor _ in range(5000):\n    os.mkdir('d')\n    os.chdir('d')\n";
    let made = std::process::Command::new("python3").args(["-c", script]).arg(folder.path()).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no python3 to make the folders");
        return;
    }
    let (code, report) = scan(folder.path(), &["--quiet"]);
    assert_eq!(code, Some(1));
    assert_eq!(report["scan"]["complete"], false);
    assert!(errors(&report).iter().any(|(_, message)| message.contains("depth of directories")), "{report:#}");
    assert!(std::process::Command::new("rm").arg("-rf").arg(folder.path().join("d")).status().unwrap().success());
}

#[test]
fn a_long_line_is_cut_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = BufWriter::new(fs::File::create(folder.path().join("line.txt")).unwrap());
    file.write_all(b"open 192.0.2.1\nuser bob pw\nget ").unwrap();
    for _ in 0..32 << 10 {
        file.write_all(&[b'a'; 1024]).unwrap();
    }
    file.write_all(b"\nget b.exe\nbye\n").unwrap();
    drop(file);
    let (_, report) = scan(folder.path(), &[]);
    let line = &report["scripts"][0];
    assert_eq!(line["path"], "line.txt");
    assert!(serde_json::to_string(line).unwrap().len() < 100_000);
    assert!(
        errors(&report).iter().any(|(path, message)| path == "line.txt" && message.contains("limit")),
        "{report:#}"
    );
}

#[test]
fn damaged_executables_cost_only_themselves() {
    let program = fs::read(crate::support::testdata("signed/sha256.exe")).unwrap();
    let mut files: Vec<(&'static str, Vec<u8>)> =
        vec![("a.txt", b"open h.example\nuser a b\nmget *.exe\nbye\n".to_vec())];
    let names = ["cut1.exe", "cut2.exe", "cut3.exe", "cut4.exe", "cut5.exe"];
    for (name, length) in names.into_iter().zip([0x40, 0x84, 0x100, 0x180, 0x500]) {
        files.push((name, program[..length].to_vec()));
    }
    let mut wild = program.clone();
    wild[0x86] = 0xff;
    wild[0x87] = 0xff;
    files.push(("sections.exe", wild));
    files.push(("whole.exe", program));
    let case = case(files);
    assert_eq!(case.payloads.len(), 7);
    let whole = case.payloads.iter().find(|payload| payload.path.as_deref() == Some("whole.exe")).unwrap();
    assert!(whole.facts.as_ref().unwrap().pe.is_some());
    assert!(case.payloads.iter().all(|payload| payload.facts.as_ref().unwrap().digests.is_some()));
    let sections = case.payloads.iter().find(|payload| payload.path.as_deref() == Some("sections.exe")).unwrap();
    let pe = sections.facts.as_ref().unwrap().pe.as_ref().unwrap();
    assert!(pe.anomalies.iter().any(|anomaly| anomaly.code.contains("section")), "{:?}", pe.anomalies);
    assert!(case.errors.iter().any(|error| error.path == "cut4.exe"), "{:?}", case.errors);
}

#[test]
fn evidence_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), SCRIPT).unwrap();
    fs::write(folder.path().join("nc.exe"), b"MZ").unwrap();
    let state = || {
        let mut state = Vec::new();
        for name in ["a.txt", "nc.exe", ""] {
            let metadata = fs::metadata(folder.path().join(name)).unwrap();
            state.push((metadata.modified().unwrap(), metadata.len()));
        }
        (state, fs::read_dir(folder.path()).unwrap().count())
    };
    let before = state();
    for format in ["text", "json", "jsonl"] {
        program().arg("scan").arg(folder.path()).args(["--format", format]).output().unwrap();
    }
    assert_eq!(state(), before);
}
