//! What a volume holds, told by its signatures.

use super::ntfs::{has_backup, is_table};
use crate::base::bytes::{ReadAt, read_full};

/// File systems and other things that a volume may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// NTFS.
    Ntfs,
    /// The master file table of an NTFS volume, alone.
    Mft,
    /// FAT12, FAT16 or FAT32.
    Fat,
    /// exFAT.
    ExFat,
    /// ext2, ext3 or ext4.
    Ext,
    /// ISO 9660, with or without Joliet.
    Iso9660,
    /// Something that is known by name alone.
    Other(&'static str),
}

impl Kind {
    /// The name that people know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ntfs => "NTFS",
            Self::Mft => "master file table of NTFS",
            Self::Fat => "FAT",
            Self::ExFat => "exFAT",
            Self::Ext => "ext2, ext3 or ext4",
            Self::Iso9660 => "ISO 9660",
            Self::Other(name) => name,
        }
    }
}

/// Bytes at an offset that tell a kind.
struct Signature {
    offset: u64,
    bytes: &'static [u8],
    kind: Kind,
}

const fn at(offset: u64, bytes: &'static [u8], kind: Kind) -> Signature {
    Signature { offset, bytes, kind }
}

/// Sources: the specifications of each; for those that are only named, the table of `libblkid`'s probes (util-linux).
const SIGNATURES: &[Signature] = &[
    at(3, b"NTFS    ", Kind::Ntfs),
    at(3, b"EXFAT   ", Kind::ExFat),
    at(3, b"-FVE-FS-", Kind::Other("BitLocker (encrypted)")),
    at(3, b"\0\0\0\0ReFS", Kind::Other("ReFS")),
    at(3, b"ReFS\0", Kind::Other("ReFS")),
    at(160, b"\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01", Kind::Other("BitLocker (encrypted)")),
    at(0, b"LUKS\xba\xbe", Kind::Other("LUKS (encrypted)")),
    at(32, b"NXSB", Kind::Other("APFS")),
    at(0, b"XFSB", Kind::Other("XFS")),
    at(0, b"ReIsEr", Kind::Other("ReiserFS")),
    at(0x1_0034, b"ReIsEr", Kind::Other("ReiserFS")),
    at(0x1_0040, b"_BHRfS_M", Kind::Other("Btrfs")),
    at(512, b"LABELONE", Kind::Other("LVM physical volume")),
    at(1024, b"H+\0\x04", Kind::Other("HFS+")),
    at(1024, b"HX\0\x05", Kind::Other("HFS+")),
    at(1024, b"\xe2\xe1\xf5\xe0", Kind::Other("EROFS")),
    at(1024, b"\x10\x20\xf5\xf2", Kind::Other("F2FS")),
    at(4086, b"SWAPSPACE2", Kind::Other("Linux swap")),
    at(4096, b"\xfc\x4e\x2b\xa9", Kind::Other("Linux RAID member")),
    at(0, b"hsqs", Kind::Other("SquashFS")),
    at(32_769, b"CD001", Kind::Iso9660),
    at(32_769, b"BEA01", Kind::Other("UDF")),
    at(1080, b"\x53\xef", Kind::Ext),
];

/// Tells what a volume holds; nothing where no signature is known.
pub fn probe(volume: &dyn ReadAt) -> Option<Kind> {
    let holds = |signature: &Signature| {
        let mut bytes = [0u8; 16];
        let Some(target) = bytes.get_mut(..signature.bytes.len()) else { return false };
        read_full(volume, signature.offset, target).is_ok() && target == signature.bytes
    };
    SIGNATURES
        .iter()
        .find(|signature| holds(signature))
        .map(|signature| signature.kind)
        .or_else(|| fat(volume))
        .or_else(|| ntfs(volume))
        // The first superblock of ext may be lost, and a copy of it be there.
        .or_else(|| super::ext::has_backup(volume).then_some(Kind::Ext))
}

/// What is left of NTFS without its first sector: the master file table alone, or the copy of the boot sector.
fn ntfs(volume: &dyn ReadAt) -> Option<Kind> {
    if is_table(volume) {
        return Some(Kind::Mft);
    }
    has_backup(volume).then_some(Kind::Ntfs)
}

/// FAT has no signature that can be relied on: its boot sector must hold together. Microsoft Extensible Firmware Initiative
/// FAT32 File System Specification 1.03, "Boot Sector and BPB".
fn fat(volume: &dyn ReadAt) -> Option<Kind> {
    let mut boot = [0u8; 512];
    if read_full(volume, 0, &mut boot).ok()? < 512 {
        return None;
    }
    let byte = |at: usize| boot.get(at).copied().unwrap_or(0);
    let word = |at: usize| u16::from_le_bytes([byte(at), byte(at.saturating_add(1))]);
    let sector = word(11);
    let jump = byte(0) == 0xe9 || byte(0) == 0xeb;
    let sizes = matches!(sector, 512 | 1024 | 2048 | 4096) && byte(13).is_power_of_two();
    let tables = word(14) > 0 && matches!(byte(16), 1 | 2) && matches!(byte(21), 0xf0 | 0xf8..=0xff);
    let counted = word(19) != 0 || boot.get(32..36).is_some_and(|count| count != [0; 4]);
    (jump && sizes && tables && counted).then_some(Kind::Fat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(offset: usize, bytes: &[u8]) -> Vec<u8> {
        let mut volume = vec![0u8; offset];
        volume.extend_from_slice(bytes);
        volume.resize(volume.len().max(512), 0);
        volume
    }

    #[test]
    fn signatures_tell_the_kind() {
        let mut fat = volume(0, b"\xeb\x3c\x90mkfs.fat\0\x02\x04\x01\0\x02\0\x02\0\x10\xf8");
        fat[13..22].copy_from_slice(&[4, 1, 0, 2, 0, 2, 0, 16, 0xf8]);
        let cases: [(Vec<u8>, Option<Kind>); 6] = [
            (volume(3, b"NTFS    "), Some(Kind::Ntfs)),
            (volume(1080, b"\x53\xef"), Some(Kind::Ext)),
            (volume(32_769, b"CD001"), Some(Kind::Iso9660)),
            (volume(0, b"LUKS\xba\xbe"), Some(Kind::Other("LUKS (encrypted)"))),
            (fat, Some(Kind::Fat)),
            (volume(0, b"open 192.0.2.1\nbye\n"), None),
        ];
        for (volume, kind) in cases {
            assert_eq!(probe(&volume), kind);
        }
        assert_eq!(probe(&Vec::<u8>::new()), None);
    }
}
