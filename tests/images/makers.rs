//! Makes images of a folder with the tools that everybody makes them with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Mebibytes of an image: the least that all file systems take.
pub(super) const SIZE: u64 = 48 << 20;

/// Whether a program can be started; says so if not.
pub(super) fn has(program: &str) -> bool {
    let there = ["", "/usr/sbin/", "/sbin/"].iter().any(|folder| {
        let path = format!("{folder}{program}");
        Command::new(path)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .status()
            .is_ok()
    });
    if !there {
        eprintln!("skipped: {program} is not here");
    }
    there
}

/// Runs a command to its end and asks that it went well.
pub(super) fn run(program: &str, arguments: &[&str]) {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let out = Command::new(program).args(arguments).env("PATH", path).env("MTOOLS_SKIP_CHECK", "1").output().unwrap();
    assert!(out.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn empty(path: &Path) {
    std::fs::File::create(path).unwrap().set_len(SIZE).unwrap();
}

/// The names at the top of a folder, in order.
fn tops(folder: &Path) -> Vec<PathBuf> {
    let mut tops: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    tops.sort();
    tops
}

/// A volume of ext2, ext3 or ext4.
pub(super) fn ext(kind: &str, folder: &Path, image: &Path) -> bool {
    has("mke2fs") && {
        empty(image);
        run("mke2fs", &["-q", "-F", "-t", kind, "-d", text(folder), text(image)]);
        true
    }
}

/// A volume of FAT; `bits` is 12, 16 or 32.
pub(super) fn fat(bits: &str, folder: &Path, image: &Path) -> bool {
    has("mkfs.fat") && has("mcopy") && {
        empty(image);
        let cluster = match bits {
            "12" => "32",
            "16" => "4",
            _ => "1",
        };
        run("mkfs.fat", &["-F", bits, "-s", cluster, text(image)]);
        let tops = tops(folder);
        let mut arguments = vec!["-s", "-m", "-Q", "-i", text(image)];
        arguments.extend(tops.iter().map(|top| text(top)));
        arguments.push("::/");
        run("mcopy", &arguments);
        true
    }
}

/// A volume of NTFS, by way of FUSE.
pub(super) fn ntfs(folder: &Path, image: &Path) -> bool {
    new_ntfs(image)
        && mounted_ntfs(image, &mut |mount| {
            for top in tops(folder) {
                run("cp", &["-r", text(&top), text(mount)]);
            }
        })
}

/// An empty volume of NTFS.
pub(super) fn new_ntfs(image: &Path) -> bool {
    has("mkfs.ntfs") && has("ntfs-3g") && Path::new("/dev/fuse").exists() && {
        empty(image);
        run("mkfs.ntfs", &["-Q", "-F", "-L", "EVIDENCE", text(image)]);
        true
    }
}

/// Mounts a volume of NTFS while `work` is done; no where this machine may not mount.
pub(super) fn mounted_ntfs(image: &Path, work: &mut dyn FnMut(&Path)) -> bool {
    let mount = tempfile::tempdir().unwrap();
    let done = Command::new("ntfs-3g").arg(image).arg(mount.path()).output().unwrap();
    if !done.status.success() {
        eprintln!("skipped: ntfs-3g cannot mount here: {}", String::from_utf8_lossy(&done.stderr));
        return false;
    }
    work(mount.path());
    run("umount", &[text(mount.path())]);
    // What umount leaves to be written is written when the process that served the mount has ended.
    for _ in 0..200 {
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
        let open = Command::new("fuser").arg(image).output().is_ok_and(|out| out.status.success());
        if !mounts.contains(text(mount.path())) && !open {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    true
}

/// An ISO 9660 image with Joliet names.
pub(super) fn iso(folder: &Path, image: &Path) -> bool {
    has("genisoimage") && {
        run("genisoimage", &["-quiet", "-J", "-joliet-long", "-o", text(image), text(folder)]);
        true
    }
}

/// A virtual disk or another container of a raw image.
pub(super) fn qemu(options: &[&str], raw: &Path, image: &Path) -> bool {
    has("qemu-img") && {
        let mut arguments = vec!["convert", "-f", "raw"];
        arguments.extend(options);
        arguments.extend([text(raw), text(image)]);
        run("qemu-img", &arguments);
        true
    }
}

/// An Expert Witness image of a raw image, in segments; `image` is the first.
pub(super) fn ewf(format: &str, raw: &Path, image: &Path) -> bool {
    has("ewfacquire") && {
        let stem = image.with_extension("");
        let arguments = ["-u", "-q", "-f", format, "-c", "fast", "-S", "1048576", "-t", text(&stem), text(raw)];
        run("ewfacquire", &arguments);
        true
    }
}

/// Segments of a raw image, `.001` and so on; `image` is the first.
pub(super) fn split(raw: &Path, image: &Path) -> bool {
    let bytes = std::fs::read(raw).unwrap();
    for (number, part) in (1..).zip(bytes.chunks(16 << 20)) {
        std::fs::write(image.with_extension(format!("{number:03}")), part).unwrap();
    }
    true
}

/// A disk with one partition that holds a volume, by a table of the given kind.
pub(super) fn partitioned(table: &str, volume: &Path, image: &Path) -> bool {
    has("sfdisk") && {
        let start = 1u64 << 20;
        let file = std::fs::File::create(image).unwrap();
        file.set_len(SIZE + 4 * start).unwrap();
        let script = format!("label: {table}\nstart={}, size={}\n", start / 512, SIZE / 512);
        let sheet = image.with_extension("sfdisk");
        std::fs::write(&sheet, script).unwrap();
        let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let out = Command::new("sfdisk")
            .args(["-q", "--no-reread", "--no-tell-kernel"])
            .arg(image)
            .env("PATH", path)
            .stdin(std::fs::File::open(&sheet).unwrap())
            .output()
            .unwrap();
        assert!(out.status.success(), "sfdisk: {}", String::from_utf8_lossy(&out.stderr));
        use std::os::unix::fs::FileExt;
        file.write_all_at(&std::fs::read(volume).unwrap(), start).unwrap();
        true
    }
}

/// An archive of a folder: `zip`, `tar`, `tar.gz`, `tar.zst`.
pub(super) fn archive(kind: &str, folder: &Path, image: &Path) -> bool {
    let (program, arguments): (&str, &[&str]) = match kind {
        "zip" => ("python3", &["-m", "zipfile", "-c", text(image)]),
        "tar" => ("tar", &["-cf", text(image)]),
        "tar.gz" => ("tar", &["-czf", text(image)]),
        _ => ("tar", &["--zstd", "-cf", text(image)]),
    };
    let zstd = kind != "tar.zst" || has("zstd");
    has(program) && zstd && {
        let names: Vec<PathBuf> =
            tops(folder).into_iter().map(|top| top.strip_prefix(folder).unwrap().to_owned()).collect();
        let out = Command::new(program).args(arguments).args(names).current_dir(folder).output().unwrap();
        assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
        true
    }
}
