//! One file, or one wildcard, that a script asks its client to move.

use schemars::JsonSchema;
use serde::Serialize;

/// Which way the bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the server to this host.
    Download,
    /// From this host to the server.
    Upload,
}

/// How the client moves the bytes (RFC 959, representation types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// TYPE A: line ends are rewritten, a binary is damaged.
    Ascii,
    /// TYPE I: as they are.
    Binary,
}

/// A transfer as the client's commands ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Transfer {
    /// Identity in the report, `s1.1.t1`.
    pub id: String,
    /// Line of the command in the script.
    pub line: u32,
    /// The client's full command name.
    pub command: String,
    /// Which way.
    pub direction: Direction,
    /// Name on the server as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_path: Option<String>,
    /// Remote directory in force, as far as the script sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_directory: Option<String>,
    /// Name on this host as the client uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_path: Option<String>,
    /// Local directory in force; absent if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_directory: Option<String>,
    /// Local path made absolute with all that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_path: Option<String>,
    /// Whether the names are wildcards.
    pub pattern: bool,
    /// How the bytes are moved.
    pub mode: Mode,
    /// Payloads that the evidence holds for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payloads: Vec<String>,
}
