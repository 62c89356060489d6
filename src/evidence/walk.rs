//! A walk through folders of this host: parents before children, names in the order of their bytes, links not followed.
//!
//! What is known and was not visited when a walk ends early can be told, folder by folder.

use super::Walked;
use super::entry::{Entry, EntryKind, EntryPath};
use super::filesystem::folder::{Listing, Named};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What becomes of a folder that a walk came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evidence) enum Enter {
    /// It is walked.
    Yes,
    /// It is an entry, and nothing below it is visited.
    No,
    /// It is an entry, and of what it holds only these names are visited.
    Only(BTreeSet<Vec<u8>>),
}

/// What a walk that was broken off knows and did not visit. What lies in those folders is not counted: nobody looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Files.
    pub files: u64,
    /// Folders.
    pub folders: u64,
    /// The folders nearest to the root that were not entered, in order.
    pub places: Vec<EntryPath>,
    /// The folder in which the walk stood.
    pub stood_in: Option<EntryPath>,
}

/// The cap of files, in a note.
pub const FILES: &str = "files";

/// Files counted against their cap, for whoever visits them.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileCount(u64);

impl FileCount {
    /// Counts an entry; the note on the first file that is one too many, with which a walk is to end.
    pub fn exceeds(&mut self, kind: EntryKind, limits: &Limits) -> Option<Anomaly> {
        self.0 = self.0.saturating_add(u64::from(kind == EntryKind::File));
        let cause = Cause::LimitReached { what: FILES, limit: limits.files };
        (self.0 > limits.files).then(|| Anomaly::new(Stage::Walk, "", cause))
    }
}

/// Folders whose names are still to be visited, the innermost last.
struct Level {
    folder: EntryPath,
    names: std::vec::IntoIter<Named>,
}

/// How folders are read and chosen.
pub(in crate::evidence) struct Walk<'w> {
    /// What a folder holds, or why this is not known.
    pub(in crate::evidence) read: &'w dyn Fn(&EntryPath) -> Result<Listing, Anomaly>,
    /// Which folders are entered.
    pub(in crate::evidence) enter: &'w mut dyn FnMut(&EntryPath) -> Enter,
    /// The caps.
    pub(in crate::evidence) limits: &'w Limits,
}

impl Walk<'_> {
    /// Visits everything below a folder, and tells what was left where the visitor breaks.
    pub(in crate::evidence) fn below(
        &mut self,
        start: &EntryPath,
        visit: &mut dyn FnMut(Walked) -> ControlFlow<()>,
    ) -> Option<Left> {
        let mut levels = Vec::new();
        if self.descend(start.clone(), None, &mut levels, visit).is_break() {
            return Some(Left::default());
        }
        while let Some(level) = levels.last_mut() {
            let Some(named) = level.names.next() else {
                levels.pop();
                continue;
            };
            let path = level.folder.join(&named.name);
            let is_folder = named.kind == EntryKind::Directory;
            let entry = Entry { origin: named.origin, ..Entry::new(path.clone(), named.kind) };
            let mut flow = visit(Walked::Entry(entry));
            if is_folder && flow.is_continue() {
                flow = if let Some(why) = named.barred {
                    let cause = Cause::Elsewhere(why.to_owned());
                    visit(Walked::Anomaly(Anomaly { stage: Stage::Walk, path: path.display(), cause }))
                } else if path.components().count() >= self.limits.directory_depth {
                    let limit = to_u64(self.limits.directory_depth);
                    let cause = Cause::LimitReached { what: "depth of directories", limit };
                    visit(Walked::Anomaly(Anomaly { stage: Stage::Walk, path: path.display(), cause }))
                } else {
                    match (self.enter)(&path) {
                        Enter::Yes => self.descend(path, None, &mut levels, visit),
                        Enter::No => ControlFlow::Continue(()),
                        Enter::Only(names) => self.descend(path, Some(&names), &mut levels, visit),
                    }
                };
            } else if flow.is_break() {
                return Some(left(levels, Some((path, named.kind))));
            }
            if flow.is_break() {
                return Some(left(levels, None));
            }
        }
        None
    }

    fn descend(
        &self,
        folder: EntryPath,
        only: Option<&BTreeSet<Vec<u8>>>,
        levels: &mut Vec<Level>,
        visit: &mut dyn FnMut(Walked) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match (self.read)(&folder) {
            Ok(Listing { mut names, anomalies }) => {
                if let Some(only) = only {
                    names.retain(|named| only.contains(&named.name));
                }
                levels.push(Level { folder, names: names.into_iter() });
                anomalies.into_iter().try_for_each(|anomaly| visit(Walked::Anomaly(anomaly)))
            }
            Err(anomaly) => visit(Walked::Anomaly(anomaly)),
        }
    }
}

