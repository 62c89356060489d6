//! What of a case an event can be about: files that are moved, scripts, scripts that launches name; found by place, by name
//! and by digest.

use super::paths::Place;
use crate::base::limits::Limits;
use crate::case::Case;
use crate::case::claim::Claim;
use crate::script::launch::Launch;
use std::collections::{BTreeMap, BTreeSet};

/// Something of the case, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Claim(usize),
    Script(usize),
    Launch(usize),
}

/// How an event is tied to it; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TiedBy {
    Path,
    Hash,
    Name,
}

impl TiedBy {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Hash => "hash",
            Self::Name => "name",
        }
    }
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    by_place: BTreeMap<String, Vec<(Option<char>, Subject)>>,
    by_name: BTreeMap<String, Vec<(bool, Subject)>>,
    by_sha256: BTreeMap<String, Vec<usize>>,
    /// Most of one name by which anything is tied.
    most: usize,
}

impl Subjects {
    pub(super) fn of(case: &Case, claims: &[Claim], limits: &Limits) -> Self {
        let mut subjects = Self { most: limits.join_candidates.max(1), ..Self::default() };
        for (number, script) in case.scripts.iter().enumerate() {
            // What is fed through a pipe, and a command line, is no file.
            for path in [Some(&script.path), script.original_path.as_ref()].into_iter().flatten() {
                if !path.ends_with(')') {
                    subjects.add(path, Subject::Script(number));
                }
            }
        }
        for (number, launch) in case.launches.iter().enumerate().filter(|(_, launch)| launch.scripts.is_empty()) {
            if let Some(place) = script_place(launch) {
                subjects.place(&place, Subject::Launch(number));
            }
        }
        let transfers: BTreeMap<&str, &str> = case
            .scripts
            .iter()
            .flat_map(|script| script.sessions.iter().flat_map(|session| &session.transfers))
            .filter(|transfer| !transfer.pattern)
            .filter_map(|transfer| {
                let path = transfer.resolved_path.as_deref().or(transfer.local_path.as_deref())?;
                Some((transfer.id.as_str(), path))
            })
            .collect();
        for (number, claim) in claims.iter().enumerate() {
            let named = claim.transfers.iter().filter_map(|id| transfers.get(id.as_str()).copied());
            let paths: BTreeSet<&str> = named.chain([claim.file.as_str()]).collect();
            for path in paths.into_iter().filter(|path| !path.contains(['*', '?'])) {
                subjects.add(path, Subject::Claim(number));
            }
            if let Some(hash) = &claim.sha256 {
                subjects.by_sha256.entry(hash.clone()).or_default().push(number);
            }
        }
        subjects
    }

    pub(super) fn add(&mut self, path: &str, subject: Subject) {
        if let Some(place) = Place::of(path) {
            self.place(&place, subject);
        }
    }

    fn place(&mut self, place: &Place, subject: Subject) {
        let named = self.by_name.entry(place.name().to_owned()).or_default();
        if !named.contains(&(place.is_name_only(), subject)) && named.len() <= self.most {
            named.push((place.is_name_only(), subject));
        }
        if !place.is_name_only() {
            let placed = self.by_place.entry(place.rest.clone()).or_default();
            if placed.len() < self.most && !placed.contains(&(place.drive, subject)) {
                placed.push((place.drive, subject));
            }
        }
    }

    /// Whether more share the name than anything is tied by.
    pub(super) fn is_too_common(&self, name: &str) -> bool {
        self.by_name.get(&name.to_lowercase()).is_some_and(|named| named.len() > self.most)
    }

    /// What lies at a place; where nothing does, and the folder of either is not known, what has its name.
    pub(super) fn at(&self, place: &Place) -> Vec<(Subject, TiedBy)> {
        let agrees = |drive: Option<char>| drive.is_none() || place.drive.is_none() || drive == place.drive;
        if !place.is_name_only() {
            let placed = self.by_place.get(&place.rest).map(Vec::as_slice).unwrap_or_default();
            let found: BTreeSet<_> = placed
                .iter()
                .filter(|(drive, _)| agrees(*drive))
                .map(|(_, subject)| (*subject, TiedBy::Path))
                .collect();
            if !found.is_empty() {
                return found.into_iter().collect();
            }
        }
        let named = self.by_name.get(place.name()).filter(|named| named.len() <= self.most);
        let named = named.map(Vec::as_slice).unwrap_or_default().iter();
        let found: BTreeSet<_> = named
            .filter(|(name_only, _)| *name_only || place.is_name_only())
            .map(|(_, subject)| (*subject, TiedBy::Name))
            .collect();
        found.into_iter().collect()
    }

    /// The files with a SHA-256. MD5 and SHA-1 prove no identity.
    pub(super) fn of_hash(&self, sha256: Option<&String>) -> Vec<(Subject, TiedBy)> {
        let found = sha256.and_then(|hash| self.by_sha256.get(&hash.to_ascii_lowercase()));
        let found = found.map(Vec::as_slice).unwrap_or_default().iter().take(self.most);
        found.map(|number| (Subject::Claim(*number), TiedBy::Hash)).collect()
    }
}

/// Where the script of a launch is, as far as the launch tells.
pub(super) fn script_place(launch: &Launch) -> Option<Place> {
    Place::seen_from(launch.working_directory.as_deref(), launch.script_path.as_deref()?)
}
