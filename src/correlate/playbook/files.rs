//! The answers about files: what came, what ran, what stays, what is to be done.

use super::answers::{Said, View, of_runs, or, word};
use super::of_matter;
use crate::case::Payload;
use crate::case::claim::{Claim, State};
use crate::case::index::Index;
use crate::case::playbook::Answer;
use crate::case::run::{ClientRun, ParentKind, RunKnownBy, ScriptState};
use crate::correlate::coverage::Matter;
use crate::correlate::uptime;
use crate::script::transfer::Direction;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn created(view: &View<'_>) -> Said {
    let mut said = of_runs(view, |run, said| {
        for file in &run.files {
            let at = file.time.map(|time| format!(" at {time}")).unwrap_or_default();
            said.say(format!("{}: made {}{at}", run.id, file.path), [file.event.clone()]);
        }
        for deed in &run.script.written {
            let text =
                format!("{}: its script was written by {}", run.id, or(deed.by.as_ref(), "a process that is not told"));
            said.say(text, deed.refs.iter().cloned());
        }
    });
    for claim in &view.case.claims {
        for delivery in &claim.deliveries {
            said.say(
                format!("{} came, by {} ({})", claim.file, delivery.source, delivery.tied_by),
                delivery.refs.iter().cloned(),
            );
        }
    }
    of_matter(view, Matter::FilesCreated, "no file was recorded that a client or a transfer made", said)
}

pub(super) fn script_files(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for script in view.case.scripts.iter().filter(|script| !script.sessions.is_empty()) {
        let verbs: BTreeSet<&str> = script
            .sessions
            .iter()
            .flat_map(|session| &session.commands)
            .filter_map(|command| command.verb.as_deref())
            .collect();
        let logins =
            script.sessions.iter().map(|session| session.credentials.len()).fold(0usize, usize::saturating_add);
        let verbs = verbs.into_iter().take(16).collect::<Vec<_>>().join(" ");
        said.say(
            format!("{}: {} ({}), {logins} logins, commands {verbs}", script.id, script.path, word(&script.source)),
            [script.id.clone()],
        );
    }
    for run in view.case.runs.iter().filter(|run| run.script.state == ScriptState::Missing) {
        said.say(format!("{}: its script {} is missing", run.id, or(run.script.path.as_ref(), "?")), [run.id.clone()]);
    }
    said.or_not_applicable("no script was found, and no run names one")
}

pub(super) fn identified(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for script in &view.case.scripts {
        for session in script.sessions.iter().filter(|session| session.active) {
            let users: Vec<&str> = session.credentials.iter().filter_map(|login| login.username.as_deref()).collect();
            let of = |direction| {
                let names: Vec<&str> = session
                    .transfers
                    .iter()
                    .filter(|transfer| transfer.direction == direction)
                    .filter_map(|transfer| transfer.remote_path.as_deref().or(transfer.local_path.as_deref()))
                    .take(10)
                    .collect();
                names.join(", ")
            };
            let port = session.port.map(|port| format!(":{port}")).unwrap_or_default();
            let host = or(session.host.as_ref(), "a host that is not named");
            said.say(
                format!(
                    "{}: {host}{port}, users [{}], fetches [{}], sends [{}]",
                    session.id,
                    users.join(", "),
                    of(Direction::Download),
                    of(Direction::Upload)
                ),
                [session.id.clone()],
            );
        }
    }
    said.or_not_applicable("no session is at hand")
}

