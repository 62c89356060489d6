//! Threads of a run: as many as were asked for, or as many as the system gives.

use super::process;
use std::thread::{Builder, Scope, ScopedJoinHandle};

/// Threads that work.
pub(super) struct Crew<'scope>(Vec<ScopedJoinHandle<'scope, ()>>);

impl<'scope> Crew<'scope> {
    /// Has so many threads do the work. Where the system refuses one (a limit of processes, no room for its stack), no more
    /// are asked for.
    pub(super) fn begin<W>(scope: &'scope Scope<'scope, '_>, wanted: usize, work: W) -> Self
    where
        W: Fn() + Copy + Send + 'scope,
    {
        let begin = || {
            let started = Builder::new().spawn_scoped(scope, move || {
                process::begin_thread();
                work();
            });
            started.ok()
        };
        Self((0..wanted).map_while(|_| begin()).collect())
    }

    /// Whether there is nobody: who wanted them has to do the work.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits until all are done. The scope would wait for their work only; joined, they have given back all that was theirs.
    pub(super) fn end(self) {
        for thread in self.0 {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn as_many_as_were_asked_for_do_the_work() {
        for wanted in [0, 1, 5] {
            let done = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                let done = &done;
                let crew = Crew::begin(scope, wanted, move || {
                    done.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(crew.is_empty(), wanted == 0);
                crew.end();
            });
            assert_eq!(done.into_inner(), wanted);
        }
    }
}
