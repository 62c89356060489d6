//! Binaries damaged in each way that a client and a server can, and intact ones.

use super::*;
use crate::base::digest::Digests;
use crate::payload::authenticode::Authorities;
use crate::payload::{Facts, inspect};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A way to damage bytes.
type Damage = fn(&[u8]) -> Vec<u8>;

/// Numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 32) as u8).collect()
    }

    /// Something that deflates: words in no order, with bytes between.
    fn words(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            bytes.extend_from_slice(
                [&b"kernel"[..], b"\0\0\0", b"function ", b"\x8b\xec", b"return;\n"][(self.next() % 5) as usize],
            );
            let noise = (self.next() % 9) as usize;
            bytes.extend(self.bytes(noise));
        }
        bytes
    }
}

fn replaced(bytes: &[u8], convert: impl Fn(u8, Option<u8>, Option<u8>) -> Vec<u8>) -> Vec<u8> {
    (0..bytes.len())
        .flat_map(|at| convert(bytes[at], at.checked_sub(1).map(|at| bytes[at]), bytes.get(at + 1).copied()))
        .collect()
}

fn to_crlf(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |byte, _, _| if byte == b'\n' { b"\r\n".to_vec() } else { vec![byte] })
}

fn lone_to_crlf(bytes: &[u8]) -> Vec<u8> {
    replaced(
        bytes,
        |byte, before, _| {
            if byte == b'\n' && before != Some(b'\r') { b"\r\n".to_vec() } else { vec![byte] }
        },
    )
}

fn to_lf(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |byte, _, next| if byte == b'\r' && next == Some(b'\n') { vec![] } else { vec![byte] })
}

fn nvt(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, |byte, _, _| match byte {
        b'\n' => b"\r\n".to_vec(),
        b'\r' => b"\r\0".to_vec(),
        _ => vec![byte],
    })
}

fn facts(bytes: &[u8]) -> Facts {
    inspect(&bytes.to_vec(), "a.bin", "a.bin", &Limits::default(), &Authorities::default()).0
}

