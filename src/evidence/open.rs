//! Opens a piece of evidence, whatever it is: a directory, a disk image, an archive, a single file.

use super::collection;
use super::container::{self, Format, Siblings, StoredDigests};
use super::entry::EntryPath;
use super::filesystem::archive::{self, Found};
use super::filesystem::host::{self, Host};
use super::filesystem::{self, signature};
use super::image::{Image, Volume};
use super::mounted::Mounted;
use super::nested;
use super::recover::changed::{Changed, Live};
use super::recover::shadow_copy;
use super::volume::{self, Partition, Scheme};
use super::{FileSystem, GoOn};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::source::{Part, Source};
use crate::base::time::Timestamp;
use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a piece of evidence is.
pub enum Shape {
    /// A directory of this host.
    Directory,
    /// A single file.
    File,
    /// The image of a disk or a volume.
    Image(Disk),
    /// An archive.
    Archive {
        /// Its format.
        format: Format,
        /// Bytes of the temporary file that it was unpacked into, if it was.
        spooled: Option<u64>,
    },
}

/// The disk in an image.
pub struct Disk {
    /// What holds it.
    pub format: Format,
    /// Its bytes.
    pub source: Source,
    /// What its acquisition noted.
    pub stored: StoredDigests,
    /// The volumes, those that could not be read too.
    pub volumes: Vec<VolumeFacts>,
    /// The ranges of the disk that belong to no volume.
    pub gaps: Vec<Range<u64>>,
}

/// What is known of a volume of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeFacts {
    /// The folder that stands for it, where it was read.
    pub folder: Option<EntryPath>,
    /// Which table names it.
    pub scheme: Scheme,
    /// Where it lies on the disk, in bytes.
    pub range: Range<u64>,
    /// Its name.
    pub label: Option<String>,
    /// What is on it, in the word of the report.
    pub file_system: Option<String>,
    /// How a registry's mounted devices name it.
    pub identity: Option<Vec<u8>>,
    /// For a shadow copy, of what and of when it is; its range is that of the volume.
    pub snapshot: Option<SnapshotFacts>,
}

/// What is known of a shadow copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotFacts {
    /// The volume that it is one of, by its place among the volumes of the disk.
    pub of: usize,
    /// When it was taken.
    pub created: Option<Timestamp>,
}

/// Evidence, opened.
pub struct Opened {
    /// What it is.
    pub shape: Shape,
    /// Its files.
    pub file_system: Box<dyn FileSystem>,
    /// Its size, where it is one file.
    pub size: Option<u64>,
    /// What could not be read of it.
    pub anomalies: Vec<Anomaly>,
}

/// The note on a file that is meant as an image and is none that is known.
const UNKNOWN: &str =
    "no file system was recognised in it, though it looks like an image; --carve searches its bytes for scripts";

/// Opens evidence by its path on this host.
///
/// # Errors
/// It does not exist, cannot be read, or is neither a directory, a regular file nor a device.
pub fn open(path: &Path, limits: &Limits) -> Result<Opened, Anomaly> {
    open_asking(path, limits, Arc::new(|| true))
}

/// The same for a run that may be to end: `go_on` is asked where something takes long.
///
/// # Errors
/// As [`open`].
pub fn open_asking(path: &Path, limits: &Limits, go_on: GoOn) -> Result<Opened, Anomaly> {
    if host::is_device(path) {
        let source = host::open_device(path)?;
        let size = source.len();
        return Ok(open_image(source.clone(), &Alone, limits).unwrap_or_else(|| unknown_disk(source, size)));
    }
    let host = Host::open(path, limits)?.asking(go_on);
    if !host.is_single_file() {
        let file_system = collection::unescaped(Box::new(host), limits);
        return Ok(Opened { shape: Shape::Directory, file_system, size: None, anomalies: Vec::new() });
    }
    let folder = Folder::of(path).map_err(|error| Anomaly::new(Stage::Open, path.to_string_lossy(), error))?;
    let Some(source) = folder.open(&folder.name) else {
        return Ok(Opened { shape: Shape::File, file_system: Box::new(host), size: None, anomalies: Vec::new() });
    };
    let size = source.len();
    let file = |anomalies| Opened { shape: Shape::File, file_system: Box::new(host), size: Some(size), anomalies };
    Ok(match open_archive(&source, folder.name.as_bytes(), limits) {
        Some(Ok(opened)) => opened,
        // What is packed in it is not known, but it is a file all the same.
        Some(Err(cause)) => file(vec![Anomaly { stage: Stage::Open, path: String::new(), cause }]),
        None => {
            let mut head = [0u8; 4096];
            let count = read_full(&source, 0, &mut head).unwrap_or(0);
            let head = head.get(..count).unwrap_or_default();
            let meant = nested::is_meant_as_image(&folder.name, head, size);
            let unknown =
                || Anomaly { stage: Stage::Open, path: String::new(), cause: Cause::Unsupported(UNKNOWN.into()) };
            let anomalies = meant.then(unknown).into_iter().collect();
            open_image(source, &folder, limits).unwrap_or_else(|| file(anomalies))
        }
    })
}

