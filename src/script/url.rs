//! Addresses of FTP: `ftp://user:password@host:port/path;type=a` (RFC 1738, section 3.2; RFC 3986), and their relatives of
//! TLS and SSH.

use super::address;
use super::session::{Credential, Scheme, Session};
use super::transfer::Mode;
use crate::base::secret::Secret;

/// The parts of an address, with percent signs worked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// `ftp`, `ftps`, `ftpes`, or one of SSH's.
    pub scheme: Scheme,
    /// The user's name, where it is given.
    pub username: Option<String>,
    /// The password, where it is given.
    pub password: Option<Secret>,
    /// The host as written, without brackets of an IPv6 address; empty where there is none.
    pub host: String,
    /// The port, where it is given and a number.
    pub port: Option<u16>,
    /// The variable that stands for the port, where one does.
    pub variable_port: Option<String>,
    /// What follows the slash behind the host, without that slash: a path from the login directory. It begins with a slash
    /// where the address asks for the server's root (`ftp://host//etc` or `/%2Fetc`).
    pub path: String,
    /// What `;type=` asks for.
    pub mode: Option<Mode>,
}

impl Url {
    /// The port that is used: the one given, or that of the scheme.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(match self.scheme {
            Scheme::Ftp => 21,
            Scheme::Ftps => 990,
            Scheme::Sftp => 22,
        })
    }

    /// The directory part of the path, without a slash at its end, and the last name; both may be empty.
    #[must_use]
    pub fn split_path(&self) -> (&str, &str) {
        match self.path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some((directory, name)) => (directory, name),
            None => ("", &self.path),
        }
    }

    /// The login that the address carries; nothing where it carries none.
    #[must_use]
    pub fn credential(&self, line: u32) -> Option<Credential> {
        let username = self.username.clone()?;
        let anonymous = matches!(username.as_str(), "anonymous" | "ftp");
        Some(Credential {
            username: Some(username),
            password: self.password.clone(),
            anonymous,
            line,
            ..Credential::default()
        })
    }

    /// A session with the host, the port and the login of the address.
    #[must_use]
    pub fn session(&self, line: u32) -> Session {
        Session {
            line,
            scheme: self.scheme,
            address_class: Some(address::classify(&self.host)),
            host: Some(self.host.clone()),
            port: Some(self.effective_port()),
            credentials: self.credential(line).into_iter().collect(),
            uncertain: self.doubts(),
            ..Session::default()
        }
    }

    /// What the address leaves open of the session.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        self.variable_port.iter().map(|name| format!("the port is a variable: {name}")).collect()
    }
}

/// The address that a text is; nothing where its scheme is none of file transfer or it names no host.
#[must_use]
pub fn parse(text: &str) -> Option<Url> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "ftp" | "ftpes" => Scheme::Ftp,
        "ftps" => Scheme::Ftps,
        "sftp" | "scp" | "fish" => Scheme::Sftp,
        _ => return None,
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, authority),
    };
    let (username, password) = match login
        .map(|login| login.split_once(':').map_or((login, None), |(u, p)| (u, Some(p))))
    {
        Some((username, password)) => (Some(percent_decoded(username)), password.map(percent_decoded).map(Secret::new)),
        None => (None, None),
    };
    let (host, port, variable_port) = split_port(place);
    if host.is_empty() {
        return None;
    }
    let (path, mode) = match path.rsplit_once(";type=") {
        Some((path, "a" | "A")) => (path, Some(Mode::Ascii)),
        Some((path, "i" | "I")) => (path, Some(Mode::Binary)),
        Some((path, _)) => (path, None),
        None => (path, None),
    };
    let host = percent_decoded(host);
    Some(Url { scheme, username, password, host, port, variable_port, path: percent_decoded(path), mode })
}

/// Where an address of file transfer begins in a text, from `from` on.
#[must_use]
pub fn find(text: &str, from: usize) -> Option<usize> {
    let lower = text.get(from..)?.to_ascii_lowercase();
    let at = ["ftp://", "ftps://", "ftpes://"].iter().filter_map(|scheme| {
        lower.match_indices(scheme).map(|(at, _)| at).find(|at| {
            let before = lower.get(..*at).and_then(|head| head.chars().last());
            before.is_none_or(|c| !c.is_ascii_alphanumeric())
        })
    });
    at.min().map(|at| from.saturating_add(at))
}

