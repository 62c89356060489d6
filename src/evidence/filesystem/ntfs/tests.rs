//! Volumes that the tests write themselves: what a reader must find on them, and what must not harm it.

use super::testimage::{
    CLUSTER, CLUSTERS, DIRECTORY, FILE, FREE, Image, Lies, RECORDS, TABLE, extents, file_name, reference, resident,
    run, utf16,
};
use super::*;
use crate::base::bytes::read_full;
use crate::base::random::Random;
use crate::evidence::entry::{Entry, EntryKind, EntryPath, Origin, Recovery};
use crate::evidence::{FileSystem, Walked};
use std::ops::ControlFlow;

const ROOT: u64 = reference_of(5, 5);

const fn reference_of(record: u64, sequence: u16) -> u64 {
    record | ((sequence as u64) << 48)
}

fn walk(mounted: &Mounted) -> (Vec<Entry>, Vec<String>) {
    let (mut entries, mut anomalies) = (Vec::new(), Vec::new());
    mounted.walk(&Limits::default(), &mut |walked| {
        match walked {
            Walked::Entry(entry) => entries.push(entry),
            Walked::Anomaly(anomaly) => anomalies.push(anomaly.cause.to_string()),
        }
        ControlFlow::Continue(())
    });
    (entries, anomalies)
}

/// The entries that are none of the file system's own.
fn listed(mounted: &Mounted) -> Vec<(String, EntryKind, Origin)> {
    let entries = walk(mounted).0.into_iter();
    let told = entries.map(|entry| (entry.path.display(), entry.kind, entry.origin));
    told.filter(|(path, ..)| !path.starts_with('$')).collect()
}

fn content(mounted: &Mounted, path: &str) -> Result<Vec<u8>, String> {
    let opened = FileSystem::open(mounted, &EntryPath::new(path)).map_err(|anomaly| anomaly.cause.to_string())?;
    let mut bytes = vec![0u8; usize::try_from(opened.stream.len()).unwrap().min(1 << 20)];
    let count = read_full(&opened.stream, 0, &mut bytes).map_err(|error| error.to_string())?;
    bytes.truncate(count);
    Ok(bytes)
}

fn mounted(image: &Image) -> Mounted {
    mount(image.source(), &Limits::default()).expect("the volume is read")
}

fn file(parent: u64, name: &str, data: &[u8]) -> [Vec<u8>; 2] {
    [file_name(parent, name, 1), resident(0x80, "", data)]
}

const READ: (EntryKind, Origin) = (EntryKind::File, Origin::File);

#[test]
fn names_streams_and_contents_are_read() {
    let mut image = Image::new();
    image.record(30, 1, DIRECTORY, &[file_name(ROOT, "Users", 1), resident(0x80, "note", b"on a folder")]);
    let names = [file_name(reference(30, 1), "LONGNA~1.TXT", 2), file_name(reference(30, 1), "Long name.txt", 1)];
    let link = file_name(ROOT, "link.txt", 0);
    let data = [resident(0x80, "", b"open 192.0.2.1"), resident(0x80, "Zone.Identifier", b"[ZoneTransfer]")];
    image.record(31, 1, FILE, &[names.as_slice(), &[link], &data].concat());
    let runs = [run(1, FREE + 3).as_slice(), &[0x01, 2], &[0x11, 1, 0xfd]].concat();
    image.put(FREE + 3, &[b'a'; CLUSTER]);
    image.put(FREE, &[b'b'; CLUSTER]);
    let lies = Lies { size: 2000, initialised: Some(1600), runs: &runs, ..Lies::default() };
    image.record(32, 1, FILE, &[file_name(ROOT, "runs", 1), extents(0x80, "", &lies)]);
    image.record(33, 1, FILE, &[file_name(ROOT, "SHORT.TXT", 2)]);
    let mounted = mounted(&image);
    assert_eq!((mounted.label.as_deref(), mounted.kind), (Some("evidence"), "ntfs"));
    let (kind, stream) = (EntryKind::File, Origin::AlternateStream);
    let expected = [
        ("SHORT.TXT", READ),
        ("Users", (EntryKind::Directory, Origin::File)),
        ("Users/Long name.txt", READ),
        ("Users/Long name.txt:Zone.Identifier", (kind, stream)),
        ("Users:note", (kind, stream)),
        ("link.txt", READ),
        ("link.txt:Zone.Identifier", (kind, stream)),
        ("runs", READ),
    ];
    assert_eq!(listed(&mounted), expected.map(|(path, (kind, origin))| (path.to_owned(), kind, origin)));
    assert_eq!(walk(&mounted).1, Vec::<String>::new());
    assert_eq!(content(&mounted, "link.txt").unwrap(), b"open 192.0.2.1");
    assert_eq!(content(&mounted, "Users/Long name.txt:Zone.Identifier").unwrap(), b"[ZoneTransfer]");
    assert_eq!(content(&mounted, "Users:note").unwrap(), b"on a folder");
    let expected = [[b'a'; 512].as_slice(), &[0; 1024], &[b'b'; 64], &[0; 400]].concat();
    assert_eq!(content(&mounted, "runs").unwrap(), expected);
    assert_eq!(content(&mounted, "$BadClus:$Bad").unwrap(), b"");
    let free = mounted.free_space();
    assert_eq!(free.iter().map(|range| range.end - range.start).sum::<u64>(), ((CLUSTERS - FREE) * CLUSTER) as u64);
}

