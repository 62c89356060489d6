//! Records whose fields all stand side by side: what EvtxECmd, NXLog, PowerShell and Velociraptor's artifacts write, as JSON or as
//! rows, and Sysmon's fields as they are.
//!
//! Sources: E. Zimmerman, EvtxECmd (columns and `Payload`); NXLog, "im_msvistalog"; Open Threat Research, Security-Datasets;
//! .NET, `EventLogRecord`; Event Viewer's "Save as CSV"; Velociraptor, `Windows.EventLogs.Evtx`.

use super::message;
use super::shape::{Outcome, data_of, outcome};
use super::tree::Node;
use super::when::{self, When};
use super::{Wanted, origin};
use crate::artifact::log_record::LogRecord;

const NUMBER: &[&str] = &["EventID", "EventId", "Event ID", "event_id", "EventCode", "Id", "id"];
const PROVIDER: &[&str] = &[
    "SourceName",
    "ProviderName",
    "Provider",
    "provider_name",
    "source_name",
    "Provider_Name",
    "ProviderGuidName",
    "Source",
];
const CHANNEL: &[&str] = &["Channel", "LogName", "channel", "log_name"];
const COMPUTER: &[&str] =
    &["Hostname", "HostName", "MachineName", "Computer", "ComputerName", "computer_name", "computer", "host"];
const RECORD: &[&str] =
    &["EventRecordID", "EventRecordId", "RecordId", "RecordID", "record_id", "RecordNumber", "record_number"];
const TIME: &[&str] = &[
    "SystemTime",
    "TimeCreated",
    "EventTime",
    "@timestamp",
    "TimeGenerated",
    "Date and Time",
    "_time",
    "timestamp",
    "time_created_utc",
];
const VERSION: &[&str] = &["Version", "version"];
const USER: &[&str] = &["UserID", "UserId", "UserSID", "SecurityUserID"];
const PROCESS: &[&str] = &["ExecutionProcessID", "ExecutionProcessId"];

/// Fields that are no data of the event, beside those above.
const SYSTEM: &[&str] = &[
    "@version",
    "AccountName",
    "AccountType",
    "ActivityID",
    "ActivityId",
    "Bookmark",
    "Category",
    "ContainerLog",
    "Correlation",
    "Domain",
    "EventReceivedTime",
    "EventType",
    "ExecutionThreadID",
    "Keywords",
    "KeywordsDisplayNames",
    "Level",
    "LevelDisplayName",
    "MatchedQueryIds",
    "Message",
    "Opcode",
    "OpcodeDisplayName",
    "OpcodeValue",
    "OSPath",
    "FullPath",
    "Properties",
    "ProviderGuid",
    "ProviderId",
    "Qualifiers",
    "RelatedActivityId",
    "Severity",
    "SeverityValue",
    "SourceModuleName",
    "SourceModuleType",
    "System",
    "Task",
    "Task Category",
    "TaskDisplayName",
    "TaskValue",
    "ThreadID",
    "ThreadId",
    "Username",
    "message",
    "port",
    "tags",
    "type",
    "user",
    // Winlogbeat up to 6, and Splunk.
    "OpCode",
    "Sid",
    "SidType",
    "TaskCategory",
    "Type",
    "level",
    "opcode",
    "process_id",
    "task",
    "thread_id",
];

/// Whether a document is an event: it has a number, and something says whose.
pub(super) fn is(node: &Node) -> bool {
    let number = node.first(NUMBER).is_some_and(|text| text.trim().parse::<u32>().is_ok());
    number && (node.first(PROVIDER).is_some() || node.first(CHANNEL).is_some() || by_fields(node).is_some())
        || by_fields(node).is_some_and(|(_, number)| number.is_some())
}

