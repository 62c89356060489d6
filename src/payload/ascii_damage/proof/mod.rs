//! Does a file of a known format fit together? Checksums prove it, offsets and sizes speak for it, contradictions against it.
//!
//! This is not a validator: it asks only what a shifted byte would upset.

mod cabinet;
mod compound;
mod deflated;
mod elf;
mod event_log;
mod media;
mod pdf;
mod pdf_streams;
mod pe;
mod png;
mod rar;
mod records;
mod seven_zip;
mod sqlite;
mod zip;

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
pub(super) use cabinet::{Cabinet, sum as cabinet_sum};
pub(super) use deflated::{header as gzip_header, inflate};
pub(super) use pdf::number as pdf_number;
pub(super) use pdf_streams::{Stream as PdfStream, inflates, streams as pdf_streams};
pub(super) use pe::Layout;
use schemars::JsonSchema;
use serde::Serialize;
pub(super) use zip::{END as ZIP_END, Member, end as zip_end, members};

/// Formats whose files can be asked whether they fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Pe,
    Elf,
    Zip,
    Gzip,
    Png,
    Jpeg,
    Gif,
    Pdf,
    Cabinet,
    Compound,
    SevenZip,
    Rar,
    Sqlite,
    Riff,
    Bitmap,
    Der,
    Tar,
    Xz,
    Hive,
    EventLog,
    /// A binary format of which only the signature is known.
    Other,
}

impl Format {
    /// The format by the first bytes of a file; nothing for text and for what bears no signature.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        const SIGNATURES: &[(usize, &[u8], Format)] = &[
            (0, b"\x7fELF", Format::Elf),
            (0, b"PK\x03\x04", Format::Zip),
            (0, b"\x1f\x8b\x08", Format::Gzip),
            (0, b"\x89PNG\r\n\x1a\n", Format::Png),
            (0, b"\xff\xd8\xff", Format::Jpeg),
            (0, b"GIF87a", Format::Gif),
            (0, b"GIF89a", Format::Gif),
            (0, b"%PDF-", Format::Pdf),
            (0, b"MSCF\0\0\0\0", Format::Cabinet),
            (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::Compound),
            (0, b"7z\xbc\xaf\x27\x1c", Format::SevenZip),
            (0, b"Rar!\x1a\x07", Format::Rar),
            (0, b"SQLite format 3\0", Format::Sqlite),
            (0, b"\xfd7zXZ\0", Format::Xz),
            (0, b"regf", Format::Hive),
            (0, b"ElfFile\0", Format::EventLog),
            (257, b"ustar", Format::Tar),
        ];
        let bears =
            |(at, bytes, _): &&(usize, &[u8], Format)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes));
        if head.starts_with(b"MZ") {
            return crate::payload::filetype::is_pe(head).then_some(Self::Pe);
        }
        if head.starts_with(b"RIFF") {
            return media::is_riff(head).then_some(Self::Riff);
        }
        if head.starts_with(b"BM") && Fields(head).u32(6) == 0 {
            return Some(Self::Bitmap);
        }
        if matches!(head, [0x30, 0x82, _, _, 0x02 | 0x06 | 0x30, ..] | [0x30, 0x83, _, _, _, 0x02 | 0x06 | 0x30, ..]) {
            return Some(Self::Der);
        }
        SIGNATURES.iter().find(bears).map(|(.., format)| *format)
    }
}

/// How a restored file was shown to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The Authenticode digest of the restored bytes is the one that was signed.
    AuthenticodeDigest,
    /// The checksum in the PE header is that of the restored bytes.
    PeChecksum,
    /// Every checksum of the format (CRC-32 of members, chunks or headers) that was looked at is right.
    Checksums,
    /// Sizes and offsets point to what they should, to the byte.
    Structure,
    /// The host recorded the digest of the restored bytes.
    KnownHash,
}

/// What a file says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Finding {
    /// What speaks for it.
    pub(super) proofs: Vec<Proof>,
    /// What speaks against it.
    pub(super) broken: Option<String>,
    /// How many bytes the file should have, where it says so.
    pub(super) declared: Option<u64>,
}

