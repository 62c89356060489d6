//! The volume with its file records as they were written, and what these hold behind their used part.
//!
//! The last two bytes of each sector of a record are not its own on the disk: an old script there would be torn in two.

use super::record::{Header, restore};
use crate::base::bytes::{AlignedBuffer, ReadAt, read_by_parts, read_full};
use crate::base::number::to_usize;
use crate::base::source::Source;
use std::io;
use std::ops::Range;

/// Bytes of the table that are read at a time.
const BLOCK: usize = 1 << 20;

/// A part of the table that lies together.
struct Part {
    /// Where it begins in the table.
    table: u64,
    /// Where it begins on the volume.
    volume: u64,
    /// Its bytes, whole records of them.
    length: u64,
}

/// A volume whose file records are restored when they are read.
pub(super) struct Restored {
    volume: Source,
    table: Source,
    record: u64,
    /// In the order of the volume.
    parts: Vec<Part>,
}

impl Restored {
    /// Of a table and its volume; without one, the table stands for it. Nothing where records have no size.
    pub(super) fn new(table: Source, record: usize, volume: Option<&Source>) -> Option<Self> {
        let record = u64::try_from(record).ok().filter(|record| *record > 0)?;
        let mut at = 0u64;
        let mut parts: Vec<Part> = Vec::new();
        let whole = vec![(0, table.len())];
        for (start, length) in if volume.is_some() { table.extents() } else { whole } {
            // A record that begins in one part and ends in another is read as it is.
            let ahead = at.checked_next_multiple_of(record)?.checked_sub(at)?;
            let held = length.saturating_sub(ahead).checked_div(record)?.saturating_mul(record);
            if held > 0 {
                parts.push(Part { table: at.checked_add(ahead)?, volume: start.checked_add(ahead)?, length: held });
            }
            at = at.checked_add(length)?;
        }
        parts.sort_by_key(|part| part.volume);
        Some(Self { volume: volume.unwrap_or(&table).clone(), table, record, parts })
    }

    /// Where records are that hold more than they use, on the volume, in order.
    pub(super) fn slack(&self) -> Vec<Range<u64>> {
        let mut buffer = AlignedBuffer::new(BLOCK);
        let size = to_usize(self.record);
        let mut ranges = Vec::new();
        for part in &self.parts {
            let mut within = 0u64;
            while within < part.length {
                let wanted = usize::try_from(part.length.saturating_sub(within)).unwrap_or(BLOCK).min(BLOCK);
                let space = buffer.space().get_mut(..wanted).unwrap_or_default();
                let count = read_full(&*self.table, part.table.saturating_add(within), space).unwrap_or(0);
                for record in buffer.filled(count).chunks_exact(size) {
                    let start = part.volume.saturating_add(within);
                    within = within.saturating_add(self.record);
                    let used = Header::of(record).filter(|_| record.starts_with(b"FILE")).map(|header| header.used);
                    if let Some(used) =
                        used.and_then(|used| u64::try_from(used).ok()).filter(|used| *used < self.record)
                    {
                        ranges.push(start.saturating_add(used)..start.saturating_add(self.record));
                    }
                }
                if count < wanted || wanted < size {
                    break;
                }
            }
        }
        ranges
    }

    /// Reads one record's part, or what lies before the next record.
    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let next = self.parts.partition_point(|part| part.volume.saturating_add(part.length) <= offset);
        let part = self.parts.get(next);
        let before = part.map_or(u64::MAX, |part| part.volume.saturating_sub(offset));
        let upto = |rest: u64| to_usize(rest).min(buffer.len());
        let Some(part) = part.filter(|_| before == 0) else {
            let count = upto(before);
            return self.volume.read_at(offset, buffer.get_mut(..count).unwrap_or_default());
        };
        let inside = offset.saturating_sub(part.volume).checked_rem(self.record).unwrap_or(0);
        let count = upto(self.record.saturating_sub(inside));
        let mut record = vec![0u8; usize::try_from(self.record).unwrap_or(0)];
        let read = read_full(&*self.volume, offset.saturating_sub(inside), &mut record)?;
        record.truncate(read);
        let _ = restore(&mut record);
        let held = record.get(to_usize(inside)..).unwrap_or_default();
        let count = count.min(held.len());
        if let (Some(target), Some(held)) = (buffer.get_mut(..count), held.get(..count)) {
            target.copy_from_slice(held);
        }
        Ok(count)
    }
}

