//! Binaries of the system that the tests run on.

use super::super::Format;
use std::path::{Path, PathBuf};

/// Files below some folders, spread over all of them.
pub(super) fn installed(folders: &[&str], most: usize, keep: impl Fn(&Path, u64) -> bool) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in folders {
        let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
        let files = entries.filter(|entry| entry.file_type().is_file());
        let kept = files.filter(|entry| entry.metadata().is_ok_and(|meta| keep(entry.path(), meta.len())));
        all.extend(kept.map(walkdir::DirEntry::into_path).take(40_000));
    }
    let step = (all.len() / most).max(1);
    all.into_iter().step_by(step).take(most).collect()
}

/// Binaries of this system whose format is asked for more than its signature.
pub(super) fn real(most: usize) -> Vec<(String, Vec<u8>)> {
    let bytes = |path: PathBuf| Some((path.display().to_string(), std::fs::read(path).ok()?));
    let sized = |_: &Path, size: u64| (2048..400_000).contains(&size);
    let files = installed(&["/usr/bin", "/usr/lib"], 40_000, sized);
    let known = |bytes: &[u8]| Format::of(bytes).is_some_and(|format| !matches!(format, Format::Jpeg | Format::Other));
    let head = |path: &PathBuf| {
        let mut head = Vec::new();
        let file = std::fs::File::open(path).ok()?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, 512), &mut head).ok()?;
        Some(known(&head))
    };
    let mut kept: Vec<PathBuf> = files.into_iter().filter(|path| head(path) == Some(true)).collect();
    let step = (kept.len() / most).max(1);
    kept = kept.into_iter().step_by(step).take(most).collect();
    kept.into_iter().filter_map(bytes).collect()
}
