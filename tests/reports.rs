//! Reports: the contract, its schema, and snapshots of real output.

use crate::support::{case, program, run, scan_json, testdata, timeless};
use serde_json::Value;
use sha2::{Digest, Sha256};

#[cfg(unix)]
fn schema(of: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_slice(&run(&["schema", of]).stdout).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[cfg(unix)]
fn assert_valid(schema: &jsonschema::Validator, report: &Value) {
    let faults: Vec<String> =
        schema.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn reports_satisfy_the_published_schema() {
    let schema_of_scan = schema("scan");
    for more in [&[][..], &["--secrets", "mask"], &["--limit", "files=3"]] {
        assert_valid(&schema_of_scan, &scan_json(&testdata("host"), more).1);
    }
    let out = run(&["inspect", testdata("signed/nested.exe").to_str().unwrap(), "no/such", "--format", "json"]);
    assert_valid(&schema("inspect"), &serde_json::from_slice(&out.stdout).unwrap());
    let out = program().arg("ls").arg(testdata("host")).args(["-f", "jsonl", "--hash", "md5,sha1"]).output().unwrap();
    let entry = schema("ls");
    for line in String::from_utf8(out.stdout).unwrap().lines() {
        assert_valid(&entry, &serde_json::from_str(line).unwrap());
    }
    // A schema that takes anything would prove nothing.
    assert!(!schema_of_scan.is_valid(&serde_json::json!({ "schema": "ftpsift.report/1" })));
}

#[test]
fn the_report_of_the_testdata() {
    let (_, report) = scan_json(&testdata("host"), &[]);
    let mut report = timeless(report);
    report["evidence"][0]["path"] = "testdata/host".into();
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap());
}

#[test]
fn the_text_of_the_testdata() {
    let folder = testdata("..");
    let out = program().current_dir(folder).args(["scan", "testdata/host"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("modified ")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_rules_that_are_listed() {
    insta::assert_snapshot!(String::from_utf8(run(&["rules"]).stdout).unwrap());
}

#[test]
fn lines_hold_the_records_and_a_trailer() {
    let out = program().arg("scan").arg(testdata("host")).args(["--format", "jsonl"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (_, whole) = scan_json(&testdata("host"), &[]);
    let kinds = [("script", "scripts"), ("launch", "launches"), ("payload", "payloads"), ("finding", "findings")];
    for (kind, list) in kinds {
        let records: Vec<Value> = lines
            .iter()
            .filter(|line| line["kind"] == kind)
            .map(|line| {
                let mut record = line.clone();
                record.as_object_mut().unwrap().remove("kind");
                record
            })
            .collect();
        assert_eq!(&Value::Array(records), &whole[list], "{kind}");
    }
    assert_eq!(lines[0]["kind"], "report");
    let trailer = lines.last().unwrap();
    assert_eq!(trailer["kind"], "trailer");
    assert_eq!(trailer["records"], (lines.len() - 1) as u64);
    let before = text.trim_end().rfind('\n').unwrap() + 1;
    let digest: String = Sha256::digest(&text.as_bytes()[..before]).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(trailer["sha256"], digest);
}

#[test]
fn allowed_findings_are_marked_and_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("allow.toml");
    let entries = "[[allow]]\nnetwork = \"0.0.0.0/0\"\nreason = \"all of it\"\n\n[[allow]]\npath = '**'\nreason = \"every file\"\n";
    std::fs::write(&list, entries).unwrap();
    let (code, report) = scan_json(&testdata("host"), &["--allow", list.to_str().unwrap()]);
    let marks: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().map(|finding| &finding["allowed_by"]).collect();
    assert_eq!((code, marks.len()), (Some(0), 20));
    assert!(marks.iter().all(|mark| *mark == "allow.toml#1" || *mark == "allow.toml#2"), "{marks:?}");
}

#[test]
fn absent_is_absent() {
    let case = case([("a.txt", "open 192.0.2.1\nuser a b\nget gone.exe\nbye\n")]);
    let report = serde_json::to_value(&case).unwrap();
    fn no_nulls(value: &Value, path: &str) {
        match value {
            Value::Null => panic!("null at {path}"),
            Value::Array(values) => values.iter().for_each(|value| no_nulls(value, path)),
            Value::Object(fields) => fields.iter().for_each(|(key, value)| no_nulls(value, &format!("{path}/{key}"))),
            _ => {}
        }
    }
    no_nulls(&report, "");
}
