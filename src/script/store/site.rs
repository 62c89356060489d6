//! One stored site in the making.

use crate::base::secret::Secret;
use crate::script::address;
use crate::script::session::{Command, Credential, Role, Scheme, Session};

/// What a store says of a site.
#[derive(Debug, Clone, Default)]
pub(super) struct Site {
    /// Line of the store that begins it.
    pub(super) line: u32,
    /// Its name in the client.
    pub(super) name: String,
    /// The protocol.
    pub(super) scheme: Scheme,
    /// The host.
    pub(super) host: Option<String>,
    /// The port, where it is given.
    pub(super) port: Option<u16>,
    /// Whether TLS begins at once, on another port.
    pub(super) implicit: bool,
    /// The user's name.
    pub(super) user: Option<String>,
    /// The password, where it can be told.
    pub(super) password: Option<Secret>,
    /// The account.
    pub(super) account: Option<String>,
    /// The directory on the server to begin in.
    pub(super) remote_directory: Option<String>,
    /// What a reader should know, above all why there is no password.
    pub(super) remarks: Vec<String>,
}

impl Site {
    /// The session that the client would open.
    pub(super) fn session(self) -> Session {
        let default = match (self.scheme, self.implicit) {
            (Scheme::Sftp, _) => 22,
            (_, true) => 990,
            (_, false) => 21,
        };
        let anonymous =
            self.user.as_deref().is_some_and(|user| matches!(user.to_ascii_lowercase().as_str(), "anonymous" | "ftp"));
        let login = self.user.is_some() || self.password.is_some();
        let credential = Credential {
            username: self.user,
            password: self.password,
            account: self.account,
            anonymous,
            line: self.line,
            ..Credential::default()
        };
        let command = Command {
            line: self.line,
            role: Role::Command,
            verb: Some("site".to_owned()),
            arguments: std::iter::once(self.name.clone()).chain(self.remote_directory).collect(),
            wire: Vec::new(),
            text: self.name,
            message: None,
        };
        Session {
            line: self.line,
            scheme: self.scheme,
            address_class: self.host.as_deref().map(address::classify),
            port: Some(self.port.unwrap_or(default)),
            host: self.host,
            credentials: login.then_some(credential).into_iter().collect(),
            commands: vec![command],
            uncertain: self.remarks,
            ..Session::default()
        }
    }
}

/// What is said where a master password protects the password.
pub(super) const MASTER: &str = "the password is protected by a master password";

/// What is said where the stored form cannot be taken back.
pub(super) const BROKEN: &str = "the stored form of the password is none that this client writes";
