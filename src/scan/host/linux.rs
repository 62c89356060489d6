//! What a Linux says of itself.
//!
//! Sources: `hostname(7)`, `machine-id(5)`, `os-release(5)`, `localtime(5)`, `proc_stat(5)` (`btime`).

use super::nothing;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::time::Timestamp;
use crate::case::host::Host;
use crate::evidence::filesystem::host;
use std::path::Path;

/// Bytes of a file that are read.
const MOST: usize = 64 << 10;

/// What the Linux below a root says.
pub(super) fn facts(root: &Path, clock: Timestamp) -> Host {
    let line = |path: &str| {
        let text = text(&root.join(path))?;
        let line = text.lines().next()?.trim();
        (!line.is_empty()).then(|| line.to_owned())
    };
    let release = text(&root.join("etc/os-release")).or_else(|| text(&root.join("usr/lib/os-release")));
    let release = release.unwrap_or_default();
    let booted = text(&root.join("proc/stat")).and_then(|stat| {
        let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        Timestamp::from_unix(seconds, 0)
    });
    Host {
        name: line("proc/sys/kernel/hostname").or_else(|| line("etc/hostname")),
        machine_id: line("etc/machine-id").filter(|id| id != "uninitialized"),
        os: named(&release, "PRETTY_NAME").or_else(|| named(&release, "NAME")),
        os_version: line("proc/sys/kernel/osrelease"),
        booted,
        time_zone: zone(root).or_else(|| line("etc/timezone")),
        ..nothing(clock)
    }
}

/// The text of a small regular file; nobody is waited for, and no link is followed.
fn text(path: &Path) -> Option<String> {
    let file = host::open_file(path).ok()?;
    let mut bytes = vec![0u8; MOST];
    let count = read_full(&file as &dyn ReadAt, 0, &mut bytes).ok()?;
    Some(String::from_utf8_lossy(bytes.get(..count).unwrap_or_default()).into_owned())
}

/// A value of an `os-release`, without the quotes of a shell.
fn named(release: &str, name: &str) -> Option<String> {
    let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?.trim();
    let plain = value.trim_matches(['"', '\'']);
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// The zone whose rules `/etc/localtime` is a link to.
fn zone(root: &Path) -> Option<String> {
    let target = std::fs::read_link(root.join("etc/localtime")).ok()?;
    let (_, zone) = target.to_str()?.split_once("zoneinfo/")?;
    Some(zone.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    // Its links are made as Unix makes them.
    #[test]
    #[cfg(unix)]
    fn a_linux_says_who_it_is() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        put(root, "proc/sys/kernel/hostname", "web7\n");
        put(root, "proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
        put(root, "proc/stat", "cpu  1 2 3\nbtime 1700000000\nprocesses 7\n");
        put(root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        put(root, "usr/lib/os-release", "NAME=Debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        std::os::unix::fs::symlink("../usr/lib/os-release", root.join("etc/os-release")).unwrap();
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Europe/Berlin", root.join("etc/localtime")).unwrap();
        let clock = Timestamp::from_unix(1_700_000_100, 0).unwrap();
        let host = facts(root, clock);
        let text = |fact: Option<String>| fact.unwrap_or_default();
        assert_eq!(text(host.name), "web7");
        assert_eq!(text(host.machine_id), "0123456789abcdef0123456789abcdef");
        assert_eq!(text(host.os), "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(text(host.os_version), "6.1.0-18-amd64");
        assert_eq!(text(host.time_zone), "Europe/Berlin");
        assert_eq!(host.booted.unwrap().to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(host.clock, clock);
    }

    #[test]
    fn what_is_not_said_is_absent() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "etc/machine-id", "uninitialized\n");
        put(root.path(), "proc/stat", "btime many\n");
        let clock = Timestamp::from_unix(0, 0).unwrap();
        assert_eq!(facts(root.path(), clock), nothing(clock));
    }
}
