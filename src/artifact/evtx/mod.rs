//! Windows event logs (`.evtx`), damaged ones too: each record costs only itself, and only those that are asked for are
//! read further than to their provider and number.
//!
//! Source: J. Metz, "Windows XML Event Log (EVTX)" (libevtx).

mod binxml;
mod chunk;
mod columns;
mod damage;
mod data;
mod facts;
mod glance;
mod system;
mod templates;
mod value;

pub use facts::LogFacts;
pub use glance::Glance;

use super::log_record::LogRecord;
use crate::base::anomaly::Cause;
use crate::base::bytes::{AlignedBuffer, ReadAt, read_full};
use crate::base::fields::Fields;
use crate::base::limits::Limits;
use crate::base::number::to_u64;
use crate::base::time::Timestamp;
use binxml::{Raw, Reader, Token, Values};
use chunk::Span;
use columns::Body;
use damage::{Budget, Damage};
use data::Data;
use facts::Tally;
use std::collections::HashSet;
use system::{Outline, bytes};
use templates::Templates;

/// Who looks through a log.
pub trait Visitor {
    /// Whether records of this provider and number are asked for, and how.
    fn asks(&mut self, provider: &str, event_id: u32) -> Asked;

    /// Whether a record must be read whole, by a glance at the data that were asked for.
    fn glance(&mut self, glance: &Glance<'_>) -> bool;

    /// Takes a record that was read whole. Not each was glanced at: some are laid out in another way.
    fn take(&mut self, record: LogRecord);
}

/// How records are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Not at all.
    Not,
    /// Whole.
    Whole,
    /// By a glance at the data of these names.
    Glance(&'static [&'static str]),
}

/// A visitor that takes all that is wanted.
struct All<'a> {
    wanted: &'a Wanted<'a>,
    visit: &'a mut dyn FnMut(LogRecord),
}

impl Visitor for All<'_> {
    fn asks(&mut self, provider: &str, event_id: u32) -> Asked {
        if (self.wanted)(provider, event_id) { Asked::Whole } else { Asked::Not }
    }

    fn glance(&mut self, _: &Glance<'_>) -> bool {
        true
    }

    fn take(&mut self, record: LogRecord) {
        (self.visit)(record);
    }
}

/// Whether records of this provider and number are asked for.
pub type Wanted<'a> = dyn Fn(&str, u32) -> bool + 'a;

/// What an event log begins with.
const MAGIC: &[u8] = b"ElfFile\0";
/// Anomalies of records that are told one by one; the others are counted.
const TOLD: u64 = 16;

/// Whether these first bytes are those of an event log, or of a chunk of one.
#[must_use]
pub fn is_event_log(head: &[u8]) -> bool {
    head.starts_with(MAGIC) || head.starts_with(chunk::MAGIC)
}

/// Reads a log and hands out the records that are asked for, in the order of the file: from each chunk those that it lists,
/// then those that it no longer lists. What cannot be read of a record that it lists is told; of others it is not.
pub fn read(
    stream: &dyn ReadAt,
    limits: &Limits,
    wanted: &Wanted<'_>,
    note: &mut dyn FnMut(Cause),
    visit: &mut dyn FnMut(LogRecord),
) -> LogFacts {
    look_through(stream, limits, note, &mut All { wanted, visit })
}

/// Reads a log as [`read`] does, and lets the visitor choose which records are read whole.
pub fn look_through(
    stream: &dyn ReadAt,
    limits: &Limits,
    note: &mut dyn FnMut(Cause),
    visitor: &mut dyn Visitor,
) -> LogFacts {
    let (facts, tally, last) = (LogFacts::default(), Tally::default(), Last::default());
    let mut log = Log { limits, note, visitor, facts, tally, last, values: Vec::new() };
    let mut buffer = AlignedBuffer::new(chunk::SIZE);
    let mut at = log.header(stream, &mut buffer);
    let mut templates = Templates::default();
    while at < stream.len() {
        let count = match read_full(stream, at, buffer.space()) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => {
                (log.note)(Cause::Io(error));
                0
            }
        };
        let bytes = buffer.filled(count);
        // A chunk that does not lie where it should: the file lost bytes, or was carved.
        let shift = (!bytes.starts_with(chunk::MAGIC)).then(|| memchr::memmem::find(bytes, chunk::MAGIC)).flatten();
        let bytes = bytes.get(..shift.unwrap_or(count)).unwrap_or_default();
        log.chunk(at, bytes, &mut templates);
        at = at.saturating_add(to_u64(shift.unwrap_or(chunk::SIZE)));
    }
    log.finish()
}

