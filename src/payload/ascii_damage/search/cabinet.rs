//! Windows cabinets: each data block has its length and a checksum, so that each is searched alone.

use super::choice::Choices;
use super::sites::{Site, Sites, lost_nul};
use super::{Budget, Outcome, Why, placed, whole};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::payload::ascii_damage::proof::{Bytes, Cabinet, cabinet_sum};

/// Bytes that may be missing of one block.
const MOST: usize = 8;

pub(super) fn missing(file: Bytes<'_>, limits: &Limits, budget: &mut Budget) -> Option<Outcome> {
    let cabinet = Cabinet::read(file)?;
    let missing = cabinet.size.checked_sub(file.len()).filter(|missing| *missing <= file.len() / 16)?;
    let bytes = whole(file, limits)?;
    let nul = lost_nul(&bytes, 1);
    let mut found: Vec<(u64, u8)> = Vec::new();
    // Where the blocks of the folder before end.
    let mut end = 0usize;
    let mut folders = cabinet.folders.clone();
    folders.sort_unstable();
    for (at, blocks) in folders {
        let mut at = usize::try_from(at.checked_sub(to_u64(found.len()))?).ok().filter(|at| *at >= end)?;
        for _ in 0..blocks {
            let Some((chosen, next)) = block(bytes.get(at..)?, cabinet.reserve, nul, budget) else {
                return Some(Outcome::Counted(missing, Why::TooMany));
            };
            found.extend(placed(&chosen, to_u64(at)));
            at = at.checked_add(next)?;
        }
        end = at;
    }
    Some(match missing {
        _ if to_u64(found.len()) != missing => Outcome::Counted(missing, Why::NoChecksum),
        0 => Outcome::Nothing,
        _ => Outcome::Found(found),
    })
}

/// One block: where it has lost bytes, and how many it takes up.
fn block(rest: &[u8], reserve: usize, nul: bool, budget: &mut Budget) -> Option<(Vec<Site>, usize)> {
    let skip = reserve.checked_add(8)?;
    let head = Fields(rest.get(..8)?);
    let (stored, length) = (head.u32(0), usize::from(head.u16(4)));
    let (sizes, reserved) = (rest.get(4..8)?, rest.get(8..skip)?);
    for missing in 0..=MOST.min(length) {
        let end = skip.checked_add(length)?.checked_sub(missing)?;
        let Some(data) = rest.get(skip..end) else { continue };
        // What has no checksum is taken to be whole.
        if stored == 0 {
            return Some((Vec::new(), end));
        }
        let sites = Sites::of(data, nul);
        let mut hit = None;
        let mut restored = Vec::with_capacity(length);
        let mut spent = to_u64(length.saturating_mul(32));
        let most = SPENT.min(budget.bytes);
        let mut choices = Choices { sites: &sites, missing, anchors: &[], budget: &mut *budget };
        choices.each(&mut |chosen, _| {
            restored.clear();
            let mut from = 0usize;
            for (at, byte) in chosen {
                restored.extend_from_slice(data.get(from..*at).unwrap_or_default());
                restored.push(*byte);
                from = *at;
            }
            restored.extend_from_slice(data.get(from..).unwrap_or_default());
            spent = spent.saturating_add(to_u64(length));
            if cabinet_sum(sizes, reserved, &restored) == stored {
                hit = Some(chosen.to_vec());
            }
            hit.is_some() || spent > most
        });
        if !budget.read(spent) {
            return None;
        }
        if let Some(chosen) = hit {
            return Some((chosen.iter().map(|(at, byte)| (at.saturating_add(skip), *byte)).collect(), end));
        }
    }
    None
}

/// Bytes that are summed for one number of bytes missing of one block.
const SPENT: u64 = 1 << 28;
