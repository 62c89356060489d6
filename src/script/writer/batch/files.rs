//! The files that an emulated batch file writes, held in memory.

use crate::script::local_path;
use std::collections::BTreeMap;

/// A file with the line of the writer that each of its pieces comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualFile {
    /// Its path as the writer names it.
    pub path: String,
    /// The directory in which the writer stands when it creates it.
    pub directory: Option<String>,
    /// What is written, piece by piece, with the writer's line.
    pub pieces: Vec<(String, u32)>,
}

impl VirtualFile {
    /// All that is written.
    #[must_use]
    pub fn content(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }
}

/// The files by their folded path.
#[derive(Debug, Default)]
pub(super) struct Files {
    files: BTreeMap<String, VirtualFile>,
    written: usize,
}

impl Files {
    /// Opens a file for output: emptied, or to be written on at its end.
    pub(super) fn open(&mut self, path: &str, directory: Option<&str>, append: bool) {
        let fresh =
            || VirtualFile { path: path.to_owned(), directory: directory.map(str::to_owned), pieces: Vec::new() };
        let file = self.files.entry(key(path, directory)).or_insert_with(fresh);
        if !append {
            *file = fresh();
        }
    }

    /// Writes at the end of a file; false when the cap is reached.
    pub(super) fn write(&mut self, path: &str, directory: Option<&str>, text: &str, line: u32, cap: usize) -> bool {
        self.written = self.written.saturating_add(text.len());
        if self.written > cap {
            return false;
        }
        if let Some(file) = self.files.get_mut(&key(path, directory)) {
            file.pieces.push((text.to_owned(), line));
        }
        true
    }

    pub(super) fn get(&self, path: &str, directory: Option<&str>) -> Option<&VirtualFile> {
        self.files.get(&key(path, directory))
    }

    pub(super) fn remove(&mut self, path: &str, directory: Option<&str>) -> Option<VirtualFile> {
        self.files.remove(&key(path, directory))
    }

    /// Puts a file's content under another name.
    pub(super) fn put(&mut self, path: &str, directory: Option<&str>, pieces: Vec<(String, u32)>) {
        self.open(path, directory, false);
        if let Some(file) = self.files.get_mut(&key(path, directory)) {
            file.pieces = pieces;
        }
    }

    pub(super) fn into_files(self) -> impl Iterator<Item = VirtualFile> {
        self.files.into_values()
    }
}

/// Names of Windows are equal but for case; a relative one belongs to the directory in force.
fn key(path: &str, directory: Option<&str>) -> String {
    let path = path.trim_matches('"');
    let full = directory.map_or_else(|| local_path::normalise(path), |directory| local_path::join(directory, path));
    full.trim_start_matches(".\\").replace('/', "\\").to_uppercase()
}
