//! Everything that is dated, in order, with what its clock is worth.

use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// One dated fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct TimelineEntry {
    /// When.
    pub time: Timestamp,
    /// What the clock is worth.
    pub clock: Clock,
    /// What the instant is of: `process started`, `file created`, `key last written`.
    pub kind: String,
    /// What happened, in one line.
    pub text: String,
    /// The computer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The records.
    pub refs: Vec<String>,
    /// What a reader should know of this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What kind of clock wrote an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Sysmon's `UtcTime`: when the thing happened.
    Event,
    /// When the log's record was written, at or shortly after what it tells.
    #[default]
    LogRecord,
    /// The file system's own time, in UTC; programs can set it.
    FileSystem,
    /// A local time of FAT, whose zone nothing tells, in steps of two seconds.
    FileSystemLocal,
    /// The change journal's time.
    Journal,
    /// When a registry key was last written, whichever of its values changed.
    KeyLastWrite,
    /// A run that Prefetch counted.
    Prefetch,
    /// A run that another memory of Windows counted.
    ExecutionArtifact,
    /// A date that a text states.
    Stated,
}
