//! A host's own files as evidence: what is walked, what is refused, and what is read past the system.

use super::raw::Volume;
use super::*;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::source::Source;
use crate::evidence::filesystem::ntfs::testimage::{DIRECTORY, FILE, Image, file_name, reference, resident};

fn walked(host: &Host, limits: &Limits) -> (Vec<(String, EntryKind)>, Vec<String>) {
    let (mut entries, mut anomalies) = (Vec::new(), Vec::new());
    host.walk(limits, &mut |walked| {
        match walked {
            Walked::Entry(entry) => entries.push((entry.path.display(), entry.kind)),
            Walked::Anomaly(anomaly) => anomalies.push(format!("{}: {}", anomaly.path, anomaly.cause)),
        }
        ControlFlow::Continue(())
    });
    (entries, anomalies)
}

#[cfg(unix)]
#[test]
fn links_are_seen_and_never_followed() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.txt"), "x").unwrap();
    std::fs::create_dir(root.path().join("d")).unwrap();
    std::os::unix::fs::symlink(".", root.path().join("d/self")).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), root.path().join("file")).unwrap();
    let host = Host::open(root.path(), &Limits::default()).unwrap();
    let (entries, anomalies) = walked(&host, &Limits::default());
    let expected = [
        ("d", EntryKind::Directory),
        ("d/self", EntryKind::Symlink),
        ("file", EntryKind::Symlink),
        ("out", EntryKind::Symlink),
    ];
    assert_eq!(entries, expected.map(|(path, kind)| (path.to_owned(), kind)));
    assert!(anomalies.is_empty());
    assert!(FileSystem::open(&host, &EntryPath::new("file")).is_err());
    assert!(host.list(&EntryPath::new("out")).is_empty());
    assert!(FileSystem::open(&host, &EntryPath::new("../x")).is_err());
}

#[cfg(unix)]
#[test]
fn special_files_are_not_opened() {
    let root = tempfile::tempdir().unwrap();
    let pipe = root.path().join("ftp.txt");
    if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: mkfifo is not here");
        return;
    }
    let host = Host::open(root.path(), &Limits::default()).unwrap();
    assert_eq!(walked(&host, &Limits::default()).0, [("ftp.txt".to_owned(), EntryKind::Fifo)]);
    let error = FileSystem::open(&host, &EntryPath::new("ftp.txt")).err().expect("is refused");
    assert!(error.cause.to_string().contains("named pipe"), "{}", error.cause);
    assert!(Host::open(&pipe, &Limits::default()).is_err());
}

#[test]
fn depth_is_capped_and_siblings_go_on() {
    let root = tempfile::tempdir().unwrap();
    let deep = root.path().join("a").join(["d"; 40].join("/"));
    std::fs::create_dir_all(deep).unwrap();
    std::fs::write(root.path().join("z.txt"), "x").unwrap();
    let limits = Limits { directory_depth: 10, ..Limits::default() };
    let (entries, anomalies) = walked(&Host::open(root.path(), &Limits::default()).unwrap(), &limits);
    assert_eq!(entries.len(), 11);
    assert_eq!(entries.last().unwrap().0, "z.txt");
    assert_eq!(anomalies, ["a/d/d/d/d/d/d/d/d/d: limit reached: depth of directories (limit 10)"]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let name = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"a\xff.txt");
    std::fs::write(root.path().join(name), "hello").unwrap();
    let host = Host::open(root.path(), &Limits::default()).unwrap();
    assert_eq!(walked(&host, &Limits::default()).0[0].0, "a\\xFF.txt");
    let opened = FileSystem::open(&host, &EntryPath::new(*b"a\xff.txt")).unwrap();
    assert_eq!(opened.stream.len(), 5);
    assert!(opened.times.modified.is_some());
}

#[test]
fn a_single_file_is_evidence_too() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("a.txt"), "x").unwrap();
    std::fs::write(root.path().join("b.txt"), "x").unwrap();
    let host = Host::open(&root.path().join("a.txt"), &Limits::default()).unwrap();
    assert!(host.is_single_file());
    assert_eq!(walked(&host, &Limits::default()).0, [("a.txt".to_owned(), EntryKind::File)]);
}