fn zip(members: &[(&str, Vec<u8>)], deflated: bool) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let data = if deflated {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        } else {
            content.clone()
        };
        let fields = [
            &[20u8, 0, 0, 0, if deflated { 8 } else { 0 }, 0, 0, 0, 0, 0][..],
            &crc32fast::hash(content).to_le_bytes(),
            &(data.len() as u32).to_le_bytes(),
            &(content.len() as u32).to_le_bytes(),
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        directory.extend([b"PK\x01\x02\x14\0", &fields[..], &[0; 10], &(file.len() as u32).to_le_bytes()].concat());
        directory.extend_from_slice(name.as_bytes());
        file.extend([b"PK\x03\x04", &fields[..], name.as_bytes(), &data].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let (size, at) = ((directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes());
    [&file[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &size, &at, &[0, 0]].concat()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut add = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        file.extend([&(data.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat());
    };
    add(b"IHDR", b"\0\0\0\x40\0\0\0\x40\x08\x02\0\0\0");
    chunks.iter().for_each(|chunk| add(b"IDAT", chunk));
    add(b"IEND", b"");
    file
}

/// An executable with a stub, a section of code, one with a text, and a checksum.
fn pe(code: &[u8], text: &[u8]) -> Vec<u8> {
    let mut file = vec![0u8; 0x400];
    file[..2].copy_from_slice(b"MZ");
    file[0x3c] = 0x80;
    file[0x4e..0x79].copy_from_slice(b"This program cannot be run in DOS mode.\r\r\n$");
    file[0x80..0x84].copy_from_slice(b"PE\0\0");
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0x84, &[0x4c, 1, 2, 0]);
    put(0x94, &[0xe0, 0, 2, 1]);
    put(0x98, &[0x0b, 1]);
    put(0xb4, &0x0040_0000u32.to_le_bytes());
    put(0xb8, &[0, 0x10, 0, 0, 0, 2, 0, 0]);
    put(0xd0, &0x0004_0000u32.to_le_bytes());
    put(0xd4, &[0, 4, 0, 0]);
    put(0xdc, &[3, 0]);
    put(0xf4, &[16]);
    let code_size = code.len().next_multiple_of(512);
    let text_size = text.len().next_multiple_of(512);
    for (at, name, address, content, raw, offset) in [
        (0x178, b".text", 0x1000u32, code, code_size, 0x400),
        (0x1a0, b".rsrc", 0x3_0000, text, text_size, 0x400 + code_size),
    ] {
        put(at, name);
        let fields = [content.len() as u32, address, raw as u32, offset as u32];
        fields.iter().enumerate().for_each(|(nth, field)| put(at + 8 + nth * 4, &field.to_le_bytes()));
    }
    file.extend_from_slice(code);
    file.resize(0x400 + code_size, 0);
    file.extend_from_slice(text);
    file.resize(0x400 + code_size + text_size, 0);
    let checksum = proof::pe_checksum(&file, 0xd8);
    file[0xd8..0xdc].copy_from_slice(&checksum.to_le_bytes());
    file
}

fn pdf(numbers: &mut Numbers) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = b"xref\n0 4\n0000000000 65535 f \n".to_vec();
    for object in 1..4 {
        table.extend(format!("{:010} 00000 n \n", file.len()).into_bytes());
        let stream = numbers.bytes(3000);
        file.extend(format!("{object} 0 obj\n<</Length 3000>>\nstream\n").into_bytes());
        file.extend([&stream[..], b"\nendstream\nendobj\n"].concat());
    }
    let at = file.len();
    file.extend([&table[..], format!("trailer\n<</Size 4>>\nstartxref\n{at}\n%%EOF\n").as_bytes()].concat());
    file
}

fn tar(numbers: &mut Numbers) -> Vec<u8> {
    let mut header = [0u8; 512];
    header[..5].copy_from_slice(b"a.bin");
    header[124..135].copy_from_slice(b"00000010000");
    header[257..263].copy_from_slice(b"ustar\0");
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    [&header[..], &numbers.bytes(4096), &[0; 1024]].concat()
}

fn riff(numbers: &mut Numbers) -> Vec<u8> {
    let data = numbers.bytes(5000);
    let size = (data.len() as u32 + 12).to_le_bytes();
    [b"RIFF", &size[..], b"WAVEdata", &(data.len() as u32).to_le_bytes(), &data].concat()
}

fn seven_zip(numbers: &mut Numbers) -> Vec<u8> {
    let (packed, header) = (numbers.bytes(4000), numbers.bytes(300));
    let start = [
        &(packed.len() as u64).to_le_bytes()[..],
        &(header.len() as u64).to_le_bytes(),
        &crc32fast::hash(&header).to_le_bytes(),
    ]
    .concat();
    [b"7z\xbc\xaf\x27\x1c\0\x04", &crc32fast::hash(&start).to_le_bytes()[..], &start, &packed, &header].concat()
}

/// The binaries that the test builds, several of each kind.
fn built() -> Vec<(String, Vec<u8>)> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut files = Vec::new();
    for round in 0..20 {
        let size = 2000 + round * 1500;
        let manifest = b"<assembly>\r\n  <trustInfo>\r\n  </trustInfo>\r\n</assembly>\r\n".to_vec();
        let members = [("a.txt", numbers.words(size)), ("word/b.bin", numbers.words(size / 2))];
        let chunks = [numbers.bytes(size), numbers.bytes(700)];
        let cases = [
            ("zip", zip(&members, true)),
            ("stored", zip(&members, false)),
            ("gzip", gzip(&numbers.words(size * 2))),
            ("png", png(&chunks)),
            ("pe", pe(&numbers.bytes(size), &manifest)),
            ("pdf", pdf(&mut numbers)),
            ("tar", tar(&mut numbers)),
            ("riff", riff(&mut numbers)),
            ("7z", seven_zip(&mut numbers)),
        ];
        files.extend(cases.into_iter().map(|(name, bytes)| (format!("{name} {round}"), bytes)));
    }
    files
}

/// Files below some folders, spread over all of them.
fn installed(folders: &[&str], most: usize, keep: impl Fn(&Path, u64) -> bool) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in folders {
        let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
        let files = entries.filter(|entry| entry.file_type().is_file());
        let kept = files.filter(|entry| entry.metadata().is_ok_and(|meta| keep(entry.path(), meta.len())));
        all.extend(kept.map(walkdir::DirEntry::into_path).take(40_000));
    }
    let step = (all.len() / most).max(1);
    all.into_iter().step_by(step).take(most).collect()
}

