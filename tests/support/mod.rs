//! What the tests share.

use std::path::{Path, PathBuf};

/// A path in the folder of material that stands beside the project in its workshop; nothing elsewhere. Tests that need it
/// say that they skipped.
pub(crate) fn workshop(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}
