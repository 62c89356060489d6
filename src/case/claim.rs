//! What is claimed of each file that a script moves, each claim with the records that it rests on.

use crate::base::time::Timestamp;
use crate::script::transfer::Direction;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// What is known of one file of the transfers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Claim {
    /// Identity in the report, `c1`.
    pub id: String,
    /// The file: its path, or its name where the folder is not known.
    pub file: String,
    /// The payload of the report that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// The transfers that move it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub transfers: BTreeSet<String>,
    /// Which way they move it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub directions: BTreeSet<Direction>,
    /// The runs of clients that carried them out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub runs: BTreeSet<String>,
    /// Its SHA-256, from the file or from a record: the identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What is claimed, in order.
    pub states: Vec<ClaimedState>,
    /// How it came, record by record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
    /// What started it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub executions: Vec<Execution>,
    /// What starts it again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub persistence: Vec<Persistence>,
    /// What a reader should know: joins that were cut, clocks that do not agree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One state with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimedState {
    /// The state.
    pub state: State,
    /// The records that it rests on; empty only for what no record shows.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub refs: BTreeSet<String>,
    /// One sentence.
    pub why: String,
}

/// What can be claimed of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The evidence holds it.
    Present,
    /// The evidence, or a record, shows that it was there and was deleted.
    Deleted,
    /// It was started.
    Executed,
    /// Something starts it without its user.
    Persisted,
    /// It was sent away.
    Uploaded,
    /// Only its digest is known, from a record.
    HashOnly,
    /// A record shows that it was there; nothing more is known.
    Seen,
    /// A script names it; neither the evidence nor a record shows it.
    NeverSeen,
}

impl State {
    /// The word of the report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Deleted => "deleted",
            Self::Executed => "executed",
            Self::Persisted => "persisted",
            Self::Uploaded => "uploaded",
            Self::HashOnly => "hash-only",
            Self::Seen => "seen",
            Self::NeverSeen => "never-seen",
        }
    }
}

/// A record of a file's arrival.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Delivery {
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What the record is: the event's source, or `file-times`.
    pub source: String,
    /// The program that made the file, where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The run within whose time it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// How the record is tied to the transfer: `path`, `name-in-working-directory`, `name`, `hash`.
    pub tied_by: String,
    /// The record.
    pub refs: Vec<String>,
}

/// A record of a file's start, or of a program's that was given it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Execution {
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What the record is: the event's source.
    pub source: String,
    /// How it was started: `itself`, or the program that was given it, `rundll32`, `mshta`, `powershell` …
    pub by: String,
    /// The command line, where it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// Whether the record proves a start; ShimCache and Amcache prove presence alone.
    pub proves: bool,
    /// After what it is known to lie; absent where no time tells that the transfer came before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<Follows>,
    /// Seconds from its arrival to this; absent where either is not dated, or the clocks do not agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_s: Option<f64>,
    /// Whether the client itself started it (`!cmd`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub child_of_client: bool,
    /// How the record is tied to the file: `path`, `name`, `hash`.
    pub tied_by: String,
    /// The records.
    pub refs: Vec<String>,
    /// What a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What comes before the start of a file, by the times that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Follows {
    /// A record of the file's arrival.
    Arrival,
    /// The first time at which the script is known: of its file, of its writing, of a run with it.
    Script,
}

/// What starts a file, a script or a client without its user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Persistence {
    /// `scheduled-task`, `service`, `run-key` …
    pub mechanism: String,
    /// The name of the task, the service, the value.
    pub name: String,
    /// The command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// When it was set, by the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What it starts: a payload `p1`, a script `s1`, or `ftp-client`.
    pub subjects: BTreeSet<String>,
    /// How the command line is tied to them: `path` or `name`.
    pub tied_by: String,
    /// Whether it is switched off.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// The records.
    pub refs: Vec<String>,
}
