//! Made hosts with event logs, hives, tasks and files, scanned whole: every step of the playbooks that a scene is made for, and
//! what is left of the answers where sources are removed.

use crate::support::mmdb_writer::{city, database};
use crate::support::program;
use ftpsift::base::time::Timestamp;
use ftpsift::case::Case;
use ftpsift::case::playbook::Answer;
use ftpsift::case::run::{RecognisedBy, RunKnownBy, ScriptState};
use ftpsift::finding::allow::AllowList;
use ftpsift::scan::authorities::{self, Given};
use ftpsift::scan::progress::Progress;
use ftpsift::scan::request::ScanRequest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The scenes, without some sources; nothing where there is no Python.
fn scenes(without: &[&str]) -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/generate/make_scenes.py");
    let without = without.iter().flat_map(|source| ["--without", source]);
    let made = Command::new("python3").arg("-B").arg(script).arg(folder.path()).args(without).status();
    match made {
        Ok(status) => {
            assert!(status.success());
            Some(folder)
        }
        Err(_) => {
            eprintln!("skipped: there is no python3 here to make the scenes");
            None
        }
    }
}

fn scan(folder: &TempDir, scene: &str, request: ScanRequest) -> Case {
    let request = ScanRequest { paths: vec![folder.path().join(scene)], threads: 2, ..request };
    ftpsift::scan::run(&request, &Progress::default()).unwrap()
}

fn says(case: &Case, scene: &str, id: &str, words: &str) {
    let step = case.playbooks.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("{scene}: no step {id}"));
    let text = step.text.join("\n");
    assert!(
        step.answer == Answer::Answered && text.contains(words),
        "{scene} {id}: {words:?}\n{:?}\n{text}",
        step.answer
    );
}

#[test]
fn every_scene_is_answered_from_its_records() {
    let Some(folder) = scenes(&[]) else { return };
    let rows = [
        ("dropper", "1.initial-response.capture", "2 connections of C:\\Windows\\System32\\ftp.exe"),
        ("dropper", "1.process-lineage.parent", "behind it is office"),
        ("dropper", "1.process-lineage.image", "valid, Microsoft Windows, by the word of Sysmon"),
        ("dropper", "1.process-lineage.directory", "written by C:\\Windows\\System32\\cmd.exe"),
        ("dropper", "1.process-lineage.directory", "deleted by C:\\Windows\\System32\\cmd.exe"),
        ("dropper", "1.key-artifacts.dns", "ftp.bad.example = 203.0.113.10, and a connection went there"),
        ("dropper", "1.correlation-follow-on.execution", "nc.exe was started by itself at 2024-05-12T17:20:25Z, 10 s"),
        ("dropper", "1.containment-actions.isolate", "nc.exe is present, executed"),
        ("dropper", "2.recovery.recover", "rotate the login of bob"),
        ("anonymous", "2.command-line-semantics.switches", "-A logs in anonymously"),
        ("renamed", "1.process-lineage.image", "svc.exe (elsewhere), windows-ftp by original-file-name, renamed"),
        ("renamed-file", "1.process-lineage.image", "svc.exe (elsewhere), windows-ftp by hash, renamed"),
        ("renamed-file", "2.initial-response.context", "logon of remote-desktop from 198.51.100.23"),
        ("renamed-file", "2.initial-response.collect", "script acquired, C:\\Users\\Public\\a.txt"),
        ("passive", "1.protocol-ports.passive", "1 passive data connections, first with 203.0.113.10:50123"),
        ("active", "1.protocol-ports.active", "1 active data connections"),
        ("ftps", "1.protocol-ports.ftps", "implicit TLS"),
        ("upload", "1.direction.direction", "T1048.003 (seen): it sends one file"),
        ("rundll32", "1.correlation-follow-on.execution", "a.dll was started by rundll32"),
        ("mshta", "1.correlation-follow-on.execution", "a.hta was started by mshta"),
        ("powershell", "1.correlation-follow-on.execution", "a.ps1 was started by powershell"),
        ("run-key", "2.file-path-analysis.persistence", "run-key"),
        ("run-key", "2.recovery.recover", "remove the run-key Updater"),
        ("task", "2.file-path-analysis.persistence", "scheduled-task"),
        (
            "blocks",
            "2.initial-response.collect",
            "the script block 0f8fad5b-d9cb-469f-a165-000000000001 of C:\\Users\\Public\\x.ps1",
        ),
        ("blocks", "2.initial-response.collect", "000000000002 in the process 1 above it"),
        ("cleared", "1.coverage.coverage", "the log Security of PC1.corp.example was cleared at 2024-05-12T17:21:00Z"),
        (
            "cleared",
            "1.coverage.coverage",
            "the host does not record command-lines: ProcessCreationIncludeCmdLine_Enabled",
        ),
        ("job", "1.false-positives.legacy", "all its destinations are internal"),
        ("job", "1.false-positives.legacy", "the task scheduler started it"),
    ];
    let mut cases: BTreeMap<&str, Case> = BTreeMap::new();
    for (scene, id, words) in rows {
        let case = cases.entry(scene).or_insert_with(|| scan(&folder, scene, ScanRequest::default()));
        says(case, scene, id, words);
    }
    let files: Vec<&str> = cases["dropper"].runs[0].files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["C:\\Users\\Public\\nc.exe"], "what a client loads it did not make");
    let made: BTreeSet<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(cases.keys().map(|scene| (*scene).to_owned()).collect::<BTreeSet<_>>(), made, "a row for every scene");
}

