//! Volumes that the tools of ext make, read and compared with what they were made of. Where a tool is not installed its
//! test says so and is skipped.

use super::mount;
use crate::base::bytes::read_full;
use crate::base::limits::Limits;
use crate::evidence::FileSystem;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery};
use crate::evidence::filesystem::host::Host;
use crate::evidence::mounted::Mounted;
use crate::evidence::tree::NodeIndex;
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Kind, and the bytes of a file, by path.
type Content = BTreeMap<String, (EntryKind, Option<Vec<u8>>)>;

fn content(file_system: &dyn FileSystem) -> Content {
    let mut content = Content::new();
    file_system.walk(&Limits::default(), &mut |walked| {
        if let crate::evidence::Walked::Entry(entry) = walked
            && entry.origin == Origin::File
            && !entry.path.as_bytes().starts_with(b"lost+found")
        {
            let bytes = (entry.kind == EntryKind::File).then(|| read(file_system, &entry.path));
            content.insert(entry.path.display(), (entry.kind, bytes));
        }
        std::ops::ControlFlow::Continue(())
    });
    content
}

fn read(file_system: &dyn FileSystem, path: &EntryPath) -> Vec<u8> {
    let stream = file_system.open(path).unwrap_or_else(|anomaly| panic!("{}: {}", anomaly.path, anomaly.cause)).stream;
    let mut bytes = vec![0xaa; usize::try_from(stream.len()).unwrap()];
    let length = read_full(&stream, 0, &mut bytes).unwrap();
    assert_eq!(length, bytes.len(), "{}", path.display());
    bytes
}

/// A program of these tools, silenced, with a fixed time; nothing where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<bool> {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Ok(status) => Some(status.success()),
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
    }
}

/// Files of all lengths that matter, holes, many pieces, long and strange names, a directory of many blocks.
fn source(root: &Path) {
    let bytes = |length: usize| -> Vec<u8> { (0..length).map(|at| (at % 251) as u8 ^ (at / 4096) as u8).collect() };
    for length in [0, 1, 59, 60, 61, 100, 150, 1000, 4096, 65_536, 70_000, 400_000, 2_000_000] {
        std::fs::write(root.join(format!("{length}.bin")), bytes(length)).unwrap();
    }
    let hole = std::fs::File::create(root.join("hole")).unwrap();
    hole.write_all_at(b"first", 3).unwrap();
    hole.write_all_at(b"last", 3_000_000).unwrap();
    hole.set_len(3_100_000).unwrap();
    std::fs::File::create(root.join("nothing but a hole")).unwrap().set_len(1_000_000).unwrap();
    let pieces = std::fs::File::create(root.join("pieces")).unwrap();
    for piece in 0..700u64 {
        pieces.write_all_at(&piece.to_le_bytes(), piece * 2048).unwrap();
    }
    std::fs::create_dir_all(root.join("a/b/c/d")).unwrap();
    std::fs::write(root.join("a/b/c/d/ftp.txt"), "open 192.0.2.1\n").unwrap();
    std::fs::create_dir(root.join("many")).unwrap();
    for number in 0..700 {
        std::fs::write(root.join(format!("many/a name that is not so short {number}")), number.to_string()).unwrap();
    }
    std::fs::create_dir(root.join("few")).unwrap();
    std::fs::write(root.join("few/one"), "1").unwrap();
    std::os::unix::fs::symlink("a/b", root.join("link")).unwrap();
    std::os::unix::fs::symlink("x".repeat(200), root.join("long link")).unwrap();
    std::fs::hard_link(root.join("100.bin"), root.join("few/again")).unwrap();
    std::fs::write(root.join("n".repeat(255)), "long").unwrap();
    std::fs::write(root.join(std::ffi::OsStr::from_bytes(b"latin-\xe4")), "name").unwrap();
    run("mkfifo", &[root.join("pipe").to_str().unwrap()]);
}

fn opened(image: &Path) -> Mounted {
    let source = crate::evidence::filesystem::host::open_file(image).unwrap();
    mount(source, &Limits::default()).unwrap()
}

fn noted(mounted: &Mounted) -> Vec<String> {
    let mut noted = Vec::new();
    mounted.walk(&Limits::default(), &mut |walked| {
        if let crate::evidence::Walked::Anomaly(anomaly) = walked {
            noted.push(format!("{}: {}", anomaly.path, anomaly.cause));
        }
        std::ops::ControlFlow::Continue(())
    });
    noted
}

/// Makes a volume of a directory; nothing, with a line that says so, where this `mke2fs` cannot.
fn make(image: &Path, tree: &Path, size: &str, arguments: &str) -> Option<()> {
    let _ = std::fs::remove_file(image);
    let image = image.to_str().unwrap();
    let mut all: Vec<&str> = vec!["-q", "-F", "-L", "a label", "-d", tree.to_str().unwrap()];
    all.extend(arguments.split_whitespace());
    all.extend([image, size]);
    let made = run("mke2fs", &all)?;
    if !made {
        println!("skipped: mke2fs {arguments}");
    }
    made.then_some(())
}

