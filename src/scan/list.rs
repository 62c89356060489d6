//! Lists every entry of evidence, with digests where they are asked for.

use super::acquisition;
use super::volume::VolumeView;
use crate::base::anomaly::Anomaly;
use crate::base::bytes::{AlignedBuffer, ReadAt};
use crate::base::digest::{Digests, Hasher};
use crate::base::number::to_u64;
use crate::case::listing::{Asked, Listed, Verified};
use crate::case::{ScanError, Source};
use crate::evidence::Walked;
use crate::evidence::entry::{Entry, EntryKind, EntryPath};
use crate::evidence::open::{self, Shape};
use crate::evidence::walk::FileCount;
use crate::scan::request::ScanRequest;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

/// Which digests are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// MD5.
    pub md5: bool,
    /// SHA-1.
    pub sha1: bool,
    /// SHA-256.
    pub sha256: bool,
}

/// One thing that a listing comes upon.
#[derive(Debug)]
pub enum Item {
    /// An entry.
    Entry(Box<Listed>),
    /// Whether an image is what was acquired.
    Verified(Box<Verified>),
    /// What could not be listed or read.
    Error(ScanError),
}

/// Lists the evidence of the request in the order of its paths, until the visitor breaks.
pub fn list(request: &ScanRequest, wanted: Wanted, visit: &mut dyn FnMut(Item) -> ControlFlow<()>) {
    for (number, path) in (1usize..).zip(&request.paths) {
        let evidence = format!("e{number}");
        match open::open(path, &request.limits) {
            Ok(opened) => {
                let disk = match &opened.shape {
                    Shape::Image(disk) => disk.volumes.as_slice(),
                    Shape::Directory | Shape::File | Shape::Archive { .. } => &[],
                };
                let file_system = &*opened.file_system;
                let given = super::given_drives(path, &request.drives);
                let volume = VolumeView::new(file_system, &evidence, &given, disk);
                let mut flow = ControlFlow::Continue(());
                for anomaly in &opened.anomalies {
                    if visit(error(&evidence, place(path, anomaly), anomaly)).is_break() {
                        return;
                    }
                }
                let mut files = FileCount::default();
                file_system.walk(&request.limits, &mut |walked| {
                    let kind = if let Walked::Entry(entry) = &walked { entry.kind } else { EntryKind::Other };
                    if let Some(anomaly) = files.exceeds(kind, &request.limits) {
                        flow = visit(error(&evidence, place(path, &anomaly), &anomaly));
                        return ControlFlow::Break(());
                    }
                    flow = each(&evidence, &volume, walked, wanted, visit);
                    flow
                });
                if flow.is_break() || verify(&evidence, path, &opened.shape, request, visit).is_break() {
                    return;
                }
            }
            Err(anomaly) => {
                if visit(error(&evidence, place(path, &anomaly), &anomaly)).is_break() {
                    return;
                }
            }
        }
    }
}

/// Compares the digests of an image with those that were noted, where this was asked for.
fn verify(
    evidence: &str,
    path: &Path,
    shape: &Shape,
    request: &ScanRequest,
    visit: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Shape::Image(disk) = shape else { return ControlFlow::Continue(()) };
    let mut anomalies = Vec::new();
    let acquisition = acquisition::of(disk, request.verify, &mut anomalies).filter(|_| request.verify);
    for anomaly in anomalies {
        visit(error(evidence, place(path, &anomaly), &anomaly))?;
    }
    let path = path.to_string_lossy().into_owned();
    match acquisition {
        Some(acquisition) => {
            visit(Item::Verified(Box::new(Verified { evidence: evidence.to_owned(), path, acquisition })))
        }
        None => ControlFlow::Continue(()),
    }
}

/// Where something is wrong: what has no place inside the evidence concerns all of it.
fn place(evidence: &Path, anomaly: &Anomaly) -> String {
    if anomaly.path.is_empty() { evidence.to_string_lossy().into_owned() } else { anomaly.path.clone() }
}

fn error(evidence: &str, path: String, anomaly: &Anomaly) -> Item {
    let (evidence, message) = (evidence.to_owned(), anomaly.cause.to_string());
    Item::Error(ScanError { evidence, path, stage: anomaly.stage, message })
}

fn each(
    evidence: &str,
    volume: &VolumeView<'_>,
    walked: Walked,
    wanted: Wanted,
    visit: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let entry = match walked {
        Walked::Entry(entry) => entry,
        Walked::Anomaly(anomaly) => {
            let path = volume.display(&EntryPath::new(anomaly.path.as_bytes()));
            return visit(error(evidence, path, &anomaly));
        }
    };
    let (listed, failed) = listed(evidence, volume, &entry, wanted);
    if let Some(anomaly) = failed {
        visit(error(evidence, listed.path.clone(), &anomaly))?;
    }
    visit(Item::Entry(Box::new(listed)))
}

fn listed(evidence: &str, volume: &VolumeView<'_>, entry: &Entry, wanted: Wanted) -> (Listed, Option<Anomaly>) {
    let (source, recovery) = super::volume::source_of(entry.origin);
    let mut listed = Listed {
        evidence: evidence.to_owned(),
        volume: volume.id(&entry.path),
        path: volume.display(&entry.path),
        path_raw: entry.path.raw(),
        kind: entry.kind,
        size: entry.stat.filter(|_| entry.kind == EntryKind::File).map(|stat| stat.size),
        times: entry.stat.map(|stat| stat.times).unwrap_or_default(),
        deleted: entry.origin.is_deleted(),
        source: Some(source).filter(|source| *source != Source::File),
        recovery,
        digests: Asked::default(),
    };
    let hashed = wanted.md5 || wanted.sha1 || wanted.sha256;
    let is_local = volume.is_local_time(&entry.path);
    listed.times.modified_is_local |= is_local && listed.times.modified.is_some();
    if entry.kind != EntryKind::File || entry.stat.is_some() && !hashed {
        return (listed, None);
    }
    match volume.file_system.open(&entry.path) {
        Ok(opened) => {
            listed.size = Some(opened.stream.len());
            listed.times = opened.times;
            listed.times.modified_is_local |= is_local && listed.times.modified.is_some();
            if !hashed {
                return (listed, None);
            }
            match digests(&*opened.stream) {
                Ok(digests) => {
                    listed.digests = Asked::of(digests, wanted.md5, wanted.sha1, wanted.sha256);
                    (listed, None)
                }
                Err(error) => {
                    let anomaly = Anomaly::new(crate::base::anomaly::Stage::Read, listed.path.clone(), error);
                    (listed, Some(anomaly))
                }
            }
        }
        Err(anomaly) => (listed, Some(anomaly)),
    }
}

fn digests(stream: &dyn ReadAt) -> io::Result<Digests> {
    let mut buffer = AlignedBuffer::new(1 << 18);
    let mut hasher = Hasher::default();
    let mut at = 0u64;
    loop {
        let count = stream.read_at(at, buffer.space())?;
        if count == 0 && at < stream.len() {
            let what = format!("the file is cut off: {at} of {} bytes are there", stream.len());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
        }
        if count == 0 {
            return Ok(hasher.finish());
        }
        hasher.update(buffer.filled(count));
        at = at.saturating_add(to_u64(count));
    }
}
