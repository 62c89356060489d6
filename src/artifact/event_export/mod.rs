//! Exports of Windows event logs: XML, JSON and CSV, as `wevtutil`, Event Viewer, PowerShell, evtx_dump, EvtxECmd,
//! Winlogbeat, Velociraptor, NXLog, Splunk and Wazuh write them.
//!
//! What a record means is told by the names of its own fields, record by record, so that mixed files are read too. An export
//! is read in one pass and never held: a record that is damaged costs only itself.

mod csv;
mod ecs;
mod flat;
mod glance;
mod json;
mod message;
mod origin;
mod shape;
mod sniff;
mod text;
mod tree;
mod when;
mod xml;

pub use sniff::sniff;

use super::log_record::LogRecord;
use crate::base::anomaly::Cause;
use crate::base::bytes::ReadAt;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
use std::collections::BTreeMap;
use when::When;

/// Whether records of this provider and number are asked for.
pub type Wanted<'a> = dyn Fn(&str, u32) -> bool + 'a;

/// Anomalies of records that are told one by one; the others are counted.
const TOLD: u64 = 16;
/// Logs whose records are counted apart.
const LOGS: usize = 64;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `Event` elements, with or without one around them.
    Xml,
    /// JSON documents: one a line, over many lines, or in a list.
    Json,
    /// Rows under a header.
    Csv,
}

/// What an export covers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportFacts {
    /// Records of events, whether they were asked for or not.
    pub records: u64,
    /// Records that could not be read, or not wholly.
    pub unreadable: u64,
    /// Rows and documents that are no events.
    pub others: u64,
    /// Records whose time has no zone and was taken for UTC.
    pub zoneless: u64,
    /// When the earliest record was written.
    pub first: Option<Timestamp>,
    /// When the latest was.
    pub last: Option<Timestamp>,
    /// The same for each log, by the name of its channel, or of its provider where the channel is not told; the first 64.
    pub logs: BTreeMap<String, Coverage>,
    /// The computers that the records name which were asked for; the first 64.
    pub computers: Vec<String>,
}

/// What an export has of one log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Records.
    pub records: u64,
    /// When the earliest was written.
    pub first: Option<Timestamp>,
    /// When the latest was.
    pub last: Option<Timestamp>,
}

/// Reads an export and hands out the records that are asked for, in the order of the file. A record whose number the export does
/// not tell gets the offset in bytes of its text for one.
pub fn read(
    form: Form,
    stream: &dyn ReadAt,
    limits: &Limits,
    wanted: &Wanted<'_>,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(LogRecord),
) -> ExportFacts {
    let cap = limits.event_record_bytes.max(1);
    let mut sink = Sink { wanted, note, visit, facts: ExportFacts::default() };
    let mut window = text::Window::open(stream);
    match form {
        Form::Xml => xml::read(&mut window, cap, &mut sink),
        Form::Json => json::read(&mut window, cap, &mut sink),
        Form::Csv => csv::read(&mut window, cap, &mut sink),
    }
    if let Some(failure) = window.failure.take() {
        (sink.note)(failure);
    }
    sink.finish()
}

/// A record as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Found {
    record: LogRecord,
    when: Option<When>,
}

/// Where records go.
struct Sink<'a> {
    wanted: &'a Wanted<'a>,
    note: &'a mut dyn FnMut(Cause),
    visit: &'a mut dyn FnMut(LogRecord),
    facts: ExportFacts,
}

impl Sink<'_> {
    /// Counts a record.
    fn count(&mut self, log: &str, when: Option<When>) {
        self.facts.records = self.facts.records.saturating_add(1);
        if when.is_some_and(|when| !when.zoned) {
            self.facts.zoneless = self.facts.zoneless.saturating_add(1);
        }
        let time = when.map(|when| when.time);
        widen(&mut self.facts.first, &mut self.facts.last, time);
        let room = self.facts.logs.len() < LOGS;
        let coverage = match self.facts.logs.get_mut(log) {
            Some(coverage) => coverage,
            None if room => self.facts.logs.entry(log.to_owned()).or_default(),
            None => return,
        };
        coverage.records = coverage.records.saturating_add(1);
        widen(&mut coverage.first, &mut coverage.last, time);
    }

    /// Hands out a record that was asked for.
    fn give(&mut self, found: Found, offset: u64) {
        let Found { mut record, when } = found;
        let computers = &mut self.facts.computers;
        if !record.computer.is_empty() && computers.len() < LOGS && !computers.contains(&record.computer) {
            computers.push(record.computer.clone());
        }
        record.time = when.map(|when| when.time);
        if record.record_id == 0 {
            record.record_id = offset;
        }
        (self.visit)(record);
    }

    /// Counts what is no event.
    fn other(&mut self) {
        self.facts.others = self.facts.others.saturating_add(1);
    }

    /// Tells of a record that could not be read.
    fn damaged(&mut self, what: &str, offset: u64) {
        self.unreadable(Cause::Corrupt { what: what.to_owned(), offset });
    }

    /// Tells of a record that is larger than `cap` bytes.
    fn too_large(&mut self, cap: usize) {
        self.unreadable(Cause::LimitReached {
            what: "bytes of one record of an exported event log",
            limit: to_u64(cap),
        });
    }

    fn unreadable(&mut self, cause: Cause) {
        if self.facts.unreadable < TOLD {
            (self.note)(cause);
        }
        self.facts.unreadable = self.facts.unreadable.saturating_add(1);
    }

    fn finish(self) -> ExportFacts {
        if let Some(more @ 1..) = self.facts.unreadable.checked_sub(TOLD) {
            (self.note)(Cause::Unsupported(format!("{more} more records of this export could not be read")));
        }
        if self.facts.zoneless > 0 {
            let count = self.facts.zoneless;
            (self.note)(Cause::Unsupported(format!(
                "{count} records have times without a zone, which were taken for UTC"
            )));
        }
        self.facts
    }
}

fn widen(first: &mut Option<Timestamp>, last: &mut Option<Timestamp>, time: Option<Timestamp>) {
    if let Some(time) = time {
        *first = Some(first.map_or(time, |known| known.min(time)));
        *last = Some(last.map_or(time, |known| known.max(time)));
    }
}

#[cfg(test)]
mod tests;
