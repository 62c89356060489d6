//! Archives and compressed data.

use super::super::Family::Archive;
use super::super::signature::{Signature, asks, at, at_if, start, start_if};
use super::super::{FileType, file_type};
use super::{byte, le16, le32};

const fn archive(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Archive, extension, mime, description)
}

const CPIO: &str = "application/x-cpio";
const TAR: FileType = archive("tar", "application/x-tar", "tar archive");
const LHA: FileType = archive("lzh", "application/x-lzh-compressed", "LHA archive");
const LZ4: &str = "application/x-lz4";

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"MSCF\0\0\0\0", archive("cab", "application/vnd.ms-cab-compressed", "Windows cabinet")),
    start(b"ISc(", archive("cab", "application/x-installshield", "InstallShield cabinet")),
    start(b"Rar!\x1a\x07\0", archive("rar", "application/vnd.rar", "RAR archive (version 4)")),
    start(b"Rar!\x1a\x07\x01\0", archive("rar", "application/vnd.rar", "RAR archive (version 5)")),
    start(b"RE\x7e\x5e", archive("rar", "application/vnd.rar", "RAR archive (before version 2)")),
    start(b"7z\xbc\xaf\x27\x1c", archive("7z", "application/x-7z-compressed", "7-Zip archive")),
    start_if(b"\x1f\x8b", archive("gz", "application/gzip", "gzip data"), |head| {
        byte(head, 2) == 8 && byte(head, 3) & 0xe0 == 0
    }),
    start_if(b"BZh", archive("bz2", "application/x-bzip2", "bzip2 data"), |head| {
        let block = head.get(4..10).unwrap_or_default();
        matches!(byte(head, 3), b'1'..=b'9') && (block == b"1AY&SY" || block == b"\x17\x72\x45\x38\x50\x90")
    }),
    start(b"BZ3v1", archive("bz3", "application/vnd.bzip3", "bzip3 data")),
    start(b"\xfd7zXZ\0", archive("xz", "application/x-xz", "xz data")),
    start_if(b"]\0\0", archive("lzma", "application/x-lzma", "LZMA data"), is_lzma),
    start(b"LZIP\x01", archive("lz", "application/x-lzip", "lzip data")),
    start(b"LRZI", archive("lrz", "application/x-lrzip", "lrzip data")),
    start(b"\x89LZO\0\r\n\x1a\n", archive("lzo", "application/x-lzop", "lzop data")),
    start(b"\x28\xb5\x2f\xfd", archive("zst", "application/zstd", "Zstandard data")),
    start(b"\x37\xa4\x30\xec", archive("zdict", "application/x-zstd-dictionary", "Zstandard dictionary")),
    start(b"\x04\x22\x4d\x18", archive("lz4", LZ4, "LZ4 data")),
    start_if(b"\x02\x21\x4c\x18", archive("lz4", LZ4, "LZ4 data (legacy)"), |head| {
        (1..8 << 20).contains(&le32(head, 4))
    }),
    start_if(b"\x1f\x9d", archive("Z", "application/x-compress", "compress data"), |head| {
        // The first code, of nine bits, is a character.
        byte(head, 2) & 0x60 == 0 && (9..=16).contains(&(byte(head, 2) & 0x1f)) && byte(head, 4) & 1 == 0
    }),
    start_if(b"\x1f\xa0", archive("z", "application/x-compress", "compress data (SCO LZH)"), |head| head.len() > 64),
    start(b"\xff\x06\0\0sNaPpY", archive("sz", "application/x-snappy-framed", "Snappy data")),
    start_if(b"\x60\xea", archive("arj", "application/x-arj", "ARJ archive"), is_arj),
    asks(2, b"-lh", lha),
    asks(2, b"-lz", lha),
    at(7, b"**ACE**", archive("ace", "application/x-ace-compressed", "ACE archive")),
    start(b"UC2\x1a", archive("uc2", "application/x-uc2", "UC2 archive")),
    at(20, b"\xdc\xa7\xc4\xfd", archive("zoo", "application/x-zoo", "Zoo archive")),
    start(b"SIT!", archive("sit", "application/x-stuffit", "StuffIt archive")),
    start(b"StuffIt (c)1997-", archive("sit", "application/x-stuffit", "StuffIt archive")),
    start(b"xar!", archive("xar", "application/x-xar", "XAR archive")),
    start(
        b"SZDD\x88\xf0\x27\x33A",
        archive("ex_", "application/x-ms-compress-szdd", "file compressed by COMPRESS.EXE (SZDD)"),
    ),
    start(
        b"KWAJ\x88\xf0\x27\xd1",
        archive("ex_", "application/x-ms-compress-kwaj", "file compressed by COMPRESS.EXE (KWAJ)"),
    ),
    start(b"!<arch>\ndebian-binary", archive("deb", "application/vnd.debian.binary-package", "Debian package")),
    start(b"!<arch>\n", archive("a", "application/x-archive", "static library or other ar archive")),
    start(b"!<thin>\n", archive("a", "application/x-archive", "thin ar archive")),
    start_if(b"\xed\xab\xee\xdb", archive("rpm", "application/x-rpm", "RPM package"), |head| {
        matches!(byte(head, 4), 2..=4)
    }),
    start(b"drpm", archive("rpm", "application/x-rpm", "RPM package (delta)")),
    start(b"070701", archive("cpio", CPIO, "cpio archive")),
    start(b"070702", archive("cpio", CPIO, "cpio archive (with checksums)")),
    start(b"070707", archive("cpio", CPIO, "cpio archive (portable)")),
    start_if(b"\xc7\x71", archive("cpio", CPIO, "cpio archive (binary)"), |head| is_old_cpio(head, le16)),
    start_if(b"\x71\xc7", archive("cpio", CPIO, "cpio archive (binary, swapped)"), |head| {
        is_old_cpio(head, super::be16)
    }),
    at_if(257, b"ustar", TAR, |head| matches!(byte(head, 262), 0 | b' ')),
    start(b"MSWIM\0\0\0", archive("wim", "application/x-ms-wim", "Windows image")),
    start(b"WLPWM\0\0\0", archive("wim", "application/x-ms-wim", "Windows image (pipable)")),
    start_if(b"Cr24", archive("crx", "application/x-google-chrome-extension", "Chrome extension"), |head| {
        le32(head, 4) < 10
    }),
    start(b"PAR2\0PKT", archive("par2", "application/x-par2", "PAR2 recovery data")),
    start(b"JM\x01\0PK\x03\x04", archive("jmod", "application/x-java-jmod", "Java module")),
    start(b"\x1f\x9e", archive("z", "application/x-freeze", "freeze data")),
    start(b"TAPE\0\0\x03\0", archive("bkf", "application/x-ms-backup", "Windows backup (MTF)")),
    start(b"\xda\xda\xfe\xca", archive("jimage", "application/x-java-image", "Java run-time image")),
    start(b"\xca\xfe\xda\xda", archive("jimage", "application/x-java-image", "Java run-time image")),
    start_if(b"hsqs", archive("squashfs", "application/x-squashfs", "Squashfs image"), |head| le16(head, 28) == 4),
    start(b"sqsh", archive("squashfs", "application/x-squashfs", "Squashfs image (big-endian)")),
    start(b"\x45\x3d\xcd\x28", archive("cramfs", "application/x-cramfs", "cramfs image")),
    start_if(b"PAK\0", archive("pak", "application/x-pak", "PAK archive"), |head| head.len() > 64),
];

