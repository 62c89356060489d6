//! The text of an export, window by window: in UTF-8, whatever the file is encoded in, with the offsets of its bytes.

use crate::base::anomaly::Cause;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::number::to_u64;
use crate::base::text::{self, Encoding};
use std::borrow::Cow;

/// Bytes that are read at once.
const PORTION: usize = 64 << 10;

/// What is left of a text, as far as it was read.
pub(super) struct Window<'a> {
    stream: &'a dyn ReadAt,
    encoding: Encoding,
    decoder: Option<encoding_rs::Decoder>,
    portion: AlignedBuffer,
    /// Where the next portion is read.
    next: u64,
    /// Where `rest` begins in the file.
    offset: u64,
    /// In UTF-8, unless a code page of eight bits was used.
    text: Vec<u8>,
    start: usize,
    pub(super) failure: Option<Cause>,
}

impl<'a> Window<'a> {
    /// At the start of a text, behind its byte-order mark.
    pub(super) fn open(stream: &'a dyn ReadAt) -> Self {
        let mut portion = AlignedBuffer::new(PORTION);
        let count = read_full(stream, 0, portion.space()).unwrap_or(0);
        let (encoding, mark) = text::sniff(portion.filled(count)).unwrap_or_default();
        let mut window = Self {
            stream,
            encoding,
            decoder: None,
            portion,
            next: 0,
            offset: 0,
            text: Vec::new(),
            start: 0,
            failure: None,
        };
        window.seek(to_u64(mark));
        window
    }

    /// Goes to an offset of the file at which a character begins.
    pub(super) fn seek(&mut self, offset: u64) {
        self.decoder = match self.encoding {
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Utf8 | Encoding::Windows1252 | Encoding::Cp437 => None,
        };
        (self.next, self.offset, self.start) = (offset, offset, 0);
        self.text.clear();
    }

    /// What is left, as far as it was read.
    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.start..).unwrap_or_default()
    }

    /// Where that begins in the file.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads another portion; `false` at the end.
    pub(super) fn more(&mut self) -> bool {
        if self.start > self.text.len() / 2 {
            self.text.drain(..self.start);
            self.start = 0;
        }
        let count = match read_full(self.stream, self.next, self.portion.space()) {
            Ok(count) => count,
            Err(error) => {
                self.failure = Some(Cause::Io(error));
                0
            }
        };
        if count == 0 {
            return false;
        }
        self.next = self.next.saturating_add(to_u64(count));
        let bytes = self.portion.filled(count);
        let Some(decoder) = &mut self.decoder else {
            self.text.extend_from_slice(bytes);
            return true;
        };
        let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(PORTION.saturating_mul(3));
        let mut decoded = String::with_capacity(room);
        // What is too large to be decoded at once cannot be: the room is for the worst.
        let (..) = decoder.decode_to_string(bytes, &mut decoded, false);
        self.text.extend_from_slice(decoded.as_bytes());
        true
    }

    /// Leaves the first bytes behind.
    pub(super) fn consume(&mut self, count: usize) {
        let end = self.start.saturating_add(count).min(self.text.len());
        let passed = self.text.get(self.start..end).unwrap_or_default();
        let bytes = if self.decoder.is_some() { units(passed).saturating_mul(2) } else { passed.len() };
        self.offset = self.offset.saturating_add(to_u64(bytes));
        self.start = end;
    }

    /// Where something is first found in the first `cap` bytes of the rest, reading on as long as it is not.
    /// `find` gets the rest and where it was not looked for yet.
    pub(super) fn find(&mut self, cap: usize, mut find: impl FnMut(&[u8], usize) -> Option<usize>) -> Found {
        let mut looked = 0;
        loop {
            if let Some(at) = find(self.rest(), looked) {
                return if at > cap { Found::TooFar } else { Found::At(at) };
            }
            looked = self.rest().len();
            if looked > cap {
                return Found::TooFar;
            }
            if !self.more() {
                return Found::End;
            }
        }
    }

    /// Leaves everything behind up to what is found, which is `margin` bytes long; `false` at the end of the text.
    pub(super) fn skip_to(&mut self, margin: usize, mut find: impl FnMut(&[u8]) -> Option<usize>) -> bool {
        loop {
            if let Some(at) = find(self.rest()) {
                self.consume(at);
                return true;
            }
            self.consume(self.rest().len().saturating_sub(margin));
            if !self.more() {
                self.consume(self.rest().len());
                return false;
            }
        }
    }

    /// The text of bytes of this window: UTF-8, or else the likelier code page.
    pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => match text::decode(bytes) {
                Some(text) => Cow::Owned(text.content),
                None => String::from_utf8_lossy(bytes),
            },
        }
    }
}

/// Where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    At(usize),
    /// Not before the cap.
    TooFar,
    /// Not before the end of the text.
    End,
}

/// Units of UTF-16 that a text in UTF-8 takes.
fn units(text: &[u8]) -> usize {
    let one = text.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    one.saturating_add(text.iter().filter(|byte| **byte >= 0xf0).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_the_file() {
        let wide: Vec<u8> = "\u{feff}ab\u{1f600}c\nd".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut window = Window::open(&wide);
        assert_eq!(
            window.find(99, |rest, from| memchr::memchr(b'\n', &rest[from..]).map(|at| at + from)),
            Found::At(7)
        );
        assert_eq!(window.offset(), 2);
        window.consume(8);
        assert_eq!((window.offset(), window.rest()), (14, &b"d"[..]));
        window.seek(4);
        assert!(window.more());
        assert_eq!(window.rest(), "b\u{1f600}c\nd".as_bytes());
        assert!(!window.skip_to(3, |rest| memchr::memchr(b'x', rest)));
        assert_eq!(window.offset(), 16);
    }

    #[test]
    fn the_window_stays_small() {
        let long = vec![b'x'; 4 << 20];
        let mut window = Window::open(&long);
        assert_eq!(window.find(200_000, |_, _| None), Found::TooFar);
        assert!(window.rest().len() <= 200_000 + PORTION);
        assert!(!window.skip_to(0, |_| None));
        assert!(window.text.capacity() < 1 << 20);
        assert_eq!(window.offset(), 4 << 20);
    }
}
