//! Which sources were there, from when to when, where they are silent, and what that silence is worth.

use super::changes;
use super::kinds::Kind;
use super::places;
use super::reach::{self, Reach};
use super::sources::{LogSource, Sources};
use super::uptime::Uptime;
use crate::artifact::event::Event;
use crate::base::time::Timestamp;
use crate::case::{Case, Coverage};
use std::collections::{BTreeMap, BTreeSet};

/// A question that a source can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matter {
    ProcessStarts,
    CommandLines,
    Connections,
    Questions,
    FilesCreated,
    FilesDeleted,
    ProgramMemory,
    Autostarts,
    ScriptBlocks,
}

/// Each with its word in the report and the kinds of records that answer it.
const MATTERS: &[(Matter, &str, &[&str], &str)] = &[
    (Matter::ProcessStarts, "process-starts", &["sysmon-1", "security-4688"], "Sysmon 1 or Security 4688"),
    (Matter::CommandLines, "command-lines", &[], "Sysmon 1, or Security 4688 with the policy for command lines"),
    (Matter::Connections, "connections", &["sysmon-3", "security-5156"], "Sysmon 3 or Security 5156"),
    (Matter::Questions, "dns-questions", &["sysmon-22"], "Sysmon 22"),
    (
        Matter::FilesCreated,
        "file-creations",
        &["sysmon-11", "sysmon-15", "sysmon-29", "usn"],
        "Sysmon 11, 15 and 29, or the change journal",
    ),
    (
        Matter::FilesDeleted,
        "file-deletions",
        &["sysmon-23", "sysmon-26", "usn"],
        "Sysmon 23 and 26, or the change journal",
    ),
    (
        Matter::ProgramMemory,
        "program-memory",
        &["prefetch", "bam", "dam", "userassist", "amcache", "shimcache", "pca"],
        "Prefetch, BAM, UserAssist, Amcache or ShimCache",
    ),
    (
        Matter::Autostarts,
        "autostarts",
        &[
            "run-key",
            "service",
            "scheduled-task",
            "startup-folder",
            "policy-scripts",
            "launchd",
            "mof",
            "security-4698",
            "system-7045",
            "task-scheduler-106",
        ],
        "the registry's hives, the tasks' folder and the Startup folders",
    ),
    (
        Matter::ScriptBlocks,
        "script-blocks",
        &["powershell-4104", "powershell-4103", "powershell-400"],
        "PowerShell 4103 and 4104",
    ),
];

/// The first and the last instant of the logs that tell of a matter.
type Span = (Option<Timestamp>, Option<Timestamp>);

/// What was examined.
#[derive(Debug, Clone, Default)]
pub(super) struct Covered {
    examined: BTreeMap<Matter, u64>,
    /// Logs that were cleared, policies that are off, numbers that are missing: a line each.
    pub(super) gaps: Vec<String>,
    off: BTreeMap<Matter, String>,
    spans: BTreeMap<Matter, Span>,
    /// The logs of a matter that nothing else tells of too.
    reaches: BTreeMap<Matter, reach::Span>,
    hosts: BTreeMap<String, Uptime>,
    /// Which memories of programs were read, each with its records.
    pub(super) memories: Vec<String>,
}

