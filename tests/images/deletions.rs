//! Scripts that were deleted from NTFS: those whose record was not used again come back, and none is invented.

use super::makers;
use crate::support;
use ftpsift::base::digest::Digests;
use std::collections::BTreeSet;

/// A script that is told from all others by its host.
fn script(number: usize) -> String {
    format!("open 192.0.2.{number}\r\nuser u{number} p{number}\r\nbinary\r\nget tool{number}.exe\r\nbye\r\n")
}

/// The hosts of the sessions that come from deleted records.
fn recovered(image: &std::path::Path) -> BTreeSet<String> {
    let (_, report) = support::scan_json(image, &[]);
    let scripts = report["scripts"].as_array().unwrap().iter();
    let deleted = scripts.filter(|script| script["source"] == "deleted-record");
    let sessions = deleted.flat_map(|script| script["sessions"].as_array().unwrap());
    sessions.map(|session| session["host"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn deleted_scripts_come_back_while_their_record_is_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("deleted.raw");
    if !makers::new_ntfs(&image) {
        return;
    }
    let hosts =
        |range: std::ops::Range<usize>| range.map(|number| format!("192.0.2.{number}")).collect::<BTreeSet<_>>();
    let write = &mut |mount: &std::path::Path| {
        std::fs::create_dir(mount.join("Temp")).unwrap();
        for number in 0..50 {
            std::fs::write(mount.join(format!("Temp/s{number}.txt")), script(number)).unwrap();
        }
    };
    let delete = &mut |mount: &std::path::Path| {
        for number in 0..50 {
            std::fs::remove_file(mount.join(format!("Temp/s{number}.txt"))).unwrap();
        }
    };
    if !(makers::mounted_ntfs(&image, write) && makers::mounted_ntfs(&image, delete)) {
        return;
    }
    assert_eq!(recovered(&image), hosts(0..50));
    // What was found lies where the report says that it does.
    let bytes = std::fs::read(&image).unwrap();
    for script in support::scan_json(&image, &[]).1["scripts"].as_array().unwrap() {
        let number = |field: &str| script["extents"][0][field].as_u64().unwrap() as usize;
        let (offset, length) = (number("offset"), number("length"));
        assert_eq!(script["recovery"], "resident");
        assert_eq!(Digests::of(&bytes[offset..offset + length]).sha256, script["sha256"].as_str().unwrap());
    }
    let text = support::run(&["scan", image.to_str().unwrap()]).stdout;
    assert!(String::from_utf8_lossy(&text).contains("source    deleted record, resident; bytes at"));
    // New files take the records that are free: as many as there are of them, no script comes back.
    let again = &mut |mount: &std::path::Path| {
        for number in 0..25 {
            std::fs::write(mount.join(format!("Temp/new{number}.dat")), "a file that is no script").unwrap();
        }
    };
    assert!(makers::mounted_ntfs(&image, again));
    let left = recovered(&image);
    assert_eq!(left.len(), 25, "{left:?}");
    assert!(left.is_subset(&hosts(0..50)));
}

#[test]
fn carving_finds_what_no_record_tells() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("wiped.raw");
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    if !makers::ext("ext4", &empty, &image) {
        return;
    }
    use std::os::unix::fs::FileExt;
    let offset = 36 << 20;
    let wide: Vec<u8> = script(7).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = std::fs::OpenOptions::new().write(true).open(&image).unwrap();
    file.write_all_at(script(6).as_bytes(), offset).unwrap();
    file.write_all_at(&wide, offset + 8192).unwrap();
    drop(file);
    let (_, report) = support::scan_json(&image, &["--carve"]);
    let scripts = report["scripts"].as_array().unwrap();
    let found: Vec<_> = scripts
        .iter()
        .map(|script| {
            let extent = &script["extents"][0];
            let host = script["sessions"][0]["host"].as_str().unwrap();
            (host, script["source"].as_str().unwrap(), extent["offset"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(found, [("192.0.2.6", "unallocated", offset), ("192.0.2.7", "unallocated", offset + 8192)]);
    assert_eq!(support::scan_json(&image, &[]).1["scripts"].as_array().unwrap().len(), 0);
}

#[test]
fn carving_finds_what_is_left_in_slack() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("slack.raw");
    if !makers::new_ntfs(&image) {
        return;
    }
    // The driver clears what it cuts from clusters, so the script is put there; what it cuts from a record it leaves.
    let long = [b".".repeat(8400).as_slice(), b"the end of the long one"].concat();
    let small = ["rem nothing to see here\r\n", &script(9)].concat();
    let write = &mut |mount: &std::path::Path| {
        std::fs::write(mount.join("long.txt"), &long).unwrap();
        std::fs::write(mount.join("small.txt"), &small).unwrap();
    };
    let shorten = &mut |mount: &std::path::Path| {
        std::fs::OpenOptions::new().write(true).open(mount.join("small.txt")).unwrap().set_len(5).unwrap();
    };
    if !(makers::mounted_ntfs(&image, write) && makers::mounted_ntfs(&image, shorten)) {
        return;
    }
    let mut bytes = std::fs::read(&image).unwrap();
    let end = memchr::memmem::find(&bytes, b"the end of the long one").unwrap() + 100;
    bytes[end..][..script(8).len()].copy_from_slice(script(8).as_bytes());
    std::fs::write(&image, &bytes).unwrap();
    assert_eq!(support::scan_json(&image, &[]).1["scripts"].as_array().unwrap().len(), 0);
    let (_, report) = support::scan_json(&image, &["--carve"]);
    let mut found = Vec::new();
    for script in report["scripts"].as_array().unwrap() {
        let host = script["sessions"][0]["host"].as_str().unwrap();
        let offset = script["extents"][0]["offset"].as_u64().unwrap() as usize;
        let lies_there = bytes[offset..offset + 1000].windows(host.len()).any(|window| window == host.as_bytes());
        let path = script["path"].as_str().unwrap();
        found.push((host, path.split('[').nth(1).unwrap().split(']').next().unwrap(), lies_there));
    }
    found.sort_unstable();
    assert_eq!(found, [("192.0.2.8", "slack", true), ("192.0.2.9", "$MFT slack", true)]);
}
