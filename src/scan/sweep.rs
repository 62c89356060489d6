//! The sweep: walks the evidence, opens each file once, and hands up the few texts that may matter.
//!
//! Reading decides the time: a file whose head is no text is done with; a text is searched as it is read; only what the
//! prefilter keeps is decoded. One thread walks, the others read; results are put back into the order of the paths, so that
//! neither the number of threads nor what was read first shows anywhere.

use super::artifacts::{self, Artifact};
use super::bounds::Stop;
use super::coverage::Origins;
use super::crew::Crew;
use super::prefilter::{self, Prefilter};
use super::progress::Progress;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{self, AlignedBuffer, ReadAt};
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::shortcut;
use crate::base::text::{self, Encoding};
use crate::base::time::FileTimes;
use crate::evidence::entry::{EntryKind, EntryPath, Origin, Recovery};
use crate::evidence::filesystem::host;
use crate::evidence::nested::{self, Met, Nested};
use crate::evidence::walk::{FileCount, Left};
use crate::evidence::{FileSystem, Opened, Walked};
use crate::script::store;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A text that may matter.
pub(super) struct Candidate<'a> {
    pub(super) path: &'a EntryPath,
    /// Its bytes, or of a large text the windows around the signs, with the line ends of what lies between.
    pub(super) bytes: &'a [u8],
    pub(super) size: u64,
    pub(super) times: FileTimes,
}

/// What a sweep brings.
pub(super) struct Swept<T> {
    /// What the reader made of the candidates, in the order of the walk.
    pub(super) found: Vec<T>,
    /// Everything skipped or damaged, in the order of the walk.
    pub(super) anomalies: Vec<Anomaly>,
    /// Links that were seen and not followed.
    pub(super) links: u64,
    /// What was seen besides ordinary files.
    pub(super) origins: Origins,
    /// What the host recorded of itself, in the order of the walk.
    pub(super) artifacts: Vec<Artifact>,
    /// Images and archives that were met, and not opened.
    pub(super) nested: Met,
    /// Why it ended early and what is left, if it did.
    pub(super) left: Option<(Stop, Left)>,
}

/// How a sweep goes about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Reading threads.
    pub(super) threads: usize,
    /// Whether places are read first where most is to be expected.
    pub(super) plausible_first: bool,
    /// When it is to be over, in the time of the run.
    pub(super) until: Option<Duration>,
}

/// What a reader makes of a candidate.
pub(super) type Reader<'r, T> = dyn Fn(&Candidate<'_>) -> Option<T> + Sync + 'r;

/// The note on a file that was read while others wrote to it.
pub(super) const CHANGED: &str = "the file changed while it was read";
/// The note on a file that could not be read, by a fault of this program.
pub(super) const FAILED: &str = "the reading of this file failed inside";

/// Files handed to a reader at a time.
const BATCH: usize = 64;

/// Bytes that tell text from binary.
const SNIFFED: usize = 4096;
/// Bytes of a text that are read at a time.
const HEAD: usize = 64 << 10;

/// What a walk passes by.
#[derive(Debug, Default)]
struct Passed {
    links: u64,
    origins: Origins,
    left: Option<Left>,
}

/// Where a result belongs: by its path, where places come out of their order, and by its number in the walk.
type Place = (EntryPath, u64);
type Numbered<T> = (Place, Outcome<T>);

/// What one file brings.
struct Outcome<T> {
    found: Option<T>,
    anomalies: Vec<Anomaly>,
    artifact: Option<Artifact>,
    nested: Option<Nested>,
}

