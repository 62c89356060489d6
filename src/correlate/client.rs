//! Which process is a client for FTP: by its file's name, by the name in its version information, by a digest that another
//! record gives for a client, by a command line that only a client understands.

use super::paths::Place;
use super::sources::ProgramFile;
use crate::artifact::event::{Event, Process};
use crate::artifact::seen::Actor;
use crate::case::run::{Program, ProgramLocation, RecognisedBy};
use crate::script::client;
use crate::script::client::switches::split_arguments;
use crate::script::launch::{Client, Launch, Platform};
use std::collections::{BTreeMap, BTreeSet};

/// Programs that do nothing but transfer files, by their file's name without `.exe`: each of their runs counts.
const DEDICATED: &[(&str, Client)] = &[
    ("ftp", Client::WindowsFtp),
    ("tnftp", Client::Tnftp),
    ("winscp", Client::Winscp),
    ("winscp.com", Client::Winscp),
    ("lftp", Client::Lftp),
    ("ncftp", Client::Ncftp),
    ("ncftpget", Client::Ncftp),
    ("ncftpput", Client::Ncftp),
    ("ncftpls", Client::Ncftp),
    ("psftp", Client::Psftp),
    ("pscp", Client::Psftp),
    ("sftp", Client::Sftp),
    ("scp", Client::Sftp),
    ("ftpget", Client::Busybox),
    ("ftpput", Client::Busybox),
    ("filezilla", Client::Filezilla),
    ("fzsftp", Client::Filezilla),
    ("wsftp32", Client::WsFtp),
    ("wsftp95", Client::WsFtp),
    ("wsftppro", Client::WsFtp),
    ("wsftpgui", Client::WsFtp),
    ("cuteftp", Client::Cuteftp),
    ("cuteftppro", Client::Cuteftp),
    ("cftp32", Client::Cuteftp),
    ("coreftp", Client::Coreftp),
    ("corecmd", Client::Coreftp),
    ("flashfxp", Client::Flashfxp),
    ("smartftp", Client::Smartftp),
];

/// Programs that may speak FTP among others: a run counts where its command line asks for it.
const GENERAL: &[&str] = &[
    "curl",
    "wget",
    "wget2",
    "certutil",
    "bitsadmin",
    "rclone",
    "busybox",
    "toybox",
    "aria2c",
    "axel",
    "fetch",
    "lwp-download",
    "explorer",
    "mshta",
    "msiexec",
    "totalcmd",
    "totalcmd64",
];

/// A client that a process was recognised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recognised {
    pub(super) client: Client,
    pub(super) by: BTreeSet<RecognisedBy>,
}

/// Digests of programs that other records show to be clients.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownClients {
    by_sha256: BTreeMap<String, Client>,
    /// Programs of the evidence that are clients under another name, each with what tells it.
    by_path: BTreeMap<String, (Client, RecognisedBy)>,
}

impl KnownClients {
    /// Learns from a record whose program is a client by its name or its version information.
    pub(super) fn learn(&mut self, event: &Event) {
        let Some(process) = &event.process else { return };
        // Two names that agree: a file of the attacker's that is merely called ftp.exe teaches nothing.
        let by_name = process.executable.as_deref().and_then(dedicated);
        let by_version = process.original_file_name.as_deref().and_then(dedicated);
        if let (Some(client), Some(hash)) = (by_version.filter(|_| by_name == by_version), sha256(process)) {
            self.by_sha256.insert(hash, client);
        }
    }

    /// Learns the digest of a file of the evidence that is a client.
    pub(super) fn learn_file(&mut self, client: Client, sha256: &str) {
        self.by_sha256.insert(sha256.to_ascii_lowercase(), client);
    }

    /// Learns programs of the evidence: those where Windows has its clients, which are real unless their version says another
    /// thing, and those that are equal to them or say that they are one. A path at which two pieces of evidence have different
    /// files tells nothing.
    pub(super) fn learn_programs(&mut self, programs: &[ProgramFile]) {
        for program in programs {
            let named = dedicated(&program.path);
            let told = program.original_file_name.as_deref().map(|name| dedicated(name.trim_end_matches(".mui")));
            let in_place = matches!(location(&program.path), ProgramLocation::System32 | ProgramLocation::Syswow64);
            let client = told.unwrap_or(named.filter(|_| in_place));
            if let Some(client) = client {
                self.learn_file(client, &program.sha256);
            }
        }
        for program in programs.iter().filter(|program| dedicated(&program.path).is_none()) {
            let Some(key) = path_key(&program.path) else { continue };
            let others = programs.iter().filter(|other| path_key(&other.path).as_deref() == Some(&key));
            if others.clone().any(|other| other.sha256 != program.sha256) {
                continue;
            }
            let told = program.original_file_name.as_deref().and_then(dedicated);
            let by_version = told.map(|client| (client, RecognisedBy::OriginalFileName));
            let by_hash = self.by_sha256.get(&program.sha256).map(|client| (*client, RecognisedBy::Hash));
            if let Some(found) = by_version.or(by_hash) {
                self.by_path.insert(key, found);
            }
        }
    }

