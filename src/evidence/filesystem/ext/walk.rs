//! Builds the tree of names: directories from the root on, with what was deleted from them.

use super::bitmap::BlockBitmap;
use super::damage::{Damage, Notes};
use super::deleted;
use super::directory::{Form, Listing, Named};
use super::inode::Inode;
use super::map;
use super::superblock::incompatible;
use super::tables::InodeTables;
use super::volume::{Budget, Volume};
use crate::base::bytes::AlignedBuffer;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery, Stat};
use crate::evidence::mounted::{Noted, NotedCause};
use crate::evidence::tree::{Node, NodeIndex, Refused, Tree};
use std::collections::HashSet;

/// The inode of the root.
const ROOT: u32 = 2;

/// Bytes of directories read at a time; a whole block at least.
const PIECE: usize = 64 << 10;

/// The walk over a volume.
pub(super) struct Walk<'v> {
    pub(super) volume: &'v Volume,
    pub(super) tables: InodeTables<'v>,
    pub(super) bitmap: BlockBitmap,
    pub(super) tree: Tree,
    pub(super) notes: Notes,
    /// Inodes that have a name.
    pub(super) named: HashSet<u32>,
    /// Directories that have a place in the tree: none has two.
    directories: HashSet<u32>,
    /// Directories that are still to be read.
    open: Vec<Open>,
    /// Blocks of directories, and blocks of deleted files, that may still be read.
    budgets: (Budget, Budget),
    listing: Listing,
    buffer: AlignedBuffer,
    limits: &'v Limits,
    refused: (bool, bool),
}

/// A directory to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) node: NodeIndex,
    pub(super) inode: u32,
    pub(super) deleted: bool,
    pub(super) encrypted: bool,
}

impl<'v> Walk<'v> {
    pub(super) fn new(volume: &'v Volume, limits: &'v Limits) -> Self {
        // A block belongs to one directory; blocks of deleted ones may be counted again.
        let blocks = volume.blocks_there().saturating_mul(2).saturating_add(64);
        Self {
            volume,
            tables: InodeTables::new(volume),
            bitmap: BlockBitmap::default(),
            tree: Tree::new(limits.files, limits.directory_depth),
            notes: Notes::new(limits.errors),
            named: HashSet::from([ROOT]),
            directories: HashSet::from([ROOT]),
            open: Vec::new(),
            budgets: (Budget::new(blocks), Budget::new(blocks.saturating_mul(2))),
            listing: Listing::default(),
            buffer: AlignedBuffer::new(PIECE),
            limits,
            refused: (false, false),
        }
    }

    /// Notes something of the volume as a whole.
    pub(super) fn note(&mut self, what: impl Into<NotedCause>) {
        self.notes.push(EntryPath::default, what);
    }

    /// The tree and what was noted of it.
    pub(super) fn finish(mut self) -> (Tree, Vec<Noted>) {
        if let Some(limit) = self.budgets.1.exceeded() {
            self.note(NotedCause::LimitReached("blocks of deleted files", limit));
        }
        (self.tree, self.notes.into_noted())
    }

    /// Whether no more entries are taken.
    pub(super) fn is_full(&self) -> bool {
        self.refused.1
    }

    /// Reads all directories from the root on.
    pub(super) fn names(&mut self) {
        let root = match self.tables.inode(ROOT) {
            Ok(inode) if inode.kind() == Some(EntryKind::Directory) => {
                Ok((inode.stat(&self.volume.superblock), inode.is_encrypted()))
            }
            Ok(_) => Err(Damage::new("the root is no directory", self.volume.inode_offset(ROOT))),
            Err(damage) => Err(Damage { what: format!("the root: {}", damage.what), ..damage }),
        };
        match root {
            Ok((stat, encrypted)) => {
                self.tree.set_stat(Tree::ROOT, stat);
                self.below(Open { node: Tree::ROOT, inode: ROOT, deleted: false, encrypted });
            }
            Err(damage) => self.note(damage),
        }
    }

    /// Reads a directory and all below it.
    fn below(&mut self, top: Open) {
        self.open.push(top);
        let mut listing = std::mem::take(&mut self.listing);
        while let Some(open) = self.open.pop().filter(|_| !self.is_full()) {
            self.list(open, &mut listing);
            self.place_all(open, &mut listing);
        }
        self.open.clear();
        self.listing = listing;
    }

