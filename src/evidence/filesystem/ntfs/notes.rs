//! What is damaged or capped on a volume: the first cases of each kind one by one, the others counted.

use crate::evidence::entry::EntryPath;
use crate::evidence::mounted::{Noted, NotedCause};
use std::collections::BTreeMap;

/// Cases of one kind that are told one by one.
const EACH: u64 = 20;

/// What was met so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    noted: Vec<Noted>,
    counts: BTreeMap<String, u64>,
}

impl Notes {
    /// Something of the volume as a whole.
    pub(super) fn whole(&mut self, what: NotedCause) {
        self.at(EntryPath::default(), what);
    }

    /// Something of one file.
    pub(super) fn at(&mut self, path: EntryPath, what: NotedCause) {
        let noted = Noted { path, what };
        if !self.noted.contains(&noted) {
            self.noted.push(noted);
        }
    }

    /// Damage in a record, at an offset of the volume.
    pub(super) fn record(&mut self, what: &str, number: u64, offset: u64) {
        let count = self.counts.entry(what.to_owned()).or_default();
        *count = count.saturating_add(1);
        if *count <= EACH {
            self.whole(NotedCause::Corrupt(format!("record {number}: {what}"), offset));
        }
    }

    /// All of it.
    pub(super) fn finish(mut self) -> Vec<Noted> {
        for (what, count) in std::mem::take(&mut self.counts) {
            if let Some(more) = count.checked_sub(EACH).filter(|more| *more > 0) {
                self.whole(NotedCause::Unsupported(format!("{more} further records: {what}")));
            }
        }
        self.noted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_cases_of_one_kind_are_counted() {
        let mut notes = Notes::default();
        (0..25).for_each(|number| notes.record("torn", number, 0));
        notes.whole(NotedCause::LimitReached("x", 1));
        notes.whole(NotedCause::LimitReached("x", 1));
        let noted = notes.finish();
        assert_eq!(noted.len(), 22);
        assert_eq!(noted[21].what, NotedCause::Unsupported("5 further records: torn".to_owned()));
    }
}
