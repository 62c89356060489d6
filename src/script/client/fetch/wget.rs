//! `wget` (manual page of GNU wget 1.21; sequences recorded with it), and BusyBox' applet of the name.

use super::call::{Call, Orders};
use super::options::{self, Grammar, Item};
use super::visit::{Move, SESSIONS, Visit, local_join};
use crate::base::secret::Secret;
use crate::script::local_path;
use crate::script::session::Session;
use crate::script::transfer::Mode;
use crate::script::url::{self, Url};

const GRAMMAR: Grammar = Grammar {
    letters: "eoaitOTwQPUlARDIXB",
    attached: "n",
    names: &[
        "execute",
        "output-file",
        "append-output",
        "report-speed",
        "input-file",
        "base",
        "config",
        "rejected-log",
        "tries",
        "retry-on-http-error",
        "output-document",
        "start-pos",
        "progress",
        "timeout",
        "dns-timeout",
        "connect-timeout",
        "read-timeout",
        "wait",
        "waitretry",
        "quota",
        "bind-address",
        "limit-rate",
        "restrict-file-names",
        "prefer-family",
        "user",
        "password",
        "use-askpass",
        "local-encoding",
        "remote-encoding",
        "directory-prefix",
        "cut-dirs",
        "http-user",
        "http-password",
        "http-passwd",
        "default-page",
        "header",
        "compression",
        "max-redirect",
        "proxy-user",
        "proxy-password",
        "referer",
        "user-agent",
        "load-cookies",
        "save-cookies",
        "post-data",
        "post-file",
        "method",
        "body-data",
        "body-file",
        "secure-protocol",
        "certificate",
        "certificate-type",
        "private-key",
        "private-key-type",
        "ca-certificate",
        "ca-directory",
        "crl-file",
        "pinnedpubkey",
        "ciphers",
        "hsts-file",
        "ftp-user",
        "ftp-password",
        "warc-file",
        "warc-header",
        "warc-max-size",
        "warc-dedup",
        "warc-tempdir",
        "level",
        "convert-file-only",
        "backups",
        "accept",
        "reject",
        "accept-regex",
        "reject-regex",
        "regex-type",
        "domains",
        "exclude-domains",
        "follow-tags",
        "ignore-tags",
        "include-directories",
        "exclude-directories",
    ],
    flags: &[
        "recursive",
        "mirror",
        "timestamping",
        "spider",
        "continue",
        "background",
        "force-directories",
        "relative",
    ],
};

/// Addresses that are followed.
const MANY: usize = 1000;

/// What the options ask for.
#[derive(Debug, Default)]
struct Wishes {
    addresses: Vec<(u32, String)>,
    list: Option<String>,
    user: Option<String>,
    password: Option<String>,
    any_user: Option<String>,
    any_password: Option<String>,
    document: Option<String>,
    prefix: Option<String>,
    base: Option<String>,
    recursive: bool,
    spider: bool,
    literal: bool,
    with_host: bool,
    flat: bool,
    no_host: bool,
    cut: usize,
    accept: Option<String>,
    netrc: bool,
    /// Whether the user's `.wgetrc` is read.
    settings: bool,
}

