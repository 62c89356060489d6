//! The run: walks the evidence, feeds the readers, resolves transfers on the evidence, builds the case.
//!
//! This is the only room that sees evidence and readers together.
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

mod acquisition;
mod artifacts;
mod assemble;
pub mod authorities;
pub mod bounds;
mod carve;
mod confidence;
mod coverage;
mod credentials;
mod crew;
pub mod exhibits;
pub mod explain;
pub mod geoip;
mod host;
pub mod inspect;
mod journal;
pub mod list;
pub mod overlap;
pub mod pace;
mod payloads;
mod prefilter;
pub mod process;
mod programs;
pub mod progress;
pub mod request;
mod resolve;
mod spaces;
mod starts;
mod stores;
mod sweep;
mod texts;
mod tie;
mod variables;
mod volume;

use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::build;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
use crate::case::claim::State;
use crate::case::run::ClientRun;
use crate::case::{Case, Counts, Evidence, EvidenceKind, SCHEMA, Scan, ScanError, Tool};
use crate::correlate::interest::Interest;
use crate::correlate::sources::Sources;
use crate::correlate::{correlate, playbook};
use crate::evidence::entry::EntryPath;
use crate::evidence::live::{self, Placed, Roots, Skipped};
use crate::evidence::open::{self, Opened, Shape, VolumeFacts};
use crate::evidence::walk::Left;
use crate::evidence::{FileSystem, GoOn};
use crate::finding::allow::AllowList;
use crate::finding::judge::judge;
use crate::payload::authenticode::Authorities;
use crate::script::launch::Launch;
use bounds::Stop;
use exhibits::Take;
use progress::Progress;
use request::ScanRequest;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use texts::TextFile;
use volume::VolumeView;

/// Runs a scan. Evidence that cannot be opened is an error of the case as long as other evidence can.
///
/// # Errors
/// No evidence at all can be opened: the reasons, one for each path.
pub fn run(request: &ScanRequest, progress: &Progress) -> Result<Case, Vec<Anomaly>> {
    run_and_take(request, progress, None)
}

/// Runs a scan, and hands out the scripts and payloads as they are found, evidence by evidence.
///
/// # Errors
/// As [`run`].
pub fn run_and_take(
    request: &ScanRequest,
    progress: &Progress,
    mut take: Option<&mut Take<'_>>,
) -> Result<Case, Vec<Anomaly>> {
    let mut builder = Builder::new(request);
    let mut refused = Vec::new();
    let roots = match request.live {
        Some(live) if request.paths.is_empty() => live::roots(live.all_disks),
        _ => Roots { paths: request.paths.clone(), ..Roots::default() },
    };
    builder.skipped = roots.skipped;
    for overlap in overlap::among(&request.paths) {
        let path = overlap.path.to_string_lossy().into_owned();
        builder.note("", Anomaly { stage: Stage::Walk, path, cause: Cause::Unsupported(overlap.message()) });
    }
    let mut lives = Vec::new();
    for (number, path) in roots.paths.iter().enumerate() {
        let shown = path.to_string_lossy();
        if let Some(stop) = progress.must_end() {
            builder.leave(stop, Left { folders: 1, ..Left::default() }, vec![shown.into_owned()]);
            continue;
        }
        builder.until = progress.bounds.share(roots.paths.len().saturating_sub(number));
        match open(path, request, progress.go_on(builder.until), &mut lives) {
            Ok((opened, given)) => {
                builder.examine(opened, &shown, &given, request, progress, take.as_deref_mut());
            }
            Err(anomaly) => refused.push(anomaly),
        }
    }
    builder.skipped.extend(lives.iter().flat_map(|live| live.skipped()));
    if builder.case.evidence.is_empty() && !refused.is_empty() {
        return Err(refused);
    }
    for anomaly in refused {
        builder.note("", anomaly);
    }
    Ok(builder.finish(progress))
}

/// Runs a scan over one file system that is at hand, named `path` in the report.
#[must_use]
pub fn run_over(file_system: Box<dyn FileSystem>, path: &str, request: &ScanRequest, progress: &Progress) -> Case {
    let mut builder = Builder::new(request);
    builder.until = progress.bounds.share(1);
    let opened = Opened { shape: Shape::Directory, file_system, size: None, anomalies: Vec::new() };
    builder.examine(opened, path, &[], request, progress, None);
    builder.finish(progress)
}

