//! The logins and sites that clients have in store on the evidence, and which of them the client of a script takes.
//!
//! A client reads the files of the user who runs it, whom a script seldom names. The user's home is taken to be the one that
//! the script lies in; next come files in a folder above the script, as loose evidence and portable programs have them; a
//! script outside of any home runs as root. Where only files of others name the host or the site, or several do that differ,
//! the one taken is said to be uncertain.

use super::texts::TextFile;
use super::variables;
use super::volume::VolumeView;
use crate::base::bytes;
use crate::base::limits::Limits;
use crate::base::text;
use crate::evidence::entry::EntryPath;
use crate::script::client::netrc::{Entry, Netrc};
use crate::script::client::world::{StoredSite, World};
use crate::script::launch::Client;
use crate::script::local_path;
use crate::script::reading::{Form, TextReading};
use crate::script::session::{Session, StoredIn};
use crate::script::store::{EVERY_HOST, is_curlrc};
use std::collections::BTreeMap;

/// Stores of one host or one site that are weighed against each other.
const CANDIDATES: usize = 1000;

/// All that the clients of one piece of evidence have in store.
#[derive(Debug, Default)]
pub(super) struct Stores {
    netrcs: Vec<NetrcFile>,
    /// Indexes of the `.netrc` files that name a host, by its folded name.
    by_host: BTreeMap<String, Vec<usize>>,
    /// Indexes of those with an entry for every host.
    for_all: Vec<usize>,
    sites: BTreeMap<(Client, String), Vec<(EntryPath, StoredSite)>>,
}

#[derive(Debug)]
struct NetrcFile {
    path: EntryPath,
    /// The text that writes it, where the file itself is not at hand.
    writer: Option<EntryPath>,
    display: String,
    netrc: Netrc,
}

/// How near a store is to a script, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// The script writes it itself.
    Own,
    /// In the home of the same user.
    SameHome,
    /// In a folder that the script lies below.
    Above,
    /// In the home of root, and the script in nobody's.
    Root,
    /// Anywhere else.
    Elsewhere,
}

impl Stores {
    /// Collects what the texts store. The text of a `.netrc` is needed for its macros and is let go here.
    pub(super) fn collect(volume: &VolumeView<'_>, texts: &mut [TextFile]) -> Self {
        let mut stores = Self::default();
        let mut order: Vec<&mut TextFile> = texts.iter_mut().collect();
        order.sort_by(|a, b| a.path.cmp(&b.path));
        for text in order {
            for written in &text.reading.written {
                let path = written.path.as_deref().unwrap_or_default();
                if is_netrc_name(local_path::file_name(path).as_bytes()) {
                    let display = format!("{path} (written by {})", volume.display(&text.path));
                    let netrc = Netrc::parse(&written.text);
                    stores.add_netrc(place_of(path, &text.path), Some(text.path.clone()), display, netrc);
                }
            }
            match text.reading.form {
                Form::Netrc => {
                    if is_netrc_name(text.path.name()) {
                        stores.add_netrc(text.path.clone(), None, volume.display(&text.path), Netrc::parse(&text.text));
                    }
                    if text.reading.is_script.is_none() {
                        text.text.content = String::new();
                    }
                }
                // Of settings only the logins of those count that have the names which the clients look for.
                Form::ClientOptions if text.path.name() == b".wgetrc" || is_curlrc(text.path.name()) => {
                    let display = volume.display(&text.path);
                    for session in &text.reading.sessions {
                        stores.add_site(text.reading.client, session, &text.path, &display);
                    }
                }
                Form::ClientConfig => {
                    let display = volume.display(&text.path);
                    for session in &text.reading.sessions {
                        stores.add_site(text.reading.client, session, &text.path, &display);
                    }
                }
                _ => {}
            }
        }
        stores
    }

