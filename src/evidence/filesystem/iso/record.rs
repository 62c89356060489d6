//! The records of a directory.

use super::descriptor::{Disc, Names};
use super::{Extent, SECTOR};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::entry::EntryKind;
use crate::evidence::filesystem::civil::Civil;

/// A record of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) name: Vec<u8>,
    pub(super) extent: Extent,
    pub(super) directory: bool,
    /// Whether the next record goes on with the same file.
    pub(super) continues: bool,
    pub(super) interleaved: bool,
    /// What it is, where Rock Ridge says so.
    pub(super) kind: Option<EntryKind>,
    /// Where the directory is that stands here by Rock Ridge's way, as the tree of the disc may be only eight deep.
    pub(super) elsewhere: Option<u64>,
    /// Whether it stands where the tree of the disc has it, but by Rock Ridge's way is elsewhere.
    pub(super) relocated: bool,
    pub(super) times: FileTimes,
}

const DIRECTORY: u8 = 2;
const CONTINUES: u8 = 0x80;
/// Bytes of a record before its name.
const FIXED: usize = 33;

/// What Rock Ridge says of an entry.
#[derive(Default)]
struct Rock {
    name: Vec<u8>,
    kind: Option<EntryKind>,
    elsewhere: Option<u64>,
    relocated: bool,
    times: FileTimes,
}

/// Whether a root directory's first record says that Rock Ridge is used, and how many bytes of system use areas are then
/// not its own.
pub(super) fn rock_ridge(volume: &dyn ReadAt, root: Extent) -> Option<usize> {
    let mut bytes = [0u8; 256];
    read_full(volume, root.start, &mut bytes).ok()?;
    let length = usize::from(bytes.first().copied()?);
    let record = Fields(bytes.get(..length)?);
    let area = record.bytes(FIXED.saturating_add(1), length);
    // Discs for CD-ROM XA have fourteen bytes of their own before.
    [0usize, 14].into_iter().find_map(|before| {
        let entry = Fields(area.get(before..)?);
        (entry.bytes(0, 6) == b"SP\x07\x01\xbe\xef").then(|| usize::from(entry.u8(6)).saturating_add(before))
    })
}

impl Record {
    /// Reads a record; nothing for the two that stand for the directory itself and the one above it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn of(bytes: &[u8], disc: &Disc, volume: &dyn ReadAt) -> Result<Option<Self>, &'static str> {
        let fields = Fields(bytes);
        let length = usize::from(fields.u8(32));
        let Some(name) = bytes.get(FIXED..FIXED.saturating_add(length)).filter(|name| !name.is_empty()) else {
            return Err("a record whose name is longer than itself");
        };
        if matches!(name, [0 | 1]) {
            return Ok(None);
        }
        let rock = match disc.names {
            Names::RockRidge { skipped } => {
                // A name of even length is followed by a byte that makes it odd.
                let area = FIXED.saturating_add(length).saturating_add(length & 1 ^ 1).saturating_add(skipped);
                rock(bytes.get(area..).unwrap_or_default(), disc, volume)
            }
            _ => Rock::default(),
        };
        let flags = fields.u8(25);
        let start = u64::from(fields.u32(2)).saturating_add(u64::from(fields.u8(1))).saturating_mul(disc.block);
        let recorded = recorded(fields.bytes(18, 7));
        let times =
            if rock.times.is_empty() { FileTimes { modified: recorded, ..FileTimes::default() } } else { rock.times };
        Ok(Some(Self {
            name: if rock.name.is_empty() { spelled(name, disc.names) } else { rock.name },
            extent: Extent { start, length: u64::from(fields.u32(10)) },
            directory: flags & DIRECTORY != 0,
            continues: flags & CONTINUES != 0,
            interleaved: fields.u8(26) != 0 || fields.u8(27) != 0,
            kind: rock.kind,
            elsewhere: rock.elsewhere,
            relocated: rock.relocated,
            times,
        }))
    }
}

/// A name without its version, and without the dot of an extension that it does not have.
fn spelled(name: &[u8], names: Names) -> Vec<u8> {
    if names == Names::Joliet {
        let units: Vec<u16> = name.chunks_exact(2).map(|unit| Fields(unit).u16(0).swap_bytes()).collect();
        let version = units.iter().rposition(|unit| *unit == u16::from(b';')).unwrap_or(units.len());
        return crate::base::wide::utf8(units.into_iter().take(version));
    }
    let version = name.iter().rposition(|byte| *byte == b';').unwrap_or(name.len());
    let name = name.get(..version).unwrap_or_default();
    name.strip_suffix(b".").unwrap_or(name).to_vec()
}

