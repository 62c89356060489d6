//! Reads the artifacts of one piece of evidence: the events that may bear on the case, and what was read at all.

use super::log::Records;
use super::{Artifact, Kind};
use crate::artifact::event::Event;
use crate::artifact::registry::{self, HiveKind, HostFacts};
use crate::artifact::seen::Seen;
use crate::artifact::windows_log;
use crate::artifact::zone_identifier;
use crate::artifact::{event_export, evtx, launchd, mof, pca, policy_scripts, prefetch, startup, task, wmi};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::guard::guarded;
use crate::base::hive::Hive;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::text;
use crate::case;
use crate::correlate::interest::Interest;
use crate::correlate::processes::ProcessIndex;
use crate::correlate::sources::{Policy, Sources};
use crate::evidence::entry::EntryPath;
use crate::scan::progress::Progress;
use crate::scan::volume::VolumeView;
use std::collections::BTreeSet;

/// Bytes of a `Zone.Identifier` that are read.
const ZONE: usize = 4096;

/// What a reading of all artifacts brings.
#[derive(Debug, Default)]
pub(in crate::scan) struct Gathered {
    /// Events that were kept.
    pub(in crate::scan) events: Vec<case::Event>,
    /// The artifact of each.
    pub(super) places: Vec<EntryPath>,
    known: Known,
    pub(in crate::scan) host: HostFacts,
    /// Artifacts that told of nothing at all: they are not read again.
    silent: BTreeSet<EntryPath>,
}

impl Gathered {
    /// The exports of logs whose records tell something. Their texts quote the same command lines, and would count twice.
    pub(in crate::scan) fn exports(&self, artifacts: &[Artifact]) -> BTreeSet<EntryPath> {
        let told: BTreeSet<&EntryPath> = self.places.iter().collect();
        let exports = artifacts.iter().filter(|artifact| matches!(artifact.kind, Kind::Export(_)));
        exports.map(|artifact| artifact.path.clone()).filter(|path| told.contains(path)).collect()
    }
}

/// Which events were kept: the artifact by its number, the place in it, the kind and what tells it apart.
type Known = BTreeSet<(usize, u64, String)>;

/// Reads all artifacts for events that speak of FTP by themselves, and fills the sources.
pub(in crate::scan) fn gather(
    evidence: &str,
    volume: &VolumeView<'_>,
    artifacts: &[Artifact],
    sources: &mut Sources,
    (limits, progress): (&Limits, &Progress),
    anomalies: &mut Vec<Anomaly>,
) -> Gathered {
    let mut gathered = Gathered::default();
    let mut interest = Interest::default();
    for (number, artifact) in artifacts.iter().enumerate() {
        if let Some(stop) = progress.must_end() {
            let cause = Cause::Unsupported(format!("not read: {stop}"));
            anomalies.push(Anomaly { stage: Stage::Artifact, path: volume.display(&artifact.path), cause });
            continue;
        }
        progress.bounds.rest();
        let mut reader = Reader { evidence, volume, artifact, limits, anomalies };
        let mut own = Sources::default();
        let mut first = First {
            processes: &mut sources.processes,
            budget: limits.process_index_bytes,
            interest: &mut interest,
            told: false,
            kept: gathered.room(number, limits),
        };
        let facts = reader.read(&mut own, &mut first);
        let First { told, kept, .. } = first;
        gathered.host.add(facts);
        if !told {
            gathered.silent.insert(artifact.path.clone());
        }
        sources.logs.append(&mut own.logs);
        for (what, one) in own.artifacts {
            let all = sources.artifacts.entry(what).or_default();
            all.examined |= one.examined;
            all.records = all.records.saturating_add(one.records);
        }
        gathered.keep(&mut reader, kept);
    }
    sources.policies.extend(policies(&gathered.host));
    gathered
}

