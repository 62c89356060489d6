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
#[cfg(test)]
mod qemu;
#[cfg(test)]
mod testimage;
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
        damage.extend(check::check(&map, &data));
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

#[cfg(test)]
mod tests {
    use super::testimage::{self as build, Below, Filled, Folder, Packed, Piece, Zeros};
    use super::*;
    use crate::base::bytes::read_full;
    use crate::base::number::{to_u64, to_usize};
    use crate::base::random::Random;

    /// The disk that pieces of that size make.
    fn disk(size: usize, pieces: &[Piece]) -> Vec<u8> {
        let byte = |piece: &Piece| if let Filled(byte) | Packed(byte) = piece { *byte } else { 0 };
        pieces.iter().flat_map(|piece| vec![byte(piece); size]).collect()
    }

    #[test]
    fn each_kind_is_told_by_its_content_and_read() {
        let plain = [Filled(1), Below, Filled(2), Zeros, Filled(3)];
        let packed = [Packed(1), Below, Packed(2), Packed(3), Zeros, Packed(0)];
        let fixed = [vec![7u8; 4096], build::vhd_footer(2, 4096, 1)].concat();
        let cases = [
            (Format::Qcow2, build::qcow2("", &plain), disk(512, &plain)),
            (Format::Qcow2, build::qcow2("", &packed), disk(512, &packed)),
            (Format::Qcow, build::qcow(&plain), disk(512, &plain)),
            (Format::Qcow, build::qcow(&packed), disk(512, &packed)),
            (Format::Vhd, build::vhd(1, None, &plain), disk(4096, &plain)),
            (Format::Vhd, fixed, vec![7u8; 4096]),
            (Format::Vhdx, build::vhdx(1, None, &plain), disk(1 << 20, &plain)),
            (Format::Vmdk, build::vmdk(b"", &plain), disk(4096, &plain)),
            (Format::Vmdk, build::vmdk(b"", &packed), disk(4096, &packed)),
        ];
        for (format, image, expected) in cases {
            let folder = Folder::new([("disk", image)]);
            assert_eq!(folder.open().unwrap().format, format);
            let (bytes, told) = folder.read();
            assert!(bytes == expected && told.is_empty(), "{format:?}: {told:?}");
        }
    }