    fn place_all(&mut self, open: Open, listing: &mut Listing) {
        if let Some(damage) = listing.damage.take() {
            self.notes.push(|| self.tree.path(open.node), damage);
        }
        // In the order of their inodes, that tables and directories be read from one end to the other: an index of hashes
        // leaves no order.
        let before = self.open.len();
        let mut live = std::mem::take(&mut listing.live);
        live.sort_by_key(|entry| entry.inode);
        for entry in &live {
            if self.is_full() {
                break;
            }
            if open.deleted {
                self.place_deleted(open, entry, listing.name(entry));
            } else {
                self.place_live(open, entry, listing.name(entry));
            }
        }
        let gone = std::mem::take(&mut listing.deleted);
        let mut known: HashSet<(u32, &[u8])> = HashSet::new();
        if !gone.is_empty() {
            // When a block is divided, its entries stay where they were too.
            known.extend(live.iter().map(|entry| (entry.inode, listing.name(entry))));
            known.extend(live.iter().map(|entry| (0, listing.name(entry))));
        }
        for entry in &gone {
            if !self.is_full() && known.insert((entry.inode, listing.name(entry))) {
                self.place_deleted(open, entry, listing.name(entry));
            }
        }
        drop(known);
        if let Some(added) = self.open.get_mut(before..) {
            added.reverse();
        }
        (listing.live, listing.deleted) = (live, gone);
    }

    /// Reads the entries of a directory. Of a deleted one only blocks count that are free, and of those the first must name
    /// the directory itself.
    pub(super) fn list(&mut self, open: Open, listing: &mut Listing) {
        listing.clear();
        if let Err(damage) = self.read(open, listing) {
            listing.damage.get_or_insert(damage);
        }
        if listing.itself != Some(open.inode) {
            if open.deleted {
                listing.clear();
            } else {
                let what = format!("directory of inode {} that does not name itself", open.inode);
                listing.damage.get_or_insert(Damage::new(what, self.volume.inode_offset(open.inode)));
            }
        }
    }

    fn read(&mut self, open: Open, listing: &mut Listing) -> Result<(), Damage> {
        let Self { volume, tables, bitmap, budgets: (directories, files), buffer, .. } = self;
        let inode = tables.inode(open.inode)?;
        let superblock = &volume.superblock;
        let form = Form {
            has_types: superblock.uses(incompatible::FILE_TYPE),
            hash: if inode.has_hashed_names() { 8 } else { 0 },
            indexed: inode.is_indexed(),
            deleted: !superblock.uses(incompatible::DIRECTORY_DATA),
            last_inode: volume.last_inode(),
        };
        if inode.is_inline() {
            // The place of the map begins with the parent; there is no entry for it or for the directory itself.
            let (first, rest) = inode.inline_parts();
            listing.itself = Some(open.inode);
            let offset = volume.inode_offset(open.inode);
            listing.block(first.get(4..).unwrap_or_default(), form, offset);
            listing.block(rest, form, offset);
            return Ok(());
        }
        let runs = if open.deleted {
            deleted::remains(volume, inode, false, bitmap, files).runs
        } else {
            let map = map::read(volume, inode, directories, None);
            // The root of the map stands in the inode.
            let place =
                |damage: &Damage| if damage.offset == 0 { volume.inode_offset(open.inode) } else { damage.offset };
            listing.damage = map.damage.map(|damage| Damage { offset: place(&damage), ..damage });
            map.runs
        };
        let blocks = runs.iter().filter(|run| run.block.is_some()).fold(0u64, |all, run| all.saturating_add(run.count));
        if !directories.take(blocks) {
            return Err(Damage::new("directories are larger than their file system", volume.inode_offset(open.inode)));
        }
        let block = superblock.block_length();
        map::each_piece(volume, &runs, buffer.space(), |piece, offset| {
            for (number, block_bytes) in (0u64..).zip(piece.chunks_exact(block)) {
                listing.block(block_bytes, form, offset.saturating_add(volume.offset(number)));
            }
            to_u64(listing.live.len()) <= self.limits.files
        })
    }

    fn place_live(&mut self, open: Open, entry: &Named, name: &[u8]) {
        let superblock = &self.volume.superblock;
        let mut seen = Seen { kind: kind_of(entry.kind), stat: Stat::default(), encrypted: false };
        let mut damage = match self.tables.inode(entry.inode) {
            Ok(inode) if inode.kind().is_none() => {
                Some(Damage::new(format!("inode {} has a name and was never used", entry.inode), entry.offset).into())
            }
            Ok(inode) => {
                let kind = inode.kind().unwrap_or(seen.kind);
                seen = Seen { kind, stat: inode.stat(superblock), encrypted: inode.is_encrypted() };
                size_of(self.volume, inode, seen.stat.size, entry.inode)
            }
            Err(error) if error.offset == 0 => Some(Damage { offset: entry.offset, ..error }.into()),
            Err(error) => Some(error.into()),
        };
        if seen.encrypted && !open.encrypted {
            damage = Some(NotedCause::Unsupported(
                "encrypted (fscrypt): names are as stored, content is not read".to_owned(),
            ));
        }
        self.named.insert(entry.inode);
        let Some(node) = self.add(open.node, name, entry.inode, Origin::File, &seen) else { return };
        if seen.kind == EntryKind::Directory && !self.push(node, entry.inode, false, seen.encrypted) {
            damage = Some(
                Damage::new(format!("directory of inode {} has a place already", entry.inode), entry.offset).into(),
            );
        }
        if let Some(damage) = damage {
            self.notes.push(|| self.tree.path(node), damage);
        }
    }

