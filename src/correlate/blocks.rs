//! Script blocks that PowerShell logged, and command lines of hosts of scripts that speak FTP themselves: each is a run of the
//! classes that it uses. Blocks of a process above a client belong to the client's run.
//!
//! PowerShell logs a block (4104) when it compiles it, before it runs; the record's process is the one that runs it.

use super::kinds::Kind;
use super::processes::{ProcessIndex, SAME_START, host_key};
use super::run::{Draft, LONGEST, Runs};
use crate::artifact::event::{Event as Fact, Process};
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::case::run::{ClientRun, Program, RecognisedBy, RunBlock, RunKnownBy};
use crate::case::{Case, Event, Script, Source};
use crate::script::launch::Client;
use std::collections::BTreeMap;

/// Classes of languages that speak FTP: the process that runs the script is the client.
const CLASSES: &[Client] = &[
    Client::Dotnet,
    Client::Wininet,
    Client::Ftplib,
    Client::NetFtp,
    Client::PhpFtp,
    Client::RubyFtp,
    Client::CommonsNet,
];
/// Blocks told of one run.
const BLOCKS: usize = 64;

/// The blocks of each process.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    by_process: BTreeMap<(String, u64), Vec<(Option<Timestamp>, RunBlock)>>,
}

/// Takes the records whose text speaks FTP itself for runs, where no run has them yet, and sorts the blocks by their
/// processes.
pub(super) fn adopt(
    runs: &mut Runs,
    case: &Case,
    (events, kinds): (&[Event], &[Kind]),
    indexes: [&ProcessIndex; 2],
    limits: &Limits,
) -> Blocks {
    let told: BTreeMap<(&str, &str), &Script> = case
        .scripts
        .iter()
        .filter(|script| script.source == Source::Event)
        .map(|script| ((script.evidence.as_str(), script.path.as_str()), script))
        .collect();
    let mut blocks = Blocks::default();
    for (event, kind) in events.iter().zip(kinds) {
        let fact = &event.fact;
        if fact.script_block.is_none() && *kind != Kind::ProcessStart {
            continue;
        }
        let Some(process) = &fact.process else { continue };
        if let (Some(block), Some(pid)) = (block_of(event, 0), process.pid) {
            let of_process = blocks.by_process.entry((host_key(fact.host.as_deref()), pid)).or_default();
            if of_process.len() < limits.join_candidates {
                of_process.push((fact.time, block));
            }
        }
        for (suffix, process) in [("", Some(process)), ("-parent", process.parent.as_deref())] {
            let path = format!("{}#{}{suffix}", event.path, fact.record);
            let Some(script) = told.get(&(event.evidence.as_str(), path.as_str())) else { continue };
            let (Some(client), Some(process)) = (client_of(script), process) else { continue };
            adopt_one(runs, (event, process), script, client, indexes, limits);
        }
    }
    blocks
}

fn adopt_one(
    runs: &mut Runs,
    (event, process): (&Event, &Process),
    script: &Script,
    client: Client,
    indexes: [&ProcessIndex; 2],
    limits: &Limits,
) {
    let fact = &event.fact;
    let at = runs.owner(fact, process).or_else(|| {
        let draft = draft(event, process, client, indexes);
        runs.push(draft, limits)
    });
    let Some(draft) = at.and_then(|at| runs.drafts.get_mut(at)) else { return };
    draft.run.scripts.insert(script.id.clone());
    draft.run.events.insert(event.id.clone());
    if let Some(block) = block_of(event, 0) {
        draft.add(block);
    }
}

