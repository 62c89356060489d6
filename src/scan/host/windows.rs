//! What a Windows says of itself, in the hives of its registry. The hives in use are closed to all but those who may read the
//! volume: what they do not tell, the system is asked for.
//!
//! Sources: `SOFTWARE\Microsoft\Cryptography`, `MachineGuid`; `Microsoft\Windows NT\CurrentVersion`; `SYSTEM`,
//! `Control\ComputerName`, `Control\TimeZoneInformation`; `GetComputerName`, `RegGetValue`. When it was started no file of it
//! tells for sure: that is `GetTickCount64` before now, which a start out of hibernation (fast startup) does not set back.

use super::nothing;
use crate::artifact::registry::{HiveKind, HostFacts, host_facts};
use crate::base::hive::Hive;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::case::host::Host;
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;

/// What the Windows says whose folder the system names.
#[cfg(windows)]
pub(super) fn facts(clock: Timestamp) -> Host {
    use crate::evidence::filesystem::host;
    // Where Windows lies is not in a file; what a wrong answer leads to are the facts of no host.
    let folder = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let folder = std::path::PathBuf::from(folder);
    asked(match folder.parent().map(|drive| host::Host::open(drive, &Limits::default())) {
        Some(Ok(drive)) => {
            of(&drive, &EntryPath::new(folder.file_name().unwrap_or_default().as_encoded_bytes()), clock)
        }
        _ => nothing(clock),
    })
}

/// The same host with what the running system says where its hives said nothing.
#[cfg(windows)]
fn asked(host: Host) -> Host {
    use std::time::{Duration, SystemTime};
    use winsafe::{GetComputerName, GetTickCount64, HKEY, RegistryValue, co};
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
    let build = || {
        let build = text(VERSION, "CurrentBuildNumber").or_else(|| text(VERSION, "CurrentBuild"))?;
        Some(number(VERSION, "UBR").map_or(build.clone(), |revision| format!("{build}.{revision}")))
    };
    Host {
        name: host.name.or_else(|| GetComputerName().ok()),
        machine_id: host.machine_id.or_else(|| text(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid")),
        os: host.os.or_else(|| text(VERSION, "ProductName")),
        os_version: host.os_version.or_else(build),
        booted: SystemTime::now().checked_sub(Duration::from_millis(GetTickCount64())).and_then(Timestamp::from_system),
        time_zone: host.time_zone.or_else(|| text(ZONE, "TimeZoneKeyName")),
        backup_privilege: Some(crate::evidence::filesystem::host::backs_up()),
        bias_minutes: host.bias_minutes.or_else(|| Some(number(ZONE, "ActiveTimeBias")?.cast_signed())),
        ..host
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
    #[cfg(windows)]
    fn the_running_system_says_what_its_files_do_not() {
        let clock = Timestamp::now();
        let host = asked(nothing(clock));
        assert!(host.name.is_some() && host.os.is_some() && host.os_version.is_some(), "{host:?}");
        assert!(host.backup_privilege.is_some());
        assert!(host.booted.is_some_and(|booted| clock.seconds_since(booted) > -1.0), "{host:?}");
        let known = asked(Host { name: Some("PC7".to_owned()), ..nothing(clock) });
        assert_eq!(known.name.as_deref(), Some("PC7"));
    }
}
