//! `.netrc`: logins by machine, and macros, of the clients of Unix.
//!
//! Words apart by blanks, commas and line ends; `"` and `\` quote. `machine NAME` or `default` begins an entry; `login`,
//! `password` and `account` each take a word; `macdef NAME` takes the lines that follow, up to an empty one. The macro
//! `init` runs after the login. Sources: ftp(1) and ruserpass.c of 4.3BSD, inetutils and NetBSD; curl and Emacs also write
//! `user` and `port`.

use super::world::World;
use crate::base::limits::Limits;
use crate::base::secret::Secret;
use crate::base::text::Text;
use crate::script::launch::Switches;
use crate::script::reading::Confidence;
use crate::script::session::{Credential, Session, StoredIn};

/// Entries and macros that are read, each.
const MAX_ENTRIES: usize = 500;

/// A macro: lines that a client reads as if they were typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Macro {
    /// Its name; clients compare no more than eight characters.
    pub name: String,
    /// Its lines, each with its number in the text that defines it.
    pub lines: Vec<(u32, String)>,
}

/// What a `.netrc` says of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The machine; nothing for `default`.
    pub host: Option<String>,
    /// Port, where the file names one.
    pub port: Option<u16>,
    /// User name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Account.
    pub account: Option<String>,
    /// Macros that the entry defines.
    pub macros: Vec<Macro>,
    /// Line that begins it.
    pub line: u32,
    /// Where it stands, if that is not the text at hand.
    pub source: Option<StoredIn>,
    /// Why it may be another one that the client takes.
    pub doubt: Option<String>,
}

/// A `.netrc`, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Netrc {
    /// Its entries in order.
    pub entries: Vec<Entry>,
    /// Words that stand where a keyword should: none in a real one.
    pub strangers: u32,
}

impl Netrc {
    /// Reads a text; strangers are passed over, as clients do.
    #[must_use]
    pub fn parse(text: &Text) -> Self {
        Self::read(text, u32::MAX)
    }

    /// Reads a text up to so many strangers.
    fn read(text: &Text, most_strangers: u32) -> Self {
        let mut netrc = Self::default();
        let mut words = Words { lines: text.lines().map(|line| (line.number, line.text)).collect(), next: 0, at: 0 };
        while let Some((line, word)) = words.next(true) {
            if netrc.entries.len() >= MAX_ENTRIES || netrc.strangers > most_strangers {
                break;
            }
            match word.as_str() {
                "machine" => match words.next(false) {
                    Some((_, host)) => netrc.entries.push(Entry { host: Some(host), line, ..Entry::default() }),
                    None => netrc.strangers = netrc.strangers.saturating_add(1),
                },
                "default" => netrc.entries.push(Entry { line, ..Entry::default() }),
                _ => {
                    if netrc.entries.last_mut().is_none_or(|entry| !entry.take(&word, &mut words)) {
                        netrc.strangers = netrc.strangers.saturating_add(1);
                    }
                }
            }
        }
        netrc
    }

    /// The entry that a client takes for a host: the first that names it, or a `default` before that. Where the user is
    /// given, an entry of another one is passed over.
    #[must_use]
    pub fn entry(&self, host: &str, user: Option<&str>) -> Option<&Entry> {
        let is_his = |entry: &&Entry| user.is_none() || entry.username.is_none() || entry.username.as_deref() == user;
        let is_there = |entry: &&Entry| entry.host.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(host));
        self.entries.iter().filter(is_there).find(is_his)
    }
}

impl Entry {
    /// Takes a keyword and what belongs to it; false where the word is no keyword.
    fn take(&mut self, keyword: &str, words: &mut Words<'_>) -> bool {
        match keyword {
            "login" | "user" => self.username = words.value(),
            "password" | "passwd" => self.password = words.value().map(Secret::new),
            "account" => self.account = words.value(),
            "port" | "protocol" => self.port = words.value().and_then(|port| port.parse().ok()),
            "macdef" => {
                let name = words.value().unwrap_or_default();
                let lines = words.macro_lines();
                if self.macros.len() < MAX_ENTRIES {
                    self.macros.push(Macro { name, lines });
                }
            }
            _ => return false,
        }
        true
    }

    /// The macro that runs after the login.
    #[must_use]
    pub fn init(&self) -> Option<&Macro> {
        self.macros.iter().find(|one| one.name == "init")
    }
}

/// The words of a `.netrc`, one after the other.
struct Words<'a> {
    lines: Vec<(u32, &'a str)>,
    next: usize,
    at: usize,
}

