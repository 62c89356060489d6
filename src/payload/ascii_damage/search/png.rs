//! PNG images: each chunk has a length and a CRC-32, so that each is searched alone.

use super::choice::Choices;
use super::crc::Spliced;
use super::sites::{Site, Sites, lost_nul};
use super::{Budget, Outcome, Why, placed, whole};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::payload::ascii_damage::proof::Bytes;

/// The signature, and what becomes of it.
const WHOLE: &[u8] = b"\x89PNG\r\n\x1a\n";
pub(super) const SHORTENED: &[u8] = b"\x89PNG\n\x1a\n";
/// Bytes that may be missing of one chunk.
const MOST: usize = 64;

pub(super) fn missing(file: Bytes<'_>, limits: &Limits, budget: &mut Budget) -> Option<Outcome> {
    let bytes = whole(file, limits)?;
    let lost_nul = lost_nul(&bytes, 1);
    let mut found = Vec::new();
    let mut at = if bytes.starts_with(WHOLE) {
        WHOLE.len()
    } else if bytes.starts_with(SHORTENED) {
        found.push((4u64, b'\r'));
        SHORTENED.len()
    } else {
        return None;
    };
    let mut unfound = None;
    loop {
        let rest = bytes.get(at..)?;
        let (chosen, next) = match chunk(rest, lost_nul, budget) {
            Ok(chunk) => chunk,
            Err(missing) => {
                unfound = Some(missing);
                break;
            }
        };
        found.extend(placed(&chosen, to_u64(at)));
        let last = rest.get(4..8) == Some(b"IEND");
        at = at.checked_add(next)?;
        if last {
            break;
        }
    }
    Some(match unfound {
        None if found.is_empty() => return None,
        None => Outcome::Found(found),
        Some(0) => return None,
        Some(missing) => Outcome::Counted(to_u64(missing), Why::TooMany),
    })
}

/// One chunk: where it has lost bytes, and how many it takes up. An error says how many are missing.
fn chunk(rest: &[u8], lost_nul: bool, budget: &mut Budget) -> Result<(Vec<Site>, usize), usize> {
    // The length may have been cut itself: 0D 0A in it is one length in some thousands.
    let length = rest.first_chunk().map(|bytes| u32::from_be_bytes(*bytes)).ok_or(0usize)?;
    let length = usize::try_from(length).map_err(|_| 0usize)?;
    let mut counted = 0usize;
    for missing in 0..=MOST.min(length) {
        let body = 8usize.saturating_add(length).saturating_sub(missing);
        let end = body.saturating_add(4);
        // The checksum may have lost a byte as well: it ends one earlier then.
        for short in [0usize, 1] {
            let end = end.saturating_sub(short);
            if !follows(rest, end) {
                continue;
            }
            counted = counted.max(missing.saturating_add(short));
            let Some(stored) = checksum(rest.get(body..end).unwrap_or_default()) else { continue };
            let (covered, data) = (rest.get(4..8).unwrap_or_default(), rest.get(8..body).unwrap_or_default());
            let sites = Sites::of(data, lost_nul);
            let Some(spliced) = Spliced::new(covered, data, &sites.all, missing.min(8)) else { continue };
            let mut hit = None;
            let mut choices = Choices { sites: &sites, missing, anchors: &[], budget: &mut *budget };
            choices.each(&mut |chosen, _| {
                let holds = chosen.len() <= 8 && spliced.of(chosen) == stored;
                if holds {
                    hit = Some(chosen.to_vec());
                }
                holds
            });
            if let Some(chosen) = hit {
                let mut chosen: Vec<Site> = chosen.iter().map(|(at, byte)| (at.saturating_add(8), *byte)).collect();
                if short == 1 {
                    let line = rest.get(body..end).and_then(|crc| crc.iter().position(|byte| *byte == b'\n'));
                    chosen.push((body.saturating_add(line.unwrap_or_default()), b'\r'));
                }
                return Ok((chosen, end));
            }
        }
    }
    Err(counted)
}

/// Whether another chunk starts here, or the file ends.
fn follows(rest: &[u8], end: usize) -> bool {
    let Some(next) = rest.get(end..) else { return false };
    let kind = next.get(4..8).is_some_and(|kind| kind.iter().all(u8::is_ascii_alphabetic));
    let small = next.first().is_some_and(|first| *first < 0x80);
    kind && small || rest.get(4..8) == Some(b"IEND")
}

/// The stored checksum, of four bytes or of three of which one was CRLF.
fn checksum(stored: &[u8]) -> Option<u32> {
    if let Some(whole) = stored.first_chunk::<4>() {
        return Some(u32::from_be_bytes(*whole));
    }
    let at = stored.iter().position(|byte| *byte == b'\n')?;
    let (before, behind) = stored.split_at(at);
    let restored = [before, b"\r", behind].concat();
    restored.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}