    fn add_netrc(&mut self, path: EntryPath, writer: Option<EntryPath>, display: String, netrc: Netrc) {
        let index = self.netrcs.len();
        for entry in &netrc.entries {
            let named = match &entry.host {
                Some(host) => self.by_host.entry(host.to_ascii_lowercase()).or_default(),
                None => &mut self.for_all,
            };
            if named.last() != Some(&index) {
                named.push(index);
            }
        }
        self.netrcs.push(NetrcFile { path, writer, display, netrc });
    }

    fn add_site(&mut self, client: Client, session: &Session, path: &EntryPath, display: &str) {
        let command = session.commands.first().filter(|command| command.verb.as_deref() == Some("site"));
        let Some((name, rest)) = command.and_then(|command| command.arguments.split_first()) else { return };
        let source = StoredIn { path: display.to_owned(), line: session.line };
        let mut credentials = session.credentials.clone();
        credentials.iter_mut().for_each(|login| login.source = Some(source.clone()));
        let session = Session {
            scheme: session.scheme,
            host: session.host.clone(),
            port: session.port,
            address_class: session.address_class,
            uncertain: session.uncertain.clone(),
            credentials,
            site: Some(source),
            ..Session::default()
        };
        let site = StoredSite { session, directory: rest.first().cloned() };
        self.sites.entry((client, key(client, name))).or_default().push((path.clone(), site));
    }
}

