//! How far what was read reaches in time: what silence says of the instants at which scripts and payloads were written, and of
//! those that the examiner left out.

use super::sources::Sources;
use crate::base::time::Timestamp;
use crate::case::playbook::Answer;
use crate::case::{Case, Coverage, Payload, PayloadStatus};
use crate::script::transfer::Direction;
use std::collections::{BTreeMap, BTreeSet};

/// The first and the last instant of what was read.
pub(super) type Span = (Timestamp, Timestamp);

/// The times that bear on what silence is worth.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// When scripts and what they fetched were last written, in order.
    written: Vec<Timestamp>,
}

impl Reach {
    pub(super) fn of(case: &Case, sources: &Sources) -> Self {
        Self { from: sources.from, to: sources.to, written: written(case) }
    }

    /// The bounds as they were given; nothing where there are none.
    pub(super) fn asked(&self) -> Option<String> {
        let bounds = [("--from", self.from), ("--to", self.to)];
        let given: Vec<String> =
            bounds.iter().filter_map(|(name, time)| Some(format!("{name} {}", (*time)?))).collect();
        (!given.is_empty()).then(|| given.join(" "))
    }

    /// What is said of silence within bounds.
    pub(super) fn outside(&self) -> Option<String> {
        Some(format!("outside of the bounds asked for ({}) nothing was examined", self.asked()?))
    }

    /// What it is worth that nothing was found, with the span of the records that could have shown it, where they have one.
    pub(super) fn silence(&self, nothing: &str, span: Option<Span>) -> (Answer, Vec<String>) {
        let within = match self.asked() {
            Some(asked) => {
                format!("{nothing} within the bounds asked for ({asked}); outside of them nothing was examined")
            }
            None => nothing.to_owned(),
        };
        let Some((first, last)) = span else { return (Answer::NothingFound, vec![within]) };
        let reaches = if first == last {
            format!("what was read is of {first} alone")
        } else {
            format!("what was read reaches from {first} to {last}")
        };
        let from = self.from.map_or(first, |from| from.max(first));
        let to = self.to.map_or(last, |to| to.min(last));
        if from > to {
            let asked = self.asked().unwrap_or_default();
            let why = format!("not examined: {reaches}, outside of the bounds asked for ({asked})");
            return (Answer::NotExamined, vec![why]);
        }
        let (before, upto) = (self.before(|time| time < from), self.before(|time| time <= to));
        let (all, inside) = (self.written.len(), upto.saturating_sub(before));
        match (self.written.first(), self.written.last()) {
            (Some(earliest), Some(latest)) if inside == 0 => {
                let times =
                    if earliest == latest { earliest.to_string() } else { format!("between {earliest} and {latest}") };
                let why = format!(
                    "not examined for that time: scripts and what they fetched were last written {times}; {reaches}"
                );
                (Answer::NotExamined, vec![why, format!("there, {within}")])
            }
            _ if inside < all => {
                let left = all.saturating_sub(inside);
                let but = format!(
                    "{reaches}; of {all} times at which scripts and what they fetched were last written, {left} lie outside"
                );
                (Answer::NothingFound, vec![within, but])
            }
            _ => (Answer::NothingFound, vec![within, reaches]),
        }
    }

    fn before(&self, is: impl Fn(Timestamp) -> bool) -> usize {
        self.written.partition_point(|time| is(*time))
    }

    /// The row of the report, where there are bounds.
    pub(super) fn row(&self) -> Option<Coverage> {
        let why = format!("only this span of what the host recorded was asked for: {}", self.asked()?);
        Some(Coverage {
            source: "time-bounds".to_owned(),
            examined: true,
            from: self.from,
            to: self.to,
            why: Some(why),
            ..Coverage::default()
        })
    }
}

/// When scripts and what they fetched were last written, as far as a clock that is known tells.
fn written(case: &Case) -> Vec<Timestamp> {
    let local: BTreeSet<&str> = case
        .evidence
        .iter()
        .flat_map(|evidence| &evidence.volumes)
        .filter(|volume| volume.clock.is_some())
        .map(|volume| volume.id.as_str())
        .collect();
    let is_known = |volume: Option<&String>| volume.is_none_or(|volume| !local.contains(volume.as_str()));
    let payloads: BTreeMap<&str, &Payload> =
        case.payloads.iter().map(|payload| (payload.id.as_str(), payload)).collect();
    let fetched = case
        .claims
        .iter()
        .filter(|claim| claim.directions.contains(&Direction::Download))
        .filter_map(|claim| payloads.get(claim.payload.as_deref()?))
        .filter(|payload| matches!(payload.status, PayloadStatus::Found | PayloadStatus::Deleted))
        .filter(|payload| is_known(payload.volume.as_ref()))
        .filter_map(|payload| payload.times.modified);
    let scripts = case.scripts.iter().filter(|script| is_known(script.volume.as_ref()));
    let mut times: Vec<Timestamp> = scripts.filter_map(|script| script.times.modified).chain(fetched).collect();
    times.sort_unstable();
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_silence_is_worth() {
        use Answer::{NotExamined, NothingFound};
        let day = |day: u32| Timestamp::parse(&format!("2026-03-{day:02}T00:00:00Z")).unwrap();
        /// Days on which something was written, days that were read, bounds, what is said.
        type Row<'a> = (&'a [u32], Option<(u32, u32)>, [Option<u32>; 2], Answer, &'a [&'a str]);
        let rows: &[Row<'_>] = &[
            (&[], None, [None, None], NothingFound, &["no run"]),
            (
                &[],
                Some((2, 9)),
                [None, None],
                NothingFound,
                &["no run", "what was read reaches from 2026-03-02T00:00:00Z to 2026-03-09T00:00:00Z"],
            ),
            (&[2, 9], Some((2, 9)), [None, None], NothingFound, &["no run", "what was read reaches"]),
            (&[1, 3], Some((2, 9)), [None, None], NothingFound, &["no run", "of 2 times", "1 lie outside"]),
            (
                &[1, 10],
                Some((2, 9)),
                [None, None],
                NotExamined,
                &[
                    "not examined for that time: scripts and what they fetched were last written between \
                     2026-03-01T00:00:00Z and 2026-03-10T00:00:00Z",
                    "there, no run",
                ],
            ),
            (&[1], Some((2, 2)), [None, None], NotExamined, &["what was read is of 2026-03-02T00:00:00Z alone"]),
            (
                &[3],
                Some((2, 9)),
                [Some(20), None],
                NotExamined,
                &["not examined: what was read", "outside of the bounds asked for (--from 2026-03-20T00:00:00Z)"],
            ),
            (
                &[3],
                Some((2, 9)),
                [Some(1), Some(5)],
                NothingFound,
                &["no run within the bounds asked for (--from 2026-03-01T00:00:00Z --to 2026-03-05T00:00:00Z); \
                     outside of them nothing was examined"],
            ),
            (&[3], Some((2, 9)), [None, Some(2)], NotExamined, &["for that time", "--to 2026-03-02"]),
            (&[3], None, [None, Some(5)], NothingFound, &["no run within the bounds asked for (--to 2026-03-05"]),
        ];
        for (written, span, [from, to], answer, words) in rows {
            let reach =
                Reach { from: from.map(day), to: to.map(day), written: written.iter().map(|one| day(*one)).collect() };
            let (said, lines) = reach.silence("no run", span.map(|(from, to)| (day(from), day(to))));
            let text = lines.join("\n");
            assert!(said == *answer && words.iter().all(|word| text.contains(word)), "{written:?} {said:?} {text}");
        }
    }
}
