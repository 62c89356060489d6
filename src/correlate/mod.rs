//! Ties what hosts recorded to what scripts say: runs of clients to launches, files to transfers, starts to payloads.
//!
//! ```text
//! events ─┬─ processes ── run ── lineage          which process is a client, what is above and below it
//!         ├─ network                              where it went
//!         ├─ subjects ─┬─ delivery                how a file came
//!         │            ├─ execution               what started it
//!         │            └─ persistence             what starts it again
//!         └─ claims ── direction ── timeline ── coverage ── playbook
//! ```
//!
//! Nothing here reads evidence; databases of addresses (`mmdb`) are the examiner's own. Every join goes over an index, and a
//! name that too many share ties nothing: the work grows as n log n whatever the records say. What no source could show is
//! never taken for what did not happen.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

mod blocks;
mod changes;
mod claims;
mod client;
mod coverage;
mod delivery;
mod direction;
mod execution;
pub mod interest;
mod kinds;
mod lineage;
mod logons;
pub mod mmdb;
mod names;
mod network;
mod numbering;
mod origin;
mod paths;
mod persistence;
mod places;
pub mod playbook;
pub mod processes;
mod reach;
mod restored;
mod run;
mod scripts;
mod signatures;
pub mod sources;
mod subjects;
mod timeline;
mod uptime;

use crate::artifact;
use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::case::claim::{Claim, Persistence};
use crate::case::run::{ClientRun, RecognisedBy, Verdict};
use crate::case::{Case, Event};
use client::KnownClients;
use coverage::Covered;
use kinds::Kind;
use lineage::Lineage;
use paths::Place;
use processes::ProcessIndex;
use restored::Restored;
use run::Runs;
use sources::Sources;
use std::collections::{BTreeMap, BTreeSet};
use subjects::{Subject, Subjects};

/// All events, those that the case holds first.
struct Pool {
    events: Vec<Event>,
    /// How many of them the case holds.
    held: usize,
}

/// What is found, before the events have their identities.
#[derive(Debug, Default)]
struct Drafts {
    runs: Vec<ClientRun>,
    claims: Vec<Claim>,
    persistence: Vec<Persistence>,
    verdicts: Vec<Verdict>,
    /// Restored forms of damaged payloads that records know.
    restored: Vec<Restored>,
    /// Events that tell what silence is worth.
    marks: Vec<String>,
}

/// An event with its identity and the evidence that holds it.
type Fact<'e> = (&'e artifact::event::Event, &'e str, &'e str);

/// Ties the events to the case: what bears on it is added to [`Case::events`], with what follows from it in `runs`, `claims`,
/// `persistence`, `verdicts`, `timeline`, `playbooks` and `coverage`. The identities of `events` are given here, unless a
/// launch of the case was found in one; those that the case holds already keep theirs. Returns the caps that bit.
pub fn correlate(case: &mut Case, events: Vec<Event>, sources: &Sources, limits: &Limits) -> Vec<Cause> {
    let mut caps = Vec::new();
    let mut pool = Pool { held: case.events.len(), events: std::mem::take(&mut case.events) };
    let within = |event: &Event| {
        event
            .fact
            .time
            .is_none_or(|time| sources.from.is_none_or(|from| time >= from) && sources.to.is_none_or(|to| time <= to))
    };
    let named: BTreeSet<String> = case.launches.iter().filter_map(|launch| launch.found_in.event.clone()).collect();
    pool.events.reserve_exact(events.len());
    for mut event in events.into_iter().filter(within) {
        if !named.contains(&event.id) || event.id.is_empty() {
            // No identity that the case gives looks like this one.
            event.id = format!("v:{}", pool.events.len());
        }
        pool.events.push(event);
    }
    let (mut drafts, covered) = tie(case, &pool, sources, limits, &mut caps);
    case.events = numbering::settle(pool, &mut drafts, &mut case.launches);
    case.runs = drafts.runs;
    case.claims = drafts.claims;
    case.persistence = drafts.persistence;
    case.verdicts = drafts.verdicts;
    restored::prove(case, drafts.restored);
    let (entries, count) = timeline::of(case, (sources.from, sources.to), limits.timeline_entries);
    if count > entries.len() {
        caps.push(limit("entries of the timeline", limits.timeline_entries));
    }
    case.timeline = entries;
    coverage::merge(covered.rows(case, sources), &mut case.coverage, !sources.logs.is_empty());
    case.playbooks = playbook::answer(case, sources);
    caps
}

