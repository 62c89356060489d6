//! Which events are worth keeping of logs that hold millions: those of clients, of names of the case, of its hosts, and those
//! that tell what silence is worth.

use super::client::{self, KnownClients};
use super::kinds::{self, Kind};
use super::logons;
use super::network::plain;
use super::paths;
use super::processes;
use crate::artifact::event::{Event, Process};
use crate::case::Case;
use crate::script::launch::Client;
use crate::script::local_path;
use std::collections::BTreeSet;

/// Names that say nothing alone: every host has thousands of them.
const SHORTEST: usize = 3;
/// Processes learned.
const LEARNED: usize = 65_536;

/// What a first pass over the logs keeps.
#[derive(Debug, Clone, Default)]
pub struct Interest {
    names: BTreeSet<String>,
    hosts: BTreeSet<String>,
    known: KnownClients,
    guids: BTreeSet<String>,
    programs: BTreeSet<String>,
    logons: BTreeSet<String>,
}

impl Interest {
    /// Of all scripts, payloads, transfers and hosts of a case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let mut interest = Self::default();
        for script in &case.scripts {
            interest.name(&script.path);
            script.original_path.iter().for_each(|path| interest.name(path));
            for session in &script.sessions {
                interest.hosts.extend(session.host.as_deref().map(plain));
                for transfer in &session.transfers {
                    transfer.local_path.iter().for_each(|path| interest.name(path));
                }
            }
        }
        for launch in &case.launches {
            launch.script_path.iter().for_each(|path| interest.name(path));
            interest.hosts.extend(launch.host.as_deref().map(plain));
        }
        case.payloads.iter().filter_map(|payload| payload.path.as_ref()).for_each(|path| interest.name(path));
        interest
    }

    /// Whether the case has no names, no hosts and no sessions to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.hosts.is_empty() && self.logons.is_empty()
    }

    /// Remembers the sessions of the clients among events that were kept: how they began was told before.
    pub fn remember<'e>(&mut self, events: impl Iterator<Item = &'e Event>) {
        for event in events.filter(|event| kinds::of(event) == Kind::ProcessStart) {
            let session = event.process.as_ref().filter(|process| self.is_client(process) || is_suspect(process));
            let session = session.and_then(|process| process.logon_id.clone());
            self.logons.extend(session.filter(|id| !logons::is_of_system(id)));
        }
    }

    fn name(&mut self, path: &str) {
        let name = local_path::file_name(path).to_lowercase();
        let name = name.split(':').next().unwrap_or_default();
        if name.len() >= SHORTEST && !name.contains(['*', '?']) {
            self.names.insert(name.to_owned());
        }
    }

    /// Learns from an event that was kept: which process and which program is a client under another name. Events are given
    /// in the order of their log, so that a start comes before what its process does.
    pub fn learn(&mut self, event: &Event) {
        self.known.learn(event);
        let Some(process) = &event.process else { return };
        if kinds::of(event) != Kind::ProcessStart || !self.is_client(process) || self.guids.len() >= LEARNED {
            return;
        }
        self.guids.extend(processes::guid_of(process.guid.as_deref()));
        self.programs
            .extend(process.executable.as_deref().filter(|path| client::dedicated(path).is_none()).map(client::stem));
        // What it brings is not named by any script that is at hand.
        let launch =
            client::launch(process.command_line.as_deref().unwrap_or_default(), process.executable.as_deref(), None);
        launch.and_then(|launch| launch.script_path).iter().for_each(|path| self.name(path));
    }

    fn is_client(&self, process: &Process) -> bool {
        self.known.recognise(process).is_some()
            || !self.guids.is_empty()
                && processes::guid_of(process.guid.as_deref()).is_some_and(|guid| self.guids.contains(&guid))
            || !self.programs.is_empty()
                && process.executable.as_deref().is_some_and(|path| self.programs.contains(&client::stem(path)))
    }

    /// Whether an event may bear on the case.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        let process = event.process.as_ref();
        let by_client = process.is_some_and(|process| {
            self.is_client(process) || process.parent.as_deref().is_some_and(|parent| self.is_client(parent))
        });
        if by_client {
            return true;
        }
        match kinds::of(event) {
            Kind::LogCleared | Kind::TimeChanged | Kind::PolicyChanged | Kind::Restarted => true,
            Kind::ProcessStart if process.is_some_and(is_suspect) => true,
            Kind::Connection => event.network.as_ref().is_some_and(|network| {
                [&network.source, &network.destination].into_iter().flatten().any(|end| {
                    matches!(end.port, Some(20 | 21 | 990))
                        || end.ip.as_deref().is_some_and(|ip| self.hosts.contains(&plain(ip)))
                        || end.domain.as_deref().is_some_and(|name| self.hosts.contains(&plain(name)))
                }) || process
                    .and_then(|process| process.executable.as_deref())
                    .is_some_and(|path| self.names_file(path))
            }),
            Kind::Question => event.dns.as_ref().is_some_and(|dns| self.hosts.contains(&plain(&dns.question))),
            Kind::Starts => event.starts.as_ref().is_some_and(|starts| {
                let line = starts.command_line.as_deref().unwrap_or_default();
                self.names_in(line) || paths::words(line).iter().any(|word| client::may_be_client(word))
            }),
            Kind::Registry => {
                event.registry.as_ref().and_then(|registry| registry.data.as_deref()).is_some_and(|data| {
                    self.names_in(data) || paths::words(data).iter().any(|word| client::may_be_client(word))
                })
            }
            Kind::ScriptBlock => event.script_block.as_ref().is_some_and(|block| {
                let text = block.text.to_lowercase();
                text.contains("ftp") || self.names_in(&block.text)
            }),
            Kind::Runs | Kind::Presence => {
                let files = event.runs.as_ref().map(|runs| runs.files.as_slice()).unwrap_or_default();
                kinds::program(event).is_some_and(|path| client::dedicated(path).is_some() || self.names_file(path))
                    || files.iter().any(|file| self.names_file(file))
            }
            _ => {
                if event.logon.as_ref().is_some_and(|logon| self.logons.contains(&logon.id)) {
                    return true;
                }
                let file = event.file.as_ref().is_some_and(|file| self.names_file(&file.path));
                let told = process.is_some_and(|process| {
                    process.executable.as_deref().is_some_and(|path| self.names_file(path))
                        || process.command_line.as_deref().is_some_and(|line| self.names_in(line) || tells_ftp(line))
                });
                file || told
            }
        }
    }

    fn names_file(&self, path: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let name = local_path::file_name(path).to_lowercase();
        self.names.contains(name.split(':').next().unwrap_or_default())
    }

    fn names_in(&self, line: &str) -> bool {
        !self.names.is_empty() && paths::words(line).iter().any(|word| self.names_file(word))
    }
}

