//! ZIP archives (PKWARE APPNOTE 6.3.10): offsets of the central directory and CRC-32 of the members.

use super::{Bytes, Depth, Finding, Proof, inflate};
use crate::base::fields::Fields;
use crate::base::limits::Limits;

/// A member, as the central directory tells it.
#[derive(Debug, Clone)]
pub(in crate::payload::ascii_damage) struct Member {
    /// Offset of its local header.
    pub(in crate::payload::ascii_damage) at: u64,
    /// Bytes as stored.
    pub(in crate::payload::ascii_damage) stored: u64,
    /// Bytes unpacked.
    pub(in crate::payload::ascii_damage) size: u64,
    /// CRC-32 of the bytes unpacked.
    pub(in crate::payload::ascii_damage) crc: u32,
    /// How it is packed: 0 not, 8 deflated.
    pub(in crate::payload::ascii_damage) method: u16,
    /// Whether it is encrypted.
    pub(in crate::payload::ascii_damage) encrypted: bool,
    /// Its name.
    pub(in crate::payload::ascii_damage) name: Vec<u8>,
}

/// The end record.
pub(in crate::payload::ascii_damage) struct End {
    /// Where it stands.
    pub(in crate::payload::ascii_damage) at: u64,
    /// Members.
    count: u64,
    /// Bytes of the directory.
    size: u64,
    /// Where the directory should stand.
    offset: u64,
    /// Bytes of the comment that follows it.
    pub(in crate::payload::ascii_damage) comment: u64,
}

/// Bytes of an end record without its comment.
pub(in crate::payload::ascii_damage) const END: u64 = 22;

/// The end record of an archive.
pub(in crate::payload::ascii_damage) fn end(file: Bytes<'_>) -> Option<End> {
    let length = usize::try_from(file.len().min(0x1_0016 + 0x200)).ok()?;
    let start = file.len().saturating_sub(length.try_into().ok()?);
    let tail = file.get(start, length)?;
    let found = memchr::memmem::rfind(&tail, b"PK\x05\x06")?;
    let record = Fields(tail.get(found..)?);
    let at = start.checked_add(found.try_into().ok()?)?;
    Some(End {
        at,
        count: u64::from(record.u16(10)),
        size: u64::from(record.u32(12)),
        offset: u64::from(record.u32(16)),
        comment: u64::from(record.u16(20)),
    })
}

/// The members that the central directory lists, and where the directory stands and where it says that it does. Nothing
/// for a ZIP64 archive, for one without a directory and for one that lists more than `most`.
pub(in crate::payload::ascii_damage) fn members(file: Bytes<'_>, most: u64) -> Option<(Vec<Member>, u64, u64)> {
    let End { at: end, count, size, offset, .. } = end(file)?;
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff || count > most {
        return None;
    }
    // What was left out or put in between directory and end record shifts its start: its signature is looked for nearby.
    let told = end.saturating_sub(size);
    let mut starts = (0u64..=64).flat_map(|shift| [told.checked_add(shift), told.checked_sub(shift)]).flatten();
    let start = starts.find(|at| count == 0 || file.array::<4>(*at) == Some(*b"PK\x01\x02"))?;
    let length = usize::try_from(end.checked_sub(start)?).ok()?.min(64 << 20);
    let directory = file.get(start, length)?;
    let mut list = Vec::new();
    let mut at = 0usize;
    for _ in 0..count {
        // An entry that was lengthened or shortened hides where the next one starts.
        let next = memchr::memmem::find(directory.get(at..)?, b"PK\x01\x02")?;
        at = at.checked_add(next)?;
        let entry = Fields(directory.get(at..)?);
        list.push(Member {
            at: u64::from(entry.u32(42)),
            stored: u64::from(entry.u32(20)),
            size: u64::from(entry.u32(24)),
            crc: entry.u32(16),
            method: entry.u16(10),
            encrypted: entry.u16(8) & 1 != 0,
            name: entry.bytes(46, usize::from(entry.u16(28))).to_vec(),
        });
        at = at.checked_add(46)?;
    }
    Some((list, start, offset))
}

pub(super) fn check(file: Bytes<'_>, depth: Depth, limits: &Limits) -> Option<Finding> {
    let Some(End { at, count, size, offset, comment }) = end(file) else {
        return Some(Finding::broken("the archive has no end record"));
    };
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
        return Some(Finding::default());
    }
    let directory_end = offset.saturating_add(size);
    let rest = file.len().saturating_sub(at).max(comment.saturating_add(END));
    let declared = directory_end.saturating_add(rest);
    let broken = |why: String| Some(Finding::broken(why).declaring(declared));
    if directory_end != at {
        return broken(format!("the central directory should end at byte {directory_end}, its end record is at {at}"));
    }
    if declared > file.len() {
        return broken(format!("the comment should have {comment} bytes"));
    }
    let Some((list, start, _)) = members(file, limits.archive_entries) else {
        return broken("the central directory cannot be read".to_owned());
    };
    if start != offset {
        return broken("the central directory is not where the end record says".to_owned());
    }
    let mut budget = limits.ascii_search_bytes;
    let mut checked = false;
    for member in &list {
        let name = || String::from_utf8_lossy(&member.name).into_owned();
        let Some(local) = file.array::<30>(member.at).filter(|local| local.starts_with(b"PK\x03\x04")) else {
            return broken(format!("the member {} is not where the directory says", name()));
        };
        let local = Fields(&local);
        let skip = 30u64.saturating_add(u64::from(local.u16(26))).saturating_add(u64::from(local.u16(28)));
        let data = member.at.saturating_add(skip);
        if data.saturating_add(member.stored) > offset {
            return broken(format!("the member {} runs into the directory", name()));
        }
        if depth == Depth::Quick || member.encrypted || member.size > budget {
            continue;
        }
        let crc = match member.method {
            0 => file.crc32(data, member.stored),
            8 => {
                inflate(file, data, member.stored, member.size).filter(|out| out.size == member.size).map(|out| out.crc)
            }
            _ => continue,
        };
        budget = budget.saturating_sub(member.size.max(member.stored));
        if crc != Some(member.crc) {
            return broken(format!("the CRC-32 of the member {} is another", name()));
        }
        checked = true;
    }
    let proofs = if checked { vec![Proof::Checksums, Proof::Structure] } else { vec![Proof::Structure] };
    Some(Finding { proofs, broken: None, declared: Some(declared) })
}
