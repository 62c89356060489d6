//! The wish to end early: Ctrl-C, and on Unix `SIGTERM` and `SIGHUP`.
//!
//! The first ends the run with what was found so far, the second the program. A `SIGHUP` that is ignored when the program
//! starts stays ignored: who says `nohup` means it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Has the system tell the flag. Where it refuses, a signal ends the program at once, which is no harm.
#[cfg(unix)]
pub(super) fn listen(cancelled: &Arc<AtomicBool>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if signal == SIGHUP && is_ignored(signal) {
            continue;
        }
        // In this order: the first signal finds the flag unset, and sets it.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(cancelled))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(cancelled)));
    }
}

/// Whether a signal is ignored; what the system does not tell is not.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(signal).is_ok_and(|signal| mask.checked_shr(signal.saturating_sub(1)).unwrap_or(0) & 1 == 1)
}

/// Has the system tell the flag. Where it refuses, Ctrl-C ends the program at once, which is no harm.
///
/// Who listens to the console cannot tell its events apart, and one of them, `CTRL_LOGOFF_EVENT`, comes to programs in the
/// session of the services whenever any user logs off; unheard it ends nothing there (Microsoft, `HandlerRoutine`). So nothing
/// is listened to in that session: Ctrl-C ends the program at once.
#[cfg(windows)]
pub(super) fn listen(cancelled: &Arc<AtomicBool>) {
    if !listens_in(session()) {
        return;
    }
    let cancelled = Arc::clone(cancelled);
    let _ = ctrlc::set_handler(move || {
        if cancelled.swap(true, std::sync::atomic::Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// The session of Windows that the program runs in; nothing where the system does not tell.
#[cfg(windows)]
fn session() -> Option<u32> {
    use winsafe::{HPROCESS, TokenInfo, co};
    let token = HPROCESS::GetCurrentProcess().OpenProcessToken(co::TOKEN::QUERY).ok()?;
    match token.GetTokenInformation(co::TOKEN_INFORMATION_CLASS::SessionId).ok()? {
        TokenInfo::SessionId(session) => Some(*session),
        _ => None,
    }
}

/// Whether the console is listened to in a session: not in that of the services, which is the first.
#[cfg(any(windows, test))]
fn listens_in(session: Option<u32>) -> bool {
    session != Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logoff_of_a_user_ends_no_run_among_the_services() {
        for (session, listens) in [(Some(0), false), (Some(1), true), (Some(7), true), (None, true)] {
            assert_eq!(listens_in(session), listens, "{session:?}");
        }
        #[cfg(windows)]
        assert!(session().is_some());
    }
}