impl Words<'_> {
    fn value(&mut self) -> Option<String> {
        self.next(false).map(|(_, word)| word)
    }

    /// The next word and its line. Where a keyword is due, `#` begins a remark (curl, Python; older clients know none).
    fn next(&mut self, keyword: bool) -> Option<(u32, String)> {
        loop {
            let (number, line) = *self.lines.get(self.next)?;
            let rest = line.get(self.at..).unwrap_or_default();
            let trimmed = rest.trim_start_matches([' ', '\t', ',', '\r']);
            if trimmed.is_empty() || keyword && trimmed.starts_with('#') {
                self.next = self.next.saturating_add(1);
                self.at = 0;
                continue;
            }
            let (word, length) = one_word(trimmed);
            self.at = line.len().saturating_sub(trimmed.len()).saturating_add(length);
            return Some((number, word));
        }
    }

    /// The lines after the current one, up to an empty one, which is consumed.
    fn macro_lines(&mut self) -> Vec<(u32, String)> {
        self.next = self.next.saturating_add(1);
        self.at = 0;
        let mut taken = Vec::new();
        while let Some((number, line)) = self.lines.get(self.next) {
            self.next = self.next.saturating_add(1);
            if line.trim_end_matches('\r').is_empty() {
                break;
            }
            taken.push((*number, (*line).to_owned()));
        }
        taken
    }
}

/// The first word and the bytes that it takes.
fn one_word(text: &str) -> (String, usize) {
    let mut word = String::new();
    let mut characters = text.char_indices();
    let quoted = text.starts_with('"');
    if quoted {
        characters.next();
    }
    while let Some((at, character)) = characters.next() {
        match character {
            '"' if quoted => return (word, at.saturating_add(1)),
            ' ' | '\t' | ',' | '\r' if !quoted => return (word, at),
            '\\' => word.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => word.push(character),
        }
    }
    (word, text.len())
}

/// How sure it is that a text is a `.netrc`: nothing but entries, at least one of which logs in.
#[must_use]
pub fn confidence(text: &Text, name: &str) -> Option<Confidence> {
    let holds = |word: &str| text.content.contains(word);
    if !holds("machine") && !holds("default") || !holds("login") && !holds("user") && !holds("password") {
        return None;
    }
    let netrc = Netrc::read(text, 0);
    let logs_in = |entry: &Entry| entry.username.is_some() && (entry.password.is_some() || entry.init().is_some());
    let named = name.trim_start_matches(['.', '_']).eq_ignore_ascii_case("netrc");
    let placed = netrc.entries.iter().all(|entry| entry.host.as_deref().is_none_or(is_machine));
    if netrc.strangers > 0 || !placed {
        None
    } else if named && netrc.entries.iter().any(|entry| entry.username.is_some()) {
        Some(Confidence::Certain)
    } else {
        let far = |host: &str| host.contains(['.', ':', '$', '%']) || host == "localhost";
        let machines =
            netrc.entries.iter().filter(|entry| entry.host.as_deref().is_some_and(far) && logs_in(entry)).count();
        (machines > 0).then_some(Confidence::Likely)
    }
}

fn is_machine(host: &str) -> bool {
    !host.is_empty() && !host.contains(['(', ')', '=', ';', '<', '>', '"', '\''])
}

/// The session of each entry: what the client does when it is started with the machine as its host and nothing to read.
#[must_use]
pub fn sessions(text: &Text, limits: &Limits) -> Vec<Session> {
    Netrc::parse(text).entries.iter().filter_map(|entry| session(entry, limits)).collect()
}

fn session(entry: &Entry, limits: &Limits) -> Option<Session> {
    let host = entry.host.clone();
    let switches = Switches { host_unknown: host.is_none(), host, port: entry.port, ..Switches::default() };
    let (text, world) = (Text::from_content(""), Known(entry));
    let mut machine = super::machine::Machine::new(&text, &super::bsd_ftp::BSD, &switches, &world, limits);
    machine.show_macro_lines();
    let run = machine.run();
    let mut session = run.sessions.into_iter().next()?;
    session.line = entry.line;
    if session.credentials.is_empty() {
        session.credentials.push(Credential { line: entry.line, ..Credential::default() });
    }
    for credential in &mut session.credentials {
        if credential.line == 0 {
            credential.line = entry.line;
        }
    }
    session.uncertain.retain(|doubt| !doubt.contains("user name is empty"));
    for one in entry.macros.iter().filter(|one| one.name != "init") {
        session.uncertain.push(format!("the macro `{}` runs only when somebody types `${}`", one.name, one.name));
    }
    Some(session)
}

/// The world in which one entry is known.
#[derive(Debug)]
struct Known<'a>(&'a Entry);

impl World for Known<'_> {
    fn remote_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn local_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn netrc(&self, _: &str, _: Option<&str>, _: Option<&str>) -> Option<Entry> {
        Some(self.0.clone())
    }
}
