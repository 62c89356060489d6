//! OLE compound files ([MS-CFB]), by the class of their root and the names in their directory.

use super::Family::{Document, Other, Program};
use super::{FileType, Sample, file_type};
use crate::base::fields::Fields;
use crate::base::wide;
use std::collections::BTreeSet;

/// Sectors of the directory that are read.
const DIRECTORY_SECTORS: usize = 256;

const ENCRYPTED: FileType =
    file_type(Document, "ole", "application/encrypted", "Office document encrypted with a password");
const WORD: FileType = file_type(Document, "doc", "application/msword", "Word document (97–2003)");
const EXCEL: FileType = file_type(Document, "xls", "application/vnd.ms-excel", "Excel workbook (97–2003)");
const POWERPOINT: FileType =
    file_type(Document, "ppt", "application/vnd.ms-powerpoint", "PowerPoint presentation (97–2003)");
const OUTLOOK: FileType = file_type(Document, "msg", "application/vnd.ms-outlook", "Outlook message");
const VISIO: FileType = file_type(Document, "vsd", "application/vnd.visio", "Visio drawing");
const PROJECT: FileType = file_type(Document, "mpp", "application/vnd.ms-project", "Project plan");
const PUBLISHER: FileType = file_type(Document, "pub", "application/vnd.ms-publisher", "Publisher document");
const WORKS: FileType = file_type(Document, "wps", "application/vnd.ms-works", "Works document");
const INSTALLER: FileType = file_type(Program, "msi", "application/x-msi", "Windows Installer package");
const PATCH: FileType = file_type(Program, "msp", "application/x-msi", "Windows Installer patch");
const TRANSFORM: FileType = file_type(Program, "mst", "application/x-msi", "Windows Installer transform");
const THUMBNAILS: FileType = file_type(Other, "db", "application/x-ms-thumbs", "thumbnails of a folder (Thumbs.db)");
const JUMP_LIST: FileType = file_type(Other, "automaticDestinations-ms", "application/x-ms-jump-list", "jump list");
const HANGUL: FileType = file_type(Document, "hwp", "application/x-hwp", "Hangul document");
const UNTOLD: FileType = file_type(Document, "ole", "application/x-ole-storage", "OLE compound file");

/// Classes of roots, all but the first four bytes `0000-0000-C000-000000000046` unless told in full.
const CLASSES: &[(u32, FileType)] = &[
    (0x000c_1084, INSTALLER),
    (0x000c_1086, PATCH),
    (0x000c_1082, TRANSFORM),
    (0x0002_0906, WORD),
    (0x0002_0900, WORD),
    (0x0002_0810, EXCEL),
    (0x0002_0820, EXCEL),
    (0x0002_0d0b, OUTLOOK),
    (0x0002_1a14, VISIO),
    (0x0002_1a13, VISIO),
    (0x0002_1201, PUBLISHER),
];

/// Names of streams and storages, the most telling first: a document may hold others.
const NAMES: &[(&str, FileType)] = &[
    ("EncryptedPackage", ENCRYPTED),
    ("__properties_version1.0", OUTLOOK),
    ("WordDocument", WORD),
    ("PowerPoint Document", POWERPOINT),
    ("PP40", POWERPOINT),
    ("VisioDocument", VISIO),
    ("Workbook", EXCEL),
    ("Book", EXCEL),
    ("Quill", PUBLISHER),
    ("MatOST", WORKS),
    ("HwpSummaryInformation", HANGUL),
    ("DestList", JUMP_LIST),
    ("Catalog", THUMBNAILS),
];

/// A compound file.
pub(super) fn ole(sample: &Sample<'_>) -> Option<FileType> {
    if !sample.head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return None;
    }
    let directory = directory(sample);
    let root = Fields(directory.get(..128).unwrap_or_default());
    let class = root.array::<16>(80);
    if class == *b"\x10\x8d\x81\x64\x9b\x4f\xcf\x11\x86\xea\0\xaa\0\xb9\x29\xe8" {
        return Some(POWERPOINT);
    }
    let known = class.ends_with(b"\0\0\0\0\xc0\0\0\0\0\0\0F").then(|| root.u32(80));
    if let Some((_, kind)) = CLASSES.iter().find(|(start, _)| Some(*start) == known) {
        return Some(*kind);
    }
    let entries: Vec<String> = directory.chunks_exact(128).map(name).collect();
    let has = |name: &str| entries.iter().any(|entry| entry == name);
    let by_name = NAMES.iter().find(|(name, _)| has(name)).map(|(_, kind)| *kind);
    // Names of an installer's tables are packed into characters of Chinese ranges from U+3800 on; each has `!_Tables`.
    let packed = || entries.iter().filter(|entry| entry.starts_with('\u{4840}')).count() >= 3;
    let project = || entries.iter().any(|entry| entry.trim_start().starts_with("114") || entry.starts_with("   1"));
    Some(by_name.or_else(|| packed().then_some(INSTALLER)).or_else(|| project().then_some(PROJECT)).unwrap_or(UNTOLD))
}

/// The name of a directory entry: UTF-16, its length in bytes with the closing NUL behind it.
fn name(entry: &[u8]) -> String {
    let fields = Fields(entry);
    let length = usize::from(fields.u16(64)).saturating_sub(2).min(62);
    let name = wide::text(wide::units(fields.bytes(0, length)));
    name.chars().filter(|character| *character > '\u{6}').collect()
}

/// The directory's sectors, along their chain in the allocation table.
fn directory(sample: &Sample<'_>) -> Vec<u8> {
    let header = Fields(sample.head);
    let shift = u32::from(header.u16(30));
    if !matches!(shift, 9 | 12) {
        return Vec::new();
    }
    let size = 1usize << shift;
    let place = |sector: u32| u64::from(sector).saturating_add(1) << shift;
    let (mut sector, mut seen, mut bytes) = (header.u32(48), BTreeSet::new(), Vec::new());
    while sector < 0xffff_fffa && seen.len() < DIRECTORY_SECTORS && seen.insert(sector) {
        let held = sample.bytes(place(sector), size);
        if held.is_empty() {
            break;
        }
        bytes.extend_from_slice(&held);
        // The table's own sectors are listed in the header, 109 of them; directories beyond those are cut here.
        let (table, entry) =
            (sector >> shift.saturating_sub(2), u64::from(sector) & (u64::from(1u32 << shift) / 4).saturating_sub(1));
        let listed = usize::try_from(table).ok().filter(|table| *table < 109);
        let Some(listed) = listed.map(|table| header.u32(table.saturating_mul(4).saturating_add(76))) else { break };
        if listed >= 0xffff_fffa {
            break;
        }
        let next = sample.bytes(place(listed).saturating_add(entry.saturating_mul(4)), 4);
        sector = if next.len() == 4 { Fields(&next).u32(0) } else { u32::MAX };
    }
    bytes
}
