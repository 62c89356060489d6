//! Where an FTP client is started: its switches, its script, its host.

use schemars::JsonSchema;
use serde::Serialize;

/// The clients whose scripts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// `ftp.exe` of Windows.
    #[default]
    WindowsFtp,
    /// `ftp` of GNU inetutils.
    Inetutils,
    /// `ftp` of NetBSD (tnftp).
    Tnftp,
}

/// The switches of a line-based client that change what it does with its script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switches {
    /// `-n`: no login prompts after connecting.
    pub no_auto_login: bool,
    /// `-A` (Windows) or `-a` (tnftp): anonymous login without prompts.
    pub anonymous: bool,
    /// `-i`: no questions during multiple transfers.
    pub no_prompting: bool,
    /// `-g`: wildcards are names.
    pub no_globbing: bool,
    /// `-v` was given.
    pub verbose: bool,
    /// `-d` was given.
    pub debug: bool,
    /// Host on the command line.
    pub host: Option<String>,
    /// Port on the command line (not on Windows).
    pub port: Option<u16>,
    /// The client is connected before it reads the script, to a host that nothing tells.
    pub host_unknown: bool,
    /// Directory in which the client is started, as far as is known.
    pub working_directory: Option<String>,
}

/// Where a launch was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct FoundIn {
    /// Script that starts the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Line in that script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Event that records the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// One place where an FTP client is started, whether its script was found or not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Launch {
    /// Identity in the report, `l1`.
    pub id: String,
    /// The client.
    pub client: Client,
    /// The command line as the shell passes it on.
    pub command_line: String,
    /// The arguments one by one.
    pub arguments: Vec<String>,
    /// The script's path as the client gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_path: Option<String>,
    /// The host on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether the client asks for a login when it connects.
    pub auto_login: bool,
    /// Whether it logs in anonymously by itself.
    pub anonymous: bool,
    /// Whether it asks before each file of a multiple transfer.
    pub interactive: bool,
    /// False where the client would refuse its arguments, or the line can never be reached.
    pub would_run: bool,
    /// Directory in which it is started, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Where the launch was found.
    pub found_in: FoundIn,
    /// The scripts that it runs; empty if the script is gone.
    pub scripts: Vec<String>,
    /// Why it would not run, or what a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The switches as the interpreter needs them.
    #[serde(skip)]
    pub switches: Switches,
}
