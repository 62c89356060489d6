//! Carving: finds pieces of text that speak of FTP in space that belongs to no file, by their bytes alone.
//!
//! A fast search for a few words, as ASCII and as UTF-16LE, rejects nearly everything. Around each hit the text is taken as
//! far as it is text, and kept if the prefilter of whole files would keep it.

use super::bounds::Stop;
use super::prefilter::{self, Prefilter};
use super::progress::Progress;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use crate::base::text::{self, Encoding};
use aho_corasick::packed::Searcher;
use std::ops::Range;
use std::time::Duration;

/// Bytes searched at a time.
const BLOCK: usize = 1 << 20;
/// Bytes of a block that are searched again with the next: the longest word, as UTF-16.
const OVERLAP: usize = 16;
/// Bytes of text taken before and after a hit.
const BEFORE: u64 = 16 << 10;
const AFTER: u64 = 48 << 10;
/// Shorter pieces tell nothing.
const SHORTEST: usize = 12;

/// What is looked for. Scripts are typed in small letters or, by old hands, in capitals.
const WORDS: [&[u8]; 20] = [
    b"open",
    b"OPEN",
    b"Open",
    b"ftp",
    b"FTP",
    b"Ftp",
    b"\nget ",
    b"\nput ",
    b"\nmget",
    b"\nmput",
    b"\nGET ",
    b"\nPUT ",
    b"\nsend",
    b"\nrecv",
    b"o\0p\0e\0n",
    b"O\0P\0E\0N",
    b"f\0t\0p\0",
    b"F\0T\0P\0",
    b"\n\0g\0e\0t\0",
    b"\n\0p\0u\0t\0",
];

/// What carving one space brings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Carved {
    /// Where the pieces lie in the space, in order and apart.
    pub(super) fragments: Vec<Range<u64>>,
    /// Whether there were more than the limit.
    pub(super) cut: bool,
    /// Bytes that could not be read, and what the system said of the first.
    pub(super) unreadable: Option<(u64, String)>,
    /// Why it ended early, and the bytes that were not searched.
    pub(super) left: Option<(Stop, u64)>,
}

/// Searches the ranges of a space, until so much time of the run has passed.
pub(super) fn carve(
    space: &dyn ReadAt,
    ranges: &[Range<u64>],
    limits: &Limits,
    (progress, until): (&Progress, Option<Duration>),
) -> Carved {
    let mut search = Search {
        words: Searcher::new(WORDS),
        prefilter: Prefilter::new(),
        block: AlignedBuffer::new(BLOCK),
        around: vec![0u8; usize::try_from(BEFORE.saturating_add(AFTER)).unwrap_or(0)],
        lower: Vec::new(),
        carved: Carved::default(),
        most: limits.carved_fragments,
    };
    for range in ranges {
        let searched = search.range(space, range, (progress, until));
        if let Some((_, left)) = &mut search.carved.left {
            *left = left.saturating_add(range.end.saturating_sub(searched));
        }
    }
    search.carved
}

struct Search {
    words: Option<Searcher>,
    prefilter: Prefilter,
    block: AlignedBuffer,
    around: Vec<u8>,
    lower: Vec<u8>,
    carved: Carved,
    most: usize,
}

impl Search {
    /// Searches a range, and says how far it came.
    fn range(
        &mut self,
        space: &dyn ReadAt,
        range: &Range<u64>,
        (progress, until): (&Progress, Option<Duration>),
    ) -> u64 {
        // Text before here has been looked at, kept or not.
        let mut seen = range.start;
        let mut offset = range.start;
        while offset < range.end && !self.carved.cut {
            if self.carved.left.is_none() {
                self.carved.left = progress.must_end_by(until).map(|stop| (stop, 0));
            }
            if self.carved.left.is_some() {
                break;
            }
            let wanted = usize::try_from(range.end.saturating_sub(offset)).unwrap_or(BLOCK).min(BLOCK);
            let count = match read_full(space, offset, self.block.space().get_mut(..wanted).unwrap_or_default()) {
                Ok(count) => count,
                Err(error) => {
                    let skipped = to_u64(wanted);
                    let (bytes, _) = self.carved.unreadable.get_or_insert_with(|| (0, error.to_string()));
                    *bytes = bytes.saturating_add(skipped);
                    offset = offset.saturating_add(skipped);
                    continue;
                }
            };
            Progress::add(&progress.bytes, to_u64(count));
            let mut from = 0usize;
            while let Some(at) = self.hit(count, from) {
                from = at.saturating_add(1);
                let place = offset.saturating_add(to_u64(at));
                if place < seen || !self.is_text_around(count, at) {
                    continue;
                }
                seen = self.take(space, range, place);
                let ahead = to_usize(seen.saturating_sub(offset));
                from = from.max(ahead);
            }
            if count < wanted {
                break;
            }
            let step = if wanted < BLOCK { wanted } else { count.saturating_sub(OVERLAP) };
            offset = offset.saturating_add(to_u64(step.max(1)));
            progress.bounds.rest();
        }
        offset
    }

