//! Whole discs: what is read of them, what is told, and that nothing does harm.

use super::testdisc::{disc, dots, put, record, wide};
use super::*;
use crate::base::random::Random;
use crate::evidence::entry::{EntryKind, EntryPath};
use crate::evidence::{FileSystem, Walked};
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;

fn mounted(disc: &[u8]) -> Mounted {
    mount(Arc::new(disc.to_vec()), &Limits::default()).unwrap()
}

fn listed(disc: &[u8]) -> (Vec<String>, String) {
    let mounted = mounted(disc);
    let (mut lines, mut told) = (Vec::new(), String::new());
    mounted.walk(&Limits::default(), &mut |walked| {
        match walked {
            Walked::Anomaly(anomaly) => told.push_str(&format!("{}: {}\n", anomaly.path, anomaly.cause)),
            Walked::Entry(entry) => lines.push(match (entry.kind, mounted.open(&entry.path)) {
                (EntryKind::File, Ok(opened)) => {
                    let mut bytes = [0u8; 4];
                    let content = match read_full(&*opened.stream, 0, &mut bytes) {
                        Ok(count) => String::from_utf8_lossy(&bytes[..count]).into_owned(),
                        Err(error) => format!("({error})"),
                    };
                    format!("{} {}:{content}", entry.path.display(), opened.stream.len())
                }
                (kind, _) => format!("{} {kind:?}", entry.path.display()),
            }),
        }
        ControlFlow::Continue(())
    });
    (lines, told)
}

fn plain() -> Vec<u8> {
    let mut disc = disc(32, 20, None);
    let files = [
        dots(20, 20, &[]),
        record(b"A.TXT;1", 0, 24, 5, &[]),
        record(b"NODOT.;1", 0, 24, 2, &[]),
        record(b"SUB", 2, 21, 2048, &[]),
    ];
    put(&mut disc, 20, &files);
    // A file of two extents, which do not lie together.
    let files = [dots(21, 20, &[]), record(b"BIG.BIN;1", 0x80, 25, 2048, &[]), record(b"BIG.BIN;1", 0, 27, 100, &[])];
    put(&mut disc, 21, &files);
    put(&mut disc, 24, &[b"hello".to_vec()]);
    put(&mut disc, 25, &[vec![b'1'; 2048]]);
    put(&mut disc, 27, &[vec![b'2'; 100]]);
    disc
}

#[test]
fn plain_names_lose_their_versions() {
    let disc = plain();
    let (lines, told) = listed(&disc);
    assert_eq!(
        (lines, told.as_str()),
        (vec!["A.TXT 5:hell".into(), "NODOT 2:he".into(), "SUB Directory".into(), "SUB/BIG.BIN 2148:1111".into()], "")
    );
    let mounted = mounted(&disc);
    assert_eq!((mounted.kind, mounted.label.as_deref()), ("iso9660", Some("DISC")));
    let opened = mounted.open(&EntryPath::new("SUB/BIG.BIN")).unwrap();
    let mut bytes = [0u8; 200];
    assert_eq!(opened.stream.read_at(2000, &mut bytes).unwrap(), 148);
    assert!(bytes[..48] == [b'1'; 48] && bytes[48..148] == [b'2'; 100]);
    assert_eq!(opened.stream.read_at(u64::MAX, &mut bytes).unwrap(), 0);
    assert_eq!(opened.times.modified.unwrap().to_string(), "2025-03-25T11:34:56Z");
}

