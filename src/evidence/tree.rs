//! The names of an image's file system, held in memory: what a reader of a file system or an archive builds once, and what
//! walking, listing and looking up then need.
//!
//! A node is added below a node that is there already, so that a tree has no loops whatever the bytes say.

use super::entry::{Entry, EntryKind, EntryPath, Origin, Stat};
use crate::base::number::{to_u32, to_usize};
use std::borrow::Cow;
use std::ops::Range;

/// A node's place in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(u32);

/// What the reader of a file system says of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: EntryKind,
    /// How its bytes are come by.
    pub origin: Origin,
    /// The reader's own name for it: a record, an inode, a member.
    pub id: u64,
    /// Which of its streams; zero for the file's own content.
    pub stream: u32,
    /// Size and times.
    pub stat: Stat,
}

/// Why a node was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Its directory lies as deep as directories may.
    TooDeep,
    /// There are as many entries as there may be.
    TooMany,
}

/// The tree of one file system; its root is there from the start.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Placed>,
    names: Vec<u8>,
    /// All nodes but the root, by directory and then by name.
    order: Vec<u32>,
    depth: u32,
    entries: u64,
}

#[derive(Debug)]
struct Placed {
    node: Node,
    parent: u32,
    depth: u32,
    name: Range<u32>,
    children: Range<u32>,
}

impl Tree {
    /// The root of every tree.
    pub const ROOT: NodeIndex = NodeIndex(0);

    /// A tree with nothing but its root, for at most so many entries and levels of directories.
    #[must_use]
    pub fn new(entries: u64, depth: usize) -> Self {
        let node = Node { kind: EntryKind::Directory, origin: Origin::File, id: 0, stream: 0, stat: Stat::default() };
        let root = Placed { node, parent: 0, depth: 0, name: 0..0, children: 0..0 };
        let depth = to_u32(depth);
        Self { nodes: vec![root], names: Vec::new(), order: Vec::new(), depth, entries }
    }

    /// Adds an entry to a directory of the tree. What no path can hold (`/`, NUL, `.`, `..`, an empty name) is escaped.
    ///
    /// # Errors
    /// A cap is reached; the tree is as it was.
    pub fn add(&mut self, parent: NodeIndex, name: &[u8], node: Node) -> Result<NodeIndex, Refused> {
        let index = u32::try_from(self.nodes.len()).map_err(|_| Refused::TooMany)?;
        if u64::from(index) > self.entries {
            return Err(Refused::TooMany);
        }
        let depth = self.placed(parent).map_or(0, |parent| parent.depth).saturating_add(1);
        if depth > self.depth {
            return Err(Refused::TooDeep);
        }
        let start = u32::try_from(self.names.len()).map_err(|_| Refused::TooMany)?;
        let name = spelled(name);
        let end = u32::try_from(self.names.len().saturating_add(name.len())).map_err(|_| Refused::TooMany)?;
        self.names.extend_from_slice(&name);
        self.nodes.push(Placed { node, parent: parent.0, depth, name: start..end, children: 0..0 });
        Ok(NodeIndex(index))
    }

    /// Puts every directory in the order of its names. Namesakes are told apart by a mark that is not shown; of those the
    /// one that is not deleted keeps the plain name.
    pub fn seal(&mut self) {
        let mut order: Vec<u32> = (1..to_u32(self.nodes.len())).collect();
        let rank = |index: u32| {
            let placed = self.nodes.get(to_usize(index));
            placed.map(|placed| (placed.parent, self.text(&placed.name), placed.node.origin.is_deleted(), index))
        };
        order.sort_by(|a, b| rank(*a).cmp(&rank(*b)));
        let mut marks = Vec::new();
        for pair in order.windows(2) {
            if let [before, after] = *pair
                && let (Some((folder, name, ..)), Some((other, next, ..))) = (rank(before), rank(after))
                && folder == other
                && name == next
            {
                marks.push((after, [name, b"\0", after.to_string().as_bytes()].concat()));
            }
        }
        for (index, name) in marks {
            let start = to_u32(self.names.len());
            self.names.extend_from_slice(&name);
            let end = to_u32(self.names.len());
            if let Some(placed) = self.nodes.get_mut(to_usize(index)) {
                placed.name = start..end;
            }
        }
        // The marks are in the order of the numbers, not of their digits: look-ups need the order of the bytes.
        let rank = |index: &u32| {
            let placed = self.nodes.get(to_usize(*index));
            placed.map(|placed| (placed.parent, self.text(&placed.name)))
        };
        order.sort_by(|a, b| rank(a).cmp(&rank(b)));
        let mut at = 0usize;
        while let Some(first) = order.get(at) {
            let parent = self.parent_of(*first);
            let rest = order.get(at..).unwrap_or_default();
            let count = rest.iter().take_while(|index| self.parent_of(**index) == parent).count().max(1);
            let end = at.saturating_add(count);
            let children = to_u32(at)..to_u32(end);
            if let Some(placed) = self.nodes.get_mut(to_usize(parent)) {
                placed.children = children;
            }
            at = end;
        }
        self.order = order;
    }

