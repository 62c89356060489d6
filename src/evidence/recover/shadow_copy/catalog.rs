//! The catalog: which shadow copies a volume has, and where their stores are.

use super::chain::{self, IDENTITY, Record};
use super::corrupt;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;

/// Where the header of the provider lies on a volume.
const VOLUME_HEADER: u64 = 0x1e00;
/// Bytes of an entry.
const ENTRY: usize = 128;
/// Entries kept; a volume has 64 shadow copies for users, and 512 in all, at most.
const MOST: usize = 512;

/// A shadow copy in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// The identity of its store.
    pub id: [u8; 16],
    /// When it was taken, a FILETIME.
    pub created: u64,
    /// Size of the volume at that time, bytes.
    pub volume_size: u64,
    /// Where its store is; nothing where that is not on this volume.
    pub place: Option<Place>,
}

/// Offsets of the parts of a store on the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The header.
    pub header: u64,
    /// The list of blocks.
    pub blocks: u64,
    /// The bitmap of blocks that the store does not keep.
    pub bitmap: u64,
    /// That of the store before; zero where there is none.
    pub previous_bitmap: u64,
}

/// Reads the catalog: the shadow copies in the order of their time.
pub(super) fn read(volume: &dyn ReadAt, limits: &Limits, causes: &mut Vec<Cause>) -> Vec<Listed> {
    let mut header = [0u8; 128];
    if read_full(volume, VOLUME_HEADER, &mut header).unwrap_or(0) < header.len() {
        return Vec::new();
    }
    let fields = Fields(&header);
    let first = fields.u64(48);
    if fields.array(0) != IDENTITY || fields.u32(20) != 1 || first == 0 {
        return Vec::new();
    }
    let mut listed: Vec<Listed> = Vec::new();
    let mut places: Vec<([u8; 16], Place)> = Vec::new();
    let mut capped = false;
    let walked = chain::walk(volume, first, Record::Catalog, &mut |entries| {
        for entry in entries.chunks_exact(ENTRY).map(Fields) {
            let id = entry.array(16);
            match entry.u64(0) {
                2 | 3 if listed.len().max(places.len()) >= MOST => capped = true,
                2 => {
                    listed.push(Listed { id, created: entry.u64(48), volume_size: entry.u64(8), place: None });
                }
                3 => {
                    let place = Place {
                        header: entry.u64(32),
                        blocks: entry.u64(8),
                        bitmap: entry.u64(48),
                        previous_bitmap: entry.u64(72),
                    };
                    places.push((id, place));
                }
                _ => {}
            }
        }
        Ok(())
    });
    causes.extend(walked.err());
    for shadow in &mut listed {
        shadow.place = places.iter().find(|(id, _)| *id == shadow.id).map(|(_, place)| *place);
    }
    listed.sort_by_key(|shadow| shadow.created);
    // The same store twice would be read twice.
    let mut ids: Vec<[u8; 16]> = Vec::new();
    listed.retain(|shadow| {
        let new = !ids.contains(&shadow.id);
        ids.push(shadow.id);
        if !new {
            causes.push(corrupt("a shadow copy that the catalog lists twice", first));
        }
        new
    });
    if capped || listed.len() > limits.shadow_copies {
        let limit = if capped { MOST } else { limits.shadow_copies };
        causes.push(Cause::LimitReached { what: "shadow copies", limit: to_u64(limit) });
        listed.drain(..listed.len().saturating_sub(limits.shadow_copies));
    }
    listed
}
