//! The extents of a disk, one after the other.

use crate::base::bytes::{ReadAt, read_by_parts, read_full};
use crate::base::number::to_usize;
use crate::base::source::Source;
use std::io;

/// Parts that follow one another; a part that is missing or shorter than it should be reads as zeros.
#[derive(Default)]
pub(super) struct Joined {
    /// Where each part ends, and its bytes.
    parts: Vec<(u64, Option<Source>)>,
}

impl Joined {
    pub(super) fn push(&mut self, part: Option<Source>, length: u64) {
        self.parts.push((self.len().saturating_add(length), part));
    }
}

impl ReadAt for Joined {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(to_usize(self.len().saturating_sub(offset)));
        read_by_parts(offset, buffer.get_mut(..wanted).unwrap_or_default(), |at, rest| {
            let number = self.parts.partition_point(|(end, _)| *end <= at);
            let Some((end, part)) = self.parts.get(number) else { return Ok(0) };
            let start = number.checked_sub(1).and_then(|before| self.parts.get(before)).map_or(0, |(end, _)| *end);
            let length = rest.len().min(to_usize(end.saturating_sub(at)));
            let target = rest.get_mut(..length).unwrap_or_default();
            let count = part.as_ref().map_or(Ok(0), |part| read_full(part, at.saturating_sub(start), target))?;
            target.get_mut(count..).unwrap_or_default().fill(0);
            Ok(length)
        })
    }

    fn len(&self) -> u64 {
        self.parts.last().map_or(0, |(end, _)| *end)
    }
}
