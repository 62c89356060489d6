//! Verdicts on signatures: every file of testdata/signed, with its root trusted and without it, for a given time and for none.
//!
//! The table is `testdata/signed/expected.tsv`. Two other verifiers were asked the same: `testdata/generate/second_opinions.py`.

use crate::support::{run, testdata};
use serde_json::Value;

/// The time for which signatures are judged that no time stamp attests.
const AT: [&str; 2] = ["--trust-at", "2026-01-01T00:00:00Z"];

/// One file and what must be told of it.
struct Row {
    file: String,
    /// `status` where root.pem is trusted and a time is given, where only the root is, and where neither is.
    statuses: [String; 3],
    /// What else must be told with both, below `pe.authenticode.signatures`, or with `/` below
    /// `pe.authenticode`: a path, `=` (is) or `~` (holds), a text.
    facets: Vec<String>,
}

fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(testdata("signed/expected.tsv")).unwrap();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, full, timeless, alone, facets] = cells[..] else { panic!("five cells: {line}") };
        let facets = facets.split("; ").filter(|facet| *facet != "-").map(str::to_owned).collect();
        rows.push(Row { file: file.to_owned(), statuses: [full, timeless, alone].map(str::to_owned), facets });
    }
    rows
}

/// What is told of the signatures of each file, in order.
fn told(rows: &[Row], more: &[&str]) -> Vec<Value> {
    let paths: Vec<String> =
        rows.iter().map(|row| testdata("signed").join(&row.file).to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["inspect", "--format", "json"];
    arguments.extend(more);
    arguments.extend(paths.iter().map(String::as_str));
    let report: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
    let payloads = report["payloads"].as_array().unwrap();
    let of = |file: &str| {
        let end = format!("/{file}");
        let found =
            payloads.iter().find(|payload| payload["path"].as_str().unwrap().replace('\\', "/").ends_with(&end));
        found.unwrap_or_else(|| panic!("{file} is not told"))["pe"]["authenticode"].clone()
    };
    rows.iter().map(|row| of(&row.file)).collect()
}

/// What stands at a path of names and numbers, as text; nothing where it is absent.
fn at(value: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(value, |value, name| match name.parse::<usize>() {
        Ok(index) => value.get(index),
        Err(_) => value.get(name),
    })?;
    Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
}

fn lacks(told: &Value, facet: &str) -> Option<String> {
    let place = facet.find(['=', '~']).unwrap_or_else(|| panic!("a facet has = or ~: {facet}"));
    let (path, wanted) = (&facet[..place], &facet[place + 1..]);
    let (below, path) = path.strip_prefix('/').map_or((&told["signatures"], path), |path| (told, path));
    let found = at(below, path).unwrap_or_else(|| "absent".to_owned());
    let holds = if facet[place..].starts_with('=') { found == wanted } else { found.contains(wanted) };
    (!holds).then(|| format!("{facet}, told is {found}"))
}

#[test]
fn every_signed_file_is_judged_as_expected() {
    let rows = table();
    let files = std::fs::read_dir(testdata("signed")).unwrap().map(|entry| entry.unwrap().path());
    let programs = files.filter(|path| path.extension().is_some_and(|extension| extension == "exe"));
    assert_eq!(rows.len(), programs.count(), "each program of testdata/signed has a row");
    let root = testdata("signed/root.pem");
    let trust = ["--trust-root", root.to_str().unwrap()];
    let never = ["--trust-at", "none"];
    let cases = [
        ("root and time", [&trust[..], &AT[..]].concat()),
        ("root", [&trust[..], &never[..]].concat()),
        ("alone", never.to_vec()),
    ];
    let mut wrong = Vec::new();
    for (index, (given, flags)) in cases.iter().enumerate() {
        for (row, found) in rows.iter().zip(told(&rows, flags)) {
            let expected = &row.statuses[index];
            if found["status"] != *expected.as_str() {
                wrong.push(format!("{} ({given}): {expected}, told is {}", row.file, found["status"]));
            }
            if index == 0 {
                let lacking = row.facets.iter().filter_map(|facet| lacks(&found, facet));
                wrong.extend(lacking.map(|what| format!("{}: {what}", row.file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Roots as a certificate tool leaves them: DER, several files, a folder.
#[test]
fn roots_are_taken_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let (root, unknown) = (testdata("signed/root.pem"), testdata("signed/unknown.pem"));
    let text = std::fs::read_to_string(&root).unwrap();
    let body: String = text.lines().skip(1).take_while(|line| !line.starts_with('-')).collect();
    let der = folder.path().join("root.cer");
    std::fs::write(&der, base64(&body)).unwrap();
    std::fs::copy(&unknown, folder.path().join("unknown.pem")).unwrap();
    let flag = "--trust-root";
    let [root, unknown, der, both] = [&root, &unknown, &der, folder.path()].map(|path| path.to_str().unwrap());
    let cases: [(&str, &[&str], &str); 7] = [
        ("valid.exe", &[flag, root], "valid"),
        ("valid.exe", &[flag, der], "valid"),
        ("valid.exe", &[flag, both], "valid"),
        ("valid.exe", &[flag, unknown, flag, root], "valid"),
        ("valid.exe", &[flag, unknown], "chain-untrusted"),
        ("unknown-root.exe", &[flag, unknown], "valid"),
        ("unknown-root.exe", &[flag, both], "valid"),
    ];
    for (file, roots, status) in cases {
        let mut arguments = vec!["inspect", "--format", "json"];
        arguments.extend(AT);
        arguments.extend(roots);
        let path = testdata("signed").join(file);
        arguments.push(path.to_str().unwrap());
        let report: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
        assert_eq!(report["payloads"][0]["pe"]["authenticode"]["status"], status, "{file} with {roots:?}");
    }
}

fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|one| *one == letter)
    };
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0usize, 0);
    for six in text.bytes().map_while(value) {
        (held, bits) = (held << 6 | six, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xFF) as u8);
        }
    }
    bytes
}
