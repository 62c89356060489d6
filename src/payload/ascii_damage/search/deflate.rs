//! Deflated data with bytes missing: places are tried from the front, each as far as the data can be inflated.
//!
//! Data that have lost a byte mostly cannot be inflated to the end: the place lies before the point of failure. Where they
//! can, the checksum of what comes out decides.

use super::Budget;
use super::sites::{Site, Sites};
use crate::base::number::{to_u64, to_usize};
use flate2::{Decompress, FlushDecompress, Status};

/// What the data must become.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// Bytes of a size, of a gzip file only its lowest 32 bits are known, with a CRC-32.
    Crc { size: u64, crc: u32 },
    /// Whatever the Adler-32 at the end of the data is that of (RFC 1950).
    Zlib,
}

/// Places that are followed from one point of failure, those that lead furthest first; of the last two bytes more.
const WIDTH: usize = 12;
const LAST_WIDTH: usize = 160;
/// Places before a point of failure that are tried.
const BEHIND: usize = 600;
/// Bytes inflated at a time, so that the point of failure is known closely.
const STEP: usize = 64;

/// The places at which `missing` bytes must be put in for the data to become the target.
pub(super) fn search(
    data: &[u8],
    sites: &Sites,
    missing: usize,
    target: Target,
    budget: &mut Budget,
) -> Option<Vec<Site>> {
    let mut chosen = Vec::new();
    descend(data, sites, missing, target, &mut chosen, budget).then_some(chosen)
}

fn descend(
    data: &[u8],
    sites: &Sites,
    left: usize,
    target: Target,
    chosen: &mut Vec<Site>,
    budget: &mut Budget,
) -> bool {
    let Reach::Failed(reached) = reach(data, chosen, target, budget) else { return left == 0 };
    if left == 0 {
        return false;
    }
    let first = chosen.last().map_or(0, |last| sites.all.partition_point(|site| site <= last));
    let end = sites.all.partition_point(|(at, _)| *at <= reached);
    let open = sites.all.get(first..end.max(first)).unwrap_or_default();
    let open = open.get(open.len().saturating_sub(BEHIND)..).unwrap_or_default();
    let mut tried: Vec<(usize, Site)> = Vec::new();
    for site in open.iter().rev() {
        chosen.push(*site);
        match reach(data, chosen, target, budget) {
            Reach::Becomes if left == 1 => return true,
            Reach::Failed(further) => tried.push((further, *site)),
            Reach::Becomes => {}
        }
        chosen.pop();
        if budget.bytes == 0 {
            return false;
        }
    }
    if left == 1 {
        return false;
    }
    // What goes no further than before was no remedy.
    tried.retain(|(further, _)| *further > reached || reached >= data.len());
    tried.sort_by(|a, b| b.cmp(a));
    for (_, site) in tried.into_iter().take(if left == 2 { LAST_WIDTH } else { WIDTH }) {
        chosen.push(site);
        if descend(data, sites, left.saturating_sub(1), target, chosen, budget) {
            return true;
        }
        chosen.pop();
        if budget.bytes == 0 {
            return false;
        }
    }
    false
}

/// How far data can be inflated.
enum Reach {
    /// To the target, to the byte.
    Becomes,
    /// To an offset in the data as they are.
    Failed(usize),
}

/// Inflates the data with bytes put in.
fn reach(data: &[u8], chosen: &[Site], target: Target, budget: &mut Budget) -> Reach {
    let mut stream = Decompress::new(matches!(target, Target::Zlib));
    let mut hasher = crc32fast::Hasher::new();
    let mut out = vec![0u8; 1 << 15];
    let total = to_u64(data.len()).saturating_add(to_u64(chosen.len()));
    let most = match target {
        Target::Crc { size, .. } => size,
        Target::Zlib => u64::MAX,
    };
    let mut from = 0usize;
    let ends = chosen.iter().map(|(at, byte)| (*at, Some(*byte))).chain([(data.len(), None)]);
    for (end, byte) in ends {
        let pieces = [data.get(from..end).unwrap_or_default(), byte.as_slice()];
        for (piece, start) in pieces.into_iter().zip([from, end]) {
            for (nth, part) in piece.chunks(STEP).enumerate() {
                let here = start.saturating_add(nth.saturating_mul(STEP)).saturating_add(part.len()).min(data.len());
                let mut rest = part;
                loop {
                    let (taken, given) = (stream.total_in(), stream.total_out());
                    let status = stream.decompress(rest, &mut out, FlushDecompress::None);
                    let took = to_usize(stream.total_in().saturating_sub(taken));
                    let gave = to_usize(stream.total_out().saturating_sub(given));
                    hasher.update(out.get(..gave).unwrap_or_default());
                    rest = rest.get(took..).unwrap_or_default();
                    if matches!(status, Ok(Status::StreamEnd)) {
                        let becomes = stream.total_in() == total
                            && match target {
                                Target::Crc { size, crc } => stream.total_out() == size && hasher.finalize() == crc,
                                Target::Zlib => true,
                            };
                        return if becomes { Reach::Becomes } else { Reach::Failed(here) };
                    }
                    let work = to_u64(gave).max(to_u64(took));
                    if status.is_err() || stream.total_out() > most || !budget.read(work) {
                        return Reach::Failed(here);
                    }
                    if rest.is_empty() && gave < out.len() || took == 0 && gave == 0 {
                        break;
                    }
                }
            }
        }
        from = end;
    }
    Reach::Failed(data.len())
}
