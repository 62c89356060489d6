//! What is claimed of each file of each transfer, and on what.

use crate::base::limits::Limits;
use crate::case::claim::{Claim, ClaimedState, State};
use crate::case::run::ClientRun;
use crate::case::{Case, PathMatch, Payload, PayloadStatus};
use crate::script::transfer::{Direction, Transfer};
use std::collections::{BTreeMap, BTreeSet};

/// One claim for each payload, and one for each transfer whose file the case does not name otherwise; no states yet.
pub(super) fn outline(case: &Case) -> Vec<Claim> {
    let transfers: BTreeMap<&str, &Transfer> = case
        .scripts
        .iter()
        .flat_map(|script| script.sessions.iter().filter(|session| session.active))
        .flat_map(|session| &session.transfers)
        .map(|transfer| (transfer.id.as_str(), transfer))
        .collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut claims = Vec::new();
    for payload in &case.payloads {
        let known = payload.transfers.iter().filter_map(|id| transfers.get(id.as_str()));
        let digests = payload.facts.as_ref().and_then(|facts| facts.digests.as_ref());
        named.extend(payload.transfers.iter().map(String::as_str));
        let called = known.clone().find_map(|transfer| named_by(transfer));
        claims.push(Claim {
            file: payload.path.as_ref().or(called).cloned().unwrap_or_default(),
            payload: Some(payload.id.clone()),
            transfers: payload.transfers.iter().cloned().collect(),
            directions: known.map(|transfer| transfer.direction).collect(),
            sha256: digests.map(|digests| digests.sha256.clone()),
            ..Claim::default()
        });
    }
    for (id, transfer) in transfers.iter().filter(|(id, transfer)| !named.contains(*id) && transfer.payloads.is_empty())
    {
        claims.push(Claim {
            file: named_by(transfer).cloned().unwrap_or_default(),
            transfers: BTreeSet::from([(*id).to_owned()]),
            directions: BTreeSet::from([transfer.direction]),
            ..Claim::default()
        });
    }
    claims
}

/// The file of a transfer, by the best name that it has.
fn named_by(transfer: &Transfer) -> Option<&String> {
    [&transfer.resolved_path, &transfer.local_path, &transfer.remote_path].into_iter().flatten().next()
}

/// The runs of each claim: those of the scripts that hold its transfers. Told of the ones within whose time a record of
/// the file lies already.
pub(super) fn tie_runs(claims: &mut [Claim], runs: &[ClientRun], limits: &Limits) {
    let mut by_script: BTreeMap<&str, Vec<&ClientRun>> = BTreeMap::new();
    for run in runs {
        for script in &run.scripts {
            by_script.entry(script).or_default().push(run);
        }
    }
    for claim in claims {
        let scripts: BTreeSet<&str> = claim.transfers.iter().filter_map(|id| id.split('.').next()).collect();
        let found = scripts.iter().filter_map(|script| by_script.get(script)).flatten().take(limits.join_candidates);
        claim.runs.extend(found.map(|run| run.id.clone()));
    }
}

