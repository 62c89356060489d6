//! Progress on the terminal.

use crate::scan::progress::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// A line on standard error that tells files, bytes, rate and hits while it lives; nothing where that is no terminal.
pub(super) struct Shown {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

const EVERY: Duration = Duration::from_millis(100);

impl Shown {
    pub(super) fn start(progress: &Arc<Progress>, quiet: bool) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        if quiet || !std::io::stderr().is_terminal() {
            return Self { over, thread: None };
        }
        let (progress, ended) = (Arc::clone(progress), Arc::clone(&over));
        let thread = Builder::new().spawn(move || {
            let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {wide_msg}") {
                line.set_style(style);
            }
            let started = Instant::now();
            while !ended.load(Ordering::Relaxed) {
                line.set_message(message(&progress, started.elapsed()));
                line.tick();
                std::thread::park_timeout(EVERY);
            }
            line.finish_and_clear();
        });
        // A system that has no thread to give has more to do than to show how far this is.
        Self { over, thread: thread.ok() }
    }
}

fn message(progress: &Progress, elapsed: Duration) -> String {
    let bytes = progress.bytes.load(Ordering::Relaxed);
    let rate = bytes.checked_div(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1)).unwrap_or(0);
    let ending = if progress.is_cancelled() { "; ending" } else { "" };
    format!(
        "{} files, {}, {}/s, {} hits{ending}",
        progress.files.load(Ordering::Relaxed),
        indicatif::BinaryBytes(bytes),
        indicatif::BinaryBytes(rate.saturating_mul(1000)),
        progress.hits.load(Ordering::Relaxed),
    )
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A line that failed to draw is no loss.
            let _ = thread.join();
        }
    }
}
