//! No object that the program writes has a name twice, and each line tells what it is.
//!
//! `serde_json` keeps the last of two fields of a name and says nothing; others refuse the line, or keep the first.

use crate::judgement::recorded;
use crate::support::{program, run, testdata};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// JSON in which no object has a name twice.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, _)) = fields.next_entry::<String, Self>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("twice: {name}")));
            }
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self, A::Error> {
        while values.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(self)
    }
}

fn assert_strict(text: &str) {
    if let Err(error) = serde_json::from_str::<Strict>(text) {
        panic!("{error}: {text}");
    }
}

/// What the program writes to standard output.
fn printed(arguments: &[&str]) -> String {
    let out = run(arguments);
    assert!(!out.stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn the_check_is_strict() {
    for (text, holds) in [
        (r#"{"a":[1,-1,1.5,"x",true,null,{"a":{"b":1}}],"b":1}"#, true),
        (r#"{"a":1,"a":1}"#, false),
        (r#"[{"b":{"a":1,"c":2,"\u0061":3}}]"#, false),
    ] {
        assert_eq!(serde_json::from_str::<Strict>(text).is_ok(), holds, "{text}");
    }
}

/// `jq .kind` gave `directory` and `script created` where a record had a kind of its own.
#[test]
fn each_line_tells_what_it_is_once() {
    let host = tempfile::tempdir().unwrap();
    for (path, content) in recorded() {
        let path = host.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    std::fs::write(host.path().join("Users/Public/a.cmd"), "ftp -n -s:a.txt\r\n").unwrap();
    let out = program().arg("scan").arg(host.path()).args(["no/such", "--format", "jsonl"]).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let mut own: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        assert_strict(line);
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = record["kind"].as_str().unwrap().to_owned();
        let named = record.get(format!("{kind}_kind")).map(|own| own.as_str().unwrap().to_owned());
        own.entry(kind).or_default().extend(named);
    }
    let kinds: Vec<&str> = own.keys().map(String::as_str).collect();
    let all = [
        "claim",
        "coverage",
        "credential",
        "error",
        "event",
        "evidence",
        "finding",
        "launch",
        "payload",
        "persistence",
        "playbook-step",
        "report",
        "run",
        "script",
        "timeline",
        "trailer",
        "verdict",
    ];
    assert_eq!(kinds, all);
    assert_eq!(own["evidence"].iter().collect::<Vec<_>>(), ["directory"]);
    assert!(own["timeline"].contains("script modified"), "{:?}", own["timeline"]);
}

/// Lines of payloads had no `kind`, those of errors no `stage`.
#[test]
fn each_line_of_an_inspection_tells_what_it_is() {
    let signed = testdata("signed/nested.exe");
    let lines = printed(&["inspect", signed.to_str().unwrap(), "no/such", "--format", "jsonl"]);
    let lines: Vec<&str> = lines.lines().collect();
    lines.iter().for_each(|line| assert_strict(line));
    assert!(lines.len() >= 2 && lines[0].starts_with(r#"{"kind":"payload","id":"p1","path":"#), "{lines:?}");
    let error: serde_json::Value = serde_json::from_str(lines[lines.len() - 1]).unwrap();
    assert!(lines[lines.len() - 1].starts_with(r#"{"kind":"error","#), "{lines:?}");
    assert_eq!((&error["path"], &error["stage"]), (&"no/such".into(), &"open".into()));
}

#[test]
fn what_else_is_json_has_each_name_once() {
    let (host, signed) = (testdata("host"), testdata("signed/nested.exe"));
    let (host, signed) = (host.to_str().unwrap(), signed.to_str().unwrap());
    let script = testdata("host/Users/Public/a.txt");
    for document in [
        &["scan", host, "--format", "json"][..],
        &["scan", host, "--format", "json", "--secrets", "mask"],
        &["inspect", signed, "no/such", "--format", "json"],
    ] {
        assert_strict(&printed(document));
    }
    for lines in [
        &["ls", host, "--format", "jsonl", "--hash", "md5,sha1,sha256"][..],
        &["script", script.to_str().unwrap(), "--format", "jsonl"],
        &["scan", host, "--format", "timesketch"],
    ] {
        printed(lines).lines().for_each(assert_strict);
    }
}
