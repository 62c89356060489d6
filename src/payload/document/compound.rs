//! OLE compound files: storages and streams in sectors that tables chain. [MS-CFB].
//!
//! Tables are read where they lie, and only the directory is held. No chain is followed further than the bytes that are
//! wanted, nor twice through the same sector of the directory.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use crate::base::wide;
use crate::base::window::Window;
use std::collections::BTreeSet;
use std::io;

/// The first bytes of a compound file.
pub(super) const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Entries of the directory that are read.
const ENTRIES: usize = 65_536;
/// Sectors of the tables and of the stream of small streams that are known.
const SECTORS: usize = 1 << 18;
/// From here on numbers of sectors have other meanings.
const LAST_SECTOR: u32 = 0xffff_fffa;

/// A storage or a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name and those of the storages that hold it, with `/` between them.
    pub(super) path: String,
    pub(super) is_stream: bool,
    /// Class of a storage, in the order of the file.
    pub(super) class: [u8; 16],
    pub(super) size: u64,
    start: u32,
    name: String,
    left: u32,
    right: u32,
    child: u32,
}

impl Entry {
    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// A compound file.
pub(super) struct Compound<'s> {
    stream: &'s dyn ReadAt,
    /// Bytes of a sector, and of a small one.
    sector: u64,
    small: u64,
    /// Streams smaller than this lie in small sectors.
    cutoff: u64,
    /// Sectors of the table that chains sectors, of that for small ones, and of the stream that small ones are parts of.
    table: Vec<u32>,
    small_table: Vec<u32>,
    small_stream: Vec<u32>,
    /// The entries that can be reached from the root, which is the first.
    pub(super) entries: Vec<Entry>,
    /// Whether something of the structure was damaged or did not fit the caps.
    pub(super) damaged: bool,
}

impl<'s> Compound<'s> {
    /// Reads the directory. Nothing where the header is none.
    pub(super) fn open(stream: &'s dyn ReadAt) -> io::Result<Option<Self>> {
        let mut fixed = [0u8; 512];
        let count = read_full(stream, 0, &mut fixed)?;
        let header = Fields(&fixed);
        let (shift, small_shift) = (header.u16(0x1e), header.u16(0x20));
        if count < 512
            || !fixed.starts_with(SIGNATURE)
            || !(7..=16).contains(&shift)
            || !(4..=12).contains(&small_shift)
        {
            return Ok(None);
        }
        let mut compound = Self {
            stream,
            sector: 1u64.checked_shl(shift.into()).unwrap_or(512),
            small: 1u64.checked_shl(small_shift.into()).unwrap_or(64),
            cutoff: header.u32(0x38).into(),
            table: Vec::new(),
            small_table: Vec::new(),
            small_stream: Vec::new(),
            entries: Vec::new(),
            damaged: false,
        };
        compound.read_table(header)?;
        let mut window = Window::new(stream);
        let directory = compound.chain(&mut window, header.u32(0x30), ENTRIES / 4)?;
        compound.small_table = compound.chain(&mut window, header.u32(0x3c), SECTORS)?;
        let raw = compound.read_directory(&mut window, &directory)?;
        if let Some(root) = raw.first() {
            compound.small_stream = compound.chain(&mut window, root.start, SECTORS)?;
        }
        compound.entries = compound.reach(raw);
        Ok(Some(compound))
    }

    /// The sectors of the table: 109 in the header, the others in a chain of sectors.
    fn read_table(&mut self, header: Fields<'_>) -> io::Result<()> {
        let announced = to_usize(header.u32(0x2c)).min(SECTORS);
        self.table = (0..109usize).map(|index| header.u32(index.saturating_mul(4).saturating_add(0x4c))).collect();
        let mut next = header.u32(0x44);
        let mut visited = BTreeSet::new();
        let per_sector = usize::try_from(self.sector / 4).unwrap_or(128).saturating_sub(1);
        let mut window = Window::new(self.stream);
        while next < LAST_SECTOR && self.table.len() < announced {
            if !visited.insert(next) {
                self.damaged = true;
                break;
            }
            let bytes = window.get(self.offset(next), usize::try_from(self.sector).unwrap_or(512))?;
            let fields = Fields(bytes);
            self.table.extend((0..per_sector).map(|index| fields.u32(index.saturating_mul(4))));
            next = if bytes.is_empty() { u32::MAX } else { fields.u32(per_sector.saturating_mul(4)) };
        }
        self.table.truncate(announced);
        Ok(())
    }

    fn offset(&self, sector: u32) -> u64 {
        u64::from(sector).saturating_add(1).saturating_mul(self.sector)
    }

    /// The sector after one.
    fn next(&self, window: &mut Window<'_>, sector: u32) -> io::Result<Option<u32>> {
        next_in(window, &self.table, self.sector, sector, |sector| self.offset(sector))
    }

