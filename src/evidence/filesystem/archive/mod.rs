//! Archives as evidence: zip, and tar plain or compressed; a single compressed file too.
//!
//! What an archive is, is told by its content. Names of members are data, and become paths of this evidence only. Members
//! are read by position out of the archive (`rewind`); a tar in Zstandard alone is unpacked first (`spool`).

mod decoder;
mod gzip;
mod input;
mod names;
mod rewind;
mod spool;
mod tar;
mod zip;

use crate::base::anomaly::Cause;
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::container::Format;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Stat};
use crate::evidence::mounted::{Mounted, Noted, NotedCause, Streams};
use crate::evidence::tree::Node;
use decoder::Codec;
use names::Names;
use rewind::{Kept, Rewindable};
use std::sync::Arc;

/// What a file is found to be.
pub enum Found {
    /// An archive, with its members.
    Archive {
        /// Its format.
        format: Format,
        /// Its members.
        mounted: Mounted,
        /// Bytes of the temporary file that it was unpacked into, if it was.
        spooled: Option<u64>,
    },
    /// An archive of a kind that is known by name alone.
    Unread(&'static str),
}

/// Archives that are not read, by the bytes they begin with. Sources: the specifications of each.
const UNREAD: &[(&[u8], &str)] = &[
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"MSCF\0\0\0\0", "cabinet"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"LZIP\x01", "lzip"),
];

/// Opens an archive, `name` being what the file is called; nothing where it is none.
///
/// # Errors
/// It is an archive and cannot be read.
pub fn open(source: &Source, name: &[u8], limits: &Limits) -> Option<Result<Found, Cause>> {
    let mut head = [0u8; 512];
    let count = read_full(&**source, 0, &mut head).ok()?;
    let head = head.get(..count).unwrap_or_default();
    if zip::is_zip(head) {
        return Some(zip::mount(source.clone(), limits).map(|mounted| read_in_place(Format::Zip, mounted)));
    }
    if tar::is_tar(head) {
        return Some(tar::mount(source.clone(), Vec::new(), limits).map(|mounted| read_in_place(Format::Tar, mounted)));
    }
    if let Some((_, name)) = UNREAD.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(Ok(Found::Unread(name)));
    }
    let (codec, format) = match head {
        [0x1f, 0x8b, 8, ..] => (Codec::Gzip, Format::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => (Codec::Zstd, Format::Zstd),
        _ => return None,
    };
    Some(compressed(source, name, codec, format, limits))
}

fn read_in_place(format: Format, mounted: Mounted) -> Found {
    Found::Archive { format, mounted, spooled: None }
}

/// Opens what comes out of a compressed file: a tar, or one file.
fn compressed(source: &Source, name: &[u8], codec: Codec, format: Format, limits: &Limits) -> Result<Found, Cause> {
    let cap = limits.archive_bytes.saturating_add(source.len().saturating_mul(limits.archive_ratio));
    let content = Arc::new(Rewindable::new(source.clone(), codec, None, cap, Kept::ARCHIVE));
    let mut head = [0u8; 512];
    let count = read_full(&*content, 0, &mut head).unwrap_or(0);
    if tar::is_tar(head.get(..count).unwrap_or_default()) {
        return packed_tar(content, codec, limits);
    }
    let (length, failure) = content.measure();
    let mut names = Names::new(limits);
    if let Some(failure) = failure {
        let what = format!("the compressed data cannot be read further: {failure}");
        names.note(b"", NotedCause::CutOff(what, length));
    }
    let stored = (codec == Codec::Gzip).then(|| gzip::header(&mut input::Input::new(source.clone())).ok()).flatten();
    let modified = stored.as_ref().map_or(0, |stored| stored.modified);
    let modified = Timestamp::from_unix(modified.into(), 0).filter(|_| modified != 0);
    let stat = Stat { size: length, times: FileTimes { modified, ..FileTimes::default() } };
    let node = Node { kind: EntryKind::File, origin: Origin::ArchiveMember, id: 0, stream: 0, stat };
    let stored = stored.and_then(|stored| stored.name);
    let own = stored.as_deref().map(|name| name.rsplit(|byte| *byte == b'/' || *byte == b'\\').next().unwrap_or(name));
    names.add(own.filter(|name| !name.is_empty()).unwrap_or(without_ending(name)), node);
    let (tree, notes) = names.finish();
    let kind = if codec == Codec::Gzip { "gzip" } else { "zstd" };
    Ok(read_in_place(format, Mounted::new(kind, tree, Single(content, length), notes)))
}

/// Reads a tar that comes out of compressed data.
fn packed_tar(content: Arc<Rewindable>, codec: Codec, limits: &Limits) -> Result<Found, Cause> {
    if codec.forks() || content.fits() {
        return tar::mount(content, Vec::new(), limits).map(|mounted| read_in_place(Format::Tar, mounted));
    }
    let (source, failure) = spool::spool(&content, limits.archive_spool_bytes)?;
    let spooled = Some(source.len());
    let note = failure.map(|failure| Noted {
        path: EntryPath::default(),
        what: NotedCause::CutOff(format!("the archive cannot be read further: {failure}"), source.len()),
    });
    let mounted = tar::mount(source, note.into_iter().collect(), limits)?;
    Ok(Found::Archive { format: Format::Tar, mounted, spooled })
}

/// `a.txt` of `a.txt.gz`.
fn without_ending(name: &[u8]) -> &[u8] {
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0);
    dot.and_then(|dot| name.get(..dot)).unwrap_or(name)
}

/// The one file of a compressed one.
struct Single(Source, u64);

impl Streams for Single {
    fn open(&self, _: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        Ok(Box::new(crate::base::source::Part::new(self.0.clone(), 0, self.1)))
    }
}

#[cfg(test)]
mod tests;