/// Sweeps a file system.
pub(super) fn sweep<T: Send>(
    file_system: &dyn FileSystem,
    limits: &Limits,
    manner: Manner,
    progress: &Progress,
    read: &Reader<'_, T>,
) -> Swept<T> {
    let results: Mutex<Vec<Numbered<T>>> = Mutex::new(Vec::new());
    let nested: Mutex<Met> = Mutex::default();
    let keep = |index: u64, path: EntryPath, outcome: Outcome<T>| {
        if let Some(found) = outcome.nested {
            nested.lock().unwrap_or_else(PoisonError::into_inner).add(found, path.clone());
        }
        if outcome.found.is_some() || outcome.artifact.is_some() || !outcome.anomalies.is_empty() {
            let path = if manner.plausible_first { path } else { EntryPath::default() };
            results.lock().unwrap_or_else(PoisonError::into_inner).push(((path, index), outcome));
        }
    };
    let unread = AtomicU64::new(0);
    let file = |worker: &mut Worker<'_, T>, index, path: EntryPath| {
        if progress.must_end_by(manner.until).is_some() {
            Progress::add(&unread, 1);
            return;
        }
        Progress::add(&progress.files, 1);
        let outcome = worker.file(&path);
        keep(index, path, outcome);
        progress.bounds.rest();
    };
    let mut passed = Passed::default();
    // One thread would read while the other walks: it can do both.
    let readers = if manner.threads <= 1 { 0 } else { manner.threads };
    let (sender, receiver) = sync_channel::<Vec<(u64, EntryPath)>>(readers.saturating_mul(4));
    let receiver = Mutex::new(receiver);
    std::thread::scope(|scope| {
        let (receiver, keep, file) = (&receiver, &keep, &file);
        let work = move || {
            let mut worker = Worker::new(file_system, limits, progress, read);
            while let Some(batch) = next(receiver) {
                for (index, path) in batch {
                    file(&mut worker, index, path);
                }
            }
        };
        let crew = Crew::begin(scope, readers, work);
        if crew.is_empty() {
            let mut worker = Worker::new(file_system, limits, progress, read);
            walk(file_system, limits, manner, progress, &mut passed, keep, &mut |index, path| {
                file(&mut worker, index, path);
                ControlFlow::Continue(())
            });
            return;
        }
        let mut batch = Vec::with_capacity(BATCH);
        walk(file_system, limits, manner, progress, &mut passed, keep, &mut |index, path| {
            batch.push((index, path));
            if batch.len() < BATCH {
                return ControlFlow::Continue(());
            }
            match sender.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        let _ = sender.send(batch);
        drop(sender);
        crew.end();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by(|(a, _), (b, _)| a.cmp(b));
    let Passed { links, origins, left } = passed;
    let unread = unread.into_inner();
    let left = if left.is_some() || unread > 0 {
        let left = left.unwrap_or_default();
        let stop = progress.ended().unwrap_or(Stop::Interrupted);
        Some((stop, Left { files: left.files.saturating_add(unread), ..left }))
    } else {
        None
    };
    let nested = nested.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (found, anomalies, artifacts) = (Vec::new(), Vec::new(), Vec::new());
    let mut swept = Swept { found, anomalies, links, origins, artifacts, nested, left };
    for (_, outcome) in results {
        swept.found.extend(outcome.found);
        swept.artifacts.extend(outcome.artifact);
        swept.anomalies.extend(outcome.anomalies);
    }
    swept
}

fn next(receiver: &Mutex<Receiver<Vec<(u64, EntryPath)>>>) -> Option<Vec<(u64, EntryPath)>> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Walks and hands each regular file on with its number in the walk.
fn walk<T>(
    file_system: &dyn FileSystem,
    limits: &Limits,
    manner: Manner,
    progress: &Progress,
    passed: &mut Passed,
    keep: &dyn Fn(u64, EntryPath, Outcome<T>),
    hand_on: &mut dyn FnMut(u64, EntryPath) -> ControlFlow<()>,
) {
    let mut index = 0u64;
    let mut files = FileCount::default();
    let note = |index: u64, anomaly: Anomaly| {
        let path = EntryPath::new(anomaly.path.as_bytes());
        keep(index, path, Outcome { found: None, anomalies: vec![anomaly], artifact: None, nested: None });
    };
    let Passed { links, origins, left } = passed;
    let mut ended = false;
    let mut visit = |walked| {
        index = index.saturating_add(1);
        if progress.must_end_by(manner.until).is_some() {
            ended = true;
            return ControlFlow::Break(());
        }
        match walked {
            Walked::Anomaly(anomaly) => note(index, anomaly),
            Walked::Entry(entry) => match entry.kind {
                EntryKind::File => {
                    if let Some(anomaly) = files.exceeds(entry.kind, limits) {
                        note(index, anomaly);
                        return ControlFlow::Break(());
                    }
                    origins.count(entry.origin);
                    if entry.origin == Origin::Deleted(Recovery::NameOnly) {
                        Progress::add(&progress.files, 1);
                        return ControlFlow::Continue(());
                    }
                    return hand_on(index, entry.path);
                }
                EntryKind::Directory => {
                    Progress::add(&progress.directories, 1);
                    progress.bounds.rest();
                }
                EntryKind::Symlink => *links = links.saturating_add(1),
                kind => {
                    note(index, Anomaly { stage: Stage::Walk, path: entry.path.display(), cause: host::special(kind) })
                }
            },
        }
        ControlFlow::Continue(())
    };
    if manner.plausible_first {
        *left = file_system.walk_plausible_first(limits, &mut visit).filter(|_| ended);
    } else {
        file_system.walk(limits, &mut visit);
        *left = ended.then(Left::default);
    }
}

/// Whether a file could not be read because others have its place now.
fn is_gone(anomaly: &Anomaly, origin: Origin) -> bool {
    matches!(origin, Origin::Deleted(_)) && anomaly.stage == Stage::Read
}

/// A text that cannot be read to its end is told, and looked at as far as it goes; what is left of a deleted one may be
/// another's.
fn as_far(
    file_system: &dyn FileSystem,
    path: &EntryPath,
    failure: Option<std::io::Error>,
    anomalies: &mut Vec<Anomaly>,
) -> Result<(), Anomaly> {
    let Some(anomaly) = failure.map(|error| Anomaly::new(Stage::Read, path.display(), error)) else { return Ok(()) };
    if matches!(file_system.origin(path), Origin::Deleted(_)) {
        return Err(anomaly);
    }
    anomalies.push(anomaly);
    Ok(())
}

/// One reading thread with its buffers.
struct Worker<'w, T> {
    file_system: &'w dyn FileSystem,
    limits: &'w Limits,
    progress: &'w Progress,
    read: &'w Reader<'w, T>,
    prefilter: Prefilter,
    head: AlignedBuffer,
    body: Option<AlignedBuffer>,
    lower: Vec<u8>,
    /// What the file that is looked at is, besides a text.
    artifact: Option<Artifact>,
    /// Whether it is an image or an archive.
    nested: Option<Nested>,
}

impl<'w, T> Worker<'w, T> {
    fn new(
        file_system: &'w dyn FileSystem,
        limits: &'w Limits,
        progress: &'w Progress,
        read: &'w Reader<'w, T>,
    ) -> Self {
        let (prefilter, head) = (Prefilter::new(), AlignedBuffer::new(HEAD));
        let (body, lower) = (None, Vec::new());
        Self { file_system, limits, progress, read, prefilter, head, body, lower, artifact: None, nested: None }
    }

    /// Looks at one file; whatever goes wrong costs this file alone.
    fn file(&mut self, path: &EntryPath) -> Outcome<T> {
        let mut anomalies = Vec::new();
        (self.artifact, self.nested) = (None, None);
        let result = guarded(|| self.examine(path, &mut anomalies));
        let found = match result {
            Some(Ok(found)) => found,
            // That a deleted file's content is gone is no gap in what was examined.
            Some(Err(anomaly)) if is_gone(&anomaly, self.file_system.origin(path)) => None,
            // Its folder was said to hold such files.
            Some(Err(Anomaly { cause: Cause::Elsewhere(_), .. })) => None,
            Some(Err(anomaly)) => {
                anomalies.push(anomaly);
                None
            }
            None => {
                let cause = Cause::Unsupported(FAILED.to_owned());
                anomalies.push(Anomaly { stage: Stage::Script, path: path.display(), cause });
                None
            }
        };
        if found.is_some() {
            Progress::add(&self.progress.hits, 1);
        }
        Outcome { found, anomalies, artifact: self.artifact.take(), nested: self.nested.take() }
    }

    fn examine(&mut self, path: &EntryPath, anomalies: &mut Vec<Anomaly>) -> Result<Option<T>, Anomaly> {
        let opened = self.file_system.open(path)?;
        let io = |error: std::io::Error| Anomaly::new(Stage::Read, path.display(), error);
        let first = self.head.space().get_mut(..SNIFFED).unwrap_or_default();
        let mut count = opened.stream.read_at(0, first).map_err(io)?;
        let sniffed = text::sniff(self.head.filled(count));
        // Most files are binary, and have been read enough; a text that is read whole needs no read of its end.
        if sniffed.is_some() && to_u64(count) != opened.stream.len() {
            let (filled, failure) = bytes::read_as_far(&opened.stream, 0, self.head.space());
            count = filled;
            as_far(self.file_system, path, failure, anomalies)?;
        }
        Progress::add(&self.progress.bytes, to_u64(count));
        let head = self.head.filled(count);
        let kind = artifacts::kind_of(path, head, sniffed.is_some());
        self.artifact = kind.map(|kind| Artifact { path: path.clone(), kind });
        self.nested = nested::told_by_head(path, head, &*opened.stream);
        if shortcut::is_shortcut(head) || store::is_binary(head) {
            return self.binary(path, &opened, anomalies).map_err(io);
        }
        let Some((encoding, _)) = sniffed else { return Ok(None) };
        if count < HEAD {
            let kept = keeps(&self.prefilter, &mut self.lower, head, encoding, path);
            let found = if kept { self.hand_up(path, head, &opened) } else { None };
            return Ok(found.inspect(|_| self.check_unchanged(path, &opened, anomalies)));
        }
        if opened.stream.len() > self.limits.script_bytes {
            return self.large(path, &opened, encoding, anomalies).map_err(io);
        }
        let size = usize::try_from(self.limits.script_bytes).unwrap_or(HEAD);
        let body = self.body.get_or_insert_with(|| AlignedBuffer::new(size));
        // What was read is not read again: in a compressed image that costs more than all else.
        let (mut known, rest) = body.space().split_at_mut_checked(count).unwrap_or_default();
        known.write_all(self.head.filled(count)).map_err(io)?;
        let from = to_u64(count);
        let (read, failure) = bytes::read_as_far(&opened.stream, from, rest);
        as_far(self.file_system, path, failure, anomalies)?;
        Progress::add(&self.progress.bytes, to_u64(read));
        let count = count.saturating_add(read);
        let body = body.filled(count);
        let kept = keeps(&self.prefilter, &mut self.lower, body, encoding, path);
        let found = kept
            .then(|| self.body.as_ref().map(|body| body.filled(count)))
            .flatten()
            .and_then(|body| self.hand_up(path, body, &opened));
        Ok(found.inspect(|_| self.check_unchanged(path, &opened, anomalies)))
    }

    /// A shortcut is binary, but holds a command line, and so is a store of logins; it is read as far as a script would be.
    fn binary(
        &mut self,
        path: &EntryPath,
        opened: &Opened,
        anomalies: &mut Vec<Anomaly>,
    ) -> std::io::Result<Option<T>> {
        let size = usize::try_from(opened.stream.len().min(self.limits.script_bytes)).unwrap_or(0);
        let mut bytes = vec![0u8; size];
        let count = bytes::read_full(&opened.stream, 0, &mut bytes)?;
        let found = self.hand_up(path, bytes.get(..count).unwrap_or_default(), opened);
        Ok(found.inspect(|_| self.check_unchanged(path, opened, anomalies)))
    }

    fn hand_up(&self, path: &EntryPath, bytes: &[u8], opened: &Opened) -> Option<T> {
        (self.read)(&Candidate { path, bytes, size: opened.stream.len(), times: opened.times })
    }

    /// A file that is kept is looked at once more: one that changed while it was read is reported as read, and as changed.
    fn check_unchanged(&self, path: &EntryPath, opened: &Opened, anomalies: &mut Vec<Anomaly>) {
        let same = self.file_system.open(path).is_ok_and(|again| {
            again.stream.len() == opened.stream.len() && again.times.modified == opened.times.modified
        });
        if !same {
            let cause = Cause::Unsupported(CHANGED.to_owned());
            anomalies.push(Anomaly { stage: Stage::Read, path: path.display(), cause });
        }
    }

    /// A text larger than a script may be: searched as a stream, and read in windows around the signs.
    fn large(
        &mut self,
        path: &EntryPath,
        opened: &Opened,
        encoding: Encoding,
        anomalies: &mut Vec<Anomaly>,
    ) -> std::io::Result<Option<T>> {
        let windows = self.windows(&opened.stream, encoding)?;
        if windows.is_empty() {
            return Ok(None);
        }
        let cut = windows.len() > self.limits.text_windows;
        let bytes = gather(&opened.stream, windows.get(..self.limits.text_windows).unwrap_or(&windows), encoding)?;
        let found = (self.read)(&Candidate { path, bytes: &bytes, size: opened.stream.len(), times: opened.times });
        if found.is_some() {
            let limit = to_u64(self.limits.text_windows);
            let cause = if cut {
                Cause::LimitReached { what: "windows of a large text", limit }
            } else {
                Cause::LimitReached { what: "bytes of a text read as a script", limit: self.limits.script_bytes }
            };
            anomalies.push(Anomaly { stage: Stage::Script, path: path.display(), cause });
        }
        Ok(found.inspect(|_| self.check_unchanged(path, opened, anomalies)))
    }

    /// The parts of a large text around its signs, as offsets and lengths, apart from each other and in order; one more
    /// than the limit where there are more.
    fn windows(&mut self, stream: &dyn ReadAt, encoding: Encoding) -> std::io::Result<Vec<(u64, u64)>> {
        let span = (self.limits.script_bytes / 8).max(1024);
        let overlap = 512u64;
        let mut windows: Vec<(u64, u64)> = Vec::new();
        let mut offset = 0u64;
        loop {
            let count = bytes::read_full(stream, offset, self.head.space())?;
            Progress::add(&self.progress.bytes, to_u64(count));
            let block = self.head.filled(count);
            if offset == 0 && starts(&mut self.lower, block, encoding)
                || holds(&self.prefilter, &mut self.lower, block, encoding)
            {
                let (begin, end) = (offset.saturating_sub(span / 2), offset.saturating_add(span));
                match windows.last_mut() {
                    Some((_, last_end)) if *last_end >= begin => *last_end = end,
                    _ => windows.push((begin, end)),
                }
            }
            let ended = count < HEAD || self.progress.must_end().is_some();
            if ended || windows.len() > self.limits.text_windows {
                return Ok(windows);
            }
            offset = offset.saturating_add(to_u64(count)).saturating_sub(overlap);
        }
    }
}

/// The windows one after the other, and for what lies between only its line ends, so that line numbers stay right.
fn gather(stream: &dyn ReadAt, windows: &[(u64, u64)], encoding: Encoding) -> std::io::Result<Vec<u8>> {
    /// Bytes of line ends kept for what lies between the windows.
    const LINE_ENDS: usize = 4 << 20;
    let mut gathered = Vec::new();
    let mut buffer = AlignedBuffer::new(HEAD);
    let mut offset = 0u64;
    let mut between = 0usize;
    for (begin, end) in windows {
        while offset < *end {
            let inside = offset >= *begin;
            let until = if inside { *end } else { *begin };
            let wanted = usize::try_from(until.saturating_sub(offset)).unwrap_or(HEAD).min(HEAD);
            let target = buffer.space().get_mut(..wanted).unwrap_or_default();
            let count = bytes::read_full(stream, offset, target)?;
            if count == 0 {
                return Ok(gathered);
            }
            let block = buffer.filled(count);
            if inside {
                gathered.extend_from_slice(block);
            } else if between < LINE_ENDS {
                let ends = memchr::memchr_iter(b'\n', block).count();
                between = between.saturating_add(ends);
                match encoding {
                    Encoding::Utf16Le => gathered.extend(std::iter::repeat_n(*b"\n\0", ends).flatten()),
                    Encoding::Utf16Be => gathered.extend(std::iter::repeat_n(*b"\0\n", ends).flatten()),
                    _ => gathered.extend(std::iter::repeat_n(b'\n', ends)),
                }
            }
            offset = offset.saturating_add(to_u64(count));
        }
    }
    Ok(gathered)
}

fn keeps(prefilter: &Prefilter, lower: &mut Vec<u8>, bytes: &[u8], encoding: Encoding, path: &EntryPath) -> bool {
    lowered(lower, bytes, encoding);
    prefilter::begins_like_script(lower)
        || prefilter.holds_sign(lower, prefilter::host_of(path.as_bytes()))
        || prefilter::is_read_by_name(path.as_bytes())
}

fn starts(lower: &mut Vec<u8>, bytes: &[u8], encoding: Encoding) -> bool {
    lowered(lower, bytes, encoding);
    prefilter::begins_like_script(lower)
}

fn holds(prefilter: &Prefilter, lower: &mut Vec<u8>, bytes: &[u8], encoding: Encoding) -> bool {
    lowered(lower, bytes, encoding);
    prefilter.holds_sign(lower, None)
}

/// The bytes narrowed and in lower case, without a byte-order mark.
fn lowered(lower: &mut Vec<u8>, bytes: &[u8], encoding: Encoding) {
    lower.clear();
    text::extend_lowercase(lower, bytes, encoding);
    for mark in [&b"\xef\xbb\xbf"[..], b"\x01"] {
        if lower.starts_with(mark) {
            lower.drain(..mark.len());
        }
    }
}

#[cfg(test)]
mod tests;
