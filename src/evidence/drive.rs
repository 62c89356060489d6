//! Which folder of the evidence stands for which drive or volume, and how paths are written accordingly.

use super::entry::{EntryKind, EntryPath, unmarked};
use super::lookup::Lookup;
use super::mounted_devices;

/// A folder that stands for a drive, or for a volume whose letter is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drive {
    /// The letter, upper-case, and how it is known.
    pub letter: Option<(char, KnownBy)>,
    /// The folder; the root of the evidence is empty.
    pub folder: EntryPath,
    /// For a shadow copy, the folder of the volume that it is one of; it has that one's letter.
    pub shadow_of: Option<EntryPath>,
}

/// How a drive's letter is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// The examiner said so.
    Given,
    /// The registry of the evidence says so.
    Registry,
    /// The folder holds `Windows/System32`.
    SystemRoot,
    /// The folder is named as collectors name a drive's (`C`, `C_`, `C%3A`).
    FolderName,
}

impl KnownBy {
    /// The word of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Registry => "registry",
            Self::SystemRoot => "system-root",
            Self::FolderName => "folder-name",
        }
    }
}

/// Folders below the root in which drives are looked for; those of collectors are not counted.
const DEPTH: usize = 3;
/// Folders below the root in which drives are looked for, all counted.
const DEEPEST: usize = 8;
/// Folders in which collectors keep those that stand for drives: Velociraptor's, one for each way in which it read files
/// (`uploads/auto/C:`), and acquire's (`fs/C:`, `fs/$fs$/fs0`).
const COLLECTORS: &[&[u8]] =
    &[b"uploads", b"auto", b"file", b"ntfs", b"lazy_ntfs", b"ntfs_vss", b"mft", b"fs", b"$fs$"];
/// Folders that stand for `/` in the collections of UAC and acquire.
const UNIX_ROOTS: &[&[u8]] = &[b"[root]", b"$rootfs$"];
/// Folders that lie in `/`.
const UNIX: &[&[u8]] = &[
    b"bin", b"boot", b"dev", b"etc", b"home", b"lib", b"mnt", b"opt", b"proc", b"root", b"run", b"sbin", b"srv",
    b"tmp", b"usr", b"var", b"private", b"Library",
];

/// Folders that hold one for each user, who may be called `b`.
const HOMES: &[&[u8]] = &[b"home", b"Users", b"Documents and Settings"];

/// The drives of one piece of evidence.
#[derive(Debug, Clone, Default)]
pub struct DriveMap {
    drives: Vec<Drive>,
}

impl DriveMap {
    /// Finds the drives; `given` are those that the examiner named, as folders below the root, `identities` what the
    /// volumes of a disk are called in a registry. Every volume of an image is among the drives, with a letter or without.
    #[must_use]
    pub fn of(lookup: &Lookup<'_>, given: &[(char, EntryPath)], identities: &[(EntryPath, Vec<u8>)]) -> Self {
        let drive = |letter: char, known_by, folder: &EntryPath| Drive {
            letter: Some((letter.to_ascii_uppercase(), known_by)),
            folder: folder.clone(),
            shadow_of: None,
        };
        let mut drives: Vec<Drive> =
            given.iter().map(|(letter, folder)| drive(*letter, KnownBy::Given, folder)).collect();
        let (roots, shadows): (Vec<_>, Vec<_>) = lookup.roots().into_iter().partition(|root| root.shadow_of.is_none());
        let roots: Vec<EntryPath> = roots.into_iter().map(|root| root.folder).collect();
        if drives.is_empty() && !lookup.is_host() {
            for (letter, folder) in mounted_devices::letters(lookup, &roots, identities) {
                drives.push(drive(letter, KnownBy::Registry, &folder));
            }
            for root in &roots {
                if !drives.iter().any(|drive| drive.folder == *root) {
                    find_drives(lookup, root, &mut drives);
                }
            }
        }
        for root in roots.into_iter().filter(|root| !root.as_bytes().is_empty()) {
            if !drives.iter().any(|drive| drive.folder == root) {
                drives.push(Drive { letter: None, folder: root, shadow_of: None });
            }
        }
        for root in shadows {
            let letter = drives.iter().find(|drive| Some(&drive.folder) == root.shadow_of.as_ref());
            let letter = letter.and_then(|drive| drive.letter);
            drives.push(Drive { letter, folder: root.folder, shadow_of: root.shadow_of });
        }
        drives.sort_by(|a, b| a.folder.cmp(&b.folder));
        Self { drives }
    }

    /// The drives in the order of their folders.
    #[must_use]
    pub fn drives(&self) -> &[Drive] {
        &self.drives
    }

