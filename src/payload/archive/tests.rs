//! Archives of real tools where they are installed, archives that no tool would make, and mutants of both.

use super::*;
use crate::base::random::Random;
use crate::payload::authenticode::Authorities;
use crate::payload::inspect;
use std::path::Path;
use std::process::Command;

/// A PE file of 32 bits with one section: as little as passes for one.
pub(crate) fn pe() -> Vec<u8> {
    let mut pe = vec![0u8; 0x400];
    pe[..2].copy_from_slice(b"MZ");
    pe[0x3c] = 0x80;
    pe[0x4e..0x75].copy_from_slice(b"This program cannot be run in DOS mode.");
    pe[0x80..0x84].copy_from_slice(b"PE\0\0");
    pe[0x84..0x86].copy_from_slice(&0x14cu16.to_le_bytes());
    pe[0x86] = 1;
    pe[0x94] = 224;
    pe[0x96] = 2;
    pe[0x98..0x9a].copy_from_slice(&0x10bu16.to_le_bytes());
    pe[0x178..0x17d].copy_from_slice(b".text");
    pe[0x188..0x18c].copy_from_slice(&0x200u32.to_le_bytes());
    pe[0x18c..0x190].copy_from_slice(&0x200u32.to_le_bytes());
    pe
}

fn archive_of(bytes: &[u8]) -> (Option<Archive>, Vec<String>) {
    let (facts, anomalies) = inspect(&bytes.to_vec(), "a", "a", &Limits::default(), &Authorities::default());
    (facts.archive, anomalies.iter().map(|anomaly| anomaly.cause.to_string()).collect())
}

fn names(archive: &Archive) -> Vec<String> {
    let mut names: Vec<String> =
        archive.members.iter().filter(|member| !member.folder).map(|member| member.name.replace('\\', "/")).collect();
    names.sort();
    names
}

