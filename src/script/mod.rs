//! Scripts: texts that tell an FTP client what to transfer, whatever writes them, and whatever starts the client.
//!
//! A client is an interpreter ([`client`]): it walks the lines the way the real client does and says of each what it did.
//! A writer ([`writer`]) is emulated to learn the bytes of the script that it would leave. Nothing is ever executed.
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

pub mod address;
pub mod client;
pub mod content;
mod emulate;
pub mod language;
pub mod launch;
pub mod library;
pub mod local_path;
pub mod obscured;
pub mod read;
pub mod reading;
pub mod session;
pub mod sniff;
pub mod source;
pub mod store;
pub mod transfer;
pub mod url;
pub mod writer;
mod written;
