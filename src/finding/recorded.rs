//! Rules over what the host recorded of the files that came, and of its logs.

use super::judge::{Draft, Matter};
use super::rules::attack;
use super::{Attack, Severity};
use crate::case::claim::{Claim, State};
use crate::script::transfer::Direction;

pub(super) fn judge(matter: &Matter<'_>) -> Vec<Draft> {
    let case = matter.case;
    let mut drafts = Vec::new();
    for claim in case.claims.iter().filter(|claim| claim.directions.contains(&Direction::Download)) {
        drafts.extend(executed(claim));
        drafts.extend(persisted(claim));
    }
    let cleared =
        case.events.iter().filter(|event| matches!(event.fact.source.as_str(), "security-1102" | "system-104"));
    let cleared: Vec<_> = cleared.collect();
    // Somebody clears a log on many hosts; beside the run of a client it is told.
    if let Some(first) = cleared.first().filter(|_| !case.runs.is_empty() || matter.scripts().next().is_some()) {
        let time = first.fact.time.map(|time| format!(" at {time}")).unwrap_or_default();
        let who = first.fact.user.as_ref().map(|user| format!(" by {user}")).unwrap_or_default();
        let refs = cleared.iter().map(|event| event.id.clone()).collect();
        let explanation = format!("A log was cleared{who}{time}: what it held before is gone.");
        drafts.push(Draft::new("log.cleared", refs, explanation));
    }
    drafts
}

fn about(claim: &Claim, state: State) -> Option<(Vec<String>, String)> {
    let claimed = claim.states.iter().find(|claimed| claimed.state == state)?;
    let own: Vec<&String> = claim.payload.iter().chain(&claim.transfers).collect();
    // What only a run's own records tell of has no other name in the report.
    let own = if own.is_empty() { vec![&claim.id] } else { own };
    Some((
        own.into_iter().cloned().chain(claimed.refs.iter().cloned()).collect(),
        format!("{}: {}.", claim.file, claimed.why),
    ))
}

fn executed(claim: &Claim) -> Option<Draft> {
    let (refs, explanation) = about(claim, State::Executed)?;
    let is_dated = claim.executions.iter().any(|execution| execution.proves && execution.follows.is_some());
    let severity = (!is_dated).then_some(Severity::Medium);
    Some(Draft { severity, ..Draft::new("payload.executed", refs, explanation) })
}

fn persisted(claim: &Claim) -> Option<Draft> {
    let (refs, explanation) = about(claim, State::Persisted)?;
    let mut mechanisms: Vec<&str> = claim.persistence.iter().map(|start| start.mechanism.as_str()).collect();
    mechanisms.dedup();
    let attack = if let [only] = mechanisms.as_slice() { technique(only) } else { None };
    Some(Draft { attack, ..Draft::new("payload.persisted", refs, explanation) })
}

/// The technique of a mechanism that has one of its own, which the rule does not name.
fn technique(mechanism: &str) -> Option<&'static [Attack]> {
    Some(match mechanism {
        "group-policy-script" => const { &[attack("T1037.003", "persistence")] },
        "launch-agent" => const { &[attack("T1543.001", "persistence")] },
        "launch-daemon" => const { &[attack("T1543.004", "persistence")] },
        "service" => const { &[attack("T1543.003", "persistence")] },
        "wmi-consumer" => const { &[attack("T1546.003", "persistence")] },
        _ => return None,
    })
}