#[cfg(unix)]
#[test]
fn a_device_is_opened_where_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disk.raw");
    std::fs::write(&file, vec![7u8; 1 << 20]).unwrap();
    let attached = std::process::Command::new("losetup").args(["--read-only", "--show", "-f"]).arg(&file).output();
    let Ok(attached) = attached.map_err(drop).and_then(|output| output.status.success().then_some(output).ok_or(()))
    else {
        println!("skipped: no loop device can be had");
        return;
    };
    let device = std::path::PathBuf::from(String::from_utf8(attached.stdout).unwrap().trim());
    let opened = crate::evidence::open::open(&device, &Limits::default());
    let _ = std::process::Command::new("losetup").arg("-d").arg(&device).status();
    let opened = opened.map_err(|anomaly| anomaly.cause.to_string()).unwrap();
    assert_eq!(opened.size, Some(1 << 20));
    assert!(matches!(opened.shape, crate::evidence::open::Shape::Image(_)));
    assert!(is_device(&device) && !is_device(&file) && open_file(&device).is_err());
}

#[test]
fn what_is_missing_says_so() {
    let error = Host::open(Path::new("/no/such/place"), &Limits::default()).expect_err("is missing");
    assert_eq!(error.stage, Stage::Open);
}

/// A volume that is at hand whatever the system of the test is.
struct AtHand {
    image: Result<Image, &'static str>,
    numbers: &'static [(&'static str, u64)],
    streams: bool,
}

impl Volume for AtHand {
    fn open(&self) -> Result<Source, Cause> {
        self.image.as_ref().map(Image::source).map_err(|why| Cause::Unsupported((*why).to_owned()))
    }

    fn serial(&self) -> io::Result<u64> {
        Ok(7)
    }

