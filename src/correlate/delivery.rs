//! How files came: what the client's own records, other records and the file system's times say of each, and who wrote and
//! deleted the script.

use super::kinds::Kind;
use super::paths::Place;
use super::run::{Draft, Runs, spans};
use super::subjects::{Subject, Subjects, TiedBy};
use crate::artifact::event::Event;
use crate::base::limits::Limits;
use crate::case::claim::{Claim, Delivery};
use crate::case::run::{Deed, RunFile};
use crate::case::{Case, Payload};
use crate::script::transfer::{Direction, Transfer};
use std::collections::{BTreeMap, BTreeSet};

/// What the records of files say besides: of each claim the events of its deletion, and those that give a digest.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) deleted: Vec<BTreeSet<String>>,
    pub(super) hashes: Vec<BTreeSet<String>>,
}

/// Files that runs made and that no transfer names become claims of their own: the script is gone, or names them by wildcards.
pub(super) fn discover(
    events: &[(&Event, &str, &str)],
    kinds: &[Kind],
    runs: &mut Runs,
    claims: &mut Vec<Claim>,
    subjects: &mut Subjects,
    case: &Case,
    limits: &Limits,
) {
    let mut patterns: BTreeMap<&str, Vec<&Transfer>> = BTreeMap::new();
    for script in &case.scripts {
        let transfers = script.sessions.iter().flat_map(|session| &session.transfers);
        let wild = transfers.filter(|transfer| transfer.pattern && transfer.direction == Direction::Download);
        let wild: Vec<&Transfer> = wild.take(limits.join_candidates).collect();
        if !wild.is_empty() {
            patterns.insert(&script.id, wild);
        }
    }
    for ((event, id, _), kind) in events.iter().zip(kinds) {
        if *kind != Kind::FileCreated {
            continue;
        }
        let (Some(file), Some(process)) = (&event.file, &event.process) else { continue };
        let Some(draft) = runs.owner(event, process).and_then(|at| runs.drafts.get_mut(at)) else { continue };
        let Some(place) = Place::of(&file.path) else { continue };
        if draft.run.files.len() >= limits.join_candidates
            || draft.run.files.iter().any(|known| known.path == file.path)
        {
            continue;
        }
        let mut made =
            RunFile { path: file.path.clone(), time: event.time, event: (*id).to_owned(), ..RunFile::default() };
        let mut known = false;
        for (subject, _) in subjects.at(&place) {
            if let Some(claim) = claim_of(subject, claims) {
                known = true;
                made.payload = made.payload.or_else(|| claim.payload.clone());
                made.transfers.extend(claim.transfers.iter().cloned());
            }
        }
        if !known {
            let wild = draft.run.scripts.iter().filter_map(|script| patterns.get(script.as_str())).flatten();
            let fits = wild.take(limits.join_candidates).filter(|transfer| matches(transfer, place.name()));
            let transfers: BTreeSet<String> = fits.map(|transfer| transfer.id.clone()).collect();
            made.transfers.clone_from(&transfers);
            let number = claims.len();
            claims.push(Claim {
                file: file.path.clone(),
                directions: BTreeSet::from([Direction::Download]),
                transfers,
                ..Claim::default()
            });
            subjects.add(&file.path, Subject::Claim(number));
        }
        draft.run.files.push(made);
    }
}

fn claim_of(subject: Subject, claims: &[Claim]) -> Option<&Claim> {
    match subject {
        Subject::Claim(number) => claims.get(number),
        _ => None,
    }
}

