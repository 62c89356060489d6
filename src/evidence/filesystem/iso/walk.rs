//! Builds the tree of a disc: every directory once.

use super::descriptor::Disc;
use super::record::Record;
use super::{Extent, SECTOR};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::Source;
use crate::evidence::entry::{EntryKind, Origin, Stat};
use crate::evidence::mounted::{Noted, NotedCause};
use crate::evidence::tree::{Node, NodeIndex, Refused, Tree};
use std::collections::{BTreeSet, VecDeque};

/// What a walk has found.
pub(super) struct Walked {
    pub(super) tree: Tree,
    pub(super) noted: Vec<Noted>,
    /// The extents of files that have many.
    pub(super) extents: Vec<Vec<Extent>>,
}

/// Bytes of one directory that are read.
const MOST_DIRECTORY: u64 = 64 << 20;
/// Damages that are told one by one.
const MOST_NOTED: usize = 1000;
/// Extents of one file: with four gigabytes each, more than any disc holds.
const MOST_EXTENTS: usize = 4096;

pub(super) fn walk(volume: &Source, disc: &Disc, limits: &Limits) -> Walked {
    let tree = Tree::new(limits.files, limits.directory_depth);
    let walked = Walked { tree, noted: Vec::new(), extents: Vec::new() };
    let pending = VecDeque::from([(Tree::ROOT, disc.root)]);
    let visited = BTreeSet::from([disc.root.start]);
    let mut walk = Walk { volume, disc, limits, walked, pending, visited, many: Vec::new() };
    while let Some((index, extent)) = walk.pending.pop_front() {
        walk.directory(index, extent);
    }
    walk.walked
}

struct Walk<'v> {
    volume: &'v Source,
    disc: &'v Disc,
    limits: &'v Limits,
    walked: Walked,
    pending: VecDeque<(NodeIndex, Extent)>,
    /// Where the directories begin that were come upon.
    visited: BTreeSet<u64>,
    /// The extents of a file that goes on in the next record.
    many: Vec<Extent>,
}

impl Walk<'_> {
    fn directory(&mut self, index: NodeIndex, extent: Extent) {
        let length = extent.length.min(MOST_DIRECTORY);
        if length < extent.length {
            self.note(index, NotedCause::LimitReached("bytes of a directory", MOST_DIRECTORY));
        }
        let mut sector = [0u8; 2048];
        let mut done = 0u64;
        self.many.clear();
        while done < length {
            let offset = extent.start.saturating_add(done);
            let wanted = usize::try_from(length.saturating_sub(done)).unwrap_or(sector.len()).min(sector.len());
            let Some(space) = sector.get_mut(..wanted) else { break };
            if read_full(self.volume, offset, space).ok() != Some(wanted) {
                self.damaged(index, "a directory that lies beyond the end of the image", offset);
                return;
            }
            if self.records(index, space, offset).is_err() {
                return;
            }
            done = done.saturating_add(SECTOR);
        }
    }

    /// Reads the records of a sector: none reaches into the next.
    fn records(&mut self, index: NodeIndex, sector: &[u8], offset: u64) -> Result<(), Refused> {
        let mut at = 0usize;
        while let Some(length) = sector.get(at).copied().filter(|length| *length > 0) {
            let end = at.saturating_add(usize::from(length));
            let place = offset.saturating_add(to_u64(at));
            let record = sector.get(at..end).filter(|record| record.len() > 33);
            match record.ok_or("a record that is cut off").and_then(|record| Record::of(record, self.disc, self.volume))
            {
                Ok(Some(record)) => self.add(index, record, place)?,
                Ok(None) => {}
                Err(what) => {
                    self.damaged(index, what, place);
                    break;
                }
            }
            at = end;
        }
        Ok(())
    }

    fn add(&mut self, parent: NodeIndex, record: Record, offset: u64) -> Result<(), Refused> {
        if record.interleaved {
            let what = format!("{}: an interleaved file", crate::base::escape::lossless(&record.name));
            self.note(parent, NotedCause::Unsupported(what));
        }
        // It is shown where Rock Ridge says that it is.
        if record.relocated {
            return Ok(());
        }
        let directory = record.directory || record.elsewhere.is_some();
        if record.continues && !directory && self.many.len() < MOST_EXTENTS {
            self.many.push(record.extent);
            return Ok(());
        }
        let mut extents = std::mem::take(&mut self.many);
        extents.push(record.extent);
        let size = extents.iter().fold(0u64, |size, extent| size.saturating_add(extent.length));
        let kind = if directory { EntryKind::Directory } else { record.kind.unwrap_or(EntryKind::File) };
        let beyond = extents.iter().any(|extent| extent.start.saturating_add(extent.length) > self.volume.len());
        let stream = if extents.len() > 1 {
            self.walked.extents.push(extents);
            u32::try_from(self.walked.extents.len()).unwrap_or(0)
        } else {
            0
        };
        let stat = Stat { size: if directory { 0 } else { size }, times: record.times };
        let node = Node { kind, origin: Origin::File, id: record.extent.start, stream, stat };
        let index = match self.walked.tree.add(parent, &record.name, node) {
            Ok(index) => index,
            Err(refused) => {
                self.refuse(parent, refused);
                return Err(refused);
            }
        };
        if directory {
            let extent = record.elsewhere.map_or(Some(record.extent), |start| self.measure(start));
            match extent {
                Some(extent) if self.visited.insert(extent.start) => self.pending.push_back((index, extent)),
                Some(_) => {
                    self.damaged(index, "a directory that is in another place too: its entries are there", offset)
                }
                None => self.damaged(index, "a directory that is not where it should be", offset),
            }
        } else if beyond && size > 0 {
            self.damaged(index, "a file that lies beyond the end of the image", offset);
        }
        Ok(())
    }

    /// The extent of a directory by its own first record.
    fn measure(&self, start: u64) -> Option<Extent> {
        let mut record = [0u8; 34];
        read_full(self.volume, start, &mut record).ok()?;
        let fields = crate::base::fields::Fields(&record);
        let is_itself = fields.u8(32) == 1 && fields.u8(33) == 0;
        is_itself.then(|| Extent { start, length: u64::from(fields.u32(10)) })
    }

    fn damaged(&mut self, index: NodeIndex, what: &str, offset: u64) {
        self.note(index, NotedCause::Corrupt(what.to_owned(), offset));
    }

    fn note(&mut self, index: NodeIndex, what: NotedCause) {
        let path = self.walked.tree.path(index);
        match self.walked.noted.len() {
            ..MOST_NOTED => self.walked.noted.push(Noted { path, what }),
            MOST_NOTED => {
                let limit = to_u64(MOST_NOTED);
                let what = NotedCause::LimitReached("damages of one volume that are told one by one", limit);
                self.walked.noted.push(Noted { path, what });
            }
            _ => {}
        }
    }

    fn refuse(&mut self, parent: NodeIndex, refused: Refused) {
        let what = match refused {
            Refused::TooDeep => {
                let depth = to_u64(self.limits.directory_depth);
                NotedCause::LimitReached("depth of directories", depth)
            }
            Refused::TooMany => NotedCause::LimitReached("files", self.limits.files),
        };
        if !self.walked.noted.iter().any(|noted| noted.what == what) {
            self.note(parent, what);
        }
    }
}
