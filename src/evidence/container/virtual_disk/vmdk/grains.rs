//! A sparse file: grains of the disk, found through a directory of tables (sections "Hosted Sparse Extents",
//! "Stream-Optimized Compressed Sparse Extents", "ESX Server Sparse Extents").

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::source::Source;
use crate::evidence::container::virtual_disk::Disk;
use crate::evidence::container::virtual_disk::fields::{header, split};
use crate::evidence::container::virtual_disk::map::{Map, Packed, Place, Run};
use crate::evidence::container::virtual_disk::pool::{LARGEST_UNIT, Pooled};
use crate::evidence::container::virtual_disk::unpack::Codec;
use std::io;
use std::ops::Range;

const SECTOR: u64 = 512;

/// Bits of the flags.
const REDUNDANT: u32 = 1 << 1;
const ZEROED: u32 = 1 << 2;
const COMPRESSED: u32 = 1 << 16;
const MARKERS: u32 = 1 << 17;

/// The directory that stands for one at the end of the file.
const AT_END: u64 = u64::MAX;

/// Bytes of the mark before a compressed grain: its sector of the disk and its bytes.
const MARK: u64 = 12;

/// Entries of a table in ESX Server's kind of file.
const ESX_ENTRIES: u64 = 4096;

/// What the header of a sparse file says.
pub(super) struct Extent {
    /// Where the text that describes the disk lies, and its bytes.
    pub(super) descriptor: (u64, u64),
    size: u64,
    grain: u64,
    entries: u64,
    directory: u64,
    /// A second directory, with tables of its own.
    spare: Option<u64>,
    flags: u32,
    notes: Vec<Cause>,
}

fn corrupt(what: &str, offset: u64) -> Cause {
    Cause::Corrupt { what: format!("a sparse VMDK whose {what}"), offset }
}

impl Extent {
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self, Cause> {
        let Some(head) = header::<512>(source, 0)? else { return Err(corrupt("header is cut short", source.len())) };
        let mut found = match &Fields(&head).array::<4>(0) {
            b"KDMV" => Self::hosted(source, &head)?,
            b"COWD" => Self::esx(&head),
            _ => return Err(corrupt("signature is missing", 0)),
        };
        let grain = found.grain;
        if !grain.is_power_of_two()
            || !(SECTOR..=LARGEST_UNIT).contains(&grain)
            || !(1..=1 << 16).contains(&found.entries)
        {
            return Err(corrupt("grains or tables have an impossible size", 20));
        }
        let tables = found.size.div_ceil(grain.saturating_mul(found.entries));
        let fits = |at: u64| at.checked_add(tables.saturating_mul(4)).is_some_and(|end| end <= source.len());
        if !fits(found.directory) {
            let damage = corrupt("directory lies outside the file", found.directory);
            found.directory = found.spare.filter(|spare| fits(*spare)).ok_or(damage)?;
            found.notes.push(corrupt("directory lies outside the file; the second one is used", found.directory));
        }
        Ok(found)
    }

    fn hosted(source: &dyn ReadAt, head: &[u8; 512]) -> Result<Self, Cause> {
        let mut notes = Vec::new();
        let mut footer = None;
        if Fields(head).u64(56) == AT_END {
            // The footer lies before the sector that marks the end of the stream.
            let at = source.len().saturating_sub(2 * SECTOR);
            footer = header::<512>(source, at)?.filter(|footer| footer.starts_with(b"KDMV"));
            if footer.is_none() {
                return Err(corrupt("end with its footer is missing", source.len()));
            }
        }
        let descriptor = (Fields(head).u64(28).saturating_mul(SECTOR), Fields(head).u64(36).saturating_mul(SECTOR));
        let head = footer.as_ref().unwrap_or(head);
        let (version, flags) = (Fields(head).u32(4), Fields(head).u32(8));
        if !(1..=3).contains(&version) {
            return Err(Cause::Unsupported(format!("a sparse VMDK of version {version}")));
        }
        if flags & COMPRESSED != 0 && Fields(head).u16(77) != 1 {
            return Err(Cause::Unsupported(format!("a VMDK compressed by the method {}", Fields(head).u16(77))));
        }
        if head.get(72).is_some_and(|unclean| *unclean != 0) {
            notes.push(Cause::Unsupported("the VMDK was not closed; its tables may be behind".to_owned()));
        }
        let bytes = |at: usize| Fields(head).u64(at).saturating_mul(SECTOR);
        Ok(Self {
            descriptor,
            size: bytes(12),
            grain: bytes(20),
            entries: Fields(head).u32(44).into(),
            directory: bytes(56),
            spare: (flags & REDUNDANT != 0).then(|| bytes(48)),
            flags,
            notes,
        })
    }

    fn esx(head: &[u8; 512]) -> Self {
        let bytes = |at: usize| u64::from(Fields(head).u32(at)).saturating_mul(SECTOR);
        Self {
            descriptor: (0, 0),
            size: bytes(12),
            grain: bytes(16),
            entries: ESX_ENTRIES,
            directory: bytes(20),
            spare: None,
            flags: 0,
            notes: Vec::new(),
        }
    }