    /// The drive whose folder holds the path, by its index, and the path below that folder.
    #[must_use]
    pub fn holder<'p>(&self, path: &'p EntryPath) -> Option<(usize, &'p [u8])> {
        let below = |(index, drive): (usize, &Drive)| {
            let folder = drive.folder.as_bytes();
            let rest = path.as_bytes().strip_prefix(folder)?;
            match rest.split_first() {
                _ if folder.is_empty() => Some((index, rest)),
                None => Some((index, rest)),
                Some((b'/', rest)) => Some((index, rest)),
                Some(_) => None,
            }
        };
        self.drives.iter().enumerate().filter_map(below).min_by_key(|(_, rest)| rest.len())
    }

    /// The path as the report writes it: `C:\…` below a drive's folder, else the names below the volume joined by `/`.
    #[must_use]
    pub fn display(&self, path: &EntryPath) -> String {
        let Some((index, below)) = self.holder(path).filter(|_| !path.as_bytes().is_empty()) else {
            return path.display();
        };
        let letter = self.drives.get(index).and_then(|drive| drive.letter);
        let (mut shown, separator) = match letter {
            Some((letter, _)) => (format!("{letter}:\\"), '\\'),
            None => (String::new(), '/'),
        };
        shown.reserve(below.len());
        for (number, name) in below.split(|byte| *byte == b'/').enumerate() {
            if number > 0 {
                shown.push(separator);
            }
            match std::str::from_utf8(unmarked(name)) {
                Ok(name) => shown.push_str(name),
                Err(_) => shown.push_str(&crate::base::escape::lossless(unmarked(name))),
            }
        }
        shown
    }

    /// The folders, with the names to look up in each, that a path written for the host may mean. `\x` is on whatever
    /// drive is current: every drive is tried; a path without a drive belongs to evidence without drives.
    #[must_use]
    pub fn places<'p>(&self, path: &'p str) -> Vec<(EntryPath, Vec<&'p str>)> {
        let Some((letter, names)) = parts(path) else { return Vec::new() };
        let drives = self.drives.iter().filter(|drive| drive.shadow_of.is_none() && drive.may_be(letter));
        let mut places: Vec<_> = drives.map(|drive| (drive.folder.clone(), names.clone())).collect();
        if letter.is_none() && self.drives.is_empty() {
            places.push((EntryPath::default(), names));
        }
        places
    }

    /// The same in the shadow copies, the newest first: to be asked where nothing is found.
    #[must_use]
    pub fn earlier_places<'p>(&self, path: &'p str) -> Vec<(EntryPath, Vec<&'p str>)> {
        let Some((letter, names)) = parts(path) else { return Vec::new() };
        let shadows = self.drives.iter().filter(|drive| drive.shadow_of.is_some() && drive.may_be(letter));
        let mut folders: Vec<&EntryPath> = shadows.map(|drive| &drive.folder).collect();
        // They are numbered by their age: of those of one volume the highest is the newest.
        folders.sort_by_key(|folder| std::cmp::Reverse((folder.as_bytes().len(), *folder)));
        folders.into_iter().map(|folder| (folder.clone(), names.clone())).collect()
    }
}

impl Drive {
    /// Whether a path with the letter, or without one, may be on this drive.
    fn may_be(&self, letter: Option<char>) -> bool {
        letter.is_none_or(|letter| self.letter.is_some_and(|(known, _)| known == letter))
    }
}

/// The letter of a path of the host, and its names; nothing where it leads to another host.
fn parts(path: &str) -> Option<(Option<char>, Vec<&str>)> {
    let path = path.trim_matches('"');
    let path = path.strip_prefix("\\\\?\\").or_else(|| path.strip_prefix("\\\\.\\")).unwrap_or(path);
    if path.starts_with("\\\\") {
        return None;
    }
    let mut characters = path.chars();
    let (first, second) = (characters.next(), characters.next());
    let (letter, rest) = match (first, second) {
        (Some(letter), Some(':')) if letter.is_ascii_alphabetic() => {
            (Some(letter.to_ascii_uppercase()), characters.as_str())
        }
        _ => (None, path),
    };
    let names: Vec<&str> = rest.split(['\\', '/']).filter(|name| !name.is_empty()).collect();
    Some((letter, names))
}

fn has(drives: &[Drive], letter: char) -> bool {
    drives.iter().any(|drive| drive.letter.is_some_and(|(known, _)| known == letter))
}

fn find_drives(lookup: &Lookup<'_>, root: &EntryPath, drives: &mut Vec<Drive>) {
    if holds_system(lookup, root) && !has(drives, 'C') {
        let letter = Some(('C', KnownBy::SystemRoot));
        drives.push(Drive { letter, folder: root.clone(), shadow_of: None });
    } else {
        find_named(lookup, root, DEPTH, drives);
    }
}

/// Whether a folder is the root of a Windows.
pub(super) fn holds_system(lookup: &Lookup<'_>, folder: &EntryPath) -> bool {
    !lookup.directories(folder, &["Windows", "System32"]).is_empty()
}

