//! The headers of a VHDX and the table of its regions ([MS-VHDX] 2.2).

use super::{Guid, corrupt};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::number::{to_u64, to_usize};
use crate::evidence::container::virtual_disk::fields::{bounded, header};
use std::ops::Range;

const HEADERS: [u64; 2] = [64 << 10, 128 << 10];
const TABLES: [u64; 2] = [192 << 10, 256 << 10];
const HEADER: usize = 4096;
const TABLE: u64 = 64 << 10;

/// Entries of a table of regions, at most (2.2.3.1).
const ENTRIES: usize = 2047;

const BLOCKS: Guid = *b"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08";
const METADATA: Guid = *b"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";

/// What the current header says.
pub(super) struct Headers {
    /// Changes whenever the data of the disk do; what a child knows its parent by.
    pub(super) data_write: Guid,
}

impl Headers {
    pub(super) fn read(source: &dyn ReadAt, damage: &mut Vec<Cause>) -> Result<Self, Cause> {
        let mut current: Option<(u64, [u8; HEADER])> = None;
        for at in HEADERS {
            match header::<HEADER>(source, at)?.filter(|header| is_whole(header, b"head")) {
                Some(header) if current.as_ref().is_none_or(|(number, _)| Fields(&header).u64(8) > *number) => {
                    current = Some((Fields(&header).u64(8), header));
                }
                Some(_) => {}
                None => damage.push(corrupt("one header is damaged", at)),
            }
        }
        let Some((_, header)) = current else { return Err(corrupt("headers are both damaged", HEADERS[0])) };
        let version = Fields(&header).u16(66);
        if version != 1 {
            return Err(Cause::Unsupported(format!("VHDX version {version}")));
        }
        if Fields(&header).array::<16>(48) != [0; 16] {
            let what =
                "the VHDX was not closed: its log holds changes that are not applied; what they change reads as it was";
            damage.push(Cause::Unsupported(what.to_owned()));
        }
        Ok(Self { data_write: Fields(&header).array(32) })
    }
}

/// Where the regions lie.
pub(super) struct Regions {
    pub(super) blocks: Range<u64>,
    pub(super) metadata: Range<u64>,
}

impl Regions {
    pub(super) fn read(source: &dyn ReadAt, damage: &mut Vec<Cause>) -> Result<Self, Cause> {
        for at in TABLES {
            let table = bounded(source, at, TABLE, TABLE)?;
            if to_u64(table.len()) == TABLE && is_whole(&table, b"regi") {
                return Self::of(source, &table, at);
            }
            damage.push(corrupt("one table of regions is damaged", at));
        }
        Err(corrupt("tables of regions are both damaged", TABLES[0]))
    }

    fn of(source: &dyn ReadAt, table: &[u8], at: u64) -> Result<Self, Cause> {
        let (mut blocks, mut metadata) = (None, None);
        let count = to_usize(Fields(table).u32(8)).min(ENTRIES);
        for entry in table.get(16..).unwrap_or_default().chunks_exact(32).take(count) {
            let start = Fields(entry).u64(16);
            let range = start..start.saturating_add(Fields(entry).u32(24).into()).min(source.len());
            match Fields(entry).array::<16>(0) {
                BLOCKS => blocks = Some(range),
                METADATA => metadata = Some(range),
                _ if Fields(entry).u32(28) & 1 == 1 => {
                    return Err(Cause::Unsupported("a VHDX with a region that must be known and is not".to_owned()));
                }
                _ => {}
            }
        }
        let (blocks, metadata) =
            blocks.zip(metadata).ok_or_else(|| corrupt("table names no blocks or no metadata", at))?;
        if blocks.is_empty() || metadata.is_empty() {
            return Err(corrupt("regions lie outside the file", at));
        }
        Ok(Self { blocks, metadata })
    }
}

/// Whether a structure has its signature and the CRC-32C that it states.
fn is_whole(bytes: &[u8], signature: &[u8]) -> bool {
    bytes.starts_with(signature) && crc32c(bytes) == Fields(bytes).u32(4)
}

/// CRC-32C (Castagnoli) with the field of the sum itself as zeros.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: u8| {
        let mixed = (crc ^ u32::from(byte)) & 0xff;
        let folded = (0..8).fold(mixed, |rest, _| if rest & 1 == 1 { (rest >> 1) ^ 0x82f6_3b78 } else { rest >> 1 });
        (crc >> 8) ^ folded
    };
    let sum = |crc, (at, byte): (usize, &u8)| step(crc, if (4..8).contains(&at) { 0 } else { *byte });
    !bytes.iter().enumerate().fold(u32::MAX, sum)
}

#[cfg(test)]
pub(in super::super) fn sum(bytes: &[u8]) -> u32 {
    crc32c(bytes)
}
