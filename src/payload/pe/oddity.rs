//! What a linker does not do: each departure of an executable from the specification or from custom, as a fact.

use super::checksum::Checksum;
use super::headers::Headers;
use super::image::Image;
use super::{Overlay, Section};
use crate::base::time::Timestamp;
use crate::payload::oddity::Oddities;

/// A file smaller than any that a linker makes.
const TINY: u64 = 512;

/// What the headers say of themselves.
pub(super) fn of_headers(headers: &Headers, size: u64, oddities: &mut Oddities) {
    let windows = &headers.optional.windows_fields;
    if size < TINY {
        oddities.add("tiny-file", format!("the whole program has {size} bytes"));
    }
    let (file, section) = (windows.file_alignment, windows.section_alignment);
    if !file.is_power_of_two() || !(512..=65_536).contains(&file) {
        oddities.add("file-alignment", format!("sections are aligned to {file:#x} bytes in the file"));
    }
    if !section.is_power_of_two() || section < file {
        oddities.add("section-alignment", format!("sections are aligned to {section:#x} bytes in memory"));
    }
    if u64::from(windows.size_of_headers) > size {
        oddities.add("headers-past-end", format!("the headers are said to take {} bytes", windows.size_of_headers));
    }
    if !windows.image_base.is_multiple_of(0x1_0000) {
        oddities.add("image-base-unaligned", format!("the image base is {:#x}", windows.image_base));
    }
    if headers.sections.is_empty() {
        oddities.add("no-sections", "the program has no sections".to_owned());
    }
    if headers.coff.number_of_sections > 96 {
        oddities.add("section-count", format!("{} sections are declared", headers.coff.number_of_sections));
    }
    for index in (0..15).filter(|index| *index != 4) {
        let Some((address, length)) = headers.directory(index) else { continue };
        if length > 0 && u64::from(address).saturating_add(u64::from(length)) > u64::from(windows.size_of_image) {
            let name = DIRECTORIES.get(index).copied().unwrap_or("unknown");
            oddities.add(
                "directory-outside",
                format!("the {name} directory ({length} bytes at {address:#x}) ends behind the image"),
            );
        }
    }
}

const DIRECTORIES: [&str; 15] = [
    "export",
    "import",
    "resource",
    "exception",
    "certificate",
    "relocation",
    "debug",
    "architecture",
    "global pointer",
    "TLS",
    "load configuration",
    "bound import",
    "import address",
    "delay import",
    ".NET",
];

/// What the section table does.
pub(super) fn of_sections(sections: &[Section], file_alignment: u32, size: u64, oddities: &mut Oddities) {
    for section in sections {
        let name = &section.name;
        let has = |flag: &str| section.flags.contains(&flag);
        let raw_end = u64::from(section.raw_offset).saturating_add(u64::from(section.raw_size));
        if section.raw_size > 0 && raw_end > size {
            let missing = raw_end.saturating_sub(size);
            oddities
                .add("section-past-end", format!("{missing} bytes of section {name} lie behind the end of the file"));
        }
        if section.raw_size == 0 && section.virtual_size > 0 && has("execute") {
            oddities.add(
                "section-virtual-executable",
                format!("section {name} is executable and has no bytes in the file"),
            );
        }
        if has("execute") && has("write") {
            oddities.add("section-writable-executable", format!("section {name} is writable and executable"));
        }
        if section.raw_size > 0 && file_alignment > 0 && section.raw_offset.checked_rem(file_alignment) != Some(0) {
            let what = format!("section {name} starts at offset {:#x}, which is not aligned", section.raw_offset);
            oddities.add("section-unaligned", what);
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) || name.contains("\\x") {
            oddities.add("section-name", format!("a section is called \"{name}\""));
        }
    }
    overlaps(sections, "in the file", |section| (section.raw_offset, section.raw_size), oddities);
    overlaps(sections, "in memory", |section| (section.virtual_address, section.virtual_size), oddities);
}

