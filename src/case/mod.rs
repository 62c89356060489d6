//! The finished case: everything a run found, as the report's contract (`ftpsift.report/1`) lays it down.
//!
//! Fields may be added; the ones here keep their name, type and meaning. Absent is absent: what was not measured is left
//! out. The JSON Schema that `ftpsift schema` prints is made from these types.

pub mod claim;
pub mod finding;
pub mod host;
pub mod index;
pub mod listing;
pub mod playbook;
pub mod run;
pub mod timeline;

use self::finding::Finding;
use crate::artifact;
use crate::base::limits::Limits;
use crate::base::secret::{Protected, Secret};
use crate::base::time::{FileTimes, Timestamp};
use crate::evidence::container::Format;
use crate::evidence::entry::Recovery;
use crate::evidence::volume::Scheme;
use crate::payload::Facts;
use crate::script::launch::Launch;
use crate::script::reading::{Confidence, Form, LoginAssumed, Provenance};
use crate::script::session::{Diagnostic, Session};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Identity of the report's format.
pub const SCHEMA: &str = "ftpsift.report/1";

/// Everything a run found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Case {
    /// Identity of the format, [`SCHEMA`].
    pub schema: String,
    /// The program.
    pub tool: Tool,
    /// The run.
    pub scan: Scan,
    /// What was examined.
    pub evidence: Vec<Evidence>,
    /// Where clients are started.
    pub launches: Vec<Launch>,
    /// What clients are told.
    pub scripts: Vec<Script>,
    /// The files that scripts name.
    pub payloads: Vec<Payload>,
    /// Records of artifacts that bear on the case.
    pub events: Vec<Event>,
    /// Runs of clients that the host recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<run::ClientRun>,
    /// What is known of each file that the scripts move.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<claim::Claim>,
    /// What starts payloads, scripts or clients without their user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub persistence: Vec<claim::Persistence>,
    /// Which technique each script and each run is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<run::Verdict>,
    /// Everything that is dated, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<timeline::TimelineEntry>,
    /// The playbooks' steps, answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub playbooks: Vec<playbook::Step>,
    /// The judgement.
    pub findings: Vec<Finding>,
    /// Each login with all its uses.
    pub credentials: Vec<CredentialUse>,
    /// Which sources were examined and which were not.
    pub coverage: Vec<Coverage>,
    /// Everything damaged, skipped or capped.
    pub errors: Vec<ScanError>,
}

/// The program that made the report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tool {
    /// `ftpsift`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit that it was made from, where that is known; `-changed` tells that its sources were not quite that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// The run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Scan {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// Seconds between.
    pub elapsed_s: f64,
    /// The arguments as given.
    pub arguments: Vec<String>,
    /// Whether everything that was to be read was read.
    pub complete: bool,
    /// What was not read, where the run ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<host::Unread>,
    /// Nothing that the host recorded before this is shown (`--from`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Nothing that the host recorded after this is shown (`--to`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// The host that the run was on, where it was a triage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<host::Host>,
    /// The sums.
    pub counts: Counts,
    /// The caps in force.
    pub limits: Limits,
}

/// The sums of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Regular files seen.
    pub files: u64,
    /// Directories seen.
    pub directories: u64,
    /// Bytes read from files.
    pub bytes_read: u64,
    /// Scripts reported.
    pub scripts: u64,
    /// Sessions in them.
    pub sessions: u64,
    /// Transfers in those.
    pub transfers: u64,
    /// Payloads reported.
    pub payloads: u64,
    /// Events reported.
    pub events: u64,
    /// Findings reported.
    pub findings: u64,
    /// Entries of `errors`, including those beyond the cap.
    pub errors: u64,
}

/// What kind of thing a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// A directory of the examiner's machine: a mounted image, a collection, a live root.
    Directory,
    /// A single file.
    File,
    /// The image of a disk or of a volume.
    Image,
    /// An archive: a collection of files.
    Archive,
}

