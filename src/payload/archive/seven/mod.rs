//! 7z: the header at the end of the archive, which names the members. LZMA SDK, `DOC/7zFormat.txt`.
//!
//! The header itself is mostly compressed with LZMA, and may be encrypted: then neither names nor sizes can be had.

mod files;
mod streams;

use super::cursor::Cursor;
use super::listing::Listing;
use super::{lzma, zip};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::window::bytes_at;
use std::io;
use streams::{Folder, Streams};

/// The first bytes of an archive.
pub(super) const SIGNATURE: &[u8] = b"7z\xbc\xaf\x27\x1c";
/// The signature header, from whose end offsets count.
const SIGNATURE_HEADER: u64 = 32;
/// Bytes that a header may have, packed and unpacked: 150,000 names of usual length.
const HEADER: u64 = 16 << 20;
/// Headers in headers.
const NESTING: usize = 4;
/// Folders of compressed data whose first bytes are looked at.
const LOOKED_AT: usize = 64;
/// Bytes that are unpacked for that.
const LOOK: usize = 1024;

mod id {
    pub(super) const END: u64 = 0;
    pub(super) const HEADER: u64 = 1;
    pub(super) const ARCHIVE_PROPERTIES: u64 = 2;
    pub(super) const ADDITIONAL_STREAMS: u64 = 3;
    pub(super) const MAIN_STREAMS: u64 = 4;
    pub(super) const FILES: u64 = 5;
    pub(super) const PACK_INFO: u64 = 6;
    pub(super) const UNPACK_INFO: u64 = 7;
    pub(super) const SUB_STREAMS: u64 = 8;
    pub(super) const SIZE: u64 = 9;
    pub(super) const CRC: u64 = 10;
    pub(super) const FOLDER: u64 = 11;
    pub(super) const UNPACK_SIZE: u64 = 12;
    pub(super) const NUM_UNPACK_STREAM: u64 = 13;
    pub(super) const EMPTY_STREAM: u64 = 14;
    pub(super) const EMPTY_FILE: u64 = 15;
    pub(super) const NAMES: u64 = 17;
    pub(super) const MODIFIED: u64 = 20;
    pub(super) const ATTRIBUTES: u64 = 21;
    pub(super) const ENCODED_HEADER: u64 = 23;
}

/// Reads the members of the archive at an offset.
pub(super) fn read(
    stream: &dyn ReadAt,
    offset: u64,
    listing: &mut Listing,
    note: &mut dyn FnMut(Cause),
) -> io::Result<()> {
    listing.archive.format = "7z";
    let mut fixed = [0u8; 32];
    read_full(stream, offset, &mut fixed)?;
    let start = Fields(&fixed);
    let corrupt = |what: &str, at: u64| Cause::Corrupt { what: what.to_owned(), offset: at };
    if crc32fast::hash(start.bytes(12, 20)) != start.u32(8) {
        note(corrupt("the start header of a 7z archive fails its checksum", offset));
    }
    let base = offset.saturating_add(SIGNATURE_HEADER);
    let (at, size) = (base.saturating_add(start.u64(12)), start.u64(20));
    if size == 0 {
        return Ok(());
    }
    if at.saturating_add(size) > stream.len() {
        let what = "the header of a 7z archive lies past the end: it is cut off, or the first of several parts";
        note(corrupt(what, offset));
        return Ok(());
    }
    if size > HEADER {
        note(Cause::LimitReached { what: "bytes of the header of a 7z archive", limit: HEADER });
        return Ok(());
    }
    let mut header = bytes_at(stream, at, size)?;
    if crc32fast::hash(&header) != start.u32(28) {
        note(corrupt("the header of a 7z archive fails its checksum", at));
    }
    for _ in 0..NESTING {
        let mut cursor = Cursor::new(&header);
        match cursor.number() {
            Some(id::HEADER) => {
                if members(&mut cursor, stream, base, listing)?.is_none() {
                    note(corrupt("a damaged header of a 7z archive", at));
                }
                return Ok(());
            }
            Some(id::ENCODED_HEADER) => {
                let streams = streams::read(&mut cursor);
                match streams.map(|streams| unpack(stream, base, &streams)).transpose()? {
                    Some(Ok(unpacked)) => header = unpacked,
                    Some(Err(Refusal::Encrypted)) => {
                        listing.encrypted("AES-256", false);
                        return Ok(());
                    }
                    Some(Err(Refusal::Method)) => {
                        let what = "the header of a 7z archive is compressed by other means than LZMA";
                        note(Cause::Unsupported(what.to_owned()));
                        return Ok(());
                    }
                    Some(Err(Refusal::Damaged)) | None => {
                        note(corrupt("a damaged compressed header of a 7z archive", at));
                        return Ok(());
                    }
                }
            }
            _ => break,
        }
    }
    note(corrupt("a damaged header of a 7z archive", at));
    Ok(())
}

