//! What a run has done so far, for whoever watches it, and what makes it end early.

use super::bounds::{Bounds, Stop};
use crate::evidence::GoOn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Live counters of a run, shared between the threads that scan and the one that shows.
#[derive(Debug, Default)]
pub struct Progress {
    /// Regular files seen, without those that the end of the run left unread.
    pub files: AtomicU64,
    /// Directories seen.
    pub directories: AtomicU64,
    /// Bytes read.
    pub bytes: AtomicU64,
    /// Texts that speak of FTP.
    pub hits: AtomicU64,
    /// Set by whoever wants the run to end early; the report is then partial and says so.
    pub cancelled: Arc<AtomicBool>,
    /// What the run may take.
    pub bounds: Arc<Bounds>,
    /// Why something was left undone, once it was.
    ended: Mutex<Option<Stop>>,
}

impl Progress {
    /// A run within bounds.
    #[must_use]
    pub fn within(bounds: Bounds) -> Self {
        Self { bounds: Arc::new(bounds), ..Self::default() }
    }

    /// Whether the run was interrupted.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Why work was left undone, if any was.
    #[must_use]
    pub fn ended(&self) -> Option<Stop> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the run is to end now. To be asked where work is left, which is then left undone.
    pub(super) fn must_end(&self) -> Option<Stop> {
        self.must_end_by(None)
    }

    /// The same for work that is to be over when so much time of the run has passed.
    pub(super) fn must_end_by(&self, until: Option<Duration>) -> Option<Stop> {
        let stop = if self.is_cancelled() { Some(Stop::Interrupted) } else { self.bounds.stop(until) }?;
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
        Some(stop)
    }

    /// Whether work that is to be over when so much time of the run has passed is to go on, for whoever is not of the run; it
    /// rests as the run does. Who breaks off for it leaves it to the run to tell why.
    pub(super) fn go_on(&self, until: Option<Duration>) -> GoOn {
        let (cancelled, bounds) = (Arc::clone(&self.cancelled), Arc::clone(&self.bounds));
        Arc::new(move || {
            bounds.rest();
            !cancelled.load(Ordering::Relaxed) && bounds.stop(until).is_none()
        })
    }

    pub(super) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::bounds::Budget;
    use super::*;

    #[test]
    fn work_of_others_goes_on_as_long_as_the_run() {
        let seconds = Duration::from_secs;
        let at = |now: u64| {
            let time = Some(Budget::by(seconds(100), move || seconds(now)));
            Progress::within(Bounds { time, ..Bounds::default() })
        };
        for (now, until, goes_on) in [(99, None, true), (100, None, false), (40, Some(50), true), (50, Some(50), false)]
        {
            assert_eq!(at(now).go_on(until.map(seconds))(), goes_on, "{now} {until:?}");
        }
        let progress = Progress::default();
        let go_on = progress.go_on(None);
        assert!(go_on());
        progress.cancelled.store(true, Ordering::Relaxed);
        assert!(!go_on());
    }
}
