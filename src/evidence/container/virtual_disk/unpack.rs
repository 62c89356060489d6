//! Decompression of one unit of a virtual disk, with states that are kept from unit to unit.

use flate2::{Decompress, FlushDecompress, Status};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::io::Read;

/// How a unit is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// Deflate without a header (RFC 1951).
    Deflate,
    /// Deflate with the header of zlib (RFC 1950).
    Zlib,
    /// One frame of Zstandard (RFC 8878).
    Zstd,
}

/// The largest window of a frame: no unit is larger, and a decoder reserves what the frame says.
const WINDOW: u64 = 8 << 20;

/// The states of the decoders, made when they are first needed.
#[derive(Default)]
pub(super) struct Unpacker {
    deflate: Option<Decompress>,
    zlib: Option<Decompress>,
    zstd: Option<FrameDecoder>,
}

impl Unpacker {
    /// Fills `output`; what follows the stream in `input` is let be.
    ///
    /// # Errors
    /// The stream is damaged or gives fewer bytes.
    pub(super) fn unpack(&mut self, codec: Codec, input: &[u8], output: &mut [u8]) -> Result<(), String> {
        match codec {
            Codec::Deflate => inflate(self.deflate.get_or_insert_with(|| Decompress::new(false)), false, input, output),
            Codec::Zlib => inflate(self.zlib.get_or_insert_with(|| Decompress::new(true)), true, input, output),
            Codec::Zstd => {
                let decoder = self.zstd.get_or_insert_with(|| {
                    let mut decoder = FrameDecoder::new();
                    decoder.set_max_window_size(WINDOW);
                    decoder
                });
                let mut stream =
                    StreamingDecoder::new_with_decoder(input, decoder).map_err(|error| error.to_string())?;
                stream.read_exact(output).map_err(|error| error.to_string())
            }
        }
    }
}

fn inflate(state: &mut Decompress, zlib: bool, input: &[u8], output: &mut [u8]) -> Result<(), String> {
    state.reset(zlib);
    loop {
        let (read, written) = (state.total_in(), state.total_out());
        let rest = usize::try_from(read).ok().and_then(|start| input.get(start..)).unwrap_or_default();
        let space = usize::try_from(written).ok().and_then(|start| output.get_mut(start..)).unwrap_or_default();
        if space.is_empty() {
            return Ok(());
        }
        let status = state.decompress(rest, space, FlushDecompress::Finish).map_err(|error| error.to_string())?;
        let stuck = state.total_in() == read && state.total_out() == written;
        let full = usize::try_from(state.total_out()).is_ok_and(|count| count >= output.len());
        if !full && (stuck || status == Status::StreamEnd) {
            return Err(format!("it ends after {} of {} bytes", state.total_out(), output.len()));
        }
    }
}