pub(super) fn orders(call: &Call<'_>) -> Option<Orders> {
    let mut wishes = wishes(call.arguments);
    if let Some(text) = call.script {
        let listed = text.lines().take(MANY).map(|line| (line.number, line.text.trim().to_owned()));
        wishes.addresses.extend(listed.filter(|(_, address)| !address.is_empty() && !address.starts_with('#')));
    }
    let mut sessions: Vec<Session> = Vec::new();
    let mut open: Option<(Url, Visit<'_>)> = None;
    for (line, address) in wishes.addresses.iter().take(MANY) {
        let whole = match &wishes.base {
            Some(base) if !address.contains("://") => format!("{base}{address}"),
            _ => address.clone(),
        };
        let Some(url) = url::parse(&whole).filter(|_| is_spoken(&whole)) else { continue };
        let same = open.as_ref().is_some_and(|(before, _)| {
            (before.scheme, &before.host, before.port, &before.username, &before.password)
                == (url.scheme, &url.host, url.port, &url.username, &url.password)
        });
        if !same {
            sessions.extend(open.take().map(|(_, visit)| visit.finish()));
            if sessions.len() >= SESSIONS {
                break;
            }
            open = Some((url.clone(), connect(&wishes, &url, call, *line)));
        }
        if let Some((_, visit)) = &mut open {
            fetch(&wishes, &url, call, visit);
        }
    }
    sessions.extend(open.map(|(_, visit)| visit.finish()));
    if let Some(text) = call.script {
        comment(&mut sessions, text);
    }
    let script_path = wishes.list.filter(|_| sessions.is_empty()).filter(|list| list != "-");
    if sessions.is_empty() && script_path.is_none() {
        return None;
    }
    Some(Orders { sessions, script_path, ..Orders::default() })
}

/// wget knows FTP and FTP over TLS, and nothing of SSH.
fn is_spoken(address: &str) -> bool {
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("ftp") || scheme.eq_ignore_ascii_case("ftps")
}

fn wishes(arguments: &[String]) -> Wishes {
    let mut wishes = Wishes { netrc: true, settings: true, ..Wishes::default() };
    for item in options::items(arguments, GRAMMAR) {
        let (name, value) = match item {
            Item::Operand(address) => {
                wishes.addresses.push((0, address.to_owned()));
                continue;
            }
            Item::Option(name, value) => (name, value.unwrap_or_default()),
        };
        match name {
            "e" | "execute" => {
                let (key, value) = value.split_once('=').unwrap_or((value, ""));
                wishes.command(key.trim(), value.trim());
            }
            "ftp-user" | "ftp-password" | "user" | "password" | "input-file" | "output-document"
            | "directory-prefix" | "base" | "cut-dirs" | "accept" => wishes.command(name, value),
            "i" => wishes.command("input", value),
            "O" => wishes.command("output_document", value),
            "P" => wishes.command("dir_prefix", value),
            "B" => wishes.command("base", value),
            "A" => wishes.command("accept", value),
            "r" | "recursive" | "m" | "mirror" => wishes.recursive = true,
            "spider" => wishes.spider = true,
            "no-glob" => wishes.literal = true,
            "no-netrc" => wishes.netrc = false,
            "no-config" | "config" => wishes.settings = false,
            "x" | "force-directories" => wishes.with_host = true,
            "n" => {
                wishes.flat |= value.contains('d');
                wishes.no_host |= value.contains('H');
            }
            "no-directories" => wishes.flat = true,
            "no-host-directories" => wishes.no_host = true,
            _ => {}
        }
    }
    wishes
}

impl Wishes {
    /// A command of `.wgetrc`; case and dashes do not matter there (manual, "Wgetrc Syntax").
    fn command(&mut self, key: &str, value: &str) {
        let owned = Some(value.to_owned());
        match key.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "ftpuser" | "login" => self.user = owned,
            "ftppassword" | "ftppasswd" | "passwd" => self.password = owned,
            "user" => self.any_user = owned,
            "password" => self.any_password = owned,
            "input" | "inputfile" => self.list = owned,
            "outputdocument" => self.document = owned,
            "dirprefix" | "directoryprefix" => self.prefix = owned,
            "base" => self.base = owned,
            "accept" => self.accept = owned,
            "cutdirs" => self.cut = value.parse().unwrap_or(0),
            "recursive" | "mirror" => self.recursive = value.eq_ignore_ascii_case("on"),
            _ => {}
        }
    }
}

fn connect<'a>(wishes: &Wishes, url: &Url, call: &'a Call<'a>, line: u32) -> Visit<'a> {
    let mut visit = Visit::to(url, call, line);
    // wget asks .netrc before its own options (its ftp.c); the applet of BusyBox has none.
    if wishes.netrc {
        visit.login_by_netrc(None);
    }
    let user = wishes.user.as_ref().or(wishes.any_user.as_ref());
    let password = wishes.password.as_ref().or(wishes.any_password.as_ref());
    if let (Some(user), true) = (user, visit.session.credentials.is_empty()) {
        visit.login(user, password.map(Secret::new));
    } else if let (Some(password), Some(login)) = (password, visit.session.credentials.first_mut()) {
        login.password.get_or_insert_with(|| Secret::new(password));
    }
    if wishes.settings {
        visit.login_by_settings(crate::script::launch::Client::Wget);
    }
    visit.login_or_anonymous("-wget@");
    visit.send_login();
    visit.send("PWD");
    visit.set_mode(url.mode.unwrap_or(Mode::Binary));
    visit
}

fn fetch(wishes: &Wishes, url: &Url, call: &Call<'_>, visit: &mut Visit<'_>) {
    let (directory, name) = url.split_path();
    let mode = url.mode.unwrap_or(Mode::Binary);
    let place = |inner: &str| match &wishes.prefix {
        Some(prefix) => local_join(prefix, inner),
        None => inner.to_owned(),
    };
    if wishes.recursive {
        let top = if name.is_empty() { directory } else { &url.path };
        let remote = if top.is_empty() { "**".to_owned() } else { format!("{}/**", top.trim_end_matches('/')) };
        let local = match &wishes.document {
            Some(document) => document.clone(),
            None => place(&tree(wishes, url, top)),
        };
        visit.transfer(Move { mode, pattern: true, ..Move::get(remote, Some(local)) });
        if let Some(accept) = &wishes.accept {
            visit.doubt(format!("only names that fit {accept} are fetched"));
        }
        return;
    }
    visit.enter(directory, false);
    if wishes.spider {
        visit.doubt("--spider only looks whether the file is there");
        return;
    }
    let output = match wishes.document.as_deref() {
        Some("-") => call.output.map(str::to_owned),
        Some(document) => Some(document.to_owned()),
        None if wishes.with_host => {
            Some(place(&tree(wishes, url, directory).replace("**", local_path::file_name(name))))
        }
        None if name.is_empty() => Some(place("index.html")),
        None => Some(place(name)),
    };
    if name.is_empty() {
        visit.send("LIST -a");
        visit.session.local_writes.extend(output);
        return;
    }
    let pattern = !wishes.literal && name.contains(['*', '?', '[']);
    if pattern {
        visit.send("LIST -a");
    }
    visit.transfer(Move { mode, pattern, ..Move::get(name, output) });
}

