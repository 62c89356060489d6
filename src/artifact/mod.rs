//! Artifacts: what the host recorded of processes, connections, files and settings, read as neutral events.
//!
//! A reader takes the bytes of one artifact and hands out [`event::Event`]s, one by one. It knows nothing of scripts and
//! payloads: what an event bears on is found where facts are tied together.
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

pub mod event;
pub mod event_export;
pub mod evtx;
pub mod launchd;
pub mod log_record;
pub mod mof;
pub mod pca;
pub mod policy_scripts;
pub mod prefetch;
pub mod registry;
pub mod seen;
mod small;
pub mod startup;
pub mod task;
pub mod windows_log;
pub mod wmi;
pub mod zone_identifier;
