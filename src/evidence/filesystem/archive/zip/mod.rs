//! zip: stored, deflated and Zstandard members of an archive, by its central directory or, where that is gone, by the
//! headers before the data.
//!
//! Source: PKWARE, APPNOTE.TXT 6.3.10. It bounds what hostile archives do: members are cut where the next one begins,
//! so that no byte of the archive becomes more than one member's, and what they may become together is capped.

mod member;
mod recover;

use super::decoder::Codec;
use super::names::Names;
use super::rewind::{Kept, Rewindable};
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::{Part, Source};
use crate::base::time::FileTimes;
use crate::base::window::Window;
use crate::base::zip::header::{ENCRYPTED, LOCAL};
use crate::base::zip::{Header, directory};
use crate::evidence::entry::{EntryKind, Origin, Stat};
use crate::evidence::mounted::{Mounted, NotedCause, Streams};
use crate::evidence::tree::Node;
use std::io;
use std::sync::Arc;

/// Whether bytes are the start of a zip: of a member, of an empty archive, or of one that was once to be split.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"PK\x07\x08PK\x03\x04")
}

/// Where the data of a member lies.
#[derive(Debug, Clone, Copy)]
struct Member {
    start: u64,
    compressed: u64,
    size: u64,
    method: u16,
    refused: Option<Refusal>,
}

/// Why a member's data is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Encrypted,
    NoHeader,
    CutOff,
    Total,
}

/// A header and the path that it gives.
struct Named {
    header: Header,
    path: Vec<u8>,
}

struct Zip {
    source: Source,
    members: Vec<Member>,
    limits: Limits,
}

/// Reads the names of an archive.
///
/// # Errors
/// The archive cannot be read at all.
pub(super) fn mount(source: Source, limits: &Limits) -> Result<Mounted, Cause> {
    let mut names = Names::new(limits);
    let headers = headers(&source, &mut names, limits)?;
    let mut placed = place(&source, &headers, &mut names)?;
    cap_total(&mut placed, source.len(), limits, &mut names);
    for (id, (Named { header, path }, (member, times))) in (0u64..).zip(headers.iter().zip(&placed)) {
        let stat = Stat { size: member.size, times: *times };
        let node = Node { kind: member::kind(header, path), origin: Origin::ArchiveMember, id, stream: 0, stat };
        names.add(path, node);
    }
    let members = placed.into_iter().map(|(member, _)| member).collect();
    let (tree, notes) = names.finish();
    Ok(Mounted::new("zip", tree, Zip { source, members, limits: limits.clone() }, notes))
}

/// The headers of all members, from the central directory and, where it is damaged, from before the data.
fn headers(source: &Source, names: &mut Names, limits: &Limits) -> io::Result<Vec<Named>> {
    let mut headers: Vec<Named> = Vec::new();
    let mut keep = |header: Header| {
        headers.push(Named { path: member::path(&header), header });
        // One more than may be is left to the tree to refuse.
        to_u64(headers.len()) <= limits.archive_entries
    };
    let found = directory::locate(&**source)?;
    let Some(directory) = found.as_ref().filter(|directory| !directory.encrypted) else {
        let why = if found.is_some() { "an encrypted" } else { "no" };
        let what = format!("{why} central directory; members are read by their own headers");
        // An archive ends with it: one that has none is cut off.
        let what = if found.is_some() { NotedCause::Corrupt(what, 0) } else { NotedCause::CutOff(what, source.len()) };
        names.note(b"", what);
        recover::read(source, 0, source.len(), &mut keep)?;
        return Ok(headers);
    };
    let stopped = directory::read(&**source, directory, &mut |header| Ok(keep(header)))?;
    let full = to_u64(headers.len()) > limits.archive_entries;
    if stopped < directory.end && !full {
        names.note(b"", NotedCause::Corrupt("a damaged header in the central directory".into(), stopped));
        let known: std::collections::BTreeSet<u64> = headers.iter().map(|named| named.header.offset).collect();
        let mut further = Vec::new();
        recover::read(source, directory.before, directory.start, &mut |header| {
            if !known.contains(&header.offset) {
                further.push(Named { path: member::path(&header), header });
            }
            to_u64(known.len().saturating_add(further.len())) <= limits.archive_entries
        })?;
        headers.append(&mut further);
    } else if to_u64(headers.len()) & 0xffff != directory.entries & 0xffff && !full {
        let what =
            format!("the central directory holds {} members, {} are announced", headers.len(), directory.entries);
        names.note(b"", NotedCause::Corrupt(what, directory.start));
    }
    Ok(headers)
}

