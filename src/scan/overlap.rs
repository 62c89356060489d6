//! Evidence that is given twice: what it holds is then read and counted twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One path of the evidence that is, or lies in, another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The path, as given.
    pub path: PathBuf,
    /// The other one, as given.
    pub other: PathBuf,
    /// Whether both are the same.
    pub same: bool,
}

impl Overlap {
    /// What is to be known of it.
    #[must_use]
    pub fn message(&self) -> String {
        let how = if self.same { "is given twice, also as" } else { "lies in evidence that is given too," };
        format!("{how} {}: what both hold is counted twice", self.other.display())
    }
}

/// The overlaps among paths, each path once, in the order of the paths. One that does not exist overlaps with none.
#[must_use]
pub fn among(paths: &[PathBuf]) -> Vec<Overlap> {
    let real: Vec<Option<PathBuf>> = paths.iter().map(|path| path.canonicalize().ok()).collect();
    let mut first: BTreeMap<&Path, &PathBuf> = BTreeMap::new();
    let mut again = Vec::new();
    for (path, real) in paths.iter().zip(&real) {
        let Some(real) = real else { continue };
        again.push((path, real, first.get(real.as_path()).copied()));
        first.entry(real).or_insert(path);
    }
    let overlap = |(path, real, earlier): (&PathBuf, &PathBuf, Option<&PathBuf>)| {
        let above = || real.ancestors().skip(1).find_map(|folder| first.get(folder).copied());
        let other = earlier.or_else(above)?;
        Some(Overlap { path: path.clone(), other: other.clone(), same: earlier.is_some() })
    };
    again.into_iter().filter_map(overlap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_or_hold_one_another() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/b/c")).unwrap();
        std::fs::create_dir_all(root.path().join("ab")).unwrap();
        let cases: [(&[&str], &[(&str, &str, bool)]); 6] = [
            (&["a", "ab"], &[]),
            (&["a", "a"], &[("a", "a", true)]),
            (&["a", "ab/../a", "a"], &[("ab/../a", "a", true), ("a", "a", true)]),
            (&["a", "a/b/c"], &[("a/b/c", "a", false)]),
            (&["a/b/c", "ab", "a"], &[("a/b/c", "a", false)]),
            (&["a", "none", "none"], &[]),
        ];
        for (paths, expected) in cases {
            let at = |path: &str| root.path().join(path);
            let paths: Vec<PathBuf> = paths.iter().map(|path| at(path)).collect();
            let expected: Vec<Overlap> = expected
                .iter()
                .map(|(path, other, same)| Overlap { path: at(path), other: at(other), same: *same })
                .collect();
            assert_eq!(among(&paths), expected);
        }
    }
}
