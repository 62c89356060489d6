//! ELF programs (System V ABI, chapters 4 and 5): what an FTP server's visitor leaves on Linux.
//!
//! `goblin` reads the header, the segments, the sections and the dynamic table, each by itself, with counts that are capped
//! before: its reader of whole files takes symbols and relocations too, and allocates as the file tells it to.

use super::oddity::{Oddities, Oddity};
use crate::base::anomaly::Cause;
use crate::base::escape::{hex, lossless};
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use goblin::container::{Container, Ctx, Endian};
use goblin::elf::dynamic::{self, Dyn, Dynamic};
use goblin::elf::header::{self, Header};
use goblin::elf::program_header::{self, ProgramHeader};
use goblin::elf::section_header::{self, SectionHeader};
use memchr::memmem;
use schemars::JsonSchema;
use serde::Serialize;

/// Structure of an ELF program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Elf {
    /// 32 or 64.
    pub bits: u8,
    /// `little` or `big`.
    pub endian: &'static str,
    /// Processor: `x86-64`, `arm64`, `mips`, … or the number.
    pub machine: String,
    /// `executable`, `shared-object`, `object`, `core`, or the number.
    #[serde(rename = "type")]
    pub kind: String,
    /// Address of the entry point.
    pub entry_point: u64,
    /// The loader that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// Libraries that it needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<String>,
    /// Its own name as a library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soname: Option<String>,
    /// Where its libraries are looked for first (RPATH, RUNPATH).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub library_paths: Vec<String>,
    /// Identity of the build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
    /// Whether it brings all code along.
    pub is_static: bool,
    /// Whether its symbols were taken out; absent where the table that tells lies behind what is held in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripped: Option<bool>,
    /// How many sections its table has.
    pub sections: usize,
    /// How many segments.
    pub segments: usize,
    /// What packed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packer: Option<String>,
    /// What a linker does not do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<Oddity>,
}

/// Segments that are read, entries of the dynamic table, bytes of a name, bytes of notes.
const SEGMENTS: usize = 4096;
const DYNAMICS: u64 = 4096;
const LONGEST_NAME: usize = 4096;
const NOTES: usize = 1 << 16;
const SECTIONS: usize = 1 << 16;

/// Whether the head is that of such a file.
#[must_use]
pub fn is_elf(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF")
}

/// Reads it from its first bytes; nothing where not even the header can be read.
pub fn read(bytes: &[u8], size: u64, limits: &Limits, note: &mut dyn FnMut(Cause)) -> Option<Elf> {
    if !is_elf(bytes) {
        return None;
    }
    let held = to_u64(bytes.len());
    if limits.payload_parse_bytes < size {
        note(Cause::Abridged { what: "bytes of a program held for its structure", limit: limits.payload_parse_bytes });
    }
    let parsed = guarded(|| {
        let header = goblin::elf::Elf::parse_header(bytes)?;
        let endian = header.endianness()?;
        Ok::<_, goblin::error::Error>((header, Ctx::new(header.container()?, endian), endian))
    });
    let (header, context, endian) = match parsed {
        Some(Ok(parsed)) => parsed,
        Some(Err(error)) => {
            note(Cause::Corrupt { what: format!("the program's header cannot be read ({error})"), offset: 0 });
            return None;
        }
        None => {
            note(Cause::Corrupt { what: "the program's header cannot be read".to_owned(), offset: 0 });
            return None;
        }
    };
    let mut oddities = Oddities::default();
    let segments = segments(bytes, &header, context, &mut oddities);
    let sections = sections(bytes, &header, context, &mut oddities);
    let mut elf = Elf {
        bits: if matches!(context.container, Container::Big) { 64 } else { 32 },
        endian: if endian == Endian::Little { "little" } else { "big" },
        machine: machine(header.e_machine),
        kind: kind(header.e_type),
        entry_point: header.e_entry,
        stripped: (held == size || !sections.is_empty())
            .then(|| !sections.iter().any(|section| section.sh_type == section_header::SHT_SYMTAB)),
        sections: sections.len(),
        segments: segments.len(),
        packer: packer(bytes),
        ..Elf::default()
    };
    let of_type = |kind: u32| segments.iter().filter(move |segment| segment.p_type == kind);
    elf.interpreter = of_type(program_header::PT_INTERP)
        .next()
        .map(|segment| until_nul(part(bytes, segment)))
        .filter(|it| !it.is_empty());
    elf.build_id = of_type(program_header::PT_NOTE).find_map(|segment| build_id(part(bytes, segment), endian));
    let dynamic = dynamic_table(bytes, &segments, context, &mut oddities);
    dependencies(bytes, &segments, &dynamic, limits, &mut elf);
    elf.is_static = header.e_type == header::ET_EXEC && elf.interpreter.is_none() && elf.needed.is_empty();
    check(&header, &segments, size, &mut oddities);
    if held < size {
        // What lies behind the bytes at hand is not damaged; the cap was told.
        oddities.forget(&["sections-cut", "dynamic-cut", "segments-cut"]);
    }
    elf.anomalies = oddities.finish();
    Some(elf)
}

