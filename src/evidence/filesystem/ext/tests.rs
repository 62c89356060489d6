//! Volumes built here: forms that the tools do not make, and damage of every kind.

use super::mount;
use super::testimage::{BLOCK, EXTENTS, TestImage, TestInode, directory_block, extent_node, inode_offset};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::random::Random;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery};
use crate::evidence::mounted::Mounted;
use crate::evidence::{FileSystem, Walked};
use std::ops::ControlFlow;
use std::sync::Arc;

fn opened(image: TestImage) -> Mounted {
    mount(Arc::new(image.bytes), &Limits::default()).unwrap_or_else(|cause| panic!("{cause}"))
}

/// What is in a volume, a line each: the path, a star if it is deleted, and what was noted.
fn listed(mounted: &Mounted) -> (Vec<String>, Vec<String>) {
    let (mut paths, mut noted) = (Vec::new(), Vec::new());
    mounted.walk(&Limits::default(), &mut |walked| {
        match walked {
            Walked::Entry(entry) => {
                let deleted = if entry.origin.is_deleted() { "*" } else { "" };
                paths.push(format!("{}{deleted}", entry.path.display()));
            }
            Walked::Anomaly(anomaly) => noted.push(format!("{}: {}", anomaly.path, anomaly.cause)),
        }
        ControlFlow::Continue(())
    });
    (paths, noted)
}

fn read(mounted: &Mounted, path: &str) -> Result<Vec<u8>, String> {
    let stream = mounted.open(&EntryPath::new(path)).map_err(|anomaly| anomaly.cause.to_string())?.stream;
    let mut bytes = vec![0xaa; usize::try_from(stream.len()).unwrap()];
    let length = read_full(&stream, 0, &mut bytes).map_err(|error| error.to_string())?;
    bytes.truncate(length);
    Ok(bytes)
}

/// One file, `a`, of inode 12.
fn one() -> TestImage {
    TestImage::new(96).with_root(&[(12, 1, b"a")])
}

#[test]
fn holes_indirection_and_extents_read_as_they_are() {
    let pointers = |blocks: &[(usize, u32)]| {
        let mut map = vec![0u8; blocks.iter().map(|(at, _)| at + 1).max().unwrap_or(0) * 4];
        blocks.iter().for_each(|(at, block)| map[at * 4..at * 4 + 4].copy_from_slice(&block.to_le_bytes()));
        map
    };
    let mut image = TestImage::new(96).with_root(&[(12, 1, b"map"), (13, 1, b"tree"), (14, 7, b"link")]);
    let (first, last) = (image.block(b"first"), image.block(b"last"));
    let single = image.block(&pointers(&[(255, last)]));
    let double = image.block(&pointers(&[(255, single)]));
    let triple = image.block(&pointers(&[(255, double)]));
    // The last block that a map of this size reaches.
    let blocks = 12 + 256 + 256 * 256 + 256 * 256 * 256u64;
    let map = pointers(&[(1, first), (14, triple)]);
    image.inode(12, TestInode { size: blocks * 1024, map: &map, ..TestInode::FILE });
    let leaf = image.block(&extent_node(0, &[(3, 1, first), (4, 32_768 + 2, first), (9, 1, last)]));
    let node = image.block(&extent_node(1, &[(3, 0, leaf)]));
    let root = extent_node(2, &[(0, 0, node)]);
    image.inode(13, TestInode { size: 11 * 1024, flags: EXTENTS, map: &root, ..TestInode::FILE });
    image.inode(14, TestInode { mode: 0o120_777, size: 3, map: b"map", ..TestInode::FILE });
    let mounted = opened(image);
    let stream = mounted.open(&EntryPath::new("map")).unwrap().stream;
    let at = |offset: u64| {
        let mut bytes = [0xaa; 6];
        assert_eq!(read_full(&stream, offset, &mut bytes).unwrap(), 6);
        bytes
    };
    assert_eq!((stream.len(), at(0), at(1024), at(1022)), (blocks * 1024, [0; 6], *b"first\0", *b"\0\0firs"));
    assert_eq!((at((blocks - 1) * 1024), at((blocks - 1) * 1024 - 3)), (*b"last\0\0", *b"\0\0\0las"));
    let content = read(&mounted, "tree").unwrap();
    assert_eq!(content.len(), 11 * 1024);
    let filled: Vec<usize> = (0..11).filter(|block| content[block * BLOCK..][..BLOCK] != [0; BLOCK]).collect();
    assert_eq!(filled, [3, 9]);
    assert_eq!(
        mounted.tree().node(mounted.tree().find(&EntryPath::new("link")).unwrap()).unwrap().kind,
        EntryKind::Symlink
    );
    assert_eq!(
        listed(&mounted).1,
        [": a sparse file, larger than its file system: 17247252480 bytes"].map(|noted| format!("map{noted}"))
    );
}

