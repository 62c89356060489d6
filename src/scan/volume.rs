//! One piece of evidence as the run sees it: its files, its drives, and how its paths are written and found.

use crate::base::limits::Limits;
use crate::case::Volume;
use crate::evidence::drive::DriveMap;
use crate::evidence::entry::{EntryKind, EntryPath};
use crate::evidence::lookup::Lookup;
use crate::evidence::{FileSystem, Walked};
use crate::script::local_path;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// A file system with its drives.
pub(super) struct VolumeView<'a> {
    pub(super) file_system: &'a dyn FileSystem,
    lookup: Lookup<'a>,
    drives: DriveMap,
    evidence: String,
}

impl<'a> VolumeView<'a> {
    /// Looks at a file system; `given` are the drives that the examiner named.
    pub(super) fn new(file_system: &'a dyn FileSystem, evidence: &str, given: &[(char, EntryPath)]) -> Self {
        let lookup = Lookup::new(file_system);
        let drives = DriveMap::of(&lookup, given);
        Self { file_system, lookup, drives, evidence: evidence.to_owned() }
    }

    /// The drives as the report lists them.
    pub(super) fn volumes(&self) -> Vec<Volume> {
        let volume = |(number, drive): (usize, &crate::evidence::drive::Drive)| Volume {
            id: self.volume_id(number),
            scheme: "none".to_owned(),
            folder: (!drive.folder.as_bytes().is_empty()).then(|| drive.folder.display()),
            drive: Some(format!("{}:", drive.letter)),
            drive_known_by: Some(drive.known_by.word().to_owned()),
        };
        self.drives.drives().iter().enumerate().map(volume).collect()
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
        self.drives.holder(path).map(|(index, _)| self.volume_id(index))
    }

    /// The files that a path, written as the host or as the report does, means; each with whether it is so to the letter.
    pub(super) fn find(&self, path: &str) -> Vec<(EntryPath, bool)> {
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
                let listed =
                    self.lookup.list(&directory).into_iter().filter(|entry| entry.kind == EntryKind::Directory);
                names.extend(listed.map(|entry| String::from_utf8_lossy(entry.path.name()).into_owned()));
            }
        }
        names
    }

    /// The files of the given folded names, wherever they lie: one more walk, of names alone.
    pub(super) fn named(&self, names: &BTreeSet<String>, limits: &Limits) -> BTreeMap<String, Vec<EntryPath>> {
        let mut found: BTreeMap<String, Vec<EntryPath>> = BTreeMap::new();
        if names.is_empty() {
            return found;
        }
        self.file_system.walk(limits, &mut |walked| {
            if let Walked::Entry(entry) = walked
                && entry.kind == EntryKind::File
            {
                let name = String::from_utf8_lossy(entry.path.name()).to_lowercase();
                if names.contains(&name) {
                    let paths = found.entry(name).or_default();
                    if paths.len() < limits.candidates {
                        paths.push(entry.path);
                    }
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