/// One piece of evidence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Evidence {
    /// Identity in the report, `e1`.
    pub id: String,
    /// Path as given.
    pub path: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Size of a single file, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What holds the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Format>,
    /// What the acquisition noted, and whether it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquisition: Option<Acquisition>,
    /// The volumes found on it.
    pub volumes: Vec<Volume>,
    /// On a live Windows, the files that the system did not give out, in use or closed to the user, and that were read from the
    /// volume itself, whole or in part. What was written to them in the last seconds may be missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read_from_volume: Vec<String>,
    /// Bytes of the temporary file, without a name and gone with the program, into which a packed archive was unpacked that can
    /// be read from its start alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spooled: Option<u64>,
}

/// The digests of a whole medium: as its container states them, and as they were computed now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Acquisition {
    /// The MD5 that the container states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5_stored: Option<String>,
    /// The MD5 of the medium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5_computed: Option<String>,
    /// The SHA-1 that the container states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1_stored: Option<String>,
    /// The SHA-1 of the medium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1_computed: Option<String>,
    /// The SHA-256 that the container states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_stored: Option<String>,
    /// The SHA-256 of the medium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256_computed: Option<String>,
    /// Whether every stated digest is the computed one; absent where none is stated, or none was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
}

/// One volume: a part of a disk, or a folder that stands for a drive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Volume {
    /// Identity in the report, `e1v1`.
    pub id: String,
    /// The table that names it; `none` for a medium without one, and for a folder.
    pub scheme: Scheme,
    /// Where it begins on the disk, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Its length, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The file system on it: `ntfs`, `fat12`, `fat16`, `fat32`, `exfat`, `ext2`, `ext3`, `ext4`, `iso9660`, or the name
    /// of one that is not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystem: Option<String>,
    /// What its times are, where they are not UTC in the evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// The folder below the evidence root that is the volume's root; absent for the root itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Its drive letter, `C:`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drive: Option<String>,
    /// How the letter is known: `given`, `registry`, `system-root`, `folder-name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drive_known_by: Option<String>,
    /// For a shadow copy, the volume that it is one of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_of: Option<String>,
    /// When the shadow copy was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
}

/// How the text of a script was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A file of the evidence.
    File,
    /// A named stream of such a file.
    AlternateStream,
    /// A deleted entry of a file system.
    DeletedRecord,
    /// A file in the Recycle Bin.
    RecycleBin,
    /// A file of a volume shadow copy.
    ShadowCopy,
    /// A member of an archive.
    ArchiveMember,
    /// Space that belongs to no file.
    Unallocated,
    /// A record of an event log: the command line of a process, a script block.
    Event,
    /// Another script writes it; it may not exist as a file.
    WrittenByScript,
    /// The command line of a client, which says itself what to transfer.
    CommandLine,
}

impl Source {
    /// Whether the bytes are those of no file: they were rebuilt from what writes or says them, or stand in a record.
    #[must_use]
    pub fn is_no_file(self) -> bool {
        matches!(self, Self::WrittenByScript | Self::CommandLine | Self::Event)
    }
}

/// A run of bytes on a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Extent {
    /// Bytes from the start of the volume.
    pub offset: u64,
    /// Its length, bytes.
    pub length: u64,
}

/// The writer of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WrittenBy {
    /// The script that writes.
    pub script: String,
    /// Its first line that does.
    pub line: u32,
}

/// A program that a script starts and that a transfer of the case brought or takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Start {
    /// Line of the script.
    pub line: u32,
    /// The command line.
    pub command_line: String,
    /// The transfers whose file it starts.
    pub transfers: Vec<String>,
}

