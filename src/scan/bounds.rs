//! What a run may take of time, memory and processor; out of time or memory it ends early, with a report of what it has.

use super::pace::Pace;
use super::process;
use crate::base::number::{to_u32, to_usize};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Why a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody asked for it.
    Interrupted,
    /// Its time is over.
    OutOfTime,
    /// It takes as much memory as it may.
    OutOfMemory,
}

impl Stop {
    /// The word of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::OutOfTime => "time-budget",
            Self::OutOfMemory => "max-memory",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Interrupted => "interrupted",
            Self::OutOfTime => "out of time",
            Self::OutOfMemory => "out of memory",
        })
    }
}

/// The bounds of a run; none where nothing is said.
#[derive(Debug, Default)]
pub struct Bounds {
    /// Time.
    pub time: Option<Budget>,
    /// Memory.
    pub memory: Option<MemoryCap>,
    /// Processor.
    pub pace: Option<Pace>,
}

impl Bounds {
    pub(super) fn stop(&self, until: Option<Duration>) -> Option<Stop> {
        let over = |budget: &Budget| budget.is_over(until);
        if self.time.as_ref().is_some_and(over) {
            return Some(Stop::OutOfTime);
        }
        self.memory.as_ref().is_some_and(MemoryCap::is_reached).then_some(Stop::OutOfMemory)
    }

    /// When the search for scripts is to be over in one of so many pieces of evidence that are left. A fifth of the time is
    /// kept for what is found: payloads are resolved and inspected when the search is over.
    pub(super) fn share(&self, left: usize) -> Option<Duration> {
        let budget = self.time.as_ref()?;
        let elapsed = (budget.elapsed)();
        let search = budget.allowed.saturating_mul(4).checked_div(5).unwrap_or_default().saturating_sub(elapsed);
        let left = to_u32(left.max(1));
        Some(elapsed.saturating_add(search.checked_div(left).unwrap_or_default()))
    }

    /// Half of the time from now to then.
    pub(super) fn half_way(&self, then: Duration) -> Duration {
        let elapsed = self.time.as_ref().map_or(Duration::ZERO, |budget| (budget.elapsed)());
        elapsed.saturating_add(then.saturating_sub(elapsed).checked_div(2).unwrap_or_default())
    }

