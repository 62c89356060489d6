//! Programs and shortcuts that a user started from the desktop: `UserAssist`. A program that a console starts is not in it.
//!
//! Source: the shape of its values: the name is turned by 13 letters; up to Windows Vista 16 bytes with the count, which
//! begins at 5, and the time; since Windows 7 72 bytes with the count at 4 and the time at 60. Folders are written as their
//! GUIDs (Microsoft, "KNOWNFOLDERID").

use super::Reading;
use crate::artifact::event::{Event, Process, Runs};
use crate::base::fields::Fields;
use crate::base::time::Timestamp;

const KEY: &str = "Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist";

/// Folders that are known by a GUID.
const FOLDERS: &[(&str, &str)] = &[
    ("{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}", "%SystemRoot%\\System32"),
    ("{D65231B0-B2F1-4857-A4CE-A8E7C6EA7D27}", "%SystemRoot%\\SysWOW64"),
    ("{F38BF404-1D43-42F2-9305-67DE0B28FC23}", "%SystemRoot%"),
    ("{6D809377-6AF0-444B-8957-A3773F02200E}", "%ProgramFiles%"),
    ("{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}", "%ProgramFiles(x86)%"),
    ("{0139D44E-6AFE-49F2-8690-3DAFCAE6FFB8}", "%ProgramData%\\Microsoft\\Windows\\Start Menu\\Programs"),
    ("{A77F5D77-2E2B-44C3-A6A2-ABA601054A51}", "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs"),
    ("{9E3995AB-1F9C-4F13-B827-48B24B6C7174}", "%APPDATA%\\Microsoft\\Internet Explorer\\Quick Launch\\User Pinned"),
    ("{B4BFCC3A-DB2C-424C-B029-7FE99A87C641}", "%USERPROFILE%\\Desktop"),
    ("{374DE290-123F-4565-9164-39C4925E467B}", "%USERPROFILE%\\Downloads"),
    ("{FDD39AD0-238F-46AF-ADB4-6C85480369C7}", "%USERPROFILE%\\Documents"),
];

pub(super) fn read(reading: &mut Reading<'_>) {
    for place in reading.software(KEY) {
        for list in reading.below(&place) {
            let Some(place) = reading.place(&format!("{}\\Count", list.path)) else { continue };
            for value in reading.hive.values(place.key) {
                let name = turned(&value.name);
                let fields = Fields(&value.data);
                // Sessions and clicks are counted as well.
                let (count, time) = match value.data.len() {
                    16 => (fields.u32(4).saturating_sub(5), fields.u64(8)),
                    72 => (fields.u32(4), fields.u64(60)),
                    _ => continue,
                };
                let Some(executable) = path(&name) else { continue };
                let time = Timestamp::from_filetime(time);
                let mut event = reading.event("userassist", &place, Some(&value));
                if let Some(registry) = event.registry.as_mut() {
                    registry.data = None;
                }
                let runs = Runs { count: Some(count), last: time.into_iter().collect(), ..Runs::default() };
                let process = Process { executable: Some(executable), ..Process::default() };
                reading.hand(Event { time, time_quality: None, process: Some(process), runs: Some(runs), ..event });
            }
        }
    }
}

fn turned(name: &str) -> String {
    let turn = |letter: char, first: u8| {
        let place = u32::from(letter).saturating_sub(u32::from(first)).saturating_add(13) % 26;
        char::from_u32(place.saturating_add(u32::from(first))).unwrap_or(letter)
    };
    let letters = name.chars().map(|letter| match letter {
        'a'..='z' => turn(letter, b'a'),
        'A'..='Z' => turn(letter, b'A'),
        _ => letter,
    });
    letters.collect()
}

/// The path that a name stands for; nothing for what is counted besides programs.
fn path(name: &str) -> Option<String> {
    // Up to Windows Vista, what was started is told before its path.
    let name = name.strip_prefix("UEME_RUNPATH:").or_else(|| name.strip_prefix("UEME_RUNPIDL:")).unwrap_or(name);
    if name.starts_with("UEME_") {
        return None;
    }
    let known = FOLDERS.iter().find_map(|(guid, folder)| Some(format!("{folder}{}", name.strip_prefix(guid)?)));
    Some(known.unwrap_or_else(|| name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_turned_and_folders_named() {
        assert_eq!(
            turned("{1NP14R77-02R7-4R5Q-O744-2RO1NR5198O7}\\sgc.rkr"),
            "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\ftp.exe"
        );
        for (name, expected) in [
            ("{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\ftp.exe", Some("%SystemRoot%\\System32\\ftp.exe")),
            ("UEME_RUNPATH:C:\\a.exe", Some("C:\\a.exe")),
            ("UEME_CTLSESSION", None),
            ("C:\\ü.exe", Some("C:\\ü.exe")),
        ] {
            assert_eq!(path(name).as_deref(), expected, "{name}");
        }
    }
}
