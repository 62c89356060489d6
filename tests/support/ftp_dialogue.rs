//! What an FTP server answers, without any network: the server of the differential tests, and the world of predictions.
//!
//! It lets everybody in and answers as pyftpdlib does, with which the recordings of real clients were made: before the
//! login all but a few commands are refused, `NLST` expands wildcards, names are told in the order of their bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// The files and directories of a server, by their path from `/`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    directories: BTreeSet<String>,
}

/// What is to be done after a control line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Only this is said.
    Reply(String),
    /// A data port is to be opened: EPSV where true, PASV where not.
    Passive(bool),
    /// The client's data port, as `PORT` or `EPRT` names it.
    Active(String),
    /// These bytes go to the client.
    Send(Vec<u8>),
    /// The client's bytes are to be stored.
    Receive {
        /// Where.
        path: String,
        /// At the end of what is there (`APPE`).
        append: bool,
        /// From where on (`REST`).
        offset: usize,
    },
    /// The connection ends.
    Bye,
}

/// One control connection.
pub(crate) struct Dialogue {
    tree: Arc<Mutex<Tree>>,
    system: String,
    user: Option<String>,
    logged_in: bool,
    directory: String,
    pub(crate) binary: bool,
    rename_from: Option<String>,
    offset: usize,
}

/// Commands that need a login, of those that are understood.
const KNOWN: [&str; 37] = [
    "TYPE", "PWD", "XPWD", "CWD", "XCWD", "CDUP", "XCUP", "PASV", "EPSV", "PORT", "EPRT", "RETR", "STOR", "APPE",
    "STOU", "NLST", "LIST", "MLSD", "MLST", "DELE", "MKD", "XMKD", "RMD", "XRMD", "RNFR", "RNTO", "SIZE", "MDTM",
    "REST", "SITE", "MODE", "STRU", "ALLO", "ABOR", "REIN", "STAT", "MFMT",
];

/// Commands that are refused without an argument.
const NEED_ARGUMENT: [&str; 22] = [
    "USER", "CWD", "XCWD", "RETR", "STOR", "APPE", "DELE", "MKD", "XMKD", "RMD", "XRMD", "RNFR", "RNTO", "SIZE",
    "MDTM", "TYPE", "PORT", "EPRT", "REST", "MODE", "STRU", "OPTS",
];

const FEATURES: &str = "211-Features supported:\r\n EPRT\r\n EPSV\r\n MDTM\r\n MLST type*;size*;modify*;\r\n REST STREAM\r\n SIZE\r\n TVFS\r\n UTF8\r\n211 End FEAT.";
const NO_SUCH_FILE: &str = "550 No such file or directory.";

impl Dialogue {
    /// A client has just connected. `system` is what follows `215 ` in the answer to SYST.
    pub(crate) fn new(tree: Arc<Mutex<Tree>>, system: &str) -> Self {
        Self {
            tree,
            system: system.to_owned(),
            user: None,
            logged_in: false,
            directory: "/".to_owned(),
            binary: false,
            rename_from: None,
            offset: 0,
        }
    }

    /// The answer to a control line.
    pub(crate) fn answer(&mut self, line: &str) -> Answer {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        let verb = verb.as_str();
        if verb == "QUIT" {
            return Answer::Bye;
        }
        match self.before_login(verb, argument) {
            Some(reply) => Answer::Reply(reply),
            None => self.after_login(verb, argument),
        }
    }

