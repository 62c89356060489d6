//! Headers and section table, read as far as they go: what is missing counts as zeros, as the loader has it.
//!
//! `goblin` reads them, from a copy whose fields are put right where it would refuse the file for them; each correction is
//! an oddity of the file.

use crate::base::fields::Fields;
use crate::base::guard::guarded;
use crate::base::number::to_usize;
use crate::payload::oddity::Oddities;
use goblin::pe::header::{CoffHeader, Header};
use goblin::pe::optional_header::OptionalHeader;
use goblin::pe::section_table::SectionTable;

/// What the headers hold.
pub(super) struct Headers {
    /// Offset of `PE\0\0`.
    pub(super) pointer: u32,
    pub(super) coff: CoffHeader,
    pub(super) optional: OptionalHeader,
    /// The rows of the section table that the file has.
    pub(super) sections: Vec<SectionTable>,
}

/// Signature, file header, and the larger of the optional headers with sixteen directories.
const LONGEST: usize = 4 + 20 + 112 + 128;
/// No stub is longer.
const DEEP: u32 = 0x1000;
const MAGIC_32: u16 = 0x10b;
const MAGIC_64: u16 = 0x20b;
const ROW: usize = 40;

impl Headers {
    /// Reads them; an error says what even the tolerant reader could not take.
    pub(super) fn read(bytes: &[u8], oddities: &mut Oddities) -> Result<Self, String> {
        let pointer = Fields(bytes).u32(0x3c);
        let start = to_usize(pointer);
        let found = bytes.get(start..).unwrap_or_default();
        let mut copy = [0u8; LONGEST];
        copy.iter_mut().zip(found).for_each(|(target, source)| *target = *source);
        let fields = Fields(found);
        if pointer < 0x40 {
            oddities.add("pe-header-inside-dos-header", format!("the PE header starts at offset {pointer:#x}"));
        }
        if !pointer.is_multiple_of(4) {
            oddities.add("pe-header-unaligned", format!("the PE header starts at the odd offset {pointer:#x}"));
        }
        if pointer > DEEP {
            oddities.add("pe-header-deep", format!("the PE header starts at offset {pointer:#x}"));
        }
        let optional_size = fields.u16(20);
        let magic = fields.u16(24);
        let count_at: usize = if magic == MAGIC_64 { 24 + 108 } else { 24 + 92 };
        let needed = count_at.saturating_add(4);
        if found.len() < needed {
            oddities.add(
                "headers-cut",
                format!("the file ends {} bytes before its headers do", needed.saturating_sub(found.len())),
            );
        }
        if usize::from(optional_size) < needed.saturating_sub(24) {
            let what = format!("the optional header is said to have {optional_size} bytes");
            oddities.add("optional-header-size", what);
        }
        if optional_size == 0 {
            put(&mut copy, 20, &0xe0u16.to_le_bytes());
        }
        if magic != MAGIC_32 && magic != MAGIC_64 {
            oddities.add("optional-header-magic", format!("the optional header is of the unknown kind {magic:#x}"));
            put(&mut copy, 24, &MAGIC_32.to_le_bytes());
        }
        let directories = fields.u32(count_at);
        if directories > 16 {
            oddities.add("directory-count", format!("{directories} data directories are declared; sixteen exist"));
            put(&mut copy, count_at, &16u32.to_le_bytes());
        }
        let header = guarded(|| Header::parse_without_dos(&copy)).ok_or("the reader failed")?;
        let header = header.map_err(|error| error.to_string())?;
        let optional = header.optional_header.ok_or("there is no optional header")?;
        let mut coff = header.coff_header;
        coff.size_of_optional_header = optional_size;
        let table = start.saturating_add(24).saturating_add(usize::from(optional_size));
        let sections = sections(bytes, table, coff.number_of_sections, oddities);
        Ok(Self { pointer, coff, optional, sections })
    }

    /// Offset of the checksum, the same in both kinds of the optional header.
    pub(super) fn checksum_at(&self) -> usize {
        to_usize(self.pointer).saturating_add(24 + 64)
    }

    /// Address and size of a directory that is there.
    pub(super) fn directory(&self, index: usize) -> Option<(u32, u32)> {
        let slot = self.optional.data_directories.data_directories.get(index).copied().flatten();
        slot.map(|(_, directory)| (directory.virtual_address, directory.size)).filter(|(address, _)| *address != 0)
    }
}

/// The rows up to the end of the file, or to one that is all zeros.
fn sections(bytes: &[u8], table: usize, count: u16, oddities: &mut Oddities) -> Vec<SectionTable> {
    let mut sections = Vec::new();
    for index in 0..usize::from(count) {
        let at = table.saturating_add(index.saturating_mul(ROW));
        let Some(row) = bytes.get(at..at.saturating_add(ROW)) else {
            oddities.add("section-table-cut", format!("the file has {index} of {count} rows of its section table"));
            break;
        };
        if row.iter().all(|byte| *byte == 0) {
            oddities.add("section-table-empty-row", format!("row {index} of {count} of the section table is empty"));
            break;
        }
        let mut copy = [0u8; ROW];
        copy.iter_mut().zip(row).for_each(|(target, source)| *target = *source);
        // A name like `/4` sends the reader to a string table, and a bad one makes it give up.
        copy.iter_mut().take(8).for_each(|byte| *byte = 0);
        let Some(Ok(mut section)) = guarded(|| SectionTable::parse(&copy, &mut 0, 0)) else { break };
        section.name.iter_mut().zip(row).for_each(|(target, source)| *target = *source);
        sections.push(section);
    }
    sections
}

fn put(copy: &mut [u8], at: usize, value: &[u8]) {
    copy.iter_mut().skip(at).zip(value).for_each(|(target, source)| *target = *source);
}
