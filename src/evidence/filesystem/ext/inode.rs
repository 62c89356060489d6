//! Inodes. Source: Linux kernel, `Documentation/filesystems/ext4/inodes.rst`.

use super::joined;
use super::superblock::{Superblock, incompatible};
use super::xattr;
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::entry::{EntryKind, Stat};
use std::borrow::Cow;

/// Flags of an inode (`i_flags`).
mod flag {
    pub(super) const COMPRESSED_BLOCKS: u32 = 0x200;
    pub(super) const ENCRYPTED: u32 = 0x800;
    pub(super) const INDEXED: u32 = 0x1000;
    pub(super) const EXTENTS: u32 = 0x8_0000;
    pub(super) const ATTRIBUTE_VALUE: u32 = 0x20_0000;
    pub(super) const INLINE_DATA: u32 = 0x1000_0000;
    pub(super) const CASE_FOLDED: u32 = 0x4000_0000;
}

/// Bytes of the oldest inode; what is beyond them is counted by `i_extra_isize`.
const OLD_SIZE: usize = 128;

/// One inode, still in its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inode<'b> {
    fields: Fields<'b>,
}

impl<'b> Inode<'b> {
    /// Of its bytes.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { fields: Fields(bytes) }
    }

    /// Type and permissions; zero where the inode was never used.
    pub(super) fn mode(self) -> u16 {
        self.fields.u16(0)
    }

    /// What it is; nothing where the mode is no type.
    pub(super) fn kind(self) -> Option<EntryKind> {
        match self.mode() >> 12 {
            0x1 => Some(EntryKind::Fifo),
            0x2 | 0x6 => Some(EntryKind::Device),
            0x4 => Some(EntryKind::Directory),
            0x8 => Some(EntryKind::File),
            0xa => Some(EntryKind::Symlink),
            0xc => Some(EntryKind::Socket),
            _ => None,
        }
    }

    /// Whether a name leads to it: it is neither deleted nor was it never used.
    pub(super) fn is_linked(self) -> bool {
        self.mode() != 0 && self.fields.u16(0x1a) != 0 && self.fields.u32(0x14) == 0
    }

    /// Size in bytes. Of what is no file the high part means something else, unless directories may be large.
    pub(super) fn size(self, superblock: &Superblock) -> u64 {
        let has_high = self.mode() >> 12 == 0x8 || superblock.uses(incompatible::LARGE_DIRECTORY);
        joined(self.fields.u32(0x4), if has_high { self.fields.u32(0x6c) } else { 0 })
    }

    /// The map of its blocks, or what stands in its place (`i_block`).
    pub(super) fn map(self) -> &'b [u8] {
        self.fields.0.get(0x28..0x64).unwrap_or_default()
    }

    /// Whether the map is a tree of extents.
    pub(super) fn has_extents(self) -> bool {
        self.has(flag::EXTENTS)
    }

    /// Whether names or content are encrypted (fscrypt).
    pub(super) fn is_encrypted(self) -> bool {
        self.has(flag::ENCRYPTED)
    }

    /// Whether some of the content is compressed (e2compr).
    pub(super) fn is_compressed(self, superblock: &Superblock) -> bool {
        superblock.uses(incompatible::COMPRESSION) && self.has(flag::COMPRESSED_BLOCKS)
    }

    /// Whether the directory has an index of hashes in its blocks.
    pub(super) fn is_indexed(self) -> bool {
        self.has(flag::INDEXED)
    }

    /// Whether a hash follows each name of the directory: where names are both encrypted and without case.
    pub(super) fn has_hashed_names(self) -> bool {
        self.has(flag::ENCRYPTED | flag::CASE_FOLDED)
    }

    /// Whether it holds the value of an extended attribute, and no file.
    pub(super) fn is_attribute_value(self) -> bool {
        self.has(flag::ATTRIBUTE_VALUE)
    }

    /// Whether the content lies in the inode itself.
    pub(super) fn is_inline(self) -> bool {
        self.has(flag::INLINE_DATA)
    }

    /// The content that lies in the inode itself: first in the place of the map, then in an attribute. A directory has
    /// them apart.
    pub(super) fn inline_parts(self) -> (&'b [u8], &'b [u8]) {
        let extra = usize::from(self.fields.u16(OLD_SIZE));
        let attributes = self.fields.0.get(OLD_SIZE.saturating_add(extra)..).unwrap_or_default();
        (self.map(), xattr::system_data(attributes).unwrap_or_default())
    }

    /// Such content in one piece, as long as the size says or as there is.
    pub(super) fn inline_content(self, superblock: &Superblock) -> Cow<'b, [u8]> {
        let (first, rest) = self.inline_parts();
        let length = to_usize(self.size(superblock));
        if length <= first.len() {
            return Cow::Borrowed(first.get(..length).unwrap_or_default());
        }
        let rest = rest.get(..length.saturating_sub(first.len())).unwrap_or(rest);
        Cow::Owned([first, rest].concat())
    }

    /// Size and times.
    pub(super) fn stat(self, superblock: &Superblock) -> Stat {
        let extra_end = OLD_SIZE.saturating_add(self.fields.u16(OLD_SIZE).into()).min(self.fields.0.len());
        let extra = |at: usize| (at.saturating_add(4) <= extra_end).then(|| self.fields.u32(at));
        let time = |at: usize, more: usize| time(self.fields.u32(at), extra(more));
        let times = FileTimes {
            created: extra(0x90).and_then(|seconds| self::time(seconds, extra(0x94))),
            modified: time(0x10, 0x88),
            accessed: time(0x8, 0x8c),
            changed: time(0xc, 0x84),
            ..FileTimes::default()
        };
        Stat { size: self.size(superblock), times }
    }

    fn has(self, flags: u32) -> bool {
        self.fields.u32(0x20) & flags == flags
    }
}

/// Seconds since 1970, signed; the extra field has two more high bits of them and thirty bits of nanoseconds. What was
/// never set is zero.
fn time(seconds: u32, extra: Option<u32>) -> Option<Timestamp> {
    let extra = extra.unwrap_or(0);
    if seconds == 0 && extra == 0 {
        return None;
    }
    let epoch = i64::from(extra & 3) << 32;
    let seconds = i64::from(i32::from_le_bytes(seconds.to_le_bytes()));
    Timestamp::from_unix(seconds.saturating_add(epoch), i32::try_from(extra >> 2).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_the_documentation_tells() {
        // The table of "Inode Timestamps" in inodes.rst; nanoseconds beyond a second are no time.
        let cases: [(u32, Option<u32>, Option<&str>); 8] = [
            (0, None, None),
            (1, None, Some("1970-01-01T00:00:01Z")),
            (0x7fff_ffff, Some(0), Some("2038-01-19T03:14:07Z")),
            (0x8000_0000, Some(0), Some("1901-12-13T20:45:52Z")),
            (0x8000_0000, Some(1), Some("2038-01-19T03:14:08Z")),
            (0, Some(1), Some("2106-02-07T06:28:16Z")),
            (0x7fff_ffff, Some(3), Some("2446-05-10T22:38:55Z")),
            (1, Some(1_000_000_000 << 2), None),
        ];
        for (seconds, extra, expected) in cases {
            assert_eq!(time(seconds, extra).map(|time| time.to_string()).as_deref(), expected, "{seconds:#x}");
        }
        let precise = time(1, Some(123_456_789 << 2)).unwrap();
        assert_eq!(precise.to_string(), "1970-01-01T00:00:01.123456789Z");
    }
}
