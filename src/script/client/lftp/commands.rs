//! The commands of lftp by their names: letters of either case, cut short as far as no other begins alike.

use super::options::Known;

/// What a command does, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// Selects a server.
    Open,
    /// Sets the login.
    User,
    /// Logs in anonymously.
    Anonymous,
    /// Closes idle connections.
    Close,
    /// Changes the remote directory.
    ChangeDirectory,
    /// Changes the local directory.
    LocalDirectory,
    /// Fetches files by name.
    Get,
    /// Fetches one file, its local name as an option.
    GetOne,
    /// Fetches what patterns meet.
    MultipleGet,
    /// Sends files by name.
    Put,
    /// Sends what patterns meet.
    MultiplePut,
    /// Copies a directory tree.
    Mirror,
    /// Deletes files.
    Remove,
    /// Deletes what patterns meet.
    MultipleRemove,
    /// Removes directories.
    RemoveDirectory,
    /// Makes directories.
    MakeDirectory,
    /// Renames.
    Move,
    /// Moves files to a directory.
    MultipleMove,
    /// Sends a command as it is.
    Quote,
    /// Sends a command of SITE.
    Site,
    /// Changes modes.
    ChangeMode,
    /// Prints files.
    Print,
    /// Lists directories.
    List,
    /// Sets a variable.
    Set,
    /// Defines a command.
    Alias,
    /// Keeps addresses by name.
    Bookmark,
    /// Runs the commands of a file.
    Source,
    /// Runs a command later, in turn.
    Queue,
    /// Runs a command again and again.
    Repeat,
    /// Runs a command at a time.
    At,
    /// Runs a command.
    Run,
    /// Runs a command with patterns replaced by what they meet.
    Glob,
    /// Runs a command on local files.
    Local,
    /// Runs a command line of the local shell.
    Shell,
    /// Switches between servers.
    Slot,
    /// Ends.
    Exit,
    /// Whatever touches neither files nor connections.
    Nothing,
}

/// All commands of lftp 4.9.2.
const COMMANDS: &[(&str, Verb)] = &[
    ("?", Verb::Nothing),
    ("alias", Verb::Alias),
    ("anon", Verb::Anonymous),
    ("at", Verb::At),
    ("attach", Verb::Nothing),
    ("bookmark", Verb::Bookmark),
    ("bye", Verb::Exit),
    ("cache", Verb::Nothing),
    ("cat", Verb::Print),
    ("cd", Verb::ChangeDirectory),
    ("chmod", Verb::ChangeMode),
    ("close", Verb::Close),
    ("cls", Verb::List),
    ("command", Verb::Run),
    ("connect", Verb::Open),
    ("debug", Verb::Nothing),
    ("du", Verb::List),
    ("echo", Verb::Nothing),
    ("edit", Verb::Print),
    ("eval", Verb::Run),
    ("exit", Verb::Exit),
    ("fg", Verb::Nothing),
    ("find", Verb::List),
    ("get", Verb::Get),
    ("get1", Verb::GetOne),
    ("glob", Verb::Glob),
    ("help", Verb::Nothing),
    ("history", Verb::Nothing),
    ("jobs", Verb::Nothing),
    ("kill", Verb::Nothing),
    ("lcd", Verb::LocalDirectory),
    ("lftp", Verb::Open),
    ("ln", Verb::Nothing),
    ("local", Verb::Local),
    ("login", Verb::User),
    ("lpwd", Verb::Nothing),
    ("ls", Verb::List),
    ("mget", Verb::MultipleGet),
    ("mirror", Verb::Mirror),
    ("mkdir", Verb::MakeDirectory),
    ("mmv", Verb::MultipleMove),
    ("module", Verb::Nothing),
    ("more", Verb::Print),
    ("mput", Verb::MultiplePut),
    ("mrm", Verb::MultipleRemove),
    ("mv", Verb::Move),
    ("nlist", Verb::List),
    ("open", Verb::Open),
    ("pget", Verb::Get),
    ("put", Verb::Put),
    ("pwd", Verb::Nothing),
    ("queue", Verb::Queue),
    ("quit", Verb::Exit),
    ("quote", Verb::Quote),
    ("recls", Verb::List),
    ("reget", Verb::Get),
    ("rels", Verb::List),
    ("renlist", Verb::List),
    ("repeat", Verb::Repeat),
    ("reput", Verb::Put),
    ("rm", Verb::Remove),
    ("rmdir", Verb::RemoveDirectory),
    ("scache", Verb::Nothing),
    ("set", Verb::Set),
    ("shell", Verb::Shell),
    ("site", Verb::Site),
    ("sleep", Verb::Nothing),
    ("slot", Verb::Slot),
    ("source", Verb::Source),
    ("suspend", Verb::Nothing),
    ("tasks", Verb::Nothing),
    ("torrent", Verb::Nothing),
    ("user", Verb::User),
    ("ver", Verb::Nothing),
    ("version", Verb::Nothing),
    ("wait", Verb::Nothing),
    ("zcat", Verb::Print),
    ("zmore", Verb::Print),
];

