//! A file system that was read from bytes: its tree, and the reader that opens the streams of its nodes.

use super::entry::{Entry, EntryKind, EntryPath, Origin};
use super::tree::{Node, NodeIndex, Tree};
use super::{FileSystem, Opened, Slack, SlackOf, Walked};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::ReadAt;
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

/// What a reader of a file system still has to do when its tree stands.
pub trait Streams: Send + Sync {
    /// Opens the content of a node of the tree, a file or one of its streams.
    ///
    /// # Errors
    /// Why the content cannot be had.
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause>;

    /// Where the content lies on the volume, where the stream itself does not tell it ([`ReadAt::extents`]).
    fn extents(&self, node: &Node) -> Vec<(u64, u64)> {
        let _ = node;
        Vec::new()
    }

    /// The ranges of the volume, in bytes, that belong to no file, in order; slack is not among them.
    fn unallocated(&self) -> Vec<Range<u64>> {
        Vec::new()
    }

    /// Bytes of the smallest part of the volume that a file can have; nothing where the content of files lies otherwise.
    fn cluster(&self) -> Option<u64> {
        None
    }

    /// The ranges of the volume, in bytes, that a file has and that its content does not fill.
    fn slack(&self, node: &Node) -> Vec<Range<u64>> {
        let Some(cluster) = self.cluster() else { return Vec::new() };
        let extents = self.open(node).map(|stream| stream.extents()).unwrap_or_default();
        let behind = extents.last().and_then(|(start, length)| {
            let end = start.checked_add(*length)?;
            let rest = cluster.checked_sub(length.checked_rem(cluster)?)?;
            (rest < cluster).then(|| end..end.saturating_add(rest))
        });
        behind.into_iter().collect()
    }

    /// What the records of the file system hold behind their used part: the volume with its records as they were written,
    /// and the ranges of it.
    fn record_slack(&self) -> Option<(Source, Vec<Range<u64>>)> {
        None
    }
}

/// A file system of an image, or an archive, whose names are all known.
pub struct Mounted {
    tree: Tree,
    streams: Box<dyn Streams>,
    anomalies: Vec<Noted>,
    /// Which file system it is, in the word of the report: `ntfs`, `fat16`, `ext4`.
    pub kind: &'static str,
    /// The volume's own name.
    pub label: Option<String>,
}

/// Something that was damaged or capped while the tree was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The path that it concerns; empty for the volume as a whole.
    pub path: EntryPath,
    /// What it is, in words.
    pub what: NotedCause,
}

/// Why; as [`Cause`], but one that can be told at every walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotedCause {
    /// An honest limit of this program.
    Unsupported(String),
    /// Damaged bytes, at an offset of the volume.
    Corrupt(String, u64),
    /// The bytes end at an offset, before what they hold does.
    CutOff(String, u64),
    /// A cap of the limits.
    LimitReached(&'static str, u64),
}

impl Noted {
    pub(super) fn anomaly(&self) -> Anomaly {
        let cause = match &self.what {
            NotedCause::Unsupported(what) => Cause::Unsupported(what.clone()),
            NotedCause::Corrupt(what, offset) => Cause::Corrupt { what: what.clone(), offset: *offset },
            NotedCause::CutOff(what, offset) => Cause::CutOff { what: what.clone(), offset: *offset },
            NotedCause::LimitReached(what, limit) => Cause::LimitReached { what, limit: *limit },
        };
        Anomaly { stage: Stage::Walk, path: self.path.display(), cause }
    }
}

