//! Blocks of directories: the entries, and those that were deleted and still lie between them. Source: Linux kernel,
//! `Documentation/filesystems/ext4/directory.rst`; index blocks are read as the old kernels read them, for which they are
//! made to look empty.

use super::damage::Damage;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use std::ops::Range;

/// Bytes of an entry before its name.
const HEADER: usize = 8;

/// The type that marks the checksum at the end of a block (`EXT4_FT_DIR_CSUM`).
const CHECKSUM: u8 = 0xde;

/// How the entries of one directory are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Whether entries tell the type of what they name (`filetype`); else the length of a name has two bytes.
    pub has_types: bool,
    /// Bytes of a hash after each name.
    pub hash: usize,
    /// Whether there are index blocks.
    pub indexed: bool,
    /// Whether deleted entries are looked for; other things may lie between entries (`dirdata`).
    pub deleted: bool,
    /// The last inode that there can be.
    pub last_inode: u32,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its inode; zero where a deleted one has lost it.
    pub inode: u32,
    /// The type that it tells: 1 file, 2 directory, 3 and 4 devices, 5 pipe, 6 socket, 7 symbolic link.
    pub kind: u8,
    /// Where it stands, in bytes of the volume.
    pub offset: u64,
    name: Range<usize>,
}

/// The entries of a directory, `.` and `..` aside.
#[derive(Debug, Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    /// Those that are there.
    pub live: Vec<Named>,
    /// Those that were deleted.
    pub deleted: Vec<Named>,
    /// What is wrong, the first of it.
    pub damage: Option<Damage>,
    /// The inodes that `.` and `..` name.
    pub itself: Option<u32>,
    /// As above.
    pub parent: Option<u32>,
}

/// An entry as it stands in a block.
#[derive(Debug, Clone, Copy)]
struct Raw<'b> {
    offset: u64,
    inode: u32,
    length: usize,
    kind: u8,
    name: &'b [u8],
}

impl Listing {
    /// Forgets all entries and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.live.clear();
        self.deleted.clear();
        (self.damage, self.itself, self.parent) = (None, None, None);
    }

    /// The name of an entry.
    pub(super) fn name(&self, entry: &Named) -> &[u8] {
        self.names.get(entry.name.clone()).unwrap_or_default()
    }

    /// Reads the entries of one block, which lies at `offset`.
    pub(super) fn block(&mut self, block: &[u8], form: Form, offset: u64) {
        let mut at = 0usize;
        while at.saturating_add(HEADER) <= block.len() {
            let place = offset.saturating_add(to_u64(at));
            let Some(raw) = Raw::read(block, at..block.len(), form, offset) else {
                self.damage.get_or_insert_with(|| Damage::new("an entry of a directory with a wrong length", place));
                let Some(next) = resume(block, at, form) else { return };
                at = next;
                continue;
            };
            let end = at.saturating_add(raw.length);
            let used = if raw.kind == CHECKSUM && raw.inode == 0 {
                end
            } else {
                let index = if form.indexed { index_length(block, at, raw) } else { 0 };
                at.saturating_add(raw.least(form)).saturating_add(index)
            };
            if raw.inode != 0 {
                self.add(raw);
            } else if form.deleted && raw.is_plausible(form) {
                self.add_deleted(raw);
            }
            if form.deleted {
                self.between(block, used..end, form, offset);
            }
            at = end;
        }
    }

    /// Deleted entries in the room between two entries: the one before was made longer to hide them.
    fn between(&mut self, block: &[u8], room: Range<usize>, form: Form, offset: u64) {
        let mut at = room.start.next_multiple_of(4);
        while at < room.end {
            match Raw::read(block, at..room.end, form, offset).filter(|raw| raw.is_plausible(form)) {
                Some(raw) => {
                    self.add_deleted(raw);
                    at = at.saturating_add(raw.least(form));
                }
                None => at = at.saturating_add(4),
            }
        }
    }

    fn add(&mut self, raw: Raw<'_>) {
        match raw.name {
            b"." => self.itself = self.itself.or(Some(raw.inode)),
            b".." => self.parent = self.parent.or(Some(raw.inode)),
            _ => {
                let named = self.named(raw);
                self.live.push(named);
            }
        }
    }

    fn add_deleted(&mut self, raw: Raw<'_>) {
        if !matches!(raw.name, b"." | b"..") {
            let named = self.named(raw);
            self.deleted.push(named);
        }
    }

    fn named(&mut self, raw: Raw<'_>) -> Named {
        let start = self.names.len();
        self.names.extend_from_slice(raw.name);
        Named { inode: raw.inode, kind: raw.kind, offset: raw.offset, name: start..self.names.len() }
    }
}

