//! Extra fields of a member's header: sizes of 64 bits, times, a name in UTF-8, what AES hides.

use crate::base::fields::Fields;
use crate::base::time::{FileTimes, Timestamp};

/// The extra fields, one after the other: a number, a length, the data. APPNOTE 4.5.
fn fields(extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let header = Fields(rest);
        let (number, length) = (header.u16(0), usize::from(header.u16(2)));
        let data = rest.get(4..)?.get(..length)?;
        rest = rest.get(length.saturating_add(4)..).unwrap_or_default();
        Some((number, data))
    })
}

fn field(extra: &[u8], wanted: u16) -> Option<&[u8]> {
    fields(extra).find(|(number, _)| *number == wanted).map(|(_, data)| data)
}

/// Sets sizes and offset that stand in the field for 64 bits: those, in this order, whose place in the header is full of
/// ones. APPNOTE 4.5.3.
pub(super) fn wide(extra: &[u8], values: [&mut u64; 3]) {
    let Some(data) = field(extra, 0x0001) else { return };
    let mut rest = data.chunks_exact(8);
    for value in values {
        if *value == u64::from(u32::MAX)
            && let Some(wide) = rest.next()
        {
            *value = Fields(wide).u64(0);
        }
    }
}

/// The name in UTF-8, if it is of the name in the header. Info-ZIP's Unicode Path field, APPNOTE 4.6.9.
pub(super) fn unicode_name<'e>(extra: &'e [u8], name: &[u8]) -> Option<&'e [u8]> {
    let data = field(extra, 0x7075).filter(|data| data.len() >= 5)?;
    (data.first() == Some(&1) && Fields(data).u32(1) == crc32fast::hash(name)).then(|| data.get(5..)).flatten()
}

/// WinZip's AES: the strength, and the method under the cipher. APPNOTE appendix E refers to WinZip's note AE-2.
pub(super) fn aes(extra: &[u8]) -> Option<(u8, u16)> {
    let data = Fields(field(extra, 0x9901).filter(|data| data.len() >= 7)?);
    Some((data.u8(4), data.u16(5)))
}

/// The times: those of NTFS (APPNOTE 4.5.5), else those of Info-ZIP's extended timestamp (`proginfo/extrafld.txt`), both in
/// UTC.
pub(super) fn times(extra: &[u8]) -> FileTimes {
    let mut times = FileTimes::default();
    for (_, data) in fields(extra).filter(|(number, _)| *number == 0x5455) {
        let told = data.first().copied().unwrap_or(0);
        let mut seconds = data.get(1..).unwrap_or_default().chunks_exact(4);
        let places = [&mut times.modified, &mut times.accessed, &mut times.created];
        for (bit, place) in [1u8, 2, 4].into_iter().zip(places) {
            // The central directory says of all times that they are there, and holds the first one.
            if told & bit != 0
                && let Some(seconds) = seconds.next()
            {
                *place = Timestamp::from_unix(i64::from(Fields(seconds).u32(0).cast_signed()), 0);
            }
        }
    }
    for (_, data) in fields(extra).filter(|(number, _)| *number == 0x000a) {
        let ticks = field(data.get(4..).unwrap_or_default(), 1).unwrap_or_default().chunks_exact(8);
        let places = [&mut times.modified, &mut times.accessed, &mut times.created];
        for (place, ticks) in places.into_iter().zip(ticks) {
            *place = Timestamp::from_filetime(Fields(ticks).u64(0)).or(*place);
        }
    }
    times
}
