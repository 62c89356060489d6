//! The Recycle Bin: which file a renamed `$R…` was, and when it was thrown away, from the `$I…` beside it.
//!
//! Source: the layout of `$I` files, version 1 (Windows Vista to 8.1) and 2 (Windows 10 on), as documented by libyal
//! (`dtformats`, "Windows Recycle.Bin file formats").

use crate::base::bytes::read_full;
use crate::base::fields::{u32_at, u64_at};
use crate::base::time::Timestamp;
use crate::base::wide;
use crate::evidence::entry::EntryPath;
use crate::evidence::lookup::Lookup;
use std::collections::BTreeMap;

/// Longest `$I` that is read: a version-2 record with a path of 32,767 characters.
const RECORD: usize = 28 + 2 * 32_768;
/// Thrown-away files that are looked up at most.
const MOST: usize = 100_000;

/// A file or folder that was thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thrown {
    /// Where it was, as Windows wrote it.
    pub original: String,
    /// When it was thrown away.
    pub deleted: Option<Timestamp>,
    /// Size in bytes, as it was noted.
    pub size: u64,
}

/// Reads an `$I` file; nothing if it is none.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Thrown> {
    let text = match u64_at(bytes, 0)? {
        1 => bytes.get(24..)?,
        2 => {
            let characters = u32_at(bytes, 24)?;
            let length = usize::try_from(characters).ok()?.saturating_mul(2);
            let rest = bytes.get(28..)?;
            rest.get(..length).unwrap_or(rest)
        }
        _ => return None,
    };
    let original = wide::until_nul(text);
    // Whoever has not the shape of a path is no record of the bin.
    let is_path = original.contains('\\') && !original.chars().any(char::is_control);
    is_path.then(|| {
        Some(Thrown { original, deleted: Timestamp::from_filetime(u64_at(bytes, 16)?), size: u64_at(bytes, 8)? })
    })?
}

/// The bins of all volumes.
#[derive(Debug, Clone, Default)]
pub struct RecycleBin {
    /// By the path of the `$R…` entry.
    thrown: BTreeMap<EntryPath, Thrown>,
    /// By the original path, folded.
    by_original: BTreeMap<String, Vec<EntryPath>>,
}

impl RecycleBin {
    /// Reads the bins of the file system.
    #[must_use]
    pub fn read(lookup: &Lookup<'_>, drives: &[EntryPath]) -> Self {
        let mut bin = Self::default();
        for drive in drives {
            for folder in lookup.directories(drive, &["$Recycle.Bin", "*"]) {
                for entry in lookup.list(&folder) {
                    if bin.thrown.len() >= MOST {
                        return bin;
                    }
                    bin.add(lookup, &folder, entry.path.name());
                }
            }
        }
        bin
    }

    fn add(&mut self, lookup: &Lookup<'_>, folder: &EntryPath, name: &[u8]) {
        let Some(rest) = name.strip_prefix(b"$I").filter(|rest| !rest.is_empty()) else { return };
        let Some(opened) = lookup.open(&folder.join(name)) else { return };
        let mut record = vec![0u8; usize::try_from(opened.stream.len()).unwrap_or(RECORD).min(RECORD)];
        let count = read_full(&opened.stream, 0, &mut record).unwrap_or(0);
        let Some(thrown) = record.get(..count).and_then(parse) else { return };
        let path = folder.join(&[b"$R", rest].concat());
        self.by_original.entry(thrown.original.to_lowercase()).or_default().push(path.clone());
        self.thrown.insert(path, thrown);
    }

    /// What a file of the bin was: its own record, or that of the folder that it was thrown away with.
    #[must_use]
    pub fn origin(&self, path: &EntryPath) -> Option<Thrown> {
        let mut below: Vec<&[u8]> = Vec::new();
        let mut at = path.clone();
        // `$Recycle.Bin`, the user and the entry: nothing higher is a record.
        while at.components().count() >= 3 {
            if let Some(thrown) = self.thrown.get(&at) {
                below.reverse();
                let rest = below.into_iter().map(|name| format!("\\{}", String::from_utf8_lossy(name)));
                let original = format!("{}{}", thrown.original, rest.collect::<String>());
                return Some(Thrown { original, ..thrown.clone() });
            }
            let parent = at.parent();
            below.push(path.components().nth(parent.components().count())?);
            at = parent;
        }
        None
    }

