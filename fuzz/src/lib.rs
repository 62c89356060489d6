//! What fuzz targets share.

pub mod emulated;
pub mod volume;
