//! Prefetch files of every version, made field by field, and what damage leaves of them.

use super::*;
use crate::artifact::event::Volume;
use crate::base::random::Random;
use crate::base::time::Timestamp;

const RUN: u64 = 132_223_104_000_000_001;
const SYSTEM: &str = "\\DEVICE\\HARDDISKVOLUME2\\WINDOWS\\SYSTEM32\\FTP.EXE";

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// A Prefetch file as the versions of Windows write it; `tight` is the later layout of version 30.
fn made(version: u32, tight: bool, path: &str) -> Vec<u8> {
    let (head, count, lasts, entry) = match version {
        17 => (0x98, 144, vec![(120, RUN)], 40),
        23 => (0xf0, 152, vec![(128, RUN)], 104),
        26 => (0x130, 208, vec![(128, RUN), (136, RUN - 20_000_000)], 104),
        _ if tight => (0x128, 200, vec![(128, RUN), (136, RUN - 20_000_000)], 96),
        _ => (0x130, 208, vec![(128, RUN), (136, RUN - 20_000_000)], 96),
    };
    let mut file = vec![0u8; head];
    let names = [wide(path), wide("\\DEVICE\\HARDDISKVOLUME2\\T\\UP.TXT")].concat();
    let device = wide("\\DEVICE\\HARDDISKVOLUME2");
    let mut volume = vec![0u8; entry];
    volume[..4].copy_from_slice(&(entry as u32).to_le_bytes());
    volume[4..8].copy_from_slice(&23u32.to_le_bytes());
    volume[8..16].copy_from_slice(&RUN.to_le_bytes());
    volume[16..20].copy_from_slice(&0x88a0_8c2fu32.to_le_bytes());
    volume.extend(&device);
    let fields = [
        (0, version),
        (12, (head + names.len() + volume.len()) as u32),
        (76, path_hash(version, path)),
        (84, head as u32),
        (100, head as u32),
        (104, names.len() as u32),
        (108, (head + names.len()) as u32),
        (112, 1),
        (116, volume.len() as u32),
        (count, 12),
    ];
    for (at, field) in fields {
        file[at..at + 4].copy_from_slice(&field.to_le_bytes());
    }
    file[4..8].copy_from_slice(b"SCCA");
    file[16..32].copy_from_slice(&wide("FTP.EXE"));
    for (at, time) in lasts {
        file[at..at + 8].copy_from_slice(&time.to_le_bytes());
    }
    [file, names, volume].concat()
}

/// The same, compressed: chunks of literals.
fn compressed(content: &[u8], stated: u32, checksum: bool) -> Vec<u8> {
    let mut data = vec![b'M', b'A', b'M', if checksum { 0x84 } else { 0x04 }];
    data.extend(stated.to_le_bytes());
    data.extend([7; 4].iter().filter(|_| checksum));
    for chunk in content.chunks(65_536) {
        data.extend([[0x88u8; 128], [0; 128]].concat());
        data.extend(chunk.chunks(2).flat_map(|pair| [*pair.get(1).unwrap_or(&0), pair[0]]));
        data.extend([0, 0]);
    }
    data
}

fn events(bytes: &[u8], name: &str, limits: &Limits) -> (Vec<Event>, Vec<String>) {
    let (mut events, mut notes) = (Vec::new(), Vec::new());
    let mut note = |cause: Cause| notes.push(cause.to_string());
    read(&bytes.to_vec(), name, limits, &mut note, &mut |event| events.push(event)).unwrap();
    (events, notes)
}

fn name(version: u32, path: &str) -> String {
    format!("FTP.EXE-{:08X}.pf", path_hash(version, path))
}

#[test]
fn every_version_is_read() {
    let run = Timestamp::from_filetime(RUN);
    let before = Timestamp::from_filetime(RUN - 20_000_000);
    for (version, tight) in [(17, false), (23, false), (26, false), (30, false), (30, true), (31, true)] {
        let plain = made(version, tight, SYSTEM);
        let packed = compressed(&plain, plain.len() as u32, false);
        let checked = compressed(&plain, plain.len() as u32, true);
        for bytes in [&plain, &packed, &checked] {
            let (events, notes) = events(bytes, &name(version, SYSTEM), &Limits::default());
            assert_eq!(notes, Vec::<String>::new(), "{version}");
            let [event] = &events[..] else { panic!("{version}: {events:?}") };
            let runs = event.runs.as_ref().unwrap();
            let times = if version < 26 { vec![run] } else { vec![run, before] };
            assert!(is_prefetch(&bytes[..8]));
            assert_eq!((event.source.as_str(), event.time), ("prefetch", run));
            assert_eq!(event.process.as_ref().unwrap().executable.as_deref(), Some(SYSTEM));
            assert_eq!((runs.count, runs.started_from.as_deref()), (Some(12), Some("system32")));
            assert_eq!(runs.last.iter().copied().map(Some).collect::<Vec<_>>(), times);
            assert_eq!(runs.files, [SYSTEM, "\\DEVICE\\HARDDISKVOLUME2\\T\\UP.TXT"]);
            let device = "\\DEVICE\\HARDDISKVOLUME2".to_owned();
            assert_eq!(runs.volumes, [Volume { device, serial: Some("88A08C2F".to_owned()), created: run }]);
        }
    }
}

