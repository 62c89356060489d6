//! A directory or a file of this host as evidence: a mounted image, a collection, a live root.
//!
//! Nothing is followed out of the root: symbolic links are entries of their own, special files are never opened, and a
//! path is opened only where none of its directories is a link.

use super::folder::{self, Listing};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{AlignedBuffer, ReadAt};
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::entry::{Entry, EntryKind, EntryPath};
use crate::evidence::walk::{Enter, Walk};
use crate::evidence::{FileSystem, Opened, Walked};
use std::ffi::OsString;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Evidence on the examiner's own file system.
#[derive(Debug)]
pub struct Host {
    root: PathBuf,
    /// The only file, where the evidence is one.
    single: Option<EntryPath>,
}

impl Host {
    /// Takes a directory, or a single regular file, as evidence. A link given by name is followed: it was asked for.
    ///
    /// # Errors
    /// The path does not exist, cannot be read, or is neither a directory nor a regular file.
    pub fn open(path: &Path) -> Result<Self, Anomaly> {
        let display = path.to_string_lossy();
        let metadata = std::fs::metadata(path).map_err(|error| Anomaly::new(Stage::Open, display.clone(), error))?;
        if metadata.is_dir() {
            Ok(Self { root: path.to_owned(), single: None })
        } else if metadata.is_file() {
            let resolved = path.canonicalize().map_err(|error| Anomaly::new(Stage::Open, display, error))?;
            let name = resolved.file_name().map(|name| EntryPath::new(name.as_encoded_bytes())).unwrap_or_default();
            let root = resolved.parent().unwrap_or(Path::new("")).to_owned();
            Ok(Self { root, single: Some(name) })
        } else {
            let kind = kind_of(metadata.file_type());
            Err(Anomaly::new(
                Stage::Open,
                display,
                Cause::Unsupported(format!("not a directory or a regular file: {}", name_of(kind))),
            ))
        }
    }

    /// Whether the evidence is a single file.
    #[must_use]
    pub fn is_single_file(&self) -> bool {
        self.single.is_some()
    }

    fn real(&self, path: &EntryPath) -> Option<PathBuf> {
        let mut real = self.root.clone();
        for name in path.components() {
            if name == b".." || name == b"." {
                return None;
            }
            real.push(os_string(name)?);
        }
        Some(real)
    }

    /// Whether every directory on the way is a directory, not a link out of the root.
    fn is_within(&self, path: &EntryPath) -> bool {
        let mut real = self.root.clone();
        path.parent().components().all(|name| {
            let Some(name) = os_string(name) else { return false };
            real.push(name);
            std::fs::symlink_metadata(&real).is_ok_and(|metadata| metadata.is_dir())
        })
    }

    /// What a folder holds. The folder must have been come upon: whether links lead to it is not asked again.
    ///
    /// # Errors
    /// It is no folder of this host, or cannot be read.
    pub(in crate::evidence) fn read_folder(&self, folder: &EntryPath, _: &Limits) -> Result<Listing, Anomaly> {
        let anomaly = |cause: Cause| Anomaly { stage: Stage::Walk, path: folder.display(), cause };
        let real = self.real(folder).ok_or_else(|| anomaly(Cause::Unsupported("no path of this host".to_owned())))?;
        let names = folder::read(&real, folder.as_bytes().is_empty()).map_err(|error| anomaly(error.into()))?;
        Ok(Listing { names, ..Listing::default() })
    }
}

