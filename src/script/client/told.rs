//! How much of a run is told: whatever connects, logs in or transfers, and of the other lines as many as a reader could want.
//!
//! A script may be padded with lines that do nothing, to tire whoever reads it: they are run, and left out of the report.

use crate::script::session::{Diagnostic, Session};

/// Lines of a run that are told whatever they do.
pub const LINES: usize = 20_000;

/// Transfers of a run that are told.
pub const TRANSFERS: usize = 10_000;

/// Sessions that one run may open.
pub const SESSIONS: usize = 1000;

/// What is said where there are more.
pub(super) const MORE_SESSIONS: &str = "the script opens more sessions than the limit; the rest was not run";

/// What is told of a run so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    lines: usize,
    transfers: usize,
    /// What the run had brought about when the last line began.
    effects: [usize; 5],
    lines_left_out: bool,
    opens_left_out: bool,
    transfers_left_out: bool,
}

impl Told {
    /// A line begins; true where the one before it is to be left out: more lines are told than a reader wants, and it
    /// brought nothing about. `sessions` counts those before the one at hand; `opened` tells that the line before was to
    /// connect: that the first of those was refused is told.
    pub(super) fn next_line(&mut self, sessions: usize, session: Option<&Session>, opened: bool) -> bool {
        let count = |of: fn(&Session) -> usize| session.map_or(0, of);
        let effects = [
            sessions,
            usize::from(session.is_some()),
            count(|session| session.transfers.len()),
            count(|session| session.credentials.len()),
            count(|session| session.executes.len().saturating_add(session.local_writes.len())),
        ];
        let idle = std::mem::replace(&mut self.effects, effects) == effects;
        let is_told = opened && !self.opens_left_out;
        let left_out = idle && self.lines > LINES && !is_told;
        self.opens_left_out |= opened && self.lines > LINES;
        self.lines_left_out |= left_out;
        self.lines = self.lines.saturating_add(1);
        if left_out {
            self.lines = self.lines.saturating_sub(1);
        }
        left_out
    }

    /// Whether one more transfer is told.
    pub(super) fn takes_transfer(&mut self) -> bool {
        let takes = self.transfers < TRANSFERS;
        self.transfers = self.transfers.saturating_add(1);
        self.transfers_left_out |= !takes;
        takes
    }

    /// What a reader must know of it.
    pub(super) fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        let lines =
            "the script has more lines than are told: of the rest only those that connect, log in or transfer are";
        let transfers = "the script transfers more files than are told";
        let told = [
            (self.lines_left_out, "lines-left-out", lines),
            (self.transfers_left_out, "transfers-left-out", transfers),
        ];
        told.into_iter().filter(|(holds, ..)| *holds).map(|(_, code, message)| Diagnostic::new(0, code, message))
    }
}
