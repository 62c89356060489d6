//! Sections of version 1 (E01): each says where the next is, from the head of the segment on.

use super::Version;
use super::segments::Segment;
use super::set::{Digest, Geometry, Set};
use super::table::Table;
use crate::base::anomaly::Cause;
use crate::base::bytes::read_full;
use crate::base::escape::hex;
use crate::base::fields::Fields;
use crate::base::number::{to_u32, to_u64, to_usize};
use crate::base::wide;
use flate2::{Decompress, FlushDecompress};
use std::ops::Range;
use zlib_rs::adler32::adler32;

/// Bytes of a segment's header and of a section's.
const FILE_HEADER: u64 = 13;
const HEADER: usize = 76;
/// Bytes of a section's text that are inflated.
const TEXT: usize = 64 << 10;

/// A section: its kind, and where its data are.
struct Section {
    kind: [u8; 16],
    at: u64,
    data: Range<u64>,
    next: u64,
}

impl Section {
    fn read(segment: &Segment, at: u64) -> Result<Self, &'static str> {
        let mut header = [0u8; HEADER];
        if !matches!(read_full(&segment.source, at, &mut header), Ok(HEADER)) {
            return Err("the segment is cut short, or cannot be read,");
        }
        let fields = Fields(&header);
        let kind = fields.array(0);
        if fields.u32(72) != adler32(1, header.get(..72).unwrap_or_default()) {
            return Err("the checksum of a section's header is wrong");
        }
        let (next, size) = (fields.u64(16), fields.u64(24));
        let start = at.saturating_add(to_u64(HEADER));
        // Some tools leave the size out; then the section ends where the next begins.
        let end = if size == 0 { next } else { at.saturating_add(size) };
        let end = end.min(segment.source.len()).max(start);
        Ok(Self { kind, at, data: start..end, next })
    }

    fn name(&self) -> &[u8] {
        self.kind.split(|byte| *byte == 0).next().unwrap_or_default()
    }
}

/// What was met in a segment that later sections of it need.
#[derive(Default)]
struct State {
    /// Where the chunks of the next table are.
    sectors: Option<Range<u64>>,
    /// How far the table can be relied on that a copy may follow.
    table: Option<Trust>,
}

/// Reads the sections of one segment.
///
/// # Errors
/// The set is of a kind that is not read, or a cap was reached.
pub(super) fn read(segment: &Segment, index: usize, set: &mut Set) -> Result<(), Cause> {
    let mut state = State::default();
    let mut at = FILE_HEADER;
    set.is_done = false;
    loop {
        set.count()?;
        let section = match Section::read(segment, at) {
            Ok(section) => section,
            Err(why) => {
                set.tell(format!("segment {}: {why} and what follows is not known,", segment.name), at);
                set.lose_place();
                return Ok(());
            }
        };
        match section.name() {
            end @ (b"next" | b"done") => {
                set.is_done = end == b"done";
                settle(&mut state, set);
                return Ok(());
            }
            b"volume" | b"disk" | b"data" => volume(segment, &section, set)?,
            b"sectors" => {
                settle(&mut state, set);
                state.sectors = Some(section.data.clone());
            }
            b"table" => {
                settle(&mut state, set);
                let found = Found::read(segment, index, &section, &state);
                state.table = Some(add(segment, &section, found, set)?);
            }
            b"table2" => {
                let copy = Found::read(segment, index, &section, &state);
                match state.table.take() {
                    Some(Trust { counted: true, entries: true }) => {}
                    Some(trust) => mend(segment, &section, trust, &copy, set),
                    None => state.table = Some(add(segment, &section, copy, set)?),
                }
            }
            b"hash" => digests(segment, &section, &[(Digest::Md5, 0..16)], set),
            b"digest" => digests(segment, &section, &[(Digest::Md5, 0..16), (Digest::Sha1, 16..36)], set),
            b"xhash" => xhash(segment, &section, set),
            b"error2" => errors(segment, &section, set),
            _ => {}
        }
        if section.next <= at || section.next >= segment.source.len() {
            let what = format!(
                "segment {}: a section points back or past the end, and what follows is not known,",
                segment.name
            );
            set.tell(what, at);
            settle(&mut state, set);
            set.lose_place();
            return Ok(());
        }
        at = section.next;
    }
}

