//! The first bytes of a member's data, of one that is stored or deflated.

use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::base::window::bytes_at;
use crate::base::zip::Header;
use crate::base::zip::header::{ENCRYPTED, LOCAL};
use flate2::{Decompress, FlushDecompress, Status};
use std::io;

/// Compressed bytes read at a time.
const BLOCK: u64 = 64 << 10;

/// At most `most` bytes of what comes out of a member, and whether that is all of it. Nothing where the data is encrypted,
/// compressed otherwise, or not where the header says.
pub(crate) fn content(stream: &dyn ReadAt, header: &Header, most: u64) -> io::Result<Option<(Vec<u8>, bool)>> {
    if header.flags & ENCRYPTED != 0 || !matches!(header.method, 0 | 8) {
        return Ok(None);
    }
    let mut fixed = [0u8; LOCAL];
    let count = read_full(stream, header.offset, &mut fixed)?;
    let Some(length) = Header::local_length(fixed.get(..count).unwrap_or_default()) else { return Ok(None) };
    let start = header.offset.saturating_add(to_u64(length));
    if header.method == 0 {
        let bytes = bytes_at(stream, start, header.compressed.min(most))?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|length| length == header.size);
        return Ok(Some((bytes, whole)));
    }
    let (bytes, whole) = inflate(stream, start, header.compressed, most, false)?;
    Ok(Some((bytes, whole)))
}

/// At most `most` bytes of what comes out of deflated data, and whether it ended with them. What is damaged ends it.
pub(crate) fn inflate(
    stream: &dyn ReadAt,
    start: u64,
    compressed: u64,
    most: u64,
    zlib: bool,
) -> io::Result<(Vec<u8>, bool)> {
    let end = start.saturating_add(compressed).min(stream.len());
    let most = to_usize(most);
    let mut inflater = Decompress::new(zlib);
    let mut output = Vec::new();
    let mut at = start;
    // A small part of the content needs a small part of the data.
    let block = BLOCK.min(to_u64(most).max(512));
    while at < end && output.len() < most {
        let input = bytes_at(stream, at, block.min(end.saturating_sub(at)))?;
        if input.is_empty() {
            break;
        }
        at = at.saturating_add(to_u64(input.len()));
        let mut rest = input.as_slice();
        loop {
            // Room is made in steps, so that no size of a header decides about memory.
            let room = most.saturating_sub(output.len()).min(64 << 10);
            output.reserve_exact(room);
            let before = inflater.total_in();
            let held = output.len();
            let status = inflater.decompress_vec(rest, &mut output, FlushDecompress::None);
            output.truncate(most);
            let consumed = to_usize(inflater.total_in().saturating_sub(before));
            rest = rest.get(consumed..).unwrap_or_default();
            match status {
                Ok(Status::StreamEnd) => return Ok((output, true)),
                Err(_) => return Ok((output, false)),
                Ok(_) if output.len() >= most => return Ok((output, false)),
                Ok(_) if rest.is_empty() && output.len() < output.capacity() => break,
                Ok(_) if consumed == 0 && output.len() == held => break,
                Ok(_) => {}
            }
        }
    }
    Ok((output, false))
}
