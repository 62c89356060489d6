//! The disk of a set: chunks, decoded where they are read, the last ones kept.

use super::super::unread::Unread;
use super::set::Geometry;
use super::table::{Page, Stored, Table};
use crate::base::anomaly::Cause;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::number::{to_u32, to_u64, to_usize};
use crate::base::source::Source;
use libdeflater::Decompressor;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Bytes of decoded chunks that are kept. With 2 MiB two threads that read 20,000 files decode a fifth of the chunks twice.
const KEPT: u64 = 8 << 20;
/// Bytes of a stream that is short: 32 KiB of one byte are about fifty.
const SHORT: usize = 256;
/// Parts of the cache at most; two threads rarely want the same.
const SHARDS: u64 = 8;

/// The bytes of a disk in chunks.
pub(super) struct Chunks {
    segments: Vec<Source>,
    tables: Vec<Table>,
    geometry: Geometry,
    /// Bytes of a chunk.
    chunk: usize,
    shards: Vec<Mutex<Shard>>,
    unread: Unread,
}

/// What one reader at a time needs to decode a chunk, and the chunks that it decoded last.
struct Shard {
    inflate: Decompressor,
    packed: AlignedBuffer,
    page: Page,
    /// A short stream, and the byte of which its chunk is made: on most disks, most chunks are empty.
    plain: Option<(Vec<u8>, u8)>,
    kept: Vec<Kept>,
    clock: u64,
    /// Bytes of a chunk.
    chunk: usize,
    /// Chunks kept at most.
    capacity: usize,
}

struct Kept {
    number: u64,
    used: u64,
    bytes: Box<[u8]>,
}

/// Why a chunk reads as zeros.
type Bad = &'static str;

const ABSENT: Bad = "a chunk whose data lie outside its segment";
const GARBLED: Bad = "a chunk that does not inflate to its size, or whose checksum is wrong";

impl Chunks {
    /// Of tables in the order of their first chunks.
    pub(super) fn new(segments: Vec<Source>, tables: Vec<Table>, geometry: Geometry) -> Self {
        let chunk = to_usize(geometry.chunk);
        let kept = KEPT.checked_div(geometry.chunk).unwrap_or(1).max(1);
        let shards = kept.min(SHARDS);
        let capacity = usize::try_from(kept.checked_div(shards).unwrap_or(1)).unwrap_or(1);
        let shards = (0..shards).map(|_| Mutex::new(Shard::new(chunk, capacity))).collect();
        Self { segments, tables, geometry, chunk, shards, unread: Unread::default() }
    }

    /// Reads `target` from a place inside one chunk.
    fn read_chunk(&self, number: u64, within: usize, target: &mut [u8]) -> io::Result<()> {
        let shards = to_u64(self.shards.len());
        let shard = usize::try_from(number.checked_rem(shards).unwrap_or(0)).unwrap_or(0);
        let Some(shard) = self.shards.get(shard) else { return Ok(()) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if target.len() == self.chunk {
            return self.decode(number, &mut shard, target);
        }
        let place = match shard.place(number) {
            Ok(place) => place,
            Err(place) => {
                let mut bytes =
                    shard.kept.get_mut(place).map(|kept| std::mem::take(&mut kept.bytes)).unwrap_or_default();
                let decoded = self.decode(number, &mut shard, &mut bytes);
                if let Some(kept) = shard.kept.get_mut(place) {
                    *kept = Kept { number: if decoded.is_ok() { number } else { u64::MAX }, bytes, ..*kept };
                }
                decoded?;
                place
            }
        };
        let bytes = shard.kept.get(place).and_then(|kept| kept.bytes.get(within..within.checked_add(target.len())?));
        target.copy_from_slice(bytes.ok_or_else(|| io::Error::other("a place outside its chunk"))?);
        Ok(())
    }

    /// Decodes a chunk; what is damaged of it becomes zeros and is noted.
    fn decode(&self, number: u64, shard: &mut Shard, target: &mut [u8]) -> io::Result<()> {
        let start = number.saturating_mul(self.geometry.chunk);
        let rest = self.geometry.length.saturating_sub(start).min(self.geometry.chunk);
        let place = self.tables.partition_point(|table| table.first.unwrap_or(0) <= number).checked_sub(1);
        let table = place.and_then(|place| Some((place, self.tables.get(place)?)));
        let Some((place, table)) = table.filter(|(_, table)| number < table.end_chunk()) else {
            target.fill(0);
            return Ok(());
        };
        let index = to_u32(number.saturating_sub(table.first.unwrap_or(0)));
        let Some(segment) = self.segments.get(table.segment) else { return Ok(()) };
        let expected = usize::try_from(rest).unwrap_or(0).min(target.len());
        let decoded = match shard.page.find(segment, place, table, index)? {
            Some(stored) => shard.decode(segment, stored, expected, target)?,
            None => Err("a chunk whose entry lies outside its segment"),
        };
        if let Err(why) = decoded {
            target.fill(0);
            self.unread.note(start..start.saturating_add(rest), why);
        }
        Ok(())
    }
}

impl ReadAt for Chunks {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = to_usize(self.geometry.length.saturating_sub(offset));
        let wanted = buffer.len().min(rest);
        let mut filled = 0usize;
        while let Some(target) = buffer.get_mut(filled..wanted).filter(|target| !target.is_empty()) {
            let at = offset.saturating_add(to_u64(filled));
            let number = at.checked_div(self.geometry.chunk).unwrap_or(0);
            let within = usize::try_from(at.checked_rem(self.geometry.chunk).unwrap_or(0)).unwrap_or(0);
            let count = self.chunk.saturating_sub(within).min(target.len());
            let Some(part) = target.get_mut(..count) else { break };
            self.read_chunk(number, within, part)?;
            filled = filled.saturating_add(count);
        }
        Ok(filled)
    }

