//! Which source wins, what a file may hold, and what is refused with its place.

use super::{Completed, blamed, complete, config};
use crate::cli::args::Arguments;
use clap::CommandFactory;
use std::ffi::OsString;
use std::path::Path;

fn completed(line: &[&str], variables: &[(&str, &str)]) -> Result<Completed, String> {
    let line = std::iter::once("ftpsift").chain(line.iter().copied()).map(OsString::from).collect();
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    complete(&Arguments::command(), line, variables)
}

/// The arguments behind the program's name.
fn arguments(line: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let completed = completed(line, variables).unwrap();
    completed.arguments.into_iter().skip(1).map(|argument| argument.into_string().unwrap()).collect()
}

fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ftpsift.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn without_sources_the_line_stays() {
    for line in [&[][..], &["scan"], &["scan", "x"], &["--help"], &["nonsense", "--threads"], &["scan", "x", "--what"]]
    {
        assert_eq!(arguments(line, &[("PATH", "/bin"), ("FTPSIFTER", "1")]), line);
    }
}

#[test]
fn the_line_wins_over_the_environment_and_that_over_the_file() {
    let (_folder, path) = file("threads = 2\nfail-on = 'high'\n[scan]\nformat = 'json'\nquiet = true\n");
    let environment = [("FTPSIFT_THREADS", "3"), ("FTPSIFT_FORMAT", "jsonl")];
    assert_eq!(
        arguments(&["scan", "--config", &path, "x", "-ftext"], &environment),
        ["scan", "--fail-on=high", "--threads=3", "--quiet", "--config", &path, "x", "-ftext"]
    );
    // Before the verb and in the environment the file is named as well; what follows -- is evidence.
    let environment = [("FTPSIFT_THREADS", "3"), ("FTPSIFT_CONFIG", path.as_str()), ("FTPSIFT_QUIET", "no")];
    assert_eq!(
        arguments(&["scan", "--", "--threads"], &environment),
        ["scan", "--format=json", "--fail-on=high", "--threads=3", "--", "--threads"]
    );
    assert_eq!(
        arguments(&["--config", &path, "scan", "x", "--threads", "1", "-q", "-f", "text", "--fail-on=low"], &[]).len(),
        10
    );
}

#[test]
fn each_verb_takes_the_options_that_it_has() {
    let (_folder, path) = file("quiet = true\nsecrets = 'mask'\n[ls]\nhash = ['md5', 'sha1']\n");
    let given = [("FTPSIFT_CONFIG", path.as_str())];
    assert_eq!(arguments(&["ls", "x"], &given), ["ls", "--hash=md5", "--hash=sha1", "x"]);
    assert_eq!(
        arguments(&["collect", "x", "-o", "y"], &given),
        ["collect", "--secrets=mask", "--quiet", "x", "-o", "y"]
    );
    assert_eq!(arguments(&["script", "x"], &given), ["script", "--secrets=mask", "x"]);
    assert_eq!(arguments(&["rules"], &given), ["rules"]);
}

#[test]
fn lists_caps_numbers_and_times() {
    let text = "limit = { files = 1_000, rows = '2' }\ntrust-root = ['a b', 'c']\nfrom = 2026-01-31T00:00:00Z\n[scan.drive]\nC = 'm/c'\n";
    let (folder, path) = file(text);
    let beside = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut all = arguments(&["scan", "x"], &[("FTPSIFT_CONFIG", &path)]);
    all.sort();
    let wanted = [
        &format!("--drive=C={}", beside("m/c")),
        "--from=2026-01-31T00:00:00Z",
        "--limit=files=1000",
        "--limit=rows=2",
        &format!("--trust-root={}", beside("a b")),
        &format!("--trust-root={}", beside("c")),
        "scan",
        "x",
    ];
    assert_eq!(all, wanted);
    // A list on the line takes the place of the whole list.
    let line = ["scan", "x", "--limit", "files=3"];
    assert!(!arguments(&line, &[("FTPSIFT_CONFIG", &path)]).iter().any(|one| one.starts_with("--limit=")));
    let joined = std::env::join_paths(["a", "b c"]).unwrap().into_string().unwrap();
    assert_eq!(
        arguments(&["inspect", "x"], &[("FTPSIFT_CATALOG", &joined)]),
        ["inspect", "--catalog=a", "--catalog=b c", "x"]
    );
}

