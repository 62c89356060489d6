//! What is left of bytes that were swallowed.

use super::built::{Numbers, cabinet, deflate, gzip, packed_pdf, pe, png, zip};
use super::facts;
use super::installed::installed;
use super::ways::{Damage, LOSSY};
use crate::base::digest::Digests;
use crate::base::limits::Limits;
use crate::payload::ascii_damage::AsciiDamage;
use crate::payload::ascii_damage::proof::{Bytes, Depth, Format, check};
use crate::payload::authenticode::Authorities;
use crate::payload::inspect;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// A binary with the bytes of each part that has a checksum of its own.
struct Example {
    name: String,
    bytes: Vec<u8>,
    units: Vec<Vec<u8>>,
    /// Choices among which the checksum tells the right one, and bytes that may be missing of one unit.
    told_apart: (f64, usize),
}

const CRC: (f64, usize) = (1e6, 2);
/// Each choice costs a pass over the block.
const BLOCK_SUM: (f64, usize) = (1e3, 2);
/// Deflated data mostly fails soon behind a place that lacks a byte.
const DEFLATED: (f64, usize) = (f64::MAX, 3);
/// The checksum of an executable has 16 bits of which one choice of 257 holds by chance: eight candidates may be left.
const SIXTEEN_BITS: (f64, usize) = (500.0, 2);

impl Example {
    /// Whether what a way takes is in the file to be found: see the table in [`crate::payload::ascii_damage`].
    fn is_restorable(&self, nul: bool) -> bool {
        self.units.iter().all(|unit| {
            let pairs = |second: u8| unit.windows(2).filter(|pair| *pair == [b'\r', second]).count();
            let count = |byte: u8| unit.iter().filter(|other| **other == byte).count();
            let missing = pairs(b'\n') + if nul { pairs(0) } else { 0 };
            let places = count(b'\n') + if nul { count(b'\r') } else { 0 };
            let choices: f64 = (0..missing).map(|nth| (places - nth) as f64 / (nth + 1) as f64).product();
            // A NUL may be missing behind any CR: twice the places, and far more ways to go on from one that is wrong.
            let most = if nul && self.told_apart == DEFLATED { 1 } else { self.told_apart.1 };
            missing <= most && choices <= self.told_apart.0
        })
    }
}

fn holds_crlf(units: &[Vec<u8>]) -> bool {
    units.iter().any(|unit| unit.windows(2).any(|pair| pair == b"\r\n"))
}

/// Bytes with one CRLF in their midst, whatever else they have.
fn with_crlf(numbers: &mut Numbers, count: usize) -> Vec<u8> {
    let mut bytes = numbers.bytes(count);
    let at = (numbers.next() % (count as u64 - 2)) as usize;
    bytes[at..at + 2].copy_from_slice(b"\r\n");
    bytes
}

/// Packed data of which one has a CRLF.
fn packed(numbers: &mut Numbers, sizes: &[usize], pack: impl Fn(&[u8]) -> Vec<u8>) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    loop {
        let contents: Vec<Vec<u8>> = sizes.iter().map(|size| numbers.words(*size)).collect();
        let units: Vec<Vec<u8>> = contents.iter().map(|content| pack(content)).collect();
        if holds_crlf(&units) {
            return (contents, units);
        }
    }
}

