//! Texts of each kind, as they are written.
