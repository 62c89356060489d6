//! Whole files, built here: a good one with every table, and those that no linker makes.

use super::*;
use crate::base::random::Random;
use crate::payload::authenticode::Authorities;
use crate::payload::{Facts, inspect};

const BASE: u32 = 0x40_0000;
const PE_AT: usize = 0x80;
const OPTIONAL: usize = PE_AT + 24;
const DIRECTORIES: usize = OPTIONAL + 96;
const TABLE: usize = OPTIONAL + 0xe0;
/// Offsets in the file: the code at address 1000, the data at 2000, the resources at 3000.
const TEXT: usize = 0x400;
const DATA: usize = 0x600;
const RESOURCES: usize = 0xa00;

fn put(bytes: &mut Vec<u8>, at: usize, value: &[u8]) {
    if bytes.len() < at + value.len() {
        bytes.resize(at + value.len(), 0);
    }
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn put32(bytes: &mut Vec<u8>, at: usize, words: &[u32]) {
    for (index, word) in words.iter().enumerate() {
        put(bytes, at + 4 * index, &word.to_le_bytes());
    }
}

fn put16(bytes: &mut Vec<u8>, at: usize, value: u16) {
    put(bytes, at, &value.to_le_bytes());
}

fn directory(bytes: &mut Vec<u8>, index: usize, address: u32, size: u32) {
    put32(bytes, DIRECTORIES + 8 * index, &[address, size]);
}

fn section(bytes: &mut Vec<u8>, index: usize, name: &[u8], numbers: [u32; 4], flags: u32) {
    let at = TABLE + 40 * index;
    put(bytes, at, name);
    put32(bytes, at + 8, &numbers);
    put32(bytes, at + 36, &[flags]);
}

/// A 32-bit console program with imports, late imports, exports, TLS callbacks, debug entry and an empty resource tree.
fn program() -> Vec<u8> {
    let mut bytes = vec![0u8; 0xc00];
    put(&mut bytes, 0, b"MZ");
    put16(&mut bytes, 0x18, 0x40);
    put32(&mut bytes, 0x3c, &[PE_AT as u32]);
    put(&mut bytes, 0x4e, b"This program cannot be run in DOS mode.$");
    put(&mut bytes, PE_AT, b"PE\0\0");
    put16(&mut bytes, PE_AT + 4, 0x14c);
    put16(&mut bytes, PE_AT + 6, 3);
    put32(&mut bytes, PE_AT + 8, &[1_500_000_000]);
    put16(&mut bytes, PE_AT + 20, 0xe0);
    put16(&mut bytes, PE_AT + 22, 0x102);
    put16(&mut bytes, OPTIONAL, 0x10b);
    put(&mut bytes, OPTIONAL + 2, &[14, 29]);
    put32(&mut bytes, OPTIONAL + 16, &[0x1000]);
    put32(&mut bytes, OPTIONAL + 28, &[BASE, 0x1000, 0x200]);
    put32(&mut bytes, OPTIONAL + 56, &[0x4000, 0x400]);
    put16(&mut bytes, OPTIONAL + 48, 6);
    put16(&mut bytes, OPTIONAL + 68, 3);
    put16(&mut bytes, OPTIONAL + 70, 0x140);
    put32(&mut bytes, OPTIONAL + 92, &[16]);
    section(&mut bytes, 0, b".text", [0x200, 0x1000, 0x200, TEXT as u32], 0x6000_0020);
    section(&mut bytes, 1, b".rdata", [0x400, 0x2000, 0x400, DATA as u32], 0x4000_0040);
    section(&mut bytes, 2, b".rsrc", [0x200, 0x3000, 0x200, RESOURCES as u32], 0x4000_0040);
    put(&mut bytes, TEXT, b"\x6a\0\xff\x15\x60\x20\x40\0");
    let data = |address: u32| DATA + address as usize - 0x2000;
    // Three libraries: by name, by name, by number.
    directory(&mut bytes, 1, 0x2000, 0x50);
    for (index, (lookup, name)) in [(0x2060, 0x2140), (0x2070, 0x2160), (0x2080, 0x2180)].into_iter().enumerate() {
        put32(&mut bytes, data(0x2000) + 20 * index, &[lookup, 0, 0, name, lookup]);
    }
    put32(&mut bytes, data(0x2060), &[0x2100, 0]);
    put32(&mut bytes, data(0x2070), &[0x2120, 0]);
    put32(&mut bytes, data(0x2080), &[0x8000_0073, 0]);
    for (address, text) in [
        (0x2102, "ExitProcess"),
        (0x2122, "FtpPutFileA"),
        (0x2140, "KERNEL32.dll"),
        (0x2160, "WININET.dll"),
        (0x2180, "WS2_32.dll"),
    ] {
        put(&mut bytes, data(address), text.as_bytes());
    }
    directory(&mut bytes, 13, 0x21a0, 0x40);
    put32(&mut bytes, data(0x21a0), &[1, 0x2160, 0, 0, 0x2070]);
    directory(&mut bytes, 9, 0x2200, 24);
    put32(&mut bytes, data(0x2200), &[0, 0, 0, BASE + 0x2240]);
    put32(&mut bytes, data(0x2240), &[BASE + 0x1000, 0]);
    directory(&mut bytes, 6, 0x2260, 28);
    put32(&mut bytes, data(0x2260), &[0, 0, 0, 2, 64, 0x22a0, data(0x22a0) as u32]);
    put(
        &mut bytes,
        data(0x22a0),
        b"RSDS\x01\0\0\0\x02\0\x03\0\x04\x05\x06\x07\x08\x09\x0a\x0b\x02\0\0\0C:\\build\\tool.pdb",
    );
    directory(&mut bytes, 0, 0x2300, 0xa0);
    put32(&mut bytes, data(0x230c), &[0x2340, 1, 2, 1, 0x2350, 0x2360, 0x2368]);
    put(&mut bytes, data(0x2340), b"tool.exe");
    put32(&mut bytes, data(0x2350), &[0x1000, 0x2380]);
    put32(&mut bytes, data(0x2360), &[0x2370]);
    put(&mut bytes, data(0x2370), b"Run");
    put(&mut bytes, data(0x2380), b"NTDLL.RtlExitUserProcess");
    directory(&mut bytes, 2, 0x3000, 0x200);
    bytes
}

fn facts(bytes: &[u8]) -> (Facts, Vec<String>) {
    let (facts, anomalies) =
        inspect(&bytes.to_vec(), "tool.exe", "tool.exe", &Limits::default(), &Authorities::default());
    (facts, anomalies.iter().map(|anomaly| anomaly.cause.to_string()).collect())
}

fn codes(pe: &Pe) -> Vec<&'static str> {
    pe.anomalies.iter().map(|oddity| oddity.code).collect()
}

