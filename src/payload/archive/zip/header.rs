//! The headers of a ZIP's members: in the central directory, and before the data. APPNOTE 4.3.7, 4.3.12, 4.5.

use super::super::dos_time::dos_time;
use crate::base::fields::Fields;
use crate::base::time::Timestamp;

/// What a header says of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// General purpose flags.
    pub(crate) flags: u16,
    /// Compression method; of an AES member that under the cipher.
    pub(crate) method: u16,
    pub(crate) crc: u32,
    /// Bytes of the data as they lie in the archive.
    pub(crate) compressed: u64,
    /// Bytes that come out.
    pub(crate) size: u64,
    /// Attributes of the system that made it.
    pub(crate) attributes: u32,
    /// Where the local header lies.
    pub(crate) offset: u64,
    /// The name as it is written; in UTF-8 where a field says so.
    pub(crate) name: Vec<u8>,
    /// Last change as the report has it.
    pub(crate) modified: Option<String>,
    /// Strength of AES: 1 to 3 for 128 to 256 bits.
    pub(crate) aes: Option<u8>,
    /// Bytes of the header with all that belongs to it.
    pub(crate) length: u64,
}

/// The data is encrypted.
pub(super) const ENCRYPTED: u16 = 1;
/// CRC-32 and sizes stand behind the data.
pub(super) const DESCRIPTOR: u16 = 1 << 3;
/// Encrypted by a certificate or by PKWARE's strong encryption.
const STRONG: u16 = 1 << 6;
/// Values of the local header are masked, as the directory is encrypted.
const MASKED: u16 = 1 << 13;
/// The fixed part of a local header.
pub(super) const LOCAL: usize = 30;
/// The fixed part of a header in the central directory.
pub(super) const CENTRAL: usize = 46;

impl Header {
    /// How long the header in the central directory is, by its fixed part.
    pub(super) fn central_length(fixed: &[u8]) -> Option<usize> {
        let header = Fields(fixed);
        (fixed.len() >= CENTRAL && header.u32(0) == 0x0201_4b50)
            .then(|| [28, 30, 32].iter().fold(CENTRAL, |sum, at| sum.saturating_add(header.u16(*at).into())))
    }

