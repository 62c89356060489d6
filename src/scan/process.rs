//! What a run asks of the system for itself: to come after all others, and to have no more memory than it may.
//!
//! - Unix: `nice(2)` of 19. Linux' I/O priority follows it where none is set (`ioprio_set(2)`: class best effort, level
//!   `(nice + 20) / 5` = 7, the lowest); there is no safe interface to the idle class.
//! - Windows: background mode (`SetThreadPriority`, `THREAD_MODE_BACKGROUND_BEGIN`), of the thread that calls: processor,
//!   disk and memory priority. Where that is refused, as by Wine, the class `IDLE_PRIORITY_CLASS` of the program
//!   (`SetPriorityClass`), which is the processor alone.
//! - Memory: `setrlimit(2)`, `RLIMIT_DATA`: all that the program can write to, thread stacks too (since Linux 4.7). Windows has
//!   no safe interface for it: there the run counts for itself.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Whether threads that begin are to come after all others too.
static LOWERED: AtomicBool = AtomicBool::new(false);

/// Lowers the priority of this thread and of those that it starts.
///
/// # Errors
/// The system refuses.
pub fn lower_priority() -> io::Result<()> {
    LOWERED.store(true, Ordering::Relaxed);
    #[cfg(unix)]
    {
        rustix::process::nice(19)?;
        Ok(())
    }
    #[cfg(windows)]
    {
        use winsafe::{HPROCESS, co};
        background().or_else(|_| {
            let idle = HPROCESS::GetCurrentProcess().SetPriorityClass(co::PRIORITY_CLASS::IDLE);
            idle.map_err(|error| io::Error::other(error.to_string()))
        })
    }
}

/// To be called by each thread of a run at its start: Windows does not hand priorities on.
pub(super) fn begin_thread() {
    #[cfg(windows)]
    if LOWERED.load(Ordering::Relaxed) {
        // A thread that keeps its priority works as well.
        let _ = background();
    }
}

#[cfg(windows)]
fn background() -> io::Result<()> {
    use thread_priority::windows::{WinAPIThreadPriority, set_winapi_thread_priority, thread_native_id};
    set_winapi_thread_priority(thread_native_id(), WinAPIThreadPriority::BackgroundModeBegin)
        .map_err(|error| io::Error::other(format!("{error:?}")))
}

/// Has the system refuse more memory than so many bytes, and tells whether it does.
///
/// # Errors
/// The system refuses to.
pub fn limit_memory(bytes: u64) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let most = getrlimit(Resource::Data).maximum.map_or(bytes, |maximum| maximum.min(bytes));
        setrlimit(Resource::Data, Rlimit { current: Some(most), maximum: Some(most) })?;
        Ok(true)
    }
    #[cfg(windows)]
    {
        let _ = bytes;
        Ok(false)
    }
}

/// Bytes of memory in use, as the limit counts them; nothing where the system does not tell.
pub(super) fn memory_used() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmData:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
    }
    #[cfg(windows)]
    {
        let used = winsafe::HPROCESS::GetCurrentProcess().GetProcessMemoryInfo().ok()?;
        // The same number by its two names: Windows 7 does not tell the one, Wine the other.
        u64::try_from(used.PrivateUsage.max(used.PagefileUsage)).ok()
    }
    #[cfg(not(any(target_os = "linux", windows)))]
    {
        None
    }
}

/// The processor's time that all threads of the program have had; nothing where the system does not tell.
pub(super) fn processor_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let seconds = u64::try_from(time.tv_sec).ok()?;
        Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
    }
    #[cfg(windows)]
    {
        let (_, _, kernel, user) = winsafe::HPROCESS::GetCurrentProcess().GetProcessTimes().ok()?;
        // In steps of 100 ns.
        let steps = u64::from(kernel).saturating_add(u64::from(user));
        Some(Duration::from_nanos(steps.saturating_mul(100)))
    }
    #[cfg(not(any(unix, windows)))]
    {
        None
    }
}

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use super::*;

    #[test]
    fn memory_in_use_is_told() {
        // More than the tests beside this one hold together; written, because Wine counts no other pages.
        let much = std::hint::black_box(vec![1u8; 256 << 20]);
        let used = memory_used().unwrap();
        assert!((256 << 20..1 << 40).contains(&used), "{used}");
        drop(much);
    }

    #[test]
    fn processor_time_is_that_of_work() {
        let before = processor_time().unwrap();
        while processor_time().unwrap() == before {
            std::hint::black_box((0..10_000u64).sum::<u64>());
        }
    }
}
