//! Files of this host, opened so that nobody is disturbed and nothing is followed.

use super::special;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::source::Source;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::entry::EntryKind;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A regular file of this host, opened for reading.
pub(super) struct HostFile {
    pub(super) file: File,
    pub(super) length: u64,
}

impl ReadAt for HostFile {
    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

/// Opens a regular file of this host by its path; a link is not followed.
///
/// # Errors
/// What the operating system says, or that it is no regular file.
pub fn open_file(path: &Path) -> io::Result<Source> {
    let file = open_read_only(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, special(kind_of(metadata.file_type())).to_string()));
    }
    Ok(Arc::new(HostFile { file, length: metadata.len() }))
}

/// A file that is open already.
///
/// # Errors
/// What the operating system says.
pub(in crate::evidence::filesystem) fn opened(file: File) -> io::Result<Source> {
    let length = file.metadata()?.len();
    Ok(Arc::new(HostFile { file, length }))
}

/// Opens without following a link, without waiting for a pipe's writer and, where the system allows, without touching the
/// access time.
#[cfg(unix)]
pub(super) fn open_read_only(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let open = |flags| OpenOptions::new().read(true).custom_flags(flags).open(path);
    #[cfg(target_os = "linux")]
    {
        match open(flags | libc::O_NOATIME) {
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => {}
            opened => return opened,
        }
    }
    open(flags)
}

/// Opens a file while others go on using it as they will. A link is opened itself, and is no regular file then; what a
/// driver of Windows puts together for every program (deduplicated, compressed) is read as that driver gives it, and what
/// it would have to fetch is not.
#[cfg(windows)]
pub(super) fn open_read_only(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::MetadataExt;
    /// FILE_ATTRIBUTE_REPARSE_POINT.
    const REPARSE_POINT: u32 = 0x400;
    /// ERROR_CANT_ACCESS_FILE: no driver knows this kind of reparse point, as that of an application's alias.
    const NO_DRIVER: i32 = 1920;
    let file = with_access(path, true, FLAG_OPEN_REPARSE_POINT)?;
    if !winapi_util::file::typ(&file)?.is_disk() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, special(EntryKind::Device).to_string()));
    }
    let metadata = file.metadata()?;
    if is_elsewhere(metadata.file_attributes()) {
        return Err(Elsewhere.into());
    }
    if metadata.file_attributes() & REPARSE_POINT == 0 || metadata.file_type().is_symlink() {
        return Ok(file);
    }
    let given = match with_access(path, true, 0) {
        Err(error) if error.raw_os_error() == Some(NO_DRIVER) => return Ok(file),
        given => given?,
    };
    if identity(&given)? != identity(&file)? {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, special(EntryKind::Symlink).to_string()));
    }
    Ok(given)
}

/// FILE_FLAG_OPEN_REPARSE_POINT.
#[cfg(windows)]
pub(super) const FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// Opens with the access asked for: to read, or only to be told what the system tells of it, which it does even where the
/// content is locked.
#[cfg(windows)]
pub(super) fn with_access(path: &Path, read: bool, flags: u32) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    /// FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE: other programs are not disturbed.
    const SHARE_ALL: u32 = 7;
    /// FILE_FLAG_BACKUP_SEMANTICS: folders can be opened, and the privilege to back up counts.
    const BACKUP_SEMANTICS: u32 = 0x0200_0000;
    /// FILE_FLAG_OPEN_NO_RECALL: what was moved elsewhere stays there.
    const NO_RECALL: u32 = 0x0010_0000;
    let mut options = OpenOptions::new();
    if read {
        options.read(true);
    } else {
        options.access_mode(0);
    }
    options.share_mode(SHARE_ALL).custom_flags(flags | BACKUP_SEMANTICS | NO_RECALL).open(path)
}

/// The number of the volume and that of the file on it.
#[cfg(windows)]
pub(super) fn identity(file: &File) -> io::Result<(u64, u64)> {
    let told = winapi_util::file::information(file)?;
    Ok((told.volume_serial_number(), told.file_index()))
}

/// The content of a file is elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("{ELSEWHERE}")]
pub(super) struct Elsewhere;

impl From<Elsewhere> for io::Error {
    fn from(elsewhere: Elsewhere) -> Self {
        Self::new(io::ErrorKind::Unsupported, elsewhere)
    }
}

/// Why a file cannot be read, by the error with which it was not opened.
pub(super) fn cause_of(error: io::Error) -> Cause {
    let is_elsewhere = error.get_ref().is_some_and(|inner| inner.is::<Elsewhere>());
    if is_elsewhere { Cause::Elsewhere(ELSEWHERE.to_owned()) } else { Cause::Io(error) }
}

/// Why a file or a folder is not read that has its content elsewhere.
pub(in crate::evidence::filesystem) const ELSEWHERE: &str =
    "kept online or in an archive: its content is not on this host, and is not fetched";

/// Whether the attributes of a file of Windows say that its content would have to be fetched.
#[cfg(any(windows, test))]
pub(in crate::evidence::filesystem) fn is_elsewhere(attributes: u32) -> bool {
    /// FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_RECALL_ON_OPEN and FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS.
    const ELSEWHERE: u32 = 0x1000 | 0x0004_0000 | 0x0040_0000;
    attributes & ELSEWHERE != 0
}

#[cfg(unix)]
pub(in crate::evidence::filesystem) fn kind_of(kind: FileType) -> EntryKind {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_symlink() {
        EntryKind::Symlink
    } else if kind.is_fifo() {
        EntryKind::Fifo
    } else if kind.is_socket() {
        EntryKind::Socket
    } else if kind.is_block_device() || kind.is_char_device() {
        EntryKind::Device
    } else {
        EntryKind::Other
    }
}

/// Junctions and other reparse points that stand for something else are links as well.
#[cfg(windows)]
pub(in crate::evidence::filesystem) fn kind_of(kind: FileType) -> EntryKind {
    if kind.is_symlink() {
        EntryKind::Symlink
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_file() {
        EntryKind::File
    } else {
        EntryKind::Other
    }
}

pub(super) fn times_of(metadata: &Metadata) -> FileTimes {
    let known = |time: io::Result<std::time::SystemTime>| time.ok().and_then(Timestamp::from_system);
    FileTimes {
        created: known(metadata.created()),
        modified: known(metadata.modified()),
        accessed: known(metadata.accessed()),
        changed: changed_of(metadata),
        ..FileTimes::default()
    }
}

#[cfg(unix)]
fn changed_of(metadata: &Metadata) -> Option<Timestamp> {
    use std::os::unix::fs::MetadataExt;
    Timestamp::from_unix(metadata.ctime(), i32::try_from(metadata.ctime_nsec()).ok()?)
}

#[cfg(windows)]
fn changed_of(_: &Metadata) -> Option<Timestamp> {
    None
}