fn limit(what: &'static str, limit: usize) -> Cause {
    Cause::LimitReached { what, limit: to_u64(limit) }
}

fn tie(case: &Case, pool: &Pool, sources: &Sources, limits: &Limits, caps: &mut Vec<Cause>) -> (Drafts, Covered) {
    let facts: Vec<Fact<'_>> =
        pool.events.iter().map(|event| (&*event.fact, event.id.as_str(), event.evidence.as_str())).collect();
    let kinds: Vec<Kind> = facts.iter().map(|(event, ..)| kinds::of(event)).collect();
    let mut known = known_clients(case, &facts);
    known.learn_programs(&sources.programs);
    let index = index_of(&facts, limits);
    let sealed;
    let others = if sources.processes.is_sealed() {
        &sources.processes
    } else {
        let mut copy = sources.processes.clone();
        copy.seal();
        sealed = copy;
        &sealed
    };
    let mut runs = Runs::find(&facts, &kinds, &known, limits);
    let blocks = blocks::adopt(&mut runs, case, (&pool.events, &kinds), [&index, others], limits);
    if runs.beyond > 0 {
        caps.push(limit("runs of clients", limits.client_runs));
    }
    runs.settle();
    let events: Vec<&Event> = pool.events.iter().collect();
    let lineage = Lineage { indexes: [&index, others], events: &events, limits };
    for draft in &mut runs.drafts {
        let parent = draft.parent.take();
        lineage.fill(&mut draft.run, parent.as_ref());
        let above = draft.run.parents.iter().chain(&draft.run.children).filter_map(|relative| relative.event.clone());
        let above: Vec<String> = above.collect();
        draft.run.events.extend(above);
        blocks.tie(draft);
    }
    logons::tie(&facts, &mut runs);
    signatures::tie(&facts, &mut runs);
    let mut claims = claims::outline(case);
    let mut subjects = Subjects::of(case, &claims, limits);
    let launches = scripts::Launches::of(case, limits);
    let by_id: scripts::ScriptsById<'_> = case.scripts.iter().map(|script| (script.id.as_str(), script)).collect();
    for draft in &mut runs.drafts {
        scripts::tie(draft, &launches, &subjects, (case, &by_id), limits);
    }
    connect(case, &facts, &kinds, &mut runs, sources);
    caps.extend(places::locate_all(&mut runs.drafts, &sources.geoip));
    delivery::discover(&facts, &kinds, &mut runs, &mut claims, &mut subjects, case, limits);
    let told = delivery::tie(&facts, &kinds, &mut runs, &mut claims, &subjects, case, limits);
    execution::tie(&facts, &kinds, &runs, &mut claims, &subjects, case, limits);
    let persistence = persistence::tie(&facts, &kinds, &mut claims, &subjects, case, limits);
    let contacted = contacted(&facts, &kinds, &runs, &subjects);
    let mut runs: Vec<ClientRun> = runs.drafts.into_iter().map(|draft| draft.run).collect();
    runs.sort_by_key(|run| run.id.get(1..).and_then(|number| number.parse::<usize>().ok()));
    claims::tie_runs(&mut claims, &runs, limits);
    claims::settle(&mut claims, case, &runs, &told.deleted, &told.hashes);
    let commanders = direction::Commanders::of(case, &claims, &contacted);
    let verdicts = direction::judge(case, &mut runs, &commanders);
    let is_mark = |kind: &Kind| matches!(kind, Kind::LogCleared | Kind::TimeChanged | Kind::PolicyChanged);
    let marks = facts.iter().zip(&kinds).filter(|(_, kind)| is_mark(kind)).map(|((_, id, _), _)| (*id).to_owned());
    let marks = marks.take(limits.join_candidates.saturating_mul(16)).collect();
    let covered = Covered::of(&facts, &kinds, sources);
    let restored = restored::find(case, &facts, limits);
    (Drafts { runs, claims, persistence, verdicts, restored, marks }, covered)
}