impl Covered {
    pub(super) fn of(events: &[(&Event, &str, &str)], kinds: &[Kind], sources: &Sources) -> Self {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for (source, count) in sources.logs.iter().flat_map(|log| &log.kinds) {
            let known = counts.entry(source).or_default();
            *known = known.saturating_add(*count);
        }
        let mut command_lines = sources.logs.iter().map(|log| log.command_lines).fold(0u64, u64::saturating_add);
        let mut covered = Self::default();
        for ((event, ..), kind) in events.iter().zip(kinds) {
            let known = counts.entry(event.source.as_str()).or_default();
            *known = (*known).max(1);
            let told = event.process.as_ref().is_some_and(|process| process.command_line.is_some());
            command_lines = command_lines.max(u64::from(told && *kind == Kind::ProcessStart));
            let at = event.time.map_or("at a time that is not told".to_owned(), |time| time.to_string());
            let host = event.host.as_deref().unwrap_or("a host");
            if *kind == Kind::Restarted {
                covered.hosts.entry(host.to_owned()).or_default().add(event);
            } else {
                covered.gaps.extend(changes::of(event, *kind, host, &at));
            }
        }
        for (matter, _, records, _) in MATTERS {
            let count = records
                .iter()
                .filter_map(|record| counts.get(record))
                .fold(0u64, |sum, count| sum.saturating_add(*count));
            if count > 0 {
                covered.examined.insert(*matter, count);
            }
            if *matter == Matter::ProgramMemory {
                let read = records.iter().filter_map(|record| Some((record, counts.get(record)?)));
                covered.memories.extend(read.map(|(record, count)| memory(record, *count, sources)));
            }
            let tells = |log: &&LogSource| records.iter().any(|record| log.kinds.contains_key(*record));
            let logs: Vec<&LogSource> = sources.logs.iter().filter(tells).collect();
            let span = (logs.iter().filter_map(|log| log.from).min(), logs.iter().filter_map(|log| log.to).max());
            covered.spans.insert(*matter, span);
        }
        let written_out: Vec<&LogSource> = sources.logs.iter().filter(|log| log.command_lines > 0).collect();
        let (first, last) =
            (written_out.iter().filter_map(|log| log.from), written_out.iter().filter_map(|log| log.to));
        covered.spans.insert(Matter::CommandLines, (first.min(), last.max()));
        for (matter, _, records, _) in MATTERS {
            // What stands in the registry or in a journal is of a time that is not told.
            let is_state = matches!(matter, Matter::ProgramMemory | Matter::Autostarts);
            let has_journal = records.contains(&"usn") && counts.contains_key("usn");
            if let (Some((Some(first), Some(last))), false) = (covered.spans.get(matter), is_state || has_journal) {
                covered.reaches.insert(*matter, (*first, *last));
            }
        }
        covered.hosts.values_mut().for_each(Uptime::settle);
        if command_lines > 0 {
            covered.examined.insert(Matter::CommandLines, command_lines);
        }
        for (artifact, matter) in [
            ("prefetch", Matter::ProgramMemory),
            ("amcache", Matter::ProgramMemory),
            ("registry", Matter::Autostarts),
            ("scheduled-tasks", Matter::Autostarts),
            ("startup-folders", Matter::Autostarts),
            ("policy-scripts", Matter::Autostarts),
            ("launchd", Matter::Autostarts),
        ] {
            if let Some(source) = sources.artifacts.get(artifact).filter(|source| source.examined) {
                if matter == Matter::ProgramMemory && !counts.contains_key(artifact) {
                    covered.memories.push(format!("{artifact} ({})", source.records));
                }
                covered.examined.entry(matter).or_insert(source.records);
            }
        }
        for policy in sources.policies.iter().filter(|policy| !policy.enabled) {
            let matter = match policy.what.as_str() {
                "command-lines" => Some(Matter::CommandLines),
                "prefetch" => Some(Matter::ProgramMemory),
                "process-creation" => Some(Matter::ProcessStarts),
                "script-blocks" => Some(Matter::ScriptBlocks),
                "connections" => Some(Matter::Connections),
                _ => None,
            };
            if let Some(matter) = matter {
                covered.off.insert(matter, policy.told_by.clone());
            }
            covered.gaps.push(format!("the host does not record {}: {}", policy.what, policy.told_by));
        }
        for log in &sources.logs {
            covered.gaps.extend(log_gaps(log).into_iter().map(|gap| format!("{}: {gap}", log.channel)));
        }
        let has_sysmon = counts.keys().any(|kind| kind.starts_with("sysmon-"));
        let sysmon = sources.policies.iter().find(|policy| policy.what == "sysmon" && policy.enabled);
        if let Some(sysmon) = sysmon.filter(|_| !has_sysmon) {
            covered.gaps.push(format!("Sysmon is set up ({}), and no record of it was read", sysmon.told_by));
        }
        let dropped = sources.processes.dropped;
        if dropped > 0 {
            covered.gaps.push(format!("{dropped} starts of processes found no room in the index of lineage"));
        }
        covered.gaps.truncate(256);
        covered
    }

    pub(super) fn has(&self, matter: Matter) -> bool {
        self.examined.contains_key(&matter)
    }

    /// The span of the logs that tell of a matter, where they alone do.
    pub(super) fn reach(&self, matter: Matter) -> Option<reach::Span> {
        self.reaches.get(&matter).copied()
    }