#[test]
fn joliet_is_taken_before_rock_ridge_and_plain_names() {
    let mut both = disc(32, 20, Some(22));
    put(&mut both, 20, &[dots(20, 20, b"SP\x07\x01\xbe\xef\0"), record(b"A.TXT;1", 0, 24, 5, b"NM\x0a\x01\0rocky")]);
    put(&mut both, 22, &[dots(22, 22, &[]), record(&wide("Long näme.txt;1"), 0, 24, 5, &[])]);
    put(&mut both, 24, &[b"hello".to_vec()]);
    assert_eq!(listed(&both).0, ["Long näme.txt 5:hell"]);
    assert_eq!(mounted(&both).label.as_deref(), Some("Long"));
    // Without Joliet's descriptor.
    both[17 * 2048] = 3;
    assert_eq!(listed(&both).0, ["rocky 5:hell"]);
    both[20 * 2048 + 34] = b'x';
    assert_eq!(listed(&both).0, ["A.TXT 5:hell"]);
}

#[test]
fn rock_ridge_goes_on_elsewhere_and_relocates() {
    let mut disc = disc(40, 20, None);
    let mut goes_on = b"NM\x08\x01\x01abcCE\x1c\x01".to_vec();
    for value in [30u32, 10, 8] {
        goes_on.extend_from_slice(&value.to_le_bytes());
        goes_on.extend_from_slice(&value.to_be_bytes());
    }
    let root = [
        dots(20, 20, b"SP\x07\x01\xbe\xef\0"),
        record(b"A.;1", 0, 24, 5, &goes_on),
        record(b"LINK.;1", 0, 0, 0, b"SL\x05\x01\0NM\x09\x01\0link"),
        record(b"DEEP.;1", 0, 24, 2048, b"CL\x0c\x01\x19\0\0\0\0\0\0\x19"),
        record(b"MOVED", 2, 21, 2048, &[]),
    ];
    put(&mut disc, 20, &root);
    put(&mut disc, 21, &[dots(21, 20, &[]), record(b"DEEP", 2, 25, 2048, b"RE\x04\x01")]);
    put(&mut disc, 25, &[dots(25, 20, &[]), record(b"X.;1", 0, 24, 1, &[])]);
    disc[30 * 2048 + 10..][..8].copy_from_slice(b"NM\x08\x01\0def");
    let (lines, told) = listed(&disc);
    assert_eq!(told, "");
    assert_eq!(lines, ["DEEP Directory", "DEEP/X 1:\0", "MOVED Directory", "abcdef 5:\0\0\0\0", "link Symlink"]);
    // A continuation that goes on in itself.
    let itself = [b"CE\x1c\x01".to_vec(), goes_on[12..].to_vec()].concat();
    disc[30 * 2048 + 10..][..itself.len()].copy_from_slice(&itself);
    listed(&disc);
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    type Damage = fn(&mut Vec<u8>);
    const END: usize = 20 * 2048 + 68 + 40 + 42 + 36;
    let cases: [(Damage, &str); 7] = [
        (
            |disc| put(&mut disc[END..], 0, &[record(b"LOOP", 2, 20, 2048, &[])]),
            "LOOP: a directory that is in another place too",
        ),
        (
            |disc| put(&mut disc[END..], 0, &[record(b"AGAIN", 2, 21, 2048, &[])]),
            "a directory that is in another place too",
        ),
        (
            |disc| put(&mut disc[END..], 0, &[record(b"FAR;1", 0, 9999, 10, &[])]),
            "FAR: a file that lies beyond the end",
        ),
        (
            |disc| put(&mut disc[END..], 0, &[record(b"OFF", 2, 9999, 10, &[])]),
            "OFF: a directory that lies beyond the end",
        ),
        (|disc| disc[END] = 20, ": a record that is cut off"),
        (|disc| (disc[END], disc[END + 32]) = (40, 200), ": a record whose name is longer than itself"),
        (
            |disc| {
                let mut interleaved = record(b"I.;1", 0, 24, 10, &[]);
                (interleaved[26], interleaved[27]) = (1, 1);
                put(&mut disc[END..], 0, &[interleaved]);
            },
            ": I: an interleaved file",
        ),
    ];
    for (damage, what) in cases {
        let mut disc = plain();
        damage(&mut disc);
        let (lines, told) = listed(&disc);
        assert!(told.contains(what), "{what}: {told}");
        assert!(lines.contains(&"SUB/BIG.BIN 2148:1111".to_owned()), "{what}: {lines:?}");
    }
    for (at, value) in [(16 * 2048 + 1, 0), (16 * 2048, 7), (16 * 2048 + 128, 3)] {
        let mut disc = plain();
        disc[at] = value;
        assert!(mount(Arc::new(disc), &Limits::default()).is_err());
    }
    assert!(mount(Arc::new(plain()[..33_000].to_vec()), &Limits::default()).is_err());
}

