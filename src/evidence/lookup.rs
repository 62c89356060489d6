//! Looks a path up as Windows does: without case, with wildcards, by listing directories.

use super::entry::{Entry, EntryKind, EntryPath};
use super::{FileSystem, Opened, Root};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Listings kept at a time, and entries in all of them; they are dropped all together when there are more.
const LISTINGS: usize = 64;
const ENTRIES: usize = 50_000;

/// Directories that are listed for one name that stands for all below a directory.
const DESCENTS: usize = 4096;

/// A file system with its last listings.
pub struct Lookup<'a> {
    file_system: &'a dyn FileSystem,
    kept: Mutex<Kept>,
}

/// The listings that are kept, by the path of their directory.
#[derive(Default)]
struct Kept {
    listings: BTreeMap<Vec<u8>, Arc<Listing>>,
    entries: usize,
}

/// The entries of a directory, and which of them bears a name.
struct Listing {
    entries: Vec<Entry>,
    /// Folded names, in order, each with the place of its entry.
    names: Vec<(String, usize)>,
}

impl<'a> Lookup<'a> {
    /// A look-up over a file system.
    #[must_use]
    pub fn new(file_system: &'a dyn FileSystem) -> Self {
        Self { file_system, kept: Mutex::default() }
    }

    /// The files that the names lead to from `start`, each with whether every name is equal to the letter. Names that
    /// differ in case alone all count; those that are equal come first, and deleted ones only where there is no other. The last name may hold `*` and `?`.
    #[must_use]
    pub fn files(&self, start: &EntryPath, names: &[&str]) -> Vec<(EntryPath, bool)> {
        let mut found = self.entries(start, names);
        found.retain(|(entry, _)| entry.kind == EntryKind::File);
        found.sort_by_key(|(entry, exact)| (entry.origin.is_deleted(), !exact));
        if let Some((first, exact)) = found.first()
            && !names.last().is_some_and(|name| is_pattern(name))
        {
            // What is there is meant, and not what was; of several deleted files of that name each may be the one.
            let live = !first.origin.is_deleted();
            if live && *exact {
                found.truncate(1);
            } else if live {
                found.retain(|(entry, _)| !entry.origin.is_deleted());
            }
        }
        found.into_iter().map(|(entry, exact)| (entry.path, exact)).collect()
    }

    /// The files of the directories that the names lead to and of all that lie below them, at most `cap`: those of a
    /// directory before those of its folders. Links are not followed.
    #[must_use]
    pub fn files_below(&self, start: &EntryPath, names: &[&str], cap: usize) -> Vec<(EntryPath, bool)> {
        let mut left = DESCENTS;
        let mut found = Vec::new();
        let mut level: Vec<(EntryPath, bool)> = self
            .entries(start, names)
            .into_iter()
            .filter(|(entry, _)| entry.kind == EntryKind::Directory)
            .map(|(entry, exact)| (entry.path, exact))
            .collect();
        while !level.is_empty() {
            let mut below = Vec::new();
            for (directory, exact) in level {
                let Some(rest) = left.checked_sub(1).filter(|_| found.len() < cap) else { break };
                left = rest;
                let mut entries = self.file_system.list(&directory);
                entries.sort_by_key(|entry| entry.origin.is_deleted());
                for entry in entries {
                    match entry.kind {
                        EntryKind::File if found.len() < cap => found.push((entry.path, exact)),
                        EntryKind::Directory => below.push((entry.path, exact)),
                        _ => {}
                    }
                }
            }
            level = below;
        }
        found
    }

    /// The directories that the names lead to.
    #[must_use]
    pub fn directories(&self, start: &EntryPath, names: &[&str]) -> Vec<EntryPath> {
        let entries = self.entries(start, names).into_iter();
        entries.filter(|(entry, _)| entry.kind == EntryKind::Directory).map(|(entry, _)| entry.path).collect()
    }

    /// Opens a file by its exact path.
    #[must_use]
    pub fn open(&self, path: &EntryPath) -> Option<Opened> {
        self.file_system.open(path).ok()
    }

    /// The roots of the volumes.
    #[must_use]
    pub fn roots(&self) -> Vec<Root> {
        self.file_system.roots()
    }

    /// The directories in a directory.
    #[must_use]
    pub fn directories_in(&self, directory: &EntryPath) -> Vec<EntryPath> {
        let listing = self.listing(directory);
        let directories = listing.entries.iter().filter(|entry| entry.kind == EntryKind::Directory);
        directories.map(|entry| entry.path.clone()).collect()
    }

    /// Whether the paths are those of the host that the program runs on.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.file_system.is_host()
    }

    /// The entries of a directory.
    #[must_use]
    pub fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        self.listing(directory).entries.clone()
    }

    fn listing(&self, directory: &EntryPath) -> Arc<Listing> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = kept.listings.get(directory.as_bytes()) {
            return Arc::clone(listing);
        }
        let listing = Arc::new(Listing::new(self.file_system.list(directory)));
        if kept.listings.len() >= LISTINGS || kept.entries.saturating_add(listing.entries.len()) > ENTRIES {
            *kept = Kept::default();
        }
        kept.entries = kept.entries.saturating_add(listing.entries.len());
        kept.listings.insert(directory.as_bytes().to_vec(), Arc::clone(&listing));
        listing
    }

    fn entries(&self, start: &EntryPath, names: &[&str]) -> Vec<(Entry, bool)> {
        let mut at = vec![(Entry::new(start.clone(), EntryKind::Directory), true)];
        for name in names.iter().filter(|name| !name.is_empty() && **name != ".") {
            if *name == ".." {
                at.iter_mut()
                    .filter(|(entry, _)| entry.path != *start)
                    .for_each(|(entry, _)| entry.path = entry.path.parent());
                continue;
            }
            at = at
                .into_iter()
                .filter(|(entry, _)| entry.kind == EntryKind::Directory)
                .flat_map(|(directory, exact)| {
                    let found = self.listing(&directory.path).called(name);
                    found.into_iter().map(move |(entry, equal)| (entry, exact && equal))
                })
                .collect();
        }
        at
    }
}

