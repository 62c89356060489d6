//! Damaged payloads whose undamaged bytes a record knows: a digest that the host logged is that of a restored form.
//!
//! What a host hashed before the transfer, or after a second one that was in binary, proves which of the restored forms is
//! right. A hash of imports proves nothing here: every restored form of a program has the same imports.

use super::Fact;
use crate::artifact::event::Event;
use crate::base::limits::Limits;
use crate::case::Case;
use crate::payload::ascii_damage::Recorded;
use std::collections::{BTreeMap, BTreeSet};

/// A restored form of a payload that a record knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Restored {
    /// The payload.
    pub(super) payload: String,
    /// The record, and the digest by which it knows the form.
    pub(super) recorded: Recorded,
}

/// The digests of all restored forms of a case, in lower-case hexadecimal, with the payloads that they are of.
fn wanted(case: &Case) -> BTreeMap<&str, Vec<(&str, u64)>> {
    let mut wanted: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for payload in &case.payloads {
        let damage = payload.facts.as_ref().and_then(|facts| facts.ascii_damage.as_ref());
        for candidate in damage.iter().flat_map(|damage| &damage.candidates) {
            let digests = &candidate.digests;
            for digest in [&digests.md5, &digests.sha1, &digests.sha256] {
                wanted.entry(digest.as_str()).or_default().push((payload.id.as_str(), candidate.size));
            }
        }
    }
    wanted
}

/// The digests by which a restored form of a case would be known.
pub(super) fn digests(case: &Case) -> BTreeSet<String> {
    wanted(case).into_keys().map(str::to_owned).collect()
}

/// The digests that an event gives of whole files: how they were computed, the digest, and the file.
pub(super) fn given(event: &Event) -> impl Iterator<Item = (&str, &str, Option<&str>, Option<u64>)> {
    let process = event.process.iter().flat_map(|process| {
        let path = process.executable.as_deref();
        process.hashes.iter().map(move |(kind, digest)| (kind.as_str(), digest.as_str(), path, None))
    });
    let file = event.file.iter().flat_map(|file| {
        let path = Some(file.path.as_str());
        file.hashes.iter().map(move |(kind, digest)| (kind.as_str(), digest.as_str(), path, file.hashed_bytes))
    });
    process.chain(file).filter(|(kind, ..)| matches!(*kind, "md5" | "sha1" | "sha256"))
}

/// Looks for the restored forms of all damaged payloads among the digests of the records.
pub(super) fn find(case: &Case, facts: &[Fact<'_>], limits: &Limits) -> Vec<Restored> {
    let wanted = wanted(case);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Restored> = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (event, id, _) in facts {
        for (algorithm, digest, path, most) in given(event) {
            let digest = digest.to_ascii_lowercase();
            for (payload, size) in wanted.get(digest.as_str()).into_iter().flatten() {
                // A digest of the first bytes alone says nothing of the others.
                let whole = most.is_none_or(|most| *size <= most);
                let count = counts.entry(payload).or_default();
                if !whole || *count >= limits.join_candidates {
                    continue;
                }
                *count = count.saturating_add(1);
                found.push(Restored {
                    payload: (*payload).to_owned(),
                    recorded: Recorded {
                        event: (*id).to_owned(),
                        source: event.source.clone(),
                        path: path.map(str::to_owned),
                        algorithm: algorithm.to_owned(),
                        digest: digest.clone(),
                    },
                });
            }
        }
    }
    found
}

/// Proves the forms that were found.
pub(super) fn prove(case: &mut Case, found: Vec<Restored>) {
    let mut by_payload: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
    for restored in found {
        by_payload.entry(restored.payload).or_default().push(restored.recorded);
    }
    for payload in &mut case.payloads {
        let Some(records) = by_payload.remove(&payload.id) else { continue };
        if let Some(damage) = payload.facts.as_mut().and_then(|facts| facts.ascii_damage.as_mut()) {
            damage.prove_by_hashes(&records);
        }
    }
}
