//! The headers of a zip's members: in the central directory, and before the data.

use super::super::window::Fields;
use super::extra;
use crate::base::time::FileTimes;
use crate::evidence::entry::EntryKind;

/// What a header says of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The system that made it: 3 is Unix, 19 is OS X, most others are kin of MS-DOS.
    pub(super) system: u8,
    /// General purpose flags.
    pub(super) flags: u16,
    /// Compression method.
    pub(super) method: u16,
    pub(super) crc: u32,
    /// Bytes of the data as they lie in the archive.
    pub(super) compressed: u64,
    /// Bytes that come out.
    pub(super) size: u64,
    /// Attributes of the system that made it.
    pub(super) attributes: u32,
    /// Where the local header lies.
    pub(super) offset: u64,
    /// The name as it is written.
    pub(super) raw_name: Vec<u8>,
    /// The name in UTF-8, or as Unix wrote it, with `/` between its parts.
    pub(super) name: Vec<u8>,
    pub(super) times: FileTimes,
    /// Bytes of the header with all that belongs to it.
    pub(super) length: u64,
}

/// The data is encrypted.
pub(super) const ENCRYPTED: u16 = 1;
/// CRC-32 and sizes stand behind the data.
pub(super) const DESCRIPTOR: u16 = 1 << 3;
/// The name is UTF-8.
const UTF8: u16 = 1 << 11;
/// The fixed part of a local header.
pub(super) const LOCAL: usize = 30;
/// The fixed part of a header in the central directory.
pub(super) const CENTRAL: usize = 46;

impl Header {
    /// How long the header in the central directory is, by its fixed part. APPNOTE 4.3.12.
    pub(super) fn central_length(fixed: &[u8]) -> Option<usize> {
        let header = Fields(fixed);
        let parts = [header.u16(28)?, header.u16(30)?, header.u16(32)?];
        (header.u32(0)? == 0x0201_4b50)
            .then(|| parts.iter().fold(CENTRAL, |sum, part| sum.saturating_add((*part).into())))
    }

    /// Reads the header in the central directory, which must be whole.
    pub(super) fn central(bytes: &[u8]) -> Option<Self> {
        let header = Fields(bytes);
        let (name_length, extra_length) = (usize::from(header.u16(28)?), usize::from(header.u16(30)?));
        let raw_name = header.bytes(CENTRAL, name_length)?;
        let extra = header.bytes(CENTRAL.saturating_add(name_length), extra_length)?;
        let (mut compressed, mut size) = (u64::from(header.u32(20)?), u64::from(header.u32(24)?));
        let mut offset = u64::from(header.u32(42)?);
        extra::wide(extra, [&mut size, &mut compressed, &mut offset]);
        let [_, system] = header.u16(4)?.to_le_bytes();
        let flags = header.u16(8)?;
        Some(Self {
            system,
            flags,
            method: header.u16(10)?,
            crc: header.u32(16)?,
            compressed,
            size,
            attributes: header.u32(38)?,
            offset,
            name: name(raw_name, extra, flags, system),
            raw_name: raw_name.to_vec(),
            times: extra::times(extra, header.u16(14)?, header.u16(12)?),
            length: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        })
    }

    /// How long a local header is, by its fixed part. APPNOTE 4.3.7.
    pub(super) fn local_length(fixed: &[u8]) -> Option<usize> {
        let header = Fields(fixed);
        let parts = [header.u16(26)?, header.u16(28)?];
        (header.u32(0)? == 0x0403_4b50)
            .then(|| parts.iter().fold(LOCAL, |sum, part| sum.saturating_add((*part).into())))
    }

    /// Reads a local header, which must be whole; it does not say what made it nor what attributes the member has.
    pub(super) fn local(bytes: &[u8], offset: u64) -> Option<Self> {
        let header = Fields(bytes);
        let (name_length, extra_length) = (usize::from(header.u16(26)?), usize::from(header.u16(28)?));
        let raw_name = header.bytes(LOCAL, name_length)?;
        let extra = header.bytes(LOCAL.saturating_add(name_length), extra_length)?;
        let (mut compressed, mut size) = (u64::from(header.u32(18)?), u64::from(header.u32(22)?));
        extra::wide(extra, [&mut size, &mut compressed, &mut 0]);
        let flags = header.u16(6)?;
        Some(Self {
            system: 0,
            flags,
            method: header.u16(8)?,
            crc: header.u32(14)?,
            compressed,
            size,
            attributes: 0,
            offset,
            name: name(raw_name, extra, flags, 0),
            raw_name: raw_name.to_vec(),
            times: extra::times(extra, header.u16(12)?, header.u16(10)?),
            length: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        })
    }

    /// What the member is.
    pub(super) fn kind(&self) -> EntryKind {
        let mode = if is_unix(self.system) { self.attributes >> 28 } else { 0 };
        match mode {
            _ if self.name.ends_with(b"/") => EntryKind::Directory,
            0o01 => EntryKind::Fifo,
            0o02 | 0o06 => EntryKind::Device,
            0o04 => EntryKind::Directory,
            0o12 => EntryKind::Symlink,
            0o14 => EntryKind::Socket,
            _ => EntryKind::File,
        }
    }

    /// In what a local header contradicts this one; the first thing that is found. What stands behind the data is not
    /// in the local header.
    pub(super) fn contradiction(&self, local: &Self) -> Option<&'static str> {
        let behind = local.flags & DESCRIPTOR != 0;
        let told = [
            (self.raw_name != local.raw_name, "the name"),
            (self.method != local.method, "the compression"),
            ((self.flags ^ local.flags) & ENCRYPTED != 0, "the encryption"),
            (self.size != local.size && !(behind && local.size == 0), "the size"),
            (self.compressed != local.compressed && !(behind && local.compressed == 0), "the compressed size"),
            (self.crc != local.crc && !(behind && local.crc == 0), "the CRC-32"),
        ];
        told.iter().find(|(differs, _)| *differs).map(|(_, what)| *what)
    }
}

fn is_unix(system: u8) -> bool {
    matches!(system, 3 | 19)
}

/// A name in UTF-8 where it is known how; what Unix wrote stays as it is, all else is CP437. Kin of MS-DOS part names by
/// `\` as well, whatever APPNOTE says.
fn name(raw: &[u8], extra: &[u8], flags: u16, system: u8) -> Vec<u8> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    let mut name = match extra::unicode_name(extra, raw) {
        Some(name) if text(name) => name.to_vec(),
        _ if flags & UTF8 != 0 || text(raw) || is_unix(system) => raw.to_vec(),
        _ => oem_cp::decode_string_complete_table(raw, &oem_cp::code_table::DECODING_TABLE_CP437).into_bytes(),
    };
    if !is_unix(system) {
        name.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    name
}
