//! What the host is, and what it is set to record: policies that make the absence of a trace meaningless.
//!
//! Source: Microsoft's documentation of each value, named where it is read.

use super::{Place, Reading};
use crate::base::fields::Fields;
use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What hives say of their host. What no hive said is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HostFacts {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computer_name: Option<String>,
    /// `Windows 10 Pro`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// `19045.3803`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Whether it is a server: there Prefetch is off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_server: Option<bool>,
    /// When Windows was installed, or last upgraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<Timestamp>,
    /// When it was shut down last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_shutdown: Option<Timestamp>,
    /// The name of its time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Minutes that its clock is behind UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias_minutes: Option<i32>,
    /// Whether Security 4688 has command lines, where processes are audited at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_lines_logged: Option<bool>,
    /// Whether every script block of PowerShell is logged (4104); else only those that look suspicious.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_blocks_logged: Option<bool>,
    /// Whether PowerShell keeps transcripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcripts: Option<bool>,
    /// Whether Prefetch keeps what programs are started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefetch: Option<bool>,
    /// Whether NTFS keeps when files were last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_access: Option<bool>,
    /// Whether the event log runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_log: Option<bool>,
    /// The service or driver of Sysmon, by whatever name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sysmon: Option<String>,
    /// Logs that bear on transfers, and whether they are on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, bool>,
    /// Subcategories of the audit policy whose events bear on transfers, and whether their success is audited.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub audited: BTreeMap<String, bool>,
    /// The folder of each account's profile, by its SID.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub profiles: BTreeMap<String, String>,
}

impl HostFacts {
    /// Adds what another hive of the same host says; what is known stays.
    pub fn add(&mut self, other: Self) {
        macro_rules! take {
            ($($field:ident),*) => { $(if self.$field.is_none() { self.$field = other.$field; })* };
        }
        take!(computer_name, product, build, is_server, installed, last_shutdown, time_zone, bias_minutes);
        take!(command_lines_logged, script_blocks_logged, transcripts, prefetch, last_access, event_log, sysmon);
        for (channel, is_on) in other.channels {
            self.channels.entry(channel).or_insert(is_on);
        }
        for (name, is_on) in other.audited {
            self.audited.entry(name).or_insert(is_on);
        }
        for (sid, folder) in other.profiles {
            self.profiles.entry(sid).or_insert(folder);
        }
    }
}

/// What Sysmon calls its services where it is not told otherwise.
const SYSMON: &[&str] = &["Sysmon", "Sysmon64", "Sysmon64a", "SysmonDrv"];
/// Profiles that are told.
const PROFILES: usize = 10_000;
/// Logs whose state is told.
const CHANNELS: &[&str] = &[
    "Microsoft-Windows-Sysmon/Operational",
    "Microsoft-Windows-PowerShell/Operational",
    "Microsoft-Windows-TaskScheduler/Operational",
    "Microsoft-Windows-DNS-Client/Operational",
    "Microsoft-Windows-Bits-Client/Operational",
];

/// What `SOFTWARE` says.
pub(super) fn software(reading: &Reading<'_>, facts: &mut HostFacts) {
    if let Some(place) = reading.place("Microsoft\\Windows NT\\CurrentVersion") {
        facts.product = reading.text(&place, "ProductName");
        let build = reading.text(&place, "CurrentBuildNumber").or_else(|| reading.text(&place, "CurrentBuild"));
        facts.build = build.map(|build| match reading.number(&place, "UBR") {
            Some(revision) => format!("{build}.{revision}"),
            None => build,
        });
        facts.is_server = reading.text(&place, "InstallationType").map(|kind| kind.starts_with("Server"));
        let seconds = reading.number(&place, "InstallDate").filter(|seconds| *seconds != 0);
        facts.installed = seconds.and_then(|seconds| Timestamp::from_unix(i64::try_from(seconds).ok()?, 0));
    }
    // "Include command line in process creation events"; off where it is not set.
    facts.command_lines_logged = switch(
        reading,
        "Microsoft\\Windows\\CurrentVersion\\Policies\\System\\Audit",
        "ProcessCreationIncludeCmdLine_Enabled",
    )
    .or_else(|| reading.place("Microsoft\\Windows\\CurrentVersion\\Policies\\System").map(|_| false));
    // "Turn on PowerShell Script Block Logging", "Turn on PowerShell Transcription".
    let policies = reading.place("Policies\\Microsoft").map(|_| false);
    let powershell = "Policies\\Microsoft\\Windows\\PowerShell";
    facts.script_blocks_logged =
        switch(reading, &format!("{powershell}\\ScriptBlockLogging"), "EnableScriptBlockLogging").or(policies);
    facts.transcripts = switch(reading, &format!("{powershell}\\Transcription"), "EnableTranscripting").or(policies);
    if let Some(list) = reading.place("Microsoft\\Windows NT\\CurrentVersion\\ProfileList") {
        for place in reading.below(&list).take(PROFILES) {
            if let Some(folder) = reading.text(&place, "ProfileImagePath") {
                facts.profiles.insert(reading.hive.name(place.key), folder);
            }
        }
    }
    for channel in CHANNELS {
        let path = format!("Microsoft\\Windows\\CurrentVersion\\WINEVT\\Channels\\{channel}");
        if let Some(is_on) = switch(reading, &path, "Enabled") {
            facts.channels.insert((*channel).to_owned(), is_on);
        }
    }
}

