//! Names of this host: how the names of an entry become a path of the system, and which paths name a disk.
//!
//! On Windows every path below the evidence is written so that the system takes it as it stands (`\\?\`): however long it is,
//! and even where a name is that of a device (`CON`) or ends in a dot or a blank.

use crate::evidence::entry::EntryPath;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The path of an entry; nothing where its names would lead elsewhere.
pub(super) fn real(root: &Path, path: &EntryPath) -> Option<PathBuf> {
    let mut names: Vec<&[u8]> = path.components().collect();
    let last = names.pop();
    let plain = names.iter().all(|name| is_plain(name, cfg!(windows)));
    if !plain || last.is_some_and(|name| !is_plain(name, false) || !(cfg!(unix) || stream_of(name).is_some())) {
        return None;
    }
    let mut real = root.as_os_str().to_owned();
    for name in names.into_iter().chain(last) {
        // `\\?\C:\a` and the stream `:s` of that folder are `\\?\C:\a:s`.
        let beside = cfg!(windows) && name.starts_with(b":");
        if !beside && !real.as_encoded_bytes().ends_with(SEPARATOR.as_bytes()) {
            real.push(SEPARATOR);
        }
        real.push(os_string(name)?);
    }
    Some(PathBuf::from(real))
}

const SEPARATOR: &str = if cfg!(windows) { "\\" } else { "/" };

/// Whether a name is one of an entry in a directory, and leads nowhere else; `:` would begin a stream, or end a drive.
fn is_plain(name: &[u8], colons: bool) -> bool {
    let separators: &[u8] = if cfg!(windows) { b"/\\" } else { b"/" };
    name != b".." && name != b"." && !name.iter().any(|byte| separators.contains(byte) || colons && *byte == b':')
}

/// The name of the file and of its stream, which is empty for the content; nothing where the type of the stream is told
/// too (`a::$INDEX_ALLOCATION`).
pub(super) fn stream_of(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = name.splitn(2, |byte| *byte == b':');
    let (file, stream) = (parts.next()?, parts.next());
    match stream {
        None => Some((file, &[])),
        Some(stream) => (!stream.is_empty() && !stream.contains(&b':')).then_some((file, stream)),
    }
}

/// Whether a name that evidence gives for a file beside it is one: no path, no stream, no drive.
#[must_use]
pub fn is_sibling(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', '\0']) && is_plain(name.as_bytes(), cfg!(windows))
}

/// The root of evidence: as it was named on Unix, in full on Windows.
///
/// # Errors
/// What the system says of the path.
pub(in crate::evidence) fn rooted(path: &Path) -> io::Result<PathBuf> {
    if cfg!(unix) {
        return Ok(path.to_owned());
    }
    // Some drivers of file systems cannot tell the path of what they opened.
    path.canonicalize().or_else(|_| {
        let absolute = std::path::absolute(path)?;
        let verbatim = os_string(&verbatim(absolute.as_os_str().as_encoded_bytes()));
        verbatim.map(PathBuf::from).ok_or_else(|| io::ErrorKind::InvalidInput.into())
    })
}

