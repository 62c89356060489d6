//! The answers, one function for each question that the playbooks ask.

use super::of_matter;
use crate::case::Case;
use crate::case::claim::{Claim, State};
use crate::case::playbook::Answer;
use crate::case::run::{Channel, ClientRun, ParentKind, Relative, ScriptState};
use crate::correlate::coverage::{Covered, Matter};
use crate::script::transfer::Direction;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked.
pub(super) struct View<'c> {
    pub(super) case: &'c Case,
    pub(super) covered: Covered,
    pub(super) has_known: bool,
}

/// What is said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) answer: Answer,
    pub(super) text: Vec<String>,
    pub(super) refs: Vec<String>,
}

impl Default for Said {
    fn default() -> Self {
        Self { answer: Answer::NotExamined, text: Vec::new(), refs: Vec::new() }
    }
}

impl Said {
    fn say(&mut self, text: String, refs: impl IntoIterator<Item = String>) {
        if !self.text.contains(&text) {
            self.text.push(text);
        }
        self.refs.extend(refs);
    }

    /// Answered where something was said; else a step about what the case has not.
    fn or_not_applicable(mut self, why: &str) -> Self {
        self.answer = Answer::Answered;
        if self.text.is_empty() {
            self.answer = Answer::NotApplicable;
            self.text.push(why.to_owned());
        }
        self
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn or<'t>(text: Option<&'t String>, other: &'t str) -> &'t str {
    text.map_or(other, String::as_str)
}

fn instant(run: &ClientRun) -> String {
    run.started.or(run.ended).map_or("at a time that is not told".to_owned(), |time| time.to_string())
}

fn of_runs(view: &View<'_>, each: impl Fn(&ClientRun, &mut Said)) -> Said {
    let mut said = Said::default();
    view.case.runs.iter().for_each(|run| each(run, &mut said));
    said
}

pub(super) fn captured(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        if run.network.recorded > 0 {
            let connections = run.network.connections.iter().map(|connection| connection.event.clone());
            said.say(format!("{}: {} connections of {}", run.id, run.network.recorded, program(run)), connections);
        }
    });
    of_matter(view, Matter::Connections, "no connection of a client was recorded", said)
}

fn program(run: &ClientRun) -> &str {
    or(run.program.path.as_ref(), "a client whose path is not told")
}

pub(super) fn destinations(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        for destination in &run.network.destinations {
            let mut text = format!("{}: {} is {}", run.id, destination.address, destination.class);
            let mut add = |part: &str| {
                text.push_str(", ");
                text.push_str(part);
            };
            if let Some(port) = destination.port {
                add(&format!(
                    "port {port}{}",
                    if destination.non_standard_port { " (not a standard one)" } else { "" }
                ));
            }
            if destination.raw_address {
                add("named by its number");
            }
            if !destination.names.is_empty() {
                add(&format!("asked for as {}", destination.names.join(", ")));
            }
            match destination.known {
                Some(true) => add("known to the examiner"),
                Some(false) => add("not on the list of known hosts"),
                None => {}
            }
            if let Some(place) = &destination.place {
                add(place);
            }
            said.say(text, destination.events.clone());
        }
        for contradiction in &run.network.contradictions {
            said.say(format!("{}: {contradiction}", run.id), [run.id.clone()]);
        }
    });
    let mut said = of_matter(view, Matter::Connections, "no connection of a client was recorded", said);
    for session in view.case.scripts.iter().flat_map(|script| &script.sessions).filter(|session| session.active) {
        if let (Some(host), true) = (&session.host, said.answer != Answer::Answered) {
            let class = session.address_class.map(|class| word(&class)).unwrap_or_default();
            said.say(format!("by the script alone: {host} ({class}), {}", session.id), [session.id.clone()]);
        }
    }
    said
}

pub(super) fn baseline(view: &View<'_>) -> Said {
    let mut users: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for run in &view.case.runs {
        let count = users
            .entry((
                or(run.user.as_ref(), "an account that is not told"),
                or(run.host.as_ref(), "a host that is not told"),
            ))
            .or_default();
        *count = count.saturating_add(1);
    }
    let mut said = Said::default();
    for ((user, host), count) in users {
        said.say(format!("{count} runs by {user} on {host}"), []);
    }
    said.refs.extend(view.case.runs.iter().map(|run| run.id.clone()));
    let mut said = of_matter(view, Matter::ProcessStarts, "no run of a client was recorded", said);
    if said.answer == Answer::Answered {
        said.text.push("whether that is expected is for the owner to say".to_owned());
    }
    said
}

