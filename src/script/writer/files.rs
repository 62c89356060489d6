//! The files that an emulated text writes, held in memory.
//!
//! Where a condition is not known, both branches are emulated from the same files: what each does is taken back and kept, and
//! then both are joined. A file that they leave with different contents has all of them: the first is the one that is read,
//! the others grow with it and are kept beside it.

use crate::script::launch::Platform;
use crate::script::local_path;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Other contents of one file that are kept.
const OTHERS: usize = 7;

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

/// A file, and what else it may hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    file: VirtualFile,
    others: Vec<VirtualFile>,
}

impl Entry {
    fn append(&mut self, pieces: &[Piece]) {
        for file in std::iter::once(&mut self.file).chain(&mut self.others) {
            file.pieces.extend_from_slice(pieces);
        }
    }

    fn shorten(&mut self, by: usize) -> Vec<Piece> {
        for other in &mut self.others {
            other.pieces.truncate(other.pieces.len().saturating_sub(by));
        }
        let length = self.file.pieces.len().saturating_sub(by);
        self.file.pieces.split_off(length)
    }

    /// Adds a content; false where there are too many.
    fn add(&mut self, other: VirtualFile) -> bool {
        let bytes = |file: &VirtualFile| file.pieces.iter().map(|piece| piece.text.len()).sum::<usize>();
        let length = bytes(&other);
        let same = |file: &VirtualFile| bytes(file) == length && file.content() == other.content();
        if other.pieces.is_empty() || same(&self.file) || self.others.iter().any(same) {
            return true;
        }
        let fits = self.others.len() < OTHERS;
        if fits {
            self.others.push(other);
        }
        fits
    }
}

/// How a file was before a branch touched it.
#[derive(Debug, Clone)]
enum Before {
    Absent,
    /// It had so many pieces, and was only written on since.
    Length(usize),
    Whole(Entry),
}

/// What a branch did to a file.
#[derive(Debug)]
enum Change {
    Appended(Vec<Piece>),
    Replaced(Option<Entry>),
}

/// What a branch did to the files, by their folded path.
#[derive(Debug, Default)]
pub struct Changes(BTreeMap<String, Change>);

/// The files by their folded path.
#[derive(Debug, Clone, Default)]
pub struct Files {
    platform: Platform,
    files: BTreeMap<String, Entry>,
    written: usize,
    branches: Vec<BTreeMap<String, Before>>,
    gone: BTreeSet<String>,
    home: String,
    work: usize,
}

impl Files {
    /// No files yet, on a system of this kind: names differ by their case on Unix alone. A relative path is taken from
    /// `directory` where the text names no other.
    #[must_use]
    pub fn new(platform: Platform, directory: Option<&str>) -> Self {
        let home = directory.map(|directory| format!("{}\\", folded(directory.trim_end_matches(['\\', '/']))));
        Self { platform, home: home.unwrap_or_default(), ..Self::default() }
    }

    /// Opens a file for output: emptied, or to be written on at its end.
    pub fn open(&mut self, path: &str, directory: Option<&str>, append: bool) {
        let key = self.key(path, directory);
        if append && self.files.contains_key(&key) {
            return;
        }
        self.note(&key, false);
        self.gone.remove(&key);
        let file = VirtualFile {
            path: path.to_owned(),
            directory: directory.map(str::to_owned),
            pieces: Vec::new(),
            is_utf16: false,
            byte_order_mark: false,
            inactive: false,
        };
        self.files.insert(key, Entry { file, others: Vec::new() });
    }

    /// The pieces that were copied and compared since this was last asked, to joining branches.
    pub fn take_work(&mut self) -> usize {
        std::mem::take(&mut self.work)
    }

    /// Goes back to how the files were at another time, and gives those that are new or other than then; what was written
    /// in all still counts.
    pub fn return_to(&mut self, then: Self) -> Vec<VirtualFile> {
        let now = self.go_on_from(then);
        now.into_entries()
            .filter(|(key, entry)| self.files.get(key) != Some(entry))
            .map(|(_, entry)| entry.file)
            .collect()
    }

    /// Goes on from how the files were at another time, and gives how they were; what was written in all still counts.
    pub fn go_on_from(&mut self, mut then: Self) -> Self {
        then.written = self.written;
        std::mem::replace(self, then)
    }

