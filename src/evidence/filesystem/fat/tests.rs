//! Whole volumes: what is read of them, what is told, and that nothing does harm.

use super::geometry::Variant;
use super::testvolume::{Made, Stream, gone, long, set, short, unused};
use super::*;
use crate::base::bytes::read_full;
use crate::base::random::Random;
use crate::evidence::entry::EntryKind;
use crate::evidence::{FileSystem, SlackOf, Walked};
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;

/// What a walk says of each entry, with its content or why there is none; and what is told beside.
fn listed(volume: &[u8]) -> (Vec<String>, String) {
    listed_within(volume, &Limits::default())
}

fn listed_within(volume: &[u8], limits: &Limits) -> (Vec<String>, String) {
    let mounted = match mount(Arc::new(volume.to_vec()), limits) {
        Ok(mounted) => mounted,
        Err(cause) => return (Vec::new(), cause.to_string()),
    };
    let (mut lines, mut told) = (Vec::new(), String::new());
    mounted.walk(limits, &mut |walked| {
        match walked {
            Walked::Anomaly(anomaly) => told.push_str(&format!("{}: {}\n", anomaly.path, anomaly.cause)),
            Walked::Entry(entry) => {
                let origin = match entry.origin {
                    Origin::Deleted(recovery) => format!(" {recovery:?}"),
                    _ => String::new(),
                };
                let content = match mounted.open(&entry.path) {
                    _ if entry.kind == EntryKind::Directory => "/".to_owned(),
                    Err(anomaly) => format!(" ({})", anomaly.cause),
                    Ok(opened) => content(&*opened.stream),
                };
                lines.push(format!("{}{origin}{content}", entry.path.display()));
            }
        }
        ControlFlow::Continue(())
    });
    for range in mounted.free_space() {
        assert!(range.start < range.end && range.end <= ReadAt::len(volume));
    }
    (lines, told)
}

/// The beginning of a content and its length; what is wrong with it in parentheses.
fn content(stream: &dyn ReadAt) -> String {
    let mut bytes = vec![0u8; usize::try_from(stream.len().min(1 << 16)).unwrap()];
    match read_full(stream, 0, &mut bytes) {
        Ok(length) => {
            let start = String::from_utf8_lossy(&bytes[..length.min(8)]).into_owned();
            format!(" {}:{}", stream.len(), start.trim_end_matches('\0'))
        }
        Err(error) => format!(" ({error})"),
    }
}

const KINDS: [(Variant, u32); 3] = [(Variant::Fat12, 200), (Variant::Fat16, 4200), (Variant::Fat32, 300)];

fn volume(variant: Variant, clusters: u32) -> Made {
    let mut made = Made::new(variant, clusters);
    made.slots(made.root, &[short(b"MY DISK    ", 8, 0, 0), short(b"A       TXT", 0x20, 10, 1000)]);
    made.chain(&[10, 14]);
    made.write(10, &[b'a'; 512]);
    made.write(14, &[b'b'; 512]);
    made.slots(made.root, &long("Some directory", short(b"SOMEDI~1   ", 0x10, 20, 0)));
    made.chain(&[20, 22]);
    let directory = made.directory(20);
    made.slots(directory, &long("Quarterly report for all.txt", short(b"QUARTE~1TXT", 0x20, 30, 5)));
    made.chain(&[30]);
    made.write(30, b"hello");
    made
}