    /// The entries of the bin that once lay at a path of the host.
    #[must_use]
    pub fn once_at(&self, path: &str) -> Vec<EntryPath> {
        let folded = path.trim_matches('"').replace('/', "\\").to_lowercase();
        if let Some(found) = self.by_original.get(&folded) {
            return found.clone();
        }
        // It may have been thrown away with its folder.
        let cuts = folded.match_indices('\\').map(|(at, _)| at).collect::<Vec<_>>();
        for at in cuts.into_iter().rev() {
            let Some((folder, rest)) = folded.split_at_checked(at) else { continue };
            if let Some(found) = self.by_original.get(folder) {
                let rest = rest.trim_start_matches('\\').replace('\\', "/");
                return found.iter().map(|path| path.join(rest.as_bytes())).collect();
            }
        }
        Vec::new()
    }

    /// Whether nothing was thrown away.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.thrown.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::filesystem::memory::Memory;
    use super::*;

    /// 2021-03-04 05:06:07 UTC as FILETIME.
    const TIME: u64 = 132_593_079_670_000_000;

    fn record(version: u64, path: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [version, 42, TIME] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let mut text: Vec<u8> = path.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        if version == 2 {
            bytes.extend_from_slice(&((text.len() / 2) as u32).to_le_bytes());
        } else {
            text.resize(520, 0);
        }
        bytes.extend(text);
        bytes
    }

    #[test]
    fn both_versions_are_read() {
        for version in [1, 2] {
            let thrown = parse(&record(version, "C:\\Users\\Public\\a.txt")).unwrap();
            assert_eq!((thrown.original.as_str(), thrown.size), ("C:\\Users\\Public\\a.txt", 42));
            assert_eq!(thrown.deleted.unwrap().to_string(), "2021-03-04T05:06:07Z");
        }
    }

    #[test]
    fn damage_is_no_record_or_a_shorter_one() {
        let whole = record(2, "C:\\Users\\a.txt");
        for length in 0..whole.len() {
            let _ = parse(&whole[..length]);
        }
        assert_eq!(parse(&whole[..24]), None);
        assert_eq!(parse(&record(3, "C:\\a")), None);
        assert_eq!(parse(&record(2, "no path")), None);
        let mut lie = record(2, "C:\\a.txt");
        lie[24..28].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(parse(&lie).unwrap().original, "C:\\a.txt");
    }

    #[test]
    fn entries_are_known_by_their_old_and_new_paths() {
        let bin = "$Recycle.Bin/S-1-5-21-1-2-3-1001";
        let disk: Memory = [
            (format!("{bin}/$IABCDEF.txt"), record(2, "C:\\Users\\Public\\a.txt")),
            (format!("{bin}/$RABCDEF.txt"), b"open h\n".to_vec()),
            (format!("{bin}/$I123456"), record(1, "C:\\tools")),
            (format!("{bin}/$R123456/sub/nc.exe"), b"MZ".to_vec()),
        ]
        .into_iter()
        .collect();
        let read = RecycleBin::read(&Lookup::new(&disk), &[EntryPath::default()]);
        let original = |path: &str| read.origin(&EntryPath::new(path)).map(|thrown| thrown.original);
        assert_eq!(original(&format!("{bin}/$RABCDEF.txt")).as_deref(), Some("C:\\Users\\Public\\a.txt"));
        assert_eq!(original(&format!("{bin}/$R123456/sub/nc.exe")).as_deref(), Some("C:\\tools\\sub\\nc.exe"));
        assert_eq!(original("Users/Public/a.txt"), None);
        assert_eq!(read.once_at("c:/users/public/A.TXT"), [EntryPath::new(format!("{bin}/$RABCDEF.txt"))]);
        assert_eq!(read.once_at("C:\\tools\\sub\\nc.exe"), [EntryPath::new(format!("{bin}/$R123456/sub/nc.exe"))]);
        assert!(read.once_at("C:\\other").is_empty());
    }
}
