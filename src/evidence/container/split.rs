//! Split raw images: the bytes of a disk in files beside each other, `.001 .002 …`, `.000 .001 …` or `.aa .ab …`.
//!
//! What is missing between them is never closed up: it reads as zeros where the size of the others tells how long it was, and
//! else the set is refused. Any segment of a set stands for all of it.

use super::unread::zeros;
use super::{Format, Medium, Siblings, StoredDigests};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use crate::evidence::filesystem::signature;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Segments of one set: the letters of `.aaa` to `.zzz`.
const SEGMENTS: u32 = 17_576;
/// Bytes that are compared to tell whether two segments are the same.
const SAMPLE: usize = 4096;

/// How the names of a set count on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counting {
    /// Digits, so many with leading zeros.
    Digits(usize),
    /// Letters, so many; the first is `a` or `A`.
    Letters(usize, u8),
}

impl Counting {
    /// How an extension counts, and its number.
    fn of(extension: &str) -> Option<(Self, u32)> {
        let bytes = extension.as_bytes();
        if !(2..=5).contains(&bytes.len()) {
            return None;
        }
        if bytes.len() >= 3 && bytes.iter().all(u8::is_ascii_digit) {
            return Some((Self::Digits(bytes.len()), extension.parse().ok()?));
        }
        let first = [b'a', b'A']
            .into_iter()
            .find(|first| bytes.iter().all(|b| b.checked_sub(*first).is_some_and(|n| n < 26)))?;
        if bytes.len() > 3 {
            return None;
        }
        let digits = bytes.iter().map(|byte| u32::from(byte.saturating_sub(first)));
        Some((
            Self::Letters(bytes.len(), first),
            digits.fold(0, |sum, digit| sum.saturating_mul(26).saturating_add(digit)),
        ))
    }

    fn extension(self, number: u32) -> String {
        match self {
            Self::Digits(width) => format!("{number:0width$}"),
            Self::Letters(width, first) => {
                let mut letters = vec![first; width];
                let mut left = number;
                for letter in letters.iter_mut().rev() {
                    let digit = u8::try_from(left.checked_rem(26).unwrap_or(0)).unwrap_or(0);
                    *letter = letter.saturating_add(digit);
                    left = left.checked_div(26).unwrap_or(0);
                }
                letters.into_iter().map(char::from).collect()
            }
        }
    }
}

/// Opens a file, together with those that count on from its name; one that is alone is a raw image.
///
/// # Errors
/// A segment is missing, and nothing tells how long it was.
pub(super) fn open(source: Source, siblings: &dyn Siblings) -> Result<Medium, Cause> {
    let raw = |source| Medium { format: Format::Raw, source, stored: StoredDigests::default(), damage: Vec::new() };
    let Some((stem, counting, own)) = siblings.own_name().rsplit_once('.').and_then(|(stem, extension)| {
        let (counting, own) = Counting::of(extension)?;
        Some((stem, counting, own))
    }) else {
        return Ok(raw(source));
    };
    let mut present = BTreeMap::from([(own, ())]);
    for name in siblings.names() {
        let extension = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        if let Some((_, number)) =
            Counting::of(extension).filter(|(same, number)| *same == counting && *number < SEGMENTS)
        {
            present.insert(number, ());
        }
    }
    let first = if present.contains_key(&0) || matches!(counting, Counting::Letters(..)) { 0 } else { 1 };
    let last = present.last_key_value().map_or(first, |(last, ())| *last);
    let name_of = |number| format!("{stem}.{}", counting.extension(number));
    let mut parts: Vec<(String, Option<Source>)> = Vec::new();
    for number in first..=last {
        let name = name_of(number);
        let opened =
            if number == own { Some(source.clone()) } else { present.get(&number).and_then(|()| siblings.open(&name)) };
        parts.push((name, opened));
    }
    let here = parts.iter().filter(|(_, part)| part.is_some()).count();
    let gone = parts.len().saturating_sub(here);
    // A file of that name beside few others is more likely a file of its own than one of a set that is nearly all gone.
    if here < 2 || gone >= here {
        return Ok(raw(source));
    }
    if gone > 0 && !parts.iter().find_map(|(_, part)| part.as_ref()).is_some_and(looks_like_a_disk) {
        return Ok(raw(source));
    }
    join(parts)
}

