//! Expert Witness sets that the tests build, whole and damaged, and those of the tools.

use super::super::testfolder::{Folder, all, told};
use super::testimage::{Plan, deflate, disk, find, seal, section, version1, version2};
use crate::base::random::Random;
use crate::evidence::container::{Format, Medium};
use crate::evidence::integrity;
use std::process::Command;
use zlib_rs::adler32::adler32;

fn md5_of(bytes: &[u8]) -> [u8; 16] {
    use md5::Digest as _;
    md5::Md5::digest(bytes).into()
}

fn named(files: Vec<Vec<u8>>) -> Folder {
    let files = (1..).zip(files).map(|(number, file)| (format!("d.E{number:02}"), Some(file))).collect();
    Folder { files, own: "d.E01".to_owned() }
}

fn one(file: Vec<u8>) -> Result<Medium, crate::base::anomaly::Cause> {
    named(vec![file]).open_own()
}

#[test]
fn sets_give_the_disk_and_its_digest() {
    let disk = disk(40 * 4096 + 1536);
    for (deflated, copies, per_segment, sectors) in
        [(true, true, 1000, 8), (false, true, 1000, 8), (true, false, 7, 8), (false, false, 3, 16), (true, true, 1, 32)]
    {
        let plan = Plan { per_segment, deflated, copies, sectors, ..Plan::default() };
        let folder = named(version1(&disk, &plan, Some(&md5_of(&disk))));
        let medium = folder.open_own().unwrap();
        assert_eq!(medium.format, Format::Ewf);
        assert!(all(&medium) == disk, "{deflated} {per_segment}");
        assert_eq!(told(&medium), [""; 0]);
        let computed = integrity::digests(&medium.source, &medium.stored).unwrap();
        assert_eq!(integrity::verified(&medium.stored, &computed), Some(true));
    }
}

#[test]
fn a_hundred_segments_are_one_disk_whichever_is_named() {
    let disk = disk(130 * 4096);
    let files = version1(&disk, &Plan { per_segment: 1, ..Plan::default() }, None);
    let name = |number: usize| match number {
        1..=99 => format!("d.e{number:02}"),
        more => {
            format!("d.e{}{}", (b'a' + ((more - 100) / 26) as u8) as char, (b'a' + ((more - 100) % 26) as u8) as char)
        }
    };
    let files = (1..).zip(files).map(|(number, file)| (name(number), Some(file))).collect();
    let mut folder = Folder { files, own: "d.e07".to_owned() };
    folder.files.insert("d.raw".to_owned(), Some(b"another file".to_vec()));
    let medium = folder.open_own().unwrap();
    assert!(all(&medium) == disk);
    assert_eq!(told(&medium), [""; 0]);
}

#[test]
fn missing_segments_read_as_zeros_and_the_rest_keeps_its_place() {
    let disk = disk(12 * 4096);
    let files = version1(&disk, &Plan { per_segment: 3, ..Plan::default() }, None);
    let cases: [(&[usize], std::ops::Range<usize>, &str); 4] = [
        (&[1], 0..3, "segment d.E01 is missing"),
        (&[2], 3..6, "segment d.E02 is missing"),
        (&[2, 3], 3..9, "segment d.E03 is missing"),
        (&[4], 9..12, "next would be d.E04"),
    ];
    for (gone, zeros, says) in cases {
        let mut folder = named(files.clone());
        gone.iter().for_each(|number| {
            folder.files.remove(&format!("d.E{number:02}"));
        });
        folder.own = if gone == [1] { "d.E02".to_owned() } else { "d.E01".to_owned() };
        let medium = folder.open_own().unwrap();
        let mut expected = disk.clone();
        expected[zeros.start * 4096..zeros.end * 4096].fill(0);
        assert!(all(&medium) == expected, "{gone:?}");
        let told = told(&medium).join("\n");
        assert!(told.contains(says), "{told}");
        assert!(told.contains(&format!("bytes read as zeros, at offset {}", zeros.start * 4096)), "{told}");
    }
    let mut two_gaps = named(version1(&disk, &Plan { per_segment: 2, ..Plan::default() }, None));
    for name in ["d.E02", "d.E05"] {
        *two_gaps.files.get_mut(name).unwrap() = None;
    }
    let medium = two_gaps.open_own().unwrap();
    let mut expected = disk;
    expected[2 * 4096..10 * 4096].fill(0);
    assert!(all(&medium) == expected);
    assert!(told(&medium).iter().any(|told| told.starts_with("4 chunks follow what is missing")));
}

