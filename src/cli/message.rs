//! What is said beside the report, on standard error. Where nobody takes it the run goes on: the report is worth more than what
//! is said of it.

use crate::base::anomaly::Anomaly;
use std::io::{self, Write};

/// Says a sentence in the program's name.
pub(super) fn say(text: &str) {
    line(&format!("ftpsift: {text}"));
}

/// Writes a line.
pub(super) fn line(text: &str) {
    // At once, so that lines of several threads are not mixed.
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Why nothing was scanned.
pub(super) fn refused(causes: &[Anomaly]) -> String {
    let reasons: Vec<String> = causes.iter().map(|one| format!("{}: {}", one.path, one.cause)).collect();
    reasons.join("; ")
}

/// Says that files are read by a privilege that would be closed to this user otherwise.
pub(super) fn privilege() {
    #[cfg(windows)]
    if crate::evidence::filesystem::host::backs_up() {
        say("the privilege to back up files (SeBackupPrivilege) is held and used");
    }
}