    /// What needs no login, and the refusal of what does.
    fn before_login(&mut self, verb: &str, argument: &str) -> Option<String> {
        let reply = match verb {
            _ if NEED_ARGUMENT.contains(&verb) && argument.is_empty() => "501 Syntax error: command needs an argument.",
            "USER" => {
                self.user = Some(argument.to_owned());
                self.logged_in = false;
                "331 Username ok, send password."
            }
            "PASS" if self.user.is_some() && !self.logged_in => {
                self.logged_in = true;
                "230 Login successful."
            }
            "PASS" if self.logged_in => "503 User already authenticated.",
            "PASS" => "503 Login with USER first.",
            "SYST" => return Some(format!("215 {}", self.system)),
            "FEAT" => FEATURES,
            "NOOP" => "200 I successfully did nothing.",
            "HELP" => "214 Help command successful.",
            "OPTS" => "200 OK.",
            "STAT" if argument.is_empty() => "211 End of status.",
            _ if !KNOWN.contains(&verb) => return Some(format!("500 Command \"{verb}\" not understood.")),
            _ if !self.logged_in => "530 Log in with USER and PASS first.",
            _ => return None,
        };
        Some(reply.to_owned())
    }

    fn after_login(&mut self, verb: &str, argument: &str) -> Answer {
        let path = self.path(argument);
        let tree = Arc::clone(&self.tree);
        let mut tree = tree.lock().unwrap();
        let upper = argument.to_ascii_uppercase();
        match verb {
            "TYPE" => match upper.replace(' ', "").as_str() {
                "A" | "AN" | "L7" => self.set_binary(false),
                "I" | "L8" => self.set_binary(true),
                _ => reply("504 Unsupported type."),
            },
            "PWD" | "XPWD" => reply(&format!("257 \"{}\" is the current directory.", self.directory)),
            "CWD" | "XCWD" => self.change_directory(path, &tree),
            "CDUP" | "XCUP" => self.change_directory(self.path(".."), &tree),
            "PASV" => Answer::Passive(false),
            "EPSV" if upper == "ALL" => reply("220 Other commands other than EPSV are now disabled."),
            "EPSV" => Answer::Passive(true),
            "PORT" | "EPRT" => Answer::Active(argument.to_owned()),
            "RETR" => {
                let offset = std::mem::take(&mut self.offset);
                match tree.files.get(&path) {
                    Some(content) if self.binary => Answer::Send(content.get(offset..).unwrap_or_default().to_vec()),
                    Some(content) => Answer::Send(with_carriage_returns(content)),
                    None => reply(NO_SUCH_FILE),
                }
            }
            "STOR" | "APPE" | "STOU" => {
                let offset = std::mem::take(&mut self.offset);
                let path = if argument.is_empty() { self.path("ftpd.0") } else { path };
                if verb != "STOU" && argument.is_empty() {
                    return reply("501 Syntax error: command needs an argument.");
                }
                if !tree.directories.contains(&parent_of(&path)) || tree.directories.contains(&path) {
                    return reply(NO_SUCH_FILE);
                }
                Answer::Receive { path, append: verb == "APPE", offset }
            }
            "NLST" | "LIST" | "MLSD" => {
                let words = argument.split(' ').skip_while(|word| word.starts_with('-')).collect::<Vec<_>>().join(" ");
                match tree.list(verb, &self.path(&words)) {
                    Some(lines) => Answer::Send(lines.into_bytes()),
                    None => reply(NO_SUCH_FILE),
                }
            }
            "DELE" => done(tree.files.remove(&path).is_some(), "250 File removed."),
            "MKD" | "XMKD" => {
                let made = !tree.files.contains_key(&path)
                    && tree.directories.contains(&parent_of(&path))
                    && tree.directories.insert(path.clone());
                done(made, &format!("257 \"{path}\" directory created."))
            }
            "RMD" | "XRMD" => {
                let gone = path != "/" && tree.children(&path).is_empty() && tree.directories.remove(&path);
                done(gone, "250 Directory removed.")
            }
            "RNFR" => {
                let there = tree.exists(&path);
                self.rename_from = there.then_some(path);
                done(there, "350 Ready for destination name.")
            }
            "RNTO" => match self.rename_from.take() {
                Some(from) => done(tree.rename(&from, path), "250 Renaming ok."),
                None => reply("503 Bad sequence of commands: use RNFR first."),
            },
            "SIZE" if !self.binary => reply("550 SIZE not allowed in ASCII mode."),
            "SIZE" => match tree.files.get(&path) {
                Some(content) => reply(&format!("213 {}", content.len())),
                None => reply(NO_SUCH_FILE),
            },
            "MDTM" => done(tree.files.contains_key(&path), "213 20200101000000"),
            "MLST" => match tree.facts(&path) {
                Some(facts) => reply(&format!("250-Listing \"{path}\":\r\n {facts} {path}\r\n250 End MLST.")),
                None => reply(NO_SUCH_FILE),
            },
            "REST" => match argument.parse() {
                Ok(offset) if self.binary || offset == 0 => {
                    self.offset = offset;
                    reply(&format!("350 Restarting at position {offset}."))
                }
                _ => reply("501 Resuming transfers not allowed in ASCII mode."),
            },
            "SITE" if upper.starts_with("CHMOD ") => reply("200 SITE CHMOD successful."),
            "SITE" if upper.starts_with("HELP") => reply("214 Help SITE command successful."),
            "SITE" => reply("500 Command not understood."),
            "MODE" if upper == "S" => reply("200 Transfer mode set to: S"),
            "STRU" if upper == "F" => reply("200 File transfer structure set to: F."),
            "MODE" | "STRU" => reply("504 Unimplemented."),
            "ALLO" => reply("202 No storage allocation necessary."),
            "ABOR" => reply("225 No transfer to abort."),
            "REIN" => {
                self.logged_in = false;
                self.user = None;
                reply("230 Ready for new user.")
            }
            _ => reply("211 End of status."),
        }
    }

