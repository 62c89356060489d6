//! Inspects the files that transfers name: each once, however many transfers name it.

use super::authorities;
use super::crew::Crew;
use super::progress::Progress;
use super::resolve::{self, Resolved};
use super::volume::VolumeView;
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::ReadAt;
use crate::base::guard::guarded;
use crate::base::limits::Limits;
use crate::case::{Payload, PayloadStatus, Script};
use crate::evidence::FileSystem;
use crate::evidence::entry::EntryPath;
use crate::payload;
use crate::payload::authenticode::Authorities;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a payload is known by: a file of the evidence, or the place where one is missing.
type Key = (Option<EntryPath>, Option<String>);

/// A payload in the making.
struct Draft {
    resolved: Resolved,
    transfers: Vec<String>,
}

/// A payload, and the file of the evidence that it is.
pub(super) struct Located {
    pub(super) payload: Payload,
    pub(super) path: Option<EntryPath>,
}

/// What it takes to find and inspect the payloads of one piece of evidence.
pub(super) struct Collector<'a> {
    pub(super) evidence: &'a str,
    pub(super) volume: &'a VolumeView<'a>,
    /// For each script the folder from which relative names are taken where nothing else tells.
    pub(super) near: &'a [String],
    pub(super) threads: usize,
    pub(super) limits: &'a Limits,
    /// The same files as those of the volume, to be opened later.
    pub(super) file_system: &'a Arc<dyn FileSystem>,
    pub(super) authorities: &'a Authorities,
    /// The run, which may have to end.
    pub(super) progress: &'a Progress,
}

impl Collector<'_> {
    /// Resolves all transfers of the scripts, inspects the files and ties them to the transfers. `first` is the number of
    /// the first payload.
    pub(super) fn collect(&self, scripts: &mut [Script], first: usize, anomalies: &mut Vec<Anomaly>) -> Vec<Located> {
        let Self { evidence, volume, near, threads, limits, progress, .. } = *self;
        let drafts = resolve_all(volume, scripts, near, limits, progress);
        let wanted = drafts.iter().any(|draft| is_executable(volume, draft));
        let authorities = if wanted && progress.must_end().is_none() {
            &authorities::with_catalogs_of(volume, self.file_system, self.authorities, limits, anomalies)
        } else {
            self.authorities
        };
        let inspected = inspect_all(volume, &drafts, threads, (limits, authorities, progress), anomalies);
        let mut payloads = Vec::with_capacity(drafts.len());
        let mut tied: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((number, draft), inspected) in (first..).zip(drafts).zip(inspected) {
            let id = format!("p{number}");
            for transfer in &draft.transfers {
                tied.entry(transfer.clone()).or_default().push(id.clone());
            }
            let file = draft.resolved.path;
            let (facts, times) = inspected.map_or((None, Default::default()), |(facts, times)| (Some(facts), times));
            let payload = Payload {
                id,
                transfers: draft.transfers,
                status: draft.resolved.status,
                evidence: file.as_ref().map(|_| evidence.to_owned()),
                volume: file.as_ref().and_then(|path| volume.id(path)),
                path: file.as_ref().map(|path| volume.display(path)).or(draft.resolved.expected),
                path_raw: file.as_ref().and_then(EntryPath::raw),
                path_match: draft.resolved.path_match,
                times,
                facts,
            };
            payloads.push(Located { payload, path: file });
        }
        let sessions = scripts.iter_mut().flat_map(|script| &mut script.sessions);
        for transfer in sessions.flat_map(|session| &mut session.transfers) {
            transfer.payloads = tied.remove(&transfer.id).unwrap_or_default();
        }
        payloads
    }
}

