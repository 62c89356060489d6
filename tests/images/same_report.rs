//! The same host as directory, image and archive.

use super::makers;
use crate::support;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What must be the same in every form: what was found, not where its bytes lay.
fn told(report: &Value) -> Value {
    let records = |name: &str| report[name].as_array().unwrap().clone();
    let pick = |record: &Value, fields: &[&str]| {
        let picked = fields.iter().map(|field| ((*field).to_owned(), record[*field].clone()));
        Value::Object(picked.collect())
    };
    let all = |name: &str, fields: &[&str]| records(name).iter().map(|one| pick(one, fields)).collect::<Vec<_>>();
    json!({
        "scripts": all("scripts", &["id", "path", "form", "dialect", "encoding", "size", "sha256", "launches", "written_by",
            "confidence", "sessions", "diagnostics"]),
        "launches": all("launches", &["id", "client", "command_line", "script_path", "scripts"]),
        "payloads": all("payloads", &["id", "transfers", "status", "path", "match", "size", "sha256", "mismatch"]),
        "findings": all("findings", &["id", "rule", "severity", "explanation", "evidence_refs"]),
        "credentials": records("credentials"),
    })
}

struct Form {
    name: &'static str,
    container: &'static str,
    file_system: &'static str,
    make: fn(&Path, &Path) -> bool,
}

const FORMS: &[Form] = &[
    Form {
        name: "ext2.raw",
        container: "raw",
        file_system: "ext2",
        make: |host, image| makers::ext("ext2", host, image),
    },
    Form {
        name: "ext3.raw",
        container: "raw",
        file_system: "ext3",
        make: |host, image| makers::ext("ext3", host, image),
    },
    Form {
        name: "ext4.raw",
        container: "raw",
        file_system: "ext4",
        make: |host, image| makers::ext("ext4", host, image),
    },
    Form {
        name: "fat12.raw",
        container: "raw",
        file_system: "fat12",
        make: |host, image| makers::fat("12", host, image),
    },
    Form {
        name: "fat16.raw",
        container: "raw",
        file_system: "fat16",
        make: |host, image| makers::fat("16", host, image),
    },
    Form {
        name: "fat32.raw",
        container: "raw",
        file_system: "fat32",
        make: |host, image| makers::fat("32", host, image),
    },
    Form { name: "ntfs.raw", container: "raw", file_system: "ntfs", make: makers::ntfs },
    Form { name: "disc.iso", container: "raw", file_system: "iso9660", make: makers::iso },
];

type Wrap = fn(&Path, &Path) -> bool;

/// Containers of a raw image, with the first file's name and the word of the report.
const CONTAINERS: &[(&str, &str, Wrap)] = &[
    ("a.qcow2", "qcow2", |raw, image| makers::qemu(&["-O", "qcow2"], raw, image)),
    ("b.qcow2", "qcow2", |raw, image| {
        makers::qemu(&["-O", "qcow2", "-c", "-o", "compression_type=zstd,cluster_size=2M"], raw, image)
    }),
    ("c.qcow2", "qcow2", |raw, image| makers::qemu(&["-O", "qcow2", "-o", "extended_l2=on"], raw, image)),
    ("a.vhd", "vhd", |raw, image| makers::qemu(&["-O", "vpc"], raw, image)),
    ("a.vhdx", "vhdx", |raw, image| makers::qemu(&["-O", "vhdx"], raw, image)),
    ("a.vmdk", "vmdk", |raw, image| makers::qemu(&["-O", "vmdk"], raw, image)),
    ("b.vmdk", "vmdk", |raw, image| makers::qemu(&["-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse"], raw, image)),
    ("c.vmdk", "vmdk", |raw, image| makers::qemu(&["-O", "vmdk", "-o", "subformat=streamOptimized"], raw, image)),
    ("a.E01", "ewf", |raw, image| makers::ewf("encase6", raw, image)),
    ("a.001", "split-raw", makers::split),
    ("mbr.raw", "raw", |raw, image| makers::partitioned("dos", raw, image)),
    ("gpt.raw", "raw", |raw, image| makers::partitioned("gpt", raw, image)),
];

/// Scans an image that stands in a folder of its own.
fn scanned(image: &Path) -> Value {
    let (code, report) = support::scan_json(image, &[]);
    assert_eq!(code, Some(1), "{}: {:#}", image.display(), report["errors"]);
    report
}

