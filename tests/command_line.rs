//! The program as a stranger meets it: exit codes, messages, pure output.

use crate::support::{program, run, scan_json, testdata};
use std::fs;
use std::io::Write;
use std::process::Stdio;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn exit_codes_are_the_documented_ones() {
    let host = testdata("host");
    let host = host.to_str().unwrap();
    let quiet = tempfile::tempdir().unwrap();
    fs::write(quiet.path().join("a.txt"), "nothing here").unwrap();
    let quiet = quiet.path().to_str().unwrap();
    let cases: &[(&[&str], i32)] = &[
        (&["scan", quiet], 0),
        (&["scan", host], 1),
        (&["scan", host, "--fail-on", "critical"], 0),
        (&["scan", host, "--fail-on", "never"], 0),
        (&["scan", quiet, "--limit", "files=0"], 3),
        (&["scan", host, "--limit", "files=6"], 1),
        (&["scan", "no/such/place"], 2),
        (&["scan", quiet, "no/such/place"], 3),
        (&["scan"], 2),
        (&["scan", quiet, "--threads", "0"], 2),
        (&["scan", quiet, "--limit", "flies=3"], 2),
        (&["scan", quiet, "--drive", "CD=x"], 2),
        (&["scan", quiet, "--secrets", "fingerprint"], 2),
        (&["scan", quiet, "--allow", "no/such/file"], 2),
        (&["scan", quiet, "--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"], 2),
        (&["scan", quiet, "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T00:00:00Z"], 0),
        (&["inspect", "no/such/file"], 2),
        (&["inspect", quiet], 2),
        (&["frobnicate"], 2),
        (&[], 2),
        (&["--help"], 0),
        (&["--version"], 0),
        (&["rules"], 0),
        (&["schema"], 0),
        (&["ls", host], 0),
        (&["completions", "bash"], 0),
    ];
    for (arguments, code) in cases {
        let out = run(arguments);
        assert_eq!(out.status.code(), Some(*code), "{arguments:?}: {}", text(&out.stderr));
        if *code == 2 {
            assert!(out.stdout.is_empty() && !out.stderr.is_empty(), "{arguments:?}");
        }
    }
}

#[test]
fn messages_name_what_is_wrong() {
    let absent = if cfg!(windows) { "os error" } else { "No such file" };
    let cases: &[(&[&str], &[&str])] = &[
        (&["scan", "no/such/place"], &["no/such/place", absent]),
        (&["scan", ".", "--limit", "flies=3"], &["flies", "script_bytes"]),
        (&["scan", ".", "--drive", "C"], &["C=DIR"]),
        (&["scan", "."], &[]),
    ];
    for (arguments, words) in cases {
        let message = text(&program().args(*arguments).current_dir(testdata("")).output().unwrap().stderr);
        assert!(words.iter().all(|word| message.contains(word)), "{arguments:?}: {message}");
        assert!(!message.contains("internal error"), "{arguments:?}: {message}");
    }
}

#[test]
fn a_report_goes_to_a_file_whole_and_never_into_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let (host, report) = (testdata("host"), folder.path().join("report.json"));
    let scan = |out: &std::path::Path, more: &[&str]| {
        program().arg("scan").arg(&host).args(["-f", "json", "-o"]).arg(out).args(more).output().unwrap()
    };
    let first = scan(&report, &[]);
    assert_eq!((first.status.code(), first.stdout.len()), (Some(1), 0));
    let written: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(written["schema"], "ftpsift.report/1");
    let second = scan(&report, &[]);
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("--force"));
    assert_eq!(scan(&report, &["--force"]).status.code(), Some(1));
    let inside = scan(&host.join("Users/report.json"), &[]);
    assert_eq!(inside.status.code(), Some(2));
    assert!(text(&inside.stderr).contains("never written"));
    assert!(!host.join("Users/report.json").exists());
}

