//! PuTTY: an export of `HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions` (its `windows/storage.c`: signs of a name
//! that the registry dislikes stand as `%20`). `psftp` and `pscp` take them by their names; no password is stored.

use super::ini::{self, Section};
use super::site::Site;
use crate::base::text::Text;
use crate::script::session::{Scheme, Session};
use crate::script::url::percent_decoded;

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    ini::sections(text).iter().filter_map(site).map(Site::session).collect()
}

fn site(section: &Section) -> Option<Site> {
    let (_, name) = section.name.split_once("\\SimonTatham\\PuTTY\\Sessions\\")?;
    let speaks_ssh = section.get("Protocol").is_none_or(|protocol| protocol == "ssh");
    let host = section.filled("HostName").filter(|_| speaks_ssh)?;
    let (login, host) = match host.rsplit_once('@') {
        Some((login, host)) => (Some(login.to_owned()), host.to_owned()),
        None => (None, host),
    };
    Some(Site {
        line: section.line,
        name: percent_decoded(name),
        scheme: Scheme::Sftp,
        port: section.port("PortNumber"),
        user: section.filled("UserName").or(login),
        host: Some(host),
        ..Site::default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn sessions_of_ssh() {
        let key = "[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions";
        let text = format!(
            "Windows Registry Editor Version 5.00\n\n{key}]\n\n{key}\\my%20site]\n\"HostName\"=\"s.x\"\n\"PortNumber\"=dword:000008ae\n\
             \"UserName\"=\"ann\"\n\"Protocol\"=\"ssh\"\n\n{key}\\t]\n\"HostName\"=\"t.x\"\n\"Protocol\"=\"telnet\"\n\n\
             {key}\\u]\n\"HostName\"=\"bob@u.x\"\n\"UserName\"=\"\"\n"
        );
        assert_eq!(sites(&text, "a.reg"), ["sftp ann:?@s.x:2222 (my site)", "sftp bob:?@u.x:22 (u)"]);
    }
}
