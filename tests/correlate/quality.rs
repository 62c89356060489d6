//! What a clock, a log and an address are worth: clocks that were set, records that were recovered, hosts that were off,
//! policies, and the examiner's databases.

use super::scene::*;
use super::{client, dropper};
use crate::support::mmdb_writer::{city, database, network};
use ftpsift::artifact::event::{ClockChange, Direction as Way, Event as Fact, LogChange, Logon};
use ftpsift::case::playbook::Answer;
use ftpsift::correlate::mmdb::Database;
use ftpsift::correlate::sources::{LogSource, Policy};
use std::sync::Arc;

#[test]
fn the_timeline_says_what_each_clock_is_worth() {
    let set = |second: i64, from: i64, to: i64, reason| Fact {
        time: at(second),
        source: "system-1".to_owned(),
        clock: Some(ClockChange { from: at(from), to: at(to), reason }),
        ..Fact::default()
    };
    let mut scene = dropper();
    scene.events[4].fact.recovered = true;
    scene.events[4].fact.time_quality = Some("of the record, not of the event".to_owned());
    // By an hour forwards at 10:00:20; what wakes the host, and what the service of time does, is no such thing.
    scene.fact(set(3620, 20, 3620, Some(1))).fact(set(16, 16, 10_000, Some(2)));
    let case = scene.run();
    let note = |second: i64, kind: &str| {
        let found = case.timeline.iter().find(|entry| Some(entry.time) == at(second) && entry.kind == kind);
        found.unwrap_or_else(|| panic!("{kind} at {second}: {:#?}", case.timeline)).note.clone().unwrap_or_default()
    };
    assert!(note(12, "process started").contains("was set by +3600 s after this, at 2026-03-01T10:00:20Z"));
    let recovered =
        case.timeline.iter().filter_map(|entry| entry.note.as_deref()).find(|note| note.contains("no longer lists"));
    assert!(recovered.is_some_and(|note| note.starts_with("of the record, not of the event; ")), "{recovered:?}");
    assert_eq!(note(25, "process started"), "", "it was told by the new clock");
    assert_eq!(case.timeline.iter().filter(|entry| entry.kind == "clock set").count(), 1);
    says(&case, "1.coverage.coverage", Answer::Answered, "was set at 2026-03-01T11:00:20Z, by +3600 s");

    let mut scene = dropper();
    scene.fact(set(5, 20, 5, Some(1)));
    let case = scene.run();
    let twice: Vec<_> = case
        .timeline
        .iter()
        .filter_map(|entry| entry.note.as_deref())
        .filter(|note| note.contains("told this instant twice"))
        .collect();
    assert!(!twice.is_empty() && twice[0].contains("set back by 15 s"), "{:#?}", case.timeline);
}

#[test]
fn hosts_that_were_off_and_policies_have_rows() {
    let mut scene = dropper();
    for (source, second) in [("system-6006", 100), ("system-6005", 5000), ("system-41", 9000), ("system-6008", 9010)] {
        let log = LogChange { channel: "System".to_owned(), change: "started".to_owned(), detail: None };
        scene.fact(Fact { time: at(second), source: source.to_owned(), log: Some(log), ..Fact::default() });
    }
    let mut log = LogSource::new("Security", "e1", "Security.evtx");
    log.count(1, at(0), "security-4688", false);
    log.count(2, at(90), "security-4688", false);
    scene.sources.logs.push(log);
    let policy = |what: &str, enabled, by: &str| Policy { what: what.to_owned(), enabled, told_by: by.to_owned() };
    scene.sources.policies = vec![
        policy("connections", false, "the audit policy"),
        policy("log Microsoft-Windows-TaskScheduler/Operational", false, "its channel"),
        policy("sysmon", true, "the service or driver Sysmon64"),
    ];
    let case = scene.run();
    let row =
        |source: &str| case.coverage.iter().find(|row| row.source == source).unwrap_or_else(|| panic!("no {source}"));
    let uptime = row("uptime:PC1.corp.example");
    assert_eq!(uptime.gaps[0], "it was off from 2026-03-01T10:01:40Z to 2026-03-01T11:23:20Z");
    assert!(uptime.gaps[1].contains("ended without a shutdown before 2026-03-01T12:30:00Z") && uptime.gaps.len() == 2);
    assert_eq!(row("policy:connections").why.as_deref(), Some("off, by the audit policy"));
    let starts = row("process-starts");
    assert_eq!((starts.from, starts.to), (at(0), at(90)));
    assert!(row("connections").why.as_ref().unwrap().contains("the audit policy is off"));
    let said = [
        "PC1.corp.example ended without a shutdown before 2026-03-01T12:30:00Z",
        "PC1.corp.example was off 1 times: it was off from 2026-03-01T10:01:40Z",
        "Security: none of its 2 starts of processes gives a command line",
        "the host does not record log Microsoft-Windows-TaskScheduler/Operational: its channel",
    ];
    said.iter().for_each(|words| says(&case, "1.coverage.coverage", Answer::Answered, words));
    let gaps = case.playbooks.iter().flat_map(|step| &step.text);
    assert!(!gaps.clone().any(|text| text.contains("Sysmon is set up")), "its records were read");

    let mut scene = client("ftp -s:f.txt", &[]);
    scene.events.clear();
    scene.sources.policies = vec![policy("sysmon", true, "the service or driver Sysmon64")];
    let case = scene.run();
    says(
        &case,
        "1.coverage.coverage",
        Answer::Answered,
        "Sysmon is set up (the service or driver Sysmon64), and no record of it was read",
    );
}

