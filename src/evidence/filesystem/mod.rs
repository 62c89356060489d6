//! File systems: the host's own, those of images, and archives, each as a tree of entries.
//!
//! Each reader of an image has a `mount` that builds the tree ([`crate::evidence::tree`]) and keeps what it takes to open
//! a node's streams ([`Streams`](crate::evidence::mounted::Streams)).

pub mod archive;
mod civil;
mod ext;
mod fat;
pub(in crate::evidence) mod folder;
pub mod host;
mod iso;
pub mod memory;
pub mod ntfs;
pub mod signature;

use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::evidence::mounted::Mounted;
use signature::Kind;

/// Reads the names of a volume's file system.
///
/// # Errors
/// The file system is damaged beyond reading, or of a kind that is not read.
pub fn mount(kind: Kind, volume: Source, limits: &Limits) -> Result<Mounted, Cause> {
    match kind {
        Kind::Fat | Kind::ExFat => fat::mount(volume, limits),
        Kind::Iso9660 => iso::mount(volume, limits),
        Kind::Ntfs => ntfs::mount(volume, limits),
        Kind::Mft => ntfs::mount_mft(volume, limits),
        Kind::Ext => ext::mount(volume, limits),
        _ => Err(Cause::Unsupported(format!("{}: not read", kind.name()))),
    }
}