pub(super) fn image(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        let by: Vec<String> = run.program.recognised_by.iter().map(word).collect();
        let mut text = format!(
            "{}: {} ({}), {} by {}",
            run.id,
            program(run),
            word(&run.program.location),
            word(&run.client),
            by.join(", ")
        );
        if run.program.renamed {
            text.push_str(", renamed");
        }
        text.push_str(&match (&run.program.company, &run.program.signature) {
            (_, Some(signature)) => format!(", signature {signature}"),
            (Some(company), None) => format!(", {company} by its version information; its signature was not examined"),
            (None, None) => ", its signature was not examined".to_owned(),
        });
        said.say(text, run.events.iter().cloned());
    });
    of_matter(view, Matter::ProcessStarts, "no run of a client was recorded", said)
}

fn chain(relatives: &[Relative]) -> String {
    let told = relatives.iter().map(|relative| {
        let program = or(relative.command_line.as_ref().or(relative.executable.as_ref()), "?");
        format!("{program} [{}]", word(&relative.kind))
    });
    told.collect::<Vec<_>>().join(" < ")
}

pub(super) fn parent(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        if !run.parents.is_empty() {
            let refs = run.parents.iter().filter_map(|parent| parent.event.clone()).chain([run.id.clone()]);
            let alarm = match run.parent_kind {
                ParentKind::Office | ParentKind::Browser | ParentKind::ScriptHost => {
                    ", which seldom starts a client for good"
                }
                _ => "",
            };
            said.say(
                format!("{}: behind it is {}{alarm}: {}", run.id, word(&run.parent_kind), chain(&run.parents)),
                refs,
            );
        }
    });
    of_matter(view, Matter::ProcessStarts, "no record names a parent", said)
}

pub(super) fn script(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        let directory = or(run.working_directory.as_ref(), "not told");
        if run.script.state == ScriptState::Unknown && run.working_directory.is_none() {
            return;
        }
        let mut text = format!("{}: working directory {directory}; script {}", run.id, word(&run.script.state));
        if let Some(path) = &run.script.path {
            text.push_str(&format!(", {path}"));
        }
        for (what, deeds) in [("written", &run.script.written), ("deleted", &run.script.deleted)] {
            for deed in deeds.iter().take(4) {
                let at = deed.time.map(|time| format!(" at {time}")).unwrap_or_default();
                text.push_str(&format!("; {what} by {}{at}", or(deed.by.as_ref(), "a process that is not told")));
            }
        }
        let deeds = run.script.written.iter().chain(&run.script.deleted).flat_map(|deed| deed.refs.iter().cloned());
        said.say(text, run.scripts.iter().cloned().chain(deeds));
        if !run.script.commands.is_empty() {
            said.say(format!("{}: a command line above it writes: {}", run.id, run.script.commands.join(" / ")), []);
        }
    });
    of_matter(view, Matter::CommandLines, "no command line of a client was recorded", said)
}

fn channels(view: &View<'_>, wanted: &[Channel], what: &str, nothing: &str) -> Said {
    let said = of_runs(view, |run, said| {
        let found: Vec<_> =
            run.network.connections.iter().filter(|connection| wanted.contains(&connection.channel)).collect();
        if let Some(first) = found.first() {
            let remote = or(first.remote.as_ref(), "?");
            let port = first.remote_port.map(|port| format!(":{port}")).unwrap_or_default();
            said.say(
                format!("{}: {} {what}, first with {remote}{port}", run.id, found.len()),
                found.iter().map(|connection| connection.event.clone()),
            );
        }
    });
    of_matter(view, Matter::Connections, nothing, said)
}

pub(super) fn control(view: &View<'_>) -> Said {
    let wanted = [Channel::Control, Channel::ImplicitTls];
    let mut said = channels(view, &wanted, "control connections", "no control connection was recorded");
    for run in view.case.runs.iter().filter(|run| run.network.data_connections > 0) {
        said.text.push(format!(
            "{}: {} data connections, so at most as many transfers and listings",
            run.id, run.network.data_connections
        ));
    }
    said
}