#[test]
fn sessions_are_tied_by_their_identity_to_the_logon_before() {
    let logon = |second: i64, id: &str, kind| Fact {
        time: at(second),
        source: "security-4624".to_owned(),
        logon: Some(Logon { id: id.to_owned(), kind: Some(kind), source: None }),
        ..Fact::default()
    };
    let mut scene = client("ftp -s:f.txt", &[]);
    scene.events[0].fact.process.as_mut().unwrap().logon_id = Some("0x135f2".to_owned());
    scene
        .fact(logon(-900, "0x135f2", 2))
        .fact(logon(1, "0x135f2", 3))
        .fact(logon(2, "0x99", 10))
        .fact(logon(50, "0x135f2", 4));
    let case = scene.run();
    let logon = case.runs[0].logon.as_ref().unwrap();
    assert_eq!((logon.kind.as_deref(), logon.time), (Some("network"), at(1)));
    assert_eq!(case.events.iter().filter(|event| event.fact.logon.is_some()).count(), 1);
}

#[test]
fn destinations_have_a_country_and_a_network() {
    let open = |bytes| Database::open(Arc::new(bytes)).unwrap();
    let mut scene = client("ftp -s:f.txt", &[connects(Way::Outbound, SERVER, 21, 50000)]);
    scene.sources.geoip = vec![
        open(database(24, 6, "Made-City", &[("203.0.113.0", 24, city("DE", "Germany", "Berlin"))])),
        open(database(32, 4, "Made-ASN", &[("203.0.113.0", 25, network(64500, "Example Net"))])),
    ];
    let silent = scene.events.clone();
    let case = scene.run();
    let destination = &case.runs[0].network.destinations[0];
    assert_eq!(destination.place.as_deref(), Some("DE Germany, Berlin, AS64500 Example Net"));
    assert_eq!(destination.location.as_ref().and_then(|location| location.asn), Some(64500));
    says(
        &case,
        "1.initial-response.destination",
        Answer::Answered,
        "203.0.113.10 is documentation, port 21, named by its number, DE Germany, Berlin, AS64500",
    );
    assert!(case.coverage.iter().any(|row| row.source == "geoip:Made-ASN" && row.examined));

    // Without records the script's own host is looked up; without databases that is said.
    let mut scene = client("ftp -s:f.txt", &[]);
    scene.sources.geoip = vec![open(database(28, 4, "Made", &[("203.0.113.0", 24, city("FR", "France", "Paris"))]))];
    scene.events.clear();
    let case = scene.run();
    says(
        &case,
        "1.initial-response.destination",
        Answer::NotExamined,
        "by the script alone: 203.0.113.10 (FR France, Paris), s1.1",
    );
    let mut scene = client("ftp -s:f.txt", &[]);
    scene.events = silent;
    says(&scene.run(), "1.initial-response.destination", Answer::Answered, "no database was given (--geoip)");
}