fn segments(bytes: &[u8], header: &Header, context: Ctx, oddities: &mut Oddities) -> Vec<ProgramHeader> {
    let offset = to_usize(header.e_phoff);
    let count = usize::from(header.e_phnum);
    if count == 0 || offset >= bytes.len() {
        return Vec::new();
    }
    let read = guarded(|| ProgramHeader::parse(bytes, offset, count.min(SEGMENTS), context));
    read.and_then(Result::ok).unwrap_or_else(|| {
        oddities.add("segments-cut", format!("the table of {count} segments at {offset:#x} cannot be read"));
        Vec::new()
    })
}

fn sections(bytes: &[u8], header: &Header, context: Ctx, oddities: &mut Oddities) -> Vec<SectionHeader> {
    let offset = to_usize(header.e_shoff);
    if offset == 0 {
        return Vec::new();
    }
    let table = |count: usize| guarded(|| SectionHeader::parse(bytes, offset, count, context)).and_then(Result::ok);
    let mut count = usize::from(header.e_shnum);
    if count == 0 {
        // More than fit the header: the first row tells.
        let first = table(1).and_then(|rows| rows.first().map(|row| row.sh_size));
        count = first.and_then(|count| usize::try_from(count).ok()).unwrap_or(0).min(SECTIONS);
    }
    if count == 0 {
        return Vec::new();
    }
    table(count).unwrap_or_else(|| {
        oddities.add("sections-cut", format!("the table of {count} sections at {offset:#x} cannot be read"));
        Vec::new()
    })
}

fn dynamic_table(bytes: &[u8], segments: &[ProgramHeader], context: Ctx, oddities: &mut Oddities) -> Vec<Dyn> {
    let Some(found) = segments.iter().find(|segment| segment.p_type == program_header::PT_DYNAMIC) else {
        return Vec::new();
    };
    let mut segment = found.clone();
    segment.p_filesz = segment.p_filesz.min(DYNAMICS.saturating_mul(16));
    let read = guarded(|| Dynamic::parse(bytes, std::slice::from_ref(&segment), context));
    read.and_then(Result::ok).flatten().map(|dynamic| dynamic.dyns).unwrap_or_else(|| {
        oddities.add("dynamic-cut", format!("the dynamic table at {:#x} cannot be read", segment.p_offset));
        Vec::new()
    })
}

/// What the dynamic table names.
fn dependencies(bytes: &[u8], segments: &[ProgramHeader], dynamic: &[Dyn], limits: &Limits, elf: &mut Elf) {
    let value = |tag: u64| dynamic.iter().find(|entry| entry.d_tag == tag).map(|entry| entry.d_val);
    let Some(strings) = value(dynamic::DT_STRTAB).and_then(|address| offset_of(segments, address)) else { return };
    let text = |offset: u64| {
        let at = usize::try_from(strings.checked_add(offset)?).ok()?;
        let rest = bytes.get(at..)?;
        Some(until_nul(rest.get(..LONGEST_NAME).unwrap_or(rest))).filter(|text| !text.is_empty())
    };
    for entry in dynamic {
        match entry.d_tag {
            dynamic::DT_NEEDED if elf.needed.len() < limits.pe_symbols => elf.needed.extend(text(entry.d_val)),
            dynamic::DT_SONAME => elf.soname = text(entry.d_val),
            dynamic::DT_RPATH | dynamic::DT_RUNPATH if elf.library_paths.len() < 64 => {
                elf.library_paths.extend(text(entry.d_val));
            }
            _ => {}
        }
    }
}

/// Where an address of memory stands in the file.
fn offset_of(segments: &[ProgramHeader], address: u64) -> Option<u64> {
    segments.iter().filter(|segment| segment.p_type == program_header::PT_LOAD).find_map(|segment| {
        let within = address.checked_sub(segment.p_vaddr).filter(|within| *within < segment.p_filesz)?;
        segment.p_offset.checked_add(within)
    })
}

fn part<'a>(bytes: &'a [u8], segment: &ProgramHeader) -> &'a [u8] {
    let start = to_usize(segment.p_offset);
    let rest = bytes.get(start..).unwrap_or_default();
    let length = to_usize(segment.p_filesz).min(NOTES);
    rest.get(..length).unwrap_or(rest)
}

