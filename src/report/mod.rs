//! Shows a finished case, in the forms that people and machines read.
//!
//! Everything that comes from evidence is escaped for the form that it is shown in; nothing here reads evidence.
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

pub mod collection;
mod compress;
pub mod json;
pub mod jsonl;
pub mod output;
pub mod playbook;
pub mod schema;
pub mod secrets;
pub mod text;
pub mod timesketch;
