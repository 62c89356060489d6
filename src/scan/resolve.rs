//! Resolves the files that transfers name on the evidence: found, candidate or missing, and nothing guessed into found.

use super::variables::{self, Place};
use super::volume::VolumeView;
use crate::case::{PathMatch, PayloadStatus};
use crate::evidence::entry::EntryPath;
use crate::script::local_path;
use crate::script::transfer::{Direction, Transfer};

/// A file that a transfer names, and how it was tied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) status: PayloadStatus,
    /// The file; absent where it is missing.
    pub(super) path: Option<EntryPath>,
    pub(super) path_match: Option<PathMatch>,
    /// Where it should be, where that is known.
    pub(super) expected: Option<String>,
}

/// Looks where the transfer puts or takes its file. `near` is the folder of the script, or of its writer. Nothing where
/// the name is none of a file (a pipe, the screen), and an entry without a path where nothing lies there.
pub(super) fn in_place(transfer: &Transfer, near: &str, volume: &VolumeView<'_>, cap: usize) -> Vec<Resolved> {
    let Some(local) = transfer.local_path.as_deref().filter(|local| is_file_name(local)) else { return Vec::new() };
    let known = transfer.resolved_path.as_deref().filter(|path| local_path::is_absolute(path));
    let place =
        known.map_or_else(|| local_path::join(near, transfer.resolved_path.as_deref().unwrap_or(local)), str::to_owned);
    let assumed = known.is_none();
    let mut found = Vec::new();
    let mut settled = false;
    for Place { path, guessed } in variables::places(&place, near, volume) {
        let below = below(&path).filter(|_| transfer.pattern);
        let files = below.map_or_else(|| volume.find(&path), |directory| volume.find_below(directory, cap));
        found.extend(files.into_iter().map(|(path, exact)| Resolved {
            // What a wildcard fetched is not told by its name: a file that fits may have been there before. And of several
            // users nobody knows whose folder a variable means.
            status: if volume.is_deleted(&path) {
                PayloadStatus::Deleted
            } else if guessed || transfer.pattern && transfer.direction == Direction::Download {
                PayloadStatus::Candidate
            } else {
                PayloadStatus::Found
            },
            path_match: Some(match (assumed || guessed, exact) {
                (true, _) => PathMatch::DirectoryAssumed,
                (false, true) => PathMatch::Exact,
                (false, false) => PathMatch::CaseInsensitive,
            }),
            path: Some(path),
            expected: None,
        }));
        settled |= !found.is_empty() && !guessed;
        if settled && !transfer.pattern {
            break;
        }
    }
    if found.is_empty() && !transfer.pattern {
        let paths = variables::expand(&place, near, volume);
        let deleted = paths.iter().flat_map(|path| volume.find_with_lost_initial(path));
        found.extend(deleted.map(|path| Resolved {
            status: PayloadStatus::Candidate,
            path: Some(path),
            path_match: Some(PathMatch::InitialLost),
            expected: None,
        }));
    }
    found.truncate(cap);
    if found.is_empty() {
        let expected = (!assumed).then_some(place);
        found.push(Resolved { status: PayloadStatus::Missing, path: None, path_match: None, expected });
    }
    found
}

/// The directory of which a path means all that lies below: `/home` of `/home/**`.
fn below(path: &str) -> Option<&str> {
    let directory = path.strip_suffix("**")?;
    match directory.strip_suffix(['/', '\\']) {
        Some("") => Some(directory),
        Some(bare) if bare.ends_with(':') => Some(directory),
        bare => bare.or_else(|| directory.is_empty().then_some(".")),
    }
}

/// The name, folded, by which a missing file is looked for elsewhere; nothing where the name is too common or a pattern.
pub(super) fn name_to_look_for(transfer: &Transfer) -> Option<String> {
    moved_name(transfer).filter(|name| name.len() >= 4)
}

/// The name, folded, of the file that a transfer moves; nothing where it is a pattern or not known.
pub(super) fn moved_name(transfer: &Transfer) -> Option<String> {
    let name = local_path::file_name(transfer.local_path.as_deref()?).trim_matches('"');
    let tells = !name.contains(['*', '?', '%', '$', '!', '<', '|']) && is_file_name(name);
    tells.then(|| name.to_lowercase())
}

fn is_file_name(local: &str) -> bool {
    !local.is_empty() && local != "-" && !local.starts_with(['|', '<', '>'])
}
