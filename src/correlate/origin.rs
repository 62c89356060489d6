//! From when on a file that a script brings can have been there: by a record of its arrival, else by what dates the script and
//! the file.

use super::run::Runs;
use crate::base::time::{FileTimes, Timestamp};
use crate::case::Case;
use crate::case::claim::Claim;
use crate::script::transfer::Direction;
use std::collections::BTreeMap;

/// Seconds by which the times of a file may be wrong without anybody's doing: FAT keeps the local time of the host.
const ZONE: f64 = 14.0 * 3600.0;
/// Scripts that write scripts, one after the other.
const WRITERS: usize = 8;

/// What dates the coming of one file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin {
    /// The first record of its arrival.
    pub(super) arrival: Option<Timestamp>,
    /// The first time at which a script that brings it is known.
    pub(super) script: Option<Timestamp>,
    /// When the file of that place was made. Its last change may be the server's.
    file: Option<Timestamp>,
    /// Whether a transfer brings it; what is only sent away was there before.
    pub(super) is_brought: bool,
}

impl Origin {
    /// Of each claim.
    pub(super) fn of_all(claims: &[Claim], case: &Case, runs: &Runs) -> Vec<Self> {
        let scripts = first_known(case, runs);
        let made: BTreeMap<&str, Timestamp> =
            case.payloads.iter().filter_map(|payload| Some((payload.id.as_str(), payload.times.created?))).collect();
        let of = |claim: &Claim| {
            let of_scripts = claim.transfers.iter().filter_map(|id| scripts.get(id.split('.').next()?));
            Self {
                arrival: claim.deliveries.iter().filter_map(|delivery| delivery.time).min(),
                script: of_scripts.min().copied(),
                file: claim.payload.as_deref().and_then(|id| made.get(id)).copied(),
                is_brought: claim.directions.contains(&Direction::Download),
            }
        };
        claims.iter().map(of).collect()
    }

    /// What a start is worth that lies after nothing which is known: whether it lies before all that is, and what was compared.
    pub(super) fn without_arrival(&self, time: Option<Timestamp>) -> (bool, String) {
        let known = [
            self.script.map(|time| format!("the script is known from {time} on (its file, its runs)")),
            self.file.map(|time| format!("the file there was made at {time}")),
        ];
        let known: Vec<String> = known.into_iter().flatten().collect();
        if known.is_empty() {
            return (false, "nothing dates the transfer: that it came before is not shown".to_owned());
        }
        let known = known.join(", ");
        let Some((time, first)) = time.zip([self.script, self.file].into_iter().flatten().min()) else {
            return (false, format!("the record has no time: that the transfer came before is not shown ({known})"));
        };
        if first.seconds_since(time) > ZONE {
            let why = "another file of that name, times that a copy was given, or clocks that do not agree";
            return (true, format!("it lies before all that dates the transfer: {known}; {why}"));
        }
        (false, format!("that the transfer came before is not shown: {known}"))
    }
}

/// The first time at which each script is known. One that has no file is as old as what writes it.
fn first_known<'c>(case: &'c Case, runs: &Runs) -> BTreeMap<&'c str, Timestamp> {
    let first = |times: &FileTimes| times.created.into_iter().chain(times.modified).min();
    let mut of_runs: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for run in runs.drafts.iter().map(|draft| &draft.run) {
        let written = run.script.written.iter().filter_map(|deed| deed.time);
        let Some(time) = [run.started, run.ended].into_iter().flatten().chain(written).min() else { continue };
        for script in &run.scripts {
            of_runs.entry(script).and_modify(|known| *known = time.min(*known)).or_insert(time);
        }
    }
    let mut known: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let own: BTreeMap<&str, (Option<Timestamp>, Option<&str>)> = case
        .scripts
        .iter()
        .map(|script| {
            let time = first(&script.times).into_iter().chain(of_runs.get(script.id.as_str()).copied()).min();
            (script.id.as_str(), (time, script.written_by.as_ref().map(|writer| writer.script.as_str())))
        })
        .collect();
    for id in own.keys() {
        let mut at = Some(*id);
        for _ in 0..WRITERS {
            let Some((time, writer)) = at.and_then(|id| own.get(id)) else { break };
            if let Some(time) = time {
                known.entry(id).and_modify(|first| *first = (*first).min(*time)).or_insert(*time);
            }
            at = *writer;
        }
    }
    known
}
