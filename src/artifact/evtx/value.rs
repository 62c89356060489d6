//! Typed values of records, as the text that Windows makes of them.
//!
//! Source: J. Metz, "Windows XML Event Log (EVTX)", §4.4 (libevtx); `EvtRender` of Windows 10 for the forms.

use crate::base::fields::Fields;
use crate::base::time::Timestamp;
use encoding_rs::WINDOWS_1252;
use std::fmt::Write as _;

/// The type of a value that is itself binary XML.
pub(super) const BINARY_XML: u8 = 0x21;
/// The bit that makes an array of a type.
pub(super) const ARRAY: u8 = 0x80;

/// Appends UTF-16LE up to the zeros that end it. Nearly all of it is ASCII, which goes by blocks.
pub(super) fn push_wide(out: &mut String, bytes: &[u8]) {
    let (mut units, _) = bytes.as_chunks::<2>();
    while let [rest @ .., [0, 0]] = units {
        units = rest;
    }
    out.reserve(units.len());
    while let Some((block, rest)) = units.split_first_chunk::<128>() {
        if block.iter().fold(0u16, |all, unit| all | u16::from_le_bytes(*unit)) >= 0x80 {
            break;
        }
        out.push_str(str::from_utf8(&block.map(|[low, _]| low)).unwrap_or_default());
        units = rest;
    }
    while !units.is_empty() {
        while let Some((block, rest)) = units.split_first_chunk::<32>() {
            if block.iter().fold(0u16, |all, unit| all | u16::from_le_bytes(*unit)) >= 0x80 {
                break;
            }
            out.push_str(str::from_utf8(&block.map(|[low, _]| low)).unwrap_or_default());
            units = rest;
        }
        let mut ascii = [0u8; 32];
        let mut count = 0usize;
        for (letter, [low, _]) in ascii.iter_mut().zip(units.iter().take_while(|[low, high]| *low < 0x80 && *high == 0))
        {
            *letter = *low;
            count = count.saturating_add(1);
        }
        out.push_str(ascii.get(..count).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default());
        if count == 0 {
            let others = units.iter().take_while(|unit| u16::from_le_bytes(**unit) >= 0x80);
            count = others.clone().count();
            out.reserve(count.saturating_mul(3));
            let decoded = char::decode_utf16(others.map(|unit| u16::from_le_bytes(*unit)));
            for unit in decoded {
                out.push(unit.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        units = units.get(count..).unwrap_or_default();
    }
}

/// The bits of a number of fixed width; nothing where the length is not that of the type.
pub(super) fn integer(kind: u8, bytes: &[u8]) -> Option<u64> {
    let fields = Fields(bytes);
    match (kind, bytes.len()) {
        (0x03 | 0x04, 1) => Some(u64::from(fields.u8(0))),
        (0x05 | 0x06, 2) => Some(u64::from(fields.u16(0))),
        (0x07 | 0x08 | 0x0d | 0x10 | 0x14, 4) => Some(u64::from(fields.u32(0))),
        (0x09 | 0x0a | 0x10 | 0x11 | 0x15, 8) => Some(fields.u64(0)),
        _ => None,
    }
}

/// A number, where the value is one or the text of one.
#[must_use]
pub(super) fn number(kind: u8, bytes: &[u8]) -> Option<u64> {
    if kind == 0x01 {
        let mut text = String::new();
        push_wide(&mut text, bytes);
        return text.trim().parse().ok();
    }
    integer(kind, bytes)
}

/// An instant, where the value is one or the text of one.
#[must_use]
pub(super) fn time(kind: u8, bytes: &[u8]) -> Option<Timestamp> {
    if kind == 0x11 {
        return integer(kind, bytes).and_then(Timestamp::from_filetime);
    }
    let mut text = String::new();
    push(&mut text, kind, bytes);
    Timestamp::parse(text.trim())
}

/// `{365ABB72-55F1-5CD8-0000-0010781C3300}`
fn push_guid(out: &mut String, bytes: &[u8]) {
    let fields = Fields(bytes);
    let tail = u64::from_be_bytes(fields.array(8));
    let (high, low) = (tail >> 48, tail & 0xffff_ffff_ffff);
    let _ = write!(out, "{{{:08X}-{:04X}-{:04X}-{high:04X}-{low:012X}}}", fields.u32(0), fields.u16(4), fields.u16(6));
}

/// `S-1-5-21-…`
fn push_sid(out: &mut String, bytes: &[u8]) {
    let fields = Fields(bytes);
    let [_, count, a, b, c, d, e, f] = fields.array(0);
    let _ = write!(out, "S-{}-{}", fields.u8(0), u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
    for part in bytes.get(8..).unwrap_or_default().chunks_exact(4).take(usize::from(count)) {
        let _ = write!(out, "-{}", Fields(part).u32(0));
    }
}

/// `2019-05-12T17:20:49.458Z`
fn push_system_time(out: &mut String, bytes: &[u8]) {
    let fields = Fields(bytes);
    let [year, month, day] = [0, 2, 6].map(|at| fields.u16(at));
    let [hour, minute, second, thousandths] = [8, 10, 12, 14].map(|at| fields.u16(at));
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{thousandths:03}Z");
}

/// Appends the text of one value. What does not have the length of its type is given as hexadecimal digits.
pub(super) fn push(out: &mut String, kind: u8, bytes: &[u8]) {
    let fields = Fields(bytes);
    let whole = integer(kind, bytes);
    let _ = match (kind, whole, bytes.len()) {
        (0x00, ..) => Ok(()),
        (0x01, ..) => {
            push_wide(out, bytes);
            Ok(())
        }
        (0x02, ..) => {
            let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last.saturating_add(1));
            out.push_str(&WINDOWS_1252.decode_without_bom_handling(bytes.get(..end).unwrap_or_default()).0);
            Ok(())
        }
        (0x03, ..) if bytes.len() == 1 => write!(out, "{}", i8::from_le_bytes(fields.array(0))),
        (0x05, ..) if bytes.len() == 2 => write!(out, "{}", i16::from_le_bytes(fields.array(0))),
        (0x07, ..) if bytes.len() == 4 => write!(out, "{}", i32::from_le_bytes(fields.array(0))),
        (0x09, ..) if bytes.len() == 8 => write!(out, "{}", i64::from_le_bytes(fields.array(0))),
        (0x0b, _, 4) => write!(out, "{}", f32::from_le_bytes(fields.array(0))),
        (0x0c, _, 8) => write!(out, "{}", f64::from_le_bytes(fields.array(0))),
        (0x0d, Some(truth), _) => write!(out, "{}", truth != 0),
        (0x0f, _, 16) => {
            push_guid(out, bytes);
            Ok(())
        }
        (0x10 | 0x14 | 0x15, Some(number), _) => write!(out, "{number:#x}"),
        (0x11, Some(ticks), _) => match Timestamp::from_filetime(ticks) {
            Some(time) => write!(out, "{time}"),
            None => write!(out, "{ticks}"),
        },
        (0x12, _, 16) => {
            push_system_time(out, bytes);
            Ok(())
        }
        (0x13, _, 8..) => {
            push_sid(out, bytes);
            Ok(())
        }
        (_, Some(number), _) => write!(out, "{number}"),
        _ => bytes.iter().try_for_each(|byte| write!(out, "{byte:02X}")),
    };
}

/// The values of an array, as kind and bytes; strings end with a zero each.
pub(super) fn entries(kind: u8, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let width = match kind & !ARRAY {
        0x03 | 0x04 => 1,
        0x05 | 0x06 => 2,
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => 4,
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => 8,
        0x0f | 0x12 => 16,
        _ => 0,
    };
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (end, next) = match kind & !ARRAY {
            0x01 => {
                let end = rest.chunks_exact(2).position(|unit| unit == [0, 0]).map(|units| units.saturating_mul(2));
                (end.unwrap_or(rest.len()), end.map_or(rest.len(), |end| end.saturating_add(2)))
            }
            0x02 => {
                let end = rest.iter().position(|&byte| byte == 0);
                (end.unwrap_or(rest.len()), end.map_or(rest.len(), |end| end.saturating_add(1)))
            }
            0x13 => {
                let whole = usize::from(Fields(rest).u8(1)).saturating_mul(4).saturating_add(8).min(rest.len());
                (whole, whole)
            }
            _ if width > 0 => (width.min(rest.len()), width.min(rest.len())),
            _ => (rest.len(), rest.len()),
        };
        let entry = rest.get(..end).unwrap_or_default();
        rest = rest.get(next..).unwrap_or_default();
        Some(entry)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn each_type_is_written_as_windows_writes_it() {
        let guid = [0x72, 0xbb, 0x5a, 0x36, 0xf1, 0x55, 0xd8, 0x5c, 0, 0, 0, 0x10, 0x78, 0x1c, 0x33, 0];
        let sid = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
        let system_time = [0xe3, 7, 5, 0, 0, 0, 12, 0, 17, 0, 20, 0, 49, 0, 0xca, 1];
        let cases: &[(u8, &[u8], &str)] = &[
            (0x00, b"junk", ""),
            (0x01, &wide("ftp -s:é\u{1f600}\0\0"), "ftp -s:é\u{1f600}"),
            (0x01, &[0x41, 0, 0, 0xd8, 0x42, 0, 9], "A\u{fffd}B"),
            (0x02, b"caf\xe9\0", "café"),
            (0x03, &[0xff], "-1"),
            (0x04, &[0xff], "255"),
            (0x05, &[0xfe, 0xff], "-2"),
            (0x06, &[0x50, 0x12], "4688"),
            (0x07, &[0xff, 0xff, 0xff, 0xff], "-1"),
            (0x08, &[1, 0, 0, 0], "1"),
            (0x09, &[0xff; 8], "-1"),
            (0x0a, &[0xff; 8], "18446744073709551615"),
            (0x0c, &1.5f64.to_le_bytes(), "1.5"),
            (0x0d, &[1, 0, 0, 0], "true"),
            (0x0e, &[0xde, 0xad], "DEAD"),
            (0x0f, &guid, "{365ABB72-55F1-5CD8-0000-0010781C3300}"),
            (0x10, &[0xf4, 1, 0, 0], "0x1f4"),
            (0x11, &132_223_104_000_000_001u64.to_le_bytes(), "2020-01-01T00:00:00.0000001Z"),
            (0x12, &system_time, "2019-05-12T17:20:49.458Z"),
            (0x13, &sid, "S-1-5-32-544"),
            (0x14, &[0x58, 9, 0, 0], "0x958"),
            (0x15, &[0xf2, 0x35, 1, 0, 0, 0, 0, 0], "0x135f2"),
            (0x08, &[1, 2], "0102"),
            (0x99, &[1, 2], "0102"),
        ];
        for (kind, bytes, expected) in cases {
            let mut text = String::new();
            push(&mut text, *kind, bytes);
            assert_eq!(text, *expected, "{kind:#x} {bytes:?}");
        }
    }

    #[test]
    fn arrays_are_taken_apart() {
        let strings = wide("a\0bc\0\0d");
        let parts: Vec<_> = entries(0x81, &strings).map(<[u8]>::len).collect();
        assert_eq!(parts, [2, 4, 0, 2]);
        assert_eq!(entries(0x86, &[1, 0, 2, 0, 3]).map(<[u8]>::len).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(entries(0x81, &[]).count(), 0);
    }

    #[test]
    fn numbers_and_times_may_be_text() {
        assert_eq!((number(0x01, &wide("4688")), number(0x06, &[0x50, 0x12])), (Some(4688), Some(4688)));
        assert_eq!(number(0x0f, &[0; 16]), None);
        let text = time(0x01, &wide("2019-05-12T17:20:49.458113100Z")).unwrap();
        assert_eq!(text.to_string(), "2019-05-12T17:20:49.4581131Z");
        assert_eq!(time(0x11, &[0; 8]), None);
    }
}
