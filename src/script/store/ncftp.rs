//! NcFTP: bookmarks, login files of `-f`, and the jobs of its spooler (manual pages of ncftpget and ncftpspooler; its
//! `bookmark.c`).

use super::site::Site;
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::obscured;
use crate::script::session::Session;
use crate::script::transfer::{Direction, Mode, Transfer};

/// Bookmarks: a heading, then one a line, its fields between commas: name, host, user, password, account, directory, type,
/// port.
pub(super) fn bookmarks(text: &Text, _: &str) -> Vec<Session> {
    let mut lines = text.lines();
    let heading = lines.next().is_some_and(|line| {
        line.text.get(..27).is_some_and(|head| head.eq_ignore_ascii_case("NcFTP bookmark-file version"))
    });
    if !heading {
        return Vec::new();
    }
    let sites = lines.filter(|line| !line.text.starts_with("Number of")).filter_map(|line| {
        let fields = fields(line.text);
        let field = |at: usize| fields.get(at).filter(|field| !field.is_empty()).cloned();
        let stored = field(3);
        let password = stored.as_deref().and_then(|stored| match stored.strip_prefix("*encoded*") {
            Some(encoded) => obscured::base64(encoded),
            None => Some(Secret::new(stored)),
        });
        Some(Site {
            line: line.number,
            name: field(0)?,
            host: Some(field(1)?),
            user: field(2),
            password,
            account: field(4),
            remote_directory: field(5),
            port: field(7).and_then(|port| port.parse().ok()).filter(|port| *port > 0),
            ..Site::default()
        })
    });
    sites.map(Site::session).collect()
}

/// Fields between commas; `$` and two digits stand for another character, a backslash for the next one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let (_, tail) = rest.split_at_checked(character.len_utf8()).unwrap_or(("", ""));
        rest = tail;
        let Some(last) = fields.last_mut() else { break };
        match character {
            ',' => fields.push(String::new()),
            '\\' => {
                if let Some(next) = rest.chars().next() {
                    last.push(next);
                    rest = rest.get(next.len_utf8()..).unwrap_or("");
                }
            }
            '$' => {
                match rest.split_at_checked(2).and_then(|(hex, after)| Some((u8::from_str_radix(hex, 16).ok()?, after)))
                {
                    Some((byte, after)) => {
                        last.push(char::from(byte));
                        rest = after;
                    }
                    None => last.push('$'),
                }
            }
            _ => last.push(character),
        }
    }
    fields
}

/// A login file: `host`, `user` and `pass`, one a line, and nothing else.
pub(super) fn login(text: &Text, _: &str) -> Vec<Session> {
    let mut site = Site::default();
    for line in text.lines() {
        let bare = line.text.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let mut words = bare.split([' ', '\t']).filter(|word| !word.is_empty());
        let (Some(key), Some(value), None) = (words.next(), words.next(), words.next()) else { return Vec::new() };
        if site.line == 0 {
            site.line = line.number;
        }
        let value = value.to_owned();
        match key {
            "host" => site.host = Some(value),
            "user" => site.user = Some(value),
            "pass" => site.password = Some(Secret::new(value)),
            "acct" => site.account = Some(value),
            _ => return Vec::new(),
        }
    }
    let whole = site.host.is_some() && site.user.is_some() && site.password.is_some();
    if !whole {
        return Vec::new();
    }
    site.name = site.host.clone().unwrap_or_default();
    vec![site.session()]
}

/// A job of the spooler: one transfer.
pub(super) fn job(text: &Text, _: &str) -> Vec<Session> {
    let mut entries: Vec<(u32, &str, &str)> = Vec::new();
    for line in text.lines().take(200) {
        let bare = line.text.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let Some((key, value)) = bare.split_once('=') else { return Vec::new() };
        entries.push((line.number, key.trim(), value.trim()));
    }
    let get = |wanted: &str| entries.iter().find(|(_, key, _)| *key == wanted).map(|(_, _, value)| (*value).to_owned());
    let direction = match get("op").as_deref() {
        Some("get") => Direction::Download,
        Some("put") => Direction::Upload,
        _ => return Vec::new(),
    };
    let (Some(host), Some(remote), Some(local)) = (get("hostname"), get("remote-file"), get("local-file")) else {
        return Vec::new();
    };
    let line = entries.first().map_or(1, |(line, ..)| *line);
    let revealed = |stored: String| match stored.strip_prefix("*encoded*") {
        Some(encoded) => obscured::base64(encoded),
        None => Some(Secret::new(stored)),
    };
    let site = Site {
        line,
        name: get("job-name").unwrap_or_default(),
        host: Some(host),
        port: get("port").and_then(|port| port.parse().ok()),
        user: Some(get("user").or_else(|| get("username")).unwrap_or_else(|| "anonymous".to_owned())),
        password: get("pass").or_else(|| get("password")).and_then(revealed),
        ..Site::default()
    };
    let mut session = site.session();
    let place = get("local-dir");
    session.transfers.push(Transfer {
        id: String::new(),
        line,
        command: "ncftpspooler".to_owned(),
        direction,
        remote_path: Some(remote),
        remote_directory: get("remote-dir"),
        resolved_path: place.as_deref().map(|place| crate::script::local_path::join(place, &local)),
        local_path: Some(local),
        local_directory: place,
        pattern: false,
        mode: if get("xtype").as_deref() == Some("A") { Mode::Ascii } else { Mode::Binary },
        payloads: Vec::new(),
    });
    vec![session]
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;
    use super::*;

    #[test]
    fn bookmarks_logins_and_jobs() {
        let text = "NcFTP bookmark-file version: 8\nNumber of bookmarks: ??\nweb,f.x,ann,*encoded*aHVudGVyMgA=,,/in,I,2121,1,1\n\
            gnu,ftp.gnu.example,,,,,I,21,1\nc,h.x,a$2cb,p\\,w,,,I,0\n";
        assert_eq!(
            sites(text, "bookmarks"),
            ["ftp ann:hunter2@f.x:2121 (web)", "ftp ftp.gnu.example:21 (gnu)", "ftp a,b:p,w@h.x:21 (c)"]
        );
        assert_eq!(sites("host f.x\nuser ann\npass pw\n", "login.cfg"), ["ftp ann:pw@f.x:21 (f.x)"]);
        assert_eq!(sites("host f.x\nuser ann\n", "login.cfg"), [""; 0]);
        let job = "# This is a NcFTP spool file entry.\njob-name=p-1\nop=put\nhostname=f.x\nuser=ann\npass=pw\nxtype=I\n\
            remote-dir=in\nlocal-dir=/tmp\nremote-file=R\nlocal-file=r\n";
        assert_eq!(sites(job, "p-1"), ["ftp ann:pw@f.x:21 (p-1)"]);
        let session = &super::job(&Text::from_content(job), "")[0];
        assert_eq!(session.transfers[0].resolved_path.as_deref(), Some("/tmp/r"));
    }
}
