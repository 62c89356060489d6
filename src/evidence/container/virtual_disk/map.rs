//! Where the bytes of a virtual disk lie: what a format's reader says, and all that the rest needs to know of it.
use super::unpack::Codec;
use crate::base::number::to_u64;
use std::io;
use std::ops::Range;

/// A run of the disk that lies in one place, from the offset that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Where.
    pub(super) place: Place,
    /// Bytes, at least one.
    pub(super) length: u64,
}

/// Where a run lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At an offset of the file of the data, as it is.
    Stored(u64),
    /// Nowhere: zeros.
    Zeros,
    /// Not in this layer: the parent has it; zeros where there is none.
    Below,
    /// In a unit that is compressed as a whole.
    Packed {
        /// The unit.
        unit: Packed,
        /// The offset of the run inside the unit.
        within: u64,
    },
    /// It cannot be said, for this reason; reads as zeros.
    Lost(&'static str),
}

/// A compressed unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed {
    /// Where it lies in the file.
    pub(super) at: u64,
    /// At most how many bytes it has there.
    pub(super) stored: u64,
    /// How many bytes it must give.
    pub(super) size: u64,
    /// How it is compressed.
    pub(super) codec: Codec,
}

/// The map of one layer of a disk.
pub(super) trait Map: Send + Sync {
    /// Bytes of the disk.
    fn len(&self) -> u64;

    /// Where the byte at `offset`, which is before the end, and those after it lie.
    ///
    /// # Errors
    /// The table could not be read.
    fn locate(&self, offset: u64) -> io::Result<Run>;

    /// The ranges of the file that hold what the reader knows to be no data: data that lie there are a lie.
    fn tables(&self) -> &[Range<u64>];

    /// Bytes of a unit of the data, the last of which a good file may cut short; 1 where none may.
    fn tail(&self) -> u64;
}

impl Run {
    /// The run that this and the next one are together, where the next one goes on where this one ends.
    pub(super) fn joined(self, next: Run) -> Option<Run> {
        let continues = match (self.place, next.place) {
            (Place::Stored(first), Place::Stored(second)) => first.checked_add(self.length) == Some(second),
            (Place::Packed { .. }, _) => false,
            (one, other) => one == other,
        };
        continues.then(|| Run { place: self.place, length: self.length.saturating_add(next.length) })
    }
}

/// The bit `first` of the first byte, and how many bits from there on are like it; nothing where there are no bytes.
/// `is_set` says which bit of a byte is which.
pub(super) fn same_bits(bytes: &[u8], first: u64, is_set: fn(u8, u32) -> bool) -> Option<(bool, u64)> {
    let (byte, rest) = bytes.split_first()?;
    let first = u32::try_from(first).ok().filter(|first| *first < 8)?;
    let one = is_set(*byte, first);
    let alike = |byte: u8, from: u32| to_u64((from..8).take_while(|bit| is_set(byte, *bit) == one).count());
    let mut count = alike(*byte, first);
    if count == u64::from(8u32.saturating_sub(first)) {
        let whole = rest.iter().take_while(|byte| **byte == if one { 0xff } else { 0 }).count();
        count = count.saturating_add(to_u64(whole).saturating_mul(8));
        count = count.saturating_add(rest.get(whole).map_or(0, |byte| alike(*byte, 0)));
    }
    Some((one, count))
}