    /// The matters of which the reach is known, by their words in the report.
    pub(super) fn reaching(&self) -> impl Iterator<Item = (&'static str, reach::Span)> + '_ {
        MATTERS.iter().filter_map(|(matter, word, ..)| Some((*word, self.reach(*matter)?)))
    }

    /// Why a matter is not answered.
    pub(super) fn why_not(&self, matter: Matter) -> String {
        let needs = MATTERS.iter().find(|(known, ..)| *known == matter).map_or("", |(.., needs)| needs);
        match self.off.get(&matter) {
            Some(told) => format!("not examined: the host was set not to record it ({told})"),
            None => format!("not examined: no source that was read tells of it; it takes {needs}"),
        }
    }

    /// The rows of the report.
    pub(super) fn rows(&self, case: &Case, sources: &Sources) -> Vec<Coverage> {
        let mut rows: Vec<Coverage> = Reach::of(case, sources).row().into_iter().collect();
        for log in &sources.logs {
            rows.push(Coverage {
                source: format!("event-log:{}", log.channel),
                examined: true,
                records: Some(log.records),
                from: log.from,
                to: log.to,
                gaps: log_gaps(log),
                why: Some(format!("{} of {}", log.path, log.evidence)),
            });
        }
        rows.extend(places::rows(&sources.geoip));
        for (name, artifact) in &sources.artifacts {
            rows.push(Coverage {
                source: name.clone(),
                examined: artifact.examined,
                records: artifact.examined.then_some(artifact.records),
                from: artifact.from,
                to: artifact.to,
                gaps: Vec::new(),
                why: (!artifact.why.is_empty()).then(|| artifact.why.clone()),
            });
        }
        for policy in &sources.policies {
            let (told, off) = (&policy.told_by, if policy.enabled { "on" } else { "off" });
            rows.push(Coverage {
                source: format!("policy:{}", policy.what),
                examined: true,
                why: Some(format!("{off}, by {told}")),
                ..Coverage::default()
            });
        }
        rows.extend(self.hosts.iter().map(|(host, uptime)| uptime.row(host)));
        for (matter, word, ..) in MATTERS {
            let count = self.examined.get(matter).copied();
            rows.push(Coverage {
                source: (*word).to_owned(),
                examined: count.is_some(),
                records: count,
                from: self.spans.get(matter).and_then(|(from, _)| *from),
                to: self.spans.get(matter).and_then(|(_, to)| *to),
                why: Some(match count {
                    Some(_) => match self.off.get(matter) {
                        Some(told) => {
                            format!("a source that was read tells of it, but not all that could: {told} is off")
                        }
                        None => "at least one source that was read tells of it".to_owned(),
                    },
                    None => self.why_not(*matter),
                }),
                ..Coverage::default()
            });
        }
        rows
    }
}

/// A memory of programs with the records that were read of it, of which the case may hold but some.
fn memory(word: &str, count: u64, sources: &Sources) -> String {
    let all = sources.artifacts.get(word).map_or(count, |source| source.records.max(count));
    format!("{word} ({all})")
}

fn log_gaps(log: &LogSource) -> Vec<String> {
    let instant = |time: Option<crate::base::time::Timestamp>| time.map_or("?".to_owned(), |time| time.to_string());
    let mut gaps: Vec<String> = log
        .gaps
        .iter()
        .map(|gap| {
            let (from, to) = (instant(gap.from), instant(gap.to));
            format!(
                "records {} to {} are missing, between {from} and {to}",
                gap.after.saturating_add(1),
                gap.before.saturating_sub(1)
            )
        })
        .collect();
    let starts = log.kinds.get("security-4688").copied().unwrap_or(0);
    if starts > 0 && log.command_lines == 0 {
        gaps.push(format!("none of its {starts} starts of processes gives a command line: the policy for it was off"));
    }
    if log.damaged > 0 {
        gaps.push(format!("{} records or chunks could not be read", log.damaged));
    }
    if log.backwards > 0 {
        gaps.push(format!(
            "{} records lie before the one that was written before them: the clock was set",
            log.backwards
        ));
    }
    gaps
}

/// Puts the rows in place of those of the same name.
pub(super) fn merge(rows: Vec<Coverage>, into: &mut Vec<Coverage>, has_logs: bool) {
    let new: BTreeSet<&str> = rows.iter().map(|row| row.source.as_str()).collect();
    into.retain(|row| {
        let is_unread = has_logs && row.source == "event-logs" && !row.examined;
        !is_unread && !new.contains(row.source.as_str())
    });
    into.extend(rows);
}