/// Whoever names one file of a set names the evidence: no other file of it is replaced, whatever `-o` and `--force` say.
#[test]
fn no_file_of_a_set_that_is_evidence_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("seg.001", &[b'a'; 4096]);
    put("seg.002", &[b'b'; 4096]);
    put("seg.003", &[b'c'; 4096]);
    let vmdk = "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n\
                RW 16 FLAT \"other-name.img\" 0\n";
    put("disk.vmdk", vmdk.as_bytes());
    put("other-name.img", &[0; 8192]);
    put("report.json", b"old");
    put("seg.txt", b"old");
    let cases = [
        ("seg.001", "seg.002", Some(&b"bbbb"[..])),
        ("seg.001", "seg.003", Some(b"cccc")),
        ("seg.002", "seg.001", Some(b"aaaa")),
        ("disk.vmdk", "other-name.img", Some(b"\0\0\0\0")),
        ("disk.vmdk", "disk.vmdk", Some(b"# Di")),
        ("seg.001", "report.json", None),
        ("seg.001", "seg.txt", None),
        ("disk.vmdk", "seg.002", None),
    ];
    for (evidence, target, kept) in cases {
        let (evidence, target) = (folder.path().join(evidence), folder.path().join(target));
        let out = program().arg("scan").arg(evidence).args(["--force", "-o"]).arg(&target).output().unwrap();
        let bytes = fs::read(&target).unwrap();
        if let Some(kept) = kept {
            assert_eq!(out.status.code(), Some(2), "{target:?}");
            assert!(bytes.starts_with(kept) && text(&out.stderr).contains("lies in the evidence"), "{target:?}");
        } else {
            assert!(bytes.starts_with(b"ftpsift "), "{target:?}: {}", text(&out.stderr));
        }
    }
}

/// What is written to a standard output that is open for reading alone is lost without an error from Rust's library, and a
/// closed one is `/dev/null` to it.
#[test]
#[cfg(unix)]
fn a_standard_output_that_takes_nothing_is_told() {
    for (verb, given, code, says) in [
        ("scan", "1</dev/null", 2, "standard output is not open for writing"),
        ("ls", "1</dev/null", 2, "standard output is not open for writing"),
        ("scan", ">&-", 1, "standard output is closed or thrown away"),
        ("scan", "1<>/dev/null", 1, "standard output is closed or thrown away"),
        ("scan", ">/dev/null", 1, ""),
    ] {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("exec \"$0\" {verb} \"$1\" {given}")]);
        let out = shell.arg(program().get_program()).arg(testdata("host")).output().unwrap();
        let told = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(code), "{verb} {given}: {told}");
        assert!(told.contains(says) && told.is_empty() == says.is_empty(), "{verb} {given}: {told}");
    }
}

#[test]
fn a_closed_pipe_is_quiet() {
    let mut child = program()
        .arg("ls")
        .arg(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), String::new()));
}

#[test]
fn completions_go_the_way_of_every_output() {
    let mut child =
        program().args(["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), String::new()));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(text(&run(&["completions", shell]).stdout).contains("time-budget"), "{shell}");
    }
}

/// What takes no byte more, as a disk that is full.
#[cfg(target_os = "linux")]
fn full() -> fs::File {
    fs::OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_error_that_takes_nothing_ends_no_run() {
    let cases: [(&[&str], i32); 5] = [
        (&["ls", "/nonexist"], 2),
        (&["scan", "/nonexist"], 2),
        (&["scan", "--nonsense"], 2),
        (&["script", "/dev/null"], 0),
        (&["rules"], 0),
    ];
    for (arguments, code) in cases {
        let out = program().args(arguments).env("FTPSIFT_NONSENSE", "x").stderr(full()).output().unwrap();
        assert_eq!(out.status.code(), Some(code), "{arguments:?}");
    }
    // Each sentence that is said beside a report.
    for said in ["scan \"$1\" -q 1<>/dev/null", "ls \"$1\" 1<>/dev/null", "scan \"$1\" \"$1\" >/dev/null"] {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("exec \"$0\" {said} 2>/dev/full")]).arg(program().get_program());
        let code = shell.arg(testdata("host")).status().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{said}: {code:?}");
    }
    let host = testdata("host");
    let bounded = ["triage", "--max-memory", "17M", "--threads", "8", "-f", "json"];
    let out = program().args(bounded).arg(&host).stderr(full()).output().unwrap();
    assert!(matches!(out.status.code(), Some(1 | 3)), "{:?}", out.status);
    let out = program().args(["triage", "-f", "json"]).arg(host).stderr(full()).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(serde_json::from_slice::<serde_json::Value>(&out.stdout).is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_output_that_is_full_is_told() {
    for arguments in [&["completions", "bash"][..], &["rules"], &["schema"]] {
        let out = program().args(arguments).stdout(full()).stderr(Stdio::piped()).spawn().unwrap();
        let out = out.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(text(&out.stderr).starts_with("ftpsift: the report could not be written: "), "{arguments:?}");
    }
}

#[test]
fn evidence_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("old.vhd");
    let mut bytes = vec![0u8; 4096];
    bytes[..8].copy_from_slice(b"conectix");
    std::fs::write(&image, bytes).unwrap();
    let out = program().arg("ls").arg(&image).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).trim_end().ends_with("old.vhd: a VHD of the type 0"), "{}", text(&out.stderr));
}

