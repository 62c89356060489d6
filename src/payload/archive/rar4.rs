//! RAR 1.5 to 4: blocks of headers. UnRAR's `arcread.cpp`, and `technote.txt` of RAR 4.

use super::cursor::Cursor;
use super::listing::Listing;
use super::{Member, Volume, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::dos_time::dos_time_u32;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::wide;
use crate::base::window::{Window, bytes_at};
use std::io;

/// The marker block.
pub(super) const SIGNATURE: &[u8] = b"Rar!\x1a\x07\x00";

const MAIN: u8 = 0x73;
const FILE: u8 = 0x74;
const END: u8 = 0x7b;
/// Headers that fail their checksum, as many as are told.
pub(super) const TOLD: u32 = 8;
/// The block is followed by data.
const DATA: u16 = 0x8000;

/// Reads the members of the archive at an offset.
pub(super) fn read(
    stream: &dyn ReadAt,
    offset: u64,
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    listing.archive.format = "rar4";
    let mut window = Window::new(stream);
    let mut at = offset.saturating_add(7);
    let (mut looked_at, mut told) = (0u32, 0u32);
    while at < stream.len() {
        let fixed = Fields(window.get(at, 7)?);
        let (checksum, kind, flags, size) = (fixed.u16(0), fixed.u8(2), fixed.u16(3), fixed.u16(5));
        let header = window.get(at, size.into())?;
        let damaged = size < 7 || header.len() < usize::from(size) || !(0x72..=0x7b).contains(&kind);
        if damaged {
            note(Cause::Corrupt { what: "a damaged header of a RAR archive".to_owned(), offset: at });
            break;
        }
        let sum = crc32fast::hash(header.get(2..).unwrap_or_default()).to_le_bytes();
        let [low, high, ..] = sum;
        // A header with an old comment is summed up otherwise.
        if kind == FILE && flags & 8 == 0 && u16::from_le_bytes([low, high]) != checksum {
            told = told.saturating_add(1);
            if told <= TOLD {
                let what = "a header of a RAR archive fails its checksum".to_owned();
                note(Cause::Corrupt { what, offset: at });
            }
        }
        let mut body = Cursor::new(header.get(7..).unwrap_or_default());
        let mut data = 0u64;
        if flags & DATA != 0 || kind == FILE {
            data = u64::from(Fields(body.rest()).u32(0));
        }
        let next = at.saturating_add(size.into());
        match kind {
            MAIN if main(flags, listing) => return Ok(()),
            FILE => {
                let Some((mut member, packed, stored)) = file(&mut body, flags) else {
                    note(Cause::Corrupt { what: "a damaged header of a RAR archive".to_owned(), offset: at });
                    break;
                };
                data = packed;
                if member.encrypted {
                    listing.encrypted(if stored.version < 29 { "RAR 2 cipher" } else { "AES-128" }, true);
                } else if stored.stored && flags & 1 == 0 && looked_at < 256 && !member.folder {
                    looked_at = looked_at.saturating_add(1);
                    if !Listing::is_executable_name(&member.name) {
                        member.content = zip::program(&bytes_at(stream, next, data.min(1024))?, data);
                    }
                }
                // A member that began in an earlier part is listed in each.
                if !listing.add(member) {
                    break;
                }
            }
            END => {
                if let Some(volume) = &mut listing.archive.volume {
                    volume.more = Some(flags & 1 != 0);
                    if flags & 8 != 0 {
                        let at = if flags & 2 != 0 { 4 } else { 0 };
                        volume.number = Some(u64::from(Fields(body.rest()).u16(at)).saturating_add(1));
                    }
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

/// Takes the flags of the archive; true where all that follows is encrypted.
fn main(flags: u16, listing: &mut Listing) -> bool {
    if flags & 1 != 0 {
        let number = (flags & 0x100 != 0).then_some(1);
        listing.archive.volume = Some(Volume { number, of: None, more: None });
    }
    listing.archive.solid = flags & 8 != 0;
    let hidden = flags & 0x80 != 0;
    if hidden {
        listing.encrypted("AES-128", false);
    }
    hidden
}

/// How a member's data lies in the archive.
struct Stored {
    stored: bool,
    version: u8,
}

fn file(body: &mut Cursor<'_>, flags: u16) -> Option<(Member, u64, Stored)> {
    let (low_packed, low_size) = (body.u32()?, body.u32()?);
    let (_system, crc, time, version, method) = (body.u8()?, body.u32()?, body.u32()?, body.u8()?, body.u8()?);
    let (name_length, _attributes) = (body.u16()?, body.u32()?);
    let (mut packed, mut size) = (u64::from(low_packed), u64::from(low_size));
    let mut known = low_size != u32::MAX;
    if flags & 0x100 != 0 {
        let (high_packed, high_size) = (body.u32()?, body.u32()?);
        packed |= u64::from(high_packed) << 32;
        size |= u64::from(high_size) << 32;
        known = size != u64::MAX;
    }
    let raw = body.take(name_length.into())?;
    let folder = flags & 0xe0 == 0xe0;
    let member = Member {
        name: if flags & 0x200 != 0 { unicode_name(raw) } else { lossless(raw) },
        size: known.then_some(size),
        compressed: Some(packed),
        folder,
        encrypted: flags & 4 != 0,
        method: (!folder).then(|| match method {
            0x30 => "stored".to_owned(),
            0x31..=0x35 => format!("RAR {}.{}, level {}", version / 10, version % 10, method.saturating_sub(0x30)),
            other => format!("method {other:#x}"),
        }),
        modified: dos_time_u32(time),
        crc32: (!folder).then(|| format!("{crc:08x}")),
        content: None,
    };
    Some((member, packed, Stored { stored: method == 0x30, version }))
}

/// A name with its Unicode form after a zero: UnRAR's `EncodeFileName::Decode`.
fn unicode_name(raw: &[u8]) -> String {
    let Some(end) = memchr::memchr(0, raw) else { return lossless(raw) };
    let (plain, encoded) = (raw.get(..end).unwrap_or_default(), raw.get(end.saturating_add(1)..).unwrap_or_default());
    let Some((high, mut rest)) = encoded.split_first() else { return lossless(plain) };
    let high = u16::from(*high) << 8;
    let mut units: Vec<u16> = Vec::new();
    let next = |rest: &mut &[u8]| {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        Some(u16::from(*byte))
    };
    let (mut flags, mut bits) = (0u16, 0u32);
    // A run of 129 is the longest that two bytes can ask for.
    while units.len() <= raw.len().saturating_mul(64) {
        if bits == 0 {
            let Some(byte) = next(&mut rest) else { break };
            flags = byte;
            bits = 8;
        }
        bits = bits.saturating_sub(2);
        let unit = match (flags >> bits) & 3 {
            0 => next(&mut rest),
            1 => next(&mut rest).map(|low| low | high),
            2 => next(&mut rest).and_then(|low| next(&mut rest).map(|high| low | high << 8)),
            _ => {
                let Some(length) = next(&mut rest) else { break };
                let correction = if length & 0x80 != 0 { next(&mut rest) } else { None };
                for _ in 0..(length & 0x7f).saturating_add(2) {
                    let Some(byte) = plain.get(units.len()) else { break };
                    units.push(match correction {
                        Some(correction) => u16::from(*byte).wrapping_add(correction) & 0xff | high,
                        None => u16::from(*byte),
                    });
                }
                continue;
            }
        };
        let Some(unit) = unit else { break };
        units.push(unit);
    }
    lossless(&wide::utf8(units.into_iter()))
}
