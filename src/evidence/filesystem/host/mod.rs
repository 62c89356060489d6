//! A directory or a file of this host as evidence: a mounted image, a collection, a live root.
//!
//! Nothing is followed out of the root: symbolic links, junctions and their like are entries of their own, special files are
//! never opened, and a path is opened only where none of its directories is a link. On Windows, alternate data streams are
//! entries beside their files, and what another program has locked is read from the volume itself where this user may.

mod device;
mod file;
mod name;
#[cfg(windows)]
mod privilege;
mod raw;
#[cfg(test)]
mod tests;

pub use device::{is_device, open_device};
pub use file::open_file;
pub(super) use file::opened;
pub(in crate::evidence) use name::rooted;
pub use name::{is_other_device, is_sibling};
#[cfg(windows)]
pub use privilege::backs_up;

use super::folder::{self, Listing, Named};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::base::time::FileTimes;
use crate::evidence::entry::{Entry, EntryKind, EntryPath, Origin};
use crate::evidence::walk::{Enter, Walk};
use crate::evidence::{FileSystem, GoOn, Opened, Walked};
pub(super) use file::kind_of;
#[cfg(windows)]
pub(super) use file::{ELSEWHERE, is_elsewhere};
use file::{HostFile, times_of};
use name::{real, stream_of};
use raw::{Below, Lockable, Raw};
use std::fmt;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The stream in which browsers and mail programs note where a file comes from.
const ZONE: &[u8] = b"Zone.Identifier";

/// Evidence on the examiner's own file system.
pub struct Host {
    root: PathBuf,
    /// The only file, where the evidence is one.
    single: Option<EntryPath>,
    /// The volume that it lies on, where the system shows less than there is.
    raw: Option<Arc<Raw>>,
    /// Why the streams of files are not listed, where files have streams and no volume is to be had.
    unlisted: Option<&'static str>,
    limits: Limits,
    /// Whether long work is to go on.
    go_on: GoOn,
    /// How the system opens a file.
    system: fn(&Path) -> io::Result<File>,
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Host").field("root", &self.root).field("single", &self.single).finish_non_exhaustive()
    }
}