#[test]
fn bad_chunks_read_as_zeros_and_are_told_once() {
    let disk = disk(6 * 4096);
    for deflated in [true, false] {
        let mut file = version1(&disk, &Plan { deflated, ..Plan::default() }, Some(&md5_of(&disk))).remove(0);
        let at = find(&file, "sectors", 0) + 76;
        file[at + 40] ^= 0x55;
        let medium = one(file).unwrap();
        let mut expected = disk.clone();
        expected[..4096].fill(0);
        assert!(all(&medium) == expected);
        let says = "a chunk that does not inflate to its size, or whose checksum is wrong: 4096 bytes read as zeros, at offset 0";
        assert_eq!(told(&medium), [says]);
        all(&medium);
        assert_eq!(medium.source.unread().len(), 0);
        let computed = integrity::digests(&medium.source, &medium.stored).unwrap();
        assert_eq!(integrity::verified(&medium.stored, &computed), Some(false));
    }
}

#[test]
fn damaged_tables_give_way_to_their_copies() {
    let disk = disk(9 * 4096);
    let files = version1(&disk, &Plan { per_segment: 5, ..Plan::default() }, None);
    // The count, an entry.
    for offset in [76, 76 + 24 + 5] {
        let mut files = files.clone();
        let at = find(&files[0], "table", 0);
        files[0][at + offset] ^= 3;
        let medium = named(files).open_own().unwrap();
        assert!(all(&medium) == disk, "{offset}");
        let told = told(&medium).join("\n");
        assert!(
            told.contains("a table of chunks is damaged") && told.contains("the copy of the damaged table is used"),
            "{told}"
        );
    }
    // Without a sound count, what follows is placed from the end.
    let mut files = version1(&disk, &Plan { per_segment: 5, copies: false, ..Plan::default() }, None);
    let at = find(&files[0], "table", 0);
    files[0][at + 76] ^= 3;
    let medium = named(files).open_own().unwrap();
    assert!(all(&medium)[5 * 4096..] == disk[5 * 4096..]);
}