/// A table whose count cannot be relied on, and whose copy did not come, ends what is known of the chunks' places.
fn settle(state: &mut State, set: &mut Set) {
    if matches!(state.table.take(), Some(Trust { counted: false, .. })) {
        set.lose_place();
    }
}

fn volume(segment: &Segment, section: &Section, set: &mut Set) -> Result<(), Cause> {
    let mut buffer = [0u8; 1052];
    let data = segment.head(&section.data, &mut buffer);
    if data.len() < 1052 {
        let smart = data.get(85..90) == Some(b"SMART") || data.len() == 94;
        if smart && set.geometry.is_none() {
            return Err(Cause::Unsupported("an Expert Witness file of ASR Data's SMART (s01), not read".to_owned()));
        }
        return Ok(());
    }
    let sum = adler32(1, data.get(..1048).unwrap_or_default());
    let fields = Fields(data);
    if fields.u32(1048) != sum {
        set.tell(format!("segment {}: the checksum of the disk's description is wrong", segment.name), section.at);
        if set.geometry.is_some() {
            return Ok(());
        }
    }
    let identity: [u8; 16] = fields.array(64);
    if set.identity != [0; 16] && identity != [0; 16] && set.identity != identity {
        set.tell(format!("segment {} has another set's identity", segment.name), section.at);
    }
    if set.geometry.is_none() {
        set.geometry = Some(Geometry::of(fields.u32(12).into(), fields.u32(8).into(), fields.u64(16))?);
        set.identity = identity;
    }
    Ok(())
}

/// A table as its section gives it.
struct Found {
    table: Table,
    trust: Trust,
}

/// What of a table can be relied on.
#[derive(Debug, Clone, Copy)]
struct Trust {
    /// How many chunks it has.
    counted: bool,
    /// Where they are.
    entries: bool,
}

impl Found {
    fn read(segment: &Segment, index: usize, section: &Section, state: &State) -> Self {
        const TABLE_HEADER: u64 = 24;
        let mut header = [0u8; 24];
        let head = segment.head(&section.data, &mut header);
        let fields = Fields(head);
        let summed = head.len() == 24 && fields.u32(20) == adler32(1, head.get(..20).unwrap_or_default());
        let base = fields.u64(8);
        let entries = section.data.start.saturating_add(TABLE_HEADER);
        let room = section.data.end.saturating_sub(entries).checked_div(4).unwrap_or(0);
        let stated = u64::from(fields.u32(0));
        let count = to_u32(stated.min(room));
        // EnCase 1 writes the chunks behind the entries, into the same section.
        let end = state.sectors.as_ref().map_or(section.data.end, |sectors| sectors.end);
        let mut table = Table {
            segment: index,
            first: None,
            count,
            entries,
            base,
            end,
            wide_from: u32::MAX,
            version: Version::One,
        };
        let entries = check(segment, &mut table, section.data.end);
        Self { table, trust: Trust { counted: summed && stated <= room, entries } }
    }
}

/// Whether the checksum behind the entries is right, where there is one; finds where their offsets become wide.
fn check(segment: &Segment, table: &mut Table, end: u64) -> bool {
    let length = u64::from(table.count).saturating_mul(4);
    let may_be_wide = table.end.saturating_sub(table.base) > 0x7fff_ffff;
    let (mut index, mut last) = (0u32, 0u32);
    let sum = segment.sum(table.entries, length, |part| {
        if may_be_wide && table.wide_from == u32::MAX {
            for raw in part.as_chunks::<4>().0.iter().map(|raw| u32::from_le_bytes(*raw)) {
                let offset = raw & 0x7fff_ffff;
                if offset < last {
                    table.wide_from = index;
                    break;
                }
                last = offset;
                index = index.saturating_add(1);
            }
        }
    });
    let behind = table.entries.saturating_add(length);
    sum.is_some_and(|sum| behind.saturating_add(4) > end || segment.holds(behind, sum))
}