    /// The extent as a disk over what is below it.
    pub(super) fn open(self, file: &Pooled, below: Option<Source>, mut damage: Vec<Cause>) -> Disk {
        let Self { size, grain, entries, directory, flags, notes, .. } = self;
        damage.extend(notes);
        let directories = size.div_ceil(grain.saturating_mul(entries)).saturating_mul(4);
        let tables = vec![0..SECTOR, directory..directory.saturating_add(directories)];
        let map = Grains { file: file.clone(), size, grain, entries, directory, flags, tables };
        Disk::layer(map, file.clone(), below, damage)
    }
}

/// The map of a sparse file.
struct Grains {
    file: Pooled,
    size: u64,
    grain: u64,
    entries: u64,
    directory: u64,
    flags: u32,
    tables: Vec<Range<u64>>,
}

impl Grains {
    fn run(&self, offset: u64, unit: u64, place: Place) -> Run {
        let left = unit.saturating_sub(split(offset, unit).1);
        Run { place, length: left.min(self.size.saturating_sub(offset)).max(1) }
    }

    /// A compressed grain. How long its data are is said by the mark before them and by themselves alone, so that the
    /// tables can be checked without a look at the data.
    fn packed(&self, at: u64, offset: u64) -> Place {
        let (_, within) = split(offset, self.grain);
        let at = if self.flags & MARKERS != 0 { at.saturating_add(MARK) } else { at };
        // Data that do not shrink grow by five bytes in each 16 KiB and the six of the header and the sum.
        let stored = self.grain.saturating_add(self.grain / 512).saturating_add(64);
        // The last grain of a disk is no longer than what is left of it.
        let size = self.grain.min(self.size.saturating_sub(offset.saturating_sub(within)));
        Place::Packed { unit: Packed { at, stored, size, codec: Codec::Zlib }, within }
    }
}

impl Map for Grains {
    fn len(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Run> {
        let covered = self.grain.saturating_mul(self.entries);
        let (number, below) = split(offset, covered);
        let table = self.file.entry(self.directory.saturating_add(number.saturating_mul(4)))?;
        let table = u64::from(table.map_or(0, u32::from_le_bytes)).saturating_mul(SECTOR);
        if table == 0 {
            return Ok(self.run(offset, covered, Place::Below));
        }
        if self.tables.iter().any(|known| known.contains(&table)) {
            return Ok(self.run(offset, covered, Place::Lost("its table would lie in the tables above it")));
        }
        if table >= self.file.source.len() {
            return Ok(self.run(offset, covered, Place::Lost("its table lies outside the file")));
        }
        let (number, within) = split(below, self.grain);
        let Some(entry) = self.file.entry(table.saturating_add(number.saturating_mul(4)))?.map(u32::from_le_bytes)
        else {
            return Ok(self.run(offset, self.grain, Place::Lost("its table is cut short")));
        };
        let at = u64::from(entry).saturating_mul(SECTOR);
        let place = match entry {
            0 => Place::Below,
            1 if self.flags & ZEROED != 0 => Place::Zeros,
            _ if self.flags & COMPRESSED != 0 => self.packed(at, offset),
            _ => Place::Stored(at.saturating_add(within)),
        };
        Ok(self.run(offset, self.grain, place))
    }

    fn tables(&self) -> &[Range<u64>] {
        &self.tables
    }

    fn tail(&self) -> u64 {
        self.grain
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testimage::{self as build, Below, Filled, Folder, put};

    #[test]
    fn the_second_directory_stands_in_for_the_first() {
        let mut image = build::vmdk(b"", &[Filled(1), Below]);
        put(&mut image, 8, &7u32.to_le_bytes());
        put(&mut image, 48, &1u64.to_le_bytes());
        put(&mut image, 56, &0x1_0000_0000_u64.to_le_bytes());
        let (bytes, told) = Folder::new([("disk", image)]).read();
        assert_eq!((bytes[0], told.len()), (1, 1));
        assert!(told[0].contains("the second one is used"), "{told:?}");
    }

    #[test]
    fn files_of_esx_server_are_read() {
        let mut image = vec![0u8; 4 * 512];
        put(&mut image, 0, b"COWD\x01\0\0\0\x03\0\0\0");
        for (at, value) in [(12, 16u32), (16, 8), (20, 4), (24, 1)] {
            put(&mut image, at, &value.to_le_bytes());
        }
        put(&mut image, 2048, &5u32.to_le_bytes());
        put(&mut image, 2560, &0u32.to_le_bytes());
        put(&mut image, 2564, &40u32.to_le_bytes());
        put(&mut image, 40 * 512, &[7; 4096]);
        let (bytes, told) = Folder::new([("disk", image)]).read();
        assert_eq!((bytes.len(), bytes[4095], bytes[4096], told), (8192, 0, 7, vec![]));
    }

    #[test]
    fn impossible_headers_are_refused() {
        for (at, value, words) in [
            (4, 9u64, "version 9"),
            (20, 0, "impossible size"),
            (20, 3, "impossible size"),
            (20, 1 << 40, "impossible size"),
            (44, 0, "impossible size"),
            (12, u64::MAX >> 9, "directory lies outside"),
            (56, u64::MAX, "footer is missing"),
            (56, 1 << 50, "directory lies outside"),
        ] {
            let mut image = build::vmdk(b"", &[Filled(1)]);
            let size = if matches!(at, 4 | 44) { 4 } else { 8 };
            put(&mut image, at, &value.to_le_bytes()[..size]);
            let error = Folder::new([("disk", image)]).open().map(|_| ()).unwrap_err();
            assert!(error.contains(words), "{at}: {error}");
        }
    }
}
