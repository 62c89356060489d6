//! The security log: processes, connections, tasks, services, logons, and what is logged at all.
//!
//! Source: Microsoft, "Advanced security audit policy settings", the page of each event, all versions.

use super::fields::{account, endpoint, instant, integrity, logon_id, protocol, text};
use crate::artifact::event::{ClockChange, Direction, Event, LogChange, Logon, Network, Process, Starts};
use crate::artifact::log_record::LogRecord;

/// Its name.
pub(super) const PROVIDER: &str = "Microsoft-Windows-Security-Auditing";

/// Whether these records are read.
#[must_use]
pub(super) fn wanted(event_id: u32) -> bool {
    matches!(event_id, 4616 | 4624 | 4688 | 4689 | 4697..=4702 | 4719 | 5154 | 5156..=5158)
}

/// What a record means.
#[must_use]
pub(super) fn event_of(record: &LogRecord) -> Option<Event> {
    let mut event = super::base(record, "security");
    event.user = subject(record);
    let action = match record.event_id {
        4616 => {
            event.process = process(record, "ProcessId", "ProcessName");
            event.clock = Some(ClockChange {
                from: record.get("PreviousTime").and_then(instant),
                to: record.get("NewTime").and_then(instant),
                reason: None,
            });
            None
        }
        4624 => {
            event.user = target(record);
            event.process = process(record, "ProcessId", "ProcessName");
            event.logon = Some(Logon {
                id: logon_id(record, "TargetLogonId")?,
                kind: record.number("LogonType").and_then(|kind| u32::try_from(kind).ok()),
                source: endpoint(record, "IpAddress", "IpPort", Some("WorkstationName")),
            });
            None
        }
        4688 => {
            event.user = target(record).or(event.user);
            event.process = Some(started(record));
            Some("started")
        }
        4689 => {
            let process = process(record, "ProcessId", "ProcessName").unwrap_or_default();
            let exit_code = record.number("Status").and_then(|status| u32::try_from(status).ok());
            event.process = Some(Process { exit_code, logon_id: logon_id(record, "SubjectLogonId"), ..process });
            Some("ended")
        }
        4697 => {
            event.starts = Some(Starts {
                mechanism: "service".to_owned(),
                name: text(record, "ServiceName")?,
                command_line: text(record, "ServiceFileName"),
                run_as: text(record, "ServiceAccount"),
                ..Starts::default()
            });
            Some("created")
        }
        4698..=4702 => {
            event.starts = Some(Starts {
                mechanism: "scheduled-task".to_owned(),
                name: text(record, "TaskName")?,
                definition: text(record, "TaskContent").or_else(|| text(record, "TaskContentNew")),
                disabled: record.event_id == 4701,
                ..Starts::default()
            });
            event.process = process(record, "ClientProcessId", "");
            match record.event_id {
                4698 => Some("created"),
                4699 => Some("deleted"),
                4700 => Some("enabled"),
                4701 => Some("disabled"),
                _ => Some("changed"),
            }
        }
        4719 => {
            let detail = ["SubcategoryGuid", "AuditPolicyChanges"].map(|name| record.get(name).unwrap_or_default());
            event.log = Some(LogChange {
                channel: record.channel.clone(),
                change: "audit-policy".to_owned(),
                detail: Some(format!(
                    "{} {}",
                    detail.join(" "),
                    policy(record.get("AuditPolicyChanges").unwrap_or_default())
                )),
            });
            None
        }
        5154 | 5156..=5158 => {
            event.process =
                process(record, "ProcessID", "Application").or_else(|| process(record, "ProcessId", "Application"));
            event.network = Some(network(record));
            match record.event_id {
                5154 => Some("listening"),
                5156 => None,
                5157 => Some("blocked"),
                _ => Some("bound"),
            }
        }
        _ => return None,
    };
    event.action = action.map(str::to_owned);
    Some(event)
}

fn subject(record: &LogRecord) -> Option<String> {
    account(record, "SubjectDomainName", "SubjectUserName", "SubjectUserSid")
}

fn target(record: &LogRecord) -> Option<String> {
    record.get("TargetUserName")?;
    account(record, "TargetDomainName", "TargetUserName", "TargetUserSid")
}

fn process(record: &LogRecord, pid: &str, executable: &str) -> Option<Process> {
    let process = Process { executable: text(record, executable), pid: record.number(pid), ..Process::default() };
    (process.pid.is_some()).then_some(process)
}

/// Version 0 has neither command line nor parent's name nor label, version 1 adds the first, version 2 all.
fn started(record: &LogRecord) -> Process {
    let parent = process(record, "ProcessId", "ParentProcessName");
    let elevation = match record.get("TokenElevationType") {
        Some("%%1936") => Some("default"),
        Some("%%1937") => Some("full"),
        Some("%%1938") => Some("limited"),
        other => other,
    };
    Process {
        executable: text(record, "NewProcessName"),
        command_line: text(record, "CommandLine"),
        pid: record.number("NewProcessId"),
        integrity_level: record.get("MandatoryLabel").and_then(integrity),
        logon_id: logon_id(record, "TargetLogonId").or_else(|| logon_id(record, "SubjectLogonId")),
        elevation: elevation.map(str::to_owned),
        parent: parent.map(Box::new),
        ..Process::default()
    }
}

fn network(record: &LogRecord) -> Network {
    Network {
        direction: match record.get("Direction") {
            Some("%%14592") => Some(Direction::Inbound),
            Some("%%14593") => Some(Direction::Outbound),
            _ => None,
        },
        protocol: record.get("Protocol").map(protocol),
        source: endpoint(record, "SourceAddress", "SourcePort", None),
        destination: endpoint(record, "DestAddress", "DestPort", None),
        ..Network::default()
    }
}

/// The words for the numbers of `AuditPolicyChanges`.
fn policy(changes: &str) -> String {
    let known = [
        ("%%8448", "success removed"),
        ("%%8449", "success added"),
        ("%%8450", "failure removed"),
        ("%%8451", "failure added"),
    ];
    let words: Vec<&str> =
        known.into_iter().filter(|(number, _)| changes.contains(number)).map(|(_, word)| word).collect();
    words.join(", ")
}
