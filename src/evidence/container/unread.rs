//! What of a medium turned out to be damaged while it was read: each range is told once.

use crate::base::anomaly::Cause;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Ranges that are remembered; what is damaged beyond them is counted alone.
const RANGES: usize = 1 << 14;

/// Ranges of a medium that were given as zeros.
#[derive(Debug, Default)]
pub(super) struct Unread(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    starts: BTreeSet<u64>,
    fresh: Vec<(Range<u64>, &'static str)>,
    beyond: bool,
}

impl Unread {
    /// Notes a range, in bytes of the medium. A range that was noted before is not told again.
    pub(super) fn note(&self, range: Range<u64>, why: &'static str) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.starts.contains(&range.start) {
            return;
        }
        if noted.starts.len() >= RANGES {
            if !noted.beyond {
                noted.beyond = true;
                noted.fresh.push((range.start..u64::MAX, "further damage of the image, not told one by one"));
            }
            return;
        }
        noted.starts.insert(range.start);
        noted.fresh.push((range, why));
    }

    /// What was noted since the last time, in the order of the medium; neighbours are one.
    pub(super) fn take(&self) -> Vec<Cause> {
        let mut fresh = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).fresh);
        fresh.sort_by_key(|(range, _)| range.start);
        let mut merged: Vec<(Range<u64>, &'static str)> = Vec::new();
        for (range, why) in fresh {
            match merged.last_mut() {
                Some((last, same)) if last.end == range.start && *same == why => last.end = range.end,
                _ => merged.push((range, why)),
            }
        }
        merged.into_iter().map(|(range, why)| zeros(range, why)).collect()
    }
}

/// How a range that reads as zeros is told.
pub(super) fn zeros(range: Range<u64>, why: &str) -> Cause {
    let what = match range.end {
        u64::MAX => why.to_owned(),
        end => format!("{why}: {} bytes read as zeros,", end.saturating_sub(range.start)),
    };
    Cause::Corrupt { what, offset: range.start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_range_is_told_once_and_neighbours_are_one() {
        let unread = Unread::default();
        for start in [512u64, 0, 512, 4096] {
            unread.note(start..start + 512, "a bad chunk");
        }
        let told: Vec<String> = unread.take().iter().map(ToString::to_string).collect();
        let expected = [
            "a bad chunk: 1024 bytes read as zeros, at offset 0",
            "a bad chunk: 512 bytes read as zeros, at offset 4096",
        ];
        assert_eq!(told, expected);
        unread.note(0..512, "a bad chunk");
        assert!(unread.take().is_empty());
    }

    #[test]
    fn what_is_remembered_is_capped() {
        let unread = Unread::default();
        (0..40_000u64).for_each(|number| unread.note(number * 1024..number * 1024 + 512, "a bad chunk"));
        assert_eq!(unread.take().len(), RANGES + 1);
    }
}