/// Why a header could not be unpacked.
enum Refusal {
    Encrypted,
    Method,
    Damaged,
}

/// Unpacks a header that is compressed.
fn unpack(stream: &dyn ReadAt, base: u64, streams: &Streams) -> io::Result<Result<Vec<u8>, Refusal>> {
    let Some(folder) = streams.folders.first() else { return Ok(Err(Refusal::Damaged)) };
    if folder.is_encrypted() {
        return Ok(Err(Refusal::Encrypted));
    }
    let (size, packed) = (folder.unpacked_size(), streams.packed.first().copied().unwrap_or(0));
    if size > HEADER || packed > HEADER {
        return Ok(Err(Refusal::Damaged));
    }
    let [coder] = folder.coders.as_slice() else { return Ok(Err(Refusal::Method)) };
    let input = bytes_at(stream, base.saturating_add(streams.packed_at), packed)?;
    let size = usize::try_from(size).unwrap_or(0);
    let (output, whole) = match coder.method {
        streams::COPY => (input, true),
        streams::LZMA => {
            let (output, outcome) = lzma::decode(&coder.properties, &input, size);
            (output, outcome.is_ok())
        }
        _ => return Ok(Err(Refusal::Method)),
    };
    let intact = folder.crc.is_none_or(|crc| crc == crc32fast::hash(&output));
    Ok(if whole && intact && output.len() == size { Ok(output) } else { Err(Refusal::Damaged) })
}

/// The header proper. Nothing where it is damaged; what was read before that is kept.
fn members(cursor: &mut Cursor<'_>, stream: &dyn ReadAt, base: u64, listing: &mut Listing) -> io::Result<Option<()>> {
    let mut main = Streams::default();
    loop {
        match cursor.number() {
            Some(id::ARCHIVE_PROPERTIES) => {
                while let Some(kind) = cursor.number().filter(|kind| *kind != id::END) {
                    let _ = kind;
                    if cursor.number().and_then(|size| cursor.take_u64(size)).is_none() {
                        return Ok(None);
                    }
                }
            }
            Some(id::ADDITIONAL_STREAMS) if streams::read(cursor).is_some() => {}
            Some(id::MAIN_STREAMS) => match streams::read(cursor) {
                Some(streams) => main = streams,
                None => return Ok(None),
            },
            Some(id::FILES) => {
                for folder in main.folders.iter().filter(|folder| folder.is_encrypted()) {
                    listing.encrypted(folder.cipher(), true);
                }
                listing.archive.solid = main.folders.iter().any(|folder| folder.members.len() > 1);
                let contents = contents(stream, base, &main)?;
                return Ok(files::read(cursor, &main, &contents, listing));
            }
            Some(id::END) => return Ok(Some(())),
            _ => return Ok(None),
        }
    }
}

/// What the first member of each folder is, where that is a program.
fn contents(stream: &dyn ReadAt, base: u64, streams: &Streams) -> io::Result<Vec<Option<&'static str>>> {
    let mut contents = Vec::new();
    let mut at = base.saturating_add(streams.packed_at);
    let mut packed = streams.packed.iter();
    for folder in streams.folders.iter().take(LOOKED_AT) {
        let sizes = packed.by_ref().take(folder.packed_streams);
        let size = sizes.fold(0u64, |sum, size| sum.saturating_add(*size));
        let head = if folder.packed_streams == 1 { first_bytes(stream, at, size, folder)? } else { Vec::new() };
        contents.push(zip::program(&head, folder.members.first().map_or(0, |member| member.size)));
        at = at.saturating_add(size);
    }
    Ok(contents)
}

/// The first bytes that come out of a folder; filters for machine code leave the head of a program as it is.
fn first_bytes(stream: &dyn ReadAt, at: u64, size: u64, folder: &Folder) -> io::Result<Vec<u8>> {
    if folder.is_encrypted() {
        return Ok(Vec::new());
    }
    let input = bytes_at(stream, at, size.min(4 << 10))?;
    for coder in &folder.coders {
        match coder.method {
            streams::COPY => return Ok(input),
            streams::LZMA => return Ok(lzma::decode(&coder.properties, &input, LOOK).0),
            streams::LZMA2 => {
                // The first chunk sets the properties and holds LZMA, or bytes as they are.
                return Ok(match input.as_slice() {
                    [control @ 0xe0..=0xff, high, low, _, _, properties, rest @ ..] => {
                        let unpacked = usize::from(control & 0x1f) << 16 | usize::from(*high) << 8 | usize::from(*low);
                        lzma::decode(&[*properties], rest, LOOK.min(unpacked.saturating_add(1))).0
                    }
                    [1, _, _, rest @ ..] => rest.to_vec(),
                    _ => Vec::new(),
                });
            }
            _ => {}
        }
    }
    Ok(Vec::new())
}
