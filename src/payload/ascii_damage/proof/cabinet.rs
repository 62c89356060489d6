//! Windows cabinets ([MS-CAB]): the size in the header and the checksum of each data block.

use super::{Bytes, Depth, Finding, Proof, media};
use crate::base::fields::Fields;
use crate::base::number::to_u64;

/// What the header of a cabinet says of its parts.
pub(in crate::payload::ascii_damage) struct Cabinet {
    /// Bytes of the whole.
    pub(in crate::payload::ascii_damage) size: u64,
    /// Of each folder: where its data blocks begin, and how many there are.
    pub(in crate::payload::ascii_damage) folders: Vec<(u64, u16)>,
    /// Reserved bytes between the header of a block and its data.
    pub(in crate::payload::ascii_damage) reserve: usize,
}

impl Cabinet {
    /// Nothing for a cabinet that goes on in others: reserved areas and their names move what follows.
    pub(in crate::payload::ascii_damage) fn read(file: Bytes<'_>) -> Option<Self> {
        let head = file.array::<36>(0)?;
        let head = Fields(&head);
        let flags = head.u16(30);
        if flags & 3 != 0 {
            return None;
        }
        let (mut folders_at, mut folder_reserve, mut reserve) = (36u64, 0u64, 0usize);
        if flags & 4 != 0 {
            let sizes = file.array::<4>(36)?;
            let sizes = Fields(&sizes);
            folders_at = 40u64.saturating_add(u64::from(sizes.u16(0)));
            (folder_reserve, reserve) = (u64::from(sizes.u8(2)), usize::from(sizes.u8(3)));
        }
        let mut folders = Vec::new();
        for index in 0..u64::from(head.u16(26)) {
            let at = folders_at.saturating_add(index.saturating_mul(folder_reserve.saturating_add(8)));
            let folder = file.array::<8>(at)?;
            let folder = Fields(&folder);
            folders.push((u64::from(folder.u32(0)), folder.u16(4)));
        }
        Some(Self { size: u64::from(head.u32(8)), folders, reserve })
    }
}

pub(super) fn check(file: Bytes<'_>, depth: Depth) -> Option<Finding> {
    let declared = u64::from(u32::from_le_bytes(file.array(8)?));
    let Some(cabinet) = Cabinet::read(file).filter(|_| declared <= file.len()) else {
        return Some(media::sized(file, declared));
    };
    let (mut checked, mut unchecked) = (false, false);
    // Folders that share blocks could make any number of them.
    let mut most = declared / 8;
    for (start, blocks) in cabinet.folders {
        let mut at = start;
        for _ in 0..blocks {
            most = most.saturating_sub(1);
            let Some(block) = file.array::<8>(at).filter(|_| most > 0) else { return Some(outside(declared)) };
            let block = Fields(&block);
            let length = block.u16(4);
            let data = at.saturating_add(8).saturating_add(to_u64(cabinet.reserve));
            if length > 0x9800 || data.saturating_add(u64::from(length)) > declared {
                return Some(outside(declared));
            }
            unchecked |= block.u32(0) == 0;
            if block.u32(0) != 0 && depth == Depth::Full {
                let bytes = file.get(data, usize::from(length))?;
                let reserved = file.get(at.saturating_add(8), cabinet.reserve)?;
                if sum(block.bytes(4, 4), &reserved, &bytes) != block.u32(0) {
                    let why = format!("the checksum of the data block at byte {at} is another");
                    return Some(Finding::broken(why).declaring(declared));
                }
                checked = true;
            }
            at = data.saturating_add(u64::from(length));
        }
    }
    let mut found = Finding::proven(Proof::Structure).declaring(declared);
    if checked && !unchecked {
        found.proofs.insert(0, Proof::Checksums);
    }
    Some(found)
}

fn outside(declared: u64) -> Finding {
    Finding::broken("a data block does not stand where the one before ends").declaring(declared)
}

/// The checksum of a data block: over its data, then over its two sizes and the reserved bytes behind them.
pub(in crate::payload::ascii_damage) fn sum(sizes: &[u8], reserved: &[u8], data: &[u8]) -> u32 {
    if reserved.is_empty() {
        return words(sizes) ^ words(data);
    }
    words(&[sizes, reserved, data].concat())
}

/// Words combined by exclusive or; a rest of up to three bytes counts from its last byte up.
fn words(bytes: &[u8]) -> u32 {
    let words = bytes.chunks_exact(4);
    let rest = words.remainder().iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    words.fold(rest, |sum, word| sum ^ Fields(word).u32(0))
}
