//! Images of disks and file systems.

use super::super::Family::Archive;
use super::super::signature::{Signature, at, at_if, start, start_if};
use super::super::{FileType, file_type};
use super::{byte, le16, le32};

const fn disk(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Archive, extension, mime, description)
}

const RAW: &str = "application/x-raw-disk-image";

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"vhdxfile", disk("vhdx", "application/x-vhdx", "virtual disk (VHDX)")),
    start(b"conectix", disk("vhd", "application/x-vhd", "virtual disk (VHD)")),
    start_if(b"KDMV", disk("vmdk", "application/x-vmdk", "virtual disk (VMDK)"), |head| le32(head, 4) < 8),
    start(b"COWD", disk("vmdk", "application/x-vmdk", "virtual disk (VMDK, ESX)")),
    start(b"# Disk DescriptorFile", disk("vmdk", "application/x-vmdk", "descriptor of a virtual disk (VMDK)")),
    start(b"QFI\xfb", disk("qcow2", "application/x-qemu-disk", "virtual disk (qcow)")),
    start(b"QED\0", disk("qed", "application/x-qed-disk", "virtual disk (QED)")),
    at(64, b"\x7f\x10\xda\xbe", disk("vdi", "application/x-virtualbox-vdi", "virtual disk (VDI)")),
    start(b"EVF\x09\x0d\x0a\xff\0", disk("E01", "application/encase", "EnCase image")),
    start(b"EVF2\x0d\x0a\x81\0", disk("Ex01", "application/encase", "EnCase image (version 2)")),
    start(b"LVF\x09\x0d\x0a\xff\0", disk("L01", "application/encase", "EnCase logical image")),
    start(b"ADSEGMENTEDFILE\0", disk("ad1", "application/x-ad1", "AccessData logical image")),
    start(b"AFF10\r\n\0", disk("aff", "application/x-aff", "Advanced Forensic Format image")),
    at(32769, b"CD001", disk("iso", "application/x-iso9660-image", "ISO 9660 image")),
    at(32769, b"NSR0", disk("iso", "application/x-udf-image", "UDF image")),
    at_if(3, b"NTFS    ", disk("dd", RAW, "NTFS volume"), is_boot_sector),
    at_if(3, b"EXFAT   ", disk("dd", RAW, "exFAT volume"), is_boot_sector),
    at_if(3, b"-FVE-FS-", disk("dd", RAW, "BitLocker volume"), is_boot_sector),
    at_if(54, b"FAT1", disk("img", RAW, "FAT volume"), is_boot_sector),
    at_if(82, b"FAT32   ", disk("img", RAW, "FAT32 volume"), is_boot_sector),
    at_if(510, b"\x55\xaa", disk("dd", RAW, "disk with a partition table"), is_partition_table),
    at_if(1080, b"\x53\xef", disk("dd", RAW, "ext volume"), |head| le32(head, 1048) < 7 && le16(head, 1082) < 8),
    start_if(b"XFSB", disk("dd", RAW, "XFS volume"), |head| le32(head, 4).swap_bytes().is_power_of_two()),
    start(b"LUKS\xba\xbe", disk("luks", "application/x-luks", "encrypted volume (LUKS)")),
    start(b"SKUL\xba\xbe", disk("luks", "application/x-luks", "encrypted volume (LUKS)")),
];

fn is_boot_sector(head: &[u8]) -> bool {
    head.get(510..512) == Some(b"\x55\xaa")
}

/// Four entries, each with a status of 0 or 80 hex, of which at least one has a type, a start and a length.
fn is_partition_table(head: &[u8]) -> bool {
    let entries = [446usize, 462, 478, 494];
    let field = |entry: usize, at: usize| entry.saturating_add(at);
    entries.iter().all(|entry| matches!(byte(head, *entry), 0 | 0x80))
        && entries.iter().any(|entry| {
            byte(head, field(*entry, 4)) != 0 && le32(head, field(*entry, 8)) != 0 && le32(head, field(*entry, 12)) != 0
        })
}
