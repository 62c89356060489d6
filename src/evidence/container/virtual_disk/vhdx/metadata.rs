//! The metadata of a VHDX: the sizes of the disk, and the paths of its parent ([MS-VHDX] 2.6).

use super::{Guid, corrupt};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::number::to_usize;
use crate::base::wide;
use crate::evidence::container::virtual_disk::fields::bounded;
use std::ops::Range;

/// The table, and the largest item: a locator with three paths of Windows.
const TABLE: u64 = 64 << 10;
const ITEM: u64 = 256 << 10;

/// Entries of the table, at most (2.6.1.1), and of a parent locator.
const ENTRIES: usize = 2047;
const KEYS: usize = 64;

const FILE_PARAMETERS: Guid = *b"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b";
const DISK_SIZE: Guid = *b"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8";
const SECTOR_SIZE: Guid = *b"\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f";
const PHYSICAL_SECTOR_SIZE: Guid = *b"\xc7\x48\xa3\xcd\x5d\x44\x71\x44\x9c\xc9\xe9\x88\x52\x51\xc5\x56";
const DISK_IDENTITY: Guid = *b"\xab\x12\xca\xbe\xe6\xb2\x23\x45\x93\xef\xc3\x09\xe0\x00\xc7\x46";
const PARENT_LOCATOR: Guid = *b"\x2d\x5f\xd3\xa8\x0b\xb3\x4d\x45\xab\xf7\xd3\xd8\x48\x34\xab\x0c";

/// What the metadata say.
pub(super) struct Metadata {
    /// Bytes of a block.
    pub(super) block: u64,
    /// Bytes of the disk.
    pub(super) size: u64,
    /// Bytes of a sector.
    pub(super) sector: u64,
    /// Whether the disk lies over a parent.
    pub(super) differs: bool,
    /// The paths of the parent, the relative one first.
    pub(super) paths: Vec<String>,
    /// The identities that the parent may have.
    pub(super) linkage: Vec<Vec<u8>>,
}

impl Metadata {
    pub(super) fn read(source: &dyn ReadAt, region: &Range<u64>) -> Result<Self, Cause> {
        let table = bounded(source, region.start, TABLE, TABLE)?;
        if !table.starts_with(b"metadata") {
            return Err(corrupt("metadata are missing", region.start));
        }
        let mut found = Self { block: 0, size: 0, sector: 0, differs: false, paths: Vec::new(), linkage: Vec::new() };
        let count = usize::from(Fields(&table).u16(10)).min(ENTRIES);
        for entry in table.get(32..).unwrap_or_default().chunks_exact(32).take(count) {
            let item = bounded(
                source,
                region.start.saturating_add(Fields(entry).u32(16).into()),
                Fields(entry).u32(20).into(),
                ITEM,
            )?;
            match Fields(entry).array::<16>(0) {
                FILE_PARAMETERS => {
                    found.block = Fields(&item).u32(0).into();
                    found.differs = Fields(&item).u32(4) & 2 != 0;
                }
                DISK_SIZE => found.size = Fields(&item).u64(0),
                SECTOR_SIZE => found.sector = Fields(&item).u32(0).into(),
                PARENT_LOCATOR => found.read_locator(&item),
                PHYSICAL_SECTOR_SIZE | DISK_IDENTITY => {}
                _ if Fields(entry).u32(24) & 4 != 0 => {
                    return Err(Cause::Unsupported("a VHDX with metadata that must be known and are not".to_owned()));
                }
                _ => {}
            }
        }
        let sizes = found.block.is_power_of_two() && (1 << 20..=256 << 20).contains(&found.block);
        if !sizes || !matches!(found.sector, 512 | 4096) {
            return Err(corrupt("blocks or sectors have an impossible size", region.start));
        }
        Ok(found)
    }

    fn read_locator(&mut self, item: &[u8]) {
        let count = usize::from(Fields(item).u16(18)).min(KEYS);
        let text = |at: u32, length: u16| {
            let start = to_usize(at);
            wide::until_nul(item.get(start..start.saturating_add(length.into())).unwrap_or_default())
        };
        let mut paths = [const { None }; 3];
        for entry in item.get(20..).unwrap_or_default().chunks_exact(12).take(count) {
            let value = text(Fields(entry).u32(4), Fields(entry).u16(10));
            let place = match text(Fields(entry).u32(0), Fields(entry).u16(8)).as_str() {
                "parent_linkage" | "parent_linkage2" => {
                    self.linkage.extend(guid(&value));
                    continue;
                }
                "relative_path" => 0,
                "volume_path" => 1,
                "absolute_win32_path" => 2,
                _ => continue,
            };
            if let Some(path) = paths.get_mut(place) {
                *path = Some(value);
            }
        }
        self.paths = paths.into_iter().flatten().collect();
    }
}

/// A GUID written as `{2dc27766-f623-4200-9d64-115e9bfd4a08}`, as it lies in a file.
fn guid(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let value = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?;
    let bytes = value.to_be_bytes();
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    order.into_iter().map(|at: usize| bytes.get(at).copied()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn identities_lie_in_the_file_as_windows_keeps_them() {
        let bytes = super::guid("{2dc27766-f623-4200-9d64-115e9bfd4a08}").unwrap();
        assert_eq!(bytes, b"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08");
        assert_eq!(super::guid("{}"), None);
    }
}
