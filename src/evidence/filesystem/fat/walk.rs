//! Builds the tree of a volume: every directory once, its slots read in large pieces, and each cluster claimed by whom it
//! belongs to, so that loops and clusters of two files are seen.

use super::chain::{Chains, End, Run};
use super::content::Content;
use super::geometry::{Geometry, Root, Variant};
use super::space::Space;
use super::{Layout, Place, entry, exfat};
use crate::base::bytes::{AlignedBuffer, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::{to_u64, to_usize};
use crate::base::source::Source;
use crate::base::time::FileTimes;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery, Stat};
use crate::evidence::mounted::{Noted, NotedCause};
use crate::evidence::tree::{Node, NodeIndex, Refused, Tree};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What a slot of a directory says of an entry.
pub(super) struct Found {
    pub(super) name: Vec<u8>,
    pub(super) deleted: bool,
    pub(super) directory: bool,
    pub(super) first: u32,
    pub(super) size: u64,
    /// Bytes that were ever written; what follows reads as zeros.
    pub(super) valid: u64,
    /// Whether its clusters lie one after the other, without being in the table.
    pub(super) contiguous: bool,
    pub(super) times: FileTimes,
}

/// What a slot of a directory is.
pub(super) enum Slot {
    Nothing,
    /// No slot after it was ever used.
    End,
    /// The last slot of an entry, and what is wrong with it.
    Entry(Found, Option<&'static str>),
    /// The name of the volume.
    Label(String),
    /// The bitmap of an exFAT volume, or that of its second table.
    Bitmap {
        second: bool,
        first: u32,
        length: u64,
    },
    /// What is left of something deleted, too little to tell what it was.
    Noise,
    Damaged(&'static str),
}

/// What a walk has found.
pub(super) struct Walked {
    pub(super) tree: Tree,
    pub(super) noted: Vec<Noted>,
    pub(super) label: Option<String>,
    pub(super) space: Space,
    pub(super) valid: Vec<u64>,
}

/// Bytes of a directory that are read: what exFAT allows at most. FAT allows two mebibytes.
const MOST_DIRECTORY: u64 = 256 << 20;
const MOST_FAT_DIRECTORY: u64 = 16 << 20;
/// Places that the entries of a deleted directory are shown in.
const MOST_PLACES: u8 = 4;
/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;
/// Damages that are told one by one.
const MOST_NOTED: usize = 1000;

pub(super) fn walk(volume: &Source, chains: &Chains, limits: &Limits) -> Walked {
    let walked = Walked {
        tree: Tree::new(limits.files, limits.directory_depth),
        noted: Vec::new(),
        label: None,
        space: Space::default(),
        valid: Vec::new(),
    };
    let geometry = *chains.geometry();
    let mut walk = Walk {
        volume,
        chains,
        geometry,
        walked,
        claims: Claims::new(&geometry),
        pending: VecDeque::new(),
        untold: 0,
        refused: BTreeSet::new(),
        visited: BTreeMap::new(),
        limits,
        buffer: AlignedBuffer::new(BLOCK),
    };
    if geometry.variant == Variant::ExFat {
        walk.find_space();
    }
    walk.root();
    while let Some(directory) = walk.pending.pop_front() {
        walk.directory(directory);
    }
    if walk.untold > 0 {
        let limit = to_u64(MOST_NOTED);
        let what = NotedCause::LimitReached("damages of one volume that are told one by one", limit);
        walk.walked.noted.push(Noted { path: EntryPath::default(), what });
    }
    walk.walked
}

/// A directory whose slots are still to be read.
struct Directory {
    at: At,
    first: u32,
    runs: Vec<Run>,
    /// Bytes of it that are read.
    length: u64,
}

/// Where in the tree a directory is.
struct At {
    index: NodeIndex,
    /// Whether it is gone, or lies in one that is.
    deleted: bool,
    /// The first clusters of the deleted directories down to it.
    above: Vec<u32>,
}

impl At {
    fn root() -> Self {
        Self { index: Tree::ROOT, deleted: false, above: Vec::new() }
    }
}

struct Walk<'v> {
    volume: &'v Source,
    chains: &'v Chains,
    geometry: Geometry,
    walked: Walked,
    claims: Claims,
    pending: VecDeque<Directory>,
    untold: usize,
    refused: BTreeSet<&'static str>,
    /// The first clusters of the directories that were come upon, and how often.
    visited: BTreeMap<u32, u8>,
    limits: &'v Limits,
    buffer: AlignedBuffer,
}

/// The decoder of a directory's slots.
enum Slots {
    Fat(entry::Slots),
    ExFat(exfat::Slots),
}

impl Slots {
    fn next(&mut self, bytes: &[u8; 32], geometry: &Geometry) -> Slot {
        match self {
            Self::Fat(slots) => slots.next(bytes, geometry),
            Self::ExFat(slots) => slots.next(bytes),
        }
    }
}

impl Walk<'_> {
    fn root(&mut self) {
        match self.geometry.root {
            Root::Fixed { offset, length } => {
                let _ = self.read(&At::root(), &mut Slots::Fat(entry::Slots::default()), offset, length);
            }
            Root::Cluster(first) => {
                let chain = self.chains.follow(first, self.most_clusters());
                self.tell_chain(Tree::ROOT, first, chain.end, true);
                self.claims.claim(&chain.runs);
                self.visited.insert(first, 1);
                let length = u64::MAX;
                self.pending.push_back(Directory { at: At::root(), first, runs: chain.runs, length });
            }
        }
    }

