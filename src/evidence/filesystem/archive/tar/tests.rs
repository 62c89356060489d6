//! tars built here, block for block.

use super::super::tests::{Seen, archive, content, mutate, seen};
use super::*;

/// A header with its checksum, and the data padded.
fn member(name: &str, flag: u8, link: &str, size: u64, data: &[u8]) -> Vec<u8> {
    let mut block = vec![0u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"14000000000\0");
    put(156, &[flag]);
    put(157, link.as_bytes());
    put(257, b"ustar\x0000");
    put(148, b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.extend_from_slice(data);
    block.resize(block.len().next_multiple_of(BLOCK), 0);
    block
}

fn file(name: &str, data: &[u8]) -> Vec<u8> {
    member(name, b'0', "", data.len() as u64, data)
}

fn pax(records: &str) -> Vec<u8> {
    member("pax", b'x', "", records.len() as u64, records.as_bytes())
}

fn told(parts: &[Vec<u8>]) -> Seen {
    seen(&archive(parts.concat(), &Limits::default()).expect("is a tar").1, 1 << 20)
}

#[test]
fn members_of_all_kinds() {
    let end = vec![0u8; 1024];
    let told = told(&[
        file("./a.txt", b"aaa"),
        member("hard", b'1', "a.txt", 0, b""),
        member("lost", b'1', "nowhere", 0, b""),
        member("soft", b'2', "/etc/passwd", 0, b""),
        member("dir", b'5', "", 0, b""),
        member("old/", 0, "", 0, b""),
        member("pipe", b'6', "", 0, b""),
        pax("20 path=d/long-name\n22 mtime=1500000000.5\n"),
        file("short/", b"pp"),
        pax("22 GNU.sparse.major=1\n29 GNU.sparse.realsize=99999\n25 GNU.sparse.name=holes\n"),
        file("GNUSparseFile.0/holes", b"map"),
        file("../../x", b"slip"),
        end,
    ]);
    let kind = |path: &str| told.entries.iter().find(|entry| entry.0 == path).map(|entry| (entry.1, entry.2));
    assert_eq!(kind("hard"), Some((EntryKind::File, 3)));
    assert_eq!(kind("lost"), Some((EntryKind::Other, 0)));
    assert_eq!(kind("soft"), Some((EntryKind::Symlink, 0)));
    assert_eq!((kind("dir"), kind("old")), (Some((EntryKind::Directory, 0)), Some((EntryKind::Directory, 0))));
    assert_eq!((kind("pipe"), kind("holes")), (Some((EntryKind::Fifo, 0)), Some((EntryKind::File, 99_999))));
    assert_eq!(told.content("hard").as_deref(), Ok(&b"aaa"[..]));
    assert_eq!(told.content("d/long-name").as_deref(), Ok(&b"pp"[..]));
    assert_eq!(told.content("\\x2E\\x2E/\\x2E\\x2E/x").as_deref(), Ok(&b"slip"[..]));
    assert!(told.content("holes").as_ref().is_err_and(|told| told.contains("sparse")));
    assert_eq!(told.notes.len(), 1, "{told:?}");
}

/// Two readers that believe different sizes see different files: the record counts, and the contradiction is told.
#[test]
fn sizes_that_disagree_are_told() {
    let inner = file("hidden", b"h");
    let told = told(&[pax("13 size=1024\n"), member("a", b'0', "", 3, &inner), file("b", b"bb"), vec![0; 1024]]);
    assert_eq!(told.content("a").as_ref().map(Vec::len), Ok(1024));
    assert_eq!(told.content("b").as_deref(), Ok(&b"bb"[..]));
    assert!(told.notes[0].contains("a pax record says 1024 bytes, the header 3"), "{told:?}");
}

#[test]
fn damage_is_passed_over() {
    let mut broken = file("b", &content(2000));
    broken[0] ^= 1;
    let told = told(&[file("a", b"a"), broken, file("c", b"c"), vec![0; 1024], file("behind", b"x")]);
    let paths: Vec<_> = told.entries.iter().map(|entry| entry.0.as_str()).collect();
    assert_eq!(paths, ["a", "behind", "c"]);
    assert!(told.notes[0].contains("no header where one must be at offset 1024"), "{told:?}");
    assert!(told.notes[1].contains("behind the end"), "{told:?}");
    let cut = [file("a", b"a"), file("b", &content(2000))].concat();
    let told = seen(&archive(cut[..2500].to_vec(), &Limits::default()).unwrap().1, 1 << 20);
    assert!(told.notes[0].contains("cut off"), "{told:?}");
    assert_eq!(told.content("a").as_deref(), Ok(&b"a"[..]));
}

#[test]
fn changed_bytes_do_no_harm() {
    let good = [
        file("a", &content(700)),
        pax("20 path=d/long-name\n12 size=600\n"),
        member("x", b'0', "", 600, &content(600)),
        member("", b'L', "", 5, b"long\0"),
        member("hard", b'1', "a", 0, b""),
        vec![0; 1024],
    ];
    mutate(&good.concat(), 1500);
}
