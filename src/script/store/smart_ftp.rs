//! SmartFTP: the favourites, one XML file each, below `SmartFTP\Client 2.0\Favorites` (Metasploit's
//! `post/windows/gather/credentials/smartftp`, Cyberduck's `SmartFtpBookmarkCollection`).
//!
//! Not read: `Favorites.dat` of version 1, which is packed, and passwords of versions that store them in another form.

use super::markup::{self, Element};
use super::site::Site;
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    markup::elements(text, &["FavoriteItem"]).iter().filter_map(site).map(Site::session).collect()
}

fn site(element: &Element) -> Option<Site> {
    let filled = |name: &str| element.text(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let host = filled("Host")?;
    let protocol = filled("Protocol");
    // Other programs have favourites, too; SmartFTP's have a port or a protocol.
    let port: Option<u16> = match filled("Port") {
        Some(port) => Some(port.parse().ok()?),
        None => {
            protocol.as_ref()?;
            None
        }
    };
    let scheme = match protocol.as_deref() {
        None | Some("0" | "1") => Scheme::Ftp,
        Some("2" | "3") => Scheme::Ftps,
        Some("4") => Scheme::Sftp,
        // WebDAV and clouds.
        Some(_) => return None,
    };
    let mut site = Site {
        line: element.line,
        name: filled("Name").unwrap_or_else(|| host.clone()),
        scheme,
        port: port.filter(|port| *port > 0),
        user: filled("User"),
        remote_directory: filled("Path"),
        host: Some(host),
        ..Site::default()
    };
    if let Some(stored) = filled("Password") {
        site.password = obscured::smart_ftp(&stored);
        if site.password.is_none() {
            site.remarks.push("the form in which the password is stored is not published".to_owned());
        }
    }
    Some(site)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    fn favourite(fields: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FavoriteItem>\n<Name>web &amp; mail</Name>{fields}</FavoriteItem>\n"
        )
    }

    #[test]
    fn favourites() {
        let cases: [(&str, &[&str]); 11] = [
            (
                "<Host>f.x</Host><Port>2121</Port><Protocol>1</Protocol><User>ann</User><Password>9722972FC57CAE5A</Password>",
                &["ftp ann:pass@f.x:2121 (web & mail)"],
            ),
            ("<Host>f.x</Host><Port>21</Port><User>ann</User><Password/>", &["ftp ann:?@f.x:21 (web & mail)"]),
            ("<Host>f.x</Host><Port>990</Port><Protocol>2</Protocol>", &["ftps f.x:990 (web & mail)"]),
            ("<Host>f.x</Host><Port>21</Port><Protocol>3</Protocol>", &["ftps f.x:21 (web & mail)"]),
            ("<Host>f.x</Host><Protocol>4</Protocol><User>ann</User>", &["sftp ann:?@f.x:22 (web & mail)"]),
            ("<Host>f.x</Host><Port>443</Port><Protocol>6</Protocol>", &[]),
            // DPAPI, or whatever it is.
            (
                "<Host>f.x</Host><Port>21</Port><User>ann</User><Password>01000000D08C9DDF0115D1118C7A00C04FC297EB</Password>",
                &["ftp ann:?@f.x:21 (web & mail)"],
            ),
            ("<Host>f.x</Host>", &[]),
            ("<Host></Host><Port>21</Port>", &[]),
            ("<Host>f.x</Host><Port>web</Port>", &[]),
            ("<Url>http://f.x</Url><Port>21</Port>", &[]),
        ];
        for (fields, expected) in cases {
            assert_eq!(sites(&favourite(fields), "f.xml"), expected, "{fields}");
        }
    }
}
