//! The headers of a ZIP's members: in the central directory, and before the data. APPNOTE 4.3.7, 4.3.12, 4.5.

use super::extra;
use crate::base::dos_time::dos_time;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::time::FileTimes;

/// What a header says of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The system that made it: 3 is Unix, 19 is OS X, most others are kin of MS-DOS. Not in a local header.
    pub system: u8,
    /// General purpose flags.
    pub flags: u16,
    /// Compression method; of an AES member that under the cipher.
    pub method: u16,
    /// CRC-32 of the content.
    pub crc: u32,
    /// Bytes of the data as they lie in the archive.
    pub compressed: u64,
    /// Bytes that come out.
    pub size: u64,
    /// Attributes of the system that made it. Not in a local header.
    pub attributes: u32,
    /// Where the local header lies.
    pub offset: u64,
    /// The name as it is written.
    pub name: Vec<u8>,
    /// The name in UTF-8, where a field of its own gives it.
    pub unicode_name: Option<Vec<u8>>,
    /// The times of the extra fields, in UTC.
    pub times: FileTimes,
    /// Last change by the clock of the machine that packed it, without a zone: RFC 3339 up to the second.
    pub wall_clock: Option<String>,
    /// Strength of AES: 1 to 3 for 128 to 256 bits.
    pub aes: Option<u8>,
    /// Bytes of the header with all that belongs to it.
    pub length: u64,
}

/// Flag: the data is encrypted.
pub const ENCRYPTED: u16 = 1;
/// Flag: CRC-32 and sizes stand behind the data.
pub const DESCRIPTOR: u16 = 1 << 3;
/// Flag: the name is UTF-8.
pub const UTF8: u16 = 1 << 11;
/// Flag: encrypted by a certificate or by PKWARE's strong encryption.
const STRONG: u16 = 1 << 6;
/// Flag: values of the local header are masked, as the directory is encrypted.
const MASKED: u16 = 1 << 13;
/// Bytes of the fixed part of a local header.
pub const LOCAL: usize = 30;
/// Bytes of the fixed part of a header in the central directory.
pub const CENTRAL: usize = 46;

impl Header {
    /// How long the header in the central directory is, by its fixed part. Nothing where it is none, or not whole.
    #[must_use]
    pub fn central_length(fixed: &[u8]) -> Option<usize> {
        let header = Fields(fixed);
        (fixed.len() >= CENTRAL && header.u32(0) == 0x0201_4b50)
            .then(|| [28, 30, 32].iter().fold(CENTRAL, |sum, at| sum.saturating_add(header.u16(*at).into())))
    }

    /// Reads the header in the central directory, which must be whole.
    #[must_use]
    pub fn central(bytes: &[u8]) -> Option<Self> {
        let [_, system] = Fields(bytes).array(4);
        Some(Self { system, ..Self::read(bytes, Self::central_length(bytes)?, 8, 28, CENTRAL)? })
    }

    /// How long a local header is, by its fixed part. Nothing where it is none, or not whole.
    #[must_use]
    pub fn local_length(fixed: &[u8]) -> Option<usize> {
        let header = Fields(fixed);
        (fixed.len() >= LOCAL && header.u32(0) == 0x0403_4b50)
            .then(|| [26, 28].iter().fold(LOCAL, |sum, at| sum.saturating_add(header.u16(*at).into())))
    }

    /// Reads a local header, which must be whole and lies at `offset`.
    #[must_use]
    pub fn local(bytes: &[u8], offset: u64) -> Option<Self> {
        Some(Self { offset, attributes: 0, ..Self::read(bytes, Self::local_length(bytes)?, 6, 26, LOCAL)? })
    }

    /// Both kinds of header have the same fields from the flags to the lengths of what follows.
    fn read(bytes: &[u8], length: usize, flags_at: usize, lengths_at: usize, fixed: usize) -> Option<Self> {
        let bytes = bytes.get(..length)?;
        let shared = Fields(bytes.get(flags_at..)?);
        let header = Fields(bytes);
        let (name_length, extra_length) =
            (usize::from(header.u16(lengths_at)), usize::from(header.u16(lengths_at.saturating_add(2))));
        let name = header.bytes(fixed, name_length);
        let extra = header.bytes(fixed.saturating_add(name_length), extra_length);
        let (mut compressed, mut size) = (u64::from(shared.u32(12)), u64::from(shared.u32(16)));
        let mut offset = u64::from(header.u32(42));
        extra::wide(extra, [&mut size, &mut compressed, &mut offset]);
        let aes = extra::aes(extra).filter(|_| shared.u16(2) == 99);
        Some(Self {
            system: 0,
            flags: shared.u16(0),
            method: aes.map_or(shared.u16(2), |(_, method)| method),
            crc: shared.u32(8),
            compressed,
            size,
            attributes: header.u32(38),
            offset,
            name: name.to_vec(),
            unicode_name: extra::unicode_name(extra, name).map(<[u8]>::to_vec),
            times: extra::times(extra),
            wall_clock: dos_time(shared.u16(6), shared.u16(4)),
            aes: aes.map(|(strength, _)| strength),
            length: to_u64(length),
        })
    }

    /// The name in UTF-8 where a field gives it, else as it is written.
    #[must_use]
    pub fn best_name(&self) -> &[u8] {
        self.unicode_name.as_deref().unwrap_or(&self.name)
    }

    /// In what a local header contradicts this one; the first thing that is found. What stands behind the data is not
    /// in the local header.
    #[must_use]
    pub fn contradiction(&self, local: &Self) -> Option<&'static str> {
        if local.flags & MASKED != 0 {
            return None;
        }
        let behind = local.flags & DESCRIPTOR != 0;
        let told = [
            (self.name != local.name || self.best_name() != local.best_name(), "the name"),
            (self.method != local.method, "the compression"),
            ((self.flags ^ local.flags) & ENCRYPTED != 0, "the encryption"),
            (self.size != local.size && !(behind && local.size == 0), "the size"),
            (self.compressed != local.compressed && !(behind && local.compressed == 0), "the compressed size"),
            (self.crc != local.crc && !(behind && local.crc == 0), "the CRC-32"),
        ];
        told.iter().find(|(differs, _)| *differs).map(|(_, what)| *what)
    }

    /// The cipher of an encrypted member.
    #[must_use]
    pub fn cipher(&self) -> &'static str {
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
    #[must_use]
    pub fn method_name(&self) -> String {
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
