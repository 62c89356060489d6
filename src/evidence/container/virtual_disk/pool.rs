//! What the layers of one disk share in memory: pages of their tables and units that were unpacked, both few.
use super::map::Packed;
use super::unpack::Unpacker;
use crate::base::bytes::read_full;
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of a page of a table.
const PAGE: u64 = 4096;

/// Pages held, 1 MiB in all.
const PAGES: u64 = 256;

/// Units held, and the bytes that they may have in all before fewer of them are held.
const UNITS: u64 = 16;
const UNIT_BYTES: u64 = 4 << 20;

/// The largest unit: the largest cluster of a QCOW2.
pub(super) const LARGEST_UNIT: u64 = 2 << 20;

/// Runs of the disks of one evidence that are checked: beyond 4 TiB in clusters of 64 KiB.
pub(super) const RUNS: u64 = 1 << 26;

/// The memory of all layers of a disk.
pub(super) struct Pool {
    files: AtomicU64,
    checked: AtomicU64,
    pages: Vec<Mutex<Page>>,
    units: Vec<Mutex<Unit>>,
}

/// A page of a file, read.
#[derive(Default)]
struct Page {
    key: Option<(u64, u64)>,
    bytes: Vec<u8>,
}

/// A compressed unit of a file, unpacked, and what unpacks it.
#[derive(Default)]
struct Unit {
    key: Option<(u64, u64)>,
    bytes: Vec<u8>,
    packed: Vec<u8>,
    unpacker: Unpacker,
}

/// A file whose tables are read through the pool.
#[derive(Clone)]
pub(super) struct Pooled {
    pool: Arc<Pool>,
    file: u64,
    /// The file itself.
    pub(super) source: Source,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            files: AtomicU64::new(0),
            checked: AtomicU64::new(0),
            pages: (0..PAGES).map(|_| Mutex::default()).collect(),
            units: (0..UNITS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl Pool {
    /// A file that takes part.
    pub(super) fn file(self: &Arc<Self>, source: Source) -> Pooled {
        Pooled { pool: self.clone(), file: self.files.fetch_add(1, Ordering::Relaxed), source }
    }
}

/// The slot of a key among `among`; each key has one, so that no reader waits for another's.
fn slot<T>(slots: &[Mutex<T>], among: u64, file: u64, number: u64) -> io::Result<MutexGuard<'_, T>> {
    let mixed = number.wrapping_add(file.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let slot = slots.get(to_usize(mixed.checked_rem(among).unwrap_or(0)));
    let slot = slot.ok_or_else(|| io::Error::other("no memory for tables"))?;
    Ok(slot.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Pooled {
    /// Whether one more run may be checked.
    pub(super) fn may_check(&self) -> bool {
        self.pool.checked.fetch_add(1, Ordering::Relaxed) < RUNS
    }

    /// Shows `work` the bytes from an offset to the end of its page; none beyond the end of the file.
    pub(super) fn page<T>(&self, offset: u64, work: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let (number, within) = (offset / PAGE, offset % PAGE);
        let mut page = slot(&self.pool.pages, PAGES, self.file, number)?;
        let page = &mut *page;
        if page.key != Some((self.file, number)) {
            page.key = None;
            page.bytes.resize(to_usize(PAGE), 0);
            let count = read_full(&self.source, number.saturating_mul(PAGE), &mut page.bytes)?;
            page.bytes.truncate(count);
            page.key = Some((self.file, number));
        }
        Ok(work(page.bytes.get(to_usize(within)..).unwrap_or_default()))
    }

    /// An entry of a table; nothing where the file ends before its end.
    pub(super) fn entry<const N: usize>(&self, offset: u64) -> io::Result<Option<[u8; N]>> {
        let entry = self.page(offset, |bytes| bytes.first_chunk::<N>().copied())?;
        match entry {
            Some(entry) => Ok(Some(entry)),
            // Over the border of two pages, where a table lies at an odd offset.
            None => super::fields::header(&self.source, offset),
        }
    }

    /// Unpacks a unit and gives its bytes from `within`; how many there were. Whole units go straight to `target`.
    pub(super) fn unpack(&self, packed: &Packed, within: u64, target: &mut [u8]) -> io::Result<usize> {
        if packed.size > LARGEST_UNIT || packed.stored > LARGEST_UNIT.saturating_mul(2) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a compressed unit larger than any format's"));
        }
        let among = UNIT_BYTES.checked_div(packed.size).unwrap_or(UNITS).clamp(2, UNITS);
        // Units lie close after one another; their own sizes tell them apart better than the bytes of the offset.
        let mut unit = slot(&self.pool.units, among, self.file, packed.at / 512)?;
        let Unit { key, bytes, packed: input, unpacker } = &mut *unit;
        let wanted = (self.file, packed.at);
        if *key != Some(wanted) {
            input.resize(to_usize(packed.stored), 0);
            let count = read_full(&self.source, packed.at, input)?;
            let input = input.get(..count).unwrap_or_default();
            let failed = |why: String| {
                io::Error::new(io::ErrorKind::InvalidData, format!("compressed data at offset {}: {why}", packed.at))
            };
            if within == 0 && to_u64(target.len()) >= packed.size {
                let target = target.get_mut(..to_usize(packed.size)).unwrap_or_default();
                unpacker.unpack(packed.codec, input, target).map_err(failed)?;
                return Ok(target.len());
            }
            *key = None;
            bytes.resize(to_usize(packed.size), 0);
            unpacker.unpack(packed.codec, input, bytes).map_err(failed)?;
            *key = Some(wanted);
        }
        let bytes = bytes.get(to_usize(within)..).unwrap_or_default();
        let count = bytes.len().min(target.len());
        if let (Some(target), Some(bytes)) = (target.get_mut(..count), bytes.get(..count)) {
            target.copy_from_slice(bytes);
        }
        Ok(count)
    }
}
