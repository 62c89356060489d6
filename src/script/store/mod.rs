//! Credentials at rest: the stored sites of FTP clients.
//!
//! Each client's store is told by its content; the name of the file decides only where the content is as common as that of
//! an editor's settings. Passwords that are merely obscured are shown in the clear ([`super::obscured`]); those that a
//! master password protects, or of which only a hash is kept, are named as such and not touched.

mod core_ftp;
mod curlrc;
mod cute_ftp;
mod dreamweaver;
mod editors;
mod filezilla;
mod flash_fxp;
mod ini;
mod lftp;
mod markup;
mod ncftp;
mod netrc;
mod putty;
mod rclone;
mod site;
mod smart_ftp;
mod total_commander;
mod wgetrc;
mod winscp;
mod ws_ftp;

pub use curlrc::is_named as is_curlrc;

use super::launch::Client;
use super::reading::Form;
use super::session::{Diagnostic, Session};
use crate::base::text::Text;

/// The sites that a text stores, each as the session that the client would open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The client that stores them.
    pub client: Client,
    /// What kind of text a report calls it.
    pub form: Form,
    /// The sites in their order.
    pub sessions: Vec<Session>,
    /// What a reader should know of the store as a whole.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a login is called that a client takes for every host.
pub const EVERY_HOST: &str = "every host";

/// Sites of one text that are reported.
const SITES: usize = 10_000;

/// The sites that a text stores for one client; nothing where it is not that client's.
type Reader = fn(&Text, &str) -> Vec<Session>;

/// The clients, those with the most particular stores first. The words, in lower case, are those without one of which a text
/// cannot be such a store.
const CLIENTS: &[(Client, Form, &[&str], Reader)] = &[
    (Client::Filezilla, Form::ClientConfig, &["<filezilla"], filezilla::read),
    (Client::Winscp, Form::ClientConfig, &["sessions\\"], winscp::read),
    (Client::Psftp, Form::ClientConfig, &["simontatham\\putty\\sessions\\"], putty::read),
    (Client::Coreftp, Form::ClientConfig, &["coreftp\\sites", "\nhost,", "name,"], core_ftp::read),
    (Client::Cuteftp, Form::ClientConfig, &["\\qctoolbar]"], cute_ftp::history),
    (Client::Smartftp, Form::ClientConfig, &["<favoriteitem"], smart_ftp::read),
    (Client::TotalCommander, Form::ClientConfig, &["host="], total_commander::read),
    (Client::WsFtp, Form::ClientConfig, &["uid="], ws_ftp::read),
    (Client::Flashfxp, Form::ClientConfig, &["pass="], flash_fxp::read),
    (Client::Rclone, Form::ClientConfig, &["type = ftp", "type = sftp", "type=ftp", "type=sftp"], rclone::read),
    (Client::Ncftp, Form::ClientConfig, &["ncftp bookmark-file"], ncftp::bookmarks),
    (Client::Ncftp, Form::ClientConfig, &["hostname="], ncftp::job),
    (Client::Ncftp, Form::ClientOptions, &["host"], ncftp::login),
    (Client::Wget, Form::ClientOptions, &["ftp_pass", "ftp-pass"], wgetrc::read),
    (Client::Curl, Form::ClientOptions, &["user", "-u"], curlrc::read),
    (Client::Editor, Form::ClientConfig, &["<remoteinfo"], dreamweaver::read),
    (Client::Editor, Form::ClientConfig, &["\"host\""], editors::read),
];

/// The sites of a text; nothing where it is no store.
#[must_use]
pub fn read(text: &Text, name: &str) -> Option<Stored> {
    let lower = text.content.to_ascii_lowercase();
    let stored = CLIENTS.iter().find_map(|(client, form, words, reader)| {
        if !words.iter().any(|word| memchr::memmem::find(lower.as_bytes(), word.as_bytes()).is_some()) {
            return None;
        }
        let mut sessions = reader(text, name);
        sessions.truncate(SITES);
        (!sessions.is_empty()).then_some(Stored { client: *client, form: *form, sessions, diagnostics: Vec::new() })
    });
    stored.or_else(|| lftp::read(text, name)).or_else(|| netrc::read(text, name))
}

/// Whether the head of a file is that of a store that is no text: it takes a few dozen bytes, and no other file has it.
#[must_use]
pub fn is_binary(head: &[u8]) -> bool {
    cute_ftp::is_store(head)
}

/// The sites of a file that is no text; nothing where it is no store.
#[must_use]
pub fn read_binary(bytes: &[u8]) -> Option<Stored> {
    let mut stored = cute_ftp::file(bytes)?;
    stored.sessions.truncate(SITES);
    Some(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scheme user:password@host:port (name)` of each site.
    pub(super) fn sites(text: &str, name: &str) -> Vec<String> {
        let stored = read(&Text::from_content(text), name);
        stored.map_or_else(Vec::new, |stored| stored.sessions.iter().map(summary).collect())
    }

    pub(super) fn summary(session: &Session) -> String {
        let scheme = session.scheme.name();
        let login = session.credentials.first().map_or(String::new(), |login| {
            let user = login.username.as_deref().unwrap_or("?");
            let password = login.password.as_ref().map_or("?", |password| password.reveal());
            format!("{user}:{password}@")
        });
        let name = session.commands.first().and_then(|command| command.arguments.first());
        let host = session.host.as_deref().unwrap_or("?");
        format!("{scheme} {login}{host}:{} ({})", session.port.unwrap_or(0), name.map_or("", String::as_str))
    }

    #[test]
    fn ordinary_texts_store_nothing() {
        let texts = [
            "",
            "[database]\nhost=db.example\nuser=ann\npassword=secret\n",
            "host = h.x\nport = 80\nuser = ann\n",
            "{\"host\": \"h.x\", \"user\": \"ann\", \"password\": \"pw\"}",
            "<html><body><server><host>h</host></server></body></html>",
            "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\x\\Sessions\\y]\n\"HostName\"=\"h\"\n",
            "host is up\nuser is down\npass the salt\n",
            "[s3]\ntype = s3\nhost = h\nuser = u\npass = p\nftp = no\n",
            "Name,Host\nhost,1\n",
            "[general]\nuid=0\nhost=\npwd=/root\n",
        ];
        for text in texts {
            assert_eq!(sites(text, "settings.ini"), [""; 0], "{text}");
        }
    }
}
