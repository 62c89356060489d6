//! RAR 5: blocks of headers. `RAR 5.0 archive format` of rarlab.com.

use super::cursor::Cursor;
use super::listing::Listing;
use super::rar4::TOLD;
use super::{Member, Volume, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::escape::lossless;
use crate::base::number::{to_u64, to_usize};
use crate::base::time::Timestamp;
use crate::base::window::{Window, bytes_at};
use std::io;

/// The first bytes of an archive.
pub(super) const SIGNATURE: &[u8] = b"Rar!\x1a\x07\x01\x00";
/// The largest header.
const HEADER: u64 = 2 << 20;

/// Reads the members of the archive at an offset.
pub(super) fn read(
    stream: &dyn ReadAt,
    offset: u64,
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    listing.archive.format = "rar5";
    let mut window = Window::new(stream);
    let mut at = offset.saturating_add(8);
    let (mut looked_at, mut told) = (0u32, 0u32);
    while at < stream.len() {
        // The length of the header is counted from behind itself.
        let fixed = window.get(at, 16)?;
        let mut cursor = Cursor::new(fixed);
        let parts = cursor.u32().and_then(|crc| cursor.vint().map(|size| (crc, size)));
        let before = to_u64(fixed.len().saturating_sub(cursor.rest().len()));
        let Some((crc, size)) = parts.filter(|(_, size)| (1..=HEADER).contains(size)) else {
            note(Cause::Corrupt { what: "a damaged header of a RAR archive".to_owned(), offset: at });
            break;
        };
        let total = to_usize(before.saturating_add(size));
        let header = window.get(at, total)?;
        let summed = header.get(4..).unwrap_or_default();
        if header.len() < total || crc32fast::hash(summed) != crc {
            told = told.saturating_add(1);
            if told <= TOLD {
                note(Cause::Corrupt { what: "a header of a RAR archive fails its checksum".to_owned(), offset: at });
            }
            if header.len() < total {
                break;
            }
        }
        let body = header.get(to_usize(before)..).unwrap_or_default();
        let Some(mut block) = Block::read(body) else {
            note(Cause::Corrupt { what: "a damaged header of a RAR archive".to_owned(), offset: at });
            break;
        };
        let next = at.saturating_add(before).saturating_add(size);
        let data = block.data;
        match block.kind {
            1 => main(&mut block.body, listing).unwrap_or(()),
            2 => {
                let Some((mut member, stored, solid)) = file(&mut block) else {
                    note(Cause::Corrupt { what: "a damaged header of a RAR archive".to_owned(), offset: at });
                    break;
                };
                listing.archive.solid |= solid;
                if member.encrypted {
                    listing.encrypted("AES-256", true);
                } else if stored && block.flags & 8 == 0 && looked_at < 256 && !member.folder {
                    looked_at = looked_at.saturating_add(1);
                    if !Listing::is_executable_name(&member.name) {
                        member.content = zip::program(&bytes_at(stream, next, data.min(1024))?, data);
                    }
                }
                if !listing.add(member) {
                    break;
                }
            }
            4 => {
                listing.encrypted("AES-256", false);
                return Ok(());
            }
            5 => {
                if let Some(volume) = &mut listing.archive.volume {
                    volume.more = block.body.vint().map(|flags| flags & 1 != 0);
                }
                return Ok(());
            }
            _ => {}
        }
        if next.saturating_add(data) > stream.len() {
            let what = "the data of a member of a RAR archive is cut off".to_owned();
            note(Cause::Corrupt { what, offset: next });
        }
        at = next.saturating_add(data);
    }
    Ok(())
}

/// What all headers begin with.
struct Block<'a> {
    kind: u64,
    flags: u64,
    /// Bytes of data that follow.
    data: u64,
    body: Cursor<'a>,
    extra: &'a [u8],
}

impl<'a> Block<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(bytes);
        let (kind, flags) = (cursor.vint()?, cursor.vint()?);
        let extra_size = if flags & 1 != 0 { cursor.vint()? } else { 0 };
        let data = if flags & 2 != 0 { cursor.vint()? } else { 0 };
        let length = cursor.rest().len().checked_sub(usize::try_from(extra_size).ok()?)?;
        let (body, extra) = cursor.rest().split_at_checked(length)?;
        Some(Self { kind, flags, data, body: Cursor::new(body), extra })
    }
}

fn main(body: &mut Cursor<'_>, listing: &mut Listing) -> Option<()> {
    let flags = body.vint()?;
    if flags & 1 != 0 {
        let number = if flags & 2 != 0 { body.vint()?.saturating_add(1) } else { 1 };
        listing.archive.volume = Some(Volume { number: Some(number), of: None, more: None });
    }
    listing.archive.solid |= flags & 4 != 0;
    Some(())
}

/// The member, whether it is stored, and whether it continues the compression of the one before.
fn file(block: &mut Block<'_>) -> Option<(Member, bool, bool)> {
    let body = &mut block.body;
    let (flags, size, _attributes) = (body.vint()?, body.vint()?, body.vint()?);
    let mut modified = if flags & 2 != 0 { Timestamp::from_unix(body.u32()?.into(), 0) } else { None };
    let crc = if flags & 4 != 0 { Some(body.u32()?) } else { None };
    let (compression, _system, length) = (body.vint()?, body.vint()?, body.vint()?);
    let name = lossless(body.take_u64(length)?);
    let mut encrypted = false;
    let mut extra = Cursor::new(block.extra);
    while let Some(record) = extra.vint().and_then(|size| extra.take_u64(size)) {
        let mut record = Cursor::new(record);
        match record.vint() {
            Some(1) => encrypted = true,
            Some(3) => modified = precise_time(&mut record).or(modified),
            _ => {}
        }
    }
    let (folder, level) = (flags & 1 != 0, (compression >> 7) & 7);
    let member = Member {
        name,
        size: (flags & 8 == 0).then_some(size),
        compressed: Some(block.data),
        folder,
        encrypted,
        method: (!folder).then(|| if level == 0 { "stored".to_owned() } else { format!("RAR 5, level {level}") }),
        modified: modified.map(|time| time.to_string()),
        crc32: crc.filter(|_| !folder).map(|crc| format!("{crc:08x}")),
        content: None,
    };
    Some((member, level == 0, compression & 0x40 != 0))
}

/// The last change in the record of times.
fn precise_time(record: &mut Cursor<'_>) -> Option<Timestamp> {
    let flags = record.vint()?;
    if flags & 2 == 0 {
        return None;
    }
    if flags & 1 == 0 {
        return Timestamp::from_filetime(record.u64()?);
    }
    let seconds = record.u32()?;
    let others = [4, 8].iter().filter(|bit| flags & **bit != 0).count().saturating_mul(4);
    let nanoseconds = if flags & 0x10 != 0 {
        record.take(others)?;
        i32::try_from(record.u32()? & 0x3fff_ffff).ok()?
    } else {
        0
    };
    Timestamp::from_unix(seconds.into(), nanoseconds)
}