    /// The clusters that the longest directory has.
    fn most_clusters(&self) -> u32 {
        let most = if self.geometry.variant == Variant::ExFat { MOST_DIRECTORY } else { MOST_FAT_DIRECTORY };
        self.geometry.clusters_of(most)
    }

    /// Finds the bitmap of an exFAT volume in its root directory, before anything deleted is looked at.
    fn find_space(&mut self) {
        let Root::Cluster(root) = self.geometry.root else { return };
        let mut bitmap = Vec::new();
        let mut slots = exfat::Slots::default();
        let mut block = [0u8; 4096];
        // It is among the first of the root's slots, before any file.
        if self.geometry.holds(root) && read_full(self.volume, self.geometry.offset(root), &mut block).is_ok() {
            let length = usize::try_from(self.geometry.cluster).unwrap_or(block.len()).min(block.len());
            bitmap.extend(block.as_chunks::<32>().0.iter().take(length >> 5).find_map(
                |bytes| match slots.next(bytes) {
                    Slot::Bitmap { second: false, first, length } => Some((first, length)),
                    _ => None,
                },
            ));
        }
        let Some((first, length)) = bitmap.pop() else {
            self.note(Tree::ROOT, "a volume without its bitmap of clusters", 0);
            // Nothing is known to be free then: the table tells little, as most files are not in it.
            self.walked.space = Space::of(Arc::new(Vec::new()), 0);
            return;
        };
        let chain = self.chains.follow(first, self.geometry.clusters_of(length));
        self.tell_chain(Tree::ROOT, first, chain.end, false);
        self.claims.claim(&chain.runs);
        let content = Content::new(self.volume.clone(), &self.geometry, &chain.runs, length, chain.end.shortfall());
        self.walked.space = Space::of(Arc::new(content), length);
    }

    fn directory(&mut self, directory: Directory) {
        let mut slots = match self.geometry.variant {
            Variant::ExFat => Slots::ExFat(exfat::Slots::default()),
            _ => Slots::Fat(entry::Slots::default()),
        };
        let mut rest = directory.length;
        // A deleted directory on FAT is read cluster by cluster: it ends where the next one begins.
        let step = if directory.at.deleted && self.geometry.variant != Variant::ExFat { 1 } else { u32::MAX };
        for run in &directory.runs {
            let end = run.first.saturating_add(run.count);
            let mut cluster = run.first;
            while cluster < end && rest > 0 {
                let count = step.min(end.saturating_sub(cluster));
                let length = u64::from(count).saturating_mul(self.geometry.cluster).min(rest);
                let offset = self.geometry.offset(cluster);
                if step == 1 && self.begins_directory(cluster) != (cluster == directory.first) {
                    return;
                }
                if self.read(&directory.at, &mut slots, offset, length).is_break() {
                    return;
                }
                rest = rest.saturating_sub(length);
                cluster = cluster.saturating_add(count);
            }
        }
    }

    /// Whether a FAT directory begins in a cluster: its first slot is the directory itself. Of the cluster's number there
    /// the upper half may be lost.
    fn begins_directory(&self, cluster: u32) -> bool {
        let mut slot = [0u8; 32];
        let read = read_full(self.volume, self.geometry.offset(cluster), &mut slot);
        let fields = Fields(&slot);
        read.ok() == Some(slot.len())
            && slot.starts_with(b".          ")
            && fields.u8(11) & 0x10 != 0
            && u32::from(fields.u16(26)) == cluster & 0xffff
    }

