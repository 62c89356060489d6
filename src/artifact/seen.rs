//! What decides whether an event is worth keeping, borrowed from what it was read from: of a log's million records nearly
//! none is.

use super::event::{Endpoint, Event, Process};
use crate::base::time::Timestamp;
use std::collections::BTreeMap;

/// An event as far as it was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen<'a> {
    /// The kind of artifact and record: `sysmon-1`.
    pub source: &'a str,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The computer that recorded it.
    pub host: Option<&'a str>,
    /// The account.
    pub user: Option<&'a str>,
    /// The process that it is about.
    pub process: Option<Actor<'a>>,
    /// The process that started that.
    pub parent: Option<Actor<'a>>,
    /// The ends of the connection that it is about.
    pub ends: [Option<End<'a>>; 2],
    /// The path of the file that it is about.
    pub file: Option<&'a str>,
    /// The digests of that file.
    pub file_digests: Digests<'a>,
    /// The name that was asked for.
    pub question: Option<&'a str>,
    /// The data of the registry value that it is about.
    pub data: Option<&'a str>,
    /// The session that a logon began.
    pub logon: Option<u64>,
}

/// A process.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Actor<'a> {
    /// Path of its program.
    pub executable: Option<&'a str>,
    /// Its command line.
    pub command_line: Option<&'a str>,
    /// Its number.
    pub pid: Option<u64>,
    /// What Sysmon calls it, as a number; 0 for nothing.
    pub guid: u128,
    /// The name in its version information.
    pub original_file_name: Option<&'a str>,
    /// The digests of its program.
    pub digests: Digests<'a>,
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct End<'a> {
    /// Its address.
    pub ip: Option<&'a str>,
    /// Its port.
    pub port: Option<u16>,
    /// Its name.
    pub domain: Option<&'a str>,
}

/// Digests, as they are at hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Digests<'a> {
    /// None.
    #[default]
    None,
    /// By their names, as an event has them.
    Read(&'a BTreeMap<String, String>),
    /// As Sysmon writes them: `SHA1=…,SHA256=…`.
    Written(&'a str),
}

impl<'a> Seen<'a> {
    /// What there is to see of an event.
    #[must_use]
    pub fn of(event: &'a Event) -> Self {
        let process = event.process.as_ref();
        let ends = event.network.as_ref().map(|network| [&network.source, &network.destination]);
        Self {
            source: &event.source,
            time: event.time,
            host: event.host.as_deref(),
            user: event.user.as_deref(),
            process: process.map(Actor::of),
            parent: process.and_then(|process| process.parent.as_deref()).map(Actor::of),
            ends: ends.map(|ends| ends.map(|end| end.as_ref().map(End::of))).unwrap_or_default(),
            file: event.file.as_ref().map(|file| file.path.as_str()),
            file_digests: event.file.as_ref().map(|file| Digests::of(&file.hashes)).unwrap_or_default(),
            question: event.dns.as_ref().map(|dns| dns.question.as_str()),
            logon: event.logon.as_ref().and_then(|logon| session(&logon.id)),
            data: event.registry.as_ref().and_then(|registry| registry.data.as_deref()),
        }
    }
}

impl<'a> Actor<'a> {
    /// What there is to see of a process.
    #[must_use]
    pub fn of(process: &'a Process) -> Self {
        Self {
            executable: process.executable.as_deref(),
            command_line: process.command_line.as_deref(),
            pid: process.pid,
            guid: guid(process.guid.as_deref()),
            original_file_name: process.original_file_name.as_deref(),
            digests: Digests::of(&process.hashes),
        }
    }

    /// The SHA-256 of its program, in small letters.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        self.digests.sha256()
    }
}

impl<'a> Digests<'a> {
    fn of(digests: &'a BTreeMap<String, String>) -> Self {
        if digests.is_empty() { Self::None } else { Self::Read(digests) }
    }

    /// The SHA-256 among them, in small letters.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        let digest = match self {
            Self::None => None,
            Self::Read(digests) => digests.get("sha256").map(String::as_str),
            Self::Written(text) => super::windows_log::sha256(text),
        };
        digest.filter(|digest| digest.len() == 64).map(str::to_ascii_lowercase)
    }

    /// Whether one of them is such.
    pub fn any(&self, mut is_such: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::Read(digests) => digests.values().any(|digest| is_such(digest)),
            Self::Written(text) => text.split([',', '=']).any(|part| is_such(part.trim())),
        }
    }
}

impl<'a> End<'a> {
    fn of(end: &'a Endpoint) -> Self {
        Self { ip: end.ip.as_deref(), port: end.port, domain: end.domain.as_deref() }
    }
}

/// The number of a logon session, of which an event has the text `0x3e7`.
#[must_use]
pub fn session(id: &str) -> Option<u64> {
    u64::from_str_radix(id.strip_prefix("0x")?, 16).ok()
}

/// Sysmon's identity of a process as a number, from its 32 digits; 0 for none.
#[must_use]
pub fn guid(text: Option<&str>) -> u128 {
    let digits = text.unwrap_or_default().bytes().filter(u8::is_ascii_hexdigit);
    let (mut number, mut count) = (0u128, 0u32);
    for digit in digits.take(33) {
        let digit = char::from(digit).to_digit(16).unwrap_or(0);
        (number, count) = (number << 4 | u128::from(digit), count.saturating_add(1));
    }
    if count == 32 { number } else { 0 }
}
