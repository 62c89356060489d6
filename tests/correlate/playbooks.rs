//! Every step of the playbooks over made scenes, and what is left of the answers where sources are missing.

use super::scene::*;
use super::{allowed, cleared, client, dropper, follow_on, persisted, upload};
use ftpsift::artifact::event::Direction as Way;
use ftpsift::case::Case;
use ftpsift::case::playbook::Answer;
use ftpsift::case::{Source, WrittenBy};
use ftpsift::correlate::sources::{ArtifactSource, LogSource};
use ftpsift::report::text::Layout;
use ftpsift::script::session::Scheme;
use std::collections::BTreeSet;

#[test]
fn every_step_of_the_playbooks() {
    use Answer::{Answered, NotApplicable, NotExamined, NothingFound};
    let ftps = [connects(Way::Outbound, SERVER, 990, 50000)];
    let active = [connects(Way::Outbound, SERVER, 21, 50000), connects(Way::Inbound, SERVER, 20, 50002)];
    let odd = [connects(Way::Outbound, "198.51.100.7", 2121, 50000)];
    let renamed = || {
        let mut scene = Scene::new();
        let program = "C:\\Users\\Public\\svc.exe";
        scene.script(SERVER, Scheme::Ftp, &["nc.exe"], &[]).start_as(
            12,
            12,
            (program, "ftp.exe"),
            "svc.exe -A -s:f.txt",
            (11, CMD),
        );
        scene
    };
    let dll =
        || follow_on("C:\\Windows\\System32\\rundll32.exe", "rundll32.exe C:\\Users\\Public\\a.dll,Start", "a.dll");
    let hta = || follow_on("C:\\Windows\\System32\\mshta.exe", "mshta.exe C:\\Users\\Public\\a.hta", "a.hta");
    let ps1 = || follow_on("C:\\x\\powershell.exe", "powershell -ep bypass -File a.ps1", "a.ps1");
    let run_key = || {
        persisted(sets(
            "HKU\\S-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Run",
            "\"C:\\Users\\Public\\nc.exe\" -d",
        ))
    };
    let task = || persisted(starts("scheduled-task", "ftp -s:C:\\Users\\Public\\f.txt"));
    let shell = || {
        let mut scene = client("ftp -s:f.txt", &[]);
        scene.start(14, 13, CMD, "cmd /c whoami", (12, FTP));
        scene
    };
    let rows: Vec<(Scene, &str, Answer, &str)> = vec![
        (dropper(), "1.initial-response.capture", Answered, "2 connections of C:\\Windows\\System32\\ftp.exe"),
        (
            dropper(),
            "1.initial-response.destination",
            Answered,
            "203.0.113.10 is documentation, port 21, asked for as ftp.bad.example",
        ),
        (client("ftp -s:f.txt", &odd), "1.initial-response.destination", Answered, "port 2121 (not a standard one)"),
        (
            client("ftp -s:f.txt", &odd),
            "1.initial-response.destination",
            Answered,
            "the script names 203.0.113.10; the records show",
        ),
        (
            allowed(),
            "1.initial-response.destination",
            Answered,
            "10.1.2.3 is internal, port 21, named by its number, known",
        ),
        (dropper(), "1.initial-response.scope", Answered, "1 runs by CORP\\bob on PC1"),
        (dropper(), "1.process-lineage.image", Answered, "ftp.exe (system32), windows-ftp by image-name"),
        (
            renamed(),
            "1.process-lineage.image",
            Answered,
            "svc.exe (elsewhere), windows-ftp by original-file-name, renamed",
        ),
        (dropper(), "1.process-lineage.parent", Answered, "behind it is office, which seldom"),
        (
            dropper(),
            "1.process-lineage.directory",
            Answered,
            "script acquired, C:\\Users\\Public\\f.txt; written by C:\\Windows\\System32\\cmd.exe",
        ),
        (dropper(), "1.protocol-ports.control", Answered, "1 control connections, first with 203.0.113.10:21"),
        (client("ftp -s:f.txt", &active), "1.protocol-ports.active", Answered, "1 active data connections"),
        (dropper(), "1.protocol-ports.active", NothingFound, "no active"),
        (dropper(), "1.protocol-ports.passive", Answered, "1 passive data connections, first with 203.0.113.10:50123"),
        (client("ftp -s:f.txt", &ftps), "1.protocol-ports.ftps", Answered, "implicit TLS"),
        (client("ftp -s:f.txt", &[]), "1.protocol-ports.ftps", NotExamined, "Sysmon 3 or Security 5156"),
        (dropper(), "1.artifact-discovery.files", Answered, "made C:\\Users\\Public\\nc.exe at 2026-03-01T10:00:15Z"),
        (dropper(), "1.artifact-discovery.scripts", Answered, "1 logins"),
        (dropper(), "1.artifact-discovery.analysis", Answered, "nc.exe: executed, seen"),
        (
            dropper(),
            "1.correlation-follow-on.execution",
            Answered,
            "nc.exe was started by itself at 2026-03-01T10:00:25Z, 10 s after it came",
        ),
        (dll(), "1.correlation-follow-on.execution", Answered, "a.dll was started by rundll32"),
        (hta(), "1.correlation-follow-on.execution", Answered, "a.hta was started by mshta"),
        (ps1(), "1.correlation-follow-on.execution", Answered, "a.ps1 was started by powershell"),
        (dropper(), "1.correlation-follow-on.prevalence", Answered, "the fleet beyond this evidence was not examined"),
        (dropper(), "1.key-artifacts.dns", Answered, "ftp.bad.example = 203.0.113.10, and a connection went there"),
        (dropper(), "1.key-artifacts.proxy", NotExamined, "proxies"),
        (dropper(), "1.direction.direction", Answered, "r1: T1105 (seen): it fetches one file from ftp.bad.example"),
        (upload(), "1.direction.direction", Answered, "r1: T1048.003 (seen): it sends one file"),
        (dropper(), "1.containment-actions.quarantine", Answered, "block 203.0.113.10"),
        (
            dropper(),
            "1.containment-actions.isolate",
            Answered,
            "isolate the host: C:\\Users\\Public\\nc.exe is executed",
        ),
        (dropper(), "1.prevention-measures.egress", NotApplicable, "below office"),
        (dropper(), "1.recovery.recover", Answered, "rotate the login of bob at ftp.bad.example"),
        (allowed(), "1.false-positives.legacy", Answered, "allowed by allow.toml#1 (ticket CHG-4711)"),
        (allowed(), "1.false-positives.legacy", Answered, "the task scheduler started it"),
        (dropper(), "1.false-positives.legacy", Answered, "nothing speaks for an approved job"),
        (cleared(), "1.coverage.coverage", Answered, "was cleared at 2026-03-01T10:01:00Z (security-1102)"),
        (cleared(), "1.coverage.coverage", Answered, "Security: records 2 to 49 are missing"),
        (cleared(), "1.coverage.coverage", Answered, "the host does not record prefetch: EnablePrefetcher is 0"),
        (
            dropper(),
            "2.initial-response.context",
            Answered,
            "parent C:\\Windows\\System32\\cmd.exe, user CORP\\bob, integrity medium",
        ),
        (
            dropper(),
            "2.initial-response.collect",
            Answered,
            "deleted by C:\\Windows\\System32\\cmd.exe at 2026-03-01T10:00:18Z",
        ),
        (dropper(), "2.initial-response.baseline", Answered, "for the owner to say"),
        (
            dropper(),
            "2.command-line-semantics.switches",
            Answered,
            "-s:f.txt takes its commands from that file; -n does not log in",
        ),
        (renamed(), "2.command-line-semantics.switches", Answered, "-A logs in anonymously"),
        (
            client("ftp -w:4096 -i h", &[]),
            "2.command-line-semantics.switches",
            Answered,
            "-w:4096 size of the transfer buffer",
        ),
        (dropper(), "2.command-line-semantics.content", Answered, "s1: C:\\Users\\Public\\f.txt (file)"),
        (
            dropper(),
            "2.command-line-semantics.identify",
            Answered,
            "ftp.bad.example:21, users [bob], fetches [nc.exe], sends []",
        ),
        (dropper(), "2.file-path-analysis.locate", Answered, "nc.exe"),
        (run_key(), "2.file-path-analysis.persistence", Answered, "run-key HKU"),
        (task(), "2.file-path-analysis.persistence", Answered, "scheduled-task Updater starts ftp-client, s1"),
        (dropper(), "2.file-path-analysis.persistence", Answered, "nc.exe was executed"),
        (dropper(), "2.network-dns-corroboration.network", Answered, "1 data connections"),
        (dropper(), "2.network-dns-corroboration.dns", Answered, "ftp.bad.example"),
        (dropper(), "2.network-dns-corroboration.proxy", NotExamined, "not read"),
        (dropper(), "2.follow-on-lateral-context.pivot", Answered, "nc.exe was started"),
        (shell(), "2.follow-on-lateral-context.children", Answered, "r1: started cmd /c whoami"),
        (dropper(), "2.follow-on-lateral-context.children", NothingFound, "no client started anything"),
        (dropper(), "2.follow-on-lateral-context.prevalence", Answered, "ftp.bad.example is named by 1 scripts"),
        (dropper(), "2.key-artifacts.lineage", Answered, "WINWORD.EXE /n a.docm [office]"),
        (dropper(), "2.key-artifacts.writes", Answered, "its script was written by C:\\Windows\\System32\\cmd.exe"),
        (dropper(), "2.direction.direction", Answered, "T1105"),
        (dropper(), "2.containment-actions.quarantine", Answered, "quarantine the script C:\\Users\\Public\\f.txt"),
        (run_key(), "2.containment-actions.isolate", Answered, "nc.exe is persisted"),
        (dropper(), "2.prevention-measures.egress", NotApplicable, "an alert on -s: would have told"),
        (run_key(), "2.recovery.recover", Answered, "remove the run-key"),
        (allowed(), "2.false-positives.automation", Answered, "all its destinations are internal"),
        (dropper(), "2.coverage.coverage", Answered, "program-memory: not examined"),
    ];
    let mut asked = BTreeSet::new();
    let mut known = BTreeSet::new();
    for (scene, id, answer, words) in rows {
        let case = scene.run();
        says(&case, id, answer, words);
        asked.insert(id.to_owned());
        known.extend(case.playbooks.iter().map(|step| step.id.clone()));
    }
    assert_eq!(asked, known, "a row for every step");
}

