//! lftp's bookmarks: `~/.local/share/lftp/bookmarks`, formerly `~/.lftp/bookmarks`. A line is a name, a tab and an address,
//! with the password in it where `bmk:save-passwords` is set (lftp(1)).

use super::Stored;
use super::site::Site;
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::reading::Form;
use crate::script::session::{Scheme, Session};
use crate::script::url;

/// Bookmarks that are read.
const BOOKMARKS: usize = 10_000;

/// The bookmarks of a text; nothing where it is no such file.
#[must_use]
pub(super) fn read(text: &Text, name: &str) -> Option<Stored> {
    if !name.eq_ignore_ascii_case("bookmarks") {
        return None;
    }
    let mut sessions: Vec<Session> = Vec::new();
    for line in text.lines().filter(|line| !line.text.trim().is_empty()).take(BOOKMARKS) {
        let (name, address) = line.text.split_once(['\t', ' '])?;
        let address = address.trim();
        if name.is_empty() || !address.contains("://") {
            return None;
        }
        if let Some(url) = url::parse(address) {
            let site = Site {
                line: line.number,
                name: name.to_owned(),
                scheme: url.scheme,
                implicit: url.scheme == Scheme::Ftps && url.port.is_none(),
                port: url.port,
                remote_directory: Some(url.path.trim_end_matches('/').to_owned()).filter(|path| !path.is_empty()),
                user: url.username,
                password: url.password,
                host: Some(url.host),
                ..Site::default()
            };
            sessions.push(site.session());
        }
    }
    (!sessions.is_empty()).then_some(Stored {
        client: Client::Lftp,
        form: Form::ClientConfig,
        sessions,
        diagnostics: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bookmarks() {
        let text =
            Text::from_content("site\tftp://bob:p%40w@192.0.2.1:2121/in/\nweb\thttp://h.example/\nx\tsftp://eve@h/\n");
        let stored = read(&text, "bookmarks").expect("is one");
        let said: Vec<_> = stored
            .sessions
            .iter()
            .map(|session| {
                let credential = &session.credentials[0];
                let password = credential.password.as_ref().map_or("", |secret| secret.reveal());
                (session.line, session.host.as_deref(), session.port, credential.username.as_deref(), password)
            })
            .collect();
        assert_eq!(
            said,
            [(1, Some("192.0.2.1"), Some(2121), Some("bob"), "p@w"), (3, Some("h"), Some(22), Some("eve"), "")]
        );
        assert_eq!(read(&text, "notes.txt"), None);
        assert_eq!(read(&Text::from_content("<html>ftp://h/</html>"), "bookmarks"), None);
        assert_eq!(read(&Text::from_content("a\thttp://h/\n"), "bookmarks"), None);
    }
}