pub(super) fn active(view: &View<'_>) -> Said {
    channels(view, &[Channel::DataActive], "active data connections", "no active data connection was recorded")
}

pub(super) fn passive(view: &View<'_>) -> Said {
    channels(view, &[Channel::DataPassive], "passive data connections", "no passive data connection was recorded")
}

pub(super) fn tls(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        if let Some(tls) = &run.network.tls {
            said.say(format!("{}: {tls} TLS", run.id), [run.id.clone()]);
        }
    });
    of_matter(view, Matter::Connections, "neither port 990 nor a script that asks for TLS", said)
}

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
    for claim in &view.case.claims {
        let states: Vec<String> = claim.states.iter().map(|state| word(&state.state)).collect();
        let mut text = format!("{}: {}", claim.file, states.join(", "));
        let payload =
            claim.payload.as_deref().and_then(|id| view.case.payloads.iter().find(|payload| payload.id == id));
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
    said.or_not_applicable("no transfer is known")
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
        said.text.push("Windows' memories of programs were examined and show none".to_owned());
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
            "{} {} starts {}: {}",
            start.mechanism,
            start.name,
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

pub(super) fn dns(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        for question in &run.network.questions {
            let used =
                if question.was_used { "and a connection went there" } else { "and no recorded connection went there" };
            let text = format!("{}: {} = {}, {used}", run.id, question.name, question.answers.join(", "));
            said.say(text, [question.event.clone()]);
        }
    });
    of_matter(view, Matter::Questions, "no client asked for a name; a script that names an address needs none", said)
}

pub(super) fn proxy(_: &View<'_>) -> Said {
    let text = "not examined: logs of proxies and firewalls are not read";
    Said { answer: Answer::NotExamined, text: vec![text.to_owned()], refs: Vec::new() }
}

pub(super) fn context(view: &View<'_>) -> Said {
    let said = of_runs(view, |run, said| {
        let parent = run.parents.first().and_then(|parent| parent.executable.as_ref());
        let text = format!(
            "{}: {} {}, command line {}, parent {}, user {}, integrity {}",
            run.id,
            instant(run),
            program(run),
            or(run.command_line.as_ref(), "not recorded"),
            or(parent, "not told"),
            or(run.user.as_ref(), "not told"),
            or(run.integrity_level.as_ref(), "not told"),
        );
        said.say(text, run.events.iter().cloned());
    });
    of_matter(view, Matter::ProcessStarts, "no run of a client was recorded", said)
}

pub(super) fn switches(view: &View<'_>) -> Said {
    let mut said = of_runs(view, |run, said| {
        if let Some(switches) = &run.switches {
            let refused = if switches.would_run { "" } else { " (the client refuses this)" };
            said.say(format!("{}: {}{refused}", run.id, switches.meanings.join("; ")), [run.id.clone()]);
        }
    });
    for launch in &view.case.launches {
        if !view.case.runs.iter().any(|run| run.launches.contains(&launch.id)) {
            said.say(
                format!("{}: {} (no record shows that it ran)", launch.id, launch.command_line),
                [launch.id.clone()],
            );
        }
    }
    of_matter(view, Matter::CommandLines, "no command line of a client was recorded", said)
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
    said.or_not_applicable("no transfer is known")
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
    for script in view.case.scripts.iter().filter(|script| !script.sessions.is_empty()) {
        said.say(format!("quarantine the script {}, SHA-256 {}", script.path, script.sha256), [script.id.clone()]);
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
    for run in view
        .case
        .runs
        .iter()
        .filter(|run| run.known_by == crate::case::run::RunKnownBy::ProcessStart && run.ended.is_none())
    {
        said.say(
            format!(
                "{}: no record shows that it ended; look for the process {}",
                run.id,
                run.pid.map_or("?".to_owned(), |pid| pid.to_string())
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
        if let Some(allowed) = &finding.allowed_by {
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
    for row in view.case.coverage.iter().filter(|row| !row.examined) {
        said.say(format!("{}: {}", row.source, or(row.why.as_ref(), "not examined")), []);
    }
    for gap in &view.covered.gaps {
        said.say(gap.clone(), []);
    }
    said.or_not_applicable("every source that is known was examined")
}
