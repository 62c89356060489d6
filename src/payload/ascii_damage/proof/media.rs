//! Pictures and sound whose structure can be walked: JPEG, GIF, RIFF, bitmaps.

use super::{Bytes, Finding, Proof};
use crate::base::fields::Fields;

/// Segments up to the first scan; then the image must end with its end marker (ITU-T T.81, annex B).
pub(super) fn jpeg(file: Bytes<'_>) -> Option<Finding> {
    let mut at = 2u64;
    let mut lengths = 0u32;
    loop {
        let Some([0xff, marker]) = file.array(at) else {
            return Some(Finding::broken(format!("no segment starts at byte {at}, where the one before ends")));
        };
        match marker {
            0xff => at = at.saturating_add(1),
            0x01 | 0xd0..=0xd7 => at = at.saturating_add(2),
            0xc0..=0xfe => {
                let length = u64::from(u16::from_be_bytes(file.array(at.saturating_add(2))?));
                at = at.saturating_add(2).saturating_add(length);
                lengths = lengths.saturating_add(1);
            }
            _ => return Some(Finding::broken(format!("no segment starts at byte {at}, where the one before ends"))),
        }
        if marker == 0xda {
            break;
        }
    }
    // A scan has no length: its segments say nothing about what follows them.
    Some(Finding::default())
}

/// Blocks up to the trailer (GIF89a specification).
pub(super) fn gif(file: Bytes<'_>) -> Option<Finding> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0u64 } else { 3u64 << ((flags & 7).saturating_add(1)) };
    let screen = file.array::<13>(0)?;
    let mut at = 13u64.saturating_add(table(Fields(&screen).u8(10)));
    loop {
        match file.array::<1>(at) {
            Some([0x2c]) => {
                let image = file.array::<10>(at)?;
                at = at.saturating_add(11).saturating_add(table(Fields(&image).u8(9)));
            }
            Some([0x21]) => at = at.saturating_add(2),
            Some([0x3b]) => return Some(Finding::proven(Proof::Structure).declaring(at.saturating_add(1))),
            _ => return Some(Finding::broken(format!("no block starts at byte {at}, where the one before ends"))),
        }
        while let [length @ 1..=255] = file.array::<1>(at)? {
            at = at.saturating_add(1).saturating_add(u64::from(length));
        }
        at = at.saturating_add(1);
    }
}

/// Form types of RIFF files that are in use: sound, video, pictures, cursors, MIDI, palettes, sound fonts, Corel's drawings,
/// and what Adobe Director makes.
const FORMS: [&[u8; 4]; 17] = [
    b"WAVE", b"AVI ", b"AVIX", b"WEBP", b"ACON", b"RMID", b"PAL ", b"RDIB", b"RMMP", b"sfbk", b"DLS ", b"CDXA",
    b"MV93", b"imag", b"QLCM", b"ANIM", b"XWMA",
];

/// Whether a head is that of a RIFF file: the word alone begins a text as well. The form follows the size of four bytes, and
/// a conversion of these shifts it by up to four. The highest byte of a size below 512 MiB is no letter.
pub(super) fn is_riff(head: &[u8]) -> bool {
    let corel = |form: &[u8; 4]| form.starts_with(b"CDR") || form.starts_with(b"cdr");
    (6..=11).any(|before| {
        let rest = head.get(before..).unwrap_or_default();
        let form = rest.get(1..).and_then(|rest| rest.first_chunk::<4>());
        matches!(rest, [0..=8 | 0x0b | 0x0c | 0x0e..=0x1f, ..])
            && form.is_some_and(|form| FORMS.contains(&form) || corel(form))
    })
}

/// Chunks of a RIFF file, the size of the first being that of the file.
pub(super) fn riff(file: Bytes<'_>) -> Option<Finding> {
    let declared = u64::from(u32::from_le_bytes(file.array(4)?)).saturating_add(8);
    let mut at = 12u64;
    while at < declared {
        let Some(chunk) =
            file.array::<8>(at).filter(|chunk| chunk.iter().take(4).all(|byte| (0x20..0x7f).contains(byte)))
        else {
            return Some(Finding::broken(format!("no chunk starts at byte {at}")).declaring(declared));
        };
        let length = u64::from(Fields(&chunk).u32(4));
        at = at.saturating_add(8).saturating_add(length).saturating_add(length & 1);
    }
    Some(sized(file, declared))
}

/// The size in a bitmap's header.
pub(super) fn bitmap(file: Bytes<'_>) -> Option<Finding> {
    Some(sized(file, u64::from(u32::from_le_bytes(file.array(2)?))))
}

/// A sequence of ASN.1 whose length takes two or three bytes (ITU-T X.690, 8.1.3): it is all of the file.
pub(super) fn der(file: Bytes<'_>) -> Option<Finding> {
    let [_, form, a, b, c] = file.array(0)?;
    let length = if form == 0x82 { u32::from_be_bytes([0, 0, a, b]) } else { u32::from_be_bytes([0, a, b, c]) };
    Some(sized(file, u64::from(length).saturating_add(u64::from(form & 0x7f)).saturating_add(2)))
}

/// A format that says how large its file is.
pub(super) fn sized(file: Bytes<'_>, declared: u64) -> Finding {
    if declared == file.len() {
        return Finding::proven(Proof::Structure).declaring(declared);
    }
    Finding::broken(format!("the header says {declared} bytes, the file has {}", file.len())).declaring(declared)
}