pub(super) fn analysed(view: &View<'_>) -> Said {
    let mut said = Said::default();
    let payloads: BTreeMap<&str, &Payload> =
        view.case.payloads.iter().map(|payload| (payload.id.as_str(), payload)).collect();
    for claim in view.case.claims.iter().filter(|claim| claim.directions.contains(&Direction::Download)) {
        let states: Vec<String> = claim.states.iter().map(|state| word(&state.state)).collect();
        let mut text = format!("{}: {}", claim.file, states.join(", "));
        let payload = claim.payload.as_deref().and_then(|id| payloads.get(id));
        if let Some(facts) = payload.and_then(|payload| payload.facts.as_ref()) {
            if let Some(kind) = &facts.file_type {
                text.push_str(&format!("; {}", kind.mime));
            }
            if facts.mismatch.is_some() {
                text.push_str("; its name and its content disagree");
            }
        }
        if let Some(hash) = &claim.sha256 {
            text.push_str(&format!("; SHA-256 {hash}"));
        }
        let refs =
            claim.payload.iter().cloned().chain(claim.states.iter().flat_map(|state| state.refs.iter().cloned()));
        said.say(text, refs);
    }
    said.or_not_applicable("no transfer that fetches a file is known")
}

pub(super) fn executed(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for claim in &view.case.claims {
        for execution in claim.executions.iter().filter(|execution| execution.proves) {
            let at = execution.time.map(|time| format!(" at {time}")).unwrap_or_default();
            let delay = execution.delay_s.map(|delay| format!(", {delay:.0} s after it came")).unwrap_or_default();
            let child = if execution.child_of_client { ", by the client itself" } else { "" };
            said.say(
                format!("{} was started by {}{at}{delay}{child} ({})", claim.file, execution.by, execution.source),
                execution.refs.iter().cloned(),
            );
        }
    }
    let mut said = of_matter(view, Matter::ProcessStarts, "no start of what came was recorded", said);
    if said.answer == Answer::NotExamined && view.covered.has(Matter::ProgramMemory) {
        let read = view.covered.memories.join(", ");
        said.text.push(format!("of Windows' memories of programs these were read, and show none: {read}"));
    }
    said
}

pub(super) fn children(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        for child in &run.children {
            let text =
                format!("{}: started {}", run.id, or(child.command_line.as_ref().or(child.executable.as_ref()), "?"));
            said.say(text, child.event.iter().cloned());
        }
    });
    of_matter(view, Matter::ProcessStarts, "no client started anything", said)
}

pub(super) fn persisted(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for start in &view.case.persistence {
        let subjects: Vec<&str> = start.subjects.iter().map(String::as_str).collect();
        let text = format!(
            "{} {}{} starts {}: {}",
            start.mechanism,
            start.name,
            if start.disabled { " (disabled)" } else { "" },
            subjects.join(", "),
            or(start.command_line.as_ref(), "?")
        );
        said.say(text, start.refs.iter().cloned());
    }
    for claim in view.case.claims.iter().filter(|claim| has(claim, State::Executed)) {
        said.say(format!("{} was executed", claim.file), claim.payload.iter().cloned());
    }
    of_matter(view, Matter::Autostarts, "nothing starts a payload, a script or a client without its user", said)
}

fn has(claim: &Claim, state: State) -> bool {
    claim.states.iter().any(|known| known.state == state)
}

pub(super) fn prevalence(view: &View<'_>) -> Said {
    let mut said = Said::default();
    let mut hosts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for script in &view.case.scripts {
        for host in script.sessions.iter().filter_map(|session| session.host.as_deref()) {
            hosts.entry(host).or_default().insert(&script.id);
        }
    }
    for (host, scripts) in hosts {
        said.say(
            format!("{host} is named by {} scripts of this case", scripts.len()),
            scripts.into_iter().map(str::to_owned),
        );
    }
    let mut hashes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for claim in &view.case.claims {
        if let Some(hash) = &claim.sha256 {
            hashes.entry(hash).or_default().insert(&claim.file);
        }
    }
    for (hash, files) in hashes {
        said.say(format!("SHA-256 {hash}: {} places of this case", files.len()), []);
    }
    for credential in view.case.credentials.iter().filter(|credential| credential.reused) {
        let user = or(credential.username.as_ref(), "?");
        said.say(format!("the login of {user} is used for more than one host"), credential.sessions.iter().cloned());
    }
    let mut said = said.or_not_applicable("nothing to count");
    said.text.push("the fleet beyond this evidence was not examined".to_owned());
    said
}