/// An absolute path of Windows as one that the system takes as it stands.
fn verbatim(path: &[u8]) -> Vec<u8> {
    match path {
        [b'\\', b'\\', b'?' | b'.', b'\\', ..] => path.to_vec(),
        [b'\\', b'\\', rest @ ..] => [br"\\?\UNC\", rest].concat(),
        _ => [br"\\?\", path].concat(),
    }
}

/// What a path names in the space of devices of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    /// A disk, or a volume: `\\.\PhysicalDrive0`, `\\.\C:`, `\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1`.
    Disk,
    /// Something else: `NUL`, `\\.\COM1`, `\\.\pipe\x`.
    Other,
}

/// Tells whether an absolute path names a device; nothing where it names a file or a folder.
pub(super) fn device(path: &[u8]) -> Option<Device> {
    let path = path.to_ascii_lowercase();
    let (space, name) = match path.as_slice() {
        [b'\\' | b'/', b'\\' | b'/', space @ (b'.' | b'?'), b'\\' | b'/', name @ ..] => (*space, name),
        _ => return None,
    };
    let name = std::str::from_utf8(name).unwrap_or_default().replace('/', "\\");
    let inside = name.strip_prefix("globalroot\\device\\").unwrap_or(&name);
    let numbered = |name: &str, word: &str| {
        let number = name.strip_prefix(word);
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let disks = ["physicaldrive", "cdrom", "harddiskvolume", "harddiskvolumeshadowcopy"];
    let partition = || {
        let (disk, part) = inside.split_once("partition")?;
        Some(numbered(disk.trim_end_matches('\\'), "harddisk") && numbered(part, ""))
    };
    let letter = matches!(inside.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
    let volume = inside.starts_with("volume{") && inside.ends_with('}');
    if letter || volume || disks.iter().any(|word| numbered(inside, word)) || partition() == Some(true) {
        return Some(Device::Disk);
    }
    // A folder may be named here too: `\\.\C:\Users`.
    (space == b'.' && !inside.contains(":\\") && !inside.contains("}\\")).then_some(Device::Other)
}

/// Whether a path names a device of the system that is no disk, as `NUL` and `COM1` do on Windows wherever they stand.
#[must_use]
pub fn is_other_device(path: &Path) -> bool {
    let full = || std::path::absolute(path).ok();
    cfg!(windows) && full().is_some_and(|full| device(full.as_os_str().as_encoded_bytes()) == Some(Device::Other))
}

/// Names of the system, from the bytes of an entry.
#[cfg(unix)]
pub(super) fn os_string(name: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt;
    Some(OsString::from_vec(name.to_vec()))
}

/// On Windows the bytes are UTF-8 in which lone surrogates may occur; they go back to UTF-16 one by one.
#[cfg(windows)]
pub(super) fn os_string(name: &[u8]) -> Option<OsString> {
    use std::os::windows::ffi::OsStringExt;
    units(name).map(|units| OsString::from_wide(&units))
}

/// The units of UTF-16 of a name in WTF-8; nothing where the bytes are none.
#[cfg(any(windows, test))]
fn units(name: &[u8]) -> Option<Vec<u16>> {
    let mut units = Vec::new();
    let mut rest = name;
    while let Some(chunk) = rest.utf8_chunks().next() {
        units.extend(chunk.valid().encode_utf16());
        rest = rest.get(chunk.valid().len()..)?;
        if let [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, tail @ ..] = rest {
            units.push(0xd000 | (u16::from(second & 0x3f) << 6) | u16::from(third & 0x3f));
            rest = tail;
        } else if !rest.is_empty() {
            return None;
        }
    }
    Some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_disks_are_told_from_those_of_files_and_of_other_devices() {
        let disks = [
            r"\\.\C:",
            r"\\.\c:",
            r"\\?\C:",
            "//./C:",
            r"\\.\PhysicalDrive0",
            r"\\.\PHYSICALDRIVE12",
            r"\\.\CdRom0",
            r"\\.\HarddiskVolume3",
            r"\\.\Harddisk0Partition1",
            r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7",
            r"\\?\GLOBALROOT\Device\Harddisk0\Partition1",
            r"\\?\Volume{0a1b2c3d-0000-0000-0000-100000000000}",
        ];
        let others = [r"\\.\NUL", r"\\.\CON", r"\\.\COM1", r"\\.\pipe\x", r"\\.\PhysicalDrive", r"\\.\PhysicalDrivex"];
        let files = [
            r"C:\Users",
            r"\\server\share",
            r"\\.\C:\Users",
            r"\\?\C:\",
            r"\\?\C:\Users\NUL",
            r"\\?\UNC\server\share",
            r"\\?\Volume{0a1b2c3d-0000-0000-0000-100000000000}\a",
            r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7\Windows",
            "/dev/sda",
            "",
        ];
        let told = |paths: &[&str]| paths.iter().map(|path| device(path.as_bytes())).collect::<Vec<_>>();
        assert_eq!(told(&disks), [Some(Device::Disk); 12]);
        assert_eq!(told(&others), [Some(Device::Other); 6]);
        assert_eq!(told(&files), [None; 10]);
    }

    #[test]
    fn paths_are_taken_as_they_stand() {
        let cases = [
            (r"C:\a", r"\\?\C:\a"),
            (r"\\server\share\a", r"\\?\UNC\server\share\a"),
            (r"\\?\C:\a. ", r"\\?\C:\a. "),
            (r"\\.\C:\a", r"\\.\C:\a"),
        ];
        for (path, expected) in cases {
            assert_eq!(verbatim(path.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn names_that_are_no_unicode_go_back_to_what_they_were() {
        let cases: [(&[u8], Option<&[u16]>); 6] = [
            ("aé€😀".as_bytes(), Some(&[0x61, 0xe9, 0x20ac, 0xd83d, 0xde00])),
            (b"\xed\xa0\xbdb\xed\xb0\x80", Some(&[0xd83d, 0x62, 0xdc00])),
            (b"", Some(&[])),
            (b"a\xff", None),
            (b"\xed\xa0", None),
            (b"\xed\xa0\x41", None),
        ];
        for (name, expected) in cases {
            assert_eq!(units(name).as_deref(), expected, "{name:x?}");
        }
    }

    #[test]
    fn streams_are_told_from_their_files() {
        let cases: [(&str, Option<(&str, &str)>); 6] = [
            ("a.txt", Some(("a.txt", ""))),
            ("a.txt:Zone.Identifier", Some(("a.txt", "Zone.Identifier"))),
            (":note", Some(("", "note"))),
            ("a:", None),
            ("a::$DATA", None),
            ("a:b:$DATA", None),
        ];
        for (name, expected) in cases {
            let expected = expected.map(|(file, stream)| (file.as_bytes(), stream.as_bytes()));
            assert_eq!(stream_of(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn names_lead_nowhere_else() {
        let root = Path::new(if cfg!(windows) { r"\\?\C:\e" } else { "/e" });
        let real = |path: &[u8]| real(root, &EntryPath::new(path)).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(real(b""), Some(root.to_string_lossy().into_owned()));
        for path in ["..", "a/../b", "./a"] {
            assert_eq!(real(path.as_bytes()), None, "{path}");
        }
        if cfg!(windows) {
            for path in [r"a\b", r"a\..\b", "C:x/a", "a/b:c:$DATA"] {
                assert_eq!(real(path.as_bytes()), None, "{path}");
            }
            assert_eq!(real(b"CON/a. ").as_deref(), Some(r"\\?\C:\e\CON\a. "));
            assert_eq!(real(b"C:stream").as_deref(), Some(r"\\?\C:\e\C:stream"));
            assert_eq!(real(b":note").as_deref(), Some(r"\\?\C:\e:note"));
        } else {
            assert_eq!(real(br"C:/a\b").as_deref(), Some(r"/e/C:/a\b"));
        }
        assert!(is_sibling("disk-flat.vmdk"));
        for name in ["", ".", "..", "a/b", r"a\b", "a\0"] {
            assert!(!is_sibling(name), "{name:?}");
        }
        assert_eq!(is_sibling("C:x"), cfg!(unix));
    }
}