    /// A name that is gone. Its inode tells of the file only if it is not in use again, and for another type.
    fn place_deleted(&mut self, open: Open, entry: &Named, name: &[u8]) {
        let Self { volume, tables, bitmap, budgets: (_, budget), .. } = self;
        let told = kind_of(entry.kind);
        let is_free =
            |inode: &Inode<'_>| !inode.is_linked() && inode.kind().is_some_and(|kind| entry.kind == 0 || kind == told);
        let inode = tables.inode(entry.inode).ok().filter(is_free);
        let mut seen = Seen { kind: told, stat: Stat::default(), encrypted: false };
        let mut recovery = Recovery::NameOnly;
        if let Some(inode) = inode {
            seen = Seen {
                kind: inode.kind().unwrap_or(told),
                stat: inode.stat(&volume.superblock),
                encrypted: open.encrypted,
            };
            let held = volume.is_inode_used(entry.inode) == Some(true);
            recovery = deleted::recovery(volume, inode, held, bitmap, budget);
            self.named.insert(entry.inode);
        }
        let Some(node) = self.add(open.node, name, entry.inode, Origin::Deleted(recovery), &seen) else { return };
        if seen.kind == EntryKind::Directory && recovery != Recovery::NameOnly {
            self.push(node, entry.inode, true, seen.encrypted);
        }
    }

    /// A file or directory without a name, below the folder of those.
    pub(super) fn place_orphan(&mut self, folder: NodeIndex, number: u32, origin: Origin) {
        let Ok(inode) = self.tables.inode(number) else { return };
        let seen = Seen {
            kind: inode.kind().unwrap_or(EntryKind::Other),
            stat: inode.stat(&self.volume.superblock),
            encrypted: inode.is_encrypted(),
        };
        self.named.insert(number);
        let name = format!("inode-{number}");
        let Some(node) = self.add(folder, name.as_bytes(), number, origin, &seen) else { return };
        if seen.kind == EntryKind::Directory && self.push(node, number, origin.is_deleted(), seen.encrypted) {
            let Some(open) = self.open.pop() else { return };
            self.below(open);
        }
    }

    /// The recovery of an inode without a name.
    pub(super) fn recovery(&mut self, inode: Inode<'_>, held: bool) -> Recovery {
        deleted::recovery(self.volume, inode, held, &mut self.bitmap, &mut self.budgets.1)
    }

    /// Remembers a directory to be read; not if it has a place already.
    fn push(&mut self, node: NodeIndex, inode: u32, deleted: bool, encrypted: bool) -> bool {
        let is_new = self.directories.insert(inode);
        if is_new {
            self.open.push(Open { node, inode, deleted, encrypted });
        }
        is_new
    }

    fn add(&mut self, parent: NodeIndex, name: &[u8], inode: u32, origin: Origin, seen: &Seen) -> Option<NodeIndex> {
        let node = Node { kind: seen.kind, origin, id: inode.into(), stream: 0, stat: seen.stat };
        let refused = match self.tree.add(parent, name, node) {
            Ok(index) => return Some(index),
            Err(refused) => refused,
        };
        let path = || self.tree.path(parent);
        match refused {
            Refused::TooDeep if !self.refused.0 => {
                self.refused.0 = true;
                self.notes
                    .push(path, NotedCause::LimitReached("depth of directories", to_u64(self.limits.directory_depth)));
            }
            Refused::TooMany if !self.refused.1 => {
                self.refused.1 = true;
                self.notes.push(path, NotedCause::LimitReached("entries of one file system", self.limits.files));
            }
            _ => {}
        }
        None
    }
}

/// What is known of an entry beyond its name.
struct Seen {
    kind: EntryKind,
    stat: Stat,
    encrypted: bool,
}

/// The type that an entry of a directory tells.
fn kind_of(told: u8) -> EntryKind {
    match told {
        0 | 1 => EntryKind::File,
        2 => EntryKind::Directory,
        3 | 4 => EntryKind::Device,
        5 => EntryKind::Fifo,
        6 => EntryKind::Socket,
        7 => EntryKind::Symlink,
        _ => EntryKind::Other,
    }
}

/// What is to be told of the size of a file: that it cannot be, or that most of the file was never written.
fn size_of(volume: &Volume, inode: Inode<'_>, size: u64, number: u32) -> Option<NotedCause> {
    if size <= volume.source.len() || inode.kind() != Some(EntryKind::File) {
        None
    } else if size > map::longest(volume, inode) {
        Some(Damage::new(format!("a size that no file can have: {size}"), volume.inode_offset(number)).into())
    } else {
        Some(NotedCause::Unsupported(format!("a sparse file, larger than its file system: {size} bytes")))
    }
}
