//! Bytes shared by many readers: parts of a stream, and streams lent to readers that want a cursor.

use super::anomaly::Cause;
use super::bytes::ReadAt;
use crate::base::number::{to_u64, to_usize};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that several readers share.
pub type Source = Arc<dyn ReadAt>;

impl<T: ReadAt + ?Sized> ReadAt for Arc<T> {
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

/// A part of a source: a partition of a disk, a member of an archive. It ends where the source ends.
#[derive(Clone)]
pub struct Part {
    source: Source,
    start: u64,
    /// Bytes that are there.
    held: u64,
    /// Bytes that there should be.
    length: u64,
}

impl Part {
    /// The bytes of `source` from `start`, at most `length` of them.
    #[must_use]
    pub fn new(source: Source, start: u64, length: u64) -> Self {
        let held = length.min(source.len().saturating_sub(start));
        Self { source, start, held, length: held }
    }

    /// The same for a file whose length is known: it keeps that length where the source ends before, and is cut off there.
    #[must_use]
    pub fn of_file(source: Source, start: u64, length: u64) -> Self {
        Self { length, ..Self::new(source, start, length) }
    }
}

impl ReadAt for Part {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = to_usize(self.held.saturating_sub(offset));
        let wanted = buffer.len().min(rest);
        let Some(target) = buffer.get_mut(..wanted).filter(|target| !target.is_empty()) else { return Ok(0) };
        self.source.read_at(self.start.saturating_add(offset), target)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

/// A source with a position, for readers that want [`Read`] and [`Seek`]. Cheap to clone: one for each reader.
#[derive(Clone)]
pub struct Cursor {
    source: Source,
    position: u64,
}

impl Cursor {
    /// At the start of a source.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, position: 0 }
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(self.position, buffer)?;
        self.position = self.position.saturating_add(to_u64(count));
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.source.len().checked_add_signed(by),
        };
        self.position =
            position.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a seek before the start"))?;
        Ok(self.position)
    }
}

/// A reader with a cursor of its own, read at offsets by one thread at a time.
pub struct Serialized<R> {
    reader: Mutex<R>,
    length: u64,
}

impl<R: Read + Seek> Serialized<R> {
    /// A reader of which `length` bytes can be had.
    pub fn new(reader: R, length: u64) -> Self {
        Self { reader: Mutex::new(reader), length }
    }
}

impl<R: Read + Seek + Send> ReadAt for Serialized<R> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = to_usize(self.length.saturating_sub(offset));
        let wanted = buffer.len().min(rest);
        let Some(target) = buffer.get_mut(..wanted).filter(|target| !target.is_empty()) else { return Ok(0) };
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.seek(SeekFrom::Start(offset))?;
        reader.read(target)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_inside_their_source() {
        let source: Source = Arc::new(b"0123456789".to_vec());
        let part = Part::new(source.clone(), 4, 100);
        assert_eq!(part.len(), 6);
        let mut buffer = [0u8; 8];
        assert_eq!((part.read_at(2, &mut buffer).unwrap(), &buffer[..4]), (4, &b"6789"[..]));
        assert_eq!(Part::new(source.clone(), 4, 3).read_at(1, &mut buffer).unwrap(), 2);
        assert_eq!(Part::new(source.clone(), 99, 3).len(), 0);
        let cut = Part::of_file(source, 4, 100);
        assert_eq!(
            (cut.len(), cut.read_at(0, &mut buffer).unwrap(), cut.read_at(6, &mut buffer).unwrap()),
            (100, 6, 0)
        );
    }

    #[test]
    fn cursors_read_and_seek() {
        let mut cursor = Cursor::new(Arc::new(b"0123456789".to_vec()));
        cursor.seek(SeekFrom::End(-3)).unwrap();
        let mut rest = String::new();
        cursor.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "789");
        assert!(cursor.seek(SeekFrom::Current(-11)).is_err());
        let serialized = Serialized::new(cursor, 10);
        let mut buffer = [0u8; 4];
        assert_eq!((serialized.read_at(8, &mut buffer).unwrap(), &buffer[..2]), (2, &b"89"[..]));
        assert_eq!(serialized.read_at(11, &mut buffer).unwrap(), 0);
    }
}
