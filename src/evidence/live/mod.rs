//! A live host as evidence: a folder of this host, up to its root, without what lies on no disk of it.
//!
//! Pseudo file systems and those of other machines are never entered, whichever way a walk comes to them; what is skipped is
//! told. What is mounted while the walk goes on is judged when the walk comes to it.

#[cfg(any(windows, test))]
mod drives;
mod mounts;
mod placed;
mod places;

use super::entry::{Entry, EntryKind, EntryPath, Origin};
use super::filesystem::host::{self, Host};
use super::walk::{Enter, Left, Walk};
use super::{FileSystem, GoOn, Opened, Walked};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
#[cfg(windows)]
use drives::Fate;
use mounts::Mounts;
pub use placed::Placed;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A disk that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is, from the root of the host, which on Windows is above the drives: `C:`, `C:/mnt/data`.
    pub point: EntryPath,
    /// Its kind, in the word of the system.
    pub kind: String,
    /// Why.
    pub why: Why,
}

/// Why a disk is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The kernel's view on itself: there is no disk behind it.
    Pseudo,
    /// It is another machine's.
    Network,
    /// It is a volume that Windows shows in this folder, which no walk enters.
    Mounted,
    /// It shows, as one, folders that are read by themselves.
    Layers,
    /// It may be a floppy drive.
    Floppy,
    /// It shows files that are read at this place.
    Again(EntryPath),
    /// It is another disk than that of the root, and the system does not tell what is mounted.
    Untold,
}

impl Skipped {
    /// Why, for the report.
    #[must_use]
    pub fn reason(&self) -> String {
        let kind = &self.kind;
        match &self.why {
            Why::Pseudo => format!("pseudo file system ({kind})"),
            Why::Network => format!("network file system ({kind}); --all-disks reads it"),
            Why::Mounted => {
                format!("a volume of this host that is mounted in this folder: it is read where it is named ({kind})")
            }
            Why::Layers => format!("layers over folders that are read by themselves ({kind})"),
            Why::Floppy => {
                format!("perhaps a floppy drive, which would begin to turn: it is read where it is named ({kind})")
            }
            Why::Again(place) => format!("the same files as {} ({kind})", shown(place)),
            Why::Untold => "another disk, of which the system does not tell whether it is one of this host".to_owned(),
        }
    }

    /// Where it is, as its host writes it.
    #[must_use]
    pub fn place(&self) -> String {
        shown(&self.point)
    }
}

/// A place as its host writes it: `/mnt/share`, `C:`, `C:\mnt\data`.
fn shown(place: &EntryPath) -> String {
    let is_drive = place.components().next().is_some_and(|first| matches!(first, [_, b':']));
    if is_drive { place.display().replace('/', "\\") } else { format!("/{}", place.display()) }
}

/// The name of the volume that a folder of Windows is a mount point of, by what the folder is a link to.
fn mounted_volume(target: &[u8]) -> Option<String> {
    let name = target.strip_prefix(br"\\?\").unwrap_or_default();
    let is_volume = name.to_ascii_lowercase().starts_with(b"volume{");
    is_volume.then(|| String::from_utf8_lossy(name).trim_end_matches('\\').to_owned())
}

/// The roots of this host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// Folders to be read.
    pub paths: Vec<PathBuf>,
    /// Drives that are not.
    pub skipped: Vec<Skipped>,
}

/// The roots of this host: `/`, or the drives that have a letter.
#[must_use]
#[cfg(unix)]
pub fn roots(_: bool) -> Roots {
    Roots { paths: vec![PathBuf::from("/")], skipped: Vec::new() }
}

/// The roots of this host: the drives that have a letter.
#[must_use]
#[cfg(windows)]
pub fn roots(all_disks: bool) -> Roots {
    let mut roots = Roots::default();
    for letter in 'A'..='Z' {
        let root = format!("{letter}:\\");
        let path = PathBuf::from(&root);
        let resolve = || {
            let resolved = path.canonicalize().map_err(|error| error.raw_os_error())?;
            Ok(resolved.to_string_lossy().into_owned())
        };
        match drives::judge(letter, drives::kind_of(&root), all_disks, &resolve) {
            Fate::Absent => {}
            Fate::Skipped(skipped) => roots.skipped.push(skipped),
            Fate::Read => roots.paths.push(path),
        }
    }
    roots
}

