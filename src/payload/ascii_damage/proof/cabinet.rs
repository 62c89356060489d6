//! Windows cabinets ([MS-CAB]): the size in the header and the checksum of each data block.

use super::{Bytes, Depth, Finding, Proof, media};
use crate::base::fields::Fields;

pub(super) fn check(file: Bytes<'_>, depth: Depth) -> Option<Finding> {
    let head = file.array::<36>(0)?;
    let head = Fields(&head);
    let declared = u64::from(head.u32(8));
    if declared > file.len() {
        return Some(media::sized(file, declared));
    }
    let flags = head.u16(30);
    // Reserved areas and the names of neighbouring cabinets move what follows: only plain cabinets are walked.
    if flags & 3 != 0 {
        return Some(media::sized(file, declared));
    }
    let (mut folders_at, mut folder_reserve, mut data_reserve) = (36u64, 0u64, 0u64);
    if flags & 4 != 0 {
        let reserve = file.array::<4>(36)?;
        let reserve = Fields(&reserve);
        folders_at = 40u64.saturating_add(u64::from(reserve.u16(0)));
        (folder_reserve, data_reserve) = (u64::from(reserve.u8(2)), u64::from(reserve.u8(3)));
    }
    let mut checked = false;
    for index in 0..u64::from(head.u16(26)) {
        let folder =
            file.array::<8>(folders_at.saturating_add(index.saturating_mul(folder_reserve.saturating_add(8))))?;
        let folder = Fields(&folder);
        let mut at = u64::from(folder.u32(0));
        for _ in 0..folder.u16(4) {
            let Some(block) = file.array::<8>(at) else { return Some(outside(declared)) };
            let block = Fields(&block);
            let length = block.u16(4);
            let data = at.saturating_add(8).saturating_add(data_reserve);
            if length > 0x9800 || data.saturating_add(u64::from(length)) > declared {
                return Some(outside(declared));
            }
            if block.u32(0) != 0 && depth == Depth::Full {
                let bytes = file.get(data, usize::from(length))?;
                // The checksum covers the reserved area, the data and the two sizes.
                let reserved = file.get(at.saturating_add(8), usize::try_from(data_reserve).ok()?)?;
                let sizes = file.array::<4>(at.saturating_add(4))?;
                let covered = [sizes.as_slice(), &reserved, &bytes].concat();
                if data_reserve == 0 && sum(&bytes) ^ u32::from_le_bytes(sizes) != block.u32(0)
                    || data_reserve != 0 && sum(&covered) != block.u32(0)
                {
                    return Some(
                        Finding::broken(format!("the checksum of the data block at byte {at} is another"))
                            .declaring(declared),
                    );
                }
                checked = true;
            }
            at = data.saturating_add(u64::from(length));
        }
    }
    let mut found = Finding::proven(Proof::Structure).declaring(declared);
    if checked {
        found.proofs.insert(0, Proof::Checksums);
    }
    Some(found)
}

fn outside(declared: u64) -> Finding {
    Finding::broken("a data block does not stand where the one before ends").declaring(declared)
}

/// Words combined by exclusive or; a rest of up to three bytes counts from its last byte up.
fn sum(bytes: &[u8]) -> u32 {
    let words = bytes.chunks_exact(4);
    let rest = words.remainder().iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    words.fold(rest, |sum, word| sum ^ Fields(word).u32(0))
}
