//! Content that is had in chunks: the one that was decompressed last is kept.

use super::runs::damaged;
use crate::base::bytes::{ReadAt, read_by_parts};
use crate::base::number::{to_u64, to_usize};
use std::io;
use std::sync::{Mutex, PoisonError};

/// Makes the chunks of a content.
pub(super) trait Chunks: Send {
    /// Fills a chunk; its number counts from zero.
    ///
    /// # Errors
    /// Why the chunk cannot be had.
    fn fill(&mut self, number: u64, content: &mut [u8]) -> io::Result<()>;
}

/// Content made of chunks of the same size, the last of them cut.
pub(super) struct Chunked<C> {
    size: u64,
    chunk: usize,
    state: Mutex<State<C>>,
}

struct State<C> {
    chunks: C,
    number: Option<u64>,
    content: Vec<u8>,
}

impl<C: Chunks> Chunked<C> {
    /// Of `size` bytes, in chunks of `chunk`.
    pub(super) fn new(chunks: C, size: u64, chunk: usize) -> Self {
        Self { size, chunk, state: Mutex::new(State { chunks, number: None, content: Vec::new() }) }
    }
}

impl<C: Chunks> ReadAt for Chunked<C> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let size = to_u64(self.chunk).max(1);
        let wanted = buffer.len().min(to_usize(self.size.saturating_sub(offset)));
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { chunks, number, content } = &mut *guard;
        read_by_parts(offset, buffer.get_mut(..wanted).unwrap_or_default(), |at, rest| {
            let (this, inside) = (at.checked_div(size).unwrap_or(0), at.checked_rem(size).unwrap_or(0));
            if *number != Some(this) {
                *number = None;
                let length = self.size.saturating_sub(this.saturating_mul(size)).min(size);
                content.resize(usize::try_from(length).unwrap_or(0), 0);
                chunks.fill(this, content)?;
                *number = Some(this);
            }
            let source = usize::try_from(inside).ok().and_then(|inside| content.get(inside..)).unwrap_or_default();
            if source.is_empty() {
                return Err(damaged("content: a chunk is short"));
            }
            for (target, byte) in rest.iter_mut().zip(source) {
                *target = *byte;
            }
            Ok(rest.len().min(source.len()))
        })
    }

    fn len(&self) -> u64 {
        self.size
    }
}