#[test]
fn mutants_do_no_harm() {
    let mut rock = plain();
    put(
        &mut rock,
        20,
        &[dots(20, 20, b"SP\x07\x01\xbe\xef\0CE\x1c\x01"), record(b"A.TXT;1", 0, 24, 5, b"NM\x0a\x01\0rocky")],
    );
    let seeds = [plain(), rock];
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    let mut next = || (random.number() >> 11) as usize;
    for turn in 0..3000 {
        let mut mutant = seeds[turn % 2].clone();
        for _ in 0..1 + next() % 4 {
            let at = [16 * 2048 + 128, 20 * 2048, 20 * 2048 + 68, 21 * 2048, 21 * 2048 + 64][next() % 5] + next() % 64;
            mutant[at] = [next() as u8, 0, 0xff, 1 << (next() % 8)][next() % 4];
        }
        if let Ok(mounted) = mount(Arc::new(mutant), &Limits { files: 1000, ..Limits::default() }) {
            mounted.walk(&Limits::default(), &mut |walked| {
                if let Walked::Entry(entry) = walked
                    && let Ok(opened) = mounted.open(&entry.path)
                {
                    let mut bytes = [0u8; 512];
                    let _ = opened.stream.read_at(opened.stream.len() / 2, &mut bytes);
                }
                ControlFlow::Continue(())
            });
            assert!(mounted.tree().len() <= 1000);
        }
    }
}

#[test]
fn reads_what_genisoimage_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::create_dir_all(path("tree/A long directory/b/c/d/e/f/g/h/i")).unwrap();
    let mut expected = Vec::new();
    for (number, name) in [
        "A long directory/Quarterly report for all.txt",
        "A long directory/b/c/d/e/f/g/h/i/deep.txt",
        "short.txt",
        "Übung.txt",
    ]
    .into_iter()
    .enumerate()
    {
        let content = name.repeat(number * 1000 + 1);
        std::fs::write(path(&format!("tree/{name}")), &content).unwrap();
        expected.push((name.to_owned(), content.into_bytes()));
    }
    expected.sort();
    for options in [&["-J"][..], &["-R"], &["-J", "-R"], &["-R", "-iso-level", "3"]] {
        let image = path("image.iso");
        let mut arguments = vec!["-quiet", "-input-charset", "utf-8", "-D", "-o", &image];
        if options == ["-R"] {
            // With directories that are relocated.
            arguments.retain(|argument| *argument != "-D");
        }
        arguments.extend(options);
        let tree = path("tree");
        arguments.push(&tree);
        match Command::new("genisoimage").args(&arguments).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(_) => {
                println!("skipped: genisoimage is not installed");
                return;
            }
        }
        let mounted = mounted(&std::fs::read(&image).unwrap());
        let mut files = Vec::new();
        mounted.walk(&Limits::default(), &mut |walked| {
            match walked {
                Walked::Anomaly(anomaly) => panic!("{}: {}", anomaly.path, anomaly.cause),
                Walked::Entry(entry) if entry.kind == EntryKind::File => {
                    let stream = mounted.open(&entry.path).unwrap().stream;
                    let mut bytes = vec![0u8; stream.len() as usize];
                    read_full(&*stream, 0, &mut bytes).unwrap();
                    files.push((entry.path.display(), bytes));
                }
                Walked::Entry(_) => {}
            }
            ControlFlow::Continue(())
        });
        files.sort();
        assert!(files == expected, "{options:?}: {:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
}