    /// The sectors of a chain, at most so many.
    fn chain(&mut self, window: &mut Window<'_>, start: u32, most: usize) -> io::Result<Vec<u32>> {
        let most = most.min(
            self.stream
                .len()
                .checked_div(self.sector)
                .and_then(|most| usize::try_from(most).ok())
                .unwrap_or(usize::MAX),
        );
        let mut sectors = Vec::new();
        let mut visited = BTreeSet::new();
        let mut next = Some(start);
        while let Some(sector) = next.filter(|sector| *sector < LAST_SECTOR) {
            if sectors.len() >= most || !visited.insert(sector) {
                self.damaged = true;
                break;
            }
            sectors.push(sector);
            next = self.next(window, sector)?;
        }
        Ok(sectors)
    }

    fn read_directory(&self, window: &mut Window<'_>, sectors: &[u32]) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for sector in sectors {
            let bytes = window.get(self.offset(*sector), usize::try_from(self.sector).unwrap_or(512))?;
            for record in bytes.chunks_exact(128) {
                if entries.len() < ENTRIES {
                    entries.push(self.entry(Fields(record)));
                }
            }
        }
        Ok(entries)
    }

    fn entry(&self, record: Fields<'_>) -> Entry {
        let length = usize::from(record.u16(0x40)).saturating_sub(2).min(62);
        let name = crate::base::escape::lossless(&wide::utf8(wide::units(record.bytes(0, length))));
        // The upper half is rubbish in files of 512-byte sectors.
        let size = if self.sector == 512 { record.u32(0x78).into() } else { record.u64(0x78) };
        Entry {
            path: String::new(),
            is_stream: record.u8(0x42) == 2,
            class: record.array(0x50),
            size: if record.u8(0x42) == 0 { 0 } else { size },
            start: record.u32(0x74),
            name,
            left: record.u32(0x44),
            right: record.u32(0x48),
            child: record.u32(0x4c),
        }
    }

    /// The entries that the trees of siblings and children lead to.
    fn reach(&mut self, mut raw: Vec<Entry>) -> Vec<Entry> {
        let Some(root) = raw.first().cloned() else { return Vec::new() };
        let mut reached = vec![Entry { path: String::new(), ..root.clone() }];
        let mut visited = BTreeSet::from([0u32]);
        let mut pending = vec![(root.child, String::new())];
        while let Some((id, parent)) = pending.pop() {
            if id >= LAST_SECTOR {
                continue;
            }
            let entry = usize::try_from(id).ok().and_then(|id| raw.get_mut(id)).map(std::mem::take);
            let Some(mut entry) = entry.filter(|_| visited.insert(id)) else {
                self.damaged = true;
                continue;
            };
            entry.path = if parent.is_empty() { entry.name.clone() } else { format!("{parent}/{}", entry.name) };
            pending.push((entry.right, parent.clone()));
            pending.push((entry.left, parent));
            // Storages in storages further than Office goes are left alone: paths would grow with each.
            if !entry.is_stream && entry.path.len() < 2048 {
                pending.push((entry.child, entry.path.clone()));
            }
            reached.push(entry);
        }
        reached
    }

    /// The bytes of a stream, at most so many.
    pub(super) fn read(&self, entry: &Entry, most: u64) -> io::Result<Vec<u8>> {
        let wanted = usize::try_from(entry.size.min(most).min(self.stream.len())).unwrap_or(0);
        let small = entry.size < self.cutoff;
        let unit = if small { self.small } else { self.sector };
        let unit_size = usize::try_from(unit).unwrap_or(512);
        let (mut table, mut data) = (Window::new(self.stream), Window::new(self.stream));
        let mut bytes = Vec::new();
        let mut sector = entry.start;
        while bytes.len() < wanted && sector < LAST_SECTOR {
            let at = if small { self.small_offset(sector) } else { Some(self.offset(sector)) };
            let part = match at {
                Some(at) => data.get(at, unit_size.min(wanted.saturating_sub(bytes.len())))?,
                None => &[],
            };
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(part);
            let next = if small {
                next_in(&mut table, &self.small_table, self.sector, sector, |sector| self.offset(sector))?
            } else {
                self.next(&mut table, sector)?
            };
            let Some(next) = next else { break };
            sector = next;
        }
        Ok(bytes)
    }

    /// Where a small sector lies.
    fn small_offset(&self, sector: u32) -> Option<u64> {
        let at = u64::from(sector).saturating_mul(self.small);
        let holder = usize::try_from(at.checked_div(self.sector)?).ok()?;
        Some(self.offset(*self.small_stream.get(holder)?).saturating_add(at.checked_rem(self.sector)?))
    }
}

/// The entry of a table that lies in sectors.
fn next_in(
    window: &mut Window<'_>,
    table: &[u32],
    sector_size: u64,
    sector: u32,
    offset: impl Fn(u32) -> u64,
) -> io::Result<Option<u32>> {
    let at = u64::from(sector).saturating_mul(4);
    let holder = at.checked_div(sector_size).and_then(|index| usize::try_from(index).ok());
    let Some(holder) = holder.and_then(|index| table.get(index)).filter(|holder| **holder < LAST_SECTOR) else {
        return Ok(None);
    };
    let at = offset(*holder).saturating_add(at.checked_rem(sector_size).unwrap_or(0));
    let bytes = window.get(at, 4)?;
    Ok((bytes.len() == 4).then(|| Fields(bytes).u32(0)))
}
