//! Archives as a whole: built here, byte for byte, or by the tools of this machine.

use super::*;
use crate::base::random::Random;
use crate::evidence::{FileSystem, Walked};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

/// What was walked: every path with its kind and size, every remark, and the content of every file that can be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) entries: Vec<(String, EntryKind, u64)>,
    pub(super) notes: Vec<String>,
    pub(super) contents: Vec<(String, Result<Vec<u8>, String>)>,
}

/// Walks an archive and reads each file, at most `most` bytes of it.
pub(super) fn seen(mounted: &Mounted, most: usize) -> Seen {
    let mut seen = Seen::default();
    let mut paths = Vec::new();
    mounted.walk(&Limits::default(), &mut |walked| {
        match walked {
            Walked::Anomaly(anomaly) => seen.notes.push(format!("{}: {}", anomaly.path, anomaly.cause)),
            Walked::Entry(entry) => {
                let size = entry.stat.map_or(0, |stat| stat.size);
                seen.entries.push((entry.path.display(), entry.kind, size));
                if entry.kind == EntryKind::File {
                    paths.push(entry.path);
                }
            }
        }
        ControlFlow::Continue(())
    });
    for path in paths {
        let content = FileSystem::open(mounted, &path).map_err(|anomaly| anomaly.cause.to_string());
        let content = content.and_then(|file| {
            let mut bytes = vec![0u8; usize::try_from(file.stream.len()).unwrap_or(most).min(most)];
            let count = read_full(&file.stream, 0, &mut bytes).map_err(|error| error.to_string())?;
            bytes.truncate(count);
            Ok(bytes)
        });
        seen.contents.push((path.display(), content));
    }
    seen
}

pub(super) fn archive(bytes: Vec<u8>, limits: &Limits) -> Option<(Format, Mounted)> {
    let source: Source = Arc::new(bytes);
    match open(&source, b"evidence.bin", limits)? {
        Ok(Found::Archive { format, mounted, .. }) => Some((format, mounted)),
        _ => None,
    }
}

impl Seen {
    pub(super) fn content(&self, path: &str) -> &Result<Vec<u8>, String> {
        &self.contents.iter().find(|(found, _)| found == path).unwrap_or_else(|| panic!("{path}: {self:?}")).1
    }
}

/// Thousands of changes to a good archive: whatever comes of it ends, keeps the caps, and is the same twice.
pub(super) fn mutate(good: &[u8], rounds: u64) {
    let limits =
        Limits { archive_member_bytes: 1 << 16, archive_bytes: 1 << 20, archive_entries: 100, ..Limits::default() };
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for round in 0..rounds {
        let mut bytes = good.to_vec();
        for _ in 0..=random.below(6) {
            let at = random.below(bytes.len());
            bytes[at] = [0, 0xff, 0x7f, 0x80, random.below(256) as u8][random.below(5)];
        }
        if round % 16 == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        if let Some((_, mounted)) = archive(bytes.clone(), &limits) {
            let first = seen(&mounted, 1 << 14);
            assert!(first.entries.len() <= 100);
            assert_eq!(first, seen(&archive(bytes, &limits).unwrap().1, 1 << 14));
        }
    }
}

/// The output of a program that is fed `input`; nothing where it is not here.
pub(super) fn piped(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: {program} is not here");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    output.status.success().then_some(output.stdout)
}

/// Text that does not repeat at once, and bytes that hardly compress.
pub(super) fn content(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    (0..length)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if at % 3 == 0 { (state >> 24) as u8 } else { b'a' + (at % 17) as u8 }
        })
        .collect()
}

