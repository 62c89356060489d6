//! Rules over the runs of clients that the host recorded: what they are, what they started, made and connected to.
//!
//! What a script that is at hand says of the same run is told of the script. Runs that are alike in all that is told are one
//! finding: a job that runs every night is told once.

use super::Severity;
use super::judge::{Draft, Matter};
use super::scripts::{quoted, some};
use crate::case::run::{ClientRun, Destination, ParentKind, RecognisedBy, Relative, RunFile, ScriptState};
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

pub(super) fn judge(matter: &Matter<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for run in &matter.case.runs {
        drafts.extend(parent(run));
        drafts.extend(renamed(run));
    }
    let mut alike = Alike::default();
    for run in &matter.case.runs {
        let sessions: Vec<&Session> = matter.sessions_of(run).collect();
        alike.add(run, children(run, &sessions));
        alike.add(run, downloads(matter, run));
        alike.add(run, addresses(run, &sessions));
        alike.add(run, script_gone(run));
    }
    drafts.extend(alike.settle());
    drafts
}

/// What a run is called: its command line, its program where that was not recorded.
fn called(run: &ClientRun) -> String {
    let line = run.command_line.as_deref().map(str::trim).filter(|line| !line.is_empty());
    line.map(quoted).or_else(|| run.program.path.clone()).unwrap_or("A client for FTP".to_owned())
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
    let explanation = format!("{} was started below {what}: {}.", called(run), parents.join(" < "));
    Some(Draft { severity, ..Draft::new("run.unusual-parent", refs(run), explanation) })
}

fn renamed(run: &ClientRun) -> Option<Draft> {
    let path = run.program.path.as_deref().filter(|_| run.program.renamed)?;
    let original = run.program.original_file_name.as_deref().unwrap_or("a client for FTP");
    let explanation = format!("{path} is {original} under another name.");
    Some(Draft::new("run.renamed-client", refs(run), explanation))
}

/// Whether a client has windows, from which its user opens files and pages, and keeps its settings in a profile.
fn has_windows(client: Client) -> bool {
    matches!(
        client,
        Client::Winscp
            | Client::Filezilla
            | Client::WsFtp
            | Client::Cuteftp
            | Client::Coreftp
            | Client::Flashfxp
            | Client::Smartftp
    )
}

/// Programs that a client starts for its own work, or that Windows starts below it.
const SERVANTS: [&str; 9] = ["conhost", "ssh", "plink", "pageant", "fzputtygen", "fzstorj", "werfault", "dwwin", "gpg"];

fn children(run: &ClientRun, sessions: &[&Session]) -> Option<Draft> {
    let is_client = |by: &RecognisedBy| !matches!(by, RecognisedBy::CommandLine | RecognisedBy::ScriptText);
    // What else than FTP a program of many uses starts is not judged, and what a script starts is told of the script.
    if !run.program.recognised_by.iter().any(is_client) || sessions.iter().any(|session| !session.executes.is_empty()) {
        return None;
    }
    let counts = |child: &&Relative| {
        let name = child.executable.as_deref().map(local_path::file_name).unwrap_or_default().to_lowercase();
        let stem = name.strip_suffix(".exe").unwrap_or(&name);
        child.depth == 1 && child.kind != ParentKind::FtpClient && !SERVANTS.contains(&stem)
    };
    let started: Vec<&Relative> = run.children.iter().filter(counts).collect();
    let name = |child: &&Relative| {
        let line = child.command_line.as_deref().filter(|line| !line.trim().is_empty());
        line.map(quoted).or_else(|| child.executable.clone()).unwrap_or("a process without a name".to_owned())
    };
    let names: BTreeSet<String> = started.iter().map(name).collect();
    let names: Vec<String> = names.into_iter().collect();
    let events = started.iter().filter_map(|child| child.event.clone());
    let refs = std::iter::once(run.id.clone()).chain(events).collect();
    let severity = has_windows(run.client).then_some(Severity::Low);
    let explanation = format!("{} started {}", called(run), some(&names));
    (!names.is_empty()).then(|| Draft { severity, ..Draft::new("run.child-process", refs, explanation) })
}

/// Folders in which clients with windows keep what is theirs.
const OWN: [&str; 9] =
    ["filezilla", "winscp", "ipswitch", "ws_ftp", "globalscape", "cuteftp", "coreftp", "flashfxp", "smartftp"];

/// Whether a file is one of those that a client keeps for itself.
fn is_own(client: Client, path: &str) -> bool {
    let path = path.to_lowercase().replace('/', "\\");
    let in_profile = ["\\appdata\\", "\\application data\\", "\\programdata\\"].iter().any(|part| path.contains(part));
    let is_store = path.ends_with("\\winscp.ini") || path.ends_with("\\winscp.rnd");
    has_windows(client) && (is_store || in_profile && path.split('\\').any(|name| OWN.contains(&name)))
}

