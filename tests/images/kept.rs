//! The images that are kept with the project: what is read where no tool is there to make others.

use crate::support;
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::File;

/// What a script of an image says: where it is, how it was come by, and the host of its session.
type Row = (&'static str, &'static str, &'static str);

const IMAGES: &[(&str, &[Row])] = &[
    (
        "kept.ntfs",
        &[
            ("C:\\Users\\Public\\a.txt", "file", "192.0.2.1"),
            ("C:\\Users\\Public\\b.txt", "deleted-record", "192.0.2.3"),
            ("C:\\Users\\Public\\cat.png:notes", "alternate-stream", "192.0.2.2"),
            ("C:\\Users\\Public\\gone\\c.txt", "deleted-record", "192.0.2.4"),
        ],
    ),
    ("kept.fat12", &[("a.txt", "file", "192.0.2.5"), ("transfer tonight.txt", "deleted-record", "192.0.2.6")]),
];

#[test]
fn live_hidden_and_deleted_scripts_of_the_kept_images() {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows) in IMAGES {
        let packed = File::open(support::testdata(&format!("images/{name}.gz"))).unwrap();
        let image = folder.path().join(name);
        std::io::copy(&mut GzDecoder::new(packed), &mut File::create(&image).unwrap()).unwrap();
        let (_, report) = support::scan_json(&image, &[]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let scripts = report["scripts"].as_array().unwrap().iter();
        let found: Vec<_> = scripts
            .map(|script| (text(&script["path"]), text(&script["source"]), text(&script["sessions"][0]["host"])))
            .collect();
        let expected: Vec<_> = rows
            .iter()
            .map(|(path, source, host)| ((*path).to_owned(), (*source).to_owned(), (*host).to_owned()))
            .collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(report["scan"]["complete"], true, "{name}: {:#}", report["errors"]);
        // FAT knows no zone: what it keeps are no times of UTC.
        let listed = support::program().arg("ls").arg(&image).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let times = listed.lines().filter_map(|line| line.split_whitespace().find(|word| word.contains(":")));
        let times: Vec<&str> = times.filter(|word| word.starts_with("20") && word.contains('T')).collect();
        assert!(!times.is_empty(), "{listed}");
        assert!(times.iter().all(|time| time.ends_with('Z') != name.ends_with("fat12")), "{listed}");
    }
}
