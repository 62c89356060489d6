//! The names in a folder of this host, read without touching the folder's access time where the system allows.
//!
//! The standard library opens folders without `O_NOATIME`, so that a walk would leave its date on every one of them; on Linux
//! the folder is opened here. `open(2)`: the flag is refused with `EPERM` to who neither owns the folder nor is root; then the
//! folder is opened without it, and its mount decides (`relatime`, `noatime`).

use crate::base::anomaly::Anomaly;
use crate::evidence::entry::{EntryKind, Origin};
use std::io;
use std::path::Path;

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evidence) struct Named {
    /// Its bytes.
    pub(in crate::evidence) name: Vec<u8>,
    /// What it names.
    pub(in crate::evidence) kind: EntryKind,
    /// How the bytes of what it names are come by.
    pub(in crate::evidence) origin: Origin,
    /// Why a folder is not entered, or a file not read, where it is not.
    pub(in crate::evidence) barred: Option<&'static str>,
}

impl Named {
    /// An ordinary name.
    pub(in crate::evidence) fn new(name: impl Into<Vec<u8>>, kind: EntryKind) -> Self {
        Self { name: name.into(), kind, origin: Origin::File, barred: None }
    }
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Listing {
    /// The names, in the order of their bytes.
    pub(in crate::evidence) names: Vec<Named>,
    /// What of it could not be read.
    pub(in crate::evidence) anomalies: Vec<Anomaly>,
}

/// The names in a folder, in the order of their bytes; what vanishes while it is read is left out. `follow` tells whether
/// the folder may be reached through a link as its last name: only the root of the evidence may.
///
/// # Errors
/// What the operating system says: no folder, or one that may not be read.
pub(in crate::evidence) fn read(folder: &Path, follow: bool) -> io::Result<Vec<Named>> {
    let mut names = names(folder, follow)?;
    names.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(names)
}

#[cfg(target_os = "linux")]
fn names(folder: &Path, follow: bool) -> io::Result<Vec<Named>> {
    use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};
    use rustix::io::Errno;
    /// Bytes of names that the kernel hands out at a time.
    const BUFFER: usize = 32 << 10;
    let mut flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    flags.set(OFlags::NOFOLLOW, !follow);
    let open = |flags| rustix::fs::open(folder, flags, Mode::empty());
    let handle = match open(flags | OFlags::NOATIME) {
        Err(Errno::PERM) => open(flags)?,
        opened => opened?,
    };
    let kind_of = |kind| match kind {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Directory,
        FileType::Symlink => EntryKind::Symlink,
        FileType::Fifo => EntryKind::Fifo,
        FileType::Socket => EntryKind::Socket,
        FileType::BlockDevice | FileType::CharacterDevice => EntryKind::Device,
        FileType::Unknown => EntryKind::Other,
    };
    let mut buffer = Vec::with_capacity(BUFFER);
    let mut entries = RawDir::new(&handle, buffer.spare_capacity_mut());
    let mut names = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            // Some file systems keep no kinds in their folders.
            FileType::Unknown => match rustix::fs::statat(&handle, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(_) => continue,
            },
            kind => kind,
        };
        names.push(Named::new(name.to_bytes(), kind_of(kind)));
    }
    Ok(names)
}

#[cfg(not(target_os = "linux"))]
fn names(folder: &Path, follow: bool) -> io::Result<Vec<Named>> {
    if !follow && !std::fs::symlink_metadata(folder)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let entries = walkdir::WalkDir::new(folder).min_depth(1).max_depth(1);
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => {
                let named = Named::new(entry.file_name().as_encoded_bytes(), super::host::kind_of(entry.file_type()));
                names.push(Named { barred: barred(&entry), ..named });
            }
            // The folder itself; what vanishes in it is left out.
            Err(error) if error.depth() == 0 => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(names)
}

/// Why a folder is not entered or a file not read: what is in it would have to be fetched from elsewhere.
#[cfg(not(target_os = "linux"))]
fn barred(entry: &walkdir::DirEntry) -> Option<&'static str> {
    #[cfg(windows)]
    {
        use std::os::windows::fs::MetadataExt;
        // Windows tells the attributes with the names.
        let metadata = entry.metadata().ok().filter(|metadata| metadata.is_dir() || metadata.is_file())?;
        super::host::is_elsewhere(metadata.file_attributes()).then_some(super::host::ELSEWHERE)
    }
    #[cfg(not(windows))]
    {
        let _ = entry;
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn names_come_in_order_with_their_kinds() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b", "a b", "a"] {
            std::fs::write(root.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(root.path().join("a/../d")).unwrap_or_else(|_| {
            std::fs::create_dir(root.path().join("d")).unwrap();
        });
        std::os::unix::fs::symlink("d", root.path().join("l")).unwrap();
        let found: Vec<_> = read(root.path(), true).unwrap().into_iter().map(|one| (one.name, one.kind)).collect();
        let expected = [
            (&b"a"[..], EntryKind::File),
            (b"a b", EntryKind::File),
            (b"b", EntryKind::File),
            (b"d", EntryKind::Directory),
            (b"l", EntryKind::Symlink),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_vec(), kind)));
        assert!(read(&root.path().join("l"), true).is_ok());
        assert!(read(&root.path().join("l"), false).is_err());
        assert!(read(&root.path().join("b"), false).is_err());
        assert!(read(&root.path().join("none"), false).is_err());
    }

    #[test]
    fn a_folder_keeps_its_access_time() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("d");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("a"), "x").unwrap();
        // Older than the last change: even `relatime` would set it.
        let long_ago = std::fs::FileTimes::new().set_accessed(std::time::SystemTime::UNIX_EPOCH);
        std::fs::File::open(&folder).unwrap().set_times(long_ago).unwrap();
        assert_eq!(read(&folder, false).unwrap().len(), 1);
        let kept = std::fs::metadata(&folder).unwrap().atime();
        let _ = std::fs::read_dir(&folder).unwrap().count();
        if std::fs::metadata(&folder).unwrap().atime() == 0 {
            println!("skipped: this file system keeps no access times of folders");
        }
        assert!(kept == 0 || cfg!(not(target_os = "linux")), "{kept}");
    }
}
