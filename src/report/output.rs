//! Where a report goes: standard output, a file that is written whole or not at all, or a folder of files. Nothing
//! else is made on the examiner's machine but the temporary file of a packed archive (`evidence`, `archive/spool.rs`).

use super::compress::Body;
use crate::evidence::filesystem::host::is_other_device;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf, is_separator};

/// Why a report file cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is a file already.
    #[error("{0} exists; --force replaces it")]
    Exists(PathBuf),
    /// There is a device, a pipe, a link or a folder of that name.
    #[error("{0} is not a regular file and is not replaced; without -o the report goes to standard output")]
    NotRegular(PathBuf),
    /// The file would lie in the evidence.
    #[error("{0} lies in the evidence, which is never written to")]
    InEvidence(PathBuf),
    /// What Windows makes of the name is another one, or a stream of a file.
    #[error("{0} is no name that other programs open: it has a colon, or ends in a dot or a blank")]
    NoName(PathBuf),
    /// There is something in the folder already.
    #[error("{0} is not an empty folder; nothing is replaced")]
    NotEmpty(PathBuf),
    /// The folder cannot be written to.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// Characters of the report's name in that of its temporary file.
const NAME: usize = 48;

/// A report file in the making: the bytes go to a temporary file beside it, which takes its name when all are written. A name
/// that ends in `.gz` makes it gzip. A report may hold passwords: on Unix its owner alone can read it.
#[derive(Debug)]
pub struct ReportFile {
    target: PathBuf,
    force: bool,
    temporary: PathBuf,
    writer: BufWriter<Body>,
}

impl ReportFile {
    /// Begins a report file.
    ///
    /// # Errors
    /// The file exists and `force` is not given, what exists is no regular file, it would lie in `evidence`, or its folder
    /// cannot be written to.
    pub fn begin(target: &Path, force: bool, evidence: &[PathBuf]) -> Result<Self, Refused> {
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let refuse = |error: io::Error| Refused::Io(target.to_owned(), error);
        let folder = folder.canonicalize().map_err(refuse)?;
        refuse_evidence(&folder.join(name_of(target)), evidence, target)?;
        refuse_name(target)?;
        // Before a missing --force is told: no --force replaces `/dev/null`, nor the link that `/dev/stdout` is.
        let found = target.symlink_metadata();
        let is_folder = target.as_os_str().as_encoded_bytes().last().is_some_and(|last| is_separator((*last).into()));
        if is_other_device(target) || is_folder || found.as_ref().is_ok_and(|found| !found.is_file()) {
            return Err(Refused::NotRegular(target.to_owned()));
        }
        if found.is_ok() && !force {
            return Err(Refused::Exists(target.to_owned()));
        }
        // A name that is as long as names may be leaves no room for what is put around it.
        let name: String = name_of(target).to_string_lossy().chars().take(NAME).collect();
        let temporary = folder.join(format!(".{name}.{}.part", std::process::id()));
        let file = for_the_owner().open(&temporary).map_err(refuse)?;
        let writer = BufWriter::new(Body::of(file, target));
        Ok(Self { target: folder.join(name_of(target)), force, temporary, writer })
    }

    /// Puts the report in its place, on the disk. Without `force` nothing is replaced, not even what took the place while
    /// the report was made.
    ///
    /// # Errors
    /// What the file system says. The temporary file is removed where it could not be written to its end; where the place
    /// alone could not be taken it stays, and the error tells its name.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_mut().finish()?;
        let placed = self.place();
        let kept = std::mem::take(&mut self.temporary);
        placed.map_err(|error| {
            let (target, kept) = (self.target.display(), kept.display());
            let told = if error.kind() == io::ErrorKind::AlreadyExists {
                format!("{target} was made meanwhile by somebody else; the report is in {kept}")
            } else {
                format!("{target}: {error}; the report is in {kept}")
            };
            io::Error::new(error.kind(), told)
        })
    }

    fn place(&self) -> io::Result<()> {
        if self.force {
            return std::fs::rename(&self.temporary, &self.target);
        }
        // A second name is refused where there is one; a renaming would replace it.
        match std::fs::hard_link(&self.temporary, &self.target) {
            Ok(()) => {
                // The report has its name; that it keeps the other one too is no loss.
                let _ = std::fs::remove_file(&self.temporary);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            // FAT and some shares know no second names.
            Err(_) if self.target.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => std::fs::rename(&self.temporary, &self.target),
        }
    }
}

