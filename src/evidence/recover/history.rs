//! What the change journals of a piece of evidence tell of files, with the paths that these had.

use super::usn::{Happened, Journal, Reference, UsnEvent, Wanted, names_of};
use crate::base::anomaly::{Anomaly, Stage};
use crate::base::time::Timestamp;
use crate::evidence::entry::{Entry, EntryPath};
use crate::evidence::{FileSystem, Root};
use std::collections::{BTreeMap, BTreeSet};

/// The stream of the journal below the root of a volume.
const JOURNAL: [&[u8]; 2] = [b"$Extend", b"$UsnJrnl:$J"];

/// The record of the root directory of a volume.
const ROOT: u64 = 5;

/// Something that happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEvent {
    /// When.
    pub time: Option<Timestamp>,
    /// What.
    pub happened: Happened,
    /// The file.
    pub file: Reference,
    /// The root of the volume that it was on.
    pub volume: EntryPath,
    /// The name that it had.
    pub name: String,
    /// The path that it had, below that of its directory as it is called now; nothing where the directory is not known.
    pub path: Option<EntryPath>,
    /// The journal that says so.
    pub journal: EntryPath,
    /// Where in the journal.
    pub offset: u64,
}

/// What journals tell.
#[derive(Debug, Default)]
pub struct History {
    /// The events, in the order of their time.
    pub events: Vec<FileEvent>,
    /// Journals that were read.
    pub journals: u64,
    /// What of them is damaged or too much.
    pub anomalies: Vec<Anomaly>,
}

/// Reads all journals for files that ever had one of the names, given in lower case: those of shadow copies too, which
/// reach further back. At most `most` events are kept for each journal.
#[must_use]
pub fn of(file_system: &dyn FileSystem, names: &BTreeSet<String>, most: usize) -> History {
    let wanted = Wanted { names: names.clone(), ..Wanted::default() };
    let mut history = History::default();
    let mut told: BTreeSet<(EntryPath, u64, Option<Timestamp>, Happened, String)> = BTreeSet::new();
    let mut roots = file_system.roots();
    // The live journal first: what a shadow copy's says again is passed over.
    roots.sort_by_key(|root| root.shadow_of.is_some());
    for root in roots {
        let stream = JOURNAL.iter().fold(root.folder.clone(), |path, name| path.join(name));
        let Ok(opened) = file_system.open(&stream) else { continue };
        let journal = Journal::open(&*opened.stream, &file_system.extents(&stream));
        let (found, causes) = names_of(&journal, &wanted, most);
        let told_as = stream.display();
        history.journals = history.journals.saturating_add(1);
        history.anomalies.extend(causes.into_iter().map(|cause| Anomaly::new(Stage::Read, told_as.clone(), cause)));
        let live = root.shadow_of.clone().unwrap_or_else(|| root.folder.clone());
        let directories = directories(file_system, &root, &found);
        for event in found {
            // A journal is written at the offset that is the number of its record, in every copy of it.
            if !told.insert((live.clone(), event.offset, event.time, event.happened, event.name.clone())) {
                continue;
            }
            let path = directory(&event, &root, &directories).map(|directory| directory.join(event.name.as_bytes()));
            history.events.push(FileEvent {
                time: event.time,
                happened: event.happened,
                file: event.file,
                volume: live.clone(),
                name: event.name,
                path,
                journal: stream.clone(),
                offset: event.offset,
            });
        }
    }
    history.events.sort_by_key(|event| (event.time, event.offset, event.happened));
    history
}

/// The directories of events by their records, of the root itself and then of the volume that it is a copy of.
fn directories(file_system: &dyn FileSystem, root: &Root, events: &[UsnEvent]) -> BTreeMap<u64, Vec<Entry>> {
    let wanted: BTreeSet<u64> = events.iter().map(|event| event.parent.record).collect();
    let mut found: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    if wanted.is_empty() {
        return found;
    }
    for folder in [Some(&root.folder), root.shadow_of.as_ref()].into_iter().flatten() {
        for (record, entry) in file_system.directories(folder, &wanted) {
            found.entry(record).or_default().push(entry);
        }
    }
    found
}

