//! Which events are worth keeping of logs that hold millions: those of clients, of names of the case, of its hosts, and those
//! that tell what silence is worth.

use super::client::{self, KnownClients};
use super::kinds::{self, Kind};
use super::logons;
use super::names::Names;
use super::network::plain;
use super::paths;
use super::restored;
use crate::artifact::event::Event;
use crate::artifact::seen::{self, Actor, End, Seen};
use crate::case::Case;
use crate::script::launch::Client;
use std::collections::{BTreeSet, HashSet};

/// Processes learned, and names of files that clients made.
const LEARNED: usize = 65_536;

/// What a first pass over the logs keeps.
#[derive(Debug, Clone, Default)]
pub struct Interest {
    names: Names,
    hosts: BTreeSet<String>,
    known: KnownClients,
    guids: HashSet<u128>,
    programs: BTreeSet<String>,
    /// Digests of restored forms of damaged payloads.
    digests: BTreeSet<String>,
    /// Logon sessions of clients.
    logons: HashSet<u64>,
    /// How many names are those of files that clients made.
    made: usize,
}

impl Interest {
    /// Of all scripts, payloads, transfers and hosts of a case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let mut interest = Self::default();
        for script in &case.scripts {
            interest.names.add(&script.path);
            script.original_path.iter().for_each(|path| interest.names.add(path));
            for session in &script.sessions {
                interest.hosts.extend(session.host.as_deref().map(plain));
                for transfer in &session.transfers {
                    transfer.local_path.iter().for_each(|path| interest.names.add(path));
                }
            }
        }
        for launch in &case.launches {
            launch.script_path.iter().for_each(|path| interest.names.add(path));
            interest.hosts.extend(launch.host.as_deref().map(plain));
        }
        case.payloads.iter().filter_map(|payload| payload.path.as_ref()).for_each(|path| interest.names.add(path));
        interest.digests = restored::digests(case);
        interest
    }

    /// Whether the case has no names, no hosts and no sessions to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.hosts.is_empty() && self.logons.is_empty()
    }

    /// How much is looked for: it grows with whatever is learnt.
    #[must_use]
    pub fn extent(&self) -> usize {
        let sizes = [self.names.len(), self.guids.len(), self.programs.len(), self.logons.len(), self.known.len()];
        sizes.into_iter().fold(self.hosts.len(), usize::saturating_add)
    }

    /// Learns from all events that were kept so far, whatever the order of their logs: the clients first, then what they made;
    /// and the sessions of the clients, for how they began was told before.
    pub fn remember<'e>(&mut self, events: impl Iterator<Item = &'e Event> + Clone) {
        events.clone().for_each(|event| self.known.learn(event));
        for event in events.clone().filter(|event| kinds::of(event) == Kind::ProcessStart) {
            self.learn_start(event);
            let seen = Seen::of(event).process;
            let of_interest = seen.is_some_and(|process| self.is_client(&process) || is_suspect(&process));
            let session =
                event.process.as_ref().filter(|_| of_interest).and_then(|process| process.logon_id.as_deref());
            self.logons.extend(session.filter(|id| !logons::is_of_system(id)).and_then(seen::session));
        }
        events.for_each(|event| self.learn_file(event));
    }

    /// Learns from an event that was kept: which process and which program is a client under another name, and what clients
    /// made. Events are given in the order of their log, so that a start comes before what its process does.
    pub fn learn(&mut self, event: &Event) {
        self.known.learn(event);
        match kinds::of(event) {
            Kind::ProcessStart => self.learn_start(event),
            _ => self.learn_file(event),
        }
    }

    fn learn_start(&mut self, event: &Event) {
        let Some(process) = Seen::of(event).process.filter(|process| self.is_client(process)) else { return };
        if self.guids.len() >= LEARNED {
            return;
        }
        self.guids.extend((process.guid != 0).then_some(process.guid));
        self.programs.extend(process.executable.filter(|path| client::dedicated(path).is_none()).map(client::stem));
        // What it brings is not named by any script that is at hand.
        let launch = client::launch(process.command_line.unwrap_or_default(), process.executable, None);
        launch.and_then(|launch| launch.script_path).iter().for_each(|path| self.names.add(path));
    }

    /// A file that a client makes came over the net, whether or not a script names it.
    fn learn_file(&mut self, event: &Event) {
        if !matches!(kinds::of(event), Kind::FileCreated | Kind::StreamCreated) || self.made >= LEARNED {
            return;
        }
        let seen = Seen::of(event);
        if let (Some(file), true) = (seen.file, seen.process.is_some_and(|process| self.is_this_client(&process))) {
            let before = self.names.len();
            self.names.add(file);
            self.made = self.made.saturating_add(self.names.len().saturating_sub(before));
        }
    }

    /// Whether a process is a client itself. Another process of a program that speaks FTP among other things is none.
    fn is_this_client(&self, process: &Actor<'_>) -> bool {
        if process.guid != 0 && self.guids.contains(&process.guid) {
            return true;
        }
        let is_such = |path: &str| !client::may_be_client(path) && self.programs.contains(&client::stem(path));
        self.known.recognise_actor(process).is_some() || process.guid == 0 && process.executable.is_some_and(is_such)
    }

    fn is_client(&self, process: &Actor<'_>) -> bool {
        self.known.recognise_actor(process).is_some()
            || process.guid != 0 && self.guids.contains(&process.guid)
            || !self.programs.is_empty()
                && process.executable.is_some_and(|path| self.programs.contains(&client::stem(path)))
    }

    fn knows_digest(&self, seen: &Seen<'_>) -> bool {
        let given = [seen.file_digests, seen.process.map(|process| process.digests).unwrap_or_default()];
        !self.digests.is_empty()
            && given.iter().any(|digests| digests.any(|digest| self.digests.contains(&digest.to_ascii_lowercase())))
    }

    /// Whether an event may bear on the case.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        let (kind, seen) = (kinds::of(event), Seen::of(event));
        if self.bears_on(kind, &seen) {
            return true;
        }
        match kind {
            Kind::Starts => event
                .starts
                .as_ref()
                .is_some_and(|starts| self.starts_something(starts.command_line.as_deref().unwrap_or_default())),
            Kind::ScriptBlock => event
                .script_block
                .as_ref()
                .is_some_and(|block| tells_ftp(&block.text) || self.names.are_in(&block.text)),
            Kind::Runs | Kind::Presence => {
                let files = event.runs.as_ref().map(|runs| runs.files.as_slice()).unwrap_or_default();
                kinds::program(event).is_some_and(|path| client::dedicated(path).is_some() || self.names.has(path))
                    || files.iter().any(|file| self.names.has(file))
            }
            _ => false,
        }
    }

    /// Whether an event may bear on the case of which no more was read than there is to see: starts and ends of processes,
    /// connections, questions for names, files, values of the registry, logons.
    #[must_use]
    pub fn wants_seen(&self, seen: &Seen<'_>) -> bool {
        self.bears_on(kinds::of_seen(seen), seen)
    }

    fn bears_on(&self, kind: Kind, seen: &Seen<'_>) -> bool {
        let by_client = [&seen.process, &seen.parent].into_iter().flatten().any(|process| self.is_client(process));
        if by_client || self.knows_digest(seen) {
            return true;
        }
        let program = seen.process.and_then(|process| process.executable);
        match kind {
            Kind::LogCleared | Kind::TimeChanged | Kind::PolicyChanged | Kind::Restarted => true,
            Kind::ProcessStart if seen.process.is_some_and(|process| is_suspect(&process)) => true,
            Kind::Connection => {
                seen.ends.iter().flatten().any(|end| self.is_of_interest(end))
                    || program.is_some_and(|path| self.names.has(path))
            }
            Kind::Question => seen.question.is_some_and(|name| self.is_host(name)),
            Kind::Registry => seen.data.is_some_and(|data| self.starts_something(data)),
            Kind::Starts | Kind::ScriptBlock | Kind::Runs | Kind::Presence => false,
            _ => {
                let line = seen.process.and_then(|process| process.command_line);
                seen.logon.is_some_and(|session| self.logons.contains(&session))
                    || seen.file.is_some_and(|file| self.names.has(file))
                    || program.is_some_and(|path| self.names.has(path))
                    || line.is_some_and(|line| tells_ftp(line) || self.names.are_in(line))
            }
        }
    }

    fn is_of_interest(&self, end: &End<'_>) -> bool {
        matches!(end.port, Some(20 | 21 | 990))
            || [end.ip, end.domain].into_iter().flatten().any(|name| self.is_host(name))
    }

    fn is_host(&self, name: &str) -> bool {
        !self.hosts.is_empty() && self.hosts.contains(&plain(name))
    }

    fn starts_something(&self, line: &str) -> bool {
        self.names.are_in(line) || paths::words(line).any(client::may_be_client)
    }
}