/// A script and a payload of one day, a log of starts of another.
fn quiet(log: (i64, i64), from: Option<i64>) -> Scene {
    let mut scene = Scene::new();
    scene.script(SERVER, Scheme::Ftp, &["nc.exe"], &[]);
    scene.case.scripts[0].times.modified = at(0);
    scene.case.scan.from = from.and_then(at);
    scene.sources.from = from.and_then(at);
    let mut read = LogSource::default();
    read.channel = "Security".to_owned();
    (read.records, read.command_lines) = (5, 5);
    (read.from, read.to) = (at(log.0), at(log.1));
    read.kinds.insert("security-4688".to_owned(), 5);
    scene.sources.logs.push(read);
    scene
}

#[test]
fn nothing_found_is_said_of_what_was_read_alone() {
    use Answer::{NotExamined, NothingFound};
    const DAY: i64 = 86_400;
    let rows: [(Scene, Answer, &str); 4] = [
        (
            quiet((-DAY, DAY), None),
            NothingFound,
            "no run of a client was recorded\nwhat was read reaches from 2026-02-28T10:00:00Z to 2026-03-02T10:00:00Z",
        ),
        (
            quiet((DAY, DAY), None),
            NotExamined,
            "last written 2026-03-01T10:00:00Z; what was read is of 2026-03-02T10:00:00Z alone",
        ),
        (
            quiet((-DAY, DAY), Some(-60)),
            NothingFound,
            "within the bounds asked for (--from 2026-03-01T09:59:00Z); outside of them nothing was examined",
        ),
        (
            quiet((-DAY, DAY), Some(2 * DAY)),
            NotExamined,
            "outside of the bounds asked for (--from 2026-03-03T10:00:00Z)",
        ),
    ];
    for (scene, answer, words) in rows {
        let case = scene.run();
        says(&case, "1.initial-response.scope", answer, words);
        says(
            &case,
            "2.initial-response.collect",
            answer,
            if answer == NothingFound { "no command line" } else { words },
        );
        let bounds = case.coverage.iter().find(|row| row.source == "time-bounds");
        assert_eq!(bounds.and_then(|row| row.from), case.scan.from);
        let mut text = Vec::new();
        ftpsift::report::text::write(&case, Layout::default(), &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.contains("\nbounds    nothing before"), case.scan.from.is_some(), "{text}");
        assert!(text.contains("EXAMINED\n event-log:Security (5), "), "{text}");
    }
}

