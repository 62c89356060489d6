//! Sections of version 2 (Ex01): each is described behind its data and says where the one before is, from the end of the
//! segment on.

use super::Version;
use super::segments::Segment;
use super::set::{Digest, Geometry, Set};
use super::table::Table;
use super::version1::text_of;
use crate::base::anomaly::Cause;
use crate::base::bytes::read_full;
use crate::base::escape::hex;
use crate::base::fields::Fields;
use crate::base::number::{to_u32, to_u64};
use std::ops::Range;
use zlib_rs::adler32::adler32;

/// Bytes of a segment's header and of a section's descriptor.
const FILE_HEADER: u64 = 32;
const DESCRIPTOR: usize = 64;

/// The types of sections that are read.
const DEVICE: u32 = 0x01;
const CASE: u32 = 0x02;
const TABLE: u32 = 0x04;
const ERRORS: u32 = 0x05;
const MD5: u32 = 0x08;
const SHA1: u32 = 0x09;
const KEYS: u32 = 0x0b;
const NEXT: u32 = 0x0d;
const DONE: u32 = 0x0f;

/// The data flag of what is encrypted.
const ENCRYPTED: u32 = 2;

struct Section {
    kind: u32,
    flags: u32,
    previous: u64,
    at: u64,
    data: Range<u64>,
}

impl Section {
    fn read(segment: &Segment, at: u64) -> Option<Self> {
        let mut descriptor = [0u8; DESCRIPTOR];
        if !matches!(read_full(&segment.source, at, &mut descriptor), Ok(DESCRIPTOR)) {
            return None;
        }
        let sum = adler32(1, descriptor.get(..60)?);
        let fields = Fields(&descriptor);
        if fields.u32(60) != sum {
            return None;
        }
        let (previous, size) = (fields.u64(8), fields.u64(16));
        let start = at.checked_sub(size).filter(|start| *start >= FILE_HEADER)?;
        Some(Self { kind: fields.u32(0), flags: fields.u32(4), previous, at, data: start..at })
    }
}

/// The numbers of a disk, which stand in two sections.
#[derive(Default)]
struct Numbers {
    sector: u64,
    sectors: u64,
    per_chunk: u64,
}

/// Reads the sections of one segment.
///
/// # Errors
/// The set is of a kind that is not read, or a cap was reached.
pub(super) fn read(segment: &Segment, index: usize, set: &mut Set) -> Result<(), Cause> {
    let mut header = [0u8; 32];
    let _ = read_full(&segment.source, 0, &mut header);
    let compression = Fields(&header).u32(10) & 0xffff;
    if compression > 1 {
        return Err(Cause::Unsupported(format!(
            "an Ex01 that is compressed by method {compression} (2 is bzip2), not read"
        )));
    }
    let identity: [u8; 16] = header.get(16..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    if set.identity == [0; 16] {
        set.identity = identity;
    } else if set.identity != identity {
        set.tell(format!("segment {} has another set's identity", segment.name), 0);
    }
    set.is_done = false;
    let mut numbers = Numbers::default();
    let last = segment.source.len().saturating_sub(to_u64(DESCRIPTOR));
    let mut at = last;
    loop {
        set.count()?;
        let Some(section) = Section::read(segment, at) else {
            let what = format!("segment {}: no section ends here, and what is before is not known,", segment.name);
            set.tell(what, at);
            break;
        };
        if section.flags & ENCRYPTED != 0 || section.kind == KEYS {
            return Err(Cause::Unsupported("an encrypted Ex01, not read".to_owned()));
        }
        match section.kind {
            NEXT | DONE if at == last => set.is_done = section.kind == DONE,
            DEVICE | CASE => describe(segment, &section, &mut numbers),
            TABLE => table(segment, index, &section, set)?,
            ERRORS => errors(segment, &section, set),
            MD5 => digest(segment, &section, Digest::Md5, 16, set),
            SHA1 => digest(segment, &section, Digest::Sha1, 20, set),
            _ => {}
        }
        if section.previous == 0 {
            break;
        }
        if section.previous >= at {
            set.tell(
                format!("segment {}: a section points forward, and what is before is not known,", segment.name),
                at,
            );
            break;
        }
        at = section.previous;
    }
    if set.geometry.is_none() && numbers.per_chunk != 0 {
        set.geometry = Some(Geometry::of(numbers.sector, numbers.per_chunk, numbers.sectors)?);
    }
    Ok(())
}

/// Values under short names: lines of names and of values, both parted by tabulators.
fn describe(segment: &Segment, section: &Section, numbers: &mut Numbers) {
    let text = text_of(segment, section.data.clone());
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).skip_while(|line| *line != "main").skip(1);
    let (Some(names), Some(values)) = (lines.next(), lines.next()) else { return };
    for (name, value) in names.split('\t').zip(values.split('\t')) {
        let Ok(value) = value.parse::<u64>() else { continue };
        match name {
            "bp" => numbers.sector = value,
            "ts" => numbers.sectors = value,
            "sb" => numbers.per_chunk = value,
            _ => {}
        }
    }
}

