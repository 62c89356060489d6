//! Containers: what holds a disk's bytes (a raw image, an Expert Witness file, a virtual disk), told by content.
//!
//! Files beside the evidence (segments, extents, parents) are had through [`Siblings`] alone, which never leaves the
//! folder of the evidence.

mod ewf;
mod split;
#[cfg(test)]
mod testfolder;
mod unread;
mod virtual_disk;

use crate::base::anomaly::Cause;
use crate::base::limits::Limits;
use crate::base::source::Source;
use schemars::JsonSchema;
use serde::Serialize;

/// The kinds of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The bytes of the disk as they are.
    Raw,
    /// The bytes of the disk, cut into files that are beside each other.
    SplitRaw,
    /// An Expert Witness file (E01, Ex01), in one or many segments.
    Ewf,
    /// A disk of QEMU of the first version.
    Qcow,
    /// A disk of QEMU.
    Qcow2,
    /// A disk of Virtual PC, or of Hyper-V before 2012.
    Vhd,
    /// A disk of Hyper-V.
    Vhdx,
    /// A disk of VMware.
    Vmdk,
    /// A zip archive.
    Zip,
    /// A tar archive, compressed or not.
    Tar,
    /// One file, compressed by gzip.
    Gzip,
    /// One file, compressed by Zstandard.
    Zstd,
}

impl Format {
    /// Whether the bytes alone do not say that they are a disk: any file looks like it.
    #[must_use]
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Raw | Self::SplitRaw)
    }
}

/// A container, opened: the bytes of the disk, and what the container says of them.
pub struct Medium {
    /// Which kind.
    pub format: Format,
    /// The bytes of the disk.
    pub source: Source,
    /// Digests that the container states.
    pub stored: StoredDigests,
    /// What was damaged or missing; ranges that could not be had read as zeros and are named here.
    pub damage: Vec<Cause>,
}

/// Digests of the whole medium that its acquisition noted, in lower-case hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredDigests {
    /// MD5.
    pub md5: Option<String>,
    /// SHA-1.
    pub sha1: Option<String>,
    /// SHA-256.
    pub sha256: Option<String>,
}

/// The files beside the evidence.
pub trait Siblings {
    /// Opens the regular file of that name in the evidence's folder. A name with a separator in it, `.` or `..` is none,
    /// and a link is not followed.
    fn open(&self, name: &str) -> Option<Source>;

    /// The names of the files in the folder, in order.
    fn names(&self) -> Vec<String>;

    /// The name of the evidence itself.
    fn own_name(&self) -> &str;
}

/// Opens what holds the bytes of a disk.
///
/// # Errors
/// The container is damaged beyond reading, or of a kind or version that is not read.
pub fn open(source: Source, siblings: &dyn Siblings, limits: &Limits) -> Result<Medium, Cause> {
    if let Some(opened) = virtual_disk::open(&source, siblings, limits) {
        return opened;
    }
    if ewf::is(&source) {
        return ewf::open(source, siblings, limits);
    }
    split::open(source, siblings)
}
