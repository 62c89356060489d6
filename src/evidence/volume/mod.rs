//! Volumes: how a disk is divided.

mod gpt;
mod mbr;
#[cfg(test)]
mod testdisk;

use super::filesystem::signature;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

/// The kinds of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// No table: the whole medium is one volume.
    None,
    /// A master boot record, with extended partitions.
    Mbr,
    /// A GUID partition table.
    Gpt,
}

/// One part of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Where it lies on the medium, in bytes.
    pub range: Range<u64>,
    /// Its name in the table.
    pub label: Option<String>,
    /// What the table says that it is: a type byte as `0x07`, or a type GUID.
    pub kind: Option<String>,
    /// The disk signature and the partition's own identity, as a registry's mounted devices name them.
    pub identity: Option<Vec<u8>>,
}

/// How a disk is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Which kind of table says so.
    pub scheme: Scheme,
    /// The partitions, in the order of their offsets.
    pub partitions: Vec<Partition>,
    /// The ranges that belong to no partition.
    pub gaps: Vec<Range<u64>>,
}

/// Sizes of sectors that a table may count in; 512 is tried first, as most disks have it.
const SECTOR_SIZES: [u64; 2] = [512, 4096];

/// Reads the table of a disk; a medium without one is one partition. What is damaged is told, and the good rest is used.
///
/// The boot sector of a volume ends in the same two bytes as a master boot record, and may be all that a medium has: where
/// the medium as a whole holds a file system, a table counts only if a partition of it holds something too.
pub fn read(medium: &dyn ReadAt, limits: &Limits) -> (Table, Vec<Cause>) {
    let record = mbr::Record::read(medium);
    let found = if record.as_ref().map_or_else(|| !holds_something(medium, 0), mbr::Record::is_protective) {
        gpt::read(medium, limits).map(|(partitions, causes)| (Scheme::Gpt, partitions, causes))
    } else {
        None
    };
    let found = found.or_else(|| {
        let (partitions, causes) = mbr::read(medium, record.as_ref()?, limits)?;
        Some((Scheme::Mbr, partitions, causes))
    });
    let Some((scheme, partitions, mut causes)) = found.filter(|(_, partitions, _)| !covered(medium, partitions)) else {
        let whole = Partition { range: 0..medium.len(), label: None, kind: None, identity: None };
        return (Table { scheme: Scheme::None, partitions: vec![whole], gaps: Vec::new() }, Vec::new());
    };
    match (scheme, &record) {
        (Scheme::Gpt, None) => causes.push(corrupt("a GUID partition table without its protective record", 0)),
        (Scheme::Gpt, Some(record)) if record.is_hybrid() => {
            causes.push(corrupt("a hybrid record: it names partitions beside the GUID partition table", 0));
        }
        (Scheme::Mbr, _) if gpt::is_there(medium) => {
            causes.push(corrupt("a GUID partition table that the master boot record does not name", 512));
        }
        _ => {}
    }
    finish(medium, scheme, partitions, causes)
}

/// Whether the partitions lie inside an ISO 9660 volume that is the whole medium: a table is put there so that the same
/// bytes start from a disc and from a disk.
fn covered(medium: &dyn ReadAt, partitions: &[Partition]) -> bool {
    let volume = || sector(medium, 0x8000).map(|bytes| u64::from(Fields(&bytes).u32(80)).saturating_mul(2048));
    signature::probe(medium) == Some(signature::Kind::Iso9660)
        && volume().is_some_and(|end| partitions.iter().any(|partition| partition.range.start < end))
}