#[test]
fn superblocks_that_cannot_be_are_refused_and_cost_nothing() {
    for length in [0, 1, 511, 1024, 2047] {
        assert!(
            matches!(mount(Arc::new(vec![0u8; length]), &Limits::default()), Err(Cause::Corrupt { .. })),
            "{length}"
        );
    }
    let fields: [(&str, usize, &[u32]); 9] = [
        ("magic", 0x38, &[0]),
        ("block size", 0x18, &[7, u32::MAX]),
        ("blocks", 0x4, &[0, 1]),
        ("first block", 0x14, &[2, u32::MAX]),
        ("blocks per group", 0x20, &[0, 1, 7, 8200, u32::MAX]),
        ("inodes per group", 0x28, &[0, 8193, u32::MAX]),
        ("inode size", 0x58, &[0, 127, 129, 2048, 0xffff]),
        ("journal of another volume", 0x60, &[0x4a]),
        ("features that are not known", 0x60, &[0x42 | 0x20, 0x8000_0042]),
    ];
    for (what, at, values) in fields {
        for value in values {
            let mut image = one();
            image.superblock(at, *value);
            let error = mount(Arc::new(image.bytes), &Limits::default()).err();
            assert!(error.is_some(), "{what}: {value:#x}");
        }
    }
    // What may be is read, with no more memory than there are bytes: blocks, groups and inodes without number.
    for (at, values) in [(0x4, &[95, 97, u32::MAX][..]), (0x150, &[1, u32::MAX]), (0x20, &[8, 256]), (0x28, &[8, 8192])]
    {
        for value in values {
            let mut image = one();
            image.file(12, b"content");
            image.superblock(0x60, 0xc2);
            image.superblock(0xfe, 64);
            image.superblock(at, *value);
            let _ = mount(Arc::new(image.bytes), &Limits::default()).map(|mounted| listed(&mounted));
        }
    }
}

#[test]
fn a_volume_that_was_cut_gives_what_is_left() {
    let mut image = one();
    image.file(12, &[b'x'; 3000]);
    image.bytes.truncate(23 * BLOCK + 100);
    let mounted = opened(image);
    let (paths, noted) = listed(&mounted);
    assert_eq!(paths, ["a"]);
    assert_eq!(noted, [": the volume ends before its file system, which has 98304 bytes at offset 23652"]);
    let stream = mounted.open(&EntryPath::new("a")).unwrap().stream;
    let mut buffer = vec![0; 3000];
    assert_eq!(stream.read_at(0, &mut buffer).unwrap(), 1024 + 100);
    assert!(stream.read_at(1024 + 100, &mut buffer).is_err());
}

