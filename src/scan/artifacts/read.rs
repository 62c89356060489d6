//! Reads the artifacts of one piece of evidence: the events that may bear on the case, and what was read at all.

use super::records::Tally;
use super::{Artifact, Kind};
use crate::artifact::event::Event;
use crate::artifact::registry::{self, HiveKind, HostFacts};
use crate::artifact::windows_log::{self, ScriptBlocks};
use crate::artifact::{event_export, evtx, pca, prefetch, startup, task, wmi, zone_identifier};
use crate::base::anomaly::{Anomaly, Cause, Stage};
use crate::base::bytes::{ReadAt, read_full};
use crate::base::guard::guarded;
use crate::base::hive::Hive;
use crate::base::limits::Limits;
use crate::base::text;
use crate::case;
use crate::correlate::interest::Interest;
use crate::correlate::sources::{Policy, Sources};
use crate::evidence::entry::EntryPath;
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
    /// Which they are: artifact, place in it, kind.
    known: BTreeSet<(EntryPath, u64, String, String)>,
    pub(in crate::scan) host: HostFacts,
    /// Artifacts that told of nothing at all: they are not read again.
    silent: BTreeSet<EntryPath>,
}

/// Reads all artifacts for events that speak of FTP by themselves, and fills the sources.
pub(in crate::scan) fn gather(
    evidence: &str,
    volume: &VolumeView<'_>,
    artifacts: &[Artifact],
    sources: &mut Sources,
    limits: &Limits,
    anomalies: &mut Vec<Anomaly>,
) -> Gathered {
    let mut gathered = Gathered::default();
    let mut interest = Interest::default();
    for artifact in artifacts {
        let mut reader = Reader { evidence, volume, artifact, limits, anomalies };
        let mut own = Sources::default();
        let mut kept = Vec::new();
        let processes = &mut sources.processes;
        let mut told = false;
        let facts = reader.read(&mut own, &mut |event| {
            told = true;
            processes.add(&event, limits.process_index_bytes);
            interest.learn(&event);
            if is_setting(&event) || interest.wants(&event) {
                kept.push(event);
            }
        });
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

/// Reads the artifacts once more, now for the names of the case.
pub(in crate::scan) fn gather_named(
    evidence: &str,
    volume: &VolumeView<'_>,
    artifacts: &[Artifact],
    case: &case::Case,
    gathered: &mut Gathered,
    limits: &Limits,
) {
    let mut interest = Interest::of(case);
    interest.remember(gathered.events.iter().map(|event| &event.fact));
    if interest.is_empty() {
        return;
    }
    let artifacts: Vec<&Artifact> =
        artifacts.iter().filter(|artifact| !gathered.silent.contains(&artifact.path)).collect();
    // What can be told wrong was told the first time.
    let mut quiet = Vec::new();
    for artifact in artifacts {
        let mut reader = Reader { evidence, volume, artifact, limits, anomalies: &mut quiet };
        let mut kept = Vec::new();
        reader.read(&mut Sources::default(), &mut |event| {
            interest.learn(&event);
            if interest.wants(&event) {
                kept.push(event);
            }
        });
        gathered.keep(&mut reader, kept);
    }
}

/// Whether an event says what is set up on the host: there are few, and any of them may start what a case is about.
fn is_setting(event: &Event) -> bool {
    event.starts.is_some() && event.process.is_none() && !matches!(event.source.as_str(), "service" | "scheduled-task")
}

impl Gathered {
    fn keep(&mut self, reader: &mut Reader<'_>, events: Vec<Event>) {
        for event in events {
            if self.events.len() >= reader.limits.log_events {
                let limit = u64::try_from(reader.limits.log_events).unwrap_or(u64::MAX);
                reader.note(Cause::LimitReached { what: "events kept of all artifacts", limit });
                return;
            }
            let key = (reader.artifact.path.clone(), event.record, event.source.clone(), detail(&event));
            if !self.known.insert(key) {
                continue;
            }
            let id = format!("v:{}:{}", reader.evidence, self.events.len());
            self.places.push(reader.artifact.path.clone());
            self.events.push(case::Event {
                id,
                evidence: reader.evidence.to_owned(),
                volume: reader.volume.id(&reader.artifact.path),
                path: reader.volume.display(&reader.artifact.path),
                fact: event,
                links: case::EventLinks::default(),
            });
        }
    }
}

/// What tells events apart that share their place: several values of one key, several actions of one task.
fn detail(event: &Event) -> String {
    let starts = event.starts.iter().flat_map(|starts| [Some(&starts.name), starts.command_line.as_ref()]);
    let registry = event.registry.iter().flat_map(|registry| [Some(&registry.value), registry.data.as_ref()]);
    let process = event.process.iter().map(|process| process.executable.as_ref());
    let words: Vec<&str> = starts.chain(registry).chain(process).map(|word| word.map_or("", String::as_str)).collect();
    words.join("\0")
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
    fn read(&mut self, sources: &mut Sources, visit: &mut dyn FnMut(Event)) -> HostFacts {
        let mut causes = Vec::new();
        let read = guarded(|| self.examine(sources, &mut |cause| causes.push(cause), visit));
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
        visit: &mut dyn FnMut(Event),
    ) -> Result<HostFacts, Cause> {
        let Artifact { path, kind } = self.artifact;
        let shown = self.volume.display(path);
        let opened = self.volume.file_system.open(path).map_err(|anomaly| anomaly.cause)?;
        let stream: &dyn ReadAt = &*opened.stream;
        let name = String::from_utf8_lossy(path.name()).into_owned();
        let mut count = 0u64;
        let mut counted = |event: Event| {
            count = count.saturating_add(1);
            visit(event);
        };
        let word = match kind {
            Kind::EventLog => {
                let mut tally = Tally::default();
                let facts = self.log(&mut tally, &mut counted, &mut |hand| {
                    evtx::read(stream, self.limits, &windows_log::wanted, note, hand)
                });
                tally.log(&facts, self.evidence, &shown, sources);
                return Ok(HostFacts::default());
            }
            Kind::Export(form) => {
                let mut tally = Tally::default();
                let facts = self.log(&mut tally, &mut counted, &mut |hand| {
                    event_export::read(*form, stream, self.limits, &windows_log::wanted, note, hand)
                });
                tally.export(&facts, self.evidence, &shown, sources);
                return Ok(HostFacts::default());
            }
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

    /// Records of a log, read as events; PowerShell's script blocks are put together.
    fn log<T>(
        &self,
        tally: &mut Tally,
        visit: &mut dyn FnMut(Event),
        read: &mut dyn FnMut(&mut dyn FnMut(crate::artifact::log_record::LogRecord)) -> T,
    ) -> T {
        let mut blocks = ScriptBlocks::new(self.limits.script_block_bytes);
        let mut hand_on = |event: Event| {
            let definition = event.starts.as_ref().and_then(|starts| starts.definition.clone());
            let Some(definition) = definition else { return visit(event) };
            // A task that was registered is told by its definition, action by action.
            let name = event.starts.as_ref().map(|starts| starts.name.clone()).unwrap_or_default();
            let actions = task::starts_of_xml(&definition, &name, self.limits, &mut |_| {});
            if actions.is_empty() {
                return visit(event);
            }
            for starts in actions {
                visit(Event { starts: Some(starts), ..event.clone() });
            }
        };
        let facts = read(&mut |record| {
            if let Some(event) = windows_log::event_of(&record) {
                tally.count(&event);
                blocks.push(event, &mut hand_on);
            }
        });
        blocks.finish(&mut hand_on);
        facts
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
