//! The GUID partition table: its header and entries, and the copy of both at the end of the disk.
//!
//! Source: UEFI Specification 2.10, 5.3 "GUID Partition Table (GPT) Disk Layout".

use super::{Partition, SECTOR_SIZES, corrupt, sector};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::wide;

/// One of the two headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    /// Bytes of a sector.
    sector: u64,
    /// Where it was found, in bytes.
    offset: u64,
    /// Whether its checksum is right.
    sound: bool,
    /// The sector of the other header.
    other: u64,
    /// The first sector of the entries.
    entries: u64,
    count: u32,
    size: u32,
    /// Checksum of the entries.
    checksum: u32,
}

/// A header with its entries.
struct Copy {
    header: Header,
    /// The entries that are in use, each of at least 128 bytes.
    entries: Vec<Vec<u8>>,
    /// Whether the checksum of the entries is right.
    sound: bool,
    causes: Vec<Cause>,
}

impl Copy {
    fn is_sound(&self) -> bool {
        self.header.sound && self.sound
    }
}

const MAGIC: &[u8] = b"EFI PART";
/// The least bytes of an entry.
const ENTRY: u32 = 128;

/// Whether there is a header where the first one should be.
pub(super) fn is_there(medium: &dyn ReadAt) -> bool {
    SECTOR_SIZES.into_iter().any(|sector| header(medium, sector, sector).is_some_and(|header| header.sound))
}

/// The partitions of the table; nothing where there is neither it nor its copy.
pub(super) fn read(medium: &dyn ReadAt, limits: &Limits) -> Option<(Vec<Partition>, Vec<Cause>)> {
    let primary = SECTOR_SIZES.into_iter().find_map(|sector| header(medium, sector, sector));
    let primary = primary.map(|header| copy(medium, header, limits));
    let backup = backup(medium, primary.as_ref().map(|primary| primary.header));
    let backup = backup.map(|header| copy(medium, header, limits));
    let (used, other, mut causes) = match (primary, backup) {
        (Some(primary), Some(backup)) if !primary.is_sound() && backup.is_sound() => {
            let told = "a damaged GUID partition table: its copy at the end of the disk is used";
            let offset = primary.header.offset;
            (backup, Some(primary), vec![corrupt(told, offset)])
        }
        (Some(primary), backup) => {
            let offset = primary.header.offset;
            let told = match &backup {
                _ if !primary.is_sound() => Some("a damaged GUID partition table, and no good copy of it"),
                None => Some("a GUID partition table without its copy at the end of the disk"),
                Some(backup) if !backup.is_sound() => Some("a GUID partition table whose copy is damaged"),
                Some(_) => None,
            };
            (primary, backup, told.map(|told| corrupt(told, offset)).into_iter().collect())
        }
        (None, Some(backup)) => {
            let told = "no GUID partition table where it should be: its copy at the end of the disk is used";
            let sector = backup.header.sector;
            (backup, None, vec![corrupt(told, sector)])
        }
        (None, None) => return None,
    };
    if let Some(other) = other.filter(|other| other.is_sound() && used.is_sound() && other.entries != used.entries) {
        causes.push(corrupt("a copy of the GUID partition table that names other partitions", other.header.offset));
    }
    let partitions = used.entries.iter().map(|entry| partition(used.header.sector, entry)).collect();
    causes.extend(used.causes);
    if used.entries.iter().any(|entry| DYNAMIC_DISK.contains(&guid(entry).as_str())) {
        causes.push(Cause::Unsupported("a dynamic disk (LDM): its own table of volumes is not read".to_owned()));
    }
    Some((partitions, causes))
}

/// The types of partitions that the Logical Disk Manager keeps its table and its volumes in.
const DYNAMIC_DISK: [&str; 2] = ["5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", "af9b60a0-1431-4f62-bc68-3311714a69ad"];