/// Opens the archive that a file is; nothing where it is none.
///
/// # Errors
/// It is an archive that cannot be read, or of a kind that is not read.
pub fn open_archive(source: &Source, name: &[u8], limits: &Limits) -> Option<Result<Opened, Cause>> {
    let found = guarded(|| archive::open(source, name, limits))
        .unwrap_or_else(|| Some(Err(Cause::Unsupported("the reader of the archive failed inside".to_owned()))));
    Some(match found? {
        Ok(Found::Archive { format, mounted, spooled }) => {
            let shape = Shape::Archive { format, spooled };
            let file_system = collection::unescaped(Box::new(mounted), limits);
            Ok(Opened { shape, file_system, size: Some(source.len()), anomalies: Vec::new() })
        }
        Ok(Found::Unread(name)) => Err(Cause::Unsupported(format!("packed as {name}, which is not read"))),
        Err(cause) => Err(cause),
    })
}

/// A device on which nothing is known: still a disk, whose bytes can be searched.
fn unknown_disk(source: Source, size: u64) -> Opened {
    let gaps = std::iter::once(0..size).collect();
    let stored = StoredDigests::default();
    let disk = Disk { format: Format::Raw, source, stored, volumes: Vec::new(), gaps };
    let file_system = Box::new(Image::default());
    Opened { shape: Shape::Image(disk), file_system, size: Some(size), anomalies: Vec::new() }
}

/// Opens the image that a file is; nothing where it is none, but a file of its own.
pub fn open_image(source: Source, siblings: &dyn Siblings, limits: &Limits) -> Option<Opened> {
    let size = source.len();
    let failed = |cause: Cause| Anomaly { stage: Stage::Open, path: String::new(), cause };
    let medium = match guarded(|| container::open(source, siblings, limits))
        .unwrap_or_else(|| Err(Cause::Unsupported("the reader of the container failed inside".to_owned())))
    {
        Ok(medium) => medium,
        Err(cause) => {
            // What says that it is a container and cannot be read is still evidence, of which nothing is known.
            let file_system = Box::new(Image::default());
            return Some(Opened { shape: Shape::File, file_system, size: Some(size), anomalies: vec![failed(cause)] });
        }
    };
    let (table, damage) = volume::read(&medium.source, limits);
    let mut anomalies: Vec<Anomaly> = medium.damage.into_iter().chain(damage).map(failed).collect();
    let (mut volumes, mut facts, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for (number, partition) in (1usize..).zip(&table.partitions) {
        let (mounted, fact, cause) = mount(&medium.source, table.scheme, partition, limits);
        let folder = mounted.is_some().then(|| EntryPath::new(format!("v{number:03}")));
        anomalies.extend(cause.map(failed));
        if let (Some(mounted), Some(folder)) = (mounted, &folder) {
            let mounted = Arc::new(mounted);
            volumes.push(Volume { folder: folder.clone(), shadow_of: None, file_system: Box::new(mounted.clone()) });
            read.push((facts.len(), mounted));
        }
        facts.push(VolumeFacts { folder, ..fact });
    }
    for (of, live) in read.into_iter().filter(|(_, live)| live.kind == "ntfs") {
        let Some(volume) = facts.get(of).cloned() else { continue };
        let (copies, copied, causes) = shadow_copies(&medium.source, of, &volume, live, limits);
        volumes.extend(copies);
        facts.extend(copied);
        anomalies.extend(causes.into_iter().map(failed));
    }
    let is_image =
        !medium.format.is_bare() || table.scheme != Scheme::None || facts.iter().any(|fact| fact.file_system.is_some());
    if !is_image {
        return None;
    }
    let disk =
        Disk { format: medium.format, source: medium.source, stored: medium.stored, volumes: facts, gaps: table.gaps };
    let file_system = Box::new(Image::new(volumes).on(disk.source.clone()));
    Some(Opened { shape: Shape::Image(disk), file_system, size: Some(size), anomalies })
}

/// Reads one volume; what is on it is told even where it cannot be read.
fn mount(
    disk: &Source,
    scheme: Scheme,
    partition: &Partition,
    limits: &Limits,
) -> (Option<Mounted>, VolumeFacts, Option<Cause>) {
    let range = partition.range.clone();
    let mut facts = VolumeFacts {
        folder: None,
        scheme,
        range: range.clone(),
        label: partition.label.clone(),
        file_system: None,
        identity: partition.identity.clone(),
        snapshot: None,
    };
    let volume: Source = Arc::new(Part::new(disk.clone(), range.start, range.end.saturating_sub(range.start)));
    let at = |cause: Cause| match cause {
        Cause::Unsupported(what) => Cause::Unsupported(format!("volume at offset {}: {what}", range.start)),
        cause => cause,
    };
    let Some(kind) = signature::probe(&volume) else {
        let cause = (scheme != Scheme::None)
            .then(|| at(Cause::Unsupported("no file system that is known by its signature".to_owned())));
        return (None, facts, cause);
    };
    facts.file_system = Some(kind.name().to_owned());
    let mounted = guarded(|| filesystem::mount(kind, volume, limits))
        .unwrap_or_else(|| Err(Cause::Unsupported("the reader of the file system failed inside".to_owned())));
    match mounted {
        Ok(mounted) => {
            facts.file_system = Some(mounted.kind.to_owned());
            facts.label = mounted.label.clone().or(facts.label);
            (Some(mounted), facts, None)
        }
        Err(cause) => (None, facts, Some(at(cause))),
    }
}

/// Nothing is beside a device.
struct Alone;

impl Siblings for Alone {
    fn open(&self, _: &str) -> Option<Source> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn own_name(&self) -> &'static str {
        ""
    }
}

