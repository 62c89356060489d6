//! The runs of clients: one for each process that the records show, whichever of them do.

use super::client::{self, KnownClients, Recognised};
use super::kinds::{self, Kind};
use super::processes::{self, SAME_START, host_key};
use crate::artifact::event::{Event, Process};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::case::run::{ClientRun, Program, ProgramLocation, RecognisedBy, RunKnownBy, RunSwitches};
use crate::script::launch::{Client, Launch};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds by which a memory of programs may differ from the record of the start.
const REMEMBERED: f64 = 60.0;
/// Seconds for which a run is taken to last whose end no record tells: the server ends an idle session before.
pub(super) const LONGEST: f64 = 3600.0;

/// Records kept of one run; a loop of transfers makes many more.
const EVENTS: usize = 1024;

/// A run in the making, with what the report does not show of it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) run: ClientRun,
    /// What the record of its start says of its parent.
    pub(super) parent: Option<Process>,
    pub(super) launch: Option<Launch>,
}

/// The runs, and whose each record is.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pub(super) drafts: Vec<Draft>,
    by_guid: BTreeMap<String, usize>,
    by_pid: BTreeMap<(String, u64), Vec<(Option<Timestamp>, usize)>>,
    by_time: BTreeMap<(Client, Timestamp), usize>,
    /// Runs that found no room.
    pub(super) beyond: u64,
}