    /// Number of entries, the root aside.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len().saturating_sub(1)
    }

    /// Whether there is nothing but the root.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the reader said of an entry.
    #[must_use]
    pub fn node(&self, index: NodeIndex) -> Option<&Node> {
        self.placed(index).map(|placed| &placed.node)
    }

    /// Sets size and times of an entry that is there already.
    pub fn set_stat(&mut self, index: NodeIndex, stat: Stat) {
        if let Some(placed) = self.nodes.get_mut(to_usize(index.0)) {
            placed.node.stat = stat;
        }
    }

    /// The directory of an entry; the root has none.
    #[must_use]
    pub fn parent(&self, index: NodeIndex) -> Option<NodeIndex> {
        self.placed(index).filter(|_| index != Self::ROOT).map(|placed| NodeIndex(placed.parent))
    }

    /// The tree with nothing but the entries that are to be kept, and the directories that lead to them. Names stay as
    /// they are.
    #[must_use]
    pub fn retained(&self, keeps: &dyn Fn(&Self, NodeIndex) -> bool) -> Self {
        let mut kept = vec![false; self.nodes.len()];
        // A parent stands before its children.
        for (index, placed) in self.nodes.iter().enumerate().skip(1).rev() {
            let keep = kept.get(index).is_some_and(|kept| *kept)
                || u32::try_from(index).is_ok_and(|number| keeps(self, NodeIndex(number)));
            if keep {
                for index in [index, usize::try_from(placed.parent).unwrap_or(0)] {
                    if let Some(kept) = kept.get_mut(index) {
                        *kept = true;
                    }
                }
            }
        }
        let mut tree = Self::new(self.entries, to_usize(self.depth));
        let mut moved = vec![0u32; self.nodes.len()];
        for (index, placed) in
            self.nodes.iter().enumerate().skip(1).filter(|(index, _)| kept.get(*index) == Some(&true))
        {
            let start = to_u32(tree.names.len());
            tree.names.extend_from_slice(self.text(&placed.name));
            let end = to_u32(tree.names.len());
            let parent = usize::try_from(placed.parent).ok().and_then(|parent| moved.get(parent)).copied().unwrap_or(0);
            if let Some(moved) = moved.get_mut(index) {
                *moved = to_u32(tree.nodes.len());
            }
            let (node, depth) = (placed.node, placed.depth);
            tree.nodes.push(Placed { node, parent, depth, name: start..end, children: 0..0 });
        }
        tree.seal();
        tree.nodes.shrink_to_fit();
        tree.names.shrink_to_fit();
        tree
    }

    /// The path of an entry.
    #[must_use]
    pub fn path(&self, index: NodeIndex) -> EntryPath {
        let mut names = Vec::new();
        let mut at = index;
        // A parent stands before its children: the numbers fall.
        while let Some(placed) = self.placed(at).filter(|_| at != Self::ROOT) {
            names.push(self.text(&placed.name));
            at = NodeIndex(placed.parent.min(at.0.saturating_sub(1)));
        }
        names.reverse();
        EntryPath::new(names.join(&b'/'))
    }

    /// The entry at a path.
    #[must_use]
    pub fn find(&self, path: &EntryPath) -> Option<NodeIndex> {
        path.components().try_fold(Self::ROOT, |at, name| {
            let children = self.children(at);
            let found = children.binary_search_by(|child| self.name(NodeIndex(*child)).cmp(name)).ok()?;
            children.get(found).map(|child| NodeIndex(*child))
        })
    }

    /// The entries of a directory, in the order of their names.
    pub fn list(&self, directory: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.children(directory).iter().map(|child| NodeIndex(*child))
    }

    /// All entries, parents before children, names in the order of their bytes.
    pub fn walk(&self) -> impl Iterator<Item = NodeIndex> {
        let mut open = vec![self.children(Self::ROOT).iter()];
        std::iter::from_fn(move || {
            loop {
                match open.last_mut()?.next() {
                    Some(child) => {
                        open.push(self.children(NodeIndex(*child)).iter());
                        return Some(NodeIndex(*child));
                    }
                    None => {
                        open.pop();
                    }
                }
            }
        })
    }

    /// The entry as a walk tells it.
    #[must_use]
    pub fn entry(&self, index: NodeIndex, path: EntryPath) -> Entry {
        let node = self.node(index);
        Entry {
            path,
            kind: node.map_or(EntryKind::Other, |node| node.kind),
            origin: node.map_or(Origin::File, |node| node.origin),
            stat: node.map(|node| node.stat),
        }
    }

    /// The last name of an entry's path, with its mark if it has one.
    #[must_use]
    pub fn name(&self, index: NodeIndex) -> &[u8] {
        self.placed(index).map(|placed| self.text(&placed.name)).unwrap_or_default()
    }

    fn children(&self, directory: NodeIndex) -> &[u32] {
        let range = self.placed(directory).map_or(0..0, |placed| placed.children.clone());
        let (start, end) = (usize::try_from(range.start).unwrap_or(0), usize::try_from(range.end).unwrap_or(0));
        self.order.get(start..end).unwrap_or_default()
    }

    fn parent_of(&self, index: u32) -> u32 {
        self.placed(NodeIndex(index)).map_or(0, |placed| placed.parent)
    }

    fn placed(&self, index: NodeIndex) -> Option<&Placed> {
        self.nodes.get(to_usize(index.0))
    }

    fn text(&self, name: &Range<u32>) -> &[u8] {
        let (start, end) = (usize::try_from(name.start).unwrap_or(0), usize::try_from(name.end).unwrap_or(0));
        self.names.get(start..end).unwrap_or_default()
    }
}

