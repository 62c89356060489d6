//! The ground floor: bytes, text, time, digests, limits, anomalies. Knows nothing of evidence, scripts or reports.
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

pub mod anomaly;
pub mod base64;
pub mod build;
pub mod bytes;
pub mod compression;
pub mod digest;
pub mod dos_time;
pub mod escape;
pub mod fields;
pub mod guard;
pub mod hive;
pub mod limits;
pub mod number;
pub mod packed;
#[cfg(test)]
pub(crate) mod random;
pub mod secret;
pub mod shortcut;
pub mod source;
pub mod text;
pub mod time;
pub mod wide;
pub mod window;
pub mod xml;
pub mod zip;