/// Whether a name holds a wildcard.
#[must_use]
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

impl Listing {
    fn new(entries: Vec<Entry>) -> Self {
        let name = |entry: &Entry| std::str::from_utf8(entry.path.name()).ok().map(fold);
        let mut names: Vec<(String, usize)> =
            entries.iter().enumerate().filter_map(|(at, entry)| Some((name(entry)?, at))).collect();
        names.sort_unstable();
        Self { entries, names }
    }

    /// The entries of a name, each with whether it is equal to the letter. Windows drops trailing dots and blanks; `*.*`
    /// means every name; `*.` and the like are not treated specially.
    fn called(&self, asked: &str) -> Vec<(Entry, bool)> {
        let asked = asked.trim_end_matches(['.', ' ']);
        let folded = fold(asked);
        let is_pattern = is_pattern(asked);
        let mut places: Vec<usize> = if is_pattern {
            let pattern: Vec<char> = folded.chars().collect();
            let meets = |name: &str| asked == "*.*" || wildcard(&pattern, &name.chars().collect::<Vec<_>>());
            self.names.iter().filter(|(name, _)| meets(name)).map(|(_, at)| *at).collect()
        } else {
            let first = self.names.partition_point(|(name, _)| *name < folded);
            let same = self.names.iter().skip(first).take_while(|(name, _)| *name == folded);
            same.map(|(_, at)| *at).collect()
        };
        places.sort_unstable();
        let entries = places.into_iter().filter_map(|at| self.entries.get(at));
        entries.map(|entry| (entry.clone(), is_pattern || entry.path.name() == asked.as_bytes())).collect()
    }
}

fn fold(name: &str) -> String {
    name.chars().flat_map(char::to_uppercase).collect()
}

/// `*` for any characters, `?` for one; linear in practice, never worse than the product of the lengths.
fn wildcard(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0usize, 0usize);
    let mut star: Option<(usize, usize)> = None;
    while let Some(character) = name.get(n) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p = p.saturating_add(1);
            }
            Some(wanted) if *wanted == '?' || wanted == character => {
                p = p.saturating_add(1);
                n = n.saturating_add(1);
            }
            _ => match star {
                Some((at, from)) => {
                    p = at.saturating_add(1);
                    n = from.saturating_add(1);
                    star = Some((at, n));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::memory::Memory;
    use super::*;

    #[test]
    fn paths_are_found_as_windows_finds_them() {
        let disk: Memory =
            ["Windows/Temp/NC.exe", "Windows/Temp/b.txt", "windows/temp/c.txt", "Users/Jörg/a.zip", "x/y.Z"]
                .map(|path| (path, "x"))
                .into_iter()
                .collect();
        let lookup = Lookup::new(&disk);
        let cases: [(&[&str], &[(&str, bool)]); 8] = [
            (&["windows", "TEMP", "nc.EXE"], &[("Windows/Temp/NC.exe", false)]),
            (&["Windows", "Temp", "NC.exe"], &[("Windows/Temp/NC.exe", true)]),
            (&["Windows", "Temp", "*.txt"], &[("Windows/Temp/b.txt", true), ("windows/temp/c.txt", false)]),
            (&["Windows", "Temp", "..", "Temp", "b.txt"], &[("Windows/Temp/b.txt", true)]),
            (&["..", "..", "x", "y.z"], &[("x/y.Z", false)]),
            (&["users", "JÖRG", "a.zip. "], &[("Users/Jörg/a.zip", false)]),
            (&["x", "?.z"], &[("x/y.Z", true)]),
            (&["x"], &[]),
        ];
        for (names, expected) in cases {
            let found = lookup.files(&EntryPath::default(), names);
            let found: Vec<_> = found.iter().map(|(path, exact)| (path.display(), *exact)).collect();
            assert_eq!(found, expected.iter().map(|(p, e)| ((*p).to_owned(), *e)).collect::<Vec<_>>(), "{names:?}");
        }
    }

    #[test]
    fn all_below_a_directory_is_found_up_to_a_cap() {
        let disk: Memory =
            ["home/a/x", "home/a/sub/deep/y", "home/z", "other/w"].map(|path| (path, "x")).into_iter().collect();
        let lookup = Lookup::new(&disk);
        let below = |names: &[&str], cap| -> Vec<String> {
            let found = lookup.files_below(&EntryPath::default(), names, cap);
            found.iter().map(|(path, _)| path.display()).collect()
        };
        assert_eq!(below(&["HOME"], 9), ["home/z", "home/a/x", "home/a/sub/deep/y"]);
        assert_eq!(below(&["home"], 2), ["home/z", "home/a/x"]);
        assert_eq!(below(&["home", "none"], 9), [""; 0]);
    }
}