#[test]
fn a_script_that_is_no_file_is_contained_by_what_makes_it() {
    let mut scene = Scene::new();
    scene.script(SERVER, Scheme::Ftp, &["nc.exe"], &["pay.txt"]);
    let mut written = scene.case.scripts[0].clone();
    written.id = "s2".to_owned();
    written.source = Source::WrittenByScript;
    written.written_by = Some(WrittenBy { script: "s3".to_owned(), line: 3 });
    written.sessions[0].id = "s2.1".to_owned();
    let mut typed = written.clone();
    (typed.id, typed.source) = ("s4".to_owned(), Source::CommandLine);
    typed.path = "C:\\Users\\Public\\go.bat (command line)".to_owned();
    let mut recorded = written.clone();
    (recorded.id, recorded.source, recorded.written_by) = ("s5".to_owned(), Source::Event, None);
    recorded.path = "Sysmon.evtx#3".to_owned();
    let mut writer = scene.case.scripts[0].clone();
    (writer.id, writer.sha256) = ("s3".to_owned(), "7".repeat(64));
    writer.path = "C:\\Users\\Public\\go.bat".to_owned();
    writer.sessions.clear();
    scene.case.scripts = vec![written, writer, typed, recorded];
    let case = scene.run();
    let steps = ["1.containment-actions.quarantine", "2.containment-actions.quarantine"];
    for text in steps.map(|id| step(&case, id).text.clone()) {
        let scripts: Vec<&String> = text.iter().filter(|line| line.contains("the script")).collect();
        assert_eq!(
            scripts,
            [
                &format!(
                    "quarantine the script C:\\Users\\Public\\go.bat, SHA-256 {}, which makes {SCRIPT}",
                    "7".repeat(64)
                ),
                "no file of the evidence holds the script Sysmon.evtx#3: a record of the host does",
            ]
        );
    }
    says(&case, "1.artifact-discovery.analysis", Answer::Answered, "nc.exe");
    assert!(
        !step(&case, "1.artifact-discovery.analysis").text.join("\n").contains("pay.txt"),
        "it was sent, not fetched"
    );
}

