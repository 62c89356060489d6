//! The bytes of a file, from its clusters.

use super::chain::Run;
use super::geometry::Geometry;
use crate::base::bytes::{ReadAt, read_by_parts, read_full};
use crate::base::number::to_usize;
use crate::base::source::Source;
use std::io;

/// The bytes of a file. Where its clusters do not suffice, reading past the last of them is an error.
pub(super) struct Content {
    source: Source,
    extents: Vec<Extent>,
    /// Bytes of the file.
    length: u64,
    /// Bytes of it that its clusters hold.
    held: u64,
    /// Bytes of it that were ever written; what follows reads as zeros.
    written: u64,
    shortfall: &'static str,
}

/// A stretch of the file that lies in one piece.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Where in the file it ends.
    end: u64,
    /// Where on the volume it ends.
    volume_end: u64,
}

impl Content {
    /// Of so many bytes in these clusters; `shortfall` says why there are no more of them.
    pub(super) fn new(
        source: Source,
        geometry: &Geometry,
        runs: &[Run],
        length: u64,
        shortfall: Option<&'static str>,
    ) -> Self {
        let mut shortfall = shortfall.unwrap_or("a file that is longer than its clusters");
        let (mut extents, mut held) = (Vec::with_capacity(runs.len()), 0u64);
        for run in runs {
            let start = geometry.offset(run.first);
            let size = u64::from(run.count).saturating_mul(geometry.cluster);
            let there = size.min(source.len().saturating_sub(start));
            held = held.saturating_add(there);
            extents.push(Extent { end: held, volume_end: start.saturating_add(there) });
            if there < size {
                shortfall = "a file that lies beyond the end of the image";
                break;
            }
        }
        Self { source, extents, length, held: held.min(length), written: u64::MAX, shortfall }
    }

    /// Says how many bytes were ever written.
    pub(super) fn written(&mut self, bytes: u64) {
        self.written = bytes;
    }

    /// Reads from the extent that holds an offset, no further than its end.
    fn read_extent(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let number = self.extents.partition_point(|extent| extent.end <= offset);
        let Some(extent) = self.extents.get(number) else { return Ok(0) };
        let rest = extent.end.saturating_sub(offset);
        let wanted = to_usize(rest).min(buffer.len());
        let Some(target) = buffer.get_mut(..wanted) else { return Ok(0) };
        read_full(&self.source, extent.volume_end.saturating_sub(rest), target)
    }
}

impl ReadAt for Content {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = to_usize(self.length.saturating_sub(offset)).min(buffer.len());
        read_by_parts(offset, buffer.get_mut(..wanted).unwrap_or_default(), |at, target| {
            if at >= self.written {
                target.fill(0);
                return Ok(target.len());
            }
            if at >= self.held {
                return Err(io::Error::other(self.shortfall));
            }
            let end = to_usize(self.held.min(self.written).saturating_sub(at));
            let length = target.len().min(end);
            self.read_extent(at, target.get_mut(..length).unwrap_or_default())
        })
    }

    fn len(&self) -> u64 {
        self.length
    }

    fn extents(&self) -> Vec<(u64, u64)> {
        let mut begin = 0u64;
        let place = |extent: &Extent| {
            let (size, from) = (extent.end.saturating_sub(begin), begin);
            begin = extent.end;
            let length = extent.end.min(self.held).checked_sub(from).filter(|length| *length > 0)?;
            Some((extent.volume_end.saturating_sub(size), length))
        };
        self.extents.iter().map_while(place).collect()
    }
}
