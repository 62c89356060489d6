//! Compressed streams: gzip, Zstandard, xz and bzip2, and the tar that may be inside.
//!
//! gzip is RFC 1952, Zstandard RFC 8878. xz and bzip2 are told and not unpacked.

use super::listing::{self, Listing};
use super::{Archive, Member, tar, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use crate::base::time::Timestamp;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::io::{self, Read};

const GZIP: &[u8] = b"\x1f\x8b\x08";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const XZ: &[u8] = b"\xfd7zXZ\0";
/// The largest window of a frame: the decoder reserves what the frame says.
const WINDOW: u64 = 8 << 20;

/// Whether the head is that of such a stream.
pub(super) fn is_compressed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(ZSTD) || head.starts_with(XZ) || is_bzip2(head)
}

fn is_bzip2(head: &[u8]) -> bool {
    matches!(head, [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..])
}

/// Reads what the stream holds: members if it is a tar, else the one file.
pub(super) fn read(
    stream: &dyn ReadAt,
    head: &[u8],
    limits: &Limits,
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    let (plain, with_tar) = match head {
        _ if head.starts_with(GZIP) => ("gzip", "tar+gzip"),
        _ if head.starts_with(ZSTD) => ("zstd", "tar+zstd"),
        _ => {
            let format = if head.starts_with(XZ) { "xz" } else { "bzip2" };
            listing.archive.format = format;
            note(Cause::Unsupported(format!("what is compressed by {format} is not read")));
            return Ok(());
        }
    };
    let source = Input { stream, at: 0 };
    let reader: Box<dyn Read> = if plain == "gzip" {
        Box::new(flate2::read::MultiGzDecoder::new(source))
    } else {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(WINDOW);
        match guarded(|| StreamingDecoder::new_with_decoder(source, frame)) {
            Some(Ok(decoder)) => Box::new(decoder),
            _ => {
                listing.archive.format = plain;
                note(Cause::Corrupt { what: "a damaged zstd stream, or one with a large window".into(), offset: 0 });
                return Ok(());
            }
        }
    };
    let mut unpacked = Unpacked { reader, start: Vec::new(), at: 0, left: limits.archive_member_bytes, ended: false };
    let mut first = [0u8; 1024];
    let count = tar::Forward::fill(&mut unpacked, &mut first)?;
    let first = first.get(..count).unwrap_or_default();
    if tar::is_tar(first) {
        listing.archive.format = with_tar;
        unpacked.start = first.to_vec();
        unpacked.start.reverse();
        unpacked.at = 0;
        tar::members(&mut unpacked, listing, note)?;
        if unpacked.left == 0 {
            note(Cause::LimitReached {
                what: "bytes of a compressed tar that are unpacked",
                limit: limits.archive_member_bytes,
            });
        }
        return Ok(());
    }
    listing.archive.format = plain;
    let mut member =
        Member { method: Some(if plain == "gzip" { "deflate" } else { "zstd" }.to_owned()), ..Member::default() };
    if plain == "gzip" {
        gzip(stream, head, &mut member, &mut listing.archive)?;
    }
    member.content = zip::program(first, to_u64(count));
    listing.add(member);
    Ok(())
}

/// Name, time, comment and size of a gzip file.
fn gzip(stream: &dyn ReadAt, head: &[u8], member: &mut Member, archive: &mut Archive) -> io::Result<()> {
    let fields = Fields(head);
    let flags = fields.u8(3);
    let time = fields.u32(4);
    member.modified = Timestamp::from_unix(time.into(), 0).filter(|_| time != 0).map(|time| time.to_string());
    let mut rest = head.get(10..).unwrap_or_default();
    if flags & 4 != 0 {
        let length = usize::from(Fields(rest).u16(0)).saturating_add(2);
        rest = rest.get(length..).unwrap_or_default();
    }
    let mut text = |bit: u8| {
        let length = memchr::memchr(0, rest).filter(|_| flags & bit != 0)?;
        let (text, after) = rest.split_at_checked(length)?;
        rest = after.get(1..).unwrap_or_default();
        Some(text)
    };
    member.name = text(8).map(lossless).unwrap_or_default();
    archive.comment = text(16).and_then(listing::comment);
    let mut size = [0u8; 4];
    if stream.len() >= 18 && read_full(stream, stream.len().saturating_sub(4), &mut size)? == 4 {
        // Modulo 2^32, and of the last member of several.
        member.size = Some(u32::from_le_bytes(size).into());
    }
    Ok(())
}

/// A stream with a position.
struct Input<'s> {
    stream: &'s dyn ReadAt,
    at: u64,
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read_at(self.at, buffer)?;
        self.at = self.at.saturating_add(to_u64(count));
        Ok(count)
    }
}

/// What comes out, as much of it as may. Damage ends it.
struct Unpacked<'s> {
    reader: Box<dyn Read + 's>,
    /// What was read ahead, backwards.
    start: Vec<u8>,
    at: u64,
    left: u64,
    ended: bool,
}

impl tar::Forward for Unpacked<'_> {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0usize;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            if let (Some(byte), Some(first)) = (self.start.pop(), rest.first_mut()) {
                *first = byte;
                filled = filled.saturating_add(1);
                continue;
            }
            let wanted = rest.len().min(to_usize(self.left));
            let reader = &mut self.reader;
            let target = rest.get_mut(..wanted).unwrap_or_default();
            // A decoder that failed is not asked again.
            let count = if self.ended || target.is_empty() {
                0
            } else {
                guarded(|| reader.read(target)).and_then(Result::ok).unwrap_or(0)
            };
            if count == 0 {
                self.ended = true;
                break;
            }
            self.left = self.left.saturating_sub(to_u64(count));
            filled = filled.saturating_add(count);
        }
        self.at = self.at.saturating_add(to_u64(filled));
        Ok(filled)
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        let mut left = count;
        let mut waste = [0u8; 16 << 10];
        while left > 0 {
            let wanted = to_usize(left).min(waste.len());
            let count = self.fill(waste.get_mut(..wanted).unwrap_or_default())?;
            if count == 0 {
                break;
            }
            left = left.saturating_sub(to_u64(count));
        }
        Ok(())
    }

    fn offset(&self) -> u64 {
        self.at
    }
}
