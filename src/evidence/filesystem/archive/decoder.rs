//! Decoders that go forward only, one for each kind of compression, all in Rust and behind one trait.
//!
//! Deflate is decoded by `miniz_oxide` itself, not by way of `flate2`: its state can be copied, and a copy is a place from
//! which decoding can begin again.

use super::input::Input;
use crate::base::source::Source;
use deflate64::Deflate64Decoder;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Read};

/// Kinds of compression that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// Deflate without any frame (RFC 1951).
    Deflate,
    /// Deflate with a window of 64 KiB, as the Explorer of Windows writes it for large files.
    Deflate64,
    /// One or more members of gzip (RFC 1952).
    Gzip,
    /// One or more frames of Zstandard (RFC 8878).
    Zstd,
}

/// Bytes that come out one after the other.
pub(super) trait Decoder: Send {
    /// Decodes on into `buffer`, which is not empty, and says how many bytes there were: none at the end alone.
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Another one at the same place; nothing where the decoder cannot be copied.
    fn fork(&self) -> Option<Box<dyn Decoder>> {
        None
    }
}

impl Codec {
    /// Whether its decoders can be copied.
    pub(super) fn forks(self) -> bool {
        matches!(self, Self::Deflate | Self::Gzip)
    }

    /// A decoder at the start of `source`.
    pub(super) fn start(self, source: &Source) -> Box<dyn Decoder> {
        let input = Input::new(source.clone());
        match self {
            Self::Deflate => Box::new(Deflate::new(input)),
            Self::Deflate64 => Box::new(Deflate64(Deflate64Decoder::with_buffer(input))),
            Self::Gzip => Box::new(super::gzip::Gzip::new(input)),
            Self::Zstd => Box::new(Zstd::new(input)),
        }
    }
}

/// Bytes that contradict the format of their compression.
pub(super) fn damaged(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// Compressed bytes that are not there.
pub(super) fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "compressed data is cut off")
}

/// Deflate without a frame.
#[derive(Clone)]
pub(super) struct Deflate {
    pub(super) input: Input,
    state: Box<InflateState>,
    ended: bool,
}

impl Deflate {
    pub(super) fn new(input: Input) -> Self {
        Self { input, state: InflateState::new_boxed(DataFormat::Raw), ended: false }
    }

    /// At the start of another stream, which follows in the same input.
    pub(super) fn restart(&mut self) {
        self.state.reset(DataFormat::Raw);
        self.ended = false;
    }
}

impl Decoder for Deflate {
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let input = self.input.peek()?;
            let result = inflate(&mut self.state, input, buffer, MZFlush::None);
            let starved = input.is_empty();
            self.input.pass(result.bytes_consumed);
            match result.status {
                Ok(MZStatus::StreamEnd) => self.ended = true,
                Ok(_) => {}
                Err(MZError::Buf) if !starved && result.bytes_consumed > 0 => {}
                Err(MZError::Buf) if result.bytes_written == 0 => return Err(cut_off()),
                Err(MZError::Buf) => {}
                Err(_) if result.bytes_written == 0 => return Err(damaged("deflate: damaged data")),
                Err(_) => {}
            }
            if result.bytes_written > 0 {
                return Ok(result.bytes_written);
            }
            if starved && !self.ended {
                return Err(cut_off());
            }
        }
        Ok(0)
    }

    fn fork(&self) -> Option<Box<dyn Decoder>> {
        Some(Box::new(self.clone()))
    }
}

/// Deflate with the larger window.
struct Deflate64(Deflate64Decoder<Input>);

impl Decoder for Deflate64 {
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// Zstandard: frames one after the other, those to be skipped among them.
struct Zstd {
    input: Input,
    frame: FrameDecoder,
    open: bool,
}

impl Zstd {
    /// Bytes that a frame may look back. All levels but `--ultra` and `--long` need 8 MiB at most; memory is held for it.
    const WINDOW: u64 = 32 << 20;

    fn new(input: Input) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(Self::WINDOW);
        Self { input, frame, open: false }
    }
}

impl Decoder for Zstd {
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.open {
                if self.input.peek()?.is_empty() {
                    return Ok(0);
                }
                match self.frame.reset(&mut self.input) {
                    Ok(()) => self.open = true,
                    Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                        length, ..
                    })) => {
                        self.input.skip(u64::from(length));
                        continue;
                    }
                    Err(error) => return Err(damaged(format!("zstd: {error}"))),
                }
            }
            if self.frame.can_collect() > 0 {
                return self.frame.read(buffer);
            }
            if self.frame.is_finished() {
                self.open = false;
                continue;
            }
            self.frame
                .decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|error| damaged(format!("zstd: {error}")))?;
        }
    }
}
