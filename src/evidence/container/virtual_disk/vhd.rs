//! VHD, the disks of Virtual PC and Hyper-V before 2012 (Microsoft, Virtual Hard Disk Image Format Specification 1.0).
//!
//! The crate `vhd-core` reads the whole file into memory and no differencing disk.

use super::Disk;
use super::family::{Family, Reference};
use super::fields::{be32, be64, bounded, header, split};
use super::map::{Map, Place, Run, same_bits};
use super::pool::Pooled;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::fields::Fields;
use crate::base::source::{Part, Source};
use crate::base::wide;
use std::io;
use std::ops::Range;
use std::sync::Arc;

const COOKIE: &[u8] = b"conectix";
const FOOTER: u64 = 512;

/// Disk types (section "Hard Disk Footer Format").
const FIXED: u32 = 2;
const DYNAMIC: u32 = 3;
const DIFFERENCING: u32 = 4;

/// Bytes of the path in a parent locator that are read: those of the longest path of Windows.
const LOCATOR: u64 = 64 << 10;

/// A block that the file does not have.
const ABSENT: u32 = u32::MAX;

/// Whether a file is one: its footer says so, or the copy of it at the start. Virtual PC before 2004 wrote 511 bytes.
pub(super) fn is_one(source: &dyn ReadAt, head: &[u8]) -> bool {
    head.starts_with(COOKIE) || footer(source).is_ok_and(|footer| footer.is_some())
}

/// The footer and where it begins.
fn footer(source: &dyn ReadAt) -> io::Result<Option<(u64, [u8; 512])>> {
    for length in [FOOTER, 511] {
        let Some(at) = source.len().checked_sub(length) else { continue };
        let bytes = bounded(source, at, length, FOOTER)?;
        if bytes.starts_with(COOKIE) {
            return Ok(Some((at, Fields(&bytes).array(0))));
        }
    }
    Ok(None)
}

/// The sum that a header of that size states of itself, with its own field as zeros.
fn sum(header: &[u8], field: usize) -> u32 {
    let own = field..field.saturating_add(4);
    let bytes = header.iter().enumerate().filter(|(at, _)| !own.contains(at));
    !bytes.fold(0u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)))
}

pub(super) fn open(source: Source, family: &Family<'_>) -> Result<Disk, Cause> {
    let corrupt = |what: &str, offset: u64| Cause::Corrupt { what: format!("a VHD whose {what}"), offset };
    let mut damage = Vec::new();
    let copy = header::<512>(&source, 0)?.filter(|copy| copy.starts_with(COOKIE));
    let good = |footer: &[u8; 512]| sum(footer, 64) == be32(footer, 64);
    let (end, footer) = match (footer(&source)?, copy) {
        (Some((end, footer)), Some(copy)) if !good(&footer) => {
            damage.push(corrupt("footer is damaged; its copy is used", end));
            (end, copy)
        }
        (Some(found), _) => found,
        (None, Some(copy)) => {
            damage.push(corrupt("end with its footer is missing", source.len()));
            (source.len(), copy)
        }
        (None, None) => return Err(corrupt("footer is missing", source.len())),
    };
    if !good(&footer) {
        damage.push(corrupt("footer does not have the sum that it states", end));
    }
    if footer.get(84).is_some_and(|state| *state != 0) {
        damage.push(Cause::Unsupported("the VHD belongs to a machine that was saved while it ran".to_owned()));
    }
    let size = be64(&footer, 48);
    let identity = Fields(&footer).array::<16>(68);
    let disk = match be32(&footer, 60) {
        FIXED => {
            if end < size {
                damage.push(corrupt("data are cut short", end));
            }
            Disk { source: Arc::new(Part::new(source, 0, size.min(end))), damage, identity: Vec::new() }
        }
        kind @ (DYNAMIC | DIFFERENCING) => sparse(source, family, &footer, kind == DIFFERENCING, damage)?,
        kind => return Err(Cause::Unsupported(format!("a VHD of the type {kind}"))),
    };
    Ok(disk.known_as(identity))
}

fn sparse(
    source: Source,
    family: &Family<'_>,
    footer: &[u8],
    differs: bool,
    mut damage: Vec<Cause>,
) -> Result<Disk, Cause> {
    let corrupt = |what: &str, offset: u64| Cause::Corrupt { what: format!("a VHD whose {what}"), offset };
    let at = be64(footer, 16);
    let head = header::<1024>(&source, at)?.filter(|head| head.starts_with(b"cxsparse"));
    let Some(head) = head else { return Err(corrupt("header of the dynamic disk is missing", at)) };
    if sum(&head, 36) != be32(&head, 36) {
        damage.push(corrupt("header of the dynamic disk does not have the sum that it states", at));
    }
    let block = u64::from(be32(&head, 32));
    if !block.is_power_of_two() || block < 512 {
        return Err(corrupt("blocks have an impossible size", at.saturating_add(32)));
    }
    let table = be64(&head, 16);
    let entries = u64::from(be32(&head, 28));
    let mut parent = None;
    if differs {
        let wanted = Fields(&head).array::<16>(40);
        let references = references(&source, &head)?;
        parent = family.parent(&references, &mut damage, |parent| parent.identity == wanted);
    }
    let tables = vec![
        at..at.saturating_add(1024),
        table..table.saturating_add(entries.saturating_mul(4)).min(source.len()),
        0..FOOTER,
    ];
    let file = family.pooled(source);
    let map = Blocks { file: file.clone(), block, size: be64(footer, 48), table, entries, differs, tables };
    Ok(Disk::layer(map, file, parent, damage))
}

