//! Rules over what the host recorded: runs of clients, what followed, what was cleared.

use super::Severity;
use super::judge::{Draft, Matter};
use crate::case::claim::{Claim, State};
use crate::case::run::{ClientRun, ParentKind};
use crate::script::transfer::Direction;

pub(super) fn judge(matter: &Matter<'_>) -> Vec<Draft> {
    let case = matter.case;
    let mut drafts = Vec::new();
    for run in &case.runs {
        drafts.extend(parent(run));
        drafts.extend(renamed(run));
    }
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

fn refs(run: &ClientRun) -> Vec<String> {
    [vec![run.id.clone()], run.events.iter().cloned().collect()].concat()
}

fn parent(run: &ClientRun) -> Option<Draft> {
    let (what, severity) = match run.parent_kind {
        ParentKind::Office => ("an office program", None),
        ParentKind::Browser => ("a browser", None),
        ParentKind::Server => ("a server", None),
        ParentKind::ScriptHost => ("a host of scripts", Some(Severity::Medium)),
        _ => return None,
    };
    let parents: Vec<&str> = run.parents.iter().filter_map(|parent| parent.executable.as_deref()).collect();
    let line = run.command_line.as_deref().unwrap_or_default();
    let explanation = format!("“{line}” was started below {what}: {}.", parents.join(" < "));
    Some(Draft { severity, ..Draft::new("run.unusual-parent", refs(run), explanation) })
}

fn renamed(run: &ClientRun) -> Option<Draft> {
    let path = run.program.path.as_deref().filter(|_| run.program.renamed)?;
    let original = run.program.original_file_name.as_deref().unwrap_or("a client for FTP");
    let explanation = format!("{path} is {original} under another name.");
    Some(Draft::new("run.renamed-client", refs(run), explanation))
}

fn about(claim: &Claim, state: State) -> Option<(Vec<String>, String)> {
    let claimed = claim.states.iter().find(|claimed| claimed.state == state)?;
    let own = claim.payload.iter().chain(&claim.transfers).cloned();
    Some((own.chain(claimed.refs.iter().cloned()).collect(), format!("{}: {}.", claim.file, claimed.why)))
}

fn executed(claim: &Claim) -> Option<Draft> {
    let (refs, explanation) = about(claim, State::Executed)?;
    Some(Draft::new("payload.executed", refs, explanation))
}

fn persisted(claim: &Claim) -> Option<Draft> {
    let (refs, explanation) = about(claim, State::Persisted)?;
    Some(Draft::new("payload.persisted", refs, explanation))
}
