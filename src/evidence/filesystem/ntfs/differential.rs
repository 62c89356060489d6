//! Volumes that `mkfs.ntfs` and `ntfs-3g` write, against what was written and against The Sleuth Kit. Where the tools or
//! `/dev/fuse` are missing the tests say so and end.

use super::*;
use crate::base::bytes::read_full;
use crate::base::random::Random;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery};
use crate::evidence::filesystem::host;
use crate::evidence::{FileSystem, Walked};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a tool; nothing where it is missing or fails.
fn run(tool: &str, arguments: &[&str]) -> Option<String> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let output = Command::new(tool).args(arguments).env("PATH", path).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A volume in a file.
struct Made {
    _folder: tempfile::TempDir,
    image: PathBuf,
    point: PathBuf,
}

impl Made {
    fn new(arguments: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        let (image, point) = (folder.path().join("v.raw"), folder.path().join("mnt"));
        std::fs::create_dir(&point).ok()?;
        std::fs::File::create(&image).ok()?.set_len(24 << 20).ok()?;
        let name = image.to_string_lossy().into_owned();
        run("mkfs.ntfs", &[&["-F", "-Q", "-q", "-L", "made"], arguments, &[&name]].concat())?;
        let made = Self { _folder: folder, image, point };
        made.with(|_| ())?;
        Some(made)
    }

