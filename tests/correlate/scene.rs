//! A small case and what a host recorded around it, made in code.

use ftpsift::artifact::event::{
    Direction as Way, Dns, Endpoint, Event as Fact, File, Network, Process, Registry, Runs, Starts,
};
use ftpsift::base::limits::Limits;
use ftpsift::base::text::Encoding;
use ftpsift::base::time::{FileTimes, Timestamp};
use ftpsift::case::playbook::{Answer, Step};
use ftpsift::case::{
    Case, Counts, CredentialUse, Event, EventLinks, PathMatch, Payload, PayloadStatus, SCHEMA, Scan, Script, Source,
    Tool,
};
use ftpsift::correlate::correlate;
use ftpsift::correlate::sources::Sources;
use ftpsift::script::reading::{Confidence, Form};
use ftpsift::script::session::{Credential, Scheme, Session};
use ftpsift::script::transfer::{Direction, Mode, Transfer};
use std::collections::BTreeSet;

pub(super) const SCRIPT: &str = "C:\\Users\\Public\\f.txt";
pub(super) const PAYLOAD: &str = "C:\\Users\\Public\\nc.exe";
pub(super) const SERVER: &str = "203.0.113.10";
pub(super) const FTP: &str = "C:\\Windows\\System32\\ftp.exe";
pub(super) const CMD: &str = "C:\\Windows\\System32\\cmd.exe";

/// 10 o'clock on one day, and so many seconds.
pub(super) fn at(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_unix(1_772_359_200 + seconds, 0)
}

pub(super) fn guid(number: u64) -> String {
    format!("{{365abb72-0000-0000-0000-{number:012x}}}")
}

pub(super) struct Scene {
    pub(super) case: Case,
    pub(super) events: Vec<Event>,
    pub(super) sources: Sources,
}

impl Scene {
    pub(super) fn new() -> Self {
        let now = at(0).unwrap();
        let case = Case {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "ftpsift".to_owned(), version: "0".to_owned(), commit: None },
            scan: Scan {
                started: now,
                finished: now,
                elapsed_s: 0.0,
                arguments: Vec::new(),
                complete: true,
                unread: None,
                from: None,
                to: None,
                host: None,
                counts: Counts::default(),
                limits: Limits::default(),
            },
            evidence: Vec::new(),
            launches: Vec::new(),
            scripts: Vec::new(),
            payloads: Vec::new(),
            events: Vec::new(),
            runs: Vec::new(),
            claims: Vec::new(),
            persistence: Vec::new(),
            verdicts: Vec::new(),
            timeline: Vec::new(),
            playbooks: Vec::new(),
            findings: Vec::new(),
            credentials: Vec::new(),
            coverage: Vec::new(),
            errors: Vec::new(),
        };
        Self { case, events: Vec::new(), sources: Sources::default() }
    }

    /// A script at [`SCRIPT`] that moves files; payloads of downloads lie in `C:\Users\Public`, missing.
    pub(super) fn script(&mut self, host: &str, scheme: Scheme, downloads: &[&str], uploads: &[&str]) -> &mut Self {
        let mut transfers = Vec::new();
        let all = downloads.iter().map(|name| (name, Direction::Download));
        for (name, direction) in all.chain(uploads.iter().map(|name| (name, Direction::Upload))) {
            let id = format!("s1.1.t{}", transfers.len() + 1);
            let path = format!("C:\\Users\\Public\\{name}");
            self.case.payloads.push(Payload {
                id: format!("p{}", self.case.payloads.len() + 1),
                transfers: vec![id.clone()],
                status: PayloadStatus::Missing,
                evidence: None,
                volume: None,
                path: Some(path.clone()),
                path_raw: None,
                path_match: Some(PathMatch::Exact),
                times: FileTimes::default(),
                facts: None,
            });
            transfers.push(Transfer {
                payloads: vec![self.case.payloads.last().unwrap().id.clone()],
                line: 5,
                command: "get".to_owned(),
                direction,
                remote_path: Some((*name).to_owned()),
                remote_directory: None,
                local_path: Some((*name).to_owned()),
                local_directory: None,
                resolved_path: Some(path),
                pattern: false,
                mode: Mode::Binary,
                id,
            });
        }
        let session = Session {
            id: "s1.1".to_owned(),
            host: Some(host.to_owned()),
            port: Some(21),
            scheme,
            credentials: vec![Credential { username: Some("bob".to_owned()), ..Credential::default() }],
            transfers,
            ..Session::default()
        };
        self.case.credentials.push(CredentialUse {
            username: Some("bob".to_owned()),
            password: None,
            protected: Default::default(),
            host: Some(host.to_owned()),
            port: Some(21),
            scripts: vec!["s1".to_owned()],
            sessions: vec!["s1.1".to_owned()],
            reused: false,
        });
        self.case.scripts.push(Script {
            id: "s1".to_owned(),
            evidence: "e1".to_owned(),
            volume: None,
            path: SCRIPT.to_owned(),
            path_raw: None,
            source: Source::File,
            recovery: None,
            original_path: None,
            deleted_at: None,
            extents: Vec::new(),
            form: Form::FtpScript,
            dialect: None,
            encoding: Encoding::Utf8,
            byte_order_mark: false,
            size: 1,
            md5: String::new(),
            sha1: String::new(),
            bytes_examined: None,
            sha256: "5".repeat(64),
            times: FileTimes::default(),
            written_by: None,
            provenance: Vec::new(),
            launches: Vec::new(),
            login_assumed: None,
            confidence: Confidence::Certain,
            sessions: vec![session],
            starts: Vec::new(),
            diagnostics: Vec::new(),
        });
        self
    }

    pub(super) fn fact(&mut self, fact: Fact) -> &mut Self {
        let fact = Fact { host: Some("PC1.corp.example".to_owned()), record: self.events.len() as u64, ..fact };
        self.events.push(Event {
            id: String::new(),
            evidence: "e1".to_owned(),
            volume: None,
            path: "Sysmon.evtx".to_owned(),
            fact: Box::new(fact),
            links: EventLinks::default(),
        });
        self
    }

    /// Sysmon 1 of a process with so much for its number, and that of its parent.
    pub(super) fn start(&mut self, second: i64, pid: u64, image: &str, line: &str, parent: (u64, &str)) -> &mut Self {
        self.start_as(second, pid, (image, ""), line, parent)
    }

    pub(super) fn start_as(
        &mut self,
        second: i64,
        pid: u64,
        (image, original): (&str, &str),
        line: &str,
        (parent, parent_image): (u64, &str),
    ) -> &mut Self {
        self.fact(Fact {
            time: at(second),
            source: "sysmon-1".to_owned(),
            action: Some("started".to_owned()),
            user: Some("CORP\\bob".to_owned()),
            process: Some(Process {
                executable: Some(image.to_owned()),
                command_line: Some(line.to_owned()),
                pid: Some(pid),
                guid: Some(guid(pid)),
                integrity_level: Some("medium".to_owned()),
                working_directory: Some("C:\\Users\\Public\\".to_owned()),
                original_file_name: (!original.is_empty()).then(|| original.to_owned()),
                parent: Some(Box::new(Process {
                    executable: Some(parent_image.to_owned()),
                    pid: Some(parent),
                    guid: Some(guid(parent)),
                    ..Process::default()
                })),
                ..Process::default()
            }),
            ..Fact::default()
        })
    }

    /// An event of a process: 5, 3, 11, 22, 23 of Sysmon.
    pub(super) fn of(&mut self, second: i64, number: u32, pid: u64, image: &str, fact: Fact) -> &mut Self {
        let action = match number {
            5 => Some("ended"),
            11 | 15 => Some("created"),
            23 => Some("deleted"),
            _ => None,
        };
        self.fact(Fact {
            time: at(second),
            source: format!("sysmon-{number}"),
            action: action.map(str::to_owned),
            process: Some(Process {
                executable: Some(image.to_owned()),
                pid: Some(pid),
                guid: Some(guid(pid)),
                ..Process::default()
            }),
            ..fact
        })
    }

    pub(super) fn run(mut self) -> Case {
        let limits = Limits::default();
        correlate(&mut self.case, self.events, &self.sources, &limits);
        self.case
    }
}

