//! tar: headers of 512 bytes before the data, with the long names of GNU and of POSIX. POSIX.1-2017, `pax`.

use super::listing::Listing;
use super::{Member, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::escape::lossless;
use crate::base::number::{to_u64, to_usize};
use crate::base::time::Timestamp;
use std::io;

const BLOCK: usize = 512;
/// The longest name, or list of attributes, that is read.
const LONG: u64 = 64 << 10;

/// Bytes that are read in order.
pub(super) trait Forward {
    /// Fills the buffer as far as there are bytes.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    /// Leaves out so many.
    fn skip(&mut self, count: u64) -> io::Result<()>;
    /// Offset of what comes next.
    fn offset(&self) -> u64;
}

/// A stream from its start.
struct Plain<'s> {
    stream: &'s dyn ReadAt,
    at: u64,
}

impl Forward for Plain<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = read_full(self.stream, self.at, buffer)?;
        self.at = self.at.saturating_add(to_u64(count));
        Ok(count)
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        self.at = self.at.saturating_add(count);
        Ok(())
    }

    fn offset(&self) -> u64 {
        self.at
    }
}

/// Whether the first block is a header: its checksum tells.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(..BLOCK).is_some_and(is_header)
}

fn is_header(block: &[u8]) -> bool {
    let Some(told) = block.get(148..156).and_then(octal) else { return false };
    let sum = block.iter().zip(0usize..).fold(0u64, |sum, (byte, at)| {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        sum.saturating_add(byte.into())
    });
    sum == told && block.first() != Some(&0)
}

/// Reads the members of a stream that is a tar.
pub(super) fn read(stream: &dyn ReadAt, listing: &mut Listing, note: &mut dyn FnMut(Cause)) -> io::Result<()> {
    listing.archive.format = "tar";
    members(&mut Plain { stream, at: 0 }, listing, note)
}

/// Reads members until the end.
pub(super) fn members(input: &mut dyn Forward, listing: &mut Listing, note: &mut dyn FnMut(Cause)) -> io::Result<()> {
    let mut block = [0u8; BLOCK];
    let (mut long_name, mut size_told, mut looked_at): (Option<Vec<u8>>, Option<u64>, u32) = (None, None, 0);
    loop {
        let at = input.offset();
        let count = input.fill(&mut block)?;
        if count == 0 || block.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        if count < BLOCK || !is_header(&block) {
            note(Cause::Corrupt { what: "a damaged header of a tar archive".to_owned(), offset: at });
            return Ok(());
        }
        let mut size = block.get(124..136).and_then(number).unwrap_or(0);
        let kind = block.get(156).copied().unwrap_or(0);
        if matches!(kind, b'L' | b'x') && size <= LONG {
            let mut data = vec![0u8; usize::try_from(size).unwrap_or(0)];
            let count = input.fill(&mut data)?;
            data.truncate(count);
            input.skip(padding(size))?;
            if kind == b'L' {
                data.retain(|byte| *byte != 0);
                long_name = Some(data);
            } else {
                for (key, value) in attributes(&data) {
                    match key {
                        b"path" => long_name = Some(value.to_vec()),
                        b"size" => size_told = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                        _ => {}
                    }
                }
            }
            continue;
        }
        if let Some(told) = size_told.take() {
            size = told;
        }
        let name = long_name.take().unwrap_or_else(|| name(&block));
        if !matches!(kind, b'g' | b'K' | b'L' | b'x') {
            let folder = kind == b'5' || (matches!(kind, 0 | b'0') && name.ends_with(b"/"));
            let modified = block.get(136..148).and_then(number).and_then(|time| i64::try_from(time).ok());
            let mut member = Member {
                name: lossless(&name),
                size: Some(if matches!(kind, 0 | b'0' | b'7' | b'S') { size } else { 0 }),
                folder,
                modified: modified.and_then(|time| Timestamp::from_unix(time, 0)).map(|time| time.to_string()),
                ..Member::default()
            };
            if !folder && size >= 64 && looked_at < 256 && !Listing::is_executable_name(&member.name) {
                looked_at = looked_at.saturating_add(1);
                let mut head = [0u8; 1024];
                let wanted = to_usize(size).min(head.len());
                let count = input.fill(head.get_mut(..wanted).unwrap_or_default())?;
                member.content = zip::program(head.get(..count).unwrap_or_default(), size);
                let read = to_u64(count);
                if !listing.add(member) {
                    return Ok(());
                }
                input.skip(size.saturating_sub(read).saturating_add(padding(size)))?;
                continue;
            }
            if !listing.add(member) {
                return Ok(());
            }
        }
        // Links and devices have no data, whatever their size says.
        if !matches!(kind, b'1'..=b'6') {
            input.skip(size.saturating_add(padding(size)))?;
        }
    }
}

fn padding(size: u64) -> u64 {
    size.wrapping_neg() % 512
}

fn name(block: &[u8]) -> Vec<u8> {
    let text = |from: usize, to: usize| {
        let field = block.get(from..to).unwrap_or_default();
        field.split(|byte| *byte == 0).next().unwrap_or_default()
    };
    let prefix = if block.get(257..263) == Some(b"ustar\0") { text(345, 500) } else { b"" };
    if prefix.is_empty() { text(0, 100).to_vec() } else { [prefix, b"/", text(0, 100)].concat() }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches([' ', '\0']);
    u64::from_str_radix(digits, 8).ok()
}

/// A number in octal digits or, with the first bit set, of as many bytes.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first()? {
        (0x80, rest) => rest.last_chunk().map(|bytes| u64::from_be_bytes(*bytes)),
        _ => octal(field),
    }
}

/// The attributes of a pax header: length, key and value in a line.
fn attributes(data: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let space = memchr::memchr(b' ', rest)?;
        let length: usize = std::str::from_utf8(rest.get(..space)?).ok()?.parse().ok()?;
        let line = rest.get(space.checked_add(1)?..length.checked_sub(1)?)?;
        rest = rest.get(length..).unwrap_or_default();
        let equals = memchr::memchr(b'=', line)?;
        Some((line.get(..equals)?, line.get(equals.checked_add(1)?..)?))
    })
}