#[test]
fn deleted_files_are_found_where_they_were() {
    let mut image = Image::new();
    let old = reference(40, 1);
    image.record(40, 2, 2, &[file_name(ROOT, "tmp", 1)]);
    image.record(41, 2, 0, &[file(old, "ftp.txt", b"open h").as_slice(), &[resident(0x80, "s", b"x")]].concat());
    for (number, name, at) in [(42, "free.bin", FREE), (43, "reused.bin", FREE + 2)] {
        let lies = Lies { size: 900, runs: &run(2, at), ..Lies::default() };
        image.put(at, &[b'd'; 1024]);
        image.record(number, 2, 0, &[file_name(ROOT, name, 1), extents(0x80, "", &lies)]);
    }
    image.take(FREE + 3);
    let lies = Lies { size: 900, ..Lies::default() };
    image.record(44, 2, 0, &[file_name(ROOT, "gone.bin", 1), extents(0x80, "", &lies)]);
    image.record(45, 2, 0, &file(reference(40, 7), "other.txt", b"of an earlier folder"));
    image.record(46, 2, 0, &[resident(0x80, "", b"open nameless")]);
    let mounted = mounted(&image);
    let deleted = |path: &str, recovery| (path.to_owned(), EntryKind::File, Origin::Deleted(recovery));
    let folder = |path: &str, origin| (path.to_owned(), EntryKind::Directory, origin);
    let expected = [
        folder("[orphan]", Origin::File),
        deleted("[orphan]/[record 46]", Recovery::Resident),
        deleted("[orphan]/other.txt", Recovery::Resident),
        deleted("free.bin", Recovery::ClustersFree),
        deleted("gone.bin", Recovery::NameOnly),
        deleted("reused.bin", Recovery::ClustersReused),
        folder("tmp", Origin::Deleted(Recovery::NameOnly)),
        deleted("tmp/ftp.txt", Recovery::Resident),
        deleted("tmp/ftp.txt:s", Recovery::Resident),
    ];
    assert_eq!(listed(&mounted), expected);
    assert_eq!(content(&mounted, "tmp/ftp.txt").unwrap(), b"open h");
    assert_eq!(content(&mounted, "tmp/ftp.txt:s").unwrap(), b"x");
    assert_eq!(content(&mounted, "free.bin").unwrap(), [b'd'; 900]);
    assert_eq!(content(&mounted, "reused.bin").unwrap(), [[b'd'; 512].as_slice(), &[0; 388]].concat());
    assert!(content(&mounted, "gone.bin").unwrap_err().contains("not known"));
}