/// What `SECURITY` says.
pub(super) fn security(reading: &Reading<'_>, facts: &mut HostFacts) {
    let policy = reading.place("Policy\\PolAdtEv").and_then(|place| reading.hive.value(place.key, ""));
    facts.audited = policy.map(|policy| super::audit_policy::audited(&policy.data)).unwrap_or_default();
}

/// What `SYSTEM` says.
pub(super) fn system(reading: &Reading<'_>, facts: &mut HostFacts) {
    let Some(set) = reading.control_set() else { return };
    let place = |path: &str| reading.place(&format!("{set}\\{path}"));
    facts.computer_name =
        place("Control\\ComputerName\\ComputerName").and_then(|place| reading.text(&place, "ComputerName"));
    if let Some(place) = place("Control\\TimeZoneInformation") {
        let name = reading.text(&place, "TimeZoneKeyName").or_else(|| reading.text(&place, "StandardName"));
        facts.time_zone = name;
        let bias = reading.number(&place, "ActiveTimeBias").and_then(|bias| u32::try_from(bias).ok());
        facts.bias_minutes = bias.map(u32::cast_signed);
    }
    let windows = place("Control\\Windows").and_then(|place| reading.hive.value(place.key, "ShutdownTime"));
    facts.last_shutdown = windows.and_then(|value| Timestamp::from_filetime(Fields(&value.data).u64(0)));
    // 0: off, 1: programs, 2: boot, 3: both.
    let prefetch = place("Control\\Session Manager\\Memory Management\\PrefetchParameters");
    facts.prefetch = prefetch.and_then(|place| reading.number(&place, "EnablePrefetcher")).map(|state| state & 1 == 1);
    // The lowest bit is set where it is not kept; the highest one tells that Windows chose.
    let file_system = place("Control\\FileSystem");
    let off = file_system.and_then(|place| reading.number(&place, "NtfsDisableLastAccessUpdate"));
    facts.last_access = off.map(|off| off & 1 == 0);
    let log = place("Services\\EventLog").and_then(|place| reading.number(&place, "Start"));
    facts.event_log = log.map(|start| start != 4);
    facts.sysmon = place("Services").and_then(|services| sysmon(reading, &services));
}

/// The driver of Sysmon can be given another name, and then its settings tell it.
fn sysmon(reading: &Reading<'_>, services: &Place) -> Option<String> {
    reading.hive.subkeys(services.key).into_iter().find_map(|key| {
        let name = reading.hive.name(key);
        let is_driver = || {
            let parameters = reading.hive.child(key, "Parameters")?;
            reading.hive.value(parameters, "HashingAlgorithm")?;
            reading.hive.value(parameters, "Options")
        };
        let is_known = SYSMON.iter().any(|known| name.eq_ignore_ascii_case(known));
        (is_known || is_driver().is_some()).then_some(name)
    })
}

/// Whether a number is set to something else than 0.
fn switch(reading: &Reading<'_>, path: &str, name: &str) -> Option<bool> {
    reading.place(path).and_then(|place| reading.number(&place, name)).map(|number| number != 0)
}
