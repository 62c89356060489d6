//! One piece of evidence as the run sees it: its files, its drives, and how its paths are written and found.

use super::progress::Progress;
use crate::base::limits::Limits;
use crate::case::{Extent, PathMatch, Source, Volume};
use crate::evidence::drive::{Drive, DriveMap};
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery, unmarked};
use crate::evidence::lookup::Lookup;
use crate::evidence::open::VolumeFacts;
use crate::evidence::recover::recycle_bin::{RecycleBin, Thrown};
use crate::evidence::volume::Scheme;
use crate::evidence::{FileSystem, Walked};
use crate::script::local_path;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A file system with its drives.
pub(super) struct VolumeView<'a> {
    pub(super) file_system: &'a dyn FileSystem,
    lookup: Lookup<'a>,
    drives: DriveMap,
    bin: RecycleBin,
    evidence: String,
    /// The volumes of a disk.
    disk: &'a [VolumeFacts],
}

impl<'a> VolumeView<'a> {
    /// Looks at a file system; `given` are the drives that the examiner named, `disk` the volumes of an image.
    pub(super) fn new(
        file_system: &'a dyn FileSystem,
        evidence: &str,
        given: &[(char, EntryPath)],
        disk: &'a [VolumeFacts],
    ) -> Self {
        let lookup = Lookup::new(file_system);
        let named = disk.iter().filter(|facts| facts.snapshot.is_none());
        let identities: Vec<(EntryPath, Vec<u8>)> =
            named.filter_map(|facts| Some((facts.folder.clone()?, facts.identity.clone()?))).collect();
        let drives = DriveMap::of(&lookup, given, &identities);
        let folders: Vec<EntryPath> = drives.drives().iter().map(|drive| drive.folder.clone()).collect();
        let bin = RecycleBin::read(&lookup, &folders);
        Self { file_system, lookup, drives, bin, evidence: evidence.to_owned(), disk }
    }

    /// The volumes as the report lists them: those of the disk, then folders that stand for drives.
    pub(super) fn volumes(&self) -> Vec<Volume> {
        let drive_of = |folder: Option<&EntryPath>| {
            self.drives.drives().iter().find(|drive| Some(&drive.folder) == folder).and_then(|drive| drive.letter)
        };
        let on_disk = self.disk.iter().enumerate().map(|(number, facts)| {
            let letter = drive_of(facts.folder.as_ref());
            Volume {
                id: self.volume_id(number),
                scheme: facts.scheme,
                // A shadow copy lies nowhere in one piece.
                offset: facts.snapshot.is_none().then_some(facts.range.start),
                length: Some(facts.range.end.saturating_sub(facts.range.start)),
                label: facts.label.clone(),
                filesystem: facts.file_system.clone(),
                // FAT12, FAT16 and FAT32 keep no zone.
                clock: facts
                    .file_system
                    .as_deref()
                    .filter(|name| name.starts_with("fat"))
                    .map(|_| "local time of the host, given as if it were UTC".to_owned()),
                folder: None,
                drive: letter.map(|(letter, _)| format!("{letter}:")),
                drive_known_by: letter.map(|(_, known_by)| known_by.word().to_owned()),
                snapshot_of: facts.snapshot.map(|snapshot| self.volume_id(snapshot.of)),
                created: facts.snapshot.and_then(|snapshot| snapshot.created),
            }
        });
        let folders = self.folders().enumerate().map(|(number, drive)| Volume {
            id: self.volume_id(self.disk.len().saturating_add(number)),
            scheme: Scheme::None,
            offset: None,
            length: None,
            label: None,
            filesystem: None,
            clock: None,
            folder: (!drive.folder.as_bytes().is_empty()).then(|| self.folder_within(&drive.folder)),
            drive: drive.letter.map(|(letter, _)| format!("{letter}:")),
            drive_known_by: drive.letter.map(|(_, known_by)| known_by.word().to_owned()),
            snapshot_of: None,
            created: None,
        });
        on_disk.chain(folders).collect()
    }

    /// The drives that are folders, not volumes of the disk.
    fn folders(&self) -> impl Iterator<Item = &Drive> {
        self.drives.drives().iter().filter(|drive| self.on_disk(&drive.folder).is_none())
    }

    /// Which volume of the disk a folder stands for.
    fn on_disk(&self, folder: &EntryPath) -> Option<usize> {
        self.disk.iter().position(|facts| facts.folder.as_ref() == Some(folder))
    }

    /// A folder as a reader finds it: below the root of its volume.
    fn folder_within(&self, folder: &EntryPath) -> String {
        let first = EntryPath::new(folder.components().next().unwrap_or_default());
        let shown = folder.display();
        match self.on_disk(&first) {
            Some(_) => shown.split_once('/').map_or(String::new(), |(_, rest)| rest.to_owned()),
            None => shown,
        }
    }

