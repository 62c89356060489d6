//! Whence a record comes, where its export does not say it in the words of the log.

pub(super) const SYSMON: &str = "Microsoft-Windows-Sysmon";
pub(super) const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
pub(super) const POWERSHELL: &str = "Microsoft-Windows-PowerShell";
const EVENT_LOG: &str = "Microsoft-Windows-Eventlog";

/// The provider of a name that was made for people.
pub(super) fn provider(name: &str) -> &str {
    match name {
        "Sysmon" => SYSMON,
        "Security-Auditing" | "Microsoft Windows security auditing." | "Microsoft Windows security auditing" => {
            SECURITY
        }
        "Eventlog" => EVENT_LOG,
        _ => name,
    }
}

/// The provider that writes such events to a channel; empty where there are many.
pub(super) fn of_channel(channel: &str, event_id: u32) -> &str {
    match (channel, event_id) {
        ("Security", 1100..=1108) | ("System", 104) => EVENT_LOG,
        ("Security", _) => SECURITY,
        ("System", 7000..=7045) => "Service Control Manager",
        ("Windows PowerShell", _) => "PowerShell",
        ("Sysmon", _) => SYSMON,
        _ => channel.split_once('/').map_or("", |(provider, _)| provider),
    }
}