pub(super) fn direction(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for verdict in &view.case.verdicts {
        let against = if verdict.against.is_empty() {
            String::new()
        } else {
            format!("; against it: {}", verdict.against.join(", "))
        };
        let text =
            format!("{}: {} ({}): {}{against}", verdict.subject, verdict.technique, word(&verdict.basis), verdict.why);
        said.say(text, verdict.refs.iter().cloned().chain([verdict.subject.clone()]));
    }
    let mut said = said.or_not_applicable("no transfer is known");
    said.text.extend(view.reach.outside());
    said
}

pub(super) fn contain(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for claim in view.case.claims.iter().filter(|claim| claim.directions.contains(&Direction::Download)) {
        if has(claim, State::Present) || claim.sha256.is_some() {
            let hash = claim.sha256.as_ref().map(|hash| format!(", SHA-256 {hash}")).unwrap_or_default();
            said.say(format!("quarantine {}{hash}", claim.file), claim.payload.iter().cloned());
        }
    }
    let mut hosts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for session in view.case.scripts.iter().flat_map(|script| &script.sessions).filter(|session| session.active) {
        if let Some(host) = &session.host {
            hosts.entry(host).or_default().insert(&session.id);
        }
    }
    for run in &view.case.runs {
        for destination in &run.network.destinations {
            hosts.entry(&destination.address).or_default().insert(&run.id);
        }
    }
    for (host, refs) in hosts {
        said.say(format!("block {host}"), refs.into_iter().map(str::to_owned));
    }
    let index = Index::of(view.case);
    let mut listed: BTreeSet<&str> = BTreeSet::new();
    for script in view.case.scripts.iter().filter(|script| !script.sessions.is_empty()) {
        let text = match index.file_of(script) {
            Some(file) if !listed.insert(&file.id) => continue,
            Some(file) => {
                let holds = if file.id == script.id { String::new() } else { format!(", which makes {}", script.path) };
                format!("quarantine the script {}, SHA-256 {}{holds}", file.path, file.sha256)
            }
            None => format!("no file of the evidence holds the script {}: a record of the host does", script.path),
        };
        let file = index.file_of(script).map(|file| file.id.clone());
        said.say(text, [script.id.clone()].into_iter().chain(file));
    }
    said.or_not_applicable("nothing to contain is known")
}

pub(super) fn isolate(view: &View<'_>) -> Said {
    let mut said = Said::default();
    let serious = |claim: &&Claim| has(claim, State::Executed) || has(claim, State::Persisted);
    for claim in view.case.claims.iter().filter(|claim| claim.directions.contains(&Direction::Download)).filter(serious)
    {
        let refs = claim.states.iter().flat_map(|state| state.refs.iter().cloned());
        let words: Vec<String> = claim.states.iter().map(|state| word(&state.state)).collect();
        said.say(format!("isolate the host: {} is {}", claim.file, words.join(", ")), refs);
    }
    // What Windows remembers of a program tells no process that could be looked for.
    let has_process = |run: &&ClientRun| run.known_by != RunKnownBy::ExecutionArtifact;
    for run in view.case.runs.iter().filter(has_process).filter(|run| run.ended.is_none()) {
        said.say(
            format!(
                "{}: no record shows that it ended; look for {}",
                run.id,
                run.pid.map_or("its process".to_owned(), |pid| format!("the process {pid}"))
            ),
            [run.id.clone()],
        );
    }
    of_matter(
        view,
        Matter::ProcessStarts,
        "no execution of what came was recorded, and no client is left running by the records",
        said,
    )
}

