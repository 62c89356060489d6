//! Compound files of Office, Outlook and Windows Installer.

use super::compound::{Compound, Entry};
use super::{Document, LISTED, Stream, or_empty, package, summary, vba};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::wide;
use crate::payload::archive::zip::inflate;
use std::io;

/// Bytes of a workbook in which records of sheets are looked for; they stand at its start.
const WORKBOOK: u64 = 1 << 20;
/// Bytes of an object that are read for its name and head.
const OBJECT: u64 = 64 << 10;
/// Bytes of a presentation in which storages are looked for, how many of them are read, and bytes of one.
const PRESENTATION: u64 = 16 << 20;
const STORAGES: usize = 16;
const STORAGE: u64 = 8 << 20;
/// Names of attachments that are read.
const ATTACHMENTS: usize = 64;

/// Classes of root storages and objects, as they lie in the file.
const CLASSES: &[([u8; 16], &str)] = &[
    (class(0x000c_1084), "Windows Installer package"),
    (class(0x000c_1086), "Windows Installer patch"),
    (class(0x000c_1082), "Windows Installer transform"),
    (class(0x0002_0906), "Word document"),
    (class(0x0002_0900), "Word 6 document"),
    (class(0x0002_0810), "Excel 5 workbook"),
    (class(0x0002_0820), "Excel workbook"),
    (class(0x0002_0d0b), "Outlook message"),
    (class(0x0002_ce02), "Equation 3.0 object"),
    (class(0x0003_000c), "Packager object"),
    (class(0x0003_000d), "Packager object"),
    (*b"\x10\x8d\x81\x64\x9b\x4f\xcf\x11\x86\xea\0\xaa\0\xb9\x29\xe8", "PowerPoint presentation"),
];

/// The class `{XXXXXXXX-0000-0000-C000-000000000046}`.
const fn class(number: u32) -> [u8; 16] {
    let [a, b, c, d] = number.to_le_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46]
}

fn class_name(class: &[u8; 16]) -> Option<&'static str> {
    CLASSES.iter().find(|(known, _)| known == class).map(|(_, name)| *name)
}

/// Reads a compound file that is the payload.
pub(super) fn read(stream: &dyn ReadAt, document: &mut Document, note: &mut dyn FnMut(Cause)) -> io::Result<()> {
    document.format = "ole";
    let Some(compound) = Compound::open(stream)? else {
        note(Cause::Corrupt { what: "a damaged header of a compound file".to_owned(), offset: 0 });
        return Ok(());
    };
    if compound.damaged {
        note(Cause::Corrupt { what: "damaged tables or folders of a compound file".to_owned(), offset: 0 });
    }
    let Some(root) = compound.entries.first() else { return Ok(()) };
    document.class = class_name(&root.class);
    let installer = document.class.is_some_and(|class| class.contains("Installer"));
    let streams = compound.entries.iter().filter(|entry| entry.is_stream);
    for entry in streams.clone().take(LISTED) {
        let path = if installer { installer_name(&entry.path) } else { entry.path.clone() };
        document.streams.push(Stream { path, size: entry.size });
    }
    if streams.clone().count() > LISTED {
        let limit = to_u64(LISTED);
        note(Cause::Abridged { what: "streams of a compound file that are listed", limit });
    }
    parts(&compound, "", document)?;
    if let Some(entry) = compound.entries.iter().find(|entry| entry.path == "\u{5}SummaryInformation") {
        document.properties = summary::read(&compound.read(entry, OBJECT)?);
    }
    Ok(())
}

