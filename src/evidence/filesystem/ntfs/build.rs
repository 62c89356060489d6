//! The tree of a volume, from the names in its table: every name below the directory that it refers to.
//!
//! A reference counts only where the sequence of the record is right. What refers to nothing that is there, or to itself
//! over others, lies in `[orphan]`.

use super::notes::Notes;
use super::table::{File, NONE, STREAMS, Stream, Table};
use super::wof;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::entry::{EntryKind, Origin, Recovery, Stat};
use crate::evidence::mounted::NotedCause;
use crate::evidence::tree::{Node, NodeIndex, Refused, Tree};

/// The record of the root directory.
const ROOT: u32 = 5;

/// The folder of what has no directory.
const ORPHANS: &[u8] = b"[orphan]";

/// Builds the tree.
pub(super) fn tree(table: &Table, limits: &Limits, notes: &mut Notes) -> Tree {
    let families = Families::of(table);
    let mut building = Building {
        table,
        tree: Tree::new(limits.files, limits.directory_depth),
        placed: vec![false; table.names.len()],
        expanded: vec![false; table.files.len()],
        orphans: None,
        full: false,
        limits,
        notes,
        families: &families,
        name: Vec::new(),
    };
    if let Some(root) = table.place(u64::from(ROOT)) {
        if let Some(file) = usize::try_from(root).ok().and_then(|root| table.files.get(root)) {
            building.streams(Tree::ROOT, b"", file);
        }
        building.expand(root, Tree::ROOT);
    } else {
        building.children(families.rootless, Tree::ROOT);
    }
    for name in &families.lost {
        building.orphan(*name);
    }
    // What is left goes round in circles, or lies too deep.
    for name in 0..u32::try_from(table.names.len()).unwrap_or(NONE) {
        building.orphan(name);
    }
    for file in table.files.iter().filter(|file| file.name_count == 0) {
        building.nameless(file);
    }
    building.tree
}

/// Which names lie in which directory, as chains.
struct Families {
    /// The first name in each file that is a directory.
    first: Vec<u32>,
    /// The next name in the same directory.
    next: Vec<u32>,
    /// The file of each name; none for names that are not shown.
    owner: Vec<u32>,
    /// The name of each file that stands for all of them.
    chief: Vec<u32>,
    /// Names whose directory is not there.
    lost: Vec<u32>,
    /// The first name in the root, where the root has no record.
    rootless: u32,
}

impl Families {
    fn of(table: &Table) -> Self {
        let mut families = Self {
            first: vec![NONE; table.files.len()],
            next: vec![NONE; table.names.len()],
            owner: vec![NONE; table.names.len()],
            chief: vec![NONE; table.files.len()],
            lost: Vec::new(),
            rootless: NONE,
        };
        for (place, file) in (0u32..).zip(&table.files) {
            let shown = table.chain_of_names(file).any(|(_, name)| !name.short);
            for (index, name) in table.chain_of_names(file) {
                // The root's own name says that it is in itself.
                if (shown && name.short) || file.record == ROOT {
                    continue;
                }
                if let Some(owner) = at_mut(&mut families.owner, index) {
                    *owner = place;
                }
                if let Some(chief) = at_mut(&mut families.chief, place) {
                    *chief = index;
                }
                let parent = table.place(name.parent.record);
                let directory = parent.and_then(|parent| at(&table.files, parent)).filter(|parent| {
                    parent.kind == EntryKind::Directory && name.parent.means(parent.sequence, parent.in_use)
                });
                let chain = match (parent, directory) {
                    (Some(parent), Some(_)) => at_mut(&mut families.first, parent),
                    (None, _) if name.parent.record == u64::from(ROOT) => Some(&mut families.rootless),
                    _ => None,
                };
                match chain {
                    Some(first) => {
                        let next = std::mem::replace(first, index);
                        if let Some(slot) = at_mut(&mut families.next, index) {
                            *slot = next;
                        }
                    }
                    None => families.lost.push(index),
                }
            }
        }
        families
    }
}

fn at<T>(list: &[T], index: u32) -> Option<&T> {
    list.get(usize::try_from(index).ok()?)
}

fn at_mut<T>(list: &mut [T], index: u32) -> Option<&mut T> {
    list.get_mut(usize::try_from(index).ok()?)
}

struct Building<'a> {
    table: &'a Table,
    families: &'a Families,
    tree: Tree,
    placed: Vec<bool>,
    expanded: Vec<bool>,
    orphans: Option<NodeIndex>,
    full: bool,
    limits: &'a Limits,
    notes: &'a mut Notes,
    name: Vec<u8>,
}

