//! Deflated data with bytes missing: places are tried from the front, each as far as the data can be inflated.
//!
//! Data that have lost a byte mostly cannot be inflated to the end: the place lies before the point of failure. Where they
//! can, the checksum of what comes out decides.

use super::Budget;
use super::sites::{Site, Sites};
use crate::payload::ascii_damage::proof::{Bytes, inflate};
use crate::payload::ascii_damage::view::{Inserted, Slice, wide};
use flate2::{Decompress, FlushDecompress, Status};

/// What the data must become.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Bytes; of a gzip file only the lowest 32 bits are known.
    pub(super) size: u64,
    pub(super) crc: u32,
}

/// Places that are followed from one point of failure, those that lead furthest first.
const WIDTH: usize = 12;
/// Places before a point of failure that are tried.
const BEHIND: usize = 600;

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
    if left == 0 {
        return becomes(data, chosen, target, budget);
    }
    let first = chosen.last().map_or(0, |last| sites.all.partition_point(|site| site <= last));
    let reached = reach(data, chosen, target.size, budget);
    let end = sites.all.partition_point(|(at, _)| *at <= reached);
    let open = sites.all.get(first..end).unwrap_or_default();
    let open = open.get(open.len().saturating_sub(BEHIND)..).unwrap_or_default();
    let mut tried: Vec<(usize, Site)> = Vec::new();
    for site in open.iter().rev() {
        chosen.push(*site);
        if left == 1 {
            if becomes(data, chosen, target, budget) {
                return true;
            }
        } else {
            tried.push((reach(data, chosen, target.size, budget), *site));
        }
        chosen.pop();
        if budget.bytes == 0 {
            return false;
        }
    }
    // What goes no further than before was no remedy.
    tried.retain(|(further, _)| *further > reached || reached >= data.len());
    tried.sort_by(|a, b| b.cmp(a));
    for (_, site) in tried.into_iter().take(WIDTH) {
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

fn becomes(data: &[u8], chosen: &[Site], target: Target, budget: &mut Budget) -> bool {
    let inserted: Vec<(u64, u8)> = super::placed(chosen, 0).collect();
    let data = Slice(data);
    let view = Inserted::new(&data, &inserted);
    if !budget.read(target.size) {
        return false;
    }
    let length = wide(data.0.len()).saturating_add(wide(chosen.len()));
    inflate(Bytes(&view), 0, length, target.size)
        .is_some_and(|out| out.taken == length && out.size == target.size && out.crc == target.crc)
}

/// How far the data can be inflated with bytes put in: an offset in the data as they are.
fn reach(data: &[u8], chosen: &[Site], most: u64, budget: &mut Budget) -> usize {
    let mut stream = Decompress::new(false);
    let mut out = vec![0u8; 1 << 15];
    let mut from = 0usize;
    let ends = chosen.iter().map(|(at, byte)| (*at, Some(*byte))).chain([(data.len(), None)]);
    for (end, byte) in ends {
        let pieces = [data.get(from..end).unwrap_or_default(), byte.as_slice()];
        for (piece, start) in pieces.into_iter().zip([from, end]) {
            // Small steps, so that the point of failure is known closely.
            for (nth, part) in piece.chunks(64).enumerate() {
                let here = start.saturating_add(nth.saturating_mul(64)).saturating_add(part.len());
                let mut rest = part;
                loop {
                    let (taken, given) = (stream.total_in(), stream.total_out());
                    let status = stream.decompress(rest, &mut out, FlushDecompress::None);
                    let took = usize::try_from(stream.total_in().saturating_sub(taken)).unwrap_or(usize::MAX);
                    let gave = stream.total_out().saturating_sub(given);
                    rest = rest.get(took..).unwrap_or_default();
                    if status.is_err()
                        || stream.total_out() > most
                        || matches!(status, Ok(Status::StreamEnd))
                        || !budget.read(gave.max(1))
                    {
                        return here;
                    }
                    if rest.is_empty() && gave < wide(out.len()) || took == 0 && gave == 0 {
                        break;
                    }
                }
            }
        }
        from = end;
    }
    data.len()
}