/// Puts the partitions in order, keeps them on the medium, and tells where they overlap.
fn finish(
    medium: &dyn ReadAt,
    scheme: Scheme,
    partitions: Vec<Partition>,
    mut causes: Vec<Cause>,
) -> (Table, Vec<Cause>) {
    let length = medium.len();
    let mut kept = Vec::new();
    for mut partition in partitions {
        let Range { start, end } = partition.range;
        if start >= end {
            causes.push(corrupt("a partition without sectors", start));
            continue;
        }
        if start >= length {
            causes.push(corrupt("a partition that begins beyond the end of the medium", start));
            continue;
        }
        if end > length {
            causes.push(corrupt(format!("a partition that ends at {end}, beyond the end of the medium"), start));
            partition.range.end = length;
        }
        kept.push(partition);
    }
    kept.sort_by_key(|partition| (partition.range.start, partition.range.end));
    let (mut gaps, mut reached) = (Vec::new(), 0u64);
    for Range { start, end } in kept.iter().map(|partition| partition.range.clone()) {
        if start < reached {
            causes.push(corrupt("a partition that overlaps another", start));
        }
        if start > reached {
            gaps.push(reached..start);
        }
        reached = reached.max(end);
    }
    if reached < length {
        gaps.push(reached..length);
    }
    (Table { scheme, partitions: kept, gaps }, causes)
}

/// Whether something that is known by its signature lies at an offset.
fn holds_something(medium: &dyn ReadAt, offset: u64) -> bool {
    offset < medium.len() && signature::probe(&From { medium, offset }).is_some()
}

/// A medium from an offset on.
struct From<'m> {
    medium: &'m dyn ReadAt,
    offset: u64,
}

impl ReadAt for From<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.medium.read_at(self.offset.saturating_add(offset), buffer)
    }

    fn len(&self) -> u64 {
        self.medium.len().saturating_sub(self.offset)
    }
}

fn sector(medium: &dyn ReadAt, offset: u64) -> Option<[u8; 512]> {
    let mut bytes = [0u8; 512];
    (read_full(medium, offset, &mut bytes).ok()? == bytes.len()).then_some(bytes)
}

fn corrupt(what: impl Into<String>, offset: u64) -> Cause {
    Cause::Corrupt { what: what.into(), offset }
}

#[cfg(test)]
mod tests {
    use super::testdisk::{Gpt, MIB, disk, entry, ext, fat, mbr};
    use super::*;
    use crate::base::random::Random;

    fn told(disk: &[u8]) -> (Table, String) {
        let (table, causes) = read(&disk.to_vec(), &Limits::default());
        (table, causes.iter().map(|cause| format!("{cause}\n")).collect())
    }

    fn ranges(table: &Table) -> Vec<Range<u64>> {
        table.partitions.iter().map(|partition| partition.range.clone()).collect()
    }

    #[test]
    fn what_is_no_disk_is_one_volume() {
        let mut text = b"open 192.0.2.1\nuser bob pw\nbye\n".repeat(100);
        text[510..512].copy_from_slice(b"\x55\xaa");
        let mut volume = disk(4);
        volume[..512].copy_from_slice(&fat());
        volume[510..512].copy_from_slice(b"\x55\xaa");
        // A volume whose boot code looks like a table; a table that names what is not on the medium.
        let mut coded = volume.clone();
        mbr(&mut coded, &[entry(0x80, 7, 100, 200)]);
        let mut outside = disk(1);
        mbr(&mut outside, &[entry(0, 7, 1 << 20, 200), entry(0, 6, 0, 200)]);
        let mut stale = disk(4);
        Gpt::of(&[(2048, 4095)], 512).write(&mut stale);
        stale[..1024].fill(0);
        stale[1080..1082].copy_from_slice(b"\x53\xef");
        for bytes in [vec![], vec![0], vec![0x55; 511], vec![0u8; 700], text, volume, coded, outside, stale] {
            let (table, causes) = told(&bytes);
            assert_eq!((table.scheme, causes.as_str()), (Scheme::None, ""));
            assert_eq!(ranges(&table).first(), Some(&(0..ReadAt::len(&bytes))));
        }
    }

