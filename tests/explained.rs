//! `ftpsift script`: one text by itself, of which nothing is told that only evidence could tell.

use crate::support::program;
use serde_json::Value;
use std::fs;
use std::path::Path;

const SCRIPT: &str = "open 192.0.2.1\r\nuser bob pw\r\nget a.exe\r\nput b.txt\r\nbye\r\n";

fn explained(path: &Path, format: &str, more: &[&str]) -> String {
    let out = program().arg("script").arg(path).args(["--format", format]).args(more).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn report(path: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&explained(path, "json", more)).unwrap()
}

#[test]
fn the_evidence_is_the_file_that_was_given() {
    let folder = tempfile::tempdir().unwrap();
    // The name that a launch was put under.
    for name in ["a.txt", "launcher.cmd", "odd %PATH% 'name.txt"] {
        let path = folder.path().join(name);
        fs::write(&path, SCRIPT).unwrap();
        for more in [&[][..], &["--arguments", "-n"], &["--arguments", "-n -i"]] {
            let report = report(&path, more);
            let evidence = &report["evidence"][0];
            assert_eq!((&evidence["kind"], &evidence["size"]), (&"file".into(), &SCRIPT.len().into()), "{name}");
            let counts = &report["scan"]["counts"];
            assert_eq!((&counts["scripts"], &counts["files"]), (&1.into(), &1.into()), "{name} {more:?}");
            assert_eq!(counts["bytes_read"], SCRIPT.len(), "{name} {more:?}");
            let scripts = report["scripts"].as_array().unwrap();
            assert_eq!((scripts.len(), &scripts[0]["path"]), (1, &name.into()), "{more:?}");
            let launches = report["launches"].as_array().unwrap();
            assert_eq!(launches.len(), usize::from(!more.is_empty()), "{name} {more:?}: {launches:?}");
            for launch in launches {
                assert_eq!((&launch["found_in"]["script"], &launch["scripts"][0]), (&Value::Null, &"s1".into()));
                assert_eq!((&launch["script_path"], &launch["auto_login"]), (&name.into(), &false.into()));
                assert_eq!(scripts[0]["sessions"][0]["launch"], launch["id"]);
            }
        }
    }
}

#[test]
fn nothing_is_missing_beside_a_lone_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, SCRIPT).unwrap();
    let report = report(&path, &[]);
    assert_eq!(report["payloads"], Value::Array(Vec::new()));
    assert_eq!(report["scripts"][0]["sessions"][0]["transfers"].as_array().unwrap().len(), 2);
    let all = report.to_string();
    for told in ["payload.missing", "never-seen", "is not there"] {
        assert!(!all.contains(told), "{told}: {all}");
        let text = explained(&path, "text", &[]);
        assert!(!text.contains(told), "{told}: {text}");
    }
}

/// A text that does not look like a script is run all the same where it is told how.
#[test]
fn what_looks_like_nothing_is_run_as_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("todo.txt");
    fs::write(&path, "buy milk\r\nget bread\r\n").unwrap();
    let report = report(&path, &["--arguments", "-n"]);
    let commands = report["scripts"][0]["sessions"][0]["commands"].as_array().unwrap();
    assert_eq!((commands.len(), &commands[1]["text"]), (2, &"get bread".into()), "{report}");
}