impl Blocks {
    /// Ties the blocks of the processes above a run to it: those that were compiled before it started.
    pub(super) fn tie(&self, draft: &mut Draft) {
        if self.by_process.is_empty() {
            return;
        }
        let key = |host: Option<&str>, pid| (host_key(host), pid);
        let run = &draft.run;
        let above = run.parents.iter().filter_map(|parent| Some((parent.depth, parent.pid?, parent.started)));
        let own = run.pid.map(|pid| (0, pid, run.started));
        let mut found = Vec::new();
        for (depth, pid, started) in above.chain(own) {
            for (time, block) in self.by_process.get(&key(run.host.as_deref(), pid)).into_iter().flatten() {
                let since = |instant: Option<Timestamp>| Some(time.as_ref()?.seconds_since(instant?));
                // Numbers are given again: before the process started, or long before the run, it was another's.
                let is_before = since(started).is_some_and(|since| since < -SAME_START);
                let of_run = since(run.started).is_some_and(|since| match depth {
                    0 => since <= LONGEST,
                    _ => (-LONGEST..=SAME_START).contains(&since),
                });
                if of_run && !is_before {
                    found.push(RunBlock { depth, ..block.clone() });
                }
            }
        }
        for block in found {
            draft.run.events.insert(block.event.clone());
            draft.add(block);
        }
    }
}

impl Draft {
    fn add(&mut self, block: RunBlock) {
        let blocks = &mut self.run.script_blocks;
        if blocks.len() < BLOCKS && !blocks.iter().any(|known| known.event == block.event) {
            blocks.push(block);
        }
    }
}

fn block_of(event: &Event, depth: u32) -> Option<RunBlock> {
    let block = event.fact.script_block.as_ref()?;
    Some(RunBlock {
        event: event.id.clone(),
        id: block.id.clone(),
        path: block.path.clone(),
        time: event.fact.time,
        parts: block.parts,
        depth,
    })
}

/// The classes by which a script speaks FTP itself.
fn client_of(script: &Script) -> Option<Client> {
    let speaks = script.sessions.iter().any(|session| session.active);
    let dialect = script.dialect.as_deref().filter(|_| speaks)?;
    CLASSES.iter().copied().find(|client| client.dialect() == dialect)
}

fn draft(event: &Event, process: &Process, client: Client, indexes: [&ProcessIndex; 2]) -> Draft {
    let fact: &Fact = &event.fact;
    let is_start = fact.script_block.is_none();
    let found = indexes.iter().find_map(|index| {
        let at = index.by_guid(process.guid.as_deref());
        let at = at.or_else(|| index.by_pid(fact.host.as_deref(), process.pid?, fact.time?))?;
        Some((*index, index.start(at)?))
    });
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let told = |own: Option<&String>, of: fn(&ProcessIndex, &super::processes::Start) -> String| {
        own.cloned().or_else(|| found.and_then(|(index, start)| text(&of(index, start))))
    };
    let path = told(process.executable.as_ref(), |index, start| index.image(start).to_owned());
    let user = found.and_then(|(index, start)| text(index.user(start))).or_else(|| fact.user.clone());
    let started = found.and_then(|(_, start)| start.time).or(fact.time);
    let mut run = ClientRun {
        evidence: event.evidence.clone(),
        host: fact.host.clone(),
        client,
        known_by: if is_start { RunKnownBy::ProcessStart } else { RunKnownBy::ScriptBlock },
        started,
        ended: found.and_then(|(index, start)| index.ended(start)),
        program: Program {
            location: path.as_deref().map_or_else(Default::default, super::client::location),
            path,
            recognised_by: [RecognisedBy::ScriptText].into(),
            original_file_name: process.original_file_name.clone(),
            company: process.company.clone(),
            sha256: process.hashes.get("sha256").cloned(),
            ..Program::default()
        },
        command_line: told(process.command_line.as_ref(), |index, start| index.command_line(start).to_owned()),
        user,
        integrity_level: process.integrity_level.clone(),
        logon_id: process.logon_id.clone(),
        working_directory: process.working_directory.clone(),
        pid: process.pid,
        guid: super::processes::guid_of(process.guid.as_deref())
            .or_else(|| found.and_then(|(_, start)| ProcessIndex::guid(start))),
        ..ClientRun::default()
    };
    if !is_start {
        let compiled = "PowerShell logs a block when it compiles it; a function in it need not have been called";
        run.notes.push(compiled.to_owned());
        if found.is_none() {
            run.notes.push("no record tells its start; the time is that of the block".to_owned());
        }
    }
    let parent = process.parent.as_deref().cloned();
    Draft { run, parent, ..Draft::default() }
}
