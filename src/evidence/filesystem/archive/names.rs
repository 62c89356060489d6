//! The names of an archive's members, planted into a tree. They are data: none of them is ever a path of this host.

use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Stat};
use crate::evidence::mounted::{Noted, NotedCause};
use crate::evidence::tree::{Node, NodeIndex, Refused, Tree};
use std::collections::HashMap;

/// Notes that are kept of one archive; how many more there were is told.
const NOTES: usize = 100;

/// A tree in the making.
pub(super) struct Names {
    tree: Tree,
    directories: HashMap<NodeIndex, HashMap<Vec<u8>, NodeIndex>>,
    /// The folder of the last member as it was written: the next one mostly lies there too.
    last: Option<(Vec<u8>, NodeIndex)>,
    notes: Vec<Noted>,
    unkept: u64,
    refused: Vec<Refused>,
    limits: Limits,
}

impl Names {
    pub(super) fn new(limits: &Limits) -> Self {
        let tree = Tree::new(limits.archive_entries, limits.directory_depth);
        let limits = limits.clone();
        Self {
            tree,
            directories: HashMap::new(),
            last: None,
            notes: Vec::new(),
            unkept: 0,
            refused: Vec::new(),
            limits,
        }
    }

    /// Whether nothing more can be added.
    pub(super) fn is_full(&self) -> bool {
        self.refused.contains(&Refused::TooMany)
    }

    /// Plants a member; `path` has `/` between its names. A leading `/`, `.` and empty names mean nothing; `..` stays, as a
    /// name that is spelled out. Folders that are only named on the way are made.
    pub(super) fn add(&mut self, path: &[u8], node: Node) {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at.saturating_add(1));
        let (folder, name) = path.split_at_checked(end).unwrap_or((&[], path));
        if name == b"." || (name.is_empty() && node.kind == EntryKind::Directory) {
            return;
        }
        let Some(parent) = self.folder(folder) else { return };
        if node.kind != EntryKind::Directory {
            self.plant(parent, name, node);
            return;
        }
        match self.directories.get(&parent).and_then(|directories| directories.get(name)) {
            Some(index) => self.tree.set_stat(*index, node.stat),
            None => {
                self.directory(parent, name, node);
            }
        }
    }

    /// Tells of something, at a member's path or of the archive as a whole.
    pub(super) fn note(&mut self, path: &[u8], what: NotedCause) {
        if self.notes.len() < NOTES {
            self.notes.push(Noted { path: EntryPath::new(path), what });
        } else {
            self.unkept = self.unkept.saturating_add(1);
        }
    }

    /// The tree, and what was told.
    pub(super) fn finish(mut self) -> (Tree, Vec<Noted>) {
        if self.unkept > 0 {
            let what = NotedCause::Unsupported(format!("{} more such remarks", self.unkept));
            self.notes.push(Noted { path: EntryPath::default(), what });
        }
        (self.tree, self.notes)
    }

    fn folder(&mut self, folder: &[u8]) -> Option<NodeIndex> {
        if let Some((last, index)) = &self.last
            && last == folder
        {
            return Some(*index);
        }
        let mut at = Tree::ROOT;
        for name in folder.split(|byte| *byte == b'/').filter(|name| !name.is_empty() && *name != b".") {
            let known = self.directories.get(&at).and_then(|directories| directories.get(name)).copied();
            at = match known {
                Some(index) => index,
                None => {
                    let stat = Stat::default();
                    let node =
                        Node { kind: EntryKind::Directory, origin: Origin::ArchiveMember, id: 0, stream: 0, stat };
                    self.directory(at, name, node)?
                }
            };
        }
        self.last = Some((folder.to_vec(), at));
        Some(at)
    }

    fn directory(&mut self, parent: NodeIndex, name: &[u8], node: Node) -> Option<NodeIndex> {
        let index = self.plant(parent, name, node)?;
        self.directories.entry(parent).or_default().insert(name.to_vec(), index);
        Some(index)
    }

    fn plant(&mut self, parent: NodeIndex, name: &[u8], node: Node) -> Option<NodeIndex> {
        match self.tree.add(parent, name, node) {
            Ok(index) => Some(index),
            Err(refused) => {
                if !self.refused.contains(&refused) {
                    self.refused.push(refused);
                    let depth = to_u64(self.limits.directory_depth);
                    let what = match refused {
                        Refused::TooDeep => NotedCause::LimitReached("depth of directories", depth),
                        Refused::TooMany => {
                            NotedCause::LimitReached("entries of an archive", self.limits.archive_entries)
                        }
                    };
                    // What is left out because of a cap is told whatever else there is to tell.
                    self.notes.insert(0, Noted { path: EntryPath::default(), what });
                }
                None
            }
        }
    }
}