#[test]
fn a_script_is_explained_from_standard_input() {
    let mut child = program().args(["script", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let script = b"open 192.0.2.1\r\nbob\r\npw\r\nget a.exe\r\nbye\r\n";
    child.stdin.take().unwrap().write_all(script).unwrap();
    let out = text(&child.wait_with_output().unwrap().stdout);
    for line in ["   2  answer   bob", "sends USER bob", "sends PASS pw", "sends RETR a.exe"] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    let todo = testdata("host/Users/jsmith/Documents/todo.txt");
    let forced = program().args(["script", "--arguments", "-n"]).arg(todo).output().unwrap();
    assert!(forced.status.success());
}

/// What both paths hold is counted twice: the second one is read all the same.
#[test]
fn evidence_that_is_given_twice_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(folder.path().join("a/a.txt"), "open 192.0.2.1\r\nuser bob pw\r\nget a.exe\r\nbye\r\n").unwrap();
    let (whole, part) = (folder.path().to_owned(), folder.path().join("a"));
    for (second, says) in [(&whole, "is given twice, also as "), (&part, "lies in evidence that is given too, ")] {
        let out = program().arg("scan").arg(&whole).arg(second).args(["--format", "json"]).output().unwrap();
        let told = format!("{says}{}: what both hold is counted twice", whole.display());
        assert!(text(&out.stderr).contains(&told), "{}", text(&out.stderr));
        let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        let error = &report["errors"][0];
        assert_eq!((&error["path"], &error["message"]), (&second.to_str().unwrap().into(), &told.into()));
        assert_eq!((&report["scan"]["complete"], report["scripts"].as_array().unwrap().len()), (&true.into(), 2));
    }
    let alone = program().arg("scan").arg(&whole).args(["--format", "json"]).output().unwrap();
    assert!(!text(&alone.stderr).contains("counted twice"), "{}", text(&alone.stderr));
}

#[test]
fn a_listing_has_every_entry_with_its_digest() {
    let out =
        program().arg("ls").arg(testdata("host")).args(["--hash", "sha256", "--format", "jsonl"]).output().unwrap();
    let entries: Vec<serde_json::Value> =
        text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let files: Vec<_> = entries.iter().filter(|entry| entry["type"] == "file").collect();
    assert_eq!(files.len(), 12);
    let program = files.iter().find(|entry| entry["path"] == r"C:\Windows\Temp\nc.exe").unwrap();
    assert_eq!(program["sha256"], "32d9064263ec51adc330943875893c1c98e56755d8364b092426916c753551bb");
    assert_eq!((&program["size"], &program["deleted"]), (&3072.into(), &false.into()));
}

#[test]
fn drives_that_are_named_are_drives() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, content: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    put("image7/job/a.txt", "open 192.0.2.1\nuser bob pw\nlcd d:\\data\nput list.csv\nbye\n");
    put("image7/data/list.csv", "a;b");
    let drive = format!("d={}", folder.path().join("image7").display());
    let (_, report) = scan_json(folder.path(), &["--drive", &drive]);
    assert_eq!(report["payloads"][0]["path"], r"D:\data\list.csv");
    assert_eq!(report["payloads"][0]["status"], "found");
}

#[test]
fn no_colour_outside_a_terminal() {
    let out = program().arg("scan").arg(testdata("host")).output().unwrap();
    assert!(!out.stdout.contains(&0x1b));
    assert!(text(&out.stdout).lines().all(|line| line.chars().count() <= 80 || !line.trim().contains(' ')));
}