/// Binaries of this system whose format is asked for more than its signature.
fn real(most: usize) -> Vec<(String, Vec<u8>)> {
    let bytes = |path: PathBuf| Some((path.display().to_string(), std::fs::read(path).ok()?));
    let sized = |_: &Path, size: u64| (2048..400_000).contains(&size);
    let files = installed(&["/usr/bin", "/usr/lib"], 40_000, sized);
    let known = |bytes: &[u8]| Format::of(bytes).is_some_and(|format| !matches!(format, Format::Jpeg | Format::Other));
    let head = |path: &PathBuf| {
        let mut head = Vec::new();
        let file = std::fs::File::open(path).ok()?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, 512), &mut head).ok()?;
        Some(known(&head))
    };
    let mut kept: Vec<PathBuf> = files.into_iter().filter(|path| head(path) == Some(true)).collect();
    let step = (kept.len() / most).max(1);
    kept = kept.into_iter().step_by(step).take(most).collect();
    kept.into_iter().filter_map(bytes).collect()
}

#[test]
fn what_can_be_undone_exactly_is_restored_byte_for_byte() {
    let mut files = built();
    let own = files.len();
    files.extend(real(220));
    if files.len() < own + 20 {
        println!("skipped in part: only {} binaries in /usr/bin and /usr/lib", files.len() - own);
    }
    let ways: [(&str, Damage); 3] =
        [("LF to CRLF", to_crlf), ("twice", |bytes| to_crlf(&to_crlf(bytes))), ("NVT", nvt)];
    for (way, damage) in ways {
        let (mut restored, mut damaged_files, mut missed) = (0usize, 0usize, Vec::new());
        for (name, bytes) in &files {
            let damaged = damage(bytes);
            // A file that fits together no better than its damaged self is no example.
            if damaged == *bytes || facts(bytes).ascii_damage.is_some() {
                continue;
            }
            damaged_files += 1;
            let found = facts(&damaged).ascii_damage;
            let proven = found.as_ref().and_then(AsciiDamage::proven);
            if proven.is_some_and(|candidate| candidate.digests == Digests::of(bytes)) {
                restored += 1;
            } else {
                assert!(proven.is_none(), "{way}: {name}: proven and wrong");
                missed.push(name);
            }
        }
        println!("{way}: {restored} of {damaged_files} restored; missed {missed:?}");
        assert!(restored * 100 >= damaged_files * 99, "{way}: {restored} of {damaged_files}: {missed:?}");
    }
}

#[test]
fn what_was_swallowed_is_found_by_checksums() {
    let ways: [(&str, Damage); 3] = [
        ("lone LF to CRLF", lone_to_crlf),
        ("CRLF to LF", to_lf),
        ("lone LF, then all LF to CRLF", |bytes| to_crlf(&lone_to_crlf(bytes))),
    ];
    for (way, damage) in ways {
        let mut counts: BTreeMap<String, [u32; 2]> = BTreeMap::new();
        for (name, bytes) in built() {
            let kind = name.split(' ').next().unwrap().to_owned();
            let damaged = damage(&bytes);
            if !["zip", "stored", "gzip", "png", "pe"].contains(&kind.as_str()) || damaged == bytes {
                continue;
            }
            let found = facts(&damaged).ascii_damage;
            let [restored, all] = counts.entry(kind).or_default();
            *all += 1;
            let proven = found.as_ref().and_then(AsciiDamage::proven);
            let right = proven.is_some_and(|candidate| candidate.digests == Digests::of(&bytes));
            assert!(right || proven.is_none(), "{way}: {name}: proven and wrong");
            *restored += u32::from(right);
        }
        println!("{way}: {counts:?}");
        let [restored, all] = counts.values().fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        assert!(all > 10 && restored * 100 >= all * 95, "{way}: {counts:?}");
    }
}

