//! The arguments.

use super::units;
use crate::base::build;
use crate::base::limits::Limits;
use crate::base::time::Timestamp;
use crate::payload::authenticode::Authorities;
use crate::scan::authorities::{At, Given};
use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

const EXIT_CODES: &str = "Exit codes:
  0    complete, nothing found at or above --fail-on
  1    findings at or above --fail-on, complete or not, unless time or memory ran out (scan and
       triage alone)
  2    bad usage, or the run could not be made
  3    out of time or memory (whatever was found), or incomplete (unreadable evidence, a limit
       reached) and, of scan and triage, nothing found
  130  interrupted; what was found so far is reported

Each option can also be set by a variable (FTPSIFT_THREADS=2) or by the file that --config names (threads = 2); paths in that \
file start from its folder.";

/// Finds what FTP clients were told to do, from the evidence alone.
#[derive(Debug, Parser)]
#[command(name = "ftpsift", version, long_version = build::IN_FULL, styles = Styles::plain(), after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    /// Take options that are not given here, nor by variables as FTPSIFT_THREADS, from a file (TOML)
    #[arg(long, global = true, value_name = "FILE", display_order = 100)]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Find scripts, run them, resolve and inspect the files that they name, judge
    #[command(after_help = EXIT_CODES)]
    Scan(ScanArguments),
    #[command(after_help = EXIT_CODES)]
    /// Scan this host while it is in use: plausible places first, local disks only, at low priority
    Triage(TriageArguments),
    /// Say what files are: type, digests, entropy, PE structure, signature
    Inspect(InspectArguments),
    /// List every entry of evidence
    Ls(LsArguments),
    /// Explain one script line by line
    Script(ScriptArguments),
    /// Copy the scripts and the files that they name out of the evidence, with a manifest and the report
    Collect(CollectArguments),
    /// List the rules behind the findings
    Rules(RulesArguments),
    /// Print the JSON Schema of a report
    Schema(SchemaArguments),
    /// Print completions for a shell
    Completions(CompletionsArguments),
}

/// How evidence is read.
#[derive(Debug, Args)]
pub(super) struct Evidence {
    /// Disk images, archives, directories (mounted images, collections, live roots) or single files
    #[arg(required = true, value_name = "EVIDENCE")]
    pub(super) paths: Vec<PathBuf>,
    /// The folder that is a drive of the host, as C=DIR; otherwise drives are found by their contents and names
    #[arg(long = "drive", value_name = "C=DIR", value_parser = drive)]
    pub(super) drives: Vec<(char, PathBuf)>,
    /// A cap, as NAME=NUMBER; the JSON report of a scan lists all caps in scan.limits
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit)]
    pub(super) limits: Vec<(String, u64)>,
}

/// How a report is written.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Write the report to a file, whole or not at all; never into evidence
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Replace the file if it exists and is no evidence
    #[arg(long, requires = "output")]
    pub(super) force: bool,
}

/// How passwords are shown.
#[derive(Debug, Args)]
pub(super) struct SecretArguments {
    /// Passwords in the report: as they are, masked, or as a keyed digest
    #[arg(long, value_enum, default_value_t = SecretMode::Show)]
    pub(super) secrets: SecretMode,
    /// File whose bytes are the key of the digests, 64 KiB at most; a byte order mark of UTF-8 before them and line ends behind
    /// them are no part of it
    #[arg(long, value_name = "FILE", required_if_eq("secrets", "fingerprint"))]
    pub(super) fingerprint_key: Option<PathBuf>,
}

/// Whom signatures are held against.
#[derive(Debug, Args)]
pub(super) struct TrustArguments {
    /// Certificates that are trusted besides Microsoft's roots, which are built in: PEM, DER, PKCS #7, or a folder of them
    #[arg(long, value_name = "PATH")]
    pub(super) trust_root: Vec<PathBuf>,
    /// Time for which signatures are judged that no time stamp attests, as 2026-01-31T00:00:00Z, or none, so that they are
    /// never called valid [default: the day of the built-in roots]
    #[arg(long, value_name = "TIME", value_parser = trust_time)]
    pub(super) trust_at: Option<At>,
    /// Security catalogs (.cat) that vouch for files, or a folder of them; else those of the examined Windows are taken
    #[arg(long, value_name = "PATH")]
    pub(super) catalog: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    #[command(flatten)]
    pub(super) evidence: Evidence,
    /// Search also unallocated space, slack, page files and gaps between volumes for pieces of scripts
    #[arg(long)]
    pub(super) carve: bool,
    /// Compute the digests of whole images and compare them with those that the acquisition noted
    #[arg(long)]
    pub(super) verify: bool,
    #[command(flatten)]
    pub(super) report: ReportArguments,
}

