//! Clients: each an interpreter that walks the lines of a script as the real one does.
//!
//! The line-based clients (Windows' `ftp.exe`, inetutils, tnftp) descend from one ancestor, 4.3BSD's: one [`machine`] runs
//! them all, and a [`dialect::Dialect`] holds in what they differ.

pub mod bsd_ftp;
pub mod dialect;
pub mod login;
pub mod machine;
pub mod shape;
pub mod switches;
pub mod tokens;
pub mod windows_ftp;
pub mod world;

use super::launch::{Client, Switches};
use super::reading::Interpretation;
use crate::base::limits::Limits;
use crate::base::text::Text;
use dialect::Dialect;
use world::World;

/// The semantics of a client.
#[must_use]
pub fn dialect(client: Client) -> &'static Dialect {
    match client {
        Client::WindowsFtp => &windows_ftp::DIALECT,
        Client::Inetutils => &bsd_ftp::INETUTILS,
        Client::Tnftp => &bsd_ftp::TNFTP,
    }
}

/// Runs a script as the client does with these switches.
#[must_use]
pub fn interpret(
    text: &Text,
    client: Client,
    switches: &Switches,
    world: &dyn World,
    limits: &Limits,
) -> Interpretation {
    machine::Machine::new(text, dialect(client), switches, world, limits).run()
}
