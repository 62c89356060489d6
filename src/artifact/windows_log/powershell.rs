//! PowerShell: script blocks, pipelines, and the command line of the host that ran them.
//!
//! Source: the manifest of Microsoft-Windows-PowerShell; `EventLogLogProvider` of PowerShell for the classic log.

use super::fields::text;
use crate::artifact::event::{Event, Process, ScriptBlock};
use crate::artifact::log_record::LogRecord;

/// The provider of `Microsoft-Windows-PowerShell/Operational`.
pub(super) const MANIFEST: &str = "Microsoft-Windows-PowerShell";
/// That of PowerShell 6 and later.
pub(super) const CORE: &str = "PowerShellCore";
/// That of the log `Windows PowerShell`.
pub(super) const CLASSIC: &str = "PowerShell";

/// Whether these records are read.
#[must_use]
pub(super) fn wanted(provider: &str, event_id: u32) -> bool {
    match provider {
        CLASSIC => matches!(event_id, 400 | 403 | 600 | 800),
        _ => matches!(event_id, 4103 | 4104),
    }
}

/// What a record means.
#[must_use]
pub(super) fn event_of(record: &LogRecord) -> Event {
    let mut event = super::base(record, "powershell");
    match record.event_id {
        4104 => {
            let number = |name| record.number(name).and_then(|number| u32::try_from(number).ok());
            event.user.clone_from(&record.user_id);
            event.process = host(record, "");
            event.script_block = Some(ScriptBlock {
                id: record.get("ScriptBlockId").unwrap_or_default().to_ascii_lowercase(),
                path: text(record, "Path"),
                number: number("MessageNumber").unwrap_or(1),
                parts: (1, number("MessageTotal").unwrap_or(1)),
                text: text(record, "ScriptBlockText").unwrap_or_default(),
            });
        }
        4103 => {
            let context = record.get("ContextInfo").unwrap_or_default();
            event.user = line(context, &["User"]).or_else(|| record.user_id.clone());
            event.process = host(record, context);
            event.script_block = record.get("Payload").map(|payload| ran(context, payload));
        }
        id => {
            let details = |key: &&str| key.contains("HostApplication=");
            let context = record.data.iter().map(|(_, text)| text.as_str()).find(details).unwrap_or_default();
            event.user = line(context, &["UserId"]);
            event.process = host(record, context);
            match id {
                400 => event.action = Some("started".to_owned()),
                403 => event.action = Some("ended".to_owned()),
                800 => {
                    let command = record.data.first().map(|(_, text)| text.trim()).unwrap_or_default();
                    event.script_block = (!command.is_empty()).then(|| ran(context, command));
                }
                _ => {}
            }
        }
    }
    event
}

/// The process that logged it, which is the one that ran it, and its command line where the context has that.
fn host(record: &LogRecord, context: &str) -> Option<Process> {
    let process = Process {
        command_line: line(context, &["HostApplication", "Host Application"]),
        pid: record.process_id.filter(|pid| *pid != 0).map(u64::from),
        ..Process::default()
    };
    (process != Process::default()).then_some(process)
}

/// What was run of a pipeline, without an identity.
fn ran(context: &str, text: &str) -> ScriptBlock {
    let path = line(context, &["ScriptName", "Script Name"]);
    ScriptBlock { id: String::new(), path, number: 1, parts: (1, 1), text: text.to_owned() }
}

/// The value of a line `key=value` or `key = value` of a context.
fn line(context: &str, keys: &[&str]) -> Option<String> {
    context.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim();
        (keys.contains(&key.trim()) && !value.is_empty()).then(|| value.to_owned())
    })
}