    /// Sets bytes aside for what follows from a text that was found: most of the memory that a script takes, it takes when it is
    /// run and judged.
    pub(super) fn reserve(&self, bytes: u64) {
        if let Some(memory) = &self.memory {
            memory.sought.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// The search of one piece of evidence is over: half of what was set aside for it is used next, when its scripts are run, and
    /// half at the end, when they are judged.
    pub(super) fn settle(&self) {
        if let Some(memory) = &self.memory {
            let sought = memory.sought.swap(0, Ordering::Relaxed);
            memory.kept.fetch_add(sought.checked_div(2).unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Rests, where the run takes more of the processor than it may.
    pub(super) fn rest(&self) {
        if let Some(pace) = &self.pace {
            pace.rest();
        }
    }
}

/// The time of a run.
pub struct Budget {
    allowed: Duration,
    elapsed: Box<dyn Fn() -> Duration + Send + Sync>,
}

impl Budget {
    /// So much time from now on.
    #[must_use]
    pub fn from_now(allowed: Duration) -> Self {
        let start = Instant::now();
        Self::by(allowed, move || start.elapsed())
    }

    /// So much time by a clock that tells how much has passed.
    pub fn by(allowed: Duration, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { allowed, elapsed: Box::new(elapsed) }
    }

    fn is_over(&self, until: Option<Duration>) -> bool {
        (self.elapsed)() >= until.unwrap_or(self.allowed).min(self.allowed)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Budget").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// The memory of a run. At seven eighths of it the run ends, counted what was set aside for the scripts that were found: what it
/// has must still be put into a report.
pub struct MemoryCap {
    bytes: u64,
    used: fn() -> Option<u64>,
    asked: AtomicU64,
    /// What the system answered last.
    told: AtomicU64,
    /// Bytes set aside for the texts of the evidence that is searched.
    sought: AtomicU64,
    /// Bytes set aside for those of all other evidence.
    kept: AtomicU64,
}

/// Questions of which one is answered by the system; the others are answered as it was.
const ASKED: u64 = 64;

/// Bytes that a run takes with one reading thread.
const ALONE: u64 = 8 << 20;
/// Bytes that each thread takes: its stack, its buffers, what its allocator keeps.
const A_THREAD: u64 = 4 << 20;

impl MemoryCap {
    /// The fewest bytes that a run can be made with.
    pub const LEAST: u64 = 16 << 20;

    /// Of so many reading threads those that find room.
    #[must_use]
    pub fn room_for(&self, threads: usize) -> usize {
        let room = self.most().saturating_sub(ALONE).checked_div(A_THREAD).unwrap_or(0).max(1);
        threads.min(to_usize(room))
    }

    /// Bytes at which the run ends.
    fn most(&self) -> u64 {
        self.bytes.saturating_sub(self.bytes.checked_div(8).unwrap_or(0))
    }

    /// So many bytes, by what the system counts.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self::by(bytes, process::memory_used)
    }

    /// So many bytes, by a gauge that tells how many are used.
    #[must_use]
    pub fn by(bytes: u64, used: fn() -> Option<u64>) -> Self {
        let none = || AtomicU64::new(0);
        Self { bytes, used, asked: none(), told: none(), sought: none(), kept: none() }
    }

    fn is_reached(&self) -> bool {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if asked.checked_rem(ASKED) == Some(0) {
            self.told.store((self.used)().unwrap_or(0), Ordering::Relaxed);
        }
        let aside = [&self.sought, &self.kept].map(|bytes| bytes.load(Ordering::Relaxed));
        let used = aside.into_iter().fold(self.told.load(Ordering::Relaxed), u64::saturating_add);
        let reached = used >= self.most();
        if reached {
            // The next question is answered by the system too: what is reached stays so until something is freed.
            self.asked.store(0, Ordering::Relaxed);
        }
        reached
    }
}

impl fmt::Debug for MemoryCap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryCap").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shared_and_a_part_is_kept() {
        let seconds = Duration::from_secs;
        let at = |now: u64| Bounds { time: Some(Budget::by(seconds(100), move || seconds(now))), ..Bounds::default() };
        assert_eq!(at(0).share(1), Some(seconds(80)));
        assert_eq!(at(20).share(3), Some(seconds(40)));
        assert_eq!(at(90).share(2), Some(seconds(90)));
        assert_eq!(at(20).half_way(seconds(60)), seconds(40));
        assert_eq!(at(70).half_way(seconds(60)), seconds(70));
        let cases =
            [(0, None, false), (99, None, false), (100, None, true), (50, Some(50), true), (49, Some(50), false)];
        for (now, until, over) in cases {
            assert_eq!(at(now).stop(until.map(seconds)).is_some(), over, "{now} {until:?}");
        }
        assert_eq!(Bounds::default().share(1), None);
        assert_eq!(Bounds::default().stop(None), None);
    }

    #[test]
    fn memory_ends_a_run_before_the_system_does() {
        let of = |used: fn() -> Option<u64>| MemoryCap::by(800, used);
        assert!(of(|| Some(700)).is_reached() && !of(|| Some(699)).is_reached() && !of(|| None).is_reached());
        let full = of(|| Some(700));
        assert!(full.is_reached() && full.is_reached());
        let bounds = Bounds { memory: Some(of(|| Some(400))), ..Bounds::default() };
        assert_eq!(bounds.stop(None), None);
        // Between two questions to the system too.
        bounds.reserve(299);
        assert_eq!(bounds.stop(None), None);
        bounds.reserve(1);
        assert_eq!(bounds.stop(None), Some(Stop::OutOfMemory));
        bounds.settle();
        assert_eq!(bounds.stop(None), None);
        bounds.reserve(150);
        assert_eq!(bounds.stop(None), Some(Stop::OutOfMemory));
    }

    #[test]
    fn threads_need_room() {
        for (mib, wanted, given) in
            [(16, 16, 1), (16, 1, 1), (24, 16, 3), (32, 16, 5), (32, 4, 4), (64, 16, 12), (96, 16, 16), (1, 4, 1)]
        {
            assert_eq!(MemoryCap::new(mib << 20).room_for(wanted), given, "{mib} {wanted}");
        }
    }
}
