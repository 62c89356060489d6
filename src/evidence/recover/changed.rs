//! A shadow copy as far as it differs from the volume as it is: what is the same in both is read once.

use crate::base::anomaly::Anomaly;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::evidence::entry::{Entry, EntryKind, EntryPath, Origin};
use crate::evidence::mounted::Mounted;
use crate::evidence::tree::{Node, NodeIndex, Tree};
use crate::evidence::{FileSystem, Opened, Walked};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// The volume as it is, for shadow copies to be compared with.
pub struct Live {
    mounted: Arc<Mounted>,
    /// All nodes, by record and stream.
    order: Vec<NodeIndex>,
}

/// What must be equal for an entry to be the same.
type Key = (bool, EntryKind, u64, Option<Timestamp>, Option<Timestamp>);

fn key(node: &Node) -> Key {
    (node.origin.is_deleted(), node.kind, node.stat.size, node.stat.times.modified, node.stat.times.changed)
}

impl Live {
    /// Makes a volume ready to be compared with.
    #[must_use]
    pub fn new(mounted: Arc<Mounted>) -> Self {
        let tree = mounted.tree();
        let mut order: Vec<NodeIndex> = tree.walk().collect();
        order.sort_by_cached_key(|index| (place(tree, *index), *index));
        Self { mounted, order }
    }

    /// Whether the volume has the same stream of the same record, as large and changed at the same time.
    fn has(&self, node: &Node) -> bool {
        let tree = self.mounted.tree();
        let wanted = Some((node.id, node.stream));
        let first = self.order.partition_point(|index| place(tree, *index) < wanted);
        let namesakes = self.order.get(first..).unwrap_or_default().iter();
        namesakes
            .map_while(|index| tree.node(*index).filter(|other| Some((other.id, other.stream)) == wanted))
            .any(|other| key(other) == key(node))
    }
}

fn place(tree: &Tree, index: NodeIndex) -> Option<(u64, u32)> {
    tree.node(index).map(|node| (node.id, node.stream))
}

/// A shadow copy beside its volume.
///
/// A walk shows what differs. Listed, looked up and opened can be what differs, what has no place on the volume as it is,
/// and the directories that lead there; the rest is not kept.
pub struct Changed {
    snapshot: Mounted,
    live: Arc<Live>,
}

impl Changed {
    /// A shadow copy, compared with the volume as it is. `stores` are the files that hold what shadow copies are made of:
    /// they are told with the volume, not once more with each copy.
    #[must_use]
    pub fn new(mut snapshot: Mounted, live: Arc<Live>, stores: &[EntryPath]) -> Self {
        let tree = snapshot.tree();
        // A directory that was moved takes along what is the same otherwise.
        let mut moved: BTreeSet<NodeIndex> = BTreeSet::new();
        for index in tree.walk() {
            let Some(node) = tree.node(index).filter(|node| node.kind == EntryKind::Directory) else { continue };
            let away = tree.parent(index).is_some_and(|parent| moved.contains(&parent))
                || (!live.has(node) && live.mounted.tree().find(&tree.path(index)).is_none());
            if away && !node.origin.is_deleted() {
                moved.insert(index);
            }
        }
        let keeps = |tree: &Tree, index: NodeIndex| {
            tree.node(index).is_some_and(|node| !live.has(node) && !stores.contains(&tree.path(index)))
                || tree.parent(index).is_some_and(|parent| moved.contains(&parent))
        };
        snapshot.retain(&keeps);
        Self { snapshot, live }
    }

    /// Number of entries kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot.tree().len()
    }

    /// Whether the shadow copy is what the volume is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How the bytes of an entry of a shadow copy are come by.
fn origin(origin: Origin) -> Origin {
    match origin {
        Origin::File | Origin::AlternateStream => Origin::ShadowCopy,
        other => other,
    }
}

fn told(entry: Entry) -> Entry {
    Entry { origin: origin(entry.origin), ..entry }
}

