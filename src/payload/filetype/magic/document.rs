//! Documents and help, and fonts.

use super::super::Family::{Document, Font};
use super::super::signature::{Signature, asks, at, start, start_if};
use super::super::{FileType, file_type};
use super::{be16, be32, byte, le32};

const fn document(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Document, extension, mime, description)
}

const fn font(extension: &'static str, mime: &'static str, description: &'static str) -> FileType {
    file_type(Font, extension, mime, description)
}

const POSTSCRIPT: FileType = document("ps", "application/postscript", "PostScript document");

pub(in super::super) const SIGNATURES: &[Signature] = &[
    start(b"ITSF", document("chm", "application/vnd.ms-htmlhelp", "compiled HTML help")),
    start(b"?_\x03\0", document("hlp", "application/winhlp", "Windows help")),
    start(b"ITOLITLS", document("lit", "application/x-ms-reader", "Microsoft Reader book")),
    start(b"%!PS", POSTSCRIPT),
    start(b"\x04%!PS", POSTSCRIPT),
    start(b"\xc5\xd0\xd3\xc6", document("eps", "application/postscript", "PostScript document (with a preview)")),
    start(b"%FDF-", document("fdf", "application/vnd.fdf", "PDF form data")),
    start(
        b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3",
        document("one", "application/onenote", "OneNote section"),
    ),
    start(
        b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f",
        document("onetoc2", "application/onenote", "OneNote contents"),
    ),
    start_if(b"\xdb\xa5-\0\0\0", document("doc", "application/msword", "Word document (2.0)"), |head| head.len() > 64),
    start(b"\xffWPC", document("wpd", "application/vnd.wordperfect", "WordPerfect document")),
    start(b"AT&TFORM", document("djvu", "image/vnd.djvu", "DjVu document")),
    start_if(b"\xf7\x02", document("dvi", "application/x-dvi", "DVI document"), |head| be32(head, 2) == 25_400_000),
    at(60, b"BOOKMOBI", document("mobi", "application/x-mobipocket-ebook", "Mobipocket book")),
    asks(0, b"\0\x01\0\0", true_type),
    asks(0, b"true\0", true_type),
    start_if(b"OTTO\0", font("otf", "font/otf", "OpenType font"), has_tables),
    start_if(b"ttcf\0", font("ttc", "font/collection", "font collection"), |head| matches!(be16(head, 4), 1 | 2)),
    start_if(b"wOFF", font("woff", "font/woff", "web font"), |head| be32(head, 8) > 44),
    start_if(b"wOF2", font("woff2", "font/woff2", "web font (version 2)"), |head| be32(head, 8) > 44),
    start(b"%!PS-AdobeFont", font("pfa", "application/x-font-type1", "Type 1 font")),
    start(b"%!FontType1", font("pfa", "application/x-font-type1", "Type 1 font")),
    start_if(b"\x80\x01", font("pfb", "application/x-font-type1", "Type 1 font"), |head| head.get(6..8) == Some(b"%!")),
    start(b"\x01fcp", font("pcf", "application/x-font-pcf", "bitmap font of X11")),
    start(b"STARTFONT ", font("bdf", "application/x-font-bdf", "bitmap font of X11")),
    start_if(b"\x36\x04", font("psf", "application/x-linux-psf", "console font"), |head| {
        byte(head, 2) < 4 && byte(head, 3) != 0
    }),
    start(b"\x72\xb5\x4a\x86", font("psfu", "application/x-linux-psf", "console font")),
    asks(34, b"LP", embedded_open_type),
];

/// A table directory: a handful of tables, the first with a printable tag. Access databases begin with the same bytes.
fn has_tables(head: &[u8]) -> bool {
    (1..=128).contains(&be16(head, 4))
        && head.get(12..16).is_some_and(|tag| tag.iter().all(|byte| matches!(byte, b' '..=b'~')))
}

fn true_type(head: &[u8]) -> Option<FileType> {
    has_tables(head).then_some(font("ttf", "font/ttf", "TrueType font"))
}

fn embedded_open_type(head: &[u8]) -> Option<FileType> {
    let version = matches!(le32(head, 8), 0x0001_0000 | 0x0002_0001 | 0x0002_0002);
    (version && le32(head, 0) > le32(head, 4)).then_some(font(
        "eot",
        "application/vnd.ms-fontobject",
        "embedded web font",
    ))
}
