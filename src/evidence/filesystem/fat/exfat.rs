//! The slots of an exFAT directory: each file is a set of them, of which the first says how many follow.
//!
//! Source: Microsoft exFAT File System Specification 1.00, sections 6 and 7.

use super::entry::civil;
use super::walk::{Found, Slot};
use crate::base::fields::Fields;
use crate::base::time::{FileTimes, Timestamp};
use crate::base::wide;

/// Reads the slots of one directory, one after the other.
#[derive(Default)]
pub(super) struct Slots {
    set: Vec<[u8; 32]>,
}

const IN_USE: u8 = 0x80;
const BITMAP: u8 = 0x81;
const LABEL: u8 = 0x83;
const FILE: u8 = 0x85;
const STREAM: u8 = 0xc0;
const NAME: u8 = 0xc1;
const DIRECTORY: u16 = 0x10;
/// The first slot, the stream's and those of the longest name.
const MOST_SLOTS: usize = 19;

impl Slots {
    pub(super) fn next(&mut self, bytes: &[u8; 32]) -> Slot {
        let kind = bytes.first().copied().unwrap_or(0);
        if kind == 0 {
            return if self.is_live() { self.broken(false) } else { Slot::End };
        }
        let in_use = kind & IN_USE != 0;
        // Bit 6 is that of the slots that follow a first one.
        if kind & 0x40 != 0 {
            if self.set.is_empty() || self.is_live() != in_use {
                return self.broken(in_use);
            }
            self.set.push(*bytes);
            return self.complete();
        }
        let broken = self.broken(false);
        if kind | IN_USE == FILE {
            self.set.push(*bytes);
        }
        match (kind, broken) {
            (_, broken @ Slot::Damaged(_)) => broken,
            (BITMAP, _) => {
                let fields = Fields(bytes);
                Slot::Bitmap { second: fields.u8(1) & 1 == 1, first: fields.u32(20), length: fields.u64(24) }
            }
            (LABEL, _) => {
                let fields = Fields(bytes);
                let count = usize::from(fields.u8(1).min(11));
                let label = wide::utf8((0..count).map(|unit| fields.u16(unit.saturating_mul(2).saturating_add(2))));
                let label = String::from_utf8_lossy(&label).into_owned();
                if label.is_empty() { Slot::Nothing } else { Slot::Label(label) }
            }
            _ => Slot::Nothing,
        }
    }

    fn is_live(&self) -> bool {
        self.set.first().and_then(|slot| slot.first()).is_some_and(|kind| kind & IN_USE != 0)
    }

    /// Drops a set that is not complete; one that is not deleted is told.
    fn broken(&mut self, stray: bool) -> Slot {
        let told = self.is_live() || stray;
        self.set.clear();
        if told { Slot::Damaged(INCOMPLETE) } else { Slot::Nothing }
    }

    /// The entry, once all of its slots are there.
    fn complete(&mut self) -> Slot {
        let Some(first) = self.set.first() else { return Slot::Nothing };
        let following = usize::from(Fields(first).u8(1));
        if !(2..MOST_SLOTS).contains(&following) {
            return self.broken(false);
        }
        if self.set.len() <= following {
            return Slot::Nothing;
        }
        let set = std::mem::take(&mut self.set);
        let deleted = first_byte(&set, 0) & IN_USE == 0;
        let Some(found) = found(&set, deleted) else {
            return if deleted { Slot::Noise } else { Slot::Damaged("a set of slots that is no file") };
        };
        match (checksum_holds(&set), deleted) {
            (true, _) => Slot::Entry(found, None),
            (false, false) => Slot::Entry(found, Some("a set of slots whose checksum is wrong")),
            // Slots that were written over in part can look like a set, of a file that never was.
            (false, true) => Slot::Noise,
        }
    }
}

const INCOMPLETE: &str = "a set of slots that is not complete";

fn first_byte(set: &[[u8; 32]], at: usize) -> u8 {
    set.get(at).and_then(|slot| slot.first()).copied().unwrap_or(0)
}

/// The checksum is that of the slots as they were in use.
fn checksum_holds(set: &[[u8; 32]]) -> bool {
    let mut sum = 0u16;
    for (number, slot) in set.iter().enumerate() {
        for (at, byte) in slot.iter().enumerate() {
            match at {
                2 | 3 if number == 0 => {}
                0 => sum = sum.rotate_right(1).wrapping_add(u16::from(*byte | IN_USE)),
                _ => sum = sum.rotate_right(1).wrapping_add(u16::from(*byte)),
            }
        }
    }
    set.first().is_some_and(|slot| Fields(slot).u16(2) == sum)
}

fn found(set: &[[u8; 32]], deleted: bool) -> Option<Found> {
    let (file, stream) = (Fields(set.first()?), Fields(set.get(1)?));
    let names = set.get(2..)?;
    let length = usize::from(stream.u8(3));
    let named = names.iter().take_while(|slot| Fields(*slot).u8(0) | IN_USE == NAME).count();
    if stream.u8(0) | IN_USE != STREAM || length == 0 || length > named.saturating_mul(15) {
        return None;
    }
    let units = names
        .iter()
        .take(named)
        .flat_map(|slot| (0..15usize).map(|unit| Fields(slot).u16(unit.saturating_mul(2).saturating_add(2))));
    Some(Found {
        name: wide::utf8(units.take(length)),
        deleted,
        directory: file.u16(4) & DIRECTORY != 0,
        first: stream.u32(20),
        size: stream.u64(24),
        valid: stream.u64(8),
        contiguous: stream.u8(1) & 2 != 0,
        times: FileTimes {
            created: time(file.u32(8), file.u8(20), file.u8(22)),
            modified: time(file.u32(12), file.u8(21), file.u8(23)),
            accessed: time(file.u32(16), 0, file.u8(24)),
            ..FileTimes::default()
        },
    })
}

/// The zone is told in quarters of an hour east of UTC, in seven bits, if the eighth is set; else the time is taken as UTC.
fn time(packed: u32, hundredths: u8, zone: u8) -> Option<Timestamp> {
    let quarters = i64::from(zone & 0x7f);
    let quarters = if quarters >= 64 { quarters.saturating_sub(128) } else { quarters };
    let ahead = if zone & 0x80 == 0 { 0 } else { quarters.saturating_mul(15) };
    civil(packed, hundredths)?.instant(ahead)
}
