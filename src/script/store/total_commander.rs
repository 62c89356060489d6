//! Total Commander: `wcx_ftp.ini`.

use super::ini::{self, Section};
use super::site::{BROKEN, MASTER, Site};
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};
use crate::script::url;

pub(super) fn read(text: &Text, name: &str) -> Vec<Session> {
    let sections = ini::sections(text);
    let named = name.to_ascii_lowercase().contains("wcx_ftp");
    let known = sections.iter().any(|section| section.name.eq_ignore_ascii_case("connections"));
    if !named && !known {
        return Vec::new();
    }
    sections.iter().filter_map(site).map(Site::session).collect()
}

fn site(section: &Section) -> Option<Site> {
    let written = section.filled("host")?;
    if matches!(section.name.to_ascii_lowercase().as_str(), "connections" | "general" | "default") {
        return None;
    }
    let address = if written.contains("://") { url::parse(&written) } else { url::parse(&format!("ftp://{written}")) };
    let address = address?;
    let implicit = written.to_ascii_lowercase().starts_with("ftps://");
    let (directory, last) = (section.filled("directory"), address.path.clone());
    let mut site = Site {
        line: section.line,
        name: section.name.clone(),
        scheme: if implicit { Scheme::Ftps } else { address.scheme },
        implicit,
        port: address.port,
        user: section.filled("username").or(address.username),
        password: address.password,
        remote_directory: directory.or(Some(last).filter(|path| !path.is_empty())),
        host: Some(address.host),
        ..Site::default()
    };
    if section.get("anonymous") == Some("1") && site.user.is_none() {
        site.user = Some("anonymous".to_owned());
    }
    match section.filled("password").as_deref() {
        Some("!") => site.remarks.push(MASTER.to_owned()),
        Some(stored) => match obscured::total_commander(stored) {
            Some(password) => site.password = Some(password),
            None => site.remarks.push(BROKEN.to_owned()),
        },
        None => {}
    }
    Some(site)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn connections() {
        let text = "[connections]\n1=web\ndefault=web\n[web]\nhost=f.x:2121/in\nusername=ann\npassword=!\nanonymous=0\n\
            [General]\nhost=no\n[anon]\nhost=ftps://g.x\nanonymous=1\n[bad]\nhost=h.x\nusername=u\npassword=zz\n";
        assert_eq!(
            sites(text, "wcx_ftp.ini"),
            ["ftp ann:?@f.x:2121 (web)", "ftps anonymous:?@g.x:990 (anon)", "ftp u:?@h.x:21 (bad)"]
        );
    }
}
