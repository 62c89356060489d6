//! Cabinets: folders of compressed data, and the files in them. [MS-CAB].

use super::cursor::Cursor;
use super::listing::{self, Listing};
use super::{Member, Volume, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::dos_time::dos_time;
use crate::base::escape::lossless;
use crate::base::fields::Fields;
use crate::base::number::to_u64;
use crate::base::window::{Window, bytes_at};
use std::io;

/// The first bytes of a cabinet.
pub(super) const SIGNATURE: &[u8] = b"MSCF\0\0\0\0";
const HEADER: usize = 36;
/// Folders whose first block is unpacked to look at the members in it.
const LOOKED_AT: usize = 16;
/// The longest name with its end.
const NAME: usize = 257;

/// Whether the header is one: the signature alone stands in every program that makes cabinets.
pub(super) fn is_cab(head: &[u8]) -> bool {
    let header = Fields(head);
    head.len() >= HEADER
        && head.starts_with(SIGNATURE)
        && header.u8(25) == 1
        && header.u32(16) >= 36
        && header.u32(16) < header.u32(8)
}

/// A folder of compressed data.
struct Folder {
    start: u64,
    method: u16,
    /// What comes out of its first block, where that could be unpacked.
    head: Vec<u8>,
}

/// Reads the members of the cabinet at an offset.
pub(super) fn read(
    stream: &dyn ReadAt,
    offset: u64,
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    listing.archive.format = "cab";
    let mut fixed = [0u8; HEADER];
    read_full(stream, offset, &mut fixed)?;
    let header = Fields(&fixed);
    let (folders, files, flags) = (header.u16(26), header.u16(28), header.u16(30));
    if offset.saturating_add(header.u32(8).into()) > stream.len() {
        note(Cause::Corrupt { what: "a cabinet is cut off".to_owned(), offset });
    }
    let optional = bytes_at(stream, offset.saturating_add(36), 70_000)?;
    let mut cursor = Cursor::new(&optional);
    let mut reserved = (0usize, 0usize);
    let parsed = parts(&mut cursor, flags, &mut reserved, listing);
    if flags & 3 != 0 {
        let number = Some(u64::from(header.u16(34)).saturating_add(1));
        listing.archive.volume = Some(Volume { number, of: None, more: Some(flags & 2 != 0) });
    }
    if parsed.is_none() {
        note(Cause::Corrupt { what: "a damaged header of a cabinet".to_owned(), offset });
        return Ok(());
    }
    let read = to_u64(optional.len().saturating_sub(cursor.rest().len()));
    let mut at = offset.saturating_add(36).saturating_add(read);
    let mut window = Window::new(stream);
    let (folder_size, data_header) = (reserved.0.saturating_add(8), reserved.1.saturating_add(8));
    let mut known = Vec::new();
    for index in 0..usize::from(folders) {
        let bytes = window.get(at, folder_size)?;
        if bytes.len() < folder_size {
            note(Cause::Corrupt { what: "the folders of a cabinet are cut off".to_owned(), offset: at });
            break;
        }
        let fields = Fields(bytes);
        let mut folder =
            Folder { start: offset.saturating_add(fields.u32(0).into()), method: fields.u16(6) & 15, head: Vec::new() };
        if index < LOOKED_AT {
            folder.head = first_block(stream, &folder, data_header)?;
        }
        known.push(folder);
        at = at.saturating_add(to_u64(folder_size));
    }
    let mut at = offset.saturating_add(header.u32(16).into());
    for _ in 0..files {
        let bytes = window.get(at, NAME.saturating_add(16))?;
        let Some((member, length)) = file(bytes, &known) else {
            note(Cause::Corrupt { what: "the files of a cabinet are cut off".to_owned(), offset: at });
            break;
        };
        at = at.saturating_add(to_u64(length));
        if !listing.add(member) {
            break;
        }
    }
    listing.archive.solid = listing.archive.member_count > u64::from(folders);
    Ok(())
}

/// What stands between the header and the folders: reserved space, and the names of the cabinets before and after.
fn parts(cursor: &mut Cursor<'_>, flags: u16, reserved: &mut (usize, usize), listing: &mut Listing) -> Option<()> {
    if flags & 4 != 0 {
        let header = cursor.u16()?;
        *reserved = (cursor.u8()?.into(), cursor.u8()?.into());
        cursor.take(header.into())?;
    }
    let mut neighbours = Vec::new();
    for bit in [1u16, 2] {
        if flags & bit != 0 {
            neighbours.push(lossless(cursor.zero_ended()?));
            cursor.zero_ended()?;
        }
    }
    if !neighbours.is_empty() {
        listing.archive.comment = listing::comment(format!("continued in {}", neighbours.join(", ")).as_bytes());
    }
    Some(())
}

fn file(bytes: &[u8], folders: &[Folder]) -> Option<(Member, usize)> {
    let mut cursor = Cursor::new(bytes);
    let (size, from, folder) = (cursor.u32()?, cursor.u32()?, cursor.u16()?);
    let (date, time, _attributes) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let name = lossless(cursor.zero_ended()?);
    // Numbers from 0xFFFD on mean that the file goes on from, or into, another cabinet.
    let of = folders.get(usize::from(folder));
    let head = of.and_then(|of| of.head.get(usize::try_from(from).ok()?..)).unwrap_or_default();
    let content = if Listing::is_executable_name(&name) { None } else { zip::program(head, size.into()) };
    let member = Member {
        name,
        size: Some(size.into()),
        method: of.map(|of| match of.method {
            0 => "stored".to_owned(),
            1 => "MSZIP".to_owned(),
            2 => "Quantum".to_owned(),
            3 => "LZX".to_owned(),
            other => format!("method {other}"),
        }),
        modified: dos_time(date, time),
        content,
        ..Member::default()
    };
    Some((member, bytes.len().saturating_sub(cursor.rest().len())))
}

/// What comes out of the first block of a folder that is stored or deflated: at most 32 KiB.
fn first_block(stream: &dyn ReadAt, folder: &Folder, header: usize) -> io::Result<Vec<u8>> {
    let mut fixed = [0u8; 8];
    read_full(stream, folder.start, &mut fixed)?;
    let size = u64::from(Fields(&fixed).u16(4));
    let start = folder.start.saturating_add(to_u64(header));
    match folder.method {
        0 => bytes_at(stream, start, size),
        // Two bytes, `CK`, stand before the data.
        1 => {
            let start = start.saturating_add(2);
            Ok(zip::inflate(stream, start, size.saturating_sub(2), 32 << 10, false)?.0)
        }
        _ => Ok(Vec::new()),
    }
}
