//! Who wrote a document, and when: the property set of a compound file. [MS-OLEPS].

use super::Properties;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use crate::base::time::Timestamp;
use crate::base::wide;

/// Properties of a set that are looked at.
const PROPERTIES: u32 = 256;

/// Reads the stream `\x05SummaryInformation`.
pub(super) fn read(bytes: &[u8]) -> Option<Properties> {
    let header = Fields(bytes);
    if header.u16(0) != 0xfffe {
        return None;
    }
    let set = Fields(bytes.get(usize::try_from(header.u32(44)).ok()?..)?);
    let entry = |index: u32| usize::try_from(index).unwrap_or(0).saturating_mul(8).saturating_add(8);
    let count = set.u32(4).min(PROPERTIES);
    let mut properties = Properties::default();
    let page = (0..count).find(|index| set.u32(entry(*index)) == 1).map_or(1252, |index| {
        let at = to_usize(set.u32(entry(index).saturating_add(4)));
        set.u16(at.saturating_add(4))
    });
    for index in 0..count {
        let number = set.u32(entry(index));
        let at = to_usize(set.u32(entry(index).saturating_add(4)));
        let Some(value) = set.0.get(at..).map(Fields) else { continue };
        let place = match number {
            2 => &mut properties.title,
            3 => &mut properties.subject,
            4 => &mut properties.author,
            7 => &mut properties.template,
            8 => &mut properties.last_saved_by,
            18 => &mut properties.application,
            12 | 13 => {
                let time = (value.u16(0) == 0x40).then(|| value.u64(4)).and_then(Timestamp::from_filetime);
                *(if number == 12 { &mut properties.created } else { &mut properties.saved }) = time;
                continue;
            }
            _ => continue,
        };
        *place = text(value, page);
    }
    Some(properties)
}

/// A text in the code page of the set, or in UTF-16.
fn text(value: Fields<'_>, page: u16) -> Option<String> {
    let length = usize::try_from(value.u32(4)).ok()?.min(1024);
    let bytes = match value.u16(0) {
        0x1e if page != 1200 => value.bytes(8, length).to_vec(),
        0x1e | 0x1f => {
            let length = if value.u16(0) == 0x1f { length.saturating_mul(2) } else { length };
            wide::utf8(wide::units(value.bytes(8, length)))
        }
        _ => return None,
    };
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if page == 1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        Err(_) => lossless(bytes),
    };
    (!text.trim().is_empty()).then_some(text)
}