#[test]
fn answers_agree_with_the_runs_of_the_report() {
    // The start of the client is in no record: its child names it.
    let mut scene = Scene::new();
    let mut child = scene.start(30, 13, CMD, "cmd /c calc", (12, FTP)).events.pop().unwrap();
    let parent = child.fact.process.as_mut().unwrap().parent.as_mut().unwrap();
    parent.command_line = Some("ftp -s:f.txt".to_owned());
    scene.events.push(child);
    let case = scene.run();
    assert_eq!(case.runs[0].when().as_deref(), Some("no later than 2026-03-01T10:00:30Z"));
    says(
        &case,
        "1.process-lineage.parent",
        Answer::Answered,
        "r1: command line ftp -s:f.txt; no record names its parent",
    );
    says(
        &case,
        "1.containment-actions.isolate",
        Answer::Answered,
        "r1: no record shows that it ended; look for the process 12",
    );
    says(&case, "2.initial-response.context", Answer::Answered, "no later than 2026-03-01T10:00:30Z");
    // Letters of another client are not those of ftp.
    let mut scene = Scene::new();
    let curl = "C:\\Windows\\System32\\curl.exe";
    scene.start(12, 12, curl, "curl -T C:\\a.dit ftp://u:p@203.0.113.10/in/", (11, CMD));
    let case = scene.run();
    let said = step(&case, "2.command-line-semantics.switches").text.join("\n");
    assert!(said.contains("203.0.113.10 is the host") && !said.contains("-n ") && !said.contains("-i "), "{said}");
    // What was read of the memories of programs is named.
    let mut scene = Scene::new();
    scene.script(SERVER, Scheme::Ftp, &["nc.exe"], &[]);
    scene
        .sources
        .artifacts
        .insert("prefetch".to_owned(), ArtifactSource { examined: true, records: 1, ..ArtifactSource::default() });
    let case = scene.run();
    says(
        &case,
        "1.correlation-follow-on.execution",
        Answer::NotExamined,
        "these were read, and show none: prefetch (1)",
    );
    // A task that is off starts nothing.
    let mut off = starts("scheduled-task", "ftp -s:C:\\Users\\Public\\f.txt");
    off.starts.as_mut().unwrap().disabled = true;
    let case = persisted(off).run();
    says(&case, "2.file-path-analysis.persistence", Answer::Answered, "scheduled-task Updater (disabled) starts");
    let mut text = Vec::new();
    ftpsift::report::text::write(&case, Layout::default(), &mut text).unwrap();
    assert!(String::from_utf8(text).unwrap().contains("scheduled-task Updater (disabled"));
}

