//! Restored bytes without a copy: views of a damaged stream that leave out what was put in, or put in what was left out.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use std::io;

/// What a view leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// One carriage return before each line feed.
    Lf,
    /// That, and the NUL behind each other carriage return (RFC 854).
    Nvt,
}

/// Bytes of the damaged stream for which one entry of the index stands.
const BLOCK: usize = 16 << 10;

/// A stream without what a rule leaves out.
pub(super) struct Collapsed<'a> {
    inner: &'a dyn ReadAt,
    rule: Rule,
    /// Offset in this view of the start of each block of `inner`.
    index: Vec<u64>,
    length: u64,
}

impl<'a> Collapsed<'a> {
    /// One pass over `inner` builds the index; `each` gets the bytes of the view in order.
    pub(super) fn new(inner: &'a dyn ReadAt, rule: Rule, each: &mut dyn FnMut(&[u8])) -> io::Result<Self> {
        let mut view = Self { inner, rule, index: Vec::new(), length: 0 };
        let mut buffer = Vec::new();
        let blocks = inner.len().div_ceil(to_u64(BLOCK));
        for block in 0..blocks {
            view.index.push(view.length);
            view.block(block, &mut buffer)?;
            each(&buffer);
            view.length = view.length.saturating_add(to_u64(buffer.len()));
        }
        Ok(view)
    }

    /// The bytes of the view that come from one block. What stands around a byte decides, so that blocks stand alone.
    fn block(&self, block: u64, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        let start = block.saturating_mul(to_u64(BLOCK));
        let before = u64::from(start > 0);
        let mut raw = vec![0u8; BLOCK.saturating_add(2)];
        let count = read_full(self.inner, start.saturating_sub(before), &mut raw)?;
        raw.truncate(count);
        let first = usize::try_from(before).unwrap_or_default();
        let end = first.saturating_add(BLOCK).min(raw.len());
        let mut from = first;
        for at in memchr::memchr_iter(b'\r', &raw) {
            let next = at.saturating_add(1);
            let (drop, resume) = match raw.get(next) {
                Some(b'\n') => (at, next),
                Some(0) if self.rule == Rule::Nvt => (next, next.saturating_add(1)),
                _ => continue,
            };
            if drop >= first && drop < end {
                out.extend_from_slice(raw.get(from..drop).unwrap_or_default());
                from = resume;
            }
        }
        out.extend_from_slice(raw.get(from..end).unwrap_or_default());
        Ok(())
    }
}

impl ReadAt for Collapsed<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if offset >= self.length {
            return Ok(0);
        }
        let mut block = self.index.partition_point(|start| *start <= offset).saturating_sub(1);
        let mut skip = offset.saturating_sub(self.index.get(block).copied().unwrap_or_default());
        let (mut filled, mut bytes) = (0usize, Vec::new());
        while let Some(space) = buffer.get_mut(filled..).filter(|space| !space.is_empty()) {
            if block >= self.index.len() {
                break;
            }
            self.block(to_u64(block), &mut bytes)?;
            let count = bytes.as_slice().read_at(skip, space)?;
            filled = filled.saturating_add(count);
            skip = 0;
            block = block.saturating_add(1);
        }
        Ok(filled)
    }

    fn len(&self) -> u64 {
        self.length
    }
}

/// A stream with bytes put in.
pub(super) struct Inserted<'a> {
    inner: &'a dyn ReadAt,
    /// Before which offset of `inner` stands which byte, in order.
    bytes: &'a [(u64, u8)],
}

impl<'a> Inserted<'a> {
    pub(super) fn new(inner: &'a dyn ReadAt, bytes: &'a [(u64, u8)]) -> Self {
        Self { inner, bytes }
    }

    /// Where the nth byte put in stands in the view.
    fn position(&self, nth: usize) -> Option<u64> {
        self.bytes.get(nth).map(|(at, _)| at.saturating_add(to_u64(nth)))
    }

    /// How many of the bytes put in stand before an offset of the view.
    fn before(&self, offset: u64) -> usize {
        let (mut low, mut high) = (0usize, self.bytes.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.position(middle).is_some_and(|at| at < offset) {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low
    }
}

impl ReadAt for Inserted<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0usize;
        let mut nth = self.before(offset);
        while let Some(space) = buffer.get_mut(filled..).filter(|space| !space.is_empty()) {
            let here = offset.saturating_add(to_u64(filled));
            let next = self.position(nth);
            if next == Some(here) {
                if let (Some(first), Some((_, byte))) = (space.first_mut(), self.bytes.get(nth)) {
                    *first = *byte;
                }
                filled = filled.saturating_add(1);
                nth = nth.saturating_add(1);
                continue;
            }
            let run = next.map_or(usize::MAX, |at| to_usize(at.saturating_sub(here)));
            let wanted = space.len().min(run);
            let count =
                read_full(self.inner, here.saturating_sub(to_u64(nth)), space.get_mut(..wanted).unwrap_or_default())?;
            if count == 0 {
                break;
            }
            filled = filled.saturating_add(count);
        }
        Ok(filled)
    }

    fn len(&self) -> u64 {
        self.inner.len().saturating_add(to_u64(self.bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(view: &dyn ReadAt, step: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut buffer = vec![0u8; step];
        loop {
            let count = read_full(view, bytes.len() as u64, &mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..count]);
            if count == 0 {
                return bytes;
            }
        }
    }

    #[test]
    fn views_leave_out_and_put_in_at_every_border() {
        // Line ends at and around the border of a block.
        for shift in 0..6 {
            let mut damaged = vec![b'x'; BLOCK - 3 + shift];
            damaged.extend_from_slice(b"\r\r\n\r\0\r\0\0\r\n");
            damaged.extend_from_slice(&vec![b'y'; BLOCK]);
            damaged.extend_from_slice(b"\r\n\r");
            let text = String::from_utf8(damaged.clone()).unwrap();
            for (rule, expected) in
                [(Rule::Lf, text.replace("\r\n", "\n")), (Rule::Nvt, text.replace("\r\n", "\n").replace("\r\0", "\r"))]
            {
                let mut passed = Vec::new();
                let view = Collapsed::new(&damaged, rule, &mut |bytes| passed.extend_from_slice(bytes)).unwrap();
                assert_eq!(passed, expected.as_bytes());
                assert_eq!(view.len(), expected.len() as u64);
                for step in [1000, 4097, 1 << 20] {
                    assert_eq!(all(&view, step), expected.as_bytes(), "{rule:?} {shift} {step}");
                }
            }
        }
    }

    #[test]
    fn bytes_are_put_in_where_told() {
        let inner = b"0123456789".to_vec();
        let bytes = [(0, b'a'), (3, b'b'), (3, b'c'), (10, b'd')];
        let view = Inserted::new(&inner, &bytes);
        for step in [1, 2, 3, 64] {
            assert_eq!(all(&view, step), b"a012bc3456789d", "{step}");
        }
        assert_eq!(view.len(), 14);
    }
}