#[test]
fn compressed_bytes_are_read_at_any_offset() {
    let whole = content(9 << 20);
    for (program, codec) in [("gzip", Codec::Gzip), ("zstd", Codec::Zstd)] {
        let Some(mut packed) = piped(program, &["-1", "-c"], &whole[..5 << 20]) else { continue };
        packed.extend(piped(program, &["-1", "-c"], &whole[5 << 20..]).unwrap());
        let source: Source = Arc::new(packed);
        let kept = Kept::FILE;
        let read = Rewindable::new(source, codec, None, u64::MAX, kept);
        let offsets = [0usize, 100, 5 << 20, 8 << 20, 4095, (5 << 20) - 7, 0, 9 << 20, (9 << 20) - 3, 1 << 20];
        for (offset, length) in offsets.into_iter().zip([10usize, 70_000, 200_000, 1 << 20, 2, 14].into_iter().cycle())
        {
            let mut bytes = vec![0u8; length];
            let count = read_full(&read, offset as u64, &mut bytes).unwrap();
            let expected = &whole[offset..whole.len().min(offset + length)];
            assert_eq!(count, expected.len(), "{program} {offset}");
            assert!(bytes[..count] == *expected, "{program} {offset} {length}");
        }
        assert_eq!(read.measure().0, whole.len() as u64);
        assert_eq!(ReadAt::len(&read), whole.len() as u64);
    }
}

#[test]
fn a_single_compressed_file_is_an_archive_of_one() {
    let script = b"open 192.0.2.1\r\nuser bob pw\r\n".repeat(20);
    let Some(packed) = piped("gzip", &["-c"], &script) else { return };
    let (format, mounted) = archive(packed.clone(), &Limits::default()).unwrap();
    let told = seen(&mounted, 1 << 20);
    assert_eq!((format, told.entries[0].clone()), (Format::Gzip, ("evidence".into(), EntryKind::File, 580)));
    assert_eq!(told.contents[0].1.as_ref().unwrap(), &script);
    // Damage behind good bytes is told, and the good bytes are had.
    let mut damaged = packed.clone();
    let crc = damaged.len() - 8;
    damaged[crc] ^= 1;
    let told = seen(&archive(damaged, &Limits::default()).unwrap().1, 1 << 20);
    assert!(told.notes[0].contains("CRC-32"), "{told:?}");
    assert_eq!(told.contents[0].1.as_ref().unwrap(), &script);
    mutate(&packed, 300);
}

#[test]
fn what_is_known_by_name_alone_is_named() {
    for (magic, expected) in UNREAD {
        let source: Source = Arc::new(magic.to_vec());
        assert!(matches!(open(&source, b"x", &Limits::default()), Some(Ok(Found::Unread(name))) if name == *expected));
    }
    for script in [&b"open 192.0.2.1\nuser a b\n"[..], b"", b"P", b"MZ"] {
        let source: Source = Arc::new(script.to_vec());
        assert!(open(&source, b"x", &Limits::default()).is_none(), "{script:?}");
    }
}

#[test]
fn bombs_are_stopped_and_told() {
    let limits = Limits { archive_member_bytes: 1 << 20, archive_bytes: 1 << 20, ..Limits::default() };
    for program in ["gzip", "zstd"] {
        let Some(packed) = piped(program, &["-c"], &vec![0u8; 64 << 20]) else { continue };
        let cap = (1 << 20) + 200 * packed.len() as u64;
        let (_, mounted) = archive(packed, &limits).unwrap();
        let told = seen(&mounted, 0);
        assert!(told.notes[0].contains("limit reached"), "{told:?}");
        assert_eq!(told.entries[0].2, cap.min(64 << 20));
    }
}

