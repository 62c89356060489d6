//! Bytes that may be those before the damage.

use super::proof::Proof;
use super::view::{Collapsed, Inserted, Rule};
use crate::base::bytes::ReadAt;
use crate::base::digest::{Digests, Hasher};
use crate::base::number::to_u64;
use schemars::JsonSchema;
use serde::Serialize;
use std::io;

/// Bytes that may be those before the damage: what undoes it, and what shows that it does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Candidate {
    /// What was done to get it, in words.
    pub undone_by: String,
    /// Bytes of the restored file.
    pub size: u64,
    /// Digests of the restored file: the ones by which others know it.
    #[serde(flatten)]
    pub digests: Digests,
    /// What shows that these are the bytes; without any it is one possibility.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// The records that give its digest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded_by: Vec<Recorded>,
    /// What speaks against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contradiction: Option<String>,
    /// Bytes (CR, or NUL behind a CR) that were there before and that had to be found by search.
    #[serde(skip_serializing_if = "is_zero")]
    pub found_by_search: u64,
    /// How it is made from the file as it is.
    #[serde(skip)]
    undo: Undo,
}

/// A record that gives the digest of a candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recorded {
    /// The event, by its identity in the report.
    pub event: String,
    /// The kind of artifact and record: `sysmon-15`.
    pub source: String,
    /// The path of the file that was hashed, as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `md5`, `sha1`, `sha256`.
    pub algorithm: String,
    /// The digest, lower-case hexadecimal.
    pub digest: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The steps that undo a conversion.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Undo {
    /// What is left out, in order.
    pub(super) rules: Vec<Rule>,
    /// What is put in then: before which offset which byte.
    pub(super) inserted: Vec<(u64, u8)>,
}

impl Undo {
    /// Hands the restored bytes to `work`; `each` sees all of them in order where rules apply.
    pub(super) fn with<T>(
        &self,
        stream: &dyn ReadAt,
        each: &mut dyn FnMut(&[u8]),
        work: impl FnOnce(&dyn ReadAt) -> T,
    ) -> io::Result<T> {
        let quiet: &mut dyn FnMut(&[u8]) = &mut |_| {};
        let inserted = &self.inserted;
        let finish = |view: &dyn ReadAt| {
            if inserted.is_empty() { work(view) } else { work(&Inserted::new(view, inserted)) }
        };
        Ok(match self.rules.as_slice() {
            [] => finish(stream),
            [only] => finish(&Collapsed::new(stream, *only, each)?),
            [first, second, ..] => {
                let first = Collapsed::new(stream, *first, quiet)?;
                finish(&Collapsed::new(&first, *second, each)?)
            }
        })
    }
}

impl Candidate {
    /// A candidate whose digests are at hand.
    pub(super) fn new(undone_by: String, size: u64, digests: Digests, undo: Undo) -> Self {
        Self { undone_by, size, digests, found_by_search: to_u64(undo.inserted.len()), undo, ..Self::default() }
    }

    /// Hands the restored bytes, a view of the damaged ones, to `work`.
    ///
    /// # Errors
    /// What the stream says of a read.
    pub fn restored<T>(&self, damaged: &dyn ReadAt, work: impl FnOnce(&dyn ReadAt) -> T) -> io::Result<T> {
        self.undo.with(damaged, &mut |_| {}, work)
    }

    /// Whether one of the digests that records give is that of the candidate; then that proves it.
    pub fn prove_by_hashes(&mut self, records: &[Recorded]) -> bool {
        let own = [&self.digests.md5, &self.digests.sha1, &self.digests.sha256];
        let is_own = |record: &&Recorded| own.iter().any(|own| own.eq_ignore_ascii_case(record.digest.trim()));
        self.recorded_by.extend(records.iter().filter(is_own).cloned());
        let proven = !self.recorded_by.is_empty();
        if proven && !self.proofs.contains(&Proof::KnownHash) {
            self.proofs.insert(0, Proof::KnownHash);
        }
        proven
    }
}

/// Digests of a whole stream.
pub(super) fn digests(stream: &dyn ReadAt) -> io::Result<Digests> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0u8; 1 << 17];
    let mut at = 0u64;
    loop {
        let count = crate::base::bytes::read_full(stream, at, &mut buffer)?;
        if count == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
        at = at.saturating_add(to_u64(count));
    }
}
