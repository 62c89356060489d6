//! .NET images: the CLR header, the metadata root and what the first tables name (ECMA-335, partition II, 24 and 25.3.3).
//!
//! Signatures, types and method bodies are not read, so that nothing here follows anything else.

mod tables;

use super::debug::guid;
use super::image::Image;
use super::names;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::payload::oddity::Oddities;
use schemars::JsonSchema;
use serde::Serialize;
use tables::Tables;

/// A .NET image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DotNet {
    /// Version of the CLR header.
    pub runtime: String,
    /// What the CLR header says: `il-only`, `strong-name-signed`, …; without `il-only` the image has native code too.
    pub flags: Vec<&'static str>,
    /// Version of the framework that the compiler aimed at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_version: Option<String>,
    /// Name of the assembly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assembly: Option<String>,
    /// Version of the assembly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assembly_version: Option<String>,
    /// Name of the module, which is the file's name when it was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Identity of the module, new in each build that is not reproducible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mvid: Option<String>,
    /// Native libraries that it calls into.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub native_libraries: Vec<String>,
    /// Whether it has room for a strong name's signature.
    pub strong_name: bool,
    /// Whether it was compiled ahead of time (ReadyToRun, NGen).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub precompiled: bool,
}

const STREAMS: u16 = 32;
const LIBRARIES: usize = 64;
const LONGEST_NAME: usize = 1024;

/// Reads the header at its directory.
pub(super) fn read(image: &Image<'_>, directory: Option<(u32, u32)>, oddities: &mut Oddities) -> Option<DotNet> {
    let (address, _) = directory?;
    let Some(header) = image.at(address, 72).map(Fields) else {
        oddities.add("dotnet-cut", "the file has no whole CLR header".to_owned());
        return None;
    };
    let mut dotnet = DotNet {
        runtime: format!("{}.{}", header.u16(4), header.u16(6)),
        flags: names::flags(header.u32(16), names::CLR),
        strong_name: header.u32(32) != 0 && header.u32(36) != 0,
        precompiled: header.u32(64) != 0,
        ..DotNet::default()
    };
    if metadata(image, header.u32(8), header.u32(12), &mut dotnet).is_none() {
        oddities.add("dotnet-metadata", "the .NET metadata cannot be read to its end".to_owned());
    }
    Some(dotnet)
}

/// The root and its streams; nothing where they break off.
fn metadata(image: &Image<'_>, address: u32, size: u32, dotnet: &mut DotNet) -> Option<()> {
    let rest = image.bytes.get(image.offset(address)?..)?;
    let root = rest.get(..usize::try_from(size).ok()?).unwrap_or(rest);
    if !root.starts_with(b"BSJB") {
        return None;
    }
    let length = usize::try_from(Fields(root).u32(12)).ok()?;
    let version = root.get(16..16usize.checked_add(length.min(255))?)?;
    dotnet.metadata_version = Some(until_nul(version)).filter(|version| !version.is_empty());
    let mut at = 16usize.checked_add(length)?;
    let count = Fields(root.get(at..)?).u16(2);
    at = at.checked_add(4)?;
    let (mut strings, mut guids, mut tables) = (&[][..], &[][..], &[][..]);
    for _ in 0..count.min(STREAMS) {
        let header = root.get(at..)?;
        let (offset, size) = (Fields(header).u32(0), Fields(header).u32(4));
        let name = header.get(8..)?;
        let name = name.get(..32).unwrap_or(name).split(|byte| *byte == 0).next()?;
        let stream = root.get(usize::try_from(offset).ok()?..).unwrap_or_default();
        let stream = stream.get(..usize::try_from(size).ok()?).unwrap_or(stream);
        match name {
            b"#Strings" => strings = stream,
            b"#GUID" => guids = stream,
            b"#~" | b"#-" => tables = stream,
            _ => {}
        }
        at = at.checked_add(8)?.checked_add(name.len().checked_add(1)?.next_multiple_of(4))?;
    }
    let text = |index: u32| {
        let text = strings.get(usize::try_from(index).ok()?..)?;
        Some(until_nul(text.get(..LONGEST_NAME).unwrap_or(text))).filter(|text| !text.is_empty())
    };
    let tables = Tables::read(tables)?;
    if let Some(module) = tables.row(tables::MODULE, 0) {
        dotnet.module = module.column(1).and_then(text);
        let at = module.column(2).and_then(|index| usize::try_from(index.checked_sub(1)?).ok()?.checked_mul(16));
        dotnet.mvid = at.filter(|at| guids.len() >= at.saturating_add(16)).map(|at| guid(guids, at));
    }
    if let Some(assembly) = tables.row(tables::ASSEMBLY, 0) {
        dotnet.assembly = assembly.column(7).and_then(text);
        let version: Vec<String> = (1..5).filter_map(|n| assembly.column(n)).map(|part| part.to_string()).collect();
        dotnet.assembly_version = Some(version.join("."));
    }
    let libraries = (0..tables.rows(tables::MODULE_REF)).take(LIBRARIES);
    dotnet.native_libraries =
        libraries.filter_map(|row| tables.row(tables::MODULE_REF, row)?.column(0).and_then(text)).collect();
    Some(())
}

fn until_nul(bytes: &[u8]) -> String {
    lossless(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
}
