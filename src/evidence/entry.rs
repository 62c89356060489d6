//! Entries and their paths, kept byte for byte.

use crate::base::escape;
use crate::base::time::FileTimes;
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Path of an entry below its root: names joined by `/`, without a leading one; the root is empty.
///
/// The bytes are the file system's own (on Unix any byte but NUL; on Windows UTF-8 in which lone surrogates may occur).
/// An alternate data stream has the name of its file, `:`, and its own. Deleted entries may share a name with others: what
/// follows a NUL in a name tells them apart here, and is shown nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct EntryPath(Vec<u8>);

impl EntryPath {
    /// From bytes with `/` between the names.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The names from the root on.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/').filter(|name| !name.is_empty())
    }

    /// The last name; empty for the root.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        unmarked(self.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default())
    }

    /// The directory that holds the entry.
    #[must_use]
    pub fn parent(&self) -> Self {
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        Self(self.0.get(..end).unwrap_or_default().to_vec())
    }

    /// The path of an entry in this directory.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> Self {
        let mut bytes = self.0.clone();
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name);
        Self(bytes)
    }

    /// The path as text; bytes that are no UTF-8 are written `\xNN`.
    #[must_use]
    pub fn display(&self) -> String {
        escape::lossless(&self.shown())
    }

    /// The bytes in hexadecimal, where the text alone would not tell them.
    #[must_use]
    pub fn raw(&self) -> Option<String> {
        let shown = self.shown();
        std::str::from_utf8(&shown).is_err().then(|| escape::hex(&shown))
    }

    fn shown(&self) -> Cow<'_, [u8]> {
        if !self.0.contains(&0) {
            return Cow::Borrowed(&self.0);
        }
        let names: Vec<&[u8]> = self.components().map(unmarked).collect();
        Cow::Owned(names.join(&b'/'))
    }
}

/// A name without what tells it from its namesakes.
#[must_use]
pub fn unmarked(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == 0).next().unwrap_or_default()
}

impl Ord for EntryPath {
    /// The order of the walk: parents before children, names by their bytes.
    fn cmp(&self, other: &Self) -> Ordering {
        self.components().cmp(other.components())
    }
}

impl PartialOrd for EntryPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link or another reparse point; never followed.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
    /// Something else that is no regular file.
    Other,
}

impl EntryKind {
    /// The word of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Device => "device",
            Self::Other => "other",
        }
    }
}

/// How the bytes of an entry were come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Origin {
    /// A file of the file system, as everybody sees it.
    #[default]
    File,
    /// A named stream of such a file.
    AlternateStream,
    /// A deleted entry of the file system, and how much of its content can be had.
    Deleted(Recovery),
    /// A file in the Recycle Bin.
    RecycleBin,
    /// A file of a volume shadow copy.
    ShadowCopy,
    /// A member of an archive.
    ArchiveMember,
    /// Space that belongs to no file.
    Unallocated,
}

impl Origin {
    /// Whether the entry is gone from the file system.
    #[must_use]
    pub fn is_deleted(self) -> bool {
        matches!(self, Self::Deleted(_) | Self::Unallocated)
    }
}

/// How much of a deleted entry's content can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Recovery {
    /// All of it: it lies in the record itself.
    Resident,
    /// All of it, unless its clusters were used in between: they are free now.
    ClustersFree,
    /// A part: some of its clusters belong to other files now, and are not read.
    ClustersReused,
    /// Perhaps: where it begins is known, and that it lies in one piece is assumed.
    AssumedContiguous,
    /// Nothing but the name.
    NameOnly,
}

/// One entry of a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: EntryPath,
    /// What it is.
    pub kind: EntryKind,
    /// How its bytes were come by.
    pub origin: Origin,
    /// Size and times, where the walk itself tells them.
    pub stat: Option<Stat>,
}

/// What a file system says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stat {
    /// Size in bytes.
    pub size: u64,
    /// The times.
    pub times: FileTimes,
}

impl Entry {
    /// An entry of which the walk tells no more than its kind.
    #[must_use]
    pub fn new(path: EntryPath, kind: EntryKind) -> Self {
        Self { path, kind, origin: Origin::File, stat: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_before_children_and_names_by_bytes() {
        let mut paths: Vec<_> = ["b", "a/c", "a", "a-b", "a/b/c"].map(EntryPath::new).into();
        paths.sort();
        let order: Vec<_> = paths.iter().map(EntryPath::display).collect();
        assert_eq!(order, ["a", "a/b/c", "a/c", "a-b", "b"]);
    }

    #[test]
    fn paths_take_apart_and_together() {
        let path = EntryPath::new("Users/bob/a.txt");
        assert_eq!((path.name(), path.parent()), (&b"a.txt"[..], EntryPath::new("Users/bob")));
        assert_eq!(path.parent().join(b"a.txt"), path);
        assert_eq!(EntryPath::default().join(b"x").parent(), EntryPath::default());
        assert_eq!(EntryPath::new(*b"a\xff").raw().as_deref(), Some("61ff"));
        let marked = EntryPath::new(*b"d\x0040/a.txt\x0041");
        assert_eq!((marked.display().as_str(), marked.name()), ("d/a.txt", &b"a.txt"[..]));
    }
}