pub(super) fn file(path: &str) -> Fact {
    Fact { file: Some(File { path: path.to_owned(), ..File::default() }), ..Fact::default() }
}

pub(super) fn asks(name: &str, answers: &[&str]) -> Fact {
    let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
    Fact { dns: Some(Dns { question: name.to_owned(), answers, status: Some(0) }), ..Fact::default() }
}

/// A connection to a remote end.
pub(super) fn connects(way: Way, ip: &str, port: u16, local_port: u16) -> Fact {
    let end = |ip: &str, port| Endpoint { ip: Some(ip.to_owned()), port: Some(port), domain: None };
    let network = Network {
        direction: Some(way),
        protocol: Some("tcp".to_owned()),
        source: Some(end("10.0.0.5", local_port)),
        destination: Some(end(ip, port)),
        ..Network::default()
    };
    Fact { network: Some(network), ..Fact::default() }
}

pub(super) fn runs(source: &str, program: &str, seconds: &[i64]) -> Fact {
    Fact {
        time: seconds.first().and_then(|second| at(*second)),
        source: source.to_owned(),
        process: Some(Process { executable: Some(program.to_owned()), ..Process::default() }),
        runs: Some(Runs { last: seconds.iter().filter_map(|second| at(*second)).collect(), ..Runs::default() }),
        ..Fact::default()
    }
}

pub(super) fn starts(mechanism: &str, line: &str) -> Fact {
    Fact {
        time: at(100),
        source: mechanism.to_owned(),
        starts: Some(Starts {
            mechanism: mechanism.to_owned(),
            name: "Updater".to_owned(),
            command_line: Some(line.to_owned()),
            ..Starts::default()
        }),
        ..Fact::default()
    }
}

pub(super) fn sets(key: &str, data: &str) -> Fact {
    let registry = Registry { key: key.to_owned(), value: "Updater".to_owned(), data: Some(data.to_owned()) };
    Fact { time: at(100), source: "sysmon-13".to_owned(), registry: Some(registry), ..Fact::default() }
}

pub(super) fn step<'c>(case: &'c Case, id: &str) -> &'c Step {
    let ids: Vec<&str> = case.playbooks.iter().map(|step| step.id.as_str()).collect();
    case.playbooks.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id} in {ids:?}"))
}

pub(super) fn says(case: &Case, id: &str, answer: Answer, words: &str) {
    let step = step(case, id);
    let text = step.text.join("\n");
    assert!(step.answer == answer && text.contains(words), "{id}: {words:?} ({answer:?})\n{:?}\n{text}", step.answer);
}

/// The states of the claim on a file, in their words.
pub(super) fn states(case: &Case, name: &str) -> BTreeSet<String> {
    let claims = case.claims.iter().filter(|claim| claim.file.ends_with(name));
    let states = claims.flat_map(|claim| &claim.states);
    states.map(|state| serde_json::to_value(state.state).unwrap().as_str().unwrap().to_owned()).collect()
}
