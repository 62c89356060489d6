//! Disks made by `qemu-img` in all its formats and options, compared with what it says that they hold.

use super::super::{Siblings, open};
use crate::base::bytes::read_full;
use crate::base::limits::Limits;
use crate::base::random::Random;
use crate::base::source::Source;
use crate::evidence::filesystem::host;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Folder {
    path: PathBuf,
    name: String,
}

impl Siblings for Folder {
    fn open(&self, name: &str) -> Option<Source> {
        host::open_file(&self.path.join(name)).ok()
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn own_name(&self) -> &str {
        &self.name
    }
}

/// Runs a tool in a folder; nothing where it is not installed.
fn run(folder: &Path, tool: &str, arguments: &[&str]) -> Option<()> {
    let output = Command::new(tool).args(arguments).current_dir(folder).output().ok()?;
    assert!(output.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

/// Bytes of all kinds: noise, repetition and holes, not a whole number of any cluster.
fn content() -> Vec<u8> {
    let mut random = Random::new(88_172_645_463_325_252);
    let mut bytes = Vec::new();
    while bytes.len() < 3 << 20 {
        let state = random.number();
        let count = usize::try_from(state >> 40).unwrap() % 90_000;
        match state % 3 {
            0 => bytes.resize(bytes.len() + count, 0),
            1 => bytes
                .extend((0..count).map(|at| state.rotate_left(u32::try_from(at % 61).unwrap()).to_le_bytes()[at % 8])),
            _ => bytes.extend(b"a line of a log\n".iter().cycle().take(count)),
        }
    }
    bytes.truncate((3 << 20) - 7 * 512);
    bytes
}

/// Reads a disk in blocks of a size, straight from the file on this host.
fn read(folder: &Path, name: &str, block: usize) -> Vec<u8> {
    let siblings = Folder { path: folder.to_owned(), name: name.to_owned() };
    let medium = open(siblings.open(name).unwrap(), &siblings, &Limits::default());
    let medium = medium.unwrap_or_else(|cause| panic!("{name}: {cause}"));
    assert!(medium.damage.is_empty(), "{name}: {:?}", medium.damage);
    let mut bytes = vec![0u8; usize::try_from(medium.source.len()).unwrap()];
    for (number, part) in bytes.chunks_mut(block).enumerate() {
        let at = u64::try_from(number * block).unwrap();
        assert_eq!(read_full(&medium.source, at, part).unwrap(), part.len(), "{name} at {at}");
    }
    bytes
}

fn compare(folder: &Path, format: &str, name: &str) {
    run(folder, "qemu-img", &["convert", "-f", format, "-O", "raw", name, "theirs"]);
    let theirs = std::fs::read(folder.join("theirs")).unwrap();
    for block in [1 << 20, 3000] {
        assert!(read(folder, name, block) == theirs, "{name} in blocks of {block}");
    }
}

/// A folder with the content to convert; nothing, with a word about it, where there is no `qemu-img`.
fn prepared() -> Option<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    if run(&path, "qemu-img", &["--version"]).is_none() {
        println!("skipped: qemu-img is not installed");
        return None;
    }
    std::fs::write(path.join("in"), content()).unwrap();
    Some((folder, path))
}

#[test]
fn formats_and_options() {
    let Some((_folder, path)) = prepared() else { return };
    let mut cases: Vec<(&str, &str, bool)> = vec![
        ("qcow2", "compat=0.10", false),
        ("qcow2", "compat=0.10", true),
        ("qcow2", "data_file=data,data_file_raw=off", false),
        ("qcow2", "preallocation=metadata", false),
        ("qcow", "", false),
        ("vpc", "subformat=fixed", false),
        ("vpc", "subformat=dynamic", false),
        ("vpc", "subformat=fixed,force_size=on", false),
        ("vpc", "subformat=dynamic,force_size=on", false),
        ("vhdx", "subformat=fixed", false),
        ("vhdx", "subformat=dynamic,block_size=1M", false),
        ("vhdx", "subformat=dynamic", false),
        ("vmdk", "subformat=monolithicSparse", false),
        ("vmdk", "subformat=monolithicSparse,zeroed_grain=on", false),
        ("vmdk", "subformat=monolithicFlat", false),
        ("vmdk", "subformat=twoGbMaxExtentSparse", false),
        ("vmdk", "subformat=twoGbMaxExtentFlat", false),
        ("vmdk", "subformat=streamOptimized", false),
    ];
    let mut options = Vec::new();
    for size in [512, 4096, 16 << 10, 64 << 10, 2 << 20] {
        for compression in ["zlib", "zstd"] {
            for extended in ["off", "on"].into_iter().filter(|extended| size >= 16 << 10 || *extended == "off") {
                options.push(format!("cluster_size={size},compression_type={compression},extended_l2={extended}"));
            }
        }
    }
    cases.extend(
        options.iter().flat_map(|options| [("qcow2", options.as_str(), false), ("qcow2", options.as_str(), true)]),
    );
    for (number, (format, options, packed)) in cases.into_iter().enumerate() {
        let name = format!("disk{number}");
        let mut arguments = vec!["convert", "-f", "raw", "-O", format];
        arguments.extend(packed.then_some("-c"));
        arguments.extend(["-o", options, "in", &name].into_iter().skip(if options.is_empty() { 2 } else { 0 }));
        run(&path, "qemu-img", &arguments);
        compare(&path, format, &name);
    }
}

#[test]
fn disks_over_disks() {
    let Some((_folder, path)) = prepared() else { return };
    for (size, extended) in [("64k", "off"), ("64k", "on"), ("16k", "on"), ("512", "off")] {
        let options = format!("cluster_size={size},extended_l2={extended}");
        let first = ["create", "-f", "qcow2", "-b", "in", "-F", "raw", "-o", &options, "first", "4M"];
        run(&path, "qemu-img", &first);
        let writes = [
            "-c",
            "write -P 1 3k 5k",
            "-c",
            "write -P 2 1M 90k",
            "-c",
            "write -z 2M 40k",
            "-c",
            "discard 1M 64k",
            "first",
        ];
        if run(&path, "qemu-io", &writes).is_none() {
            println!("skipped: qemu-io is not installed");
            return;
        }
        run(
            &path,
            "qemu-img",
            &["create", "-f", "qcow2", "-b", "first", "-F", "qcow2", "-o", &options, "second", "5M"],
        );
        run(
            &path,
            "qemu-io",
            &["-c", "write -P 3 5k 1k", "-c", "write -z 2000k 20k", "-c", "write -P 4 4500k 8k", "second"],
        );
        compare(&path, "qcow2", "first");
        compare(&path, "qcow2", "second");
    }
    run(&path, "qemu-img", &["convert", "-f", "raw", "-O", "vmdk", "in", "base.vmdk"]);
    run(&path, "qemu-img", &["create", "-f", "vmdk", "-b", "base.vmdk", "-F", "vmdk", "over.vmdk"]);
    run(&path, "qemu-io", &["-f", "vmdk", "-c", "write -P 1 3k 5k", "-c", "write -P 1 2M 100k", "over.vmdk"]);
    compare(&path, "vmdk", "over.vmdk");
}