#[test]
fn files_are_read_on_all_widths() {
    for (variant, clusters) in KINDS {
        let made = volume(variant, clusters);
        let (lines, told) = listed(&made.bytes);
        let expected =
            ["A.TXT 1000:aaaaaaaa", "Some directory/", "Some directory/Quarterly report for all.txt 5:hello"];
        assert_eq!(lines, expected, "{variant:?}");
        assert_eq!(told.lines().count(), 0, "{told}");
        let mounted = mount(Arc::new(made.bytes.clone()), &Limits::default()).unwrap();
        assert_eq!((mounted.kind, mounted.label.as_deref()), (variant.name(), Some("MY DISK")));
        let opened = mounted.open(&EntryPath::new("A.TXT")).unwrap();
        let mut bytes = [0u8; 8];
        assert_eq!(opened.stream.read_at(508, &mut bytes).unwrap(), 8);
        assert_eq!(&bytes, b"aaaabbbb");
        let times = opened.times;
        assert_eq!(times.created.unwrap().to_string(), "2025-03-25T12:34:59.5Z");
        assert_eq!(times.modified.unwrap().to_string(), "2025-03-25T12:34:58Z");
        assert_eq!(times.accessed.unwrap().to_string(), "2025-03-25T00:00:00Z");
        let first = if variant == Variant::Fat32 { 3 } else { 2 };
        let free = (made.offset(first) as u64, made.offset(10) as u64);
        assert_eq!(mounted.free_space()[0], free.0..free.1);
        assert_eq!(mounted.free_space().len(), 6);
        let [slack] = mounted.slack().try_into().ok().unwrap();
        let behind = |cluster, held: usize| (made.offset(cluster) + held) as u64..(made.offset(cluster) + 512) as u64;
        assert_eq!((slack.of, slack.ranges), (SlackOf::Files, vec![behind(14, 488), behind(30, 5)]));
    }
}

#[test]
fn what_was_deleted_is_found_again() {
    for (variant, clusters) in KINDS {
        let mut made = volume(variant, clusters);
        made.slots(made.root, &gone(&long("Stolen goods.rar", short(b"STOLEN~1RAR", 0x20, 40, 600))));
        made.write(40, &[b'r'; 600]);
        made.slots(made.root, &gone(&[short(b"REUSED  TXT", 0x20, 10, 600)]));
        made.slots(made.root, &gone(&[short(b"HALF    TXT", 0x20, 13, 600)]));
        made.slots(made.root, &gone(&[short(b"NOWHERE TXT", 0x20, 0, 600)]));
        made.slots(made.root, &gone(&[short(b"EMPTY   TXT", 0x20, 0, 0)]));
        made.slots(made.root, &gone(&[short(b"OUTSIDE TXT", 0x20, 0xf000, 9), short(b"B\x01D     TXT", 0x20, 50, 9)]));
        made.slots(made.root, &gone(&[short(b"OLDDIR     ", 0x10, 60, 0), short(b"NODIR      ", 0x10, 70, 0)]));
        let directory = made.directory(60);
        made.slots(directory, &gone(&[short(b"INSIDE  TXT", 0x20, 61, 3)]));
        made.slots(directory, &[short(b"STILL   TXT", 0x20, 62, 3), short(b"OLDDIR     ", 0x10, 60, 0)]);
        made.write(61, b"in!");
        made.write(62, b"out");
        let (lines, told) = listed(&made.bytes);
        let gone: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|line| !line.contains("A.TXT") && !line.starts_with("Some"))
            .collect();
        let expected = [
            "Stolen goods.rar AssumedContiguous 600:rrrrrrrr",
            "_ALF.TXT ClustersReused (deleted, and the next cluster belongs to another file)",
            "_EUSED.TXT ClustersReused (deleted, and its first cluster belongs to another file)",
            "_LDDIR AssumedContiguous/",
            "_LDDIR/OLDDIR AssumedContiguous/",
            "_LDDIR/STILL.TXT AssumedContiguous 3:out",
            "_LDDIR/_NSIDE.TXT AssumedContiguous 3:in!",
            "_MPTY.TXT ClustersFree 0:",
            "_ODIR AssumedContiguous/",
            "_OWHERE.TXT NameOnly (deleted, and where its content was is not known)",
        ];
        assert_eq!(gone, expected, "{variant:?}");
        assert_eq!(told.lines().count(), 0, "{told}");
    }
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    type Damage = fn(&mut Made);
    let cases: [(Damage, &str); 14] = [
        (|made| made.link(10, 10), "A.TXT: a chain that comes back to itself"),
        (|made| made.link(10, 0), "A.TXT: a chain that leads to a free cluster"),
        (|made| made.link(10, 1), "A.TXT: a chain that leads out of the volume"),
        (|made| made.link(10, u32::MAX), "A.TXT: a chain of clusters that is shorter than its file"),
        (|made| made.link(10, 30), "Quarterly report for all.txt: clusters that belong to another file too"),
        (|made| made.link(22, 20), "Some directory: a chain that comes back to itself"),
        (|made| made.link(20, 22) /* unharmed */, ""),
        (
            |made| made.slots(made.offset(20), &[short(b"LOOP       ", 0x10, 20, 0)]),
            "LOOP: a directory that is in another place",
        ),
        (
            |made| made.slots(made.root, &[short(b"AGAIN      ", 0x10, 20, 0)]),
            "a directory that is in another place too",
        ),
        (|made| made.slots(made.root, &[short(b"NOWHERE    ", 0x10, 0, 0)]), "NOWHERE: a chain that leads out"),
        (|made| made.slots(made.root, &[[0xc7; 32]]), ": a slot of a directory that is no entry"),
        (
            |made| {
                let mut slots = long("Quarterly report for all.txt", short(b"QUARTE~2TXT", 0x20, 0, 0));
                slots.swap(0, 2);
                made.slots(made.root, &slots);
            },
            "QUARTE~2.TXT: a long name that does not fit its entry",
        ),
        (
            |made| {
                let mut slots = vec![long("x", short(b"QUARTE~2TXT", 0x20, 0, 0))[0]; 64];
                slots.push(short(b"QUARTE~2TXT", 0x20, 0, 0));
                made.slots(made.offset(20), &slots[55..]);
            },
            "QUARTE~2.TXT: a long name that does not fit its entry",
        ),
        (|made| made.bytes.truncate(made.offset(30)), ": a volume of"),
    ];
    for (variant, clusters) in KINDS {
        for (number, (damage, what)) in cases.iter().enumerate() {
            let mut made = volume(variant, clusters);
            damage(&mut made);
            let (lines, told) = listed(&made.bytes);
            assert!(told.contains(what), "{variant:?} {number} {what}: {told}");
            assert_eq!(told.lines().count() > 0, !what.is_empty(), "{number} {told}");
            assert!(lines.iter().any(|line| line.starts_with("A.TXT")) && lines.len() >= 3, "{number} {lines:?}");
        }
    }
    // What has a loop is read once, up to it.
    let mut made = volume(Variant::Fat16, 4200);
    made.link(14, 10);
    let big = made.root + 32 + 28;
    made.bytes[big..big + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mounted = mount(Arc::new(made.bytes), &Limits::default()).unwrap();
    let stream = mounted.open(&EntryPath::new("A.TXT")).unwrap().stream;
    let mut bytes = [0u8; 2048];
    assert_eq!((stream.len(), stream.read_at(0, &mut bytes).unwrap()), (u64::from(u32::MAX), 1024));
    assert_eq!(stream.read_at(1024, &mut bytes).unwrap_err().to_string(), "a chain that comes back to itself");
}

