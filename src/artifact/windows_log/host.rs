//! What other providers log: services, tasks, transfers in the background, logs that were cleared, clocks that were set.
//!
//! Source: the manifests of the providers, as `wevtutil gp NAME /ge` prints them.

use super::EVENT_LOG;
use super::fields::{account, instant, text};
use crate::artifact::event::{ClockChange, Endpoint, Event, LogChange, Network, Process, Starts};
use crate::artifact::log_record::LogRecord;

const SERVICES: &str = "Service Control Manager";
const TASKS: &str = "Microsoft-Windows-TaskScheduler";
const BITS: &str = "Microsoft-Windows-Bits-Client";
const KERNEL: &str = "Microsoft-Windows-Kernel-General";
/// What it writes at a start after an end without shutdown.
const POWER: &str = "Microsoft-Windows-Kernel-Power";
/// The event log's classic provider.
const CLASSIC: &str = "EventLog";

/// Whether these records are read.
#[must_use]
pub(super) fn wanted(provider: &str, event_id: u32) -> bool {
    match provider {
        EVENT_LOG => matches!(event_id, 104 | 1100 | 1102),
        SERVICES => event_id == 7045,
        TASKS => matches!(event_id, 106 | 129 | 140 | 141 | 200 | 201),
        BITS => matches!(event_id, 59 | 60),
        KERNEL => event_id == 1,
        POWER => event_id == 41,
        CLASSIC => matches!(event_id, 6005 | 6006 | 6008),
        _ => false,
    }
}

/// What a record means.
#[must_use]
pub(super) fn event_of(record: &LogRecord) -> Option<Event> {
    match record.provider.as_str() {
        EVENT_LOG => Some(event_log(record)),
        SERVICES => service(record),
        TASKS => task(record),
        BITS => transfer(record),
        KERNEL => Some(clock(record)),
        CLASSIC | POWER => Some(classic(record)),
        _ => None,
    }
}

/// 1102 and 1100 are of the security log, 104 of another, which it names.
fn event_log(record: &LogRecord) -> Event {
    let security = record.event_id >= 1100;
    let mut event = super::base(record, if security { "security" } else { "system" });
    event.user = account(record, "SubjectDomainName", "SubjectUserName", "SubjectUserSid");
    event.log = Some(LogChange {
        channel: text(record, "Channel").filter(|_| !security).unwrap_or_else(|| record.channel.clone()),
        change: if record.event_id == 1100 { "stopped" } else { "cleared" }.to_owned(),
        detail: text(record, "BackupPath").map(|path| format!("saved as {path}")),
    });
    event
}

fn service(record: &LogRecord) -> Option<Event> {
    let mut event = super::base(record, "system");
    event.action = Some("created".to_owned());
    event.user.clone_from(&record.user_id);
    event.starts = Some(Starts {
        mechanism: "service".to_owned(),
        name: text(record, "ServiceName")?,
        command_line: text(record, "ImagePath"),
        run_as: text(record, "AccountName"),
        ..Starts::default()
    });
    Some(event)
}

fn task(record: &LogRecord) -> Option<Event> {
    let mut event = super::base(record, "task-scheduler");
    let action = match record.event_id {
        106 => "created",
        140 => "changed",
        141 => "deleted",
        201 => "ended",
        _ => "started",
    };
    event.action = Some(action.to_owned());
    event.user = text(record, "UserContext").or_else(|| text(record, "UserName"));
    let starts = |name| Starts { mechanism: "scheduled-task".to_owned(), name, ..Starts::default() };
    event.starts = Some(starts(text(record, "TaskName")?));
    let process = Process {
        executable: text(record, "ActionName").or_else(|| text(record, "Path")),
        pid: record.number("ProcessID"),
        exit_code: record.number("ResultCode").and_then(|code| u32::try_from(code).ok()),
        ..Process::default()
    };
    event.process = (process != Process::default()).then_some(process);
    Some(event)
}

/// Windows' background transfers do not speak FTP; one that was told to is worth telling.
fn transfer(record: &LogRecord) -> Option<Event> {
    let url = text(record, "url")?;
    let (scheme, rest) = url.split_once("://").map(|(scheme, rest)| (scheme.to_owned(), rest.to_owned()))?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "ftp" | "ftps" | "sftp") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (domain, port) = match host.rsplit_once(':') {
        Some((domain, port)) if port.parse::<u16>().is_ok() => (domain, port.parse().ok()),
        _ => (host, None),
    };
    let ip = domain.parse::<std::net::IpAddr>().ok().map(|ip| ip.to_string());
    let domain = (ip.is_none() && !domain.is_empty()).then(|| domain.to_owned());
    let mut event = super::base(record, "bits-client");
    event.action = Some(if record.event_id == 59 { "started" } else { "ended" }.to_owned());
    event.network = Some(Network {
        protocol: Some("tcp".to_owned()),
        destination: Some(Endpoint { ip, port, domain }),
        url: Some(url),
        ..Network::default()
    });
    Some(event)
}

fn clock(record: &LogRecord) -> Event {
    let mut event = super::base(record, "system");
    let time = |name: &str| record.get(name).and_then(instant);
    let reason = record.number("Reason").and_then(|reason| u32::try_from(reason).ok());
    event.clock = Some(ClockChange { from: time("OldTime"), to: time("NewTime"), reason });
    event
}

fn classic(record: &LogRecord) -> Event {
    let mut event = super::base(record, "system");
    let change = match record.event_id {
        6005 => "started",
        6006 => "stopped",
        _ => "ended-without-shutdown",
    };
    event.log = Some(LogChange { channel: record.channel.clone(), change: change.to_owned(), detail: None });
    event
}
