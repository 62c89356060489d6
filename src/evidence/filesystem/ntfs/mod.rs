//! NTFS, by its master file table: every record is read, once and in order, whether a directory still names it or not.
//!
//! Indexes of directories are not looked at. What is deleted is found where it was, damaged indexes hide nothing, and there
//! are no trees of them to get lost in. Names, sizes, times and streams come from the records; content is read when it is
//! opened.

mod attribute;
mod bare;
mod bitmap;
mod boot;
mod build;
mod chunked;
mod compressed;
mod deleted;
#[cfg(all(test, unix))]
mod differential;
mod field;
mod locate;
mod lznt1;
mod lzx;
mod notes;
mod record;
mod records;
mod reparse;
mod restored;
mod runs;
mod stream;
mod table;
#[cfg(test)]
pub(super) mod testimage;
#[cfg(test)]
mod tests;
mod wof;

pub(super) use bare::is_table;
pub use bare::mount_mft;
pub(super) use boot::has_backup;
pub use records::{NamedStreams, Records};

use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::evidence::mounted::{Mounted, NotedCause};
use bitmap::Bitmap;
use boot::Boot;
use deleted::Judge;
use locate::{Volume, read_record};
use notes::Notes;
use runs::Content;
use std::sync::{Arc, Mutex};
use stream::{Extensions, Reader};

/// The record of `$Bitmap`.
const BITMAP: u64 = 6;

/// Reads the names of a volume.
///
/// # Errors
/// No boot sector can be used, or no record of the master file table is to be found.
pub(super) fn mount(source: Source, limits: &Limits) -> Result<Mounted, Cause> {
    let mut notes = Notes::default();
    let (volume, content) = find(&source, &mut notes)?;
    let size = volume.boot.record;
    let table: Source = Arc::new(content.clone());
    let bitmap = bitmap(&volume, &table, &mut notes);
    let judge = Judge::new(&volume, bitmap.clone());
    let place = |offset: u64| {
        let inside = offset.checked_rem(content.cluster).unwrap_or(0);
        let run = content.run(offset.checked_div(content.cluster).unwrap_or(0));
        let cluster = run.and_then(|run| {
            let skipped = offset.checked_div(content.cluster)?.checked_sub(run.first)?;
            run.start?.checked_add(skipped)
        });
        cluster.map_or(0, |cluster| cluster.saturating_mul(content.cluster).saturating_add(inside))
    };
    let mut read = table::read(&*table, size, &judge, &place, &mut notes);
    let tree = build::tree(&read, limits, &mut notes);
    let (label, extensions) = (read.label.take(), Extensions::Known(std::mem::take(&mut read.extensions)));
    drop(read);
    let reader = Reader { table, record: size, volume: Some(volume), bitmap, extensions, last: Mutex::default() };
    let mut mounted = Mounted::new("ntfs", tree, reader, notes.finish());
    mounted.label = label;
    Ok(mounted)
}

/// Finds the table by the first boot sector that leads to one.
fn find(source: &Source, notes: &mut Notes) -> Result<(Volume, Content), Cause> {
    let mut wrong = None;
    let mut sectors: Vec<(u64, Boot)> = Vec::new();
    for (offset, boot) in boot::sectors(&**source) {
        match boot {
            Ok(boot) if sectors.iter().all(|(_, other)| *other != boot) => sectors.push((offset, boot)),
            Ok(_) => {}
            Err(what) => wrong = wrong.or(Some(what)),
        }
    }
    for search in [false, true] {
        for (offset, boot) in &sectors {
            let volume = Volume { source: source.clone(), boot: *boot };
            let (mut content, how) = match volume.table(search) {
                Ok(found) => found,
                Err(what) => {
                    wrong = wrong.or(Some(what));
                    continue;
                }
            };
            if let Some(what) = wrong.filter(|_| *offset > 0) {
                let what = format!("{what}; the copy of the boot sector at offset {offset} is used");
                notes.whole(NotedCause::Corrupt(what, 0));
            }
            if let Some(how) = how {
                notes.whole(NotedCause::Corrupt(how.to_owned(), boot.mft.saturating_mul(boot.cluster)));
            }
            // There cannot be more records than the evidence has room for, whatever the runs say.
            if content.size > source.len() {
                notes.whole(NotedCause::Corrupt("$MFT: larger than the volume".to_owned(), 0));
            }
            content.size = content.size.min(source.len());
            content.initialised = content.initialised.min(content.size);
            return Ok((volume, content));
        }
    }
    Err(Cause::Corrupt { what: wrong.unwrap_or("boot sector: none").to_owned(), offset: 0 })
}

/// Opens `$Bitmap`.
fn bitmap(volume: &Volume, table: &Source, notes: &mut Notes) -> Option<Arc<Bitmap>> {
    let size = to_u64(volume.boot.record);
    let base = read_record(table, BITMAP.saturating_mul(size), volume.boot.record);
    let content = base.and_then(|base| volume.data(BITMAP, &base, Some(&**table)));
    let content = content.filter(|content| !content.is_empty());
    if content.is_none() {
        let what = "$Bitmap: cannot be read; which space is free is not known".to_owned();
        notes.whole(NotedCause::Corrupt(what, 0));
    }
    content.map(|content| Arc::new(Bitmap::new(Box::new(content), volume.present())))
}
