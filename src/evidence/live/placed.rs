//! A folder of a live host under the names that the host itself has for it: `var/www/a.php` where `/var/www` was named, and
//! `C:\Users\Public\a.txt` where `C:\Users` was. What scripts and logs say of a path is then found, and nothing else is.
//!
//! A folder that holds the disk of another Windows, as it does on a host that was started from a rescue system, has that
//! one's names instead: they begin with the folder.

use super::{Live, Skipped, mounts, places};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::evidence::drive::holds_system;
use crate::evidence::entry::{Entry, EntryKind, EntryPath, Origin};
use crate::evidence::lookup::Lookup;
use crate::evidence::walk::Left;
use crate::evidence::{FileSystem, GoOn, Opened, Walked};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

/// A folder of a live host in its place.
pub struct Placed {
    live: Live,
    /// Where the folder is, from the root of the host or of its drive.
    lead: EntryPath,
    drive: Option<char>,
    is_host: bool,
}

impl Placed {
    /// Takes a folder of this host; `go_on` is asked where something takes long.
    ///
    /// # Errors
    /// It does not exist, cannot be read, or is no folder.
    pub fn open(path: &Path, all_disks: bool, limits: &Limits, go_on: GoOn) -> Result<Self, Anomaly> {
        let live = Live::open(path, all_disks, limits, go_on)?;
        if cfg!(windows) {
            // A letter for a folder of another machine has no place on a drive but the one that was named.
            let place = place(live.root.as_os_str().as_encoded_bytes()).or_else(|| {
                let named = std::path::absolute(path).ok()?;
                place(named.as_os_str().as_encoded_bytes())
            });
            let (drive, lead) = place.map_or((None, EntryPath::default()), |(drive, lead)| (Some(drive), lead));
            return Ok(Self { live, lead, drive, is_host: drive.is_some() });
        }
        let is_host = live.base.as_bytes().is_empty() || !is_foreign(&live);
        let lead = if is_host { live.base.clone() } else { EntryPath::default() };
        Ok(Self { live, lead, drive: None, is_host })
    }

    /// The letter of the drive that it lies on.
    #[must_use]
    pub fn drive(&self) -> Option<char> {
        self.drive
    }

    /// The disks that are not read, as [`Live::skipped`] tells them.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        self.live.skipped()
    }

    /// What could not be found out of the host's disks.
    #[must_use]
    pub fn anomalies(&self) -> Vec<Anomaly> {
        self.live.anomalies()
    }

    /// The path on the host of what lies in the folder.
    #[must_use]
    pub fn full(&self, path: &EntryPath) -> EntryPath {
        match path.as_bytes() {
            [] => self.lead.clone(),
            // A stream of the folder itself.
            stream @ [b':', ..] if cfg!(windows) => EntryPath::new([self.lead.as_bytes(), stream].concat()),
            name => self.lead.join(name),
        }
    }

    /// The path in the folder of what has this one on the host; nothing for what lies beside the folder or above it.
    fn within(&self, path: &EntryPath) -> Option<EntryPath> {
        match path.as_bytes().strip_prefix(self.lead.as_bytes()) {
            Some(stream @ [b':', ..]) if cfg!(windows) => Some(EntryPath::new(stream)),
            _ => mounts::rest(path, &self.lead),
        }
    }

    fn placed(&self, entry: Entry) -> Entry {
        Entry { path: self.full(&entry.path), ..entry }
    }

    fn told(&self, anomaly: Anomaly) -> Anomaly {
        let path = match anomaly.path.as_bytes() {
            [] => String::new(),
            path => self.full(&EntryPath::new(path)).display(),
        };
        Anomaly { path, ..anomaly }
    }

    /// Hands what a walk in the folder comes upon to a visitor of the host.
    fn visit<'v>(
        &'v self,
        visit: &'v mut dyn FnMut(Walked) -> ControlFlow<()>,
    ) -> impl FnMut(Walked) -> ControlFlow<()> + 'v {
        |walked| {
            visit(match walked {
                Walked::Entry(entry) => Walked::Entry(self.placed(entry)),
                Walked::Anomaly(anomaly) => Walked::Anomaly(self.told(anomaly)),
            })
        }
    }
}

impl FileSystem for Placed {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        self.live.walk(limits, &mut self.visit(visit));
    }

    fn walk_plausible_first(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Option<Left> {
        let places = places::plausible(self, &self.lead);
        let within = places.iter().filter_map(|place| self.within(place));
        let places: Vec<EntryPath> = within.filter(|place| !place.as_bytes().is_empty()).collect();
        let mut left = self.live.walk_places(&places, limits, &mut self.visit(visit))?;
        // The folder as a whole is what was named.
        let full = |place: &mut EntryPath| {
            if !place.as_bytes().is_empty() {
                *place = self.full(place);
            }
        };
        left.places.iter_mut().for_each(full);
        left.stood_in.iter_mut().for_each(full);
        Some(left)
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let Some(within) = self.within(path) else {
            let cause = Cause::Unsupported("lies outside of the folder that was named".to_owned());
            return Err(Anomaly { stage: Stage::Read, path: path.display(), cause });
        };
        self.live.open(&within).map_err(|anomaly| self.told(anomaly))
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        if let Some(within) = self.within(directory) {
            return self.live.list(&within).into_iter().map(|entry| self.placed(entry)).collect();
        }
        let below = mounts::rest(&self.lead, directory);
        let next = below.as_ref().and_then(|below| below.components().next());
        next.map(|name| Entry::new(directory.join(name), EntryKind::Directory)).into_iter().collect()
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        self.within(path).map_or(Origin::File, |within| self.live.origin(&within))
    }

    fn read_from_volume(&self) -> Vec<EntryPath> {
        self.live.read_from_volume().iter().map(|path| self.full(path)).collect()
    }

    fn is_host(&self) -> bool {
        self.is_host
    }
}