/// Reads the shadow copies of a volume: each is a volume of its own, which shows what differs from the volume as it is.
fn shadow_copies(
    disk: &Source,
    of: usize,
    volume: &VolumeFacts,
    live: Arc<Mounted>,
    limits: &Limits,
) -> (Vec<Volume>, Vec<VolumeFacts>, Vec<Cause>) {
    let range = volume.range.clone();
    let source: Source = Arc::new(Part::new(disk.clone(), range.start, range.end.saturating_sub(range.start)));
    let inside = || Cause::Unsupported("the reader of shadow copies failed inside".to_owned());
    let (snapshots, mut causes) =
        guarded(|| shadow_copy::snapshots(&source, limits)).unwrap_or_else(|| (Vec::new(), vec![inside()]));
    let (mut volumes, mut facts) = (Vec::new(), Vec::new());
    if snapshots.is_empty() {
        return (volumes, facts, causes);
    }
    let live = Arc::new(Live::new(live));
    let stores: Vec<EntryPath> = snapshots.iter().map(|snapshot| snapshot.store.clone()).collect();
    for snapshot in snapshots {
        let mounted = guarded(|| {
            let mounted = filesystem::mount(signature::Kind::Ntfs, snapshot.source, limits)?;
            let (kind, label) = (mounted.kind.to_owned(), mounted.label.clone());
            Ok((Changed::new(mounted, live.clone(), &stores), kind, label))
        });
        let mounted = mounted.unwrap_or_else(|| Err(inside())).map_err(|cause| {
            causes.push(Cause::Unsupported(format!("shadow copy {}: {cause}", snapshot.id)));
        });
        let (mounted, kind, label) =
            mounted.ok().map_or((None, None, None), |(mounted, kind, label)| (Some(mounted), Some(kind), label));
        let folder = mounted.as_ref().and_then(|_| {
            let name = volume.folder.as_ref()?.display();
            Some(EntryPath::new(format!("{name}s{:02}", snapshot.number)))
        });
        if let (Some(mounted), Some(folder)) = (mounted, &folder) {
            let (folder, shadow_of) = (folder.clone(), volume.folder.clone());
            volumes.push(Volume { folder, shadow_of, file_system: Box::new(mounted) });
        }
        facts.push(VolumeFacts {
            folder,
            label,
            file_system: kind,
            identity: None,
            snapshot: Some(SnapshotFacts { of, created: snapshot.created }),
            ..volume.clone()
        });
    }
    (volumes, facts, causes)
}

/// The folder of a piece of evidence on this host.
struct Folder {
    path: PathBuf,
    name: String,
}

impl Folder {
    fn of(evidence: &Path) -> std::io::Result<Self> {
        let resolved = evidence.canonicalize()?;
        let name = resolved.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: resolved.parent().unwrap_or(Path::new("")).to_owned(), name })
    }
}

impl Siblings for Folder {
    fn open(&self, name: &str) -> Option<Source> {
        host::is_sibling(name).then(|| host::open_file(&self.path.join(name)).ok()).flatten()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn own_name(&self) -> &str {
        &self.name
    }
}

/// The files beside a piece of evidence that are read with it: the segments of a set, the extents of a disk, its parents. Where
/// the evidence cannot be opened, those that were tried.
#[must_use]
pub fn opened_with(evidence: &Path, limits: &Limits) -> Vec<PathBuf> {
    let Ok(folder) = Folder::of(evidence) else { return Vec::new() };
    let noted = Noted { folder, opened: RefCell::default() };
    if evidence.is_file()
        && let Some(source) = noted.folder.open(&noted.folder.name)
    {
        // What is wrong with it is told when it is read.
        let _ = guarded(|| container::open(source, &noted, limits));
    }
    let Noted { folder, opened } = noted;
    opened.into_inner().iter().map(|name| folder.path.join(name)).collect()
}

/// A folder that remembers which of its files were opened.
struct Noted {
    folder: Folder,
    opened: RefCell<Vec<String>>,
}

impl Siblings for Noted {
    fn open(&self, name: &str) -> Option<Source> {
        let source = self.folder.open(name)?;
        self.opened.borrow_mut().push(name.to_owned());
        Some(source)
    }

    fn names(&self) -> Vec<String> {
        self.folder.names()
    }

    fn own_name(&self) -> &str {
        self.folder.own_name()
    }
}