    fn into_entries(self) -> impl Iterator<Item = (String, Entry)> {
        self.files.into_iter()
    }

    /// The pieces of all files.
    #[must_use]
    pub fn size(&self) -> usize {
        self.files.values().map(|entry| entry.file.pieces.len()).fold(self.files.len(), usize::saturating_add)
    }

    /// Counts bytes as written; false when the cap is reached.
    pub fn count(&mut self, bytes: usize, cap: usize) -> bool {
        self.written = self.written.saturating_add(bytes);
        self.written <= cap
    }

    /// The bytes written in all.
    #[must_use]
    pub fn written(&self) -> usize {
        self.written
    }

    /// Writes at the end of a file that is open; false when the cap is reached.
    pub fn write(&mut self, path: &str, directory: Option<&str>, piece: Piece, cap: usize) -> bool {
        let key = self.key(path, directory);
        let contents = self.files.get(&key).map_or(1, |entry| entry.others.len().saturating_add(1));
        if !self.count(piece.text.len().saturating_mul(contents), cap) {
            return false;
        }
        self.note(&key, true);
        if let Some(entry) = self.files.get_mut(&key) {
            entry.append(&[piece]);
        }
        true
    }

    /// A file by its path.
    #[must_use]
    pub fn get(&self, path: &str, directory: Option<&str>) -> Option<&VirtualFile> {
        self.files.get(&self.key(path, directory)).map(|entry| &entry.file)
    }

    /// What else a file may hold, depending on conditions that are not known.
    #[must_use]
    pub fn others(&self, path: &str, directory: Option<&str>) -> Vec<VirtualFile> {
        self.files.get(&self.key(path, directory)).map_or_else(Vec::new, |entry| entry.others.clone())
    }

    /// A file by its path, to be changed.
    pub fn get_mut(&mut self, path: &str, directory: Option<&str>) -> Option<&mut VirtualFile> {
        let key = self.key(path, directory);
        self.note(&key, false);
        self.files.get_mut(&key).map(|entry| &mut entry.file)
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str, directory: Option<&str>) -> Option<VirtualFile> {
        let key = self.key(path, directory);
        self.note(&key, false);
        let entry = self.files.remove(&key)?;
        self.gone.insert(key);
        Some(entry.file)
    }

    /// Whether the text has written the file and taken it away again.
    #[must_use]
    pub fn is_gone(&self, path: &str, directory: Option<&str>) -> bool {
        self.gone.contains(&self.key(path, directory))
    }

    /// Puts a file's content under another name.
    pub fn put(&mut self, path: &str, directory: Option<&str>, pieces: Vec<Piece>) {
        self.open(path, directory, false);
        let key = self.key(path, directory);
        if let Some(entry) = self.files.get_mut(&key) {
            entry.file.pieces = pieces;
        }
    }

    /// All files in the order of their folded paths, each with all that it may hold.
    pub fn into_files(self) -> impl Iterator<Item = VirtualFile> {
        self.files.into_values().flat_map(|entry| std::iter::once(entry.file).chain(entry.others))
    }

    /// From now on changes can be taken back: [`Files::end_branch`].
    pub fn begin_branch(&mut self) {
        self.branches.push(BTreeMap::new());
    }

    /// Takes back what was done since the branch began, and says what that was.
    pub fn end_branch(&mut self) -> Changes {
        let mut changes = Changes::default();
        for (key, before) in self.branches.pop().unwrap_or_default() {
            let change = match before {
                Before::Absent => Change::Replaced(self.files.remove(&key)),
                Before::Length(length) => match self.files.get_mut(&key) {
                    Some(entry) => {
                        let by = entry.file.pieces.len().saturating_sub(length);
                        Change::Appended(entry.shorten(by))
                    }
                    None => continue,
                },
                Before::Whole(entry) => Change::Replaced(self.files.insert(key.clone(), entry)),
            };
            changes.0.insert(key, change);
        }
        changes
    }

    /// Does what two branches did of which one was taken; false where contents were lost because there were too many.
    pub fn join_branches(&mut self, first: Changes, second: Changes) -> bool {
        let mut kept = true;
        let mut second = second.0;
        for (key, change) in first.0 {
            kept &= match second.remove(&key) {
                Some(other) => self.do_both(&key, change, other),
                None => self.do_one(&key, change),
            };
        }
        for (key, change) in second {
            kept &= self.do_one(&key, change);
        }
        kept
    }

