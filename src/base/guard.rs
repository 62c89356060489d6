//! A wall around foreign parsers: a panic inside costs one file, is told as an error, and shows nothing on the terminal.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Runs `work`; a panic in it becomes `None`.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    DEPTH.with(|depth| depth.set(depth.get().saturating_add(1)));
    let result = catch_unwind(AssertUnwindSafe(work));
    DEPTH.with(|depth| depth.set(depth.get().saturating_sub(1)));
    result.ok()
}

/// Whether this thread is inside such a wall, so that a panic hook should stay silent.
#[must_use]
pub fn is_guarded() -> bool {
    DEPTH.with(|depth| depth.get() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_nothing() {
        assert_eq!(guarded(|| 7), Some(7));
        assert!(!is_guarded());
        let inside = guarded(|| {
            assert!(is_guarded());
            if is_guarded() {
                panic!("on purpose, to be caught");
            }
            7
        });
        assert_eq!(inside, None);
        assert!(!is_guarded());
    }
}
