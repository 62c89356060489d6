//! What the file system of this host does not give out, from the volume that it lies on: the content of files that another
//! program has locked or that are closed to this user, and the names of alternate data streams.
//!
//! The volume is opened when it is first needed. Its file system goes on writing meanwhile: what was changed in the last
//! seconds may not be on it yet.

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::evidence::entry::EntryPath;
use crate::evidence::filesystem::ntfs::{NamedStreams, Records};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What the system tells of a volume besides its files.
pub(super) trait Volume: Send + Sync {
    /// Opens the volume itself.
    ///
    /// # Errors
    /// Why this user cannot.
    fn open(&self) -> Result<Source, Cause>;

    /// The serial number of the volume.
    ///
    /// # Errors
    /// What the system says.
    fn serial(&self) -> io::Result<u64>;

    /// The serial number of the volume that a file lies on and the number of the file there, which the system tells even
    /// where it does not give out the content.
    ///
    /// # Errors
    /// What the system says.
    fn identity(&self, path: &Path) -> io::Result<(u64, u64)>;

    /// Whether files have named streams there.
    fn has_streams(&self) -> bool;
}

/// The volume below evidence on this host.
pub(super) struct Raw {
    volume: Box<dyn Volume>,
    /// The path of the evidence on the volume, its names joined by `/`.
    place: Vec<u8>,
    records: OnceLock<Result<Records, String>>,
    streams: OnceLock<Result<NamedStreams, String>>,
    /// What was read from the volume.
    read: Mutex<BTreeSet<EntryPath>>,
}

/// Entries that are remembered to have been read from a volume.
const REMEMBERED: usize = 100_000;

/// What is to be read from a volume.
pub(super) struct Below {
    /// The entry of the evidence.
    pub(super) entry: EntryPath,
    /// Its file, or that whose stream it is, as the system names it.
    pub(super) file: PathBuf,
    /// The name of the stream; empty for the content.
    pub(super) stream: Vec<u8>,
}

impl Raw {
    #[cfg(any(windows, test))]
    pub(super) fn new(volume: Box<dyn Volume>, place: Vec<u8>) -> Self {
        Self { volume, place, records: OnceLock::new(), streams: OnceLock::new(), read: Mutex::default() }
    }

    fn records(&self) -> Result<&Records, &str> {
        let opened = self.records.get_or_init(|| {
            let records = self.volume.open().and_then(Records::of);
            records.map_err(|cause| format!("the volume cannot be read past the system: {cause}"))
        });
        opened.as_ref().map_err(String::as_str)
    }

    /// Opens the content of a file, or one of its streams, that the system refused with `error`.
    ///
    /// # Errors
    /// Why it cannot be had here either, or that the system refused it for another reason.
    pub(super) fn instead(&self, error: io::Error, below: &Below) -> Result<Box<dyn ReadAt>, Cause> {
        if !is_refusal(&error) {
            return Err(super::file::cause_of(error));
        }
        let both = |why: &dyn std::fmt::Display| Cause::Unsupported(format!("{error}; {why}"));
        let records = self.records().map_err(|why| both(&why))?;
        let reference = reference(&*self.volume, &below.file).map_err(|why| both(&why))?;
        let opened = records.open(reference, &below.stream).map_err(|why| both(&why))?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() < REMEMBERED {
            read.insert(below.entry.clone());
        }
        Ok(opened)
    }

    /// The entries that were read from the volume so far.
    pub(super) fn read(&self) -> Vec<EntryPath> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The names of the streams of a file or a folder, in the order of their bytes; nothing where this volume has none.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub(super) fn streams(&self, path: &[u8], limits: &Limits, go_on: &dyn Fn() -> bool) -> Result<&[Vec<u8>], &str> {
        if !self.volume.has_streams() {
            return Ok(&[]);
        }
        let streams = self.all_streams(limits, go_on)?;
        let whole: Vec<u8> = match (self.place.as_slice(), path) {
            ([], path) => path.to_vec(),
            (place, []) => place.to_vec(),
            (place, path) => [place, b"/", path].concat(),
        };
        Ok(streams.by_path.get(&whole).map_or(&[], Vec::as_slice))
    }

