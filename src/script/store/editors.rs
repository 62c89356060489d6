//! Editors that publish what they edit: `sftp.json` and `ftp-sync.json` of Visual Studio Code, `sftp-config.json` and
//! `ftpsync.settings` of Sublime Text, `.ftpconfig` of Atom. JSON, perhaps with remarks and trailing commas.

use super::site::Site;
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::session::{Scheme, Session};
use serde_json::{Map, Value};

/// Names of files that are such settings.
const NAMES: &[&str] = &[
    "sftp.json",
    "sftp-config.json",
    "sftp-config-alt.json",
    "ftp-sync.json",
    "ftpsync.settings",
    ".ftpconfig",
    "ftp-kr.json",
    ".ftppass",
];

/// Keys by which the settings tell themselves where they are called otherwise.
const OWN_KEYS: &[&str] = &["remotepath", "remote_path", "uploadonsave", "upload_on_save"];

pub(super) fn read(text: &Text, name: &str) -> Vec<Session> {
    if text.content.len() > 1 << 20 {
        return Vec::new();
    }
    let named = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    let Ok(value) = serde_json::from_str::<Value>(&without_remarks(&text.content)) else { return Vec::new() };
    let mut sites = Vec::new();
    collect(&value, "", named, 0, &mut sites);
    sites.into_iter().map(|site| Site { line: line_of(text, site.host.as_deref()), ..site }.session()).collect()
}

fn collect(value: &Value, name: &str, named: bool, depth: usize, sites: &mut Vec<Site>) {
    if depth > 4 || sites.len() > 200 {
        return;
    }
    match value {
        Value::Array(all) => all.iter().for_each(|value| collect(value, name, named, depth.saturating_add(1), sites)),
        Value::Object(map) => {
            sites.extend(site(map, name, named));
            for (key, value) in map {
                collect(value, key, named, depth.saturating_add(1), sites);
            }
        }
        _ => {}
    }
}

fn site(map: &Map<String, Value>, name: &str, named: bool) -> Option<Site> {
    let field = |keys: &[&str]| {
        let (_, value) = map.iter().find(|(key, _)| keys.iter().any(|wanted| key.eq_ignore_ascii_case(wanted)))?;
        match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    };
    let host = field(&["host", "hostname"])?;
    let user = field(&["username", "user"])?;
    let protocol = field(&["protocol", "type"]).map(|protocol| protocol.to_ascii_lowercase());
    let own = map.keys().any(|key| OWN_KEYS.contains(&key.to_ascii_lowercase().as_str()));
    let (scheme, implicit) = match protocol.as_deref() {
        Some("ftp") => match field(&["secure", "secureOptions", "tls"]).as_deref() {
            Some("implicit") => (Scheme::Ftps, true),
            Some("true" | "control") => (Scheme::Ftps, false),
            _ => (Scheme::Ftp, false),
        },
        Some("ftps") => (Scheme::Ftps, false),
        Some("sftp") => (Scheme::Sftp, false),
        // The extension of Visual Studio Code takes SFTP where nothing is said, its elder `ftp-sync` FTP.
        None if named => (Scheme::Ftp, false),
        _ => return None,
    };
    (named || own).then(|| Site {
        name: field(&["name"]).unwrap_or_else(|| name.to_owned()),
        scheme,
        implicit,
        port: field(&["port"]).and_then(|port| port.parse().ok()),
        user: Some(user),
        password: field(&["password", "pass"]).map(Secret::new),
        remote_directory: field(&["remotePath", "remote_path", "path"]),
        host: Some(host),
        ..Site::default()
    })
}

/// The line that names the host first.
fn line_of(text: &Text, host: Option<&str>) -> u32 {
    let host = host.unwrap_or_default();
    text.lines().find(|line| line.text.contains(host)).map_or(1, |line| line.number)
}

/// The text without `//` and `/* */` outside of strings, and without commas before a closing bracket.
fn without_remarks(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut quoted = false;
    while let Some(character) = rest.chars().next() {
        let tail = rest.get(character.len_utf8()..).unwrap_or("");
        match character {
            '\\' if quoted => {
                let next = tail.chars().next().map_or(0, char::len_utf8);
                bare.push(character);
                bare.push_str(tail.get(..next).unwrap_or(""));
                rest = tail.get(next..).unwrap_or("");
                continue;
            }
            '"' => quoted = !quoted,
            '/' if !quoted && tail.starts_with('/') => {
                rest = tail.find('\n').and_then(|end| tail.get(end..)).unwrap_or("");
                continue;
            }
            '/' if !quoted && tail.starts_with('*') => {
                rest = tail.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            ']' | '}' if !quoted => {
                let kept = bare.trim_end();
                if kept.ends_with(',') {
                    let length = kept.len().saturating_sub(1);
                    bare.truncate(length);
                }
            }
            _ => {}
        }
        bare.push(character);
        rest = tail;
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn settings_of_editors() {
        let code = "{\n  \"name\": \"web\",\n  \"protocol\": \"ftp\",\n  \"host\": \"f.x\", \"username\": \"ann\",\n  \"password\": \"p//w\",\n  \"secure\": true,\n  \"remotePath\": \"/\",\n}\n";
        assert_eq!(sites(code, "sftp.json"), ["ftps ann:p//w@f.x:21 (web)"]);
        let sublime = "{\n  // remark\n  \"type\": \"sftp\",\n  \"host\": \"s.x\",\n  \"user\": \"bob\",\n  //\"password\": \"no\",\n  \"remote_path\": \"/\",\n  \"upload_on_save\": true,\n}";
        assert_eq!(sites(sublime, "other.json"), ["sftp bob:?@s.x:22 ()"]);
        let many = "[{\"protocol\":\"ftp\",\"host\":\"a.x\",\"user\":\"u\",\"pass\":\"p\"},{\"protocol\":\"http\",\"host\":\"b.x\",\"user\":\"u\"}]";
        assert_eq!(sites(many, ".ftpconfig"), ["ftp u:p@a.x:21 ()"]);
        assert_eq!(sites(many, "data.json"), [""; 0]);
    }
}