    #[test]
    fn primary_and_logical_partitions_are_read() {
        let mut disk = disk(8);
        mbr(&mut disk, &[entry(0x80, 0x07, 2048, 2048), entry(0, 0x0f, 4096, 8192)]);
        mbr(&mut disk[4096 * 512..], &[entry(0, 0x83, 63, 1000), entry(0, 0x05, 2048, 2048)]);
        mbr(&mut disk[6144 * 512..], &[entry(0, 0x0b, 63, 1000)]);
        let (table, causes) = told(&disk);
        assert_eq!((table.scheme, causes.as_str()), (Scheme::Mbr, ""));
        let starts: Vec<u64> = ranges(&table).iter().map(|range| range.start / 512).collect();
        assert_eq!(starts, [2048, 4159, 6207]);
        let kinds: Vec<_> = table.partitions.iter().filter_map(|partition| partition.kind.as_deref()).collect();
        assert_eq!(kinds, ["0x07", "0x83", "0x0b"]);
        assert_eq!(table.partitions[0].identity.as_deref(), Some(&b"\x01\x02\x03\x04\0\0\x10\0\0\0\0\0"[..]));
        assert_eq!(table.gaps.len(), 4);
        assert_eq!(table.gaps[0], 0..2048 * 512);
    }

    #[test]
    fn damaged_records_keep_what_is_good() {
        let cases: [(&[[u8; 16]], &str, usize); 7] = [
            (&[entry(0, 6, 64, 64), entry(0, 6, 96, 64)], "a partition that overlaps another", 2),
            (&[entry(0, 6, 64, 64), entry(0, 6, 1 << 30, 64)], "begins beyond the end", 1),
            (&[entry(0, 6, 64, u32::MAX)], "ends at 2199023287808, beyond the end", 1),
            (&[entry(0, 6, 64, 64), entry(0, 6, u32::MAX, u32::MAX)], "begins beyond the end", 1),
            (&[entry(0, 6, 64, 64), entry(0, 6, 200, 0)], "a partition without sectors", 1),
            (&[entry(0, 0x42, 64, 64)], "a dynamic disk", 1),
            (&[entry(0, 6, 64, 64), entry(0, 5, 1024, 64)], "an extended partition without its record", 1),
        ];
        for (entries, what, count) in cases {
            let mut disk = disk(1);
            mbr(&mut disk, entries);
            let (table, causes) = told(&disk);
            assert!(causes.contains(what), "{what}: {causes}");
            assert_eq!((table.scheme, table.partitions.len()), (Scheme::Mbr, count), "{what}");
            assert!(table.partitions.iter().all(|partition| partition.range.end <= MIB as u64));
        }
        // One entry with an impossible status, another that holds a volume.
        let mut disk = disk(1);
        mbr(&mut disk, &[entry(0, 6, 64, 64), entry(0x41, 6, 128, 64)]);
        disk[64 * 512..65 * 512].copy_from_slice(&fat());
        assert!(told(&disk).1.contains("status 0x41"));
    }

    #[test]
    fn chains_of_extended_partitions_end() {
        // To offset 0, to itself, in a circle of two, and one that is longer than the limit.
        let cases: [&[(u64, [u8; 16])]; 3] = [
            (&[(64, entry(0, 5, u32::MAX - 63, 64))]),
            (&[(64, entry(0, 5, 0, 64))]),
            (&[(64, entry(0, 5, 64, 64)), (128, entry(0, 5, 0, 64))]),
        ];
        for records in cases {
            let mut disk = disk(1);
            mbr(&mut disk, &[entry(0, 5, 64, 1000)]);
            for (at, link) in records {
                mbr(&mut disk[*at as usize * 512..], &[entry(0, 6, 1, 10), *link]);
            }
            let (table, causes) = told(&disk);
            assert!(causes.contains("comes back to itself") || causes.contains("without its record"), "{causes}");
            assert_eq!(table.partitions.len(), records.len());
        }
        let mut disk = disk(1);
        mbr(&mut disk, &[entry(0, 5, 64, 1000)]);
        for at in 64..2000u32 {
            mbr(&mut disk[at as usize * 512..], &[entry(0, 6, 1, 1), entry(0, 5, at + 1 - 64, 1)]);
        }
        let (table, causes) = told(&disk);
        assert!(causes.contains("limit reached: partitions (limit 1024)"), "{causes}");
        assert!(table.partitions.len() <= 1024);
    }

