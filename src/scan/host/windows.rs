//! What a Windows says of itself: what the system tells of its registry as it is, and for what it does not tell the hives. Those
//! in use are closed to all but those who may read the volume, and what was written last is not in them yet.
//!
//! Sources: `SOFTWARE\Microsoft\Cryptography`, `MachineGuid`; `Microsoft\Windows NT\CurrentVersion`; `SYSTEM`,
//! `Control\ComputerName`, `Control\TimeZoneInformation`; `RegGetValue`, `GetSystemDirectory`. When it was started no file of it
//! tells for sure: that is `GetTickCount64` before now, which a start out of hibernation (fast startup) does not set back.

use super::nothing;
use crate::artifact::registry::{HiveKind, HostFacts, host_facts};
use crate::base::hive::Hive;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::case::host::Host;
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;

/// What the Windows says that runs.
#[cfg(windows)]
pub(super) fn facts(clock: Timestamp) -> Host {
    let told = asked(clock);
    if is_whole(&told) { told } else { completed(told, of_files(clock)) }
}

/// What its files say; nothing where they cannot be had.
#[cfg(windows)]
fn of_files(clock: Timestamp) -> Host {
    use crate::evidence::filesystem::host;
    let system = winsafe::GetSystemDirectory().unwrap_or_else(|_| r"C:\Windows\System32".to_owned());
    let drive = std::path::Path::new(&system).ancestors().last();
    match (drive.map(|drive| host::Host::open(drive, &Limits::default())), windows_folder(&system)) {
        (Some(Ok(drive)), Some(folder)) => of(&drive, &folder, clock),
        _ => nothing(clock),
    }
}

/// The folder of Windows from the root of its drive, by the path of its `System32`.
fn windows_folder(system: &str) -> Option<EntryPath> {
    let (_, below) = system.split_once(":\\")?;
    let (folder, _) = below.trim_end_matches('\\').rsplit_once('\\')?;
    Some(EntryPath::new(folder.replace('\\', "/")))
}

/// Whether a host has said all that its files could.
fn is_whole(host: &Host) -> bool {
    let texts = [&host.name, &host.machine_id, &host.os, &host.os_version, &host.time_zone];
    texts.iter().all(|text| text.is_some()) && host.bias_minutes.is_some()
}

/// A host with what another source says where it said nothing.
fn completed(host: Host, by: Host) -> Host {
    Host {
        name: host.name.or(by.name),
        machine_id: host.machine_id.or(by.machine_id),
        os: host.os.or(by.os),
        os_version: host.os_version.or(by.os_version),
        booted: host.booted.or(by.booted),
        time_zone: host.time_zone.or(by.time_zone),
        bias_minutes: host.bias_minutes.or(by.bias_minutes),
        ..host
    }
}

