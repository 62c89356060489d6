//! The answers about processes and connections, one function for each question that the playbooks ask.

use super::of_matter;
use crate::case::Case;
use crate::case::playbook::Answer;
use crate::case::run::{Channel, ClientRun, ParentKind, Relative, ScriptState};
use crate::correlate::coverage::{Covered, Matter};
use crate::correlate::mmdb::Database;
use crate::correlate::places;
use crate::correlate::reach::Reach;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked.
pub(super) struct View<'c> {
    pub(super) case: &'c Case,
    pub(super) covered: Covered,
    pub(super) reach: Reach,
    pub(super) has_known: bool,
    pub(super) geoip: &'c [Database],
}

/// Lines kept of one answer, of which fewer are shown.
const KEPT: usize = 200;
/// Records kept of one answer.
const REFS: usize = 1000;

/// What is said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) answer: Answer,
    pub(super) text: Vec<String>,
    pub(super) refs: Vec<String>,
    /// Lines that found no room.
    pub(super) more: usize,
}

impl Default for Said {
    fn default() -> Self {
        Self { answer: Answer::NotExamined, text: Vec::new(), refs: Vec::new(), more: 0 }
    }
}

impl Said {
    pub(super) fn say(&mut self, text: String, refs: impl IntoIterator<Item = String>) {
        if self.text.len() >= KEPT {
            self.more = self.more.saturating_add(1);
        } else if !self.text.contains(&text) {
            self.text.push(text);
        }
        let room = REFS.saturating_sub(self.refs.len());
        self.refs.extend(refs.into_iter().take(room));
    }

    /// Answered where something was said; else a step about what the case has not.
    pub(super) fn or_not_applicable(mut self, why: &str) -> Self {
        self.answer = Answer::Answered;
        if self.text.is_empty() {
            self.answer = Answer::NotApplicable;
            self.text.push(why.to_owned());
        }
        self
    }
}

pub(super) fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) fn or<'t>(text: Option<&'t String>, other: &'t str) -> &'t str {
    text.map_or(other, String::as_str)
}

fn instant(run: &ClientRun) -> String {
    run.when().unwrap_or_else(|| "at a time that is not told".to_owned())
}

pub(super) fn of_runs(view: &View<'_>, each: impl Fn(&ClientRun, &mut Said)) -> Said {
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
            let class = session.address_class.map(|class| word(&class));
            let place = places::locate(view.geoip, host).ok().flatten().map(|place| place.words());
            let known: Vec<String> = class.into_iter().chain(place).collect();
            let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
            said.say(format!("by the script alone: {host}{known}, {}", session.id), [session.id.clone()]);
        }
    }
    if view.geoip.is_empty() {
        said.text.push("countries and networks were not looked up: no database was given (--geoip)".to_owned());
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

/// The lineage, and the command line of the run itself.
pub(super) fn parent_and_line(view: &View<'_>) -> Said {
    let lineage = parent(view);
    let mut said = of_runs(view, |run, said| {
        if let Some(line) = &run.command_line {
            let parent = if run.parents.is_empty() { "; no record names its parent" } else { "" };
            said.say(format!("{}: command line {line}{parent}", run.id), [run.id.clone()]);
        }
    });
    if said.text.is_empty() {
        return lineage;
    }
    said.answer = Answer::Answered;
    if lineage.answer == Answer::Answered {
        said.text.splice(0..0, lineage.text);
        said.refs.splice(0..0, lineage.refs);
        said.more = said.more.saturating_add(lineage.more);
    }
    said
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
        for block in &run.script_blocks {
            let whose = if block.depth == 0 {
                "its own process".to_owned()
            } else {
                format!("the process {} above it", block.depth)
            };
            let path = block.path.as_deref().map(|path| format!(" of {path}")).unwrap_or_default();
            let text = format!("{}: PowerShell logged the script block {}{path} in {whose}", run.id, block.id);
            said.say(text, [block.event.clone()]);
        }
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
    Said { answer: Answer::NotExamined, text: vec![text.to_owned()], ..Said::default() }
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
        if let Some(logon) = &run.logon {
            let from = logon.from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
            let kind = or(logon.kind.as_ref(), "a kind that is not told");
            let at = logon.time.map(|time| format!(" at {time}")).unwrap_or_default();
            said.say(format!("{}: its session began by logon of {kind}{from}{at}", run.id), [logon.event.clone()]);
        }
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
    let recorded: BTreeSet<&str> = view.case.runs.iter().flat_map(|run| &run.launches).map(String::as_str).collect();
    for launch in &view.case.launches {
        if !recorded.contains(launch.id.as_str()) {
            said.say(
                format!("{}: {} (no record shows that it ran)", launch.id, launch.command_line),
                [launch.id.clone()],
            );
        }
    }
    let mut said = of_matter(view, Matter::CommandLines, "no command line of a client was recorded", said);
    if said.answer == Answer::Answered {
        said.text.extend(view.reach.outside());
    }
    said
}