/// Reads the artifacts once more, now for what is looked for.
pub(in crate::scan) fn gather_named(
    evidence: &str,
    volume: &VolumeView<'_>,
    artifacts: &[Artifact],
    interest: &mut Interest,
    gathered: &mut Gathered,
    (limits, progress): (&Limits, &Progress),
) {
    // What can be told wrong was told the first time.
    let mut quiet = Vec::new();
    for (number, artifact) in artifacts.iter().enumerate() {
        if gathered.silent.contains(&artifact.path) {
            continue;
        }
        if progress.must_end().is_some() {
            return;
        }
        progress.bounds.rest();
        let mut reader = Reader { evidence, volume, artifact, limits, anomalies: &mut quiet };
        let mut named = Named { interest, kept: gathered.room(number, limits) };
        reader.read(&mut Sources::default(), &mut named);
        let kept = named.kept;
        gathered.keep(&mut reader, kept);
    }
}

/// Who takes the events of an artifact.
pub(super) trait Taker {
    /// Takes an event.
    fn take(&mut self, event: Event);

    /// Takes note of an event of which no more was read, and says whether it must be taken itself; if so, nothing was noted.
    fn note(&mut self, seen: &Seen<'_>) -> bool;
}

/// Events that are kept of one artifact.
struct Kept {
    artifact: usize,
    known: Known,
    // They move on into the case as they are.
    #[allow(clippy::vec_box)]
    events: Vec<Box<Event>>,
    most: usize,
    is_full: bool,
}

impl Kept {
    /// Keeps an event that was not kept before.
    fn push(&mut self, event: Event) {
        let key = (self.artifact, event.record, detail(&event));
        if self.known.contains(&key) {
            return;
        }
        if self.events.len() >= self.most {
            self.is_full = true;
            return;
        }
        self.known.insert(key);
        self.events.push(Box::new(event));
    }
}

/// The first reading: all processes, and events that speak of FTP by themselves.
struct First<'a> {
    processes: &'a mut ProcessIndex,
    budget: usize,
    interest: &'a mut Interest,
    told: bool,
    kept: Kept,
}

impl Taker for First<'_> {
    fn take(&mut self, event: Event) {
        self.told = true;
        self.processes.add(&event, self.budget);
        self.interest.learn(&event);
        if is_setting(&event) || self.interest.wants(&event) {
            self.kept.push(event);
        }
    }

    fn note(&mut self, seen: &Seen<'_>) -> bool {
        if self.interest.wants_seen(seen) {
            return true;
        }
        self.told = true;
        self.processes.add_seen(seen, self.budget);
        false
    }
}

/// The second reading: events that speak of what the case names.
struct Named<'a> {
    interest: &'a mut Interest,
    kept: Kept,
}

impl Taker for Named<'_> {
    fn take(&mut self, event: Event) {
        self.interest.learn(&event);
        if self.interest.wants(&event) {
            self.kept.push(event);
        }
    }

    fn note(&mut self, seen: &Seen<'_>) -> bool {
        self.interest.wants_seen(seen)
    }
}

/// Whether an event says what is set up on the host: there are few, and any of them may start what a case is about.
fn is_setting(event: &Event) -> bool {
    event.starts.is_some() && event.process.is_none() && !matches!(event.source.as_str(), "service" | "scheduled-task")
}

impl Gathered {
    /// Room for the events of one artifact.
    fn room(&mut self, artifact: usize, limits: &Limits) -> Kept {
        let most = limits.log_events.saturating_sub(self.events.len());
        Kept { artifact, known: std::mem::take(&mut self.known), events: Vec::new(), most, is_full: false }
    }

    fn keep(&mut self, reader: &mut Reader<'_>, kept: Kept) {
        self.known = kept.known;
        for fact in kept.events {
            self.places.push(reader.artifact.path.clone());
            self.events.push(case::Event {
                id: format!("v:{}:{}", reader.evidence, self.events.len()),
                evidence: reader.evidence.to_owned(),
                volume: reader.volume.id(&reader.artifact.path),
                path: reader.volume.display(&reader.artifact.path),
                fact,
                links: case::EventLinks::default(),
            });
        }
        if kept.is_full {
            let limit = to_u64(reader.limits.log_events);
            reader.note(Cause::LimitReached { what: "events kept of all artifacts", limit });
        }
    }
}

