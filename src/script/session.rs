//! What a client does with a script: sessions, logins, and the fate of every line.

use super::transfer::Transfer;
use crate::base::secret::{Protected, Secret};
use schemars::JsonSchema;
use serde::Serialize;

/// The protocol that a session speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// FTP in the clear (RFC 959).
    #[default]
    Ftp,
    /// FTP over TLS (RFC 4217).
    Ftps,
    /// The SSH file transfer protocol, which is no FTP.
    Sftp,
}

impl Scheme {
    /// As addresses begin.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ftp => "ftp",
            Self::Ftps => "ftps",
            Self::Sftp => "sftp",
        }
    }
}

/// What kind of address a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AddressClass {
    /// A literal address that routers of the Internet carry.
    Public,
    /// A literal private address (RFC 1918, RFC 4193, RFC 6598).
    Private,
    /// This host.
    Loopback,
    /// A literal link-local address.
    LinkLocal,
    /// A literal address reserved for documentation (RFC 5737, RFC 3849).
    Documentation,
    /// A name, to be looked up.
    Name,
    /// No host that a client could reach, or an undefined variable.
    Invalid,
}

/// Where a file stores something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
pub struct StoredIn {
    /// The file, as the report writes its path.
    pub path: String,
    /// Line of that file, from 1.
    pub line: u32,
}

/// A login as the client sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Credential {
    /// Argument of USER.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Argument of PASS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// What stands for the password in a report that does not show it.
    #[serde(flatten)]
    pub protected: Protected,
    /// Argument of ACCT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether the login is an anonymous one.
    pub anonymous: bool,
    /// Line that names the user; where the client takes the login from a store, the line that makes it do so.
    pub line: u32,
    /// Where the login stands if the client takes it from a store: a `.netrc`, a stored site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<StoredIn>,
}

/// What the author plainly meant where it differs from what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Intended {
    /// The user name meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// What stands for the password in a report that does not show it.
    #[serde(flatten)]
    pub protected: Protected,
}

/// What the client took a line for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A command that it carries out.
    Command,
    /// The answer to a prompt.
    Answer,
    /// Nothing: a blank line.
    Ignored,
    /// A command that it refuses.
    Error,
    /// Never read: the client had ended.
    Unread,
}

/// One line of the script and what the client does with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Command {
    /// Line number in the script, from 1.
    pub line: u32,
    /// What the client takes it for.
    pub role: Role,
    /// Full name of the command; for an answer, the prompt that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// Arguments after tokenising.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// What goes over the control channel for it, knowing the script alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wire: Vec<String>,
    /// The line as it stands.
    pub text: String,
    /// What the client says of it, or what a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// From one connection to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Session {
    /// Identity in the report, `s1.1`.
    pub id: String,
    /// Line that opens the connection; 0 if the command line does.
    pub line: u32,
    /// Launch whose switches this reading obeys; absent if none was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
    /// The protocol.
    pub scheme: Scheme,
    /// Host as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// TCP port of the control channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Where the site stands that gives the host, if it is named by its name in a client's store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<StoredIn>,
    /// What kind of address the host is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_class: Option<AddressClass>,
    /// Logins in order of use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<Credential>,
    /// The login that the author meant, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intended: Option<Intended>,
    /// Every line with its fate.
    pub commands: Vec<Command>,
    /// What is moved.
    pub transfers: Vec<Transfer>,
    /// Remote files deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deletes: Vec<String>,
    /// Remote files renamed, from and to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renames: Vec<[String; 2]>,
    /// Remote directories made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub makes_directories: Vec<String>,
    /// Remote directories removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removes_directories: Vec<String>,
    /// Command lines that the client gives to the local shell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub executes: Vec<String>,
    /// Local files that are written but not transferred: listings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_writes: Vec<String>,
    /// Commands sent to the server as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raw: Vec<String>,
    /// Hosts named by commands that the client refuses because it is connected already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_named_hosts: Vec<String>,
    /// What the script alone cannot tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uncertain: Vec<String>,
    /// Variables that the evidence does not define.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
    /// False for a session that is commented out or can never be reached.
    #[serde(skip_serializing_if = "is_true")]
    pub active: bool,
}

fn is_true(value: &bool) -> bool {
    *value
}

impl Default for Session {
    fn default() -> Self {
        Self {
            id: String::new(),
            line: 0,
            launch: None,
            scheme: Scheme::Ftp,
            host: None,
            port: None,
            site: None,
            address_class: None,
            credentials: Vec::new(),
            intended: None,
            commands: Vec::new(),
            transfers: Vec::new(),
            deletes: Vec::new(),
            renames: Vec::new(),
            makes_directories: Vec::new(),
            removes_directories: Vec::new(),
            executes: Vec::new(),
            local_writes: Vec::new(),
            raw: Vec::new(),
            also_named_hosts: Vec::new(),
            uncertain: Vec::new(),
            unresolved: Vec::new(),
            active: true,
        }
    }
}

/// Something that a reader of the script should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// Line in the script, from 1; 0 for the script as a whole.
    pub line: u32,
    /// Stable word for it.
    pub code: String,
    /// A sentence.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic at a line.
    pub fn new(line: u32, code: &str, message: impl Into<String>) -> Self {
        Self { line, code: code.to_owned(), message: message.into() }
    }
}