/// Whoever can write to the working folder must not choose the file that a configuration means.
#[test]
fn paths_in_a_file_start_from_its_folder() {
    let whole = std::env::temp_dir().join("g.mmdb").to_str().unwrap().to_owned();
    let text = format!(
        "known = 'k.txt'\nallow = '../a.toml'\noutput = 'r.json'\nfingerprint-key = 'key'\n\
                        geoip = ['{whole}', 'c.mmdb']\ncatalog = 'cat'\ntrust-at = 'none'\ndrive = ['D=d', 'E=']\n"
    );
    let (folder, path) = file(&text);
    let beside = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut all = arguments(&["scan", "x"], &[("FTPSIFT_CONFIG", &path)]);
    all.sort();
    let wanted = [
        format!("--allow={}", beside("../a.toml")),
        format!("--catalog={}", beside("cat")),
        format!("--drive=D={}", beside("d")),
        "--drive=E=".to_owned(),
        format!("--fingerprint-key={}", beside("key")),
        format!("--geoip={}", beside("c.mmdb")),
        format!("--geoip={whole}"),
        format!("--known={}", beside("k.txt")),
        format!("--output={}", beside("r.json")),
        "--trust-at=none".to_owned(),
        "scan".to_owned(),
        "x".to_owned(),
    ];
    let mut wanted = wanted.to_vec();
    wanted.sort();
    assert_eq!(all, wanted);
    // On the line and in the environment they start from the working folder, as is usual.
    assert_eq!(arguments(&["scan", "x", "--known", "k"], &[("FTPSIFT_ALLOW", "a")])[1], "--allow=a");
    // A file that is named without a folder is in the working folder.
    let config = config::parse(&Arguments::command(), "known = 'k'\n", "f.toml", Path::new("")).unwrap();
    assert!(format!("{:?}", config.setting("scan", "known")).contains("[\"k\"]"));
}

#[test]
fn a_file_may_begin_with_a_byte_order_mark() {
    let (_folder, path) = file("\u{feff}threads = 2\n");
    assert_eq!(arguments(&["scan", "x"], &[("FTPSIFT_CONFIG", &path)]), ["scan", "--threads=2", "x"]);
}

/// Windows does not tell names of variables by their case.
#[test]
fn a_variable_in_another_case_is_the_same_on_windows_alone() {
    let arguments = arguments(&["scan", "x"], &[("ftpsift_Threads", "2")]);
    let wanted: &[&str] = if cfg!(windows) { &["scan", "--threads=2", "x"] } else { &["scan", "x"] };
    assert_eq!(arguments, wanted);
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    let cases = [
        ("thredas = 2\n", "f.toml:1:1: no verb has an option thredas; there are "),
        ("\n[scan]\n  hash = 'md5'\n", "f.toml:3:3: scan has no option hash; there are allow, "),
        ("[sacn]\nquiet = true\n", "f.toml:1:2: no verb has an option sacn"),
        ("[schema]\nformat = 'json'\n", "f.toml:2:1: schema has no option format, nor any other"),
        ("config = 'x'\n", "f.toml:1:1: config is given on the command line alone"),
        ("[scan]\nhelp = true\n", "f.toml:2:1: help is given on the command line alone"),
        ("quiet = 'yes'\n", "f.toml:1:9: true or false is wanted"),
        ("threads = true\n", "f.toml:1:11: a text or a number is wanted"),
        ("threads = [1]\n", "f.toml:1:11: a text or a number is wanted"),
        ("threads = 1.5\n", "f.toml:1:11: a text or a number is wanted"),
        ("limit = ['a=1', {}]\n", "f.toml:1:17: a text, or a list of texts, is wanted"),
        ("limit = { files = [] }\n", "f.toml:1:19: a text, or a list of texts, is wanted"),
        ("catalog = { a = 'b' }\n", "f.toml:1:11: a text, or a list of texts, is wanted"),
    ];
    for (text, message) in cases {
        let refused = config::parse(&Arguments::command(), text, "f.toml", Path::new("")).unwrap_err();
        assert!(refused.starts_with(message), "{text}: {refused}");
    }
    for text in ["quiet = \n", "quiet = true\nquiet = true\n", "[scan\n", "\u{0}"] {
        let refused = config::parse(&Arguments::command(), text, "f.toml", Path::new("")).unwrap_err();
        assert!(refused.starts_with("f.toml: TOML parse error at line "), "{text}: {refused}");
    }
    assert!(completed(&["scan", "x", "--config", "no/such/file"], &[]).unwrap_err().starts_with("no/such/file: "));
    assert_eq!(
        completed(&["scan", "x"], &[("FTPSIFT_QUIET", "perhaps")]).unwrap_err(),
        "FTPSIFT_QUIET: true or false is wanted"
    );
    let (_folder, path) = file(&format!("#{}", "x".repeat(1 << 20)));
    assert!(completed(&["scan", "x", "--config", &path], &[]).unwrap_err().ends_with("longer than 1048576 bytes"));
}

#[test]
fn a_variable_that_names_no_option_is_told() {
    let completed = completed(&["ls", "x"], &[("FTPSIFT_THREAD", "2"), ("FTPSIFT_VERIFY", "")]).unwrap();
    assert_eq!(completed.remarks, ["the variable FTPSIFT_THREAD names no option and is not used"]);
    assert_eq!(completed.arguments, ["ftpsift", "ls", "x"]);
}

#[test]
fn a_value_that_is_refused_tells_who_gave_it() {
    let (_folder, path) = file("[scan]\nthreads = 0\n");
    let completed = completed(&["scan", "x", "--config", &path], &[("FTPSIFT_FORMAT", "xml")]).unwrap();
    let refused = |arguments: &[OsString]| Arguments::command().try_get_matches_from(arguments).unwrap_err();
    let places = blamed(&refused(&completed.arguments), &completed.origins);
    assert_eq!(places, ["--format was given by the variable FTPSIFT_FORMAT"]);
    let without: Vec<OsString> = completed.arguments.iter().filter(|one| *one != "--format=xml").cloned().collect();
    assert_eq!(blamed(&refused(&without), &completed.origins), [format!("--threads was given by {path}:2:1")]);
}