/// What is known of a text that is run by itself.
struct Lone {
    /// Its bytes.
    size: Option<u64>,
    /// How its client is started, where that is told.
    launch: Option<Launch>,
}

/// Runs a scan over a text alone, the only file of a file system, named `path` in the report.
fn run_lone(
    file_system: Box<dyn FileSystem>,
    path: &str,
    lone: Lone,
    request: &ScanRequest,
    progress: &Progress,
) -> Case {
    let mut builder = Builder::new(request);
    let opened = Opened { shape: Shape::File, file_system, size: lone.size, anomalies: Vec::new() };
    builder.lone = Some(lone);
    builder.examine(opened, path, &[], request, progress, None);
    builder.finish(progress)
}

/// Opens evidence: a folder of a live host as such, everything else as what it is. Tells the folders that stand for drives, as
/// far as they are known already.
fn open(
    path: &Path,
    request: &ScanRequest,
    go_on: GoOn,
    lives: &mut Vec<Arc<Placed>>,
) -> Result<(Opened, Vec<(char, EntryPath)>), Anomaly> {
    let mut given = given_drives(path, &request.drives);
    match request.live {
        Some(live) if path.is_dir() => {
            let live = Arc::new(Placed::open(path, live.all_disks, &request.limits, go_on)?);
            given.iter_mut().for_each(|(_, folder)| *folder = live.full(folder));
            // A drive of this host is what it is called.
            if let (true, Some(letter)) = (given.is_empty(), live.drive()) {
                given.push((letter, EntryPath::default()));
            }
            lives.push(live.clone());
            let (anomalies, file_system) = (live.anomalies(), Box::new(live));
            Ok((Opened { shape: Shape::Directory, file_system, size: None, anomalies }, given))
        }
        _ => Ok((open::open_asking(path, &request.limits, go_on)?, given)),
    }
}

/// The named drives whose folder lies in this evidence.
fn given_drives(root: &Path, drives: &[(char, std::path::PathBuf)]) -> Vec<(char, EntryPath)> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let below = |folder: &Path| {
        let folder = folder.canonicalize().ok()?;
        let relative = folder.strip_prefix(&root).ok()?;
        let names: Vec<&[u8]> = relative.components().map(|name| name.as_os_str().as_encoded_bytes()).collect();
        Some(EntryPath::new(names.join(&b'/')))
    };
    drives.iter().filter_map(|(letter, folder)| Some((*letter, below(folder)?))).collect()
}

/// Evidence that was swept, and is asked once more when the whole case is known.
struct Held {
    id: String,
    file_system: Arc<dyn FileSystem>,
    disk: Vec<VolumeFacts>,
    given: Vec<(char, EntryPath)>,
    artifacts: Vec<artifacts::Artifact>,
    gathered: artifacts::Gathered,
}

/// A case in the making.
struct Builder {
    case: Case,
    limits: Limits,
    allow: AllowList,
    authorities: Authorities,
    numbers: assemble::Numbers,
    complete: bool,
    links: u64,
    images: coverage::Images,
    gaps: coverage::Gaps,
    unopened: coverage::Unopened,
    sources: Sources,
    held: Vec<Held>,
    /// Disks of a live host that were not read.
    skipped: Vec<Skipped>,
    /// When the search in the evidence at hand is to be over, in the time of the run.
    until: Option<Duration>,
    /// That the evidence is one text and nothing else.
    lone: Option<Lone>,
}

