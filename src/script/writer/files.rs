//! The files that an emulated text writes, held in memory.

use crate::script::launch::Platform;
use crate::script::local_path;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Text that one command wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// What is written.
    pub text: String,
    /// The writer's line.
    pub line: u32,
    /// The file that the line stands in, where that is another one than the emulated text.
    pub file: Option<Arc<str>>,
}

/// A file with the line of the writer that each of its pieces comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualFile {
    /// Its path as the writer names it.
    pub path: String,
    /// The directory in which the writer stands when it creates it.
    pub directory: Option<String>,
    /// What is written, piece by piece.
    pub pieces: Vec<Piece>,
    /// Whether the writer encodes it as UTF-16, which line-based clients do not understand.
    pub is_utf16: bool,
    /// Whether the writer puts a byte-order mark in front.
    pub byte_order_mark: bool,
    /// Whether the writer can never reach it, or has it commented out.
    pub inactive: bool,
}

impl VirtualFile {
    /// All that is written.
    #[must_use]
    pub fn content(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// The files by their folded path.
#[derive(Debug, Clone, Default)]
pub struct Files {
    platform: Platform,
    files: BTreeMap<String, VirtualFile>,
    written: usize,
}

impl Files {
    /// No files yet, on a system of this kind: names differ by their case on Unix alone.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        Self { platform, ..Self::default() }
    }

    /// Opens a file for output: emptied, or to be written on at its end.
    pub fn open(&mut self, path: &str, directory: Option<&str>, append: bool) {
        let fresh = || VirtualFile {
            path: path.to_owned(),
            directory: directory.map(str::to_owned),
            pieces: Vec::new(),
            is_utf16: false,
            byte_order_mark: false,
            inactive: false,
        };
        let key = self.key(path, directory);
        let file = self.files.entry(key).or_insert_with(fresh);
        if !append {
            *file = fresh();
        }
    }

    /// Counts bytes as written; false when the cap is reached.
    pub fn count(&mut self, bytes: usize, cap: usize) -> bool {
        self.written = self.written.saturating_add(bytes);
        self.written <= cap
    }

    /// Writes at the end of a file that is open; false when the cap is reached.
    pub fn write(&mut self, path: &str, directory: Option<&str>, piece: Piece, cap: usize) -> bool {
        if !self.count(piece.text.len(), cap) {
            return false;
        }
        let key = self.key(path, directory);
        if let Some(file) = self.files.get_mut(&key) {
            file.pieces.push(piece);
        }
        true
    }

    /// A file by its path.
    #[must_use]
    pub fn get(&self, path: &str, directory: Option<&str>) -> Option<&VirtualFile> {
        self.files.get(&self.key(path, directory))
    }

    /// A file by its path, to be changed.
    pub fn get_mut(&mut self, path: &str, directory: Option<&str>) -> Option<&mut VirtualFile> {
        let key = self.key(path, directory);
        self.files.get_mut(&key)
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str, directory: Option<&str>) -> Option<VirtualFile> {
        let key = self.key(path, directory);
        self.files.remove(&key)
    }

    /// Puts a file's content under another name.
    pub fn put(&mut self, path: &str, directory: Option<&str>, pieces: Vec<Piece>) {
        self.open(path, directory, false);
        let key = self.key(path, directory);
        if let Some(file) = self.files.get_mut(&key) {
            file.pieces = pieces;
        }
    }

    /// All files in the order of their folded paths.
    pub fn into_files(self) -> impl Iterator<Item = VirtualFile> {
        self.files.into_values()
    }

    /// Windows compares names without case; a relative one belongs to the directory in force.
    fn key(&self, path: &str, directory: Option<&str>) -> String {
        let path = path.trim_matches('"');
        let full = directory.map_or_else(|| local_path::normalise(path), |directory| local_path::join(directory, path));
        match self.platform {
            Platform::Windows => full.trim_start_matches(".\\").replace('/', "\\").to_uppercase(),
            Platform::Unix => full.trim_start_matches("./").to_owned(),
        }
    }
}
