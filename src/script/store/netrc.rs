//! `.netrc` as a store: whose logins lie there, and what their macros do.

use super::Stored;
use crate::base::limits::Limits;
use crate::base::text::Text;
use crate::script::client::netrc;
use crate::script::launch::Client;
use crate::script::reading::Form;

/// The machines of a `.netrc`, whatever the file is called.
pub(super) fn read(text: &Text, name: &str) -> Option<Stored> {
    netrc::confidence(text, name)?;
    let sessions = netrc::sessions(text, &Limits::default());
    Some(Stored { client: Client::BsdFtp, form: Form::Netrc, sessions, diagnostics: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::session::Session;

    fn told(session: &Session) -> String {
        let login = &session.credentials[0];
        let transfers: Vec<_> = session.transfers.iter().map(|t| format!("{} {:?}", t.line, t.local_path)).collect();
        format!(
            "{} {}:{:?} {:?}/{} {}",
            session.line,
            session.host.as_deref().unwrap_or("*"),
            session.port.unwrap_or_default(),
            login.username.as_deref().unwrap_or_default(),
            login.password.as_ref().map_or("", |password| password.reveal()),
            transfers.join(" ")
        )
        .trim_end()
        .to_owned()
    }

    fn read_text(text: &str, name: &str) -> Option<Vec<String>> {
        Some(read(&Text::from_content(text), name)?.sessions.iter().map(told).collect())
    }

    #[test]
    fn machines_macros_and_all() {
        let cases: [(&str, &[&str]); 8] = [
            ("machine 192.0.2.54 login bob password pw\n", &["1 192.0.2.54:21 \"bob\"/pw"]),
            (
                "machine h.example\n\tlogin bob\n\tpassword pw\n\ndefault login anonymous password me@example.org\n",
                &["1 h.example:21 \"bob\"/pw", "5 *:21 \"anonymous\"/me@example.org"],
            ),
            (
                "machine 192.0.2.54 login bob password pw\nmacdef init\nbinary\nput /etc/passwd p\nquit\n\n# then: ftp 192.0.2.54\n",
                &["1 192.0.2.54:21 \"bob\"/pw 4 Some(\"/etc/passwd\")"],
            ),
            (
                "machine a.example login \"b ob\" password p\\ w\nmachine b.example, login x, password y\n",
                &["1 a.example:21 \"b ob\"/p w", "2 b.example:21 \"x\"/y"],
            ),
            ("# mine\nmachine a.example login x password #y\n", &["2 a.example:21 \"x\"/#y"]),
            ("machine a.example port 2121 user x password y account z\n", &["1 a.example:2121 \"x\"/y"]),
            (
                "machine a.example login x password y\nmacdef grab\nget $1\n\nmachine b.example login u password v\n",
                &["1 a.example:21 \"x\"/y", "5 b.example:21 \"u\"/v"],
            ),
            ("machine a.example login x password y\r\n", &["1 a.example:21 \"x\"/y"]),
        ];
        for (text, expected) in cases {
            assert_eq!(read_text(text, "notes.txt").as_deref(), Some(&expected.map_strings()[..]), "{text}");
        }
    }

    trait MapStrings {
        fn map_strings(&self) -> Vec<String>;
    }

    impl MapStrings for &[&str] {
        fn map_strings(&self) -> Vec<String> {
            self.iter().map(|text| (*text).to_owned()).collect()
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "The machine asks for a login and a password.\n",
            "machine learning login form password reset\n",
            "machine ftp.example.com\n",
            "login bob password pw\n",
            "machine = 'h.example' login password\n",
            "open h.example\nmachine h.example login x password y\n",
        ] {
            assert_eq!(read_text(text, "notes.txt"), None, "{text}");
        }
        assert!(read_text("machine h.example login bob\n", "_netrc").is_some());
        assert!(read_text("machine h.example login bob\n", "notes.txt").is_none());
    }
}
