//! Registry hives: keys and values, by their path or one after the other, of whole, damaged and dirty hives.
//!
//! Source: M. Suhanov, "Windows registry file format specification"; libyal, "Windows NT Registry File (REGF) format".
//! Cells are read where they lie when they are asked for, through a small cache: a hive is never held whole. The headers of
//! its bins are not asked, for a damaged one would hide the cells behind it. What points to no cell is counted and left out.
//! No cell is followed twice in one list or one walk, and the number of cells and of bytes read of one hive is capped.

mod cells;
mod deleted;
mod key;
mod logs;
mod marvin;
mod overlay;
mod value;
#[cfg(test)]
pub(crate) mod writer;

use self::cells::Cells;
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;

pub use self::key::Key;
pub use self::logs::Recovery;
pub use self::value::Value;

/// Where the cells begin.
const BINS: u64 = 4096;
/// The offset of nothing.
const NONE: u32 = u32::MAX;

/// A hive.
pub struct Hive<'a> {
    cells: Cells<'a>,
    root: u32,
    dirty: bool,
    recovery: Recovery,
}

/// Whether the bytes at the start of a file are those of a hive.
#[must_use]
pub fn is_hive(head: &[u8]) -> bool {
    head.starts_with(b"regf") && Fields(head).u32(28) == 0
}

impl<'a> Hive<'a> {
    /// Opens a hive as it is; nothing where there is none.
    #[must_use]
    pub fn open(stream: &'a dyn ReadAt) -> Option<Self> {
        let header = Header::read(stream)?;
        Self::over(Cells::new(stream), &header, Recovery::default())
    }

    /// Opens a hive as its transaction logs complete it: `NAME.LOG1` and `NAME.LOG2`, or `NAME.LOG` of old. Logs are used
    /// where the hive is dirty, and they belong to it and verify; [`Hive::recovery`] tells what became of them. Where they
    /// lead to no key, the hive is read as it is.
    #[must_use]
    pub fn with_logs(stream: &'a dyn ReadAt, logs: &[&'a dyn ReadAt]) -> Option<Self> {
        let header = Header::read(stream)?;
        let (overlay, header, mut recovery) = logs::recover(stream, &header, logs);
        let recovered = overlay.and_then(|overlay| Self::over(Cells::laid_over(overlay), &header, recovery.clone()));
        recovered.or_else(|| {
            if recovery.is_applied() {
                recovery = Recovery::refused("they lead to no root key");
            }
            Self::over(Cells::new(stream), &Header::read(stream)?, recovery)
        })
    }

    fn over(cells: Cells<'a>, header: &Header, recovery: Recovery) -> Option<Self> {
        let dirty = header.is_dirty() && !recovery.is_applied();
        let hive = Self { cells, root: header.root, dirty, recovery };
        (header.is_hive && hive.is_key(hive.root)).then_some(hive)
    }

    /// Whether the hive was not written to its end and no log completed it: what changed last may be in its logs alone.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// What became of the transaction logs.
    #[must_use]
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Whether cells were left unread because there were too many.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.cells.is_exhausted()
    }

    /// What was damaged or left out in what was read so far.
    #[must_use]
    pub fn anomalies(&self) -> Vec<Cause> {
        let mut causes = Vec::new();
        if let Some((count, offset)) = self.cells.missing() {
            let what = format!("registry hive: {count} references to cells that are not there, the first");
            causes.push(Cause::Corrupt { what, offset });
        }
        if self.is_exhausted() {
            causes.push(Cause::LimitReached { what: "cells of a registry hive", limit: self.cells.limit() });
        }
        causes
    }
}

/// What the base block says of a hive.
#[derive(Debug, Clone)]
struct Header {
    is_hive: bool,
    /// Sequence numbers: raised as a write begins, and as it has ended.
    sequence: (u32, u32),
    written: u64,
    /// 0: a hive; 1, 2: a log of the old format; 6: one of the new.
    file_type: u32,
    root: u32,
    bins_size: u32,
    /// The end of the path that the hive was loaded from.
    name: [u8; 64],
    /// Whether its checksum is right.
    is_valid: bool,
}

impl Header {
    fn read(stream: &dyn ReadAt) -> Option<Self> {
        let mut block = [0u8; 512];
        let count = read_full(stream, 0, &mut block).ok()?;
        let fields = Fields(block.get(..count)?);
        let sum = block.chunks_exact(4).take(127).fold(0, |sum, word| sum ^ Fields(word).u32(0));
        let sum = match sum {
            u32::MAX => u32::MAX.saturating_sub(1),
            0 => 1,
            sum => sum,
        };
        let whole = count == block.len();
        Some(Self {
            is_hive: count >= 48 && fields.array(0) == *b"regf",
            sequence: (fields.u32(4), fields.u32(8)),
            written: fields.u64(12),
            file_type: fields.u32(28),
            root: fields.u32(36),
            bins_size: fields.u32(40),
            name: fields.array(48),
            is_valid: whole && fields.array(0) == *b"regf" && fields.u32(508) == sum,
        })
    }

    fn is_dirty(&self) -> bool {
        !self.is_valid || self.sequence.0 != self.sequence.1
    }
}

#[cfg(test)]
pub(crate) mod tests;