/// What tells events apart that share their place: the kind, several values of one key, several actions of one task.
fn detail(event: &Event) -> String {
    let starts = event.starts.iter().flat_map(|starts| [Some(&starts.name), starts.command_line.as_ref()]);
    let registry = event.registry.iter().flat_map(|registry| [Some(&registry.value), registry.data.as_ref()]);
    let process = event.process.iter().map(|process| process.executable.as_ref());
    let words: Vec<&str> = starts.chain(registry).chain(process).map(|word| word.map_or("", String::as_str)).collect();
    format!("{}\0{}", event.source, words.join("\0"))
}

/// One artifact and what it takes to read it.
struct Reader<'r> {
    evidence: &'r str,
    volume: &'r VolumeView<'r>,
    artifact: &'r Artifact,
    limits: &'r Limits,
    anomalies: &'r mut Vec<Anomaly>,
}

impl Reader<'_> {
    fn note(&mut self, cause: Cause) {
        let path = self.volume.display(&self.artifact.path);
        self.anomalies.push(Anomaly { stage: Stage::Artifact, path, cause });
    }

    /// Hands out the events of the artifact; whatever goes wrong costs this artifact alone.
    fn read(&mut self, sources: &mut Sources, taker: &mut dyn Taker) -> HostFacts {
        let mut causes = Vec::new();
        let read = guarded(|| self.examine(sources, &mut |cause| causes.push(cause), taker));
        let facts = match read {
            Some(Ok(facts)) => facts,
            Some(Err(cause)) => {
                causes.push(cause);
                HostFacts::default()
            }
            None => {
                causes.push(Cause::Unsupported("the reading of this artifact failed inside".to_owned()));
                HostFacts::default()
            }
        };
        causes.into_iter().for_each(|cause| self.note(cause));
        facts
    }

    fn examine(
        &self,
        sources: &mut Sources,
        note: &mut dyn FnMut(Cause),
        taker: &mut dyn Taker,
    ) -> Result<HostFacts, Cause> {
        let Artifact { path, kind } = self.artifact;
        let shown = self.volume.display(path);
        let opened = self.volume.file_system.open(path).map_err(|anomaly| anomaly.cause)?;
        let stream: &dyn ReadAt = &*opened.stream;
        let name = String::from_utf8_lossy(path.name()).into_owned();
        match kind {
            Kind::EventLog => {
                let mut records = Records::new(self.limits, taker);
                let facts = evtx::look_through(stream, self.limits, note, &mut records);
                records.finish().log(&facts, self.evidence, &shown, sources);
                return Ok(HostFacts::default());
            }
            Kind::Export(form) => {
                let mut records = Records::new(self.limits, taker);
                let wanted = &windows_log::wanted;
                let facts =
                    event_export::read(*form, stream, self.limits, wanted, note, &mut |record| records.push(&record));
                records.finish().export(&facts, self.evidence, &shown, sources);
                return Ok(HostFacts::default());
            }
            _ => {}
        }
        let mut count = 0u64;
        let mut counted = |event: Event| {
            count = count.saturating_add(1);
            taker.take(event);
        };
        let word = match kind {
            Kind::EventLog | Kind::Export(_) => return Ok(HostFacts::default()),
            Kind::Hive => {
                let (facts, word) = self.hive(stream, note, &mut counted);
                let read = sources.artifacts.entry(word.to_owned()).or_default();
                (read.examined, read.records) = (true, count);
                return Ok(facts);
            }
            Kind::Prefetch => {
                prefetch::read(stream, &name, self.limits, note, &mut counted)?;
                "prefetch"
            }
            Kind::Task => {
                let time = opened.times.modified;
                task::read(stream, &name, self.limits, note, &mut |event| {
                    counted(Event { time: event.time.or(time), ..event });
                })?;
                "scheduled-tasks"
            }
            Kind::Startup => {
                let time = opened.times.created.or(opened.times.modified);
                startup::read(stream, &shown, self.limits, note, &mut |event| {
                    counted(Event { time: event.time.or(time), ..event });
                })?;
                "startup-folders"
            }
            Kind::PolicyScripts | Kind::LaunchJob | Kind::Mof => {
                let time = opened.times.modified;
                let mut dated = |event: Event| counted(Event { time, ..event });
                match kind {
                    Kind::PolicyScripts => policy_scripts::read(stream, &shown, self.limits, note, &mut dated)?,
                    Kind::LaunchJob => launchd::read(stream, &shown, self.limits, note, &mut dated)?,
                    _ => mof::read(stream, self.limits, note, &mut dated)?,
                }
                match kind {
                    Kind::PolicyScripts => "policy-scripts",
                    Kind::LaunchJob => "launchd",
                    _ => "mof",
                }
            }
            Kind::LaunchList => {
                pca::read(stream, self.limits, note, &mut counted)?;
                "pca"
            }
            Kind::WmiObjects => {
                wmi::read(stream, note, &mut counted)?;
                "wmi"
            }
            Kind::Zone => {
                let mut bytes = vec![0u8; ZONE];
                let length = read_full(stream, 0, &mut bytes)?;
                let text = text::decode(bytes.get(..length).unwrap_or_default());
                let file = shown.strip_suffix(":Zone.Identifier").unwrap_or(&shown);
                text.and_then(|text| zone_identifier::event(file, &text.content)).into_iter().for_each(counted);
                "zone-identifier"
            }
        };
        let read = sources.artifacts.entry(word.to_owned()).or_default();
        (read.examined, read.records) = (true, count);
        Ok(HostFacts::default())
    }

    /// A hive with the transaction logs that lie beside it.
    fn hive(
        &self,
        stream: &dyn ReadAt,
        note: &mut dyn FnMut(Cause),
        visit: &mut dyn FnMut(Event),
    ) -> (HostFacts, &'static str) {
        let path = &self.artifact.path;
        let name = String::from_utf8_lossy(path.name()).into_owned();
        let endings = [".LOG1", ".LOG2", ".LOG"];
        let beside = endings.iter().filter_map(|ending| {
            let log = path.parent().join(format!("{name}{ending}").as_bytes());
            let lower = path.parent().join(format!("{name}{}", ending.to_lowercase()).as_bytes());
            [log, lower].iter().find_map(|log| self.volume.file_system.open(log).ok())
        });
        let logs: Vec<_> = beside.collect();
        let logs: Vec<&dyn ReadAt> = logs.iter().map(|opened| &*opened.stream as &dyn ReadAt).collect();
        let Some(hive) = Hive::with_logs(stream, &logs) else {
            note(Cause::Corrupt { what: "the registry hive cannot be read".to_owned(), offset: 0 });
            return (HostFacts::default(), "registry");
        };
        let kind = HiveKind::of(&hive);
        let word = if kind == HiveKind::Amcache { "amcache" } else { "registry" };
        (registry::read(kind, &hive, self.limits, visit, note), word)
    }
}