    /// The path as the report writes it.
    pub(super) fn display(&self, path: &EntryPath) -> String {
        self.drives.display(path)
    }

    /// The directory that holds the path, as the report writes it.
    pub(super) fn directory(&self, path: &EntryPath) -> String {
        let display = self.display(path);
        match local_path::directory(&display) {
            Some(directory) if directory.ends_with(':') => format!("{directory}\\"),
            Some(directory) => directory.to_owned(),
            None => ".".to_owned(),
        }
    }

    /// The volume that holds the path.
    pub(super) fn id(&self, path: &EntryPath) -> Option<String> {
        let (index, _) = self.drives.holder(path)?;
        let folder = &self.drives.drives().get(index)?.folder;
        let number = self.on_disk(folder).or_else(|| {
            let number = self.folders().position(|drive| drive.folder == *folder)?;
            Some(self.disk.len().saturating_add(number))
        })?;
        Some(self.volume_id(number))
    }

    /// Whether the volume that holds the path keeps the host's local times: FAT12, FAT16 and FAT32 know no zone.
    pub(super) fn is_local_time(&self, path: &EntryPath) -> bool {
        let folder = EntryPath::new(path.components().next().unwrap_or_default());
        let root = self
            .disk
            .iter()
            .find(|facts| facts.folder.as_ref().is_some_and(|known| known.as_bytes().is_empty() || *known == folder));
        root.and_then(|facts| facts.file_system.as_deref()).is_some_and(|name| name.starts_with("fat"))
    }

    /// How the bytes of a file are come by, in the word of the report.
    pub(super) fn source(&self, path: &EntryPath) -> (Source, Option<Recovery>) {
        match self.file_system.origin(path) {
            Origin::File | Origin::ArchiveMember if self.bin.origin(path).is_some() => (Source::RecycleBin, None),
            origin => source_of(origin),
        }
    }

    /// Where a file of the Recycle Bin was before.
    pub(super) fn thrown(&self, path: &EntryPath) -> Option<Thrown> {
        self.bin.origin(path)
    }

    /// Whether a file is gone from where people look for it.
    pub(super) fn is_deleted(&self, path: &EntryPath) -> bool {
        let origin = self.file_system.origin(path);
        origin.is_deleted() || origin == Origin::ShadowCopy || self.bin.origin(path).is_some()
    }

    /// Where a file's bytes lie on its volume.
    pub(super) fn extents(&self, path: &EntryPath) -> Vec<Extent> {
        let extents = self.file_system.extents(path).into_iter();
        extents.map(|(offset, length)| Extent { offset, length }).collect()
    }

    /// The files that a path, written as the host or as the report does, means; each with whether it is so to the letter.
    pub(super) fn find(&self, path: &str) -> Vec<(EntryPath, bool)> {
        let found = self.find_as_written(path);
        if found.is_empty() {
            let thrown = self.bin.once_at(path).into_iter();
            let thrown: Vec<_> =
                thrown.filter(|path| self.file_system.open(path).is_ok()).map(|path| (path, true)).collect();
            if !thrown.is_empty() {
                return thrown;
            }
            let places = self.drives.earlier_places(path).into_iter();
            let mut earlier = places.map(|(folder, names)| self.lookup.files(&folder, &names));
            if let Some(earlier) = earlier.find(|files| !files.is_empty()) {
                return earlier;
            }
        }
        // Where streams are not to be had, an alternate data stream is looked for in the file that it belongs to.
        match path.rsplit_once(':') {
            Some((file, _)) if found.is_empty() && file.len() > 1 => self.find_as_written(file),
            _ => found,
        }
    }

    /// The files below a directory, written as the host or as the report does, at most `cap`.
    pub(super) fn find_below(&self, directory: &str, cap: usize) -> Vec<(EntryPath, bool)> {
        let mut found = Vec::new();
        for (folder, names) in self.drives.places(directory) {
            found.extend(self.lookup.files_below(&folder, &names, cap.saturating_sub(found.len())));
        }
        let relative = !local_path::is_absolute(directory);
        if found.is_empty() && relative && !self.drives.drives().is_empty() {
            let names: Vec<&str> = directory.split(['\\', '/']).collect();
            found.extend(self.lookup.files_below(&EntryPath::default(), &names, cap));
        }
        found
    }

