//! A folder of evidence in memory, for the tests.

use super::{Medium, Siblings};
use crate::base::anomaly::Cause;
use crate::base::bytes::read_full;
use crate::base::limits::Limits;
use crate::base::source::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files by their names; one without bytes cannot be opened, as a link.
pub(super) struct Folder {
    pub(super) files: BTreeMap<String, Option<Vec<u8>>>,
    pub(super) own: String,
}

impl Folder {
    pub(super) fn of(own: &str, files: &[(&str, Vec<u8>)]) -> Self {
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), Some(bytes.clone()))).collect();
        Self { files, own: own.to_owned() }
    }

    pub(super) fn open_own(&self) -> Result<Medium, Cause> {
        super::open(self.open(&self.own).unwrap(), self, &Limits::default())
    }
}

impl Siblings for Folder {
    fn open(&self, name: &str) -> Option<Source> {
        Some(Arc::new(self.files.get(name)?.clone()?))
    }

    fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn own_name(&self) -> &str {
        &self.own
    }
}

/// All bytes of a medium, at most 16 MiB, read twice in blocks of different sizes.
pub(super) fn all(medium: &Medium) -> Vec<u8> {
    let length = usize::try_from(medium.source.len()).unwrap().min(16 << 20);
    let mut bytes = vec![0u8; length];
    assert_eq!(read_full(&medium.source, 0, &mut bytes).unwrap(), length);
    for (at, part) in bytes.chunks(777).enumerate().step_by(5) {
        let mut again = vec![0u8; part.len()];
        assert_eq!(medium.source.read_at(at as u64 * 777, &mut again).unwrap(), part.len());
        assert!(again == part);
    }
    bytes
}

/// What is told of a medium, once it was read.
pub(super) fn told(medium: &Medium) -> Vec<String> {
    medium.damage.iter().chain(&medium.source.unread()).map(ToString::to_string).collect()
}