    /// Reads the slots in a stretch of the volume; breaks where no slot can follow.
    fn read(&mut self, at: &At, slots: &mut Slots, start: u64, length: u64) -> ControlFlow<()> {
        let mut buffer = std::mem::replace(&mut self.buffer, AlignedBuffer::new(0));
        let (mut done, mut flow) = (0u64, ControlFlow::Continue(()));
        while done < length && flow.is_continue() {
            let offset = start.saturating_add(done);
            let wanted = usize::try_from(length.saturating_sub(done)).unwrap_or(BLOCK).min(BLOCK);
            let space = buffer.space().get_mut(..wanted).unwrap_or_default();
            let filled = read_full(self.volume, offset, space).unwrap_or(0);
            let mut offsets = (offset..).step_by(32);
            flow = buffer.filled(filled).as_chunks::<32>().0.iter().try_for_each(|bytes| {
                let offset = offsets.next().unwrap_or(offset);
                self.slot(at, slots.next(bytes, &self.geometry), offset)
            });
            if filled < wanted && flow.is_continue() {
                self.note(at.index, "a directory that cannot be read to its end", offset);
                flow = ControlFlow::Break(());
            }
            done = done.saturating_add(to_u64(filled));
        }
        self.buffer = buffer;
        flow
    }

    fn slot(&mut self, at: &At, slot: Slot, offset: u64) -> ControlFlow<()> {
        match slot {
            Slot::End => return ControlFlow::Break(()),
            Slot::Entry(found, told) => {
                if self.add(at, &found, told, offset).is_err() {
                    return ControlFlow::Break(());
                }
            }
            // What was a directory once is none from here on.
            Slot::Damaged(_) | Slot::Noise if at.deleted => return ControlFlow::Break(()),
            Slot::Damaged(what) => self.note(at.index, what, offset),
            Slot::Label(label) if at.index == Tree::ROOT && self.walked.label.is_none() => {
                self.walked.label = Some(label);
            }
            Slot::Label(_) | Slot::Bitmap { .. } | Slot::Nothing | Slot::Noise => {}
        }
        ControlFlow::Continue(())
    }

    fn add(&mut self, parent: &At, found: &Found, told: Option<&'static str>, offset: u64) -> Result<(), Refused> {
        let deleted = parent.deleted || found.deleted;
        let (kind, wanted) = if found.directory {
            (EntryKind::Directory, self.directory_clusters(found))
        } else {
            (EntryKind::File, self.geometry.clusters_of(found.size))
        };
        let (origin, layout, runs, end) = if deleted { self.gone(found, wanted) } else { self.there(found, wanted) };
        let place = Place { first: found.first, layout };
        // A directory has no size of its own on FAT; none is told, so that both are alike.
        let size = if found.directory { 0 } else { found.size };
        let stream = if found.directory || found.valid >= found.size { 0 } else { self.keep_valid(found.valid) };
        let stat = Stat { size, times: found.times };
        let index = match self.walked.tree.add(
            parent.index,
            &found.name,
            Node { kind, origin, id: place.id(), stream, stat },
        ) {
            Ok(index) => index,
            Err(refused) => {
                self.refuse(parent.index, refused);
                return Err(refused);
            }
        };
        if let Some(what) = told {
            self.note(index, what, offset);
        }
        if !deleted {
            self.tell_chain(index, found.first, end, found.directory);
            if let Some(cluster) = self.claims.claim(&runs) {
                self.note(index, "clusters that belong to another file too", self.geometry.offset(cluster));
            }
        }
        if found.directory && !runs.is_empty() {
            let times = self.visited.entry(found.first).or_insert(0);
            *times = times.saturating_add(1);
            // A directory that was moved before it was deleted is in every place that it was in.
            let allowed = if deleted { MOST_PLACES } else { 1 };
            if *times <= allowed && !parent.above.contains(&found.first) {
                let length = if self.geometry.variant == Variant::ExFat { found.size } else { u64::MAX };
                let mut above = if deleted { parent.above.clone() } else { Vec::new() };
                above.push(found.first);
                let at = At { index, deleted, above };
                self.pending.push_back(Directory { at, first: found.first, runs, length });
            } else if !deleted {
                let offset = self.geometry.offset(found.first);
                self.note(index, "a directory that is in another place too: its entries are there", offset);
            }
        }
        Ok(())
    }

    /// The clusters of a directory: on FAT as many as its chain has.
    fn directory_clusters(&self, found: &Found) -> u32 {
        let most = self.most_clusters();
        if self.geometry.variant == Variant::ExFat { self.geometry.clusters_of(found.size).min(most) } else { most }
    }