    #[test]
    fn guid_tables_are_read_with_either_size_of_sectors() {
        for sector in [512u64, 4096] {
            let mut disk = disk(8);
            Gpt::of(&[(256, 511), (600, 1000)], sector).write(&mut disk);
            let (table, causes) = told(&disk);
            assert_eq!((table.scheme, causes.as_str()), (Scheme::Gpt, ""), "{sector}");
            assert_eq!(ranges(&table), [256 * sector..512 * sector, 600 * sector..1001 * sector]);
            let first = &table.partitions[0];
            assert_eq!(first.kind.as_deref(), Some("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"));
            assert_eq!(first.label.as_deref(), Some("Basic data"));
            assert_eq!(
                first.identity.as_deref(),
                Some(&b"DMIO:ID:\x01\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11"[..])
            );
            assert_eq!(table.gaps.first(), Some(&(0..256 * sector)));
        }
        let mut disk = disk(8);
        mbr(&mut disk, &[entry(0, 6, 32, 200)]);
        disk[32 * 4096..32 * 4096 + 512].copy_from_slice(&fat());
        assert_eq!(ranges(&told(&disk).0).first(), Some(&(32 * 4096..232 * 4096)));
    }

    #[test]
    fn damaged_guid_tables_fall_back_on_their_copies() {
        type Damage = fn(&mut Vec<u8>);
        let last = 8 * MIB - 512;
        let cases: [(Damage, &str, usize); 10] = [
            (|disk| disk[512..1024].fill(0), "its copy at the end of the disk is used", 2),
            (|disk| disk[600] ^= 1, "its copy at the end of the disk is used", 2),
            (|disk| disk[1024 + 40] ^= 1, "its copy at the end of the disk is used", 2),
            (|disk| disk[8 * MIB - 512..].fill(0), "without its copy", 2),
            (|disk| disk[8 * MIB - 512 - 32 * 512 + 40] ^= 1, "whose copy is damaged", 2),
            (|disk| disk.truncate(4 * MIB), "without its copy", 2),
            (|disk| disk[..512].fill(0), "without its protective record", 2),
            (|disk| disk[462..478].copy_from_slice(&entry(0, 7, 64, 64)), "a hybrid record", 2),
            (|disk| Gpt::of(&[(256, 511)], 512).write_copy(disk), "names other partitions", 2),
            (
                |disk| {
                    mbr(disk, &[entry(0, 6, 512, 64)]);
                    disk[512 * 512..513 * 512].copy_from_slice(&fat());
                },
                "that the master boot record does not name",
                1,
            ),
        ];
        for (damage, what, count) in cases {
            let mut disk = disk(8);
            Gpt::of(&[(256, 511), (600, 1000)], 512).write(&mut disk);
            damage(&mut disk);
            let (table, causes) = told(&disk);
            assert!(causes.contains(what), "{what}: {causes}");
            assert_eq!(table.partitions.len(), count, "{what}");
        }
        let mut lost = disk(8);
        mbr(&mut lost, &[entry(0, 0xee, 1, u32::MAX), entry(0, 7, 64, 64)]);
        let (table, causes) = told(&lost);
        assert!(causes.contains("but neither that nor its copy") && table.partitions.len() == 1, "{causes}");
        // Counts and sizes that no disk can hold, with right and with wrong checksums.
        for (count, size) in [(u32::MAX, 128), (4, 1), (4, 0), (4, 1 << 31), (u32::MAX, 4096), (0, 128)] {
            for sound in [true, false] {
                let mut disk = disk(8);
                let mut table = Gpt::of(&[(256, 511)], 512);
                (table.count, table.size) = (count, size);
                table.write(&mut disk);
                if !sound {
                    disk[528] ^= 1;
                    disk[last + 16] ^= 1;
                }
                let (table, causes) = told(&disk);
                assert!(table.scheme == Scheme::Gpt || table.partitions.len() == 1);
                assert!(!causes.is_empty() || count == 0, "{count} {size}");
            }
        }
    }

