//! Extra fields of a member's header: sizes of 64 bits, times, a name in UTF-8.

use super::super::window::Fields;
use crate::base::time::{FileTimes, Timestamp};

/// The extra fields, one after the other: a number, a length, the data. APPNOTE 4.5.
pub(super) fn fields(extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let header = Fields(rest);
        let (number, length) = (header.u16(0)?, usize::from(header.u16(2)?));
        let data = header.bytes(4, length)?;
        rest = rest.get(length.saturating_add(4)..).unwrap_or_default();
        Some((number, data))
    })
}

/// Sets sizes and offset that stand in the field for 64 bits: those, in this order, whose place in the header is full of
/// ones. APPNOTE 4.5.3.
pub(super) fn wide(extra: &[u8], values: [&mut u64; 3]) {
    let Some((_, data)) = fields(extra).find(|(number, _)| *number == 1) else { return };
    let mut at = 0usize;
    for value in values {
        if *value == u64::from(u32::MAX)
            && let Some(wide) = Fields(data).u64(at)
        {
            *value = wide;
            at = at.saturating_add(8);
        }
    }
}

/// The name in UTF-8, if it is of the name in the header. Info-ZIP's Unicode Path field, APPNOTE 4.6.9.
pub(super) fn unicode_name<'e>(extra: &'e [u8], name: &[u8]) -> Option<&'e [u8]> {
    let (_, data) = fields(extra).find(|(number, _)| *number == 0x7075)?;
    let of = Fields(data).u32(1)?;
    (data.first() == Some(&1) && of == crc32fast::hash(name)).then(|| data.get(5..)).flatten()
}

/// The times: those of NTFS (APPNOTE 4.5.5), else those of Info-ZIP's extended timestamp, both in UTC; else the time of the
/// header itself, which is the wall clock of a machine whose zone is not noted, and is taken as UTC.
pub(super) fn times(extra: &[u8], date: u16, time: u16) -> FileTimes {
    let mut times = FileTimes { modified: dos(date, time), ..FileTimes::default() };
    for (_, data) in fields(extra).filter(|(number, _)| *number == 0x5455) {
        let told = data.first().copied().unwrap_or(0);
        let mut at = 1usize;
        let places = [&mut times.modified, &mut times.accessed, &mut times.created];
        for (bit, place) in [1u8, 2, 4].into_iter().zip(places) {
            // The central directory says of all times that they are there, and holds the first one.
            if told & bit != 0
                && let Some(seconds) = Fields(data).u32(at)
            {
                *place = Timestamp::from_unix(i64::from(seconds.cast_signed()), 0);
                at = at.saturating_add(4);
            }
        }
    }
    for (_, data) in fields(extra).filter(|(number, _)| *number == 0x000a) {
        let inner = fields(data.get(4..).unwrap_or_default()).find(|(number, _)| *number == 1);
        let Some((_, data)) = inner else { continue };
        let places = [&mut times.modified, &mut times.accessed, &mut times.created];
        for (at, place) in [0usize, 8, 16].into_iter().zip(places) {
            if let Some(time) = Fields(data).u64(at).filter(|time| *time != 0) {
                *place = Timestamp::from_filetime(time);
            }
        }
    }
    times
}

/// Date and time of MS-DOS; nothing where they are none.
fn dos(date: u16, time: u16) -> Option<Timestamp> {
    let (year, month, day) = (u32::from(date >> 9).saturating_add(1980), (date >> 5) & 15, date & 31);
    let (hour, minute, second) = (time >> 11, (time >> 5) & 63, (time & 31).saturating_mul(2));
    Timestamp::parse(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}