    /// Mounts the volume, does something with it, and waits until all is written.
    fn with<T>(&self, work: impl FnOnce(&Path) -> T) -> Option<T> {
        let device = std::fs::metadata(&self.point).ok()?.dev();
        let mut daemon: Child = Command::new("ntfs-3g")
            .args(["-o", "no_detach,compression,streams_interface=windows"])
            .args([&self.image, &self.point])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let until = Instant::now() + Duration::from_secs(10);
        while std::fs::metadata(&self.point).ok()?.dev() == device {
            if daemon.try_wait().ok()?.is_some() || Instant::now() > until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let result = work(&self.point);
        run("umount", &[&self.point.to_string_lossy()])?;
        daemon.wait().ok()?;
        Some(result)
    }

    fn mount(&self) -> Mounted {
        mount(host::open_file(&self.image).expect("the image opens"), &Limits::default()).expect("the volume is read")
    }
}

fn skip() {
    eprintln!("skipped: mkfs.ntfs, ntfs-3g or /dev/fuse is not here");
}

type Told = (String, EntryKind, Origin);

fn listed(mounted: &Mounted) -> Vec<Told> {
    let mut entries = Vec::new();
    mounted.walk(&Limits::default(), &mut |walked| {
        match walked {
            Walked::Entry(entry) => entries.push((entry.path.display(), entry.kind, entry.origin)),
            Walked::Anomaly(anomaly) => panic!("{}", anomaly.cause),
        }
        ControlFlow::Continue(())
    });
    entries.retain(|(path, ..)| !path.starts_with('$'));
    entries
}

fn content(mounted: &Mounted, path: &str) -> Vec<u8> {
    let opened =
        FileSystem::open(mounted, &EntryPath::new(path)).unwrap_or_else(|anomaly| panic!("{path}: {}", anomaly.cause));
    let mut bytes = vec![0u8; usize::try_from(opened.stream.len()).unwrap()];
    let count = read_full(&opened.stream, 0, &mut bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
    bytes.truncate(count);
    bytes
}

/// Bytes that compress a little, and never repeat.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed | 1);
    let mut bytes = Vec::with_capacity(length + 16);
    while bytes.len() < length {
        let state = random.number();
        bytes.extend_from_slice(&state.to_le_bytes()[..5]);
        bytes.extend_from_slice(b"put C:\\out\\");
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn what_was_written_is_read() {
    for arguments in [&["-c", "4096"][..], &["-c", "512"], &["-s", "4096", "-c", "4096"]] {
        let Some(made) = Made::new(arguments) else { return skip() };
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for length in [0, 1, 300, 700, 1024, 4095, 4096, 65_536, 200_001] {
            files.insert(format!("plain/{length}.bin"), noise(length, 7));
            files.insert(format!("packed/{length}.bin"), noise(length, 9));
        }
        files.insert("packed/text.txt".into(), b"open 192.0.2.7\r\nuser bob pw\r\n".repeat(9000));
        files.insert("packed/zeros.bin".into(), vec![0; 300_000]);
        let half = [vec![0; 70_000], noise(70_000, 3), vec![0; 150_000], noise(10, 5)].concat();
        files.insert("packed/half.bin".into(), half);
        files.insert("plain/Ünïcode 😀.txt".into(), b"name".to_vec());
        files.insert("plain/700.bin:Zone.Identifier".into(), b"[ZoneTransfer]\r\nZoneId=3\r\n".to_vec());
        files.insert("plain/700.bin:large".into(), noise(90_000, 11));
        for number in 0..200 {
            files.insert(format!("many/{number}.txt"), format!("bye {number}").into_bytes());
        }
        let written = made.with(|root| -> std::io::Result<bool> {
            for folder in ["plain", "packed", "many"] {
                std::fs::create_dir(root.join(folder))?;
            }
            let set = "import os,sys; os.setxattr(sys.argv[1], 'system.ntfs_attrib_be', b'\\0\\0\\x08\\x00')";
            let packed = run("python3", &["-c", set, &root.join("packed").to_string_lossy()]).is_some();
            for (path, bytes) in &files {
                std::fs::write(root.join(path), bytes)?;
            }
            let sparse = std::fs::File::create(root.join("plain/sparse.bin"))?;
            sparse.set_len(1 << 20)?;
            std::os::unix::fs::FileExt::write_all_at(&sparse, b"end", (1 << 20) - 3)?;
            for link in 0..60 {
                std::fs::hard_link(
                    root.join("plain/300.bin"),
                    root.join(format!("many/a link with a long name {link}")),
                )?;
            }
            std::os::unix::fs::symlink("300.bin", root.join("plain/link"))?;
            Ok(packed)
        });
        let Some(Ok(packed)) = written else { return skip() };
        let sparse = [vec![0; (1 << 20) - 3], b"end".to_vec()].concat();
        files.insert("plain/sparse.bin".into(), sparse);
        (0..60).for_each(|link| {
            files.insert(format!("many/a link with a long name {link}"), noise(300, 7));
        });
        let mounted = made.mount();
        let found = listed(&mounted);
        let paths: BTreeSet<&str> =
            found.iter().filter(|told| told.1 == EntryKind::File).map(|told| &*told.0).collect();
        // ntfs-3g makes its symbolic links of files of their own kind (interix), which are files here.
        let expected: BTreeSet<&str> = files.keys().map(|path| &**path).chain(["plain/link"]).collect();
        assert_eq!(paths, expected, "{arguments:?}");
        for (path, bytes) in &files {
            assert!(content(&mounted, path) == *bytes, "{path} differs ({arguments:?})");
        }
        assert_eq!(mounted.label.as_deref(), Some("made"));
        if !packed {
            eprintln!("skipped: the folder could not be set to be compressed");
        }
        let compressed = run("istat", &[&made.image.to_string_lossy(), &inode_of(&made, "packed/text.txt")]);
        assert!(!packed || compressed.is_none_or(|told| told.contains("Compressed")), "the folder was not compressed");
        against_sleuthkit(&made, &found);
    }
}

/// The record of a file, by The Sleuth Kit.
fn inode_of(made: &Made, path: &str) -> String {
    run("ifind", &["-n", path, &made.image.to_string_lossy()]).unwrap_or_default().trim().to_owned()
}

fn against_sleuthkit(made: &Made, found: &[Told]) {
    let Some(told) = run("fls", &["-r", "-p", "-u", &made.image.to_string_lossy()]) else {
        eprintln!("skipped: fls is not here");
        return;
    };
    let theirs: BTreeSet<&str> = told
        .lines()
        .filter_map(|line| line.split_once('\t').map(|(_, path)| path))
        .filter(|path| !path.starts_with('$'))
        .collect();
    let ours: BTreeSet<&str> = found.iter().filter(|told| !told.2.is_deleted()).map(|told| &*told.0).collect();
    assert_eq!(ours, theirs);
}

/// Fifty scripts are written and deleted, half of them before further files are written.
#[test]
fn deleted_scripts_come_back_and_no_other() {
    let Some(made) = Made::new(&[]) else { return skip() };
    let script =
        |number: usize| format!("open 192.0.2.{number}\r\nuser bob pw{number}\r\nput C:\\out\\{number}.zip\r\nbye\r\n");
    let written = made.with(|root| -> std::io::Result<BTreeMap<u64, usize>> {
        std::fs::create_dir_all(root.join("Windows/Temp"))?;
        let mut records = BTreeMap::new();
        for number in 0..50 {
            let path = root.join(format!("Windows/Temp/s{number}.txt"));
            std::fs::write(&path, script(number))?;
            records.insert(std::fs::metadata(&path)?.ino(), number);
        }
        Ok(records)
    });
    let Some(Ok(mut records)) = written else { return skip() };
    let path = |root: &Path, number: usize| root.join(format!("Windows/Temp/s{number}.txt"));
    let reused = made.with(|root| -> std::io::Result<Vec<u64>> {
        (0..25).try_for_each(|number| std::fs::remove_file(path(root, number)))?;
        let later = (0..12).map(|number| {
            let path = root.join(format!("later{number}.txt"));
            std::fs::write(&path, noise(900, 5))?;
            Ok(std::fs::metadata(&path)?.ino())
        });
        let later = later.collect::<std::io::Result<Vec<u64>>>()?;
        (25..50).try_for_each(|number| std::fs::remove_file(path(root, number)))?;
        Ok(later)
    });
    let Some(Ok(reused)) = reused else { return skip() };
    reused.iter().for_each(|record| {
        records.remove(record);
    });
    let mounted = made.mount();
    let deleted: Vec<Told> = listed(&mounted).into_iter().filter(|told| told.2.is_deleted()).collect();
    let found: BTreeSet<String> = deleted.iter().map(|told| told.0.clone()).collect();
    let expected: BTreeSet<String> = records.values().map(|number| format!("Windows/Temp/s{number}.txt")).collect();
    assert_eq!(found, expected);
    assert!(expected.len() >= 25 && deleted.iter().all(|told| told.2 == Origin::Deleted(Recovery::Resident)));
    for number in records.values() {
        assert_eq!(content(&mounted, &format!("Windows/Temp/s{number}.txt")), script(*number).into_bytes());
    }
}

#[test]
fn deleted_clusters_are_free_or_said_to_be_reused() {
    let Some(made) = Made::new(&[]) else { return skip() };
    let written = made.with(|root| -> std::io::Result<()> {
        std::fs::create_dir_all(root.join("gone/deeper"))?;
        std::fs::write(root.join("gone/deeper/large.bin"), noise(300_000, 21))
    });
    let gone = made.with(|root| std::fs::remove_dir_all(root.join("gone")));
    let (Some(Ok(())), Some(Ok(()))) = (written, gone) else { return skip() };
    let mounted = made.mount();
    let path = "gone/deeper/large.bin";
    let of = |mounted: &Mounted| listed(mounted).into_iter().find(|told| told.0 == path).map(|told| told.2);
    assert_eq!(of(&mounted), Some(Origin::Deleted(Recovery::ClustersFree)));
    assert!(content(&mounted, path) == noise(300_000, 21));
    let free: u64 = mounted.free_space().iter().map(|range| range.end - range.start).sum();
    assert!(free > 300_000 && free < 24 << 20);
    // A file that fills what is left takes some of its clusters.
    let filled =
        made.with(|root| std::fs::write(root.join("$filler"), vec![b'f'; usize::try_from(free).unwrap() - 500_000]));
    if let Some(Ok(())) = filled
        && let Some(origin) = of(&made.mount())
    {
        let read = content(&made.mount(), path);
        assert!(origin == Origin::Deleted(Recovery::ClustersReused) || read == noise(300_000, 21));
        assert!(!read.windows(64).any(|bytes| bytes == [b'f'; 64]), "bytes of another file were read");
    }
}
