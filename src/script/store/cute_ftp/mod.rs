//! CuteFTP: its Site Manager's `sm.dat` (`smdata.dat`), and the history of its quick connections in the registry.
//!
//! Both are archives of MFC ([`archive`]): items one after the other, folders and sites, a site with a number that tells which
//! fields it has ([`layout`]). The maker publishes neither. The order of the fields is that of programs that take logins out
//! of these files; no file of each version was at hand to check it against, so that an item that does not fit ends the
//! reading, and that is said.
//!
//! Not read: `tree.dat` of versions 1 and 2 and other files without the head below, and a store that CuteFTP's own password
//! protects as a whole, which is no archive any more.

mod archive;
mod layout;

use super::Stored;
use super::ini;
use super::site::{BROKEN, Site};
use crate::base::text::Text;
use crate::script::launch::Client;
use crate::script::obscured;
use crate::script::reading::Form;
use crate::script::session::{Diagnostic, Scheme, Session};
use archive::{Archive, Characters};

/// The classes of the items. Their names stand in the file.
const CLASSES: [&[u8]; 4] = [b"CSMFTPItem", b"CSMSite", b"CTappInSite", b"CTreeItem"];

/// What the file begins with.
const MAGIC: [u8; 4] = [0x30, 1, 0, 0];

/// Bytes of the file's head: what it begins with, a version, three numbers, the second of which counts the items.
const HEAD: usize = 17;

/// Items that are read.
const ITEMS: u32 = 100_000;

/// What an archive holds.
#[derive(Debug, Default)]
struct Contents {
    /// The sites; the line of each is the number of its item, for an archive has no lines.
    sites: Vec<Site>,
    /// The number of the item that could not be read, with all behind it.
    unread: Option<u32>,
}

/// Whether bytes begin like a store of the Site Manager: its head, and behind it the name of a class that it is made of.
pub(super) fn is_store(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC) && bytes.get(HEAD..).is_some_and(|rest| Archive::new(rest).new_class(&CLASSES).is_some())
}

/// The sites of a file; nothing where the bytes are no store, or one of folders alone.
pub(super) fn file(bytes: &[u8]) -> Option<Stored> {
    if !is_store(bytes) {
        return None;
    }
    let count = Archive::new(bytes.get(9..HEAD)?).number()?;
    let contents = contents(bytes.get(HEAD..)?, count);
    let diagnostics: Vec<Diagnostic> = contents.unread.map(cut_short).into_iter().collect();
    let sessions: Vec<Session> = contents.sites.into_iter().map(Site::session).collect();
    let tells = !sessions.is_empty() || !diagnostics.is_empty();
    tells.then_some(Stored { client: Client::Cuteftp, form: Form::ClientConfig, sessions, diagnostics })
}

fn cut_short(item: u32) -> Diagnostic {
    let message = format!("from item {item} on the store has a form that is not known, or it is damaged or cut off");
    Diagnostic::new(0, "store-cut-short", message)
}

/// The quick connections in an export of the registry: `QCHistory` below `Software\GlobalSCAPE\CuteFTP …\QCToolbar`.
pub(super) fn history(text: &Text, _: &str) -> Vec<Session> {
    let sections = ini::sections(text);
    let of_bar = |section: &&ini::Section| section.name.to_ascii_lowercase().ends_with("\\qctoolbar");
    let sites = sections.iter().filter(of_bar).flat_map(|section| {
        let items = section.bytes("QCHistory").and_then(|bytes| {
            let count = Archive::new(&bytes).number()?;
            Some(contents(bytes.get(8..)?, count).sites)
        });
        items.unwrap_or_default().into_iter().map(|site| Site { line: section.line, ..site })
    });
    sites.map(Site::session).collect()
}

/// The items of an archive, as many as its head counts.
fn contents(bytes: &[u8], count: u32) -> Contents {
    let mut archive = Archive::new(bytes);
    let mut contents = Contents::default();
    for item in 1..=count.min(ITEMS) {
        let Some(found) = archive.object(&CLASSES).and_then(|()| layout::item(&mut archive)) else {
            contents.unread = Some(item);
            break;
        };
        contents.sites.extend(found.and_then(|login| site(login, item)));
    }
    contents
}

/// What an item says of a login.
#[derive(Debug, Default)]
struct Login<'a> {
    name: Characters<'a>,
    host: Characters<'a>,
    user: Characters<'a>,
    password: Characters<'a>,
    remote_directory: Characters<'a>,
    /// The number of the protocol, where the version has one.
    protocol: Option<u32>,
    port: u32,
    hidden: Hidden,
}

/// How a version hides what it stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Hidden {
    /// Not at all.
    #[default]
    Nothing,
    /// The password by [`obscured::cute_ftp`].
    Password,
    /// The user's name and the password by [`obscured::cute_ftp_8`].
    Both,
}

fn site(login: Login<'_>, item: u32) -> Option<Site> {
    let host = login.host.text().trim().to_owned();
    let port = u16::try_from(login.port).ok().filter(|port| *port > 0);
    let is_host =
        !host.is_empty() && host.len() <= 255 && !host.contains(|c: char| c.is_control() || c.is_whitespace());
    // Version 9 also keeps sites of HTTP, and of a service of its maker.
    let is_web = host.eq_ignore_ascii_case("webdav.tappin.com")
        || login.protocol.is_some_and(|protocol| protocol != SFTP) && matches!(port, Some(80 | 443));
    if !is_host || is_web {
        return None;
    }
    let mut site = Site { line: item, name: login.name.text(), port, ..Site::default() };
    (site.scheme, site.implicit) = match (login.protocol, port) {
        (Some(SFTP), _) => (Scheme::Sftp, false),
        (_, Some(990)) => (Scheme::Ftps, true),
        _ => (Scheme::Ftp, false),
    };
    if let Some(number) = login.protocol.filter(|number| !matches!(*number, 0 | SFTP)) {
        site.remarks
            .push(format!("the store tells the protocol by the number {number}, whose meaning is not published"));
    }
    site.host = Some(host);
    site.remote_directory = Some(login.remote_directory.text()).filter(|path| !path.is_empty());
    let (user, password) = (login.user, login.password);
    site.user = match login.hidden {
        _ if user.is_empty() => None,
        Hidden::Both => obscured::cute_ftp_8(user.bytes(), user.is_wide()).map(|user| user.reveal().to_owned()),
        _ => Some(user.text()),
    };
    site.password = match login.hidden {
        _ if password.is_empty() => None,
        Hidden::Nothing => Some(crate::base::secret::Secret::new(password.text())),
        Hidden::Password => password.narrow().and_then(|bytes| obscured::cute_ftp(&bytes)),
        Hidden::Both => obscured::cute_ftp_8(password.bytes(), password.is_wide()),
    };
    if !user.is_empty() && site.user.is_none() {
        site.remarks.push("the stored form of the user's name is none that this client writes".to_owned());
    }
    if !password.is_empty() && site.password.is_none() {
        site.remarks.push(BROKEN.to_owned());
    }
    Some(site)
}

/// The number of SSH's file transfer, the only one whose meaning is known.
const SFTP: u32 = 3;

#[cfg(test)]
mod tests;
