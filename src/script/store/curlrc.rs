//! curl: the login of `.curlrc`, which holds for every address that carries none (manual page, `--config`).

use super::site::Site;
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::session::Session;

/// Whether a file is called as curl's own settings are, on Unix and on Windows.
#[must_use]
pub fn is_named(name: &[u8]) -> bool {
    matches!(name, b".curlrc" | b"_curlrc")
}

pub(super) fn read(text: &Text, name: &str) -> Vec<Session> {
    if !is_named(name.as_bytes()) {
        return Vec::new();
    }
    let login = text.lines().filter_map(|line| Some((line.number, login(line.text.trim())?))).last();
    let Some((line, login)) = login else { return Vec::new() };
    let (user, password) = login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
    let site = Site {
        line,
        name: super::EVERY_HOST.to_owned(),
        user: Some(user.to_owned()),
        password: password.map(Secret::new),
        remarks: vec!["curl logs in so at every host whose address carries no login".to_owned()],
        ..Site::default()
    };
    vec![site.session()]
}

/// The login of one line: `user = "name:password"`, `--user name:password`, `-u name:password`.
fn login(line: &str) -> Option<&str> {
    let bare = line.strip_prefix("--").unwrap_or(line);
    let rest = bare.strip_prefix("user").or_else(|| line.strip_prefix("-u"))?;
    let value = rest.trim_start_matches([' ', '\t', '=', ':']);
    let is_other = rest.len() == value.len() && !line.starts_with("-u");
    let value = value.trim().trim_matches('"');
    (!is_other && !value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sites;

    #[test]
    fn logins() {
        for text in ["# mine\nuser = \"ann:pw\"\n", "silent\n--user ann:pw\n", "-u ann:pw\n", "user: ann:pw\n"] {
            assert_eq!(sites(text, ".curlrc"), ["ftp ann:pw@?:21 (every host)"], "{text}");
            assert_eq!(sites(text, "a.txt"), [""; 0], "{text}");
        }
        for other in ["user-agent = x\n", "# user = a:b\n", "user\n", "proxy-user = a:b\n"] {
            assert_eq!(sites(other, "_curlrc"), [""; 0], "{other}");
        }
    }
}
