//! In what the line-based clients differ.

use crate::script::launch::Client;

/// What a command does, whatever a client calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `!`: the local shell.
    Shell,
    /// `append`.
    Append,
    /// `ascii`.
    Ascii,
    /// `binary`, `image`.
    Binary,
    /// `bye`, `quit`, `exit`.
    Bye,
    /// `cd`.
    ChangeDirectory,
    /// `cdup`.
    ChangeUp,
    /// `close`, `disconnect`.
    Close,
    /// `delete`.
    Delete,
    /// `dir`.
    Dir,
    /// `ls`.
    List,
    /// `nlist`.
    NameList,
    /// `get`, `recv`, `reget`, `newer`.
    Get,
    /// `glob`: toggles wildcards.
    Glob,
    /// `lcd`.
    LocalDirectory,
    /// `mdelete`.
    MultipleDelete,
    /// `mdir`.
    MultipleDir,
    /// `mget`.
    MultipleGet,
    /// `mkdir`.
    MakeDirectory,
    /// `mls`.
    MultipleList,
    /// `mput`.
    MultiplePut,
    /// `open`.
    Open,
    /// `prompt`: toggles the questions of multiple transfers.
    Prompt,
    /// `put`, `send`.
    Put,
    /// `pwd`.
    PrintDirectory,
    /// `quote`, `literal`.
    Quote,
    /// `remotehelp`, `rhelp`.
    RemoteHelp,
    /// `rename`.
    Rename,
    /// `rmdir`.
    RemoveDirectory,
    /// `site`.
    Site,
    /// `chmod`: `SITE CHMOD`.
    ChangeMode,
    /// `system`.
    System,
    /// `size`.
    Size,
    /// `modtime`.
    ModificationTime,
    /// `type`.
    Type,
    /// `user`.
    User,
    /// `account`.
    Account,
    /// `idle`: `SITE IDLE`.
    Idle,
    /// `umask`: `SITE UMASK`.
    Umask,
    /// `rstatus`: `STAT`.
    RemoteStatus,
    /// `restart`: where the next transfer begins.
    Restart,
    /// `tenex`: `TYPE L 8`.
    Tenex,
    /// `case`: toggles the folding of upper-case remote names.
    FoldCase,
    /// `runique`: toggles unique local names.
    UniqueLocal,
    /// `sunique`: toggles unique remote names (`STOU`).
    UniqueRemote,
    /// `macdef`: defines a macro from the lines that follow, up to an empty one.
    DefineMacro,
    /// `$`: runs a macro.
    RunMacro,
    /// `page`, `more`, `less`: a remote file to the screen.
    Page,
    /// `pls`, `pdir`: a listing to the screen.
    PagedList,
    /// `mlsd`.
    MachineList,
    /// `mlst`.
    MachineStatus,
    /// z/OS: `ebcdic`.
    Ebcdic,
    /// z/OS: `locsite` and the like set how data sets are kept on this side.
    LocalSite,
    /// z/OS: its client's `pass`.
    Pass,
    /// `nmap`, `ntrans`: rules by which names are translated, which are not followed.
    TranslateNames,
    /// Changes nothing on the wire and takes no line: `bell`, `debug`, `hash`, `help`, `status`, `trace`, `verbose`, …
    Local,
    /// Needs a connection, changes nothing that is followed: `form`, `mode`, `struct`, …
    Remote,
}

impl Verb {
    /// Whether the client refuses it while it is not connected.
    #[must_use]
    pub fn needs_connection(self) -> bool {
        !matches!(
            self,
            Self::Shell
                | Self::Bye
                | Self::Glob
                | Self::LocalDirectory
                | Self::Open
                | Self::Prompt
                | Self::Local
                | Self::FoldCase
                | Self::UniqueLocal
                | Self::UniqueRemote
                | Self::DefineMacro
                | Self::RunMacro
                | Self::LocalSite
                | Self::TranslateNames
        )
    }
}

/// How a client takes the answer to a question of a multiple transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// `n` is no, everything else yes (4.3BSD).
    NoElseYes,
    /// `n` is no, `q` ends the command, everything else yes (Windows, by its own help text).
    NoQuitElseYes,
    /// tnftp: also `a` for all and `p` for no more questions.
    NoQuitAllPrompt,
}

/// When a client greets the server and asks for its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greets {
    /// As soon as the connection stands.
    BeforeLogin,
    /// After the automatic login, if there is one (inetutils).
    AfterConnecting,
    /// After every login (tnftp).
    AfterLogin,
}

/// How long a name the question for the user's name takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginName {
    /// As long as it is, as far as is known.
    Any,
    /// 77 characters; the next is lost and the rest answers the question for the password (inetutils).
    Split,
    /// 78 characters; a longer one gives up the login (tnftp).
    Refused,
}

/// A client's semantics.
#[derive(Debug)]
pub struct Dialect {
    /// The client.
    pub client: Client,
    /// Its commands by full name, in no particular order.
    pub commands: &'static [(&'static str, Verb)],
    /// Whether command names are compared with their case.
    pub case_sensitive: bool,
    /// Whether a backslash outside quotes takes the next character literally, and `$` runs macros.
    pub unix: bool,
    /// Whether the client asks the server for its system and switches to binary on Unix.
    pub automatic_binary: bool,
    /// What `ls` sends.
    pub list_sends: &'static str,
    /// How questions are answered.
    pub confirmation: Confirmation,
    /// What a file is called on the other side when only one name is given: its last name (Windows) or all of it.
    pub keeps_directories: bool,
    /// Whether names beyond those that a command takes are an error.
    pub refuses_extra_names: bool,
    /// Whether the end of input at the question for the user's name gives up the login.
    pub eof_aborts_login: bool,
    /// What is sent unasked.
    pub greeting: &'static [&'static str],
    /// When that is sent.
    pub greets: Greets,
    /// How long a user's name may be.
    pub login_name: LoginName,
    /// Whether user and password may stand in one line of the automatic login (z/OS).
    pub splits_login: bool,
    /// Whether `open` without a host connects to the last one again, at the default port.
    pub reopens: bool,
    /// Whether the local file is looked at before the server is asked for its content.
    pub looks_first: bool,
}

/// What a word means to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// A command: its full name.
    Command(&'static str, Verb),
    /// The beginning of several.
    Ambiguous,
    /// None.
    Invalid,
}

impl Dialect {
    /// What a word means: exactly a command, the beginning of just one, of several, or of none.
    #[must_use]
    pub fn lookup(&self, word: &str) -> Lookup {
        let folded = if self.case_sensitive { word.to_owned() } else { word.to_ascii_lowercase() };
        let mut hits = self.commands.iter().filter(|(name, _)| name.starts_with(&folded));
        match (self.commands.iter().find(|(name, _)| *name == folded), hits.next(), hits.next()) {
            (Some((name, verb)), _, _) | (None, Some((name, verb)), None) if !word.is_empty() => {
                Lookup::Command(name, *verb)
            }
            (None, Some(_), Some(_)) => Lookup::Ambiguous,
            _ => Lookup::Invalid,
        }
    }
}
