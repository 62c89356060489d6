//! Addresses of the loaded image and where their bytes stand in the file.
//!
//! The rules for odd alignments and overlapping sections are those of pefile, which the field's hashes are computed with.

use crate::base::number::{to_u32, to_usize};
use goblin::pe::optional_header::OptionalHeader;
use goblin::pe::section_table::SectionTable;

/// An image in its file.
pub(super) struct Image<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) sections: &'a [SectionTable],
    spans: Vec<Span>,
    /// Whether addresses in its tables take eight bytes.
    pub(super) is_64: bool,
    /// Where it wants to be loaded.
    pub(super) base: u64,
}

/// Where one section lies in memory and in the file.
struct Span {
    start: u32,
    end: u32,
    raw: u32,
}

impl<'a> Image<'a> {
    pub(super) fn new(bytes: &'a [u8], sections: &'a [SectionTable], optional: &OptionalHeader) -> Self {
        let fields = &optional.windows_fields;
        let spans = spans(bytes, sections, fields.file_alignment, fields.section_alignment);
        Self { bytes, sections, spans, is_64: optional.standard_fields.magic == 0x20b, base: fields.image_base }
    }

    /// Bytes whose offsets are their addresses.
    pub(super) fn flat(bytes: &'a [u8]) -> Self {
        Self { bytes, sections: &[], spans: Vec::new(), is_64: false, base: 0 }
    }

    /// Bytes that an address takes in the image's tables.
    pub(super) fn width(&self) -> u32 {
        if self.is_64 { 8 } else { 4 }
    }

    /// An address as the image's tables hold it: four or eight bytes.
    pub(super) fn word_at(&self, address: u32) -> Option<u64> {
        if self.is_64 {
            self.at(address, 8)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
        } else {
            self.u32_at(address).map(u64::from)
        }
    }

    /// Relative to the base, of an address that is not.
    pub(super) fn relative(&self, address: u64) -> Option<u32> {
        address.checked_sub(self.base).and_then(|address| u32::try_from(address).ok())
    }

    /// Offset in the file of an address; an address outside all sections is taken for an offset if the file has it.
    pub(super) fn offset(&self, address: u32) -> Option<usize> {
        let span = self.spans.iter().find(|span| (span.start..span.end).contains(&address));
        let offset = match span {
            Some(span) => address.checked_sub(span.start)?.checked_add(span.raw)?,
            None => address,
        };
        usize::try_from(offset).ok().filter(|offset| *offset < self.bytes.len())
    }

    /// `length` bytes at an address, if the file has them all.
    pub(super) fn at(&self, address: u32, length: usize) -> Option<&'a [u8]> {
        let offset = self.offset(address)?;
        self.bytes.get(offset..offset.checked_add(length)?)
    }

    /// A 16-bit number at an address.
    pub(super) fn u16_at(&self, address: u32) -> Option<u16> {
        self.at(address, 2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// A 32-bit number at an address.
    pub(super) fn u32_at(&self, address: u32) -> Option<u32> {
        self.at(address, 4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The bytes up to a NUL, at most `longest`.
    pub(super) fn string_at(&self, address: u32, longest: usize) -> Option<&'a [u8]> {
        let offset = self.offset(address)?;
        let rest = self.bytes.get(offset..)?;
        let window = rest.get(..longest).unwrap_or(rest);
        window.split(|byte| *byte == 0).next()
    }
}

fn spans(bytes: &[u8], sections: &[SectionTable], file_alignment: u32, section_alignment: u32) -> Vec<Span> {
    let mut starts: Vec<u32> = sections.iter().map(|section| section.virtual_address).collect();
    starts.sort_unstable();
    let length = to_u32(bytes.len());
    let span = |section: &SectionTable| {
        let raw = aligned_raw(section.pointer_to_raw_data, file_alignment);
        let start = aligned_address(section.virtual_address, section_alignment, file_alignment);
        let size = if length.saturating_sub(raw) < section.size_of_raw_data {
            section.virtual_size
        } else {
            section.size_of_raw_data.max(section.virtual_size)
        };
        let mut end = start.saturating_add(size);
        if let Some(next) = starts.iter().find(|next| **next > section.virtual_address) {
            end = end.min(*next);
        }
        Span { start, end, raw }
    };
    sections.iter().map(span).collect()
}

/// The loader reads from whole sectors.
fn aligned_raw(pointer: u32, file_alignment: u32) -> u32 {
    if file_alignment < 0x200 { pointer } else { pointer & !0x1ff }
}

fn aligned_address(address: u32, section_alignment: u32, file_alignment: u32) -> u32 {
    let alignment = if section_alignment < 0x1000 { file_alignment } else { section_alignment };
    if alignment == 0 { address } else { address.saturating_sub(address.checked_rem(alignment).unwrap_or(0)) }
}

/// The bytes that a section takes in the file, as far as the file has them.
pub(super) fn raw_bytes<'a>(section: &SectionTable, bytes: &'a [u8]) -> &'a [u8] {
    let start = to_usize(section.pointer_to_raw_data).min(bytes.len());
    let size = to_usize(section.size_of_raw_data);
    bytes.get(start..start.saturating_add(size).min(bytes.len())).unwrap_or_default()
}
