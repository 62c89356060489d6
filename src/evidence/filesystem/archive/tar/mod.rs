//! tar: old, ustar, GNU and pax, plain or as what comes out of a compressed file.
//!
//! The reading is our own: the `tar` crate stops at the first damaged header, holds long names whatever their length, and
//! reads streams, while members are wanted by position here. What it taught is kept: where the size in a pax record and
//! the one in the header differ, the record counts, and it is told (RUSTSEC-2026-0068).

mod header;
mod pax;

use super::names::Names;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::{Part, Source};
use crate::base::time::{FileTimes, Timestamp};
use crate::base::window::Window;
use crate::evidence::entry::{EntryKind, Origin, Stat};
use crate::evidence::mounted::{Mounted, Noted, NotedCause, Streams};
use crate::evidence::tree::Node;
use header::{BLOCK, Header};
use pax::Records;
use std::collections::HashMap;
use std::io;

/// Bytes read at a time.
const WINDOW: usize = 64 << 10;
/// Bytes of a long name or of pax records that are read.
const RECORDS: u64 = 1 << 20;

/// Whether bytes are the start of a tar.
pub(super) fn is_tar(head: &[u8]) -> bool {
    Header::read(head).is_some_and(|header| !header.name.is_empty())
}

/// Where the data of a member lies.
#[derive(Debug, Clone, Copy)]
struct Member {
    start: u64,
    length: u64,
    /// Whether there are holes in the file, which are not stored.
    sparse: bool,
}

struct Tar {
    source: Source,
    members: Vec<Member>,
}

/// A member with what it takes to plant it.
struct Found {
    path: Vec<u8>,
    link: Option<Vec<u8>>,
    node: Node,
}

/// What headers said of the member that follows them.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    records: Records,
}

/// Reads the names of an archive; `notes` is what there is to tell already.
///
/// # Errors
/// The archive cannot be read at all.
pub(super) fn mount(source: Source, notes: Vec<Noted>, limits: &Limits) -> Result<Mounted, Cause> {
    let mut names = Names::new(limits);
    let mut members = Vec::new();
    let mut links = Vec::new();
    let mut paths: HashMap<Vec<u8>, usize> = HashMap::new();
    index(&source, &mut names, &mut |mut found, member, names| {
        found.node.id = to_u64(members.len());
        members.push(member);
        if found.link.is_some() {
            links.push(found);
        } else {
            // Of several members of a name a link means the last one before it; this is that in all but odd cases.
            names.add(&found.path, found.node);
            if found.node.kind == EntryKind::File {
                paths.insert(plain(&found.path).to_vec(), members.len().saturating_sub(1));
            }
        }
        !names.is_full()
    });
    for link in links {
        let target = link.link.as_deref().and_then(|target| paths.get(plain(target)));
        let member = target.and_then(|target| members.get(*target)).copied();
        match member {
            Some(member) => {
                if let Some(place) = usize::try_from(link.node.id).ok().and_then(|id| members.get_mut(id)) {
                    *place = member;
                }
                let stat = Stat { size: member.length, ..link.node.stat };
                names.add(&link.path, Node { stat, ..link.node });
            }
            None => {
                names.note(&link.path, NotedCause::Unsupported("a link to a file that is not in the archive".into()));
                names.add(&link.path, Node { kind: EntryKind::Other, ..link.node });
            }
        }
    }
    let (tree, further) = names.finish();
    let notes = notes.into_iter().chain(further).collect();
    Ok(Mounted::new("tar", tree, Tar { source, members }, notes))
}

/// A path without the `./` or `/` that some put before it.
fn plain(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    path.strip_prefix(b"/").unwrap_or(path)
}

/// Goes through the headers until `visit` says that it is enough. Damage is told and passed over.
fn index(source: &Source, names: &mut Names, visit: &mut dyn FnMut(Found, Member, &mut Names) -> bool) {
    let mut window = Window::with_block(&**source, WINDOW);
    let mut defaults = Records::default();
    let mut ahead = Ahead::default();
    let (mut at, mut lost, mut ended) = (0u64, false, false);
    loop {
        let block = match window.whole(at, BLOCK) {
            Ok(Some(block)) => block,
            // Fewer bytes than a header's: the end, or what is left of one.
            Ok(None) => {
                if at < source.len() && !ended && !lost {
                    names.note(b"", NotedCause::CutOff("the archive is cut off in a header".into(), at));
                }
                return;
            }
            Err(error) => {
                names.note(b"", NotedCause::CutOff(format!("the archive cannot be read further: {error}"), at));
                return;
            }
        };
        let header = match Header::read(block) {
            Some(header) => header,
            None => {
                if block.iter().all(|byte| *byte == 0) {
                    ended = true;
                } else if !lost {
                    names.note(b"", NotedCause::Corrupt("no header where one must be".into(), at));
                    lost = true;
                }
                at = at.saturating_add(512);
                continue;
            }
        };
        if ended && !lost {
            names.note(b"", NotedCause::Corrupt("members behind the end of the archive".into(), at));
        }
        (lost, ended) = (false, false);
        match member(source, &mut window, header, at, &mut defaults, &mut ahead, names) {
            Ok((next, found)) => {
                at = next;
                if let Some((found, member)) = found
                    && !visit(found, member, names)
                {
                    return;
                }
            }
            Err(error) => {
                names.note(b"", NotedCause::CutOff(format!("the archive cannot be read further: {error}"), at));
                return;
            }
        }
    }
}