fn left(levels: Vec<Level>, refused: Option<(EntryPath, EntryKind)>) -> Left {
    let mut left = Left { stood_in: levels.last().map(|level| level.folder.clone()), ..Left::default() };
    let mut nearest = usize::MAX;
    let rest = levels.into_iter().flat_map(|Level { folder, names }| {
        names.map(move |named| (folder.join(&named.name), named.kind)).collect::<Vec<_>>()
    });
    for (path, kind) in rest.chain(refused) {
        match kind {
            EntryKind::File => left.files = left.files.saturating_add(1),
            EntryKind::Directory => {
                left.folders = left.folders.saturating_add(1);
                let depth = path.components().count();
                if depth < nearest {
                    nearest = depth;
                    left.places.clear();
                }
                if depth == nearest {
                    left.places.push(path);
                }
            }
            _ => {}
        }
    }
    left.places.sort();
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a/{x,y/z}`, `b/q`, `c`: names in capitals are files.
    fn names(folder: &EntryPath) -> Result<Listing, Anomaly> {
        let names: &[&str] = match folder.display().as_str() {
            "" => &["C", "a", "b"],
            "a" => &["X", "y"],
            "a/y" => &["Z"],
            "b" => return Err(Anomaly::new(Stage::Walk, "b", Cause::Unsupported("locked".to_owned()))),
            other => panic!("{other}"),
        };
        let is_file = |name: &str| name.chars().all(char::is_uppercase);
        let kind = |name: &str| if is_file(name) { EntryKind::File } else { EntryKind::Directory };
        let named = |name: &&str| Named::new(*name, kind(name));
        Ok(Listing { names: names.iter().map(named).collect(), ..Listing::default() })
    }

    fn walked(enter: &mut dyn FnMut(&EntryPath) -> Enter, most: usize) -> (Vec<String>, Option<Left>) {
        let (limits, mut seen) = (Limits::default(), Vec::new());
        let left = Walk { read: &names, enter, limits: &limits }.below(&EntryPath::default(), &mut |walked| {
            if seen.len() >= most {
                return ControlFlow::Break(());
            }
            seen.push(match walked {
                Walked::Entry(entry) => entry.path.display(),
                Walked::Anomaly(anomaly) => format!("{}!", anomaly.path),
            });
            ControlFlow::Continue(())
        });
        (seen, left)
    }

    #[test]
    fn parents_come_first_and_refusals_are_told() {
        let all = ["C", "a", "a/X", "a/y", "a/y/Z", "b", "b!"];
        assert_eq!(walked(&mut |_| Enter::Yes, 99), (all.map(str::to_owned).to_vec(), None));
        let no = |path: &EntryPath| if path.display() == "a" { Enter::No } else { Enter::Yes };
        assert_eq!(walked(&mut { no }, 99).0, ["C", "a", "b", "b!"]);
        let only = |path: &EntryPath| match path.display().as_str() {
            "a" => Enter::Only(BTreeSet::from([b"y".to_vec()])),
            "b" => Enter::No,
            _ => Enter::Yes,
        };
        assert_eq!(walked(&mut { only }, 99).0, ["C", "a", "a/y", "a/y/Z", "b"]);
    }

    #[test]
    fn what_was_left_is_told() {
        let left = |most| walked(&mut |_| Enter::Yes, most).1.unwrap();
        let path = |path: &str| EntryPath::new(path);
        let at = |files, folders, places: &[&str], stood_in: &str| Left {
            files,
            folders,
            places: places.iter().map(|place| path(place)).collect(),
            stood_in: Some(path(stood_in)),
        };
        assert_eq!(left(0), at(1, 2, &["a", "b"], ""));
        assert_eq!(left(1), at(0, 2, &["a", "b"], ""));
        assert_eq!(left(2), at(1, 2, &["b"], "a"));
        assert_eq!(left(4), at(1, 1, &["b"], "a/y"));
        assert_eq!(left(5), at(0, 1, &["b"], ""));
    }
}
