//! `Event` elements: what `wevtutil qe /f:xml`, Event Viewer's "Save as XML", evtx_dump and libevtx write.
//!
//! Source: Microsoft, "Windows Event Log", Event Schema.

use super::text::{Found as Place, Window};
use super::when;
use super::{Found, Sink, Wanted};
use crate::artifact::log_record::LogRecord;
use crate::base::guard::guarded;
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

const END: &[u8] = b"</Event>";
/// Length of `<Event` with what follows it.
const BEGIN: usize = 7;
const DEPTH: usize = 64;
const DATA: usize = 4096;
const ATTRIBUTES: usize = 64;

/// Reads the records of a text.
pub(super) fn read(window: &mut Window<'_>, cap: usize, sink: &mut Sink<'_>) {
    while window.skip_to(BEGIN, first) {
        let offset = window.offset();
        let place = window.find(cap, |rest, looked| {
            let from = looked.saturating_sub(END.len());
            memmem::find(rest.get(from..)?, END).map(|at| at.saturating_add(from))
        });
        let length = match place {
            Place::At(end) => end.saturating_add(END.len()),
            Place::TooFar => cap,
            Place::End => window.rest().len(),
        };
        let text = window.rest().get(..length).unwrap_or_default();
        // Records do not hold records: the first was cut off. The last is gone on with, so that no text is read again and again.
        if let Some(later) = last(text).filter(|later| *later > 0) {
            sink.damaged("a record that does not end", offset);
            window.consume(later);
            continue;
        }
        match place {
            Place::End => sink.damaged("a record that does not end", offset),
            _ => match guarded(|| parse(&Window::decode(text), sink.wanted)).flatten() {
                Some(Record { log, found, wanted }) => {
                    sink.count(&log, found.when);
                    if wanted {
                        sink.give(found, offset);
                    }
                }
                None => sink.damaged("a record that is no event", offset),
            },
        }
        window.consume(length.max(1));
        if place == Place::TooFar {
            sink.too_large(cap);
            window.skip_to(END.len(), |rest| [memmem::find(rest, END), first(rest)].into_iter().flatten().min());
        }
    }
}

/// Where the first record begins.
pub(super) fn first(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b"<Event").find(|at| begins(text, *at))
}

fn last(text: &[u8]) -> Option<usize> {
    memmem::rfind_iter(text, b"<Event").find(|at| begins(text, *at))
}

fn begins(text: &[u8], at: usize) -> bool {
    matches!(text.get(at.saturating_add(BEGIN).saturating_sub(1)), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n'))
}

/// A record, without its data if it is not asked for.
pub(super) struct Record {
    pub(super) log: String,
    pub(super) found: Found,
    pub(super) wanted: bool,
}

/// The parts of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    System,
    EventData,
    UserData,
    Other,
}

/// Reads one `Event` element, perhaps cut off; nothing if it is none.
pub(super) fn parse(text: &str, wanted: &Wanted<'_>) -> Option<Record> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let mut names: Vec<String> = Vec::new();
    let mut part = Part::Other;
    let mut leaf = false;
    let mut words = String::new();
    let mut id = None;
    let mut found = Found::default();
    let mut system = false;
    let mut asked = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => {
                if names.len() >= DEPTH {
                    return None;
                }
                let name = start.local_name().as_ref().to_owned();
                words.clear();
                leaf = true;
                match (names.len(), part) {
                    (1, _) => {
                        part = match name.as_str() {
                            "System" => Part::System,
                            "EventData" => Part::EventData,
                            "UserData" => Part::UserData,
                            _ => Part::Other,
                        }
                    }
                    (2, Part::System) => attributes(&start, &name, &mut found),
                    _ => {}
                }
                names.push(match (names.len(), part, name.as_str()) {
                    (2, Part::EventData, "Data" | "ComplexData") => attribute(&start, "Name").unwrap_or_default(),
                    // The strings of a list are data of their own.
                    (3.., Part::EventData, "string") => names.last().cloned().unwrap_or_default(),
                    _ => name,
                });
            }
            Event::End(_) => {
                let depth = names.len();
                let Some(name) = names.pop() else { break };
                let value = std::mem::take(&mut words);
                match (depth, part) {
                    (1, _) => break,
                    (2, Part::System) => {
                        system = true;
                        asked = wanted(&found.record.provider, id?);
                        if !asked {
                            break;
                        }
                    }
                    (3, Part::System) if leaf => element(&name, &value, &mut found.record, &mut id),
                    (3.., Part::EventData | Part::UserData) if leaf && found.record.data.len() < DATA => {
                        // A tool that indents breaks what is empty over two lines.
                        let blank = value.contains('\n') && value.trim().is_empty();
                        if part == Part::UserData && depth == 3 && (blank || value.is_empty()) {
                            // What would hold data holds none.
                            leaf = false;
                            continue;
                        }
                        found.record.data.push((name, if blank { String::new() } else { value }));
                    }
                    _ => {}
                }
                leaf = false;
            }
            // Line ends are left as they were logged, which XML would have made one.
            Event::Text(text) => words.push_str(&text),
            Event::CData(text) => words.push_str(&text),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => words.push(character),
                _ => {
                    let name = reference.xml10_content();
                    match resolve_predefined_entity(&name) {
                        Some(text) => words.push_str(text),
                        None => words.extend(["&", &name, ";"]),
                    }
                }
            },
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    // A text that was cut off ends inside of a datum.
    if asked && leaf && !words.is_empty() && matches!(part, Part::EventData | Part::UserData) {
        found.record.data.extend(names.pop().map(|name| (name, words)));
    }
    found.record.event_id = id?;
    let record = &found.record;
    let log = if record.channel.is_empty() { record.provider.clone() } else { record.channel.clone() };
    system.then_some(Record { log, found, wanted: asked })
}

/// What stands in the attributes of an element of `System`.
fn attributes(start: &BytesStart<'_>, name: &str, found: &mut Found) {
    match name {
        "Provider" => {
            let provider = attribute(start, "Name").or_else(|| attribute(start, "EventSourceName"));
            found.record.provider = provider.unwrap_or_default();
        }
        "TimeCreated" => {
            // Tools that leave out the zone write UTC, as the log does.
            let when = attribute(start, "SystemTime").and_then(|text| when::parse(&text));
            found.when = when.map(|when| when::When { zoned: true, ..when });
        }
        "Execution" => found.record.process_id = attribute(start, "ProcessID").and_then(|text| text.parse().ok()),
        "Security" => found.record.user_id = attribute(start, "UserID").filter(|text| !text.is_empty()),
        _ => {}
    }
}

/// What stands in an element of `System`.
fn element(name: &str, value: &str, record: &mut LogRecord, id: &mut Option<u32>) {
    let value = value.trim();
    match name {
        "EventID" => *id = value.parse().ok(),
        "Version" => record.version = value.parse().unwrap_or(0),
        "EventRecordID" => record.record_id = value.parse().unwrap_or(0),
        "Channel" => value.clone_into(&mut record.channel),
        "Computer" => value.clone_into(&mut record.computer),
        _ => {}
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found =
        attributes.with_checks(false).flatten().take(ATTRIBUTES).find(|attribute| attribute.key.as_ref() == name)?;
    let raw = &*found.value;
    Some(unescape(raw).map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned))
}
