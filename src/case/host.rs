//! The host that a triage ran on.

use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What the host says of itself. What it does not say is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Host {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its system knows it by: `/etc/machine-id`, or Windows' `MachineGuid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
    /// Its operating system: `Debian GNU/Linux 12 (bookworm)`, `Windows 10 Pro`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The version of its kernel (`6.1.0-18-amd64`), or the build of Windows (`19045.3803`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// The architecture for which this program was built.
    pub architecture: String,
    /// When it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booted: Option<Timestamp>,
    /// The name of its time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Minutes that its clock is behind UTC, where Windows tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias_minutes: Option<i32>,
    /// Whether the run held the privilege to back up files of Windows (`SeBackupPrivilege`) and used it: by it files are read that
    /// are closed to its user otherwise. Absent on other systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_privilege: Option<bool>,
    /// What its clock said when the run began, in UTC: to be held against a clock that is known to be right.
    pub clock: Timestamp,
}

/// What a run that ended early did not read, as far as it is known: what lies in folders that nobody looked into is not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unread {
    /// `interrupted`, `time-budget` or `max-memory`.
    pub why: String,
    /// Files whose names were read, and their bytes not.
    pub files: u64,
    /// Folders whose names were read, and what they hold not.
    pub folders: u64,
    /// The places that were not read, or not to their end.
    pub places: Vec<String>,
}
