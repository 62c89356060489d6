//! Binaries damaged in each way that a client and a server can, and intact ones.

use super::*;
use crate::base::digest::Digests;
use crate::payload::authenticode::Authorities;
use crate::payload::{Facts, inspect};
use built::{Numbers, built, pe, png};
use installed::{installed, real};
use ways::{Damage, lone_to_crlf, nvt, to_crlf, to_lf};

mod built;
mod installed;
mod lossy;
mod ways;

fn facts(bytes: &[u8]) -> Facts {
    inspect(&bytes.to_vec(), "a.bin", "a.bin", &Limits::default(), &Authorities::default()).0
}

#[test]
fn what_can_be_undone_exactly_is_restored_byte_for_byte() {
    let mut files = built();
    let own = files.len();
    files.extend(real(220));
    if files.len() < own + 20 {
        println!("skipped in part: only {} binaries in /usr/bin and /usr/lib", files.len() - own);
    }
    let ways: [(&str, Damage); 3] =
        [("LF to CRLF", to_crlf), ("twice", |bytes| to_crlf(&to_crlf(bytes))), ("NVT", nvt)];
    for (way, damage) in ways {
        let (mut restored, mut damaged_files, mut missed) = (0usize, 0usize, Vec::new());
        for (name, bytes) in &files {
            let damaged = damage(bytes);
            // A file that fits together no better than its damaged self is no example.
            if damaged == *bytes || facts(bytes).ascii_damage.is_some() {
                continue;
            }
            damaged_files += 1;
            let found = facts(&damaged).ascii_damage;
            let proven = found.as_ref().and_then(AsciiDamage::proven);
            if proven.is_some_and(|candidate| candidate.digests == Digests::of(bytes)) {
                restored += 1;
            } else {
                assert!(proven.is_none(), "{way}: {name}: proven and wrong");
                missed.push(name);
            }
        }
        println!("{way}: {restored} of {damaged_files} restored; missed {missed:?}");
        assert!(restored * 100 >= damaged_files * 99, "{way}: {restored} of {damaged_files}: {missed:?}");
    }
}

#[test]
fn intact_binaries_are_not_judged() {
    let mut paths = installed(&["/usr/bin", "/usr/lib", "/usr/share"], 2400, |_, size| (1..300_000).contains(&size));
    paths.extend(installed(&["/usr", "/root"], 60, |path, size| {
        size < 2_000_000 && path.extension().is_some_and(|extension| extension == "whl")
    }));
    if paths.len() < 2000 {
        println!("skipped in part: {} of 2,000 files in /usr", paths.len());
    }
    let judged: Vec<_> =
        paths.iter().filter_map(|path| Some((path, facts(&std::fs::read(path).ok()?).ascii_damage?))).collect();
    println!("{} of {} intact files judged damaged", judged.len(), paths.len());
    assert!(judged.is_empty(), "{judged:?}");
    for (name, bytes) in built() {
        assert_eq!(facts(&bytes).ascii_damage, None, "{name}");
    }
}

#[test]
fn text_is_never_judged() {
    let texts: [&[u8]; 8] = [
        b"@echo off\r\ncopy a b\r\n",
        b"#!/bin/sh\nls\n",
        b"RIFF is a format\r\nof chunks\r\n",
        b"BM\r\nGIF89a\r\n",
        b"{\\rtf1\\ansi\r\n\\par\r\n}\r\n",
        b"\xff\xfea\0\r\0\n\0b\0\r\0\n\0",
        b"caf\xe9\r\nna\xefve\r\n\x81\x40\r\n",
        b"%PDF-1.4\r\nnot one\r\n",
    ];
    for text in texts {
        for repeat in [1, 40, 400] {
            let text = text.repeat(repeat);
            for bytes in [text.clone(), to_crlf(&text), lone_to_crlf(&text), to_lf(&text)] {
                let judged = facts(&bytes).ascii_damage;
                assert_eq!(judged, None, "{:?}", String::from_utf8_lossy(&bytes[..20.min(bytes.len())]));
            }
        }
    }
}

#[test]
fn other_conversions_are_recognised() {
    let mut numbers = Numbers::new(7);
    let image = png(&[numbers.bytes(9000)]);
    let program = pe(&numbers.bytes(9000), b"");
    let stripped = |bytes: &[u8]| bytes.iter().map(|byte| byte & 0x7f).collect::<Vec<_>>();
    let cut = |bytes: &[u8]| bytes.split(|byte| *byte == 0x1a).next().unwrap_or_default().to_vec();
    let long: Vec<u8> = numbers.bytes(60_000).into_iter().filter(|byte| *byte != 0x1a).collect();
    let truncated = cut(&pe(&[&long[..], &[0x1a; 2000]].concat(), b""));
    let without = |byte: u8| image.iter().copied().filter(|other| *other != byte).collect::<Vec<_>>();
    let returns: Vec<u8> = to_lf(&image).into_iter().map(|byte| if byte == b'\r' { b'\n' } else { byte }).collect();
    let cases = [
        (stripped(&image), Conversion::HighBitStripped),
        (stripped(&program), Conversion::HighBitStripped),
        (cut(&image), Conversion::CutAtControlZ),
        (truncated, Conversion::CutAtControlZ),
        (without(b'\r'), Conversion::CrDropped),
        (returns, Conversion::CrToLf),
        ([b"\xd7\xd2\x03\x37".as_slice(), &numbers.bytes(500)].concat(), Conversion::AsciiToEbcdic),
    ];
    for (bytes, conversion) in cases {
        let judged = facts(&bytes).ascii_damage;
        assert_eq!(judged.as_ref().map(|damage| damage.conversion), Some(conversion), "{:?}", &bytes[..6]);
        assert!(judged.unwrap().unrestorable.is_some(), "{conversion:?}");
    }
}