/// One text that tells a client what to transfer, or that writes or starts such a text.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Script {
    /// Identity in the report, `s1`.
    pub id: String,
    /// The evidence that holds it.
    pub evidence: String,
    /// The volume that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Where it is, or where its writer puts it.
    pub path: String,
    /// The path's bytes in hexadecimal, where they are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_raw: Option<String>,
    /// How the text was come by.
    pub source: Source,
    /// Of a deleted entry, how much of its content could be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// Where it was before it was thrown into the Recycle Bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_path: Option<String>,
    /// When it was thrown into the Recycle Bin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// Where its bytes lie on the volume, or in the file that held them; told where it is no ordinary file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extents: Vec<Extent>,
    /// What kind of text it is.
    pub form: Form,
    /// The client whose commands it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// How its bytes were read.
    pub encoding: crate::base::text::Encoding,
    /// Whether a byte-order mark stands in front.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub byte_order_mark: bool,
    /// Size in bytes.
    pub size: u64,
    /// Bytes from the start that could be read, where that is not all of them: the digests are of these alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_examined: Option<u64>,
    /// MD5 of its bytes.
    pub md5: String,
    /// SHA-1 of its bytes.
    pub sha1: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The file's times.
    #[serde(skip_serializing_if = "FileTimes::is_empty")]
    pub times: FileTimes,
    /// What writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_by: Option<WrittenBy>,
    /// Which line of the writer each line comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<Provenance>,
    /// What starts a client with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub launches: Vec<String>,
    /// The reading of the login taken where no launch was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_assumed: Option<LoginAssumed>,
    /// How sure it is that this is what it is taken for.
    pub confidence: Confidence,
    /// What the client does with it.
    pub sessions: Vec<Session>,
    /// Programs that it starts and that a transfer moved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<Start>,
    /// What a reader should know.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a transfer's file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PayloadStatus {
    /// It lies where the transfer puts or takes it.
    Found,
    /// It lies there, deleted.
    Deleted,
    /// A file of that name lies elsewhere, or one that fits a wildcard lies there, or a deleted one has all of the name but its
    /// first character: perhaps the one.
    Candidate,
    /// No such file is on the evidence.
    Missing,
}

/// How a file was tied to its transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PathMatch {
    /// The directory is known and every name is equal.
    Exact,
    /// The directory is known and the names are equal but for case.
    CaseInsensitive,
    /// The name is right; the directory is assumed: the script's own as the client's working directory, or that of one of
    /// several users where nothing tells who ran it.
    DirectoryAssumed,
    /// Only the name is right.
    NameOnly,
    /// A deleted entry of FAT has the name but for its first character, which deletion wrote over.
    InitialLost,
}

/// A file that a transfer names.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Payload {
    /// Identity in the report, `p1`.
    pub id: String,
    /// The transfers that name it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<String>,
    /// Whether it is there.
    pub status: PayloadStatus,
    /// The evidence that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The volume that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Where it is, or where it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The path's bytes in hexadecimal, where they are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_raw: Option<String>,
    /// How it was tied to the transfer.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub path_match: Option<PathMatch>,
    /// The file's times.
    #[serde(skip_serializing_if = "FileTimes::is_empty")]
    pub times: FileTimes,
    /// What the bytes are. A script may name thousands of files that are nowhere.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Box<Facts>>,
}

/// A record of an artifact that bears on the case.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Event {
    /// Identity in the report, `v1`.
    pub id: String,
    /// The evidence that holds the artifact.
    pub evidence: String,
    /// The volume that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// The artifact.
    pub path: String,
    /// What it recorded. A case may hold a hundred thousand: they are moved and sorted without it.
    #[serde(flatten)]
    pub fact: Box<artifact::event::Event>,
    /// What it bears on.
    pub links: EventLinks,
}

/// What an event bears on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventLinks {
    /// Scripts.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub scripts: BTreeSet<String>,
    /// Payloads.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub payloads: BTreeSet<String>,
    /// Launches whose script is gone.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub launches: BTreeSet<String>,
    /// Runs of clients.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub runs: BTreeSet<String>,
}

/// A login with all its uses.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CredentialUse {
    /// The user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password, where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// What stands for the password in a report that does not show it.
    #[serde(flatten)]
    pub protected: Protected,
    /// The host that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The scripts that use it.
    pub scripts: Vec<String>,
    /// The sessions that use it.
    pub sessions: Vec<String>,
    /// Whether the same user name and password are used for another host too.
    pub reused: bool,
}

/// A source that a run examined or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// The source.
    pub source: String,
    /// Whether it was examined.
    pub examined: bool,
    /// How many records were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// The first instant that it tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The last instant that it tells of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Where it is silent: cleared logs, missing records, policies that keep it from recording.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
    /// Why not, or how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Coverage {
    /// The source of the row on images and archives that lie in the evidence and were not opened.
    pub const UNOPENED: &'static str = "images-and-archives-inside";
}

/// Something damaged, skipped or capped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScanError {
    /// The evidence.
    pub evidence: String,
    /// Path inside it; empty for the evidence as a whole.
    pub path: String,
    /// The part of the program that met it.
    pub stage: crate::base::anomaly::Stage,
    /// Why, with the offset where there is one.
    pub message: String,
}
