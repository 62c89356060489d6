//! Where a report goes: standard output, or a file that is written whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Why a report file cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is a file already.
    #[error("{0} exists; --force replaces it")]
    Exists(PathBuf),
    /// The file would lie in the evidence.
    #[error("{0} lies in the evidence, which is never written to")]
    InEvidence(PathBuf),
    /// The folder cannot be written to.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// A report file in the making: the bytes go to a temporary file beside it, which takes its name when all are written.
#[derive(Debug)]
pub struct ReportFile {
    target: PathBuf,
    temporary: PathBuf,
    writer: BufWriter<File>,
}

impl ReportFile {
    /// Begins a report file. This is the only place where a file is made.
    ///
    /// # Errors
    /// The file exists and `force` is not given, it would lie in `evidence`, or its folder cannot be written to.
    pub fn begin(target: &Path, force: bool, evidence: &[PathBuf]) -> Result<Self, Refused> {
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let refuse = |error: io::Error| Refused::Io(target.to_owned(), error);
        let folder = folder.canonicalize().map_err(refuse)?;
        let evidence = evidence.iter().filter_map(|path| path.canonicalize().ok());
        if evidence.into_iter().any(|root| folder.starts_with(&root) || folder.join(name_of(target)) == root) {
            return Err(Refused::InEvidence(target.to_owned()));
        }
        if target.symlink_metadata().is_ok() && !force {
            return Err(Refused::Exists(target.to_owned()));
        }
        let temporary = folder.join(format!(".{}.{}.part", name_of(target).to_string_lossy(), std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(refuse)?;
        Ok(Self { target: folder.join(name_of(target)), temporary, writer: BufWriter::new(file) })
    }

    /// Puts the report in its place, on the disk.
    ///
    /// # Errors
    /// What the file system says; the temporary file is removed then.
    pub fn finish(mut self) -> io::Result<()> {
        let done = self
            .writer
            .flush()
            .and_then(|()| self.writer.get_ref().sync_all())
            .and_then(|()| std::fs::rename(&self.temporary, &self.target));
        if done.is_ok() {
            self.temporary = PathBuf::new();
        }
        done
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

fn name_of(path: &Path) -> &std::ffi::OsStr {
    path.file_name().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(matches!(ReportFile::begin(Path::new("/no/such/folder/x"), true, &[]), Err(Refused::Io(..))));
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
    }
}