fn examples() -> Vec<Example> {
    let mut numbers = Numbers::new(0x2545_f491_4f6c_dd1d);
    let manifest = b"<assembly>\r\n  <trustInfo>\r\n  </trustInfo>\r\n</assembly>\r\n".to_vec();
    let zlib = |content: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    };
    let mut examples = Vec::new();
    for round in 0..26 {
        // No section is full: what is missing behind the last byte of a full one cannot be told from a file cut short.
        let size = 3001 + round * 700;
        let mut add = |kind: &str, bytes, units, told_apart| {
            examples.push(Example { name: format!("{kind} {round}"), bytes, units, told_apart });
        };
        let (contents, units) = packed(&mut numbers, &[size * 2, size], deflate);
        let members = [("a.txt", contents[0].clone()), ("word/b.bin", contents[1].clone())];
        add("zip", zip(&members, true), units, DEFLATED);
        let units = vec![with_crlf(&mut numbers, size), numbers.bytes(size / 2)];
        let members = [("a.txt", units[0].clone()), ("word/b.bin", units[1].clone())];
        add("stored", zip(&members, false), units, CRC);
        let (contents, units) = packed(&mut numbers, &[size * 2], deflate);
        add("gzip", gzip(&contents[0]), units, DEFLATED);
        let units = vec![with_crlf(&mut numbers, size), numbers.bytes(700)];
        add("png", png(&units), units, CRC);
        let code = numbers.bytes(size * 2);
        add("pe", pe(&code, &manifest), vec![code], SIXTEEN_BITS);
        let code = with_crlf(&mut numbers, size);
        add("pe without a text", pe(&code, b""), vec![code], SIXTEEN_BITS);
        let units = vec![with_crlf(&mut numbers, size), numbers.bytes(size)];
        add("cabinet", cabinet(&units), units, BLOCK_SUM);
        let (_, units) = packed(&mut numbers, &[size, size], zlib);
        let line_end = if round % 2 == 0 { "\n" } else { "\r\n" };
        add("pdf", packed_pdf(&units, line_end), units, DEFLATED);
    }
    examples
}

/// The judgement of a search that ends in a moment.
fn bounded(damaged: &[u8]) -> Option<AsciiDamage> {
    let limits = Limits { ascii_search_bytes: 1 << 26, ..Limits::default() };
    inspect(&damaged.to_vec(), "a.bin", "a.bin", &limits, &Authorities::default()).0.ascii_damage
}

/// What became of the examples of one way: proven right, restorable, damaged.
fn tried(way: &str, damage: Damage, examples: &[Example]) -> [usize; 3] {
    let (mut counts, mut missed) = ([0usize; 3], Vec::new());
    for example in examples {
        let damaged = damage(&example.bytes);
        if damaged == example.bytes {
            continue;
        }
        let found = bounded(&damaged);
        let digests = Digests::of(&example.bytes);
        let proven = found.as_ref().and_then(AsciiDamage::proven).map(|candidate| candidate.digests == digests);
        assert_ne!(proven, Some(false), "{way}: {}: proven and wrong", example.name);
        // The checksum of an executable often leaves a few candidates.
        let among = found.iter().flat_map(|found| &found.candidates).any(|candidate| candidate.digests == digests);
        let right = proven.is_some() || example.told_apart == SIXTEEN_BITS && among;
        let restorable = example.is_restorable(way.contains("NUL"));
        if !right && restorable {
            missed.push(&example.name);
        }
        let counted = [right && restorable, restorable, true];
        counts.iter_mut().zip(counted).for_each(|(count, counted)| *count += usize::from(counted));
    }
    println!("{way}: {} of {} restorable ones of {}; missed {missed:?}", counts[0], counts[1], counts[2]);
    counts
}

#[test]
fn what_was_swallowed_is_found_by_checksums() {
    let examples = examples();
    let restorable = LOSSY.into_iter().filter(|(way, _)| !way.starts_with("CR "));
    let results: Vec<_> = std::thread::scope(|scope| {
        let examples = &examples;
        let started: Vec<_> =
            restorable.map(|(way, damage)| (way, scope.spawn(move || tried(way, damage, examples)))).collect();
        started.into_iter().map(|(way, thread)| (way, thread.join().unwrap())).collect()
    });
    for (way, [proven, restorable, damaged]) in results {
        assert!(damaged >= 200 && restorable * 2 >= damaged, "{way}: {restorable} of {damaged} are restorable");
        assert!(proven * 100 >= restorable * 99, "{way}: {proven} of {restorable}");
    }
}

