//! Pictures.

use super::super::Family::Image;
use super::super::signature::{Signature, asks, at_if, start, start_if};
use super::super::{FileType, file_type};
use super::{be16, be32, byte, le16, le32};

const fn image(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Image, extension, mime, description)
}

const TIFF: FileType = image("tif", "image/tiff", "TIFF image");
const PBM: &str = "image/x-portable-bitmap";
const PGM: &str = "image/x-portable-greymap";
const PPM: &str = "image/x-portable-pixmap";

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"\x89PNG\r\n\x1a\n", image("png", "image/png", "PNG image")),
    start(b"\x8aMNG\r\n\x1a\n", image("mng", "video/x-mng", "MNG animation")),
    start_if(b"\xff\xd8\xff", image("jpg", "image/jpeg", "JPEG image"), |head| byte(head, 3) >= 0xc0),
    start(b"GIF87a", image("gif", "image/gif", "GIF image")),
    start(b"GIF89a", image("gif", "image/gif", "GIF image")),
    start_if(b"BM", image("bmp", "image/bmp", "bitmap image"), is_bitmap),
    asks(0, b"II*\0", tiff),
    asks(0, b"MM\0*", tiff),
    start_if(b"II+\0", TIFF, |head| le16(head, 4) == 8),
    start_if(b"MM\0+", TIFF, |head| be16(head, 4) == 8),
    start(b"IIU\0", image("rw2", "image/x-panasonic-rw2", "raw photograph (Panasonic)")),
    start(b"IIRO", image("orf", "image/x-olympus-orf", "raw photograph (Olympus)")),
    start(b"FUJIFILMCCD-RAW ", image("raf", "image/x-fuji-raf", "raw photograph (Fuji)")),
    start(b"II\xbc\x01", image("jxr", "image/vnd.ms-photo", "JPEG XR image")),
    start(b"\0\0\0\x0cjP  \r\n\x87\n", image("jp2", "image/jp2", "JPEG 2000 image")),
    start(b"\xff\x4f\xff\x51\0", image("j2k", "image/x-jp2-codestream", "JPEG 2000 codestream")),
    start(b"\0\0\0\x0cJXL \r\n\x87\n", image("jxl", "image/jxl", "JPEG XL image")),
    start_if(b"8BPS", image("psd", "image/vnd.adobe.photoshop", "Photoshop image"), |head| {
        matches!(be16(head, 4), 1 | 2)
    }),
    start_if(b"gimp xcf ", image("xcf", "image/x-xcf", "GIMP image"), |head| matches!(head.get(9), Some(b'f' | b'v'))),
    start_if(b"\0\0\x01\0", image("ico", "image/vnd.microsoft.icon", "icon"), is_icon),
    start_if(b"\0\0\x02\0", image("cur", "image/x-win-bitmap", "cursor"), is_icon),
    start_if(b"icns", image("icns", "image/x-icns", "icon of macOS"), |head| be32(head, 4) > 8),
    start_if(b"\x01\0\0\0", image("emf", "image/emf", "enhanced metafile"), |head| head.get(40..44) == Some(b" EMF")),
    start(b"\xd7\xcd\xc6\x9a\0\0", image("wmf", "image/wmf", "Windows metafile")),
    start_if(b"\x01\0\x09\0", image("wmf", "image/wmf", "Windows metafile"), |head| {
        matches!(le16(head, 4), 0x100 | 0x300)
    }),
    start_if(b"\x0a", image("pcx", "image/x-pcx", "PCX image"), is_pcx),
    start_if(b"DDS ", image("dds", "image/vnd-ms.dds", "DirectDraw surface"), |head| le32(head, 4) == 124),
    start(b"qoif", image("qoi", "image/qoi", "QOI image")),
    start(b"v/1\x01", image("exr", "image/x-exr", "OpenEXR image")),
    start(b"#?RADIANCE\n", image("hdr", "image/vnd.radiance", "Radiance image")),
    start(b"/* XPM */", image("xpm", "image/x-xpixmap", "pixmap of X11")),
    start(b"! XPM2", image("xpm", "image/x-xpixmap", "pixmap of X11")),
    start_if(b"Xcur", image("xcursor", "image/x-xcursor", "cursor of X11"), |head| le32(head, 4) == 16),
    start(b"SIMPLE  =                    T", image("fits", "image/fits", "FITS image")),
    start_if(b"P1", image("pbm", PBM, "portable bitmap"), is_portable),
    start_if(b"P2", image("pgm", PGM, "portable greymap"), is_portable),
    start_if(b"P3", image("ppm", PPM, "portable pixmap"), is_portable),
    start_if(b"P4", image("pbm", PBM, "portable bitmap"), is_portable),
    start_if(b"P5", image("pgm", PGM, "portable greymap"), is_portable),
    start_if(b"P6", image("ppm", PPM, "portable pixmap"), is_portable),
    start_if(b"AC10", image("dwg", "image/vnd.dwg", "AutoCAD drawing"), |head| {
        head.get(4..6).is_some_and(|version| version.iter().all(u8::is_ascii_digit)) && byte(head, 6) == 0
    }),
    at_if(128, b"DICM", image("dcm", "application/dicom", "medical image (DICOM)"), |head| le16(head, 132) == 2),
];

/// The header of a bitmap tells the length of the header that follows: one of a handful.
fn is_bitmap(head: &[u8]) -> bool {
    matches!(le32(head, 14), 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124)
}

/// Photographs in the raw formats of cameras are TIFF files too; what tells Canon's apart stands behind the header.
fn tiff(head: &[u8]) -> Option<FileType> {
    Some(match head.get(8..11) {
        Some(b"CR\x02") => image("cr2", "image/x-canon-cr2", "raw photograph (Canon)"),
        _ => TIFF,
    })
}

/// Icons and cursors: a small count, and a first entry whose data lies behind the directory and is a bitmap or PNG by size.
fn is_icon(head: &[u8]) -> bool {
    let count = le16(head, 4);
    let directory = u32::from(count).saturating_mul(16).saturating_add(6);
    (1..=256).contains(&count) && byte(head, 9) == 0 && le32(head, 18) >= directory && le32(head, 14) >= 40
}

fn is_pcx(head: &[u8]) -> bool {
    matches!(byte(head, 1), 0 | 2..=5)
        && byte(head, 2) <= 1
        && matches!(byte(head, 3), 1 | 2 | 4 | 8)
        && byte(head, 64) == 0
        && (1..=4).contains(&byte(head, 65))
        && le16(head, 4) <= le16(head, 8)
        && le16(head, 6) <= le16(head, 10)
}

/// Blank space, then a comment or the width.
fn is_portable(head: &[u8]) -> bool {
    let rest = head.get(2..64.min(head.len())).unwrap_or_default();
    let numbers = rest.trim_ascii_start();
    rest.first().is_some_and(u8::is_ascii_whitespace)
        && match numbers.first() {
            Some(b'#') => true,
            Some(b'0'..=b'9') => {
                let after = numbers.trim_ascii_start().iter().skip_while(|byte| byte.is_ascii_digit());
                let mut after = after.skip_while(|byte| byte.is_ascii_whitespace());
                after.next().is_some_and(u8::is_ascii_digit)
            }
            _ => false,
        }
}
