//! Directories of this host.
