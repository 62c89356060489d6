//! ARJ, LHA and ACE: old formats that still carry mail attachments. Names, sizes and passwords of the members.
//!
//! ARJ's `TECHNOTE.TXT`, the `header.doc` of LHa for UNIX, and the `TechInfo` of unace.

use super::listing::Listing;
use super::{Member, Volume, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::dos_time::dos_time_u32;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
use crate::base::window::{Window, bytes_at};
use std::io;

/// Whether the head is that of one of them.
pub(super) fn is_old(head: &[u8]) -> bool {
    is_arj(head) || is_lha(head) || is_ace(head)
}

/// The mark, a basic header of a size that may be, and the type of the main header.
fn is_arj(head: &[u8]) -> bool {
    let fields = Fields(head);
    head.starts_with(b"\x60\xea") && (30..=2600).contains(&fields.u16(2)) && fields.u8(10) == 2
}

fn is_lha(head: &[u8]) -> bool {
    matches!(head.get(2..7), Some([b'-', b'l', b'h' | b'z', b'0'..=b'9' | b'd' | b's' | b'x', b'-']))
}

fn is_ace(head: &[u8]) -> bool {
    head.get(7..14) == Some(b"**ACE**")
}

/// Reads the members.
pub(super) fn read(
    stream: &dyn ReadAt,
    head: &[u8],
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    let mut window = Window::new(stream);
    let outcome = match () {
        () if is_arj(head) => arj(stream, &mut window, listing)?,
        () if is_lha(head) => lha(stream, &mut window, listing)?,
        () => ace(stream, &mut window, listing)?,
    };
    if let Err(offset) = outcome {
        let what = format!("a damaged header of an {} archive", listing.archive.format);
        note(Cause::Corrupt { what, offset });
    }
    Ok(())
}

/// The offset of a damaged header.
type Outcome = Result<(), u64>;

fn arj(stream: &dyn ReadAt, window: &mut Window<'_>, listing: &mut Listing) -> io::Result<Outcome> {
    listing.archive.format = "arj";
    let mut at = 0u64;
    let mut is_main = true;
    while at < stream.len() {
        let fixed = Fields(window.get(at, 4)?);
        let size = usize::from(fixed.u16(2));
        if fixed.u16(0) != 0xea60 || size > 2600 {
            return Ok(Err(at));
        }
        if size == 0 {
            break;
        }
        let whole = window.get(at, size.saturating_add(10))?;
        let header = Fields(whole.get(4..size.saturating_add(4)).unwrap_or_default());
        if header.0.len() < size || size < 30 {
            return Ok(Err(at));
        }
        let extended = Fields(whole.get(size.saturating_add(8)..).unwrap_or_default()).u16(0);
        // Between the basic header and the data: a checksum, and extended headers with checksums of their own.
        let extra = if extended == 0 { 2 } else { u64::from(extended).saturating_add(8) };
        at = at.saturating_add(8).saturating_add(to_u64(size)).saturating_add(extra);
        let flags = header.u8(4);
        if is_main {
            is_main = false;
            if flags & 4 != 0 {
                listing.archive.volume = Some(Volume { number: None, of: None, more: Some(true) });
            }
            continue;
        }
        let name = header.0.get(usize::from(header.u8(0))..).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let (packed, method) = (u64::from(header.u32(12)), header.u8(5));
        let mut member = Member {
            name: lossless(name),
            size: Some(header.u32(16).into()),
            compressed: Some(packed),
            folder: header.u8(6) == 3,
            encrypted: flags & 1 != 0,
            method: Some(if method == 0 { "stored".to_owned() } else { format!("ARJ, method {method}") }),
            // Unix and NeXT keep their own time.
            modified: match header.u8(3) {
                2 | 8 => Timestamp::from_unix(header.u32(8).into(), 0).map(|time| time.to_string()),
                _ => dos_time_u32(header.u32(8)),
            },
            crc32: Some(format!("{:08x}", header.u32(20))),
            content: None,
        };
        if member.encrypted {
            listing.encrypted("ARJ cipher", true);
        } else if method == 0 && !Listing::is_executable_name(&member.name) {
            member.content = zip::program(&bytes_at(stream, at, packed.min(1024))?, packed);
        }
        if !listing.add(member) {
            break;
        }
        at = at.saturating_add(packed);
    }
    Ok(Ok(()))
}

fn lha(stream: &dyn ReadAt, window: &mut Window<'_>, listing: &mut Listing) -> io::Result<Outcome> {
    listing.archive.format = "lha";
    let mut at = 0u64;
    while at < stream.len() {
        let bytes = window.get(at, 4096)?;
        if bytes.first() == Some(&0) {
            break;
        }
        if !is_lha(bytes) {
            return Ok(Err(at));
        }
        let header = Fields(bytes);
        let level = header.u8(20);
        let method = lossless(header.bytes(2, 5));
        let (mut packed, size, stamp) = (u64::from(header.u32(7)), u64::from(header.u32(11)), header.u32(15));
        let short = u64::from(header.u8(0)).saturating_add(2);
        let (mut name, mut folder) = (Vec::new(), Vec::new());
        let (next, modified) = match level {
            0 | 1 => {
                name = header.bytes(22, header.u8(21).into()).to_vec();
                let mut length = short;
                if level == 1 {
                    let from = usize::try_from(short).unwrap_or(0);
                    let extended = extended(bytes, from.saturating_sub(2), &mut name, &mut folder);
                    // The size counts the extended headers too.
                    packed = packed.saturating_sub(extended);
                    length = length.saturating_add(extended);
                }
                (length, dos_time_u32(stamp))
            }
            2 => {
                extended(bytes, 24, &mut name, &mut folder);
                (u64::from(header.u16(0)), Timestamp::from_unix(stamp.into(), 0).map(|time| time.to_string()))
            }
            _ => return Ok(Err(at)),
        };
        if next < 21 {
            return Ok(Err(at));
        }
        // 0xFF parts the folders.
        folder.iter_mut().filter(|byte| **byte == 0xff).for_each(|byte| *byte = b'\\');
        folder.extend_from_slice(&name);
        at = at.saturating_add(next);
        let stored = matches!(method.as_str(), "-lh0-" | "-lz4-");
        let mut member = Member {
            name: lossless(&folder),
            size: Some(size),
            compressed: Some(packed),
            folder: method == "-lhd-",
            method: Some(if stored { "stored".to_owned() } else { method }),
            modified,
            ..Member::default()
        };
        if stored && !Listing::is_executable_name(&member.name) {
            member.content = zip::program(&bytes_at(stream, at, packed.min(1024))?, packed);
        }
        if !listing.add(member) {
            break;
        }
        at = at.saturating_add(packed);
    }
    Ok(Ok(()))
}

/// Reads extended headers, each of which begins with its type and ends with the size of the next; `from` is where the size
/// of the first stands. Their bytes in all.
fn extended(bytes: &[u8], from: usize, name: &mut Vec<u8>, folder: &mut Vec<u8>) -> u64 {
    let mut at = from;
    let mut total = 0u64;
    loop {
        let size = usize::from(Fields(bytes).u16(at));
        at = at.saturating_add(2);
        let Some(header) = at.checked_add(size).and_then(|end| bytes.get(at..end)).filter(|_| size > 3) else {
            return total;
        };
        let data = header.get(1..size.saturating_sub(2)).unwrap_or_default();
        match header.first() {
            Some(1) => *name = data.to_vec(),
            Some(2) => *folder = data.to_vec(),
            _ => {}
        }
        total = total.saturating_add(to_u64(size));
        at = at.saturating_add(size).saturating_sub(2);
    }
}

fn ace(stream: &dyn ReadAt, window: &mut Window<'_>, listing: &mut Listing) -> io::Result<Outcome> {
    listing.archive.format = "ace";
    let mut at = 0u64;
    while at < stream.len() {
        let size = usize::from(Fields(window.get(at, 4)?).u16(2));
        let whole = window.get(at, size.saturating_add(4))?;
        let Some(body) = whole.get(4..).filter(|body| body.len() == size && size >= 3) else { return Ok(Err(at)) };
        let header = Fields(body);
        let (kind, flags) = (header.u8(0), header.u16(1));
        let packed = if flags & 1 != 0 { u64::from(header.u32(3)) } else { 0 };
        if kind == 0 && flags & 0x0800 != 0 {
            let number = Some(u64::from(header.u8(13)).saturating_add(1));
            listing.archive.volume = Some(Volume { number, of: None, more: None });
        }
        if kind == 1 {
            let member = Member {
                name: lossless(header.bytes(31, header.u16(29).into())),
                size: Some(header.u32(7).into()),
                compressed: Some(packed),
                folder: header.u32(15) & 0x10 != 0,
                encrypted: flags & 0x4000 != 0,
                method: Some(if header.u8(23) == 0 { "stored".to_owned() } else { "ACE".to_owned() }),
                modified: dos_time_u32(header.u32(11)),
                crc32: None,
                content: None,
            };
            if member.encrypted {
                listing.encrypted("Blowfish", true);
            }
            if !listing.add(member) {
                break;
            }
        }
        at = at.saturating_add(4).saturating_add(to_u64(size)).saturating_add(packed);
    }
    Ok(Ok(()))
}
