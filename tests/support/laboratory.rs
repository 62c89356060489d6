//! The world of the differential tests, without network and disk: what the server would answer, which files are there.

use super::client_run::{LOCAL, REMOTE};
use super::ftp_dialogue::{Answer, Dialogue, Tree, meets};
use ftpsift::base::text::Text;
use ftpsift::script::client::netrc::{Entry, Netrc};
use ftpsift::script::client::world::World;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The server and the client's directory of one case.
pub(crate) struct Laboratory {
    system: String,
    port: u16,
    user: String,
    netrc: Option<Netrc>,
    tree: Arc<Mutex<Tree>>,
    dialogue: RefCell<Dialogue>,
    control: RefCell<Vec<String>>,
    directory: RefCell<String>,
    files: RefCell<BTreeSet<String>>,
    new_files: RefCell<BTreeSet<String>>,
}

impl Laboratory {
    /// As a case finds it. The server listens at `port` of 127.0.0.1, the client runs as `user`.
    pub(crate) fn new(system: &str, port: u16, netrc: Option<&str>, user: &str) -> Self {
        let tree = Arc::new(Mutex::new(Tree::of(&REMOTE)));
        Self {
            system: system.to_owned(),
            port,
            user: user.to_owned(),
            netrc: netrc.map(|text| Netrc::parse(&Text::from_content(text))),
            dialogue: RefCell::new(Dialogue::new(Arc::clone(&tree), system)),
            tree,
            control: RefCell::default(),
            directory: RefCell::new("work".to_owned()),
            files: RefCell::new(LOCAL.iter().map(|(path, _)| format!("work/{path}")).collect()),
            new_files: RefCell::default(),
        }
    }

    /// What was sent, which files were written below the client's directory, and which the server holds.
    pub(crate) fn seen(self) -> (Vec<String>, BTreeSet<String>, BTreeSet<String>) {
        let remote =
            self.tree.lock().unwrap().files.keys().map(|path| path.trim_start_matches('/').to_owned()).collect();
        (self.control.into_inner(), self.new_files.into_inner(), remote)
    }

    /// A local path, from the directory that holds the client's and the user's home.
    fn path(&self, name: &str) -> Option<String> {
        if name.starts_with('/') || name.split('/').any(|part| part.len() > 255) {
            return None;
        }
        let directory = self.directory.borrow();
        let mut parts: Vec<&str> = directory.split('/').collect();
        for part in name.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                _ => parts.push(part),
            }
        }
        Some(parts.join("/"))
    }

    fn is_directory(&self, path: &str) -> bool {
        ["", "work", "home"].contains(&path)
            || self.files.borrow().iter().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }
}

impl World for Laboratory {
    fn connects(&self, host: &str, port: u16) -> Option<bool> {
        let answers = host == "127.0.0.1" && port == self.port;
        if answers {
            *self.dialogue.borrow_mut() = Dialogue::new(Arc::clone(&self.tree), &self.system);
        }
        Some(answers)
    }

    fn reply(&self, command: &str) -> Option<u16> {
        self.control.borrow_mut().push(command.to_owned());
        let mut dialogue = self.dialogue.borrow_mut();
        Some(match dialogue.answer(command) {
            Answer::Reply(text) => text.split([' ', '-']).next()?.parse().ok()?,
            Answer::Passive(_) | Answer::Active(_) => 200,
            Answer::Send(_) => 150,
            Answer::Receive { path, append, offset } => {
                dialogue.store(&path, append, offset, Vec::new());
                150
            }
            Answer::Bye => 221,
        })
    }

    fn remote_names(&self, pattern: &str) -> Option<Vec<String>> {
        match self.dialogue.borrow_mut().answer(&format!("NLST {pattern}")) {
            Answer::Send(lines) => Some(String::from_utf8(lines).ok()?.lines().map(str::to_owned).collect()),
            _ => Some(Vec::new()),
        }
    }

    fn local_names(&self, pattern: &str) -> Option<Vec<String>> {
        let (directory, last) = pattern.rsplit_once('/').map_or(("", pattern), |(directory, last)| (directory, last));
        let place = self.path(directory)?;
        let files = self.files.borrow();
        let names: BTreeSet<&str> = files
            .iter()
            .filter_map(|file| file.strip_prefix(&format!("{place}/")))
            .filter_map(|below| below.split('/').next())
            .filter(|name| meets(last, name))
            .collect();
        let whole = |name: &str| if pattern.contains('/') { format!("{directory}/{name}") } else { name.to_owned() };
        Some(names.into_iter().map(whole).collect())
    }

    fn enters(&self, directory: &str) -> Option<bool> {
        let path = if directory == "~" { Some("home".to_owned()) } else { self.path(directory) };
        let path = path.filter(|path| self.is_directory(path));
        if let Some(path) = &path {
            self.directory.borrow_mut().clone_from(path);
        }
        Some(path.is_some())
    }

    fn reads(&self, name: &str) -> Option<bool> {
        Some(self.path(name).is_some_and(|path| self.files.borrow().contains(&path)))
    }

    fn can_write(&self, name: &str) -> Option<bool> {
        let path = self.path(name).filter(|path| !self.is_directory(path));
        Some(path.is_some_and(|path| self.is_directory(path.rsplit_once('/').map_or("", |(directory, _)| directory))))
    }

    fn wrote(&self, name: &str) {
        let Some(path) = self.path(name) else { return };
        if self.files.borrow_mut().insert(path.clone())
            && let Some(below) = path.strip_prefix("work/")
        {
            self.new_files.borrow_mut().insert(below.to_owned());
        }
    }

    fn is_unix_server(&self) -> bool {
        self.system.starts_with("UNIX Type: L8")
    }

    fn local_user(&self) -> Option<&str> {
        Some(&self.user)
    }

    fn netrc(&self, host: &str, user: Option<&str>, _: Option<&str>) -> Option<Entry> {
        self.netrc.as_ref()?.entry(host, user).cloned()
    }
}
