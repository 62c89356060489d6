//! Containers whose members tell what they are: OLE compound files and ZIP archives.

use super::Family::{Archive, Document, Program};
use super::{FileType, file_type};
use memchr::memmem;

/// A compound file ([MS-CFB]), by the names of its streams or the class of its root as far as the head shows them.
pub(super) fn ole(head: &[u8]) -> Option<FileType> {
    if !head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return None;
    }
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let holds = |name: &str| memmem::find(head, &wide(name)).is_some();
    // The class of Windows Installer packages, {000C1084-0000-0000-C000-000000000046}.
    let installer = b"\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0F";
    Some(if memmem::find(head, installer).is_some() {
        file_type(Program, "msi", "application/x-msi", "Windows Installer package")
    } else if holds("WordDocument") {
        file_type(Document, "doc", "application/msword", "Word document (97–2003)")
    } else if holds("Workbook") || holds("Book") {
        file_type(Document, "xls", "application/vnd.ms-excel", "Excel workbook (97–2003)")
    } else if holds("PowerPoint Document") {
        file_type(Document, "ppt", "application/vnd.ms-powerpoint", "PowerPoint presentation (97–2003)")
    } else if holds("__properties_version1.0") {
        file_type(Document, "msg", "application/vnd.ms-outlook", "Outlook message")
    } else {
        file_type(Document, "ole", "application/x-ole-storage", "OLE compound file")
    })
}

/// Members by which archives of a kind are known, most telling first.
const MEMBERS: &[(&[u8], FileType)] = &[
    (
        b"word/",
        file_type(
            Document,
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "Word document",
        ),
    ),
    (
        b"xl/",
        file_type(
            Document,
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel workbook",
        ),
    ),
    (
        b"ppt/",
        file_type(
            Document,
            "pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "PowerPoint presentation",
        ),
    ),
    (b"AndroidManifest.xml", file_type(Program, "apk", "application/vnd.android.package-archive", "Android package")),
    (b"META-INF/MANIFEST.MF", file_type(Program, "jar", "application/java-archive", "Java archive")),
    (b"application/epub+zip", file_type(Document, "epub", "application/epub+zip", "electronic book")),
    (
        b"application/vnd.oasis.opendocument.",
        file_type(Document, "odt", "application/vnd.oasis.opendocument", "OpenDocument file"),
    ),
];

/// A ZIP archive, by the names of its members as far as the head shows them. An archive may be empty or start with the
/// marker of a split one.
pub(super) fn zip(head: &[u8]) -> Option<FileType> {
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(b"PK\x05\x06") && !head.starts_with(b"PK\x07\x08") {
        return None;
    }
    let office = memmem::find(head, b"[Content_Types].xml").is_some() || memmem::find(head, b"_rels/").is_some();
    let known = MEMBERS
        .iter()
        .find(|(member, kind)| (office || !kind.mime.contains("openxml")) && memmem::find(head, member).is_some());
    Some(known.map_or(file_type(Archive, "zip", "application/zip", "ZIP archive"), |(_, kind)| *kind))
}
