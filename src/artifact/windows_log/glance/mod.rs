//! What there is to see of a record that was glanced at: the same as of the event that it would be read into.

/// The data that are looked for in the records of a provider, and their numbers.
macro_rules! columns {
    ($($column:ident)*) => {
        #[derive(Clone, Copy)]
        enum Column { $($column),* }
        /// Their names.
        pub(super) const NAMES: &[&str] = &[$(stringify!($column)),*];

        impl From<Column> for usize {
            fn from(column: Column) -> Self {
                column as Self
            }
        }
    };
}

mod security;
mod sysmon;

use super::fields::guid;
use crate::artifact::evtx::Glance;
use crate::artifact::seen::{self, Actor, Digests, End, Seen};
use std::ops::Range;

/// What came of a glance.
#[derive(Debug, Clone, Copy, PartialEq)]
// There is one at a time, of nearly every record, and nothing of it is allocated.
#[allow(clippy::large_enum_variant)]
pub enum Sight<'a> {
    /// The record is read into no event.
    Nothing,
    /// What there is to see of its event.
    Seen(Seen<'a>),
    /// It must be read whole.
    Unclear,
}

/// Which data of these records are looked for; nothing where they are read whole.
#[must_use]
pub fn columns(provider: &str, event_id: u32) -> Option<&'static [&'static str]> {
    match (provider, event_id) {
        (super::sysmon::PROVIDER, 1 | 3 | 5 | 7 | 11..=14 | 22 | 23 | 26) => Some(sysmon::NAMES),
        (super::security::PROVIDER, 4624 | 4688 | 4689 | 5154 | 5156..=5158) => Some(security::NAMES),
        _ => None,
    }
}

/// What there is to see of a record with these data. Its texts are appended to `texts`.
pub fn see<'t>(glance: &Glance<'_>, texts: &'t mut String) -> Sight<'t> {
    let mut taken = Taken { glance, texts };
    let found = match glance.provider() {
        super::sysmon::PROVIDER => sysmon::see(&mut taken, glance.event_id()),
        super::security::PROVIDER => security::see(&mut taken, glance.event_id()),
        _ => return Sight::Unclear,
    };
    found.map_or(Sight::Nothing, |found| found.sight(texts))
}

/// The texts that were taken so far.
struct Taken<'g, 't> {
    glance: &'g Glance<'g>,
    texts: &'t mut String,
}

/// A text among those taken.
type Place = Option<Range<usize>>;

impl Taken<'_, '_> {
    fn text(&mut self, column: impl Into<usize>) -> Place {
        self.glance.text(column.into(), self.texts)
    }

    fn get(&self, place: &Place) -> Option<&str> {
        self.texts.get(place.clone()?)
    }

    /// Whether a datum is there and is this.
    fn is(&mut self, column: impl Into<usize>, text: &str) -> bool {
        let place = self.text(column);
        self.get(&place) == Some(text)
    }

    fn number(&self, column: impl Into<usize>) -> Option<u64> {
        self.glance.number(column.into())
    }

    /// Sysmon's identity of a process as a number; 0 for none.
    fn guid(&mut self, column: impl Into<usize> + Copy) -> u128 {
        if let Some(number) = self.glance.guid(column.into()) {
            return number;
        }
        let place = self.text(column);
        seen::guid(self.get(&place).and_then(guid).as_deref())
    }

    /// `DOMAIN\name`; the SID where there is no name.
    fn account(&mut self, domain: impl Into<usize>, name: impl Into<usize>, sid: impl Into<usize>) -> Place {
        let start = self.texts.len();
        let domain = self.text(domain);
        if domain.is_some() {
            self.texts.push('\\');
        }
        match (domain, self.text(name)) {
            (Some(_), Some(_)) => Some(start..self.texts.len()),
            (None, name @ Some(_)) => name,
            _ => {
                let sid = self.text(sid);
                if self.get(&sid) == Some("S-1-0-0") { None } else { sid }
            }
        }
    }

    fn end(&mut self, ip: impl Into<usize>, port: impl Into<usize>) -> Spot {
        let port = self.number(port).and_then(|port| u16::try_from(port).ok());
        Spot { ip: self.text(ip), port, domain: None }
    }
}

/// A process by the places of its texts.
#[derive(Default)]
struct Doer {
    executable: Place,
    command_line: Place,
    original_file_name: Place,
    digests: Place,
    pid: Option<u64>,
    guid: u128,
}

/// An end of a connection by the places of its texts.
#[derive(Default)]
struct Spot {
    ip: Place,
    port: Option<u16>,
    domain: Place,
}

/// What was seen, by the places of its texts.
#[derive(Default)]
struct Found {
    source: &'static str,
    time: Option<crate::base::time::Timestamp>,
    host: Place,
    user: Place,
    process: Option<Doer>,
    parent: Option<Doer>,
    ends: [Option<Spot>; 2],
    file: Place,
    file_digests: Place,
    question: Place,
    data: Place,
    logon: Option<u64>,
}

impl Found {
    fn sight(self, texts: &str) -> Sight<'_> {
        let get = |place: Place| texts.get(place?);
        let actor = |doer: Doer| Actor {
            executable: get(doer.executable),
            command_line: get(doer.command_line),
            pid: doer.pid,
            guid: doer.guid,
            original_file_name: get(doer.original_file_name),
            digests: get(doer.digests).map_or(Digests::None, Digests::Written),
        };
        let end = |spot: Option<Spot>| {
            let end = spot.map(|spot| End { ip: get(spot.ip), port: spot.port, domain: get(spot.domain) });
            end.filter(|end| *end != End::default())
        };
        Sight::Seen(Seen {
            source: self.source,
            time: self.time,
            host: get(self.host),
            user: get(self.user),
            process: self.process.map(actor),
            parent: self.parent.map(actor),
            ends: self.ends.map(end),
            file: get(self.file),
            file_digests: get(self.file_digests).map_or(Digests::None, Digests::Written),
            question: get(self.question),
            data: get(self.data),
            logon: self.logon,
        })
    }
}