/// Judges a table of mounts as Linux writes it, for a host that is read from `root`: the points that are skipped, and those
/// that are read besides what holds the root.
#[must_use]
pub fn judge(mountinfo: &[u8], root: &EntryPath, all_disks: bool) -> (Vec<Skipped>, Vec<EntryPath>) {
    let Mounts { skipped, read } = Mounts::parse(mountinfo, root, all_disks);
    (skipped.into_values().collect(), read.into_iter().collect())
}

/// A folder of a live host.
pub struct Live {
    host: Host,
    root: PathBuf,
    /// The root, from the root of the host.
    base: EntryPath,
    all_disks: bool,
    mounts: Mounts,
    /// Why it is not known what is mounted: then nothing but the disk of the root is read.
    untold: Option<io::Error>,
    /// Skipped folders in which there are mounts that are read, with the names that lead there.
    corridors: BTreeMap<EntryPath, BTreeSet<Vec<u8>>>,
    devices: Mutex<Devices>,
}

/// The devices that a walk may enter, and what was refused on its way.
#[derive(Debug, Default)]
struct Devices {
    known: BTreeSet<u64>,
    late: BTreeMap<EntryPath, Skipped>,
}

impl Live {
    /// Takes a folder of this host; `go_on` is asked where something takes long.
    ///
    /// # Errors
    /// It does not exist, cannot be read, or is no folder.
    pub fn open(path: &Path, all_disks: bool, limits: &Limits, go_on: GoOn) -> Result<Self, Anomaly> {
        let failed = |cause: Cause| Anomaly { stage: Stage::Open, path: path.to_string_lossy().into_owned(), cause };
        // Some drivers of disks of Windows cannot tell the path of what they opened.
        let root = path.canonicalize().or_else(|error| if cfg!(unix) { Err(error) } else { host::rooted(path) });
        let root = root.map_err(|error| failed(error.into()))?;
        let live = Self::with_mounts(&root, all_disks, mount_table(), limits)?;
        Ok(Self { host: live.host.asking(go_on), ..live })
    }