#[test]
fn a_large_tar_in_zstandard_is_unpacked_once_and_that_is_told() {
    let root = tempfile::tempdir().unwrap();
    let whole = content(18 << 20);
    std::fs::write(root.path().join("b.bin"), &whole).unwrap();
    std::fs::write(root.path().join("a.txt"), "open 192.0.2.1\n").unwrap();
    let tar = piped("tar", &["-C", root.path().to_str().unwrap(), "-cf", "-", "b.bin", "a.txt"], b"");
    let Some(packed) = tar.and_then(|tar| piped("zstd", &["-1", "-c"], &tar)) else { return };
    let source: Source = Arc::new(packed.clone());
    let found = open(&source, b"x", &Limits::default()).unwrap().unwrap();
    let Found::Archive { mounted, spooled, .. } = found else { panic!("an archive") };
    assert!(spooled.is_some_and(|spooled| spooled > 18 << 20), "{spooled:?}");
    let told = seen(&mounted, 32 << 20);
    assert!(told.notes.is_empty(), "{:?}", told.notes);
    assert_eq!(told.content("a.txt").as_deref(), Ok(&b"open 192.0.2.1\n"[..]));
    assert!(told.content("b.bin").as_ref().is_ok_and(|found| *found == whole));
    let limits = Limits { archive_spool_bytes: 1 << 20, ..Limits::default() };
    let told = seen(&archive(packed, &limits).unwrap().1, 32 << 20);
    assert!(told.notes.iter().any(|note| note.contains("limit reached")), "{:?}", told.notes);
}

/// The same tree, packed by the tools of this machine in several ways, gives the same files.
#[test]
fn the_tools_of_this_machine_are_understood() {
    let root = tempfile::tempdir().unwrap();
    let long = ["long-name-of-a-folder"; 9].join("/");
    let files: BTreeMap<String, Vec<u8>> = [
        ("a.txt".to_owned(), b"open 192.0.2.1\n".to_vec()),
        ("d/empty".to_owned(), Vec::new()),
        (format!("{long}/b.bin"), content(300_000)),
        ("d/J\u{f6}rg \u{4e2d}.txt".to_owned(), b"x".repeat(5000)),
    ]
    .into();
    for (path, bytes) in &files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let directory = root.path().to_str().unwrap();
    let python = |script: &str| piped("python3", &["-c", script, directory], b"");
    let zipped = |method: &str| {
        python(&format!(
            "import sys,io,os,zipfile\nb=io.BytesIO()\nz=zipfile.ZipFile(b,'w',{method})\nos.chdir(sys.argv[1])\n\
             for d,_,fs in os.walk('.'):\n for f in fs: z.write(os.path.join(d,f))\nz.close()\nsys.stdout.buffer.write(b.getvalue())"
        ))
    };
    let tarred = |format: &str, mode: &str| {
        python(&format!(
            "import sys,io,os,tarfile\nb=io.BytesIO()\nos.chdir(sys.argv[1])\nt=tarfile.open(fileobj=b,mode='{mode}',format=tarfile.{format})\n\
             t.add('.')\nt.close()\nsys.stdout.buffer.write(b.getvalue())"
        ))
    };
    let tar = |format: &str| piped("tar", &["-C", directory, format, "-cf", "-", "."], b"");
    let gnu = tar("--format=gnu");
    let packed = [
        ("zip stored", Format::Zip, zipped("zipfile.ZIP_STORED")),
        ("zip deflated", Format::Zip, zipped("zipfile.ZIP_DEFLATED")),
        ("zip to a pipe", Format::Zip, piped("sh", &["-c", &format!("cd '{directory}' && zip -q -r - . | cat")], b"")),
        (
            "7z zip",
            Format::Zip,
            piped(
                "sh",
                &[
                    "-c",
                    &format!(
                        "cd '{directory}' && 7z a -tzip -mm=Deflate64 .7z.zip . >/dev/null && cat .7z.zip && rm .7z.zip"
                    ),
                ],
                b"",
            ),
        ),
        ("tar ustar", Format::Tar, tarred("USTAR_FORMAT", "w")),
        ("tar gnu", Format::Tar, tarred("GNU_FORMAT", "w")),
        ("tar pax", Format::Tar, tarred("PAX_FORMAT", "w")),
        ("tar.gz", Format::Tar, tarred("PAX_FORMAT", "w:gz")),
        ("gnu tar", Format::Tar, gnu.clone()),
        ("gnu tar pax", Format::Tar, tar("--format=posix")),
        ("tar.zst", Format::Tar, gnu.as_ref().and_then(|gnu| piped("zstd", &["-c"], gnu))),
    ];
    for (what, expected, bytes) in packed {
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            eprintln!("skipped: {what}");
            continue;
        };
        let (format, mounted) = archive(bytes, &Limits::default()).unwrap_or_else(|| panic!("{what}"));
        let told = seen(&mounted, 1 << 20);
        let found: BTreeMap<String, Vec<u8>> =
            told.contents.iter().map(|(path, content)| (path.clone(), content.clone().unwrap())).collect();
        assert!(found == files && format == expected, "{what}: {:?} {:?}", told.entries, told.notes);
        assert_eq!(told.notes, [""; 0], "{what}");
    }
}

