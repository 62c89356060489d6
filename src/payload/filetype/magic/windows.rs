//! What Windows keeps: registry, events, memory, shortcuts.

use super::super::signature::{Signature, at, at_if, start, start_if};
use super::{be32, byte, le16, le32, other};

const DUMP: &str = "application/x-dmp";
const PREFETCH: &str = "application/x-ms-prefetch";

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"L\0\0\0\x01\x14\x02\0", other("lnk", "application/x-ms-shortcut", "Windows shortcut")),
    start(b"regf", other("dat", "application/x-windows-registry-hive", "Windows registry hive")),
    start(b"CREG\0\0", other("dat", "application/x-windows-registry-hive", "Windows registry (Windows 95)")),
    start(b"ElfFile\0", other("evtx", "application/x-ms-evtx", "Windows event log")),
    at_if(4, b"LfLe", other("evt", "application/x-ms-evt", "Windows event log (before Vista)"), |head| {
        le32(head, 0) == 0x30
    }),
    start_if(b"MAM\x04", other("pf", PREFETCH, "Windows prefetch file (compressed)"), |head| head.len() > 8),
    start_if(b"MAM\x84", other("pf", PREFETCH, "Windows prefetch file (compressed)"), |head| head.len() > 8),
    at_if(4, b"SCCA", other("pf", PREFETCH, "Windows prefetch file"), |head| matches!(le32(head, 0), 17..=40)),
    start_if(b"MDMP", other("dmp", DUMP, "Windows minidump (memory of one process)"), |head| le16(head, 4) == 0xa793),
    start(b"PAGEDU64", other("dmp", DUMP, "Windows crash dump (memory of the system)")),
    start(b"PAGEDUMP", other("dmp", DUMP, "Windows crash dump (memory of the system)")),
    start_if(
        b"hibr",
        other("sys", "application/x-ms-hibernation", "Windows hibernation file (memory)"),
        is_hibernation,
    ),
    start_if(
        b"HIBR",
        other("sys", "application/x-ms-hibernation", "Windows hibernation file (memory)"),
        is_hibernation,
    ),
    start_if(
        b"wake",
        other("sys", "application/x-ms-hibernation", "Windows hibernation file (resumed)"),
        is_hibernation,
    ),
    start_if(
        b"RSTR",
        other("sys", "application/x-ms-hibernation", "Windows hibernation file (resumed)"),
        is_hibernation,
    ),
    start_if(b"EMiL", other("lime", "application/x-lime", "memory image (LiME)"), |head| le32(head, 4) == 1),
    start(b"AVML", other("avml", "application/x-avml", "memory image (AVML)")),
    start_if(
        b"\xd2\xbe\xd2\xbe",
        other("vmss", "application/x-vmware-state", "state of a virtual machine (memory)"),
        is_vmware,
    ),
    start_if(
        b"\xd1\xbe\xd2\xbe",
        other("vmss", "application/x-vmware-state", "state of a virtual machine (memory)"),
        is_vmware,
    ),
    start_if(
        b"\xd0\xbe\xd2\xbe",
        other("vmss", "application/x-vmware-state", "state of a virtual machine (memory)"),
        is_vmware,
    ),
    start(b"CMMM\x15\0\0\0", other("db", "application/x-ms-thumbcache", "thumbnail cache")),
    start(b"CMMM", other("db", "application/x-ms-thumbcache", "thumbnail cache")),
    start(b"IMMM", other("db", "application/x-ms-thumbcache", "index of the thumbnail cache")),
    start(
        b"Client UrlCache MMF Ver ",
        other("dat", "application/x-ms-url-cache", "index of the cache of Internet Explorer"),
    ),
    start_if(b"MSFT\x02\0\x01\0", other("tlb", "application/x-ms-type-library", "type library"), |head| {
        head.len() > 84
    }),
    start_if(b"SLTG", other("tlb", "application/x-ms-type-library", "type library"), |head| head.len() > 32),
    start(b"Microsoft C/C++ MSF 7.00\r\n\x1aDS", other("pdb", "application/x-ms-pdb", "debugging symbols (PDB)")),
    start(b"Microsoft C/C++ program database", other("pdb", "application/x-ms-pdb", "debugging symbols (PDB 2)")),
    start_if(b"BSJB", other("pdb", "application/x-ms-portable-pdb", "debugging symbols (portable PDB)"), |head| {
        le16(head, 4) == 1
    }),
    at(8, b"sdbf", other("sdb", "application/x-ms-shim-database", "compatibility database")),
    start_if(b"PA30", other("msp", "application/x-ms-delta", "Windows delta"), |head| head.len() > 16),
    start(b"DCM\x01PA30", other("manifest", "application/x-ms-compressed-manifest", "Windows manifest (compressed)")),
    start(b"DCD\x01PA30", other("manifest", "application/x-ms-delta", "Windows delta")),
    start_if(
        b"\0\0\0\0\x20\0\0\0\xff\xff\0\0\xff\xff\0\0",
        other("res", "application/x-ms-resources", "compiled resources"),
        |_| true,
    ),
    start_if(b"mrm_pri", other("pri", "application/x-ms-resource-index", "resource index"), |head| head.len() > 32),
    // A volume's change journal and the master file table, copied out of a volume.
    start_if(b"FILE0\0", other("bin", "application/x-ntfs-mft", "NTFS master file table"), |head| {
        le16(head, 6) == 3 && be32(head, 0) == 0x4649_4c45
    }),
    start_if(b"FILE*\0", other("bin", "application/x-ntfs-mft", "NTFS master file table"), |head| byte(head, 5) == 0),
    // The recycle bin's record of a file: version 1 or 2, a size, a time, a path in UTF-16.
    start_if(b"\x02\0\0\0\0\0\0\0", other("bin", "application/x-ms-recycled", "record of the recycle bin"), |head| {
        (3..=1024).contains(&le32(head, 24)) && head.get(30..34) == Some(b":\0\\\0")
    }),
    start_if(b"\x01\0\0\0\0\0\0\0", other("bin", "application/x-ms-recycled", "record of the recycle bin"), |head| {
        head.get(26..30) == Some(b":\0\\\0")
    }),
];

/// The file is a page at least, and the header tells a length of its own.
fn is_hibernation(head: &[u8]) -> bool {
    head.len() >= 4096 && le32(head, 12) < 0x4000
}

fn is_vmware(head: &[u8]) -> bool {
    (1..=512).contains(&le32(head, 8))
}
