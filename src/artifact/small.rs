//! Artifacts that are small files: read whole, up to a cap.

use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use std::io;

/// The bytes, up to `artifact_bytes`.
pub(super) fn bytes(stream: &dyn ReadAt, limits: &Limits, note: &mut dyn FnMut(Cause)) -> io::Result<Vec<u8>> {
    let limit = to_u64(limits.artifact_bytes);
    if stream.len() > limit {
        note(Cause::LimitReached { what: "bytes of an artifact", limit });
    }
    let mut bytes = vec![0u8; usize::try_from(stream.len().min(limit)).unwrap_or(0)];
    let count = read_full(stream, 0, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}
