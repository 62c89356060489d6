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
    /// The bytes end, or can be read no further, before what they hold does: what lay behind is not known.
    #[error("{what} at offset {offset}")]
    CutOff {
        /// What is cut off.
        what: String,
        /// Bytes from the start of the stream, up to where there are any.
        offset: u64,
    },
    /// A cap on what is held, listed or looked for inside of one file was reached: its record is shorter for it, but the file
    /// was read whole and is known by its digests.
    #[error("limit reached: {what} (limit {limit})")]
    Abridged {
        /// What was being counted.
        what: &'static str,
        /// The cap's value.
        limit: u64,
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

    /// Whether something of the evidence was not examined for it that could have been.
    #[must_use]
    pub fn costs(&self) -> bool {
        match &self.cause {
            Cause::Io(_) | Cause::LimitReached { .. } | Cause::CutOff { .. } => true,
            // Of a container or a volume a part is not known; of a damaged file all that could be read was read.
            Cause::Corrupt { .. } => self.stage == Stage::Open,
            Cause::Unsupported(_) if self.stage == Stage::Payload => false,
            Cause::Unsupported(_) => self.stage != Stage::Walk || self.path.is_empty(),
            Cause::Elsewhere(_) | Cause::Abridged { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_something_unexamined_costs_completeness_wherever_it_is_met() {
        let limit = || Cause::LimitReached { what: "bytes", limit: 1 };
        let corrupt = || Cause::Corrupt { what: "torn".to_owned(), offset: 0 };
        let cut = || Cause::CutOff { what: "cut".to_owned(), offset: 0 };
        let said = || Cause::Unsupported("not read".to_owned());
        let io = || Cause::Io(io::Error::other("refused"));
        for (stage, path, cause, costs) in [
            (Stage::Walk, "", limit(), true),
            (Stage::Payload, "a", limit(), true),
            (Stage::Payload, "a", Cause::Abridged { what: "members", limit: 1 }, false),
            (Stage::Payload, "a", io(), true),
            (Stage::Payload, "a", said(), false),
            (Stage::Open, "", corrupt(), true),
            (Stage::Walk, "", corrupt(), false),
            (Stage::Read, "a", corrupt(), false),
            (Stage::Walk, "", cut(), true),
            (Stage::Walk, "a", cut(), true),
            (Stage::Walk, "", said(), true),
            (Stage::Walk, "a socket", said(), false),
            (Stage::Read, "a", said(), true),
            (Stage::Walk, "online", Cause::Elsewhere("online".to_owned()), false),
        ] {
            let anomaly = Anomaly::new(stage, path, cause);
            assert_eq!(anomaly.costs(), costs, "{anomaly:?}");
        }
    }
}