/// Adds a table, and says how far it can be relied on.
fn add(segment: &Segment, section: &Section, found: Found, set: &mut Set) -> Result<Trust, Cause> {
    set.add(found.table, None)?;
    let damaged = match found.trust {
        Trust { counted: false, .. } => "its count",
        Trust { entries: false, .. } => "its entries",
        Trust { .. } => return Ok(found.trust),
    };
    set.tell(format!("segment {}: a table of chunks is damaged ({damaged}),", segment.name), section.at);
    Ok(found.trust)
}

/// Uses the copy of a damaged table, where the copy is better.
fn mend(segment: &Segment, section: &Section, trust: Trust, copy: &Found, set: &mut Set) {
    if copy.trust.counted && (copy.trust.entries || !trust.counted) {
        set.replace(copy.table);
        set.tell(format!("segment {}: the copy of the damaged table is used,", segment.name), section.at);
    } else if !trust.counted {
        set.lose_place();
    }
}

fn digests(segment: &Segment, section: &Section, places: &[(Digest, Range<usize>)], set: &mut Set) {
    let mut buffer = [0u8; 80];
    let data = segment.head(&section.data, &mut buffer);
    for (kind, place) in places {
        if let Some(digest) = data.get(place.clone()) {
            set.digest(*kind, hex(digest), section.at);
        }
    }
}

/// Digests as text: `<md5>…</md5>` and so on, in a zlib stream.
fn xhash(segment: &Segment, section: &Section, set: &mut Set) {
    let text = text_of(segment, section.data.clone()).to_ascii_lowercase();
    for (kind, name, length) in [(Digest::Md5, "md5", 32), (Digest::Sha1, "sha1", 40), (Digest::Sha256, "sha256", 64)] {
        let value = text
            .split_once(&format!("<{name}>"))
            .and_then(|(_, rest)| rest.split_once('<'))
            .map(|(value, _)| value.trim());
        if let Some(value) = value.filter(|value| value.len() == length && value.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            set.digest(kind, value.to_owned(), section.at);
        }
    }
}

/// The text in a zlib stream, as far as it is kept.
pub(super) fn text_of(segment: &Segment, data: Range<u64>) -> String {
    let length = to_usize(data.end.saturating_sub(data.start)).min(TEXT);
    let mut packed = vec![0u8; length];
    let count = read_full(&segment.source, data.start, &mut packed).unwrap_or(0);
    let mut text = vec![0u8; TEXT];
    let mut stream = Decompress::new(true);
    // A stream that is cut short still gives what is before the cut.
    let _ = stream.decompress(packed.get(..count).unwrap_or_default(), &mut text, FlushDecompress::Finish);
    text.truncate(usize::try_from(stream.total_out()).unwrap_or(0));
    match text.strip_prefix(&[0xff, 0xfe]) {
        Some(units) => wide::text(wide::units(units)),
        None => String::from_utf8_lossy(&text).into_owned(),
    }
}

/// Sectors that could not be read: a count, 512 bytes of nothing, a checksum, and pairs of a first sector and a count.
fn errors(segment: &Segment, section: &Section, set: &mut Set) {
    const BEFORE: u64 = 520;
    let mut buffer = [0u8; 4];
    let stated = u64::from(Fields(segment.head(&section.data, &mut buffer)).u32(0));
    let room = section.data.end.saturating_sub(section.data.start).saturating_sub(BEFORE).checked_div(8).unwrap_or(0);
    for entry in 0..stated.min(room).min(4096) {
        let at = section.data.start.saturating_add(BEFORE).saturating_add(entry.saturating_mul(8));
        let mut pair = [0u8; 8];
        if matches!(read_full(&segment.source, at, &mut pair), Ok(8)) {
            let pair = Fields(&pair);
            set.bad_sectors(pair.u32(0).into(), pair.u32(4).into());
        }
    }
    if stated > room.min(4096) {
        let what =
            format!("segment {}: {stated} unreadable ranges are stated, not all of them are told,", segment.name);
        set.tell(what, section.at);
    }
}