impl FileSystem for Host {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        if let Some(name) = &self.single {
            let _ = visit(Walked::Entry(Entry::new(name.clone(), EntryKind::File)));
            return;
        }
        let read = |folder: &EntryPath| self.read_folder(folder, limits);
        Walk { read: &read, enter: &mut |_| Enter::Yes, limits }.below(&EntryPath::default(), visit);
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        let anomaly = |cause: Cause| Anomaly { stage: Stage::Read, path: path.display(), cause };
        let real = self.real(path).ok_or_else(|| anomaly(Cause::Unsupported("no path of this host".to_owned())))?;
        let file = open_read_only(&real).map_err(|error| anomaly(error.into()))?;
        let metadata = file.metadata().map_err(|error| anomaly(error.into()))?;
        if !metadata.is_file() {
            return Err(anomaly(special(kind_of(metadata.file_type()))));
        }
        Ok(Opened { times: times_of(&metadata), stream: Box::new(HostFile { file, length: metadata.len() }) })
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        if self.single.is_some() || !self.is_within(&directory.join(b"x")) {
            return self
                .single
                .iter()
                .filter(|_| directory.as_bytes().is_empty())
                .map(|path| Entry::new(path.clone(), EntryKind::File))
                .collect();
        }
        let names = self.read_folder(directory, &Limits::default()).unwrap_or_default().names.into_iter();
        names.map(|named| Entry::new(directory.join(&named.name), named.kind)).collect()
    }
}

/// A regular file of this host, opened for reading.
struct HostFile {
    file: File,
    length: u64,
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

/// Whether a path that the examiner named is a whole disk or a part of one: a block device, also through a link, or on
/// Windows `\\.\PhysicalDriveN` or `\\.\C:`.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_block_device())
    }
    #[cfg(windows)]
    {
        path.as_os_str().as_encoded_bytes().starts_with(br"\\.\")
    }
}

/// Opens a device that the examiner named. It is only read; a walk never comes here.
///
/// # Errors
/// What the operating system says, or that it does not tell the size.
pub fn open_device(path: &Path) -> Result<Source, Anomaly> {
    let anomaly = |cause: Cause| Anomaly { stage: Stage::Open, path: path.to_string_lossy().into_owned(), cause };
    // A link to a device, as in `/dev/disk/by-id`, was asked for by name.
    let real =
        if cfg!(unix) { path.canonicalize() } else { Ok(path.to_owned()) }.map_err(|error| anomaly(error.into()))?;
    let mut file = open_read_only(&real).map_err(|error| anomaly(error.into()))?;
    match file.seek(SeekFrom::End(0)) {
        Ok(length) if length > 0 => Ok(Arc::new(Sectors(HostFile { file, length }))),
        _ => Err(anomaly(Cause::Unsupported(
            "a device whose size the system does not tell: give an image of it".to_owned(),
        ))),
    }
}

/// A device that is read in whole sectors alone, as Windows wants it.
struct Sectors<R>(R);

impl<R: ReadAt> Sectors<R> {
    /// Bytes of the largest sector in use.
    const SECTOR: u64 = 4096;
}

impl<R: ReadAt> ReadAt for Sectors<R> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let sector = usize::try_from(Self::SECTOR).unwrap_or(1);
        let before = offset.checked_rem(Self::SECTOR).unwrap_or(0);
        let whole = buffer.len().saturating_sub(buffer.len().checked_rem(sector).unwrap_or(0));
        if before == 0 && whole > 0 {
            return self.0.read_at(offset, buffer.get_mut(..whole).unwrap_or_default());
        }
        let mut block = AlignedBuffer::new(sector);
        let count = self.0.read_at(offset.saturating_sub(before), block.space())?;
        let rest = block.filled(count).get(usize::try_from(before).unwrap_or(0)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(target), Some(rest)) = (buffer.get_mut(..count), rest.get(..count)) {
            target.copy_from_slice(rest);
        }
        Ok(count)
    }

    fn len(&self) -> u64 {
        self.0.len()
    }
}

