//! Looks a path up as Windows does: without case, with wildcards, by listing directories.

use super::entry::{Entry, EntryKind, EntryPath};
use super::{FileSystem, Opened, Root};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Listings kept at a time; they are dropped all together when there are more.
const LISTINGS: usize = 64;

/// A file system with its last listings.
pub struct Lookup<'a> {
    file_system: &'a dyn FileSystem,
    listings: Mutex<BTreeMap<Vec<u8>, Vec<Entry>>>,
}

impl<'a> Lookup<'a> {
    /// A look-up over a file system.
    #[must_use]
    pub fn new(file_system: &'a dyn FileSystem) -> Self {
        Self { file_system, listings: Mutex::default() }
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

    /// Whether the paths are those of the host that the program runs on.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.file_system.is_host()
    }

    /// The entries of a directory.
    #[must_use]
    pub fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = listings.get(directory.as_bytes()) {
            return listing.clone();
        }
        let listing = self.file_system.list(directory);
        if listings.len() >= LISTINGS {
            listings.clear();
        }
        listings.insert(directory.as_bytes().to_vec(), listing.clone());
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
                    let listed = self.list(&directory.path).into_iter();
                    listed.filter_map(move |entry| {
                        let equal = meets(name, entry.path.name())?;
                        Some((entry, exact && equal))
                    })
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

/// Whether a name of the disk is the one asked for, and if so, whether to the letter. Windows drops trailing dots and
/// blanks; `*.*` means every name; `*.` and the like are not treated specially.
fn meets(asked: &str, name: &[u8]) -> Option<bool> {
    let asked = asked.trim_end_matches(['.', ' ']);
    if asked.as_bytes() == name {
        return Some(true);
    }
    let name = std::str::from_utf8(name).ok()?;
    if is_pattern(asked) {
        return (asked == "*.*" || wildcard(&fold(asked), &fold(name))).then_some(true);
    }
    (asked.eq_ignore_ascii_case(name) || fold(asked) == fold(name)).then_some(false)
}

fn fold(name: &str) -> Vec<char> {
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
}
