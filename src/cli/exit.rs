//! Exit codes.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Complete, nothing at or above `--fail-on`.
    Complete,
    /// Findings at or above `--fail-on`, complete or not.
    Findings,
    /// Bad usage, or the run could not be made.
    Usage,
    /// Out of time or memory, or incomplete and nothing found.
    Incomplete,
    /// Interrupted.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Complete => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Interrupted => 130,
        })
    }
}