impl<'b> Raw<'b> {
    /// Reads the entry that begins `rest`; nothing where its lengths cannot be.
    fn read(block: &'b [u8], range: Range<usize>, form: Form, offset: u64) -> Option<Self> {
        let at = range.start;
        let rest = block.get(range)?;
        let length = record_length(Fields(rest).u16(4), to_u64(block.len()))?;
        let (size, kind) = match (form.has_types, *rest.get(6)?, *rest.get(7)?) {
            (true, size, kind) => (usize::from(size), kind),
            (false, low, high) => (usize::from(u16::from_le_bytes([low, high])), 0),
        };
        // The upper bits of the type say that more data follows the name (`dirdata`).
        let kind = if kind == CHECKSUM { kind } else { kind & 0xf };
        let name = rest.get(HEADER..HEADER.checked_add(size)?)?;
        let offset = offset.saturating_add(to_u64(at));
        let raw = Self { offset, inode: Fields(rest).u32(0), length, kind, name };
        (length.is_multiple_of(4) && length >= HEADER.saturating_add(size) && length <= rest.len()).then_some(raw)
    }

    /// The bytes that the entry itself takes.
    fn least(self, form: Form) -> usize {
        let hash = if self.name.is_empty() { 0 } else { form.hash };
        HEADER.saturating_add(self.name.len()).saturating_add(hash).next_multiple_of(4)
    }

    /// Whether bytes that need not be an entry look like one.
    fn is_plausible(self, form: Form) -> bool {
        let kind = if form.has_types { matches!(self.kind, 1..=7) } else { true };
        let sized = !self.name.is_empty() && self.name.len() <= 255 && self.least(form) <= self.length;
        kind && sized && self.inode <= form.last_inode && !self.name.iter().any(|byte| matches!(byte, 0 | b'/'))
    }
}

/// The length of an entry as it is written: the lowest two bits, which no length has, are the highest of one that lies in
/// blocks of 64 KiB (`ext4_rec_len_from_disk`).
fn record_length(written: u16, block: u64) -> Option<usize> {
    let written = usize::from(written);
    if block < 65_536 {
        return Some(written);
    }
    match written {
        0 | 65_535 => usize::try_from(block).ok(),
        _ => Some((written & 65_532) | ((written & 3) << 16)),
    }
}

/// The bytes of an index that lie in the room of an entry: after `..` in the first block, after the empty entry that is
/// all of a lower one. Beyond its last used entry may lie what was there before.
fn index_length(block: &[u8], at: usize, raw: Raw<'_>) -> usize {
    let (skipped, whole) = match raw.name {
        b".." if at == 12 => (8usize, raw.length.saturating_add(12) == block.len()),
        b"" if at == 0 && raw.inode == 0 => (0, raw.length == block.len()),
        _ => return 0,
    };
    let start = at.saturating_add(raw.name.len().next_multiple_of(4)).saturating_add(HEADER).saturating_add(skipped);
    let used = usize::from(Fields(block.get(start..).unwrap_or_default()).u16(2)).saturating_mul(8);
    if whole { skipped.saturating_add(used) } else { 0 }
}

