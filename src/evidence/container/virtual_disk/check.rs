//! Goes over a map once and tells which ranges of the disk it has lost.

use super::map::{Map, Place, Run};
use super::pool::{Pooled, RUNS};
use crate::base::anomaly::Cause;
use std::ops::Range;

/// Lost ranges that are named; further ones are summed up.
const NAMED: usize = 32;

/// A range of the disk, and why it is lost.
struct Lost {
    range: Range<u64>,
    why: &'static str,
}

/// What is lost of a disk whose data lie in a file.
pub(super) fn check(map: &dyn Map, data: &Pooled) -> Vec<Cause> {
    let length = data.source.len();
    let tables = map.tables();
    let end = length.checked_next_multiple_of(map.tail().max(1)).unwrap_or(length);
    let mut lost: Vec<Lost> = Vec::new();
    let (mut further, mut further_bytes) = (0u64, 0u64);
    let mut causes = Vec::new();
    let mut offset = 0u64;
    while offset < map.len() {
        if !data.may_check() {
            causes.push(Cause::LimitReached {
                what: "entries of the tables of a virtual disk that are checked",
                limit: RUNS,
            });
            break;
        }
        let run = match map.locate(offset) {
            Ok(run) => run,
            Err(error) => {
                causes.push(Cause::Io(error));
                break;
            }
        };
        let next = offset.saturating_add(run.length.max(1)).min(map.len());
        if let Some((why, good)) = fault(run, length, end, tables) {
            let offset = offset.saturating_add(good);
            if let Some(last) = lost.last_mut().filter(|last| last.range.end == offset && last.why == why) {
                last.range.end = next;
            } else if lost.len() < NAMED {
                lost.push(Lost { range: offset..next, why });
            } else {
                further = further.saturating_add(1);
                further_bytes = further_bytes.saturating_add(next.saturating_sub(offset));
            }
        }
        offset = next;
    }
    let mut told: Vec<Cause> = lost.into_iter().map(cause).collect();
    if further > 0 {
        let what = format!("{further} further runs of the disk ({further_bytes} bytes) are lost; the map ends");
        told.push(Cause::Corrupt { what, offset: map.len() });
    }
    told.append(&mut causes);
    told
}

fn cause(lost: Lost) -> Cause {
    let Range { start, end } = lost.range;
    let what = format!("{} bytes of the disk are lost ({}), up to {end},", end.saturating_sub(start), lost.why);
    Cause::Corrupt { what, offset: start }
}

/// Why a run cannot be had, and how many bytes of it can. `end` is where the last unit of the file would end if it were
/// whole.
fn fault(run: Run, length: u64, end: u64, tables: &[Range<u64>]) -> Option<(&'static str, u64)> {
    let (at, bytes, known) = match run.place {
        Place::Zeros | Place::Below => return None,
        Place::Lost(why) => return Some((why, 0)),
        Place::Stored(at) => (at, run.length, end),
        Place::Packed { unit, .. } => (unit.at, 1, length),
    };
    if at >= length || at.saturating_add(bytes) > known {
        return Some((
            "it would lie beyond the end of the file",
            if at < length { known.saturating_sub(at) } else { 0 },
        ));
    }
    let inside = |table: &Range<u64>| at < table.end && table.start < at.saturating_add(bytes);
    tables.iter().any(inside).then_some(("it would lie in the tables", 0))
}