impl Building<'_> {
    /// Puts everything below a directory in its place.
    fn expand(&mut self, directory: u32, node: NodeIndex) {
        let mut open = vec![(directory, node)];
        while let Some((directory, node)) = open.pop() {
            let Some(expanded) = at_mut(&mut self.expanded, directory).filter(|expanded| !**expanded) else { continue };
            *expanded = true;
            let mut name = at(&self.families.first, directory).copied().unwrap_or(NONE);
            while name != NONE {
                open.extend(self.place(name, node));
                name = at(&self.families.next, name).copied().unwrap_or(NONE);
            }
        }
    }

    /// Puts a chain of names in a directory, and what lies below them.
    fn children(&mut self, first: u32, node: NodeIndex) {
        let mut name = first;
        while name != NONE {
            if let Some((directory, node)) = self.place(name, node) {
                self.expand(directory, node);
            }
            name = at(&self.families.next, name).copied().unwrap_or(NONE);
        }
    }

    /// Puts one name in a directory; tells the directory that it is itself, if it is one.
    fn place(&mut self, name: u32, parent: NodeIndex) -> Option<(u32, NodeIndex)> {
        let owner = at(&self.families.owner, name).copied().filter(|owner| *owner != NONE)?;
        let file = at(&self.table.files, owner)?;
        let placed = at_mut(&mut self.placed, name).filter(|placed| !**placed && !self.full)?;
        *placed = true;
        let text = self.table.text(&at(&self.table.names, name)?.text);
        let node = self.add(parent, text, file)?;
        let chief = at(&self.families.chief, owner) == Some(&name);
        if let Some(cap) = file.capped.filter(|_| chief) {
            self.notes.at(self.tree.path(node), cap.told());
        }
        if chief || file.name_count.saturating_mul(file.stream_count) <= STREAMS {
            self.streams(parent, text, file);
        }
        (file.kind == EntryKind::Directory).then_some((owner, node))
    }

    /// Adds the node of a file itself.
    fn add(&mut self, parent: NodeIndex, name: &[u8], file: &File) -> Option<NodeIndex> {
        let content = self.table.chain_of_streams(file).find(|stream| stream.number == 0);
        let content = content.filter(|_| file.kind != EntryKind::Directory);
        // What the Windows Overlay Filter compressed is as good as the stream that it lies in.
        let overlaid = |stream: &&Stream| self.table.text(&stream.name) == wof::NAME.as_bytes();
        let overlaid = self.table.chain_of_streams(file).filter(|_| !file.in_use).find(overlaid);
        let recovery = overlaid.or(content).map_or(Recovery::NameOnly, |stream| stream.recovery);
        let origin = if file.in_use { Origin::File } else { Origin::Deleted(recovery) };
        let stat = Stat { size: content.map_or(0, |content| content.size), times: times(file) };
        let node = Node { kind: file.kind, origin, id: u64::from(file.record), stream: 0, stat };
        self.node(parent, name, node)
    }

    /// Adds the nodes of a file's named streams beside it.
    fn streams(&mut self, parent: NodeIndex, name: &[u8], file: &File) {
        for stream in self.table.chain_of_streams(file).filter(|stream| stream.number > 0) {
            let mut whole = std::mem::take(&mut self.name);
            whole.clear();
            whole.extend_from_slice(name);
            whole.push(b':');
            whole.extend_from_slice(self.table.text(&stream.name));
            self.node(parent, &whole, stream_node(file, stream));
            self.name = whole;
        }
    }

    fn node(&mut self, parent: NodeIndex, name: &[u8], node: Node) -> Option<NodeIndex> {
        match self.tree.add(parent, name, node) {
            Ok(index) => Some(index),
            Err(Refused::TooDeep) => {
                let limit = to_u64(self.limits.directory_depth);
                self.notes.whole(NotedCause::LimitReached("depth of directories", limit));
                None
            }
            Err(Refused::TooMany) => {
                self.full = true;
                self.notes.whole(NotedCause::LimitReached("files", self.limits.files));
                None
            }
        }
    }

    /// Puts a name that has no place among the orphans, with what lies below it.
    fn orphan(&mut self, name: u32) {
        let waits = at(&self.placed, name) == Some(&false)
            && at(&self.families.owner, name).is_some_and(|owner| *owner != NONE);
        if !waits || self.full {
            return;
        }
        if let Some(folder) = self.orphans()
            && let Some((directory, node)) = self.place(name, folder)
        {
            self.expand(directory, node);
        }
    }

    /// Puts a file without a name among the orphans, if it has content: its record's number stands for the name.
    fn nameless(&mut self, file: &File) {
        let content = self.table.chain_of_streams(file).any(|stream| stream.size > 0);
        // The records below belong to the file system, and some are kept in reserve.
        if !content || file.record < 24 || self.full {
            return;
        }
        if let Some(folder) = self.orphans() {
            let name = format!("[record {}]", file.record);
            self.add(folder, name.as_bytes(), file);
            self.streams(folder, name.as_bytes(), file);
        }
    }

    fn orphans(&mut self) -> Option<NodeIndex> {
        if self.orphans.is_none() {
            let (kind, stat) = (EntryKind::Directory, Stat::default());
            let node = Node { kind, origin: Origin::File, id: u64::MAX, stream: 0, stat };
            self.orphans = self.node(Tree::ROOT, ORPHANS, node);
        }
        self.orphans
    }
}

fn stream_node(file: &File, stream: &Stream) -> Node {
    let origin = if file.in_use { Origin::AlternateStream } else { Origin::Deleted(stream.recovery) };
    let stat = Stat { size: stream.size, times: times(file) };
    Node { kind: EntryKind::File, origin, id: u64::from(file.record), stream: stream.number, stat }
}

fn times(file: &File) -> FileTimes {
    let [created, modified, changed, accessed] = file.times.map(Timestamp::from_filetime);
    FileTimes { created, modified, accessed, changed, ..FileTimes::default() }
}
