//! What such a client is called with, and what it makes of it.

use crate::base::text::Text;
use crate::script::client::world::World;
use crate::script::launch::Client;
use crate::script::session::{Diagnostic, Session};

/// A call of a client.
#[derive(Clone, Copy, Default)]
pub(super) struct Call<'a> {
    /// The client's bare name, folded.
    pub(super) program: &'a str,
    /// Its arguments.
    pub(super) arguments: &'a [String],
    /// The command line that a reader is shown.
    pub(super) command_line: &'a str,
    /// The working directory, as far as is known.
    pub(super) directory: Option<&'a str>,
    /// The file to which the shell sends its output.
    pub(super) output: Option<&'a str>,
    /// The text that it reads: options, addresses, a login.
    pub(super) script: Option<&'a Text>,
    /// What is known beyond the command line, once it is run.
    pub(super) world: Option<&'a dyn World>,
}

/// What a call asks for.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// The client, where it is another one than its name says.
    pub(super) client: Option<Client>,
    /// What it does on each server.
    pub(super) sessions: Vec<Session>,
    /// The file that it reads.
    pub(super) script_path: Option<String>,
    /// Why it would come to nothing.
    pub(super) refused: Option<String>,
    /// What a reader should know of the call.
    pub(super) note: Option<String>,
    /// Whether a stored site must tell which server is meant.
    pub(super) needs_store: bool,
    /// What a reader should know of the text.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Orders {
    /// These sessions; nothing where there are none.
    pub(super) fn of(sessions: Vec<Session>) -> Option<Self> {
        (!sessions.is_empty()).then(|| Self { sessions, ..Self::default() })
    }
}
