//! Whether a file is an export of an event log, by its first bytes.

use super::Form;
use super::text::Window;
use super::{csv, xml};
use crate::base::text;

/// How an export of an event log that begins with these bytes is written; nothing if it is none. The first 4 KiB do for nearly all,
/// 64 KiB for documents whose fields are in the order of the alphabet.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Form> {
    let (encoding, mark) = text::sniff(head)?;
    let narrow = text::narrow(head.get(mark..)?, encoding);
    let begin = narrow.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let text = narrow.get(begin..)?;
    let has = |what: &str| memchr::memmem::find(text, what.as_bytes()).is_some();
    // evtx_dump numbers its records.
    let numbered = text.starts_with(b"Record ");
    if text.starts_with(b"<") || numbered {
        let schema = has("schemas.microsoft.com/win/2004/08/events/event") || has("<System>");
        if schema && xml::first(text).is_some() {
            return Some(Form::Xml);
        }
    }
    let documents = text.starts_with(b"{") || text.starts_with(b"[") || numbered;
    // A syslog server puts its own words before each.
    let behind = !documents && text.starts_with(b"<") && memchr::memmem::find(text, b" {\"").is_some();
    if documents || behind {
        return is_json(&|name| has(&format!("\"{name}\"")), &has).then_some(Form::Json);
    }
    let bytes = text.to_vec();
    let (_, names) = csv::header(&mut Window::open(&bytes), 64 << 10)?;
    is_header(&|name| names.iter().any(|known| known == name)).then_some(Form::Csv)
}

/// Whether documents with such names hold events.
fn is_json(named: &dyn Fn(&str) -> bool, has: &dyn Fn(&str) -> bool) -> bool {
    let number = ["EventID", "EventId", "event_id", "EventCode", "Id"].iter().any(|name| named(name));
    let origin =
        ["Channel", "SourceName", "ProviderName", "LogName", "UtcTime", "NewProcessName", "source_name", "log_name"]
            .iter()
            .any(|name| named(name));
    named("System") && number
        || named("winlog")
        || has("\"winlog.")
        || number && origin
        || named("EventId") && (named("PayloadData1") || named("MapDescription") || named("ChunkNumber"))
        || named("_raw") && (has("<Event ") || has("EventCode="))
        || named("win") && named("eventdata") && named("system")
        || named("UtcTime") && named("ProcessGuid")
        || (named("event") && named("code") || named("event.code")) && (has("sysmon") || has("Microsoft-Windows-"))
}

/// Whether columns of such names hold events.
fn is_header(named: &dyn Fn(&str) -> bool) -> bool {
    let any = |names: &[&str]| names.iter().any(|name| named(name));
    let number = any(&["EventID", "EventId", "Event ID", "event_id", "EventCode", "Id", "id"]);
    let origin =
        any(&["Channel", "SourceName", "ProviderName", "Provider", "LogName", "NewProcessName", "provider", "channel"]);
    number && origin
        || named("Event ID") && named("Source")
        || named("UtcTime") && any(&["ProcessGuid", "Image"])
        || named("NewProcessName") && named("NewProcessId")
        || any(&["winlog.event_id", "event.code"])
        || named("_raw") && any(&["sourcetype", "_time"])
}