/// What the running system says.
#[cfg(windows)]
fn asked(clock: Timestamp) -> Host {
    use std::time::{Duration, SystemTime};
    use winsafe::{GetTickCount64, HKEY, RegistryValue, co};
    let value = |key: &str, name: &str| HKEY::LOCAL_MACHINE.RegGetValue(Some(key), Some(name), co::RRF::RT_ANY).ok();
    let text = |key: &str, name: &str| match value(key, name)? {
        RegistryValue::Sz(text) | RegistryValue::ExpandSz(text) => Some(text).filter(|text| !text.is_empty()),
        _ => None,
    };
    let number = |key: &str, name: &str| match value(key, name)? {
        RegistryValue::Dword(number) => Some(number),
        _ => None,
    };
    const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    const ZONE: &str = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation";
    const NAME: &str = r"SYSTEM\CurrentControlSet\Control\ComputerName";
    let build = || {
        let build = text(VERSION, "CurrentBuildNumber").or_else(|| text(VERSION, "CurrentBuild"))?;
        Some(number(VERSION, "UBR").map_or(build.clone(), |revision| format!("{build}.{revision}")))
    };
    // `GetComputerName` heeds a variable of the environment (`_CLUSTER_NETWORK_NAME_`).
    let name = |key: &str| text(&format!(r"{NAME}\{key}"), "ComputerName");
    Host {
        name: name("ActiveComputerName").or_else(|| name("ComputerName")),
        machine_id: text(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
        os: text(VERSION, "ProductName"),
        os_version: build(),
        booted: SystemTime::now().checked_sub(Duration::from_millis(GetTickCount64())).and_then(Timestamp::from_system),
        time_zone: text(ZONE, "TimeZoneKeyName"),
        bias_minutes: number(ZONE, "ActiveTimeBias").map(u32::cast_signed),
        backup_privilege: Some(crate::evidence::filesystem::host::backs_up()),
        ..nothing(clock)
    }
}

/// What the Windows in a folder of a drive says.
pub(super) fn of(drive: &dyn FileSystem, folder: &EntryPath, clock: Timestamp) -> Host {
    let mut facts = HostFacts::default();
    let mut machine_id = None;
    for (name, kind) in [("SOFTWARE", HiveKind::Software), ("SYSTEM", HiveKind::System)] {
        let path =
            [&b"System32"[..], b"config", name.as_bytes()].into_iter().fold(folder.clone(), |at, name| at.join(name));
        let Ok(opened) = drive.open(&path) else { continue };
        let Some(hive) = Hive::open(&*opened.stream) else { continue };
        facts.add(host_facts(kind, &hive, &Limits::default()));
        let guid = || hive.value(hive.key(&["Microsoft", "Cryptography"])?, "MachineGuid");
        machine_id = machine_id.or_else(|| guid().map(|value| value.text()));
    }
    Host {
        name: facts.computer_name,
        machine_id,
        os: facts.product,
        os_version: facts.build,
        time_zone: facts.time_zone,
        bias_minutes: facts.bias_minutes,
        ..nothing(clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hive::writer::{Node, write};
    use crate::evidence::filesystem::memory::Memory;

    #[test]
    fn a_windows_says_who_it_is() {
        let mut software = Node::root();
        let version = software.at("Microsoft\\Windows NT\\CurrentVersion");
        version.text("ProductName", "Windows 10 Pro").text("CurrentBuildNumber", "19045").number("UBR", 3803);
        software.at("Microsoft\\Cryptography").text("MachineGuid", "5e3d");
        let mut system = Node::root();
        system.at("Select").number("Current", 1);
        let control = system.at("ControlSet001\\Control");
        control.at("ComputerName\\ComputerName").text("ComputerName", "PC7");
        control.at("TimeZoneInformation").text("TimeZoneKeyName", "W. Europe Standard Time");
        let disk: Memory = [
            ("Windows/System32/config/SOFTWARE", write(&software)),
            ("Windows/System32/config/SYSTEM", write(&system)),
        ]
        .into_iter()
        .collect();
        let clock = Timestamp::from_unix(0, 0).unwrap();
        let host = of(&disk, &EntryPath::new("Windows"), clock);
        let told = [host.name, host.machine_id, host.os, host.os_version, host.time_zone];
        assert_eq!(
            told.map(Option::unwrap),
            ["PC7", "5e3d", "Windows 10 Pro", "19045.3803", "W. Europe Standard Time"]
        );
        assert_eq!(of(&disk, &EntryPath::new("WINNT"), clock), nothing(clock));
    }

    #[test]
    fn what_the_system_says_counts_before_its_files() {
        let clock = Timestamp::from_unix(0, 0).unwrap();
        let fact = |fact: &str| Some(fact.to_owned());
        let told = Host { name: fact("NOW"), os_version: fact("2"), ..nothing(clock) };
        let files = Host {
            name: fact("STALE"),
            machine_id: fact("5e3d"),
            os: fact("Windows 10 Pro"),
            os_version: fact("1"),
            time_zone: fact("UTC"),
            bias_minutes: Some(0),
            ..nothing(clock)
        };
        assert!(is_whole(&files) && !is_whole(&told));
        let both = completed(told, files.clone());
        let expected = Host { name: fact("NOW"), os_version: fact("2"), ..files };
        assert_eq!(both, expected);
    }

    #[test]
    fn the_folder_of_windows_is_that_of_its_system_folder() {
        let cases = [
            (r"C:\Windows\System32", Some("Windows")),
            (r"D:\WINNT\system32\", Some("WINNT")),
            (r"C:\a\b\System32", Some("a/b")),
            (r"C:\System32", None),
            ("", None),
        ];
        for (system, expected) in cases {
            assert_eq!(windows_folder(system), expected.map(EntryPath::new), "{system}");
        }
    }

    #[test]
    #[cfg(windows)]
    fn the_running_system_is_asked_and_no_variable() {
        let clock = Timestamp::now();
        let host = asked(clock);
        assert!(host.name.is_some() && host.os.is_some() && host.os_version.is_some(), "{host:?}");
        assert!(host.backup_privilege.is_some());
        assert!(host.booted.is_some_and(|booted| clock.seconds_since(booted) > -1.0), "{host:?}");
    }
}
