//! FileZilla: `sitemanager.xml`, `recentservers.xml`, `filezilla.xml` of versions 2 and 3, `FileZilla Server.xml` (FileZilla's
//! own `xml_utils`, `server.h`).

use super::markup::{self, Element};
use super::site::{BROKEN, MASTER, Site};
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    let lower = text.content.to_ascii_lowercase();
    if lower.contains("<filezillaserver") {
        return accounts(text);
    }
    let elements = markup::elements(text, &["Server", "Site", "LastServer"]);
    elements.iter().filter_map(site).map(Site::session).collect()
}

fn site(element: &Element) -> Option<Site> {
    let value = |name: &str| element.text(name).or_else(|| element.attribute(name)).map(str::trim);
    let filled = |name: &str| value(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let host = filled("Host")?;
    let protocol = value("Protocol");
    let old = protocol.is_none() && element.attribute("Host").is_some();
    // Version 2 has flags: bits 12 to 15 tell the protocol (its `structures.h`).
    let flags = value("ServerType").filter(|_| old).and_then(|flags| flags.parse::<u32>().ok()).unwrap_or(0);
    let (scheme, implicit) = match (protocol, flags & 0xf000) {
        (Some("1" | "2"), _) | (None, 0x3000) => (Scheme::Sftp, false),
        (Some("3"), _) | (None, 0x4000) => (Scheme::Ftps, true),
        (Some("4"), _) | (None, 0x5000 | 0x6000) => (Scheme::Ftps, false),
        (None | Some("" | "0" | "6"), _) => (Scheme::Ftp, false),
        // HTTP, WebDAV and clouds.
        _ => return None,
    };
    let mut site = Site {
        line: element.line,
        name: filled("Name").unwrap_or_else(|| host.clone()),
        scheme,
        implicit,
        port: value("Port").and_then(|port| port.parse().ok()),
        user: filled("User"),
        account: filled("Account"),
        remote_directory: filled("RemoteDir").map(|directory| directory_of(&directory)),
        host: Some(host),
        ..Site::default()
    };
    if value("Logontype") == Some("0") && site.user.is_none() {
        site.user = Some("anonymous".to_owned());
    }
    password(element, old, &mut site);
    Some(site)
}

fn password(element: &Element, old: bool, site: &mut Site) {
    let (encoding, text) = match element.child("Pass") {
        Some(child) => (markup::attribute(&child.attributes, "encoding"), child.text.as_str()),
        None => (None, element.attribute("Pass").unwrap_or_default()),
    };
    if text.is_empty() {
        return;
    }
    site.password = match encoding {
        Some("base64") => obscured::base64(text.trim()),
        Some("crypt") => {
            site.remarks.push(MASTER.to_owned());
            return;
        }
        _ if old => obscured::filezilla_2(text.trim()),
        _ => Some(crate::base::secret::Secret::new(text)),
    };
    if site.password.is_none() {
        site.remarks.push(BROKEN.to_owned());
    }
}

/// A directory as FileZilla stores it: its type, the length of the drive, then each name behind its length
/// (`CServerPath::SetSafePath`).
fn directory_of(safe: &str) -> String {
    let Some(mut rest) = safe.split_once(' ').and_then(|(_, rest)| rest.split_once(' ')).map(|(_, rest)| rest) else {
        return safe.to_owned();
    };
    let mut path = String::new();
    while let Some((length, tail)) = rest.split_once(' ') {
        let Ok(length) = length.parse::<usize>() else { return safe.to_owned() };
        let Some((name, after)) = tail.split_at_checked(length.min(tail.len())) else { return safe.to_owned() };
        path.push('/');
        path.push_str(name);
        rest = after.trim_start();
    }
    if path.is_empty() { safe.to_owned() } else { path }
}

/// The accounts of `FileZilla Server.xml`: of a password only a hash is kept.
fn accounts(text: &Text) -> Vec<Session> {
    let users = markup::elements(text, &["User"]);
    let site = |user: &Element| {
        let name = user.attribute("Name").filter(|name| !name.is_empty())?;
        let option = |wanted: &str| {
            user.children
                .iter()
                .find(|child| {
                    markup::attribute(&child.attributes, "Name").is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                })
                .map(|child| child.text.as_str())
        };
        let hashed = option("Pass").is_some_and(|hash| !hash.is_empty());
        let remark = "an account of the FileZilla server on this host";
        let hash = "of its password only a hash is stored";
        let remarks = std::iter::once(remark).chain(hashed.then_some(hash)).map(str::to_owned).collect();
        let user_name = name.to_owned();
        Some(Site { line: user.line, name: user_name.clone(), user: Some(user_name), remarks, ..Site::default() })
    };
    users.iter().filter_map(site).map(Site::session).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;
    use super::*;

    #[test]
    fn sites_of_all_versions() {
        let text = "<?xml version=\"1.0\"?>\n<FileZilla3>\n<Servers><Folder>Work\n<Server><Host>f.example</Host>\
            <Port>2121</Port><Protocol>0</Protocol><User>ann</User><Pass encoding=\"base64\">aHVudGVyMg==</Pass>\
            <Name>web &amp; mail</Name><RemoteDir>1 0 4 home 3 a b</RemoteDir></Server></Folder>\
            <Server><Host>n.example</Host><Port>22</Port><Protocol>1</Protocol><User>root</User><Pass>plain</Pass></Server>\
            <Server><Host>t.example</Host><Protocol>3</Protocol><User>t</User><Pass encoding=\"crypt\" pubkey=\"x\">eA==</Pass></Server>\
            <Server><Host>d.example</Host><Protocol>5</Protocol></Server>";
        assert_eq!(
            sites(text, "sitemanager.xml"),
            [
                "ftp ann:hunter2@f.example:2121 (web & mail)",
                "sftp root:plain@n.example:22 (n.example)",
                "ftps t:?@t.example:990 (t.example)"
            ]
        );
        let sessions = read(&Text::from_content(text), "");
        assert_eq!(sessions[0].commands[0].arguments, ["web & mail", "/home/a b"]);
        assert_eq!((sessions[0].line, sessions[2].uncertain.as_slice()), (4, [MASTER.to_owned()].as_slice()));
        let old = "<FileZilla><RecentServers><Server Host=\"h.x\" Port=\"21\" User=\"u\" Pass=\"\" ServerType=\"0\"/>\
            </RecentServers><Sites><Site Name=\"n\" Host=\"g.x\" Port=\"990\" User=\"v\" ServerType=\"16384\"/></Sites></FileZilla>";
        assert_eq!(sites(old, ""), ["ftp u:?@h.x:21 (h.x)", "ftps v:?@g.x:990 (n)"]);
    }

    #[test]
    fn accounts_of_the_server() {
        let text = "<FileZillaServer><Users>\n<User Name=\"ann\"><Option Name=\"Pass\">5f4dcc3b5aa765d61d8327deb882cf99</Option></User></Users></FileZillaServer>";
        assert_eq!(sites(text, ""), ["ftp ann:?@?:21 (ann)"]);
        assert_eq!(read(&Text::from_content(text), "")[0].uncertain.len(), 2);
    }

    #[test]
    fn directories() {
        assert_eq!(directory_of("1 0 4 home 4 user"), "/home/user");
        for odd in ["/home", "1 0", "1 0 x y", "1 0 9 \u{e4}\u{e4}\u{e4}\u{e4}\u{e4}"] {
            let _ = directory_of(odd);
        }
    }
}
