//! Damaged images beside good evidence: whatever the bytes say, the run ends soon, takes little, and reports the rest.

use super::makers;
use crate::support;
use crate::support::random::Random;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Address space of a run, KiB: more than it ever takes, and what a believed lie about a size would go beyond.
const MEMORY: &str = "524288";
/// What a run may take. It is a hang that is looked for, and not a slow machine.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a scan of an image and of the testdata, and gives the report.
fn scanned(image: &Path, more: &str) -> Value {
    let host = support::testdata("host");
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" scan \"$1\" \"$2\" --format json --threads 1 {more}");
    let begun = Instant::now();
    let out =
        Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_ftpsift")]).args([image, &host]).output().unwrap();
    assert!(begun.elapsed() < LONGEST, "{} took {:?}", image.display(), begun.elapsed());
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(matches!(out.status.code(), Some(0 | 1 | 3)), "{}: {:?} {errors}", image.display(), out.status);
    assert!(!errors.contains("internal error"), "{}: {errors}", image.display());
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn damage_ends_no_run_and_hides_nothing_else() {
    let host = support::testdata("host");
    let known = support::scan_json(&host, &[]).1["scripts"].as_array().unwrap().len();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let raw = path("volume.img");
    if !makers::ext("ext4", &host, &raw) {
        return;
    }
    let mut images = vec![raw.clone()];
    let mut made = |name: &str, make: &dyn Fn(&Path) -> bool| {
        let image = path(name);
        if make(&image) {
            images.push(image);
        }
    };
    made("ntfs.img", &|image| makers::ntfs(&host, image));
    made("fat.img", &|image| makers::fat("16", &host, image));
    made("disc.iso", &|image| makers::iso(&host, image));
    made("gpt.img", &|image| makers::partitioned("gpt", &raw, image));
    made("mbr.img", &|image| makers::partitioned("dos", &raw, image));
    made("a.qcow2", &|image| makers::qemu(&["-O", "qcow2"], &raw, image));
    made("a.vhdx", &|image| makers::qemu(&["-O", "vhdx"], &raw, image));
    made("a.vmdk", &|image| makers::qemu(&["-O", "vmdk"], &raw, image));
    made("a.E01", &|image| makers::ewf("encase6", &raw, image));
    made("a.zip", &|image| makers::archive("zip", &host, image));
    made("a.tar.gz", &|image| makers::archive("tar.gz", &host, image));
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for image in images {
        let whole = std::fs::read(&image).unwrap();
        // Where something is: what is wrong with zeros tells nothing.
        let told: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).take(200_000).collect();
        for round in 0..6u64 {
            let mut bytes = whole.clone();
            for _ in 0..1 + random.below(24) {
                let at = told[random.below(told.len())];
                bytes[at] = [0, 0xff, 0x7f, 0x80, 1][random.below(5)];
            }
            if round == 5 {
                bytes.truncate(random.below(whole.len()));
            }
            std::fs::write(&image, &bytes).unwrap();
            let report = scanned(&image, if round % 2 == 0 { "" } else { "--carve --verify" });
            let scripts = report["scripts"].as_array().unwrap().iter();
            assert_eq!(scripts.filter(|script| script["evidence"] == "e2").count(), known, "{}", image.display());
        }
    }
}

#[test]
fn what_is_too_small_for_an_image_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for length in [0usize, 1, 511, 512, 513, 4096 + 100] {
        let image = folder.path().join("tiny.raw");
        std::fs::write(&image, vec![0u8; length]).unwrap();
        let report = scanned(&image, "--carve");
        assert_eq!(report["evidence"][0]["kind"], "file", "{length}");
        assert_eq!(report["evidence"][0]["size"], length);
    }
}

#[test]
fn parents_and_extents_are_looked_for_in_the_folder_alone() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.img");
    let host = support::testdata("host");
    if !(makers::ext("ext4", &host, &secret) && makers::has("qemu-img")) {
        return;
    }
    let overlay = folder.path().join("overlay.qcow2");
    let (base, top) = (secret.to_str().unwrap(), overlay.to_str().unwrap());
    makers::run("qemu-img", &["create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", top]);
    let report = scanned(&overlay, "");
    assert!(report["scripts"].as_array().unwrap().iter().all(|script| script["evidence"] != "e1"));
    assert!(
        report["errors"].as_array().unwrap().iter().any(|error| error["evidence"] == "e1"),
        "{:#}",
        report["errors"]
    );
    // Beside the overlay it is a part of the evidence.
    std::fs::copy(&secret, folder.path().join("secret.img")).unwrap();
    let report = scanned(&overlay, "");
    assert!(report["scripts"].as_array().unwrap().iter().any(|script| script["evidence"] == "e1"));
}