/// Row 34: parents that are themselves, each other, no directories, or of another time.
#[test]
fn parents_that_lead_nowhere_make_orphans() {
    let mut image = Image::new();
    image.record(30, 1, DIRECTORY, &[file_name(reference(30, 1), "self", 1)]);
    image.record(31, 1, DIRECTORY, &[file_name(reference(32, 1), "a", 1)]);
    image.record(32, 1, DIRECTORY, &[file_name(reference(31, 1), "b", 1)]);
    image.record(33, 1, FILE, &file(reference(32, 1), "in-b", b""));
    image.record(34, 1, FILE, &file(reference(33, 1), "in-a-file", b""));
    image.record(35, 1, FILE, &file(reference(31, 9), "newer", b""));
    image.record(36, 1, FILE, &file(reference(1 << 40, 1), "far", b""));
    image.record(37, 1, DIRECTORY, &[file_name(ROOT, "one", 1), file_name(ROOT, "two", 1)]);
    image.record(38, 1, FILE, &file(reference(37, 1), "once", b""));
    let paths: Vec<String> = listed(&mounted(&image)).into_iter().map(|(path, ..)| path).collect();
    let orphans =
        ["", "/a", "/a/b", "/a/b/in-b", "/far", "/in-a-file", "/newer", "/self"].map(|path| format!("[orphan]{path}"));
    assert_eq!(paths[..8], orphans);
    assert_eq!(paths.len(), 11);
    assert_eq!(paths.iter().filter(|path| path.ends_with("once")).count(), 1);
}