    fn with_mounts(
        root: &Path,
        all_disks: bool,
        mountinfo: io::Result<Vec<u8>>,
        limits: &Limits,
    ) -> Result<Self, Anomaly> {
        let host = Host::open(root, limits)?;
        let path = root.as_os_str().as_encoded_bytes();
        let base = match placed::place(path).filter(|_| cfg!(windows)) {
            Some((letter, below)) => {
                below.components().fold(EntryPath::new(format!("{letter}:")), |at, name| at.join(name))
            }
            None => mounts::path(path),
        };
        let (mountinfo, untold) = match mountinfo {
            Ok(table) => (table, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let mounts = Mounts::parse(&mountinfo, &base, all_disks);
        let mut corridors: BTreeMap<EntryPath, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for point in mounts.read.iter().filter(|point| mounts.skipped.keys().any(|skip| mounts::is_within(point, skip)))
        {
            let mut at = point.clone();
            while at != base && !at.as_bytes().is_empty() {
                let parent = at.parent();
                if mounts.skipped.keys().any(|skip| mounts::is_within(&parent, skip)) {
                    corridors.entry(parent.clone()).or_default().insert(at.name().to_vec());
                }
                at = parent;
            }
        }
        let devices = Mutex::new(Devices::default());
        Ok(Self { host, root: root.to_owned(), base, all_disks, mounts, untold, corridors, devices })
    }

    /// What could not be found out of the host's disks.
    #[must_use]
    pub fn anomalies(&self) -> Vec<Anomaly> {
        let told = |error: &io::Error| {
            let what = format!("{MOUNT_TABLE}: {error}: what is mounted is not known, and one disk is read alone");
            Anomaly::new(Stage::Open, "", io::Error::new(error.kind(), what))
        };
        self.untold.iter().map(told).collect()
    }

    /// The disks below the root that are not read, those among them that nothing else of the list holds; of what was mounted
    /// late, what a walk came to.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        let late = self.devices.lock().unwrap_or_else(PoisonError::into_inner).late.clone();
        let all: BTreeMap<EntryPath, Skipped> = self.mounts.skipped.clone().into_iter().chain(late).collect();
        let outermost = |point: &EntryPath| !all.keys().any(|other| other != point && mounts::is_within(point, other));
        all.values().filter(|skipped| outermost(&skipped.point)).cloned().collect()
    }

    /// The path of an entry from the root of the host.
    fn absolute(&self, path: &EntryPath) -> EntryPath {
        path.components().fold(self.base.clone(), |at, name| at.join(name))
    }

    /// Whether an entry lies where nothing is read.
    fn is_barred(&self, path: &EntryPath) -> bool {
        if self.untold.is_some() && self.is_elsewhere(path) {
            return true;
        }
        if self.mounts.skipped.is_empty() {
            return self.devices.lock().unwrap_or_else(PoisonError::into_inner).is_late(&self.absolute(path));
        }
        let mut at = self.absolute(path);
        loop {
            if self.mounts.skipped.contains_key(&at) {
                return true;
            }
            if self.mounts.read.contains(&at) || at == self.base || at.as_bytes().is_empty() {
                return self.devices.lock().unwrap_or_else(PoisonError::into_inner).is_late(&self.absolute(path));
            }
            at = at.parent();
        }
    }

    fn enter(&self, path: &EntryPath) -> Enter {
        let absolute = self.absolute(path);
        if let Some(names) = self.corridors.get(&absolute) {
            return Enter::Only(names.clone());
        }
        if self.mounts.skipped.contains_key(&absolute) || self.is_new_and_barred(path, &absolute) {
            return Enter::No;
        }
        Enter::Yes
    }

    /// Whether an entry is on another disk than the root.
    fn is_elsewhere(&self, path: &EntryPath) -> bool {
        disk_of(&self.root, path).is_some_and(|disk| Some(disk) != disk_of(&self.root, &EntryPath::default()))
    }

    /// Whether a folder is another disk than any that is known, and one that is not read.
    fn is_new_and_barred(&self, path: &EntryPath, absolute: &EntryPath) -> bool {
        let Some(disk) = disk_of(&self.root, path) else { return false };
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if devices.known.is_empty() {
            devices.known.extend(disk_of(&self.root, &EntryPath::default()));
        }
        if devices.known.contains(&disk) {
            return false;
        }
        // A part of a disk that has a number of its own, as btrfs has them, is no mount; what is one may be new.
        let table = if self.untold.is_none() { mount_table().ok() } else { None };
        let skipped = match table {
            Some(table) => Mounts::parse(&table, &self.base, self.all_disks).skipped.remove(absolute),
            None => Some(Skipped { point: absolute.clone(), kind: "unknown".to_owned(), why: Why::Untold }),
        };
        if let Some(skipped) = skipped {
            devices.late.insert(absolute.clone(), skipped);
            return true;
        }
        devices.known.insert(disk);
        false
    }

    /// Walks from a folder, without those that were walked before.
    fn walk_below(
        &self,
        start: &EntryPath,
        before: &BTreeSet<EntryPath>,
        limits: &Limits,
        visit: &mut dyn FnMut(Walked) -> ControlFlow<()>,
    ) -> Option<Left> {
        let read = |path: &EntryPath| self.host.read_folder(path, limits);
        let mut enter = |path: &EntryPath| if before.contains(path) { Enter::No } else { self.enter(path) };
        Walk { read: &read, enter: &mut enter, limits }.below(start, &mut |walked| match walked {
            // A file can be a mount too.
            Walked::Entry(entry) if entry.kind != EntryKind::Directory && self.is_mount_point(&entry.path) => {
                ControlFlow::Continue(())
            }
            Walked::Entry(entry) if entry.kind == EntryKind::Symlink => {
                self.note_mounted(&entry.path);
                visit(Walked::Entry(entry))
            }
            walked => visit(walked),
        })
    }

    /// Takes down the volume that Windows shows in a folder, which the walk takes for a link.
    fn note_mounted(&self, path: &EntryPath) {
        let target = if cfg!(any(windows, test)) { self.host.link(path) } else { None };
        if let Some(kind) = target.and_then(|target| mounted_volume(target.as_os_str().as_encoded_bytes())) {
            let point = self.absolute(path);
            let skipped = Skipped { point: point.clone(), kind, why: Why::Mounted };
            self.devices.lock().unwrap_or_else(PoisonError::into_inner).late.insert(point, skipped);
        }
    }

    /// Walks some places, and then all the rest; tells what is left where the visitor breaks.
    fn walk_places(
        &self,
        places: &[EntryPath],
        limits: &Limits,
        visit: &mut dyn FnMut(Walked) -> ControlFlow<()>,
    ) -> Option<Left> {
        let mut walked = BTreeSet::new();
        // A place may itself be a disk that is not read, as `/home` of another machine.
        let places: Vec<&EntryPath> = places.iter().filter(|place| matches!(self.enter(place), Enter::Yes)).collect();
        for (number, place) in (1usize..).zip(&places) {
            if let Some(mut left) = self.walk_below(place, &walked, limits, visit) {
                // The folder in which it was broken off, those that would have come next, and all the rest.
                let behind = places.get(number..).unwrap_or_default();
                left.folders = left.folders.saturating_add(to_u64(behind.len()));
                left.places = std::iter::once(place).chain(behind).map(|place| (*place).clone()).collect();
                left.places.push(EntryPath::default());
                return Some(left);
            }
            walked.insert((*place).clone());
        }
        self.walk_below(&EntryPath::default(), &walked, limits, visit)
    }

    fn is_mount_point(&self, path: &EntryPath) -> bool {
        !self.mounts.skipped.is_empty() && self.mounts.skipped.contains_key(&self.absolute(path))
    }
}

impl Devices {
    fn is_late(&self, path: &EntryPath) -> bool {
        !self.late.is_empty() && self.late.keys().any(|late| mounts::is_within(path, late))
    }
}

impl FileSystem for Live {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        self.walk_below(&EntryPath::default(), &BTreeSet::new(), limits, visit);
    }

