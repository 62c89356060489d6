//! What others run the program by: the artifact for Velociraptor and the callers in the README give arguments that it takes.

use crate::support::{program, testdata};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Whether the program takes these arguments. Where `--help` is reached, all before it was understood.
fn refused(arguments: &[String]) -> Option<String> {
    let out = program().args(arguments).arg("--help").output().unwrap();
    (!out.status.success()).then(|| String::from_utf8_lossy(&out.stderr).into_owned())
}

fn assert_taken(arguments: &[&str]) {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    assert_eq!(refused(&arguments), None, "{arguments:?}");
}

/// Top-level keys of YAML with the lines below each, comments and blank lines left out.
fn sections(yaml: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut current = "";
    for line in yaml.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        if line.starts_with(' ') {
            sections.get_mut(current).expect("an indented line stands below a key").push(line);
        } else {
            let (key, value) = line.split_once(':').unwrap_or_else(|| panic!("no key: {line}"));
            current = key;
            let value = value.trim();
            let known = sections.insert(key, if value.is_empty() || value == "|" { Vec::new() } else { vec![value] });
            assert_eq!(known, None, "{key} stands there twice");
        }
    }
    sections
}

/// Values of `key:` among lines, as in `- name: x`.
fn values<'y>(lines: &[&'y str], key: &str) -> Vec<&'y str> {
    let prefix = format!("{key}:");
    lines.iter().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(&prefix)).map(str::trim).collect()
}

/// The list behind `argv=[` as VQL writes it: texts in quotes, and names, which may have brackets of their own.
fn argument_list(query: &str) -> Vec<String> {
    let (_, list) = query.split_once("argv=[").unwrap();
    let mut open = 1;
    let within = list.chars().take_while(|c| {
        open += i32::from(*c == '[') - i32::from(*c == ']');
        open > 0
    });
    within.collect::<String>().split(',').map(|one| one.trim().to_owned()).collect()
}

#[test]
fn the_artifact_for_velociraptor_runs_the_program_by_a_list_of_arguments() {
    let text = fs::read_to_string(testdata("velociraptor/Custom.Ftpsift.yaml")).unwrap();
    assert!(!text.contains('\t') && text.is_ascii());
    let artifact = sections(&text);
    for key in ["name", "description", "type", "tools", "precondition", "parameters", "sources", "required_permissions"]
    {
        assert!(artifact.get(key).is_some_and(|lines| !lines.is_empty()), "{key}");
    }
    assert_eq!(artifact["name"], ["Custom.Ftpsift"]);
    assert_eq!(artifact["type"], ["CLIENT"]);
    // A tool for each system that the precondition admits; the query makes its name of the system's.
    let query = artifact["sources"].join("\n");
    assert!(query.contains("ToolName='ftpsift_' + System[0].OS"));
    let systems: Vec<&str> = values(&artifact["tools"], "name");
    assert_eq!(systems, ["ftpsift_windows", "ftpsift_linux"]);
    for tool in systems {
        let system = tool.trim_start_matches("ftpsift_");
        assert!(artifact["precondition"][0].contains(&format!("OS = '{system}'")), "{system}");
    }
    let mut defaults = BTreeMap::new();
    let mut parameter = "";
    for line in &artifact["parameters"] {
        if let [name] = values(&[line], "name")[..] {
            parameter = name;
        }
        if let [default] = values(&[line], "default")[..] {
            defaults.insert(parameter, default);
        }
    }
    // What the query runs, with the parameters' defaults in place of their names.
    let list = argument_list(&query);
    assert_eq!(list[0], "Tool[0].OSPath");
    let filled: Vec<String> = list[1..]
        .iter()
        .map(|one| match one.strip_prefix('\'').and_then(|one| one.strip_suffix('\'')) {
            Some(text) => text.to_owned(),
            None if one == "Report" => "report.jsonl".to_owned(),
            None => (*defaults.get(one.as_str()).unwrap_or_else(|| panic!("{one} is no parameter"))).to_owned(),
        })
        .collect();
    for word in ["--format", "jsonl", "--output", "--quiet"] {
        assert!(filled.iter().any(|one| one == word), "{word}: {filled:?}");
    }
    for name in defaults.keys() {
        assert!(query.contains(name), "no use of {name}");
    }
    // The budget leaves time to fetch the tool and to write the report before Velociraptor ends the collection.
    let timeout: u64 = values(&artifact["resources"], "timeout")[0].parse().unwrap();
    let minutes: u64 = defaults["TimeBudget"].strip_suffix('m').unwrap().parse().unwrap();
    assert!(minutes * 60 * 2 <= timeout, "{minutes} minutes of {timeout} seconds");
    let described = artifact["parameters"].join(" ");
    assert!(described.contains(&format!("({timeout} s here)")));
    // No program is left behind, nor taken from where any user of the host may have put it.
    assert!(query.contains("IsExecutable=TRUE, TemporaryOnly=TRUE") && query.contains("tempdir(remove_last=TRUE)"));
    assert!(!text.contains("ToolInfo"));
    // Every exit code that leaves a report.
    assert!(query.contains("ReturnCode IN (0, 1, 3, 130)"));
    assert_eq!(values(&artifact["column_types"], "type"), ["json/1"]);
    // Each query is a statement that ends in a SELECT of what is returned.
    assert!(query.contains("parse_lines(filename=Report") && query.contains("parse_json(data=Text)"));
    assert_eq!(refused(&filled), None, "{filled:?}");
    let wrong: Vec<String> = filled.iter().map(|one| one.replace("--quiet", "--quite")).collect();
    assert!(refused(&wrong).is_some());
}

/// Command lines in the README's samples: what follows the program's name on lines of its code blocks.
#[test]
fn the_callers_in_the_readme_give_arguments_that_the_program_takes() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, samples) = readme.split_once("## From other programs").expect("a chapter of callers");
    let (samples, _) = samples.split_once("\n## ").unwrap();
    let mut seen = 0;
    for line in samples.lines().filter(|line| line.contains("triage ") && line.contains("--format")) {
        let (_, arguments) = line.split_once("triage ").unwrap();
        let words = words(arguments);
        assert!(words.iter().any(|word| word == "jsonl"), "{line}");
        seen += 1;
        let all: Vec<String> = std::iter::once("triage".to_owned()).chain(words).collect();
        assert_eq!(refused(&all), None, "{line}");
    }
    assert!(seen >= 4, "{seen} callers");
    // A report on a host is for those who administer it; whoever fetches it makes no file that others read.
    assert!(samples.matches("umask 077").count() >= 2 && samples.contains("icacls"), "{samples}");
    assert_taken(&["scan", "x", "--format", "jsonl", "-o", "y"]);
}

/// Splits as a shell does that knows both kinds of quotes; ends where the command ends. Variables stand for themselves.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (';' | '|' | '>' | '<' | '&' | ')' | '}', None) => break,
            (c, None) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            (c, _) => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
