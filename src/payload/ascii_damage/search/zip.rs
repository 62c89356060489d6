//! ZIP archives: the central directory tells where each member stood and how long it was, so that each is searched alone.

use super::choice::Choices;
use super::crc::Spliced;
use super::deflate::{self, Target};
use super::sites::{Site, Sites, lost_nul};
use super::{Budget, Outcome, Why, placed, region_bytes, whole};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::payload::ascii_damage::proof::{Bytes, Member, ZIP_END, members, zip_end};

pub(super) fn missing(file: Bytes<'_>, limits: &Limits, budget: &mut Budget) -> Option<Outcome> {
    let (mut list, directory, told) = members(file, limits.archive_entries)?;
    let total = usize::try_from(told.checked_sub(directory)?).ok()?;
    list.sort_by_key(|member| member.at);
    if list.first()?.at != 0 {
        return None;
    }
    let nul = whole(file, limits).is_some_and(|bytes| lost_nul(&bytes, 1));
    let mut found: Vec<(u64, u8)> = Vec::new();
    let (mut lost, mut why) = (0u64, Why::NoChecksum);
    for (index, member) in list.iter().enumerate() {
        let start = member.at.checked_sub(to_u64(found.len()).saturating_add(lost))?;
        let next = list.get(index.saturating_add(1));
        let end = match next {
            Some(next) => next_header(file, next, start)?,
            None => directory,
        };
        let upto = next.map_or(told, |next| next.at);
        let missing = usize::try_from(upto.checked_sub(member.at)?.checked_sub(end.checked_sub(start)?)?).ok()?;
        if missing == 0 {
            continue;
        }
        match within(file, member, start..end, (missing, nul), limits, budget) {
            Some(chosen) => found.extend(placed(&chosen, start)),
            None => {
                lost = lost.saturating_add(to_u64(missing));
                if !member.encrypted {
                    why = Why::TooMany;
                }
            }
        }
    }
    match comment(file) {
        Some(places) => found.extend(places),
        None => lost = lost.saturating_add(1),
    }
    if lost > 0 {
        return Some(Outcome::Counted(to_u64(total), why));
    }
    Some(if found.is_empty() { Outcome::Nothing } else { Outcome::Found(found) })
}

/// Where the local header of the next member stands: its name follows it.
fn next_header(file: Bytes<'_>, next: &Member, after: u64) -> Option<u64> {
    let far = next.at.min(file.len());
    // It can only stand before its place: by as many bytes as are missing so far.
    (after..=far).rev().take(1 << 16).find(|at| {
        file.array::<30>(*at).is_some_and(|header| header.starts_with(b"PK\x03\x04"))
            && file.get(at.saturating_add(30), next.name.len()).is_some_and(|name| name == next.name)
    })
}

/// The places of the comment behind the end record: all its lines ended alike. Nothing where another number is missing.
fn comment(file: Bytes<'_>) -> Option<Vec<(u64, u8)>> {
    let end = zip_end(file)?;
    let start = end.at.saturating_add(ZIP_END);
    let length = file.len().saturating_sub(start).min(end.comment);
    let missing = usize::try_from(end.comment.saturating_sub(length)).ok()?;
    if missing == 0 {
        return Some(Vec::new());
    }
    let sites = Sites::of(&file.get(start, usize::try_from(length).ok()?)?, false);
    (sites.all.len() == missing).then(|| placed(&sites.all, start).collect())
}

/// The places of one member.
fn within(
    file: Bytes<'_>,
    member: &Member,
    range: std::ops::Range<u64>,
    (missing, nul): (usize, bool),
    limits: &Limits,
    budget: &mut Budget,
) -> Option<Vec<Site>> {
    let start = range.start;
    let length = Some(range.end.checked_sub(start)?).filter(|length| *length <= region_bytes(limits))?;
    let bytes = file.get(start, usize::try_from(length).ok()?)?;
    let header = Fields(&bytes);
    let skip = 30usize.saturating_add(usize::from(header.u16(26))).saturating_add(usize::from(header.u16(28)));
    // What follows the data (a descriptor) is taken to be whole.
    let stored = usize::try_from(member.stored).ok()?.checked_sub(missing)?;
    let data = bytes.get(skip..skip.checked_add(stored)?)?;
    let sites = Sites::of(data, nul);
    let chosen = match member.method {
        8 if !member.encrypted => {
            let target = Target::Crc { size: member.size, crc: member.crc };
            deflate::search(data, &sites, missing, target, budget)?
        }
        0 if !member.encrypted => stored_whole(data, &sites, missing, member.crc, budget)?,
        _ => return None,
    };
    Some(chosen.into_iter().map(|(at, byte)| (at.saturating_add(skip), byte)).collect())
}

/// The places in a member that is stored as it is.
fn stored_whole(data: &[u8], sites: &Sites, missing: usize, crc: u32, budget: &mut Budget) -> Option<Vec<Site>> {
    let spliced = Spliced::new(&[], data, &sites.all, missing)?;
    let mut hit = None;
    Choices { sites, missing, anchors: &[], budget }.each(&mut |chosen, _| {
        let holds = spliced.of(chosen) == crc;
        if holds {
            hit = Some(chosen.to_vec());
        }
        holds
    });
    hit
}