/// The bytes of the provider and the channel that came last, and what they say: they are the same nearly always.
#[derive(Default)]
struct Last {
    provider: (Vec<u8>, String),
    channel: Vec<u8>,
    computer: Vec<u8>,
}

struct Log<'a> {
    limits: &'a Limits,
    note: &'a mut dyn FnMut(Cause),
    visitor: &'a mut dyn Visitor,
    facts: LogFacts,
    tally: Tally,
    last: Last,
    /// The values of the record that is glanced at.
    values: Vec<Raw>,
}

impl Log<'_> {
    /// Where the first chunk lies.
    fn header(&mut self, stream: &dyn ReadAt, buffer: &mut AlignedBuffer) -> u64 {
        let count = read_full(stream, 0, buffer.space()).unwrap_or(0);
        let head = buffer.filled(count);
        let fields = Fields(head);
        self.facts.headless = !head.starts_with(MAGIC);
        self.facts.dirty = !self.facts.headless && fields.u32(120) & 1 != 0;
        let early = memchr::memmem::find(fields.bytes(0, 4096), chunk::MAGIC).is_some();
        // What lies before the first chunk is no chunk, and is passed over where that one is searched for.
        if early || fields.bytes(4096, 8) != chunk::MAGIC && self.facts.headless { 0 } else { 4096 }
    }

    fn chunk(&mut self, offset: u64, bytes: &[u8], templates: &mut Templates) {
        let (spans, wrong) = chunk::records(bytes);
        if spans.is_empty() && wrong.header {
            // Room that was never written to.
            return;
        }
        self.facts.chunks = self.facts.chunks.saturating_add(1);
        let count = |wrong: bool, number: &mut u64| *number = number.saturating_add(u64::from(wrong));
        count(wrong.header || wrong.records, &mut self.facts.damaged_chunks);
        count(wrong.checksum, &mut self.facts.wrong_checksums);
        let mut budget = Budget::NEW;
        let some_recovered = spans.last().is_some_and(|last| last.recovered);
        templates.begin(bytes, some_recovered);
        let mut seen = HashSet::new();
        if some_recovered {
            seen.extend(spans.iter().filter(|span| !span.recovered).map(|span| (span.id, span.written)));
        }
        for span in spans {
            budget.next_record();
            // The end of a chunk often holds copies of what it lists.
            if span.recovered && !seen.insert((span.id, span.written)) {
                continue;
            }
            if !span.recovered {
                self.facts.records = self.facts.records.saturating_add(1);
                self.tally.add(span.id);
                self.tally.time(span.written);
            }
            let told = match self.record(offset, bytes, span, templates, &mut budget) {
                Ok(()) if span.recovered => {
                    self.facts.recovered = self.facts.recovered.saturating_add(1);
                    continue;
                }
                Ok(()) => continue,
                Err(_) if span.recovered => {
                    self.facts.lost = self.facts.lost.saturating_add(1);
                    continue;
                }
                Err(damage) => damage,
            };
            self.facts.unreadable = self.facts.unreadable.saturating_add(1);
            if self.facts.unreadable <= TOLD {
                let at = offset.saturating_add(to_u64(told.at));
                let what = format!("event record {}: {}", span.id, told.what);
                (self.note)(Cause::Corrupt { what, offset: at });
            }
        }
    }

    fn record(
        &mut self,
        offset: u64,
        chunk: &[u8],
        span: Span,
        templates: &mut Templates,
        budget: &mut Budget,
    ) -> Result<(), Damage> {
        let end = span.at.saturating_add(span.size).saturating_sub(4);
        let mut reader = Reader::new(chunk, span.at.saturating_add(24), end, true);
        let start = reader;
        let (number, values) = loop {
            let before = reader;
            budget.spend(0, reader.at)?;
            match reader.next()? {
                Token::Other => {}
                Token::Template(instance) => {
                    let definition = templates.find(chunk, instance.definition, instance.id)?;
                    break (templates.number(chunk, definition, budget)?, instance.values);
                }
                Token::Open(_) => break (templates.add(Outline::of(before, budget)?), Values::NONE),
                _ => return Err(Damage { what: "a record that is no event", at: start.at }),
            }
        };
        let Some(outline) = templates.outline(number).copied() else { return Ok(()) };
        let number = |slot: system::Slot| slot.number(chunk, values);
        let small = |slot: system::Slot| number(slot).and_then(|number| u32::try_from(number).ok());
        let raw = |slot: system::Slot| slot.raw(values).map(|raw| bytes(chunk, raw)).unwrap_or_default();
        let provider = raw(outline.provider);
        if self.last.provider.0 != provider {
            let text = outline.provider.text(chunk, values).unwrap_or_default();
            self.last.provider = (provider.to_vec(), text);
        }
        for (slot, last, names) in [
            (outline.channel, &mut self.last.channel, &mut self.facts.channels),
            (outline.computer, &mut self.last.computer, &mut self.facts.computers),
        ] {
            let now = raw(slot);
            if last != now && !span.recovered {
                facts::keep(names, &slot.text(chunk, values).unwrap_or_default());
                *last = now.to_vec();
            }
        }
        if !span.recovered {
            if span.written == 0 {
                self.tally.time(number(outline.time).unwrap_or(0));
            }
            self.facts.renumbered |= number(outline.record_id).is_some_and(|number| number != span.id);
        }
        let Some(event_id) = small(outline.event_id) else {
            return Err(Damage { what: "an event without a number", at: span.at });
        };
        match self.visitor.asks(&self.last.provider.1, event_id) {
            Asked::Not => return Ok(()),
            Asked::Glance(names) => {
                let written = Timestamp::from_filetime(span.written);
                if self.may_be_passed_over(chunk, span.size, (&outline, values, written), templates, names, event_id) {
                    return Ok(());
                }
            }
            Asked::Whole => {}
        }
        let templates: &Templates = templates;
        let text = |slot: system::Slot| slot.text(chunk, values);
        let mut record = LogRecord {
            provider: self.last.provider.1.clone(),
            channel: text(outline.channel).unwrap_or_default(),
            event_id,
            version: small(outline.version).unwrap_or(0),
            time: outline.time.time(chunk, values).or_else(|| Timestamp::from_filetime(span.written)),
            record_id: span.id,
            computer: text(outline.computer).unwrap_or_default(),
            user_id: text(outline.user_id),
            process_id: small(outline.process_id),
            data: Vec::new(),
            offset: offset.saturating_add(to_u64(span.at)),
            recovered: span.recovered,
        };
        let rest = Reader::new(chunk, outline.rest.0, outline.rest.1, true);
        let (data, result) = Data::read(rest, values, templates, budget, self.limits.event_record_bytes);
        record.data = data;
        // Half of a recovered record may be of another.
        if result.is_ok() || !span.recovered {
            self.visitor.take(record);
        }
        result
    }

    /// Whether a glance at a record tells that it is not asked for. What is damaged or laid out in another way must be read.
    fn may_be_passed_over(
        &mut self,
        chunk: &[u8],
        size: usize,
        (outline, values, written): (&Outline, Values<'_>, Option<Timestamp>),
        templates: &mut Templates,
        names: &'static [&'static str],
        event_id: u32,
    ) -> bool {
        let Some(body) = Body::of(chunk, outline, values, templates) else { return false };
        let length = body.reader.end.saturating_sub(body.reader.at);
        let most = size.saturating_add(length).saturating_mul(2);
        let most = most.saturating_add(body.values.count().saturating_add(length / 8).saturating_mul(21));
        if most > self.limits.event_record_bytes {
            return false;
        }
        self.values.clear();
        self.values.extend(body.values.iter());
        if self.values.iter().any(|raw| raw.kind == value::BINARY_XML || raw.kind & value::ARRAY != 0) {
            return false;
        }
        let Some(columns) = templates.columns(&body, names) else { return false };
        let glance = Glance {
            chunk,
            provider: &self.last.provider.1,
            event_id,
            time: outline.time.time(chunk, values).or(written),
            computer: outline.computer.raw(values),
            columns,
            values: &self.values,
        };
        !self.visitor.glance(&glance)
    }

    fn finish(mut self) -> LogFacts {
        if self.facts.unreadable > TOLD {
            let what = format!("{} event records that cannot be read", self.facts.unreadable);
            (self.note)(Cause::Corrupt { what, offset: 0 });
        }
        if self.facts.damaged_chunks > 0 {
            let what = format!("{} damaged chunks of {}", self.facts.damaged_chunks, self.facts.chunks);
            (self.note)(Cause::Corrupt { what, offset: 0 });
        }
        // The last chunk of a log that is in use is written before its checksums are.
        if self.facts.wrong_checksums > u64::from(self.facts.dirty) {
            let what = format!("{} chunks with a wrong checksum of {}", self.facts.wrong_checksums, self.facts.chunks);
            (self.note)(Cause::Corrupt { what, offset: 0 });
        }
        self.tally.finish(&mut self.facts);
        self.facts
    }
}

#[cfg(test)]
mod made;
#[cfg(test)]
mod tests;