impl Runs {
    /// Finds the runs in all records, which are numbered as in `kinds`.
    pub(super) fn find(events: &[(&Event, &str, &str)], kinds: &[Kind], known: &KnownClients, limits: &Limits) -> Self {
        let mut runs = Self::default();
        let mut order: Vec<usize> = (0..events.len()).collect();
        order.sort_by_key(|at| (events.get(*at).map(|(event, ..)| event.time), *at));
        let each = |wanted: &'static [Kind]| {
            order.iter().filter_map(move |at| {
                let (event, id, evidence) = events.get(*at)?;
                wanted.contains(kinds.get(*at)?).then_some((*event, *id, *evidence))
            })
        };
        for (event, id, evidence) in each(&[Kind::ProcessStart]) {
            let Some(process) = &event.process else { continue };
            if let Some(found) = known.recognise(process) {
                runs.started(event, id, evidence, process, &found, limits);
            }
        }
        for (event, id, evidence) in each(&[Kind::ProcessStart]) {
            let parent = event.process.as_ref().and_then(|process| process.parent.as_deref());
            if let Some((parent, found)) = parent.and_then(|parent| Some((parent, known.recognise(parent)?))) {
                runs.attach(event, parent, &found, (id, evidence, RunKnownBy::NamedByChild), limits);
            }
        }
        for (event, id, evidence) in each(&[
            Kind::Connection,
            Kind::Question,
            Kind::FileCreated,
            Kind::StreamCreated,
            Kind::FileDeleted,
            Kind::ProcessEnd,
        ]) {
            let Some(process) = &event.process else { continue };
            let kind = kinds::of(event);
            if let Some(found) = known.recognise(process) {
                let by = match kind {
                    Kind::Connection => RunKnownBy::Connection,
                    Kind::Question => RunKnownBy::DnsQuestion,
                    Kind::ProcessEnd => RunKnownBy::ProcessEnd,
                    _ => RunKnownBy::FileEvent,
                };
                runs.attach(event, process, &found, (id, evidence, by), limits);
            } else if let Some(at) = runs.owner(event, process) {
                runs.touch(at, id);
            }
            if kind == Kind::ProcessEnd
                && let Some(draft) = runs.owner(event, process).and_then(|at| runs.drafts.get_mut(at))
            {
                draft.run.ended = draft.run.ended.or(event.time);
            }
        }
        for (event, id, evidence) in each(&[Kind::Runs]) {
            let program = kinds::program(event).filter(|path| client::dedicated(path).is_some());
            if let Some(path) = program {
                runs.remembered(event, path, id, evidence, limits);
            }
        }
        runs
    }

    pub(super) fn push(&mut self, draft: Draft, limits: &Limits) -> Option<usize> {
        if self.drafts.len() >= limits.client_runs {
            self.beyond = self.beyond.saturating_add(1);
            return None;
        }
        let at = self.drafts.len();
        let run = &draft.run;
        if let Some(guid) = &run.guid {
            self.by_guid.insert(guid.clone(), at);
        }
        if let Some(pid) = run.pid {
            let of_pid = self.by_pid.entry((host_key(run.host.as_deref()), pid)).or_default();
            let place = of_pid.partition_point(|(time, _)| *time <= run.started);
            of_pid.insert(place, (run.started, at));
        }
        if let Some(started) = run.started {
            self.by_time.insert((run.client, started), at);
        }
        self.drafts.push(draft);
        Some(at)
    }

    fn started(
        &mut self,
        event: &Event,
        id: &str,
        evidence: &str,
        process: &Process,
        found: &Recognised,
        limits: &Limits,
    ) {
        if let Some(at) = self.same_start(event, process)
            && let Some(draft) = self.drafts.get_mut(at)
        {
            draft.merge(event, process, found, id);
            let guid = draft.run.guid.clone();
            if let Some(guid) = guid {
                self.by_guid.insert(guid, at);
            }
            return;
        }
        let mut draft = Draft::new(event, process, found, evidence, RunKnownBy::ProcessStart);
        draft.run.started = event.time;
        draft.parent = process.parent.as_deref().cloned();
        draft.run.events.insert(id.to_owned());
        self.push(draft, limits);
    }

    /// The run whose start another log has recorded already.
    fn same_start(&self, event: &Event, process: &Process) -> Option<usize> {
        let guid = processes::guid_of(process.guid.as_deref());
        if let Some(at) = guid.as_ref().and_then(|guid| self.by_guid.get(guid)) {
            return Some(*at);
        }
        let of_pid = self.by_pid.get(&(host_key(event.host.as_deref()), process.pid?))?;
        let (time, at) = of_pid.last()?;
        let draft = self.drafts.get(*at)?;
        let apart = event.time?.seconds_since((*time)?).abs();
        let is_other = guid.is_some() && draft.run.guid.is_some();
        (apart <= SAME_START && !is_other && draft.is_program(process)).then_some(*at)
    }

    /// The run that a process is, by Sysmon's identity or by number and time.
    pub(super) fn owner(&self, event: &Event, process: &Process) -> Option<usize> {
        let guid = processes::guid_of(process.guid.as_deref());
        if let Some(at) = guid.as_ref().and_then(|guid| self.by_guid.get(guid)) {
            return Some(*at);
        }
        let of_pid = self.by_pid.get(&(host_key(event.host.as_deref()), process.pid?))?;
        let time = event.time?;
        let to = of_pid
            .partition_point(|(started, _)| started.is_none_or(|started| time.seconds_since(started) > -SAME_START));
        let (_, at) = of_pid.get(to.checked_sub(1)?)?;
        let draft = self.drafts.get(*at)?;
        let run = &draft.run;
        let is_over = match (run.ended, run.started) {
            (Some(ended), _) => time.seconds_since(ended) > SAME_START,
            // Numbers are given again: without a record of its end a run owns nothing for ever.
            (None, Some(started)) => time.seconds_since(started) > LONGEST * 24.0,
            (None, None) => false,
        };
        let is_other = guid.is_some() && run.guid.is_some() && guid != run.guid;
        (!is_over && !is_other && draft.is_program(process)).then_some(*at)
    }

    fn attach(
        &mut self,
        event: &Event,
        process: &Process,
        found: &Recognised,
        (id, evidence, by): (&str, &str, RunKnownBy),
        limits: &Limits,
    ) {
        if let Some(at) = self.owner(event, process) {
            self.touch(at, id);
            return;
        }
        let mut draft = Draft::new(event, process, found, evidence, by);
        if by == RunKnownBy::ProcessEnd {
            draft.run.ended = event.time;
        }
        draft.run.events.insert(id.to_owned());
        draft.parent = process.parent.as_deref().cloned();
        self.push(draft, limits);
    }

    fn touch(&mut self, at: usize, id: &str) {
        if let Some(draft) = self.drafts.get_mut(at).filter(|draft| draft.run.events.len() < EVENTS) {
            draft.run.events.insert(id.to_owned());
        }
    }

    /// A program that Windows remembers: each instant is a run, known already or not.
    fn remembered(&mut self, event: &Event, path: &str, id: &str, evidence: &str, limits: &Limits) {
        let Some(client) = client::dedicated(path) else { return };
        let last = event.runs.as_ref().map(|runs| runs.last.clone()).filter(|last| !last.is_empty());
        let folder = event.runs.as_ref().and_then(|runs| runs.started_from.as_deref());
        for time in last.unwrap_or_else(|| event.time.into_iter().collect()).into_iter().take(16) {
            let before = self.by_time.range(..=(client, time)).next_back();
            let after = self.by_time.range((client, time)..).next();
            let near = [before, after]
                .into_iter()
                .flatten()
                .find(|((known, started), _)| *known == client && time.seconds_since(*started).abs() <= REMEMBERED);
            let near = near.map(|(_, at)| *at);
            if let Some(at) = near {
                self.touch(at, id);
                continue;
            }
            let location = match folder {
                Some("system32") => ProgramLocation::System32,
                Some("syswow64") => ProgramLocation::Syswow64,
                Some("elsewhere") => ProgramLocation::Elsewhere,
                _ => client::location(path),
            };
            let run = ClientRun {
                evidence: evidence.to_owned(),
                host: event.host.clone(),
                client,
                known_by: RunKnownBy::ExecutionArtifact,
                started: Some(time),
                user: event.user.clone(),
                program: Program {
                    path: Some(path.to_owned()),
                    location,
                    recognised_by: BTreeSet::from([RecognisedBy::ImageName]),
                    ..Program::default()
                },
                events: BTreeSet::from([id.to_owned()]),
                ..ClientRun::default()
            };
            self.push(Draft { run, ..Draft::default() }, limits);
        }
    }

    /// The runs in order of time, numbered.
    pub(super) fn settle(&mut self) {
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.sort_by_key(|at| self.drafts.get(*at).map(|draft| (draft.time().is_none(), draft.time(), *at)));
        for (number, at) in (1usize..).zip(order) {
            if let Some(draft) = self.drafts.get_mut(at) {
                draft.run.id = format!("r{number}");
            }
        }
    }
}