#[test]
fn boot_sectors_that_cannot_be_are_refused() {
    let cases: [(usize, &[u8]); 9] = [
        (11, &[0, 0]),
        (11, &[3, 0]),
        (11, &[0xff, 0xff]),
        (13, &[0]),
        (13, &[0xf4]),
        (14, &[0, 0]),
        (16, &[0]),
        (32, &[0, 0, 0, 0]),
        (22, &[0, 0, 0, 0]),
    ];
    for (at, bytes) in cases {
        let mut made = volume(Variant::Fat12, 200);
        made.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        let (lines, told) = listed(&made.bytes);
        assert!(lines.is_empty() && told.contains("at offset"), "{at}: {told}");
    }
    // More clusters than the table has entries for.
    let mut made = volume(Variant::Fat16, 4200);
    made.bytes[22] = 5;
    assert!(listed(&made.bytes).1.contains("but a table of"));
    let exfat = Made::new(Variant::ExFat, 200);
    for (at, value) in [(108, 8u8), (108, 13), (109, 200), (92, 0), (84, 0), (80, 0)] {
        let mut bytes = exfat.bytes.clone();
        bytes[at] = value;
        assert!(mount(Arc::new(bytes), &Limits::default()).is_err(), "{at}");
    }
    assert!(mount(Arc::new(vec![0; 100]), &Limits::default()).is_err());
}

