//! Compressed bytes as a decoder takes them: from a source, one block after the other.

use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use std::io::{self, BufRead, Read};

/// Bytes read at a time.
const BLOCK: u64 = 32 << 10;

/// A position in a source, with the block that was read there.
pub(super) struct Input {
    source: Source,
    /// Offset of the first byte that was not taken.
    position: u64,
    block: Vec<u8>,
    /// Bytes of the block that were taken.
    taken: usize,
}

impl Input {
    pub(super) fn new(source: Source) -> Self {
        Self { source, position: 0, block: Vec::new(), taken: 0 }
    }

    /// The bytes at hand, which are more than none unless the source is at its end.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.block.len() {
            let rest = self.source.len().saturating_sub(self.position);
            self.block.resize(usize::try_from(rest.min(BLOCK)).unwrap_or(0), 0);
            self.taken = 0;
            let count = loop {
                match self.source.read_at(self.position, &mut self.block) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            self.block.truncate(*count.as_ref().unwrap_or(&0));
            count?;
        }
        Ok(self.block.get(self.taken..).unwrap_or_default())
    }

    /// Passes over bytes that were at hand.
    pub(super) fn pass(&mut self, count: usize) {
        let count = count.min(self.block.len().saturating_sub(self.taken));
        self.taken = self.taken.saturating_add(count);
        self.position = self.position.saturating_add(to_u64(count));
    }

    /// Passes over bytes, at hand or not.
    pub(super) fn skip(&mut self, count: u64) {
        self.position = self.position.saturating_add(count);
        let block = to_usize(count);
        self.taken = self.taken.saturating_add(block).min(self.block.len());
    }

    /// Takes one byte; nothing at the end.
    pub(super) fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?.first().copied();
        self.pass(1);
        Ok(byte)
    }
}

/// A copy reads its block anew, so that it is small while it waits.
impl Clone for Input {
    fn clone(&self) -> Self {
        Self { source: self.source.clone(), position: self.position, block: Vec::new(), taken: 0 }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.peek()?.read(buffer)?;
        self.pass(count);
        Ok(count)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek()
    }

    fn consume(&mut self, count: usize) {
        self.pass(count);
    }
}
