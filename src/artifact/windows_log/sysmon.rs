//! Sysmon: processes, connections, files, names and registry values.
//!
//! Source: Sysmon's own schema (`sysmon -s`), 3.0 to 4.90. `UtcTime` is when it happened; the record was written later.

use super::fields::{endpoint, guid, hashes, instant, integrity, logon_id, protocol, text, version_text};
use crate::artifact::event::{Direction, Dns, Event, File, LogChange, Network, Process, Registry, Starts};
use crate::artifact::log_record::LogRecord;

/// Its name.
pub(super) const PROVIDER: &str = "Microsoft-Windows-Sysmon";

/// Whether these records are read.
#[must_use]
pub(super) fn wanted(event_id: u32) -> bool {
    matches!(event_id, 1 | 3 | 4 | 5 | 7 | 11..=16 | 20 | 22 | 23 | 26 | 27 | 29 | 255)
}

/// What a record means.
#[must_use]
pub(super) fn event_of(record: &LogRecord) -> Option<Event> {
    let mut event = super::base(record, "sysmon");
    event.time = record.get("UtcTime").and_then(instant).or(event.time);
    event.user = text(record, "User");
    event.process = process(record);
    match record.event_id {
        1 => {
            event.action = Some("started".to_owned());
            event.process = Some(started(record, event.process.unwrap_or_default()));
        }
        3 => event.network = Some(network(record)),
        4 => {
            let stopped = record.get("State").is_some_and(|state| state.eq_ignore_ascii_case("stopped"));
            event.log =
                Some(change(record, if stopped { "stopped" } else { "started" }, &["Version", "SchemaVersion"]));
        }
        5 => event.action = Some("ended".to_owned()),
        7 => {
            // The program's own file tells who signed the program.
            let is_program = record.get("Image").is_some() && record.get("Image") == record.get("ImageLoaded");
            if is_of_windows(record) && !is_program {
                return None;
            }
            event.action = Some("loaded".to_owned());
            event.file = Some(file(record, "ImageLoaded", "Hashes")?);
        }
        11 => {
            event.action = Some("created".to_owned());
            event.file = Some(file(record, "TargetFilename", "Hashes")?);
        }
        12..=14 => {
            event.action = registry_action(record);
            event.registry = Some(registry(record)?);
        }
        15 => {
            event.action = Some("created".to_owned());
            event.file = Some(file(record, "TargetFilename", "Hash")?);
        }
        16 => event.log = Some(change(record, "configuration", &["Configuration", "ConfigurationFileHash"])),
        20 => {
            event.action = text(record, "Operation").map(|operation| operation.to_lowercase());
            event.starts = Some(Starts {
                mechanism: "wmi-consumer".to_owned(),
                name: text(record, "Name").unwrap_or_default().trim_matches(['"', ' ']).to_owned(),
                command_line: text(record, "Destination"),
                ..Starts::default()
            });
        }
        22 => event.dns = Some(dns(record)?),
        23 | 26 => {
            event.action = Some("deleted".to_owned());
            event.file = Some(file(record, "TargetFilename", "Hashes")?);
        }
        27 => {
            event.action = Some("blocked".to_owned());
            event.file = Some(file(record, "TargetFilename", "Hashes")?);
        }
        29 => {
            event.action = Some("created".to_owned());
            event.file = Some(file(record, "TargetFilename", "Hashes")?);
        }
        255 => event.log = Some(change(record, "events-lost", &["ID", "Description"])),
        _ => return None,
    }
    Some(event)
}

/// The process that it is about, as every event names it.
fn process(record: &LogRecord) -> Option<Process> {
    let process = Process {
        executable: text(record, "Image"),
        pid: record.number("ProcessId"),
        guid: record.get("ProcessGuid").and_then(guid),
        ..Process::default()
    };
    (process != Process::default()).then_some(process)
}

