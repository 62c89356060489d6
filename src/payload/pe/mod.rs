//! Windows executables (Microsoft PE/COFF specification, revision 11): what their headers, tables and resources say.
//!
//! `goblin` reads headers and the section table. Its readers of import and export tables allocate as the file tells them
//! to, and its computation of Authenticode ranges panics on damaged files: these three are ours, with caps.

mod exports;
mod image;
mod imports;
mod ordinals;
mod overlay;
mod packer;
mod resources;

use super::authenticode::{self, Authenticode, Authorities};
use super::entropy;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::digest::Digests;
use crate::base::escape::lossless;
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use goblin::pe::header::Header;
use goblin::pe::section_table::SectionTable;
use image::Image;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Structure of a Windows executable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Pe {
    /// Processor: `i386`, `amd64`, `arm64`, … or the number in hexadecimal.
    pub machine: String,
    /// `windows-gui`, `windows-cui`, `native`, … or the number.
    pub subsystem: String,
    /// Link time as the header has it; linkers of reproducible builds write a hash there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Entry point, relative to the image base.
    pub entry_point: u32,
    /// MD5 of the imports in the order of the table (Mandiant's imphash); absent without imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imphash: Option<String>,
    /// Whether the header calls it a library.
    pub is_dll: bool,
    /// Path of the debug symbols as the linker wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdb: Option<String>,
    /// The strings of the version resource.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub version: BTreeMap<String, String>,
    /// The sections in the order of the table.
    pub sections: Vec<Section>,
    /// Bytes behind what the headers describe; the certificate table does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<Overlay>,
    /// The packer or installer that its sections name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packer: Option<String>,
    /// What else speaks for packing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packing_signs: Vec<String>,
    /// What it imports, library by library.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<Import>,
    /// The name under which it exports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_name: Option<String>,
    /// The names that it exports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<String>,
    /// Its signature.
    pub authenticode: Authenticode,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Section {
    /// Its name as the table has it.
    pub name: String,
    /// Address relative to the image base.
    pub virtual_address: u32,
    /// Size in memory, bytes.
    pub virtual_size: u32,
    /// Offset in the file.
    pub raw_offset: u32,
    /// Size in the file, bytes.
    pub raw_size: u32,
    /// Entropy of its bytes in the file; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<f64>,
    /// What it holds and how it may be used.
    pub flags: Vec<&'static str>,
}

/// Bytes behind the image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Overlay {
    /// Where they start in the file.
    pub offset: u64,
    /// How many there are.
    pub size: u64,
    /// Their entropy; absent where the file is larger than what is held in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<f64>,
}

/// What is imported from one library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Import {
    /// The library as the table names it.
    pub dll: String,
    /// Names, or numbers as `#12`.
    pub functions: Vec<String>,
}

/// Reads the structure of an executable. `bytes` are the first of the file (all of them where the limits allow), `stream`
/// the whole of `size` bytes. Nothing comes back if not even the headers can be read.
pub fn read(
    bytes: &[u8],
    stream: &dyn ReadAt,
    size: u64,
    limits: &Limits,
    authorities: &Authorities,
    note: &mut dyn FnMut(Cause),
) -> Option<Pe> {
    let partial = u64::try_from(bytes.len()).unwrap_or(u64::MAX) < size;
    if partial {
        note(Cause::LimitReached {
            what: "bytes of an executable held for its structure",
            limit: limits.payload_parse_bytes,
        });
    }
    let (pointer, header, sections) = match headers(bytes) {
        Ok(read) => read,
        Err(what) => {
            note(Cause::Corrupt { what: format!("the executable's headers cannot be read ({what})"), offset: 0 });
            return None;
        }
    };
    let Some(optional) = header.optional_header else {
        note(Cause::Corrupt { what: "the executable has no optional header".to_owned(), offset: 0 });
        return None;
    };
    if sections.len() > limits.pe_sections {
        let limit = u64::try_from(limits.pe_sections).unwrap_or(u64::MAX);
        note(Cause::LimitReached { what: "sections of an executable", limit });
    }
    let directory = |index: usize| {
        let slot = optional.data_directories.data_directories.get(index).copied().flatten();
        slot.map(|(_, directory)| (directory.virtual_address, directory.size)).filter(|(address, _)| *address != 0)
    };
    let image = Image::new(bytes, &sections, &optional);
    let imported = imports::read(&image, directory(1), limits);
    let exported = exports::read(&image, directory(0), limits);
    let certificates = directory(4);
    let directories: Vec<(u32, u32)> = (0..16).filter(|index| *index != 4).filter_map(directory).collect();
    let listed: Vec<Section> =
        sections.iter().take(limits.pe_sections).map(|section| describe(section, bytes)).collect();
    let entry_point = optional.standard_fields.address_of_entry_point;
    let subsystem = subsystem(optional.windows_fields.subsystem);
    Some(Pe {
        machine: machine(header.coff_header.machine),
        timestamp: Some(header.coff_header.time_date_stamp)
            .filter(|stamp| *stamp != 0)
            .and_then(|stamp| Timestamp::from_unix(i64::from(stamp), 0)),
        entry_point,
        imphash: imports::imphash(&imported),
        is_dll: header.coff_header.characteristics & 0x2000 != 0,
        pdb: directory(6).and_then(|table| debug_symbols(&image, table)),
        version: directory(2).map(|table| resources::version(&image, table)).unwrap_or_default(),
        overlay: overlay::find(&image, pointer, &header.coff_header, &directories, certificates, size),
        packer: packer::name(&listed),
        packing_signs: packer::signs(&listed, &imported, entry_point, header.coff_header.characteristics & 0x2000 != 0),
        imports: imported.into_iter().map(imports::Library::into_import).collect(),
        export_name: exported.name,
        exports: exported.functions,
        authenticode: Authenticode {
            stuffing: authenticode::stuffing::find(bytes, stream, size, certificates, limits),
            ..authenticode::read(stream, size, certificates, limits, authorities, note)
        },
        sections: listed,
        subsystem,
    })
}