#[test]
fn maps_that_lead_nowhere_are_errors_where_they_are_read() {
    let read_with = |write: &dyn Fn(&mut TestImage)| {
        let mut image = one();
        write(&mut image);
        read(&opened(image), "a").map(|content| content.len())
    };
    let damaged = Err("the map of the file's blocks is damaged here".to_owned());
    // A pointer to itself, a table of them, one out of the volume, extents that are their own children.
    let own = |image: &mut TestImage, at: usize| {
        let block = image.block(&[]);
        let map = [vec![0; at * 4], block.to_le_bytes().to_vec()].concat();
        image.put(block as usize * BLOCK, &[block.to_le_bytes(); 256].concat());
        image.inode(12, TestInode { size: 1 << 30, map: &map, ..TestInode::FILE });
    };
    let tree = |image: &mut TestImage, root: &[u8]| {
        image.inode(12, TestInode { size: 10 * 1024, flags: EXTENTS, map: root, ..TestInode::FILE });
    };
    for at in [13, 14] {
        let mut image = one();
        own(&mut image, at);
        let mounted = opened(image);
        let stream = mounted.open(&EntryPath::new("a")).unwrap().stream;
        let last = stream.len() - 1;
        assert!(at == 13 || stream.read_at(last, &mut [0]).is_err(), "{at}");
    }
    assert_eq!(read_with(&|image| tree(image, &extent_node(0, &[(0, 1, 4096)]))), damaged);
    assert_eq!(read_with(&|image| tree(image, &extent_node(0, &[(0, 1, 0)]))), damaged);
    assert_eq!(read_with(&|image| tree(image, &extent_node(6, &[(0, 0, 30)]))), damaged);
    assert_eq!(read_with(&|image| tree(image, &[0; 60])), damaged);
    assert_eq!(
        read_with(&|image| {
            let block = image.block(&[]);
            image.put(block as usize * BLOCK, &extent_node(1, &[(0, 0, block), (1, 0, block)]));
            tree(image, &extent_node(2, &[(0, 0, block)]));
        }),
        damaged
    );
    // Extents that overlap or go back are left out; the others stand.
    assert_eq!(
        read_with(&|image| tree(image, &extent_node(0, &[(0, 2, 40), (1, 1, 30), (5, 1, 30), (3, 1, 30)]))),
        Ok(10 * 1024)
    );
    for size in [1 << 63, u64::MAX, 1 << 50] {
        let mut image = one();
        image.inode(12, TestInode { size, ..TestInode::FILE });
        let mounted = opened(image);
        assert!(listed(&mounted).1[0].starts_with("a: a size that no file can have"), "{size}");
        assert!(read(&mounted, "a").is_err());
    }
}

#[test]
fn directories_have_one_place_each() {
    let mut image =
        TestImage::new(96).with_root(&[(12, 2, b"a"), (2, 2, b"root"), (99, 1, b"far"), (0x7fff_ffff, 1, b"farther")]);
    image.directory(12, 2, &[(12, 2, b"itself"), (13, 2, b"b"), (2, 2, b"up")]);
    image.directory(13, 12, &[(12, 2, b"back"), (13, 2, b"itself"), (15, 1, b"new")]);
    let (paths, noted) = listed(&opened(image));
    assert_eq!(paths, ["a", "a/b", "a/b/back", "a/b/itself", "a/b/new", "a/itself", "a/up", "far", "farther", "root"]);
    for path in ["a/itself", "a/up", "a/b/back", "a/b/itself", "root"] {
        assert!(
            noted.iter().any(|noted| noted.starts_with(&format!("{path}: ")) && noted.contains("has a place already")),
            "{path}"
        );
    }
    assert!(noted.contains(&"far: there is no inode 99 at offset 21552".to_owned()));
    assert!(noted.contains(&"a/b/new: inode 15 has a name and was never used at offset 23604".to_owned()));
}

#[test]
fn directories_that_share_their_blocks_are_read_no_more_than_there_are() {
    // Every directory is the whole volume, over and over.
    let names: Vec<String> = (12..60).map(|inode| format!("d{inode}")).collect();
    let entries: Vec<(u32, u8, &[u8])> =
        (12..60).zip(&names).map(|(inode, name)| (inode, 2, name.as_bytes())).collect();
    let mut image = TestImage::new(96).with_root(&entries);
    let all: Vec<(u32, u16, u32)> = (0..4).map(|part| (part * 60, 60, 21)).collect();
    for inode in 12..60 {
        let root = extent_node(0, &all);
        image.inode(inode, TestInode { size: 240 * 1024, flags: EXTENTS, map: &root, ..TestInode::DIRECTORY });
    }
    let (_, noted) = listed(&opened(image));
    assert!(noted.iter().any(|noted| noted.contains("directories are larger than their file system")));
}