pub(super) fn prevent(view: &View<'_>) -> Said {
    let mut said = of_runs(view, |run, said| {
        if matches!(run.parent_kind, ParentKind::Office | ParentKind::Browser | ParentKind::ScriptHost) {
            said.say(
                format!("{}: an alert on clients below {} would have told", run.id, word(&run.parent_kind)),
                [run.id.clone()],
            );
        }
        if run.switches.as_ref().is_some_and(|switches| switches.script_path.is_some()) {
            said.say(format!("{}: an alert on -s: would have told", run.id), [run.id.clone()]);
        }
    });
    said.answer = Answer::NotApplicable;
    said.text.push("a measure for the owner of the network".to_owned());
    said
}

pub(super) fn recover(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for claim in view
        .case
        .claims
        .iter()
        .filter(|claim| claim.directions.contains(&Direction::Download) && has(claim, State::Present))
    {
        said.say(format!("remove {}", claim.file), claim.payload.iter().cloned());
    }
    for start in &view.case.persistence {
        said.say(format!("remove the {} {}", start.mechanism, start.name), start.refs.iter().cloned());
    }
    for credential in &view.case.credentials {
        let (user, host) =
            (or(credential.username.as_ref(), "?"), or(credential.host.as_ref(), "a host that is not named"));
        said.say(format!("rotate the login of {user} at {host}"), credential.sessions.iter().cloned());
    }
    said.or_not_applicable("nothing to remove or to rotate is known")
}

pub(super) fn known_good(view: &View<'_>) -> Said {
    let mut said = Said::default();
    for finding in &view.case.findings {
        if let Some(allowed) = finding.allowed_words() {
            said.say(
                format!("{} ({}) is allowed by {allowed}", finding.id, finding.title),
                finding.evidence_refs.iter().cloned(),
            );
        }
    }
    for run in &view.case.runs {
        let destinations = &run.network.destinations;
        if !destinations.is_empty() && destinations.iter().all(|destination| destination.class == "internal") {
            said.say(format!("{}: all its destinations are internal", run.id), [run.id.clone()]);
        }
        if run.parent_kind == ParentKind::Scheduler {
            said.say(format!("{}: the task scheduler started it", run.id), [run.id.clone()]);
        }
        for destination in destinations.iter().filter(|destination| destination.known == Some(true)) {
            said.say(format!("{}: {} is known to the examiner", run.id, destination.address), [run.id.clone()]);
        }
    }
    if said.text.is_empty() {
        let list = if view.has_known {
            "the lists of the examiner name none of it"
        } else {
            "no list of known hosts was given"
        };
        said.say(format!("nothing speaks for an approved job; {list}"), []);
    }
    said.answer = Answer::Answered;
    said
}

pub(super) fn coverage(view: &View<'_>) -> Said {
    let mut said = Said::default();
    if let Some(outside) = view.reach.outside() {
        said.say(outside, []);
    }
    for (word, (first, last)) in view.covered.reaching() {
        said.say(format!("{word}: what was read reaches from {first} to {last}"), []);
    }
    for row in view.case.coverage.iter().filter(|row| !row.examined) {
        said.say(format!("{}: {}", row.source, or(row.why.as_ref(), "not examined")), []);
    }
    for row in &view.case.coverage {
        // Which events tell of a host's starts is not in the report; its row has what follows from them.
        let Some(host) = row.source.strip_prefix("uptime:") else { continue };
        let (unclean, off): (Vec<&String>, Vec<&String>) = row.gaps.iter().partition(|gap| uptime::is_unclean(gap));
        unclean.into_iter().for_each(|gap| said.say(gap.clone(), []));
        if let (Some(first), Some(last)) = (off.first(), off.last()) {
            let more = if off.len() > 1 { format!(" … {last}") } else { String::new() };
            said.say(format!("{host} was off {} times: {first}{more}", off.len()), []);
        }
    }
    for gap in &view.covered.gaps {
        said.say(gap.clone(), []);
    }
    said.or_not_applicable("every source that is known was examined")
}
