//! Collections whose names are escaped, with the names that the files had on their host.
//!
//! Velociraptor writes every name below its `uploads` with `%` and two hexadecimal digits for each byte that some file
//! system might not take: `uploads/auto/C%3A/Users`, `uploads/ntfs/%5C%5C.%5CC%3A/$Extend/$UsnJrnl%3A$J`. Scripts name their
//! files as the host did, and so must this evidence. Source: Velociraptor, `utils.SanitizeString`; the same for its archive
//! and for a folder that was unpacked from it.

use super::entry::{Entry, EntryKind, EntryPath, Origin, Stat};
use super::tree::{Node, NodeIndex, Tree};
use super::{FileSystem, Opened, Walked};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;

/// The folder of a Velociraptor collection that holds the files.
const UPLOADS: &[u8] = b"uploads";
/// What lies beside it.
const BESIDE: &[&[u8]] = &[b"uploads.json", b"collection_context.json", b"client_info.json", b"results", b"log.json"];
/// What lies in it: a folder for each way in which files were read.
const ACCESSORS: &[&[u8]] = &[b"auto", b"file", b"ntfs", b"lazy_ntfs", b"ntfs_vss", b"mft"];
/// Folders between the root of the evidence and a collection.
const DEPTH: usize = 2;
/// Folders that are looked into for collections, of each folder: who keeps more lies elsewhere.
const FOLDERS: usize = 256;

/// The file system with the names that its files had; itself, where there is no collection with escaped names in it.
#[must_use]
pub fn unescaped(file_system: Box<dyn FileSystem>, limits: &Limits) -> Box<dyn FileSystem> {
    let mut folders = Vec::new();
    find(&*file_system, &EntryPath::default(), DEPTH, &mut folders);
    if folders.is_empty() { file_system } else { Box::new(Unescaped::new(file_system, &folders, limits)) }
}

/// Finds the folders below which names are escaped.
fn find(file_system: &dyn FileSystem, folder: &EntryPath, depth: usize, found: &mut Vec<EntryPath>) {
    let entries = file_system.list(folder);
    let named = |entries: &[Entry], names: &[&[u8]]| entries.iter().any(|entry| names.contains(&entry.path.name()));
    let directories = || entries.iter().filter(|entry| entry.kind == EntryKind::Directory);
    if let Some(uploads) = directories().find(|entry| entry.path.name() == UPLOADS) {
        if named(&entries, BESIDE) && named(&file_system.list(&uploads.path), ACCESSORS) {
            found.push(uploads.path.clone());
        }
    } else if depth > 0 && !named(&entries, &[b"Windows", b"etc"]) {
        for entry in directories().take(FOLDERS) {
            find(file_system, &entry.path, depth.saturating_sub(1), found);
        }
    }
}

/// A file system under other names.
struct Unescaped {
    inner: Box<dyn FileSystem>,
    tree: Tree,
    /// Of each node by its number: the path below, and what the walk said of it.
    stored: Vec<(EntryPath, Option<Stat>)>,
    anomalies: Vec<Anomaly>,
}

impl Unescaped {
    fn new(inner: Box<dyn FileSystem>, folders: &[EntryPath], limits: &Limits) -> Self {
        let mut tree = Tree::new(limits.files, limits.directory_depth);
        let mut stored = Vec::new();
        let mut anomalies = Vec::new();
        let mut places: HashMap<EntryPath, NodeIndex> = HashMap::from([(EntryPath::default(), Tree::ROOT)]);
        let mut refused = false;
        inner.walk(limits, &mut |walked| {
            let entry = match walked {
                Walked::Entry(entry) => entry,
                Walked::Anomaly(anomaly) => {
                    anomalies.push(anomaly);
                    return ControlFlow::Continue(());
                }
            };
            let Some(parent) = places.get(&entry.path.parent()).copied() else { return ControlFlow::Continue(()) };
            let escaped = folders.iter().any(|folder| is_below(&entry.path, folder));
            let name = if escaped { unescape(entry.path.name()) } else { entry.path.name().to_vec() };
            // A name with a stream in it is one of a file; `C:` and `\\.\C:` are none.
            let stream = escaped
                && name.iter().rposition(|byte| *byte == b':').is_some_and(|at| at > 0 && !name.ends_with(b":"));
            let origin = if stream { Origin::AlternateStream } else { entry.origin };
            let id = to_u64(stored.len());
            let node = Node { kind: entry.kind, origin, id, stream: 0, stat: entry.stat.unwrap_or_default() };
            match tree.add(parent, &name, node) {
                Ok(index) => {
                    if entry.kind == EntryKind::Directory {
                        places.insert(entry.path.clone(), index);
                    }
                    stored.push((entry.path, entry.stat));
                }
                Err(_) if refused => {}
                Err(_) => {
                    refused = true;
                    let cause = Cause::LimitReached { what: "entries of a collection", limit: limits.files };
                    anomalies.push(Anomaly { stage: Stage::Walk, path: String::new(), cause });
                }
            }
            ControlFlow::Continue(())
        });
        tree.seal();
        Self { inner, tree, stored, anomalies }
    }