/// PowerShell's own classes are a client as good as ftp.exe: the block that uses them is a run.
#[test]
fn script_blocks_are_runs_and_belong_to_the_runs_below_them() {
    let Some(folder) = scenes(&[]) else { return };
    let case = scan(&folder, "blocks", ScanRequest::default());
    assert_eq!(case.runs.len(), 2, "{:#?}", case.runs);
    let (own, below) = (&case.runs[0], &case.runs[1]);
    assert_eq!(
        (own.known_by, own.script.state, own.client.dialect()),
        (RunKnownBy::ScriptBlock, ScriptState::InScriptBlock, "dotnet")
    );
    assert_eq!((own.pid, own.user.as_deref()), (Some(4000), Some("CORP\\kim")));
    assert_eq!((own.program.recognised_by.contains(&RecognisedBy::ScriptText), own.program.renamed), (true, false));
    assert_eq!((own.network.recorded, own.files.len()), (1, 1), "{own:#?}");
    let blocks: Vec<_> = own.script_blocks.iter().map(|block| (block.depth, block.path.as_deref())).collect();
    assert_eq!(blocks, [(0, Some("C:\\Users\\Public\\x.ps1"))]);
    assert_eq!(below.script_blocks.iter().map(|block| block.depth).collect::<Vec<_>>(), [1]);
    let claim = case.claims.iter().find(|claim| claim.file.ends_with("nc.exe")).unwrap();
    assert_eq!(claim.runs, BTreeSet::from([own.id.clone()]));
    let told = case.timeline.iter().filter(|entry| entry.kind == "script block").map(|entry| entry.text.as_str());
    let told: Vec<&str> = told.collect();
    assert!(
        told.len() == 2 && told[0].contains("block 0f8fad5b-d9cb-469f-a165-000000000001 of C:\\Users\\Public\\x.ps1"),
        "{told:?}"
    );
    let known = |id: &String| case.events.iter().any(|event| event.id == *id);
    assert!(case.runs.iter().flat_map(|run| &run.script_blocks).all(|block| known(&block.event)));
}

#[test]
fn a_job_that_is_allowed_keeps_its_ticket() {
    let Some(folder) = scenes(&[]) else { return };
    let entry = "[[allow]]\nuser = 'CORP\\kim'\nnetwork = \"10.0.0.0/8\"\nticket = \"CHG-4711\"\nreason = \"prices\"\n";
    let now = Timestamp::parse("2024-06-01T00:00:00Z").unwrap();
    let allow = AllowList::parse(entry, "allow.toml", now).unwrap();
    let case = scan(&folder, "job", ScanRequest { allow: allow.clone(), ..ScanRequest::default() });
    assert!(
        !case.findings.is_empty() && case.findings.iter().all(|finding| finding.allowed_by.is_some()),
        "{:#?}",
        case.findings
    );
    says(&case, "job", "1.false-positives.legacy", "is allowed by allow.toml#1: prices (ticket CHG-4711)");
    // The same account, and another server.
    let case = scan(&folder, "passive", ScanRequest { allow, ..ScanRequest::default() });
    assert!(case.findings.iter().all(|finding| finding.allowed_by.is_none()));
}

