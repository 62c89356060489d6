//! The master boot record, and the chain of extended boot records that logical partitions are named in.
//!
//! Sources: UEFI Specification 2.10, 5.2 "LBA 0 Format"; for extended partitions, which no standard describes, what
//! `sfdisk` (util-linux) and The Sleuth Kit's `mmls` agree on.

use super::{Partition, SECTOR_SIZES, corrupt, holds_something, sector};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use std::collections::BTreeSet;

/// One entry of a table, in sectors as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    status: u8,
    kind: u8,
    start: u32,
    count: u32,
}

impl Entry {
    fn is_extended(self) -> bool {
        matches!(self.kind, 0x05 | 0x0f | 0x85)
    }

    /// The status of a partition is a flag of its first bit; what has other bits is no entry, but code or text.
    fn is_sound(self) -> bool {
        self.status & 0x7f == 0
    }
}

/// The four entries of a boot record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    signature: [u8; 4],
    entries: Vec<Entry>,
}

const PROTECTIVE: u8 = 0xee;
const DYNAMIC_DISK: u8 = 0x42;

impl Record {
    /// The record at the start of a medium; nothing where there is none.
    pub(super) fn read(medium: &dyn ReadAt) -> Option<Self> {
        Self::at(medium, 0)
    }

    fn at(medium: &dyn ReadAt, offset: u64) -> Option<Self> {
        let bytes = sector(medium, offset)?;
        let fields = Fields(&bytes);
        let entry = |at: usize| Entry {
            status: fields.u8(at),
            kind: fields.u8(at.saturating_add(4)),
            start: fields.u32(at.saturating_add(8)),
            count: fields.u32(at.saturating_add(12)),
        };
        let entries = [446, 462, 478, 494].map(entry).into_iter().filter(|entry| entry.kind != 0).collect();
        (fields.u16(510) == 0xaa55).then_some(Self { signature: fields.array(440), entries })
    }

    /// Whether the record says that a GUID partition table follows.
    pub(super) fn is_protective(&self) -> bool {
        self.entries.iter().any(|entry| entry.kind == PROTECTIVE)
    }

    /// Whether the record names partitions beside the one that protects a GUID partition table.
    pub(super) fn is_hybrid(&self) -> bool {
        self.is_protective() && self.entries.iter().any(|entry| entry.kind != PROTECTIVE && entry.count > 0)
    }
}

/// Where a table's numbers lead, for a size of sectors.
#[derive(Clone, Copy)]
struct Disk<'m> {
    medium: &'m dyn ReadAt,
    sector: u64,
}

impl Disk<'_> {
    fn offset(self, lba: u64) -> u64 {
        lba.saturating_mul(self.sector)
    }

    fn lies_on_it(self, entry: Entry) -> bool {
        entry.start > 0 && entry.count > 0 && self.offset(u64::from(entry.start)) < self.medium.len()
    }

    /// Whether what an entry says is borne out by what lies there.
    fn bears_out(self, entry: Entry) -> bool {
        let offset = self.offset(u64::from(entry.start));
        self.lies_on_it(entry)
            && if entry.is_extended() {
                Record::at(self.medium, offset).is_some()
            } else {
                holds_something(self.medium, offset)
            }
    }
}

/// The partitions that a record names; nothing where it names none, and is a volume's boot sector or no record at all.
pub(super) fn read(medium: &dyn ReadAt, record: &Record, limits: &Limits) -> Option<(Vec<Partition>, Vec<Cause>)> {
    let borne_out = |sector: u64| {
        let disk = Disk { medium, sector };
        record.entries.iter().filter(|entry| disk.bears_out(**entry)).count()
    };
    let counts = SECTOR_SIZES.map(|sector| (borne_out(sector), sector));
    let (found, sector) = counts.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let disk = Disk { medium, sector };
    let sound = record.entries.iter().all(|entry| entry.is_sound());
    let likely = sound && record.entries.iter().any(|entry| disk.lies_on_it(*entry)) && !holds_something(medium, 0);
    if found == 0 && !likely {
        return None;
    }
    let (mut partitions, mut causes) = (Vec::new(), Vec::new());
    for entry in &record.entries {
        if !entry.is_sound() {
            causes.push(corrupt(format!("a partition with the status {:#04x}", entry.status), 446));
        }
        if entry.is_extended() && entry.count > 0 {
            follow(disk, record, u64::from(entry.start), limits, &mut partitions, &mut causes);
        } else if entry.kind != PROTECTIVE {
            partitions.push(partition(disk, record, *entry, u64::from(entry.start)));
        }
    }
    if record.is_protective() {
        causes.push(corrupt("a record that protects a GUID partition table, but neither that nor its copy", 0));
    }
    if record.entries.iter().any(|entry| entry.kind == DYNAMIC_DISK) {
        causes.push(Cause::Unsupported("a dynamic disk (LDM): its own table of volumes is not read".to_owned()));
    }
    Some((partitions, causes))
}

/// Follows the chain of extended boot records. Links count from the first record of the chain, logical partitions from the
/// record that names them.
fn follow(
    disk: Disk<'_>,
    record: &Record,
    first: u64,
    limits: &Limits,
    partitions: &mut Vec<Partition>,
    causes: &mut Vec<Cause>,
) {
    // Offset 0 is the master record itself, which no chain may come back to.
    let mut visited = BTreeSet::from([0]);
    let mut pending = vec![first];
    while let Some(at) = pending.pop() {
        if !visited.insert(at) {
            causes.push(corrupt("a chain of extended partitions that comes back to itself", disk.offset(at)));
            continue;
        }
        if partitions.len() >= limits.partitions || visited.len() > limits.partitions {
            causes.push(Cause::LimitReached { what: "partitions", limit: to_u64(limits.partitions) });
            return;
        }
        let Some(extended) = Record::at(disk.medium, disk.offset(at)) else {
            causes.push(corrupt("an extended partition without its record", disk.offset(at)));
            continue;
        };
        for entry in extended.entries.iter().filter(|entry| entry.count > 0) {
            if !entry.is_sound() {
                causes.push(corrupt(format!("a partition with the status {:#04x}", entry.status), disk.offset(at)));
            } else if entry.is_extended() {
                pending.push(first.saturating_add(u64::from(entry.start)));
            } else {
                partitions.push(partition(disk, record, *entry, at.saturating_add(u64::from(entry.start))));
            }
        }
    }
}

fn partition(disk: Disk<'_>, record: &Record, entry: Entry, start: u64) -> Partition {
    let range = disk.offset(start)..disk.offset(start.saturating_add(u64::from(entry.count)));
    let identity = [&record.signature[..], &range.start.to_le_bytes()].concat();
    Partition { range, label: None, kind: Some(format!("{:#04x}", entry.kind)), identity: Some(identity) }
}
