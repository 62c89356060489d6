//! Options from a file and from the environment, compressed reports, and what a build says of itself.

use crate::support::{program, scan_json, testdata, timeless};
use serde_json::Value;
use std::fs;
use std::io::Read;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_file_and_variables_give_options_and_the_report_lists_them() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("c.toml");
    fs::write(&config, "quiet = true\n[scan]\nformat = 'jsonl'\nfail-on = 'never'\nlimit = { script_lines = 7 }\n")
        .unwrap();
    let mut command = program();
    command.arg("scan").arg(testdata("host")).args(["--format", "json", "--config"]).arg(&config);
    let out = command.env("FTPSIFT_SECRETS", "mask").env("FTPSIFT_LIMIT", "script_lines=9").output().unwrap();
    assert_eq!((out.status.code(), text(&out.stderr)), (Some(0), String::new()));
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(report["scan"]["limits"]["script_lines"], 9);
    let given: Vec<&str> = report["scan"]["arguments"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for option in ["--quiet", "--fail-on=never", "--secrets=mask", "--limit=script_lines=9", "--format"] {
        assert!(given.contains(&option), "{option}: {given:?}");
    }
    assert!(!given.contains(&"--format=jsonl"), "{given:?}");
    assert!(!text(&out.stdout).contains("s3cret!"));
}

#[test]
fn what_is_wrong_with_a_file_is_bad_usage() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("c.toml");
    fs::write(&config, "[scan]\nthreads = 0\nfromat = 'json'\n").unwrap();
    let run = || program().arg("scan").arg(testdata("host")).arg("--config").arg(&config).output().unwrap();
    let out = run();
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
    assert!(
        text(&out.stderr).contains("c.toml:3:1: scan has no option fromat; there are allow, "),
        "{}",
        text(&out.stderr)
    );
    fs::write(&config, "[scan]\nthreads = 0\n").unwrap();
    let out = run();
    assert_eq!((out.status.code(), out.stdout.len()), (Some(2), 0));
    let message = text(&out.stderr);
    assert!(message.contains("--threads was given by ") && message.contains("c.toml:2:1"), "{message}");
    let out = program().args(["ls", "x"]).env("FTPSIFT_VERIFY", "perhaps").output().unwrap();
    assert_eq!(out.status.code(), Some(2));
}

/// Whoever can write to the working folder must not tell the program what to do.
#[test]
fn nothing_in_the_working_folder_is_read_unasked() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ftpsift.toml", ".ftpsift.toml", "config.toml", "ftpsift.conf", ".env"] {
        fs::write(folder.path().join(name), "[scan]\nlimit = { files = 0 }\nnonsense = [[[\n").unwrap();
    }
    let mut command = program();
    command.arg("scan").arg(testdata("host")).args(["--format", "json"]).current_dir(folder.path());
    command.env("HOME", folder.path()).env("XDG_CONFIG_HOME", folder.path()).env("APPDATA", folder.path());
    let out = command.output().unwrap();
    let (_, here) = scan_json(&testdata("host"), &[]);
    assert_eq!(timeless(serde_json::from_slice(&out.stdout).unwrap()), timeless(here));
    // Windows says which privilege is used, where it is held.
    let said = text(&out.stderr);
    let said: Vec<&str> = said.lines().filter(|line| !(cfg!(windows) && line.contains("SeBackupPrivilege"))).collect();
    assert_eq!(said, [""; 0]);
}

/// A file of configuration means the same files wherever the program is started.
#[test]
fn paths_in_a_file_start_from_its_folder() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let inside = folder.path().join("lists");
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join("allow.toml"), "[[allow]]\npath = '**'\nreason = 'known'\n").unwrap();
    fs::write(folder.path().join("c.toml"), "output = 'r.json'\nformat = 'json'\nallow = 'lists/allow.toml'\n")
        .unwrap();
    // What lies in the working folder under the same name is not meant.
    fs::create_dir(elsewhere.path().join("lists")).unwrap();
    fs::write(elsewhere.path().join("lists/allow.toml"), "nonsense = [[[\n").unwrap();
    let mut command = program();
    command.arg("scan").arg(testdata("host")).arg("--config").arg(folder.path().join("c.toml"));
    let out = command.current_dir(elsewhere.path()).output().unwrap();
    assert_eq!((out.stdout.len(), out.status.code()), (0, Some(1)), "{}", text(&out.stderr));
    let report: Value = serde_json::from_slice(&fs::read(folder.path().join("r.json")).unwrap()).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["allowed_by"] == "allow.toml#1"));
    assert!(!elsewhere.path().join("r.json").exists());
}

#[test]
fn a_report_is_compressed_where_its_name_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in [("r.json.gz", "json"), ("r.jsonl.gz", "jsonl"), ("r.txt.gz", "text")] {
        let path = folder.path().join(name);
        let out = program().arg("scan").arg(testdata("host")).args(["-f", format, "-o"]).arg(&path).output().unwrap();
        assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0), "{name}");
        let packed = fs::read(&path).unwrap();
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut unpacked).unwrap();
        assert!(packed.starts_with(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]) && packed.len() * 2 < unpacked.len(), "{name}");
        let head = match format {
            "json" => serde_json::from_str::<Value>(&unpacked).unwrap()["schema"].clone(),
            "jsonl" => serde_json::from_str::<Value>(unpacked.lines().next().unwrap()).unwrap()["schema"].clone(),
            _ => unpacked.starts_with("ftpsift ").then_some("ftpsift.report/1").into(),
        };
        assert_eq!(head, "ftpsift.report/1", "{name}");
    }
}

#[test]
fn a_build_says_what_it_is() {
    let short = text(&program().arg("-V").output().unwrap().stdout);
    assert_eq!(short, format!("ftpsift {}\n", env!("CARGO_PKG_VERSION")));
    let long = text(&program().arg("--version").output().unwrap().stdout);
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines.first().copied(), Some(short.trim_end()));
    let value = |name: &str| {
        lines.iter().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_else(|| panic!("{name}: {long}"))
    };
    assert!(value("compiler").starts_with("rustc 1."), "{long}");
    assert!(value("target").contains(std::env::consts::ARCH), "{long}");
    let commit = value("commit");
    let digits = commit.trim_end_matches("-changed");
    assert!(commit == "unknown" || digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{long}");
    let (_, report) = scan_json(&testdata("host"), &[]);
    assert_eq!(report["tool"]["commit"].as_str().unwrap_or("unknown"), commit);
}
