//! Compressions of Windows that more than one format of evidence holds.

pub mod huffman;
pub mod xpress;

/// Copies what lies between `start` and `at` behind itself, again and again, up to `end`.
pub fn copy(bytes: &mut [u8], start: usize, at: usize, end: usize) {
    let mut at = at;
    while at < end && start < at {
        // What is there already repeats itself: it doubles with every round.
        let count = at.saturating_sub(start).min(end.saturating_sub(at));
        bytes.copy_within(start..start.saturating_add(count), at);
        at = at.saturating_add(count);
    }
}
