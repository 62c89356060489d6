//! What is wrong with bytes of the volume, and the list of what is told of them.

use crate::base::anomaly::Cause;
use crate::base::number::to_u64;
use crate::evidence::entry::EntryPath;
use crate::evidence::mounted::{Noted, NotedCause};

/// Something that contradicts the format, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Damage {
    /// What.
    pub what: String,
    /// Bytes from the start of the volume.
    pub offset: u64,
}

impl Damage {
    pub(super) fn new(what: impl Into<String>, offset: u64) -> Self {
        Self { what: what.into(), offset }
    }
}

impl From<Damage> for Cause {
    fn from(damage: Damage) -> Self {
        Self::Corrupt { what: damage.what, offset: damage.offset }
    }
}

impl From<Damage> for NotedCause {
    fn from(damage: Damage) -> Self {
        Self::Corrupt(damage.what, damage.offset)
    }
}

/// What was noted so far, up to a cap.
pub(super) struct Notes {
    noted: Vec<Noted>,
    cap: usize,
}

impl Notes {
    /// A list of at most so many.
    pub(super) fn new(cap: usize) -> Self {
        Self { noted: Vec::new(), cap }
    }

    /// Notes something; the first that is too many is a note that there are more. The path is made where it is kept.
    pub(super) fn push(&mut self, path: impl FnOnce() -> EntryPath, what: impl Into<NotedCause>) {
        if self.noted.len() < self.cap {
            self.noted.push(Noted { path: path(), what: what.into() });
        } else if self.noted.len() == self.cap {
            let cap = to_u64(self.cap);
            let what = NotedCause::LimitReached("errors of one file system", cap);
            self.noted.push(Noted { path: EntryPath::default(), what });
        }
    }

    /// All of them.
    pub(super) fn into_noted(self) -> Vec<Noted> {
        self.noted
    }
}
