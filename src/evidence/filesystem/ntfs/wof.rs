//! Files that the Windows Overlay Filter compressed (CompactOS): their content lies in the stream `WofCompressedData`, a
//! table of the chunks' ends and then the chunks.

use super::chunked::Chunks;
use super::lzx::{self, Lzx};
use super::reparse::Compression;
use super::runs::{damaged, number_at};
use super::xpress::Xpress;
use crate::base::bytes::{ReadAt, read_full};
use std::io;

/// The name of the stream.
pub(super) const STREAM: &[u8] = b"W\0o\0f\0C\0o\0m\0p\0r\0e\0s\0s\0e\0d\0D\0a\0t\0a\0";

/// The chunks of a content.
pub(super) struct Overlay {
    stream: Box<dyn ReadAt>,
    decoder: Decoder,
    chunks: u64,
    /// Bytes of an entry of the table.
    width: usize,
    data: Vec<u8>,
}

enum Decoder {
    Xpress(Box<Xpress>),
    Lzx(Box<Lzx>),
}

impl Overlay {
    /// Of a content of `size` bytes; the second is the bytes of a chunk.
    pub(super) fn new(stream: Box<dyn ReadAt>, compression: Compression, size: u64) -> (Self, usize) {
        let (decoder, chunk) = match compression {
            Compression::Xpress(chunk) => (Decoder::Xpress(Box::new(Xpress::new())), chunk),
            Compression::Lzx => (Decoder::Lzx(Box::new(Lzx::new())), lzx::CHUNK),
        };
        let width = if size > u64::from(u32::MAX) { 8 } else { 4 };
        let chunks = size.div_ceil(chunk.max(1));
        (Self { stream, decoder, chunks, width, data: Vec::new() }, usize::try_from(chunk).unwrap_or(0))
    }

    /// Where a chunk ends, behind the table.
    fn end(&self, number: u64) -> Option<u64> {
        let width = u64::try_from(self.width).ok()?;
        let table = self.chunks.checked_sub(1)?.checked_mul(width)?;
        if number.checked_add(1)? >= self.chunks {
            return Some(self.stream.len());
        }
        number_at(&*self.stream, number.checked_mul(width)?, self.width)?.checked_add(table)
    }
}

impl Chunks for Overlay {
    fn fill(&mut self, number: u64, content: &mut [u8]) -> io::Result<()> {
        let bad = || damaged("WOF: table of chunks");
        let table = self.chunks.saturating_sub(1).saturating_mul(u64::try_from(self.width).unwrap_or(8));
        let start = if number == 0 { table } else { self.end(number.saturating_sub(1)).ok_or_else(bad)? };
        let end = self.end(number).ok_or_else(bad)?;
        let length = end.checked_sub(start).and_then(|length| usize::try_from(length).ok()).ok_or_else(bad)?;
        if length > content.len() {
            return Err(bad());
        }
        if length == content.len() {
            // A chunk that would not become smaller is stored as it is.
            return if read_full(&*self.stream, start, content)? == length { Ok(()) } else { Err(bad()) };
        }
        self.data.resize(length, 0);
        if read_full(&*self.stream, start, &mut self.data)? < length {
            return Err(bad());
        }
        match &mut self.decoder {
            Decoder::Xpress(xpress) => xpress.decompress(&self.data, content),
            Decoder::Lzx(lzx) => lzx.decompress(&self.data, content),
        }
        .map_err(damaged)
    }
}