    /// Stores what a client sent for [`Answer::Receive`].
    pub(crate) fn store(&self, path: &str, append: bool, offset: usize, mut content: Vec<u8>) {
        if !self.binary {
            content.retain(|byte| *byte != b'\r');
        }
        let mut tree = self.tree.lock().unwrap();
        let file = tree.files.entry(path.to_owned()).or_default();
        if !append {
            file.truncate(offset);
        }
        file.append(&mut content);
    }

    fn path(&self, name: &str) -> String {
        let above = if name.starts_with('/') { "" } else { self.directory.as_str() };
        let mut names: Vec<&str> = above.split('/').filter(|name| !name.is_empty()).collect();
        for name in name.split('/') {
            match name {
                "" | "." => {}
                ".." => {
                    names.pop();
                }
                _ => names.push(name),
            }
        }
        format!("/{}", names.join("/"))
    }

    fn set_binary(&mut self, binary: bool) -> Answer {
        self.binary = binary;
        reply(if binary { "200 Type set to: Binary." } else { "200 Type set to: ASCII." })
    }

    fn change_directory(&mut self, path: String, tree: &Tree) -> Answer {
        if !tree.directories.contains(&path) {
            return reply(NO_SUCH_FILE);
        }
        let answer = reply(&format!("250 \"{path}\" is the current directory."));
        self.directory = path;
        answer
    }
}

impl Tree {
    /// A tree of files below the root, with the directories that they need.
    pub(crate) fn of(files: &[(&str, &[u8])]) -> Self {
        let mut tree = Self::default();
        tree.directories.insert("/".to_owned());
        for (path, content) in files {
            let path = format!("/{path}");
            let mut parent = parent_of(&path);
            while tree.directories.insert(parent.clone()) {
                parent = parent_of(&parent);
            }
            tree.files.insert(path, content.to_vec());
        }
        tree
    }

    fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.directories.contains(path)
    }

    fn rename(&mut self, from: &str, to: String) -> bool {
        match self.files.remove(from) {
            Some(content) => {
                self.files.insert(to, content);
                true
            }
            None => self.directories.remove(from) && self.directories.insert(to),
        }
    }

    fn children(&self, directory: &str) -> Vec<String> {
        let paths = self.files.keys().chain(&self.directories);
        let children = paths.filter(|path| path.as_str() != "/" && parent_of(path) == directory);
        let mut names: Vec<String> = children.filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect();
        names.sort();
        names
    }

    fn facts(&self, path: &str) -> Option<String> {
        match self.files.get(path) {
            Some(content) => Some(format!("modify=20200101000000;size={};type=file;", content.len())),
            None => self.directories.contains(path).then(|| "modify=20200101000000;size=0;type=dir;".to_owned()),
        }
    }

    /// The listing of a directory, a file or a wildcard.
    fn list(&self, verb: &str, path: &str) -> Option<String> {
        let (directory, name) = path.rsplit_once('/')?;
        let directory = if directory.is_empty() { "/" } else { directory };
        let (directory, names) = if name.contains(['*', '?', '[']) {
            let names: Vec<_> = self.children(directory).into_iter().filter(|child| meets(name, child)).collect();
            (directory, Some(names).filter(|names| !names.is_empty())?)
        } else if self.directories.contains(path) {
            (path, self.children(path))
        } else if self.files.contains_key(path) {
            (directory, vec![name.to_owned()])
        } else {
            return None;
        };
        let line = |name: &String| format!("{}{name}\r\n", self.described(verb, &join(directory, name)));
        Some(names.iter().map(line).collect())
    }

    /// What stands before a name in a listing.
    fn described(&self, verb: &str, path: &str) -> String {
        match verb {
            "NLST" => String::new(),
            "MLSD" => format!("{} ", self.facts(path).unwrap_or_default()),
            _ => match self.files.get(path) {
                Some(content) => format!("-rw-r--r--   1 ftp      ftp      {:>8} Jan 01  2020 ", content.len()),
                None => "drwxr-xr-x   2 ftp      ftp          4096 Jan 01  2020 ".to_owned(),
            },
        }
    }
}

/// Whether a name meets a pattern of the shell: `*`, `?` and `[…]`.
pub(crate) fn meets(pattern: &str, name: &str) -> bool {
    fn at(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|skip| at(rest, &name[skip..])),
            Some(('?', rest)) => name.split_first().is_some_and(|(_, name)| at(rest, name)),
            Some(('[', rest)) if rest.contains(&']') => {
                let (set, rest) = rest.split_at(rest.iter().position(|character| *character == ']').unwrap_or(0));
                name.split_first().is_some_and(|(first, name)| {
                    let range = |window: &[char]| window[1] == '-' && (window[0]..=window[2]).contains(first);
                    (set.contains(first) || set.windows(3).any(range)) && at(&rest[1..], name)
                })
            }
            Some((character, rest)) => {
                name.split_first().is_some_and(|(first, name)| first == character && at(rest, name))
            }
        }
    }
    at(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
}

fn reply(text: &str) -> Answer {
    Answer::Reply(text.to_owned())
}

fn done(good: bool, text: &str) -> Answer {
    reply(if good { text } else { NO_SUCH_FILE })
}

fn parent_of(path: &str) -> String {
    match path.rsplit_once('/') {
        None | Some(("", _)) => "/".to_owned(),
        Some((parent, _)) => parent.to_owned(),
    }
}

fn join(directory: &str, name: &str) -> String {
    format!("{}/{name}", directory.trim_end_matches('/'))
}

fn with_carriage_returns(content: &[u8]) -> Vec<u8> {
    let mut converted = Vec::new();
    for byte in content {
        if *byte == b'\n' && converted.last() != Some(&b'\r') {
            converted.push(b'\r');
        }
        converted.push(*byte);
    }
    converted
}

#[test]
fn patterns_meet_names_as_a_shell_has_it() {
    for (pattern, name, meeting) in [
        ("*.txt", "a.txt", true),
        ("?.txt", "ab.txt", false),
        ("[ab].txt", "b.txt", true),
        ("[a-c]", "d", false),
        ("*", "", true),
    ] {
        assert_eq!(meets(pattern, name), meeting, "{pattern} {name}");
    }
}