    /// How much was learnt.
    pub(super) fn len(&self) -> usize {
        self.by_sha256.len().saturating_add(self.by_path.len())
    }

    fn by_place(&self, process: &Actor<'_>) -> Option<(Client, RecognisedBy)> {
        // A digest that was recorded says more than what lies there now.
        if self.by_path.is_empty() || process.sha256().is_some() {
            return None;
        }
        self.by_path.get(&path_key(process.executable?)?).copied()
    }

    fn by_digest(&self, process: &Actor<'_>) -> Option<Client> {
        // Every start of a process that a log holds is asked.
        if self.by_sha256.is_empty() { None } else { self.by_sha256.get(&process.sha256()?).copied() }
    }

    /// The client that a process is, if it is one.
    pub(super) fn recognise(&self, process: &Process) -> Option<Recognised> {
        self.recognise_actor(&Actor::of(process))
    }

    /// The client that a process is, by what was seen of it.
    pub(super) fn recognise_actor(&self, process: &Actor<'_>) -> Option<Recognised> {
        let place = self.by_place(process);
        let of_place = |by| place.filter(|(_, told)| *told == by).map(|(client, _)| client);
        let told = [
            (RecognisedBy::ImageName, process.executable.and_then(dedicated)),
            (RecognisedBy::OriginalFileName, process.original_file_name.and_then(dedicated)),
            (RecognisedBy::OriginalFileName, of_place(RecognisedBy::OriginalFileName)),
            (RecognisedBy::Hash, self.by_digest(process).or(of_place(RecognisedBy::Hash))),
        ];
        // What is inside of the file speaks louder than its name.
        let client = told.iter().rev().find_map(|(_, client)| *client);
        if let Some(client) = client {
            let by = told.iter().filter(|(_, found)| *found == Some(client)).map(|(by, _)| *by).collect();
            return Some(Recognised { client, by });
        }
        let general = process.executable.is_some_and(is_general);
        let launch = general.then(|| launch(process.command_line?, process.executable, None)).flatten()?;
        Some(Recognised { client: launch.client, by: BTreeSet::from([RecognisedBy::CommandLine]) })
    }
}

fn path_key(path: &str) -> Option<String> {
    Place::of(path).map(|place| format!("{}\\{}", place.folder(), place.name()))
}

/// Whether a name is one of a client, or of a program that may be one.
pub(super) fn may_be_client(path: &str) -> bool {
    dedicated(path).is_some() || is_general(path)
}

/// The client that a file's name is that of.
pub(super) fn dedicated(path: &str) -> Option<Client> {
    let bare = bare(path);
    DEDICATED.iter().find(|(name, _)| name.eq_ignore_ascii_case(bare)).map(|(_, client)| *client)
}

fn is_general(path: &str) -> bool {
    let bare = bare(path);
    GENERAL.iter().any(|name| name.eq_ignore_ascii_case(bare))
}

/// The file's name in lower case, without `.exe`; Prefetch writes `FTP.EXE`.
pub(super) fn stem(path: &str) -> String {
    bare(path).to_ascii_lowercase()
}

/// The file's name without `.exe`: every start of a process that a log holds is asked for it.
fn bare(path: &str) -> &str {
    let name = crate::script::local_path::file_name(path.trim_matches(['"', ' ']));
    let cut = name.len().checked_sub(4).and_then(|at| name.split_at_checked(at));
    cut.filter(|(_, ending)| ending.eq_ignore_ascii_case(".exe")).map_or(name, |(bare, _)| bare)
}

fn sha256(process: &Process) -> Option<String> {
    process.hashes.get("sha256").filter(|hash| hash.len() == 64).map(|hash| hash.to_ascii_lowercase())
}

/// Characters of a command line that are read as one of a client.
const COMMAND_LINE: usize = 32 << 10;

/// The launch that a command line is. A renamed program is read as what it is.
pub(super) fn launch(line: &str, executable: Option<&str>, known: Option<Client>) -> Option<Launch> {
    let line = line.get(..line.floor_char_boundary(COMMAND_LINE))?;
    let mut words = split_arguments(line);
    let first = words.first_mut()?;
    let is_named = may_be_client(first);
    if let Some(client) = known.filter(|_| !is_named) {
        first.clone_from(&DEDICATED.iter().find(|(_, known)| *known == client)?.0.to_owned());
    } else if let Some(executable) = executable.filter(|path| !is_named && may_be_client(path)) {
        executable.clone_into(first);
    }
    client::launch(&words, line, Platform::Windows)
}