/// The record of such an event.
pub(super) fn record(node: &Node, wanted: &Wanted<'_>) -> Outcome {
    if !is(node) {
        return Outcome::NoEvent;
    }
    let by_fields = by_fields(node);
    let number = node.first(NUMBER).and_then(|text| text.trim().parse().ok());
    let Some(event_id) = number.or(by_fields.and_then(|(_, number)| number)) else { return Outcome::NoEvent };
    let channel = node.first(CHANNEL).unwrap_or_default();
    let named =
        node.first(PROVIDER).or_else(|| Some(origin::of_channel(channel, event_id)).filter(|name| !name.is_empty()));
    let provider = origin::provider(named.or(by_fields.map(|(provider, _)| provider)).unwrap_or_default());
    let zimmerman =
        node.has("EventId") && ["Payload", "PayloadData1", "MapDescription"].iter().any(|name| node.has(name));
    // Where there are both, a process without capital letters is one of the event's data.
    let logger: &[&str] = match node.first(PROCESS) {
        Some(_) => PROCESS,
        None if zimmerman => &["ProcessId"],
        None if node.has("event_data") => &["process_id"],
        None if node.has("ThreadID") => &["ProcessID"],
        None if node.has("ThreadId") && node.has("Message") => &["ProcessId"],
        None => &[],
    };
    let record = LogRecord {
        provider: provider.to_owned(),
        channel: channel.to_owned(),
        event_id,
        version: node.first(VERSION).and_then(|text| text.parse().ok()).unwrap_or(0),
        record_id: node.first(RECORD).and_then(|text| text.parse().ok()).unwrap_or(0),
        computer: node.first(COMPUTER).or(node.text_at("host.name")).unwrap_or_default().to_owned(),
        user_id: node
            .first(USER)
            .or_else(|| node.text_at("user.identifier"))
            .filter(|text| text.starts_with("S-1-"))
            .map(str::to_owned),
        process_id: node.first(logger).and_then(|text| text.parse().ok()),
        ..LogRecord::default()
    };
    let when = time(node, zimmerman);
    let provider = record.provider.clone();
    outcome(record, when, wanted, |data| {
        let parts = if zimmerman { payload(node, data) } else { nested(node, data) };
        if !parts && !zimmerman {
            let is_system = |name: &str| {
                let lists = [NUMBER, PROVIDER, CHANNEL, COMPUTER, RECORD, TIME, VERSION, PROCESS, SYSTEM, logger];
                lists.iter().any(|list| list.contains(&name)) || name.starts_with(['@', '_'])
            };
            for (name, value) in node.fields() {
                // The account that logged an event of Sysmon is no datum of it.
                let user = USER.contains(&name.as_str());
                if !is_system(name) && !user && !matches!(value, Node::Null) {
                    data_of(value, name, data);
                }
            }
        }
        if let Some(text) = node.first(&["Message", "message"]) {
            message::fill(&provider, event_id, text, data);
        }
        // A row has a field for each name that any of the rows has.
        data.retain(|(_, text)| !text.is_empty());
    })
}

/// When the event was written: Sysmon's own time where the record's has no zone.
fn time(node: &Node, zimmerman: bool) -> Option<When> {
    let all = || TIME.iter().filter_map(|name| when::parse(node.get(name)?.text()?));
    if zimmerman {
        // It writes UTC, in rows without saying so.
        return all().next().map(|when| When { zoned: true, ..when });
    }
    let told = || node.first(&["Message", "message"])?.split_once("UtcTime: ")?.1.lines().next();
    let own = node.first(&["UtcTime"]).or_else(told).and_then(when::parse).map(|when| When { zoned: true, ..when });
    let zoned = all().find(|when| when.zoned);
    // What took the event in says when it did that, in UTC.
    match node.get("EventTime").and_then(|text| when::parse(text.text()?)) {
        Some(local) if !local.zoned => own.or(zoned).or(Some(local)),
        local => local.or(zoned).or(own).or_else(|| all().next()),
    }
}

/// The provider and the number of an event by fields that no other has.
fn by_fields(node: &Node) -> Option<(&'static str, Option<u32>)> {
    let has = |names: &[&str]| names.iter().all(|name| node.first(&[name]).is_some());
    if has(&["UtcTime"]) && (has(&["ProcessGuid"]) || has(&["Image"])) {
        let number = if has(&["CommandLine", "ParentImage"]) {
            Some(1)
        } else if has(&["DestinationIp", "Protocol"]) {
            Some(3)
        } else if has(&["QueryName"]) {
            Some(22)
        } else if has(&["TargetFilename", "CreationUtcTime"]) && !has(&["PreviousCreationUtcTime"]) && !has(&["Hash"]) {
            Some(11)
        } else {
            None
        };
        return Some((origin::SYSMON, number));
    }
    has(&["NewProcessName"]).then_some((origin::SECURITY, Some(4688)))
}

/// The data in EvtxECmd's `Payload`, which is JSON of XML, of which the marks are often escaped still.
fn payload(node: &Node, data: &mut Vec<(String, String)>) -> bool {
    let Some(parts) = node.first(&["Payload"]).and_then(Node::parse) else { return false };
    for part in ["EventData", "UserData"] {
        if let Some(part) = parts.get(part) {
            data_of(part, "", data);
        }
    }
    for (_, text) in data.iter_mut().filter(|(_, text)| text.contains('&')) {
        if let Ok(plain) = quick_xml::escape::unescape(text) {
            *text = plain.into_owned();
        }
    }
    true
}

/// The data in a field of their own, as an object or as its text.
fn nested(node: &Node, data: &mut Vec<(String, String)>) -> bool {
    let mut any = false;
    for part in ["EventData", "UserData", "event_data", "user_data"] {
        match node.get(part) {
            Some(fields @ Node::Map(_)) => data_of(fields, "", data),
            Some(Node::Text(text)) if text.starts_with('{') => match Node::parse(text) {
                Some(fields) => data_of(&fields, "", data),
                None => continue,
            },
            _ => continue,
        }
        any = true;
    }
    any
}