impl ReadAt for Restored {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_by_parts(offset, buffer, |at, rest| self.read_once(at, rest))
    }

    fn len(&self) -> u64 {
        self.volume.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{CLUSTER, FILE, FREE, Image, Lies, extents, file_name, reference, resident, run};
    use super::super::{mount, mount_mft};
    use super::*;
    use crate::base::limits::Limits;
    use crate::evidence::mounted::Mounted;
    use crate::evidence::{Slack, SlackOf};

    /// The slack of a volume as text, and where each piece of it begins.
    fn slack(mounted: &Mounted, of: SlackOf) -> Vec<(u64, Vec<u8>)> {
        let found = mounted.slack().into_iter().filter(|slack| slack.of == of);
        let pieces = found.flat_map(|Slack { source, ranges, .. }| {
            let read = move |range: std::ops::Range<u64>| {
                let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap()];
                source.as_ref().map(|source| read_full(source, range.start, &mut bytes).unwrap());
                (range.start, bytes)
            };
            ranges.into_iter().map(read)
        });
        pieces.collect()
    }

    #[test]
    fn slack_is_what_clusters_and_records_hold_behind_their_files() {
        let (mut image, root) = (Image::new(), reference(5, 5));
        let at = |cluster: usize, inside: usize| (cluster * CLUSTER + inside) as u64;
        let runs = [run(1, FREE + 3).as_slice(), &[0x01, 2], &[0x11, 2, 0xfd]].concat();
        // It ends in the fourth of its five clusters, of which two are a hole; two names do not make it two files.
        let lies = Lies { size: 1600, runs: &runs, ..Lies::default() };
        let names = [file_name(root, "runs", 1), file_name(root, "link", 1)];
        image.record(32, 1, FILE, &[names.as_slice(), &[extents(0x80, "", &lies)]].concat());
        // Reserved, and half of it never written.
        let lies = Lies { size: 1024, initialised: Some(300), runs: &run(2, FREE + 8), ..Lies::default() };
        image.record(33, 1, FILE, &[file_name(root, "reserved", 1), extents(0x80, "", &lies)]);
        let lies = Lies { size: 512, runs: &run(1, FREE + 12), ..Lies::default() };
        image.record(34, 1, FILE, &[file_name(root, "full", 1), extents(0x80, "", &lies)]);
        let lies = Lies { size: 100, runs: &run(1, FREE + 14), ..Lies::default() };
        image.record(35, 2, 0, &[file_name(root, "deleted", 1), extents(0x80, "", &lies)]);
        image.record(36, 1, FILE, &[file_name(root, "small", 1), resident(0x80, "", b"short now")]);
        // What it was before goes over the end of its first sector.
        let (record, old) = (Image::place(36), b"open 192.0.2.9 and all that was typed after it");
        let used = usize::from(u16::from_le_bytes([image.bytes[record + 24], image.bytes[record + 25]]));
        let (first, second) = old.split_at(20);
        image.bytes[record + 490..record + 510].copy_from_slice(first);
        image.bytes[record + 50..record + 52].copy_from_slice(&second[..2]);
        image.bytes[record + 512..][..second.len() - 2].copy_from_slice(&second[2..]);
        let mounted = mount(image.source(), &Limits::default()).unwrap();
        let own = |slack: &(u64, Vec<u8>)| slack.0 >= at(FREE, 0);
        let of_files = slack(&mounted, SlackOf::Files).into_iter().filter(own);
        let places: Vec<_> = of_files.map(|(start, bytes)| start..start + bytes.len() as u64).collect();
        assert_eq!(places, [at(FREE, 64)..at(FREE + 2, 0), at(FREE + 8, 300)..at(FREE + 10, 0)]);
        let of_records = slack(&mounted, SlackOf::Records);
        let found =
            of_records.iter().find(|(start, _)| *start == (record + used) as u64).expect("the slack of the record");
        assert_eq!(found.1.len(), 1024 - used);
        assert_eq!(found.1[490 - used..][..old.len()], *old);
        // The table alone tells the same of its records.
        let table = mount_mft(image.table(), &Limits::default()).unwrap();
        let (table, whole) = (slack(&table, SlackOf::Records), Image::place(0) as u64);
        assert_eq!(table, of_records.into_iter().map(|(start, bytes)| (start - whole, bytes)).collect::<Vec<_>>());
    }
}