#[test]
fn a_good_program_tells_all_and_is_not_odd() {
    let (facts, told) = facts(&program());
    let pe = facts.pe.unwrap();
    assert_eq!((told, codes(&pe)), (vec![], vec![]));
    assert_eq!((pe.format, pe.machine.as_str(), pe.subsystem.as_str()), ("pe32", "i386", "windows-cui"));
    assert_eq!((pe.entry_point, pe.entry_section.as_deref()), (0x1000, Some(".text")));
    assert_eq!((pe.linker_version.as_deref(), pe.subsystem_version.as_deref()), (Some("14.29"), Some("6.0")));
    assert_eq!(pe.dll_characteristics, ["dynamic-base", "nx-compatible"]);
    let imports: Vec<_> = pe.imports.iter().map(|import| (import.dll.as_str(), import.functions.join(" "))).collect();
    let expected = [("KERNEL32.dll", "ExitProcess"), ("WININET.dll", "FtpPutFileA"), ("WS2_32.dll", "#115")];
    assert_eq!(imports, expected.map(|(dll, functions)| (dll, functions.to_owned())));
    assert_eq!(pe.imphash, Some(md5("kernel32.exitprocess,wininet.ftpputfilea,ws2_32.wsastartup")));
    assert_eq!(pe.delay_imports.iter().map(|import| import.dll.as_str()).collect::<Vec<_>>(), ["WININET.dll"]);
    assert_eq!(pe.purposes["ftp"], ["FtpPutFileA"]);
    assert_eq!(pe.purposes["network"], ["WSAStartup"]);
    assert_eq!(pe.tls_callbacks, [0x1000]);
    assert_eq!(pe.pdb.as_deref(), Some("C:\\build\\tool.pdb"));
    assert_eq!(pe.debug[0].id.as_deref(), Some("00000001-0002-0003-0405-060708090a0b-2"));
    assert_eq!(
        (pe.export_name.as_deref(), pe.exports.as_slice(), pe.unnamed_exports),
        (Some("tool.exe"), &["Run".to_owned()][..], 1)
    );
    let forward = Forward { function: "#2".to_owned(), to: "NTDLL.RtlExitUserProcess".to_owned() };
    assert_eq!(pe.forwarded, [forward]);
    assert_eq!(facts.renamed, None);
    assert!(pe.dos_stub.unwrap().known);
}