/// Aliases of the configuration that the program is shipped with.
pub(super) const ALIASES: [(&str, &str); 4] =
    [("dir", "ls"), ("less", "more"), ("zless", "zmore"), ("bzless", "bzmore")];

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup {
    /// A command, by its full name.
    Command(&'static str, Verb),
    /// The beginning of several.
    Ambiguous,
    /// None.
    Unknown,
}

/// The command that a word means.
#[must_use]
pub(super) fn lookup(word: &str) -> Lookup {
    let lower = word.to_ascii_lowercase();
    let mut begun = COMMANDS.iter().filter(|(name, _)| !lower.is_empty() && name.starts_with(&lower));
    if let Some((name, verb)) = COMMANDS.iter().find(|(name, _)| *name == lower) {
        return Lookup::Command(name, *verb);
    }
    match (begun.next(), begun.next()) {
        (Some((name, verb)), None) => Lookup::Command(name, *verb),
        (Some(_), Some(_)) => Lookup::Ambiguous,
        (None, _) => Lookup::Unknown,
    }
}

/// Options of `open` and of the program itself.
pub(super) const OPEN: Known = Known {
    letters: "u:p:e:s:w:dBEN",
    long: &[
        ("user", 'u'),
        ("port", 'p'),
        ("execute", 'e'),
        ("slot", 's'),
        ("password", 'w'),
        ("debug", 'd'),
        ("no-bookmark", 'B'),
        ("env-password", 'E'),
        ("norc", 'N'),
    ],
    in_front: false,
};

/// Options of `get`, `put` and those that are like them; those of the segments of `pget` too.
pub(super) const ONE_BY_ONE: Known = Known { letters: "cEaeP:O:qn:u", long: &[], in_front: true };

/// Options of `get1`.
pub(super) const ONE: Known = Known {
    letters: "o:cEadqR:T:",
    long: &[("source-region", 'R'), ("target-position", 'T'), ("continue", 'c'), ("output", 'o'), ("quiet", 'q')],
    in_front: false,
};

/// Options of `mget` and `mput`.
pub(super) const MULTIPLE: Known = Known { letters: "cEadeP:O:q", long: &[], in_front: false };

/// Options of `mirror`; letters in capitals that it does not have stand for long names alone.
pub(super) const MIRROR: Known = Known {
    letters: "esrnpcRLvai:x:I:X:N:P:O:f:F:t:T:DSAMWZ:Y:",
    long: &[
        ("delete", 'e'),
        ("delete-excluded", 'D'),
        ("delete-first", 'e'),
        ("depth-first", 'r'),
        ("scan-all-first", 'r'),
        ("allow-suid", 's'),
        ("allow-chown", 's'),
        ("ascii", 'A'),
        ("ignore-time", 'n'),
        ("ignore-size", 'n'),
        ("only-missing", 'n'),
        ("only-existing", 'n'),
        ("only-newer", 'n'),
        ("upload-older", 'n'),
        ("transfer-all", 'n'),
        ("no-empty-dirs", 'n'),
        ("no-recursion", 'r'),
        ("recursion", 'r'),
        ("no-symlinks", 'p'),
        ("no-dereference", 'p'),
        ("no-perms", 'p'),
        ("perms", 'p'),
        ("no-umask", 'p'),
        ("reverse", 'R'),
        ("dereference", 'L'),
        ("overwrite", 'c'),
        ("no-overwrite", 'c'),
        ("newer-than", 'N'),
        ("older-than", 'N'),
        ("size-range", 'N'),
        ("parallel", 'v'),
        ("use-pget-n", 'v'),
        ("use-pget", 'v'),
        ("on-change", 'Z'),
        ("loop", 'v'),
        ("include", 'i'),
        ("exclude", 'x'),
        ("include-glob", 'I'),
        ("exclude-glob", 'X'),
        ("include-rx-from", 'I'),
        ("exclude-rx-from", 'X'),
        ("include-glob-from", 'I'),
        ("exclude-glob-from", 'X'),
        ("file", 'f'),
        ("directory", 'F'),
        ("target-directory", 'O'),
        ("verbose", 'v'),
        ("log", 'Y'),
        ("script", 'W'),
        ("just-print", 'W'),
        ("dry-run", 'W'),
        ("max-errors", 't'),
        ("skip-noaccess", 'v'),
        ("use-cache", 'v'),
        ("cache", 'v'),
        ("no-use-cache", 'v'),
        ("continue", 'c'),
        ("Remove-source-files", 'M'),
        ("Remove-source-dirs", 'M'),
        ("Move", 'M'),
        ("time-prec", 'T'),
        ("loose-time-prec", 'T'),
    ],
    in_front: false,
};

/// Options of `rm`, `rmdir`, `mkdir`, `mrm`, `chmod`.
pub(super) const ON_NAMES: Known = Known { letters: "rfpcvR", long: &[("recursive", 'R')], in_front: true };

/// Options of `mmv`.
pub(super) const MOVE: Known = Known { letters: "O:e", long: &[("target-directory", 'O')], in_front: false };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_beginnings() {
        let cases = [
            ("open", Some("open")),
            ("OPEN", Some("open")),
            ("op", Some("open")),
            ("Get", Some("get")),
            ("ge", None),
            ("mir", Some("mirror")),
            ("quit", Some("quit")),
            ("qui", Some("quit")),
            ("binary", None),
            ("rename", None),
            ("", None),
        ];
        for (word, name) in cases {
            let found = match lookup(word) {
                Lookup::Command(name, _) => Some(name),
                _ => None,
            };
            assert_eq!(found, name, "{word}");
        }
    }
}