#[test]
fn a_directory_of_all_clusters_ends() {
    let mut made = volume(Variant::Fat32, 40_000);
    let clusters: Vec<u32> = (100..40_000).collect();
    made.chain(&clusters);
    let filled: Vec<[u8; 32]> = (0..16).map(|_| short(b"SAME    TXT", 0x20, 0, 0)).collect();
    for cluster in clusters {
        let at = made.offset(cluster);
        made.bytes[at..at + 512].copy_from_slice(filled.as_flattened());
    }
    made.slots(made.root, &[short(b"BIG        ", 0x10, 100, 0)]);
    let limits = Limits { files: 5000, ..Limits::default() };
    let mounted = mount(Arc::new(made.bytes.clone()), &limits).unwrap();
    let (mut entries, mut told) = (0, String::new());
    mounted.walk(&limits, &mut |walked| {
        match walked {
            Walked::Anomaly(anomaly) => told.push_str(&format!("{}: {}\n", anomaly.path, anomaly.cause)),
            Walked::Entry(_) => entries += 1,
        }
        ControlFlow::Continue(())
    });
    assert_eq!(entries, 5000);
    assert!(told.contains("BIG: limit reached: files (limit 5000)"), "{told}");
    assert!(told.contains("BIG: a directory longer than any is"), "{told}");
}

fn stream(first: u32, length: u64, contiguous: bool) -> Stream {
    Stream { first, length, valid: length, contiguous }
}

fn exfat() -> Made {
    let mut made = Made::new(Variant::ExFat, 256);
    let mut label = [0u8; 32];
    label[..8].copy_from_slice(b"\x83\x03D\0I\0S\0");
    made.slots(made.root, &[label]);
    made.slots(made.root, &set("A name of more than fifteen.txt", 0x20, stream(10, 1000, false)));
    made.chain(&[10, 14]);
    made.write(10, &[b'a'; 512]);
    made.slots(made.root, &set("one piece.bin", 0x20, Stream { valid: 600, ..stream(20, 1200, true) }));
    (20..23).for_each(|cluster| made.take(cluster));
    made.write(20, &[b'p'; 1200]);
    made.slots(made.root, &set("directory", 0x10, stream(30, 512, true)));
    made.take(30);
    made.slots(made.offset(30), &set("x", 0x20, stream(0, 0, false)));
    made.chain(&[31]);
    made.link(3, 4);
    made.chain(&[4]);
    made
}

#[test]
fn exfat_is_read_with_what_was_deleted() {
    let mut made = exfat();
    let root = made.offset(4);
    made.slots(root, &unused(&set("gone.rar", 0x20, stream(40, 600, true))));
    made.slots(root, &unused(&set("chained.rar", 0x20, stream(50, 600, false))));
    made.slots(root, &unused(&set("reused.rar", 0x20, stream(20, 600, true))));
    made.write(40, &[b'g'; 600]);
    made.link(50, 60);
    made.link(60, u32::MAX);
    made.write(50, &[b'c'; 512]);
    let mut broken = unused(&set("broken.rar", 0x20, stream(70, 600, true)));
    broken[2][5] ^= 1;
    made.slots(root, &broken);
    // Slots of the root's first cluster end where they ended: the chain goes on with the second one.
    let filler = vec![[0x05u8; 32]; 16];
    let used = made.bytes[made.root..][..512].as_chunks::<32>().0.iter().filter(|slot| slot[0] != 0).count();
    made.slots(made.root, &filler[used..]);
    let (lines, told) = listed(&made.bytes);
    let expected = [
        "A name of more than fifteen.txt 1000:aaaaaaaa",
        "chained.rar ClustersFree 600:cccccccc",
        "directory/",
        "directory/x 0:",
        "gone.rar ClustersFree 600:gggggggg",
        "one piece.bin 1200:pppppppp",
        "reused.rar ClustersReused (deleted, and its first cluster belongs to another file)",
    ];
    assert_eq!((lines.iter().map(String::as_str).collect::<Vec<_>>(), told.as_str()), (expected.to_vec(), ""));
    let mounted = mount(Arc::new(made.bytes), &Limits::default()).unwrap();
    assert_eq!((mounted.kind, mounted.label.as_deref()), ("exfat", Some("DIS")));
    let opened = mounted.open(&EntryPath::new("one piece.bin")).unwrap();
    let mut bytes = [1u8; 700];
    assert_eq!(read_full(&*opened.stream, 510, &mut bytes).unwrap(), 690);
    assert!(bytes[..90] == [b'p'; 90] && bytes[90..690] == [0; 600]);
    assert_eq!(opened.times.created.unwrap().to_string(), "2025-03-25T11:34:59.5Z");
}