/// A name as a path can hold it.
fn spelled(name: &[u8]) -> Cow<'_, [u8]> {
    match name {
        b"" => Cow::Borrowed(b"[no name]"),
        b"." => Cow::Borrowed(b"\\x2E"),
        b".." => Cow::Borrowed(b"\\x2E\\x2E"),
        _ if !name.contains(&b'/') && !name.contains(&0) => Cow::Borrowed(name),
        _ => {
            let mut spelled = Vec::with_capacity(name.len().saturating_add(3));
            for byte in name {
                match byte {
                    b'/' => spelled.extend_from_slice(b"\\x2F"),
                    0 => spelled.extend_from_slice(b"\\x00"),
                    byte => spelled.push(*byte),
                }
            }
            Cow::Owned(spelled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Recovery;
    use super::*;

    fn node(kind: EntryKind, id: u64) -> Node {
        Node { kind, origin: Origin::File, id, stream: 0, stat: Stat::default() }
    }

    fn tree() -> Tree {
        let mut tree = Tree::new(100, 3);
        let b = tree.add(Tree::ROOT, b"b", node(EntryKind::Directory, 1)).unwrap();
        tree.add(Tree::ROOT, b"a-b", node(EntryKind::File, 2)).unwrap();
        let a = tree.add(Tree::ROOT, b"a", node(EntryKind::Directory, 3)).unwrap();
        tree.add(b, b"x", node(EntryKind::File, 4)).unwrap();
        tree.add(a, b"y", node(EntryKind::File, 5)).unwrap();
        tree
    }

    fn paths(tree: &Tree) -> Vec<String> {
        tree.walk().map(|index| tree.path(index).display()).collect()
    }

    #[test]
    fn walks_in_the_order_of_paths_and_finds_what_it_walks() {
        let mut tree = tree();
        tree.seal();
        assert_eq!(paths(&tree), ["a", "a/y", "a-b", "b", "b/x"]);
        let mut sorted: Vec<_> = tree.walk().map(|index| tree.path(index)).collect();
        sorted.sort();
        assert_eq!(sorted, tree.walk().map(|index| tree.path(index)).collect::<Vec<_>>());
        for index in tree.walk() {
            assert_eq!(tree.find(&tree.path(index)), Some(index));
        }
        assert_eq!(tree.find(&EntryPath::new("a/x")), None);
        assert_eq!(tree.list(Tree::ROOT).count(), 3);
    }

    #[test]
    fn namesakes_are_told_apart_and_shown_alike() {
        let mut tree = Tree::new(100, 3);
        let deleted = Origin::Deleted(Recovery::Resident);
        for id in 0..12 {
            tree.add(Tree::ROOT, b"a.txt", Node { origin: deleted, ..node(EntryKind::File, id) }).unwrap();
        }
        let live = tree.add(Tree::ROOT, b"a.txt", node(EntryKind::File, 99)).unwrap();
        tree.seal();
        assert_eq!(tree.find(&EntryPath::new("a.txt")), Some(live));
        assert!(paths(&tree).iter().all(|path| path == "a.txt"));
        for index in tree.walk() {
            assert_eq!(tree.find(&tree.path(index)), Some(index));
        }
    }

    #[test]
    fn names_that_no_path_can_hold_are_escaped() {
        let mut tree = Tree::new(100, 3);
        for name in [&b"../etc"[..], b"..", b".", b"", b"a\0b"] {
            tree.add(Tree::ROOT, name, node(EntryKind::File, 0)).unwrap();
        }
        tree.seal();
        assert_eq!(paths(&tree), ["..\\x2Fetc", "[no name]", "\\x2E", "\\x2E\\x2E", "a\\x00b"]);
    }

    #[test]
    fn caps_refuse_and_leave_the_rest() {
        let mut tree = Tree::new(2, 1);
        let a = tree.add(Tree::ROOT, b"a", node(EntryKind::Directory, 1)).unwrap();
        assert_eq!(tree.add(a, b"b", node(EntryKind::File, 2)), Err(Refused::TooDeep));
        tree.add(Tree::ROOT, b"c", node(EntryKind::File, 3)).unwrap();
        assert_eq!(tree.add(Tree::ROOT, b"d", node(EntryKind::File, 4)), Err(Refused::TooMany));
        tree.seal();
        assert_eq!(tree.len(), 2);
    }
}