#[test]
fn deleted_files_that_share_their_blocks_are_read_no_more_than_there_are() {
    let mut image = TestImage::new(96).with_root(&[]);
    let all: Vec<(u32, u16, u32)> = (0..4).map(|part| (part * 70, 70, 22)).collect();
    for inode in 12..60 {
        let root = extent_node(0, &all);
        image.inode(inode, TestInode { size: 280 * 1024, flags: EXTENTS, map: &root, ..TestInode::DELETED });
    }
    let (paths, noted) = listed(&opened(image));
    assert_eq!(paths[..2], ["[orphan]", "[orphan]/inode-12*"]);
    assert_eq!(noted, [": limit reached: blocks of deleted files (limit 512)"]);
}

#[test]
fn strange_names_stay_names() {
    let names: [&[u8]; 5] = [b"a/b", b"a\0b", b"\xff\xfe", "\u{202e}cod".as_bytes(), &[b'n'; 255]];
    let entries: Vec<(u32, u8, &[u8])> = names.iter().map(|name| (12, 1, *name)).collect();
    let mut image = TestImage::new(96).with_root(&entries);
    image.file(12, b"x");
    let (paths, noted) = listed(&opened(image));
    assert_eq!((paths.len(), noted.len()), (5, 0));
    assert!(paths.contains(&"a\\x2Fb".to_owned()) && paths.contains(&"a\\x00b".to_owned()));
}