/// How the header names the parent: by the paths of its locators, the relative one first, and by its plain name.
fn references(source: &dyn ReadAt, head: &[u8]) -> io::Result<Vec<Reference>> {
    let mut found = Vec::new();
    for code in [b"W2ru", b"W2ku"] {
        for locator in (0..8usize).map(|number| number.saturating_mul(24).saturating_add(576)) {
            if &Fields(head).array::<4>(locator) == code {
                let (length, at) = (be32(head, locator.saturating_add(8)), be64(head, locator.saturating_add(16)));
                let path = bounded(source, at, length.into(), LOCATOR)?;
                found.push(Reference::new(wide::until_nul(&path)));
            }
        }
    }
    let units = head.get(64..576).unwrap_or_default().as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
    found.push(Reference::new(wide::text(units.take_while(|unit| *unit != 0))));
    found.retain(|reference| !reference.stated.is_empty());
    Ok(found)
}

/// The map of a dynamic or differencing disk.
struct Blocks {
    file: Pooled,
    block: u64,
    size: u64,
    table: u64,
    entries: u64,
    differs: bool,
    tables: Vec<Range<u64>>,
}

impl Blocks {
    /// Bytes of the bitmap before each block: a bit for each sector, in whole sectors.
    fn bitmap(&self) -> u64 {
        (self.block / 512).div_ceil(8).next_multiple_of(512)
    }

    /// The sectors from one on that have the same bit in the bitmap, and that bit. The most significant bit is first.
    fn sectors(&self, bitmap: u64, sector: u64) -> io::Result<Option<(bool, u64)>> {
        self.file.page(bitmap.saturating_add(sector / 8), |bytes| {
            same_bits(bytes, sector % 8, |byte, bit| byte & 0x80u8.checked_shr(bit).unwrap_or(0) != 0)
        })
    }
}

impl Map for Blocks {
    fn len(&self) -> u64 {
        self.size
    }

    fn locate(&self, offset: u64) -> io::Result<Run> {
        let (number, within) = split(offset, self.block);
        let left = self.block.saturating_sub(within).min(self.size.saturating_sub(offset)).max(1);
        let rest = self.size.saturating_sub(offset).max(1);
        if number >= self.entries {
            return Ok(Run { place: Place::Lost("the table of the blocks ends before it"), length: rest });
        }
        let Some(entry) = self.file.entry(self.table.saturating_add(number.saturating_mul(4)))? else {
            return Ok(Run { place: Place::Lost("the table of the blocks is cut short"), length: rest });
        };
        let entry = u32::from_be_bytes(entry);
        if entry == ABSENT {
            return Ok(Run { place: Place::Below, length: left });
        }
        let bitmap = u64::from(entry).saturating_mul(512);
        let data = bitmap.saturating_add(self.bitmap());
        if !self.differs || bitmap >= self.file.source.len() {
            return Ok(Run { place: Place::Stored(data.saturating_add(within)), length: left });
        }
        let Some((own, sectors)) = self.sectors(bitmap, within / 512)? else {
            return Ok(Run { place: Place::Lost("its bitmap is cut short"), length: left });
        };
        let length = sectors.saturating_mul(512).saturating_sub(within % 512).min(left);
        let place = if own { Place::Stored(data.saturating_add(within)) } else { Place::Below };
        Ok(Run { place, length })
    }

    fn tables(&self) -> &[Range<u64>] {
        &self.tables
    }

    fn tail(&self) -> u64 {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::super::testimage::{self as build, Below, Filled, Folder, put};

    #[test]
    fn footers_that_are_damaged_missing_or_short() {
        let image = build::vhd(1, None, &[Filled(1), Below]);
        let end = image.len() - 512;
        let changed = |at: usize, byte: u8| {
            let mut image = image.clone();
            put(&mut image, at, &[byte]);
            image
        };
        let cut = image[..end].to_vec();
        let old = [vec![3u8; 1024], build::vhd_footer(2, 1024, 1)[..511].to_vec()].concat();
        let short = [vec![3u8; 512], build::vhd_footer(2, 1024, 1)].concat();
        for (image, first, words) in [
            (image.clone(), 1, ""),
            (changed(end + 50, 9), 1, "its copy is used"),
            (cut, 1, "is missing"),
            (changed(512 + 900, 1), 1, "header of the dynamic disk does not have the sum"),
            (old, 3, ""),
            (short, 3, "cut short"),
        ] {
            let (bytes, told) = Folder::new([("disk", image)]).read();
            assert_eq!((bytes[0], told.len()), (first, usize::from(!words.is_empty())), "{told:?}");
            assert!(told.iter().all(|told| told.contains(words)), "{told:?}");
        }
    }

    #[test]
    fn impossible_headers_are_refused() {
        let mut sizes = build::vhd(1, None, &[Filled(1)]);
        put(&mut sizes, 512 + 32, &[0, 0, 0, 3]);
        let mut header = build::vhd(1, None, &[Filled(1)]);
        put(&mut header, 512, b"x");
        for (image, words) in [
            (sizes, "impossible size"),
            (header, "header of the dynamic disk is missing"),
            ([vec![0; 512], build::vhd_footer(6, 512, 1)].concat(), "type 6"),
        ] {
            let error = Folder::new([("disk", image)]).open().map(|_| ()).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