impl Host {
    /// Takes a directory, or a single regular file, as evidence. A link given by name is followed: it was asked for.
    ///
    /// # Errors
    /// The path does not exist, cannot be read, or is neither a directory nor a regular file.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Anomaly> {
        let display = path.to_string_lossy();
        let failed = |error: io::Error| Anomaly::new(Stage::Open, display.clone(), error);
        let refused = |kind: EntryKind| {
            let cause = Cause::Unsupported(format!("not a directory or a regular file: {}", name_of(kind)));
            Anomaly::new(Stage::Open, display.clone(), cause)
        };
        if is_other_device(path) {
            return Err(refused(EntryKind::Device));
        }
        #[cfg(windows)]
        backs_up();
        let metadata = std::fs::metadata(path).map_err(failed)?;
        let limits = limits.clone();
        if metadata.is_dir() {
            let root = rooted(path).map_err(failed)?;
            Ok(Self::of(root, None, limits))
        } else if metadata.is_file() {
            let resolved = path.canonicalize().or_else(|error| if cfg!(unix) { Err(error) } else { rooted(path) });
            let resolved = resolved.map_err(failed)?;
            let name = resolved.file_name().map(|name| EntryPath::new(name.as_encoded_bytes())).unwrap_or_default();
            let root = resolved.parent().unwrap_or(Path::new("")).to_owned();
            Ok(Self::of(root, Some(name), limits))
        } else {
            Err(refused(kind_of(metadata.file_type())))
        }
    }

    fn of(root: PathBuf, single: Option<EntryPath>, limits: Limits) -> Self {
        let raw = raw::below(&root);
        let unlisted = if raw.is_none() { raw::unlisted(&root) } else { None };
        Self { root, single, raw, unlisted, limits, go_on: Arc::new(|| true), system: file::open_read_only }
    }

    /// Has it ask whether to go on where something takes long: the master file table of a volume is read as a whole.
    #[must_use]
    pub fn asking(self, go_on: GoOn) -> Self {
        Self { go_on, ..self }
    }

    /// Whether files have streams here, as far as this is known.
    fn knows_streams(&self) -> bool {
        self.raw.is_some() || self.unlisted.is_some()
    }

    /// Whether the evidence is a single file.
    #[must_use]
    pub fn is_single_file(&self) -> bool {
        self.single.is_some()
    }

    /// Whether every directory on the way is a directory, not a link out of the root.
    fn is_within(&self, directory: &EntryPath) -> bool {
        let mut above = directory.clone();
        while !above.as_bytes().is_empty() {
            let real = real(&self.root, &above);
            if !real.is_some_and(|real| std::fs::symlink_metadata(real).is_ok_and(|metadata| metadata.is_dir())) {
                return false;
            }
            above = above.parent();
        }
        true
    }

    /// What a folder holds, streams among it. The folder must have been come upon: whether links lead to it is not asked
    /// again.
    ///
    /// # Errors
    /// It is no folder of this host, or cannot be read.
    pub(in crate::evidence) fn read_folder(&self, folder: &EntryPath, limits: &Limits) -> Result<Listing, Anomaly> {
        let anomaly = |cause: Cause| Anomaly { stage: Stage::Walk, path: folder.display(), cause };
        let real =
            real(&self.root, folder).ok_or_else(|| anomaly(Cause::Unsupported("no path of this host".to_owned())))?;
        let is_root = folder.as_bytes().is_empty();
        let found = folder::read(&real, is_root).map_err(|error| anomaly(error.into()))?;
        let mut listing =
            Listing { anomalies: elsewhere(&found).map(anomaly).into_iter().collect(), names: Vec::new() };
        if !self.knows_streams() {
            return Ok(Listing { names: found, ..listing });
        }
        if is_root {
            let wrong = match &self.raw {
                Some(raw) => raw.wrong(limits, &*self.go_on),
                None => self.unlisted.map(raw::not_listed),
            };
            listing.anomalies.extend(wrong.map(|what| anomaly(Cause::Unsupported(what))));
            self.add_streams(folder, b"", EntryKind::Directory, limits, &mut listing.names);
        }
        for named in found {
            self.add_streams(&folder.join(&named.name), &named.name, named.kind, limits, &mut listing.names);
            listing.names.push(named);
        }
        listing.names.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listing)
    }

    /// Adds the streams of a file or a folder to the names of its directory.
    fn add_streams(&self, path: &EntryPath, name: &[u8], kind: EntryKind, limits: &Limits, names: &mut Vec<Named>) {
        if !self.knows_streams() || !matches!(kind, EntryKind::File | EntryKind::Directory) {
            return;
        }
        let mut add = |stream: &[u8]| {
            let stream = Named::new([name, b":", stream].concat(), EntryKind::File);
            names.push(Named { origin: Origin::AlternateStream, ..stream });
        };
        match self.raw.as_ref().map(|raw| raw.streams(path.as_bytes(), limits, &*self.go_on)) {
            Some(Ok(streams)) => streams.iter().for_each(|stream| add(stream)),
            // The one that tells most can be asked for by its name.
            Some(Err(_)) | None if kind == EntryKind::File => {
                let stream = real(&self.root, &EntryPath::new([path.as_bytes(), b":", ZONE].concat()));
                if stream.is_some_and(|stream| std::fs::metadata(stream).is_ok()) {
                    add(ZONE);
                }
            }
            Some(Err(_)) | None => {}
        }
    }

    fn is_stream(&self, path: &EntryPath) -> bool {
        self.knows_streams() && stream_of(path.name()).is_some_and(|(_, stream)| !stream.is_empty())
    }

    /// What a link leads to, as it is written.
    pub(in crate::evidence) fn link(&self, path: &EntryPath) -> Option<PathBuf> {
        std::fs::read_link(real(&self.root, path)?).ok()
    }

    /// Opens a file, or one of its streams, and says when it was changed.
    fn open_stream(&self, path: &EntryPath) -> Result<Opened, Cause> {
        let unknown = || Cause::Unsupported("no path of this host".to_owned());
        let real = real(&self.root, path).ok_or_else(unknown)?;
        let Some(raw) = &self.raw else {
            let file = (self.system)(&real).map_err(file::cause_of)?;
            let (file, metadata) = opened_by(file, self.is_stream(path))?;
            return Ok(Opened { stream: Box::new(file), times: times_of(&metadata) });
        };
        let (name, stream) = stream_of(path.name()).ok_or_else(unknown)?;
        let owner = if stream.is_empty() {
            real.clone()
        } else {
            let directory = path.parent();
            let owner = if name.is_empty() { directory } else { directory.join(name) };
            name::real(&self.root, &owner).ok_or_else(unknown)?
        };
        match (self.system)(&real) {
            Ok(file) => {
                let (file, metadata) = opened_by(file, !stream.is_empty())?;
                let below = Below { entry: path.clone(), file: owner, stream: stream.to_vec() };
                let file = Lockable::new(Box::new(file), below, raw.clone());
                Ok(Opened { stream: Box::new(file), times: times_of(&metadata) })
            }
            Err(error) => {
                let below = Below { entry: path.clone(), file: owner.clone(), stream: stream.to_vec() };
                let stream = raw.instead(error, &below)?;
                let times = std::fs::symlink_metadata(&owner).map_or_else(|_| FileTimes::default(), |of| times_of(&of));
                Ok(Opened { stream, times })
            }
        }
    }
}

