//! Fragments of text that were found where no file is, as files of a folder of their own beside those of a volume.

use super::entry::{Entry, EntryKind, EntryPath, Origin, Stat};
use super::{FileSystem, Opened, Root, Slack, Walked};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::source::{Part, Source};
use crate::base::time::FileTimes;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};

/// A file system with the fragments found on it. A fragment's name is where it begins, in hexadecimal.
pub struct WithFragments {
    volume: Box<dyn FileSystem>,
    folders: BTreeMap<EntryPath, Folder>,
}

/// The fragments of one space: the unallocated clusters of a volume, its page file.
struct Folder {
    space: Source,
    fragments: BTreeMap<EntryPath, Range<u64>>,
}

impl WithFragments {
    /// A volume, with no fragments so far.
    #[must_use]
    pub fn new(volume: Box<dyn FileSystem>) -> Self {
        Self { volume, folders: BTreeMap::new() }
    }

    /// Adds the fragments of a space under a folder that the file system does not have, `v001/[unallocated]`.
    pub fn add(&mut self, folder: &str, space: Source, fragments: impl IntoIterator<Item = Range<u64>>) {
        let named = |range: Range<u64>| (EntryPath::new(format!("{:012x}", range.start)), range);
        let fragments: BTreeMap<_, _> = fragments.into_iter().map(named).collect();
        if !fragments.is_empty() {
            self.folders.insert(EntryPath::new(folder), Folder { space, fragments });
        }
    }

    fn fragment(&self, path: &EntryPath) -> Option<(&Folder, Range<u64>)> {
        let folder = self.folders.get(&path.parent())?;
        Some((folder, folder.fragments.get(&EntryPath::new(path.name()))?.clone()))
    }
}

fn entry(folder: &EntryPath, name: &EntryPath, range: &Range<u64>) -> Entry {
    let stat = Stat { size: range.end.saturating_sub(range.start), times: FileTimes::default() };
    Entry { path: folder.join(name.as_bytes()), kind: EntryKind::File, origin: Origin::Unallocated, stat: Some(stat) }
}

impl FileSystem for WithFragments {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        let mut flow = ControlFlow::Continue(());
        self.volume.walk(limits, &mut |walked| {
            flow = visit(walked);
            flow
        });
        let fragments = self.folders.iter().flat_map(|(name, folder)| {
            folder.fragments.iter().map(move |(fragment, range)| entry(name, fragment, range))
        });
        for fragment in fragments {
            if flow.is_break() {
                return;
            }
            flow = visit(Walked::Entry(fragment));
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let Some((folder, range)) = self.fragment(path) else { return self.volume.open(path) };
        let length = range.end.saturating_sub(range.start);
        let part = Part::new(folder.space.clone(), range.start, length);
        if part.is_empty() {
            let cause = Cause::Unsupported("the fragment lies outside its space".to_owned());
            return Err(Anomaly { stage: Stage::Read, path: path.display(), cause });
        }
        Ok(Opened { stream: Box::new(part), times: FileTimes::default() })
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        match self.folders.get(directory) {
            Some(folder) => folder.fragments.iter().map(|(name, range)| entry(directory, name, range)).collect(),
            None => self.volume.list(directory),
        }
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        self.fragment(path).map_or_else(|| self.volume.origin(path), |_| Origin::Unallocated)
    }

    fn extents(&self, path: &EntryPath) -> Vec<(u64, u64)> {
        match self.fragment(path) {
            Some((_, range)) => vec![(range.start, range.end.saturating_sub(range.start))],
            None => self.volume.extents(path),
        }
    }

    fn directories(&self, root: &EntryPath, records: &BTreeSet<u64>) -> BTreeMap<u64, Entry> {
        self.volume.directories(root, records)
    }

    fn roots(&self) -> Vec<Root> {
        self.volume.roots()
    }

    fn unallocated(&self, root: &EntryPath) -> Vec<Range<u64>> {
        self.volume.unallocated(root)
    }

    fn slack(&self, root: &EntryPath) -> Vec<Slack> {
        self.volume.slack(root)
    }
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::memory::Memory;
    use super::*;
    use crate::base::bytes::read_full;
    use std::sync::Arc;

    #[test]
    fn fragments_are_files_beside_those_of_the_volume() {
        let disk: Memory = [("a.txt", "1")].into_iter().collect();
        let mut volume = WithFragments::new(Box::new(disk));
        volume.add("[unallocated]", Arc::new(b"....open h....".to_vec()), [4..10]);
        volume.add("[pagefile.sys]", Arc::new(Vec::new()), []);
        let path = EntryPath::new("[unallocated]/000000000004");
        let mut walked = Vec::new();
        volume.walk(&Limits::default(), &mut |item| {
            if let Walked::Entry(entry) = item {
                walked.push(entry.path.display());
            }
            ControlFlow::Continue(())
        });
        assert_eq!(walked, ["a.txt", "[unallocated]/000000000004"]);
        let opened = volume.open(&path).unwrap();
        let mut bytes = [0u8; 6];
        assert_eq!(read_full(&opened.stream, 0, &mut bytes).unwrap(), 6);
        assert_eq!((&bytes, opened.stream.len()), (b"open h", 6));
        assert_eq!(volume.extents(&path), [(4, 6)]);
        assert_eq!(volume.origin(&path), Origin::Unallocated);
        assert_eq!(volume.list(&EntryPath::new("[unallocated]")).len(), 1);
        assert!(volume.open(&EntryPath::new("[unallocated]/5")).is_err());
    }
}
