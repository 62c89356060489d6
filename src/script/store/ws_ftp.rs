//! WS_FTP: `WS_FTP.ini` and the `.ini` files of WS_FTP Professional's sites.

use super::ini::{self, Section};
use super::site::{BROKEN, Site};
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, name: &str) -> Vec<Session> {
    let sections = ini::sections(text);
    let named = name.to_ascii_lowercase().contains("ws_ftp");
    let configured = sections.iter().any(|section| section.name.eq_ignore_ascii_case("_config_"));
    let obscured = |section: &Section| section.get("PWD").is_some_and(|stored| reveal(stored).is_some());
    let known = named || configured || sections.iter().any(obscured);
    sections.iter().filter(|_| known).filter_map(site).map(Site::session).collect()
}

fn reveal(stored: &str) -> Option<crate::base::secret::Secret> {
    obscured::ws_ftp(stored).or_else(|| obscured::ws_ftp_professional(stored))
}

fn site(section: &Section) -> Option<Site> {
    let host = section.filled("HOST")?;
    section.get("UID")?;
    if section.name.eq_ignore_ascii_case("_config_") {
        return None;
    }
    // Professional: 4 is SSH, 5 and 2 are TLS at once and on demand (its help, "Connection types").
    let (scheme, implicit) = match section.get("CONNTYPE") {
        Some("4") => (Scheme::Sftp, false),
        Some("5") => (Scheme::Ftps, true),
        Some("2" | "3") => (Scheme::Ftps, false),
        _ => (Scheme::Ftp, false),
    };
    let mut site = Site {
        line: section.line,
        name: section.name.clone(),
        scheme,
        implicit,
        port: section.port("PORT"),
        user: section.filled("UID"),
        account: section.filled("ACCT"),
        remote_directory: section.filled("DIR"),
        host: Some(host),
        ..Site::default()
    };
    if let Some(stored) = section.filled("PWD") {
        site.password = reveal(&stored);
        if site.password.is_none() {
            site.remarks.push(BROKEN.to_owned());
        }
    }
    Some(site)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn both_generations() {
        let text = "[_config_]\nDEF_UID=x\nHOST=no\nUID=no\n[web]\nHOST=f.x\nUID=ann\nDIR=\"/in\"\n\
            PWD=VAE14E12F61EF8FE8DEC0332931D366797167A6AA80A5AA71\n[pro]\nHOST=\"g.x\"\nUID=\"bob\"\nPORT=990\nCONNTYPE=5\nPWD=\"x\"\n";
        assert_eq!(sites(text, "WS_FTP.ini"), ["ftp ann:password@f.x:21 (web)", "ftps bob:?@g.x:990 (pro)"]);
        let alone = "[web]\nHOST=f.x\nUID=ann\nPWD=VAE14E12F61EF8FE8DEC0332931D366797167A6AA80A5AA71\n";
        assert_eq!(sites(alone, "x.ini"), ["ftp ann:password@f.x:21 (web)"]);
        assert_eq!(sites("[web]\nHOST=f.x\nUID=ann\nPWD=pw\n", "x.ini"), [""; 0]);
    }
}