fn downloads(matter: &Matter<'_>, run: &ClientRun) -> Option<Draft> {
    let is_told = |made: &RunFile| made.transfers.iter().any(|id| matter.transfer(id).is_some());
    let made: Vec<&RunFile> =
        run.files.iter().filter(|made| !is_told(made) && !is_own(run.client, &made.path)).collect();
    let names: Vec<String> = made.iter().map(|made| made.path.clone()).collect();
    let refs = std::iter::once(run.id.clone()).chain(made.iter().map(|made| made.event.clone())).collect();
    let explanation = format!("{} made {}", called(run), some(&names));
    (!names.is_empty()).then(|| Draft::new("run.download", refs, explanation))
}

fn is_number(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn addresses(run: &ClientRun, sessions: &[&Session]) -> Vec<Draft> {
    let switches = run.switches.as_ref();
    let hosts = sessions.iter().filter_map(|session| session.host.as_deref());
    let hosts: Vec<&str> = hosts.chain(switches.and_then(|switches| switches.host.as_deref())).collect();
    let by_name = hosts.iter().any(|host| !is_number(host));
    let is_ftp = |port: u16| {
        let named = sessions.iter().map(|session| session.port).chain([switches.and_then(|switches| switches.port)]);
        matches!(port, 21 | 990) || named.flatten().any(|named| named == port)
    };
    let counts = |destination: &&Destination| {
        let told = sessions.iter().any(|session| session.host.as_deref() == Some(destination.address.as_str()));
        let is_bare = destination.raw_address || destination.names.is_empty() && !by_name;
        destination.class == "external"
            && destination.port.is_some_and(is_ftp)
            && destination.known != Some(true)
            && is_bare
            && !told
    };
    let draft = |destination: &Destination| {
        let port = destination.port.map(|port| format!(" port {port}")).unwrap_or_default();
        let (why, severity) = match destination.raw_address {
            true => ("a public address that is given by its number", None),
            false => ("a public address for which no record tells a name", Some(Severity::Low)),
        };
        let refs = std::iter::once(run.id.clone()).chain(destination.events.iter().cloned()).collect();
        let explanation = format!("{} connected to {}{port}, {why}", called(run), destination.address);
        Draft { severity, ..Draft::new("run.public-address", refs, explanation) }
    };
    run.network.destinations.iter().filter(counts).map(draft).collect()
}

/// A client under another name is no launch that a text tells.
fn script_gone(run: &ClientRun) -> Option<Draft> {
    let would_run = run.switches.as_ref().is_some_and(|switches| switches.would_run);
    if run.script.state != ScriptState::Missing || !run.launches.is_empty() || !would_run {
        return None;
    }
    let script = run.script.path.as_deref()?;
    let explanation =
        format!("{} is started with the script {}, which is not on the evidence", called(run), quoted(script));
    Some(Draft::new("launch.script-gone", refs(run), explanation))
}

/// All that an allow list could tell runs apart by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Manner<'a> {
    host: Option<&'a str>,
    user: Option<&'a str>,
    program: (Option<&'a str>, Option<&'a str>),
    script: Option<&'a str>,
    scripts: &'a BTreeSet<String>,
    destinations: Vec<(&'a str, &'a [String])>,
}

impl<'a> Manner<'a> {
    fn of(run: &'a ClientRun) -> Self {
        let destinations = run.network.destinations.iter();
        Self {
            host: run.host.as_deref(),
            user: run.user.as_deref(),
            program: (run.program.path.as_deref(), run.program.sha256.as_deref()),
            script: run.script.path.as_deref(),
            scripts: &run.scripts,
            destinations: destinations.map(|one| (one.address.as_str(), one.names.as_slice())).collect(),
        }
    }
}

/// Drafts of runs whose explanations lack their end, those that are alike taken together.
#[derive(Default)]
struct Alike<'a> {
    drafts: Vec<(Draft, usize)>,
    known: BTreeMap<(&'static str, String, Manner<'a>), usize>,
}

impl<'a> Alike<'a> {
    fn add(&mut self, run: &'a ClientRun, drafts: impl IntoIterator<Item = Draft>) {
        for draft in drafts {
            let next = self.drafts.len();
            let at = *self.known.entry((draft.rule, draft.explanation.clone(), Manner::of(run))).or_insert(next);
            match self.drafts.get_mut(at) {
                Some((known, count)) => {
                    known.refs.extend(draft.refs);
                    *count = count.saturating_add(1);
                }
                None => self.drafts.push((draft, 1)),
            }
        }
    }

    fn settle(self) -> impl Iterator<Item = Draft> {
        self.drafts.into_iter().map(|(mut draft, count)| {
            draft.explanation.push_str(&if count > 1 { format!(", in {count} runs.") } else { ".".to_owned() });
            draft
        })
    }
}