    fn len(&self) -> u64 {
        self.geometry.length
    }

    fn unread(&self) -> Vec<Cause> {
        self.unread.take()
    }
}

impl Shard {
    fn new(chunk: usize, capacity: usize) -> Self {
        // What deflate makes of bytes that do not shrink is longer than they are by five bytes in 16 KiB.
        let room = chunk.saturating_add(chunk.checked_div(256).unwrap_or(0)).saturating_add(1024);
        Self {
            inflate: Decompressor::new(),
            packed: AlignedBuffer::new(room),
            page: Page::new(),
            plain: None,
            kept: Vec::new(),
            clock: 0,
            chunk,
            capacity: capacity.max(1),
        }
    }

    /// Where a chunk is kept, or where the next is to be.
    fn place(&mut self, number: u64) -> Result<usize, usize> {
        self.clock = self.clock.saturating_add(1);
        let found = self.kept.iter().position(|kept| kept.number == number);
        let place = found.unwrap_or_else(|| {
            if self.kept.len() < self.capacity {
                self.kept.push(Kept { number: u64::MAX, used: 0, bytes: vec![0; self.chunk].into() });
            }
            let oldest = self.kept.iter().enumerate().min_by_key(|(_, kept)| kept.used);
            oldest.map_or(0, |(place, _)| place)
        });
        if let Some(kept) = self.kept.get_mut(place) {
            kept.used = self.clock;
        }
        if found.is_some() { Ok(place) } else { Err(place) }
    }

    /// Decodes one chunk, of which `expected` bytes belong to the disk. `target` has room for a whole one.
    fn decode(
        &mut self,
        segment: &Source,
        stored: Stored,
        expected: usize,
        target: &mut [u8],
    ) -> io::Result<Result<(), Bad>> {
        let (offset, size) = match stored {
            Stored::Pattern(pattern) => {
                target.chunks_mut(8).for_each(|part| part.iter_mut().zip(pattern).for_each(|(to, from)| *to = from));
                return Ok(Ok(()));
            }
            Stored::Deflated { offset, size } | Stored::Plain { offset, size, .. } => (offset, size),
        };
        let space = self.packed.space();
        let room = space.len().min(to_usize(size));
        let Some(space) = space.get_mut(..room) else { return Ok(Err(ABSENT)) };
        let count = read_full(segment, offset, space)?;
        let packed = self.packed.filled(count);
        Ok(match stored {
            _ if count == 0 => Err(ABSENT),
            Stored::Deflated { .. } => match &self.plain {
                Some((same, byte)) if same == packed => {
                    target.fill(*byte);
                    Ok(())
                }
                _ => {
                    let inflated = inflate(&mut self.inflate, packed, expected, target);
                    if packed.len() <= SHORT && inflated.is_ok() && expected == target.len() {
                        let first = target.first().copied().unwrap_or(0);
                        if target.iter().all(|byte| *byte == first) {
                            self.plain = Some((packed.to_vec(), first));
                        }
                    }
                    inflated
                }
            },
            Stored::Plain { summed, .. } => plain(packed, summed, expected, target),
            Stored::Pattern(_) => Ok(()),
        })
    }
}

fn inflate(stream: &mut Decompressor, packed: &[u8], expected: usize, target: &mut [u8]) -> Result<(), Bad> {
    // That it succeeds means that the checksum of the stream was right.
    let made = stream.zlib_decompress(packed, target).map_err(|_| GARBLED)?;
    if made < expected {
        return Err(GARBLED);
    }
    target.get_mut(made..).unwrap_or_default().fill(0);
    Ok(())
}

/// The last chunk of a disk is stored whole by some tools, and cut by others.
fn plain(packed: &[u8], summed: bool, expected: usize, target: &mut [u8]) -> Result<(), Bad> {
    let right = |length: usize| {
        let (data, rest) = packed.split_at_checked(length)?;
        let stored = rest.first_chunk().map(|sum| u32::from_le_bytes(*sum));
        (!summed || stored == Some(zlib_rs::adler32::adler32(1, data))).then_some(data)
    };
    let data = right(target.len()).or_else(|| right(expected)).ok_or(GARBLED)?;
    let (head, tail) = target.split_at_mut_checked(data.len()).ok_or(GARBLED)?;
    head.copy_from_slice(data);
    tail.fill(0);
    Ok(())
}
