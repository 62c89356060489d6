//! File names that are looked for in a million command lines: what cannot hold one is told without taking it apart.

use super::paths;
use crate::script::local_path;
use std::collections::HashSet;

/// Names that say nothing alone: every host has thousands of them.
const SHORTEST: usize = 3;
/// Bits of a filter.
const BITS: u32 = 18;

/// Names of files, in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    known: HashSet<String>,
    /// The last dot of the names that have one, with a letter before it and two after.
    dots: Filter,
    /// The first three bytes of the other names.
    starts: Filter,
}

impl Names {
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Takes the name of a file, without its stream.
    pub(super) fn add(&mut self, path: &str) {
        let name = local_path::file_name(path).to_lowercase();
        let name = name.split(':').next().unwrap_or_default();
        if name.len() < SHORTEST || name.contains(['*', '?']) || !self.known.insert(name.to_owned()) {
            return;
        }
        let bytes = name.as_bytes();
        let dot = memchr::memrchr(b'.', bytes).and_then(|at| around(bytes, at));
        match dot {
            Some(dot) if dot.is_ascii() => self.dots.add(key(&dot)),
            _ => self.starts.add(key(bytes.get(..SHORTEST).unwrap_or_default())),
        }
    }

    /// Whether a path ends in one of the names.
    pub(super) fn has(&self, path: &str) -> bool {
        let name = local_path::file_name(path);
        self.may_be_in(name) && {
            let name = name.to_lowercase();
            self.known.contains(name.split(':').next().unwrap_or_default())
        }
    }

    /// Whether a command line or another text names one.
    pub(super) fn are_in(&self, line: &str) -> bool {
        self.may_be_in(line) && paths::words(line).any(|word| self.has(word))
    }

    /// Whether one of the names could be a part of the text. Case is folded for ASCII alone, and some letters beyond fold
    /// into it: what has any is taken apart.
    fn may_be_in(&self, text: &str) -> bool {
        if self.known.is_empty() {
            return false;
        }
        let bytes = text.as_bytes();
        let by_dot =
            || memchr::memchr_iter(b'.', bytes).filter_map(|at| around(bytes, at)).any(|dot| self.dots.has(key(&dot)));
        !self.dots.is_empty() && by_dot()
            || !self.starts.is_empty() && bytes.windows(SHORTEST).any(|start| self.starts.has(key(start)))
            || !text.is_ascii()
    }
}

/// A dot with a letter before it and two after.
fn around(bytes: &[u8], dot: usize) -> Option<[u8; 4]> {
    let start = dot.checked_sub(1)?;
    bytes.get(start..).and_then(<[u8]>::first_chunk).copied()
}

/// A number for some letters, whatever their case.
fn key(letters: &[u8]) -> u32 {
    let number = letters.iter().fold(0u32, |sum, letter| sum << 8 | u32::from(letter.to_ascii_lowercase()));
    number.wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS)
}

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
struct Filter(Vec<u64>);

impl Filter {
    fn place(number: u32) -> (usize, u64) {
        (usize::try_from(number / u64::BITS).unwrap_or(0), 1 << (number % u64::BITS))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, number: u32) {
        self.0.resize(1 << (BITS - 6), 0);
        let (at, bit) = Self::place(number);
        if let Some(word) = self.0.get_mut(at) {
            *word |= bit;
        }
    }

    fn has(&self, number: u32) -> bool {
        let (at, bit) = Self::place(number);
        self.0.get(at).is_some_and(|word| word & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_a_word_may_stand() {
        let mut names = Names::default();
        for name in ["C:\\x\\Run.BAT", "tool", "a.c", "é.TXT", "naïve.é", "x.tar.gz:stream", "ab", "*.txt"] {
            names.add(name);
        }
        let lines = [
            ("cmd /c run.bat", true),
            ("cmd /c \"C:\\a b\\RUN.bat\" x", true),
            ("start /b run.bat&del q", true),
            ("ftp -s:C:\\x\\run.bat", true),
            ("rerun.bat", false),
            ("run.bat.old", false),
            ("./TOOL --x", true),
            ("toolbox", false),
            ("cc A.C", true),
            ("type É.txt", true),
            ("type NAÏVE.É", true),
            ("tar xf x.TAR.gz", true),
            ("ab", false),
            ("ftp.txt", false),
            ("", false),
        ];
        for (line, found) in lines {
            assert_eq!(names.are_in(line), found, "{line}");
        }
        // A letter beyond ASCII that is folded into it.
        let mut kelvin = Names::default();
        kelvin.add("work.bak");
        assert!(kelvin.has("WOR\u{212a}.BA\u{212a}"));
        assert!(!Names::default().are_in("work.bak"));
    }
}