/// Seven bytes: years since 1900, month, day, hour, minute, second, and quarters of an hour east of UTC.
fn recorded(bytes: &[u8]) -> Option<Timestamp> {
    let [year, month, day, hour, minute, second, zone] = *bytes.first_chunk::<7>()?;
    let civil = Civil { year: i64::from(year).saturating_add(1900), month, day, hour, minute, second, nanosecond: 0 };
    civil.instant(i64::from(i8::from_le_bytes([zone])).saturating_mul(15))
}

/// Continuations of a system use area that are followed.
const MOST_AREAS: usize = 8;

/// Reads the system use area of a record, and those that it goes on in.
fn rock(area: &[u8], disc: &Disc, volume: &dyn ReadAt) -> Rock {
    let (mut rock, mut held) = (Rock::default(), Vec::new());
    let mut next = entries(area, disc, &mut rock);
    for _ in 0..MOST_AREAS {
        let Some(extent) = next else { break };
        held.resize(usize::try_from(extent.length.min(SECTOR)).unwrap_or(0), 0);
        let filled = read_full(volume, extent.start, &mut held).unwrap_or(0);
        next = entries(held.get(..filled).unwrap_or_default(), disc, &mut rock);
    }
    rock
}

/// Reads the entries of one area, and says where it goes on.
fn entries(mut area: &[u8], disc: &Disc, rock: &mut Rock) -> Option<Extent> {
    let mut next = None;
    while let Some((entry, rest)) = area.get(2).and_then(|length| area.split_at_checked(usize::from(*length).max(4))) {
        let fields = Fields(entry);
        match entry.first_chunk::<2>() {
            Some(b"NM") if fields.u8(4) & 6 == 0 => rock.name.extend_from_slice(entry.get(5..).unwrap_or_default()),
            Some(b"PX") => rock.kind = kind(fields.u32(4)),
            Some(b"SL") => rock.kind = Some(EntryKind::Symlink),
            Some(b"CL") => rock.elsewhere = Some(u64::from(fields.u32(4)).saturating_mul(disc.block)),
            Some(b"RE") => rock.relocated = true,
            Some(b"TF") => rock.times = times(entry),
            Some(b"CE") => {
                let start =
                    u64::from(fields.u32(4)).saturating_mul(disc.block).saturating_add(u64::from(fields.u32(12)));
                next = Some(Extent { start, length: u64::from(fields.u32(20)) });
            }
            Some(b"ST") => break,
            _ => {}
        }
        area = rest;
    }
    next
}

/// What the mode of POSIX says that an entry is, where that is neither a file nor a directory.
fn kind(mode: u32) -> Option<EntryKind> {
    match mode & 0o170_000 {
        0o120_000 => Some(EntryKind::Symlink),
        0o010_000 => Some(EntryKind::Fifo),
        0o140_000 => Some(EntryKind::Socket),
        0o020_000 | 0o060_000 => Some(EntryKind::Device),
        _ => None,
    }
}

/// The times that a bit of the fifth byte says are there, in the order of their bits.
fn times(entry: &[u8]) -> FileTimes {
    let flags = Fields(entry).u8(4);
    let mut rest = entry.get(5..).unwrap_or_default();
    let mut time = |bit: u8| {
        if flags & bit == 0 {
            return None;
        }
        let length = if flags & 0x80 == 0 { 7 } else { 17 };
        let (bytes, after) = rest.split_at_checked(length)?;
        rest = after;
        if length == 7 { recorded(bytes) } else { written(bytes) }
    };
    FileTimes { created: time(1), modified: time(2), accessed: time(4), changed: time(8), ..FileTimes::default() }
}

/// Seventeen bytes: sixteen digits down to hundredths of a second, and quarters of an hour east of UTC.
fn written(bytes: &[u8]) -> Option<Timestamp> {
    let number = |from: usize, to: usize| std::str::from_utf8(bytes.get(from..to)?).ok()?.parse::<u16>().ok();
    let part = |from: usize| number(from, from.saturating_add(2)).and_then(|number| u8::try_from(number).ok());
    let civil = Civil {
        year: i64::from(number(0, 4)?),
        month: part(4)?,
        day: part(6)?,
        hour: part(8)?,
        minute: part(10)?,
        second: part(12)?,
        nanosecond: i32::from(part(14)?).saturating_mul(10_000_000),
    };
    civil.instant(i64::from(i8::from_le_bytes([*bytes.get(16)?])).saturating_mul(15))
}