impl Finding {
    pub(super) fn broken(why: impl Into<String>) -> Self {
        Self { broken: Some(why.into()), ..Self::default() }
    }

    pub(super) fn proven(proof: Proof) -> Self {
        Self { proofs: vec![proof], ..Self::default() }
    }

    fn declaring(self, declared: u64) -> Self {
        Self { declared: Some(declared), ..self }
    }

    /// Whether it fits together as far as was asked, and was asked something.
    pub(super) fn is_sound(&self) -> bool {
        self.broken.is_none() && !self.proofs.is_empty()
    }
}

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Headers only: for every file that may be damaged.
    Quick,
    /// With all checksums: for what was restored.
    Full,
}

/// Asks a file of a format whether it fits together.
pub(super) fn check(format: Format, file: Bytes<'_>, depth: Depth, limits: &Limits) -> Finding {
    let found = match format {
        Format::Pe => pe::check(file, depth, limits),
        Format::Elf => elf::check(file),
        Format::Zip => zip::check(file, depth, limits),
        Format::Gzip => deflated::check(file, limits),
        Format::Png => png::check(file, depth),
        Format::Jpeg => media::jpeg(file),
        Format::Gif => media::gif(file),
        Format::Riff => media::riff(file),
        Format::Bitmap => media::bitmap(file),
        Format::Der => media::der(file),
        Format::Pdf => pdf::check(file, depth, limits),
        Format::Cabinet => cabinet::check(file, depth),
        Format::Compound => compound::check(file),
        Format::SevenZip => seven_zip::check(file, limits),
        Format::Rar => rar::check(file),
        Format::Sqlite => sqlite::check(file),
        Format::Tar => records::tar(file),
        Format::Xz => records::xz(file),
        Format::Hive => records::hive(file, depth),
        Format::EventLog => event_log::check(file, depth),
        Format::Other => Some(Finding::default()),
    };
    found.unwrap_or_else(|| Finding::broken("a header lies outside the file"))
}

/// A stream of which short records are read. What lies outside is nothing.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a dyn ReadAt);

impl Bytes<'_> {
    pub(super) fn len(self) -> u64 {
        self.0.len()
    }

    /// All of so many bytes, or nothing. Callers bound the length.
    pub(super) fn get(self, at: u64, length: usize) -> Option<Vec<u8>> {
        if at.checked_add(to_u64(length))? > self.len() {
            return None;
        }
        let mut bytes = vec![0u8; length];
        (read_full(self.0, at, &mut bytes).ok()? == length).then_some(bytes)
    }

    pub(super) fn array<const N: usize>(self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0u8; N];
        (at.checked_add(to_u64(N))? <= self.len() && read_full(self.0, at, &mut bytes).ok()? == N).then_some(bytes)
    }

    /// Hands a range over in pieces; false if it does not lie in the file.
    pub(super) fn each(self, at: u64, length: u64, each: &mut dyn FnMut(&[u8])) -> bool {
        let Some(end) = at.checked_add(length).filter(|end| *end <= self.len()) else { return false };
        let mut buffer = vec![0u8; usize::try_from(length.min(1 << 17)).unwrap_or_default()];
        let mut at = at;
        while at < end {
            let wanted = to_usize(end.saturating_sub(at)).min(buffer.len());
            match read_full(self.0, at, buffer.get_mut(..wanted).unwrap_or_default()) {
                Ok(count) if count > 0 => {
                    each(buffer.get(..count).unwrap_or_default());
                    at = at.saturating_add(to_u64(count));
                }
                _ => return false,
            }
        }
        true
    }

    /// CRC-32 (IEEE) of a range.
    pub(super) fn crc32(self, at: u64, length: u64) -> Option<u32> {
        let mut hasher = crc32fast::Hasher::new();
        self.each(at, length, &mut |bytes| hasher.update(bytes)).then(|| hasher.finalize())
    }
}

/// The checksum that the header of an executable should have.
#[cfg(test)]
pub(super) fn pe_checksum(file: &[u8], at: u64) -> u32 {
    pe::checksum(Bytes(&file.to_vec()), at).unwrap()
}
