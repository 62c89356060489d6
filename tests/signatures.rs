//! Verdicts on signatures: every file of testdata/signed, with its root trusted and without it.
//!
//! The table is `testdata/signed/expected.tsv`. Two other verifiers were asked the same: `testdata/generate/second_opinions.py`.

use crate::support::{run, testdata};
use serde_json::Value;

/// One file and what must be told of it.
struct Row {
    file: String,
    /// `status` where root.pem is trusted.
    rooted: String,
    /// `status` where nothing of ours is.
    alone: String,
    /// What else must be told where root.pem is trusted: a path below `pe.authenticode`, `=` or `~` (holds), a text.
    facets: Vec<String>,
}

fn table() -> Vec<Row> {
    let text = std::fs::read_to_string(testdata("signed/expected.tsv")).unwrap();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [file, rooted, alone, facets] = cells[..] else { panic!("four cells: {line}") };
        let facets = facets.split("; ").filter(|facet| *facet != "-").map(str::to_owned).collect();
        rows.push(Row { file: file.to_owned(), rooted: rooted.to_owned(), alone: alone.to_owned(), facets });
    }
    rows
}

/// What is told of the signatures of each file, in order.
fn told(rows: &[Row], more: &[&str]) -> Vec<Value> {
    let paths: Vec<String> = rows.iter().map(|row| testdata("signed").join(&row.file).to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["inspect", "--format", "json"];
    arguments.extend(more);
    arguments.extend(paths.iter().map(String::as_str));
    let report: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
    let payloads = report["payloads"].as_array().unwrap();
    let of = |row: &Row| payloads.iter().find(|payload| payload["path"].as_str().unwrap().ends_with(&format!("/{}", row.file)));
    rows.iter().map(|row| of(row).unwrap_or_else(|| panic!("{} is told", row.file))["pe"]["authenticode"].clone()).collect()
}

/// What stands at a path of names and numbers, as text; nothing where it is absent.
fn at(value: &Value, path: &str) -> Option<String> {
    let step = |value: &'_ Value, name: &str| name.parse::<usize>().map_or_else(|_| value.get(name), |index| value.get(index)).cloned();
    let found = path.split('.').try_fold(value.clone(), |value, name| step(&value, name))?;
    Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
}

fn lacks(signature: &Value, facet: &str) -> Option<String> {
    let place = facet.find(['=', '~']).unwrap_or_else(|| panic!("a facet has = or ~: {facet}"));
    let (path, wanted) = (&facet[..place], &facet[place + 1..]);
    let found = at(signature, path).unwrap_or_else(|| "absent".to_owned());
    let holds = if facet[place..].starts_with('=') { found == wanted } else { found.contains(wanted) };
    (!holds).then(|| format!("{facet}, told is {found}"))
}

#[test]
fn every_signed_file_is_judged_as_expected() {
    let rows = table();
    let files = std::fs::read_dir(testdata("signed")).unwrap();
    let programs = files.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "exe"));
    assert_eq!(rows.len(), programs.count(), "each program of testdata/signed has a row");
    let root = testdata("signed/root.pem");
    let rooted = told(&rows, &["--trust-root", root.to_str().unwrap()]);
    let alone = told(&rows, &[]);
    let mut wrong = Vec::new();
    for ((row, rooted), alone) in rows.iter().zip(&rooted).zip(&alone) {
        for (when, expected, found) in [("root trusted", &row.rooted, rooted), ("alone", &row.alone, alone)] {
            if found["status"] != *expected.as_str() {
                wrong.push(format!("{} ({when}): {expected}, told is {}", row.file, found["status"]));
            }
        }
        wrong.extend(row.facets.iter().filter_map(|facet| lacks(rooted, facet)).map(|what| format!("{}: {what}", row.file)));
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
        arguments.extend(roots);
        let path = testdata("signed").join(file);
        arguments.push(path.to_str().unwrap());
        let report: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
        assert_eq!(report["payloads"][0]["pe"]["authenticode"]["status"], status, "{file} with {roots:?}");
    }
}

fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|one| *one == letter);
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