#[test]
fn intact_binaries_are_not_judged() {
    let mut paths = installed(&["/usr/bin", "/usr/lib", "/usr/share"], 2400, |_, size| (1..300_000).contains(&size));
    paths.extend(installed(&["/usr", "/root"], 60, |path, size| {
        size < 2_000_000 && path.extension().is_some_and(|extension| extension == "whl")
    }));
    if paths.len() < 2000 {
        println!("skipped in part: {} of 2,000 files in /usr", paths.len());
    }
    let judged: Vec<_> =
        paths.iter().filter_map(|path| Some((path, facts(&std::fs::read(path).ok()?).ascii_damage?))).collect();
    println!("{} of {} intact files judged damaged", judged.len(), paths.len());
    assert!(judged.is_empty(), "{judged:?}");
    for (name, bytes) in built() {
        assert_eq!(facts(&bytes).ascii_damage, None, "{name}");
    }
}

#[test]
fn text_is_never_judged() {
    let texts: [&[u8]; 8] = [
        b"@echo off\r\ncopy a b\r\n",
        b"#!/bin/sh\nls\n",
        b"RIFF is a format\r\nof chunks\r\n",
        b"BM\r\nGIF89a\r\n",
        b"{\\rtf1\\ansi\r\n\\par\r\n}\r\n",
        b"\xff\xfea\0\r\0\n\0b\0\r\0\n\0",
        b"caf\xe9\r\nna\xefve\r\n\x81\x40\r\n",
        b"%PDF-1.4\r\nnot one\r\n",
    ];
    for text in texts {
        for repeat in [1, 40, 400] {
            let text = text.repeat(repeat);
            for bytes in [text.clone(), to_crlf(&text), lone_to_crlf(&text), to_lf(&text)] {
                let judged = facts(&bytes).ascii_damage;
                assert_eq!(judged, None, "{:?}", String::from_utf8_lossy(&bytes[..20.min(bytes.len())]));
            }
        }
    }
}

#[test]
fn other_conversions_are_recognised() {
    let mut numbers = Numbers(7);
    let image = png(&[numbers.bytes(9000)]);
    let program = pe(&numbers.bytes(9000), b"");
    let stripped = |bytes: &[u8]| bytes.iter().map(|byte| byte & 0x7f).collect::<Vec<_>>();
    let cut = |bytes: &[u8]| bytes.split(|byte| *byte == 0x1a).next().unwrap_or_default().to_vec();
    let long: Vec<u8> = numbers.bytes(60_000).into_iter().filter(|byte| *byte != 0x1a).collect();
    let truncated = cut(&pe(&[&long[..], &[0x1a; 2000]].concat(), b""));
    let without = |byte: u8| image.iter().copied().filter(|other| *other != byte).collect::<Vec<_>>();
    let returns: Vec<u8> = to_lf(&image).into_iter().map(|byte| if byte == b'\r' { b'\n' } else { byte }).collect();
    let cases = [
        (stripped(&image), Conversion::HighBitStripped),
        (stripped(&program), Conversion::HighBitStripped),
        (cut(&image), Conversion::CutAtControlZ),
        (truncated, Conversion::CutAtControlZ),
        (without(b'\r'), Conversion::CrDropped),
        (returns, Conversion::CrToLf),
        ([b"\xd7\xd2\x03\x37".as_slice(), &numbers.bytes(500)].concat(), Conversion::AsciiToEbcdic),
    ];
    for (bytes, conversion) in cases {
        let judged = facts(&bytes).ascii_damage;
        assert_eq!(judged.as_ref().map(|damage| damage.conversion), Some(conversion), "{:?}", &bytes[..6]);
        assert!(judged.unwrap().unrestorable.is_some(), "{conversion:?}");
    }
}

