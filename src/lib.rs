//! ftpsift finds what FTP clients were told to do, from the evidence alone.
//!
//! Bytes come up from the ground as *entries* ([`evidence`]); readers turn entries into *facts* ([`script`], [`payload`],
//! [`artifact`]); facts are tied together, judged and shown ([`scan`], [`correlate`], [`case`], [`finding`], [`report`]).
//! Nothing flows down, and the readers never see each other:
//!
//! ```text
//! cli         verbs, arguments, exit codes, progress
//! report      shows a finished Case
//! scan        walks evidence, feeds the readers, resolves transfers, builds the Case
//! finding     rules over tied facts
//! correlate   ties what hosts recorded to scripts, transfers and payloads
//! case        everything a run found
//! script | payload | artifact        the readers
//! evidence    file systems, entries, streams
//! base        bytes, text, time, digests, limits, anomalies
//! ```

// They panic where nobody takes what they print.
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout))]

pub mod artifact;
pub mod base;
pub mod case;
pub mod cli;
pub mod correlate;
pub mod evidence;
pub mod finding;
pub mod payload;
pub mod report;
pub mod scan;
pub mod script;
