//! What is wrong with a record, and how much work one may cost.

use crate::base::number::to_u32;

/// Where the bytes contradict the format, or cost too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damage {
    /// What is wrong.
    pub what: &'static str,
    /// Bytes from the start of the chunk.
    pub at: usize,
}

/// How much may still be done for the records of one chunk. A token costs one, as do sixteen bytes of text.
///
/// A chunk of real records takes some 50 000; templates that name themselves would take for ever.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    chunk: u32,
    record: u32,
}

impl Budget {
    const CHUNK: u32 = 400_000;
    const RECORD: u32 = 100_000;

    /// That of a new chunk.
    pub(super) const NEW: Self = Budget { chunk: Self::CHUNK, record: Self::RECORD };

    /// The next record of the chunk begins.
    pub(super) fn next_record(&mut self) {
        self.record = Self::RECORD.min(self.chunk);
    }

    /// Takes a token, and so many bytes of text.
    ///
    /// # Errors
    /// Where nothing is left.
    pub(super) fn spend(&mut self, bytes: usize, at: usize) -> Result<(), Damage> {
        let cost = to_u32(bytes / 16).saturating_add(1);
        match self.record.checked_sub(cost) {
            Some(rest) => {
                self.record = rest;
                self.chunk = self.chunk.saturating_sub(cost);
                Ok(())
            }
            None => Err(Damage { what: "more tokens than a record can have", at }),
        }
    }
}
