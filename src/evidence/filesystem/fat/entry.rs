//! The slots of a FAT directory: 32 bytes for an entry, before it its long name in slots of its own.

use super::geometry::Geometry;
use super::name::{self, DELETED, Piece, UNITS};
use super::walk::{Found, Slot};
use crate::base::fields::Fields;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::filesystem::civil::Civil;

/// Reads the slots of one directory, one after the other.
#[derive(Default)]
pub(super) struct Slots {
    pieces: Vec<Piece>,
}

const DIRECTORY: u8 = 0x10;
const LABEL: u8 = 0x08;
const LONG: u8 = 0x0f;
/// The bits that no attribute has.
const UNUSED: u8 = 0xc0;
/// More pieces than any name has: enough to see that they are too many.
const MOST_PIECES: usize = 64;

impl Slots {
    pub(super) fn next(&mut self, bytes: &[u8; 32], geometry: &Geometry) -> Slot {
        let fields = Fields(bytes);
        let (first, attributes) = (fields.u8(0), fields.u8(11));
        if first == 0 {
            return Slot::End;
        }
        if attributes & 0x3f == LONG {
            if self.pieces.len() < MOST_PIECES {
                self.pieces.push(piece(fields));
            }
            return Slot::Nothing;
        }
        let pieces = std::mem::take(&mut self.pieces);
        let deleted = first == DELETED;
        let short: [u8; 11] = fields.array(0);
        if attributes & LABEL != 0 && attributes & UNUSED == 0 && !deleted {
            return name::label(&short).map_or(Slot::Nothing, Slot::Label);
        }
        if short.starts_with(b".          ") || short.starts_with(b"..         ") {
            return Slot::Nothing;
        }
        let plausible = attributes & (UNUSED | LABEL) == 0 && is_name(&short, deleted);
        let (Some(found), true) = (found(fields, deleted, geometry), plausible) else {
            return if deleted { Slot::Noise } else { Slot::Damaged("a slot of a directory that is no entry") };
        };
        let case = fields.u8(12);
        if deleted {
            // What deletion wrote over is told by the checksum in the long name, if there is one.
            let (name, first) =
                name::long_of_deleted(&pieces, &short).map_or((None, b'_'), |(name, first)| (Some(name), first));
            let mut short = short;
            if let Some(byte) = short.first_mut() {
                *byte = first;
            }
            let name = name.unwrap_or_else(|| name::short(&short, case));
            return Slot::Entry(Found { name, ..found }, None);
        }
        let long = name::long(&pieces, &short);
        // Pieces that deletion marked belong to an entry that is gone.
        let misfit = long.is_none() && pieces.last().is_some_and(|piece| piece.order != DELETED);
        let told = misfit.then_some("a long name that does not fit its entry: the short one is given");
        Slot::Entry(Found { name: long.unwrap_or_else(|| name::short(&short, case)), ..found }, told)
    }
}

fn piece(fields: Fields<'_>) -> Piece {
    const OFFSETS: [usize; UNITS] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
    Piece { order: fields.u8(0), checksum: fields.u8(13), units: OFFSETS.map(|at| fields.u16(at)) }
}

fn is_name(short: &[u8; 11], deleted: bool) -> bool {
    let (first, rest) = (short.first().copied().unwrap_or(0), short.get(1..).unwrap_or_default());
    let begins = deleted || first == 0x05 || (first != b' ' && name::is_legal(first));
    begins && rest.iter().all(|byte| name::is_legal(*byte))
}

/// What a slot says but its name; nothing where a deleted one says what cannot be.
fn found(fields: Fields<'_>, deleted: bool, geometry: &Geometry) -> Option<Found> {
    let directory = fields.u8(11) & DIRECTORY != 0;
    // The upper half is FAT32's alone; before, other things were kept there.
    let high = if geometry.variant == super::geometry::Variant::Fat32 { fields.u16(20) } else { 0 };
    let first = u32::from(high) << 16 | u32::from(fields.u16(26));
    let size = fields.u32(28);
    let possible = (first == 0 || geometry.holds(first)) && !(directory && size != 0);
    (!deleted || possible).then(|| Found {
        name: Vec::new(),
        deleted,
        directory,
        first,
        size: if directory { 0 } else { u64::from(size) },
        valid: u64::MAX,
        contiguous: false,
        times: FileTimes {
            created: time(fields.u16(16), fields.u16(14), fields.u8(13)),
            modified: time(fields.u16(24), fields.u16(22), 0),
            // Of the last access the date alone is kept.
            accessed: time(fields.u16(18), 0, 0),
            ..FileTimes::default()
        },
    })
}

fn time(date: u16, time: u16, hundredths: u8) -> Option<Timestamp> {
    civil(u32::from(date) << 16 | u32::from(time), hundredths)?.instant(0)
}

/// Date and time as DOS packed them: seconds by two, and hundredths up to 199 for what that leaves out.
pub(super) fn civil(packed: u32, hundredths: u8) -> Option<Civil> {
    let bits = |from: u32, count: u32| packed >> from & (1u32 << count).saturating_sub(1);
    let part = |from: u32, count: u32| u8::try_from(bits(from, count)).unwrap_or(u8::MAX);
    let hundredths = i32::from(if hundredths < 200 { hundredths } else { 0 });
    let odd = if hundredths >= 100 { 1 } else { 0 };
    Some(Civil {
        year: i64::from(bits(25, 7)).saturating_add(1980),
        month: part(21, 4),
        day: part(16, 5),
        hour: part(11, 5),
        minute: part(5, 6),
        second: part(0, 5).saturating_mul(2).saturating_add(odd),
        nanosecond: hundredths.checked_rem(100)?.saturating_mul(10_000_000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_dos_packed_them() {
        let told = |date, clock, hundredths| time(date, clock, hundredths).map(|time| time.to_string());
        assert_eq!(told(0x5a79, 0x645e, 150), None);
        assert_eq!(told(0x5a79, 0x645d, 150).as_deref(), Some("2025-03-25T12:34:59.5Z"));
        assert_eq!(told(0x0021, 0, 0).as_deref(), Some("1980-01-01T00:00:00Z"));
        for (date, clock) in [(0, 0), (0x0001, 0), (0x0020, 0), (0xffff, 0xffff), (0x5a79, 0xffff)] {
            assert_eq!(told(date, clock, 0), None);
        }
    }
}
