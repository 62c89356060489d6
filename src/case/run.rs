//! A run of a client on a host: the process that the host recorded, with its lineage, its script, its connections, its files.

use crate::artifact::event::Direction;
use crate::base::time::Timestamp;
use crate::script::launch::Client;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// One run of a client, by the word of the host's records.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct ClientRun {
    /// Identity in the report, `r1`.
    pub id: String,
    /// The evidence that tells of it.
    pub evidence: String,
    /// The computer, by its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The client.
    pub client: Client,
    /// What told of it.
    pub known_by: RunKnownBy,
    /// When it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Its program.
    pub program: Program,
    /// Its command line, where it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// What the command line says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switches: Option<RunSwitches>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `low`, `medium`, `high`, `system`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrity_level: Option<String>,
    /// The logon session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon_id: Option<String>,
    /// The folder that it was started in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
    /// What Sysmon calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The processes above it, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Relative>,
    /// The kind of what is behind it: of the nearest process above it that is more than a shell.
    pub parent_kind: ParentKind,
    /// The processes below it, in order of their start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Relative>,
    /// Its script.
    pub script: RunScript,
    /// The launches of the case that it carries out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub launches: BTreeSet<String>,
    /// The scripts of the case that it obeys.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub scripts: BTreeSet<String>,
    /// Script blocks that PowerShell logged of it and of the processes above it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub script_blocks: Vec<RunBlock>,
    /// The session that it ran in, where a record tells how that began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logon: Option<RunLogon>,
    /// Its connections.
    #[serde(skip_serializing_if = "RunNetwork::is_empty")]
    pub network: RunNetwork,
    /// Files that it made, by its own records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<RunFile>,
    /// Which technique it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
    /// The events that tell of it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub events: BTreeSet<String>,
    /// What a reader should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl ClientRun {
    /// When it was started, as far as the records prove: at an instant, or no later than the first of what it did.
    #[must_use]
    pub fn when(&self) -> Option<String> {
        if let Some(started) = self.started {
            return Some(started.to_string());
        }
        let network = &self.network;
        let did = (self.children.iter().map(|child| child.started))
            .chain(network.connections.iter().map(|connection| connection.time))
            .chain(network.questions.iter().map(|question| question.time))
            .chain(self.files.iter().map(|file| file.time))
            .chain([self.ended]);
        did.flatten().min().map(|time| format!("no later than {time}"))
    }
}

/// What told of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunKnownBy {
    /// The record of its start.
    #[default]
    ProcessStart,
    /// The record of its end.
    ProcessEnd,
    /// The record of a process that it started.
    NamedByChild,
    /// A connection of it.
    Connection,
    /// A question of it for a name.
    DnsQuestion,
    /// A file that it made.
    FileEvent,
    /// What Windows remembers of programs: Prefetch, BAM, UserAssist.
    ExecutionArtifact,
    /// A script block of PowerShell that speaks FTP itself.
    ScriptBlock,
}

/// The program of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Program {
    /// Its path, or its name where no more is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where it lies.
    pub location: ProgramLocation,
    /// How the client was recognised.
    pub recognised_by: BTreeSet<RecognisedBy>,
    /// Whether the file has another name than the client.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub renamed: bool,
    /// The name that its version information gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_file_name: Option<String>,
    /// Who made it, by its version information, which is no signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// SHA-256 of the program, where it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What the evidence's own copy says of its signature, where it was inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Where a program lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProgramLocation {
    /// `Windows\System32`.
    System32,
    /// `Windows\SysWOW64`: the 32-bit one.
    Syswow64,
    /// `Windows\WinSxS`: the store of components.
    Winsxs,
    /// Anywhere else.
    Elsewhere,
    /// No record tells.
    #[default]
    Unknown,
}

/// How a client was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecognisedBy {
    /// By the name of its file.
    ImageName,
    /// By the name in its version information.
    OriginalFileName,
    /// By a digest that another record or the evidence gives for the client.
    Hash,
    /// By a command line that only such a client understands.
    CommandLine,
    /// By a script that it ran, whose own text speaks FTP.
    ScriptText,
}

/// What the command line of a run says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunSwitches {
    /// The script, as the client gets its path (`-s:`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_path: Option<String>,
    /// The host on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether it asks for a login when it connects; false with `-n`.
    pub auto_login: bool,
    /// `-A`: it logs in anonymously by itself.
    pub anonymous: bool,
    /// Whether it asks before each file of a multiple transfer; false with `-i`.
    pub interactive: bool,
    /// False where the client refuses such arguments.
    pub would_run: bool,
    /// The words that set it, each with what it means.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meanings: Vec<String>,
}

/// A process above or below a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Relative {
    /// How many steps from the run: 1 for its parent or its child.
    pub depth: u32,
    /// Path of its program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<String>,
    /// Its command line, as far as it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_line: Option<String>,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
    /// What Sysmon calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// What kind of program it is.
    pub kind: ParentKind,
    /// How it is known to be a relative.
    pub linked_by: LinkedBy,
    /// The event that records its start, where the report holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// What kind of program a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParentKind {
    /// A program of an office suite, a mail program or a reader of documents.
    Office,
    /// A browser.
    Browser,
    /// A host of scripts: `wscript`, `mshta`, `powershell` and their like.
    ScriptHost,
    /// A command shell.
    Shell,
    /// The service control manager or a host of services.
    Service,
    /// The task scheduler.
    Scheduler,
    /// The desktop: a user started it.
    Explorer,
    /// A remote shell or a tool of administration.
    Remote,
    /// A server of pages or of data.
    Server,
    /// A client for FTP.
    FtpClient,
    /// Another program.
    Other,
    /// No record tells.
    #[default]
    Unknown,
}

