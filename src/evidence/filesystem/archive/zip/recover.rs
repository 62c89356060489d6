//! The members of a zip whose central directory is not there or damaged, by the headers before their data.

use crate::base::bytes::read_full;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::base::window::Window;
use crate::base::zip::Header;
use crate::base::zip::header::{DESCRIPTOR, LOCAL};
use memchr::memmem;
use std::io;

/// Bytes read at a time.
const BLOCK: usize = 256 << 10;

/// Members whose sizes are looked for to the end in vain: each costs as much as all that follows.
const VAIN: usize = 16;

/// Reads the local headers from `start` to `end`, until `visit` says that it is enough. A header whose data is cut off is
/// given with what is there of it.
pub(super) fn read(source: &Source, start: u64, end: u64, visit: &mut dyn FnMut(Header) -> bool) -> io::Result<()> {
    let mut window = Window::with_block(&**source, 4096);
    let (mut at, mut vain) = (start, 0usize);
    while at < end {
        let header = match Header::local_length(window.get(at, LOCAL)?) {
            Some(length) => Header::local(window.get(at, length)?, at),
            None => None,
        };
        let Some(mut header) = header else {
            // Damaged bytes are passed over up to the next header.
            match next(source, at.saturating_add(1), end, &mut |signature, _| signature == [3, 4])? {
                Some(found) => at = found,
                None => return Ok(()),
            }
            continue;
        };
        let data = at.saturating_add(header.length);
        if header.flags & DESCRIPTOR != 0 && header.compressed == 0 {
            at = match behind(source, &mut header, data, end)? {
                Some(at) => at,
                // Its sizes are lost, and what comes out of it is not known; further members may be whole.
                None => {
                    vain = vain.saturating_add(1);
                    let following = next(source, data, end, &mut |signature, _| signature == [3, 4])?;
                    let at = following.filter(|_| vain < VAIN).unwrap_or(end);
                    (header.compressed, header.size) = (at.saturating_sub(data), u64::MAX);
                    at
                }
            };
        } else {
            at = data.saturating_add(header.compressed);
        }
        if !visit(header) {
            return Ok(());
        }
    }
    Ok(())
}

/// Finds the sizes that stand behind the data, and the offset of their record or of what follows it. APPNOTE 4.3.9.
fn behind(source: &Source, header: &mut Header, data: u64, end: u64) -> io::Result<Option<u64>> {
    let mut descriptor = [0u8; 24];
    let mut sizes = None;
    let found = next(source, data, end, &mut |signature, at| {
        let length = at.saturating_sub(data);
        // The signature of the descriptor itself is optional.
        let place = if signature == [7, 8] { at.saturating_add(4) } else { at.saturating_sub(12) };
        let count = read_full(&**source, place, &mut descriptor).unwrap_or(0);
        let fields = Fields(&descriptor);
        let length = if signature == [7, 8] { length } else { length.saturating_sub(12) };
        let narrow = (12, u64::from(fields.u32(4)), u64::from(fields.u32(8)));
        let wide = (20, fields.u64(4), fields.u64(12));
        let told = [narrow, wide].into_iter().find(|(end, compressed, _)| *end <= count && *compressed == length);
        sizes = told.map(|(_, _, size)| (length, size, fields.u32(0)));
        sizes.is_some()
    })?;
    let (Some(at), Some((compressed, size, crc))) = (found, sizes) else { return Ok(None) };
    (header.compressed, header.size, header.crc) = (compressed, size, crc);
    Ok(Some(at.max(data.saturating_add(compressed))))
}

/// The next signature of a zip's record that `wanted` takes, by its last two bytes and its offset.
fn next(
    source: &Source,
    start: u64,
    end: u64,
    wanted: &mut dyn FnMut([u8; 2], u64) -> bool,
) -> io::Result<Option<u64>> {
    let finder = memmem::Finder::new(b"PK");
    let mut block = vec![0u8; BLOCK];
    let mut at = start;
    while at < end {
        let count = read_full(&**source, at, &mut block)?;
        let bytes = block.get(..count).unwrap_or_default();
        for found in finder.find_iter(bytes) {
            let offset = at.saturating_add(to_u64(found));
            if let Some(&[_, _, a, b]) = bytes.get(found..found.saturating_add(4))
                && matches!([a, b], [3, 4] | [7, 8] | [1, 2])
                && offset < end
                && wanted([a, b], offset)
            {
                return Ok(Some(offset));
            }
        }
        if count < BLOCK {
            break;
        }
        // A signature may lie across two blocks.
        at = at.saturating_add(to_u64(count.saturating_sub(3)));
    }
    Ok(None)
}