fn overlaps(sections: &[Section], place: &str, span: impl Fn(&Section) -> (u32, u32), oddities: &mut Oddities) {
    let mut spans: Vec<(u64, u64, &str)> = sections
        .iter()
        .map(|section| (span(section), section))
        .filter(|((_, length), _)| *length > 0)
        .map(|((start, length), section)| {
            (u64::from(start), u64::from(start).saturating_add(u64::from(length)), section.name.as_str())
        })
        .collect();
    spans.sort_unstable();
    for (first, second) in spans.iter().zip(spans.iter().skip(1)) {
        if second.0 < first.1 {
            oddities.add("section-overlap", format!("sections {} and {} overlap {place}", first.2, second.2));
        }
    }
}

/// Where the program starts. Gives the name of the section.
pub(super) fn of_entry_point(
    image: &Image<'_>,
    sections: &[Section],
    entry: u32,
    headers_size: u32,
    oddities: &mut Oddities,
) -> Option<String> {
    if entry == 0 {
        return None;
    }
    let within = |section: &Section| {
        let size = section.virtual_size.max(section.raw_size);
        (section.virtual_address..section.virtual_address.saturating_add(size)).contains(&entry)
    };
    let Some(index) = sections.iter().position(within) else {
        let (code, place) = if entry < headers_size {
            ("entry-point-in-headers", "in the headers")
        } else {
            ("entry-point-outside", "outside all sections")
        };
        oddities.add(code, format!("the entry point {entry:#x} lies {place}"));
        return None;
    };
    let section = sections.get(index)?;
    let name = &section.name;
    if !section.flags.contains(&"execute") {
        oddities.add(
            "entry-point-not-executable",
            format!("the entry point lies in section {name}, which is not executable"),
        );
    }
    if section.flags.contains(&"write") {
        oddities.add("entry-point-writable", format!("the entry point lies in the writable section {name}"));
    }
    if index > 0 && index.saturating_add(1) == sections.len() {
        oddities.add("entry-point-last-section", format!("the entry point lies in the last section, {name}"));
    }
    if image.offset(entry).is_none() {
        oddities.add("entry-point-without-bytes", format!("the file has no bytes for the entry point {entry:#x}"));
    }
    Some(section.name.clone())
}

/// The time in the header and what it is measured by.
pub(super) struct Stamps {
    pub(super) stamp: u32,
    /// Whether it is a hash.
    pub(super) reproducible: bool,
    /// The earliest time of signing.
    pub(super) signed: Option<Timestamp>,
}

/// Before the first of 1995 no PE linker was in use; Delphi's fixed stamp is known.
const FIRST: u32 = 788_918_400;
const DELPHI: u32 = 0x2a42_5e19;

/// Times that cannot be.
pub(super) fn of_stamps(stamps: &Stamps, oddities: &mut Oddities) {
    let Some(linked) = Timestamp::from_unix(i64::from(stamps.stamp), 0) else { return };
    if stamps.reproducible || stamps.stamp == 0 || stamps.stamp == u32::MAX || stamps.stamp == DELPHI {
        return;
    }
    if stamps.stamp < FIRST {
        oddities.add("timestamp-before-1995", format!("it says it was linked {linked}"));
    }
    // Clocks differ; a day is more than they do.
    if let Some(signed) = stamps.signed.filter(|signed| linked.seconds_since(*signed) > 86_400.0) {
        oddities.add("timestamp-after-signing", format!("it says it was linked {linked}, and was signed {signed}"));
    }
}

/// Entropy from which on bytes are compressed or encrypted, and how many of them tell it.
const DENSE: f64 = 7.5;
const ENOUGH: u64 = 4096;

/// What stands behind the image, and whether the checksum holds.
pub(super) fn of_overlay(overlay: Option<&Overlay>, checksum: Option<&Checksum>, oddities: &mut Oddities) {
    if let Some(overlay) = overlay
        && let Some(entropy) = overlay.entropy.filter(|entropy| *entropy >= DENSE && overlay.size >= ENOUGH)
    {
        oddities.add("overlay-dense", format!("{} dense bytes ({entropy:.2}) stand behind the image", overlay.size));
    }
    if let Some(Checksum { stored, computed: Some(computed) }) = checksum
        && *stored != 0
        && stored != computed
    {
        oddities
            .add("checksum-wrong", format!("the header has the checksum {stored:#x}, the bytes have {computed:#x}"));
    }
}
