//! What an event log covers.

use crate::base::time::Timestamp;

/// Ranges of numbers that are kept while a log is read; logs are written in order, so that few are needed.
const RANGES: usize = 65_536;
/// Names and gaps that are kept.
const KEPT: usize = 64;

/// What a log covers, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFacts {
    /// Records that the log lists.
    pub records: u64,
    /// Records that it no longer lists, found in the ends of its chunks and in chunks without a header, whether they were
    /// asked for or not.
    pub recovered: u64,
    /// Records that it no longer lists and whose templates are gone, so that they cannot be read.
    pub lost: u64,
    /// Records that it lists and that could not be read, or not wholly.
    pub unreadable: u64,
    /// When the earliest of the listed records was written.
    pub first: Option<Timestamp>,
    /// When the latest was.
    pub last: Option<Timestamp>,
    /// Numbers of records that are missing between others, as first and last; the first of them.
    pub gaps: Vec<(u64, u64)>,
    /// How many such gaps there are.
    pub gap_count: u64,
    /// The number of the first record that is there; above one, earlier ones were overwritten or cleared.
    pub lowest: Option<u64>,
    /// Whether the log was not closed: it was in use when it was copied.
    pub dirty: bool,
    /// Whether records had other numbers when they were first logged: the log is a copy of a part of another, or of what other
    /// computers sent. Gaps then tell nothing of what was left out.
    pub renumbered: bool,
    /// Whether the header of the file is missing or is none.
    pub headless: bool,
    /// Chunks with records or a header.
    pub chunks: u64,
    /// Chunks whose header or records are wrong, or that end too early.
    pub damaged_chunks: u64,
    /// Other chunks that have a checksum that is wrong.
    pub wrong_checksums: u64,
    /// Its channels; one, except where events were forwarded.
    pub channels: Vec<String>,
    /// The computers that the records name.
    pub computers: Vec<String>,
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    ranges: Vec<(u64, u64)>,
    times: Option<(u64, u64)>,
}

impl Tally {
    /// Counts a record that the log lists.
    pub(super) fn add(&mut self, id: u64) {
        let room = self.ranges.len() < RANGES;
        match self.ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(id) => *last = id,
            _ if room => self.ranges.push((id, id)),
            _ => {}
        }
    }

    /// Counts when a record was written, as a FILETIME.
    pub(super) fn time(&mut self, written: u64) {
        if written != 0 {
            let (first, last) = self.times.unwrap_or((written, written));
            self.times = Some((first.min(written), last.max(written)));
        }
    }

    /// Writes down what came of it.
    pub(super) fn finish(mut self, facts: &mut LogFacts) {
        (facts.first, facts.last) = self
            .times
            .map_or((None, None), |(first, last)| (Timestamp::from_filetime(first), Timestamp::from_filetime(last)));
        // With so many ranges some were left out, and a gap would be none.
        let whole = self.ranges.len() < RANGES;
        self.ranges.sort_unstable();
        facts.lowest = self.ranges.first().map(|(first, _)| *first);
        let mut reached = facts.lowest.unwrap_or(0);
        for (first, last) in self.ranges.into_iter().filter(|_| whole) {
            if first > reached.saturating_add(1) {
                facts.gap_count = facts.gap_count.saturating_add(1);
                if facts.gaps.len() < KEPT {
                    facts.gaps.push((reached.saturating_add(1), first.saturating_sub(1)));
                }
            }
            reached = reached.max(last);
        }
    }
}

/// Keeps a name if it is new and there is room.
pub(super) fn keep(names: &mut Vec<String>, name: &str) {
    if !name.is_empty() && names.len() < KEPT && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_went_round_has_no_gap_where_it_starts() {
        let cases: &[(&[u64], &[(u64, u64)], Option<u64>)] = &[
            (&[], &[], None),
            (&[7, 8, 9], &[], Some(7)),
            (&[7, 8, 3, 4, 5, 6], &[], Some(3)),
            (&[1, 2, 5, 9], &[(3, 4), (6, 8)], Some(1)),
            (&[4, 4, 4], &[], Some(4)),
            (&[u64::MAX, 0], &[(1, u64::MAX - 1)], Some(0)),
        ];
        for (ids, gaps, lowest) in cases {
            let (mut tally, mut facts) = (Tally::default(), LogFacts::default());
            ids.iter().for_each(|id| tally.add(*id));
            tally.finish(&mut facts);
            assert_eq!((&facts.gaps[..], facts.lowest), (*gaps, *lowest), "{ids:?}");
        }
    }
}