#[test]
fn what_is_wrong_is_told_and_the_rest_is_kept() {
    let pristine = made(30, true, SYSTEM);
    let set = |at: usize, field: u32| {
        let mut bytes = pristine.clone();
        bytes[at..at + 4].copy_from_slice(&field.to_le_bytes());
        bytes
    };
    let whole = pristine.len() as u32;
    let volume = u32::from_le_bytes(pristine[108..112].try_into().unwrap()) as usize;
    let few = Limits { prefetch_files: 1, ..Limits::default() };
    let small = Limits { prefetch_bytes: 300, ..Limits::default() };
    let usual = Limits::default();
    let outside = "names of files lie outside the Prefetch file at offset 100";
    let cases: [(&str, Vec<u8>, &Limits, usize, &str); 15] = [
        ("names past the end", set(100, 0xffff_fff0), &usual, 1, outside),
        ("more names than there are", set(104, 0x7fff_ffff), &usual, 1, outside),
        ("volumes past the end", set(108, whole), &usual, 1, "volumes lie outside the Prefetch file at offset 108"),
        (
            "more volumes than there are",
            set(112, 9),
            &usual,
            1,
            "volumes or their devices lie outside the Prefetch file at offset 108",
        ),
        ("4 G volumes", set(112, u32::MAX), &usual, 1, "limit reached: volumes of a Prefetch file (limit 64)"),
        ("a device of 4 GiB", set(volume + 4, 0x7fff_ffff), &usual, 1, "volumes or their devices lie outside"),
        ("a version to come", set(0, 32), &usual, 0, "Prefetch file of version 32"),
        ("another hash", set(76, 7), &usual, 1, "is that of FTP.EXE-00000007 at offset 16"),
        ("files over the cap", pristine.clone(), &few, 1, "limit reached: files of a Prefetch file (limit 1)"),
        ("bytes over the cap", pristine.clone(), &small, 1, "limit reached: bytes of a Prefetch file (limit 300)"),
        ("cut off", pristine[..250].to_vec(), &usual, 1, "Prefetch file cut off at offset 250"),
        ("cut off in front of the count", pristine[..150].to_vec(), &usual, 1, "its count of runs at offset 150"),
        (
            "cut off in its header",
            pristine[..60].to_vec(),
            &usual,
            0,
            "Prefetch file cut off in its header at offset 0",
        ),
        (
            "a compressed file said to be 4 GiB",
            compressed(&pristine, u32::MAX, false),
            &usual,
            1,
            "limit reached: bytes of a Prefetch file (limit 16777216)",
        ),
        (
            "codes that overlap",
            [&b"MAM\x04\0\0\x10\0"[..], &[0x11; 300]].concat(),
            &usual,
            0,
            "Prefetch file: Huffman: codes overlap after 0 of 1048576 bytes at offset 8",
        ),
    ];
    for (what, bytes, limits, count, told) in cases {
        let (events, notes) = events(&bytes, &name(30, SYSTEM), limits);
        assert_eq!(events.len(), count, "{what}: {notes:?}");
        assert!(notes.iter().any(|note| note.contains(told)), "{what}: {notes:?}");
        assert!(notes.len() <= 5, "{what}: {notes:?}");
    }
    let (events, _) = events(&pristine[..250], "", &usual);
    let runs = events[0].runs.as_ref().unwrap();
    assert_eq!((runs.count, runs.last.len(), runs.started_from.as_deref()), (Some(12), 2, Some("system32")));
}

#[test]
fn names_that_windows_would_not_give_are_told() {
    let bytes = made(17, false, SYSTEM);
    let cases = [
        (name(17, SYSTEM), 0),
        (name(17, SYSTEM).to_lowercase(), 0),
        (String::new(), 0),
        ("CALC.EXE-12345678.pf".to_owned(), 1),
        ("a.txt".to_owned(), 1),
    ];
    for (name, count) in cases {
        assert_eq!(events(&bytes, &name, &Limits::default()).1.len(), count, "{name}");
    }
}

#[test]
fn mutants_are_bounded() {
    let plain = made(31, true, SYSTEM);
    let seeds = [made(17, false, SYSTEM), plain.clone(), compressed(&plain, 4 << 20, false)];
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let limits = Limits { prefetch_bytes: 1 << 18, prefetch_files: 100, ..Limits::default() };
    for round in 0..6000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.number() % 3 {
            let at = random.number() as usize % bytes.len();
            bytes[at] = [0, 0xff, 0x80, random.number() as u8][random.number() as usize % 4];
        }
        bytes.truncate(
            bytes.len() - if random.number().is_multiple_of(4) { random.number() as usize % bytes.len() } else { 0 },
        );
        let (events, notes) = events(&bytes, "", &limits);
        assert!(events.len() <= 1 && events.len() + notes.len() > 0);
        for runs in events.iter().filter_map(|event| event.runs.as_ref()) {
            assert!(runs.files.len() <= 101 && runs.last.len() <= 8 && runs.volumes.len() <= 64);
        }
    }
}