/// The client's own file on the volume is verified; one that is not the file that ran tells nothing of the run.
#[test]
fn the_signature_of_the_client_is_that_of_its_file() {
    let Some(folder) = scenes(&[]) else { return };
    let signed = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/signed");
    let given = Given { roots: vec![signed.join("root.pem")], ..Given::default() };
    let authorities = authorities::read(&given, &Default::default()).unwrap();
    let place = folder.path().join("renamed-file/C/Users/Public/svc.exe");
    let client = folder.path().join("renamed-file/C/Windows/System32/ftp.exe");
    for (file, expected) in [("valid.exe", "valid, "), ("tampered-code.exe", "changed after signing, ")] {
        std::fs::copy(signed.join(file), &place).unwrap();
        std::fs::copy(signed.join(file), &client).unwrap();
        let case =
            scan(&folder, "renamed-file", ScanRequest { authorities: authorities.clone(), ..ScanRequest::default() });
        let program = &case.runs[0].program;
        let signature = program.signature.as_deref().unwrap_or_default();
        assert!(signature.starts_with(expected) && signature.ends_with("the file that lies there now"), "{program:?}");
        assert_eq!((program.renamed, program.recognised_by.contains(&RecognisedBy::Hash)), (true, true));
        says(&case, "renamed-file", "1.process-lineage.image", expected);
    }
    // Sysmon recorded the digest of another file.
    let client = folder.path().join("passive/C/Windows/System32/ftp.exe");
    std::fs::copy(signed.join("valid.exe"), client).unwrap();
    let case = scan(&folder, "passive", ScanRequest { authorities, ..ScanRequest::default() });
    let run = &case.runs[0];
    assert!(
        run.program.signature.is_none() && run.notes.iter().any(|note| note.contains("another than the one that ran")),
        "{run:#?}"
    );
}

#[test]
fn databases_of_addresses_are_given_on_the_command_line() {
    let Some(folder) = scenes(&[]) else { return };
    let file = folder.path().join("made.mmdb");
    std::fs::write(&file, database(28, 6, "Made", &[("203.0.113.0", 24, city("DE", "Germany", "Berlin"))])).unwrap();
    let scene = folder.path().join("passive");
    let run = |format: &str, database: &Path| {
        program().arg("scan").arg(&scene).args(["-q", "--format", format, "--geoip"]).arg(database).output().unwrap()
    };
    for (format, words) in [
        ("text", "203.0.113.10, documentation, DE Germany, Berlin"),
        ("json", "DE Germany, Berlin"),
        ("playbook", "DE Germany, Berlin"),
    ] {
        let text = String::from_utf8(run(format, &file).stdout).unwrap();
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(words), "{format}: {text}");
    }
    let refused = run("text", &scene.join("C/Users/Public/a.txt"));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && error.contains("a.txt: ") && error.contains("no metadata"), "{error}");
}

/// What is claimed, in words that can be compared.
fn verdicts(case: &Case) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for claim in &case.claims {
        let states = claim.states.iter().map(|state| state.state.word()).filter(|word| *word != "never-seen");
        all.extend(states.map(|word| format!("{} {word}", claim.file)));
    }
    for verdict in &case.verdicts {
        all.extend((0..=verdict.basis as u8).map(|basis| format!("{} {basis}", verdict.technique)));
    }
    all
}

#[test]
fn without_a_source_no_verdict_grows_and_the_coverage_says_why() {
    let Some(whole) = scenes(&[]) else { return };
    let scenes_asked = ["dropper", "upload", "run-key", "task", "blocks", "rundll32", "renamed-file"];
    let before: Vec<BTreeSet<String>> =
        scenes_asked.iter().map(|scene| verdicts(&scan(&whole, scene, ScanRequest::default()))).collect();
    assert!(before.iter().all(|verdicts| !verdicts.is_empty()), "{before:?}");
    let cases: &[(&[&str], &str)] = &[
        (&["sysmon-3"], "connections"),
        (&["sysmon-11"], "file-creations"),
        (&["sysmon-22"], "dns-questions"),
        (&["sysmon-23"], "file-deletions"),
        (&["sysmon-1", "security-4688"], "process-starts"),
        (&["powershell-4104"], "script-blocks"),
        (&["tasks", "hives"], "autostarts"),
        (&["payloads"], ""),
        (&["scripts"], ""),
        (
            &[
                "sysmon-1",
                "sysmon-3",
                "sysmon-5",
                "sysmon-7",
                "sysmon-11",
                "sysmon-22",
                "sysmon-23",
                "security-4688",
                "security-4624",
            ],
            "process-starts",
        ),
    ];
    for (removed, row) in cases {
        let Some(folder) = scenes(removed) else { return };
        for (scene, before) in scenes_asked.iter().zip(&before) {
            let case = scan(&folder, scene, ScanRequest::default());
            // A file that is gone leaves what records say of it, which was not needed before.
            let weaker = |word: &&String| word.ends_with(" seen") || word.ends_with(" hash-only");
            let left = verdicts(&case);
            let grown: Vec<&String> = left.difference(before).filter(|word| !weaker(word)).collect();
            assert!(grown.is_empty(), "{scene} without {removed:?}: {grown:?}");
            let covered = case.coverage.iter().find(|covered| covered.source == *row);
            let why = covered.and_then(|covered| covered.why.as_deref()).unwrap_or_default();
            let is_told = covered.is_some_and(|covered| !covered.examined) && why.contains("not examined");
            assert!(row.is_empty() || is_told, "{scene} without {removed:?}: {covered:?}");
        }
    }
}
