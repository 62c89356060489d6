//! One PE in every dress that is known, and texts that only look like one.

use super::*;
use crate::base::escape::hex;
use crate::base::random::Random;
use crate::payload::authenticode::Authorities;
use crate::payload::inspect;
use std::fmt::Write as _;

/// A PE file with bytes after its image, of which the first 1024 are the image.
fn pe() -> Vec<u8> {
    let mut pe = crate::payload::archive::tests::pe();
    pe.extend((0..3000u32).map(|number| (number.wrapping_mul(7) % 251).to_le_bytes()[0]));
    pe
}

const IMAGE: usize = 0x400;

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let digit = (value >> (18 - 6 * index)) as usize & 63;
            text.push(if index <= chunk.len() { ALPHABET[digit] as char } else { '=' });
        }
    }
    text
}

fn lines(text: &str, width: usize) -> Vec<&str> {
    text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect()
}

fn joined(bytes: &[u8], form: impl Fn(u8) -> String, between: &str) -> String {
    bytes.iter().map(|byte| form(*byte)).collect::<Vec<_>>().join(between)
}

fn found(bytes: &[u8]) -> Vec<Embedded> {
    inspect(&bytes.to_vec(), "a", "a", &Limits::default(), &Authorities::default()).0.embedded
}

/// The bytes, the encoding, the offset, whether all of the file comes out or the image alone.
type Case = (&'static str, Vec<u8>, &'static str, u64, bool);

fn cases() -> Vec<Case> {
    let pe = pe();
    let text = base64(&pe);
    let spaced = |format: fn(u8) -> String, between: &str| joined(&pe, format, between).into_bytes();
    let mut debug = "n x.exe\r\n".to_owned();
    for (index, line) in pe.chunks(16).enumerate() {
        let _ = write!(debug, "e {:04X} {}\r\n", 0x100 + index * 16, joined(line, |byte| format!("{byte:02X}"), " "));
    }
    debug.push_str("rcx\r\n1000\r\nw\r\nq\r\n");
    let echoed: String = lines(&text, 76).iter().map(|line| format!("echo {line}>>x.b64\r\n")).collect();
    let gzip = {
        use std::io::Write as _;
        let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::default());
        encoder.write_all(&pe).unwrap();
        encoder.finish().unwrap()
    };
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    let across = vec![1u8; (256 << 10) - 200];
    let masked: Vec<u8> = pe.iter().map(|byte| byte ^ 0x77).collect();
    let kept =
        |key: u8| pe.iter().map(|byte| if [0, key].contains(byte) { *byte } else { byte ^ key }).collect::<Vec<u8>>();
    let registry: String = lines(&joined(&pe, |byte| format!("{byte:02x}"), ","), 75).join("\\\r\n  ");
    vec![
        ("base64", format!("x {text}").into_bytes(), "base64", 2, true),
        (
            "certificate",
            format!(
                "-----BEGIN CERTIFICATE-----\r\n{}\r\n-----END CERTIFICATE-----\r\n",
                lines(&text, 64).join("\r\n")
            )
            .into_bytes(),
            "base64",
            29,
            true,
        ),
        (
            "strings of VBScript",
            format!("s = \"{}\"\r\nMsgBox 1\r\n", lines(&text, 70).join("\" & _\r\n    \"")).into_bytes(),
            "base64",
            5,
            true,
        ),
        ("echoes of a batch file", format!("{echoed}certutil -decode x.b64 x.exe\r\n").into_bytes(), "base64", 5, true),
        ("UTF-16", wide(&format!("\u{feff}$b='{text}'\n")), "base64", 10, true),
        (
            "base64 backwards",
            format!("$x='{}'", text.chars().rev().collect::<String>()).into_bytes(),
            "base64-reversed",
            4 + text.len() as u64 - 8,
            true,
        ),
        ("gzip in base64", format!("$x='{}'", base64(&gzip)).into_bytes(), "base64+gzip", 4, true),
        ("hexadecimal", hex(&pe).into_bytes(), "hexadecimal", 0, true),
        ("upper case", format!("0x{}", hex(&pe).to_uppercase()).into_bytes(), "hexadecimal", 2, true),
        ("C", [b"char x[]={".to_vec(), spaced(|byte| format!("0x{byte:02x}"), ",")].concat(), "hexadecimal", 10, true),
        (
            "Python",
            [b"x=b\"".to_vec(), spaced(|byte| format!("\\x{byte:02x}"), ""), b"\"\n".to_vec()].concat(),
            "hexadecimal",
            4,
            true,
        ),
        ("registry", format!("\"a\"=hex:{registry}\r\n").into_bytes(), "hexadecimal", 8, true),
        ("debug", debug.into_bytes(), "hexadecimal", 16, true),
        ("PowerShell", [b"$b = ".to_vec(), spaced(|byte| byte.to_string(), ",")].concat(), "decimal", 5, true),
        (
            "VBA",
            [b"Array(".to_vec(), spaced(|byte| byte.to_string(), ", "), b")".to_vec()].concat(),
            "decimal",
            6,
            true,
        ),
        ("mask", pe.iter().map(|byte| byte ^ 0x5b).collect(), "xor", 0, true),
        ("mask that keeps zeros", kept(0x33), "xor", 0, true),
        ("mask that is Z", kept(b'Z'), "xor", 0, true),
        ("mask in a picture", [picture, &across, &masked, b"tail"].concat(), "xor", 16 + across.len() as u64, false),
        ("behind a picture", [picture, &across, &pe].concat(), "plain", 16 + across.len() as u64, false),
        (
            "backwards",
            [vec![b'x'; 100], pe.iter().rev().copied().collect(), b"yy".to_vec()].concat(),
            "reversed",
            100 + 3000,
            false,
        ),
    ]
}

