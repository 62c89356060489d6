//! Where on a live host scripts and their traces are likely: these folders are read before all others.
//!
//! Both worlds are in one list: what is read may be the disk of another Windows that is mounted on Linux.

use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;
use crate::evidence::lookup::Lookup;

/// Folders from the root of a drive or of a Unix, the most telling first; `*` stands for any characters of a name.
const PLACES: &[&str] = &[
    "Windows/Temp",
    "Users/Public",
    "Users/*/AppData/Local/Temp",
    "ProgramData",
    "Temp",
    "PerfLogs",
    "tmp",
    "var/tmp",
    "dev/shm",
    "Windows/Tasks",
    "Windows/System32/Tasks",
    "Windows/SysWOW64/Tasks",
    "etc/cron*",
    "var/spool/cron",
    "var/spool/at",
    "$Recycle.Bin",
    "RECYCLER",
    "Windows/Prefetch",
    "Windows/System32/winevt/Logs",
    "Windows/System32/config",
    "Users",
    "Documents and Settings",
    "root",
    "home",
    "inetpub",
    "xampp/htdocs",
    "wamp/www",
    "wamp64/www",
    "var/www",
    "srv",
    "usr/share/nginx",
    "usr/local",
    "opt",
    "etc",
    "var/log",
];

/// The folders of the list that are there, in its order, from the root, from the folder that was named, and from every folder
/// in it that stands for a drive.
pub(super) fn plausible(file_system: &dyn FileSystem, named: &EntryPath) -> Vec<EntryPath> {
    let lookup = Lookup::new(file_system);
    let is_drive =
        |path: &EntryPath| matches!(path.name(), [letter] | [letter, b':' | b'_'] if letter.is_ascii_alphabetic());
    let mut roots = vec![EntryPath::default()];
    if !named.as_bytes().is_empty() {
        roots.push(named.clone());
    }
    roots.extend(lookup.directories(named, &["*"]).into_iter().filter(is_drive));
    let mut places: Vec<EntryPath> = Vec::new();
    for place in PLACES {
        let names: Vec<&str> = place.split('/').collect();
        for place in roots.iter().flat_map(|root| lookup.directories(root, &names)) {
            if !places.iter().any(|known| super::mounts::is_within(&place, known)) {
                places.push(place);
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::filesystem::memory::Memory;

    #[test]
    fn places_come_in_the_order_of_the_list_and_once() {
        let disk: Memory = [
            "Users/kim/AppData/Local/Temp/a",
            "Users/Public/b",
            "Windows/System32/Tasks/t",
            "windows/TEMP/x",
            "C/Windows/Temp/y",
            "etc/cron.d/z",
            "etc/passwd",
            "tmp",
            "Program Files/tmp/q",
        ]
        .map(|path| (path, "x"))
        .into_iter()
        .collect();
        let places: Vec<String> = plausible(&disk, &EntryPath::default()).iter().map(EntryPath::display).collect();
        assert_eq!(
            places,
            [
                "windows/TEMP",
                "C/Windows/Temp",
                "Users/Public",
                "Users/kim/AppData/Local/Temp",
                "Windows/System32/Tasks",
                "etc/cron.d",
                "Users",
                "etc",
            ]
        );
    }
}
