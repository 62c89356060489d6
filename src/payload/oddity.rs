//! What a linker does not do: departures of a program from its specification or from custom, as facts.

use schemars::JsonSchema;
use serde::Serialize;

/// Something that a linker does not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Oddity {
    /// A fixed word for it.
    pub code: &'static str,
    /// What was found, in words.
    pub detail: String,
}

/// Oddities of one file. One of each kind and subject is enough; so are [`Oddities::MOST`] in all.
#[derive(Default)]
pub(super) struct Oddities(Vec<Oddity>);

impl Oddities {
    const MOST: usize = 64;
    /// Of one kind, so that a table of bad rows does not displace all else.
    const MOST_OF_A_KIND: usize = 4;

    pub(super) fn add(&mut self, code: &'static str, detail: String) {
        let same = self.0.iter().filter(|oddity| oddity.code == code).count();
        let oddity = Oddity { code, detail };
        if same < Self::MOST_OF_A_KIND && self.0.len() < Self::MOST && !self.0.contains(&oddity) {
            self.0.push(oddity);
        }
    }

    /// Whether there is one of a kind.
    pub(super) fn has(&self, code: &str) -> bool {
        self.0.iter().any(|oddity| oddity.code == code)
    }

    /// Takes those of some kinds back.
    pub(super) fn forget(&mut self, codes: &[&str]) {
        self.0.retain(|oddity| !codes.contains(&oddity.code));
    }

    pub(super) fn finish(self) -> Vec<Oddity> {
        self.0
    }
}
