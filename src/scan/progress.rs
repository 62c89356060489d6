//! What a run has done so far, for whoever watches it, and the wish to end it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Live counters of a run, shared between the threads that scan and the one that shows.
#[derive(Debug, Default)]
pub struct Progress {
    /// Regular files seen.
    pub files: AtomicU64,
    /// Directories seen.
    pub directories: AtomicU64,
    /// Bytes read.
    pub bytes: AtomicU64,
    /// Texts that speak of FTP.
    pub hits: AtomicU64,
    /// Set by whoever wants the run to end early; the report is then partial and says so.
    pub cancelled: AtomicBool,
}

impl Progress {
    /// Whether the run is to end early.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    pub(super) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}
