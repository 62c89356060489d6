//! Content that NTFS compressed: units of clusters, each of which is a hole, as it is, or fewer clusters of LZNT1.

use super::chunked::Chunks;
use super::lznt1::decompress;
use super::runs::{Content, damaged};
use crate::base::bytes::read_full;
use crate::base::number::to_usize;
use std::io;

/// The largest unit that is read; Windows makes units of 16 clusters of at most 4 KiB.
const UNIT: u64 = 1 << 20;

/// The units of a content.
pub(super) struct Units {
    /// The clusters as they lie on the volume, without regard to the size of the content.
    clusters: Content,
    unit: u64,
    initialised: u64,
    data: Vec<u8>,
}

impl Units {
    /// Of clusters of which `1 << exponent` are compressed together; the second is the bytes of a unit.
    ///
    /// # Errors
    /// No volume has units of that size.
    pub(super) fn new(content: Content, exponent: u8) -> Result<(Self, usize), &'static str> {
        let bad = "compressed with units of a size that is not read";
        let unit = 1u64.checked_shl(u32::from(exponent)).filter(|_| (1..=12).contains(&exponent)).ok_or(bad)?;
        let bytes = unit.checked_mul(content.cluster).filter(|bytes| *bytes <= UNIT).ok_or(bad)?;
        let initialised = content.initialised;
        let clusters = Content { size: u64::MAX, initialised: u64::MAX, ..content };
        Ok((Self { clusters, unit, initialised, data: Vec::new() }, usize::try_from(bytes).map_err(|_| bad)?))
    }

    /// How many clusters of a unit are there, from its first on.
    fn allocated(&self, first: u64) -> io::Result<u64> {
        let end = first.saturating_add(self.unit);
        let mut at = first;
        while at < end {
            match self.clusters.run(at) {
                Some(run) if run.start.is_some() => at = run.end(),
                Some(_) => break,
                None if at == first => return Err(damaged("content: its clusters are not known")),
                None => break,
            }
        }
        Ok(at.min(end).saturating_sub(first))
    }
}

impl Chunks for Units {
    fn fill(&mut self, number: u64, content: &mut [u8]) -> io::Result<()> {
        let first = number.saturating_mul(self.unit);
        let start = first.saturating_mul(self.clusters.cluster);
        let written = to_usize(self.initialised.saturating_sub(start)).min(content.len());
        if written == 0 {
            content.fill(0);
            return Ok(());
        }
        let allocated = self.allocated(first)?;
        if allocated == self.unit {
            read_full(&self.clusters, start, content)?;
        } else {
            content.fill(0);
            let length = usize::try_from(allocated.saturating_mul(self.clusters.cluster)).unwrap_or(0);
            self.data.resize(length, 0);
            read_full(&self.clusters, start, &mut self.data)?;
            decompress(&self.data, content).map_err(damaged)?;
        }
        content.get_mut(written..).unwrap_or_default().fill(0);
        Ok(())
    }
}