/// Headers and section table by `goblin`; a panic in there is an error of the file.
fn headers(bytes: &[u8]) -> Result<(u32, Header<'_>, Vec<SectionTable>), String> {
    let pointer = bytes.get(0x3c..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
    let start = pointer.and_then(|pointer| usize::try_from(pointer).ok()).unwrap_or(usize::MAX);
    let read = || -> Result<_, goblin::error::Error> {
        // Without the DOS part: its undocumented neighbour, the Rich header, is damaged in many good files.
        let header = Header::parse_without_dos(bytes.get(start..).unwrap_or_default())?;
        let mut at = start.saturating_add(24).saturating_add(usize::from(header.coff_header.size_of_optional_header));
        let sections = header.coff_header.sections(bytes, &mut at)?;
        Ok((header, sections))
    };
    let read = guarded(read).ok_or("the reader failed")?;
    read.map(|(header, sections)| (pointer.unwrap_or_default(), header, sections)).map_err(|error| error.to_string())
}

fn describe(section: &SectionTable, bytes: &[u8]) -> Section {
    let raw = image::raw_bytes(section, bytes);
    let end = section.name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    Section {
        name: lossless(section.name.get(..end).unwrap_or_default()),
        virtual_address: section.virtual_address,
        virtual_size: section.virtual_size,
        raw_offset: section.pointer_to_raw_data,
        raw_size: section.size_of_raw_data,
        entropy: (!raw.is_empty()).then(|| entropy::of(raw)),
        flags: SECTION_FLAGS
            .iter()
            .filter(|(bit, _)| section.characteristics & bit != 0)
            .map(|(_, name)| *name)
            .collect(),
    }
}

const SECTION_FLAGS: &[(u32, &str)] = &[
    (0x20, "code"),
    (0x40, "initialized-data"),
    (0x80, "uninitialized-data"),
    (0x0200_0000, "discardable"),
    (0x1000_0000, "shared"),
    (0x2000_0000, "execute"),
    (0x4000_0000, "read"),
    (0x8000_0000, "write"),
];

fn machine(number: u16) -> String {
    let name = match number {
        0x14c => "i386",
        0x8664 => "amd64",
        0x1c0 => "arm",
        0x1c4 => "armnt",
        0xaa64 => "arm64",
        0x200 => "ia64",
        0xebc => "ebc",
        0x166 => "r4000",
        0x1f0 => "powerpc",
        0x5032 => "riscv32",
        0x5064 => "riscv64",
        _ => return format!("{number:#06x}"),
    };
    name.to_owned()
}

fn subsystem(number: u16) -> String {
    let name = match number {
        0 => "unknown",
        1 => "native",
        2 => "windows-gui",
        3 => "windows-cui",
        5 => "os2-cui",
        7 => "posix-cui",
        8 => "native-windows",
        9 => "windows-ce-gui",
        10 => "efi-application",
        11 => "efi-boot-service-driver",
        12 => "efi-runtime-driver",
        13 => "efi-rom",
        14 => "xbox",
        16 => "windows-boot-application",
        _ => return number.to_string(),
    };
    name.to_owned()
}

/// The path in the first CodeView record (`RSDS`: 16 bytes GUID, 4 bytes age; `NB10`: 4 bytes offset, stamp and age).
fn debug_symbols(image: &Image<'_>, (address, size): (u32, u32)) -> Option<String> {
    const ENTRY: u32 = 28;
    const CODEVIEW: u32 = 2;
    for index in 0..(size / ENTRY).min(64) {
        let entry = image.at(address.checked_add(index.checked_mul(ENTRY)?)?, 28)?;
        let field =
            |at: usize| entry.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|b| u32::from_le_bytes(*b));
        if field(12)? != CODEVIEW {
            continue;
        }
        let start = usize::try_from(field(24)?).ok()?;
        let length = usize::try_from(field(16)?).ok()?.min(4096);
        let record = image.bytes.get(start..start.saturating_add(length).min(image.bytes.len()))?;
        let path = if record.starts_with(b"RSDS") {
            record.get(24..)?
        } else if record.starts_with(b"NB10") {
            record.get(16..)?
        } else {
            continue;
        };
        let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
        return (!path.is_empty()).then(|| lossless(path));
    }
    None
}

/// MD5 of a text, as the import hash is defined.
fn md5(text: &str) -> String {
    Digests::of(text.as_bytes()).md5
}
