//! The descriptors of a disc's volume: which tree of directories is read, and how its names are written.

use super::{Extent, SECTOR};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;

/// How the names of a tree are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// In capitals, with a version after them.
    Plain,
    /// In UCS-2, big-endian.
    Joliet,
    /// In the system use areas of the records; so many bytes of those are skipped.
    RockRidge { skipped: usize },
}

/// A disc, as its descriptors tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disc {
    pub(super) names: Names,
    /// Bytes of a block, in which extents are counted.
    pub(super) block: u64,
    pub(super) root: Extent,
    pub(super) label: Option<String>,
}

/// Where the descriptors begin.
const FIRST: u64 = 16;
/// Descriptors that are looked at; a disc has three or four.
const MOST: u64 = 64;

impl Disc {
    /// Reads the descriptors. Joliet's tree is taken where there is one, else the primary one.
    pub(super) fn read(volume: &dyn ReadAt) -> Result<Self, Cause> {
        let mut bytes = [0u8; 2048];
        let (mut primary, mut joliet) = (None, None);
        for number in FIRST..FIRST.saturating_add(MOST) {
            let offset = number.saturating_mul(SECTOR);
            if read_full(volume, offset, &mut bytes)? < bytes.len() {
                break;
            }
            let fields = Fields(&bytes);
            if fields.bytes(1, 5) != b"CD001" {
                break;
            }
            match fields.u8(0) {
                1 if primary.is_none() => primary = Self::of(fields, Names::Plain),
                2 if joliet.is_none() && matches!(fields.bytes(88, 3), b"%/@" | b"%/C" | b"%/E") => {
                    joliet = Self::of(fields, Names::Joliet);
                }
                255 => break,
                _ => {}
            }
        }
        let wrong =
            || Cause::Corrupt { what: "no descriptor of a volume".to_owned(), offset: FIRST.saturating_mul(SECTOR) };
        let mut disc = joliet.or(primary).ok_or_else(wrong)?;
        if disc.names == Names::Plain {
            disc.names = super::record::rock_ridge(volume, disc.root)
                .map_or(Names::Plain, |skipped| Names::RockRidge { skipped });
        }
        Ok(disc)
    }

    fn of(fields: Fields<'_>, names: Names) -> Option<Self> {
        let block = u64::from(fields.u16(128));
        let text = fields.bytes(40, 32);
        let label = if names == Names::Joliet {
            let units = text.chunks_exact(2).map(|unit| Fields(unit).u16(0).swap_bytes()).take_while(|unit| *unit != 0);
            String::from_utf8_lossy(&crate::base::wide::utf8(units)).into_owned()
        } else {
            crate::base::escape::lossless(text)
        };
        let label = label.trim_end_matches([' ', '\0']).to_owned();
        let root =
            Extent { start: u64::from(fields.u32(158)).saturating_mul(block), length: u64::from(fields.u32(166)) };
        block.is_power_of_two().then(|| Self { names, block, root, label: (!label.is_empty()).then_some(label) })
    }
}
