//! The ground: file systems, their entries and streams, however they come.
//!
//! Everything above sees a [`FileSystem`]: a directory of this host, the volumes of an image, an archive, or one held in
//! memory, alike.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

pub mod collection;
pub mod container;
pub mod drive;
pub mod entry;
pub mod filesystem;
pub mod fragments;
pub mod image;
pub mod integrity;
pub mod live;
pub mod lookup;
pub mod mounted;
pub mod mounted_devices;
pub mod nested;
pub mod open;
pub mod recover;
pub mod tree;
pub mod volume;
pub mod walk;

use crate::base::anomaly::Anomaly;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::source::Source;
use crate::base::time::FileTimes;
use entry::{Entry, EntryPath, Origin};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use walk::Left;

/// Asked between the parts of long work whether it is to go on; who is asked may rest before the answer.
pub type GoOn = Arc<dyn Fn() -> bool + Send + Sync>;

/// What a walk comes upon.
#[derive(Debug)]
pub enum Walked {
    /// An entry of the file system.
    Entry(Entry),
    /// Something that could not be walked, and why.
    Anomaly(Anomaly),
}

/// An opened file: its bytes and what the file system says of it at that moment.
pub struct Opened {
    /// The bytes.
    pub stream: Box<dyn ReadAt>,
    /// The times.
    pub times: FileTimes,
}

/// A tree of entries. Implementations never write, never leave their root and never open what is no regular file.
pub trait FileSystem: Send + Sync {
    /// Visits every entry below the root, parents before children, names in byte order, until the visitor breaks.
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>);

    /// Visits what [`walk`](Self::walk) visits, each entry once, those places first where most is to be expected; tells what
    /// is known to be left where the visitor breaks.
    fn walk_plausible_first(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Option<Left> {
        let mut flow = ControlFlow::Continue(());
        self.walk(limits, &mut |walked| {
            flow = visit(walked);
            flow
        });
        flow.is_break().then(Left::default)
    }

    /// Opens a regular file for reading.
    ///
    /// # Errors
    /// Why it cannot be read; an entry that is no regular file is an error of kind `Unsupported`.
    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly>;

    /// The entries of one directory in byte order of their names; nothing if it is no directory of this file system.
    fn list(&self, directory: &EntryPath) -> Vec<Entry>;

    /// How the bytes of a file are come by.
    fn origin(&self, path: &EntryPath) -> Origin {
        let _ = path;
        Origin::File
    }

    /// The files opened so far of which the system of this host refused the content, or a part of it, and that were read from its
    /// volume, in the order of their paths.
    fn read_from_volume(&self) -> Vec<EntryPath> {
        Vec::new()
    }

    /// Where a file's bytes lie on its volume, as offsets and lengths in bytes, in the order of the file; nothing where
    /// that is not told.
    fn extents(&self, path: &EntryPath) -> Vec<(u64, u64)> {
        let _ = path;
        Vec::new()
    }

    /// The ranges, in bytes, that belong to no file of the volume whose root is `root`; nothing where that is not known.
    fn unallocated(&self, root: &EntryPath) -> Vec<Range<u64>> {
        let _ = root;
        Vec::new()
    }

    /// The space of the volume whose root is `root` that is allocated and holds nothing of a file as it is now.
    fn slack(&self, root: &EntryPath) -> Vec<Slack> {
        let _ = root;
        Vec::new()
    }

    /// The directories of the volume whose root is `root` by the numbers of their records; nothing where that is not
    /// known.
    fn directories(&self, root: &EntryPath, records: &BTreeSet<u64>) -> BTreeMap<u64, Entry> {
        let _ = (root, records);
        BTreeMap::new()
    }

    /// Whether the paths are those that the host has itself on which the program runs, so that no folder stands for a drive by
    /// what it is called.
    fn is_host(&self) -> bool {
        false
    }

    /// The roots of volumes; one, the root itself, unless the evidence is an image.
    fn roots(&self) -> Vec<Root> {
        vec![Root { folder: EntryPath::default(), shadow_of: None }]
    }
}

/// Space of a volume that is allocated and yet holds nothing of a file as it is now: what was there before is often left.
pub struct Slack {
    /// What it lies behind.
    pub of: SlackOf,
    /// Its bytes at the offsets of the volume; nothing where the volume's own are meant.
    pub source: Option<Source>,
    /// Where it is, in bytes of the volume, in order.
    pub ranges: Vec<Range<u64>>,
}

/// What slack lies behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlackOf {
    /// The content of a file, up to the end of its last cluster; what was reserved for it and never written.
    Files,
    /// The used part of a record of the master file table: small files were once stored there.
    Records,
}

/// The root of a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The folder that stands for it.
    pub folder: EntryPath,
    /// For a shadow copy, the folder of the volume that it is one of.
    pub shadow_of: Option<EntryPath>,
}

impl<T: FileSystem + ?Sized> FileSystem for Arc<T> {
    fn walk(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) {
        (**self).walk(limits, visit);
    }

    fn walk_plausible_first(&self, limits: &Limits, visit: &mut dyn FnMut(Walked) -> ControlFlow<()>) -> Option<Left> {
        (**self).walk_plausible_first(limits, visit)
    }

    fn open(&self, path: &EntryPath) -> Result<Opened, Anomaly> {
        (**self).open(path)
    }

    fn list(&self, directory: &EntryPath) -> Vec<Entry> {
        (**self).list(directory)
    }

    fn origin(&self, path: &EntryPath) -> Origin {
        (**self).origin(path)
    }

    fn read_from_volume(&self) -> Vec<EntryPath> {
        (**self).read_from_volume()
    }

    fn extents(&self, path: &EntryPath) -> Vec<(u64, u64)> {
        (**self).extents(path)
    }

    fn unallocated(&self, root: &EntryPath) -> Vec<Range<u64>> {
        (**self).unallocated(root)
    }

    fn slack(&self, root: &EntryPath) -> Vec<Slack> {
        (**self).slack(root)
    }

    fn directories(&self, root: &EntryPath, records: &BTreeSet<u64>) -> BTreeMap<u64, Entry> {
        (**self).directories(root, records)
    }

    fn is_host(&self) -> bool {
        (**self).is_host()
    }

    fn roots(&self) -> Vec<Root> {
        (**self).roots()
    }
}