/// What a report shows, how it is written, and how long it may take.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// Form of the report
    #[arg(short, long, value_enum, default_value_t = ScanFormat::Text)]
    pub(super) format: ScanFormat,
    #[command(flatten)]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) secrets: SecretArguments,
    #[command(flatten)]
    pub(super) trust: TrustArguments,
    /// Show nothing before this time of what the host recorded, as 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) from: Option<Timestamp>,
    /// Show nothing after this time of what the host recorded
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) to: Option<Timestamp>,
    /// Hosts, addresses and networks that are known, one a line; others are called unknown
    #[arg(long, value_name = "FILE")]
    pub(super) known: Option<PathBuf>,
    /// A MaxMind database (.mmdb) of countries, cities or networks, for the addresses that clients went to; repeated
    #[arg(long, value_name = "FILE")]
    pub(super) geoip: Vec<PathBuf>,
    /// Known-good hosts, networks, paths, hashes, scripts and accounts (TOML), each with a reason or a ticket; what they cover is
    /// marked, not hidden
    #[arg(long, value_name = "FILE")]
    pub(super) allow: Option<PathBuf>,
    /// Least severity of a finding that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Low)]
    pub(super) fail_on: FailOn,
    /// Time that reading may take, as 90s, 10m or 1h30m; then what was found is reported, and what was not read told (exit 3)
    #[arg(long, value_name = "DURATION", value_parser = units::duration)]
    pub(super) time_budget: Option<Duration>,
    /// Reading threads [default: one for each processor; one for a triage]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) threads: Option<u16>,
    /// No progress on the terminal
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct TriageArguments {
    /// Folders of this host; without one, all its local disks
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Disks of other machines too (NFS, SMB, FUSE, mapped drives); the kernel's own file systems never
    #[arg(long)]
    pub(super) all_disks: bool,
    /// A cap, as NAME=NUMBER; the report lists all caps in scan.limits
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit)]
    pub(super) limits: Vec<(String, u64)>,
    /// Most of one processor that is used, in percent: the run rests between files and reads
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(super) max_cpu: Option<u8>,
    /// Most memory, as 96M, and 16M at least: near it the run ends with what was found (exit 3), and on Unix the system refuses
    /// more (RLIMIT_DATA); Windows is not asked to
    #[arg(long, value_name = "SIZE", value_parser = units::memory)]
    pub(super) max_memory: Option<u64>,
    /// Keep the priority that the program was started with
    #[arg(long)]
    pub(super) full_speed: bool,
    #[command(flatten)]
    pub(super) report: ReportArguments,
}

#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    /// Files
    #[arg(required = true, value_name = "FILE")]
    pub(super) paths: Vec<PathBuf>,
    /// A cap, as NAME=NUMBER
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit)]
    pub(super) limits: Vec<(String, u64)>,
    #[command(flatten)]
    pub(super) trust: TrustArguments,
    /// Form of the report
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct CollectArguments {
    #[command(flatten)]
    pub(super) evidence: Evidence,
    /// Search also unallocated space, slack, page files and gaps between volumes for pieces of scripts
    #[arg(long)]
    pub(super) carve: bool,
    /// The folder to put the files into: a new one, or an empty one
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) secrets: SecretArguments,
    #[command(flatten)]
    pub(super) trust: TrustArguments,
    /// No progress on the terminal
    #[arg(short, long)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct LsArguments {
    #[command(flatten)]
    pub(super) evidence: Evidence,
    /// Digests of every regular file
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(super) hash: Vec<Hash>,
    /// Compute the digests of whole images and compare them with those that the acquisition noted
    #[arg(long)]
    pub(super) verify: bool,
    /// One entry a line: columns for people, or JSON
    #[arg(short, long, value_enum, default_value_t = LineFormat::Text)]
    pub(super) format: LineFormat,
}

