//! FlashFXP: `Sites.dat`, `quick.dat`, in the clear unless the program has a password.

use super::ini::{self, Section};
use super::site::{BROKEN, Site};
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    ini::sections(text).iter().filter_map(site).map(Site::session).collect()
}

fn site(section: &Section) -> Option<Site> {
    let host = section.filled("IP")?;
    let stored = section.filled("pass")?;
    section.get("user")?;
    let password = obscured::flash_fxp(&stored);
    let digits = stored.len() >= 4 && stored.bytes().all(|byte| byte.is_ascii_hexdigit());
    if password.is_none() && !digits {
        return None;
    }
    let remarks = if password.is_some() { Vec::new() } else { vec![BROKEN.to_owned()] };
    // Sections of folders and sites hold their names apart by this character.
    let name = section.name.rsplit('\u{3}').next().unwrap_or(&section.name).to_owned();
    Some(Site {
        line: section.line,
        name,
        scheme: Scheme::Ftp,
        port: section.port("port"),
        user: section.filled("user"),
        remote_directory: section.filled("path"),
        host: Some(host),
        password,
        remarks,
        ..Site::default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn sites_with_their_own_key() {
        // `pw`: 0x10, then sums with the byte before, each combined with the text `yA…`.
        let first = (0x10 + b'p') ^ b'y';
        let sum = u32::from(first) + u32::from(b'w');
        let second = u8::try_from(if sum > 255 { sum - 255 } else { sum }).unwrap() ^ b'A';
        let text = format!("[web]\nIP=f.x\nport=2121\nuser=ann\npass=10{first:02X}{second:02X}\n");
        assert_eq!(sites(&text, "Sites.dat"), ["ftp ann:pw@f.x:2121 (web)"]);
        assert_eq!(sites("[n]\nIP=1.2.3.4\nuser=a\npass=hunter\n", "x.ini"), [""; 0]);
    }
}