/// How two processes are known to be parent and child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkedBy {
    /// By Sysmon's identity, which is never given twice.
    Guid,
    /// By number and time: the last process of that number that had started and not ended.
    PidAndTime,
    /// By the record of the child alone; the start of the parent is in no record.
    #[default]
    NamedByChild,
}

/// The script of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunScript {
    /// Whether it is at hand.
    pub state: ScriptState,
    /// Its path, resolved by the working directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Events that record who wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<Deed>,
    /// Events that record its deletion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<Deed>,
    /// Its text, where a command line above the run writes it and the evidence holds no such script; logins left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

/// A script block that PowerShell logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunBlock {
    /// The event.
    pub event: String,
    /// Its identity; empty for what a pipeline ran (4103, 800), which has none.
    pub id: String,
    /// The file that PowerShell read it from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// When it was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// How many of its parts were found, and how many there are.
    pub parts: (u32, u32),
    /// Whose it is: 0 for the run's own process, else so many steps above.
    pub depth: u32,
}

/// How the session of a run began (Security 4624).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunLogon {
    /// The event.
    pub event: String,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// How: `console`, `network`, `batch`, `service`, `unlock`, `network-cleartext`, `new-credentials`, `remote-desktop`,
    /// `cached`; else Windows' number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The address or the name that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Whether the script of a run is at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptState {
    /// The command line names none, so that somebody or something typed the commands.
    NoneNamed,
    /// No command line was recorded.
    #[default]
    Unknown,
    /// The command line itself says what is moved.
    InCommandLine,
    /// A script block that PowerShell logged says what is moved.
    InScriptBlock,
    /// The evidence holds it.
    Acquired,
    /// The evidence holds it as a deleted file.
    AcquiredDeleted,
    /// A script or a command line that is at hand writes it.
    WrittenByKnown,
    /// A path is named and no evidence holds the file.
    Missing,
}

/// Something done to a file, by one record.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Deed {
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Who: a program, or a script of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The record that says so.
    pub refs: Vec<String>,
}

/// The connections of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct RunNetwork {
    /// Each connection that was recorded, up to a cap.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Connection>,
    /// How many were recorded in all.
    pub recorded: u64,
    /// Where they went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<Destination>,
    /// How data came and went: `active`, `passive`, `both`; absent where no data connection was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// `implicit` (port 990) or `explicit` (the script asks for TLS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// Data connections that were recorded.
    pub data_connections: u64,
    /// At most how many transfers and listings that makes; each takes one data connection (RFC 959, 3.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_transfers: Option<u64>,
    /// Names that were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// Where the script and the records contradict each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<String>,
}

impl RunNetwork {
    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One connection of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Connection {
    /// The event that records it.
    pub event: String,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Who began it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The other end's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The other end's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_port: Option<u16>,
    /// This end's port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_port: Option<u16>,
    /// What FTP uses it for.
    pub channel: Channel,
}

/// What FTP uses a connection for (RFC 959, 3.3; RFC 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The dialogue, on port 21 or the port that the script names.
    Control,
    /// Data that the server brings: from port 20.
    DataActive,
    /// Data over a connection to a high port of the server.
    DataPassive,
    /// The dialogue over TLS from its first byte: port 990.
    ImplicitTls,
    /// None of these.
    #[default]
    Other,
}

/// Where connections of a run went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Destination {
    /// The address.
    pub address: String,
    /// The port of the control connection, where one was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `internal`, `external`, `loopback`, `link-local`, `documentation`, `invalid`.
    pub class: String,
    /// Names that were asked for and answered with that address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Whether it was reached by its number: the script or the command line names the address itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub raw_address: bool,
    /// Whether the control connection is on another port than 21 and 990.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub non_standard_port: bool,
    /// Whether the examiner's list of known hosts holds it; absent where there is no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<bool>,
    /// Which country and network it belongs to, where a database was given, in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The same, one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The events that tell of it.
    pub events: Vec<String>,
}

/// Where an address belongs, by the databases that the examiner gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Location {
    /// The country's code (ISO 3166-1), `DE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_name: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Number of the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u64>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

impl Location {
    /// In one line: `DE Germany, Berlin, AS64500 Example`.
    #[must_use]
    pub fn words(&self) -> String {
        let asn = self.asn.map(|number| format!("AS{number}"));
        let pair = |first: &Option<String>, second: &Option<String>| {
            let words: Vec<&str> = [first, second].into_iter().flatten().map(String::as_str).collect();
            (!words.is_empty()).then(|| words.join(" "))
        };
        let parts = [pair(&self.country, &self.country_name), self.city.clone(), pair(&asn, &self.organisation)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A name that a run asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Question {
    /// The event.
    pub event: String,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The name.
    pub name: String,
    /// The addresses that were answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// Whether a connection of the run went to one of them.
    pub was_used: bool,
}

/// A file that a run made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunFile {
    /// Its path.
    pub path: String,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The event.
    pub event: String,
    /// The payload that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Transfers that bring it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub transfers: BTreeSet<String>,
}

/// Which technique a run or a script is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The run or the script that it is about.
    pub subject: String,
    /// Technique of ATT&CK: `T1105`, `T1041`, `T1048.003`.
    pub technique: String,
    /// `seen` where records show that it happened, `told` where only a script says so.
    pub basis: Basis,
    /// Why, in one sentence.
    pub why: String,
    /// What speaks against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<String>,
    /// What it rests on.
    pub refs: Vec<String>,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// A script says so; no record shows that it ran.
    #[default]
    Told,
    /// A record shows that a client ran with it.
    Ran,
    /// Records show connections or files of it.
    Seen,
}