#[test]
fn damage_of_exfat_is_told() {
    type Damage = fn(&mut Made);
    let cases: [(Damage, &str); 7] = [
        (|made| made.bytes[made.root] = 0x82, ": a volume without its bitmap of clusters"),
        (|made| made.bytes[200] = 1, ": a boot region whose checksum is wrong"),
        (|made| made.link(14, 10), ""),
        (|made| made.link(10, 0), "A name of more than fifteen.txt: a chain that leads to a free cluster"),
        (|made| made.bytes[made.root + 66] ^= 1, "a set of slots whose checksum is wrong"),
        (|made| made.bytes[made.root + 65] = 9, ": a set of slots that is not complete"),
        (
            |made| made.slots(made.offset(30), &set("directory", 0x10, stream(30, 512, true))),
            "directory/directory: a directory that is in another place too",
        ),
    ];
    for (number, (damage, what)) in cases.iter().enumerate() {
        let mut made = exfat();
        damage(&mut made);
        let (lines, told) = listed(&made.bytes);
        assert!(told.contains(what) && told.is_empty() == what.is_empty(), "{number} {what}: {told}");
        assert!(lines.iter().any(|line| line.starts_with("one piece.bin")), "{number} {lines:?}");
    }
}

#[test]
fn mutants_do_no_harm() {
    let mut deleted = volume(Variant::Fat12, 200);
    deleted.slots(deleted.root, &gone(&long("Stolen goods.rar", short(b"STOLEN~1RAR", 0x20, 40, 600))));
    deleted.slots(deleted.root, &gone(&[short(b"OLDDIR     ", 0x10, 60, 0)]));
    let directory = deleted.directory(60);
    deleted.slots(directory, &gone(&[short(b"INSIDE  TXT", 0x20, 61, 3)]));
    let seeds = [deleted, volume(Variant::Fat32, 300), exfat()];
    let limits = Limits { files: 1000, directory_depth: 16, ..Limits::default() };
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let mut next = || (random.number() >> 11) as usize;
    for turn in 0..3000 {
        let seed = &seeds[turn % 3];
        let mut mutant = seed.bytes.clone();
        // Boot sector, table, root directory and the first directory.
        let places =
            [0, seed.offset(2) - 64, seed.root, seed.root + 128, seed.offset(20), seed.offset(30), 512, 24 * 512];
        for _ in 0..1 + next() % 4 {
            let at = places[next() % places.len()] + next() % 160;
            mutant[at] = [next() as u8, 0, 0xff, 1 << (next() % 8)][next() % 4];
        }
        if turn % 16 == 0 {
            mutant.truncate(next() % mutant.len());
        }
        let (lines, told) = listed_within(&mutant, &limits);
        assert!(lines.len() <= 1000 && told.lines().count() <= 1100);
    }
}

/// Runs a tool; nothing where it is not installed.
fn run(tool: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new(tool).args(arguments).env("MTOOLS_SKIP_CHECK", "1").output() {
        Ok(output) => {
            assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
            Some(output.stdout)
        }
        Err(_) => {
            println!("skipped: {tool} is not installed");
            None
        }
    }
}