/// What a host was set to record.
fn policies(host: &HostFacts) -> Vec<Policy> {
    let told = [
        ("command-lines", host.command_lines_logged, "ProcessCreationIncludeCmdLine_Enabled"),
        ("prefetch", host.prefetch, "EnablePrefetcher"),
        ("script-blocks", host.script_blocks_logged, "EnableScriptBlockLogging"),
        ("process-creation", host.audited.get("Process Creation").copied(), "the audit policy"),
        ("connections", host.audited.get("Filtering Platform Connection").copied(), "the audit policy"),
        ("task-registrations", host.audited.get("Other Object Access Events").copied(), "the audit policy"),
        ("event-logs", host.event_log, "the start of the service EventLog"),
        ("transcripts", host.transcripts, "EnableTranscripting"),
    ];
    let channels = host.channels.iter().map(|(channel, enabled)| Policy {
        what: format!("log {channel}"),
        enabled: *enabled,
        told_by: "its channel's value Enabled".to_owned(),
    });
    let sysmon = host.sysmon.iter().map(|name| Policy {
        what: "sysmon".to_owned(),
        enabled: true,
        told_by: format!("the service or driver {name}"),
    });
    let told = told.into_iter().filter_map(|(what, enabled, by)| {
        Some(Policy { what: what.to_owned(), enabled: enabled?, told_by: by.to_owned() })
    });
    told.chain(channels).chain(sysmon).collect()
}
