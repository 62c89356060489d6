//! What an emulation starts from and what it leaves.

use super::files::VirtualFile;
use crate::script::launch::{Client, Launch};
use crate::script::reading::{Feed, Renamed, Run};
use crate::script::session::{Diagnostic, Session};

/// Where the text comes from, as far as is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// The directory that holds it, written as the host would.
    pub directory: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

/// What an emulation leaves.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files that it feeds to a client, as they were at that moment.
    pub fed: Vec<VirtualFile>,
    /// The files that are left and were never fed.
    pub left: Vec<VirtualFile>,
    /// The clients that it starts; a fed file is named by its index in `fed`.
    pub launches: Vec<(Launch, Feed)>,
    /// The sessions that the text opens by a class library.
    pub sessions: Vec<Session>,
    /// The class library of those sessions.
    pub library: Option<Client>,
    /// The programs that it starts.
    pub runs: Vec<Run>,
    /// The files that it gives other names, in order.
    pub renames: Vec<Renamed>,
    /// What a reader should know.
    pub diagnostics: Vec<Diagnostic>,
    /// The expansions that the text does not define, as they are written.
    pub unresolved: Vec<String>,
    /// Whether a limit ended the emulation before the text's end.
    pub capped: bool,
}

/// Most unresolved expansions that are kept.
const UNRESOLVED: usize = 200;

impl Outcome {
    /// Notes an expansion that stays as it is written.
    pub fn leave_unresolved(&mut self, raw: &str) {
        if self.unresolved.len() < UNRESOLVED && raw.len() <= 512 && !self.unresolved.iter().any(|known| known == raw) {
            self.unresolved.push(raw.to_owned());
        }
    }

    /// The unresolved expansions that stand in a text, in the order in which they were met.
    #[must_use]
    pub fn unresolved_in(unresolved: &[String], text: &str) -> Vec<String> {
        unresolved.iter().filter(|raw| text.contains(raw.as_str())).cloned().collect()
    }
}