/// Where the next entry begins after a damaged one: at something that looks like an entry of an inode.
fn resume(block: &[u8], at: usize, form: Form) -> Option<usize> {
    let places = (at.saturating_add(4)..block.len()).step_by(4);
    places.into_iter().find(|at| {
        Raw::read(block, *at..block.len(), form, 0).is_some_and(|raw| raw.inode != 0 && raw.is_plausible(form))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Form = Form { has_types: true, hash: 0, indexed: false, deleted: true, last_inode: 1000 };

    /// Entries one after the other: inode, length (zero for as short as can be), type, name.
    fn block(entries: &[(u32, u16, u8, &str)]) -> Vec<u8> {
        let mut block = Vec::new();
        for (inode, length, kind, name) in entries {
            let least = (8 + name.len()).next_multiple_of(4);
            let start = block.len();
            block.extend_from_slice(&inode.to_le_bytes());
            block.extend_from_slice(&(if *length == 0 { least as u16 } else { *length }).to_le_bytes());
            block.extend_from_slice(&[name.len() as u8, *kind]);
            block.extend_from_slice(name.as_bytes());
            block.resize(start + if *kind == CHECKSUM { 12 } else { least }, 0);
        }
        block
    }

    fn read(block: &[u8], form: Form) -> (Vec<String>, Vec<String>, bool) {
        let mut listing = Listing::default();
        listing.block(block, form, 0);
        let told = |named: &Named| format!("{} {}", named.inode, String::from_utf8_lossy(listing.name(named)));
        (listing.live.iter().map(told).collect(), listing.deleted.iter().map(told).collect(), listing.damage.is_some())
    }

    #[test]
    fn entries_and_what_lies_between_them() {
        type Case<'c> = (&'c str, Vec<u8>, &'c [&'c str], &'c [&'c str], bool);
        let cases: Vec<Case<'_>> = vec![
            ("plain", block(&[(2, 0, 2, "."), (2, 0, 2, ".."), (12, 0, 1, "a")]), &["12 a"], &[], false),
            (
                "hidden",
                block(&[(12, 36, 1, "a"), (13, 12, 1, "gone"), (0, 12, 1, "x")]),
                &["12 a"],
                &["13 gone", "0 x"],
                false,
            ),
            ("first of a block", block(&[(0, 0, 1, "gone"), (12, 0, 1, "a")]), &["12 a"], &["0 gone"], false),
            ("checksum", block(&[(12, 0, 1, "a"), (0, 12, 0xde, "")]), &["12 a"], &[], false),
            (
                "hidden ones must be plausible",
                block(&[(12, 48, 1, "a"), (2000, 0, 1, "b"), (13, 0, 9, "c"), (13, 0, 1, "a/b")]),
                &["12 a"],
                &[],
                false,
            ),
            ("no length", block(&[(12, 0, 1, "a"), (13, 1, 1, "b"), (14, 0, 1, "c")]), &["12 a", "14 c"], &[], true),
            ("beyond the block", block(&[(12, 0, 1, "a"), (13, 4000, 1, "b")]), &["12 a"], &[], true),
            ("shorter than its name", block(&[(12, 8, 1, "abcdefgh")]), &[], &[], true),
        ];
        for (case, block, live, deleted, damaged) in cases {
            let (has_live, has_deleted, is_damaged) = read(&block, FORM);
            assert_eq!(
                (has_live, has_deleted, is_damaged),
                (
                    live.iter().map(ToString::to_string).collect(),
                    deleted.iter().map(ToString::to_string).collect(),
                    damaged
                ),
                "{case}"
            );
        }
    }

    #[test]
    fn lengths_in_the_largest_blocks_have_eighteen_bits() {
        let cases = [
            (0, 4096, Some(0)),
            (0, 65_536, Some(65_536)),
            (65_535, 65_536, Some(65_536)),
            (65_528, 65_536, Some(65_528)),
            (1, 65_536, Some(65_536)),
        ];
        for (written, block, expected) in cases {
            assert_eq!(record_length(written, block), expected, "{written}");
        }
    }

    #[test]
    fn an_index_is_no_entry() {
        // The root of an index: its hashes and blocks would look like entries.
        let mut bytes = block(&[(2, 0, 2, "."), (2, 116, 2, "..")]);
        bytes.extend_from_slice(&[0, 0, 0, 0, 1, 8, 0, 0]);
        bytes.extend_from_slice(&[100, 0, 3, 0, 1, 0, 0, 0]);
        bytes.extend_from_slice(&block(&[(13, 16, 1, "index...")]));
        bytes.extend_from_slice(&block(&[(14, 16, 1, "before")]));
        bytes.resize(128, 0);
        let indexed = Form { indexed: true, ..FORM };
        assert_eq!(read(&bytes, indexed).1, ["14 before"]);
    }
}