/// The note of type 3 by `GNU`: name, value, each filled up to four bytes.
fn build_id(notes: &[u8], endian: Endian) -> Option<String> {
    let mut rest = notes;
    loop {
        let word = |at: usize| -> Option<usize> {
            let bytes = rest.get(at..)?.first_chunk()?;
            let word = if endian == Endian::Little { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) };
            usize::try_from(word).ok()
        };
        let (name, value, kind) = (word(0)?, word(4)?, word(8)?);
        let value_at = 12usize.checked_add(name.checked_next_multiple_of(4)?)?;
        let end = value_at.checked_add(value)?;
        if kind == 3 && rest.get(12..15) == Some(b"GNU") && value > 0 {
            return rest.get(value_at..end).filter(|id| id.len() <= 64).map(hex);
        }
        rest = rest.get(end.checked_next_multiple_of(4)?..)?;
    }
}

/// UPX leaves its mark behind the headers, and its version in the unpacker.
fn packer(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let tail = bytes.get(bytes.len().saturating_sub(64)..).unwrap_or_default();
    if memmem::find(head, b"UPX!").is_none() && memmem::find(tail, b"UPX!").is_none() {
        return None;
    }
    let end = bytes.get(bytes.len().saturating_sub(1 << 16)..).unwrap_or_default();
    let version = memmem::find(end, b"$Id: UPX ").and_then(|at| end.get(at.saturating_add(9)..)).and_then(|rest| {
        rest.split(|byte| *byte == b' ').next().filter(|version| version.len() < 8 && !version.is_empty()).map(lossless)
    });
    Some(version.map_or_else(|| "UPX".to_owned(), |version| format!("UPX {version}")))
}

fn check(header: &Header, segments: &[ProgramHeader], size: u64, oddities: &mut Oddities) {
    let loads = |segment: &&ProgramHeader| segment.p_type == program_header::PT_LOAD;
    for segment in segments.iter().filter(loads) {
        let end = segment.p_offset.saturating_add(segment.p_filesz);
        if end > size {
            oddities
                .add("segment-past-end", format!("{} bytes of a segment lie behind the end", end.saturating_sub(size)));
        }
        if segment.p_flags & 3 == 3 {
            let what = format!("the segment at {:#x} is writable and executable", segment.p_vaddr);
            oddities.add("segment-writable-executable", what);
        }
    }
    let runs = matches!(header.e_type, header::ET_EXEC | header::ET_DYN) && header.e_entry != 0;
    let within = |segment: &ProgramHeader| {
        header.e_entry.checked_sub(segment.p_vaddr).is_some_and(|within| within < segment.p_memsz)
    };
    if runs && !segments.iter().filter(loads).any(within) {
        oddities.add("entry-point-outside", format!("the entry point {:#x} lies outside all segments", header.e_entry));
    }
    if runs && header.e_shnum == 0 && header.e_shoff == 0 {
        oddities.add("no-sections", "the section table was taken out".to_owned());
    }
}