    fn stored(&self, index: NodeIndex) -> Option<&(EntryPath, Option<Stat>)> {
        let id = self.tree.node(index)?.id;
        self.stored.get(usize::try_from(id).ok()?)
    }

    fn entry(&self, index: NodeIndex, path: EntryPath) -> Entry {
        Entry { stat: self.stored(index).and_then(|(_, stat)| *stat), ..self.tree.entry(index, path) }
    }
}

impl FileSystem for Unescaped {
    fn walk(&self, _: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        for anomaly in &self.anomalies {
            if visit(Walked::Anomaly(again(anomaly))).is_break() {
                return;
            }
        }
        for index in self.tree.walk() {
            if visit(Walked::Entry(self.entry(index, self.tree.path(index)))).is_break() {
                return;
            }
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let anomaly = |cause| Anomaly { stage: Stage::Read, path: path.display(), cause };
        let stored = self.tree.find(path).and_then(|index| self.stored(index));
        let Some((stored, _)) = stored else { return Err(anomaly(Cause::Unsupported("no such file".to_owned()))) };
        self.inner.open(stored).map_err(|failed| anomaly(failed.cause))
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        let Some(index) = self.tree.find(directory) else { return Vec::new() };
        self.tree.list(index).map(|child| self.entry(child, directory.join(self.tree.name(child)))).collect()
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        let node = self.tree.find(path).and_then(|index| self.tree.node(index));
        node.map_or(Origin::File, |node| node.origin)
    }
}

fn is_below(path: &EntryPath, folder: &EntryPath) -> bool {
    let rest = path.as_bytes().strip_prefix(folder.as_bytes());
    rest.is_some_and(|rest| rest.first() == Some(&b'/'))
}

/// The name that was escaped. What is no escape stays.
fn unescape(name: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let byte = match after {
            [high, low, tail @ ..] if *first == b'%' => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    rest = tail;
                    high << 4 | low
                }
                _ => *first,
            },
            _ => *first,
        };
        plain.push(byte);
    }
    plain
}

/// The anomaly once more: an error of the operating system cannot be copied as it is.
fn again(anomaly: &Anomaly) -> Anomaly {
    let cause = match &anomaly.cause {
        Cause::Io(error) => Cause::Io(io::Error::new(error.kind(), error.to_string())),
        Cause::Unsupported(what) => Cause::Unsupported(what.clone()),
        Cause::Elsewhere(what) => Cause::Elsewhere(what.clone()),
        Cause::Corrupt { what, offset } => Cause::Corrupt { what: what.clone(), offset: *offset },
        Cause::CutOff { what, offset } => Cause::CutOff { what: what.clone(), offset: *offset },
        Cause::Abridged { what, limit } => Cause::Abridged { what, limit: *limit },
        Cause::LimitReached { what, limit } => Cause::LimitReached { what, limit: *limit },
    };
    Anomaly { stage: anomaly.stage, path: anomaly.path.clone(), cause }
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::memory::Memory;
    use super::*;

    fn paths(file_system: &dyn FileSystem) -> Vec<String> {
        let mut paths = Vec::new();
        file_system.walk(&Limits::default(), &mut |walked| {
            if let Walked::Entry(entry) = walked {
                paths.push(entry.path.display());
            }
            ControlFlow::Continue(())
        });
        paths
    }

    #[test]
    fn names_of_a_velociraptor_collection_are_those_of_the_host() {
        let files = [
            ("h/uploads/auto/C%3A/Users/a%25b.txt", "1"),
            ("h/uploads/ntfs/%5C%5C.%5CC%3A/$Extend/$UsnJrnl%3A$J", "2"),
            ("h/uploads/auto/C%3A/x%2Fy%zz%4", "3"),
            ("h/results/a%3A.json", "4"),
            ("h/uploads.json", "5"),
        ];
        let memory: Memory = files.into_iter().collect();
        let plain = unescaped(Box::new(memory), &Limits::default());
        let found = paths(&*plain);
        for path in [
            "h/results/a%3A.json",
            "h/uploads/auto/C:/Users/a%b.txt",
            "h/uploads/auto/C:/x\\x2Fy%zz%4",
            "h/uploads/ntfs/\\\\.\\C:/$Extend/$UsnJrnl:$J",
        ] {
            assert!(found.contains(&path.to_owned()), "{path}: {found:?}");
        }
        let journal = EntryPath::new("h/uploads/ntfs/\\\\.\\C:/$Extend/$UsnJrnl:$J");
        assert_eq!(plain.open(&journal).unwrap().stream.len(), 1);
        assert_eq!(plain.origin(&journal), Origin::AlternateStream);
        assert_eq!(plain.list(&EntryPath::new("h/uploads/auto/C:")).len(), 2);
        assert!(plain.open(&EntryPath::new("h/uploads/auto/C%3A/Users/a%25b.txt")).is_err());
    }

    #[test]
    fn other_folders_keep_their_names() {
        let memory: Memory = [("uploads/auto/a%3A.txt", "1"), ("x%41/y", "2")].into_iter().collect();
        assert_eq!(paths(&*unescaped(Box::new(memory.clone()), &Limits::default())), paths(&memory));
    }
}