impl Write for ReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            // Nothing can be done about a failure here, and the report was not promised.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// A folder that files are put into; none of them is ever replaced. On Unix what is made is for its owner alone.
#[derive(Debug)]
pub struct OutputFolder {
    root: PathBuf,
}

impl OutputFolder {
    /// Makes the folder, or takes an empty one.
    ///
    /// # Errors
    /// There is something in it, it would lie in `evidence`, or it cannot be made.
    pub fn begin(target: &Path, evidence: &[PathBuf]) -> Result<Self, Refused> {
        let refuse = |error: io::Error| Refused::Io(target.to_owned(), error);
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let name = target.file_name().ok_or_else(|| refuse(io::ErrorKind::InvalidInput.into()))?;
        let root = parent.canonicalize().map_err(refuse)?.join(name);
        refuse_evidence(&root, evidence, target)?;
        refuse_name(target)?;
        match make_folder(&root) {
            Ok(()) => Ok(Self { root }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // A link would lead elsewhere than was checked.
                let plain = root.symlink_metadata().map_err(refuse)?.is_dir();
                let empty = plain && std::fs::read_dir(&root).map_err(refuse)?.next().is_none();
                if empty { Ok(Self { root }) } else { Err(Refused::NotEmpty(target.to_owned())) }
            }
            Err(error) => Err(refuse(error)),
        }
    }

    /// Makes a file in a folder of this folder. The names must be plain ones.
    ///
    /// # Errors
    /// There is a file of that name, or it cannot be made.
    pub fn create(&self, folder: &str, name: &str) -> io::Result<BufWriter<File>> {
        let mut path = self.root.clone();
        if !folder.is_empty() {
            path.push(folder);
            match make_folder(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        path.push(name);
        Ok(BufWriter::new(for_the_owner().open(path)?))
    }
}

/// A file that is made, and on Unix is readable for its owner alone.
fn for_the_owner() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder that on Unix its owner alone looks into.
fn make_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(path)
    }
    #[cfg(not(unix))]
    {
        std::fs::create_dir(path)
    }
}

/// Evidence is never written to: not even beside the files of a directory that is evidence, nor by another of its names.
fn refuse_evidence(place: &Path, evidence: &[PathBuf], target: &Path) -> Result<(), Refused> {
    // What is there may go by other names: in another case, by a short name of Windows, by a link.
    let settled = target.canonicalize().ok();
    let lies_in = |root: &Path| {
        place.starts_with(root)
            || settled.as_ref().is_some_and(|settled| settled.starts_with(root))
            || place.ancestors().any(|above| is_same(above, root))
    };
    if evidence.iter().filter_map(|path| path.canonicalize().ok()).any(|root| lies_in(&root)) {
        return Err(Refused::InEvidence(target.to_owned()));
    }
    Ok(())
}

/// Whether two paths lead to one file: on a volume that is mounted twice, or without regard to case as FAT is, a path in full
/// does not tell.
#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| path.metadata().ok().map(|found| (found.dev(), found.ino()));
    // Some file systems in user space number nothing.
    identity(one).is_some_and(|found| found.1 != 0 && identity(other) == Some(found))
}

/// Windows writes a path in full as the file system has it.
#[cfg(not(unix))]
fn is_same(_one: &Path, _other: &Path) -> bool {
    false
}

/// A name that Windows takes here, where paths stand in full, and that no program finds again.
fn refuse_name(target: &Path) -> Result<(), Refused> {
    if cfg!(windows) && is_lost(name_of(target)) { Err(Refused::NoName(target.to_owned())) } else { Ok(()) }
}

