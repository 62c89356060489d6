//! The records of a case by their identities. A report of ten thousand scripts names each of them many times.

use super::claim::Claim;
use super::run::ClientRun;
use super::{Case, Payload, Script};
use crate::script::launch::Launch;

/// The places of records of one kind, in the order of their identities. Every map of another type is code of its own.
type Places<'c> = Vec<(&'c str, usize)>;

/// The records of a case by their identities.
#[derive(Debug, Clone, Default)]
pub struct Index<'c> {
    scripts: (&'c [Script], Places<'c>),
    launches: (&'c [Launch], Places<'c>),
    payloads: (&'c [Payload], Places<'c>),
    runs: (&'c [ClientRun], Places<'c>),
    claims: (&'c [Claim], Places<'c>),
}

impl<'c> Index<'c> {
    /// Of this case.
    #[must_use]
    pub fn of(case: &'c Case) -> Self {
        Self {
            scripts: (&case.scripts, places(case.scripts.iter().map(|script| script.id.as_str()))),
            launches: (&case.launches, places(case.launches.iter().map(|launch| launch.id.as_str()))),
            payloads: (&case.payloads, places(case.payloads.iter().map(|payload| payload.id.as_str()))),
            runs: (&case.runs, places(case.runs.iter().map(|run| run.id.as_str()))),
            claims: (&case.claims, places(case.claims.iter().map(|claim| claim.id.as_str()))),
        }
    }

    /// The script of this identity.
    #[must_use]
    pub fn script(&self, id: &str) -> Option<&'c Script> {
        self.scripts.0.get(place(&self.scripts.1, id)?)
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
        self.launches.0.get(place(&self.launches.1, id)?)
    }

    /// The payload of this identity.
    #[must_use]
    pub fn payload(&self, id: &str) -> Option<&'c Payload> {
        self.payloads.0.get(place(&self.payloads.1, id)?)
    }

    /// The claim of this identity.
    #[must_use]
    pub fn claim(&self, id: &str) -> Option<&'c Claim> {
        self.claims.0.get(place(&self.claims.1, id)?)
    }

    /// The run of this identity.
    #[must_use]
    pub fn run(&self, id: &str) -> Option<&'c ClientRun> {
        self.runs.0.get(place(&self.runs.1, id)?)
    }

    /// The runs of these identities, in the order of the case.
    #[must_use]
    pub fn runs<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c ClientRun> {
        in_order(&self.runs.1, ids).into_iter().filter_map(|place| self.runs.0.get(place)).collect()
    }

    /// The scripts of these identities, in the order of the case.
    #[must_use]
    pub fn scripts<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c Script> {
        in_order(&self.scripts.1, ids).into_iter().filter_map(|place| self.scripts.0.get(place)).collect()
    }

    /// The launches of these identities, in the order of the case.
    #[must_use]
    pub fn launches<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c Launch> {
        in_order(&self.launches.1, ids).into_iter().filter_map(|place| self.launches.0.get(place)).collect()
    }

    /// The payloads of these identities, in the order of the case.
    #[must_use]
    pub fn payloads<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Vec<&'c Payload> {
        in_order(&self.payloads.1, ids).into_iter().filter_map(|place| self.payloads.0.get(place)).collect()
    }
}

fn places<'c>(ids: impl Iterator<Item = &'c str>) -> Places<'c> {
    let mut places: Places<'_> = ids.enumerate().map(|(place, id)| (id, place)).collect();
    places.sort_unstable();
    places
}

/// Of records that share an identity the first counts.
fn place(places: &Places<'_>, id: &str) -> Option<usize> {
    let (found, place) = places.get(places.partition_point(|(known, _)| *known < id))?;
    (*found == id).then_some(*place)
}

fn in_order<'i>(known: &Places<'_>, ids: impl IntoIterator<Item = &'i String>) -> Vec<usize> {
    let mut found: Vec<usize> = ids.into_iter().filter_map(|id| place(known, id)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
