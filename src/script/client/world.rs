//! What an interpreter may ask of the world outside the script: in an investigation nobody answers.

use super::netrc::Entry;
use crate::script::launch::Client;
use crate::script::session::Session;

/// The server and the local files that a client deals with. `None` says that a thing is not known, which is the rule when
/// evidence is read; the client is then taken to succeed.
pub trait World {
    /// Whether a server answers at this address.
    fn connects(&self, _host: &str, _port: u16) -> Option<bool> {
        None
    }

    /// Reply code of the server to a control command.
    fn reply(&self, _command: &str) -> Option<u16> {
        None
    }

    /// Names that the server lists for a pattern, in its order.
    fn remote_names(&self, pattern: &str) -> Option<Vec<String>>;

    /// Names that a local pattern meets, in the client's order.
    fn local_names(&self, pattern: &str) -> Option<Vec<String>>;

    /// Changes the local directory; whether that is possible.
    fn enters(&self, _directory: &str) -> Option<bool> {
        None
    }

    /// Whether a local file can be sent.
    fn reads(&self, _name: &str) -> Option<bool> {
        None
    }

    /// Whether a local file can be written.
    fn can_write(&self, _name: &str) -> Option<bool> {
        None
    }

    /// A local file is written.
    fn wrote(&self, _name: &str) {}

    /// Whether the server calls itself a Unix, on which clients of Unix switch to binary by themselves.
    fn is_unix_server(&self) -> bool {
        true
    }

    /// Name of the local user, which clients of Unix offer as the default login.
    fn local_user(&self) -> Option<&str> {
        None
    }

    /// What the user's `.netrc` says of a host, and of that user there where one is given; `file` is the file that the
    /// command line names in its place.
    fn netrc(&self, _host: &str, _user: Option<&str>, _file: Option<&str>) -> Option<Entry> {
        None
    }

    /// The site that a client has in store under a name; `file` is the store that the command line names.
    fn site(&self, _client: Client, _name: &str, _file: Option<&str>) -> Option<StoredSite> {
        None
    }
}

/// A site that a client has in store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSite {
    /// Its protocol, host, port and login, each login with its source; nothing else.
    pub session: Session,
    /// The directory on the server to begin in.
    pub directory: Option<String>,
}

impl StoredSite {
    /// The session that begins at a line of a script.
    #[must_use]
    pub fn session_at(&self, line: u32) -> Session {
        let mut session = self.session.clone();
        session.line = line;
        session.credentials.iter_mut().for_each(|login| login.line = line);
        session
    }
}

/// The world of an investigation: nothing is known of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unknown;

impl World for Unknown {
    fn remote_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn local_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}