/// Collections of the usual tools, packed and as folders: their files are where the host had them.
#[test]
fn collections_are_read_as_the_host_was() {
    use crate::evidence::drive::DriveMap;
    use crate::evidence::lookup::Lookup;
    use crate::evidence::open;
    let cases: [(&str, &[&str], &str, &str); 7] = [
        (
            "velociraptor",
            &["uploads/auto/C%3A/Users/b%25b/a.txt", "uploads.json"],
            "C:\\Users\\b%b\\a.txt",
            "c:\\users\\B%B\\A.TXT",
        ),
        ("velociraptor ntfs", &["uploads/ntfs/%5C%5C.%5CC%3A/a%3As.txt", "uploads.json"], "C:\\a:s.txt", "C:\\a:s.txt"),
        ("kape", &["C/Users/bob/a.txt", "2024-01-01_CopyLog.csv"], "C:\\Users\\bob\\a.txt", "C:\\Users\\bob\\a.txt"),
        ("cylr", &["HOST/C/Windows/Temp/a.txt"], "C:\\Windows\\Temp\\a.txt", "\\windows\\temp\\a.txt"),
        ("uac", &["[root]/home/bob/a.txt", "uac.log"], "home/bob/a.txt", "/home/bob/a.txt"),
        ("acquire", &["fs/C:/Users/a.txt"], "C:\\Users\\a.txt", "C:\\Users\\a.txt"),
        ("plain", &["home/bob/a.txt"], "home/bob/a.txt", "/home/bob/a.txt"),
    ];
    for (tool, files, shown, asked) in cases {
        if cfg!(windows) && files.iter().any(|file| file.contains(':')) {
            eprintln!("skipped: Windows has no names as {tool} makes them");
            continue;
        }
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("folder");
        for path in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "open 192.0.2.1\n").unwrap();
        }
        let mut evidence = vec![folder.clone()];
        for (name, program, arguments) in [
            ("c.zip", "python3", &["-m", "zipfile", "-c"][..]),
            ("c.tar.gz", "tar", &["-C", folder.to_str().unwrap(), "-czf"]),
        ] {
            let target = root.path().join(name);
            let mut command = Command::new(program);
            command.current_dir(&folder).args(arguments).arg(&target);
            if program == "tar" {
                command.arg(".");
            } else {
                let mut tops: Vec<_> = files.iter().map(|file| file.split('/').next().unwrap()).collect();
                tops.dedup();
                command.args(tops);
            }
            if command.status().is_ok_and(|status| status.success()) {
                evidence.push(target);
            } else {
                eprintln!("skipped: {name} of {tool}");
            }
        }
        for path in evidence {
            let opened = open::open(&path, &Limits::default()).unwrap();
            assert!(opened.anomalies.is_empty() && path.is_dir() == matches!(opened.shape, open::Shape::Directory));
            let lookup = Lookup::new(&*opened.file_system);
            let drives = DriveMap::of(&lookup, &[], &[]);
            let places = drives.places(asked).into_iter();
            let found: Vec<_> = places.flat_map(|(folder, names)| lookup.files(&folder, &names)).collect();
            assert_eq!(found.len(), 1, "{tool} {path:?}: {:?}", drives.drives());
            assert_eq!(drives.display(&found[0].0), shown, "{tool} {path:?}");
            assert_eq!(opened.file_system.open(&found[0].0).unwrap().stream.len(), 15, "{tool} {path:?}");
        }
    }
}
