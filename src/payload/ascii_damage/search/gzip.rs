//! gzip files: how many bytes are missing is not told, so that few are tried before more.

use super::deflate::{self, Target};
use super::sites::{Sites, lost_nul};
use super::{Budget, Outcome, placed, whole};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::payload::ascii_damage::proof::{Bytes, gzip_header};

/// Bytes that are tried to be missing.
const MOST: usize = 6;

pub(super) fn missing(file: Bytes<'_>, limits: &Limits, budget: &mut Budget) -> Option<Outcome> {
    let bytes = whole(file, limits)?;
    let skip = usize::try_from(gzip_header(file, 0)?).ok()?;
    let end = bytes.len().checked_sub(8)?;
    let data = bytes.get(skip..end)?;
    let trailer = Fields(bytes.get(end..)?);
    let size = u64::from(trailer.u32(4));
    let target = Target::Crc { size, crc: trailer.u32(0) };
    if size > limits.ascii_search_bytes / 4 {
        return None;
    }
    let sites = Sites::of(data, lost_nul(data, 1));
    // One CRLF in 65,536 bytes of dense data: more than a few beyond that are no matter of chance.
    let likely = data.len() / 65_536;
    let order = (0..=likely.saturating_add(MOST)).filter(|missing| *missing > 0 && *missing <= MOST);
    for missing in order {
        if let Some(chosen) = deflate::search(data, &sites, missing, target, budget) {
            return Some(Outcome::Found(placed(&chosen, to_u64(skip)).collect()));
        }
        if budget.bytes == 0 {
            break;
        }
    }
    None
}
