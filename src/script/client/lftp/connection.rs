//! Servers, logins and directories: `open`, `user`, `cd`, `lcd`, and the connection that is made when it is needed.

use super::commands;
use super::machine::{Link, Machine};
use super::options;
use crate::script::address;
use crate::script::client::journal::{self, unix_join};
use crate::script::client::world::StoredSite;
use crate::script::launch::Client;
use crate::script::session::{Credential, Scheme, Session};
use crate::script::transfer::Mode;
use crate::script::url::{self, Url};

/// Directories of a server that are remembered as entered.
pub(super) const DIRECTORIES: usize = 10_000;

/// What the argument of `open`, or of a command that takes addresses, names.
pub(super) enum Site {
    /// A server of file transfer.
    Server(Box<Url>),
    /// A bookmark that is in store, and a directory below its own.
    Stored(Box<StoredSite>, String),
    /// A server of another protocol.
    Foreign,
    /// A local place.
    Local,
}

impl Machine<'_> {
    /// `open [-u user[,password]] [-p port] [-e command] [-s slot] [site]`
    pub(super) fn open(&mut self, arguments: &[String]) {
        let given = match options::read(arguments, commands::OPEN) {
            Ok(given) => given,
            Err(option) => {
                self.journal.refuse(format!("open has no option {option}"));
                return;
            }
        };
        if let Some(slot) = given.value('s') {
            self.slot(Some(slot));
        }
        let mut path = None;
        if let Some(site) = given.words.first() {
            let port = given.value('p').and_then(|port| port.parse().ok());
            match self.site(site) {
                Site::Server(mut url) => {
                    if let Some(port) = port {
                        url.port = Some(port);
                    }
                    self.connect_to(&url);
                    path = Some(url.path).filter(|path| !path.is_empty());
                }
                Site::Stored(site, below) => {
                    let mut session = site.session_at(self.line);
                    session.port = port.or(session.port);
                    self.open_session(session);
                    self.place.remote = None;
                    self.place.previous_remote = None;
                    path = bookmarked(&site, &below);
                }
                Site::Foreign => {
                    self.place.foreign = true;
                    self.journal.say("the address is of another protocol than FTP");
                }
                Site::Local => self.place.foreign = true,
            }
        }
        if let Some(login) = given.value('u') {
            let (user, password) =
                login.split_once(',').map_or((login, given.value('w')), |(user, password)| (user, Some(password)));
            self.login(Some((user, password)));
            if given.has('E') {
                self.journal.doubt("the password is taken from the environment variable LFTP_PASSWORD");
            } else if password.is_none() && !self.login_by_netrc() {
                self.journal.doubt("no password is given: lftp asks for it, and logs in anonymously where it cannot");
            }
        }
        if let Some(path) = path {
            // A directory in the address is entered at once, which makes the connection.
            self.change_directory(&[path]);
        }
        if let Some(command) = given.value('e') {
            self.run_words(&[command.to_owned()]);
        }
    }

    /// What an argument names: an address, a bookmark or a host.
    pub(super) fn site(&self, site: &str) -> Site {
        let bare = site.strip_prefix("bm:").unwrap_or(site);
        let (name, path) = bare.split_once('/').unwrap_or((bare, ""));
        if let Some(place) = self.bookmarks.get(name) {
            let place = match path {
                "" => place.clone(),
                path => format!("{}/{path}", place.trim_end_matches('/')),
            };
            return url::parse(&with_scheme(&place, self.default_scheme))
                .map_or(Site::Foreign, |url| Site::Server(Box::new(url)));
        }
        if let Some(stored) = self.world.site(Client::Lftp, name, None).filter(|_| !site.contains("://")) {
            return Site::Stored(Box::new(stored), path.to_owned());
        }
        if let Some((scheme, place)) = site.split_once("://") {
            return match url::parse(site) {
                Some(url) => Site::Server(Box::new(url)),
                None if scheme.eq_ignore_ascii_case("file") => Site::Local,
                // A variable stands for the protocol.
                None if scheme.starts_with(['$', '%', '{']) => url::parse(&with_scheme(place, self.default_scheme))
                    .map_or(Site::Foreign, |url| Site::Server(Box::new(url))),
                None => Site::Foreign,
            };
        }
        if site.starts_with("file:") {
            return Site::Local;
        }
        url::parse(&with_scheme(site, self.default_scheme)).map_or(Site::Foreign, |url| Site::Server(Box::new(url)))
    }

    /// The session with the server of an address, a new one.
    fn connect_to(&mut self, url: &Url) {
        let mut session = url.session(self.line);
        if self.forces_tls && session.scheme == Scheme::Ftp {
            session.scheme = Scheme::Ftps;
        }
        let is_name = session.host.as_deref().is_some_and(|host| !host.contains(['.', ':', '%', '$']));
        if is_name && url.port.is_none() && url.username.is_none() {
            session.uncertain.push("the host may be the name of a bookmark".to_owned());
        }
        self.open_session(session);
        self.place.remote = None;
        self.place.previous_remote = None;
    }

    fn open_session(&mut self, session: Session) {
        self.journal.open(session);
        while self.links.len() < self.journal.sessions().len() {
            self.links.push(Link::default());
        }
        self.place.session = self.journal.current();
        self.place.foreign = false;
    }

    /// Carries a command out on the server of a bookmark that is in store, and comes back.
    pub(super) fn at_bookmark(&mut self, site: &StoredSite, below: &str, act: impl FnOnce(&mut Self, &str)) {
        let place = self.place.clone();
        let session = site.session_at(self.line);
        self.open_session(session);
        self.place.remote = None;
        act(self, &bookmarked(site, below).unwrap_or_default());
        self.journal.switch(place.session);
        self.place = place;
    }

    /// Carries a command out on the server of an address, and comes back.
    pub(super) fn at_address(&mut self, url: &Url, act: impl FnOnce(&mut Self, &str)) {
        let place = self.place.clone();
        let known = self.journal.sessions().iter().position(|session| {
            let user = session.credentials.last().and_then(|credential| credential.username.as_deref());
            session.scheme == url.scheme
                && session.host.as_deref() == Some(url.host.as_str())
                && session.port == Some(url.effective_port())
                && (user == url.username.as_deref() || url.username.is_none() && user == Some("anonymous"))
        });
        match known {
            Some(_) => {
                let command = self.journal.session().commands.last().cloned();
                let moves = known != self.place.session;
                if moves {
                    self.journal.session().commands.pop();
                }
                self.place.session = known;
                self.journal.switch(known);
                if let Some(command) = command.filter(|_| moves) {
                    self.journal.session().commands.push(command);
                }
            }
            None => self.open_session(url.session(self.line)),
        }
        self.place.remote = None;
        self.place.foreign = false;
        act(self, &url.path);
        self.journal.switch(place.session);
        self.place = place;
    }

    /// `user name [password]`, `user url [password]`
    pub(super) fn user(&mut self, arguments: &[String]) {
        let (name, password) = match arguments {
            [name] => (name, None),
            [name, password] => (name, Some(password.as_str())),
            _ => {
                self.journal.refuse("usage: user <user|URL> [<pass>]");
                return;
            }
        };
        match url::parse(name) {
            // The password is kept for later addresses of that server.
            Some(url) => {
                if let Some(user) = url.username.as_deref() {
                    let credential = self.credential(user, password);
                    self.journal.session().credentials.push(credential);
                }
            }
            None => self.login(Some((name, password))),
        }
    }

    /// The login from now on; nothing for an anonymous one. It begins in its own login directory.
    pub(super) fn login(&mut self, login: Option<(&str, Option<&str>)>) {
        let connected = self.link().is_some_and(|link| link.connected);
        let credential = login.map(|(user, password)| self.credential(user, password));
        self.place.remote = None;
        let session = self.journal.session();
        if connected {
            // Another login is another connection.
            session.credentials.extend(credential);
            self.disconnect();
        } else {
            session.credentials.clear();
            session.credentials.extend(credential);
        }
    }

    pub(super) fn close(&mut self) {
        if self.link().is_some_and(|link| link.connected) {
            self.journal.send("QUIT");
        }
        self.disconnect();
    }

    fn disconnect(&mut self) {
        if let Some(link) = self.link() {
            *link = Link { verified: std::mem::take(&mut link.verified), ..Link::default() };
        }
    }

    pub(super) fn link(&mut self) -> Option<&mut Link> {
        self.place.session.and_then(|index| self.links.get_mut(index))
    }

    /// Makes the connection if there is none: false where no server was named, or the command may not run at all.
    pub(super) fn connect(&mut self) -> bool {
        if self.place.session.is_none() {
            self.journal.say("Not connected.");
            return false;
        }
        if self.is_alternative {
            self.journal.doubt("a command that runs only if the one before it fails is told as if it ran");
            return false;
        }
        let Some(link) = self.link() else { return false };
        if link.connected {
            return true;
        }
        link.connected = true;
        link.server = None;
        if !self.login_by_netrc() && self.journal.session().credentials.is_empty() {
            // Without a login lftp takes that of ~/.netrc for the host, else this one.
            let credential = self.credential("anonymous", Some("lftp@"));
            self.journal.session().credentials.push(credential);
            self.journal.doubt("no login is given: lftp takes one from ~/.netrc, or logs in anonymously");
        }
        let sends: Vec<String> = match self.journal.session().credentials.last() {
            Some(credential) => {
                let user = credential.username.clone().unwrap_or_default();
                let password = credential.password.as_ref().map(|password| format!("PASS {}", password.reveal()));
                std::iter::once(format!("USER {user}")).chain(password).collect()
            }
            None => Vec::new(),
        };
        for command in sends {
            self.journal.send(command);
        }
        true
    }

    /// Takes what is missing of the login from `~/.netrc`; false where that says nothing of the server.
    fn login_by_netrc(&mut self) -> bool {
        let session = self.journal.session();
        let login = session.credentials.last();
        let user = login.and_then(|login| login.username.clone());
        if login.is_some_and(|login| login.password.is_some()) {
            return false;
        }
        let host = session.host.clone().unwrap_or_default();
        let Some(entry) = self.world.netrc(&host, user.as_deref(), None) else { return false };
        let Some(name) = user.or(entry.username) else { return false };
        let password = entry.password.as_ref().map(|password| password.reveal());
        let credential = Credential { source: entry.source, ..self.credential(&name, password) };
        let session = self.journal.session();
        session.credentials.pop();
        session.credentials.push(credential);
        if let Some(doubt) = entry.doubt {
            self.journal.doubt(doubt);
        }
        true
    }

    /// Makes the connection, and lets the server stand in the directory in force. A login directory has no name in the
    /// script: it is told as `~`.
    pub(super) fn ready(&mut self) -> bool {
        if !self.connect() {
            return false;
        }
        let here = self.place.remote.clone();
        let moves = self.link().is_some_and(|link| link.server != here);
        if moves {
            self.enter_on_server(here);
        }
        true
    }

    /// Tells the server the type of the next transfer, if it differs from the last one told.
    pub(super) fn agree_on(&mut self, mode: Mode) {
        if let Some(link) = self.link().filter(|link| link.mode != mode) {
            link.mode = mode;
            self.journal.send(match mode {
                Mode::Ascii => "TYPE A",
                Mode::Binary => "TYPE I",
            });
        }
    }

    pub(super) fn change_directory(&mut self, arguments: &[String]) {
        let target = arguments.first().map_or("~", String::as_str);
        if target.contains("://") {
            self.open(&[target.to_owned()]);
            return;
        }
        let new = if target == "-" {
            self.journal
                .doubt("`cd -` enters a directory that lftp remembers of the server, perhaps from an earlier run");
            self.place.previous_remote.clone()
        } else {
            journal::remote_enter(self.place.remote.as_deref(), target)
        };
        let tries = self.link().is_some_and(|link| !link.verified.contains(&new));
        // What the login directory is only the server tells.
        if (tries || target.starts_with('~')) && !self.connect() {
            return;
        }
        self.place.previous_remote = std::mem::replace(&mut self.place.remote, new.clone());
        if tries {
            if let Some(link) = self.link().filter(|link| link.verified.len() < DIRECTORIES) {
                link.verified.insert(new.clone());
            }
            self.enter_on_server(new);
        }
    }

    /// Lets the server change its directory. lftp names directories from the root, which a script does not tell: `~` is
    /// the login directory.
    fn enter_on_server(&mut self, directory: Option<String>) {
        let Some(link) = self.link() else { return };
        let before = std::mem::replace(&mut link.server, directory.clone());
        self.journal.send(match directory {
            None => "CWD ~".to_owned(),
            Some(path) if before.is_none() || path.starts_with('/') => format!("CWD {path}"),
            Some(path) => format!("CWD ~/{path}"),
        });
    }

    pub(super) fn local_directory(&mut self, arguments: &[String]) {
        let new = match arguments.first().map(String::as_str) {
            None => Some("~".to_owned()),
            Some("-") => self.place.previous_local.clone(),
            Some(target) => Some(unix_join(self.place.local.as_deref(), target)),
        };
        self.place.previous_local = std::mem::replace(&mut self.place.local, new);
    }

    /// `ftp:ssl-force` counts for connections that are not made yet.
    pub(super) fn apply_tls(&mut self) {
        let forces = self.forces_tls;
        if self.link().is_some_and(|link| !link.connected) {
            let session = self.journal.session();
            session.scheme = match session.scheme {
                Scheme::Ftp if forces => Scheme::Ftps,
                Scheme::Ftps if !forces && session.port == Some(21) => Scheme::Ftp,
                other => other,
            };
        }
    }
}

/// The directory that a bookmark leads to, with what the word adds to it.
fn bookmarked(site: &StoredSite, below: &str) -> Option<String> {
    let path = match (site.directory.as_deref(), below) {
        (Some(directory), "") => directory.to_owned(),
        (Some(directory), below) => format!("{}/{below}", directory.trim_end_matches('/')),
        (None, below) => below.to_owned(),
    };
    Some(path).filter(|path| !path.is_empty())
}

fn with_scheme(site: &str, scheme: Scheme) -> String {
    if site.contains("://") {
        return site.to_owned();
    }
    let scheme = scheme.name();
    format!("{scheme}://{site}")
}

/// Whether a word could name a site on a command line without options: prose seldom names hosts with dots.
pub(super) fn is_site(word: &str) -> bool {
    let host = word.rsplit('@').next().unwrap_or(word);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    url::parse(word).is_some()
        || !word.contains("://")
            && (host.contains('.') && address::is_name(host)
                || host.parse::<std::net::IpAddr>().is_ok()
                || host.starts_with('$') && host.len() > 1
                || host == "localhost")
}
