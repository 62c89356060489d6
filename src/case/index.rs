//! The records of a case by their identities. A report of ten thousand scripts names each of them many times.

use super::run::ClientRun;
use super::{Case, Payload, Script};
use crate::script::launch::Launch;
use std::collections::BTreeMap;

/// Records of one kind by identity, each with its place in the case.
type ById<'c, T> = BTreeMap<&'c str, (usize, &'c T)>;

/// The records of a case by their identities.
#[derive(Debug, Clone, Default)]
pub struct Index<'c> {
    scripts: ById<'c, Script>,
    launches: ById<'c, Launch>,
    payloads: ById<'c, Payload>,
    runs: ById<'c, ClientRun>,
}

impl<'c> Index<'c> {
    /// Of this case.
    #[must_use]
    pub fn of(case: &'c Case) -> Self {
        Self {
            scripts: by_id(&case.scripts, |script| &script.id),
            launches: by_id(&case.launches, |launch| &launch.id),
            payloads: by_id(&case.payloads, |payload| &payload.id),
            runs: by_id(&case.runs, |run| &run.id),
        }
    }

    /// The script of this identity.
    #[must_use]
    pub fn script(&self, id: &str) -> Option<&'c Script> {
        self.scripts.get(id).map(|(_, script)| *script)
    }

    /// The file of the evidence that a script stands in: its own, or that of what writes or says it. Nothing where only a
    /// record of the host holds it.
    #[must_use]
    pub fn file_of(&self, script: &'c Script) -> Option<&'c Script> {
        /// Writers of writers that are followed.
        const DEEP: usize = 16;
        let mut at = script;
        for _ in 0..DEEP {
            if !at.source.is_no_file() {
                return Some(at);
            }
            at = self.script(&at.written_by.as_ref()?.script)?;
        }
        None
    }

    /// The launch of this identity.
    #[must_use]
    pub fn launch(&self, id: &str) -> Option<&'c Launch> {
        self.launches.get(id).map(|(_, launch)| *launch)
    }

    /// The payload of this identity.
    #[must_use]
    pub fn payload(&self, id: &str) -> Option<&'c Payload> {
        self.payloads.get(id).map(|(_, payload)| *payload)
    }

    /// The run of this identity.
    #[must_use]
    pub fn run(&self, id: &str) -> Option<&'c ClientRun> {
        self.runs.get(id).map(|(_, run)| *run)
    }

    /// The runs of these identities, in the order of the case.
    #[must_use]
    pub fn runs<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c ClientRun> {
        in_order(&self.runs, ids)
    }

    /// The scripts of these identities, in the order of the case.
    #[must_use]
    pub fn scripts<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c Script> {
        in_order(&self.scripts, ids)
    }

    /// The launches of these identities, in the order of the case.
    #[must_use]
    pub fn launches<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c Launch> {
        in_order(&self.launches, ids)
    }

    /// The payloads of these identities, in the order of the case.
    #[must_use]
    pub fn payloads<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c Payload> {
        in_order(&self.payloads, ids)
    }
}

/// Of records that share an identity the first counts.
fn by_id<T>(records: &[T], id: impl Fn(&T) -> &String) -> ById<'_, T> {
    records.iter().enumerate().rev().map(|(place, record)| (id(record).as_str(), (place, record))).collect()
}

fn in_order<'c, 'i, T>(records: &ById<'c, T>, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c T> {
    let found: BTreeMap<usize, &T> = ids.into_iter().filter_map(|id| records.get(id.as_str()).copied()).collect();
    found.into_values().collect()
}