/// Whether a disk or a volume begins here: files whose names end in numbers are mostly something else.
fn looks_like_a_disk(source: &Source) -> bool {
    let mut sector = [0u8; 512];
    let read = matches!(read_full(source, 0, &mut sector), Ok(512));
    (read && sector.ends_with(&[0x55, 0xaa])) || signature::probe(source).is_some()
}

fn join(parts: Vec<(String, Option<Source>)>) -> Result<Medium, Cause> {
    let mut sizes = parts.iter().filter_map(|(_, part)| part.as_ref().map(|part| part.len()));
    let size = sizes.next().unwrap_or(0);
    // The last one is as long as what was left.
    let (inner, last): (Vec<u64>, u64) = match sizes.collect::<Vec<u64>>().as_slice() {
        [inner @ .., last] => (inner.to_vec(), *last),
        [] => (Vec::new(), size),
    };
    let uniform = size > 0 && inner.iter().all(|one| *one == size) && last <= size;
    let mut damage = Vec::new();
    let mut joined = Joined { parts: Vec::new(), ends: Vec::new() };
    for (name, part) in parts {
        let start = joined.len();
        let length = match &part {
            Some(part) => part.len(),
            None if uniform => {
                damage.push(zeros(
                    start..start.saturating_add(size),
                    &format!("segment {name} of a split image is missing"),
                ));
                size
            }
            None => {
                let what =
                    format!("a split image whose segment {name} is missing, and whose others differ in size, not read");
                return Err(Cause::Unsupported(what));
            }
        };
        joined.parts.push(part);
        joined.ends.push(start.saturating_add(length));
    }
    damage.extend(joined.doubles());
    Ok(Medium { format: Format::SplitRaw, source: Arc::new(joined), stored: StoredDigests::default(), damage })
}

/// Parts one behind another; one that is not there reads as zeros.
struct Joined {
    parts: Vec<Option<Source>>,
    /// Where each part ends.
    ends: Vec<u64>,
}

impl Joined {
    fn start_of(&self, place: usize) -> u64 {
        place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0)
    }

    /// Neighbours that hold the same bytes: one may have been copied over the other.
    fn doubles(&self) -> Vec<Cause> {
        let sample = |place: usize| -> Option<[u8; SAMPLE]> {
            let part = self.parts.get(place)?.as_ref()?;
            let mut bytes = [0u8; SAMPLE];
            (read_full(part, 0, &mut bytes).ok()? == SAMPLE).then_some(bytes)
        };
        let mut doubles = Vec::new();
        let mut before = sample(0);
        for place in 1..self.parts.len() {
            let bytes = sample(place);
            let plain = bytes.is_some_and(|bytes| bytes.iter().all(|byte| Some(byte) == bytes.first()));
            if bytes.is_some() && bytes == before && !plain {
                let what = "a segment of a split image begins like the one before it, as if copied,".to_owned();
                doubles.push(Cause::Corrupt { what, offset: self.start_of(place) });
            }
            before = bytes;
        }
        doubles
    }
}

