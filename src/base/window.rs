//! A window over a stream, for readers that go through records of unknown length, mostly forwards.

use crate::base::bytes::{ReadAt, read_as_far, read_full};
use crate::base::number::to_usize;
use std::io;

/// Bytes read ahead where nothing else is asked.
const BLOCK: usize = 64 << 10;

/// The part of a stream that was read last.
pub struct Window<'s> {
    stream: &'s dyn ReadAt,
    block: usize,
    buffer: Vec<u8>,
    start: u64,
}

impl<'s> Window<'s> {
    /// Over a stream.
    #[must_use]
    pub fn new(stream: &'s dyn ReadAt) -> Self {
        Self::with_block(stream, BLOCK)
    }

    /// Over a stream of which so many bytes are read at a time.
    #[must_use]
    pub fn with_block(stream: &'s dyn ReadAt, block: usize) -> Self {
        Self { stream, block, buffer: Vec::new(), start: 0 }
    }

    /// The bytes at an offset, `length` of them; nothing where there are fewer. A caller asks for no more than a format
    /// allows a record to have.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn whole(&mut self, at: u64, length: usize) -> io::Result<Option<&[u8]>> {
        Ok(Some(self.get(at, length)?).filter(|bytes| bytes.len() == length))
    }

    /// The bytes at an offset: `length` of them, or as many as there are before the end. A caller asks for no more than a
    /// format allows a record to have.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn get(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let held = |start: u64, buffer: &[u8]| {
            let from = usize::try_from(at.checked_sub(start)?).ok()?;
            (from.checked_add(length)? <= buffer.len()).then_some(from)
        };
        let from = match held(self.start, &self.buffer) {
            Some(from) => from,
            None => {
                let rest = to_usize(self.stream.len().saturating_sub(at));
                self.buffer.resize(length.max(self.block).min(rest), 0);
                let (count, failure) = read_as_far(self.stream, at, &mut self.buffer);
                self.buffer.truncate(count);
                self.start = at;
                // What was read ahead and is not there is told when it is asked for.
                if let Some(error) = failure.filter(|_| count < length) {
                    return Err(error);
                }
                0
            }
        };
        let rest = self.buffer.get(from..).unwrap_or_default();
        Ok(rest.get(..length).unwrap_or(rest))
    }
}

/// The bytes at an offset, at most `length` of them, in a buffer of their own.
///
/// # Errors
/// Those of the stream.
pub fn bytes_at(stream: &dyn ReadAt, at: u64, length: u64) -> io::Result<Vec<u8>> {
    let rest = stream.len().saturating_sub(at).min(length);
    let mut buffer = vec![0u8; usize::try_from(rest).unwrap_or(0)];
    let count = read_full(stream, at, &mut buffer)?;
    buffer.truncate(count);
    Ok(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes behind which nothing can be read.
    struct Torn(Vec<u8>);

    impl ReadAt for Torn {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read_at(offset, buffer)? {
                0 => Err(io::Error::other("torn")),
                count => Ok(count),
            }
        }

        fn len(&self) -> u64 {
            1 << 20
        }
    }

    #[test]
    fn reading_ahead_loses_nothing_before_a_place_that_cannot_be_read() {
        let stream = Torn(vec![7; 1000]);
        let mut window = Window::new(&stream);
        assert_eq!(window.get(0, 512).unwrap(), [7; 512]);
        assert_eq!(window.whole(512, 488).unwrap(), Some(&[7u8; 488][..]));
        assert!(window.get(512, 512).is_err());
    }

    #[test]
    fn windows_go_both_ways_and_end_with_the_stream() {
        let stream: Vec<u8> = (0..200_000u32).map(|n| n.to_le_bytes()[0]).collect();
        let mut window = Window::new(&stream);
        for at in [0u64, 10, 65_530, 199_998, 3, u64::MAX] {
            let from = usize::try_from(at).unwrap().min(stream.len());
            let end = (from + 12).min(stream.len());
            assert_eq!(window.get(at, 12).unwrap(), &stream[from..end], "{at}");
            assert_eq!(window.whole(at, 12).unwrap(), (end - from == 12).then(|| &stream[from..end]), "{at}");
        }
        assert_eq!(bytes_at(&stream, 199_999, u64::MAX).unwrap(), &stream[199_999..]);
    }
}
