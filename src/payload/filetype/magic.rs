//! Signatures at fixed offsets, of formats that `infer` does not know or knows less exactly.
//!
//! Sources: the formats' own specifications; the Library of Congress format descriptions; `file(1)`'s magic for the rest.

use super::Family::{self, Archive, Document, Image, Other, Program};
use super::{FileType, file_type};

/// Offset, bytes, family, extension, media type, description.
type Signature = (usize, &'static [u8], Family, &'static str, &'static str, &'static str);

const SIGNATURES: &[Signature] = &[
    (0, b"L\0\0\0\x01\x14\x02\0", Other, "lnk", "application/x-ms-shortcut", "Windows shortcut"),
    (0, b"regf", Other, "dat", "application/x-windows-registry-hive", "Windows registry hive"),
    (0, b"ElfFile\0", Other, "evtx", "application/x-ms-evtx", "Windows event log"),
    (4, b"LfLe", Other, "evt", "application/x-ms-evt", "Windows event log (before Vista)"),
    (0, b"MAM\x04", Other, "pf", "application/x-ms-prefetch", "Windows prefetch file (compressed)"),
    (0, b"MAM\x84", Other, "pf", "application/x-ms-prefetch", "Windows prefetch file (compressed)"),
    (4, b"SCCA", Other, "pf", "application/x-ms-prefetch", "Windows prefetch file"),
    (4, b"\xef\xcd\xab\x89", Other, "edb", "application/x-ms-ese", "Extensible Storage Engine database"),
    (0, b"!BDN", Other, "pst", "application/vnd.ms-outlook-pst", "Outlook mail store"),
    (0, b"SQLite format 3\0", Other, "sqlite", "application/vnd.sqlite3", "SQLite database"),
    (0, b"\0\x01\0\0Standard Jet DB", Other, "mdb", "application/x-msaccess", "Access database"),
    (0, b"\0\x01\0\0Standard ACE DB", Other, "accdb", "application/x-msaccess", "Access database"),
    (0, b"\xd4\xc3\xb2\xa1", Other, "pcap", "application/vnd.tcpdump.pcap", "network capture"),
    (0, b"\xa1\xb2\xc3\xd4", Other, "pcap", "application/vnd.tcpdump.pcap", "network capture"),
    (0, b"\x4d\x3c\xb2\xa1", Other, "pcap", "application/vnd.tcpdump.pcap", "network capture (nanoseconds)"),
    (0, b"\x0a\x0d\x0d\x0a", Other, "pcapng", "application/x-pcapng", "network capture (next generation)"),
    (0, b"MDMP", Other, "dmp", "application/x-dmp", "Windows minidump"),
    (0, b"PAGEDU64", Other, "dmp", "application/x-dmp", "Windows crash dump"),
    (0, b"PAGEDUMP", Other, "dmp", "application/x-dmp", "Windows crash dump"),
    (0, b"MSCF", Archive, "cab", "application/vnd.ms-cab-compressed", "Windows cabinet"),
    (0, b"ITSF", Document, "chm", "application/vnd.ms-htmlhelp", "compiled HTML help"),
    (0, b"?_\x03\0", Document, "hlp", "application/winhlp", "Windows help"),
    (0, b"Rar!\x1a\x07", Archive, "rar", "application/vnd.rar", "RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", Archive, "7z", "application/x-7z-compressed", "7-Zip archive"),
    (0, b"\x1f\x8b", Archive, "gz", "application/gzip", "gzip data"),
    (0, b"BZh", Archive, "bz2", "application/x-bzip2", "bzip2 data"),
    (0, b"\xfd7zXZ\0", Archive, "xz", "application/x-xz", "xz data"),
    (0, b"\x28\xb5\x2f\xfd", Archive, "zst", "application/zstd", "Zstandard data"),
    (257, b"ustar", Archive, "tar", "application/x-tar", "tar archive"),
    (32769, b"CD001", Archive, "iso", "application/x-iso9660-image", "ISO 9660 image"),
    (0, b"vhdxfile", Archive, "vhdx", "application/x-vhdx", "virtual disk (VHDX)"),
    (0, b"conectix", Archive, "vhd", "application/x-vhd", "virtual disk (VHD)"),
    (0, b"KDMV", Archive, "vmdk", "application/x-vmdk", "virtual disk (VMDK)"),
    (0, b"QFI\xfb", Archive, "qcow2", "application/x-qemu-disk", "virtual disk (qcow2)"),
    (0, b"EVF\x09\x0d\x0a\xff\0", Archive, "e01", "application/encase", "EnCase image"),
    (0, b"MSWIM\0\0\0", Archive, "wim", "application/x-ms-wim", "Windows image"),
    (0, b"\x7fELF", Program, "elf", "application/x-executable", "ELF program"),
    (0, b"\xcf\xfa\xed\xfe", Program, "macho", "application/x-mach-binary", "Mach-O program"),
    (0, b"\xce\xfa\xed\xfe", Program, "macho", "application/x-mach-binary", "Mach-O program"),
    (0, b"dex\n", Program, "dex", "application/vnd.android.dex", "Android program"),
    (0, b"\0asm", Program, "wasm", "application/wasm", "WebAssembly program"),
    (0, b"FWS", Program, "swf", "application/x-shockwave-flash", "Flash program"),
    (0, b"CWS", Program, "swf", "application/x-shockwave-flash", "Flash program"),
    (0, b"\x89PNG\r\n\x1a\n", Image, "png", "image/png", "PNG image"),
    (0, b"\xff\xd8\xff", Image, "jpg", "image/jpeg", "JPEG image"),
    (0, b"GIF87a", Image, "gif", "image/gif", "GIF image"),
    (0, b"GIF89a", Image, "gif", "image/gif", "GIF image"),
    (0, b"II*\0", Image, "tif", "image/tiff", "TIFF image"),
    (0, b"MM\0*", Image, "tif", "image/tiff", "TIFF image"),
    (0, b"\x30\x82", Other, "der", "application/x-der", "ASN.1 data (certificate, signature or key)"),
];

/// The signature that the head bears. `CAFEBABE` is told apart by what follows: Java counts constants, Mach-O slices.
pub(super) fn find(head: &[u8]) -> Option<FileType> {
    if let Some(rest) = head.strip_prefix(b"\xca\xfe\xba\xbe") {
        let slices = rest.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        return Some(if slices < 20 {
            file_type(Program, "macho", "application/x-mach-binary", "Mach-O program (universal)")
        } else {
            file_type(Program, "class", "application/java-vm", "Java class")
        });
    }
    if head.starts_with(b"BM") && bmp_size_holds(head) {
        return Some(file_type(Image, "bmp", "image/bmp", "bitmap image"));
    }
    let hit = |(offset, bytes, ..): &&Signature| head.get(*offset..).is_some_and(|rest| rest.starts_with(bytes));
    let (.., family, extension, mime, description) = SIGNATURES.iter().find(hit)?;
    let known = file_type(*family, extension, mime, description);
    (known.extension != "der" || der_length_holds(head)).then_some(known)
}

/// The header of a bitmap tells the length of the header that follows: one of a handful.
fn bmp_size_holds(head: &[u8]) -> bool {
    let size = head.get(14..).and_then(|rest| rest.first_chunk::<4>()).map(|bytes| u32::from_le_bytes(*bytes));
    matches!(size, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// `30 82` is a sequence of two length bytes; what it holds starts with a number, an identifier or another sequence.
fn der_length_holds(head: &[u8]) -> bool {
    matches!(head.get(4), Some(0x02 | 0x06 | 0x30))
}