fn until_nul(bytes: &[u8]) -> String {
    lossless(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
}

fn kind(number: u16) -> String {
    let name = match number {
        header::ET_REL => "object",
        header::ET_EXEC => "executable",
        header::ET_DYN => "shared-object",
        header::ET_CORE => "core",
        _ => return number.to_string(),
    };
    name.to_owned()
}

fn machine(number: u16) -> String {
    let name = match number {
        header::EM_386 => "i386",
        header::EM_X86_64 => "x86-64",
        header::EM_ARM => "arm",
        header::EM_AARCH64 => "arm64",
        header::EM_MIPS => "mips",
        header::EM_PPC => "powerpc",
        header::EM_PPC64 => "powerpc64",
        header::EM_S390 => "s390",
        header::EM_SPARC => "sparc",
        header::EM_SPARCV9 => "sparc64",
        header::EM_RISCV => "riscv",
        header::EM_68K => "m68k",
        header::EM_SH => "superh",
        header::EM_IA_64 => "ia64",
        header::EM_BPF => "bpf",
        258 => "loongarch",
        _ => return number.to_string(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRINGS: usize = 0x200;
    const DYNAMIC: usize = 0x280;
    const NOTE: usize = 0x340;

    /// A program of 64 bits that needs two libraries, in either order of bytes.
    fn program(big: bool) -> Vec<u8> {
        let mut bytes = vec![0u8; 0x400];
        let mut put = |at: usize, width: usize, value: u64| {
            let all = if big { value.to_be_bytes() } else { value.to_le_bytes() };
            let part = if big { &all[8 - width..] } else { &all[..width] };
            bytes[at..at + width].copy_from_slice(part);
        };
        for (at, width, value) in [
            (16, 2, 3),
            (18, 2, 62),
            (20, 4, 1),
            (24, 8, 0x1040),
            (32, 8, 64),
            (52, 2, 64),
            (54, 2, 56),
            (56, 2, 4),
            (58, 2, 64),
        ] {
            put(at, width, value);
        }
        // Kind, flags, offset, address, bytes in the file and in memory.
        let segments = [
            (1, 5, 0, 0x1000, 0x400),
            (2, 6, DYNAMIC, 0x1280, 0xb0),
            (3, 4, 0x1c0, 0x11c0, 8),
            (4, 4, NOTE, 0x1340, 20),
        ];
        for (index, (kind, flags, offset, address, size)) in segments.into_iter().enumerate() {
            let at = 64 + 56 * index;
            put(at, 4, kind);
            put(at + 4, 4, flags);
            for (field, value) in [(8, offset as u64), (16, address), (24, address), (32, size), (40, size), (48, 8)] {
                put(at + field, 8, value);
            }
        }
        let dynamic = [(5, 0x1200), (1, 1), (1, 11), (14, 21), (29, 31), (0, 0)];
        for (index, (tag, value)) in dynamic.into_iter().enumerate() {
            put(DYNAMIC + 16 * index, 8, tag);
            put(DYNAMIC + 16 * index + 8, 8, value);
        }
        for (at, value) in [(NOTE, 4), (NOTE + 4, 4), (NOTE + 8, 3)] {
            put(at, 4, value);
        }
        bytes[..7].copy_from_slice(if big { b"\x7fELF\x02\x02\x01" } else { b"\x7fELF\x02\x01\x01" });
        bytes[STRINGS..STRINGS + 40].copy_from_slice(b"\0libc.so.6\0libz.so.1\0libx.so.2\0$ORIGIN\0\0");
        bytes[0x1c0..0x1c8].copy_from_slice(b"/lib/ld\0");
        bytes[NOTE + 12..NOTE + 20].copy_from_slice(b"GNU\0\xde\xad\xbe\xef");
        bytes
    }

    fn of(bytes: &[u8]) -> Option<Elf> {
        read(bytes, bytes.len() as u64, &Limits::default(), &mut |_| {})
    }

    #[test]
    fn a_program_is_read_in_either_order_of_bytes() {
        for (big, endian) in [(false, "little"), (true, "big")] {
            let elf = of(&program(big)).unwrap();
            assert_eq!(
                (elf.bits, elf.endian, elf.machine.as_str(), elf.kind.as_str()),
                (64, endian, "x86-64", "shared-object")
            );
            assert_eq!(elf.needed, ["libc.so.6", "libz.so.1"]);
            assert_eq!((elf.soname.as_deref(), elf.library_paths.join(":")), (Some("libx.so.2"), "$ORIGIN".to_owned()));
            assert_eq!((elf.interpreter.as_deref(), elf.build_id.as_deref()), (Some("/lib/ld"), Some("deadbeef")));
            assert_eq!((elf.stripped, elf.is_static), (Some(true), false));
            assert_eq!(elf.anomalies.iter().map(|oddity| oddity.code).collect::<Vec<_>>(), ["no-sections"]);
        }
    }

    #[test]
    fn upx_is_told_by_its_mark() {
        let mut bytes = program(false);
        bytes[0x1f0..0x1f4].copy_from_slice(b"UPX!");
        bytes.extend(b"$Id: UPX 3.96 Copyright (C)");
        assert_eq!(of(&bytes).unwrap().packer.as_deref(), Some("UPX 3.96"));
    }

    #[test]
    fn counts_and_offsets_that_no_file_has_give_facts() {
        let cases: [(&str, usize, &[u8], &str); 5] = [
            ("segments behind the end", 32, &[0xff; 8], "entry-point-outside"),
            ("many segments", 56, &[0xff; 2], "segments-cut"),
            ("sections behind the end", 40, &[0xff; 7], ""),
            ("sections counted in the first row", 40, &[64, 0, 0, 0, 0, 0, 0, 0], ""),
            ("segment of no end", 64 + 32, &[0xff; 8], "segment-past-end"),
        ];
        for (what, at, value, code) in cases {
            let mut bytes = program(false);
            bytes[at..at + value.len()].copy_from_slice(value);
            let elf = of(&bytes).unwrap();
            assert!(code.is_empty() || elf.anomalies.iter().any(|oddity| oddity.code == code), "{what}: {elf:?}");
        }
        let mut told = 0;
        assert_eq!(read(b"\x7fELF\x02", 5, &Limits::default(), &mut |_| told += 1), None);
        assert_eq!(told, 1);
    }

    #[test]
    fn every_mutant_ends() {
        let whole = program(false);
        for at in 4..0x360 {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                of(&bytes);
            }
            of(&whole[..at]);
        }
    }
}
