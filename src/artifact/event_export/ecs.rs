//! Events in the Elastic Common Schema: what Winlogbeat and Elastic Agent write, with the fields of Windows' schema where their
//! pipelines moved them.
//!
//! Sources: Elastic, "Winlogbeat" (fields `winlog.*`) and the ingest pipelines of its modules sysmon, security and powershell.

use super::shape::{Outcome, data_of, outcome};
use super::tree::Node;
use super::when;
use super::{Wanted, message, origin};
use crate::artifact::log_record::LogRecord;

/// Where the pipelines put fields of Sysmon.
const SYSMON: &[(&str, &str)] = &[
    ("RuleName", "rule.name"),
    ("ProcessGuid", "process.entity_id"),
    ("ProcessId", "process.pid"),
    ("Image", "process.executable"),
    ("FileVersion", "process.pe.file_version"),
    ("Description", "process.pe.description"),
    ("Product", "process.pe.product"),
    ("Company", "process.pe.company"),
    ("OriginalFileName", "process.pe.original_file_name"),
    ("CommandLine", "process.command_line"),
    ("CurrentDirectory", "process.working_directory"),
    ("ParentProcessGuid", "process.parent.entity_id"),
    ("ParentProcessId", "process.parent.pid"),
    ("ParentImage", "process.parent.executable"),
    ("ParentCommandLine", "process.parent.command_line"),
    ("Protocol", "network.transport"),
    ("SourceIp", "source.ip"),
    ("SourceHostname", "source.domain"),
    ("SourcePort", "source.port"),
    ("DestinationIp", "destination.ip"),
    ("DestinationHostname", "destination.domain"),
    ("DestinationPort", "destination.port"),
    ("DestinationPortName", "network.protocol"),
    ("TargetFilename", "file.path"),
    ("QueryName", "dns.question.name"),
    ("QueryStatus", "sysmon.dns.status"),
    ("TargetObject", "registry.path"),
    ("Details", "registry.data.strings"),
];
const SECURITY: &[(&str, &str)] = &[
    ("NewProcessId", "process.pid"),
    ("NewProcessName", "process.executable"),
    ("CommandLine", "process.command_line"),
    ("ProcessId", "process.parent.pid"),
    ("ParentProcessName", "process.parent.executable"),
    ("SubjectUserSid", "user.id"),
    ("SubjectUserName", "user.name"),
    ("SubjectDomainName", "user.domain"),
    ("SubjectLogonId", "winlog.logon.id"),
];
/// The process that ended.
const ENDED: &[(&str, &str)] = &[("ProcessId", "process.pid"), ("ProcessName", "process.executable")];
const POWERSHELL: &[(&str, &str)] = &[
    ("MessageNumber", "powershell.sequence"),
    ("MessageTotal", "powershell.total"),
    ("ScriptBlockText", "powershell.file.script_block_text"),
    ("ScriptBlockId", "powershell.file.script_block_id"),
    ("Path", "file.path"),
];
const HASHES: &[(&str, &str)] = &[
    ("SHA1", "hash.sha1"),
    ("MD5", "hash.md5"),
    ("SHA256", "hash.sha256"),
    ("SHA512", "hash.sha512"),
    ("IMPHASH", "pe.imphash"),
    ("IMPHASH", "hash.imphash"),
];

/// Whether a document is such an event.
pub(super) fn is(node: &Node) -> bool {
    let event =
        node.at("event.code").is_some() && (node.at("event.module").is_some() || node.at("event.provider").is_some());
    node.at("winlog.event_id").is_some() || event
}