/// The header at the end of the medium, or where the first one says that it is.
fn backup(medium: &dyn ReadAt, primary: Option<Header>) -> Option<Header> {
    let last = |sector: u64| medium.len().checked_div(sector)?.checked_sub(1)?.checked_mul(sector);
    let named = primary.and_then(|primary| Some((primary.other.checked_mul(primary.sector)?, primary.sector)));
    let ends = SECTOR_SIZES.into_iter().filter_map(|sector| Some((last(sector)?, sector)));
    let places = named.into_iter().chain(ends);
    let mut headers = places.filter_map(|(offset, sector)| {
        header(medium, offset, sector).filter(|header| primary.is_none_or(|primary| primary.offset != header.offset))
    });
    headers.find(|header| header.sound)
}

fn header(medium: &dyn ReadAt, offset: u64, size: u64) -> Option<Header> {
    let bytes = sector(medium, offset)?;
    let fields = Fields(&bytes);
    if fields.bytes(0, 8) != MAGIC {
        return None;
    }
    // A header may be longer than what is defined of it, but never than a sector; what lies past 512 bytes is reserved.
    let length = usize::try_from(fields.u32(12)).unwrap_or(0);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(fields.bytes(0, 16));
    hasher.update(&[0; 4]);
    hasher.update(fields.bytes(20, length.saturating_sub(20)));
    let sound = (92..=512).contains(&length)
        && hasher.finalize() == fields.u32(16)
        && fields.u64(24).checked_mul(size) == Some(offset);
    Some(Header {
        sector: size,
        offset,
        sound,
        other: fields.u64(32),
        entries: fields.u64(72),
        count: fields.u32(80),
        size: fields.u32(84),
        checksum: fields.u32(88),
    })
}

/// Reads the entries of a header: as many as it counts, but no more than the medium or the limits hold.
fn copy(medium: &dyn ReadAt, header: Header, limits: &Limits) -> Copy {
    let mut copy = Copy { header, entries: Vec::new(), sound: false, causes: Vec::new() };
    let start = header.entries.saturating_mul(header.sector);
    if !header.size.is_power_of_two() || !(ENTRY..=4096).contains(&header.size) {
        copy.causes.push(corrupt(format!("entries of {} bytes in a GUID partition table", header.size), header.offset));
        return copy;
    }
    let there = medium.len().saturating_sub(start).checked_div(u64::from(header.size)).unwrap_or(0);
    let allowed = to_u64(limits.partitions).max(128);
    let count = u64::from(header.count).min(there).min(allowed);
    if count < u64::from(header.count) {
        let told = format!("{} entries in a GUID partition table, of which {count} are read", header.count);
        copy.causes.push(corrupt(told, header.offset));
    }
    let mut hasher = crc32fast::Hasher::new();
    let mut entry = vec![0u8; usize::try_from(header.size).unwrap_or(0)];
    for number in 0..count {
        let offset = start.saturating_add(number.saturating_mul(u64::from(header.size)));
        match read_full(medium, offset, &mut entry) {
            Ok(length) if length == entry.len() => {}
            _ => {
                copy.causes.push(corrupt("entries of a GUID partition table that cannot be read", offset));
                return copy;
            }
        }
        hasher.update(&entry);
        if entry.iter().take(16).any(|byte| *byte != 0) {
            copy.entries.push(entry.clone());
        }
    }
    copy.sound = count == u64::from(header.count) && hasher.finalize() == header.checksum;
    copy
}

fn partition(sector: u64, entry: &[u8]) -> Partition {
    let fields = Fields(entry);
    let (first, last) = (fields.u64(32), fields.u64(40));
    let end = last.saturating_add(1).max(first);
    let label = wide::until_nul(fields.bytes(56, 72));
    Partition {
        range: first.saturating_mul(sector)..end.saturating_mul(sector),
        label: Some(label).filter(|label| !label.is_empty()),
        kind: Some(guid(entry)),
        identity: Some([b"DMIO:ID:", fields.bytes(16, 16)].concat()),
    }
}

/// The type of an entry, its first 16 bytes, as a GUID is written.
fn guid(entry: &[u8]) -> String {
    let fields = Fields(entry);
    let (first, second, third) = (fields.u32(0), fields.u16(4), fields.u16(6));
    let fourth = u16::from_be_bytes(fields.array(8));
    let node = crate::base::escape::hex(fields.bytes(10, 6));
    format!("{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{node}")
}