/// A file that is open already.
///
/// # Errors
/// What the operating system says.
pub(super) fn opened(file: File) -> io::Result<Source> {
    let length = file.metadata()?.len();
    Ok(Arc::new(HostFile { file, length }))
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

/// Opens without following a link, without waiting for a pipe's writer and, where the system allows, without touching the
/// access time.
#[cfg(unix)]
fn open_read_only(path: &Path) -> io::Result<File> {
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

#[cfg(windows)]
fn open_read_only(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    /// FILE_FLAG_OPEN_REPARSE_POINT: the link itself is opened, and refused as no regular file.
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    /// FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE: other programs are not disturbed.
    const SHARE_ALL: u32 = 7;
    OpenOptions::new().read(true).share_mode(SHARE_ALL).custom_flags(OPEN_REPARSE_POINT).open(path)
}

#[cfg(unix)]
pub(super) fn kind_of(kind: FileType) -> EntryKind {
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

#[cfg(windows)]
pub(super) fn kind_of(kind: FileType) -> EntryKind {
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

fn times_of(metadata: &Metadata) -> FileTimes {
    let known = |time: io::Result<std::time::SystemTime>| time.ok().and_then(Timestamp::from_system);
    FileTimes {
        created: known(metadata.created()),
        modified: known(metadata.modified()),
        accessed: known(metadata.accessed()),
        changed: changed_of(metadata),
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

#[cfg(unix)]
fn os_string(name: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(name.to_vec()))
}

/// On Windows the bytes are UTF-8 in which lone surrogates may occur; they go back to UTF-16 one by one.
#[cfg(windows)]
fn os_string(name: &[u8]) -> Option<OsString> {
    use std::os::windows::ffi::OsStringExt;
    let mut units = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let valid = rest.utf8_chunks().next()?.valid();
        units.extend(valid.encode_utf16());
        rest = rest.get(valid.len()..)?;
        if let [0xed, second @ 0xa0..=0xbf, third, tail @ ..] = rest {
            units.push(0xd000 | (u16::from(second & 0x3f) << 6) | u16::from(third & 0x3f));
            rest = tail;
        } else if !rest.is_empty() {
            return None;
        }
    }
    Some(OsString::from_wide(&units))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    fn walked(host: &Host, limits: &Limits) -> (Vec<(String, EntryKind)>, Vec<String>) {
        let (mut entries, mut anomalies) = (Vec::new(), Vec::new());
        host.walk(limits, &mut |walked| {
            match walked {
                Walked::Entry(entry) => entries.push((entry.path.display(), entry.kind)),
                Walked::Anomaly(anomaly) => anomalies.push(format!("{}: {}", anomaly.path, anomaly.cause)),
            }
            ControlFlow::Continue(())
        });
        (entries, anomalies)
    }

    #[test]
    fn links_are_seen_and_never_followed() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.txt"), "x").unwrap();
        std::fs::create_dir(root.path().join("d")).unwrap();
        std::os::unix::fs::symlink(".", root.path().join("d/self")).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), root.path().join("file")).unwrap();
        let host = Host::open(root.path()).unwrap();
        let (entries, anomalies) = walked(&host, &Limits::default());
        let expected = [
            ("d", EntryKind::Directory),
            ("d/self", EntryKind::Symlink),
            ("file", EntryKind::Symlink),
            ("out", EntryKind::Symlink),
        ];
        assert_eq!(entries, expected.map(|(path, kind)| (path.to_owned(), kind)));
        assert!(anomalies.is_empty());
        assert!(FileSystem::open(&host, &EntryPath::new("file")).is_err());
        assert!(host.list(&EntryPath::new("out")).is_empty());
        assert!(FileSystem::open(&host, &EntryPath::new("../x")).is_err());
    }

    #[test]
    fn special_files_are_not_opened() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("ftp.txt");
        if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
            eprintln!("skipped: mkfifo is not here");
            return;
        }
        let host = Host::open(root.path()).unwrap();
        assert_eq!(walked(&host, &Limits::default()).0, [("ftp.txt".to_owned(), EntryKind::Fifo)]);
        let error = FileSystem::open(&host, &EntryPath::new("ftp.txt")).err().expect("is refused");
        assert!(error.cause.to_string().contains("named pipe"), "{}", error.cause);
        assert!(Host::open(&pipe).is_err());
    }

    #[test]
    fn depth_is_capped_and_siblings_go_on() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a").join(["d"; 40].join("/"));
        std::fs::create_dir_all(deep).unwrap();
        std::fs::write(root.path().join("z.txt"), "x").unwrap();
        let limits = Limits { directory_depth: 10, ..Limits::default() };
        let (entries, anomalies) = walked(&Host::open(root.path()).unwrap(), &limits);
        assert_eq!(entries.len(), 11);
        assert_eq!(entries.last().unwrap().0, "z.txt");
        assert_eq!(anomalies, ["a/d/d/d/d/d/d/d/d/d: limit reached: depth of directories (limit 10)"]);
    }

    #[test]
    fn names_that_are_no_text_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"a\xff.txt");
        std::fs::write(root.path().join(name), "hello").unwrap();
        let host = Host::open(root.path()).unwrap();
        assert_eq!(walked(&host, &Limits::default()).0[0].0, "a\\xFF.txt");
        let opened = FileSystem::open(&host, &EntryPath::new(*b"a\xff.txt")).unwrap();
        assert_eq!(opened.stream.len(), 5);
        assert!(opened.times.modified.is_some());
    }

    #[test]
    fn a_single_file_is_evidence_too() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a.txt"), "x").unwrap();
        std::fs::write(root.path().join("b.txt"), "x").unwrap();
        let host = Host::open(&root.path().join("a.txt")).unwrap();
        assert!(host.is_single_file());
        assert_eq!(walked(&host, &Limits::default()).0, [("a.txt".to_owned(), EntryKind::File)]);
    }

    #[test]
    fn devices_are_read_in_whole_sectors() {
        struct Strict(Vec<u8>);
        impl ReadAt for Strict {
            fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
                assert!(offset.is_multiple_of(4096) && buffer.len().is_multiple_of(4096));
                self.0.read_at(offset, buffer)
            }

            fn len(&self) -> u64 {
                ReadAt::len(&self.0)
            }
        }
        let bytes: Vec<u8> = (0..5 * 4096 + 512u32).map(|at| (at * 7 / 3) as u8).collect();
        let device = Sectors(Strict(bytes.clone()));
        for (offset, length) in
            [(0, 4096), (1, 10), (4095, 2), (4000, 9000), (8192, 4097), (20_480, 900), (20_991, 5), (30_000, 5)]
        {
            let mut buffer = vec![0u8; length];
            let count = crate::base::bytes::read_full(&device, offset, &mut buffer).unwrap();
            let start = bytes.len().min(offset as usize);
            let expected = &bytes[start..bytes.len().min(start + length)];
            assert!(&buffer[..count] == expected, "{offset} {length}");
        }
    }

    #[test]
    fn a_device_is_opened_where_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("disk.raw");
        std::fs::write(&file, vec![7u8; 1 << 20]).unwrap();
        let attached = std::process::Command::new("losetup").args(["--read-only", "--show", "-f"]).arg(&file).output();
        let Ok(attached) =
            attached.map_err(drop).and_then(|output| output.status.success().then_some(output).ok_or(()))
        else {
            println!("skipped: no loop device can be had");
            return;
        };
        let device = std::path::PathBuf::from(String::from_utf8(attached.stdout).unwrap().trim());
        let opened = crate::evidence::open::open(&device, &Limits::default());
        let _ = std::process::Command::new("losetup").arg("-d").arg(&device).status();
        let opened = opened.map_err(|anomaly| anomaly.cause.to_string()).unwrap();
        assert_eq!(opened.size, Some(1 << 20));
        assert!(matches!(opened.shape, crate::evidence::open::Shape::Image(_)));
        assert!(is_device(&device) && !is_device(&file) && open_file(&device).is_err());
    }

    #[test]
    fn what_is_missing_says_so() {
        let error = Host::open(Path::new("/no/such/place")).expect_err("is missing");
        assert_eq!(error.stage, Stage::Open);
    }
}
