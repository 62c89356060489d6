//! Where carving looks: what belongs to no file of an image, slack, page files, and a single file of unknown make.

use super::carve::{self, Carved};
use super::progress::Progress;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::source::{Part, Source};
use crate::evidence::entry::{Entry, EntryKind, EntryPath};
use crate::evidence::fragments::WithFragments;
use crate::evidence::open::{Disk, Opened, Shape};
use crate::evidence::{FileSystem, SlackOf, Walked};
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::time::Duration;

/// Files that hold what was once in memory.
const SWAP: [&str; 4] = ["pagefile.sys", "hiberfil.sys", "swapfile.sys", "swapfile"];

/// A space and the folder that its fragments are shown in.
struct Space {
    folder: String,
    source: Source,
    ranges: Vec<Range<u64>>,
}

/// Carves the evidence, until so much time of the run has passed; its file system then has the fragments as files.
pub(super) fn carve(mut evidence: Opened, limits: &Limits, (progress, until): (&Progress, Option<Duration>)) -> Opened {
    let spaces = spaces(&evidence, limits);
    let mut with_fragments = WithFragments::new(evidence.file_system);
    for space in spaces {
        let carved = carve::carve(&space.source, &space.ranges, limits, (progress, until));
        let causes = wrong(&carved, limits).into_iter();
        let note = |cause| Anomaly { stage: Stage::Walk, path: space.folder.clone(), cause };
        evidence.anomalies.extend(causes.map(note));
        with_fragments.add(&space.folder, space.source, carved.fragments);
    }
    Opened { file_system: Box::new(with_fragments), ..evidence }
}

/// What a space keeps back.
fn wrong(carved: &Carved, limits: &Limits) -> Vec<Cause> {
    let limit = to_u64(limits.carved_fragments);
    let cut = carved.cut.then_some(Cause::LimitReached { what: "fragments of one space", limit });
    let unreadable = carved.unreadable.as_ref();
    let unreadable = unreadable.map(|(bytes, why)| Cause::Unsupported(format!("{bytes} bytes not carved: {why}")));
    let left = carved.left.map(|(stop, bytes)| Cause::Unsupported(format!("{bytes} bytes not carved: {stop}")));
    cut.into_iter().chain(unreadable).chain(left).collect()
}

fn spaces(evidence: &Opened, limits: &Limits) -> Vec<Space> {
    let file_system = &*evidence.file_system;
    match &evidence.shape {
        Shape::Image(disk) => of_disk(disk, file_system, limits),
        Shape::File => {
            let files = file_system.list(&EntryPath::default());
            files.iter().filter_map(|entry| of_file(entry, file_system, "[carved]".to_owned())).collect()
        }
        Shape::Directory | Shape::Archive { .. } => swap_files(&EntryPath::default(), file_system),
    }
}

fn of_disk(disk: &Disk, file_system: &dyn FileSystem, limits: &Limits) -> Vec<Space> {
    let recovered = recovered(file_system, limits);
    let mut spaces = Vec::new();
    let mut nowhere = disk.gaps.clone();
    for volume in disk.volumes.iter().filter(|volume| volume.snapshot.is_none()) {
        let Some(folder) = &volume.folder else {
            // Of an unknown volume all may be text; of an encrypted one nothing can be.
            if !volume.file_system.as_deref().is_some_and(|name| name.contains("encrypted")) {
                nowhere.push(volume.range.clone());
            }
            continue;
        };
        let length = volume.range.end.saturating_sub(volume.range.start);
        let taken = recovered.iter().filter(|(held, _)| held.components().next() == Some(folder.as_bytes()));
        let taken: Vec<Range<u64>> = taken.flat_map(|(_, ranges)| ranges.iter().cloned()).collect();
        spaces.push(Space {
            folder: folder.join(b"[unallocated]").display(),
            source: Arc::new(Part::new(disk.source.clone(), volume.range.start, length)),
            ranges: without(file_system.unallocated(folder), taken),
        });
        for slack in file_system.slack(folder) {
            let name: &[u8] = match slack.of {
                SlackOf::Files => b"[slack]",
                SlackOf::Records => b"[$MFT slack]",
            };
            let own = || -> Source { Arc::new(Part::new(disk.source.clone(), volume.range.start, length)) };
            spaces.push(Space {
                folder: folder.join(name).display(),
                source: slack.source.unwrap_or_else(own),
                ranges: slack.ranges,
            });
        }
        spaces.extend(swap_files(folder, file_system));
    }
    nowhere.sort_by_key(|range| range.start);
    spaces.push(Space { folder: "[disk]".to_owned(), source: disk.source.clone(), ranges: nowhere });
    spaces
}

/// Deleted entries whose content is read already, with where it lies.
fn recovered(file_system: &dyn FileSystem, limits: &Limits) -> Vec<(EntryPath, Vec<Range<u64>>)> {
    let mut recovered = Vec::new();
    file_system.walk(limits, &mut |walked| {
        if let Walked::Entry(entry) = walked
            && entry.origin.is_deleted()
            && entry.kind == EntryKind::File
        {
            let extents = file_system.extents(&entry.path).into_iter();
            let ranges = extents.map(|(offset, length)| offset..offset.saturating_add(length)).collect();
            recovered.push((entry.path, ranges));
        }
        ControlFlow::Continue(())
    });
    recovered
}

/// The ranges without those that are taken.
fn without(ranges: Vec<Range<u64>>, mut taken: Vec<Range<u64>>) -> Vec<Range<u64>> {
    taken.sort_by_key(|range| range.start);
    let mut left = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut from = range.start;
        let first = taken.partition_point(|taken| taken.end <= range.start);
        for hole in taken.get(first..).unwrap_or_default().iter().take_while(|taken| taken.start < range.end) {
            if hole.start > from {
                left.push(from..hole.start);
            }
            from = from.max(hole.end);
        }
        if from < range.end {
            left.push(from..range.end);
        }
    }
    left
}

fn swap_files(root: &EntryPath, file_system: &dyn FileSystem) -> Vec<Space> {
    let files = file_system.list(root).into_iter();
    let is_swap = |entry: &Entry| {
        entry.kind == EntryKind::File && SWAP.iter().any(|name| entry.path.name().eq_ignore_ascii_case(name.as_bytes()))
    };
    let folder = |entry: &Entry| {
        let name = format!("[{}]", String::from_utf8_lossy(entry.path.name()));
        root.join(name.as_bytes()).display()
    };
    files.filter(is_swap).filter_map(|entry| of_file(&entry, file_system, folder(&entry))).collect()
}

fn of_file(entry: &Entry, file_system: &dyn FileSystem, folder: String) -> Option<Space> {
    let source: Source = Arc::from(file_system.open(&entry.path).ok()?.stream);
    Some(Space { folder, ranges: vec![0..source.len()], source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recovered_is_not_carved_again() {
        let cases: [(&[Range<u64>], &[Range<u64>], &[Range<u64>]); 5] = [
            (&[0..10], &[], &[0..10]),
            (&[0..10], &[3..5], &[0..3, 5..10]),
            (&[0..10, 20..30], &[8..22], &[0..8, 22..30]),
            (&[0..10], &[0..10], &[]),
            (&[5..10], &[0..6, 2..7, 9..20], &[7..9]),
        ];
        for (ranges, taken, left) in cases {
            assert_eq!(without(ranges.to_vec(), taken.to_vec()), left);
        }
    }
}
