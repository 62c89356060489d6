//! An image as one file system: each of its volumes is a folder below the root.

use super::entry::{Entry, EntryKind, EntryPath, Origin};
use super::{FileSystem, Opened, Root, Slack, Walked};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

/// One volume of an image.
pub struct Volume {
    /// The folder that stands for it, one name.
    pub folder: EntryPath,
    /// For a shadow copy, the folder of the volume that it is one of.
    pub shadow_of: Option<EntryPath>,
    /// What is on it.
    pub file_system: Box<dyn FileSystem>,
}

/// The volumes of an image, in their order.
#[derive(Default)]
pub struct Image {
    volumes: Vec<Volume>,
    disk: Option<Source>,
}

impl Image {
    /// Of volumes; their folders must differ.
    #[must_use]
    pub fn new(mut volumes: Vec<Volume>) -> Self {
        volumes.sort_by(|a, b| a.folder.cmp(&b.folder));
        Self { volumes, disk: None }
    }

    /// On a disk: what turns out to be damaged of it while it is walked is told at the end of the walk.
    #[must_use]
    pub fn on(self, disk: Source) -> Self {
        Self { disk: Some(disk), ..self }
    }

    /// The volume that a path lies on, and the path there.
    fn place(&self, path: &EntryPath) -> Option<(&Volume, EntryPath)> {
        let mut names = path.as_bytes().splitn(2, |byte| *byte == b'/');
        let first = names.next()?;
        let volume = self.volumes.iter().find(|volume| volume.folder.as_bytes() == first)?;
        Some((volume, EntryPath::new(names.next().unwrap_or_default())))
    }
}

fn within(folder: &EntryPath, path: &EntryPath) -> EntryPath {
    if path.as_bytes().is_empty() { folder.clone() } else { folder.join(path.as_bytes()) }
}

impl FileSystem for Image {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        for volume in &self.volumes {
            let mut flow = ControlFlow::Continue(());
            volume.file_system.walk(limits, &mut |walked| {
                flow = visit(match walked {
                    Walked::Entry(entry) => Walked::Entry(Entry { path: within(&volume.folder, &entry.path), ..entry }),
                    Walked::Anomaly(anomaly) => Walked::Anomaly(Anomaly {
                        path: within(&volume.folder, &EntryPath::new(anomaly.path.as_bytes())).display(),
                        ..anomaly
                    }),
                });
                flow
            });
            if flow.is_break() {
                return;
            }
        }
        for cause in self.disk.iter().flat_map(|disk| disk.unread()) {
            if visit(Walked::Anomaly(Anomaly { stage: Stage::Read, path: String::new(), cause })).is_break() {
                return;
            }
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let (volume, inside) = self.place(path).ok_or_else(|| Anomaly {
            stage: Stage::Read,
            path: path.display(),
            cause: Cause::Unsupported("no such file".to_owned()),
        })?;
        let whole = |anomaly: Anomaly| Anomaly { path: path.display(), ..anomaly };
        volume.file_system.open(&inside).map_err(whole)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        if directory.as_bytes().is_empty() {
            let folder = |volume: &Volume| Entry::new(volume.folder.clone(), EntryKind::Directory);
            return self.volumes.iter().map(folder).collect();
        }
        let Some((volume, inside)) = self.place(directory) else { return Vec::new() };
        let entries = volume.file_system.list(&inside).into_iter();
        entries.map(|entry| Entry { path: within(&volume.folder, &entry.path), ..entry }).collect()
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        self.place(path).map_or(Origin::File, |(volume, inside)| volume.file_system.origin(&inside))
    }

    fn extents(&self, path: &EntryPath) -> Vec<(u64, u64)> {
        self.place(path).map(|(volume, inside)| volume.file_system.extents(&inside)).unwrap_or_default()
    }

    fn unallocated(&self, root: &EntryPath) -> Vec<Range<u64>> {
        self.place(root).map(|(volume, inside)| volume.file_system.unallocated(&inside)).unwrap_or_default()
    }

    fn slack(&self, root: &EntryPath) -> Vec<Slack> {
        self.place(root).map(|(volume, inside)| volume.file_system.slack(&inside)).unwrap_or_default()
    }

    fn directories(&self, root: &EntryPath, records: &BTreeSet<u64>) -> BTreeMap<u64, Entry> {
        let Some((volume, inside)) = self.place(root) else { return BTreeMap::new() };
        let found = volume.file_system.directories(&inside, records).into_iter();
        let whole = |entry: Entry| Entry { path: within(&volume.folder, &entry.path), ..entry };
        found.map(|(record, entry)| (record, whole(entry))).collect()
    }

    fn roots(&self) -> Vec<Root> {
        let root = |volume: &Volume| Root { folder: volume.folder.clone(), shadow_of: volume.shadow_of.clone() };
        self.volumes.iter().map(root).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::memory::Memory;
    use super::*;

    #[test]
    fn volumes_are_folders() {
        let volume = |folder: &str, files: &[(&str, &str)]| {
            let file_system: Memory = files.iter().copied().collect();
            Volume { folder: EntryPath::new(folder), shadow_of: None, file_system: Box::new(file_system) }
        };
        let image = Image::new(vec![volume("v1", &[("a/b.txt", "1")]), volume("v2", &[("c.txt", "22")])]);
        let mut walked = Vec::new();
        image.walk(&Limits::default(), &mut |item| {
            if let Walked::Entry(entry) = item {
                walked.push(entry.path.display());
            }
            ControlFlow::Continue(())
        });
        assert_eq!(walked, ["v1/a", "v1/a/b.txt", "v2/c.txt"]);
        assert_eq!(image.open(&EntryPath::new("v2/c.txt")).unwrap().stream.len(), 2);
        assert!(image.open(&EntryPath::new("v3/c.txt")).is_err() && image.open(&EntryPath::new("v1")).is_err());
        assert_eq!(image.list(&EntryPath::new("v1/a")).len(), 1);
        assert_eq!(image.list(&EntryPath::default()).len(), 2);
        let roots: Vec<_> = image.roots().into_iter().map(|root| root.folder.display()).collect();
        assert_eq!(roots, ["v1", "v2"]);
    }
}