fn find_named(lookup: &Lookup<'_>, folder: &EntryPath, depth: usize, drives: &mut Vec<Drive>) {
    let listed = lookup.list(folder).into_iter();
    let directories: Vec<EntryPath> =
        listed.filter(|entry| entry.kind == EntryKind::Directory).map(|entry| entry.path).collect();
    let of_collector = COLLECTORS.contains(&folder.name());
    let unix = directories.iter().filter(|directory| UNIX.contains(&directory.name())).count();
    let is_unix_root = UNIX_ROOTS.contains(&folder.name()) || (of_collector && unix > 0);
    if is_unix_root || unix > 2 {
        // Nothing in a Unix stands for a drive, whatever it is called.
        if is_unix_root {
            drives.push(Drive { letter: None, folder: folder.clone(), shadow_of: None });
        }
        return;
    }
    let is_drives =
        !HOMES.iter().any(|name| folder.name().eq_ignore_ascii_case(name)) && !UNIX.contains(&folder.name());
    for directory in directories {
        if let Some(letter) = letter_of(directory.name()).filter(|_| is_drives) {
            if may_have(drives, letter, &directory) {
                let letter = Some((letter, KnownBy::FolderName));
                drives.push(Drive { letter, folder: directory, shadow_of: None });
            }
        } else if of_collector && directory.name().starts_with(b"\\\\") {
            // A device without a letter, as a shadow copy is.
            drives.push(Drive { letter: None, folder: directory, shadow_of: None });
        } else if holds_system(lookup, &directory) && !has(drives, 'C') {
            let letter = Some(('C', KnownBy::SystemRoot));
            drives.push(Drive { letter, folder: directory, shadow_of: None });
        } else if UNIX_ROOTS.contains(&directory.name()) || (COLLECTORS.contains(&directory.name()) && depth > 0) {
            if directory.components().count() < DEEPEST {
                find_named(lookup, &directory, depth, drives);
            }
        } else if depth > 1 {
            find_named(lookup, &directory, depth.saturating_sub(1), drives);
        }
    }
}

/// Whether a folder may stand for a letter: no other does, or one does of the same collection, where files of one drive
/// were read in several ways.
fn may_have(drives: &[Drive], letter: char, folder: &EntryPath) -> bool {
    let uploads = |folder: &EntryPath| Some(folder.parent().parent()).filter(|uploads| uploads.name() == b"uploads");
    drives
        .iter()
        .filter(|drive| drive.letter.is_some_and(|(known, _)| known == letter))
        .all(|drive| uploads(folder).is_some() && uploads(&drive.folder) == uploads(folder))
}