/// Rows 24 and 25: what the boot sector says cannot be, or leads nowhere.
#[test]
fn a_damaged_start_is_got_over() {
    let mut image = Image::new();
    image.record(30, 1, FILE, &file(ROOT, "a.txt", b"here"));
    let place = |cluster: usize| cluster * CLUSTER;
    type Damage = (&'static str, fn(&mut Vec<u8>));
    let cases: [Damage; 6] = [
        ("the copy of the boot sector", |bytes| bytes[13] = 0),
        ("the copy of the boot sector", |bytes| bytes[..512].fill(0)),
        ("$MFTMirr", |bytes| bytes[48..56].fill(0)),
        ("$MFTMirr", |bytes| bytes[48..56].fill(0xff)),
        ("were searched", |bytes| {
            bytes[48..64].fill(0x70);
            bytes[(CLUSTERS - 1) * CLUSTER..].fill(0);
        }),
        ("$MFTMirr", |bytes| bytes[TABLE * CLUSTER] = b'X'),
    ];
    for (what, damage) in cases {
        let mut damaged = image.clone();
        damage(&mut damaged.bytes);
        let mounted = mounted(&damaged);
        assert_eq!(content(&mounted, "a.txt").as_deref(), Ok(b"here".as_slice()), "{what}");
        let told = walk(&mounted).1;
        assert!(told.iter().any(|cause| cause.contains(what)), "{what}: {told:?}");
    }
    image.bytes[place(0)..place(1)].fill(0);
    image.bytes[place(CLUSTERS - 1)..].fill(0);
    assert!(mount(image.source(), &Limits::default()).is_err());
    let nothing: Source = Arc::new(Vec::<u8>::new());
    assert!(mount(nothing, &Limits::default()).is_err());
}

/// Rows 26, 27, 28, 35: damage in one record is told, and costs nothing but what it hit.
#[test]
fn damage_in_a_record_stays_there() {
    let mut image = Image::new();
    image.record(30, 1, FILE, &file(ROOT, "good.txt", b"good"));
    image.record(31, 1, FILE, &file(ROOT, "torn.txt", b"torn"));
    image.bytes[Image::place(31) + 1022] = 9;
    image.record(
        32,
        1,
        FILE,
        &[file_name(ROOT, "cut.txt", 1), resident(0x80, "", b"first"), resident(0x80, "x", b"second")],
    );
    let record = &mut image.bytes[Image::place(32)..][..1024];
    let second = record.windows(6).position(|bytes| bytes == b"second").unwrap();
    record[second - 32 + 4..][..4].copy_from_slice(&7u32.to_le_bytes());
    let lies =
        Lies { size: 1024, runs: &[0x11, 1, FREE as u8 - 128, 0x71, 1, 0, 0, 0, 0, 0, 0, 0x70], ..Lies::default() };
    image.record(33, 1, FILE, &[file_name(ROOT, "runs.bin", 1), extents(0x80, "", &lies)]);
    let mut long = file_name(ROOT, "ab/c", 1);
    long[24 + 64] = 200;
    image.record(34, 1, FILE, &[long, resident(0x80, "", b"slash")]);
    image.bytes[Image::place(35)] = b'Z';
    let mounted = mounted(&image);
    assert_eq!(content(&mounted, "good.txt").unwrap(), b"good");
    assert_eq!(content(&mounted, "torn.txt").unwrap(), b"torn");
    assert_eq!(content(&mounted, "cut.txt").unwrap(), b"first");
    assert!(content(&mounted, "runs.bin").is_err());
    let (entries, told) = walk(&mounted);
    assert!(entries.iter().any(|entry| entry.path.display().starts_with("ab\\x2Fc")));
    for what in ["record 31: torn", "record 32: its attributes", "record 35: its signature"] {
        assert_eq!(told.iter().filter(|cause| cause.contains(what)).count(), 1, "{what}: {told:?}");
    }
}

/// Row 29: sizes that no disk has.
#[test]
fn holes_of_any_size_end() {
    let mut image = Image::new();
    let hole = Lies { size: 1 << 62, runs: &[0x07, 0, 0, 0, 0, 0, 0, 0x10], ..Lies::default() };
    image.record(30, 1, FILE, &[file_name(ROOT, "huge", 1), extents(0x80, "", &hole)]);
    let hole = Lies { size: 1 << 40, ..hole };
    image.record(31, 1, FILE, &[file_name(ROOT, "hole", 1), extents(0x80, "", &hole)]);
    let lies = Lies { size: 1 << 30, runs: &run(1, FREE), ..Lies::default() };
    image.record(32, 1, FILE, &[file_name(ROOT, "short", 1), extents(0x80, "", &lies)]);
    let mounted = mounted(&image);
    let sizes: Vec<_> = walk(&mounted)
        .0
        .iter()
        .filter(|entry| entry.path.display().starts_with('h'))
        .map(|entry| entry.stat.unwrap().size)
        .collect();
    assert_eq!(sizes, [1 << 40, 1 << 62]);
    for name in ["huge", "hole"] {
        assert!(content(&mounted, name).unwrap_err().contains("limit reached"), "{name}");
    }
    assert!(content(&mounted, "short").unwrap_err().contains("not known"));
}

/// A volume that says it is larger than any disk, with a table and a bitmap to match.
#[test]
fn what_the_evidence_does_not_hold_is_not_waited_for() {
    let mut image = Image::new();
    image.bytes[40..48].copy_from_slice(&(1u64 << 53).to_le_bytes());
    let table = Lies { size: 1 << 60, runs: &[0x17, 0, 0, 0, 0, 0, 0, 2, TABLE as u8], ..Lies::default() };
    image.record(0, 1, FILE, &[file_name(ROOT, "$MFT", 3), extents(0x80, "", &table)]);
    let bitmap = Lies { size: 1 << 50, runs: &[0x07, 0, 0, 0, 0, 0, 0, 2], ..Lies::default() };
    image.record(6, 6, FILE, &[file_name(ROOT, "$Bitmap", 3), extents(0x80, "", &bitmap)]);
    let vast = Lies { size: 1 << 50, runs: &[0x17, 0, 0, 0, 0, 0, 0, 2, 1], ..Lies::default() };
    for number in 30..60 {
        image.record(number, 2, 0, &[file_name(ROOT, &format!("{number}"), 1), extents(0x80, "", &vast)]);
    }
    let mounted = mounted(&image);
    let deleted = listed(&mounted);
    assert!(deleted.len() == 30 && deleted.iter().all(|told| told.2 == Origin::Deleted(Recovery::ClustersReused)));
    assert!(content(&mounted, "30").is_err() && mounted.free_space().len() == 1);
    assert!(walk(&mounted).1.iter().any(|told| told.contains("larger than the volume")));
}

/// Row 30: parts in other records, and lists of them that go round.
#[test]
fn files_in_several_records_are_put_together() {
    let mut image = Image::new();
    let base = reference(30, 1);
    image.record(30, 1, FILE, &[resident(0x20, "", &[0u8; 32].repeat(4))]);
    let second = Lies { first: 1, runs: &run(1, FREE + 1), ..Lies::default() };
    image.extension(31, 1, FILE, base, &[extents(0x80, "", &second)]);
    let first = Lies { size: 1000, runs: &run(1, FREE), ..Lies::default() };
    image.extension(
        32,
        1,
        FILE,
        base,
        &[file_name(ROOT, "parts", 1), extents(0x80, "", &first), resident(0x80, "s", b"x")],
    );
    image.put(FREE, &[b'1'; CLUSTER]);
    image.put(FREE + 1, &[b'2'; CLUSTER]);
    image.extension(33, 1, FILE, reference(33, 1), &file(ROOT, "of itself", b""));
    image.extension(34, 1, FILE, reference(35, 1), &file(ROOT, "of the next", b""));
    image.extension(35, 1, FILE, reference(34, 1), &file(ROOT, "of the one before", b""));
    image.extension(36, 1, FILE, reference(30, 9), &file(ROOT, "of another time", b""));
    let mounted = mounted(&image);
    let paths: Vec<String> = listed(&mounted).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(paths, ["parts", "parts:s"]);
    assert_eq!(content(&mounted, "parts").unwrap(), [[b'1'; 512].as_slice(), &[b'2'; 488]].concat());
    assert_eq!(content(&mounted, "parts:s").unwrap(), b"x");
}

/// The table's own attribute list: the records that it names lie in the parts that come before.
#[test]
fn a_table_in_several_records_is_read_whole() {
    let mut image = Image::new();
    image.record(40, 1, FILE, &file(ROOT, "late.txt", b"late"));
    let entry = |first: u64, record: u64| {
        let mut entry = vec![0u8; 32];
        entry[..8].copy_from_slice(&[0x80, 0, 0, 0, 32, 0, 0, 26]);
        entry[8..16].copy_from_slice(&first.to_le_bytes());
        entry[16..24].copy_from_slice(&reference(record, 1).to_le_bytes());
        entry
    };
    let list = [entry(0, 0), entry(40, 15), entry(80, 21), entry(80, 21), entry(40, 0), entry(40, 99)].concat();
    let size = RECORDS as u64 * 1024;
    let lies = |first: u64, length: usize| (first, run(length, TABLE + first as usize));
    let parts: Vec<_> = [lies(0, 40), lies(40, 40), lies(80, 48)].into();
    let part = |index: usize| {
        let (first, runs) = &parts[index];
        extents(0x80, "", &Lies { first: *first, size, runs, ..Lies::default() })
    };
    image.record(0, 1, FILE, &[resident(0x20, "", &list), file_name(ROOT, "$MFT", 3), part(0)]);
    image.extension(15, 1, FILE, reference(0, 1), &[part(1)]);
    image.extension(21, 1, FILE, reference(0, 1), &[part(2)]);
    let mounted = mounted(&image);
    assert_eq!(content(&mounted, "late.txt").unwrap(), b"late");
    assert_eq!(content(&mounted, "$MFT").unwrap().len() as u64, size);
}

/// Rows 31 and 32: an index that points at itself hides nothing and is never walked.
#[test]
fn looping_indexes_are_not_walked() {
    let mut image = Image::new();
    let mut index = vec![0u8; 64];
    index[..4].copy_from_slice(&0x30u32.to_le_bytes());
    index[28] = 1;
    index[32 + 8..32 + 14].copy_from_slice(&[24, 0, 0, 0, 3, 0]);
    let lies = Lies { size: 4096, runs: &run(8, FREE), ..Lies::default() };
    let allocation = extents(0xa0, "$I30", &lies);
    image.record(5, 5, DIRECTORY, &[file_name(ROOT, ".", 3), resident(0x90, "$I30", &index), allocation]);
    image.put(FREE, b"INDX");
    image.record(30, 1, FILE, &file(ROOT, "a.txt", b"here"));
    let mounted = mounted(&image);
    assert_eq!(content(&mounted, "a.txt").unwrap(), b"here");
    assert_eq!(listed(&mounted).len(), 1);
}

/// Row 36: what is compressed, encrypted or elsewhere is never given as it is.
#[test]
fn contents_that_are_not_plain_are_decoded_or_refused() {
    let mut image = Image::new();
    let compressed =
        |size, unit, runs: &[u8]| extents(0x80, "", &Lies { size, flags: 1, unit, runs, ..Lies::default() });
    // Four clusters together: one of LZNT1 for all, four as they are, none.
    let runs = [run(1, FREE).as_slice(), &[0x01, 3, 0x11, 4, 2, 0x01, 4]].concat();
    image.put(FREE, &[0x03, 0xb0, 0x02, b'a', 0xfc, 0x07]);
    image.put(FREE + 2, &[b'r'; 4 * CLUSTER]);
    image.record(30, 1, FILE, &[file_name(ROOT, "lznt1", 1), compressed(6000, 2, &runs)]);
    image.record(31, 1, FILE, &[file_name(ROOT, "lying", 1), compressed(6000, 60, &runs)]);
    image.put(FREE + 8, &[0xff, 0xbf]);
    let runs = [run(1, FREE + 8).as_slice(), &[0x01, 3]].concat();
    image.record(32, 1, FILE, &[file_name(ROOT, "broken", 1), compressed(2000, 2, &runs)]);
    let encrypted = Lies { size: 100, flags: 0x4000, runs: &run(1, FREE), ..Lies::default() };
    image.record(33, 1, FILE, &[file_name(ROOT, "efs", 1), extents(0x80, "", &encrypted)]);
    let point = |tag: u32, rest: &[u8]| {
        resident(0xc0, "", &[&tag.to_le_bytes()[..], &[rest.len() as u8, 0, 0, 0], rest].concat())
    };
    let sparse = |size| extents(0x80, "", &Lies { size, flags: 0x8000, unit: 4, runs: &[0x01, 8], ..Lies::default() });
    image.record(34, 1, FILE, &[file_name(ROOT, "dedup", 1), sparse(100), point(0x8000_0013, &[])]);
    image.record(35, 1, FILE, &[file_name(ROOT, "cloud", 1), sparse(100), point(0x9000_301a, &[])]);
    image.record(36, 1, DIRECTORY, &[file_name(ROOT, "junction", 1), point(0xa000_0003, &[])]);
    image.record(37, 1, FILE, &file(reference(36, 1), "through", b""));
    let overlay = |algorithm: u8| point(0x8000_0017, &[1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, algorithm, 0, 0, 0]);
    let stored = resident(0x80, "WofCompressedData", &[b"stored".as_slice(), &[0]].concat()[..6]);
    image.record(38, 1, FILE, &[file_name(ROOT, "wof", 1), sparse(6), overlay(0), stored]);
    let bad = resident(0x80, "WofCompressedData", &[0xff; 20]);
    image.record(39, 1, FILE, &[file_name(ROOT, "wof-bad", 1), sparse(4097), overlay(0), bad]);
    image.record(40, 1, FILE, &[file_name(ROOT, "wof-none", 1), sparse(4097), overlay(1)]);
    let mounted = mounted(&image);
    let expected = [[b'a'; 2048].as_slice(), &[b'r'; 2048], &[0; 1904]].concat();
    assert_eq!(content(&mounted, "lznt1").unwrap(), expected);
    assert_eq!(content(&mounted, "wof").unwrap(), b"stored");
    let cases = [
        ("lying", "units of a size"),
        ("broken", "LZNT1"),
        ("efs", "encrypted"),
        ("dedup", "deduplicated"),
        ("cloud", "online"),
        ("junction", "symbolic link"),
        ("wof-bad", "table of chunks"),
        ("wof-none", "missing"),
    ];
    for (name, what) in cases {
        let told = content(&mounted, name).unwrap_err();
        assert!(told.contains(what), "{name}: {told}");
    }
    assert!(listed(&mounted).iter().any(|(path, ..)| path == "[orphan]/through"));
}

/// Rows 37 and 39, and names of one file.
#[test]
fn caps_and_times() {
    let mut image = Image::new();
    let mut number = 31;
    let base = reference(30, 1);
    let mut times = vec![0u8; 48];
    times[8..16].fill(0xff);
    times[16..24].copy_from_slice(&1u64.to_le_bytes());
    image.record(30, 1, FILE, &[resident(0x10, "", &times), file_name(ROOT, "many", 1), resident(0x80, "", b"x")]);
    let names: Vec<Vec<u8>> = (0..7).map(|at| file_name(ROOT, &format!("n{at}"), 0)).collect();
    let streams: Vec<Vec<u8>> = (0..28).map(|at| resident(0x80, &format!("{at}"), b"")).collect();
    while number < 60 {
        image.extension(number, 1, FILE, base, &names);
        image.extension(number + 1, 1, FILE, base, &streams);
        number += 2;
    }
    let mounted = mounted(&image);
    let (entries, told) = walk(&mounted);
    let of = |prefix: &str| entries.iter().filter(|entry| entry.path.display().starts_with(prefix)).count();
    // The product of names and streams is over the cap: the streams stand beside one name alone.
    assert_eq!((of("n"), of("many"), told.len()), (105, 1 + 15 * 28, 0));
    let stat = entries.iter().find(|entry| entry.path.name() == b"many").and_then(|entry| entry.stat).unwrap();
    assert_eq!((stat.times.created, stat.times.modified, stat.times.accessed), (None, None, None));
    assert_eq!(stat.times.changed.map(|at| at.to_string()).as_deref(), Some("1601-01-01T00:00:00.0000001Z"));
}

/// Row 37: the caps are told with the file that reached them.
#[test]
fn more_streams_and_names_than_are_listed() {
    let mut image = Image::new();
    image.bytes.resize(Image::place(420), 0);
    let base = reference(30, 1);
    image.record(30, 1, FILE, &[file_name(ROOT, "MANY~1", 2), file_name(ROOT, "many", 1), resident(0x80, "", b"x")]);
    for number in 100..280 {
        let streams: Vec<Vec<u8>> = (0..28).map(|at| resident(0x80, &format!("{at}"), b"")).collect();
        image.extension(number, 1, FILE, base, &streams);
    }
    for number in 280..415 {
        let names: Vec<Vec<u8>> = (0..8).map(|at| file_name(ROOT, &format!("n{at}"), 0)).collect();
        image.extension(number, 1, FILE, base, &names);
    }
    let table: Source = Arc::new(image.bytes.split_off(Image::place(0)));
    let mounted = mount_mft(table, &Limits::default()).unwrap();
    let (entries, _) = walk(&mounted);
    let of = |mark: char| entries.iter().filter(|entry| entry.path.display().contains(mark)).count();
    assert_eq!((of('n'), of(':')), (1023 + 5000, 5000 + 1));
    let mut told = Vec::new();
    mounted.walk(&Limits::default(), &mut |walked| {
        if let Walked::Anomaly(anomaly) = walked {
            told.push(format!("{}: {}", anomaly.path, anomaly.cause));
        }
        ControlFlow::Continue(())
    });
    told.retain(|told| told.contains("limit"));
    assert_eq!(told, ["many: limit reached: streams of one file (limit 5000)"]);
}

#[test]
fn a_table_alone_is_evidence() {
    let mut image = Image::new();
    image.record(30, 1, FILE, &file(ROOT, "a.txt", b"resident"));
    let lies = Lies { size: 900, runs: &run(2, FREE), ..Lies::default() };
    image.record(31, 1, FILE, &[file_name(ROOT, "b.bin", 1), extents(0x80, "", &lies)]);
    image.record(32, 2, 0, &file(ROOT, "gone.txt", b"deleted"));
    image.record(33, 2, 0, &[file_name(ROOT, "gone.bin", 1), extents(0x80, "", &lies)]);
    assert!(is_table(&image.table()) && !is_table(&image.source()));
    let mounted = mount_mft(image.table(), &Limits::default()).unwrap();
    assert_eq!((mounted.kind, mounted.label.as_deref()), ("mft", Some("evidence")));
    assert_eq!(content(&mounted, "a.txt").unwrap(), b"resident");
    assert_eq!(content(&mounted, "gone.txt").unwrap(), b"deleted");
    for name in ["b.bin", "gone.bin"] {
        assert!(content(&mounted, name).unwrap_err().contains("not in this evidence"), "{name}");
    }
    assert!(listed(&mounted).contains(&("gone.bin".into(), EntryKind::File, Origin::Deleted(Recovery::NameOnly))));
    assert!(mount_mft(image.source(), &Limits::default()).is_err() && mounted.free_space().is_empty());
}

/// Random damage: nothing but errors comes of it.
#[test]
fn mutants_are_survived() {
    let mut image = Image::new();
    image.record(30, 1, DIRECTORY, &[file_name(ROOT, "d", 1)]);
    let runs = [run(1, FREE).as_slice(), &[0x01, 3, 0x11, 4, 2, 0x01, 4]].concat();
    let lies = Lies { size: 6000, flags: 1, unit: 2, runs: &runs, ..Lies::default() };
    image.put(FREE, &[0x03, 0xb0, 0x02, b'a', 0xfc, 0x07]);
    image.record(
        31,
        1,
        FILE,
        &[file_name(reference(30, 1), "lznt1", 1), extents(0x80, "", &lies), resident(0x80, "s", b"x")],
    );
    let base = reference(32, 1);
    image.record(32, 1, FILE, &[file_name(ROOT, "parts", 1), resident(0x20, "", &[0; 64])]);
    image.extension(
        33,
        1,
        FILE,
        base,
        &[extents(0x80, "", &Lies { size: 1000, runs: &run(2, FREE), ..Lies::default() })],
    );
    image.record(
        34,
        2,
        0,
        &[file_name(ROOT, "gone", 1), extents(0x80, "", &Lies { size: 900, runs: &run(2, FREE), ..Lies::default() })],
    );
    let pristine = image.bytes.clone();
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let mut next = |below: usize| usize::try_from(random.number() >> 33).unwrap() % below;
    let limits = Limits { files: 10_000, ..Limits::default() };
    for round in 0..3000 {
        let mut bytes = pristine.clone();
        for _ in 0..=next(6) {
            let at = match next(4) {
                0 => next(512),
                1 => Image::place(0) + next(1024),
                _ => Image::place(30) + next(5 * 1024),
            };
            bytes[at] = [0, 0xff, 1, 0x80, next(256) as u8][next(5)];
        }
        if round % 16 == 0 {
            bytes.truncate(next(bytes.len()));
        }
        let table = bytes.get(Image::place(0)..).unwrap_or_default().to_vec();
        let volumes = [mount(Arc::new(bytes), &limits), mount_mft(Arc::new(table), &limits)];
        for mounted in volumes.into_iter().flatten() {
            for entry in walk(&mounted).0 {
                let _ = content(&mounted, &entry.path.display());
            }
            let _ = mounted.free_space();
        }
    }
}

#[test]
fn a_label_and_names_of_any_units() {
    let mut image = Image::new();
    image.record(30, 1, FILE, &file(ROOT, "\u{202e}txt.exe", b""));
    let mut lone = file_name(ROOT, "ab", 1);
    lone[24 + 66..24 + 68].copy_from_slice(&[0x3d, 0xd8]);
    image.record(31, 1, FILE, &[lone]);
    image.record(3, 3, FILE, &[file_name(ROOT, "$Volume", 3), resident(0x60, "", &utf16("Datenträger"))]);
    let mounted = mounted(&image);
    assert_eq!(mounted.label.as_deref(), Some("Datenträger"));
    let names: Vec<_> = walk(&mounted).0.iter().map(|entry| entry.path.name().to_vec()).collect();
    assert!(names.contains(&"\u{202e}txt.exe".into()) && names.contains(&b"\xed\xa0\xbdb".to_vec()));
}
