//! rclone: `rclone.conf`, remotes of type `ftp` and `sftp`.

use super::ini::{self, Section};
use super::site::Site;
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    ini::sections(text).iter().filter_map(site).map(Site::session).collect()
}

fn site(section: &Section) -> Option<Site> {
    let scheme = match section.get("type")? {
        "ftp" => Scheme::Ftp,
        "sftp" => Scheme::Sftp,
        _ => return None,
    };
    let host = section.filled("host")?;
    let implicit = scheme == Scheme::Ftp && section.get("tls") == Some("true");
    let on_demand = scheme == Scheme::Ftp && section.get("explicit_tls") == Some("true");
    let mut site = Site {
        line: section.line,
        name: section.name.clone(),
        scheme: if implicit || on_demand { Scheme::Ftps } else { scheme },
        implicit,
        port: section.port("port"),
        user: section.filled("user"),
        host: Some(host),
        ..Site::default()
    };
    if let Some(stored) = section.filled("pass") {
        site.password = obscured::rclone(&stored);
        if site.password.is_none() {
            site.remarks.push("the password is obscured in a way that cannot be revealed".to_owned());
        }
    }
    Some(site)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn remotes() {
        let text = "[web]\ntype = ftp\nhost = f.x\nuser = ann\npass = YmJiYmJiYmJiYmJiYmJiYp3gcEWbAw\nexplicit_tls = true\n\n\
            [s]\ntype = sftp\nhost = s.x\nuser = bob\n\n[o]\ntype = s3\nhost = o.x\n";
        assert_eq!(sites(text, "rclone.conf"), ["ftps ann:potato@f.x:21 (web)", "sftp bob:?@s.x:22 (s)"]);
    }
}
