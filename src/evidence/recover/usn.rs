//! The change journal of NTFS, `$Extend\$UsnJrnl:$J`: which files were made, renamed and deleted, and when.
//!
//! Source: Microsoft, "Change Journal Records" (`USN_RECORD_V2`, `USN_RECORD_V3` of winioctl.h). Records are aligned at 8
//! bytes and do not cross the border of a page of 4 KiB. What went out of the journal is a hole at its start, which grows
//! for ever: it is skipped by what is stored of the stream, not by reading. Version 4 tells ranges of bytes, not names.

use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};
use crate::base::time::Timestamp;
use crate::base::wide;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;
/// Records do not cross the border of such a page.
const PAGE: usize = 4096;
/// Bytes of a journal that are read: the last ones. Windows keeps 32 MiB unless told otherwise.
const MOST: u64 = 4 << 30;
/// Zeros after which nothing more is looked for, where it is not told how much is stored.
const GAP: u64 = 64 << 20;

/// A reference to a file: its record in the master file table, and how often that had been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Number of the record.
    pub record: u64,
    /// Its sequence.
    pub sequence: u16,
}

impl Reference {
    fn of(number: u64) -> Self {
        Self { record: number & 0xffff_ffff_ffff, sequence: u16::try_from(number >> 48).unwrap_or(0) }
    }
}

/// One record of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsnRecord<'a> {
    /// When it was written.
    pub time: Option<Timestamp>,
    /// What happened, `USN_REASON_*`; the reasons of a file add up until it is closed.
    pub reason: u32,
    /// The file.
    pub file: Reference,
    /// The directory that it was in.
    pub parent: Reference,
    /// Its number in the journal, which is the offset that it was written at.
    pub usn: u64,
    /// Where it was found in the stream.
    pub offset: u64,
    /// The name, UTF-16LE.
    name: &'a [u8],
}

impl UsnRecord<'_> {
    /// The name; lone surrogates are replaced.
    #[must_use]
    pub fn name(&self) -> String {
        wide::text(wide::units(self.name))
    }
}

/// What begins at an offset of a page.
enum Piece<'a> {
    /// A record, and its length in bytes.
    Record(UsnRecord<'a>, usize),
    /// A record of a version that holds no name, and its length in bytes.
    Other(usize),
    /// Eight zeros.
    Nothing,
    /// Something else.
    Damage,
}

fn piece(page: &[u8], at: usize, offset: u64) -> Piece<'_> {
    let rest = page.get(at..).unwrap_or_default();
    let fields = Fields(rest);
    let length = to_usize(fields.u32(0));
    if fields.u64(0) == 0 {
        return Piece::Nothing;
    }
    let (major, minor) = (fields.u16(4), fields.u16(6));
    let least = match major {
        2 => 60,
        3 => 76,
        4 => 56,
        _ => return Piece::Damage,
    };
    if minor != 0 || length < least || !length.is_multiple_of(8) || length > rest.len() {
        return Piece::Damage;
    }
    if major == 4 {
        return Piece::Other(length);
    }
    // Version 3 has references of 16 bytes; on NTFS the upper eight are zeros.
    let (parent, numbers, name) = if major == 2 { (16, 24, 56) } else { (24, 40, 72) };
    let add = |at: usize, by: usize| at.saturating_add(by);
    let size = usize::from(fields.u16(name));
    let start = usize::from(fields.u16(add(name, 2)));
    let whole = start >= least && start.saturating_add(size) <= length && size.is_multiple_of(2) && size > 0;
    if !whole {
        return Piece::Damage;
    }
    let record = UsnRecord {
        time: Timestamp::from_filetime(fields.u64(add(numbers, 8))),
        reason: fields.u32(add(numbers, 16)),
        file: Reference::of(fields.u64(8)),
        parent: Reference::of(fields.u64(parent)),
        usn: fields.u64(numbers),
        offset,
        name: fields.bytes(start, size),
    };
    Piece::Record(record, length)
}

/// A change journal.
pub struct Journal<'a> {
    stream: &'a dyn ReadAt,
    start: u64,
    capped: bool,
}

impl<'a> Journal<'a> {
    /// Opens the stream `$J`; `extents` is where the volume stores it, as a file system tells it, and may be empty.
    #[must_use]
    pub fn open(stream: &'a dyn ReadAt, extents: &[(u64, u64)]) -> Self {
        let length = stream.len();
        let stored = extents.iter().fold(0u64, |sum, (_, length)| sum.saturating_add(*length));
        // All but the hole at the start is stored.
        let start = if stored > 0 { length.saturating_sub(stored) } else { start_of_records(stream) };
        let capped = length.saturating_sub(start) > MOST;
        let start = start.max(length.saturating_sub(MOST));
        let page = to_u64(PAGE);
        Self { stream, start: start.saturating_sub(start.checked_rem(page).unwrap_or(0)), capped }
    }

