//! What a document is: the event itself, as evtx_dump, Velociraptor and Wazuh write it, or what holds it.
//!
//! Sources: the crate evtx (`#attributes`, `#text`, and `…_attributes` beside them); Velociraptor's `parse_evtx` (numbers with
//! `Value`, `SystemTime` in seconds since 1970); Wazuh, "Windows event channel" (`data.win`); Splunk's export (`result._raw`).

use super::tree::Node;
use super::when::{self, When};
use super::{Found, Wanted, ecs, flat, origin, xml};
use crate::artifact::log_record::LogRecord;
use crate::base::guard::guarded;

/// Data of one record.
const DATA: usize = 4096;
/// Documents in a document in a document.
const NESTED: usize = 8;

/// What came of a document.
pub(super) enum Outcome {
    /// An event that was asked for.
    Wanted(Box<Found>),
    /// One that was not.
    Unwanted { log: String, when: Option<When> },
    /// Something else.
    NoEvent,
}

/// Where events go.
pub(super) type Emit<'a> = dyn FnMut(Outcome) + 'a;

/// The events of a document.
pub(super) fn records(node: &Node, wanted: &Wanted<'_>, emit: &mut Emit<'_>) {
    within(node, wanted, emit, NESTED);
}

fn within(node: &Node, wanted: &Wanted<'_>, emit: &mut Emit<'_>, nested: usize) {
    let Some(deeper) = nested.checked_sub(1) else { return emit(Outcome::NoEvent) };
    if let Node::List(documents) = node {
        return documents.iter().for_each(|document| within(document, wanted, emit, deeper));
    }
    let event = node.get("Event").filter(|event| event.has("System")).unwrap_or(node);
    if let Some(system) = event.get("System").filter(|system| system.has("EventID")) {
        return emit(windows(event, system, wanted));
    }
    if let Some(text) = node.get("_raw").and_then(Node::text) {
        return emit(raw(text, node, wanted));
    }
    if let Some(win) = node.at("data.win").or(node.get("win")).filter(|win| win.has("system")) {
        return emit(wazuh(win, wanted));
    }
    if ecs::is(node) {
        return emit(ecs::record(node, wanted));
    }
    let inner =
        ["_source", "fields", "result", "document", "data", "hits", "results", "rows", "Events", "events", "value"];
    match inner.iter().find_map(|name| node.get(name).filter(|inner| !matches!(inner, Node::Text(_) | Node::Null))) {
        Some(inner) if !flat::is(node) => within(inner, wanted, emit, deeper),
        _ => emit(flat::record(node, wanted)),
    }
}

/// An attribute of an element of `System`: `{"Name":…}`, `{"#attributes":{"Name":…}}`, or in a field beside it.
fn attribute<'a>(system: &'a Node, element: &str, name: &str) -> Option<&'a Node> {
    let own = system.get(element);
    let beside = || system.get(&format!("{element}_attributes"))?.get(name);
    own.and_then(|own| own.get(name).or_else(|| own.get("#attributes")?.get(name))).or_else(beside)
}

/// An event with a `System` part.
fn windows(event: &Node, system: &Node, wanted: &Wanted<'_>) -> Outcome {
    let text = |name: &str| system.get(name).and_then(Node::text).unwrap_or_default();
    let attribute = |element: &str, name: &str| attribute(system, element, name).and_then(Node::text);
    let Ok(event_id) = text("EventID").parse() else { return Outcome::NoEvent };
    let channel = text("Channel");
    let provider = attribute("Provider", "Name").or(system.get("Provider").and_then(Node::text));
    let provider = provider.unwrap_or_else(|| origin::of_channel(channel, event_id));
    let time = attribute("TimeCreated", "SystemTime").or(system.get("TimeCreated").and_then(Node::text));
    // The log itself is in UTC.
    let when = time.and_then(when::parse).map(|when| When { zoned: true, ..when });
    let record = LogRecord {
        provider: provider.to_owned(),
        channel: channel.to_owned(),
        event_id,
        version: text("Version").parse().unwrap_or(0),
        record_id: text("EventRecordID").parse().unwrap_or(0),
        computer: text("Computer").to_owned(),
        user_id: attribute("Security", "UserID").filter(|text| !text.is_empty()).map(str::to_owned),
        process_id: attribute("Execution", "ProcessID").and_then(|text| text.parse().ok()),
        ..LogRecord::default()
    };
    outcome(record, when, wanted, |data| {
        for part in ["EventData", "UserData"] {
            if let Some(part) = event.get(part) {
                data_of(part, "", data);
            }
        }
    })
}