/// Where the data of the members lies, by their local headers; and their times, to which those may add.
fn place(source: &Source, headers: &[Named], names: &mut Names) -> io::Result<Vec<(Member, FileTimes)>> {
    let mut order: Vec<usize> = (0..headers.len()).collect();
    order.sort_by_key(|index| headers.get(*index).map(|named| named.header.offset));
    let mut starts: Vec<u64> = headers.iter().map(|named| named.header.offset).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut window = Window::with_block(&**source, 4096);
    let absent = Member { start: 0, compressed: 0, size: 0, method: 0, refused: Some(Refusal::NoHeader) };
    let mut placed = vec![(absent, FileTimes::default()); headers.len()];
    for index in order {
        let (Some(Named { header, path }), Some(place)) = (headers.get(index), placed.get_mut(index)) else { continue };
        let times = member::times(header);
        *place = (Member { size: header.size, method: header.method, ..absent }, times);
        let local = match Header::local_length(window.get(header.offset, LOCAL)?) {
            Some(length) => Header::local(window.get(header.offset, length)?, header.offset),
            None => None,
        };
        let Some(local) = local else {
            names.note(path, NotedCause::Corrupt("no header before the data of a member".into(), header.offset));
            continue;
        };
        if let Some(what) = header.contradiction(&local) {
            let what = format!("central directory and local header disagree on {what}");
            names.note(path, NotedCause::Corrupt(what, header.offset));
        }
        let start = header.offset.saturating_add(local.length);
        let following = starts.partition_point(|other| *other <= header.offset);
        let end = starts.get(following).copied().unwrap_or(u64::MAX).max(start);
        let mut compressed = header.compressed;
        if start.saturating_add(compressed) > end {
            names.note(path, NotedCause::Corrupt("a member overlaps the next one".into(), header.offset));
            compressed = end.saturating_sub(start);
        }
        let (rest, stored) = (source.len().saturating_sub(start), header.method == 0 && header.flags & ENCRYPTED == 0);
        if compressed > rest || (stored && compressed < header.size) {
            names.note(path, NotedCause::CutOff("the data of a member is cut off".into(), start));
        }
        let refused = match () {
            () if (header.flags | local.flags) & ENCRYPTED != 0 => Some(Refusal::Encrypted),
            () if header.size == u64::MAX => Some(Refusal::CutOff),
            () => None,
        };
        let size = if refused == Some(Refusal::CutOff) { 0 } else { header.size };
        *place = (
            Member { start, compressed, size, method: header.method, refused },
            FileTimes {
                accessed: times.accessed.or(local.times.accessed),
                created: times.created.or(local.times.created),
                ..times
            },
        );
    }
    Ok(placed)
}

/// Refuses the data of members once all before them may become more than an honest archive's.
fn cap_total(placed: &mut [(Member, FileTimes)], length: u64, limits: &Limits, names: &mut Names) {
    let cap = limits.archive_bytes.saturating_add(length.saturating_mul(limits.archive_ratio));
    let mut total = 0u64;
    let mut told = false;
    for (member, _) in placed.iter_mut().filter(|(member, _)| member.refused.is_none()) {
        total = total.saturating_add(member.size.min(limits.archive_member_cap(member.compressed)));
        if total > cap {
            member.refused = Some(Refusal::Total);
            if !told {
                names.note(b"", NotedCause::LimitReached("bytes that an archive may become", cap));
                told = true;
            }
        }
    }
}

impl Streams for Zip {
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        let unsupported = |what: &str| Err(Cause::Unsupported(what.to_owned()));
        let member = usize::try_from(node.id).ok().and_then(|id| self.members.get(id));
        let Some(member) = member.filter(|_| node.kind == EntryKind::File) else { return unsupported("no member") };
        match member.refused {
            Some(Refusal::Encrypted) => return unsupported("an encrypted member, which is not attacked"),
            Some(Refusal::NoHeader) => {
                return Err(Cause::Corrupt { what: "no header before the data of a member".into(), offset: 0 });
            }
            Some(Refusal::CutOff) => {
                return Err(Cause::Corrupt { what: "the data of a member is cut off".into(), offset: member.start });
            }
            Some(Refusal::Total) => {
                let limit = self.limits.archive_bytes;
                return Err(Cause::LimitReached { what: "bytes that an archive may become", limit });
            }
            None => {}
        }
        let data: Source = Arc::new(Part::new(self.source.clone(), member.start, member.compressed));
        let codec = match method(member.method) {
            Ok(None) => return Ok(Box::new(Part::of_file(data, 0, member.size))),
            Ok(Some(codec)) => codec,
            Err(name) => return unsupported(&format!("a member compressed by {name}, which is not read")),
        };
        let cap = self.limits.archive_member_cap(member.compressed);
        Ok(Box::new(Rewindable::new(data, codec, Some(member.size), cap, Kept::FILE)))
    }
}

/// The compression methods, and the names of those that are not read. APPNOTE 4.4.5.
fn method(method: u16) -> Result<Option<Codec>, String> {
    match method {
        0 => Ok(None),
        8 => Ok(Some(Codec::Deflate)),
        9 => Ok(Some(Codec::Deflate64)),
        93 | 20 => Ok(Some(Codec::Zstd)),
        1 => Err("shrinking".into()),
        2..=5 => Err("reducing".into()),
        6 => Err("imploding".into()),
        12 => Err("bzip2".into()),
        14 => Err("LZMA".into()),
        95 => Err("XZ".into()),
        98 => Err("PPMd".into()),
        99 => Err("AES encryption".into()),
        other => Err(format!("method {other}")),
    }
}

#[cfg(test)]
mod tests;
