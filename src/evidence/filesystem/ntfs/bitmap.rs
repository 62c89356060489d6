//! `$Bitmap`: which clusters belong to files.

use super::runs::Run;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::to_u64;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Bytes of the bitmap that are held at a time.
const WINDOW: usize = 64 << 10;

/// Clusters of one window.
const WINDOW_CLUSTERS: u64 = 64 * 1024 * 8;

/// Ranges of free space that are told one by one; what lies behind the last of them is told as one.
const RANGES: usize = 4_000_000;

/// The bitmap of a volume.
pub(super) struct Bitmap {
    content: Box<dyn ReadAt>,
    clusters: u64,
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    number: Option<u64>,
    bytes: Vec<u8>,
}

impl Bitmap {
    /// Of a volume of so many clusters.
    pub(super) fn new(content: Box<dyn ReadAt>, clusters: u64) -> Self {
        let clusters = clusters.min(content.len().saturating_mul(8));
        Self { content, clusters, window: Mutex::default() }
    }

    /// The pieces of a range of clusters, in order, and whether each is free, until the visitor says no. Clusters that the
    /// bitmap does not tell of are not free.
    pub(super) fn pieces(&self, range: Range<u64>, visit: &mut dyn FnMut(Range<u64>, bool) -> bool) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let told = range.start.min(self.clusters)..range.end.min(self.clusters);
        let mut piece: Option<(Range<u64>, bool)> = None;
        let mut at = told.start;
        while at < told.end {
            let (number, inside) = (at / WINDOW_CLUSTERS, at % WINDOW_CLUSTERS);
            self.load(&mut window, number);
            let byte = usize::try_from(inside / 8).ok().and_then(|byte| window.bytes.get(byte..)).unwrap_or_default();
            let (step, free) = match (inside % 8, byte) {
                (0, [first, ..]) if matches!(first, 0 | 0xff) => {
                    let same = byte.iter().take_while(|byte| *byte == first).count();
                    (to_u64(same).saturating_mul(8), *first == 0)
                }
                (bit, [first, ..]) => (1, first & (1u8 << bit) == 0),
                (_, []) => (WINDOW_CLUSTERS.saturating_sub(inside), false),
            };
            let end = at.saturating_add(step).min(told.end);
            match &mut piece {
                Some((range, was)) if *was == free => range.end = end,
                other => {
                    if let Some((range, was)) = other.take()
                        && !visit(range, was)
                    {
                        return;
                    }
                    *other = Some((at..end, free));
                }
            }
            at = end;
        }
        if let Some((range, free)) = piece
            && !visit(range, free)
        {
            return;
        }
        if told.end < range.end {
            visit(told.end.max(range.start)..range.end, false);
        }
    }

    /// Loads a window; what cannot be read is empty.
    fn load(&self, window: &mut Window, number: u64) {
        if window.number == Some(number) {
            return;
        }
        window.number = Some(number);
        window.bytes.resize(WINDOW, 0);
        let offset = number.saturating_mul(WINDOW_CLUSTERS / 8);
        let count = read_full(&self.content, offset, &mut window.bytes).unwrap_or(0);
        window.bytes.truncate(count);
    }

    /// The free ones of the clusters that a run maps: runs with holes in place of clusters that are not free.
    pub(super) fn free_parts(&self, run: &Run) -> Vec<Run> {
        let Some(start) = run.start else { return vec![*run] };
        let mut parts = Vec::new();
        self.pieces(start..start.saturating_add(run.length), &mut |piece, free| {
            let first = run.first.saturating_add(piece.start.saturating_sub(start));
            let length = piece.end.saturating_sub(piece.start);
            parts.push(Run { first, length, start: free.then_some(piece.start) });
            parts.len() < RANGES
        });
        parts
    }

    /// All free space, in clusters.
    pub(super) fn free(&self) -> Vec<Range<u64>> {
        let mut free = Vec::new();
        let clusters = self.clusters;
        self.pieces(0..clusters, &mut |piece, is_free| {
            if is_free {
                let last = free.len().saturating_add(1) >= RANGES;
                free.push(piece.start..if last { clusters } else { piece.end });
                return !last;
            }
            true
        });
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(bytes: Vec<u8>, clusters: u64) -> Bitmap {
        Bitmap::new(Box::new(bytes), clusters)
    }

    #[test]
    fn free_space_is_told_in_ranges() {
        assert_eq!(bitmap(vec![0xff, 0x0f, 0, 0, 0x80, 0], 44), bitmap_free(&[12..39, 40..44]));
        assert_eq!(bitmap(vec![0; 2], 99), Free(std::iter::once(0..16).collect()));
        assert_eq!(bitmap(vec![0xff; 2], 99), bitmap_free(&[]));
        let mut large = vec![0xff; 200_000];
        large[65_535..65_538].fill(0);
        large[65_538] = 0xfe;
        assert_eq!(bitmap(large, 1_600_000), Free(std::iter::once(65_535 * 8..65_538 * 8 + 1).collect()));
    }

    #[derive(Debug, PartialEq)]
    struct Free(Vec<Range<u64>>);

    fn bitmap_free(ranges: &[Range<u64>]) -> Free {
        Free(ranges.to_vec())
    }

    impl PartialEq<Free> for Bitmap {
        fn eq(&self, other: &Free) -> bool {
            self.free() == other.0
        }
    }

    impl std::fmt::Debug for Bitmap {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(formatter, "{:?}", self.free())
        }
    }

    #[test]
    fn runs_lose_what_is_not_free() {
        let bitmap = bitmap(vec![0b0001_1000, 0], 16);
        let run = |first, length, start| Run { first, length, start };
        let parts = bitmap.free_parts(&run(10, 20, Some(2)));
        assert_eq!(parts, [run(10, 1, Some(2)), run(11, 2, None), run(13, 11, Some(5)), run(24, 6, None)]);
        assert_eq!(bitmap.free_parts(&run(0, 3, None)), [run(0, 3, None)]);
        assert_eq!(bitmap.free_parts(&run(0, 3, Some(99))), [run(0, 3, None)]);
    }
}
