//! Expert Witness files (E01, Ex01): a disk in compressed chunks, in one or many segments beside each other.
//!
//! Source: Joachim Metz, "Expert Witness Compression Format (EWF) specification" and "… version 2 (EWF2)", of libewf.
//! Chunks are found through the tables in the segments each time, so that memory does not grow with the disk. What is
//! damaged or missing reads as zeros and is told.

mod chunks;
mod segments;
mod set;
mod table;
#[cfg(test)]
mod testimage;
#[cfg(test)]
mod tests;
mod version1;
mod version2;

use super::{Format, Medium, Siblings};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::source::Source;
use chunks::Chunks;
use segments::Segments;
use set::Set;
use std::sync::Arc;

/// The two versions of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// E01: EnCase 1 to 6, FTK Imager, libewf and others.
    One,
    /// Ex01: EnCase 7 and later.
    Two,
}

const VERSION_1: [u8; 8] = *b"EVF\x09\x0d\x0a\xff\x00";
const VERSION_2: [u8; 8] = *b"EVF2\x0d\x0a\x81\x00";

/// Relatives that are known by name alone.
const NAMED: [([u8; 8], &str); 4] = [
    (*b"LVF\x09\x0d\x0a\xff\x00", "a logical evidence file (L01): it holds files, not a disk"),
    (*b"LEF2\x0d\x0a\x81\x00", "a logical evidence file (Lx01): it holds files, not a disk"),
    (*b"DVF\x09\x0d\x0a\xff\x00", "a delta Expert Witness file (d01)"),
    (*b"ADCRYPT\0", "an image encrypted by AccessData's tools"),
];

/// Whether a file says that it is one of the family.
pub(super) fn is(source: &dyn ReadAt) -> bool {
    let signature = signature(source);
    [VERSION_1, VERSION_2].contains(&signature) || NAMED.iter().any(|(named, _)| *named == signature)
}

fn signature(source: &dyn ReadAt) -> [u8; 8] {
    let mut signature = [0u8; 8];
    match read_full(source, 0, &mut signature) {
        Ok(8) => signature,
        _ => [0; 8],
    }
}

/// Opens the disk in a set of segments, of which `source` is one.
pub(super) fn open(source: Source, siblings: &dyn Siblings, limits: &Limits) -> Result<Medium, Cause> {
    let _ = limits;
    let version = match signature(&source) {
        VERSION_1 => Version::One,
        VERSION_2 => Version::Two,
        other => {
            let named =
                NAMED.iter().find(|(named, _)| *named == other).map_or("not an Expert Witness file", |(_, n)| n);
            return Err(Cause::Unsupported(format!("{named}, not read")));
        }
    };
    let mut segments = Segments::beside(source, siblings, version);
    let mut set = Set::new(std::mem::take(&mut segments.damage));
    let mut expected = 1;
    for (index, segment) in segments.found.iter().enumerate() {
        if segment.number != expected {
            set.lose_place();
        }
        match version {
            Version::One => version1::read(segment, index, &mut set)?,
            Version::Two => version2::read(segment, index, &mut set)?,
        }
        expected = segment.number.saturating_add(1);
    }
    if !set.is_done {
        let name = segments.name_of(expected);
        set.tell(format!("the last segment is missing or cut short (next would be {name}):"), 0);
    }
    let at_hand = segments.found.iter().fold(0u64, |sum, segment| sum.saturating_add(segment.source.len()));
    let (geometry, tables, stored, damage) = set.finish(at_hand)?;
    let sources = segments.found.into_iter().map(|segment| segment.source).collect();
    let source = Arc::new(Chunks::new(sources, tables, geometry));
    Ok(Medium { format: Format::Ewf, source, stored, damage })
}