/// Where a recursive download goes: the host, then the directories, less what the options cut.
fn tree(wishes: &Wishes, url: &Url, top: &str) -> String {
    if wishes.flat {
        return "**".to_owned();
    }
    let host = (!wishes.no_host).then_some(url.host.as_str());
    let parts = top.split('/').filter(|part| !part.is_empty()).skip(wishes.cut);
    host.into_iter().chain(parts).chain(["**"]).collect::<Vec<_>>().join("/")
}

/// Every line of a list of addresses, on the session that is open at it.
fn comment(sessions: &mut [Session], text: &crate::base::text::Text) {
    let starts: Vec<u32> = sessions.iter().map(|session| session.line).collect();
    for line in text.lines().take(MANY).filter(|line| !line.text.trim().is_empty()) {
        let at = starts.iter().rposition(|start| *start <= line.number).unwrap_or(0);
        if let Some(session) = sessions.get_mut(at) {
            let fetched = url::parse(line.text).is_some();
            session.commands.push(super::command(line.number, fetched.then_some("wget"), None, line.text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, sessions, summary};
    use crate::base::limits::Limits;
    use crate::base::text::Text;
    use crate::script::client::{self, switches, world::Unknown};
    use crate::script::launch::Platform;

    #[test]
    fn downloads() {
        check(
            Platform::Unix,
            &[
                (
                    "wget --ftp-user=ann --ftp-password=pw ftp://192.0.2.62/a/b.sh -O /tmp/b",
                    &["ftp ann:pw@192.0.2.62:21 get a/b.sh -> /tmp/b"],
                ),
                ("wget --ftp-user ann --ftp-pass pw -P /t ftp://h.x/a/b", &["ftp ann:pw@h.x:21 get a/b -> /t/b"]),
                ("wget --user=u --password=p ftp://v:q@h.x/b", &["ftp v:q@h.x:21 get b -> b"]),
                ("wget -qc \"ftp://u:p@h.x/d/*.txt\"", &["ftp u:p@h.x:21 get d/*.txt -> *.txt *"]),
                ("wget -q -e ftp_user=u -e ftp_password=p ftp://h.x/b", &["ftp u:p@h.x:21 get b -> b"]),
                ("wget \"ftp://u:p@h.x/b;type=a\"", &["ftp u:p@h.x:21 get b -> b a"]),
                ("wget -r -nH --cut-dirs=1 -P out ftp://u:p@h.x/a/b/", &["ftp u:p@h.x:21 get a/b/** -> out/b/** *"]),
                ("wget -m ftp://u:p@h.x", &["ftp u:p@h.x:21 get ** -> h.x/** *"]),
                ("wget ftp://u:p@h.x/1 ftp://u:p@h.x/2 http://h.x/3", &["ftp u:p@h.x:21 get 1 -> 1, get 2 -> 2"]),
                ("wget --no-passive-ftp ftps://u:p@h.x/1", &["ftps u:p@h.x:990 get 1 -> 1"]),
            ],
        );
        let listing = &sessions("wget -O - ftp://h.x/d/", Platform::Unix)[0];
        assert!(listing.transfers.is_empty());
    }

    #[test]
    fn lists_of_addresses() {
        let words = switches::split_arguments("wget -q -i list.txt --ftp-user=u --ftp-password=p");
        let launch = client::launch(&words, "wget", Platform::Unix).expect("a launch");
        assert_eq!((launch.script_path.as_deref(), launch.tells_all), (Some("list.txt"), false));
        let list = Text::from_content("ftp://192.0.2.1/a\n\nhttp://h.x/b\nftp://192.0.2.2/c\n");
        let sessions = client::run(Some(&list), &launch, &Unknown, &Limits::default()).sessions;
        assert_eq!(
            sessions.iter().map(summary).collect::<Vec<_>>(),
            ["ftp u:p@192.0.2.1:21 get a -> a", "ftp u:p@192.0.2.2:21 get c -> c"]
        );
        assert_eq!(sessions[1].commands[0].line, 4);
    }
}
