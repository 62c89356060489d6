//! The table of the blocks of a VHDX, and the bitmaps of a differencing one ([MS-VHDX] 2.4, 2.5).

use super::metadata::Metadata;
use super::regions::Regions;
use crate::evidence::container::virtual_disk::fields::split;
use crate::evidence::container::virtual_disk::map::{Map, Place, Run, same_bits};
use crate::evidence::container::virtual_disk::pool::Pooled;
use std::io;
use std::ops::Range;

/// Sectors that one bitmap is of (2.4).
const CHUNK: u64 = 1 << 23;

/// The bits of an entry that are an offset in the file, in units of 1 MiB that are left where they are.
const OFFSET: u64 = !0xf_ffff;

/// States of a block (2.5.1.1).
const NOT_PRESENT: u64 = 0;
const UNDEFINED: u64 = 1;
const ZERO: u64 = 2;
const UNMAPPED: u64 = 3;
const FULLY_PRESENT: u64 = 6;
const PARTIALLY_PRESENT: u64 = 7;

/// The map of a VHDX.
pub(super) struct Blocks {
    file: Pooled,
    block: u64,
    size: u64,
    sector: u64,
    table: Range<u64>,
    differs: bool,
    tables: Vec<Range<u64>>,
}

impl Blocks {
    pub(super) fn new(file: Pooled, metadata: &Metadata, regions: Regions) -> Self {
        let Metadata { block, size, sector, differs, .. } = *metadata;
        let tables = vec![0..1 << 20, regions.blocks.clone(), regions.metadata];
        Self { file, block, size, sector, table: regions.blocks, differs, tables }
    }

    /// Blocks that one bitmap is of: after as many entries of blocks, the table has one of a bitmap.
    fn ratio(&self) -> u64 {
        split(CHUNK.saturating_mul(self.sector), self.block).0.max(1)
    }

    fn entry(&self, number: u64) -> io::Result<Option<u64>> {
        let at = self.table.start.saturating_add(number.saturating_mul(8));
        if at.saturating_add(8) > self.table.end {
            return Ok(None);
        }
        Ok(self.file.entry(at)?.map(u64::from_le_bytes))
    }

    /// The run at an offset of a block that is partly this layer's and partly the parent's.
    fn partial(&self, offset: u64, data: u64, left: u64) -> io::Result<Run> {
        let (number, in_block) = split(offset, self.block);
        let (chunk, _) = split(number, self.ratio());
        let after = chunk.saturating_mul(self.ratio().saturating_add(1)).saturating_add(self.ratio());
        let bitmap = self.entry(after)?.filter(|entry| entry & 7 == FULLY_PRESENT).map(|entry| entry & OFFSET);
        let Some(bitmap) = bitmap.filter(|bitmap| *bitmap < self.file.source.len()) else {
            return Ok(Run { place: Place::Lost("its bitmap is missing"), length: left });
        };
        let (sector, within) = split(offset, self.sector);
        let bit = sector % CHUNK;
        let bits = self.file.page(bitmap.saturating_add(bit / 8), |bytes| {
            same_bits(bytes, bit % 8, |byte, bit| byte & 1u8.checked_shl(bit).unwrap_or(0) != 0)
        })?;
        let Some((own, sectors)) = bits else {
            return Ok(Run { place: Place::Lost("its bitmap is cut short"), length: left });
        };
        let length = sectors.saturating_mul(self.sector).saturating_sub(within).min(left);
        let place = if own { Place::Stored(data.saturating_add(in_block)) } else { Place::Below };
        Ok(Run { place, length })
    }
}

impl Map for Blocks {
    fn len(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Run> {
        let (number, within) = split(offset, self.block);
        let left = self.block.saturating_sub(within).min(self.size.saturating_sub(offset)).max(1);
        let Some(entry) = self.entry(number.saturating_add(split(number, self.ratio()).0))? else {
            let length = self.size.saturating_sub(offset).max(1);
            return Ok(Run { place: Place::Lost("the table of the blocks ends before it"), length });
        };
        let data = entry & OFFSET;
        let place = match entry & 7 {
            NOT_PRESENT => Place::Below,
            UNDEFINED | ZERO | UNMAPPED => Place::Zeros,
            FULLY_PRESENT => Place::Stored(data.saturating_add(within)),
            PARTIALLY_PRESENT if self.differs => return self.partial(offset, data, left),
            _ => Place::Lost("its block has an unknown state"),
        };
        Ok(Run { place, length: left })
    }

    fn tables(&self) -> &[Range<u64>] {
        &self.tables
    }

    fn tail(&self) -> u64 {
        1
    }
}
