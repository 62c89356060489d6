//! The hash of a program's path that its Prefetch file is named by, and what it tells of where the program lies.
//!
//! Source: libyal, "Windows Prefetch File (PF) format", "Calculating the prefetch hash". Its functions for Vista and for
//! 2008 and later are one: the second takes eight bytes at a time.

/// Numbers of volumes that are tried: `\DEVICE\HARDDISKVOLUME1` and so on.
const VOLUMES: u32 = 32;

/// Files of the program's name that are looked at.
const LISTED: usize = 16;

/// Characters of a program's name that Windows keeps.
const LONGEST: usize = 29;

/// Numbers that `/prefetch:` adds to the hash; Windows takes up to 16.
const MODES: u32 = 16;

/// Programs that run what others wrote: Windows adds a hash of their command lines.
const HOSTS: [&str; 9] = [
    "RUNDLL32.EXE",
    "DLLHOST.EXE",
    "MMC.EXE",
    "SVCHOST.EXE",
    "TASKHOST.EXE",
    "TASKHOSTW.EXE",
    "TASKHOSTEX.EXE",
    "BACKGROUNDTASKHOST.EXE",
    "RUNTIMEBROKER.EXE",
];

/// Folders of Windows whose programs are known by the hash alone.
const FOLDERS: [(&str, &str); 4] = [
    ("\\WINDOWS\\SYSTEM32\\", "system32"),
    ("\\WINDOWS\\SYSWOW64\\", "syswow64"),
    ("\\WINNT\\SYSTEM32\\", "system32"),
    ("\\WINNT\\SYSWOW64\\", "syswow64"),
];

/// What is known of a program.
pub(super) struct Known<'a> {
    /// The version of its Prefetch file.
    pub version: u32,
    /// The hash in it.
    pub hash: u32,
    /// The program's name, of at most 29 characters.
    pub name: &'a str,
    /// The files that it touched.
    pub files: &'a [String],
    /// The devices of the volumes that it touched.
    pub devices: &'a [String],
    /// Whether all of both was read.
    pub whole: bool,
}

/// Where a program lies.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Its path.
    pub path: Option<String>,
    /// `system32`, `syswow64` or `elsewhere`.
    pub folder: Option<&'static str>,
}

/// The hash of a path in capitals.
#[must_use]
pub fn path_hash(version: u32, path: &str) -> u32 {
    let bytes = path.encode_utf16().flat_map(u16::to_le_bytes);
    let fold = |start: u32| bytes.fold(start, |hash, byte| hash.wrapping_mul(37).wrapping_add(u32::from(byte)));
    if version > 17 {
        return fold(314_159);
    }
    // As CcPfHashValue of Windows XP does it: the number is signed for a moment.
    let hash = fold(0).wrapping_mul(314_159_269);
    let folded = if hash > 0x8000_0000 { hash.wrapping_neg() } else { hash };
    folded % 1_000_000_007
}

impl Known<'_> {
    /// Where the program lies: by the hash, where a path is found that has it; else by the files that it touched.
    pub(super) fn place(&self) -> Place {
        let listed = || self.files.iter().filter(|file| self.names(file)).take(LISTED);
        if let Some(path) = listed().find(|path| self.fits(path) || self.fits_on_a_volume(tail(path)).is_some()) {
            return Place { path: Some(path.clone()), folder: Some(folder(tail(path))) };
        }
        // A name of 29 characters may be the beginning of a longer one.
        let complete = self.name.chars().count() < LONGEST;
        let standard = FOLDERS.into_iter().filter(|_| complete);
        for (folder, told) in standard {
            if let Some(path) = self.fits_on_a_volume(&format!("{folder}{}", self.name)) {
                return Place { path: Some(path), folder: Some(told) };
            }
        }
        let mut all = listed();
        let first = all.next();
        let path = first.filter(|_| all.next().is_none()).cloned();
        let unnamed = first.is_none() && complete && self.whole && !HOSTS.contains(&self.name);
        Place { folder: path.as_deref().map(|path| folder(tail(path))).or(unnamed.then_some("elsewhere")), path }
    }

    /// Whether a path ends in the program's name.
    fn names(&self, path: &str) -> bool {
        let name = path.rsplit('\\').next().unwrap_or_default();
        let cut = self.name.chars().count() >= LONGEST;
        !self.name.is_empty() && (name == self.name || cut && name.starts_with(self.name))
    }

    /// The path that has the hash, of those that a path below a volume may stand for. Windows 10 lists files by the
    /// identity of their volume, and hashes the path with its number.
    fn fits_on_a_volume(&self, tail: &str) -> Option<String> {
        let numbered = (1..=VOLUMES).map(|number| format!("\\DEVICE\\HARDDISKVOLUME{number}{tail}"));
        let named = self.devices.iter().map(|device| format!("{device}{tail}"));
        named.chain(numbered).find(|path| self.fits(path))
    }

    fn fits(&self, path: &str) -> bool {
        let over = self.hash.wrapping_sub(path_hash(self.version, path));
        over == 0 || self.version > 17 && over <= MODES
    }
}