/// What is done to the good program, and the oddities and notes that it must give (rows of `hostile` inputs).
type Case = (&'static str, fn(&mut Vec<u8>), &'static [&'static str], &'static [&'static str]);

#[test]
fn files_that_no_linker_makes_give_facts_and_say_what_is_odd() {
    let cases: &[Case] = &[
        // The PE header.
        (
            "odd pointer",
            |b| {
                let pe = b[PE_AT..0x3f0].to_vec();
                put(b, PE_AT + 2, &pe);
                put32(b, 0x3c, &[PE_AT as u32 + 2]);
            },
            &["pe-header-unaligned"],
            &[],
        ),
        (
            "header in the DOS header",
            |b| {
                let pe = b[PE_AT..0x3f0].to_vec();
                put(b, 4, &pe);
                put32(b, 0x3c, &[4]);
            },
            &["pe-header-inside-dos-header"],
            &[],
        ),
        (
            "97 bytes",
            |b| {
                b.truncate(97);
                put32(b, 0x3c, &[4]);
                put(b, 4, b"PE\0\0\x4c\x01");
                put16(b, 28, 0x10b);
            },
            &["pe-header-inside-dos-header", "headers-cut", "optional-header-size", "tiny-file", "no-sections"],
            &[],
        ),
        (
            "optional header of no size",
            |b| {
                put16(b, PE_AT + 20, 0);
                put16(b, PE_AT + 6, 0);
            },
            &["optional-header-size", "no-sections"],
            &[],
        ),
        ("unknown optional header", |b| put16(b, OPTIONAL, 0x777), &["optional-header-magic"], &[]),
        ("too many directories", |b| put32(b, OPTIONAL + 92, &[u32::MAX]), &["directory-count"], &[]),
        ("alignments", |b| put32(b, OPTIONAL + 32, &[0, 0]), &["file-alignment", "section-alignment"], &[]),
        ("image base", |b| put32(b, OPTIONAL + 28, &[0x40_0001]), &["image-base-unaligned"], &[]),
        ("time", |b| put32(b, PE_AT + 8, &[1]), &["timestamp-before-1995"], &[]),
        ("checksum", |b| put32(b, OPTIONAL + 64, &[1]), &["checksum-wrong"], &[]),
        // Sections.
        ("no sections", |b| put16(b, PE_AT + 6, 0), &["no-sections", "entry-point-outside"], &[]),
        ("96 sections", |b| put16(b, PE_AT + 6, 96), &["section-table-empty-row"], &[]),
        ("65535 sections", |b| put16(b, PE_AT + 6, 65_535), &["section-table-empty-row", "section-count"], &[]),
        ("raw data of 4 GiB", |b| put32(b, TABLE + 16, &[u32::MAX]), &["section-past-end", "section-overlap"], &[]),
        (
            "raw data behind the end",
            |b| put32(b, TABLE + 20, &[0xffff_fe00]),
            &["section-past-end", "entry-point-without-bytes"],
            &[],
        ),
        ("overlap in memory", |b| put32(b, TABLE + 8, &[0x1800]), &["section-overlap"], &[]),
        (
            "writable code",
            |b| put32(b, TABLE + 36, &[0xe000_0020]),
            &["section-writable-executable", "entry-point-writable"],
            &[],
        ),
        (
            "virtual code",
            |b| {
                put32(b, TABLE + 16, &[0, 0]);
                put32(b, OPTIONAL + 16, &[0]);
            },
            &["section-virtual-executable"],
            &[],
        ),
        ("a name of control characters", |b| put(b, TABLE, b"\x1b[31m"), &["section-name"], &[]),
        (
            "entry in the last section",
            |b| put32(b, OPTIONAL + 16, &[0x3000]),
            &["entry-point-last-section", "entry-point-not-executable"],
            &[],
        ),
        ("entry in the headers", |b| put32(b, OPTIONAL + 16, &[0x100]), &["entry-point-in-headers"], &[]),
        // Tables.
        ("directory behind the image", |b| directory(b, 5, 0x3000, u32::MAX), &["directory-outside"], &[]),
        ("no imports", |b| directory(b, 1, 0, 0), &["no-imports"], &[]),
        (
            "imports without an end",
            |b| {
                for at in (DATA..0xc00).step_by(20) {
                    put32(b, at, &[1, 1, 1, 1, 1]);
                }
                b.truncate(0xbf0);
            },
            &["import-damaged", "import-table-cut"],
            &[],
        ),
        ("thunks that lead to themselves", |b| put32(b, DATA + 0x60, &[0x2060, 0x2060]), &["import-damaged"], &[]),
        ("TLS callback elsewhere", |b| put32(b, DATA + 0x240, &[u32::MAX]), &["tls-callback-outside"], &[]),
        ("TLS list elsewhere", |b| put32(b, DATA + 0x20c, &[1]), &["tls-callbacks-outside"], &[]),
        ("export table cut", |b| directory(b, 0, 0x33f0, 0x10), &["export-table-cut"], &[]),
        (
            "exports beyond counting",
            |b| put32(b, DATA + 0x314, &[u32::MAX, u32::MAX]),
            &[],
            &["exports of an executable"],
        ),
        (
            "resources in a loop",
            |b| {
                put16(b, RESOURCES + 14, 1);
                put32(b, RESOURCES + 16, &[16, 0x8000_0000]);
            },
            &["resource-loop"],
            &[],
        ),
        (
            "a garbled version",
            |b| {
                for (level, (identity, target)) in
                    [(16, 0x8000_0018), (1, 0x8000_0030), (0x409, 0x48)].into_iter().enumerate()
                {
                    put16(b, RESOURCES + 24 * level + 14, 1);
                    put32(b, RESOURCES + 24 * level + 16, &[identity, target]);
                }
                put32(b, RESOURCES + 0x48, &[0x3060, 64]);
                put(b, RESOURCES + 0x60, b"\x40\0\xff\xff\x01\0\0\xd8\0\xdc");
            },
            &["version-damaged"],
            &[],
        ),
        (".NET header cut", |b| directory(b, 14, 0x31f0, 72), &["dotnet-cut"], &[]),
        (
            ".NET metadata that is none",
            |b| {
                directory(b, 14, 0x2100, 72);
            },
            &["dotnet-metadata"],
            &[],
        ),
        (
            "dense bytes behind",
            |b| b.extend((0..8192u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)),
            &["overlay-dense"],
            &[],
        ),
    ];
    for (what, change, odd, notes) in cases {
        let mut bytes = program();
        change(&mut bytes);
        let (facts, told) = facts(&bytes);
        let pe = facts.pe.unwrap_or_else(|| panic!("{what}: no facts; {told:?}"));
        let found = codes(&pe);
        assert!(odd.iter().all(|code| found.contains(code)), "{what}: {:?}", pe.anomalies);
        assert_eq!(told.len(), notes.len(), "{what}: {told:?}");
        assert!(notes.iter().all(|note| told[0].contains(note)), "{what}: {told:?}");
        assert_eq!(pe.authenticode.digest_computed, None, "{what}");
    }
}

#[test]
fn what_is_not_held_in_memory_is_not_called_damaged() {
    let limits = Limits { payload_parse_bytes: DATA as u64 + 8, ..Limits::default() };
    let (facts, told) = inspect(&program(), "tool.exe", "tool.exe", &limits, &Authorities::default());
    let pe = facts.pe.unwrap();
    assert_eq!((pe.imports_partial, codes(&pe)), (true, vec![]));
    assert!(told[0].cause.to_string().contains("held for its structure"));
}

#[test]
fn a_header_behind_the_head_is_followed() {
    let shallow = program();
    let mut bytes = shallow.clone();
    bytes.resize(0x10_0000, 0);
    bytes.extend(&shallow[PE_AT..TEXT]);
    put32(&mut bytes, 0x3c, &[0x10_0000]);
    let (facts, _) = facts(&bytes);
    let pe = facts.pe.unwrap();
    assert!(codes(&pe).contains(&"pe-header-deep"));
    assert_eq!((pe.imports.len(), pe.sections.len(), facts.dos), (3, 3, None));
    assert_eq!(facts.file_type.unwrap().description, "Windows console program");
}

#[test]
fn names_without_end_and_tables_beyond_counting_are_capped() {
    let mut bytes = program();
    put(&mut bytes, DATA + 0x102, &[b'A'; 0x2fe]);
    let end = bytes.len();
    put(&mut bytes, end, &vec![b'A'; 1 << 20]);
    assert!(
        facts(&bytes).0.pe.unwrap().imports.iter().all(|import| import.functions.iter().all(|name| name.len() <= 512))
    );

    // Seventy thousand descriptors that share one table.
    let mut bytes = program();
    put32(&mut bytes, TABLE + 80 + 8, &[0x20_0000, 0x3000, 0x20_0000, RESOURCES as u32]);
    directory(&mut bytes, 1, 0x3000, 0x14_0000);
    for index in 0..70_000 {
        put32(&mut bytes, RESOURCES + 20 * index, &[0x2060, 0, 0, 0x2140, 0x2060]);
    }
    let (facts, told) = facts(&bytes);
    let pe = facts.pe.unwrap();
    assert!(pe.imports_partial);
    let functions: usize = pe.imports.iter().map(|import| import.functions.len()).sum();
    assert!(functions <= Limits::default().pe_symbols);
    assert!(told.iter().any(|note| note.contains("imports of an executable")), "{told:?}");
}

#[test]
fn makers_are_told_by_marks_where_they_put_them() {
    /// What is done, the maker that must be named, its version.
    type Case = (&'static str, fn(&mut Vec<u8>), Option<&'static str>, Option<&'static str>);
    let cases: &[Case] = &[
        (
            "sections",
            |b| {
                put(b, TABLE, b"UPX0\0\0\0\0");
                put(b, TABLE + 40, b"UPX1\0\0\0\0");
                put(b, 0x3e0, b"3.96\0UPX!");
            },
            Some("UPX"),
            Some("3.96"),
        ),
        ("entry point", |b| put(b, TEXT, b"\x60\xbe\0\x10\x40\0\x8d\xbe\0\0\0\xff\x57\x83\xcd\xff"), Some("UPX"), None),
        ("overlay of NSIS", |b| b.extend(b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst"), Some("NSIS installer"), None),
        ("overlay of 7-Zip", |b| b.extend(b"7z\xbc\xaf\x27\x1c\0\x04"), Some("7-Zip self-extractor"), None),
        (
            "trailer of PyInstaller",
            |b| {
                b.extend([1; 9000]);
                b.extend(b"MEI\x0c\x0b\x0a\x0b\x0e\0\0\x23\x28\0\0\x20\0\0\0\0\x10\0\0\x01\x37python311.dll");
            },
            Some("PyInstaller"),
            None,
        ),
        (
            "the marks as text in the data",
            |b| put(b, RESOURCES + 0x40, b"NullsoftInst MEI\x0c\x0b\x0a\x0b\x0e UPX! AU3!EA06"),
            None,
            None,
        ),
        ("nothing", |_| {}, None, None),
    ];
    for (what, change, packer, version) in cases {
        let mut bytes = program();
        change(&mut bytes);
        let pe = facts(&bytes).0.pe.unwrap();
        assert_eq!(pe.packer.as_deref(), *packer, "{what}: {:?}", pe.made_with);
        assert_eq!(pe.made_with.iter().find_map(|maker| maker.version.as_deref()), *version, "{what}");
    }
}

#[test]
fn a_terse_executable_of_firmware_is_read() {
    let mut bytes = vec![0u8; 0x200];
    put(&mut bytes, 0, b"VZ\x64\x86\x01\x0b");
    put16(&mut bytes, 6, 0x1b8);
    put32(&mut bytes, 8, &[0x240]);
    put(&mut bytes, 40, b".text");
    put32(&mut bytes, 48, &[0x100, 0x240, 0x100, 0x1b8 + 0x58]);
    put32(&mut bytes, 76, &[0x6000_0020]);
    let pe = facts(&bytes).0.pe.unwrap();
    assert_eq!((pe.format, pe.machine.as_str(), pe.subsystem.as_str()), ("te", "amd64", "efi-boot-service-driver"));
    assert_eq!((pe.sections[0].name.as_str(), pe.sections[0].raw_offset), (".text", 0x58 + 40));
    for cut in 0..bytes.len() {
        facts(&bytes[..cut]);
    }
}

#[test]
fn every_mutant_ends_within_its_caps() {
    let whole = program();
    let limits = Limits { pe_symbols: 256, pe_resources: 64, ..Limits::default() };
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for _ in 0..4000 {
        let mut bytes = whole.clone();
        for _ in 0..=random.below(6) {
            let at = if random.below(2) == 0 { random.below(0x200) + 0x3c } else { random.below(bytes.len()) };
            let value = [0, 1, 0x7f, 0x80, 0xff, random.below(256) as u8][random.below(6)];
            bytes[at] = value;
        }
        if random.below(16) == 0 {
            bytes.truncate(random.below(whole.len()));
        }
        let (facts, _) = inspect(&bytes, "a.exe", "a.exe", &limits, &Authorities::default());
        let Some(pe) = facts.pe else { continue };
        let functions = pe.imports.iter().chain(&pe.delay_imports).map(|import| import.functions.len()).sum::<usize>();
        assert!(functions <= limits.pe_symbols && pe.exports.len() <= limits.pe_symbols);
        assert!(pe.resources.is_none_or(|resources| resources.entries.len() <= limits.pe_resources));
        assert!(pe.overlay.is_none_or(|overlay| overlay.offset < bytes.len() as u64));
    }
}