/// Clients of Windows, and NcFTP, pay no regard to the case of a name.
fn key(client: Client, name: &str) -> String {
    match client {
        Client::Winscp | Client::Ncftp | Client::Psftp => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

fn is_netrc_name(name: &[u8]) -> bool {
    [&b".netrc"[..], b"_netrc"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a text stores what is no matter of file transfer unless a client of that takes it: sessions of PuTTY.
pub(super) fn is_incidental(reading: &TextReading) -> bool {
    reading.form == Form::ClientConfig
        && reading.client == Client::Psftp
        && reading.is_script.is_none()
        && reading.launches.is_empty()
        && reading.written.is_empty()
}

/// What is known where a script lies.
pub(super) struct Known<'s> {
    pub(super) stores: &'s Stores,
    pub(super) volume: &'s VolumeView<'s>,
    /// The script, or the text that starts the client.
    pub(super) script: &'s EntryPath,
    pub(super) limits: &'s Limits,
}

impl World for Known<'_> {
    fn remote_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn local_names(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn netrc(&self, host: &str, user: Option<&str>, file: Option<&str>) -> Option<Entry> {
        if let Some(file) = file {
            let (path, display) = self.named(file)?;
            let netrc = self.read_netrc(&path)?;
            return Some(sourced(netrc.entry(host, user)?, &display));
        }
        let named = self.stores.by_host.get(&host.to_ascii_lowercase()).into_iter().flatten();
        let mut indexes: Vec<usize> =
            named.take(CANDIDATES).chain(self.stores.for_all.iter().take(CANDIDATES)).copied().collect();
        indexes.sort_unstable();
        indexes.dedup();
        let only = self.stores.netrcs.len() == 1;
        let mut held: Vec<(Nearness, &NetrcFile, &Entry)> = Vec::new();
        for file in indexes.into_iter().filter_map(|index| self.stores.netrcs.get(index)) {
            let Some(entry) = file.netrc.entry(host, user) else { continue };
            let is_own = file.writer.as_ref() == Some(self.script);
            let nearness = if is_own { Nearness::Own } else { nearness(&file.path, self.script, true) };
            // What somebody else's file says of every host says nothing of this one.
            if entry.host.is_some() || nearness < Nearness::Elsewhere || only {
                held.push((nearness, file, entry));
            }
        }
        let nearest = held.iter().map(|(nearness, ..)| *nearness).min()?;
        held.retain(|(nearness, ..)| *nearness == nearest);
        if nearest == Nearness::Above {
            // The innermost folder.
            held.sort_by_key(|(_, file, _)| std::cmp::Reverse(file.path.components().count()));
            held.truncate(1);
        }
        let (_, file, entry) = held.first()?;
        let login = |entry: &Entry| (entry.username.clone(), entry.password.clone(), entry.macros.clone());
        let differ = held.iter().any(|(_, _, other)| login(other) != login(entry));
        let mut taken = sourced(entry, &file.display);
        taken.doubt = doubt(nearest, differ, held.len(), &file.path, self.script, &file.display);
        Some(taken)
    }

    fn site(&self, client: Client, name: &str, file: Option<&str>) -> Option<StoredSite> {
        let sites = self.stores.sites.get(&(client, key(client, name)))?;
        if let Some(file) = file {
            let (path, _) = self.named(file)?;
            return sites.iter().find(|(store, _)| *store == path).map(|(_, site)| site.clone());
        }
        let held: Vec<(Nearness, &EntryPath, &StoredSite)> = sites
            .iter()
            .take(CANDIDATES)
            .map(|(path, site)| (nearness(path, self.script, false), path, site))
            .collect();
        let nearest = held.iter().map(|(nearness, ..)| *nearness).min()?;
        // What holds for every host is taken from nobody else's home.
        if name == EVERY_HOST && nearest == Nearness::Elsewhere {
            return None;
        }
        let held: Vec<_> = held.into_iter().filter(|(nearness, ..)| *nearness == nearest).collect();
        let (_, path, site) = held.first()?;
        let place = |site: &StoredSite| {
            let login = site.session.credentials.first().map(|login| (login.username.clone(), login.password.clone()));
            (site.session.scheme, site.session.host.clone(), site.session.port, login, site.directory.clone())
        };
        let differ = held.iter().any(|(_, _, other)| place(other) != place(site));
        let display = site.session.site.as_ref().map_or("", |source| source.path.as_str());
        let mut taken = (*site).clone();
        taken.session.uncertain.extend(doubt(nearest, differ, held.len(), path, self.script, display));
        Some(taken)
    }
}

impl Known<'_> {
    /// A file that the command line names.
    fn named(&self, file: &str) -> Option<(EntryPath, String)> {
        let near = self.volume.directory(self.script);
        let in_home = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|home| file.strip_prefix(home));
        let place = match (in_home, home(self.script)) {
            (Some(rest), Some(home)) => local_path::join(&self.volume.display(&home), rest),
            (Some(rest), None) => local_path::join("/root", rest),
            (None, _) => local_path::join(&near, file),
        };
        let places = variables::expand(&place, &near, self.volume);
        let (path, _) = places.iter().find_map(|place| self.volume.find(place).into_iter().next())?;
        let display = self.volume.display(&path);
        Some((path, display))
    }

    fn read_netrc(&self, path: &EntryPath) -> Option<Netrc> {
        let opened = self.volume.file_system.open(path).ok()?;
        let size = opened.stream.len().min(self.limits.script_bytes);
        let mut buffer = vec![0u8; usize::try_from(size).ok()?];
        let length = bytes::read_full(&opened.stream, 0, &mut buffer).ok()?;
        buffer.truncate(length);
        Some(Netrc::parse(&text::decode(&buffer)?))
    }
}

/// Where a `.netrc` lies that a text writes: in the writer's home, unless the path names another folder from the root.
fn place_of(path: &str, writer: &EntryPath) -> EntryPath {
    let folder = local_path::directory(path).unwrap_or_default();
    match folder.strip_prefix('/') {
        Some(folder) => EntryPath::new(format!("{folder}/.netrc")),
        None => home(writer).unwrap_or_else(|| EntryPath::new("root")).join(b".netrc"),
    }
}

fn sourced(entry: &Entry, display: &str) -> Entry {
    Entry { source: Some(StoredIn { path: display.to_owned(), line: entry.line }), ..entry.clone() }
}

/// Why the client may take another one.
fn doubt(
    nearness: Nearness,
    differ: bool,
    count: usize,
    store: &EntryPath,
    script: &EntryPath,
    display: &str,
) -> Option<String> {
    if differ {
        return Some(format!(
            "the login is that of {display}; {count} files hold one, and the user decides which is read"
        ));
    }
    let foreign = nearness == Nearness::Elsewhere && home(script).is_some() && home(script) != home(store);
    foreign.then(|| format!("the login is that of {display}, which is not the script's user's own"))
}

/// How near a store is. A `.netrc` counts in the home itself, not below it.
fn nearness(store: &EntryPath, script: &EntryPath, in_home_itself: bool) -> Nearness {
    let folder = store.parent();
    let (of_store, of_script) = (home(store), home(script));
    let depth = folder.components().count();
    if of_script.is_some() && of_store == of_script && (!in_home_itself || of_store.as_ref() == Some(&folder)) {
        Nearness::SameHome
    } else if folder.components().eq(script.parent().components().take(depth)) && !is_buried(script, depth) {
        Nearness::Above
    } else if of_script.is_none() && of_store.is_some_and(|home| home.name() == b"root") {
        Nearness::Root
    } else {
        Nearness::Elsewhere
    }
}

/// Whether a home lies between a folder and the script: what stands above homes is no user's own.
fn is_buried(script: &EntryPath, depth: usize) -> bool {
    home(script).is_some_and(|home| home.components().count() > depth)
}

/// The home that a file lies in, by the names that systems give the folders of homes.
fn home(path: &EntryPath) -> Option<EntryPath> {
    let folder = path.parent();
    let names: Vec<Vec<u8>> = folder.components().map(<[u8]>::to_ascii_lowercase).collect();
    let length = names.iter().enumerate().find_map(|(at, name)| match name.as_slice() {
        b"root" => Some(at.saturating_add(1)),
        b"home" | b"users" | b"documents and settings" => Some(at.saturating_add(2)),
        _ => None,
    })?;
    if length > names.len() {
        return None;
    }
    let parts: Vec<&[u8]> = folder.components().take(length).collect();
    Some(EntryPath::new(parts.join(&b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes() {
        let cases = [
            ("home/kim/.netrc", Some("home/kim")),
            ("image/home/kim/bin/go.sh", Some("image/home/kim")),
            ("C/Users/Kim/AppData/Roaming/WinSCP.ini", Some("C/Users/Kim")),
            ("Documents and Settings/Kim/a.bat", Some("Documents and Settings/Kim")),
            ("root/.netrc", Some("root")),
            ("home/readme.txt", None),
            ("root", None),
            ("etc/cron.d/x", None),
        ];
        for (path, expected) in cases {
            assert_eq!(home(&EntryPath::new(path)).map(|home| home.display()).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_nearest_store() {
        use Nearness::{Above, Elsewhere, Root, SameHome};
        let cases = [
            ("home/kim/.netrc", "home/kim/bin/go.sh", true, SameHome),
            ("home/kim/backup/.netrc", "home/kim/bin/go.sh", true, Elsewhere),
            ("home/kim/.lftp/bookmarks", "home/kim/bin/go.sh", false, SameHome),
            ("home/kim/.netrc", "home/lou/go.sh", true, Elsewhere),
            ("home/kim/.netrc", "etc/cron.d/x", true, Elsewhere),
            ("root/.netrc", "etc/cron.d/x", true, Root),
            ("root/.netrc", "home/kim/go.sh", true, Elsewhere),
            ("case/.netrc", "case/a/go.sh", true, Above),
            (".netrc", "case/a/go.sh", true, Above),
            (".netrc", "home/kim/go.sh", true, Elsewhere),
            ("home/kim/p/WinSCP.ini", "home/kim/p/a.bat", false, SameHome),
        ];
        for (store, script, in_home_itself, expected) in cases {
            let found = nearness(&EntryPath::new(store), &EntryPath::new(script), in_home_itself);
            assert_eq!(found, expected, "{store} {script}");
        }
    }

    #[test]
    fn written_files_have_a_place() {
        let cases = [
            ("~/.netrc", "home/kim/a.sh", "home/kim/.netrc"),
            ("$HOME/.netrc", "opt/a.sh", "root/.netrc"),
            ("/home/lou/.netrc", "opt/a.sh", "home/lou/.netrc"),
        ];
        for (path, writer, expected) in cases {
            assert_eq!(place_of(path, &EntryPath::new(writer)).display(), expected, "{path}");
        }
    }
}