/// The usual properties, a dictionary that is a power of two, and a size that is unknown or of this world.
fn is_lzma(head: &[u8]) -> bool {
    let dictionary = le32(head, 1);
    let high = head.get(9..13).unwrap_or_default();
    dictionary.is_power_of_two()
        && (high == [0xff; 4] || high.starts_with(&[0, 0, 0]) && high.len() == 4)
        && byte(head, 13) == 0
}

fn is_arj(head: &[u8]) -> bool {
    // The basic header: its size, the size of its first part, and a file type of 2 for the archive itself.
    (30..=2600).contains(&le16(head, 2)) && (30..=64).contains(&byte(head, 4)) && byte(head, 10) == 2
}

fn lha(head: &[u8]) -> Option<FileType> {
    let method = matches!(byte(head, 5), b'0'..=b'7' | b'd' | b's' | b'x') && byte(head, 6) == b'-';
    (method && byte(head, 20) <= 3).then_some(LHA)
}

fn is_old_cpio(head: &[u8], number: fn(&[u8], usize) -> u16) -> bool {
    let name = usize::from(number(head, 20));
    // A file type among the known ones, and a name that ends in a NUL.
    (1..=1024).contains(&name)
        && matches!(number(head, 6) & 0o170_000, 0o40_000 | 0o100_000 | 0o120_000 | 0o60_000 | 0o20_000 | 0o10_000)
        && name.checked_add(25).is_some_and(|end| byte(head, end) == 0)
}

/// A tar archive from before POSIX has no signature: the sum of its header is what its field says.
pub(in super::super) fn is_old_tar(head: &[u8]) -> Option<FileType> {
    let header = head.get(..512)?;
    let field = header.get(148..156)?;
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| matches!(byte, b'0'..=b'7'));
    let (mut told, mut count) = (0u32, 0u32);
    for digit in digits {
        told = told.checked_mul(8)?.checked_add(u32::from(digit.wrapping_sub(b'0')))?;
        count = count.saturating_add(1);
    }
    let sum = |range: &[u8]| range.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let total = sum(header).saturating_sub(sum(field)).saturating_add(256);
    (count > 2 && told == total && byte(header, 0) > b' ').then_some(TAR)
}
