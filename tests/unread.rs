//! What of the evidence was not read is said, on the record that it concerns, and costs completeness.

use crate::support::{run, scan_json};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A tar of the format of POSIX.1-1988.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        let fields = [(100, "0000644\0".to_owned()), (124, format!("{:011o}\0", content.len()))];
        for (at, field) in fields {
            header[at..at + field.len()].copy_from_slice(field.as_bytes());
        }
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend(header);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// The same in gzip, as stored blocks (RFC 1951, 3.2.4); the check sum is never come to.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    for block in bytes.chunks(0x4000) {
        let length = u16::try_from(block.len()).unwrap();
        packed.push(0);
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    packed
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

const SCRIPT: &[u8] = b"open 192.0.2.1\nbob\npw\nbinary\nget a.exe\nbye\n";

fn messages(report: &Value) -> Vec<&str> {
    report["errors"].as_array().unwrap().iter().map(|error| error["message"].as_str().unwrap()).collect()
}

#[test]
fn of_a_file_that_is_cut_off_the_size_is_told_and_no_digest() {
    let folder = TempDir::new().unwrap();
    let mut program = fs::read(crate::support::testdata("host/Windows/Temp/nc.exe")).unwrap();
    program.resize(60_000, b'x');
    let whole = tar(&[("Users/Public/up.txt", SCRIPT), ("Users/Public/a.exe", &program)]);
    for (name, bytes, examined) in [
        ("whole.tar", whole.clone(), None),
        ("cut.tar", whole[..1536 + 20_000].to_vec(), Some(20_000)),
        ("cut.tar.gz", gzip(&whole)[..30_000].to_vec(), Some(30_000 - 10 - 2 * 5 - 1536)),
    ] {
        let (_, report) = scan_json(&written(&folder, name, &bytes), &[]);
        let payload = &report["payloads"][0];
        assert_eq!((&payload["status"], &payload["size"]), (&json!("found"), &json!(60_000)), "{name}");
        assert_eq!(payload["bytes_examined"], json!(examined), "{name}");
        for digest in ["md5", "sha1", "sha256"] {
            assert_eq!(payload[digest].is_string(), examined.is_none(), "{name} {digest}");
        }
        assert_eq!(report["claims"][0]["sha256"].is_string(), examined.is_none(), "{name}");
        assert_eq!(payload["pe"]["machine"], "amd64", "{name}: the head tells what it is");
        assert_eq!(report["scan"]["complete"], examined.is_none(), "{name}: {:?}", messages(&report));
    }
    let text = run(&["scan", folder.path().join("cut.tar").to_str().unwrap(), "-q", "--threads", "1"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("no digests: only the first 19.5 KiB (20000 bytes) were read"), "{text}");
}

#[test]
fn a_script_that_is_cut_off_is_read_as_far_as_it_goes() {
    let folder = TempDir::new().unwrap();
    let long = [SCRIPT, &b"get b.exe\n".repeat(2000)].concat();
    let whole = tar(&[("up.txt", &long)]);
    for (name, bytes) in [("cut.tar", whole[..2048].to_vec()), ("cut.tar.gz", gzip(&whole)[..2048 + 15].to_vec())] {
        let (code, report) = scan_json(&written(&folder, name, &bytes), &[]);
        let script = &report["scripts"][0];
        assert_eq!((&script["size"], &script["bytes_examined"]), (&json!(long.len()), &json!(1536)), "{name}");
        assert_eq!((code, &report["scan"]["complete"]), (Some(1), &json!(false)), "{name}");
    }
}

/// An archive that ends early may have held anything behind its end.
#[test]
fn an_archive_that_ends_early_is_incomplete() {
    let folder = TempDir::new().unwrap();
    let files: Vec<(String, Vec<u8>)> = (0..9u8).map(|n| (format!("x{n}.bin"), vec![n; 4000])).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let whole = tar(&files);
    for (name, bytes, code) in [
        ("whole.tar", whole.clone(), 0),
        ("in-a-member.tar", whole[..5000].to_vec(), 3),
        ("in-a-header.tar", whole[..4608 + 200].to_vec(), 3),
        ("cut.tar.gz", gzip(&whole)[..20_000].to_vec(), 3),
    ] {
        let (exit, report) = scan_json(&written(&folder, name, &bytes), &[]);
        assert_eq!((exit, &report["scan"]["complete"]), (Some(code), &json!(code == 0)), "{name}");
        assert_eq!(messages(&report).is_empty(), code == 0, "{name}: {:?}", messages(&report));
    }
}

#[test]
fn a_limit_that_is_reached_costs_completeness_wherever_it_is() {
    let folder = TempDir::new().unwrap();
    let archive = written(&folder, "a.tar", &tar(&[("up.txt", SCRIPT), ("a.exe", b"MZ and more")]));
    let complete = |path: &Path, limit: &str| {
        let report = scan_json(path, &["--limit", limit]).1;
        (report["scan"]["complete"].clone(), report["payloads"][0]["size"].clone())
    };
    assert_eq!(complete(&archive, "payload_hash_bytes=4"), (json!(false), json!(11)));
    assert_eq!(complete(&archive, "payload_hash_bytes=11"), (json!(true), json!(11)));
    // A record that is shorter than it might be is no part of the evidence that was not read.
    assert_eq!(complete(&archive, "pe_sections=1"), (json!(true), json!(11)));
    let file = written(&folder, "b.bin", b"0123456789");
    for (limit, code, whole) in [("payload_hash_bytes=4", 3, false), ("payload_hash_bytes=10", 0, true)] {
        let out = run(&["inspect", file.to_str().unwrap(), "--limit", limit, "--format", "json"]);
        let report: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!((out.status.code(), &report["complete"]), (Some(code), &json!(whole)), "{limit}");
        assert_eq!(report["payloads"][0]["size"], 10);
    }
}

#[test]
fn images_and_archives_inside_the_evidence_are_named_and_not_opened() {
    let folder = TempDir::new().unwrap();
    let mut disk = vec![0u8; 1 << 20];
    disk[446..462].copy_from_slice(b"\x80\0\0\0\x07\0\0\0\0\x04\0\0\0\x04\0\0");
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    written(&folder, "z.raw", &disk);
    written(&folder, "a.zip", b"PK\x03\x04\0\0");
    written(&folder, "a.docx", b"PK\x03\x04\0\0");
    // A script that is compressed by itself, and the image of a disc.
    written(&folder, "get.sh.gz", b"\x1f\x8b\x08\0\0\0\0\0");
    written(&folder, "cd.iso", &[vec![0u8; 32_768], b"\x01CD001\x01\0".to_vec(), vec![0u8; 4088]].concat());
    let (code, report) = scan_json(folder.path(), &[]);
    assert_eq!((code, &report["scan"]["complete"]), (Some(0), &json!(true)));
    let rows = report["coverage"].as_array().unwrap().iter();
    let row = rows.clone().find(|row| row["source"] == "images-and-archives-inside").unwrap();
    assert_eq!((&row["examined"], &row["records"]), (&json!(false), &json!(4)));
    let why = row["why"].as_str().unwrap();
    assert!(
        why.starts_with("2 disk images and 2 archives inside the evidence")
            && why.ends_with(": cd.iso, z.raw, a.zip, get.sh.gz"),
        "{why}"
    );
    let text = run(&["scan", folder.path().to_str().unwrap(), "-q"]).stdout;
    assert!(String::from_utf8_lossy(&text).contains("2 disk images and 2 archives inside the evidence"));
    let plain = TempDir::new().unwrap();
    written(&plain, "a.docx", b"PK\x03\x04\0\0");
    let (_, report) = scan_json(plain.path(), &[]);
    assert!(!report["coverage"].to_string().contains("images-and-archives-inside"));
}

#[test]
fn an_image_in_which_nothing_is_recognised_is_not_said_to_be_searched() {
    let folder = TempDir::new().unwrap();
    let mut bytes: Vec<u8> = (0..2u32 << 20).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    bytes[(1 << 20) - 512..][..4096].fill(0);
    bytes[1 << 20..][..SCRIPT.len()].copy_from_slice(SCRIPT);
    for (name, code) in [("wiped.img", 3), ("disk", 3), ("wiped.001", 3), ("data.bin", 0)] {
        let path = written(&folder, name, &bytes);
        let (exit, report) = scan_json(&path, &[]);
        assert_eq!((exit, &report["scan"]["complete"]), (Some(code), &json!(code == 0)), "{name}");
        let told = messages(&report).iter().any(|message| message.contains("no file system was recognised"));
        assert_eq!(told, code == 3, "{name}");
    }
    // What the note says of carving holds.
    let (_, report) = scan_json(&folder.path().join("wiped.img"), &["--carve"]);
    assert_eq!(report["scripts"][0]["sessions"][0]["host"], "192.0.2.1");
}

#[test]
fn a_listing_keeps_to_the_cap_of_files_as_a_scan_does() {
    let folder = TempDir::new().unwrap();
    for name in ["a", "b", "c", "d"] {
        written(&folder, name, b"x");
    }
    let path = folder.path().to_str().unwrap();
    for (limit, listed, code) in [("files=2", 2, 3), ("files=4", 4, 0)] {
        let out = run(&["ls", path, "--limit", limit, "--format", "jsonl"]);
        let lines = String::from_utf8(out.stdout).unwrap();
        assert_eq!(lines.matches("\"type\":\"file\"").count(), listed, "{limit}: {lines}");
        assert_eq!(lines.matches("limit reached: files (limit 2)").count(), 4 / listed - 1, "{limit}: {lines}");
        assert_eq!(out.status.code(), Some(code), "{limit}");
        let (exit, report) = scan_json(folder.path(), &["--limit", limit]);
        assert_eq!((exit, report["scan"]["complete"].as_bool()), (Some(code), Some(code == 0)), "{limit}");
    }
}
