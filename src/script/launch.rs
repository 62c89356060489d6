//! Where an FTP client is started: its switches, its script, its host.

use crate::base::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The clients that are known: programs, and class libraries of languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// `ftp.exe` of Windows.
    #[default]
    WindowsFtp,
    /// An `ftp` of Unix, of which nothing tells the make.
    BsdFtp,
    /// `ftp` of GNU inetutils.
    Inetutils,
    /// `ftp` of NetBSD (tnftp).
    Tnftp,
    /// The FTP client of z/OS.
    ZosFtp,
    /// `lftp`.
    Lftp,
    /// WinSCP.
    Winscp,
    /// `ncftpget`, `ncftpput`, `ncftpls` and `ncftp`.
    Ncftp,
    /// `curl`.
    Curl,
    /// `wget`.
    Wget,
    /// PuTTY's `psftp` and `pscp`: SFTP.
    Psftp,
    /// OpenSSH's `sftp` and `scp`: SFTP.
    Sftp,
    /// `certutil -urlcache` and `-verifyctl`.
    Certutil,
    /// `bitsadmin /transfer`, which knows no FTP.
    Bitsadmin,
    /// `rclone`.
    Rclone,
    /// The Windows shell and what it hands addresses to: `explorer`, `start`, a shortcut, `mshta`, `msiexec`.
    Explorer,
    /// `ftpget` and `ftpput` of BusyBox and toybox.
    Busybox,
    /// Another program that loads what an address names: FreeBSD's `fetch`, `aria2c`, `axel`, `lwp-download`.
    Fetch,
    /// The classes of .NET: `WebClient`, `FtpWebRequest`, and the commands of PowerShell built on them.
    Dotnet,
    /// WinINet, as Visual Basic and the objects of COM use it.
    Wininet,
    /// Python's `ftplib` and `urllib`.
    Ftplib,
    /// Perl's `Net::FTP`.
    NetFtp,
    /// PHP's `ftp_*` functions and `ftp://` streams.
    PhpFtp,
    /// Ruby's `Net::FTP`.
    RubyFtp,
    /// `FTPClient` of Apache Commons Net, in Java.
    CommonsNet,
    /// FileZilla.
    Filezilla,
    /// WS_FTP.
    WsFtp,
    /// Total Commander.
    TotalCommander,
    /// CuteFTP.
    Cuteftp,
    /// Core FTP.
    Coreftp,
    /// FlashFXP.
    Flashfxp,
    /// SmartFTP.
    Smartftp,
    /// An editor that publishes what it edits: Dreamweaver, Sublime Text, Visual Studio Code.
    Editor,
}

impl Client {
    /// The word for its scripts' language in a report's `dialect`.
    #[must_use]
    pub fn dialect(self) -> &'static str {
        match self {
            Self::WindowsFtp => "windows",
            Self::BsdFtp => "bsd",
            Self::Inetutils => "inetutils",
            Self::Tnftp => "tnftp",
            Self::ZosFtp => "zos",
            Self::Lftp => "lftp",
            Self::Winscp => "winscp",
            Self::Ncftp => "ncftp",
            Self::Curl => "curl",
            Self::Wget => "wget",
            Self::Psftp => "psftp",
            Self::Sftp => "sftp",
            Self::Certutil => "certutil",
            Self::Bitsadmin => "bitsadmin",
            Self::Rclone => "rclone",
            Self::Explorer => "explorer",
            Self::Busybox => "busybox",
            Self::Fetch => "fetch",
            Self::Dotnet => "dotnet",
            Self::Wininet => "wininet",
            Self::Ftplib => "ftplib",
            Self::NetFtp => "net-ftp",
            Self::PhpFtp => "php-ftp",
            Self::RubyFtp => "ruby-net-ftp",
            Self::CommonsNet => "commons-net",
            Self::Filezilla => "filezilla",
            Self::WsFtp => "ws-ftp",
            Self::TotalCommander => "total-commander",
            Self::Cuteftp => "cuteftp",
            Self::Coreftp => "coreftp",
            Self::Flashfxp => "flashfxp",
            Self::Smartftp => "smartftp",
            Self::Editor => "editor",
        }
    }
}

/// The system that a command line is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Platform {
    /// Windows: `ftp` is its `ftp.exe`.
    #[default]
    Windows,
    /// A Unix.
    Unix,
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
    /// `-N`: the file that stands for `.netrc`.
    pub netrc: Option<String>,
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
    /// When the line was typed or run, as the history of a shell, or a log of commands, tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
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
    /// Whether the command line itself says what to transfer, so that no script is missed: `curl ftp://…`, `lftp -c …`.
    #[serde(skip)]
    pub tells_all: bool,
    /// Whether only a stored site tells which server is meant (`rclone copy d remote:`): where none is known of that name,
    /// the command line says nothing of FTP.
    #[serde(skip)]
    pub needs_store: bool,
    /// The word that starts the client, as it is written.
    #[serde(skip)]
    pub program: String,
    /// The file to which the shell sends the client's output.
    #[serde(skip)]
    pub output: Option<String>,
    /// Whether it is commented out or can never be reached; nothing else keeps it from running.
    #[serde(skip)]
    pub is_dead: bool,
    /// Whether the client goes on with the commands of its standard input, where it has one that is known.
    #[serde(skip)]
    pub reads_input: bool,
    /// The switches as the interpreter needs them.
    #[serde(skip)]
    pub switches: Switches,
}