    /// Reads the header in the central directory, which must be whole.
    pub(super) fn central(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes, Self::central_length(bytes)?, 8, 28, CENTRAL)
    }

    /// How long a local header is, by its fixed part.
    pub(super) fn local_length(fixed: &[u8]) -> Option<usize> {
        let header = Fields(fixed);
        (fixed.len() >= LOCAL && header.u32(0) == 0x0403_4b50)
            .then(|| [26, 28].iter().fold(LOCAL, |sum, at| sum.saturating_add(header.u16(*at).into())))
    }

    /// Reads a local header, which must be whole; it does not say what attributes the member has.
    pub(super) fn local(bytes: &[u8], offset: u64) -> Option<Self> {
        Some(Self { offset, attributes: 0, ..Self::read(bytes, Self::local_length(bytes)?, 6, 26, LOCAL)? })
    }

    /// Both kinds of header have the same fields from the flags to the lengths of what follows.
    fn read(bytes: &[u8], length: usize, flags_at: usize, lengths_at: usize, fixed: usize) -> Option<Self> {
        let bytes = bytes.get(..length)?;
        let shared = Fields(bytes.get(flags_at..)?);
        let header = Fields(bytes);
        let (name_length, extra_length) =
            (usize::from(header.u16(lengths_at)), usize::from(header.u16(lengths_at.saturating_add(2))));
        let raw_name = header.bytes(fixed, name_length);
        let extra = header.bytes(fixed.saturating_add(name_length), extra_length);
        let (mut compressed, mut size) = (u64::from(shared.u32(12)), u64::from(shared.u32(16)));
        let mut offset = u64::from(header.u32(42));
        let (mut method, mut aes, mut name) = (shared.u16(2), None, raw_name.to_vec());
        let mut modified = dos_time(shared.u16(6), shared.u16(4));
        for (number, data) in extra_fields(extra) {
            let field = Fields(data);
            match number {
                // Those whose place in the header is full of ones, in this order. APPNOTE 4.5.3.
                0x0001 => {
                    let mut at = 0usize;
                    for value in [&mut size, &mut compressed, &mut offset] {
                        if *value == u64::from(u32::MAX) && data.len() >= at.saturating_add(8) {
                            *value = field.u64(at);
                            at = at.saturating_add(8);
                        }
                    }
                }
                0x000a => {
                    let inner = extra_fields(data.get(4..).unwrap_or_default()).find(|(number, _)| *number == 1);
                    let time = inner.and_then(|(_, data)| Timestamp::from_filetime(Fields(data).u64(0)));
                    modified = time.map(|time| time.to_string()).or(modified);
                }
                0x5455 if field.u8(0) & 1 != 0 && data.len() >= 5 => {
                    let time = Timestamp::from_unix(i64::from(field.u32(1).cast_signed()), 0);
                    modified = time.map(|time| time.to_string()).or(modified);
                }
                0x7075 if field.u8(0) == 1 && field.u32(1) == crc32fast::hash(raw_name) => {
                    name = data.get(5..).unwrap_or_default().to_vec();
                }
                // WinZip's AES: version, `AE`, strength, the method under the cipher.
                0x9901 if method == 99 => {
                    aes = Some(field.u8(4));
                    method = field.u16(5);
                }
                _ => {}
            }
        }
        Some(Self {
            flags: shared.u16(0),
            method,
            crc: shared.u32(8),
            compressed,
            size,
            attributes: header.u32(38),
            offset,
            name,
            modified,
            aes,
            length: u64::try_from(length).unwrap_or(u64::MAX),
        })
    }

    /// In what a local header contradicts this one; the first thing that is found. What stands behind the data is not
    /// in the local header.
    pub(super) fn contradiction(&self, local: &Self) -> Option<&'static str> {
        if local.flags & MASKED != 0 {
            return None;
        }
        let behind = local.flags & DESCRIPTOR != 0;
        let told = [
            (self.name != local.name, "the name"),
            (self.method != local.method, "the compression"),
            ((self.flags ^ local.flags) & ENCRYPTED != 0, "the encryption"),
            (self.size != local.size && !(behind && local.size == 0), "the size"),
            (self.compressed != local.compressed && !(behind && local.compressed == 0), "the compressed size"),
            (self.crc != local.crc && !(behind && local.crc == 0), "the CRC-32"),
        ];
        told.iter().find(|(differs, _)| *differs).map(|(_, what)| *what)
    }

    /// The cipher of an encrypted member.
    pub(super) fn cipher(&self) -> &'static str {
        match self.aes {
            Some(1) => "AES-128",
            Some(2) => "AES-192",
            Some(3) => "AES-256",
            Some(_) => "AES",
            None if self.method == 99 => "AES",
            None if self.flags & STRONG != 0 => "PKWARE strong encryption",
            None => "ZipCrypto",
        }
    }

    /// The compression in words. APPNOTE 4.4.5.
    pub(super) fn method_name(&self) -> String {
        match self.method {
            0 => "stored".to_owned(),
            1 => "shrink".to_owned(),
            6 => "implode".to_owned(),
            8 => "deflate".to_owned(),
            9 => "deflate64".to_owned(),
            12 => "bzip2".to_owned(),
            14 => "lzma".to_owned(),
            93 => "zstd".to_owned(),
            95 => "xz".to_owned(),
            98 => "ppmd".to_owned(),
            other => format!("method {other}"),
        }
    }
}

/// The extra fields, one after the other: a number, a length, the data.
fn extra_fields(extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let header = Fields(rest);
        let length = usize::from(header.u16(2));
        let data = rest.get(4..)?.get(..length)?;
        let number = header.u16(0);
        rest = rest.get(length.saturating_add(4)..).unwrap_or_default();
        Some((number, data))
    })
}
