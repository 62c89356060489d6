//! Opens the databases of addresses that the examiner gives.

use crate::correlate::mmdb::Database;
use crate::evidence::filesystem::host;
use std::path::PathBuf;

/// Opens databases (`.mmdb`), in their order. They are the examiner's, so that a link to one is followed.
///
/// # Errors
/// A file cannot be read, or is no such database.
pub fn open(paths: &[PathBuf]) -> Result<Vec<Database>, String> {
    let open = |path: &PathBuf| {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let real = path.canonicalize().map_err(|error| failed(&error))?;
        let source = host::open_file(&real).map_err(|error| failed(&error))?;
        Database::open(source).map_err(|cause| failed(&cause))
    };
    paths.iter().map(open).collect()
}
