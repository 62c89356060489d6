//! Reports of single files: `ftpsift inspect` and `ftpsift ls`.

use crate::base::digest::Digests;
use crate::base::time::FileTimes;
use crate::case::{Acquisition, ScanError, Source};
use crate::evidence::entry::{EntryKind, Recovery};
use crate::payload::Facts;
use schemars::JsonSchema;
use serde::Serialize;

/// What `ftpsift inspect` says.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Inspection {
    /// Whether all files were read to their ends, and no limit was reached.
    pub complete: bool,
    /// The files, in the order of the arguments.
    pub payloads: Vec<Inspected>,
    /// What could not be read.
    pub errors: Vec<ScanError>,
}

/// One inspected file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Inspected {
    /// Identity in the report, `p1`.
    pub id: String,
    /// Path as given.
    pub path: String,
    /// The file's times.
    #[serde(skip_serializing_if = "FileTimes::is_empty")]
    pub times: FileTimes,
    /// What the bytes are.
    #[serde(flatten)]
    pub facts: Facts,
}

/// One entry of `ftpsift ls`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Listed {
    /// The evidence.
    pub evidence: String,
    /// The volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Path as the report writes it.
    pub path: String,
    /// The path's bytes in hexadecimal, where they are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_raw: Option<String>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: EntryKind,
    /// Size of a regular file, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Its times.
    #[serde(skip_serializing_if = "FileTimes::is_empty")]
    pub times: FileTimes,
    /// Whether the entry is a deleted one.
    pub deleted: bool,
    /// How its bytes are come by; absent for an ordinary file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Of a deleted entry, how much of its content can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// The digests asked for.
    #[serde(flatten)]
    pub digests: Asked,
}

/// What the acquisition of one piece of evidence noted, and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Verified {
    /// The evidence.
    pub evidence: String,
    /// Its path as given.
    pub path: String,
    /// The digests.
    #[serde(flatten)]
    pub acquisition: Acquisition,
}

/// Digests that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Asked {
    /// MD5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// SHA-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    /// SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Asked {
    /// Of all digests the named ones.
    #[must_use]
    pub fn of(digests: Digests, md5: bool, sha1: bool, sha256: bool) -> Self {
        Self {
            md5: md5.then_some(digests.md5),
            sha1: sha1.then_some(digests.sha1),
            sha256: sha256.then_some(digests.sha256),
        }
    }
}