/// The record of such an event.
pub(super) fn record(node: &Node, wanted: &Wanted<'_>) -> Outcome {
    let first = |paths: &[&str]| paths.iter().find_map(|path| node.text_at(path));
    let Some(event_id) = first(&["winlog.event_id", "event.code"]).and_then(|text| text.parse().ok()) else {
        return Outcome::NoEvent;
    };
    let channel = first(&["winlog.channel"]).unwrap_or_default();
    let provider =
        first(&["winlog.provider_name", "event.provider"]).unwrap_or_else(|| match node.text_at("event.module") {
            Some("sysmon") => origin::SYSMON,
            Some("security") => origin::SECURITY,
            Some("powershell") => origin::POWERSHELL,
            _ => origin::of_channel(channel, event_id),
        });
    let record = LogRecord {
        provider: origin::provider(provider).to_owned(),
        channel: channel.to_owned(),
        event_id,
        version: first(&["winlog.version"]).and_then(|text| text.parse().ok()).unwrap_or(0),
        record_id: first(&["winlog.record_id"]).and_then(|text| text.parse().ok()).unwrap_or(0),
        computer: first(&["winlog.computer_name", "host.name", "host.hostname"]).unwrap_or_default().to_owned(),
        user_id: first(&["winlog.user.identifier"]).map(str::to_owned),
        process_id: first(&["winlog.process.pid"]).and_then(|text| text.parse().ok()),
        ..LogRecord::default()
    };
    let when = first(&["@timestamp", "event.created"]).and_then(when::parse);
    let provider = record.provider.clone();
    outcome(record, when, wanted, |data| {
        for part in ["winlog.event_data", "winlog.user_data"] {
            match node.at(part) {
                Some(fields) => data_of(fields, "", data),
                None => dotted(node, part, data),
            }
        }
        moved(node, &provider, event_id, data);
    })
}

/// Fields that are named by their whole paths.
fn dotted(node: &Node, part: &str, data: &mut Vec<(String, String)>) {
    let outer = node.get("winlog").map(Node::fields).unwrap_or_default();
    let under = part.split_once('.').map_or(part, |(_, name)| name);
    let all = node.fields().iter().map(|field| (part, field)).chain(outer.iter().map(|field| (under, field)));
    for (prefix, (name, value)) in all {
        if let Some(name) = name.strip_prefix(prefix).and_then(|name| name.strip_prefix('.')) {
            data_of(value, name, data);
        }
    }
}

/// Puts back what the pipelines moved.
fn moved(node: &Node, provider: &str, event_id: u32, data: &mut Vec<(String, String)>) {
    let names = match (provider, event_id) {
        (origin::SYSMON, _) => SYSMON,
        (origin::SECURITY, 4689) => ENDED,
        (origin::SECURITY, 4688) => SECURITY,
        (origin::POWERSHELL, 4104) => POWERSHELL,
        _ => return,
    };
    // Newer versions write what Windows shows.
    for (_, text) in data.iter_mut().filter(|(name, _)| name == "TokenElevationType") {
        *text = message::meant(text).to_owned();
    }
    let mut add = |name: &str, text: &str| {
        if !data.iter().any(|(known, value)| known == name && !value.is_empty()) {
            data.push((name.to_owned(), text.to_owned()));
        }
    };
    for (name, path) in names {
        if let Some(text) = node.text_at(path) {
            add(name, text);
        }
    }
    if provider != origin::SYSMON {
        return;
    }
    match node.text_at("network.direction") {
        Some("egress" | "outbound") => add("Initiated", "true"),
        Some("ingress" | "inbound") => add("Initiated", "false"),
        _ => {}
    }
    if let Some(name) = node.text_at("user.name") {
        add("User", &node.text_at("user.domain").map_or_else(|| name.to_owned(), |domain| format!("{domain}\\{name}")));
    }
    let hashes: Vec<String> = ["process", "file"]
        .iter()
        .flat_map(|of| HASHES.iter().map(move |(kind, path)| (kind, format!("{of}.{path}"))))
        .filter_map(|(kind, path)| Some(format!("{kind}={}", node.text_at(&path)?.to_ascii_uppercase())))
        .collect();
    if !hashes.is_empty() {
        add("Hashes", &hashes.join(","));
    }
    if event_id == 22 {
        add("QueryResults", &answers(node));
    }
}

/// The answers to a question, as Sysmon writes them: `type:  5 name;::ffff:192.0.2.1;`.
fn answers(node: &Node) -> String {
    let Some(Node::List(answers)) = node.at("dns.answers") else { return String::new() };
    let mut text = String::new();
    for answer in answers {
        let Some(data) = answer.text_at("data") else { continue };
        if answer.text_at("type") == Some("CNAME") {
            text.push_str("type:  5 ");
        }
        text.extend([data, ";"]);
    }
    text
}
