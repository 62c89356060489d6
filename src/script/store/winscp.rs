//! WinSCP: `WinSCP.ini`, or an export of `HKEY_CURRENT_USER\Software\Martin Prikryl\WinSCP 2\Sessions` (its
//! `core/SessionData.cpp`).

use super::ini::{self, Section};
use super::site::{BROKEN, MASTER, Site};
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::obscured::{self, Stored};
use crate::script::session::{Scheme, Session};
use crate::script::url::percent_decoded;

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    let sections = ini::sections(text);
    let locked = sections.iter().any(|section| {
        section.name.ends_with("Configuration\\Security") && section.get("UseMasterPassword") == Some("1")
    });
    sections.iter().filter_map(|section| site(section, locked)).map(Site::session).collect()
}

fn site(section: &Section, locked: bool) -> Option<Site> {
    let name = match section.name.strip_prefix("Sessions\\") {
        Some(name) => name,
        None => section.name.split_once("\\Martin Prikryl\\WinSCP 2\\Sessions\\")?.1,
    };
    let value = |key: &str| section.filled(key).map(|value| percent_decoded(&value));
    let host = value("HostName")?;
    let user = value("UserName");
    let (scheme, implicit) = match (section.get("FSProtocol"), section.get("Ftps")) {
        (Some("5"), Some("1")) => (Scheme::Ftps, true),
        (Some("5"), Some("2" | "3")) => (Scheme::Ftps, false),
        (Some("5"), _) => (Scheme::Ftp, false),
        // WebDAV and S3.
        (Some("6" | "7"), _) => return None,
        // SFTP and SCP; SFTP is what WinSCP takes where nothing is stored.
        _ => (Scheme::Sftp, false),
    };
    let mut site = Site {
        line: section.line,
        name: percent_decoded(name),
        scheme,
        implicit,
        port: section.port("PortNumber"),
        remote_directory: value("RemoteDirectory"),
        ..Site::default()
    };
    if let Some(plain) = value("PasswordPlain") {
        site.password = Some(Secret::new(plain));
    } else if let Some(stored) = section.filled("Password") {
        match obscured::winscp(&stored, user.as_deref().unwrap_or_default(), &host) {
            Stored::Plain(password) => site.password = Some(password),
            Stored::Locked => site.remarks.push(MASTER.to_owned()),
            Stored::Broken if locked => site.remarks.push(MASTER.to_owned()),
            Stored::Broken => site.remarks.push(BROKEN.to_owned()),
        }
    }
    (site.host, site.user) = (Some(host), user);
    Some(site)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    /// What WinSCP stores for a password without random bytes.
    fn stored(text: &str) -> String {
        let bytes = [0xff, 0, u8::try_from(text.len()).unwrap(), 0].into_iter().chain(text.bytes());
        bytes.map(|byte| format!("{:02X}", !byte ^ 0xa3)).collect()
    }

    #[test]
    fn files_and_exports() {
        let text = format!(
            "[Sessions\\Default%20Settings]\nFSProtocol=5\n[Sessions\\Work/a%20b]\nHostName=f.x\nUserName=ann%40w\nFSProtocol=5\n\
             Password={}\n[Sessions\\t]\nHostName=t.x\nPortNumber=2121\nFSProtocol=5\nFtps=3\nUserName=u\nPassword=A3FF98\n\
             [Sessions\\s]\nHostName=s.x\n",
            stored("ann@wf.xhunter2")
        );
        assert_eq!(
            sites(&text, "WinSCP.ini"),
            ["ftp ann@w:hunter2@f.x:21 (Work/a b)", "ftps u:?@t.x:2121 (t)", "sftp s.x:22 (s)"]
        );
        let export = format!(
            "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\Martin Prikryl\\WinSCP 2\\Sessions\\bob@h]\n\
             \"HostName\"=\"h.x\"\n\"UserName\"=\"bob\"\n\"FSProtocol\"=dword:00000005\n\"Ftps\"=dword:00000001\n\"Password\"=\"{}\"\n",
            stored("bobh.xpw")
        );
        assert_eq!(sites(&export, "a.reg"), ["ftps bob:pw@h.x:990 (bob@h)"]);
    }
}