fn place(folder: &Path, name: &str) -> PathBuf {
    let own = folder.join(name.replace('.', "-"));
    std::fs::create_dir(&own).unwrap();
    own.join(name)
}

#[test]
fn every_file_system_gives_the_same() {
    let host = support::testdata("host");
    let expected = told(&support::scan_json(&host, &[]).1);
    let folder = tempfile::tempdir().unwrap();
    for form in FORMS {
        let image = place(folder.path(), form.name);
        if !(form.make)(&host, &image) {
            continue;
        }
        let report = scanned(&image);
        let evidence = &report["evidence"][0];
        assert_eq!(
            (&evidence["kind"], &evidence["container"]),
            (&json!("image"), &json!(form.container)),
            "{}",
            form.name
        );
        let volume = &evidence["volumes"][0];
        assert_eq!(
            (&volume["filesystem"], &volume["drive"]),
            (&json!(form.file_system), &json!("C:")),
            "{}",
            form.name
        );
        assert_eq!(told(&report), expected, "{}", form.name);
    }
}

#[test]
fn every_container_gives_the_same() {
    let host = support::testdata("host");
    let expected = told(&support::scan_json(&host, &[]).1);
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("volume.img");
    if !makers::ext("ext4", &host, &raw) {
        return;
    }
    for (name, container, make) in CONTAINERS {
        let image = place(folder.path(), name);
        if !make(&raw, &image) {
            continue;
        }
        let report = scanned(&image);
        assert_eq!(report["evidence"][0]["container"], *container, "{name}");
        assert_eq!(told(&report), expected, "{name}");
    }
}

#[test]
fn every_archive_gives_the_same() {
    let host = support::testdata("host");
    let expected = told(&support::scan_json(&host, &[]).1);
    let folder = tempfile::tempdir().unwrap();
    for kind in ["zip", "tar", "tar.gz", "tar.zst"] {
        let image = place(folder.path(), &format!("host.{kind}"));
        if !makers::archive(kind, &host, &image) {
            continue;
        }
        let report = scanned(&image);
        assert_eq!(report["evidence"][0]["kind"], "archive", "{kind}");
        assert_eq!(told(&report), expected, "{kind}");
    }
}

#[test]
fn an_acquisition_is_verified_and_a_changed_one_is_told() {
    let host = support::testdata("host");
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("volume.img");
    let image = place(folder.path(), "a.E01");
    if !(makers::ext("ext4", &host, &raw) && makers::ewf("encase6", &raw, &image)) {
        return;
    }
    let report = support::scan_json(&image, &["--verify"]).1;
    let acquisition = &report["evidence"][0]["acquisition"];
    assert_eq!((&acquisition["verified"], &acquisition["md5_stored"]), (&json!(true), &acquisition["md5_computed"]));
    let listed = support::run(&["ls", "--verify", "--format", "jsonl", image.to_str().unwrap()]);
    let last: serde_json::Value =
        serde_json::from_str(String::from_utf8(listed.stdout).unwrap().lines().last().unwrap()).unwrap();
    assert_eq!((&last["kind"], &last["verified"]), (&json!("acquisition"), &json!(true)));
    assert_eq!(last["md5_computed"], acquisition["md5_computed"]);
    // Chunks of zeros stay what they are when they are lost: enough bytes are changed to meet others.
    let mut bytes = std::fs::read(&image).unwrap();
    let quarter = bytes.len() / 4;
    bytes[4096..quarter].iter_mut().step_by(997).for_each(|byte| *byte ^= 0x55);
    std::fs::write(&image, bytes).unwrap();
    let (_, report) = support::scan_json(&image, &["--verify"]);
    assert_eq!(report["evidence"][0]["acquisition"]["verified"], false);
    assert_eq!(report["scan"]["complete"], false);
    assert!(!report["errors"].as_array().unwrap().is_empty());
    let listed = support::run(&["ls", "--verify", image.to_str().unwrap()]);
    let told = String::from_utf8(listed.stderr).unwrap();
    assert!(told.contains("NOT WHAT WAS ACQUIRED"), "{told}");
    assert_eq!(listed.status.code(), Some(3));
}