#[test]
fn a_known_hash_proves_a_candidate() {
    let mut numbers = Numbers::new(11);
    // A scan of a JPEG has no checksum.
    let image = [b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02".as_slice(), &numbers.bytes(20_000), b"\xff\xd9"].concat();
    let mut damage = facts(&to_crlf(&image)).ascii_damage.unwrap();
    assert_eq!((damage.verdict, damage.proven()), (Verdict::Likely, None));
    let digests = Digests::of(&image);
    let recorded = |digest: &str| Recorded { event: "v7".to_owned(), digest: digest.to_owned(), ..Recorded::default() };
    assert!(!damage.prove_by_hashes(&[recorded("00"), recorded(&Digests::of(b"other").sha1)]));
    assert!(damage.prove_by_hashes(&[recorded("00"), recorded(&digests.sha1.to_uppercase())]));
    assert_eq!(damage.candidates[0].recorded_by, [recorded(&digests.sha1.to_uppercase())]);
    assert_eq!((damage.verdict, &damage.candidates[0].digests), (Verdict::Certain, &digests));
    assert_eq!(damage.candidates[0].proofs, [Proof::KnownHash]);
}

#[test]
fn restored_bytes_are_a_view_of_the_damaged_ones() {
    let original = png(&[Numbers::new(3).bytes(30_000)]);
    for damaged in [to_crlf(&original), lone_to_crlf(&original), to_lf(&original)] {
        let damage = facts(&damaged).ascii_damage.unwrap();
        assert_eq!(damage.verdict, Verdict::Certain);
        let size = original.len();
        let restored = damage.candidates[0].restored(&damaged, |view| {
            let mut bytes = vec![0u8; size];
            crate::base::bytes::read_full(view, 0, &mut bytes).map(|count| (count, bytes))
        });
        assert_eq!(restored.unwrap().unwrap(), (size, original.clone()));
    }
}

#[test]
fn mutants_end_and_stay_bounded() {
    let mut numbers = Numbers::new(99);
    let files: Vec<Vec<u8>> = built().into_iter().take(9).map(|(_, bytes)| bytes).collect();
    let limits = Limits { ascii_search_bytes: 1 << 16, ..Limits::default() };
    for _ in 0..1500 {
        let original = &files[(numbers.next() % files.len() as u64) as usize];
        let original = &original[..original.len().min(3000)];
        let mut bytes = match numbers.next() % 4 {
            0 => to_crlf(original),
            1 => lone_to_crlf(original),
            2 => to_lf(original),
            _ => nvt(original),
        };
        for _ in 0..=numbers.next() % 4 {
            let at = (numbers.next() % bytes.len() as u64) as usize;
            match numbers.next() % 4 {
                0 => bytes[at] = numbers.next() as u8,
                1 => bytes[at % 512] = 0xff,
                2 => bytes.truncate(at.max(64)),
                _ => bytes.insert(at, b'\n'),
            }
        }
        let (facts, _) = inspect(&bytes, "a", "a", &limits, &Authorities::default());
        if let Some(damage) = facts.ascii_damage {
            assert!(damage.candidates.len() <= 8);
            assert!(damage.candidates.iter().all(|candidate| candidate.size <= 2 * bytes.len() as u64));
        }
    }
}

#[test]
fn exact_undoing_is_exact_for_any_bytes() {
    let mut numbers = Numbers::new(5);
    for length in [0, 1, 2, 17, 5000, 40_000] {
        let bytes: Vec<u8> = numbers.bytes(length).into_iter().map(|byte| b"\r\n\0x"[usize::from(byte & 3)]).collect();
        for (damaged, conversion) in [
            (to_crlf(&bytes), Conversion::LfToCrlf),
            (to_crlf(&to_crlf(&bytes)), Conversion::LfToCrlfTwice),
            (nvt(&bytes), Conversion::Nvt),
        ] {
            let same = undo(conversion, &damaged, |view| {
                let mut restored = vec![0u8; length];
                let count = crate::base::bytes::read_full(view, 0, &mut restored).unwrap();
                (view.len(), count) == (length as u64, length) && restored == bytes
            });
            assert_eq!(same.unwrap(), Some(true), "{conversion:?} {length}");
        }
    }
}