#[test]
fn deleted_files_are_what_is_left_of_them() {
    let mut image = TestImage::new(96);
    // `.` and `..`, then one entry that hides the others.
    let mut block = directory_block(&[(2, 2, b"."), (2, 2, b".."), (12, 1, b"live")]);
    let mut at = 40;
    for (inode, kind, name) in [
        (13u32, 1u8, "free"),
        (14, 1, "part"),
        (15, 1, "gone"),
        (12, 1, "moved"),
        (16, 2, "dir?"),
        (12, 1, "live"),
        (17, 1, "held"),
    ] {
        let length = (8 + name.len()).next_multiple_of(4);
        block[at..at + 4].copy_from_slice(&inode.to_le_bytes());
        block[at + 4..at + 8].copy_from_slice(&[length as u8, 0, name.len() as u8, kind]);
        block[at + 8..at + 8 + name.len()].copy_from_slice(name.as_bytes());
        at += length;
    }
    let root = image.block(&block);
    image.inode(2, TestInode { map: &root.to_le_bytes(), ..TestInode::DIRECTORY });
    image.file(12, b"live");
    let blocks: Vec<u32> = (0..6).map(|_| image.block(b"content")).collect();
    let map = |from: usize| [blocks[from].to_le_bytes(), blocks[from + 1].to_le_bytes()].concat();
    image.inode(13, TestInode { size: 1031, map: &map(0), ..TestInode::DELETED });
    image.inode(14, TestInode { size: 1031, map: &map(2), ..TestInode::DELETED });
    image.inode(15, TestInode::DELETED);
    image.inode(16, TestInode { size: 7, map: &map(0), ..TestInode::DELETED });
    image.inode(17, TestInode { size: 1031, map: &map(4), ..TestInode::DELETED });
    image.inode(18, TestInode { size: 1031, map: &map(0), ..TestInode::DELETED });
    image.inode(19, TestInode { size: 1031, map: &map(4), ..TestInode::DELETED });
    image.use_inode(17);
    blocks[..3].iter().for_each(|block| image.free_block(*block));
    let mounted = opened(image);
    let expected = [
        "[orphan]",
        "[orphan]/inode-16*",
        "[orphan]/inode-18*",
        "dir?*",
        "free*",
        "gone*",
        "held*",
        "live",
        "moved*",
        "part*",
    ];
    assert_eq!(listed(&mounted), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let cases = [
        ("free", Recovery::ClustersFree),
        ("part", Recovery::ClustersReused),
        ("gone", Recovery::NameOnly),
        ("moved", Recovery::NameOnly),
        ("dir?", Recovery::NameOnly),
        ("held", Recovery::ClustersFree),
        ("[orphan]/inode-18", Recovery::ClustersFree),
    ];
    for (path, recovery) in cases {
        assert_eq!(mounted.origin(&EntryPath::new(path)), Origin::Deleted(recovery), "{path}");
        let content = read(&mounted, path);
        if recovery == Recovery::NameOnly {
            assert!(content.is_err(), "{path}");
            continue;
        }
        let content = content.unwrap();
        let second: &[u8] = if recovery == Recovery::ClustersReused { &[0; 7] } else { b"content" };
        assert_eq!((&content[..7], &content[1024..]), (&b"content"[..], second), "{path}");
    }
}

#[test]
fn files_of_a_lost_directory_are_found() {
    let mut image = TestImage::new(96);
    let root = image.block(&[0xff; BLOCK]);
    image.inode(2, TestInode { map: &root.to_le_bytes(), ..TestInode::DIRECTORY });
    image.file(12, b"file");
    image.directory(14, 2, &[(13, 2, b"below"), (12, 1, b"file")]);
    image.directory(13, 14, &[(15, 1, b"deep")]);
    image.file(15, b"deep");
    image.file(16, b"alone");
    let mounted = opened(image);
    let (paths, noted) = listed(&mounted);
    let expected = ["", "/inode-14", "/inode-14/below", "/inode-14/below/deep", "/inode-14/file", "/inode-16"];
    assert_eq!(paths, expected.map(|path| format!("[orphan]{path}")));
    assert_eq!(noted.len(), 1);
    assert_eq!(read(&mounted, "[orphan]/inode-14/below/deep").unwrap(), b"deep");
    assert_eq!(mounted.origin(&EntryPath::new("[orphan]/inode-16")), Origin::File);
}

#[test]
fn what_is_not_read_says_why() {
    let cases = [(0x800, 0x42, "encrypted (fscrypt)"), (0x200, 0x43, "compressed (e2compr)")];
    for (flags, features, expected) in cases {
        let mut image = one();
        image.superblock(0x60, features);
        image.inode(12, TestInode { size: 10, flags, map: &30u32.to_le_bytes(), ..TestInode::FILE });
        assert_eq!(read(&opened(image), "a"), Err(expected.to_owned()));
    }
    // Of encrypted directories the topmost is told.
    let mut image = TestImage::new(96).with_root(&[(12, 2, b"d")]);
    image.directory(12, 2, &[(13, 2, b"\xe9\0/x")]);
    image.directory(13, 12, &[(14, 1, b"\x80")]);
    image.file(14, b"x");
    for inode in 12..=14 {
        image.word(inode_offset(inode) + 0x20, 0x800);
    }
    let (paths, noted) = listed(&opened(image));
    assert_eq!(paths, ["d", "d/\\xE9\\x00\\x2Fx", "d/\\xE9\\x00\\x2Fx/\\x80"]);
    assert_eq!(noted.len(), 1);
    assert!(noted[0].starts_with("d: encrypted"));
    let mut image = one();
    image.superblock(0x60, 0x46);
    image.file(12, b"x");
    assert!(listed(&opened(image)).1[0].contains("journal was not replayed"));
    let mut image = one();
    image.descriptor(8, 0);
    let (paths, noted) = listed(&opened(image));
    assert!(paths.is_empty() && noted.iter().any(|noted| noted.contains("group descriptors are damaged")), "{noted:?}");
}

#[test]
fn caps_hold() {
    let mut image = TestImage::new(96).with_root(&[(12, 2, b"a"), (16, 1, b"x"), (16, 1, b"y"), (99, 1, b"z")]);
    image.directory(12, 2, &[(13, 2, b"b")]);
    image.directory(13, 12, &[(14, 2, b"c")]);
    image.file(16, b"x");
    let bytes = Arc::new(image.bytes);
    for (limits, noted) in [
        (Limits { files: 2, ..Limits::default() }, ": limit reached: entries of one file system (limit 2)"),
        (Limits { directory_depth: 2, ..Limits::default() }, "a/b: limit reached: depth of directories (limit 2)"),
        (Limits { errors: 0, ..Limits::default() }, ": limit reached: errors of one file system (limit 0)"),
    ] {
        let (paths, told) = listed(&mount(bytes.clone(), &limits).unwrap());
        assert!(told.contains(&noted.to_owned()), "{told:?}");
        assert!(paths.len() <= 6);
    }
}

/// Bytes of a volume with every form in it.
fn rich() -> Vec<u8> {
    let mut image =
        TestImage::new(64).with_root(&[(12, 1, b"map"), (13, 1, b"tree"), (14, 2, b"d"), (18, 1, b"inline")]);
    image.file(12, &[b'm'; 14 * BLOCK]);
    let block = image.block(b"tree");
    let leaf = image.block(&extent_node(0, &[(0, 1, block), (3, 1, block)]));
    let root = extent_node(1, &[(0, 0, leaf)]);
    image.inode(13, TestInode { size: 4096, flags: EXTENTS, map: &root, ..TestInode::FILE });
    image.directory(14, 2, &[(15, 2, b"e"), (12, 1, b"again")]);
    image.directory(15, 14, &[(16, 1, b"f")]);
    image.file(16, b"open 192.0.2.1\n");
    image.inode(17, TestInode { size: 2048, map: &40u32.to_le_bytes(), ..TestInode::DELETED });
    image.inode(18, TestInode { size: 70, flags: 0x1000_0000, map: &[b'i'; 60], ..TestInode::FILE });
    let at = inode_offset(18) + 128;
    image.put(at, &[32, 0]);
    image.put(at + 32, b"\0\0\x02\xea\x04\x07\x40\0\0\0\0\0\x0a\0\0\0\0\0\0\0data\0\0\0\0");
    image.put(at + 32 + 4 + 64, b"0123456789");
    image.bytes
}

#[test]
fn inline_content_goes_on_in_an_attribute() {
    let mounted = mount(Arc::new(rich()), &Limits::default()).unwrap();
    assert_eq!(read(&mounted, "inline").unwrap(), [&[b'i'; 60][..], b"0123456789"].concat());
    assert_eq!(listed(&mounted).1, Vec::<String>::new());
}

#[test]
fn no_mutant_breaks_the_reader() {
    let seed = rich();
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let values = [0u8, 1, 2, 4, 12, 0x7f, 0x80, 0xff];
    // The superblock, the descriptor, the bitmaps, inodes 1 to 20, and all that the rest is.
    let places = [(1024, 700), (2048, 64), (3072, 2048), (5120, 20 * 256), (21 * BLOCK, 43 * BLOCK)];
    let mut buffer = vec![0u8; 4096];
    for mutant in 0..4000 {
        let mut bytes = seed.clone();
        for _ in 0..=random.below(6) {
            let (start, length) = places[random.below(places.len())];
            let value = if random.below(2) == 0 { values[random.below(values.len())] } else { random.below(256) as u8 };
            bytes[start + random.below(length)] = value;
        }
        if random.below(16) == 0 {
            bytes.truncate(random.below(seed.len()));
        }
        let length = bytes.len() as u64;
        let Ok(mounted) = mount(Arc::new(bytes), &Limits::default()) else { continue };
        mounted.walk(&Limits::default(), &mut |walked| {
            if let Walked::Entry(entry) = walked
                && let Ok(opened) = mounted.open(&entry.path)
            {
                for offset in [0, 4095, opened.stream.len() / 2, opened.stream.len().saturating_sub(1)] {
                    let read = opened.stream.read_at(offset, &mut buffer).unwrap_or(0) as u64;
                    assert!(read <= opened.stream.len().saturating_sub(offset), "mutant {mutant}");
                }
            }
            ControlFlow::Continue(())
        });
        assert!(
            mounted.free_space().iter().all(|range| range.start < range.end && range.end <= length),
            "mutant {mutant}"
        );
    }
}