impl Draft {
    fn new(event: &Event, process: &Process, found: &Recognised, evidence: &str, known_by: RunKnownBy) -> Self {
        let launch = process
            .command_line
            .as_deref()
            .and_then(|line| client::launch(line, process.executable.as_deref(), Some(found.client)));
        let run = ClientRun {
            evidence: evidence.to_owned(),
            host: event.host.clone(),
            client: found.client,
            known_by,
            program: client::program(process, found),
            command_line: process.command_line.clone(),
            switches: launch.as_ref().map(switches),
            user: event.user.clone(),
            integrity_level: process.integrity_level.clone(),
            logon_id: process.logon_id.clone(),
            working_directory: process.working_directory.clone(),
            pid: process.pid,
            guid: processes::guid_of(process.guid.as_deref()),
            ..ClientRun::default()
        };
        Self { run, parent: None, launch }
    }

    /// Takes from another record of the same start what the first did not tell.
    fn merge(&mut self, event: &Event, process: &Process, found: &Recognised, id: &str) {
        let other = Self::new(event, process, found, &self.run.evidence, RunKnownBy::ProcessStart);
        let (run, new) = (&mut self.run, other.run);
        if run.events.len() < EVENTS {
            run.events.insert(id.to_owned());
        }
        run.started = [run.started, event.time].into_iter().flatten().min();
        run.program.recognised_by.extend(new.program.recognised_by);
        // A name that the version information contradicts is a false one, whichever record told first.
        if new.client != run.client && found.by.contains(&RecognisedBy::OriginalFileName) {
            run.client = new.client;
        }
        run.program.renamed |= new.program.renamed;
        fill(&mut run.program.original_file_name, new.program.original_file_name);
        fill(&mut run.program.company, new.program.company);
        fill(&mut run.program.sha256, new.program.sha256);
        fill(&mut run.command_line, new.command_line);
        fill(&mut run.user, new.user);
        fill(&mut run.integrity_level, new.integrity_level);
        fill(&mut run.logon_id, new.logon_id);
        fill(&mut run.working_directory, new.working_directory);
        fill(&mut run.guid, new.guid);
        if run.switches.is_none() {
            run.switches = new.switches;
            self.launch = other.launch;
        }
        let told = |parent: &Process| parent.guid.is_some();
        if self.parent.as_ref().is_none_or(|parent| !told(parent)) && process.parent.is_some() {
            self.parent = process.parent.as_deref().cloned();
        }
    }