/// The directory that an event happened in. A directory that was made later has but the same record.
fn directory(event: &UsnEvent, root: &Root, directories: &BTreeMap<u64, Vec<Entry>>) -> Option<EntryPath> {
    if event.parent.record == ROOT {
        return Some(root.folder.clone());
    }
    let older = |entry: &&Entry| match (entry.stat.and_then(|stat| stat.times.created), event.time) {
        (Some(created), Some(time)) => created <= time,
        _ => true,
    };
    directories.get(&event.parent.record)?.iter().find(older).map(|entry| entry.path.clone())
}

#[cfg(test)]
mod tests {
    use super::super::usn::tests::journal;
    use super::*;
    use crate::base::anomaly::Cause;
    use crate::base::bytes::ReadAt;
    use crate::base::time::FileTimes;
    use crate::evidence::entry::{EntryKind, Origin, Stat};
    use crate::evidence::image::{Image, Volume};
    use crate::evidence::mounted::{Mounted, Streams};
    use crate::evidence::tree::{Node, Tree};

    struct Journals;

    impl Streams for Journals {
        fn open(&self, _: &Node) -> Result<Box<dyn ReadAt>, Cause> {
            Ok(Box::new(journal()))
        }
    }

    /// A volume with a journal, and a directory of that record, made at that second of 2021-03-04 05:06.
    fn volume(folder: &str, shadow_of: Option<&str>, record: u64, second: i64) -> Volume {
        let mut tree = Tree::new(100, 10);
        let created = Timestamp::from_unix(1_614_834_360 + second, 0);
        let stat = Stat { size: 0, times: FileTimes { created, ..FileTimes::default() } };
        let node = |kind, id| Node { kind, origin: Origin::File, id, stream: 0, stat };
        let extend = tree.add(Tree::ROOT, b"$Extend", node(EntryKind::Directory, 11)).unwrap();
        tree.add(extend, b"$UsnJrnl:$J", node(EntryKind::File, 12)).unwrap();
        tree.add(Tree::ROOT, b"temp", node(EntryKind::Directory, record)).unwrap();
        let file_system = Box::new(Mounted::new("ntfs", tree, Journals, Vec::new()));
        Volume { folder: EntryPath::new(folder), shadow_of: shadow_of.map(EntryPath::new), file_system }
    }

    #[test]
    fn events_have_the_paths_of_their_time() {
        let names = BTreeSet::from(["cmds.txt".to_owned()]);
        let told = |image: &Image| {
            let history = of(image, &names, 100);
            assert!(history.anomalies.is_empty() && history.journals > 0);
            let told = history.events.iter().map(|event| {
                let path = event.path.as_ref().map_or("?".to_owned(), EntryPath::display);
                format!("{:?} {path}", event.happened)
            });
            told.collect::<Vec<_>>()
        };
        // A shadow copy's journal says the same, and is passed over.
        let image = Image::new(vec![volume("v001", None, 6, 0), volume("v001s01", Some("v001"), 6, 0)]);
        let known = ["Created v001/temp/new.txt", "RenamedFrom v001/temp/new.txt", "RenamedTo v001/temp/Cmds.TXT"];
        let deleted = "Deleted v001/temp/Cmds.TXT";
        assert_eq!(told(&image), [&known[..], &[deleted]].concat());
        // A directory that was made after, or that is not there, is not where it was.
        let image = Image::new(vec![volume("v001", None, 6, 14)]);
        assert_eq!(told(&image), ["Created ?", "RenamedFrom ?", "RenamedTo ?", deleted]);
        let image = Image::new(vec![volume("v001", None, 9, 0)]);
        assert_eq!(told(&image)[3], "Deleted ?");
    }
}
