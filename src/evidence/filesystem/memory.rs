//! A file system in memory: for one text that is explained by itself, for tests, and for fuzzing the whole run.

use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::base::time::FileTimes;
use crate::evidence::entry::{Entry, EntryKind, EntryPath};
use crate::evidence::{FileSystem, Opened, Walked};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Files by their path; directories are those that files lie in.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<EntryPath, Vec<u8>>,
}

impl Memory {
    /// Puts a file in; `path` has `/` between its names.
    pub fn put(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.files.insert(EntryPath::new(path), content.into());
    }
}

impl<P: AsRef<str>, C: Into<Vec<u8>>> FromIterator<(P, C)> for Memory {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        Self {
            files: files.into_iter().map(|(path, content)| (EntryPath::new(path.as_ref()), content.into())).collect(),
        }
    }
}

impl FileSystem for Memory {
    fn walk(&self, _: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        let mut seen: BTreeMap<EntryPath, EntryKind> = BTreeMap::new();
        for path in self.files.keys() {
            let mut directory = path.parent();
            while !directory.as_bytes().is_empty() {
                let parent = directory.parent();
                seen.insert(directory, EntryKind::Directory);
                directory = parent;
            }
            seen.insert(path.clone(), EntryKind::File);
        }
        for (path, kind) in seen {
            if visit(Walked::Entry(Entry::new(path, kind))).is_break() {
                return;
            }
        }
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let content = self
            .files
            .get(path)
            .ok_or_else(|| Anomaly::new(Stage::Read, path.display(), Cause::Unsupported("no such file".to_owned())))?;
        Ok(Opened { stream: Box::new(content.clone()), times: FileTimes::default() })
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        let depth = directory.components().count();
        let mut entries: BTreeMap<EntryPath, EntryKind> = BTreeMap::new();
        for path in self.files.keys() {
            let below = directory.components().eq(path.components().take(depth));
            let mut rest = path.components().skip(depth);
            if let (true, Some(name)) = (below, rest.next()) {
                let kind = if rest.next().is_some() { EntryKind::Directory } else { EntryKind::File };
                entries.insert(directory.join(name), kind);
            }
        }
        entries.into_iter().map(|(path, kind)| Entry::new(path, kind)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_and_lists_like_a_disk() {
        let memory: Memory = [("b.txt", "1"), ("a/c.txt", "22")].into_iter().collect();
        let mut walked = Vec::new();
        memory.walk(&Limits::default(), &mut |item| {
            if let Walked::Entry(entry) = item {
                walked.push((entry.path.display(), entry.kind));
            }
            ControlFlow::Continue(())
        });
        let expected = [("a", EntryKind::Directory), ("a/c.txt", EntryKind::File), ("b.txt", EntryKind::File)];
        assert_eq!(walked, expected.map(|(path, kind)| (path.to_owned(), kind)));
        assert_eq!(memory.list(&EntryPath::default()).len(), 2);
        assert_eq!(memory.open(&EntryPath::new("a/c.txt")).unwrap().stream.len(), 2);
    }
}
