//! The extents of a disk, one after the other.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::source::Source;
use crate::evidence::container::virtual_disk::fields::{index, wide};
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
        let wanted = buffer.len().min(index(self.len().saturating_sub(offset)));
        let mut done = 0usize;
        while done < wanted {
            let at = offset.saturating_add(wide(done));
            let number = self.parts.partition_point(|(end, _)| *end <= at);
            let Some((end, part)) = self.parts.get(number) else { break };
            let start = number.checked_sub(1).and_then(|before| self.parts.get(before)).map_or(0, |(end, _)| *end);
            let upto = done.saturating_add(index(end.saturating_sub(at))).min(wanted);
            let Some(target) = buffer.get_mut(done..upto) else { break };
            let count = match part {
                Some(part) => match read_full(part, at.saturating_sub(start), target) {
                    Ok(count) => count,
                    Err(_) if done > 0 => break,
                    Err(error) => return Err(error),
                },
                None => 0,
            };
            target.get_mut(count..).unwrap_or_default().fill(0);
            done = upto;
        }
        Ok(done)
    }

    fn len(&self) -> u64 {
        self.parts.last().map_or(0, |(end, _)| *end)
    }
}