/// What a tool made of the folder `in`; nothing, with a line, where it is not installed.
fn made_by(folder: &Path, program: &str, arguments: &[&str], file: &str) -> Option<Vec<u8>> {
    let done = Command::new(program).args(arguments).current_dir(folder).output();
    if !done.is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: {program} is not here");
        return None;
    }
    std::fs::read(folder.join(file)).ok()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("in/sub")).unwrap();
    for (name, bytes) in [("in/a.txt", b"hello\n".repeat(500)), ("in/evil.pdf", pe()), ("in/sub/x.ps1", b"ls".to_vec())]
    {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Program, arguments, file, format; whether members are encrypted, and whether the names can be read.
type Case = (&'static str, &'static [&'static str], &'static str, &'static str, bool, bool);

const MADE: &[Case] = &[
    ("zip", &["-qr", "a.zip", "in"], "a.zip", "zip", false, true),
    ("zip", &["-qr", "-P", "pw", "p.zip", "in"], "p.zip", "zip", true, true),
    ("7z", &["a", "-tzip", "-ppw", "-mem=AES256", "aes.zip", "in"], "aes.zip", "zip", true, true),
    ("7z", &["a", "a.7z", "in"], "a.7z", "7z", false, true),
    ("7z", &["a", "-ms=off", "-m0=LZMA", "n.7z", "in"], "n.7z", "7z", false, true),
    ("7z", &["a", "-mhc=off", "-m0=Copy", "c.7z", "in"], "c.7z", "7z", false, true),
    ("7z", &["a", "-ppw", "p.7z", "in"], "p.7z", "7z", true, true),
    ("7z", &["a", "-ppw", "-mhe=on", "h.7z", "in"], "h.7z", "7z", true, false),
    ("gcab", &["-c", "-z", "a.cab", "in/a.txt", "in/evil.pdf", "in/sub/x.ps1"], "a.cab", "cab", false, true),
    ("tar", &["cf", "a.tar", "in"], "a.tar", "tar", false, true),
    ("tar", &["czf", "a.tgz", "in"], "a.tgz", "tar+gzip", false, true),
    ("tar", &["--zstd", "-cf", "a.tzst", "in"], "a.tzst", "tar+zstd", false, true),
    ("arj", &["a", "-r", "a.arj", "in"], "a.arj", "arj", false, true),
    ("arj", &["a", "-r", "-gpw", "p.arj", "in"], "p.arj", "arj", true, true),
    ("jlha", &["aq", "a.lzh", "in"], "a.lzh", "lha", false, true),
];

#[test]
fn archives_of_real_tools() {
    let folder = folder();
    for (program, arguments, file, format, encrypted, visible) in MADE {
        let Some(bytes) = made_by(folder.path(), program, arguments, file) else { continue };
        let (archive, told) = archive_of(&bytes);
        let archive = archive.unwrap_or_else(|| panic!("{file}"));
        assert!(told.is_empty(), "{file}: {told:?}");
        assert_eq!(archive.format, *format, "{file}");
        assert_eq!(archive.encrypted.is_some(), *encrypted, "{file}");
        if let Some(told) = &archive.encrypted {
            assert_eq!((told.names_visible, told.members), (*visible, if *visible { 3 } else { 0 }), "{file}");
            assert_eq!(told.methods.len(), 1, "{file}");
        }
        if !visible {
            assert_eq!(archive.member_count, 0, "{file}");
            continue;
        }
        assert_eq!(names(&archive), ["in/a.txt", "in/evil.pdf", "in/sub/x.ps1"], "{file}");
        assert_eq!(archive.scripts_inside.len(), 1, "{file}");
        let text = archive.members.iter().find(|member| member.name.ends_with("a.txt")).unwrap();
        assert_eq!(text.size, Some(3000), "{file}");
        assert!(text.modified.as_ref().is_some_and(|time| time.starts_with("20")), "{file}: {text:?}");
        // A program under another name is told where its first bytes are cheap to have.
        let cheap = !encrypted && !matches!(*format, "arj" | "lha") && *file != "a.7z";
        let by_content = archive.executables_inside.iter().any(|inside| inside.by == "content");
        assert_eq!(by_content, cheap, "{file}");
    }
}

/// A ZIP of stored members; each local header may lie about the name.
fn zip_of(members: &[(&str, &str, &[u8])], listed: usize) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (index, (local, central, content)) in members.iter().enumerate() {
        let offset = bytes.len() as u32;
        let size = content.len() as u32;
        let shared = |name: &str| {
            let mut shared = vec![20, 0, 0, 0, 0, 0, 0, 0x6c, 0xa1, 0x58];
            shared.extend(crc32fast::hash(content).to_le_bytes());
            shared.extend([size.to_le_bytes(), size.to_le_bytes()].concat());
            shared.extend([name.len() as u8, 0, 0, 0]);
            shared
        };
        bytes.extend([b"PK\x03\x04".as_slice(), &shared(local), local.as_bytes(), content].concat());
        if index < listed {
            directory.extend([b"PK\x01\x02\x14\0".as_slice(), &shared(central), &[0; 10]].concat());
            directory.extend(offset.to_le_bytes());
            directory.extend(central.as_bytes());
        }
    }
    let start = bytes.len() as u32;
    let count = members.len().min(listed) as u8;
    bytes.extend(&directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &[count, 0, count, 0]].concat());
    bytes.extend([(directory.len() as u32).to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend(b"\x02\0hi");
    bytes
}

#[test]
fn what_one_header_says_and_the_other_hides_is_told() {
    let bytes = zip_of(&[("good.txt", "..\\evil.exe", b"abc"), ("hidden.exe", "hidden.exe", &[b'x'; 64])], 1);
    let (archive, told) = archive_of(&bytes);
    let archive = archive.unwrap();
    assert_eq!((archive.member_count, archive.comment.as_deref()), (1, Some("hi")));
    assert_eq!(archive.escaping_names, ["..\\evil.exe"]);
    assert!(told.iter().any(|told| told.contains("disagree on the name")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("not in its central directory (\"hidden.exe\")")), "{told:?}");
}

#[test]
fn an_archive_without_its_end_is_read_by_its_members() {
    let bytes = zip_of(&[("a.txt", "a.txt", b"abc"), ("b.exe", "b.exe", &pe())], 2);
    let (archive, told) = archive_of(&bytes[..bytes.len() - 60]);
    assert_eq!(names(&archive.unwrap()), ["a.txt", "b.exe"]);
    assert!(told[0].contains("no central directory"), "{told:?}");
}

#[test]
fn archives_behind_something_else() {
    let zip = zip_of(&[("a.txt", "a.txt", b"abc")], 1);
    let picture = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[7; 100]].concat();
    let (archive, _) = archive_of(&[picture.as_slice(), &zip].concat());
    let archive = archive.unwrap();
    assert_eq!((archive.offset, archive.self_extracting), (Some(116), false));
    for (archive, format) in [(zip, "zip"), (rar5(0), "rar5"), (rar4(0), "rar4")] {
        let (found, told) = archive_of(&[pe().as_slice(), &archive].concat());
        let found = found.unwrap_or_else(|| panic!("{format} {told:?}"));
        assert_eq!((found.format, found.offset, found.self_extracting), (format, Some(0x400), true));
        assert_eq!(found.member_count, 1, "{format}");
    }
}

/// A RAR 5 archive of one stored member, by the specification. `flags` are those of the archive.
fn rar5(flags: u8) -> Vec<u8> {
    let block = |body: &[u8]| {
        let sized = [&[body.len() as u8], body].concat();
        [crc32fast::hash(&sized).to_le_bytes().as_slice(), &sized].concat()
    };
    let time = 1_700_000_000u32.to_le_bytes();
    let file = [&[2u8, 2, 3, 2, 3, 0x20][..], &time, &[0, 1, 5], b"a.txt"].concat();
    [rar5::SIGNATURE, &block(&[1, 0, flags]), &block(&file), b"abc", &block(&[5, 0, flags])].concat()
}

/// A RAR 4 archive of one stored member with a Unicode name.
fn rar4(flags: u8) -> Vec<u8> {
    let block = |kind: u8, flags: u16, body: &[u8]| {
        let rest = [&[kind][..], &flags.to_le_bytes(), &(body.len() as u16 + 7).to_le_bytes(), body].concat();
        [&crc32fast::hash(&rest).to_le_bytes()[..2], &rest].concat()
    };
    // The Unicode form: a high byte, then units by two bits each: low byte, plain byte, two bytes, a run of the plain name.
    let name = b"?b?.txt\0\x04\x4b\x30b\xe5\x65\x02";
    let mut body = [[3, 0, 0, 0], [3, 0, 0, 0]].concat();
    body.extend(
        [&[2][..], &[1; 4], &0x58a1_6c32u32.to_le_bytes(), &[29, 0x30, name.len() as u8, 0], &[0; 4], name].concat(),
    );
    [
        rar4::SIGNATURE,
        &block(0x73, flags.into(), &[0; 6]),
        &block(0x74, 0x8200, &body),
        b"abc",
        &block(0x7b, 0x4000, &[]),
    ]
    .concat()
}

#[test]
fn headers_of_rar() {
    let (archive, told) = archive_of(&rar5(0));
    let archive = archive.unwrap();
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(archive.members[0].name, "a.txt");
    assert_eq!(archive.members[0].modified.as_deref(), Some("2023-11-14T22:13:20Z"));
    let volume = archive_of(&rar5(1)).0.unwrap().volume.unwrap();
    assert_eq!((volume.number, volume.more), (Some(1), Some(true)));
    let archive = archive_of(&rar4(0)).0.unwrap();
    assert_eq!(archive.members[0].modified.as_deref(), Some("2024-05-01T13:33:36"));
    assert_eq!(archive.members[0].name, "\u{430}b日.txt");
    let hidden = archive_of(&rar4(0x80)).0.unwrap();
    assert_eq!((hidden.member_count, hidden.encrypted.unwrap().names_visible), (0, false));
}

#[test]
fn a_bomb_is_told_by_its_ratio() {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0u8; 8 << 20]).unwrap();
    let archive = archive_of(&encoder.finish().unwrap()).0.unwrap();
    assert_eq!((archive.format, archive.unpacked_size), ("gzip", 8 << 20));
    assert!(archive.ratio.is_some_and(|ratio| ratio > 900));
}

