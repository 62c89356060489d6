//! Archives as payloads: which members an archive holds by its headers, what of it is encrypted, and what its names promise.
//!
//! Nothing is unpacked but the first bytes of members that are stored or deflated, and the header of 7z where it is
//! compressed. Names are written as the archive has them; bytes that are no text are written as `\xNN`.

mod cab;
mod cursor;
mod listing;
pub(crate) mod lzma;
mod old;
mod rar4;
mod rar5;
mod seven;
mod stream;
mod tar;
pub(crate) mod zip;

use super::filetype::Family;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::window::bytes_at;
use crate::base::zip::directory;
use listing::Listing;
use memchr::memmem;
use schemars::JsonSchema;
use serde::Serialize;

/// What the headers of an archive say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Archive {
    /// `zip`, `7z`, `rar4`, `rar5`, `cab`, `tar`, `gzip`, `tar+gzip`, `tar+zstd`, `tar+xz`, `xz`, `zstd`, `bzip2`, `arj`,
    /// `lha` or `ace`.
    pub format: &'static str,
    /// Offset of the archive in the payload, in bytes; absent where the payload begins with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// The archive is carried by a program that unpacks it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub self_extracting: bool,
    /// Members whose headers were read, folders among them.
    pub member_count: u64,
    /// The members, in the order of the archive, as many as the limits allow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// Bytes that all members become, as the headers say.
    pub unpacked_size: u64,
    /// How many times larger the members are than the payload; told from 100 on, as such archives are made to exhaust
    /// whoever unpacks them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<u64>,
    /// What is encrypted; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<Encrypted>,
    /// Members that are programs, by a name that Windows runs or by their first bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub executables_inside: Vec<Inside>,
    /// Members that an interpreter of Windows runs, or that start a program when they are opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scripts_inside: Vec<Inside>,
    /// Members that are archives or disk images by their name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub archives_inside: Vec<Inside>,
    /// Names that lead out of the folder in which the archive is unpacked: absolute ones, and those with `..`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escaping_names: Vec<String>,
    /// The comment, at most 1 KiB of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The part that this is of an archive in several files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// The members are compressed as one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub solid: bool,
}

/// One member by its header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Member {
    /// The name as it is written, with the separators that are written.
    pub name: String,
    /// Bytes that come out; absent where the header does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Bytes that it takes up; absent where members are compressed as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<u64>,
    /// The member is a folder.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub folder: bool,
    /// The data is encrypted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// How it is compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Last change: RFC 3339 with `Z` where the archive keeps UTC, without a zone where it keeps the wall clock of the
    /// machine that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// CRC-32 of what comes out, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crc32: Option<String>,
    /// What the first bytes of the member are, where they could be had and are those of a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<&'static str>,
}

/// A member worth a look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Inside {
    /// Its name.
    pub name: String,
    /// `name` or `content`: by what it was told.
    pub by: &'static str,
}

/// What of an archive is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Encrypted {
    /// Members whose data is encrypted, among those whose headers could be read.
    pub members: u64,
    /// Whether names and sizes can be read without the password.
    pub names_visible: bool,
    /// The ciphers, such as `AES-256` or `ZipCrypto`.
    pub methods: Vec<String>,
}

/// A part of an archive in several files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Volume {
    /// Number of this part, from 1; absent where the header does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// How many parts there are; absent where the header does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// A further part follows; absent where the header does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
}

/// Whether Windows or an interpreter of it runs a file with this name.
pub(super) fn runs(name: &str) -> bool {
    Listing::is_executable_name(name) || listing::is_script_name(name)
}

/// Bytes after the end of a program in which an archive is looked for: the stubs of self-extracting archives put their
/// configuration first.
const STUB: u64 = 1 << 20;

/// Reads the archive that a payload is, or that a program carries. `overlay` is the offset of what follows the image of an
/// executable; `head` holds the first bytes.
pub(super) fn read(
    stream: &dyn ReadAt,
    head: &[u8],
    family: Family,
    overlay: Option<u64>,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Option<Archive> {
    if let Some(archive) = at_start(stream, head, limits, note) {
        return Some(archive);
    }
    if let Some(overlay) = overlay
        && let Some(archive) = in_overlay(stream, overlay, limits, note)
    {
        return Some(Archive { self_extracting: true, ..archive });
    }
    // A directory at the end makes an archive of whatever stands before it.
    let directory = directory::locate(stream).ok().flatten()?;
    let mut archive = zip::read(stream, Some(directory), 0, limits, note)?;
    // Office puts the theme of a document, which is a small ZIP, into a stream that may well be the last one.
    let theme = archive.members.first().is_some_and(|member| member.name == "[Content_Types].xml");
    if head.starts_with(b"\xd0\xcf\x11\xe0") && theme {
        return None;
    }
    archive.self_extracting = matches!(family, Family::Pe | Family::Program);
    Some(archive)
}

fn at_start(stream: &dyn ReadAt, head: &[u8], limits: &Limits, note: &mut dyn FnMut(Cause)) -> Option<Archive> {
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] | [b'P', b'K', b'0', b'0', ..] => {
            let directory = directory::locate(stream).ok().flatten();
            zip::read(stream, directory, 0, limits, note)
        }
        _ => at_offset(stream, head, 0, limits, note),
    }
}

/// An archive whose signature stands at an offset; ZIP is left out, it is found by its end.
fn at_offset(
    stream: &dyn ReadAt,
    head: &[u8],
    offset: u64,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
) -> Option<Archive> {
    let mut listing = Listing::new(limits);
    let outcome = match head {
        _ if head.starts_with(seven::SIGNATURE) => seven::read(stream, offset, &mut listing, note),
        _ if head.starts_with(rar5::SIGNATURE) => rar5::read(stream, offset, &mut listing, note),
        _ if head.starts_with(rar4::SIGNATURE) => rar4::read(stream, offset, &mut listing, note),
        _ if head.starts_with(cab::SIGNATURE) => cab::read(stream, offset, &mut listing, note),
        _ if offset == 0 && old::is_old(head) => old::read(stream, head, &mut listing, note),
        _ if offset == 0 && stream::is_compressed(head) => stream::read(stream, head, limits, &mut listing, note),
        _ if offset == 0 && tar::is_tar(head) => tar::read(stream, &mut listing, note),
        _ => return None,
    };
    if let Err(error) = outcome {
        note(error.into());
    }
    let archive = listing.finish(stream.len().saturating_sub(offset), note);
    Some(Archive { offset: (offset != 0).then_some(offset), ..archive })
}

/// An archive after the image of a program: at once, or after the configuration of its stub.
fn in_overlay(stream: &dyn ReadAt, overlay: u64, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Option<Archive> {
    let bytes = bytes_at(stream, overlay, STUB).ok()?;
    let signatures: [&[u8]; 4] = [seven::SIGNATURE, rar5::SIGNATURE, rar4::SIGNATURE, cab::SIGNATURE];
    let found = signatures.iter().filter_map(|signature| memmem::find(&bytes, signature)).min()?;
    let offset = overlay.saturating_add(u64::try_from(found).ok()?);
    let head = bytes.get(found..)?;
    if head.starts_with(cab::SIGNATURE) && !cab::is_cab(head) {
        return None;
    }
    at_offset(stream, head, offset, limits, note)
}

#[cfg(test)]
pub(super) mod tests;