fn resolve_all(
    volume: &VolumeView<'_>,
    scripts: &[Script],
    near: &[String],
    limits: &Limits,
    progress: &Progress,
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut index: BTreeMap<Key, usize> = BTreeMap::new();
    let mut lost = Vec::new();
    let mut add = |transfer, resolved: Resolved, is_first_look: bool| {
        let key = (
            resolved.path.clone(),
            resolved.expected.clone().or_else(|| resolved.path.is_none().then(|| str::to_owned(transfer))),
        );
        let at = *index.entry(key).or_insert_with(|| {
            drafts.push(Draft { resolved: resolved.clone(), transfers: Vec::new() });
            drafts.len().saturating_sub(1)
        });
        if let Some(draft) = drafts.get_mut(at) {
            // Of several transfers that share a file, the one that tells most of it counts.
            let rank = |resolved: &Resolved| (resolved.status, resolved.path_match);
            if rank(&resolved) < rank(&draft.resolved) {
                draft.resolved = resolved;
            }
            // All that a look finds for one transfer comes in a row.
            let is_new = draft.transfers.last().is_none_or(|last| last != transfer)
                && (is_first_look || !draft.transfers.iter().any(|known| known == transfer));
            if is_new {
                draft.transfers.push(transfer.to_owned());
            }
        }
    };
    for (script, near) in scripts.iter().zip(near) {
        for transfer in script.sessions.iter().filter(|session| session.active).flat_map(|session| &session.transfers) {
            for resolved in resolve::in_place(transfer, near, volume, limits.wildcard_payloads) {
                let name = resolve::name_to_look_for(transfer).filter(|_| resolved.status == PayloadStatus::Missing);
                match name {
                    Some(name) => lost.push((transfer.id.as_str(), resolved, name)),
                    None => add(&transfer.id, resolved, true),
                }
            }
        }
    }
    let names: BTreeSet<String> = lost.iter().map(|(_, _, name)| name.clone()).collect();
    let elsewhere = volume.named(&names, limits, progress);
    for (transfer, missing, name) in lost {
        let candidates = elsewhere.get(&name).map(Vec::as_slice).unwrap_or_default();
        for (path, path_match) in candidates {
            add(
                transfer,
                Resolved {
                    status: PayloadStatus::Candidate,
                    path: Some(path.clone()),
                    path_match: Some(*path_match),
                    expected: None,
                },
                false,
            );
        }
        if candidates.is_empty() {
            add(transfer, missing, false);
        }
    }
    drafts
}

/// Whether a file is one that a catalog may vouch for: those of Windows list executables, but for a few.
fn is_executable(volume: &VolumeView<'_>, draft: &Draft) -> bool {
    let opened = draft.resolved.path.as_ref().and_then(|path| volume.file_system.open(path).ok());
    let mut magic = [0u8; 2];
    opened.is_some_and(|opened| opened.stream.read_at(0, &mut magic).is_ok_and(|count| count == 2) && magic == *b"MZ")
}

type Inspected = Option<(Box<payload::Facts>, crate::base::time::FileTimes)>;

fn inspect_all(
    volume: &VolumeView<'_>,
    drafts: &[Draft],
    threads: usize,
    bounds: (&Limits, &Authorities, &Progress),
    anomalies: &mut Vec<Anomaly>,
) -> Vec<Inspected> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, (Inspected, Vec<Anomaly>)>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(draft) = drafts.get(at) else { return };
            let Some(path) = &draft.resolved.path else { continue };
            let result = inspect(volume, path, bounds);
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(at, result);
        }
    };
    std::thread::scope(|scope| {
        // This thread is one of them.
        let crew = Crew::begin(scope, threads.min(drafts.len()).saturating_sub(1), work);
        work();
        crew.end();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    (0..drafts.len())
        .map(|at| {
            let (inspected, met) = done.remove(&at).unwrap_or_default();
            anomalies.extend(met);
            inspected
        })
        .collect()
}

/// Inspects one file; a panic in a foreign parser costs this file alone.
fn inspect(
    volume: &VolumeView<'_>,
    path: &EntryPath,
    (limits, authorities, progress): (&Limits, &Authorities, &Progress),
) -> (Inspected, Vec<Anomaly>) {
    let display = volume.display(path);
    if let Some(stop) = progress.must_end() {
        let cause = Cause::Unsupported(format!("not inspected: {stop}"));
        return (None, vec![Anomaly { stage: Stage::Payload, path: display, cause }]);
    }
    let opened = match volume.file_system.open(path) {
        Ok(opened) => opened,
        Err(anomaly) => return (None, vec![Anomaly { path: display, ..anomaly }]),
    };
    let name = String::from_utf8_lossy(path.name()).into_owned();
    let watched = Watched { stream: &*opened.stream, progress };
    let run = || payload::inspect(&watched, &name, &display, limits, authorities);
    match guarded(run) {
        Some((facts, anomalies)) => (Some((Box::new(facts), opened.times)), anomalies),
        None => {
            let cause = Cause::Unsupported("the inspection of this file failed inside".to_owned());
            (None, vec![Anomaly { stage: Stage::Payload, path: display, cause }])
        }
    }
}

/// A file that is read as long as the run may go on, at the run's pace.
struct Watched<'a> {
    stream: &'a dyn ReadAt,
    progress: &'a Progress,
}

impl ReadAt for Watched<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(stop) = self.progress.must_end() {
            return Err(io::Error::other(format!("not read to its end: {stop}")));
        }
        self.progress.bounds.rest();
        self.stream.read_at(offset, buffer)
    }

    fn len(&self) -> u64 {
        self.stream.len()
    }
}
