//! What an artifact recorded, in the words of the report.

use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// One thing that happened, or was set, by one artifact's word.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Event {
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// What that time is, where it is not the very time of what happened: `last write of the key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_quality: Option<String>,
    /// The kind of artifact and record: `sysmon-1`, `security-4688`, `prefetch`, `run-key`, `usn`.
    pub source: String,
    /// Where in the artifact the record lies: its record number in an event log; its place in the list of ShimCache, where
    /// the latest comes first; else the offset in bytes.
    pub record: u64,
    /// What happened, where the source does not say it: `created`, `renamed-from`, `renamed-to`, `deleted`, `started`, `ended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The computer that recorded it, by its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The account, as `DOMAIN\name` or a SID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The process that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    /// The connection that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The file that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// The name that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<Dns>,
    /// The registry value that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<Registry>,
    /// The scheduled task, service or other mechanism that starts something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<Starts>,
    /// The script block that PowerShell logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_block: Option<ScriptBlock>,
    /// How often a program ran, and when, as Prefetch and its like count it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<Runs>,
    /// What happened to a log, or to what is logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogChange>,
    /// How the host's clock was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockChange>,
    /// The session that began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon: Option<Logon>,
    /// Whether the source no longer lists the record: it was found in what is left of records from before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recovered: bool,
}

/// A process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Process {
    /// Path of its program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<String>,
    /// Its command line, where it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// Its number; Windows gives numbers again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
    /// What Sysmon calls it: never given again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// `low`, `medium`, `high`, `system`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrity_level: Option<String>,
    /// The folder that it was started in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// The name that its version information gives it, whatever the file is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_file_name: Option<String>,
    /// What it is, by its version information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who made it, by its version information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Digests of the program, lower-case hexadecimal: `md5`, `sha1`, `sha256`, `imphash`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hashes: BTreeMap<String, String>,
    /// The logon session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon_id: Option<String>,
    /// The account that it runs as, where that is not the event's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How its token was made, by the user account control: `default`, `full`, `limited`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elevation: Option<String>,
    /// What it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u32>,
    /// The process that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Box<Process>>,
}

/// A connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Network {
    /// Who began it, seen from the host that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// `tcp`, `udp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Whence. Windows' filtering platform always gives its own host here, and so does Sysmon at times: see `direction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Endpoint>,
    /// Whither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Endpoint>,
    /// What FTP uses it for: `control`, `data-active`, `data-passive`, `implicit-tls`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What was asked for there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Who began a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The host that recorded it.
    Outbound,
    /// The other.
    Inbound,
}

/// One end of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Endpoint {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Its name, where the source gives one. Sysmon asks for it by the address, which is no proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// The file of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct File {
    /// The path that it had; its name alone, where the folder is not known.
    pub path: String,
    /// Its digests, lower-case hexadecimal.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hashes: BTreeMap<String, String>,
    /// How many bytes from its start the digests are of, where that is not the whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashed_bytes: Option<u64>,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When the file was created, by the event's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Who signed it, where the source looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// What the source found of that signature, in its words: `Valid`, `Expired`, `Unavailable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_status: Option<String>,
    /// When its content was last changed, by the event's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// When the program was linked, by its header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked: Option<Timestamp>,
    /// Who made it, by its version information or its signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The product that it belongs to, by its version information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The name that its version information gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_file_name: Option<String>,
    /// What a stream of the file holds, as far as it was recorded: `Zone.Identifier` is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<String>,
    /// Where it came from, by its stream `Zone.Identifier`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
}

/// What a file's stream `Zone.Identifier` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Zone {
    /// The zone: 0 this computer, 1 intranet, 2 trusted, 3 internet, 4 restricted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// The page, or the archive, that it came out of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// The address that it was fetched from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_url: Option<String>,
}

/// A question for a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Dns {
    /// The name.
    pub question: String,
    /// The addresses and names that were answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// The status, 0 for success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u32>,
}

/// A value of the registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Registry {
    /// The key, from its hive on.
    pub key: String,
    /// The value's name; empty for the key's own.
    pub value: String,
    /// Its data as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

/// Something that starts a program without its user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Starts {
    /// `scheduled-task`, `service`, `run-key`, `startup-folder`, `winlogon`, `image-file-execution-options`, `wmi-consumer`,
    /// `silent-process-exit`, `appinit-dlls`, `appcert-dlls`, `boot-execute`, `active-setup`, `command-processor`,
    /// `screensaver`, `logon-script`, `group-policy-script`, `com-server`, `shell-command`, `launch-agent`, `launch-daemon`.
    pub mechanism: String,
    /// Its name: that of the task, the service, the value.
    pub name: String,
    /// The command line that it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// The class of the COM object that it starts instead, as `{…}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_id: Option<String>,
    /// The script that it runs itself, where it holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// The library that is loaded, or the class (`{CLSID}`) of one, where the command line names only its host or there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// The folder that it starts it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// The account that it runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as: Option<String>,
    /// When or upon what, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<String>,
    /// Who made it, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// What was registered, as it was logged: the XML of a task. Not for the report: it is read by the reader of tasks.
    #[serde(skip)]
    pub definition: Option<String>,
    /// When it was made, as written there; without `Z` or an offset it is the host's local time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<String>,
    /// When it started last, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_start: Option<String>,
    /// Whether it runs with the highest rights that its account has.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub elevated: bool,
    /// Whether it is kept out of the lists that Windows shows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Whether it is switched off.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// A script block that PowerShell logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScriptBlock {
    /// Its identity.
    pub id: String,
    /// The file that it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which part this is, from one on, before parts are put together.
    #[serde(skip)]
    pub number: u32,
    /// How many of its parts were found, and how many there are.
    pub parts: (u32, u32),
    /// Its text; parts that are missing are left out.
    pub text: String,
}

/// The runs that an artifact counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Runs {
    /// How often it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// When it ran last, the latest first.
    pub last: Vec<Timestamp>,
    /// Files that it touched as it started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The hash of its path by which its traces are told apart, and where it was started from by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hash: Option<String>,
    /// Where it was started from, by the hash: `system32`, `syswow64`, `elsewhere`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_from: Option<String>,
    /// The volumes that it touched as it started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
}

/// A volume, as a host that had it mounted describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Volume {
    /// The path of its device: `\DEVICE\HARDDISKVOLUME2`, `\VOLUME{01d8236a6bef56c6-006c4c5d}`.
    pub device: String,
    /// Its serial number, as `dir` shows it without the hyphen: eight digits, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// What happened to a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogChange {
    /// The log, by its channel.
    pub channel: String,
    /// `cleared`, `started`, `stopped`, `ended-without-shutdown`, `audit-policy`, `configuration`, `events-lost`.
    pub change: String,
    /// What the source says besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How a clock was set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClockChange {
    /// What it showed before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// What it showed then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Why, by Windows' number: 1 a program set it, 2 it was taken from the hardware as the host woke, 3 another time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<u32>,
}

/// A session that began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Logon {
    /// Its identity, as processes name it.
    pub id: String,
    /// How, by Windows' number: 2 at the console, 3 over the network, 4 as a batch job, 5 as a service, 10 by remote desktop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<u32>,
    /// Whence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Endpoint>,
}