/// Arguments of `mke2fs`, the size of the volume, the kind that it is.
const VOLUMES: &[(&str, &str, &str)] = &[
    ("-t ext2 -b 1024", "40M", "ext2"),
    ("-t ext2 -b 4096 -I 128", "40M", "ext2"),
    ("-t ext2 -r 0 -b 1024", "40M", "ext2"),
    ("-t ext2 -O ^filetype,^sparse_super,^resize_inode -b 2048", "40M", "ext2"),
    ("-t ext3 -b 1024", "40M", "ext3"),
    ("-t ext4", "64M", "ext4"),
    ("-t ext4 -b 1024", "64M", "ext4"),
    ("-t ext4 -b 65536", "128M", "ext4"),
    ("-t ext4 -I 512 -O inline_data", "64M", "ext4"),
    ("-t ext4 -b 1024 -I 256 -O inline_data", "64M", "ext4"),
    ("-t ext4 -O casefold -E encoding=utf8", "64M", "ext4"),
    ("-t ext4 -O bigalloc -C 65536", "128M", "ext4"),
    ("-t ext4 -b 1024 -O bigalloc", "128M", "ext4"),
    ("-t ext4 -O ^extent,^64bit", "64M", "ext4"),
    ("-t ext4 -b 1024 -O ^extent,^64bit,^metadata_csum,uninit_bg,^flex_bg", "64M", "ext4"),
    ("-t ext4 -b 1024 -g 1024 -O 64bit,meta_bg,^resize_inode", "64M", "ext4"),
    ("-t ext4 -b 1024 -g 1024 -O ^64bit,meta_bg,^resize_inode,^flex_bg,^sparse_super", "64M", "ext4"),
    ("-t ext4 -b 2048 -O sparse_super2,^sparse_super,^resize_inode", "64M", "ext4"),
    ("-t ext4 -O ^has_journal,ea_inode,large_dir,mmp,metadata_csum_seed,encrypt,verity,stable_inodes", "64M", "ext4"),
    ("-t ext4 -O quota,project,fast_commit", "64M", "ext4"),
    ("-t ext4 -O orphan_file", "64M", "ext4"),
    ("-t ext4 -N 20000", "300M", "ext4"),
];

#[test]
fn every_form_of_the_three_reads_as_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    source(&tree);
    let expected = content(&Host::open(&tree, &Limits::default()).unwrap());
    let image = folder.path().join("image");
    for (arguments, size, kind) in VOLUMES {
        if make(&image, &tree, size, arguments).is_none() {
            continue;
        }
        for indexed in [false, true] {
            // Directories are hashed by the checker, which is content with its work.
            if indexed && run("e2fsck", &["-fyD", image.to_str().unwrap()]).is_none() {
                continue;
            }
            let mounted = opened(&image);
            assert_eq!(mounted.kind, *kind, "{arguments}");
            assert_eq!(mounted.label.as_deref(), Some("a label"), "{arguments}");
            assert_eq!(noted(&mounted), Vec::<String>::new(), "{arguments}");
            let found = content(&mounted);
            let names = |content: &Content| content.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&found), names(&expected), "{arguments}");
            for (path, content) in &expected {
                // With inline data, `mke2fs` makes a file end before the hole at its end.
                let cut = arguments.contains("inline_data") && path.contains("hole");
                assert!(cut || found.get(path) == Some(content), "{arguments}: {path}");
            }
            assert_eq!(free_of(&mounted), free_blocks(&image), "{arguments}");
        }
    }
}

fn free_of(mounted: &Mounted) -> u64 {
    let ranges = mounted.free_space();
    assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
    ranges.iter().map(|range| range.end - range.start).sum()
}

/// The free bytes that the superblock counts.
fn free_blocks(image: &Path) -> u64 {
    let mut superblock = [0u8; 1024];
    std::fs::File::open(image).unwrap().read_exact_at(&mut superblock, 1024).unwrap();
    let word = |at: usize| u32::from_le_bytes(superblock[at..at + 4].try_into().unwrap());
    u64::from(word(0xc)) << (10 + word(0x18))
}