/// A record with its data, if it is asked for.
pub(super) fn outcome(
    mut record: LogRecord,
    when: Option<When>,
    wanted: &Wanted<'_>,
    fill: impl FnOnce(&mut Vec<(String, String)>),
) -> Outcome {
    if !wanted(&record.provider, record.event_id) {
        let log = if record.channel.is_empty() { record.provider } else { record.channel };
        return Outcome::Unwanted { log, when };
    }
    fill(&mut record.data);
    Outcome::Wanted(Box::new(Found { record, when }))
}

/// The data of `EventData` or `UserData`, with the name of the element that each stands in, or of its own.
pub(super) fn data_of(node: &Node, name: &str, data: &mut Vec<(String, String)>) {
    if data.len() >= DATA {
        return;
    }
    let name = if name == "Data" { "" } else { name };
    match node {
        Node::Text(text) => data.push((name.to_owned(), text.clone())),
        Node::Null => {
            if !name.is_empty() {
                data.push((name.to_owned(), String::new()));
            }
        }
        Node::List(values) => values.iter().for_each(|value| data_of(value, name, data)),
        Node::Map(fields) => {
            // `{"@Name":"Image","#text":"…"}`, and without the text if there is none.
            if let Some(own) = node.get("@Name").and_then(Node::text) {
                return data
                    .push((own.to_owned(), node.get("#text").and_then(Node::text).unwrap_or_default().to_owned()));
            }
            for (field, value) in fields {
                match field.as_str() {
                    "#text" => data_of(value, name, data),
                    field if field.starts_with(['#', '@']) || field.ends_with("_attributes") => {}
                    field => data_of(value, field, data),
                }
            }
        }
    }
}

/// What Splunk was given: XML, or lines of `Name=value` of which the message is the last.
fn raw(text: &str, node: &Node, wanted: &Wanted<'_>) -> Outcome {
    if let Some(start) = xml::first(text.as_bytes()) {
        let event = text.get(start..).and_then(|text| guarded(|| xml::parse(text, wanted))?);
        return match event {
            Some(xml::Record { found, wanted: true, .. }) => Outcome::Wanted(Box::new(found)),
            Some(xml::Record { found, log, .. }) => Outcome::Unwanted { log, when: found.when },
            None => Outcome::NoEvent,
        };
    }
    let (lines, message) = text.split_once("\nMessage=").unwrap_or((text, ""));
    let lines = lines.lines().take(DATA).filter_map(|line| line.split_once('='));
    let time = node.get("_time").and_then(Node::text).map(|time| ("_time", time));
    let fields = lines.chain(time).chain([("Message", message)]);
    flat::record(
        &Node::Map(fields.map(|(name, text)| (name.to_owned(), Node::Text(text.to_owned()))).collect()),
        wanted,
    )
}

/// An alert of Wazuh, whose names begin with a small letter.
fn wazuh(win: &Node, wanted: &Wanted<'_>) -> Outcome {
    let text = |name: &str| win.get("system").and_then(|system| system.get(name)?.text()).unwrap_or_default();
    let Ok(event_id) = text("eventID").parse() else { return Outcome::NoEvent };
    let record = LogRecord {
        provider: text("providerName").to_owned(),
        channel: text("channel").to_owned(),
        event_id,
        version: text("version").parse().unwrap_or(0),
        record_id: text("eventRecordID").parse().unwrap_or(0),
        computer: text("computer").to_owned(),
        process_id: text("processID").parse().ok(),
        ..LogRecord::default()
    };
    let when = when::parse(text("systemTime")).map(|when| When { zoned: true, ..when });
    outcome(record, when, wanted, |data| {
        for (name, value) in win.get("eventdata").map(Node::fields).unwrap_or_default().iter().take(DATA) {
            let mut letters = name.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            let name: String = first.into_iter().chain(letters).collect();
            // It escapes what it then writes as JSON, which escapes it again.
            data.push((name, value.text().unwrap_or_default().replace("\\\\", "\\").replace("\\\"", "\"")));
        }
    })
}