/// Whether a process may be a client under another name: its command line names a script as only `ftp.exe` takes one.
pub(super) fn is_suspect(process: &Actor<'_>) -> bool {
    let Some(line) = process.command_line else { return false };
    let follows = |at: usize| line.as_bytes().get(at.saturating_add(1)..at.saturating_add(3));
    let named = memchr::memchr2_iter(b'-', b'/', line.as_bytes())
        .any(|at| follows(at).is_some_and(|word| word.eq_ignore_ascii_case(b"s:")));
    named
        && process.executable.is_none_or(|path| !client::may_be_client(path))
        && client::launch(line, None, Some(Client::WindowsFtp)).is_some_and(|launch| launch.script_path.is_some())
}

/// The programs of an event that may be clients under another name.
pub fn suspects(event: &Event) -> impl Iterator<Item = &str> {
    let process = Seen::of(event).process.filter(|_| kinds::of(event) == Kind::ProcessStart);
    process.filter(is_suspect).and_then(|process| process.executable).into_iter()
}

/// Whether a command line speaks of FTP: it may write a script, or start a client further down.
fn tells_ftp(line: &str) -> bool {
    let follows = |at: usize| line.as_bytes().get(at..at.saturating_add(3));
    memchr::memchr2_iter(b'f', b'F', line.as_bytes())
        .any(|at| follows(at).is_some_and(|word| word.eq_ignore_ascii_case(b"ftp")))
}