#[test]
fn deleted_files_are_found_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir_all(tree.join("d/e")).unwrap();
    let large: Vec<u8> = (0..300_000u32).map(|at| (at / 7) as u8).collect();
    for name in ["a.txt", "d/b.txt", "d/c.txt", "d/e/f.txt", "d/last.txt"] {
        std::fs::write(tree.join(name), [name.as_bytes(), &large].concat()).unwrap();
    }
    let image = folder.path().join("image");
    for arguments in ["-t ext2 -b 1024", "-t ext4 -b 4096"] {
        if make(&image, &tree, "20M", arguments).is_none() {
            return;
        }
        // `debugfs` clears no maps: so ext2 of old kernels leaves its files.
        for command in ["rm /d/c.txt", "rm /a.txt", "rm /d/e/f.txt", "rmdir /d/e"] {
            if run("debugfs", &["-w", "-R", command, image.to_str().unwrap()]).is_none() {
                return;
            }
        }
        let mounted = opened(&image);
        let free = Origin::Deleted(Recovery::ClustersFree);
        for (path, origin) in [("a.txt", free), ("d/b.txt", Origin::File), ("d/c.txt", free), ("d/e/f.txt", free)] {
            let path = EntryPath::new(path);
            assert_eq!(mounted.origin(&path), origin, "{arguments}: {}", path.display());
            assert_eq!(read(&mounted, &path), [path.as_bytes(), &large].concat(), "{arguments}");
        }
        assert_eq!(mounted.origin(&EntryPath::new("d/e")), free, "{arguments}");
        // Without its name, by its inode.
        let folder = mounted.list(&EntryPath::new("[orphan]"));
        assert_eq!(folder.len(), 0, "{arguments}");
    }
}

#[test]
fn what_is_used_again_is_not_read_as_the_deleted_file() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(tree.join("old"), vec![b'o'; 200_000]).unwrap();
    let (image, new) = (folder.path().join("image"), folder.path().join("new"));
    std::fs::write(&new, vec![b'n'; 5_000]).unwrap();
    if make(&image, &tree, "4M", "-t ext2 -b 1024").is_none() {
        return;
    }
    let inode = id_of(&opened(&image), "old");
    // The inode is held back while the new file gets its own.
    let write = format!("write {} new", new.to_str().unwrap());
    for command in ["rm old", &format!("seti <{inode}>"), &write, &format!("freei <{inode}>")] {
        if run("debugfs", &["-w", "-R", command, image.to_str().unwrap()]).is_none() {
            return;
        }
    }
    let mounted = opened(&image);
    assert_eq!(read(&mounted, &EntryPath::new("new")), vec![b'n'; 5_000]);
    let tree = mounted.tree();
    let is_old = |index: &NodeIndex| tree.node(*index).is_some_and(|node| node.id == inode && node.origin.is_deleted());
    let old = tree.walk().find(is_old).unwrap();
    assert_eq!(tree.node(old).unwrap().origin, Origin::Deleted(Recovery::ClustersReused));
    let content = read(&mounted, &tree.path(old));
    assert_eq!(content.len(), 200_000);
    assert!(!content.contains(&b'n') && content.contains(&0) && content.ends_with(&[b'o'; 100_000]));
}

fn id_of(mounted: &Mounted, path: &str) -> u64 {
    let tree = mounted.tree();
    tree.find(&EntryPath::new(path)).and_then(|index| tree.node(index)).unwrap().id
}

#[test]
fn a_lost_superblock_is_replaced_by_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    source(&tree);
    let expected = content(&Host::open(&tree, &Limits::default()).unwrap());
    let image = folder.path().join("image");
    let forms = ["-t ext2 -b 1024", "-t ext4 -b 1024", "-t ext4", "-t ext4 -b 2048 -O meta_bg,^resize_inode"];
    for arguments in forms {
        if make(&image, &tree, "160M", arguments).is_none() {
            return;
        }
        // The whole of the first blocks: superblock and group descriptors.
        let file = std::fs::OpenOptions::new().write(true).open(&image).unwrap();
        file.write_all_at(&[0u8; 8192], 0).unwrap();
        let source = crate::evidence::filesystem::host::open_file(&image).unwrap();
        assert_eq!(crate::evidence::filesystem::signature::probe(&source), Some(super::super::signature::Kind::Ext));
        let mounted = opened(&image);
        assert!(noted(&mounted).iter().any(|noted| noted.contains("the copy in group 1 is used")), "{arguments}");
        assert!(content(&mounted) == expected, "{arguments}");
    }
}

#[test]
fn names_and_content_are_those_of_the_sleuth_kit() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    source(&tree);
    let image = folder.path().join("image");
    if make(&image, &tree, "64M", "-t ext3").is_none() {
        return;
    }
    let image_name = image.to_str().unwrap();
    run("debugfs", &["-w", "-R", "rm /a/b/c/d/ftp.txt", image_name]);
    let Ok(listed) = Command::new("fls").args(["-r", "-p", image_name]).output() else {
        println!("skipped: fls is not installed");
        return;
    };
    let mounted = opened(&image);
    let mut live = 0;
    for line in String::from_utf8_lossy(&listed.stdout).lines() {
        let Some((head, path)) = line.split_once(":\t") else { continue };
        if path.starts_with('$') || path.contains(['\u{fffd}', '^']) {
            continue;
        }
        let path = EntryPath::new(path);
        assert!(mounted.tree().find(&path).is_some(), "{line}");
        assert_eq!(mounted.origin(&path).is_deleted(), head.contains('*'), "{line}");
        live += 1;
    }
    assert!(live > 700, "{live}");
    let content =
        Command::new("icat").args([image_name, &id_of(&mounted, "2000000.bin").to_string()]).output().unwrap().stdout;
    assert_eq!(read(&mounted, &EntryPath::new("2000000.bin")), content);
}
