//! What `open` of WinSCP names: an address with its login, or a site of its configuration.
//!
//! Source: winscp.net, "Session URL" and "open": `protocol://user[:password][;parameter=value…]@host[:port][/directory/]`,
//! each part with its percent signs worked off; without a protocol a site is looked for, and else the word is a host of SFTP.

use super::words::Options;
use crate::base::secret::Secret;
use crate::script::address;
use crate::script::session::{Credential, Scheme, Session};
use crate::script::url;

/// What the word names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Site {
    /// A server, and the directory that the address ends with.
    Server(Box<Session>, Option<String>),
    /// A site of the configuration.
    Stored(Box<Session>),
    /// A server of another protocol: WebDAV, S3.
    Foreign,
}

/// What the word names, with what the switches of `open` or of the program add.
pub(super) fn of(word: &str, options: &Options, line: u32) -> Site {
    let word = word.strip_prefix("winscp-").unwrap_or(word);
    let scheme = word.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let scheme = match scheme.as_deref() {
        Some(scheme @ ("ftp" | "ftps" | "ftpes" | "sftp" | "scp" | "ssh")) => Some(scheme),
        Some(_) => return Site::Foreign,
        None => None,
    };
    let bare = word.split_once("://").map_or(word, |(_, rest)| rest);
    if scheme.is_none() && !looks_like_host(bare) {
        return Site::Stored(Box::new(stored(bare, options, line)));
    }
    let (authority, path) = bare.split_at_checked(bare.find('/').unwrap_or(bare.len())).unwrap_or((bare, ""));
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let login = login.split(';').next().unwrap_or_default();
    // The parameters are out of the way: what is left is an address as others write it.
    let parsed = match scheme {
        Some("ftp" | "ftps" | "ftpes") => url::parse(&format!("ftp://{place}")),
        _ => url::parse(&format!("sftp://{place}")),
    };
    let Some(address) = parsed else {
        return Site::Stored(Box::new(stored(bare, options, line)));
    };
    let encrypted = options.has("explicit") || options.has("explicittls") || options.has("explicitssl");
    let implicit = scheme == Some("ftps") || options.has("implicit");
    let (protocol, port) = match scheme {
        Some("ftp" | "ftps") if implicit => (Scheme::Ftps, 990),
        Some("ftp") if encrypted => (Scheme::Ftps, 21),
        Some("ftp") => (Scheme::Ftp, 21),
        Some("ftpes" | "ftps") => (Scheme::Ftps, 21),
        _ => (Scheme::Sftp, 22),
    };
    let mut session = Session {
        line,
        scheme: protocol,
        address_class: Some(address::classify(&address.host)),
        host: Some(address.host.clone()),
        port: Some(address.port.unwrap_or(port)),
        ..Session::default()
    };
    let (user, password) = login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
    add_login(
        &mut session,
        Some(url::percent_decoded(user)).filter(|user| !user.is_empty()),
        password.map(url::percent_decoded),
        options,
    );
    let path = url::percent_decoded(path.split(';').next().unwrap_or_default());
    let directory = path.trim_end_matches('/');
    Site::Server(Box::new(session), (!directory.is_empty()).then(|| directory.to_owned()))
}

/// A site of the configuration: what host and which protocol, only that tells.
fn stored(name: &str, options: &Options, line: u32) -> Session {
    let name = url::percent_decoded(name);
    let folded = name.to_ascii_lowercase();
    let ftp = options.switches().any(|switch| matches!(switch, "passive" | "explicit" | "implicit" | "certificate"))
        || folded.contains("ftp") && !folded.contains("sftp");
    let mut session = Session {
        line,
        scheme: if ftp { Scheme::Ftp } else { Scheme::Sftp },
        uncertain: vec![format!(
            "opens the stored site `{name}`: its host, its protocol and its login stand in WinSCP's configuration"
        )],
        ..Session::default()
    };
    add_login(&mut session, None, None, options);
    session
}

/// Adds the login: what the switches say, else what the address does. A site in store has its own, of which they take the
/// place.
pub(super) fn add_login(session: &mut Session, user: Option<String>, password: Option<String>, options: &Options) {
    let user = options.value("username").map(str::to_owned).or(user);
    let password = options.value("password").map(str::to_owned).or(password);
    if let (Some(login), true) = (session.credentials.first_mut(), user.is_some() || password.is_some()) {
        login.username = user.or(login.username.take());
        login.password = password.map(Secret::new).or(login.password.take());
    } else if user.is_some() || password.is_some() {
        session.credentials.push(Credential {
            anonymous: user.as_deref().is_some_and(|user| matches!(user, "anonymous" | "ftp")),
            username: user,
            password: password.map(Secret::new),
            line: session.line,
            ..Credential::default()
        });
    }
    if options.value("privatekey").is_some() {
        session.uncertain.push("logs in with a private key".to_owned());
    }
}

/// Whether a word without a protocol is a host and no name of a site: it has a login, dots, a port or a variable.
fn looks_like_host(word: &str) -> bool {
    let host = word.split('/').next().unwrap_or(word);
    host.contains(['@', '.', ':', '%', '[']) && !host.contains(' ')
}