    fn identity(&self, path: &Path) -> io::Result<(u64, u64)> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let known = self.numbers.iter().find(|(known, _)| *known == name);
        let serial = if name == "mounted.dat" { 8 } else { 7 };
        known.map(|(_, number)| (serial, *number)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn has_streams(&self) -> bool {
        self.streams
    }
}

/// A folder `Users/bob` of a volume with two files, of which the system refuses one.
fn in_use(image: Result<Image, &'static str>, streams: bool) -> (tempfile::TempDir, Host) {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("open.txt"), "by the system").unwrap();
    std::fs::write(root.path().join("locked.dat"), "never seen").unwrap();
    std::fs::create_dir(root.path().join("folder")).unwrap();
    let numbers = &[("locked.dat", reference(32, 1)), ("folder", reference(33, 1)), ("mounted.dat", reference(32, 1))];
    let below = AtHand { image, numbers: &*Box::leak(Box::new(*numbers)), streams };
    let raw = Some(Arc::new(Raw::new(Box::new(below), b"Users/bob".to_vec())));
    let system = |path: &Path| match path.to_string_lossy() {
        name if name.ends_with("locked.dat") || name.ends_with("mounted.dat") => {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        name if name.ends_with("gone.txt") => Err(io::ErrorKind::NotFound.into()),
        name if cfg!(unix) && name.contains(':') => Err(io::ErrorKind::PermissionDenied.into()),
        _ => file::open_read_only(path),
    };
    let host = Host::open(root.path(), &Limits::default()).unwrap();
    (root, Host { raw, system, ..host })
}

fn volume() -> Image {
    let root = reference(5, 5);
    let mut image = Image::new();
    image.record(30, 1, DIRECTORY, &[file_name(root, "Users", 1)]);
    image.record(31, 1, DIRECTORY, &[file_name(reference(30, 1), "bob", 1), resident(0x80, "of the root", b"r")]);
    let content = [resident(0x80, "", b"from the volume"), resident(0x80, "Zone.Identifier", b"[ZoneTransfer]")];
    image.record(32, 1, FILE, &[&[file_name(reference(31, 1), "locked.dat", 1)], content.as_slice()].concat());
    let note = resident(0x80, "note", b"on a folder");
    image.record(33, 1, DIRECTORY, &[file_name(reference(31, 1), "folder", 1), note]);
    image.record(34, 1, FILE, &[file_name(root, "open.txt", 1), resident(0x80, "s", b"of another of that name")]);
    image
}

fn content(host: &Host, path: &str) -> Result<String, String> {
    let opened = FileSystem::open(host, &EntryPath::new(path)).map_err(|anomaly| anomaly.cause.to_string())?;
    let mut bytes = vec![0u8; usize::try_from(opened.stream.len()).unwrap()];
    let count = read_full(&opened.stream, 0, &mut bytes).unwrap();
    Ok(String::from_utf8_lossy(&bytes[..count]).into_owned())
}

#[test]
fn what_the_system_refuses_is_read_from_the_volume() {
    let (_root, host) = in_use(Ok(volume()), true);
    assert_eq!(content(&host, "open.txt").as_deref(), Ok("by the system"));
    assert_eq!(content(&host, "locked.dat").as_deref(), Ok("from the volume"));
    let opened = FileSystem::open(&host, &EntryPath::new("locked.dat")).unwrap();
    assert!(opened.times.modified.is_some());
    let gone = content(&host, "gone.txt").unwrap_err();
    assert!(!gone.contains("volume"), "{gone}");
    assert_eq!(host.read_from_volume(), [EntryPath::new("locked.dat")]);
}

/// Numbers of files are those of their volume: on another one the same number is another file's.
#[test]
fn a_file_of_another_volume_is_not_looked_up_on_this_one() {
    let (_root, host) = in_use(Ok(volume()), true);
    let refused = content(&host, "mounted.dat").unwrap_err();
    assert!(refused.contains("denied") && refused.ends_with("it lies on another volume"), "{refused}");
    assert_eq!(host.read_from_volume(), []);
}

/// A part of a file that another program locked, while the rest can be read.
#[test]
fn locked_parts_are_read_from_the_volume() {
    struct Partly;
    impl ReadAt for Partly {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            if offset >= 4 {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            b"FROM".as_slice().read_at(offset, buffer)
        }

        fn len(&self) -> u64 {
            15
        }
    }
    let (root, host) = in_use(Ok(volume()), true);
    let path = root.path().join("locked.dat");
    let below = Below { entry: EntryPath::new("locked.dat"), file: path, stream: Vec::new() };
    let file = Lockable::new(Box::new(Partly), below, host.raw.clone().unwrap());
    let mut bytes = [0u8; 15];
    assert_eq!(read_full(&file, 0, &mut bytes[..4]).unwrap(), 4);
    assert_eq!(host.read_from_volume(), []);
    assert_eq!(read_full(&file, 0, &mut bytes).unwrap(), 15);
    assert_eq!(&bytes, b"FROM the volume");
    assert_eq!(host.read_from_volume(), [EntryPath::new("locked.dat")]);
}

#[test]
fn streams_stand_beside_their_files() {
    let (_root, host) = in_use(Ok(volume()), true);
    let (entries, anomalies) = walked(&host, &Limits::default());
    let names: Vec<&str> = entries.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [":of the root", "folder", "folder:note", "locked.dat", "locked.dat:Zone.Identifier", "open.txt"];
    assert_eq!((names.as_slice(), anomalies), (expected.as_slice(), Vec::new()));
    let listed: Vec<String> = host.list(&EntryPath::default()).iter().map(|entry| entry.path.display()).collect();
    assert_eq!(listed, expected);
    assert_eq!(host.origin(&EntryPath::new("folder:note")), Origin::AlternateStream);
    assert_eq!(host.origin(&EntryPath::new("open.txt")), Origin::File);
    if cfg!(unix) {
        assert_eq!(content(&host, "locked.dat:Zone.Identifier").as_deref(), Ok("[ZoneTransfer]"));
        assert_eq!(content(&host, "folder:note").as_deref(), Ok("on a folder"));
    }
}

#[test]
fn without_the_volume_it_is_said_what_is_missing() {
    let (_root, host) = in_use(Err("only an administrator may open it"), true);
    let (entries, anomalies) = walked(&host, &Limits::default());
    assert_eq!(entries.len(), 3);
    let missing = "alternate data streams are not listed but for Zone.Identifier";
    assert!(anomalies.len() == 1 && anomalies[0].contains(missing), "{anomalies:?}");
    assert!(anomalies[0].ends_with("only an administrator may open it"), "{anomalies:?}");
    let refused = content(&host, "locked.dat").unwrap_err();
    assert!(refused.contains("denied") && refused.contains("only an administrator"), "{refused}");
    // A volume without streams has nothing to miss.
    let (_root, host) = in_use(Err("only an administrator may open it"), false);
    assert_eq!(walked(&host, &Limits::default()).1, Vec::<String>::new());
}

/// A placeholder of OneDrive, and a folder full of them.
#[test]
fn what_is_kept_online_is_told_once_for_a_folder() {
    let (_root, host) = in_use(Ok(volume()), true);
    for raw in [host.raw.clone(), None] {
        let system = |_: &Path| Err(file::Elsewhere.into());
        let host = Host { raw, system, ..Host::open(&host.root, &Limits::default()).unwrap() };
        let cause = FileSystem::open(&host, &EntryPath::new("open.txt")).err().unwrap().cause;
        assert!(matches!(&cause, Cause::Elsewhere(what) if what == file::ELSEWHERE), "{cause}");
    }
    let kept = |name: &str, kind| Named { barred: Some(file::ELSEWHERE), ..Named::new(name, kind) };
    let here = Named::new("here", EntryKind::File);
    let folder = kept("folder", EntryKind::Directory);
    let told = |found: &[Named]| elsewhere(found).map(|cause| cause.to_string());
    assert_eq!(told(&[here.clone(), folder.clone()]), None);
    let one = told(&[here, kept("a", EntryKind::File), folder]).unwrap();
    assert!(one.starts_with("1 file here: kept online or in an archive"), "{one}");
    let two = told(&[kept("a", EntryKind::File), kept("b", EntryKind::File)]).unwrap();
    assert!(two.starts_with("2 files here: "), "{two}");
}

#[test]
fn streams_are_listed_as_long_as_there_is_time() {
    let (_root, host) = in_use(Ok(volume()), true);
    let host = host.asking(Arc::new(|| false));
    let (entries, anomalies) = walked(&host, &Limits::default());
    assert_eq!(entries.len(), 3);
    assert!(anomalies.len() == 1 && anomalies[0].contains("up to record 0 "), "{anomalies:?}");
}

/// A share has streams too, which no volume of this host tells.
#[test]
#[cfg(unix)]
fn without_a_local_volume_it_is_said_what_is_missing() {
    let (root, host) = in_use(Err("is not asked"), true);
    std::fs::write(root.path().join("open.txt:Zone.Identifier"), "[ZoneTransfer]").unwrap();
    let host = Host { raw: None, unlisted: Some("there is no volume"), ..host };
    let (_, anomalies) = walked(&host, &Limits::default());
    assert_eq!(anomalies, [": alternate data streams are not listed but for Zone.Identifier: there is no volume"]);
    let listing = host.read_folder(&EntryPath::default(), &Limits::default()).unwrap();
    let streams = listing.names.iter().filter(|named| named.origin == Origin::AlternateStream);
    let streams: Vec<_> = streams.map(|named| String::from_utf8_lossy(&named.name).into_owned()).collect();
    assert_eq!(streams, ["open.txt:Zone.Identifier"]);
    assert_eq!(host.origin(&EntryPath::new("open.txt:Zone.Identifier")), Origin::AlternateStream);
    // Where files have no streams, nothing is missing.
    let host = Host { unlisted: None, ..host };
    assert_eq!(walked(&host, &Limits::default()).1, Vec::<String>::new());
}

/// FILE_ATTRIBUTE_ARCHIVE and the like do not matter; those of what is kept elsewhere do.
#[test]
fn what_would_have_to_be_fetched_is_told() {
    let cases = [(0x20, false), (0x420, false), (0x1020, true), (0x0040_0420, true), (0x0004_0010, true)];
    for (attributes, expected) in cases {
        assert_eq!(file::is_elsewhere(attributes), expected, "{attributes:#x}");
    }
}