/// What the event of a start says besides.
fn started(record: &LogRecord, process: Process) -> Process {
    let parent = Process {
        executable: text(record, "ParentImage"),
        command_line: text(record, "ParentCommandLine"),
        pid: record.number("ParentProcessId"),
        guid: record.get("ParentProcessGuid").and_then(guid),
        user: text(record, "ParentUser"),
        ..Process::default()
    };
    Process {
        command_line: text(record, "CommandLine"),
        integrity_level: record.get("IntegrityLevel").and_then(integrity),
        working_directory: text(record, "CurrentDirectory"),
        original_file_name: version_text(record, "OriginalFileName"),
        description: version_text(record, "Description"),
        company: version_text(record, "Company"),
        hashes: hashes(record.get("Hashes").or_else(|| record.get("Hash"))),
        logon_id: logon_id(record, "LogonId"),
        parent: (parent != Process::default()).then(|| Box::new(parent)),
        ..process
    }
}

fn network(record: &LogRecord) -> Network {
    Network {
        direction: record.get("Initiated").map(|initiated| {
            if initiated.eq_ignore_ascii_case("true") { Direction::Outbound } else { Direction::Inbound }
        }),
        protocol: record.get("Protocol").map(protocol),
        source: endpoint(record, "SourceIp", "SourcePort", Some("SourceHostname")),
        destination: endpoint(record, "DestinationIp", "DestinationPort", Some("DestinationHostname")),
        ..Network::default()
    }
}

fn file(record: &LogRecord, path: &str, digests: &str) -> Option<File> {
    Some(File {
        path: text(record, path)?,
        hashes: hashes(record.get(digests)),
        created: record.get("CreationUtcTime").and_then(instant),
        contents: text(record, "Contents"),
        signer: text(record, "Signature"),
        signature_status: text(record, "SignatureStatus"),
        ..File::default()
    })
}

/// Whether a module is a part of Windows that is as Microsoft made it; there are hundreds for each process.
fn is_of_windows(record: &LogRecord) -> bool {
    record.get("SignatureStatus") == Some("Valid") && record.get("Signature") == Some("Microsoft Windows")
}

fn registry_action(record: &LogRecord) -> Option<String> {
    let action = match record.get("EventType")? {
        "CreateKey" | "CreateValue" => "created",
        "DeleteKey" | "DeleteValue" => "deleted",
        "SetValue" => "set",
        "RenameKey" | "RenameValue" => "renamed",
        other => other,
    };
    Some(action.to_owned())
}

fn registry(record: &LogRecord) -> Option<Registry> {
    let target = record.get("TargetObject")?;
    let of_key = record.get("EventType").is_some_and(|kind| kind.ends_with("Key"));
    let (key, value) = match target.rsplit_once('\\').filter(|_| !of_key) {
        Some((key, "(Default)")) => (key, ""),
        Some((key, value)) => (key, value),
        None => (target, ""),
    };
    let data = text(record, "Details").or_else(|| text(record, "NewName"));
    Some(Registry { key: key.to_owned(), value: value.to_owned(), data })
}

/// Results are parted by `;`: `type:  5 www.example.`, `::ffff:192.0.2.1`.
fn dns(record: &LogRecord) -> Option<Dns> {
    let answers = record.get("QueryResults").unwrap_or_default().split(';').filter_map(|answer| {
        let answer = answer.trim();
        let answer = answer
            .strip_prefix("type:")
            .map_or(answer, |rest| rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()));
        let answer = answer.trim();
        let answer = answer.strip_prefix("::ffff:").or_else(|| answer.strip_prefix("::FFFF:")).unwrap_or(answer);
        (!answer.is_empty() && answer != "-").then(|| answer.to_owned())
    });
    Some(Dns {
        question: text(record, "QueryName")?,
        answers: answers.collect(),
        status: record.number("QueryStatus").and_then(|status| u32::try_from(status).ok()),
    })
}

fn change(record: &LogRecord, change: &str, details: &[&str]) -> LogChange {
    let detail: Vec<&str> = details.iter().filter_map(|name| record.get(name)).collect();
    LogChange {
        channel: record.channel.clone(),
        change: change.to_owned(),
        detail: (!detail.is_empty()).then(|| detail.join(" ")),
    }
}