    /// The deleted files that a path may mean, where the file system keeps of a deleted name all but its first character.
    pub(super) fn find_with_lost_initial(&self, path: &str) -> Vec<EntryPath> {
        let mut found = Vec::new();
        for (folder, mut names) in self.drives.places(path) {
            let Some(lost) = names.last().and_then(|name| without_initial(name)) else { continue };
            if !self.loses_initials(&folder) {
                continue;
            }
            if let Some(last) = names.last_mut() {
                *last = &lost;
            }
            let files = self.lookup.files(&folder, &names).into_iter().map(|(path, _)| path);
            found.extend(files.filter(|path| self.file_system.origin(path).is_deleted()));
        }
        found
    }

    /// Whether the volume of a path is one that writes over the first character of a deleted name.
    fn loses_initials(&self, path: &EntryPath) -> bool {
        let holder = path.components().next().map(EntryPath::new).unwrap_or_default();
        let facts = self.on_disk(&holder).and_then(|number| self.disk.get(number));
        facts.and_then(|facts| facts.file_system.as_deref()).is_some_and(|name| name.starts_with("fat"))
    }

    fn find_as_written(&self, path: &str) -> Vec<(EntryPath, bool)> {
        let mut found = Vec::new();
        for (folder, names) in self.drives.places(path) {
            found.extend(self.lookup.files(&folder, &names));
        }
        let relative = !local_path::is_absolute(path);
        if found.is_empty() && relative && !self.drives.drives().is_empty() {
            let names: Vec<&str> = path.split(['\\', '/']).collect();
            found.extend(self.lookup.files(&EntryPath::default(), &names));
        }
        found
    }

    /// The names of the folders in a directory of the host.
    pub(super) fn directories(&self, path: &str) -> Vec<String> {
        let mut names = Vec::new();
        for (folder, parts) in self.drives.places(path) {
            for directory in self.lookup.directories(&folder, &parts) {
                let listed = self.lookup.directories_in(&directory).into_iter();
                names.extend(listed.map(|path| String::from_utf8_lossy(path.name()).into_owned()));
            }
        }
        names
    }

    /// The files of the given folded names, wherever they lie, with how they were told: one more walk, of names alone, as long
    /// as the run may go on.
    pub(super) fn named(
        &self,
        names: &BTreeSet<String>,
        limits: &Limits,
        progress: &Progress,
    ) -> BTreeMap<String, Vec<(EntryPath, PathMatch)>> {
        let mut found: BTreeMap<String, Vec<(EntryPath, PathMatch)>> = BTreeMap::new();
        if names.is_empty() {
            return found;
        }
        let mut lost: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for name in names {
            if let Some(without) = without_initial(name) {
                lost.entry(without).or_default().push(name);
            }
        }
        self.file_system.walk(limits, &mut |walked| {
            if progress.must_end().is_some() {
                return ControlFlow::Break(());
            }
            if let Walked::Entry(entry) = walked
                && entry.kind == EntryKind::File
            {
                let name = String::from_utf8_lossy(unmarked(entry.path.name())).to_lowercase();
                let mut keep = |name: &str, told| {
                    let paths = found.entry(name.to_owned()).or_default();
                    if paths.len() < limits.candidates {
                        paths.push((entry.path.clone(), told));
                    }
                };
                if names.contains(&name) {
                    keep(&name, PathMatch::NameOnly);
                }
                let of_deleted = lost.get(&name).filter(|_| entry.origin.is_deleted());
                if let Some(meant) = of_deleted.filter(|_| self.loses_initials(&entry.path)) {
                    meant.iter().for_each(|name| keep(name, PathMatch::InitialLost));
                }
            }
            ControlFlow::Continue(())
        });
        found
    }

    fn volume_id(&self, index: usize) -> String {
        format!("{}v{}", self.evidence, index.saturating_add(1))
    }
}

/// A short name as FAT has it when it is deleted; nothing of one that has a long name too, in which all of it is kept.
fn without_initial(name: &str) -> Option<String> {
    let (base, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_short = (1..=8).contains(&base.len()) && extension.len() <= 3 && !base.contains([' ', '.']);
    let mut rest = name.chars();
    rest.next().filter(|_| is_short)?;
    Some(format!("_{}", rest.as_str()))
}

/// How bytes are come by, in the word of the report.
pub(super) fn source_of(origin: Origin) -> (Source, Option<Recovery>) {
    match origin {
        Origin::File => (Source::File, None),
        Origin::AlternateStream => (Source::AlternateStream, None),
        Origin::Deleted(recovery) => (Source::DeletedRecord, Some(recovery)),
        Origin::RecycleBin => (Source::RecycleBin, None),
        Origin::ShadowCopy => (Source::ShadowCopy, None),
        Origin::ArchiveMember => (Source::ArchiveMember, None),
        Origin::Unallocated => (Source::Unallocated, None),
    }
}