/// Settles the states of all claims and numbers them.
pub(super) fn settle(
    claims: &mut [Claim],
    case: &Case,
    runs: &[ClientRun],
    deleted: &[BTreeSet<String>],
    hashes: &[BTreeSet<String>],
) {
    let payloads: BTreeMap<&str, &Payload> =
        case.payloads.iter().map(|payload| (payload.id.as_str(), payload)).collect();
    let by_id: BTreeMap<&str, &ClientRun> = runs.iter().map(|run| (run.id.as_str(), run)).collect();
    let nothing = BTreeSet::new();
    for (number, claim) in claims.iter_mut().enumerate() {
        claim.id = format!("c{}", number.saturating_add(1));
        let payload = claim.payload.as_deref().and_then(|id| payloads.get(id).copied());
        let mut states = Vec::new();
        let mut say = |state, refs: BTreeSet<String>, why: &str| {
            states.push(ClaimedState { state, refs, why: why.to_owned() });
        };
        let of_payload = || claim.payload.iter().cloned().collect::<BTreeSet<String>>();
        let status = payload.map(|payload| payload.status);
        match status {
            Some(PayloadStatus::Found) => {
                say(State::Present, of_payload(), "it lies where the transfer puts or takes it")
            }
            Some(PayloadStatus::Deleted) => say(State::Deleted, of_payload(), "it lies there as a deleted entry"),
            Some(PayloadStatus::Candidate) => {
                let told = payload.and_then(|payload| payload.path_match);
                claim.notes.push(
                    match told {
                        Some(PathMatch::NameOnly) | None => {
                            "a file of that name lies elsewhere; that it is the one is not shown"
                        }
                        Some(PathMatch::InitialLost) => {
                            "a deleted file has that name but for its first character, which deletion wrote over; that it \
                             is the one is not shown"
                        }
                        Some(_) => "it fits the pattern in that folder; it may have been there before",
                    }
                    .to_owned(),
                );
            }
            _ => {}
        }
        let gone = deleted.get(number).unwrap_or(&nothing);
        if !gone.is_empty() && status != Some(PayloadStatus::Deleted) {
            say(State::Deleted, gone.clone(), "a record tells of its deletion");
        }
        let executed: BTreeSet<String> = claim
            .executions
            .iter()
            .filter(|execution| execution.proves)
            .flat_map(|execution| execution.refs.iter().cloned())
            .collect();
        if !executed.is_empty() {
            let is_dated = claim.executions.iter().any(|execution| execution.proves && execution.follows.is_some());
            let is_after = is_dated || !claim.directions.contains(&Direction::Download);
            let started = "a record shows that it was started, or given to a program that runs such files";
            let undated = format!("{started}; no time shows that the transfer came before");
            say(State::Executed, executed, if is_after { started } else { &undated });
        }
        let persisted: BTreeSet<String> =
            claim.persistence.iter().flat_map(|start| start.refs.iter().cloned()).collect();
        if !persisted.is_empty() {
            say(State::Persisted, persisted, "something starts it without its user");
        }
        if claim.directions.contains(&Direction::Upload) {
            let ran: Vec<&&ClientRun> = claim.runs.iter().filter_map(|id| by_id.get(id.as_str())).collect();
            let data = ran.iter().filter(|run| run.network.data_connections > 0);
            let refs: BTreeSet<String> =
                data.map(|run| run.id.clone()).chain(claim.transfers.iter().cloned()).collect();
            if ran.iter().any(|run| run.network.data_connections > 0) {
                say(
                    State::Uploaded,
                    refs,
                    "the script sends it, a client ran with the script, and data connections were recorded",
                );
            } else if !ran.is_empty() {
                claim
                    .notes
                    .push("a client ran with the script that sends it; no record shows a data connection".to_owned());
            }
        }
        let arrived: BTreeSet<String> = claim
            .deliveries
            .iter()
            .flat_map(|delivery| delivery.refs.iter().cloned())
            .filter(|name| name.starts_with('v'))
            .collect();
        let of_hash = hashes.get(number).unwrap_or(&nothing);
        let is_held = matches!(status, Some(PayloadStatus::Found | PayloadStatus::Deleted));
        if !is_held && !of_hash.is_empty() {
            say(State::HashOnly, of_hash.clone(), "the file is not at hand; a record gives its digest");
        }
        if !is_held && !arrived.is_empty() {
            say(State::Seen, arrived, "a record shows that it was made");
        }
        if states.is_empty() && status != Some(PayloadStatus::Candidate) {
            let why =
                "neither the evidence nor a record that was read shows it; see the coverage for what could not have";
            states.push(ClaimedState { state: State::NeverSeen, refs: claim.transfers.clone(), why: why.to_owned() });
        }
        states.sort_by_key(|state| state.state);
        claim.states = states;
    }
}