    fn walk_plausible_first(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Option<Left> {
        self.walk_places(&places::plausible(self, &EntryPath::default()), limits, visit)
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        if self.is_barred(path) {
            let cause = Cause::Unsupported("lies on a disk that is not read".to_owned());
            return Err(Anomaly { stage: Stage::Read, path: path.display(), cause });
        }
        self.host.open(path)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        if let Some(names) = self.corridors.get(&self.absolute(directory)) {
            let listed = self.host.list(directory).into_iter();
            return listed.filter(|entry| names.contains(entry.path.name())).collect();
        }
        if self.is_barred(directory) { Vec::new() } else { self.host.list(directory) }
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        self.host.origin(path)
    }

    fn read_from_volume(&self) -> Vec<EntryPath> {
        self.host.read_from_volume()
    }
}

/// The number of the disk that a folder below a root is on. None on Windows, where another disk in a folder is a reparse point,
/// which no walk follows.
fn disk_of(root: &Path, folder: &EntryPath) -> Option<u64> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::MetadataExt;
        let real = root.join(std::ffi::OsStr::from_bytes(folder.as_bytes()));
        real.symlink_metadata().ok().map(|found| found.dev())
    }
    #[cfg(not(unix))]
    {
        let _ = (root, folder);
        None
    }
}

/// Where Linux tells what is mounted.
const MOUNT_TABLE: &str = "/proc/self/mountinfo";