#[test]
fn executables_in_every_dress() {
    let (whole, image) = (Digests::of(&pe()), Digests::of(&pe()[..IMAGE]));
    for (what, bytes, encoding, offset, all) in cases() {
        let found = found(&bytes);
        let [found] = found.as_slice() else { panic!("{what}: {found:?}") };
        assert_eq!((found.what, found.encoding, found.offset), ("pe", encoding, offset), "{what}");
        assert_eq!(found.digests.as_ref(), Some(if all { &whole } else { &image }), "{what}: {found:?}");
        assert_eq!(found.certificate_wrapper, what == "certificate", "{what}");
        assert_eq!(found.utf16, what == "UTF-16", "{what}");
        assert!(!found.cut_off, "{what}");
    }
}

#[test]
fn what_is_cut_off_says_so() {
    let text = base64(&pe());
    let found = found(format!("x {}", &text[..1200]).as_bytes());
    assert!(found[0].cut_off && found[0].size == Some(900), "{found:?}");
}

#[test]
fn what_only_looks_like_one_is_not_told() {
    let pe = pe();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("an executable itself", pe.clone()),
        ("a word of base64", b"TVqQAAMAAAAEAAAA//8AALgAAAAAAAAA is how it begins".to_vec()),
        ("a list of numbers", b"77,90,144,0,3,0,0,0\n".to_vec()),
        ("a hexadecimal digest", format!("4d5a9000{}", "0".repeat(56)).into_bytes()),
        ("a header without its start", [&[0u8; 64][..], &pe[0x80..]].concat()),
        ("the message of the stub", b"xx This program cannot be run in DOS mode".to_vec()),
        ("bytes", (0..=255u8).cycle().take(70_000).collect()),
    ];
    for (what, bytes) in cases {
        assert_eq!(found(&bytes), [], "{what}");
    }
}

#[test]
fn scripts_in_pictures() {
    let found = found(b"GIF89a/*xx*/=1;<?php system($_GET['c']); ?>");
    assert_eq!(found.iter().map(|found| found.what).collect::<Vec<_>>(), ["javascript", "php"]);
}

#[test]
fn blocks_do_not_matter() {
    for (what, bytes, ..) in cases() {
        let hits = |size: usize| {
            let mut scanner = Scanner::default();
            bytes.chunks(size).for_each(|block| scanner.update(block));
            scanner.finish()
        };
        let whole = hits(bytes.len());
        for size in [64, 1000, 4096] {
            assert_eq!(hits(size), whole, "{what}, {size}");
        }
    }
}

#[test]
fn mutants_end_and_keep_the_caps() {
    let seeds: Vec<Vec<u8>> =
        cases().into_iter().map(|(_, bytes, ..)| bytes).filter(|bytes| bytes.len() < 40_000).collect();
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    for round in 0..1500 {
        let mut bytes = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            bytes[at] = [0, 0xff, b'\n', b' ', b'=', random.below(256) as u8][random.below(6)];
        }
        let length = bytes.len();
        bytes.extend_from_within(..random.below(length).min(3000));
        bytes.truncate(random.below(bytes.len()) + 1);
        for found in found(&bytes) {
            assert!(found.offset < bytes.len() as u64, "{found:?}");
            // gzip alone gives more than it takes.
            let most = if found.encoding == "base64+gzip" { u64::MAX } else { bytes.len() as u64 };
            assert!(found.size.is_none_or(|size| size <= most), "{found:?}");
        }
    }
}