/// What is claimed, in words that can be compared: states of files, techniques with what they rest on.
fn verdicts(case: &Case) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    for claim in &case.claims {
        let strong = claim
            .states
            .iter()
            .filter(|state| !matches!(serde_json::to_value(state.state).unwrap().as_str(), Some("never-seen")));
        all.extend(strong.map(|state| format!("{} {:?}", claim.file, state.state)));
    }
    for verdict in &case.verdicts {
        all.extend((0..=verdict.basis as u8).map(|basis| format!("{} {basis}", verdict.technique)));
    }
    all.extend(
        case.runs.iter().map(|run| format!("parent {:?}", run.parent_kind)).filter(|kind| kind != "parent Unknown"),
    );
    all
}

#[test]
fn without_a_source_no_verdict_grows_and_the_coverage_says_why() {
    let whole = verdicts(&dropper().run());
    assert!(whole.len() >= 6, "{whole:?}");
    let cases: &[(&[&str], &str, &str)] = &[
        (&["sysmon-3"], "connections", "1.protocol-ports.control"),
        (&["sysmon-22"], "dns-questions", "1.key-artifacts.dns"),
        (&["sysmon-11"], "file-creations", "2.key-artifacts.writes"),
        (&["sysmon-23"], "file-deletions", ""),
        (&["sysmon-1"], "process-starts", "1.process-lineage.parent"),
        (
            &["sysmon-1", "sysmon-3", "sysmon-5", "sysmon-11", "sysmon-22", "sysmon-23"],
            "process-starts",
            "2.initial-response.context",
        ),
    ];
    for (removed, row, step_id) in cases {
        let mut scene = dropper();
        scene.events.retain(|event| !removed.contains(&event.fact.source.as_str()));
        let case = scene.run();
        let left = verdicts(&case);
        let grown: Vec<&String> = left.difference(&whole).filter(|word| !word.starts_with("parent")).collect();
        assert!(grown.is_empty(), "{removed:?}: {grown:?}");
        let row = case.coverage.iter().find(|known| known.source == *row).unwrap();
        assert!(!row.examined && row.why.as_ref().unwrap().contains("not examined"), "{row:?}");
        // The client's own connections and files still tell of a run where its start is in no record.
        if !step_id.is_empty() && (removed.len() > 1 || removed[0] != "sysmon-1") {
            assert_eq!(step(&case, step_id).answer, Answer::NotExamined, "{removed:?} {step_id}");
        }
    }
    let mut scene = dropper();
    scene.events.clear();
    scene.sources.artifacts.insert(
        "prefetch".to_owned(),
        ArtifactSource { why: "the folder is empty".to_owned(), ..ArtifactSource::default() },
    );
    let case = scene.run();
    assert!(states(&case, "nc.exe").contains("never-seen") && case.runs.is_empty());
    assert!(case.verdicts.iter().all(|verdict| verdict.against.iter().any(|text| text.contains("no record"))));
}
