//! Shortcuts to an address: `.url` files of Windows (`[InternetShortcut]`), `.desktop` files of type `Link`.

use super::ini;
use super::site::Site;
use crate::base::text::Text;
use crate::script::session::Session;
use crate::script::url;

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    let sections = ini::sections(text);
    let sites = sections.iter().filter_map(|section| {
        let is_windows = section.name.eq_ignore_ascii_case("InternetShortcut");
        let is_link = section.name == "Desktop Entry" && section.get("Type") == Some("Link");
        let address = section.get("URL").filter(|_| is_windows || is_link)?;
        let url = url::parse(address)?;
        Some(Site {
            line: section.line,
            name: address_without_login(address),
            scheme: url.scheme,
            implicit: url.effective_port() == 990,
            port: Some(url.effective_port()),
            user: url.username.clone(),
            password: url.password.clone(),
            remote_directory: Some(url.path.clone()).filter(|path| !path.is_empty()),
            host: Some(url.host),
            ..Site::default()
        })
    });
    sites.map(Site::session).collect()
}

/// The address as a name to show: a password has no place there.
fn address_without_login(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}/{path}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn shortcuts() {
        let text = "[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,2\r\n[InternetShortcut]\r\nIDList=\r\nURL=ftp://u:p@h.x/a.exe\r\n";
        assert_eq!(sites(text, "a.url"), ["ftp u:p@h.x:21 (ftp://h.x/a.exe)"]);
        let link = "[Desktop Entry]\nType=Link\nName=x\nURL=ftp://h.x\n";
        assert_eq!(sites(link, "a.desktop"), ["ftp h.x:21 (ftp://h.x/)"]);
        for other in [
            "[InternetShortcut]\nURL=http://h.x/\n",
            "[x]\nURL=ftp://h.x/\n",
            "[Desktop Entry]\nType=Application\nURL=ftp://h.x\n",
        ] {
            assert_eq!(sites(other, "a.url"), [""; 0], "{other}");
        }
    }
}
