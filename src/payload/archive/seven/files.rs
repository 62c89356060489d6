//! The members of a 7z archive: names, times, and which of them have data.

use super::super::Member;
use super::super::cursor::Cursor;
use super::super::listing::Listing;
use super::id;
use super::streams::{Streams, bits, defined};
use crate::base::escape::lossless;
use crate::base::time::Timestamp;
use crate::base::wide;

/// Bit of the attributes that says folder.
const DIRECTORY: u32 = 0x10;

/// The properties of all members, as the header has them one after the other.
#[derive(Default)]
struct Properties<'a> {
    names: &'a [u8],
    empty_stream: Vec<bool>,
    empty_file: Vec<bool>,
    modified: Vec<Option<u64>>,
    attributes: Vec<Option<u32>>,
}

/// Reads the members. `contents` tells of the first member of each folder. Nothing where it is damaged.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    streams: &Streams,
    contents: &[Option<&'static str>],
    listing: &mut Listing,
) -> Option<()> {
    let count = usize::try_from(cursor.number()?).ok()?;
    // A name takes at least the two bytes of its end.
    if count > cursor.rest().len() {
        return None;
    }
    let properties = properties(cursor, count)?;
    let mut data = streams.folders.iter().zip(0usize..).flat_map(|(folder, index)| {
        folder.members.iter().zip(0usize..).map(move |(member, of_folder)| (folder, index, of_folder, member))
    });
    let mut names = properties.names;
    let mut empty = 0usize;
    for index in 0..count {
        let name = next_name(&mut names);
        let attributes = properties.attributes.get(index).copied().flatten().unwrap_or(0);
        let modified = properties.modified.get(index).copied().flatten().and_then(Timestamp::from_filetime);
        let mut member = Member { name, modified: modified.map(|time| time.to_string()), ..Member::default() };
        if properties.empty_stream.get(index).copied().unwrap_or(false) {
            let is_file = properties.empty_file.get(empty).copied().unwrap_or(false);
            empty = empty.saturating_add(1);
            member.folder = !is_file || attributes & DIRECTORY != 0;
            member.size = Some(0);
        } else if let Some((folder, number, of_folder, part)) = data.next() {
            member.size = Some(part.size);
            member.crc32 = part.crc.map(|crc| format!("{crc:08x}"));
            member.encrypted = folder.is_encrypted();
            member.method = Some(folder.method_name());
            if folder.members.len() == 1 && folder.packed_streams == 1 && streams.packed.len() == streams.folders.len()
            {
                member.compressed = streams.packed.get(number).copied();
            }
            if of_folder == 0 && !Listing::is_executable_name(&member.name) {
                member.content = contents.get(number).copied().flatten();
            }
        }
        if !listing.add(member) {
            break;
        }
    }
    Some(())
}

fn properties<'a>(cursor: &mut Cursor<'a>, count: usize) -> Option<Properties<'a>> {
    let mut properties = Properties::default();
    loop {
        let kind = cursor.number()?;
        if kind == id::END {
            return Some(properties);
        }
        let size = cursor.number()?;
        let mut inner = Cursor::new(cursor.take_u64(size)?);
        match kind {
            id::NAMES if inner.u8()? == 0 => properties.names = inner.rest(),
            id::EMPTY_STREAM => properties.empty_stream = bits(&mut inner, count)?,
            id::EMPTY_FILE => {
                let empty = properties.empty_stream.iter().filter(|empty| **empty).count();
                properties.empty_file = bits(&mut inner, empty)?;
            }
            id::MODIFIED => properties.modified = values(&mut inner, count, Cursor::u64)?,
            id::ATTRIBUTES => properties.attributes = values(&mut inner, count, Cursor::u32)?,
            _ => {}
        }
    }
}

/// A value for each member that has one; none at all where they stand elsewhere.
fn values<'a, T: Clone>(
    cursor: &mut Cursor<'a>,
    count: usize,
    mut value: impl FnMut(&mut Cursor<'a>) -> Option<T>,
) -> Option<Vec<Option<T>>> {
    let defined = defined(cursor, count)?;
    if cursor.u8()? != 0 {
        return Some(Vec::new());
    }
    defined.iter().map(|defined| if *defined { value(cursor).map(Some) } else { Some(None) }).collect()
}

/// The next name in UTF-16, which a zero ends.
fn next_name(names: &mut &[u8]) -> String {
    let units = wide::units(names);
    let name = wide::utf8(units.clone().take_while(|unit| *unit != 0));
    let length = units.take_while(|unit| *unit != 0).count();
    *names = names.get(length.saturating_add(1).saturating_mul(2)..).unwrap_or_default();
    lossless(&name)
}