/// A path without its volume, from the backslash on.
fn tail(path: &str) -> &str {
    let levels = if path.starts_with("\\DEVICE\\") { 2 } else { 1 };
    path.match_indices('\\').nth(levels).and_then(|(at, _)| path.get(at..)).unwrap_or(path)
}

/// What a path below a volume tells of where its program lies.
fn folder(tail: &str) -> &'static str {
    let parent = tail.rfind('\\').and_then(|at| tail.get(..=at)).unwrap_or_default();
    FOLDERS.iter().find(|(folder, _)| *folder == parent).map_or("elsewhere", |(_, told)| *told)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first is libyal's example; the others are of Prefetch files that were published with the case that they are of.
    #[test]
    fn hashes() {
        let cases = [
            (17, "\\DEVICE\\HARDDISKVOLUME1\\WINDOWS\\NOTEPAD.EXE", 0x1895_78da),
            (17, "\\DEVICE\\HARDDISKVOLUME1\\WINDOWS\\SYSTEM32\\FTP.EXE", 0x0fff_b5a3),
            (17, "\\DEVICE\\HARDDISKVOLUME1\\WINDOWS\\SYSTEM32\\CMD.EXE", 0x087b_4001),
            (23, "\\DEVICE\\HARDDISKVOLUME1\\WINDOWS\\SYSTEM32\\CMD.EXE", 0x8930_5d47),
            (26, "\\DEVICE\\HARDDISKVOLUME2\\WINDOWS\\SYSTEM32\\CMD.EXE", 0x4a81_b364),
            (30, "\\DEVICE\\HARDDISKVOLUME3\\WINDOWS\\SYSTEM32\\FTP.EXE", 0x3cf7_8e07),
            (31, "\\DEVICE\\HARDDISKVOLUME2\\WINDOWS\\SYSWOW64\\FTP.EXE", 0xdd35_bf2e),
        ];
        for (version, path, expected) in cases {
            assert_eq!(path_hash(version, path), expected, "{version} {path}");
        }
    }

    #[test]
    fn places() {
        let guid = "\\VOLUME{01d8236a6bef56c6-006c4c5d}";
        let wow = format!("{guid}\\WINDOWS\\SYSWOW64\\FTP.EXE");
        let deep = format!("{guid}\\USERS\\A\\WINDOWS\\SYSTEM32\\FTP.EXE");
        let root = format!("{guid}\\FTP.EXE");
        let system = "\\DEVICE\\HARDDISKVOLUME3\\WINDOWS\\SYSTEM32\\FTP.EXE";
        let long = format!("{guid}\\T\\AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.EXE");
        let name = "FTP.EXE";
        let cases: [(&str, u32, &str, &[&str], bool, Option<&str>, Option<&str>); 12] = [
            (
                "by the hash, on a numbered volume",
                path_hash(30, system),
                name,
                &[],
                true,
                Some(system),
                Some("system32"),
            ),
            (
                "by the hash, on a volume of the file's",
                path_hash(30, &wow),
                name,
                &[],
                true,
                Some(&wow),
                Some("syswow64"),
            ),
            ("by hash and list", path_hash(30, &root), name, &[&wow, &root], true, Some(&root), Some("elsewhere")),
            (
                "a folder of the same name elsewhere",
                path_hash(30, &deep),
                name,
                &[&deep],
                true,
                Some(&deep),
                Some("elsewhere"),
            ),
            ("neither", 7, name, &[], true, None, Some("elsewhere")),
            ("what is damaged proves nothing", 7, name, &[], false, None, None),
            ("the list alone", 7, name, &[&wow], false, Some(&wow), Some("syswow64")),
            (
                "which of two, by the hash of the numbered volume",
                path_hash(30, "\\DEVICE\\HARDDISKVOLUME4\\FTP.EXE"),
                name,
                &[&wow, &root],
                true,
                Some(&root),
                Some("elsewhere"),
            ),
            ("a list of two", 7, name, &[&wow, &root], true, None, None),
            ("with /prefetch:5", path_hash(30, &wow) + 5, name, &[], true, Some(&wow), Some("syswow64")),
            ("a host", 7, "RUNDLL32.EXE", &[], true, None, None),
            (
                "a name cut off",
                path_hash(30, &long),
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                &[&long],
                true,
                Some(&long),
                Some("elsewhere"),
            ),
        ];
        for (what, hash, name, files, whole, path, folder) in cases {
            let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
            let devices = [guid.to_owned()];
            let known = Known { version: 30, hash, name, files: &files, devices: &devices, whole };
            assert_eq!(known.place(), Place { path: path.map(str::to_owned), folder }, "{what}");
        }
    }
}
