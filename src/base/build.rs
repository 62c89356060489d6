//! What tells this build of the program from others.

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

const UNKNOWN: &str = "unknown";
const COMMIT: &str = env!("BUILD_COMMIT");

/// Version, commit, compiler and target, a line each.
pub const IN_FULL: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit    ",
    env!("BUILD_COMMIT"),
    "\ncompiler  ",
    env!("BUILD_COMPILER"),
    "\ntarget    ",
    env!("BUILD_TARGET"),
);

/// The commit of the sources, with `-changed` where they are not those of it; none where it is not known.
#[must_use]
pub fn commit() -> Option<&'static str> {
    (COMMIT != UNKNOWN).then_some(COMMIT)
}