    /// Visits the records in their order; says what is damaged.
    pub fn walk(&self, visit: &mut dyn FnMut(&UsnRecord<'_>) -> ControlFlow<()>) -> Vec<Cause> {
        let mut causes = Vec::new();
        if self.capped {
            causes.push(Cause::LimitReached { what: "bytes of a change journal: the last are read", limit: MOST });
        }
        let (mut damaged, mut first) = (0u64, None);
        let mut buffer = vec![0u8; CHUNK];
        let mut at = self.start;
        'stream: while at < self.stream.len() {
            let count = match read_full(self.stream, at, &mut buffer) {
                Ok(count) => count,
                Err(error) => {
                    causes.push(error.into());
                    break;
                }
            };
            if count == 0 {
                break;
            }
            let chunk = buffer.get(..count).unwrap_or_default();
            for (number, page) in (0u64..).zip(chunk.chunks(PAGE)) {
                let page_at = at.saturating_add(number.saturating_mul(to_u64(PAGE)));
                let mut inside = 0usize;
                while inside < page.len() {
                    let offset = page_at.saturating_add(to_u64(inside));
                    let step = match piece(page, inside, offset) {
                        Piece::Record(record, length) => {
                            if visit(&record).is_break() {
                                break 'stream;
                            }
                            length
                        }
                        Piece::Other(length) => length,
                        Piece::Nothing => zeros(page.get(inside..).unwrap_or_default()),
                        Piece::Damage => {
                            damaged = damaged.saturating_add(8);
                            first = first.or(Some(offset));
                            8
                        }
                    };
                    inside = inside.saturating_add(step.max(8));
                }
            }
            at = at.saturating_add(to_u64(count));
        }
        if let Some(offset) = first {
            causes.push(Cause::Corrupt { what: format!("{damaged} bytes of a change journal are no records"), offset });
        }
        causes
    }
}

/// How many bytes are zeros, in steps of eight.
fn zeros(bytes: &[u8]) -> usize {
    bytes.chunks(8).take_while(|chunk| chunk.iter().all(|byte| *byte == 0)).count().saturating_mul(8)
}

/// Where the records begin, told by zeros: from the end of the stream back to where nothing but zeros comes for long.
fn start_of_records(stream: &dyn ReadAt) -> u64 {
    let chunk = to_u64(CHUNK);
    let mut buffer = vec![0u8; CHUNK];
    let mut start = stream.len();
    let mut at = stream.len();
    while at > 0 && start.saturating_sub(at) < GAP && stream.len().saturating_sub(at) < MOST {
        let from = at.saturating_sub(chunk);
        let length = usize::try_from(at.saturating_sub(from)).unwrap_or(0);
        let Some(part) = buffer.get_mut(..length) else { break };
        let read = read_full(stream, from, part);
        if read.is_err() || part.iter().any(|byte| *byte != 0) {
            start = from;
        }
        at = from;
    }
    start
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happened {
    /// It was made.
    Created,
    /// It had this name until it was renamed or moved.
    RenamedFrom,
    /// It got this name.
    RenamedTo,
    /// It was deleted.
    Deleted,
}

impl Happened {
    /// The word of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::RenamedFrom => "renamed-from",
            Self::RenamedTo => "renamed-to",
            Self::Deleted => "deleted",
        }
    }

    /// The flags of `USN_REASON_FILE_CREATE`, `_RENAME_OLD_NAME`, `_RENAME_NEW_NAME` and `_FILE_DELETE`.
    const REASONS: [(u32, Self); 4] =
        [(0x100, Self::Created), (0x1000, Self::RenamedFrom), (0x2000, Self::RenamedTo), (0x200, Self::Deleted)];
}

/// `USN_REASON_CLOSE`: the reasons begin anew.
const CLOSE: u32 = 0x8000_0000;

/// Something that happened to a file of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsnEvent {
    /// When.
    pub time: Option<Timestamp>,
    /// What.
    pub happened: Happened,
    /// The file's name.
    pub name: String,
    /// The file.
    pub file: Reference,
    /// The directory that it was in.
    pub parent: Reference,
    /// Where the record lies in the journal.
    pub offset: u64,
}

