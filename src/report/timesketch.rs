//! The timeline as JSON lines that Timesketch imports as they are.
//!
//! Source: Timesketch, "Import timelines: CSV and JSONL": each line needs `message`, `datetime` (ISO 8601) and
//! `timestamp_desc`; `tag` is a list; other fields are searched by their names, and are flat.

use crate::case::Case;
use crate::case::timeline::{Clock, TimelineEntry};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// One line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    message: &'a str,
    datetime: String,
    timestamp_desc: &'a str,
    data_type: String,
    tag: Vec<&'a str>,
    clock: Clock,
    refs: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command_line: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dst_ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dst_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_file: Option<&'a str>,
}

/// Writes the timeline of a case.
///
/// # Errors
/// What the output says.
pub fn write(case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let events: BTreeMap<&str, &crate::case::Event> =
        case.events.iter().map(|event| (event.id.as_str(), event)).collect();
    for entry in &case.timeline {
        let event = entry.refs.iter().find_map(|id| events.get(id.as_str()).copied());
        serde_json::to_writer(&mut *out, &line(entry, event))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn line<'a>(entry: &'a TimelineEntry, event: Option<&'a crate::case::Event>) -> Line<'a> {
    let fact = event.map(|event| &event.fact);
    let process = fact.and_then(|fact| fact.process.as_ref());
    let network = fact.and_then(|fact| fact.network.as_ref());
    let destination = network.and_then(|network| network.destination.as_ref());
    let mut tag = vec!["ftpsift"];
    tag.extend(event.filter(|event| !event.links.runs.is_empty()).map(|_| "ftp-client"));
    tag.extend(event.filter(|event| !event.links.payloads.is_empty()).map(|_| "payload"));
    Line {
        message: &entry.text,
        datetime: entry.time.to_string(),
        timestamp_desc: &entry.kind,
        data_type: format!("ftpsift:{}", fact.map_or("file", |fact| fact.source.as_str())),
        tag,
        clock: entry.clock,
        refs: entry.refs.join(" "),
        hostname: entry.host.as_deref(),
        note: entry.note.as_deref(),
        user: fact.and_then(|fact| fact.user.as_deref()),
        process_path: process.and_then(|process| process.executable.as_deref()),
        command_line: process.and_then(|process| process.command_line.as_deref()),
        pid: process.and_then(|process| process.pid),
        src_ip: network.and_then(|network| network.source.as_ref()?.ip.as_deref()),
        dst_ip: destination.and_then(|end| end.ip.as_deref()),
        dst_port: destination.and_then(|end| end.port),
        file_path: fact.and_then(|fact| fact.file.as_ref()).map(|file| file.path.as_str()),
        source_file: event.map(|event| event.path.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn lines_have_what_timesketch_asks_for() {
        let entry = TimelineEntry {
            time: Timestamp::parse("2026-03-01T10:00:00Z").unwrap(),
            clock: Clock::FileSystem,
            kind: "payload created".to_owned(),
            text: "C:\\a.exe".to_owned(),
            host: None,
            refs: vec!["p1".to_owned()],
            note: None,
        };
        let value = serde_json::to_value(line(&entry, None)).unwrap();
        for (field, expected) in [
            ("message", "C:\\a.exe"),
            ("datetime", "2026-03-01T10:00:00Z"),
            ("timestamp_desc", "payload created"),
            ("data_type", "ftpsift:file"),
        ] {
            assert_eq!(value[field], expected, "{field}");
        }
        assert!(value["tag"].is_array() && value.as_object().unwrap().values().all(|value| !value.is_object()));
    }
}
