//! Positioned reading, the only way in which bytes of evidence are had, and the aligned buffer they are read into.

use super::anomaly::Cause;
use crate::base::number::to_u64;
use std::io;

/// Bytes that can be read at any offset and never written.
///
/// There is no write trait in this program: evidence cannot be changed by construction.
pub trait ReadAt: Send + Sync {
    /// Reads into `buffer` from `offset` (bytes) and says how many bytes were read; fewer than asked only at the end.
    ///
    /// # Errors
    /// What the operating system or the layer below says of the read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Length in bytes, as it stood when the stream was opened.
    fn len(&self) -> u64;

    /// Whether there is nothing to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the bytes lie in what holds them, as offsets and lengths in bytes, in order and without holes; nothing where
    /// that is not known. What is compressed is told as it is stored.
    fn extents(&self) -> Vec<(u64, u64)> {
        Vec::new()
    }

    /// What turned out to be damaged while it was read and was given as zeros, since this was last asked.
    fn unread(&self) -> Vec<Cause> {
        Vec::new()
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (target, source) in buffer.iter_mut().zip(rest) {
            *target = *source;
        }
        Ok(count)
    }

    fn len(&self) -> u64 {
        to_u64(<[u8]>::len(self))
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        ReadAt::len(self.as_slice())
    }
}

impl<T: ReadAt + ?Sized> ReadAt for Box<T> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        (**self).len()
    }

    fn extents(&self) -> Vec<(u64, u64)> {
        (**self).extents()
    }

    fn unread(&self) -> Vec<Cause> {
        (**self).unread()
    }
}

/// Fills `buffer` from `offset`, repeating short reads, and says how many bytes there were.
///
/// # Errors
/// The first error of the stream other than an interruption.
pub fn read_full(stream: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    match read_as_far(stream, offset, buffer) {
        (filled, None) => Ok(filled),
        (_, Some(error)) => Err(error),
    }
}

/// The same for bytes that count even where those behind them cannot be read: how many there were, and what forbade more.
pub fn read_as_far(stream: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = offset.saturating_add(to_u64(filled));
        match stream.read_at(at, rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

/// Fills `buffer` from `offset` by parts: `part` reads the next bytes, at least one of them, at the offset that it is given. What
/// was read before an error is given; the next read meets the error again.
///
/// # Errors
/// That of the first part.
pub fn read_by_parts(
    offset: u64,
    buffer: &mut [u8],
    mut part: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut filled = 0usize;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match part(offset.saturating_add(to_u64(filled)), rest) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(_) if filled > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A reusable buffer whose first byte lies on a page boundary.
///
/// On current AMD processors the kernel's copy into a buffer at page + 16, which is where the allocator puts every large
/// allocation, runs at a quarter of the speed of an aligned one.
#[derive(Debug)]
pub struct AlignedBuffer {
    storage: Vec<u8>,
    start: usize,
    length: usize,
}

impl AlignedBuffer {
    const PAGE: usize = 4096;

    /// A zeroed buffer of `length` bytes.
    #[must_use]
    pub fn new(length: usize) -> Self {
        let storage = vec![0u8; length.saturating_add(Self::PAGE)];
        let start = storage.as_ptr().align_offset(Self::PAGE).min(Self::PAGE);
        Self { storage, start, length }
    }

    /// The whole buffer, to be read into.
    pub fn space(&mut self) -> &mut [u8] {
        let end = self.start.saturating_add(self.length);
        self.storage.get_mut(self.start..end).unwrap_or_default()
    }

    /// The first `length` bytes, or all if there are fewer.
    #[must_use]
    pub fn filled(&self, length: usize) -> &[u8] {
        let end = self.start.saturating_add(length.min(self.length));
        self.storage.get(self.start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_one_another_up_to_the_first_error() {
        // Parts of four bytes; the third cannot be read, and the bytes end at fourteen.
        let part = |at: u64, rest: &mut [u8]| {
            let count = rest.len().min(usize::try_from(4 - at % 4).unwrap());
            rest[..count].fill(u8::try_from(at).unwrap());
            if (8..12).contains(&at) { Err(io::Error::other("bad")) } else { Ok(if at >= 14 { 0 } else { count }) }
        };
        let mut buffer = [0xff; 12];
        assert_eq!(read_by_parts(2, &mut buffer, part).unwrap(), 6);
        assert_eq!(buffer[..6], [2, 2, 4, 4, 4, 4]);
        assert_eq!(read_by_parts(12, &mut buffer, part).unwrap(), 4);
        assert!(read_by_parts(9, &mut buffer, part).is_err());
        assert_eq!(read_by_parts(9, &mut [], part).unwrap(), 0);
    }

    #[test]
    fn reads_past_the_end_are_short() {
        let stream = vec![1u8, 2, 3];
        let mut buffer = [0u8; 8];
        assert_eq!(stream.read_at(1, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], &[2, 3]);
        assert_eq!(stream.read_at(u64::MAX, &mut buffer).unwrap(), 0);
    }

    #[test]
    fn buffers_start_on_a_page() {
        for length in [1, 4096, 65_536, 1 << 20] {
            let mut buffer = AlignedBuffer::new(length);
            assert_eq!(buffer.space().as_ptr() as usize % 4096, 0);
            assert_eq!(buffer.space().len(), length);
        }
    }
}
