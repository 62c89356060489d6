//! The letters that Windows gave to volumes, from its registry: `SYSTEM\MountedDevices`.
//!
//! A value `\DosDevices\C:` holds, for a volume of a disk with a master boot record, the signature of the disk and the
//! offset of the volume in bytes, and for one of a GUID partition table `DMIO:ID:` and the identity of the partition.

use super::entry::EntryPath;
use super::lookup::Lookup;
use crate::base::hive::Hive;

/// Where the hive is below the root of a volume with Windows.
const HIVE: [&str; 4] = ["Windows", "System32", "config", "SYSTEM"];

/// The letters of volumes: of the first volume whose registry knows any of them. `identities` are what the volumes are
/// called in a registry.
#[must_use]
pub fn letters(
    lookup: &Lookup<'_>,
    roots: &[EntryPath],
    identities: &[(EntryPath, Vec<u8>)],
) -> Vec<(char, EntryPath)> {
    if identities.is_empty() {
        return Vec::new();
    }
    let hives = roots.iter().flat_map(|root| lookup.files(root, &HIVE)).map(|(path, _)| path);
    let known = hives.filter_map(|path| lookup.open(&path)).map(|opened| of_hive(&opened.stream, identities));
    known.into_iter().find(|letters| !letters.is_empty()).unwrap_or_default()
}

/// The letters that one registry gives.
fn of_hive(stream: &dyn crate::base::bytes::ReadAt, identities: &[(EntryPath, Vec<u8>)]) -> Vec<(char, EntryPath)> {
    let Some(hive) = Hive::open(stream) else { return Vec::new() };
    let Some(key) = hive.key(&["MountedDevices"]) else { return Vec::new() };
    let mut letters: Vec<(char, EntryPath)> = Vec::new();
    for value in hive.values(key) {
        let Some(letter) = letter(&value.name) else { continue };
        let Some((folder, _)) = identities.iter().find(|(_, identity)| *identity == value.data) else { continue };
        if !letters.iter().any(|(known, place)| *known == letter || place == folder) {
            letters.push((letter, folder.clone()));
        }
    }
    letters.sort();
    letters
}

/// The letter in `\DosDevices\C:`.
fn letter(name: &str) -> Option<char> {
    let (prefix, rest) = name.split_at_checked(12)?;
    let letter = rest.strip_suffix(':').filter(|letter| letter.len() == 1)?.chars().next()?;
    (prefix.eq_ignore_ascii_case("\\DosDevices\\") && letter.is_ascii_alphabetic()).then(|| letter.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::super::filesystem::memory::Memory;
    use super::*;
    use crate::base::hive::tests::hive;

    #[test]
    fn letters_are_those_of_the_registry() {
        let mbr = b"\x01\x02\x03\x04\0\0\x10\0\0\0\0\0".to_vec();
        let gpt = [&b"DMIO:ID:"[..], &[7; 16]].concat();
        let bytes = hive(
            &["MountedDevices"],
            &[
                ("\\DosDevices\\E:", mbr.clone()),
                ("\\DosDevices\\c:", gpt.clone()),
                ("\\DosDevices\\Z:", vec![9; 12]),
                ("\\DosDevices\\F:", gpt.clone()),
                ("\\??\\Volume{0}", gpt.clone()),
                ("#", Vec::new()),
            ],
        );
        let disk: Memory = [("b/windows/system32/Config/system", bytes), ("a/x", Vec::new())].into_iter().collect();
        let (a, b) = (EntryPath::new("a"), EntryPath::new("b"));
        let identities = [(a.clone(), mbr), (b.clone(), gpt)];
        let lookup = Lookup::new(&disk);
        assert_eq!(letters(&lookup, &[a.clone(), b.clone()], &identities), [('C', b.clone()), ('E', a.clone())]);
        assert!(letters(&lookup, std::slice::from_ref(&a), &identities).is_empty());
        assert!(letters(&lookup, &[a, b], &[]).is_empty());
    }

    #[test]
    fn names_that_are_no_drive_have_no_letter() {
        for name in ["", "\\DosDevices\\", "\\DosDevices\\C", "\\DosDevices\\CD:", "\\DosDevices\\é:", "éééééééééé"]
        {
            assert_eq!(letter(name), None, "{name}");
        }
        assert_eq!(letter("\\dosdevices\\d:"), Some('D'));
    }
}