    fn hit(&self, count: usize, from: usize) -> Option<usize> {
        let block = self.block.filled(count);
        let span = aho_corasick::Span { start: from.min(block.len()), end: block.len() };
        match &self.words {
            Some(words) => words.find_in(block, span).map(|found| found.start()),
            // Where the processor offers no fast search, a slower one finds the same.
            None => {
                let rest = block.get(from..)?;
                let first = WORDS.iter().filter_map(|word| memchr::memmem::find(rest, word)).min()?;
                Some(from.saturating_add(first))
            }
        }
    }

    /// Whether what stands around a hit looks like text at all: most hits in binaries are done with here.
    fn is_text_around(&self, count: usize, at: usize) -> bool {
        let block = self.block.filled(count);
        let around = block.get(at.saturating_sub(4)..block.len().min(at.saturating_add(SHORTEST))).unwrap_or_default();
        let plain = around.iter().filter(|byte| is_text(**byte)).count();
        // Of UTF-16 every other byte is zero.
        plain.saturating_mul(2).saturating_add(4) >= around.len()
    }

    /// Takes the text around a hit, keeps it if it may be a script, and says how far the text goes.
    fn take(&mut self, space: &dyn ReadAt, range: &Range<u64>, place: u64) -> u64 {
        let begin = place.saturating_sub(BEFORE).max(range.start);
        let end = place.saturating_add(AFTER).min(range.end);
        let length = usize::try_from(end.saturating_sub(begin)).unwrap_or(0);
        let Ok(count) = read_full(space, begin, self.around.get_mut(..length).unwrap_or_default()) else {
            return place.saturating_add(1);
        };
        let around = self.around.get(..count).unwrap_or_default();
        let hit = usize::try_from(place.saturating_sub(begin)).unwrap_or(0);
        let wide = around.get(hit..).is_some_and(|rest| rest.get(1) == Some(&0) && rest.get(3) == Some(&0));
        let (from, to) = if wide { wide_run(around, hit) } else { run(around, hit) };
        let piece = around.get(from..to).unwrap_or_default();
        let encoding = if wide { Encoding::Utf16Le } else { Encoding::Utf8 };
        let at = |position: usize| begin.saturating_add(to_u64(position));
        let after = at(to).max(place.saturating_add(1));
        if piece.len() < SHORTEST || !self.keeps(from, to, encoding) {
            return after;
        }
        let fragment = at(from)..at(to);
        let known = self.carved.fragments.last().is_some_and(|last| last.end > fragment.start);
        if known {
            return after;
        }
        if self.carved.fragments.len() >= self.most {
            self.carved.cut = true;
        } else {
            self.carved.fragments.push(fragment);
        }
        after
    }

    fn keeps(&mut self, from: usize, to: usize, encoding: Encoding) -> bool {
        let piece = self.around.get(from..to).unwrap_or_default();
        self.lower.clear();
        text::extend_lowercase(&mut self.lower, piece, encoding);
        prefilter::begins_like_script(&self.lower) || self.prefilter.holds_sign(&self.lower, None)
    }
}

/// Bytes of text in an encoding of one byte a character, letters of other languages among them.
fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..)
}

/// The run of text around a place. Letters beyond ASCII belong to it, but not many in a row: those are no words.
fn run(bytes: &[u8], at: usize) -> (usize, usize) {
    let (before, after) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let from = at.saturating_sub(text_length(before.iter().rev()));
    (from, at.saturating_add(text_length(after.iter())))
}

fn text_length<'b>(bytes: impl Iterator<Item = &'b u8>) -> usize {
    /// Letters beyond ASCII in a row.
    const FOREIGN: usize = 24;
    let mut foreign = 0usize;
    let mut length = 0usize;
    for byte in bytes.take_while(|byte| is_text(**byte)) {
        foreign = if byte.is_ascii() { 0 } else { foreign.saturating_add(1) };
        length = length.saturating_add(1);
        if foreign > FOREIGN {
            return length.saturating_sub(foreign);
        }
    }
    length.saturating_sub(foreign)
}

/// The run of UTF-16LE text of the first 256 characters around a place.
fn wide_run(bytes: &[u8], at: usize) -> (usize, usize) {
    let is_wide = |pair: &[u8]| matches!(pair, [low, 0] if is_text(*low));
    let (before, after) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    let back = before.rchunks_exact(2).take_while(|pair| is_wide(pair)).count().saturating_mul(2);
    let on = after.chunks_exact(2).take_while(|pair| is_wide(pair)).count().saturating_mul(2);
    (at.saturating_sub(back), at.saturating_add(on))
}

#[cfg(test)]
mod tests {
    use super::super::bounds::{Bounds, Budget};
    use super::*;
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn carved(space: &[u8], ranges: &[Range<u64>], limits: &Limits) -> (Vec<String>, bool) {
        let carved = carve(&space.to_vec(), ranges, limits, (&Progress::default(), None));
        let piece = |range: &Range<u64>| {
            let bytes = &space[range.start as usize..range.end as usize];
            format!("{}: {}", range.start, String::from_utf8_lossy(bytes).replace('\0', ""))
        };
        (carved.fragments.iter().map(piece).collect(), carved.cut)
    }