    /// A change that may have been made: a file that is written on has the more, one that is replaced has both contents, and
    /// one that is taken away stays.
    fn do_one(&mut self, key: &str, change: Change) -> bool {
        match change {
            Change::Appended(pieces) => {
                self.note(key, true);
                if let Some(entry) = self.files.get_mut(key) {
                    entry.append(&pieces);
                }
                true
            }
            Change::Replaced(None) => true,
            Change::Replaced(Some(mut entry)) => {
                self.count_work(key);
                self.note(key, false);
                self.gone.remove(key);
                let mut kept = true;
                if let Some(old) = self.files.remove(key) {
                    for other in std::iter::once(old.file).chain(old.others) {
                        kept &= entry.add(other);
                    }
                }
                self.files.insert(key.to_owned(), entry);
                kept
            }
        }
    }

    fn do_both(&mut self, key: &str, first: Change, second: Change) -> bool {
        self.count_work(key);
        let old = self.files.get(key).cloned();
        let after = |change: Change| match change {
            Change::Appended(pieces) => old.clone().map(|mut entry| {
                entry.append(&pieces);
                entry
            }),
            Change::Replaced(entry) => entry,
        };
        self.note(key, false);
        let (mut main, other) = match (after(first), after(second)) {
            (Some(main), other) => (main, other),
            (None, Some(main)) => (main, None),
            (None, None) => {
                self.files.remove(key);
                return true;
            }
        };
        let mut kept = true;
        for other in other.into_iter().flat_map(|entry| std::iter::once(entry.file).chain(entry.others)) {
            kept &= main.add(other);
        }
        self.gone.remove(key);
        self.files.insert(key.to_owned(), main);
        kept
    }

    fn count_work(&mut self, key: &str) {
        let Some(entry) = self.files.get(key) else { return };
        let contents = entry.others.len().saturating_add(1);
        let bytes = entry.file.pieces.iter().map(|piece| piece.text.len()).fold(0usize, usize::saturating_add);
        let one = entry.file.pieces.len().saturating_add(bytes / 64);
        self.work = self.work.saturating_add(one.saturating_mul(contents).saturating_mul(contents));
    }

    /// Remembers how a file is before it is changed for the first time in the branch at hand.
    fn note(&mut self, key: &str, appends: bool) {
        let Some(branch) = self.branches.last_mut() else { return };
        let entry = self.files.get(key);
        match (branch.get(key), entry) {
            (Some(Before::Length(length)), Some(entry)) if !appends => {
                let mut old = entry.clone();
                old.shorten(entry.file.pieces.len().saturating_sub(*length));
                branch.insert(key.to_owned(), Before::Whole(old));
            }
            (Some(_), _) => {}
            (None, None) => {
                branch.insert(key.to_owned(), Before::Absent);
            }
            (None, Some(entry)) => {
                let before =
                    if appends { Before::Length(entry.file.pieces.len()) } else { Before::Whole(entry.clone()) };
                branch.insert(key.to_owned(), before);
            }
        }
    }

    /// Names of Windows are compared without case; a relative one belongs to the directory in force, or to that of the text.
    fn key(&self, path: &str, directory: Option<&str>) -> String {
        let path = path.trim_matches('"');
        let full = directory.map_or_else(|| local_path::normalise(path), |directory| local_path::join(directory, path));
        if self.platform == Platform::Unix {
            return full.trim_start_matches("./").to_owned();
        }
        let full = folded(&as_of_cmd(&full));
        let full = full.strip_prefix(".\\").unwrap_or(&full);
        let at_home = [self.home.as_str(), "%~DP0\\", "%~DP0", "%CD%\\"]
            .iter()
            .filter(|home| !home.is_empty())
            .find_map(|home| full.strip_prefix(home));
        at_home.unwrap_or(full).to_owned()
    }
}

