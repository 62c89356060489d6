//! Something damaged, skipped or capped: what, where and why, in words that a reader can act on.

use serde::Serialize;
use std::fmt;
use std::io;

/// The part of the program that met the anomaly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Opening the evidence itself.
    Open,
    /// Walking its folders.
    Walk,
    /// Reading a file's bytes.
    Read,
    /// Decoding or running a script.
    Script,
    /// Resolving a transfer's file on the evidence.
    Resolve,
    /// Inspecting a payload.
    Payload,
    /// Reading what the host recorded.
    Artifact,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "open",
            Self::Walk => "walk",
            Self::Read => "read",
            Self::Script => "script",
            Self::Artifact => "artifact",
            Self::Resolve => "resolve",
            Self::Payload => "payload",
        })
    }
}

/// The causes of an anomaly.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// An honest limit of this program: the input may be perfectly good.
    #[error("{0}")]
    Unsupported(String),
    /// What is meant is not on this host, but online or in an archive, and is not fetched: nothing of this host is left out.
    #[error("{0}")]
    Elsewhere(String),
    /// The bytes contradict themselves or their format.
    #[error("{what} at offset {offset}")]
    Corrupt {
        /// What is wrong.
        what: String,
        /// Bytes from the start of the stream.
        offset: u64,
    },
    /// A cap of [`super::limits::Limits`] was reached.
    #[error("limit reached: {what} (limit {limit})")]
    LimitReached {
        /// What was being counted.
        what: &'static str,
        /// The cap's value.
        limit: u64,
    },
}

/// One thing that was damaged, skipped or capped.
#[derive(Debug)]
pub struct Anomaly {
    /// Who met it.
    pub stage: Stage,
    /// Path inside the evidence as the report writes it; empty for the evidence as a whole.
    pub path: String,
    /// Why.
    pub cause: Cause,
}

impl Anomaly {
    /// An anomaly at a path.
    pub fn new(stage: Stage, path: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self { stage, path: path.into(), cause: cause.into() }
    }
}