/// Macros, objects and encryption of a compound file that lies at `place` of a document.
pub(super) fn parts(compound: &Compound<'_>, place: &str, document: &mut Document) -> io::Result<()> {
    document.macros = vba::read(compound, document.macros.take())?;
    let mut attachments = 0usize;
    for entry in &compound.entries {
        let found_in = if place.is_empty() { entry.path.clone() } else { format!("{place}/{}", entry.path) };
        match entry.name() {
            "EncryptedPackage" => document.encrypted = Some("EncryptedPackage"),
            "EncryptedSummary" => document.encrypted = Some("PowerPoint 97 encryption"),
            "Workbook" | "Book" if entry.is_stream => workbook(&compound.read(entry, WORKBOOK)?, document),
            "WordDocument" if entry.is_stream => {
                // Bits of the File Information Block: encrypted, and obfuscated by XOR. [MS-DOC] 2.5.2.
                let flags = Fields(&compound.read(entry, 32)?).u16(10);
                if flags & 0x0100 != 0 {
                    let xor = flags & 0x8000 != 0;
                    document.encrypted = Some(if xor { "Word XOR obfuscation" } else { "Word 97 encryption" });
                }
            }
            // Only of the payload itself: storages in storages are not followed down.
            "PowerPoint Document" if place.is_empty() => presentation(compound.read(entry, PRESENTATION)?, document)?,
            "\u{1}Ole10Native" => {
                let bytes = compound.read(entry, OBJECT)?;
                let object = package::native(&bytes, &found_in).unwrap_or_else(|| {
                    super::object("Ole10Native".to_owned(), &found_in, entry.size, bytes.get(4..).unwrap_or_default())
                });
                document.add_object(object);
            }
            "Package" | "package" if entry.is_stream => {
                let head = compound.read(entry, OBJECT)?;
                document.add_object(super::object("Package".to_owned(), &found_in, entry.size, &head));
            }
            "Equation Native" => {
                document.add_object(super::object("Equation Native".to_owned(), &found_in, entry.size, &[]));
            }
            // The long file name of an attachment of Outlook, in UTF-16 or a code page. [MS-OXMSG] 2.1.
            "__substg1.0_3707001F" | "__substg1.0_3707001E" if attachments < ATTACHMENTS => {
                attachments = attachments.saturating_add(1);
                attachment(compound, entry, document)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Projects and objects of a presentation, which lie in its one stream as compound files, mostly compressed: the record
/// ExOleObjStgCompressedAtom. [MS-PPT] 2.10.34 to 2.10.37.
fn presentation(bytes: Vec<u8>, document: &mut Document) -> io::Result<()> {
    for at in memchr::memmem::find_iter(&bytes, b"\x10\0\x11\x10").take(STORAGES) {
        let start = to_u64(at).saturating_add(12);
        let size = u64::from(Fields(bytes.get(at..).unwrap_or_default()).u32(4)).saturating_sub(4);
        let (storage, _) = inflate(&bytes, start, size, STORAGE, true)?;
        if let Some(compound) = Compound::open(&storage)? {
            parts(&compound, &format!("storage at offset {at} of PowerPoint Document"), document)?;
        }
    }
    Ok(())
}

/// An attachment, by the stream of its name.
fn attachment(compound: &Compound<'_>, name: &Entry, document: &mut Document) -> io::Result<()> {
    let bytes = compound.read(name, 2048)?;
    let text = if name.name().ends_with('F') { wide::utf8(wide::units(&bytes)) } else { bytes };
    let text = crate::base::escape::lossless(&text).trim_end_matches('\0').to_owned();
    let storage = name.path.strip_suffix(name.name()).unwrap_or_default();
    let path = format!("{storage}__substg1.0_37010102");
    let data = compound.entries.iter().find(|entry| entry.path == path);
    let head = data.map_or_else(Vec::new, |data| or_empty(compound.read(data, OBJECT)));
    let found_in = storage.trim_end_matches('/');
    document.add_object(super::object(text, found_in, data.map_or(0, |data| data.size), &head));
    Ok(())
}

/// Records at the start of a workbook: encryption, and sheets of macros. [MS-XLS] 2.4.117, 2.4.28.
fn workbook(bytes: &[u8], document: &mut Document) {
    let mut rest = bytes;
    // Since Excel 97, flags stand before a name.
    let since_97 = Fields(bytes).u16(4) >= 0x0600;
    while rest.len() >= 4 {
        let record = Fields(rest);
        let (kind, size) = (record.u16(0), usize::from(record.u16(2)));
        let data = Fields(record.bytes(4, size));
        match kind {
            0x2f => {
                let method = if data.u16(0) == 0 { "Excel XOR obfuscation" } else { "Excel 97 encryption" };
                document.encrypted = Some(method);
            }
            // Visibility, then the kind of sheet: 1 is macros.
            0x85 if data.u8(5) == 1 && document.macro_sheets.len() < LISTED => {
                let (length, wide) = (usize::from(data.u8(6)), since_97 && data.u8(7) & 1 != 0);
                let name = if wide {
                    wide::utf8(wide::units(data.bytes(8, length.saturating_mul(2))))
                } else {
                    data.bytes(if since_97 { 8 } else { 7 }, length).to_vec()
                };
                let name = crate::base::escape::lossless(&name);
                document.macro_sheets.push(match data.u8(4) & 3 {
                    0 => name,
                    1 => format!("{name} (hidden)"),
                    _ => format!("{name} (very hidden)"),
                });
            }
            // The end of what belongs to the workbook as a whole.
            0x0a => break,
            _ => {}
        }
        rest = rest.get(size.saturating_add(4)..).unwrap_or_default();
    }
}

/// The name of a stream of Windows Installer, which packs two characters of its alphabet into one of UTF-16.
fn installer_name(path: &str) -> String {
    const ALPHABET: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    let letter =
        |index: u32| ALPHABET.get(usize::try_from(index & 63).unwrap_or(0)).map_or('?', |byte| char::from(*byte));
    let mut name = String::new();
    for character in path.chars() {
        let code = u32::from(character);
        match code {
            0x4840 => name.push('!'),
            0x3800..=0x47ff => {
                let packed = code.saturating_sub(0x3800);
                name.push(letter(packed));
                name.push(letter(packed >> 6));
            }
            0x4800..=0x483f => name.push(letter(code.saturating_sub(0x4800))),
            _ => name.push(character),
        }
    }
    name
}