impl Mounted {
    /// A tree with its reader; the tree is put in order.
    #[must_use]
    pub fn new(kind: &'static str, mut tree: Tree, streams: impl Streams + 'static, anomalies: Vec<Noted>) -> Self {
        tree.seal();
        Self { tree, streams: Box::new(streams), anomalies, kind, label: None }
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What was damaged or capped while the tree was built.
    #[must_use]
    pub fn noted(&self) -> &[Noted] {
        &self.anomalies
    }

    /// Drops what need not be kept of the tree; directories that lead to what is kept stay.
    pub fn retain(&mut self, keeps: &dyn Fn(&Tree, NodeIndex) -> bool) {
        self.tree = self.tree.retained(keeps);
    }

    /// The ranges of the volume that belong to no file.
    #[must_use]
    pub fn free_space(&self) -> Vec<Range<u64>> {
        guarded(|| self.streams.unallocated()).unwrap_or_default()
    }

    /// The space that is allocated and holds nothing of a file as it is now. What deleted files had is free space.
    #[must_use]
    pub fn slack(&self) -> Vec<Slack> {
        let files = self.tree.walk().filter_map(|index| self.tree.node(index));
        let files =
            files.filter(|node| node.kind == EntryKind::File && node.stat.size > 0 && !node.origin.is_deleted());
        let mut ranges: Vec<Range<u64>> =
            files.flat_map(|node| guarded(|| self.streams.slack(node)).unwrap_or_default()).collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        // A file of several names is met at each, and damaged files may claim the same: nothing is to be read twice.
        ranges.dedup_by(|next, last| {
            let overlaps = next.start < last.end;
            last.end = if overlaps { last.end.max(next.end) } else { last.end };
            overlaps
        });
        let records = guarded(|| self.streams.record_slack()).flatten();
        let records = records.map(|(source, ranges)| Slack { of: SlackOf::Records, source: Some(source), ranges });
        let files = Slack { of: SlackOf::Files, source: None, ranges };
        [Some(files), records].into_iter().flatten().filter(|slack| !slack.ranges.is_empty()).collect()
    }

    fn open_node(&self, index: NodeIndex, path: &EntryPath) -> Result<Opened, Anomaly> {
        let anomaly = |cause: Cause| Anomaly { stage: Stage::Read, path: path.display(), cause };
        let node = self.tree.node(index).ok_or_else(|| anomaly(absent()))?;
        if node.kind != EntryKind::File {
            return Err(anomaly(super::filesystem::host::special(node.kind)));
        }
        let inside = || Cause::Unsupported("the reader of the file system failed inside".to_owned());
        let stream = guarded(|| self.streams.open(node)).ok_or_else(|| anomaly(inside()))?.map_err(anomaly)?;
        Ok(Opened { stream: Box::new(Guarded(stream)), times: node.stat.times })
    }
}

impl FileSystem for Mounted {
    fn walk(&self, _: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        for noted in &self.anomalies {
            if visit(Walked::Anomaly(noted.anomaly())).is_break() {
                return;
            }
        }
        // Siblings follow one another: the path of their directory is made once.
        let (mut directory, mut place) = (Tree::ROOT, EntryPath::default());
        for index in self.tree.walk() {
            let parent = self.tree.parent(index).unwrap_or(Tree::ROOT);
            if parent != directory {
                (directory, place) = (parent, self.tree.path(parent));
            }
            let entry = self.tree.entry(index, place.join(self.tree.name(index)));
            if visit(Walked::Entry(entry)).is_break() {
                return;
            }
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let absent = || Anomaly { stage: Stage::Read, path: path.display(), cause: absent() };
        let index = self.tree.find(path).ok_or_else(absent)?;
        self.open_node(index, path)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        let Some(index) = self.tree.find(directory) else { return Vec::new() };
        let entry = |child| self.tree.entry(child, directory.join(self.tree.name(child)));
        self.tree.list(index).map(entry).collect()
    }

    fn extents(&self, path: &EntryPath) -> Vec<(u64, u64)> {
        let Some(node) = self.tree.find(path).and_then(|index| self.tree.node(index)) else { return Vec::new() };
        let told = || self.streams.open(node).map(|stream| stream.extents()).unwrap_or_default();
        let content = guarded(told).unwrap_or_default();
        if content.is_empty() { guarded(|| self.streams.extents(node)).unwrap_or_default() } else { content }
    }

    fn unallocated(&self, _: &EntryPath) -> Vec<Range<u64>> {
        self.free_space()
    }

    fn slack(&self, _: &EntryPath) -> Vec<Slack> {
        self.slack()
    }

    fn directories(&self, _: &EntryPath, records: &BTreeSet<u64>) -> BTreeMap<u64, Entry> {
        let mut found: BTreeMap<u64, Entry> = BTreeMap::new();
        for index in self.tree.walk() {
            let Some(node) = self.tree.node(index).filter(|node| records.contains(&node.id)) else { continue };
            let better = found.get(&node.id).is_none_or(|found| found.origin.is_deleted() && !node.origin.is_deleted());
            if node.kind == EntryKind::Directory && better {
                found.insert(node.id, self.tree.entry(index, self.tree.path(index)));
            }
        }
        found
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        let node = self.tree.find(path).and_then(|index| self.tree.node(index));
        node.map_or(Origin::File, |node| node.origin)
    }
}

fn absent() -> Cause {
    Cause::Unsupported("no such file".to_owned())
}

/// A stream of a foreign reader: a panic in it is an error of this read.
pub(super) struct Guarded(pub(super) Box<dyn ReadAt>);

impl ReadAt for Guarded {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        guarded(|| self.0.read_at(offset, buffer))
            .unwrap_or_else(|| Err(std::io::Error::other("the reader of the file system failed inside")))
    }

    fn len(&self) -> u64 {
        self.0.len()
    }
}
