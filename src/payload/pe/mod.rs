//! Windows executables (Microsoft PE/COFF specification, revision 11): what their headers, tables and resources say.
//!
//! `goblin` reads headers and the section table. Its readers of import, export and resource tables allocate and recurse as
//! the file tells them to (goblin#490, #499), and its computation of Authenticode ranges panics on damaged files: these are
//! ours, with caps.

mod checksum;
mod debug;
mod dotnet;
mod exports;
mod headers;
mod image;
mod imports;
mod load_config;
mod names;
mod oddity;
mod ordinals;
mod overlay;
mod packer;
mod purpose;
pub mod resources;
mod rich;
pub mod te;
#[cfg(test)]
mod tests;
mod tls;

use super::authenticode::{self, Authenticode, Authorities};
use super::entropy;
use super::oddity::{Oddities, Oddity};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::digest::Digests;
use crate::base::escape::lossless;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
pub use checksum::Checksum;
pub use debug::Debug;
pub use dotnet::DotNet;
pub use exports::Forward;
use goblin::pe::section_table::SectionTable;
use headers::Headers;
use image::Image;
pub use load_config::LoadConfig;
pub use packer::{Kind, Maker};
pub use resources::{Manifest, Resources, VersionInfo};
pub use rich::{DosStub, Rich, Tool};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Structure of a Windows executable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Pe {
    /// `pe32`, `pe32+`, or `te` for the reduced form of firmware.
    pub format: &'static str,
    /// Processor: `i386`, `amd64`, `arm64`, … or the number in hexadecimal.
    pub machine: String,
    /// `windows-gui`, `windows-cui`, `native`, … or the number.
    pub subsystem: String,
    /// Link time as the header has it; linkers of reproducible builds write a hash there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Whether the time is a hash of what the program was built from.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reproducible: bool,
    /// Entry point, relative to the image base.
    pub entry_point: u32,
    /// The section that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_section: Option<String>,
    /// Where it wants to be loaded.
    pub image_base: u64,
    /// Version of the linker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linker_version: Option<String>,
    /// Version of Windows that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsystem_version: Option<String>,
    /// What the file header says of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub characteristics: Vec<&'static str>,
    /// Protections that it agrees to (`dynamic-base`, `nx-compatible`, `guard-cf`, …).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dll_characteristics: Vec<&'static str>,
    /// Its checksum; absent where the header has none and that is the custom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    /// The program that DOS runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dos_stub: Option<DosStub>,
    /// What Microsoft's linker was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rich: Option<Rich>,
    /// MD5 of the imports in the order of the table (Mandiant's imphash); absent without imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imphash: Option<String>,
    /// Whether not all imports could be read, so that the hash is over the rest.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub imports_partial: bool,
    /// Whether the header calls it a library.
    pub is_dll: bool,
    /// Path of the debug symbols as the linker wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdb: Option<String>,
    /// All entries of the debug directory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub debug: Vec<Debug>,
    /// The strings of the version resource.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub version: BTreeMap<String, String>,
    /// Its numbers, and its strings language by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_info: Option<VersionInfo>,
    /// The rights that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Manifest>,
    /// Its resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Resources>,
    /// What makes it a .NET image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dotnet: Option<DotNet>,
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
    /// All that it was made with: packers, installers, bundlers, compilers, and by what each was recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made_with: Vec<Maker>,
    /// What a linker does not do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<Oddity>,
    /// What it imports, library by library.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<Import>,
    /// What it imports when it is first called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delay_imports: Vec<Import>,
    /// Libraries whose addresses were fixed beforehand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound_imports: Vec<BoundImport>,
    /// Imported functions by what they are for (`ftp`, `http`, `process-injection`, …).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub purposes: BTreeMap<&'static str, Vec<String>>,
    /// The name under which it exports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_name: Option<String>,
    /// The names that it exports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<String>,
    /// How many functions it exports by number alone.
    #[serde(skip_serializing_if = "is_zero")]
    pub unnamed_exports: usize,
    /// Exports behind which another library's stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forwarded: Vec<Forward>,
    /// Addresses of what runs before the entry point, relative to the image base.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tls_callbacks: Vec<u64>,
    /// What guards its control flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_config: Option<LoadConfig>,
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

/// A library whose addresses were fixed beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoundImport {
    /// The library.
    pub dll: String,
    /// The link time of the one whose addresses were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Reads the structure of an executable. `bytes` are the first of the file (all of them where the limits allow), `stream`
/// the whole of `size` bytes, as far as they can be read. Nothing comes back if not even the headers can be read.
pub fn read(
    bytes: &[u8],
    stream: &dyn ReadAt,
    size: u64,
    limits: &Limits,
    authorities: &Authorities,
    note: &mut dyn FnMut(Cause),
) -> Option<Pe> {
    let partial = to_u64(bytes.len()) < size;
    if limits.payload_parse_bytes < size {
        note(Cause::Abridged {
            what: "bytes of an executable held for its structure",
            limit: limits.payload_parse_bytes,
        });
    }
    let mut oddities = Oddities::default();
    let headers = match Headers::read(bytes, &mut oddities) {
        Ok(headers) => headers,
        Err(what) => {
            note(Cause::Corrupt { what: format!("the executable's headers cannot be read ({what})"), offset: 0 });
            return None;
        }
    };
    let (coff, standard, windows) =
        (&headers.coff, &headers.optional.standard_fields, &headers.optional.windows_fields);
    if headers.sections.len() > limits.pe_sections {
        let limit = to_u64(limits.pe_sections);
        note(Cause::Abridged { what: "sections of an executable", limit });
    }
    let directory = |index: usize| headers.directory(index);
    let image = Image::new(bytes, &headers.sections, &headers.optional);
    let sections = describe_all(&headers.sections, bytes, limits);
    let entry_point = standard.address_of_entry_point;
    let is_dll = coff.characteristics & 0x2000 != 0;

    oddity::of_headers(&headers, size, &mut oddities);
    oddity::of_sections(&sections, windows.file_alignment, size, &mut oddities);
    let entry_section = oddity::of_entry_point(&image, &sections, entry_point, windows.size_of_headers, &mut oddities);
    let (rich, dos_stub) = rich::read(bytes, headers.pointer, &mut oddities);
    let debug = debug::read(&image, directory(6));

    let mut budget = imports::Budget::new(limits);
    let imported = imports::read(&image, directory(1), &mut budget, &mut oddities);
    let imports_partial =
        partial || budget.is_spent() || oddities.has("import-damaged") || oddities.has("import-table-cut");
    let delayed = imports::delayed(&image, directory(13), &mut budget);
    budget.tell(note);
    let exported = exports::read(&image, directory(0), limits, &mut oddities, note);
    let resources =
        directory(2).map(|(root, _)| resources::read(&image, root, limits, &mut oddities, note)).unwrap_or_default();
    let dotnet = dotnet::read(&image, directory(14), &mut oddities);
    let callbacks = tls::callbacks(&image, directory(9), &mut oddities);

    let certificates = directory(4);
    let authenticode = Authenticode {
        stuffing: authenticode::stuffing::find(bytes, stream, size, certificates, limits),
        ..authenticode::read(stream, size, certificates, limits, authorities, note)
    };
    let directories: Vec<(u32, u32)> = (0..16).filter(|index| *index != 4).filter_map(directory).collect();
    let overlay = overlay::find(&image, headers.pointer, coff, &directories, certificates, size);
    let checksum = (!partial || windows.check_sum != 0).then(|| Checksum {
        stored: windows.check_sum,
        computed: (!partial).then(|| checksum::compute(bytes, headers.checksum_at())),
    });
    let reproducible = debug::is_reproducible(&debug);
    let stamps = oddity::Stamps {
        stamp: coff.time_date_stamp,
        reproducible,
        signed: authenticode.signatures.iter().filter_map(|one| one.signed_at).min(),
    };
    oddity::of_stamps(&stamps, &mut oddities);
    oddity::of_overlay(overlay.as_ref(), checksum.as_ref(), &mut oddities);
    if imported.is_empty() && dotnet.is_none() && entry_point != 0 && matches!(windows.subsystem, 2 | 3) {
        oddities.add("no-imports", "a program that imports nothing finds its functions by itself".to_owned());
    }
    if partial {
        // What lies behind the bytes at hand is not damaged; the cap was told.
        oddities.forget(UNHELD);
    }
    let entry = image.offset(entry_point).and_then(|at| bytes.get(at..)).filter(|_| entry_point != 0);
    let made_with = packer::makers(&packer::Evidence {
        bytes,
        sections: &sections,
        entry: entry.unwrap_or_default(),
        overlay: overlay::bytes(overlay.as_ref(), certificates, bytes),
        overlay_offset: overlay.map_or(0, |overlay| overlay.offset),
        timestamp: coff.time_date_stamp,
        stub: dos_stub.as_ref().and_then(|stub| stub.message.as_deref()),
        resources: resources.resources.as_ref(),
    });
    Some(Pe {
        format: if image.is_64 { "pe32+" } else { "pe32" },
        machine: names::machine(coff.machine),
        subsystem: names::subsystem(windows.subsystem),
        timestamp: Some(coff.time_date_stamp)
            .filter(|stamp| *stamp != 0)
            .and_then(|stamp| Timestamp::from_unix(i64::from(stamp), 0)),
        reproducible,
        entry_point,
        entry_section,
        image_base: windows.image_base,
        linker_version: Some(format!("{}.{}", standard.major_linker_version, standard.minor_linker_version)),
        subsystem_version: Some(format!("{}.{}", windows.major_subsystem_version, windows.minor_subsystem_version)),
        characteristics: names::flags(u32::from(coff.characteristics), names::FILE),
        dll_characteristics: names::flags(u32::from(windows.dll_characteristics), names::DLL),
        checksum,
        dos_stub,
        rich,
        imphash: imports::imphash(&imported),
        imports_partial,
        is_dll,
        pdb: debug.iter().find_map(|entry| entry.pdb.clone()),
        debug,
        version: resources.version,
        version_info: resources.version_info,
        manifest: resources.manifest,
        resources: resources.resources,
        dotnet,
        overlay,
        packer: packer::name(&made_with),
        packing_signs: packer::signs(&sections, &imported, entry_point, is_dll),
        made_with,
        anomalies: oddities.finish(),
        purposes: imports::purposes(imported.iter().chain(&delayed)),
        imports: imported.into_iter().map(imports::Library::into_import).collect(),
        delay_imports: delayed.into_iter().map(imports::Library::into_import).collect(),
        bound_imports: imports::bound(&image, directory(11)),
        export_name: exported.name,
        exports: exported.functions,
        unnamed_exports: exported.unnamed,
        forwarded: exported.forwarded,
        tls_callbacks: callbacks,
        load_config: load_config::read(&image, directory(10)),
        authenticode,
        sections,
    })
}

/// Oddities that mean nothing where only a part of the file is held in memory.
const UNHELD: &[&str] = &[
    "dotnet-cut",
    "dotnet-metadata",
    "entry-point-without-bytes",
    "export-table-cut",
    "import-damaged",
    "import-table-cut",
    "no-imports",
    "resource-cut",
    "resource-past-end",
    "section-table-cut",
    "tls-callback-outside",
    "tls-callbacks-outside",
    "version-damaged",
];

/// The sections. Rows may claim the same bytes a hundred times, so that entropy is computed of as many bytes as the file
/// has, twice over.
fn describe_all(sections: &[SectionTable], bytes: &[u8], limits: &Limits) -> Vec<Section> {
    let mut left = bytes.len().saturating_mul(2);
    let listed = sections.iter().take(limits.pe_sections);
    listed.map(|section| describe(section, bytes, &mut left)).collect()
}

fn describe(section: &SectionTable, bytes: &[u8], left: &mut usize) -> Section {
    let raw = image::raw_bytes(section, bytes);
    let measured = Some(raw).filter(|raw| !raw.is_empty() && raw.len() <= *left);
    *left = left.saturating_sub(measured.map_or(0, <[u8]>::len));
    let end = section.name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    Section {
        name: lossless(section.name.get(..end).unwrap_or_default()),
        virtual_address: section.virtual_address,
        virtual_size: section.virtual_size,
        raw_offset: section.pointer_to_raw_data,
        raw_size: section.size_of_raw_data,
        entropy: measured.map(entropy::of),
        flags: names::flags(section.characteristics, names::SECTION),
    }
}

/// MD5 of a text, as the import hash is defined.
fn md5(text: &str) -> String {
    Digests::of(text.as_bytes()).md5
}