    fn whole(space: &[u8]) -> Vec<String> {
        carved(space, &[0..space.len() as u64], &Limits::default()).0
    }

    /// Bytes that are no text and hold no word.
    fn noise(length: usize) -> Vec<u8> {
        (0..length).map(|at| [0u8, 1, 0x90, 7][at % 4]).collect()
    }

    fn among(pieces: &[&[u8]], between: usize) -> Vec<u8> {
        let mut space = noise(between);
        for piece in pieces {
            space.extend_from_slice(piece);
            space.extend(noise(between));
        }
        space
    }

    #[test]
    fn scripts_are_found_with_their_offsets() {
        let wide: Vec<u8> = "open 192.0.2.9\r\nbob\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let space =
            among(&[b"open 192.0.2.1\r\nbob\r\npw\r\nget a.exe\r\nbye\r\n", &wide, b"OPEN 192.0.2.3\nGET B\n"], 999);
        let found = whole(&space);
        assert_eq!(
            found,
            [
                "999: open 192.0.2.1\r\nbob\r\npw\r\nget a.exe\r\nbye\r\n",
                "2039: open 192.0.2.9\r\nbob\r\n",
                "3080: OPEN 192.0.2.3\nGET B\n"
            ]
        );
    }

    #[test]
    fn what_lies_across_blocks_is_found_once() {
        for lead in [BLOCK - 3, BLOCK - OVERLAP, BLOCK - OVERLAP - 20, BLOCK] {
            let mut space = vec![0u8; lead];
            space.extend_from_slice(b"open 192.0.2.1\nbob\npw\nput x\nbye\n");
            space.extend(vec![0u8; 100]);
            assert_eq!(whole(&space).len(), 1, "{lead}");
        }
    }

    #[test]
    fn only_the_ranges_are_searched() {
        let space = among(&[b"open 192.0.2.1\nbye\n", b"open 192.0.2.2\nbye\n"], 64);
        let second = space.len() as u64 - 64 - 19;
        let (found, _) = carved(&space, &[0..32, second..space.len() as u64], &Limits::default());
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("192.0.2.2"));
    }

    #[test]
    fn binaries_and_prose_bring_nothing() {
        let prose = b"A sentence that wants to open a door, and to get a cup and put it back. It opens well.".repeat(9);
        assert_eq!(whole(&among(&[&prose, b"fopen\0open\0ftp\0", b"Open File\0"], 40)), Vec::<String>::new());
    }

    #[test]
    fn the_limit_is_said() {
        let script: &[u8] = b"open 192.0.2.1\nbye\n";
        let limits = Limits { carved_fragments: 2, ..Limits::default() };
        let space = among(&[script; 5], 50);
        let (found, cut) = carved(&space, &[0..space.len() as u64], &limits);
        assert_eq!((found.len(), cut), (2, true));
    }

    /// A disk with a bad sector, and a clock that goes on with each read.
    struct Worn {
        bytes: Vec<u8>,
        bad: Range<u64>,
        reads: Arc<AtomicU64>,
    }

    impl ReadAt for Worn {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            if offset < self.bad.end && offset + buffer.len() as u64 > self.bad.start {
                return Err(io::Error::other("a bad sector"));
            }
            self.bytes.read_at(offset, buffer)
        }

        fn len(&self) -> u64 {
            self.bytes.len() as u64
        }
    }

    /// Four blocks; the third and the last hold a script.
    fn worn(bad: Range<u64>) -> Worn {
        let mut bytes = vec![0u8; 4 * BLOCK];
        for block in [2, 3] {
            let at = block * BLOCK + BLOCK / 2;
            bytes[at..at + 19].copy_from_slice(b"open 192.0.2.1\nbye\n");
        }
        Worn { bytes, bad, reads: Arc::default() }
    }

    #[test]
    fn a_bad_sector_costs_its_block() {
        let space = worn(600..1112);
        let carved = carve(&space, &[0..space.len()], &Limits::default(), (&Progress::default(), None));
        assert_eq!(carved.fragments.len(), 2);
        assert_eq!(carved.unreadable, Some((BLOCK as u64, "a bad sector".to_owned())));
        assert_eq!(carved.left, None);
    }

    #[test]
    fn out_of_time_it_ends_and_says_what_is_left() {
        let space = worn(0..0);
        let reads = Arc::clone(&space.reads);
        let clock = move || Duration::from_secs(reads.load(Ordering::Relaxed));
        let progress =
            Progress::within(Bounds { time: Some(Budget::by(Duration::from_secs(100), clock)), ..Bounds::default() });
        // The first three blocks, and the text that is taken of the third.
        let ranges = [0..3 * BLOCK as u64, 3 * BLOCK as u64..space.len()];
        let carved = carve(&space, &ranges, &Limits::default(), (&progress, Some(Duration::from_secs(4))));
        assert_eq!(carved.fragments.len(), 1);
        let (stop, left) = carved.left.expect("ends early");
        assert_eq!(stop, Stop::OutOfTime);
        assert!(left >= BLOCK as u64 && left < 2 * BLOCK as u64, "{left}");
        assert_eq!(progress.ended(), Some(Stop::OutOfTime));
    }
}
