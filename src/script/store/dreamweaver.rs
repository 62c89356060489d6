//! Dreamweaver: site definitions (`.ste`), an element `remoteinfo`.

use super::markup;
use super::site::{BROKEN, Site};
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::{Scheme, Session};

pub(super) fn read(text: &Text, _: &str) -> Vec<Session> {
    let elements = markup::elements(text, &["remoteinfo"]);
    let sites = elements.iter().filter_map(|element| {
        let value = |name: &str| element.attribute(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let kind = value("accesstype")?.to_ascii_lowercase();
        let secure = value("usesftp").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
        let scheme = match kind.as_str() {
            "sftp" => Scheme::Sftp,
            "ftp" if secure => Scheme::Sftp,
            "ftp" => Scheme::Ftp,
            "ftps" => Scheme::Ftps,
            _ => return None,
        };
        let stored = value("pw");
        let password = stored.as_deref().and_then(obscured::dreamweaver);
        let broken = stored.is_some() && password.is_none();
        let host = value("host")?;
        let (host, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name.to_owned(), port.parse().ok()),
            None => (host, None),
        };
        Some(Site {
            line: element.line,
            name: host.clone(),
            scheme,
            port: port.or_else(|| value("port").and_then(|port| port.parse().ok())),
            user: value("user"),
            password,
            remote_directory: value("remoteroot"),
            remarks: if broken { vec![BROKEN.to_owned()] } else { Vec::new() },
            host: Some(host),
            ..Site::default()
        })
    });
    sites.map(Site::session).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn definitions() {
        let text = "<?xml version=\"1.0\"?>\n<site>\n<remoteinfo accesstype=\"ftp\" host=\"f.x\" remoteroot=\"www/\" user=\"ann\" pw=\"70627576\" />\n</site>";
        assert_eq!(sites(text, "a.ste"), ["ftp ann:pass@f.x:21 (f.x)"]);
        assert_eq!(sites("<remoteinfo accesstype=\"localnetwork\" host=\"h\"/>", "a.ste"), [""; 0]);
    }
}