/// Whether Windows makes something else of a file name: a stream of another file, or the name without its end.
fn is_lost(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.contains(&b':') || name.ends_with(b".") || name.ends_with(b" ")
}

fn name_of(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn links_and_folders_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for target in [link, folder.path().to_owned(), folder.path().join("new/")] {
            let refused = ReportFile::begin(&target, true, &[]).unwrap_err();
            assert!(matches!(refused, Refused::NotRegular(_)), "{target:?}: {refused}");
        }
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
    }

    #[test]
    fn names_may_be_as_long_as_the_system_lets_them() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("r".repeat(255));
        ReportFile::begin(&target, false, &[]).unwrap().finish().unwrap();
        assert!(target.is_file());
    }

    #[test]
    fn a_report_is_whole_or_absent() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("report.json");
        let mut file = ReportFile::begin(&target, false, &[]).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut file = ReportFile::begin(&target, false, &[]).unwrap();
        file.write_all(b"whole").unwrap();
        file.finish().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"whole");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_name_that_ends_in_gz_makes_gzip_without_a_trace_of_when_and_where() {
        use std::io::Read;
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str| {
            let mut file = ReportFile::begin(&folder.path().join(name), true, &[]).unwrap();
            file.write_all(b"{\"schema\"").unwrap();
            file.flush().unwrap();
            file.write_all(&[b' '; 100_000]).unwrap();
            file.write_all(b"}\n").unwrap();
            file.finish().unwrap();
            std::fs::read(folder.path().join(name)).unwrap()
        };
        let plain = made("report.json");
        for name in ["report.json.gz", "lines.jsonl.GZ", "table.csv.gz"] {
            let packed = made(name);
            // RFC 1952: magic number, deflate, no flags, no time; the system is unknown.
            assert_eq!((&packed[..8], packed[9]), (&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0][..], 255), "{name}");
            assert!(packed.len() < 1000, "{name}");
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain, "{name}");
            assert_eq!(packed, made(name), "{name}");
        }
        let mut unfinished = ReportFile::begin(&folder.path().join("half.gz"), false, &[]).unwrap();
        unfinished.write_all(b"half").unwrap();
        drop(unfinished);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[test]
    fn what_takes_the_place_meanwhile_is_not_replaced_and_the_report_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("report.json");
        let mut file = ReportFile::begin(&target, false, &[]).unwrap();
        file.write_all(b"whole").unwrap();
        std::fs::write(&target, b"theirs").unwrap();
        let refused = file.finish().unwrap_err().to_string();
        assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
        let kept = refused.rsplit(' ').next().unwrap();
        assert_eq!(std::fs::read(kept).unwrap(), b"whole");
        std::fs::remove_file(kept).unwrap();
        let mut forced = ReportFile::begin(&target, true, &[]).unwrap();
        forced.write_all(b"ours").unwrap();
        forced.finish().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"ours");
    }

    #[test]
    fn nothing_is_replaced_unasked_and_evidence_never() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("report.json");
        std::fs::write(&target, b"old").unwrap();
        assert!(matches!(ReportFile::begin(&target, false, &[]), Err(Refused::Exists(_))));
        assert!(ReportFile::begin(&target, true, &[]).is_ok());
        let evidence = [folder.path().to_owned()];
        assert!(matches!(ReportFile::begin(&target, true, &evidence), Err(Refused::InEvidence(_))));
        let single = [target.clone()];
        assert!(matches!(ReportFile::begin(&target, true, &single), Err(Refused::InEvidence(_))));
        assert!(matches!(ReportFile::begin(folder.path(), true, &[]), Err(Refused::NotRegular(_))));
        let null = Path::new(if cfg!(windows) { "NUL" } else { "/dev/null" });
        assert!(matches!(ReportFile::begin(null, true, &[]), Err(Refused::NotRegular(_))));
        assert!(matches!(ReportFile::begin(Path::new("/no/such/folder/x"), true, &[]), Err(Refused::Io(..))));
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
    }

    #[test]
    fn a_report_that_cannot_take_its_name_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("report.json");
        std::fs::write(&target, b"old").unwrap();
        let mut file = ReportFile::begin(&target, true, &[]).unwrap();
        file.write_all(b"whole").unwrap();
        // No file takes the place of a folder that is not empty, whoever runs the test.
        std::fs::remove_file(&target).unwrap();
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join("x"), b"theirs").unwrap();
        let refused = file.finish().unwrap_err().to_string();
        let (_, kept) = refused.split_once("; the report is in ").unwrap();
        assert_eq!(std::fs::read(kept).unwrap(), b"whole", "{refused}");
    }

    #[test]
    fn evidence_is_refused_by_each_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = folder.path().join("Evidence.txt");
        std::fs::write(&evidence, b"evidence").unwrap();
        let mut names = Vec::new();
        // Where names are told apart by case this is a file of its own.
        if folder.path().join("EVIDENCE.TXT").exists() {
            names.push("EVIDENCE.TXT");
        }
        if cfg!(windows) {
            names.extend(["Evidence.txt.", "Evidence.txt ", "Evidence.txt::$DATA"]);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&evidence, folder.path().join("link")).unwrap();
            std::fs::hard_link(&evidence, folder.path().join("hard")).unwrap();
            names.extend(["link", "hard"]);
        }
        for name in names {
            let refused = ReportFile::begin(&folder.path().join(name), true, std::slice::from_ref(&evidence));
            assert!(matches!(refused, Err(Refused::InEvidence(_) | Refused::NoName(_))), "{name}: {refused:?}");
        }
        assert_eq!(std::fs::read(&evidence).unwrap(), b"evidence");
        let other = ReportFile::begin(&folder.path().join("report.json"), true, std::slice::from_ref(&evidence));
        assert!(other.is_ok(), "{other:?}");
    }

    #[test]
    fn names_that_windows_makes_others_of() {
        for name in ["a.txt:s", "a.txt::$DATA", "a.json.", "a.json ", "a. ."] {
            assert!(is_lost(OsStr::new(name)), "{name}");
        }
        for name in ["a.json", ".a", " a", "a b.json", "a..json"] {
            assert!(!is_lost(OsStr::new(name)), "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        let refused = ReportFile::begin(&folder.path().join("a.json."), false, &[]);
        assert_eq!(matches!(refused, Err(Refused::NoName(_))), cfg!(windows), "{refused:?}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &str| folder.path().join(path).metadata().unwrap().permissions().mode() & 0o777;
        for name in ["report.json", "report.json.gz"] {
            let mut file = ReportFile::begin(&folder.path().join(name), false, &[]).unwrap();
            file.write_all(b"s3cret!").unwrap();
            file.finish().unwrap();
            assert_eq!(mode(name), 0o600, "{name}");
        }
        let made = OutputFolder::begin(&folder.path().join("out"), &[]).unwrap();
        made.create("scripts", "s1-a.txt").unwrap().write_all(b"s3cret!").unwrap();
        made.create("", "manifest.json").unwrap();
        assert_eq!((mode("out"), mode("out/scripts")), (0o700, 0o700));
        assert_eq!((mode("out/scripts/s1-a.txt"), mode("out/manifest.json")), (0o600, 0o600));
    }

    #[test]
    fn a_folder_is_new_or_empty_and_never_evidence() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out");
        let made = OutputFolder::begin(&target, &[]).unwrap();
        made.create("scripts", "s1-a.txt").unwrap().write_all(b"x").unwrap();
        assert!(made.create("scripts", "s1-a.txt").is_err());
        assert!(matches!(OutputFolder::begin(&target, &[]), Err(Refused::NotEmpty(_))));
        let evidence = [folder.path().to_owned()];
        assert!(matches!(OutputFolder::begin(&folder.path().join("b"), &evidence), Err(Refused::InEvidence(_))));
        assert!(!folder.path().join("b").exists());
        let file = [target.join("scripts/s1-a.txt")];
        assert!(OutputFolder::begin(&folder.path().join("b"), &file).is_ok());
    }
}
