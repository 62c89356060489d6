//! Keeps a run to a share of one processor: it rests between files and between reads.
//!
//! The share is of the time that the system counts for all threads of the program. Where it tells none, all time between two
//! rests is taken for work, which is never too little.

use super::process;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A share of one processor.
#[derive(Debug)]
pub struct Pace {
    percent: u32,
    window: Mutex<Window>,
}

/// The time that is looked at: what was not used long ago is not made up for.
#[derive(Debug)]
struct Window {
    began: Instant,
    worked: Option<Duration>,
    rested: Duration,
}

/// Longest rest: whoever interrupts a run waits no longer.
const LONGEST: Duration = Duration::from_millis(100);
/// How long a window is.
const WINDOW: Duration = Duration::from_secs(2);

impl Pace {
    /// At most so many hundredths of one processor, 1 to 100.
    #[must_use]
    pub fn new(percent: u32) -> Self {
        let window = Window { began: Instant::now(), worked: process::processor_time(), rested: Duration::ZERO };
        Self { percent: percent.clamp(1, 100), window: Mutex::new(window) }
    }

    pub(super) fn rest(&self) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = window.began.elapsed();
        let work = match (process::processor_time(), window.worked) {
            (Some(now), Some(then)) => now.saturating_sub(then),
            _ => passed.saturating_sub(window.rested),
        };
        let rest = owed(work, passed, self.percent).min(LONGEST);
        if !rest.is_zero() {
            window.rested = window.rested.saturating_add(rest);
            // The others wait as well: all threads are one program.
            std::thread::sleep(rest);
        } else if passed > WINDOW {
            *window = Window { began: Instant::now(), worked: process::processor_time(), rested: Duration::ZERO };
        }
    }
}

/// How long is to be rested so that the work was no more than the share of the time.
fn owed(work: Duration, passed: Duration, percent: u32) -> Duration {
    let due = work.saturating_mul(100).checked_div(percent).unwrap_or(work);
    due.saturating_sub(passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rest_makes_the_share() {
        let ms = Duration::from_millis;
        for (work, passed, percent, rest) in
            [(10, 10, 50, 10), (10, 20, 50, 0), (10, 5, 10, 95), (0, 0, 1, 0), (7, 7, 100, 0)]
        {
            assert_eq!(owed(ms(work), ms(passed), percent), ms(rest), "{work} {passed} {percent}");
        }
    }
}
