//! Credentials at rest: the stored sites of FTP clients.

use super::launch::Client;
use super::reading::Form;
use super::session::Session;
use crate::base::text::Text;

/// The sites that a text stores, each as the session that the client would open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The client that stores them.
    pub client: Client,
    /// What kind of text a report calls it.
    pub form: Form,
    /// The sites in their order.
    pub sessions: Vec<Session>,
}

/// The sites of a text; nothing where it is no store.
#[must_use]
pub fn read(_text: &Text, _name: &str) -> Option<Stored> {
    None
}
