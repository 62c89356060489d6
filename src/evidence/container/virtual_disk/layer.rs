//! A layer of a virtual disk, read: each run from the place where the map says that it lies.
use super::map::{Map, Place, Run};
use super::pool::Pooled;
use crate::base::bytes::{ReadAt, read_by_parts, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use std::io;

/// A layer over its parent.
pub(super) struct Layer<M> {
    map: M,
    data: Pooled,
    parent: Option<Source>,
}

impl<M: Map> Layer<M> {
    /// Of a map, the file of the data, and the disk below.
    pub(super) fn new(map: M, data: Pooled, parent: Option<Source>) -> Self {
        Self { map, data, parent }
    }

    /// The run from an offset, with those that continue it up to `most` bytes.
    fn run(&self, offset: u64, most: u64) -> io::Result<Run> {
        let mut run = self.map.locate(offset)?;
        while run.length < most {
            let next = offset.saturating_add(run.length);
            if next >= self.map.len() {
                break;
            }
            // What cannot be located is an error when it is its turn, not before.
            let Some(joined) = self.map.locate(next).ok().and_then(|next| run.joined(next)) else { break };
            run = joined;
        }
        Ok(run)
    }

    /// Reads a part of a run, at least one byte.
    fn fill(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        let run = self.run(offset, to_u64(target.len()))?;
        let length = target.len().min(to_usize(run.length));
        let target = target.get_mut(..length).unwrap_or_default();
        match run.place {
            Place::Stored(at) => read_or_zeros(&self.data.source, at, target),
            Place::Zeros | Place::Lost(_) => {
                target.fill(0);
                Ok(length)
            }
            Place::Below => match &self.parent {
                Some(parent) => read_or_zeros(parent, offset, target),
                None => {
                    target.fill(0);
                    Ok(length)
                }
            },
            Place::Packed { unit, within } => self.data.unpack(&unit, within, target),
        }
    }
}

/// What lies beyond the end of the file is zeros: the check of the maps has told it where it matters.
fn read_or_zeros(source: &dyn ReadAt, offset: u64, target: &mut [u8]) -> io::Result<usize> {
    let count = read_full(source, offset, target)?;
    target.get_mut(count..).unwrap_or_default().fill(0);
    Ok(target.len())
}

impl<M: Map> ReadAt for Layer<M> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(to_usize(self.map.len().saturating_sub(offset)));
        read_by_parts(offset, buffer.get_mut(..wanted).unwrap_or_default(), |at, rest| self.fill(at, rest))
    }

    fn len(&self) -> u64 {
        self.map.len()
    }
}