#[test]
fn a_known_hash_proves_a_candidate() {
    let mut numbers = Numbers(11);
    // A scan of a JPEG has no checksum.
    let image = [b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02".as_slice(), &numbers.bytes(20_000), b"\xff\xd9"].concat();
    let mut damage = facts(&to_crlf(&image)).ascii_damage.unwrap();
    assert_eq!((damage.verdict, damage.proven()), (Verdict::Likely, None));
    let digests = Digests::of(&image);
    assert!(!damage.prove_by_hashes(&["00", &Digests::of(b"other").sha1]));
    assert!(damage.prove_by_hashes(&["00", &digests.sha1.to_uppercase()]));
    assert_eq!((damage.verdict, &damage.candidates[0].digests), (Verdict::Certain, &digests));
    assert_eq!(damage.candidates[0].proofs, [Proof::KnownHash]);
}

#[test]
fn restored_bytes_are_a_view_of_the_damaged_ones() {
    let original = png(&[Numbers(3).bytes(30_000)]);
    for damaged in [to_crlf(&original), lone_to_crlf(&original), to_lf(&original)] {
        let damage = facts(&damaged).ascii_damage.unwrap();
        assert_eq!(damage.verdict, Verdict::Certain);
        let size = original.len();
        let restored = damage.candidates[0].restored(&damaged, |view| {
            let mut bytes = vec![0u8; size];
            crate::base::bytes::read_full(view, 0, &mut bytes).map(|count| (count, bytes))
        });
        assert_eq!(restored.unwrap().unwrap(), (size, original.clone()));
    }
}

#[test]
fn mutants_end_and_stay_bounded() {
    let mut numbers = Numbers(99);
    let files: Vec<Vec<u8>> = built().into_iter().take(9).map(|(_, bytes)| bytes).collect();
    let limits = Limits { ascii_search_bytes: 1 << 16, ..Limits::default() };
    for _ in 0..1500 {
        let original = &files[(numbers.next() % files.len() as u64) as usize];
        let original = &original[..original.len().min(3000)];
        let mut bytes = match numbers.next() % 4 {
            0 => to_crlf(original),
            1 => lone_to_crlf(original),
            2 => to_lf(original),
            _ => nvt(original),
        };
        for _ in 0..=numbers.next() % 4 {
            let at = (numbers.next() % bytes.len() as u64) as usize;
            match numbers.next() % 4 {
                0 => bytes[at] = numbers.next() as u8,
                1 => bytes[at % 512] = 0xff,
                2 => bytes.truncate(at.max(64)),
                _ => bytes.insert(at, b'\n'),
            }
        }
        let (facts, _) = inspect(&bytes, "a", "a", &limits, &Authorities::default());
        if let Some(damage) = facts.ascii_damage {
            assert!(damage.candidates.len() <= 8);
            assert!(damage.candidates.iter().all(|candidate| candidate.size <= 2 * bytes.len() as u64));
        }
    }
}

#[test]
fn exact_undoing_is_exact_for_any_bytes() {
    let mut numbers = Numbers(5);
    for length in [0, 1, 2, 17, 5000, 40_000] {
        let bytes: Vec<u8> = numbers.bytes(length).into_iter().map(|byte| b"\r\n\0x"[usize::from(byte & 3)]).collect();
        for (damaged, conversion) in [
            (to_crlf(&bytes), Conversion::LfToCrlf),
            (to_crlf(&to_crlf(&bytes)), Conversion::LfToCrlfTwice),
            (nvt(&bytes), Conversion::Nvt),
        ] {
            let same = undo(conversion, &damaged, |view| {
                let mut restored = vec![0u8; length];
                let count = crate::base::bytes::read_full(view, 0, &mut restored).unwrap();
                (view.len(), count) == (length as u64, length) && restored == bytes
            });
            assert_eq!(same.unwrap(), Some(true), "{conversion:?} {length}");
        }
    }
}