/// Files of interest.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Names, in lower case.
    pub names: BTreeSet<String>,
    /// Files.
    pub files: BTreeSet<Reference>,
}

/// What happened to files that ever had one of the names, or are among the files: under their other names too. At most
/// `most` files and as many events are kept.
#[must_use]
pub fn names_of(journal: &Journal<'_>, wanted: &Wanted, most: usize) -> (Vec<UsnEvent>, Vec<Cause>) {
    let mut files = wanted.files.clone();
    let mut full = false;
    let mut causes = Vec::new();
    if !wanted.names.is_empty() {
        causes = journal.walk(&mut |record| {
            if record.reason & 0x3300 != 0 && wanted.names.contains(&record.name().to_lowercase()) {
                full |= files.len() >= most && !files.contains(&record.file);
                if !full {
                    files.insert(record.file);
                }
            }
            ControlFlow::Continue(())
        });
    }
    // The reasons of each file since it was last closed: each is told again until then.
    let mut reasons: BTreeMap<Reference, u32> = BTreeMap::new();
    let mut events = Vec::new();
    let again = journal.walk(&mut |record| {
        if !files.contains(&record.file) {
            return ControlFlow::Continue(());
        }
        let before = reasons.get(&record.file).copied().unwrap_or(0);
        for (_, happened) in Happened::REASONS.iter().filter(|(flag, _)| record.reason & !before & flag != 0) {
            if events.len() >= most {
                full = true;
                return ControlFlow::Break(());
            }
            events.push(UsnEvent {
                time: record.time,
                happened: *happened,
                name: record.name(),
                file: record.file,
                parent: record.parent,
                offset: record.offset,
            });
        }
        let since = if record.reason & CLOSE != 0 { 0 } else { record.reason };
        reasons.insert(record.file, since);
        ControlFlow::Continue(())
    });
    if wanted.names.is_empty() {
        causes = again;
    }
    if full {
        let limit = to_u64(most);
        causes.push(Cause::LimitReached { what: "files and events of a change journal", limit });
    }
    (events, causes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::random::Random;
    use std::io;

    /// 2021-03-04 05:06:07 UTC as FILETIME.
    const TIME: u64 = 132_593_079_670_000_000;

    fn record(version: u16, file: u64, second: u64, reason: u32, name: &str) -> Vec<u8> {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut bytes = vec![0u8; 4];
        bytes.extend_from_slice(&version.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        for reference in [file | 3 << 48, 6 | 5 << 48] {
            bytes.extend_from_slice(&reference.to_le_bytes());
            bytes.resize(bytes.len() + usize::from(version > 2) * 8, 0);
        }
        bytes.extend_from_slice(&77u64.to_le_bytes());
        if version == 4 {
            bytes.resize(64, 0);
        } else {
            bytes.extend_from_slice(&(TIME + second * 10_000_000).to_le_bytes());
            bytes.extend_from_slice(&reason.to_le_bytes());
            bytes.resize(bytes.len() + 12, 0);
            bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
            bytes.extend_from_slice(&(bytes.len() as u16 + 2).to_le_bytes());
            bytes.extend(name);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        let length = bytes.len() as u32;
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes
    }

    /// A script that is made under another name, renamed, and deleted, among others.
    pub(in crate::evidence::recover) fn journal() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (version, file, second, reason, name) in [
            (2, 40, 0, 0x100, "new.txt"),
            (2, 41, 0, 0x100, "other.dll"),
            (2, 40, 1, 0x102, "new.txt"),
            (4, 40, 1, 0, ""),
            (2, 40, 2, 0x8000_0102, "new.txt"),
            (3, 40, 3, 0x1000, "new.txt"),
            (3, 40, 3, 0x2000, "Cmds.TXT"),
            (3, 40, 3, 0x8000_2000, "Cmds.TXT"),
            (2, 41, 4, 0x8000_0200, "other.dll"),
            (2, 40, 9, 0x8000_0200, "Cmds.TXT"),
        ] {
            bytes.extend(record(version, file, second, reason, name));
        }
        bytes
    }

    fn told(bytes: &dyn ReadAt, extents: &[(u64, u64)], wanted: &Wanted, most: usize) -> (Vec<String>, String) {
        let (events, causes) = names_of(&Journal::open(bytes, extents), wanted, most);
        let events = events.iter().map(|event| {
            let time = event.time.map(|time| time.to_string()).unwrap_or_default();
            format!("{} {:?} {} {}", time.get(17..).unwrap_or_default(), event.happened, event.name, event.file.record)
        });
        (events.collect(), causes.iter().map(|cause| format!("{cause}\n")).collect())
    }

    fn names(names: &[&str]) -> Wanted {
        Wanted { names: names.iter().map(|name| (*name).to_owned()).collect(), files: BTreeSet::new() }
    }

    const STORY: [&str; 4] = [
        "07Z Created new.txt 40",
        "10Z RenamedFrom new.txt 40",
        "10Z RenamedTo Cmds.TXT 40",
        "16Z Deleted Cmds.TXT 40",
    ];

    #[test]
    fn files_are_followed_through_their_names() {
        let bytes = journal();
        let (events, causes) = told(&bytes, &[], &names(&["cmds.txt"]), 100);
        assert_eq!((events.as_slice(), causes.as_str()), (&STORY.map(str::to_owned)[..], ""));
        let files = BTreeSet::from([Reference { record: 41, sequence: 3 }]);
        let (events, _) = told(&bytes, &[], &Wanted { files, ..Wanted::default() }, 100);
        assert_eq!(events, ["07Z Created other.dll 41", "11Z Deleted other.dll 41"]);
        let (events, causes) = told(&bytes, &[], &names(&["cmds.txt"]), 2);
        assert_eq!(events.len(), 2);
        assert!(causes.contains("limit reached: files and events"), "{causes}");
    }

    /// Zeros for so long, then bytes.
    struct Sparse(u64, Vec<u8>);

    impl ReadAt for Sparse {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(inside) = offset.checked_sub(self.0) else {
                let zeros = buffer.len().min(to_usize(self.0 - offset));
                buffer[..zeros].fill(0);
                return Ok(zeros);
            };
            self.1.read_at(inside, buffer)
        }

        fn len(&self) -> u64 {
            self.0 + self.1.len() as u64
        }
    }

    #[test]
    fn holes_are_not_read() {
        let mut bytes = journal();
        bytes.resize(bytes.len().next_multiple_of(PAGE) * 2, 0);
        bytes.extend(record(2, 42, 0, 0x100, "last"));
        let stored = (bytes.len() as u64).next_multiple_of(PAGE as u64);
        for hole in [0, 4096, 1 << 20, 8 << 40] {
            let sparse = Sparse(hole, bytes.clone());
            for extents in [&[][..], &[(1 << 20, stored - 4096), (0, 4096)][..]] {
                let (events, causes) = told(&sparse, extents, &names(&["cmds.txt", "last"]), 100);
                assert_eq!((events.len(), causes.as_str()), (5, ""), "{hole}");
            }
        }
        let huge = Sparse(8 << 40, Vec::new());
        let capped = Journal::open(&huge, &[(0, 8 << 40)]);
        assert_eq!((capped.capped, capped.start), (true, (8 << 40) - MOST));
    }

    #[test]
    fn damage_is_skipped_in_steps_of_eight() {
        let first = record(2, 41, 0, 0x100, "other.dll").len();
        let cases: [(usize, &[u8]); 8] = [
            (0, &[0xff, 0xff, 0xff, 0xff]),
            (0, &[0x41]),
            (0, &[8, 0, 0, 0]),
            (4, &[9, 0]),
            (6, &[1, 0]),
            (56, &[0xff, 0xff]),
            (56, &[3, 0]),
            (58, &[8, 0]),
        ];
        for (at, lie) in cases {
            let mut bytes = record(2, 41, 0, 0x100, "other.dll");
            bytes[at..at + lie.len()].copy_from_slice(lie);
            bytes.extend(journal());
            let (events, causes) = told(&bytes, &[], &names(&["cmds.txt"]), 100);
            assert_eq!(events, STORY, "{at} {lie:?}");
            assert!(causes.contains("bytes of a change journal are no records at offset 0"), "{causes}");
            assert!(bytes.len() > first);
        }
    }

    #[test]
    fn mutants_do_no_harm() {
        let mut written = journal();
        written.resize(PAGE - 40, 0);
        written.extend(journal());
        let mut numbers = Random::new(0x9e37_79b9_7f4a_7c15);
        for _ in 0..3000 {
            let mut mutant = written.clone();
            for _ in 0..4 {
                let random = numbers.number();
                let place = (random >> 32) as usize % mutant.len();
                mutant[place] = random as u8;
            }
            let (events, _) = told(&mutant, &[], &names(&["cmds.txt", "new.txt"]), 9);
            assert!(events.len() <= 9);
        }
    }
}
