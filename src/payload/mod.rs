//! Payloads: what the bytes of a file are, whatever its name says.
//!
//! One pass over the stream gives digests and entropy; the head gives the type; the structure of an executable is read from
//! as much as [`crate::base::limits::Limits::payload_parse_bytes`] allows.
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

use crate::base::anomaly::Anomaly;
use crate::base::bytes::ReadAt;
use crate::base::digest::Digests;
use crate::base::limits::Limits;
use schemars::JsonSchema;
use serde::Serialize;

/// What the bytes of a payload are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Facts {
    /// Size in bytes.
    pub size: u64,
    /// The digests of all bytes.
    #[serde(flatten)]
    pub digests: Digests,
}

/// Inspects one file. `name` is its name on the evidence, for what it claims to be.
pub fn inspect(_stream: &dyn ReadAt, _name: &str, _path: &str, _limits: &Limits) -> (Facts, Vec<Anomaly>) {
    (Facts::default(), Vec::new())
}