/// The text with `%41` as `A`; a percent sign before anything else stays (a variable, a format's field), and so do bytes
/// that are no UTF-8.
#[must_use]
pub fn percent_decoded(text: &str) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let decoded = match (*first, after) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        match decoded {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Host and port of `host`, `host:21`, `[::1]:21`, and what stands for the port in `host:$PORT`.
fn split_port(place: &str) -> (&str, Option<u16>, Option<String>) {
    if let Some((host, tail)) = place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, tail.strip_prefix(':').and_then(|port| port.parse().ok()), None);
    }
    // The last colon before a variable: those within it (`$env:PORT`, `%P:~0,2%`) are followed by its name.
    let mut colons = place.match_indices(':').map(|(at, _)| place.split_at_checked(at).unwrap_or_default());
    if let Some((host, port)) = colons.rfind(|(_, tail)| tail.get(1..).is_some_and(is_variable))
        && !host.is_empty()
    {
        return (host, None, port.get(1..).map(str::to_owned));
    }
    match place.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, port.parse().ok(), None)
        }
        _ => (place, None, None),
    }
}

/// `$PORT`, `%PORT%`, `{port}`, `<port>`, `!PORT!`, `#{port}`
fn is_variable(word: &str) -> bool {
    word.len() > 1 && word.starts_with(['$', '%', '{', '<', '!', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let cases = [
            ("ftp://192.0.2.1/a/b.exe", "", "", "192.0.2.1", 21, "a/b.exe"),
            ("FTP://bob:p%40w@h.example:2121//etc/x", "bob", "p@w", "h.example", 2121, "/etc/x"),
            ("ftp://bob@h/%2Ftmp/x;type=a", "bob", "", "h", 21, "/tmp/x"),
            ("ftps://u:p@h", "u", "p", "h", 990, ""),
            ("sftp://u@h/x", "u", "", "h", 22, "x"),
            ("ftp://[2001:db8::1]:21/x", "", "", "2001:db8::1", 21, "x"),
            ("ftp://%H%/x", "", "", "%H%", 21, "x"),
            ("ftp://%H:~1%/x", "", "", "%H:~1%", 21, "x"),
            ("ftp://$env:HOST/x", "", "", "$env:HOST", 21, "x"),
            ("ftp://a@b.example:pw@h/x", "a@b.example", "pw", "h", 21, "x"),
        ];
        for (text, user, password, host, port, path) in cases {
            let url = parse(text).expect(text);
            let given = url.password.as_ref().map_or("", |secret| secret.reveal());
            assert_eq!((url.username.as_deref().unwrap_or_default(), given), (user, password), "{text}");
            assert_eq!((url.host.as_str(), url.effective_port(), url.path.as_str()), (host, port, path), "{text}");
        }
        for text in ["http://h/x", "ftp:/h", "ftp:///x", "ftp", "mailto:a@b"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn ports_that_are_variables_are_no_part_of_the_host() {
        let cases = [
            ("ftp://192.0.2.1:$PORT/x", "192.0.2.1", "$PORT"),
            ("ftp://u:p@$HOST:${PORT}/x", "$HOST", "${PORT}"),
            ("sftp://{user}:{pw}@{host}:{port}", "{host}", "{port}"),
            ("ftp://%H%:%P%/x", "%H%", "%P%"),
            ("ftp://$env:FTP_HOST:$env:FTP_PORT/in", "$env:FTP_HOST", "$env:FTP_PORT"),
            ("ftp://h:<port>/", "h", "<port>"),
        ];
        for (text, host, port) in cases {
            let url = parse(text).expect(text);
            assert_eq!((url.host.as_str(), url.variable_port.as_deref()), (host, Some(port)), "{text}");
            assert_eq!(url.session(1).uncertain, [format!("the port is a variable: {port}")], "{text}");
        }
    }

    #[test]
    fn they_are_found_in_texts() {
        assert_eq!(find("see (ftp://h/x) and sftp://h", 0), Some(5));
        assert_eq!(find("sftp://h vsftp://x", 0), None);
    }
}
