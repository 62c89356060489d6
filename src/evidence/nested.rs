//! Disk images and archives that lie among the files of other evidence: told by their heads, so that a reader learns that they
//! were not opened.
//!
//! Images by their content, whatever they are called. Archives by name and content both: documents, programs of Java and
//! packages of many makers are ZIP archives too, and nobody means those.

use super::entry::{EntryPath, unmarked};
use super::filesystem::signature::{self, Kind};
use crate::base::bytes::ReadAt;
use crate::base::fields::u32_at;
use std::collections::BTreeSet;
use std::io;

/// What such a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nested {
    /// The image of a disk or a volume.
    Image,
    /// An archive.
    Archive,
}

/// Bytes of the smallest image that is told by what it holds alone: a floppy of 160 KiB. Copies of boot sectors are smaller.
const SMALLEST: u64 = 160 << 10;
const SECTOR: u64 = 512;

/// What containers of images begin with. Sources: the specifications of each.
const CONTAINERS: &[&[u8]] = &[
    // The first segment of a set; the others belong to it.
    b"EVF\x09\x0d\x0a\xff\0\x01\x01\0",
    b"EVF2\x0d\x0a\x81\0",
    b"QFI\xfb",
    b"vhdxfile",
    b"conectix",
    b"KDMV",
    b"COWD",
    b"# Disk DescriptorFile",
];

/// Where a disc says what it is (ECMA-119, 6.2.1 and 8.1), and what it says there, of ISO 9660 and of UDF.
const DISC: u64 = 0x8000;
const DISCS: [&[u8]; 2] = [b"\x01CD001\x01", b"\0BEA01\x01"];
const DISC_SECTOR: u64 = 2048;

/// Ends of names, in lower case, and what files of that name begin with.
const ARCHIVES: &[(&[u8], &[u8])] = &[
    (b".zip", b"PK"),
    (b".7z", b"7z\xbc\xaf\x27\x1c"),
    (b".rar", b"Rar!\x1a\x07"),
    (b".tgz", b"\x1f\x8b"),
    (b".tar.gz", b"\x1f\x8b"),
    (b".tar.zst", b"\x28\xb5\x2f\xfd"),
    (b".tar.bz2", b"BZh"),
    (b".tar.xz", b"\xfd7zXZ\0"),
];

/// What single files are compressed with: the end of the name, and what such a file begins with.
const COMPRESSED: [(&str, &[u8]); 4] =
    [("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7zXZ\0"), ("zst", b"\x28\xb5\x2f\xfd")];

/// Ends of the names of texts that may be scripts. Old logs and manuals are compressed by themselves too: nobody means those.
const SCRIPTS: [&str; 22] = [
    "bash", "bat", "cmd", "csh", "expect", "ftp", "hta", "js", "ksh", "lftp", "php", "pl", "ps1", "psm1", "py", "rb",
    "scr", "sh", "sql", "txt", "vbs", "wsf",
];
const MANUALS: &[u8] = b"usr/share/";

/// Tells what a file is by its path and its first bytes, 4 KiB or more; only of what may be a disc more is read.
#[must_use]
pub fn told_by_head(path: &EntryPath, head: &[u8], file: &dyn ReadAt) -> Option<Nested> {
    let (name, size) = (path.name(), file.len());
    if CONTAINERS.iter().any(|magic| head.starts_with(magic)) || is_raw_image(head, size) || is_disc(head, file) {
        return Some(Nested::Image);
    }
    let name = unmarked(name).to_ascii_lowercase();
    let is_archive = ARCHIVES.iter().any(|(end, magic)| name.ends_with(end) && head.starts_with(magic))
        || (name.ends_with(b".tar") && head.get(257..262) == Some(b"ustar"));
    (is_archive || is_compressed_script(path, &name, head)).then_some(Nested::Archive)
}

/// Whether a file is a single text that is compressed, and called like a script.
fn is_compressed_script(path: &EntryPath, name: &[u8], head: &[u8]) -> bool {
    let Some((stem, end)) = std::str::from_utf8(name).ok().and_then(|name| name.rsplit_once('.')) else { return false };
    COMPRESSED.iter().any(|(known, magic)| *known == end && head.starts_with(magic))
        && stem.rsplit_once('.').is_some_and(|(_, end)| SCRIPTS.contains(&end))
        && memchr::memmem::find(path.as_bytes(), MANUALS).is_none()
}

/// The first bytes of a file, as one.
struct Head<'h>(&'h [u8]);

impl ReadAt for Head<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        ReadAt::len(self.0)
    }
}

/// Whether bytes begin like a disk or a volume that could be read.
fn is_raw_image(head: &[u8], size: u64) -> bool {
    if size < SMALLEST || !size.is_multiple_of(SECTOR) {
        return false;
    }
    match signature::probe(&Head(head)) {
        Some(Kind::Ntfs | Kind::Fat | Kind::ExFat) => is_boot_sector(head),
        Some(Kind::Ext) => is_superblock(head),
        _ => is_boot_sector(head) && (head.get(512..520) == Some(b"EFI PART") || has_partitions(head, size)),
    }
}