    fn all_streams(&self, limits: &Limits, go_on: &dyn Fn() -> bool) -> Result<&NamedStreams, &str> {
        let all = || Ok(self.records()?.named_streams(limits, go_on));
        self.streams.get_or_init(|| all().map_err(str::to_owned)).as_ref().map_err(String::as_str)
    }

    /// What is to be said of the streams of this volume as a whole: why they are not, or not all, told.
    pub(super) fn wrong(&self, limits: &Limits, go_on: &dyn Fn() -> bool) -> Option<String> {
        if !self.volume.has_streams() {
            return None;
        }
        match self.all_streams(limits, go_on) {
            Ok(streams) => streams.wrong.clone(),
            Err(why) => Some(not_listed(why)),
        }
    }
}

/// What is to be said where the names of streams are not to be had.
pub(super) fn not_listed(why: &str) -> String {
    format!("alternate data streams are not listed but for Zone.Identifier: {why}")
}

/// The number of a file on a volume.
///
/// # Errors
/// What the system says, or that the file lies on another volume, where the same number is that of another file.
pub(super) fn reference(volume: &dyn Volume, file: &Path) -> io::Result<u64> {
    let (serial, number) = volume.identity(file)?;
    if serial == volume.serial()? { Ok(number) } else { Err(io::Error::other("it lies on another volume")) }
}

/// Whether the system refused what it has.
fn is_refusal(error: &io::Error) -> bool {
    let withheld = cfg!(windows) && error.raw_os_error().is_some_and(is_withheld);
    error.kind() == io::ErrorKind::PermissionDenied || withheld
}

/// Whether an error of Windows says that what is there is not given out: ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION,
/// ERROR_LOCK_VIOLATION, and ERROR_VIRUS_INFECTED, by which a scanner on access keeps back what is looked for most.
fn is_withheld(code: i32) -> bool {
    matches!(code, 5 | 32 | 33 | 225)
}

/// An open file of which others may lock parts: those are read from the volume.
pub(super) struct Lockable {
    file: Box<dyn ReadAt>,
    below: Below,
    raw: Arc<Raw>,
    /// The file on the volume.
    opened: OnceLock<Option<Box<dyn ReadAt>>>,
}

impl Lockable {
    pub(super) fn new(file: Box<dyn ReadAt>, below: Below, raw: Arc<Raw>) -> Self {
        Self { file, below, raw, opened: OnceLock::new() }
    }
}

impl ReadAt for Lockable {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let error = match self.file.read_at(offset, buffer) {
            Err(error) if is_refusal(&error) => error,
            read => return read,
        };
        let instead = || self.raw.instead(io::Error::from(io::ErrorKind::PermissionDenied), &self.below);
        match self.opened.get_or_init(|| instead().ok()) {
            Some(below) => below.read_at(offset, buffer),
            None => Err(error),
        }
    }

    fn len(&self) -> u64 {
        self.file.len()
    }
}

