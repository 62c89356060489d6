//! What the header of a member says of the file that it was: its kind, its path, its times.

use crate::base::time::{FileTimes, Timestamp};
use crate::base::zip::Header;
use crate::base::zip::header::UTF8;
use crate::evidence::entry::EntryKind;

/// What the member is, by its path too.
pub(super) fn kind(header: &Header, path: &[u8]) -> EntryKind {
    let mode = if is_unix(header.system) { header.attributes >> 28 } else { 0 };
    match mode {
        _ if path.ends_with(b"/") => EntryKind::Directory,
        0o01 => EntryKind::Fifo,
        0o02 | 0o06 => EntryKind::Device,
        0o04 => EntryKind::Directory,
        0o12 => EntryKind::Symlink,
        0o14 => EntryKind::Socket,
        _ => EntryKind::File,
    }
}

/// The path in UTF-8 where it is known how, with `/` between its parts; what Unix wrote stays as it is, all else is CP437.
/// Kin of MS-DOS part names by `\` as well, whatever APPNOTE says.
pub(super) fn path(header: &Header) -> Vec<u8> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
    let mut path = match &header.unicode_name {
        Some(name) if text(name) => name.clone(),
        _ if header.flags & UTF8 != 0 || text(&header.name) || is_unix(header.system) => header.name.clone(),
        _ => {
            let table = &oem_cp::code_table::DECODING_TABLE_CP437;
            oem_cp::decode_string_complete_table(&header.name, table).into_bytes()
        }
    };
    if !is_unix(header.system) {
        path.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    path
}

/// The times; the wall clock of a machine whose zone is not noted is taken as UTC, and marked.
pub(super) fn times(header: &Header) -> FileTimes {
    let wall_clock = || Timestamp::parse(&format!("{}Z", header.wall_clock.as_deref()?));
    match header.times.modified {
        Some(_) => header.times,
        None => {
            let modified = wall_clock();
            FileTimes { modified, modified_is_local: modified.is_some(), ..header.times }
        }
    }
}

fn is_unix(system: u8) -> bool {
    matches!(system, 3 | 19)
}
