//! The judgement: rules over tied facts.
//!
//! A rule has a stable id, a severity and the techniques that it shows ([`rules`]); what sets it off is in [`judge`]; what the
//! examiner knows to be good is marked by [`allow`], never hidden. An explanation never holds a password.
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

pub mod allow;
mod contents;
mod executables;
mod interpreters;
pub mod judge;
mod names;
mod places;
mod recorded;
pub mod rules;
mod runs;
mod scripts;
pub mod subject;

pub use crate::case::finding::{Allowance, Attack, Finding, Severity};