#[test]
fn sections_that_lie_end_the_segment_and_are_told() {
    let disk = disk(6 * 4096);
    let plan = Plan { copies: false, ..Plan::default() };
    let file = version1(&disk, &plan, Some(&md5_of(&disk))).remove(0);
    let next = |kind: &str, next: u64| {
        let mut file = file.clone();
        let at = find(&file, kind, 0);
        file[at + 16..at + 24].copy_from_slice(&next.to_le_bytes());
        seal(&mut file, at);
        file
    };
    let at = |kind: &str| find(&file, kind, 0) as u64;
    for lied in [
        next("sectors", at("sectors")),
        next("table", at("volume")),
        next("table", u64::MAX),
        next("sectors", file.len() as u64 - 10),
        next("sectors", at("sectors") + 80),
        file[..at("table") as usize + 90].to_vec(),
        file[..at("sectors") as usize + 200].to_vec(),
    ] {
        let medium = one(lied).unwrap();
        assert_eq!(medium.source.len(), disk.len() as u64);
        let read = all(&medium);
        assert!(read == disk || read.iter().all(|byte| *byte == 0) || read.ends_with(&[0; 4096]));
        assert!(!told(&medium).is_empty());
    }
    assert!(one(b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00".to_vec()).is_err());
    assert!(one(next("volume", 5)).unwrap().damage.len() > 1);
}

#[test]
fn tables_and_sizes_that_lie_cost_nothing() {
    let disk = disk(6 * 4096);
    let file = version1(&disk, &Plan { copies: false, ..Plan::default() }, None).remove(0);
    let table = find(&file, "table", 0) + 76;
    let mut past = file.clone();
    past[table + 24 + 8..table + 24 + 12].copy_from_slice(&0xffff_fff0u32.to_le_bytes());
    let medium = one(past).unwrap();
    let read = all(&medium);
    assert!(
        read[..4096] == disk[..4096] && read[2 * 4096..3 * 4096] == [0; 4096] && read[3 * 4096..] == disk[3 * 4096..]
    );
    assert!(told(&medium).join("\n").contains("outside its segment: 4096 bytes read as zeros, at offset 8192"));

    let mut count = file.clone();
    count[table..table + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let sum = adler32(1, &count[table..table + 20]);
    count[table + 20..table + 24].copy_from_slice(&sum.to_le_bytes());
    assert!(all(&one(count).unwrap())[..5 * 4096] == disk[..5 * 4096]);

    let mut huge = file.clone();
    let volume = find(&huge, "volume", 0) + 76;
    huge[volume + 16..volume + 24].copy_from_slice(&(u64::MAX / 1024).to_le_bytes());
    let sum = adler32(1, &huge[volume..volume + 1048]);
    huge[volume + 1048..volume + 1052].copy_from_slice(&sum.to_le_bytes());
    let medium = one(huge.clone()).unwrap();
    assert!(medium.source.len() <= huge.len() as u64 * 1100);
    assert!(told(&medium).join("\n").contains("more than these segments can hold"));
    huge[volume + 8..volume + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(one(huge).is_err());
}

#[test]
fn a_bomb_fills_one_chunk_at_most() {
    let mut file = b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00".to_vec();
    let whole = version1(&disk(4096), &Plan::default(), None).remove(0);
    let volume = find(&whole, "volume", 0) + 76;
    section(&mut file, "volume", &whole[volume..volume + 1052]);
    let base = file.len() as u64 + 76;
    section(&mut file, "sectors", &deflate(&vec![0u8; 64 << 20]));
    let mut table = 1u32.to_le_bytes().to_vec();
    table.resize(8, 0);
    table.extend(base.to_le_bytes());
    table.resize(20, 0);
    table.extend(adler32(1, &table).to_le_bytes());
    let entry = 0x8000_0000u32.to_le_bytes();
    table.extend(entry);
    table.extend(adler32(1, &entry).to_le_bytes());
    section(&mut file, "table", &table);
    section(&mut file, "done", &[]);
    let medium = one(file).unwrap();
    assert_eq!(all(&medium), [0; 4096]);
    assert!(told(&medium).join("\n").contains("does not inflate to its size"));
}

#[test]
fn unreadable_sectors_are_told() {
    let disk = disk(6 * 4096);
    let medium = one(version1(&disk, &Plan { bad: vec![(3, 2), (40, 1)], ..Plan::default() }, None).remove(0)).unwrap();
    let expected = [
        "2 sectors could not be read when the image was acquired, at offset 1536",
        "1 sectors could not be read when the image was acquired, at offset 20480",
    ];
    assert_eq!(told(&medium), expected);
}

#[test]
fn version_2_gives_the_disk_too() {
    let disk = disk(20 * 4096 + 512);
    let folder = Folder::of("d.Ex01", &[("d.Ex01", version2(&disk, 8, 0, &md5_of(&disk)))]);
    let medium = folder.open_own().unwrap();
    assert!(all(&medium) == disk);
    assert_eq!(told(&medium), ["2 sectors could not be read when the image was acquired, at offset 1536"]);
    let computed = integrity::digests(&medium.source, &medium.stored).unwrap();
    assert_eq!(integrity::verified(&medium.stored, &computed), Some(true));
}

#[test]
fn relatives_are_named_and_not_read() {
    let encrypted = version2(&disk(4096), 8, 2, &[0; 16]);
    let mut smart = b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00".to_vec();
    section(&mut smart, "volume", &[0; 94]);
    let cases: [(Vec<u8>, &str); 5] = [
        (encrypted, "encrypted"),
        (smart, "SMART"),
        (b"LVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00".to_vec(), "L01"),
        (b"LEF2\x0d\x0a\x81\x00".to_vec(), "Lx01"),
        (b"ADCRYPT\x00".to_vec(), "encrypted"),
    ];
    for (file, says) in cases {
        let error = one(file).err().expect("is refused").to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// Thousands of damaged sets: nothing panics, and what is read is the same twice.
#[test]
fn mutants_are_read_the_same_twice() {
    let disk = disk(6 * 4096);
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let first = version1(&disk, &Plan { per_segment: 4, bad: vec![(1, 1)], ..Plan::default() }, Some(&[1; 16]));
    let second = vec![version2(&disk, 8, 0, &[1; 16])];
    for round in 0..3000 {
        let (mut files, name) = if round % 3 == 2 { (second.clone(), "d.Ex0") } else { (first.clone(), "d.E0") };
        let victim = random.below(files.len());
        for _ in 0..=random.below(6) {
            let file = &mut files[victim];
            let at = random.below(file.len());
            file[at] = [0, 1, 0x7f, 0x80, 0xff, file[at] ^ 1][random.below(6)];
        }
        if round % 16 == 0 {
            let length = random.below(files[victim].len());
            files[victim].truncate(length);
        }
        // Most headers would be refused for their checksum alone.
        for file in &mut files {
            for at in 0..file.len().saturating_sub(76) {
                if [&b"table\0"[..], b"table2\0", b"volume\0", b"sectors\0", b"hash\0", b"data\0"]
                    .iter()
                    .any(|kind| file[at..].starts_with(kind))
                {
                    seal(file, at);
                }
            }
        }
        let files = (1..).zip(files).map(|(number, file)| (format!("{name}{number}"), Some(file))).collect();
        let folder = Folder { files, own: format!("{name}1") };
        if let (Ok(medium), Ok(again)) = (folder.open_own(), folder.open_own()) {
            let read = |medium: &Medium| {
                let mut bytes = vec![0u8; 64 << 10];
                let count = medium.source.read_at(0, &mut bytes).unwrap();
                bytes.truncate(count);
                (bytes, told(medium))
            };
            assert!(read(&medium) == read(&again));
        }
    }
}

/// Sets that libewf writes, read byte for byte.
#[test]
fn sets_of_libewf_give_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("disk.raw");
    let disk = disk(3 << 20);
    std::fs::write(&raw, &disk).unwrap();
    let formats = [
        "encase1", "encase2", "encase3", "encase4", "encase5", "encase6", "encase7", "linen6", "ewfx", "ewf", "ftk",
        "smart",
    ];
    for (format, level) in formats.iter().flat_map(|format| [(format, "none"), (format, "fast"), (format, "best")]) {
        let target = folder.path().join(format!("{format}-{level}"));
        let mut command = Command::new("ewfacquire");
        command.args(["-u", "-q", "-d", "sha1", "-S", "1MiB", "-f", format, "-c", level, "-t"]).arg(&target).arg(&raw);
        match command.output() {
            Err(_) => {
                println!("skipped: ewfacquire is not here");
                return;
            }
            Ok(output) if !output.status.success() => continue,
            Ok(_) => {}
        }
        let first = ["E01", "e01", "s01"].iter().map(|end| target.with_extension(end)).find(|path| path.exists());
        let Some(first) = first else { continue };
        let opened = crate::evidence::open::open(&first, &crate::base::limits::Limits::default()).unwrap();
        let told: Vec<String> = opened.anomalies.iter().map(|anomaly| anomaly.cause.to_string()).collect();
        if matches!(*format, "ewf" | "smart") {
            assert!(told.join("").contains("SMART"), "{told:?}");
            continue;
        }
        assert_eq!(told, [""; 0], "{format} {level}");
        let crate::evidence::open::Shape::Image(image) = opened.shape else { panic!("{format} {level} is no image") };
        let mut read = vec![0u8; disk.len() + 1];
        let count = crate::base::bytes::read_full(&image.source, 0, &mut read).unwrap();
        assert!(read[..count] == disk, "{format} {level}");
        let computed = integrity::digests(&image.source, &image.stored).unwrap();
        assert_eq!(integrity::verified(&image.stored, &computed), Some(true), "{format} {level}");
    }
}