/// Whether a file is the image of a disc: what is before the first descriptor is empty, or starts a computer.
fn is_disc(head: &[u8], file: &dyn ReadAt) -> bool {
    let size = file.len();
    if size <= DISC
        || !size.is_multiple_of(DISC_SECTOR)
        || !(is_boot_sector(head) || head.iter().all(|byte| *byte == 0))
    {
        return false;
    }
    let mut said = [0u8; 7];
    file.read_at(DISC, &mut said).is_ok_and(|_| DISCS.iter().any(|disc| said.starts_with(disc)))
}

fn is_boot_sector(head: &[u8]) -> bool {
    head.get(510..512) == Some(&[0x55, 0xaa])
}

/// Two bytes of magic alone come about by chance.
fn is_superblock(head: &[u8]) -> bool {
    let (first_block, block_size, revision) = (u32_at(head, 1044), u32_at(head, 1048), u32_at(head, 1100));
    first_block.is_some_and(|first| first <= 1)
        && block_size.is_some_and(|shift| shift <= 6)
        && revision.is_some_and(|revision| revision <= 1)
}

/// Whether a master boot record names a partition on the disk, and nothing that cannot be.
fn has_partitions(head: &[u8], size: u64) -> bool {
    let (entries, _) = head.get(446..510).unwrap_or_default().as_chunks::<16>();
    let sound = entries.iter().all(|entry| matches!(entry.first(), Some(0 | 0x80)));
    let lies_on_it = |entry: &[u8; 16]| {
        let [.., kind, _, _, _, a, b, c, d, e, f, g, h] = *entry;
        let (start, count) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        kind != 0 && start > 0 && count > 0 && u64::from(start).saturating_mul(SECTOR) < size
    };
    sound && entries.iter().any(lies_on_it)
}

/// Whether a file that is no text, and in which neither a container nor a file system is recognised, is meant as an image: by
/// what it is called or, where that tells nothing, by being a row of sectors.
#[must_use]
pub fn is_meant_as_image(name: &str, head: &[u8], size: u64) -> bool {
    const ENDINGS: [&str; 9] = ["dd", "dsk", "ima", "img", "image", "iso", "raw", "vfd", "vhd"];
    if crate::base::text::sniff(head).is_some() || size < SECTOR.saturating_mul(4) {
        return false;
    }
    match name.rsplit_once('.') {
        Some((_, ending)) if ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) => true,
        // The first segment of a set.
        Some((_, "000" | "001")) | None => size >= 1 << 20 && size.is_multiple_of(SECTOR) && is_unknown(head),
        Some(_) => false,
    }
}

/// Whether a head is none of a file that people name by itself: a registry hive, an event log, a program.
fn is_unknown(head: &[u8]) -> bool {
    !["regf", "ElfF", "MZ", "\x7fELF", "PK", "%PDF", "MAM\x04", "SCCA", "FILE"]
        .iter()
        .any(|magic| head.starts_with(magic.as_bytes()))
}

/// Images and archives that were met: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// Images.
    pub images: u64,
    /// Archives.
    pub archives: u64,
    /// The first in the order of their paths, images before archives.
    pub first: BTreeSet<(Nested, EntryPath)>,
}

impl Met {
    /// Paths that are kept.
    pub const KEPT: usize = 32;

    /// Counts a file.
    pub fn add(&mut self, nested: Nested, path: EntryPath) {
        let counter = match nested {
            Nested::Image => &mut self.images,
            Nested::Archive => &mut self.archives,
        };
        *counter = counter.saturating_add(1);
        self.first.insert((nested, path));
        if self.first.len() > Self::KEPT {
            self.first.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut head = vec![0u8; 4096];
        parts.iter().for_each(|(at, bytes)| head[*at..*at + bytes.len()].copy_from_slice(bytes));
        head
    }

    /// The head of a disc, and what its first descriptor says.
    fn disc(parts: &[(usize, &[u8])], said: &[u8]) -> Vec<u8> {
        let mut disc = head(parts);
        disc.resize(DISC as usize, 0);
        disc.extend(said);
        disc
    }

    /// A file of which the start alone is held.
    struct Sized<'h> {
        held: &'h [u8],
        size: u64,
    }