/// Reads what a header stands for: something that is said of the next member, or a member; and where the next header is.
fn member(
    source: &Source,
    window: &mut Window,
    header: Header,
    at: u64,
    defaults: &mut Records,
    ahead: &mut Ahead,
    names: &mut Names,
) -> io::Result<(u64, Option<(Found, Member)>)> {
    let block = to_u64(BLOCK);
    let mut start = at.saturating_add(block);
    let next = |start: u64, size: u64| start.saturating_add(size.checked_next_multiple_of(block).unwrap_or(u64::MAX));
    if header.kind(b"").is_none() {
        if matches!(header.flag, b'V' | b'N') {
            return Ok((next(start, header.size), None));
        }
        let length = usize::try_from(header.size.min(RECORDS)).unwrap_or(0);
        let bytes = window.whole(start, length)?.unwrap_or_default();
        let text = || Some(bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
        let whole = match header.flag {
            b'L' => {
                ahead.name = text();
                true
            }
            b'K' => {
                ahead.link = text();
                true
            }
            b'g' => defaults.read(bytes),
            _ => ahead.records.read(bytes),
        };
        if header.size > RECORDS {
            names.note(b"", NotedCause::LimitReached("bytes of a tar's long name or pax records", RECORDS));
        } else if !whole {
            names.note(b"", NotedCause::Corrupt("damaged pax records".into(), start));
        }
        return Ok((next(start, header.size), None));
    }
    let Ahead { name, link, records } = std::mem::take(ahead);
    let path = records.path.or(defaults.path.clone()).or(name).unwrap_or_else(|| header.name.clone());
    let kind = header.kind(&path).unwrap_or(EntryKind::Other);
    let mut extended = header.extended;
    while extended {
        extended = window.whole(start, BLOCK)?.is_some_and(|piece| piece.get(504) == Some(&1));
        start = start.saturating_add(block);
    }
    let told = records.size.or(defaults.size);
    let mut length = told.unwrap_or(header.size);
    if let Some(size) = told
        && size != header.size
        && header.size != 0
    {
        let what = format!("a pax record says {size} bytes, the header {}", header.size);
        names.note(&path, NotedCause::Corrupt(what, at));
    }
    if matches!(header.flag, b'1'..=b'6') {
        // Links have no data, though old writers put the size of the file; pax allows it for hard links.
        length = if header.flag == b'1' { told.unwrap_or(0) } else { 0 };
    }
    if start.saturating_add(length) > source.len() {
        names.note(&path, NotedCause::CutOff("the data of a member is cut off".into(), start));
    }
    let sparse = records.sparse || header.flag == b'S';
    let size = records.real_size.or(header.real_size).filter(|_| sparse).unwrap_or(length);
    let exact =
        |time: Option<(i64, i32)>| time.and_then(|(seconds, nanoseconds)| Timestamp::from_unix(seconds, nanoseconds));
    let plain = |time: Option<i64>| time.and_then(|seconds| Timestamp::from_unix(seconds, 0));
    let times = FileTimes {
        created: exact(records.created),
        modified: exact(records.modified).or(plain(Some(header.modified))),
        accessed: exact(records.accessed).or(plain(header.accessed)),
        changed: exact(records.changed).or(plain(header.changed)),
        ..FileTimes::default()
    };
    let node = Node { kind, origin: Origin::ArchiveMember, id: 0, stream: 0, stat: Stat { size, times } };
    let link = (header.flag == b'1').then(|| records.link.or(link).unwrap_or(header.link));
    Ok((next(start, length), Some((Found { path, link, node }, Member { start, length, sparse }))))
}

impl Streams for Tar {
    fn open(&self, node: &Node) -> Result<Box<dyn ReadAt>, Cause> {
        let member = usize::try_from(node.id).ok().and_then(|id| self.members.get(id));
        let Some(member) = member else { return Err(Cause::Unsupported("no member".to_owned())) };
        if member.sparse {
            return Err(Cause::Unsupported("a member with holes (sparse), which is not read".to_owned()));
        }
        Ok(Box::new(Part::of_file(self.source.clone(), member.start, member.length)))
    }
}

#[cfg(test)]
mod tests;
