//! What the script room says of one text: the sessions it holds, the scripts it writes, the clients it starts.

use super::launch::{Client, Launch};
use super::session::{Diagnostic, Session};
use crate::base::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Commands for a line-based FTP client.
    FtpScript,
    /// A batch file, or command lines of cmd.exe in another text.
    Batch,
    /// PowerShell.
    Powershell,
    /// A shell script.
    Shell,
    /// VBScript, VBA or Visual Basic.
    Vbscript,
    /// JavaScript of the Windows Script Host, or a page that holds it.
    Jscript,
    /// Python.
    Python,
    /// Perl.
    Perl,
    /// PHP.
    Php,
    /// SQL that runs command lines.
    Sql,
    /// A scheduled task.
    ScheduledTask,
    /// A shortcut, or one address.
    Url,
    /// An export of the registry.
    Registry,
    /// A job of z/OS.
    Jcl,
    /// Logins and macros for clients of Unix.
    Netrc,
    /// Commands for WinSCP.
    WinscpScript,
    /// Commands for lftp.
    LftpScript,
    /// Options of curl or wget.
    ClientOptions,
    /// The stored sites of a client.
    ClientConfig,
    /// Another text that holds command lines: notes, logs, SQL, markup.
    Text,
}

impl Form {
    /// Whether it is the source of a program, of which nothing tells that it was ever built or run, or a text that quotes.
    #[must_use]
    pub fn may_never_run(self) -> bool {
        matches!(self, Self::Python | Self::Perl | Self::Php | Self::Text)
    }
}

/// How sure it is that the text is what it is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Shown, but too little to be judged.
    Possible,
    /// Its structure speaks for it.
    Likely,
    /// A launch names it, or its structure allows nothing else.
    Certain,
}

/// The reading of the login that was taken because no launch was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoginAssumed {
    /// The client logs in by itself and takes the lines after `open` as answers.
    Auto,
    /// The script logs in with `user`, or not at all (`-n`).
    UserCommand,
    /// The client logs in anonymously by itself (`-A`).
    Anonymous,
}

/// A script, run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interpretation {
    /// The client whose semantics were followed.
    pub client: Client,
    /// The sessions in order.
    pub sessions: Vec<Session>,
    /// What a reader should know.
    pub diagnostics: Vec<Diagnostic>,
    /// The reading taken, where no launch told.
    pub login_assumed: Option<LoginAssumed>,
}

/// Where the bytes of a written line come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Provenance {
    /// Line of the written script, from 1.
    pub line: u32,
    /// Line of the writer that wrote it, from 1.
    pub written_by_line: u32,
    /// Where that line lies in the writer: offset of its first byte, and of the first byte behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_by_bytes: Option<[u64; 2]>,
    /// The file that holds that line, where it is another one than the writer: a batch file that it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// A script that another text writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Path as the writer names it, with the variables that are known put in; `None` for standard input (a pipe).
    pub path: Option<String>,
    /// Directory in which the writer stands, as far as it says.
    pub working_directory: Option<String>,
    /// The bytes that come out, as text.
    pub text: Text,
    /// Which line of the writer each line comes from.
    pub provenance: Vec<Provenance>,
    /// Line of the writer that begins it.
    pub line: u32,
    /// Whether it passes for an FTP script by its content alone.
    pub confidence: Confidence,
    /// Variables that stayed as written.
    pub unresolved: Vec<String>,
    /// False where the writer can never reach it, or has it commented out.
    pub active: bool,
}

/// Which script a launch runs, as far as the text itself tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// The text does not hold it: a file to be resolved on the evidence, or none at all.
    Elsewhere,
    /// The script that the text writes, by its index in [`TextReading::written`].
    Written(usize),
    /// The text itself (`-s:"%~f0"`).
    Itself,
    /// The command line says it all ([`Launch::tells_all`]).
    CommandLine,
}

/// A program that the text starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Line of the text.
    pub line: u32,
    /// The command line.
    pub command_line: String,
    /// Directory in which it is started, as far as is known.
    pub working_directory: Option<String>,
    /// The line of the programs whose output it takes for its own text, where it is a shell that does so.
    pub runs_output_of: Option<u32>,
}

/// A file that the text gives another name, or copies, or decodes into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Its path before.
    pub from: String,
    /// Its path afterwards.
    pub to: String,
}

/// All that one text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextReading {
    /// What kind of text it is.
    pub form: Form,
    /// Whether the text itself is a script of a client, and how sure that is.
    pub is_script: Option<Confidence>,
    /// The client whose script the text itself is, or whose class library it uses.
    pub client: Client,
    /// The sessions that the text opens by a class library, or the sites that it stores.
    pub sessions: Vec<Session>,
    /// The scripts that it writes.
    pub written: Vec<Written>,
    /// The clients that it starts, each with the script that it feeds them.
    pub launches: Vec<(Launch, Feed)>,
    /// The programs that it starts.
    pub runs: Vec<Run>,
    /// The files that it gives other names, in order.
    pub renames: Vec<Renamed>,
    /// What a reader should know.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a limit ended its emulation before its end.
    pub capped: bool,
}

impl TextReading {
    /// Whether nothing in it speaks of FTP.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.launches.is_empty() && self.written.is_empty() && self.sessions.is_empty() && self.is_script.is_none()
    }
}
