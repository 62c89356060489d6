//! Virtual disks: files that hold a disk in pieces, alone or over others.
//!
//! Each format is a [`map::Map`] that says where a byte of the disk lies; one [`layer::Layer`] reads them all. The readers
//! keep no tables: these are read as they are needed, through a [`pool::Pool`] of a fixed size.

mod check;
mod family;
mod fields;
mod layer;
mod map;
mod pool;
mod qcow;
mod unpack;
mod vhd;
mod vhdx;
mod vmdk;

use super::{Format, Medium, Siblings, StoredDigests};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::source::Source;
use family::Family;
use layer::Layer;
use map::Map;
use pool::Pooled;
use std::sync::Arc;

/// The kinds of virtual disks, those too that are known by name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Qcow2,
    Qcow,
    Vhd,
    Vhdx,
    VmdkSparse,
    VmdkText,
    Other(&'static str),
}

/// A disk of a chain.
struct Disk {
    source: Source,
    damage: Vec<Cause>,
    /// What a child knows it by: the identity that its header states.
    identity: Vec<u8>,
}

impl Disk {
    /// Bytes that are a disk as they are.
    fn new(source: Source) -> Self {
        Self { source, damage: Vec::new(), identity: Vec::new() }
    }

    /// A layer, checked; its damage follows what is already known.
    fn layer<M: Map + 'static>(map: M, data: Pooled, parent: Option<Source>, mut damage: Vec<Cause>) -> Self {
        damage.extend(check::check(&map, data.source.len()));
        Self { source: Arc::new(Layer::new(map, data, parent)), damage, identity: Vec::new() }
    }

    fn known_as(self, identity: impl Into<Vec<u8>>) -> Self {
        Self { identity: identity.into(), ..self }
    }
}

/// The first bytes that are looked at.
const HEAD: usize = 80;

/// Where the signature of VirtualBox's format lies, after a line of text.
const VDI_SIGNATURE: usize = 0x40;

impl Kind {
    /// What a file is by its content; nothing where it is no virtual disk.
    fn of(source: &dyn ReadAt) -> Option<Self> {
        let mut head = [0u8; HEAD];
        read_full(source, 0, &mut head).ok()?;
        match head {
            [b'Q', b'F', b'I', 0xfb, 0, 0, 0, 1, ..] => Some(Self::Qcow),
            [b'Q', b'F', b'I', 0xfb, ..] => Some(Self::Qcow2),
            [b'v', b'h', b'd', b'x', b'f', b'i', b'l', b'e', ..] => Some(Self::Vhdx),
            [b'K', b'D', b'M', b'V', ..] | [b'C', b'O', b'W', b'D', ..] => Some(Self::VmdkSparse),
            [0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0, ..] => Some(Self::Other("a VMDK of the kind seSparse")),
            [b'<', b'<', b'<', b' ', ..] if head.get(VDI_SIGNATURE..)?.starts_with(&[0x7f, 0x10, 0xda, 0xbe]) => {
                Some(Self::Other("a disk of VirtualBox (VDI)"))
            }
            _ if vmdk::is_descriptor(&head) => Some(Self::VmdkText),
            _ if vhd::is_one(source, &head) => Some(Self::Vhd),
            _ => None,
        }
    }

    fn open(self, source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
        match self {
            Self::Qcow2 => qcow::open(source, family),
            Self::Qcow => qcow::legacy::open(source, family),
            Self::Vhd => vhd::open(source, family),
            Self::Vhdx => vhdx::open(source, family),
            Self::VmdkSparse => vmdk::open_sparse(source, family),
            Self::VmdkText => vmdk::open_text(&source, family),
            Self::Other(what) => Err(Cause::Unsupported(format!("{what} is not read"))),
        }
    }
}

/// Opens a virtual disk; nothing where the source is none.
pub(super) fn open(source: &Source, siblings: &dyn Siblings, limits: &Limits) -> Option<Result<Medium, Cause>> {
    let kind = Kind::of(source)?;
    let format = match kind {
        Kind::Qcow2 => Format::Qcow2,
        Kind::Qcow => Format::Qcow,
        Kind::Vhd => Format::Vhd,
        Kind::Vhdx => Format::Vhdx,
        Kind::VmdkSparse | Kind::VmdkText | Kind::Other(_) => Format::Vmdk,
    };
    let disk = kind.open(source.clone(), &Family::new(siblings, limits));
    Some(disk.map(|Disk { source, damage, .. }| Medium { format, source, stored: StoredDigests::default(), damage }))
}
