//! Event logs and their exports as sources: what was read of each, and what its silence is worth.

use crate::artifact::event_export::ExportFacts;
use crate::artifact::evtx::LogFacts;
use crate::artifact::seen::Seen;
use crate::correlate::sources::{LogSource, RecordGap, Sources};
use std::collections::BTreeMap;

/// Kinds of records counted of one log.
const KINDS: usize = 4096;
/// Gaps told of one log.
const GAPS: usize = 16;

/// What the events of one file count up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kinds: BTreeMap<String, u64>,
    command_lines: u64,
}

impl Tally {
    pub(super) fn count(&mut self, seen: &Seen<'_>) {
        if let Some(count) = self.kinds.get_mut(seen.source) {
            *count = count.saturating_add(1);
        } else if self.kinds.len() < KINDS {
            self.kinds.insert(seen.source.to_owned(), 1);
        }
        let starts = matches!(seen.source, "sysmon-1" | "security-4688");
        let told = seen.process.is_some_and(|process| process.command_line.is_some());
        self.command_lines = self.command_lines.saturating_add(u64::from(starts && told));
    }

    /// A log file of Windows.
    pub(super) fn log(self, facts: &LogFacts, evidence: &str, path: &str, sources: &mut Sources) {
        let gap = |(first, last): &(u64, u64)| RecordGap {
            after: first.saturating_sub(1),
            before: last.saturating_add(1),
            from: None,
            to: None,
        };
        let missing = facts.gaps.iter().map(|(first, last)| last.saturating_sub(*first).saturating_add(1));
        let mut log = LogSource::new(&facts.channels.join(", "), evidence, path);
        log.records = facts.records.saturating_add(facts.recovered);
        log.damaged = facts.unreadable.saturating_add(facts.damaged_chunks);
        log.from = facts.first;
        log.to = facts.last;
        // What was filtered or sent by others has other numbers than it was logged with.
        if !facts.renumbered {
            log.gaps = facts.gaps.iter().take(GAPS).map(gap).collect();
            log.missing = missing.fold(0, u64::saturating_add);
        }
        log.kinds = self.kinds;
        log.command_lines = self.command_lines;
        sources.logs.push(log);
    }

    /// An export; its logs are told apart by their channels.
    pub(super) fn export(self, facts: &ExportFacts, evidence: &str, path: &str, sources: &mut Sources) {
        let one = facts.logs.len() == 1;
        for (channel, part) in &facts.logs {
            let mut log = LogSource::new(channel, evidence, path);
            (log.records, log.from, log.to) = (part.records, part.first, part.last);
            if one {
                log.damaged = facts.unreadable;
                log.command_lines = self.command_lines;
            }
            log.kinds.clone_from(&self.kinds);
            sources.logs.push(log);
        }
    }
}
