//! The house: floors import only from below, files stay small and say what they are, nobody prints but `report` and `cli`.

use std::fs;
use std::path::{Path, PathBuf};

/// Each floor with the floors that it may import from, itself aside.
const FLOORS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("evidence", &["base"]),
    ("script", &["base"]),
    ("payload", &["base"]),
    ("artifact", &["base"]),
    ("case", &["base", "evidence", "script", "payload", "artifact"]),
    ("finding", &["base", "script", "payload", "case"]),
    ("correlate", &["base", "script", "payload", "artifact", "case"]),
    ("scan", &["base", "evidence", "script", "payload", "artifact", "case", "correlate", "finding"]),
    ("report", &["base", "evidence", "script", "payload", "artifact", "case", "finding"]),
    ("cli", &["base", "evidence", "script", "payload", "artifact", "case", "finding", "scan", "report"]),
];

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(root.join(folder))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "target"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The program's part of a file: its tests stand at its end, and a module may be for tests alone.
fn without_tests<'t>(path: &Path, text: &'t str) -> &'t str {
    if is_for_tests(path) { "" } else { text.split("\nmod tests {").next().unwrap() }
}

/// Whether the folder of a module declares it for tests alone, or the folder as a whole is.
fn is_for_tests(path: &Path) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let Some(parent) = path.parent() else { return false };
    is_for_tests_by_name(root, parent, &name) || parent.file_name().is_some() && is_for_tests(parent)
}

fn is_for_tests_by_name(root: &Path, parent: &Path, name: &str) -> bool {
    [parent.join("mod.rs"), parent.with_extension("rs")].iter().any(|file| {
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.windows(2).any(|pair| {
            pair[0].starts_with("#[cfg(") && pair[0].contains("test") && pair[1].ends_with(&format!("mod {name};"))
        })
    })
}

#[test]
fn floors_import_only_from_below() {
    for (path, text) in sources("src") {
        let Some(room) = path.iter().nth(1).and_then(|name| name.to_str()) else { continue };
        let Some((_, below)) = FLOORS.iter().find(|(floor, _)| *floor == room) else { continue };
        for (number, line) in (1..).zip(without_tests(&path, &text).lines()) {
            for (at, _) in line.match_indices("crate::").filter(|_| !line.trim_start().starts_with("//")) {
                let named: String =
                    line[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let known = FLOORS.iter().any(|(floor, _)| *floor == named);
                assert!(
                    !known || named == room || below.contains(&named.as_str()),
                    "{}:{number}: {room} imports from {named}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_small() {
    for (path, text) in ["src", "tests", "fuzz/fuzz_targets", "fuzz/src"].into_iter().flat_map(sources) {
        assert!(text.starts_with("//! "), "{} has no header", path.display());
        assert!(text.lines().count() <= 600, "{} is too long", path.display());
    }
}

#[test]
fn only_report_and_cli_print() {
    for (path, text) in sources("src") {
        let room = path.iter().nth(1).and_then(|name| name.to_str()).unwrap_or_default();
        let may = matches!(room, "report" | "cli");
        let body = without_tests(&path, &text);
        for word in ["println!(", "print!(", "dbg!("] {
            assert!(may || !body.contains(word), "{} prints", path.display());
        }
    }
}

#[test]
fn files_are_made_in_one_place_alone() {
    for (path, text) in sources("src") {
        let body = without_tests(&path, &text);
        let may = path.ends_with("report/output.rs");
        for word in
            [".write(true)", "File::create", "fs::write", "create_dir", "remove_file", "fs::rename", "set_permissions"]
        {
            assert!(may || !body.contains(word), "{}: {word}", path.display());
        }
        let spools = path.ends_with("evidence/filesystem/archive/spool.rs");
        assert_eq!(body.contains("tempfile::"), spools, "{}", path.display());
    }
}