/// Without its CR a file of some size is past restoring; that it is damaged must be told.
#[test]
fn what_cannot_be_restored_is_told() {
    let examples = examples();
    let dense = |bytes: &[u8]| {
        [6u8, 11, 12, 14, 15, 17, 18].iter().all(|byte| bytes.iter().filter(|other| *other == byte).count() >= 14)
    };
    for (way, damage) in LOSSY.into_iter().filter(|(way, _)| way.starts_with("CR ")) {
        let examples = examples.iter().filter(|example| dense(&example.bytes));
        let (mut told, mut all) = (0, 0);
        for example in examples {
            let found = bounded(&damage(&example.bytes));
            let proven = found.as_ref().and_then(AsciiDamage::proven);
            assert_eq!(proven, None, "{way}: {}", example.name);
            told += usize::from(found.is_some_and(|found| found.unrestorable.is_some()));
            all += 1;
        }
        println!("{way}: {told} of {all} told");
        assert!(all > 50 && told * 100 >= all * 99, "{way}: {told} of {all}");
    }
}

/// What became of a damaged file.
fn outcome(bytes: &[u8], damaged: &[u8]) -> String {
    let Some(found) = facts(damaged).ascii_damage else { return "not told".to_owned() };
    let right = Digests::of(bytes);
    match found.proven() {
        Some(proven) if proven.digests == right => return "proven".to_owned(),
        Some(_) => return "WRONG".to_owned(),
        None => {}
    }
    if found.candidates.iter().any(|candidate| candidate.digests == right) {
        return format!("among {} candidates", found.candidates.len());
    }
    found.unrestorable.unwrap_or_default().chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

/// Files of this system, and of the folders in `FTPSIFT_ASCII_DAMAGE`, damaged in each lossy way: what became of them is
/// printed, and none may be proven that is not the file that it was.
#[test]
#[ignore = "a measurement over this machine's own files, which takes minutes"]
fn lossy_ways_over_real_files() {
    let more = std::env::var("FTPSIFT_ASCII_DAMAGE").unwrap_or_default();
    let folders: Vec<&str> = std::iter::once("/usr").chain(more.split(':').filter(|more| !more.is_empty())).collect();
    let most: usize = std::env::var("FTPSIFT_ASCII_EACH").ok().and_then(|most| most.parse().ok()).unwrap_or(25);
    let mut by_format: BTreeMap<String, Vec<std::path::PathBuf>> = BTreeMap::new();
    for path in installed(&folders, 400_000, |_: &Path, size| (600..200_000).contains(&size)) {
        let mut head = Vec::new();
        let Ok(file) = std::fs::File::open(&path) else { continue };
        if std::io::Read::read_to_end(&mut std::io::Read::take(file, 512), &mut head).is_ok()
            && let Some(format) = Format::of(&head)
        {
            by_format.entry(format!("{format:?}")).or_default().push(path);
        }
    }
    let mut wrong = 0;
    let only = std::env::var("FTPSIFT_ASCII_FORMAT").unwrap_or_default();
    for (format, paths) in by_format {
        if !only.is_empty() && only != format {
            continue;
        }
        let step = (paths.len() / most).max(1);
        // A file that contradicts itself as it is, is no example.
        let is_sound = |bytes: &Vec<u8>| {
            let format = Format::of(bytes).filter(|_| facts(bytes).ascii_damage.is_none());
            format.is_some_and(|format| check(format, Bytes(bytes), Depth::Full, &Limits::default()).broken.is_none())
        };
        let read = paths.iter().step_by(step.div_ceil(2)).filter_map(|path| Some((path, std::fs::read(path).ok()?)));
        let files: Vec<_> = read.filter(|(_, bytes)| is_sound(bytes)).take(most).collect();
        for (way, damage) in LOSSY {
            let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
            for (path, bytes) in &files {
                let damaged = damage(bytes);
                if damaged != *bytes {
                    let outcome = outcome(bytes, &damaged);
                    wrong += u32::from(outcome == "WRONG");
                    if outcome == "WRONG"
                        || std::env::var("FTPSIFT_ASCII_SHOW").is_ok_and(|show| outcome.contains(&show))
                    {
                        println!(
                            "    {outcome}: {}, {} bytes shorter",
                            path.display(),
                            bytes.len().saturating_sub(damaged.len())
                        );
                    }
                    *outcomes.entry(outcome).or_default() += 1;
                }
            }
            println!("{format} | {way} | {outcomes:?}");
        }
    }
    assert_eq!(wrong, 0, "proven, and not the file that it was");
}
