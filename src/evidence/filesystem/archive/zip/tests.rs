//! zips built here, byte for byte.

use super::super::tests::{Seen, archive, content, mutate, seen};
use super::*;
use crate::evidence::{FileSystem, entry::EntryPath};

/// A member as it is to be written.
#[derive(Clone)]
struct Made<'a> {
    name: &'a [u8],
    data: Vec<u8>,
    size: u64,
    method: u16,
    flags: u16,
    system: u8,
    attributes: u32,
    extra: Vec<u8>,
    /// The name in the local header, where it is another.
    local_name: Option<&'a [u8]>,
    /// Where the central directory says that the member is, if not there.
    offset: Option<u64>,
}

fn stored<'a>(name: &'a [u8], data: &[u8]) -> Made<'a> {
    let size = data.len() as u64;
    let (data, extra) = (data.to_vec(), Vec::new());
    Made { name, data, size, method: 0, flags: 0, system: 0, attributes: 0, extra, local_name: None, offset: None }
}

fn deflated<'a>(name: &'a [u8], data: &[u8]) -> Made<'a> {
    let packed = miniz_oxide::deflate::compress_to_vec(data, 6);
    Made { data: packed, method: 8, ..Made { size: data.len() as u64, ..stored(name, b"") } }
}

/// Writes members and a central directory; `descriptors` puts sizes behind the data.
fn build(members: &[Made<'_>], descriptors: bool) -> Vec<u8> {
    let (mut bytes, mut central) = (Vec::new(), Vec::new());
    for made in members {
        let offset = made.offset.unwrap_or(bytes.len() as u64) as u32;
        let flags = made.flags | if descriptors { crate::base::zip::header::DESCRIPTOR } else { 0 };
        let common = |bytes: &mut Vec<u8>, sizes: bool, name: &[u8]| {
            for field in [20, flags, made.method, 0x6000, 0x58e5] {
                bytes.extend_from_slice(&field.to_le_bytes());
            }
            let (compressed, size) = if sizes { (made.data.len() as u32, made.size as u32) } else { (0, 0) };
            for field in [if sizes { 7u32 } else { 0 }, compressed, size] {
                bytes.extend_from_slice(&field.to_le_bytes());
            }
            bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
            bytes.extend_from_slice(&(made.extra.len() as u16).to_le_bytes());
        };
        if made.offset.is_none() {
            let name = made.local_name.unwrap_or(made.name);
            bytes.extend_from_slice(b"PK\x03\x04");
            common(&mut bytes, !descriptors, name);
            bytes.extend_from_slice(&[name, &made.extra, &made.data].concat());
            if descriptors {
                bytes.extend_from_slice(b"PK\x07\x08\x07\0\0\0");
                bytes.extend_from_slice(&(made.data.len() as u32).to_le_bytes());
                bytes.extend_from_slice(&(made.size as u32).to_le_bytes());
            }
        }
        central.extend_from_slice(&[b'P', b'K', 1, 2, 20, made.system]);
        common(&mut central, true, made.name);
        central.extend_from_slice(&[0; 6]);
        central.extend_from_slice(&made.attributes.to_le_bytes());
        central.extend_from_slice(&offset.to_le_bytes());
        central.extend_from_slice(&[made.name, &made.extra].concat());
    }
    let (start, size) = (bytes.len() as u32, central.len() as u32);
    bytes.extend_from_slice(&central);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        bytes.extend_from_slice(&(members.len() as u16).to_le_bytes());
    }
    bytes.extend_from_slice(&[size.to_le_bytes(), start.to_le_bytes()].concat());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

fn told(bytes: Vec<u8>) -> Seen {
    seen(&archive(bytes, &Limits::default()).expect("is a zip").1, 1 << 20)
}

fn paths(told: &Seen) -> Vec<&str> {
    told.entries.iter().map(|(path, ..)| path.as_str()).collect()
}

#[test]
fn names_are_data() {
    let unix = |name, attributes: u32| Made { system: 3, attributes: attributes << 16, ..stored(name, b"x") };
    let members = [
        stored(b"../../etc/passwd", b"1"),
        stored(b"/abs", b"2"),
        stored(b"C:\\Windows\\a.txt", b"3"),
        stored(b"J\x94rg", b"4"),
        Made { flags: 1 << 11, ..stored("\u{4e2d}".as_bytes(), b"5") },
        unix(b"back\\slash", 0o100_644),
        unix(b"link", 0o120_777),
        unix(b"d/", 0o40_755),
        stored(b"twice", b"6"),
        stored(b"twice", b"7"),
    ];
    for descriptors in [false, true] {
        let told = told(build(&members, descriptors));
        let expected = [
            "C:",
            "C:/Windows",
            "C:/Windows/a.txt",
            "J\u{f6}rg",
            "\\x2E\\x2E",
            "\\x2E\\x2E/\\x2E\\x2E",
            "\\x2E\\x2E/\\x2E\\x2E/etc",
            "\\x2E\\x2E/\\x2E\\x2E/etc/passwd",
            "abs",
            "back\\slash",
            "d",
            "link",
            "twice",
            "twice",
            "\u{4e2d}",
        ];
        assert_eq!(paths(&told), expected);
        assert_eq!(told.notes, [""; 0]);
        assert_eq!(told.entries.iter().find(|entry| entry.0 == "link").unwrap().1, EntryKind::Symlink);
        let twice = told.contents.iter().filter(|(path, _)| path == "twice").map(|(_, content)| content.clone());
        assert_eq!(twice.collect::<Vec<_>>(), [Ok(b"6".to_vec()), Ok(b"7".to_vec())]);
    }
}

#[test]
fn what_contradicts_or_overlaps_is_told_and_the_rest_is_read() {
    let plain = build(&[deflated(b"a", b"aaaa"), stored(b"b", b"bb")], false);
    let second = 30 + 1 + miniz_oxide::deflate::compress_to_vec(b"aaaa", 6).len();
    assert_eq!(&plain[second..second + 2], b"PK");
    let cases: [(&[Made<'_>], &str, &str, Result<&[u8], &str>); 6] = [
        (&[Made { local_name: Some(b"evil"), ..stored(b"good", b"x") }], "disagree on the name", "good", Ok(b"x")),
        (&[Made { flags: 1, ..stored(b"a", b"x") }], "", "a", Err("encrypted")),
        (&[Made { method: 12, ..stored(b"a", b"x") }], "", "a", Err("bzip2")),
        (&[Made { offset: Some(9999), ..stored(b"a", b"x") }, stored(b"b", b"y")], "no header before", "b", Ok(b"y")),
        (&[Made { size: 9, ..deflated(b"a", b"xyz") }], "", "a", Err("3 bytes come out")),
        (&[stored(b"a", b"x"), Made { offset: Some(0), ..stored(b"b", b"x") }], "disagree on the name", "b", Ok(b"x")),
    ];
    for (members, note, path, content) in cases {
        let told = told(build(members, false));
        assert!(told.notes.first().map_or(note.is_empty(), |told| told.contains(note)), "{told:?}");
        match content {
            Ok(expected) => assert_eq!(told.content(path).as_deref(), Ok(expected)),
            Err(why) => assert!(told.content(path).as_ref().is_err_and(|told| told.contains(why)), "{told:?}"),
        }
    }
    // A member that is said to reach over the next one ends where that begins; its own data ends before by itself.
    let mut overlapping = plain.clone();
    let central = overlapping.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    overlapping[central + 20..central + 24].copy_from_slice(&60u32.to_le_bytes());
    let told = told(overlapping);
    assert!(told.notes.iter().any(|note| note.contains("overlaps")), "{told:?}");
    assert_eq!((told.content("a").as_deref(), told.content("b").as_deref()), (Ok(&b"aaaa"[..]), Ok(&b"bb"[..])));
}

#[test]
fn members_are_had_without_a_central_directory() {
    let members = [deflated(b"d/a", &content(5000)), stored(b"b", b"bb"), deflated(b"c", b"cccc")];
    for descriptors in [false, true] {
        let whole = build(&members, descriptors);
        let end = whole.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        for kept in [end, whole.len() - 20] {
            let told = told(whole[..kept].to_vec());
            assert_eq!(paths(&told), ["b", "c", "d", "d/a"], "{told:?}");
            assert!(told.notes[0].contains("no central directory"));
            assert_eq!(told.content("d/a").as_ref(), Ok(&content(5000)));
            assert_eq!(told.content("b").as_deref(), Ok(&b"bb"[..]));
        }
        // The sizes behind one member are lost as well: that one is named, the others are read.
        if descriptors {
            let mut damaged = whole[..end].to_vec();
            let sizes = damaged.windows(4).position(|bytes| bytes == b"PK\x07\x08").unwrap();
            damaged[sizes] = 0;
            let told = told(damaged);
            assert_eq!(paths(&told), ["b", "c", "d", "d/a"], "{told:?}");
            assert!(told.content("d/a").as_ref().is_err_and(|told| told.contains("cut off")), "{told:?}");
            assert_eq!(told.content("c").as_deref(), Ok(&b"cccc"[..]));
        }
        // Half of the directory is damaged: the other half is read from before the data.
        let mut damaged = whole.clone();
        let second = end + damaged[end + 4..].windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap() + 4;
        damaged[second] = 0;
        let told = told(damaged);
        assert_eq!(paths(&told), ["b", "c", "d", "d/a"], "{told:?}");
        assert!(told.notes[0].contains("damaged header"), "{told:?}");
        // What is put before an archive moves it.
        let moved = [b"PK\x07\x08".to_vec(), whole].concat();
        assert_eq!(paths(&self::told(moved)), ["b", "c", "d", "d/a"]);
    }
}

#[test]
fn bombs_are_stopped() {
    let limits =
        Limits { archive_member_bytes: 1 << 20, archive_bytes: 4 << 20, archive_entries: 50, ..Limits::default() };
    let zeros = deflated(b"zeros", &vec![0u8; 32 << 20]);
    let (_, mounted) = archive(build(&[zeros.clone(), stored(b"a", b"x")], false), &limits).unwrap();
    let told = seen(&mounted, 64 << 20);
    assert!(told.content("zeros").as_ref().is_err_and(|told| told.contains("limit reached")), "{:?}", told.notes);
    assert_eq!(told.content("a").as_deref(), Ok(&b"x"[..]));
    // Many members that are one and the same: what all may become is capped, and how many there may be.
    let same = Made { offset: Some(0), ..zeros.clone() };
    let many: Vec<_> = std::iter::once(zeros).chain(std::iter::repeat_n(same, 80)).collect();
    let told = seen(&archive(build(&many, false), &limits).unwrap().1, 1 << 10);
    assert_eq!(told.entries.len(), 50);
    assert!(told.notes.iter().any(|note| note.contains("entries of an archive")), "{:?}", told.notes);
    assert!(told.notes.iter().any(|note| note.contains("bytes that an archive may become")), "{:?}", told.notes);
}

#[test]
fn times_are_those_of_the_extra_fields() {
    let time = |extra: Vec<u8>| {
        let extra_is_empty = extra.is_empty();
        let (_, mounted) = archive(build(&[Made { extra, ..stored(b"a", b"x") }], false), &Limits::default()).unwrap();
        let times = FileSystem::open(&mounted, &EntryPath::new("a")).unwrap().times;
        assert_eq!(times.modified_is_local, extra_is_empty, "DOS times have no zone");
        [times.modified, times.accessed, times.created].map(|time| time.map_or(String::new(), |time| time.to_string()))
    };
    assert_eq!(time(Vec::new()), ["2024-07-05T12:00:00Z", "", ""]);
    let unix = [&b"\x55\x54\x05\0\x01"[..], &1_000_000_000u32.to_le_bytes()].concat();
    assert_eq!(time(unix.clone()), ["2001-09-09T01:46:40Z", "", ""]);
    let ntfs = |seconds: u64| ((seconds + 11_644_473_600) * 10_000_000 + 5_000_000).to_le_bytes();
    let ntfs = [&b"\x0a\0\x20\0\0\0\0\0\x01\0\x18\0"[..], &ntfs(0), &ntfs(60), &0u64.to_le_bytes()].concat();
    assert_eq!(time([unix, ntfs].concat()), ["1970-01-01T00:00:00.5Z", "1970-01-01T00:01:00.5Z", ""]);
}

#[test]
fn changed_bytes_do_no_harm() {
    let members = [deflated(b"d/a", &content(3000)), stored(b"b", b"bb"), deflated(b"c\\d", &content(200))];
    mutate(&build(&members, false), 1200);
    mutate(&build(&members, true), 600);
}
