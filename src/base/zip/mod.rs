//! The headers of a ZIP: of the central directory, and before the data of each member. PKWARE, APPNOTE.TXT 6.3.10.
//!
//! The reading is our own: the `zip` crate keeps one of several members of a name and wants a cursor of its own, and neither
//! it nor `rawzip` goes on behind a damaged header or compares the two headers of a member.

pub mod directory;
mod extra;
pub mod header;

pub use directory::Directory;
pub use header::Header;