/// A path whose variable is written as PowerShell, a shell or VBScript's users do (`$env:TEMP\a`, `${env:TEMP}\a`,
/// `$TMPDIR/a`), as cmd.exe writes it: one text may go through several of them.
fn as_of_cmd(path: &str) -> String {
    let Some(rest) = path.strip_prefix('$') else { return path.to_owned() };
    let (rest, braced) = rest.strip_prefix('{').map_or((rest, false), |rest| (rest, true));
    let is_powershell = rest.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("env:"));
    let rest = if is_powershell { rest.get(4..).unwrap_or_default() } else { rest };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let tail = if braced { tail.strip_prefix('}') } else { Some(tail) };
    match tail {
        Some(tail) if !name.is_empty() && (is_powershell || is_of_temporary_files(name)) => format!("%{name}%{tail}"),
        _ => path.to_owned(),
    }
}

/// Whether a variable of any of the systems names the folder for temporary files.
fn is_of_temporary_files(name: &str) -> bool {
    ["TEMP", "TMP", "TMPDIR"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Without case, with one kind of separator, and with one of the two names of the folder for temporary files.
fn folded(path: &str) -> String {
    let path = path.replace('/', "\\").to_uppercase();
    match ["%TMP%", "%TMPDIR%"].iter().find_map(|variable| path.strip_prefix(variable)) {
        Some(rest) => format!("%TEMP%{rest}"),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str) -> Piece {
        Piece { text: text.to_owned(), line: 1, file: None }
    }

    fn written(files: &mut Files, text: &str, append: bool) {
        files.open("f", None, append);
        assert!(files.write("f", None, piece(text), 1000));
    }

    /// What `f` may hold in the end.
    fn contents(files: Files) -> Vec<String> {
        files.into_files().map(|file| file.content()).collect()
    }

    #[test]
    fn branches_join() {
        // Each side: nothing, or what it writes and whether it appends.
        type Side = Option<(&'static str, bool)>;
        let cases: [(&str, Side, Side, &[&str]); 8] = [
            ("a", Some(("b", true)), None, &["ab"]),
            ("a", Some(("b", true)), Some(("c", true)), &["ab", "ac"]),
            ("a", Some(("b", true)), Some(("b", true)), &["ab"]),
            ("a", Some(("b", false)), None, &["b", "a"]),
            ("a", Some(("b", false)), Some(("c", false)), &["b", "c"]),
            ("a", None, Some(("c", false)), &["c", "a"]),
            ("", Some(("b", false)), Some(("c", true)), &["b", "c"]),
            ("a", None, None, &["a"]),
        ];
        for (before, first, second, expected) in cases {
            let mut files = Files::default();
            if !before.is_empty() {
                written(&mut files, before, false);
            }
            let changes = [first, second].map(|side| {
                files.begin_branch();
                if let Some((text, append)) = side {
                    written(&mut files, text, append);
                }
                files.end_branch()
            });
            let [first, second] = changes;
            assert!(files.join_branches(first, second));
            assert_eq!(contents(files), expected, "{before}");
        }
    }

    #[test]
    fn contents_grow_together_and_branches_nest() {
        let mut files = Files::default();
        written(&mut files, "a", false);
        files.begin_branch();
        written(&mut files, "b", true);
        files.begin_branch();
        written(&mut files, "c", false);
        let inner = files.end_branch();
        assert!(files.join_branches(inner, Changes::default()));
        let outer = files.end_branch();
        assert_eq!(files.get("f", None).map(VirtualFile::content).as_deref(), Some("a"));
        assert!(files.join_branches(outer, Changes::default()));
        written(&mut files, "z", true);
        assert_eq!(contents(files), ["cz", "abz", "az"]);
    }

    #[test]
    fn names_of_one_file() {
        let mut files = Files::new(Platform::Windows, Some("C:\\w"));
        written(&mut files, "a", false);
        for name in ["F", ".\\f", "C:/W/f", "c:\\w\\x\\..\\f", "\"f\"", "%CD%\\f", "%~dp0f"] {
            assert!(files.get(name, None).is_some(), "{name}");
        }
        files.open("%tmp%\\g", None, false);
        for name in ["%TEMP%\\g", "$env:TEMP\\g", "$Env:Tmp/G", "${env:TEMP}\\g", "$TMPDIR/g", "${TMP}/g"] {
            assert!(files.get(name, None).is_some(), "{name}");
        }
        for name in ["g", "$TEMPS\\g", "$env:\\g", "${env:TEMP\\g", "$x/g", "%APPDATA%\\g"] {
            assert!(files.get(name, None).is_none(), "{name}");
        }
        assert!(files.remove("f", None).is_some() && files.is_gone("f", None));
    }
}