#[derive(Debug, Args)]
pub(super) struct ScriptArguments {
    /// The script, or - for standard input
    #[arg(value_name = "FILE")]
    pub(super) path: PathBuf,
    /// Switches with which ftp.exe is started, such as "-n -i"; without them the login that holds together is assumed
    #[arg(long, value_name = "SWITCHES", allow_hyphen_values = true)]
    pub(super) arguments: Option<String>,
    /// Form of the report
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) secrets: SecretArguments,
}

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// Form of the list
    #[arg(short, long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Which report
    #[arg(value_enum, default_value_t = SchemaOf::Scan)]
    pub(super) of: SchemaOf,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// One JSON record a line
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ScanFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// One JSON record a line
    Jsonl,
    /// Both playbooks of T1105 as a checklist with its answers
    Playbook,
    /// The timeline, as JSON lines that Timesketch takes
    Timesketch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LineFormat {
    Text,
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SecretMode {
    Show,
    Mask,
    Fingerprint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Informational,
    Low,
    Medium,
    High,
    Critical,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Hash {
    Md5,
    Sha1,
    Sha256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    Scan,
    Inspect,
    Ls,
}

fn drive(text: &str) -> Result<(char, PathBuf), String> {
    let (letter, folder) = text.split_once('=').ok_or("expected C=DIR")?;
    let mut letters = letter.trim_end_matches(':').chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_alphabetic() && !folder.is_empty() => {
            Ok((letter.to_ascii_uppercase(), PathBuf::from(folder)))
        }
        _ => Err("expected one letter, =, and a folder".to_owned()),
    }
}

fn limit(text: &str) -> Result<(String, u64), String> {
    let (name, number) = text.split_once('=').ok_or("expected NAME=NUMBER")?;
    let number = number.parse().map_err(|error| format!("{number}: {error}"))?;
    let defaults = serde_json::to_value(Limits::default()).unwrap_or_default();
    let known: Vec<&String> = defaults.as_object().map(|known| known.keys().collect()).unwrap_or_default();
    if known.iter().any(|known| *known == name) {
        return Ok((name.to_owned(), number));
    }
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    Err(format!("no cap is called {name}; there are {}", known.join(", ")))
}

/// The caps with those that were given.
pub(super) fn limits(given: &[(String, u64)]) -> Result<Limits, String> {
    let mut all = serde_json::to_value(Limits::default()).map_err(|error| error.to_string())?;
    for (name, number) in given {
        if let Some(slot) = all.get_mut(name) {
            *slot = (*number).into();
        }
    }
    serde_json::from_value(all).map_err(|error| error.to_string())
}

/// The roots and catalogs that were given.
pub(super) fn authorities(given: &TrustArguments, limits: &Limits) -> Result<Authorities, String> {
    let TrustArguments { trust_root, trust_at, catalog } = given;
    let given = Given { roots: trust_root.clone(), catalogs: catalog.clone(), at: trust_at.unwrap_or_default() };
    crate::scan::authorities::read(&given, limits)
}

fn trust_time(text: &str) -> Result<At, String> {
    if text == "none" { Ok(At::Never) } else { time(text).map(At::Time) }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a time as 2026-01-31T00:00:00Z is wanted".to_owned())
}

static EFFECTIVE: OnceLock<Vec<OsString>> = OnceLock::new();

/// Notes the arguments that the program runs with, its name first; the first call counts.
pub(super) fn note(arguments: Vec<OsString>) {
    EFFECTIVE.get_or_init(|| arguments);
}

/// The arguments as the report lists them, without the program's name: also those that the environment or a file gave.
pub(super) fn given() -> Vec<String> {
    let noted = EFFECTIVE.get().map(Vec::as_slice).unwrap_or_default();
    noted.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn drives_and_caps() {
        assert_eq!(drive("c:=x"), Ok(('C', "x".into())));
        for wrong in ["C", "=x", "CD=x", "1=x", "C="] {
            assert!(drive(wrong).is_err(), "{wrong}");
        }
        assert_eq!(limit("files=3"), Ok(("files".to_owned(), 3)));
        assert!(limit("flies=3").unwrap_err().contains("script_bytes"));
        assert_eq!(limits(&[("files".to_owned(), 3)]).unwrap().files, 3);
    }
}
