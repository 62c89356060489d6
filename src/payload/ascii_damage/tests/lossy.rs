//! What is left of bytes that were swallowed.

use super::built::built;
use super::facts;
use super::installed::installed;
use super::ways::{Damage, LOSSY, lone_then_all, lone_to_crlf, to_lf};
use crate::base::digest::Digests;
use crate::base::limits::Limits;
use crate::payload::ascii_damage::AsciiDamage;
use crate::payload::ascii_damage::proof::{Bytes, Depth, Format, check};
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn what_was_swallowed_is_found_by_checksums() {
    let ways: [(&str, Damage); 3] =
        [("lone LF to CRLF", lone_to_crlf), ("CRLF to LF", to_lf), ("lone LF, then all LF to CRLF", lone_then_all)];
    for (way, damage) in ways {
        let mut counts: BTreeMap<String, [u32; 2]> = BTreeMap::new();
        for (name, bytes) in built() {
            let kind = name.split(' ').next().unwrap().to_owned();
            let damaged = damage(&bytes);
            if !["zip", "stored", "gzip", "png", "pe"].contains(&kind.as_str()) || damaged == bytes {
                continue;
            }
            let found = facts(&damaged).ascii_damage;
            let [restored, all] = counts.entry(kind).or_default();
            *all += 1;
            let proven = found.as_ref().and_then(AsciiDamage::proven);
            let right = proven.is_some_and(|candidate| candidate.digests == Digests::of(&bytes));
            assert!(right || proven.is_none(), "{way}: {name}: proven and wrong");
            *restored += u32::from(right);
        }
        println!("{way}: {counts:?}");
        let [restored, all] = counts.values().fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        assert!(all > 10 && restored * 100 >= all * 95, "{way}: {counts:?}");
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

/// Files of this system, and of the folders in `FTPSIFT_ASCII_DAMAGE`, damaged in each lossy way; what became of them.
#[test]
#[ignore = "a measurement, of minutes"]
fn lossy_ways_over_real_files() {
    let more = std::env::var("FTPSIFT_ASCII_DAMAGE").unwrap_or_default();
    let folders: Vec<&str> =
        ["/usr", "/root"].into_iter().chain(more.split(':').filter(|more| !more.is_empty())).collect();
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
}