/// The header of a table and what it says, where its checksum is right; the rest is entries of 16 bytes.
fn header_of(segment: &Segment, section: &Section, set: &mut Set) -> Option<[u8; 20]> {
    let mut header = [0u8; 20];
    let whole = segment.head(&section.data, &mut header).len() == 20;
    if whole && Fields(&header).u32(16) == adler32(1, header.get(..16)?) {
        return Some(header);
    }
    set.tell(
        format!("segment {}: the header of a table is damaged, and the table is not used,", segment.name),
        section.at,
    );
    None
}

/// Where the entries of a table are, and how many have room in it.
fn entries_of(section: &Section) -> (u64, u64) {
    let entries = section.data.start.saturating_add(32);
    (entries, section.data.end.saturating_sub(entries).checked_div(16).unwrap_or(0))
}

fn table(segment: &Segment, index: usize, section: &Section, set: &mut Set) -> Result<(), Cause> {
    let Some(header) = header_of(segment, section, set) else { return Ok(()) };
    let (entries, room) = entries_of(section);
    let stated = Fields(&header).u32(8);
    let count = to_u32(u64::from(stated).min(room));
    if count < stated {
        set.tell(format!("segment {}: a table has room for {count} of {stated} chunks,", segment.name), section.at);
    }
    let first = Fields(&header).u64(0);
    if first > u64::from(u32::MAX) {
        set.tell(
            format!("segment {}: a table begins with the chunk {first}, and is not used,", segment.name),
            section.at,
        );
        return Ok(());
    }
    if !is_whole(segment, entries, count) {
        set.tell(format!("segment {}: a table of chunks is damaged (its entries),", segment.name), section.at);
    }
    let table = Table {
        segment: index,
        first: None,
        count,
        entries,
        base: 0,
        end: 0,
        wide_from: u32::MAX,
        version: Version::Two,
    };
    set.add(table, Some(first))
}

/// Whether the checksum behind the entries is right.
fn is_whole(segment: &Segment, entries: u64, count: u32) -> bool {
    let length = u64::from(count).saturating_mul(16);
    segment.sum(entries, length, |_| {}).is_some_and(|sum| segment.holds(entries.saturating_add(length), sum))
}

fn errors(segment: &Segment, section: &Section, set: &mut Set) {
    let Some(header) = header_of(segment, section, set) else { return };
    let (entries, room) = entries_of(section);
    for entry in 0..u64::from(Fields(&header).u32(0)).min(room).min(4096) {
        let mut pair = [0u8; 16];
        let at = entries.saturating_add(entry.saturating_mul(16));
        if matches!(read_full(&segment.source, at, &mut pair), Ok(16)) {
            let pair = Fields(&pair);
            set.bad_sectors(pair.u64(0), u64::from(pair.u32(8)));
        }
    }
}

fn digest(segment: &Segment, section: &Section, kind: Digest, length: usize, set: &mut Set) {
    let mut buffer = [0u8; 24];
    if let Some(digest) = segment.head(&section.data, &mut buffer).get(..length) {
        set.digest(kind, hex(digest), section.at);
    }
}
