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
    /// Changes nothing on the wire and takes no line: `bell`, `debug`, `hash`, `help`, `status`, `trace`, `verbose`, …
    Local,
    /// Needs a connection, changes nothing that is followed: `umask`, `idle`, `form`, `mode`, `struct`, …
    Remote,
}

impl Verb {
    /// Whether the client refuses it while it is not connected.
    #[must_use]
    pub fn needs_connection(self) -> bool {
        !matches!(
            self,
            Self::Shell | Self::Bye | Self::Glob | Self::LocalDirectory | Self::Open | Self::Prompt | Self::Local
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
    /// What is sent as soon as the connection stands.
    pub greeting: &'static [&'static str],
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
