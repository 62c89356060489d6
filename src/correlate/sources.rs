//! What a run read of the host's records: each log with its span and gaps, each other artifact, and what the examiner added.

use super::processes::ProcessIndex;
use crate::base::time::Timestamp;
use crate::correlate::mmdb::Database;
use std::collections::BTreeMap;

/// Everything that bears on how far silence may be trusted, filled while the sources are read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Each log that was read, whatever form it had.
    pub logs: Vec<LogSource>,
    /// Other artifacts by their word in the report: `prefetch`, `registry`, `scheduled-tasks`, `usn-journal`, `amcache`.
    pub artifacts: BTreeMap<String, ArtifactSource>,
    /// What the host was set to record, as far as the evidence tells.
    pub policies: Vec<Policy>,
    /// Hosts, addresses and networks that the examiner knows (`--known`); a domain covers what is below it.
    pub known: Vec<String>,
    /// Every start of a process that the logs hold; empty where only the events are known. Sealed before it is used.
    pub processes: ProcessIndex,
    /// Programs of the evidence that were looked at, since a record may tell no digest of them.
    pub programs: Vec<ProgramFile>,
    /// Nothing before this is shown.
    pub from: Option<Timestamp>,
    /// Nothing after this is shown.
    pub to: Option<Timestamp>,
    /// Databases of countries and networks (`--geoip`), the first one first.
    pub geoip: Vec<Database>,
}

/// A program that lies on the evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramFile {
    /// Its path, as records write it.
    pub path: String,
    /// SHA-256, in small letters.
    pub sha256: String,
    /// The name that its version information gives it.
    pub original_file_name: Option<String>,
}

/// One log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSource {
    /// The channel: `Security`, `Microsoft-Windows-Sysmon/Operational`.
    pub channel: String,
    /// The evidence that holds it.
    pub evidence: String,
    /// Its path there.
    pub path: String,
    /// Records that could be read.
    pub records: u64,
    /// Records or chunks that could not.
    pub damaged: u64,
    /// Time of the earliest record.
    pub from: Option<Timestamp>,
    /// Time of the latest record.
    pub to: Option<Timestamp>,
    /// Record numbers that are missing between two that follow each other, up to [`GAPS`].
    pub gaps: Vec<RecordGap>,
    /// Records that are missing in all.
    pub missing: u64,
    /// How many records of each kind: `sysmon-1`, `security-4688`.
    pub kinds: BTreeMap<String, u64>,
    /// Starts of processes that give a command line.
    pub command_lines: u64,
    /// Records whose time lies before that of the record before.
    pub backwards: u64,
    last: Option<(u64, Option<Timestamp>)>,
}

/// Gaps kept of one log.
pub const GAPS: usize = 16;
/// Kinds counted of one log.
const KINDS: usize = 4096;

/// Record numbers that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordGap {
    /// The last record before.
    pub after: u64,
    /// The first record behind.
    pub before: u64,
    /// When the last record before was written.
    pub from: Option<Timestamp>,
    /// When the first record behind was written.
    pub to: Option<Timestamp>,
}

impl LogSource {
    /// A log of which nothing was read yet.
    #[must_use]
    pub fn new(channel: &str, evidence: &str, path: &str) -> Self {
        Self { channel: channel.to_owned(), evidence: evidence.to_owned(), path: path.to_owned(), ..Self::default() }
    }

    /// Counts one record, in the order of the log. `kind` is the word of its event, `sysmon-1`; `with_command_line` tells
    /// whether a start of a process gives one.
    pub fn count(&mut self, record: u64, time: Option<Timestamp>, kind: &str, with_command_line: bool) {
        self.records = self.records.saturating_add(1);
        self.command_lines = self.command_lines.saturating_add(u64::from(with_command_line));
        self.from = [self.from, time].into_iter().flatten().min();
        self.to = [self.to, time].into_iter().flatten().max();
        if let Some(number) = self.kinds.get_mut(kind) {
            *number = number.saturating_add(1);
        } else if self.kinds.len() < KINDS {
            self.kinds.insert(kind.to_owned(), 1);
        }
        if let Some((last, last_time)) = self.last {
            let missing = record.saturating_sub(last).saturating_sub(1);
            if missing > 0 {
                self.missing = self.missing.saturating_add(missing);
                if self.gaps.len() < GAPS {
                    self.gaps.push(RecordGap { after: last, before: record, from: last_time, to: time });
                }
            }
            // Records of one log may be written some seconds after what they tell.
            let is_before = last_time.zip(time).is_some_and(|(before, now)| now.seconds_since(before) < -60.0);
            self.backwards = self.backwards.saturating_add(u64::from(is_before && record > last));
        }
        self.last = Some((record, time));
    }
}

/// Another artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArtifactSource {
    /// Whether any was read.
    pub examined: bool,
    /// Records, files or keys that were read.
    pub records: u64,
    /// Why not, or how.
    pub why: String,
    /// The first instant that it tells of.
    pub from: Option<Timestamp>,
    /// The last instant that it tells of.
    pub to: Option<Timestamp>,
}

/// Something that a host was set to record, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What is recorded: `command-lines` (ProcessCreationIncludeCmdLine_Enabled), `prefetch` (EnablePrefetcher),
    /// `process-creation`, `script-blocks` (EnableScriptBlockLogging).
    pub what: String,
    /// Whether it is on.
    pub enabled: bool,
    /// The record that says so, in words.
    pub told_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_and_clocks_that_run_backwards_are_counted() {
        let at = |text: &str| Timestamp::parse(text);
        let mut log = LogSource::new("Security", "e1", "Security.evtx");
        log.count(10, at("2026-01-01T10:00:00Z"), "security-4688", true);
        log.count(11, at("2026-01-01T10:00:30Z"), "security-4688", false);
        log.count(15, at("2026-01-01T09:00:00Z"), "security-4689", false);
        log.count(3, None, "security-4689", false);
        assert_eq!((log.records, log.missing, log.backwards, log.command_lines), (4, 3, 1, 1));
        assert_eq!(log.gaps.first().map(|gap| (gap.after, gap.before)), Some((11, 15)));
        assert_eq!((log.from, log.to), (at("2026-01-01T09:00:00Z"), at("2026-01-01T10:00:30Z")));
    }
}