impl FileSystem for Changed {
    fn walk(&self, _: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        // What is damaged in both has been told.
        let known = self.live.mounted.noted();
        for noted in self.snapshot.noted().iter().filter(|noted| !known.contains(noted)) {
            if visit(Walked::Anomaly(noted.anomaly())).is_break() {
                return;
            }
        }
        let tree = self.snapshot.tree();
        for index in tree.walk() {
            if tree.node(index).is_some_and(|node| !self.live.has(node))
                && visit(Walked::Entry(told(tree.entry(index, tree.path(index))))).is_break()
            {
                return;
            }
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        self.snapshot.open(path)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        self.snapshot.list(directory).into_iter().map(told).collect()
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        origin(self.snapshot.origin(path))
    }

    fn directories(&self, root: &EntryPath, records: &BTreeSet<u64>) -> BTreeMap<u64, Entry> {
        self.snapshot.directories(root, records)
    }

    /// Offsets of a shadow copy are none of the volume.
    fn extents(&self, _: &EntryPath) -> Vec<(u64, u64)> {
        Vec::new()
    }

    /// What the volume has free is told with the volume.
    fn unallocated(&self, _: &EntryPath) -> Vec<Range<u64>> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::anomaly::Cause;
    use crate::base::bytes::ReadAt;
    use crate::base::time::FileTimes;
    use crate::evidence::entry::{Recovery, Stat};
    use crate::evidence::mounted::{Noted, NotedCause, Streams};

    struct Ids;

    impl Streams for Ids {
        fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
            Ok(Box::new(node.id.to_string().into_bytes()))
        }

        fn extents(&self, _: &Node) -> Vec<(u64, u64)> {
            vec![(0, 1)]
        }
    }

    /// Paths with their record, and the second of their last change; a size of 9 is a directory, `!` is deleted.
    fn mounted(entries: &[(&str, u64, u64, i64)], damage: &[&str]) -> Mounted {
        let mut tree = Tree::new(100, 10);
        let mut at: Vec<(String, NodeIndex)> = Vec::new();
        for (path, id, size, changed) in entries {
            let (path, origin) = match path.strip_prefix('!') {
                Some(path) => (path, Origin::Deleted(Recovery::ClustersFree)),
                None => (*path, Origin::File),
            };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let parent = at.iter().find(|(path, _)| path == folder).map_or(Tree::ROOT, |(_, index)| *index);
            let kind = if *size == 9 { EntryKind::Directory } else { EntryKind::File };
            let changed = Timestamp::from_unix(*changed, 0);
            let times = FileTimes { changed, ..FileTimes::default() };
            let node = Node { kind, origin, id: *id, stream: 0, stat: Stat { size: *size, times } };
            at.push((path.to_owned(), tree.add(parent, name.as_bytes(), node).unwrap()));
        }
        let noted =
            |what: &&str| Noted { path: EntryPath::default(), what: NotedCause::Unsupported((*what).to_owned()) };
        Mounted::new("ntfs", tree, Ids, damage.iter().map(noted).collect())
    }

    #[test]
    fn only_what_differs_is_walked() {
        let live = mounted(
            &[("a", 1, 9, 1), ("a/same", 2, 5, 1), ("a/other", 3, 5, 7), ("!a/gone", 4, 5, 1), ("new", 5, 9, 9)],
            &["old damage"],
        );
        let store = EntryPath::new("a/store");
        let snapshot = mounted(
            &[
                ("a", 1, 9, 1),
                ("a/same", 2, 5, 1),
                ("a/other", 3, 5, 1),
                ("a/gone", 4, 5, 1),
                ("old", 5, 9, 2),
                ("old/same", 2, 5, 1),
                ("b", 6, 9, 1),
                ("b/c", 7, 5, 1),
                ("a/store", 8, 5, 1),
            ],
            &["old damage", "new damage"],
        );
        let changed = Changed::new(snapshot, Arc::new(Live::new(Arc::new(live))), &[store]);
        let mut walked = Vec::new();
        changed.walk(&Limits::default(), &mut |item| {
            match item {
                Walked::Entry(entry) => {
                    assert_eq!(entry.origin, Origin::ShadowCopy);
                    assert_eq!(changed.origin(&entry.path), Origin::ShadowCopy);
                    walked.push(entry.path.display());
                }
                Walked::Anomaly(anomaly) => walked.push(anomaly.cause.to_string()),
            }
            ControlFlow::Continue(())
        });
        assert_eq!(walked, ["new damage", "a/gone", "a/other", "b", "b/c", "old"]);
        let listed: Vec<_> = changed.list(&EntryPath::new("a")).iter().map(|entry| entry.path.display()).collect();
        assert_eq!(listed, ["a/gone", "a/other"]);
        assert_eq!(changed.open(&EntryPath::new("old/same")).unwrap().stream.len(), 1);
        assert!(changed.open(&EntryPath::new("a/same")).is_err());
        assert!(changed.extents(&EntryPath::new("a/gone")).is_empty());
        assert_eq!((changed.len(), changed.is_empty()), (7, false));
    }
}