impl Builder {
    fn new(request: &ScanRequest) -> Self {
        let now = Timestamp::now();
        let tool = Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: build::VERSION.to_owned(),
            commit: build::commit().map(str::to_owned),
        };
        let scan = Scan {
            started: now,
            finished: now,
            elapsed_s: 0.0,
            arguments: request.arguments.clone(),
            complete: true,
            unread: None,
            from: request.from,
            to: request.to,
            host: request.live.map(|_| host::facts(now)),
            counts: Counts::default(),
            limits: request.limits.clone(),
        };
        let case = Case {
            schema: SCHEMA.to_owned(),
            tool,
            scan,
            evidence: Vec::new(),
            launches: Vec::new(),
            scripts: Vec::new(),
            payloads: Vec::new(),
            events: Vec::new(),
            runs: Vec::new(),
            claims: Vec::new(),
            persistence: Vec::new(),
            verdicts: Vec::new(),
            timeline: Vec::new(),
            playbooks: Vec::new(),
            findings: Vec::new(),
            credentials: Vec::new(),
            coverage: Vec::new(),
            errors: Vec::new(),
        };
        Self {
            case,
            allow: request.allow.clone(),
            authorities: request.authorities.clone(),
            limits: request.limits.clone(),
            numbers: assemble::Numbers::default(),
            complete: true,
            links: 0,
            images: coverage::Images::default(),
            gaps: coverage::Gaps::default(),
            unopened: coverage::Unopened::default(),
            sources: Sources {
                from: request.from,
                to: request.to,
                known: request.known.clone(),
                geoip: request.geoip.clone(),
                ..Sources::default()
            },
            held: Vec::new(),
            skipped: Vec::new(),
            until: None,
            lone: None,
        }
    }

    fn examine(
        &mut self,
        evidence: Opened,
        path: &str,
        given: &[(char, EntryPath)],
        request: &ScanRequest,
        progress: &Progress,
        take: Option<&mut Take<'_>>,
    ) {
        let id = format!("e{}", self.case.evidence.len().saturating_add(1));
        // Files are searched after it, and are worth at least as much time.
        let half = self.until.map(|until| progress.bounds.half_way(until));
        let evidence = if request.carve { spaces::carve(evidence, &self.limits, (progress, half)) } else { evidence };
        let shared: Arc<dyn FileSystem> = Arc::from(evidence.file_system);
        let file_system = &*shared;
        let disk = match &evidence.shape {
            Shape::Image(disk) => disk.volumes.as_slice(),
            Shape::Directory | Shape::File | Shape::Archive { .. } => &[],
        };
        let volume = VolumeView::new(file_system, &id, given, disk);
        let (limits, threads) = (self.limits.clone(), request.threads);
        let manner = sweep::Manner { threads, plausible_first: request.live.is_some(), until: self.until };
        let swept = sweep::sweep(file_system, &limits, manner, progress, &|candidate| {
            let text = texts::read_swept(&volume, candidate, &limits)?;
            progress.bounds.reserve(text.weight());
            Some(text)
        });
        progress.bounds.settle();
        let shown =
            |anomaly: Anomaly| Anomaly { path: volume.display(&EntryPath::new(anomaly.path.as_bytes())), ..anomaly };
        let mut anomalies = evidence.anomalies;
        anomalies.extend(swept.anomalies.into_iter().map(shown));
        if let Some((stop, left)) = swept.left {
            let places = left.places.iter().map(|place| match place.as_bytes() {
                b"" => path.to_owned(),
                _ => volume.display(place),
            });
            let places: Vec<String> = places.collect();
            self.leave(stop, left, places);
        }
        let mut texts = swept.found;
        let gathered =
            artifacts::gather(&id, &volume, &swept.artifacts, &mut self.sources, (&limits, progress), &mut anomalies);
        let exports = gathered.exports(&swept.artifacts);
        texts.retain(|text| !exports.contains(&text.path));
        texts.extend(artifacts::texts(&gathered, &limits));
        if let Some(launch) = self.lone.as_ref().and_then(|lone| lone.launch.as_ref()) {
            texts::launch_all(&volume, file_system, launch, &mut texts, &limits, &mut anomalies);
        }
        texts::tell_capped(&mut texts, &volume, &limits, &mut anomalies);
        self.links = self.links.saturating_add(swept.links);
        // A file that is evidence by itself was looked at as such.
        if !matches!(evidence.shape, Shape::File) {
            self.unopened.add(&swept.nested, &|path| volume.display(path));
        }
        self.images.add(&swept.origins, matches!(evidence.shape, Shape::Image(_)), request.carve);
        let stores = stores::Stores::collect(&volume, &mut texts);
        let ties = tie::tie(&volume, &mut texts, &stores, &limits, &mut anomalies);
        let found = assemble::Found { volume: &volume, texts: &texts, ties: &ties, stores: &stores };
        let mut records = assemble::assemble(&id, &found, &mut self.numbers, &limits);
        texts::tell_cut(&records.scripts, &limits, &mut anomalies);
        let collector = payloads::Collector {
            evidence: &id,
            volume: &volume,
            file_system: &shared,
            near: &records.near,
            threads,
            limits: &limits,
            authorities: &request.authorities,
            progress,
        };
        let first = self.case.payloads.len().saturating_add(1);
        // Beside a lone text nothing can be there, and nothing is missing.
        let payloads = match self.lone {
            Some(_) => Vec::new(),
            None => collector.collect(&mut records.scripts, first, &mut anomalies),
        };
        self.case.evidence.push(Evidence {
            id: id.clone(),
            path: path.to_owned(),
            kind: match &evidence.shape {
                Shape::Directory => EvidenceKind::Directory,
                Shape::File => EvidenceKind::File,
                Shape::Image(_) => EvidenceKind::Image,
                Shape::Archive { .. } => EvidenceKind::Archive,
            },
            size: evidence.size,
            container: match &evidence.shape {
                Shape::Image(disk) => Some(disk.format),
                Shape::Archive { format, .. } => Some(*format),
                Shape::Directory | Shape::File => None,
            },
            acquisition: match &evidence.shape {
                Shape::Image(disk) => {
                    let verify = request.verify && progress.must_end().is_none();
                    acquisition::of(disk, verify, &mut anomalies)
                }
                Shape::Directory | Shape::File | Shape::Archive { .. } => None,
            },
            volumes: volume.volumes(),
            read_from_volume: Vec::new(),
            spooled: match evidence.shape {
                Shape::Archive { spooled, .. } => spooled,
                Shape::Directory | Shape::File | Shape::Image(_) => None,
            },
        });
        if let Some(take) = take {
            let held: BTreeMap<&EntryPath, &TextFile> = texts.iter().map(|text| (&text.path, text)).collect();
            let texts = records.texts.iter().filter_map(|(id, text)| {
                let file = held.get(text.file())?;
                Some((id.clone(), (*file, text)))
            });
            let texts = texts.collect();
            exhibits::hand_out(&id, &volume, &records.scripts, &texts, &payloads, take, &mut anomalies);
        }
        let first = self.case.events.len().saturating_add(1);
        let subjects = (records.scripts.as_slice(), records.launches.as_slice(), payloads.as_slice());
        let told = journal::read(&id, &volume, subjects, first, &limits, &mut anomalies);
        self.images.journals(told.journals, told.events.len());
        self.case.events.extend(told.events);
        self.case.scripts.append(&mut records.scripts);
        self.case.launches.append(&mut records.launches);
        self.case.payloads.extend(payloads.into_iter().map(|located| located.payload));
        for anomaly in anomalies {
            self.note(&id, anomaly);
        }
        drop(volume);
        let disk = match evidence.shape {
            Shape::Image(disk) => disk.volumes,
            Shape::Directory | Shape::File | Shape::Archive { .. } => Vec::new(),
        };
        let (given, artifacts) = (given.to_vec(), swept.artifacts);
        self.held.push(Held { id, file_system: shared, disk, given, artifacts, gathered });
    }

    /// Reads the artifacts of all evidence for what the case names and for what clients made by the word of any of them. What a
    /// reading teaches is looked for in a further one, so that the order of the logs is none of the case.
    fn gather_named(&mut self, progress: &Progress, limits: &Limits) {
        /// Each makes known what a client brought that the one before made known.
        const READINGS: usize = 4;
        let mut interest = Interest::of(&self.case);
        let mut extent = None;
        for _ in 0..READINGS {
            interest.remember(self.held.iter().flat_map(|held| &held.gathered.events).map(|event| &*event.fact));
            if interest.is_empty() || extent == Some(interest.extent()) {
                return;
            }
            extent = Some(interest.extent());
            for held in &mut self.held {
                let volume = VolumeView::new(&*held.file_system, &held.id, &held.given, &held.disk);
                let Held { id, artifacts, gathered, .. } = held;
                artifacts::gather_named(id, &volume, artifacts, &mut interest, gathered, (limits, progress));
            }
        }
    }

    /// Ties what the artifacts of all evidence tell to the case, once all of it is known.
    fn tie_events(&mut self, progress: &Progress) {
        let limits = self.limits.clone();
        self.gather_named(progress, &limits);
        let mut events = Vec::new();
        for held in &mut self.held {
            let volume = VolumeView::new(&*held.file_system, &held.id, &held.given, &held.disk);
            self.sources.programs.extend(programs::of_evidence(&volume, &held.gathered.events, &limits));
            events.append(&mut held.gathered.events);
        }
        self.sources.processes.seal();
        let caps = correlate(&mut self.case, events, &self.sources, &limits);
        for held in &self.held {
            let of_held = self.case.runs.iter_mut().filter(|run| run.evidence == held.id);
            let mut runs: Vec<&mut ClientRun> = of_held.collect();
            if !runs.is_empty() {
                let volume = VolumeView::new(&*held.file_system, &held.id, &held.given, &held.disk);
                programs::sign(&volume, &held.file_system, &mut runs, &self.authorities, &limits);
            }
        }
        for cause in caps {
            self.note("", Anomaly { stage: Stage::Artifact, path: String::new(), cause });
        }
    }

    /// Notes what a live host did not give out and was read from its volume; no more is read after this.
    fn tell_reads_from_volumes(&mut self) {
        for held in &self.held {
            let read = held.file_system.read_from_volume();
            let evidence = self.case.evidence.iter_mut().find(|evidence| evidence.id == held.id);
            if let (false, Some(evidence)) = (read.is_empty(), evidence) {
                let volume = VolumeView::new(&*held.file_system, &held.id, &held.given, &held.disk);
                evidence.read_from_volume = read.iter().map(|path| volume.display(path)).collect();
            }
        }
    }

    /// Takes down what was left unread.
    fn leave(&mut self, stop: Stop, left: Left, places: Vec<String>) {
        let unread = self.case.scan.unread.get_or_insert_default();
        unread.why = stop.word().to_owned();
        unread.files = unread.files.saturating_add(left.files);
        unread.folders = unread.folders.saturating_add(left.folders);
        unread.places.extend(places);
        let (files, folders) = (left.files, left.folders);
        let what = format!("{stop} before the end: {files} files and {folders} folders that are known were not read");
        self.note("", Anomaly { stage: Stage::Walk, path: String::new(), cause: Cause::Unsupported(what) });
    }

    /// Lists what was skipped or damaged; whether the scan is still complete depends on why.
    fn note(&mut self, evidence: &str, anomaly: Anomaly) {
        self.gaps.count(&anomaly);
        self.complete &= !anomaly.costs();
        self.case.scan.counts.errors = self.case.scan.counts.errors.saturating_add(1);
        if self.case.errors.len() < self.limits.errors {
            self.case.errors.push(ScanError {
                evidence: evidence.to_owned(),
                path: anomaly.path,
                stage: anomaly.stage,
                message: anomaly.cause.to_string(),
            });
        }
    }

    fn finish(mut self, progress: &Progress) -> Case {
        let files = progress.files.load(Ordering::Relaxed);
        let left = (&self.gaps, self.case.scan.unread.as_ref());
        self.case.coverage = coverage::coverage(files, self.links, &self.images, left);
        self.case.coverage.extend(coverage::disks(&self.skipped));
        self.case.coverage.extend(self.unopened.row());
        self.tie_events(progress);
        if self.lone.is_some() {
            self.case.claims.retain(|claim| claim.states.iter().any(|state| state.state != State::NeverSeen));
        }
        self.tell_reads_from_volumes();
        let case = &mut self.case;
        case.credentials = credentials::collect(&case.scripts);
        case.findings = judge(case, &self.allow);
        if !case.playbooks.is_empty() {
            // Once more: what is allowed bears on a step.
            case.playbooks = playbook::answer(case, &self.sources);
        }
        let sessions = || case.scripts.iter().flat_map(|script| &script.sessions);
        case.scan.counts = Counts {
            files: progress.files.load(Ordering::Relaxed),
            directories: progress.directories.load(Ordering::Relaxed),
            bytes_read: progress.bytes.load(Ordering::Relaxed),
            scripts: to_u64(case.scripts.len()),
            sessions: to_u64(sessions().count()),
            transfers: to_u64(sessions().map(|session| session.transfers.len()).sum()),
            payloads: to_u64(case.payloads.len()),
            events: to_u64(case.events.len()),
            findings: to_u64(case.findings.len()),
            errors: case.scan.counts.errors,
        };
        case.scan.complete = self.complete && progress.ended().is_none();
        case.scan.finished = Timestamp::now();
        case.scan.elapsed_s = case.scan.finished.seconds_since(case.scan.started);
        self.case
    }
}