/// Whether a name fits a wildcard of the client: `*` and `?`.
fn matches(transfer: &Transfer, name: &str) -> bool {
    let pattern = transfer.remote_path.as_deref().unwrap_or_default().to_lowercase();
    let pattern = pattern.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: Vec<char> = name.chars().take(256).collect();
    let mut reachable = vec![false; name.len().saturating_add(1)];
    if let Some(first) = reachable.first_mut() {
        *first = true;
    }
    for sign in pattern.chars().take(256) {
        let mut next = vec![false; reachable.len()];
        let mut before = false;
        for (at, from) in reachable.iter().enumerate() {
            let previous = at.checked_sub(1).and_then(|at| Some((*name.get(at)?, *reachable.get(at)?)));
            let reached = match sign {
                '*' => {
                    before |= *from;
                    before
                }
                '?' => previous.is_some_and(|(_, from)| from),
                sign => previous.is_some_and(|(character, from)| from && character == sign),
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = reached;
            }
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or(false)
}

/// Ties every record of a file to the claims and scripts that it is about.
pub(super) fn tie(
    events: &[(&Event, &str, &str)],
    kinds: &[Kind],
    runs: &mut Runs,
    claims: &mut [Claim],
    subjects: &Subjects,
    case: &Case,
    limits: &Limits,
) -> Told {
    let mut told = Told { deleted: vec![BTreeSet::new(); claims.len()], hashes: vec![BTreeSet::new(); claims.len()] };
    let mut of_script: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, draft) in runs.drafts.iter().enumerate() {
        if let Some(place) = draft.run.script.path.as_deref().and_then(Place::of) {
            of_script.entry(place.rest).or_default().push(number);
        }
    }
    for ((event, id, _), kind) in events.iter().zip(kinds) {
        if !matches!(kind, Kind::FileCreated | Kind::StreamCreated | Kind::FileDeleted | Kind::Presence) {
            continue;
        }
        let Some(file) = &event.file else { continue };
        let Some(place) = Place::of(&file.path) else { continue };
        let by = event.process.as_ref().and_then(|process| process.executable.clone());
        if *kind != Kind::Presence
            && let Some(numbers) = of_script.get(&place.rest)
        {
            let deed = Deed { time: event.time, by: by.clone(), refs: vec![(*id).to_owned()] };
            for number in numbers.iter().take(limits.join_candidates) {
                let Some(script) = runs.drafts.get_mut(*number).map(|draft| &mut draft.run.script) else { continue };
                let deeds = if *kind == Kind::FileDeleted { &mut script.deleted } else { &mut script.written };
                if deeds.len() < limits.join_candidates {
                    deeds.push(deed.clone());
                }
            }
        }
        let owner = event.process.as_ref().and_then(|process| runs.owner(event, process));
        let sha256 = file.hashes.get("sha256");
        let mut ties = subjects.at(&place);
        ties.extend(subjects.of_hash(sha256));
        for (subject, tied) in ties {
            let Subject::Claim(number) = subject else { continue };
            let Some(claim) = claims.get_mut(number) else { continue };
            if let Some((own, other)) =
                claim.sha256.as_ref().zip(sha256).filter(|(own, other)| !own.eq_ignore_ascii_case(other))
            {
                note(claim, format!("{id} tells of another file at that place: SHA-256 {other}, not {own}"), limits);
                continue;
            }
            if !file.hashes.is_empty()
                && let Some(hashes) = told.hashes.get_mut(number).filter(|hashes| hashes.len() < limits.join_candidates)
            {
                hashes.insert((*id).to_owned());
                if claim.payload.is_none() && tied != TiedBy::Name {
                    claim.sha256 = claim.sha256.take().or_else(|| sha256.map(|hash| hash.to_ascii_lowercase()));
                }
            }
            match kind {
                Kind::FileDeleted => {
                    if let Some(deleted) =
                        told.deleted.get_mut(number).filter(|deleted| deleted.len() < limits.join_candidates)
                    {
                        deleted.insert((*id).to_owned());
                    }
                }
                Kind::Presence => {}
                _ => {
                    let run = owner.and_then(|at| runs.drafts.get(at));
                    arrive(claim, event, id, by.clone(), run, (tied, &place), limits);
                }
            }
        }
    }
    file_times(claims, case, &runs.drafts, limits);
    for claim in claims.iter_mut() {
        claim.deliveries.sort_by(|a, b| (a.time.is_none(), a.time, &a.refs).cmp(&(b.time.is_none(), b.time, &b.refs)));
        let name = crate::script::local_path::file_name(&claim.file).to_owned();
        if subjects.is_too_common(&name) {
            note(
                claim,
                format!("{name} is too common a name: records are tied to it by place and digest alone"),
                limits,
            );
        }
    }
    told
}

fn note(claim: &mut Claim, text: String, limits: &Limits) {
    if claim.notes.len() < limits.join_candidates && !claim.notes.contains(&text) {
        claim.notes.push(text);
    }
}

fn arrive(
    claim: &mut Claim,
    event: &Event,
    id: &str,
    by: Option<String>,
    run: Option<&Draft>,
    (tied, place): (TiedBy, &Place),
    limits: &Limits,
) {
    if claim.deliveries.len() >= limits.join_candidates {
        note(claim, "more records tell of its arrival than are listed".to_owned(), limits);
        return;
    }
    let directory = run.and_then(|draft| draft.run.working_directory.as_deref()).and_then(Place::of);
    let in_directory = tied == TiedBy::Name && directory.is_some_and(|directory| directory.rest == place.folder());
    if let Some(draft) = run {
        claim.runs.insert(draft.run.id.clone());
    }
    claim.deliveries.push(Delivery {
        time: event.time,
        source: event.source.clone(),
        by,
        run: run.map(|draft| draft.run.id.clone()),
        tied_by: if in_directory { "name-in-working-directory" } else { tied.word() }.to_owned(),
        refs: vec![id.to_owned()],
    });
}

/// The file system's own times: a birth or a change within a run of the transfer's script.
fn file_times(claims: &mut [Claim], case: &Case, drafts: &[Draft], limits: &Limits) {
    let payloads: BTreeMap<&str, &Payload> =
        case.payloads.iter().map(|payload| (payload.id.as_str(), payload)).collect();
    let mut by_script: BTreeMap<&str, Vec<&Draft>> = BTreeMap::new();
    for draft in drafts {
        for script in &draft.run.scripts {
            by_script.entry(script).or_default().push(draft);
        }
    }
    for claim in claims.iter_mut().filter(|claim| claim.directions.contains(&Direction::Download)) {
        let Some(payload) = claim.payload.as_deref().and_then(|id| payloads.get(id)) else { continue };
        let scripts: BTreeSet<&str> = claim.transfers.iter().filter_map(|id| id.split('.').next()).collect();
        let runs = scripts.iter().filter_map(|script| by_script.get(script)).flatten().take(limits.join_candidates);
        for draft in runs {
            let times = [payload.times.created, payload.times.modified];
            let Some(time) = times.into_iter().flatten().find(|time| spans(&draft.run, *time)) else { continue };
            claim.deliveries.push(Delivery {
                time: Some(time),
                source: "file-times".to_owned(),
                by: None,
                run: Some(draft.run.id.clone()),
                tied_by: "path".to_owned(),
                refs: vec![payload.id.clone()],
            });
        }
    }
}