/// What is mounted, as Linux tells it; nothing elsewhere.
fn mount_table() -> io::Result<Vec<u8>> {
    if cfg!(target_os = "linux") { std::fs::read(MOUNT_TABLE) } else { Ok(Vec::new()) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn host() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for path in ["etc/cron.d/a", "dev/null", "dev/shm/b", "mnt/share/deep/c", "tmp/d", "zz/e", "file"] {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        root
    }

    fn live(root: &Path, all_disks: bool) -> Live {
        let root = root.canonicalize().unwrap();
        let at = root.display();
        let table = format!(
            "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / {at}/dev rw - devtmpfs udev rw\n\
             3 2 0:6 / {at}/dev/shm rw - tmpfs tmpfs rw\n4 1 0:7 / {at}/mnt/share rw - nfs4 s:/x rw\n\
             5 1 0:8 / {at}/file rw - nfs4 s:/file rw\n"
        );
        Live::with_mounts(&root, all_disks, Ok(table.into_bytes()), &Limits::default()).unwrap()
    }

    fn files(walk: impl FnOnce(&mut dyn FnMut(Walked) -> ControlFlow<()>)) -> Vec<String> {
        let mut files = Vec::new();
        walk(&mut |walked| {
            match walked {
                Walked::Entry(entry) if entry.kind == EntryKind::File => files.push(entry.path.display()),
                Walked::Entry(_) => {}
                Walked::Anomaly(anomaly) => panic!("{}: {}", anomaly.path, anomaly.cause),
            }
            ControlFlow::Continue(())
        });
        files
    }

    #[test]
    fn what_is_no_disk_of_this_host_is_never_entered() {
        let root = host();
        let live = live(root.path(), false);
        let limits = Limits::default();
        assert_eq!(files(|visit| live.walk(&limits, visit)), ["dev/shm/b", "etc/cron.d/a", "tmp/d", "zz/e"]);
        let skipped: Vec<String> = live.skipped().iter().map(|one| one.kind.clone()).collect();
        assert_eq!(skipped, ["devtmpfs", "nfs4", "nfs4"]);
        for barred in ["dev/null", "mnt/share/deep/c", "file"] {
            assert!(live.open(&EntryPath::new(barred)).is_err(), "{barred}");
        }
        assert!(live.open(&EntryPath::new("dev/shm/b")).is_ok());
        assert!(live.list(&EntryPath::new("mnt/share")).is_empty());
        assert!(live.list(&EntryPath::new("mnt/share/deep")).is_empty());
        assert_eq!(live.list(&EntryPath::new("dev")).len(), 1);
    }

    #[test]
    fn a_plausible_place_that_is_another_machines_is_not_read() {
        let root = host();
        std::fs::create_dir_all(root.path().join("home/kim")).unwrap();
        std::fs::write(root.path().join("home/kim/f"), "x").unwrap();
        let at = root.path().canonicalize().unwrap();
        let table = format!("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:7 / {}/home rw - nfs4 s:/x rw\n", at.display());
        for (all_disks, reads) in [(false, false), (true, true)] {
            let table = Ok(table.clone().into_bytes());
            let live = Live::with_mounts(&at, all_disks, table, &Limits::default()).unwrap();
            let found = files(|visit| assert!(live.walk_plausible_first(&Limits::default(), visit).is_none()));
            assert_eq!(found.contains(&"home/kim/f".to_owned()), reads, "{found:?}");
            assert_eq!(live.skipped().len(), usize::from(!reads));
        }
    }

    /// `/dev` is a disk of its own in which there are others, for any user.
    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_table_of_mounts_one_disk_is_read_and_that_is_told() {
        let dev = Path::new("/dev");
        let elsewhere = |name: &&str| {
            let inside = disk_of(dev, &EntryPath::new(*name));
            inside.is_some() && inside != disk_of(dev, &EntryPath::default())
        };
        let others: Vec<&str> = ["mqueue", "pts", "shm"].into_iter().filter(elsewhere).collect();
        let of = |table| Live::with_mounts(dev, true, table, &Limits::default()).unwrap();
        let live = of(Err(io::Error::from(io::ErrorKind::NotFound)));
        let mut seen = Vec::new();
        live.walk(&Limits::default(), &mut |walked| {
            if let Walked::Entry(entry) = walked {
                seen.push(entry.path.display());
            }
            ControlFlow::Continue(())
        });
        let told: Vec<String> = live.anomalies().iter().map(|anomaly| anomaly.cause.to_string()).collect();
        assert!(told.len() == 1 && told[0].starts_with("/proc/self/mountinfo: "), "{told:?}");
        assert!(matches!(live.anomalies()[0].cause, Cause::Io(_)));
        assert!(of(mount_table()).anomalies().is_empty());
        if others.is_empty() {
            eprintln!("skipped: there is no other disk in /dev");
        }
        for other in others {
            assert!(!seen.iter().any(|path| path.starts_with(&format!("{other}/"))), "{seen:?}");
            assert!(live.list(&EntryPath::new(other)).is_empty(), "{other}");
            let skipped = live.skipped();
            let point = EntryPath::new(format!("dev/{other}"));
            let skipped = skipped.iter().find(|skipped| skipped.point == point);
            assert_eq!(skipped.map(|skipped| &skipped.why), Some(&Why::Untold), "{other}");
        }
    }

    #[test]
    fn all_disks_are_read_where_they_are_asked_for() {
        let root = host();
        let live = live(root.path(), true);
        let found = files(|visit| live.walk(&Limits::default(), visit));
        assert_eq!(found, ["dev/shm/b", "etc/cron.d/a", "file", "mnt/share/deep/c", "tmp/d", "zz/e"]);
    }

    /// A link as the standard library tells a mount point of Windows.
    #[test]
    fn a_volume_in_a_folder_is_told() {
        let root = host();
        let volume = r"\\?\Volume{0a1b2c3d-0000-0000-0000-100000000000}\";
        std::os::unix::fs::symlink(volume, root.path().join("zz/data")).unwrap();
        std::os::unix::fs::symlink("e", root.path().join("zz/link")).unwrap();
        let live = live(root.path(), true);
        live.walk(&Limits::default(), &mut |_| ControlFlow::Continue(()));
        let told = live.skipped().into_iter().filter(|skipped| skipped.why == Why::Mounted);
        let told: Vec<(String, String)> = told.map(|skipped| (skipped.place(), skipped.reason())).collect();
        let place = root.path().canonicalize().unwrap().join("zz/data").display().to_string();
        let why = "a volume of this host that is mounted in this folder: it is read where it is named \
                   (Volume{0a1b2c3d-0000-0000-0000-100000000000})";
        assert_eq!(told, [(place, why.to_owned())]);
        assert_eq!(mounted_volume(br"\\?\C:\elsewhere"), None);
        assert_eq!(mounted_volume(b"Volume{x}"), None);
    }

    #[test]
    fn places_are_written_as_their_host_does() {
        for (point, expected) in [("mnt/a", "/mnt/a"), ("C:", "C:"), ("C:/mnt/data", r"C:\mnt\data"), ("", "/")] {
            assert_eq!(shown(&EntryPath::new(point)), expected);
        }
    }

    #[test]
    fn plausible_places_come_first_and_everything_once() {
        let root = host();
        let live = live(root.path(), false);
        let found = files(|visit| assert!(live.walk_plausible_first(&Limits::default(), visit).is_none()));
        assert_eq!(found, ["tmp/d", "dev/shm/b", "etc/cron.d/a", "zz/e"]);
    }

    #[test]
    fn what_was_left_names_the_places() {
        let root = host();
        let live = live(root.path(), false);
        let mut seen = 0;
        let left = live.walk_plausible_first(&Limits::default(), &mut |_| {
            seen += 1;
            if seen > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let left = left.unwrap();
        let places: Vec<String> = left.places.iter().map(EntryPath::display).collect();
        assert_eq!(places, ["dev/shm", "etc/cron.d", "etc", ""]);
        assert_eq!((left.files, left.folders), (1, 2));
    }
}