/// The volume of an absolute path that Windows takes as it stands, and the path on it: a letter, or the name of a volume.
#[cfg(any(windows, test))]
fn split(root: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let rest = root.strip_prefix(br"\\?\")?;
    let end = rest.iter().position(|byte| *byte == b'\\')?;
    let (name, below) = (rest.get(..end)?, rest.get(end.saturating_add(1)..)?);
    let is_letter = matches!(name, [letter, b':'] if letter.is_ascii_alphabetic());
    let is_volume = name.to_ascii_lowercase().starts_with(b"volume{");
    let names: Vec<&[u8]> = below.split(|byte| *byte == b'\\').filter(|name| !name.is_empty()).collect();
    (is_letter || is_volume).then(|| (name.to_vec(), names.join(&b'/')))
}

/// The root of the volume or of the share that an absolute path which Windows takes as it stands lies on, as the system wants
/// it named.
#[cfg(any(windows, test))]
fn volume_root(path: &[u8]) -> Option<Vec<u8>> {
    let rest = path.strip_prefix(br"\\?\").or_else(|| path.strip_prefix(br"\\.\"))?;
    let lower = rest.to_ascii_lowercase();
    let names = if lower.starts_with(br"unc\") || lower.starts_with(br"globalroot\") { 3 } else { 1 };
    let volume: Vec<&[u8]> = rest.split(|byte| *byte == b'\\').filter(|name| !name.is_empty()).take(names).collect();
    (volume.len() == names).then(|| [br"\\?\", volume.join(&b'\\').as_slice(), b"\\"].concat())
}

/// Why the streams of files are not listed below a folder whose volume is not to be had; nothing where files have none there.
#[cfg(unix)]
pub(super) fn unlisted(_: &Path) -> Option<&'static str> {
    None
}

/// Why the streams of files are not listed below a folder whose volume is not to be had; nothing where files have none there.
#[cfg(windows)]
pub(super) fn unlisted(root: &Path) -> Option<&'static str> {
    let volume = volume_root(root.as_os_str().as_encoded_bytes()).and_then(|volume| String::from_utf8(volume).ok());
    volume
        .is_none_or(|volume| has_streams(&volume).unwrap_or(true))
        .then_some("there is no local volume to read them from")
}

/// Whether files have named streams on a volume.
///
/// # Errors
/// What the system says of the volume.
#[cfg(windows)]
fn has_streams(root: &str) -> winsafe::SysResult<bool> {
    let mut flags = winsafe::co::FILE_VOL::default();
    winsafe::GetVolumeInformation(Some(root), None, None, None, Some(&mut flags), None)?;
    Ok(flags.has(winsafe::co::FILE_VOL::NAMED_STREAMS))
}

/// The volume below a folder of this host; nothing where there is none to be had.
#[cfg(unix)]
pub(super) fn below(_: &Path) -> Option<Arc<Raw>> {
    None
}

/// The volume that is mounted in a folder on the way to a path, and the path on it: what is below such a folder is not on the
/// volume that the path begins with. `link` tells what a folder is a link to.
#[cfg(any(windows, test))]
fn mounted(root: &[u8], link: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Option<(Vec<u8>, Vec<u8>)> {
    let first = root.strip_prefix(br"\\?\")?.iter().position(|byte| *byte == b'\\')?.saturating_add(4);
    let mut end = root.len();
    while end > first {
        let (folder, below) = (root.get(..end)?, root.get(end..)?);
        if let Some(target) = link(folder) {
            let is_volume = target.to_ascii_lowercase().starts_with(br"\\?\volume{");
            return if is_volume { split(&[target.as_slice(), b"\\", below].concat()) } else { None };
        }
        end = folder.iter().rposition(|byte| *byte == b'\\')?;
    }
    None
}

/// The volume below a folder of this host; nothing for what is on the network, and where the system says of the folder that
/// it lies on another one.
#[cfg(windows)]
pub(super) fn below(root: &Path) -> Option<Arc<Raw>> {
    let link = |folder: &[u8]| {
        let target = std::fs::read_link(super::name::os_string(folder)?).ok()?;
        Some(target.as_os_str().as_encoded_bytes().to_vec())
    };
    let path = root.as_os_str().as_encoded_bytes();
    let (name, place) = mounted(path, &link).or_else(|| split(path))?;
    let volume = OfWindows { name: String::from_utf8(name).ok()?, has_streams: OnceLock::new() };
    // The root may be the mount point itself: what it leads to is meant.
    let folder = super::file::with_access(root, false, 0).ok()?;
    let (serial, _) = super::file::identity(&folder).ok()?;
    if volume.serial().ok()? != serial {
        return None;
    }
    Some(Arc::new(Raw::new(Box::new(volume), place)))
}

/// A volume of Windows, by its letter (`C:`) or its name (`Volume{…}`).
#[cfg(windows)]
struct OfWindows {
    name: String,
    has_streams: OnceLock<bool>,
}

#[cfg(windows)]
impl Volume for OfWindows {
    fn open(&self) -> Result<Source, Cause> {
        let path = format!(r"\\.\{}", self.name);
        super::device::open_device(Path::new(&path)).map_err(|anomaly| anomaly.cause)
    }

    fn serial(&self) -> io::Result<u64> {
        let mut serial = 0;
        let root = format!(r"\\?\{}\", self.name);
        winsafe::GetVolumeInformation(Some(&root), None, Some(&mut serial), None, None, None)
            .map_err(|error| io::Error::from_raw_os_error(error.raw().cast_signed()))?;
        Ok(u64::from(serial))
    }

    fn identity(&self, path: &Path) -> io::Result<(u64, u64)> {
        let file = super::file::with_access(path, false, super::file::FLAG_OPEN_REPARSE_POINT)?;
        super::file::identity(&file)
    }

    fn has_streams(&self) -> bool {
        *self.has_streams.get_or_init(|| has_streams(&format!(r"\\?\{}\", self.name)).unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_volume_of_a_path_is_told() {
        let cases: [(&str, Option<(&str, &str)>); 6] = [
            (r"\\?\C:\", Some(("C:", ""))),
            (r"\\?\C:\Users\bob", Some(("C:", "Users/bob"))),
            (
                r"\\?\Volume{0a1b2c3d-0000-0000-0000-100000000000}\a",
                Some(("Volume{0a1b2c3d-0000-0000-0000-100000000000}", "a")),
            ),
            (r"\\?\UNC\server\share\a", None),
            (r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1\a", None),
            ("/mnt/c", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map(|(name, place)| (name.as_bytes().to_vec(), place.as_bytes().to_vec()));
            assert_eq!(split(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn what_a_scanner_on_access_blocks_is_read_from_the_volume() {
        // ERROR_FILE_NOT_FOUND and ERROR_VIRUS_DELETED: there is nothing any more.
        for (code, expected) in [(5, true), (32, true), (33, true), (225, true), (2, false), (226, false)] {
            assert_eq!(is_withheld(code), expected, "{code}");
        }
        assert_eq!(is_refusal(&io::Error::from_raw_os_error(225)), cfg!(windows));
        assert!(is_refusal(&io::ErrorKind::PermissionDenied.into()));
    }

    #[test]
    fn the_root_of_a_volume_or_a_share_is_told() {
        let cases = [
            (r"\\?\C:\Users", Some(r"\\?\C:\")),
            (r"\\?\UNC\server\share", Some(r"\\?\UNC\server\share\")),
            (r"\\?\unc\server\share\a\b", Some(r"\\?\unc\server\share\")),
            (
                r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1\a",
                Some(r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1\"),
            ),
            (r"\\.\D:\", Some(r"\\?\D:\")),
            (r"\\?\UNC\server", None),
            ("/mnt", None),
        ];
        for (path, expected) in cases {
            assert_eq!(volume_root(path.as_bytes()).as_deref(), expected.map(str::as_bytes), "{path}");
        }
    }

    #[test]
    fn a_volume_in_a_folder_is_not_that_of_the_letter() {
        const NAME: &str = r"Volume{0a1b2c3d-0000-0000-0000-100000000000}";
        let link = |folder: &[u8]| match String::from_utf8_lossy(folder).as_ref() {
            r"\\?\C:\mnt\data" => Some(format!(r"\\?\{NAME}\").into_bytes()),
            r"\\?\C:\junction" => Some(br"\\?\C:\elsewhere".to_vec()),
            _ => None,
        };
        let cases: [(&str, Option<&str>); 7] = [
            (r"\\?\C:\mnt\data", Some("")),
            (r"\\?\C:\mnt\data\", Some("")),
            (r"\\?\C:\mnt\data\a\b", Some("a/b")),
            (r"\\?\C:\mnt\database\a", None),
            (r"\\?\C:\junction\a", None),
            (r"\\?\C:\", None),
            ("/mnt/data", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map(|place| (NAME.as_bytes().to_vec(), place.as_bytes().to_vec()));
            assert_eq!(mounted(path.as_bytes(), &link), expected, "{path}");
        }
    }
}