/// Digests of clients that records teach, and those of payloads of the evidence that are clients by their version.
fn known_clients(case: &Case, facts: &[Fact<'_>]) -> KnownClients {
    let mut known = KnownClients::default();
    facts.iter().for_each(|(event, ..)| known.learn(event));
    for payload in &case.payloads {
        let Some(facts) = &payload.facts else { continue };
        let original = facts.pe.as_ref().and_then(|pe| pe.version.get("OriginalFilename"));
        if let (Some(client), Some(digests)) = (original.and_then(|name| client::dedicated(name)), &facts.digests) {
            known.learn_file(client, &digests.sha256);
        }
    }
    known
}

fn index_of(facts: &[Fact<'_>], limits: &Limits) -> ProcessIndex {
    let mut index = ProcessIndex::default();
    for (number, (event, ..)) in (0u32..).zip(facts) {
        index.add_numbered(event, Some(number), limits.process_index_bytes);
    }
    index.seal();
    index
}

fn connect(case: &Case, facts: &[Fact<'_>], kinds: &[Kind], runs: &mut Runs, sources: &Sources) {
    let by_id: scripts::ScriptsById<'_> = case.scripts.iter().map(|script| (script.id.as_str(), script)).collect();
    let mut by_script: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    for script in &case.scripts {
        by_script.entry(&script.id).or_default().extend(script.sessions.iter().filter_map(|session| session.port));
    }
    let ports: Vec<BTreeSet<u16>> = runs
        .drafts
        .iter()
        .map(|draft| {
            let mut ports: BTreeSet<u16> = draft
                .run
                .scripts
                .iter()
                .filter_map(|script| by_script.get(script.as_str()))
                .flatten()
                .copied()
                .collect();
            ports.extend(draft.run.switches.as_ref().and_then(|switches| switches.port));
            ports
        })
        .collect();
    for ((event, id, _), kind) in facts.iter().zip(kinds) {
        let Some(at) = event.process.as_ref().and_then(|process| runs.owner(event, process)) else { continue };
        let (Some(draft), Some(ports)) = (runs.drafts.get_mut(at), ports.get(at)) else { continue };
        match kind {
            Kind::Connection => network::connect(draft, event, id, ports),
            Kind::Question => network::ask(draft, event, id),
            _ => {}
        }
    }
    for draft in &mut runs.drafts {
        network::settle(draft, &by_id, sources);
        if draft.run.program.recognised_by.contains(&RecognisedBy::Hash) && draft.run.program.renamed {
            draft.run.notes.push("it is the client under another name: its SHA-256 is that of one".to_owned());
        }
    }
}

/// Addresses that files of the claims themselves were connected to.
fn contacted(facts: &[Fact<'_>], kinds: &[Kind], runs: &Runs, subjects: &Subjects) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for ((event, id, _), kind) in facts.iter().zip(kinds) {
        if *kind != Kind::Connection || found.len() >= 4096 {
            continue;
        }
        let Some(process) = event.process.as_ref().filter(|process| runs.owner(event, process).is_none()) else {
            continue;
        };
        let Some(place) = process.executable.as_deref().and_then(Place::of) else { continue };
        let address = event.network.as_ref().and_then(|network| network.destination.as_ref()?.ip.clone());
        for (subject, tied) in subjects.at(&place) {
            if let (Subject::Claim(number), subjects::TiedBy::Path, Some(address)) = (subject, tied, &address) {
                found.push((number, address.clone(), (*id).to_owned()));
            }
        }
    }
    found
}
