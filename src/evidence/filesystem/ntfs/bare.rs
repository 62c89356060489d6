//! A file `$MFT` without its volume, as collectors bring it: all names and times, and what lies in the records themselves.

use super::deleted::Judge;
use super::notes::Notes;
use super::stream::{Extensions, Reader};
use super::{build, table};
use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::fields::u32_at;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::evidence::mounted::Mounted;
use std::sync::Mutex;

/// Bytes of a record, told by the header of the first; nothing where the bytes are no master file table.
fn record_size(source: &dyn ReadAt) -> Option<usize> {
    let mut header = [0u8; 48];
    let read = read_full(source, 0, &mut header).ok()?;
    let size = usize::try_from(u32_at(&header, 28)?).ok()?;
    let used = usize::try_from(u32_at(&header, 24)?).ok()?;
    let plausible = matches!(size, 1024 | 4096) && (48..=size).contains(&used);
    (read == header.len() && header.starts_with(b"FILE") && plausible).then_some(size)
}

/// Whether the bytes begin as a master file table does.
pub(in crate::evidence::filesystem) fn is_table(source: &dyn ReadAt) -> bool {
    record_size(source).is_some_and(|size| u64::try_from(size).is_ok_and(|size| source.len() >= size))
}

/// Reads the names of a master file table that is evidence of its own.
///
/// # Errors
/// The bytes are none.
pub fn mount_mft(source: Source, limits: &Limits) -> Result<Mounted, Cause> {
    let size =
        record_size(&*source).ok_or_else(|| Cause::Corrupt { what: "$MFT: its first record".to_owned(), offset: 0 })?;
    let mut notes = Notes::default();
    let mut read = table::read(&*source, size, &Judge::without_clusters(), &|offset| offset, &mut notes);
    let tree = build::tree(&read, limits, &mut notes);
    let (label, extensions) = (read.label.take(), Extensions::Known(std::mem::take(&mut read.extensions)));
    drop(read);
    let reader = Reader { table: source, record: size, volume: None, bitmap: None, extensions, last: Mutex::default() };
    let mut mounted = Mounted::new("mft", tree, reader, notes.finish());
    mounted.label = label;
    Ok(mounted)
}
