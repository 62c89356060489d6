//! What comes out of compressed data that can only be read from its start, in a temporary file.
//!
//! The files of a tar are read in the order of their names. Where decoding cannot begin anywhere but at the start, that
//! would be once for each folder. So it is done once, into a file that has no name and goes with the process. Beside the report
//! (`report::output`) it is the one thing that this program writes; it lies where the system has temporary files (`TMPDIR`, `TMP`),
//! and what is evidence is not written to.

use super::rewind::Rewindable;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use crate::evidence::filesystem::host;
use std::io::{self, Write};

/// Bytes written at a time.
const BLOCK: usize = 256 << 10;

/// Decodes all of it, at most `cap` bytes; with why there are no more, if there should be.
///
/// # Errors
/// There is no place for temporary files, or no room in it.
pub(super) fn spool(content: &Rewindable, cap: u64) -> io::Result<(Source, Option<io::Error>)> {
    let mut file = tempfile::tempfile()?;
    let mut block = vec![0u8; BLOCK];
    let mut at = 0u64;
    let failure = loop {
        if at >= cap {
            let message = format!("limit reached: bytes of a temporary file (limit {cap})");
            break Some(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        // A failure behind good bytes is met again at the next read.
        let count = match read_full(content, at, &mut block) {
            Ok(count) => count,
            Err(_) => {
                let end = content.len().saturating_sub(at);
                let rest = block.get_mut(..to_usize(end)).unwrap_or_default();
                read_full(content, at, rest).unwrap_or(0)
            }
        };
        let bytes = block.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            break content.read_at(at, &mut [0]).err();
        }
        file.write_all(bytes)?;
        at = at.saturating_add(to_u64(count));
    };
    Ok((host::opened(file)?, failure))
}