impl ReadAt for Joined {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0usize;
        while filled < buffer.len() {
            let at = offset.saturating_add(to_u64(filled));
            let place = self.ends.partition_point(|end| *end <= at);
            let (Some(end), Some(part)) = (self.ends.get(place), self.parts.get(place)) else { break };
            let rest = to_usize(end.saturating_sub(at));
            let Some(target) = buffer.get_mut(filled..) else { break };
            let wanted = rest.min(target.len());
            let Some(target) = target.get_mut(..wanted) else { break };
            let count = match part {
                Some(part) => part.read_at(at.saturating_sub(self.start_of(place)), target)?,
                None => {
                    target.fill(0);
                    wanted
                }
            };
            if count == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a segment became shorter"));
            }
            filled = filled.saturating_add(count);
        }
        Ok(filled)
    }

    fn len(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testfolder::{Folder, all, told};
    use super::*;

    /// Bytes that begin like a disk.
    fn disk(length: usize) -> Vec<u8> {
        let mut disk: Vec<u8> = (0..length).map(|at| (at / 7 + at * at) as u8).collect();
        disk[510..512].copy_from_slice(&[0x55, 0xaa]);
        disk
    }

    fn named(names: &[&str], disk: &[u8], size: usize) -> Folder {
        let parts: Vec<(&str, Vec<u8>)> = names.iter().copied().zip(disk.chunks(size).map(<[u8]>::to_vec)).collect();
        Folder::of(names[0], &parts)
    }

    #[test]
    fn sets_are_joined_whichever_is_named() {
        let disk = disk(3 * 8192 + 512);
        for names in [
            ["d.001", "d.002", "d.003", "d.004"],
            ["d.000", "d.001", "d.002", "d.003"],
            ["d.dd.aa", "d.dd.ab", "d.dd.ac", "d.dd.ad"],
            ["d.AAA", "d.AAB", "d.AAC", "d.AAD"],
            ["d.0001", "d.0002", "d.0003", "d.0004"],
        ] {
            let mut folder = named(&names, &disk, 8192);
            folder.files.insert("other.002".to_owned(), Some(vec![1; 100]));
            folder.files.insert("d.txt".to_owned(), Some(vec![1; 100]));
            for name in names {
                folder.own = name.to_owned();
                let medium = folder.open_own().unwrap();
                assert_eq!((medium.format, told(&medium)), (Format::SplitRaw, Vec::new()), "{name}");
                assert!(all(&medium) == disk, "{name}");
            }
        }
    }

    #[test]
    fn gaps_are_named_and_read_as_zeros() {
        let disk = disk(4 * 8192);
        let mut folder = named(&["d.001", "d.002", "d.003", "d.004"], &disk, 8192);
        // As a link would be: there, and not to be opened.
        *folder.files.get_mut("d.003").unwrap() = None;
        let medium = folder.open_own().unwrap();
        let mut expected = disk.clone();
        expected[2 * 8192..3 * 8192].fill(0);
        assert!(all(&medium) == expected);
        let says = "segment d.003 of a split image is missing: 8192 bytes read as zeros, at offset 16384";
        assert_eq!(told(&medium), [says]);
        folder.files.get_mut("d.002").unwrap().as_mut().unwrap().truncate(100);
        let error = folder.open_own().err().expect("is refused").to_string();
        assert!(error.contains("d.003") && error.contains("differ in size"), "{error}");
    }

    #[test]
    fn copies_are_told() {
        let mut folder = named(&["d.001", "d.002", "d.003"], &disk(3 * 8192), 8192);
        let second = folder.files["d.002"].clone();
        folder.files.insert("d.003".to_owned(), second);
        let medium = folder.open_own().unwrap();
        assert_eq!(
            told(&medium),
            ["a segment of a split image begins like the one before it, as if copied, at offset 16384"]
        );
    }

    #[test]
    fn what_is_alone_or_no_disk_stays_what_it_is() {
        let text = b"open 192.0.2.1\n".to_vec();
        let cases: [&[(&str, Vec<u8>)]; 6] = [
            &[("d.001", disk(8192))],
            &[("d.004", disk(8192)), ("d.001", disk(8192))],
            &[("log.001", text.clone()), ("log.003", text.clone()), ("log.004", text.clone())],
            &[("a.sh", text.clone()), ("a.aa", disk(512)), ("a.ab", disk(512))],
            &[("d", disk(8192))],
            &[("d.99999999999", text)],
        ];
        for files in cases {
            let folder = Folder::of(files[0].0, files);
            let medium = folder.open_own().unwrap();
            assert_eq!(medium.format, Format::Raw, "{}", files[0].0);
            assert!(all(&medium) == files[0].1);
        }
    }

    #[test]
    fn tiny_files_are_no_images() {
        for length in [0, 1, 511] {
            let folder = Folder::of("d.raw", &[("d.raw", vec![0x55; length])]);
            let source = folder.open("d.raw").unwrap();
            let limits = crate::base::limits::Limits::default();
            assert!(crate::evidence::open::open_image(source, &folder, &limits).is_none(), "{length}");
        }
    }
}