/// What is to be said of the files of a folder that have their content elsewhere: once, as there may be any number of them.
fn elsewhere(found: &[Named]) -> Option<Cause> {
    let kept = found.iter().filter(|named| named.kind == EntryKind::File && named.barred.is_some()).count();
    match kept {
        0 => None,
        1 => Some(Cause::Elsewhere(format!("1 file here: {}", file::ELSEWHERE))),
        files => Some(Cause::Elsewhere(format!("{files} files here: {}", file::ELSEWHERE))),
    }
}

/// What the system opened, unless it is no regular file; a stream is one whatever it is a stream of.
fn opened_by(file: File, is_stream: bool) -> Result<(HostFile, std::fs::Metadata), Cause> {
    let metadata = file.metadata()?;
    if !metadata.is_file() && !is_stream {
        return Err(special(kind_of(metadata.file_type())));
    }
    Ok((HostFile { file, length: metadata.len() }, metadata))
}

impl FileSystem for Host {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        if let Some(path) = &self.single {
            let mut names = vec![Named::new(path.as_bytes(), EntryKind::File)];
            self.add_streams(path, path.as_bytes(), EntryKind::File, limits, &mut names);
            let entry =
                |named: Named| Entry { origin: named.origin, ..Entry::new(EntryPath::new(named.name), named.kind) };
            let _ = names.into_iter().map(|named| Walked::Entry(entry(named))).try_for_each(visit);
            return;
        }
        let read = |folder: &EntryPath| self.read_folder(folder, limits);
        Walk { read: &read, enter: &mut |_| Enter::Yes, limits }.below(&EntryPath::default(), visit);
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let anomaly = |cause: Cause| Anomaly { stage: Stage::Read, path: path.display(), cause };
        self.open_stream(path).map_err(anomaly)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        if let Some(path) = &self.single {
            return Some(path)
                .filter(|_| directory.as_bytes().is_empty())
                .map(|path| Entry::new(path.clone(), EntryKind::File))
                .into_iter()
                .collect();
        }
        if !self.is_within(directory) {
            return Vec::new();
        }
        let names = self.read_folder(directory, &self.limits).unwrap_or_default().names.into_iter();
        let entry =
            |named: Named| Entry { origin: named.origin, ..Entry::new(directory.join(&named.name), named.kind) };
        names.map(entry).collect()
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        if self.is_stream(path) { Origin::AlternateStream } else { Origin::File }
    }

    fn read_from_volume(&self) -> Vec<EntryPath> {
        self.raw.as_ref().map_or_else(Vec::new, |raw| raw.read())
    }
}

/// Why an entry that is no regular file is not read.
#[must_use]
pub fn special(kind: EntryKind) -> Cause {
    Cause::Unsupported(format!("special file, not opened: {}", name_of(kind)))
}

fn name_of(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Directory => "directory",
        EntryKind::Symlink => "symbolic link",
        EntryKind::Fifo => "named pipe",
        EntryKind::Socket => "socket",
        EntryKind::Device => "device",
        EntryKind::Other => "other",
    }
}
