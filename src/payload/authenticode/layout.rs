//! Where the parts of an executable lie in its file, as far as signatures depend on it.
//!
//! Read here and not by `goblin`, so that a damaged header costs nothing but these facts.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use std::ops::Range;

/// Offsets in the file, bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// The checksum's field.
    pub(super) checksum: u64,
    /// What the field says.
    pub(super) checksum_stored: u32,
    /// The directory entry of the certificate table.
    pub(super) entry: u64,
    /// End of all headers, as they say.
    pub(super) headers: u32,
    /// Alignment of sections in memory.
    pub(super) section_alignment: u32,
    /// The sections that have bytes in the file, in the order of their table, as that says.
    pub(super) sections: Vec<Range<u64>>,
}

/// Bytes of one entry of the section table.
const SECTION: usize = 40;

/// Reads the headers; nothing if they end early or are no executable's.
pub(super) fn read(stream: &dyn ReadAt, limits: &Limits) -> Option<Layout> {
    let header = u64::from(Fields(&bytes(stream, 0x3c, 4)?).u32(0));
    let coff = bytes(stream, header, 24)?;
    let coff = Fields(&coff);
    let optional = header.checked_add(24)?;
    // The smallest drivers end in these fields.
    let mut fields = [0u8; 96];
    let count = read_full(stream, optional, &mut fields).ok()?;
    let fields = Fields(fields.get(..count)?);
    let entry = match fields.u16(0) {
        0x10b => optional.checked_add(128)?,
        0x20b => optional.checked_add(144)?,
        _ => return None,
    };
    let count = usize::from(coff.u16(6)).min(limits.pe_sections);
    let table = optional.checked_add(u64::from(coff.u16(20)))?;
    let table = bytes(stream, table, count.saturating_mul(SECTION)).unwrap_or_default();
    let sections = table.chunks_exact(SECTION).map(|section| (Fields(section).u32(20), Fields(section).u32(16)));
    let sections = sections
        .filter(|(offset, size)| *offset != 0 && *size != 0)
        .map(|(offset, size)| u64::from(offset)..u64::from(offset).saturating_add(u64::from(size)));
    Some(Layout {
        checksum: optional.checked_add(64)?,
        checksum_stored: fields.u32(64),
        entry,
        headers: fields.u32(60),
        section_alignment: fields.u32(32),
        sections: sections.collect(),
    })
}

/// So many bytes, if the stream has them all.
fn bytes(stream: &dyn ReadAt, offset: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; length];
    (read_full(stream, offset, &mut bytes).ok()? == length).then_some(bytes)
}

/// Headers of a program for tests: 0x200 bytes, with the given sections (offset, size) and certificate table.
#[cfg(test)]
pub(super) fn written(sections: &[(u32, u32)], table: (u32, u32)) -> Vec<u8> {
    let mut file = vec![0u8; 0x200];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"MZ");
    put(0x3c, &[0x40]);
    put(0x40, b"PE\0\0\x4c\x01");
    put(0x46, &u16::try_from(sections.len()).unwrap().to_le_bytes());
    put(0x54, &[0xe0, 0]);
    put(0x58, &[0x0b, 0x01]);
    put(0x78, &0x1000u32.to_le_bytes());
    put(0x7c, &0x200u32.to_le_bytes());
    put(0x94, &0x200u32.to_le_bytes());
    put(0xd8, &[table.0.to_le_bytes(), table.1.to_le_bytes()].concat());
    for (number, (offset, size)) in sections.iter().enumerate() {
        put(0x138 + number * SECTION + 16, &[size.to_le_bytes(), offset.to_le_bytes()].concat());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_where_things_lie() {
        let file = written(&[(0x200, 0x400), (0, 0x100), (0x600, 0x10)], (0x610, 8));
        let layout = read(&file, &Limits::default()).unwrap();
        assert_eq!(
            (layout.checksum, layout.entry, layout.headers, layout.section_alignment),
            (0x98, 0xd8, 0x200, 0x1000)
        );
        assert_eq!(layout.sections, [0x200..0x600, 0x600..0x610]);
        assert_eq!(read(&file[..0x58].to_vec(), &Limits::default()), None);
        assert_eq!(read(&vec![0u8; 0x200], &Limits::default()), None);
    }
}