    #[test]
    fn a_partition_hidden_in_the_gap_is_a_gap() {
        let mut disk = disk(8);
        Gpt::of(&[(256, 511)], 512).write(&mut disk);
        let (table, _) = told(&disk);
        assert_eq!(table.gaps, [0..256 * 512, 512 * 512..8 * MIB as u64]);
    }

    #[test]
    fn a_disc_that_starts_from_a_disk_too_is_one_volume() {
        let mut disk = disk(2);
        disk[0x8001..0x8006].copy_from_slice(b"CD001");
        disk[0x8050..0x8054].copy_from_slice(&1024u32.to_le_bytes());
        mbr(&mut disk, &[entry(0x80, 0x17, 0, 4096), entry(0, 0xef, 128, 64)]);
        disk[128 * 512..129 * 512].copy_from_slice(&fat());
        assert_eq!(told(&disk).0.scheme, Scheme::None);
    }

    #[test]
    fn mutants_do_no_harm() {
        let mut guid = disk(1);
        Gpt::of(&[(256, 511), (600, 1000)], 512).write(&mut guid);
        let mut master = disk(1);
        mbr(&mut master, &[entry(0x80, 0x07, 64, 64), entry(0, 0x0f, 128, 512)]);
        mbr(&mut master[128 * 512..], &[entry(0, 0x83, 63, 10), entry(0, 0x05, 64, 64)]);
        mbr(&mut master[192 * 512..], &[entry(0, 0x83, 63, 10), entry(0, 0x05, 0, 64)]);
        ext(&mut master[64 * 512..]);
        let places = [440usize, 512, 560, 590, 1024, 1070, 128 * 512 + 446, 192 * 512 + 446, MIB - 512, MIB - 470];
        let mut numbers = Random::new(0x9e37_79b9_7f4a_7c15);
        for turn in 0..3000 {
            let mut mutant = if turn % 2 == 0 { guid.clone() } else { master.clone() };
            for _ in 0..3 {
                let random = numbers.number();
                let place = places[(random >> 32) as usize % places.len()] + (random >> 16) as usize % 64;
                mutant[place] = random as u8;
            }
            let (table, _) = told(&mutant);
            assert!(table.partitions.iter().all(|partition| partition.range.end <= MIB as u64));
            assert!(table.gaps.iter().all(|gap| gap.start < gap.end && gap.end <= MIB as u64));
        }
    }

    #[test]
    fn agrees_with_mmls() {
        let mut master = disk(8);
        mbr(&mut master, &[entry(0x80, 0x07, 2048, 2048), entry(0, 0x0f, 4096, 8192)]);
        mbr(&mut master[4096 * 512..], &[entry(0, 0x83, 63, 1000), entry(0, 0x05, 2048, 2048)]);
        mbr(&mut master[6144 * 512..], &[entry(0, 0x0b, 63, 1000)]);
        let mut guid = disk(8);
        Gpt::of(&[(256, 511), (600, 1000)], 512).write(&mut guid);
        for disk in [master, guid] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &disk).unwrap();
            let Ok(output) = std::process::Command::new("mmls").arg("-a").arg(file.path()).output() else {
                println!("skipped: mmls (sleuthkit) is not installed");
                return;
            };
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let number = |word: &str| word.parse::<u64>().ok();
            let lines = text.lines().filter_map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                let is_partition =
                    words.get(1).is_some_and(|slot| slot.starts_with(|first: char| first.is_ascii_digit()));
                is_partition.then(|| Some(number(words.get(2)?)? * 512..(number(words.get(3)?)? + 1) * 512)).flatten()
            });
            let mut theirs: Vec<_> = lines.collect();
            theirs.sort_by_key(|range| range.start);
            assert_eq!(ranges(&told(&disk).0), theirs, "{text}");
        }
    }
}
