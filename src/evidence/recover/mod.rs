//! What is gone, and where traces of it are kept.

pub mod changed;
pub mod history;
pub mod recycle_bin;
pub mod shadow_copy;
pub mod usn;