    fn is_program(&self, process: &Process) -> bool {
        match (&self.run.program.path, &process.executable) {
            (Some(own), Some(other)) => client::stem(own) == client::stem(other),
            _ => true,
        }
    }

    /// When it is known to have run.
    pub(super) fn time(&self) -> Option<Timestamp> {
        self.run.started.or(self.run.ended)
    }
}

/// Whether an instant lies within a run, as far as its ends are known.
pub(super) fn spans(run: &ClientRun, time: Timestamp) -> bool {
    let Some(started) = run.started else { return false };
    let since = time.seconds_since(started);
    let until = run.ended.map_or(LONGEST, |ended| ended.seconds_since(started).max(0.0));
    since >= -2.0 && since <= until + 2.0
}

fn fill<T>(slot: &mut Option<T>, other: Option<T>) {
    if slot.is_none() {
        *slot = other;
    }
}

fn switches(launch: &Launch) -> RunSwitches {
    let mut meanings = Vec::new();
    let mut say = |word: &str, meaning: &str| meanings.push(format!("{word} {meaning}"));
    let is_windows = launch.client == Client::WindowsFtp;
    if let Some(path) = launch.script_path.as_deref() {
        say(&format!("{}{path}", if is_windows { "-s:" } else { "" }), "takes its commands from that file");
    }
    // Other clients have switches of these letters that mean something else, or none.
    if matches!(launch.client, Client::WindowsFtp | Client::BsdFtp | Client::Inetutils | Client::Tnftp) {
        for (is_set, word, meaning) in [
            (!launch.auto_login, "-n", "does not log in by itself: the script does"),
            (launch.anonymous, if is_windows { "-A" } else { "-a" }, "logs in anonymously"),
            (!launch.interactive, "-i", "asks nothing during multiple transfers"),
            (launch.switches.no_globbing, "-g", "takes wildcards for names"),
            (launch.switches.verbose, "-v", "hides what the server answers"),
            (launch.switches.debug, "-d", "shows each command that is sent"),
        ] {
            if is_set {
                say(word, meaning);
            }
        }
    }
    for word in launch.arguments.iter().filter(|_| is_windows) {
        let tuning = [
            ("-w:", "size of the transfer buffer"),
            ("-x:", "size of the send buffer"),
            ("-r:", "size of the receive buffer"),
            ("-b:", "number of buffers"),
        ];
        for (switch, meaning) in tuning {
            if word.replace('/', "-").starts_with(switch) {
                say(word, meaning);
            }
        }
    }
    if let Some(host) = &launch.host {
        say(host, "is the host that it connects to");
    }
    RunSwitches {
        script_path: launch.script_path.clone(),
        host: launch.host.clone(),
        port: launch.port,
        auto_login: launch.auto_login,
        anonymous: launch.anonymous,
        interactive: launch.interactive,
        would_run: launch.would_run,
        meanings,
    }
}