/// Whether a process may be a client under another name: its command line names a script as only `ftp.exe` takes one.
pub(super) fn is_suspect(process: &Process) -> bool {
    let Some(line) = process.command_line.as_deref() else { return false };
    let follows = |at: usize| line.as_bytes().get(at.saturating_add(1)..at.saturating_add(3));
    let named = memchr::memchr2_iter(b'-', b'/', line.as_bytes())
        .any(|at| follows(at).is_some_and(|word| word.eq_ignore_ascii_case(b"s:")));
    named
        && process.executable.as_deref().is_none_or(|path| !client::may_be_client(path))
        && client::launch(line, None, Some(Client::WindowsFtp)).is_some_and(|launch| launch.script_path.is_some())
}

/// The programs of an event that may be clients under another name.
pub fn suspects(event: &Event) -> impl Iterator<Item = &str> {
    let process = event.process.as_ref().filter(|_| kinds::of(event) == Kind::ProcessStart);
    process.filter(|process| is_suspect(process)).and_then(|process| process.executable.as_deref()).into_iter()
}

/// Whether a command line speaks of FTP: it may write a script, or start a client further down.
fn tells_ftp(line: &str) -> bool {
    let follows = |at: usize| line.as_bytes().get(at..at.saturating_add(3));
    memchr::memchr2_iter(b'f', b'F', line.as_bytes())
        .any(|at| follows(at).is_some_and(|word| word.eq_ignore_ascii_case(b"ftp")))
}
