//! Core FTP: an export of `HKEY_CURRENT_USER\Software\FTPWare\CoreFTP\Sites`, or its own export, lines of `Key,value`.

use super::ini::{self, Section};
use super::site::{BROKEN, Site};
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    let sections = ini::sections(text);
    let of_registry = |section: &&Section| section.name.to_ascii_lowercase().contains("\\coreftp\\sites\\");
    let sites: Vec<Session> = sections.iter().filter(of_registry).filter_map(site).map(Site::session).collect();
    if sites.is_empty() { lines(text) } else { sites }
}

fn site(section: &Section) -> Option<Site> {
    let host = section.filled("Host")?;
    // 0 is FTP, 1 to 3 are TLS on demand and at once, 4 is SSH (its help, "Connection").
    let kind = section.get("SSL").or_else(|| section.get("Connection")).unwrap_or("0");
    let (scheme, implicit) = match kind {
        "1" | "2" => (Scheme::Ftps, false),
        "3" => (Scheme::Ftps, true),
        "4" => (Scheme::Sftp, false),
        _ => (Scheme::Ftp, false),
    };
    let name =
        section.filled("Name").unwrap_or_else(|| section.name.rsplit('\\').next().unwrap_or(&section.name).to_owned());
    let mut site = Site {
        line: section.line,
        name,
        scheme,
        implicit,
        port: section.port("Port"),
        user: section.filled("User"),
        host: Some(host),
        ..Site::default()
    };
    if let Some(stored) = section.filled("PW") {
        site.password = obscured::core_ftp(&stored);
        if site.password.is_none() {
            site.remarks.push(BROKEN.to_owned());
        }
    }
    Some(site)
}

/// A line of `Name,` begins a site; one that has no `Host` and no `PW` in its form is none.
fn lines(text: &Text) -> Vec<Session> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        let Some((key, value)) = line.text.trim().split_once(',') else { continue };
        if key == "Name" {
            sections.push(Section { name: value.to_owned(), line: line.number, entries: Vec::new() });
        }
        if let Some(section) = sections.last_mut() {
            section.entries.push((key.to_owned(), value.to_owned()));
        }
    }
    let whole = |section: &&Section| section.get("PW").is_some_and(|stored| obscured::core_ftp(stored).is_some());
    if sections.iter().find(whole).is_none() {
        return Vec::new();
    }
    sections.iter().filter_map(site).map(Site::session).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    /// `s3cr3t` as Core FTP stores it.
    fn stored() -> String {
        use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
        let mut block = Array::from(*b"s3cr3t\0\0\0\0\0\0\0\0\0\0");
        aes::Aes128::new(b"hdfzpysvpzimorhk".into()).encrypt_block(&mut block);
        block.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    #[test]
    fn registry_and_lines() {
        let export = format!(
            "[HKEY_CURRENT_USER\\Software\\FTPWare\\CoreFTP\\Sites\\0]\n\"Name\"=\"web\"\n\"Host\"=\"f.x\"\n\"Port\"=dword:00000849\n\
             \"User\"=\"ann\"\n\"PW\"=\"{}\"\n",
            stored()
        );
        assert_eq!(sites(&export, "a.reg"), ["ftp ann:s3cr3t@f.x:2121 (web)"]);
        let lines = format!("Name,web\nHost,f.x\nUser,ann\nPW,{}\nPort,21\n", stored());
        assert_eq!(sites(&lines, "a.csv"), ["ftp ann:s3cr3t@f.x:21 (web)"]);
    }
}