    impl ReadAt for Sized<'_> {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            self.held.read_at(offset, buffer)
        }

        fn len(&self) -> u64 {
            self.size
        }
    }

    const BOOT: (usize, &[u8]) = (510, &[0x55, 0xaa]);
    const FAT: (usize, &[u8]) = (0, b"\xeb\x3c\x90mkfs.fat\0\x02\x04\x01\0\x02\0\x02\0\x10\xf8");
    const PARTITION: (usize, &[u8]) = (446, b"\x80\0\0\0\x07\0\0\0\0\x08\0\0\0\x10\0\0");

    #[test]
    fn images_are_told_by_content_and_archives_by_name_too() {
        let (image, archive) = (Some(Nested::Image), Some(Nested::Archive));
        let large = 20 << 20;
        let superblock = [(1044, &[1u8, 0, 0, 0, 2, 0, 0, 0][..]), (1080, b"\x53\xef"), (1100, &[1])];
        let cases: Vec<(&str, Vec<u8>, u64, Option<Nested>)> = vec![
            ("a.E01", head(&[(0, b"EVF\x09\x0d\x0a\xff\0\x01\x01\0")]), 4096, image),
            ("a.E02", head(&[(0, b"EVF\x09\x0d\x0a\xff\0\x01\x02\0")]), 4096, None),
            ("disk", head(&[(0, b"QFI\xfb")]), 4096, image),
            ("a.vmdk", b"# Disk DescriptorFile\nversion=1\n".to_vec(), 400, image),
            ("a.bin", head(&[(3, b"NTFS    "), BOOT]), large, image),
            ("$Boot", head(&[(3, b"NTFS    "), BOOT]), 8192, None),
            ("a.bin", head(&[FAT, BOOT]), large, image),
            ("a.bin", head(&[FAT]), large, None),
            ("a.bin", head(&[FAT, BOOT]), large + 1, None),
            ("a.bin", head(&superblock), large, image),
            ("a.exe", head(&[(0, b"MZ"), (1044, &[0xff; 8]), (1080, b"\x53\xef")]), large, None),
            ("disk.raw", head(&[PARTITION, BOOT]), large, image),
            ("disk.raw", head(&[PARTITION, (462, &[7]), BOOT]), large, None),
            ("disk.raw", head(&[PARTITION, BOOT]), 512, None),
            ("disk.raw", head(&[(512, b"EFI PART"), BOOT]), large, image),
            ("empty", head(&[BOOT]), large, None),
            ("a.ZIP", head(&[(0, b"PK\x03\x04")]), 400, archive),
            ("a.docx", head(&[(0, b"PK\x03\x04")]), 400, None),
            ("a.jar", head(&[(0, b"PK\x03\x04")]), 400, None),
            ("a.zip", head(&[]), 400, None),
            ("a.tar", head(&[(257, b"ustar\0")]), 10_240, archive),
            ("a.tar.gz", head(&[(0, b"\x1f\x8b\x08")]), 400, archive),
            ("syslog.2.gz", head(&[(0, b"\x1f\x8b\x08")]), 400, None),
            ("get.sh.gz", head(&[(0, b"\x1f\x8b\x08")]), 400, archive),
            ("get.BAT.bz2", head(&[(0, b"BZh9")]), 400, archive),
            ("get.sh.gz", head(&[(0, b"#!/bin/sh")]), 400, None),
            ("changes.gz", head(&[(0, b"\x1f\x8b\x08")]), 400, None),
            ("usr/share/doc/x/notes.txt.gz", head(&[(0, b"\x1f\x8b\x08")]), 400, None),
            ("a.iso", disc(&[], b"\x01CD001\x01"), DISC + 8192, image),
            ("tool", disc(&[PARTITION, BOOT], b"\x01CD001\x01"), DISC + 8192, image),
            ("a.udf", disc(&[], b"\0BEA01\x01"), DISC + 8192, image),
            ("a.iso", disc(&[], b"\x01CD001\x01"), DISC + 8191, None),
            ("a.iso", disc(&[], b"CD001"), DISC + 8192, None),
            ("a.bin", disc(&[(0, b"MZ")], b"\x01CD001\x01"), DISC + 8192, None),
        ];
        for (path, head, size, expected) in cases {
            let file = Sized { held: &head, size };
            let start = head.get(..4096).unwrap_or(&head);
            assert_eq!(told_by_head(&EntryPath::new(path), start, &file), expected, "{path} {size}");
        }
    }

    #[test]
    fn what_is_meant_as_an_image_is_told_by_its_name_or_its_sectors() {
        let binary = head(&[(0, b"\x01\x02\0\xff")]);
        let large = 20 << 20;
        for (name, head, size, meant) in [
            ("a.img", &binary, large, true),
            ("a.dd", &binary, 3000, true),
            ("a.DD", &binary, 1000, false),
            ("a.001", &binary, large, true),
            ("disk", &binary, large, true),
            ("disk", &binary, large + 7, false),
            ("disk", &head(&[(0, b"regf")]), large, false),
            ("a.exe", &binary, large, false),
            ("a.img", &b"open 192.0.2.1\nbob\npw\nbye\n".repeat(200), large, false),
        ] {
            assert_eq!(is_meant_as_image(name, head, size), meant, "{name} {size}");
        }
    }

    #[test]
    fn of_many_the_first_are_kept_in_whatever_order_they_come() {
        let paths: Vec<EntryPath> = (0..100).map(|n| EntryPath::new(format!("{n:03}"))).collect();
        let (mut forwards, mut backwards) = (Met::default(), Met::default());
        paths.iter().for_each(|path| forwards.add(Nested::Archive, path.clone()));
        paths.iter().rev().for_each(|path| backwards.add(Nested::Archive, path.clone()));
        assert_eq!(forwards, backwards);
        assert_eq!((forwards.archives, forwards.first.len()), (100, Met::KEPT));
        forwards.add(Nested::Image, EntryPath::new("zzz"));
        assert_eq!(forwards.first.first(), Some(&(Nested::Image, EntryPath::new("zzz"))));
    }
}
