//! What the records of Windows' event logs mean.
//!
//! Sources: Microsoft's schemas of the events, as `wevtutil gp` prints them and as "Advanced security audit policy settings"
//! and the Sysmon schema 4.90 describe them.

mod fields;
pub mod glance;
mod host;
mod powershell;
mod script_blocks;
mod security;
mod sysmon;

pub use script_blocks::ScriptBlocks;

use super::event::Event;
use super::log_record::LogRecord;

pub(super) use fields::sha256;

const EVENT_LOG: &str = "Microsoft-Windows-Eventlog";

/// Whether records of this provider and number are read.
#[must_use]
pub fn wanted(provider: &str, event_id: u32) -> bool {
    match provider {
        sysmon::PROVIDER => sysmon::wanted(event_id),
        security::PROVIDER => security::wanted(event_id),
        powershell::MANIFEST | powershell::CORE | powershell::CLASSIC => powershell::wanted(provider, event_id),
        _ => host::wanted(provider, event_id),
    }
}

/// What a record means; nothing for those that are not read.
#[must_use]
pub fn event_of(record: &LogRecord) -> Option<Event> {
    if !wanted(&record.provider, record.event_id) {
        return None;
    }
    match record.provider.as_str() {
        sysmon::PROVIDER => sysmon::event_of(record),
        security::PROVIDER => security::event_of(record),
        powershell::MANIFEST | powershell::CORE | powershell::CLASSIC => Some(powershell::event_of(record)),
        _ => host::event_of(record),
    }
}

/// What every event has.
fn base(record: &LogRecord, log: &str) -> Event {
    Event {
        time: record.time,
        source: format!("{log}-{}", record.event_id),
        record: record.record_id,
        host: (!record.computer.is_empty()).then(|| record.computer.clone()),
        recovered: record.recovered,
        ..Event::default()
    }
}

#[cfg(test)]
mod tests;