/// The program of a run, by what its records say.
pub(super) fn program(process: &Process, recognised: &Recognised) -> Program {
    let path = process.executable.clone();
    let renamed = path.as_deref().is_some_and(|path| {
        !recognised.by.contains(&RecognisedBy::ImageName) && !recognised.by.contains(&RecognisedBy::CommandLine)
            || dedicated(path).is_some_and(|client| client != recognised.client)
    });
    Program {
        location: path.as_deref().map_or(ProgramLocation::Unknown, location),
        path,
        recognised_by: recognised.by.clone(),
        renamed,
        original_file_name: process.original_file_name.clone(),
        company: process.company.clone(),
        sha256: sha256(process),
        signature: None,
    }
}

/// Where a program lies, by its path.
pub(super) fn location(path: &str) -> ProgramLocation {
    let Some(place) = Place::of(path) else { return ProgramLocation::Unknown };
    let folder = place.folder();
    if place.is_name_only() {
        ProgramLocation::Unknown
    } else if folder == "windows\\system32" {
        ProgramLocation::System32
    } else if folder == "windows\\syswow64" {
        ProgramLocation::Syswow64
    } else if folder.starts_with("windows\\winsxs\\") {
        ProgramLocation::Winsxs
    } else {
        ProgramLocation::Elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(executable: &str, original: &str, line: &str, hash: &str) -> Process {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Process {
            executable: text(executable),
            original_file_name: text(original),
            command_line: text(line),
            hashes: text(hash).map(|hash| ("sha256".to_owned(), hash)).into_iter().collect(),
            ..Process::default()
        }
    }

    #[test]
    fn clients_by_name_version_hash_and_command_line() {
        let hash = "ab".repeat(32);
        let mut known = KnownClients::default();
        let teacher = process("C:\\Windows\\System32\\ftp.exe", "ftp.exe", "ftp", &hash);
        known.learn(&Event { process: Some(teacher), ..Event::default() });
        let bait = process("C:\\x\\ftp.exe", "", "ftp", &"cd".repeat(32));
        known.learn(&Event { process: Some(bait), ..Event::default() });
        let cases = [
            (process("C:\\Windows\\System32\\ftp.exe", "", "", ""), Some(Client::WindowsFtp), false, "system32"),
            (process("C:\\Windows\\SysWOW64\\ftp.exe", "ftp.exe", "", ""), Some(Client::WindowsFtp), false, "syswow64"),
            (process("C:\\Users\\Public\\svc.exe", "ftp.exe", "", ""), Some(Client::WindowsFtp), true, "elsewhere"),
            (process("C:\\Users\\Public\\svc.exe", "", "", &hash), Some(Client::WindowsFtp), true, "elsewhere"),
            (process("FTP.EXE", "", "", ""), Some(Client::WindowsFtp), false, "unknown"),
            (
                process("\\Device\\HarddiskVolume2\\Windows\\System32\\ftp.exe", "", "", ""),
                Some(Client::WindowsFtp),
                false,
                "system32",
            ),
            (process("C:\\x\\WinSCP.com", "winscp.com", "", ""), Some(Client::Winscp), false, "elsewhere"),
            (process("C:\\x\\curl.exe", "", "curl ftp://h.example/a -o a", ""), Some(Client::Curl), false, "elsewhere"),
            (process("C:\\x\\curl.exe", "", "curl https://h.example/a", ""), None, false, ""),
            (process("C:\\x\\svc.exe", "", "", &"cd".repeat(32)), None, false, ""),
            (process("C:\\x\\notftp.exe", "", "", ""), None, false, ""),
            (Process::default(), None, false, ""),
        ];
        for (process, client, renamed, place) in cases {
            let found = known.recognise(&process);
            assert_eq!(found.as_ref().map(|found| found.client), client, "{process:?}");
            if let Some(found) = found {
                let program = program(&process, &found);
                assert_eq!(program.renamed, renamed, "{process:?}");
                assert_eq!(serde_json::to_value(program.location).unwrap(), place, "{process:?}");
            }
        }
    }

    #[test]
    fn command_lines_of_renamed_clients_are_read() {
        let launch = launch("svc.exe -A -s:a.txt", Some("C:\\x\\svc.exe"), Some(Client::WindowsFtp)).unwrap();
        assert_eq!((launch.anonymous, launch.script_path.as_deref()), (true, Some("a.txt")));
    }
}