/// The letter of the drive in an absolute path of Windows, and the path on that drive; nothing for what has no letter.
pub(super) fn place(path: &[u8]) -> Option<(char, EntryPath)> {
    let plain = path.strip_prefix(br"\\?\").or_else(|| path.strip_prefix(br"\\.\")).unwrap_or(path);
    let [letter, b':', b'\\' | b'/', below @ ..] = plain else { return None };
    let names: Vec<&[u8]> = below.split(|byte| matches!(byte, b'\\' | b'/')).filter(|name| !name.is_empty()).collect();
    let letter = char::from(letter.to_ascii_uppercase());
    letter.is_ascii_uppercase().then(|| (letter, EntryPath::new(names.join(&b'/'))))
}

/// Whether a folder is, or holds, the disk of another Windows.
fn is_foreign(live: &Live) -> bool {
    let lookup = Lookup::new(live);
    let root = EntryPath::default();
    let holds = |folder: &EntryPath| holds_system(&lookup, folder);
    let folders: BTreeSet<EntryPath> = lookup.directories(&root, &["*"]).into_iter().collect();
    holds(&root) || folders.iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drive_and_the_place_on_it_are_told_however_they_are_spelled() {
        let cases = [
            (r"\\?\C:\", Some(('C', ""))),
            (r"\\?\c:\Users\Public", Some(('C', "Users/Public"))),
            (r"\\.\D:\a\", Some(('D', "a"))),
            (r"D:\", Some(('D', ""))),
            ("d:/a/b", Some(('D', "a/b"))),
            (r"\\?\Volume{0a1b2c3d-0000-0000-0000-100000000000}\a", None),
            (r"\\?\UNC\server\share\a", None),
            (r"\\server\share", None),
            ("1:\\a", None),
            ("C:", None),
            ("/var/www", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map(|(letter, below)| (letter, EntryPath::new(below)));
            assert_eq!(place(path.as_bytes()), expected, "{path}");
        }
    }

    fn folder(paths: &[&str]) -> (tempfile::TempDir, Placed) {
        let root = tempfile::tempdir().unwrap();
        for path in paths {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let placed = Placed::open(root.path(), false, &Limits::default(), std::sync::Arc::new(|| true)).unwrap();
        (root, placed)
    }

    fn files(placed: &Placed) -> Vec<EntryPath> {
        let mut files = Vec::new();
        placed.walk_plausible_first(&Limits::default(), &mut |walked| {
            if let Walked::Entry(Entry { path, kind: EntryKind::File, .. }) = walked {
                files.push(path);
            }
            ControlFlow::Continue(())
        });
        files
    }

    #[test]
    fn a_folder_that_is_named_has_its_place_on_the_host() {
        let (root, placed) = folder(&["w/a.txt", "Windows/Temp/b.txt", "c.txt"]);
        let root = root.path().canonicalize().unwrap();
        let lead = place(root.as_os_str().as_encoded_bytes()).map_or_else(
            || mounts::path(root.as_os_str().as_encoded_bytes()),
            |(letter, lead)| {
                assert_eq!(placed.drive(), Some(letter));
                lead
            },
        );
        let full = |path: &str| path.split('/').fold(lead.clone(), |at, name| at.join(name.as_bytes()));
        // Plausible places of the folder first.
        assert_eq!(files(&placed), [full("Windows/Temp/b.txt"), full("c.txt"), full("w/a.txt")]);
        // Everything is found from the root of the host; beside the way there, nothing is.
        let lookup = Lookup::new(&placed);
        let path = full("w/A.TXT").display();
        let names: Vec<&str> = path.split('/').collect();
        assert_eq!(lookup.files(&EntryPath::default(), &names), [(full("w/a.txt"), false)]);
        assert_eq!(lookup.list(&EntryPath::default()).len(), 1);
        assert!(placed.open(&full("w/a.txt")).is_ok() && placed.open(&EntryPath::new("w/a.txt")).is_err());
        let wrong = placed.open(&full("w/none")).err().unwrap();
        assert_eq!(wrong.path, full("w/none").display());
        // A folder of one letter is no drive.
        assert!(placed.is_host());
        let drives = crate::evidence::drive::DriveMap::of(&lookup, &[], &[]);
        assert!(drives.drives().is_empty(), "{drives:?}");
        assert_eq!(drives.display(&full("w/a.txt")), full("w/a.txt").display());
    }

    #[test]
    #[cfg(unix)]
    fn the_disk_of_another_windows_has_the_names_of_that_one() {
        for system in ["Windows/System32/x", "disk/WINDOWS/system32/x"] {
            let (_root, placed) = folder(&[system, "a.txt"]);
            assert!(files(&placed).contains(&EntryPath::new("a.txt")), "{system}");
            assert!(!placed.is_host(), "{system}");
        }
    }
}