/// The files that The Sleuth Kit lists, deleted ones with a star, each with its content.
fn sleuth_kit(image: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let list = String::from_utf8(run("fls", &["-r", "-p", "-F", image])?).unwrap();
    let entries = list.lines().filter_map(|line| {
        let (head, name) = line.split_once(":\t")?;
        let number = head.rsplit(' ').next()?;
        let deleted = if head.contains(" * ") { "*" } else { "" };
        let shown = !name.starts_with('$') && !name.contains("(Volume Label Entry)") && !head.starts_with('v');
        shown.then(|| Some((format!("{deleted}{name}"), run("icat", &["-r", image, number])?))).flatten()
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    Some(entries)
}

fn ours(image: &str) -> Vec<(String, Vec<u8>)> {
    let mounted = mount(Arc::new(std::fs::read(image).unwrap()), &Limits::default()).unwrap();
    let mut entries = Vec::new();
    mounted.walk(&Limits::default(), &mut |walked| {
        if let Walked::Entry(entry) = walked
            && entry.kind == EntryKind::File
        {
            let stream = mounted.open(&entry.path).unwrap().stream;
            let mut bytes = vec![0u8; stream.len() as usize];
            assert_eq!(read_full(&*stream, 0, &mut bytes).unwrap(), bytes.len());
            let deleted = if entry.origin.is_deleted() { "*" } else { "" };
            entries.push((format!("{deleted}{}", entry.path.display()), bytes));
        }
        ControlFlow::Continue(())
    });
    entries.sort();
    entries
}

#[test]
fn agrees_with_the_sleuth_kit_on_volumes_of_mkfs_and_mtools() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (image, tree) = (path("image"), path("tree"));
    std::fs::create_dir_all(path("tree/A long directory name/below")).unwrap();
    for number in 0..12 {
        let name = format!("tree/A long directory name/below/Report number {number} of the quarter.txt");
        std::fs::write(path(&name), format!("{number}\n").repeat(number * 97)).unwrap();
        std::fs::write(path(&format!("tree/F{number}.BIN")), vec![number as u8; number * 800]).unwrap();
    }
    std::fs::write(path("tree/lower.txt"), "x").unwrap();
    std::fs::write(path("tree/Übung €.txt"), "y").unwrap();
    for (width, size) in [("12", 4u64 << 20), ("16", 16 << 20), ("32", 48 << 20)] {
        std::fs::File::create(&image).unwrap().set_len(size).unwrap();
        if run("mkfs.fat", &["-F", width, "-n", "TEST", &image]).is_none() {
            return;
        }
        let entries = std::fs::read_dir(&tree).unwrap().map(|entry| entry.unwrap().path().to_str().unwrap().to_owned());
        let mut arguments = vec!["-s".to_owned(), "-i".to_owned(), image.clone()];
        arguments.extend(entries);
        arguments.push("::".to_owned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if run("mcopy", &arguments).is_none() {
            return;
        }
        for gone in ["::F7.BIN", "::F11.BIN", "::A long directory name/below/Report number 8 of the quarter.txt"] {
            run("mdel", &["-i", &image, gone]).unwrap();
        }
        let Some(theirs) = sleuth_kit(&image) else { return };
        let ours = ours(&image);
        let names = |entries: &[(String, Vec<u8>)]| entries.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&theirs), "FAT{width}");
        assert!(ours == theirs, "FAT{width}");
        assert_eq!(ours.iter().filter(|(name, _)| name.starts_with('*')).count(), 3);
    }
}

#[test]
fn agrees_with_the_sleuth_kit_on_exfat() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("image").to_str().unwrap().to_owned();
    std::fs::File::create(&image).unwrap().set_len(8 << 20).unwrap();
    if run("mkfs.exfat", &["-n", "TEST", &image]).is_some() {
        let mounted = mount(Arc::new(std::fs::read(&image).unwrap()), &Limits::default()).unwrap();
        assert_eq!((mounted.label.as_deref(), mounted.tree().len()), (Some("TEST"), 0));
        let mut told = 0;
        mounted.walk(&Limits::default(), &mut |_| {
            told += 1;
            ControlFlow::Continue(())
        });
        assert_eq!(told, 0);
    }
    let mut made = Made::new(Variant::ExFat, 256);
    made.slots(made.root, &set("one piece.bin", 0x20, stream(20, 1200, true)));
    (20..23).for_each(|cluster| made.take(cluster));
    made.slots(made.root, &set("chained.bin", 0x20, stream(10, 1000, false)));
    made.chain(&[10, 14]);
    made.write(14, b"second");
    made.slots(made.root, &unused(&set("gone.rar", 0x20, stream(40, 600, true))));
    made.write(40, &[b'g'; 600]);
    std::fs::write(&image, &made.bytes).unwrap();
    let Some(theirs) = sleuth_kit(&image) else { return };
    assert_eq!(ours(&image), theirs);
}

/// Free space was looked for in 2^28 clusters that a volume of a few kilobytes claimed.
#[test]
fn clusters_that_are_only_claimed_are_not_counted() {
    let mut made = volume(Variant::Fat32, 300);
    // Sectors, and sectors of each table: as many as there can be.
    made.bytes[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    made.bytes[36..40].copy_from_slice(&0x0020_0000u32.to_le_bytes());
    let source: Source = Arc::new(made.bytes);
    let length = source.len();
    if let Ok(mounted) = mount(source, &Limits::default()) {
        assert!(mounted.free_space().iter().all(|range| range.end <= length));
    }
}
