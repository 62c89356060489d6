//! What an emulation starts from and what it leaves.

use super::files::VirtualFile;
use crate::script::launch::Launch;
use crate::script::reading::{Feed, Run};
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
    /// The programs that it starts.
    pub runs: Vec<Run>,
    /// What a reader should know.
    pub diagnostics: Vec<Diagnostic>,
}