#[test]
fn lzma_that_lies_is_bounded() {
    // The properties name the largest dictionary; no memory is taken for it.
    let (output, outcome) = lzma::decode(&[0x5d, 0xff, 0xff, 0xff, 0xff], &[0; 64], usize::MAX);
    assert!(output.len() < 1 << 20 && outcome.is_err());
    for properties in [&[][..], &[225], &[0xff]] {
        assert_eq!(lzma::decode(properties, &[0; 64], 10).0.len(), 0);
    }
}

#[test]
fn mutants_end_and_keep_the_caps() {
    let folder = folder();
    let mut seeds = vec![rar5(0), rar4(0), zip_of(&[("a", "a", b"abc"), ("b.exe", "b", &pe())], 2)];
    for (program, arguments, file, ..) in MADE {
        seeds.extend(made_by(folder.path(), program, arguments, file));
    }
    let limits = Limits { archive_listed: 8, archive_entries: 64, archive_member_bytes: 1 << 16, ..Limits::default() };
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for round in 0..4000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            // Headers stand at both ends.
            let at = if random.below(2) == 0 {
                at.min(random.below(128))
            } else {
                at.max(bytes.len().saturating_sub(random.below(400) + 1))
            };
            bytes[at] = [0, 0xff, 0x7f, 0x80, bytes[at].wrapping_add(1), random.below(256) as u8][random.below(6)];
        }
        if random.below(8) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        let mut told = 0;
        let archive = read(&bytes, &bytes, Family::Archive, None, &limits, &mut |_| told += 1);
        if let Some(archive) = archive {
            assert!(archive.members.len() <= 8 && archive.member_count <= 64);
            assert!(told < 300, "{told}");
        }
    }
}
