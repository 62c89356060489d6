//! Terse executables of UEFI firmware (Platform Initialization specification, volume 1, *TE Image*): a PE whose headers
//! were cut down to forty bytes.
//!
//! `goblin` subtracts what was cut off without a check (goblin#450), so that the few fields are read here.

use super::{Pe, describe_all, names};
use crate::base::fields::Fields;
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::payload::oddity::Oddities;
use goblin::pe::section_table::SectionTable;

const HEADER: usize = 40;
const ROW: usize = 40;

/// Whether the head is that of such a file: `VZ`, a known processor, a subsystem of firmware and a section or more.
#[must_use]
pub fn is_te(head: &[u8]) -> bool {
    let fields = Fields(head);
    head.starts_with(b"VZ")
        && head.len() >= HEADER
        && !names::machine(fields.u16(2)).starts_with("0x")
        && (1..=96).contains(&fields.u8(4))
        && matches!(fields.u8(5), 0 | 1 | 10..=13)
        && usize::from(fields.u16(6)) >= HEADER
}

/// Reads its header and sections. Offsets in there count from the PE that it was.
#[must_use]
pub fn read(bytes: &[u8], limits: &Limits) -> Option<Pe> {
    if !is_te(bytes) {
        return None;
    }
    let fields = Fields(bytes);
    let cut = u32::from(fields.u16(6)).saturating_sub(u32::try_from(HEADER).unwrap_or(0));
    let mut oddities = Oddities::default();
    let mut sections = Vec::new();
    for index in 0..usize::from(fields.u8(4)) {
        let at = HEADER.saturating_add(index.saturating_mul(ROW));
        let Some(row) = bytes.get(at..at.saturating_add(ROW)) else {
            let what = format!("the file has {index} of {} rows of its section table", fields.u8(4));
            oddities.add("section-table-cut", what);
            break;
        };
        let Some(Ok(mut section)) = guarded(|| SectionTable::parse(row, &mut 0, 0)) else { break };
        match section.pointer_to_raw_data.checked_sub(cut) {
            Some(offset) => section.pointer_to_raw_data = offset,
            None => {
                oddities.add("section-in-headers", format!("section {index} lies in the headers that were cut off"))
            }
        }
        sections.push(section);
    }
    Some(Pe {
        format: "te",
        machine: names::machine(fields.u16(2)),
        subsystem: names::subsystem(u16::from(fields.u8(5))),
        entry_point: fields.u32(8),
        image_base: fields.u64(16),
        sections: describe_all(&sections, bytes, limits),
        anomalies: oddities.finish(),
        ..Pe::default()
    })
}
