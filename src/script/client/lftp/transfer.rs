//! What lftp moves: `get`, `put`, their relatives, `mirror`, and files that are printed.

use super::commands::{self, MIRROR};
use super::connection::{DIRECTORIES, Site};
use super::machine::Machine;
use super::options::{self, Known, Options};
use super::parse::Output;
use crate::script::client::journal::{self, everything_below, is_pattern, unix_join};
use crate::script::local_path;
use crate::script::transfer::{Direction, Mode, Transfer};

/// A file to be moved.
struct Item {
    remote: String,
    local: String,
    pattern: bool,
}

impl Machine<'_> {
    /// `get`, `reget`, `pget`: `[options] file [-o name] file …`
    pub(super) fn get(&mut self, name: &str, arguments: &[String]) {
        let Some(given) = self.options(name, arguments, commands::ONE_BY_ONE) else { return };
        for (remote, local) in self.pairs(&given.words) {
            self.get_file(name, &given, &remote, local.as_deref());
        }
    }

    /// `get1 [-o name] file`
    pub(super) fn get_one(&mut self, name: &str, arguments: &[String]) {
        let Some(given) = self.options(name, arguments, commands::ONE) else { return };
        match given.words.first().cloned() {
            Some(remote) => self.get_file(name, &given, &remote, given.value('o')),
            None => self.journal.refuse("the name of the file is missing"),
        }
    }

    fn get_file(&mut self, name: &str, given: &Options, remote: &str, local: Option<&str>) {
        let base = given.value('O');
        let file = local_path::file_name(remote.trim_end_matches('/'));
        let local = match local {
            Some(local) if local.ends_with('/') => format!("{local}{file}"),
            Some(local) => local.to_owned(),
            None => file.to_owned(),
        };
        let local = under(base, &local);
        self.fetch(name, given, remote, &local, false);
    }

    /// `mget [-d] [-O base] patterns`
    pub(super) fn multiple_get(&mut self, name: &str, arguments: &[String]) {
        let Some(given) = self.options(name, arguments, commands::MULTIPLE) else { return };
        for remote in given.words.clone() {
            let path = remote.split_once("://").map_or(remote.as_str(), |(_, rest)| rest);
            let file = if given.has('d') { path.trim_start_matches('/') } else { local_path::file_name(path) };
            let local = under(given.value('O'), file);
            self.fetch(name, &given, &remote, &local, true);
        }
    }

    /// Fetches a file, or what a pattern meets, from the server in use or that of an address.
    fn fetch(&mut self, name: &str, given: &Options, remote: &str, local: &str, globs: bool) {
        let pattern = globs && is_pattern(remote);
        match remote.contains("://") || remote.starts_with("bm:") {
            true => match self.site(remote) {
                Site::Server(url) => self.at_address(&url, |machine, path| {
                    let item = Item { remote: path.to_owned(), local: local.to_owned(), pattern };
                    machine.download(name, given, item);
                }),
                Site::Stored(site, below) => self.at_bookmark(&site, &below, |machine, path| {
                    let item = Item { remote: path.to_owned(), local: local.to_owned(), pattern };
                    machine.download(name, given, item);
                }),
                Site::Foreign => self.journal.say("the address is of another protocol than FTP"),
                Site::Local => self.journal.say("works on local files"),
            },
            false if self.place.foreign => self.journal.say("the server in use speaks another protocol than FTP"),
            false => self.download(name, given, Item { remote: remote.to_owned(), local: local.to_owned(), pattern }),
        }
    }

    fn download(&mut self, name: &str, given: &Options, item: Item) {
        let mode = mode_of(given);
        if self.place.session.is_none() {
            self.journal.refuse("Not connected.");
            return;
        }
        let names = if item.pattern { self.met_on_server(&item.remote) } else { vec![item.remote.clone()] };
        for name in names {
            if !self.ready() {
                break;
            }
            self.agree_on(mode);
            self.journal.send(format!("RETR {name}"));
            if given.has('E') {
                self.journal.send(format!("DELE {name}"));
            }
        }
        if given.has('E') {
            self.journal.session().deletes.push(item.remote.clone());
        }
        let to_server = item.local.contains("://");
        let transfer = Transfer {
            remote_path: Some(item.remote),
            remote_directory: self.place.remote.clone(),
            pattern: item.pattern,
            mode,
            ..journal::transfer(self.line, name, Direction::Download)
        };
        let transfer = if to_server { transfer } else { self.with_local(transfer, &item.local) };
        self.journal.transfer(transfer);
        if to_server {
            self.between_servers(name, &item.local, Direction::Upload);
        }
    }

    /// The names that a pattern meets, as far as the world knows: lftp enters the directory to list it.
    pub(super) fn met_on_server(&mut self, pattern: &str) -> Vec<String> {
        let (directory, name) = match pattern.rsplit_once('/') {
            Some((directory, name)) => (Some(directory), name),
            None => (None, pattern),
        };
        if !self.connect() {
            return Vec::new();
        }
        let here = self.place.remote.clone();
        if let Some(directory) = directory {
            self.place.remote =
                journal::remote_enter(here.as_deref(), if directory.is_empty() { "/" } else { directory });
        }
        self.ready();
        self.agree_on(Mode::Ascii);
        let listed = self.place.remote.clone();
        if let Some(link) = self.link().filter(|link| link.verified.len() < DIRECTORIES) {
            link.verified.insert(listed);
        }
        let path = self.place.remote.as_deref().map(|place| format!("{}/{name}", place.trim_end_matches('/')));
        let names = self.world.remote_names(path.as_deref().unwrap_or(name)).unwrap_or_default();
        self.place.remote = here;
        let as_written = |name: &String| {
            let name = local_path::file_name(name);
            directory.map_or_else(|| name.to_owned(), |directory| format!("{directory}/{name}"))
        };
        names.iter().map(as_written).collect()
    }

    /// `put`, `reput`: `[options] file [-o name] file …`
    pub(super) fn put(&mut self, name: &str, arguments: &[String]) {
        let Some(given) = self.options(name, arguments, commands::ONE_BY_ONE) else { return };
        for (local, remote) in self.pairs(&given.words) {
            let file = local_path::file_name(&local);
            let remote = match remote {
                Some(remote) if remote.ends_with('/') => format!("{remote}{file}"),
                Some(remote) => remote,
                None => file.to_owned(),
            };
            self.store(name, &given, &local, &under(given.value('O'), &remote), false);
        }
    }

    /// `mput [-d] [-O base] patterns`
    pub(super) fn multiple_put(&mut self, name: &str, arguments: &[String]) {
        let Some(given) = self.options(name, arguments, commands::MULTIPLE) else { return };
        for local in given.words.clone() {
            let file = if given.has('d') { local.trim_start_matches('/') } else { local_path::file_name(&local) };
            self.store(name, &given, &local, &under(given.value('O'), file), true);
        }
    }

    /// Sends a file, or what a pattern meets, to the server in use or that of an address.
    fn store(&mut self, name: &str, given: &Options, local: &str, remote: &str, globs: bool) {
        let pattern = globs && is_pattern(local);
        match remote.contains("://") || remote.starts_with("bm:") {
            true => match self.site(remote) {
                Site::Server(url) => self.at_address(&url, |machine, path| {
                    let item = Item { remote: path.to_owned(), local: local.to_owned(), pattern };
                    machine.upload(name, given, item);
                }),
                Site::Stored(site, below) => self.at_bookmark(&site, &below, |machine, path| {
                    let item = Item { remote: path.to_owned(), local: local.to_owned(), pattern };
                    machine.upload(name, given, item);
                }),
                Site::Foreign => self.journal.say("the address is of another protocol than FTP"),
                Site::Local => self.journal.say("works on local files"),
            },
            false if self.place.foreign => self.journal.say("the server in use speaks another protocol than FTP"),
            false => self.upload(name, given, Item { remote: remote.to_owned(), local: local.to_owned(), pattern }),
        }
    }

    fn upload(&mut self, name: &str, given: &Options, item: Item) {
        let mode = mode_of(given);
        if self.place.session.is_none() {
            self.journal.refuse("Not connected.");
            return;
        }
        let met = self.world.local_names(&unix_join(self.place.local.as_deref(), &item.local));
        // A file that is not there is not sent; of a pattern only the world knows what it meets.
        let names = match met {
            Some(names) if item.pattern => names
                .iter()
                .map(|local| match local_path::directory(&item.remote) {
                    Some(directory) => format!("{directory}/{}", local_path::file_name(local)),
                    None => local_path::file_name(local).to_owned(),
                })
                .collect(),
            Some(names) if names.is_empty() => Vec::new(),
            None if item.pattern => Vec::new(),
            _ => vec![item.remote.clone()],
        };
        if !names.is_empty() && self.ready() {
            for name in names {
                if given.has('e') {
                    self.journal.send(format!("DELE {name}"));
                }
                self.agree_on(mode);
                self.journal.send(format!("STOR {name}"));
            }
        }
        if given.has('E') {
            self.journal.say("deletes the local file after the upload");
        }
        let transfer = Transfer {
            remote_path: Some(item.remote),
            remote_directory: self.place.remote.clone(),
            pattern: item.pattern,
            mode,
            ..journal::transfer(self.line, name, Direction::Upload)
        };
        let transfer = self.with_local(transfer, &item.local);
        self.journal.transfer(transfer);
    }

    /// `cat`, `more`: to the screen, into a file, or to a command of the local shell.
    pub(super) fn print(&mut self, name: &str, arguments: &[String], output: Option<&Output>) {
        let Some(given) = self.options(name, arguments, Known { letters: "abuqko:", long: &[], in_front: false })
        else {
            return;
        };
        let local = match output {
            None => "-".to_owned(),
            Some(Output::File(path)) => path.clone(),
            Some(Output::Filter(command)) => format!("|{command}"),
        };
        for remote in given.words.clone() {
            self.fetch(name, &given, &remote, &local, false);
        }
        if let Some(Output::Filter(command)) = output {
            self.shell(command);
        }
    }

    /// `mirror [options] [source [target]]`, which takes the other way with `-R`.
    pub(super) fn mirror(&mut self, name: &str, arguments: &[String]) {
        let Some(given) = self.options(name, arguments, MIRROR) else { return };
        let up = given.has('R');
        if given.has('W') {
            self.journal.say("only writes down what it would do");
            return;
        }
        if given.has('Z') {
            self.journal.doubt("--on-change runs a command when something was transferred");
        }
        if given.has('e') || given.has('D') {
            self.journal.doubt("mirror deletes files at the target that the source does not have");
        }
        let single: Vec<(String, bool)> = given
            .values('f')
            .map(|file| (file.to_owned(), false))
            .chain(given.values('F').map(|file| (file.to_owned(), true)))
            .collect();
        if single.is_empty() {
            let source = given.words.first().map_or(".", String::as_str);
            let last = local_path::file_name(source.trim_end_matches(['/', '\\']));
            let last = if matches!(last, "" | "..") || source == "~" { "." } else { last };
            let target = match given.words.get(1).map(String::as_str) {
                None => last.to_owned(),
                Some("/") => "/".to_owned(),
                Some(target) if target.ends_with('/') => format!("{target}{last}"),
                Some(target) => target.to_owned(),
            };
            self.tree(name, &given, up, source, &target);
        } else {
            let base = given.value('O').or(given.words.first().map(String::as_str)).unwrap_or(".").to_owned();
            // The letters of `mirror` mean other things to `get`.
            let plain = Options::default();
            for (source, is_directory) in single {
                let file = local_path::file_name(source.trim_end_matches('/'));
                let target = if base == "." { file.to_owned() } else { under(Some(&base), file) };
                match (is_directory, up) {
                    (true, _) => self.tree(name, &given, up, &source, &target),
                    (false, true) => self.store(name, &plain, &source, &target, true),
                    (false, false) => self.fetch(name, &plain, &source, &target, true),
                }
            }
        }
    }

    fn tree(&mut self, name: &str, given: &Options, up: bool, source: &str, target: &str) {
        let direction = if up { Direction::Upload } else { Direction::Download };
        // An address may stand on either side: it is the server, whatever the direction.
        let (remote, local) = if up { (target, source) } else { (source, target) };
        let (remote, local) = if local.contains("://") && !remote.contains("://") && !remote.starts_with("bm:") {
            (local, remote)
        } else {
            (remote, local)
        };
        if local.contains("://") {
            self.between_servers(name, remote, if up { Direction::Upload } else { Direction::Download });
            self.between_servers(name, local, if up { Direction::Download } else { Direction::Upload });
            return;
        }
        let mode = if given.has('A') { Mode::Ascii } else { Mode::Binary };
        let local = everything_below(local, '/');
        let moves = given.has('M');
        let act = |machine: &mut Self, remote: &str| {
            machine.connect();
            let remote = everything_below(remote, '/');
            if moves && !up {
                machine.journal.session().deletes.push(remote.clone());
            }
            let transfer = Transfer {
                remote_path: Some(remote),
                remote_directory: machine.place.remote.clone(),
                pattern: true,
                mode,
                ..journal::transfer(machine.line, name, direction)
            };
            let transfer = machine.with_local(transfer, &local);
            machine.journal.transfer(transfer);
        };
        if remote.contains("://") || remote.starts_with("bm:") {
            match self.site(remote) {
                Site::Server(url) => self.at_address(&url, act),
                Site::Stored(site, below) => self.at_bookmark(&site, &below, act),
                Site::Foreign => self.journal.say("the address is of another protocol than FTP"),
                Site::Local => self.journal.say("works on local files"),
            }
        } else if self.place.foreign {
            self.journal.say("the server in use speaks another protocol than FTP");
        } else if self.place.session.is_none() {
            self.journal.refuse("Not connected.");
        } else {
            act(self, remote);
        }
    }

    /// One side of a copy from server to server.
    fn between_servers(&mut self, name: &str, address: &str, direction: Direction) {
        let Site::Server(url) = self.site(address) else { return };
        self.at_address(&url, |machine, path| {
            machine.journal.doubt("files are copied from one server to another");
            let transfer =
                Transfer { remote_path: Some(path.to_owned()), ..journal::transfer(machine.line, name, direction) };
            machine.journal.transfer(transfer);
        });
    }

    fn with_local(&self, transfer: Transfer, local: &str) -> Transfer {
        let directory = self.place.local.clone();
        let is_file = local != "-" && !local.starts_with('|');
        let resolved = (is_file && (directory.is_some() || local_path::is_absolute(local)))
            .then(|| unix_join(directory.as_deref(), local));
        Transfer { local_path: Some(local.to_owned()), local_directory: directory, resolved_path: resolved, ..transfer }
    }

    fn options(&mut self, name: &str, arguments: &[String], known: Known) -> Option<Options> {
        match options::read(arguments, known) {
            Ok(given) => Some(given),
            Err(option) => {
                self.journal.refuse(format!("{name} has no option {option}"));
                None
            }
        }
    }

    /// `file [-o name]` again and again; `-o` at the end names nothing.
    fn pairs(&mut self, words: &[String]) -> Vec<(String, Option<String>)> {
        let mut pairs = Vec::new();
        let mut rest = words;
        while let [file, after @ ..] = rest {
            rest = match after {
                [option, name, after @ ..] if option == "-o" => {
                    pairs.push((file.clone(), Some(name.clone())));
                    after
                }
                [option] if option == "-o" => {
                    pairs.push((file.clone(), None));
                    &[]
                }
                _ => {
                    pairs.push((file.clone(), None));
                    after
                }
            };
        }
        if pairs.is_empty() {
            self.journal.refuse("the name of the file is missing");
        }
        pairs
    }
}

fn mode_of(given: &Options) -> Mode {
    if given.has('a') { Mode::Ascii } else { Mode::Binary }
}

/// A name below the directory that `-O` gives.
fn under(base: Option<&str>, name: &str) -> String {
    match base {
        Some(base) if !name.starts_with('/') => format!("{}/{name}", base.trim_end_matches('/')),
        _ => name.to_owned(),
    }
}