    /// Where the content of an entry is that is not deleted.
    fn there(&self, found: &Found, wanted: u32) -> (Origin, Layout, Vec<Run>, End) {
        if found.contiguous {
            let runs = self.geometry.run(found.first, wanted);
            let had = runs.first().map_or(0, |run| run.count);
            return (Origin::File, Layout::Contiguous, runs, if had < wanted { End::Outside } else { End::Wanted });
        }
        let chain = self.chains.follow(found.first, wanted);
        (Origin::File, Layout::Chained, chain.runs, chain.end)
    }

    /// Where the content of a deleted entry may be, as far as its clusters are free.
    fn gone(&self, found: &Found, wanted: u32) -> (Origin, Layout, Vec<Run>, End) {
        let space = &self.walked.space;
        let told = |recovery, layout, runs| (Origin::Deleted(recovery), layout, runs, End::Wanted);
        if wanted == 0 {
            return told(Recovery::ClustersFree, Layout::WhereFree, Vec::new());
        }
        if !self.geometry.holds(found.first) {
            return told(Recovery::NameOnly, Layout::WhereFree, Vec::new());
        }
        if self.geometry.variant == Variant::ExFat && !found.contiguous {
            // exFAT leaves the chain of a deleted file in the table.
            let chain = self.chains.follow(found.first, wanted);
            let is_free = |run: &Run| space.free_from(self.chains, run.first, run.count) == run.count;
            if chain.end == End::Wanted && chain.runs.iter().all(is_free) {
                return told(Recovery::ClustersFree, Layout::Chained, chain.runs);
            }
        }
        let free = space.free_from(self.chains, found.first, wanted);
        let runs = self.geometry.run(found.first, free);
        // Of a FAT directory it is not known how long it was: it is read as far as it looks like one.
        let recovery = match free {
            _ if free < wanted && !(found.directory && free > 0) => Recovery::ClustersReused,
            _ if found.contiguous => Recovery::ClustersFree,
            _ => Recovery::AssumedContiguous,
        };
        told(recovery, Layout::WhereFree, runs)
    }

    fn keep_valid(&mut self, valid: u64) -> u32 {
        self.walked.valid.push(valid);
        u32::try_from(self.walked.valid.len()).unwrap_or(0)
    }

    /// Tells where a chain ended that should not have. A directory's ends where it ends.
    fn tell_chain(&mut self, index: NodeIndex, first: u32, end: End, directory: bool) {
        let on_fat = self.geometry.variant != Variant::ExFat;
        let told = match end {
            End::Last if directory && on_fat => None,
            End::Last if index == Tree::ROOT => None,
            End::Wanted if directory && on_fat => Some("a directory longer than any is"),
            _ => end.shortfall(),
        };
        if let Some(what) = told {
            let offset = if self.geometry.holds(first) { self.geometry.offset(first) } else { 0 };
            self.note(index, what, offset);
        }
    }

    fn note(&mut self, index: NodeIndex, what: impl Into<String>, offset: u64) {
        if self.walked.noted.len() >= MOST_NOTED {
            self.untold = self.untold.saturating_add(1);
            return;
        }
        let path = self.walked.tree.path(index);
        self.walked.noted.push(Noted { path, what: NotedCause::Corrupt(what.into(), offset) });
    }

    fn refuse(&mut self, parent: NodeIndex, refused: Refused) {
        let (what, limit) = match refused {
            Refused::TooDeep => ("depth of directories", to_u64(self.limits.directory_depth)),
            Refused::TooMany => ("files", self.limits.files),
        };
        if self.refused.insert(what) {
            let path = self.walked.tree.path(parent);
            self.walked.noted.push(Noted { path, what: NotedCause::LimitReached(what, limit) });
        }
    }
}

/// Which clusters belong to something already, one bit for each; past what is kept, no two are told apart.
struct Claims(Vec<u64>);

impl Claims {
    /// Sixteen mebibytes of bits: the clusters of the largest volumes that are in use.
    const MOST: u32 = 1 << 27;

    fn new(geometry: &Geometry) -> Self {
        let words = usize::try_from(geometry.end().min(Self::MOST).div_ceil(64)).unwrap_or(0);
        Self(vec![0; words])
    }

    /// Claims clusters; the first that was claimed before, if there is one.
    fn claim(&mut self, runs: &[Run]) -> Option<u32> {
        let mut before = None;
        for run in runs {
            for cluster in run.first..run.first.saturating_add(run.count) {
                let place = to_usize(cluster >> 6);
                let Some(word) = self.0.get_mut(place) else { break };
                let bit = 1u64 << (cluster & 63);
                if *word & bit != 0 && before.is_none() {
                    before = Some(cluster);
                }
                *word |= bit;
            }
        }
        before
    }
}