    #[test]
    fn many_readers_of_one_disk_see_the_same() {
        let pieces: Vec<Piece> =
            (0..60).map(|number| if number % 3 == 0 { Filled(number) } else { Packed(number) }).collect();
        let folder = Folder::new([("disk", build::qcow2("", &pieces))]);
        let (medium, expected) = (folder.open().unwrap(), disk(512, &pieces));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20).for_each(|_| assert!(build::bytes(&medium.source) == expected)));
            }
        });
    }

    #[test]
    fn what_is_not_read_is_told_by_its_name() {
        let vdi = [
            b"<<< Oracle VM VirtualBox Disk Image >>>\n".to_vec(),
            vec![0; 24],
            vec![0x7f, 0x10, 0xda, 0xbe],
            vec![0; 64],
        ];
        let mut encrypted = build::qcow2("", &[Filled(1)]);
        build::put(&mut encrypted, 32, &2u32.to_be_bytes());
        let mut strange = build::qcow2("", &[Filled(1)]);
        build::put(&mut strange, 72, &(1u64 << 9).to_be_bytes());
        let mut sparse = vec![0u8; 512];
        build::put(&mut sparse, 0, &0xcafe_babe_u64.to_le_bytes());
        for (image, words) in [
            (vdi.concat(), "VirtualBox"),
            (encrypted, "LUKS"),
            (strange, "unknown features 0x200"),
            (sparse, "seSparse"),
            (build::vmdk_text("1", None, &["RW 8 FLAT \"gone.vmdk\" 0"]), "beside it"),
            (b"QFI\xfb\0\0\0\x02".to_vec(), "cut short"),
        ] {
            let error = Folder::new([("disk", image)]).open().map(|_| ()).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn files_of_no_known_kind_are_raw() {
        for image in
            [vec![], vec![0], vec![1; 511], b"conecti".to_vec(), b"KDM".to_vec(), b"# Disk Descriptor".to_vec()]
        {
            assert_eq!(Folder::new([("disk", image)]).open().unwrap().format, Format::Raw);
        }
    }

    /// A file of which a few bytes are others.
    struct Mutant {
        base: Source,
        changes: Vec<(u64, u8)>,
        length: u64,
    }

    impl ReadAt for Mutant {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(to_usize(self.length.saturating_sub(offset)));
            let count = self.base.read_at(offset, &mut buffer[..count])?;
            for (at, byte) in &self.changes {
                if (offset..offset + to_u64(count)).contains(at) {
                    buffer[to_usize(at - offset)] = *byte;
                }
            }
            Ok(count)
        }

        fn len(&self) -> u64 {
            self.length
        }
    }

    #[test]
    fn mutants_are_read_within_their_bounds_and_alike_each_time() {
        let pieces = [Filled(1), Packed(2), Below, Zeros, Filled(3)];
        let text = build::vmdk_text(
            "1",
            Some(("a.vmdk", "2")),
            &["RW 40 SPARSE \"a.vmdk\"", "RW 8 FLAT \"b\" 1", "RW 8 ZERO"],
        );
        // Each with the ranges that are worth changing: headers and tables.
        let images = [
            (build::qcow2("a.vmdk", &pieces), vec![0..220, 512..520, 1024..1072, 2048..2080], 1200),
            (build::qcow(&pieces), vec![0..48, 512..520, 1024..1072, 2048..2080], 800),
            (
                build::vhd(1, Some(("a.vmdk", 2)), &pieces),
                vec![0..100, 512..640, 1080..1120, 2048..2072, 3072..3584],
                1200,
            ),
            (
                build::vhdx(1, Some(("a.vmdk", 2)), &pieces),
                vec![0x5_0000..0x5_00a0, 0x5_2000..0x5_20c0, 0x6_4000..0x6_4030],
                80,
            ),
            (build::vmdk(&text, &pieces), vec![0..80, 512..516, 1024..1064, 1536..1900], 1200),
            (text.clone(), vec![0..40, 40..180], 800),
        ];
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
        let folder = Folder::new([("a.vmdk", build::vmdk(b"", &pieces)), ("b", vec![9; 4096])]);
        for (image, ranges, mutants) in images {
            let base: Source = Arc::new(image);
            for _ in 0..mutants {
                let mut changes = Vec::new();
                for _ in 0..=random.below(3) {
                    let range = &ranges[random.below(ranges.len())];
                    let at = range.start + random.below(range.end - range.start);
                    let byte = [0, 1, 0x7f, 0x80, 0xff, u8::try_from(random.below(256)).unwrap()][random.below(6)];
                    changes.push((at, byte));
                }
                let length = if random.below(8) == 0 { random.below(base.len()) } else { base.len() };
                let mutant: Source = Arc::new(Mutant { base: base.clone(), changes, length });
                let Ok(medium) = super::super::open(mutant, &folder, &Limits::default()) else { continue };
                let size = medium.source.len();
                for at in [0, 512, 5000, size / 2, size.saturating_sub(600), size, u64::MAX] {
                    let (mut one, mut other) = ([1u8; 1500], [2u8; 1500]);
                    let first = read_full(&medium.source, at, &mut one);
                    let second = read_full(&medium.source, at, &mut other);
                    match (first, second) {
                        (Ok(first), Ok(second)) => {
                            assert_eq!(to_u64(first), size.saturating_sub(at).min(1500));
                            assert_eq!((first, &one[..first]), (second, &other[..first]));
                        }
                        (Err(_), Err(_)) => {}
                        (first, second) => panic!("{first:?} and {second:?}"),
                    }
                }
            }
        }
    }
}