/// The letter that a collector's folder name stands for: `C`, `C_`, `C:`, `C%3A`, `Drive_C`, and the device path `\\.\C:`,
/// percent-escaped or not.
fn letter_of(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_uppercase();
    let prefixes = ["%5C%5C.%5C", "\\\\.\\", "DRIVE_"];
    let name = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(&name);
    let mut characters = name.chars();
    let letter = characters.next().filter(char::is_ascii_uppercase)?;
    matches!(characters.as_str(), "" | "_" | ":" | "%3A" | "_DRIVE").then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::memory::Memory;
    use super::super::image::{Image, Volume};
    use super::*;

    fn drives(paths: &[&str]) -> Vec<(char, String, &'static str)> {
        let disk: Memory = paths.iter().map(|path| (path, "x")).collect();
        let map = DriveMap::of(&Lookup::new(&disk), &[], &[]);
        let told = |drive: &Drive| drive.letter.map(|(letter, by)| (letter, drive.folder.display(), by.word()));
        map.drives().iter().filter_map(told).collect()
    }

    #[test]
    fn drives_are_found_as_images_and_collectors_leave_them() {
        assert_eq!(drives(&["Windows/System32/x", "a"]), [('C', String::new(), "system-root")]);
        assert_eq!(drives(&["WINDOWS/system32/x"]), [('C', String::new(), "system-root")]);
        assert_eq!(drives(&["C/Users/a", "D/b"]), [('C', "C".into(), "folder-name"), ('D', "D".into(), "folder-name")]);
        assert_eq!(drives(&["uploads/auto/C%3A/Users/a"]), [('C', "uploads/auto/C%3A".into(), "folder-name")]);
        assert_eq!(
            drives(&["uploads/ntfs/%5C%5C.%5CC%3A/$MFT"]),
            [('C', "uploads/ntfs/%5C%5C.%5CC%3A".into(), "folder-name")]
        );
        assert_eq!(drives(&["host1/Windows/System32/x"]), [('C', "host1".into(), "system-root")]);
        assert_eq!(drives(&["etc/passwd", "home/x"]), []);
    }

    #[test]
    fn collections_stand_for_drives_and_for_the_root_of_a_unix() {
        let all = |paths: &[&str]| {
            let disk: Memory = paths.iter().map(|path| (path, "x")).collect();
            let map = DriveMap::of(&Lookup::new(&disk), &[], &[]);
            let told = |drive: &Drive| {
                format!("{}={}", drive.letter.map_or('/', |(letter, _)| letter), drive.folder.display())
            };
            map.drives().iter().map(told).collect::<Vec<_>>()
        };
        let cases: [(&[&str], &[&str]); 10] = [
            (
                &["uploads/auto/C:/Users/a", "uploads/ntfs/\\\\.\\C:/$MFT", "uploads/ntfs/\\\\?\\G\\Copy1/b"],
                &["C=uploads/auto/C:", "C=uploads/ntfs/\\\\.\\C:", "/=uploads/ntfs/\\\\?\\G\\Copy1"],
            ),
            (&["h1/out/uploads/auto/C%3A/Users/a", "h1/out/uploads.json"], &["C=h1/out/uploads/auto/C%3A"]),
            (&["uploads/auto/home/bob/x", "results/y"], &["/=uploads/auto"]),
            (&["[root]/var/d/x", "live_response/process/ps.txt"], &["/=[root]"]),
            (&["uac-host/[root]/c/x"], &["/=uac-host/[root]"]),
            (&["fs/C:/x", "fs/D:/y", "report.json"], &["C=fs/C:", "D=fs/D:"]),
            (&["fs/$rootfs$/etc/passwd"], &["/=fs/$rootfs$"]),
            (&["fs/etc/passwd"], &["/=fs"]),
            (&["etc/x", "usr/c/x", "var/y", "home/d/z"], &[]),
            (&["h1/C/x", "h2/C/y"], &["C=h1/C"]),
        ];
        for (paths, expected) in cases {
            assert_eq!(all(paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn shadow_copies_have_the_letter_of_their_volume_and_are_asked_last() {
        let volume = |folder: &str, shadow_of: Option<&str>| {
            let disk: Memory = [("Windows/System32/x", "x")].into_iter().collect();
            let (folder, shadow_of) = (EntryPath::new(folder), shadow_of.map(EntryPath::new));
            Volume { folder, shadow_of, file_system: Box::new(disk) }
        };
        let copies = ["v002s02", "v002s10", "v002s01"].map(|folder| volume(folder, Some("v002")));
        let image = Image::new(copies.into_iter().chain([volume("v001", None), volume("v002", None)]).collect());
        let identities = [(EntryPath::new("v001"), vec![1]), (EntryPath::new("v002"), vec![2])];
        let letters = |given: &[(char, EntryPath)]| {
            let map = DriveMap::of(&Lookup::new(&image), given, &identities);
            map.drives().iter().map(|drive| drive.letter.map_or(' ', |(letter, _)| letter)).collect::<String>()
        };
        assert_eq!(letters(&[]), "C    ");
        let given = [('D', EntryPath::new("v002"))];
        assert_eq!(letters(&given), " DDDD");
        let map = DriveMap::of(&Lookup::new(&image), &given, &[]);
        assert_eq!(map.display(&EntryPath::new("v002s10/a/b")), "D:\\a\\b");
        assert_eq!(map.places("D:\\a").len(), 1);
        let earlier: Vec<_> = map.earlier_places("D:\\a").iter().map(|(folder, _)| folder.display()).collect();
        assert_eq!(earlier, ["v002s10", "v002s02", "v002s01"]);
        assert!(map.earlier_places("C:\\a").is_empty() && map.earlier_places("\\\\s\\a").is_empty());
    }

    #[test]
    fn paths_are_written_and_read_as_the_host_would() {
        let disk: Memory = [("C/Users/a.txt", "x"), ("notes.txt", "x")].into_iter().collect();
        let map = DriveMap::of(&Lookup::new(&disk), &[], &[]);
        assert_eq!(map.display(&EntryPath::new("C/Users/a.txt")), "C:\\Users\\a.txt");
        assert_eq!(map.display(&EntryPath::new("notes.txt")), "notes.txt");
        for path in ["C:\\Users\\a.txt", "c:/Users/a.txt", "\\\\?\\C:\\Users\\a.txt", "\\Users\\a.txt"] {
            assert_eq!(map.places(path), [(EntryPath::new("C"), vec!["Users", "a.txt"])], "{path}");
        }
        assert!(map.places("D:\\x").is_empty() && map.places("\\\\server\\share\\x").is_empty());
        let given = DriveMap::of(&Lookup::new(&disk), &[('e', EntryPath::new("C"))], &[]);
        assert_eq!(given.display(&EntryPath::new("C/Users/a.txt")), "E:\\Users\\a.txt");
    }
}
